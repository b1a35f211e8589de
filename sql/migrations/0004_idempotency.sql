-- Answers to requests that carried an Idempotency-Key (api.md): each is written in its change's own transaction, so that
-- a client that retries gets the first answer, also after a crash, also when two arrive at once.
CREATE TABLE idempotency_answer (
    member_id uuid NOT NULL CONSTRAINT idempotency_answer_member REFERENCES member,
    operation text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    made_at timestamptz NOT NULL,
    status integer,
    media_type text,
    location text,
    etag text,
    body text,
    CONSTRAINT idempotency_answer_key PRIMARY KEY (member_id, operation, key),
    CONSTRAINT idempotency_answer_key_form CHECK (key ~ '^[\x21-\x7E]{1,255}$'),
    CONSTRAINT idempotency_answer_hash_length CHECK (octet_length(request_hash) = 32)
);
COMMENT ON TABLE idempotency_answer IS 'First answers by Idempotency-Key, kept 24 hours; each caller reaches its own only.';
COMMENT ON COLUMN idempotency_answer.member_id IS 'internal Whose request.';
COMMENT ON COLUMN idempotency_answer.operation IS 'internal The operation''s name in the contract.';
COMMENT ON COLUMN idempotency_answer.key IS 'internal The client''s key.';
COMMENT ON COLUMN idempotency_answer.request_hash IS 'internal SHA-256 of path, query and body: another request with the same key is refused.';
COMMENT ON COLUMN idempotency_answer.made_at IS 'internal When; it counts for 24 hours.';
COMMENT ON COLUMN idempotency_answer.status IS 'internal HTTP''s status; NULL only while its transaction runs.';
COMMENT ON COLUMN idempotency_answer.media_type IS 'internal The body''s media type.';
COMMENT ON COLUMN idempotency_answer.location IS 'internal Where what was made is.';
COMMENT ON COLUMN idempotency_answer.etag IS 'internal Its version.';
COMMENT ON COLUMN idempotency_answer.body IS 'personal The answer, which may hold what people wrote; NULL when it held a secret.';
CREATE INDEX idempotency_answer_age ON idempotency_answer (made_at);

ALTER TABLE idempotency_answer ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_answer FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_answer_own ON idempotency_answer TO pa31_app
    USING (member_id::text = current_caller()) WITH CHECK (member_id::text = current_caller());
-- The platform itself forgets what is older than a day; it can't write one.
CREATE POLICY idempotency_answer_seen_by_system ON idempotency_answer FOR SELECT TO pa31_app
    USING (current_caller() = 'system');
CREATE POLICY idempotency_answer_forgotten_by_system ON idempotency_answer FOR DELETE TO pa31_app
    USING (current_caller() = 'system');
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_answer TO pa31_app;
