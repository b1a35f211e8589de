public import Fields
public import Postgres

/// One line of the funder's file: an action's money of one funder and year (`sql/views/3_report_funding.sql`).
public struct FundingReportLine: Decodable, Sendable {
    /// The action's code.
    public var actionCode: String
    /// The action's title.
    public var actionTitle: String
    /// Its axis' code.
    public var axisCode: String
    /// Its axis' title.
    public var axisTitle: String
    /// Who carries it.
    public var leadName: String
    /// The status in French words.
    public var statusLabel: String
    /// First day, as planned.
    public var plannedStart: Day
    /// Last day, as planned.
    public var plannedEnd: Day
    /// First day, as it was.
    public var actualStart: Day?
    /// Last day, as it was.
    public var actualEnd: Day?
    /// The funder's code.
    public var funderCode: String
    /// The funder's name.
    public var funderName: String
    /// The year.
    public var year: Int
    /// Planned money, in cents.
    public var plannedCents: Int
    /// Committed money, in cents.
    public var committedCents: Int
    /// Spent money, in cents.
    public var spentCents: Int
    /// Spent less planned.
    public var gapCents: Int
    /// The gap in per cent of what was planned, one decimal; nil when nothing was planned.
    public var gapPercent: Double?
}

/// Where reports come from.
public struct ReportStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// The lines of one funder, by action and year.
    public func funding(of funder: String, as caller: Caller) async throws -> Rows<FundingReportLine> {
        try await database.slow(as: caller, isolation: .repeatableRead) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: FundingReportLine.self) FROM report_funding
                 WHERE funder_code = \(funder) ORDER BY action_code, year
                """, as: FundingReportLine.self)
        }
    }
}

extension ReportProfile {
    /// The lines as CSV, in the profile's columns, as French spreadsheets want it unless another dialect is asked for.
    public func csv(_ rows: Rows<FundingReportLine>, dialect: CSVWriter.Dialect = .french) -> [UInt8] {
        var writer = CSVWriter(dialect: dialect)
        writer.row(columns.map { .text($0.heading) })
        for index in 0..<rows.count {
            writer.row(columns.map { cell(rows.text(index, $0.field), $0.field, dialect) })
        }
        return writer.bytes
    }

    private func cell(_ text: String?, _ field: String, _ dialect: CSVWriter.Dialect) -> CSVWriter.Cell {
        guard let text else { return .empty }
        if field.hasSuffix("_cents"), let cents = Int(text) { return .cents(cents) }
        if field == "year", let year = Int(text) { return .number(year) }
        if field.hasSuffix("_percent") { return .decimal(text) }
        if field.hasSuffix("_start") || field.hasSuffix("_end"), let day = try? Day(fieldText: text) {
            return .day(day)
        }
        return .text(text)
    }
}
