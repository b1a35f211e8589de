-- An action with its parts, for those who may see everything of it. Computed states need a day: the Store adds them.
CREATE VIEW action_view AS
SELECT a.id, a.plan_id, a.code, a.title, a.description, x.code AS axis, p.code AS parent,
       a.lead_organisation_id,
       jsonb_build_object('code', lead.code, 'name', lead.name) AS lead,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('code', o.code, 'name', o.name) ORDER BY o.code), '[]')
          FROM action_partner ap JOIN organisation o ON o.id = ap.organisation_id
         WHERE ap.action_id = a.id) AS partners,
       money.public_funding, money.funding,
       a.planned_start, a.planned_end, a.actual_start, a.actual_end, a.status,
       -- domain.md §4.1: done is 100 %; nothing to weigh is 0 %.
       CASE a.status WHEN 'done' THEN 100 ELSE coalesce(progress.percent, 0) END AS progress_percent,
       progress.next_milestone_on, progress.milestones, progress.indicators,
       money.planned_cents, money.committed_cents, money.spent_cents,
       a.status_reason, a.status_reason_code, a.blocker, a.unblocker, a.health, a.is_public, a.priority,
       places(a.territory) AS territory, a.territory AS place_codes, to_jsonb(a.audiences) AS audiences,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', e.id, 'label', e.label, 'url', e.url, 'file_kind', e.file_kind,
                                                     'file_bytes', e.file_bytes, 'file_sha256', e.file_sha256,
                                                     'added_at', instant_text(e.added_at)) ORDER BY e.id), '[]')
          FROM evidence e WHERE e.action_id = a.id) AS evidence,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', n.id, 'kind', n.kind, 'text', n.text,
                                                     'written_at', instant_text(n.written_at)) ORDER BY n.id), '[]')
          FROM progress_note n WHERE n.action_id = a.id) AS notes,
       a.updated_at, a.version, a.public_version, a.search_text
  FROM action a
  JOIN axis x ON x.id = a.axis_id
  JOIN organisation lead ON lead.id = a.lead_organisation_id
  LEFT JOIN action p ON p.id = a.parent_id
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'funder', o.code, 'year', f.year, 'planned_cents', f.planned_cents) ORDER BY o.code, f.year), '[]')
                  AS public_funding,
              coalesce(jsonb_agg(jsonb_build_object(
                  'funder', o.code, 'year', f.year, 'planned_cents', f.planned_cents,
                  'committed_cents', f.committed_cents, 'spent_cents', f.spent_cents) ORDER BY o.code, f.year), '[]')
                  AS funding,
              coalesce(sum(f.planned_cents), 0)::bigint AS planned_cents,
              coalesce(sum(f.committed_cents), 0)::bigint AS committed_cents,
              coalesce(sum(f.spent_cents), 0)::bigint AS spent_cents
         FROM funding_line f JOIN organisation o ON o.id = f.funder_id
        WHERE f.action_id = a.id) AS money
  JOIN action_progress progress ON progress.action_id = a.id;
COMMENT ON VIEW action_view IS 'Actions with their parts: internal columns too.';
GRANT SELECT ON action_view TO pa31_app, pa31_operator;
