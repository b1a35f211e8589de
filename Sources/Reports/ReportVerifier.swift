import Contract
public import Fields
public import Postgres

/// What was found out about one frozen report.
public struct ReportCheck: Sendable {
    /// Which report.
    public var id: Report.ID
    /// Whose, by organisation code.
    public var funder: String
    /// Its number.
    public var number: Int
    /// SHA-256 of its document, as it was frozen.
    public var sha256: String
    /// What is wrong with it; nothing when all is as it was.
    public var problems: [Text]
    /// What can't be compared here, without being wrong.
    public var remarks: [Text]
}

/// Makes each frozen report again and compares: its document's form and hash, the hash that history keeps, every file, and the
/// figures as history has them.
public struct ReportVerifier: Sendable {
    let database: Database

    /// A verifier of a database.
    public init(_ database: Database) { self.database = database }

    private struct Row: Decodable {
        var id: Report.ID
        var funder: String
        var number: Int
        var document: String
        var sha256: String
        var sealed: String?
    }

    private struct Stored: Decodable {
        var format: ReportFile.Format
        var sheet: String
        var content: String
        var sha256: String
        var sealed: String?
    }

    /// Checks one report, or all of them in the order of their freezing; `step` is told how many of how many are done.
    public func run(
        _ id: Report.ID? = nil, as caller: Caller, step: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws -> [ReportCheck] {
        let ids = try await database.slow(as: caller) { transaction in
            guard caller.isTeam || caller.isSystem else { throw ReportRefusals.onlyTeam() }
            return try await transaction.rows(
                "SELECT id AS value FROM report WHERE \(id)::uuid IS NULL OR id = \(id) ORDER BY frozen_at, id",
                as: Value<Report.ID>.self
            ).all().map(\.value)
        }
        guard id == nil || !ids.isEmpty else { throw ReportRefusals.report() }
        var checks: [ReportCheck] = []
        for (position, report) in ids.enumerated() {
            checks.append(try await check(report, as: caller))
            step(position + 1, ids.count)
        }
        return checks
    }

    private func check(_ id: Report.ID, as caller: Caller) async throws -> ReportCheck {
        try await database.slow(as: caller, isolation: .repeatableRead) { transaction in
            let row = try await transaction.rows(
                """
                SELECT r.id, o.code AS funder, r.number, r.document, encode(r.sha256, 'hex') AS sha256,
                       (SELECT c.new_value #>> '{}' FROM field_change c
                         WHERE c.row_id = r.id AND c.table_name = 'report' AND c.field = 'sha256' ORDER BY c.id LIMIT 1) AS sealed
                  FROM report r JOIN campaign c ON c.id = r.campaign_id JOIN organisation o ON o.id = c.funder_id
                 WHERE r.id = \(id)
                """, as: Row.self
            ).first()
            guard let row else { throw ReportRefusals.report() }
            var check = ReportCheck(
                id: row.id, funder: row.funder, number: row.number, sha256: row.sha256, problems: [], remarks: [])
            let bytes = Array(row.document.utf8)
            if CanonicalJSON.hexadecimal(CanonicalJSON.sha256(bytes)) != row.sha256 {
                check.wrong(fr: "le document n'a plus son empreinte", en: "the document no longer has its hash")
            }
            if row.sealed != "\\x" + row.sha256 {
                check.wrong(
                    fr: "l'empreinte n'est pas celle que l'historique a gardée",
                    en: "the hash is not the one that history kept")
            }
            guard let document = ReportDocument(frozen: row.document), document.canonical == bytes else {
                check.wrong(fr: "le document n'a plus la forme canonique", en: "the document is no longer canonical")
                return check
            }
            try await compareFiles(of: document, id, &check, transaction)
            try await compareFigures(of: document, &check, transaction)
            return check
        }
    }

    private func compareFiles(
        of document: ReportDocument, _ id: Report.ID, _ check: inout ReportCheck, _ transaction: Transaction
    ) async throws {
        let stored = try await transaction.rows(
            """
            SELECT f.format, f.sheet, encode(f.content, 'hex') AS content, encode(f.sha256, 'hex') AS sha256,
                   (SELECT c.new_value #>> '{}' FROM field_change c
                     WHERE c.row_id = f.id AND c.field = 'sha256' ORDER BY c.id LIMIT 1) AS sealed
              FROM report_file f WHERE f.report_id = \(id) ORDER BY f.format, f.sheet
            """, as: Stored.self
        ).all()
        let rebuilt = try document.files()
        for file in rebuilt where !stored.contains(where: { $0.format == file.format && $0.sheet == file.sheet }) {
            check.wrong(fr: "fichier manquant : \(file.name)", en: "missing file: \(file.name)")
        }
        for row in stored {
            let name = "\(row.format.rawValue) \(row.sheet)"
            let content = ReportStore.bytes(hexadecimal: row.content)
            if CanonicalJSON.hexadecimal(CanonicalJSON.sha256(content)) != row.sha256
                || row.sealed != "\\x" + row.sha256
            {
                check.wrong(fr: "fichier altéré : \(name)", en: "altered file: \(name)")
            }
            guard let made = rebuilt.first(where: { $0.format == row.format && $0.sheet == row.sheet }) else {
                check.wrong(fr: "fichier en trop : \(name)", en: "extra file: \(name)")
                continue
            }
            guard made.content != content else { continue }
            if row.format == .xlsx {
                check.remarks.append(
                    Text(
                        fr: "le classeur refait ici diffère du fichier conservé : autre version de libxlsxwriter ?",
                        en: "the workbook made again here differs from the stored one: another libxlsxwriter?"))
            } else {
                check.wrong(fr: "le fichier refait diffère : \(name)", en: "the file made again differs: \(name)")
            }
        }
    }

    /// The figures again, from history: what a report said of the past must still be what the past was.
    private func compareFigures(
        of document: ReportDocument, _ check: inout ReportCheck, _ transaction: Transaction
    ) async throws {
        guard let profile = ReportProfile(of: document), let request = ReportRequest(of: document) else {
            return check.wrong(fr: "le document n'a plus sa période", en: "the document lacks its period")
        }
        let again: ReportDocument
        do {
            again = try await ReportBuilder(profile: profile, request: request, transaction: transaction).build()
        } catch let refusal as Refusal {
            // An altered document may ask for what there is not; the other reports are still looked at.
            return check.wrong(
                fr: "les chiffres ne peuvent pas être refaits : \(refusal.detail.fr)",
                en: "the figures can't be made again: \(refusal.detail.en)")
        }
        let moved = ReportComparison(before: document, after: again).lines
        for found in moved.prefix(5) {
            let place = [found.line.sheet, found.line.key, found.line.column ?? ""].joined(separator: ", ")
            check.wrong(
                fr: "l'historique ne donne plus ce chiffre : \(place)",
                en: "history no longer gives this figure: \(place)")
        }
        if moved.count > 5 {
            check.wrong(fr: "et \(moved.count - 5) autres chiffres", en: "and \(moved.count - 5) more figures")
        }
    }
}

extension ReportCheck {
    fileprivate mutating func wrong(fr: String, en: String) { problems.append(Text(fr: fr, en: en)) }
}

extension ReportFile {
    fileprivate var name: String { "\(format.rawValue) \(sheet)" }
}

extension ReportProfile {
    /// The layout that a document was made with.
    init?(of document: ReportDocument) {
        guard let version = document.json["columns_version"]?.integer,
            let funder = document.json["funder"]?["code"]?.string
        else { return nil }
        code = document.profile
        title = document.json["profile"]?["title"]?.string ?? ""
        self.funder = funder
        self.version = version
        onlyFunded = document.json["filters"]?["actions"]?.string == "financées"
        sheets = document.sheets.map { sheet in
            Sheet(
                code: sheet.code, title: sheet.title, subject: sheet.subject,
                columns: sheet.columns.map { Column(heading: $0.heading, field: $0.field) })
        }
    }
}

extension ReportRequest {
    /// What a document was asked for with; gaps are no figures.
    init?(of document: ReportDocument) {
        func day(_ json: JSON?) -> Day? { json?.string.flatMap { try? Day(fieldText: $0) } }
        guard let first = day(document.json["period"]?["starts_on"]),
            let last = day(document.json["period"]?["ends_on"]),
            let asOf = document.asOf
        else { return nil }
        self.init(
            title: document.title, startsOn: first, endsOn: last, asOf: asOf, number: document.number,
            frozenAt: document.frozenAt, gaps: [])
    }
}
