public import Accounts
public import Contract
public import Fields
public import Postgres

/// Where actions are kept.
public struct ActionStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    // MARK: - Reading

    /// What a list may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// An axis' code.
        public var axis: String?
        /// Where it stands.
        public var status: ActionStatus?
        /// Whether it is late today.
        public var late: Bool?
        /// The lead organisation's code.
        public var lead: OrganisationCode?
        /// A funder's code.
        public var funder: OrganisationCode?
        /// Planned to end before this day.
        public var dueBefore: Day?
        /// Words; case, accents and a typo are forgiven.
        public var q: SearchWords?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every action.
        public init() {}
    }

    /// A page of public actions by code; one row more than the limit when there is a next page.
    public func list(_ filter: Filter, on day: Day) async throws -> Rows<PublicAction> {
        try await list(filter, on: day, atMost: (filter.limit ?? .standard).count + 1)
    }

    /// Every public action that the filter lets through, by code.
    public func listAll(_ filter: Filter, on day: Day) async throws -> Rows<PublicAction> {
        try await list(filter, on: day, atMost: nil)
    }

    private func list(_ filter: Filter, on day: Day, atMost count: Int?) async throws -> Rows<PublicAction> {
        let after = try filter.cursor?.key(of: "actions", ActionCode.self)
        let statement: SQL = """
            SELECT \(columns: PublicAction.self)
              FROM (\(Self.publicActions(on: day))) AS a
             WHERE \(filter.conditions(after: after))
             ORDER BY a.code
             LIMIT \(count)
            """
        // Search may be long: it has its own lane.
        return filter.q == nil
            ? try await database.read(statement, as: PublicAction.self)
            : try await database.slow(statement, as: PublicAction.self)
    }

    private static func publicActions(on day: Day) -> SQL {
        """
        SELECT p.*, action_is_late(p.status, p.planned_start, p.planned_end, \(day)) AS is_late FROM public_action p
        """
    }

    private static func actions(on day: Day) -> SQL {
        """
        SELECT v.*, action_is_late(v.status, v.planned_start, v.planned_end, \(day)) AS is_late,
               action_is_stale(v.status, v.updated_at, \(day)) AS is_stale,
               action_is_at_risk(v.status, v.planned_start, v.planned_end, v.health, v.progress_percent, v.updated_at,
                                 \(day)) AS is_at_risk
          FROM action_view v
        """
    }

    /// An action as a caller may see it.
    public enum Found: Sendable {
        /// Its lead, its partners and the team see all of it.
        case full(Rows<Action>, version: Int)
        /// Everybody else sees what is public; its funders also when the action is not.
        case publicView(Rows<PublicAction>, version: Int)
    }

    /// One action, or a refusal when there is none that the caller may know of.
    public func find(_ code: ActionCode, as caller: Caller, on day: Day) async throws -> Found {
        guard let member = caller.member else {
            let rows = try await database.read(
                """
                SELECT \(columns: PublicAction.self) FROM (\(Self.publicActions(on: day))) AS a WHERE a.code = \(code)
                """, as: PublicAction.self)
            guard let version = rows.text(orNil: "public_version") else { throw PlanRefusals.unknown(code) }
            return .publicView(rows, version: version)
        }
        return try await database.transaction(as: caller) { transaction in
            let rows = try await Self.row(code, on: day, as: caller, transaction)
            if let version = rows.text(orNil: "version") { return .full(rows, version: version) }
            let shown = try await transaction.rows(
                """
                SELECT \(columns: PublicAction.self)
                  FROM (SELECT v.id, v.code, v.title, v.description, v.axis, v.parent, v.lead, v.partners,
                               v.public_funding AS funding, v.planned_start, v.planned_end, v.actual_start, v.actual_end,
                               v.status, v.is_late, v.progress_percent, v.planned_cents, v.public_version, v.is_public
                          FROM (\(Self.actions(on: day))) AS v) AS a
                 WHERE a.code = \(code)
                   AND (a.is_public OR EXISTS (SELECT FROM funding_line f
                                                WHERE f.action_id = a.id AND f.funder_id = \(member.organisationID)))
                """, as: PublicAction.self)
            guard let version = shown.text(orNil: "public_version") else { throw PlanRefusals.unknown(code) }
            return .publicView(shown, version: version)
        }
    }

    /// The whole action, if the caller may see it: its lead, its partners, the team.
    private static func row(
        _ code: ActionCode, on day: Day, as caller: Caller, _ transaction: Transaction
    ) async throws -> Rows<Action> {
        try await transaction.rows(
            """
            SELECT \(columns: Action.self)
              FROM (\(actions(on: day))) AS a
             WHERE a.code = \(code)
               AND (\(caller.isTeam || caller.isSystem) OR a.lead_organisation_id = \(caller.member?.organisationID)
                    OR EXISTS (SELECT FROM action_partner p
                                WHERE p.action_id = a.id AND p.organisation_id = \(caller.member?.organisationID)))
            """, as: Action.self)
    }

    // MARK: - Changing

    /// What a rule must look at before a change. Its row is locked until the transaction ends.
    private struct Current: Decodable, Sendable {
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
        var isLead: Bool
        var isPartner: Bool
        var isFunded: Bool
        var hasEvidence: Bool
    }

    /// Finds an action, and locks it for a change: 404 for one the caller may not know of.
    private func current(
        _ code: ActionCode, locked: Bool, as caller: Caller, _ transaction: Transaction
    ) async throws -> Current {
        let organisation = caller.member?.organisationID
        let current = try await transaction.rows(
            """
            SELECT id, version, status, title, description, planned_start, planned_end, actual_start, actual_end, health,
                   is_public, coalesce(lead_organisation_id = \(organisation), false) AS is_lead,
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

    /// Who the caller is to an action: 403 when neither its lead nor the team, or when only reading.
    private func actor(_ caller: Caller, _ current: Current, _ code: ActionCode) throws(Refusal) -> ActionActor {
        guard caller.mayWrite else { throw Problem.forbidden() }
        if caller.isTeam || caller.isSystem { return .team }
        guard current.isLead else { throw PlanRefusals.notYours(code) }
        return .lead
    }

    private func check(
        _ precondition: Precondition, _ current: Current, _ code: ActionCode, _ transaction: Transaction
    ) async throws {
        let given = try precondition.required()
        guard given != current.version else { return }
        struct Name: Decodable { var name: String }
        let changed = try await transaction.rows(
            """
            SELECT DISTINCT CASE part WHEN 'action' THEN field ELSE part || '.' || field END AS name
              FROM action_change
             WHERE action_id = \(current.id)
               AND audit_id IN (SELECT audit_id FROM field_change
                                 WHERE row_id = \(current.id) AND field = 'version' AND (new_value)::integer > \(given))
             ORDER BY name
            """, as: Name.self
        ).all().map(\.name)
        throw PlanRefusals.stale(code, given: given, current: current.version, changed: changed)
    }

    /// One changed action: locked, checked, recorded, changed, read again.
    private func change(
        _ code: ActionCode, operation: String, as caller: Caller,
        _ body: (Transaction, Current) async throws -> Void
    ) async throws -> Rows<Action> {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(code, locked: true, as: caller, transaction)
                try await transaction.record(operation, on: "action", id: current.id.uuid)
                try await body(transaction, current)
                return try await Self.row(code, on: transaction.today, as: caller, transaction)
            }
        } catch {
            throw Refusal.mapping(error, PlanRefusals.byConstraint)
        }
    }

    /// Moves an action to another status, as the table allows.
    public func move(
        _ code: ActionCode, _ move: ActionMove, precondition: Precondition, as caller: Caller
    ) async throws -> Rows<Action> {
        try await change(code, operation: "action.transition", as: caller) { transaction, current in
            let actor = try actor(caller, current, code)
            try await check(precondition, current, code, transaction)
            var given: Set<String> = []
            if move.reason != nil { given.insert("reason") }
            if move.blocker != nil { given.insert("blocker") }
            if move.unblocker != nil { given.insert("unblocker") }
            if move.evidence != nil || current.hasEvidence { given.insert("evidence") }
            try actionTransitions.check(
                from: current.status, to: move.to, by: actor, given: given, label: \.label)
            if let evidence = move.evidence {
                try await insert(evidence, current.id, transaction)
            }
            let isBlocked = move.to == .blocked
            try await transaction.execute(
                """
                UPDATE action
                   SET status = \(move.to), status_reason = \(move.reason), status_reason_code = NULL,
                       blocker = \(isBlocked ? move.blocker : nil), unblocker = \(isBlocked ? move.unblocker : nil)
                 WHERE id = \(current.id)
                """)
        }
    }

    /// Changes fields of an action. A change that changes nothing leaves the version as it is.
    public func edit(
        _ code: ActionCode, _ changes: ActionChanges, precondition: Precondition, as caller: Caller
    ) async throws -> Rows<Action> {
        try await change(code, operation: "action.edit", as: caller) { transaction, current in
            let actor = try actor(caller, current, code)
            if actor == .lead, !changes.teamOnly.isEmpty { throw PlanRefusals.teamOnly(changes.teamOnly) }
            try await check(precondition, current, code, transaction)
            if !changes.clearedButRequired.isEmpty { throw PlanRefusals.required(changes.clearedButRequired) }
            var new = current
            new.title = changes.title.applied(to: current.title) ?? current.title
            new.description = changes.description.applied(to: current.description)
            new.plannedStart = changes.plannedStart.applied(to: current.plannedStart) ?? current.plannedStart
            new.plannedEnd = changes.plannedEnd.applied(to: current.plannedEnd) ?? current.plannedEnd
            new.actualStart = changes.actualStart.applied(to: current.actualStart)
            new.actualEnd = changes.actualEnd.applied(to: current.actualEnd)
            new.health = changes.health.applied(to: current.health) ?? current.health
            new.isPublic = changes.isPublic.applied(to: current.isPublic) ?? current.isPublic
            try await transaction.execute(
                """
                UPDATE action
                   SET title = \(new.title), description = \(new.description), planned_start = \(new.plannedStart),
                       planned_end = \(new.plannedEnd), actual_start = \(new.actualStart),
                       actual_end = \(new.actualEnd), health = \(new.health), is_public = \(new.isPublic)
                 WHERE id = \(current.id)
                   AND (title, description, planned_start, planned_end, actual_start, actual_end, health, is_public)
                       IS DISTINCT FROM (\(new.title), \(new.description), \(new.plannedStart)::date,
                           \(new.plannedEnd)::date, \(new.actualStart)::date, \(new.actualEnd)::date, \(new.health),
                           \(new.isPublic)::boolean)
                """)
        }
    }

    /// Records what was committed and spent on a funding line, in cents.
    public func recordSpending(
        _ code: ActionCode, funder: OrganisationCode, year: Int, _ changes: SpendingChanges,
        precondition: Precondition, as caller: Caller
    ) async throws -> Rows<Action> {
        try await change(code, operation: "action.spending", as: caller) { transaction, current in
            _ = try actor(caller, current, code)
            try await check(precondition, current, code, transaction)
            let touched = try await transaction.execute(
                """
                UPDATE funding_line
                   SET committed_cents = coalesce(\(changes.committedCents)::bigint, committed_cents),
                       spent_cents = coalesce(\(changes.spentCents)::bigint, spent_cents)
                 WHERE action_id = \(current.id) AND year = \(year)
                   AND funder_id = (SELECT id FROM organisation WHERE code = \(funder))
                """)
            guard touched == 1 else { throw PlanRefusals.funding() }
        }
    }

    /// Adds a note; the lead, its partners and the team may.
    public func addNote(_ code: ActionCode, _ note: NewNote, as caller: Caller) async throws -> Rows<Action> {
        try await change(code, operation: "action.note", as: caller) { transaction, current in
            try mayAdd(caller, current, code)
            try await transaction.execute(
                """
                INSERT INTO progress_note (id, action_id, kind, text, written_at, author_id)
                VALUES (\(transaction.newID(Identifier<Action.Note>.self)), \(current.id), \(note.kind), \(note.text),
                        \(transaction.now), \(caller.member?.id))
                """)
        }
    }

    /// Adds a link that proves what was done; the lead, its partners and the team may.
    public func addEvidence(
        _ code: ActionCode, _ evidence: ActionMove.NewEvidence, as caller: Caller
    ) async throws -> Rows<Action> {
        try await change(code, operation: "action.evidence", as: caller) { transaction, current in
            try mayAdd(caller, current, code)
            try await insert(evidence, current.id, transaction)
        }
    }

    private func mayAdd(_ caller: Caller, _ current: Current, _ code: ActionCode) throws(Refusal) {
        if caller.mayWrite, current.isPartner { return }
        _ = try actor(caller, current, code)
    }

    private func insert(
        _ evidence: ActionMove.NewEvidence, _ action: PublicAction.ID, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO evidence (id, action_id, label, url, added_at, author_id)
            VALUES (\(transaction.newID(Identifier<Action.Evidence>.self)), \(action), \(evidence.label),
                    \(evidence.url), \(transaction.now), \(transaction.caller.member?.id))
            """)
    }

    // MARK: - History

    /// A page of an action's history (`sql/views/4_action_event.sql`), the oldest first; for its lead, its partners and the team.
    public func history(
        _ code: ActionCode, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<ActionEvent> {
        let after = try cursor?.key(of: "history", Instant.self, Identifier<ActionEvent>.self)
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(code, locked: false, as: caller, transaction)
            guard caller.isTeam || caller.isSystem || current.isLead || current.isPartner else {
                throw PlanRefusals.notYours(code)
            }
            return try await transaction.rows(
                """
                SELECT \(columns: ActionEvent.self) FROM action_event
                 WHERE action_id = \(current.id)
                   AND (\(after?.0)::timestamptz IS NULL
                        OR (at, id) > (\(after?.0)::timestamptz, \(after?.1)::uuid))
                 ORDER BY at, id
                 LIMIT \(limit.count + 1)
                """, as: ActionEvent.self)
        }
    }
}

extension Rows {
    /// The whole number in a column of the first row, or nil when there is no row.
    fileprivate func text(orNil name: String) -> Int? { isEmpty ? nil : text(0, name).flatMap { Int($0) } }
}
