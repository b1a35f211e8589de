-- Generated data for `deploy/bench`: psql -v structures=100000 -f data.sql, after `pa31 migrate` and `pa31 demo load`. The same
-- on every machine: nothing is random but what nobody reads. As many candidates as structures, a tenth as many needs, ten times
-- as many orientations.
\set ON_ERROR_STOP on
\set needs ( :structures / 10 )
BEGIN;
SELECT set_config('pa31.caller', 'system', true), begin_operation(gen_random_uuid(), 'bench.load', 'structure', NULL, NULL);

-- Who acts: a partner, employers that recruit and receive orientations, prescribers that send them.
INSERT INTO organisation (id, code, name, kind, prescriber_authorisation, authorisation_proof, authorisation_on)
SELECT '00000000-0000-7000-8003-000000000001', 'bench', 'Partenaire de mesure', 'partner', 'not_set', NULL::text, NULL::date
UNION ALL
SELECT ('00000000-0000-7000-8010-' || lpad(n::text, 12, '0'))::uuid, 'bench-e' || n, 'Employeur de mesure ' || n, 'employer',
       'not_set', NULL, NULL
  FROM generate_series(1, 400) AS n
UNION ALL
SELECT ('00000000-0000-7000-8012-' || lpad(n::text, 12, '0'))::uuid, 'bench-p' || n, 'Prescripteur de mesure ' || n, 'prescriber',
       'validated', 'Convention de mesure', DATE '2026-01-05'
  FROM generate_series(1, 100) AS n;

-- Who runs structures: five each.
INSERT INTO legal_entity (id, finess, name, siren)
SELECT ('00000000-0000-7000-8001-' || lpad(n::text, 12, '0'))::uuid, '97' || lpad(n::text, 7, '0'),
       'Association ' || (ARRAY['des Coteaux', 'du Canal', 'de la Garonne', 'Les Tilleuls', 'Saint-Jean'])[n % 5 + 1] || ' ' || n,
       lpad((300000000 + n)::text, 9, '0')
  FROM generate_series(1, greatest(1, :structures / 5)) AS n;

-- FINESS numbers are 990000001 … : a number that a load generator can draw.
INSERT INTO structure (id, finess, legal_entity_id, kind, usual_name, legal_name, siret, street, postal_code, city, insee,
                       latitude, longitude, phone, email, website, opening_hours, publics, capacity, opened_on, authorised_on,
                       source, seen_on, organisation_id, created_at, updated_at)
SELECT ('00000000-0000-7000-8002-' || lpad(n::text, 12, '0'))::uuid, (990000000 + n)::text,
       ('00000000-0000-7000-8001-' || lpad(((n - 1) / 5 + 1)::text, 12, '0'))::uuid,
       kinds[n % array_length(kinds, 1) + 1], named.name, 'Établissement ' || named.name || ' de la commune de ' || c.name,
       lpad((30000000000000 + n)::text, 14, '0'), n % 300 + 1 || ' rue du ' || months[n % 12 + 1], c.postal_codes[1], c.name, c.insee,
       round((c.latitude + (n * 7919 % 1000 - 500) * 0.00004)::numeric, 6),
       round((c.longitude + (n % 1000 * 104729 % 1000 - 500) * 0.00005)::numeric, 6),
       '05' || lpad((n * 31 % 100000000)::text, 8, '0'), 'accueil' || n || '@structure.example',
       'https://structure-' || n || '.example/accueil', 'Mo-Fr 09:00-17:00',
       CASE WHEN n % 3 = 0 THEN '{elderly}' ELSE '{elderly,adults_with_disability}' END::text[], n % 120 + 1,
       DATE '1990-01-01' + n % 10000, DATE '1990-01-01' + n % 10000, 'finess', DATE '2026-11-03',
       CASE WHEN n <= :needs THEN ('00000000-0000-7000-8010-' || lpad(((n - 1) % 400 + 1)::text, 12, '0'))::uuid END,
       TIMESTAMPTZ '2026-11-03 06:00Z', TIMESTAMPTZ '2026-11-03 06:00Z'
  FROM generate_series(1, :structures) AS n
 CROSS JOIN (SELECT ARRAY['500', '500', '500', '460', '460', '209', '354', '207', '202', '255', '246', '182', '183', '437', '446',
                          '445', '382', '501', '252', '449'] AS kinds,
                    ARRAY['8 Mai', '11 Novembre', '14 Juillet', '1er Mai', 'Moulin', 'Lavoir', 'Château', 'Pont', 'Four', 'Pré',
                          'Bois', 'Puits'] AS months,
                    ARRAY['Les Jardins', 'Résidence', 'Le Clos', 'Villa', 'La Maison', 'Services', 'Maintien à domicile',
                          'Le Parc', 'Les Terrasses', 'Foyer'] AS firsts,
                    ARRAY['d''Aurélien', 'des Glycines', 'du Lauragais', 'Sainte-Germaine', 'des Violettes', 'du Comminges',
                          'Émile Zola', 'des Cèdres', 'du Volvestre', 'de l''Hers', 'des Capitouls', 'Jean Jaurès', 'du Pastel']
                        AS lasts) AS word
 CROSS JOIN LATERAL (SELECT firsts[n % 10 + 1] || ' ' || lasts[n / 10 % 13 + 1] || ' ' || n / 130 AS name) AS named
  JOIN (SELECT row_number() OVER (ORDER BY insee) AS place, count(*) OVER () AS places, * FROM commune) AS c
    ON c.place = n * 37 % c.places + 1;

-- 1,000 tokens: 500 of the partner's members, one of each employer's and one of each prescriber's.
INSERT INTO member (id, organisation_id, name, email, role)
SELECT ('00000000-0000-7000-8004-' || lpad(n::text, 12, '0'))::uuid, '00000000-0000-7000-8003-000000000001', 'Membre ' || n,
       'membre' || n || '@mesure.example', 'editor'
  FROM generate_series(1, 100) AS n
UNION ALL
SELECT ('00000000-0000-7000-8011-' || lpad(n::text, 12, '0'))::uuid, ('00000000-0000-7000-8010-' || lpad(n::text, 12, '0'))::uuid,
       'Recruteur ' || n, 'recruteur' || n || '@mesure.example', 'editor'
  FROM generate_series(1, 400) AS n
UNION ALL
SELECT ('00000000-0000-7000-8013-' || lpad(n::text, 12, '0'))::uuid, ('00000000-0000-7000-8012-' || lpad(n::text, 12, '0'))::uuid,
       'Conseiller ' || n, 'conseiller' || n || '@mesure.example', 'editor'
  FROM generate_series(1, 100) AS n;
CREATE TEMPORARY TABLE secret (hash text NOT NULL, place integer GENERATED ALWAYS AS IDENTITY);
\copy secret (hash) FROM pstdin
INSERT INTO api_token (id, member_id, secret_hash, label, scopes, created_at, expires_at, last_use_at)
SELECT ('00000000-0000-7000-8005-' || lpad(place::text, 12, '0'))::uuid,
       (CASE WHEN place <= 500 THEN '00000000-0000-7000-8004-' || lpad((place % 100 + 1)::text, 12, '0')
             WHEN place <= 900 THEN '00000000-0000-7000-8011-' || lpad((place - 500)::text, 12, '0')
             ELSE '00000000-0000-7000-8013-' || lpad((place - 900)::text, 12, '0') END)::uuid,
       decode(hash, 'hex'), 'Mesure', '{read,write}',
       now(), now() + interval '30 days', now()
  FROM secret;
-- The partner leads 900 actions, Z9.100 to Z9.999: each client of a measurement moves its own.
INSERT INTO axis (id, plan_id, code, title)
SELECT '00000000-0000-7000-8006-000000000001', id, 'Z9', 'Mesure' FROM action_plan LIMIT 1;
INSERT INTO action (id, plan_id, axis_id, code, title, description, lead_organisation_id, planned_start, planned_end, actual_start,
                    status, created_at, updated_at)
SELECT ('00000000-0000-7000-8007-' || lpad(n::text, 12, '0'))::uuid, x.plan_id, x.id, 'Z9.' || n, 'Action de mesure ' || n,
       'Former et accompagner douze personnes vers les métiers de l''autonomie, avec les employeurs du territoire.',
       '00000000-0000-7000-8003-000000000001', DATE '2026-01-01', DATE '2027-12-31', DATE '2026-02-01', 'in_progress', now(), now()
  FROM generate_series(100, 999) AS n CROSS JOIN axis x WHERE x.code = 'Z9';
INSERT INTO funding_line (id, action_id, funder_id, year, planned_cents)
SELECT gen_random_uuid(), a.id, o.id, year, 1250000
  FROM action a CROSS JOIN generate_series(2026, 2027) AS year
 CROSS JOIN (SELECT id FROM organisation WHERE kind = 'funder' ORDER BY code LIMIT 1) AS o WHERE a.code LIKE 'Z9.%';

-- What is recruited for: needs of ten jobs, one of each structure that an employer has.
INSERT INTO need (id, structure_id, organisation_id, title, description, job_version, job, diplomas, contract, hours_per_week,
                  positions, positions_left, starts_on, beginner_welcome, licence_required, night, weekend, insee, latitude,
                  longitude, state, opened_at, expires_on, created_at, updated_at)
SELECT ('00000000-0000-7000-8014-' || lpad(n::text, 12, '0'))::uuid, s.id, s.organisation_id, 'Poste de mesure ' || n,
       'Un poste dans une équipe de douze personnes, avec un accompagnement à la prise de fonction.', '4.60',
       jobs[n % array_length(jobs, 1) + 1], CASE WHEN n % 4 = 0 THEN held ELSE '{}' END, CASE WHEN n % 3 = 0 THEN 'cdd_6_months_or_more' ELSE 'cdi' END,
       20 + n % 16, 20, 20, current_date + n % 60, n % 2 = 0, n % 5 = 0, n % 6 = 0, n % 3 = 0, s.insee, s.latitude, s.longitude,
       'open', now() - n % 30 * interval '1 day', current_date + 30 + n % 30, now(), now()
  FROM generate_series(1, :needs) AS n
  JOIN structure s ON s.finess = (990000000 + n)::text
 CROSS JOIN (SELECT array_agg(code) AS jobs
               FROM (SELECT code FROM rome_job WHERE version = '4.60' AND is_autonomy ORDER BY code LIMIT 10) AS few) AS job
 CROSS JOIN (SELECT ARRAY[min(id)] AS held FROM diploma) AS diploma;

-- The rest is too much for triggers: what they would write is written here, but for the history.
SET LOCAL session_replication_role = replica;
INSERT INTO candidate (id, organisation_id, referent_id, first_name, last_name, email, insee, birth_year, situation, diplomas,
                       experience_years, licence, vehicle, mobility_km, night, weekend, contracts, jobs, lawful_basis,
                       notice_version, notice_given_on, notice_channel, last_contact_on, compared_at, created_at, updated_at)
SELECT ('00000000-0000-7000-8015-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8012-' || lpad(((n - 1) % 100 + 1)::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8013-' || lpad(((n - 1) % 100 + 1)::text, 12, '0'))::uuid,
       firsts[n % 10 + 1], lasts[n / 10 % 10 + 1] || ' ' || n, 'personne' || n || '@mesure.example', c.insee, 1965 + n % 40, 'job_seeker',
       CASE WHEN n % 2 = 0 THEN held ELSE '{}' END, n % 12, n % 3 > 0, n % 4 > 0, 10 + n % 40, n % 2 = 0, n % 3 = 0, '{}',
       -- The first hundred want every job that there is: all needs are compared with them.
       CASE WHEN n <= 100 THEN jobs ELSE ARRAY[jobs[n % 10 + 1], jobs[n / 10 % 10 + 1]] END,
       'public_task', '2026-01', DATE '2026-09-01', 'in_person', current_date - n % 90, now(), now(), now()
  FROM generate_series(1, :structures) AS n
 CROSS JOIN (SELECT ARRAY['Inès', 'Moussa', 'Claire', 'Yanis', 'Awa', 'Paul', 'Léa', 'Karim', 'Nadia', 'Théo'] AS firsts,
                    ARRAY['Martin', 'Diallo', 'Bernard', 'Haddad', 'Petit', 'Lopez', 'Faure', 'Nguyen', 'Roux', 'Costa'] AS lasts) AS word
 CROSS JOIN (SELECT array_agg(code) AS jobs
               FROM (SELECT code FROM rome_job WHERE version = '4.60' AND is_autonomy ORDER BY code LIMIT 10) AS few) AS job
 CROSS JOIN (SELECT ARRAY[min(id)] AS held FROM diploma) AS diploma
  JOIN (SELECT row_number() OVER (ORDER BY insee) AS place, count(*) OVER () AS places, insee FROM commune) AS c
    ON c.place = n * 37 % c.places + 1;
INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
SELECT ('00000000-0000-7000-8016-' || lpad(n::text, 12, '0'))::uuid, ('00000000-0000-7000-8015-' || lpad(n::text, 12, '0'))::uuid,
       'orientation', '2026-01', current_date - n % 90, 'in_person', now()
  FROM generate_series(1, :structures) AS n;

-- Ten of each person, each for another need; the first half waits for an answer, and is what a measurement answers.
INSERT INTO orientation (id, candidate_id, organisation_id, prescriber_id, referent_id, target_kind, need_id, structure_id,
                         receiver_id, state, due_on, sent_at, opened_at, answered_at, closed_at, visible_until, reason,
                         appointment_at, hired_at, hire_contract, hire_starts_on, hire_hours, created_at, updated_at)
SELECT ('00000000-0000-7000-8017-' || lpad(n::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8015-' || lpad(candidate::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8012-' || lpad(((candidate - 1) % 100 + 1)::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8013-' || lpad(((candidate - 1) % 100 + 1)::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8012-' || lpad(((candidate - 1) % 100 + 1)::text, 12, '0'))::uuid, 'need',
       ('00000000-0000-7000-8014-' || lpad(need::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8002-' || lpad(need::text, 12, '0'))::uuid,
       ('00000000-0000-7000-8010-' || lpad(((need - 1) % 400 + 1)::text, 12, '0'))::uuid, state,
       CASE WHEN NOT is_final THEN current_date + 15 END, sent, CASE WHEN state <> 'sent' THEN sent END,
       CASE WHEN state IN ('appointment', 'accepted', 'refused', 'hired') THEN sent END,
       CASE WHEN is_final THEN sent + interval '10 days' END, CASE WHEN is_final THEN sent::date + 40 END,
       CASE WHEN state = 'refused' THEN 'another_candidate' END,
       CASE WHEN state = 'appointment' THEN now() + interval '5 days' END, CASE WHEN state = 'hired' THEN sent + interval '10 days' END,
       CASE WHEN state = 'hired' THEN 'cdi' END, CASE WHEN state = 'hired' THEN sent::date + 20 END,
       CASE WHEN state = 'hired' THEN 35 END, sent, sent
  FROM (SELECT n, (n - 1) / 10 + 1 AS candidate, (n - 1) % :needs + 1 AS need,
               now() - (CASE WHEN n <= :structures * 5 THEN 3 ELSE n % 300 + 20 END) * interval '1 day' AS sent, state,
               state IN ('refused', 'hired', 'withdrawn', 'expired') AS is_final
          FROM generate_series(1, :structures * 10) AS n
         CROSS JOIN LATERAL (
               SELECT CASE WHEN n <= :structures * 5 THEN 'sent'
                           ELSE (ARRAY['under_review', 'under_review', 'appointment', 'accepted', 'refused', 'hired', 'withdrawn',
                                       'expired'])[n % 8 + 1] END AS state) AS s) AS made;
INSERT INTO orientation_event (id, orientation_id, at, kind, from_state, to_state, actor, organisation_id, member_id)
SELECT ('00000000-0000-7000-8018-' || substr(o.id::text, 25))::uuid, o.id, o.sent_at, 'moved', 'draft', 'sent', 'prescriber',
       o.organisation_id, o.prescriber_id
  FROM orientation o WHERE o.id BETWEEN '00000000-0000-7000-8017-000000000000' AND '00000000-0000-7000-8017-999999999999';
SET LOCAL session_replication_role = origin;
DELETE FROM audit_pending;
COMMIT;
VACUUM ANALYZE;
