-- Persons are counted when their quarter is closed, or when they are erased: from then on the figures stand (security.md §5).

-- The first of each kind in a year, of some persons, before an instant.
CREATE OR REPLACE FUNCTION person_steps(persons uuid[], before timestamptz)
    RETURNS TABLE (candidate_id uuid, kind text, year integer, at timestamptz, orientation_id uuid)
    LANGUAGE sql STABLE AS $$
    WITH own AS (
        SELECT o.id, o.candidate_id, o.sent_at, o.prior_action, o.hired_at FROM orientation o
         WHERE o.candidate_id = ANY (persons) AND o.sent_at IS NOT NULL),
    event AS (
        SELECT own.candidate_id, own.id, own.prior_action, e.at, e.kind, e.to_state, e.actor
          FROM own JOIN orientation_event e ON e.orientation_id = own.id),
    step AS (
        SELECT c.id AS candidate_id, 'received' AS kind, c.created_at AS at, NULL::uuid AS orientation_id
          FROM candidate c WHERE c.id = ANY (persons)
        UNION ALL SELECT own.candidate_id, 'oriented', own.sent_at, own.id FROM own
        UNION ALL
        SELECT e.candidate_id, 'accompanied', e.at, e.id FROM event e
         WHERE e.actor = 'prescriber' AND e.kind IN ('moved', 'message', 'checkpoint')
           AND e.at > (SELECT min(f.sent_at) FROM own f WHERE f.candidate_id = e.candidate_id)
        UNION ALL
        SELECT e.candidate_id, CASE WHEN e.prior_action IN ('poec', 'poei', 'vae') THEN 'training' ELSE 'immersion' END, e.at, e.id
          FROM event e WHERE e.to_state = 'prior_action' AND e.prior_action IS NOT NULL
        UNION ALL SELECT e.candidate_id, 'training', e.at, e.id FROM event e WHERE e.to_state = 'in_training'
        UNION ALL SELECT own.candidate_id, 'hired', own.hired_at, own.id FROM own WHERE own.hired_at IS NOT NULL
        UNION ALL
        SELECT own.candidate_id, 'employed_' || k.months, k.recorded_at, own.id
          FROM own JOIN checkpoint k ON k.orientation_id = own.id
         WHERE k.outcome IN ('still_there', 'elsewhere') AND k.months IN (3, 6, 12))
    SELECT DISTINCT ON (s.candidate_id, s.kind, y.year) s.candidate_id, s.kind, y.year, s.at, s.orientation_id
      FROM step s CROSS JOIN LATERAL (SELECT extract(year FROM s.at AT TIME ZONE 'Europe/Paris')::integer AS year) AS y
     WHERE s.at < before
     ORDER BY s.candidate_id, s.kind, y.year, s.at, s.orientation_id
$$;
COMMENT ON FUNCTION person_steps IS 'The steps of some persons, the first of each kind in a year, before an instant.';

-- Adds what was not counted yet to the counts, each in its quarter, or in the first that is not closed: closed figures stand.
CREATE OR REPLACE FUNCTION count_person_steps(persons uuid[], before timestamptz) RETURNS integer
    LANGUAGE sql VOLATILE AS $$
    WITH open AS (
        SELECT (max(q.quarter) + interval '3 months')::date AS quarter FROM person_quarter q WHERE q.counted_at IS NOT NULL),
    step AS MATERIALIZED (
        SELECT s.*, greatest(date_trunc('quarter', s.at AT TIME ZONE 'Europe/Paris')::date, (SELECT quarter FROM open)) AS quarter
          FROM person_steps(persons, before) s),
    made AS (
        INSERT INTO person_step (candidate_id, kind, year, counted_in)
        SELECT s.candidate_id, s.kind, s.year, s.quarter FROM step s
        ON CONFLICT ON CONSTRAINT person_step_key DO NOTHING
        RETURNING candidate_id, kind, year),
    counted AS (
        SELECT s.quarter, s.kind, cell.dimension, cell.value, count(*)::integer AS persons
          FROM made m JOIN step s USING (candidate_id, kind, year)
          JOIN candidate c ON c.id = s.candidate_id
          LEFT JOIN candidate_statistics t ON t.candidate_id = c.id
          LEFT JOIN commune p ON p.insee = c.insee
          LEFT JOIN orientation o ON o.id = s.orientation_id AND s.kind NOT IN ('received', 'accompanied')
          LEFT JOIN need n ON n.id = o.need_id
          LEFT JOIN structure h ON h.id = o.structure_id
         CROSS JOIN LATERAL (SELECT s.year - c.birth_year AS age) AS a
         CROSS JOIN LATERAL (SELECT CASE WHEN a.age < 26 THEN 'under_26' WHEN a.age < 50 THEN '26_49' ELSE '50_and_over' END AS band)
             AS b
         CROSS JOIN LATERAL (VALUES
            ('all', ''),
            ('sex', coalesce(t.sex, 'not_said')),
            ('age', CASE WHEN a.age IS NULL THEN 'unknown' ELSE b.band END),
            ('age_esf', CASE WHEN a.age IS NULL THEN 'unknown' WHEN a.age < 25 THEN 'under_25' WHEN a.age < 55 THEN '25_54'
                             ELSE 'over_54' END),
            ('sex_age', coalesce(t.sex, 'not_said') || ':' || CASE WHEN a.age IS NULL THEN 'unknown' ELSE b.band END),
            ('situation', coalesce(c.situation, 'unknown')),
            ('long_term_unemployed', coalesce(t.long_term_unemployed::text, 'unknown')),
            ('diploma_level', CASE WHEN t.diploma_level IS NULL THEN 'unknown' WHEN t.diploma_level < 3 THEN '1_2'
                                   WHEN t.diploma_level < 5 THEN '3_4' ELSE '5_8' END),
            ('qpv', CASE WHEN t.qpv THEN 'true_' || t.qpv_vintage ELSE coalesce(t.qpv::text, 'unknown') END),
            ('rsa', coalesce(t.rsa::text, 'unknown')),
            ('disability', coalesce(t.disability::text, 'unknown')),
            ('commune', coalesce(c.insee, 'unknown')),
            ('epci', coalesce(p.epci_siren, 'unknown')),
            ('organisation', c.organisation_id::text),
            ('job', CASE WHEN o.id IS NOT NULL THEN coalesce(n.job, 'unknown') END),
            ('structure_kind', CASE WHEN o.id IS NOT NULL THEN coalesce(h.kind, 'unknown') END),
            ('contract', CASE WHEN s.kind = 'hired' THEN coalesce(o.hire_contract, 'unknown') END)
         ) AS cell (dimension, value)
         WHERE cell.value IS NOT NULL
         GROUP BY s.quarter, s.kind, cell.dimension, cell.value
         -- Always in the same order: two who count at once wait for each other, not in a circle.
         ORDER BY s.quarter, s.kind, cell.dimension, cell.value),
    added AS (
        INSERT INTO person_count AS held (quarter, kind, dimension, value, persons)
        SELECT quarter, kind, dimension, value, persons FROM counted
        ON CONFLICT ON CONSTRAINT person_count_key DO UPDATE SET persons = held.persons + excluded.persons)
    SELECT count(*)::integer FROM made
$$;
COMMENT ON FUNCTION count_person_steps IS 'Counts steps of some persons that were not counted yet, and says how many; as the system.';

-- One batch of the first closed quarter that is not counted. Quarters are closed one after the other, by one at a time.
CREATE OR REPLACE FUNCTION close_person_quarter(batch integer) RETURNS integer
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    wanted person_quarter;
    first_day date;
    ends timestamptz;
    persons uuid[];
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('person_quarter', 0)) THEN RETURN 0; END IF;
    SELECT * INTO wanted FROM person_quarter WHERE counted_at IS NULL ORDER BY quarter LIMIT 1;
    IF wanted.quarter IS NULL THEN
        -- Who was erased before the first closing left counts only: they begin the figures all the same.
        SELECT coalesce((SELECT (max(q.quarter) + interval '3 months')::date FROM person_quarter q),
                        least(date_trunc('quarter', min(c.created_at) AT TIME ZONE 'Europe/Paris')::date,
                              (SELECT min(k.quarter) FROM person_count k)))
          INTO first_day FROM candidate c;
        IF first_day IS NULL OR (first_day + interval '3 months')::date > caller_day() THEN RETURN 0; END IF;
        INSERT INTO person_quarter (quarter) VALUES (first_day) RETURNING * INTO wanted;
    END IF;
    ends := (wanted.quarter + interval '3 months') AT TIME ZONE 'Europe/Paris';
    -- Held so that nobody is erased between the look and the count; who is erased just now is waited for.
    SELECT array_agg(c.id ORDER BY c.id) INTO persons
      FROM (SELECT c.id FROM candidate c
             WHERE (wanted.last_candidate IS NULL OR c.id > wanted.last_candidate) AND c.created_at < ends
             ORDER BY c.id LIMIT batch FOR KEY SHARE) AS c;
    IF persons IS NULL THEN
        UPDATE person_quarter SET counted_at = current_instant(), last_candidate = NULL WHERE quarter = wanted.quarter;
        RETURN 1;
    END IF;
    PERFORM count_person_steps(persons, ends);
    UPDATE person_quarter SET last_candidate = persons[cardinality(persons)] WHERE quarter = wanted.quarter;
    RETURN cardinality(persons);
END
$$;
COMMENT ON FUNCTION close_person_quarter IS 'Counts some persons of the first closed quarter that is not counted, and says how many it looked at; as the system.';

-- Answers and filled needs of the first quarter that is not counted and whose last orientation was due for an answer: orientations as
-- they stood when it ended, with the answers of the days that each has for one. Whatever comes later, an erasure too, changes nothing:
-- of who was erased the days are kept (past_orientation), and needs are read from their history.
CREATE OR REPLACE FUNCTION count_quarter_figures() RETURNS integer
    LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    wanted date;
    next date;
    days_given integer := service_rule('level_days');
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('quarter_figure', 0)) THEN RETURN 0; END IF;
    SELECT coalesce((SELECT (max(f.quarter) + interval '3 months')::date FROM quarter_figure f),
                    date_trunc('quarter', least((SELECT min(o.sent_at) FROM orientation o), (SELECT min(n.opened_at) FROM need n))
                                          AT TIME ZONE 'Europe/Paris')::date) INTO wanted;
    -- Whoever sent the first ones may be erased.
    IF NOT EXISTS (SELECT FROM quarter_figure) THEN
        SELECT least(wanted, date_trunc('quarter', min(p.sent_on)::timestamp)::date) INTO wanted FROM past_orientation p;
    END IF;
    next := (wanted + interval '3 months')::date;
    IF wanted IS NULL OR next + days_given >= caller_day() THEN RETURN 0; END IF;
    INSERT INTO quarter_figure (quarter, code, numerator, denominator, counted_at)
    WITH sent AS (
        SELECT CASE WHEN o.answered_on - o.sent_on <= days_given THEN o.answered_on - o.sent_on END AS days
          FROM (SELECT (l.sent_at AT TIME ZONE 'Europe/Paris')::date AS sent_on, (l.answered_at AT TIME ZONE 'Europe/Paris')::date AS answered_on,
                       l.state, (l.closed_at AT TIME ZONE 'Europe/Paris')::date AS closed_on
                  FROM orientation l
                 WHERE l.sent_at >= wanted::timestamp AT TIME ZONE 'Europe/Paris'
                   AND l.sent_at < next::timestamp AT TIME ZONE 'Europe/Paris'
                UNION ALL
                SELECT p.sent_on, p.answered_on, p.state, p.closed_on FROM past_orientation p
                 WHERE p.sent_on >= wanted AND p.sent_on < next) AS o
         WHERE NOT (o.state IN ('withdrawn', 'obsolete') AND o.closed_on < next)),
    filled AS (
        SELECT (n.filled_at AT TIME ZONE 'Europe/Paris')::date - (n.opened_at AT TIME ZONE 'Europe/Paris')::date AS days
          FROM need_as_of(next - 1) n
         WHERE n.filled_at >= wanted::timestamp AT TIME ZONE 'Europe/Paris' AND n.opened_at IS NOT NULL)
    SELECT wanted, 'response_rate', count(days)::integer, count(*)::integer, current_instant() FROM sent
    UNION ALL
    -- Of the same answers: of two figures that differ by a few, the difference would tell of these few.
    SELECT wanted, 'response_days', coalesce(sum(days), 0)::integer, count(days)::integer, current_instant() FROM sent
    UNION ALL
    SELECT wanted, 'needs_filled', count(*)::integer, count(*)::integer, current_instant() FROM filled
    UNION ALL
    SELECT wanted, 'fill_days', coalesce(sum(greatest(days, 0)), 0)::integer, count(*)::integer, current_instant() FROM filled;
    RETURN 1;
END
$$;
COMMENT ON FUNCTION count_quarter_figures IS 'Counts answers and filled needs of one closed quarter; as the system. Says whether there was one.';

-- Before a campaign's first look: whether its period's tables are its own, or put together from others'.
CREATE OR REPLACE FUNCTION register_person_period(starts_on date, ends_on date) RETURNS void
    LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('person_period', 0));
    INSERT INTO person_period (starts_on, ends_on, is_own, registered_at)
    SELECT register_person_period.starts_on, register_person_period.ends_on,
           NOT EXISTS (SELECT FROM person_period p WHERE p.is_own AND p.starts_on <= register_person_period.ends_on
                          AND p.ends_on >= register_person_period.starts_on),
           current_instant()
    ON CONFLICT ON CONSTRAINT person_period_key DO NOTHING;
END
$$;
COMMENT ON FUNCTION register_person_period IS 'Remembers a period that persons are shown of, once and for all.';
