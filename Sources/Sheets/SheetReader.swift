internal import Dispatch
internal import Fields
public import Foundation

/// Reads the sheet that somebody sends: the first worksheet of an .xlsx workbook, or a CSV file.
///
/// Nothing in it is believed: its kind is told by its first bytes, all sizes are bounded, macros, passwords and DTDs are refused,
/// and no formula is computed.
public enum SheetReader {
    /// Longer files are refused, in bytes (`api.md`).
    public static let maximumBytes = 5 << 20

    /// One sheet at a time, and none on the threads that serve: a large one takes seconds and tens of megabytes.
    private static let queue = DispatchQueue(label: "pa31.sheets")

    /// Reads a file without holding up the caller's thread.
    public static func read(_ file: URL) async throws -> SheetTable {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try table(of: file) }) }
        }
    }

    /// Reads a file.
    static func table(of file: URL) throws -> SheetTable {
        let handle = try FileHandle(forReadingFrom: file)
        defer { try? handle.close() }
        let size = try handle.seekToEnd()
        guard size <= UInt64(maximumBytes) else {
            throw SheetRefusals.refused(
                fr: "plus de \(maximumBytes >> 20) Mio : découpez le fichier",
                en: "more than \(maximumBytes >> 20) MiB: split the file")
        }
        try handle.seek(toOffset: 0)
        let bytes = [UInt8](try handle.readToEnd() ?? Data())
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            var workbook = WorkbookReader(try ZipArchive(file))
            return try workbook.table()
        }
        // An encrypted .xlsx is what an old .xls is: a compound file.
        if bytes.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
            throw SheetRefusals.refused(
                fr:
                    "il est protégé par un mot de passe, ou au format .xls : enregistrez-le en .xlsx, sans mot de passe",
                en: "it is protected by a password, or an .xls: save it as .xlsx, without a password")
        }
        return try SheetTable(csv: bytes)
    }
}

/// The parts of a workbook that say what stands in its first sheet.
struct WorkbookReader {
    private static let maximumLine = 1_048_576
    private let archive: ZipArchive
    private var shared: [String] = []
    private var isDay: [Bool] = []
    private var startsIn1904 = false

    init(_ archive: ZipArchive) { self.archive = archive }

    mutating func table() throws -> SheetTable {
        let workbook = try workbookPart()
        let folder = workbook.split(separator: "/").dropLast().joined(separator: "/")
        let relations = try relations(of: workbook, in: folder)
        let sheet = try firstSheet(of: workbook, relations)
        if let part = relations.values.first(where: { $0.type.hasSuffix("/sharedStrings") }) {
            try readShared(part.target)
        }
        if let part = relations.values.first(where: { $0.type.hasSuffix("/styles") }) { try readStyles(part.target) }
        return try SheetTable(rows: try rows(of: sheet))
    }

    private func scan(_ name: String, _ body: (XMLEvent) throws -> Void) throws -> Bool {
        guard let entry = try archive.entry(name) else { return false }
        var scanner = XMLScanner(entry: name) { try entry.chunk() }
        while let event = try scanner.event() { try body(event) }
        return true
    }

    /// The workbook's own part. Whatever can run is refused here, by what the file says of itself and by the names in it.
    private func workbookPart() throws -> String {
        var workbook: String?
        var runs = archive.names.contains { name in
            let name = name.lowercased()
            return name.hasSuffix("vbaproject.bin") || name.contains("/macrosheets/") || name.contains("/activex/")
        }
        let isThere = try scan("[Content_Types].xml") { event in
            guard case .start(let name, let attributes) = event, name == "Override" || name == "Default" else { return }
            let type = (attributes["ContentType"] ?? "").lowercased()
            if type.contains("macro") || type.contains("vba") { runs = true }
            if type.hasSuffix("spreadsheetml.sheet.main+xml"), workbook == nil { workbook = attributes["PartName"] }
        }
        if runs {
            throw SheetRefusals.refused(
                fr: "il contient des macros : enregistrez-le au format .xlsx",
                en: "it holds macros: save it as .xlsx")
        }
        guard isThere, let workbook else {
            throw SheetRefusals.refused(
                fr: "ce n'est pas un classeur .xlsx", en: "this is no .xlsx workbook")
        }
        return String(workbook.drop { $0 == "/" })
    }

    private func relations(of workbook: String, in folder: String) throws -> [String: (type: String, target: String)] {
        var found: [String: (type: String, target: String)] = [:]
        let file = workbook.split(separator: "/").last ?? ""
        let name = (folder.isEmpty ? "" : folder + "/") + "_rels/\(file).rels"
        let isThere = try scan(name) { event in
            guard case .start("Relationship", let attributes) = event, attributes["TargetMode"] != "External",
                let id = attributes["Id"], let type = attributes["Type"], let target = attributes["Target"]
            else { return }
            let path =
                target.hasPrefix("/") ? String(target.dropFirst()) : (folder.isEmpty ? "" : folder + "/") + target
            found[id] = (type, path)
        }
        guard isThere else { throw SheetRefusals.damaged(name) }
        return found
    }

    private mutating func firstSheet(of workbook: String, _ relations: [String: (type: String, target: String)]) throws
        -> String
    {
        var sheet: String?
        var startsIn1904 = false
        let isThere = try scan(workbook) { event in
            guard case .start(let name, let attributes) = event else { return }
            if name == "workbookPr" { startsIn1904 = ["1", "true"].contains(attributes["date1904"]) }
            guard name == "sheet", sheet == nil, attributes["state"] == nil || attributes["state"] == "visible",
                let relation = attributes["id"].flatMap({ relations[$0] }), relation.type.hasSuffix("/worksheet")
            else { return }
            sheet = relation.target
        }
        self.startsIn1904 = startsIn1904
        guard isThere, let sheet else {
            throw SheetRefusals.refused(
                fr: "le classeur n'a aucune feuille de calcul", en: "the workbook has no worksheet")
        }
        return sheet
    }

    /// Texts that cells refer to by number; how kana are pronounced is left out.
    private mutating func readShared(_ name: String) throws {
        var texts: [String] = []
        // A workbook's texts are a sheet's, at the least: they have the same bounds.
        var bounds = SheetTable.Bounds()
        var text = ""
        var isText = false
        var isPronunciation = false
        _ = try scan(name) { event in
            switch event {
            case .start("si", _): text = ""
            case .start("rPh", _): isPronunciation = true
            case .end("rPh"): isPronunciation = false
            case .start("t", _): isText = true
            case .end("t"): isText = false
            case .text(let more) where isText && !isPronunciation: text += more
            case .end("si"):
                try bounds.take(cells: 1)
                try bounds.take(text, column: 0, line: texts.count + 1)
                texts.append(SheetEscapes.read(text))
            default: break
            }
        }
        shared = texts
    }

    /// Which cell formats show a number as a day.
    private mutating func readStyles(_ name: String) throws {
        var own: [Int: Bool] = [:]
        var days: [Bool] = []
        var isFormats = false
        _ = try scan(name) { event in
            switch event {
            case .start("numFmt", let attributes):
                if let id = attributes["numFmtId"].flatMap({ Int($0) }) {
                    own[id] = Self.showsDay(attributes["formatCode"] ?? "")
                }
            case .start("cellXfs", _): isFormats = true
            case .end("cellXfs"): isFormats = false
            case .start("xf", let attributes) where isFormats:
                let id = attributes["numFmtId"].flatMap { Int($0) } ?? 0
                days.append(own[id] ?? Self.builtInDays.contains(id))
            default: break
            }
        }
        isDay = days
    }

    /// Formats with a number of their own that show a day, in any language (ECMA-376, 18.8.30).
    private static let builtInDays: Set<Int> = Set(14...17).union([22, 36]).union(27...31).union(50...58)

    /// Whether a format's code has a day or a year outside of quotes, brackets and escapes.
    static func showsDay(_ code: String) -> Bool {
        var rest = Substring(code.lowercased())
        while let character = rest.popFirst() {
            switch character {
            case "\"": rest = rest.drop { $0 != "\"" }.dropFirst()
            case "[": rest = rest.drop { $0 != "]" }.dropFirst()
            case "\\", "_", "*": rest = rest.dropFirst()
            case "d", "y": return true
            default: break
            }
        }
        return false
    }

    // MARK: - The sheet

    /// A cell while it is read.
    private struct Pending {
        var place: SheetPlace
        var type: String
        var style: Int
        var value = ""
        var inline = ""
        var isFormula = false
    }

    private func rows(of sheet: String) throws -> [SheetTable.Row] {
        var rows: [SheetTable.Row] = []
        var row = SheetTable.Row(line: 0, cells: [])
        var cell: Pending?
        var reading = ""
        var bounds = SheetTable.Bounds()
        var isPronunciation = false
        let isThere = try scan(sheet) { event in
            switch event {
            case .start("row", let attributes):
                row = SheetTable.Row(line: attributes["r"].flatMap { Int($0) } ?? row.line + 1, cells: [])
                guard (1...Self.maximumLine).contains(row.line) else { throw SheetRefusals.damaged(sheet) }
            case .end("row"):
                if !row.cells.allSatisfy(\.isEmpty) { rows.append(row) }
                guard rows.count <= SheetTable.maximumRows + 1 else { throw try tooManyRows() }
            case .start("c", let attributes):
                cell = Pending(
                    place: attributes["r"].flatMap(SheetPlace.init)
                        ?? SheetPlace(column: row.cells.count, line: row.line),
                    type: attributes["t"] ?? "n", style: attributes["s"].flatMap { Int($0) } ?? 0)
            case .start("f", _): cell?.isFormula = true
            case .start("rPh", _): isPronunciation = true
            case .end("rPh"): isPronunciation = false
            case .start("v", _): reading = "v"
            case .start("t", _): reading = "t"
            case .end("v"), .end("t"): reading = ""
            case .text(let more) where reading == "v": cell?.value += more
            case .text(let more) where reading == "t" && !isPronunciation: cell?.inline += more
            case .end("c"):
                if let cell { try add(self.cell(cell, sheet), at: cell.place, to: &row, &bounds) }
                cell = nil
            default: break
            }
        }
        guard isThere else { throw SheetRefusals.damaged(sheet) }
        return rows
    }

    private func tooManyRows() throws -> Refusal {
        SheetRefusals.refused(
            fr: "plus de \(SheetTable.maximumRows) lignes : découpez le fichier",
            en: "more than \(SheetTable.maximumRows) rows: split the file")
    }

    private func add(
        _ cell: SheetTable.Cell, at place: SheetPlace, to row: inout SheetTable.Row, _ bounds: inout SheetTable.Bounds
    ) throws {
        guard !cell.isEmpty else { return }
        try bounds.take(cell.text, column: place.column, line: row.line)
        try bounds.take(cells: max(1, place.column + 1 - row.cells.count))
        while row.cells.count < place.column { row.cells.append(SheetTable.Cell("")) }
        if row.cells.count > place.column {
            row.cells[place.column] = cell
        } else {
            row.cells.append(cell)
        }
    }

    private func cell(_ cell: Pending, _ sheet: String) throws -> SheetTable.Cell {
        if cell.isFormula {
            return .init(
                cell.value,
                problem: Text(
                    fr: "cellule \(cell.place) avec formule : collez la valeur",
                    en: "cell \(cell.place) with a formula: paste the value"))
        }
        switch cell.type {
        case "s":
            guard let number = Int(cell.value), shared.indices.contains(number) else {
                throw SheetRefusals.damaged(sheet)
            }
            return .init(CSVFormula.restored(shared[number]))
        case "inlineStr": return .init(CSVFormula.restored(SheetEscapes.read(cell.inline)))
        case "str": return .init(CSVFormula.restored(SheetEscapes.read(cell.value)))
        case "b": return .init(cell.value == "1" ? "true" : cell.value == "0" ? "false" : cell.value)
        case "e":
            return .init(
                cell.value,
                problem: Text(
                    fr: "cellule \(cell.place) en erreur : corrigez-la ou videz-la",
                    en: "cell \(cell.place) holds an error: correct or empty it"))
        case "d": return .init(String(cell.value.prefix(10)))
        default: return .init(day(cell) ?? cell.value)
        }
    }

    /// The day that a number is shown as; nil when it is shown as a number.
    private func day(_ cell: Pending) -> String? {
        guard isDay.indices.contains(cell.style), isDay[cell.style], let serial = Double(cell.value),
            (1..<2_958_466).contains(serial)
        else { return nil }
        var number = Int(serial) - 25_569
        // Excel counts a 29 February 1900 that never was.
        if startsIn1904 { number += 1_462 } else if serial < 60 { number += 1 }
        return Day(number: number).fieldText
    }
}

/// `_x000D_`: how workbooks write characters that XML can't hold.
enum SheetEscapes {
    static func read(_ text: String) -> String {
        guard text.contains("_x") else { return text }
        return text.replacing(/_x([0-9A-Fa-f]{4})_/) { match in
            UInt32(match.1, radix: 16).flatMap(Unicode.Scalar.init).map { String(Character($0)) } ?? String(match.0)
        }
    }

    /// Protects a text that only looks like such a character.
    static func written(_ text: String) -> String {
        guard text.contains("_x") else { return text }
        return text.replacing(/_x(?=[0-9A-Fa-f]{4}_)/) { _ in "_x005F_x" }
    }
}
