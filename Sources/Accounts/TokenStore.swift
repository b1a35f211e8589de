import Contract
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
    }

    /// A revocation must hold within 5 s on every server (`security.md` §4): an answer is remembered for less.
    static let memorySeconds = 4
    private static let memorySize = 10_000
    private let memory = Mutex<[[UInt8]: (known: Known, until: Instant)]>([:])

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// The member a token stands for; refused when it is unknown, expired or revoked, all alike.
    public func member(of text: String, requestID: String) async throws -> Caller.Member {
        guard let secret = TokenSecret(text) else { throw Self.bad() }
        let hash = secret.hash
        let now = database.clock.now()
        let remembered = memory.withLock { $0[hash] }
        let known: Known
        if let remembered, remembered.until > now {
            known = remembered.known
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
            role: known.role, scopes: Set(known.scopes))
    }

    private static func bad() -> Refusal {
        Problem.unauthenticated(
            fr: "Ce jeton est inconnu, expiré ou révoqué : demandez-en un autre à votre responsable.",
            en: "This token is unknown, expired or revoked: ask your manager for another.")
    }

    private func look(up hash: [UInt8], now: Instant, requestID: String) async throws -> Known? {
        try await database.transaction(as: .anonymous(requestID: requestID)) { transaction in
            let known = try await transaction.rows(
                """
                SELECT \(columns: Known.self)
                  FROM (SELECT t.id AS token_id, m.id AS member_id, m.organisation_id, o.kind AS organisation_kind,
                               m.role, to_json(t.scopes) AS scopes, t.expires_at
                          FROM api_token t JOIN member m ON m.id = t.member_id
                          JOIN organisation o ON o.id = m.organisation_id
                         WHERE t.secret_hash = \(bytes: hash)::bytea AND t.revoked_at IS NULL
                           AND t.expires_at > \(now) AND m.disabled_at IS NULL) AS found
                """, as: Known.self
            ).first()
            guard let known else { return nil }
            try await transaction.execute(
                """
                UPDATE api_token SET last_use_at = \(now)
                 WHERE id = \(known.tokenID) AND (last_use_at IS NULL OR last_use_at < \(now.adding(seconds: -3600)))
                """)
            return known
        }
    }

    /// A new token for a member, and its text, which is never seen again.
    public func create(
        for member: Caller.Member, label: String, scopes: Set<Caller.Scope>, validDays: Int, as caller: Caller
    ) async throws -> (id: Token.ID, secret: TokenSecret) {
        if let creator = caller.member, !scopes.isSubset(of: creator.scopes) { throw AccountRefusals.wider() }
        guard (1...366).contains(validDays) else {
            throw AccountRefusals.byConstraint["api_token_at_most_a_year"] ?? AccountRefusals.invalid()
        }
        let secret = TokenSecret.random()
        do {
            return try await database.transaction(as: caller) { transaction in
                let id = transaction.newID(Token.ID.self)
                try await transaction.record("token.create", on: "token", id: id.uuid)
                try await transaction.execute(
                    """
                    INSERT INTO api_token (id, member_id, secret_hash, label, scopes, created_at, expires_at)
                    VALUES (\(id), \(member.id), \(bytes: secret.hash)::bytea, \(label),
                            \(list: scopes.sorted { $0.rawValue < $1.rawValue })::text[], \(transaction.now),
                            \(transaction.now.adding(seconds: validDays * 86_400)))
                    """)
                return (id, secret)
            }
        } catch {
            throw Refusal.mapping(error, AccountRefusals.byConstraint)
        }
    }

    /// The tokens of a member, or of everybody, the newest first.
    public func list(of member: Member.ID?, as caller: Caller) async throws -> Rows<Token> {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: Token.self)
                  FROM (SELECT id, member_id, label, to_json(scopes) AS scopes, created_at, expires_at, revoked_at,
                               last_use_at FROM api_token) AS token
                 WHERE \(member)::uuid IS NULL OR member_id = \(member)::uuid
                 ORDER BY created_at DESC, id DESC
                """, as: Token.self)
        }
    }

    /// Takes a token back. Doing it twice changes nothing.
    public func revoke(_ id: Token.ID, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            try await transaction.record("token.revoke", on: "token", id: id.uuid)
            let changed = try await transaction.execute(
                "UPDATE api_token SET revoked_at = coalesce(revoked_at, \(transaction.now)) WHERE id = \(id)")
            guard changed == 1 else { throw AccountRefusals.tokenProblem() }
        }
        memory.withLock { $0.removeAll() }
    }
}
