import Contract
import Fields

extension ReportDocument {
    /// The report as a page made for print: charts with their tables beside, every figure with its definition. `alone` carries its style
    /// itself, for a file; the server's pages take theirs from `/style.css`.
    func page(sha256: String, alone: Bool) -> String {
        let cover = cover(sha256: sha256).map { line in
            "<tr><th scope=\"row\">\(Page.escaped(line.label))</th><td>\(Page.escaped(line.value))</td></tr>"
        }
        var parts = [
            "<h1>\(Page.escaped(title))</h1>",
            "<table class=\"cover\"><caption>Ce rapport</caption><tbody>\n\(cover.joined(separator: "\n"))\n</tbody></table>",
        ]
        parts += charts.enumerated().map { position, chart in
            let drawn = ReportChart(
                title: chart.title, unit: chart.unit, categories: chart.categories, series: chart.series)
            return "<figure>\(drawn.svg(id: "chart-\(position)"))</figure>\n\(drawn.table)"
        }
        parts += sheets.map(section)
        if !gaps.isEmpty { parts.append(missing) }
        parts.append(meanings)
        let body = parts.joined(separator: "\n")
        guard alone else { return Page.html(.french, title: title, body) }
        return """
            <!doctype html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Page.escaped(title))</title>
            <style>
            \(Page.style)</style>
            </head>
            <body>
            <main>
            \(body)
            </main>
            </body>
            </html>

            """
    }

    private func section(_ sheet: Sheet) -> String {
        let head = sheet.columns.map { column in
            let heading = Page.escaped(column.heading)
            let shown = column.indicator.map { "<a href=\"#definition-\($0)\">\(heading)</a>" } ?? heading
            return "<th scope=\"col\"\(Self.style(column.kind))>\(shown)</th>"
        }
        let code = sheet.units.isEmpty ? nil : sheet.columns.firstIndex { $0.field == "code" }
        let rows = sheet.rows.enumerated().map { position, row in
            let unit = sheet.units.indices.contains(position) ? sheet.units[position] : nil
            let cells = zip(row, sheet.columns).enumerated().map { place, pair in
                let text = Page.escaped(shown(cell(pair.0, pair.1, unit: unit), pair.1.kind))
                // A figure leads to what it means.
                let linked = place == code ? "<a href=\"#definition-\(text)\">\(text)</a>" : text
                return place == 0
                    ? "<th scope=\"row\">\(linked)</th>" : "<td\(Self.style(pair.1.kind))>\(linked)</td>"
            }
            return "<tr>\(cells.joined())</tr>"
        }
        var foot = ""
        if sheet.columns.contains(where: { $0.total != .none }) {
            let cells = zip(sheet.totals, sheet.columns).enumerated().map { place, pair in
                place == 0
                    ? "<th scope=\"row\">Total</th>"
                    : "<td\(Self.style(pair.1.kind))>\(Page.escaped(shown(cell(pair.0, pair.1, unit: nil), pair.1.kind)))</td>"
            }
            foot = "<tfoot><tr>\(cells.joined())</tr></tfoot>"
        }
        let empty = rows.isEmpty ? "<p>Aucune ligne.</p>" : ""
        return """
            <h2 id="sheet-\(sheet.code)">\(Page.escaped(sheet.title))</h2>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="sheet-\(sheet.code)">
            <table>
            <thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody>
            \(foot)
            </table></div>\(empty)
            """
    }

    private static func style(_ kind: ReportCellKind) -> String {
        [.text, .day].contains(kind) ? "" : " class=\"number\""
    }

    /// A cell as people read it.
    func shown(_ cell: CSVWriter.Cell, _ kind: ReportCellKind) -> String {
        switch cell {
        case .text(let text): text
        case .number(let number): kind == .year ? String(number) : FrenchNumber.whole(number)
        case .cents(let cents): FrenchNumber.euros(cents)
        case .decimal(let text): FrenchNumber.decimal(text) + (kind == .percent ? "\u{00A0}%" : "")
        case .day(let day): day.french
        case .empty: ""
        }
    }

    private var missing: String {
        let rows = gaps.map { gap in
            "<tr><td>\(Page.escaped(gap["text"]?.string ?? ""))</td>"
                + "<td>\(Page.escaped(gap["owed_by"]?.string ?? "équipe"))</td>"
                + "<td>\(Page.escaped(gap["explanation"]?.string ?? ""))</td></tr>"
        }
        return """
            <h2 id="gaps">Éléments manquants</h2>
            <table><thead><tr><th scope="col">Manque</th><th scope="col">À faire par</th><th scope="col">Explication</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>
            """
    }

    private var meanings: String {
        let items = definitions.map { definition in
            func text(_ name: String) -> String { Page.escaped(definition[name]?.string ?? "") }
            let divided = definition["denominator_fr"]?.string.map { " ; rapporté à : \(Page.escaped($0))" } ?? ""
            return """
                <dt id="definition-\(text("code"))">\(text("label_fr")) <code>\(text("code"))</code></dt>
                <dd>\(text("definition_fr")) Numérateur : \(text("numerator_fr"))\(divided). Source : \(text("source_fr")). \
                Version \(definition["version"]?.integer ?? 1).</dd>
                """
        }
        return "<h2 id=\"definitions\">Définitions</h2>\n<dl>\n\(items.joined(separator: "\n"))\n</dl>"
    }
}
