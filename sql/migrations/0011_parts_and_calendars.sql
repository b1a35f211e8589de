-- Notes and evidence are put right and taken away, funding lines added and taken away, through the server: the history keeps
-- what stood there.
GRANT UPDATE (kind, text), DELETE ON progress_note TO pa31_app, pa31_operator;
GRANT UPDATE (label, url), DELETE ON evidence TO pa31_app, pa31_operator;
GRANT INSERT, DELETE ON funding_line TO pa31_app;

-- A part that is given what it has is no news: its action's version stays.
CREATE TRIGGER unchanged BEFORE UPDATE ON milestone FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE TRIGGER unchanged BEFORE UPDATE ON indicator FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE TRIGGER unchanged BEFORE UPDATE ON funding_line FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();

-- A calendar that a member's agenda reads by a secret address.
CREATE TABLE calendar_feed (
    id uuid CONSTRAINT calendar_feed_key PRIMARY KEY,
    member_id uuid NOT NULL CONSTRAINT calendar_feed_member REFERENCES member,
    scope text NOT NULL,
    label text NOT NULL,
    secret_hash bytea NOT NULL CONSTRAINT calendar_feed_secret_once UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    last_use_at timestamptz,
    CONSTRAINT calendar_feed_scope_known CHECK (scope IN ('organisation', 'plan')),
    CONSTRAINT calendar_feed_label_text CHECK (is_text(label, 100)),
    CONSTRAINT calendar_feed_hash_length CHECK (octet_length(secret_hash) = 32),
    CONSTRAINT calendar_feed_at_most_a_year CHECK
        (expires_at > created_at AND expires_at <= created_at + interval '366 days')
);
CREATE INDEX calendar_feed_member ON calendar_feed (member_id, id);
COMMENT ON TABLE calendar_feed IS 'Secret addresses by which an agenda reads dates of actions; the secret is shown once and never stored.';
COMMENT ON COLUMN calendar_feed.id IS 'internal UUIDv7.';
COMMENT ON COLUMN calendar_feed.member_id IS 'internal Whose.';
COMMENT ON COLUMN calendar_feed.scope IS 'internal What it shows: the actions of the member''s organisation, or the whole plan for the team.';
COMMENT ON COLUMN calendar_feed.label IS 'internal What its owner calls it.';
COMMENT ON COLUMN calendar_feed.secret_hash IS 'internal SHA-256 of the address'' secret.';
COMMENT ON COLUMN calendar_feed.created_at IS 'internal Since when.';
COMMENT ON COLUMN calendar_feed.expires_at IS 'internal Until when; 12 months at most.';
COMMENT ON COLUMN calendar_feed.revoked_at IS 'internal When it was taken back.';
COMMENT ON COLUMN calendar_feed.last_use_at IS 'internal Its last use, to the hour.';
-- A use is no change: last_use_at is not watched.
CREATE TRIGGER record_changes AFTER INSERT OR DELETE OR UPDATE OF member_id, scope, label, expires_at, revoked_at
    ON calendar_feed FOR EACH ROW EXECUTE FUNCTION record_changes('', 'secret_hash');
GRANT SELECT, INSERT ON calendar_feed TO pa31_app, pa31_operator;
GRANT UPDATE (revoked_at, last_use_at) ON calendar_feed TO pa31_app, pa31_operator;
