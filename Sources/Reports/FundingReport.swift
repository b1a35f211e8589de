public import Fields
public import Postgres

/// One line of the funder's file: an action's money of one funder and year (`sql/views/3_report_funding.sql`).
public struct FundingReportLine: Decodable, Sendable {
    public var actionCode: String
    public var actionTitle: String
    public var axisCode: String
    public var axisTitle: String
    public var leadName: String
    /// The status in French words.
    public var statusLabel: String
    public var plannedStart: Day
    public var plannedEnd: Day
    public var actualStart: Day?
    public var actualEnd: Day?
    public var funderCode: String
    public var funderName: String
    public var year: Int
    public var plannedCents: Int
    public var committedCents: Int
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
        if field.hasSuffix("_start") || field.hasSuffix("_end"), let day = try? Day(fieldText: text) { return .day(day) }
        return .text(text)
    }
}
