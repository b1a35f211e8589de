-- Reports to funders: what each figure means, campaigns, and what each submission froze.
CREATE TABLE report_indicator (
    code text CONSTRAINT report_indicator_key PRIMARY KEY,
    subject text NOT NULL,
    label_fr text NOT NULL,
    definition_fr text NOT NULL,
    numerator_fr text NOT NULL,
    denominator_fr text,
    unit text NOT NULL,
    source_fr text NOT NULL,
    version integer NOT NULL,
    plan_titles text[] NOT NULL DEFAULT '{}',
    CONSTRAINT report_indicator_code_form CHECK (code ~ '^[a-z][a-z0-9_]{2,59}$'),
    CONSTRAINT report_indicator_subject_known CHECK (subject IN ('plan', 'money', 'structures', 'needs', 'persons')),
    CONSTRAINT report_indicator_unit_known CHECK (unit IN ('count', 'percent', 'euros', 'days')),
    CONSTRAINT report_indicator_text CHECK
        (is_text(label_fr, 200) AND is_text(definition_fr, 1000) AND is_text(numerator_fr, 500)
         AND coalesce(is_text(denominator_fr, 500), true) AND is_text(source_fr, 300)),
    CONSTRAINT report_indicator_version_positive CHECK (version > 0)
);
COMMENT ON TABLE report_indicator IS 'What each figure shown to funders and to the public means (sql/reference/rows).';
COMMENT ON COLUMN report_indicator.code IS 'public Its name in files and in the program.';
COMMENT ON COLUMN report_indicator.subject IS 'public What it is about: plan, money, structures, needs, persons.';
COMMENT ON COLUMN report_indicator.label_fr IS 'public What stands beside the figure.';
COMMENT ON COLUMN report_indicator.definition_fr IS 'public What it says.';
COMMENT ON COLUMN report_indicator.numerator_fr IS 'public What is counted or added up.';
COMMENT ON COLUMN report_indicator.denominator_fr IS 'public What it is divided by; NULL when it is no ratio.';
COMMENT ON COLUMN report_indicator.unit IS 'public count, percent, euros, days.';
COMMENT ON COLUMN report_indicator.source_fr IS 'public Where the data come from.';
COMMENT ON COLUMN report_indicator.version IS 'public Raised when the definition changes.';
COMMENT ON COLUMN report_indicator.plan_titles IS 'public Titles of the plan''s indicators that are added up for it, if it is such a sum.';
GRANT SELECT ON report_indicator TO pa31_public, pa31_app, pa31_operator;

-- The first day of a quarter.
CREATE FUNCTION is_quarter_start(day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN day = date_trunc('quarter', day::timestamp)::date;
COMMENT ON FUNCTION is_quarter_start IS 'Whether a day is the first of a quarter of the year.';

CREATE TABLE campaign (
    id uuid CONSTRAINT campaign_key PRIMARY KEY,
    funder_id uuid NOT NULL CONSTRAINT campaign_funder REFERENCES organisation,
    profile text NOT NULL,
    title text NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    opens_on date NOT NULL,
    submit_by date NOT NULL,
    review_by date NOT NULL,
    sign_by date NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    due_on date,
    moved_at timestamptz NOT NULL,
    reviewer_id uuid CONSTRAINT campaign_reviewer REFERENCES member,
    signatory_id uuid CONSTRAINT campaign_signatory REFERENCES member,
    created_at timestamptz NOT NULL,
    created_by uuid CONSTRAINT campaign_created_by REFERENCES member,
    reminded_on date,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT campaign_profile_form CHECK (profile ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(profile) <= 60),
    CONSTRAINT campaign_title_text CHECK (is_text(title, 200)),
    CONSTRAINT campaign_whole_quarters CHECK (is_quarter_start(starts_on) AND is_quarter_start(ends_on + 1)),
    CONSTRAINT campaign_period_order CHECK (starts_on < ends_on),
    CONSTRAINT campaign_period_range CHECK
        (starts_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01' AND ends_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'
         AND ends_on - starts_on < 5 * 366),
    CONSTRAINT campaign_deadline_range CHECK
        (opens_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01' AND sign_by BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT campaign_deadline_order CHECK
        (opens_on <= submit_by AND ends_on < submit_by AND submit_by <= review_by AND review_by <= sign_by),
    CONSTRAINT campaign_state_known CHECK
        (state IN ('draft', 'submitted', 'fix_requested', 'reviewed', 'final', 'cancelled')),
    -- Somebody owes the next step by a day, until the end.
    CONSTRAINT campaign_open_has_due_day CHECK ((state IN ('final', 'cancelled')) = (due_on IS NULL)),
    CONSTRAINT campaign_reviewed_has_reviewer CHECK (state NOT IN ('reviewed', 'final') OR reviewer_id IS NOT NULL),
    CONSTRAINT campaign_final_has_signatory CHECK ((state = 'final') = (signatory_id IS NOT NULL)),
    CONSTRAINT campaign_signed_by_another CHECK (signatory_id <> reviewer_id)
);
CREATE UNIQUE INDEX campaign_once ON campaign (funder_id, profile, starts_on, ends_on) WHERE state <> 'cancelled';
CREATE INDEX campaign_of_funder ON campaign (funder_id, id);
CREATE INDEX campaign_due ON campaign (due_on) WHERE due_on IS NOT NULL;
CREATE INDEX campaign_reviewer ON campaign (reviewer_id);
CREATE INDEX campaign_signatory ON campaign (signatory_id);
CREATE INDEX campaign_created_by ON campaign (created_by);
COMMENT ON TABLE campaign IS 'Reports that a funder gets of a period, each submission a numbered one (domain.md §4.4).';
COMMENT ON COLUMN campaign.id IS 'internal UUIDv7.';
COMMENT ON COLUMN campaign.funder_id IS 'internal Whose report it is.';
COMMENT ON COLUMN campaign.profile IS 'internal The layout: sql/reference/report_profiles.';
COMMENT ON COLUMN campaign.title IS 'internal What people call it.';
COMMENT ON COLUMN campaign.starts_on IS 'internal First day of its period: of a quarter.';
COMMENT ON COLUMN campaign.ends_on IS 'internal Last day of its period: of a quarter.';
COMMENT ON COLUMN campaign.opens_on IS 'internal From when leads are asked to complete.';
COMMENT ON COLUMN campaign.submit_by IS 'internal By when the team submits.';
COMMENT ON COLUMN campaign.review_by IS 'internal By when the funder reviews.';
COMMENT ON COLUMN campaign.sign_by IS 'internal By when the funder signs.';
COMMENT ON COLUMN campaign.state IS 'internal draft, submitted, fix_requested, reviewed, final, cancelled.';
COMMENT ON COLUMN campaign.due_on IS 'internal By when the next step is owed; NULL once nothing is.';
COMMENT ON COLUMN campaign.moved_at IS 'internal Since when it is in its state.';
COMMENT ON COLUMN campaign.reviewer_id IS 'internal The funder''s member who reviewed the last report.';
COMMENT ON COLUMN campaign.signatory_id IS 'internal The funder''s member who signed: another one.';
COMMENT ON COLUMN campaign.created_at IS 'internal When it was made.';
COMMENT ON COLUMN campaign.created_by IS 'internal By which member.';
COMMENT ON COLUMN campaign.reminded_on IS 'internal The day of the last reminder.';
COMMENT ON COLUMN campaign.version IS 'internal Raised by every change; If-Match names it.';

CREATE TABLE report (
    id uuid CONSTRAINT report_key PRIMARY KEY,
    campaign_id uuid NOT NULL CONSTRAINT report_campaign REFERENCES campaign,
    number integer NOT NULL,
    as_of date NOT NULL,
    frozen_at timestamptz NOT NULL,
    frozen_by uuid CONSTRAINT report_frozen_by REFERENCES member,
    document text NOT NULL,
    sha256 bytea NOT NULL,
    published_at timestamptz,
    published_by uuid CONSTRAINT report_published_by REFERENCES member,
    CONSTRAINT report_number_once UNIQUE (campaign_id, number),
    CONSTRAINT report_number_positive CHECK (number > 0),
    CONSTRAINT report_as_of_past CHECK (as_of < (frozen_at AT TIME ZONE 'Europe/Paris')::date),
    CONSTRAINT report_hash_length CHECK (octet_length(sha256) = 32),
    CONSTRAINT report_published_whole CHECK (published_by IS NULL OR published_at IS NOT NULL)
);
CREATE INDEX report_frozen_by ON report (frozen_by);
CREATE INDEX report_published_by ON report (published_by);
COMMENT ON TABLE report IS 'What a submission froze: canonical JSON and its hash; appended, never changed.';
COMMENT ON COLUMN report.id IS 'internal UUIDv7.';
COMMENT ON COLUMN report.campaign_id IS 'internal The campaign it was submitted in.';
COMMENT ON COLUMN report.number IS 'internal 1, 2, 3 … within the campaign.';
COMMENT ON COLUMN report.as_of IS 'internal The day whose end its figures are of.';
COMMENT ON COLUMN report.frozen_at IS 'internal When.';
COMMENT ON COLUMN report.frozen_by IS 'internal By which member.';
COMMENT ON COLUMN report.document IS 'internal Canonical JSON (RFC 8785); counts and money, nobody''s name.';
COMMENT ON COLUMN report.sha256 IS 'internal SHA-256 of the document''s UTF-8 bytes: printed in every file.';
COMMENT ON COLUMN report.published_at IS 'internal When the team gave it to the public; only once the campaign is final.';
COMMENT ON COLUMN report.published_by IS 'internal By which member.';

CREATE TABLE report_file (
    id uuid CONSTRAINT report_file_key PRIMARY KEY,
    report_id uuid NOT NULL CONSTRAINT report_file_report REFERENCES report,
    format text NOT NULL,
    sheet text NOT NULL,
    content bytea NOT NULL,
    sha256 bytea NOT NULL,
    CONSTRAINT report_file_once UNIQUE (report_id, format, sheet),
    CONSTRAINT report_file_format_known CHECK (format IN ('csv', 'xlsx', 'json')),
    CONSTRAINT report_file_sheet_of_csv CHECK ((format = 'csv') = (sheet <> '')),
    CONSTRAINT report_file_hash_length CHECK (octet_length(sha256) = 32)
);
COMMENT ON TABLE report_file IS 'The files that were made when a report was frozen; appended, never changed.';
COMMENT ON COLUMN report_file.id IS 'internal UUIDv7.';
COMMENT ON COLUMN report_file.report_id IS 'internal Of which report.';
COMMENT ON COLUMN report_file.format IS 'internal csv (one a sheet), xlsx, json.';
COMMENT ON COLUMN report_file.sheet IS 'internal Which sheet; empty for a file of all of them.';
COMMENT ON COLUMN report_file.content IS 'internal Its bytes.';
COMMENT ON COLUMN report_file.sha256 IS 'internal SHA-256 of its bytes.';

-- What was said with each move: comments, reasons.
CREATE TABLE campaign_move (
    id uuid CONSTRAINT campaign_move_key PRIMARY KEY,
    campaign_id uuid NOT NULL CONSTRAINT campaign_move_campaign REFERENCES campaign,
    from_state text NOT NULL,
    to_state text NOT NULL,
    at timestamptz NOT NULL,
    member_id uuid CONSTRAINT campaign_move_member REFERENCES member,
    organisation_id uuid CONSTRAINT campaign_move_organisation REFERENCES organisation,
    text text,
    report_id uuid CONSTRAINT campaign_move_report REFERENCES report,
    CONSTRAINT campaign_move_text_text CHECK (is_text(text, 2000)),
    CONSTRAINT campaign_move_no_has_text CHECK (to_state NOT IN ('fix_requested', 'cancelled') OR text IS NOT NULL),
    CONSTRAINT campaign_move_submission_has_report CHECK ((to_state = 'submitted') = (report_id IS NOT NULL))
);
CREATE INDEX campaign_move_campaign ON campaign_move (campaign_id, id);
CREATE INDEX campaign_move_member ON campaign_move (member_id);
CREATE INDEX campaign_move_organisation ON campaign_move (organisation_id);
CREATE INDEX campaign_move_report ON campaign_move (report_id);
COMMENT ON TABLE campaign_move IS 'How a campaign went: one row for each change of state.';
COMMENT ON COLUMN campaign_move.id IS 'internal UUIDv7.';
COMMENT ON COLUMN campaign_move.campaign_id IS 'internal Of which campaign.';
COMMENT ON COLUMN campaign_move.from_state IS 'internal The state before.';
COMMENT ON COLUMN campaign_move.to_state IS 'internal The state after.';
COMMENT ON COLUMN campaign_move.at IS 'internal When.';
COMMENT ON COLUMN campaign_move.member_id IS 'internal Who.';
COMMENT ON COLUMN campaign_move.organisation_id IS 'internal For whom.';
COMMENT ON COLUMN campaign_move.text IS 'internal The comment or reason that was given.';
COMMENT ON COLUMN campaign_move.report_id IS 'internal The report that a submission froze.';

CREATE TABLE campaign_explanation (
    id uuid CONSTRAINT campaign_explanation_key PRIMARY KEY,
    campaign_id uuid NOT NULL CONSTRAINT campaign_explanation_campaign REFERENCES campaign,
    gap text NOT NULL,
    text text NOT NULL,
    written_at timestamptz NOT NULL,
    author_id uuid CONSTRAINT campaign_explanation_author REFERENCES member,
    CONSTRAINT campaign_explanation_once UNIQUE (campaign_id, gap),
    CONSTRAINT campaign_explanation_gap_form CHECK (gap ~ '^[a-z_]+:[^\s\x01-\x1f\x7f]+$' AND char_length(gap) <= 200),
    CONSTRAINT campaign_explanation_text_text CHECK (is_text(text, 2000))
);
CREATE INDEX campaign_explanation_author ON campaign_explanation (author_id);
COMMENT ON TABLE campaign_explanation IS 'Why something that a report lacks is not there; the funder reads it in the report.';
COMMENT ON COLUMN campaign_explanation.id IS 'internal UUIDv7.';
COMMENT ON COLUMN campaign_explanation.campaign_id IS 'internal Of which campaign.';
COMMENT ON COLUMN campaign_explanation.gap IS 'internal What is missing: its kind, the action, the part.';
COMMENT ON COLUMN campaign_explanation.text IS 'internal Why.';
COMMENT ON COLUMN campaign_explanation.written_at IS 'internal When it was written last.';
COMMENT ON COLUMN campaign_explanation.author_id IS 'internal By which member.';

-- Texts may name somebody, files are long: history says that they changed, not what they said.
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON campaign
    FOR EACH ROW EXECUTE FUNCTION record_changes('');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON campaign_move
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'text');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON campaign_explanation
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'text');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON report
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'document');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON report_file
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'content');

-- What is frozen stays: not even its writer may touch it.
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OF id, campaign_id, number, as_of, frozen_at, frozen_by, document, sha256
    ON report FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON report_file FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON campaign_move FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT, INSERT ON campaign, campaign_move, campaign_explanation, report, report_file TO pa31_app, pa31_operator;
GRANT UPDATE (state, due_on, moved_at, reviewer_id, signatory_id, reminded_on, version) ON campaign TO pa31_app, pa31_operator;
GRANT UPDATE (text, written_at, author_id) ON campaign_explanation TO pa31_app, pa31_operator;
GRANT UPDATE (published_at, published_by) ON report TO pa31_app, pa31_operator;

-- Structures and needs of a past day are the present ones with what was changed since undone: changes are found by their day.
CREATE INDEX audit_log_at ON audit_log USING brin (at);

-- Grants as the law publishes them (scdl/subventions 2.1.1, arrêté du 17 novembre 2017).
CREATE TABLE grant_agreement (
    id uuid CONSTRAINT grant_agreement_key PRIMARY KEY,
    funder_id uuid NOT NULL CONSTRAINT grant_agreement_funder REFERENCES organisation,
    beneficiary_id uuid NOT NULL CONSTRAINT grant_agreement_beneficiary REFERENCES organisation,
    signed_on date NOT NULL,
    reference text,
    purpose text NOT NULL,
    amount_cents bigint NOT NULL,
    nature text NOT NULL DEFAULT 'aide en numéraire',
    payment text NOT NULL,
    paid_from date NOT NULL,
    paid_until date,
    notified_to_eu boolean NOT NULL DEFAULT false,
    share numeric(3, 2) NOT NULL DEFAULT 1,
    rae text,
    CONSTRAINT grant_agreement_signed_range CHECK (signed_on BETWEEN DATE '2015-01-01' AND DATE '2100-01-01'),
    CONSTRAINT grant_agreement_paid_range CHECK
        (paid_from BETWEEN DATE '2015-01-01' AND DATE '2100-01-01' AND paid_until BETWEEN DATE '2015-01-01' AND DATE '2100-01-01'),
    CONSTRAINT grant_agreement_paid_order CHECK (paid_from <= paid_until),
    CONSTRAINT grant_agreement_reference_text CHECK (is_text(reference, 100)),
    CONSTRAINT grant_agreement_purpose_text CHECK (is_text(purpose, 256)),
    CONSTRAINT grant_agreement_amount_range CHECK (amount_cents BETWEEN 1 AND 100000000000000),
    CONSTRAINT grant_agreement_nature_known CHECK
        (nature IN ('aide en numéraire', 'aide en nature', 'aide en numéraire;aide en nature')),
    CONSTRAINT grant_agreement_payment_text CHECK (is_text(payment, 256)),
    CONSTRAINT grant_agreement_share_range CHECK (share BETWEEN 0.01 AND 1),
    CONSTRAINT grant_agreement_rae_form CHECK (rae ~ '^[0-9]{1,5}$'),
    CONSTRAINT grant_agreement_once UNIQUE NULLS NOT DISTINCT (funder_id, beneficiary_id, signed_on, reference)
);
CREATE INDEX grant_agreement_beneficiary ON grant_agreement (beneficiary_id);
COMMENT ON TABLE grant_agreement IS 'Grants of funders to the platform and its partners: what the law has published of them.';
COMMENT ON COLUMN grant_agreement.id IS 'public UUIDv7.';
COMMENT ON COLUMN grant_agreement.funder_id IS 'public Who grants.';
COMMENT ON COLUMN grant_agreement.beneficiary_id IS 'public Who gets it.';
COMMENT ON COLUMN grant_agreement.signed_on IS 'public The day of the agreement.';
COMMENT ON COLUMN grant_agreement.reference IS 'public The funder''s own reference of its decision.';
COMMENT ON COLUMN grant_agreement.purpose IS 'public What it is for.';
COMMENT ON COLUMN grant_agreement.amount_cents IS 'public How much, in cents.';
COMMENT ON COLUMN grant_agreement.nature IS 'public In money, in kind, or both, in the schema''s words.';
COMMENT ON COLUMN grant_agreement.payment IS 'public unique, échelonné, or how else it is paid.';
COMMENT ON COLUMN grant_agreement.paid_from IS 'public The first day of payment.';
COMMENT ON COLUMN grant_agreement.paid_until IS 'public The last day of payment; NULL for a payment on one day.';
COMMENT ON COLUMN grant_agreement.notified_to_eu IS 'public Whether it was notified to the European Commission as de minimis aid.';
COMMENT ON COLUMN grant_agreement.share IS 'public The beneficiary''s part of it: 1 is all.';
COMMENT ON COLUMN grant_agreement.rae IS 'public Its number in the register of aid to enterprises.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON grant_agreement
    FOR EACH ROW EXECUTE FUNCTION record_changes('');
GRANT SELECT ON grant_agreement TO pa31_app;
GRANT SELECT, INSERT, DELETE ON grant_agreement TO pa31_operator;

-- What a table of persons may show, in its order. Those that are not fixed have as many lines as there are values with enough persons,
-- and one for all others together.
CREATE TABLE person_value (
    dimension text NOT NULL,
    value text NOT NULL,
    dimension_fr text NOT NULL,
    label_fr text NOT NULL,
    position integer NOT NULL,
    CONSTRAINT person_value_key PRIMARY KEY (dimension, value)
);
COMMENT ON TABLE person_value IS 'The fixed tables of persons and their lines (sql/reference/rows).';
COMMENT ON COLUMN person_value.dimension IS 'public The table: sex, age …';
COMMENT ON COLUMN person_value.value IS 'public The line.';
COMMENT ON COLUMN person_value.dimension_fr IS 'public What the table is called.';
COMMENT ON COLUMN person_value.label_fr IS 'public What the line is called.';
COMMENT ON COLUMN person_value.position IS 'public In this order.';
GRANT SELECT ON person_value TO pa31_app, pa31_operator, pa31_stats;

-- Periods whose tables of persons may be shown: of two that overlap, the difference would tell what each withholds. So each period is its
-- own and overlaps no other, or is put together from those that were there before it.
CREATE TABLE person_period (
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    is_own boolean NOT NULL,
    registered_at timestamptz NOT NULL,
    CONSTRAINT person_period_key PRIMARY KEY (starts_on, ends_on),
    CONSTRAINT person_period_whole_quarters CHECK (is_quarter_start(starts_on) AND is_quarter_start(ends_on + 1)),
    CONSTRAINT person_period_order CHECK (starts_on < ends_on),
    CONSTRAINT person_period_overlap EXCLUDE USING gist (daterange(starts_on, ends_on, '[]') WITH &&) WHERE (is_own)
);
COMMENT ON TABLE person_period IS 'Periods that campaigns show persons of, and how: computed once, for every profile and format (security.md §5).';
COMMENT ON COLUMN person_period.starts_on IS 'internal First day: of a quarter.';
COMMENT ON COLUMN person_period.ends_on IS 'internal Last day: of a quarter.';
COMMENT ON COLUMN person_period.position IS 'internal In this order: a period is put together from earlier ones only.';
COMMENT ON COLUMN person_period.is_own IS 'internal Whether its tables are counted for it; otherwise they are sums of other periods'' tables, if those make it up.';
COMMENT ON COLUMN person_period.registered_at IS 'internal When a campaign first asked for it.';
GRANT SELECT, INSERT, DELETE ON person_period TO pa31_app, pa31_operator;
GRANT SELECT ON person_period TO pa31_stats;

-- Orientations and needs of a quarter, counted once an answer to the last of them is due.
CREATE TABLE quarter_figure (
    quarter date NOT NULL,
    code text NOT NULL CONSTRAINT quarter_figure_code REFERENCES report_indicator,
    numerator integer NOT NULL,
    denominator integer NOT NULL,
    counted_at timestamptz NOT NULL,
    CONSTRAINT quarter_figure_key PRIMARY KEY (quarter, code),
    CONSTRAINT quarter_figure_start CHECK (is_quarter_start(quarter)),
    CONSTRAINT quarter_figure_range CHECK (numerator >= 0 AND denominator >= 0)
);
CREATE INDEX quarter_figure_code ON quarter_figure (code);
COMMENT ON TABLE quarter_figure IS 'Answers and filled needs of closed quarters. Only counting functions show it, suppressed.';
COMMENT ON COLUMN quarter_figure.quarter IS 'internal The quarter''s first day.';
COMMENT ON COLUMN quarter_figure.code IS 'internal The figure.';
COMMENT ON COLUMN quarter_figure.numerator IS 'internal What is counted or added up.';
COMMENT ON COLUMN quarter_figure.denominator IS 'internal Of how many.';
COMMENT ON COLUMN quarter_figure.counted_at IS 'internal When: from then on it stands.';
ALTER TABLE quarter_figure ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarter_figure FORCE ROW LEVEL SECURITY;
CREATE POLICY quarter_figure_system ON quarter_figure TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY quarter_figure_counted ON quarter_figure FOR SELECT TO pa31_stats USING (true);
GRANT SELECT, INSERT ON quarter_figure TO pa31_app, pa31_operator;
GRANT SELECT ON quarter_figure TO pa31_stats;

-- The closed list of SECURITY DEFINER functions goes on: those that count, with what may not be told left out.

-- How many took each step in each counted quarter: everybody may know, from five on.
CREATE FUNCTION person_totals() RETURNS TABLE (quarter date, step text, persons integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT q.quarter, s.step, CASE WHEN c.persons >= service_rule('level_least') THEN c.persons END
      FROM person_quarter q
     CROSS JOIN unnest(ARRAY['received', 'oriented', 'accompanied', 'immersion', 'training', 'hired', 'employed_3', 'employed_6',
                             'employed_12']) AS s (step)
      LEFT JOIN person_count c ON c.quarter = q.quarter AND c.kind = s.step AND c.dimension = 'all'
     WHERE q.counted_at IS NOT NULL;
END;
COMMENT ON FUNCTION person_totals IS 'How many persons took each step in each closed quarter; nothing under five.';

-- Each figure of a quarter: a rate only when what it leaves out is told by nobody either.
CREATE FUNCTION quarter_figures() RETURNS TABLE (quarter date, code text, numerator integer, denominator integer, counted_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT f.quarter, f.code, CASE WHEN v.is_shown THEN f.numerator END, CASE WHEN v.is_shown THEN f.denominator END, f.counted_at
      FROM quarter_figure f CROSS JOIN (SELECT service_rule('level_least') AS least) AS r
     CROSS JOIN LATERAL (SELECT f.denominator >= r.least AND (f.code NOT IN ('response_rate')
                                OR (f.numerator >= r.least AND f.denominator - f.numerator >= r.least)) AS is_shown) AS v;
END;
COMMENT ON FUNCTION quarter_figures IS 'Answers and filled needs of each closed quarter; nothing under five.';

-- Whether all persons of the quarters until a day are counted: before that no report of them is frozen.
CREATE FUNCTION persons_are_counted(last_day date) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM person_quarter q WHERE q.quarter > persons_are_counted.last_day - 93
                      AND q.quarter <= persons_are_counted.last_day AND q.counted_at IS NOT NULL)
        OR NOT EXISTS (SELECT FROM candidate c WHERE c.created_at < (persons_are_counted.last_day + 1)::timestamp AT TIME ZONE 'Europe/Paris');
END;
COMMENT ON FUNCTION persons_are_counted IS 'Whether the persons of the quarter that ends on a day, and of those before, are counted.';
CREATE POLICY candidate_counted ON candidate FOR SELECT TO pa31_stats USING (true);
GRANT SELECT (created_at) ON candidate TO pa31_stats;
GRANT SELECT (insee, epci_siren) ON commune TO pa31_stats;

-- Persons of a period, each figure or that it is withheld. Within a table the smallest lines are withheld until at least two are, who
-- together are five or more: neither is then told by the total and the others. Open lists have the others together as one line.
CREATE FUNCTION person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamptz)
    RETURNS TABLE (first_day date, last_day date, step text, dimension text, value text, parent text, persons integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 500 SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (
        SELECT service_rule('level_least') AS least
         WHERE person_figures.caller = current_caller() AND (person_figures.caller = 'system' OR caller_is_team())),
    counted AS MATERIALIZED (
        SELECT q.quarter FROM person_quarter q
         WHERE q.counted_at <= person_figures.known_at AND (q.quarter + interval '3 months')::date <= person_figures.day + 1),
    -- Before the first file there was nobody to count, which is no secret.
    quarter AS MATERIALIZED (
        SELECT s.day::date AS quarter, q.quarter IS NOT NULL OR s.day::date < (SELECT min(c.quarter) FROM counted c) AS is_known,
               q.quarter IS NULL AS is_before
          FROM generate_series(person_figures.starts_on::timestamp, person_figures.ends_on::timestamp, interval '3 months') AS s (day)
          LEFT JOIN counted q ON q.quarter = s.day::date),
    total AS MATERIALIZED (
        SELECT q.quarter, s.step, q.is_known, coalesce(c.persons, 0) AS persons,
               coalesce(q.is_known, false) AND (q.is_before OR coalesce(c.persons, 0) >= r.least) AS is_shown
          FROM rule r CROSS JOIN quarter q
         CROSS JOIN unnest(ARRAY['received', 'oriented', 'accompanied', 'immersion', 'training', 'hired', 'employed_3', 'employed_6',
                                 'employed_12']) AS s (step)
          LEFT JOIN person_count c ON c.quarter = q.quarter AND c.kind = s.step AND c.dimension = 'all'),
    wanted AS MATERIALIZED (
        SELECT p.* FROM person_period p WHERE p.starts_on = person_figures.starts_on AND p.ends_on = person_figures.ends_on),
    tile AS MATERIALIZED (
        SELECT o.starts_on, o.ends_on FROM wanted w
          JOIN person_period o ON o.is_own AND CASE WHEN w.is_own THEN o.position = w.position
                   ELSE o.position < w.position AND o.starts_on >= w.starts_on AND o.ends_on <= w.ends_on END),
    is_covered AS MATERIALIZED (
        SELECT coalesce(sum(t.ends_on - t.starts_on + 1), 0) = person_figures.ends_on - person_figures.starts_on + 1 AS holds FROM tile t),
    -- Who knows the rule knows that a withheld quarter has less than five: of a sum that is as much as can be, each part is told.
    block AS MATERIALIZED (
        SELECT t.starts_on, t.ends_on, u.step, sum(u.persons) AS persons,
               bool_and(coalesce(u.is_known, false))
               AND (count(*) FILTER (WHERE NOT u.is_shown) = 0
                    OR (count(*) FILTER (WHERE NOT u.is_shown) >= 2
                        AND sum(u.persons) FILTER (WHERE NOT u.is_shown) >= max(r.least)
                        AND sum(u.persons) FILTER (WHERE NOT u.is_shown) < (max(r.least) - 1) * count(*) FILTER (WHERE NOT u.is_shown)))
               AS is_shown
          FROM rule r CROSS JOIN tile t JOIN total u ON u.quarter BETWEEN t.starts_on AND t.ends_on
         GROUP BY t.starts_on, t.ends_on, u.step),
    period AS MATERIALIZED (
        SELECT u.step, sum(u.persons) AS persons,
               bool_and(u.is_shown) OR ((SELECT c.holds FROM is_covered c)
                   AND coalesce((SELECT bool_and(b.is_shown) FROM block b WHERE b.step = u.step), false)) AS is_shown
          FROM total u GROUP BY u.step),
    cell AS MATERIALIZED (
        SELECT b.starts_on, b.ends_on, b.step, v.dimension, v.value, true AS is_fixed,
               (SELECT coalesce(sum(c.persons), 0) FROM person_count c
                 WHERE c.quarter BETWEEN b.starts_on AND b.ends_on AND c.kind = b.step AND c.dimension = v.dimension
                   AND c.value = v.value) AS persons
          FROM rule r CROSS JOIN block b CROSS JOIN person_value v WHERE b.is_shown AND b.persons >= r.least
        UNION ALL
        SELECT b.starts_on, b.ends_on, b.step, c.dimension, c.value, false, sum(c.persons)
          FROM rule r CROSS JOIN block b
          JOIN person_count c ON c.quarter BETWEEN b.starts_on AND b.ends_on AND c.kind = b.step
               AND c.dimension IN ('epci', 'job', 'structure_kind', 'contract')
         WHERE b.is_shown AND b.persons >= r.least AND (SELECT w.is_own FROM wanted w)
         GROUP BY b.starts_on, b.ends_on, b.step, c.dimension, c.value),
    ranked AS MATERIALIZED (
        SELECT c.*, row_number() OVER w AS n, sum(c.persons) OVER w AS running, lead(c.persons) OVER w AS next
          FROM cell c
        WINDOW w AS (PARTITION BY c.starts_on, c.ends_on, c.step, c.dimension ORDER BY c.persons, c.value COLLATE "C")),
    cut AS MATERIALIZED (
        SELECT k.starts_on, k.ends_on, k.step, k.dimension,
               CASE WHEN min(k.persons) >= max(r.least) THEN 0
                    ELSE coalesce(min(k.n) FILTER (WHERE k.n >= 2 AND k.running >= r.least AND coalesce(k.next >= r.least, true)),
                                  max(k.n)) END AS withheld
          FROM rule r CROSS JOIN ranked k GROUP BY k.starts_on, k.ends_on, k.step, k.dimension),
    judged AS MATERIALIZED (
        SELECT k.starts_on, k.ends_on, k.step, k.dimension, k.value, k.is_fixed, k.persons, k.n > t.withheld AS is_shown
          FROM ranked k JOIN cut t USING (starts_on, ends_on, step, dimension)),
    -- Two ways to cut ages: where they differ, the difference is a band of its own.
    ages AS MATERIALIZED (
        SELECT j.starts_on, j.ends_on, j.step,
               bool_and(j.is_shown)
               AND max(j.persons) FILTER (WHERE j.value = 'under_26') - max(j.persons) FILTER (WHERE j.value = 'under_25') >= max(r.least)
               AND max(j.persons) FILTER (WHERE j.value = '50_and_over') - max(j.persons) FILTER (WHERE j.value = 'over_54') >= max(r.least)
               AS both,
               bool_or(j.is_shown) FILTER (WHERE j.dimension = 'age' AND j.value = 'unknown') AS is_unknown_shown
          FROM rule r CROSS JOIN judged j WHERE j.dimension IN ('age', 'age_esf') GROUP BY j.starts_on, j.ends_on, j.step),
    fixed AS MATERIALIZED (
        SELECT j.step, j.dimension, j.value, sum(j.persons) AS persons,
               bool_and(CASE WHEN j.dimension <> 'age_esf' THEN j.is_shown WHEN j.value = 'unknown' THEN a.is_unknown_shown ELSE a.both END)
               AS is_shown,
               count(*) = (SELECT count(*) FROM tile t) AS is_whole
          FROM judged j JOIN ages a USING (starts_on, ends_on, step) WHERE j.is_fixed GROUP BY j.step, j.dimension, j.value),
    -- Communes of groupings that are shown, each grouping a table of its own.
    commune_cell AS MATERIALIZED (
        SELECT j.starts_on, j.ends_on, j.step, p.epci_siren AS epci, c.value, sum(c.persons) AS persons
          FROM judged j
          JOIN commune p ON p.epci_siren = j.value
          JOIN person_count c ON c.quarter BETWEEN j.starts_on AND j.ends_on AND c.kind = j.step AND c.dimension = 'commune'
               AND c.value = p.insee
         WHERE j.dimension = 'epci' AND j.is_shown
         GROUP BY j.starts_on, j.ends_on, j.step, p.epci_siren, c.value),
    commune_ranked AS (
        SELECT c.*, row_number() OVER w AS n, sum(c.persons) OVER w AS running, lead(c.persons) OVER w AS next,
               min(c.persons) OVER (PARTITION BY c.step, c.epci) AS least_persons
          FROM commune_cell c WINDOW w AS (PARTITION BY c.step, c.epci ORDER BY c.persons, c.value COLLATE "C")),
    commune_judged AS MATERIALIZED (
        SELECT k.step, k.epci, k.value, k.persons,
               k.least_persons >= r.least
               OR k.n > coalesce(min(k.n) FILTER (WHERE k.n >= 2 AND k.running >= r.least AND coalesce(k.next >= r.least, true))
                                   OVER (PARTITION BY k.step, k.epci), 1000000) AS is_shown
          FROM rule r CROSS JOIN commune_ranked k)
    SELECT u.quarter, (u.quarter + interval '3 months')::date - 1, u.step, 'all', '', NULL::text, CASE WHEN u.is_shown THEN u.persons END
      FROM total u
    UNION ALL
    SELECT person_figures.starts_on, person_figures.ends_on, p.step, 'all', '', NULL, CASE WHEN p.is_shown THEN p.persons END::integer
      FROM period p WHERE (SELECT count(*) FROM quarter) > 1
    UNION ALL
    SELECT person_figures.starts_on, person_figures.ends_on, p.step, v.dimension, v.value, NULL,
           CASE WHEN f.is_shown AND f.is_whole AND (SELECT c.holds FROM is_covered c) THEN f.persons END::integer
      FROM period p CROSS JOIN person_value v LEFT JOIN fixed f ON f.step = p.step AND f.dimension = v.dimension AND f.value = v.value
    UNION ALL
    SELECT j.starts_on, j.ends_on, j.step, j.dimension, CASE WHEN j.is_shown THEN j.value ELSE 'other' END, NULL, sum(j.persons)::integer
      FROM judged j WHERE NOT j.is_fixed
     GROUP BY j.starts_on, j.ends_on, j.step, j.dimension, CASE WHEN j.is_shown THEN j.value ELSE 'other' END
    UNION ALL
    SELECT person_figures.starts_on, person_figures.ends_on, c.step, 'commune', CASE WHEN c.is_shown THEN c.value ELSE 'other' END, c.epci,
           sum(c.persons)::integer
      FROM commune_judged c GROUP BY c.step, c.epci, CASE WHEN c.is_shown THEN c.value ELSE 'other' END;
END;
COMMENT ON FUNCTION person_figures IS 'Persons by step in the quarters of a period and in all of it, with its tables; NULL where a figure is withheld. For the team and the system.';

REVOKE EXECUTE ON FUNCTION person_totals, quarter_figures, persons_are_counted, person_figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION person_totals, quarter_figures TO pa31_public, pa31_app, pa31_operator;
GRANT EXECUTE ON FUNCTION persons_are_counted, person_figures TO pa31_app, pa31_operator;
GRANT CREATE ON SCHEMA public TO pa31_stats;
ALTER FUNCTION person_totals OWNER TO pa31_stats;
ALTER FUNCTION quarter_figures OWNER TO pa31_stats;
ALTER FUNCTION persons_are_counted OWNER TO pa31_stats;
ALTER FUNCTION person_figures OWNER TO pa31_stats;
REVOKE CREATE ON SCHEMA public FROM pa31_stats;
