public import Accounts
public import Contract
public import Fields
public import Postgres
public import Reference

/// Where sessions are kept.
public struct SessionStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    // MARK: - Lists

    /// What a list of sessions may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// Words of the title, the text, the job, the organiser or the commune; case, accents and a typo are forgiven.
        public var q: SearchWords?
        /// What they are.
        public var kind: SessionKind?
        /// ROME code of the job.
        public var rome: RomeCode?
        /// INSEE code of the commune.
        public var commune: PlaceCode?
        /// Code of who organises them.
        public var organiser: OrganisationCode?
        /// That begin on this day or later.
        public var startsFrom: Day?
        /// That begin on this day or before.
        public var startsUntil: Day?
        /// With a token: those of one's own organisation in every state; all of them for the team.
        public var mine: Bool?
        /// With `mine`: where they stand.
        public var state: SessionState?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every open session that is not over.
        public init() {}

        var isMine: Bool { mine == true }
        /// The name of the list it makes, in cursors.
        var list: String { isMine ? "sessions_mine" : "sessions" }
        /// What the list is sorted by.
        var key: [String] { isMine ? ["id"] : ["starts_on", "id"] }

        func conditions(on today: Day, as caller: Caller) throws(Refusal) -> SQL {
            var all: SQL
            if isMine {
                guard let member = caller.member else { throw Problem.unauthenticated() }
                all = caller.isTeam ? "true" : "e.organisation_id = \(member.organisationID)"
                if let state { all = "\(all) AND e.state = \(state)" }
            } else {
                guard state == nil else { throw RecruitmentRefusals.stateOfOthers() }
                all = "e.ends_on >= \(today)"
            }
            if let q { all = "\(all) AND e.search_words @@ (SELECT recruitment_query(\(q)))" }
            if let kind { all = "\(all) AND e.kind = \(kind)" }
            if let rome { all = "\(all) AND e.job = \(rome)" }
            if let commune { all = "\(all) AND e.insee = (SELECT coalesce(present_commune(\(commune)), \(commune)))" }
            if let organiser { all = "\(all) AND e.organisation->>'code' = \(organiser)" }
            if let startsFrom { all = "\(all) AND e.starts_on >= \(startsFrom)" }
            if let startsUntil { all = "\(all) AND e.starts_on <= \(startsUntil)" }
            return all
        }

        func after() throws(Refusal) -> SQL {
            guard let cursor else { return "true" }
            if isMine {
                let id = try cursor.key(of: list, PublicSession.ID.self)
                return "e.id < \(id)::uuid"
            }
            let (day, id) = try cursor.key(of: list, Day.self, PublicSession.ID.self)
            return "(e.starts_on, e.id) > (\(day)::date, \(id)::uuid)"
        }
    }

    /// A page of open sessions, the next to begin first; with `mine`, those of one's own in every state, the newest first. One
    /// row more than the limit when there is a next page.
    public func list(_ filter: Filter, on today: Day, as caller: Caller) async throws -> Rows<PublicSession> {
        let statement = try Self.statement(filter, on: today, as: caller, atMost: (filter.limit ?? .standard).count + 1)
        if filter.isMine {
            return try await database.transaction(as: caller) { try await $0.rows(statement, as: PublicSession.self) }
        }
        return filter.q != nil
            ? try await database.slow(statement, as: PublicSession.self)
            : try await database.read(statement, as: PublicSession.self)
    }

    /// Every session that the filter lets through, in the same order, handed over in batches.
    public func export(
        _ filter: Filter, on today: Day, as caller: Caller, _ body: (Rows<PublicSession>) async throws -> Void
    ) async throws {
        let statement = try Self.statement(filter, on: today, as: caller, atMost: nil)
        try await database.slow(as: caller) { try await $0.batches(of: statement, as: PublicSession.self, body) }
    }

    private static func statement(
        _ filter: Filter, on today: Day, as caller: Caller, atMost count: Int?
    ) throws -> SQL {
        let view: SQL = filter.isMine ? "session_view" : "public_session"
        let order: SQL = filter.isMine ? "e.id DESC" : "e.starts_on, e.id"
        return """
            SELECT \(columns: PublicSession.self, of: "e") FROM \(view) e
             WHERE \(try filter.conditions(on: today, as: caller)) AND \(try filter.after())
             ORDER BY \(order) LIMIT \(count)
            """
    }

    // MARK: - One

    /// A session as a caller may see it.
    public struct Found: Sendable {
        /// The session.
        public var session: Rows<PublicSession>
        /// What its organiser and the team see beside.
        public var management: Rows<SessionManagement>?
        /// Its addresses, for the same.
        public var contacts: Rows<SessionContact>?
        /// The moves that the caller may make now.
        public var moves: JSON?
    }

    /// One session, or a refusal when there is none that the caller may know of: the public an open one only.
    public func find(_ id: PublicSession.ID, as caller: Caller) async throws -> Found {
        guard caller.member != nil || caller.isSystem else {
            let rows = try await database.read(
                "SELECT \(columns: PublicSession.self, of: "e") FROM public_session e WHERE e.id = \(id)",
                as: PublicSession.self)
            guard !rows.isEmpty else { throw RecruitmentRefusals.session() }
            return Found(session: rows)
        }
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(id, locked: false, transaction)
            var found = Found(session: try await Self.row(id, transaction))
            if current.isManaged(by: caller) {
                found.management = try await Self.management(id, transaction)
                found.moves = moves(current, by: caller)
                found.contacts = try await transaction.rows(
                    """
                    SELECT c.id, c.state, c.email, (c.asked_at AT TIME ZONE 'Europe/Paris')::date AS asked_on,
                           (c.confirmed_at AT TIME ZONE 'Europe/Paris')::date AS confirmed_on
                      FROM session_contact c WHERE c.session_id = \(id) AND c.state <> 'ended' ORDER BY c.state, c.id
                    """, as: SessionContact.self)
            }
            return found
        }
    }

    func moves(_ current: Current, by caller: Caller) -> JSON {
        guard let actor = current.actor(caller) else { return [] }
        return sessionTransitions.moves(from: current.state, by: actor)
    }

    static func row(_ id: PublicSession.ID, _ transaction: Transaction) async throws -> Rows<PublicSession> {
        try await transaction.rows(
            "SELECT \(columns: PublicSession.self, of: "e") FROM session_view e WHERE e.id = \(id)",
            as: PublicSession.self)
    }

    static func management(_ id: PublicSession.ID, _ transaction: Transaction) async throws -> Rows<SessionManagement> {
        try await transaction.rows(
            """
            SELECT e.version, e.reason, session_has_contact(e.id) AS has_contact, e.created_at, e.updated_at
              FROM session e WHERE e.id = \(id)
            """, as: SessionManagement.self)
    }

    /// What changed on a session, the oldest first: for its organiser and the team.
    public func history(
        _ id: PublicSession.ID, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<RecruitmentEvent> {
        try await database.transaction(as: caller) { transaction in
            let current = try await current(id, locked: false, transaction)
            guard current.isManaged(by: caller) else { throw RecruitmentRefusals.notYourSession() }
            return try await RecruitmentEvent.rows(of: id.uuid, limit: limit, cursor: cursor, transaction)
        }
    }

    // MARK: - The row

    /// A session as a change finds it.
    struct Current: Decodable, Sendable {
        var id: PublicSession.ID
        var organisationID: Identifier<OrganisationTag>
        var state: SessionState
        var version: Int
        var places: Int
        var placesLeft: Int

        /// How many places were taken.
        var taken: Int { places - placesLeft }

        /// Whether a caller sees all of it: its organiser, and the team.
        func isManaged(by caller: Caller) -> Bool {
            caller.isTeam || caller.isSystem || caller.member?.organisationID == organisationID
        }

        /// Whether a caller may know of it. A draft is its organiser's.
        func isKnown(to caller: Caller) -> Bool {
            state == .open || isManaged(by: caller)
                || (caller.member?.organisationKind == .prescriber && state != .draft)
        }

        /// Who a caller is to it; nil when it changes nothing of it.
        func actor(_ caller: Caller) -> SessionActor? {
            guard caller.mayWrite else { return nil }
            if caller.isSystem { return .system }
            return caller.member?.organisationID == organisationID ? .organiser : nil
        }
    }

    /// A session, locked until the transaction ends if asked for; 404 for one that the caller may not know of.
    func current(_ id: PublicSession.ID, locked: Bool, _ transaction: Transaction) async throws -> Current {
        let found = try await transaction.rows(
            "SELECT \(columns: Current.self, of: "e") FROM session e WHERE e.id = \(id) \(locked ? "FOR UPDATE" : .nothing)",
            as: Current.self
        ).first()
        guard let found, found.isKnown(to: transaction.caller) else { throw RecruitmentRefusals.session() }
        return found
    }
}
