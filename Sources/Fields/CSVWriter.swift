/// Writes rows as CSV that a spreadsheet opens well and that `CSVTable.read` reads back exactly.
public struct CSVWriter: Sendable {
    /// Who the file is for.
    public enum Dialect: Sendable, Hashable, CaseIterable {
        /// A spreadsheet in French: byte order mark, `;`, decimal comma.
        case french
        /// Programs: no mark, `,`, decimal point.
        case rfc4180
    }

    /// One cell.
    public enum Cell: Sendable, Hashable {
        /// A text, neutralised when a spreadsheet would run it as a formula.
        case text(String)
        /// A whole number.
        case number(Int)
        /// An amount in cents, written in euros with two decimals and no thousands separator.
        case cents(Int)
        /// A decimal number, written with a point as PostgreSQL does.
        case decimal(String)
        /// A day, `2024-05-31`.
        case day(Day)
        /// Nothing.
        case empty
    }

    /// Who the file is for.
    public let dialect: Dialect
    /// The file so far, in UTF-8.
    public private(set) var bytes: [UInt8]

    /// An empty file, or its byte order mark.
    public init(dialect: Dialect) {
        self.dialect = dialect
        bytes = dialect == .french ? [0xEF, 0xBB, 0xBF] : []
    }

    /// Adds one record, ended by CRLF.
    public mutating func row(_ cells: [Cell]) {
        for (position, cell) in cells.enumerated() {
            if position > 0 { bytes.append(dialect == .french ? UInt8(ascii: ";") : UInt8(ascii: ",")) }
            // A lone empty cell would make a blank line, which readers skip.
            append(text(of: cell), isQuoted: cells.count == 1)
        }
        bytes.append(contentsOf: [0x0D, 0x0A])
    }

    private func text(of cell: Cell) -> String {
        switch cell {
        case .text(let text): CSVFormula.neutralised(text)
        case .number(let number): String(number)
        case .cents(let cents):
            (cents < 0 ? "-" : "") + String(cents.magnitude / 100) + (dialect == .french ? "," : ".")
                + (cents.magnitude % 100 < 10 ? "0" : "") + String(cents.magnitude % 100)
        case .decimal(let text): dialect == .french ? String(text.map { $0 == "." ? "," : $0 }) : text
        case .day(let day): day.fieldText
        case .empty: ""
        }
    }

    /// Quotes whatever any reader might cut, whichever separator it guesses.
    private mutating func append(_ text: String, isQuoted: Bool) {
        let special = Array("\";,\t\r\n".utf8)
        let isAtRisk =
            text.utf8.contains { special.contains($0) } || text.utf8.first == 0x20 || text.utf8.last == 0x20
            || text.unicodeScalars.first == "\u{FEFF}"
        guard isAtRisk || isQuoted && text.isEmpty else {
            bytes.append(contentsOf: text.utf8)
            return
        }
        let quote = UInt8(ascii: "\"")
        bytes.append(quote)
        for byte in text.utf8 {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}

/// Keeps texts from being run as formulas (OWASP, "CSV Injection"), in a way that reading undoes exactly.
///
/// A text of any number of apostrophes (none included) and then a formula's sign gets one apostrophe more; reading
/// takes one away from a text of at least one apostrophe and then such a sign. So `'=` comes back as `'=`.
public enum CSVFormula {
    /// The text, with an apostrophe before it if a spreadsheet would run it.
    public static func neutralised(_ text: String) -> String {
        startsLikeAFormula(text.unicodeScalars[...]) ? "'" + text : text
    }

    /// The text as it was before `neutralised`.
    public static func restored(_ text: String) -> String {
        guard text.unicodeScalars.first == "'", startsLikeAFormula(text.unicodeScalars.dropFirst()) else { return text }
        return String(text.unicodeScalars.dropFirst())
    }

    /// Looks at scalars: an `=` with a combining accent is another character for Swift and a formula for a spreadsheet.
    private static func startsLikeAFormula(_ text: Substring.UnicodeScalarView) -> Bool {
        switch text.drop(while: { $0 == "'" }).first {
        case "=", "+", "-", "@", "\t", "\r", "\n": true
        case "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
        default: false
        }
    }
}
