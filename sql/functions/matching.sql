-- One person and one need, criterion by criterion. Weights and shares are those of match_criterion, other numbers those of
-- service_rule: none stands here. What is only counted of people is no argument, so that it can't count here.
CREATE OR REPLACE FUNCTION match_weight(criterion text) RETURNS integer
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT c.maximum FROM match_criterion c WHERE c.code = criterion);
COMMENT ON FUNCTION match_weight IS 'Points of who fits one criterion in full.';

-- A function in FROM that is one SELECT becomes part of the statement: it costs no call for each of ten thousand needs. Subselects
-- that refer to nothing are done once.
CREATE OR REPLACE FUNCTION match_pair(
    affinity integer, km integer, day date,
    -- Of the person; NULL: not said.
    held text[], mobility_km integer, licence boolean, vehicle boolean, available_from date, night boolean,
    weekend boolean, split_shifts boolean, contracts text[], hours_min numeric, hours_max numeric, experience_years numeric,
    -- Of the need. One of `held` and `required` names every registration of its diplomas.
    required text[], licence_required boolean, vehicle_required boolean, starts_on date, at_night boolean,
    at_weekend boolean, in_parts boolean, contract text, hours_per_week numeric, beginner_welcome boolean)
    RETURNS TABLE (score integer, is_excluded boolean, job_points integer, diploma text, diploma_points integer,
                   distance text, distance_points integer, licence_vehicle text, licence_vehicle_points integer, asked integer,
                   accepted integer, schedule_points integer, contract_grade text, contract_points integer, availability text,
                   availability_points integer, experience text, experience_points integer)
    LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT p.job + p.diploma + p.distance + p.licence_vehicle + p.schedule + p.contract + p.availability + p.experience,
           g.diploma = 'missing' AND (SELECT c.is_hard FROM match_criterion c WHERE c.code = 'diploma')
               OR g.distance = 'beyond' AND (SELECT c.is_hard FROM match_criterion c WHERE c.code = 'distance')
               OR g.licence_vehicle = 'missing' AND (SELECT c.is_hard FROM match_criterion c WHERE c.code = 'licence_vehicle'),
           p.job, g.diploma, p.diploma, g.distance, p.distance, g.licence_vehicle, p.licence_vehicle, g.asked, g.accepted,
           p.schedule, g.contract, p.contract, g.availability, p.availability, g.experience, p.experience
      FROM (SELECT d.radius,
                   CASE WHEN required = '{}' THEN 'none_required' WHEN held IS NULL THEN 'unsaid'
                        WHEN held && required THEN 'held' ELSE 'missing' END AS diploma,
                   CASE WHEN km IS NULL THEN 'unknown'
                        WHEN mobility_km IS NULL THEN CASE WHEN km <= d.radius THEN 'assumed' ELSE 'assumed_far' END
                        WHEN km <= mobility_km THEN 'within' ELSE 'beyond' END AS distance,
                   CASE WHEN NOT licence_required AND NOT vehicle_required THEN 'none_required'
                        WHEN licence_required AND licence = false OR vehicle_required AND vehicle = false THEN 'missing'
                        WHEN licence_required AND licence IS NULL OR vehicle_required AND vehicle IS NULL THEN 'unsaid'
                        ELSE 'held' END AS licence_vehicle,
                   at_night::integer + at_weekend::integer + in_parts::integer + d.has_hours::integer AS asked,
                   (at_night AND night)::integer + (at_weekend AND weekend)::integer + (in_parts AND split_shifts)::integer
                       + (d.has_hours AND hours_per_week BETWEEN coalesce(hours_min, 0) AND coalesce(hours_max, 168))::integer
                       AS accepted,
                   CASE WHEN contracts = '{}' THEN 'any' WHEN contract = ANY (contracts) THEN 'accepted' ELSE 'other' END AS contract,
                   CASE WHEN d.late <= 0 THEN 'ready' WHEN d.late <= (SELECT service_rule('match_late_days')) THEN 'late'
                        ELSE 'too_late' END AS availability,
                   CASE WHEN beginner_welcome THEN 'beginner' WHEN experience_years IS NULL THEN 'unsaid'
                        WHEN experience_years >= (SELECT service_rule('match_experience_years')) THEN 'enough'
                        WHEN experience_years > 0 THEN 'some' ELSE 'none' END AS experience
              FROM (SELECT coalesce(mobility_km, (SELECT service_rule('match_assumed_km'))) AS radius,
                           hours_per_week IS NOT NULL AND (hours_min IS NOT NULL OR hours_max IS NOT NULL) AS has_hours,
                           greatest(available_from, day) - greatest(starts_on, day) AS late
                    OFFSET 0) AS d
            OFFSET 0) AS g
     CROSS JOIN LATERAL (
            SELECT (SELECT match_weight('job')) * affinity / 100 AS job,
                   CASE g.diploma WHEN 'missing' THEN 0
                        WHEN 'unsaid' THEN (SELECT c.maximum * c.unsaid_percent / 100 FROM match_criterion c WHERE c.code = 'diploma')
                        ELSE (SELECT match_weight('diploma')) END AS diploma,
                   CASE g.distance WHEN 'beyond' THEN 0 WHEN 'assumed_far' THEN 0
                        WHEN 'unknown' THEN (SELECT c.maximum * c.unsaid_percent / 100 FROM match_criterion c WHERE c.code = 'distance')
                        ELSE round((SELECT match_weight('distance'))
                                   * (1 - (SELECT 1 - c.least_percent / 100.0 FROM match_criterion c WHERE c.code = 'distance')::float8
                                        * km / greatest(g.radius, 1)))::integer END AS distance,
                   CASE g.licence_vehicle WHEN 'missing' THEN 0
                        WHEN 'unsaid' THEN (SELECT c.maximum * c.unsaid_percent / 100 FROM match_criterion c WHERE c.code = 'licence_vehicle')
                        ELSE (SELECT match_weight('licence_vehicle')) END AS licence_vehicle,
                   CASE WHEN g.asked = 0 THEN (SELECT match_weight('schedule'))
                        ELSE (SELECT match_weight('schedule')) * g.accepted / g.asked END AS schedule,
                   CASE g.contract WHEN 'other' THEN 0 ELSE (SELECT match_weight('contract')) END AS contract,
                   CASE g.availability WHEN 'too_late' THEN 0
                        WHEN 'late' THEN (SELECT c.maximum * c.least_percent / 100 FROM match_criterion c WHERE c.code = 'availability')
                        ELSE (SELECT match_weight('availability')) END AS availability,
                   CASE g.experience WHEN 'beginner' THEN (SELECT match_weight('experience'))
                        WHEN 'enough' THEN (SELECT match_weight('experience'))
                        WHEN 'unsaid' THEN (SELECT c.maximum * c.unsaid_percent / 100 FROM match_criterion c WHERE c.code = 'experience')
                        ELSE (SELECT c.maximum * c.least_percent / 100 FROM match_criterion c WHERE c.code = 'experience')
                             + ((SELECT c.maximum * (100 - c.least_percent) / 100 FROM match_criterion c WHERE c.code = 'experience')
                                * experience_years / (SELECT service_rule('match_experience_years')))::integer END AS experience
            OFFSET 0) AS p;
END;
COMMENT ON FUNCTION match_pair IS 'How a person and a need go together: points and grade by criterion, their sum, and whether a hard criterion excludes.';

-- A diploma is renewed under another number: every registration of the diplomas named by these ids.
CREATE OR REPLACE FUNCTION diploma_registrations(ids text[]) RETURNS text[]
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN ids = '{}' THEN ids ELSE
        ARRAY(SELECT d.id FROM diploma d WHERE d.acronym IN (SELECT m.acronym FROM diploma m WHERE m.id = ANY (ids)) ORDER BY d.id) END;
COMMENT ON FUNCTION diploma_registrations IS 'Ids of every registration of the diplomas of these ids; NULL of NULL.';

-- Jobs that may suit who wants these, the nearest way to each.
CREATE OR REPLACE FUNCTION jobs_near(wanted text[]) RETURNS TABLE (job text, affinity integer, nearest text)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT DISTINCT ON (n.job) n.job, n.affinity, n.wanted
      FROM (SELECT w.job, 100 AS affinity, w.job AS wanted FROM unnest(jobs_near.wanted) AS w (job)
            UNION ALL
            SELECT a.job_to, a.percent, a.job_from FROM job_affinity a WHERE a.job_from = ANY (jobs_near.wanted)) AS n
     ORDER BY n.job, n.affinity DESC, n.wanted;
END;
COMMENT ON FUNCTION jobs_near IS 'Jobs offered that suit who wants these, each with how near it is (100: the same) and to which.';

-- The other way round: what somebody may want whom this job suits.
CREATE OR REPLACE FUNCTION jobs_leading(offered text) RETURNS TABLE (job text, affinity integer)
    LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
BEGIN ATOMIC
    SELECT n.job, max(n.affinity)
      FROM (SELECT jobs_leading.offered AS job, 100 AS affinity
            UNION ALL SELECT a.job_from, a.percent FROM job_affinity a WHERE a.job_to = jobs_leading.offered) AS n
     GROUP BY n.job;
END;
COMMENT ON FUNCTION jobs_leading IS 'Jobs whose seekers this one may suit, each with how near it is.';

-- Not STRICT, and no least(): such a function would be called for each pair instead of becoming part of the statement.
CREATE OR REPLACE FUNCTION km_between(one public.cube, other public.cube) RETURNS integer
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN public.cube_distance(one, other) < 1.9999
                THEN (2 * asin(public.cube_distance(one, other) / 2) * 6371.0088)::integer
                WHEN one IS NOT NULL AND other IS NOT NULL THEN 20015 END;
COMMENT ON FUNCTION km_between IS 'Kilometres between two points of the unit sphere, as the crow flies; NULL where one is not known.';
