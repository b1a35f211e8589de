-- Needs and sessions with the names of what they refer to.
CREATE VIEW need_view AS
SELECT n.id, n.structure_id, n.organisation_id, n.title, n.description,
       jsonb_build_object('finess', s.finess, 'usual_name', s.usual_name, 'kind', s.kind,
                          'kind_name', coalesce(k.short_name, k.short_label), 'commune', sc.name, 'status', s.status) AS structure,
       n.job, n.job_version, j.label AS job_label,
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'acronym', d.acronym, 'label', d.label) ORDER BY d.id), '[]')
          FROM diploma d WHERE d.id = ANY (n.diplomas)) AS diplomas,
       n.contract, t.label_fr AS contract_label, t.is_durable, n.hours_per_week, n.positions, n.positions_left, n.opening,
       n.pay_min_cents, n.pay_max_cents, n.pay_period, n.starts_on, n.beginner_welcome, n.licence_required, n.vehicle_required,
       n.night, n.weekend, n.split_shifts, n.insee, c.name AS commune, n.latitude, n.longitude, n.state, n.opened_at, n.expires_on,
       n.filled_at, n.reason, n.created_at, n.updated_at, n.version, n.public_version, n.unit_point,
       s.status = 'open' AND s.organisation_id IS NOT DISTINCT FROM n.organisation_id AS is_attached
  FROM need n
  JOIN structure s ON s.id = n.structure_id
  JOIN finess_category k ON k.code = s.kind
  JOIN rome_job j ON j.version = n.job_version AND j.code = n.job
  JOIN contract_type t ON t.code = n.contract
  LEFT JOIN commune sc ON sc.insee = s.insee
  LEFT JOIN commune c ON c.insee = n.insee;
COMMENT ON VIEW need_view IS 'Needs in every state, with the names of what they refer to; is_attached: the structure is open and still its employer''s.';

CREATE VIEW public_need AS
SELECT n.id, n.title, n.description, n.structure, n.job, n.job_version, n.job_label, n.diplomas, n.contract, n.contract_label,
       n.is_durable, n.hours_per_week, n.positions, n.positions_left, n.opening, n.pay_min_cents, n.pay_max_cents, n.pay_period,
       n.starts_on, n.beginner_welcome, n.licence_required, n.vehicle_required, n.night, n.weekend, n.split_shifts, n.insee,
       n.commune, n.latitude, n.longitude, n.state, n.opened_at, n.expires_on, n.public_version
  FROM need_view n
 WHERE n.state = 'open' AND n.is_attached;
COMMENT ON VIEW public_need IS 'Open needs of open structures, public columns.';

-- What searches look at: a page's needs are found here first, and completed then.
CREATE VIEW need_index AS
SELECT n.id, n.structure_id, n.job, n.contract, n.diplomas, n.insee, n.starts_on, n.opening, n.beginner_welcome,
       n.licence_required, n.vehicle_required, n.night, n.weekend, n.split_shifts, n.opened_at, n.expires_on, n.unit_point,
       n.search_words
  FROM need n JOIN structure s ON s.id = n.structure_id
 WHERE n.state = 'open' AND s.status = 'open' AND s.organisation_id = n.organisation_id;
COMMENT ON VIEW need_index IS 'What open needs are searched by, public columns.';

CREATE VIEW need_words AS SELECT n.id, n.search_words, n.diplomas, n.contract FROM need n WHERE n.state = 'open';
COMMENT ON VIEW need_words IS 'Words, diplomas and contracts of open needs, without a join: rare ones are found here.';

CREATE VIEW session_view AS
SELECT e.id, e.organisation_id, e.title, e.description, jsonb_build_object('code', o.code, 'name', o.name) AS organisation, e.kind,
       e.job, e.job_version, j.label AS job_label, e.insee, c.name AS commune, e.place, e.starts_on, e.ends_on, e.places,
       e.places_left, e.state, e.reason, e.created_at, e.updated_at, e.version, e.public_version, e.search_words
  FROM session e
  JOIN organisation o ON o.id = e.organisation_id
  JOIN commune c ON c.insee = e.insee
  LEFT JOIN rome_job j ON j.version = e.job_version AND j.code = e.job;
COMMENT ON VIEW session_view IS 'Sessions in every state, with the names of what they refer to.';

CREATE VIEW public_session AS
SELECT e.id, e.title, e.description, e.organisation, e.kind, e.job, e.job_version, e.job_label, e.insee, e.commune, e.place,
       e.starts_on, e.ends_on, e.places, e.places_left, e.state, e.public_version, e.search_words
  FROM session_view e
 WHERE e.state = 'open';
COMMENT ON VIEW public_session IS 'Open sessions, public columns.';

GRANT SELECT ON need_view, session_view TO pa31_app, pa31_operator;
GRANT SELECT ON public_need, need_index, need_words, public_session TO pa31_public, pa31_app, pa31_operator;
