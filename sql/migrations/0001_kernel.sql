-- What every feature stands on: extensions, who acts and when, the audit log and its seals, the history of changes.
CREATE EXTENSION pg_trgm;
CREATE EXTENSION unaccent;
CREATE EXTENSION fuzzystrmatch;

-- unaccent() is only STABLE because its dictionary could change; indexes need IMMUTABLE. Schema-qualified, so that a
-- restore with an empty search_path works.
CREATE FUNCTION folded(text text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    RETURN lower(public.unaccent('public.unaccent'::regdictionary, text));
COMMENT ON FUNCTION folded IS 'A text without case and accents: what searches compare.';

-- The member (its id), 'system', or nobody. Set first in every transaction by Database.transaction(as:).
CREATE FUNCTION current_caller() RETURNS text
    LANGUAGE sql STABLE RETURN nullif(current_setting('pa31.caller', true), '');
COMMENT ON FUNCTION current_caller IS 'Who this transaction acts for: a member''s id, system, or NULL.';

CREATE FUNCTION current_instant() RETURNS timestamptz
    LANGUAGE sql STABLE
    RETURN coalesce(nullif(current_setting('pa31.now', true), '')::timestamptz, transaction_timestamp());
COMMENT ON FUNCTION current_instant IS 'When this transaction acts: the clock the program was given.';

-- A text for people: something other than white space, and not longer than it says. (The bytes a person can't see
-- are left to the reader.)
CREATE FUNCTION is_text(value text, longest integer) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN value ~ '\S' AND char_length(value) <= longest;
COMMENT ON FUNCTION is_text IS 'Whether a text says something and is not longer than so many characters.';

CREATE TABLE instance (
    id boolean CONSTRAINT instance_key PRIMARY KEY DEFAULT true,
    is_demonstration boolean NOT NULL,
    made_at timestamptz NOT NULL,
    CONSTRAINT instance_single CHECK (id)
);
COMMENT ON TABLE instance IS 'What this database is; one row, written when the first data come in.';
COMMENT ON COLUMN instance.id IS 'internal Always true: there is one row.';
COMMENT ON COLUMN instance.is_demonstration IS 'internal Whether its data are fictional; demonstration tokens exist only then.';
COMMENT ON COLUMN instance.made_at IS 'internal When the first data came in.';

CREATE TABLE audit_log (
    id uuid CONSTRAINT audit_log_key PRIMARY KEY,
    at timestamptz NOT NULL,
    caller text,
    organisation_id uuid,
    request_id text NOT NULL,
    operation text NOT NULL,
    subject_kind text NOT NULL,
    subject_id uuid,
    details jsonb,
    CONSTRAINT audit_log_operation_form CHECK (operation ~ '^[a-z_]+(\.[a-z_]+)+$')
);
COMMENT ON TABLE audit_log IS 'One row for each operation that changed something, written in its transaction (security.md §5).';
COMMENT ON COLUMN audit_log.id IS 'internal UUIDv7.';
COMMENT ON COLUMN audit_log.at IS 'internal When.';
COMMENT ON COLUMN audit_log.caller IS 'internal The member''s id, or system; NULL when no member was known.';
COMMENT ON COLUMN audit_log.organisation_id IS 'internal For which organisation the member acted.';
COMMENT ON COLUMN audit_log.request_id IS 'internal The server''s id of the request, or the CLI''s of the command.';
COMMENT ON COLUMN audit_log.operation IS 'internal What was done: action.transition, token.create …';
COMMENT ON COLUMN audit_log.subject_kind IS 'internal What kind of thing it was done to.';
COMMENT ON COLUMN audit_log.subject_id IS 'internal To which one; NULL when to many.';
COMMENT ON COLUMN audit_log.details IS 'internal Ids, codes and counts that the changes do not show; no text, no name.';
CREATE INDEX audit_log_subject ON audit_log (subject_id, id);

CREATE TABLE field_change (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT field_change_key PRIMARY KEY,
    audit_id uuid NOT NULL CONSTRAINT field_change_audit REFERENCES audit_log,
    table_name text NOT NULL,
    row_id uuid NOT NULL,
    parent_id uuid,
    field text NOT NULL,
    old_value jsonb,
    new_value jsonb
);
COMMENT ON TABLE field_change IS 'Every change of every field of the tables that record_changes() watches, appended, never changed.';
COMMENT ON COLUMN field_change.id IS 'internal In the order of writing.';
COMMENT ON COLUMN field_change.audit_id IS 'internal The operation that made the change: who, for whom, when, in which request.';
COMMENT ON COLUMN field_change.table_name IS 'internal The table.';
COMMENT ON COLUMN field_change.row_id IS 'internal The row.';
COMMENT ON COLUMN field_change.parent_id IS 'internal The action the row belongs to, when it is a part of one.';
COMMENT ON COLUMN field_change.field IS 'internal The column.';
COMMENT ON COLUMN field_change.old_value IS 'internal Its value before; NULL when the row is new, or the value is masked.';
COMMENT ON COLUMN field_change.new_value IS 'internal Its value after; NULL when the row was deleted, or the value is masked.';
CREATE INDEX field_change_row ON field_change (row_id, id);
CREATE INDEX field_change_parent ON field_change (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX field_change_audit ON field_change (audit_id, id);

CREATE TABLE audit_seal (
    position bigint CONSTRAINT audit_seal_key PRIMARY KEY,
    audit_id uuid NOT NULL CONSTRAINT audit_seal_once UNIQUE,
    row_hash bytea NOT NULL,
    chain_hash bytea NOT NULL,
    sealed_at timestamptz NOT NULL,
    CONSTRAINT audit_seal_position_positive CHECK (position > 0),
    CONSTRAINT audit_seal_hash_length CHECK (octet_length(row_hash) = 32 AND octet_length(chain_hash) = 32)
);
COMMENT ON TABLE audit_seal IS 'The chain over committed audit rows: each link covers its row, the row''s changes and the link before.';
COMMENT ON COLUMN audit_seal.position IS 'internal 1, 2, 3 … without a gap.';
COMMENT ON COLUMN audit_seal.audit_id IS 'internal The row sealed. No foreign key: a removed row must be found missing, not refused.';
COMMENT ON COLUMN audit_seal.row_hash IS 'internal SHA-256 of the row''s and its changes'' canonical form, without ids.';
COMMENT ON COLUMN audit_seal.chain_hash IS 'internal SHA-256 of the previous chain hash, the position, the row''s id and its hash.';
COMMENT ON COLUMN audit_seal.sealed_at IS 'internal When.';

CREATE TABLE audit_pending (
    audit_id uuid CONSTRAINT audit_pending_key PRIMARY KEY
);
COMMENT ON TABLE audit_pending IS 'Audit rows that the sealer has not chained yet; it empties this queue every second.';
COMMENT ON COLUMN audit_pending.audit_id IS 'internal The row. A row missing here without a seal is what audit verify calls unsealed.';

-- Starts an operation: writes its audit row and remembers it for record_changes(). A change without an operation is
-- refused by field_change.audit_id NOT NULL, so nothing can be changed without a trace, by any code.
CREATE FUNCTION begin_operation(id uuid, operation text, subject_kind text, subject_id uuid, details jsonb)
    RETURNS uuid LANGUAGE sql VOLATILE
BEGIN ATOMIC
    INSERT INTO audit_log (id, at, caller, organisation_id, request_id, operation, subject_kind, subject_id, details)
    VALUES (begin_operation.id, current_instant(), current_caller(),
            nullif(current_setting('pa31.organisation', true), '')::uuid,
            coalesce(nullif(current_setting('pa31.request', true), ''), 'sql'),
            begin_operation.operation, begin_operation.subject_kind, begin_operation.subject_id,
            begin_operation.details);
    INSERT INTO audit_pending (audit_id) VALUES (begin_operation.id);
    SELECT set_config('pa31.audit', begin_operation.id::text, true)::uuid;
END;
COMMENT ON FUNCTION begin_operation IS 'Writes the audit row of what follows in this transaction.';

-- One field_change for each column that differs. The row's version is among them, so that "what changed since version
-- 7" has an answer; columns that only follow from others are not. TG_ARGV[0] names
-- the column that holds the id of the action the row is a part of, '' for none; the other arguments are columns whose
-- change is recorded and whose values are not: names, addresses, secrets.
CREATE FUNCTION record_changes() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP = 'INSERT' THEN '{}' ELSE to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP = 'DELETE' THEN '{}' ELSE to_jsonb(NEW) END;
    identity jsonb := CASE WHEN TG_OP = 'DELETE' THEN before ELSE after END;
    masked text[] := coalesce(TG_ARGV[1:], '{}');
BEGIN
    INSERT INTO field_change (audit_id, table_name, row_id, parent_id, field, old_value, new_value)
    SELECT nullif(current_setting('pa31.audit', true), '')::uuid, TG_TABLE_NAME, (identity->>'id')::uuid,
           (identity->>nullif(TG_ARGV[0], ''))::uuid, key,
           CASE WHEN key <> ALL (masked) THEN nullif(before->key, 'null') END,
           CASE WHEN key <> ALL (masked) THEN nullif(after->key, 'null') END
      FROM jsonb_object_keys(identity) AS key
     WHERE key NOT IN ('id', 'updated_at', 'public_version', 'search_text')
       AND nullif(before->key, 'null') IS DISTINCT FROM nullif(after->key, 'null')
     ORDER BY key;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION record_changes IS 'Trigger: appends every changed field to field_change.';

-- History is appended to; not even its writer may touch what stands there.
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', CONSTRAINT = 'append_only';
END $$;
COMMENT ON FUNCTION refuse_rewriting IS 'Trigger: history is never rewritten.';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON field_change FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_seal FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();

GRANT SELECT ON instance TO pa31_app, pa31_public, pa31_operator;
GRANT INSERT ON instance TO pa31_operator;
GRANT SELECT, INSERT ON audit_log, field_change TO pa31_app, pa31_operator;
GRANT SELECT ON audit_log, field_change TO pa31_audit_seal;
GRANT SELECT, INSERT ON audit_seal TO pa31_audit_seal;
GRANT SELECT, INSERT ON audit_pending TO pa31_app, pa31_operator;
GRANT SELECT, DELETE ON audit_pending TO pa31_audit_seal;
GRANT SELECT ON audit_seal TO pa31_app, pa31_operator;
