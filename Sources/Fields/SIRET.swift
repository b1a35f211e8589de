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
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw Expectation(fr: "un SIRET de 14 chiffres", en: "a SIRET of 14 digits")
        }
        if text.utf8.count == 9 {
            throw Expectation(
                fr: "un SIRET de 14 chiffres ; ceci est un SIREN (9 chiffres) : ajoutez le numéro de l'établissement",
                en: "a SIRET of 14 digits; this is a SIREN (9 digits): add the establishment's number")
        }
        guard text.utf8.count == 14 else {
            throw Expectation(fr: "un SIRET de 14 chiffres", en: "a SIRET of 14 digits")
        }
        guard SIRET.hasKey(text.utf8) else {
            throw Expectation(
                fr: "un SIRET dont la clé est juste : vérifiez les chiffres",
                en: "a SIRET whose key is right: check the digits")
        }
        digits = text
    }

    /// Whether 14 digits have the right key: Luhn's, or for La Poste's establishments (SIREN 356000000), whose numbers
    /// ran out, a sum of digits divisible by 5.
    public static func hasKey(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
        hasLuhnKey(digits)
            || digits.starts(with: "356000000".utf8) && digits.reduce(0) { $0 + Int($1) - 0x30 } % 5 == 0
    }
}

/// Whether decimal digits (ASCII) have Luhn's key as their last one: SIREN, SIRET, FINESS.
public func hasLuhnKey(_ digits: some BidirectionalCollection<UInt8>) -> Bool {
    var sum = 0
    var isDoubled = false
    for digit in digits.reversed() {
        let value = isDoubled ? (Int(digit) - 0x30) * 2 : Int(digit) - 0x30
        sum += value > 9 ? value - 9 : value
        isDoubled.toggle()
    }
    return sum % 10 == 0
}
