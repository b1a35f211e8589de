-- Who fits where, by criteria that are all named and weighed in one table; and how structures answer (domain.md §4.3).
CREATE TABLE match_criterion (
    code text CONSTRAINT match_criterion_key PRIMARY KEY,
    label_fr text NOT NULL,
    maximum integer NOT NULL,
    is_hard boolean NOT NULL,
    unsaid_percent integer,
    least_percent integer,
    meaning_fr text NOT NULL,
    CONSTRAINT match_criterion_code_known CHECK (code IN
        ('job', 'diploma', 'distance', 'licence_vehicle', 'schedule', 'contract', 'availability', 'experience')),
    CONSTRAINT match_criterion_label_text CHECK (is_text(label_fr, 60)),
    CONSTRAINT match_criterion_maximum_range CHECK (maximum BETWEEN 0 AND 100),
    CONSTRAINT match_criterion_unsaid_range CHECK (unsaid_percent BETWEEN 0 AND 100),
    CONSTRAINT match_criterion_least_range CHECK (least_percent BETWEEN 0 AND 100),
    CONSTRAINT match_criterion_meaning_text CHECK (is_text(meaning_fr, 400))
);
COMMENT ON TABLE match_criterion IS 'What a person and a need are compared by, and how much each weighs (sql/reference/rows).';
COMMENT ON COLUMN match_criterion.code IS 'public Its code in the program.';
COMMENT ON COLUMN match_criterion.label_fr IS 'public What people call it.';
COMMENT ON COLUMN match_criterion.maximum IS 'public Points of who fits in full; a score is the sum over all.';
COMMENT ON COLUMN match_criterion.is_hard IS 'public Whether failing it excludes.';
COMMENT ON COLUMN match_criterion.unsaid_percent IS 'public Share of the maximum where the file does not say; NULL where it always does.';
COMMENT ON COLUMN match_criterion.least_percent IS 'public Share of the maximum at the edge of what is accepted; NULL where there is no edge.';
COMMENT ON COLUMN match_criterion.meaning_fr IS 'public How it is judged, in French.';

CREATE TABLE job_affinity (
    job_from text NOT NULL,
    job_to text NOT NULL,
    percent integer NOT NULL,
    reason_fr text NOT NULL,
    CONSTRAINT job_affinity_key PRIMARY KEY (job_from, job_to),
    CONSTRAINT job_affinity_from_form CHECK (job_from ~ '^[A-N][0-9]{4}$'),
    CONSTRAINT job_affinity_to_form CHECK (job_to ~ '^[A-N][0-9]{4}$'),
    CONSTRAINT job_affinity_percent_range CHECK (percent BETWEEN 1 AND 100),
    CONSTRAINT job_affinity_same_is_whole CHECK (job_from <> job_to OR percent = 100),
    CONSTRAINT job_affinity_reason_text CHECK (is_text(reason_fr, 200))
);
CREATE INDEX job_affinity_to ON job_affinity (job_to);
COMMENT ON TABLE job_affinity IS 'Jobs near the one that somebody wants; the same job counts in full without a row (sql/reference/rows).';
COMMENT ON COLUMN job_affinity.job_from IS 'public The job wanted: ROME code of either version.';
COMMENT ON COLUMN job_affinity.job_to IS 'public The job offered.';
COMMENT ON COLUMN job_affinity.percent IS 'public How near, of 100.';
COMMENT ON COLUMN job_affinity.reason_fr IS 'public Why they are near, in French.';

CREATE TABLE diploma_synonym (
    name text CONSTRAINT diploma_synonym_key PRIMARY KEY,
    acronym text NOT NULL,
    source text NOT NULL,
    CONSTRAINT diploma_synonym_name_folded CHECK (name = folded(name)),
    CONSTRAINT diploma_synonym_acronym_text CHECK (is_text(acronym, 60)),
    CONSTRAINT diploma_synonym_source_text CHECK (is_text(source, 200))
);
COMMENT ON TABLE diploma_synonym IS 'Other names of diplomas, also of former ones whose holders hold it by law (sql/reference/rows).';
COMMENT ON COLUMN diploma_synonym.name IS 'public What people also call it, without case and accents: advf.';
COMMENT ON COLUMN diploma_synonym.acronym IS 'public Its acronym in the list of diplomas: TP ADVF.';
COMMENT ON COLUMN diploma_synonym.source IS 'public Where that is said.';
GRANT SELECT ON match_criterion, job_affinity, diploma_synonym TO pa31_public, pa31_app, pa31_operator;

-- Open needs by job alone: narrow, for what reads all of a job.
CREATE INDEX need_matched ON need (job) WHERE state = 'open';

-- Files by their organisation and the jobs wanted. Array operators are not leakproof: under row-level security no index would serve.
CREATE INDEX candidate_wanting ON candidate USING gin (organisation_id, jobs);

-- The closed list of SECURITY DEFINER functions (security.md §1) goes on: scope first, names and addresses never, and nothing that
-- is only counted.
CREATE FUNCTION candidates_wanting(caller uuid, wanted text[])
    RETURNS TABLE (id uuid, organisation_id uuid, insee text, diplomas text[], experience_years numeric, licence boolean,
                   vehicle boolean, mobility_km integer, available_from date, night boolean, weekend boolean, split_shifts boolean,
                   contracts text[], hours_min numeric, hours_max numeric, jobs text[])
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1000 SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH scope AS MATERIALIZED (
        SELECT m.organisation_id FROM member m JOIN organisation o ON o.id = m.organisation_id
         WHERE m.id = candidates_wanting.caller AND m.id::text = current_caller() AND m.disabled_at IS NULL
           AND o.kind = 'prescriber' AND o.prescriber_authorisation IN ('validated', 'not_required'))
    SELECT c.id, c.organisation_id, c.insee, c.diplomas, c.experience_years, c.licence, c.vehicle, c.mobility_km, c.available_from,
           c.night, c.weekend, c.split_shifts, c.contracts, c.hours_min, c.hours_max, c.jobs
      FROM candidate c
     WHERE c.organisation_id = (SELECT s.organisation_id FROM scope s) AND c.jobs && candidates_wanting.wanted
       AND c.objected_at IS NULL
    UNION ALL
    -- What a share leaves out is NULL; without the wishes nothing can be compared.
    SELECT c.id, c.organisation_id, CASE WHEN 'situation' = ANY (h.fields) THEN c.insee END,
           CASE WHEN 'background' = ANY (h.fields) THEN c.diplomas END,
           CASE WHEN 'background' = ANY (h.fields) THEN c.experience_years END, c.licence, c.vehicle, c.mobility_km, c.available_from,
           c.night, c.weekend, c.split_shifts, c.contracts, c.hours_min, c.hours_max, c.jobs
      FROM candidate_share h JOIN candidate c ON c.id = h.candidate_id
     WHERE h.to_organisation_id = (SELECT s.organisation_id FROM scope s) AND h.revoked_at IS NULL
       AND (SELECT caller_day()) BETWEEN h.starts_on AND h.ends_on AND 'wishes' = ANY (h.fields)
       AND c.organisation_id <> h.to_organisation_id AND c.jobs && candidates_wanting.wanted AND c.objected_at IS NULL;
END;
COMMENT ON FUNCTION candidates_wanting IS 'Files that the caller''s organisation keeps or shares of those who want one of these jobs, as far as needs are compared with them.';
CREATE POLICY candidate_share_searched ON candidate_share FOR SELECT TO pa31_search USING (true);
GRANT SELECT ON candidate_share TO pa31_search;
GRANT SELECT (insee, diplomas, experience_years, licence, vehicle, mobility_km, available_from, night, weekend, split_shifts,
              contracts, hours_min, hours_max, jobs, objected_at) ON candidate TO pa31_search;

-- How structures answer.
CREATE INDEX orientation_level ON orientation (structure_id, receiver_id, sent_at) INCLUDE (state, answered_at)
    WHERE sent_at IS NOT NULL;

CREATE FUNCTION level_window(OUT first_instant timestamptz, OUT last_instant timestamptz)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT (d.last_day - make_interval(months => service_rule('level_months'))) AT TIME ZONE 'Europe/Paris',
           (d.last_day + 1)::timestamp AT TIME ZONE 'Europe/Paris'
      FROM (SELECT caller_day() - service_rule('level_days') AS last_day) AS d;
END;
COMMENT ON FUNCTION level_window IS 'From when to when (exclusive) what was sent counts for response rates: so long ago that an answer was due.';

CREATE FUNCTION days_to_answer(sent_at timestamptz, answered_at timestamptz) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (answered_at AT TIME ZONE 'Europe/Paris')::date - (sent_at AT TIME ZONE 'Europe/Paris')::date;
COMMENT ON FUNCTION days_to_answer IS 'Days, as Paris counts them, between two instants.';

CREATE TABLE service_level_day (
    day date CONSTRAINT service_level_day_key PRIMARY KEY,
    sent integer,
    answered integer,
    response_percent integer,
    median_days numeric(5,1),
    open integer,
    overdue integer,
    computed_at timestamptz NOT NULL,
    CONSTRAINT service_level_day_range CHECK (day BETWEEN DATE '2020-01-01' AND DATE '2100-01-01')
);
COMMENT ON TABLE service_level_day IS 'How all structures together answer, day by day: counts of under five are not among it.';
COMMENT ON COLUMN service_level_day.day IS 'internal The day it is true of.';
COMMENT ON COLUMN service_level_day.sent IS 'internal Orientations of the window, less withdrawn and obsolete; NULL under five, as all of these.';
COMMENT ON COLUMN service_level_day.answered IS 'internal Those answered in time.';
COMMENT ON COLUMN service_level_day.response_percent IS 'internal The second of the first, of 100.';
COMMENT ON COLUMN service_level_day.median_days IS 'internal Half of the answers took no longer, in days.';
COMMENT ON COLUMN service_level_day.open IS 'internal Orientations under way.';
COMMENT ON COLUMN service_level_day.overdue IS 'internal Those whose day is past.';
COMMENT ON COLUMN service_level_day.computed_at IS 'internal When it was counted.';
GRANT SELECT, INSERT ON service_level_day TO pa31_app, pa31_operator;

CREATE FUNCTION service_level(caller uuid, structure uuid)
    RETURNS TABLE (day date, is_exact boolean, sent integer, answered integer, response_percent integer, median_days numeric,
                   open integer, overdue integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH scope AS MATERIALIZED (
        SELECT s.id, s.organisation_id, s.organisation_id = m.organisation_id AS is_own
          FROM member m JOIN organisation o ON o.id = m.organisation_id
          JOIN structure s ON s.id = service_level.structure AND s.organisation_id IS NOT NULL
         WHERE m.id = service_level.caller AND m.id::text = current_caller() AND m.disabled_at IS NULL
           AND (o.kind IN ('platform', 'prescriber') OR s.organisation_id = m.organisation_id)),
    -- Once, not for each row.
    rule AS MATERIALIZED (SELECT service_rule('level_least') AS least, service_rule('level_days') AS days, caller_day() AS day)
    SELECT r.day, p.is_own,
           CASE WHEN p.is_own OR w.sent >= r.least THEN w.sent END,
           CASE WHEN p.is_own THEN w.answered END,
           CASE WHEN w.sent >= r.least THEN round(100.0 * w.answered / w.sent)::integer END,
           CASE WHEN w.delays >= r.least THEN w.median END,
           CASE WHEN p.is_own OR u.open >= r.least THEN u.open END,
           CASE WHEN p.is_own OR u.overdue >= r.least THEN u.overdue END
      FROM scope p CROSS JOIN rule r CROSS JOIN LATERAL level_window() AS v
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS sent, (count(*) FILTER (WHERE d.days <= r.days))::integer AS answered, count(d.days) AS delays,
                   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY d.days))::numeric, 1) AS median
              FROM (SELECT CASE WHEN o.answered_at IS NOT NULL THEN days_to_answer(o.sent_at, o.answered_at) END AS days
                      FROM orientation o
                     WHERE o.structure_id = p.id AND o.receiver_id = p.organisation_id AND o.sent_at >= v.first_instant
                       AND o.sent_at < v.last_instant AND o.state NOT IN ('withdrawn', 'obsolete') OFFSET 0) AS d) AS w
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS open, (count(*) FILTER (WHERE o.due_on < r.day))::integer AS overdue
              FROM orientation o
             WHERE o.structure_id = p.id AND o.receiver_id = p.organisation_id AND o.due_on IS NOT NULL) AS u;
END;
COMMENT ON FUNCTION service_level IS 'How a structure''s present employer answers: exact for it, nothing under five for prescribers and the team, no row for others.';

CREATE FUNCTION service_level_of_all(caller text)
    RETURNS TABLE (day date, sent integer, answered integer, response_percent integer, median_days numeric, open integer, overdue integer)
    LANGUAGE sql STABLE SECURITY DEFINER ROWS 1 SET search_path = public, pg_temp
BEGIN ATOMIC
    WITH rule AS MATERIALIZED (
        SELECT service_rule('level_least') AS least, service_rule('level_days') AS days, caller_day() AS day
         WHERE service_level_of_all.caller = current_caller())
    SELECT r.day, CASE WHEN w.sent >= r.least THEN w.sent END, CASE WHEN w.answered >= r.least THEN w.answered END,
           CASE WHEN w.sent >= r.least THEN round(100.0 * w.answered / w.sent)::integer END,
           CASE WHEN w.delays >= r.least THEN w.median END, CASE WHEN u.open >= r.least THEN u.open END,
           CASE WHEN u.overdue >= r.least THEN u.overdue END
      FROM rule r CROSS JOIN LATERAL level_window() AS v
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS sent, (count(*) FILTER (WHERE d.days <= r.days))::integer AS answered, count(d.days) AS delays,
                   round((percentile_cont(0.5) WITHIN GROUP (ORDER BY d.days))::numeric, 1) AS median
              FROM (SELECT CASE WHEN o.answered_at IS NOT NULL THEN days_to_answer(o.sent_at, o.answered_at) END AS days
                      FROM orientation o
                     WHERE o.sent_at >= v.first_instant AND o.sent_at < v.last_instant
                       AND o.state NOT IN ('withdrawn', 'obsolete') OFFSET 0) AS d) AS w
     CROSS JOIN LATERAL (
            SELECT count(*)::integer AS open, (count(*) FILTER (WHERE o.due_on < r.day))::integer AS overdue
              FROM orientation o WHERE o.due_on IS NOT NULL) AS u;
END;
COMMENT ON FUNCTION service_level_of_all IS 'How all structures and organisers together answer; nothing under five, and nothing for nobody.';

CREATE POLICY orientation_counted ON orientation FOR SELECT TO pa31_stats USING (true);
GRANT SELECT (structure_id, receiver_id, state, sent_at, answered_at, due_on) ON orientation TO pa31_stats;
GRANT SELECT (id, organisation_id) ON structure TO pa31_stats;
GRANT SELECT (id, organisation_id, disabled_at) ON member TO pa31_stats;
GRANT SELECT (id, kind) ON organisation TO pa31_stats;
GRANT SELECT ON service_rule TO pa31_stats;

REVOKE EXECUTE ON FUNCTION candidates_wanting, service_level, service_level_of_all FROM PUBLIC;
GRANT EXECUTE ON FUNCTION candidates_wanting, service_level, service_level_of_all TO pa31_app, pa31_operator;
GRANT CREATE ON SCHEMA public TO pa31_search, pa31_stats;
ALTER FUNCTION candidates_wanting OWNER TO pa31_search;
ALTER FUNCTION service_level OWNER TO pa31_stats;
ALTER FUNCTION service_level_of_all OWNER TO pa31_stats;
REVOKE CREATE ON SCHEMA public FROM pa31_search, pa31_stats;
