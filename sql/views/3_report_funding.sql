-- The funder's file: one line for each action, funder and year. Profiles choose its columns (sql/reference/report_profiles).
CREATE VIEW report_funding AS
SELECT a.code AS action_code, a.title AS action_title, x.code AS axis_code, x.title AS axis_title,
       lead.name AS lead_name,
       CASE a.status WHEN 'planned' THEN 'prévue' WHEN 'in_progress' THEN 'en cours' WHEN 'paused' THEN 'en pause'
                     WHEN 'blocked' THEN 'bloquée' WHEN 'done' THEN 'réalisée' ELSE 'abandonnée' END AS status_label,
       a.planned_start, a.planned_end, a.actual_start, a.actual_end,
       funder.code AS funder_code, funder.name AS funder_name, f.year, f.planned_cents, f.committed_cents, f.spent_cents,
       f.spent_cents - f.planned_cents AS gap_cents,
       -- Half-up to one decimal; nothing planned has no percentage.
       round((f.spent_cents - f.planned_cents) * 100.0 / nullif(f.planned_cents, 0), 1) AS gap_percent
  FROM funding_line f
  JOIN action a ON a.id = f.action_id
  JOIN axis x ON x.id = a.axis_id
  JOIN organisation lead ON lead.id = a.lead_organisation_id
  JOIN organisation funder ON funder.id = f.funder_id;
COMMENT ON VIEW report_funding IS 'Money by action, funder and year, with the gap between spent and planned.';
GRANT SELECT ON report_funding TO pa31_app, pa31_operator;
