import Accounts
import Contract
public import Fields
import Foundation
public import Postgres

/// The plan's file ↔ the plan that is stored.
///
/// The file owns code, title, description, axis, organisations, planned dates and planned money; status at creation
/// only; never actual dates, spending or notes. An action is never deleted: it may leave the plan.
public struct PlanImport: Sendable {
    let database: Database

    /// Imports and exports of a database.
    public init(_ database: Database) { self.database = database }

    /// The organisations that a file may name.
    public func organisations(as caller: Caller) async throws -> [PlanOrganisation] {
        try await OrganisationStore(database).list(as: caller).all().map {
            PlanOrganisation(code: $0.code.text, name: $0.name, isFunder: $0.kind == .funder)
        }
    }

    /// The plan as a file; the newest plan when no code is given, nil when there is none.
    public func export(_ code: String? = nil, as caller: Caller) async throws -> PlanFile? {
        try await database.slow(as: caller) { try await stored(code, $0)?.file }
    }

    /// Compares a file with what is stored and, with `apply`, makes it so in one transaction. Without, everything is
    /// tried against the database's constraints and rolled back.
    public func run(_ file: PlanFile, apply: Bool, retire: Bool, as caller: Caller) async throws -> PlanDiff {
        do {
            return try await database.slow(as: caller) { transaction in
                // Two imports at once: the second waits, and compares with what the first made.
                try await transaction.execute("SELECT pg_advisory_xact_lock(310079::bigint)")
                let stored = try await stored(file.header.code, transaction)
                try Self.refuseReuse(of: stored?.left ?? [], in: file)
                let diff = PlanDiff(stored: stored?.file, file: file, retiring: retire)
                if diff.isEmpty { return diff }
                try await change(stored, file, diff, transaction)
                if !apply { throw Rehearsed(diff: diff) }
                return diff
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.diff
        } catch {
            throw Refusal.mapping(error, PlanRefusals.byConstraint.merging(Self.byConstraint) { first, _ in first })
        }
    }

    /// Thrown to roll back what was only tried.
    private struct Rehearsed: Error { let diff: PlanDiff }

    private static let byConstraint: [String: Refusal] = [
        "action_code_once": PlanRefusals.file(
            fr: "Un code d'action de ce fichier appartient déjà à un autre plan.",
            en: "An action's code in this file belongs to another plan already."),
        "funding_line_amount_range": PlanRefusals.file(
            fr: "Un montant prévu dépasse cent milliards d'euros.",
            en: "A planned amount is over a hundred thousand million euros."),
    ]

    private static func refuseReuse(of left: Set<ActionCode>, in file: PlanFile) throws(Refusal) {
        let reused = file.actions.map(\.code).filter(left.contains)
        guard reused.isEmpty else {
            let codes = reused.map(\.text).joined(separator: ", ")
            throw PlanRefusals.file(
                fr: "Ces codes ont quitté le plan et ne resservent jamais : \(codes). Donnez un nouveau code.",
                en: "These codes left the plan and are never used again: \(codes). Give a new code.")
        }
    }

    // MARK: - What is stored

    private struct Stored: Sendable {
        var id: Identifier<PlanFile>
        var file: PlanFile
        var actionIDs: [ActionCode: PublicAction.ID]
        var left: Set<ActionCode>
    }

    private struct PlanRow: Decodable, Sendable {
        var id: Identifier<PlanFile>
        var code: String
        var title: String
        var isFictional: Bool
        var startsOn: Day
        var endsOn: Day
        var expectedActions: Int?
        var expectedAxes: Int?
        var expectedBudgetCents: Int?
        var expectedFunderCents: JSON
    }

    private struct AxisRow: Decodable, Sendable {
        var code: String
        var title: String
    }

    private struct ActionRow: Decodable, Sendable {
        var id: PublicAction.ID
        var code: ActionCode
        var title: String
        var description: String?
        var axis: String
        var lead: String
        var partners: [String]
        var plannedStart: Day
        var plannedEnd: Day
        var status: ActionStatus
        var funding: [PublicAction.Funding]
        var hasLeft: Bool
    }

    private func stored(_ code: String?, _ transaction: Transaction) async throws -> Stored? {
        let plan = try await transaction.rows(
            """
            SELECT \(columns: PlanRow.self) FROM action_plan
             WHERE \(code)::text IS NULL OR code = \(code) ORDER BY starts_on DESC, id DESC LIMIT 1
            """, as: PlanRow.self
        ).first()
        guard let plan else { return nil }
        let axes = try await transaction.rows(
            "SELECT \(columns: AxisRow.self) FROM axis WHERE plan_id = \(plan.id) ORDER BY code", as: AxisRow.self
        ).all()
        let actions = try await transaction.rows(
            """
            SELECT \(columns: ActionRow.self)
              FROM (SELECT v.id, v.code, v.title, v.description, v.axis, v.lead->>'code' AS lead,
                           (SELECT coalesce(jsonb_agg(p->>'code' ORDER BY p->>'code'), '[]')
                              FROM jsonb_array_elements(v.partners) AS p) AS partners,
                           v.planned_start, v.planned_end, v.status, v.public_funding AS funding,
                           v.status_reason_code IS NOT DISTINCT FROM 'left_the_plan' AS has_left
                      FROM action_view v WHERE v.plan_id = \(plan.id)) AS action
             ORDER BY code
            """, as: ActionRow.self
        ).all()
        let invariants = PlanFile.Invariants(
            actions: plan.expectedActions, axes: plan.expectedAxes, budgetCents: plan.expectedBudgetCents,
            funderCents: Dictionary(
                uniqueKeysWithValues: plan.expectedFunderCents.members.map { ($0.name, $0.value.integer ?? 0) }))
        let header = PlanFile.Header(
            code: plan.code, title: plan.title, fictional: plan.isFictional, startsOn: plan.startsOn,
            endsOn: plan.endsOn, invariants: invariants)
        let kept = actions.filter { !$0.hasLeft }.map { action in
            PlanFile.Action(
                code: action.code, title: action.title, description: action.description, axis: action.axis,
                lead: action.lead, partners: action.partners, plannedStart: action.plannedStart,
                plannedEnd: action.plannedEnd, status: action.status,
                funding: action.funding.filter { $0.plannedCents > 0 }.map {
                    PlanFile.Funding(funder: $0.funder, year: $0.year, plannedCents: $0.plannedCents)
                }, line: 0)
        }
        return Stored(
            id: plan.id,
            file: PlanFile(
                header: header, axes: axes.map { PlanFile.Axis(code: $0.code, title: $0.title) }, actions: kept),
            actionIDs: Dictionary(uniqueKeysWithValues: actions.map { ($0.code, $0.id) }),
            left: Set(actions.filter(\.hasLeft).map(\.code)))
    }

    // MARK: - Changing

    /// Statements over whole sets, so that ten thousand actions cost as many statements as seventy-seven.
    private func change(
        _ stored: Stored?, _ file: PlanFile, _ diff: PlanDiff, _ transaction: Transaction
    ) async throws {
        let planID = stored?.id ?? transaction.newID()
        let changed = Set(diff.items.map(\.subject))
        try await transaction.record(
            "plan.import", on: "plan", id: planID.uuid,
            details: ["items": JSON(diff.items.count), "retired": JSON(diff.retired.count)])
        if changed.contains("plan") { try await save(file.header, planID, isNew: stored == nil, transaction) }
        for axis in file.axes where changed.contains("axis \(axis.code)") {
            try await transaction.execute(
                """
                INSERT INTO axis (id, plan_id, code, title)
                VALUES (\(transaction.newID(Identifier<Never>.self)), \(planID), \(axis.code), \(axis.title))
                ON CONFLICT ON CONSTRAINT axis_code_once DO UPDATE SET title = excluded.title
                """)
        }
        var ids = stored?.actionIDs ?? [:]
        let actions = file.actions.filter { changed.contains("action \($0.code)") }
        let created = actions.filter { ids[$0.code] == nil }
        for action in created { ids[action.code] = transaction.newID() }
        try await insert(created, ids, planID, transaction)
        try await update(actions.filter { stored?.actionIDs[$0.code] != nil }, ids, transaction)
        try await saveParts(actions, ids, transaction)
        try await retire(diff.retired, transaction)
    }

    private func save(
        _ header: PlanFile.Header, _ id: Identifier<PlanFile>, isNew: Bool, _ transaction: Transaction
    ) async throws {
        let invariants = header.invariants
        let funders = JSON.object(
            invariants.funderCents.sorted { $0.key < $1.key }.map { JSON.Member($0.key, JSON($0.value)) })
        try await transaction.execute(
            """
            INSERT INTO action_plan (id, code, title, is_fictional, starts_on, ends_on, expected_actions, expected_axes,
                                     expected_budget_cents, expected_funder_cents)
            VALUES (\(id), \(header.code), \(header.title), \(header.fictional), \(header.startsOn), \(header.endsOn),
                    \(invariants.actions), \(invariants.axes), \(invariants.budgetCents), \(json: funders)::jsonb)
            ON CONFLICT ON CONSTRAINT action_plan_key DO UPDATE
               SET title = excluded.title, is_fictional = excluded.is_fictional, starts_on = excluded.starts_on,
                   ends_on = excluded.ends_on, expected_actions = excluded.expected_actions,
                   expected_axes = excluded.expected_axes, expected_budget_cents = excluded.expected_budget_cents,
                   expected_funder_cents = excluded.expected_funder_cents, version = action_plan.version + 1
            """)
    }

    private func json(_ action: PlanFile.Action, _ ids: [ActionCode: PublicAction.ID]) -> JSON {
        [
            "id": JSON(ids[action.code]?.fieldText), "code": .string(action.code.text),
            "parent_id": JSON(action.code.parent.flatMap { ids[$0]?.fieldText }), "title": .string(action.title),
            "description": JSON(action.description), "axis": .string(action.axis), "lead": .string(action.lead),
            "planned_start": .string(action.plannedStart.fieldText),
            "planned_end": .string(action.plannedEnd.fieldText),
            "status": .string(action.status.rawValue),
        ]
    }

    private static let columns: SQL = """
        AS f (id uuid, code text, parent_id uuid, title text, description text, axis text, lead text,
              planned_start date, planned_end date, status text)
        """

    private func insert(
        _ actions: [PlanFile.Action], _ ids: [ActionCode: PublicAction.ID], _ plan: Identifier<PlanFile>,
        _ transaction: Transaction
    ) async throws {
        guard !actions.isEmpty else { return }
        let unsaid = "Non précisé dans le fichier du plan."
        try await transaction.execute(
            """
            INSERT INTO action (id, plan_id, axis_id, parent_id, code, title, description, lead_organisation_id,
                                planned_start, planned_end, status, status_reason, blocker, unblocker, created_at, updated_at)
            SELECT f.id, \(plan), x.id, f.parent_id, f.code, f.title, f.description, o.id, f.planned_start, f.planned_end,
                   f.status, CASE WHEN f.status IN ('paused', 'abandoned') THEN \(unsaid) END,
                   CASE f.status WHEN 'blocked' THEN \(unsaid) END, CASE f.status WHEN 'blocked' THEN \(unsaid) END,
                   \(transaction.now), \(transaction.now)
              FROM jsonb_to_recordset(\(json: .array(actions.map { json($0, ids) }))::jsonb) \(Self.columns)
              JOIN axis x ON x.plan_id = \(plan) AND x.code = f.axis
              JOIN organisation o ON o.code = f.lead
            """)
    }

    private func update(
        _ actions: [PlanFile.Action], _ ids: [ActionCode: PublicAction.ID], _ transaction: Transaction
    ) async throws {
        guard !actions.isEmpty else { return }
        try await transaction.execute(
            """
            UPDATE action a
               SET title = f.title, description = f.description, axis_id = x.id, lead_organisation_id = o.id,
                   planned_start = f.planned_start, planned_end = f.planned_end
              FROM jsonb_to_recordset(\(json: .array(actions.map { json($0, ids) }))::jsonb) \(Self.columns)
              JOIN organisation o ON o.code = f.lead
              JOIN axis x ON x.code = f.axis
             WHERE a.id = f.id AND x.plan_id = a.plan_id
               AND (a.title, a.description, a.axis_id, a.lead_organisation_id, a.planned_start, a.planned_end)
                   IS DISTINCT FROM (f.title, f.description, x.id, o.id, f.planned_start, f.planned_end)
            """)
    }

    /// Partners and planned money of these actions become those of the file. A line that the file dropped goes, unless
    /// something was committed or spent on it: then it stays with nothing planned.
    private func saveParts(
        _ actions: [PlanFile.Action], _ ids: [ActionCode: PublicAction.ID], _ transaction: Transaction
    ) async throws {
        guard !actions.isEmpty else { return }
        let all = actions.compactMap { ids[$0.code] }
        let partners = actions.flatMap { action in
            action.partners.map { partner -> JSON in
                [
                    "id": .string(transaction.newID(Identifier<Never>.self).fieldText),
                    "action_id": JSON(ids[action.code]?.fieldText), "organisation": .string(partner),
                ]
            }
        }
        let lines = actions.flatMap { action in
            action.funding.filter { $0.plannedCents > 0 }.map { line -> JSON in
                [
                    "id": .string(transaction.newID(Identifier<Never>.self).fieldText),
                    "action_id": JSON(ids[action.code]?.fieldText), "funder": .string(line.funder),
                    "year": JSON(line.year), "planned_cents": JSON(line.plannedCents),
                ]
            }
        }
        try await transaction.execute(
            """
            WITH wanted AS (
                SELECT f.id, f.action_id, o.id AS organisation_id
                  FROM jsonb_to_recordset(\(json: .array(partners))::jsonb) AS f (id uuid, action_id uuid, organisation text)
                  JOIN organisation o ON o.code = f.organisation),
            gone AS (
                DELETE FROM action_partner p
                 WHERE p.action_id = ANY (\(list: all)::uuid[])
                   AND NOT EXISTS (SELECT FROM wanted w
                                    WHERE w.action_id = p.action_id AND w.organisation_id = p.organisation_id))
            INSERT INTO action_partner (id, action_id, organisation_id)
            SELECT id, action_id, organisation_id FROM wanted
            ON CONFLICT ON CONSTRAINT action_partner_once DO NOTHING
            """)
        try await transaction.execute(
            """
            WITH wanted AS (
                SELECT f.id, f.action_id, o.id AS funder_id, f.year, f.planned_cents
                  FROM jsonb_to_recordset(\(json: .array(lines))::jsonb)
                       AS f (id uuid, action_id uuid, funder text, year integer, planned_cents bigint)
                  JOIN organisation o ON o.code = f.funder),
            dropped AS (
                SELECT l.id, l.committed_cents = 0 AND l.spent_cents = 0 AS is_unused FROM funding_line l
                 WHERE l.action_id = ANY (\(list: all)::uuid[])
                   AND NOT EXISTS (SELECT FROM wanted w WHERE w.action_id = l.action_id
                                                          AND w.funder_id = l.funder_id AND w.year = l.year)),
            gone AS (DELETE FROM funding_line l USING dropped d WHERE d.id = l.id AND d.is_unused),
            kept AS (UPDATE funding_line l SET planned_cents = 0 FROM dropped d
                      WHERE d.id = l.id AND NOT d.is_unused AND l.planned_cents <> 0)
            INSERT INTO funding_line AS l (id, action_id, funder_id, year, planned_cents)
            SELECT id, action_id, funder_id, year, planned_cents FROM wanted
            ON CONFLICT ON CONSTRAINT funding_line_once DO UPDATE SET planned_cents = excluded.planned_cents
             WHERE l.planned_cents <> excluded.planned_cents
            """)
    }

    /// A done action stays done; the others are abandoned. Both remember that they left.
    private func retire(_ codes: [ActionCode], _ transaction: Transaction) async throws {
        guard !codes.isEmpty else { return }
        try await transaction.execute(
            """
            UPDATE action
               SET status = CASE status WHEN 'done' THEN 'done' ELSE 'abandoned' END,
                   status_reason_code = 'left_the_plan', blocker = NULL, unblocker = NULL
             WHERE code = ANY (\(list: codes)::text[])
            """)
    }
}
