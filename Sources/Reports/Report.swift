public import Fields

/// What a submission froze.
public struct Report: Decodable, Sendable {
    /// Ids of reports.
    public typealias ID = Identifier<Report>

    /// Its id.
    public var id: ID
    /// The campaign it was submitted in.
    public var campaignID: Campaign.ID
    /// Whose it is, by organisation code.
    public var funder: String
    /// 1, 2, 3 … within the campaign.
    public var number: Int
    /// The day whose end its figures are of.
    public var asOf: Day
    /// When it was frozen.
    public var frozenAt: Instant
    /// SHA-256 of the canonical form of `report`, in hexadecimal.
    public var sha256: String
    /// When the team gave it to the public.
    public var publishedAt: Instant?
    /// The canonical document itself.
    public var document: String
}

/// A file of a report.
public struct ReportFile: Sendable, Hashable {
    /// What it is.
    public enum Format: String, FieldEnum { case csv, xlsx, json }
    /// What it is.
    public var format: Format
    /// Which sheet; empty for a file of all of them.
    public var sheet: String
    /// Its bytes.
    public var content: [UInt8]
}

extension ReportDocument {
    /// The files that are stored when it is frozen, made from nothing but the document and its hash.
    func files() throws -> [ReportFile] {
        let bytes = canonical
        let hash = CanonicalJSON.hexadecimal(CanonicalJSON.sha256(bytes))
        return sheets.map { ReportFile(format: .csv, sheet: $0.code, content: csv($0, sha256: hash)) } + [
            ReportFile(format: .json, sheet: "", content: Self.jsonFile(bytes, sha256: hash)),
            ReportFile(format: .xlsx, sheet: "", content: try workbook(sha256: hash)),
        ]
    }

    /// The JSON file: the hash beside the very bytes that it is of.
    static func jsonFile(_ canonical: [UInt8], sha256: String) -> [UInt8] {
        Array("{\"$schema\":\"/v1/reference/report_schema\",\"sha256\":\"\(sha256)\",\"report\":".utf8) + canonical
            + Array("}\n".utf8)
    }

    /// One sheet as CSV. For people (French spreadsheets), what it is stands above the table; for programs, which want the table
    /// alone, in its last columns.
    func csv(_ sheet: Sheet, sha256: String, dialect: CSVWriter.Dialect = .french) -> [UInt8] {
        var writer = CSVWriter(dialect: dialect)
        let cover = cover(sha256: sha256)
        let isForPeople = dialect == .french
        if isForPeople {
            for line in cover { writer.row([.text(line.label), .text(line.value)]) }
            writer.row([.text("Feuille"), .text(sheet.title)])
            writer.row([.empty, .empty])
        }
        let marks: [(String, CSVWriter.Cell)] =
            isForPeople
            ? []
            : [
                ("report_number", number.map(CSVWriter.Cell.number) ?? .empty),
                ("report_as_of", asOf.map(CSVWriter.Cell.day) ?? .empty),
                ("report_columns_version", json["columns_version"]?.integer.map(CSVWriter.Cell.number) ?? .empty),
                ("report_filters", .text(cover.first { $0.label == "Filtres" }?.value ?? "")),
                ("report_sha256", .text(sha256)),
            ]
        let names = sheet.columns.map { isForPeople ? $0.heading : $0.field }
        writer.row((names + marks.map(\.0)).map(CSVWriter.Cell.text))
        for (position, row) in sheet.rows.enumerated() {
            let unit = sheet.units.indices.contains(position) ? sheet.units[position] : nil
            writer.row(zip(row, sheet.columns).map { cell($0, $1, unit: unit) } + marks.map(\.1))
        }
        return writer.bytes
    }
}
