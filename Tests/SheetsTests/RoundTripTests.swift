import Fields
import Foundation
import TestSupport
import Testing

@testable import Sheets

/// What is written is read back as it was.
@Suite struct `A sheet written and read back` {
    static let columns = [
        SheetColumn("Code", .text, isLocked: true, width: 8),
        SheetColumn("Version", .wholeNumber, isLocked: true, width: 8),
        SheetColumn("Texte", .longText, isLocked: false, width: 40, note: "Un texte."),
        SheetColumn("Jour", .day, isLocked: false, width: 12),
        SheetColumn("Montant", .euros, isLocked: false, width: 12),
        SheetColumn("Choix", .choice(["oui", "non"]), isLocked: false, width: 8, note: "Dans la liste."),
    ]

    /// Writes rows, and gives the file to the body.
    static func written<T>(_ rows: [[CSVWriter.Cell]], _ body: (URL) throws -> T) throws -> T {
        let writer = try SheetWriter(title: "Essai", columns: columns)
        for row in rows { try writer.row(row) }
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString).xlsx")
        defer { try? FileManager.default.removeItem(at: file) }
        try (writer.finish().readToEnd() ?? Data()).write(to: file)
        return try body(file)
    }

    @Test func `has its texts, days, numbers and empty cells again, formulas' signs too`() throws {
        let day = try #require(Day(year: 2024, month: 2, day: 29))
        let texts = [
            "Été à l'œuvre — 😀", "deux\nlignes", "=1+1", "'=1+1", "+33 5", "-x", "@x", "\u{FF1D}x", "a & <b> \"c\" ]]>",
            "_x0041_", "un\u{0008}bip", "123", String(repeating: "é", count: 4000),
        ]
        let rows: [[CSVWriter.Cell]] = texts.enumerated().map {
            [.text("A1.0\($0)"), .number($0 + 1), .text($1), .day(day), .cents(-12_345), .text("oui")]
        }
        let table = try Self.written(rows + [[.text("A2.01"), .empty, .empty, .empty, .empty, .empty]]) {
            try SheetReader.table(of: $0)
        }
        #expect(table.header.cells.map(\.text) == ["Code", "Version", "Texte", "Jour", "Montant", "Choix"])
        #expect(table.rows.count == texts.count + 1)
        for (index, text) in texts.enumerated() {
            let row = table.rows[index]
            #expect(row.line == index + 2)
            #expect(row.cells.map(\.text) == ["A1.0\(index)", "\(index + 1)", text, "2024-02-29", "-123.45", "oui"])
            #expect(row.cells.allSatisfy { $0.problem == nil })
        }
        #expect(table.rows.last?.cell(0).text == "A2.01")
        #expect(table.rows.last?.cell(2).isEmpty == true)
    }

    @Test func `protects what is locked, and drops a list down where one chooses`() async throws {
        let sheet = try Self.written([[.text("A1.01"), .number(1), .text("x"), .empty, .empty, .text("non")]]) {
            try Archive.entry("xl/worksheets/sheet1.xml", of: $0)
        }
        #expect(sheet.contains("<sheetProtection "))
        #expect(sheet.contains("<formula1>\"oui,non\"</formula1>"))
        #expect(sheet.contains("sqref=\"F2:F2\"") || sheet.contains("sqref=\"F2\""))
        #expect(sheet.contains("<autoFilter ref=\"A1:F2\"/>"))
        #expect(sheet.contains("state=\"frozen\""))
        #expect(!sheet.contains("<f>"))
        let styles = try Self.written([]) { try Archive.entry("xl/styles.xml", of: $0) }
        // Four columns are open to change.
        #expect(styles.components(separatedBy: "<protection locked=\"0\"/>").count == 5)
    }

    @Test func `leaves nothing on the disk`() throws {
        let writer = try SheetWriter(title: "Essai", columns: Self.columns)
        let folder = writer.folder
        #expect(FileManager.default.fileExists(atPath: folder.path))
        let handle = try writer.finish()
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        #expect(try handle.readToEnd()?.count ?? 0 > 1000)
        var given: SheetWriter? = try SheetWriter(title: "Abandonné", columns: Self.columns)
        let left = try #require(given?.folder)
        #expect(FileManager.default.fileExists(atPath: left.path))
        given = nil
        #expect(!FileManager.default.fileExists(atPath: left.path))
    }

    @Test func `is read at any length within its bounds`() throws {
        let long = (1...SheetTable.maximumRows).map { [CSVWriter.Cell.text("A1.01"), .number($0)] }
        #expect(try Self.written(long) { try SheetReader.table(of: $0) }.rows.count == SheetTable.maximumRows)
        #expect(throws: Refusal.self) {
            try Self.written(long + [[.text("x")]]) { try SheetReader.table(of: $0) }
        }
    }

    @Test func `may be CSV, with the same cells and the same bounds`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString).csv")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data("\u{FEFF}Code;Texte\r\nA1.01;'=1+1\r\n\r\nA1.02;\"deux\nlignes\"\r\n".utf8).write(to: file)
        let table = try SheetReader.table(of: file)
        #expect(table.header.cells.map(\.text) == ["Code", "Texte"])
        #expect(table.rows.map { $0.cells.map(\.text) } == [["A1.01", "=1+1"], ["A1.02", "deux\nlignes"]])
        #expect(table.rows.map(\.line) == [2, 4])
        try Data((String(repeating: ";", count: 201) + "x\n").utf8).write(to: file)
        #expect(throws: Refusal.self) { try SheetReader.table(of: file) }
        try Data([0xFF, 0xFE, 0x41, 0x00]).write(to: file)
        #expect(throws: Refusal.self) { try SheetReader.table(of: file) }
    }

    @Test func `names its cells as spreadsheets do`() {
        for (text, column, line) in [("A1", 0, 1), ("Z9", 25, 9), ("AA10", 26, 10), ("XFD1048576", 16_383, 1_048_576)] {
            #expect(SheetPlace(text)?.column == column)
            #expect(SheetPlace(text)?.line == line)
            #expect(SheetPlace(column: column, line: line).description == text)
        }
        for text in ["", "A", "1", "a1", "A0", "A-1", "AAAA1", "A12345678", "A1B", "\u{C9}1"] {
            #expect(SheetPlace(text) == nil, "\(text)")
        }
    }

    @Test func `tells formats of days from others`() {
        for code in ["dd/mm/yyyy", "d-mmm-yy", "[$-40C]d mmmm yyyy;@", "yyyy\\-mm\\-dd"] {
            #expect(WorkbookReader.showsDay(code), "\(code)")
        }
        for code in ["General", "0.00", "\"day\" 0", "[Red]0", "#,##0.00\\d", "hh:mm:ss", "@"] {
            #expect(!WorkbookReader.showsDay(code), "\(code)")
        }
    }
}
