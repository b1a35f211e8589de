-- A member's first token comes by a link that is shown to whoever invites, used once, and good for fifteen days.
CREATE TABLE invitation (
    id uuid CONSTRAINT invitation_key PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT invitation_member REFERENCES member,
    secret_hash bytea NOT NULL CONSTRAINT invitation_secret_once UNIQUE,
    invited_by uuid CONSTRAINT invitation_invited_by REFERENCES member,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CONSTRAINT invitation_hash_length CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT invitation_period_order CHECK (created_at < expires_at)
);
CREATE INDEX invitation_member ON invitation (member_id);
CREATE INDEX invitation_invited_by ON invitation (invited_by);
COMMENT ON TABLE invitation IS 'One-use links that give a member a first token.';
COMMENT ON COLUMN invitation.id IS 'internal UUIDv7.';
COMMENT ON COLUMN invitation.member_id IS 'internal Whose token it gives.';
COMMENT ON COLUMN invitation.secret_hash IS 'internal SHA-256 of the link''s secret.';
COMMENT ON COLUMN invitation.invited_by IS 'internal By which member; NULL for the command line''s first.';
COMMENT ON COLUMN invitation.created_at IS 'internal Since when.';
COMMENT ON COLUMN invitation.expires_at IS 'internal Until when.';
COMMENT ON COLUMN invitation.used_at IS 'internal When it gave its token.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON invitation
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'secret_hash');

GRANT SELECT, INSERT ON invitation TO pa31_app, pa31_operator;
GRANT UPDATE (used_at) ON invitation TO pa31_app, pa31_operator;
-- Members manage their tokens, and managers invite, through the server; it still reads no address.
GRANT INSERT ON member, api_token TO pa31_app;
GRANT UPDATE (revoked_at) ON api_token TO pa31_app;
