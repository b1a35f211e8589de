-- An employer claims its structure's sheet, the team decides; then the employer proves the address that it recruits with.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pa31_search') THEN
        RAISE EXCEPTION 'the role pa31_search is missing: run sql/bootstrap.sql again, as a superuser, then pa31 migrate';
    END IF;
END
$$;

CREATE TABLE structure_claim (
    id uuid CONSTRAINT structure_claim_key PRIMARY KEY,
    structure_id uuid NOT NULL CONSTRAINT structure_claim_structure REFERENCES structure,
    organisation_id uuid NOT NULL CONSTRAINT structure_claim_organisation REFERENCES organisation,
    status text NOT NULL DEFAULT 'pending',
    message text,
    asked_at timestamptz NOT NULL,
    asked_by uuid CONSTRAINT structure_claim_asked_by REFERENCES member,
    decided_at timestamptz,
    decided_by uuid CONSTRAINT structure_claim_decided_by REFERENCES member,
    reason text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT structure_claim_status_known CHECK (status IN ('pending', 'validated', 'refused', 'withdrawn', 'ended')),
    CONSTRAINT structure_claim_message_text CHECK (is_text(message, 1000)),
    CONSTRAINT structure_claim_reason_text CHECK (is_text(reason, 1000)),
    CONSTRAINT structure_claim_decided_has_instant CHECK ((status = 'pending') = (decided_at IS NULL)),
    CONSTRAINT structure_claim_no_has_reason CHECK (status NOT IN ('refused', 'ended') OR reason IS NOT NULL)
);
CREATE UNIQUE INDEX structure_claim_one_pending ON structure_claim (structure_id, organisation_id) WHERE status = 'pending';
CREATE UNIQUE INDEX structure_claim_one_validated ON structure_claim (structure_id) WHERE status = 'validated';
CREATE INDEX structure_claim_structure ON structure_claim (structure_id);
CREATE INDEX structure_claim_of_organisation ON structure_claim (organisation_id, id);
CREATE INDEX structure_claim_waiting ON structure_claim (id) WHERE status = 'pending';
CREATE INDEX structure_claim_asked_by ON structure_claim (asked_by);
CREATE INDEX structure_claim_decided_by ON structure_claim (decided_by);
COMMENT ON TABLE structure_claim IS 'Employers that say that a structure''s sheet is theirs; the team decides.';
COMMENT ON COLUMN structure_claim.id IS 'internal UUIDv7.';
COMMENT ON COLUMN structure_claim.structure_id IS 'internal The structure.';
COMMENT ON COLUMN structure_claim.organisation_id IS 'internal Which employer claims it.';
COMMENT ON COLUMN structure_claim.status IS 'internal pending, validated, refused, withdrawn, ended.';
COMMENT ON COLUMN structure_claim.message IS 'internal What the employer says for itself.';
COMMENT ON COLUMN structure_claim.asked_at IS 'internal When it was asked.';
COMMENT ON COLUMN structure_claim.asked_by IS 'internal By which member.';
COMMENT ON COLUMN structure_claim.decided_at IS 'internal Since when it is in its present status.';
COMMENT ON COLUMN structure_claim.decided_by IS 'internal By which member.';
COMMENT ON COLUMN structure_claim.reason IS 'internal Why it was refused or ended.';
COMMENT ON COLUMN structure_claim.version IS 'internal Raised by every change; If-Match names it.';
-- What people wrote to each other may name somebody: history says that it changed, not what it said.
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON structure_claim
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'message', 'reason');

GRANT SELECT, INSERT ON structure_claim TO pa31_app, pa31_operator;
GRANT UPDATE (status, decided_at, decided_by, reason, version) ON structure_claim TO pa31_app, pa31_operator;

CREATE TABLE recruitment_contact (
    id uuid CONSTRAINT recruitment_contact_key PRIMARY KEY,
    structure_id uuid NOT NULL CONSTRAINT recruitment_contact_structure REFERENCES structure,
    organisation_id uuid NOT NULL CONSTRAINT recruitment_contact_organisation REFERENCES organisation,
    email text NOT NULL,
    state text NOT NULL DEFAULT 'pending',
    secret_hash bytea CONSTRAINT recruitment_contact_secret_once UNIQUE,
    asked_at timestamptz NOT NULL,
    asked_by uuid CONSTRAINT recruitment_contact_asked_by REFERENCES member,
    expires_at timestamptz NOT NULL,
    proved_at timestamptz,
    ended_at timestamptz,
    replaced_by uuid CONSTRAINT recruitment_contact_replaced_by REFERENCES recruitment_contact,
    told_at timestamptz,
    CONSTRAINT recruitment_contact_email_form CHECK (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AND char_length(email) <= 254),
    CONSTRAINT recruitment_contact_state_known CHECK (state IN ('pending', 'proved', 'ended')),
    CONSTRAINT recruitment_contact_hash_length CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT recruitment_contact_link_while_pending CHECK (secret_hash IS NULL OR state = 'pending'),
    CONSTRAINT recruitment_contact_proved_has_instant CHECK (state <> 'proved' OR proved_at IS NOT NULL),
    CONSTRAINT recruitment_contact_ended_has_instant CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CONSTRAINT recruitment_contact_replaced_was_proved CHECK
        (replaced_by IS NULL OR (state = 'ended' AND proved_at IS NOT NULL)),
    CONSTRAINT recruitment_contact_told_of_change CHECK (told_at IS NULL OR replaced_by IS NOT NULL),
    CONSTRAINT recruitment_contact_period_order CHECK (asked_at < expires_at)
);
CREATE UNIQUE INDEX recruitment_contact_one_pending ON recruitment_contact (structure_id) WHERE state = 'pending';
CREATE UNIQUE INDEX recruitment_contact_one_proved ON recruitment_contact (structure_id) WHERE state = 'proved';
CREATE INDEX recruitment_contact_structure ON recruitment_contact (structure_id);
CREATE INDEX recruitment_contact_organisation ON recruitment_contact (organisation_id);
CREATE INDEX recruitment_contact_asked_by ON recruitment_contact (asked_by);
CREATE INDEX recruitment_contact_replaced_by ON recruitment_contact (replaced_by);
COMMENT ON TABLE recruitment_contact IS 'Where a structure''s orientations go: proved by its own link, bound to a validated claim; no file ever fills it.';
COMMENT ON COLUMN recruitment_contact.id IS 'internal UUIDv7.';
COMMENT ON COLUMN recruitment_contact.structure_id IS 'internal The structure.';
COMMENT ON COLUMN recruitment_contact.organisation_id IS 'internal The employer whose claim was validated then.';
COMMENT ON COLUMN recruitment_contact.email IS 'personal The address; often somebody''s.';
COMMENT ON COLUMN recruitment_contact.state IS 'internal pending (its link was not used yet), proved, ended.';
COMMENT ON COLUMN recruitment_contact.secret_hash IS 'internal SHA-256 of its newest link''s secret; NULL before one was made, and once it is not pending.';
COMMENT ON COLUMN recruitment_contact.asked_at IS 'internal When it was asked for.';
COMMENT ON COLUMN recruitment_contact.asked_by IS 'internal By which member.';
COMMENT ON COLUMN recruitment_contact.expires_at IS 'internal Until when its link is good.';
COMMENT ON COLUMN recruitment_contact.proved_at IS 'internal When its link was used.';
COMMENT ON COLUMN recruitment_contact.ended_at IS 'internal When it was replaced or its claim ended.';
COMMENT ON COLUMN recruitment_contact.replaced_by IS 'internal The proved one that took its place: its owner is told of that.';
COMMENT ON COLUMN recruitment_contact.told_at IS 'internal When its owner was told.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON recruitment_contact
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'email', 'secret_hash');

-- Who a transaction acts for, as policies need it: from the caller alone, which Database.transaction(as:) sets first.
CREATE FUNCTION caller_organisation() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT m.organisation_id FROM member m
             WHERE m.id = CASE WHEN current_caller() ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN current_caller()::uuid END
               AND m.disabled_at IS NULL);
COMMENT ON FUNCTION caller_organisation IS 'The organisation of the member that this transaction acts for; NULL for nobody and the system.';
CREATE FUNCTION caller_is_team() RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM organisation o WHERE o.id = caller_organisation() AND o.kind = 'platform');
COMMENT ON FUNCTION caller_is_team IS 'Whether this transaction acts for a member of the platform''s team.';

ALTER TABLE recruitment_contact ENABLE ROW LEVEL SECURITY;
ALTER TABLE recruitment_contact FORCE ROW LEVEL SECURITY;
CREATE POLICY recruitment_contact_own_or_team ON recruitment_contact TO pa31_app, pa31_operator
    USING (organisation_id = (SELECT caller_organisation()) OR (SELECT caller_is_team()))
    WITH CHECK (organisation_id = (SELECT caller_organisation()) OR (SELECT caller_is_team()));
-- Whoever holds a link that contact_of_link() found good: the addresses of that structure, so that the new one is proved and
-- the old one ended.
CREATE POLICY recruitment_contact_seen_by_link ON recruitment_contact FOR SELECT TO pa31_app
    USING (structure_id::text = nullif(current_setting('pa31.link', true), ''));
CREATE POLICY recruitment_contact_proved_by_link ON recruitment_contact FOR UPDATE TO pa31_app
    USING (structure_id::text = nullif(current_setting('pa31.link', true), ''))
    WITH CHECK (structure_id::text = nullif(current_setting('pa31.link', true), ''));
CREATE POLICY recruitment_contact_searched ON recruitment_contact FOR SELECT TO pa31_search USING (true);
GRANT SELECT, INSERT ON recruitment_contact TO pa31_app, pa31_operator;
GRANT UPDATE (state, secret_hash, expires_at, proved_at, ended_at, replaced_by, told_at)
    ON recruitment_contact TO pa31_app, pa31_operator;

-- The closed list of SECURITY DEFINER functions (security.md §1; a test holds it). Each says one thing and nothing about anybody.

-- A link comes before any caller is known.
CREATE FUNCTION contact_of_link(secret_hash bytea) RETURNS TABLE (id uuid, structure_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT c.id, c.structure_id FROM recruitment_contact c
     WHERE c.secret_hash = contact_of_link.secret_hash AND c.state = 'pending' AND c.expires_at > current_instant();
END;
COMMENT ON FUNCTION contact_of_link IS 'The contact whose link this is and its structure, while the link is good; nothing otherwise.';

-- The server reads no member's address; the team may know whether its domain is the structure's own.
CREATE FUNCTION claim_domain_matches(caller uuid, claim uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
BEGIN ATOMIC
    SELECT coalesce(bool_or(hosts.host = hosts.domain OR right(hosts.host, char_length(hosts.domain) + 1) = '.' || hosts.domain), false)
      FROM (SELECT lower(split_part(m.email, '@', 2)) AS domain,
                   unnest(ARRAY[lower(split_part(s.email, '@', 2)),
                                regexp_replace(lower(s.website), '^https?://([^/:?#]+@)?(www\.)?([^/:?#]+).*$', '\3')]) AS host
              FROM structure_claim c JOIN structure s ON s.id = c.structure_id JOIN member m ON m.id = c.asked_by
             WHERE c.id = claim_domain_matches.claim
               AND EXISTS (SELECT FROM member t JOIN organisation o ON o.id = t.organisation_id
                            WHERE t.id = claim_domain_matches.caller AND t.disabled_at IS NULL AND o.kind = 'platform')) AS hosts
           -- Everybody's domain is nobody's.
     WHERE hosts.domain NOT IN ('bbox.fr', 'free.fr', 'gmail.com', 'gmx.fr', 'hotmail.com', 'hotmail.fr', 'icloud.com',
                                'laposte.net', 'live.fr', 'neuf.fr', 'orange.fr', 'outlook.com', 'outlook.fr', 'proton.me',
                                'sfr.fr', 'wanadoo.fr', 'yahoo.com', 'yahoo.fr');
END;
COMMENT ON FUNCTION claim_domain_matches IS 'Whether the domain of the claimant''s address is the structure''s own; false for a caller who is not of the team.';

GRANT SELECT ON structure_claim, recruitment_contact, structure, organisation TO pa31_search;
GRANT SELECT (id, organisation_id, email, disabled_at) ON member TO pa31_search;
REVOKE EXECUTE ON FUNCTION contact_of_link, claim_domain_matches FROM PUBLIC;
GRANT EXECUTE ON FUNCTION contact_of_link TO pa31_app;
GRANT EXECUTE ON FUNCTION claim_domain_matches TO pa31_app, pa31_operator;
-- A function's owner must be able to make one.
GRANT CREATE ON SCHEMA public TO pa31_search;
ALTER FUNCTION contact_of_link OWNER TO pa31_search;
ALTER FUNCTION claim_domain_matches OWNER TO pa31_search;
REVOKE CREATE ON SCHEMA public FROM pa31_search;
