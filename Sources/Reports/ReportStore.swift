import Accounts
import Contract
public import Fields
public import Postgres

/// Where frozen reports are kept, and where previews are made.
public struct ReportStore: Sendable {
    let database: Database
    let profiles: ReportProfiles

    /// A store in a database, with the layouts that there are.
    public init(_ database: Database, profiles: ReportProfiles) {
        self.database = database
        self.profiles = profiles
    }

    /// The team sees every report, a funder its own, everybody those that are published.
    private static func seen(by caller: Caller) -> SQL {
        if caller.isTeam || caller.isSystem { return "true" }
        return "(r.published_at IS NOT NULL OR c.funder_id = \(caller.member?.organisationID))"
    }

    private static let reports: SQL = """
        SELECT r.id, r.campaign_id, o.code AS funder, r.number, r.as_of, r.frozen_at, encode(r.sha256, 'hex') AS sha256, r.published_at,
               r.document
          FROM report r JOIN campaign c ON c.id = r.campaign_id JOIN organisation o ON o.id = c.funder_id
        """

    /// One report, or a refusal when there is none that the caller may know of.
    public func find(_ id: Report.ID, as caller: Caller) async throws -> Report {
        try await database.transaction(as: caller) { try await one(id, as: caller, $0) }
    }

    private func one(_ id: Report.ID, as caller: Caller, _ transaction: Transaction) async throws -> Report {
        let found = try await transaction.rows(
            "\(Self.reports) WHERE r.id = \(id) AND \(Self.seen(by: caller))", as: Report.self
        ).first()
        guard let found else { throw ReportRefusals.report() }
        return found
    }

    /// What a report is in a form: the stored file where there is one, otherwise made from the frozen document.
    public func rendered(
        _ id: Report.ID, as form: ReportForm, for caller: Caller
    ) async throws -> (bytes: [UInt8], name: String) {
        try await database.slow(as: caller) { transaction in
            let report = try await one(id, as: caller, transaction)
            let document = try report.content()
            let name = try document.fileName(form)
            if let (format, sheet) = try document.stored(form) {
                let file = try await transaction.rows(
                    """
                    SELECT encode(content, 'hex') AS value FROM report_file
                     WHERE report_id = \(id) AND format = \(format) AND sheet = \(sheet)
                    """, as: Value<String>.self
                ).first()
                if let file { return (Self.bytes(hexadecimal: file.value), name) }
            }
            return (try document.render(form, sha256: report.sha256), name)
        }
    }

    static func bytes(hexadecimal text: String) -> [UInt8] {
        func digit(_ byte: UInt8) -> UInt8 { byte < 0x3A ? byte - 0x30 : byte - 0x57 }
        let digits = Array(text.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).map { digit(digits[$0]) << 4 | digit(digits[$0 + 1]) }
    }

    /// What a report of some quarters would be, of a past day: the team's only; nothing is frozen.
    public func preview(
        _ profile: ProfileCode, from first: ReportQuarter, until last: ReportQuarter, asOf: Day?, as caller: Caller,
        step: @escaping ReportStep = { _, _ in }
    ) async throws -> ReportPreview {
        try await database.slow(as: caller, isolation: .repeatableRead) { transaction in
            guard caller.isTeam || caller.isSystem else { throw ReportRefusals.onlyTeam() }
            let profile = try profiles.find(profile.text)
            let day = asOf ?? transaction.today.adding(days: -1)
            guard day < transaction.today else {
                throw Problem.malformed(
                    fr: "as_of demande un jour passé : avant le \(transaction.today).",
                    en: "as_of takes a past day: before \(transaction.today).",
                    errors: [FieldProblem("as_of", fr: "jour passé attendu", en: "a past day is expected")])
            }
            guard first.firstDay <= last.firstDay, last.firstDay.number - first.firstDay.number < 5 * 366 else {
                throw Problem.malformed(
                    fr: "until vient après quarter, cinq ans au plus.",
                    en: "until comes after quarter, five years at most.",
                    errors: [FieldProblem("until", fr: "trimestre refusé", en: "quarter refused")])
            }
            let (start, end) = (first.firstDay, last.lastDay)
            let gaps = try await transaction.rows(
                """
                SELECT g.gap, g.kind, g.action_code, g.action_title, g.part, g.owed_by, g.owed_by_name, NULL::text AS explanation
                  FROM report_gaps(\(day), \(start), \(end), \(profile.funder)) AS g
                 ORDER BY g.action_code COLLATE "C", g.gap COLLATE "C"
                """, as: CampaignGap.self
            ).all()
            let request = ReportRequest(
                campaign: nil, title: "\(profile.title), \(CampaignStore.period(start, end))", startsOn: start,
                endsOn: end, asOf: day, number: nil, frozenAt: nil, gaps: gaps)
            let builder = ReportBuilder(profile: profile, request: request, transaction: transaction, step: step)
            return ReportPreview(document: try await builder.build(), parts: profile.sheets.count + 2, step: step)
        }
    }

    /// Gives the last report of a campaign that is final to the public, once and for all: the team.
    public func publish<T: Sendable>(
        _ id: Report.ID, as caller: Caller, answer: (ReportReference) throws -> T = { $0 }
    ) async throws -> T {
        try await database.transaction(as: caller) { transaction in
            let report = try await one(id, as: caller, transaction)
            guard caller.isTeamEditor else { throw ReportRefusals.onlyTeam() }
            try await transaction.record("report.publish", on: "report", id: id.uuid)
            let published = try await transaction.execute(
                """
                UPDATE report r SET published_at = coalesce(r.published_at, \(transaction.now)),
                                    published_by = coalesce(r.published_by, \(caller.member?.id))
                  FROM campaign c
                 WHERE r.id = \(id) AND c.id = r.campaign_id AND c.state = 'final'
                   AND r.number = (SELECT max(l.number) FROM report l WHERE l.campaign_id = c.id)
                """)
            guard published == 1 else { throw ReportRefusals.unpublishable() }
            let now = try await one(id, as: caller, transaction)
            return try answer(
                ReportReference(
                    id: report.id, number: report.number, asOf: report.asOf, frozenAt: report.frozenAt,
                    sha256: report.sha256, publishedAt: now.publishedAt))
        }
    }
}

extension Report {
    /// The frozen document; a row that somebody altered may hold none.
    func content() throws -> ReportDocument {
        guard let document = ReportDocument(frozen: document) else { throw ReportRefusals.damaged(number) }
        return document
    }
}

/// What a report of some quarters would be.
public struct ReportPreview: Sendable {
    let document: ReportDocument
    let parts: Int
    let step: ReportStep

    /// In a form, with the name that a file of it has.
    public func rendered(as form: ReportForm) throws -> (bytes: [UInt8], name: String) {
        let hash = CanonicalJSON.hexadecimal(CanonicalJSON.sha256(document.canonical))
        let bytes = try document.render(form, sha256: hash)
        step(parts, parts)
        return (bytes, try document.fileName(form))
    }
}

/// In what form a report is asked for.
public enum ReportForm: Sendable, Hashable {
    /// One sheet, the first unless named.
    case csv(sheet: String?, dialect: CSVWriter.Dialect)
    case xlsx, json
    /// For people, made for print; alone when it must carry its style itself.
    case html(alone: Bool)
}

extension ReportDocument {
    /// The sheet of a code, the first without one.
    func sheet(_ code: String?) throws -> Sheet {
        guard let sheet = code.map({ code in sheets.first { $0.code == code } }) ?? sheets.first else {
            let known = sheets.map(\.code).joined(separator: ", ")
            throw ReportRefusals.sheet(
                fr: "Ce rapport n'a pas cette feuille ; feuilles : \(known).",
                en: "This report has no such sheet; sheets: \(known).",
                errors: [FieldProblem("sheet", fr: "connues : \(known)", en: "known: \(known)")])
        }
        return sheet
    }

    /// Which stored file that is, if one is.
    func stored(_ form: ReportForm) throws -> (ReportFile.Format, String)? {
        switch form {
        case .csv(let code, .french): (.csv, try sheet(code).code)
        case .xlsx: (.xlsx, "")
        case .json: (.json, "")
        case .csv, .html: nil
        }
    }

    func fileName(_ form: ReportForm) throws -> String {
        switch form {
        case .csv(let code, _): "\(fileName)-\(try sheet(code).code).csv"
        case .xlsx: fileName + ".xlsx"
        case .json: fileName + ".json"
        case .html: fileName + ".html"
        }
    }

    func render(_ form: ReportForm, sha256: String) throws -> [UInt8] {
        switch form {
        case .csv(let code, let dialect): csv(try sheet(code), sha256: sha256, dialect: dialect)
        case .xlsx: try workbook(sha256: sha256)
        case .json: Self.jsonFile(canonical, sha256: sha256)
        case .html(let alone): Array(page(sha256: sha256, alone: alone).utf8)
        }
    }
}

/// A quarter of a year: `2024-Q4`, or `2024-T4` as the French write it.
public struct ReportQuarter: FieldScalar {
    /// Its first day.
    public var firstDay: Day

    /// Its last day.
    public var lastDay: Day {
        let (year, month, _) = firstDay.parts
        let next = Day(year: month == 10 ? year + 1 : year, month: month == 10 ? 1 : month + 3, day: 1)
        return (next ?? firstDay).adding(days: -1)
    }

    /// `2024-Q4`.
    public static var fieldKind: Shape.Kind { .pattern("^20[2-9][0-9]-[QT][1-4]$", example: "2024-Q4") }
    /// The first of 2024.
    public static var placeholder: ReportQuarter { ReportQuarter(firstDay: Day(number: 19_723)) }
    /// `2024-Q4`.
    public var fieldText: String { firstDay.quarter.replacing("T", with: "Q") }

    private init(firstDay: Day) { self.firstDay = firstDay }

    /// Reads `2024-Q4` or `2024-T4`.
    public init(fieldText: String) throws(Expectation) {
        guard let match = fieldText.wholeMatch(of: /(20[2-9][0-9])-[QT]([1-4])/), let year = Int(match.1),
            let quarter = Int(match.2), let day = Day(year: year, month: quarter * 3 - 2, day: 1)
        else { throw Expectation(fr: "un trimestre comme 2024-T4", en: "a quarter such as 2024-Q4") }
        firstDay = day
    }
}
