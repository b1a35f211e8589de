public import Contract
public import Fields
public import Postgres
import Synchronization

/// Where tokens are kept, and who they stand for.
public final class TokenStore: Sendable {
    private let database: Database

    /// Who a token stands for, as long as the answer may be remembered.
    private struct Known: Decodable, Sendable {
        var tokenID: Token.ID
        var memberID: Member.ID
        var organisationID: Organisation.ID
        var organisationKind: Caller.OrganisationKind
        var role: Caller.Role
        var scopes: [Caller.Scope]
        var expiresAt: Instant
        /// Whether its last use was noted over an hour ago.
        var isUseDue: Bool
    }

    /// A revocation must hold within 5 s on every server (`security.md` §4): an answer is remembered for less.
    static let memorySeconds = 4
    private static let memorySize = 10_000
    private let memory = Mutex<[[UInt8]: (known: Known, until: Instant)]>([:])

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// Whether a token's owner can be told without asking the database.
    public func remembers(_ text: String) -> Bool {
        guard let hash = TokenSecret(text)?.hash else { return false }
        return remembered(hash, at: database.clock.now()) != nil
    }

    /// What is remembered of a token. An answer that would be good for longer than any is, was kept before the clock was set
    /// back: it is forgotten, or a revoked token would stay good for as long as the jump.
    private func remembered(_ hash: [UInt8], at now: Instant) -> Known? {
        memory.withLock { memory in
            guard let found = memory[hash], found.until > now,
                found.until <= now.adding(seconds: Self.memorySeconds)
            else { return nil }
            return found.known
        }
    }

    /// The member a token stands for; refused when it is unknown, expired or revoked, all alike.
    public func member(of text: String, requestID: String) async throws -> Caller.Member {
        guard let secret = TokenSecret(text) else { throw Self.bad() }
        let hash = secret.hash
        let now = database.clock.now()
        let known: Known
        if let remembered = remembered(hash, at: now) {
            known = remembered
        } else {
            guard let found = try await look(up: hash, now: now, requestID: requestID) else { throw Self.bad() }
            known = found
            memory.withLock { memory in
                if memory.count >= Self.memorySize { memory.removeAll() }
                memory[hash] = (found, now.adding(seconds: Self.memorySeconds))
            }
        }
        guard known.expiresAt > now else { throw Self.bad() }
        return Caller.Member(
            id: known.memberID, organisationID: known.organisationID, organisationKind: known.organisationKind,
            role: known.role, scopes: Set(known.scopes), tokenID: known.tokenID)
    }

    private static func bad() -> Refusal {
        Problem.unauthenticated(
            fr: "Ce jeton est inconnu, expiré ou révoqué : demandez-en un autre à votre responsable.",
            en: "This token is unknown, expired or revoked: ask your manager for another.")
    }

    private func look(up hash: [UInt8], now: Instant, requestID: String) async throws -> Known? {
        let caller = Caller.anonymous(requestID: requestID)
        let known = try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: Known.self)
                  FROM (SELECT t.id AS token_id, m.id AS member_id, m.organisation_id, o.kind AS organisation_kind,
                               m.role, to_json(t.scopes) AS scopes, t.expires_at,
                               coalesce(t.last_use_at < \(now.adding(seconds: -3600)), true) AS is_use_due
                          FROM api_token t JOIN member m ON m.id = t.member_id
                          JOIN organisation o ON o.id = m.organisation_id
                         WHERE t.secret_hash = \(bytes: hash)::bytea AND t.revoked_at IS NULL
                           AND t.expires_at > \(now) AND m.disabled_at IS NULL) AS found
                """, as: Known.self
            ).first()
        }
        guard let known, known.isUseDue else { return known }
        do {
            // Noted apart: reads go on while the database only reads.
            _ = try await database.transaction(as: caller) { transaction in
                try await transaction.execute(
                    "UPDATE api_token SET last_use_at = \(now) WHERE id = \(known.tokenID)")
            }
        } catch is DatabaseError {}
        return known
    }

    /// A token just made: its text is never seen again.
    public struct Created: Decodable, Sendable {
        /// Its id.
        public var id: Token.ID
        /// Its text: what goes after `Bearer`.
        public var token: String
        /// Until when it is good.
        public var expiresAt: Instant
    }

    /// A new token for a member, and its text, which is never seen again.
    public func create<T: Sendable>(
        for member: Caller.Member, label: String, scopes: Set<Caller.Scope>, validDays: Int, as caller: Caller,
        answer: (Created) throws -> T = { $0 }
    ) async throws -> T {
        if let creator = caller.member, !scopes.isSubset(of: creator.scopes) { throw AccountRefusals.wider() }
        do {
            return try await database.transaction(as: caller) { transaction in
                let id = transaction.newID(Token.ID.self)
                try await transaction.record("token.create", on: "token", id: id.uuid)
                return try answer(
                    try await Self.insert(
                        id, member.id, label: label, scopes: scopes, validDays: validDays, transaction))
            }
        } catch {
            throw Refusal.mapping(error, AccountRefusals.byConstraint)
        }
    }

    /// Makes a token within somebody's transaction.
    static func insert(
        _ id: Token.ID, _ member: Member.ID, label: String, scopes: Set<Caller.Scope>, validDays: Int,
        _ transaction: Transaction
    ) async throws -> Created {
        guard (1...366).contains(validDays) else {
            throw AccountRefusals.byConstraint["api_token_at_most_a_year"] ?? AccountRefusals.invalid()
        }
        let secret = TokenSecret.random(.member)
        let expiresAt = transaction.now.adding(seconds: validDays * 86_400)
        try await transaction.execute(
            """
            INSERT INTO api_token (id, member_id, secret_hash, label, scopes, created_at, expires_at)
            VALUES (\(id), \(member), \(bytes: secret.hash)::bytea, \(label),
                    \(list: scopes.sorted { $0.rawValue < $1.rawValue })::text[], \(transaction.now), \(expiresAt))
            """)
        return Created(id: id, token: secret.text, expiresAt: expiresAt)
    }

    private static let tokens: SQL = """
        SELECT \(columns: Token.self)
          FROM (SELECT id, member_id, label, to_json(scopes) AS scopes, created_at, expires_at, revoked_at,
                       last_use_at FROM api_token) AS token
        """

    /// Everybody's tokens, the newest first.
    public func list(as caller: Caller) async throws -> Rows<Token> {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows("\(Self.tokens) ORDER BY id DESC", as: Token.self)
        }
    }

    /// A page of the caller's own tokens, the newest first.
    public func listOwn(limit: PageLimit, cursor: Cursor?, as caller: Caller) async throws -> Rows<Token> {
        let before = try cursor?.key(of: "tokens", Token.ID.self)
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                \(Self.tokens)
                 WHERE member_id = \(caller.member?.id) AND (\(before)::uuid IS NULL OR id < \(before)::uuid)
                 ORDER BY id DESC LIMIT \(limit.count + 1)
                """, as: Token.self)
        }
    }

    /// Takes one of the caller's own tokens back. Doing it twice changes nothing.
    public func revokeOwn(_ id: Token.ID, as caller: Caller) async throws {
        try await revoke(id, of: caller.member?.id, as: caller)
    }

    /// Takes anybody's token back: for the team. Doing it twice changes nothing.
    public func revoke(_ id: Token.ID, as caller: Caller) async throws {
        try await revoke(id, of: nil, as: caller)
    }

    private func revoke(_ id: Token.ID, of owner: Member.ID?, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            struct Found: Decodable { var isRevoked: Bool }
            let found = try await transaction.rows(
                """
                SELECT revoked_at IS NOT NULL AS is_revoked FROM api_token
                 WHERE id = \(id) AND (\(owner)::uuid IS NULL OR member_id = \(owner)::uuid) FOR UPDATE
                """, as: Found.self
            ).first()
            guard let found else { throw AccountRefusals.tokenProblem() }
            guard !found.isRevoked else { return }
            try await transaction.record("token.revoke", on: "token", id: id.uuid)
            try await transaction.execute("UPDATE api_token SET revoked_at = \(transaction.now) WHERE id = \(id)")
        }
        memory.withLock { $0.removeAll() }
    }
}
