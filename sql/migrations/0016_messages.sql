-- Mails that leave in the transaction that they tell of, tasks where there is no address, and the numbers that people may change.
CREATE TABLE service_rule (
    code text CONSTRAINT service_rule_key PRIMARY KEY,
    value integer NOT NULL,
    unit text NOT NULL,
    meaning_fr text NOT NULL,
    source text NOT NULL,
    CONSTRAINT service_rule_code_form CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    CONSTRAINT service_rule_unit_text CHECK (is_text(unit, 40)),
    CONSTRAINT service_rule_meaning_text CHECK (is_text(meaning_fr, 300)),
    CONSTRAINT service_rule_source_text CHECK (is_text(source, 200))
);
COMMENT ON TABLE service_rule IS 'Delays, limits and weights that are decided by people and may change; rows in sql/reference/rows.';
COMMENT ON COLUMN service_rule.code IS 'public Its name in the program.';
COMMENT ON COLUMN service_rule.value IS 'public The number.';
COMMENT ON COLUMN service_rule.unit IS 'public What it counts: jours, mois …';
COMMENT ON COLUMN service_rule.meaning_fr IS 'public What it decides, in French.';
COMMENT ON COLUMN service_rule.source IS 'public Where it comes from, and whether it is only proposed.';
GRANT SELECT ON service_rule TO pa31_app, pa31_operator, pa31_search;

-- A number that is missing must not be a comparison with NULL, which would silently never be true.
CREATE FUNCTION service_rule(code text) RETURNS integer
    LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    found_value integer;
BEGIN
    SELECT r.value INTO found_value FROM service_rule r WHERE r.code = service_rule.code;
    IF found_value IS NULL THEN RAISE EXCEPTION 'there is no service rule %', code; END IF;
    RETURN found_value;
END
$$;
COMMENT ON FUNCTION service_rule IS 'The number that people decided, by its code; unknown codes fail. In a query: (SELECT service_rule(…)), once.';

CREATE TABLE outbox (
    id uuid CONSTRAINT outbox_key PRIMARY KEY,
    kind text NOT NULL,
    audience text NOT NULL,
    organisation_id uuid CONSTRAINT outbox_organisation REFERENCES organisation,
    address text,
    member_id uuid CONSTRAINT outbox_member REFERENCES member,
    address_hash bytea,
    subject text,
    body_text text,
    link_label text,
    link_path text,
    link_secret text,
    attachment text,
    message_id text CONSTRAINT outbox_message_id_once UNIQUE,
    about_kind text,
    about_id uuid,
    candidate_id uuid,
    is_reminder boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'waiting',
    attempts smallint NOT NULL DEFAULT 0,
    claimed_at timestamptz,
    next_try_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    error_class text,
    gathered_into uuid CONSTRAINT outbox_gathered_into REFERENCES outbox,
    opt_out_secret text,
    opt_out_hash bytea CONSTRAINT outbox_opt_out_once UNIQUE,
    CONSTRAINT outbox_kind_form CHECK (kind ~ '^[a-z_]+(\.[a-z_]+)+$' AND char_length(kind) <= 60),
    CONSTRAINT outbox_audience_known CHECK
        (audience IN ('recruiter', 'candidate', 'prescriber', 'organisation', 'team')),
    CONSTRAINT outbox_state_known CHECK (state IN ('waiting', 'sent', 'failed', 'dropped')),
    CONSTRAINT outbox_address_form CHECK
        (address ~ '^[^-@\s\x01-\x1f\x7f][^@\s\x01-\x1f\x7f]*@[^@\s\x01-\x1f\x7f]+\.[^@\s\x01-\x1f\x7f]+$'
         AND char_length(address) <= 254),
    CONSTRAINT outbox_subject_text CHECK (is_text(subject, 200) AND subject !~ '[\x01-\x1f\x7f]'),
    CONSTRAINT outbox_body_text CHECK (is_text(body_text, 10000)),
    CONSTRAINT outbox_link_whole CHECK ((link_path IS NULL) = (link_label IS NULL) AND
        (link_secret IS NULL OR link_path IS NOT NULL)),
    CONSTRAINT outbox_link_form CHECK (link_path ~ '^/[A-Za-z0-9/._?=&%-]*$' AND link_secret ~ '^[A-Za-z0-9_-]+$'),
    CONSTRAINT outbox_link_label_text CHECK (is_text(link_label, 100) AND link_label !~ '[\x01-\x1f\x7f]'),
    CONSTRAINT outbox_attachment_text CHECK (is_text(attachment, 20000)),
    CONSTRAINT outbox_hash_length CHECK (octet_length(address_hash) = 32 AND octet_length(opt_out_hash) = 32),
    CONSTRAINT outbox_about_whole CHECK ((about_kind IS NULL) = (about_id IS NULL)),
    CONSTRAINT outbox_about_form CHECK (about_kind ~ '^[a-z_]+$'),
    CONSTRAINT outbox_waiting_is_whole CHECK (state <> 'waiting' OR
        (subject IS NOT NULL AND body_text IS NOT NULL AND (address IS NOT NULL OR member_id IS NOT NULL))),
    -- What was said and what opens something is gone once nothing will be sent any more.
    CONSTRAINT outbox_ended_is_empty CHECK (state = 'waiting' OR
        (body_text IS NULL AND link_secret IS NULL AND attachment IS NULL AND opt_out_secret IS NULL)),
    CONSTRAINT outbox_sent_has_instant CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT outbox_error_form CHECK (error_class ~ '^[a-z0-9_]+$'),
    CONSTRAINT outbox_only_reminders_gather CHECK (gathered_into IS NULL OR is_reminder)
);
CREATE INDEX outbox_due ON outbox (next_try_at, id) WHERE state = 'waiting' AND gathered_into IS NULL;
CREATE INDEX outbox_waiting_reminder ON outbox (address_hash, id) WHERE state = 'waiting' AND is_reminder;
CREATE INDEX outbox_sent_reminder ON outbox (address_hash, sent_at) WHERE state = 'sent' AND is_reminder;
CREATE INDEX outbox_about ON outbox (about_id);
CREATE INDEX outbox_candidate ON outbox (candidate_id);
CREATE INDEX outbox_organisation ON outbox (organisation_id);
CREATE INDEX outbox_member ON outbox (member_id);
CREATE INDEX outbox_gathered_into ON outbox (gathered_into);
CREATE INDEX outbox_ended ON outbox (created_at) WHERE state <> 'waiting';
COMMENT ON TABLE outbox IS 'Mails: written in the transaction that they tell of, sent after it; texts and links are cleared once sent, failed or dropped.';
COMMENT ON COLUMN outbox.id IS 'internal UUIDv7.';
COMMENT ON COLUMN outbox.kind IS 'internal What it says: contact.prove, orientation.reminder … Reminders are declined by kind.';
COMMENT ON COLUMN outbox.audience IS 'internal Whom it is for: recruiter, candidate, prescriber, organisation, team.';
COMMENT ON COLUMN outbox.organisation_id IS 'internal The organisation that it is about, or that follows the person.';
COMMENT ON COLUMN outbox.address IS 'personal Where it goes; NULL for a member, whose present address is taken when it is sent.';
COMMENT ON COLUMN outbox.member_id IS 'internal The member whom it goes to.';
COMMENT ON COLUMN outbox.address_hash IS 'personal SHA-256 of the address in lower case: what is capped and declined.';
COMMENT ON COLUMN outbox.subject IS 'personal Its subject: no surname, diploma or reason; it may name a structure.';
COMMENT ON COLUMN outbox.body_text IS 'personal Its paragraphs, an empty line between them.';
COMMENT ON COLUMN outbox.link_label IS 'internal What its link says.';
COMMENT ON COLUMN outbox.link_path IS 'internal Where its link leads, without the secret.';
COMMENT ON COLUMN outbox.link_secret IS 'personal The end of its link: whoever has it is let in.';
COMMENT ON COLUMN outbox.attachment IS 'personal An iCalendar file.';
COMMENT ON COLUMN outbox.message_id IS 'internal Its Message-ID, made at the first try and the same at each.';
COMMENT ON COLUMN outbox.about_kind IS 'internal What kind of thing it is about.';
COMMENT ON COLUMN outbox.about_id IS 'internal Which one.';
COMMENT ON COLUMN outbox.candidate_id IS 'internal The candidate whom it is about. No foreign key: the table is a later one''s.';
COMMENT ON COLUMN outbox.is_reminder IS 'internal Whether it only reminds: gathered, capped, and may be declined.';
COMMENT ON COLUMN outbox.state IS 'internal waiting, sent, failed, dropped.';
COMMENT ON COLUMN outbox.attempts IS 'internal How often it was tried.';
COMMENT ON COLUMN outbox.claimed_at IS 'internal When it was taken to be sent last.';
COMMENT ON COLUMN outbox.next_try_at IS 'internal Not before.';
COMMENT ON COLUMN outbox.created_at IS 'internal When it was written.';
COMMENT ON COLUMN outbox.sent_at IS 'internal When it was handed over.';
COMMENT ON COLUMN outbox.error_class IS 'internal What went wrong last: exit_75, timed_out … Never a message, which could hold an address.';
COMMENT ON COLUMN outbox.gathered_into IS 'internal The mail that this reminder went with.';
COMMENT ON COLUMN outbox.opt_out_secret IS 'personal The end of the link that declines such reminders, while it is to be sent.';
COMMENT ON COLUMN outbox.opt_out_hash IS 'internal SHA-256 of the secret of the link that declines such reminders.';

ALTER TABLE outbox ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox FORCE ROW LEVEL SECURITY;
-- Whoever acts, or holds a good link, may have something said; what was written is the system's alone.
CREATE POLICY outbox_written ON outbox FOR INSERT TO pa31_app, pa31_operator
    WITH CHECK (state = 'waiting' AND attempts = 0
                AND (current_caller() IS NOT NULL OR nullif(current_setting('pa31.link', true), '') IS NOT NULL));
CREATE POLICY outbox_read_by_system ON outbox FOR SELECT TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
CREATE POLICY outbox_sent_by_system ON outbox FOR UPDATE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
CREATE POLICY outbox_forgotten_by_system ON outbox FOR DELETE TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system');
-- The command line's role has no right to the columns that say whom, what or where to.
CREATE POLICY outbox_seen_by_team ON outbox FOR SELECT TO pa31_operator USING ((SELECT caller_is_team()));
CREATE POLICY outbox_hurried_by_team ON outbox FOR UPDATE TO pa31_operator
    USING ((SELECT caller_is_team())) WITH CHECK ((SELECT caller_is_team()));
GRANT SELECT, INSERT, UPDATE, DELETE ON outbox TO pa31_app;
GRANT INSERT, DELETE ON outbox TO pa31_operator;
GRANT SELECT (id, kind, audience, organisation_id, member_id, about_kind, about_id, candidate_id, is_reminder, state, attempts,
              claimed_at, next_try_at, created_at, sent_at, error_class, gathered_into) ON outbox TO pa31_operator;
GRANT UPDATE (state, next_try_at, subject, body_text, link_secret, attachment, address) ON outbox TO pa31_operator;

CREATE TABLE mail_opt_out (
    address_hash bytea NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT mail_opt_out_key PRIMARY KEY (address_hash, kind),
    CONSTRAINT mail_opt_out_hash_length CHECK (octet_length(address_hash) = 32),
    CONSTRAINT mail_opt_out_kind_form CHECK (kind ~ '^[a-z_]+(\.[a-z_]+)+$' AND char_length(kind) <= 60)
);
COMMENT ON TABLE mail_opt_out IS 'Reminders that the owner of an address declined, by kind.';
COMMENT ON COLUMN mail_opt_out.address_hash IS 'personal SHA-256 of the address in lower case.';
COMMENT ON COLUMN mail_opt_out.kind IS 'internal The kind of reminder.';
COMMENT ON COLUMN mail_opt_out.at IS 'internal When it was declined.';
ALTER TABLE mail_opt_out ENABLE ROW LEVEL SECURITY;
ALTER TABLE mail_opt_out FORCE ROW LEVEL SECURITY;
CREATE POLICY mail_opt_out_of_system ON mail_opt_out TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
-- Whoever holds the link of a reminder: that address only.
CREATE POLICY mail_opt_out_by_link ON mail_opt_out TO pa31_app
    USING (encode(address_hash, 'hex') = nullif(current_setting('pa31.link', true), ''))
    WITH CHECK (encode(address_hash, 'hex') = nullif(current_setting('pa31.link', true), ''));
GRANT SELECT, INSERT, DELETE ON mail_opt_out TO pa31_app;

CREATE TABLE task (
    id uuid CONSTRAINT task_key PRIMARY KEY,
    organisation_id uuid CONSTRAINT task_organisation REFERENCES organisation,
    kind text NOT NULL,
    title text NOT NULL,
    about_kind text,
    about_id uuid,
    candidate_id uuid,
    text text,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    done_by uuid CONSTRAINT task_done_by REFERENCES member,
    CONSTRAINT task_kind_form CHECK (kind ~ '^[a-z_]+(\.[a-z_]+)+$' AND char_length(kind) <= 60),
    -- A title stands in lists and in the team's: it leads nowhere and names no address.
    CONSTRAINT task_title_text CHECK (is_text(title, 200) AND title !~ '[\x01-\x1f\x7f@]|://|pa31_'),
    CONSTRAINT task_text_text CHECK (is_text(text, 10000)),
    CONSTRAINT task_about_whole CHECK ((about_kind IS NULL) = (about_id IS NULL)),
    CONSTRAINT task_about_form CHECK (about_kind ~ '^[a-z_]+$'),
    -- The team gets no mail of others to print, and nothing about a candidate.
    CONSTRAINT task_team_has_no_text CHECK (organisation_id IS NOT NULL OR (text IS NULL AND candidate_id IS NULL)),
    CONSTRAINT task_done_by_has_instant CHECK (done_by IS NULL OR done_at IS NOT NULL)
);
-- The same thing to do is asked for once while it is open; a text to print is another each time.
CREATE UNIQUE INDEX task_once_open ON task (kind, about_id, organisation_id) NULLS NOT DISTINCT
    WHERE done_at IS NULL AND text IS NULL AND about_id IS NOT NULL;
CREATE INDEX task_of_organisation ON task (organisation_id, id);
CREATE INDEX task_open ON task (organisation_id, id) WHERE done_at IS NULL;
CREATE INDEX task_about ON task (about_id);
CREATE INDEX task_candidate ON task (candidate_id);
CREATE INDEX task_done_by ON task (done_by);
COMMENT ON TABLE task IS 'Something for an organisation or for the team to do, where no mail can do it.';
COMMENT ON COLUMN task.id IS 'internal UUIDv7.';
COMMENT ON COLUMN task.organisation_id IS 'internal Whose; NULL for the team.';
COMMENT ON COLUMN task.kind IS 'internal What is to be done: mail.print, mail.failed …';
COMMENT ON COLUMN task.title IS 'internal What is to be done, in a few words, in French: no name, no address, no link.';
COMMENT ON COLUMN task.about_kind IS 'internal What kind of thing it is about.';
COMMENT ON COLUMN task.about_id IS 'internal Which one.';
COMMENT ON COLUMN task.candidate_id IS 'internal The candidate whom it is about. No foreign key: the table is a later one''s.';
COMMENT ON COLUMN task.text IS 'personal What to print and hand over.';
COMMENT ON COLUMN task.created_at IS 'internal Since when.';
COMMENT ON COLUMN task.done_at IS 'internal When it was done.';
COMMENT ON COLUMN task.done_by IS 'internal By which member; NULL when the platform found it done.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON task
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'text');

ALTER TABLE task ENABLE ROW LEVEL SECURITY;
ALTER TABLE task FORCE ROW LEVEL SECURITY;
CREATE POLICY task_written ON task FOR INSERT TO pa31_app, pa31_operator
    WITH CHECK (done_at IS NULL
                AND (current_caller() IS NOT NULL OR nullif(current_setting('pa31.link', true), '') IS NOT NULL));
CREATE POLICY task_own ON task FOR SELECT TO pa31_app, pa31_operator
    USING (organisation_id = (SELECT caller_organisation()));
CREATE POLICY task_done_by_own ON task FOR UPDATE TO pa31_app, pa31_operator
    USING (organisation_id = (SELECT caller_organisation())) WITH CHECK (organisation_id = (SELECT caller_organisation()));
CREATE POLICY task_of_team ON task FOR SELECT TO pa31_app, pa31_operator
    USING (organisation_id IS NULL AND (SELECT caller_is_team()));
CREATE POLICY task_done_by_team ON task FOR UPDATE TO pa31_app, pa31_operator
    USING (organisation_id IS NULL AND (SELECT caller_is_team()))
    WITH CHECK (organisation_id IS NULL AND (SELECT caller_is_team()));
CREATE POLICY task_of_system ON task TO pa31_app, pa31_operator
    USING ((SELECT current_caller()) = 'system') WITH CHECK ((SELECT current_caller()) = 'system');
GRANT SELECT, INSERT, DELETE ON task TO pa31_app, pa31_operator;
GRANT UPDATE (text, done_at, done_by) ON task TO pa31_app, pa31_operator;

-- Which reminders about actions were said: the same fact is said once (Plans/ActionNudge.swift makes the key).
CREATE TABLE action_nudge_sent (
    key text CONSTRAINT action_nudge_sent_key PRIMARY KEY,
    at timestamptz NOT NULL,
    CONSTRAINT action_nudge_sent_key_text CHECK (is_text(key, 200))
);
COMMENT ON TABLE action_nudge_sent IS 'Reminders about actions that were said already.';
COMMENT ON COLUMN action_nudge_sent.key IS 'internal The action, what is said, the day of the fact, the milestone.';
COMMENT ON COLUMN action_nudge_sent.at IS 'internal When it was said.';
GRANT SELECT, INSERT ON action_nudge_sent TO pa31_app, pa31_operator;

-- The closed list of SECURITY DEFINER functions (security.md §1; a test holds it) goes on.

-- The server reads no member's address, except to send that member a mail that was written for it.
CREATE FUNCTION mail_address_of_member(caller text, mail uuid) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT m.email FROM outbox o JOIN member m ON m.id = o.member_id
     WHERE o.id = mail_address_of_member.mail AND o.state = 'waiting' AND m.disabled_at IS NULL
       AND mail_address_of_member.caller = 'system' AND current_caller() = 'system';
END;
COMMENT ON FUNCTION mail_address_of_member IS 'The present address of the member whom a waiting mail goes to, for the system; NULL for a member who left.';

-- Whoever declines reminders is nobody known.
CREATE FUNCTION reminders_of_link(secret_hash bytea) RETURNS TABLE (address_hash bytea, kind text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT DISTINCT g.address_hash, g.kind
      FROM outbox o JOIN outbox g ON g.id = o.id OR g.gathered_into = o.id
     WHERE o.opt_out_hash = reminders_of_link.secret_hash AND o.is_reminder AND g.address_hash = o.address_hash;
END;
COMMENT ON FUNCTION reminders_of_link IS 'The hash of the address and the kinds of reminder that this link declines; nothing for an unknown link.';

CREATE POLICY outbox_searched ON outbox FOR SELECT TO pa31_search USING (true);
GRANT SELECT (id, member_id, state, kind, address_hash, opt_out_hash, is_reminder, gathered_into) ON outbox TO pa31_search;
REVOKE EXECUTE ON FUNCTION mail_address_of_member, reminders_of_link FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail_address_of_member, reminders_of_link TO pa31_app;
GRANT CREATE ON SCHEMA public TO pa31_search;
ALTER FUNCTION mail_address_of_member OWNER TO pa31_search;
ALTER FUNCTION reminders_of_link OWNER TO pa31_search;
REVOKE CREATE ON SCHEMA public FROM pa31_search;
