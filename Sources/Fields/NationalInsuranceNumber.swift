/// The French national insurance number (NIR): never stored, so looked for in every free text that comes in (`domain.md` §6,
/// `security.md` §3).
///
/// Spaces, dots and hyphens between its digits don't hide it. What counts: 15 characters whose key is right, or 13 whose month and
/// département can be; 2A and 2B are Corsica. A number that only begins or ends inside a longer run of digits is another number.
public enum NationalInsuranceNumber {
    /// What is said of a field that holds one; never the number.
    public static let refused = Text(
        fr: "numéro de sécurité sociale : à enlever, il n'est jamais enregistré",
        en: "national insurance number: take it out, it is never stored")

    /// Whether a text holds one.
    public static func isIn(_ text: String) -> Bool {
        // Few texts hold so many digits: the rest is looked at once.
        var digits = 0
        for byte in text.utf8 where (0x30...0x39).contains(byte) || byte >= 0x80 { digits += 1 }
        guard digits >= 12 else { return false }
        let signs = text.unicodeScalars.map(Sign.init)
        return signs.indices.contains { begins(at: $0, in: signs) }
    }

    /// What a character is to the search.
    private enum Sign: Hashable {
        case digit(Int)
        /// 2A, 2B.
        case corsica(Int)
        /// Written between groups of digits.
        case separator
        /// A plus sign: a telephone number begins.
        case plus
        case other

        init(_ scalar: Unicode.Scalar) {
            switch scalar {
            case "0"..."9": self = .digit(Int(scalar.value) - 0x30)
            case "A", "a": self = .corsica(1)
            case "B", "b": self = .corsica(2)
            case "+": self = .plus
            // Dots, hyphens and dashes, the minus sign, what is seen as nothing.
            case ".", "-", "\u{2010}"..."\u{2015}", "\u{2212}", "\u{AD}", "\u{200B}"..."\u{200D}", "\u{2060}",
                "\u{FEFF}":
                self = .separator
            default:
                if scalar.properties.isWhitespace {
                    self = .separator
                } else if let value = scalar.properties.numericValue, scalar.properties.numericType == .decimal {
                    // Digits of other scripts, and wide ones.
                    self = .digit(Int(value))
                } else {
                    self = .other
                }
            }
        }

        var isDigit: Bool { if case .digit = self { true } else { false } }
    }

    private static func begins(at start: Int, in signs: [Sign]) -> Bool {
        guard case .digit(let sex) = signs[start], [1, 2, 3, 4, 7, 8].contains(sex) else { return false }
        if start > 0, signs[start - 1].isDigit || signs[start - 1] == .plus { return false }
        var number: [Sign] = []
        for position in start..<signs.count {
            switch signs[position] {
            case .separator: continue
            case .digit: number.append(signs[position])
            case .corsica where number.count == 6 && number[5] == .digit(2): number.append(signs[position])
            case .corsica, .plus, .other: return false
            }
            let ends = position + 1 == signs.count || !signs[position + 1].isDigit
            if ends, number.count == 13, hasMonthAndDepartement(number) { return true }
            if number.count == 15 { return ends && hasKey(number) }
        }
        return false
    }

    private static func pair(_ number: [Sign], _ position: Int) -> Int {
        guard case .digit(let tens) = number[position], case .digit(let ones) = number[position + 1] else { return -1 }
        return 10 * tens + ones
    }

    private static func hasMonthAndDepartement(_ number: [Sign]) -> Bool {
        let month = pair(number, 3)
        // Whose month is not known has one of 20 to 42, or 50 to 99.
        guard (1...12).contains(month) || (20...42).contains(month) || (50...99).contains(month) else { return false }
        if case .corsica = number[6] { return true }
        return pair(number, 5) > 0
    }

    /// The key is what lacks to a multiple of 97; 2A counts as 19, 2B as 18.
    private static func hasKey(_ number: [Sign]) -> Bool {
        var value = 0
        for (position, sign) in number.prefix(13).enumerated() {
            switch sign {
            case .digit(let digit): value = value * 10 + digit
            case .corsica(let island) where position == 6: value = (value / 10 * 10 + 1) * 10 + (island == 1 ? 9 : 8)
            default: return false
            }
        }
        return pair(number, 13) == 97 - value % 97
    }
}
