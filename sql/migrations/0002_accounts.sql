-- Organisations, their members and the members' tokens.
CREATE TABLE organisation (
    id uuid CONSTRAINT organisation_key PRIMARY KEY,
    code text NOT NULL CONSTRAINT organisation_code_once UNIQUE,
    name text NOT NULL,
    kind text NOT NULL,
    siret text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT organisation_code_form CHECK (code ~ '^[a-z0-9]+(-[a-z0-9]+)*$' AND char_length(code) <= 60),
    CONSTRAINT organisation_name_text CHECK (is_text(name, 200)),
    CONSTRAINT organisation_kind_known CHECK
        (kind IN ('platform', 'partner', 'funder', 'employer', 'prescriber', 'training_provider')),
    CONSTRAINT organisation_siret_form CHECK (siret ~ '^[0-9]{14}$'),
    CONSTRAINT organisation_siret_once UNIQUE (siret)
);
CREATE UNIQUE INDEX organisation_name_once ON organisation (folded(name));
COMMENT ON TABLE organisation IS 'Who takes part: the platform, partners, funders, employers, prescribers, training providers.';
COMMENT ON COLUMN organisation.id IS 'public UUIDv7.';
COMMENT ON COLUMN organisation.code IS 'public Short stable name for files and commands: cd31.';
COMMENT ON COLUMN organisation.name IS 'public The name people know.';
COMMENT ON COLUMN organisation.kind IS 'public What it is on the platform.';
COMMENT ON COLUMN organisation.siret IS 'public SIRET, 14 digits; checked by the program.';
COMMENT ON COLUMN organisation.version IS 'internal Raised by every change.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON organisation
    FOR EACH ROW EXECUTE FUNCTION record_changes('');

CREATE TABLE member (
    id uuid CONSTRAINT member_key PRIMARY KEY,
    organisation_id uuid NOT NULL CONSTRAINT member_organisation REFERENCES organisation,
    name text NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    disabled_at timestamptz,
    CONSTRAINT member_name_text CHECK (is_text(name, 120)),
    CONSTRAINT member_email_form CHECK (email ~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' AND char_length(email) <= 254),
    CONSTRAINT member_role_known CHECK (role IN ('manager', 'editor', 'reader', 'dpo'))
);
CREATE UNIQUE INDEX member_email_once ON member (lower(email));
CREATE INDEX member_organisation ON member (organisation_id);
COMMENT ON TABLE member IS 'A person who acts for an organisation. Names and addresses never enter history or audit: ids do.';
COMMENT ON COLUMN member.id IS 'internal UUIDv7.';
COMMENT ON COLUMN member.organisation_id IS 'internal For which organisation.';
COMMENT ON COLUMN member.name IS 'personal The person''s name.';
COMMENT ON COLUMN member.email IS 'personal The person''s professional address.';
COMMENT ON COLUMN member.role IS 'internal manager, editor, reader; dpo in the team only.';
COMMENT ON COLUMN member.disabled_at IS 'internal From when the member may do nothing any more.';
CREATE TRIGGER record_changes AFTER INSERT OR UPDATE OR DELETE ON member
    FOR EACH ROW EXECUTE FUNCTION record_changes('', 'name', 'email');

CREATE TABLE api_token (
    id uuid CONSTRAINT api_token_key PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT api_token_member REFERENCES member,
    secret_hash bytea NOT NULL CONSTRAINT api_token_secret_once UNIQUE,
    label text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_use_at timestamptz,
    CONSTRAINT api_token_hash_length CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT api_token_label_text CHECK (is_text(label, 100)),
    CONSTRAINT api_token_scopes_known CHECK (scopes <@ ARRAY['read', 'write'] AND cardinality(scopes) > 0),
    CONSTRAINT api_token_at_most_a_year CHECK (expires_at > created_at AND expires_at <= created_at + interval '366 days')
);
CREATE INDEX api_token_member ON api_token (member_id);
COMMENT ON TABLE api_token IS 'Opaque tokens (security.md §4); the secret itself is shown once and never stored.';
COMMENT ON COLUMN api_token.id IS 'internal UUIDv7.';
COMMENT ON COLUMN api_token.member_id IS 'internal Whose.';
COMMENT ON COLUMN api_token.secret_hash IS 'internal SHA-256 of the token.';
COMMENT ON COLUMN api_token.label IS 'internal What its owner calls it.';
COMMENT ON COLUMN api_token.scopes IS 'internal What it may be used for: read, write.';
COMMENT ON COLUMN api_token.created_at IS 'internal Since when.';
COMMENT ON COLUMN api_token.expires_at IS 'internal Until when; 12 months at most.';
COMMENT ON COLUMN api_token.revoked_at IS 'internal When it was taken back.';
COMMENT ON COLUMN api_token.last_use_at IS 'internal Its last use, to the hour.';
-- A use is no change: last_use_at is not watched.
CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE OF member_id, label, scopes, expires_at, revoked_at
    ON api_token FOR EACH ROW EXECUTE FUNCTION record_changes('', 'secret_hash');

GRANT SELECT, INSERT, UPDATE ON organisation, member TO pa31_operator;
GRANT SELECT, INSERT, UPDATE ON api_token TO pa31_operator;
GRANT SELECT ON organisation, api_token TO pa31_app;
GRANT SELECT (id, organisation_id, name, role, disabled_at) ON member TO pa31_app;
GRANT UPDATE (last_use_at) ON api_token TO pa31_app;
