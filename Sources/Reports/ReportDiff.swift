import Contract
public import Fields
import Postgres

/// What moved from one report to a later one of the same funder.
public struct ReportDiff: Decodable, Sendable {
    /// One cell that moved.
    public struct Line: Decodable, Sendable {
        /// The sheet's title.
        public var sheet: String
        /// What tells the line apart: the action, the year, the figure.
        public var key: String
        /// The column's heading; none where a whole line came or went.
        public var column: String?
        /// Before, as people read it; none for a line that is new.
        public var before: String?
        /// After; none for a line that is gone.
        public var after: String?
        /// By how much, of numbers; money in cents. None where it is withheld.
        public var difference: Double?
        /// The same as people read it: `+49,75 €`; `s` for 1 to 4 persons: as few are withheld everywhere.
        public var differenceText: String?
        /// What was noted about the action between the two reports: perhaps why.
        public var notes: [Note]
    }

    /// A note on an action.
    public struct Note: Decodable, Sendable, Hashable {
        /// The action's code.
        public var actionCode: String
        /// When it was written.
        public var writtenAt: Instant
        /// What it says.
        public var text: String
    }

    /// The earlier report's number and hash.
    public var before: ReportReference
    /// The later one's.
    public var after: ReportReference
    /// Everything that moved.
    public var lines: [Line]

    /// The document.
    public var json: JSON {
        [
            "before": before.json, "after": after.json,
            "lines": .array(
                lines.map { line in
                    [
                        "sheet": .string(line.sheet), "key": .string(line.key), "column": JSON(line.column),
                        "before": JSON(line.before), "after": JSON(line.after),
                        "difference": line.difference.map { .number(CanonicalJSON.number($0.fieldText)) } ?? .null,
                        "difference_text": JSON(line.differenceText),
                        "notes": .array(
                            line.notes.map {
                                [
                                    "action_code": .string($0.actionCode),
                                    "written_at": .string($0.writtenAt.fieldText),
                                    "text": .string($0.text),
                                ]
                            }),
                    ]
                }),
        ]
    }

    private var withheld: String {
        lines.contains { $0.differenceText == ReportComparison.withheld }
            ? "<p>« s » : écart de 1 à 4 personnes, non communiqué (secret statistique).</p>" : ""
    }

    /// The same for people.
    var page: String {
        let rows = lines.map { line in
            let notes = line.notes.map { "\(Day($0.writtenAt).french) : \($0.text)" }.joined(separator: " — ")
            let cells = [
                line.sheet, line.key, line.column ?? "ligne entière", line.before ?? "", line.after ?? "",
                line.differenceText ?? "", notes,
            ]
            return "<tr>" + cells.map { "<td>\(Page.escaped($0))</td>" }.joined() + "</tr>"
        }
        return Page.html(
            .french, title: "Écarts entre deux rapports",
            """
            <h1>Du rapport n° \(before.number) au rapport n° \(after.number)</h1>
            <p>Situations du \(before.asOf.french) et du \(after.asOf.french) ; empreintes <code>\(before.sha256)</code>
            et <code>\(after.sha256)</code>.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Écarts"><table>
            <thead><tr><th scope="col">Feuille</th><th scope="col">Ligne</th><th scope="col">Colonne</th><th scope="col">Avant</th>
            <th scope="col">Après</th><th scope="col">Écart</th><th scope="col">Notes entre les deux</th></tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table></div>\(lines.isEmpty ? "<p>Rien n'a changé.</p>" : "")\(withheld)
            """)
    }
}

extension ReportStore {
    /// What moved from `earlier` to a report, of two that the caller may see. Notes are for who may read them: the team, and the
    /// funder of the actions that it funds.
    public func diff(_ id: Report.ID, since earlier: Report.ID, as caller: Caller) async throws -> ReportDiff {
        let (after, before) = (try await find(id, as: caller), try await find(earlier, as: caller))
        guard after.funder == before.funder else { throw ReportRefusals.unlike() }
        var lines = try ReportComparison(before: before.content(), after: after.content()).lines
        let codes = Set(lines.compactMap(\.actionCode)).sorted()
        let notes = caller.member == nil ? [] : try await notes(on: codes, before, after, as: caller)
        let byAction = Dictionary(grouping: notes, by: \.actionCode)
        for index in lines.indices { lines[index].line.notes = lines[index].actionCode.flatMap { byAction[$0] } ?? [] }
        return ReportDiff(before: before.reference, after: after.reference, lines: lines.map(\.line))
    }

    private func notes(
        on codes: [String], _ before: Report, _ after: Report, as caller: Caller
    ) async throws -> [ReportDiff.Note] {
        let start = Instant(microseconds: before.frozenAt.microseconds)
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT a.code AS action_code, n.written_at, n.text
                  FROM progress_note n JOIN action a ON a.id = n.action_id
                 WHERE a.code = ANY (\(list: codes)::text[]) AND n.written_at > \(start) AND n.written_at <= \(after.frozenAt)
                   AND EXISTS (SELECT FROM funding_line f JOIN organisation o ON o.id = f.funder_id
                                WHERE f.action_id = a.id AND o.code = \(after.funder))
                 ORDER BY n.id
                """, as: ReportDiff.Note.self
            ).all()
        }
    }
}

extension Report {
    /// As other things name it.
    var reference: ReportReference {
        ReportReference(
            id: id, number: number, asOf: asOf, frozenAt: frozenAt, sha256: sha256, publishedAt: publishedAt)
    }
}

/// Two documents cell by cell: sheets by code, lines by what tells them apart, columns by field.
struct ReportComparison {
    struct Found {
        var actionCode: String?
        var line: ReportDiff.Line
    }

    let before: ReportDocument
    let after: ReportDocument

    /// What stands for so few persons that it is not told.
    static let withheld = "s"
    /// Columns that tell lines apart.
    static let keys: Set = [
        "action_code", "funder_code", "year", "indicator_title", "milestone_title", "due_on", "kind", "job", "code",
        "period", "step", "dimension",
    ]
    /// What a figure means, and what a line is called, is no movement.
    static let ignored: Set = [
        "definition", "source", "unit_label", "label", "definition_version", "step_label", "dimension_label",
        "value_label",
        "kind_name", "kind_label", "job_label",
    ]

    /// Whether a column tells the lines of a sheet apart: of persons, the value too.
    private static func isKey(_ field: String, _ subject: ReportSubject) -> Bool {
        keys.contains(field) || subject == .persons && field == "value"
    }

    var lines: [Found] {
        after.sheets.flatMap { sheet -> [Found] in
            guard let old = before.sheets.first(where: { $0.code == sheet.code && $0.subject == sheet.subject }) else {
                return []
            }
            return compare(old, sheet)
        }
    }

    private struct Row {
        var key: String
        var cells: [JSON]
        var unit: String?
    }

    private func rows(_ sheet: ReportDocument.Sheet) -> [Row] {
        var seen: [String: Int] = [:]
        return sheet.rows.enumerated().map { position, cells in
            let parts = zip(cells, sheet.columns).filter { Self.isKey($0.1.field, sheet.subject) && $0.0 != .null }
            var key = parts.map { $0.0.string ?? $0.0.text }.joined(separator: " ")
            // Two lines that nothing tells apart: by their order.
            seen[key, default: 0] += 1
            if let count = seen[key], count > 1 { key += " (\(count))" }
            return Row(
                key: key, cells: cells, unit: sheet.units.indices.contains(position) ? sheet.units[position] : nil)
        }
    }

    private func compare(_ old: ReportDocument.Sheet, _ new: ReportDocument.Sheet) -> [Found] {
        let (oldRows, newRows) = (rows(old), rows(new))
        let former = Dictionary(uniqueKeysWithValues: oldRows.map { ($0.key, $0) })
        let present = Set(newRows.map(\.key))
        func whole(_ row: Row, _ sheet: ReportDocument.Sheet, isNew: Bool) -> Found {
            Found(
                actionCode: action(row, sheet),
                line: .init(
                    sheet: new.title, key: row.key, column: nil, before: isNew ? nil : "présente",
                    after: isNew ? "présente" : nil, difference: nil, differenceText: nil, notes: []))
        }
        let changed = newRows.flatMap { row -> [Found] in
            guard let before = former[row.key] else { return [whole(row, new, isNew: true)] }
            return new.columns.enumerated().compactMap { position, column in
                guard !Self.ignored.contains(column.field), !Self.isKey(column.field, new.subject),
                    let place = old.columns.firstIndex(where: { $0.field == column.field })
                else { return nil }
                let (was, is_) = (before.cells[place], row.cells[position])
                guard was != is_ else { return nil }
                let difference = difference(was, is_)
                let isWithheld = Self.isOfPersons(row, column, new) && difference.map { abs($0) < 5 } == true
                return Found(
                    actionCode: action(row, new),
                    line: .init(
                        sheet: new.title, key: row.key, column: column.heading,
                        before: after.text(was, column, unit: before.unit),
                        after: after.text(is_, column, unit: row.unit), difference: isWithheld ? nil : difference,
                        differenceText: isWithheld
                            ? Self.withheld : difference.flatMap { after.text($0, column, unit: row.unit) },
                        notes: []))
            }
        }
        return changed + oldRows.filter { !present.contains($0.key) }.map { whole($0, old, isNew: false) }
    }

    private func action(_ row: Row, _ sheet: ReportDocument.Sheet) -> String? {
        sheet.columns.firstIndex { $0.field == "action_code" }.flatMap { row.cells[$0].string }
    }

    /// Whether a cell counts persons, or what was done with them: answers, filled needs. Few of them are told as little as few persons.
    private static func isOfPersons(_ row: Row, _ column: ReportDocument.Column, _ sheet: ReportDocument.Sheet) -> Bool
    {
        switch (sheet.subject, row.key) {
        case (.persons, _): true
        case (.figures, "response_rate"), (.figures, "response_days"), (.figures, "fill_days"): column.field != "value"
        case (.figures, "needs_filled"): true
        case (.figures, let code): code.hasPrefix("persons_") && !code.hasSuffix("_by_plan")
        default: false
        }
    }

    /// To three places: what binary fractions add beyond says nothing.
    private func difference(_ was: JSON, _ now: JSON) -> Double? {
        guard case .number(let old) = was, case .number(let new) = now, let old = Double(old), let new = Double(new)
        else { return nil }
        return ((new - old) * 1000).rounded() / 1000
    }
}

extension ReportDocument {
    /// A cell as a sentence has it.
    fileprivate func text(_ value: JSON, _ column: Column, unit: String?) -> String? {
        value == .null ? nil : shown(cell(value, column, unit: unit), column.kind)
    }

    /// A difference with its sign; of per cent, in points.
    fileprivate func text(_ difference: Double, _ column: Column, unit: String?) -> String? {
        let number = CanonicalJSON.number(difference.fieldText)
        let shown =
            column.kind == .percent
            ? FrenchNumber.decimal(number) + " points" : text(.number(number), column, unit: unit)
        return shown.map { difference > 0 ? "+" + $0 : $0 }
    }
}
