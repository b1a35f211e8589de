public import Fields

/// The stable code of an action: `A1.03`, or `A1.03.1` for a sub-action, one level down (`domain.md` §4.1).
public struct ActionCode: FieldScalar, Comparable, CustomStringConvertible {
    /// The code as people write it.
    public var text: String

    /// The code of the action this one is part of, or nil for a top-level action.
    public var parent: ActionCode? {
        let parts = text.split(separator: ".")
        return parts.count == 3 ? try? ActionCode(fieldText: parts[0...1].joined(separator: ".")) : nil
    }

    /// A pattern in the contract.
    public static var fieldKind: Shape.Kind {
        .pattern(#"^[A-Z][0-9]{1,2}\.[0-9]{2,3}(\.[0-9]{1,2})?$"#, example: "A2.11")
    }
    /// `A1.01`.
    public static var placeholder: ActionCode { ActionCode(text: "A1.01") }
    /// The code itself.
    public var fieldText: String { text }
    /// The code itself.
    public var description: String { text }

    private init(text: String) { self.text = text }

    /// Reads a code: a letter, one or two digits, a dot, two or three digits, perhaps a sub-action's number.
    public init(fieldText: String) throws(Expectation) {
        let parts = fieldText.split(separator: ".", omittingEmptySubsequences: false)
        func isNumber(_ part: Substring, _ lengths: ClosedRange<Int>) -> Bool {
            lengths.contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
        guard (2...3).contains(parts.count), let letter = parts[0].utf8.first, (0x41...0x5A).contains(letter),
            isNumber(parts[0].dropFirst(), 1...2), isNumber(parts[1], 2...3),
            parts.count == 2 || isNumber(parts[2], 1...2)
        else {
            throw Expectation(
                fr: "un code d'action comme A1.03 ou A1.03.1", en: "an action code such as A1.03 or A1.03.1")
        }
        text = fieldText
    }

    /// Codes order as the database orders them: byte by byte.
    public static func < (left: ActionCode, right: ActionCode) -> Bool { left.text < right.text }
}
