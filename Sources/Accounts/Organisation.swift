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

/// The number of an establishment in the French register: 14 digits with a check (`domain.md` §6).
public struct SIRET: FieldScalar {
    /// 14 digits.
    public var digits: String

    /// 14 digits.
    public static var fieldKind: Shape.Kind { .pattern("^[0-9]{14}$", example: "21310555400017") }
    /// The town hall of Toulouse.
    public static var placeholder: SIRET { SIRET(digits: "21310555400017") }
    /// The digits.
    public var fieldText: String { digits }

    private init(digits: String) { self.digits = digits }

    /// Reads 14 digits, spaces forgiven; checks Luhn's key, or La Poste's own rule.
    public init(fieldText: String) throws(Expectation) {
        let text = fieldText.filter { $0 != " " && $0 != "\u{A0}" && $0 != "\u{202F}" }
        let numbers = text.utf8.map { Int($0) - 0x30 }
        guard numbers.allSatisfy({ (0...9).contains($0) }) else {
            throw Expectation(fr: "un SIRET de 14 chiffres", en: "a SIRET of 14 digits")
        }
        if numbers.count == 9 {
            throw Expectation(
                fr: "un SIRET de 14 chiffres ; ceci est un SIREN (9 chiffres) : ajoutez le numéro de l'établissement",
                en: "a SIRET of 14 digits; this is a SIREN (9 digits): add the establishment's number")
        }
        guard numbers.count == 14 else {
            throw Expectation(fr: "un SIRET de 14 chiffres", en: "a SIRET of 14 digits")
        }
        let luhn = numbers.reversed().enumerated().reduce(0) { sum, digit in
            let value = digit.offset % 2 == 1 ? digit.element * 2 : digit.element
            return sum + (value > 9 ? value - 9 : value)
        }
        // La Poste's establishments have their own rule since their numbers ran out.
        let isPost = text.hasPrefix("356000000") && numbers.reduce(0, +) % 5 == 0
        guard luhn % 10 == 0 || isPost else {
            throw Expectation(
                fr: "un SIRET dont la clé est juste : vérifiez les chiffres",
                en: "a SIRET whose key is right: check the digits")
        }
        digits = text
    }
}
