import Accounts
public import Contract
public import Fields
public import Postgres

extension StructureStore {
    /// A structure as a change finds it, locked.
    struct Current: Decodable, Sendable {
        var id: PublicStructure.ID
        var finess: String
        var version: Int
        var status: StructureStatus
        var organisationID: Identifier<OrganisationTag>?
    }

    /// What a change gives back: the structure, and what those who look after it see.
    public struct Changed: Sendable {
        /// The structure.
        public var structure: Rows<PublicStructure>
        /// What its employer and the team see beside.
        public var management: Rows<StructureKeeping>
    }

    /// A day on which a structure says that it recruits lies at most so far ahead: it says so again, or it is over.
    static let longestRecruiting = 60

    /// Changes fields of a structure: its employer, and the team. Each field keeps who wrote it and when, and what the file said
    /// then; a file that says something else later is a disagreement.
    public func edit<T: Sendable>(
        _ key: StructureKey, _ changes: StructureChanges, precondition: Precondition, as caller: Caller,
        answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(key, operation: "structure.edit", as: caller, answer: answer) { transaction, current in
            try await check(precondition, current, transaction)
            if case .set(let day) = changes.recruitingUntil,
                day.number > transaction.today.number + Self.longestRecruiting
            {
                throw DirectoryRefusals.recruitingTooFar(Self.longestRecruiting)
            }
            if changes.usualName == .cleared { throw DirectoryRefusals.needsName() }
            try changes.check()
            let assignments = changes.assignments
            guard !assignments.isEmpty else { return }
            try await write(assignments, to: current, as: caller, transaction)
        }
    }

    /// Says that all that is shown is right: each field is then kept by hand, as if it had been written today.
    public func verify<T: Sendable>(
        _ key: StructureKey, as caller: Caller, answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(key, operation: "structure.verify", as: caller, answer: answer) { transaction, current in
            let fields = StructureField.allCases.filter(\.isEditable)
            let sources = fields.map { Self.source(of: $0.rawValue, by: caller, on: transaction.today) }.joined()
            try await transaction.execute(
                """
                UPDATE structure s
                   SET verified_on = \(transaction.today), disagreements = '{}',
                       field_sources = s.field_sources || (
                           SELECT coalesce(jsonb_object_agg(key, value), '{}')
                             FROM jsonb_each(jsonb_build_object(\(sources))) AS each
                            WHERE jsonb_typeof(value) = 'object'
                              AND coalesce(to_jsonb(s)->key, 'null') NOT IN ('null', '[]'))
                           -- That it is open all the same: the file that says otherwise is not told of again.
                           || CASE WHEN s.disagreements ? 'status' THEN jsonb_build_object(
                                  \(Self.source(of: "status", by: caller, on: transaction.today))) ELSE '{}' END
                 WHERE s.id = \(current.id)
                """)
        }
    }

    /// A member of `field_sources`: who wrote it, when, and what the newest file said then.
    static func source(of column: String, by caller: Caller, on day: Day) -> SQL {
        let name: SQL = "'\(unsafeTextNeverFromInput: column)'"
        return """
            \(name), jsonb_build_object('source', \(caller.isTeam || caller.isSystem ? "team" : "organisation")::text,
                                        'on', \(day)::date,
                'file', CASE WHEN s.disagreements ? \(name) THEN s.disagreements->\(name)->'value'
                             WHEN s.field_sources ? \(name) THEN s.field_sources->\(name)->'file'
                             ELSE to_jsonb(s.\(unsafeTextNeverFromInput: column)) END)
            """
    }

    private func write(
        _ assignments: [StructureChanges.Assignment], to current: Current, as caller: Caller, _ transaction: Transaction
    ) async throws {
        var set: SQL = "disagreements = s.disagreements"
        for assignment in assignments {
            set = "\(set), \(unsafeTextNeverFromInput: assignment.column) = \(assignment.value)"
        }
        let columns = assignments.filter(\.hasSource).map(\.column)
        let sources = columns.map { Self.source(of: $0, by: caller, on: transaction.today) }.joined()
        try await transaction.execute(
            """
            UPDATE structure s
               SET \(set), field_sources = s.field_sources || jsonb_build_object(\(sources))
             WHERE s.id = \(current.id)
            """)
        try await transaction.execute(
            """
            UPDATE structure s SET disagreements = s.disagreements - \(list: columns)::text[]
             WHERE s.id = \(current.id) AND s.disagreements ?| \(list: columns)::text[]
            """)
    }

    // MARK: - One change

    /// One changed structure: locked, rights checked, recorded, changed, read again.
    func change<T: Sendable>(
        _ key: StructureKey, operation: String, as caller: Caller, answer: (Changed) throws -> T,
        _ body: (Transaction, Current) async throws -> Void
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(key, transaction)
                guard looksAfter(caller, current) else { throw DirectoryRefusals.notYours(current.finess) }
                guard current.status == .open else { throw DirectoryRefusals.notOpen(current.finess) }
                try await transaction.record(operation, on: "structure", id: current.id.uuid)
                try await body(transaction, current)
                return try answer(try await changed(.id(current.id), transaction))
            }
        } catch {
            throw Refusal.mapping(error, DirectoryRefusals.byConstraint)
        }
    }

    /// Whether a caller looks after a structure: the team, and the employer whose claim is validated.
    func looksAfter(_ caller: Caller, _ current: Current) -> Bool {
        guard caller.mayWrite else { return false }
        return caller.isTeam || caller.isSystem
            || (current.organisationID != nil && current.organisationID == caller.member?.organisationID)
    }

    /// A structure, locked until the transaction ends.
    func current(_ key: StructureKey, _ transaction: Transaction) async throws -> Current {
        let found = try await transaction.rows(
            """
            SELECT \(columns: Current.self, of: "s") FROM structure s WHERE \(Self.condition(key)) FOR UPDATE
            """, as: Current.self
        ).first()
        guard let found else { throw DirectoryRefusals.unknown(key) }
        return found
    }

    /// A structure as it is now, with what those who look after it see.
    func changed(_ key: StructureKey, _ transaction: Transaction) async throws -> Changed {
        Changed(
            structure: try await transaction.rows(Self.one(key), as: PublicStructure.self),
            management: try await transaction.rows(Self.management(key), as: StructureKeeping.self))
    }

    private static func management(_ key: StructureKey, more: SQL = .nothing) -> SQL {
        """
        SELECT s.version, o.code AS organisation, s.disagreements\(more)
          FROM structure s LEFT JOIN organisation o ON o.id = s.organisation_id WHERE \(condition(key))
        """
    }

    /// The recruitment contact of a structure `s` in a state, as far as row-level security lets the caller see it.
    private static func contact(_ state: String) -> SQL {
        """
        (SELECT jsonb_build_object('state', c.state, 'email', c.email,
                    'asked_on', (c.asked_at AT TIME ZONE 'Europe/Paris')::date,
                    'expires_on', CASE WHEN c.state = 'pending' THEN (c.expires_at AT TIME ZONE 'Europe/Paris')::date END,
                    'proved_on', (c.proved_at AT TIME ZONE 'Europe/Paris')::date)
           FROM recruitment_contact c WHERE c.structure_id = s.id AND c.state = \(state))
        """
    }

    /// What those who look after a structure see beside; nothing for anybody else.
    public func management(_ key: StructureKey, as caller: Caller) async throws -> Rows<StructureManagement> {
        guard let member = caller.member else { throw Problem.unauthenticated() }
        let contacts: SQL =
            ", \(Self.contact("proved")) AS recruitment_contact, \(Self.contact("pending")) AS pending_contact"
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                \(Self.management(key, more: contacts))
                   AND (\(caller.isTeam) OR s.organisation_id = \(member.organisationID))
                """,
                as: StructureManagement.self)
        }
    }

    private func check(
        _ precondition: Precondition, _ current: Current, _ transaction: Transaction
    ) async throws {
        switch try precondition.compare(with: current.version) {
        case .current: return
        case .stale(let version):
            let changed = try await changes(since: version, current, transaction)
            throw DirectoryRefusals.stale(current.finess, given: version, current: current.version, changed: changed)
        case .merge(let version, let fields):
            let values = try await transaction.rows(
                "SELECT to_jsonb(s) AS value FROM structure s WHERE s.id = \(current.id)", as: Value<JSON>.self
            ).first()?.value
            try Precondition.merge(
                fields, changed: Set(try await changes(since: version, current, transaction)),
                values: values ?? .null)
        }
    }

    /// Names of the fields that changed since a version, which may be one that no integer of the database holds.
    private func changes(since version: Int, _ current: Current, _ transaction: Transaction) async throws -> [String] {
        try await transaction.rows(
            """
            SELECT DISTINCT field AS value FROM field_change
             WHERE row_id = \(current.id)
               AND audit_id IN (SELECT audit_id FROM field_change
                                 WHERE row_id = \(current.id) AND field = 'version'
                                   AND (new_value)::bigint > \(version)::bigint)
               AND field NOT IN ('version', 'field_sources', 'disagreements') ORDER BY value
            """, as: Value<String>.self
        ).all().map(\.value)
    }
}
