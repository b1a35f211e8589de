-- Orientations: a person proposed for a need, to a structure or for a session, with one workflow for all three (domain.md §4.3).
CREATE TABLE orientation (
    id uuid CONSTRAINT orientation_key PRIMARY KEY,
    candidate_id uuid NOT NULL CONSTRAINT orientation_candidate REFERENCES candidate,
    organisation_id uuid NOT NULL CONSTRAINT orientation_organisation REFERENCES organisation,
    prescriber_id uuid CONSTRAINT orientation_prescriber REFERENCES member,
    referent_id uuid NOT NULL CONSTRAINT orientation_referent REFERENCES organisation,
    target_kind text NOT NULL,
    need_id uuid CONSTRAINT orientation_need REFERENCES need,
    structure_id uuid CONSTRAINT orientation_structure REFERENCES structure,
    session_id uuid CONSTRAINT orientation_session REFERENCES session,
    receiver_id uuid CONSTRAINT orientation_receiver REFERENCES organisation,
    state text NOT NULL DEFAULT 'draft',
    former_state text,
    due_on date,
    sent_at timestamptz,
    opened_at timestamptz,
    answered_at timestamptz,
    closed_at timestamptz,
    visible_until date,
    reason text CONSTRAINT orientation_reason REFERENCES refusal_reason,
    appointment_at timestamptz,
    prior_action text,
    prior_starts_on date,
    prior_ends_on date,
    training_session_id uuid CONSTRAINT orientation_training_session REFERENCES session,
    training_starts_on date,
    training_ends_on date,
    training_result text,
    hired_at timestamptz,
    hire_contract text CONSTRAINT orientation_hire_contract REFERENCES contract_type,
    hire_starts_on date,
    hire_hours numeric(4,1),
    has_place boolean NOT NULL DEFAULT false,
    reminded integer NOT NULL DEFAULT 0,
    told_on date,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT orientation_target_whole CHECK (
        target_kind IN ('need', 'structure', 'session')
        AND (target_kind = 'need') = (need_id IS NOT NULL) AND (target_kind = 'session') = (session_id IS NOT NULL)
        AND (target_kind = 'session') = (structure_id IS NULL)),
    CONSTRAINT orientation_state_known CHECK (state IN ('draft', 'sent', 'under_review', 'appointment', 'prior_action', 'pool',
        'accepted', 'in_training', 'hired', 'refused', 'withdrawn', 'expired', 'obsolete', 'completed')),
    CONSTRAINT orientation_sent_has_receiver CHECK ((sent_at IS NULL) = (receiver_id IS NULL)),
    CONSTRAINT orientation_unsent_is_draft CHECK (sent_at IS NOT NULL OR state IN ('draft', 'withdrawn')),
    CONSTRAINT orientation_open_has_due_day CHECK ((due_on IS NOT NULL) =
        (state IN ('sent', 'under_review', 'appointment', 'prior_action', 'pool', 'accepted', 'in_training'))),
    CONSTRAINT orientation_final_has_instant CHECK ((closed_at IS NOT NULL) =
        (state IN ('hired', 'refused', 'withdrawn', 'expired', 'obsolete', 'completed'))),
    CONSTRAINT orientation_final_is_masked CHECK ((visible_until IS NOT NULL) = (closed_at IS NOT NULL)),
    CONSTRAINT orientation_refused_has_reason CHECK (state <> 'refused' OR reason IS NOT NULL),
    CONSTRAINT orientation_appointment_has_instant CHECK (state <> 'appointment' OR appointment_at IS NOT NULL),
    CONSTRAINT orientation_appointment_range CHECK
        (appointment_at BETWEEN TIMESTAMPTZ '2020-01-01 00:00Z' AND TIMESTAMPTZ '2100-01-01 00:00Z'),
    CONSTRAINT orientation_prior_action_known CHECK (prior_action IN ('pmsmp', 'poec', 'poei', 'vae', 'immersion', 'job_test')),
    CONSTRAINT orientation_prior_action_whole CHECK
        ((prior_action IS NULL) = (prior_starts_on IS NULL) AND (prior_action IS NULL) = (prior_ends_on IS NULL)),
    CONSTRAINT orientation_prior_action_has_kind CHECK (state <> 'prior_action' OR prior_action IS NOT NULL),
    CONSTRAINT orientation_prior_action_order CHECK (prior_starts_on <= prior_ends_on),
    CONSTRAINT orientation_prior_action_range CHECK (prior_starts_on >= DATE '2020-01-01' AND prior_ends_on <= DATE '2100-01-01'),
    CONSTRAINT orientation_training_has_days CHECK
        (state NOT IN ('in_training', 'completed') OR (training_starts_on IS NOT NULL AND training_ends_on IS NOT NULL)),
    CONSTRAINT orientation_training_order CHECK (training_starts_on <= training_ends_on),
    CONSTRAINT orientation_training_range CHECK (training_starts_on >= DATE '2020-01-01' AND training_ends_on <= DATE '2100-01-01'),
    CONSTRAINT orientation_training_result_known CHECK (training_result IN ('certified', 'finished', 'partly', 'dropped')),
    CONSTRAINT orientation_completed_has_result CHECK (state <> 'completed' OR training_result IS NOT NULL),
    CONSTRAINT orientation_hired_whole CHECK ((state = 'hired') = (hired_at IS NOT NULL) AND (hired_at IS NULL) = (hire_contract IS NULL)
        AND (hired_at IS NULL) = (hire_starts_on IS NULL) AND (hired_at IS NULL) = (hire_hours IS NULL)),
    CONSTRAINT orientation_hire_range CHECK (hire_starts_on BETWEEN DATE '2020-01-01' AND DATE '2100-01-01'),
    CONSTRAINT orientation_hire_hours_range CHECK (hire_hours BETWEEN 1 AND 48),
    CONSTRAINT orientation_obsolete_has_former CHECK ((state = 'obsolete') = (former_state IS NOT NULL)),
    CONSTRAINT orientation_former_known CHECK
        (former_state IN ('sent', 'under_review', 'appointment', 'prior_action', 'pool', 'accepted', 'in_training')),
    CONSTRAINT orientation_place_of_session CHECK (NOT has_place OR target_kind = 'session'),
    CONSTRAINT orientation_due_range CHECK (due_on BETWEEN DATE '2020-01-01' AND DATE '2103-01-01'),
    CONSTRAINT orientation_reminded_range CHECK (reminded BETWEEN 0 AND 2)
);
COMMENT ON TABLE orientation IS 'A person proposed to who recruits: its target, where it stands, who owes the next step by when.';
COMMENT ON COLUMN orientation.id IS 'internal UUIDv7.';
COMMENT ON COLUMN orientation.candidate_id IS 'internal Who is proposed.';
COMMENT ON COLUMN orientation.organisation_id IS 'internal The prescriber''s organisation that proposes and follows.';
COMMENT ON COLUMN orientation.prescriber_id IS 'internal Its member who does.';
COMMENT ON COLUMN orientation.referent_id IS 'internal The organisation whose file the person''s is: kept by a trigger.';
COMMENT ON COLUMN orientation.target_kind IS 'internal need, structure (spontaneous), session.';
COMMENT ON COLUMN orientation.need_id IS 'internal The need.';
COMMENT ON COLUMN orientation.structure_id IS 'internal The structure, also of a need.';
COMMENT ON COLUMN orientation.session_id IS 'internal The session.';
COMMENT ON COLUMN orientation.receiver_id IS 'internal The organisation that it was sent to; who claims the structure later inherits nothing.';
COMMENT ON COLUMN orientation.state IS 'internal Where it stands: domain.md §4.3.';
COMMENT ON COLUMN orientation.former_state IS 'internal Where it stood when a hire elsewhere made it obsolete.';
COMMENT ON COLUMN orientation.due_on IS 'internal The last day of who owes the next step.';
COMMENT ON COLUMN orientation.sent_at IS 'internal When it was sent.';
COMMENT ON COLUMN orientation.opened_at IS 'internal When who recruits first took it up: from then on surname and contact are shown.';
COMMENT ON COLUMN orientation.answered_at IS 'internal The structure''s first answer; opening a link is none.';
COMMENT ON COLUMN orientation.closed_at IS 'internal When it came to its end.';
COMMENT ON COLUMN orientation.visible_until IS 'internal After this day who received it sees no identity any more.';
COMMENT ON COLUMN orientation.reason IS 'internal Why it was refused (refusal_reason).';
COMMENT ON COLUMN orientation.appointment_at IS 'internal When they meet.';
COMMENT ON COLUMN orientation.prior_action IS 'internal What comes before a hire: pmsmp, poec, poei, vae, immersion, job_test.';
COMMENT ON COLUMN orientation.prior_starts_on IS 'internal Its first day.';
COMMENT ON COLUMN orientation.prior_ends_on IS 'internal Its last day.';
COMMENT ON COLUMN orientation.training_session_id IS 'internal The session that the person is trained in, if it is one of ours.';
COMMENT ON COLUMN orientation.training_starts_on IS 'internal The training''s first day.';
COMMENT ON COLUMN orientation.training_ends_on IS 'internal The training''s last day.';
COMMENT ON COLUMN orientation.training_result IS 'internal certified, finished, partly, dropped.';
COMMENT ON COLUMN orientation.hired_at IS 'internal When the hire was recorded.';
COMMENT ON COLUMN orientation.hire_contract IS 'internal Type of contract.';
COMMENT ON COLUMN orientation.hire_starts_on IS 'internal First day of work.';
COMMENT ON COLUMN orientation.hire_hours IS 'internal Hours a week.';
COMMENT ON COLUMN orientation.has_place IS 'internal Whether it holds one of the session''s places.';
COMMENT ON COLUMN orientation.reminded IS 'internal How many reminders went out: 0, 1, 2.';
COMMENT ON COLUMN orientation.told_on IS 'internal The day on which its prescriber was last asked about what is due.';
COMMENT ON COLUMN orientation.created_at IS 'internal When it was written.';
COMMENT ON COLUMN orientation.updated_at IS 'internal Its last change.';
COMMENT ON COLUMN orientation.version IS 'internal Raised by every change; If-Match names it.';

-- The same open target twice: drafts don't count, or they would tell what another prescriber does.
CREATE UNIQUE INDEX orientation_need_once ON orientation (candidate_id, need_id)
    WHERE need_id IS NOT NULL AND state IN ('sent', 'under_review', 'appointment', 'prior_action', 'pool', 'accepted', 'in_training');
CREATE UNIQUE INDEX orientation_structure_once ON orientation (candidate_id, structure_id)
    WHERE target_kind = 'structure' AND state IN ('sent', 'under_review', 'appointment', 'prior_action', 'pool', 'accepted', 'in_training');
CREATE UNIQUE INDEX orientation_session_once ON orientation (candidate_id, session_id)
    WHERE session_id IS NOT NULL AND state IN ('sent', 'under_review', 'appointment', 'prior_action', 'pool', 'accepted', 'in_training');
CREATE INDEX orientation_candidate ON orientation (candidate_id, id);
CREATE INDEX orientation_organisation ON orientation (organisation_id, id);
CREATE INDEX orientation_referent ON orientation (referent_id, id);
CREATE INDEX orientation_receiver ON orientation (receiver_id, id) WHERE receiver_id IS NOT NULL;
CREATE INDEX orientation_received ON orientation (receiver_id);
CREATE INDEX orientation_prescriber ON orientation (prescriber_id);
CREATE INDEX orientation_need ON orientation (need_id, id);
CREATE INDEX orientation_structure ON orientation (structure_id, sent_at);
CREATE INDEX orientation_session ON orientation (session_id, id);
CREATE INDEX orientation_reason ON orientation (reason);
CREATE INDEX orientation_hire_contract ON orientation (hire_contract);
CREATE INDEX orientation_training_session ON orientation (training_session_id);
CREATE INDEX orientation_due ON orientation (due_on, id) WHERE due_on IS NOT NULL;
CREATE INDEX orientation_waiting ON orientation (sent_at, id) WHERE state IN ('sent', 'under_review', 'appointment');
CREATE INDEX orientation_due_of_receiver ON orientation (receiver_id, due_on) WHERE due_on IS NOT NULL;
CREATE INDEX orientation_due_of_organisation ON orientation (organisation_id, due_on) WHERE due_on IS NOT NULL;
CREATE INDEX orientation_open_of_need ON orientation (need_id) WHERE need_id IS NOT NULL AND due_on IS NOT NULL;
CREATE INDEX orientation_open_of_session ON orientation (session_id) WHERE session_id IS NOT NULL AND due_on IS NOT NULL;
CREATE INDEX orientation_open_of_structure ON orientation (structure_id, receiver_id) WHERE structure_id IS NOT NULL AND due_on IS NOT NULL;
CREATE INDEX orientation_draft ON orientation (updated_at) WHERE state = 'draft';

-- Its texts, apart: erasure empties them, history never holds them.
CREATE TABLE orientation_text (
    id uuid CONSTRAINT orientation_text_key PRIMARY KEY,
    orientation_id uuid NOT NULL CONSTRAINT orientation_text_orientation REFERENCES orientation ON DELETE CASCADE,
    kind text NOT NULL,
    text text NOT NULL,
    organisation_id uuid CONSTRAINT orientation_text_organisation REFERENCES organisation,
    written_by uuid CONSTRAINT orientation_text_written_by REFERENCES member,
    at timestamptz NOT NULL,
    CONSTRAINT orientation_text_kind_known CHECK
        (kind IN ('message', 'to_candidate', 'to_prescriber', 'place', 'programme', 'note')),
    CONSTRAINT orientation_text_text CHECK (is_text(text, 2000))
);
COMMENT ON TABLE orientation_text IS 'What people wrote about an orientation.';
COMMENT ON COLUMN orientation_text.id IS 'internal UUIDv7.';
COMMENT ON COLUMN orientation_text.orientation_id IS 'internal The orientation.';
COMMENT ON COLUMN orientation_text.kind IS 'internal message (between prescriber and recruiter), to_candidate, to_prescriber, place, programme, note (why a hire fell through).';
COMMENT ON COLUMN orientation_text.text IS 'personal What was written.';
COMMENT ON COLUMN orientation_text.organisation_id IS 'internal For which organisation; NULL by a link.';
COMMENT ON COLUMN orientation_text.written_by IS 'internal By which member; NULL by a link.';
COMMENT ON COLUMN orientation_text.at IS 'internal When.';
CREATE INDEX orientation_text_orientation ON orientation_text (orientation_id, id);
CREATE INDEX orientation_text_organisation ON orientation_text (organisation_id);
CREATE INDEX orientation_text_written_by ON orientation_text (written_by);

-- What happened to it, in its order: states, codes and ids only.
CREATE TABLE orientation_event (
    id uuid CONSTRAINT orientation_event_key PRIMARY KEY,
    orientation_id uuid NOT NULL CONSTRAINT orientation_event_orientation REFERENCES orientation ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    from_state text,
    to_state text,
    actor text NOT NULL,
    organisation_id uuid CONSTRAINT orientation_event_organisation REFERENCES organisation,
    member_id uuid CONSTRAINT orientation_event_member REFERENCES member,
    reason text,
    position bigint GENERATED ALWAYS AS IDENTITY,
    CONSTRAINT orientation_event_kind_known CHECK (kind IN ('created', 'moved', 'reminded', 'message', 'transferred', 'checkpoint')),
    CONSTRAINT orientation_event_actor_known CHECK
        (actor IN ('prescriber', 'recruiter', 'recruiter_link', 'candidate', 'clock', 'system')),
    CONSTRAINT orientation_event_reason_form CHECK (reason ~ '^[a-z0-9_]+$')
);
COMMENT ON TABLE orientation_event IS 'The steps of orientations, appended.';
COMMENT ON COLUMN orientation_event.id IS 'internal UUIDv7.';
COMMENT ON COLUMN orientation_event.orientation_id IS 'internal The orientation.';
COMMENT ON COLUMN orientation_event.at IS 'internal When.';
COMMENT ON COLUMN orientation_event.kind IS 'internal created, moved, reminded, message, transferred, checkpoint.';
COMMENT ON COLUMN orientation_event.from_state IS 'internal From where it moved.';
COMMENT ON COLUMN orientation_event.to_state IS 'internal Where it moved to.';
COMMENT ON COLUMN orientation_event.actor IS 'internal prescriber, recruiter, recruiter_link, candidate, clock, system.';
COMMENT ON COLUMN orientation_event.organisation_id IS 'internal For which organisation.';
COMMENT ON COLUMN orientation_event.member_id IS 'internal By which member.';
COMMENT ON COLUMN orientation_event.reason IS 'internal The reason''s code, the reminder''s number, the checkpoint''s outcome.';
COMMENT ON COLUMN orientation_event.position IS 'internal In the order of writing, also within one instant.';
CREATE INDEX orientation_event_orientation ON orientation_event (orientation_id, position);
CREATE INDEX orientation_event_organisation ON orientation_event (organisation_id);
CREATE INDEX orientation_event_member ON orientation_event (member_id);

-- Links to a recruiter's and to a candidate's pages (security.md §4): hashed, one live per person and thing.
CREATE TABLE orientation_link (
    id uuid CONSTRAINT orientation_link_key PRIMARY KEY,
    orientation_id uuid CONSTRAINT orientation_link_orientation REFERENCES orientation ON DELETE CASCADE,
    candidate_id uuid CONSTRAINT orientation_link_candidate REFERENCES candidate,
    secret_hash bytea NOT NULL CONSTRAINT orientation_link_secret_once UNIQUE,
    made_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    spent_at timestamptz,
    form_key uuid,
    CONSTRAINT orientation_link_of_one CHECK ((orientation_id IS NULL) <> (candidate_id IS NULL)),
    CONSTRAINT orientation_link_hash_length CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT orientation_link_period_order CHECK (made_at < expires_at)
);
COMMENT ON TABLE orientation_link IS 'Links by which who recruits answers one orientation, and a candidate sees where things stand.';
COMMENT ON COLUMN orientation_link.id IS 'internal UUIDv7.';
COMMENT ON COLUMN orientation_link.orientation_id IS 'internal The orientation, for who recruits.';
COMMENT ON COLUMN orientation_link.candidate_id IS 'internal The candidate, for the person.';
COMMENT ON COLUMN orientation_link.secret_hash IS 'personal SHA-256 of the secret.';
COMMENT ON COLUMN orientation_link.made_at IS 'internal When it was made.';
COMMENT ON COLUMN orientation_link.expires_at IS 'internal Until when it is good.';
COMMENT ON COLUMN orientation_link.spent_at IS 'internal When its answer was final: from then on it only shows what was answered.';
COMMENT ON COLUMN orientation_link.form_key IS 'internal The one-time key of the last form that was taken: sent again, it changes nothing.';
CREATE INDEX orientation_link_orientation ON orientation_link (orientation_id);
CREATE INDEX orientation_link_candidate ON orientation_link (candidate_id);
CREATE INDEX orientation_link_ended ON orientation_link (expires_at);

-- After a hire: still there at 1, 3, 6 and 12 months?
CREATE TABLE checkpoint (
    id uuid CONSTRAINT checkpoint_key PRIMARY KEY,
    orientation_id uuid NOT NULL CONSTRAINT checkpoint_orientation REFERENCES orientation ON DELETE CASCADE,
    months integer NOT NULL,
    due_on date NOT NULL,
    asked_on date,
    outcome text,
    recorded_at timestamptz,
    recorded_by uuid CONSTRAINT checkpoint_recorded_by REFERENCES member,
    CONSTRAINT checkpoint_once UNIQUE (orientation_id, months),
    CONSTRAINT checkpoint_months_known CHECK (months IN (1, 3, 6, 12)),
    CONSTRAINT checkpoint_due_range CHECK (due_on BETWEEN DATE '2020-01-01' AND DATE '2102-01-01'),
    CONSTRAINT checkpoint_outcome_known CHECK (outcome IN ('still_there', 'elsewhere', 'in_training', 'not_employed', 'unknown')),
    CONSTRAINT checkpoint_recorded_whole CHECK ((outcome IS NULL) = (recorded_at IS NULL))
);
COMMENT ON TABLE checkpoint IS 'What became of a hired person, month by month.';
COMMENT ON COLUMN checkpoint.id IS 'internal UUIDv7.';
COMMENT ON COLUMN checkpoint.orientation_id IS 'internal The orientation that led to the hire.';
COMMENT ON COLUMN checkpoint.months IS 'internal 1, 3, 6 or 12 months after the first day of work.';
COMMENT ON COLUMN checkpoint.due_on IS 'internal The day to ask.';
COMMENT ON COLUMN checkpoint.asked_on IS 'internal When its prescriber was asked.';
COMMENT ON COLUMN checkpoint.outcome IS 'personal still_there, elsewhere, in_training, not_employed, unknown.';
COMMENT ON COLUMN checkpoint.recorded_at IS 'internal When that was recorded.';
COMMENT ON COLUMN checkpoint.recorded_by IS 'internal By which member.';
CREATE INDEX checkpoint_due ON checkpoint (due_on, id) WHERE outcome IS NULL;
CREATE INDEX checkpoint_recorded_by ON checkpoint (recorded_by);

-- How long a structure gives itself to answer, when it is not the usual time.
CREATE TABLE answer_time (
    structure_id uuid CONSTRAINT answer_time_key PRIMARY KEY CONSTRAINT answer_time_structure REFERENCES structure,
    days integer NOT NULL,
    set_at timestamptz NOT NULL,
    set_by uuid CONSTRAINT answer_time_set_by REFERENCES member,
    id uuid NOT NULL GENERATED ALWAYS AS (structure_id) STORED,
    CONSTRAINT answer_time_days_range CHECK (days BETWEEN 15 AND 45)
);
COMMENT ON TABLE answer_time IS 'Structures that answer within a time of their own.';
COMMENT ON COLUMN answer_time.structure_id IS 'internal The structure.';
COMMENT ON COLUMN answer_time.days IS 'internal Days to answer: 15 to 45.';
COMMENT ON COLUMN answer_time.set_at IS 'internal When it was set.';
COMMENT ON COLUMN answer_time.set_by IS 'internal By which member.';
COMMENT ON COLUMN answer_time.id IS 'internal The same as structure_id: history''s name for the row.';
CREATE INDEX answer_time_set_by ON answer_time (set_by);
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON answer_time FOR EACH ROW EXECUTE FUNCTION record_changes('');
GRANT SELECT, INSERT, UPDATE, DELETE ON answer_time TO pa31_app, pa31_operator;

CREATE FUNCTION keep_orientation() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION keep_orientation IS 'Trigger: whose file the person''s is, and the version.';
CREATE TRIGGER keep BEFORE INSERT OR UPDATE ON orientation FOR EACH ROW EXECUTE FUNCTION keep_orientation();
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON orientation FOR EACH ROW EXECUTE FUNCTION record_changes('');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON orientation_text
    FOR EACH ROW EXECUTE FUNCTION record_changes('orientation_id', 'text');
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON checkpoint
    FOR EACH ROW EXECUTE FUNCTION record_changes('orientation_id', 'outcome');
CREATE TRIGGER append_only BEFORE UPDATE ON orientation_event FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

ALTER TABLE orientation ENABLE ROW LEVEL SECURITY;
ALTER TABLE orientation FORCE ROW LEVEL SECURITY;
ALTER TABLE orientation_text ENABLE ROW LEVEL SECURITY;
ALTER TABLE orientation_text FORCE ROW LEVEL SECURITY;
ALTER TABLE orientation_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE orientation_event FORCE ROW LEVEL SECURITY;
ALTER TABLE orientation_link ENABLE ROW LEVEL SECURITY;
ALTER TABLE orientation_link FORCE ROW LEVEL SECURITY;
ALTER TABLE checkpoint ENABLE ROW LEVEL SECURITY;
ALTER TABLE checkpoint FORCE ROW LEVEL SECURITY;

-- An orientation's policies look at its own row only: a candidate's look here, and would go in circles.
CREATE POLICY orientation_own ON orientation TO pa31_app, pa31_operator
    USING (organisation_id = (SELECT caller_organisation()) OR referent_id = (SELECT caller_organisation()))
    WITH CHECK (organisation_id = (SELECT caller_organisation()) OR referent_id = (SELECT caller_organisation()));
CREATE POLICY orientation_received ON orientation FOR SELECT TO pa31_app, pa31_operator
    USING (receiver_id = (SELECT caller_organisation()));
CREATE POLICY orientation_answered ON orientation FOR UPDATE TO pa31_app, pa31_operator
    USING (receiver_id = (SELECT caller_organisation())) WITH CHECK (receiver_id = (SELECT caller_organisation()));
CREATE POLICY orientation_by_link ON orientation FOR SELECT TO pa31_app
    USING (state <> 'draft' AND (id = (SELECT caller_link()) OR candidate_id = (SELECT caller_link())));
CREATE POLICY orientation_answered_by_link ON orientation FOR UPDATE TO pa31_app
    USING (state <> 'draft' AND (id = (SELECT caller_link()) OR candidate_id = (SELECT caller_link())))
    WITH CHECK (id = (SELECT caller_link()) OR candidate_id = (SELECT caller_link()));
CREATE POLICY orientation_system ON orientation TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
-- State and dates: what the team's statements ask for; the person's file stays closed to it.
CREATE POLICY orientation_overseen ON orientation FOR SELECT TO pa31_app, pa31_operator
    USING (state <> 'draft' AND (SELECT caller_is_team()));

CREATE POLICY orientation_text_seen ON orientation_text FOR SELECT TO pa31_app, pa31_operator
    -- The team reads and writes where it is the session's organiser, and oversees the rest without a text.
    USING (EXISTS (SELECT FROM orientation o WHERE o.id = orientation_id
               AND (NOT (SELECT caller_is_team()) OR o.receiver_id = (SELECT caller_organisation()))
               AND (kind IN ('to_candidate', 'place', 'programme') OR o.candidate_id IS DISTINCT FROM (SELECT caller_link()))));
CREATE POLICY orientation_text_written ON orientation_text FOR INSERT TO pa31_app, pa31_operator
    WITH CHECK (EXISTS (SELECT FROM orientation o WHERE o.id = orientation_id
               AND (NOT (SELECT caller_is_team()) OR o.receiver_id = (SELECT caller_organisation()))));
CREATE POLICY orientation_text_forgotten ON orientation_text FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY orientation_event_seen ON orientation_event FOR SELECT TO pa31_app, pa31_operator
    USING (current_caller() IS DISTINCT FROM '' AND EXISTS (SELECT FROM orientation o WHERE o.id = orientation_id));
CREATE POLICY orientation_event_written ON orientation_event FOR INSERT TO pa31_app, pa31_operator
    WITH CHECK (current_caller() IS DISTINCT FROM '' AND EXISTS (SELECT FROM orientation o WHERE o.id = orientation_id));
CREATE POLICY orientation_event_forgotten ON orientation_event FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
-- The service makes links for whom it writes to; nobody lists them.
CREATE POLICY orientation_link_system ON orientation_link TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY checkpoint_followed ON checkpoint TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system' OR EXISTS (SELECT FROM orientation o WHERE o.id = orientation_id
               AND (o.organisation_id = (SELECT caller_organisation()) OR o.referent_id = (SELECT caller_organisation()))))
    WITH CHECK ((SELECT current_caller()) = 'system' OR EXISTS (SELECT FROM orientation o WHERE o.id = orientation_id
               AND (o.organisation_id = (SELECT caller_organisation()) OR o.referent_id = (SELECT caller_organisation()))));

-- Who received an orientation sees the person (what of it: the view received_orientation), until its day is past. A function, so
-- that statements on candidates are not planned with all that an organisation received: it is asked for rows of other organisations.
CREATE FUNCTION caller_receives(candidate uuid) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- The person's first: a plan that PostgreSQL keeps from somebody who receives nothing would walk through all that an employer
    -- received.
    RETURN EXISTS (SELECT FROM (SELECT * FROM orientation p WHERE p.candidate_id = caller_receives.candidate OFFSET 0) AS o
                    WHERE (o.receiver_id = caller_organisation() OR o.id = caller_link())
                      AND (o.visible_until IS NULL OR o.visible_until >= caller_day()));
END $$;
COMMENT ON FUNCTION caller_receives IS 'Whether the caller, or the link it came by, has this person''s orientation before it, and still may see who it is.';
-- PostgreSQL asks policies in the reverse order of their names: what costs least first, so this one last.
CREATE POLICY candidate_as_received ON candidate FOR SELECT TO pa31_app, pa31_operator
    USING (caller_receives(id));

GRANT SELECT, INSERT, DELETE ON orientation, orientation_text, orientation_event, orientation_link, checkpoint TO pa31_app, pa31_operator;
GRANT UPDATE (organisation_id, prescriber_id, referent_id, receiver_id, state, former_state, due_on, sent_at, opened_at, answered_at,
    closed_at, visible_until, reason, appointment_at, prior_action, prior_starts_on, prior_ends_on, training_session_id,
    training_starts_on, training_ends_on, training_result, hired_at, hire_contract, hire_starts_on, hire_hours, has_place, reminded,
    told_on) ON orientation TO pa31_app, pa31_operator;
GRANT UPDATE (spent_at, expires_at, form_key) ON orientation_link TO pa31_app, pa31_operator;
GRANT UPDATE (asked_on, outcome, recorded_at, recorded_by) ON checkpoint TO pa31_app, pa31_operator;

-- The closed list of SECURITY DEFINER functions (security.md §1) goes on. A link comes before any caller is known. A recruiter's
-- ends with the address that it was sent to: another contact, another employer, a closed structure.
CREATE FUNCTION orientation_of_link(secret_hash bytea)
    RETURNS TABLE (link_id uuid, orientation_id uuid, candidate_id uuid, is_spent boolean, form_key uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT l.id, l.orientation_id, l.candidate_id, l.spent_at IS NOT NULL, l.form_key
      FROM orientation_link l LEFT JOIN orientation o ON o.id = l.orientation_id
     WHERE l.secret_hash = orientation_of_link.secret_hash AND l.expires_at > current_instant()
       -- A person's is good while something is open, and some days after the last was closed.
       AND (EXISTS (SELECT FROM orientation p
                     WHERE p.candidate_id = l.candidate_id AND p.sent_at IS NOT NULL
                       AND (p.due_on IS NOT NULL OR p.state = 'hired' OR p.closed_at
                            > current_instant() - make_interval(days => service_rule('candidate_link_days'))))
            OR EXISTS (SELECT FROM recruitment_contact c JOIN structure s ON s.id = c.structure_id
                        WHERE c.structure_id = o.structure_id AND c.state = 'proved' AND c.organisation_id = o.receiver_id
                          AND c.proved_at <= l.made_at AND s.organisation_id = o.receiver_id AND s.status = 'open')
            OR EXISTS (SELECT FROM session_contact c
                        WHERE c.session_id = o.session_id AND c.state = 'confirmed' AND c.confirmed_at <= l.made_at));
END;
COMMENT ON FUNCTION orientation_of_link IS 'What a link is about, while it is good; nothing otherwise.';
CREATE POLICY orientation_searched ON orientation FOR SELECT TO pa31_search USING (true);
CREATE POLICY orientation_link_searched ON orientation_link FOR SELECT TO pa31_search USING (true);
GRANT SELECT ON orientation_link TO pa31_search;
GRANT SELECT (id, candidate_id, organisation_id, receiver_id, structure_id, session_id, need_id, state, due_on, sent_at, closed_at)
    ON orientation TO pa31_search;
REVOKE EXECUTE ON FUNCTION orientation_of_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION orientation_of_link TO pa31_app;
GRANT CREATE ON SCHEMA public TO pa31_search;
ALTER FUNCTION orientation_of_link OWNER TO pa31_search;
REVOKE CREATE ON SCHEMA public FROM pa31_search;
