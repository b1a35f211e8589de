public import Fields

/// An organisation of the platform (`domain.md` §5).
public struct Organisation: Decodable, Sendable {
    /// Ids of organisations.
    public typealias ID = Identifier<OrganisationTag>

    /// Its id.
    public var id: ID
    /// Its short stable name: `cd31`.
    public var code: OrganisationCode
    /// The name people know.
    public var name: String
    /// What it is on the platform.
    public var kind: Caller.OrganisationKind
    /// Its SIRET, if given.
    public var siret: SIRET?
    /// Raised by every change.
    public var version: Int
}

/// An organisation as other things name it.
public struct OrganisationReference: Decodable, Sendable, Hashable {
    /// Its short stable name.
    public var code: String
    /// The name people know.
    public var name: String
}

/// The short stable name of an organisation, for files and commands.
public struct OrganisationCode: FieldScalar, CustomStringConvertible {
    /// The code as people write it.
    public var text: String

    /// Lower-case words joined by hyphens.
    public static var fieldKind: Shape.Kind { .pattern("^[a-z0-9]+(-[a-z0-9]+)*$", example: "cnsa") }
    /// `cd31`.
    public static var placeholder: OrganisationCode { OrganisationCode(text: "cd31") }
    /// The code itself.
    public var fieldText: String { text }
    /// The code itself.
    public var description: String { text }

    private init(text: String) { self.text = text }

    /// Reads a code of at most 60 characters.
    public init(fieldText: String) throws(Expectation) {
        let words = fieldText.split(separator: "-", omittingEmptySubsequences: false)
        let isCode = words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
        }
        guard isCode, fieldText.utf8.count <= 60 else {
            throw Expectation(
                fr: "un code en minuscules, chiffres et tirets, comme cd31",
                en: "a code such as cd31: a-z, 0-9, hyphens")
        }
        text = fieldText
    }
}
