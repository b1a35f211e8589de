public import Fields

/// A table of texts, as the first sheet of a workbook or a CSV file holds it.
public struct SheetTable: Sendable, Hashable {
    /// One cell.
    public struct Cell: Sendable, Hashable {
        /// What stands there; days as `2024-05-31`, numbers and booleans as they are written in the file.
        public var text: String
        /// Why it can't be taken, when it can't: a formula, an error.
        public var problem: Text?

        /// A cell.
        public init(_ text: String, problem: Text? = nil) {
            self.text = text
            self.problem = problem
        }

        /// Whether nothing stands there.
        public var isEmpty: Bool { problem == nil && text.allSatisfy(\.isWhitespace) }
    }

    /// One row.
    public struct Row: Sendable, Hashable {
        /// Its number in the sheet, or the line of the file it starts on; from 1.
        public var line: Int
        /// Its cells from the first column on; empty ones at the end may be left out.
        public var cells: [Cell]

        /// The cell of a column, counted from 0; an empty one where there is none.
        public func cell(_ column: Int) -> Cell { cells.indices.contains(column) ? cells[column] : Cell("") }
    }

    /// The headings.
    public var header: Row
    /// The rows below, empty ones left out.
    public var rows: [Row]

    /// Longer tables are refused; the header is not counted.
    public static let maximumRows = 20_000
    /// Wider tables are refused.
    public static let maximumColumns = 200
    /// Longer cells are refused; counted in Unicode scalars.
    public static let maximumCharacters = CSVTable.maximumCharacters
    /// All cells together, in bytes of UTF-8: one text that many cells share counts each time.
    public static let maximumText = 16 << 20
    /// All cells together, empty ones between others too: what a sheet takes in memory hangs on them.
    public static let maximumCells = 500_000

    /// Rows, the first that holds something being the header.
    init(rows all: [Row]) throws(Refusal) {
        let filled = all.filter { !$0.cells.allSatisfy(\.isEmpty) }
        guard let header = filled.first else {
            throw SheetRefusals.refused(fr: "la feuille est vide", en: "the sheet is empty")
        }
        guard filled.count <= Self.maximumRows + 1 else {
            throw SheetRefusals.refused(
                fr: "plus de \(Self.maximumRows) lignes : découpez le fichier",
                en: "more than \(Self.maximumRows) rows: split the file")
        }
        self.header = header
        rows = Array(filled.dropFirst())
    }

    /// The rows of a CSV file, within the same bounds as a workbook's.
    init(csv bytes: [UInt8]) throws(Refusal) {
        // Each of them may be a cell; no text is made of them.
        for separator in CSVTable.Separator.allCases {
            let byte = separator.rawValue.utf8.first
            guard bytes.count(where: { $0 == byte }) <= Self.maximumCells else { throw Bounds.tooManyCells() }
        }
        let table: CSVTable
        do { table = try CSVTable.read(bytes) } catch {
            throw SheetRefusals.refused(
                fr: "ligne \(error.line), colonne \(error.column) : \(error.reason.fr)",
                en: "line \(error.line), column \(error.column): \(error.reason.en)")
        }
        var bounds = Bounds()
        var rows: [Row] = []
        for row in [table.header] + table.rows {
            var cells: [Cell] = []
            for cell in row.cells {
                if !cell.text.isEmpty { try bounds.take(cell.text, column: cell.column - 1, line: row.line) }
                if cell.column <= Self.maximumColumns { cells.append(Cell(cell.text)) }
            }
            rows.append(Row(line: row.line, cells: cells))
        }
        try self.init(rows: rows)
    }

    /// Counts what a table holds, and refuses what no sheet of people's holds.
    struct Bounds {
        private var text = 0
        private var cells = 0

        /// Counts cells that hold nothing too.
        mutating func take(cells count: Int) throws(Refusal) {
            cells += count
            guard cells <= SheetTable.maximumCells else { throw Self.tooManyCells() }
        }

        static func tooManyCells() -> Refusal {
            SheetRefusals.refused(
                fr: "plus de \(SheetTable.maximumCells) cellules : découpez le fichier",
                en: "more than \(SheetTable.maximumCells) cells: split the file")
        }

        mutating func take(_ cell: String, column: Int, line: Int) throws(Refusal) {
            guard column < SheetTable.maximumColumns else {
                throw SheetRefusals.refused(
                    fr: "ligne \(line) : plus de \(SheetTable.maximumColumns) colonnes",
                    en: "row \(line): more than \(SheetTable.maximumColumns) columns")
            }
            guard cell.utf8.count <= SheetTable.maximumCharacters * 4,
                cell.unicodeScalars.count <= SheetTable.maximumCharacters
            else {
                throw SheetRefusals.refused(
                    fr:
                        "cellule \(SheetPlace(column: column, line: line)) : plus de \(SheetTable.maximumCharacters) caractères",
                    en:
                        "cell \(SheetPlace(column: column, line: line)): more than \(SheetTable.maximumCharacters) characters"
                )
            }
            text += cell.utf8.count
            guard text <= SheetTable.maximumText else {
                throw SheetRefusals.refused(
                    fr: "plus de \(SheetTable.maximumText >> 20) Mio de texte : découpez le fichier",
                    en: "more than \(SheetTable.maximumText >> 20) MiB of text: split the file")
            }
        }
    }
}

/// Where a cell is: `C12`.
struct SheetPlace: CustomStringConvertible {
    var column: Int
    var line: Int

    init(column: Int, line: Int) {
        self.column = column
        self.line = line
    }

    /// Reads `C12`; nil for anything else, and for places beyond any sheet.
    init?(_ text: String) {
        let letters = text.utf8.prefix { (0x41...0x5A).contains($0) }
        let digits = text.utf8.dropFirst(letters.count)
        guard (1...3).contains(letters.count), (1...7).contains(digits.count), let line = Int(Substring(digits)),
            line > 0
        else { return nil }
        column = letters.reduce(0) { $0 * 26 + Int($1 - 0x40) } - 1
        self.line = line
    }

    var description: String {
        var letters = ""
        var rest = column + 1
        while rest > 0 {
            letters = String(UnicodeScalar(UInt8(0x41 + (rest - 1) % 26))) + letters
            rest = (rest - 1) / 26
        }
        return "\(letters)\(line)"
    }
}

/// Why a file is no table that is taken.
public enum SheetRefusals {
    /// The file as a whole is not taken.
    public static let sheet = Problem(
        "sheet.refused", .invalid, fr: "Ce tableau ne peut pas être lu.", en: "This sheet cannot be read.")

    /// Refuses with a reason that follows "This sheet is refused:".
    public static func refused(fr: String, en: String, errors: [FieldProblem] = []) -> Refusal {
        sheet(fr: "Tableau refusé : \(fr).", en: "Sheet refused: \(en).", errors: errors)
    }

    static func damaged(_ entry: String) -> Refusal {
        refused(
            fr: "\(entry) est abîmé ; enregistrez-le de nouveau au format .xlsx",
            en: "\(entry) is damaged; save it again as .xlsx")
    }
}
