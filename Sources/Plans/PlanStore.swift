public import Fields
public import Postgres

/// Where plans and axes are kept.
public struct PlanStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// The plan that is shown: the newest.
    static let current: SQL = "(SELECT id FROM public_plan ORDER BY starts_on DESC, id DESC LIMIT 1)"

    /// The plan at a glance; refused when none is loaded.
    public func summary(on day: Day) async throws -> Rows<PlanSummary> {
        let rows = try await database.read(
            """
            SELECT \(columns: PlanSummary.self)
              FROM (SELECT p.code, p.title, p.is_fictional, p.starts_on, p.ends_on, f.*,
                           (SELECT coalesce(jsonb_agg(jsonb_build_object('status', status, 'count', n) ORDER BY status), '[]')
                              FROM (SELECT status, count(*) AS n FROM public_action a
                                     WHERE a.plan_id = p.id AND a.parent IS NULL GROUP BY status) AS s) AS by_status
                      FROM public_plan p
                     CROSS JOIN LATERAL (
                           SELECT count(*) AS actions,
                                  count(*) FILTER (WHERE action_is_late(a.status, a.planned_start, a.planned_end, a.next_milestone_on, \(day))) AS late,
                                  coalesce(sum(a.planned_cents), 0)::bigint AS planned_cents,
                                  coalesce(round(avg(a.progress_percent) FILTER (WHERE a.status <> 'abandoned')), 0)::integer
                                      AS progress_percent
                             FROM public_action a WHERE a.plan_id = p.id AND a.parent IS NULL) AS f
                     WHERE p.id = \(Self.current)) AS plan
            """, as: PlanSummary.self)
        guard !rows.isEmpty else { throw PlanRefusals.plan() }
        return rows
    }

    /// The axes of the plan that is shown.
    public func axes() async throws -> Rows<AxisSummary> {
        try await database.read(
            """
            SELECT \(columns: AxisSummary.self)
              FROM (SELECT x.code, x.title, f.*
                      FROM public_axis x
                     CROSS JOIN LATERAL (
                           SELECT count(*) AS actions, coalesce(sum(a.planned_cents), 0)::bigint AS planned_cents,
                                  coalesce(round(avg(a.progress_percent) FILTER (WHERE a.status <> 'abandoned')), 0)::integer
                                      AS progress_percent
                             FROM public_action a
                            WHERE a.plan_id = x.plan_id AND a.axis = x.code AND a.parent IS NULL) AS f
                     WHERE x.plan_id = \(Self.current)) AS axis
             ORDER BY code
            """, as: AxisSummary.self)
    }
}
