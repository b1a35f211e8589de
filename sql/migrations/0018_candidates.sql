-- The people that prescribers accompany (security.md §3): files, agreements, statistics apart, sharing, transfer, reads.
CREATE EXTENSION btree_gin;

-- Only prescribers that the team validated (or that need no authorisation) send, and receive shared files.
ALTER TABLE organisation
    ADD COLUMN prescriber_authorisation text NOT NULL DEFAULT 'not_set',
    ADD COLUMN authorisation_proof text,
    ADD COLUMN authorisation_on date,
    ADD COLUMN authorisation_by uuid CONSTRAINT organisation_authorisation_by REFERENCES member,
    ADD CONSTRAINT organisation_authorisation_known CHECK
        (prescriber_authorisation IN ('not_set', 'validated', 'refused', 'not_required')),
    ADD CONSTRAINT organisation_authorisation_proof_text CHECK (is_text(authorisation_proof, 500)),
    ADD CONSTRAINT organisation_authorisation_range CHECK (authorisation_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    ADD CONSTRAINT organisation_authorisation_whole CHECK
        ((prescriber_authorisation = 'not_set') = (authorisation_on IS NULL)
         AND (prescriber_authorisation <> 'validated' OR authorisation_proof IS NOT NULL)),
    ADD CONSTRAINT organisation_authorisation_of_prescriber CHECK (kind = 'prescriber' OR prescriber_authorisation = 'not_set');
CREATE INDEX organisation_authorisation_by ON organisation (authorisation_by);
COMMENT ON COLUMN organisation.prescriber_authorisation IS 'internal Whether it may send candidates: not_set, validated, refused, not_required.';
COMMENT ON COLUMN organisation.authorisation_proof IS 'internal What shows it: an agreement''s reference, an address.';
COMMENT ON COLUMN organisation.authorisation_on IS 'internal Since which day.';
COMMENT ON COLUMN organisation.authorisation_by IS 'internal The team''s member who said so.';
GRANT UPDATE (prescriber_authorisation, authorisation_proof, authorisation_on, authorisation_by, version) ON organisation TO pa31_app;

-- An answer about a person is not kept: only where it is read again, with the rights of then.
ALTER TABLE idempotency_answer
    ADD COLUMN reread_at text,
    ADD CONSTRAINT idempotency_answer_kept_or_reread CHECK (reread_at IS NULL OR body IS NULL);
COMMENT ON COLUMN idempotency_answer.reread_at IS 'internal Where what it told about a person is read again; ids only.';

CREATE FUNCTION are_codes(codes text[], form text, most integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN cardinality(codes) <= most AND (SELECT coalesce(bool_and(code ~ form), true) FROM unnest(codes) AS code);
COMMENT ON FUNCTION are_codes IS 'Whether a list has at most so many entries, all of one form.';

CREATE TABLE candidate (
    id uuid CONSTRAINT candidate_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT candidate_organisation REFERENCES organisation,
    referent_id uuid CONSTRAINT candidate_referent REFERENCES member,
    first_name text NOT NULL,
    last_name text NOT NULL,
    email text,
    phone text,
    insee text,
    birth_year integer,
    situation text,
    diplomas text[] NOT NULL DEFAULT '{}',
    experience_years numeric(3,1),
    experience text,
    licence boolean,
    vehicle boolean,
    mobility_km integer,
    available_from date,
    night boolean NOT NULL DEFAULT false,
    weekend boolean NOT NULL DEFAULT false,
    split_shifts boolean NOT NULL DEFAULT false,
    contracts text[] NOT NULL DEFAULT '{}',
    hours_min numeric(4,1),
    hours_max numeric(4,1),
    jobs text[] NOT NULL DEFAULT '{}',
    lawful_basis text NOT NULL,
    notice_version text NOT NULL,
    notice_given_on date NOT NULL,
    notice_channel text NOT NULL,
    objected_at timestamptz,
    last_contact_on date NOT NULL,
    compared_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    search_text text NOT NULL GENERATED ALWAYS AS (folded(first_name || ' ' || last_name)) STORED,
    -- What a share is given by: it follows the file to another organisation.
    CONSTRAINT candidate_of_organisation UNIQUE (id, organisation_id),
    CONSTRAINT candidate_first_name_text CHECK (is_text(first_name, 100)),
    CONSTRAINT candidate_last_name_text CHECK (is_text(last_name, 100)),
    CONSTRAINT candidate_email_form CHECK (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AND char_length(email) <= 254 AND email = lower(email)),
    CONSTRAINT candidate_phone_form CHECK (phone ~ '^\+[0-9]{6,15}$'),
    CONSTRAINT candidate_insee_form CHECK (insee ~ '^[0-9][0-9AB][0-9]{3}$'),
    CONSTRAINT candidate_birth_year_range CHECK (birth_year BETWEEN 1900 AND 2100),
    CONSTRAINT candidate_situation_known CHECK (situation IN ('job_seeker', 'career_change', 'employee', 'student', 'other')),
    CONSTRAINT candidate_diplomas_form CHECK (are_codes(diplomas, '^[a-z0-9-]{2,80}$', 20)),
    CONSTRAINT candidate_experience_years_range CHECK (experience_years BETWEEN 0 AND 60),
    CONSTRAINT candidate_experience_text CHECK (is_text(experience, 2000)),
    CONSTRAINT candidate_mobility_range CHECK (mobility_km BETWEEN 0 AND 500),
    CONSTRAINT candidate_available_range CHECK (available_from BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT candidate_contracts_form CHECK (are_codes(contracts, '^[a-z0-9_]{3,40}$', 20)),
    CONSTRAINT candidate_hours_range CHECK (hours_min BETWEEN 1 AND 48 AND hours_max BETWEEN 1 AND 48),
    CONSTRAINT candidate_hours_order CHECK (hours_min <= hours_max),
    CONSTRAINT candidate_jobs_form CHECK (are_codes(jobs, '^[A-N][0-9]{4}$', 20)),
    CONSTRAINT candidate_lawful_basis_known CHECK (lawful_basis IN ('public_task', 'pre_contract', 'legitimate_interest')),
    CONSTRAINT candidate_notice_version_text CHECK (is_text(notice_version, 40)),
    CONSTRAINT candidate_notice_range CHECK (notice_given_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT candidate_notice_channel_known CHECK (notice_channel IN ('in_person', 'phone', 'letter', 'email', 'form')),
    CONSTRAINT candidate_last_contact_range CHECK (last_contact_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01')
);
COMMENT ON TABLE candidate IS 'A person that a prescriber accompanies: the file. Never a national number, health, family, religion or origin.';
COMMENT ON COLUMN candidate.id IS 'internal UUIDv7.';
COMMENT ON COLUMN candidate.organisation_id IS 'internal The prescriber''s organisation that follows the person: the file is its.';
COMMENT ON COLUMN candidate.referent_id IS 'internal Its member who is the person''s referent.';
COMMENT ON COLUMN candidate.first_name IS 'personal First name.';
COMMENT ON COLUMN candidate.last_name IS 'personal Surname.';
COMMENT ON COLUMN candidate.email IS 'personal Address, in lower case.';
COMMENT ON COLUMN candidate.phone IS 'personal Telephone: + and digits.';
COMMENT ON COLUMN candidate.insee IS 'personal INSEE code of the commune where the person lives.';
COMMENT ON COLUMN candidate.birth_year IS 'personal Year of birth; no more is ever asked.';
COMMENT ON COLUMN candidate.situation IS 'personal job_seeker, career_change, employee, student, other.';
COMMENT ON COLUMN candidate.diplomas IS 'personal Diplomas (diploma.id).';
COMMENT ON COLUMN candidate.experience_years IS 'personal Years of experience in the sector.';
COMMENT ON COLUMN candidate.experience IS 'personal What the person did, in words.';
COMMENT ON COLUMN candidate.licence IS 'personal Whether with a driving licence; NULL: not said.';
COMMENT ON COLUMN candidate.vehicle IS 'personal Whether with a vehicle; NULL: not said.';
COMMENT ON COLUMN candidate.mobility_km IS 'personal How far from home, in kilometres.';
COMMENT ON COLUMN candidate.available_from IS 'personal First day; NULL: at once.';
COMMENT ON COLUMN candidate.night IS 'personal Whether work at night is accepted.';
COMMENT ON COLUMN candidate.weekend IS 'personal Whether work at weekends is accepted.';
COMMENT ON COLUMN candidate.split_shifts IS 'personal Whether days in several parts are accepted.';
COMMENT ON COLUMN candidate.contracts IS 'personal Contracts accepted (contract_type.code); none: any.';
COMMENT ON COLUMN candidate.hours_min IS 'personal At least so many hours a week.';
COMMENT ON COLUMN candidate.hours_max IS 'personal At most so many hours a week.';
COMMENT ON COLUMN candidate.jobs IS 'personal Jobs wanted: ROME codes.';
COMMENT ON COLUMN candidate.lawful_basis IS 'internal public_task, pre_contract, legitimate_interest.';
COMMENT ON COLUMN candidate.notice_version IS 'internal Version of the information notice that the person got.';
COMMENT ON COLUMN candidate.notice_given_on IS 'internal When.';
COMMENT ON COLUMN candidate.notice_channel IS 'internal How: in_person, phone, letter, email, form.';
COMMENT ON COLUMN candidate.objected_at IS 'internal When the person objected: nothing is sent any more.';
COMMENT ON COLUMN candidate.last_contact_on IS 'internal Last active contact: what retention counts from.';
COMMENT ON COLUMN candidate.compared_at IS 'internal When the platform looked whether another organisation follows the same person.';
COMMENT ON COLUMN candidate.created_at IS 'internal When the file was opened.';
COMMENT ON COLUMN candidate.updated_at IS 'internal Its last change.';
COMMENT ON COLUMN candidate.version IS 'internal Raised by every change; If-Match names it.';
COMMENT ON COLUMN candidate.search_text IS 'personal Its name without case and accents.';
CREATE INDEX candidate_of_organisation_newest ON candidate (organisation_id, id);
CREATE INDEX candidate_of_referent ON candidate (referent_id, id);
CREATE INDEX candidate_search ON candidate USING gin (organisation_id, search_text gin_trgm_ops);
CREATE INDEX candidate_email ON candidate (email) WHERE email IS NOT NULL;
CREATE INDEX candidate_phone ON candidate (phone) WHERE phone IS NOT NULL;
CREATE INDEX candidate_born ON candidate (birth_year, organisation_id);
CREATE INDEX candidate_same_name ON candidate (search_text, birth_year);
CREATE INDEX candidate_not_compared ON candidate (id) WHERE compared_at IS NULL;
CREATE INDEX candidate_last_contact ON candidate (last_contact_on);
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON candidate
    FOR EACH ROW EXECUTE FUNCTION record_changes('',
        'first_name', 'last_name', 'email', 'phone', 'insee', 'birth_year', 'situation', 'diplomas', 'experience_years',
        'experience', 'licence', 'vehicle', 'mobility_km', 'available_from', 'night', 'weekend', 'split_shifts', 'contracts',
        'hours_min', 'hours_max', 'jobs');

CREATE TABLE candidate_agreement (
    id uuid CONSTRAINT candidate_agreement_key PRIMARY KEY,
    candidate_id uuid NOT NULL CONSTRAINT candidate_agreement_candidate REFERENCES candidate,
    kind text NOT NULL,
    text_version text NOT NULL,
    given_on date NOT NULL,
    channel text NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by uuid CONSTRAINT candidate_agreement_recorded_by REFERENCES member,
    withdrawn_on date,
    CONSTRAINT candidate_agreement_kind_known CHECK (kind IN ('orientation', 'pool', 'disability')),
    CONSTRAINT candidate_agreement_text_version_text CHECK (is_text(text_version, 40)),
    CONSTRAINT candidate_agreement_given_range CHECK (given_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT candidate_agreement_channel_known CHECK (channel IN ('in_person', 'phone', 'letter', 'email', 'form')),
    CONSTRAINT candidate_agreement_withdrawn_range CHECK (withdrawn_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01')
);
COMMENT ON TABLE candidate_agreement IS 'What a person agreed to, by which text, when and how; and when it was taken back.';
COMMENT ON COLUMN candidate_agreement.id IS 'internal UUIDv7.';
COMMENT ON COLUMN candidate_agreement.candidate_id IS 'internal Whose.';
COMMENT ON COLUMN candidate_agreement.kind IS 'internal To what: orientation, pool, disability (that it is recorded for statistics).';
COMMENT ON COLUMN candidate_agreement.text_version IS 'internal Version of the text that was agreed to.';
COMMENT ON COLUMN candidate_agreement.given_on IS 'internal When it was given.';
COMMENT ON COLUMN candidate_agreement.channel IS 'internal How: in_person, phone, letter, email, form.';
COMMENT ON COLUMN candidate_agreement.recorded_at IS 'internal When it was written down.';
COMMENT ON COLUMN candidate_agreement.recorded_by IS 'internal By which member; NULL for the person''s own link.';
COMMENT ON COLUMN candidate_agreement.withdrawn_on IS 'internal When it was taken back.';
CREATE INDEX candidate_agreement_candidate ON candidate_agreement (candidate_id, kind, given_on);
CREATE INDEX candidate_agreement_recorded_by ON candidate_agreement (recorded_by);
-- To what somebody agreed may say what nobody is to know.
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON candidate_agreement
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'kind', 'text_version');

CREATE TABLE candidate_statistics (
    candidate_id uuid CONSTRAINT candidate_statistics_key PRIMARY KEY
        CONSTRAINT candidate_statistics_candidate REFERENCES candidate,
    sex text,
    long_term_unemployed boolean,
    rsa boolean,
    qpv boolean,
    qpv_vintage integer,
    diploma_level integer,
    disability boolean,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    -- History names rows by their id.
    id uuid NOT NULL GENERATED ALWAYS AS (candidate_id) STORED,
    CONSTRAINT candidate_statistics_sex_known CHECK (sex IN ('f', 'm', 'not_said')),
    CONSTRAINT candidate_statistics_qpv_vintage_known CHECK (qpv_vintage IN (2015, 2024)),
    CONSTRAINT candidate_statistics_qpv_has_vintage CHECK (qpv IS NOT TRUE OR qpv_vintage IS NOT NULL),
    CONSTRAINT candidate_statistics_diploma_level_range CHECK (diploma_level BETWEEN 1 AND 8)
);
COMMENT ON TABLE candidate_statistics IS 'Criteria that are only ever counted: they filter nobody, rank nobody, reach no recruiter.';
COMMENT ON COLUMN candidate_statistics.candidate_id IS 'internal Whose.';
COMMENT ON COLUMN candidate_statistics.sex IS 'personal f, m, not_said.';
COMMENT ON COLUMN candidate_statistics.long_term_unemployed IS 'personal Whether without work for over a year.';
COMMENT ON COLUMN candidate_statistics.rsa IS 'personal Whether with the RSA.';
COMMENT ON COLUMN candidate_statistics.qpv IS 'personal Whether living in a priority district.';
COMMENT ON COLUMN candidate_statistics.qpv_vintage IS 'personal By which list of districts: 2015, 2024.';
COMMENT ON COLUMN candidate_statistics.diploma_level IS 'personal Highest level of diploma, national framework, 1 to 8.';
COMMENT ON COLUMN candidate_statistics.disability IS 'personal Whether a disability is recognised; only with an agreement of its own.';
COMMENT ON COLUMN candidate_statistics.updated_at IS 'internal Its last change.';
COMMENT ON COLUMN candidate_statistics.version IS 'internal Raised by every change; If-Match names it.';
COMMENT ON COLUMN candidate_statistics.id IS 'internal The same as candidate_id: history''s name for the row.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON candidate_statistics
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'sex', 'long_term_unemployed', 'rsa', 'qpv', 'qpv_vintage', 'diploma_level', 'disability');

CREATE TABLE candidate_share (
    id uuid CONSTRAINT candidate_share_key PRIMARY KEY,
    candidate_id uuid NOT NULL,
    from_organisation_id uuid NOT NULL,
    to_organisation_id uuid NOT NULL CONSTRAINT candidate_share_to REFERENCES organisation,
    purpose text NOT NULL,
    access text NOT NULL,
    fields text[] NOT NULL,
    starts_on date NOT NULL,
    ends_on date NOT NULL,
    created_at timestamptz NOT NULL,
    created_by uuid CONSTRAINT candidate_share_created_by REFERENCES member,
    revoked_at timestamptz,
    -- Only the organisation whose file it is shares it; a transferred file takes its shares with it.
    CONSTRAINT candidate_share_candidate FOREIGN KEY (candidate_id, from_organisation_id)
        REFERENCES candidate (id, organisation_id) ON UPDATE CASCADE,
    CONSTRAINT candidate_share_other CHECK (revoked_at IS NOT NULL OR from_organisation_id <> to_organisation_id),
    CONSTRAINT candidate_share_purpose_text CHECK (is_text(purpose, 300)),
    CONSTRAINT candidate_share_access_known CHECK (access IN ('read', 'follow_up')),
    CONSTRAINT candidate_share_fields_known CHECK
        (fields <@ ARRAY['contact', 'situation', 'background', 'wishes'] AND cardinality(fields) <= 4),
    CONSTRAINT candidate_share_starts_range CHECK (starts_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT candidate_share_period_order CHECK (ends_on BETWEEN starts_on AND starts_on + 366)
);
COMMENT ON TABLE candidate_share IS 'Files that another prescriber may read or follow up, for a purpose and a time; never statistics.';
COMMENT ON COLUMN candidate_share.id IS 'internal UUIDv7.';
COMMENT ON COLUMN candidate_share.candidate_id IS 'internal Which file.';
COMMENT ON COLUMN candidate_share.from_organisation_id IS 'internal Whose file it is.';
COMMENT ON COLUMN candidate_share.to_organisation_id IS 'internal With whom it is shared.';
COMMENT ON COLUMN candidate_share.purpose IS 'personal What for.';
COMMENT ON COLUMN candidate_share.access IS 'internal read, or follow_up: also orient.';
COMMENT ON COLUMN candidate_share.fields IS 'internal What is shown beside the name: contact, situation, background, wishes.';
COMMENT ON COLUMN candidate_share.starts_on IS 'internal First day.';
COMMENT ON COLUMN candidate_share.ends_on IS 'internal Last day.';
COMMENT ON COLUMN candidate_share.created_at IS 'internal When it was given.';
COMMENT ON COLUMN candidate_share.created_by IS 'internal By which member.';
COMMENT ON COLUMN candidate_share.revoked_at IS 'internal When it was taken back.';
CREATE UNIQUE INDEX candidate_share_one_live ON candidate_share (candidate_id, to_organisation_id) WHERE revoked_at IS NULL;
CREATE INDEX candidate_share_candidate ON candidate_share (candidate_id, from_organisation_id);
CREATE INDEX candidate_share_to ON candidate_share (to_organisation_id, candidate_id) WHERE revoked_at IS NULL;
CREATE INDEX candidate_share_to_all ON candidate_share (to_organisation_id);
CREATE INDEX candidate_share_created_by ON candidate_share (created_by);
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON candidate_share
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'purpose');

CREATE TABLE candidate_transfer (
    id uuid CONSTRAINT candidate_transfer_key PRIMARY KEY,
    candidate_id uuid NOT NULL CONSTRAINT candidate_transfer_candidate REFERENCES candidate,
    from_organisation_id uuid NOT NULL CONSTRAINT candidate_transfer_from REFERENCES organisation,
    to_organisation_id uuid NOT NULL CONSTRAINT candidate_transfer_to REFERENCES organisation,
    reason text NOT NULL,
    state text NOT NULL DEFAULT 'asked',
    asked_at timestamptz NOT NULL,
    asked_by uuid CONSTRAINT candidate_transfer_asked_by REFERENCES member,
    decided_at timestamptz,
    decided_by uuid CONSTRAINT candidate_transfer_decided_by REFERENCES member,
    answer text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT candidate_transfer_other CHECK (from_organisation_id <> to_organisation_id),
    CONSTRAINT candidate_transfer_reason_text CHECK (is_text(reason, 300)),
    CONSTRAINT candidate_transfer_answer_text CHECK (is_text(answer, 300)),
    CONSTRAINT candidate_transfer_state_known CHECK (state IN ('asked', 'accepted', 'refused', 'withdrawn')),
    CONSTRAINT candidate_transfer_decided_has_instant CHECK ((state = 'asked') = (decided_at IS NULL))
);
COMMENT ON TABLE candidate_transfer IS 'Files on their way to another prescriber, who accepts or refuses.';
COMMENT ON COLUMN candidate_transfer.id IS 'internal UUIDv7.';
COMMENT ON COLUMN candidate_transfer.candidate_id IS 'internal Which file.';
COMMENT ON COLUMN candidate_transfer.from_organisation_id IS 'internal Whose it was.';
COMMENT ON COLUMN candidate_transfer.to_organisation_id IS 'internal Whose it is to be.';
COMMENT ON COLUMN candidate_transfer.reason IS 'personal Why.';
COMMENT ON COLUMN candidate_transfer.state IS 'internal asked, accepted, refused, withdrawn.';
COMMENT ON COLUMN candidate_transfer.asked_at IS 'internal When it was asked.';
COMMENT ON COLUMN candidate_transfer.asked_by IS 'internal By which member.';
COMMENT ON COLUMN candidate_transfer.decided_at IS 'internal When it was answered or withdrawn.';
COMMENT ON COLUMN candidate_transfer.decided_by IS 'internal By which member.';
COMMENT ON COLUMN candidate_transfer.answer IS 'personal What the receiver said to it.';
COMMENT ON COLUMN candidate_transfer.version IS 'internal Raised by every change.';
CREATE UNIQUE INDEX candidate_transfer_one_asked ON candidate_transfer (candidate_id) WHERE state = 'asked';
CREATE INDEX candidate_transfer_candidate ON candidate_transfer (candidate_id);
CREATE INDEX candidate_transfer_from ON candidate_transfer (from_organisation_id, id);
CREATE INDEX candidate_transfer_to ON candidate_transfer (to_organisation_id, id);
CREATE INDEX candidate_transfer_asked_by ON candidate_transfer (asked_by);
CREATE INDEX candidate_transfer_decided_by ON candidate_transfer (decided_by);
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON candidate_transfer
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'reason', 'answer');

-- Itself a log: appended, never changed; kept 12 months.
CREATE TABLE file_read (
    id uuid CONSTRAINT file_read_key PRIMARY KEY,
    candidate_id uuid NOT NULL,
    member_id uuid CONSTRAINT file_read_member REFERENCES member,
    organisation_id uuid CONSTRAINT file_read_organisation REFERENCES organisation,
    at timestamptz NOT NULL,
    reason text,
    route text NOT NULL,
    CONSTRAINT file_read_reason_text CHECK (is_text(reason, 300)),
    CONSTRAINT file_read_route_form CHECK (route ~ '^[a-z_.]{3,60}$')
);
COMMENT ON TABLE file_read IS 'Who opened which person''s file, written before it is shown.';
COMMENT ON COLUMN file_read.id IS 'internal UUIDv7.';
COMMENT ON COLUMN file_read.candidate_id IS 'internal Which file. No foreign key: it outlives the file.';
COMMENT ON COLUMN file_read.member_id IS 'internal By which member; NULL for a link.';
COMMENT ON COLUMN file_read.organisation_id IS 'internal Of which organisation.';
COMMENT ON COLUMN file_read.at IS 'internal When.';
COMMENT ON COLUMN file_read.reason IS 'personal Why, where one must be given: the team''s.';
COMMENT ON COLUMN file_read.route IS 'internal The operation that showed it.';
CREATE INDEX file_read_candidate ON file_read (candidate_id, id);
CREATE INDEX file_read_member ON file_read (member_id, at);
CREATE INDEX file_read_organisation ON file_read (organisation_id);
CREATE INDEX file_read_age ON file_read (at);

-- What policies ask is asked often: PL/pgSQL keeps the plans of its questions for the session, SQL plans them in each statement anew.
CREATE OR REPLACE FUNCTION caller_organisation() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF current_caller() !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN RETURN NULL; END IF;
    RETURN (SELECT m.organisation_id FROM member m WHERE m.id = current_caller()::uuid AND m.disabled_at IS NULL);
END
$$;
CREATE OR REPLACE FUNCTION caller_is_team() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM organisation o WHERE o.id = caller_organisation() AND o.kind = 'platform');
END
$$;
CREATE FUNCTION caller_may_prescribe() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN EXISTS (SELECT FROM organisation o WHERE o.id = caller_organisation() AND o.kind = 'prescriber'
                      AND o.prescriber_authorisation IN ('validated', 'not_required'));
END
$$;
COMMENT ON FUNCTION caller_may_prescribe IS 'Whether this transaction acts for a member of a prescriber that may send, and be shared with.';

-- Each NULL where it does not apply.
CREATE FUNCTION caller_day() RETURNS date
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (current_instant() AT TIME ZONE 'Europe/Paris')::date;
COMMENT ON FUNCTION caller_day IS 'The day it is in Paris for this transaction.';
CREATE FUNCTION setting_id(name text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN current_setting(name, true) ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN current_setting(name, true)::uuid END;
COMMENT ON FUNCTION setting_id IS 'A setting of this transaction as an id; NULL where it is none.';
CREATE FUNCTION caller_file() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN setting_id('pa31.file') IS NOT NULL AND caller_is_team() THEN setting_id('pa31.file') END;
END
$$;
COMMENT ON FUNCTION caller_file IS 'The one file that a member of the team opens in this transaction (pa31.file).';
CREATE FUNCTION caller_link() RETURNS uuid
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN CASE WHEN current_caller() IS NULL THEN setting_id('pa31.link') END;
END
$$;
COMMENT ON FUNCTION caller_link IS 'What the link that nobody known came with is about (pa31.link): a candidate''s id.';
CREATE FUNCTION caller_transfer() RETURNS uuid
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF setting_id('pa31.transfer') IS NULL THEN RETURN NULL; END IF;
    RETURN (SELECT t.candidate_id FROM candidate_transfer t
             WHERE t.id = setting_id('pa31.transfer') AND t.state = 'asked' AND t.to_organisation_id = caller_organisation());
END
$$;
COMMENT ON FUNCTION caller_transfer IS 'The file whose transfer to the caller''s organisation is being accepted (pa31.transfer).';

-- An array that a statement asks for once: a subquery in the policy would be planned, and its cost counted, wherever candidate stands.
CREATE FUNCTION caller_shares(wanted text) RETURNS uuid[]
    LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT caller_may_prescribe() THEN RETURN '{}'; END IF;
    RETURN ARRAY(SELECT s.candidate_id FROM candidate_share s
                  WHERE s.to_organisation_id = caller_organisation() AND s.revoked_at IS NULL
                    AND caller_day() BETWEEN s.starts_on AND s.ends_on AND (s.access = 'follow_up' OR wanted = 'read'));
END
$$;
COMMENT ON FUNCTION caller_shares IS 'Files of others that are shared with the caller''s organisation today, to read or (follow_up) to follow up.';

ALTER TABLE candidate ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate FORCE ROW LEVEL SECURITY;
ALTER TABLE candidate_agreement ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate_agreement FORCE ROW LEVEL SECURITY;
ALTER TABLE candidate_statistics ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate_statistics FORCE ROW LEVEL SECURITY;
ALTER TABLE candidate_share ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate_share FORCE ROW LEVEL SECURITY;
ALTER TABLE candidate_transfer ENABLE ROW LEVEL SECURITY;
ALTER TABLE candidate_transfer FORCE ROW LEVEL SECURITY;
ALTER TABLE file_read ENABLE ROW LEVEL SECURITY;
ALTER TABLE file_read FORCE ROW LEVEL SECURITY;

-- A policy of candidate looks into candidate_share; those of candidate_share into their own row only, or they would go in circles.
-- Statements say the organisation too; coalesce() keeps the planner from counting the same condition twice, and reading all to sort it.
CREATE POLICY candidate_own ON candidate TO pa31_app, pa31_operator
    USING (coalesce(organisation_id = (SELECT caller_organisation()), false)) WITH CHECK (organisation_id = (SELECT caller_organisation()));
CREATE POLICY candidate_shared ON candidate FOR SELECT TO pa31_app, pa31_operator
    USING (id = ANY ((SELECT caller_shares('read'))::uuid[]));
CREATE POLICY candidate_followed ON candidate FOR UPDATE TO pa31_app, pa31_operator
    USING (id = ANY ((SELECT caller_shares('follow_up'))::uuid[]));
CREATE POLICY candidate_opened_by_team ON candidate FOR SELECT TO pa31_app, pa31_operator
    USING (id = (SELECT caller_file()));
CREATE POLICY candidate_by_link ON candidate TO pa31_app USING (id = (SELECT caller_link())) WITH CHECK (id = (SELECT caller_link()));
CREATE POLICY candidate_taken_over_seen ON candidate FOR SELECT TO pa31_app, pa31_operator USING (id = (SELECT caller_transfer()));
CREATE POLICY candidate_taken_over ON candidate FOR UPDATE TO pa31_app, pa31_operator
    USING (id = (SELECT caller_transfer())) WITH CHECK (organisation_id = (SELECT caller_organisation()));
CREATE POLICY candidate_system ON candidate TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY candidate_searched ON candidate FOR SELECT TO pa31_search USING (true);

-- That somebody agreed to have a disability recorded says it: the organisation's own alone, as the criteria are.
CREATE POLICY candidate_agreement_seen ON candidate_agreement FOR SELECT TO pa31_app, pa31_operator
    USING (kind <> 'disability' AND current_caller() IS NOT NULL AND EXISTS (SELECT FROM candidate c WHERE c.id = candidate_id));
CREATE POLICY candidate_agreement_own ON candidate_agreement TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system' OR candidate_id = (SELECT caller_link())
           OR EXISTS (SELECT FROM candidate c WHERE c.id = candidate_id AND c.organisation_id = (SELECT caller_organisation())))
    WITH CHECK ((SELECT current_caller()) = 'system' OR candidate_id = (SELECT caller_link())
           OR EXISTS (SELECT FROM candidate c WHERE c.id = candidate_id AND c.organisation_id = (SELECT caller_organisation())));
CREATE POLICY candidate_agreement_added ON candidate_agreement FOR INSERT TO pa31_app, pa31_operator
    WITH CHECK (kind <> 'disability' AND candidate_id = ANY ((SELECT caller_shares('follow_up'))::uuid[]));
CREATE POLICY candidate_agreement_withdrawn ON candidate_agreement FOR UPDATE TO pa31_app, pa31_operator
    USING (kind <> 'disability' AND candidate_id = ANY ((SELECT caller_shares('follow_up'))::uuid[]));

CREATE POLICY candidate_statistics_own ON candidate_statistics TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system' OR candidate_id = (SELECT caller_link())
           OR EXISTS (SELECT FROM candidate c WHERE c.id = candidate_id AND c.organisation_id = (SELECT caller_organisation())))
    WITH CHECK ((SELECT current_caller()) = 'system' OR candidate_id = (SELECT caller_link())
           OR EXISTS (SELECT FROM candidate c WHERE c.id = candidate_id AND c.organisation_id = (SELECT caller_organisation())));

CREATE POLICY candidate_share_either ON candidate_share FOR SELECT TO pa31_app, pa31_operator
    USING (from_organisation_id = (SELECT caller_organisation()) OR to_organisation_id = (SELECT caller_organisation())
           OR candidate_id = (SELECT caller_link()) OR (SELECT current_caller()) = 'system');
CREATE POLICY candidate_share_given ON candidate_share TO pa31_app, pa31_operator
    USING (from_organisation_id = (SELECT caller_organisation()) OR candidate_id = (SELECT caller_link())
           OR (SELECT current_caller()) = 'system')
    WITH CHECK (from_organisation_id = (SELECT caller_organisation()) OR candidate_id = (SELECT caller_link())
           OR (SELECT current_caller()) = 'system');
-- Who takes a file over needs no share of it any more.
CREATE POLICY candidate_share_taken_over ON candidate_share FOR UPDATE TO pa31_app, pa31_operator
    USING (to_organisation_id = (SELECT caller_organisation())) WITH CHECK (revoked_at IS NOT NULL AND to_organisation_id = (SELECT caller_organisation()));

CREATE POLICY candidate_transfer_either ON candidate_transfer TO pa31_app, pa31_operator
    USING (from_organisation_id = (SELECT caller_organisation()) OR to_organisation_id = (SELECT caller_organisation())
           OR (SELECT current_caller()) = 'system')
    WITH CHECK (from_organisation_id = (SELECT caller_organisation()) OR to_organisation_id = (SELECT caller_organisation())
           OR (SELECT current_caller()) = 'system');

CREATE POLICY file_read_written ON file_read FOR INSERT TO pa31_app, pa31_operator
    WITH CHECK (member_id::text = (SELECT current_caller())
                OR (member_id IS NULL AND (candidate_id = (SELECT caller_link()) OR (SELECT current_caller()) = 'system')));
CREATE POLICY file_read_seen ON file_read FOR SELECT TO pa31_app, pa31_operator
    USING (member_id::text = (SELECT current_caller()) OR (SELECT current_caller()) = 'system' OR candidate_id = (SELECT caller_link())
           OR EXISTS (SELECT FROM candidate c WHERE c.id = candidate_id AND c.organisation_id = (SELECT caller_organisation())));
CREATE TRIGGER append_only BEFORE UPDATE ON file_read FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT, INSERT ON candidate, candidate_agreement, candidate_statistics, candidate_share, candidate_transfer, file_read
    TO pa31_app, pa31_operator;
GRANT UPDATE (organisation_id, referent_id, first_name, last_name, email, phone, insee, birth_year, situation, diplomas,
    experience_years, experience, licence, vehicle, mobility_km, available_from, night, weekend, split_shifts, contracts, hours_min,
    hours_max, jobs, lawful_basis, notice_version, notice_given_on, notice_channel, objected_at, last_contact_on, compared_at,
    updated_at, version) ON candidate TO pa31_app, pa31_operator;
GRANT UPDATE (withdrawn_on) ON candidate_agreement TO pa31_app, pa31_operator;
GRANT UPDATE (sex, long_term_unemployed, rsa, qpv, qpv_vintage, diploma_level, disability, updated_at, version)
    ON candidate_statistics TO pa31_app, pa31_operator;
GRANT UPDATE (revoked_at) ON candidate_share TO pa31_app, pa31_operator;
GRANT UPDATE (state, decided_at, decided_by, answer, version) ON candidate_transfer TO pa31_app, pa31_operator;

-- Trigram operators are not leakproof: under row-level security no index would serve a search. The scope comes first in it.
CREATE FUNCTION candidates_named(caller uuid, words text, most integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 50 SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT c.id FROM candidate c
     WHERE c.organisation_id = (SELECT m.organisation_id FROM member m
                                 WHERE m.id = candidates_named.caller AND m.id::text = current_caller() AND m.disabled_at IS NULL)
       AND folded(words) <% c.search_text
     ORDER BY word_similarity(folded(words), c.search_text) DESC, c.id DESC
     LIMIT most;
END;
COMMENT ON FUNCTION candidates_named IS 'Files of the caller''s own organisation whose name is like some words, the most alike first.';
GRANT SELECT (id, organisation_id, search_text) ON candidate TO pa31_search;
REVOKE EXECUTE ON FUNCTION candidates_named FROM PUBLIC;
GRANT EXECUTE ON FUNCTION candidates_named TO pa31_app, pa31_operator;
GRANT CREATE ON SCHEMA public TO pa31_search;
ALTER FUNCTION candidates_named OWNER TO pa31_search;
REVOKE CREATE ON SCHEMA public FROM pa31_search;
