-- Generated from the migrations, functions and views. See GeneratedFilesTests.swift.

CREATE EXTENSION IF NOT EXISTS btree_gin WITH SCHEMA public;

COMMENT ON EXTENSION btree_gin IS 'support for indexing common datatypes in GIN';

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

COMMENT ON EXTENSION btree_gist IS 'support for indexing common datatypes in GiST';

CREATE EXTENSION IF NOT EXISTS cube WITH SCHEMA public;

COMMENT ON EXTENSION cube IS 'data type for multidimensional cubes';

CREATE EXTENSION IF NOT EXISTS fuzzystrmatch WITH SCHEMA public;

COMMENT ON EXTENSION fuzzystrmatch IS 'determine similarities and distance between strings';

CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;

COMMENT ON EXTENSION pg_trgm IS 'text similarity measurement and index searching based on trigrams';

CREATE EXTENSION IF NOT EXISTS unaccent WITH SCHEMA public;

COMMENT ON EXTENSION unaccent IS 'text search dictionary that removes accents';

CREATE FUNCTION public.folded(text text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, text));

COMMENT ON FUNCTION public.folded(text text) IS 'A text without case and accents: what searches compare.';

CREATE FUNCTION public.indicator_part(baseline numeric, target numeric, value numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN COALESCE(LEAST(GREATEST(((value - baseline) / (target - baseline)), (0)::numeric), (1)::numeric), (0)::numeric);

COMMENT ON FUNCTION public.indicator_part(baseline numeric, target numeric, value numeric) IS 'How far a value is from the baseline (0) to the target (1); no value is 0.';

CREATE FUNCTION public.instant_text(instant timestamp with time zone) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN regexp_replace(to_char((instant AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'::text), '\.?0*Z$'::text, 'Z'::text);

COMMENT ON FUNCTION public.instant_text(instant timestamp with time zone) IS 'An instant inside jsonb as the contract writes it: RFC 3339 in UTC.';

CREATE FUNCTION public.is_text(value text, longest integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((value ~ '\S'::text) AND (char_length(value) <= longest));

COMMENT ON FUNCTION public.is_text(value text, longest integer) IS 'Whether a text says something and is not longer than so many characters.';

CREATE TABLE public.commune (
    insee text NOT NULL,
    name text NOT NULL,
    epci_siren text NOT NULL,
    postal_codes text[] NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    population integer NOT NULL,
    CONSTRAINT commune_insee_form CHECK ((insee ~ '^[0-9][0-9AB][0-9]{3}$'::text)),
    CONSTRAINT commune_population_positive CHECK ((population >= 0))
);

COMMENT ON TABLE public.commune IS 'Communes of the département (sql/reference/rows).';

COMMENT ON COLUMN public.commune.insee IS 'public INSEE code; not a postal code.';

COMMENT ON COLUMN public.commune.name IS 'public Its name.';

COMMENT ON COLUMN public.commune.epci_siren IS 'public The grouping it is part of.';

COMMENT ON COLUMN public.commune.postal_codes IS 'public Its postal codes; several for some.';

COMMENT ON COLUMN public.commune.latitude IS 'public Of its centre, WGS84 degrees.';

COMMENT ON COLUMN public.commune.longitude IS 'public Of its centre, WGS84 degrees.';

COMMENT ON COLUMN public.commune.population IS 'public Municipal population.';

CREATE TABLE public.epci (
    siren text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    CONSTRAINT epci_kind_known CHECK ((kind = ANY (ARRAY['CC'::text, 'CA'::text, 'CU'::text, 'METRO'::text]))),
    CONSTRAINT epci_siren_form CHECK ((siren ~ '^[0-9]{9}$'::text))
);

COMMENT ON TABLE public.epci IS 'Groupings of communes of the département (sql/reference/rows).';

COMMENT ON COLUMN public.epci.siren IS 'public SIREN of the grouping.';

COMMENT ON COLUMN public.epci.name IS 'public Its name.';

COMMENT ON COLUMN public.epci.kind IS 'public CC, CA, CU or METRO.';

CREATE FUNCTION public.places(codes text[]) RETURNS jsonb
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('code', code.code, 'kind', CASE WHEN (code.code = '31'::text) THEN 'departement'::text WHEN (e.siren IS NOT NULL) THEN 'epci'::text ELSE 'commune'::text END, 'name', COALESCE(e.name, c.name, 'Haute-Garonne'::text)) ORDER BY code.code), '[]'::jsonb) AS "coalesce" FROM ((unnest(places.codes) code(code) LEFT JOIN public.epci e ON ((e.siren = code.code))) LEFT JOIN public.commune c ON ((c.insee = code.code))));

COMMENT ON FUNCTION public.places(codes text[]) IS 'Places of these codes, with what they are and their names.';

CREATE TABLE public.action (
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    axis_id uuid NOT NULL,
    parent_id uuid,
    code text NOT NULL COLLATE pg_catalog."C",
    title text NOT NULL,
    description text,
    lead_organisation_id uuid NOT NULL,
    planned_start date NOT NULL,
    planned_end date NOT NULL,
    actual_start date,
    actual_end date,
    status text NOT NULL,
    status_reason text,
    status_reason_code text,
    blocker text,
    unblocker text,
    health text DEFAULT 'not_filled'::text NOT NULL,
    is_public boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    public_version integer DEFAULT 1 NOT NULL,
    search_text text GENERATED ALWAYS AS (public.folded(((((code || ' '::text) || title) || ' '::text) || COALESCE(description, ''::text)))) STORED NOT NULL,
    territory text[] DEFAULT '{}'::text[] NOT NULL,
    audiences text[] DEFAULT '{}'::text[] NOT NULL,
    priority text DEFAULT 'normal'::text NOT NULL,
    CONSTRAINT action_actual_end_has_start CHECK (((actual_end IS NULL) OR (actual_start IS NOT NULL))),
    CONSTRAINT action_actual_order CHECK ((actual_start <= actual_end)),
    CONSTRAINT action_audiences_known CHECK ((audiences <@ ARRAY['job_seekers'::text, 'career_changers'::text, 'students'::text, 'employees'::text, 'employers'::text, 'prescribers'::text, 'carers'::text, 'general_public'::text])),
    CONSTRAINT action_blocked_by_something CHECK ((((status = 'blocked'::text) = (blocker IS NOT NULL)) AND ((status = 'blocked'::text) = (unblocker IS NOT NULL)))),
    CONSTRAINT action_blocker_text CHECK ((public.is_text(blocker, 2000) AND public.is_text(unblocker, 300))),
    CONSTRAINT action_code_form CHECK ((code ~ '^[A-Z][0-9]{1,2}\.[0-9]{2,3}(\.[0-9]{1,2})?$'::text)),
    CONSTRAINT action_description_text CHECK (public.is_text(description, 4000)),
    CONSTRAINT action_health_known CHECK ((health = ANY (ARRAY['secured'::text, 'attainable'::text, 'support_needed'::text, 'compromised'::text, 'not_filled'::text]))),
    CONSTRAINT action_parent_as_code CHECK (((parent_id IS NOT NULL) = (code ~ '\..*\.'::text))),
    CONSTRAINT action_planned_order CHECK ((planned_start <= planned_end)),
    CONSTRAINT action_priority_known CHECK ((priority = ANY (ARRAY['low'::text, 'normal'::text, 'high'::text]))),
    CONSTRAINT action_status_known CHECK ((status = ANY (ARRAY['planned'::text, 'in_progress'::text, 'paused'::text, 'blocked'::text, 'done'::text, 'abandoned'::text]))),
    CONSTRAINT action_status_reason_code_known CHECK ((status_reason_code = 'left_the_plan'::text)),
    CONSTRAINT action_status_reason_text CHECK (public.is_text(status_reason, 2000)),
    CONSTRAINT action_stopped_with_reason CHECK (((status <> ALL (ARRAY['paused'::text, 'abandoned'::text])) OR (status_reason IS NOT NULL) OR (status_reason_code IS NOT NULL))),
    CONSTRAINT action_title_text CHECK (public.is_text(title, 300))
);

COMMENT ON TABLE public.action IS 'An action of the plan (domain.md §5).';

COMMENT ON COLUMN public.action.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.action.plan_id IS 'public Of which plan.';

COMMENT ON COLUMN public.action.axis_id IS 'public On which axis.';

COMMENT ON COLUMN public.action.parent_id IS 'public For a sub-action, the action it is part of.';

COMMENT ON COLUMN public.action.code IS 'public A1.03, or A1.03.1 for a sub-action; stable, never used twice.';

COMMENT ON COLUMN public.action.title IS 'public Its title.';

COMMENT ON COLUMN public.action.description IS 'public What is done, for whom.';

COMMENT ON COLUMN public.action.lead_organisation_id IS 'public Who carries it.';

COMMENT ON COLUMN public.action.planned_start IS 'public First day, as planned.';

COMMENT ON COLUMN public.action.planned_end IS 'public Last day, as planned.';

COMMENT ON COLUMN public.action.actual_start IS 'public First day, as it was.';

COMMENT ON COLUMN public.action.actual_end IS 'public Last day, as it was.';

COMMENT ON COLUMN public.action.status IS 'public Where it stands.';

COMMENT ON COLUMN public.action.status_reason IS 'internal Why it stands there, in the words of who moved it.';

COMMENT ON COLUMN public.action.status_reason_code IS 'internal Why, when the system moved it: left_the_plan.';

COMMENT ON COLUMN public.action.blocker IS 'internal What blocks it, while it is blocked.';

COMMENT ON COLUMN public.action.unblocker IS 'internal Who can unblock it.';

COMMENT ON COLUMN public.action.health IS 'internal The lead''s opinion; beside progress, never instead of it.';

COMMENT ON COLUMN public.action.is_public IS 'internal Whether the public sees it.';

COMMENT ON COLUMN public.action.created_at IS 'internal When it came into the plan.';

COMMENT ON COLUMN public.action.updated_at IS 'internal Its last news: change, note or evidence.';

COMMENT ON COLUMN public.action.version IS 'internal Raised by every change; If-Match names it.';

COMMENT ON COLUMN public.action.public_version IS 'public Raised by changes of public columns only; the ETag without a token.';

COMMENT ON COLUMN public.action.search_text IS 'public What the search looks in: public columns only.';

COMMENT ON COLUMN public.action.territory IS 'public Where it takes place: codes of places (31, SIREN of a grouping, INSEE of a commune); none: not said.';

COMMENT ON COLUMN public.action.audiences IS 'public For whom it is.';

COMMENT ON COLUMN public.action.priority IS 'internal How much the team wants it watched: low, normal, high.';

CREATE TABLE public.action_partner (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    organisation_id uuid NOT NULL
);

COMMENT ON TABLE public.action_partner IS 'Organisations that take part in an action beside its lead.';

COMMENT ON COLUMN public.action_partner.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.action_partner.action_id IS 'public The action.';

COMMENT ON COLUMN public.action_partner.organisation_id IS 'public The organisation.';

CREATE TABLE public.indicator (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    title text NOT NULL,
    unit text NOT NULL,
    baseline numeric(15,3) DEFAULT 0 NOT NULL,
    target numeric(15,3) NOT NULL,
    weight integer DEFAULT 1 NOT NULL,
    CONSTRAINT indicator_target_above_baseline CHECK ((target > baseline)),
    CONSTRAINT indicator_title_text CHECK (public.is_text(title, 200)),
    CONSTRAINT indicator_unit_text CHECK (public.is_text(unit, 60)),
    CONSTRAINT indicator_weight_range CHECK (((weight >= 0) AND (weight <= 100)))
);

COMMENT ON TABLE public.indicator IS 'What an action is measured by.';

COMMENT ON COLUMN public.indicator.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.indicator.action_id IS 'internal The action.';

COMMENT ON COLUMN public.indicator.title IS 'internal What is counted.';

COMMENT ON COLUMN public.indicator.unit IS 'internal In what: persons, structures, hours.';

COMMENT ON COLUMN public.indicator.baseline IS 'internal The value before the action.';

COMMENT ON COLUMN public.indicator.target IS 'internal The value aimed at; above the baseline.';

COMMENT ON COLUMN public.indicator.weight IS 'internal How much it counts in the action''s progress; 0 counts nothing.';

CREATE TABLE public.indicator_value (
    id uuid NOT NULL,
    indicator_id uuid NOT NULL,
    action_id uuid NOT NULL,
    dated_on date NOT NULL,
    value numeric(15,3) NOT NULL,
    source text NOT NULL,
    added_at timestamp with time zone NOT NULL,
    author_id uuid,
    challenge text,
    settlement text,
    settlement_note text,
    CONSTRAINT indicator_value_challenge_text CHECK (public.is_text(challenge, 1000)),
    CONSTRAINT indicator_value_settled_challenge CHECK (((settlement IS NULL) OR (challenge IS NOT NULL))),
    CONSTRAINT indicator_value_settled_with_note CHECK (((settlement IS NULL) = (settlement_note IS NULL))),
    CONSTRAINT indicator_value_settlement_known CHECK ((settlement = ANY (ARRAY['kept'::text, 'withdrawn'::text]))),
    CONSTRAINT indicator_value_settlement_note_text CHECK (public.is_text(settlement_note, 1000)),
    CONSTRAINT indicator_value_source_text CHECK (public.is_text(source, 300))
);

COMMENT ON TABLE public.indicator_value IS 'Dated values of indicators: appended; a wrong one is challenged and withdrawn, not rewritten.';

COMMENT ON COLUMN public.indicator_value.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.indicator_value.indicator_id IS 'internal Of which indicator.';

COMMENT ON COLUMN public.indicator_value.action_id IS 'internal Of which action: what its history is found by.';

COMMENT ON COLUMN public.indicator_value.dated_on IS 'internal The day it was true.';

COMMENT ON COLUMN public.indicator_value.value IS 'internal The value, in the indicator''s unit.';

COMMENT ON COLUMN public.indicator_value.source IS 'internal Where it comes from.';

COMMENT ON COLUMN public.indicator_value.added_at IS 'internal When it was given.';

COMMENT ON COLUMN public.indicator_value.author_id IS 'internal By which member.';

COMMENT ON COLUMN public.indicator_value.challenge IS 'internal Why somebody doubts it.';

COMMENT ON COLUMN public.indicator_value.settlement IS 'internal How the team settled the doubt: kept, or withdrawn and no longer counted.';

COMMENT ON COLUMN public.indicator_value.settlement_note IS 'internal Why so.';

CREATE VIEW public.indicator_standing AS
 SELECT i.id,
    i.action_id,
    i.title,
    i.unit,
    trim_scale(i.baseline) AS baseline,
    trim_scale(i.target) AS target,
    i.weight,
    trim_scale(latest.value) AS value,
    latest.dated_on,
    public.indicator_part(i.baseline, i.target, latest.value) AS part,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', v.id, 'dated_on', v.dated_on, 'value', trim_scale(v.value), 'source', v.source, 'challenge', v.challenge, 'settlement', v.settlement, 'settlement_note', v.settlement_note, 'added_at', public.instant_text(v.added_at)) ORDER BY v.dated_on, v.id), '[]'::jsonb) AS "coalesce"
           FROM public.indicator_value v
          WHERE (v.indicator_id = i.id)) AS series
   FROM (public.indicator i
     LEFT JOIN LATERAL ( SELECT v.value,
            v.dated_on
           FROM public.indicator_value v
          WHERE ((v.indicator_id = i.id) AND (v.settlement IS DISTINCT FROM 'withdrawn'::text))
          ORDER BY v.dated_on DESC, v.id DESC
         LIMIT 1) latest ON (true));

COMMENT ON VIEW public.indicator_standing IS 'Indicators with their values and their present part of the way to the target.';

CREATE TABLE public.milestone (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    title text NOT NULL,
    due_on date NOT NULL,
    done_on date,
    weight integer DEFAULT 1 NOT NULL,
    CONSTRAINT milestone_due_year_range CHECK (((due_on >= '2000-01-01'::date) AND (due_on <= '2100-12-31'::date))),
    CONSTRAINT milestone_title_text CHECK (public.is_text(title, 200)),
    CONSTRAINT milestone_weight_range CHECK (((weight >= 0) AND (weight <= 100)))
);

COMMENT ON TABLE public.milestone IS 'Steps of an action, each with a day.';

COMMENT ON COLUMN public.milestone.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.milestone.action_id IS 'internal The action.';

COMMENT ON COLUMN public.milestone.title IS 'internal What is reached.';

COMMENT ON COLUMN public.milestone.due_on IS 'internal By which day.';

COMMENT ON COLUMN public.milestone.done_on IS 'internal On which day it was reached.';

COMMENT ON COLUMN public.milestone.weight IS 'internal How much it counts in the action''s progress; 0 counts nothing.';

CREATE VIEW public.action_progress AS
 SELECT a.id AS action_id,
    weighed.percent,
    m.next_milestone_on,
    m.milestones,
    i.indicators
   FROM (((public.action a
     CROSS JOIN LATERAL ( SELECT min(milestone.due_on) FILTER (WHERE (milestone.done_on IS NULL)) AS next_milestone_on,
            COALESCE(jsonb_agg(jsonb_build_object('id', milestone.id, 'title', milestone.title, 'due_on', milestone.due_on, 'done_on', milestone.done_on, 'weight', milestone.weight) ORDER BY milestone.due_on, milestone.id), '[]'::jsonb) AS milestones,
            sum(milestone.weight) AS weight,
            sum(milestone.weight) FILTER (WHERE (milestone.done_on IS NOT NULL)) AS done
           FROM public.milestone
          WHERE (milestone.action_id = a.id)) m)
     CROSS JOIN LATERAL ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', indicator_standing.id, 'title', indicator_standing.title, 'unit', indicator_standing.unit, 'baseline', indicator_standing.baseline, 'target', indicator_standing.target, 'weight', indicator_standing.weight, 'value', indicator_standing.value, 'dated_on', indicator_standing.dated_on, 'progress_percent', round((indicator_standing.part * (100)::numeric)), 'values', indicator_standing.series) ORDER BY indicator_standing.title), '[]'::jsonb) AS indicators,
            sum(indicator_standing.weight) AS weight,
            sum(((indicator_standing.weight)::numeric * indicator_standing.part)) AS done
           FROM public.indicator_standing
          WHERE (indicator_standing.action_id = a.id)) i)
     CROSS JOIN LATERAL ( SELECT (round((((100)::numeric * ((COALESCE(m.done, (0)::bigint))::numeric + COALESCE(i.done, (0)::numeric))) / (NULLIF((COALESCE(m.weight, (0)::bigint) + COALESCE(i.weight, (0)::bigint)), 0))::numeric)))::integer AS percent) weighed);

COMMENT ON VIEW public.action_progress IS 'What each action''s progress and lateness are made of.';

CREATE TABLE public.axis (
    id uuid NOT NULL,
    plan_id uuid NOT NULL,
    code text NOT NULL,
    title text NOT NULL,
    CONSTRAINT axis_code_form CHECK ((code ~ '^[A-Z][0-9]{1,2}$'::text)),
    CONSTRAINT axis_title_text CHECK (public.is_text(title, 300))
);

COMMENT ON TABLE public.axis IS 'An axis of the plan.';

COMMENT ON COLUMN public.axis.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.axis.plan_id IS 'public Of which plan.';

COMMENT ON COLUMN public.axis.code IS 'public A1, A2.';

COMMENT ON COLUMN public.axis.title IS 'public Its title.';

CREATE TABLE public.evidence (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    label text NOT NULL,
    url text,
    added_at timestamp with time zone NOT NULL,
    author_id uuid,
    file_kind text,
    file_bytes integer,
    file_sha256 text,
    CONSTRAINT evidence_file_bytes_range CHECK (((file_bytes >= 1) AND (file_bytes <= 10485760))),
    CONSTRAINT evidence_file_kind_known CHECK ((file_kind = ANY (ARRAY['application/pdf'::text, 'image/png'::text, 'image/jpeg'::text, 'application/zip'::text]))),
    CONSTRAINT evidence_file_sha256_form CHECK ((file_sha256 ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT evidence_label_text CHECK (public.is_text(label, 200)),
    CONSTRAINT evidence_link_or_file CHECK ((((url IS NULL) = (file_kind IS NOT NULL)) AND ((file_kind IS NULL) = (file_bytes IS NULL)) AND ((file_kind IS NULL) = (file_sha256 IS NULL)))),
    CONSTRAINT evidence_url_form CHECK (((url ~ '^https?://[^\s<>"]+$'::text) AND (char_length(url) <= 2000)))
);

COMMENT ON TABLE public.evidence IS 'Links that prove what an action did.';

COMMENT ON COLUMN public.evidence.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.evidence.action_id IS 'internal The action.';

COMMENT ON COLUMN public.evidence.label IS 'internal What it is.';

COMMENT ON COLUMN public.evidence.url IS 'internal Where it is, when it is a link; never fetched.';

COMMENT ON COLUMN public.evidence.added_at IS 'internal When it was added.';

COMMENT ON COLUMN public.evidence.author_id IS 'internal By which member.';

COMMENT ON COLUMN public.evidence.file_kind IS 'internal What the file is, by its first bytes.';

COMMENT ON COLUMN public.evidence.file_bytes IS 'internal Its size.';

COMMENT ON COLUMN public.evidence.file_sha256 IS 'internal SHA-256 of its bytes, in hexadecimal.';

CREATE TABLE public.funding_line (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    funder_id uuid NOT NULL,
    year integer NOT NULL,
    planned_cents bigint NOT NULL,
    committed_cents bigint DEFAULT 0 NOT NULL,
    spent_cents bigint DEFAULT 0 NOT NULL,
    CONSTRAINT funding_line_amount_range CHECK (((planned_cents <= '10000000000000'::bigint) AND (committed_cents <= '10000000000000'::bigint) AND (spent_cents <= '10000000000000'::bigint))),
    CONSTRAINT funding_line_not_negative CHECK (((planned_cents >= 0) AND (committed_cents >= 0) AND (spent_cents >= 0))),
    CONSTRAINT funding_line_year_range CHECK (((year >= 2000) AND (year <= 2100)))
);

COMMENT ON TABLE public.funding_line IS 'Money for an action, by funder and year, in cents.';

COMMENT ON COLUMN public.funding_line.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.funding_line.action_id IS 'public The action.';

COMMENT ON COLUMN public.funding_line.funder_id IS 'public The funder.';

COMMENT ON COLUMN public.funding_line.year IS 'public The year.';

COMMENT ON COLUMN public.funding_line.planned_cents IS 'public Planned (montant prévu).';

COMMENT ON COLUMN public.funding_line.committed_cents IS 'internal Committed (montant engagé).';

COMMENT ON COLUMN public.funding_line.spent_cents IS 'internal Spent (montant réalisé).';

CREATE TABLE public.organisation (
    id uuid NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    siret text,
    version integer DEFAULT 1 NOT NULL,
    prescriber_authorisation text DEFAULT 'not_set'::text NOT NULL,
    authorisation_proof text,
    authorisation_on date,
    authorisation_by uuid,
    CONSTRAINT organisation_authorisation_known CHECK ((prescriber_authorisation = ANY (ARRAY['not_set'::text, 'validated'::text, 'refused'::text, 'not_required'::text]))),
    CONSTRAINT organisation_authorisation_of_prescriber CHECK (((kind = 'prescriber'::text) OR (prescriber_authorisation = 'not_set'::text))),
    CONSTRAINT organisation_authorisation_proof_text CHECK (public.is_text(authorisation_proof, 500)),
    CONSTRAINT organisation_authorisation_range CHECK (((authorisation_on >= '2020-01-01'::date) AND (authorisation_on <= '2100-01-01'::date))),
    CONSTRAINT organisation_authorisation_whole CHECK ((((prescriber_authorisation = 'not_set'::text) = (authorisation_on IS NULL)) AND ((prescriber_authorisation <> 'validated'::text) OR (authorisation_proof IS NOT NULL)))),
    CONSTRAINT organisation_code_form CHECK (((code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (char_length(code) <= 60))),
    CONSTRAINT organisation_kind_known CHECK ((kind = ANY (ARRAY['platform'::text, 'partner'::text, 'funder'::text, 'employer'::text, 'prescriber'::text, 'training_provider'::text]))),
    CONSTRAINT organisation_name_text CHECK (public.is_text(name, 200)),
    CONSTRAINT organisation_siret_form CHECK ((siret ~ '^[0-9]{14}$'::text))
);

COMMENT ON TABLE public.organisation IS 'Who takes part: the platform, partners, funders, employers, prescribers, training providers.';

COMMENT ON COLUMN public.organisation.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.organisation.code IS 'public Short stable name for files and commands: cd31.';

COMMENT ON COLUMN public.organisation.name IS 'public The name people know.';

COMMENT ON COLUMN public.organisation.kind IS 'public What it is on the platform.';

COMMENT ON COLUMN public.organisation.siret IS 'public SIRET, 14 digits; checked by the program.';

COMMENT ON COLUMN public.organisation.version IS 'internal Raised by every change.';

COMMENT ON COLUMN public.organisation.prescriber_authorisation IS 'internal Whether it may send candidates: not_set, validated, refused, not_required.';

COMMENT ON COLUMN public.organisation.authorisation_proof IS 'internal What shows it: an agreement''s reference, an address.';

COMMENT ON COLUMN public.organisation.authorisation_on IS 'internal Since which day.';

COMMENT ON COLUMN public.organisation.authorisation_by IS 'internal The team''s member who said so.';

CREATE TABLE public.progress_note (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    author_id uuid,
    CONSTRAINT progress_note_kind_known CHECK ((kind = ANY (ARRAY['result'::text, 'blocker'::text, 'next_step'::text, 'success'::text]))),
    CONSTRAINT progress_note_text_text CHECK (public.is_text(text, 4000))
);

COMMENT ON TABLE public.progress_note IS 'Dated notes on an action.';

COMMENT ON COLUMN public.progress_note.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.progress_note.action_id IS 'internal The action.';

COMMENT ON COLUMN public.progress_note.kind IS 'internal result, blocker, next_step or success.';

COMMENT ON COLUMN public.progress_note.text IS 'internal What its author says.';

COMMENT ON COLUMN public.progress_note.written_at IS 'internal When.';

COMMENT ON COLUMN public.progress_note.author_id IS 'internal By which member.';

CREATE VIEW public.action_view AS
 SELECT a.id,
    a.plan_id,
    a.code,
    a.title,
    a.description,
    x.code AS axis,
    p.code AS parent,
    a.lead_organisation_id,
    jsonb_build_object('code', lead.code, 'name', lead.name) AS lead,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('code', o.code, 'name', o.name) ORDER BY o.code), '[]'::jsonb) AS "coalesce"
           FROM (public.action_partner ap
             JOIN public.organisation o ON ((o.id = ap.organisation_id)))
          WHERE (ap.action_id = a.id)) AS partners,
    money.public_funding,
    money.funding,
    a.planned_start,
    a.planned_end,
    a.actual_start,
    a.actual_end,
    a.status,
        CASE a.status
            WHEN 'done'::text THEN 100
            ELSE COALESCE(progress.percent, 0)
        END AS progress_percent,
    progress.next_milestone_on,
    progress.milestones,
    progress.indicators,
    money.planned_cents,
    money.committed_cents,
    money.spent_cents,
    a.status_reason,
    a.status_reason_code,
    a.blocker,
    a.unblocker,
    a.health,
    a.is_public,
    a.priority,
    public.places(a.territory) AS territory,
    a.territory AS place_codes,
    to_jsonb(a.audiences) AS audiences,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', e.id, 'label', e.label, 'url', e.url, 'file_kind', e.file_kind, 'file_bytes', e.file_bytes, 'file_sha256', e.file_sha256, 'added_at', public.instant_text(e.added_at)) ORDER BY e.id), '[]'::jsonb) AS "coalesce"
           FROM public.evidence e
          WHERE (e.action_id = a.id)) AS evidence,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'text', n.text, 'written_at', public.instant_text(n.written_at)) ORDER BY n.id), '[]'::jsonb) AS "coalesce"
           FROM public.progress_note n
          WHERE (n.action_id = a.id)) AS notes,
    a.updated_at,
    a.version,
    a.public_version,
    a.search_text
   FROM (((((public.action a
     JOIN public.axis x ON ((x.id = a.axis_id)))
     JOIN public.organisation lead ON ((lead.id = a.lead_organisation_id)))
     LEFT JOIN public.action p ON ((p.id = a.parent_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(jsonb_agg(jsonb_build_object('funder', o.code, 'year', f.year, 'planned_cents', f.planned_cents) ORDER BY o.code, f.year), '[]'::jsonb) AS public_funding,
            COALESCE(jsonb_agg(jsonb_build_object('funder', o.code, 'year', f.year, 'planned_cents', f.planned_cents, 'committed_cents', f.committed_cents, 'spent_cents', f.spent_cents) ORDER BY o.code, f.year), '[]'::jsonb) AS funding,
            (COALESCE(sum(f.planned_cents), (0)::numeric))::bigint AS planned_cents,
            (COALESCE(sum(f.committed_cents), (0)::numeric))::bigint AS committed_cents,
            (COALESCE(sum(f.spent_cents), (0)::numeric))::bigint AS spent_cents
           FROM (public.funding_line f
             JOIN public.organisation o ON ((o.id = f.funder_id)))
          WHERE (f.action_id = a.id)) money)
     JOIN public.action_progress progress ON ((progress.action_id = a.id)));

COMMENT ON VIEW public.action_view IS 'Actions with their parts: internal columns too.';

CREATE FUNCTION public.action_as_of(day date) RETURNS SETOF public.action_view
    LANGUAGE sql STABLE
    AS $$
        WITH field AS (
            SELECT DISTINCT ON (c.table_name, c.row_id, c.field) c.table_name, c.row_id, c.field, c.new_value
              FROM field_change c JOIN audit_log l ON l.id = c.audit_id
             WHERE c.parent_id IS NOT NULL AND l.at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
             ORDER BY c.table_name, c.row_id, c.field, c.id DESC),
        news AS (
            SELECT c.parent_id, max(l.at) AS at
              FROM field_change c JOIN audit_log l ON l.id = c.audit_id
             WHERE c.parent_id IS NOT NULL AND c.table_name <> 'action_comment'
               AND l.at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
             GROUP BY c.parent_id),
        day_row AS (
            -- A row whose every field is gone was deleted.
            SELECT f.table_name, f.row_id,
                   jsonb_build_object('id', f.row_id)
                   || CASE f.table_name WHEN 'action' THEN jsonb_build_object('updated_at', min(n.at)) ELSE '{}' END
                   || jsonb_object_agg(f.field, f.new_value) FILTER (WHERE f.new_value IS NOT NULL) AS value
              FROM field f LEFT JOIN news n ON n.parent_id = f.row_id
             GROUP BY f.table_name, f.row_id
            HAVING bool_or(f.new_value IS NOT NULL))
        ,
action AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.action, '{"priority": "normal", "audiences": [], "territory": []}' || value) AS r WHERE table_name = 'action'),
action_partner AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.action_partner, '{}' || value) AS r WHERE table_name = 'action_partner'),
funding_line AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.funding_line, '{}' || value) AS r WHERE table_name = 'funding_line'),
evidence AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.evidence, '{}' || value) AS r WHERE table_name = 'evidence'),
progress_note AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.progress_note, '{}' || value) AS r WHERE table_name = 'progress_note'),
milestone AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.milestone, '{}' || value) AS r WHERE table_name = 'milestone'),
indicator AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.indicator, '{}' || value) AS r WHERE table_name = 'indicator'),
indicator_value AS (SELECT r.* FROM day_row, jsonb_populate_record(NULL::public.indicator_value, '{}' || value) AS r WHERE table_name = 'indicator_value'),
        indicator_standing AS ( SELECT i.id,
    i.action_id,
    i.title,
    i.unit,
    trim_scale(i.baseline) AS baseline,
    trim_scale(i.target) AS target,
    i.weight,
    trim_scale(latest.value) AS value,
    latest.dated_on,
    indicator_part(i.baseline, i.target, latest.value) AS part,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', v.id, 'dated_on', v.dated_on, 'value', trim_scale(v.value), 'source', v.source, 'challenge', v.challenge, 'settlement', v.settlement, 'settlement_note', v.settlement_note, 'added_at', instant_text(v.added_at)) ORDER BY v.dated_on, v.id), '[]'::jsonb) AS "coalesce"
           FROM indicator_value v
          WHERE (v.indicator_id = i.id)) AS series
   FROM (indicator i
     LEFT JOIN LATERAL ( SELECT v.value,
            v.dated_on
           FROM indicator_value v
          WHERE ((v.indicator_id = i.id) AND (v.settlement IS DISTINCT FROM 'withdrawn'::text))
          ORDER BY v.dated_on DESC, v.id DESC
         LIMIT 1) latest ON (true))),
        action_progress AS ( SELECT a.id AS action_id,
    weighed.percent,
    m.next_milestone_on,
    m.milestones,
    i.indicators
   FROM (((action a
     CROSS JOIN LATERAL ( SELECT min(milestone.due_on) FILTER (WHERE (milestone.done_on IS NULL)) AS next_milestone_on,
            COALESCE(jsonb_agg(jsonb_build_object('id', milestone.id, 'title', milestone.title, 'due_on', milestone.due_on, 'done_on', milestone.done_on, 'weight', milestone.weight) ORDER BY milestone.due_on, milestone.id), '[]'::jsonb) AS milestones,
            sum(milestone.weight) AS weight,
            sum(milestone.weight) FILTER (WHERE (milestone.done_on IS NOT NULL)) AS done
           FROM milestone
          WHERE (milestone.action_id = a.id)) m)
     CROSS JOIN LATERAL ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', indicator_standing.id, 'title', indicator_standing.title, 'unit', indicator_standing.unit, 'baseline', indicator_standing.baseline, 'target', indicator_standing.target, 'weight', indicator_standing.weight, 'value', indicator_standing.value, 'dated_on', indicator_standing.dated_on, 'progress_percent', round((indicator_standing.part * (100)::numeric)), 'values', indicator_standing.series) ORDER BY indicator_standing.title), '[]'::jsonb) AS indicators,
            sum(indicator_standing.weight) AS weight,
            sum(((indicator_standing.weight)::numeric * indicator_standing.part)) AS done
           FROM indicator_standing
          WHERE (indicator_standing.action_id = a.id)) i)
     CROSS JOIN LATERAL ( SELECT (round((((100)::numeric * ((COALESCE(m.done, (0)::bigint))::numeric + COALESCE(i.done, (0)::numeric))) / (NULLIF((COALESCE(m.weight, (0)::bigint) + COALESCE(i.weight, (0)::bigint)), 0))::numeric)))::integer AS percent) weighed))
         SELECT a.id,
    a.plan_id,
    a.code,
    a.title,
    a.description,
    x.code AS axis,
    p.code AS parent,
    a.lead_organisation_id,
    jsonb_build_object('code', lead.code, 'name', lead.name) AS lead,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('code', o.code, 'name', o.name) ORDER BY o.code), '[]'::jsonb) AS "coalesce"
           FROM (action_partner ap
             JOIN organisation o ON ((o.id = ap.organisation_id)))
          WHERE (ap.action_id = a.id)) AS partners,
    money.public_funding,
    money.funding,
    a.planned_start,
    a.planned_end,
    a.actual_start,
    a.actual_end,
    a.status,
        CASE a.status
            WHEN 'done'::text THEN 100
            ELSE COALESCE(progress.percent, 0)
        END AS progress_percent,
    progress.next_milestone_on,
    progress.milestones,
    progress.indicators,
    money.planned_cents,
    money.committed_cents,
    money.spent_cents,
    a.status_reason,
    a.status_reason_code,
    a.blocker,
    a.unblocker,
    a.health,
    a.is_public,
    a.priority,
    places(a.territory) AS territory,
    a.territory AS place_codes,
    to_jsonb(a.audiences) AS audiences,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', e.id, 'label', e.label, 'url', e.url, 'file_kind', e.file_kind, 'file_bytes', e.file_bytes, 'file_sha256', e.file_sha256, 'added_at', instant_text(e.added_at)) ORDER BY e.id), '[]'::jsonb) AS "coalesce"
           FROM evidence e
          WHERE (e.action_id = a.id)) AS evidence,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'text', n.text, 'written_at', instant_text(n.written_at)) ORDER BY n.id), '[]'::jsonb) AS "coalesce"
           FROM progress_note n
          WHERE (n.action_id = a.id)) AS notes,
    a.updated_at,
    a.version,
    a.public_version,
    a.search_text
   FROM (((((action a
     JOIN axis x ON ((x.id = a.axis_id)))
     JOIN organisation lead ON ((lead.id = a.lead_organisation_id)))
     LEFT JOIN action p ON ((p.id = a.parent_id)))
     CROSS JOIN LATERAL ( SELECT COALESCE(jsonb_agg(jsonb_build_object('funder', o.code, 'year', f.year, 'planned_cents', f.planned_cents) ORDER BY o.code, f.year), '[]'::jsonb) AS public_funding,
            COALESCE(jsonb_agg(jsonb_build_object('funder', o.code, 'year', f.year, 'planned_cents', f.planned_cents, 'committed_cents', f.committed_cents, 'spent_cents', f.spent_cents) ORDER BY o.code, f.year), '[]'::jsonb) AS funding,
            (COALESCE(sum(f.planned_cents), (0)::numeric))::bigint AS planned_cents,
            (COALESCE(sum(f.committed_cents), (0)::numeric))::bigint AS committed_cents,
            (COALESCE(sum(f.spent_cents), (0)::numeric))::bigint AS spent_cents
           FROM (funding_line f
             JOIN organisation o ON ((o.id = f.funder_id)))
          WHERE (f.action_id = a.id)) money)
     JOIN action_progress progress ON ((progress.action_id = a.id)))
        $$;

COMMENT ON FUNCTION public.action_as_of(day date) IS 'The actions as they stood at the end of a day in Paris, made again from their history.';

CREATE FUNCTION public.action_has_open_challenge(indicators jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jsonb_path_exists(indicators, '$[*]."values"[*]?(@."challenge" != null && @."settlement" == null)'::jsonpath);

COMMENT ON FUNCTION public.action_has_open_challenge(indicators jsonb) IS 'A value of an indicator is doubted, and the doubt is not settled.';

CREATE FUNCTION public.action_is_late(status text, planned_start date, planned_end date, next_milestone_on date, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((status <> ALL (ARRAY['done'::text, 'abandoned'::text])) AND ((planned_end < day) OR ((status = 'planned'::text) AND (planned_start < day)) OR COALESCE((next_milestone_on < day), false)));

COMMENT ON FUNCTION public.action_is_late(status text, planned_start date, planned_end date, next_milestone_on date, day date) IS 'Neither done nor abandoned, and past its end, or past its start and still planned, or past a milestone.';

CREATE FUNCTION public.action_is_stale(status text, last_news timestamp with time zone, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((status = 'in_progress'::text) AND (((last_news AT TIME ZONE 'Europe/Paris'::text))::date < (day - 60)));

COMMENT ON FUNCTION public.action_is_stale(status text, last_news timestamp with time zone, day date) IS 'In progress and without news for 60 days.';

CREATE FUNCTION public.action_is_at_risk(status text, planned_start date, planned_end date, next_milestone_on date, health text, progress_percent integer, last_news timestamp with time zone, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((status <> ALL (ARRAY['done'::text, 'abandoned'::text])) AND (NOT public.action_is_late(status, planned_start, planned_end, next_milestone_on, day)) AND ((status = 'blocked'::text) OR (health = 'compromised'::text) OR public.action_is_stale(status, last_news, day) OR ((planned_end <= (day + 30)) AND (progress_percent < 70))));

COMMENT ON FUNCTION public.action_is_at_risk(status text, planned_start date, planned_end date, next_milestone_on date, health text, progress_percent integer, last_news timestamp with time zone, day date) IS 'Not late, and blocked, stale, compromised, or ending within 30 days under 70 %.';

CREATE FUNCTION public.action_is_due_soon(status text, planned_end date, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((status <> ALL (ARRAY['done'::text, 'abandoned'::text])) AND ((planned_end >= day) AND (planned_end <= (day + 30))));

COMMENT ON FUNCTION public.action_is_due_soon(status text, planned_end date, day date) IS 'Neither done nor abandoned, and planned to end within 30 days.';

CREATE FUNCTION public.action_is_over_committed(funding jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (EXISTS (SELECT FROM jsonb_array_elements(action_is_over_committed.funding) line(value) WHERE (GREATEST(((line.value ->> 'committed_cents'::text))::bigint, ((line.value ->> 'spent_cents'::text))::bigint) > ((line.value ->> 'planned_cents'::text))::bigint)));

COMMENT ON FUNCTION public.action_is_over_committed(funding jsonb) IS 'More is committed or spent than planned, on some line.';

CREATE FUNCTION public.action_is_under_spent(status text, funding jsonb, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((status <> 'abandoned'::text) AND (SELECT COALESCE(((sum(((line.value ->> 'spent_cents'::text))::bigint) * (10)::numeric) < (sum(((line.value ->> 'planned_cents'::text))::bigint) * (8)::numeric)), false) AS "coalesce" FROM jsonb_array_elements(action_is_under_spent.funding) line(value) WHERE ((((line.value ->> 'year'::text))::integer)::numeric < EXTRACT(year FROM action_is_under_spent.day))));

COMMENT ON FUNCTION public.action_is_under_spent(status text, funding jsonb, day date) IS 'Not abandoned, and less than 80 % of what was planned for the years that ended is spent.';

CREATE FUNCTION public.action_is_without_news(status text, last_news timestamp with time zone, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((status <> ALL (ARRAY['done'::text, 'abandoned'::text])) AND (((last_news AT TIME ZONE 'Europe/Paris'::text))::date < (day - 60)));

COMMENT ON FUNCTION public.action_is_without_news(status text, last_news timestamp with time zone, day date) IS 'Neither done nor abandoned, and without news for 60 days.';

CREATE FUNCTION public.action_lacks_evidence(status text, evidence jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((status = ANY (ARRAY['in_progress'::text, 'done'::text])) AND (evidence = '[]'::jsonb));

COMMENT ON FUNCTION public.action_lacks_evidence(status text, evidence jsonb) IS 'In progress or done, and nothing proves it.';

CREATE FUNCTION public.action_nudges(day date) RETURNS TABLE(action_id uuid, kind text, fact_on date, milestone_id uuid, milestone text)
    LANGUAGE sql STABLE
    AS $$
    SELECT a.id, n.kind, n.fact_on, n.milestone_id, n.milestone
      FROM action a
     CROSS JOIN LATERAL (
           SELECT 'late_end' AS kind, a.planned_end AS fact_on, NULL::uuid AS milestone_id, NULL::text AS milestone
            WHERE a.planned_end < day
           UNION ALL
           SELECT 'late_start', a.planned_start, NULL, NULL
            WHERE a.status = 'planned' AND a.planned_start < day AND a.planned_end >= day
           UNION ALL
           SELECT CASE WHEN m.due_on < day THEN 'late_milestone' ELSE 'milestone_due' END, m.due_on, m.id, m.title
             FROM milestone m WHERE m.action_id = a.id AND m.done_on IS NULL AND m.due_on <= day + 14
           UNION ALL
           -- The history knows since when: an action was never blocked without its being written there.
           SELECT 'blocked', since.on_day, NULL, NULL
             FROM (SELECT (max(l.at) AT TIME ZONE 'Europe/Paris')::date AS on_day
                     FROM field_change c JOIN audit_log l ON l.id = c.audit_id
                    WHERE c.row_id = a.id AND c.table_name = 'action' AND c.field = 'status'
                      AND c.new_value = '"blocked"') AS since
            WHERE a.status = 'blocked' AND since.on_day <= day - 30
           UNION ALL
           SELECT 'stale', (a.updated_at AT TIME ZONE 'Europe/Paris')::date, NULL, NULL
            WHERE action_is_stale(a.status, a.updated_at, day)
           UNION ALL
           SELECT 'nothing_spent', a.planned_end, NULL, NULL
            WHERE a.planned_end BETWEEN day AND day + 30
              AND (SELECT sum(planned_cents) > 0 AND sum(spent_cents) = 0 FROM funding_line f WHERE f.action_id = a.id)
           UNION ALL
           SELECT 'no_evidence', a.planned_end, NULL, NULL
            WHERE a.planned_end BETWEEN day AND day + 30
              AND NOT EXISTS (SELECT FROM evidence e WHERE e.action_id = a.id)) AS n
     WHERE a.status NOT IN ('done', 'abandoned')
$$;

COMMENT ON FUNCTION public.action_nudges(day date) IS 'What leads should be reminded of on a day.';

CREATE FUNCTION public.are_codes(codes text[], form text, most integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((cardinality(codes) <= most) AND (SELECT COALESCE(bool_and((code.code ~ are_codes.form)), true) AS "coalesce" FROM unnest(are_codes.codes) code(code)));

COMMENT ON FUNCTION public.are_codes(codes text[], form text, most integer) IS 'Whether a list has at most so many entries, all of one form.';

CREATE FUNCTION public.current_caller() RETURNS text
    LANGUAGE sql STABLE
    RETURN NULLIF(current_setting('pa31.caller'::text, true), ''::text);

COMMENT ON FUNCTION public.current_caller() IS 'Who this transaction acts for: a member''s id, system, or NULL.';

CREATE FUNCTION public.current_instant() RETURNS timestamp with time zone
    LANGUAGE sql STABLE
    RETURN COALESCE((NULLIF(current_setting('pa31.now'::text, true), ''::text))::timestamp with time zone, transaction_timestamp());

COMMENT ON FUNCTION public.current_instant() IS 'When this transaction acts: the clock the program was given.';

CREATE TABLE public.audit_log (
    id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    caller text,
    organisation_id uuid,
    request_id text NOT NULL,
    operation text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    details jsonb,
    CONSTRAINT audit_log_operation_form CHECK ((operation ~ '^[a-z_]+(\.[a-z_]+)+$'::text))
);

COMMENT ON TABLE public.audit_log IS 'One row for each operation that changed something, written in its transaction (security.md §5).';

COMMENT ON COLUMN public.audit_log.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.audit_log.at IS 'internal When.';

COMMENT ON COLUMN public.audit_log.caller IS 'internal The member''s id, or system; NULL when no member was known.';

COMMENT ON COLUMN public.audit_log.organisation_id IS 'internal For which organisation the member acted.';

COMMENT ON COLUMN public.audit_log.request_id IS 'internal The server''s id of the request, or the CLI''s of the command.';

COMMENT ON COLUMN public.audit_log.operation IS 'internal What was done: action.transition, token.create …';

COMMENT ON COLUMN public.audit_log.subject_kind IS 'internal What kind of thing it was done to.';

COMMENT ON COLUMN public.audit_log.subject_id IS 'internal To which one; NULL when to many.';

COMMENT ON COLUMN public.audit_log.details IS 'internal Ids, codes and counts that the changes do not show; no text, no name.';

CREATE TABLE public.audit_pending (
    audit_id uuid NOT NULL
);

COMMENT ON TABLE public.audit_pending IS 'Audit rows that the sealer has not chained yet; it empties this queue every second.';

COMMENT ON COLUMN public.audit_pending.audit_id IS 'internal The row. A row missing here without a seal is what audit verify calls unsealed.';

CREATE FUNCTION public.begin_operation(id uuid, operation text, subject_kind text, subject_id uuid, details jsonb) RETURNS uuid
    LANGUAGE sql
    BEGIN ATOMIC
 INSERT INTO public.audit_log (id, at, caller, organisation_id, request_id, operation, subject_kind, subject_id, details)
   VALUES (begin_operation.id, public.current_instant(), public.current_caller(), (NULLIF(current_setting('pa31.organisation'::text, true), ''::text))::uuid, COALESCE(NULLIF(current_setting('pa31.request'::text, true), ''::text), 'sql'::text), begin_operation.operation, begin_operation.subject_kind, begin_operation.subject_id, begin_operation.details);
 INSERT INTO public.audit_pending (audit_id)
   VALUES (begin_operation.id);
 SELECT (set_config('pa31.audit'::text, (id)::text, true))::uuid AS set_config;
END;

COMMENT ON FUNCTION public.begin_operation(id uuid, operation text, subject_kind text, subject_id uuid, details jsonb) IS 'Writes the audit row of what follows in this transaction.';

CREATE FUNCTION public.caller_day() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((public.current_instant() AT TIME ZONE 'Europe/Paris'::text))::date;

COMMENT ON FUNCTION public.caller_day() IS 'The day it is in Paris for this transaction.';

CREATE FUNCTION public.caller_file() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN CASE WHEN setting_id('pa31.file') IS NOT NULL AND caller_is_team() THEN setting_id('pa31.file') END;
END
$$;

COMMENT ON FUNCTION public.caller_file() IS 'The one file that a member of the team opens in this transaction (pa31.file).';

CREATE FUNCTION public.caller_is_dpo() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN caller_is_team() AND EXISTS (SELECT FROM member m WHERE m.id::text = current_caller() AND m.role = 'dpo');
END
$$;

COMMENT ON FUNCTION public.caller_is_dpo() IS 'Whether this transaction acts for the data-protection officer.';

CREATE FUNCTION public.caller_is_team() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN EXISTS (SELECT FROM organisation o WHERE o.id = caller_organisation() AND o.kind = 'platform');
END
$$;

COMMENT ON FUNCTION public.caller_is_team() IS 'Whether this transaction acts for a member of the platform''s team.';

CREATE FUNCTION public.caller_link() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN CASE WHEN current_caller() IS NULL THEN setting_id('pa31.link') END;
END
$$;

COMMENT ON FUNCTION public.caller_link() IS 'What the link that nobody known came with is about (pa31.link): a candidate''s id.';

CREATE FUNCTION public.caller_may_prescribe() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
BEGIN
    RETURN EXISTS (SELECT FROM organisation o WHERE o.id = caller_organisation() AND o.kind = 'prescriber'
                      AND o.prescriber_authorisation IN ('validated', 'not_required'));
END
$$;

COMMENT ON FUNCTION public.caller_may_prescribe() IS 'Whether this transaction acts for a member of a prescriber that may send, and be shared with.';

CREATE FUNCTION public.caller_organisation() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $_$
BEGIN
    IF current_caller() !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN RETURN NULL; END IF;
    RETURN (SELECT m.organisation_id FROM member m WHERE m.id = current_caller()::uuid AND m.disabled_at IS NULL);
END
$_$;

COMMENT ON FUNCTION public.caller_organisation() IS 'The organisation of the member that this transaction acts for; NULL for nobody and the system.';

CREATE FUNCTION public.caller_receives(candidate uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    -- The person's first: a plan that PostgreSQL keeps from somebody who receives nothing would walk through all that an employer
    -- received.
    RETURN EXISTS (SELECT FROM (SELECT * FROM orientation p WHERE p.candidate_id = caller_receives.candidate OFFSET 0) AS o
                    WHERE (o.receiver_id = caller_organisation() OR o.id = caller_link())
                      AND (o.visible_until IS NULL OR o.visible_until >= caller_day()));
END $$;

COMMENT ON FUNCTION public.caller_receives(candidate uuid) IS 'Whether the caller, or the link it came by, has this person''s orientation before it, and still may see who it is.';

CREATE FUNCTION public.caller_shares(wanted text) RETURNS uuid[]
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF NOT caller_may_prescribe() THEN RETURN '{}'; END IF;
    RETURN ARRAY(SELECT s.candidate_id FROM candidate_share s
                  WHERE s.to_organisation_id = caller_organisation() AND s.revoked_at IS NULL
                    AND caller_day() BETWEEN s.starts_on AND s.ends_on AND (s.access = 'follow_up' OR wanted = 'read'));
END
$$;

COMMENT ON FUNCTION public.caller_shares(wanted text) IS 'Files of others that are shared with the caller''s organisation today, to read or (follow_up) to follow up.';

CREATE FUNCTION public.caller_transfer() RETURNS uuid
    LANGUAGE plpgsql STABLE
    AS $$
BEGIN
    IF setting_id('pa31.transfer') IS NULL THEN RETURN NULL; END IF;
    RETURN (SELECT t.candidate_id FROM candidate_transfer t
             WHERE t.id = setting_id('pa31.transfer') AND t.state = 'asked' AND t.to_organisation_id = caller_organisation());
END
$$;

COMMENT ON FUNCTION public.caller_transfer() IS 'The file whose transfer to the caller''s organisation is being accepted (pa31.transfer).';

CREATE TABLE public.candidate (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    referent_id uuid,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text,
    phone text,
    insee text,
    birth_year integer,
    situation text,
    diplomas text[] DEFAULT '{}'::text[] NOT NULL,
    experience_years numeric(3,1),
    experience text,
    licence boolean,
    vehicle boolean,
    mobility_km integer,
    available_from date,
    night boolean DEFAULT false NOT NULL,
    weekend boolean DEFAULT false NOT NULL,
    split_shifts boolean DEFAULT false NOT NULL,
    contracts text[] DEFAULT '{}'::text[] NOT NULL,
    hours_min numeric(4,1),
    hours_max numeric(4,1),
    jobs text[] DEFAULT '{}'::text[] NOT NULL,
    lawful_basis text NOT NULL,
    notice_version text NOT NULL,
    notice_given_on date NOT NULL,
    notice_channel text NOT NULL,
    objected_at timestamp with time zone,
    last_contact_on date NOT NULL,
    compared_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    search_text text GENERATED ALWAYS AS (public.folded(((first_name || ' '::text) || last_name))) STORED NOT NULL,
    CONSTRAINT candidate_available_range CHECK (((available_from >= '2020-01-01'::date) AND (available_from <= '2100-01-01'::date))),
    CONSTRAINT candidate_birth_year_range CHECK (((birth_year >= 1900) AND (birth_year <= 2100))),
    CONSTRAINT candidate_contracts_form CHECK (public.are_codes(contracts, '^[a-z0-9_]{3,40}$'::text, 20)),
    CONSTRAINT candidate_diplomas_form CHECK (public.are_codes(diplomas, '^[a-z0-9-]{2,80}$'::text, 20)),
    CONSTRAINT candidate_email_form CHECK (((email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text) AND (char_length(email) <= 254) AND (email = lower(email)))),
    CONSTRAINT candidate_experience_text CHECK (public.is_text(experience, 2000)),
    CONSTRAINT candidate_experience_years_range CHECK (((experience_years >= (0)::numeric) AND (experience_years <= (60)::numeric))),
    CONSTRAINT candidate_first_name_text CHECK (public.is_text(first_name, 100)),
    CONSTRAINT candidate_hours_order CHECK ((hours_min <= hours_max)),
    CONSTRAINT candidate_hours_range CHECK ((((hours_min >= (1)::numeric) AND (hours_min <= (48)::numeric)) AND ((hours_max >= (1)::numeric) AND (hours_max <= (48)::numeric)))),
    CONSTRAINT candidate_insee_form CHECK ((insee ~ '^[0-9][0-9AB][0-9]{3}$'::text)),
    CONSTRAINT candidate_jobs_form CHECK (public.are_codes(jobs, '^[A-N][0-9]{4}$'::text, 20)),
    CONSTRAINT candidate_last_contact_range CHECK (((last_contact_on >= '2020-01-01'::date) AND (last_contact_on <= '2100-01-01'::date))),
    CONSTRAINT candidate_last_name_text CHECK (public.is_text(last_name, 100)),
    CONSTRAINT candidate_lawful_basis_known CHECK ((lawful_basis = ANY (ARRAY['public_task'::text, 'pre_contract'::text, 'legitimate_interest'::text]))),
    CONSTRAINT candidate_mobility_range CHECK (((mobility_km >= 0) AND (mobility_km <= 500))),
    CONSTRAINT candidate_notice_channel_known CHECK ((notice_channel = ANY (ARRAY['in_person'::text, 'phone'::text, 'letter'::text, 'email'::text, 'form'::text]))),
    CONSTRAINT candidate_notice_range CHECK (((notice_given_on >= '2020-01-01'::date) AND (notice_given_on <= '2100-01-01'::date))),
    CONSTRAINT candidate_notice_version_text CHECK (public.is_text(notice_version, 40)),
    CONSTRAINT candidate_phone_form CHECK ((phone ~ '^\+[0-9]{6,15}$'::text)),
    CONSTRAINT candidate_situation_known CHECK ((situation = ANY (ARRAY['job_seeker'::text, 'career_change'::text, 'employee'::text, 'student'::text, 'other'::text])))
);

ALTER TABLE ONLY public.candidate FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.candidate IS 'A person that a prescriber accompanies: the file. Never a national number, health, family, religion or origin.';

COMMENT ON COLUMN public.candidate.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.candidate.organisation_id IS 'internal The prescriber''s organisation that follows the person: the file is its.';

COMMENT ON COLUMN public.candidate.referent_id IS 'internal Its member who is the person''s referent.';

COMMENT ON COLUMN public.candidate.first_name IS 'personal First name.';

COMMENT ON COLUMN public.candidate.last_name IS 'personal Surname.';

COMMENT ON COLUMN public.candidate.email IS 'personal Address, in lower case.';

COMMENT ON COLUMN public.candidate.phone IS 'personal Telephone: + and digits.';

COMMENT ON COLUMN public.candidate.insee IS 'personal INSEE code of the commune where the person lives.';

COMMENT ON COLUMN public.candidate.birth_year IS 'personal Year of birth; no more is ever asked.';

COMMENT ON COLUMN public.candidate.situation IS 'personal job_seeker, career_change, employee, student, other.';

COMMENT ON COLUMN public.candidate.diplomas IS 'personal Diplomas (diploma.id).';

COMMENT ON COLUMN public.candidate.experience_years IS 'personal Years of experience in the sector.';

COMMENT ON COLUMN public.candidate.experience IS 'personal What the person did, in words.';

COMMENT ON COLUMN public.candidate.licence IS 'personal Whether with a driving licence; NULL: not said.';

COMMENT ON COLUMN public.candidate.vehicle IS 'personal Whether with a vehicle; NULL: not said.';

COMMENT ON COLUMN public.candidate.mobility_km IS 'personal How far from home, in kilometres.';

COMMENT ON COLUMN public.candidate.available_from IS 'personal First day; NULL: at once.';

COMMENT ON COLUMN public.candidate.night IS 'personal Whether work at night is accepted.';

COMMENT ON COLUMN public.candidate.weekend IS 'personal Whether work at weekends is accepted.';

COMMENT ON COLUMN public.candidate.split_shifts IS 'personal Whether days in several parts are accepted.';

COMMENT ON COLUMN public.candidate.contracts IS 'personal Contracts accepted (contract_type.code); none: any.';

COMMENT ON COLUMN public.candidate.hours_min IS 'personal At least so many hours a week.';

COMMENT ON COLUMN public.candidate.hours_max IS 'personal At most so many hours a week.';

COMMENT ON COLUMN public.candidate.jobs IS 'personal Jobs wanted: ROME codes.';

COMMENT ON COLUMN public.candidate.lawful_basis IS 'internal public_task, pre_contract, legitimate_interest.';

COMMENT ON COLUMN public.candidate.notice_version IS 'internal Version of the information notice that the person got.';

COMMENT ON COLUMN public.candidate.notice_given_on IS 'internal When.';

COMMENT ON COLUMN public.candidate.notice_channel IS 'internal How: in_person, phone, letter, email, form.';

COMMENT ON COLUMN public.candidate.objected_at IS 'internal When the person objected: nothing is sent any more.';

COMMENT ON COLUMN public.candidate.last_contact_on IS 'internal Last active contact: what retention counts from.';

COMMENT ON COLUMN public.candidate.compared_at IS 'internal When the platform looked whether another organisation follows the same person.';

COMMENT ON COLUMN public.candidate.created_at IS 'internal When the file was opened.';

COMMENT ON COLUMN public.candidate.updated_at IS 'internal Its last change.';

COMMENT ON COLUMN public.candidate.version IS 'internal Raised by every change; If-Match names it.';

COMMENT ON COLUMN public.candidate.search_text IS 'personal Its name without case and accents.';

CREATE TABLE public.member (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    name text NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    disabled_at timestamp with time zone,
    forgotten_at timestamp with time zone,
    last_use_on date,
    CONSTRAINT member_email_form CHECK (((email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text) AND (char_length(email) <= 254))),
    CONSTRAINT member_forgotten_is_nobody CHECK (((forgotten_at IS NULL) OR ((disabled_at IS NOT NULL) AND (email = ((id)::text || '@efface.invalid'::text))))),
    CONSTRAINT member_name_text CHECK (public.is_text(name, 120)),
    CONSTRAINT member_role_known CHECK ((role = ANY (ARRAY['manager'::text, 'editor'::text, 'reader'::text, 'dpo'::text])))
);

COMMENT ON TABLE public.member IS 'A person who acts for an organisation. Names and addresses never enter history or audit: ids do.';

COMMENT ON COLUMN public.member.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.member.organisation_id IS 'internal For which organisation.';

COMMENT ON COLUMN public.member.name IS 'personal The person''s name.';

COMMENT ON COLUMN public.member.email IS 'personal The person''s professional address.';

COMMENT ON COLUMN public.member.role IS 'internal manager, editor, reader; dpo in the team only.';

COMMENT ON COLUMN public.member.disabled_at IS 'internal From when the member may do nothing any more.';

COMMENT ON COLUMN public.member.forgotten_at IS 'internal When name and address were forgotten.';

COMMENT ON COLUMN public.member.last_use_on IS 'internal The last use of tokens that are forgotten.';

CREATE FUNCTION public.candidates_named(caller uuid, words text, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 50
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT c.id
    FROM public.candidate c
   WHERE ((c.organisation_id = ( SELECT m.organisation_id
            FROM public.member m
           WHERE ((m.id = candidates_named.caller) AND ((m.id)::text = public.current_caller()) AND (m.disabled_at IS NULL)))) AND (public.folded(candidates_named.words) OPERATOR(public.<%) c.search_text))
   ORDER BY (public.word_similarity(public.folded(candidates_named.words), c.search_text)) DESC, c.id DESC
  LIMIT candidates_named.most;
END;

COMMENT ON FUNCTION public.candidates_named(caller uuid, words text, most integer) IS 'Files of the caller''s own organisation whose name is like some words, the most alike first.';

CREATE TABLE public.candidate_share (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    from_organisation_id uuid NOT NULL,
    to_organisation_id uuid NOT NULL,
    purpose text NOT NULL,
    access text NOT NULL,
    fields text[] NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    revoked_at timestamp with time zone,
    CONSTRAINT candidate_share_access_known CHECK ((access = ANY (ARRAY['read'::text, 'follow_up'::text]))),
    CONSTRAINT candidate_share_fields_known CHECK (((fields <@ ARRAY['contact'::text, 'situation'::text, 'background'::text, 'wishes'::text]) AND (cardinality(fields) <= 4))),
    CONSTRAINT candidate_share_other CHECK (((revoked_at IS NOT NULL) OR (from_organisation_id <> to_organisation_id))),
    CONSTRAINT candidate_share_period_order CHECK (((ends_on >= starts_on) AND (ends_on <= (starts_on + 366)))),
    CONSTRAINT candidate_share_purpose_text CHECK (public.is_text(purpose, 300)),
    CONSTRAINT candidate_share_starts_range CHECK (((starts_on >= '2020-01-01'::date) AND (starts_on <= '2100-01-01'::date)))
);

ALTER TABLE ONLY public.candidate_share FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.candidate_share IS 'Files that another prescriber may read or follow up, for a purpose and a time; never statistics.';

COMMENT ON COLUMN public.candidate_share.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.candidate_share.candidate_id IS 'internal Which file.';

COMMENT ON COLUMN public.candidate_share.from_organisation_id IS 'internal Whose file it is.';

COMMENT ON COLUMN public.candidate_share.to_organisation_id IS 'internal With whom it is shared.';

COMMENT ON COLUMN public.candidate_share.purpose IS 'personal What for.';

COMMENT ON COLUMN public.candidate_share.access IS 'internal read, or follow_up: also orient.';

COMMENT ON COLUMN public.candidate_share.fields IS 'internal What is shown beside the name: contact, situation, background, wishes.';

COMMENT ON COLUMN public.candidate_share.starts_on IS 'internal First day.';

COMMENT ON COLUMN public.candidate_share.ends_on IS 'internal Last day.';

COMMENT ON COLUMN public.candidate_share.created_at IS 'internal When it was given.';

COMMENT ON COLUMN public.candidate_share.created_by IS 'internal By which member.';

COMMENT ON COLUMN public.candidate_share.revoked_at IS 'internal When it was taken back.';

CREATE FUNCTION public.candidates_wanting(caller uuid, wanted text[]) RETURNS TABLE(id uuid, organisation_id uuid, insee text, diplomas text[], experience_years numeric, licence boolean, vehicle boolean, mobility_km integer, available_from date, night boolean, weekend boolean, split_shifts boolean, contracts text[], hours_min numeric, hours_max numeric, jobs text[])
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH scope AS MATERIALIZED (
          SELECT m.organisation_id
            FROM (public.member m
              JOIN public.organisation o ON ((o.id = m.organisation_id)))
           WHERE ((m.id = candidates_wanting.caller) AND ((m.id)::text = public.current_caller()) AND (m.disabled_at IS NULL) AND (o.kind = 'prescriber'::text) AND (o.prescriber_authorisation = ANY (ARRAY['validated'::text, 'not_required'::text])))
         )
  SELECT c.id,
     c.organisation_id,
     c.insee,
     c.diplomas,
     c.experience_years,
     c.licence,
     c.vehicle,
     c.mobility_km,
     c.available_from,
     c.night,
     c.weekend,
     c.split_shifts,
     c.contracts,
     c.hours_min,
     c.hours_max,
     c.jobs
    FROM public.candidate c
   WHERE ((c.organisation_id = ( SELECT s.organisation_id
            FROM scope s)) AND (c.jobs && candidates_wanting.wanted) AND (c.objected_at IS NULL))
 UNION ALL
  SELECT c.id,
     c.organisation_id,
         CASE
             WHEN ('situation'::text = ANY (h.fields)) THEN c.insee
             ELSE NULL::text
         END AS "case",
         CASE
             WHEN ('background'::text = ANY (h.fields)) THEN c.diplomas
             ELSE NULL::text[]
         END AS "case",
         CASE
             WHEN ('background'::text = ANY (h.fields)) THEN c.experience_years
             ELSE NULL::numeric
         END AS "case",
     c.licence,
     c.vehicle,
     c.mobility_km,
     c.available_from,
     c.night,
     c.weekend,
     c.split_shifts,
     c.contracts,
     c.hours_min,
     c.hours_max,
     c.jobs
    FROM (public.candidate_share h
      JOIN public.candidate c ON ((c.id = h.candidate_id)))
   WHERE ((h.to_organisation_id = ( SELECT s.organisation_id
            FROM scope s)) AND (h.revoked_at IS NULL) AND ((( SELECT public.caller_day() AS caller_day) >= h.starts_on) AND (( SELECT public.caller_day() AS caller_day) <= h.ends_on)) AND ('wishes'::text = ANY (h.fields)) AND (c.organisation_id <> h.to_organisation_id) AND (c.jobs && candidates_wanting.wanted) AND (c.objected_at IS NULL));
END;

COMMENT ON FUNCTION public.candidates_wanting(caller uuid, wanted text[]) IS 'Files that the caller''s organisation keeps or shares of those who want one of these jobs, as far as needs are compared with them.';

CREATE FUNCTION public.check_audit_checkpoint() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_seal s WHERE s.position = NEW.position AND s.chain_hash = NEW.chain_hash)
       OR EXISTS (SELECT FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
                   WHERE s.position <= NEW.position AND a.at >= forgotten_before('audit')) THEN
        RAISE EXCEPTION 'audit rows that are to be kept are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.check_audit_checkpoint() IS 'Trigger: a checkpoint is a link of the chain, and what is before it is older than the register keeps.';

CREATE FUNCTION public.check_structure_merge() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM FROM structure WHERE id = NEW.merged_into AND status = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'merged into one that is not open'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'structure_merged_into_open';
    END IF;
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.check_structure_merge() IS 'Trigger: a structure is merged into one that is open.';

CREATE FUNCTION public.check_territory() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    unknown text := (SELECT string_agg(code, ', ') FROM unnest(NEW.territory) AS code WHERE NOT place_is_known(code));
BEGIN
    IF unknown IS NOT NULL THEN
        RAISE EXCEPTION 'unknown place' USING ERRCODE = 'check_violation', CONSTRAINT = 'action_territory_known';
    END IF;
    -- Whatever the order they were given in; each once.
    NEW.territory := (SELECT coalesce(array_agg(DISTINCT code ORDER BY code), '{}') FROM unnest(NEW.territory) AS code);
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.check_territory() IS 'Trigger: the places of an action exist, each once.';

CREATE FUNCTION public.unit_point(latitude double precision, longitude double precision) RETURNS public.cube
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN public.cube(ARRAY[(cos(radians(latitude)) * cos(radians(longitude))), (cos(radians(latitude)) * sin(radians(longitude))), sin(radians(latitude))]);

COMMENT ON FUNCTION public.unit_point(latitude double precision, longitude double precision) IS 'A place as a point on the sphere of radius 1.';

CREATE TABLE public.structure (
    id uuid NOT NULL,
    finess text NOT NULL COLLATE pg_catalog."C",
    legal_entity_id uuid,
    kind text NOT NULL,
    usual_name text NOT NULL,
    legal_name text,
    siret text,
    street text,
    address_extra text,
    postal_code text,
    city text,
    insee text,
    latitude double precision,
    longitude double precision,
    phone text,
    email text,
    website text,
    opening_hours text,
    publics text[] DEFAULT '{}'::text[] NOT NULL,
    sad_type text,
    authorising_body text,
    capacity integer,
    service_area text[] DEFAULT '{}'::text[] NOT NULL,
    recruiting_until date,
    opened_on date,
    authorised_on date,
    status text DEFAULT 'open'::text NOT NULL,
    closed_on date,
    merged_into uuid,
    source text NOT NULL,
    seen_on date NOT NULL,
    field_sources jsonb DEFAULT '{}'::jsonb NOT NULL,
    disagreements jsonb DEFAULT '{}'::jsonb NOT NULL,
    verified_on date,
    organisation_id uuid,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    public_version integer DEFAULT 1 NOT NULL,
    departement text GENERATED ALWAYS AS ("left"(insee,
CASE
    WHEN (insee ~ '^9[78]'::text) THEN 3
    ELSE 2
END)) STORED,
    sort_name text GENERATED ALWAYS AS (public.folded(usual_name)) STORED NOT NULL COLLATE pg_catalog."C",
    unit_point public.cube GENERATED ALWAYS AS (public.unit_point(latitude, longitude)) STORED,
    search_words tsvector DEFAULT ''::tsvector NOT NULL,
    CONSTRAINT structure_address_text CHECK ((public.is_text(street, 300) AND public.is_text(address_extra, 300) AND public.is_text(city, 120))),
    CONSTRAINT structure_authorising_body_known CHECK ((authorising_body = ANY (ARRAY['departement'::text, 'ars'::text, 'both'::text]))),
    CONSTRAINT structure_capacity_range CHECK (((capacity >= 0) AND (capacity <= 10000))),
    CONSTRAINT structure_closed_has_day CHECK (((status = 'closed'::text) = (closed_on IS NOT NULL))),
    CONSTRAINT structure_email_form CHECK (((email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text) AND (char_length(email) <= 254))),
    CONSTRAINT structure_finess_form CHECK ((finess ~ '^[0-9A-Z]{9}$'::text)),
    CONSTRAINT structure_insee_form CHECK ((insee ~ '^[0-9][0-9AB][0-9]{3}$'::text)),
    CONSTRAINT structure_legal_name_text CHECK (public.is_text(legal_name, 300)),
    CONSTRAINT structure_merged_into_other CHECK ((((status = 'merged'::text) = (merged_into IS NOT NULL)) AND (merged_into <> id))),
    CONSTRAINT structure_opening_hours_text CHECK (public.is_text(opening_hours, 500)),
    CONSTRAINT structure_phone_form CHECK ((phone ~ '^\+?[0-9][0-9 .()-]{2,28}$'::text)),
    CONSTRAINT structure_point_range CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))),
    CONSTRAINT structure_point_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT structure_postal_code_form CHECK ((postal_code ~ '^[0-9]{5}$'::text)),
    CONSTRAINT structure_publics_known CHECK ((publics <@ ARRAY['elderly'::text, 'adults_with_disability'::text, 'children_with_disability'::text, 'carers'::text])),
    CONSTRAINT structure_sad_type_known CHECK ((sad_type = ANY (ARRAY['aid'::text, 'aid_and_care'::text]))),
    CONSTRAINT structure_siret_form CHECK ((siret ~ '^[0-9]{14}$'::text)),
    CONSTRAINT structure_source_known CHECK ((source = ANY (ARRAY['finess'::text, 'file'::text]))),
    CONSTRAINT structure_status_known CHECK ((status = ANY (ARRAY['open'::text, 'closed'::text, 'merged'::text]))),
    CONSTRAINT structure_usual_name_text CHECK (public.is_text(usual_name, 300)),
    CONSTRAINT structure_website_form CHECK (((website ~ '^https?://[^\s/]+\.[^\s]+$'::text) AND (char_length(website) <= 500)))
);

COMMENT ON TABLE public.structure IS 'Home-care and medico-social structures: the establishments (ET) of FINESS in the sector.';

COMMENT ON COLUMN public.structure.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.structure.finess IS 'public FINESS geographic number (ET); its identity, never used twice.';

COMMENT ON COLUMN public.structure.legal_entity_id IS 'public Who runs it.';

COMMENT ON COLUMN public.structure.kind IS 'public Its FINESS category.';

COMMENT ON COLUMN public.structure.usual_name IS 'public The name people know.';

COMMENT ON COLUMN public.structure.legal_name IS 'public Its whole name.';

COMMENT ON COLUMN public.structure.siret IS 'public SIRET, 14 digits.';

COMMENT ON COLUMN public.structure.street IS 'public Number and street.';

COMMENT ON COLUMN public.structure.address_extra IS 'public Building, hamlet, post box.';

COMMENT ON COLUMN public.structure.postal_code IS 'public Postal code; no INSEE code.';

COMMENT ON COLUMN public.structure.city IS 'public As on an envelope.';

COMMENT ON COLUMN public.structure.insee IS 'public INSEE code of its commune, the present one; elsewhere than in the département as the file gave it.';

COMMENT ON COLUMN public.structure.latitude IS 'public WGS84 degrees.';

COMMENT ON COLUMN public.structure.longitude IS 'public WGS84 degrees.';

COMMENT ON COLUMN public.structure.phone IS 'public Switchboard.';

COMMENT ON COLUMN public.structure.email IS 'public Its own address, of nobody in particular.';

COMMENT ON COLUMN public.structure.website IS 'public Its site.';

COMMENT ON COLUMN public.structure.opening_hours IS 'public When it is open, in the syntax of OpenStreetMap.';

COMMENT ON COLUMN public.structure.publics IS 'public For whom it is.';

COMMENT ON COLUMN public.structure.sad_type IS 'public For a home autonomy service: aid, aid_and_care.';

COMMENT ON COLUMN public.structure.authorising_body IS 'public Who authorises it: departement, ars, both.';

COMMENT ON COLUMN public.structure.capacity IS 'public Places.';

COMMENT ON COLUMN public.structure.service_area IS 'public Where it works: codes of places (31, SIREN of a grouping, INSEE of a commune).';

COMMENT ON COLUMN public.structure.recruiting_until IS 'public It says that it recruits, until this day.';

COMMENT ON COLUMN public.structure.opened_on IS 'public Since when it is open.';

COMMENT ON COLUMN public.structure.authorised_on IS 'public Since when it is authorised.';

COMMENT ON COLUMN public.structure.status IS 'public open, closed (a tombstone), merged (into another).';

COMMENT ON COLUMN public.structure.closed_on IS 'public When it closed, or since when no file knows it.';

COMMENT ON COLUMN public.structure.merged_into IS 'public Into which other.';

COMMENT ON COLUMN public.structure.source IS 'public Where its fields come from, but for those of field_sources: finess, file.';

COMMENT ON COLUMN public.structure.seen_on IS 'public The day of the newest file that had it.';

COMMENT ON COLUMN public.structure.field_sources IS 'public Fields that somebody wrote or verified by hand: {"phone": {"source": "organisation", "on": "2026-11-24", "file": "what the file said then"}}.';

COMMENT ON COLUMN public.structure.disagreements IS 'internal What a newer file says against a field kept by hand: {"phone": {"value": "0561000000", "on": "2026-11-24"}}.';

COMMENT ON COLUMN public.structure.verified_on IS 'public The last day on which its employer, or the team, said that all of it is right.';

COMMENT ON COLUMN public.structure.organisation_id IS 'internal The employer whose claim is validated.';

COMMENT ON COLUMN public.structure.created_at IS 'internal When it came into the directory.';

COMMENT ON COLUMN public.structure.updated_at IS 'internal Its last change.';

COMMENT ON COLUMN public.structure.version IS 'internal Raised by every change; If-Match names it.';

COMMENT ON COLUMN public.structure.public_version IS 'public Raised by changes of public columns only; the ETag without a token.';

COMMENT ON COLUMN public.structure.departement IS 'public Code of its département, from the INSEE code.';

COMMENT ON COLUMN public.structure.sort_name IS 'public Its usual name without case and accents: what lists are sorted by.';

COMMENT ON COLUMN public.structure.unit_point IS 'public Its point on the sphere of radius 1: what distances are measured by.';

COMMENT ON COLUMN public.structure.search_words IS 'public The words it is found by: names, who runs it, kind, commune and grouping.';

CREATE TABLE public.structure_claim (
    id uuid NOT NULL,
    structure_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    message text,
    asked_at timestamp with time zone NOT NULL,
    asked_by uuid,
    decided_at timestamp with time zone,
    decided_by uuid,
    reason text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT structure_claim_decided_has_instant CHECK (((status = 'pending'::text) = (decided_at IS NULL))),
    CONSTRAINT structure_claim_message_text CHECK (public.is_text(message, 1000)),
    CONSTRAINT structure_claim_no_has_reason CHECK (((status <> ALL (ARRAY['refused'::text, 'ended'::text])) OR (reason IS NOT NULL))),
    CONSTRAINT structure_claim_reason_text CHECK (public.is_text(reason, 1000)),
    CONSTRAINT structure_claim_status_known CHECK ((status = ANY (ARRAY['pending'::text, 'validated'::text, 'refused'::text, 'withdrawn'::text, 'ended'::text])))
);

COMMENT ON TABLE public.structure_claim IS 'Employers that say that a structure''s sheet is theirs; the team decides.';

COMMENT ON COLUMN public.structure_claim.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.structure_claim.structure_id IS 'internal The structure.';

COMMENT ON COLUMN public.structure_claim.organisation_id IS 'internal Which employer claims it.';

COMMENT ON COLUMN public.structure_claim.status IS 'internal pending, validated, refused, withdrawn, ended.';

COMMENT ON COLUMN public.structure_claim.message IS 'internal What the employer says for itself.';

COMMENT ON COLUMN public.structure_claim.asked_at IS 'internal When it was asked.';

COMMENT ON COLUMN public.structure_claim.asked_by IS 'internal By which member.';

COMMENT ON COLUMN public.structure_claim.decided_at IS 'internal Since when it is in its present status.';

COMMENT ON COLUMN public.structure_claim.decided_by IS 'internal By which member.';

COMMENT ON COLUMN public.structure_claim.reason IS 'internal Why it was refused or ended.';

COMMENT ON COLUMN public.structure_claim.version IS 'internal Raised by every change; If-Match names it.';

CREATE FUNCTION public.claim_domain_matches(caller uuid, claim uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT COALESCE(bool_or(((hosts.host = hosts.domain) OR ("right"(hosts.host, (char_length(hosts.domain) + 1)) = ('.'::text || hosts.domain)))), false) AS "coalesce"
    FROM ( SELECT lower(split_part(m.email, '@'::text, 2)) AS domain,
             unnest(ARRAY[lower(split_part(s.email, '@'::text, 2)), regexp_replace(lower(s.website), '^https?://([^/:?#]+@)?(www\.)?([^/:?#]+).*$'::text, '\3'::text)]) AS host
            FROM ((public.structure_claim c
              JOIN public.structure s ON ((s.id = c.structure_id)))
              JOIN public.member m ON ((m.id = c.asked_by)))
           WHERE ((c.id = claim_domain_matches.claim) AND (EXISTS ( SELECT
                    FROM (public.member t
                      JOIN public.organisation o ON ((o.id = t.organisation_id)))
                   WHERE ((t.id = claim_domain_matches.caller) AND (t.disabled_at IS NULL) AND (o.kind = 'platform'::text)))))) hosts
   WHERE (hosts.domain <> ALL (ARRAY['bbox.fr'::text, 'free.fr'::text, 'gmail.com'::text, 'gmx.fr'::text, 'hotmail.com'::text, 'hotmail.fr'::text, 'icloud.com'::text, 'laposte.net'::text, 'live.fr'::text, 'neuf.fr'::text, 'orange.fr'::text, 'outlook.com'::text, 'outlook.fr'::text, 'proton.me'::text, 'sfr.fr'::text, 'wanadoo.fr'::text, 'yahoo.com'::text, 'yahoo.fr'::text]));
END;

COMMENT ON FUNCTION public.claim_domain_matches(caller uuid, claim uuid) IS 'Whether the domain of the claimant''s address is the structure''s own; false for a caller who is not of the team.';

CREATE FUNCTION public.close_person_quarter(batch integer) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    wanted person_quarter;
    first_day date;
    ends timestamptz;
    persons uuid[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('person_quarter', 0)) THEN RETURN 0; END IF;
    SELECT * INTO wanted FROM person_quarter WHERE counted_at IS NULL ORDER BY quarter LIMIT 1;
    IF wanted.quarter IS NULL THEN
        -- Who was erased before the first closing left counts only: they begin the figures all the same.
        SELECT coalesce((SELECT (max(q.quarter) + interval '3 months')::date FROM person_quarter q),
                        least(date_trunc('quarter', min(c.created_at) AT TIME ZONE 'Europe/Paris')::date,
                              (SELECT min(k.quarter) FROM person_count k)))
          INTO first_day FROM candidate c;
        IF first_day IS NULL OR (first_day + interval '3 months')::date > caller_day() THEN RETURN 0; END IF;
        INSERT INTO person_quarter (quarter) VALUES (first_day) RETURNING * INTO wanted;
    END IF;
    ends := (wanted.quarter + interval '3 months') AT TIME ZONE 'Europe/Paris';
    -- Held so that nobody is erased between the look and the count; who is erased just now is waited for.
    SELECT array_agg(c.id ORDER BY c.id) INTO persons
      FROM (SELECT c.id FROM candidate c
             WHERE (wanted.last_candidate IS NULL OR c.id > wanted.last_candidate) AND c.created_at < ends
             ORDER BY c.id LIMIT batch FOR KEY SHARE) AS c;
    IF persons IS NULL THEN
        UPDATE person_quarter SET counted_at = current_instant(), last_candidate = NULL WHERE quarter = wanted.quarter;
        RETURN 1;
    END IF;
    PERFORM count_person_steps(persons, ends);
    UPDATE person_quarter SET last_candidate = persons[cardinality(persons)] WHERE quarter = wanted.quarter;
    RETURN cardinality(persons);
END
$$;

COMMENT ON FUNCTION public.close_person_quarter(batch integer) IS 'Counts some persons of the first closed quarter that is not counted, and says how many it looked at; as the system.';

CREATE TABLE public.recruitment_contact (
    id uuid NOT NULL,
    structure_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    email text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    secret_hash bytea,
    asked_at timestamp with time zone NOT NULL,
    asked_by uuid,
    expires_at timestamp with time zone NOT NULL,
    proved_at timestamp with time zone,
    ended_at timestamp with time zone,
    replaced_by uuid,
    told_at timestamp with time zone,
    CONSTRAINT recruitment_contact_email_form CHECK (((email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text) AND (char_length(email) <= 254))),
    CONSTRAINT recruitment_contact_ended_has_instant CHECK (((state = 'ended'::text) = (ended_at IS NOT NULL))),
    CONSTRAINT recruitment_contact_hash_length CHECK ((octet_length(secret_hash) = 32)),
    CONSTRAINT recruitment_contact_link_while_pending CHECK (((secret_hash IS NULL) OR (state = 'pending'::text))),
    CONSTRAINT recruitment_contact_period_order CHECK ((asked_at < expires_at)),
    CONSTRAINT recruitment_contact_proved_has_instant CHECK (((state <> 'proved'::text) OR (proved_at IS NOT NULL))),
    CONSTRAINT recruitment_contact_replaced_was_proved CHECK (((replaced_by IS NULL) OR ((state = 'ended'::text) AND (proved_at IS NOT NULL)))),
    CONSTRAINT recruitment_contact_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'proved'::text, 'ended'::text]))),
    CONSTRAINT recruitment_contact_told_of_change CHECK (((told_at IS NULL) OR (replaced_by IS NOT NULL)))
);

ALTER TABLE ONLY public.recruitment_contact FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.recruitment_contact IS 'Where a structure''s orientations go: proved by its own link, bound to a validated claim; no file ever fills it.';

COMMENT ON COLUMN public.recruitment_contact.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.recruitment_contact.structure_id IS 'internal The structure.';

COMMENT ON COLUMN public.recruitment_contact.organisation_id IS 'internal The employer whose claim was validated then.';

COMMENT ON COLUMN public.recruitment_contact.email IS 'personal The address; often somebody''s.';

COMMENT ON COLUMN public.recruitment_contact.state IS 'internal pending (its link was not used yet), proved, ended.';

COMMENT ON COLUMN public.recruitment_contact.secret_hash IS 'internal SHA-256 of its newest link''s secret; NULL before one was made, and once it is not pending.';

COMMENT ON COLUMN public.recruitment_contact.asked_at IS 'internal When it was asked for.';

COMMENT ON COLUMN public.recruitment_contact.asked_by IS 'internal By which member.';

COMMENT ON COLUMN public.recruitment_contact.expires_at IS 'internal Until when its link is good.';

COMMENT ON COLUMN public.recruitment_contact.proved_at IS 'internal When its link was used.';

COMMENT ON COLUMN public.recruitment_contact.ended_at IS 'internal When it was replaced or its claim ended.';

COMMENT ON COLUMN public.recruitment_contact.replaced_by IS 'internal The proved one that took its place: its owner is told of that.';

COMMENT ON COLUMN public.recruitment_contact.told_at IS 'internal When its owner was told.';

CREATE FUNCTION public.contact_of_link(secret_hash bytea) RETURNS TABLE(id uuid, structure_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT c.id,
     c.structure_id
    FROM public.recruitment_contact c
   WHERE ((c.secret_hash = contact_of_link.secret_hash) AND (c.state = 'pending'::text) AND (c.expires_at > public.current_instant()));
END;

COMMENT ON FUNCTION public.contact_of_link(secret_hash bytea) IS 'The contact whose link this is and its structure, while the link is good; nothing otherwise.';

CREATE FUNCTION public.count_person_steps(persons uuid[], before timestamp with time zone) RETURNS integer
    LANGUAGE sql
    AS $$
    WITH open AS (
        SELECT (max(q.quarter) + interval '3 months')::date AS quarter FROM person_quarter q WHERE q.counted_at IS NOT NULL),
    step AS MATERIALIZED (
        SELECT s.*, greatest(date_trunc('quarter', s.at AT TIME ZONE 'Europe/Paris')::date, (SELECT quarter FROM open)) AS quarter
          FROM person_steps(persons, before) s),
    made AS (
        INSERT INTO person_step (candidate_id, kind, year, counted_in)
        SELECT s.candidate_id, s.kind, s.year, s.quarter FROM step s
        ON CONFLICT ON CONSTRAINT person_step_key DO NOTHING
        RETURNING candidate_id, kind, year),
    counted AS (
        SELECT s.quarter, s.kind, cell.dimension, cell.value, count(*)::integer AS persons
          FROM made m JOIN step s USING (candidate_id, kind, year)
          JOIN candidate c ON c.id = s.candidate_id
          LEFT JOIN candidate_statistics t ON t.candidate_id = c.id
          LEFT JOIN commune p ON p.insee = c.insee
          LEFT JOIN orientation o ON o.id = s.orientation_id AND s.kind NOT IN ('received', 'accompanied')
          LEFT JOIN need n ON n.id = o.need_id
          LEFT JOIN structure h ON h.id = o.structure_id
         CROSS JOIN LATERAL (SELECT s.year - c.birth_year AS age) AS a
         CROSS JOIN LATERAL (SELECT CASE WHEN a.age < 26 THEN 'under_26' WHEN a.age < 50 THEN '26_49' ELSE '50_and_over' END AS band)
             AS b
         CROSS JOIN LATERAL (VALUES
            ('all', ''),
            ('sex', coalesce(t.sex, 'not_said')),
            ('age', CASE WHEN a.age IS NULL THEN 'unknown' ELSE b.band END),
            ('age_esf', CASE WHEN a.age IS NULL THEN 'unknown' WHEN a.age < 25 THEN 'under_25' WHEN a.age < 55 THEN '25_54'
                             ELSE 'over_54' END),
            ('sex_age', coalesce(t.sex, 'not_said') || ':' || CASE WHEN a.age IS NULL THEN 'unknown' ELSE b.band END),
            ('situation', coalesce(c.situation, 'unknown')),
            ('long_term_unemployed', coalesce(t.long_term_unemployed::text, 'unknown')),
            ('diploma_level', CASE WHEN t.diploma_level IS NULL THEN 'unknown' WHEN t.diploma_level < 3 THEN '1_2'
                                   WHEN t.diploma_level < 5 THEN '3_4' ELSE '5_8' END),
            ('qpv', CASE WHEN t.qpv THEN 'true_' || t.qpv_vintage ELSE coalesce(t.qpv::text, 'unknown') END),
            ('rsa', coalesce(t.rsa::text, 'unknown')),
            ('disability', coalesce(t.disability::text, 'unknown')),
            ('commune', coalesce(c.insee, 'unknown')),
            ('epci', coalesce(p.epci_siren, 'unknown')),
            ('organisation', c.organisation_id::text),
            ('job', CASE WHEN o.id IS NOT NULL THEN coalesce(n.job, 'unknown') END),
            ('structure_kind', CASE WHEN o.id IS NOT NULL THEN coalesce(h.kind, 'unknown') END),
            ('contract', CASE WHEN s.kind = 'hired' THEN coalesce(o.hire_contract, 'unknown') END)
         ) AS cell (dimension, value)
         WHERE cell.value IS NOT NULL
         GROUP BY s.quarter, s.kind, cell.dimension, cell.value
         -- Always in the same order: two who count at once wait for each other, not in a circle.
         ORDER BY s.quarter, s.kind, cell.dimension, cell.value),
    added AS (
        INSERT INTO person_count AS held (quarter, kind, dimension, value, persons)
        SELECT quarter, kind, dimension, value, persons FROM counted
        ON CONFLICT ON CONSTRAINT person_count_key DO UPDATE SET persons = held.persons + excluded.persons)
    SELECT count(*)::integer FROM made
$$;

COMMENT ON FUNCTION public.count_person_steps(persons uuid[], before timestamp with time zone) IS 'Counts steps of some persons that were not counted yet, and says how many; as the system.';

CREATE FUNCTION public.count_quarter_figures() RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    wanted date;
    next date;
    days_given integer := service_rule('level_days');
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('quarter_figure', 0)) THEN RETURN 0; END IF;
    SELECT coalesce((SELECT (max(f.quarter) + interval '3 months')::date FROM quarter_figure f),
                    date_trunc('quarter', least((SELECT min(o.sent_at) FROM orientation o), (SELECT min(n.opened_at) FROM need n))
                                          AT TIME ZONE 'Europe/Paris')::date) INTO wanted;
    -- Whoever sent the first ones may be erased.
    IF NOT EXISTS (SELECT FROM quarter_figure) THEN
        SELECT least(wanted, date_trunc('quarter', min(p.sent_on)::timestamp)::date) INTO wanted FROM past_orientation p;
    END IF;
    next := (wanted + interval '3 months')::date;
    IF wanted IS NULL OR next + days_given >= caller_day() THEN RETURN 0; END IF;
    INSERT INTO quarter_figure (quarter, code, numerator, denominator, counted_at)
    WITH sent AS (
        SELECT CASE WHEN o.answered_on - o.sent_on <= days_given THEN o.answered_on - o.sent_on END AS days
          FROM (SELECT (l.sent_at AT TIME ZONE 'Europe/Paris')::date AS sent_on, (l.answered_at AT TIME ZONE 'Europe/Paris')::date AS answered_on,
                       l.state, (l.closed_at AT TIME ZONE 'Europe/Paris')::date AS closed_on
                  FROM orientation l
                 WHERE l.sent_at >= wanted::timestamp AT TIME ZONE 'Europe/Paris'
                   AND l.sent_at < next::timestamp AT TIME ZONE 'Europe/Paris'
                UNION ALL
                SELECT p.sent_on, p.answered_on, p.state, p.closed_on FROM past_orientation p
                 WHERE p.sent_on >= wanted AND p.sent_on < next) AS o
         WHERE NOT (o.state IN ('withdrawn', 'obsolete') AND o.closed_on < next)),
    filled AS (
        SELECT (n.filled_at AT TIME ZONE 'Europe/Paris')::date - (n.opened_at AT TIME ZONE 'Europe/Paris')::date AS days
          FROM need_as_of(next - 1) n
         WHERE n.filled_at >= wanted::timestamp AT TIME ZONE 'Europe/Paris' AND n.opened_at IS NOT NULL)
    SELECT wanted, 'response_rate', count(days)::integer, count(*)::integer, current_instant() FROM sent
    UNION ALL
    -- Of the same answers: of two figures that differ by a few, the difference would tell of these few.
    SELECT wanted, 'response_days', coalesce(sum(days), 0)::integer, count(days)::integer, current_instant() FROM sent
    UNION ALL
    SELECT wanted, 'needs_filled', count(*)::integer, count(*)::integer, current_instant() FROM filled
    UNION ALL
    SELECT wanted, 'fill_days', coalesce(sum(greatest(days, 0)), 0)::integer, count(*)::integer, current_instant() FROM filled;
    RETURN 1;
END
$$;

COMMENT ON FUNCTION public.count_quarter_figures() IS 'Counts answers and filled needs of one closed quarter; as the system. Says whether there was one.';

CREATE FUNCTION public.days_to_answer(sent_at timestamp with time zone, answered_at timestamp with time zone) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (((answered_at AT TIME ZONE 'Europe/Paris'::text))::date - ((sent_at AT TIME ZONE 'Europe/Paris'::text))::date);

COMMENT ON FUNCTION public.days_to_answer(sent_at timestamp with time zone, answered_at timestamp with time zone) IS 'Days, as Paris counts them, between two instants.';

CREATE TABLE public.diploma (
    id text NOT NULL,
    acronym text NOT NULL,
    label text NOT NULL,
    level integer NOT NULL,
    rncp text,
    valid_from date,
    valid_until date,
    reliability text NOT NULL,
    source text,
    CONSTRAINT diploma_level_range CHECK (((level >= 1) AND (level <= 8))),
    CONSTRAINT diploma_reliability_known CHECK ((reliability = ANY (ARRAY['verified'::text, 'single_source'::text, 'number_not_found'::text]))),
    CONSTRAINT diploma_rncp_form CHECK ((rncp ~ '^RNCP[0-9]{1,6}$'::text)),
    CONSTRAINT diploma_valid_order CHECK ((valid_until >= valid_from))
);

COMMENT ON TABLE public.diploma IS 'Diplomas of the sector with their registrations: one may have several, as its number changes at each renewal (sql/reference/rows).';

COMMENT ON COLUMN public.diploma.id IS 'public A name of ours: deas-40692.';

COMMENT ON COLUMN public.diploma.acronym IS 'public What people call it: DEAS; not unique.';

COMMENT ON COLUMN public.diploma.label IS 'public Its label.';

COMMENT ON COLUMN public.diploma.level IS 'public Level of the national framework, 1 to 8.';

COMMENT ON COLUMN public.diploma.rncp IS 'public Number of this registration in the national directory.';

COMMENT ON COLUMN public.diploma.valid_from IS 'public Since when this registration holds, if known.';

COMMENT ON COLUMN public.diploma.valid_until IS 'public Until when, if known.';

COMMENT ON COLUMN public.diploma.reliability IS 'public How sure its number is: verified, single_source, number_not_found.';

COMMENT ON COLUMN public.diploma.source IS 'public Where it was found.';

CREATE FUNCTION public.diploma_registrations(ids text[]) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (ids = '{}'::text[]) THEN ids ELSE ARRAY(SELECT d.id FROM public.diploma d WHERE (d.acronym IN (SELECT m.acronym FROM public.diploma m WHERE (m.id = ANY (diploma_registrations.ids)))) ORDER BY d.id) END;

COMMENT ON FUNCTION public.diploma_registrations(ids text[]) IS 'Ids of every registration of the diplomas of these ids; NULL of NULL.';

CREATE TABLE public.diploma_synonym (
    name text NOT NULL,
    acronym text NOT NULL,
    source text NOT NULL,
    CONSTRAINT diploma_synonym_acronym_text CHECK (public.is_text(acronym, 60)),
    CONSTRAINT diploma_synonym_name_folded CHECK ((name = public.folded(name))),
    CONSTRAINT diploma_synonym_source_text CHECK (public.is_text(source, 200))
);

COMMENT ON TABLE public.diploma_synonym IS 'Other names of diplomas, also of former ones whose holders hold it by law (sql/reference/rows).';

COMMENT ON COLUMN public.diploma_synonym.name IS 'public What people also call it, without case and accents: advf.';

COMMENT ON COLUMN public.diploma_synonym.acronym IS 'public Its acronym in the list of diplomas: TP ADVF.';

COMMENT ON COLUMN public.diploma_synonym.source IS 'public Where that is said.';

CREATE FUNCTION public.diplomas_meant(name text) RETURNS text[]
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT d.id FROM public.diploma d WHERE (d.acronym IN (SELECT m.acronym FROM public.diploma m WHERE ((m.id = diplomas_meant.name) OR (public.folded(m.acronym) = public.folded(diplomas_meant.name))) UNION ALL SELECT y.acronym FROM public.diploma_synonym y WHERE (y.name = public.folded(diplomas_meant.name)))));

COMMENT ON FUNCTION public.diplomas_meant(name text) IS 'Ids of every registration of the diploma that an id, an acronym (DEAS) or another name (aide-soignant) means.';

CREATE FUNCTION public.folded_words(text text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN array_remove(string_to_array(regexp_replace(public.folded(text), '[^[:alnum:]]+'::text, ' '::text, 'g'::text), ' '::text), ''::text);

COMMENT ON FUNCTION public.folded_words(text text) IS 'The words of a text without case, accents and punctuation.';

CREATE FUNCTION public.forgotten_before(line text) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE
    kept interval;
BEGIN
    SELECT format('%s %s', coalesce(r.keep_amount, w.keep_amount), coalesce(r.keep_unit, w.keep_unit))::interval INTO kept
      FROM data_retention r LEFT JOIN data_retention w ON w.code = r.keep_with WHERE r.code = forgotten_before.line;
    IF kept IS NULL THEN RAISE EXCEPTION 'the register has no time for the line %', line; END IF;
    RETURN (current_instant() AT TIME ZONE 'Europe/Paris' - kept) AT TIME ZONE 'Europe/Paris';
END
$$;

COMMENT ON FUNCTION public.forgotten_before(line text) IS 'The instant before which what a line of the register keeps is forgotten. In a query: (SELECT forgotten_before(…)), once.';

CREATE FUNCTION public.forgotten_before_day(line text) RETURNS date
    LANGUAGE sql STABLE
    RETURN ((public.forgotten_before(line) AT TIME ZONE 'Europe/Paris'::text))::date;

COMMENT ON FUNCTION public.forgotten_before_day(line text) IS 'The same as a day in Paris.';

CREATE FUNCTION public.funding_warnings(funding jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(jsonb_agg(jsonb_build_object('code', w.code, 'funder', (f.line -> 'funder'::text), 'year', (f.line -> 'year'::text), 'excess_cents', w.excess) ORDER BY f."position", w.code), '[]'::jsonb) AS "coalesce" FROM (jsonb_array_elements(funding_warnings.funding) WITH ORDINALITY f(line, "position") CROSS JOIN LATERAL (VALUES ('committed_above_planned'::text,(((f.line ->> 'committed_cents'::text))::bigint - ((f.line ->> 'planned_cents'::text))::bigint)), ('spent_above_committed'::text,(((f.line ->> 'spent_cents'::text))::bigint - ((f.line ->> 'committed_cents'::text))::bigint))) w(code, excess)) WHERE (w.excess > 0));

COMMENT ON FUNCTION public.funding_warnings(funding jsonb) IS 'The funding lines on which more was committed than planned, or spent than committed.';

CREATE FUNCTION public.has_word_near(text text, word text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (EXISTS (SELECT FROM regexp_split_to_table(has_word_near.text, '[^[:alnum:]]+'::text) found(found) WHERE (public.levenshtein_less_equal("left"(found.found, char_length(has_word_near.word)), "left"(has_word_near.word, 200), 2) <= CASE WHEN (char_length(has_word_near.word) < 5) THEN 0 WHEN (char_length(has_word_near.word) < 7) THEN 1 ELSE 2 END)));

COMMENT ON FUNCTION public.has_word_near(text text, word text) IS 'Whether a folded text has a word that a folded word may have meant.';

CREATE FUNCTION public.has_words(text text, words text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (NOT (EXISTS (SELECT FROM regexp_split_to_table(replace(public.folded(has_words.words), '.'::text, ''::text), '[^[:alnum:]]+'::text) word(word) WHERE (strpos((' '::text || regexp_replace(replace(public.folded(has_words.text), '.'::text, ''::text), '[^[:alnum:]]+'::text, ' '::text, 'g'::text)), (' '::text || word.word)) = 0))));

COMMENT ON FUNCTION public.has_words(text text, words text) IS 'Whether each of these words, whatever its case and accents, begins a word of a text.';

CREATE FUNCTION public.is_quarter_start(day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (day = (date_trunc('quarter'::text, (day)::timestamp without time zone))::date);

COMMENT ON FUNCTION public.is_quarter_start(day date) IS 'Whether a day is the first of a quarter of the year.';

CREATE TABLE public.job_affinity (
    job_from text NOT NULL,
    job_to text NOT NULL,
    percent integer NOT NULL,
    reason_fr text NOT NULL,
    CONSTRAINT job_affinity_from_form CHECK ((job_from ~ '^[A-N][0-9]{4}$'::text)),
    CONSTRAINT job_affinity_percent_range CHECK (((percent >= 1) AND (percent <= 100))),
    CONSTRAINT job_affinity_reason_text CHECK (public.is_text(reason_fr, 200)),
    CONSTRAINT job_affinity_same_is_whole CHECK (((job_from <> job_to) OR (percent = 100))),
    CONSTRAINT job_affinity_to_form CHECK ((job_to ~ '^[A-N][0-9]{4}$'::text))
);

COMMENT ON TABLE public.job_affinity IS 'Jobs near the one that somebody wants; the same job counts in full without a row (sql/reference/rows).';

COMMENT ON COLUMN public.job_affinity.job_from IS 'public The job wanted: ROME code of either version.';

COMMENT ON COLUMN public.job_affinity.job_to IS 'public The job offered.';

COMMENT ON COLUMN public.job_affinity.percent IS 'public How near, of 100.';

COMMENT ON COLUMN public.job_affinity.reason_fr IS 'public Why they are near, in French.';

CREATE FUNCTION public.jobs_leading(offered text) RETURNS TABLE(job text, affinity integer)
    LANGUAGE sql STABLE ROWS 10 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT n.job,
     max(n.affinity) AS max
    FROM ( SELECT jobs_leading.offered AS job,
             100 AS affinity
         UNION ALL
          SELECT a.job_from,
             a.percent
            FROM public.job_affinity a
           WHERE (a.job_to = jobs_leading.offered)) n
   GROUP BY n.job;
END;

COMMENT ON FUNCTION public.jobs_leading(offered text) IS 'Jobs whose seekers this one may suit, each with how near it is.';

CREATE FUNCTION public.jobs_near(wanted text[]) RETURNS TABLE(job text, affinity integer, nearest text)
    LANGUAGE sql STABLE ROWS 10 PARALLEL SAFE
    BEGIN ATOMIC
 SELECT DISTINCT ON (n.job) n.job,
     n.affinity,
     n.wanted
    FROM ( SELECT w.job,
             100 AS affinity,
             w.job AS wanted
            FROM unnest(jobs_near.wanted) w(job)
         UNION ALL
          SELECT a.job_to,
             a.percent,
             a.job_from
            FROM public.job_affinity a
           WHERE (a.job_from = ANY (jobs_near.wanted))) n
   ORDER BY n.job, n.affinity DESC, n.wanted;
END;

COMMENT ON FUNCTION public.jobs_near(wanted text[]) IS 'Jobs offered that suit who wants these, each with how near it is (100: the same) and to which.';

CREATE FUNCTION public.keep_orientation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.referent_id := (SELECT c.organisation_id FROM candidate c WHERE c.id = NEW.candidate_id);
    ELSIF to_jsonb(NEW) - 'version' - 'updated_at' IS DISTINCT FROM to_jsonb(OLD) - 'version' - 'updated_at' THEN
        NEW.updated_at := greatest(current_instant(), OLD.updated_at);
        -- What the clock notes for itself is no new version.
        IF to_jsonb(NEW) - '{version,updated_at,reminded,told_on}'::text[]
            IS DISTINCT FROM to_jsonb(OLD) - '{version,updated_at,reminded,told_on}'::text[] THEN
            NEW.version := OLD.version + 1;
        END IF;
    END IF;
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.keep_orientation() IS 'Trigger: whose file the person''s is, and the version.';

CREATE FUNCTION public.keep_recruitment_words() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO recruitment_word (word)
        SELECT DISTINCT word FROM written w, unnest(tsvector_to_array(w.search_words)) AS word
         WHERE w.state = 'open' AND word ~ '[a-z]'
        ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO recruitment_word (word)
        SELECT DISTINCT word FROM written w
          JOIN replaced r ON r.id = w.id AND (r.search_words <> w.search_words OR r.state <> 'open'),
               unnest(tsvector_to_array(w.search_words)) AS word
         WHERE w.state = 'open' AND word ~ '[a-z]'
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION public.keep_recruitment_words() IS 'Trigger: words of needs and sessions that are open are known to searches.';

CREATE FUNCTION public.keep_structure_words() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO structure_word (word)
        SELECT DISTINCT word FROM written w, unnest(tsvector_to_array(w.search_words)) AS word WHERE word ~ '[a-z]'
        ON CONFLICT DO NOTHING;
    ELSE
        INSERT INTO structure_word (word)
        SELECT DISTINCT word FROM written w JOIN replaced r ON r.id = w.id AND r.search_words <> w.search_words,
               unnest(tsvector_to_array(w.search_words)) AS word
         WHERE word ~ '[a-z]'
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION public.keep_structure_words() IS 'Trigger: words of structures that were written are known to searches.';

CREATE FUNCTION public.keep_what_was_open() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'only a draft may be deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'need_deleted_draft';
    END IF;
    RETURN OLD;
END $$;

COMMENT ON FUNCTION public.keep_what_was_open() IS 'Trigger: refuses to delete what is no draft.';

CREATE FUNCTION public.keeps_history(table_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (table_name = ANY (ARRAY['action'::text, 'action_comment'::text, 'action_partner'::text, 'action_plan'::text, 'axis'::text, 'evidence'::text, 'funding_line'::text, 'indicator'::text, 'indicator_value'::text, 'legal_entity'::text, 'milestone'::text, 'progress_note'::text, 'structure'::text, 'structure_distinct'::text, 'structure_merge'::text]));

COMMENT ON FUNCTION public.keeps_history(table_name text) IS 'Whether a table''s history is kept with the plan and the directory, when the rest of the audit log is forgotten.';

CREATE TABLE public.finess_category (
    code text NOT NULL,
    label text NOT NULL,
    short_label text NOT NULL,
    domain text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    aggregate3_code text NOT NULL,
    aggregate3_label text NOT NULL,
    aggregate2_code text NOT NULL,
    aggregate2_label text NOT NULL,
    aggregate1_code text NOT NULL,
    aggregate1_label text NOT NULL,
    short_name text,
    synonyms text[] DEFAULT '{}'::text[] NOT NULL,
    publics text[] DEFAULT '{}'::text[] NOT NULL,
    is_sector boolean GENERATED ALWAYS AS (((aggregate3_code = ANY (ARRAY['4101'::text, '4102'::text, '4103'::text, '4104'::text, '4105'::text, '4106'::text, '4301'::text, '4302'::text, '4303'::text, '4304'::text, '4305'::text, '4401'::text, '4402'::text, '4404'::text, '4605'::text])) AND (code <> '462'::text))) STORED NOT NULL,
    CONSTRAINT finess_category_closed_order CHECK ((closed_on >= opened_on)),
    CONSTRAINT finess_category_code_form CHECK ((code ~ '^[0-9]{3}$'::text)),
    CONSTRAINT finess_category_domain_known CHECK ((domain = ANY (ARRAY['SOC'::text, 'SAN'::text, 'ENS'::text, 'ADM'::text]))),
    CONSTRAINT finess_category_publics_known CHECK ((publics <@ ARRAY['elderly'::text, 'adults_with_disability'::text, 'children_with_disability'::text, 'carers'::text])),
    CONSTRAINT finess_category_sector_named CHECK (((NOT is_sector) OR ((short_name IS NOT NULL) AND (cardinality(publics) > 0))))
);

COMMENT ON TABLE public.finess_category IS 'Kinds of establishments: the categories of FINESS, open and closed (sql/reference/rows).';

COMMENT ON COLUMN public.finess_category.code IS 'public Its code: 500.';

COMMENT ON COLUMN public.finess_category.label IS 'public Official label.';

COMMENT ON COLUMN public.finess_category.short_label IS 'public Official short label.';

COMMENT ON COLUMN public.finess_category.domain IS 'public SOC social, SAN health, ENS teaching, ADM administration.';

COMMENT ON COLUMN public.finess_category.opened_on IS 'public Since when it is used.';

COMMENT ON COLUMN public.finess_category.closed_on IS 'public Since when it is not given any more.';

COMMENT ON COLUMN public.finess_category.aggregate3_code IS 'public Aggregate of the third level, the finest.';

COMMENT ON COLUMN public.finess_category.aggregate3_label IS 'public Its official label.';

COMMENT ON COLUMN public.finess_category.aggregate2_code IS 'public Aggregate of the second level.';

COMMENT ON COLUMN public.finess_category.aggregate2_label IS 'public Its official label.';

COMMENT ON COLUMN public.finess_category.aggregate1_code IS 'public Aggregate of the first level.';

COMMENT ON COLUMN public.finess_category.aggregate1_label IS 'public Its official label.';

COMMENT ON COLUMN public.finess_category.short_name IS 'public The word people use for it: EHPAD, SAD, IME; every kind of the sector has one.';

COMMENT ON COLUMN public.finess_category.synonyms IS 'public Further words it is looked for by: maison de retraite, SAAD.';

COMMENT ON COLUMN public.finess_category.publics IS 'public Whom such a place is for unless it says otherwise.';

COMMENT ON COLUMN public.finess_category.is_sector IS 'public Whether it is of the sector: elderly, disability, home care.';

CREATE FUNCTION public.kinds_meant(kind text) RETURNS text[]
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN ARRAY(SELECT finess_category.code FROM public.finess_category WHERE ((finess_category.code = kinds_meant.kind) OR (public.folded(finess_category.short_name) = (SELECT public.folded(kinds_meant.kind) AS folded)) OR (EXISTS (SELECT FROM unnest(finess_category.synonyms) synonym(synonym) WHERE (public.folded(synonym.synonym) = (SELECT public.folded(kinds_meant.kind) AS folded))))));

COMMENT ON FUNCTION public.kinds_meant(kind text) IS 'Codes of the FINESS categories that a code or a short name (EHPAD, SAD) means.';

CREATE FUNCTION public.km_between(one public.cube, other public.cube) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (public.cube_distance(one, other) < (1.9999)::double precision) THEN ((((2)::double precision * asin((public.cube_distance(one, other) / (2)::double precision))) * (6371.0088)::double precision))::integer WHEN ((one IS NOT NULL) AND (other IS NOT NULL)) THEN 20015 ELSE NULL::integer END;

COMMENT ON FUNCTION public.km_between(one public.cube, other public.cube) IS 'Kilometres between two points of the unit sphere, as the crow flies; NULL where one is not known.';

CREATE FUNCTION public.service_rule(code text) RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
DECLARE
    found_value integer;
BEGIN
    SELECT r.value INTO found_value FROM service_rule r WHERE r.code = service_rule.code;
    IF found_value IS NULL THEN RAISE EXCEPTION 'there is no service rule %', code; END IF;
    RETURN found_value;
END
$$;

COMMENT ON FUNCTION public.service_rule(code text) IS 'The number that people decided, by its code; unknown codes fail. In a query: (SELECT service_rule(…)), once.';

CREATE FUNCTION public.level_window(OUT first_instant timestamp with time zone, OUT last_instant timestamp with time zone) RETURNS record
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT ((d.last_day - make_interval(months => public.service_rule('level_months'::text))) AT TIME ZONE 'Europe/Paris'::text) AS timezone,
     (((d.last_day + 1))::timestamp without time zone AT TIME ZONE 'Europe/Paris'::text) AS timezone
    FROM ( SELECT (public.caller_day() - public.service_rule('level_days'::text)) AS last_day) d;
END;

COMMENT ON FUNCTION public.level_window(OUT first_instant timestamp with time zone, OUT last_instant timestamp with time zone) IS 'From when to when (exclusive) what was sent counts for response rates: so long ago that an answer was due.';

CREATE FUNCTION public.made_at(id uuid) RETURNS timestamp with time zone
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_timestamp((((((('x'::text || lpad("left"(replace((id)::text, '-'::text, ''::text), 12), 16, '0'::text)))::bit(64))::bigint)::numeric / 1000.0))::double precision);

COMMENT ON FUNCTION public.made_at(id uuid) IS 'When an id was made.';

CREATE TABLE public.outbox (
    id uuid NOT NULL,
    kind text NOT NULL,
    audience text NOT NULL,
    organisation_id uuid,
    address text,
    member_id uuid,
    address_hash bytea,
    subject text,
    body_text text,
    link_label text,
    link_path text,
    link_secret text,
    attachment text,
    message_id text,
    about_kind text,
    about_id uuid,
    candidate_id uuid,
    is_reminder boolean DEFAULT false NOT NULL,
    state text DEFAULT 'waiting'::text NOT NULL,
    attempts smallint DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone,
    next_try_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    error_class text,
    gathered_into uuid,
    opt_out_secret text,
    opt_out_hash bytea,
    cleared_at timestamp with time zone,
    CONSTRAINT outbox_about_form CHECK ((about_kind ~ '^[a-z_]+$'::text)),
    CONSTRAINT outbox_about_whole CHECK (((about_kind IS NULL) = (about_id IS NULL))),
    CONSTRAINT outbox_address_form CHECK (((address ~ '^[^-@\s\x01-\x1f\x7f][^@\s\x01-\x1f\x7f]*@[^@\s\x01-\x1f\x7f]+\.[^@\s\x01-\x1f\x7f]+$'::text) AND (char_length(address) <= 254))),
    CONSTRAINT outbox_attachment_text CHECK (public.is_text(attachment, 20000)),
    CONSTRAINT outbox_audience_known CHECK ((audience = ANY (ARRAY['recruiter'::text, 'candidate'::text, 'prescriber'::text, 'organisation'::text, 'team'::text]))),
    CONSTRAINT outbox_body_text CHECK (public.is_text(body_text, 10000)),
    CONSTRAINT outbox_ended_is_empty CHECK (((state = 'waiting'::text) OR ((body_text IS NULL) AND (link_secret IS NULL) AND (attachment IS NULL) AND (opt_out_secret IS NULL)))),
    CONSTRAINT outbox_error_form CHECK ((error_class ~ '^[a-z0-9_]+$'::text)),
    CONSTRAINT outbox_hash_length CHECK (((octet_length(address_hash) = 32) AND (octet_length(opt_out_hash) = 32))),
    CONSTRAINT outbox_kind_form CHECK (((kind ~ '^[a-z_]+(\.[a-z_]+)+$'::text) AND (char_length(kind) <= 60))),
    CONSTRAINT outbox_link_form CHECK (((link_path ~ '^/[A-Za-z0-9/._?=&%-]*$'::text) AND (link_secret ~ '^[A-Za-z0-9_-]+$'::text))),
    CONSTRAINT outbox_link_label_text CHECK ((public.is_text(link_label, 100) AND (link_label !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT outbox_link_whole CHECK ((((link_path IS NULL) = (link_label IS NULL)) AND ((link_secret IS NULL) OR (link_path IS NOT NULL)))),
    CONSTRAINT outbox_only_reminders_gather CHECK (((gathered_into IS NULL) OR is_reminder)),
    CONSTRAINT outbox_sent_has_instant CHECK (((state = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT outbox_state_known CHECK ((state = ANY (ARRAY['waiting'::text, 'sent'::text, 'failed'::text, 'dropped'::text]))),
    CONSTRAINT outbox_subject_text CHECK ((public.is_text(subject, 200) AND (subject !~ '[\x01-\x1f\x7f]'::text))),
    CONSTRAINT outbox_waiting_is_whole CHECK (((state <> 'waiting'::text) OR ((subject IS NOT NULL) AND (body_text IS NOT NULL) AND ((address IS NOT NULL) OR (member_id IS NOT NULL)))))
);

ALTER TABLE ONLY public.outbox FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.outbox IS 'Mails: written in the transaction that they tell of, sent after it; texts and links are cleared once sent, failed or dropped.';

COMMENT ON COLUMN public.outbox.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.outbox.kind IS 'internal What it says: contact.prove, orientation.reminder … Reminders are declined by kind.';

COMMENT ON COLUMN public.outbox.audience IS 'internal Whom it is for: recruiter, candidate, prescriber, organisation, team.';

COMMENT ON COLUMN public.outbox.organisation_id IS 'internal The organisation that it is about, or that follows the person.';

COMMENT ON COLUMN public.outbox.address IS 'personal Where it goes; NULL for a member, whose present address is taken when it is sent.';

COMMENT ON COLUMN public.outbox.member_id IS 'internal The member whom it goes to.';

COMMENT ON COLUMN public.outbox.address_hash IS 'personal SHA-256 of the address in lower case: what is capped and declined.';

COMMENT ON COLUMN public.outbox.subject IS 'personal Its subject: no surname, diploma or reason; it may name a structure.';

COMMENT ON COLUMN public.outbox.body_text IS 'personal Its paragraphs, an empty line between them.';

COMMENT ON COLUMN public.outbox.link_label IS 'internal What its link says.';

COMMENT ON COLUMN public.outbox.link_path IS 'internal Where its link leads, without the secret.';

COMMENT ON COLUMN public.outbox.link_secret IS 'personal The end of its link: whoever has it is let in.';

COMMENT ON COLUMN public.outbox.attachment IS 'personal An iCalendar file.';

COMMENT ON COLUMN public.outbox.message_id IS 'internal Its Message-ID, made at the first try and the same at each.';

COMMENT ON COLUMN public.outbox.about_kind IS 'internal What kind of thing it is about.';

COMMENT ON COLUMN public.outbox.about_id IS 'internal Which one.';

COMMENT ON COLUMN public.outbox.candidate_id IS 'internal The candidate whom it is about. No foreign key: the table is a later one''s.';

COMMENT ON COLUMN public.outbox.is_reminder IS 'internal Whether it only reminds: gathered, capped, and may be declined.';

COMMENT ON COLUMN public.outbox.state IS 'internal waiting, sent, failed, dropped.';

COMMENT ON COLUMN public.outbox.attempts IS 'internal How often it was tried.';

COMMENT ON COLUMN public.outbox.claimed_at IS 'internal When it was taken to be sent last.';

COMMENT ON COLUMN public.outbox.next_try_at IS 'internal Not before.';

COMMENT ON COLUMN public.outbox.created_at IS 'internal When it was written.';

COMMENT ON COLUMN public.outbox.sent_at IS 'internal When it was handed over.';

COMMENT ON COLUMN public.outbox.error_class IS 'internal What went wrong last: exit_75, timed_out … Never a message, which could hold an address.';

COMMENT ON COLUMN public.outbox.gathered_into IS 'internal The mail that this reminder went with.';

COMMENT ON COLUMN public.outbox.opt_out_secret IS 'personal The end of the link that declines such reminders, while it is to be sent.';

COMMENT ON COLUMN public.outbox.opt_out_hash IS 'internal SHA-256 of the secret of the link that declines such reminders.';

COMMENT ON COLUMN public.outbox.cleared_at IS 'internal When its address and subject were forgotten.';

CREATE FUNCTION public.mail_address_of_member(caller text, mail uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT m.email
    FROM (public.outbox o
      JOIN public.member m ON ((m.id = o.member_id)))
   WHERE ((o.id = mail_address_of_member.mail) AND (o.state = 'waiting'::text) AND (m.disabled_at IS NULL) AND (mail_address_of_member.caller = 'system'::text) AND (public.current_caller() = 'system'::text));
END;

COMMENT ON FUNCTION public.mail_address_of_member(caller text, mail uuid) IS 'The present address of the member whom a waiting mail goes to, for the system; NULL for a member who left.';

CREATE TABLE public.match_criterion (
    code text NOT NULL,
    label_fr text NOT NULL,
    maximum integer NOT NULL,
    is_hard boolean NOT NULL,
    unsaid_percent integer,
    least_percent integer,
    meaning_fr text NOT NULL,
    CONSTRAINT match_criterion_code_known CHECK ((code = ANY (ARRAY['job'::text, 'diploma'::text, 'distance'::text, 'licence_vehicle'::text, 'schedule'::text, 'contract'::text, 'availability'::text, 'experience'::text]))),
    CONSTRAINT match_criterion_label_text CHECK (public.is_text(label_fr, 60)),
    CONSTRAINT match_criterion_least_range CHECK (((least_percent >= 0) AND (least_percent <= 100))),
    CONSTRAINT match_criterion_maximum_range CHECK (((maximum >= 0) AND (maximum <= 100))),
    CONSTRAINT match_criterion_meaning_text CHECK (public.is_text(meaning_fr, 400)),
    CONSTRAINT match_criterion_unsaid_range CHECK (((unsaid_percent >= 0) AND (unsaid_percent <= 100)))
);

COMMENT ON TABLE public.match_criterion IS 'What a person and a need are compared by, and how much each weighs (sql/reference/rows).';

COMMENT ON COLUMN public.match_criterion.code IS 'public Its code in the program.';

COMMENT ON COLUMN public.match_criterion.label_fr IS 'public What people call it.';

COMMENT ON COLUMN public.match_criterion.maximum IS 'public Points of who fits in full; a score is the sum over all.';

COMMENT ON COLUMN public.match_criterion.is_hard IS 'public Whether failing it excludes.';

COMMENT ON COLUMN public.match_criterion.unsaid_percent IS 'public Share of the maximum where the file does not say; NULL where it always does.';

COMMENT ON COLUMN public.match_criterion.least_percent IS 'public Share of the maximum at the edge of what is accepted; NULL where there is no edge.';

COMMENT ON COLUMN public.match_criterion.meaning_fr IS 'public How it is judged, in French.';

CREATE FUNCTION public.match_weight(criterion text) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT c.maximum FROM public.match_criterion c WHERE (c.code = match_weight.criterion));

COMMENT ON FUNCTION public.match_weight(criterion text) IS 'Points of who fits one criterion in full.';

CREATE FUNCTION public.match_pair(affinity integer, km integer, day date, held text[], mobility_km integer, licence boolean, vehicle boolean, available_from date, night boolean, weekend boolean, split_shifts boolean, contracts text[], hours_min numeric, hours_max numeric, experience_years numeric, required text[], licence_required boolean, vehicle_required boolean, starts_on date, at_night boolean, at_weekend boolean, in_parts boolean, contract text, hours_per_week numeric, beginner_welcome boolean) RETURNS TABLE(score integer, is_excluded boolean, job_points integer, diploma text, diploma_points integer, distance text, distance_points integer, licence_vehicle text, licence_vehicle_points integer, asked integer, accepted integer, schedule_points integer, contract_grade text, contract_points integer, availability text, availability_points integer, experience text, experience_points integer)
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 SELECT (((((((p.job + p.diploma) + p.distance) + p.licence_vehicle) + p.schedule) + p.contract) + p.availability) + p.experience),
     (((g.diploma = 'missing'::text) AND ( SELECT c.is_hard
            FROM public.match_criterion c
           WHERE (c.code = 'diploma'::text))) OR ((g.distance = 'beyond'::text) AND ( SELECT c.is_hard
            FROM public.match_criterion c
           WHERE (c.code = 'distance'::text))) OR ((g.licence_vehicle = 'missing'::text) AND ( SELECT c.is_hard
            FROM public.match_criterion c
           WHERE (c.code = 'licence_vehicle'::text)))),
     p.job,
     g.diploma,
     p.diploma,
     g.distance,
     p.distance,
     g.licence_vehicle,
     p.licence_vehicle,
     g.asked,
     g.accepted,
     p.schedule,
     g.contract,
     p.contract,
     g.availability,
     p.availability,
     g.experience,
     p.experience
    FROM (( SELECT d.radius,
                 CASE
                     WHEN (match_pair.required = '{}'::text[]) THEN 'none_required'::text
                     WHEN (match_pair.held IS NULL) THEN 'unsaid'::text
                     WHEN (match_pair.held && match_pair.required) THEN 'held'::text
                     ELSE 'missing'::text
                 END AS diploma,
                 CASE
                     WHEN (match_pair.km IS NULL) THEN 'unknown'::text
                     WHEN (match_pair.mobility_km IS NULL) THEN
                     CASE
                         WHEN (match_pair.km <= d.radius) THEN 'assumed'::text
                         ELSE 'assumed_far'::text
                     END
                     WHEN (match_pair.km <= match_pair.mobility_km) THEN 'within'::text
                     ELSE 'beyond'::text
                 END AS distance,
                 CASE
                     WHEN ((NOT match_pair.licence_required) AND (NOT match_pair.vehicle_required)) THEN 'none_required'::text
                     WHEN ((match_pair.licence_required AND (match_pair.licence = false)) OR (match_pair.vehicle_required AND (match_pair.vehicle = false))) THEN 'missing'::text
                     WHEN ((match_pair.licence_required AND (match_pair.licence IS NULL)) OR (match_pair.vehicle_required AND (match_pair.vehicle IS NULL))) THEN 'unsaid'::text
                     ELSE 'held'::text
                 END AS licence_vehicle,
             ((((match_pair.at_night)::integer + (match_pair.at_weekend)::integer) + (match_pair.in_parts)::integer) + (d.has_hours)::integer) AS asked,
             (((((match_pair.at_night AND match_pair.night))::integer + ((match_pair.at_weekend AND match_pair.weekend))::integer) + ((match_pair.in_parts AND match_pair.split_shifts))::integer) + ((d.has_hours AND ((match_pair.hours_per_week >= COALESCE(match_pair.hours_min, (0)::numeric)) AND (match_pair.hours_per_week <= COALESCE(match_pair.hours_max, (168)::numeric)))))::integer) AS accepted,
                 CASE
                     WHEN (match_pair.contracts = '{}'::text[]) THEN 'any'::text
                     WHEN (match_pair.contract = ANY (match_pair.contracts)) THEN 'accepted'::text
                     ELSE 'other'::text
                 END AS contract,
                 CASE
                     WHEN (d.late <= 0) THEN 'ready'::text
                     WHEN (d.late <= ( SELECT public.service_rule('match_late_days'::text) AS service_rule)) THEN 'late'::text
                     ELSE 'too_late'::text
                 END AS availability,
                 CASE
                     WHEN match_pair.beginner_welcome THEN 'beginner'::text
                     WHEN (match_pair.experience_years IS NULL) THEN 'unsaid'::text
                     WHEN (match_pair.experience_years >= (( SELECT public.service_rule('match_experience_years'::text) AS service_rule))::numeric) THEN 'enough'::text
                     WHEN (match_pair.experience_years > (0)::numeric) THEN 'some'::text
                     ELSE 'none'::text
                 END AS experience
            FROM ( SELECT COALESCE(match_pair.mobility_km, ( SELECT public.service_rule('match_assumed_km'::text) AS service_rule)) AS radius,
                     ((match_pair.hours_per_week IS NOT NULL) AND ((match_pair.hours_min IS NOT NULL) OR (match_pair.hours_max IS NOT NULL))) AS has_hours,
                     (GREATEST(match_pair.available_from, match_pair.day) - GREATEST(match_pair.starts_on, match_pair.day)) AS late
                  OFFSET 0) d
          OFFSET 0) g
      CROSS JOIN LATERAL ( SELECT ((( SELECT public.match_weight('job'::text) AS match_weight) * match_pair.affinity) / 100) AS job,
                 CASE g.diploma
                     WHEN 'missing'::text THEN 0
                     WHEN 'unsaid'::text THEN ( SELECT ((c.maximum * c.unsaid_percent) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'diploma'::text))
                     ELSE ( SELECT public.match_weight('diploma'::text) AS match_weight)
                 END AS diploma,
                 CASE g.distance
                     WHEN 'beyond'::text THEN 0
                     WHEN 'assumed_far'::text THEN 0
                     WHEN 'unknown'::text THEN ( SELECT ((c.maximum * c.unsaid_percent) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'distance'::text))
                     ELSE (round(((( SELECT public.match_weight('distance'::text) AS match_weight))::double precision * ((1)::double precision - (((( SELECT ((1)::numeric - ((c.least_percent)::numeric / 100.0))
                        FROM public.match_criterion c
                       WHERE (c.code = 'distance'::text)))::double precision * (match_pair.km)::double precision) / (GREATEST(g.radius, 1))::double precision)))))::integer
                 END AS distance,
                 CASE g.licence_vehicle
                     WHEN 'missing'::text THEN 0
                     WHEN 'unsaid'::text THEN ( SELECT ((c.maximum * c.unsaid_percent) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'licence_vehicle'::text))
                     ELSE ( SELECT public.match_weight('licence_vehicle'::text) AS match_weight)
                 END AS licence_vehicle,
                 CASE
                     WHEN (g.asked = 0) THEN ( SELECT public.match_weight('schedule'::text) AS match_weight)
                     ELSE ((( SELECT public.match_weight('schedule'::text) AS match_weight) * g.accepted) / g.asked)
                 END AS schedule,
                 CASE g.contract
                     WHEN 'other'::text THEN 0
                     ELSE ( SELECT public.match_weight('contract'::text) AS match_weight)
                 END AS contract,
                 CASE g.availability
                     WHEN 'too_late'::text THEN 0
                     WHEN 'late'::text THEN ( SELECT ((c.maximum * c.least_percent) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'availability'::text))
                     ELSE ( SELECT public.match_weight('availability'::text) AS match_weight)
                 END AS availability,
                 CASE g.experience
                     WHEN 'beginner'::text THEN ( SELECT public.match_weight('experience'::text) AS match_weight)
                     WHEN 'enough'::text THEN ( SELECT public.match_weight('experience'::text) AS match_weight)
                     WHEN 'unsaid'::text THEN ( SELECT ((c.maximum * c.unsaid_percent) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'experience'::text))
                     ELSE (( SELECT ((c.maximum * c.least_percent) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'experience'::text)) + ((((( SELECT ((c.maximum * (100 - c.least_percent)) / 100)
                        FROM public.match_criterion c
                       WHERE (c.code = 'experience'::text)))::numeric * match_pair.experience_years) / (( SELECT public.service_rule('match_experience_years'::text) AS service_rule))::numeric))::integer)
                 END AS experience
          OFFSET 0) p);
END;

COMMENT ON FUNCTION public.match_pair(affinity integer, km integer, day date, held text[], mobility_km integer, licence boolean, vehicle boolean, available_from date, night boolean, weekend boolean, split_shifts boolean, contracts text[], hours_min numeric, hours_max numeric, experience_years numeric, required text[], licence_required boolean, vehicle_required boolean, starts_on date, at_night boolean, at_weekend boolean, in_parts boolean, contract text, hours_per_week numeric, beginner_welcome boolean) IS 'How a person and a need go together: points and grade by criterion, their sum, and whether a hard criterion excludes.';

CREATE TABLE public.api_token (
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    label text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_use_at timestamp with time zone,
    CONSTRAINT api_token_at_most_a_year CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '366 days'::interval)))),
    CONSTRAINT api_token_hash_length CHECK ((octet_length(secret_hash) = 32)),
    CONSTRAINT api_token_label_text CHECK (public.is_text(label, 100)),
    CONSTRAINT api_token_scopes_known CHECK (((scopes <@ ARRAY['read'::text, 'write'::text]) AND (cardinality(scopes) > 0)))
);

COMMENT ON TABLE public.api_token IS 'Opaque tokens (security.md §4); the secret itself is shown once and never stored.';

COMMENT ON COLUMN public.api_token.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.api_token.member_id IS 'internal Whose.';

COMMENT ON COLUMN public.api_token.secret_hash IS 'internal SHA-256 of the token.';

COMMENT ON COLUMN public.api_token.label IS 'internal What its owner calls it.';

COMMENT ON COLUMN public.api_token.scopes IS 'internal What it may be used for: read, write.';

COMMENT ON COLUMN public.api_token.created_at IS 'internal Since when.';

COMMENT ON COLUMN public.api_token.expires_at IS 'internal Until when; 12 months at most.';

COMMENT ON COLUMN public.api_token.revoked_at IS 'internal When it was taken back.';

COMMENT ON COLUMN public.api_token.last_use_at IS 'internal Its last use, to the hour.';

CREATE FUNCTION public.member_last_use(wanted uuid) RETURNS date
    LANGUAGE sql STABLE
    RETURN (SELECT ((GREATEST(public.made_at(m.id), ((m.last_use_on)::timestamp without time zone AT TIME ZONE 'Europe/Paris'::text), (SELECT max(GREATEST(t.created_at, t.last_use_at)) AS max FROM public.api_token t WHERE (t.member_id = m.id)), (SELECT max(a.at) AS max FROM public.audit_log a WHERE (a.caller = (m.id)::text))) AT TIME ZONE 'Europe/Paris'::text))::date AS timezone FROM public.member m WHERE (m.id = member_last_use.wanted));

COMMENT ON FUNCTION public.member_last_use(wanted uuid) IS 'The day of a member''s last use of the service, by tokens and by the audit log.';

CREATE TABLE public.need (
    id uuid NOT NULL,
    structure_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    job_version text NOT NULL,
    job text NOT NULL,
    diplomas text[] DEFAULT '{}'::text[] NOT NULL,
    contract text NOT NULL,
    hours_per_week numeric(4,1),
    positions integer DEFAULT 1 NOT NULL,
    positions_left integer NOT NULL,
    opening text DEFAULT 'immediate'::text NOT NULL,
    pay_min_cents integer,
    pay_max_cents integer,
    pay_period text,
    starts_on date,
    beginner_welcome boolean DEFAULT false NOT NULL,
    licence_required boolean DEFAULT false NOT NULL,
    vehicle_required boolean DEFAULT false NOT NULL,
    night boolean DEFAULT false NOT NULL,
    weekend boolean DEFAULT false NOT NULL,
    split_shifts boolean DEFAULT false NOT NULL,
    insee text,
    latitude double precision,
    longitude double precision,
    state text DEFAULT 'draft'::text NOT NULL,
    opened_at timestamp with time zone,
    expires_on date,
    warned_for date,
    filled_at timestamp with time zone,
    reason text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    public_version integer DEFAULT 1 NOT NULL,
    unit_point public.cube GENERATED ALWAYS AS (public.unit_point(latitude, longitude)) STORED,
    search_words tsvector DEFAULT ''::tsvector NOT NULL,
    CONSTRAINT need_closed_has_reason CHECK (((state <> 'closed'::text) OR (reason IS NOT NULL))),
    CONSTRAINT need_description_text CHECK (public.is_text(description, 5000)),
    CONSTRAINT need_expires_range CHECK (((expires_on >= '2020-01-01'::date) AND (expires_on <= '2100-01-01'::date))),
    CONSTRAINT need_filled_has_instant CHECK (((state = 'filled'::text) = (filled_at IS NOT NULL))),
    CONSTRAINT need_filled_none_left CHECK (((state = 'filled'::text) = (positions_left = 0))),
    CONSTRAINT need_hours_range CHECK (((hours_per_week >= (1)::numeric) AND (hours_per_week <= (48)::numeric))),
    CONSTRAINT need_insee_form CHECK ((insee ~ '^[0-9][0-9AB][0-9]{3}$'::text)),
    CONSTRAINT need_opened_has_period CHECK ((((state = 'draft'::text) = (opened_at IS NULL)) AND ((opened_at IS NULL) = (expires_on IS NULL)))),
    CONSTRAINT need_opening_known CHECK ((opening = ANY (ARRAY['immediate'::text, 'pool'::text]))),
    CONSTRAINT need_pay_has_period CHECK (((pay_period IS NULL) = ((pay_min_cents IS NULL) AND (pay_max_cents IS NULL)))),
    CONSTRAINT need_pay_order CHECK ((pay_min_cents <= pay_max_cents)),
    CONSTRAINT need_pay_period_known CHECK ((pay_period = ANY (ARRAY['hour'::text, 'month'::text, 'year'::text]))),
    CONSTRAINT need_pay_range CHECK ((((pay_min_cents >= 1) AND (pay_min_cents <= 10000000)) AND ((pay_max_cents >= 1) AND (pay_max_cents <= 10000000)))),
    CONSTRAINT need_point_range CHECK ((((latitude >= ('-90'::integer)::double precision) AND (latitude <= (90)::double precision)) AND ((longitude >= ('-180'::integer)::double precision) AND (longitude <= (180)::double precision)))),
    CONSTRAINT need_point_whole CHECK (((latitude IS NULL) = (longitude IS NULL))),
    CONSTRAINT need_positions_left_range CHECK (((positions_left >= 0) AND (positions_left <= positions))),
    CONSTRAINT need_positions_range CHECK (((positions >= 1) AND (positions <= 500))),
    CONSTRAINT need_reason_text CHECK (public.is_text(reason, 500)),
    CONSTRAINT need_starts_range CHECK (((starts_on >= '2020-01-01'::date) AND (starts_on <= '2100-01-01'::date))),
    CONSTRAINT need_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'open'::text, 'paused'::text, 'filled'::text, 'closed'::text, 'expired'::text]))),
    CONSTRAINT need_title_text CHECK (public.is_text(title, 150)),
    CONSTRAINT need_warned_range CHECK (((warned_for >= '2020-01-01'::date) AND (warned_for <= '2100-01-01'::date)))
);

COMMENT ON TABLE public.need IS 'What structures recruit for; the public sees those that are open.';

COMMENT ON COLUMN public.need.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.need.structure_id IS 'public The structure that recruits.';

COMMENT ON COLUMN public.need.organisation_id IS 'internal The employer whose claim on it was validated when the need was written.';

COMMENT ON COLUMN public.need.title IS 'public In a few words.';

COMMENT ON COLUMN public.need.description IS 'public In sentences.';

COMMENT ON COLUMN public.need.job_version IS 'public Version of ROME that the job''s code is of.';

COMMENT ON COLUMN public.need.job IS 'public The job: its ROME code.';

COMMENT ON COLUMN public.need.diplomas IS 'public Diplomas of which one is required (diploma.id); none: no diploma is.';

COMMENT ON COLUMN public.need.contract IS 'public Type of contract (contract_type).';

COMMENT ON COLUMN public.need.hours_per_week IS 'public Hours a week.';

COMMENT ON COLUMN public.need.positions IS 'public How many people are looked for in all.';

COMMENT ON COLUMN public.need.positions_left IS 'public How many still are; each hire lowers it.';

COMMENT ON COLUMN public.need.opening IS 'public immediate, or pool: a standing one.';

COMMENT ON COLUMN public.need.pay_min_cents IS 'public The least that is paid, gross, in cents for pay_period.';

COMMENT ON COLUMN public.need.pay_max_cents IS 'public The most that is paid, gross, in cents for pay_period.';

COMMENT ON COLUMN public.need.pay_period IS 'public What the pay is for: hour, month, year.';

COMMENT ON COLUMN public.need.starts_on IS 'public When the work begins; none: as soon as possible.';

COMMENT ON COLUMN public.need.beginner_welcome IS 'public Whether no experience is needed.';

COMMENT ON COLUMN public.need.licence_required IS 'public Whether a driving licence is needed.';

COMMENT ON COLUMN public.need.vehicle_required IS 'public Whether a vehicle of one''s own is needed.';

COMMENT ON COLUMN public.need.night IS 'public Whether there is work at night.';

COMMENT ON COLUMN public.need.weekend IS 'public Whether there is work at weekends.';

COMMENT ON COLUMN public.need.split_shifts IS 'public Whether the day''s work is in several parts.';

COMMENT ON COLUMN public.need.insee IS 'public INSEE code of the commune where the work is; the structure''s own unless said otherwise.';

COMMENT ON COLUMN public.need.latitude IS 'public WGS84 degrees: the structure''s point, or the commune''s centre.';

COMMENT ON COLUMN public.need.longitude IS 'public WGS84 degrees: the structure''s point, or the commune''s centre.';

COMMENT ON COLUMN public.need.state IS 'public draft, open, paused, filled, closed, expired.';

COMMENT ON COLUMN public.need.opened_at IS 'public Since when it is open, last time.';

COMMENT ON COLUMN public.need.expires_on IS 'public Its last day.';

COMMENT ON COLUMN public.need.warned_for IS 'internal The last day that its recruiter was warned of.';

COMMENT ON COLUMN public.need.filled_at IS 'internal When its last position was taken.';

COMMENT ON COLUMN public.need.reason IS 'internal Why it was closed.';

COMMENT ON COLUMN public.need.created_at IS 'internal When it was written.';

COMMENT ON COLUMN public.need.updated_at IS 'internal Its last change.';

COMMENT ON COLUMN public.need.version IS 'internal Raised by every change; If-Match names it.';

COMMENT ON COLUMN public.need.public_version IS 'public Raised by changes of public columns only.';

COMMENT ON COLUMN public.need.unit_point IS 'public Its point on the sphere of radius 1: what distances are measured by.';

COMMENT ON COLUMN public.need.search_words IS 'public The words it is found by: title, text, job, diplomas, structure, commune.';

CREATE FUNCTION public.need_as_of(day date) RETURNS SETOF public.need
    LANGUAGE sql STABLE
    AS $$
    WITH since AS (
        SELECT DISTINCT ON (c.row_id, c.field) c.row_id, c.field, c.old_value
          FROM audit_log l JOIN field_change c ON c.audit_id = l.id
         WHERE l.at >= (day + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND c.table_name = 'need'
         ORDER BY c.row_id, c.field, c.id),
    undone AS (SELECT row_id, jsonb_object_agg(field, old_value) AS value FROM since GROUP BY row_id)
    SELECT r.* FROM need n LEFT JOIN undone u ON u.row_id = n.id
     CROSS JOIN LATERAL jsonb_populate_record(n, coalesce(u.value, '{}')) AS r
     WHERE n.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
$$;

COMMENT ON FUNCTION public.need_as_of(day date) IS 'The needs as they stood at the end of a day in Paris; drafts that were deleted since are gone.';

CREATE FUNCTION public.new_id() RETURNS uuid
    LANGUAGE sql
    RETURN (encode(set_bit(set_bit(OVERLAY(uuid_send(gen_random_uuid()) PLACING SUBSTRING(int8send(((EXTRACT(epoch FROM public.current_instant()) * (1000)::numeric))::bigint) FROM 3) FROM 1 FOR 6), (52)::bigint, 1), (53)::bigint, 1), 'hex'::text))::uuid;

COMMENT ON FUNCTION public.new_id() IS 'A new UUIDv7 (RFC 9562), of the instant of this transaction.';

CREATE TABLE public.orientation (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    prescriber_id uuid,
    referent_id uuid NOT NULL,
    target_kind text NOT NULL,
    need_id uuid,
    structure_id uuid,
    session_id uuid,
    receiver_id uuid,
    state text DEFAULT 'draft'::text NOT NULL,
    former_state text,
    due_on date,
    sent_at timestamp with time zone,
    opened_at timestamp with time zone,
    answered_at timestamp with time zone,
    closed_at timestamp with time zone,
    visible_until date,
    reason text,
    appointment_at timestamp with time zone,
    prior_action text,
    prior_starts_on date,
    prior_ends_on date,
    training_session_id uuid,
    training_starts_on date,
    training_ends_on date,
    training_result text,
    hired_at timestamp with time zone,
    hire_contract text,
    hire_starts_on date,
    hire_hours numeric(4,1),
    has_place boolean DEFAULT false NOT NULL,
    reminded integer DEFAULT 0 NOT NULL,
    told_on date,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT orientation_appointment_has_instant CHECK (((state <> 'appointment'::text) OR (appointment_at IS NOT NULL))),
    CONSTRAINT orientation_appointment_range CHECK (((appointment_at >= '2020-01-01 00:00:00+00'::timestamp with time zone) AND (appointment_at <= '2100-01-01 00:00:00+00'::timestamp with time zone))),
    CONSTRAINT orientation_completed_has_result CHECK (((state <> 'completed'::text) OR (training_result IS NOT NULL))),
    CONSTRAINT orientation_due_range CHECK (((due_on >= '2020-01-01'::date) AND (due_on <= '2103-01-01'::date))),
    CONSTRAINT orientation_final_has_instant CHECK (((closed_at IS NOT NULL) = (state = ANY (ARRAY['hired'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text, 'obsolete'::text, 'completed'::text])))),
    CONSTRAINT orientation_final_is_masked CHECK (((visible_until IS NOT NULL) = (closed_at IS NOT NULL))),
    CONSTRAINT orientation_former_known CHECK ((former_state = ANY (ARRAY['sent'::text, 'under_review'::text, 'appointment'::text, 'prior_action'::text, 'pool'::text, 'accepted'::text, 'in_training'::text]))),
    CONSTRAINT orientation_hire_hours_range CHECK (((hire_hours >= (1)::numeric) AND (hire_hours <= (48)::numeric))),
    CONSTRAINT orientation_hire_range CHECK (((hire_starts_on >= '2020-01-01'::date) AND (hire_starts_on <= '2100-01-01'::date))),
    CONSTRAINT orientation_hired_whole CHECK ((((state = 'hired'::text) = (hired_at IS NOT NULL)) AND ((hired_at IS NULL) = (hire_contract IS NULL)) AND ((hired_at IS NULL) = (hire_starts_on IS NULL)) AND ((hired_at IS NULL) = (hire_hours IS NULL)))),
    CONSTRAINT orientation_obsolete_has_former CHECK (((state = 'obsolete'::text) = (former_state IS NOT NULL))),
    CONSTRAINT orientation_open_has_due_day CHECK (((due_on IS NOT NULL) = (state = ANY (ARRAY['sent'::text, 'under_review'::text, 'appointment'::text, 'prior_action'::text, 'pool'::text, 'accepted'::text, 'in_training'::text])))),
    CONSTRAINT orientation_place_of_session CHECK (((NOT has_place) OR (target_kind = 'session'::text))),
    CONSTRAINT orientation_prior_action_has_kind CHECK (((state <> 'prior_action'::text) OR (prior_action IS NOT NULL))),
    CONSTRAINT orientation_prior_action_known CHECK ((prior_action = ANY (ARRAY['pmsmp'::text, 'poec'::text, 'poei'::text, 'vae'::text, 'immersion'::text, 'job_test'::text]))),
    CONSTRAINT orientation_prior_action_order CHECK ((prior_starts_on <= prior_ends_on)),
    CONSTRAINT orientation_prior_action_range CHECK (((prior_starts_on >= '2020-01-01'::date) AND (prior_ends_on <= '2100-01-01'::date))),
    CONSTRAINT orientation_prior_action_whole CHECK ((((prior_action IS NULL) = (prior_starts_on IS NULL)) AND ((prior_action IS NULL) = (prior_ends_on IS NULL)))),
    CONSTRAINT orientation_refused_has_reason CHECK (((state <> 'refused'::text) OR (reason IS NOT NULL))),
    CONSTRAINT orientation_reminded_range CHECK (((reminded >= 0) AND (reminded <= 2))),
    CONSTRAINT orientation_sent_has_receiver CHECK (((sent_at IS NULL) = (receiver_id IS NULL))),
    CONSTRAINT orientation_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'sent'::text, 'under_review'::text, 'appointment'::text, 'prior_action'::text, 'pool'::text, 'accepted'::text, 'in_training'::text, 'hired'::text, 'refused'::text, 'withdrawn'::text, 'expired'::text, 'obsolete'::text, 'completed'::text]))),
    CONSTRAINT orientation_target_whole CHECK (((target_kind = ANY (ARRAY['need'::text, 'structure'::text, 'session'::text])) AND ((target_kind = 'need'::text) = (need_id IS NOT NULL)) AND ((target_kind = 'session'::text) = (session_id IS NOT NULL)) AND ((target_kind = 'session'::text) = (structure_id IS NULL)))),
    CONSTRAINT orientation_training_has_days CHECK (((state <> ALL (ARRAY['in_training'::text, 'completed'::text])) OR ((training_starts_on IS NOT NULL) AND (training_ends_on IS NOT NULL)))),
    CONSTRAINT orientation_training_order CHECK ((training_starts_on <= training_ends_on)),
    CONSTRAINT orientation_training_range CHECK (((training_starts_on >= '2020-01-01'::date) AND (training_ends_on <= '2100-01-01'::date))),
    CONSTRAINT orientation_training_result_known CHECK ((training_result = ANY (ARRAY['certified'::text, 'finished'::text, 'partly'::text, 'dropped'::text]))),
    CONSTRAINT orientation_unsent_is_draft CHECK (((sent_at IS NOT NULL) OR (state = ANY (ARRAY['draft'::text, 'withdrawn'::text]))))
);

ALTER TABLE ONLY public.orientation FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.orientation IS 'A person proposed to who recruits: its target, where it stands, who owes the next step by when.';

COMMENT ON COLUMN public.orientation.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.orientation.candidate_id IS 'internal Who is proposed.';

COMMENT ON COLUMN public.orientation.organisation_id IS 'internal The prescriber''s organisation that proposes and follows.';

COMMENT ON COLUMN public.orientation.prescriber_id IS 'internal Its member who does.';

COMMENT ON COLUMN public.orientation.referent_id IS 'internal The organisation whose file the person''s is: kept by a trigger.';

COMMENT ON COLUMN public.orientation.target_kind IS 'internal need, structure (spontaneous), session.';

COMMENT ON COLUMN public.orientation.need_id IS 'internal The need.';

COMMENT ON COLUMN public.orientation.structure_id IS 'internal The structure, also of a need.';

COMMENT ON COLUMN public.orientation.session_id IS 'internal The session.';

COMMENT ON COLUMN public.orientation.receiver_id IS 'internal The organisation that it was sent to; who claims the structure later inherits nothing.';

COMMENT ON COLUMN public.orientation.state IS 'internal Where it stands: domain.md §4.3.';

COMMENT ON COLUMN public.orientation.former_state IS 'internal Where it stood when a hire elsewhere made it obsolete.';

COMMENT ON COLUMN public.orientation.due_on IS 'internal The last day of who owes the next step.';

COMMENT ON COLUMN public.orientation.sent_at IS 'internal When it was sent.';

COMMENT ON COLUMN public.orientation.opened_at IS 'internal When who recruits first took it up: from then on surname and contact are shown.';

COMMENT ON COLUMN public.orientation.answered_at IS 'internal The structure''s first answer; opening a link is none.';

COMMENT ON COLUMN public.orientation.closed_at IS 'internal When it came to its end.';

COMMENT ON COLUMN public.orientation.visible_until IS 'internal After this day who received it sees no identity any more.';

COMMENT ON COLUMN public.orientation.reason IS 'internal Why it was refused (refusal_reason).';

COMMENT ON COLUMN public.orientation.appointment_at IS 'internal When they meet.';

COMMENT ON COLUMN public.orientation.prior_action IS 'internal What comes before a hire: pmsmp, poec, poei, vae, immersion, job_test.';

COMMENT ON COLUMN public.orientation.prior_starts_on IS 'internal Its first day.';

COMMENT ON COLUMN public.orientation.prior_ends_on IS 'internal Its last day.';

COMMENT ON COLUMN public.orientation.training_session_id IS 'internal The session that the person is trained in, if it is one of ours.';

COMMENT ON COLUMN public.orientation.training_starts_on IS 'internal The training''s first day.';

COMMENT ON COLUMN public.orientation.training_ends_on IS 'internal The training''s last day.';

COMMENT ON COLUMN public.orientation.training_result IS 'internal certified, finished, partly, dropped.';

COMMENT ON COLUMN public.orientation.hired_at IS 'internal When the hire was recorded.';

COMMENT ON COLUMN public.orientation.hire_contract IS 'internal Type of contract.';

COMMENT ON COLUMN public.orientation.hire_starts_on IS 'internal First day of work.';

COMMENT ON COLUMN public.orientation.hire_hours IS 'internal Hours a week.';

COMMENT ON COLUMN public.orientation.has_place IS 'internal Whether it holds one of the session''s places.';

COMMENT ON COLUMN public.orientation.reminded IS 'internal How many reminders went out: 0, 1, 2.';

COMMENT ON COLUMN public.orientation.told_on IS 'internal The day on which its prescriber was last asked about what is due.';

COMMENT ON COLUMN public.orientation.created_at IS 'internal When it was written.';

COMMENT ON COLUMN public.orientation.updated_at IS 'internal Its last change.';

COMMENT ON COLUMN public.orientation.version IS 'internal Raised by every change; If-Match names it.';

CREATE TABLE public.orientation_link (
    id uuid NOT NULL,
    orientation_id uuid,
    candidate_id uuid,
    secret_hash bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    spent_at timestamp with time zone,
    form_key uuid,
    CONSTRAINT orientation_link_hash_length CHECK ((octet_length(secret_hash) = 32)),
    CONSTRAINT orientation_link_of_one CHECK (((orientation_id IS NULL) <> (candidate_id IS NULL))),
    CONSTRAINT orientation_link_period_order CHECK ((made_at < expires_at))
);

ALTER TABLE ONLY public.orientation_link FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.orientation_link IS 'Links by which who recruits answers one orientation, and a candidate sees where things stand.';

COMMENT ON COLUMN public.orientation_link.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.orientation_link.orientation_id IS 'internal The orientation, for who recruits.';

COMMENT ON COLUMN public.orientation_link.candidate_id IS 'internal The candidate, for the person.';

COMMENT ON COLUMN public.orientation_link.secret_hash IS 'personal SHA-256 of the secret.';

COMMENT ON COLUMN public.orientation_link.made_at IS 'internal When it was made.';

COMMENT ON COLUMN public.orientation_link.expires_at IS 'internal Until when it is good.';

COMMENT ON COLUMN public.orientation_link.spent_at IS 'internal When its answer was final: from then on it only shows what was answered.';

COMMENT ON COLUMN public.orientation_link.form_key IS 'internal The one-time key of the last form that was taken: sent again, it changes nothing.';

CREATE TABLE public.session_contact (
    id uuid NOT NULL,
    session_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    email text NOT NULL,
    state text DEFAULT 'pending'::text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    asked_by uuid,
    confirmed_at timestamp with time zone,
    confirmed_by uuid,
    ended_at timestamp with time zone,
    CONSTRAINT session_contact_confirmed_has_instant CHECK (((state <> 'confirmed'::text) OR (confirmed_at IS NOT NULL))),
    CONSTRAINT session_contact_email_form CHECK (((email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$'::text) AND (char_length(email) <= 254))),
    CONSTRAINT session_contact_ended_has_instant CHECK (((state = 'ended'::text) = (ended_at IS NOT NULL))),
    CONSTRAINT session_contact_state_known CHECK ((state = ANY (ARRAY['pending'::text, 'confirmed'::text, 'ended'::text])))
);

ALTER TABLE ONLY public.session_contact FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.session_contact IS 'Where a session''s orientations go: given by its organiser, confirmed by the team; no file ever fills it.';

COMMENT ON COLUMN public.session_contact.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.session_contact.session_id IS 'internal The session.';

COMMENT ON COLUMN public.session_contact.organisation_id IS 'internal Who organises it.';

COMMENT ON COLUMN public.session_contact.email IS 'personal The address; often somebody''s.';

COMMENT ON COLUMN public.session_contact.state IS 'internal pending, confirmed, ended.';

COMMENT ON COLUMN public.session_contact.asked_at IS 'internal When it was given.';

COMMENT ON COLUMN public.session_contact.asked_by IS 'internal By which member.';

COMMENT ON COLUMN public.session_contact.confirmed_at IS 'internal When the team confirmed it.';

COMMENT ON COLUMN public.session_contact.confirmed_by IS 'internal Which member of the team.';

COMMENT ON COLUMN public.session_contact.ended_at IS 'internal When another took its place.';

CREATE FUNCTION public.orientation_of_link(secret_hash bytea) RETURNS TABLE(link_id uuid, orientation_id uuid, candidate_id uuid, is_spent boolean, form_key uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT l.id,
     l.orientation_id,
     l.candidate_id,
     (l.spent_at IS NOT NULL),
     l.form_key
    FROM (public.orientation_link l
      LEFT JOIN public.orientation o ON ((o.id = l.orientation_id)))
   WHERE ((l.secret_hash = orientation_of_link.secret_hash) AND (l.expires_at > public.current_instant()) AND ((EXISTS ( SELECT
            FROM public.orientation p
           WHERE ((p.candidate_id = l.candidate_id) AND (p.sent_at IS NOT NULL) AND ((p.due_on IS NOT NULL) OR (p.state = 'hired'::text) OR (p.closed_at > (public.current_instant() - make_interval(days => public.service_rule('candidate_link_days'::text)))))))) OR (EXISTS ( SELECT
            FROM (public.recruitment_contact c
              JOIN public.structure s ON ((s.id = c.structure_id)))
           WHERE ((c.structure_id = o.structure_id) AND (c.state = 'proved'::text) AND (c.organisation_id = o.receiver_id) AND (c.proved_at <= l.made_at) AND (s.organisation_id = o.receiver_id) AND (s.status = 'open'::text)))) OR (EXISTS ( SELECT
            FROM public.session_contact c
           WHERE ((c.session_id = o.session_id) AND (c.state = 'confirmed'::text) AND (c.confirmed_at <= l.made_at))))));
END;

COMMENT ON FUNCTION public.orientation_of_link(secret_hash bytea) IS 'What a link is about, while it is good; nothing otherwise.';

CREATE TABLE public.person_count (
    quarter date NOT NULL,
    kind text NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL,
    persons integer NOT NULL,
    CONSTRAINT person_count_dimension_known CHECK ((dimension = ANY (ARRAY['all'::text, 'sex'::text, 'age'::text, 'age_esf'::text, 'sex_age'::text, 'situation'::text, 'long_term_unemployed'::text, 'diploma_level'::text, 'qpv'::text, 'rsa'::text, 'disability'::text, 'commune'::text, 'epci'::text, 'organisation'::text, 'job'::text, 'structure_kind'::text, 'contract'::text]))),
    CONSTRAINT person_count_persons_positive CHECK ((persons > 0)),
    CONSTRAINT person_count_quarter CHECK ((quarter = (date_trunc('quarter'::text, (quarter)::timestamp without time zone))::date))
);

ALTER TABLE ONLY public.person_count FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.person_count IS 'How many persons took a step in a quarter, by one dimension at a time; nobody''s id. Only counting functions show it, suppressed.';

COMMENT ON COLUMN public.person_count.quarter IS 'internal The quarter''s first day.';

COMMENT ON COLUMN public.person_count.kind IS 'internal The step: a person''s first of its kind in the year.';

COMMENT ON COLUMN public.person_count.dimension IS 'internal By what it is counted; all: everybody.';

COMMENT ON COLUMN public.person_count.value IS 'internal Which of it; unknown where the file does not say.';

COMMENT ON COLUMN public.person_count.persons IS 'internal How many.';

CREATE TABLE public.person_period (
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    "position" bigint NOT NULL,
    is_own boolean NOT NULL,
    registered_at timestamp with time zone NOT NULL,
    CONSTRAINT person_period_order CHECK ((starts_on < ends_on)),
    CONSTRAINT person_period_whole_quarters CHECK ((public.is_quarter_start(starts_on) AND public.is_quarter_start((ends_on + 1))))
);

COMMENT ON TABLE public.person_period IS 'Periods that campaigns show persons of, and how: computed once, for every profile and format (security.md §5).';

COMMENT ON COLUMN public.person_period.starts_on IS 'internal First day: of a quarter.';

COMMENT ON COLUMN public.person_period.ends_on IS 'internal Last day: of a quarter.';

COMMENT ON COLUMN public.person_period."position" IS 'internal In this order: a period is put together from earlier ones only.';

COMMENT ON COLUMN public.person_period.is_own IS 'internal Whether its tables are counted for it; otherwise they are sums of other periods'' tables, if those make it up.';

COMMENT ON COLUMN public.person_period.registered_at IS 'internal When a campaign first asked for it.';

CREATE TABLE public.person_quarter (
    quarter date NOT NULL,
    last_candidate uuid,
    counted_at timestamp with time zone,
    CONSTRAINT person_quarter_start CHECK ((quarter = (date_trunc('quarter'::text, (quarter)::timestamp without time zone))::date))
);

COMMENT ON TABLE public.person_quarter IS 'Closed quarters whose persons are counted, or being counted.';

COMMENT ON COLUMN public.person_quarter.quarter IS 'internal The quarter''s first day.';

COMMENT ON COLUMN public.person_quarter.last_candidate IS 'internal How far the counting is.';

COMMENT ON COLUMN public.person_quarter.counted_at IS 'internal When all were counted: from then on its figures stand.';

CREATE TABLE public.person_value (
    dimension text NOT NULL,
    value text NOT NULL,
    dimension_fr text NOT NULL,
    label_fr text NOT NULL,
    "position" integer NOT NULL
);

COMMENT ON TABLE public.person_value IS 'The fixed tables of persons and their lines (sql/reference/rows).';

COMMENT ON COLUMN public.person_value.dimension IS 'public The table: sex, age …';

COMMENT ON COLUMN public.person_value.value IS 'public The line.';

COMMENT ON COLUMN public.person_value.dimension_fr IS 'public What the table is called.';

COMMENT ON COLUMN public.person_value.label_fr IS 'public What the line is called.';

COMMENT ON COLUMN public.person_value."position" IS 'public In this order.';

CREATE FUNCTION public.person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamp with time zone) RETURNS TABLE(first_day date, last_day date, step text, dimension text, value text, parent text, persons integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 500
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH rule AS MATERIALIZED (
          SELECT public.service_rule('level_least'::text) AS "least"
           WHERE ((person_figures.caller = public.current_caller()) AND ((person_figures.caller = 'system'::text) OR public.caller_is_team()))
         ), counted AS MATERIALIZED (
          SELECT q.quarter
            FROM public.person_quarter q
           WHERE ((q.counted_at <= person_figures.known_at) AND (((q.quarter + '3 mons'::interval))::date <= (person_figures.day + 1)))
         ), reach AS MATERIALIZED (
          SELECT o.starts_on,
             o.ends_on
            FROM public.person_period o
           WHERE (o.is_own AND (o.registered_at <= person_figures.known_at) AND (o.starts_on <= person_figures.ends_on) AND (o.ends_on >= person_figures.starts_on))
         ), quarter AS MATERIALIZED (
          SELECT (s.day)::date AS quarter,
             (((s.day)::date >= person_figures.starts_on) AND ((s.day)::date <= person_figures.ends_on)) AS is_inside,
             ((q.quarter IS NOT NULL) OR ((s.day)::date < ( SELECT min(c.quarter) AS min
                    FROM counted c))) AS is_known,
             (q.quarter IS NULL) AS is_before
            FROM (generate_series((LEAST(person_figures.starts_on, ( SELECT min(h.starts_on) AS min
                    FROM reach h)))::timestamp without time zone, (GREATEST(person_figures.ends_on, ( SELECT max(h.ends_on) AS max
                    FROM reach h)))::timestamp without time zone, '3 mons'::interval) s(day)
              LEFT JOIN counted q ON ((q.quarter = (s.day)::date)))
         ), total AS MATERIALIZED (
          SELECT q.quarter,
             q.is_inside,
             s.step,
             q.is_known,
             COALESCE(c.persons, 0) AS persons,
             (COALESCE(q.is_known, false) AND (q.is_before OR (COALESCE(c.persons, 0) >= r."least"))) AS is_shown
            FROM (((rule r
              CROSS JOIN quarter q)
              CROSS JOIN unnest(ARRAY['received'::text, 'oriented'::text, 'accompanied'::text, 'immersion'::text, 'training'::text, 'hired'::text, 'employed_3'::text, 'employed_6'::text, 'employed_12'::text]) s(step))
              LEFT JOIN public.person_count c ON (((c.quarter = q.quarter) AND (c.kind = s.step) AND (c.dimension = 'all'::text))))
         ), wanted AS MATERIALIZED (
          SELECT p.starts_on,
             p.ends_on,
             p."position",
             p.is_own,
             p.registered_at
            FROM public.person_period p
           WHERE ((p.starts_on = person_figures.starts_on) AND (p.ends_on = person_figures.ends_on))
         ), tile AS MATERIALIZED (
          SELECT o.starts_on,
             o.ends_on
            FROM (wanted w
              JOIN public.person_period o ON ((o.is_own AND
                 CASE
                     WHEN w.is_own THEN (o."position" = w."position")
                     ELSE ((o."position" < w."position") AND (o.starts_on >= w.starts_on) AND (o.ends_on <= w.ends_on))
                 END)))
         ), is_covered AS MATERIALIZED (
          SELECT (COALESCE(sum(((t.ends_on - t.starts_on) + 1)), (0)::bigint) = ((person_figures.ends_on - person_figures.starts_on) + 1)) AS holds
            FROM tile t
         ), part AS MATERIALIZED (
          SELECT t.starts_on,
             t.ends_on,
             u.step,
             sum(u.persons) AS persons,
             count(*) FILTER (WHERE (NOT u.is_shown)) AS hidden,
             count(*) FILTER (WHERE ((NOT u.is_shown) AND u.is_inside)) AS hidden_inside,
             (bool_and(COALESCE(u.is_known, false)) AND ((count(*) FILTER (WHERE (NOT u.is_shown)) = 0) OR ((count(*) FILTER (WHERE (NOT u.is_shown)) >= 2) AND (sum(u.persons) FILTER (WHERE (NOT u.is_shown)) >= max(r."least")) AND (sum(u.persons) FILTER (WHERE (NOT u.is_shown)) < ((max(r."least") - 1) * count(*) FILTER (WHERE (NOT u.is_shown))))))) AS is_shown
            FROM ((rule r
              CROSS JOIN ( SELECT tile.starts_on,
                     tile.ends_on
                    FROM tile
                 UNION
                  SELECT reach.starts_on,
                     reach.ends_on
                    FROM reach) t)
              JOIN total u ON (((u.quarter >= t.starts_on) AND (u.quarter <= t.ends_on))))
           GROUP BY t.starts_on, t.ends_on, u.step
         ), block AS MATERIALIZED (
          SELECT p.starts_on,
             p.ends_on,
             p.step,
             p.persons,
             p.hidden,
             p.hidden_inside,
             p.is_shown
            FROM (part p
              JOIN tile t USING (starts_on, ends_on))
         ), summed AS MATERIALIZED (
          SELECT p.step,
             sum(p.hidden_inside) AS hidden
            FROM (part p
              JOIN reach h USING (starts_on, ends_on))
           WHERE (p.is_shown AND (p.hidden_inside = p.hidden))
           GROUP BY p.step
         ), period AS MATERIALIZED (
          SELECT u.step,
             sum(u.persons) AS persons,
             (bool_and(u.is_shown) OR (( SELECT c.holds
                    FROM is_covered c) AND COALESCE(( SELECT bool_and(b.is_shown) AS bool_and
                    FROM block b
                   WHERE (b.step = u.step)), false)) OR (bool_and(COALESCE(u.is_known, false)) AND ((count(*) FILTER (WHERE (NOT u.is_shown)))::numeric = ( SELECT m.hidden
                    FROM summed m
                   WHERE (m.step = u.step))))) AS is_shown
            FROM total u
           WHERE u.is_inside
           GROUP BY u.step
         ), cell AS MATERIALIZED (
          SELECT b.starts_on,
             b.ends_on,
             b.step,
             v.dimension,
             v.value,
             true AS is_fixed,
             ( SELECT COALESCE(sum(c.persons), (0)::bigint) AS "coalesce"
                    FROM public.person_count c
                   WHERE (((c.quarter >= b.starts_on) AND (c.quarter <= b.ends_on)) AND (c.kind = b.step) AND (c.dimension = v.dimension) AND (c.value = v.value))) AS persons
            FROM ((rule r
              CROSS JOIN block b)
              CROSS JOIN public.person_value v)
           WHERE (b.is_shown AND (b.persons >= r."least"))
         UNION ALL
          SELECT b.starts_on,
             b.ends_on,
             b.step,
             c.dimension,
             c.value,
             false,
             sum(c.persons) AS sum
            FROM ((rule r
              CROSS JOIN block b)
              JOIN public.person_count c ON ((((c.quarter >= b.starts_on) AND (c.quarter <= b.ends_on)) AND (c.kind = b.step) AND (c.dimension = ANY (ARRAY['epci'::text, 'job'::text, 'structure_kind'::text, 'contract'::text])))))
           WHERE (b.is_shown AND (b.persons >= r."least") AND ( SELECT w.is_own
                    FROM wanted w))
           GROUP BY b.starts_on, b.ends_on, b.step, c.dimension, c.value
         ), ranked AS MATERIALIZED (
          SELECT c.starts_on,
             c.ends_on,
             c.step,
             c.dimension,
             c.value,
             c.is_fixed,
             c.persons,
             row_number() OVER w AS n,
             sum(c.persons) OVER w AS running,
             lead(c.persons) OVER w AS next
            FROM cell c
           WINDOW w AS (PARTITION BY c.starts_on, c.ends_on, c.step, c.dimension ORDER BY c.persons, (c.value COLLATE "C"))
         ), cut AS MATERIALIZED (
          SELECT k.starts_on,
             k.ends_on,
             k.step,
             k.dimension,
                 CASE
                     WHEN ((min(k.persons) >= max(r."least")) AND (bool_or(k.is_fixed) OR (count(*) > 1))) THEN (0)::bigint
                     ELSE COALESCE(min(k.n) FILTER (WHERE ((k.n >= 2) AND (k.running >= (r."least")::numeric) AND COALESCE((k.next >= r."least"), true))), max(k.n))
                 END AS withheld
            FROM (rule r
              CROSS JOIN ranked k)
           GROUP BY k.starts_on, k.ends_on, k.step, k.dimension
         ), judged AS MATERIALIZED (
          SELECT k.starts_on,
             k.ends_on,
             k.step,
             k.dimension,
             k.value,
             k.is_fixed,
             k.persons,
             (k.n > t.withheld) AS is_shown
            FROM (ranked k
              JOIN cut t USING (starts_on, ends_on, step, dimension))
         ), ages AS MATERIALIZED (
          SELECT j.starts_on,
             j.ends_on,
             j.step,
             (bool_and(j.is_shown) AND ((max(j.persons) FILTER (WHERE (j.value = 'under_26'::text)) - max(j.persons) FILTER (WHERE (j.value = 'under_25'::text))) >= max(r."least")) AND ((max(j.persons) FILTER (WHERE (j.value = '50_and_over'::text)) - max(j.persons) FILTER (WHERE (j.value = 'over_54'::text))) >= max(r."least"))) AS "both",
             bool_or(j.is_shown) FILTER (WHERE ((j.dimension = 'age'::text) AND (j.value = 'unknown'::text))) AS is_unknown_shown
            FROM (rule r
              CROSS JOIN judged j)
           WHERE (j.dimension = ANY (ARRAY['age'::text, 'age_esf'::text]))
           GROUP BY j.starts_on, j.ends_on, j.step
         ), fixed AS MATERIALIZED (
          SELECT j.step,
             j.dimension,
             j.value,
             sum(j.persons) AS persons,
             bool_and(
                 CASE
                     WHEN (j.dimension <> 'age_esf'::text) THEN j.is_shown
                     WHEN (j.value = 'unknown'::text) THEN a.is_unknown_shown
                     ELSE a."both"
                 END) AS is_shown,
             (count(*) = ( SELECT count(*) AS count
                    FROM tile t)) AS is_whole
            FROM (judged j
              JOIN ages a USING (starts_on, ends_on, step))
           WHERE j.is_fixed
           GROUP BY j.step, j.dimension, j.value
         ), commune_cell AS MATERIALIZED (
          SELECT j.starts_on,
             j.ends_on,
             j.step,
             p.epci_siren AS epci,
             c.value,
             sum(c.persons) AS persons
            FROM ((judged j
              JOIN public.commune p ON ((p.epci_siren = j.value)))
              JOIN public.person_count c ON ((((c.quarter >= j.starts_on) AND (c.quarter <= j.ends_on)) AND (c.kind = j.step) AND (c.dimension = 'commune'::text) AND (c.value = p.insee))))
           WHERE ((j.dimension = 'epci'::text) AND j.is_shown)
           GROUP BY j.starts_on, j.ends_on, j.step, p.epci_siren, c.value
         ), commune_ranked AS (
          SELECT c.starts_on,
             c.ends_on,
             c.step,
             c.epci,
             c.value,
             c.persons,
             row_number() OVER w AS n,
             sum(c.persons) OVER w AS running,
             lead(c.persons) OVER w AS next,
             min(c.persons) OVER (PARTITION BY c.step, c.epci) AS least_persons,
             count(*) OVER (PARTITION BY c.step, c.epci) AS lines
            FROM commune_cell c
           WINDOW w AS (PARTITION BY c.step, c.epci ORDER BY c.persons, (c.value COLLATE "C"))
         ), commune_judged AS MATERIALIZED (
          SELECT k.step,
             k.epci,
             k.value,
             k.persons,
             (((k.least_persons >= r."least") AND (k.lines > 1)) OR (k.n > COALESCE(min(k.n) FILTER (WHERE ((k.n >= 2) AND (k.running >= (r."least")::numeric) AND COALESCE((k.next >= r."least"), true))) OVER (PARTITION BY k.step, k.epci), (1000000)::bigint))) AS is_shown
            FROM (rule r
              CROSS JOIN commune_ranked k)
         )
  SELECT u.quarter,
     (((u.quarter + '3 mons'::interval))::date - 1),
     u.step,
     'all'::text,
     ''::text,
     NULL::text AS text,
         CASE
             WHEN u.is_shown THEN u.persons
             ELSE NULL::integer
         END AS "case"
    FROM total u
   WHERE u.is_inside
 UNION ALL
  SELECT person_figures.starts_on AS starts_on,
     person_figures.ends_on AS ends_on,
     p.step,
     'all'::text,
     ''::text,
     NULL::text,
     (
         CASE
             WHEN p.is_shown THEN p.persons
             ELSE NULL::bigint
         END)::integer AS int4
    FROM period p
   WHERE (( SELECT count(*) AS count
            FROM quarter q
           WHERE q.is_inside) > 1)
 UNION ALL
  SELECT person_figures.starts_on AS starts_on,
     person_figures.ends_on AS ends_on,
     p.step,
     v.dimension,
     v.value,
     NULL::text,
     (
         CASE
             WHEN (p.is_shown AND (p.persons = 0)) THEN (0)::numeric
             WHEN (f.is_shown AND f.is_whole AND ( SELECT c.holds
                FROM is_covered c)) THEN f.persons
             ELSE NULL::numeric
         END)::integer AS int4
    FROM ((period p
      CROSS JOIN public.person_value v)
      LEFT JOIN fixed f ON (((f.step = p.step) AND (f.dimension = v.dimension) AND (f.value = v.value))))
 UNION ALL
  SELECT j.starts_on,
     j.ends_on,
     j.step,
     j.dimension,
         CASE
             WHEN j.is_shown THEN j.value
             ELSE 'other'::text
         END AS "case",
     NULL::text,
     (sum(j.persons))::integer AS sum
    FROM judged j
   WHERE (NOT j.is_fixed)
   GROUP BY j.starts_on, j.ends_on, j.step, j.dimension,
         CASE
             WHEN j.is_shown THEN j.value
             ELSE 'other'::text
         END
 UNION ALL
  SELECT person_figures.starts_on AS starts_on,
     person_figures.ends_on AS ends_on,
     c.step,
     'commune'::text,
         CASE
             WHEN c.is_shown THEN c.value
             ELSE 'other'::text
         END AS "case",
     c.epci,
     (sum(c.persons))::integer AS sum
    FROM commune_judged c
   GROUP BY c.step, c.epci,
         CASE
             WHEN c.is_shown THEN c.value
             ELSE 'other'::text
         END;
END;

COMMENT ON FUNCTION public.person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamp with time zone) IS 'Persons by step in the quarters of a period and in all of it, with its tables; NULL where a figure is withheld. For the team and the system.';

CREATE FUNCTION public.person_steps(persons uuid[], before timestamp with time zone) RETURNS TABLE(candidate_id uuid, kind text, year integer, at timestamp with time zone, orientation_id uuid)
    LANGUAGE sql STABLE
    AS $$
    WITH own AS (
        SELECT o.id, o.candidate_id, o.sent_at, o.prior_action, o.hired_at FROM orientation o
         WHERE o.candidate_id = ANY (persons) AND o.sent_at IS NOT NULL),
    event AS (
        SELECT own.candidate_id, own.id, own.prior_action, e.at, e.kind, e.to_state, e.actor
          FROM own JOIN orientation_event e ON e.orientation_id = own.id),
    step AS (
        SELECT c.id AS candidate_id, 'received' AS kind, c.created_at AS at, NULL::uuid AS orientation_id
          FROM candidate c WHERE c.id = ANY (persons)
        UNION ALL SELECT own.candidate_id, 'oriented', own.sent_at, own.id FROM own
        UNION ALL
        SELECT e.candidate_id, 'accompanied', e.at, e.id FROM event e
         WHERE e.actor = 'prescriber' AND e.kind IN ('moved', 'message', 'checkpoint')
           AND e.at > (SELECT min(f.sent_at) FROM own f WHERE f.candidate_id = e.candidate_id)
        UNION ALL
        SELECT e.candidate_id, CASE WHEN e.prior_action IN ('poec', 'poei', 'vae') THEN 'training' ELSE 'immersion' END, e.at, e.id
          FROM event e WHERE e.to_state = 'prior_action' AND e.prior_action IS NOT NULL
        UNION ALL SELECT e.candidate_id, 'training', e.at, e.id FROM event e WHERE e.to_state = 'in_training'
        UNION ALL SELECT own.candidate_id, 'hired', own.hired_at, own.id FROM own WHERE own.hired_at IS NOT NULL
        UNION ALL
        SELECT own.candidate_id, 'employed_' || k.months, k.recorded_at, own.id
          FROM own JOIN checkpoint k ON k.orientation_id = own.id
         WHERE k.outcome IN ('still_there', 'elsewhere') AND k.months IN (3, 6, 12))
    SELECT DISTINCT ON (s.candidate_id, s.kind, y.year) s.candidate_id, s.kind, y.year, s.at, s.orientation_id
      FROM step s CROSS JOIN LATERAL (SELECT extract(year FROM s.at AT TIME ZONE 'Europe/Paris')::integer AS year) AS y
     WHERE s.at < before
     ORDER BY s.candidate_id, s.kind, y.year, s.at, s.orientation_id
$$;

COMMENT ON FUNCTION public.person_steps(persons uuid[], before timestamp with time zone) IS 'The steps of some persons, the first of each kind in a year, before an instant.';

CREATE FUNCTION public.person_totals() RETURNS TABLE(quarter date, step text, persons integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT q.quarter,
     s.step,
         CASE
             WHEN (c.persons >= public.service_rule('level_least'::text)) THEN c.persons
             ELSE NULL::integer
         END AS "case"
    FROM ((public.person_quarter q
      CROSS JOIN unnest(ARRAY['received'::text, 'oriented'::text, 'accompanied'::text, 'immersion'::text, 'training'::text, 'hired'::text, 'employed_3'::text, 'employed_6'::text, 'employed_12'::text]) s(step))
      LEFT JOIN public.person_count c ON (((c.quarter = q.quarter) AND (c.kind = s.step) AND (c.dimension = 'all'::text))))
   WHERE (q.counted_at IS NOT NULL);
END;

COMMENT ON FUNCTION public.person_totals() IS 'How many persons took each step in each closed quarter; nothing under five.';

CREATE FUNCTION public.persons_are_counted(last_day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT ((EXISTS ( SELECT
            FROM public.person_quarter q
           WHERE ((q.quarter > (persons_are_counted.last_day - 93)) AND (q.quarter <= persons_are_counted.last_day) AND (q.counted_at IS NOT NULL)))) OR (NOT (EXISTS ( SELECT
            FROM public.candidate c
           WHERE (c.created_at < (((persons_are_counted.last_day + 1))::timestamp without time zone AT TIME ZONE 'Europe/Paris'::text))))));
END;

COMMENT ON FUNCTION public.persons_are_counted(last_day date) IS 'Whether the persons of the quarter that ends on a day, and of those before, are counted.';

CREATE FUNCTION public.place_is_known(code text) RETURNS boolean
    LANGUAGE sql STABLE
    RETURN ((code = '31'::text) OR (EXISTS (SELECT FROM public.epci WHERE (epci.siren = place_is_known.code))) OR (EXISTS (SELECT FROM public.commune WHERE (commune.insee = place_is_known.code))));

COMMENT ON FUNCTION public.place_is_known(code text) IS 'Whether a code is the département''s, a grouping''s or a commune''s.';

CREATE FUNCTION public.places_touching(place text) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ((ARRAY['31'::text, place] || ARRAY(SELECT commune.insee FROM public.commune WHERE (commune.epci_siren = places_touching.place))) || ARRAY(SELECT commune.epci_siren FROM public.commune WHERE (commune.insee = places_touching.place)));

COMMENT ON FUNCTION public.places_touching(place text) IS 'Codes of the places that have something in common with one: itself, what it is part of, what is part of it.';

CREATE FUNCTION public.prepare_need() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    same need;
BEGIN
    IF NEW.diplomas <> '{}' THEN
        IF EXISTS (SELECT FROM unnest(NEW.diplomas) AS code WHERE NOT EXISTS (SELECT FROM diploma d WHERE d.id = code)) THEN
            RAISE EXCEPTION 'unknown diploma' USING ERRCODE = 'check_violation', CONSTRAINT = 'need_diplomas_known';
        END IF;
        -- Whatever the order they were given in; each once.
        NEW.diplomas := ARRAY(SELECT DISTINCT code COLLATE "C" FROM unnest(NEW.diplomas) AS code ORDER BY 1);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := greatest(current_instant(), OLD.updated_at);
        -- What only members see does not raise the public's version. Generated columns are not yet made here.
        same := NEW;
        same.organisation_id := OLD.organisation_id;
        same.warned_for := OLD.warned_for;
        same.filled_at := OLD.filled_at;
        same.reason := OLD.reason;
        same.version := OLD.version;
        same.updated_at := OLD.updated_at;
        same.unit_point := OLD.unit_point;
        same.search_words := OLD.search_words;
        IF same IS DISTINCT FROM OLD THEN NEW.public_version := OLD.public_version + 1; END IF;
    END IF;
    SELECT array_to_tsvector(folded_words(concat_ws(' ', NEW.title, NEW.description, NEW.job, j.label, c.label_fr,
               s.usual_name, k.short_name, k.label, p.name,
               (SELECT string_agg(concat_ws(' ', d.acronym, d.label), ' ') FROM diploma d WHERE d.id = ANY (NEW.diplomas)))))
      INTO NEW.search_words
      FROM structure s
      JOIN finess_category k ON k.code = s.kind
      LEFT JOIN rome_job j ON j.version = NEW.job_version AND j.code = NEW.job
      LEFT JOIN contract_type c ON c.code = NEW.contract
      LEFT JOIN commune p ON p.insee = NEW.insee
     WHERE s.id = NEW.structure_id;
    -- A structure that there is not is the foreign key's to refuse.
    NEW.search_words := coalesce(NEW.search_words, '');
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.prepare_need() IS 'Trigger: checks diplomas, raises versions, gathers the words a need is found by.';

CREATE FUNCTION public.prepare_session() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    same session;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := greatest(current_instant(), OLD.updated_at);
        same := NEW;
        same.reason := OLD.reason;
        same.version := OLD.version;
        same.updated_at := OLD.updated_at;
        same.search_words := OLD.search_words;
        IF same IS DISTINCT FROM OLD THEN NEW.public_version := OLD.public_version + 1; END IF;
    END IF;
    SELECT array_to_tsvector(folded_words(concat_ws(' ', NEW.title, NEW.description, NEW.place, NEW.job, j.label, o.name, p.name)))
      INTO NEW.search_words
      FROM organisation o
      LEFT JOIN rome_job j ON j.version = NEW.job_version AND j.code = NEW.job
      LEFT JOIN commune p ON p.insee = NEW.insee
     WHERE o.id = NEW.organisation_id;
    NEW.search_words := coalesce(NEW.search_words, '');
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.prepare_session() IS 'Trigger: raises versions, gathers the words a session is found by.';

CREATE FUNCTION public.prepare_structure() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    same structure;
BEGIN
    IF NEW.service_area <> '{}' THEN
        IF EXISTS (SELECT FROM unnest(NEW.service_area) AS code WHERE NOT place_is_known(code)) THEN
            RAISE EXCEPTION 'unknown place' USING ERRCODE = 'check_violation', CONSTRAINT = 'structure_service_area_known';
        END IF;
        -- Whatever the order they were given in; each once.
        NEW.service_area := ARRAY(SELECT DISTINCT code FROM unnest(NEW.service_area) AS code ORDER BY code);
    END IF;
    IF cardinality(NEW.publics) > 1 THEN
        NEW.publics := ARRAY(SELECT DISTINCT code FROM unnest(NEW.publics) AS code ORDER BY code);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        NEW.version := OLD.version + 1;
        NEW.updated_at := greatest(current_instant(), OLD.updated_at);
        -- What only members see does not raise the public's version. Generated columns are not yet made here.
        same := NEW;
        same.disagreements := OLD.disagreements;
        same.organisation_id := OLD.organisation_id;
        same.version := OLD.version;
        same.updated_at := OLD.updated_at;
        same.departement := OLD.departement;
        same.sort_name := OLD.sort_name;
        same.unit_point := OLD.unit_point;
        same.search_words := OLD.search_words;
        IF same IS DISTINCT FROM OLD THEN NEW.public_version := OLD.public_version + 1; END IF;
        IF (NEW.usual_name, NEW.legal_name, NEW.siret, NEW.city, NEW.kind, NEW.legal_entity_id, NEW.insee)
           IS NOT DISTINCT FROM
           (OLD.usual_name, OLD.legal_name, OLD.siret, OLD.city, OLD.kind, OLD.legal_entity_id, OLD.insee)
           AND NEW.search_words = OLD.search_words THEN
            RETURN NEW;
        END IF;
    END IF;
    -- One statement, planned once a session: an import runs it for each of its rows. Reference rows change with a release:
    -- words of a kind or a commune reach the structures that are written after that.
    SELECT array_to_tsvector(folded_words(concat_ws(' ', NEW.finess, NEW.siret, NEW.usual_name, NEW.legal_name, NEW.city,
               k.label, k.short_name, array_to_string(k.synonyms, ' '), l.name, c.name, e.name)))
      INTO NEW.search_words
      FROM finess_category k
      LEFT JOIN legal_entity l ON l.id = NEW.legal_entity_id
      LEFT JOIN commune c ON c.insee = NEW.insee
      LEFT JOIN epci e ON e.siren = c.epci_siren
     WHERE k.code = NEW.kind;
    -- A kind that there is not is the foreign key's to refuse.
    NEW.search_words := coalesce(NEW.search_words, '');
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.prepare_structure() IS 'Trigger: checks places, raises versions, gathers the words a structure is found by.';

CREATE TABLE public.commune_change (
    effective_on date NOT NULL,
    insee_before text NOT NULL,
    type_before text NOT NULL,
    insee_after text NOT NULL,
    type_after text NOT NULL,
    kind text NOT NULL,
    name_before text NOT NULL,
    name_after text NOT NULL,
    CONSTRAINT commune_change_after_form CHECK ((insee_after ~ '^[0-9][0-9AB][0-9]{3}$'::text)),
    CONSTRAINT commune_change_before_form CHECK ((insee_before ~ '^[0-9][0-9AB][0-9]{3}$'::text)),
    CONSTRAINT commune_change_kind_known CHECK ((kind = ANY (ARRAY['10'::text, '20'::text, '21'::text, '30'::text, '31'::text, '32'::text, '33'::text, '34'::text, '35'::text, '41'::text, '50'::text, '70'::text, '71'::text]))),
    CONSTRAINT commune_change_type_after_known CHECK ((type_after = ANY (ARRAY['COM'::text, 'COMA'::text, 'COMD'::text, 'ARM'::text]))),
    CONSTRAINT commune_change_type_before_known CHECK ((type_before = ANY (ARRAY['COM'::text, 'COMA'::text, 'COMD'::text, 'ARM'::text])))
);

COMMENT ON TABLE public.commune_change IS 'Communes of the département that were renamed, merged or divided since 1943 (sql/reference/rows).';

COMMENT ON COLUMN public.commune_change.effective_on IS 'public The day from which it is so.';

COMMENT ON COLUMN public.commune_change.insee_before IS 'public INSEE code before.';

COMMENT ON COLUMN public.commune_change.type_before IS 'public What it was: COM a commune, COMA associated, COMD delegated.';

COMMENT ON COLUMN public.commune_change.insee_after IS 'public INSEE code after.';

COMMENT ON COLUMN public.commune_change.type_after IS 'public What it became: COM a commune, COMA associated, COMD delegated.';

COMMENT ON COLUMN public.commune_change.kind IS 'public INSEE''s kind of change: 10 new name, 20 creation, 21 restored, 31 to 33 merger.';

COMMENT ON COLUMN public.commune_change.name_before IS 'public Its name before.';

COMMENT ON COLUMN public.commune_change.name_after IS 'public Its name after.';

CREATE FUNCTION public.present_commune(insee text) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
 WITH RECURSIVE path(code, day, passed) AS (
          SELECT present_commune.insee AS insee,
             '-infinity'::date AS date,
             ARRAY[present_commune.insee] AS "array"
         UNION ALL
          SELECT next.insee_after,
             next.effective_on,
             (path_1.passed || next.insee_after)
            FROM path path_1,
             LATERAL ( SELECT change.insee_after,
                     change.effective_on
                    FROM public.commune_change change
                   WHERE ((change.insee_before = path_1.code) AND (change.type_after = 'COM'::text) AND (change.insee_after <> path_1.code) AND (change.effective_on >= path_1.day))
                   ORDER BY change.effective_on DESC
                  LIMIT 1) next
           WHERE ((NOT (EXISTS ( SELECT
                    FROM public.commune
                   WHERE (commune.insee = path_1.code)))) AND (next.insee_after <> ALL (path_1.passed)))
         )
  SELECT path.code
    FROM path
   WHERE (EXISTS ( SELECT
            FROM public.commune
           WHERE (commune.insee = path.code)));
END;

COMMENT ON FUNCTION public.present_commune(insee text) IS 'The commune of today that an INSEE code, old or present, stands for; NULL when there is none.';

CREATE TABLE public.quarter_figure (
    quarter date NOT NULL,
    code text NOT NULL,
    numerator integer NOT NULL,
    denominator integer NOT NULL,
    counted_at timestamp with time zone NOT NULL,
    CONSTRAINT quarter_figure_range CHECK (((numerator >= 0) AND (denominator >= 0))),
    CONSTRAINT quarter_figure_start CHECK (public.is_quarter_start(quarter))
);

ALTER TABLE ONLY public.quarter_figure FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.quarter_figure IS 'Answers and filled needs of closed quarters. Only counting functions show it, suppressed.';

COMMENT ON COLUMN public.quarter_figure.quarter IS 'internal The quarter''s first day.';

COMMENT ON COLUMN public.quarter_figure.code IS 'internal The figure.';

COMMENT ON COLUMN public.quarter_figure.numerator IS 'internal What is counted or added up.';

COMMENT ON COLUMN public.quarter_figure.denominator IS 'internal Of how many.';

COMMENT ON COLUMN public.quarter_figure.counted_at IS 'internal When: from then on it stands.';

CREATE FUNCTION public.quarter_figures() RETURNS TABLE(quarter date, code text, numerator integer, denominator integer, counted_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT f.quarter,
     f.code,
         CASE
             WHEN v.is_shown THEN f.numerator
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN v.is_shown THEN f.denominator
             ELSE NULL::integer
         END AS "case",
     f.counted_at
    FROM ((public.quarter_figure f
      CROSS JOIN ( SELECT public.service_rule('level_least'::text) AS "least") r)
      CROSS JOIN LATERAL ( SELECT ((f.denominator >= r."least") AND ((f.code <> 'response_rate'::text) OR ((f.numerator >= r."least") AND ((f.denominator - f.numerator) >= r."least")))) AS is_shown) v);
END;

COMMENT ON FUNCTION public.quarter_figures() IS 'Answers and filled needs of each closed quarter; nothing under five.';

CREATE FUNCTION public.quarter_label(day date) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((EXTRACT(year FROM day))::integer || '-T'::text) || (EXTRACT(quarter FROM day))::integer);

COMMENT ON FUNCTION public.quarter_label(day date) IS 'The quarter that a day is in, as the French write it: 2024-T4.';

CREATE FUNCTION public.raise_action_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := greatest(current_instant(), OLD.updated_at);
    IF (NEW.title, NEW.description, NEW.lead_organisation_id, NEW.planned_start, NEW.planned_end, NEW.actual_start,
        NEW.actual_end, NEW.status, NEW.is_public, NEW.axis_id, NEW.territory, NEW.audiences)
       IS DISTINCT FROM
       (OLD.title, OLD.description, OLD.lead_organisation_id, OLD.planned_start, OLD.planned_end, OLD.actual_start,
        OLD.actual_end, OLD.status, OLD.is_public, OLD.axis_id, OLD.territory, OLD.audiences)
    THEN NEW.public_version := OLD.public_version + 1;
    END IF;
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.raise_action_version() IS 'Trigger: raises an action''s versions and dates its last news.';

CREATE FUNCTION public.readable_value(field text, value jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN CASE WHEN (field = ANY (ARRAY['lead_organisation_id'::text, 'organisation_id'::text, 'funder_id'::text])) THEN (SELECT to_jsonb(o.code) AS to_jsonb FROM public.organisation o WHERE (o.id = ((readable_value.value #>> '{}'::text[]))::uuid)) WHEN (field = 'axis_id'::text) THEN (SELECT to_jsonb(x.code) AS to_jsonb FROM public.axis x WHERE (x.id = ((readable_value.value #>> '{}'::text[]))::uuid)) ELSE value END;

COMMENT ON FUNCTION public.readable_value(field text, value jsonb) IS 'A changed value as people know it: codes instead of ids.';

CREATE FUNCTION public.record_changes() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    identity jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    masked text[] := coalesce(TG_ARGV[1:], '{}');
BEGIN
    INSERT INTO field_change (audit_id, table_name, row_id, parent_id, field, old_value, new_value)
    SELECT nullif(current_setting('pa31.audit', true), '')::uuid, TG_TABLE_NAME, (identity->>'id')::uuid,
           (identity->>nullif(TG_ARGV[0], ''))::uuid, key,
           CASE WHEN key <> ALL (masked) THEN nullif(before->key, 'null') END,
           CASE WHEN key <> ALL (masked) THEN nullif(after->key, 'null') END
      FROM jsonb_object_keys(identity) AS key
     WHERE key NOT IN ('id', 'updated_at', 'public_version', 'search_text', 'search_words', 'sort_name', 'unit_point',
                       'departement', 'seen_on')
       AND nullif(before->key, 'null') IS DISTINCT FROM nullif(after->key, 'null')
     ORDER BY key;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION public.record_changes() IS 'Trigger: appends every changed field to field_change.';

CREATE TABLE public.recruitment_word (
    word text NOT NULL
);

COMMENT ON TABLE public.recruitment_word IS 'Each word that an open need or session is or was found by.';

COMMENT ON COLUMN public.recruitment_word.word IS 'public Without case and accents.';

CREATE FUNCTION public.recruitment_query(words text) RETURNS tsquery
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (SELECT (string_agg((('('::text || concat_ws(' | '::text, (quote_literal(wanted.wanted) || ':*'::text), near.words)) || ')'::text), ' & '::text))::tsquery AS string_agg FROM unnest(public.folded_words(recruitment_query.words)) wanted(wanted), LATERAL (SELECT string_agg(quote_literal(w.word), ' | '::text ORDER BY w.word) AS words FROM public.recruitment_word w WHERE ((char_length(wanted.wanted) >= 5) AND (wanted.wanted ~ '[a-z]'::text) AND (w.word OPERATOR(public.%) wanted.wanted) AND (char_length(wanted.wanted) <= 60) AND (public.levenshtein_less_equal("left"(w.word, 100), wanted.wanted, 2) <= CASE WHEN (char_length(wanted.wanted) < 7) THEN 1 ELSE 2 END))) near);

COMMENT ON FUNCTION public.recruitment_query(words text) IS 'A search for words, with case, accents and a typo forgiven; NULL when there is no word.';

CREATE FUNCTION public.refuse_forgetting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF current_user IN ('pa31_app', 'pa31_operator') AND current_caller() IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'rows of % are forgotten by the system only', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

COMMENT ON FUNCTION public.refuse_forgetting() IS 'Trigger: only the system deletes.';

CREATE FUNCTION public.refuse_new_code() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'an action''s code never changes' USING ERRCODE = 'check_violation', CONSTRAINT = 'action_code_stable';
END $$;

COMMENT ON FUNCTION public.refuse_new_code() IS 'Trigger: an action''s code never changes.';

CREATE FUNCTION public.refuse_renaming() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF current_user = 'pa31_app' AND (current_caller() IS DISTINCT FROM 'system' OR NEW.forgotten_at IS NULL) THEN
        RAISE EXCEPTION 'the server only forgets members' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

COMMENT ON FUNCTION public.refuse_renaming() IS 'Trigger: the server changes a member''s name and address only to forget them.';

CREATE FUNCTION public.refuse_rewriting() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;

COMMENT ON FUNCTION public.refuse_rewriting() IS 'Trigger: history is never rewritten.';

CREATE FUNCTION public.refuse_rewriting_but_forgotten() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    row_position bigint;
BEGIN
    IF TG_OP = 'DELETE' AND current_user = 'pa31_audit_seal' THEN
        row_position := CASE TG_TABLE_NAME
            WHEN 'audit_seal' THEN (to_jsonb(OLD)->>'position')::bigint
            WHEN 'audit_log' THEN (SELECT s.position FROM audit_seal s WHERE s.audit_id = (to_jsonb(OLD)->>'id')::uuid)
            ELSE (SELECT s.position FROM audit_seal s WHERE s.audit_id = (to_jsonb(OLD)->>'audit_id')::uuid) END;
        IF row_position <= (SELECT max(c.position) FROM audit_checkpoint c)
           AND NOT (TG_TABLE_NAME = 'field_change' AND keeps_history(to_jsonb(OLD)->>'table_name')) THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;

COMMENT ON FUNCTION public.refuse_rewriting_but_forgotten() IS 'Trigger: history is never rewritten; what is before a checkpoint, the sealer forgets.';

CREATE FUNCTION public.refuse_rewriting_but_over() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    campaign uuid := CASE WHEN TG_TABLE_NAME = 'report_file'
        THEN (SELECT r.campaign_id FROM report r WHERE r.id = (to_jsonb(OLD)->>'report_id')::uuid)
        ELSE (to_jsonb(OLD)->>'campaign_id')::uuid END;
BEGIN
    IF TG_OP = 'DELETE' AND current_caller() = 'system'
       AND (SELECT c.moved_at FROM campaign c WHERE c.id = campaign) < forgotten_before('report')
       AND NOT EXISTS (SELECT FROM report r WHERE r.campaign_id = campaign AND r.frozen_at >= forgotten_before('report')) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;

COMMENT ON FUNCTION public.refuse_rewriting_but_over() IS 'Trigger: what a campaign froze and said is never rewritten; past the register''s time the system forgets it.';

CREATE FUNCTION public.register_person_period(starts_on date, ends_on date) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('person_period', 0));
    INSERT INTO person_period (starts_on, ends_on, is_own, registered_at)
    SELECT register_person_period.starts_on, register_person_period.ends_on,
           NOT EXISTS (SELECT FROM person_period p WHERE p.is_own AND p.starts_on <= register_person_period.ends_on
                          AND p.ends_on >= register_person_period.starts_on),
           current_instant()
    ON CONFLICT ON CONSTRAINT person_period_key DO NOTHING;
END
$$;

COMMENT ON FUNCTION public.register_person_period(starts_on date, ends_on date) IS 'Remembers a period that persons are shown of, once and for all.';

CREATE FUNCTION public.reminders_of_link(secret_hash bytea) RETURNS TABLE(address_hash bytea, kind text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT DISTINCT g.address_hash,
     g.kind
    FROM (public.outbox o
      JOIN public.outbox g ON (((g.id = o.id) OR (g.gathered_into = o.id))))
   WHERE ((o.opt_out_hash = reminders_of_link.secret_hash) AND o.is_reminder AND (g.address_hash = o.address_hash));
END;

COMMENT ON FUNCTION public.reminders_of_link(secret_hash bytea) IS 'The hash of the address and the kinds of reminder that this link declines; nothing for an unknown link.';

CREATE FUNCTION public.report_actions(day date, funder text) RETURNS TABLE(action_code text, action_title text, axis_code text, axis_title text, is_top boolean, lead_name text, partner_names text, status text, status_label text, planned_start date, planned_end date, actual_start date, actual_end date, progress_percent integer, is_late boolean, late_label text, is_at_risk boolean, milestones integer, milestones_done integer, milestones_due integer, milestones_due_done integer, indicators integer, indicators_reached integer, evidence integer, planned_cents bigint, committed_cents bigint, spent_cents bigint)
    LANGUAGE sql STABLE
    AS $$
    SELECT a.code, a.title, a.axis, text_as_of(x.id, 'title', day, x.title), a.parent IS NULL,
           text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'),
           (SELECT string_agg(text_as_of(o.id, 'name', day, o.name), ', ' ORDER BY o.code COLLATE "C")
              FROM jsonb_array_elements(a.partners) AS p JOIN organisation o ON o.code = p->>'code'),
           a.status, report_status_label(a.status), a.planned_start, a.planned_end, a.actual_start, a.actual_end,
           a.progress_percent, late.is_late, CASE WHEN late.is_late THEN 'oui' ELSE 'non' END,
           action_is_at_risk(a.status, a.planned_start, a.planned_end, a.next_milestone_on, a.health, a.progress_percent,
                             a.updated_at, day),
           m.total, m.done, m.due, m.due_done, i.total, i.reached, jsonb_array_length(a.evidence),
           money.planned, money.committed, money.spent
      FROM action_as_of(day) a
      JOIN axis x ON x.plan_id = a.plan_id AND x.code = a.axis
     CROSS JOIN LATERAL (SELECT action_is_late(a.status, a.planned_start, a.planned_end, a.next_milestone_on, day) AS is_late) AS late
     CROSS JOIN LATERAL (
           SELECT count(*)::integer AS total, (count(*) FILTER (WHERE e->>'done_on' IS NOT NULL))::integer AS done,
                  (count(*) FILTER (WHERE (e->>'due_on')::date <= day))::integer AS due,
                  (count(*) FILTER (WHERE (e->>'due_on')::date <= day AND e->>'done_on' IS NOT NULL))::integer AS due_done
             FROM jsonb_array_elements(a.milestones) AS e) AS m
     CROSS JOIN LATERAL (
           SELECT count(*)::integer AS total,
                  (count(*) FILTER (WHERE (e->>'value')::numeric >= (e->>'target')::numeric))::integer AS reached
             FROM jsonb_array_elements(a.indicators) AS e) AS i
     CROSS JOIN LATERAL (
           SELECT coalesce(sum((e->>'planned_cents')::bigint), 0)::bigint AS planned,
                  coalesce(sum((e->>'committed_cents')::bigint), 0)::bigint AS committed,
                  coalesce(sum((e->>'spent_cents')::bigint), 0)::bigint AS spent,
                  count(*) AS lines
             FROM jsonb_array_elements(a.funding) AS e
            WHERE report_actions.funder IS NULL OR e->>'funder' = report_actions.funder) AS money
     WHERE report_actions.funder IS NULL OR money.lines > 0
     ORDER BY a.code COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_actions(day date, funder text) IS 'The plan''s actions at the end of a day, with the money of one funder or of all.';

CREATE FUNCTION public.report_figures(day date, starts_on date, ends_on date, funder text, plan_funder text) RETURNS TABLE(code text, value numeric, numerator numeric, denominator numeric)
    LANGUAGE sql STABLE
    AS $$
    WITH a AS MATERIALIZED (SELECT * FROM report_actions(day, plan_funder) WHERE is_top),
    parts AS MATERIALIZED (SELECT * FROM report_actions(day, plan_funder)),
    m AS MATERIALIZED (SELECT * FROM report_money(day, report_figures.funder, extract(year FROM report_figures.starts_on)::integer,
                                                  extract(year FROM report_figures.ends_on)::integer)),
    i AS MATERIALIZED (SELECT * FROM report_indicators(day, plan_funder)),
    s AS MATERIALIZED (SELECT * FROM report_structures(day)),
    n AS MATERIALIZED (SELECT * FROM report_needs(day, report_figures.starts_on, report_figures.ends_on)),
    e AS MATERIALIZED (SELECT * FROM report_sessions(day, report_figures.starts_on, report_figures.ends_on)),
    figure (code, numerator, denominator) AS (
        SELECT 'actions', (SELECT count(*) FROM a)::numeric, NULL::numeric
        UNION ALL SELECT 'actions_' || status, (SELECT count(*) FROM a WHERE a.status = w.status), NULL
          FROM (VALUES ('planned'), ('in_progress'), ('paused'), ('blocked'), ('done'), ('abandoned')) AS w (status)
        UNION ALL SELECT 'actions_late', (SELECT count(*) FROM a WHERE is_late), NULL
        UNION ALL SELECT 'actions_at_risk', (SELECT count(*) FROM a WHERE is_at_risk), NULL
        UNION ALL SELECT 'plan_progress', (SELECT coalesce(sum(progress_percent), 0) FROM a WHERE a.status <> 'abandoned') / 100.0,
                         (SELECT count(*) FROM a WHERE a.status <> 'abandoned')
        UNION ALL SELECT 'milestones_done', (SELECT coalesce(sum(milestones_due_done), 0) FROM parts),
                         (SELECT coalesce(sum(milestones_due), 0) FROM parts)
        UNION ALL SELECT 'indicators_reached', (SELECT coalesce(sum(indicators_reached), 0) FROM parts),
                         (SELECT coalesce(sum(indicators), 0) FROM parts)
        UNION ALL SELECT r.code, coalesce((SELECT sum(i.value - i.baseline) FROM i
                                            WHERE folded(i.indicator_title) IN (SELECT folded(t) FROM unnest(r.plan_titles) AS t)), 0), NULL
          FROM report_indicator r WHERE r.plan_titles <> '{}'
        UNION ALL SELECT 'money_planned', (SELECT coalesce(sum(planned_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_committed', (SELECT coalesce(sum(committed_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_spent', (SELECT coalesce(sum(spent_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_gap', (SELECT coalesce(sum(gap_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_gap_percent', (SELECT coalesce(sum(gap_cents), 0) FROM m), (SELECT coalesce(sum(planned_cents), 0) FROM m)
        UNION ALL SELECT 'money_committed_percent', (SELECT coalesce(sum(committed_cents), 0) FROM m),
                         (SELECT coalesce(sum(planned_cents), 0) FROM m)
        UNION ALL SELECT 'money_spent_percent', (SELECT coalesce(sum(spent_cents), 0) FROM m),
                         (SELECT coalesce(sum(planned_cents), 0) FROM m)
        UNION ALL SELECT 'structures_open', (SELECT coalesce(sum(open_count), 0) FROM s), NULL
        UNION ALL SELECT 'structures_attached', (SELECT coalesce(sum(attached_count), 0) FROM s), NULL
        UNION ALL SELECT 'structures_verified', (SELECT coalesce(sum(verified_count), 0) FROM s),
                         (SELECT coalesce(sum(open_count), 0) FROM s)
        UNION ALL SELECT 'structures_recruiting', (SELECT coalesce(sum(recruiting_count), 0) FROM s), NULL
        UNION ALL SELECT 'needs_posted', (SELECT coalesce(sum(posted_count), 0) FROM n), NULL
        UNION ALL SELECT 'positions_posted', (SELECT coalesce(sum(posted_positions), 0) FROM n), NULL
        UNION ALL SELECT 'needs_open', (SELECT coalesce(sum(open_count), 0) FROM n), NULL
        UNION ALL SELECT 'positions_open', (SELECT coalesce(sum(open_positions), 0) FROM n), NULL
        UNION ALL SELECT 'sessions_held', (SELECT coalesce(sum(held_count), 0) FROM e), NULL
        UNION ALL SELECT 'session_places', (SELECT coalesce(sum(held_places), 0) FROM e), NULL
        UNION ALL SELECT 'immersions_held', (SELECT coalesce(sum(held_count), 0) FROM e WHERE kind IN ('immersion', 'job_test')), NULL)
    SELECT r.code, trim_scale(round(CASE WHEN r.denominator_fr IS NULL THEN f.numerator
                                         ELSE f.numerator * CASE r.unit WHEN 'percent' THEN 100 ELSE 1 END / nullif(f.denominator, 0) END, 1)),
           trim_scale(f.numerator), trim_scale(f.denominator)
      FROM figure f JOIN report_indicator r ON r.code = f.code
     ORDER BY r.code COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_figures(day date, starts_on date, ends_on date, funder text, plan_funder text) IS 'The catalogue''s figures that count nobody, as they stood at the end of a day; a ratio over nothing has no value.';

CREATE FUNCTION public.report_gaps(day date, starts_on date, ends_on date, funder text) RETURNS TABLE(gap text, kind text, action_code text, action_title text, part text, owed_by text, owed_by_name text)
    LANGUAGE sql STABLE
    AS $_$
    WITH a AS MATERIALIZED (
        SELECT v.* FROM action_as_of(day) v WHERE v.funding @> jsonb_build_array(jsonb_build_object('funder', report_gaps.funder))),
    found (kind, action_id, key, part) AS (
        SELECT 'spending', a.id, f.year::text, f.year::text
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.funding)
               AS f (funder text, year integer, planned_cents bigint, committed_cents bigint, spent_cents bigint)
         WHERE f.funder = report_gaps.funder AND f.planned_cents > 0 AND f.committed_cents = 0 AND f.spent_cents = 0
           AND a.status <> 'abandoned' AND f.year >= extract(year FROM report_gaps.starts_on)
           AND make_date(f.year, 12, 31) <= report_gaps.ends_on
        UNION ALL
        SELECT 'status', a.id, NULL, NULL FROM a
         WHERE (a.status = 'planned' AND a.planned_start <= report_gaps.ends_on AND a.planned_start < day)
            OR (a.status IN ('planned', 'in_progress') AND a.planned_end <= report_gaps.ends_on AND a.planned_end < day)
        UNION ALL
        SELECT 'news', a.id, NULL, NULL FROM a WHERE action_is_stale(a.status, a.updated_at, day)
        UNION ALL
        SELECT 'evidence', a.id, NULL, NULL FROM a WHERE a.status = 'done' AND a.evidence = '[]'
        UNION ALL
        SELECT 'milestone', a.id, m.id::text, m.title
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.milestones) AS m (id uuid, title text, due_on date, done_on date)
         WHERE m.done_on IS NULL AND m.due_on <= report_gaps.ends_on AND a.status NOT IN ('done', 'abandoned')
        UNION ALL
        SELECT 'indicator', a.id, i.id::text, i.title
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.indicators) AS i (id uuid, title text, value numeric, dated_on date)
         WHERE (a.status = 'in_progress' AND (i.dated_on IS NULL OR i.dated_on < report_gaps.starts_on))
            OR (a.status = 'done' AND i.value IS NULL)
        UNION ALL
        SELECT 'challenge', a.id, i.id::text, i.title
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.indicators) AS i (id uuid, title text, "values" jsonb)
         WHERE jsonb_path_exists(i."values", '$[*] ? (@.challenge != null && @.settlement == null)'))
    SELECT concat_ws(':', f.kind, a.code, f.key), f.kind, a.code, a.title, f.part,
           CASE WHEN f.kind <> 'challenge' THEN a.lead->>'code' END, CASE WHEN f.kind <> 'challenge' THEN a.lead->>'name' END
      FROM found f JOIN a ON a.id = f.action_id
     ORDER BY a.code COLLATE "C", f.kind COLLATE "C", f.key COLLATE "C"
$_$;

COMMENT ON FUNCTION public.report_gaps(day date, starts_on date, ends_on date, funder text) IS 'What a report of a period to a funder lacks at the end of a day, with who must do it.';

CREATE FUNCTION public.report_indicators(day date, funder text) RETURNS TABLE(action_code text, action_title text, lead_name text, indicator_title text, unit text, baseline numeric, target numeric, value numeric, valued_on date, reached_percent integer)
    LANGUAGE sql STABLE
    AS $$
    SELECT a.code, a.title, text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'), i.title, i.unit, i.baseline,
           i.target, i.value, i.dated_on, i.progress_percent
      FROM action_as_of(day) a
     CROSS JOIN LATERAL jsonb_to_recordset(a.indicators)
           AS i (title text, unit text, baseline numeric, target numeric, value numeric, dated_on date, progress_percent integer)
     WHERE report_indicators.funder IS NULL
        OR a.funding @> jsonb_build_array(jsonb_build_object('funder', report_indicators.funder))
     ORDER BY a.code COLLATE "C", i.title COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_indicators(day date, funder text) IS 'The plan''s indicators at the end of a day, each with its latest value that was not withdrawn.';

CREATE FUNCTION public.report_milestones(day date, funder text) RETURNS TABLE(action_code text, action_title text, lead_name text, milestone_title text, due_on date, done_on date, overdue_label text)
    LANGUAGE sql STABLE
    AS $$
    SELECT a.code, a.title, text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'), m.title, m.due_on, m.done_on,
           CASE WHEN m.done_on IS NULL AND m.due_on < day AND a.status NOT IN ('done', 'abandoned') THEN 'oui' ELSE 'non' END
      FROM action_as_of(day) a
     CROSS JOIN LATERAL jsonb_to_recordset(a.milestones) AS m (id uuid, title text, due_on date, done_on date)
     WHERE report_milestones.funder IS NULL
        OR a.funding @> jsonb_build_array(jsonb_build_object('funder', report_milestones.funder))
     ORDER BY a.code COLLATE "C", m.due_on, m.title COLLATE "C", m.id
$$;

COMMENT ON FUNCTION public.report_milestones(day date, funder text) IS 'The plan''s milestones at the end of a day.';

CREATE FUNCTION public.report_money(day date, funder text, first_year integer, last_year integer) RETURNS TABLE(action_code text, action_title text, axis_code text, axis_title text, lead_name text, status_label text, planned_start date, planned_end date, actual_start date, actual_end date, funder_code text, funder_name text, year integer, planned_cents bigint, committed_cents bigint, spent_cents bigint, gap_cents bigint, gap_percent numeric, committed_percent numeric, spent_percent numeric)
    LANGUAGE sql STABLE
    AS $$
    SELECT a.code, a.title, a.axis, text_as_of(x.id, 'title', day, x.title),
           text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'), report_status_label(a.status),
           a.planned_start, a.planned_end, a.actual_start, a.actual_end, o.code, text_as_of(o.id, 'name', day, o.name),
           f.year, f.planned_cents, f.committed_cents, f.spent_cents, f.spent_cents - f.planned_cents,
           -- Half-up to one decimal; nothing planned has no percentage.
           trim_scale(round((f.spent_cents - f.planned_cents) * 100.0 / nullif(f.planned_cents, 0), 1)),
           trim_scale(round(f.committed_cents * 100.0 / nullif(f.planned_cents, 0), 1)),
           trim_scale(round(f.spent_cents * 100.0 / nullif(f.planned_cents, 0), 1))
      FROM action_as_of(day) a
      JOIN axis x ON x.plan_id = a.plan_id AND x.code = a.axis
     CROSS JOIN LATERAL jsonb_to_recordset(a.funding)
           AS f (funder text, year integer, planned_cents bigint, committed_cents bigint, spent_cents bigint)
      JOIN organisation o ON o.code = f.funder
     WHERE (report_money.funder IS NULL OR f.funder = report_money.funder)
       AND (first_year IS NULL OR f.year >= first_year) AND (last_year IS NULL OR f.year <= last_year)
     ORDER BY a.code COLLATE "C", o.code COLLATE "C", f.year
$$;

COMMENT ON FUNCTION public.report_money(day date, funder text, first_year integer, last_year integer) IS 'Money by action, funder and year at the end of a day, with the gap between spent and planned.';

CREATE FUNCTION public.report_needs(day date, starts_on date, ends_on date) RETURNS TABLE(job text, job_label text, posted_count integer, posted_positions integer, open_count integer, open_positions integer)
    LANGUAGE sql STABLE
    AS $$
    WITH counted AS (
        SELECT n.job_version, n.job, n.state = 'open' AS is_open, n.positions, n.positions_left,
               (first_opening.at AT TIME ZONE 'Europe/Paris')::date BETWEEN report_needs.starts_on AND report_needs.ends_on AS is_posted
          FROM need_as_of(day) n
         CROSS JOIN LATERAL (
               SELECT min(l.at) AS at FROM field_change c JOIN audit_log l ON l.id = c.audit_id
                WHERE c.row_id = n.id AND c.field = 'state' AND c.new_value = '"open"'
                  AND l.at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris') AS first_opening)
    SELECT c.job, max(j.label), (count(*) FILTER (WHERE is_posted))::integer,
           coalesce(sum(positions) FILTER (WHERE is_posted), 0)::integer, (count(*) FILTER (WHERE is_open))::integer,
           coalesce(sum(positions_left) FILTER (WHERE is_open), 0)::integer
      FROM counted c JOIN rome_job j ON j.version = c.job_version AND j.code = c.job
     WHERE is_posted OR is_open
     GROUP BY c.job ORDER BY c.job COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_needs(day date, starts_on date, ends_on date) IS 'Needs by job: posted within a period, open at the end of a day.';

CREATE FUNCTION public.report_person_figures(day date, starts_on date, ends_on date, known_at timestamp with time zone) RETURNS TABLE(code text, value jsonb, numerator jsonb, denominator jsonb)
    LANGUAGE sql STABLE
    AS $$
    SELECT 'persons_' || f.step, coalesce(to_jsonb(f.persons), '"s"'), coalesce(to_jsonb(f.persons), '"s"'), 'null'::jsonb
      FROM person_figures(current_caller(), report_person_figures.starts_on, report_person_figures.ends_on, report_person_figures.day,
                          report_person_figures.known_at) AS f
     WHERE f.dimension = 'all' AND f.first_day = report_person_figures.starts_on AND f.last_day = report_person_figures.ends_on
    UNION ALL
    -- Of a quarter that is not counted yet, or whose figure is withheld, the sum is withheld.
    SELECT r.code,
           CASE WHEN q.is_whole THEN coalesce(to_jsonb(trim_scale(round(CASE r.unit WHEN 'percent' THEN 100.0 * q.numerator / nullif(q.denominator, 0)
                WHEN 'days' THEN q.numerator * 1.0 / nullif(q.denominator, 0) ELSE q.numerator END, 1))), 'null') ELSE '"s"' END,
           CASE WHEN q.is_whole THEN to_jsonb(q.numerator) ELSE '"s"' END,
           CASE WHEN r.denominator_fr IS NULL THEN 'null' WHEN q.is_whole THEN to_jsonb(q.denominator) ELSE '"s"' END
      FROM report_indicator r
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(f.numerator), 0) AS numerator, coalesce(sum(f.denominator), 0) AS denominator,
                  coalesce(bool_and(f.numerator IS NOT NULL), false) AS is_whole
             FROM generate_series(report_person_figures.starts_on::timestamp, report_person_figures.ends_on::timestamp, interval '3 months') AS s (first)
             LEFT JOIN quarter_figures() AS f ON f.quarter = s.first::date AND f.code = r.code
                   AND f.counted_at <= report_person_figures.known_at AND (f.quarter + interval '3 months')::date <= report_person_figures.day + 1
            ) AS q
     WHERE r.code IN ('response_rate', 'response_days', 'needs_filled', 'fill_days')
$$;

COMMENT ON FUNCTION public.report_person_figures(day date, starts_on date, ends_on date, known_at timestamp with time zone) IS 'The catalogue''s figures that count persons, answers and filled needs, each in a period of whole quarters, or withheld.';

CREATE FUNCTION public.report_persons(day date, starts_on date, ends_on date, known_at timestamp with time zone) RETURNS TABLE(period text, step text, step_label text, dimension text, dimension_label text, value text, value_label text, persons jsonb)
    LANGUAGE sql STABLE
    AS $$
    WITH told AS MATERIALIZED (
        SELECT * FROM person_figures(current_caller(), report_persons.starts_on, report_persons.ends_on, report_persons.day,
                                     report_persons.known_at)),
    -- What everybody can subtract is said: what the withheld lines of a table are together.
    rest AS (
        SELECT l.first_day, l.last_day, l.step, l.dimension, max(t.persons) - sum(l.persons)::integer AS persons
          FROM told l JOIN told t ON t.dimension = 'all' AND t.step = l.step AND t.first_day = l.first_day AND t.last_day = l.last_day
         WHERE l.dimension IN (SELECT v.dimension FROM person_value v)
         GROUP BY l.first_day, l.last_day, l.step, l.dimension
        HAVING count(l.persons) BETWEEN 1 AND count(*) - 1 AND count(t.persons) > 0),
    f AS MATERIALIZED (
        SELECT l.*, count(*) OVER (PARTITION BY l.first_day, l.last_day, l.step, l.dimension, l.parent) = 1 AS is_alone FROM told l
        UNION ALL
        SELECT r.first_day, r.last_day, r.step, r.dimension, 'withheld', NULL, r.persons, false FROM rest r),
    j AS MATERIALIZED (SELECT DISTINCT ON (n.code) n.code, n.label FROM rome_job n ORDER BY n.code, n.version DESC)
    SELECT CASE WHEN quarter_label(f.first_day) = quarter_label(f.last_day) THEN quarter_label(f.first_day)
                ELSE quarter_label(f.first_day) || ' à ' || quarter_label(f.last_day) END,
           f.step, r.label_fr, f.dimension,
           coalesce(v.dimension_fr, (SELECT min(w.dimension_fr) FROM person_value w WHERE w.dimension = f.dimension),
                    CASE f.dimension WHEN 'all' THEN 'Ensemble' WHEN 'epci' THEN 'EPCI de résidence'
                    WHEN 'commune' THEN 'Commune de résidence' WHEN 'job' THEN 'Métier (ROME)'
                    WHEN 'structure_kind' THEN 'Catégorie de structure' ELSE 'Contrat' END),
           concat_ws(':', f.value, CASE WHEN f.value = 'other' THEN f.parent END),
           coalesce(v.label_fr, CASE WHEN f.dimension = 'all' THEN 'toutes les personnes' END,
                    CASE WHEN f.value = 'withheld' THEN 'lignes masquées, ensemble' END,
                    CASE WHEN f.value = 'other' THEN concat_ws(', ', CASE WHEN f.is_alone THEN 'non détaillé' ELSE 'autres, ensemble' END, e.name) END,
                    CASE WHEN f.value = 'unknown' THEN 'non précisé' END, e.name, c.name, j.label,
                    coalesce(k.short_name, k.short_label), t.label_fr, f.value),
           coalesce(to_jsonb(f.persons), '"s"')
      FROM f
      JOIN report_indicator r ON r.code = 'persons_' || f.step
      LEFT JOIN person_value v ON v.dimension = f.dimension AND v.value = f.value
      LEFT JOIN epci e ON e.siren = CASE f.dimension WHEN 'epci' THEN f.value WHEN 'commune' THEN f.parent END
                      AND (f.dimension = 'epci' OR f.value = 'other')
      LEFT JOIN commune c ON f.dimension = 'commune' AND c.insee = f.value
      LEFT JOIN j ON f.dimension = 'job' AND j.code = f.value
      LEFT JOIN finess_category k ON f.dimension = 'structure_kind' AND k.code = f.value
      LEFT JOIN contract_type t ON f.dimension = 'contract' AND t.code = f.value
     -- A grouping whose communes are not detailed is a line of its own already.
     WHERE NOT (f.dimension = 'commune' AND f.value = 'other' AND f.is_alone)
     ORDER BY array_position(ARRAY['received', 'oriented', 'accompanied', 'immersion', 'training', 'hired', 'employed_3', 'employed_6',
                                   'employed_12'], f.step),
              array_position(ARRAY['all', 'sex', 'age', 'age_esf', 'situation', 'long_term_unemployed', 'diploma_level', 'qpv', 'rsa',
                                   'disability', 'epci', 'commune', 'job', 'structure_kind', 'contract'], f.dimension),
              f.last_day, f.first_day DESC, v.position, f.parent COLLATE "C", f.value = 'other', f.value COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_persons(day date, starts_on date, ends_on date, known_at timestamp with time zone) IS 'Persons by step in whole closed quarters and in the period, with what may not be told withheld.';

CREATE FUNCTION public.report_sessions(day date, starts_on date, ends_on date) RETURNS TABLE(kind text, kind_label text, held_count integer, held_places integer, cancelled_count integer)
    LANGUAGE sql STABLE
    AS $$
    SELECT s.kind, CASE s.kind WHEN 'training' THEN 'formation' WHEN 'immersion' THEN 'immersion' WHEN 'job_test' THEN 'test métier'
                               WHEN 'forum' THEN 'forum, événement' ELSE 'Coach Autonomie' END,
           (count(*) FILTER (WHERE s.state = 'held'))::integer,
           coalesce(sum(s.places) FILTER (WHERE s.state = 'held'), 0)::integer,
           (count(*) FILTER (WHERE s.state = 'cancelled'))::integer
      FROM session_as_of(day) s
     WHERE s.ends_on BETWEEN report_sessions.starts_on AND report_sessions.ends_on AND s.state IN ('held', 'cancelled')
     GROUP BY s.kind ORDER BY s.kind COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_sessions(day date, starts_on date, ends_on date) IS 'Sessions that ended within a period, by kind, as known at the end of a day.';

CREATE FUNCTION public.report_status_label(status text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE status WHEN 'planned'::text THEN 'prévue'::text WHEN 'in_progress'::text THEN 'en cours'::text WHEN 'paused'::text THEN 'en pause'::text WHEN 'blocked'::text THEN 'bloquée'::text WHEN 'done'::text THEN 'réalisée'::text ELSE 'abandonnée'::text END;

COMMENT ON FUNCTION public.report_status_label(status text) IS 'The French word for an action''s status.';

CREATE FUNCTION public.report_structures(day date) RETURNS TABLE(kind text, kind_name text, open_count integer, attached_count integer, verified_count integer, recruiting_count integer)
    LANGUAGE sql STABLE
    AS $$
    WITH recruiting AS (SELECT DISTINCT structure_id FROM need_as_of(day) WHERE state = 'open')
    SELECT k.code, coalesce(k.short_name, k.short_label), count(*)::integer, count(s.organisation_id)::integer,
           (count(*) FILTER (WHERE s.verified_on > day - 365 AND s.verified_on <= day))::integer, count(r.structure_id)::integer
      FROM structure_as_of(day) s
      JOIN finess_category k ON k.code = s.kind
      LEFT JOIN recruiting r ON r.structure_id = s.id
     WHERE s.status = 'open' AND k.is_sector
     GROUP BY k.code ORDER BY k.code COLLATE "C"
$$;

COMMENT ON FUNCTION public.report_structures(day date) IS 'Open structures of the sector by kind at the end of a day.';

CREATE FUNCTION public.require_operation() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF nullif(current_setting('pa31.audit', true), '') IS NULL THEN
        RAISE EXCEPTION 'a change of % without an operation', TG_TABLE_NAME USING ERRCODE = 'not_null_violation';
    END IF;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION public.require_operation() IS 'Trigger: rows come only within an operation that the audit knows.';

CREATE TABLE public.past_orientation (
    id bigint NOT NULL,
    structure_id uuid,
    receiver_id uuid NOT NULL,
    target_kind text NOT NULL,
    state text NOT NULL,
    sent_on date NOT NULL,
    answered_on date,
    closed_on date,
    CONSTRAINT past_orientation_order CHECK ((sent_on <= answered_on))
);

COMMENT ON TABLE public.past_orientation IS 'Orientations that are forgotten, as far as rates and delays count them.';

COMMENT ON COLUMN public.past_orientation.id IS 'internal In the order of writing.';

COMMENT ON COLUMN public.past_orientation.structure_id IS 'internal The structure; NULL for a session.';

COMMENT ON COLUMN public.past_orientation.receiver_id IS 'internal The organisation that received it.';

COMMENT ON COLUMN public.past_orientation.target_kind IS 'internal need, structure, session.';

COMMENT ON COLUMN public.past_orientation.state IS 'internal Where it stood at its end.';

COMMENT ON COLUMN public.past_orientation.sent_on IS 'internal When it was sent.';

COMMENT ON COLUMN public.past_orientation.answered_on IS 'internal When it was answered.';

COMMENT ON COLUMN public.past_orientation.closed_on IS 'internal When it came to its end; NULL when an erasure cut it short.';

CREATE FUNCTION public.service_level(caller uuid, structure uuid) RETURNS TABLE(day date, is_exact boolean, sent integer, answered integer, response_percent integer, median_days numeric, open integer, overdue integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 WITH scope AS MATERIALIZED (
          SELECT s.id,
             s.organisation_id,
             (s.organisation_id = m.organisation_id) AS is_own
            FROM ((public.member m
              JOIN public.organisation o ON ((o.id = m.organisation_id)))
              JOIN public.structure s ON (((s.id = service_level.structure) AND (s.organisation_id IS NOT NULL))))
           WHERE ((m.id = service_level.caller) AND ((m.id)::text = public.current_caller()) AND (m.disabled_at IS NULL) AND ((o.kind = ANY (ARRAY['platform'::text, 'prescriber'::text])) OR (s.organisation_id = m.organisation_id)))
         )
  SELECT public.caller_day() AS caller_day,
     p.is_own,
         CASE
             WHEN (p.is_own OR (w.sent >= r."least")) THEN w.sent
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN p.is_own THEN w.answered
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (w.sent >= r."least") THEN (round(((100.0 * (w.answered)::numeric) / (w.sent)::numeric)))::integer
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (w.delays >= r."least") THEN w.median
             ELSE NULL::numeric
         END AS "case",
         CASE
             WHEN (p.is_own OR (u.open >= r."least")) THEN u.open
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (p.is_own OR (u.overdue >= r."least")) THEN u.overdue
             ELSE NULL::integer
         END AS "case"
    FROM ((((scope p
      CROSS JOIN LATERAL ( SELECT public.service_rule('level_least'::text) AS "least",
             public.service_rule('level_days'::text) AS days) r)
      CROSS JOIN LATERAL public.level_window() v(first_instant, last_instant))
      CROSS JOIN LATERAL ( SELECT (count(*))::integer AS sent,
             (count(*) FILTER (WHERE (public.days_to_answer(o.sent_at, o.answered_at) <= r.days)))::integer AS answered,
             count(o.answered_at) AS delays,
             round((percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((public.days_to_answer(o.sent_at, o.answered_at))::double precision)))::numeric, 1) AS median
            FROM ( SELECT o_1.sent_at,
                     o_1.answered_at
                    FROM public.orientation o_1
                   WHERE ((o_1.structure_id = p.id) AND (o_1.receiver_id = p.organisation_id) AND (o_1.sent_at >= v.first_instant) AND (o_1.sent_at < v.last_instant) AND (o_1.state <> ALL (ARRAY['withdrawn'::text, 'obsolete'::text])))
                 UNION ALL
                  SELECT ((o_1.sent_on + '12:00:00'::time without time zone) AT TIME ZONE 'Europe/Paris'::text) AS timezone,
                     ((o_1.answered_on + '12:00:00'::time without time zone) AT TIME ZONE 'Europe/Paris'::text) AS timezone
                    FROM public.past_orientation o_1
                   WHERE ((o_1.structure_id = p.id) AND (o_1.receiver_id = p.organisation_id) AND (o_1.sent_on >= ((v.first_instant AT TIME ZONE 'Europe/Paris'::text))::date) AND (o_1.sent_on < ((v.last_instant AT TIME ZONE 'Europe/Paris'::text))::date) AND (o_1.state <> ALL (ARRAY['withdrawn'::text, 'obsolete'::text])))) o) w)
      CROSS JOIN LATERAL ( SELECT (count(*))::integer AS open,
             (count(*) FILTER (WHERE (o.due_on < public.caller_day())))::integer AS overdue
            FROM public.orientation o
           WHERE ((o.structure_id = p.id) AND (o.receiver_id = p.organisation_id) AND (o.due_on IS NOT NULL))) u);
END;

COMMENT ON FUNCTION public.service_level(caller uuid, structure uuid) IS 'How a structure''s present employer answers: exact for it, nothing under five for prescribers and the team, no row for others.';

CREATE FUNCTION public.service_level_of_all(caller text) RETURNS TABLE(day date, sent integer, answered integer, response_percent integer, median_days numeric, open integer, overdue integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT public.caller_day() AS caller_day,
         CASE
             WHEN (w.sent >= r."least") THEN w.sent
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (w.answered >= r."least") THEN w.answered
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (w.sent >= r."least") THEN (round(((100.0 * (w.answered)::numeric) / (w.sent)::numeric)))::integer
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (w.delays >= r."least") THEN w.median
             ELSE NULL::numeric
         END AS "case",
         CASE
             WHEN (u.open >= r."least") THEN u.open
             ELSE NULL::integer
         END AS "case",
         CASE
             WHEN (u.overdue >= r."least") THEN u.overdue
             ELSE NULL::integer
         END AS "case"
    FROM (((( SELECT public.service_rule('level_least'::text) AS "least",
             public.service_rule('level_days'::text) AS days) r
      CROSS JOIN LATERAL public.level_window() v(first_instant, last_instant))
      CROSS JOIN LATERAL ( SELECT (count(*))::integer AS sent,
             (count(*) FILTER (WHERE (public.days_to_answer(o.sent_at, o.answered_at) <= r.days)))::integer AS answered,
             count(o.answered_at) AS delays,
             round((percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY ((public.days_to_answer(o.sent_at, o.answered_at))::double precision)))::numeric, 1) AS median
            FROM ( SELECT o_1.sent_at,
                     o_1.answered_at
                    FROM public.orientation o_1
                   WHERE ((o_1.sent_at >= v.first_instant) AND (o_1.sent_at < v.last_instant) AND (o_1.state <> ALL (ARRAY['withdrawn'::text, 'obsolete'::text])))
                 UNION ALL
                  SELECT ((o_1.sent_on + '12:00:00'::time without time zone) AT TIME ZONE 'Europe/Paris'::text) AS timezone,
                     ((o_1.answered_on + '12:00:00'::time without time zone) AT TIME ZONE 'Europe/Paris'::text) AS timezone
                    FROM public.past_orientation o_1
                   WHERE ((o_1.sent_on >= ((v.first_instant AT TIME ZONE 'Europe/Paris'::text))::date) AND (o_1.sent_on < ((v.last_instant AT TIME ZONE 'Europe/Paris'::text))::date) AND (o_1.state <> ALL (ARRAY['withdrawn'::text, 'obsolete'::text])))) o) w)
      CROSS JOIN LATERAL ( SELECT (count(*))::integer AS open,
             (count(*) FILTER (WHERE (o.due_on < public.caller_day())))::integer AS overdue
            FROM public.orientation o
           WHERE (o.due_on IS NOT NULL)) u)
   WHERE (service_level_of_all.caller = public.current_caller());
END;

COMMENT ON FUNCTION public.service_level_of_all(caller text) IS 'How all structures and organisers together answer; nothing under five, and nothing for nobody.';

CREATE TABLE public.session (
    id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    title text NOT NULL,
    description text,
    kind text NOT NULL,
    job_version text,
    job text,
    insee text NOT NULL,
    place text,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    places integer NOT NULL,
    places_left integer NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    reason text,
    created_at timestamp with time zone NOT NULL,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    public_version integer DEFAULT 1 NOT NULL,
    search_words tsvector DEFAULT ''::tsvector NOT NULL,
    CONSTRAINT session_days_order CHECK ((starts_on <= ends_on)),
    CONSTRAINT session_description_text CHECK (public.is_text(description, 5000)),
    CONSTRAINT session_ends_range CHECK (((ends_on >= '2020-01-01'::date) AND (ends_on <= '2100-01-01'::date))),
    CONSTRAINT session_full_none_left CHECK ((((state <> 'full'::text) OR (places_left = 0)) AND ((state <> ALL (ARRAY['draft'::text, 'open'::text])) OR (places_left > 0)))),
    CONSTRAINT session_job_whole CHECK (((job IS NULL) = (job_version IS NULL))),
    CONSTRAINT session_kind_known CHECK ((kind = ANY (ARRAY['training'::text, 'immersion'::text, 'job_test'::text, 'forum'::text, 'coach'::text]))),
    CONSTRAINT session_place_text CHECK (public.is_text(place, 300)),
    CONSTRAINT session_places_left_range CHECK (((places_left >= 0) AND (places_left <= places))),
    CONSTRAINT session_places_range CHECK (((places >= 1) AND (places <= 2000))),
    CONSTRAINT session_reason_text CHECK (public.is_text(reason, 500)),
    CONSTRAINT session_starts_range CHECK (((starts_on >= '2020-01-01'::date) AND (starts_on <= '2100-01-01'::date))),
    CONSTRAINT session_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'open'::text, 'full'::text, 'cancelled'::text, 'held'::text]))),
    CONSTRAINT session_title_text CHECK (public.is_text(title, 150))
);

COMMENT ON TABLE public.session IS 'Training, immersions, job tests, forums and Coach Autonomie; the public sees those that are open.';

COMMENT ON COLUMN public.session.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.session.organisation_id IS 'public Who organises it.';

COMMENT ON COLUMN public.session.title IS 'public In a few words.';

COMMENT ON COLUMN public.session.description IS 'public In sentences.';

COMMENT ON COLUMN public.session.kind IS 'public training, immersion, job_test, forum, coach.';

COMMENT ON COLUMN public.session.job_version IS 'public Version of ROME that the job''s code is of.';

COMMENT ON COLUMN public.session.job IS 'public The job it is about: its ROME code.';

COMMENT ON COLUMN public.session.insee IS 'public INSEE code of the commune it is in.';

COMMENT ON COLUMN public.session.place IS 'public Where exactly.';

COMMENT ON COLUMN public.session.starts_on IS 'public Its first day.';

COMMENT ON COLUMN public.session.ends_on IS 'public Its last day.';

COMMENT ON COLUMN public.session.places IS 'public For how many people it is.';

COMMENT ON COLUMN public.session.places_left IS 'public How many places are left; each acceptance lowers it.';

COMMENT ON COLUMN public.session.state IS 'public draft, open, full, cancelled, held.';

COMMENT ON COLUMN public.session.reason IS 'internal Why it was cancelled.';

COMMENT ON COLUMN public.session.created_at IS 'internal When it was written.';

COMMENT ON COLUMN public.session.updated_at IS 'internal Its last change.';

COMMENT ON COLUMN public.session.version IS 'internal Raised by every change; If-Match names it.';

COMMENT ON COLUMN public.session.public_version IS 'public Raised by changes of public columns only.';

COMMENT ON COLUMN public.session.search_words IS 'public The words it is found by: title, text, job, organiser, commune.';

CREATE FUNCTION public.session_as_of(day date) RETURNS SETOF public.session
    LANGUAGE sql STABLE
    AS $$
    WITH since AS (
        SELECT DISTINCT ON (c.row_id, c.field) c.row_id, c.field, c.old_value
          FROM audit_log l JOIN field_change c ON c.audit_id = l.id
         WHERE l.at >= (day + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND c.table_name = 'session'
         ORDER BY c.row_id, c.field, c.id),
    undone AS (SELECT row_id, jsonb_object_agg(field, old_value) AS value FROM since GROUP BY row_id)
    SELECT r.* FROM session s LEFT JOIN undone u ON u.row_id = s.id
     CROSS JOIN LATERAL jsonb_populate_record(s, coalesce(u.value, '{}')) AS r
     WHERE s.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
$$;

COMMENT ON FUNCTION public.session_as_of(day date) IS 'The sessions as they stood at the end of a day in Paris.';

CREATE FUNCTION public.session_has_contact(session uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM public.session_contact c
           WHERE ((c.session_id = session_has_contact.session) AND (c.state = 'confirmed'::text)))) AS "exists";
END;

COMMENT ON FUNCTION public.session_has_contact(session uuid) IS 'Whether a session has an address that the team confirmed.';

CREATE FUNCTION public.setting_id(name text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN (current_setting(name, true) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'::text) THEN (current_setting(name, true))::uuid ELSE NULL::uuid END;

COMMENT ON FUNCTION public.setting_id(name text) IS 'A setting of this transaction as an id; NULL where it is none.';

CREATE FUNCTION public.structure_as_of(day date) RETURNS SETOF public.structure
    LANGUAGE sql STABLE
    AS $$
    WITH since AS (
        SELECT DISTINCT ON (c.row_id, c.field) c.row_id, c.field, c.old_value
          FROM audit_log l JOIN field_change c ON c.audit_id = l.id
         WHERE l.at >= (day + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND c.table_name = 'structure'
         ORDER BY c.row_id, c.field, c.id),
    undone AS (SELECT row_id, jsonb_object_agg(field, old_value) AS value FROM since GROUP BY row_id)
    SELECT r.* FROM structure s LEFT JOIN undone u ON u.row_id = s.id
     CROSS JOIN LATERAL jsonb_populate_record(s, coalesce(u.value, '{}')) AS r
     WHERE s.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
$$;

COMMENT ON FUNCTION public.structure_as_of(day date) IS 'The structures as they stood at the end of a day in Paris.';

CREATE FUNCTION public.structure_distance(place public.cube, point public.cube) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (round((((2)::double precision * asin(((public.cube_distance(place, point) / (2)::double precision) * (0.999999999999999)::double precision))) * (6371008.8)::double precision)))::integer;

COMMENT ON FUNCTION public.structure_distance(place public.cube, point public.cube) IS 'Metres between two points of the unit sphere, as the crow flies.';

CREATE FUNCTION public.structure_has_contact(structure uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'public', 'pg_temp'
    BEGIN ATOMIC
 SELECT (EXISTS ( SELECT
            FROM (public.recruitment_contact c
              JOIN public.structure s ON ((s.id = c.structure_id)))
           WHERE ((c.structure_id = structure_has_contact.structure) AND (c.state = 'proved'::text) AND (c.organisation_id = s.organisation_id)))) AS "exists";
END;

COMMENT ON FUNCTION public.structure_has_contact(structure uuid) IS 'Whether a structure has a proved recruitment contact of the employer whose claim is validated.';

CREATE TABLE public.structure_word (
    word text NOT NULL
);

COMMENT ON TABLE public.structure_word IS 'Each word that a structure is or was found by.';

COMMENT ON COLUMN public.structure_word.word IS 'public Without case and accents.';

CREATE FUNCTION public.structure_query(words text) RETURNS tsquery
    LANGUAGE sql STABLE STRICT PARALLEL SAFE
    RETURN (SELECT (string_agg((('('::text || concat_ws(' | '::text, (quote_literal(wanted.wanted) || ':*'::text), near.words)) || ')'::text), ' & '::text))::tsquery AS string_agg FROM unnest(public.folded_words(structure_query.words)) wanted(wanted), LATERAL (SELECT string_agg(quote_literal(w.word), ' | '::text ORDER BY w.word) AS words FROM public.structure_word w WHERE ((char_length(wanted.wanted) >= 5) AND (wanted.wanted ~ '[a-z]'::text) AND (w.word OPERATOR(public.%) wanted.wanted) AND (char_length(wanted.wanted) <= 60) AND (public.levenshtein_less_equal("left"(w.word, 100), wanted.wanted, 2) <= CASE WHEN (char_length(wanted.wanted) < 7) THEN 1 ELSE 2 END))) near);

COMMENT ON FUNCTION public.structure_query(words text) IS 'A search for words, with case, accents and a typo forgiven; NULL when there is no word.';

CREATE FUNCTION public.structure_radius(latitude double precision, longitude double precision, km double precision) RETURNS public.cube
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN public.cube_enlarge(public.unit_point(latitude, longitude), ((((2)::double precision * sin((LEAST((km / (6371.0088)::double precision), pi()) / (2)::double precision))) * (1.000001)::double precision) + (0.000000001)::double precision), 3);

COMMENT ON FUNCTION public.structure_radius(latitude double precision, longitude double precision, km double precision) IS 'A box of the unit sphere''s space around what is within so many kilometres of a place.';

CREATE FUNCTION public.subject_copy(person uuid) RETURNS jsonb
    LANGUAGE sql STABLE
    AS $$
    WITH organisation_name AS (SELECT id, name FROM organisation),
    own AS (
        SELECT o.*, coalesce(n.title, x.title, s.usual_name) AS target, coalesce(s.usual_name, h.name) AS host
          FROM orientation o LEFT JOIN need n ON n.id = o.need_id LEFT JOIN structure s ON s.id = o.structure_id
          LEFT JOIN session x ON x.id = o.session_id LEFT JOIN organisation h ON h.id = x.organisation_id
         WHERE o.candidate_id = person)
    SELECT jsonb_build_object(
        'file', (
            SELECT jsonb_strip_nulls(to_jsonb(f)) FROM (
                SELECT c.first_name, c.last_name, c.email, c.phone, c.insee, p.name AS commune, c.birth_year, c.situation,
                       (SELECT jsonb_agg(d.label ORDER BY d.id) FROM diploma d WHERE d.id = ANY (c.diplomas)) AS diplomas,
                       c.experience_years, c.experience, c.licence, c.vehicle, c.mobility_km, c.available_from, c.night, c.weekend,
                       c.split_shifts, (SELECT jsonb_agg(t.label_fr ORDER BY t.code) FROM contract_type t WHERE t.code = ANY (c.contracts)) AS contracts,
                       c.hours_min, c.hours_max,
                       (SELECT jsonb_agg(j.job ORDER BY j.job) FROM (
                            SELECT DISTINCT ON (r.code) r.code || ' ' || r.label AS job FROM rome_job r WHERE r.code = ANY (c.jobs)
                             ORDER BY r.code, r.version DESC) AS j) AS jobs,
                       g.name AS organisation, c.lawful_basis, c.notice_version, c.notice_given_on, c.notice_channel,
                       c.objected_at, c.last_contact_on, c.created_at, c.updated_at
                  FROM candidate c LEFT JOIN commune p ON p.insee = c.insee
                  JOIN organisation_name g ON g.id = c.organisation_id WHERE c.id = person) AS f),
        'agreements', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(a)) ORDER BY a.given_on), '[]') FROM (
                SELECT a.kind, a.text_version, a.given_on, a.channel, a.withdrawn_on FROM candidate_agreement a
                 WHERE a.candidate_id = person) AS a),
        'statistics', (
            SELECT jsonb_strip_nulls(to_jsonb(t)) FROM (
                SELECT t.sex, t.long_term_unemployed, t.rsa, t.qpv, t.qpv_vintage, t.diploma_level, t.disability
                  FROM candidate_statistics t WHERE t.candidate_id = person) AS t),
        'shares', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(h)) ORDER BY h.starts_on), '[]') FROM (
                SELECT g.name AS organisation, h.purpose, h.access, to_jsonb(h.fields) AS fields, h.starts_on, h.ends_on, h.revoked_at
                  FROM candidate_share h JOIN organisation_name g ON g.id = h.to_organisation_id WHERE h.candidate_id = person) AS h),
        'transfers', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(t)) ORDER BY t.asked_at), '[]') FROM (
                SELECT f.name AS "from", g.name AS "to", t.reason, t.state, t.asked_at, t.decided_at, t.answer
                  FROM candidate_transfer t JOIN organisation_name f ON f.id = t.from_organisation_id
                  JOIN organisation_name g ON g.id = t.to_organisation_id WHERE t.candidate_id = person) AS t),
        'orientations', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(o)) ORDER BY o.created_at), '[]') FROM (
                SELECT o.target, o.host, p.name AS proposed_by, r.name AS received_by, o.state, o.created_at, o.sent_at,
                       o.opened_at AS shown_in_full_at, o.answered_at, o.closed_at, f.label_fr AS reason, o.appointment_at, o.prior_action,
                       o.prior_starts_on, o.prior_ends_on, o.training_starts_on, o.training_ends_on, o.training_result, o.hired_at,
                       (SELECT t.label_fr FROM contract_type t WHERE t.code = o.hire_contract) AS hire_contract, o.hire_starts_on, o.hire_hours,
                       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'text', w.text, 'organisation', g.name, 'at', w.at)
                                                  ORDER BY w.id), '[]')
                          FROM orientation_text w LEFT JOIN organisation_name g ON g.id = w.organisation_id
                         WHERE w.orientation_id = o.id) AS texts,
                       (SELECT coalesce(jsonb_agg(jsonb_build_object('months', k.months, 'outcome', k.outcome, 'recorded_at', k.recorded_at)
                                                  ORDER BY k.months), '[]')
                          FROM checkpoint k WHERE k.orientation_id = o.id AND k.outcome IS NOT NULL) AS checkpoints
                  FROM own o JOIN organisation_name p ON p.id = o.organisation_id
                  LEFT JOIN organisation_name r ON r.id = o.receiver_id LEFT JOIN refusal_reason f ON f.code = o.reason) AS o),
        'recipients', (
            SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.at), '[]') FROM (
                SELECT g.name AS organisation, 'orientation' AS how, o.target, o.sent_at AS at FROM own o
                  JOIN organisation_name g ON g.id = o.receiver_id WHERE o.sent_at IS NOT NULL
                UNION ALL
                SELECT g.name, 'share', h.purpose, h.created_at FROM candidate_share h JOIN organisation_name g ON g.id = h.to_organisation_id
                 WHERE h.candidate_id = person
                UNION ALL
                SELECT g.name, 'transfer', t.reason, t.decided_at FROM candidate_transfer t
                  JOIN organisation_name g ON g.id = t.to_organisation_id WHERE t.candidate_id = person AND t.state = 'accepted') AS r),
        'reads', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(r)) ORDER BY r.at), '[]') FROM (
                SELECT g.name AS organisation, r.at, r.reason, r.route FROM file_read r
                  LEFT JOIN organisation_name g ON g.id = r.organisation_id WHERE r.candidate_id = person) AS r),
        'mails', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(m)) ORDER BY m.created_at), '[]') FROM (
                SELECT m.kind, m.state, m.created_at, m.sent_at FROM outbox m
                 WHERE m.candidate_id = person AND m.audience = 'candidate') AS m),
        'requests', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(q)) ORDER BY q.asked_at), '[]') FROM (
                SELECT q.kind, q.asked_by, q.asked_at, q.due_on, q.execute_at, q.text, q.state, q.decided_at, q.answer
                  FROM rights_request q WHERE q.candidate_id = person) AS q),
        'kept', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('data', r.title_fr, 'for', r.purpose_fr, 'amount', r.keep_amount, 'unit', r.keep_unit,
                                                         'from', r.event_fr) ORDER BY r.code), '[]')
              FROM data_retention r WHERE r.code IN ('candidate', 'candidate_hired', 'orientation', 'reads', 'mail_body', 'rights')))
$$;

COMMENT ON FUNCTION public.subject_copy(person uuid) IS 'Everything that is held of one person, as JSON; nobody else''s name is in it.';

CREATE FUNCTION public.tell_public_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM pg_notify('pa31_public', TG_ARGV[0]);
    RETURN NULL;
END $$;

COMMENT ON FUNCTION public.tell_public_change() IS 'Trigger: tells the servers what kind of public data has changed.';

CREATE TABLE public.field_change (
    id bigint NOT NULL,
    audit_id uuid NOT NULL,
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    parent_id uuid,
    field text NOT NULL,
    old_value jsonb,
    new_value jsonb
);

COMMENT ON TABLE public.field_change IS 'Every change of every field of the tables that record_changes() watches, appended, never changed.';

COMMENT ON COLUMN public.field_change.id IS 'internal In the order of writing.';

COMMENT ON COLUMN public.field_change.audit_id IS 'internal The operation that made the change: who, for whom, when, in which request.';

COMMENT ON COLUMN public.field_change.table_name IS 'internal The table.';

COMMENT ON COLUMN public.field_change.row_id IS 'internal The row.';

COMMENT ON COLUMN public.field_change.parent_id IS 'internal The action the row belongs to, when it is a part of one.';

COMMENT ON COLUMN public.field_change.field IS 'internal The column.';

COMMENT ON COLUMN public.field_change.old_value IS 'internal Its value before; NULL when the row is new, or the value is masked.';

COMMENT ON COLUMN public.field_change.new_value IS 'internal Its value after; NULL when the row was deleted, or the value is masked.';

CREATE FUNCTION public.text_as_of(subject uuid, field text, day date, present text) RETURNS text
    LANGUAGE sql STABLE
    RETURN COALESCE((SELECT (c.new_value #>> '{}'::text[]) FROM (public.field_change c JOIN public.audit_log l ON ((l.id = c.audit_id))) WHERE ((c.row_id = text_as_of.subject) AND (c.field = text_as_of.field) AND (l.at < (((text_as_of.day + 1))::timestamp without time zone AT TIME ZONE 'Europe/Paris'::text))) ORDER BY c.id DESC LIMIT 1), present);

COMMENT ON FUNCTION public.text_as_of(subject uuid, field text, day date, present text) IS 'A text of a row at the end of a day, from its history; the present one where history has none.';

CREATE FUNCTION public.touch_action() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    part record := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    is_public_change boolean := TG_TABLE_NAME IN ('action_partner', 'milestone', 'indicator', 'indicator_value')
        OR (TG_TABLE_NAME = 'funding_line' AND
            CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD)->'planned_cents' <> to_jsonb(NEW)->'planned_cents' ELSE true END);
BEGIN
    UPDATE action SET public_version = public_version + is_public_change::integer WHERE id = part.action_id;
    RETURN NULL;
END $$;

COMMENT ON FUNCTION public.touch_action() IS 'Trigger: a change of a part raises its action''s versions.';

CREATE TABLE public.access_code (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT access_code_hash_length CHECK ((octet_length(code_hash) = 32)),
    CONSTRAINT access_code_period_order CHECK ((made_at < expires_at)),
    CONSTRAINT access_code_tries_range CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.access_code FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.access_code IS 'Six digits, sent to the address of a file: the link alone, forwarded, opens nothing.';

COMMENT ON COLUMN public.access_code.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.access_code.candidate_id IS 'internal Whose.';

COMMENT ON COLUMN public.access_code.code_hash IS 'personal SHA-256 of the row''s id and the six digits.';

COMMENT ON COLUMN public.access_code.made_at IS 'internal When it was made.';

COMMENT ON COLUMN public.access_code.expires_at IS 'internal Until when it is good.';

COMMENT ON COLUMN public.access_code.tries IS 'internal How often a wrong one was tried.';

COMMENT ON COLUMN public.access_code.used_at IS 'internal When it was used: once.';

CREATE VIEW public.action_change AS
 SELECT c.id,
    c.audit_id,
    c.parent_id AS action_id,
    concat_ws(' '::text, c.table_name, funder.code, line.year, milestone.title, indicator.title) AS part,
        CASE c.field
            WHEN 'lead_organisation_id'::text THEN 'lead'::text
            WHEN 'organisation_id'::text THEN 'organisation'::text
            WHEN 'funder_id'::text THEN 'funder'::text
            WHEN 'axis_id'::text THEN 'axis'::text
            ELSE c.field
        END AS field,
    public.readable_value(c.field, c.old_value) AS old_value,
    public.readable_value(c.field, c.new_value) AS new_value
   FROM (((((public.field_change c
     LEFT JOIN public.funding_line line ON (((c.table_name = 'funding_line'::text) AND (line.id = c.row_id))))
     LEFT JOIN public.organisation funder ON ((funder.id = line.funder_id)))
     LEFT JOIN public.milestone ON (((c.table_name = 'milestone'::text) AND (milestone.id = c.row_id))))
     LEFT JOIN public.indicator_value ON (((c.table_name = 'indicator_value'::text) AND (indicator_value.id = c.row_id))))
     LEFT JOIN public.indicator ON ((indicator.id = COALESCE(indicator_value.indicator_id,
        CASE c.table_name
            WHEN 'indicator'::text THEN c.row_id
            ELSE NULL::uuid
        END))))
  WHERE ((c.parent_id IS NOT NULL) AND (c.field <> ALL (ARRAY['version'::text, 'action_id'::text, 'plan_id'::text, 'parent_id'::text, 'created_at'::text, 'added_at'::text, 'written_at'::text, 'author_id'::text, 'indicator_id'::text])));

COMMENT ON VIEW public.action_change IS 'Every changed field of an action and its parts.';

CREATE TABLE public.action_comment (
    id uuid NOT NULL,
    action_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    is_from_team boolean NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    author_id uuid,
    CONSTRAINT action_comment_text_text CHECK (public.is_text(text, 2000))
);

COMMENT ON TABLE public.action_comment IS 'What the team and an action''s organisations say to one another; appended, never rewritten. No news of the action.';

COMMENT ON COLUMN public.action_comment.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.action_comment.action_id IS 'internal The action.';

COMMENT ON COLUMN public.action_comment.organisation_id IS 'internal For which organisation its author spoke.';

COMMENT ON COLUMN public.action_comment.is_from_team IS 'internal Whether the team spoke.';

COMMENT ON COLUMN public.action_comment.text IS 'internal What was said.';

COMMENT ON COLUMN public.action_comment.written_at IS 'internal When.';

COMMENT ON COLUMN public.action_comment.author_id IS 'internal By which member.';

CREATE VIEW public.action_event AS
 SELECT l.id,
    e."position",
    e.action_id,
    l.at,
    l.operation,
    m.name AS member,
    o.name AS organisation,
    l.request_id,
    e.changes
   FROM (((( SELECT action_change.audit_id,
            action_change.action_id,
            min(action_change.id) AS "position",
            jsonb_agg(jsonb_build_object('part', action_change.part, 'field', action_change.field, 'from', action_change.old_value, 'to', action_change.new_value) ORDER BY action_change.id) AS changes
           FROM public.action_change
          GROUP BY action_change.audit_id, action_change.action_id) e
     JOIN public.audit_log l ON ((l.id = e.audit_id)))
     LEFT JOIN public.member m ON ((m.id = (NULLIF(l.caller, 'system'::text))::uuid)))
     LEFT JOIN public.organisation o ON ((o.id = l.organisation_id)));

COMMENT ON VIEW public.action_event IS 'An action''s history: one row an operation, with its changes.';

CREATE TABLE public.action_nudge_sent (
    key text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT action_nudge_sent_key_text CHECK (public.is_text(key, 200))
);

COMMENT ON TABLE public.action_nudge_sent IS 'Reminders about actions that were said already.';

COMMENT ON COLUMN public.action_nudge_sent.key IS 'internal The action, what is said, the day of the fact, the milestone.';

COMMENT ON COLUMN public.action_nudge_sent.at IS 'internal When it was said.';

CREATE TABLE public.action_plan (
    id uuid NOT NULL,
    code text NOT NULL,
    title text NOT NULL,
    is_fictional boolean NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    expected_actions integer,
    expected_axes integer,
    expected_budget_cents bigint,
    expected_funder_cents jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT action_plan_code_form CHECK ((code ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text)),
    CONSTRAINT action_plan_invariants_positive CHECK (((expected_actions > 0) AND (expected_axes > 0) AND (expected_budget_cents >= 0))),
    CONSTRAINT action_plan_period_order CHECK ((starts_on <= ends_on)),
    CONSTRAINT action_plan_title_text CHECK (public.is_text(title, 300))
);

COMMENT ON TABLE public.action_plan IS 'The plan and the invariants that its file declares.';

COMMENT ON COLUMN public.action_plan.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.action_plan.code IS 'public Stable code of the plan.';

COMMENT ON COLUMN public.action_plan.title IS 'public Its title.';

COMMENT ON COLUMN public.action_plan.is_fictional IS 'public Whether it was made up for a demonstration.';

COMMENT ON COLUMN public.action_plan.starts_on IS 'public First day.';

COMMENT ON COLUMN public.action_plan.ends_on IS 'public Last day.';

COMMENT ON COLUMN public.action_plan.expected_actions IS 'public How many top-level actions there must be.';

COMMENT ON COLUMN public.action_plan.expected_axes IS 'public How many axes there must be.';

COMMENT ON COLUMN public.action_plan.expected_budget_cents IS 'public Total planned money, in cents.';

COMMENT ON COLUMN public.action_plan.expected_funder_cents IS 'public Planned money by funder''s code, in cents, for those declared.';

COMMENT ON COLUMN public.action_plan.version IS 'internal Raised by every change.';

CREATE TABLE public.answer_time (
    structure_id uuid NOT NULL,
    days integer NOT NULL,
    set_at timestamp with time zone NOT NULL,
    set_by uuid,
    id uuid GENERATED ALWAYS AS (structure_id) STORED NOT NULL,
    CONSTRAINT answer_time_days_range CHECK (((days >= 15) AND (days <= 45)))
);

COMMENT ON TABLE public.answer_time IS 'Structures that answer within a time of their own.';

COMMENT ON COLUMN public.answer_time.structure_id IS 'internal The structure.';

COMMENT ON COLUMN public.answer_time.days IS 'internal Days to answer: 15 to 45.';

COMMENT ON COLUMN public.answer_time.set_at IS 'internal When it was set.';

COMMENT ON COLUMN public.answer_time.set_by IS 'internal By which member.';

COMMENT ON COLUMN public.answer_time.id IS 'internal The same as structure_id: history''s name for the row.';

CREATE TABLE public.audit_checkpoint (
    "position" bigint NOT NULL,
    chain_hash bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    audit_id uuid NOT NULL,
    kept_hash bytea NOT NULL,
    CONSTRAINT audit_checkpoint_hash_length CHECK (((octet_length(chain_hash) = 32) AND (octet_length(kept_hash) = 32))),
    CONSTRAINT audit_checkpoint_position_positive CHECK (("position" > 0))
);

COMMENT ON TABLE public.audit_checkpoint IS 'Where the audit''s chain begins since what was before it is forgotten.';

COMMENT ON COLUMN public.audit_checkpoint."position" IS 'internal The last position that is forgotten.';

COMMENT ON COLUMN public.audit_checkpoint.chain_hash IS 'internal Its link: the next one follows from it.';

COMMENT ON COLUMN public.audit_checkpoint.made_at IS 'internal When.';

COMMENT ON COLUMN public.audit_checkpoint.audit_id IS 'internal The audit row that says so, itself sealed.';

COMMENT ON COLUMN public.audit_checkpoint.kept_hash IS 'internal The last link of a chain over what is kept before it: the plan''s and the directory''s history.';

CREATE TABLE public.audit_seal (
    "position" bigint NOT NULL,
    audit_id uuid NOT NULL,
    row_hash bytea NOT NULL,
    chain_hash bytea NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    CONSTRAINT audit_seal_hash_length CHECK (((octet_length(row_hash) = 32) AND (octet_length(chain_hash) = 32))),
    CONSTRAINT audit_seal_position_positive CHECK (("position" > 0))
);

COMMENT ON TABLE public.audit_seal IS 'The chain over committed audit rows: each link covers its row, the row''s changes and the link before.';

COMMENT ON COLUMN public.audit_seal."position" IS 'internal 1, 2, 3 … without a gap.';

COMMENT ON COLUMN public.audit_seal.audit_id IS 'internal The row sealed. No foreign key: a removed row must be found missing, not refused.';

COMMENT ON COLUMN public.audit_seal.row_hash IS 'internal SHA-256 of the row''s and its changes'' canonical form, without ids.';

COMMENT ON COLUMN public.audit_seal.chain_hash IS 'internal SHA-256 of the previous chain hash, the position, the row''s id and its hash.';

COMMENT ON COLUMN public.audit_seal.sealed_at IS 'internal When.';

CREATE TABLE public.calendar_feed (
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    scope text NOT NULL,
    label text NOT NULL,
    secret_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    last_use_at timestamp with time zone,
    CONSTRAINT calendar_feed_at_most_a_year CHECK (((expires_at > created_at) AND (expires_at <= (created_at + '366 days'::interval)))),
    CONSTRAINT calendar_feed_hash_length CHECK ((octet_length(secret_hash) = 32)),
    CONSTRAINT calendar_feed_label_text CHECK (public.is_text(label, 100)),
    CONSTRAINT calendar_feed_scope_known CHECK ((scope = ANY (ARRAY['organisation'::text, 'plan'::text])))
);

COMMENT ON TABLE public.calendar_feed IS 'Secret addresses by which an agenda reads dates of actions; the secret is shown once and never stored.';

COMMENT ON COLUMN public.calendar_feed.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.calendar_feed.member_id IS 'internal Whose.';

COMMENT ON COLUMN public.calendar_feed.scope IS 'internal What it shows: the actions of the member''s organisation, or the whole plan for the team.';

COMMENT ON COLUMN public.calendar_feed.label IS 'internal What its owner calls it.';

COMMENT ON COLUMN public.calendar_feed.secret_hash IS 'internal SHA-256 of the address'' secret.';

COMMENT ON COLUMN public.calendar_feed.created_at IS 'internal Since when.';

COMMENT ON COLUMN public.calendar_feed.expires_at IS 'internal Until when; 12 months at most.';

COMMENT ON COLUMN public.calendar_feed.revoked_at IS 'internal When it was taken back.';

COMMENT ON COLUMN public.calendar_feed.last_use_at IS 'internal Its last use, to the hour.';

CREATE TABLE public.campaign (
    id uuid NOT NULL,
    funder_id uuid NOT NULL,
    profile text NOT NULL,
    title text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    opens_on date NOT NULL,
    submit_by date NOT NULL,
    review_by date NOT NULL,
    sign_by date NOT NULL,
    state text DEFAULT 'draft'::text NOT NULL,
    due_on date,
    moved_at timestamp with time zone NOT NULL,
    reviewer_id uuid,
    signatory_id uuid,
    created_at timestamp with time zone NOT NULL,
    created_by uuid,
    reminded_on date,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT campaign_deadline_order CHECK (((opens_on <= submit_by) AND (ends_on < submit_by) AND (submit_by <= review_by) AND (review_by <= sign_by))),
    CONSTRAINT campaign_deadline_range CHECK ((((opens_on >= '2020-01-01'::date) AND (opens_on <= '2100-01-01'::date)) AND ((sign_by >= '2020-01-01'::date) AND (sign_by <= '2100-01-01'::date)))),
    CONSTRAINT campaign_final_has_signatory CHECK (((state = 'final'::text) = (signatory_id IS NOT NULL))),
    CONSTRAINT campaign_open_has_due_day CHECK (((state = ANY (ARRAY['final'::text, 'cancelled'::text])) = (due_on IS NULL))),
    CONSTRAINT campaign_period_order CHECK ((starts_on < ends_on)),
    CONSTRAINT campaign_period_range CHECK ((((starts_on >= '2020-01-01'::date) AND (starts_on <= '2100-01-01'::date)) AND ((ends_on >= '2020-01-01'::date) AND (ends_on <= '2100-01-01'::date)) AND ((ends_on - starts_on) < (5 * 366)))),
    CONSTRAINT campaign_profile_form CHECK (((profile ~ '^[a-z0-9]+(-[a-z0-9]+)*$'::text) AND (char_length(profile) <= 60))),
    CONSTRAINT campaign_reviewed_has_reviewer CHECK (((state <> ALL (ARRAY['reviewed'::text, 'final'::text])) OR (reviewer_id IS NOT NULL))),
    CONSTRAINT campaign_signed_by_another CHECK ((signatory_id <> reviewer_id)),
    CONSTRAINT campaign_state_known CHECK ((state = ANY (ARRAY['draft'::text, 'submitted'::text, 'fix_requested'::text, 'reviewed'::text, 'final'::text, 'cancelled'::text]))),
    CONSTRAINT campaign_title_text CHECK (public.is_text(title, 200)),
    CONSTRAINT campaign_whole_quarters CHECK ((public.is_quarter_start(starts_on) AND public.is_quarter_start((ends_on + 1))))
);

COMMENT ON TABLE public.campaign IS 'Reports that a funder gets of a period, each submission a numbered one (domain.md §4.4).';

COMMENT ON COLUMN public.campaign.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.campaign.funder_id IS 'internal Whose report it is.';

COMMENT ON COLUMN public.campaign.profile IS 'internal The layout: sql/reference/report_profiles.';

COMMENT ON COLUMN public.campaign.title IS 'internal What people call it.';

COMMENT ON COLUMN public.campaign.starts_on IS 'internal First day of its period: of a quarter.';

COMMENT ON COLUMN public.campaign.ends_on IS 'internal Last day of its period: of a quarter.';

COMMENT ON COLUMN public.campaign.opens_on IS 'internal From when leads are asked to complete.';

COMMENT ON COLUMN public.campaign.submit_by IS 'internal By when the team submits.';

COMMENT ON COLUMN public.campaign.review_by IS 'internal By when the funder reviews.';

COMMENT ON COLUMN public.campaign.sign_by IS 'internal By when the funder signs.';

COMMENT ON COLUMN public.campaign.state IS 'internal draft, submitted, fix_requested, reviewed, final, cancelled.';

COMMENT ON COLUMN public.campaign.due_on IS 'internal By when the next step is owed; NULL once nothing is.';

COMMENT ON COLUMN public.campaign.moved_at IS 'internal Since when it is in its state.';

COMMENT ON COLUMN public.campaign.reviewer_id IS 'internal The funder''s member who reviewed the last report.';

COMMENT ON COLUMN public.campaign.signatory_id IS 'internal The funder''s member who signed: another one.';

COMMENT ON COLUMN public.campaign.created_at IS 'internal When it was made.';

COMMENT ON COLUMN public.campaign.created_by IS 'internal By which member.';

COMMENT ON COLUMN public.campaign.reminded_on IS 'internal The day of the last reminder.';

COMMENT ON COLUMN public.campaign.version IS 'internal Raised by every change; If-Match names it.';

CREATE TABLE public.campaign_explanation (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    gap text NOT NULL,
    text text NOT NULL,
    written_at timestamp with time zone NOT NULL,
    author_id uuid,
    CONSTRAINT campaign_explanation_gap_form CHECK (((gap ~ '^[a-z_]+:[^\s\x01-\x1f\x7f]+$'::text) AND (char_length(gap) <= 200))),
    CONSTRAINT campaign_explanation_text_text CHECK (public.is_text(text, 2000))
);

COMMENT ON TABLE public.campaign_explanation IS 'Why something that a report lacks is not there; the funder reads it in the report.';

COMMENT ON COLUMN public.campaign_explanation.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.campaign_explanation.campaign_id IS 'internal Of which campaign.';

COMMENT ON COLUMN public.campaign_explanation.gap IS 'internal What is missing: its kind, the action, the part.';

COMMENT ON COLUMN public.campaign_explanation.text IS 'internal Why.';

COMMENT ON COLUMN public.campaign_explanation.written_at IS 'internal When it was written last.';

COMMENT ON COLUMN public.campaign_explanation.author_id IS 'internal By which member.';

CREATE TABLE public.campaign_move (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    from_state text NOT NULL,
    to_state text NOT NULL,
    at timestamp with time zone NOT NULL,
    member_id uuid,
    organisation_id uuid,
    text text,
    report_id uuid,
    CONSTRAINT campaign_move_no_has_text CHECK (((to_state <> ALL (ARRAY['fix_requested'::text, 'cancelled'::text])) OR (text IS NOT NULL))),
    CONSTRAINT campaign_move_submission_has_report CHECK (((to_state = 'submitted'::text) = (report_id IS NOT NULL))),
    CONSTRAINT campaign_move_text_text CHECK (public.is_text(text, 2000))
);

COMMENT ON TABLE public.campaign_move IS 'How a campaign went: one row for each change of state.';

COMMENT ON COLUMN public.campaign_move.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.campaign_move.campaign_id IS 'internal Of which campaign.';

COMMENT ON COLUMN public.campaign_move.from_state IS 'internal The state before.';

COMMENT ON COLUMN public.campaign_move.to_state IS 'internal The state after.';

COMMENT ON COLUMN public.campaign_move.at IS 'internal When.';

COMMENT ON COLUMN public.campaign_move.member_id IS 'internal Who.';

COMMENT ON COLUMN public.campaign_move.organisation_id IS 'internal For whom.';

COMMENT ON COLUMN public.campaign_move.text IS 'internal The comment or reason that was given.';

COMMENT ON COLUMN public.campaign_move.report_id IS 'internal The report that a submission froze.';

CREATE TABLE public.candidate_agreement (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    kind text NOT NULL,
    text_version text NOT NULL,
    given_on date NOT NULL,
    channel text NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    recorded_by uuid,
    withdrawn_on date,
    CONSTRAINT candidate_agreement_channel_known CHECK ((channel = ANY (ARRAY['in_person'::text, 'phone'::text, 'letter'::text, 'email'::text, 'form'::text]))),
    CONSTRAINT candidate_agreement_given_range CHECK (((given_on >= '2020-01-01'::date) AND (given_on <= '2100-01-01'::date))),
    CONSTRAINT candidate_agreement_kind_known CHECK ((kind = ANY (ARRAY['orientation'::text, 'pool'::text, 'disability'::text]))),
    CONSTRAINT candidate_agreement_text_version_text CHECK (public.is_text(text_version, 40)),
    CONSTRAINT candidate_agreement_withdrawn_range CHECK (((withdrawn_on >= '2020-01-01'::date) AND (withdrawn_on <= '2100-01-01'::date)))
);

ALTER TABLE ONLY public.candidate_agreement FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.candidate_agreement IS 'What a person agreed to, by which text, when and how; and when it was taken back.';

COMMENT ON COLUMN public.candidate_agreement.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.candidate_agreement.candidate_id IS 'internal Whose.';

COMMENT ON COLUMN public.candidate_agreement.kind IS 'internal To what: orientation, pool, disability (that it is recorded for statistics).';

COMMENT ON COLUMN public.candidate_agreement.text_version IS 'internal Version of the text that was agreed to.';

COMMENT ON COLUMN public.candidate_agreement.given_on IS 'internal When it was given.';

COMMENT ON COLUMN public.candidate_agreement.channel IS 'internal How: in_person, phone, letter, email, form.';

COMMENT ON COLUMN public.candidate_agreement.recorded_at IS 'internal When it was written down.';

COMMENT ON COLUMN public.candidate_agreement.recorded_by IS 'internal By which member; NULL for the person''s own link.';

COMMENT ON COLUMN public.candidate_agreement.withdrawn_on IS 'internal When it was taken back.';

CREATE TABLE public.candidate_statistics (
    candidate_id uuid NOT NULL,
    sex text,
    long_term_unemployed boolean,
    rsa boolean,
    qpv boolean,
    qpv_vintage integer,
    diploma_level integer,
    disability boolean,
    updated_at timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    id uuid GENERATED ALWAYS AS (candidate_id) STORED NOT NULL,
    CONSTRAINT candidate_statistics_diploma_level_range CHECK (((diploma_level >= 1) AND (diploma_level <= 8))),
    CONSTRAINT candidate_statistics_qpv_has_vintage CHECK (((qpv IS NOT TRUE) OR (qpv_vintage IS NOT NULL))),
    CONSTRAINT candidate_statistics_qpv_vintage_known CHECK ((qpv_vintage = ANY (ARRAY[2015, 2024]))),
    CONSTRAINT candidate_statistics_sex_known CHECK ((sex = ANY (ARRAY['f'::text, 'm'::text, 'not_said'::text])))
);

ALTER TABLE ONLY public.candidate_statistics FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.candidate_statistics IS 'Criteria that are only ever counted: they filter nobody, rank nobody, reach no recruiter.';

COMMENT ON COLUMN public.candidate_statistics.candidate_id IS 'internal Whose.';

COMMENT ON COLUMN public.candidate_statistics.sex IS 'personal f, m, not_said.';

COMMENT ON COLUMN public.candidate_statistics.long_term_unemployed IS 'personal Whether without work for over a year.';

COMMENT ON COLUMN public.candidate_statistics.rsa IS 'personal Whether with the RSA.';

COMMENT ON COLUMN public.candidate_statistics.qpv IS 'personal Whether living in a priority district.';

COMMENT ON COLUMN public.candidate_statistics.qpv_vintage IS 'personal By which list of districts: 2015, 2024.';

COMMENT ON COLUMN public.candidate_statistics.diploma_level IS 'personal Highest level of diploma, national framework, 1 to 8.';

COMMENT ON COLUMN public.candidate_statistics.disability IS 'personal Whether a disability is recognised; only with an agreement of its own.';

COMMENT ON COLUMN public.candidate_statistics.updated_at IS 'internal Its last change.';

COMMENT ON COLUMN public.candidate_statistics.version IS 'internal Raised by every change; If-Match names it.';

COMMENT ON COLUMN public.candidate_statistics.id IS 'internal The same as candidate_id: history''s name for the row.';

CREATE TABLE public.candidate_transfer (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    from_organisation_id uuid NOT NULL,
    to_organisation_id uuid NOT NULL,
    reason text NOT NULL,
    state text DEFAULT 'asked'::text NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    asked_by uuid,
    decided_at timestamp with time zone,
    decided_by uuid,
    answer text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT candidate_transfer_answer_text CHECK (public.is_text(answer, 300)),
    CONSTRAINT candidate_transfer_decided_has_instant CHECK (((state = 'asked'::text) = (decided_at IS NULL))),
    CONSTRAINT candidate_transfer_other CHECK ((from_organisation_id <> to_organisation_id)),
    CONSTRAINT candidate_transfer_reason_text CHECK (public.is_text(reason, 300)),
    CONSTRAINT candidate_transfer_state_known CHECK ((state = ANY (ARRAY['asked'::text, 'accepted'::text, 'refused'::text, 'withdrawn'::text])))
);

ALTER TABLE ONLY public.candidate_transfer FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.candidate_transfer IS 'Files on their way to another prescriber, who accepts or refuses.';

COMMENT ON COLUMN public.candidate_transfer.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.candidate_transfer.candidate_id IS 'internal Which file.';

COMMENT ON COLUMN public.candidate_transfer.from_organisation_id IS 'internal Whose it was.';

COMMENT ON COLUMN public.candidate_transfer.to_organisation_id IS 'internal Whose it is to be.';

COMMENT ON COLUMN public.candidate_transfer.reason IS 'personal Why.';

COMMENT ON COLUMN public.candidate_transfer.state IS 'internal asked, accepted, refused, withdrawn.';

COMMENT ON COLUMN public.candidate_transfer.asked_at IS 'internal When it was asked.';

COMMENT ON COLUMN public.candidate_transfer.asked_by IS 'internal By which member.';

COMMENT ON COLUMN public.candidate_transfer.decided_at IS 'internal When it was answered or withdrawn.';

COMMENT ON COLUMN public.candidate_transfer.decided_by IS 'internal By which member.';

COMMENT ON COLUMN public.candidate_transfer.answer IS 'personal What the receiver said to it.';

COMMENT ON COLUMN public.candidate_transfer.version IS 'internal Raised by every change.';

CREATE TABLE public.checkpoint (
    id uuid NOT NULL,
    orientation_id uuid NOT NULL,
    months integer NOT NULL,
    due_on date NOT NULL,
    asked_on date,
    outcome text,
    recorded_at timestamp with time zone,
    recorded_by uuid,
    CONSTRAINT checkpoint_due_range CHECK (((due_on >= '2020-01-01'::date) AND (due_on <= '2102-01-01'::date))),
    CONSTRAINT checkpoint_months_known CHECK ((months = ANY (ARRAY[1, 3, 6, 12]))),
    CONSTRAINT checkpoint_outcome_known CHECK ((outcome = ANY (ARRAY['still_there'::text, 'elsewhere'::text, 'in_training'::text, 'not_employed'::text, 'unknown'::text]))),
    CONSTRAINT checkpoint_recorded_whole CHECK (((outcome IS NULL) = (recorded_at IS NULL)))
);

ALTER TABLE ONLY public.checkpoint FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.checkpoint IS 'What became of a hired person, month by month.';

COMMENT ON COLUMN public.checkpoint.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.checkpoint.orientation_id IS 'internal The orientation that led to the hire.';

COMMENT ON COLUMN public.checkpoint.months IS 'internal 1, 3, 6 or 12 months after the first day of work.';

COMMENT ON COLUMN public.checkpoint.due_on IS 'internal The day to ask.';

COMMENT ON COLUMN public.checkpoint.asked_on IS 'internal When its prescriber was asked.';

COMMENT ON COLUMN public.checkpoint.outcome IS 'personal still_there, elsewhere, in_training, not_employed, unknown.';

COMMENT ON COLUMN public.checkpoint.recorded_at IS 'internal When that was recorded.';

COMMENT ON COLUMN public.checkpoint.recorded_by IS 'internal By which member.';

CREATE TABLE public.collective_agreement (
    idcc text NOT NULL,
    label text,
    url text,
    CONSTRAINT collective_agreement_idcc_form CHECK ((idcc ~ '^[0-9]{4}$'::text))
);

COMMENT ON TABLE public.collective_agreement IS 'Collective agreements (sql/reference/rows).';

COMMENT ON COLUMN public.collective_agreement.idcc IS 'public Its number, four digits: 2941 home care.';

COMMENT ON COLUMN public.collective_agreement.label IS 'public Its label; the source has none for 0403 and 1325.';

COMMENT ON COLUMN public.collective_agreement.url IS 'public Where Légifrance has its text.';

CREATE TABLE public.contract_type (
    code text NOT NULL,
    label_fr text NOT NULL,
    label_en text NOT NULL,
    is_durable boolean NOT NULL,
    CONSTRAINT contract_type_code_form CHECK ((code ~ '^[a-z0-9_]{3,40}$'::text))
);

COMMENT ON TABLE public.contract_type IS 'Types of contracts (sql/reference/rows).';

COMMENT ON COLUMN public.contract_type.code IS 'public Its code: cdi.';

COMMENT ON COLUMN public.contract_type.label_fr IS 'public What people call it.';

COMMENT ON COLUMN public.contract_type.label_en IS 'public The same in English.';

COMMENT ON COLUMN public.contract_type.is_durable IS 'public Whether a hire with it is a durable one: six months or more.';

CREATE TABLE public.data_retention (
    code text NOT NULL,
    title_fr text NOT NULL,
    persons_fr text NOT NULL,
    purpose_fr text NOT NULL,
    lawful_basis text[] NOT NULL,
    recipients_fr text NOT NULL,
    keep_amount integer,
    keep_unit text,
    keep_with text,
    event_fr text NOT NULL,
    notice_days integer,
    is_outside boolean NOT NULL,
    note_fr text,
    CONSTRAINT data_retention_code_form CHECK ((code ~ '^[a-z][a-z0-9_]{2,40}$'::text)),
    CONSTRAINT data_retention_keep_positive CHECK ((keep_amount > 0)),
    CONSTRAINT data_retention_keep_unit_known CHECK ((keep_unit = ANY (ARRAY['hours'::text, 'days'::text, 'months'::text, 'years'::text]))),
    CONSTRAINT data_retention_keep_whole CHECK ((((keep_amount IS NULL) = (keep_unit IS NULL)) AND ((keep_amount IS NULL) <> (keep_with IS NULL)))),
    CONSTRAINT data_retention_lawful_basis_known CHECK (((lawful_basis <@ ARRAY['public_task'::text, 'pre_contract'::text, 'legitimate_interest'::text, 'legal_obligation'::text, 'consent'::text]) AND (cardinality(lawful_basis) > 0))),
    CONSTRAINT data_retention_notice_positive CHECK ((notice_days > 0)),
    CONSTRAINT data_retention_text CHECK ((public.is_text(title_fr, 200) AND public.is_text(persons_fr, 200) AND public.is_text(purpose_fr, 600) AND public.is_text(recipients_fr, 400) AND public.is_text(event_fr, 300) AND COALESCE(public.is_text(note_fr, 800), true)))
);

COMMENT ON TABLE public.data_retention IS 'The register: what personal data are kept, for what, how long, and who gets them (domain.md §7; sql/reference/rows).';

COMMENT ON COLUMN public.data_retention.code IS 'public Its name in the program.';

COMMENT ON COLUMN public.data_retention.title_fr IS 'public Which data, in French.';

COMMENT ON COLUMN public.data_retention.persons_fr IS 'public Whose.';

COMMENT ON COLUMN public.data_retention.purpose_fr IS 'public What for.';

COMMENT ON COLUMN public.data_retention.lawful_basis IS 'public public_task, pre_contract, legitimate_interest, legal_obligation, consent.';

COMMENT ON COLUMN public.data_retention.recipients_fr IS 'public Who gets them.';

COMMENT ON COLUMN public.data_retention.keep_amount IS 'public How long; NULL when as long as another line.';

COMMENT ON COLUMN public.data_retention.keep_unit IS 'public hours, days, months, years.';

COMMENT ON COLUMN public.data_retention.keep_with IS 'public The line as long as which they are kept, and with which they are cleared.';

COMMENT ON COLUMN public.data_retention.event_fr IS 'public From when it is counted.';

COMMENT ON COLUMN public.data_retention.notice_days IS 'public How many days before it is told.';

COMMENT ON COLUMN public.data_retention.is_outside IS 'public Whether they are files outside of the tables: the purge deletes those of the folders that it is told of, operations the others.';

COMMENT ON COLUMN public.data_retention.note_fr IS 'public What else is to be known.';

CREATE TABLE public.erasure_ledger (
    subject_id uuid NOT NULL,
    kind text NOT NULL,
    cause text NOT NULL,
    erased_at timestamp with time zone NOT NULL,
    exported_at timestamp with time zone,
    CONSTRAINT erasure_ledger_cause_known CHECK ((cause = ANY (ARRAY['request'::text, 'retention'::text]))),
    CONSTRAINT erasure_ledger_kind_known CHECK ((kind = ANY (ARRAY['candidate'::text, 'member'::text])))
);

COMMENT ON TABLE public.erasure_ledger IS 'Ids of those who were erased: replayed after a restore.';

COMMENT ON COLUMN public.erasure_ledger.subject_id IS 'internal The id that nothing else knows any more.';

COMMENT ON COLUMN public.erasure_ledger.kind IS 'internal candidate, member.';

COMMENT ON COLUMN public.erasure_ledger.cause IS 'internal request, retention.';

COMMENT ON COLUMN public.erasure_ledger.erased_at IS 'internal When.';

COMMENT ON COLUMN public.erasure_ledger.exported_at IS 'internal When it was written to the file outside.';

ALTER TABLE public.field_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.field_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.file_read (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    member_id uuid,
    organisation_id uuid,
    at timestamp with time zone NOT NULL,
    reason text,
    route text NOT NULL,
    CONSTRAINT file_read_reason_text CHECK (public.is_text(reason, 300)),
    CONSTRAINT file_read_route_form CHECK ((route ~ '^[a-z_.]{3,60}$'::text))
);

ALTER TABLE ONLY public.file_read FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.file_read IS 'Who opened which person''s file, written before it is shown.';

COMMENT ON COLUMN public.file_read.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.file_read.candidate_id IS 'internal Which file. No foreign key: it outlives the file.';

COMMENT ON COLUMN public.file_read.member_id IS 'internal By which member; NULL for a link.';

COMMENT ON COLUMN public.file_read.organisation_id IS 'internal Of which organisation.';

COMMENT ON COLUMN public.file_read.at IS 'internal When.';

COMMENT ON COLUMN public.file_read.reason IS 'personal Why, where one must be given: the team''s.';

COMMENT ON COLUMN public.file_read.route IS 'internal The operation that showed it.';

CREATE TABLE public.finess_legal_status (
    code text NOT NULL,
    label text NOT NULL,
    short_label text NOT NULL,
    opened_on date NOT NULL,
    closed_on date,
    aggregate3_code text NOT NULL,
    aggregate3_label text NOT NULL,
    aggregate2_code text NOT NULL,
    aggregate2_label text NOT NULL,
    aggregate1_code text NOT NULL,
    aggregate1_label text NOT NULL,
    CONSTRAINT finess_legal_status_closed_order CHECK ((closed_on >= opened_on)),
    CONSTRAINT finess_legal_status_code_form CHECK ((code ~ '^[0-9A-Z]{2}$'::text))
);

COMMENT ON TABLE public.finess_legal_status IS 'Legal statuses of those who manage establishments, as FINESS has them (sql/reference/rows).';

COMMENT ON COLUMN public.finess_legal_status.code IS 'public Its code: 60.';

COMMENT ON COLUMN public.finess_legal_status.label IS 'public Official label.';

COMMENT ON COLUMN public.finess_legal_status.short_label IS 'public Official short label.';

COMMENT ON COLUMN public.finess_legal_status.opened_on IS 'public Since when it is used.';

COMMENT ON COLUMN public.finess_legal_status.closed_on IS 'public Since when it is not given any more.';

COMMENT ON COLUMN public.finess_legal_status.aggregate3_code IS 'public Aggregate of the third level, the finest.';

COMMENT ON COLUMN public.finess_legal_status.aggregate3_label IS 'public Its official label.';

COMMENT ON COLUMN public.finess_legal_status.aggregate2_code IS 'public Aggregate of the second level.';

COMMENT ON COLUMN public.finess_legal_status.aggregate2_label IS 'public Its official label.';

COMMENT ON COLUMN public.finess_legal_status.aggregate1_code IS 'public Aggregate of the first level.';

COMMENT ON COLUMN public.finess_legal_status.aggregate1_label IS 'public Its official label.';

CREATE TABLE public.grant_agreement (
    id uuid NOT NULL,
    funder_id uuid NOT NULL,
    beneficiary_id uuid NOT NULL,
    signed_on date NOT NULL,
    reference text,
    purpose text NOT NULL,
    amount_cents bigint NOT NULL,
    nature text DEFAULT 'aide en numéraire'::text NOT NULL,
    payment text NOT NULL,
    paid_from date NOT NULL,
    paid_until date,
    notified_to_eu boolean DEFAULT false NOT NULL,
    share numeric(3,2) DEFAULT 1 NOT NULL,
    rae text,
    CONSTRAINT grant_agreement_amount_range CHECK (((amount_cents >= 1) AND (amount_cents <= '100000000000000'::bigint))),
    CONSTRAINT grant_agreement_nature_known CHECK ((nature = ANY (ARRAY['aide en numéraire'::text, 'aide en nature'::text, 'aide en numéraire;aide en nature'::text]))),
    CONSTRAINT grant_agreement_paid_order CHECK ((paid_from <= paid_until)),
    CONSTRAINT grant_agreement_paid_range CHECK ((((paid_from >= '2015-01-01'::date) AND (paid_from <= '2100-01-01'::date)) AND ((paid_until >= '2015-01-01'::date) AND (paid_until <= '2100-01-01'::date)))),
    CONSTRAINT grant_agreement_payment_text CHECK (public.is_text(payment, 256)),
    CONSTRAINT grant_agreement_purpose_text CHECK (public.is_text(purpose, 256)),
    CONSTRAINT grant_agreement_rae_form CHECK ((rae ~ '^[0-9]{1,5}$'::text)),
    CONSTRAINT grant_agreement_reference_text CHECK (public.is_text(reference, 100)),
    CONSTRAINT grant_agreement_share_range CHECK (((share >= 0.01) AND (share <= (1)::numeric))),
    CONSTRAINT grant_agreement_signed_range CHECK (((signed_on >= '2015-01-01'::date) AND (signed_on <= '2100-01-01'::date)))
);

COMMENT ON TABLE public.grant_agreement IS 'Grants of funders to the platform and its partners: what the law has published of them.';

COMMENT ON COLUMN public.grant_agreement.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.grant_agreement.funder_id IS 'public Who grants.';

COMMENT ON COLUMN public.grant_agreement.beneficiary_id IS 'public Who gets it.';

COMMENT ON COLUMN public.grant_agreement.signed_on IS 'public The day of the agreement.';

COMMENT ON COLUMN public.grant_agreement.reference IS 'public The funder''s own reference of its decision.';

COMMENT ON COLUMN public.grant_agreement.purpose IS 'public What it is for.';

COMMENT ON COLUMN public.grant_agreement.amount_cents IS 'public How much, in cents.';

COMMENT ON COLUMN public.grant_agreement.nature IS 'public In money, in kind, or both, in the schema''s words.';

COMMENT ON COLUMN public.grant_agreement.payment IS 'public unique, échelonné, or how else it is paid.';

COMMENT ON COLUMN public.grant_agreement.paid_from IS 'public The first day of payment.';

COMMENT ON COLUMN public.grant_agreement.paid_until IS 'public The last day of payment; NULL for a payment on one day.';

COMMENT ON COLUMN public.grant_agreement.notified_to_eu IS 'public Whether it was notified to the European Commission as de minimis aid.';

COMMENT ON COLUMN public.grant_agreement.share IS 'public The beneficiary''s part of it: 1 is all.';

COMMENT ON COLUMN public.grant_agreement.rae IS 'public Its number in the register of aid to enterprises.';

CREATE TABLE public.idempotency_answer (
    member_id uuid NOT NULL,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    status integer,
    media_type text,
    location text,
    etag text,
    body text,
    reread_at text,
    CONSTRAINT idempotency_answer_hash_length CHECK ((octet_length(request_hash) = 32)),
    CONSTRAINT idempotency_answer_kept_or_reread CHECK (((reread_at IS NULL) OR (body IS NULL))),
    CONSTRAINT idempotency_answer_key_form CHECK ((key ~ '^[\x21-\x7E]{1,255}$'::text))
);

ALTER TABLE ONLY public.idempotency_answer FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.idempotency_answer IS 'First answers by Idempotency-Key, kept 24 hours; each caller reaches its own only.';

COMMENT ON COLUMN public.idempotency_answer.member_id IS 'internal Whose request.';

COMMENT ON COLUMN public.idempotency_answer.operation IS 'internal The operation''s name in the contract.';

COMMENT ON COLUMN public.idempotency_answer.key IS 'internal The client''s key.';

COMMENT ON COLUMN public.idempotency_answer.request_hash IS 'internal SHA-256 of path, query and body: another request with the same key is refused.';

COMMENT ON COLUMN public.idempotency_answer.made_at IS 'internal When; it counts for 24 hours.';

COMMENT ON COLUMN public.idempotency_answer.status IS 'internal HTTP''s status; NULL only while its transaction runs.';

COMMENT ON COLUMN public.idempotency_answer.media_type IS 'internal The body''s media type.';

COMMENT ON COLUMN public.idempotency_answer.location IS 'internal Where what was made is.';

COMMENT ON COLUMN public.idempotency_answer.etag IS 'internal Its version.';

COMMENT ON COLUMN public.idempotency_answer.body IS 'personal The answer, which may hold what people wrote; NULL when it held a secret.';

COMMENT ON COLUMN public.idempotency_answer.reread_at IS 'internal Where what it told about a person is read again; ids only.';

CREATE TABLE public.instance (
    id boolean DEFAULT true NOT NULL,
    is_demonstration boolean NOT NULL,
    made_at timestamp with time zone NOT NULL,
    CONSTRAINT instance_single CHECK (id)
);

COMMENT ON TABLE public.instance IS 'What this database is; one row, written when the first data come in.';

COMMENT ON COLUMN public.instance.id IS 'internal Always true: there is one row.';

COMMENT ON COLUMN public.instance.is_demonstration IS 'internal Whether its data are fictional; demonstration tokens exist only then.';

COMMENT ON COLUMN public.instance.made_at IS 'internal When the first data came in.';

CREATE TABLE public.invitation (
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    invited_by uuid,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT invitation_hash_length CHECK ((octet_length(secret_hash) = 32)),
    CONSTRAINT invitation_period_order CHECK ((created_at < expires_at))
);

COMMENT ON TABLE public.invitation IS 'One-use links that give a member a first token.';

COMMENT ON COLUMN public.invitation.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.invitation.member_id IS 'internal Whose token it gives.';

COMMENT ON COLUMN public.invitation.secret_hash IS 'internal SHA-256 of the link''s secret.';

COMMENT ON COLUMN public.invitation.invited_by IS 'internal By which member; NULL for the command line''s first.';

COMMENT ON COLUMN public.invitation.created_at IS 'internal Since when.';

COMMENT ON COLUMN public.invitation.expires_at IS 'internal Until when.';

COMMENT ON COLUMN public.invitation.used_at IS 'internal When it gave its token.';

CREATE TABLE public.legal_entity (
    id uuid NOT NULL,
    finess text NOT NULL,
    name text,
    siren text,
    legal_status text,
    CONSTRAINT legal_entity_finess_form CHECK ((finess ~ '^[0-9A-Z]{9}$'::text)),
    CONSTRAINT legal_entity_legal_status_form CHECK ((legal_status ~ '^[0-9A-Z]{1,4}$'::text)),
    CONSTRAINT legal_entity_name_text CHECK (public.is_text(name, 300)),
    CONSTRAINT legal_entity_siren_form CHECK ((siren ~ '^[0-9]{9}$'::text))
);

COMMENT ON TABLE public.legal_entity IS 'Who runs structures: the legal entities (EJ) of FINESS.';

COMMENT ON COLUMN public.legal_entity.id IS 'public UUIDv7.';

COMMENT ON COLUMN public.legal_entity.finess IS 'public FINESS number of the legal entity (EJ), never that of a structure (ET).';

COMMENT ON COLUMN public.legal_entity.name IS 'public Its name, when a file told it.';

COMMENT ON COLUMN public.legal_entity.siren IS 'public SIREN, when a file told it.';

COMMENT ON COLUMN public.legal_entity.legal_status IS 'public Code of its legal status (finess_legal_status); a file may know newer ones.';

CREATE TABLE public.mail_opt_out (
    address_hash bytea NOT NULL,
    kind text NOT NULL,
    at timestamp with time zone NOT NULL,
    CONSTRAINT mail_opt_out_hash_length CHECK ((octet_length(address_hash) = 32)),
    CONSTRAINT mail_opt_out_kind_form CHECK (((kind ~ '^[a-z_]+(\.[a-z_]+)+$'::text) AND (char_length(kind) <= 60)))
);

ALTER TABLE ONLY public.mail_opt_out FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.mail_opt_out IS 'Reminders that the owner of an address declined, by kind.';

COMMENT ON COLUMN public.mail_opt_out.address_hash IS 'personal SHA-256 of the address in lower case.';

COMMENT ON COLUMN public.mail_opt_out.kind IS 'internal The kind of reminder.';

COMMENT ON COLUMN public.mail_opt_out.at IS 'internal When it was declined.';

CREATE VIEW public.need_index AS
 SELECT n.id,
    n.structure_id,
    n.job,
    n.contract,
    n.diplomas,
    n.insee,
    n.starts_on,
    n.opening,
    n.beginner_welcome,
    n.licence_required,
    n.vehicle_required,
    n.night,
    n.weekend,
    n.split_shifts,
    n.opened_at,
    n.expires_on,
    n.unit_point,
    n.search_words
   FROM (public.need n
     JOIN public.structure s ON ((s.id = n.structure_id)))
  WHERE ((n.state = 'open'::text) AND (s.status = 'open'::text) AND (s.organisation_id = n.organisation_id));

COMMENT ON VIEW public.need_index IS 'What open needs are searched by, public columns.';

CREATE TABLE public.rome_job (
    version text NOT NULL,
    code text NOT NULL,
    label text NOT NULL,
    parent_code text,
    is_autonomy boolean NOT NULL,
    CONSTRAINT rome_job_code_form CHECK ((code ~ '^[A-N][0-9]{4}$'::text)),
    CONSTRAINT rome_job_version_known CHECK ((version = ANY (ARRAY['3'::text, '4.60'::text])))
);

COMMENT ON TABLE public.rome_job IS 'Jobs: the codes of ROME, in two versions (sql/reference/rows).';

COMMENT ON COLUMN public.rome_job.version IS 'public The list''s version: a code means something in a version only.';

COMMENT ON COLUMN public.rome_job.code IS 'public Its code: J1501.';

COMMENT ON COLUMN public.rome_job.label IS 'public Official label.';

COMMENT ON COLUMN public.rome_job.parent_code IS 'public The job''s code in the older list that it comes from.';

COMMENT ON COLUMN public.rome_job.is_autonomy IS 'public Whether places for the elderly or people with a disability hire it.';

CREATE VIEW public.need_view AS
 SELECT n.id,
    n.structure_id,
    n.organisation_id,
    n.title,
    n.description,
    jsonb_build_object('finess', s.finess, 'usual_name', s.usual_name, 'kind', s.kind, 'kind_name', COALESCE(k.short_name, k.short_label), 'commune', sc.name, 'status', s.status) AS structure,
    n.job,
    n.job_version,
    j.label AS job_label,
    ( SELECT COALESCE(jsonb_agg(jsonb_build_object('id', d.id, 'acronym', d.acronym, 'label', d.label) ORDER BY d.id), '[]'::jsonb) AS "coalesce"
           FROM public.diploma d
          WHERE (d.id = ANY (n.diplomas))) AS diplomas,
    n.contract,
    t.label_fr AS contract_label,
    t.is_durable,
    n.hours_per_week,
    n.positions,
    n.positions_left,
    n.opening,
    n.pay_min_cents,
    n.pay_max_cents,
    n.pay_period,
    n.starts_on,
    n.beginner_welcome,
    n.licence_required,
    n.vehicle_required,
    n.night,
    n.weekend,
    n.split_shifts,
    n.insee,
    c.name AS commune,
    n.latitude,
    n.longitude,
    n.state,
    n.opened_at,
    n.expires_on,
    n.filled_at,
    n.reason,
    n.created_at,
    n.updated_at,
    n.version,
    n.public_version,
    n.unit_point,
    ((s.status = 'open'::text) AND (NOT (s.organisation_id IS DISTINCT FROM n.organisation_id))) AS is_attached
   FROM ((((((public.need n
     JOIN public.structure s ON ((s.id = n.structure_id)))
     JOIN public.finess_category k ON ((k.code = s.kind)))
     JOIN public.rome_job j ON (((j.version = n.job_version) AND (j.code = n.job))))
     JOIN public.contract_type t ON ((t.code = n.contract)))
     LEFT JOIN public.commune sc ON ((sc.insee = s.insee)))
     LEFT JOIN public.commune c ON ((c.insee = n.insee)));

COMMENT ON VIEW public.need_view IS 'Needs in every state, with the names of what they refer to; is_attached: the structure is open and still its employer''s.';

CREATE VIEW public.need_words AS
 SELECT n.id,
    n.search_words,
    n.diplomas,
    n.contract
   FROM public.need n
  WHERE (n.state = 'open'::text);

COMMENT ON VIEW public.need_words IS 'Words, diplomas and contracts of open needs, without a join: rare ones are found here.';

CREATE TABLE public.orientation_event (
    id uuid NOT NULL,
    orientation_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    from_state text,
    to_state text,
    actor text NOT NULL,
    organisation_id uuid,
    member_id uuid,
    reason text,
    "position" bigint NOT NULL,
    CONSTRAINT orientation_event_actor_known CHECK ((actor = ANY (ARRAY['prescriber'::text, 'recruiter'::text, 'recruiter_link'::text, 'candidate'::text, 'clock'::text, 'system'::text]))),
    CONSTRAINT orientation_event_kind_known CHECK ((kind = ANY (ARRAY['created'::text, 'moved'::text, 'reminded'::text, 'message'::text, 'transferred'::text, 'checkpoint'::text]))),
    CONSTRAINT orientation_event_reason_form CHECK ((reason ~ '^[a-z0-9_]+$'::text))
);

ALTER TABLE ONLY public.orientation_event FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.orientation_event IS 'The steps of orientations, appended.';

COMMENT ON COLUMN public.orientation_event.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.orientation_event.orientation_id IS 'internal The orientation.';

COMMENT ON COLUMN public.orientation_event.at IS 'internal When.';

COMMENT ON COLUMN public.orientation_event.kind IS 'internal created, moved, reminded, message, transferred, checkpoint.';

COMMENT ON COLUMN public.orientation_event.from_state IS 'internal From where it moved.';

COMMENT ON COLUMN public.orientation_event.to_state IS 'internal Where it moved to.';

COMMENT ON COLUMN public.orientation_event.actor IS 'internal prescriber, recruiter, recruiter_link, candidate, clock, system.';

COMMENT ON COLUMN public.orientation_event.organisation_id IS 'internal For which organisation.';

COMMENT ON COLUMN public.orientation_event.member_id IS 'internal By which member.';

COMMENT ON COLUMN public.orientation_event.reason IS 'internal The reason''s code, the reminder''s number, the checkpoint''s outcome.';

COMMENT ON COLUMN public.orientation_event."position" IS 'internal In the order of writing, also within one instant.';

ALTER TABLE public.orientation_event ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.orientation_event_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.orientation_text (
    id uuid NOT NULL,
    orientation_id uuid NOT NULL,
    kind text NOT NULL,
    text text NOT NULL,
    organisation_id uuid,
    written_by uuid,
    at timestamp with time zone NOT NULL,
    CONSTRAINT orientation_text_kind_known CHECK ((kind = ANY (ARRAY['message'::text, 'to_candidate'::text, 'to_prescriber'::text, 'place'::text, 'programme'::text, 'note'::text]))),
    CONSTRAINT orientation_text_text CHECK (public.is_text(text, 2000))
);

ALTER TABLE ONLY public.orientation_text FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.orientation_text IS 'What people wrote about an orientation.';

COMMENT ON COLUMN public.orientation_text.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.orientation_text.orientation_id IS 'internal The orientation.';

COMMENT ON COLUMN public.orientation_text.kind IS 'internal message (between prescriber and recruiter), to_candidate, to_prescriber, place, programme, note (why a hire fell through).';

COMMENT ON COLUMN public.orientation_text.text IS 'personal What was written.';

COMMENT ON COLUMN public.orientation_text.organisation_id IS 'internal For which organisation; NULL by a link.';

COMMENT ON COLUMN public.orientation_text.written_by IS 'internal By which member; NULL by a link.';

COMMENT ON COLUMN public.orientation_text.at IS 'internal When.';

ALTER TABLE public.past_orientation ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.past_orientation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

ALTER TABLE public.person_period ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.person_period_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.person_step (
    candidate_id uuid NOT NULL,
    kind text NOT NULL,
    year integer NOT NULL,
    counted_in date NOT NULL,
    CONSTRAINT person_step_kind_known CHECK ((kind = ANY (ARRAY['received'::text, 'oriented'::text, 'accompanied'::text, 'immersion'::text, 'training'::text, 'hired'::text, 'employed_3'::text, 'employed_6'::text, 'employed_12'::text]))),
    CONSTRAINT person_step_quarter CHECK ((counted_in = (date_trunc('quarter'::text, (counted_in)::timestamp without time zone))::date))
);

ALTER TABLE ONLY public.person_step FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.person_step IS 'That a person''s step was counted: once a year; goes with the person''s file.';

COMMENT ON COLUMN public.person_step.candidate_id IS 'internal Whose.';

COMMENT ON COLUMN public.person_step.kind IS 'internal received, oriented, accompanied, immersion, training, hired, employed_3, employed_6, employed_12.';

COMMENT ON COLUMN public.person_step.year IS 'internal In which year.';

COMMENT ON COLUMN public.person_step.counted_in IS 'internal First day of the quarter that it was counted in.';

CREATE TABLE public.priority_district (
    id text NOT NULL,
    name text NOT NULL,
    commune_insee text NOT NULL,
    vintage integer NOT NULL,
    polygon jsonb,
    CONSTRAINT priority_district_vintage_known CHECK ((vintage = ANY (ARRAY[2015, 2024])))
);

COMMENT ON TABLE public.priority_district IS 'Priority districts of the city policy (QPV), by the year of their list (sql/reference/rows).';

COMMENT ON COLUMN public.priority_district.id IS 'public Official code for 2015 (QP031012); a name of ours for 2024, whose codes were not found.';

COMMENT ON COLUMN public.priority_district.name IS 'public Official name.';

COMMENT ON COLUMN public.priority_district.commune_insee IS 'public The commune it is in; the first named, if several.';

COMMENT ON COLUMN public.priority_district.vintage IS 'public Year of the list: 2015 or 2024.';

COMMENT ON COLUMN public.priority_district.polygon IS 'public GeoJSON geometry, WGS84; of 2015 only.';

CREATE VIEW public.public_action AS
 SELECT action_view.id,
    action_view.plan_id,
    action_view.code,
    action_view.title,
    action_view.description,
    action_view.axis,
    action_view.parent,
    action_view.lead,
    action_view.partners,
    action_view.public_funding AS funding,
    action_view.planned_start,
    action_view.planned_end,
    action_view.actual_start,
    action_view.actual_end,
    action_view.status,
    action_view.progress_percent,
    action_view.next_milestone_on,
    action_view.planned_cents,
    action_view.public_version,
    action_view.search_text,
    action_view.territory,
    action_view.place_codes,
    action_view.audiences
   FROM public.action_view
  WHERE action_view.is_public;

COMMENT ON VIEW public.public_action IS 'Public actions, public columns.';

CREATE VIEW public.public_axis AS
 SELECT x.id,
    x.plan_id,
    x.code,
    x.title
   FROM public.axis x;

COMMENT ON VIEW public.public_axis IS 'Axes, public columns.';

CREATE VIEW public.public_grant AS
 SELECT g.id,
    f.code AS funder,
    f.name AS funder_name,
    f.siret AS funder_siret,
    g.signed_on,
    g.reference,
    b.name AS beneficiary_name,
    b.siret AS beneficiary_siret,
    g.purpose,
    g.amount_cents,
    g.nature,
    g.payment,
    g.paid_from,
    g.paid_until,
    g.rae,
    g.notified_to_eu,
    g.share
   FROM ((public.grant_agreement g
     JOIN public.organisation f ON ((f.id = g.funder_id)))
     JOIN public.organisation b ON ((b.id = g.beneficiary_id)));

COMMENT ON VIEW public.public_grant IS 'Grants, public columns.';

CREATE VIEW public.public_legal_entity AS
 SELECT l.id,
    l.finess,
    l.name,
    l.siren,
    l.legal_status
   FROM public.legal_entity l;

COMMENT ON VIEW public.public_legal_entity IS 'Who runs structures, public columns.';

CREATE VIEW public.public_need AS
 SELECT n.id,
    n.title,
    n.description,
    n.structure,
    n.job,
    n.job_version,
    n.job_label,
    n.diplomas,
    n.contract,
    n.contract_label,
    n.is_durable,
    n.hours_per_week,
    n.positions,
    n.positions_left,
    n.opening,
    n.pay_min_cents,
    n.pay_max_cents,
    n.pay_period,
    n.starts_on,
    n.beginner_welcome,
    n.licence_required,
    n.vehicle_required,
    n.night,
    n.weekend,
    n.split_shifts,
    n.insee,
    n.commune,
    n.latitude,
    n.longitude,
    n.state,
    n.opened_at,
    n.expires_on,
    n.public_version
   FROM public.need_view n
  WHERE ((n.state = 'open'::text) AND n.is_attached);

COMMENT ON VIEW public.public_need IS 'Open needs of open structures, public columns.';

CREATE VIEW public.public_plan AS
 SELECT p.id,
    p.code,
    p.title,
    p.is_fictional,
    p.starts_on,
    p.ends_on
   FROM public.action_plan p;

COMMENT ON VIEW public.public_plan IS 'Plans, public columns.';

CREATE VIEW public.session_view AS
 SELECT e.id,
    e.organisation_id,
    e.title,
    e.description,
    jsonb_build_object('code', o.code, 'name', o.name) AS organisation,
    e.kind,
    e.job,
    e.job_version,
    j.label AS job_label,
    e.insee,
    c.name AS commune,
    e.place,
    e.starts_on,
    e.ends_on,
    e.places,
    e.places_left,
    e.state,
    e.reason,
    e.created_at,
    e.updated_at,
    e.version,
    e.public_version,
    e.search_words
   FROM (((public.session e
     JOIN public.organisation o ON ((o.id = e.organisation_id)))
     JOIN public.commune c ON ((c.insee = e.insee)))
     LEFT JOIN public.rome_job j ON (((j.version = e.job_version) AND (j.code = e.job))));

COMMENT ON VIEW public.session_view IS 'Sessions in every state, with the names of what they refer to.';

CREATE VIEW public.public_session AS
 SELECT e.id,
    e.title,
    e.description,
    e.organisation,
    e.kind,
    e.job,
    e.job_version,
    e.job_label,
    e.insee,
    e.commune,
    e.place,
    e.starts_on,
    e.ends_on,
    e.places,
    e.places_left,
    e.state,
    e.public_version,
    e.search_words
   FROM public.session_view e
  WHERE (e.state = 'open'::text);

COMMENT ON VIEW public.public_session IS 'Open sessions, public columns.';

CREATE VIEW public.structure_index AS
 SELECT s.id,
    s.finess,
    s.sort_name,
    s.kind,
    s.publics,
    s.status,
    s.insee,
    s.service_area,
    s.latitude,
    s.longitude,
    s.unit_point,
    s.verified_on,
    s.recruiting_until,
    s.legal_entity_id,
    s.search_words
   FROM public.structure s;

COMMENT ON VIEW public.structure_index IS 'What the directory is searched by, public columns.';

CREATE VIEW public.public_stats AS
 SELECT jsonb_build_object('plan', ( SELECT jsonb_build_object('code', p.code, 'title', p.title, 'is_fictional', p.is_fictional, 'starts_on', p.starts_on, 'ends_on', p.ends_on) AS jsonb_build_object
           FROM public.public_plan p
          ORDER BY p.id
         LIMIT 1), 'actions', ( SELECT jsonb_build_object('total', count(*), 'progress_percent', COALESCE(round(avg(a.progress_percent) FILTER (WHERE (a.status <> 'abandoned'::text))), (0)::numeric), 'planned_cents', COALESCE(sum(a.planned_cents), (0)::numeric), 'by_status', ( SELECT jsonb_agg(jsonb_build_object('status', w.status, 'label', public.report_status_label(w.status), 'count', ( SELECT count(*) AS count
                           FROM public.public_action s
                          WHERE ((s.parent IS NULL) AND (s.status = w.status)))) ORDER BY w."position") AS jsonb_agg
                   FROM unnest(ARRAY['planned'::text, 'in_progress'::text, 'paused'::text, 'blocked'::text, 'done'::text, 'abandoned'::text]) WITH ORDINALITY w(status, "position"))) AS jsonb_build_object
           FROM public.public_action a
          WHERE (a.parent IS NULL)), 'structures', ( SELECT jsonb_build_object('total', COALESCE(sum(k.count), (0)::numeric), 'recruiting', ( SELECT count(DISTINCT n.structure_id) AS count
                   FROM public.need_index n), 'by_kind', COALESCE(jsonb_agg(jsonb_build_object('kind', k.kind, 'label', k.name, 'count', k.count) ORDER BY k.count DESC, (k.kind COLLATE "C")), '[]'::jsonb)) AS jsonb_build_object
           FROM ( SELECT s.kind,
                    COALESCE(c.short_name, c.short_label) AS name,
                    count(*) AS count
                   FROM (public.structure_index s
                     JOIN public.finess_category c ON ((c.code = s.kind)))
                  WHERE ((s.status = 'open'::text) AND c.is_sector)
                  GROUP BY s.kind, COALESCE(c.short_name, c.short_label)) k), 'needs', ( SELECT jsonb_build_object('open', COALESCE(sum(j.count), (0)::numeric), 'positions', COALESCE(sum(j.positions), (0)::numeric), 'by_job', COALESCE(jsonb_agg(jsonb_build_object('job', j.job, 'label', j.job_label, 'count', j.count, 'positions', j.positions) ORDER BY j.positions DESC, (j.job COLLATE "C")), '[]'::jsonb)) AS jsonb_build_object
           FROM ( SELECT n.job,
                    max(n.job_label) AS job_label,
                    count(*) AS count,
                    sum(n.positions_left) AS positions
                   FROM public.public_need n
                  GROUP BY n.job) j), 'sessions', ( SELECT jsonb_build_object('open', count(*), 'places', COALESCE(sum(e.places_left), (0)::bigint)) AS jsonb_build_object
           FROM public.public_session e), 'quarters', ( SELECT COALESCE(jsonb_agg(jsonb_build_object('quarter', public.quarter_label(q.quarter), 'received', q.received, 'oriented', q.oriented, 'hired', q.hired, 'response_percent', ( SELECT (round(((100.0 * (f.numerator)::numeric) / (f.denominator)::numeric)))::integer AS round
                   FROM public.quarter_figures() f(quarter, code, numerator, denominator, counted_at)
                  WHERE ((f.quarter = q.quarter) AND (f.code = 'response_rate'::text)))) ORDER BY q.quarter), '[]'::jsonb) AS "coalesce"
           FROM ( SELECT t.quarter,
                    max(t.persons) FILTER (WHERE (t.step = 'received'::text)) AS received,
                    max(t.persons) FILTER (WHERE (t.step = 'oriented'::text)) AS oriented,
                    max(t.persons) FILTER (WHERE (t.step = 'hired'::text)) AS hired
                   FROM public.person_totals() t(quarter, step, persons)
                  GROUP BY t.quarter) q)) AS figures;

COMMENT ON VIEW public.public_stats IS 'The plan at a glance, the directory, open needs and sessions, persons of closed quarters: one row.';

CREATE VIEW public.public_structure AS
 SELECT s.id,
    s.finess,
    s.usual_name,
    s.legal_name,
    s.kind,
    COALESCE(k.short_name, k.short_label) AS kind_name,
    k.label AS kind_label,
    to_jsonb(s.publics) AS publics,
    s.sad_type,
    s.authorising_body,
    s.capacity,
    s.status,
    s.closed_on,
        CASE
            WHEN (s.merged_into IS NOT NULL) THEN ( WITH RECURSIVE chain AS (
                     SELECT m.id,
                        m.finess,
                        m.merged_into
                       FROM public.structure m
                      WHERE (m.id = s.merged_into)
                    UNION
                     SELECT m.id,
                        m.finess,
                        m.merged_into
                       FROM (chain chain_1
                         JOIN public.structure m ON ((m.id = chain_1.merged_into)))
                    )
             SELECT chain.finess
               FROM chain
              WHERE (chain.merged_into IS NULL))
            ELSE NULL::text
        END AS merged_into,
    s.siret,
    l.finess AS legal_entity,
    l.name AS legal_entity_name,
    s.street,
    s.address_extra,
    s.postal_code,
    s.city,
    s.insee,
    c.name AS commune,
    c.epci_siren,
    e.name AS epci,
    s.latitude,
    s.longitude,
    s.phone,
    s.email,
    s.website,
    s.opening_hours,
        CASE
            WHEN (s.service_area = '{}'::text[]) THEN '[]'::jsonb
            ELSE public.places(s.service_area)
        END AS service_area,
    s.recruiting_until,
    s.opened_on,
    s.authorised_on,
    s.verified_on,
    s.source,
    s.seen_on,
    s.public_version,
    s.sort_name,
        CASE
            WHEN (s.field_sources = '{}'::jsonb) THEN s.field_sources
            ELSE ( SELECT jsonb_object_agg(jsonb_each.key, (jsonb_each.value - 'file'::text)) AS jsonb_object_agg
               FROM jsonb_each(s.field_sources) jsonb_each(key, value))
        END AS field_sources,
    s.legal_entity_id
   FROM ((((public.structure s
     JOIN public.finess_category k ON ((k.code = s.kind)))
     LEFT JOIN public.legal_entity l ON ((l.id = s.legal_entity_id)))
     LEFT JOIN public.commune c ON ((c.insee = s.insee)))
     LEFT JOIN public.epci e ON ((e.siren = c.epci_siren)));

COMMENT ON VIEW public.public_structure IS 'The directory, public columns.';

CREATE TABLE public.purge_pass (
    line text NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    emptied_at timestamp with time zone,
    suspect_since timestamp with time zone
);

COMMENT ON TABLE public.purge_pass IS 'When the purge looked at each line of the register.';

COMMENT ON COLUMN public.purge_pass.line IS 'internal The line, or another rule that no leaping clock may hurry.';

COMMENT ON COLUMN public.purge_pass.seen_at IS 'internal The clock of its last look: a leap ahead forgets nothing until it has held for some days.';

COMMENT ON COLUMN public.purge_pass.emptied_at IS 'internal When nothing was left to forget.';

COMMENT ON COLUMN public.purge_pass.suspect_since IS 'internal Since when the clock is suspect, if it is.';

CREATE TABLE public.refusal_reason (
    code text NOT NULL,
    label_fr text NOT NULL,
    label_en text NOT NULL,
    candidate_text_fr text NOT NULL,
    CONSTRAINT refusal_reason_code_form CHECK ((code ~ '^[a-z_]{3,40}$'::text))
);

COMMENT ON TABLE public.refusal_reason IS 'Why an orientation comes to nothing (sql/reference/rows).';

COMMENT ON COLUMN public.refusal_reason.code IS 'public Its code: hired_elsewhere.';

COMMENT ON COLUMN public.refusal_reason.label_fr IS 'public What recruiters and prescribers read.';

COMMENT ON COLUMN public.refusal_reason.label_en IS 'public The same in English.';

COMMENT ON COLUMN public.refusal_reason.candidate_text_fr IS 'public A neutral sentence for the candidate: it judges nobody.';

CREATE TABLE public.report (
    id uuid NOT NULL,
    campaign_id uuid NOT NULL,
    number integer NOT NULL,
    as_of date NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    frozen_by uuid,
    document text NOT NULL,
    sha256 bytea NOT NULL,
    published_at timestamp with time zone,
    published_by uuid,
    CONSTRAINT report_as_of_past CHECK ((as_of < ((frozen_at AT TIME ZONE 'Europe/Paris'::text))::date)),
    CONSTRAINT report_hash_length CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT report_number_positive CHECK ((number > 0)),
    CONSTRAINT report_published_whole CHECK (((published_by IS NULL) OR (published_at IS NOT NULL)))
);

COMMENT ON TABLE public.report IS 'What a submission froze: canonical JSON and its hash; appended, never changed.';

COMMENT ON COLUMN public.report.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.report.campaign_id IS 'internal The campaign it was submitted in.';

COMMENT ON COLUMN public.report.number IS 'internal 1, 2, 3 … within the campaign.';

COMMENT ON COLUMN public.report.as_of IS 'internal The day whose end its figures are of.';

COMMENT ON COLUMN public.report.frozen_at IS 'internal When.';

COMMENT ON COLUMN public.report.frozen_by IS 'internal By which member.';

COMMENT ON COLUMN public.report.document IS 'internal Canonical JSON (RFC 8785); counts and money, nobody''s name.';

COMMENT ON COLUMN public.report.sha256 IS 'internal SHA-256 of the document''s UTF-8 bytes: printed in every file.';

COMMENT ON COLUMN public.report.published_at IS 'internal When the team gave it to the public; only once the campaign is final.';

COMMENT ON COLUMN public.report.published_by IS 'internal By which member.';

CREATE TABLE public.report_file (
    id uuid NOT NULL,
    report_id uuid NOT NULL,
    format text NOT NULL,
    sheet text NOT NULL,
    content bytea NOT NULL,
    sha256 bytea NOT NULL,
    CONSTRAINT report_file_format_known CHECK ((format = ANY (ARRAY['csv'::text, 'xlsx'::text, 'json'::text]))),
    CONSTRAINT report_file_hash_length CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT report_file_sheet_of_csv CHECK (((format = 'csv'::text) = (sheet <> ''::text)))
);

COMMENT ON TABLE public.report_file IS 'The files that were made when a report was frozen; appended, never changed.';

COMMENT ON COLUMN public.report_file.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.report_file.report_id IS 'internal Of which report.';

COMMENT ON COLUMN public.report_file.format IS 'internal csv (one a sheet), xlsx, json.';

COMMENT ON COLUMN public.report_file.sheet IS 'internal Which sheet; empty for a file of all of them.';

COMMENT ON COLUMN public.report_file.content IS 'internal Its bytes.';

COMMENT ON COLUMN public.report_file.sha256 IS 'internal SHA-256 of its bytes.';

CREATE TABLE public.report_indicator (
    code text NOT NULL,
    subject text NOT NULL,
    label_fr text NOT NULL,
    definition_fr text NOT NULL,
    numerator_fr text NOT NULL,
    denominator_fr text,
    unit text NOT NULL,
    source_fr text NOT NULL,
    version integer NOT NULL,
    plan_titles text[] DEFAULT '{}'::text[] NOT NULL,
    CONSTRAINT report_indicator_code_form CHECK ((code ~ '^[a-z][a-z0-9_]{2,59}$'::text)),
    CONSTRAINT report_indicator_subject_known CHECK ((subject = ANY (ARRAY['plan'::text, 'money'::text, 'structures'::text, 'needs'::text, 'persons'::text]))),
    CONSTRAINT report_indicator_text CHECK ((public.is_text(label_fr, 200) AND public.is_text(definition_fr, 1000) AND public.is_text(numerator_fr, 500) AND COALESCE(public.is_text(denominator_fr, 500), true) AND public.is_text(source_fr, 300))),
    CONSTRAINT report_indicator_unit_known CHECK ((unit = ANY (ARRAY['count'::text, 'percent'::text, 'euros'::text, 'days'::text]))),
    CONSTRAINT report_indicator_version_positive CHECK ((version > 0))
);

COMMENT ON TABLE public.report_indicator IS 'What each figure shown to funders and to the public means (sql/reference/rows).';

COMMENT ON COLUMN public.report_indicator.code IS 'public Its name in files and in the program.';

COMMENT ON COLUMN public.report_indicator.subject IS 'public What it is about: plan, money, structures, needs, persons.';

COMMENT ON COLUMN public.report_indicator.label_fr IS 'public What stands beside the figure.';

COMMENT ON COLUMN public.report_indicator.definition_fr IS 'public What it says.';

COMMENT ON COLUMN public.report_indicator.numerator_fr IS 'public What is counted or added up.';

COMMENT ON COLUMN public.report_indicator.denominator_fr IS 'public What it is divided by; NULL when it is no ratio.';

COMMENT ON COLUMN public.report_indicator.unit IS 'public count, percent, euros, days.';

COMMENT ON COLUMN public.report_indicator.source_fr IS 'public Where the data come from.';

COMMENT ON COLUMN public.report_indicator.version IS 'public Raised when the definition changes.';

COMMENT ON COLUMN public.report_indicator.plan_titles IS 'public Titles of the plan''s indicators that are added up for it, if it is such a sum.';

CREATE TABLE public.retention_column (
    table_name text NOT NULL,
    column_name text NOT NULL,
    line text NOT NULL
);

COMMENT ON TABLE public.retention_column IS 'Which line of the register each personal column belongs to: exactly one, which a test holds.';

COMMENT ON COLUMN public.retention_column.table_name IS 'public The table.';

COMMENT ON COLUMN public.retention_column.column_name IS 'public The column.';

COMMENT ON COLUMN public.retention_column.line IS 'public The line.';

CREATE TABLE public.retention_notice (
    subject_id uuid NOT NULL,
    line text NOT NULL,
    told_on date NOT NULL,
    due_on date NOT NULL,
    CONSTRAINT retention_notice_order CHECK ((told_on < due_on))
);

COMMENT ON TABLE public.retention_notice IS 'Notices before something is forgotten: without one, and before its day, it is not.';

COMMENT ON COLUMN public.retention_notice.subject_id IS 'internal The candidate or member. No foreign key: it goes with the subject.';

COMMENT ON COLUMN public.retention_notice.line IS 'internal By which line of the register.';

COMMENT ON COLUMN public.retention_notice.told_on IS 'internal When it was told.';

COMMENT ON COLUMN public.retention_notice.due_on IS 'internal The first day on which it may be forgotten.';

CREATE TABLE public.rights_request (
    id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    kind text NOT NULL,
    asked_by text NOT NULL,
    organisation_id uuid NOT NULL,
    member_id uuid,
    asked_at timestamp with time zone NOT NULL,
    due_on date NOT NULL,
    execute_at timestamp with time zone,
    text text,
    state text DEFAULT 'open'::text NOT NULL,
    decided_at timestamp with time zone,
    decided_by uuid,
    answer text,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT rights_request_answer_text CHECK (public.is_text(answer, 2000)),
    CONSTRAINT rights_request_asked_by_known CHECK ((asked_by = ANY (ARRAY['prescriber'::text, 'candidate'::text, 'dpo'::text]))),
    CONSTRAINT rights_request_decided_has_instant CHECK (((state = 'open'::text) = (decided_at IS NULL))),
    CONSTRAINT rights_request_due_range CHECK (((due_on >= '2020-01-01'::date) AND (due_on <= '2101-01-01'::date))),
    CONSTRAINT rights_request_erasure_has_delay CHECK (((kind = 'erasure'::text) = (execute_at IS NOT NULL))),
    CONSTRAINT rights_request_kind_known CHECK ((kind = ANY (ARRAY['copy'::text, 'correction'::text, 'objection'::text, 'erasure'::text]))),
    CONSTRAINT rights_request_member_unless_candidate CHECK (((asked_by = 'candidate'::text) = (member_id IS NULL))),
    CONSTRAINT rights_request_refused_has_answer CHECK (((state <> 'refused'::text) OR (answer IS NOT NULL) OR (kind = 'erasure'::text))),
    CONSTRAINT rights_request_state_known CHECK ((state = ANY (ARRAY['open'::text, 'done'::text, 'refused'::text, 'cancelled'::text]))),
    CONSTRAINT rights_request_text_text CHECK (public.is_text(text, 2000))
);

ALTER TABLE ONLY public.rights_request FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.rights_request IS 'Requests of persons about their data, with the day by which each is answered.';

COMMENT ON COLUMN public.rights_request.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.rights_request.candidate_id IS 'internal Whose file. No foreign key: it outlives the file.';

COMMENT ON COLUMN public.rights_request.kind IS 'internal copy, correction, objection, erasure.';

COMMENT ON COLUMN public.rights_request.asked_by IS 'internal Through whom: prescriber, candidate (the person''s own link), dpo.';

COMMENT ON COLUMN public.rights_request.organisation_id IS 'internal Whose file it was then.';

COMMENT ON COLUMN public.rights_request.member_id IS 'internal Who wrote it down; NULL for the person''s own link.';

COMMENT ON COLUMN public.rights_request.asked_at IS 'internal When.';

COMMENT ON COLUMN public.rights_request.due_on IS 'internal The last day to answer.';

COMMENT ON COLUMN public.rights_request.execute_at IS 'internal When an erasure is carried out unless it is cancelled.';

COMMENT ON COLUMN public.rights_request.text IS 'personal What is to be corrected, in the person''s words; emptied by an erasure.';

COMMENT ON COLUMN public.rights_request.state IS 'internal open, done, refused, cancelled.';

COMMENT ON COLUMN public.rights_request.decided_at IS 'internal When it was answered, carried out or cancelled.';

COMMENT ON COLUMN public.rights_request.decided_by IS 'internal By which member; NULL for the person or the clock.';

COMMENT ON COLUMN public.rights_request.answer IS 'personal What was answered; emptied by an erasure.';

COMMENT ON COLUMN public.rights_request.version IS 'internal Raised by every change.';

CREATE TABLE public.schema_migration (
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON TABLE public.schema_migration IS 'The files of sql/migrations that this database has been through.';

COMMENT ON COLUMN public.schema_migration.name IS 'internal The file''s name.';

COMMENT ON COLUMN public.schema_migration.checksum IS 'internal SHA-256 of the file as it was applied.';

COMMENT ON COLUMN public.schema_migration.applied_at IS 'internal When it was applied.';

CREATE TABLE public.schema_repeatable (
    name text NOT NULL,
    checksum text NOT NULL
);

COMMENT ON TABLE public.schema_repeatable IS 'The files of sql/functions and sql/views as they were last made.';

COMMENT ON COLUMN public.schema_repeatable.name IS 'internal The file''s name within sql/.';

COMMENT ON COLUMN public.schema_repeatable.checksum IS 'internal SHA-256 of the file as it was last run.';

CREATE TABLE public.service_level_day (
    day date NOT NULL,
    sent integer,
    answered integer,
    response_percent integer,
    median_days numeric(5,1),
    open integer,
    overdue integer,
    computed_at timestamp with time zone NOT NULL,
    CONSTRAINT service_level_day_range CHECK (((day >= '2020-01-01'::date) AND (day <= '2100-01-01'::date)))
);

COMMENT ON TABLE public.service_level_day IS 'How all structures together answer, day by day: counts of under five are not among it.';

COMMENT ON COLUMN public.service_level_day.day IS 'internal The day it is true of.';

COMMENT ON COLUMN public.service_level_day.sent IS 'internal Orientations of the window, less withdrawn and obsolete; NULL under five, as all of these.';

COMMENT ON COLUMN public.service_level_day.answered IS 'internal Those answered in time.';

COMMENT ON COLUMN public.service_level_day.response_percent IS 'internal The second of the first, of 100.';

COMMENT ON COLUMN public.service_level_day.median_days IS 'internal Half of the answers took no longer, in days.';

COMMENT ON COLUMN public.service_level_day.open IS 'internal Orientations under way.';

COMMENT ON COLUMN public.service_level_day.overdue IS 'internal Those whose day is past.';

COMMENT ON COLUMN public.service_level_day.computed_at IS 'internal When it was counted.';

CREATE TABLE public.service_rule (
    code text NOT NULL,
    value integer NOT NULL,
    unit text NOT NULL,
    meaning_fr text NOT NULL,
    source text NOT NULL,
    CONSTRAINT service_rule_code_form CHECK ((code ~ '^[a-z][a-z0-9_]*$'::text)),
    CONSTRAINT service_rule_meaning_text CHECK (public.is_text(meaning_fr, 300)),
    CONSTRAINT service_rule_source_text CHECK (public.is_text(source, 200)),
    CONSTRAINT service_rule_unit_text CHECK (public.is_text(unit, 40))
);

COMMENT ON TABLE public.service_rule IS 'Delays, limits and weights that are decided by people and may change; rows in sql/reference/rows.';

COMMENT ON COLUMN public.service_rule.code IS 'public Its name in the program.';

COMMENT ON COLUMN public.service_rule.value IS 'public The number.';

COMMENT ON COLUMN public.service_rule.unit IS 'public What it counts: jours, mois …';

COMMENT ON COLUMN public.service_rule.meaning_fr IS 'public What it decides, in French.';

COMMENT ON COLUMN public.service_rule.source IS 'public Where it comes from, and whether it is only proposed.';

CREATE TABLE public.sheet_import (
    id uuid NOT NULL,
    member_id uuid NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone,
    sheet jsonb NOT NULL,
    CONSTRAINT sheet_import_sheet_form CHECK ((jsonb_typeof(sheet) = 'array'::text)),
    CONSTRAINT sheet_import_wait_order CHECK ((made_at < expires_at))
);

ALTER TABLE ONLY public.sheet_import FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.sheet_import IS 'Sheets of actions that wait to be applied, kept 7 days; each caller reaches its own only.';

COMMENT ON COLUMN public.sheet_import.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.sheet_import.member_id IS 'internal Who sent it.';

COMMENT ON COLUMN public.sheet_import.made_at IS 'internal When it was sent.';

COMMENT ON COLUMN public.sheet_import.expires_at IS 'internal When it is forgotten.';

COMMENT ON COLUMN public.sheet_import.applied_at IS 'internal When it was applied; NULL while it waits.';

COMMENT ON COLUMN public.sheet_import.sheet IS 'personal Its rows as they were read, which may hold what people wrote; emptied once applied.';

CREATE TABLE public.structure_distinct (
    id uuid NOT NULL,
    first_id uuid NOT NULL,
    second_id uuid NOT NULL,
    said_at timestamp with time zone NOT NULL,
    said_by uuid,
    CONSTRAINT structure_distinct_order CHECK ((first_id < second_id))
);

COMMENT ON TABLE public.structure_distinct IS 'Pairs that look like one structure and are two: they are not proposed again.';

COMMENT ON COLUMN public.structure_distinct.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.structure_distinct.first_id IS 'internal The one whose id is less.';

COMMENT ON COLUMN public.structure_distinct.second_id IS 'internal The other one.';

COMMENT ON COLUMN public.structure_distinct.said_at IS 'internal When the team said so.';

COMMENT ON COLUMN public.structure_distinct.said_by IS 'internal Who of the team.';

CREATE VIEW public.structure_duplicate AS
 WITH near AS (
         SELECT a.id AS a_id,
            b.id AS b_id
           FROM (public.structure a
             JOIN public.structure b ON (((b.unit_point OPERATOR(public.<@) public.structure_radius(a.latitude, a.longitude, (0.2)::double precision)) AND (b.kind = a.kind) AND (b.finess > a.finess))))
          WHERE ((a.status = 'open'::text) AND (b.status = 'open'::text))
        ), shared AS (
         SELECT structure.siret
           FROM public.structure
          WHERE ((structure.status = 'open'::text) AND (structure.siret IS NOT NULL))
          GROUP BY structure.siret
         HAVING ((count(*) >= 2) AND (count(*) <= 10))
        ), pair AS (
         SELECT near.a_id,
            near.b_id
           FROM near
        UNION
         SELECT a.id,
            b.id
           FROM ((shared
             JOIN public.structure a USING (siret))
             JOIN public.structure b USING (siret))
          WHERE ((a.finess < b.finess) AND (a.status = 'open'::text) AND (b.status = 'open'::text))
        ), judged AS (
         SELECT a.finess,
            b.finess AS other_finess,
            a.id,
            b.id AS other_id,
            a.usual_name,
            b.usual_name AS other_usual_name,
            a.kind,
            b.kind AS other_kind,
            a.insee,
            ((NOT (a.siret IS DISTINCT FROM b.siret)) AND (a.siret IS NOT NULL)) AS same_siret,
            (a.legal_entity_id = b.legal_entity_id) AS same_legal_entity,
            public.structure_distance(a.unit_point, b.unit_point) AS distance_m,
            public.similarity(a.sort_name, b.sort_name) AS similarity
           FROM ((pair
             JOIN public.structure a ON ((a.id = pair.a_id)))
             JOIN public.structure b ON ((b.id = pair.b_id)))
        ), reasoned AS (
         SELECT j.finess,
            j.other_finess,
            j.id,
            j.other_id,
            j.usual_name,
            j.other_usual_name,
            j.kind,
            j.other_kind,
            j.insee,
            j.same_siret,
            j.same_legal_entity,
            j.distance_m,
            j.similarity,
            array_remove(ARRAY[
                CASE
                    WHEN j.same_siret THEN 'same_siret'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN (j.same_legal_entity AND (j.kind = j.other_kind) AND (j.distance_m <= 1)) THEN 'same_place'::text
                    ELSE NULL::text
                END,
                CASE
                    WHEN ((j.kind = j.other_kind) AND (j.distance_m <= 200) AND (j.similarity >= (0.5)::double precision)) THEN 'near_name'::text
                    ELSE NULL::text
                END], NULL::text) AS reasons
           FROM judged j
        )
 SELECT r.finess,
    r.other_finess,
    r.usual_name,
    r.other_usual_name,
    COALESCE(k.short_name, k.short_label) AS kind_name,
    c.name AS commune,
    to_jsonb(r.reasons) AS reasons,
    r.distance_m,
    round((r.similarity)::numeric, 2) AS similarity
   FROM ((reasoned r
     JOIN public.finess_category k ON ((k.code = r.kind)))
     LEFT JOIN public.commune c ON ((c.insee = r.insee)))
  WHERE ((r.reasons <> '{}'::text[]) AND (NOT (EXISTS ( SELECT
           FROM public.structure_distinct d
          WHERE ((d.first_id = LEAST(r.id, r.other_id)) AND (d.second_id = GREATEST(r.id, r.other_id)))))));

COMMENT ON VIEW public.structure_duplicate IS 'Pairs of open structures that may be one, with the reasons.';

CREATE TABLE public.structure_merge (
    id uuid NOT NULL,
    from_id uuid NOT NULL,
    into_id uuid NOT NULL,
    reason text NOT NULL,
    from_status text NOT NULL,
    from_closed_on date,
    taken jsonb DEFAULT '{}'::jsonb NOT NULL,
    merged_at timestamp with time zone NOT NULL,
    merged_by uuid,
    undone_at timestamp with time zone,
    undone_by uuid,
    CONSTRAINT structure_merge_closed_has_day CHECK (((from_status = 'closed'::text) = (from_closed_on IS NOT NULL))),
    CONSTRAINT structure_merge_from_status_known CHECK ((from_status = ANY (ARRAY['open'::text, 'closed'::text]))),
    CONSTRAINT structure_merge_other CHECK ((from_id <> into_id)),
    CONSTRAINT structure_merge_reason_text CHECK (public.is_text(reason, 1000)),
    CONSTRAINT structure_merge_undone_order CHECK ((undone_at >= merged_at))
);

COMMENT ON TABLE public.structure_merge IS 'Each merge of one structure into another, with what undoing it needs.';

COMMENT ON COLUMN public.structure_merge.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.structure_merge.from_id IS 'internal The structure that is another one since.';

COMMENT ON COLUMN public.structure_merge.into_id IS 'internal That other one; it may have been merged itself since.';

COMMENT ON COLUMN public.structure_merge.reason IS 'internal Why, in words.';

COMMENT ON COLUMN public.structure_merge.from_status IS 'internal What the first one was before: open, closed.';

COMMENT ON COLUMN public.structure_merge.from_closed_on IS 'internal Since when it was closed.';

COMMENT ON COLUMN public.structure_merge.taken IS 'internal Fields that the second one lacked and took: {"phone": {"value": …, "source": what field_sources has since, "before": what it had}}.';

COMMENT ON COLUMN public.structure_merge.merged_at IS 'internal When.';

COMMENT ON COLUMN public.structure_merge.merged_by IS 'internal By whom of the team.';

COMMENT ON COLUMN public.structure_merge.undone_at IS 'internal When it was undone.';

COMMENT ON COLUMN public.structure_merge.undone_by IS 'internal By whom of the team.';

CREATE TABLE public.task (
    id uuid NOT NULL,
    organisation_id uuid,
    kind text NOT NULL,
    title text NOT NULL,
    about_kind text,
    about_id uuid,
    candidate_id uuid,
    text text,
    created_at timestamp with time zone NOT NULL,
    done_at timestamp with time zone,
    done_by uuid,
    CONSTRAINT task_about_form CHECK ((about_kind ~ '^[a-z_]+$'::text)),
    CONSTRAINT task_about_whole CHECK (((about_kind IS NULL) = (about_id IS NULL))),
    CONSTRAINT task_done_by_has_instant CHECK (((done_by IS NULL) OR (done_at IS NOT NULL))),
    CONSTRAINT task_kind_form CHECK (((kind ~ '^[a-z_]+(\.[a-z_]+)+$'::text) AND (char_length(kind) <= 60))),
    CONSTRAINT task_team_has_no_text CHECK (((organisation_id IS NOT NULL) OR ((text IS NULL) AND (candidate_id IS NULL)))),
    CONSTRAINT task_text_text CHECK (public.is_text(text, 10000)),
    CONSTRAINT task_title_text CHECK ((public.is_text(title, 200) AND (title !~ '[\x01-\x1f\x7f@]|://|pa31_'::text)))
);

ALTER TABLE ONLY public.task FORCE ROW LEVEL SECURITY;

COMMENT ON TABLE public.task IS 'Something for an organisation or for the team to do, where no mail can do it.';

COMMENT ON COLUMN public.task.id IS 'internal UUIDv7.';

COMMENT ON COLUMN public.task.organisation_id IS 'internal Whose; NULL for the team.';

COMMENT ON COLUMN public.task.kind IS 'internal What is to be done: mail.print, mail.failed …';

COMMENT ON COLUMN public.task.title IS 'internal What is to be done, in a few words, in French: no name, no address, no link.';

COMMENT ON COLUMN public.task.about_kind IS 'internal What kind of thing it is about.';

COMMENT ON COLUMN public.task.about_id IS 'internal Which one.';

COMMENT ON COLUMN public.task.candidate_id IS 'internal The candidate whom it is about. No foreign key: the table is a later one''s.';

COMMENT ON COLUMN public.task.text IS 'personal What to print and hand over.';

COMMENT ON COLUMN public.task.created_at IS 'internal Since when.';

COMMENT ON COLUMN public.task.done_at IS 'internal When it was done.';

COMMENT ON COLUMN public.task.done_by IS 'internal By which member; NULL when the platform found it done.';

ALTER TABLE ONLY public.access_code
    ADD CONSTRAINT access_code_key PRIMARY KEY (id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_code_once UNIQUE (code);

ALTER TABLE ONLY public.action_comment
    ADD CONSTRAINT action_comment_key PRIMARY KEY (id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_in_plan UNIQUE (plan_id, id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_key PRIMARY KEY (id);

ALTER TABLE ONLY public.action_nudge_sent
    ADD CONSTRAINT action_nudge_sent_key PRIMARY KEY (key);

ALTER TABLE ONLY public.action_partner
    ADD CONSTRAINT action_partner_key PRIMARY KEY (id);

ALTER TABLE ONLY public.action_partner
    ADD CONSTRAINT action_partner_once UNIQUE (action_id, organisation_id);

ALTER TABLE ONLY public.action_plan
    ADD CONSTRAINT action_plan_code_once UNIQUE (code);

ALTER TABLE ONLY public.action_plan
    ADD CONSTRAINT action_plan_key PRIMARY KEY (id);

ALTER TABLE ONLY public.answer_time
    ADD CONSTRAINT answer_time_key PRIMARY KEY (structure_id);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_key PRIMARY KEY (id);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_secret_once UNIQUE (secret_hash);

ALTER TABLE ONLY public.audit_checkpoint
    ADD CONSTRAINT audit_checkpoint_key PRIMARY KEY ("position");

ALTER TABLE ONLY public.audit_log
    ADD CONSTRAINT audit_log_key PRIMARY KEY (id);

ALTER TABLE ONLY public.audit_pending
    ADD CONSTRAINT audit_pending_key PRIMARY KEY (audit_id);

ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_key PRIMARY KEY ("position");

ALTER TABLE ONLY public.audit_seal
    ADD CONSTRAINT audit_seal_once UNIQUE (audit_id);

ALTER TABLE ONLY public.axis
    ADD CONSTRAINT axis_code_once UNIQUE (plan_id, code);

ALTER TABLE ONLY public.axis
    ADD CONSTRAINT axis_key PRIMARY KEY (id);

ALTER TABLE ONLY public.axis
    ADD CONSTRAINT axis_of_plan UNIQUE (plan_id, id);

ALTER TABLE ONLY public.calendar_feed
    ADD CONSTRAINT calendar_feed_key PRIMARY KEY (id);

ALTER TABLE ONLY public.calendar_feed
    ADD CONSTRAINT calendar_feed_secret_once UNIQUE (secret_hash);

ALTER TABLE ONLY public.campaign_explanation
    ADD CONSTRAINT campaign_explanation_key PRIMARY KEY (id);

ALTER TABLE ONLY public.campaign_explanation
    ADD CONSTRAINT campaign_explanation_once UNIQUE (campaign_id, gap);

ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_key PRIMARY KEY (id);

ALTER TABLE ONLY public.campaign_move
    ADD CONSTRAINT campaign_move_key PRIMARY KEY (id);

ALTER TABLE ONLY public.candidate_agreement
    ADD CONSTRAINT candidate_agreement_key PRIMARY KEY (id);

ALTER TABLE ONLY public.candidate
    ADD CONSTRAINT candidate_key PRIMARY KEY (id);

ALTER TABLE ONLY public.candidate
    ADD CONSTRAINT candidate_of_organisation UNIQUE (id, organisation_id);

ALTER TABLE ONLY public.candidate_share
    ADD CONSTRAINT candidate_share_key PRIMARY KEY (id);

ALTER TABLE ONLY public.candidate_statistics
    ADD CONSTRAINT candidate_statistics_key PRIMARY KEY (candidate_id);

ALTER TABLE ONLY public.candidate_transfer
    ADD CONSTRAINT candidate_transfer_key PRIMARY KEY (id);

ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_key PRIMARY KEY (id);

ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_once UNIQUE (orientation_id, months);

ALTER TABLE ONLY public.collective_agreement
    ADD CONSTRAINT collective_agreement_key PRIMARY KEY (idcc);

ALTER TABLE ONLY public.commune_change
    ADD CONSTRAINT commune_change_key PRIMARY KEY (effective_on, insee_before, type_before, insee_after, type_after);

ALTER TABLE ONLY public.commune
    ADD CONSTRAINT commune_key PRIMARY KEY (insee);

ALTER TABLE ONLY public.contract_type
    ADD CONSTRAINT contract_type_key PRIMARY KEY (code);

ALTER TABLE ONLY public.data_retention
    ADD CONSTRAINT data_retention_key PRIMARY KEY (code);

ALTER TABLE ONLY public.diploma
    ADD CONSTRAINT diploma_key PRIMARY KEY (id);

ALTER TABLE ONLY public.diploma_synonym
    ADD CONSTRAINT diploma_synonym_key PRIMARY KEY (name);

ALTER TABLE ONLY public.epci
    ADD CONSTRAINT epci_key PRIMARY KEY (siren);

ALTER TABLE ONLY public.erasure_ledger
    ADD CONSTRAINT erasure_ledger_key PRIMARY KEY (subject_id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_key PRIMARY KEY (id);

ALTER TABLE ONLY public.field_change
    ADD CONSTRAINT field_change_key PRIMARY KEY (id);

ALTER TABLE ONLY public.file_read
    ADD CONSTRAINT file_read_key PRIMARY KEY (id);

ALTER TABLE ONLY public.finess_category
    ADD CONSTRAINT finess_category_key PRIMARY KEY (code);

ALTER TABLE ONLY public.finess_legal_status
    ADD CONSTRAINT finess_legal_status_key PRIMARY KEY (code);

ALTER TABLE ONLY public.funding_line
    ADD CONSTRAINT funding_line_key PRIMARY KEY (id);

ALTER TABLE ONLY public.funding_line
    ADD CONSTRAINT funding_line_once UNIQUE (action_id, funder_id, year);

ALTER TABLE ONLY public.grant_agreement
    ADD CONSTRAINT grant_agreement_key PRIMARY KEY (id);

ALTER TABLE ONLY public.grant_agreement
    ADD CONSTRAINT grant_agreement_once UNIQUE NULLS NOT DISTINCT (funder_id, beneficiary_id, signed_on, reference);

ALTER TABLE ONLY public.idempotency_answer
    ADD CONSTRAINT idempotency_answer_key PRIMARY KEY (member_id, operation, key);

ALTER TABLE ONLY public.indicator
    ADD CONSTRAINT indicator_key PRIMARY KEY (id);

ALTER TABLE ONLY public.indicator
    ADD CONSTRAINT indicator_title_once UNIQUE (action_id, title);

ALTER TABLE ONLY public.indicator_value
    ADD CONSTRAINT indicator_value_key PRIMARY KEY (id);

ALTER TABLE ONLY public.instance
    ADD CONSTRAINT instance_key PRIMARY KEY (id);

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT invitation_key PRIMARY KEY (id);

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT invitation_secret_once UNIQUE (secret_hash);

ALTER TABLE ONLY public.job_affinity
    ADD CONSTRAINT job_affinity_key PRIMARY KEY (job_from, job_to);

ALTER TABLE ONLY public.legal_entity
    ADD CONSTRAINT legal_entity_finess_once UNIQUE (finess);

ALTER TABLE ONLY public.legal_entity
    ADD CONSTRAINT legal_entity_key PRIMARY KEY (id);

ALTER TABLE ONLY public.mail_opt_out
    ADD CONSTRAINT mail_opt_out_key PRIMARY KEY (address_hash, kind);

ALTER TABLE ONLY public.match_criterion
    ADD CONSTRAINT match_criterion_key PRIMARY KEY (code);

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_key PRIMARY KEY (id);

ALTER TABLE ONLY public.milestone
    ADD CONSTRAINT milestone_key PRIMARY KEY (id);

ALTER TABLE ONLY public.need
    ADD CONSTRAINT need_key PRIMARY KEY (id);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_code_once UNIQUE (code);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_key PRIMARY KEY (id);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_siret_once UNIQUE (siret);

ALTER TABLE ONLY public.orientation_event
    ADD CONSTRAINT orientation_event_key PRIMARY KEY (id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_key PRIMARY KEY (id);

ALTER TABLE ONLY public.orientation_link
    ADD CONSTRAINT orientation_link_key PRIMARY KEY (id);

ALTER TABLE ONLY public.orientation_link
    ADD CONSTRAINT orientation_link_secret_once UNIQUE (secret_hash);

ALTER TABLE ONLY public.orientation_text
    ADD CONSTRAINT orientation_text_key PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_key PRIMARY KEY (id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_message_id_once UNIQUE (message_id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_opt_out_once UNIQUE (opt_out_hash);

ALTER TABLE ONLY public.past_orientation
    ADD CONSTRAINT past_orientation_key PRIMARY KEY (id);

ALTER TABLE ONLY public.person_count
    ADD CONSTRAINT person_count_key PRIMARY KEY (quarter, kind, dimension, value);

ALTER TABLE ONLY public.person_period
    ADD CONSTRAINT person_period_key PRIMARY KEY (starts_on, ends_on);

ALTER TABLE ONLY public.person_period
    ADD CONSTRAINT person_period_overlap EXCLUDE USING gist (daterange(starts_on, ends_on, '[]'::text) WITH &&) WHERE (is_own);

ALTER TABLE ONLY public.person_quarter
    ADD CONSTRAINT person_quarter_key PRIMARY KEY (quarter);

ALTER TABLE ONLY public.person_step
    ADD CONSTRAINT person_step_key PRIMARY KEY (candidate_id, kind, year);

ALTER TABLE ONLY public.person_value
    ADD CONSTRAINT person_value_key PRIMARY KEY (dimension, value);

ALTER TABLE ONLY public.priority_district
    ADD CONSTRAINT priority_district_key PRIMARY KEY (id);

ALTER TABLE ONLY public.progress_note
    ADD CONSTRAINT progress_note_key PRIMARY KEY (id);

ALTER TABLE ONLY public.purge_pass
    ADD CONSTRAINT purge_pass_key PRIMARY KEY (line);

ALTER TABLE ONLY public.quarter_figure
    ADD CONSTRAINT quarter_figure_key PRIMARY KEY (quarter, code);

ALTER TABLE ONLY public.recruitment_contact
    ADD CONSTRAINT recruitment_contact_key PRIMARY KEY (id);

ALTER TABLE ONLY public.recruitment_contact
    ADD CONSTRAINT recruitment_contact_secret_once UNIQUE (secret_hash);

ALTER TABLE ONLY public.recruitment_word
    ADD CONSTRAINT recruitment_word_key PRIMARY KEY (word);

ALTER TABLE ONLY public.refusal_reason
    ADD CONSTRAINT refusal_reason_key PRIMARY KEY (code);

ALTER TABLE ONLY public.report_file
    ADD CONSTRAINT report_file_key PRIMARY KEY (id);

ALTER TABLE ONLY public.report_file
    ADD CONSTRAINT report_file_once UNIQUE (report_id, format, sheet);

ALTER TABLE ONLY public.report_indicator
    ADD CONSTRAINT report_indicator_key PRIMARY KEY (code);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_key PRIMARY KEY (id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_number_once UNIQUE (campaign_id, number);

ALTER TABLE ONLY public.retention_column
    ADD CONSTRAINT retention_column_key PRIMARY KEY (table_name, column_name);

ALTER TABLE ONLY public.retention_notice
    ADD CONSTRAINT retention_notice_key PRIMARY KEY (line, subject_id);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_key PRIMARY KEY (id);

ALTER TABLE ONLY public.rome_job
    ADD CONSTRAINT rome_job_key PRIMARY KEY (version, code);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_key PRIMARY KEY (name);

ALTER TABLE ONLY public.schema_repeatable
    ADD CONSTRAINT schema_repeatable_key PRIMARY KEY (name);

ALTER TABLE ONLY public.service_level_day
    ADD CONSTRAINT service_level_day_key PRIMARY KEY (day);

ALTER TABLE ONLY public.service_rule
    ADD CONSTRAINT service_rule_key PRIMARY KEY (code);

ALTER TABLE ONLY public.session_contact
    ADD CONSTRAINT session_contact_key PRIMARY KEY (id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_key PRIMARY KEY (id);

ALTER TABLE ONLY public.sheet_import
    ADD CONSTRAINT sheet_import_key PRIMARY KEY (id);

ALTER TABLE ONLY public.structure_claim
    ADD CONSTRAINT structure_claim_key PRIMARY KEY (id);

ALTER TABLE ONLY public.structure_distinct
    ADD CONSTRAINT structure_distinct_key PRIMARY KEY (id);

ALTER TABLE ONLY public.structure_distinct
    ADD CONSTRAINT structure_distinct_once UNIQUE (first_id, second_id);

ALTER TABLE ONLY public.structure
    ADD CONSTRAINT structure_finess_once UNIQUE (finess);

ALTER TABLE ONLY public.structure
    ADD CONSTRAINT structure_key PRIMARY KEY (id);

ALTER TABLE ONLY public.structure_merge
    ADD CONSTRAINT structure_merge_key PRIMARY KEY (id);

ALTER TABLE ONLY public.structure_word
    ADD CONSTRAINT structure_word_key PRIMARY KEY (word);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_key PRIMARY KEY (id);

CREATE INDEX access_code_candidate ON public.access_code USING btree (candidate_id, made_at);

CREATE INDEX access_code_ended ON public.access_code USING btree (expires_at);

CREATE INDEX action_axis ON public.action USING btree (axis_id);

CREATE INDEX action_comment_action ON public.action_comment USING btree (action_id, id);

CREATE INDEX action_comment_author ON public.action_comment USING btree (author_id);

CREATE INDEX action_comment_organisation ON public.action_comment USING btree (organisation_id);

CREATE INDEX action_lead ON public.action USING btree (lead_organisation_id);

CREATE INDEX action_parent ON public.action USING btree (parent_id) WHERE (parent_id IS NOT NULL);

CREATE INDEX action_partner_organisation ON public.action_partner USING btree (organisation_id);

CREATE INDEX action_plan_code ON public.action USING btree (plan_id, code);

CREATE INDEX action_search ON public.action USING gin (search_text public.gin_trgm_ops);

CREATE INDEX action_territory ON public.action USING gin (territory);

CREATE INDEX answer_time_set_by ON public.answer_time USING btree (set_by);

CREATE INDEX api_token_ended ON public.api_token USING btree (LEAST(expires_at, revoked_at));

CREATE INDEX api_token_member ON public.api_token USING btree (member_id);

CREATE INDEX audit_log_at ON public.audit_log USING brin (at);

CREATE INDEX audit_log_caller ON public.audit_log USING btree (caller, at);

CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject_id, id);

CREATE INDEX calendar_feed_ended ON public.calendar_feed USING btree (LEAST(expires_at, revoked_at));

CREATE INDEX calendar_feed_member ON public.calendar_feed USING btree (member_id, id);

CREATE INDEX campaign_created_by ON public.campaign USING btree (created_by);

CREATE INDEX campaign_due ON public.campaign USING btree (due_on) WHERE (due_on IS NOT NULL);

CREATE INDEX campaign_explanation_author ON public.campaign_explanation USING btree (author_id);

CREATE INDEX campaign_move_campaign ON public.campaign_move USING btree (campaign_id, id);

CREATE INDEX campaign_move_member ON public.campaign_move USING btree (member_id);

CREATE INDEX campaign_move_organisation ON public.campaign_move USING btree (organisation_id);

CREATE INDEX campaign_move_report ON public.campaign_move USING btree (report_id);

CREATE INDEX campaign_moved ON public.campaign USING btree (moved_at);

CREATE INDEX campaign_of_funder ON public.campaign USING btree (funder_id, id);

CREATE UNIQUE INDEX campaign_once ON public.campaign USING btree (funder_id, profile, starts_on, ends_on) WHERE (state <> 'cancelled'::text);

CREATE INDEX campaign_reviewer ON public.campaign USING btree (reviewer_id);

CREATE INDEX campaign_signatory ON public.campaign USING btree (signatory_id);

CREATE INDEX candidate_agreement_candidate ON public.candidate_agreement USING btree (candidate_id, kind, given_on);

CREATE INDEX candidate_agreement_recorded_by ON public.candidate_agreement USING btree (recorded_by);

CREATE INDEX candidate_born ON public.candidate USING btree (birth_year, organisation_id);

CREATE INDEX candidate_email ON public.candidate USING btree (email) WHERE (email IS NOT NULL);

CREATE INDEX candidate_last_contact ON public.candidate USING btree (last_contact_on);

CREATE INDEX candidate_not_compared ON public.candidate USING btree (id) WHERE (compared_at IS NULL);

CREATE INDEX candidate_of_organisation_newest ON public.candidate USING btree (organisation_id, id);

CREATE INDEX candidate_of_referent ON public.candidate USING btree (referent_id, id);

CREATE INDEX candidate_phone ON public.candidate USING btree (phone) WHERE (phone IS NOT NULL);

CREATE INDEX candidate_same_name ON public.candidate USING btree (search_text, birth_year);

CREATE INDEX candidate_search ON public.candidate USING gin (organisation_id, search_text public.gin_trgm_ops);

CREATE INDEX candidate_share_candidate ON public.candidate_share USING btree (candidate_id, from_organisation_id);

CREATE INDEX candidate_share_created_by ON public.candidate_share USING btree (created_by);

CREATE UNIQUE INDEX candidate_share_one_live ON public.candidate_share USING btree (candidate_id, to_organisation_id) WHERE (revoked_at IS NULL);

CREATE INDEX candidate_share_to ON public.candidate_share USING btree (to_organisation_id, candidate_id) WHERE (revoked_at IS NULL);

CREATE INDEX candidate_share_to_all ON public.candidate_share USING btree (to_organisation_id);

CREATE INDEX candidate_transfer_asked_by ON public.candidate_transfer USING btree (asked_by);

CREATE INDEX candidate_transfer_candidate ON public.candidate_transfer USING btree (candidate_id);

CREATE INDEX candidate_transfer_decided_by ON public.candidate_transfer USING btree (decided_by);

CREATE INDEX candidate_transfer_from ON public.candidate_transfer USING btree (from_organisation_id, id);

CREATE UNIQUE INDEX candidate_transfer_one_asked ON public.candidate_transfer USING btree (candidate_id) WHERE (state = 'asked'::text);

CREATE INDEX candidate_transfer_to ON public.candidate_transfer USING btree (to_organisation_id, id);

CREATE INDEX candidate_wanting ON public.candidate USING gin (organisation_id, jobs);

CREATE INDEX checkpoint_due ON public.checkpoint USING btree (due_on, id) WHERE (outcome IS NULL);

CREATE INDEX checkpoint_recorded_by ON public.checkpoint USING btree (recorded_by);

CREATE INDEX commune_epci ON public.commune USING btree (epci_siren);

CREATE INDEX data_retention_keep_with ON public.data_retention USING btree (keep_with);

CREATE INDEX erasure_ledger_age ON public.erasure_ledger USING btree (erased_at);

CREATE INDEX erasure_ledger_not_exported ON public.erasure_ledger USING btree (erased_at) WHERE (exported_at IS NULL);

CREATE INDEX evidence_action ON public.evidence USING btree (action_id, id);

CREATE INDEX evidence_author ON public.evidence USING btree (author_id);

CREATE INDEX field_change_audit ON public.field_change USING btree (audit_id, id);

CREATE INDEX field_change_parent ON public.field_change USING btree (parent_id, id) WHERE (parent_id IS NOT NULL);

CREATE INDEX field_change_row ON public.field_change USING btree (row_id, id);

CREATE INDEX file_read_age ON public.file_read USING btree (at);

CREATE INDEX file_read_candidate ON public.file_read USING btree (candidate_id, id);

CREATE INDEX file_read_member ON public.file_read USING btree (member_id, at);

CREATE INDEX file_read_organisation ON public.file_read USING btree (organisation_id);

CREATE INDEX funding_line_funder ON public.funding_line USING btree (funder_id);

CREATE INDEX grant_agreement_beneficiary ON public.grant_agreement USING btree (beneficiary_id);

CREATE INDEX idempotency_answer_age ON public.idempotency_answer USING btree (made_at);

CREATE INDEX idempotency_answer_location ON public.idempotency_answer USING btree (COALESCE(reread_at, location));

CREATE INDEX indicator_value_action ON public.indicator_value USING btree (action_id);

CREATE INDEX indicator_value_author ON public.indicator_value USING btree (author_id);

CREATE INDEX indicator_value_latest ON public.indicator_value USING btree (indicator_id, dated_on DESC, id DESC);

CREATE INDEX invitation_ended ON public.invitation USING btree (LEAST(expires_at, used_at));

CREATE INDEX invitation_invited_by ON public.invitation USING btree (invited_by);

CREATE INDEX invitation_member ON public.invitation USING btree (member_id);

CREATE INDEX job_affinity_to ON public.job_affinity USING btree (job_to);

CREATE INDEX mail_opt_out_age ON public.mail_opt_out USING btree (at);

CREATE UNIQUE INDEX member_email_once ON public.member USING btree (lower(email));

CREATE INDEX member_organisation ON public.member USING btree (organisation_id);

CREATE INDEX milestone_action ON public.milestone USING btree (action_id, due_on, id);

CREATE INDEX need_contract ON public.need USING btree (contract);

CREATE INDEX need_expiry ON public.need USING btree (expires_on) WHERE (state = ANY (ARRAY['open'::text, 'paused'::text]));

CREATE INDEX need_job ON public.need USING btree (job_version, job);

CREATE INDEX need_matched ON public.need USING btree (job) WHERE (state = 'open'::text);

CREATE INDEX need_open_diplomas ON public.need USING gin (diplomas) WHERE (state = 'open'::text);

CREATE INDEX need_open_insee ON public.need USING btree (insee) WHERE (state = 'open'::text);

CREATE INDEX need_open_job ON public.need USING btree (job, opened_at DESC, id DESC) WHERE (state = 'open'::text);

CREATE INDEX need_open_newest ON public.need USING btree (opened_at DESC, id DESC) WHERE (state = 'open'::text);

CREATE INDEX need_open_point ON public.need USING gist (unit_point) WHERE (state = 'open'::text);

CREATE INDEX need_organisation ON public.need USING btree (organisation_id, id);

CREATE INDEX need_search ON public.need USING gin (search_words);

CREATE INDEX need_structure ON public.need USING btree (structure_id);

CREATE INDEX organisation_authorisation_by ON public.organisation USING btree (authorisation_by);

CREATE UNIQUE INDEX organisation_name_once ON public.organisation USING btree (public.folded(name));

CREATE INDEX orientation_candidate ON public.orientation USING btree (candidate_id, id);

CREATE INDEX orientation_closed ON public.orientation USING btree (closed_at) WHERE (closed_at IS NOT NULL);

CREATE INDEX orientation_draft ON public.orientation USING btree (updated_at) WHERE (state = 'draft'::text);

CREATE INDEX orientation_due ON public.orientation USING btree (due_on, id) WHERE (due_on IS NOT NULL);

CREATE INDEX orientation_due_of_organisation ON public.orientation USING btree (organisation_id, due_on) WHERE (due_on IS NOT NULL);

CREATE INDEX orientation_due_of_receiver ON public.orientation USING btree (receiver_id, due_on) WHERE (due_on IS NOT NULL);

CREATE INDEX orientation_event_member ON public.orientation_event USING btree (member_id);

CREATE INDEX orientation_event_organisation ON public.orientation_event USING btree (organisation_id);

CREATE INDEX orientation_event_orientation ON public.orientation_event USING btree (orientation_id, "position");

CREATE INDEX orientation_hire_contract ON public.orientation USING btree (hire_contract);

CREATE INDEX orientation_level ON public.orientation USING btree (structure_id, receiver_id, sent_at) INCLUDE (state, answered_at) WHERE (sent_at IS NOT NULL);

CREATE INDEX orientation_link_candidate ON public.orientation_link USING btree (candidate_id);

CREATE INDEX orientation_link_ended ON public.orientation_link USING btree (expires_at);

CREATE INDEX orientation_link_orientation ON public.orientation_link USING btree (orientation_id);

CREATE INDEX orientation_need ON public.orientation USING btree (need_id, id);

CREATE UNIQUE INDEX orientation_need_once ON public.orientation USING btree (candidate_id, need_id) WHERE ((need_id IS NOT NULL) AND (state = ANY (ARRAY['sent'::text, 'under_review'::text, 'appointment'::text, 'prior_action'::text, 'pool'::text, 'accepted'::text, 'in_training'::text])));

CREATE INDEX orientation_open_of_need ON public.orientation USING btree (need_id) WHERE ((need_id IS NOT NULL) AND (due_on IS NOT NULL));

CREATE INDEX orientation_open_of_session ON public.orientation USING btree (session_id) WHERE ((session_id IS NOT NULL) AND (due_on IS NOT NULL));

CREATE INDEX orientation_open_of_structure ON public.orientation USING btree (structure_id, receiver_id) WHERE ((structure_id IS NOT NULL) AND (due_on IS NOT NULL));

CREATE INDEX orientation_organisation ON public.orientation USING btree (organisation_id, id);

CREATE INDEX orientation_prescriber ON public.orientation USING btree (prescriber_id);

CREATE INDEX orientation_reason ON public.orientation USING btree (reason);

CREATE INDEX orientation_received ON public.orientation USING btree (receiver_id);

CREATE INDEX orientation_receiver ON public.orientation USING btree (receiver_id, id) WHERE (receiver_id IS NOT NULL);

CREATE INDEX orientation_referent ON public.orientation USING btree (referent_id, id);

CREATE INDEX orientation_session ON public.orientation USING btree (session_id, id);

CREATE UNIQUE INDEX orientation_session_once ON public.orientation USING btree (candidate_id, session_id) WHERE ((session_id IS NOT NULL) AND (state = ANY (ARRAY['sent'::text, 'under_review'::text, 'appointment'::text, 'prior_action'::text, 'pool'::text, 'accepted'::text, 'in_training'::text])));

CREATE INDEX orientation_structure ON public.orientation USING btree (structure_id, sent_at);

CREATE UNIQUE INDEX orientation_structure_once ON public.orientation USING btree (candidate_id, structure_id) WHERE ((target_kind = 'structure'::text) AND (state = ANY (ARRAY['sent'::text, 'under_review'::text, 'appointment'::text, 'prior_action'::text, 'pool'::text, 'accepted'::text, 'in_training'::text])));

CREATE INDEX orientation_text_organisation ON public.orientation_text USING btree (organisation_id);

CREATE INDEX orientation_text_orientation ON public.orientation_text USING btree (orientation_id, id);

CREATE INDEX orientation_text_written_by ON public.orientation_text USING btree (written_by);

CREATE INDEX orientation_training_session ON public.orientation USING btree (training_session_id);

CREATE INDEX orientation_waiting ON public.orientation USING btree (sent_at, id) WHERE (state = ANY (ARRAY['sent'::text, 'under_review'::text, 'appointment'::text]));

CREATE INDEX outbox_about ON public.outbox USING btree (about_id);

CREATE INDEX outbox_age ON public.outbox USING btree (created_at);

CREATE INDEX outbox_candidate ON public.outbox USING btree (candidate_id);

CREATE INDEX outbox_due ON public.outbox USING btree (next_try_at, id) WHERE ((state = 'waiting'::text) AND (gathered_into IS NULL));

CREATE INDEX outbox_ended ON public.outbox USING btree (created_at) WHERE (state <> 'waiting'::text);

CREATE INDEX outbox_farewell ON public.outbox USING btree (id) WHERE (kind = 'privacy.erased'::text);

CREATE INDEX outbox_gathered_into ON public.outbox USING btree (gathered_into);

CREATE INDEX outbox_member ON public.outbox USING btree (member_id);

CREATE INDEX outbox_not_cleared ON public.outbox USING btree (created_at) WHERE (cleared_at IS NULL);

CREATE INDEX outbox_organisation ON public.outbox USING btree (organisation_id);

CREATE INDEX outbox_sent_reminder ON public.outbox USING btree (address_hash, sent_at) WHERE ((state = 'sent'::text) AND is_reminder);

CREATE INDEX outbox_waiting_reminder ON public.outbox USING btree (address_hash, id) WHERE ((state = 'waiting'::text) AND is_reminder);

CREATE INDEX past_orientation_receiver ON public.past_orientation USING btree (receiver_id);

CREATE INDEX past_orientation_sent ON public.past_orientation USING btree (sent_on);

CREATE INDEX past_orientation_structure ON public.past_orientation USING btree (structure_id, receiver_id, sent_on) INCLUDE (state, answered_on);

CREATE INDEX priority_district_commune ON public.priority_district USING btree (commune_insee);

CREATE INDEX progress_note_action ON public.progress_note USING btree (action_id, id);

CREATE INDEX progress_note_author ON public.progress_note USING btree (author_id);

CREATE INDEX quarter_figure_code ON public.quarter_figure USING btree (code);

CREATE INDEX recruitment_contact_asked_by ON public.recruitment_contact USING btree (asked_by);

CREATE INDEX recruitment_contact_ended ON public.recruitment_contact USING btree (COALESCE(ended_at,
CASE
    WHEN (state = 'pending'::text) THEN expires_at
    ELSE NULL::timestamp with time zone
END));

CREATE UNIQUE INDEX recruitment_contact_one_pending ON public.recruitment_contact USING btree (structure_id) WHERE (state = 'pending'::text);

CREATE UNIQUE INDEX recruitment_contact_one_proved ON public.recruitment_contact USING btree (structure_id) WHERE (state = 'proved'::text);

CREATE INDEX recruitment_contact_organisation ON public.recruitment_contact USING btree (organisation_id);

CREATE INDEX recruitment_contact_replaced_by ON public.recruitment_contact USING btree (replaced_by);

CREATE INDEX recruitment_contact_structure ON public.recruitment_contact USING btree (structure_id);

CREATE INDEX recruitment_word_near ON public.recruitment_word USING gin (word public.gin_trgm_ops);

CREATE INDEX report_frozen_by ON public.report USING btree (frozen_by);

CREATE INDEX report_published_by ON public.report USING btree (published_by);

CREATE INDEX retention_column_line ON public.retention_column USING btree (line);

CREATE INDEX retention_notice_due ON public.retention_notice USING btree (line, due_on);

CREATE INDEX rights_request_age ON public.rights_request USING btree (asked_at);

CREATE INDEX rights_request_candidate ON public.rights_request USING btree (candidate_id, id);

CREATE INDEX rights_request_decided_by ON public.rights_request USING btree (decided_by);

CREATE INDEX rights_request_member ON public.rights_request USING btree (member_id);

CREATE INDEX rights_request_of_organisation ON public.rights_request USING btree (organisation_id, id);

CREATE UNIQUE INDEX rights_request_one_erasure ON public.rights_request USING btree (candidate_id) WHERE ((kind = 'erasure'::text) AND (state = 'open'::text));

CREATE INDEX rights_request_open ON public.rights_request USING btree (due_on, id) WHERE (state = 'open'::text);

CREATE INDEX rights_request_to_execute ON public.rights_request USING btree (execute_at) WHERE ((kind = 'erasure'::text) AND (state = 'open'::text));

CREATE INDEX session_commune ON public.session USING btree (insee);

CREATE INDEX session_contact_asked_by ON public.session_contact USING btree (asked_by);

CREATE INDEX session_contact_confirmed_by ON public.session_contact USING btree (confirmed_by);

CREATE UNIQUE INDEX session_contact_one_confirmed ON public.session_contact USING btree (session_id) WHERE (state = 'confirmed'::text);

CREATE UNIQUE INDEX session_contact_one_pending ON public.session_contact USING btree (session_id) WHERE (state = 'pending'::text);

CREATE INDEX session_contact_organisation ON public.session_contact USING btree (organisation_id);

CREATE INDEX session_contact_session ON public.session_contact USING btree (session_id);

CREATE INDEX session_job ON public.session USING btree (job_version, job);

CREATE INDEX session_open_days ON public.session USING btree (starts_on, id) WHERE (state = 'open'::text);

CREATE INDEX session_organisation ON public.session USING btree (organisation_id, id);

CREATE INDEX session_search ON public.session USING gin (search_words);

CREATE INDEX sheet_import_age ON public.sheet_import USING btree (expires_at);

CREATE INDEX sheet_import_of_member ON public.sheet_import USING btree (member_id, id);

CREATE INDEX structure_claim_asked_by ON public.structure_claim USING btree (asked_by);

CREATE INDEX structure_claim_decided_by ON public.structure_claim USING btree (decided_by);

CREATE INDEX structure_claim_of_organisation ON public.structure_claim USING btree (organisation_id, id);

CREATE UNIQUE INDEX structure_claim_one_pending ON public.structure_claim USING btree (structure_id, organisation_id) WHERE (status = 'pending'::text);

CREATE UNIQUE INDEX structure_claim_one_validated ON public.structure_claim USING btree (structure_id) WHERE (status = 'validated'::text);

CREATE INDEX structure_claim_structure ON public.structure_claim USING btree (structure_id);

CREATE INDEX structure_claim_waiting ON public.structure_claim USING btree (id) WHERE (status = 'pending'::text);

CREATE INDEX structure_departement ON public.structure USING btree (departement);

CREATE INDEX structure_distinct_said_by ON public.structure_distinct USING btree (said_by);

CREATE INDEX structure_distinct_second ON public.structure_distinct USING btree (second_id);

CREATE INDEX structure_insee ON public.structure USING btree (insee);

CREATE INDEX structure_kind_by_distance ON public.structure USING gist (kind, unit_point) WHERE (status = 'open'::text);

CREATE INDEX structure_kind_by_name ON public.structure USING btree (kind, sort_name, finess) WHERE (status = 'open'::text);

CREATE INDEX structure_legal_entity ON public.structure USING btree (legal_entity_id);

CREATE INDEX structure_map ON public.structure USING gist (point(longitude, latitude));

CREATE INDEX structure_merge_from ON public.structure_merge USING btree (from_id);

CREATE INDEX structure_merge_into ON public.structure_merge USING btree (into_id);

CREATE INDEX structure_merge_merged_by ON public.structure_merge USING btree (merged_by);

CREATE UNIQUE INDEX structure_merge_once ON public.structure_merge USING btree (from_id) WHERE (undone_at IS NULL);

CREATE INDEX structure_merge_undone_by ON public.structure_merge USING btree (undone_by) WHERE (undone_by IS NOT NULL);

CREATE INDEX structure_merged_into ON public.structure USING btree (merged_into) WHERE (merged_into IS NOT NULL);

CREATE INDEX structure_open_by_name ON public.structure USING btree (sort_name, finess) WHERE (status = 'open'::text);

CREATE INDEX structure_organisation ON public.structure USING btree (organisation_id) WHERE (organisation_id IS NOT NULL);

CREATE INDEX structure_recruiting ON public.structure USING btree (recruiting_until) WHERE (recruiting_until IS NOT NULL);

CREATE INDEX structure_search ON public.structure USING gin (search_words);

CREATE INDEX structure_service_area ON public.structure USING gin (service_area);

CREATE INDEX structure_siret ON public.structure USING btree (siret);

CREATE INDEX structure_unit_point ON public.structure USING gist (unit_point);

CREATE INDEX structure_verified ON public.structure USING btree (verified_on) WHERE (verified_on IS NOT NULL);

CREATE INDEX structure_word_near ON public.structure_word USING gin (word public.gin_trgm_ops);

CREATE INDEX task_about ON public.task USING btree (about_id);

CREATE INDEX task_candidate ON public.task USING btree (candidate_id);

CREATE INDEX task_done_by ON public.task USING btree (done_by);

CREATE INDEX task_of_organisation ON public.task USING btree (organisation_id, id);

CREATE UNIQUE INDEX task_once_open ON public.task USING btree (kind, about_id, organisation_id) NULLS NOT DISTINCT WHERE ((done_at IS NULL) AND (text IS NULL) AND (about_id IS NOT NULL));

CREATE INDEX task_open ON public.task USING btree (organisation_id, id) WHERE (done_at IS NULL);

CREATE INDEX task_text_age ON public.task USING btree (created_at) WHERE (text IS NOT NULL);

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_log FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting_but_forgotten();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.audit_seal FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting_but_forgotten();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.campaign_move FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting_but_over();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.field_change FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting_but_forgotten();

CREATE TRIGGER append_only BEFORE UPDATE ON public.file_read FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting();

CREATE TRIGGER append_only BEFORE UPDATE ON public.orientation_event FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, campaign_id, number, as_of, frozen_at, frozen_by, document, sha256 ON public.report FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting_but_over();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON public.report_file FOR EACH ROW EXECUTE FUNCTION public.refuse_rewriting_but_over();

CREATE TRIGGER check_age BEFORE INSERT ON public.audit_checkpoint FOR EACH ROW EXECUTE FUNCTION public.check_audit_checkpoint();

CREATE TRIGGER check_merge BEFORE UPDATE OF merged_into ON public.structure FOR EACH ROW WHEN (((new.merged_into IS NOT NULL) AND (new.merged_into IS DISTINCT FROM old.merged_into))) EXECUTE FUNCTION public.check_structure_merge();

CREATE TRIGGER check_merge_of_new BEFORE INSERT ON public.structure FOR EACH ROW WHEN ((new.merged_into IS NOT NULL)) EXECUTE FUNCTION public.check_structure_merge();

CREATE TRIGGER check_territory BEFORE INSERT OR UPDATE OF territory ON public.action FOR EACH ROW EXECUTE FUNCTION public.check_territory();

CREATE TRIGGER code_stable BEFORE UPDATE OF code ON public.action FOR EACH ROW WHEN ((old.code IS DISTINCT FROM new.code)) EXECUTE FUNCTION public.refuse_new_code();

CREATE TRIGGER forgotten BEFORE DELETE ON public.api_token FOR EACH ROW EXECUTE FUNCTION public.refuse_forgetting();

CREATE TRIGGER forgotten BEFORE DELETE ON public.calendar_feed FOR EACH ROW EXECUTE FUNCTION public.refuse_forgetting();

CREATE TRIGGER forgotten BEFORE DELETE ON public.campaign FOR EACH ROW EXECUTE FUNCTION public.refuse_forgetting();

CREATE TRIGGER forgotten BEFORE DELETE ON public.campaign_explanation FOR EACH ROW EXECUTE FUNCTION public.refuse_forgetting();

CREATE TRIGGER forgotten BEFORE DELETE ON public.erasure_ledger FOR EACH ROW EXECUTE FUNCTION public.refuse_forgetting();

CREATE TRIGGER forgotten BEFORE DELETE ON public.invitation FOR EACH ROW EXECUTE FUNCTION public.refuse_forgetting();

CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON public.orientation FOR EACH ROW EXECUTE FUNCTION public.keep_orientation();

CREATE TRIGGER keep_what_was_open BEFORE DELETE ON public.need FOR EACH ROW EXECUTE FUNCTION public.keep_what_was_open();

CREATE TRIGGER keep_words_of_changed AFTER UPDATE ON public.need REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_recruitment_words();

CREATE TRIGGER keep_words_of_changed AFTER UPDATE ON public.session REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_recruitment_words();

CREATE TRIGGER keep_words_of_changed AFTER UPDATE ON public.structure REFERENCING OLD TABLE AS replaced NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_structure_words();

CREATE TRIGGER keep_words_of_new AFTER INSERT ON public.need REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_recruitment_words();

CREATE TRIGGER keep_words_of_new AFTER INSERT ON public.session REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_recruitment_words();

CREATE TRIGGER keep_words_of_new AFTER INSERT ON public.structure REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION public.keep_structure_words();

CREATE TRIGGER prepare BEFORE INSERT OR UPDATE OF structure_id, organisation_id, title, description, job_version, job, diplomas, contract, hours_per_week, positions, positions_left, opening, pay_min_cents, pay_max_cents, pay_period, starts_on, beginner_welcome, licence_required, vehicle_required, night, weekend, split_shifts, insee, latitude, longitude, state, opened_at, expires_on, filled_at, reason ON public.need FOR EACH ROW EXECUTE FUNCTION public.prepare_need();

CREATE TRIGGER prepare BEFORE INSERT OR UPDATE ON public.session FOR EACH ROW EXECUTE FUNCTION public.prepare_session();

CREATE TRIGGER prepare BEFORE INSERT OR UPDATE OF legal_entity_id, kind, usual_name, legal_name, siret, street, address_extra, postal_code, city, insee, latitude, longitude, phone, email, website, opening_hours, publics, sad_type, authorising_body, capacity, service_area, recruiting_until, opened_on, authorised_on, status, closed_on, merged_into, source, field_sources, disagreements, verified_on, organisation_id, search_words ON public.structure FOR EACH ROW EXECUTE FUNCTION public.prepare_structure();

CREATE TRIGGER raise_version BEFORE UPDATE ON public.action FOR EACH ROW EXECUTE FUNCTION public.raise_action_version();

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.action FOR EACH ROW EXECUTE FUNCTION public.record_changes('id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.action_comment FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.action_partner FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.action_plan FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.answer_time FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE OF member_id, label, scopes, expires_at, revoked_at ON public.api_token FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'secret_hash');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.axis FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE OF member_id, scope, label, expires_at, revoked_at ON public.calendar_feed FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'secret_hash');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.campaign FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.campaign_explanation FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'text');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.campaign_move FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'text');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.candidate FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'first_name', 'last_name', 'email', 'phone', 'insee', 'birth_year', 'situation', 'diplomas', 'experience_years', 'experience', 'licence', 'vehicle', 'mobility_km', 'available_from', 'night', 'weekend', 'split_shifts', 'contracts', 'hours_min', 'hours_max', 'jobs');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.candidate_agreement FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'kind', 'text_version');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.candidate_share FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'purpose');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.candidate_statistics FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'sex', 'long_term_unemployed', 'rsa', 'qpv', 'qpv_vintage', 'diploma_level', 'disability');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.candidate_transfer FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'reason', 'answer');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.checkpoint FOR EACH ROW EXECUTE FUNCTION public.record_changes('orientation_id', 'outcome');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.evidence FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.funding_line FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.grant_agreement FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.indicator FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.indicator_value FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.invitation FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'secret_hash');

CREATE TRIGGER record_changes AFTER DELETE OR UPDATE ON public.legal_entity FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.member FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'name', 'email');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.milestone FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.need FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'reason');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.organisation FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.orientation FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.orientation_text FOR EACH ROW EXECUTE FUNCTION public.record_changes('orientation_id', 'text');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.progress_note FOR EACH ROW EXECUTE FUNCTION public.record_changes('action_id');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.recruitment_contact FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'email', 'secret_hash');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.report FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'document');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.report_file FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'content');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.rights_request FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'text', 'answer');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.session FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'reason');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.session_contact FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'email');

CREATE TRIGGER record_changes AFTER DELETE OR UPDATE OF legal_entity_id, kind, usual_name, legal_name, siret, street, address_extra, postal_code, city, insee, latitude, longitude, phone, email, website, opening_hours, publics, sad_type, authorising_body, capacity, service_area, recruiting_until, opened_on, authorised_on, status, closed_on, merged_into, source, field_sources, disagreements, verified_on, organisation_id ON public.structure FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.structure_claim FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'message', 'reason');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.structure_distinct FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.structure_merge FOR EACH ROW EXECUTE FUNCTION public.record_changes('');

CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE ON public.task FOR EACH ROW EXECUTE FUNCTION public.record_changes('', 'text');

CREATE TRIGGER renamed BEFORE UPDATE OF name, email, forgotten_at ON public.member FOR EACH ROW EXECUTE FUNCTION public.refuse_renaming();

CREATE TRIGGER require_operation BEFORE INSERT OR DELETE OR UPDATE ON public.legal_entity FOR EACH STATEMENT EXECUTE FUNCTION public.require_operation();

CREATE TRIGGER require_operation BEFORE INSERT OR DELETE OR UPDATE ON public.structure FOR EACH STATEMENT EXECUTE FUNCTION public.require_operation();

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.action FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.action_partner FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.action_plan FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.axis FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.collective_agreement FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.commune FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.commune_change FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.contract_type FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.data_retention FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.diploma FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.diploma_synonym FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.epci FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.evidence FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.finess_category FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.finess_legal_status FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.funding_line FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.grant_agreement FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.indicator FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.indicator_value FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.job_affinity FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.legal_entity FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('directory');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.match_criterion FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.milestone FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.need FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('recruitment');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.organisation FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.person_quarter FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('figures');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.priority_district FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.progress_note FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('plan');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.quarter_figure FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('figures');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.recruitment_word FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('recruitment');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.refusal_reason FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.report_indicator FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.retention_column FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.rome_job FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('reference');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.service_rule FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('figures');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.session FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('recruitment');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.structure FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('directory');

CREATE TRIGGER tell_public_change AFTER INSERT OR DELETE OR UPDATE ON public.structure_word FOR EACH STATEMENT EXECUTE FUNCTION public.tell_public_change('directory');

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.action_partner FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.evidence FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.funding_line FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.indicator FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.indicator_value FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.milestone FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER touch_action AFTER INSERT OR DELETE OR UPDATE ON public.progress_note FOR EACH ROW EXECUTE FUNCTION public.touch_action();

CREATE TRIGGER unchanged BEFORE UPDATE ON public.funding_line FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

CREATE TRIGGER unchanged BEFORE UPDATE ON public.indicator FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

CREATE TRIGGER unchanged BEFORE UPDATE ON public.milestone FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

ALTER TABLE ONLY public.access_code
    ADD CONSTRAINT access_code_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_axis_of_its_plan FOREIGN KEY (plan_id, axis_id) REFERENCES public.axis(plan_id, id);

ALTER TABLE ONLY public.action_comment
    ADD CONSTRAINT action_comment_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.action_comment
    ADD CONSTRAINT action_comment_author FOREIGN KEY (author_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.action_comment
    ADD CONSTRAINT action_comment_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_lead FOREIGN KEY (lead_organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_parent_of_its_plan FOREIGN KEY (plan_id, parent_id) REFERENCES public.action(plan_id, id);

ALTER TABLE ONLY public.action_partner
    ADD CONSTRAINT action_partner_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.action_partner
    ADD CONSTRAINT action_partner_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.action
    ADD CONSTRAINT action_plan_of FOREIGN KEY (plan_id) REFERENCES public.action_plan(id);

ALTER TABLE ONLY public.answer_time
    ADD CONSTRAINT answer_time_set_by FOREIGN KEY (set_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.answer_time
    ADD CONSTRAINT answer_time_structure FOREIGN KEY (structure_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.api_token
    ADD CONSTRAINT api_token_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.axis
    ADD CONSTRAINT axis_plan FOREIGN KEY (plan_id) REFERENCES public.action_plan(id);

ALTER TABLE ONLY public.calendar_feed
    ADD CONSTRAINT calendar_feed_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_created_by FOREIGN KEY (created_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.campaign_explanation
    ADD CONSTRAINT campaign_explanation_author FOREIGN KEY (author_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.campaign_explanation
    ADD CONSTRAINT campaign_explanation_campaign FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);

ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_funder FOREIGN KEY (funder_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.campaign_move
    ADD CONSTRAINT campaign_move_campaign FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);

ALTER TABLE ONLY public.campaign_move
    ADD CONSTRAINT campaign_move_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.campaign_move
    ADD CONSTRAINT campaign_move_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.campaign_move
    ADD CONSTRAINT campaign_move_report FOREIGN KEY (report_id) REFERENCES public.report(id);

ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_reviewer FOREIGN KEY (reviewer_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.campaign
    ADD CONSTRAINT campaign_signatory FOREIGN KEY (signatory_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.candidate_agreement
    ADD CONSTRAINT candidate_agreement_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id);

ALTER TABLE ONLY public.candidate_agreement
    ADD CONSTRAINT candidate_agreement_recorded_by FOREIGN KEY (recorded_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.candidate
    ADD CONSTRAINT candidate_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.candidate
    ADD CONSTRAINT candidate_referent FOREIGN KEY (referent_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.candidate_share
    ADD CONSTRAINT candidate_share_candidate FOREIGN KEY (candidate_id, from_organisation_id) REFERENCES public.candidate(id, organisation_id) ON UPDATE CASCADE;

ALTER TABLE ONLY public.candidate_share
    ADD CONSTRAINT candidate_share_created_by FOREIGN KEY (created_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.candidate_share
    ADD CONSTRAINT candidate_share_to FOREIGN KEY (to_organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.candidate_statistics
    ADD CONSTRAINT candidate_statistics_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id);

ALTER TABLE ONLY public.candidate_transfer
    ADD CONSTRAINT candidate_transfer_asked_by FOREIGN KEY (asked_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.candidate_transfer
    ADD CONSTRAINT candidate_transfer_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id);

ALTER TABLE ONLY public.candidate_transfer
    ADD CONSTRAINT candidate_transfer_decided_by FOREIGN KEY (decided_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.candidate_transfer
    ADD CONSTRAINT candidate_transfer_from FOREIGN KEY (from_organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.candidate_transfer
    ADD CONSTRAINT candidate_transfer_to FOREIGN KEY (to_organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_orientation FOREIGN KEY (orientation_id) REFERENCES public.orientation(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.checkpoint
    ADD CONSTRAINT checkpoint_recorded_by FOREIGN KEY (recorded_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.commune
    ADD CONSTRAINT commune_epci FOREIGN KEY (epci_siren) REFERENCES public.epci(siren);

ALTER TABLE ONLY public.data_retention
    ADD CONSTRAINT data_retention_keep_with FOREIGN KEY (keep_with) REFERENCES public.data_retention(code);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.evidence
    ADD CONSTRAINT evidence_author FOREIGN KEY (author_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.field_change
    ADD CONSTRAINT field_change_audit FOREIGN KEY (audit_id) REFERENCES public.audit_log(id);

ALTER TABLE ONLY public.file_read
    ADD CONSTRAINT file_read_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.file_read
    ADD CONSTRAINT file_read_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.funding_line
    ADD CONSTRAINT funding_line_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.funding_line
    ADD CONSTRAINT funding_line_funder FOREIGN KEY (funder_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.grant_agreement
    ADD CONSTRAINT grant_agreement_beneficiary FOREIGN KEY (beneficiary_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.grant_agreement
    ADD CONSTRAINT grant_agreement_funder FOREIGN KEY (funder_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.idempotency_answer
    ADD CONSTRAINT idempotency_answer_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.indicator
    ADD CONSTRAINT indicator_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.indicator_value
    ADD CONSTRAINT indicator_value_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.indicator_value
    ADD CONSTRAINT indicator_value_author FOREIGN KEY (author_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.indicator_value
    ADD CONSTRAINT indicator_value_indicator FOREIGN KEY (indicator_id) REFERENCES public.indicator(id);

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT invitation_invited_by FOREIGN KEY (invited_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.invitation
    ADD CONSTRAINT invitation_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.member
    ADD CONSTRAINT member_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.milestone
    ADD CONSTRAINT milestone_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.need
    ADD CONSTRAINT need_contract FOREIGN KEY (contract) REFERENCES public.contract_type(code);

ALTER TABLE ONLY public.need
    ADD CONSTRAINT need_job FOREIGN KEY (job_version, job) REFERENCES public.rome_job(version, code);

ALTER TABLE ONLY public.need
    ADD CONSTRAINT need_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.need
    ADD CONSTRAINT need_structure FOREIGN KEY (structure_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.organisation
    ADD CONSTRAINT organisation_authorisation_by FOREIGN KEY (authorisation_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id);

ALTER TABLE ONLY public.orientation_event
    ADD CONSTRAINT orientation_event_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.orientation_event
    ADD CONSTRAINT orientation_event_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.orientation_event
    ADD CONSTRAINT orientation_event_orientation FOREIGN KEY (orientation_id) REFERENCES public.orientation(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_hire_contract FOREIGN KEY (hire_contract) REFERENCES public.contract_type(code);

ALTER TABLE ONLY public.orientation_link
    ADD CONSTRAINT orientation_link_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id);

ALTER TABLE ONLY public.orientation_link
    ADD CONSTRAINT orientation_link_orientation FOREIGN KEY (orientation_id) REFERENCES public.orientation(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_need FOREIGN KEY (need_id) REFERENCES public.need(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_prescriber FOREIGN KEY (prescriber_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_reason FOREIGN KEY (reason) REFERENCES public.refusal_reason(code);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_receiver FOREIGN KEY (receiver_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_referent FOREIGN KEY (referent_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_session FOREIGN KEY (session_id) REFERENCES public.session(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_structure FOREIGN KEY (structure_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.orientation_text
    ADD CONSTRAINT orientation_text_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.orientation_text
    ADD CONSTRAINT orientation_text_orientation FOREIGN KEY (orientation_id) REFERENCES public.orientation(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.orientation_text
    ADD CONSTRAINT orientation_text_written_by FOREIGN KEY (written_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.orientation
    ADD CONSTRAINT orientation_training_session FOREIGN KEY (training_session_id) REFERENCES public.session(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_gathered_into FOREIGN KEY (gathered_into) REFERENCES public.outbox(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.past_orientation
    ADD CONSTRAINT past_orientation_receiver FOREIGN KEY (receiver_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.past_orientation
    ADD CONSTRAINT past_orientation_structure FOREIGN KEY (structure_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.person_step
    ADD CONSTRAINT person_step_candidate FOREIGN KEY (candidate_id) REFERENCES public.candidate(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.priority_district
    ADD CONSTRAINT priority_district_commune FOREIGN KEY (commune_insee) REFERENCES public.commune(insee);

ALTER TABLE ONLY public.progress_note
    ADD CONSTRAINT progress_note_action FOREIGN KEY (action_id) REFERENCES public.action(id);

ALTER TABLE ONLY public.progress_note
    ADD CONSTRAINT progress_note_author FOREIGN KEY (author_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.quarter_figure
    ADD CONSTRAINT quarter_figure_code FOREIGN KEY (code) REFERENCES public.report_indicator(code);

ALTER TABLE ONLY public.recruitment_contact
    ADD CONSTRAINT recruitment_contact_asked_by FOREIGN KEY (asked_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.recruitment_contact
    ADD CONSTRAINT recruitment_contact_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.recruitment_contact
    ADD CONSTRAINT recruitment_contact_replaced_by FOREIGN KEY (replaced_by) REFERENCES public.recruitment_contact(id);

ALTER TABLE ONLY public.recruitment_contact
    ADD CONSTRAINT recruitment_contact_structure FOREIGN KEY (structure_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_campaign FOREIGN KEY (campaign_id) REFERENCES public.campaign(id);

ALTER TABLE ONLY public.report_file
    ADD CONSTRAINT report_file_report FOREIGN KEY (report_id) REFERENCES public.report(id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_frozen_by FOREIGN KEY (frozen_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.report
    ADD CONSTRAINT report_published_by FOREIGN KEY (published_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.retention_column
    ADD CONSTRAINT retention_column_line FOREIGN KEY (line) REFERENCES public.data_retention(code);

ALTER TABLE ONLY public.retention_notice
    ADD CONSTRAINT retention_notice_line FOREIGN KEY (line) REFERENCES public.data_retention(code);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_decided_by FOREIGN KEY (decided_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.rights_request
    ADD CONSTRAINT rights_request_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_commune FOREIGN KEY (insee) REFERENCES public.commune(insee);

ALTER TABLE ONLY public.session_contact
    ADD CONSTRAINT session_contact_asked_by FOREIGN KEY (asked_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.session_contact
    ADD CONSTRAINT session_contact_confirmed_by FOREIGN KEY (confirmed_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.session_contact
    ADD CONSTRAINT session_contact_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.session_contact
    ADD CONSTRAINT session_contact_session FOREIGN KEY (session_id) REFERENCES public.session(id);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_job FOREIGN KEY (job_version, job) REFERENCES public.rome_job(version, code);

ALTER TABLE ONLY public.session
    ADD CONSTRAINT session_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.sheet_import
    ADD CONSTRAINT sheet_import_member FOREIGN KEY (member_id) REFERENCES public.member(id);

ALTER TABLE ONLY public.structure_claim
    ADD CONSTRAINT structure_claim_asked_by FOREIGN KEY (asked_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.structure_claim
    ADD CONSTRAINT structure_claim_decided_by FOREIGN KEY (decided_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.structure_claim
    ADD CONSTRAINT structure_claim_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.structure_claim
    ADD CONSTRAINT structure_claim_structure FOREIGN KEY (structure_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.structure_distinct
    ADD CONSTRAINT structure_distinct_first FOREIGN KEY (first_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.structure_distinct
    ADD CONSTRAINT structure_distinct_said_by FOREIGN KEY (said_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.structure_distinct
    ADD CONSTRAINT structure_distinct_second FOREIGN KEY (second_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.structure
    ADD CONSTRAINT structure_kind FOREIGN KEY (kind) REFERENCES public.finess_category(code);

ALTER TABLE ONLY public.structure
    ADD CONSTRAINT structure_legal_entity FOREIGN KEY (legal_entity_id) REFERENCES public.legal_entity(id);

ALTER TABLE ONLY public.structure_merge
    ADD CONSTRAINT structure_merge_from FOREIGN KEY (from_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.structure_merge
    ADD CONSTRAINT structure_merge_into FOREIGN KEY (into_id) REFERENCES public.structure(id);

ALTER TABLE ONLY public.structure_merge
    ADD CONSTRAINT structure_merge_merged_by FOREIGN KEY (merged_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.structure_merge
    ADD CONSTRAINT structure_merge_undone_by FOREIGN KEY (undone_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.structure
    ADD CONSTRAINT structure_merged_into FOREIGN KEY (merged_into) REFERENCES public.structure(id);

ALTER TABLE ONLY public.structure
    ADD CONSTRAINT structure_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_done_by FOREIGN KEY (done_by) REFERENCES public.member(id);

ALTER TABLE ONLY public.task
    ADD CONSTRAINT task_organisation FOREIGN KEY (organisation_id) REFERENCES public.organisation(id);

ALTER TABLE public.access_code ENABLE ROW LEVEL SECURITY;

CREATE POLICY access_code_system ON public.access_code TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.candidate ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.candidate_agreement ENABLE ROW LEVEL SECURITY;

CREATE POLICY candidate_agreement_added ON public.candidate_agreement FOR INSERT TO pa31_app, pa31_operator WITH CHECK (((kind <> 'disability'::text) AND (candidate_id = ANY (( SELECT public.caller_shares('follow_up'::text) AS caller_shares)::uuid[]))));

CREATE POLICY candidate_agreement_forgotten ON public.candidate_agreement AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY candidate_agreement_own ON public.candidate_agreement TO pa31_app, pa31_operator USING (((( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (EXISTS ( SELECT
   FROM public.candidate c
  WHERE ((c.id = candidate_agreement.candidate_id) AND (c.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation))))))) WITH CHECK (((( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (EXISTS ( SELECT
   FROM public.candidate c
  WHERE ((c.id = candidate_agreement.candidate_id) AND (c.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)))))));

CREATE POLICY candidate_agreement_seen ON public.candidate_agreement FOR SELECT TO pa31_app, pa31_operator USING (((kind <> 'disability'::text) AND (public.current_caller() IS NOT NULL) AND (EXISTS ( SELECT
   FROM public.candidate c
  WHERE (c.id = candidate_agreement.candidate_id)))));

CREATE POLICY candidate_agreement_withdrawn ON public.candidate_agreement FOR UPDATE TO pa31_app, pa31_operator USING (((kind <> 'disability'::text) AND (candidate_id = ANY (( SELECT public.caller_shares('follow_up'::text) AS caller_shares)::uuid[]))));

CREATE POLICY candidate_as_received ON public.candidate FOR SELECT TO pa31_app, pa31_operator USING (public.caller_receives(id));

CREATE POLICY candidate_by_link ON public.candidate TO pa31_app USING ((id = ( SELECT public.caller_link() AS caller_link))) WITH CHECK ((id = ( SELECT public.caller_link() AS caller_link)));

CREATE POLICY candidate_counted ON public.candidate FOR SELECT TO pa31_stats USING (true);

CREATE POLICY candidate_followed ON public.candidate FOR UPDATE TO pa31_app, pa31_operator USING ((id = ANY (( SELECT public.caller_shares('follow_up'::text) AS caller_shares)::uuid[])));

CREATE POLICY candidate_forgotten ON public.candidate AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY candidate_opened_by_team ON public.candidate FOR SELECT TO pa31_app, pa31_operator USING ((id = ( SELECT public.caller_file() AS caller_file)));

CREATE POLICY candidate_own ON public.candidate TO pa31_app, pa31_operator USING (COALESCE((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)), false)) WITH CHECK ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY candidate_searched ON public.candidate FOR SELECT TO pa31_search USING (true);

ALTER TABLE public.candidate_share ENABLE ROW LEVEL SECURITY;

CREATE POLICY candidate_share_either ON public.candidate_share FOR SELECT TO pa31_app, pa31_operator USING (((from_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (to_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text)));

CREATE POLICY candidate_share_forgotten ON public.candidate_share AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY candidate_share_given ON public.candidate_share TO pa31_app, pa31_operator USING (((from_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text))) WITH CHECK (((from_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text)));

CREATE POLICY candidate_share_searched ON public.candidate_share FOR SELECT TO pa31_search USING (true);

CREATE POLICY candidate_share_taken_over ON public.candidate_share FOR UPDATE TO pa31_app, pa31_operator USING ((to_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation))) WITH CHECK (((revoked_at IS NOT NULL) AND (to_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation))));

CREATE POLICY candidate_shared ON public.candidate FOR SELECT TO pa31_app, pa31_operator USING ((id = ANY (( SELECT public.caller_shares('read'::text) AS caller_shares)::uuid[])));

ALTER TABLE public.candidate_statistics ENABLE ROW LEVEL SECURITY;

CREATE POLICY candidate_statistics_forgotten ON public.candidate_statistics AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY candidate_statistics_own ON public.candidate_statistics TO pa31_app, pa31_operator USING (((( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (EXISTS ( SELECT
   FROM public.candidate c
  WHERE ((c.id = candidate_statistics.candidate_id) AND (c.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation))))))) WITH CHECK (((( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (EXISTS ( SELECT
   FROM public.candidate c
  WHERE ((c.id = candidate_statistics.candidate_id) AND (c.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)))))));

CREATE POLICY candidate_system ON public.candidate TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY candidate_taken_over ON public.candidate FOR UPDATE TO pa31_app, pa31_operator USING ((id = ( SELECT public.caller_transfer() AS caller_transfer))) WITH CHECK ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY candidate_taken_over_seen ON public.candidate FOR SELECT TO pa31_app, pa31_operator USING ((id = ( SELECT public.caller_transfer() AS caller_transfer)));

ALTER TABLE public.candidate_transfer ENABLE ROW LEVEL SECURITY;

CREATE POLICY candidate_transfer_either ON public.candidate_transfer TO pa31_app, pa31_operator USING (((from_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (to_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text))) WITH CHECK (((from_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (to_organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text)));

CREATE POLICY candidate_transfer_forgotten ON public.candidate_transfer AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.checkpoint ENABLE ROW LEVEL SECURITY;

CREATE POLICY checkpoint_followed ON public.checkpoint TO pa31_app, pa31_operator USING (((( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (EXISTS ( SELECT
   FROM public.orientation o
  WHERE ((o.id = checkpoint.orientation_id) AND ((o.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (o.referent_id = ( SELECT public.caller_organisation() AS caller_organisation)))))))) WITH CHECK (((( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (EXISTS ( SELECT
   FROM public.orientation o
  WHERE ((o.id = checkpoint.orientation_id) AND ((o.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (o.referent_id = ( SELECT public.caller_organisation() AS caller_organisation))))))));

CREATE POLICY checkpoint_forgotten ON public.checkpoint AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.file_read ENABLE ROW LEVEL SECURITY;

CREATE POLICY file_read_forgotten_by_system ON public.file_read FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY file_read_seen ON public.file_read FOR SELECT TO pa31_app, pa31_operator USING ((((member_id)::text = ( SELECT public.current_caller() AS current_caller)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (EXISTS ( SELECT
   FROM public.candidate c
  WHERE ((c.id = file_read.candidate_id) AND (c.organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)))))));

CREATE POLICY file_read_written ON public.file_read FOR INSERT TO pa31_app, pa31_operator WITH CHECK ((((member_id)::text = ( SELECT public.current_caller() AS current_caller)) OR ((member_id IS NULL) AND ((candidate_id = ( SELECT public.caller_link() AS caller_link)) OR (( SELECT public.current_caller() AS current_caller) = 'system'::text)))));

ALTER TABLE public.idempotency_answer ENABLE ROW LEVEL SECURITY;

CREATE POLICY idempotency_answer_forgotten_by_purge ON public.idempotency_answer FOR DELETE TO pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY idempotency_answer_forgotten_by_system ON public.idempotency_answer FOR DELETE TO pa31_app USING ((public.current_caller() = 'system'::text));

CREATE POLICY idempotency_answer_own ON public.idempotency_answer TO pa31_app USING (((member_id)::text = public.current_caller())) WITH CHECK (((member_id)::text = public.current_caller()));

CREATE POLICY idempotency_answer_seen_by_purge ON public.idempotency_answer FOR SELECT TO pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY idempotency_answer_seen_by_system ON public.idempotency_answer FOR SELECT TO pa31_app USING ((public.current_caller() = 'system'::text));

ALTER TABLE public.mail_opt_out ENABLE ROW LEVEL SECURITY;

CREATE POLICY mail_opt_out_by_link ON public.mail_opt_out TO pa31_app USING ((encode(address_hash, 'hex'::text) = NULLIF(current_setting('pa31.link'::text, true), ''::text))) WITH CHECK ((encode(address_hash, 'hex'::text) = NULLIF(current_setting('pa31.link'::text, true), ''::text)));

CREATE POLICY mail_opt_out_of_system ON public.mail_opt_out TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.orientation ENABLE ROW LEVEL SECURITY;

CREATE POLICY orientation_answered ON public.orientation FOR UPDATE TO pa31_app, pa31_operator USING ((receiver_id = ( SELECT public.caller_organisation() AS caller_organisation))) WITH CHECK ((receiver_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY orientation_answered_by_link ON public.orientation FOR UPDATE TO pa31_app USING (((state <> 'draft'::text) AND ((id = ( SELECT public.caller_link() AS caller_link)) OR (candidate_id = ( SELECT public.caller_link() AS caller_link))))) WITH CHECK (((id = ( SELECT public.caller_link() AS caller_link)) OR (candidate_id = ( SELECT public.caller_link() AS caller_link))));

CREATE POLICY orientation_by_link ON public.orientation FOR SELECT TO pa31_app USING (((state <> 'draft'::text) AND ((id = ( SELECT public.caller_link() AS caller_link)) OR (candidate_id = ( SELECT public.caller_link() AS caller_link)))));

CREATE POLICY orientation_counted ON public.orientation FOR SELECT TO pa31_stats USING (true);

ALTER TABLE public.orientation_event ENABLE ROW LEVEL SECURITY;

CREATE POLICY orientation_event_forgotten ON public.orientation_event FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY orientation_event_seen ON public.orientation_event FOR SELECT TO pa31_app, pa31_operator USING (((public.current_caller() IS DISTINCT FROM ''::text) AND (EXISTS ( SELECT
   FROM public.orientation o
  WHERE (o.id = orientation_event.orientation_id)))));

CREATE POLICY orientation_event_written ON public.orientation_event FOR INSERT TO pa31_app, pa31_operator WITH CHECK (((public.current_caller() IS DISTINCT FROM ''::text) AND (EXISTS ( SELECT
   FROM public.orientation o
  WHERE (o.id = orientation_event.orientation_id)))));

CREATE POLICY orientation_forgotten ON public.orientation AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.orientation_link ENABLE ROW LEVEL SECURITY;

CREATE POLICY orientation_link_searched ON public.orientation_link FOR SELECT TO pa31_search USING (true);

CREATE POLICY orientation_link_system ON public.orientation_link TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY orientation_overseen ON public.orientation FOR SELECT TO pa31_app, pa31_operator USING (((state <> 'draft'::text) AND ( SELECT public.caller_is_team() AS caller_is_team)));

CREATE POLICY orientation_own ON public.orientation TO pa31_app, pa31_operator USING (((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (referent_id = ( SELECT public.caller_organisation() AS caller_organisation)))) WITH CHECK (((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR (referent_id = ( SELECT public.caller_organisation() AS caller_organisation))));

CREATE POLICY orientation_received ON public.orientation FOR SELECT TO pa31_app, pa31_operator USING ((receiver_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY orientation_searched ON public.orientation FOR SELECT TO pa31_search USING (true);

CREATE POLICY orientation_system ON public.orientation TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.orientation_text ENABLE ROW LEVEL SECURITY;

CREATE POLICY orientation_text_forgotten ON public.orientation_text FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY orientation_text_seen ON public.orientation_text FOR SELECT TO pa31_app, pa31_operator USING ((EXISTS ( SELECT
   FROM public.orientation o
  WHERE ((o.id = orientation_text.orientation_id) AND ((NOT ( SELECT public.caller_is_team() AS caller_is_team)) OR (o.receiver_id = ( SELECT public.caller_organisation() AS caller_organisation))) AND ((orientation_text.kind = ANY (ARRAY['to_candidate'::text, 'place'::text, 'programme'::text])) OR (o.candidate_id IS DISTINCT FROM ( SELECT public.caller_link() AS caller_link)))))));

CREATE POLICY orientation_text_written ON public.orientation_text FOR INSERT TO pa31_app, pa31_operator WITH CHECK ((EXISTS ( SELECT
   FROM public.orientation o
  WHERE ((o.id = orientation_text.orientation_id) AND ((NOT ( SELECT public.caller_is_team() AS caller_is_team)) OR (o.receiver_id = ( SELECT public.caller_organisation() AS caller_organisation)))))));

ALTER TABLE public.outbox ENABLE ROW LEVEL SECURITY;

CREATE POLICY outbox_forgotten_by_system ON public.outbox FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY outbox_hurried_by_team ON public.outbox FOR UPDATE TO pa31_operator USING (( SELECT public.caller_is_team() AS caller_is_team)) WITH CHECK (( SELECT public.caller_is_team() AS caller_is_team));

CREATE POLICY outbox_read_by_system ON public.outbox FOR SELECT TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY outbox_searched ON public.outbox FOR SELECT TO pa31_search USING (true);

CREATE POLICY outbox_seen_by_team ON public.outbox FOR SELECT TO pa31_operator USING (( SELECT public.caller_is_team() AS caller_is_team));

CREATE POLICY outbox_sent_by_system ON public.outbox FOR UPDATE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY outbox_written ON public.outbox FOR INSERT TO pa31_app, pa31_operator WITH CHECK (((state = 'waiting'::text) AND (attempts = 0) AND ((public.current_caller() IS NOT NULL) OR (NULLIF(current_setting('pa31.link'::text, true), ''::text) IS NOT NULL))));

ALTER TABLE public.person_count ENABLE ROW LEVEL SECURITY;

CREATE POLICY person_count_counted ON public.person_count FOR SELECT TO pa31_stats USING (true);

CREATE POLICY person_count_system ON public.person_count TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.person_step ENABLE ROW LEVEL SECURITY;

CREATE POLICY person_step_system ON public.person_step TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.quarter_figure ENABLE ROW LEVEL SECURITY;

CREATE POLICY quarter_figure_counted ON public.quarter_figure FOR SELECT TO pa31_stats USING (true);

CREATE POLICY quarter_figure_system ON public.quarter_figure TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.recruitment_contact ENABLE ROW LEVEL SECURITY;

CREATE POLICY recruitment_contact_forgotten ON public.recruitment_contact AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY recruitment_contact_forgotten_by_system ON public.recruitment_contact FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY recruitment_contact_own_or_team ON public.recruitment_contact TO pa31_app, pa31_operator USING (((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR ( SELECT public.caller_is_team() AS caller_is_team))) WITH CHECK (((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR ( SELECT public.caller_is_team() AS caller_is_team)));

CREATE POLICY recruitment_contact_proved_by_link ON public.recruitment_contact FOR UPDATE TO pa31_app USING (((structure_id)::text = NULLIF(current_setting('pa31.link'::text, true), ''::text))) WITH CHECK (((structure_id)::text = NULLIF(current_setting('pa31.link'::text, true), ''::text)));

CREATE POLICY recruitment_contact_searched ON public.recruitment_contact FOR SELECT TO pa31_search USING (true);

CREATE POLICY recruitment_contact_seen_by_link ON public.recruitment_contact FOR SELECT TO pa31_app USING (((structure_id)::text = NULLIF(current_setting('pa31.link'::text, true), ''::text)));

CREATE POLICY recruitment_contact_seen_by_system ON public.recruitment_contact FOR SELECT TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.rights_request ENABLE ROW LEVEL SECURITY;

CREATE POLICY rights_request_by_link ON public.rights_request TO pa31_app USING ((candidate_id = ( SELECT public.caller_link() AS caller_link))) WITH CHECK ((candidate_id = ( SELECT public.caller_link() AS caller_link)));

CREATE POLICY rights_request_forgotten ON public.rights_request AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY rights_request_of_dpo ON public.rights_request TO pa31_app, pa31_operator USING (( SELECT public.caller_is_dpo() AS caller_is_dpo)) WITH CHECK (( SELECT public.caller_is_dpo() AS caller_is_dpo));

CREATE POLICY rights_request_own ON public.rights_request TO pa31_app, pa31_operator USING ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation))) WITH CHECK ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY rights_request_system ON public.rights_request TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.session_contact ENABLE ROW LEVEL SECURITY;

CREATE POLICY session_contact_forgotten ON public.session_contact AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY session_contact_forgotten_by_system ON public.session_contact FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY session_contact_own_or_team ON public.session_contact TO pa31_app, pa31_operator USING (((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR ( SELECT public.caller_is_team() AS caller_is_team))) WITH CHECK (((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)) OR ( SELECT public.caller_is_team() AS caller_is_team)));

CREATE POLICY session_contact_searched ON public.session_contact FOR SELECT TO pa31_search USING (true);

CREATE POLICY session_contact_seen_by_system ON public.session_contact FOR SELECT TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

ALTER TABLE public.sheet_import ENABLE ROW LEVEL SECURITY;

CREATE POLICY sheet_import_forgotten_by_purge ON public.sheet_import FOR DELETE TO pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY sheet_import_forgotten_by_system ON public.sheet_import FOR DELETE TO pa31_app USING ((public.current_caller() = 'system'::text));

CREATE POLICY sheet_import_own ON public.sheet_import TO pa31_app, pa31_operator USING (((member_id)::text = public.current_caller())) WITH CHECK (((member_id)::text = public.current_caller()));

CREATE POLICY sheet_import_seen_by_purge ON public.sheet_import FOR SELECT TO pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY sheet_import_seen_by_system ON public.sheet_import FOR SELECT TO pa31_app USING ((public.current_caller() = 'system'::text));

ALTER TABLE public.task ENABLE ROW LEVEL SECURITY;

CREATE POLICY task_done_by_own ON public.task FOR UPDATE TO pa31_app, pa31_operator USING ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation))) WITH CHECK ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY task_done_by_team ON public.task FOR UPDATE TO pa31_app, pa31_operator USING (((organisation_id IS NULL) AND ( SELECT public.caller_is_team() AS caller_is_team))) WITH CHECK (((organisation_id IS NULL) AND ( SELECT public.caller_is_team() AS caller_is_team)));

CREATE POLICY task_forgotten ON public.task AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY task_of_system ON public.task TO pa31_app, pa31_operator USING ((( SELECT public.current_caller() AS current_caller) = 'system'::text)) WITH CHECK ((( SELECT public.current_caller() AS current_caller) = 'system'::text));

CREATE POLICY task_of_team ON public.task FOR SELECT TO pa31_app, pa31_operator USING (((organisation_id IS NULL) AND ( SELECT public.caller_is_team() AS caller_is_team)));

CREATE POLICY task_own ON public.task FOR SELECT TO pa31_app, pa31_operator USING ((organisation_id = ( SELECT public.caller_organisation() AS caller_organisation)));

CREATE POLICY task_written ON public.task FOR INSERT TO pa31_app, pa31_operator WITH CHECK (((done_at IS NULL) AND ((public.current_caller() IS NOT NULL) OR (NULLIF(current_setting('pa31.link'::text, true), ''::text) IS NOT NULL))));

GRANT SELECT ON TABLE public.commune TO pa31_public;
GRANT SELECT ON TABLE public.commune TO pa31_app;
GRANT SELECT ON TABLE public.commune TO pa31_operator;

GRANT SELECT(insee) ON TABLE public.commune TO pa31_stats;

GRANT SELECT(epci_siren) ON TABLE public.commune TO pa31_stats;

GRANT SELECT ON TABLE public.epci TO pa31_public;
GRANT SELECT ON TABLE public.epci TO pa31_app;
GRANT SELECT ON TABLE public.epci TO pa31_operator;

GRANT SELECT ON TABLE public.action TO pa31_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.action TO pa31_operator;

GRANT UPDATE(title) ON TABLE public.action TO pa31_app;

GRANT UPDATE(description) ON TABLE public.action TO pa31_app;

GRANT UPDATE(planned_start) ON TABLE public.action TO pa31_app;

GRANT UPDATE(planned_end) ON TABLE public.action TO pa31_app;

GRANT UPDATE(actual_start) ON TABLE public.action TO pa31_app;

GRANT UPDATE(actual_end) ON TABLE public.action TO pa31_app;

GRANT UPDATE(status) ON TABLE public.action TO pa31_app;

GRANT UPDATE(status_reason) ON TABLE public.action TO pa31_app;

GRANT UPDATE(status_reason_code) ON TABLE public.action TO pa31_app;

GRANT UPDATE(blocker) ON TABLE public.action TO pa31_app;

GRANT UPDATE(unblocker) ON TABLE public.action TO pa31_app;

GRANT UPDATE(health) ON TABLE public.action TO pa31_app;

GRANT UPDATE(is_public) ON TABLE public.action TO pa31_app;

GRANT UPDATE(updated_at) ON TABLE public.action TO pa31_app;

GRANT UPDATE(version) ON TABLE public.action TO pa31_app;

GRANT UPDATE(public_version) ON TABLE public.action TO pa31_app;

GRANT UPDATE(territory) ON TABLE public.action TO pa31_app;

GRANT UPDATE(audiences) ON TABLE public.action TO pa31_app;

GRANT UPDATE(priority) ON TABLE public.action TO pa31_app;

GRANT SELECT ON TABLE public.action_partner TO pa31_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.action_partner TO pa31_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.indicator TO pa31_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.indicator TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.indicator_value TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.indicator_value TO pa31_operator;

GRANT UPDATE(challenge) ON TABLE public.indicator_value TO pa31_app;
GRANT UPDATE(challenge) ON TABLE public.indicator_value TO pa31_operator;

GRANT UPDATE(settlement) ON TABLE public.indicator_value TO pa31_app;
GRANT UPDATE(settlement) ON TABLE public.indicator_value TO pa31_operator;

GRANT UPDATE(settlement_note) ON TABLE public.indicator_value TO pa31_app;
GRANT UPDATE(settlement_note) ON TABLE public.indicator_value TO pa31_operator;

GRANT SELECT ON TABLE public.indicator_standing TO pa31_app;
GRANT SELECT ON TABLE public.indicator_standing TO pa31_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.milestone TO pa31_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.milestone TO pa31_operator;

GRANT SELECT ON TABLE public.action_progress TO pa31_app;
GRANT SELECT ON TABLE public.action_progress TO pa31_operator;

GRANT SELECT ON TABLE public.axis TO pa31_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.axis TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.evidence TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.evidence TO pa31_operator;

GRANT UPDATE(label) ON TABLE public.evidence TO pa31_app;
GRANT UPDATE(label) ON TABLE public.evidence TO pa31_operator;

GRANT UPDATE(url) ON TABLE public.evidence TO pa31_app;
GRANT UPDATE(url) ON TABLE public.evidence TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.funding_line TO pa31_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.funding_line TO pa31_operator;

GRANT UPDATE(committed_cents) ON TABLE public.funding_line TO pa31_app;

GRANT UPDATE(spent_cents) ON TABLE public.funding_line TO pa31_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.organisation TO pa31_operator;
GRANT SELECT ON TABLE public.organisation TO pa31_app;
GRANT SELECT ON TABLE public.organisation TO pa31_search;

GRANT SELECT(id) ON TABLE public.organisation TO pa31_stats;

GRANT SELECT(kind) ON TABLE public.organisation TO pa31_stats;

GRANT UPDATE(version) ON TABLE public.organisation TO pa31_app;

GRANT UPDATE(prescriber_authorisation) ON TABLE public.organisation TO pa31_app;

GRANT UPDATE(authorisation_proof) ON TABLE public.organisation TO pa31_app;

GRANT UPDATE(authorisation_on) ON TABLE public.organisation TO pa31_app;

GRANT UPDATE(authorisation_by) ON TABLE public.organisation TO pa31_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.progress_note TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.progress_note TO pa31_operator;

GRANT UPDATE(kind) ON TABLE public.progress_note TO pa31_app;
GRANT UPDATE(kind) ON TABLE public.progress_note TO pa31_operator;

GRANT UPDATE(text) ON TABLE public.progress_note TO pa31_app;
GRANT UPDATE(text) ON TABLE public.progress_note TO pa31_operator;

GRANT SELECT ON TABLE public.action_view TO pa31_app;
GRANT SELECT ON TABLE public.action_view TO pa31_operator;

GRANT ALL ON FUNCTION public.action_as_of(day date) TO pa31_app;
GRANT ALL ON FUNCTION public.action_as_of(day date) TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.audit_log TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.audit_log TO pa31_operator;
GRANT SELECT,INSERT,DELETE ON TABLE public.audit_log TO pa31_audit_seal;

GRANT SELECT,INSERT ON TABLE public.audit_pending TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.audit_pending TO pa31_operator;
GRANT SELECT,INSERT,DELETE ON TABLE public.audit_pending TO pa31_audit_seal;

GRANT SELECT,INSERT,DELETE ON TABLE public.candidate TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.candidate TO pa31_operator;

GRANT SELECT(id) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(organisation_id) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(organisation_id) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(organisation_id) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(referent_id) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(referent_id) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(first_name) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(first_name) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(last_name) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(last_name) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(email) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(email) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(phone) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(phone) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(insee) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(insee) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(insee) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(birth_year) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(birth_year) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(situation) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(situation) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(diplomas) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(diplomas) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(diplomas) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(experience_years) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(experience_years) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(experience_years) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(experience) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(experience) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(licence) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(licence) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(licence) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(vehicle) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(vehicle) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(vehicle) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(mobility_km) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(mobility_km) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(mobility_km) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(available_from) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(available_from) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(available_from) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(night) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(night) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(night) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(weekend) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(weekend) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(weekend) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(split_shifts) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(split_shifts) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(split_shifts) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(contracts) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(contracts) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(contracts) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(hours_min) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(hours_min) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(hours_min) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(hours_max) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(hours_max) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(hours_max) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(jobs) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(jobs) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(jobs) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(lawful_basis) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(lawful_basis) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(notice_version) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(notice_version) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(notice_given_on) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(notice_given_on) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(notice_channel) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(notice_channel) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(objected_at) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(objected_at) ON TABLE public.candidate TO pa31_operator;
GRANT SELECT(objected_at) ON TABLE public.candidate TO pa31_search;

GRANT UPDATE(last_contact_on) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(last_contact_on) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(compared_at) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(compared_at) ON TABLE public.candidate TO pa31_operator;

GRANT SELECT(created_at) ON TABLE public.candidate TO pa31_stats;

GRANT UPDATE(updated_at) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(updated_at) ON TABLE public.candidate TO pa31_operator;

GRANT UPDATE(version) ON TABLE public.candidate TO pa31_app;
GRANT UPDATE(version) ON TABLE public.candidate TO pa31_operator;

GRANT SELECT(search_text) ON TABLE public.candidate TO pa31_search;

GRANT SELECT,INSERT,UPDATE ON TABLE public.member TO pa31_operator;
GRANT INSERT ON TABLE public.member TO pa31_app;

GRANT SELECT(id) ON TABLE public.member TO pa31_app;
GRANT SELECT(id) ON TABLE public.member TO pa31_search;
GRANT SELECT(id) ON TABLE public.member TO pa31_stats;

GRANT SELECT(organisation_id) ON TABLE public.member TO pa31_app;
GRANT SELECT(organisation_id) ON TABLE public.member TO pa31_search;
GRANT SELECT(organisation_id) ON TABLE public.member TO pa31_stats;

GRANT SELECT(name),UPDATE(name) ON TABLE public.member TO pa31_app;

GRANT SELECT(email) ON TABLE public.member TO pa31_search;
GRANT UPDATE(email) ON TABLE public.member TO pa31_app;

GRANT SELECT(role) ON TABLE public.member TO pa31_app;

GRANT SELECT(disabled_at),UPDATE(disabled_at) ON TABLE public.member TO pa31_app;
GRANT SELECT(disabled_at) ON TABLE public.member TO pa31_search;
GRANT SELECT(disabled_at) ON TABLE public.member TO pa31_stats;

GRANT SELECT(forgotten_at),UPDATE(forgotten_at) ON TABLE public.member TO pa31_app;

GRANT SELECT(last_use_on),UPDATE(last_use_on) ON TABLE public.member TO pa31_app;

REVOKE ALL ON FUNCTION public.candidates_named(caller uuid, words text, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.candidates_named(caller uuid, words text, most integer) TO pa31_app;
GRANT ALL ON FUNCTION public.candidates_named(caller uuid, words text, most integer) TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_share TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_share TO pa31_operator;
GRANT SELECT ON TABLE public.candidate_share TO pa31_search;

GRANT UPDATE(revoked_at) ON TABLE public.candidate_share TO pa31_app;
GRANT UPDATE(revoked_at) ON TABLE public.candidate_share TO pa31_operator;

REVOKE ALL ON FUNCTION public.candidates_wanting(caller uuid, wanted text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.candidates_wanting(caller uuid, wanted text[]) TO pa31_app;
GRANT ALL ON FUNCTION public.candidates_wanting(caller uuid, wanted text[]) TO pa31_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.structure TO pa31_operator;
GRANT SELECT ON TABLE public.structure TO pa31_app;
GRANT SELECT ON TABLE public.structure TO pa31_search;

GRANT SELECT(id) ON TABLE public.structure TO pa31_stats;

GRANT UPDATE(usual_name) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(siret) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(street) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(address_extra) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(postal_code) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(city) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(insee) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(latitude) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(longitude) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(phone) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(email) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(website) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(opening_hours) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(publics) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(sad_type) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(authorising_body) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(capacity) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(service_area) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(recruiting_until) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(field_sources) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(disagreements) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(verified_on) ON TABLE public.structure TO pa31_app;

GRANT UPDATE(organisation_id) ON TABLE public.structure TO pa31_app;
GRANT SELECT(organisation_id) ON TABLE public.structure TO pa31_stats;

GRANT SELECT,INSERT ON TABLE public.structure_claim TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.structure_claim TO pa31_operator;
GRANT SELECT ON TABLE public.structure_claim TO pa31_search;

GRANT UPDATE(status) ON TABLE public.structure_claim TO pa31_app;
GRANT UPDATE(status) ON TABLE public.structure_claim TO pa31_operator;

GRANT UPDATE(decided_at) ON TABLE public.structure_claim TO pa31_app;
GRANT UPDATE(decided_at) ON TABLE public.structure_claim TO pa31_operator;

GRANT UPDATE(decided_by) ON TABLE public.structure_claim TO pa31_app;
GRANT UPDATE(decided_by) ON TABLE public.structure_claim TO pa31_operator;

GRANT UPDATE(reason) ON TABLE public.structure_claim TO pa31_app;
GRANT UPDATE(reason) ON TABLE public.structure_claim TO pa31_operator;

GRANT UPDATE(version) ON TABLE public.structure_claim TO pa31_app;
GRANT UPDATE(version) ON TABLE public.structure_claim TO pa31_operator;

REVOKE ALL ON FUNCTION public.claim_domain_matches(caller uuid, claim uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.claim_domain_matches(caller uuid, claim uuid) TO pa31_app;
GRANT ALL ON FUNCTION public.claim_domain_matches(caller uuid, claim uuid) TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.recruitment_contact TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.recruitment_contact TO pa31_operator;
GRANT SELECT ON TABLE public.recruitment_contact TO pa31_search;

GRANT UPDATE(state) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(state) ON TABLE public.recruitment_contact TO pa31_operator;

GRANT UPDATE(secret_hash) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(secret_hash) ON TABLE public.recruitment_contact TO pa31_operator;

GRANT UPDATE(expires_at) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(expires_at) ON TABLE public.recruitment_contact TO pa31_operator;

GRANT UPDATE(proved_at) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(proved_at) ON TABLE public.recruitment_contact TO pa31_operator;

GRANT UPDATE(ended_at) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(ended_at) ON TABLE public.recruitment_contact TO pa31_operator;

GRANT UPDATE(replaced_by) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(replaced_by) ON TABLE public.recruitment_contact TO pa31_operator;

GRANT UPDATE(told_at) ON TABLE public.recruitment_contact TO pa31_app;
GRANT UPDATE(told_at) ON TABLE public.recruitment_contact TO pa31_operator;

REVOKE ALL ON FUNCTION public.contact_of_link(secret_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.contact_of_link(secret_hash bytea) TO pa31_app;

GRANT SELECT ON TABLE public.diploma TO pa31_public;
GRANT SELECT ON TABLE public.diploma TO pa31_app;
GRANT SELECT ON TABLE public.diploma TO pa31_operator;

GRANT SELECT ON TABLE public.diploma_synonym TO pa31_public;
GRANT SELECT ON TABLE public.diploma_synonym TO pa31_app;
GRANT SELECT ON TABLE public.diploma_synonym TO pa31_operator;

GRANT SELECT ON TABLE public.job_affinity TO pa31_public;
GRANT SELECT ON TABLE public.job_affinity TO pa31_app;
GRANT SELECT ON TABLE public.job_affinity TO pa31_operator;

GRANT SELECT ON TABLE public.finess_category TO pa31_public;
GRANT SELECT ON TABLE public.finess_category TO pa31_app;
GRANT SELECT ON TABLE public.finess_category TO pa31_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.outbox TO pa31_app;
GRANT INSERT,DELETE ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(id) ON TABLE public.outbox TO pa31_operator;
GRANT SELECT(id) ON TABLE public.outbox TO pa31_search;

GRANT SELECT(kind) ON TABLE public.outbox TO pa31_operator;
GRANT SELECT(kind) ON TABLE public.outbox TO pa31_search;

GRANT SELECT(audience) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(organisation_id) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(address) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(member_id) ON TABLE public.outbox TO pa31_operator;
GRANT SELECT(member_id) ON TABLE public.outbox TO pa31_search;

GRANT SELECT(address_hash) ON TABLE public.outbox TO pa31_search;
GRANT UPDATE(address_hash) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(subject) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(body_text) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(link_label) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(link_path) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(link_secret) ON TABLE public.outbox TO pa31_operator;

GRANT UPDATE(attachment) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(about_kind),UPDATE(about_kind) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(about_id),UPDATE(about_id) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(candidate_id),UPDATE(candidate_id) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(is_reminder) ON TABLE public.outbox TO pa31_operator;
GRANT SELECT(is_reminder) ON TABLE public.outbox TO pa31_search;

GRANT SELECT(state),UPDATE(state) ON TABLE public.outbox TO pa31_operator;
GRANT SELECT(state) ON TABLE public.outbox TO pa31_search;

GRANT SELECT(attempts) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(claimed_at) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(next_try_at),UPDATE(next_try_at) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(created_at) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(sent_at) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(error_class) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(gathered_into),UPDATE(gathered_into) ON TABLE public.outbox TO pa31_operator;
GRANT SELECT(gathered_into) ON TABLE public.outbox TO pa31_search;

GRANT UPDATE(opt_out_secret) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(opt_out_hash) ON TABLE public.outbox TO pa31_search;
GRANT UPDATE(opt_out_hash) ON TABLE public.outbox TO pa31_operator;

GRANT SELECT(cleared_at),UPDATE(cleared_at) ON TABLE public.outbox TO pa31_operator;

REVOKE ALL ON FUNCTION public.mail_address_of_member(caller text, mail uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.mail_address_of_member(caller text, mail uuid) TO pa31_app;

GRANT SELECT ON TABLE public.match_criterion TO pa31_public;
GRANT SELECT ON TABLE public.match_criterion TO pa31_app;
GRANT SELECT ON TABLE public.match_criterion TO pa31_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.api_token TO pa31_operator;
GRANT SELECT,INSERT,DELETE ON TABLE public.api_token TO pa31_app;

GRANT UPDATE(revoked_at) ON TABLE public.api_token TO pa31_app;

GRANT UPDATE(last_use_at) ON TABLE public.api_token TO pa31_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.need TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.need TO pa31_operator;

GRANT UPDATE(title) ON TABLE public.need TO pa31_app;
GRANT UPDATE(title) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(description) ON TABLE public.need TO pa31_app;
GRANT UPDATE(description) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(job_version) ON TABLE public.need TO pa31_app;
GRANT UPDATE(job_version) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(job) ON TABLE public.need TO pa31_app;
GRANT UPDATE(job) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(diplomas) ON TABLE public.need TO pa31_app;
GRANT UPDATE(diplomas) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(contract) ON TABLE public.need TO pa31_app;
GRANT UPDATE(contract) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(hours_per_week) ON TABLE public.need TO pa31_app;
GRANT UPDATE(hours_per_week) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(positions) ON TABLE public.need TO pa31_app;
GRANT UPDATE(positions) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(positions_left) ON TABLE public.need TO pa31_app;
GRANT UPDATE(positions_left) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(opening) ON TABLE public.need TO pa31_app;
GRANT UPDATE(opening) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(pay_min_cents) ON TABLE public.need TO pa31_app;
GRANT UPDATE(pay_min_cents) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(pay_max_cents) ON TABLE public.need TO pa31_app;
GRANT UPDATE(pay_max_cents) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(pay_period) ON TABLE public.need TO pa31_app;
GRANT UPDATE(pay_period) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(starts_on) ON TABLE public.need TO pa31_app;
GRANT UPDATE(starts_on) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(beginner_welcome) ON TABLE public.need TO pa31_app;
GRANT UPDATE(beginner_welcome) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(licence_required) ON TABLE public.need TO pa31_app;
GRANT UPDATE(licence_required) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(vehicle_required) ON TABLE public.need TO pa31_app;
GRANT UPDATE(vehicle_required) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(night) ON TABLE public.need TO pa31_app;
GRANT UPDATE(night) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(weekend) ON TABLE public.need TO pa31_app;
GRANT UPDATE(weekend) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(split_shifts) ON TABLE public.need TO pa31_app;
GRANT UPDATE(split_shifts) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(insee) ON TABLE public.need TO pa31_app;
GRANT UPDATE(insee) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(latitude) ON TABLE public.need TO pa31_app;
GRANT UPDATE(latitude) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(longitude) ON TABLE public.need TO pa31_app;
GRANT UPDATE(longitude) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(state) ON TABLE public.need TO pa31_app;
GRANT UPDATE(state) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(opened_at) ON TABLE public.need TO pa31_app;
GRANT UPDATE(opened_at) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(expires_on) ON TABLE public.need TO pa31_app;
GRANT UPDATE(expires_on) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(warned_for) ON TABLE public.need TO pa31_app;
GRANT UPDATE(warned_for) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(filled_at) ON TABLE public.need TO pa31_app;
GRANT UPDATE(filled_at) ON TABLE public.need TO pa31_operator;

GRANT UPDATE(reason) ON TABLE public.need TO pa31_app;
GRANT UPDATE(reason) ON TABLE public.need TO pa31_operator;

REVOKE ALL ON FUNCTION public.need_as_of(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.need_as_of(day date) TO pa31_app;
GRANT ALL ON FUNCTION public.need_as_of(day date) TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.orientation TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.orientation TO pa31_operator;

GRANT SELECT(id) ON TABLE public.orientation TO pa31_search;

GRANT SELECT(candidate_id) ON TABLE public.orientation TO pa31_search;

GRANT UPDATE(organisation_id) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(organisation_id) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(organisation_id) ON TABLE public.orientation TO pa31_search;

GRANT UPDATE(prescriber_id) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(prescriber_id) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(referent_id) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(referent_id) ON TABLE public.orientation TO pa31_operator;

GRANT SELECT(need_id) ON TABLE public.orientation TO pa31_search;

GRANT SELECT(structure_id) ON TABLE public.orientation TO pa31_search;
GRANT SELECT(structure_id) ON TABLE public.orientation TO pa31_stats;

GRANT SELECT(session_id) ON TABLE public.orientation TO pa31_search;

GRANT UPDATE(receiver_id) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(receiver_id) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(receiver_id) ON TABLE public.orientation TO pa31_search;
GRANT SELECT(receiver_id) ON TABLE public.orientation TO pa31_stats;

GRANT UPDATE(state) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(state) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(state) ON TABLE public.orientation TO pa31_search;
GRANT SELECT(state) ON TABLE public.orientation TO pa31_stats;

GRANT UPDATE(former_state) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(former_state) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(due_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(due_on) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(due_on) ON TABLE public.orientation TO pa31_search;
GRANT SELECT(due_on) ON TABLE public.orientation TO pa31_stats;

GRANT UPDATE(sent_at) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(sent_at) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(sent_at) ON TABLE public.orientation TO pa31_search;
GRANT SELECT(sent_at) ON TABLE public.orientation TO pa31_stats;

GRANT UPDATE(opened_at) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(opened_at) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(answered_at) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(answered_at) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(answered_at) ON TABLE public.orientation TO pa31_stats;

GRANT UPDATE(closed_at) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(closed_at) ON TABLE public.orientation TO pa31_operator;
GRANT SELECT(closed_at) ON TABLE public.orientation TO pa31_search;

GRANT UPDATE(visible_until) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(visible_until) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(reason) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(reason) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(appointment_at) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(appointment_at) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(prior_action) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(prior_action) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(prior_starts_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(prior_starts_on) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(prior_ends_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(prior_ends_on) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(training_session_id) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(training_session_id) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(training_starts_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(training_starts_on) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(training_ends_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(training_ends_on) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(training_result) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(training_result) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(hired_at) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(hired_at) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(hire_contract) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(hire_contract) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(hire_starts_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(hire_starts_on) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(hire_hours) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(hire_hours) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(has_place) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(has_place) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(reminded) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(reminded) ON TABLE public.orientation TO pa31_operator;

GRANT UPDATE(told_on) ON TABLE public.orientation TO pa31_app;
GRANT UPDATE(told_on) ON TABLE public.orientation TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.orientation_link TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.orientation_link TO pa31_operator;
GRANT SELECT ON TABLE public.orientation_link TO pa31_search;

GRANT UPDATE(expires_at) ON TABLE public.orientation_link TO pa31_app;
GRANT UPDATE(expires_at) ON TABLE public.orientation_link TO pa31_operator;

GRANT UPDATE(spent_at) ON TABLE public.orientation_link TO pa31_app;
GRANT UPDATE(spent_at) ON TABLE public.orientation_link TO pa31_operator;

GRANT UPDATE(form_key) ON TABLE public.orientation_link TO pa31_app;
GRANT UPDATE(form_key) ON TABLE public.orientation_link TO pa31_operator;

GRANT SELECT ON TABLE public.session_contact TO pa31_search;
GRANT SELECT,INSERT,DELETE ON TABLE public.session_contact TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.session_contact TO pa31_operator;

GRANT UPDATE(state) ON TABLE public.session_contact TO pa31_app;
GRANT UPDATE(state) ON TABLE public.session_contact TO pa31_operator;

GRANT UPDATE(confirmed_at) ON TABLE public.session_contact TO pa31_app;
GRANT UPDATE(confirmed_at) ON TABLE public.session_contact TO pa31_operator;

GRANT UPDATE(confirmed_by) ON TABLE public.session_contact TO pa31_app;
GRANT UPDATE(confirmed_by) ON TABLE public.session_contact TO pa31_operator;

GRANT UPDATE(ended_at) ON TABLE public.session_contact TO pa31_app;
GRANT UPDATE(ended_at) ON TABLE public.session_contact TO pa31_operator;

REVOKE ALL ON FUNCTION public.orientation_of_link(secret_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.orientation_of_link(secret_hash bytea) TO pa31_app;

GRANT SELECT,INSERT,UPDATE ON TABLE public.person_count TO pa31_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.person_count TO pa31_operator;
GRANT SELECT ON TABLE public.person_count TO pa31_stats;

GRANT SELECT,INSERT,DELETE ON TABLE public.person_period TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.person_period TO pa31_operator;
GRANT SELECT ON TABLE public.person_period TO pa31_stats;

GRANT SELECT,INSERT,UPDATE ON TABLE public.person_quarter TO pa31_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.person_quarter TO pa31_operator;
GRANT SELECT ON TABLE public.person_quarter TO pa31_stats;

GRANT SELECT ON TABLE public.person_value TO pa31_app;
GRANT SELECT ON TABLE public.person_value TO pa31_operator;
GRANT SELECT ON TABLE public.person_value TO pa31_stats;

REVOKE ALL ON FUNCTION public.person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamp with time zone) TO pa31_app;
GRANT ALL ON FUNCTION public.person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamp with time zone) TO pa31_operator;

REVOKE ALL ON FUNCTION public.person_totals() FROM PUBLIC;
GRANT ALL ON FUNCTION public.person_totals() TO pa31_public;
GRANT ALL ON FUNCTION public.person_totals() TO pa31_app;
GRANT ALL ON FUNCTION public.person_totals() TO pa31_operator;

REVOKE ALL ON FUNCTION public.persons_are_counted(last_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.persons_are_counted(last_day date) TO pa31_app;
GRANT ALL ON FUNCTION public.persons_are_counted(last_day date) TO pa31_operator;

GRANT ALL ON FUNCTION public.place_is_known(code text) TO pa31_public;
GRANT ALL ON FUNCTION public.place_is_known(code text) TO pa31_app;
GRANT ALL ON FUNCTION public.place_is_known(code text) TO pa31_operator;

GRANT SELECT ON TABLE public.commune_change TO pa31_public;
GRANT SELECT ON TABLE public.commune_change TO pa31_app;
GRANT SELECT ON TABLE public.commune_change TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.quarter_figure TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.quarter_figure TO pa31_operator;
GRANT SELECT ON TABLE public.quarter_figure TO pa31_stats;

REVOKE ALL ON FUNCTION public.quarter_figures() FROM PUBLIC;
GRANT ALL ON FUNCTION public.quarter_figures() TO pa31_public;
GRANT ALL ON FUNCTION public.quarter_figures() TO pa31_app;
GRANT ALL ON FUNCTION public.quarter_figures() TO pa31_operator;

GRANT ALL ON FUNCTION public.quarter_label(day date) TO pa31_public;

GRANT SELECT ON TABLE public.recruitment_word TO pa31_public;
GRANT SELECT,INSERT ON TABLE public.recruitment_word TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.recruitment_word TO pa31_operator;

REVOKE ALL ON FUNCTION public.reminders_of_link(secret_hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.reminders_of_link(secret_hash bytea) TO pa31_app;

REVOKE ALL ON FUNCTION public.report_actions(day date, funder text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_actions(day date, funder text) TO pa31_app;
GRANT ALL ON FUNCTION public.report_actions(day date, funder text) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_figures(day date, starts_on date, ends_on date, funder text, plan_funder text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_figures(day date, starts_on date, ends_on date, funder text, plan_funder text) TO pa31_app;
GRANT ALL ON FUNCTION public.report_figures(day date, starts_on date, ends_on date, funder text, plan_funder text) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_gaps(day date, starts_on date, ends_on date, funder text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_gaps(day date, starts_on date, ends_on date, funder text) TO pa31_app;
GRANT ALL ON FUNCTION public.report_gaps(day date, starts_on date, ends_on date, funder text) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_indicators(day date, funder text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_indicators(day date, funder text) TO pa31_app;
GRANT ALL ON FUNCTION public.report_indicators(day date, funder text) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_milestones(day date, funder text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_milestones(day date, funder text) TO pa31_app;
GRANT ALL ON FUNCTION public.report_milestones(day date, funder text) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_money(day date, funder text, first_year integer, last_year integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_money(day date, funder text, first_year integer, last_year integer) TO pa31_app;
GRANT ALL ON FUNCTION public.report_money(day date, funder text, first_year integer, last_year integer) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_needs(day date, starts_on date, ends_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_needs(day date, starts_on date, ends_on date) TO pa31_app;
GRANT ALL ON FUNCTION public.report_needs(day date, starts_on date, ends_on date) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_person_figures(day date, starts_on date, ends_on date, known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_person_figures(day date, starts_on date, ends_on date, known_at timestamp with time zone) TO pa31_app;
GRANT ALL ON FUNCTION public.report_person_figures(day date, starts_on date, ends_on date, known_at timestamp with time zone) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_persons(day date, starts_on date, ends_on date, known_at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_persons(day date, starts_on date, ends_on date, known_at timestamp with time zone) TO pa31_app;
GRANT ALL ON FUNCTION public.report_persons(day date, starts_on date, ends_on date, known_at timestamp with time zone) TO pa31_operator;

REVOKE ALL ON FUNCTION public.report_sessions(day date, starts_on date, ends_on date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_sessions(day date, starts_on date, ends_on date) TO pa31_app;
GRANT ALL ON FUNCTION public.report_sessions(day date, starts_on date, ends_on date) TO pa31_operator;

GRANT ALL ON FUNCTION public.report_status_label(status text) TO pa31_public;

REVOKE ALL ON FUNCTION public.report_structures(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.report_structures(day date) TO pa31_app;
GRANT ALL ON FUNCTION public.report_structures(day date) TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.past_orientation TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.past_orientation TO pa31_operator;
GRANT SELECT ON TABLE public.past_orientation TO pa31_stats;

REVOKE ALL ON FUNCTION public.service_level(caller uuid, structure uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.service_level(caller uuid, structure uuid) TO pa31_app;
GRANT ALL ON FUNCTION public.service_level(caller uuid, structure uuid) TO pa31_operator;

REVOKE ALL ON FUNCTION public.service_level_of_all(caller text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.service_level_of_all(caller text) TO pa31_app;
GRANT ALL ON FUNCTION public.service_level_of_all(caller text) TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.session TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.session TO pa31_operator;

GRANT UPDATE(title) ON TABLE public.session TO pa31_app;
GRANT UPDATE(title) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(description) ON TABLE public.session TO pa31_app;
GRANT UPDATE(description) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(kind) ON TABLE public.session TO pa31_app;
GRANT UPDATE(kind) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(job_version) ON TABLE public.session TO pa31_app;
GRANT UPDATE(job_version) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(job) ON TABLE public.session TO pa31_app;
GRANT UPDATE(job) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(insee) ON TABLE public.session TO pa31_app;
GRANT UPDATE(insee) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(place) ON TABLE public.session TO pa31_app;
GRANT UPDATE(place) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(starts_on) ON TABLE public.session TO pa31_app;
GRANT UPDATE(starts_on) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(ends_on) ON TABLE public.session TO pa31_app;
GRANT UPDATE(ends_on) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(places) ON TABLE public.session TO pa31_app;
GRANT UPDATE(places) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(places_left) ON TABLE public.session TO pa31_app;
GRANT UPDATE(places_left) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(state) ON TABLE public.session TO pa31_app;
GRANT UPDATE(state) ON TABLE public.session TO pa31_operator;

GRANT UPDATE(reason) ON TABLE public.session TO pa31_app;
GRANT UPDATE(reason) ON TABLE public.session TO pa31_operator;

REVOKE ALL ON FUNCTION public.session_as_of(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.session_as_of(day date) TO pa31_app;
GRANT ALL ON FUNCTION public.session_as_of(day date) TO pa31_operator;

REVOKE ALL ON FUNCTION public.session_has_contact(session uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.session_has_contact(session uuid) TO pa31_app;
GRANT ALL ON FUNCTION public.session_has_contact(session uuid) TO pa31_operator;

REVOKE ALL ON FUNCTION public.structure_as_of(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION public.structure_as_of(day date) TO pa31_app;
GRANT ALL ON FUNCTION public.structure_as_of(day date) TO pa31_operator;

REVOKE ALL ON FUNCTION public.structure_has_contact(structure uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.structure_has_contact(structure uuid) TO pa31_app;
GRANT ALL ON FUNCTION public.structure_has_contact(structure uuid) TO pa31_operator;

GRANT SELECT ON TABLE public.structure_word TO pa31_public;
GRANT SELECT,INSERT ON TABLE public.structure_word TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.structure_word TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.field_change TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.field_change TO pa31_operator;
GRANT SELECT,DELETE ON TABLE public.field_change TO pa31_audit_seal;

GRANT SELECT,INSERT,DELETE ON TABLE public.access_code TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.access_code TO pa31_operator;

GRANT UPDATE(tries) ON TABLE public.access_code TO pa31_app;
GRANT UPDATE(tries) ON TABLE public.access_code TO pa31_operator;

GRANT UPDATE(used_at) ON TABLE public.access_code TO pa31_app;
GRANT UPDATE(used_at) ON TABLE public.access_code TO pa31_operator;

GRANT SELECT ON TABLE public.action_change TO pa31_app;
GRANT SELECT ON TABLE public.action_change TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.action_comment TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.action_comment TO pa31_operator;

GRANT SELECT ON TABLE public.action_event TO pa31_app;
GRANT SELECT ON TABLE public.action_event TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.action_nudge_sent TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.action_nudge_sent TO pa31_operator;

GRANT SELECT ON TABLE public.action_plan TO pa31_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.action_plan TO pa31_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.answer_time TO pa31_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.answer_time TO pa31_operator;

GRANT SELECT ON TABLE public.audit_checkpoint TO pa31_app;
GRANT SELECT ON TABLE public.audit_checkpoint TO pa31_operator;
GRANT SELECT,INSERT ON TABLE public.audit_checkpoint TO pa31_audit_seal;

GRANT SELECT,INSERT,DELETE ON TABLE public.audit_seal TO pa31_audit_seal;
GRANT SELECT ON TABLE public.audit_seal TO pa31_app;
GRANT SELECT ON TABLE public.audit_seal TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.calendar_feed TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.calendar_feed TO pa31_operator;

GRANT UPDATE(revoked_at) ON TABLE public.calendar_feed TO pa31_app;
GRANT UPDATE(revoked_at) ON TABLE public.calendar_feed TO pa31_operator;

GRANT UPDATE(last_use_at) ON TABLE public.calendar_feed TO pa31_app;
GRANT UPDATE(last_use_at) ON TABLE public.calendar_feed TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.campaign TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(state) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(state) ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(due_on) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(due_on) ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(moved_at) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(moved_at) ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(reviewer_id) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(reviewer_id) ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(signatory_id) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(signatory_id) ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(reminded_on) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(reminded_on) ON TABLE public.campaign TO pa31_operator;

GRANT UPDATE(version) ON TABLE public.campaign TO pa31_app;
GRANT UPDATE(version) ON TABLE public.campaign TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.campaign_explanation TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.campaign_explanation TO pa31_operator;

GRANT UPDATE(text) ON TABLE public.campaign_explanation TO pa31_app;
GRANT UPDATE(text) ON TABLE public.campaign_explanation TO pa31_operator;

GRANT UPDATE(written_at) ON TABLE public.campaign_explanation TO pa31_app;
GRANT UPDATE(written_at) ON TABLE public.campaign_explanation TO pa31_operator;

GRANT UPDATE(author_id) ON TABLE public.campaign_explanation TO pa31_app;
GRANT UPDATE(author_id) ON TABLE public.campaign_explanation TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.campaign_move TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.campaign_move TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_agreement TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_agreement TO pa31_operator;

GRANT UPDATE(withdrawn_on) ON TABLE public.candidate_agreement TO pa31_app;
GRANT UPDATE(withdrawn_on) ON TABLE public.candidate_agreement TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_statistics TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(sex) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(sex) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(long_term_unemployed) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(long_term_unemployed) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(rsa) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(rsa) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(qpv) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(qpv) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(qpv_vintage) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(qpv_vintage) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(diploma_level) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(diploma_level) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(disability) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(disability) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(updated_at) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(updated_at) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT UPDATE(version) ON TABLE public.candidate_statistics TO pa31_app;
GRANT UPDATE(version) ON TABLE public.candidate_statistics TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_transfer TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.candidate_transfer TO pa31_operator;

GRANT UPDATE(state) ON TABLE public.candidate_transfer TO pa31_app;
GRANT UPDATE(state) ON TABLE public.candidate_transfer TO pa31_operator;

GRANT UPDATE(decided_at) ON TABLE public.candidate_transfer TO pa31_app;
GRANT UPDATE(decided_at) ON TABLE public.candidate_transfer TO pa31_operator;

GRANT UPDATE(decided_by) ON TABLE public.candidate_transfer TO pa31_app;
GRANT UPDATE(decided_by) ON TABLE public.candidate_transfer TO pa31_operator;

GRANT UPDATE(answer) ON TABLE public.candidate_transfer TO pa31_app;
GRANT UPDATE(answer) ON TABLE public.candidate_transfer TO pa31_operator;

GRANT UPDATE(version) ON TABLE public.candidate_transfer TO pa31_app;
GRANT UPDATE(version) ON TABLE public.candidate_transfer TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.checkpoint TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.checkpoint TO pa31_operator;

GRANT UPDATE(asked_on) ON TABLE public.checkpoint TO pa31_app;
GRANT UPDATE(asked_on) ON TABLE public.checkpoint TO pa31_operator;

GRANT UPDATE(outcome) ON TABLE public.checkpoint TO pa31_app;
GRANT UPDATE(outcome) ON TABLE public.checkpoint TO pa31_operator;

GRANT UPDATE(recorded_at) ON TABLE public.checkpoint TO pa31_app;
GRANT UPDATE(recorded_at) ON TABLE public.checkpoint TO pa31_operator;

GRANT UPDATE(recorded_by) ON TABLE public.checkpoint TO pa31_app;
GRANT UPDATE(recorded_by) ON TABLE public.checkpoint TO pa31_operator;

GRANT SELECT ON TABLE public.collective_agreement TO pa31_public;
GRANT SELECT ON TABLE public.collective_agreement TO pa31_app;
GRANT SELECT ON TABLE public.collective_agreement TO pa31_operator;

GRANT SELECT ON TABLE public.contract_type TO pa31_public;
GRANT SELECT ON TABLE public.contract_type TO pa31_app;
GRANT SELECT ON TABLE public.contract_type TO pa31_operator;

GRANT SELECT ON TABLE public.data_retention TO pa31_public;
GRANT SELECT ON TABLE public.data_retention TO pa31_app;
GRANT SELECT ON TABLE public.data_retention TO pa31_operator;
GRANT SELECT ON TABLE public.data_retention TO pa31_audit_seal;

GRANT SELECT,INSERT,DELETE ON TABLE public.erasure_ledger TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.erasure_ledger TO pa31_operator;

GRANT UPDATE(exported_at) ON TABLE public.erasure_ledger TO pa31_app;
GRANT UPDATE(exported_at) ON TABLE public.erasure_ledger TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.file_read TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.file_read TO pa31_operator;

GRANT SELECT ON TABLE public.finess_legal_status TO pa31_public;
GRANT SELECT ON TABLE public.finess_legal_status TO pa31_app;
GRANT SELECT ON TABLE public.finess_legal_status TO pa31_operator;

GRANT SELECT ON TABLE public.grant_agreement TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.grant_agreement TO pa31_operator;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.idempotency_answer TO pa31_app;
GRANT SELECT,DELETE ON TABLE public.idempotency_answer TO pa31_operator;

GRANT SELECT ON TABLE public.instance TO pa31_app;
GRANT SELECT ON TABLE public.instance TO pa31_public;
GRANT SELECT,INSERT ON TABLE public.instance TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.invitation TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.invitation TO pa31_operator;

GRANT UPDATE(used_at) ON TABLE public.invitation TO pa31_app;
GRANT UPDATE(used_at) ON TABLE public.invitation TO pa31_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.legal_entity TO pa31_operator;
GRANT SELECT ON TABLE public.legal_entity TO pa31_app;

GRANT SELECT,INSERT,DELETE ON TABLE public.mail_opt_out TO pa31_app;
GRANT SELECT,DELETE ON TABLE public.mail_opt_out TO pa31_operator;

GRANT SELECT ON TABLE public.need_index TO pa31_public;
GRANT SELECT ON TABLE public.need_index TO pa31_app;
GRANT SELECT ON TABLE public.need_index TO pa31_operator;

GRANT SELECT ON TABLE public.rome_job TO pa31_public;
GRANT SELECT ON TABLE public.rome_job TO pa31_app;
GRANT SELECT ON TABLE public.rome_job TO pa31_operator;

GRANT SELECT ON TABLE public.need_view TO pa31_app;
GRANT SELECT ON TABLE public.need_view TO pa31_operator;

GRANT SELECT ON TABLE public.need_words TO pa31_public;
GRANT SELECT ON TABLE public.need_words TO pa31_app;
GRANT SELECT ON TABLE public.need_words TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.orientation_event TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.orientation_event TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.orientation_text TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.orientation_text TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.person_step TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.person_step TO pa31_operator;

GRANT SELECT ON TABLE public.priority_district TO pa31_public;
GRANT SELECT ON TABLE public.priority_district TO pa31_app;
GRANT SELECT ON TABLE public.priority_district TO pa31_operator;

GRANT SELECT ON TABLE public.public_action TO pa31_public;
GRANT SELECT ON TABLE public.public_action TO pa31_app;
GRANT SELECT ON TABLE public.public_action TO pa31_operator;

GRANT SELECT ON TABLE public.public_axis TO pa31_public;
GRANT SELECT ON TABLE public.public_axis TO pa31_app;
GRANT SELECT ON TABLE public.public_axis TO pa31_operator;

GRANT SELECT ON TABLE public.public_grant TO pa31_public;
GRANT SELECT ON TABLE public.public_grant TO pa31_app;
GRANT SELECT ON TABLE public.public_grant TO pa31_operator;

GRANT SELECT ON TABLE public.public_legal_entity TO pa31_public;
GRANT SELECT ON TABLE public.public_legal_entity TO pa31_app;
GRANT SELECT ON TABLE public.public_legal_entity TO pa31_operator;

GRANT SELECT ON TABLE public.public_need TO pa31_public;
GRANT SELECT ON TABLE public.public_need TO pa31_app;
GRANT SELECT ON TABLE public.public_need TO pa31_operator;

GRANT SELECT ON TABLE public.public_plan TO pa31_public;
GRANT SELECT ON TABLE public.public_plan TO pa31_app;
GRANT SELECT ON TABLE public.public_plan TO pa31_operator;

GRANT SELECT ON TABLE public.session_view TO pa31_app;
GRANT SELECT ON TABLE public.session_view TO pa31_operator;

GRANT SELECT ON TABLE public.public_session TO pa31_public;
GRANT SELECT ON TABLE public.public_session TO pa31_app;
GRANT SELECT ON TABLE public.public_session TO pa31_operator;

GRANT SELECT ON TABLE public.structure_index TO pa31_public;
GRANT SELECT ON TABLE public.structure_index TO pa31_app;
GRANT SELECT ON TABLE public.structure_index TO pa31_operator;

GRANT SELECT ON TABLE public.public_stats TO pa31_public;
GRANT SELECT ON TABLE public.public_stats TO pa31_app;
GRANT SELECT ON TABLE public.public_stats TO pa31_operator;

GRANT SELECT ON TABLE public.public_structure TO pa31_public;
GRANT SELECT ON TABLE public.public_structure TO pa31_app;
GRANT SELECT ON TABLE public.public_structure TO pa31_operator;

GRANT SELECT,INSERT,UPDATE ON TABLE public.purge_pass TO pa31_app;
GRANT SELECT,INSERT,UPDATE ON TABLE public.purge_pass TO pa31_operator;

GRANT SELECT ON TABLE public.refusal_reason TO pa31_public;
GRANT SELECT ON TABLE public.refusal_reason TO pa31_app;
GRANT SELECT ON TABLE public.refusal_reason TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.report TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.report TO pa31_operator;

GRANT UPDATE(published_at) ON TABLE public.report TO pa31_app;
GRANT UPDATE(published_at) ON TABLE public.report TO pa31_operator;

GRANT UPDATE(published_by) ON TABLE public.report TO pa31_app;
GRANT UPDATE(published_by) ON TABLE public.report TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.report_file TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.report_file TO pa31_operator;

GRANT SELECT ON TABLE public.report_indicator TO pa31_public;
GRANT SELECT ON TABLE public.report_indicator TO pa31_app;
GRANT SELECT ON TABLE public.report_indicator TO pa31_operator;

GRANT SELECT ON TABLE public.retention_column TO pa31_public;
GRANT SELECT ON TABLE public.retention_column TO pa31_app;
GRANT SELECT ON TABLE public.retention_column TO pa31_operator;
GRANT SELECT ON TABLE public.retention_column TO pa31_audit_seal;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.retention_notice TO pa31_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE public.retention_notice TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.rights_request TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(organisation_id) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(organisation_id) ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(text) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(text) ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(state) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(state) ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(decided_at) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(decided_at) ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(decided_by) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(decided_by) ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(answer) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(answer) ON TABLE public.rights_request TO pa31_operator;

GRANT UPDATE(version) ON TABLE public.rights_request TO pa31_app;
GRANT UPDATE(version) ON TABLE public.rights_request TO pa31_operator;

GRANT SELECT ON TABLE public.schema_migration TO pa31_app;
GRANT SELECT ON TABLE public.schema_migration TO pa31_public;
GRANT SELECT ON TABLE public.schema_migration TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.service_level_day TO pa31_app;
GRANT SELECT,INSERT ON TABLE public.service_level_day TO pa31_operator;

GRANT SELECT ON TABLE public.service_rule TO pa31_app;
GRANT SELECT ON TABLE public.service_rule TO pa31_operator;
GRANT SELECT ON TABLE public.service_rule TO pa31_search;
GRANT SELECT ON TABLE public.service_rule TO pa31_stats;

GRANT SELECT,INSERT,DELETE ON TABLE public.sheet_import TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.sheet_import TO pa31_operator;

GRANT UPDATE(applied_at) ON TABLE public.sheet_import TO pa31_app;
GRANT UPDATE(applied_at) ON TABLE public.sheet_import TO pa31_operator;

GRANT UPDATE(sheet) ON TABLE public.sheet_import TO pa31_app;
GRANT UPDATE(sheet) ON TABLE public.sheet_import TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.structure_distinct TO pa31_operator;

GRANT SELECT ON TABLE public.structure_duplicate TO pa31_operator;

GRANT SELECT,INSERT ON TABLE public.structure_merge TO pa31_operator;

GRANT UPDATE(undone_at) ON TABLE public.structure_merge TO pa31_operator;

GRANT UPDATE(undone_by) ON TABLE public.structure_merge TO pa31_operator;

GRANT SELECT,INSERT,DELETE ON TABLE public.task TO pa31_app;
GRANT SELECT,INSERT,DELETE ON TABLE public.task TO pa31_operator;

GRANT UPDATE(text) ON TABLE public.task TO pa31_app;
GRANT UPDATE(text) ON TABLE public.task TO pa31_operator;

GRANT UPDATE(done_at) ON TABLE public.task TO pa31_app;
GRANT UPDATE(done_at) ON TABLE public.task TO pa31_operator;

GRANT UPDATE(done_by) ON TABLE public.task TO pa31_app;
GRANT UPDATE(done_by) ON TABLE public.task TO pa31_operator;

