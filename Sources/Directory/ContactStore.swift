import Accounts
import Contract
public import Fields
import Messages
public import Postgres

/// Where structures' recruitment contacts are kept (`security.md` §3): under row-level security, each reaches its own
/// organisation's only, the team all.
public struct ContactStore: Sendable {
    let database: Database
    let structures: StructureStore

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        structures = StructureStore(database)
    }

    /// How long a link is good for, in days (`security.md` §4 proposes as much for a recruiter's link).
    public static let validDays = 15

    // MARK: - Asking

    /// The validated employer, or the team for it, asks for an address: it counts once its link is used, and until then the one
    /// that is proved goes on. An earlier one that was not proved ends with its link.
    public func ask<T: Sendable>(
        _ key: StructureKey, _ new: NewContact, as caller: Caller, answer: (Rows<AskedContact>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let structure = try await structures.current(key, transaction)
                guard structures.looksAfter(caller, structure) else {
                    throw DirectoryRefusals.notYours(structure.finess)
                }
                let id = transaction.newID(RecruitmentContact.ID.self)
                try await transaction.record(
                    "recruitment_contact.ask", on: "recruitment_contact", id: id.uuid,
                    details: ["structure": .string(structure.id.fieldText)])
                guard structure.status == .open else { throw DirectoryRefusals.notOpen(structure.finess) }
                guard let organisation = structure.organisationID else {
                    throw DirectoryRefusals.noClaim(structure.finess)
                }
                let same = try await transaction.rows(
                    """
                    SELECT count(*) AS value FROM recruitment_contact c
                     WHERE c.structure_id = \(structure.id) AND c.state = 'proved' AND lower(c.email) = lower(\(new.email))
                    """, as: Value<Int>.self
                ).first()
                guard same?.value == 0 else { throw DirectoryRefusals.alreadyProved() }
                try await Self.end(of: structure.id, only: "state = 'pending'", transaction)
                let secret = TokenSecret.random(.contact)
                try await transaction.execute(
                    """
                    INSERT INTO recruitment_contact (id, structure_id, organisation_id, email, secret_hash, asked_at, asked_by,
                                                     expires_at)
                    VALUES (\(id), \(structure.id), \(organisation), \(new.email), \(bytes: secret.hash)::bytea,
                            \(transaction.now), \(caller.member?.id), \(Self.expiry(from: transaction.now)))
                    """)
                try await ContactMail(contact: id, structure: structure.id, organisation: organisation).prove(
                    at: new.email, secret, transaction)
                return try answer(
                    try await transaction.rows(
                        """
                        SELECT c.id, s.finess AS structure, c.state, c.asked_at, c.expires_at
                          FROM recruitment_contact c JOIN structure s ON s.id = c.structure_id WHERE c.id = \(id)
                        """, as: AskedContact.self))
            }
        } catch {
            throw Refusal.mapping(error, DirectoryRefusals.byConstraint)
        }
    }

    private static func expiry(from now: Instant) -> Instant { now.adding(seconds: validDays * 86_400) }

    /// Ends a structure's contacts, and their links with them.
    static func end(
        of structure: PublicStructure.ID, only condition: SQL = "state <> 'ended'", _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE recruitment_contact SET state = 'ended', ended_at = \(transaction.now), secret_hash = NULL
             WHERE structure_id = \(structure) AND \(condition)
            """)
    }

    // MARK: - The team's part, where mail does not reach

    /// A fresh link for the address that waits for its proof; the one made before is dead, and so is a mail that would bring it. For
    /// the team to deliver.
    public func link(_ key: StructureKey, as caller: Caller) async throws -> ContactLink {
        struct Pending: Decodable {
            var id: RecruitmentContact.ID
            var email: String
        }
        guard caller.isTeamEditor else { throw Problem.forbidden() }
        return try await database.transaction(as: caller) { transaction in
            let structure = try await structures.current(key, transaction)
            let pending = try await transaction.rows(
                """
                SELECT \(columns: Pending.self) FROM recruitment_contact
                 WHERE structure_id = \(structure.id) AND state = 'pending'
                """, as: Pending.self
            ).first()
            guard let pending else { throw DirectoryRefusals.noContact(structure.finess) }
            let secret = TokenSecret.random(.contact)
            let expiresAt = Self.expiry(from: transaction.now)
            try await transaction.record("recruitment_contact.link", on: "recruitment_contact", id: pending.id.uuid)
            try await transaction.execute(
                """
                UPDATE recruitment_contact SET secret_hash = \(bytes: secret.hash)::bytea, expires_at = \(expiresAt)
                 WHERE id = \(pending.id)
                """)
            try await Outbox.drop(
                aboutKind: "recruitment_contact", [pending.id.uuid], onlyReminders: false, transaction)
            return ContactLink(
                structure: structure.finess, email: pending.email, path: "/v1/contacts/\(secret.text)",
                expiresAt: expiresAt)
        }
    }

    /// Contacts that are pending, proved, or whose owner is to be told that another took their place: those that the team has
    /// to do with first, then the newest; of every structure or of one.
    public func list(_ key: StructureKey? = nil, as caller: Caller) async throws -> Rows<ContactLine> {
        let one: SQL = key.map { "AND \(StructureStore.condition($0))" } ?? .nothing
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: ContactLine.self)
                  FROM (SELECT c.id, s.finess AS structure, s.usual_name, o.code AS organisation, c.state,
                               CASE WHEN c.state = 'pending' AND (c.secret_hash IS NULL OR c.expires_at <= \(transaction.now))
                                    THEN 'deliver_link'
                                    WHEN c.replaced_by IS NOT NULL AND c.told_at IS NULL THEN 'tell_former_address' END AS to_do,
                               c.asked_at, CASE WHEN c.secret_hash IS NOT NULL THEN c.expires_at END AS link_until, c.proved_at,
                               c.ended_at
                          FROM recruitment_contact c JOIN structure s ON s.id = c.structure_id
                          JOIN organisation o ON o.id = c.organisation_id
                         WHERE (c.state <> 'ended' OR (c.replaced_by IS NOT NULL AND c.told_at IS NULL)) \(one)) AS line
                 ORDER BY to_do NULLS LAST, id DESC LIMIT 1000
                """, as: ContactLine.self)
        }
    }

    /// The former address that is to be told, whole: for who tells it.
    public func formerAddress(_ key: StructureKey, as caller: Caller) async throws -> String {
        try await former(key, as: caller) { _, former in former.email }
    }

    /// Notes that the owner of a structure's former address was told that another took its place.
    public func told(_ key: StructureKey, as caller: Caller) async throws {
        try await former(key, as: caller) { transaction, former in
            try await transaction.record("recruitment_contact.told", on: "recruitment_contact", id: former.id.uuid)
            try await transaction.execute(
                "UPDATE recruitment_contact SET told_at = \(transaction.now) WHERE id = \(former.id)")
        }
    }

    private struct Former: Decodable {
        var id: RecruitmentContact.ID
        var email: String
    }

    private func former<T: Sendable>(
        _ key: StructureKey, as caller: Caller, _ body: (Transaction, Former) async throws -> T
    ) async throws -> T {
        guard caller.isTeamEditor else { throw Problem.forbidden() }
        return try await database.transaction(as: caller) { transaction in
            let structure = try await structures.current(key, transaction)
            let former = try await transaction.rows(
                """
                SELECT \(columns: Former.self) FROM recruitment_contact
                 WHERE structure_id = \(structure.id) AND replaced_by IS NOT NULL AND told_at IS NULL ORDER BY id LIMIT 1
                """, as: Former.self
            ).first()
            guard let former else { throw DirectoryRefusals.nobodyToTell(structure.finess) }
            return try await body(transaction, former)
        }
    }
}
