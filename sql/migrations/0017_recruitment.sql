-- What structures recruit for (needs), what organisations run (sessions), and the lists that answers to candidates are made from.
CREATE TABLE refusal_reason (
    code text CONSTRAINT refusal_reason_key PRIMARY KEY,
    label_fr text NOT NULL,
    label_en text NOT NULL,
    candidate_text_fr text NOT NULL,
    CONSTRAINT refusal_reason_code_form CHECK (code ~ '^[a-z_]{3,40}$')
);
COMMENT ON TABLE refusal_reason IS 'Why an orientation comes to nothing (sql/reference/rows).';
COMMENT ON COLUMN refusal_reason.code IS 'public Its code: hired_elsewhere.';
COMMENT ON COLUMN refusal_reason.label_fr IS 'public What recruiters and prescribers read.';
COMMENT ON COLUMN refusal_reason.label_en IS 'public The same in English.';
COMMENT ON COLUMN refusal_reason.candidate_text_fr IS 'public A neutral sentence for the candidate: it judges nobody.';

CREATE TABLE contract_type (
    code text CONSTRAINT contract_type_key PRIMARY KEY,
    label_fr text NOT NULL,
    label_en text NOT NULL,
    is_durable boolean NOT NULL,
    CONSTRAINT contract_type_code_form CHECK (code ~ '^[a-z0-9_]{3,40}$')
);
COMMENT ON TABLE contract_type IS 'Types of contracts (sql/reference/rows).';
COMMENT ON COLUMN contract_type.code IS 'public Its code: cdi.';
COMMENT ON COLUMN contract_type.label_fr IS 'public What people call it.';
COMMENT ON COLUMN contract_type.label_en IS 'public The same in English.';
COMMENT ON COLUMN contract_type.is_durable IS 'public Whether a hire with it is a durable one: six months or more.';
GRANT SELECT ON refusal_reason, contract_type TO pa31_public, pa31_app, pa31_operator;

-- Words of what is open: what a mistyped word may have meant is looked for here. A draft's words are nobody's yet.
CREATE TABLE recruitment_word (
    word text CONSTRAINT recruitment_word_key PRIMARY KEY
);
COMMENT ON TABLE recruitment_word IS 'Each word that an open need or session is or was found by.';
COMMENT ON COLUMN recruitment_word.word IS 'public Without case and accents.';
CREATE INDEX recruitment_word_near ON recruitment_word USING gin (word gin_trgm_ops);

CREATE TABLE need (
    id uuid CONSTRAINT need_key PRIMARY KEY,
    structure_id uuid NOT NULL CONSTRAINT need_structure REFERENCES structure,
    organisation_id uuid NOT NULL CONSTRAINT need_organisation REFERENCES organisation,
    title text NOT NULL,
    description text,
    job_version text NOT NULL,
    job text NOT NULL,
    diplomas text[] NOT NULL DEFAULT '{}',
    contract text NOT NULL CONSTRAINT need_contract REFERENCES contract_type,
    hours_per_week numeric(4,1),
    positions integer NOT NULL DEFAULT 1,
    positions_left integer NOT NULL,
    opening text NOT NULL DEFAULT 'immediate',
    pay_min_cents integer,
    pay_max_cents integer,
    pay_period text,
    starts_on date,
    beginner_welcome boolean NOT NULL DEFAULT false,
    licence_required boolean NOT NULL DEFAULT false,
    vehicle_required boolean NOT NULL DEFAULT false,
    night boolean NOT NULL DEFAULT false,
    weekend boolean NOT NULL DEFAULT false,
    split_shifts boolean NOT NULL DEFAULT false,
    insee text,
    latitude double precision,
    longitude double precision,
    state text NOT NULL DEFAULT 'draft',
    opened_at timestamptz,
    expires_on date,
    warned_for date,
    filled_at timestamptz,
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    public_version integer NOT NULL DEFAULT 1,
    unit_point public.cube GENERATED ALWAYS AS (unit_point(latitude, longitude)) STORED,
    search_words tsvector NOT NULL DEFAULT '',
    CONSTRAINT need_job FOREIGN KEY (job_version, job) REFERENCES rome_job (version, code),
    CONSTRAINT need_title_text CHECK (is_text(title, 150)),
    CONSTRAINT need_description_text CHECK (is_text(description, 5000)),
    CONSTRAINT need_hours_range CHECK (hours_per_week BETWEEN 1 AND 48),
    CONSTRAINT need_positions_range CHECK (positions BETWEEN 1 AND 500),
    CONSTRAINT need_positions_left_range CHECK (positions_left BETWEEN 0 AND positions),
    CONSTRAINT need_filled_none_left CHECK ((state = 'filled') = (positions_left = 0)),
    CONSTRAINT need_opening_known CHECK (opening IN ('immediate', 'pool')),
    CONSTRAINT need_pay_range CHECK (pay_min_cents BETWEEN 1 AND 10000000 AND pay_max_cents BETWEEN 1 AND 10000000),
    CONSTRAINT need_pay_order CHECK (pay_min_cents <= pay_max_cents),
    CONSTRAINT need_pay_period_known CHECK (pay_period IN ('hour', 'month', 'year')),
    CONSTRAINT need_pay_has_period CHECK ((pay_period IS NULL) = (pay_min_cents IS NULL AND pay_max_cents IS NULL)),
    CONSTRAINT need_starts_range CHECK (starts_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT need_expires_range CHECK (expires_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT need_warned_range CHECK (warned_for BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT need_insee_form CHECK (insee ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT need_point_whole CHECK ((latitude IS NULL) = (longitude IS NULL)),
    CONSTRAINT need_point_range CHECK (latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180),
    CONSTRAINT need_state_known CHECK (state IN ('draft', 'open', 'paused', 'filled', 'closed', 'expired')),
    CONSTRAINT need_opened_has_period CHECK
        ((state = 'draft') = (opened_at IS NULL) AND (opened_at IS NULL) = (expires_on IS NULL)),
    CONSTRAINT need_filled_has_instant CHECK ((state = 'filled') = (filled_at IS NOT NULL)),
    CONSTRAINT need_reason_text CHECK (is_text(reason, 500)),
    CONSTRAINT need_closed_has_reason CHECK (state <> 'closed' OR reason IS NOT NULL)
);
COMMENT ON TABLE need IS 'What structures recruit for; the public sees those that are open.';
COMMENT ON COLUMN need.id IS 'public UUIDv7.';
COMMENT ON COLUMN need.structure_id IS 'public The structure that recruits.';
COMMENT ON COLUMN need.organisation_id IS 'internal The employer whose claim on it was validated when the need was written.';
COMMENT ON COLUMN need.title IS 'public In a few words.';
COMMENT ON COLUMN need.description IS 'public In sentences.';
COMMENT ON COLUMN need.job_version IS 'public Version of ROME that the job''s code is of.';
COMMENT ON COLUMN need.job IS 'public The job: its ROME code.';
COMMENT ON COLUMN need.diplomas IS 'public Diplomas of which one is required (diploma.id); none: no diploma is.';
COMMENT ON COLUMN need.contract IS 'public Type of contract (contract_type).';
COMMENT ON COLUMN need.hours_per_week IS 'public Hours a week.';
COMMENT ON COLUMN need.positions IS 'public How many people are looked for in all.';
COMMENT ON COLUMN need.positions_left IS 'public How many still are; each hire lowers it.';
COMMENT ON COLUMN need.opening IS 'public immediate, or pool: a standing one.';
COMMENT ON COLUMN need.pay_min_cents IS 'public The least that is paid, gross, in cents for pay_period.';
COMMENT ON COLUMN need.pay_max_cents IS 'public The most that is paid, gross, in cents for pay_period.';
COMMENT ON COLUMN need.pay_period IS 'public What the pay is for: hour, month, year.';
COMMENT ON COLUMN need.starts_on IS 'public When the work begins; none: as soon as possible.';
COMMENT ON COLUMN need.beginner_welcome IS 'public Whether no experience is needed.';
COMMENT ON COLUMN need.licence_required IS 'public Whether a driving licence is needed.';
COMMENT ON COLUMN need.vehicle_required IS 'public Whether a vehicle of one''s own is needed.';
COMMENT ON COLUMN need.night IS 'public Whether there is work at night.';
COMMENT ON COLUMN need.weekend IS 'public Whether there is work at weekends.';
COMMENT ON COLUMN need.split_shifts IS 'public Whether the day''s work is in several parts.';
COMMENT ON COLUMN need.insee IS 'public INSEE code of the commune where the work is; the structure''s own unless said otherwise.';
COMMENT ON COLUMN need.latitude IS 'public WGS84 degrees: the structure''s point, or the commune''s centre.';
COMMENT ON COLUMN need.longitude IS 'public WGS84 degrees: the structure''s point, or the commune''s centre.';
COMMENT ON COLUMN need.state IS 'public draft, open, paused, filled, closed, expired.';
COMMENT ON COLUMN need.opened_at IS 'public Since when it is open, last time.';
COMMENT ON COLUMN need.expires_on IS 'public Its last day.';
COMMENT ON COLUMN need.warned_for IS 'internal The last day that its recruiter was warned of.';
COMMENT ON COLUMN need.filled_at IS 'internal When its last position was taken.';
COMMENT ON COLUMN need.reason IS 'internal Why it was closed.';
COMMENT ON COLUMN need.created_at IS 'internal When it was written.';
COMMENT ON COLUMN need.updated_at IS 'internal Its last change.';
COMMENT ON COLUMN need.version IS 'internal Raised by every change; If-Match names it.';
COMMENT ON COLUMN need.public_version IS 'public Raised by changes of public columns only.';
COMMENT ON COLUMN need.unit_point IS 'public Its point on the sphere of radius 1: what distances are measured by.';
COMMENT ON COLUMN need.search_words IS 'public The words it is found by: title, text, job, diplomas, structure, commune.';
CREATE INDEX need_open_newest ON need (opened_at DESC, id DESC) WHERE state = 'open';
CREATE INDEX need_open_job ON need (job, opened_at DESC, id DESC) WHERE state = 'open';
CREATE INDEX need_open_insee ON need (insee) WHERE state = 'open';
CREATE INDEX need_open_diplomas ON need USING gin (diplomas) WHERE state = 'open';
CREATE INDEX need_open_point ON need USING gist (unit_point) WHERE state = 'open';
CREATE INDEX need_search ON need USING gin (search_words);
CREATE INDEX need_structure ON need (structure_id);
CREATE INDEX need_organisation ON need (organisation_id, id);
CREATE INDEX need_job ON need (job_version, job);
CREATE INDEX need_contract ON need (contract);
CREATE INDEX need_expiry ON need (expires_on) WHERE state IN ('open', 'paused');

CREATE TABLE session (
    id uuid CONSTRAINT session_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT session_organisation REFERENCES organisation,
    title text NOT NULL,
    description text,
    kind text NOT NULL,
    job_version text,
    job text,
    insee text NOT NULL CONSTRAINT session_commune REFERENCES commune,
    place text,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    places integer NOT NULL,
    places_left integer NOT NULL,
    state text NOT NULL DEFAULT 'draft',
    reason text,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    public_version integer NOT NULL DEFAULT 1,
    search_words tsvector NOT NULL DEFAULT '',
    CONSTRAINT session_job FOREIGN KEY (job_version, job) REFERENCES rome_job (version, code),
    CONSTRAINT session_job_whole CHECK ((job IS NULL) = (job_version IS NULL)),
    CONSTRAINT session_title_text CHECK (is_text(title, 150)),
    CONSTRAINT session_description_text CHECK (is_text(description, 5000)),
    CONSTRAINT session_kind_known CHECK (kind IN ('training', 'immersion', 'job_test', 'forum', 'coach')),
    CONSTRAINT session_place_text CHECK (is_text(place, 300)),
    CONSTRAINT session_starts_range CHECK (starts_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT session_ends_range CHECK (ends_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT session_days_order CHECK (starts_on <= ends_on),
    CONSTRAINT session_places_range CHECK (places BETWEEN 1 AND 2000),
    CONSTRAINT session_places_left_range CHECK (places_left BETWEEN 0 AND places),
    CONSTRAINT session_state_known CHECK (state IN ('draft', 'open', 'full', 'cancelled', 'held')),
    CONSTRAINT session_full_none_left CHECK
        ((state <> 'full' OR places_left = 0) AND (state NOT IN ('draft', 'open') OR places_left > 0)),
    CONSTRAINT session_reason_text CHECK (is_text(reason, 500))
);
COMMENT ON TABLE session IS 'Training, immersions, job tests, forums and Coach Autonomie; the public sees those that are open.';
COMMENT ON COLUMN session.id IS 'public UUIDv7.';
COMMENT ON COLUMN session.organisation_id IS 'public Who organises it.';
COMMENT ON COLUMN session.title IS 'public In a few words.';
COMMENT ON COLUMN session.description IS 'public In sentences.';
COMMENT ON COLUMN session.kind IS 'public training, immersion, job_test, forum, coach.';
COMMENT ON COLUMN session.job_version IS 'public Version of ROME that the job''s code is of.';
COMMENT ON COLUMN session.job IS 'public The job it is about: its ROME code.';
COMMENT ON COLUMN session.insee IS 'public INSEE code of the commune it is in.';
COMMENT ON COLUMN session.place IS 'public Where exactly.';
COMMENT ON COLUMN session.starts_on IS 'public Its first day.';
COMMENT ON COLUMN session.ends_on IS 'public Its last day.';
COMMENT ON COLUMN session.places IS 'public For how many people it is.';
COMMENT ON COLUMN session.places_left IS 'public How many places are left; each acceptance lowers it.';
COMMENT ON COLUMN session.state IS 'public draft, open, full, cancelled, held.';
COMMENT ON COLUMN session.reason IS 'internal Why it was cancelled.';
COMMENT ON COLUMN session.created_at IS 'internal When it was written.';
COMMENT ON COLUMN session.updated_at IS 'internal Its last change.';
COMMENT ON COLUMN session.version IS 'internal Raised by every change; If-Match names it.';
COMMENT ON COLUMN session.public_version IS 'public Raised by changes of public columns only.';
COMMENT ON COLUMN session.search_words IS 'public The words it is found by: title, text, job, organiser, commune.';
CREATE INDEX session_open_days ON session (starts_on, id) WHERE state = 'open';
CREATE INDEX session_search ON session USING gin (search_words);
CREATE INDEX session_organisation ON session (organisation_id, id);
CREATE INDEX session_job ON session (job_version, job);
CREATE INDEX session_commune ON session (insee);

-- Where a session's orientations go: its organiser gives the address, the team confirms it.
CREATE TABLE session_contact (
    id uuid CONSTRAINT session_contact_key PRIMARY KEY,
    session_id uuid NOT NULL CONSTRAINT session_contact_session REFERENCES session,
    organisation_id uuid NOT NULL CONSTRAINT session_contact_organisation REFERENCES organisation,
    email text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    asked_at timestamptz NOT NULL,
    asked_by uuid CONSTRAINT session_contact_asked_by REFERENCES member,
    confirmed_at timestamptz,
    confirmed_by uuid CONSTRAINT session_contact_confirmed_by REFERENCES member,
    ended_at timestamptz,
    CONSTRAINT session_contact_email_form CHECK (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AND char_length(email) <= 254),
    CONSTRAINT session_contact_state_known CHECK (state IN ('pending', 'confirmed', 'ended')),
    CONSTRAINT session_contact_confirmed_has_instant CHECK (state <> 'confirmed' OR confirmed_at IS NOT NULL),
    CONSTRAINT session_contact_ended_has_instant CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX session_contact_one_pending ON session_contact (session_id) WHERE state = 'pending';
CREATE UNIQUE INDEX session_contact_one_confirmed ON session_contact (session_id) WHERE state = 'confirmed';
CREATE INDEX session_contact_session ON session_contact (session_id);
CREATE INDEX session_contact_organisation ON session_contact (organisation_id);
CREATE INDEX session_contact_asked_by ON session_contact (asked_by);
CREATE INDEX session_contact_confirmed_by ON session_contact (confirmed_by);
COMMENT ON TABLE session_contact IS 'Where a session''s orientations go: given by its organiser, confirmed by the team; no file ever fills it.';
COMMENT ON COLUMN session_contact.id IS 'internal UUIDv7.';
COMMENT ON COLUMN session_contact.session_id IS 'internal The session.';
COMMENT ON COLUMN session_contact.organisation_id IS 'internal Who organises it.';
COMMENT ON COLUMN session_contact.email IS 'personal The address; often somebody''s.';
COMMENT ON COLUMN session_contact.state IS 'internal pending, confirmed, ended.';
COMMENT ON COLUMN session_contact.asked_at IS 'internal When it was given.';
COMMENT ON COLUMN session_contact.asked_by IS 'internal By which member.';
COMMENT ON COLUMN session_contact.confirmed_at IS 'internal When the team confirmed it.';
COMMENT ON COLUMN session_contact.confirmed_by IS 'internal Which member of the team.';
COMMENT ON COLUMN session_contact.ended_at IS 'internal When another took its place.';

CREATE FUNCTION prepare_need() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION prepare_need IS 'Trigger: checks diplomas, raises versions, gathers the words a need is found by.';
-- Not for warned_for alone: that its recruiter was written to is no new version of it.
CREATE TRIGGER prepare BEFORE INSERT OR UPDATE OF structure_id, organisation_id, title, description, job_version, job, diplomas,
    contract, hours_per_week, positions, positions_left, opening, pay_min_cents, pay_max_cents, pay_period, starts_on,
    beginner_welcome, licence_required, vehicle_required, night, weekend, split_shifts, insee, latitude, longitude, state,
    opened_at, expires_on, filled_at, reason
    ON need FOR EACH ROW EXECUTE FUNCTION prepare_need();

CREATE FUNCTION prepare_session() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION prepare_session IS 'Trigger: raises versions, gathers the words a session is found by.';
CREATE TRIGGER prepare BEFORE INSERT OR UPDATE ON session FOR EACH ROW EXECUTE FUNCTION prepare_session();

-- Numbers are no words that anybody mistypes into others.
CREATE FUNCTION keep_recruitment_words() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION keep_recruitment_words IS 'Trigger: words of needs and sessions that are open are known to searches.';
CREATE TRIGGER keep_words_of_new AFTER INSERT ON need REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION keep_recruitment_words();
CREATE TRIGGER keep_words_of_changed AFTER UPDATE ON need REFERENCING OLD TABLE AS replaced NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION keep_recruitment_words();
CREATE TRIGGER keep_words_of_new AFTER INSERT ON session REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION keep_recruitment_words();
CREATE TRIGGER keep_words_of_changed AFTER UPDATE ON session REFERENCING OLD TABLE AS replaced NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION keep_recruitment_words();

-- What was open once is kept, as orientations refer to it; a draft may go.
CREATE FUNCTION keep_what_was_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'draft' THEN
        RAISE EXCEPTION 'only a draft may be deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'need_deleted_draft';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION keep_what_was_open IS 'Trigger: refuses to delete what is no draft.';
CREATE TRIGGER keep_what_was_open BEFORE DELETE ON need FOR EACH ROW EXECUTE FUNCTION keep_what_was_open();

-- Why it was closed may name somebody: history says that it changed, not what it said.
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON need
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'reason');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON session
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'reason');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON session_contact
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'email');

ALTER TABLE session_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE session_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY session_contact_own_or_team ON session_contact TO pa31_app, pa31_operator
    USING (organisation_id = (SELECT caller_organisation()) OR (SELECT caller_is_team()))
    WITH CHECK (organisation_id = (SELECT caller_organisation()) OR (SELECT caller_is_team()));
-- The clock writes to addresses.
CREATE POLICY session_contact_seen_by_system ON session_contact FOR SELECT TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY recruitment_contact_seen_by_system ON recruitment_contact FOR SELECT TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY session_contact_searched ON session_contact FOR SELECT TO pa31_search USING (true);

-- Whether there is an address, not which: who orients may know that much (the closed list of SECURITY DEFINER functions).
CREATE FUNCTION structure_has_contact(structure uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM recruitment_contact c JOIN structure s ON s.id = c.structure_id
                    WHERE c.structure_id = structure_has_contact.structure AND c.state = 'proved'
                      AND c.organisation_id = s.organisation_id);
END;
COMMENT ON FUNCTION structure_has_contact IS 'Whether a structure has a proved recruitment contact of the employer whose claim is validated.';
CREATE FUNCTION session_has_contact(session uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT EXISTS (SELECT FROM session_contact c WHERE c.session_id = session_has_contact.session AND c.state = 'confirmed');
END;
COMMENT ON FUNCTION session_has_contact IS 'Whether a session has an address that the team confirmed.';

GRANT SELECT ON session_contact TO pa31_search;
REVOKE EXECUTE ON FUNCTION structure_has_contact, session_has_contact FROM PUBLIC;
GRANT EXECUTE ON FUNCTION structure_has_contact, session_has_contact TO pa31_app, pa31_operator;
GRANT CREATE ON SCHEMA public TO pa31_search;
ALTER FUNCTION structure_has_contact OWNER TO pa31_search;
ALTER FUNCTION session_has_contact OWNER TO pa31_search;
REVOKE CREATE ON SCHEMA public FROM pa31_search;

GRANT SELECT ON recruitment_word TO pa31_public;
GRANT SELECT, INSERT ON recruitment_word TO pa31_app, pa31_operator;
GRANT SELECT, INSERT, DELETE ON need TO pa31_app, pa31_operator;
GRANT UPDATE (title, description, job_version, job, diplomas, contract, hours_per_week, positions, positions_left, opening,
              pay_min_cents, pay_max_cents, pay_period, starts_on, beginner_welcome, licence_required, vehicle_required, night,
              weekend, split_shifts, insee, latitude, longitude, state, opened_at, expires_on, warned_for, filled_at, reason)
    ON need TO pa31_app, pa31_operator;
GRANT SELECT, INSERT ON session TO pa31_app, pa31_operator;
GRANT UPDATE (title, description, kind, job_version, job, insee, place, starts_on, ends_on, places, places_left, state, reason)
    ON session TO pa31_app, pa31_operator;
GRANT SELECT, INSERT ON session_contact TO pa31_app, pa31_operator;
GRANT UPDATE (state, confirmed_at, confirmed_by, ended_at) ON session_contact TO pa31_app, pa31_operator;
