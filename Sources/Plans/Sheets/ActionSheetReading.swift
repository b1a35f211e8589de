internal import Accounts
internal import Fields
internal import Foundation
internal import Reference
internal import Sheets

/// A cell of a sheet that can't be used.
struct SheetProblem: Decodable, Sendable, Hashable {
    /// The heading of its column.
    var column: String
    /// What stands there.
    var value: String
    /// Why, in French.
    var fr: String
    /// Why, in English.
    var en: String

    /// So much of a cell is told back.
    private static let longestValue = 200

    init(_ column: String, _ value: String, _ reason: Text) {
        self.column = column
        self.value = String(value.prefix(Self.longestValue))
        fr = reason.fr
        en = reason.en
    }
}

/// A row of a sheet as it was sent: read, and compared with nothing yet.
struct SheetRow: Decodable, Sendable {
    /// Its number in the sheet.
    var line: Int
    /// What stands under « Code ».
    var code: String
    /// The version that was read.
    var version: Int?
    /// What a PATCH may change, by its names and as its values; an empty cell is null.
    var cells: JSON
    /// What no sheet changes, in the same form.
    var fixed: JSON
    /// The cells that can't be used.
    var problems: [SheetProblem]

    /// The form it waits in.
    var json: JSON {
        [
            "line": JSON(line), "code": .string(code), "version": version.map { JSON($0) } ?? .null, "cells": cells,
            "fixed": fixed,
            "problems": .array(
                problems.map {
                    [
                        "column": .string($0.column), "value": .string($0.value), "fr": .string($0.fr),
                        "en": .string($0.en),
                    ]
                }),
        ]
    }
}

/// Reads the sheet of actions, whoever wrote it: columns in any order, each known by its heading.
struct ActionSheetReading {
    private let headings: [(column: ActionSheetColumn, position: Int)]
    private let table: SheetTable

    /// The rows of a sheet. Refuses the whole when a heading says nothing, or what tells the rows apart is missing.
    static func rows(of table: SheetTable) throws(Refusal) -> [SheetRow] {
        var rows: [SheetRow] = []
        let reading = try ActionSheetReading(table)
        for row in table.rows { rows.append(reading.row(row)) }
        let lines = Dictionary(grouping: rows.filter { !$0.code.isEmpty }, by: \.code).mapValues { $0.map(\.line) }
        for index in rows.indices {
            guard let all = lines[rows[index].code], all.count > 1 else { continue }
            let others = all.filter { $0 != rows[index].line }.prefix(5).map(String.init).joined(separator: ", ")
            rows[index].problems.insert(
                SheetProblem(
                    ActionSheetColumn.code.heading, rows[index].code,
                    Text(
                        fr: "ce code est aussi à la ligne \(others) : gardez une seule ligne par action",
                        en: "this code is on line \(others) too: keep one row an action")), at: 0)
        }
        return rows
    }

    private init(_ table: SheetTable) throws(Refusal) {
        self.table = table
        var found: [(column: ActionSheetColumn, position: Int)] = []
        var errors: [FieldProblem] = []
        let width = ([table.header] + table.rows).map(\.cells.count).max() ?? 0
        for position in 0..<width {
            let heading = table.header.cell(position).text.trimmingCharacters(in: .whitespacesAndNewlines)
            if NationalInsuranceNumber.isIn(heading) {
                let reason = NationalInsuranceNumber.refused
                errors.append(FieldProblem("…", fr: reason.fr, en: reason.en))
                continue
            }
            if heading.isEmpty, !table.rows.contains(where: { !$0.cell(position).isEmpty }) { continue }
            guard let column = ActionSheetColumn.named(heading) else {
                let known = ActionSheetColumn.allCases.map(\.heading).joined(separator: ", ")
                errors.append(
                    FieldProblem(
                        String(heading.prefix(100)), fr: "colonne inconnue ; connues : \(known)",
                        en: "unknown column; known: \(known)"))
                continue
            }
            if found.contains(where: { $0.column == column }) {
                errors.append(
                    FieldProblem(String(heading.prefix(100)), fr: "colonne en double", en: "column given twice"))
            }
            found.append((column, position))
        }
        for needed in [ActionSheetColumn.code, .version] where !found.contains(where: { $0.column == needed }) {
            errors.append(
                FieldProblem(
                    needed.heading, fr: "colonne manquante : téléchargez de nouveau le tableau",
                    en: "missing column: download the sheet again"))
        }
        guard errors.isEmpty else {
            let told = errors.prefix(20)
            throw SheetRefusals.refused(
                fr: told.map { "« \($0.pointer) » (\($0.detail.fr))" }.joined(separator: " ; "),
                en: told.map { "\"\($0.pointer)\" (\($0.detail.en))" }.joined(separator: "; "), errors: Array(told))
        }
        headings = found
    }

    private func row(_ row: SheetTable.Row) -> SheetRow {
        var result = SheetRow(line: row.line, code: "", version: nil, cells: [:], fixed: [:], problems: [])
        var cells: [JSON.Member] = []
        var fixed: [JSON.Member] = []
        for (column, position) in headings {
            let cell = row.cell(position)
            let text = Self.plain(cell.text)
            let heading = table.header.cell(position).text
            if NationalInsuranceNumber.isIn(text) {
                result.problems.append(SheetProblem(heading, "…", NationalInsuranceNumber.refused))
                continue
            }
            do throws(PlanFileReason) {
                // What is computed is not read: it changes without anybody's doing.
                if column == .progress { continue }
                if let problem = cell.problem { throw PlanFileReason(fr: problem.fr, en: problem.en) }
                switch column {
                case .code: result.code = try Self.code(text)
                case .version: result.version = try Self.version(text)
                case _ where column.isField: cells.append(.init(column.rawValue, try Self.value(text, column)))
                default: if !text.isEmpty { fixed.append(.init(column.rawValue, try Self.value(text, column))) }
                }
            } catch {
                if column == .code { result.code = text }
                result.problems.append(SheetProblem(heading, text, error.text))
            }
        }
        result.cells = .object(cells)
        result.fixed = .object(fixed)
        return result
    }

    /// Line ends as one character, no spaces around: what spreadsheets change by themselves.
    static func plain(_ text: String) -> String {
        text.replacingOccurrences(of: "\r\n", with: "\n").replacingOccurrences(of: "\r", with: "\n")
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func code(_ text: String) throws(PlanFileReason) -> String {
        guard (try? ActionCode(fieldText: text)) != nil else {
            throw PlanFileReason(
                fr: "attendu : un code d'action comme A1.03 ou A1.03.1",
                en: "expected: an action code such as A1.03 or A1.03.1")
        }
        return text
    }

    private static func version(_ text: String) throws(PlanFileReason) -> Int {
        guard let number = Double(text), let version = Int(exactly: number), version >= 1 else {
            throw PlanFileReason(
                fr: "attendu : la version du tableau téléchargé, un nombre entier",
                en: "expected: the version in the sheet as it was downloaded, a whole number")
        }
        return version
    }

    /// A cell as the contract has it.
    private static func value(_ text: String, _ column: ActionSheetColumn) throws(PlanFileReason) -> JSON {
        switch column {
        case .territory: return .array(try ActionSheetWords.territory(text).map { .string($0.text) })
        case .audiences: return .array(try ActionSheetWords.audiences(text).map { .string($0.rawValue) })
        case _ where text.isEmpty: return .null
        case .priority: return .string(try ActionSheetWords.priority(text).rawValue)
        case .plannedStart, .plannedEnd, .actualStart, .actualEnd:
            return .string(try PlanFileValues.day(text).fieldText)
        case .health: return .string(try ActionSheetWords.health(text).rawValue)
        case .status: return .string(try ActionSheetWords.status(text).rawValue)
        case .isPublic: return .bool(try ActionSheetWords.boolean(text))
        default: return .string(text)
        }
    }

    /// Whether a cell holds what a field does, but for what spreadsheets change by themselves.
    static func isSame(_ cell: JSON, _ value: JSON) -> Bool {
        if case .string(let cell) = cell, case .string(let value) = value { return cell == plain(value) }
        return cell == value
    }
}
