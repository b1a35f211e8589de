import Contract
public import Fields
public import Postgres

/// Where members are kept.
public struct MemberStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    private static let members: SQL = """
        SELECT \(columns: Member.self)
          FROM (SELECT m.id, m.organisation_id, o.code AS organisation, o.kind AS organisation_kind, m.role,
                       m.disabled_at, m.email
                  FROM member m JOIN organisation o ON o.id = m.organisation_id) AS found
        """

    /// Every member, without names and addresses: lists carry ids (`security.md` §2).
    public func list(as caller: Caller) async throws -> Rows<Member> {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows("\(Self.members) ORDER BY organisation, id", as: Member.self)
        }
    }

    /// Who calls, and with what; the last a member learns of itself without its address.
    public func me(_ caller: Caller) async throws -> Rows<Me> {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: Me.self)
                  FROM (SELECT m.id, m.name, m.role, jsonb_build_object('code', o.code, 'name', o.name) AS organisation,
                               o.kind AS organisation_kind, t.id AS token_id, t.label AS token_label,
                               to_json(t.scopes) AS scopes, t.expires_at AS token_expires_at
                          FROM member m JOIN organisation o ON o.id = m.organisation_id
                          JOIN api_token t ON t.member_id = m.id
                         WHERE m.id = \(caller.member?.id) AND t.id = \(caller.member?.tokenID)) AS me
                """, as: Me.self)
        }
    }

    /// The member with this id or e-mail address who may still act; the CLI's `--as`.
    public func find(_ idOrEmail: String, as caller: Caller) async throws -> Member {
        let id = try? Member.ID(fieldText: idOrEmail)
        let found = try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                "\(Self.members) WHERE (id = \(id) OR lower(email) = lower(\(idOrEmail))) AND disabled_at IS NULL",
                as: Member.self
            ).first()
        }
        guard let found else { throw AccountRefusals.unknownMember() }
        return found
    }

    /// What a new member is made of.
    public struct New: Sendable {
        /// For which organisation, by code.
        public var organisation: OrganisationCode
        /// The person's name.
        public var name: String
        /// The person's professional address.
        public var email: EmailAddress
        /// The role.
        public var role: Caller.Role

        /// A new member.
        public init(organisation: OrganisationCode, name: String, email: EmailAddress, role: Caller.Role) {
            self.organisation = organisation
            self.name = name
            self.email = email
            self.role = role
        }
    }

    /// Makes the team's first member, and the platform's organisation if there is none of that code. Refused once the
    /// team has a member: from then on somebody is named for everything.
    public func createFirst(_ new: New, organisationName: String, as caller: Caller) async throws -> Member.ID {
        try await create(new, as: caller, makingTeam: organisationName)
    }

    /// Makes a member of an organisation.
    public func create(_ new: New, as caller: Caller) async throws -> Member.ID {
        try await create(new, as: caller, makingTeam: nil)
    }

    /// `makingTeam` is the name of the team to make when the member is to be its first.
    private func create(_ new: New, as caller: Caller, makingTeam team: String?) async throws -> Member.ID {
        do {
            // Serializable: of two first members at once, the second sees the first or is run again.
            return try await database.transaction(as: caller, isolation: .serializable) { transaction in
                let id = transaction.newID(Member.ID.self)
                try await transaction.record("member.create", on: "member", id: id.uuid)
                if let team { try await makeTeam(new.organisation, named: team, transaction) }
                struct Found: Decodable {
                    var id: Organisation.ID
                    var kind: Caller.OrganisationKind
                }
                let found = try await transaction.rows(
                    "SELECT \(columns: Found.self) FROM organisation WHERE code = \(new.organisation)", as: Found.self
                ).first()
                guard let found else { throw AccountRefusals.unknownOrganisation(new.organisation.text) }
                if new.role == .dpo, found.kind != .platform { throw AccountRefusals.dpoOutsideTeam() }
                try await transaction.execute(
                    """
                    INSERT INTO member (id, organisation_id, name, email, role)
                    VALUES (\(id), \(found.id), \(new.name), \(new.email), \(new.role))
                    """)
                return id
            }
        } catch {
            throw Refusal.mapping(error, AccountRefusals.byConstraint)
        }
    }

    /// Makes the platform's organisation unless it is there; refused once the team has a member, or another code.
    private func makeTeam(_ code: OrganisationCode, named name: String, _ transaction: Transaction) async throws {
        struct Found: Decodable {
            var code: OrganisationCode
            var isTeam: Bool
            var hasMember: Bool
        }
        let found = try await transaction.rows(
            """
            SELECT \(columns: Found.self)
              FROM (SELECT o.code, o.kind = 'platform' AS is_team,
                           EXISTS (SELECT FROM member m WHERE m.organisation_id = o.id) AS has_member
                      FROM organisation o WHERE o.kind = 'platform' OR o.code = \(code)) AS found
            """, as: Found.self
        ).all()
        guard !found.isEmpty else {
            try await transaction.execute(
                """
                INSERT INTO organisation (id, code, name, kind)
                VALUES (\(transaction.newID(Organisation.ID.self)), \(code), \(name), 'platform')
                """)
            return
        }
        guard found.allSatisfy({ $0.isTeam && !$0.hasMember }), found.contains(where: { $0.code == code }) else {
            throw AccountRefusals.notFirst()
        }
    }

    /// Ends a member's rights and tokens. Doing it twice changes nothing.
    public func disable(_ id: Member.ID, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            try await transaction.record("member.disable", on: "member", id: id.uuid)
            let changed = try await transaction.execute(
                "UPDATE member SET disabled_at = coalesce(disabled_at, \(transaction.now)) WHERE id = \(id)")
            guard changed == 1 else { throw AccountRefusals.unknownMember() }
            try await transaction.execute(
                "UPDATE api_token SET revoked_at = \(transaction.now) WHERE member_id = \(id) AND revoked_at IS NULL")
        }
    }
}
