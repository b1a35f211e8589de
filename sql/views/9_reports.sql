-- What reports are made of, one function a subject, each as things stood at the end of a day in Paris: late changes do not alter
-- the past. Lines are in an order that no machine's language changes (COLLATE "C"). Columns are chosen by profiles (sql/reference/report_profiles); definitions are report_indicator's.

-- What a text was at the end of a day: its newest change until then, or else the present one.
CREATE OR REPLACE FUNCTION text_as_of(subject uuid, field text, day date, present text) RETURNS text
    LANGUAGE sql STABLE
    RETURN coalesce((SELECT c.new_value #>> '{}' FROM field_change c JOIN audit_log l ON l.id = c.audit_id
                      WHERE c.row_id = text_as_of.subject AND c.field = text_as_of.field
                        AND l.at < (text_as_of.day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
                      ORDER BY c.id DESC LIMIT 1), present);
COMMENT ON FUNCTION text_as_of IS 'A text of a row at the end of a day, from its history; the present one where history has none.';

CREATE OR REPLACE FUNCTION report_status_label(status text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE status WHEN 'planned' THEN 'prévue' WHEN 'in_progress' THEN 'en cours' WHEN 'paused' THEN 'en pause'
                       WHEN 'blocked' THEN 'bloquée' WHEN 'done' THEN 'réalisée' ELSE 'abandonnée' END;
COMMENT ON FUNCTION report_status_label IS 'The French word for an action''s status.';

CREATE OR REPLACE FUNCTION quarter_label(day date) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN extract(year FROM day)::integer || '-T' || extract(quarter FROM day)::integer;
COMMENT ON FUNCTION quarter_label IS 'The quarter that a day is in, as the French write it: 2024-T4.';

-- Structures and needs have few changes and many rows: the present rows, with what was changed since undone.
CREATE OR REPLACE FUNCTION structure_as_of(day date) RETURNS SETOF structure LANGUAGE sql STABLE AS $$
    WITH since AS (
        SELECT DISTINCT ON (c.row_id, c.field) c.row_id, c.field, c.old_value
          FROM audit_log l JOIN field_change c ON c.audit_id = l.id
         WHERE l.at >= (day + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND c.table_name = 'structure'
         ORDER BY c.row_id, c.field, c.id),
    undone AS (SELECT row_id, jsonb_object_agg(field, old_value) AS value FROM since GROUP BY row_id)
    SELECT r.* FROM structure s LEFT JOIN undone u ON u.row_id = s.id
     CROSS JOIN LATERAL jsonb_populate_record(s, coalesce(u.value, '{}')) AS r
     WHERE s.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
$$;
COMMENT ON FUNCTION structure_as_of IS 'The structures as they stood at the end of a day in Paris.';

CREATE OR REPLACE FUNCTION need_as_of(day date) RETURNS SETOF need LANGUAGE sql STABLE AS $$
    WITH since AS (
        SELECT DISTINCT ON (c.row_id, c.field) c.row_id, c.field, c.old_value
          FROM audit_log l JOIN field_change c ON c.audit_id = l.id
         WHERE l.at >= (day + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND c.table_name = 'need'
         ORDER BY c.row_id, c.field, c.id),
    undone AS (SELECT row_id, jsonb_object_agg(field, old_value) AS value FROM since GROUP BY row_id)
    SELECT r.* FROM need n LEFT JOIN undone u ON u.row_id = n.id
     CROSS JOIN LATERAL jsonb_populate_record(n, coalesce(u.value, '{}')) AS r
     WHERE n.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
$$;
COMMENT ON FUNCTION need_as_of IS 'The needs as they stood at the end of a day in Paris; drafts that were deleted since are gone.';

CREATE OR REPLACE FUNCTION session_as_of(day date) RETURNS SETOF session LANGUAGE sql STABLE AS $$
    WITH since AS (
        SELECT DISTINCT ON (c.row_id, c.field) c.row_id, c.field, c.old_value
          FROM audit_log l JOIN field_change c ON c.audit_id = l.id
         WHERE l.at >= (day + 1)::timestamp AT TIME ZONE 'Europe/Paris' AND c.table_name = 'session'
         ORDER BY c.row_id, c.field, c.id),
    undone AS (SELECT row_id, jsonb_object_agg(field, old_value) AS value FROM since GROUP BY row_id)
    SELECT r.* FROM session s LEFT JOIN undone u ON u.row_id = s.id
     CROSS JOIN LATERAL jsonb_populate_record(s, coalesce(u.value, '{}')) AS r
     WHERE s.created_at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
$$;
COMMENT ON FUNCTION session_as_of IS 'The sessions as they stood at the end of a day in Paris.';

-- The plan: one line an action. `funder` keeps those that it funds; NULL keeps all.
DROP FUNCTION IF EXISTS report_actions;
CREATE FUNCTION report_actions(day date, funder text) RETURNS TABLE (
    action_code text, action_title text, axis_code text, axis_title text, is_top boolean, lead_name text, partner_names text,
    status text, status_label text, planned_start date, planned_end date, actual_start date, actual_end date,
    progress_percent integer, is_late boolean, late_label text, is_at_risk boolean, milestones integer, milestones_done integer,
    milestones_due integer, milestones_due_done integer, indicators integer, indicators_reached integer, evidence integer,
    planned_cents bigint, committed_cents bigint, spent_cents bigint)
LANGUAGE sql STABLE AS $$
    SELECT a.code, a.title, a.axis, text_as_of(x.id, 'title', day, x.title), a.parent IS NULL,
           text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'),
           (SELECT string_agg(text_as_of(o.id, 'name', day, o.name), ', ' ORDER BY o.code COLLATE "C")
              FROM jsonb_array_elements(a.partners) AS p JOIN organisation o ON o.code = p->>'code'),
           a.status, report_status_label(a.status), a.planned_start, a.planned_end, a.actual_start, a.actual_end,
           a.progress_percent, late.is_late, CASE WHEN late.is_late THEN 'oui' ELSE 'non' END,
           action_is_at_risk(a.status, a.planned_start, a.planned_end, a.next_milestone_on, a.health, a.progress_percent,
                             a.updated_at, day),
           m.total, m.done, m.due, m.due_done, i.total, i.reached, jsonb_array_length(a.evidence),
           money.planned, money.committed, money.spent
      FROM action_as_of(day) a
      JOIN axis x ON x.plan_id = a.plan_id AND x.code = a.axis
     CROSS JOIN LATERAL (SELECT action_is_late(a.status, a.planned_start, a.planned_end, a.next_milestone_on, day) AS is_late) AS late
     CROSS JOIN LATERAL (
           SELECT count(*)::integer AS total, (count(*) FILTER (WHERE e->>'done_on' IS NOT NULL))::integer AS done,
                  (count(*) FILTER (WHERE (e->>'due_on')::date <= day))::integer AS due,
                  (count(*) FILTER (WHERE (e->>'due_on')::date <= day AND e->>'done_on' IS NOT NULL))::integer AS due_done
             FROM jsonb_array_elements(a.milestones) AS e) AS m
     CROSS JOIN LATERAL (
           SELECT count(*)::integer AS total,
                  (count(*) FILTER (WHERE (e->>'value')::numeric >= (e->>'target')::numeric))::integer AS reached
             FROM jsonb_array_elements(a.indicators) AS e) AS i
     CROSS JOIN LATERAL (
           SELECT coalesce(sum((e->>'planned_cents')::bigint), 0)::bigint AS planned,
                  coalesce(sum((e->>'committed_cents')::bigint), 0)::bigint AS committed,
                  coalesce(sum((e->>'spent_cents')::bigint), 0)::bigint AS spent,
                  count(*) AS lines
             FROM jsonb_array_elements(a.funding) AS e
            WHERE report_actions.funder IS NULL OR e->>'funder' = report_actions.funder) AS money
     WHERE report_actions.funder IS NULL OR money.lines > 0
     ORDER BY a.code COLLATE "C"
$$;
COMMENT ON FUNCTION report_actions IS 'The plan''s actions at the end of a day, with the money of one funder or of all.';

-- Money: one line for each action, funder and year. NULL bounds nothing.
DROP FUNCTION IF EXISTS report_money;
CREATE FUNCTION report_money(day date, funder text, first_year integer, last_year integer) RETURNS TABLE (
    action_code text, action_title text, axis_code text, axis_title text, lead_name text, status_label text, planned_start date,
    planned_end date, actual_start date, actual_end date, funder_code text, funder_name text, year integer, planned_cents bigint,
    committed_cents bigint, spent_cents bigint, gap_cents bigint, gap_percent numeric, committed_percent numeric,
    spent_percent numeric)
LANGUAGE sql STABLE AS $$
    SELECT a.code, a.title, a.axis, text_as_of(x.id, 'title', day, x.title),
           text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'), report_status_label(a.status),
           a.planned_start, a.planned_end, a.actual_start, a.actual_end, o.code, text_as_of(o.id, 'name', day, o.name),
           f.year, f.planned_cents, f.committed_cents, f.spent_cents, f.spent_cents - f.planned_cents,
           -- Half-up to one decimal; nothing planned has no percentage.
           trim_scale(round((f.spent_cents - f.planned_cents) * 100.0 / nullif(f.planned_cents, 0), 1)),
           trim_scale(round(f.committed_cents * 100.0 / nullif(f.planned_cents, 0), 1)),
           trim_scale(round(f.spent_cents * 100.0 / nullif(f.planned_cents, 0), 1))
      FROM action_as_of(day) a
      JOIN axis x ON x.plan_id = a.plan_id AND x.code = a.axis
     CROSS JOIN LATERAL jsonb_to_recordset(a.funding)
           AS f (funder text, year integer, planned_cents bigint, committed_cents bigint, spent_cents bigint)
      JOIN organisation o ON o.code = f.funder
     WHERE (report_money.funder IS NULL OR f.funder = report_money.funder)
       AND (first_year IS NULL OR f.year >= first_year) AND (last_year IS NULL OR f.year <= last_year)
     ORDER BY a.code COLLATE "C", o.code COLLATE "C", f.year
$$;
COMMENT ON FUNCTION report_money IS 'Money by action, funder and year at the end of a day, with the gap between spent and planned.';

DROP FUNCTION IF EXISTS report_indicators;
CREATE FUNCTION report_indicators(day date, funder text) RETURNS TABLE (
    action_code text, action_title text, lead_name text, indicator_title text, unit text, baseline numeric, target numeric,
    value numeric, valued_on date, reached_percent integer)
LANGUAGE sql STABLE AS $$
    SELECT a.code, a.title, text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'), i.title, i.unit, i.baseline,
           i.target, i.value, i.dated_on, i.progress_percent
      FROM action_as_of(day) a
     CROSS JOIN LATERAL jsonb_to_recordset(a.indicators)
           AS i (title text, unit text, baseline numeric, target numeric, value numeric, dated_on date, progress_percent integer)
     WHERE report_indicators.funder IS NULL
        OR a.funding @> jsonb_build_array(jsonb_build_object('funder', report_indicators.funder))
     ORDER BY a.code COLLATE "C", i.title COLLATE "C"
$$;
COMMENT ON FUNCTION report_indicators IS 'The plan''s indicators at the end of a day, each with its latest value that was not withdrawn.';

DROP FUNCTION IF EXISTS report_milestones;
CREATE FUNCTION report_milestones(day date, funder text) RETURNS TABLE (
    action_code text, action_title text, lead_name text, milestone_title text, due_on date, done_on date, overdue_label text)
LANGUAGE sql STABLE AS $$
    SELECT a.code, a.title, text_as_of(a.lead_organisation_id, 'name', day, a.lead->>'name'), m.title, m.due_on, m.done_on,
           CASE WHEN m.done_on IS NULL AND m.due_on < day AND a.status NOT IN ('done', 'abandoned') THEN 'oui' ELSE 'non' END
      FROM action_as_of(day) a
     CROSS JOIN LATERAL jsonb_to_recordset(a.milestones) AS m (id uuid, title text, due_on date, done_on date)
     WHERE report_milestones.funder IS NULL
        OR a.funding @> jsonb_build_array(jsonb_build_object('funder', report_milestones.funder))
     ORDER BY a.code COLLATE "C", m.due_on, m.title COLLATE "C", m.id
$$;
COMMENT ON FUNCTION report_milestones IS 'The plan''s milestones at the end of a day.';

-- Structures of the sector by kind. Verified: by its employer or the team, within the 365 days before.
DROP FUNCTION IF EXISTS report_structures;
CREATE FUNCTION report_structures(day date) RETURNS TABLE (
    kind text, kind_name text, open_count integer, attached_count integer, verified_count integer, recruiting_count integer)
LANGUAGE sql STABLE AS $$
    WITH recruiting AS (SELECT DISTINCT structure_id FROM need_as_of(day) WHERE state = 'open')
    SELECT k.code, coalesce(k.short_name, k.short_label), count(*)::integer, count(s.organisation_id)::integer,
           (count(*) FILTER (WHERE s.verified_on > day - 365 AND s.verified_on <= day))::integer, count(r.structure_id)::integer
      FROM structure_as_of(day) s
      JOIN finess_category k ON k.code = s.kind
      LEFT JOIN recruiting r ON r.structure_id = s.id
     WHERE s.status = 'open' AND k.is_sector
     GROUP BY k.code ORDER BY k.code COLLATE "C"
$$;
COMMENT ON FUNCTION report_structures IS 'Open structures of the sector by kind at the end of a day.';

-- Needs by job: those first opened within the period, and those open at the end of the day. How many were filled is about persons who
-- were hired: it is told by quarter only, with the answers.
DROP FUNCTION IF EXISTS report_needs;
CREATE FUNCTION report_needs(day date, starts_on date, ends_on date) RETURNS TABLE (
    job text, job_label text, posted_count integer, posted_positions integer, open_count integer, open_positions integer)
LANGUAGE sql STABLE AS $$
    WITH counted AS (
        SELECT n.job_version, n.job, n.state = 'open' AS is_open, n.positions, n.positions_left,
               (first_opening.at AT TIME ZONE 'Europe/Paris')::date BETWEEN report_needs.starts_on AND report_needs.ends_on AS is_posted
          FROM need_as_of(day) n
         CROSS JOIN LATERAL (
               SELECT min(l.at) AS at FROM field_change c JOIN audit_log l ON l.id = c.audit_id
                WHERE c.row_id = n.id AND c.field = 'state' AND c.new_value = '"open"'
                  AND l.at < (day + 1)::timestamp AT TIME ZONE 'Europe/Paris') AS first_opening)
    SELECT c.job, max(j.label), (count(*) FILTER (WHERE is_posted))::integer,
           coalesce(sum(positions) FILTER (WHERE is_posted), 0)::integer, (count(*) FILTER (WHERE is_open))::integer,
           coalesce(sum(positions_left) FILTER (WHERE is_open), 0)::integer
      FROM counted c JOIN rome_job j ON j.version = c.job_version AND j.code = c.job
     WHERE is_posted OR is_open
     GROUP BY c.job ORDER BY c.job COLLATE "C"
$$;
COMMENT ON FUNCTION report_needs IS 'Needs by job: posted within a period, open at the end of a day.';

DROP FUNCTION IF EXISTS report_sessions;
CREATE FUNCTION report_sessions(day date, starts_on date, ends_on date) RETURNS TABLE (
    kind text, kind_label text, held_count integer, held_places integer, cancelled_count integer)
LANGUAGE sql STABLE AS $$
    SELECT s.kind, CASE s.kind WHEN 'training' THEN 'formation' WHEN 'immersion' THEN 'immersion' WHEN 'job_test' THEN 'test métier'
                               WHEN 'forum' THEN 'forum, événement' ELSE 'Coach Autonomie' END,
           (count(*) FILTER (WHERE s.state = 'held'))::integer,
           coalesce(sum(s.places) FILTER (WHERE s.state = 'held'), 0)::integer,
           (count(*) FILTER (WHERE s.state = 'cancelled'))::integer
      FROM session_as_of(day) s
     WHERE s.ends_on BETWEEN report_sessions.starts_on AND report_sessions.ends_on AND s.state IN ('held', 'cancelled')
     GROUP BY s.kind ORDER BY s.kind COLLATE "C"
$$;
COMMENT ON FUNCTION report_sessions IS 'Sessions that ended within a period, by kind, as known at the end of a day.';

-- The figures of the catalogue that count nobody: value, what it is made of, what it is divided by. Euros are in cents.
DROP FUNCTION IF EXISTS report_figures;
CREATE FUNCTION report_figures(day date, starts_on date, ends_on date, funder text, plan_funder text) RETURNS TABLE (
    code text, value numeric, numerator numeric, denominator numeric)
LANGUAGE sql STABLE AS $$
    WITH a AS MATERIALIZED (SELECT * FROM report_actions(day, plan_funder) WHERE is_top),
    parts AS MATERIALIZED (SELECT * FROM report_actions(day, plan_funder)),
    m AS MATERIALIZED (SELECT * FROM report_money(day, report_figures.funder, extract(year FROM report_figures.starts_on)::integer,
                                                  extract(year FROM report_figures.ends_on)::integer)),
    i AS MATERIALIZED (SELECT * FROM report_indicators(day, plan_funder)),
    s AS MATERIALIZED (SELECT * FROM report_structures(day)),
    n AS MATERIALIZED (SELECT * FROM report_needs(day, report_figures.starts_on, report_figures.ends_on)),
    e AS MATERIALIZED (SELECT * FROM report_sessions(day, report_figures.starts_on, report_figures.ends_on)),
    figure (code, numerator, denominator) AS (
        SELECT 'actions', (SELECT count(*) FROM a)::numeric, NULL::numeric
        UNION ALL SELECT 'actions_' || status, (SELECT count(*) FROM a WHERE a.status = w.status), NULL
          FROM (VALUES ('planned'), ('in_progress'), ('paused'), ('blocked'), ('done'), ('abandoned')) AS w (status)
        UNION ALL SELECT 'actions_late', (SELECT count(*) FROM a WHERE is_late), NULL
        UNION ALL SELECT 'actions_at_risk', (SELECT count(*) FROM a WHERE is_at_risk), NULL
        UNION ALL SELECT 'plan_progress', (SELECT coalesce(sum(progress_percent), 0) FROM a WHERE a.status <> 'abandoned') / 100.0,
                         (SELECT count(*) FROM a WHERE a.status <> 'abandoned')
        UNION ALL SELECT 'milestones_done', (SELECT coalesce(sum(milestones_due_done), 0) FROM parts),
                         (SELECT coalesce(sum(milestones_due), 0) FROM parts)
        UNION ALL SELECT 'indicators_reached', (SELECT coalesce(sum(indicators_reached), 0) FROM parts),
                         (SELECT coalesce(sum(indicators), 0) FROM parts)
        UNION ALL SELECT r.code, coalesce((SELECT sum(i.value - i.baseline) FROM i
                                            WHERE folded(i.indicator_title) IN (SELECT folded(t) FROM unnest(r.plan_titles) AS t)), 0), NULL
          FROM report_indicator r WHERE r.plan_titles <> '{}'
        UNION ALL SELECT 'money_planned', (SELECT coalesce(sum(planned_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_committed', (SELECT coalesce(sum(committed_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_spent', (SELECT coalesce(sum(spent_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_gap', (SELECT coalesce(sum(gap_cents), 0) FROM m), NULL
        UNION ALL SELECT 'money_gap_percent', (SELECT coalesce(sum(gap_cents), 0) FROM m), (SELECT coalesce(sum(planned_cents), 0) FROM m)
        UNION ALL SELECT 'money_committed_percent', (SELECT coalesce(sum(committed_cents), 0) FROM m),
                         (SELECT coalesce(sum(planned_cents), 0) FROM m)
        UNION ALL SELECT 'money_spent_percent', (SELECT coalesce(sum(spent_cents), 0) FROM m),
                         (SELECT coalesce(sum(planned_cents), 0) FROM m)
        UNION ALL SELECT 'structures_open', (SELECT coalesce(sum(open_count), 0) FROM s), NULL
        UNION ALL SELECT 'structures_attached', (SELECT coalesce(sum(attached_count), 0) FROM s), NULL
        UNION ALL SELECT 'structures_verified', (SELECT coalesce(sum(verified_count), 0) FROM s),
                         (SELECT coalesce(sum(open_count), 0) FROM s)
        UNION ALL SELECT 'structures_recruiting', (SELECT coalesce(sum(recruiting_count), 0) FROM s), NULL
        UNION ALL SELECT 'needs_posted', (SELECT coalesce(sum(posted_count), 0) FROM n), NULL
        UNION ALL SELECT 'positions_posted', (SELECT coalesce(sum(posted_positions), 0) FROM n), NULL
        UNION ALL SELECT 'needs_open', (SELECT coalesce(sum(open_count), 0) FROM n), NULL
        UNION ALL SELECT 'positions_open', (SELECT coalesce(sum(open_positions), 0) FROM n), NULL
        UNION ALL SELECT 'sessions_held', (SELECT coalesce(sum(held_count), 0) FROM e), NULL
        UNION ALL SELECT 'session_places', (SELECT coalesce(sum(held_places), 0) FROM e), NULL
        UNION ALL SELECT 'immersions_held', (SELECT coalesce(sum(held_count), 0) FROM e WHERE kind IN ('immersion', 'job_test')), NULL)
    SELECT r.code, trim_scale(round(CASE WHEN r.denominator_fr IS NULL THEN f.numerator
                                         ELSE f.numerator * CASE r.unit WHEN 'percent' THEN 100 ELSE 1 END / nullif(f.denominator, 0) END, 1)),
           trim_scale(f.numerator), trim_scale(f.denominator)
      FROM figure f JOIN report_indicator r ON r.code = f.code
     ORDER BY r.code COLLATE "C"
$$;
COMMENT ON FUNCTION report_figures IS 'The catalogue''s figures that count nobody, as they stood at the end of a day; a ratio over nothing has no value.';

-- Persons by whole quarters, in the order of a table: everybody, then each fixed table, then the open ones. `persons` is a number, or
-- 's' where it is withheld (security.md §5).
DROP FUNCTION IF EXISTS report_persons;
CREATE FUNCTION report_persons(day date, starts_on date, ends_on date, known_at timestamptz) RETURNS TABLE (
    period text, step text, step_label text, dimension text, dimension_label text, value text, value_label text, persons jsonb)
LANGUAGE sql STABLE AS $$
    WITH told AS MATERIALIZED (
        SELECT * FROM person_figures(current_caller(), report_persons.starts_on, report_persons.ends_on, report_persons.day,
                                     report_persons.known_at)),
    -- What everybody can subtract is said: what the withheld lines of a table are together.
    rest AS (
        SELECT l.first_day, l.last_day, l.step, l.dimension, max(t.persons) - sum(l.persons)::integer AS persons
          FROM told l JOIN told t ON t.dimension = 'all' AND t.step = l.step AND t.first_day = l.first_day AND t.last_day = l.last_day
         WHERE l.dimension IN (SELECT v.dimension FROM person_value v)
         GROUP BY l.first_day, l.last_day, l.step, l.dimension
        HAVING count(l.persons) BETWEEN 1 AND count(*) - 1 AND count(t.persons) > 0),
    f AS MATERIALIZED (
        SELECT l.*, count(*) OVER (PARTITION BY l.first_day, l.last_day, l.step, l.dimension, l.parent) = 1 AS is_alone FROM told l
        UNION ALL
        SELECT r.first_day, r.last_day, r.step, r.dimension, 'withheld', NULL, r.persons, false FROM rest r),
    j AS MATERIALIZED (SELECT DISTINCT ON (n.code) n.code, n.label FROM rome_job n ORDER BY n.code, n.version DESC)
    SELECT CASE WHEN quarter_label(f.first_day) = quarter_label(f.last_day) THEN quarter_label(f.first_day)
                ELSE quarter_label(f.first_day) || ' à ' || quarter_label(f.last_day) END,
           f.step, r.label_fr, f.dimension,
           coalesce(v.dimension_fr, (SELECT min(w.dimension_fr) FROM person_value w WHERE w.dimension = f.dimension),
                    CASE f.dimension WHEN 'all' THEN 'Ensemble' WHEN 'epci' THEN 'EPCI de résidence'
                    WHEN 'commune' THEN 'Commune de résidence' WHEN 'job' THEN 'Métier (ROME)'
                    WHEN 'structure_kind' THEN 'Catégorie de structure' ELSE 'Contrat' END),
           concat_ws(':', f.value, CASE WHEN f.value = 'other' THEN f.parent END),
           coalesce(v.label_fr, CASE WHEN f.dimension = 'all' THEN 'toutes les personnes' END,
                    CASE WHEN f.value = 'withheld' THEN 'lignes masquées, ensemble' END,
                    CASE WHEN f.value = 'other' THEN concat_ws(', ', CASE WHEN f.is_alone THEN 'non détaillé' ELSE 'autres, ensemble' END, e.name) END,
                    CASE WHEN f.value = 'unknown' THEN 'non précisé' END, e.name, c.name, j.label,
                    coalesce(k.short_name, k.short_label), t.label_fr, f.value),
           coalesce(to_jsonb(f.persons), '"s"')
      FROM f
      JOIN report_indicator r ON r.code = 'persons_' || f.step
      LEFT JOIN person_value v ON v.dimension = f.dimension AND v.value = f.value
      LEFT JOIN epci e ON e.siren = CASE f.dimension WHEN 'epci' THEN f.value WHEN 'commune' THEN f.parent END
                      AND (f.dimension = 'epci' OR f.value = 'other')
      LEFT JOIN commune c ON f.dimension = 'commune' AND c.insee = f.value
      LEFT JOIN j ON f.dimension = 'job' AND j.code = f.value
      LEFT JOIN finess_category k ON f.dimension = 'structure_kind' AND k.code = f.value
      LEFT JOIN contract_type t ON f.dimension = 'contract' AND t.code = f.value
     -- A grouping whose communes are not detailed is a line of its own already.
     WHERE NOT (f.dimension = 'commune' AND f.value = 'other' AND f.is_alone)
     ORDER BY array_position(ARRAY['received', 'oriented', 'accompanied', 'immersion', 'training', 'hired', 'employed_3', 'employed_6',
                                   'employed_12'], f.step),
              array_position(ARRAY['all', 'sex', 'age', 'age_esf', 'situation', 'long_term_unemployed', 'diploma_level', 'qpv', 'rsa',
                                   'disability', 'epci', 'commune', 'job', 'structure_kind', 'contract'], f.dimension),
              f.last_day, f.first_day DESC, v.position, f.parent COLLATE "C", f.value = 'other', f.value COLLATE "C"
$$;
COMMENT ON FUNCTION report_persons IS 'Persons by step in whole closed quarters and in the period, with what may not be told withheld.';

-- The catalogue's figures that count persons and answers: the period's, or 's'.
DROP FUNCTION IF EXISTS report_person_figures;
CREATE FUNCTION report_person_figures(day date, starts_on date, ends_on date, known_at timestamptz) RETURNS TABLE (
    code text, value jsonb, numerator jsonb, denominator jsonb)
LANGUAGE sql STABLE AS $$
    SELECT 'persons_' || f.step, coalesce(to_jsonb(f.persons), '"s"'), coalesce(to_jsonb(f.persons), '"s"'), 'null'::jsonb
      FROM person_figures(current_caller(), report_person_figures.starts_on, report_person_figures.ends_on, report_person_figures.day,
                          report_person_figures.known_at) AS f
     WHERE f.dimension = 'all' AND f.first_day = report_person_figures.starts_on AND f.last_day = report_person_figures.ends_on
    UNION ALL
    -- Of a quarter that is not counted yet, or whose figure is withheld, the sum is withheld.
    SELECT r.code,
           CASE WHEN q.is_whole THEN coalesce(to_jsonb(trim_scale(round(CASE r.unit WHEN 'percent' THEN 100.0 * q.numerator / nullif(q.denominator, 0)
                WHEN 'days' THEN q.numerator * 1.0 / nullif(q.denominator, 0) ELSE q.numerator END, 1))), 'null') ELSE '"s"' END,
           CASE WHEN q.is_whole THEN to_jsonb(q.numerator) ELSE '"s"' END,
           CASE WHEN r.denominator_fr IS NULL THEN 'null' WHEN q.is_whole THEN to_jsonb(q.denominator) ELSE '"s"' END
      FROM report_indicator r
     CROSS JOIN LATERAL (
           SELECT coalesce(sum(f.numerator), 0) AS numerator, coalesce(sum(f.denominator), 0) AS denominator,
                  coalesce(bool_and(f.numerator IS NOT NULL), false) AS is_whole
             FROM generate_series(report_person_figures.starts_on::timestamp, report_person_figures.ends_on::timestamp, interval '3 months') AS s (first)
             LEFT JOIN quarter_figures() AS f ON f.quarter = s.first::date AND f.code = r.code
                   AND f.counted_at <= report_person_figures.known_at AND (f.quarter + interval '3 months')::date <= report_person_figures.day + 1
            ) AS q
     WHERE r.code IN ('response_rate', 'response_days', 'needs_filled', 'fill_days')
$$;
COMMENT ON FUNCTION report_person_figures IS 'The catalogue''s figures that count persons, answers and filled needs, each in a period of whole quarters, or withheld.';

-- What a report to a funder lacks, and who must do it: `owed_by` is an organisation''s code, NULL for the team.
DROP FUNCTION IF EXISTS report_gaps;
CREATE FUNCTION report_gaps(day date, starts_on date, ends_on date, funder text) RETURNS TABLE (
    gap text, kind text, action_code text, action_title text, part text, owed_by text, owed_by_name text)
LANGUAGE sql STABLE AS $$
    WITH a AS MATERIALIZED (
        SELECT v.* FROM action_as_of(day) v WHERE v.funding @> jsonb_build_array(jsonb_build_object('funder', report_gaps.funder))),
    found (kind, action_id, key, part) AS (
        SELECT 'spending', a.id, f.year::text, f.year::text
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.funding)
               AS f (funder text, year integer, planned_cents bigint, committed_cents bigint, spent_cents bigint)
         WHERE f.funder = report_gaps.funder AND f.planned_cents > 0 AND f.committed_cents = 0 AND f.spent_cents = 0
           AND a.status <> 'abandoned' AND f.year >= extract(year FROM report_gaps.starts_on)
           AND make_date(f.year, 12, 31) <= report_gaps.ends_on
        UNION ALL
        SELECT 'status', a.id, NULL, NULL FROM a
         WHERE (a.status = 'planned' AND a.planned_start <= report_gaps.ends_on AND a.planned_start < day)
            OR (a.status IN ('planned', 'in_progress') AND a.planned_end <= report_gaps.ends_on AND a.planned_end < day)
        UNION ALL
        SELECT 'news', a.id, NULL, NULL FROM a WHERE action_is_stale(a.status, a.updated_at, day)
        UNION ALL
        SELECT 'evidence', a.id, NULL, NULL FROM a WHERE a.status = 'done' AND a.evidence = '[]'
        UNION ALL
        SELECT 'milestone', a.id, m.id::text, m.title
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.milestones) AS m (id uuid, title text, due_on date, done_on date)
         WHERE m.done_on IS NULL AND m.due_on <= report_gaps.ends_on AND a.status NOT IN ('done', 'abandoned')
        UNION ALL
        SELECT 'indicator', a.id, i.id::text, i.title
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.indicators) AS i (id uuid, title text, value numeric, dated_on date)
         WHERE (a.status = 'in_progress' AND (i.dated_on IS NULL OR i.dated_on < report_gaps.starts_on))
            OR (a.status = 'done' AND i.value IS NULL)
        UNION ALL
        SELECT 'challenge', a.id, i.id::text, i.title
          FROM a CROSS JOIN LATERAL jsonb_to_recordset(a.indicators) AS i (id uuid, title text, "values" jsonb)
         WHERE jsonb_path_exists(i."values", '$[*] ? (@.challenge != null && @.settlement == null)'))
    SELECT concat_ws(':', f.kind, a.code, f.key), f.kind, a.code, a.title, f.part,
           CASE WHEN f.kind <> 'challenge' THEN a.lead->>'code' END, CASE WHEN f.kind <> 'challenge' THEN a.lead->>'name' END
      FROM found f JOIN a ON a.id = f.action_id
     ORDER BY a.code COLLATE "C", f.kind COLLATE "C", f.key COLLATE "C"
$$;
COMMENT ON FUNCTION report_gaps IS 'What a report of a period to a funder lacks at the end of a day, with who must do it.';

REVOKE EXECUTE ON FUNCTION structure_as_of, need_as_of, session_as_of, report_actions, report_money, report_indicators,
    report_milestones, report_structures, report_needs, report_sessions, report_figures, report_gaps, report_persons,
    report_person_figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION structure_as_of, need_as_of, session_as_of, report_actions, report_money, report_indicators,
    report_milestones, report_structures, report_needs, report_sessions, report_figures, report_gaps, report_persons,
    report_person_figures TO pa31_app, pa31_operator;

-- Grants in the columns of scdl/subventions.
CREATE VIEW public_grant AS
SELECT g.id, f.code AS funder, f.name AS funder_name, f.siret AS funder_siret, g.signed_on, g.reference, b.name AS beneficiary_name,
       b.siret AS beneficiary_siret, g.purpose, g.amount_cents, g.nature, g.payment, g.paid_from, g.paid_until, g.rae,
       g.notified_to_eu, g.share
  FROM grant_agreement g JOIN organisation f ON f.id = g.funder_id JOIN organisation b ON b.id = g.beneficiary_id;
COMMENT ON VIEW public_grant IS 'Grants, public columns.';
GRANT SELECT ON public_grant TO pa31_public, pa31_app, pa31_operator;
