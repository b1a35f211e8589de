import Contract
public import Fields
public import Postgres

/// Where organisations are kept.
public struct OrganisationStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// Every organisation, by code.
    public func list(as caller: Caller) async throws -> Rows<Organisation> {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                "SELECT \(columns: Organisation.self) FROM organisation ORDER BY code", as: Organisation.self)
        }
    }

    /// What a new organisation is made of.
    public struct New: Sendable, Hashable {
        /// Its short stable name.
        public var code: OrganisationCode
        /// The name people know.
        public var name: String
        /// What it is on the platform.
        public var kind: Caller.OrganisationKind
        /// Its SIRET, if known.
        public var siret: SIRET?

        /// A new organisation.
        public init(code: OrganisationCode, name: String, kind: Caller.OrganisationKind, siret: SIRET? = nil) {
            self.code = code
            self.name = name
            self.kind = kind
            self.siret = siret
        }
    }

    /// What became of a list of organisations.
    public struct Outcome: Sendable, Hashable {
        /// Codes made.
        public var created: [String] = []
        /// Codes changed.
        public var changed: [String] = []
        /// Codes as they were.
        public var unchanged: [String] = []
    }

    /// Creates or updates organisations by code, in one transaction; `apply` false rolls it back.
    public func save(_ organisations: [New], as caller: Caller, apply: Bool) async throws -> Outcome {
        do {
            return try await database.transaction(as: caller) { transaction in
                var outcome = Outcome()
                try await transaction.record("organisation.save", on: "organisation")
                let known = Dictionary(
                    uniqueKeysWithValues: try await transaction.rows(
                        "SELECT \(columns: Organisation.self) FROM organisation FOR UPDATE", as: Organisation.self
                    ).all().map { ($0.code, $0) })
                for new in organisations {
                    guard let old = known[new.code] else {
                        try await transaction.execute(
                            """
                            INSERT INTO organisation (id, code, name, kind, siret)
                            VALUES (\(transaction.newID(Organisation.ID.self)), \(new.code), \(new.name), \(new.kind), \(new.siret))
                            """)
                        outcome.created.append(new.code.text)
                        continue
                    }
                    if (old.name, old.kind, old.siret) == (new.name, new.kind, new.siret ?? old.siret) {
                        outcome.unchanged.append(new.code.text)
                        continue
                    }
                    try await transaction.execute(
                        """
                        UPDATE organisation
                           SET name = \(new.name), kind = \(new.kind), siret = \(new.siret ?? old.siret),
                               version = version + 1
                         WHERE id = \(old.id)
                        """)
                    outcome.changed.append(new.code.text)
                }
                if !apply || outcome.created.isEmpty && outcome.changed.isEmpty { throw Rehearsed(outcome: outcome) }
                return outcome
            }
        } catch let rehearsed as Rehearsed {
            return rehearsed.outcome
        } catch {
            throw Refusal.mapping(error, AccountRefusals.byConstraint)
        }
    }

    /// Thrown to roll back what was only tried.
    private struct Rehearsed: Error { let outcome: Outcome }
}
