import Contract
import Fields
import Postgres
import Recruitment

/// The two statements. What ranks is small and comes first, fifty at most are completed then: a constant, so that the plan that
/// PostgreSQL keeps knows it. OFFSET 0 keeps a subselect as it is written: one index scan for each job.
extension MatchStore {
    /// From a person to the needs of the jobs that suit it.
    static func needs(for id: Candidate.ID, _ filter: Filter, on today: Day, _ member: Caller.Member) -> SQL {
        """
        WITH person AS MATERIALIZED (\(person(id, member))),
        near AS MATERIALIZED (SELECT j.job, j.affinity, j.nearest FROM person p CROSS JOIN LATERAL jobs_near(p.jobs) j),
        page AS MATERIALIZED (
            SELECT r.*
              FROM (SELECT n.id, n.structure_id, n.organisation_id, j.job, j.nearest, j.affinity, n.km, m.*
                      FROM person p CROSS JOIN near j
                     CROSS JOIN LATERAL (
                            SELECT n.id, n.structure_id, n.organisation_id, n.diplomas, n.licence_required, n.vehicle_required,
                                   n.starts_on, n.night, n.weekend, n.split_shifts, n.contract, n.hours_per_week,
                                   n.beginner_welcome, km_between(p.home, n.unit_point) AS km
                              FROM need n
                             -- Written so that the index on expiries, where most are still good, is never taken for the jobs'.
                             WHERE n.job = j.job AND n.state = 'open' AND n.expires_on - \(today)::date >= 0
                            OFFSET 0) AS n
                     CROSS JOIN LATERAL match_pair(
                            j.affinity, n.km, \(today)::date, p.held, p.mobility_km, p.licence, p.vehicle, p.available_from,
                            p.night, p.weekend, p.split_shifts, p.contracts, p.hours_min, p.hours_max, p.experience_years,
                            n.diplomas, n.licence_required, n.vehicle_required, n.starts_on, n.night, n.weekend, n.split_shifts,
                            n.contract, n.hours_per_week, n.beginner_welcome) AS m
                     WHERE \(filter.includeExcluded == true)::boolean OR NOT m.is_excluded
                     ORDER BY m.score DESC, n.id) AS r
              -- Only until fifty are found.
             CROSS JOIN LATERAL (
                    SELECT FROM structure s
                     WHERE s.id = r.structure_id AND s.status = 'open' AND s.organisation_id = r.organisation_id OFFSET 0) AS s
             ORDER BY r.score DESC, r.id LIMIT 50)
        SELECT \(columns: MatchedPair.self)
          FROM (SELECT \(needSubject) AS subject,
                       EXISTS (SELECT FROM orientation o
                                WHERE o.candidate_id = \(id) AND o.need_id = page.id AND \(isUnderWay)) AS is_sent,
                       page.*, \(ofNeed), p.home IS NOT NULL AS has_home, p.shows_background, p.licence, p.vehicle,
                       p.available_from, p.night, p.weekend, p.split_shifts, p.hours_min, p.hours_max, p.experience_years,
                       p.mobility_km, \(assumptions)
                  FROM page CROSS JOIN LATERAL (SELECT * FROM need_view v WHERE v.id = page.id OFFSET 0) AS v
                 CROSS JOIN person p) AS compared
         ORDER BY score DESC, subject->>'id'
        """
    }

    /// A person as far as the caller sees it: what a share leaves out is NULL.
    private static func person(_ id: Candidate.ID, _ member: Caller.Member) -> SQL {
        let (situation, background) = (
            CandidateStore.shows("situation", to: member), CandidateStore.shows("background", to: member)
        )
        return """
            SELECT CASE WHEN \(CandidateStore.shows("wishes", to: member)) THEN c.jobs ELSE '{}' END AS jobs,
                   \(background) AS shows_background,
                   CASE WHEN \(background) THEN diploma_registrations(c.diplomas) END AS held,
                   CASE WHEN \(background) THEN c.experience_years END AS experience_years,
                   CASE WHEN \(situation) THEN unit_point(t.latitude, t.longitude) END AS home,
                   c.mobility_km, c.licence, c.vehicle, c.available_from, c.night, c.weekend, c.split_shifts, c.contracts,
                   c.hours_min, c.hours_max
              FROM candidate c \(CandidateStore.joins(member)) LEFT JOIN commune t ON t.insee = c.insee
             WHERE c.id = \(id)
            """
    }

    /// From a need to those who want a job that it suits: `candidates_wanting` finds them by an index, in the caller's scope.
    static func candidates(for id: PublicNeed.ID, _ filter: Filter, on today: Day, _ member: Caller.Member) -> SQL {
        """
        WITH offer AS MATERIALIZED (
            SELECT n.*, diploma_registrations(n.diplomas) AS required FROM need n WHERE n.id = \(id)),
        near AS MATERIALIZED (SELECT j.job, j.affinity FROM offer n CROSS JOIN LATERAL jobs_leading(n.job) j),
        homes AS MATERIALIZED (
            SELECT t.insee, km_between(unit_point(t.latitude, t.longitude), n.unit_point) AS km FROM commune t CROSS JOIN offer n),
        page AS MATERIALIZED (
            SELECT w.id, n.job, j.job AS nearest, j.affinity, h.km, h.insee IS NOT NULL AS has_home,
                   w.diplomas IS NOT NULL AS shows_background, w.licence, w.vehicle, w.available_from, w.night, w.weekend,
                   w.split_shifts, w.hours_min, w.hours_max, w.experience_years, w.mobility_km, m.*
              FROM offer n
             CROSS JOIN candidates_wanting(\(member.id), ARRAY(SELECT near.job FROM near)) AS w
              LEFT JOIN homes h ON h.insee = w.insee
             CROSS JOIN LATERAL (
                    SELECT near.job, near.affinity FROM near WHERE near.job = ANY (w.jobs)
                     ORDER BY near.affinity DESC, near.job LIMIT 1) AS j
             CROSS JOIN LATERAL match_pair(
                    j.affinity, h.km, \(today)::date, w.diplomas, w.mobility_km, w.licence, w.vehicle, w.available_from, w.night,
                    w.weekend, w.split_shifts, w.contracts, w.hours_min, w.hours_max, w.experience_years, n.required,
                    n.licence_required, n.vehicle_required, n.starts_on, n.night, n.weekend, n.split_shifts, n.contract,
                    n.hours_per_week, n.beginner_welcome) AS m
             WHERE \(filter.includeExcluded == true)::boolean OR NOT m.is_excluded
             ORDER BY m.score DESC, w.id LIMIT 50)
        SELECT \(columns: MatchedPair.self)
          FROM (SELECT \(candidateSubject(member)) AS subject,
                       EXISTS (SELECT FROM orientation o
                                WHERE o.candidate_id = page.id AND o.need_id = \(id) AND \(isUnderWay)) AS is_sent,
                       page.*, \(ofNeed), \(assumptions)
                  FROM page JOIN candidate c ON c.id = page.id \(CandidateStore.joins(member))
                 CROSS JOIN (SELECT * FROM need_view v WHERE v.id = \(id) OFFSET 0) AS v) AS compared
         ORDER BY score DESC, subject->>'id'
        """
    }

    private static let isUnderWay: SQL = "o.due_on IS NOT NULL"

    private static let needSubject: SQL = """
        jsonb_build_object(
            'id', v.id, 'title', v.title, 'structure', v.structure, 'job', v.job, 'job_label', v.job_label, 'commune', v.commune,
            'contract', v.contract, 'hours_per_week', v.hours_per_week, 'starts_on', v.starts_on,
            'positions_left', v.positions_left, 'expires_on', v.expires_on)
        """

    private static func candidateSubject(_ member: Caller.Member) -> SQL {
        """
        jsonb_build_object(
            'id', c.id, 'first_name', c.first_name, 'organisation', jsonb_build_object('code', o.code, 'name', o.name),
            'access', \(CandidateStore.access(by: member)), 'may_send', EXISTS (\(CandidateStore.agreement("orientation"))))
        """
    }

    /// What sentences tell of a need `v`, and of the jobs of a comparison.
    private static let ofNeed: SQL = """
        (SELECT coalesce(jsonb_agg(d.acronym ORDER BY d.acronym), '[]')
           FROM (SELECT DISTINCT e->>'acronym' AS acronym FROM jsonb_array_elements(v.diplomas) AS e) AS d) AS required,
        v.licence_required, v.vehicle_required, v.starts_on, v.night AS at_night, v.weekend AS at_weekend,
        v.split_shifts AS in_parts, v.contract_label, v.hours_per_week, v.job_label,
        coalesce((SELECT j.label FROM rome_job j WHERE j.version = '4.60' AND j.code = page.nearest),
                 (SELECT j.label FROM rome_job j WHERE j.version = '3' AND j.code = page.nearest), page.nearest) AS wanted_label,
        (SELECT a.reason_fr FROM job_affinity a WHERE a.job_from = page.nearest AND a.job_to = page.job) AS affinity_reason
        """

    private static let assumptions: SQL =
        "service_rule('match_assumed_km') AS assumed_km, service_rule('match_experience_years') AS experience_enough"
}
