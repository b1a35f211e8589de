-- Figures of persons, as 0022 made them but for three things. Who all live in one commune, or were all hired for one job, were told of as a
-- hundred per cent (security.md §5): lists of one line are not detailed any more. And of a period that overlaps others, a sum that these
-- tell together is no longer withheld, nor are the tables of when there was nobody: a secret that anybody can work out is none.
GRANT CREATE ON SCHEMA public TO pa31_stats;
SET LOCAL ROLE pa31_stats;
-- Persons of a period, each figure or that it is withheld. Within a table the smallest lines are withheld until at least two are, who
-- together are five or more: neither is then told by the total and the others. Open lists have the others together as one line; a list of
-- one line would tell of everybody (a hundred per cent), and so is not detailed.
CREATE OR REPLACE FUNCTION person_figures(caller text, starts_on date, ends_on date, day date, known_at timestamptz)
    RETURNS TABLE (first_day date, last_day date, step text, dimension text, value text, parent text, persons integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 500 SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (
        SELECT service_rule('level_least') AS least
         WHERE person_figures.caller = current_caller() AND (person_figures.caller = 'system' OR caller_is_team())),
    counted AS MATERIALIZED (
        SELECT q.quarter FROM person_quarter q
         WHERE q.counted_at <= person_figures.known_at AND (q.quarter + interval '3 months')::date <= person_figures.day + 1),
    -- Own periods that the period touches: what they tell is known.
    reach AS MATERIALIZED (
        SELECT o.starts_on, o.ends_on FROM person_period o
         WHERE o.is_own AND o.registered_at <= person_figures.known_at AND o.starts_on <= person_figures.ends_on
           AND o.ends_on >= person_figures.starts_on),
    -- Before the first file there was nobody to count, which is no secret.
    quarter AS MATERIALIZED (
        SELECT s.day::date AS quarter, s.day::date BETWEEN person_figures.starts_on AND person_figures.ends_on AS is_inside,
               q.quarter IS NOT NULL OR s.day::date < (SELECT min(c.quarter) FROM counted c) AS is_known,
               q.quarter IS NULL AS is_before
          FROM generate_series(least(person_figures.starts_on, (SELECT min(h.starts_on) FROM reach h))::timestamp,
                               greatest(person_figures.ends_on, (SELECT max(h.ends_on) FROM reach h))::timestamp, interval '3 months') AS s (day)
          LEFT JOIN counted q ON q.quarter = s.day::date),
    total AS MATERIALIZED (
        SELECT q.quarter, q.is_inside, s.step, q.is_known, coalesce(c.persons, 0) AS persons,
               coalesce(q.is_known, false) AND (q.is_before OR coalesce(c.persons, 0) >= r.least) AS is_shown
          FROM rule r CROSS JOIN quarter q
         CROSS JOIN unnest(ARRAY['received', 'oriented', 'accompanied', 'immersion', 'training', 'hired', 'employed_3', 'employed_6',
                                 'employed_12']) AS s (step)
          LEFT JOIN person_count c ON c.quarter = q.quarter AND c.kind = s.step AND c.dimension = 'all'),
    wanted AS MATERIALIZED (
        SELECT p.* FROM person_period p WHERE p.starts_on = person_figures.starts_on AND p.ends_on = person_figures.ends_on),
    tile AS MATERIALIZED (
        SELECT o.starts_on, o.ends_on FROM wanted w
          JOIN person_period o ON o.is_own AND CASE WHEN w.is_own THEN o.position = w.position
                   ELSE o.position < w.position AND o.starts_on >= w.starts_on AND o.ends_on <= w.ends_on END),
    is_covered AS MATERIALIZED (
        SELECT coalesce(sum(t.ends_on - t.starts_on + 1), 0) = person_figures.ends_on - person_figures.starts_on + 1 AS holds FROM tile t),
    -- Who knows the rule knows that a withheld quarter has less than five: of a sum that is as much as can be, each part is told.
    part AS MATERIALIZED (
        SELECT t.starts_on, t.ends_on, u.step, sum(u.persons) AS persons, count(*) FILTER (WHERE NOT u.is_shown) AS hidden,
               count(*) FILTER (WHERE NOT u.is_shown AND u.is_inside) AS hidden_inside,
               bool_and(coalesce(u.is_known, false))
               AND (count(*) FILTER (WHERE NOT u.is_shown) = 0
                    OR (count(*) FILTER (WHERE NOT u.is_shown) >= 2
                        AND sum(u.persons) FILTER (WHERE NOT u.is_shown) >= max(r.least)
                        AND sum(u.persons) FILTER (WHERE NOT u.is_shown) < (max(r.least) - 1) * count(*) FILTER (WHERE NOT u.is_shown)))
               AS is_shown
          FROM rule r CROSS JOIN (SELECT * FROM tile UNION SELECT * FROM reach) AS t
          JOIN total u ON u.quarter BETWEEN t.starts_on AND t.ends_on
         GROUP BY t.starts_on, t.ends_on, u.step),
    block AS MATERIALIZED (SELECT p.* FROM part p JOIN tile t USING (starts_on, ends_on)),
    -- Withheld quarters of the period whose sum an own period tells, because it has no other.
    summed AS MATERIALIZED (
        SELECT p.step, sum(p.hidden_inside) AS hidden FROM part p JOIN reach h USING (starts_on, ends_on)
         WHERE p.is_shown AND p.hidden_inside = p.hidden GROUP BY p.step),
    period AS MATERIALIZED (
        SELECT u.step, sum(u.persons) AS persons,
               bool_and(u.is_shown) OR ((SELECT c.holds FROM is_covered c)
                   AND coalesce((SELECT bool_and(b.is_shown) FROM block b WHERE b.step = u.step), false))
               OR (bool_and(coalesce(u.is_known, false))
                   AND count(*) FILTER (WHERE NOT u.is_shown) = (SELECT m.hidden FROM summed m WHERE m.step = u.step)) AS is_shown
          FROM total u WHERE u.is_inside GROUP BY u.step),
    cell AS MATERIALIZED (
        SELECT b.starts_on, b.ends_on, b.step, v.dimension, v.value, true AS is_fixed,
               (SELECT coalesce(sum(c.persons), 0) FROM person_count c
                 WHERE c.quarter BETWEEN b.starts_on AND b.ends_on AND c.kind = b.step AND c.dimension = v.dimension
                   AND c.value = v.value) AS persons
          FROM rule r CROSS JOIN block b CROSS JOIN person_value v WHERE b.is_shown AND b.persons >= r.least
        UNION ALL
        SELECT b.starts_on, b.ends_on, b.step, c.dimension, c.value, false, sum(c.persons)
          FROM rule r CROSS JOIN block b
          JOIN person_count c ON c.quarter BETWEEN b.starts_on AND b.ends_on AND c.kind = b.step
               AND c.dimension IN ('epci', 'job', 'structure_kind', 'contract')
         WHERE b.is_shown AND b.persons >= r.least AND (SELECT w.is_own FROM wanted w)
         GROUP BY b.starts_on, b.ends_on, b.step, c.dimension, c.value),
    ranked AS MATERIALIZED (
        SELECT c.*, row_number() OVER w AS n, sum(c.persons) OVER w AS running, lead(c.persons) OVER w AS next
          FROM cell c
        WINDOW w AS (PARTITION BY c.starts_on, c.ends_on, c.step, c.dimension ORDER BY c.persons, c.value COLLATE "C")),
    cut AS MATERIALIZED (
        SELECT k.starts_on, k.ends_on, k.step, k.dimension,
               CASE WHEN min(k.persons) >= max(r.least) AND (bool_or(k.is_fixed) OR count(*) > 1) THEN 0
                    ELSE coalesce(min(k.n) FILTER (WHERE k.n >= 2 AND k.running >= r.least AND coalesce(k.next >= r.least, true)),
                                  max(k.n)) END AS withheld
          FROM rule r CROSS JOIN ranked k GROUP BY k.starts_on, k.ends_on, k.step, k.dimension),
    judged AS MATERIALIZED (
        SELECT k.starts_on, k.ends_on, k.step, k.dimension, k.value, k.is_fixed, k.persons, k.n > t.withheld AS is_shown
          FROM ranked k JOIN cut t USING (starts_on, ends_on, step, dimension)),
    -- Two ways to cut ages: where they differ, the difference is a band of its own.
    ages AS MATERIALIZED (
        SELECT j.starts_on, j.ends_on, j.step,
               bool_and(j.is_shown)
               AND max(j.persons) FILTER (WHERE j.value = 'under_26') - max(j.persons) FILTER (WHERE j.value = 'under_25') >= max(r.least)
               AND max(j.persons) FILTER (WHERE j.value = '50_and_over') - max(j.persons) FILTER (WHERE j.value = 'over_54') >= max(r.least)
               AS both,
               bool_or(j.is_shown) FILTER (WHERE j.dimension = 'age' AND j.value = 'unknown') AS is_unknown_shown
          FROM rule r CROSS JOIN judged j WHERE j.dimension IN ('age', 'age_esf') GROUP BY j.starts_on, j.ends_on, j.step),
    fixed AS MATERIALIZED (
        SELECT j.step, j.dimension, j.value, sum(j.persons) AS persons,
               bool_and(CASE WHEN j.dimension <> 'age_esf' THEN j.is_shown WHEN j.value = 'unknown' THEN a.is_unknown_shown ELSE a.both END)
               AS is_shown,
               count(*) = (SELECT count(*) FROM tile t) AS is_whole
          FROM judged j JOIN ages a USING (starts_on, ends_on, step) WHERE j.is_fixed GROUP BY j.step, j.dimension, j.value),
    -- Communes of groupings that are shown, each grouping a table of its own.
    commune_cell AS MATERIALIZED (
        SELECT j.starts_on, j.ends_on, j.step, p.epci_siren AS epci, c.value, sum(c.persons) AS persons
          FROM judged j
          JOIN commune p ON p.epci_siren = j.value
          JOIN person_count c ON c.quarter BETWEEN j.starts_on AND j.ends_on AND c.kind = j.step AND c.dimension = 'commune'
               AND c.value = p.insee
         WHERE j.dimension = 'epci' AND j.is_shown
         GROUP BY j.starts_on, j.ends_on, j.step, p.epci_siren, c.value),
    commune_ranked AS (
        SELECT c.*, row_number() OVER w AS n, sum(c.persons) OVER w AS running, lead(c.persons) OVER w AS next,
               min(c.persons) OVER (PARTITION BY c.step, c.epci) AS least_persons,
               count(*) OVER (PARTITION BY c.step, c.epci) AS lines
          FROM commune_cell c WINDOW w AS (PARTITION BY c.step, c.epci ORDER BY c.persons, c.value COLLATE "C")),
    commune_judged AS MATERIALIZED (
        SELECT k.step, k.epci, k.value, k.persons,
               k.least_persons >= r.least AND k.lines > 1
               OR k.n > coalesce(min(k.n) FILTER (WHERE k.n >= 2 AND k.running >= r.least AND coalesce(k.next >= r.least, true))
                                   OVER (PARTITION BY k.step, k.epci), 1000000) AS is_shown
          FROM rule r CROSS JOIN commune_ranked k)
    SELECT u.quarter, (u.quarter + interval '3 months')::date - 1, u.step, 'all', '', NULL::text, CASE WHEN u.is_shown THEN u.persons END
      FROM total u WHERE u.is_inside
    UNION ALL
    SELECT person_figures.starts_on, person_figures.ends_on, p.step, 'all', '', NULL, CASE WHEN p.is_shown THEN p.persons END::integer
      FROM period p WHERE (SELECT count(*) FROM quarter q WHERE q.is_inside) > 1
    UNION ALL
    SELECT person_figures.starts_on, person_figures.ends_on, p.step, v.dimension, v.value, NULL,
           -- Where there was nobody at all each line says so: it could be nothing else.
           CASE WHEN p.is_shown AND p.persons = 0 THEN 0
                WHEN f.is_shown AND f.is_whole AND (SELECT c.holds FROM is_covered c) THEN f.persons END::integer
      FROM period p CROSS JOIN person_value v LEFT JOIN fixed f ON f.step = p.step AND f.dimension = v.dimension AND f.value = v.value
    UNION ALL
    SELECT j.starts_on, j.ends_on, j.step, j.dimension, CASE WHEN j.is_shown THEN j.value ELSE 'other' END, NULL, sum(j.persons)::integer
      FROM judged j WHERE NOT j.is_fixed
     GROUP BY j.starts_on, j.ends_on, j.step, j.dimension, CASE WHEN j.is_shown THEN j.value ELSE 'other' END
    UNION ALL
    SELECT person_figures.starts_on, person_figures.ends_on, c.step, 'commune', CASE WHEN c.is_shown THEN c.value ELSE 'other' END, c.epci,
           sum(c.persons)::integer
      FROM commune_judged c GROUP BY c.step, c.epci, CASE WHEN c.is_shown THEN c.value ELSE 'other' END;
END;
SET LOCAL ROLE pa31_owner;
REVOKE CREATE ON SCHEMA public FROM pa31_stats;
