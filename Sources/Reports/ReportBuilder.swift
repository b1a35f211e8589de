import Fields
import Postgres

/// What a report is made of.
struct ReportRequest: Sendable {
    var campaign: Campaign.ID?
    var title: String
    var startsOn: Day
    var endsOn: Day
    /// The day whose end its figures are of.
    var asOf: Day
    /// Nil for a preview.
    var number: Int?
    var frozenAt: Instant?
    var gaps: [CampaignGap]

    /// `2024-T1`, `2024-T2` …
    var quarters: [String] {
        var quarters: [String] = []
        var day = startsOn
        while day < endsOn {
            quarters.append(day.quarter)
            let (year, month, _) = day.parts
            day = Day(year: month > 9 ? year + 1 : year, month: (month + 2) % 12 + 1, day: 1) ?? endsOn
        }
        return quarters
    }
}

/// What is told while a report is made: how many parts of how many are done.
public typealias ReportStep = @Sendable (Int, Int) -> Void

/// Reads what a profile wants, as it stood at the end of the day, and makes the document of it.
struct ReportBuilder: Sendable {
    let profile: ReportProfile
    let request: ReportRequest
    let transaction: Transaction
    /// Told after each part that was read: how many of how many.
    var step: ReportStep = { _, _ in }

    private struct About: Decodable {
        var funder: JSON?
        var plan: JSON
        var isDemonstration: Bool
    }

    /// The document.
    func build() async throws -> ReportDocument {
        let about = try await transaction.rows(
            """
            SELECT (SELECT jsonb_build_object('code', o.code, 'name', text_as_of(o.id, 'name', \(request.asOf), o.name))
                      FROM organisation o WHERE o.code = \(profile.funder)) AS funder,
                   coalesce((SELECT jsonb_build_object('code', p.code, 'title', text_as_of(p.id, 'title', \(request.asOf), p.title),
                                                       'is_fictional', p.is_fictional)
                      FROM action_plan p ORDER BY p.id LIMIT 1), 'null') AS plan,
                   EXISTS (SELECT FROM instance WHERE is_demonstration) AS is_demonstration
            """, as: About.self
        ).first()
        guard let about, let funder = about.funder else { throw ReportRefusals.profile() }
        var sheets: [ReportDocument.Sheet] = []
        for sheet in profile.sheets {
            sheets.append(try await self.sheet(sheet))
            // The charts and the files come after.
            step(sheets.count, profile.sheets.count + 2)
        }
        var used = Set(sheets.flatMap { $0.columns.compactMap(\.indicator) } + figureCodes(sheets))
        if sheets.contains(where: { $0.subject == .persons }) {
            used.formUnion(
                try await values("SELECT to_jsonb(code) AS value FROM report_indicator WHERE code LIKE 'persons\\_%'")
                    .compactMap(\.string))
        }
        let definitions = try await values(
            "SELECT to_jsonb(r) - 'plan_titles' AS value FROM report_indicator r WHERE code = ANY (\(list: used.sorted())::text[]) ORDER BY code COLLATE \"C\""
        )
        let head: [JSON.Member] = [
            .init("format", .string(ReportDocument.form)), .init("title", .string(request.title)),
            .init("columns_version", JSON(profile.version)),
            .init("profile", ["code": .string(profile.code), "title": .string(profile.title)]),
            .init("campaign", JSON(request.campaign?.fieldText)), .init("funder", funder),
            .init("plan", about.plan), .init("is_demonstration", .bool(about.isDemonstration)),
            .init(
                "period",
                [
                    "starts_on": .string(request.startsOn.fieldText), "ends_on": .string(request.endsOn.fieldText),
                    "quarters": .array(request.quarters.map(JSON.string)),
                ]),
            .init("number", request.number.map { JSON($0) } ?? .null), .init("as_of", .string(request.asOf.fieldText)),
            .init("frozen_at", JSON(request.frozenAt?.fieldText)),
            .init(
                "filters",
                [
                    "financeur": .string(profile.funder),
                    "actions": .string(profile.onlyFunded ? "financées" : "toutes"),
                    "années": .string("\(request.startsOn.parts.year)-\(request.endsOn.parts.year)"),
                ]),
            .init("definitions", .array(definitions)),
            .init("gaps", .array(request.gaps.map(gap))),
        ]
        let built = ReportDocument(head: head, sheets: sheets, charts: try await charts())
        step(sheets.count + 1, profile.sheets.count + 2)
        // As it will be read again: files made now and files made years later are made from the same.
        return ReportDocument(frozen: String(decoding: built.canonical, as: UTF8.self)) ?? built
    }

    private func gap(_ gap: CampaignGap) -> JSON {
        [
            "gap": .string(gap.gap), "text": .string(gap.french), "owed_by": JSON(gap.owedBy),
            "explanation": JSON(gap.explanation),
        ]
    }

    private func figureCodes(_ sheets: [ReportDocument.Sheet]) -> [String] {
        sheets.flatMap { sheet -> [String] in
            guard let code = sheet.columns.firstIndex(where: { $0.field == "code" }), !sheet.units.isEmpty else {
                return []
            }
            return sheet.rows.compactMap { $0[code].string }
        }
    }

    private func values(_ statement: SQL) async throws -> [JSON] {
        try await transaction.rows(statement, as: Value<JSON>.self).all().map(\.value)
    }

    // MARK: - Sheets

    private func sheet(_ wanted: ReportProfile.Sheet) async throws -> ReportDocument.Sheet {
        let fields = Dictionary(uniqueKeysWithValues: wanted.subject.fields.map { ($0.name, $0) })
        let shown = Set(wanted.columns.map(\.field))
        let columns = wanted.columns.compactMap { column -> ReportDocument.Column? in
            guard let field = fields[column.field] else { return nil }
            var total = field.total
            if case .ratio(let part, let whole) = total, !shown.isSuperset(of: [part, whole]) { total = .none }
            return .init(
                field: field.name, heading: column.heading, kind: field.kind, indicator: field.indicator, total: total)
        }
        let lines = try await values(lines(wanted.subject))
        let rows = lines.map { line in columns.map { line[$0.field] ?? .null } }
        return ReportDocument.Sheet(
            code: wanted.code, title: wanted.title, subject: wanted.subject, columns: columns, rows: rows,
            totals: Self.totals(columns, rows),
            units: wanted.subject == .figures ? lines.map { $0["unit"]?.string ?? "" } : [])
    }

    private var planFunder: String? { profile.onlyFunded ? profile.funder : nil }

    private func lines(_ subject: ReportSubject) -> SQL {
        let (day, first, last) = (request.asOf, request.startsOn, request.endsOn)
        return switch subject {
        case .money: "SELECT to_jsonb(t) AS value FROM \(money) AS t"
        case .actions: "SELECT to_jsonb(t) AS value FROM report_actions(\(day), \(planFunder)) AS t"
        case .indicators: "SELECT to_jsonb(t) AS value FROM report_indicators(\(day), \(planFunder)) AS t"
        case .milestones: "SELECT to_jsonb(t) AS value FROM report_milestones(\(day), \(planFunder)) AS t"
        case .structures: "SELECT to_jsonb(t) AS value FROM report_structures(\(day)) AS t"
        case .needs: "SELECT to_jsonb(t) AS value FROM report_needs(\(day), \(first), \(last)) AS t"
        case .sessions: "SELECT to_jsonb(t) AS value FROM report_sessions(\(day), \(first), \(last)) AS t"
        case .persons: "SELECT to_jsonb(t) AS value FROM report_persons(\(day), \(first), \(last), \(knownAt)) AS t"
        case .figures:
            """
            SELECT to_jsonb(t) || jsonb_build_object(
                       'label', r.label_fr, 'unit', CASE WHEN r.subject = 'money' AND r.unit = 'percent' THEN 'percent_of_euros' ELSE r.unit END, 'definition', r.definition_fr, 'source', r.source_fr,
                       'definition_version', r.version,
                       'unit_label', CASE r.unit WHEN 'count' THEN 'nombre' WHEN 'percent' THEN '%' WHEN 'euros' THEN '€' ELSE 'jours' END)
                       AS value
              FROM (SELECT f.code, to_jsonb(f.value) AS value, to_jsonb(f.numerator) AS numerator, to_jsonb(f.denominator) AS denominator
                      FROM report_figures(\(day), \(first), \(last), \(profile.funder), \(planFunder)) AS f
                    UNION ALL SELECT p.* FROM report_person_figures(\(day), \(first), \(last), \(knownAt)) AS p) AS t
              JOIN report_indicator r ON r.code = t.code
             ORDER BY array_position(ARRAY['plan', 'money', 'structures', 'needs', 'persons'], r.subject), r.code COLLATE "C"
            """
        }
    }

    /// Persons that were counted by then: what a frozen report is made again with.
    private var knownAt: Instant { request.frozenAt ?? transaction.now }

    private var money: SQL {
        """
        report_money(\(request.asOf), \(profile.funder), \(request.startsOn.parts.year)::integer, \(request.endsOn.parts.year)::integer)
        """
    }

    /// The last line: sums, and per cent of sums.
    static func totals(_ columns: [ReportDocument.Column], _ rows: [[JSON]]) -> [JSON] {
        func sum(_ field: String) -> Int? {
            guard let position = columns.firstIndex(where: { $0.field == field }) else { return nil }
            return rows.reduce(0) { $0 + ($1[position].integer ?? 0) }
        }
        return columns.map { column in
            switch column.total {
            case .none: .null
            case .sum: sum(column.field).map { JSON($0) } ?? .null
            case .ratio(let part, let whole):
                sum(part).flatMap { part in sum(whole).flatMap { percent(part, of: $0) } } ?? .null
            }
        }
    }

    /// Per cent to one decimal, half away from zero as PostgreSQL rounds; nil of nothing.
    static func percent(_ part: Int, of whole: Int) -> JSON? {
        let (thousands, overflows) = part.multipliedReportingOverflow(by: 1000)
        guard whole > 0, !overflows else { return nil }
        let (quotient, remainder) = thousands.magnitude.quotientAndRemainder(dividingBy: whole.magnitude)
        let tenths = quotient + (remainder * 2 >= whole.magnitude ? 1 : 0)
        return .number(CanonicalJSON.number((part < 0 && tenths > 0 ? "-" : "") + "\(tenths / 10).\(tenths % 10)"))
    }

    // MARK: - Charts

    private func charts() async throws -> [ReportDocument.Chart] {
        let years = try await values(
            """
            SELECT jsonb_build_object('year', year, 'planned', sum(planned_cents), 'committed', sum(committed_cents),
                                      'spent', sum(spent_cents)) AS value
              FROM \(money) AS t GROUP BY year ORDER BY year
            """)
        let statuses = try await values(
            """
            SELECT jsonb_build_object('label', report_status_label(w.status), 'count', count(a.action_code)) AS value
              FROM unnest(ARRAY['planned', 'in_progress', 'paused', 'blocked', 'done', 'abandoned']) WITH ORDINALITY AS w (status, position)
              LEFT JOIN report_actions(\(request.asOf), \(planFunder)) AS a ON a.status = w.status AND a.is_top
             GROUP BY w.status, w.position ORDER BY w.position
            """)
        func numbers(_ rows: [JSON], _ name: String) -> [Int] { rows.map { $0[name]?.integer ?? 0 } }
        return [
            .init(
                code: "money_by_year", title: "Prévu, engagé, réalisé par année", unit: .cents,
                categories: numbers(years, "year").map(String.init),
                series: [
                    ("Prévu", numbers(years, "planned")), ("Engagé", numbers(years, "committed")),
                    ("Réalisé", numbers(years, "spent")),
                ]),
            .init(
                code: "actions_by_status", title: "Actions par statut", unit: .count,
                categories: statuses.compactMap { $0["label"]?.string },
                series: [("Actions", numbers(statuses, "count"))]),
        ]
    }
}
