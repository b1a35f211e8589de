-- An action's history as people read it: technical columns left out, ids replaced by codes.
CREATE VIEW action_change AS
SELECT c.id, c.audit_id, c.parent_id AS action_id,
       concat_ws(' ', c.table_name, funder.code, line.year, milestone.title, indicator.title) AS part,
       CASE c.field WHEN 'lead_organisation_id' THEN 'lead' WHEN 'organisation_id' THEN 'organisation'
                    WHEN 'funder_id' THEN 'funder' WHEN 'axis_id' THEN 'axis' ELSE c.field END AS field,
       readable_value(c.field, c.old_value) AS old_value, readable_value(c.field, c.new_value) AS new_value
  FROM field_change c
  LEFT JOIN funding_line line ON c.table_name = 'funding_line' AND line.id = c.row_id
  LEFT JOIN organisation funder ON funder.id = line.funder_id
  LEFT JOIN milestone ON c.table_name = 'milestone' AND milestone.id = c.row_id
  LEFT JOIN indicator_value ON c.table_name = 'indicator_value' AND indicator_value.id = c.row_id
  LEFT JOIN indicator ON indicator.id = coalesce(indicator_value.indicator_id,
                                                 CASE c.table_name WHEN 'indicator' THEN c.row_id END)
 WHERE c.parent_id IS NOT NULL
   AND c.field NOT IN ('version', 'action_id', 'plan_id', 'parent_id', 'created_at', 'added_at', 'written_at', 'author_id', 'indicator_id');
COMMENT ON VIEW action_change IS 'Every changed field of an action and its parts.';

CREATE VIEW action_event AS
SELECT l.id, e.position, e.action_id, l.at, l.operation, m.name AS member, o.name AS organisation, l.request_id, e.changes
  FROM (SELECT audit_id, action_id,
               -- The order of writing: clocks may be set back.
               min(id) AS position,
               jsonb_agg(jsonb_build_object('part', part, 'field', field, 'from', old_value, 'to', new_value) ORDER BY id)
                   AS changes
          FROM action_change GROUP BY audit_id, action_id) AS e
  JOIN audit_log l ON l.id = e.audit_id
  LEFT JOIN member m ON m.id = nullif(l.caller, 'system')::uuid
  LEFT JOIN organisation o ON o.id = l.organisation_id;
COMMENT ON VIEW action_event IS 'An action''s history: one row an operation, with its changes.';
GRANT SELECT ON action_change, action_event TO pa31_app, pa31_operator;
