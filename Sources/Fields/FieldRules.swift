/// Gathers every wrong field of an input, each by its name.
public struct FieldRules: Sendable {
    /// What is wrong, in the order in which it was found.
    public private(set) var errors: [FieldProblem] = []

    /// Nothing wrong yet.
    public init() {}

    /// A wrong field, and why, for both languages.
    public mutating func refuse(_ name: String, fr: String, en: String) {
        errors.append(FieldProblem("/\(name)", fr: fr, en: en))
    }

    /// A text that says something, and not more than so many characters; as `is_text` of the database counts them.
    public mutating func text(_ name: String, _ text: String?, longest: Int) {
        guard let text else { return }
        let says = text.unicodeScalars.contains { !$0.properties.isWhitespace }
        if !says || text.unicodeScalars.count > longest {
            refuse(name, fr: "De 1 à \(longest) caractères.", en: "From 1 to \(longest) characters.")
        }
    }

    /// A whole number within a range.
    public mutating func number(_ name: String, _ number: Int?, _ range: ClosedRange<Int>) {
        if let number, !range.contains(number) {
            refuse(
                name, fr: "De \(range.lowerBound) à \(range.upperBound).",
                en: "From \(range.lowerBound) to \(range.upperBound).")
        }
    }

    /// A number within a range whose ends are whole.
    public mutating func number(_ name: String, _ number: Double?, _ range: ClosedRange<Double>) {
        if let number, !range.contains(number) {
            refuse(
                name, fr: "De \(Int(range.lowerBound)) à \(Int(range.upperBound)).",
                en: "From \(Int(range.lowerBound)) to \(Int(range.upperBound)).")
        }
    }

    /// A day that is neither long past nor far ahead: a year 9999 is a slip of the finger.
    public mutating func day(_ name: String, _ day: Day?, on today: Day) {
        range(name, day, Day(number: today.number - 2 * 365), Day(number: today.number + 3 * 365))
    }

    /// A day on which something was done: not ahead, not before anything could have been.
    public mutating func pastDay(_ name: String, _ day: Day?, on today: Day) { range(name, day, Self.firstDay, today) }

    /// The first of January 2020.
    private static let firstDay = Day(number: 18_262)

    private mutating func range(_ name: String, _ day: Day?, _ first: Day, _ last: Day) {
        guard let day else { return }
        if day < first || day > last {
            refuse(name, fr: "Un jour du \(first) au \(last).", en: "A day from \(first) to \(last).")
        }
    }

    /// Required fields that a PATCH takes away.
    public mutating func required(_ names: [(name: String, isCleared: Bool)]) {
        for (name, isCleared) in names where isCleared {
            refuse(name, fr: "Obligatoire : ne peut pas être vidé.", en: "Required: it can't be emptied.")
        }
    }
}
