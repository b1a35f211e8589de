-- An indicator with its values and where it stands: its latest value that was not withdrawn.
CREATE VIEW indicator_standing AS
SELECT i.id, i.action_id, i.title, i.unit, trim_scale(i.baseline) AS baseline, trim_scale(i.target) AS target, i.weight,
       trim_scale(latest.value) AS value, latest.dated_on,
       indicator_part(i.baseline, i.target, latest.value) AS part,
       (SELECT coalesce(jsonb_agg(jsonb_build_object(
                   'id', v.id, 'dated_on', v.dated_on, 'value', trim_scale(v.value), 'source', v.source, 'challenge', v.challenge,
                   'settlement', v.settlement, 'settlement_note', v.settlement_note,
                   'added_at', instant_text(v.added_at)) ORDER BY v.dated_on, v.id), '[]')
          FROM indicator_value v WHERE v.indicator_id = i.id) AS series
  FROM indicator i
  LEFT JOIN LATERAL (
       SELECT v.value, v.dated_on FROM indicator_value v
        WHERE v.indicator_id = i.id AND v.settlement IS DISTINCT FROM 'withdrawn'
        ORDER BY v.dated_on DESC, v.id DESC LIMIT 1) AS latest ON true;
COMMENT ON VIEW indicator_standing IS 'Indicators with their values and their present part of the way to the target.';

-- domain.md §4.1: Σ weight × part / Σ weight over milestones (0 or 1) and indicators (0 … 1); NULL when nothing weighs.
CREATE VIEW action_progress AS
SELECT a.id AS action_id, weighed.percent, m.next_milestone_on, m.milestones, i.indicators
  FROM action a
 CROSS JOIN LATERAL (
       SELECT min(due_on) FILTER (WHERE done_on IS NULL) AS next_milestone_on,
              coalesce(jsonb_agg(jsonb_build_object(
                  'id', id, 'title', title, 'due_on', due_on, 'done_on', done_on, 'weight', weight)
                  ORDER BY due_on, id), '[]') AS milestones,
              sum(weight) AS weight, sum(weight) FILTER (WHERE done_on IS NOT NULL) AS done
         FROM milestone WHERE action_id = a.id) AS m
 CROSS JOIN LATERAL (
       SELECT coalesce(jsonb_agg(jsonb_build_object(
                  'id', id, 'title', title, 'unit', unit, 'baseline', baseline, 'target', target, 'weight', weight,
                  'value', value, 'dated_on', dated_on, 'progress_percent', round(part * 100), 'values', series)
                  ORDER BY title), '[]') AS indicators,
              sum(weight) AS weight, sum(weight * part) AS done
         FROM indicator_standing WHERE action_id = a.id) AS i
 CROSS JOIN LATERAL (
       SELECT round(100 * (coalesce(m.done, 0) + coalesce(i.done, 0))
                    / nullif(coalesce(m.weight, 0) + coalesce(i.weight, 0), 0))::integer AS percent) AS weighed;
COMMENT ON VIEW action_progress IS 'What each action''s progress and lateness are made of.';
GRANT SELECT ON indicator_standing, action_progress TO pa31_app, pa31_operator;
