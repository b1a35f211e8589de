import Fields

/// What a report says, whatever its files look like: the thing that is frozen. Every file is made from it alone.
struct ReportDocument: Sendable {
    /// The version of this form; its JSON Schema is `sql/reference/report.schema.json`.
    static let form = "pa31.report/1"

    /// One column of a sheet.
    struct Column: Sendable {
        var field: String
        var heading: String
        var kind: ReportCellKind
        var indicator: String?
        var total: ReportTotal

        var json: JSON {
            let total: JSON =
                switch total {
                case .none: .null
                case .sum: ["kind": "sum"]
                case .ratio(let part, let whole): ["kind": "ratio", "part": .string(part), "whole": .string(whole)]
                }
            return [
                "field": .string(field), "heading": .string(heading), "kind": .string(kind.rawValue),
                "indicator": JSON(indicator), "total": total,
            ]
        }
    }

    /// One sheet: cells are texts, numbers and days as JSON has them; money in cents.
    struct Sheet: Sendable {
        var code: String
        var title: String
        var subject: ReportSubject
        var columns: [Column]
        var rows: [[JSON]]
        /// One cell a column; null where nothing is added up.
        var totals: [JSON]
        /// Of figures, each row's unit.
        var units: [String]

        var json: JSON {
            [
                "code": .string(code), "title": .string(title), "subject": .string(subject.rawValue),
                "columns": .array(columns.map(\.json)),
                "rows": .array(rows.map(JSON.array)), "totals": .array(totals), "units": .array(units.map(JSON.string)),
            ]
        }
    }

    /// One chart: a value of each series for each category.
    struct Chart: Sendable {
        var code: String
        var title: String
        /// cents or count.
        var unit: ReportCellKind
        var categories: [String]
        var series: [(name: String, values: [Int])]

        var json: JSON {
            [
                "code": .string(code), "title": .string(title), "unit": .string(unit.rawValue),
                "categories": .array(categories.map(JSON.string)),
                "series": .array(
                    series.map { ["name": .string($0.name), "values": .array($0.values.map { JSON($0) })] }),
            ]
        }
    }

    /// All of it.
    let json: JSON
    let sheets: [Sheet]
    let charts: [Chart]

    /// A document that was built.
    init(head: [JSON.Member], sheets: [Sheet], charts: [Chart]) {
        json = .object(
            head + [
                .init("sheets", .array(sheets.map(\.json))), .init("charts", .array(charts.map(\.json))),
            ])
        self.sheets = sheets
        self.charts = charts
    }

    /// A document that was frozen; nil when it is none.
    init?(frozen text: String) {
        guard let json = try? JSON.parse(Array(text.utf8)), json["format"]?.string == Self.form,
            let sheets = json["sheets"]?.elements.map(Self.sheet), let charts = json["charts"]?.elements.map(Self.chart)
        else { return nil }
        self.json = json
        self.sheets = sheets.compactMap(\.self)
        self.charts = charts
        guard self.sheets.count == sheets.count else { return nil }
    }

    private static func sheet(_ json: JSON) -> Sheet? {
        let columns = (json["columns"]?.elements ?? []).compactMap { column -> Column? in
            guard let kind = ReportCellKind(rawValue: column["kind"]?.string ?? "") else { return nil }
            let total = column["total"] ?? .null
            return Column(
                field: column["field"]?.string ?? "", heading: column["heading"]?.string ?? "", kind: kind,
                indicator: column["indicator"]?.string,
                total: total["kind"]?.string == "sum"
                    ? .sum
                    : total["kind"]?.string == "ratio"
                        ? .ratio(total["part"]?.string ?? "", total["whole"]?.string ?? "") : .none)
        }
        let rows = (json["rows"]?.elements ?? []).map(\.elements)
        let totals = json["totals"]?.elements ?? []
        guard rows.allSatisfy({ $0.count == columns.count }), totals.count == columns.count,
            let subject = ReportSubject(rawValue: json["subject"]?.string ?? "")
        else { return nil }
        return Sheet(
            code: json["code"]?.string ?? "", title: json["title"]?.string ?? "", subject: subject, columns: columns,
            rows: rows,
            totals: totals, units: (json["units"]?.elements ?? []).compactMap(\.string))
    }

    private static func chart(_ json: JSON) -> Chart {
        Chart(
            code: json["code"]?.string ?? "", title: json["title"]?.string ?? "",
            unit: ReportCellKind(rawValue: json["unit"]?.string ?? "") ?? .count,
            categories: (json["categories"]?.elements ?? []).compactMap(\.string),
            series: (json["series"]?.elements ?? []).map {
                ($0["name"]?.string ?? "", ($0["values"]?.elements ?? []).compactMap(\.integer))
            })
    }

    /// The canonical bytes: what is hashed.
    var canonical: [UInt8] { CanonicalJSON.bytes(json) }

    // MARK: - What every file tells

    var title: String { json["title"]?.string ?? "" }
    var profile: String { json["profile"]?["code"]?.string ?? "" }
    var number: Int? { json["number"]?.integer }
    var frozenAt: Instant? { json["frozen_at"]?.string.flatMap { try? Instant(fieldText: $0) } }
    var asOf: Day? { json["as_of"]?.string.flatMap { try? Day(fieldText: $0) } }
    var gaps: [JSON] { json["gaps"]?.elements ?? [] }
    var definitions: [JSON] { json["definitions"]?.elements ?? [] }

    /// `cnsa-2024-T1-2024-T4-n1`.
    var fileName: String {
        let quarters = (json["period"]?["quarters"]?.elements ?? []).compactMap(\.string)
        let number = number.map { "n\($0)" } ?? "apercu"
        return ([profile] + Set([quarters.first, quarters.last].compactMap(\.self)).sorted() + [number])
            .joined(separator: "-")
    }

    /// Who, when, of what: each with its French label.
    func cover(sha256: String) -> [(label: String, value: String)] {
        let period = json["period"]
        func day(_ name: String) -> String {
            (period?[name]?.string).flatMap { try? Day(fieldText: $0) }?.french ?? ""
        }
        let filters = (json["filters"]?.members ?? []).map { "\($0.name)=\($0.value.string ?? $0.value.text)" }
        var lines: [(String, String)] = [
            ("Rapport", title), ("Financeur", json["funder"]?["name"]?.string ?? ""),
            ("Numéro", number.map(String.init) ?? "aperçu, non soumis"),
            ("Période", "du \(day("starts_on")) au \(day("ends_on"))"),
            ("Situation à la fin du", asOf?.french ?? ""),
            (
                "Figé le",
                frozenAt.map { "\(Day($0).french) à \($0.parisMinute.suffix(5)) (heure de Paris)" } ?? "non figé"
            ),
            ("Plan", json["plan"]?["title"]?.string ?? "aucun plan"),
            ("Filtres", filters.joined(separator: " ; ")),
            ("Version des colonnes", json["columns_version"]?.integer.map(String.init) ?? ""),
            ("Empreinte SHA-256", sha256),
        ]
        if json["is_demonstration"] == .bool(true) {
            lines.insert(("Avertissement", "Données FICTIVES de démonstration"), at: 1)
        }
        return lines
    }

    /// A cell as files have it.
    func cell(_ value: JSON, _ column: Column, unit: String?) -> CSVWriter.Cell {
        switch (column.kind, value) {
        case (_, .null): return .empty
        case (.count, .number(let text)), (.year, .number(let text)):
            return Int(text).map(CSVWriter.Cell.number) ?? .decimal(text)
        case (.cents, .number(let text)): return Int(text).map(CSVWriter.Cell.cents) ?? .decimal(text)
        case (.figure, .number(let text)):
            // A share of money is of cents, and is no money itself.
            let isMoney = unit == "euros" || unit == "percent_of_euros" && column.field != "value"
            return isMoney ? Int(text).map(CSVWriter.Cell.cents) ?? .decimal(text) : .decimal(text)
        case (_, .number(let text)): return .decimal(text)
        case (.day, .string(let text)): return (try? Day(fieldText: text)).map(CSVWriter.Cell.day) ?? .text(text)
        case (_, .string(let text)): return .text(text)
        default: return .text(value.text)
        }
    }
}
