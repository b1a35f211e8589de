-- The computed states of an action (domain.md §4.1): never stored, always asked of a day.
CREATE OR REPLACE FUNCTION action_is_late(status text, planned_start date, planned_end date, day date) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN status NOT IN ('done', 'abandoned')
           AND (planned_end < day OR (status = 'planned' AND planned_start < day));
COMMENT ON FUNCTION action_is_late IS 'Neither done nor abandoned, and past its end, or past its start and still planned.';

CREATE OR REPLACE FUNCTION action_is_stale(status text, last_news timestamptz, day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN status = 'in_progress' AND (last_news AT TIME ZONE 'Europe/Paris')::date < day - 60;
COMMENT ON FUNCTION action_is_stale IS 'In progress and without news for 60 days.';

CREATE OR REPLACE FUNCTION action_is_at_risk
    (status text, planned_start date, planned_end date, health text, progress_percent integer, last_news timestamptz,
     day date) RETURNS boolean
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN status NOT IN ('done', 'abandoned') AND NOT action_is_late(status, planned_start, planned_end, day)
           AND (status = 'blocked' OR health = 'compromised' OR action_is_stale(status, last_news, day)
                OR (planned_end <= day + 30 AND progress_percent < 70));
COMMENT ON FUNCTION action_is_at_risk IS 'Not late, and blocked, stale, compromised, or ending within 30 days under 70 %.';
