public import Fields
public import Postgres

/// Where plans and axes are kept.
public struct PlanStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// The plan that is shown: the newest.
    static let current: SQL = "(SELECT id FROM public_plan ORDER BY starts_on DESC, id DESC LIMIT 1)"

    /// The plan at a glance, today or at the end of a past day; refused when none is loaded.
    public func summary(on today: Day, asOf past: Day? = nil) async throws -> Rows<PlanSummary> {
        try PlanRefusals.checkPast(past, today: today)
        let day = past ?? today
        let rows = try await read(
            """
            WITH shown AS MATERIALIZED (\(Self.shown(on: day, asOf: past)))
            SELECT \(columns: PlanSummary.self)
              FROM (SELECT p.code, p.title, p.is_fictional, p.starts_on, p.ends_on, f.*,
                           (SELECT coalesce(jsonb_agg(jsonb_build_object('status', status, 'count', n) ORDER BY status), '[]')
                              FROM (SELECT status, count(*) AS n FROM shown a
                                     WHERE a.plan_id = p.id AND a.parent IS NULL GROUP BY status) AS s) AS by_status
                      FROM public_plan p
                     CROSS JOIN LATERAL (
                           SELECT count(*) AS actions,
                                  count(*) FILTER (WHERE a.is_late) AS late,
                                  coalesce(sum(a.planned_cents), 0)::bigint AS planned_cents,
                                  coalesce(round(avg(a.progress_percent) FILTER (WHERE a.status <> 'abandoned')), 0)::integer
                                      AS progress_percent
                             FROM shown a WHERE a.plan_id = p.id AND a.parent IS NULL) AS f
                     WHERE p.id = \(Self.current)) AS plan
            """, asOf: past, as: PlanSummary.self)
        guard !rows.isEmpty else { throw PlanRefusals.plan() }
        return rows
    }

    /// The axes of the plan that is shown, today or at the end of a past day.
    public func axes(on today: Day, asOf past: Day? = nil) async throws -> Rows<AxisSummary> {
        try PlanRefusals.checkPast(past, today: today)
        return try await read(
            """
            WITH shown AS MATERIALIZED (\(Self.shown(on: past ?? today, asOf: past)))
            SELECT \(columns: AxisSummary.self)
              FROM (SELECT x.code, x.title, f.*
                      FROM public_axis x
                     CROSS JOIN LATERAL (
                           SELECT count(*) AS actions, coalesce(sum(a.planned_cents), 0)::bigint AS planned_cents,
                                  coalesce(round(avg(a.progress_percent) FILTER (WHERE a.status <> 'abandoned')), 0)::integer
                                      AS progress_percent
                             FROM shown a
                            WHERE a.plan_id = x.plan_id AND a.axis = x.code AND a.parent IS NULL) AS f
                     WHERE x.plan_id = \(Self.current)) AS axis
             ORDER BY code
            """, asOf: past, as: AxisSummary.self)
    }

    /// The actions that the figures of the plan and its axes are made of.
    func parts(on today: Day, asOf past: Day? = nil) async throws -> [FigurePart] {
        try PlanRefusals.checkPast(past, today: today)
        return try await read(
            """
            SELECT \(columns: FigurePart.self) FROM (\(Self.shown(on: past ?? today, asOf: past))) AS a
             WHERE parent IS NULL AND plan_id = \(Self.current) ORDER BY code
            """, asOf: past, as: FigurePart.self
        ).all()
    }

    /// What figures are made of, and no more: the rest of a row need not be made.
    private static func shown(on day: Day, asOf past: Day?) -> SQL {
        """
        SELECT plan_id, axis, parent, code, status, is_late, planned_cents, progress_percent
          FROM (\(ActionStore.publicActions(on: day, asOf: past))) AS a
        """
    }

    /// The past is made again from history, which the public lane's role may not see and which may be long.
    private func read<Row: Decodable & Sendable>(
        _ statement: SQL, asOf past: Day?, as type: Row.Type
    ) async throws -> Rows<Row> {
        past == nil ? try await database.read(statement, as: type) : try await database.slow(statement, as: type)
    }
}
