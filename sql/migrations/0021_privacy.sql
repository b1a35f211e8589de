-- Personal data: the register says how long each thing is kept and why; purge, public page, record of processing and tests read it.
CREATE TABLE data_retention (
    code text CONSTRAINT data_retention_key PRIMARY KEY,
    title_fr text NOT NULL,
    persons_fr text NOT NULL,
    purpose_fr text NOT NULL,
    lawful_basis text[] NOT NULL,
    recipients_fr text NOT NULL,
    keep_amount integer,
    keep_unit text,
    keep_with text CONSTRAINT data_retention_keep_with REFERENCES data_retention,
    event_fr text NOT NULL,
    notice_days integer,
    is_outside boolean NOT NULL,
    note_fr text,
    CONSTRAINT data_retention_code_form CHECK (code ~ '^[a-z][a-z0-9_]{2,40}$'),
    CONSTRAINT data_retention_text CHECK
        (is_text(title_fr, 200) AND is_text(persons_fr, 200) AND is_text(purpose_fr, 600) AND is_text(recipients_fr, 400)
         AND is_text(event_fr, 300) AND coalesce(is_text(note_fr, 800), true)),
    CONSTRAINT data_retention_lawful_basis_known CHECK
        (lawful_basis <@ ARRAY['public_task', 'pre_contract', 'legitimate_interest', 'legal_obligation', 'consent']
         AND cardinality(lawful_basis) > 0),
    CONSTRAINT data_retention_keep_unit_known CHECK (keep_unit IN ('hours', 'days', 'months', 'years')),
    CONSTRAINT data_retention_keep_positive CHECK (keep_amount > 0),
    -- Each line has a time of its own, or that of another line.
    CONSTRAINT data_retention_keep_whole CHECK
        ((keep_amount IS NULL) = (keep_unit IS NULL) AND ((keep_amount IS NULL) <> (keep_with IS NULL))),
    CONSTRAINT data_retention_notice_positive CHECK (notice_days > 0)
);
CREATE INDEX data_retention_keep_with ON data_retention (keep_with);
COMMENT ON TABLE data_retention IS 'The register: what personal data are kept, for what, how long, and who gets them (domain.md §7; sql/reference/rows).';
COMMENT ON COLUMN data_retention.code IS 'public Its name in the program.';
COMMENT ON COLUMN data_retention.title_fr IS 'public Which data, in French.';
COMMENT ON COLUMN data_retention.persons_fr IS 'public Whose.';
COMMENT ON COLUMN data_retention.purpose_fr IS 'public What for.';
COMMENT ON COLUMN data_retention.lawful_basis IS 'public public_task, pre_contract, legitimate_interest, legal_obligation, consent.';
COMMENT ON COLUMN data_retention.recipients_fr IS 'public Who gets them.';
COMMENT ON COLUMN data_retention.keep_amount IS 'public How long; NULL when as long as another line.';
COMMENT ON COLUMN data_retention.keep_unit IS 'public hours, days, months, years.';
COMMENT ON COLUMN data_retention.keep_with IS 'public The line as long as which they are kept, and with which they are cleared.';
COMMENT ON COLUMN data_retention.event_fr IS 'public From when it is counted.';
COMMENT ON COLUMN data_retention.notice_days IS 'public How many days before it is told.';
COMMENT ON COLUMN data_retention.is_outside IS 'public Whether they are outside of the tables that the purge clears: operations see to it.';
COMMENT ON COLUMN data_retention.note_fr IS 'public What else is to be known.';

CREATE TABLE retention_column (
    table_name text NOT NULL,
    column_name text NOT NULL,
    line text NOT NULL CONSTRAINT retention_column_line REFERENCES data_retention,
    CONSTRAINT retention_column_key PRIMARY KEY (table_name, column_name)
);
CREATE INDEX retention_column_line ON retention_column (line);
COMMENT ON TABLE retention_column IS 'Which line of the register each personal column belongs to: exactly one, which a test holds.';
COMMENT ON COLUMN retention_column.table_name IS 'public The table.';
COMMENT ON COLUMN retention_column.column_name IS 'public The column.';
COMMENT ON COLUMN retention_column.line IS 'public The line.';
GRANT SELECT ON data_retention, retention_column TO pa31_public, pa31_app, pa31_operator, pa31_audit_seal;

-- What is older than this is forgotten. A line that is missing must not be a comparison with NULL, which would silently keep everything.
CREATE FUNCTION forgotten_before(line text) RETURNS timestamptz
    LANGUAGE plpgsql STABLE AS $$
DECLARE
    kept interval;
BEGIN
    SELECT format('%s %s', coalesce(r.keep_amount, w.keep_amount), coalesce(r.keep_unit, w.keep_unit))::interval INTO kept
      FROM data_retention r LEFT JOIN data_retention w ON w.code = r.keep_with WHERE r.code = forgotten_before.line;
    IF kept IS NULL THEN RAISE EXCEPTION 'the register has no time for the line %', line; END IF;
    RETURN (current_instant() AT TIME ZONE 'Europe/Paris' - kept) AT TIME ZONE 'Europe/Paris';
END
$$;
COMMENT ON FUNCTION forgotten_before IS 'The instant before which what a line of the register keeps is forgotten. In a query: (SELECT forgotten_before(…)), once.';

CREATE FUNCTION forgotten_before_day(line text) RETURNS date
    LANGUAGE sql STABLE
    RETURN (forgotten_before(line) AT TIME ZONE 'Europe/Paris')::date;
COMMENT ON FUNCTION forgotten_before_day IS 'The same as a day in Paris.';

-- How far the purge is with each line: it looks once an hour, and not while its clock is suspect.
CREATE TABLE purge_pass (
    line text CONSTRAINT purge_pass_key PRIMARY KEY,
    seen_at timestamptz NOT NULL,
    emptied_at timestamptz,
    suspect_since timestamptz
);
COMMENT ON TABLE purge_pass IS 'When the purge looked at each line of the register.';
COMMENT ON COLUMN purge_pass.line IS 'internal The line, or another rule that no leaping clock may hurry.';
COMMENT ON COLUMN purge_pass.seen_at IS 'internal The clock of its last look: a leap ahead forgets nothing until it has held for some days.';
COMMENT ON COLUMN purge_pass.emptied_at IS 'internal When nothing was left to forget.';
COMMENT ON COLUMN purge_pass.suspect_since IS 'internal Since when the clock is suspect, if it is.';
GRANT SELECT, INSERT, UPDATE ON purge_pass TO pa31_app, pa31_operator;

-- Who was told that something of theirs will be forgotten.
CREATE TABLE retention_notice (
    subject_id uuid NOT NULL,
    line text NOT NULL CONSTRAINT retention_notice_line REFERENCES data_retention,
    told_on date NOT NULL,
    due_on date NOT NULL,
    CONSTRAINT retention_notice_key PRIMARY KEY (line, subject_id),
    CONSTRAINT retention_notice_order CHECK (told_on < due_on)
);
CREATE INDEX retention_notice_due ON retention_notice (line, due_on);
COMMENT ON TABLE retention_notice IS 'Notices before something is forgotten: without one, and before its day, it is not.';
COMMENT ON COLUMN retention_notice.subject_id IS 'internal The candidate or member. No foreign key: it goes with the subject.';
COMMENT ON COLUMN retention_notice.line IS 'internal By which line of the register.';
COMMENT ON COLUMN retention_notice.told_on IS 'internal When it was told.';
COMMENT ON COLUMN retention_notice.due_on IS 'internal The first day on which it may be forgotten.';
GRANT SELECT, INSERT, UPDATE, DELETE ON retention_notice TO pa31_app, pa31_operator;

-- Persons are counted once, when their quarter is closed (or when they are erased), and never again: an erasure changes no past figure.
CREATE TABLE person_step (
    candidate_id uuid NOT NULL CONSTRAINT person_step_candidate REFERENCES candidate ON DELETE CASCADE,
    kind text NOT NULL,
    year integer NOT NULL,
    counted_in date NOT NULL,
    CONSTRAINT person_step_key PRIMARY KEY (candidate_id, kind, year),
    CONSTRAINT person_step_kind_known CHECK (kind IN ('received', 'oriented', 'accompanied', 'immersion', 'training', 'hired',
        'employed_3', 'employed_6', 'employed_12')),
    CONSTRAINT person_step_quarter CHECK (counted_in = date_trunc('quarter', counted_in::timestamp)::date)
);
COMMENT ON TABLE person_step IS 'That a person''s step was counted: once a year; goes with the person''s file.';
COMMENT ON COLUMN person_step.candidate_id IS 'internal Whose.';
COMMENT ON COLUMN person_step.kind IS 'internal received, oriented, accompanied, immersion, training, hired, employed_3, employed_6, employed_12.';
COMMENT ON COLUMN person_step.year IS 'internal In which year.';
COMMENT ON COLUMN person_step.counted_in IS 'internal First day of the quarter that it was counted in.';

CREATE TABLE person_count (
    quarter date NOT NULL,
    kind text NOT NULL,
    dimension text NOT NULL,
    value text NOT NULL,
    persons integer NOT NULL,
    CONSTRAINT person_count_key PRIMARY KEY (quarter, kind, dimension, value),
    CONSTRAINT person_count_quarter CHECK (quarter = date_trunc('quarter', quarter::timestamp)::date),
    CONSTRAINT person_count_dimension_known CHECK (dimension IN ('all', 'sex', 'age', 'age_esf', 'sex_age', 'situation',
        'long_term_unemployed', 'diploma_level', 'qpv', 'rsa', 'disability', 'commune', 'epci', 'organisation', 'job',
        'structure_kind', 'contract')),
    CONSTRAINT person_count_persons_positive CHECK (persons > 0)
);
COMMENT ON TABLE person_count IS 'How many persons took a step in a quarter, by one dimension at a time; nobody''s id. Only counting functions show it, suppressed.';
COMMENT ON COLUMN person_count.quarter IS 'internal The quarter''s first day.';
COMMENT ON COLUMN person_count.kind IS 'internal The step: a person''s first of its kind in the year.';
COMMENT ON COLUMN person_count.dimension IS 'internal By what it is counted; all: everybody.';
COMMENT ON COLUMN person_count.value IS 'internal Which of it; unknown where the file does not say.';
COMMENT ON COLUMN person_count.persons IS 'internal How many.';

CREATE TABLE person_quarter (
    quarter date CONSTRAINT person_quarter_key PRIMARY KEY,
    last_candidate uuid,
    counted_at timestamptz,
    CONSTRAINT person_quarter_start CHECK (quarter = date_trunc('quarter', quarter::timestamp)::date)
);
COMMENT ON TABLE person_quarter IS 'Closed quarters whose persons are counted, or being counted.';
COMMENT ON COLUMN person_quarter.quarter IS 'internal The quarter''s first day.';
COMMENT ON COLUMN person_quarter.last_candidate IS 'internal How far the counting is.';
COMMENT ON COLUMN person_quarter.counted_at IS 'internal When all were counted: from then on its figures stand.';

ALTER TABLE person_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_step FORCE ROW LEVEL SECURITY;
ALTER TABLE person_count ENABLE ROW LEVEL SECURITY;
ALTER TABLE person_count FORCE ROW LEVEL SECURITY;
CREATE POLICY person_step_system ON person_step TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY person_count_system ON person_count TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY person_count_counted ON person_count FOR SELECT TO pa31_stats USING (true);
GRANT SELECT, INSERT, DELETE ON person_step TO pa31_app, pa31_operator;
GRANT SELECT, INSERT, UPDATE ON person_count, person_quarter TO pa31_app, pa31_operator;
GRANT SELECT ON person_count, person_quarter TO pa31_stats;

-- What is left of an orientation for rates and delays: neither person nor id.
CREATE TABLE past_orientation (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT past_orientation_key PRIMARY KEY,
    structure_id uuid CONSTRAINT past_orientation_structure REFERENCES structure,
    receiver_id uuid NOT NULL CONSTRAINT past_orientation_receiver REFERENCES organisation,
    target_kind text NOT NULL,
    state text NOT NULL,
    sent_on date NOT NULL,
    answered_on date,
    closed_on date,
    CONSTRAINT past_orientation_order CHECK (sent_on <= answered_on)
);
CREATE INDEX past_orientation_structure ON past_orientation (structure_id, receiver_id, sent_on) INCLUDE (state, answered_on);
CREATE INDEX past_orientation_receiver ON past_orientation (receiver_id);
CREATE INDEX past_orientation_sent ON past_orientation (sent_on);
COMMENT ON TABLE past_orientation IS 'Orientations that are forgotten, as far as rates and delays count them.';
COMMENT ON COLUMN past_orientation.id IS 'internal In the order of writing.';
COMMENT ON COLUMN past_orientation.structure_id IS 'internal The structure; NULL for a session.';
COMMENT ON COLUMN past_orientation.receiver_id IS 'internal The organisation that received it.';
COMMENT ON COLUMN past_orientation.target_kind IS 'internal need, structure, session.';
COMMENT ON COLUMN past_orientation.state IS 'internal Where it stood at its end.';
COMMENT ON COLUMN past_orientation.sent_on IS 'internal When it was sent.';
COMMENT ON COLUMN past_orientation.answered_on IS 'internal When it was answered.';
COMMENT ON COLUMN past_orientation.closed_on IS 'internal When it came to its end; NULL when an erasure cut it short.';
GRANT SELECT, INSERT ON past_orientation TO pa31_app, pa31_operator;
GRANT SELECT ON past_orientation TO pa31_stats;

-- What persons ask for: a copy, a correction, to be left alone, to be forgotten.
CREATE TABLE rights_request (
    id uuid CONSTRAINT rights_request_key PRIMARY KEY,
    candidate_id uuid NOT NULL,
    kind text NOT NULL,
    asked_by text NOT NULL,
    organisation_id uuid NOT NULL CONSTRAINT rights_request_organisation REFERENCES organisation,
    member_id uuid CONSTRAINT rights_request_member REFERENCES member,
    asked_at timestamptz NOT NULL,
    due_on date NOT NULL,
    execute_at timestamptz,
    text text,
    state text NOT NULL DEFAULT 'open',
    decided_at timestamptz,
    decided_by uuid CONSTRAINT rights_request_decided_by REFERENCES member,
    answer text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT rights_request_kind_known CHECK (kind IN ('copy', 'correction', 'objection', 'erasure')),
    CONSTRAINT rights_request_asked_by_known CHECK (asked_by IN ('prescriber', 'candidate', 'dpo')),
    CONSTRAINT rights_request_member_unless_candidate CHECK ((asked_by = 'candidate') = (member_id IS NULL)),
    CONSTRAINT rights_request_state_known CHECK (state IN ('open', 'done', 'refused', 'cancelled')),
    CONSTRAINT rights_request_decided_has_instant CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT rights_request_erasure_has_delay CHECK ((kind = 'erasure') = (execute_at IS NOT NULL)),
    CONSTRAINT rights_request_due_range CHECK (due_on BETWEEN DATE '2020-01-01' AND DATE '2101-01-01'),
    CONSTRAINT rights_request_text_text CHECK (is_text(text, 2000)),
    CONSTRAINT rights_request_answer_text CHECK (is_text(answer, 2000)),
    CONSTRAINT rights_request_refused_has_answer CHECK (state <> 'refused' OR answer IS NOT NULL OR kind = 'erasure')
);
CREATE UNIQUE INDEX rights_request_one_erasure ON rights_request (candidate_id) WHERE kind = 'erasure' AND state = 'open';
CREATE INDEX rights_request_candidate ON rights_request (candidate_id, id);
CREATE INDEX rights_request_of_organisation ON rights_request (organisation_id, id);
CREATE INDEX rights_request_member ON rights_request (member_id);
CREATE INDEX rights_request_decided_by ON rights_request (decided_by);
CREATE INDEX rights_request_open ON rights_request (due_on, id) WHERE state = 'open';
CREATE INDEX rights_request_to_execute ON rights_request (execute_at) WHERE kind = 'erasure' AND state = 'open';
CREATE INDEX rights_request_age ON rights_request (asked_at);
COMMENT ON TABLE rights_request IS 'Requests of persons about their data, with the day by which each is answered.';
COMMENT ON COLUMN rights_request.id IS 'internal UUIDv7.';
COMMENT ON COLUMN rights_request.candidate_id IS 'internal Whose file. No foreign key: it outlives the file.';
COMMENT ON COLUMN rights_request.kind IS 'internal copy, correction, objection, erasure.';
COMMENT ON COLUMN rights_request.asked_by IS 'internal Through whom: prescriber, candidate (the person''s own link), dpo.';
COMMENT ON COLUMN rights_request.organisation_id IS 'internal Whose file it was then.';
COMMENT ON COLUMN rights_request.member_id IS 'internal Who wrote it down; NULL for the person''s own link.';
COMMENT ON COLUMN rights_request.asked_at IS 'internal When.';
COMMENT ON COLUMN rights_request.due_on IS 'internal The last day to answer.';
COMMENT ON COLUMN rights_request.execute_at IS 'internal When an erasure is carried out unless it is cancelled.';
COMMENT ON COLUMN rights_request.text IS 'personal What is to be corrected, in the person''s words; emptied by an erasure.';
COMMENT ON COLUMN rights_request.state IS 'internal open, done, refused, cancelled.';
COMMENT ON COLUMN rights_request.decided_at IS 'internal When it was answered, carried out or cancelled.';
COMMENT ON COLUMN rights_request.decided_by IS 'internal By which member; NULL for the person or the clock.';
COMMENT ON COLUMN rights_request.answer IS 'personal What was answered; emptied by an erasure.';
COMMENT ON COLUMN rights_request.version IS 'internal Raised by every change.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON rights_request
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'text', 'answer');

-- The data-protection officer: a member of the team with that role.
CREATE FUNCTION caller_is_dpo() RETURNS boolean
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    RETURN caller_is_team() AND EXISTS (SELECT FROM member m WHERE m.id::text = current_caller() AND m.role = 'dpo');
END
$$;
COMMENT ON FUNCTION caller_is_dpo IS 'Whether this transaction acts for the data-protection officer.';

ALTER TABLE rights_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_request FORCE ROW LEVEL SECURITY;
CREATE POLICY rights_request_system ON rights_request TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY rights_request_own ON rights_request TO pa31_app, pa31_operator
    USING (organisation_id = (SELECT caller_organisation())) WITH CHECK (organisation_id = (SELECT caller_organisation()));
CREATE POLICY rights_request_of_dpo ON rights_request TO pa31_app, pa31_operator
    USING ((SELECT caller_is_dpo())) WITH CHECK ((SELECT caller_is_dpo()));
CREATE POLICY rights_request_by_link ON rights_request TO pa31_app
    USING (candidate_id = (SELECT caller_link())) WITH CHECK (candidate_id = (SELECT caller_link()));
GRANT SELECT, INSERT, DELETE ON rights_request TO pa31_app, pa31_operator;
GRANT UPDATE (state, decided_at, decided_by, answer, text, version, organisation_id) ON rights_request TO pa31_app, pa31_operator;
CREATE POLICY rights_request_forgotten ON rights_request AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');

-- Codes that are sent to a person's registered address before its link shows or does what matters.
CREATE TABLE access_code (
    id uuid CONSTRAINT access_code_key PRIMARY KEY,
    candidate_id uuid NOT NULL CONSTRAINT access_code_candidate REFERENCES candidate ON DELETE CASCADE,
    code_hash bytea NOT NULL,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    CONSTRAINT access_code_hash_length CHECK (octet_length(code_hash) = 32),
    CONSTRAINT access_code_period_order CHECK (made_at < expires_at),
    CONSTRAINT access_code_tries_range CHECK (tries >= 0)
);
CREATE INDEX access_code_candidate ON access_code (candidate_id, made_at);
CREATE INDEX access_code_ended ON access_code (expires_at);
COMMENT ON TABLE access_code IS 'Six digits, sent to the address of a file: the link alone, forwarded, opens nothing.';
COMMENT ON COLUMN access_code.id IS 'internal UUIDv7.';
COMMENT ON COLUMN access_code.candidate_id IS 'internal Whose.';
COMMENT ON COLUMN access_code.code_hash IS 'personal SHA-256 of the row''s id and the six digits.';
COMMENT ON COLUMN access_code.made_at IS 'internal When it was made.';
COMMENT ON COLUMN access_code.expires_at IS 'internal Until when it is good.';
COMMENT ON COLUMN access_code.tries IS 'internal How often a wrong one was tried.';
COMMENT ON COLUMN access_code.used_at IS 'internal When it was used: once.';
ALTER TABLE access_code ENABLE ROW LEVEL SECURITY;
ALTER TABLE access_code FORCE ROW LEVEL SECURITY;
CREATE POLICY access_code_system ON access_code TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
GRANT SELECT, INSERT, DELETE ON access_code TO pa31_app, pa31_operator;
GRANT UPDATE (tries, used_at) ON access_code TO pa31_app, pa31_operator;

-- Who was erased: ids only, kept outside too (PA31_ERASURE_LEDGER), so that a restored dump brings nobody back.
CREATE TABLE erasure_ledger (
    subject_id uuid CONSTRAINT erasure_ledger_key PRIMARY KEY,
    kind text NOT NULL,
    cause text NOT NULL,
    erased_at timestamptz NOT NULL,
    exported_at timestamptz,
    CONSTRAINT erasure_ledger_kind_known CHECK (kind IN ('candidate', 'member')),
    CONSTRAINT erasure_ledger_cause_known CHECK (cause IN ('request', 'retention'))
);
CREATE INDEX erasure_ledger_not_exported ON erasure_ledger (erased_at) WHERE exported_at IS NULL;
CREATE INDEX erasure_ledger_age ON erasure_ledger (erased_at);
COMMENT ON TABLE erasure_ledger IS 'Ids of those who were erased: replayed after a restore.';
COMMENT ON COLUMN erasure_ledger.subject_id IS 'internal The id that nothing else knows any more.';
COMMENT ON COLUMN erasure_ledger.kind IS 'internal candidate, member.';
COMMENT ON COLUMN erasure_ledger.cause IS 'internal request, retention.';
COMMENT ON COLUMN erasure_ledger.erased_at IS 'internal When.';
COMMENT ON COLUMN erasure_ledger.exported_at IS 'internal When it was written to the file outside.';
GRANT SELECT, INSERT, DELETE ON erasure_ledger TO pa31_app, pa31_operator;
GRANT UPDATE (exported_at) ON erasure_ledger TO pa31_app, pa31_operator;

-- The system alone forgets; what members may do with a row of theirs, deleting it is not among it.
CREATE POLICY candidate_forgotten ON candidate AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY candidate_agreement_forgotten ON candidate_agreement AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY candidate_statistics_forgotten ON candidate_statistics AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY candidate_share_forgotten ON candidate_share AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY candidate_transfer_forgotten ON candidate_transfer AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY orientation_forgotten ON orientation AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY checkpoint_forgotten ON checkpoint AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY task_forgotten ON task AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY recruitment_contact_forgotten ON recruitment_contact AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY session_contact_forgotten ON session_contact AS RESTRICTIVE FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY file_read_forgotten_by_system ON file_read FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY recruitment_contact_forgotten_by_system ON recruitment_contact FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY session_contact_forgotten_by_system ON session_contact FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
-- An answer that names a file that is gone; the server's own housekeeping forgets the others.
CREATE POLICY idempotency_answer_seen_by_purge ON idempotency_answer FOR SELECT TO pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY idempotency_answer_forgotten_by_purge ON idempotency_answer FOR DELETE TO pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY sheet_import_seen_by_purge ON sheet_import FOR SELECT TO pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY sheet_import_forgotten_by_purge ON sheet_import FOR DELETE TO pa31_operator
    USING ((SELECT current_caller()) = 'system');
GRANT DELETE ON candidate, candidate_agreement, candidate_statistics, candidate_share, candidate_transfer, file_read,
    recruitment_contact, session_contact TO pa31_app, pa31_operator;
GRANT SELECT, DELETE ON idempotency_answer, mail_opt_out TO pa31_operator;
-- What went to who recruits no longer says about whom. The command line's role forgets addresses without reading them.
ALTER TABLE outbox ADD COLUMN cleared_at timestamptz;
COMMENT ON COLUMN outbox.cleared_at IS 'internal When its address and subject were forgotten.';
GRANT UPDATE (candidate_id, about_id, about_kind, address, address_hash, link_label, link_path, opt_out_secret, opt_out_hash, cleared_at, gathered_into)
    ON outbox TO pa31_operator;
GRANT SELECT (cleared_at) ON outbox TO pa31_operator;
CREATE INDEX idempotency_answer_location ON idempotency_answer (coalesce(reread_at, location));
CREATE INDEX outbox_farewell ON outbox (id) WHERE kind = 'privacy.erased';
CREATE INDEX outbox_age ON outbox (created_at);
CREATE INDEX outbox_not_cleared ON outbox (created_at) WHERE cleared_at IS NULL;
CREATE INDEX task_text_age ON task (created_at) WHERE text IS NOT NULL;
CREATE INDEX mail_opt_out_age ON mail_opt_out (at);
CREATE INDEX recruitment_contact_ended ON recruitment_contact (coalesce(ended_at, CASE WHEN state = 'pending' THEN expires_at END));
CREATE INDEX orientation_closed ON orientation (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX audit_log_caller ON audit_log (caller, at);

-- Tokens and links, which are under no row-level security: a trigger says the same.
CREATE FUNCTION refuse_forgetting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user IN ('pa31_app', 'pa31_operator') AND current_caller() IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'rows of % are forgotten by the system only', TG_TABLE_NAME
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;
COMMENT ON FUNCTION refuse_forgetting IS 'Trigger: only the system deletes.';
CREATE TRIGGER forgotten BEFORE DELETE ON api_token FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();
CREATE TRIGGER forgotten BEFORE DELETE ON invitation FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();
CREATE TRIGGER forgotten BEFORE DELETE ON calendar_feed FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();
CREATE TRIGGER forgotten BEFORE DELETE ON erasure_ledger FOR EACH ROW EXECUTE FUNCTION refuse_forgetting();
GRANT DELETE ON api_token, invitation, calendar_feed TO pa31_app, pa31_operator;
CREATE INDEX api_token_ended ON api_token (least(expires_at, revoked_at));
CREATE INDEX invitation_ended ON invitation (least(expires_at, used_at));
CREATE INDEX calendar_feed_ended ON calendar_feed (least(expires_at, revoked_at));

-- A member who is forgotten stays as an id: others' work refers to it. The server writes no other name or address.
ALTER TABLE member
    ADD COLUMN forgotten_at timestamptz,
    ADD COLUMN last_use_on date,
    ADD CONSTRAINT member_forgotten_is_nobody CHECK
        (forgotten_at IS NULL OR (disabled_at IS NOT NULL AND email = id::text || '@efface.invalid'));
COMMENT ON COLUMN member.forgotten_at IS 'internal When name and address were forgotten.';
COMMENT ON COLUMN member.last_use_on IS 'internal The last use of tokens that are forgotten.';
CREATE FUNCTION refuse_renaming() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_user = 'pa31_app' AND (current_caller() IS DISTINCT FROM 'system' OR NEW.forgotten_at IS NULL) THEN
        RAISE EXCEPTION 'the server only forgets members' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION refuse_renaming IS 'Trigger: the server changes a member''s name and address only to forget them.';
CREATE TRIGGER renamed BEFORE UPDATE OF name, email, forgotten_at ON member FOR EACH ROW EXECUTE FUNCTION refuse_renaming();
GRANT UPDATE (name, email, disabled_at, forgotten_at, last_use_on), SELECT (forgotten_at, last_use_on) ON member TO pa31_app;

-- Past its time, audit goes too: segments from the beginning, behind a checkpoint that says where the chain goes on.
CREATE TABLE audit_checkpoint (
    position bigint CONSTRAINT audit_checkpoint_key PRIMARY KEY,
    chain_hash bytea NOT NULL,
    made_at timestamptz NOT NULL,
    audit_id uuid NOT NULL,
    kept_hash bytea NOT NULL,
    CONSTRAINT audit_checkpoint_position_positive CHECK (position > 0),
    CONSTRAINT audit_checkpoint_hash_length CHECK (octet_length(chain_hash) = 32 AND octet_length(kept_hash) = 32)
);
COMMENT ON TABLE audit_checkpoint IS 'Where the audit''s chain begins since what was before it is forgotten.';
COMMENT ON COLUMN audit_checkpoint.position IS 'internal The last position that is forgotten.';
COMMENT ON COLUMN audit_checkpoint.chain_hash IS 'internal Its link: the next one follows from it.';
COMMENT ON COLUMN audit_checkpoint.made_at IS 'internal When.';
COMMENT ON COLUMN audit_checkpoint.audit_id IS 'internal The audit row that says so, itself sealed.';
COMMENT ON COLUMN audit_checkpoint.kept_hash IS 'internal The last link of a chain over what is kept before it: the plan''s and the directory''s history.';
CREATE FUNCTION check_audit_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM audit_seal s WHERE s.position = NEW.position AND s.chain_hash = NEW.chain_hash)
       OR EXISTS (SELECT FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
                   WHERE s.position <= NEW.position AND a.at >= forgotten_before('audit')) THEN
        RAISE EXCEPTION 'audit rows that are to be kept are kept' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION check_audit_checkpoint IS 'Trigger: a checkpoint is a link of the chain, and what is before it is older than the register keeps.';
CREATE TRIGGER check_age BEFORE INSERT ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION check_audit_checkpoint();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_checkpoint FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

CREATE FUNCTION refuse_rewriting_but_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION refuse_rewriting_but_forgotten IS 'Trigger: history is never rewritten; what is before a checkpoint, the sealer forgets.';
DROP TRIGGER append_only ON audit_log;
DROP TRIGGER append_only ON field_change;
DROP TRIGGER append_only ON audit_seal;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_but_forgotten();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON field_change
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_but_forgotten();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_but_forgotten();
GRANT SELECT ON audit_checkpoint TO pa31_app, pa31_operator, pa31_audit_seal;
GRANT INSERT ON audit_checkpoint TO pa31_audit_seal;
GRANT DELETE ON audit_log, field_change, audit_seal TO pa31_audit_seal;
GRANT INSERT ON audit_log, audit_pending TO pa31_audit_seal;

-- Rates and delays count what is forgotten as well (0020 made these functions; only where they count from is new).
GRANT CREATE ON SCHEMA public TO pa31_stats;
SET LOCAL ROLE pa31_stats;
CREATE OR REPLACE FUNCTION service_level(caller uuid, structure uuid)
    RETURNS TABLE (day date, is_exact boolean, sent integer, answered integer, response_percent integer, median_days numeric,
                   open integer, overdue integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH scope AS MATERIALIZED (
        SELECT s.id, s.organisation_id, s.organisation_id = m.organisation_id AS is_own
          FROM member m JOIN organisation o ON o.id = m.organisation_id
          JOIN structure s ON s.id = service_level.structure AND s.organisation_id IS NOT NULL
         WHERE m.id = service_level.caller AND m.id::text = current_caller() AND m.disabled_at IS NULL
           AND (o.kind IN ('platform', 'prescriber') OR s.organisation_id = m.organisation_id))
    SELECT caller_day(), p.is_own,
           CASE WHEN p.is_own OR w.sent >= r.least THEN w.sent END,
           CASE WHEN p.is_own THEN w.answered END,
           CASE WHEN w.sent >= r.least THEN round(100.0 * w.answered / w.sent)::integer END,
           CASE WHEN w.delays >= r.least THEN w.median END,
           CASE WHEN p.is_own OR u.open >= r.least THEN u.open END,
           CASE WHEN p.is_own OR u.overdue >= r.least THEN u.overdue END
      FROM scope p
     CROSS JOIN LATERAL (SELECT service_rule('level_least') AS least, service_rule('level_days') AS days) AS r
     CROSS JOIN LATERAL level_window() AS v
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS sent,
                   (count(*) FILTER (WHERE days_to_answer(o.sent_at, o.answered_at) <= r.days))::integer AS answered,
                   count(o.answered_at) AS delays,
                   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY days_to_answer(o.sent_at, o.answered_at)))::numeric, 1) AS median
              FROM (SELECT o.sent_at, o.answered_at FROM orientation o
                     WHERE o.structure_id = p.id AND o.receiver_id = p.organisation_id AND o.sent_at >= v.first_instant
                       AND o.sent_at < v.last_instant AND o.state NOT IN ('withdrawn', 'obsolete')
                    UNION ALL
                    SELECT (o.sent_on + time '12:00') AT TIME ZONE 'Europe/Paris', (o.answered_on + time '12:00') AT TIME ZONE 'Europe/Paris' FROM past_orientation o
                     WHERE o.structure_id = p.id AND o.receiver_id = p.organisation_id AND o.sent_on >= (v.first_instant AT TIME ZONE 'Europe/Paris')::date
                       AND o.sent_on < (v.last_instant AT TIME ZONE 'Europe/Paris')::date AND o.state NOT IN ('withdrawn', 'obsolete')) AS o) AS w
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS open, (count(*) FILTER (WHERE o.due_on < caller_day()))::integer AS overdue
              FROM orientation o
             WHERE o.structure_id = p.id AND o.receiver_id = p.organisation_id AND o.due_on IS NOT NULL) AS u;
END;

CREATE OR REPLACE FUNCTION service_level_of_all(caller text)
    RETURNS TABLE (day date, sent integer, answered integer, response_percent integer, median_days numeric, open integer, overdue integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT caller_day(), CASE WHEN w.sent >= r.least THEN w.sent END, CASE WHEN w.answered >= r.least THEN w.answered END,
           CASE WHEN w.sent >= r.least THEN round(100.0 * w.answered / w.sent)::integer END,
           CASE WHEN w.delays >= r.least THEN w.median END, CASE WHEN u.open >= r.least THEN u.open END,
           CASE WHEN u.overdue >= r.least THEN u.overdue END
      FROM (SELECT service_rule('level_least') AS least, service_rule('level_days') AS days) AS r
     CROSS JOIN LATERAL level_window() AS v
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS sent,
                   (count(*) FILTER (WHERE days_to_answer(o.sent_at, o.answered_at) <= r.days))::integer AS answered,
                   count(o.answered_at) AS delays,
                   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY days_to_answer(o.sent_at, o.answered_at)))::numeric, 1) AS median
              FROM (SELECT o.sent_at, o.answered_at FROM orientation o
                     WHERE o.sent_at >= v.first_instant AND o.sent_at < v.last_instant AND o.state NOT IN ('withdrawn', 'obsolete')
                    UNION ALL
                    SELECT (o.sent_on + time '12:00') AT TIME ZONE 'Europe/Paris', (o.answered_on + time '12:00') AT TIME ZONE 'Europe/Paris' FROM past_orientation o
                     WHERE o.sent_on >= (v.first_instant AT TIME ZONE 'Europe/Paris')::date AND o.sent_on < (v.last_instant AT TIME ZONE 'Europe/Paris')::date
                       AND o.state NOT IN ('withdrawn', 'obsolete')) AS o) AS w
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS open, (count(*) FILTER (WHERE o.due_on < caller_day()))::integer AS overdue
              FROM orientation o WHERE o.due_on IS NOT NULL) AS u
     WHERE service_level_of_all.caller = current_caller();
END;
SET LOCAL ROLE pa31_owner;
REVOKE CREATE ON SCHEMA public FROM pa31_stats;
