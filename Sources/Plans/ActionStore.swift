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

    /// Every public action that the filter lets through as a line of a file, by code, handed over in batches.
    public func export(
        _ filter: Filter, on day: Day, as caller: Caller, _ body: (Rows<ActionLine>) async throws -> Void
    ) async throws {
        try await database.slow(as: caller) { transaction in
            try await transaction.batches(
                of: """
                    SELECT \(columns: ActionLine.self)
                      FROM (SELECT a.*, a.lead->>'code' AS lead_code, a.lead->>'name' AS lead_name,
                                   (SELECT string_agg(p->>'name', ', ' ORDER BY p->>'code')
                                      FROM jsonb_array_elements(a.partners) AS p) AS partner_names
                              FROM (\(Self.publicActions(on: day))) AS a) AS a
                     WHERE \(try filter.conditions()) ORDER BY a.code
                    """, as: ActionLine.self, body)
        }
    }

    private func list(_ filter: Filter, on day: Day, atMost count: Int?) async throws -> Rows<PublicAction> {
        let statement: SQL = """
            SELECT \(columns: PublicAction.self)
              FROM (\(Self.publicActions(on: day))) AS a
             WHERE \(try filter.conditions())
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
        SELECT p.*, action_is_late(p.status, p.planned_start, p.planned_end, p.next_milestone_on, \(day)) AS is_late FROM public_action p
        """
    }

    private static func actions(on day: Day) -> SQL {
        """
        SELECT v.*, funding_warnings(v.funding) AS warnings,
               action_is_late(v.status, v.planned_start, v.planned_end, v.next_milestone_on, \(day)) AS is_late,
               action_is_stale(v.status, v.updated_at, \(day)) AS is_stale,
               action_is_at_risk(v.status, v.planned_start, v.planned_end, v.next_milestone_on, v.health,
                                 v.progress_percent, v.updated_at,
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
    static func row(
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
        var isLead: Bool
        var isPartner: Bool
        var isFunded: Bool
        var hasEvidence: Bool
    }

    /// Finds an action, and locks it for a change: 404 for one the caller may not know of.
    func current(
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
