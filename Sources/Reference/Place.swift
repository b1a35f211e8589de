public import Fields

/// A place by its code: `31` the whole département, nine digits a grouping of communes (SIREN), five characters a commune (INSEE).
public struct PlaceCode: FieldScalar {
    /// The code.
    public var text: String

    /// A pattern in the contract.
    public static var fieldKind: Shape.Kind {
        .pattern("^(31|[0-9]{9}|[0-9][0-9AB][0-9]{3})$", example: placeholder.text)
    }
    /// Toulouse.
    public static var placeholder: PlaceCode { PlaceCode(text: "31555") }
    /// The code itself.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads a code by its form; whether there is such a place is the database's to say.
    public init(fieldText: String) throws(Expectation) {
        let characters = Array(fieldText.utf8)
        let isDigits = characters.allSatisfy { (0x30...0x39).contains($0) }
        let isCorsican =
            characters.count == 5 && [0x41, 0x42].contains(characters[1])
            && characters.enumerated().allSatisfy { $0.offset == 1 || (0x30...0x39).contains($0.element) }
        guard fieldText == "31" || (isDigits && [5, 9].contains(characters.count)) || isCorsican else {
            throw Expectation(
                fr: "31 (le département), le SIREN d'un EPCI ou le code INSEE d'une commune",
                en: "31 (the département), the SIREN of an EPCI or the INSEE code of a commune")
        }
        text = fieldText
    }
}

/// What a place is.
public enum PlaceKind: String, FieldEnum {
    /// The whole département.
    case departement
    /// A grouping of communes.
    case epci
    /// A commune.
    case commune
}

/// A place where an action is carried out.
public struct Place: Decodable, Sendable, Hashable {
    /// Its code.
    public var code: PlaceCode
    /// What it is.
    public var kind: PlaceKind
    /// Its name.
    public var name: String
}
