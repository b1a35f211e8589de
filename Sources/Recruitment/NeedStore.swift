import Accounts
public import Contract
import Directory
public import Fields
public import Postgres

/// Where needs are kept.
public struct NeedStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    // MARK: - Lists

    /// A page of open needs, the newest or the nearest first; with `mine`, those of one's own in every state, the newest first.
    /// One row more than the limit when there is a next page.
    public func list(_ filter: Filter, on today: Day, as caller: Caller) async throws -> Rows<PublicNeed> {
        let statement = try Self.statement(filter, on: today, as: caller, atMost: (filter.limit ?? .standard).count + 1)
        if filter.isMine {
            return try await database.transaction(as: caller) { try await $0.rows(statement, as: PublicNeed.self) }
        }
        return filter.isLong
            ? try await database.slow(statement, as: PublicNeed.self)
            : try await database.read(statement, as: PublicNeed.self)
    }

    /// Every need that the filter lets through, in the same order, handed over in batches.
    public func export(
        _ filter: Filter, on today: Day, as caller: Caller, _ body: (Rows<PublicNeed>) async throws -> Void
    ) async throws {
        let statement = try Self.statement(filter, on: today, as: caller, atMost: nil)
        try await database.slow(as: caller) { try await $0.batches(of: statement, as: PublicNeed.self, body) }
    }

    private static func statement(
        _ filter: Filter, on today: Day, as caller: Caller, atMost count: Int?
    ) throws -> SQL {
        let source: SQL = filter.isMine ? "need" : "need_index"
        let view: SQL = filter.isMine ? "need_view" : "public_need"
        let conditions: SQL = "\(try filter.conditions(on: today, as: caller)) AND \(try filter.after())"
        func page(_ condition: SQL) -> SQL {
            """
            SELECT n.id, n.opened_at, \(filter.distance) AS distance_m FROM \(source) n WHERE \(condition) AND \(conditions)
             ORDER BY \(filter.order) LIMIT \(count)
            """
        }
        var pages = page(filter.sought ?? "true")
        var found: SQL = .nothing
        if let sought = filter.sought, let onTheWay = filter.soughtOnTheWay, filter.near == nil, !filter.isMine {
            // A rare word or diploma is found by its index, and the newest of those are taken; a common one is met soon on the way from the
            // newest. PostgreSQL, which can't know which it is, would walk all of them for a rare one.
            found =
                "WITH found AS MATERIALIZED (SELECT n.id FROM need_words n WHERE \(sought) LIMIT \(rare + 1)::integer)"
            let few = page(
                "n.id = ANY (ARRAY(SELECT id FROM found)) AND (SELECT count(*) FROM found) <= \(rare)::integer")
            let many = page("(SELECT count(*) FROM found) > \(rare)::integer AND \(onTheWay)")
            pages = "(\(few)) UNION ALL (\(many))"
        }
        return """
            \(found) SELECT \(columns(distance: "page.distance_m"))
              FROM (\(pages)) AS page JOIN \(view) n ON n.id = page.id
             ORDER BY \(filter.order)
            """
    }

    /// What more needs have is common.
    private static let rare = 1000

    /// The columns of a need, in the record's order, of a view `n`.
    static func columns(distance: SQL) -> SQL {
        let names = Shape.of(PublicNeed.self).names
        let position = names.firstIndex(of: "distance_m") ?? names.count
        func list(_ names: ArraySlice<String>) -> String { names.map { "n." + $0 }.joined(separator: ", ") }
        // Names of the program's own type, none from a request.
        return """
            \(unsafeTextNeverFromInput: list(names[..<position])), \(distance) AS distance_m,
            \(unsafeTextNeverFromInput: list(names[(position + 1)...]))
            """
    }

    // MARK: - One

    /// A need as a caller may see it.
    public struct Found: Sendable {
        /// The need.
        public var need: Rows<PublicNeed>
        /// What its own employer and the team see beside.
        public var management: Rows<NeedManagement>?
        /// What a prescriber sees of its structure beside.
        public var structure: Rows<NeedStructureDetails>?
        /// The moves that the caller may make now.
        public var moves: JSON?
    }

    /// One need, or a refusal when there is none that the caller may know of: the public an open one only.
    public func find(_ id: PublicNeed.ID, on today: Day, as caller: Caller) async throws -> Found {
        guard caller.member != nil || caller.isSystem else {
            let rows = try await database.read(
                """
                SELECT \(Self.columns(distance: "NULL::integer")) FROM public_need n
                 WHERE n.id = \(id) AND n.expires_on >= \(today)
                """, as: PublicNeed.self)
            guard !rows.isEmpty else { throw RecruitmentRefusals.need() }
            return Found(need: rows)
        }
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(id, locked: false, transaction)
            var found = Found(need: try await Self.row(id, transaction))
            if current.isManaged(by: caller) {
                found.management = try await Self.management(id, transaction)
                found.moves = moves(current, by: caller)
            } else if caller.member?.organisationKind == .prescriber {
                found.structure = try await transaction.rows(
                    """
                    SELECT structure_has_contact(s.id) AS has_contact, l.response_percent, l.median_days, s.phone, s.website,
                           s.street, s.postal_code, s.city, s.opening_hours, s.verified_on
                      FROM structure s LEFT JOIN service_level(\(caller.member?.id), s.id) AS l ON true
                     WHERE s.id = \(current.structureID)
                    """, as: NeedStructureDetails.self)
            }
            return found
        }
    }

    /// The moves that a caller may make from where a need stands.
    func moves(_ current: Current, by caller: Caller) -> JSON {
        guard let actor = current.actor(caller) else { return [] }
        return needTransitions.moves(from: current.state, by: actor)
    }

    static func row(_ id: PublicNeed.ID, _ transaction: Transaction) async throws -> Rows<PublicNeed> {
        try await transaction.rows(
            "SELECT \(columns(distance: "NULL::integer")) FROM need_view n WHERE n.id = \(id)", as: PublicNeed.self)
    }

    static func management(_ id: PublicNeed.ID, _ transaction: Transaction) async throws -> Rows<NeedManagement> {
        try await transaction.rows(
            """
            SELECT n.version, o.code AS organisation, n.is_attached, structure_has_contact(n.structure_id) AS has_contact,
                   n.reason, n.created_at, n.updated_at, n.filled_at
              FROM need_view n JOIN organisation o ON o.id = n.organisation_id WHERE n.id = \(id)
            """, as: NeedManagement.self)
    }

    /// What changed on a need, the oldest first: for its employer and the team.
    public func history(
        _ id: PublicNeed.ID, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<RecruitmentEvent> {
        try await database.transaction(as: caller) { transaction in
            let current = try await current(id, locked: false, transaction)
            guard current.isManaged(by: caller) else { throw RecruitmentRefusals.notYourNeed() }
            return try await RecruitmentEvent.rows(of: id.uuid, limit: limit, cursor: cursor, transaction)
        }
    }

    // MARK: - The row

    /// A need as a change finds it.
    struct Current: Decodable, Sendable {
        var id: PublicNeed.ID
        var organisationID: Identifier<OrganisationTag>
        var structureID: PublicStructure.ID
        var finess: String
        var structureStatus: StructureStatus
        var attachedID: Identifier<OrganisationTag>?
        var state: NeedState
        var version: Int
        var positions: Int
        var positionsLeft: Int
        var expiresOn: Day?

        /// How many positions were taken.
        var taken: Int { positions - positionsLeft }
        /// Whether everybody sees it.
        var isShown: Bool { state == .open && structureStatus == .open && attachedID == organisationID }

        /// Whether a caller sees all of it: its employer, and the team.
        func isManaged(by caller: Caller) -> Bool {
            caller.isTeam || caller.isSystem || caller.member?.organisationID == organisationID
        }

        /// Whether a caller may know of it. A draft is its employer's.
        func isKnown(to caller: Caller) -> Bool {
            isShown || isManaged(by: caller) || (caller.member?.organisationKind == .prescriber && state != .draft)
        }

        /// Who a caller is to it; nil when it changes nothing of it.
        func actor(_ caller: Caller) -> NeedActor? {
            guard caller.mayWrite else { return nil }
            if caller.isSystem { return .system }
            if caller.member?.organisationID == organisationID { return .recruiter }
            return caller.isTeam ? .team : nil
        }
    }

    /// A need, locked until the transaction ends if asked for; 404 for one that the caller may not know of.
    func current(_ id: PublicNeed.ID, locked: Bool, _ transaction: Transaction) async throws -> Current {
        let found = try await transaction.rows(
            """
            SELECT n.id, n.organisation_id, n.structure_id, s.finess, s.status AS structure_status,
                   s.organisation_id AS attached_id, n.state, n.version, n.positions, n.positions_left, n.expires_on
              FROM need n JOIN structure s ON s.id = n.structure_id
             WHERE n.id = \(id) \(locked ? "FOR UPDATE OF n" : .nothing)
            """, as: Current.self
        ).first()
        guard let found, found.isKnown(to: transaction.caller) else { throw RecruitmentRefusals.need() }
        return found
    }
}
