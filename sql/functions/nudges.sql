-- What an action's lead should be reminded of on a day, each with the day of the fact: the same fact, the same reminder.
CREATE OR REPLACE FUNCTION action_nudges(day date) RETURNS TABLE
    (action_id uuid, kind text, fact_on date, milestone_id uuid, milestone text)
    LANGUAGE sql STABLE AS $$
    SELECT a.id, n.kind, n.fact_on, n.milestone_id, n.milestone
      FROM action a
     CROSS JOIN LATERAL (
           SELECT 'late_end' AS kind, a.planned_end AS fact_on, NULL::uuid AS milestone_id, NULL::text AS milestone
            WHERE a.planned_end < day
           UNION ALL
           SELECT 'late_start', a.planned_start, NULL, NULL
            WHERE a.status = 'planned' AND a.planned_start < day AND a.planned_end >= day
           UNION ALL
           SELECT CASE WHEN m.due_on < day THEN 'late_milestone' ELSE 'milestone_due' END, m.due_on, m.id, m.title
             FROM milestone m WHERE m.action_id = a.id AND m.done_on IS NULL AND m.due_on <= day + 14
           UNION ALL
           -- The history knows since when: an action was never blocked without its being written there.
           SELECT 'blocked', since.on_day, NULL, NULL
             FROM (SELECT (max(l.at) AT TIME ZONE 'Europe/Paris')::date AS on_day
                     FROM field_change c JOIN audit_log l ON l.id = c.audit_id
                    WHERE c.row_id = a.id AND c.table_name = 'action' AND c.field = 'status'
                      AND c.new_value = '"blocked"') AS since
            WHERE a.status = 'blocked' AND since.on_day <= day - 30
           UNION ALL
           SELECT 'stale', (a.updated_at AT TIME ZONE 'Europe/Paris')::date, NULL, NULL
            WHERE action_is_stale(a.status, a.updated_at, day)
           UNION ALL
           SELECT 'nothing_spent', a.planned_end, NULL, NULL
            WHERE a.planned_end BETWEEN day AND day + 30
              AND (SELECT sum(planned_cents) > 0 AND sum(spent_cents) = 0 FROM funding_line f WHERE f.action_id = a.id)
           UNION ALL
           SELECT 'no_evidence', a.planned_end, NULL, NULL
            WHERE a.planned_end BETWEEN day AND day + 30
              AND NOT EXISTS (SELECT FROM evidence e WHERE e.action_id = a.id)) AS n
     WHERE a.status NOT IN ('done', 'abandoned')
$$;
COMMENT ON FUNCTION action_nudges IS 'What leads should be reminded of on a day.';
