-- Everything that is held of one person, for the person (article 15 of the GDPR): organisations are named, nobody else is. As the
-- system, once the rights of who asks were looked at.
CREATE OR REPLACE FUNCTION subject_copy(person uuid) RETURNS jsonb
    LANGUAGE sql STABLE AS $$
    WITH organisation_name AS (SELECT id, name FROM organisation),
    own AS (
        SELECT o.*, coalesce(n.title, x.title, s.usual_name) AS target, coalesce(s.usual_name, h.name) AS host
          FROM orientation o LEFT JOIN need n ON n.id = o.need_id LEFT JOIN structure s ON s.id = o.structure_id
          LEFT JOIN session x ON x.id = o.session_id LEFT JOIN organisation h ON h.id = x.organisation_id
         WHERE o.candidate_id = person)
    SELECT jsonb_build_object(
        'file', (
            SELECT jsonb_strip_nulls(to_jsonb(f)) FROM (
                SELECT c.first_name, c.last_name, c.email, c.phone, c.insee, p.name AS commune, c.birth_year, c.situation,
                       (SELECT jsonb_agg(d.label ORDER BY d.id) FROM diploma d WHERE d.id = ANY (c.diplomas)) AS diplomas,
                       c.experience_years, c.experience, c.licence, c.vehicle, c.mobility_km, c.available_from, c.night, c.weekend,
                       c.split_shifts, (SELECT jsonb_agg(t.label_fr ORDER BY t.code) FROM contract_type t WHERE t.code = ANY (c.contracts)) AS contracts,
                       c.hours_min, c.hours_max,
                       (SELECT jsonb_agg(j.job ORDER BY j.job) FROM (
                            SELECT DISTINCT ON (r.code) r.code || ' ' || r.label AS job FROM rome_job r WHERE r.code = ANY (c.jobs)
                             ORDER BY r.code, r.version DESC) AS j) AS jobs,
                       g.name AS organisation, c.lawful_basis, c.notice_version, c.notice_given_on, c.notice_channel,
                       c.objected_at, c.last_contact_on, c.created_at, c.updated_at
                  FROM candidate c LEFT JOIN commune p ON p.insee = c.insee
                  JOIN organisation_name g ON g.id = c.organisation_id WHERE c.id = person) AS f),
        'agreements', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(a)) ORDER BY a.given_on), '[]') FROM (
                SELECT a.kind, a.text_version, a.given_on, a.channel, a.withdrawn_on FROM candidate_agreement a
                 WHERE a.candidate_id = person) AS a),
        'statistics', (
            SELECT jsonb_strip_nulls(to_jsonb(t)) FROM (
                SELECT t.sex, t.long_term_unemployed, t.rsa, t.qpv, t.qpv_vintage, t.diploma_level, t.disability
                  FROM candidate_statistics t WHERE t.candidate_id = person) AS t),
        'shares', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(h)) ORDER BY h.starts_on), '[]') FROM (
                SELECT g.name AS organisation, h.purpose, h.access, to_jsonb(h.fields) AS fields, h.starts_on, h.ends_on, h.revoked_at
                  FROM candidate_share h JOIN organisation_name g ON g.id = h.to_organisation_id WHERE h.candidate_id = person) AS h),
        'transfers', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(t)) ORDER BY t.asked_at), '[]') FROM (
                SELECT f.name AS "from", g.name AS "to", t.reason, t.state, t.asked_at, t.decided_at, t.answer
                  FROM candidate_transfer t JOIN organisation_name f ON f.id = t.from_organisation_id
                  JOIN organisation_name g ON g.id = t.to_organisation_id WHERE t.candidate_id = person) AS t),
        'orientations', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(o)) ORDER BY o.created_at), '[]') FROM (
                SELECT o.target, o.host, p.name AS proposed_by, r.name AS received_by, o.state, o.created_at, o.sent_at,
                       o.opened_at AS shown_in_full_at, o.answered_at, o.closed_at, f.label_fr AS reason, o.appointment_at, o.prior_action,
                       o.prior_starts_on, o.prior_ends_on, o.training_starts_on, o.training_ends_on, o.training_result, o.hired_at,
                       (SELECT t.label_fr FROM contract_type t WHERE t.code = o.hire_contract) AS hire_contract, o.hire_starts_on, o.hire_hours,
                       (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'text', w.text, 'organisation', g.name, 'at', w.at)
                                                  ORDER BY w.id), '[]')
                          FROM orientation_text w LEFT JOIN organisation_name g ON g.id = w.organisation_id
                         WHERE w.orientation_id = o.id) AS texts,
                       (SELECT coalesce(jsonb_agg(jsonb_build_object('months', k.months, 'outcome', k.outcome, 'recorded_at', k.recorded_at)
                                                  ORDER BY k.months), '[]')
                          FROM checkpoint k WHERE k.orientation_id = o.id AND k.outcome IS NOT NULL) AS checkpoints
                  FROM own o JOIN organisation_name p ON p.id = o.organisation_id
                  LEFT JOIN organisation_name r ON r.id = o.receiver_id LEFT JOIN refusal_reason f ON f.code = o.reason) AS o),
        'recipients', (
            SELECT coalesce(jsonb_agg(to_jsonb(r) ORDER BY r.at), '[]') FROM (
                SELECT g.name AS organisation, 'orientation' AS how, o.target, o.sent_at AS at FROM own o
                  JOIN organisation_name g ON g.id = o.receiver_id WHERE o.sent_at IS NOT NULL
                UNION ALL
                SELECT g.name, 'share', h.purpose, h.created_at FROM candidate_share h JOIN organisation_name g ON g.id = h.to_organisation_id
                 WHERE h.candidate_id = person
                UNION ALL
                SELECT g.name, 'transfer', t.reason, t.decided_at FROM candidate_transfer t
                  JOIN organisation_name g ON g.id = t.to_organisation_id WHERE t.candidate_id = person AND t.state = 'accepted') AS r),
        'reads', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(r)) ORDER BY r.at), '[]') FROM (
                SELECT g.name AS organisation, r.at, r.reason, r.route FROM file_read r
                  LEFT JOIN organisation_name g ON g.id = r.organisation_id WHERE r.candidate_id = person) AS r),
        'mails', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(m)) ORDER BY m.created_at), '[]') FROM (
                SELECT m.kind, m.state, m.created_at, m.sent_at FROM outbox m
                 WHERE m.candidate_id = person AND m.audience = 'candidate') AS m),
        'requests', (
            SELECT coalesce(jsonb_agg(jsonb_strip_nulls(to_jsonb(q)) ORDER BY q.asked_at), '[]') FROM (
                SELECT q.kind, q.asked_by, q.asked_at, q.due_on, q.execute_at, q.text, q.state, q.decided_at, q.answer
                  FROM rights_request q WHERE q.candidate_id = person) AS q),
        'kept', (
            SELECT coalesce(jsonb_agg(jsonb_build_object('data', r.title_fr, 'for', r.purpose_fr, 'amount', r.keep_amount, 'unit', r.keep_unit,
                                                         'from', r.event_fr) ORDER BY r.code), '[]')
              FROM data_retention r WHERE r.code IN ('candidate', 'candidate_hired', 'orientation', 'reads', 'mail_body', 'rights')))
$$;
COMMENT ON FUNCTION subject_copy IS 'Everything that is held of one person, as JSON; nobody else''s name is in it.';
