import Contract
public import Fields
public import Postgres

/// Where invitations are kept: one-use links that give a member a first token (`security.md` §4).
public struct InvitationStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// How long a link is good for, in days (`security.md` §4 proposes as much for a recruiter's link).
    public static let validDays = 15
    /// How long the token it gives is good for, in days.
    static let tokenDays = 366

    /// Who is invited.
    public struct New: Decodable, Sendable, Hashable {
        /// The person's name.
        public var name: String
        /// The person's professional address.
        public var email: EmailAddress
        /// The role.
        public var role: Caller.Role
        /// For which organisation, by code; one's own when left out. Another's only for the team.
        public var organisation: OrganisationCode?

        /// Who is invited.
        public init(name: String, email: EmailAddress, role: Caller.Role, organisation: OrganisationCode? = nil) {
            self.name = name
            self.email = email
            self.role = role
            self.organisation = organisation
        }
    }

    /// An invitation just made: its link is never seen again.
    public struct Created: Decodable, Sendable {
        /// Its id.
        public var id: Identifier<InvitationStore>
        /// Whose token it gives.
        public var memberID: Member.ID
        /// The link's path: pass it on to that person, and to nobody else.
        public var path: String
        /// Until when it is good.
        public var expiresAt: Instant
    }

    /// What a link says before it is used.
    public struct Offer: Decodable, Sendable {
        /// For which organisation.
        public var organisation: OrganisationReference
        /// In which role.
        public var role: Caller.Role
        /// Until when it is good.
        public var expiresAt: Instant
    }

    /// Makes a member and the link that gives its first token. A manager invites for its own organisation, the team for all.
    public func create<T: Sendable>(_ new: New, as caller: Caller, answer: (Created) throws -> T = { $0 }) async throws
        -> T
    {
        do {
            return try await database.transaction(as: caller) { transaction in
                let organisation = try await organisation(new, as: caller, transaction)
                let member = transaction.newID(Member.ID.self)
                let id = transaction.newID(Identifier<InvitationStore>.self)
                let secret = TokenSecret.random(.invitation)
                let expiresAt = transaction.now.adding(seconds: Self.validDays * 86_400)
                try await transaction.record("invitation.create", on: "invitation", id: id.uuid)
                try await transaction.execute(
                    """
                    INSERT INTO member (id, organisation_id, name, email, role)
                    VALUES (\(member), \(organisation), \(new.name), \(new.email), \(new.role))
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO invitation (id, member_id, secret_hash, invited_by, created_at, expires_at)
                    VALUES (\(id), \(member), \(bytes: secret.hash)::bytea, \(caller.member?.id), \(transaction.now),
                            \(expiresAt))
                    """)
                return try answer(
                    Created(
                        id: id, memberID: member, path: "/v1/invitations/\(secret.text)", expiresAt: expiresAt))
            }
        } catch {
            throw Refusal.mapping(error, AccountRefusals.byConstraint)
        }
    }

    private func organisation(_ new: New, as caller: Caller, _ transaction: Transaction) async throws -> Organisation.ID
    {
        struct Found: Decodable {
            var id: Organisation.ID
            var kind: Caller.OrganisationKind
        }
        let own = caller.member?.organisationID
        let found = try await transaction.rows(
            """
            SELECT id, kind FROM organisation
             WHERE CASE WHEN \(new.organisation)::text IS NULL THEN id = \(own) ELSE code = \(new.organisation) END
            """, as: Found.self
        ).first()
        let mayAll = caller.isSystem || caller.isTeamEditor
        guard mayAll || (caller.member?.role == .manager && caller.mayWrite && (found == nil || found?.id == own))
        else {
            throw Problem.forbidden(
                fr: "Seul un responsable invite, et pour son organisme ; l'équipe invite pour tous.",
                en: "Only a manager invites, for the own organisation; the team invites for all.")
        }
        guard let found else { throw AccountRefusals.unknownOrganisation(new.organisation?.text ?? "") }
        if new.role == .dpo, found.kind != .platform { throw AccountRefusals.dpoOutsideTeam() }
        return found.id
    }

    private static func isGood(_ secret: TokenSecret, at now: Instant) -> SQL {
        "secret_hash = \(bytes: secret.hash)::bytea AND used_at IS NULL AND expires_at > \(now)"
    }

    /// What a link offers; used, expired and unknown ones look alike.
    public func find(_ text: String, as caller: Caller) async throws -> Rows<Offer> {
        guard let secret = TokenSecret(text, .invitation) else { throw AccountRefusals.invitation() }
        let rows = try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: Offer.self)
                  FROM (SELECT jsonb_build_object('code', o.code, 'name', o.name) AS organisation, m.role, i.expires_at
                          FROM invitation i JOIN member m ON m.id = i.member_id
                          JOIN organisation o ON o.id = m.organisation_id
                         WHERE i.\(Self.isGood(secret, at: transaction.now)) AND m.disabled_at IS NULL) AS offer
                """, as: Offer.self)
        }
        guard !rows.isEmpty else { throw AccountRefusals.invitation() }
        return rows
    }

    /// Uses a link: it gives a token, once. Of two at the same time one gets it.
    public func accept(_ text: String, as caller: Caller) async throws -> TokenStore.Created {
        guard let secret = TokenSecret(text, .invitation) else { throw AccountRefusals.invitation() }
        struct Found: Decodable {
            var id: Identifier<InvitationStore>
            var memberID: Member.ID
            var role: Caller.Role
        }
        return try await database.transaction(as: caller) { transaction in
            let found = try await transaction.rows(
                """
                SELECT i.id, i.member_id, m.role FROM invitation i JOIN member m ON m.id = i.member_id
                 WHERE i.\(Self.isGood(secret, at: transaction.now)) AND m.disabled_at IS NULL FOR UPDATE OF i
                """, as: Found.self
            ).first()
            guard let found else { throw AccountRefusals.invitation() }
            try await transaction.record("invitation.accept", on: "invitation", id: found.id.uuid)
            try await transaction.execute(
                "UPDATE invitation SET used_at = \(transaction.now) WHERE id = \(found.id)")
            let scopes: Set<Caller.Scope> = found.role == .reader ? [.read] : [.read, .write]
            return try await TokenStore.insert(
                transaction.newID(Token.ID.self), found.memberID, label: "invitation", scopes: scopes,
                validDays: Self.tokenDays, transaction)
        }
    }
}
