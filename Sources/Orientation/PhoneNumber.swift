public import Fields

/// A telephone number: kept as `+` and digits, so that two ways of writing one number are the same.
public struct PhoneNumber: FieldScalar {
    /// `+33612345678`.
    public var text: String

    /// Digits, with what people write between them.
    public static var fieldKind: Shape.Kind { .pattern("^[+0-9][0-9 .()-]{5,24}$", example: "+33612345678") }
    /// Nobody's.
    public static var placeholder: PhoneNumber { PhoneNumber(text: "+33199000000") }
    /// `+` and digits.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads a number of France (`06 12 34 56 78`) or of anywhere (`+32 …`, `0032 …`).
    public init(fieldText: String) throws(Expectation) {
        var digits = ""
        for scalar in fieldText.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            case "+" where digits.isEmpty: digits = "+"
            case ".", "-", "(", ")", " ", "\u{A0}", "\u{202F}": continue
            default: throw Self.expectation
            }
        }
        if digits.hasPrefix("00") { digits = "+" + digits.dropFirst(2) }
        if digits.hasPrefix("0"), digits.utf8.count == 10 { digits = "+33" + digits.dropFirst() }
        guard digits.hasPrefix("+"), (7...16).contains(digits.utf8.count) else { throw Self.expectation }
        text = digits
    }

    private static var expectation: Expectation {
        Expectation(
            fr: "un numéro de téléphone, par exemple 06 12 34 56 78 ou +32 470 12 34 56",
            en: "a telephone number, for example 06 12 34 56 78 or +32 470 12 34 56")
    }
}
