public import Fields

/// One thing that is wrong with a file: where, what stands there, and why it is wrong.
public struct FinessProblem: Error, Sendable, Hashable {
    /// Whether the row was lost.
    public enum Severity: String, Sendable, Hashable {
        /// The row is imported; at most one of its values is not.
        case warning
        /// The row is not imported.
        case refused
        /// The file cannot be imported at all.
        case fatal
    }

    /// What is wrong, as a stable code.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        // The file.
        case empty, headerOnly = "header_only", noFinessColumn = "no_finess_column", utf16, compressed
        case webPage = "web_page", notFiness = "not_finess", tooManyRows = "too_many_rows"
        // Rows that are lost.
        case truncated, columnCount = "column_count", finessForm = "finess_form", lineTooLong = "line_too_long"
        case unclosedQuote = "unclosed_quote", duplicate, elementTooLarge = "element_too_large"
        case jsonSyntax = "json_syntax", lineType = "line_type"
        // Rows that are kept.
        case identicalDuplicate = "identical_duplicate", finessKey = "finess_key", lostZeros = "lost_zeros"
        case siretSpreadsheet = "siret_spreadsheet", siretKey = "siret_key", siretIsSiren = "siret_is_siren"
        case siretForm = "siret_form", sirenForm = "siren_form", legalEntityForm = "legal_entity_form"
        case phoneZero = "phone_zero", spreadsheetDate = "spreadsheet_date", dateForm = "date_form"
        case postalCodeForm = "postal_code_form", inseeForm = "insee_form", emailForm = "email_form"
        case coordinatesForm = "coordinates_form", coordinatesSwapped = "coordinates_swapped"
        case outsideFrance = "outside_france", otherProjection = "other_projection"
        case positionAlone = "position_alone", doubleEncoding = "double_encoding", mixedEncoding = "mixed_encoding"
        case controlCharacters = "control_characters", textTooLong = "text_too_long", strayQuote = "stray_quote"
        case unknownColumns = "unknown_columns", repeatedColumn = "repeated_column", nothingSelected =
            "nothing_selected"
    }

    /// What is wrong.
    public var kind: Kind
    /// Whether the row was lost.
    public var severity: Severity
    /// The physical line, from 1.
    public var line: Int
    /// The column as the file's heading or layout names it, when it is one column's value.
    public var column: String?
    /// The value as it stands, shortened.
    public var value: String?
    /// The establishment's number, when it could be read.
    public var finess: String?
    /// Why, and what to do.
    public var reason: Text
}

/// Problems of one kind: the first few, how many there are, and what they mean for the whole file.
public struct FinessProblemGroup: Sendable, Hashable {
    /// What is wrong.
    public var kind: FinessProblem.Kind
    /// What the group is about, when its kind has several: the name of a projection.
    public var detail: String?
    /// Whether rows were lost.
    public var severity: FinessProblem.Severity
    /// How often.
    public var count: Int
    /// The first few.
    public var examples: [FinessProblem]
    /// What happened to the file and what to do, in one sentence.
    public var explanation: Text
}

/// Gathers problems: every one is counted, only the first of a kind are told in full.
struct ProblemLog {
    /// Where a value stands.
    struct Place {
        var line: Int
        var column: String?
        var value: String?
        var finess: String?
    }

    private struct Key: Hashable {
        let kind: FinessProblem.Kind
        let detail: String?
    }

    /// So many of a kind are told in full.
    static let examples = 5
    /// So many details of a kind (names of projections) are told apart: a hostile file must not fill the memory.
    static let details = 20

    private var positions: [Key: Int] = [:]
    private var details: [FinessProblem.Kind: Int] = [:]
    private(set) var groups: [FinessProblemGroup] = []
    private(set) var warnings = 0

    mutating func add(
        _ kind: FinessProblem.Kind, _ severity: FinessProblem.Severity, detail: String? = nil,
        at place: Place, _ reason: @autoclosure () -> Text
    ) {
        if severity == .warning { warnings += 1 }
        let position = group(kind, severity, detail: detail)
        groups[position].count += 1
        guard groups[position].examples.count < ProblemLog.examples else { return }
        groups[position].examples.append(
            FinessProblem(
                kind: kind, severity: severity, line: place.line, column: place.column,
                value: place.value.map(shortened), finess: place.finess, reason: reason()))
    }

    private mutating func group(
        _ kind: FinessProblem.Kind, _ severity: FinessProblem.Severity, detail: String?
    ) -> Int {
        var key = Key(kind: kind, detail: detail)
        if let position = positions[key] { return position }
        if detail != nil {
            if details[kind, default: 0] >= ProblemLog.details {
                key = Key(kind: kind, detail: "…")
                if let position = positions[key] { return position }
            }
            details[kind, default: 0] += 1
        }
        positions[key] = groups.count
        groups.append(
            FinessProblemGroup(
                kind: kind, detail: key.detail, severity: severity, count: 0, examples: [],
                explanation: kind.explanation(detail: key.detail)))
        return groups.count - 1
    }
}

/// At most 60 characters: enough to find a value in a file.
func shortened(_ text: String) -> String {
    text.count <= 60 ? text : text.prefix(59) + "…"
}
