import Fields
import Sheets

extension ReportDocument {
    /// The workbook: cover, one sheet a subject, the definitions, what is missing, two charts.
    func workbook(sha256: String) throws -> [UInt8] {
        let tables = sheets.map(table) + [definitionTable] + (gaps.isEmpty ? [] : [gapTable])
        let book = Workbook(
            title: title, created: frozenAt ?? Instant(microseconds: 0), cover: cover(sha256: sha256),
            footer: "\(fileName) SHA-256 \(sha256)", tables: tables, charts: charts.map(chart))
        return try book.bytes()
    }

    private func table(_ sheet: Sheet) -> Workbook.Table {
        let columns = sheet.columns.enumerated().map { position, column in
            let value = cell(sheet.totals[position], column, unit: nil)
            let total: Workbook.Total =
                switch column.total {
                case .none: .none
                case .sum: .sum(value)
                case .ratio(let part, let whole):
                    Self.ratio(
                        sheet.columns.firstIndex { $0.field == part }, sheet.columns.firstIndex { $0.field == whole },
                        value)
                }
            return Workbook.Column(
                column.heading, column.kind.sheetKind, width: width(sheet, position), total: total)
        }
        let rows = sheet.rows.enumerated().map { position, row in
            let unit = sheet.units.indices.contains(position) ? sheet.units[position] : nil
            return zip(row, sheet.columns).map { cell($0, $1, unit: unit) }
        }
        return Workbook.Table(name: sheet.title, columns: columns, rows: rows)
    }

    private static func ratio(_ part: Int?, _ whole: Int?, _ value: CSVWriter.Cell) -> Workbook.Total {
        guard let part, let whole else { return .none }
        return .ratio(part: part, whole: whole, value)
    }

    /// As wide as most of what stands in it.
    private func width(_ sheet: Sheet, _ position: Int) -> Double {
        guard [.text, .figure].contains(sheet.columns[position].kind) else { return 14 }
        let longest = sheet.rows.prefix(200).map { ($0[position].string ?? "").count }.max() ?? 0
        return Double(min(max(longest, 8), 50)) + 2
    }

    private var definitionTable: Workbook.Table {
        let columns: [(String, String, Double)] = [
            ("Code", "code", 26), ("Libellé", "label_fr", 36), ("Définition", "definition_fr", 60),
            ("Numérateur", "numerator_fr", 40), ("Dénominateur", "denominator_fr", 40), ("Source", "source_fr", 40),
        ]
        return Workbook.Table(
            name: "Définitions",
            columns: columns.map { Workbook.Column($0.0, .text, width: $0.2) } + [
                Workbook.Column("Version", .number, width: 10)
            ],
            rows: definitions.map { definition in
                columns.map { column in definition[column.1]?.string.map(CSVWriter.Cell.text) ?? .empty } + [
                    definition["version"]?.integer.map(CSVWriter.Cell.number) ?? .empty
                ]
            })
    }

    private var gapTable: Workbook.Table {
        Workbook.Table(
            name: "Éléments manquants",
            columns: [
                Workbook.Column("Manque", .text, width: 60), Workbook.Column("À faire par", .text, width: 24),
                Workbook.Column("Explication", .text, width: 60),
            ],
            rows: gaps.map { gap in
                [
                    .text(gap["text"]?.string ?? ""), .text(gap["owed_by"]?.string ?? "équipe"),
                    gap["explanation"]?.string.map(CSVWriter.Cell.text) ?? .empty,
                ]
            })
    }

    private func chart(_ chart: Chart) -> Workbook.Chart {
        Workbook.Chart(
            title: chart.title, kind: chart.series.count > 1 ? .columns : .bars, unit: chart.unit.sheetKind,
            categories: chart.categories,
            series: chart.series.map { series in
                (series.name, series.values.map { chart.unit == .cents ? .cents($0) : .number($0) })
            })
    }
}

extension ReportCellKind {
    /// What a spreadsheet's column of it holds.
    fileprivate var sheetKind: Workbook.Column.Kind {
        switch self {
        case .text: .text
        case .count: .number
        // No thousands' separator in it.
        case .year: .year
        case .decimal, .figure: .decimal
        case .cents: .euros
        case .percent: .percent
        case .day: .day
        }
    }
}
