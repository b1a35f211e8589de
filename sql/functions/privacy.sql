-- What forgetting asks of ids and accounts. How persons are counted before: persons.sql.

-- History that outlives the audit log: what the plan's past and the directory's are made from. It names nobody but by a member's id.
CREATE OR REPLACE FUNCTION keeps_history(table_name text) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN table_name IN ('action', 'action_comment', 'action_partner', 'action_plan', 'axis', 'evidence', 'funding_line', 'indicator',
                          'indicator_value', 'legal_entity', 'milestone', 'progress_note', 'structure', 'structure_distinct',
                          'structure_merge');
COMMENT ON FUNCTION keeps_history IS 'Whether a table''s history is kept with the plan and the directory, when the rest of the audit log is forgotten.';

-- An id of ours says when it was made (UUIDv7): 48 bits of milliseconds.
CREATE OR REPLACE FUNCTION made_at(id uuid) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_timestamp(('x' || lpad(left(replace(id::text, '-', ''), 12), 16, '0'))::bit(64)::bigint / 1000.0);
COMMENT ON FUNCTION made_at IS 'When an id was made.';

-- What the register counts an account from.
CREATE OR REPLACE FUNCTION member_last_use(wanted uuid) RETURNS date
    LANGUAGE sql STABLE
    RETURN (SELECT (greatest(made_at(m.id), m.last_use_on::timestamp AT TIME ZONE 'Europe/Paris',
                             (SELECT max(greatest(t.created_at, t.last_use_at)) FROM api_token t WHERE t.member_id = m.id),
                             (SELECT max(a.at) FROM audit_log a WHERE a.caller = m.id::text)) AT TIME ZONE 'Europe/Paris')::date
              FROM member m WHERE m.id = wanted);
COMMENT ON FUNCTION member_last_use IS 'The day of a member''s last use of the service, by tokens and by the audit log.';
