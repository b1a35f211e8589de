import Accounts
public import Contract
public import Fields
public import Postgres
import Reference

/// Where actions are kept.
public struct ActionStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    // MARK: - Reading

    /// A page of actions by code, as the public sees them; one row more than the limit when there is a next page.
    public func list(_ filter: Filter, on day: Day, as caller: Caller) async throws -> Rows<PublicAction> {
        try await list(filter, on: day, as: caller, atMost: (filter.limit ?? .standard).count + 1)
    }

    /// Every action that the filter lets through, by code, as the public sees them.
    public func listAll(_ filter: Filter, on day: Day, as caller: Caller) async throws -> Rows<PublicAction> {
        try await list(filter, on: day, as: caller, atMost: nil)
    }

    /// Every action that the filter lets through as a line of a file, by code, handed over in batches.
    public func export(
        _ filter: Filter, on day: Day, as caller: Caller, _ body: (Rows<ActionLine>) async throws -> Void
    ) async throws {
        let source = try source(filter, on: day, as: caller)
        try await database.slow(as: caller) { transaction in
            try await transaction.batches(
                of: """
                    SELECT \(columns: ActionLine.self)
                      FROM (SELECT a.*, a.lead->>'code' AS lead_code, a.lead->>'name' AS lead_name,
                                   (SELECT string_agg(p->>'name', ', ' ORDER BY p->>'code')
                                      FROM jsonb_array_elements(a.partners) AS p) AS partner_names,
                                   (SELECT string_agg(p->>'name', ', ' ORDER BY p->>'code')
                                      FROM jsonb_array_elements(a.territory) AS p) AS territory_names,
                                   (SELECT string_agg(p, ', ') FROM jsonb_array_elements_text(a.audiences) AS p)
                                       AS audience_codes
                              FROM (\(source)) AS a) AS a
                     WHERE \(try filter.conditions(on: day)) ORDER BY a.code
                    """, as: ActionLine.self, body)
        }
    }

    private func list(
        _ filter: Filter, on day: Day, as caller: Caller, atMost count: Int?
    ) async throws -> Rows<PublicAction> {
        let statement: SQL = """
            SELECT \(columns: PublicAction.self)
              FROM (\(try source(filter, on: day, as: caller))) AS a
             WHERE \(try filter.conditions(on: day))
             ORDER BY a.code
             LIMIT \(limit: count)
            """
        if filter.isInternal {
            return try await database.slow(as: caller) { try await $0.rows(statement, as: PublicAction.self) }
        }
        // Search and the past may be long: they have their own lane.
        return filter.q == nil && filter.asOf == nil
            ? try await database.read(statement, as: PublicAction.self)
            : try await database.slow(statement, as: PublicAction.self)
    }

    /// Public actions; with filters that look at internal columns, those whose internal columns the caller may see.
    private func source(_ filter: Filter, on day: Day, as caller: Caller) throws -> SQL {
        try filter.check(today: day)
        guard filter.isInternal else { return Self.publicActions(on: filter.asOf ?? day, asOf: filter.asOf) }
        guard caller.member != nil || caller.isSystem else { throw Problem.unauthenticated() }
        return """
            SELECT v.id, v.code, v.title, v.description, v.axis, v.parent, v.lead, v.partners, v.public_funding AS funding,
                   v.planned_start, v.planned_end, v.actual_start, v.actual_end, v.status, v.is_late, v.progress_percent,
                   v.planned_cents, v.public_version, v.territory, v.place_codes, v.audiences, v.search_text, v.health,
                   v.is_stale, v.is_at_risk, v.is_without_evidence, v.is_under_spent
              FROM (\(Self.actions(on: filter.asOf ?? day, asOf: filter.asOf))) AS v
             WHERE \(Self.seen(by: caller))
            """
    }

    /// Public actions on a day, with what is computed for it; as of a past day, what was public then and still is.
    static func publicActions(on day: Day, asOf past: Day? = nil) -> SQL {
        let late: SQL =
            "action_is_late(p.status, p.planned_start, p.planned_end, p.next_milestone_on, \(day)) AS is_late"
        guard let past else { return "SELECT p.*, \(late) FROM public_action p" }
        return """
            SELECT p.id, p.plan_id, p.code, p.title, p.description, p.axis, p.parent, p.lead, p.partners,
                   p.public_funding AS funding, p.planned_start, p.planned_end, p.actual_start, p.actual_end, p.status,
                   p.progress_percent, p.next_milestone_on, p.planned_cents, p.version AS public_version, p.territory,
                   p.place_codes, p.audiences, \(late)
              FROM action_as_of(\(past)) p JOIN action present ON present.id = p.id
             WHERE p.is_public AND present.is_public
            """
    }

    /// Whole actions on a day, with what is computed for it; as they stand, or as of a past day.
    static func actions(on day: Day, asOf past: Day? = nil) -> SQL {
        """
        SELECT v.*, funding_warnings(v.funding) AS warnings,
               action_is_late(v.status, v.planned_start, v.planned_end, v.next_milestone_on, \(day)) AS is_late,
               action_is_stale(v.status, v.updated_at, \(day)) AS is_stale,
               action_is_at_risk(v.status, v.planned_start, v.planned_end, v.next_milestone_on, v.health,
                                 v.progress_percent, v.updated_at,
                                 \(day)) AS is_at_risk,
               action_is_without_news(v.status, v.updated_at, \(day)) AS is_without_news,
               action_is_due_soon(v.status, v.planned_end, \(day)) AS is_due_soon,
               action_lacks_evidence(v.status, v.evidence) AS is_without_evidence,
               action_is_under_spent(v.status, v.funding, \(day)) AS is_under_spent,
               action_is_over_committed(v.funding) AS is_over_committed,
               action_has_open_challenge(v.indicators) AS is_challenged
          FROM \(past.map { "action_as_of(\($0))" as SQL } ?? "action_view") v
        """
    }

    /// Which of the actions `v` a caller sees whole: its lead, its partners, the team.
    static func seen(by caller: Caller) -> SQL {
        if caller.isTeam || caller.isSystem { return "true" }
        let organisation = caller.member?.organisationID
        return """
            (v.lead_organisation_id = \(organisation)
             OR EXISTS (SELECT FROM action_partner p WHERE p.action_id = v.id AND p.organisation_id = \(organisation)))
            """
    }

    /// An action as a caller may see it.
    public enum Found: Sendable {
        /// Its lead, its partners and the team see all of it.
        case full(Rows<Action>, version: Int)
        /// Everybody else sees what is public; its funders also when the action is not.
        case publicView(Rows<PublicAction>, version: Int)
    }

    /// One action, or a refusal when there is none that the caller may know of. As of a past day: as it stood at its end.
    public func find(_ code: ActionCode, as caller: Caller, on today: Day, asOf past: Day? = nil) async throws -> Found
    {
        try PlanRefusals.checkPast(past, today: today)
        let day = past ?? today
        guard let member = caller.member else {
            let statement: SQL = """
                SELECT \(columns: PublicAction.self) FROM (\(Self.publicActions(on: day, asOf: past))) AS a
                 WHERE a.code = \(code)
                """
            let rows =
                past == nil
                ? try await database.read(statement, as: PublicAction.self)
                : try await database.slow(statement, as: PublicAction.self)
            guard let version = rows.text(orNil: "public_version") else { throw PlanRefusals.unknown(code) }
            return .publicView(rows, version: version)
        }
        // The past is made again from history: it may be long.
        let read = { (transaction: Transaction) in
            let rows = try await Self.row(code, on: day, asOf: past, as: caller, transaction)
            if let version = rows.text(orNil: "version") { return Found.full(rows, version: version) }
            let shown = try await transaction.rows(
                """
                SELECT \(columns: PublicAction.self)
                  FROM (SELECT v.id, v.code, v.title, v.description, v.axis, v.parent, v.lead, v.partners,
                               v.public_funding AS funding, v.planned_start, v.planned_end, v.actual_start, v.actual_end,
                               v.status, v.is_late, v.progress_percent, v.planned_cents, v.territory, v.audiences,
                               now.public_version, now.is_public
                          FROM (\(Self.actions(on: day, asOf: past))) AS v JOIN action now ON now.id = v.id) AS a
                 WHERE a.code = \(code)
                   AND (a.is_public OR EXISTS (SELECT FROM funding_line f
                                                WHERE f.action_id = a.id AND f.funder_id = \(member.organisationID)))
                """, as: PublicAction.self)
            guard let version = shown.text(orNil: "public_version") else { throw PlanRefusals.unknown(code) }
            return .publicView(shown, version: version)
        }
        return past == nil
            ? try await database.transaction(as: caller, read) : try await database.slow(as: caller, read)
    }

    /// The whole action, if the caller may see it: its lead, its partners, the team.
    static func row(
        _ code: ActionCode, on day: Day, asOf past: Day? = nil, as caller: Caller, _ transaction: Transaction
    ) async throws -> Rows<Action> {
        try await transaction.rows(
            """
            SELECT \(columns: Action.self) FROM (\(actions(on: day, asOf: past))) AS v
             WHERE v.code = \(code) AND \(seen(by: caller))
            """, as: Action.self)
    }

    // MARK: - Finding

    /// What a rule must look at before a change. Its row is locked until the transaction ends.
    struct Current: Decodable, Sendable {
        var id: PublicAction.ID
        var version: Int
        var status: ActionStatus
        var title: String
        var description: String?
        var plannedStart: Day
        var plannedEnd: Day
        var actualStart: Day?
        var actualEnd: Day?
        var health: ActionHealth
        var isPublic: Bool
        var territory: [PlaceCode]
        var audiences: [Audience]
        var priority: ActionPriority
        var isLead: Bool
        var isPartner: Bool
        var isFunded: Bool
        var hasEvidence: Bool

        /// The columns that a PATCH changes, in the order of `ActionStore.apply`.
        var values: SQL {
            """
            \(title), \(description), \(plannedStart)::date, \(plannedEnd)::date, \(actualStart)::date, \(actualEnd)::date,
            \(health), \(isPublic)::boolean, \(list: Set(territory).sorted { $0.text < $1.text })::text[],
            \(list: Audience.allCases.filter(audiences.contains))::text[], \(priority)
            """
        }
    }

    /// Finds an action, and locks it for a change: 404 for one the caller may not know of.
    func current(
        _ code: ActionCode, locked: Bool, as caller: Caller, _ transaction: Transaction
    ) async throws -> Current {
        let organisation = caller.member?.organisationID
        let current = try await transaction.rows(
            """
            SELECT id, version, status, title, description, planned_start, planned_end, actual_start, actual_end, health,
                   is_public, to_jsonb(territory) AS territory, to_jsonb(audiences) AS audiences, priority, coalesce(lead_organisation_id = \(organisation), false) AS is_lead,
                   EXISTS (SELECT FROM action_partner p
                            WHERE p.action_id = action.id AND p.organisation_id = \(organisation)) AS is_partner,
                   EXISTS (SELECT FROM funding_line f
                            WHERE f.action_id = action.id AND f.funder_id = \(organisation)) AS is_funded,
                   EXISTS (SELECT FROM evidence e WHERE e.action_id = action.id) AS has_evidence
              FROM action WHERE code = \(code) \(locked ? "FOR UPDATE" as SQL : .nothing)
            """, as: Current.self
        ).first()
        let mayEverything = caller.isTeam || caller.isSystem
        guard let current,
            current.isPublic || mayEverything || current.isLead || current.isPartner || current.isFunded
        else { throw PlanRefusals.unknown(code) }
        return current
    }

    /// What a caller may do with an action's status now, and what each move needs; nothing for who only reads it.
    public func moves(_ code: ActionCode, as caller: Caller) async throws -> JSON {
        guard caller.mayWrite else { return [] }
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(code, locked: false, as: caller, transaction)
            guard let actor = try? actor(caller, current, code) else { return [] }
            return actionTransitions.moves(from: current.status, by: actor)
        }
    }

    /// What a file of evidence is; for the action's lead, its partners and the team, 404 for a link and what is not there.
    public func evidenceFile(
        _ code: ActionCode, _ id: Identifier<Action.Evidence>, as caller: Caller
    ) async throws -> FileKind {
        struct Found: Decodable { var fileKind: FileKind }
        let found = try await database.transaction(as: caller) { transaction in
            let current = try await current(code, locked: false, as: caller, transaction)
            guard caller.isTeam || caller.isSystem || current.isLead || current.isPartner else {
                throw PlanRefusals.notYours(code)
            }
            return try await transaction.rows(
                """
                SELECT file_kind FROM evidence
                 WHERE id = \(id) AND action_id = \(current.id) AND file_kind IS NOT NULL
                """, as: Found.self
            ).first()
        }
        guard let found else { throw PlanRefusals.evidence() }
        return found.fileKind
    }

    // MARK: - History

    /// A page of an action's history (`sql/views/4_action_event.sql`), the oldest first; for its lead, its partners and the team.
    public func history(
        _ code: ActionCode, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<ActionEvent> {
        let after = try cursor?.key(of: "history", HistoryPosition.self)
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(code, locked: false, as: caller, transaction)
            guard caller.isTeam || caller.isSystem || current.isLead || current.isPartner else {
                throw PlanRefusals.notYours(code)
            }
            return try await transaction.rows(
                """
                SELECT \(columns: ActionEvent.self) FROM action_event
                 WHERE action_id = \(current.id)
                   AND (\(after)::bigint IS NULL OR position > \(after)::bigint)
                 ORDER BY position
                 LIMIT \(limit.count + 1)
                """, as: ActionEvent.self)
        }
    }
}

extension Rows {
    /// The whole number in a column of the first row, or nil when there is no row.
    fileprivate func text(orNil name: String) -> Int? { isEmpty ? nil : text(0, name).flatMap { Int($0) } }
}
