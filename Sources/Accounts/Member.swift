public import Fields

/// A person who acts for an organisation.
public struct Member: Decodable, Sendable {
    /// Ids of members.
    public typealias ID = Identifier<Caller.Member>

    /// The member's id.
    public var id: ID
    /// The member's organisation.
    public var organisationID: Organisation.ID
    /// The organisation's code.
    public var organisation: OrganisationCode
    /// What that organisation is.
    public var organisationKind: Caller.OrganisationKind
    /// The member's role in it.
    public var role: Caller.Role
    /// Since when the member may do nothing any more.
    public var disabledAt: Instant?

    /// The member as a caller with every scope: what the CLI acts as.
    public var caller: Caller.Member {
        Caller.Member(
            id: id, organisationID: organisationID, organisationKind: organisationKind, role: role,
            scopes: Set(Caller.Scope.allCases))
    }
}

/// A member to itself.
public struct Me: Decodable, Sendable {
    /// The member's id.
    public var id: Member.ID
    /// The person's name.
    public var name: String
    /// The role in the organisation.
    public var role: Caller.Role
    /// The organisation.
    public var organisation: OrganisationReference
    /// What the organisation is.
    public var organisationKind: Caller.OrganisationKind
    /// The token used.
    public var tokenID: Token.ID
    /// What its owner calls it.
    public var tokenLabel: String
    /// What it may be used for.
    public var scopes: [Caller.Scope]
    /// Until when it is good.
    public var tokenExpiresAt: Instant
}

/// A professional e-mail address, as far as its form goes.
public struct EmailAddress: FieldScalar {
    /// The address.
    public var text: String

    /// Something, an at sign, a domain.
    public static var fieldKind: Shape.Kind {
        .pattern(#"^[^@\s]+@[^@\s]+\.[^@\s]+$"#, example: "contact@exemple.example")
    }
    /// An example.
    public static var placeholder: EmailAddress { EmailAddress(text: "contact@exemple.example") }
    /// The address.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads an address of at most 254 characters.
    public init(fieldText: String) throws(Expectation) {
        let parts = fieldText.split(separator: "@", omittingEmptySubsequences: false)
        let isClean = !fieldText.contains { $0.isWhitespace || $0.isNewline }
        guard parts.count == 2, !parts[0].isEmpty, isClean, fieldText.utf8.count <= 254,
            parts[1].split(separator: ".", omittingEmptySubsequences: false).count >= 2,
            parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
        else { throw Expectation(fr: "une adresse e-mail", en: "an e-mail address") }
        text = fieldText
    }
}
