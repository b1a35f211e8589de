-- The computed states of an action (domain.md §4.1): never stored, always asked of a day.
CREATE OR REPLACE FUNCTION action_is_late
    (status text, planned_start date, planned_end date, next_milestone_on date, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN status NOT IN ('done', 'abandoned')
           AND (planned_end < day OR (status = 'planned' AND planned_start < day) OR coalesce(next_milestone_on < day, false));
COMMENT ON FUNCTION action_is_late IS 'Neither done nor abandoned, and past its end, or past its start and still planned, or past a milestone.';

CREATE OR REPLACE FUNCTION indicator_part(baseline numeric, target numeric, value numeric) RETURNS numeric
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN coalesce(least(greatest((value - baseline) / (target - baseline), 0), 1), 0);
COMMENT ON FUNCTION indicator_part IS 'How far a value is from the baseline (0) to the target (1); no value is 0.';

CREATE OR REPLACE FUNCTION action_is_stale(status text, last_news timestamptz, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN status = 'in_progress' AND (last_news AT TIME ZONE 'Europe/Paris')::date < day - 60;
COMMENT ON FUNCTION action_is_stale IS 'In progress and without news for 60 days.';

CREATE OR REPLACE FUNCTION action_is_at_risk
    (status text, planned_start date, planned_end date, next_milestone_on date, health text, progress_percent integer,
     last_news timestamptz, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN status NOT IN ('done', 'abandoned')
           AND NOT action_is_late(status, planned_start, planned_end, next_milestone_on, day)
           AND (status = 'blocked' OR health = 'compromised' OR action_is_stale(status, last_news, day)
                OR (planned_end <= day + 30 AND progress_percent < 70));
COMMENT ON FUNCTION action_is_at_risk IS 'Not late, and blocked, stale, compromised, or ending within 30 days under 70 %.';

CREATE OR REPLACE FUNCTION instant_text(instant timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    -- Without trailing zeros, as PostgreSQL writes an instant of its own.
    RETURN regexp_replace(to_char(instant AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '\.?0*Z$', 'Z');
COMMENT ON FUNCTION instant_text IS 'An instant inside jsonb as the contract writes it: RFC 3339 in UTC.';

CREATE OR REPLACE FUNCTION readable_value(field text, value jsonb) RETURNS jsonb
    LANGUAGE sql STABLE
    RETURN CASE
        WHEN field IN ('lead_organisation_id', 'organisation_id', 'funder_id')
            THEN (SELECT to_jsonb(o.code) FROM organisation o WHERE o.id = (value #>> '{}')::uuid)
        WHEN field = 'axis_id' THEN (SELECT to_jsonb(x.code) FROM axis x WHERE x.id = (value #>> '{}')::uuid)
        ELSE value END;
COMMENT ON FUNCTION readable_value IS 'A changed value as people know it: codes instead of ids.';

-- The rules of steering (domain.md §4.1 and §8; 60 and 30 days as there, 80 % proposed).
CREATE OR REPLACE FUNCTION action_is_without_news(status text, last_news timestamptz, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN status NOT IN ('done', 'abandoned') AND (last_news AT TIME ZONE 'Europe/Paris')::date < day - 60;
COMMENT ON FUNCTION action_is_without_news IS 'Neither done nor abandoned, and without news for 60 days.';

CREATE OR REPLACE FUNCTION action_is_due_soon(status text, planned_end date, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN status NOT IN ('done', 'abandoned') AND planned_end BETWEEN day AND day + 30;
COMMENT ON FUNCTION action_is_due_soon IS 'Neither done nor abandoned, and planned to end within 30 days.';

CREATE OR REPLACE FUNCTION action_lacks_evidence(status text, evidence jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN status IN ('in_progress', 'done') AND evidence = '[]';
COMMENT ON FUNCTION action_lacks_evidence IS 'In progress or done, and nothing proves it.';

CREATE OR REPLACE FUNCTION action_is_under_spent(status text, funding jsonb, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN status <> 'abandoned'
           AND (SELECT coalesce(sum((line->>'spent_cents')::bigint) * 10 < sum((line->>'planned_cents')::bigint) * 8, false)
                  FROM jsonb_array_elements(funding) AS line WHERE (line->>'year')::integer < extract(year FROM day));
COMMENT ON FUNCTION action_is_under_spent IS 'Not abandoned, and less than 80 % of what was planned for the years that ended is spent.';

CREATE OR REPLACE FUNCTION action_is_over_committed(funding jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN EXISTS (SELECT FROM jsonb_array_elements(funding) AS line
                    WHERE greatest((line->>'committed_cents')::bigint, (line->>'spent_cents')::bigint)
                          > (line->>'planned_cents')::bigint);
COMMENT ON FUNCTION action_is_over_committed IS 'More is committed or spent than planned, on some line.';

CREATE OR REPLACE FUNCTION action_has_open_challenge(indicators jsonb) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN jsonb_path_exists(indicators, '$[*].values[*] ? (@.challenge != null && @.settlement == null)');
COMMENT ON FUNCTION action_has_open_challenge IS 'A value of an indicator is doubted, and the doubt is not settled.';
