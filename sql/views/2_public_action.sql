-- What the public sees of an action (security.md §2): the read lane's role sees no other relation of the plan.
CREATE VIEW public_action AS
SELECT id, plan_id, code, title, description, axis, parent, lead, partners, public_funding AS funding, planned_start,
       planned_end, actual_start, actual_end, status, progress_percent, next_milestone_on, planned_cents, public_version, search_text,
       territory, place_codes, audiences
  FROM action_view
 WHERE is_public;
COMMENT ON VIEW public_action IS 'Public actions, public columns.';

CREATE VIEW public_plan AS
SELECT p.id, p.code, p.title, p.is_fictional, p.starts_on, p.ends_on
  FROM action_plan p;
COMMENT ON VIEW public_plan IS 'Plans, public columns.';

CREATE VIEW public_axis AS
SELECT x.id, x.plan_id, x.code, x.title FROM axis x;
COMMENT ON VIEW public_axis IS 'Axes, public columns.';

GRANT SELECT ON public_action, public_plan, public_axis TO pa31_public, pa31_app, pa31_operator;
