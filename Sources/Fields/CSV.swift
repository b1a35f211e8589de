/// A table read from CSV text (RFC 4180, and what spreadsheets in French write), its cells as they stand.
///
/// Rows may be shorter or longer than the header: what that means is the caller's to say.
public struct CSVTable: Sendable, Hashable {
    /// One cell.
    public struct Cell: Sendable, Hashable {
        /// The text, without its quotes.
        public var text: String
        /// The physical line the cell starts on, from 1.
        public var line: Int
        /// Which cell of its row it is, from 1.
        public var column: Int

        /// A cell.
        public init(text: String, line: Int, column: Int) {
            self.text = text
            self.line = line
            self.column = column
        }
    }

    /// One record; it covers several lines when a cell holds line breaks.
    public struct Row: Sendable, Hashable {
        /// The line the record starts on, from 1.
        public var line: Int
        /// At least one cell.
        public var cells: [Cell]
    }

    /// What stands between two cells.
    public enum Separator: String, Sendable, Hashable, CaseIterable {
        case semicolon = ";"
        case comma = ","
        case tab = "\t"
    }

    /// The separator found on the header line.
    public var separator: Separator
    /// The first record.
    public var header: Row
    /// The records after it, blank lines left out.
    public var rows: [Row]

    /// Longer cells are refused; counted in Unicode scalars.
    public static let maximumCharacters = 20_000
    /// Longer tables are refused; the header is not counted.
    public static let maximumRows = 100_000
    /// Wider records are refused: a line of separators must not cost gigabytes.
    public static let maximumColumns = 1_000

    /// Reads a table, or says on which line reading stopped and why.
    public static func read(_ bytes: [UInt8]) throws(CSVProblem) -> CSVTable {
        if let problem = CSVProblem.inEncoding(of: bytes) { throw problem }
        var scanner = CSVScanner(bytes: bytes)
        guard let header = try scanner.row() else {
            throw CSVProblem(line: 1, column: 1, reason: Text(fr: "le fichier est vide", en: "the file is empty"))
        }
        var rows: [Row] = []
        while let row = try scanner.row() {
            guard rows.count < maximumRows else {
                throw CSVProblem(
                    line: row.line, column: 1,
                    reason: Text(
                        fr: "plus de \(maximumRows) lignes : découpez le fichier",
                        en: "more than \(maximumRows) rows: split the file"))
            }
            rows.append(row)
        }
        return CSVTable(separator: scanner.separator, header: header, rows: rows)
    }
}

/// What stops a text file from being read: where, and why.
public struct CSVProblem: Error, Sendable, Hashable {
    /// The physical line, from 1.
    public var line: Int
    /// Which cell of the line, from 1.
    public var column: Int
    /// What is wrong and what to do.
    public var reason: Text

    /// A problem at a place.
    public init(line: Int, column: Int, reason: Text) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// Why bytes are not UTF-8 text without NUL, or nil when they are; a byte order mark is allowed.
    public static func inEncoding(of bytes: [UInt8]) -> CSVProblem? {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.prefix(4).contains(0) {
            return CSVProblem(
                line: 1, column: 1, reason: advice(fr: "le fichier est en UTF-16", en: "the file is UTF-16"))
        }
        if let nul = bytes.firstIndex(of: 0) {
            return CSVProblem(
                line: line(of: nul, in: bytes), column: 1,
                reason: Text(
                    fr: "caractère NUL : ce n'est pas un fichier de texte",
                    en: "NUL character: this is not a text file"))
        }
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        var isASCIISoFar = true
        scan: while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar):
                offset += scalar.count
                isASCIISoFar = isASCIISoFar && scalar.count == 1
            case .emptyInput, .error: break scan
            }
        }
        // The first accent being wrong tells an old encoding from a UTF-8 file with a damaged place.
        let reason =
            isASCIISoFar
            ? advice(
                fr: "le fichier semble être en Windows-1252 (Latin-1)", en: "the file looks like Windows-1252 (Latin-1)"
            )
            : advice(fr: "un caractère n'est pas en UTF-8", en: "a character is not UTF-8")
        return CSVProblem(line: line(of: offset, in: bytes), column: 1, reason: reason)
    }

    private static func advice(fr: String, en: String) -> Text {
        Text(
            fr: "\(fr) : enregistrez en UTF-8 (dans un tableur : « CSV UTF-8 »)",
            en: "\(en): save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")
    }

    /// The physical line of a byte: CRLF, LF and CR each end one.
    private static func line(of offset: Int, in bytes: [UInt8]) -> Int {
        var line = 1
        for position in bytes.indices.prefix(offset) {
            switch bytes[position] {
            case 0x0A: line += 1
            case 0x0D where position + 1 >= bytes.count || bytes[position + 1] != 0x0A: line += 1
            default: break
            }
        }
        return line
    }
}

/// Walks the bytes of a table, one record at a time.
private struct CSVScanner {
    private static let quote = UInt8(ascii: "\"")
    private static let carriageReturn: UInt8 = 0x0D
    private static let lineFeed: UInt8 = 0x0A

    let bytes: [UInt8]
    let separator: CSVTable.Separator
    private let separatorByte: UInt8
    private var position: Int
    private var line = 1

    init(bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        separator = CSVScanner.separator(in: bytes[position...])
        separatorByte = separator.rawValue.utf8.first ?? UInt8(ascii: ";")
    }

    /// The most frequent separator outside quotes on the first line that is not blank; `;` when there is none.
    private static func separator(in bytes: ArraySlice<UInt8>) -> CSVTable.Separator {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes.drop(while: { $0 == carriageReturn || $0 == lineFeed }) {
            if byte == quote { isQuoted.toggle() }
            if isQuoted { continue }
            if byte == carriageReturn || byte == lineFeed { break }
            counts[byte, default: 0] += 1
        }
        func count(_ separator: CSVTable.Separator) -> Int {
            separator.rawValue.utf8.first.flatMap { counts[$0] } ?? 0
        }
        var best = CSVTable.Separator.semicolon
        for candidate in CSVTable.Separator.allCases where count(candidate) > count(best) { best = candidate }
        return best
    }

    /// The next record that is not a blank line, or nil at the end.
    mutating func row() throws(CSVProblem) -> CSVTable.Row? {
        while isAtLineBreak { skipLineBreak() }
        guard position < bytes.count else { return nil }
        var row = CSVTable.Row(line: line, cells: [])
        while true {
            guard row.cells.count < CSVTable.maximumColumns else {
                throw problem(
                    column: row.cells.count + 1, fr: "plus de \(CSVTable.maximumColumns) colonnes",
                    en: "more than \(CSVTable.maximumColumns) columns")
            }
            row.cells.append(try cell(column: row.cells.count + 1))
            guard position < bytes.count, bytes[position] == separatorByte else { break }
            position += 1
        }
        if isAtLineBreak { skipLineBreak() }
        return row
    }

    private mutating func cell(column: Int) throws(CSVProblem) -> CSVTable.Cell {
        let start = line
        let isQuoted = position < bytes.count && bytes[position] == CSVScanner.quote
        let text = isQuoted ? try quotedText(column: column) : try plainText(column: column)
        // Scalars, not characters: it is what the database counts, and it costs nothing on UTF-8.
        let length = text.count { $0 & 0xC0 != 0x80 }
        guard length <= CSVTable.maximumCharacters else {
            throw CSVProblem(
                line: start, column: column,
                reason: Text(
                    fr: "\(length) caractères, \(CSVTable.maximumCharacters) au plus"
                        + (isQuoted ? " : un guillemet n'est peut-être pas fermé" : ""),
                    en: "\(length) characters, at most \(CSVTable.maximumCharacters)"
                        + (isQuoted ? ": a quote may not be closed" : "")))
        }
        return CSVTable.Cell(
            text: CSVFormula.restored(String(decoding: text, as: UTF8.self)), line: start, column: column)
    }

    private mutating func plainText(column: Int) throws(CSVProblem) -> ArraySlice<UInt8> {
        let start = position
        while position < bytes.count, bytes[position] != separatorByte, !isAtLineBreak { position += 1 }
        let text = bytes[start..<position]
        // ` "a;b"`: other readers cut it where we would not. A quote further on is a plain character for all.
        if text.first(where: { $0 != 0x20 }) == CSVScanner.quote {
            throw problem(
                column: column, fr: "espace avant le guillemet ouvrant : supprimez-le",
                en: "space before the opening quote: remove it")
        }
        return text
    }

    private mutating func quotedText(column: Int) throws(CSVProblem) -> ArraySlice<UInt8> {
        let opened = line
        var text: [UInt8] = []
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            if byte == CSVScanner.quote {
                position += 1
                guard position < bytes.count, bytes[position] == CSVScanner.quote else {
                    return try closed(text[...], column: column)
                }
            } else if byte == CSVScanner.lineFeed {
                line += 1
            } else if byte == CSVScanner.carriageReturn,
                position + 1 >= bytes.count || bytes[position + 1] != CSVScanner.lineFeed
            {
                line += 1
            }
            text.append(byte)
            position += 1
        }
        throw CSVProblem(
            line: opened, column: column,
            reason: Text(
                fr: "le guillemet ouvert ici n'est jamais fermé", en: "the quote opened here is never closed"))
    }

    /// The text, once it is sure that nothing follows its closing quote.
    private func closed(_ text: ArraySlice<UInt8>, column: Int) throws(CSVProblem) -> ArraySlice<UInt8> {
        guard position == bytes.count || bytes[position] == separatorByte || isAtLineBreak else {
            throw problem(
                column: column,
                fr: "du texte suit le guillemet fermant : doublez les guillemets qui sont dans le texte",
                en: "text follows the closing quote: double the quotes that are part of the text")
        }
        return text
    }

    private var isAtLineBreak: Bool {
        position < bytes.count
            && (bytes[position] == CSVScanner.carriageReturn || bytes[position] == CSVScanner.lineFeed)
    }

    private mutating func skipLineBreak() {
        let isPair =
            bytes[position] == CSVScanner.carriageReturn && position + 1 < bytes.count
            && bytes[position + 1] == CSVScanner.lineFeed
        position += isPair ? 2 : 1
        line += 1
    }

    private func problem(column: Int, fr: String, en: String) -> CSVProblem {
        CSVProblem(line: line, column: column, reason: Text(fr: fr, en: en))
    }
}
