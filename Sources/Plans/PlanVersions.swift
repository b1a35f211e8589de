public import Accounts
import Contract
public import Fields
public import Postgres

/// An import that changed something in a plan.
public struct PlanVersion: Decodable, Sendable {
    /// The audit row's id.
    public var id: Identifier<PlanVersion>
    /// When.
    public var at: Instant
    /// The plan's code.
    public var plan: String
    /// Which member did it; nil for the system.
    public var memberID: Member.ID?
    /// For which organisation, by code.
    public var organisation: String?
    /// How many things it made or changed: the plan, axes, actions.
    public var items: Int
    /// How many actions left the plan with it.
    public var retired: Int
}

/// The plan as it was: what imports changed, and what the agreement said at the end of a day.
///
/// It is made from the history (`field_change`), which has every value of every field since the first day; nothing is kept
/// for it. The days are the clock's at the time, the order is that of writing.
public struct PlanVersions: Sendable {
    let database: Database

    /// The versions in a database.
    public init(_ database: Database) { self.database = database }

    /// The imports that changed something, the oldest first.
    public func list(as caller: Caller) async throws -> Rows<PlanVersion> {
        try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT l.id, l.at, p.code AS plan, nullif(l.caller, 'system')::uuid AS member_id,
                       o.code AS organisation, coalesce((l.details->>'items')::bigint, 0) AS items,
                       coalesce((l.details->>'retired')::bigint, 0) AS retired
                  FROM audit_log l JOIN action_plan p ON p.id = l.subject_id
                  LEFT JOIN organisation o ON o.id = l.organisation_id
                 WHERE l.operation = 'plan.import' ORDER BY l.at, l.id
                """, as: PlanVersion.self)
        }
    }

    /// What the agreement said at the end of a day in Paris; nil when the plan was not there yet. The newest plan when no code
    /// is given.
    public func file(_ code: String? = nil, on day: Day, as caller: Caller) async throws -> PlanFile? {
        try await database.slow(as: caller) { try await Self.file(code, on: day, $0) }
    }

    /// What differs in the agreement between the ends of two days. Statuses, dates as they were, and spending are not of it.
    public func diff(_ code: String? = nil, from: Day, to: Day, as caller: Caller) async throws -> PlanDiff {
        guard from <= to else { throw PlanRefusals.dayOrder() }
        guard to <= database.clock.today else { throw PlanRefusals.dayToCome(to) }
        return try await database.slow(as: caller) { transaction in
            let before = try await Self.file(code, on: from, transaction)
            guard let after = try await Self.file(code, on: to, transaction) else { throw PlanRefusals.noPlan(on: to) }
            var diff = PlanDiff(stored: before, file: after, retiring: true)
            for index in diff.items.indices { diff.items[index].fields.removeAll { $0.field == "status" } }
            return diff
        }
    }

    private static func file(_ code: String?, on day: Day, _ transaction: Transaction) async throws -> PlanFile? {
        let organisations = try await transaction.rows(
            "SELECT id, code FROM organisation", as: OrganisationRow.self
        ).all()
        let plan = try await transaction.rows(
            """
            SELECT id FROM action_plan
             WHERE \(code)::text IS NULL OR code = \(code) ORDER BY starts_on DESC, id DESC LIMIT 1
            """, as: PlanRow.self
        ).first()
        guard let plan else { throw PlanRefusals.plan() }
        let rows = try await transaction.rows(
            """
            SELECT table_name, row_id, jsonb_object_agg(field, new_value) AS cells
              FROM (SELECT DISTINCT ON (c.row_id, c.field) c.table_name, c.row_id, c.field, c.new_value
                      FROM field_change c JOIN audit_log l ON l.id = c.audit_id
                     WHERE c.table_name IN ('action_plan', 'axis', 'action', 'action_partner', 'funding_line')
                       AND l.at < (\(day)::date + 1)::timestamp AT TIME ZONE 'Europe/Paris'
                     ORDER BY c.row_id, c.field, c.id DESC) AS last
             GROUP BY table_name, row_id
            """, as: PastRow.self
        ).all()
        return try PlanPast(rows, organisations: organisations).file(plan.id.fieldText)
    }
}

private struct OrganisationRow: Decodable, Sendable {
    var id: Organisation.ID
    var code: String
}

private struct PlanRow: Decodable, Sendable { var id: Identifier<PlanFile> }

/// A row as it was: its columns with the last values they were given.
private struct PastRow: Decodable, Sendable {
    var tableName: String
    var rowID: Identifier<Never>
    var cells: JSON

    /// The text of a column that was not empty.
    func text(_ column: String) -> String? { cells[column]?.string }
}

/// Rows of the past, put together as a plan's file. A row that was deleted has nothing left in what it can't be without.
private struct PlanPast {
    let tables: [String: [PastRow]]
    let organisations: [String: String]

    init(_ rows: [PastRow], organisations: [OrganisationRow]) {
        tables = Dictionary(grouping: rows, by: \.tableName)
        self.organisations = Dictionary(uniqueKeysWithValues: organisations.map { ($0.id.fieldText, $0.code) })
    }

    private func rows(_ table: String, where column: String, is value: String) -> [PastRow] {
        (tables[table] ?? []).filter { $0.text(column) == value }
    }

    func file(_ plan: String) throws -> PlanFile? {
        guard let row = tables["action_plan"]?.first(where: { $0.rowID.fieldText == plan }),
            let header = try header(row)
        else { return nil }
        let axes = rows("axis", where: "plan_id", is: plan)
        let axisCodes = Dictionary(uniqueKeysWithValues: axes.map { ($0.rowID.fieldText, $0.text("code") ?? "") })
        let partners = Dictionary(grouping: tables["action_partner"] ?? []) { $0.text("action_id") ?? "" }
        let lines = Dictionary(grouping: tables["funding_line"] ?? []) { $0.text("action_id") ?? "" }
        let actions = try rows("action", where: "plan_id", is: plan).compactMap { action in
            let id = action.rowID.fieldText
            return try self.action(action, axisCodes, partners: partners[id] ?? [], lines: lines[id] ?? [])
        }
        return PlanFile(
            header: header,
            axes: axes.map { PlanFile.Axis(code: $0.text("code") ?? "", title: $0.text("title") ?? "") },
            actions: actions)
    }

    private func header(_ row: PastRow) throws -> PlanFile.Header? {
        guard let code = row.text("code"), let title = row.text("title"), let start = row.text("starts_on"),
            let end = row.text("ends_on")
        else { return nil }
        let funders = (row.cells["expected_funder_cents"]?.members ?? []).map { ($0.name, $0.value.integer ?? 0) }
        let invariants = PlanFile.Invariants(
            actions: row.cells["expected_actions"]?.integer, axes: row.cells["expected_axes"]?.integer,
            budgetCents: row.cells["expected_budget_cents"]?.integer,
            funderCents: Dictionary(funders) { first, _ in first })
        return PlanFile.Header(
            code: code, title: title, fictional: row.cells["is_fictional"] == true,
            startsOn: try Day(fieldText: start), endsOn: try Day(fieldText: end), invariants: invariants)
    }

    /// Nil for one that had left the plan.
    private func action(
        _ row: PastRow, _ axes: [String: String], partners: [PastRow], lines: [PastRow]
    ) throws -> PlanFile.Action? {
        guard row.text("status_reason_code") != "left_the_plan", let code = row.text("code"),
            let title = row.text("title"), let start = row.text("planned_start"), let end = row.text("planned_end")
        else { return nil }
        let funding = lines.compactMap { line -> PlanFile.Funding? in
            guard let cents = line.cells["planned_cents"]?.integer, cents > 0, let year = line.cells["year"]?.integer
            else { return nil }
            return PlanFile.Funding(funder: organisation(line, "funder_id"), year: year, plannedCents: cents)
        }
        return PlanFile.Action(
            code: try ActionCode(fieldText: code), title: title, description: row.text("description"),
            axis: axes[row.text("axis_id") ?? ""] ?? "", lead: organisation(row, "lead_organisation_id"),
            partners: partners.map { organisation($0, "organisation_id") }, plannedStart: try Day(fieldText: start),
            plannedEnd: try Day(fieldText: end),
            status: row.text("status").flatMap(ActionStatus.init(rawValue:)) ?? .planned, funding: funding)
    }

    private func organisation(_ row: PastRow, _ column: String) -> String {
        row.text(column).flatMap { organisations[$0] } ?? ""
    }
}
