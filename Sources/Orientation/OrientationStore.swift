import Accounts
public import Contract
public import Directory
public import Fields
public import Postgres
public import Recruitment

/// Where orientations are kept. Row-level security guards every row (`sql/migrations/0019_orientations.sql`); what is asked here
/// says the same again, so that indexes serve it.
public struct OrientationStore: Sendable {
    let database: Database
    let candidates: CandidateStore

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        candidates = CandidateStore(database)
    }

    /// What a list may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// Where they stand.
        public var state: OrientationState?
        /// Of this person's file.
        public var candidate: Candidate.ID?
        /// For this need.
        public var need: PublicNeed.ID?
        /// To this structure, also for its needs: its id.
        public var structure: PublicStructure.ID?
        /// For this session.
        public var session: PublicSession.ID?
        /// Those whose day is past.
        public var overdue: Bool?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every orientation that the caller may know of.
        public init() {}
    }

    /// An orientation as a move finds it.
    struct Current: Decodable, Sendable {
        var id: Orientation.ID
        var candidateID: Candidate.ID
        var organisationID: Identifier<OrganisationTag>
        var prescriberID: Member.ID?
        var referentID: Identifier<OrganisationTag>
        var targetKind: TargetKind
        var needID: PublicNeed.ID?
        var structureID: PublicStructure.ID?
        var sessionID: PublicSession.ID?
        var receiverID: Identifier<OrganisationTag>?
        var state: OrientationState
        var formerState: OrientationState?
        var dueOn: Day?
        var closedAt: Instant?
        var hiredAt: Instant?
        var hasPlace: Bool
        var version: Int

        /// As what the caller acts on it; nil for who has no part in it.
        func actor(_ caller: Caller) -> OrientationActor? {
            guard let organisation = caller.member?.organisationID else { return nil }
            if organisation == organisationID || organisation == referentID { return .prescriber }
            return organisation == receiverID ? .recruiter : nil
        }
    }

    // MARK: - Reading

    /// A page of what the caller's organisation sent, follows or received, the newest first; for the team, of all that was sent.
    public func list(_ filter: Filter, as caller: Caller) async throws -> Rows<OrientationLine> {
        let before = try filter.cursor?.key(of: "orientations", Orientation.ID.self)
        guard let member = caller.member else { throw Problem.unauthenticated() }
        let limit = (filter.limit ?? .standard).count + 1
        return try await database.transaction(as: caller) { transaction in
            let more = Self.conditions(filter, before: before, on: transaction.today)
            func side(_ condition: SQL) -> SQL {
                "(SELECT o.id FROM orientation o WHERE \(condition)\(more) ORDER BY o.id DESC LIMIT \(limit))"
            }
            let organisation = member.organisationID
            let page: SQL =
                caller.isTeam
                ? "\(side("o.state <> 'draft'"))"
                : """
                \(side("o.organisation_id = \(organisation)")) UNION \(side("o.referent_id = \(organisation)"))
                UNION \(side("o.receiver_id = \(organisation)"))
                """
            return try await transaction.rows(
                """
                WITH page AS (SELECT sides.id FROM (\(page)) AS sides ORDER BY sides.id DESC LIMIT \(limit))
                SELECT o.id, \(Self.target) AS target,
                       CASE WHEN \(Self.isFollowed(by: organisation)) THEN o.candidate_id END AS candidate_id,
                       CASE WHEN \(Self.isFollowed(by: organisation)) OR \(Self.isVisible) THEN c.first_name END AS first_name,
                       jsonb_build_object('code', p.code, 'name', p.name) AS organisation,
                       \(Self.role(of: member)) AS role, o.state, o.due_on,
                       coalesce(o.due_on < \(transaction.today)::date, false) AS is_overdue, o.sent_at, o.closed_at, o.version
                  FROM page CROSS JOIN LATERAL (SELECT * FROM orientation r WHERE r.id = page.id OFFSET 0) AS o \(Self.joins)
                 ORDER BY o.id DESC
                """, as: OrientationLine.self)
        }
    }

    private static func conditions(_ filter: Filter, before: Orientation.ID?, on today: Day) -> SQL {
        var more: SQL = ""
        if let before { more = "\(more) AND o.id < \(before)" }
        if let state = filter.state { more = "\(more) AND o.state = \(state)" }
        if let candidate = filter.candidate {
            // Who received it knows no file.
            more =
                "\(more) AND o.candidate_id = \(candidate) AND (SELECT caller_organisation()) IN (o.organisation_id, o.referent_id)"
        }
        if let need = filter.need { more = "\(more) AND o.need_id = \(need)" }
        if let structure = filter.structure { more = "\(more) AND o.structure_id = \(structure)" }
        if let session = filter.session { more = "\(more) AND o.session_id = \(session)" }
        if filter.overdue == true { more = "\(more) AND o.due_on < \(today)::date" }
        return more
    }

    /// One orientation, with the moves that the caller may make. Who received it and sees the person's identity is written down.
    public func find(_ id: Orientation.ID, as caller: Caller) async throws -> Changed {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, locked: false, transaction)
                if current.actor(caller) == .recruiter { try await noteReading(of: current, transaction) }
                return try await shown(current, transaction)
            }
        } catch {
            try await database.alert(of: error, as: caller)
            throw error
        }
    }

    /// An orientation and the caller's moves, as they are now.
    func shown(_ current: Current, _ transaction: Transaction) async throws -> Changed {
        guard let member = transaction.caller.member else { throw Problem.unauthenticated() }
        let role: OrientationRole =
            switch current.actor(transaction.caller) {
            case .prescriber: .prescriber
            case .recruiter: .recruiter
            default: .team
            }
        let moves =
            transaction.caller.mayWrite
            ? current.actor(transaction.caller).map { orientationTransitions.moves(from: current.state, by: $0) } : nil
        return Changed(
            row: try await transaction.rows(
                Self.one(current.id, role: role, for: member.organisationID), as: Orientation.self),
            moves: moves ?? .array([]))
    }

    private func noteReading(of current: Current, _ transaction: Transaction) async throws {
        guard let member = transaction.caller.member else { return }
        let isSeen = try await transaction.rows(
            "SELECT o.opened_at IS NOT NULL AND \(Self.isVisible) AS value FROM orientation o WHERE o.id = \(current.id)",
            as: Value<Bool>.self
        ).first()?.value
        guard isSeen == true else { return }
        guard try await transaction.opened(current.candidateID, by: member, route: "orientation.read") else {
            throw CandidateRefusals.tooManyReads()
        }
    }

    /// An orientation that the caller has a part in, or the team; 404 otherwise. Drafts are their prescriber's.
    func current(_ id: Orientation.ID, locked: Bool, _ transaction: Transaction) async throws -> Current {
        let lock: SQL = locked ? " FOR UPDATE" : ""
        let found = try await transaction.rows(
            "SELECT \(columns: Current.self, of: "o") FROM orientation o WHERE o.id = \(id)\(lock)", as: Current.self
        ).first()
        guard let found else { throw OrientationRefusals.orientation() }
        switch found.actor(transaction.caller) {
        case .prescriber: return found
        case .recruiter where found.state != .draft: return found
        default:
            guard transaction.caller.isSystem || (transaction.caller.isTeam && found.state != .draft && !locked) else {
                throw OrientationRefusals.orientation()
            }
            return found
        }
    }
}
