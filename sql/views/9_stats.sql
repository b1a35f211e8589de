-- What anybody may know of the platform at a glance: public rows only.
CREATE VIEW public_stats AS
SELECT jsonb_build_object(
    'plan', (SELECT jsonb_build_object('code', p.code, 'title', p.title, 'is_fictional', p.is_fictional, 'starts_on', p.starts_on,
                                       'ends_on', p.ends_on) FROM public_plan p ORDER BY p.id LIMIT 1),
    'actions', (SELECT jsonb_build_object(
                    'total', count(*), 'progress_percent', coalesce(round(avg(a.progress_percent) FILTER (WHERE a.status <> 'abandoned')), 0),
                    'planned_cents', coalesce(sum(a.planned_cents), 0),
                    'by_status', (SELECT jsonb_agg(jsonb_build_object('status', w.status, 'label', report_status_label(w.status),
                                                   'count', (SELECT count(*) FROM public_action s WHERE s.parent IS NULL AND s.status = w.status))
                                                   ORDER BY w.position)
                                    FROM unnest(ARRAY['planned', 'in_progress', 'paused', 'blocked', 'done', 'abandoned'])
                                         WITH ORDINALITY AS w (status, position)))
                  FROM public_action a WHERE a.parent IS NULL),
    'structures', (SELECT jsonb_build_object(
                       'total', coalesce(sum(k.count), 0), 'recruiting', (SELECT count(DISTINCT n.structure_id) FROM need_index n),
                       'by_kind', coalesce(jsonb_agg(jsonb_build_object('kind', k.kind, 'label', k.name, 'count', k.count)
                                                     ORDER BY k.count DESC, k.kind COLLATE "C"), '[]'))
                     FROM (SELECT s.kind, coalesce(c.short_name, c.short_label) AS name, count(*) AS count
                             FROM structure_index s JOIN finess_category c ON c.code = s.kind
                            WHERE s.status = 'open' AND c.is_sector GROUP BY 1, 2) AS k),
    'needs', (SELECT jsonb_build_object(
                  'open', coalesce(sum(j.count), 0), 'positions', coalesce(sum(j.positions), 0),
                  'by_job', coalesce(jsonb_agg(jsonb_build_object('job', j.job, 'label', j.job_label, 'count', j.count,
                                                                  'positions', j.positions)
                                               ORDER BY j.positions DESC, j.job COLLATE "C"), '[]'))
                FROM (SELECT n.job, max(n.job_label) AS job_label, count(*) AS count, sum(n.positions_left) AS positions
                        FROM public_need n GROUP BY n.job) AS j),
    'sessions', (SELECT jsonb_build_object('open', count(*), 'places', coalesce(sum(e.places_left), 0)) FROM public_session e),
    -- Closed quarters only, each figure from five on.
    'quarters', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                            'quarter', quarter_label(q.quarter), 'received', q.received, 'oriented', q.oriented, 'hired', q.hired,
                            'response_percent', (SELECT round(100.0 * f.numerator / f.denominator)::integer FROM quarter_figures() f
                                                  WHERE f.quarter = q.quarter AND f.code = 'response_rate')) ORDER BY q.quarter), '[]')
                   FROM (SELECT t.quarter, max(t.persons) FILTER (WHERE t.step = 'received') AS received,
                                max(t.persons) FILTER (WHERE t.step = 'oriented') AS oriented,
                                max(t.persons) FILTER (WHERE t.step = 'hired') AS hired
                           FROM person_totals() t GROUP BY t.quarter) AS q)
    ) AS figures;
COMMENT ON VIEW public_stats IS 'The plan at a glance, the directory, open needs and sessions, persons of closed quarters: one row.';
GRANT SELECT ON public_stats TO pa31_public, pa31_app, pa31_operator;
GRANT EXECUTE ON FUNCTION report_status_label, quarter_label TO pa31_public;
