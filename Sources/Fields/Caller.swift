/// Who asks: nobody known, a member of an organisation with a token, or the platform itself (the clock, a migration).
///
/// It is passed as an argument all the way to the transaction, never kept in ambient state.
public struct Caller: Sendable, Hashable {
    /// What an organisation is on the platform (`domain.md` §5).
    public enum OrganisationKind: String, FieldEnum {
        case platform, partner, funder, employer, prescriber
        case trainingProvider = "training_provider"
    }

    /// A member's role within the organisation (`security.md` §2).
    public enum Role: String, FieldEnum {
        case manager, editor, reader, dpo
    }

    /// What a token may be used for; the right is role × organisation kind × scope.
    public enum Scope: String, FieldEnum {
        case read, write
    }

    /// A known member, as the token or the CLI's `--as` established it.
    public struct Member: Sendable, Hashable {
        /// The member's id.
        public var id: Identifier<Caller.Member>
        /// The organisation the member belongs to.
        public var organisationID: Identifier<OrganisationTag>
        /// What that organisation is.
        public var organisationKind: OrganisationKind
        /// The member's role in it.
        public var role: Role
        /// What the token used allows.
        public var scopes: Set<Scope>
        /// The token used; nil on the command line.
        public var tokenID: Identifier<TokenTag>?

        /// A known member.
        public init(
            id: Identifier<Caller.Member>, organisationID: Identifier<OrganisationTag>,
            organisationKind: OrganisationKind, role: Role, scopes: Set<Scope>, tokenID: Identifier<TokenTag>? = nil
        ) {
            self.id = id
            self.organisationID = organisationID
            self.organisationKind = organisationKind
            self.role = role
            self.scopes = scopes
            self.tokenID = tokenID
        }
    }

    /// The member, when one is known.
    public var member: Member?
    /// True for the platform's own work: it may do what no member asked for, and the audit says `system`.
    public var isSystem: Bool
    /// The server's id of the request (or the CLI's of the command), kept in the audit.
    public var requestID: String
    /// The key under which this request's change is made once only, if the client gave one.
    public var idempotency: IdempotencyKey?

    /// Somebody without a token.
    public static func anonymous(requestID: String) -> Caller {
        Caller(member: nil, isSystem: false, requestID: requestID)
    }

    /// A known member.
    public static func member(_ member: Member, requestID: String) -> Caller {
        Caller(member: member, isSystem: false, requestID: requestID)
    }

    /// The platform itself.
    public static func system(requestID: String) -> Caller {
        Caller(member: nil, isSystem: true, requestID: requestID)
    }

    /// Whether the caller is in the platform's team with a role that changes things.
    public var isTeamEditor: Bool {
        isTeam && mayWrite
    }

    /// Whether the caller is in the platform's team.
    public var isTeam: Bool {
        member?.organisationKind == .platform
    }

    /// Whether the caller is the data-protection officer: a member of the team with that role.
    public var isDPO: Bool {
        isTeam && member?.role == .dpo
    }

    /// Whether the caller's role and token let it change what its organisation owns.
    public var mayWrite: Bool {
        guard let member else { return isSystem }
        return (member.role == .manager || member.role == .editor) && member.scopes.contains(.write)
    }
}

/// What a client's `Idempotency-Key` stands for: the same key of the same member, for the same operation and request, makes
/// its change once.
public struct IdempotencyKey: Sendable, Hashable {
    /// The client's key: 1 to 255 visible ASCII characters.
    public var key: String
    /// The operation's name in the contract.
    public var operation: String
    /// SHA-256 of path, query and body.
    public var requestHash: [UInt8]

    /// A key; nil when it has not the form of one.
    public init?(_ key: String, operation: String, requestHash: [UInt8]) {
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.key = key
        self.operation = operation
        self.requestHash = requestHash
    }
}

/// Marks ids of tokens, which `Fields` cannot see the type of.
public enum TokenTag: Sendable {}

/// Marks ids of organisations, which `Fields` cannot see the type of.
public enum OrganisationTag: Sendable {}
