public import Fields

/// A number of the FINESS register, of an establishment (ET) or of a legal entity (EJ): nine characters.
///
/// Numbers given since 2026 may hold letters, so a key that is wrong or cannot be computed never refuses one.
public struct FinessNumber: FieldScalar {
    /// Nine digits or upper-case letters.
    public var text: String

    /// Nine digits or letters.
    public static var fieldKind: Shape.Kind { .pattern("^[0-9A-Z]{9}$", example: "310000013") }
    /// An establishment of Haute-Garonne.
    public static var placeholder: FinessNumber { FinessNumber(text: "310000013") }
    /// The nine characters.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads nine characters, spaces and lower case forgiven.
    public init(fieldText: String) throws(Expectation) {
        let text = fieldText.uppercased().filter { $0 != " " && $0 != "\u{A0}" && $0 != "\u{202F}" }
        guard FinessNumber.isShaped(text.utf8) else {
            throw Expectation(
                fr: "un numéro FINESS de 9 caractères, chiffres ou lettres",
                en: "a FINESS number of 9 characters, digits or letters")
        }
        self.text = text
    }

    /// Whether the key is right; nil when letters other than Corsica's keep it from being computed.
    public var hasValidKey: Bool? { FinessNumber.hasValidKey(text.utf8) }

    /// Nine digits or upper-case letters.
    static func isShaped(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.count == 9 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }

    /// Luhn's key, Corsica's `2A` and `2B` counted as 21 and 22.
    static func hasValidKey(_ bytes: some BidirectionalCollection<UInt8>) -> Bool? {
        var digits: [UInt8] = []
        digits.reserveCapacity(9)
        for (position, byte) in bytes.enumerated() {
            switch byte {
            case 0x30...0x39: digits.append(byte)
            case 0x41...0x42 where position == 1 && digits == [0x32]: digits.append(byte - 0x10)
            default: return nil
            }
        }
        return hasLuhnKey(digits)
    }
}
