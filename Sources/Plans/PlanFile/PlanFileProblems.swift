public import Fields

/// A cell of a plan's file that cannot be used: where, what stood there and why.
public struct WrongCell: Sendable, Hashable {
    /// The file's name, as the person gave it.
    public var file: String
    /// The physical line, from 1.
    public var line: Int
    /// In CSV which cell of the row, in YAML which character of the line, from 1.
    public var column: Int
    /// The column's heading, or the key's path (`actions.planned_start`).
    public var heading: String
    /// What stood there.
    public var value: String
    /// What is wrong and what is expected.
    public var reason: Text

    /// A wrong cell.
    public init(file: String, line: Int, column: Int, heading: String, value: String, reason: Text) {
        self.file = file
        self.line = line
        self.column = column
        self.heading = heading
        self.value = value
        self.reason = reason
    }

    /// One line for people: `plan.csv, line 12, column 5 (Fin prévue): "31/02/2023": this day does not exist`.
    public func description(in language: Language) -> String {
        let shownHeading = WrongCell.shortened(heading)
        let shownValue = WrongCell.shortened(value)
        let place = shownHeading.isEmpty ? "" : " (\(shownHeading))"
        switch language {
        case .french:
            let quoted = shownValue.isEmpty ? "" : "« \(shownValue) » : "
            return "\(file), ligne \(line), colonne \(column)\(place) : \(quoted)\(reason.fr)"
        case .english:
            let quoted = shownValue.isEmpty ? "" : "\"\(shownValue)\": "
            return "\(file), line \(line), column \(column)\(place): \(quoted)\(reason.en)"
        }
    }

    /// On one line and of a readable length, whatever the cell held: a terminal must not be steered by a file.
    private static func shortened(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator: Character(" ")
            default: Character(scalar)
            }
        }
        let line = String(scalars.prefix(80))
        return scalars.count > 80 ? line + "…" : line
    }
}

/// Everything that is wrong with a file, ordered by line and column.
public struct PlanFileProblems: Error, Sendable, Hashable {
    /// At least one.
    public var cells: [WrongCell]

    /// The problems, put in the order of the file; those of one cell stay in the order they were found.
    public init(cells: [WrongCell]) {
        let ordered = cells.enumerated().sorted {
            ($0.element.line, $0.element.column, $0.offset) < ($1.element.line, $1.element.column, $1.offset)
        }
        self.cells = ordered.map(\.element)
    }
}

/// Why a text is not the value it should be.
struct PlanFileReason: Error, Hashable {
    var text: Text

    init(fr: String, en: String) { text = Text(fr: fr, en: en) }

    init(_ text: Text) { self.text = text }

    init(_ expectation: Expectation) {
        self.init(fr: "attendu : \(expectation.expected.fr)", en: "expected: \(expectation.expected.en)")
    }

    static let tooManyActions = PlanFileReason(
        fr: "plus de \(PlanFile.maximumActions) actions : ce n'est pas un plan",
        en: "more than \(PlanFile.maximumActions) actions: this is no plan")
}

/// A text of a file with its place, before anything is made of it.
struct PlanFileCell: Hashable {
    var value: String
    var line: Int
    var column: Int
    var heading: String

    /// A part of the cell, at the cell's place.
    func part(_ value: String) -> PlanFileCell {
        PlanFileCell(value: value, line: line, column: column, heading: heading)
    }
}

/// Gathers what is wrong with one file.
struct PlanFileLog {
    let file: String
    private(set) var cells: [WrongCell] = []

    init(file: String) { self.file = file }

    mutating func add(_ cell: PlanFileCell, _ reason: PlanFileReason) {
        // What must never be stored is not repeated either.
        let value = NationalInsuranceNumber.isIn(cell.value) ? "…" : cell.value
        cells.append(
            WrongCell(
                file: file, line: cell.line, column: cell.column, heading: cell.heading, value: value,
                reason: reason.text))
    }

    mutating func add(_ cell: PlanFileCell, fr: String, en: String) { add(cell, PlanFileReason(fr: fr, en: en)) }

    /// The value, or nil once the reason is noted.
    mutating func note<Value>(
        _ cell: PlanFileCell, _ read: (String) throws(PlanFileReason) -> Value
    ) -> Value? {
        guard !NationalInsuranceNumber.isIn(cell.value) else {
            add(cell, PlanFileReason(NationalInsuranceNumber.refused))
            return nil
        }
        do throws(PlanFileReason) {
            return try read(cell.value)
        } catch {
            add(cell, error)
            return nil
        }
    }
}
