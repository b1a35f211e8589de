public import Fields

/// A workbook to read and print: a cover, tables, charts. Made from the same value it is the same bytes, with the same libraries.
public struct Workbook: Sendable {
    /// A column of a table.
    public struct Column: Sendable {
        /// What its cells hold.
        public enum Kind: Sendable, Hashable { case text, number, year, decimal, euros, percent, day }

        /// Above the column.
        public var heading: String
        /// What its cells hold.
        public var kind: Kind
        /// In characters.
        public var width: Double
        /// Below the last row.
        public var total: Total

        /// A column.
        public init(_ heading: String, _ kind: Kind, width: Double, total: Total = .none) {
            self.heading = heading
            self.kind = kind
            self.width = width
            self.total = total
        }
    }

    /// What stands below a column: a formula, with the value that it must have.
    public enum Total: Sendable, Hashable {
        case none
        case sum(CSVWriter.Cell)
        /// Per cent of one column's sum to another's, by position.
        case ratio(part: Int, whole: Int, CSVWriter.Cell)
    }

    /// A sheet that is a table.
    public struct Table: Sendable {
        /// The sheet's name; at most 31 characters.
        public var name: String
        /// The columns; at least one.
        public var columns: [Column]
        /// The cells, row by row.
        public var rows: [[CSVWriter.Cell]]

        /// A table.
        public init(name: String, columns: [Column], rows: [[CSVWriter.Cell]]) {
            self.name = name
            self.columns = columns
            self.rows = rows
        }
    }

    /// A chart over figures that stand beside it.
    public struct Chart: Sendable {
        /// How it looks.
        public enum Kind: Sendable, Hashable { case columns, bars }

        /// Above it.
        public var title: String
        /// How it looks.
        public var kind: Kind
        /// What its figures are.
        public var unit: Column.Kind
        /// What there is a figure for.
        public var categories: [String]
        /// The figures: for each series, one a category.
        public var series: [(name: String, values: [CSVWriter.Cell])]

        /// A chart.
        public init(
            title: String, kind: Kind, unit: Column.Kind, categories: [String],
            series: [(name: String, values: [CSVWriter.Cell])]
        ) {
            self.title = title
            self.kind = kind
            self.unit = unit
            self.categories = categories
            self.series = series
        }
    }

    /// What it is.
    public var title: String
    /// When its content was settled: its creation date, whenever it is written.
    public var created: Instant
    /// The first sheet: labels and values.
    public var cover: [(label: String, value: String)]
    /// Below every printed page; at most 200 characters.
    public var footer: String
    /// The tables.
    public var tables: [Table]
    /// The charts, on a sheet of their own; none needs none.
    public var charts: [Chart]

    /// A workbook.
    public init(
        title: String, created: Instant, cover: [(label: String, value: String)], footer: String, tables: [Table],
        charts: [Chart]
    ) {
        self.title = title
        self.created = created
        self.cover = cover
        self.footer = footer
        self.tables = tables
        self.charts = charts
    }

    /// The file's bytes.
    public func bytes() throws -> [UInt8] { try WorkbookWriter(self).write() }
}
