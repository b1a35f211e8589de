import Fields
import Foundation
import TestSupport
import Testing

@testable import Sheets

/// Files that are no sheet, or more than one: refused with what and where, in both languages.
@Suite struct `A hostile sheet` {
    /// What is said of a file that is refused, in French.
    private func refusal(_ body: () throws -> SheetTable) throws -> String {
        let error = #expect(throws: Refusal.self) { _ = try body() }
        let refusal = try #require(error)
        #expect(refusal.problem.code == "sheet.refused")
        #expect(refusal.detail.en.hasPrefix("Sheet refused: "))
        #expect(refusal.detail.en != refusal.detail.fr)
        return refusal.detail.fr
    }

    private func refusal(of bytes: [UInt8]) throws -> String {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        return try refusal { try SheetReader.table(of: file) }
    }

    private let good = Archive.entries("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Code</t></is></c></row>")

    @Test func `made by hand is read when it is well made: the test of the tests`() throws {
        #expect(try Archive.read(good).header.cells.map(\.text) == ["Code"])
    }

    @Test func `that is no archive, or a broken one, is refused`() throws {
        #expect(try refusal(of: Array("PK\u{3}\u{4}rien".utf8)).contains("archive est abîmée"))
        #expect(try refusal(of: []).contains("le fichier est vide"))
        #expect(try refusal(of: [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]).contains("mot de passe"))
        #expect(try refusal(of: [0x25, 0x50, 0x44, 0x46, 0x20, 0, 1]).contains("NUL"))
        #expect(try refusal(of: [UInt8](repeating: 0x41, count: SheetReader.maximumBytes + 1)).contains("5 Mio"))
        #expect(try refusal { try Archive.read(["bonjour.txt": "x"]) }.contains("pas un classeur"))
        #expect(try refusal { try Archive.read(good, password: "secret") }.contains("mot de passe"))
    }

    @Test func `whose archive is cut off is refused`() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString).xlsx")
        defer { try? FileManager.default.removeItem(at: file) }
        try Archive.make(good.mapValues { Array($0.utf8) }, at: file)
        let bytes = [UInt8](try Data(contentsOf: file))
        for count in stride(from: 4, to: bytes.count, by: 37) {
            #expect(throws: Refusal.self) {
                try Data(bytes.prefix(count)).write(to: file)
                _ = try SheetReader.table(of: file)
            }
        }
    }

    @Test func `with macros is refused, however they are named`() throws {
        for name in ["xl/vbaProject.bin", "xl/VBAPROJECT.BIN", "xl/macrosheets/sheet1.xml", "xl/activeX/activeX1.bin"] {
            #expect(try refusal { try Archive.read(good.merging([name: "x"]) { $1 }) }.contains("macros"), "\(name)")
        }
        for type in ["application/vnd.ms-excel.sheet.macroEnabled.main+xml", "application/vnd.ms-office.vbaProject"] {
            let types = Archive.types.replacingOccurrences(
                of: "</Types>", with: "<Override PartName=\"/x\" ContentType=\"\(type)\"/></Types>")
            let entries = good.merging(["[Content_Types].xml": types]) { $1 }
            #expect(try refusal { try Archive.read(entries) }.contains("macros"), "\(type)")
        }
    }

    @Test func `with a DTD or an entity is refused, in any part of it`() throws {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
        for part in good.keys {
            let entries = good.merging([part: bomb + (good[part] ?? "").replacingOccurrences(of: "?>", with: "?>")]) {
                $1
            }
            let said = try refusal { try Archive.read(entries) }
            #expect(said.contains("DTD"), "\(part): \(said)")
        }
        let entity = Archive.entries("<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>&xxe;</t></is></c></row>")
        #expect(try refusal { try Archive.read(entity) }.contains("abîmé"))
    }

    @Test func `whose XML is no XML is refused, and never crashes the reader`() throws {
        let wrong = [
            "<row", "<row r=\"1\"", "<row></c>", "<row r=1>", "<row r=\"1\" / >", "</row>", "<row><c></row></c>", "<>",
            "< row>", "<row r=\"0\"/>", "<row r=\"9999999\"/>", "<![CDATA[", "<!--", "<row a=\"<\"/>", "<row \u{0}/>",
            "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>7</v></c></row>", "<row r=\"1\"><c r=\"A1\"><v>&#xD800;</v></c></row>",
            "<row r=\"1\"><c r=\"A1\"><v>&#99999999;</v></c></row>", String(repeating: "<a>", count: 100),
            "<row r=\"1\"><c r=\"A1\"><v>" + String(repeating: "9", count: 1 << 19) + "</v></c></row>",
        ]
        for rows in wrong {
            #expect(try refusal { try Archive.read(Archive.entries(rows)) }.isEmpty == false, "\(rows.prefix(60))")
        }
        let utf16 = good.merging(["xl/workbook.xml": "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + Archive.workbook])
        { $1 }
        #expect(try refusal { try Archive.read(utf16) }.contains("abîmé"))
    }

    @Test func `without a sheet, or with an empty one, is refused`() throws {
        for (part, text, word) in [
            ("xl/workbook.xml", "<workbook><sheets/></workbook>", "aucune feuille"),
            ("xl/workbook.xml", Archive.workbook.replacingOccurrences(of: "rId1", with: "rId9"), "aucune feuille"),
            ("xl/worksheets/sheet1.xml", "<worksheet/>", "vide"),
        ] {
            #expect(try refusal { try Archive.read(good.merging([part: text]) { $1 }) }.contains(word), "\(text)")
        }
        for part in good.keys {
            var entries = good
            entries[part] = nil
            #expect(throws: Refusal.self, "\(part)") { _ = try Archive.read(entries) }
        }
    }

    @Test func `that inflates out of all proportion is refused before it is in memory`() throws {
        let rows = "<worksheet>" + String(repeating: "<x/>", count: 20 << 20)
        let bomb = good.merging(["xl/worksheets/sheet1.xml": rows]) { $1 }
        #expect(try refusal { try Archive.read(bomb) }.contains("démesurée"))
    }

    @Test func `of too many columns or too long cells is refused`() throws {
        func cell(_ place: String, _ text: String) -> String {
            "<row r=\"1\"><c r=\"\(place)\" t=\"inlineStr\"><is><t>\(text)</t></is></c></row>"
        }
        #expect(try refusal { try Archive.read(Archive.entries(cell("GS1", "x"))) }.contains("200 colonnes"))
        #expect(
            try refusal { try Archive.read(Archive.entries(cell("A1", String(repeating: "x", count: 20_001)))) }
                .contains("cellule A1"))
        // One long text that many cells share is long many times.
        var shared = Archive.entries(
            (1...900).map { "<row r=\"\($0)\"><c r=\"A\($0)\" t=\"s\"><v>0</v></c></row>" }.joined())
        shared["xl/sharedStrings.xml"] = "<sst><si><t>\(String(repeating: "x", count: 20_000))</t></si></sst>"
        #expect(try refusal { try Archive.read(shared) }.contains("Mio de texte"))
    }

    @Test func `of few cells far apart, or of nothing but separators, is refused before it fills the memory`() throws {
        let far = (1...3000).map { "<row r=\"\($0)\"><c r=\"GR\($0)\"><v>1</v></c></row>" }.joined()
        #expect(try refusal { try Archive.read(Archive.entries(far)) }.contains("cellules"))
        #expect(try refusal(of: Array(repeating: UInt8(ascii: ";"), count: 600_000)).contains("cellules"))
        var shared = good
        shared["xl/sharedStrings.xml"] = "<sst>" + (0...500_000).map { "<si>\($0)</si>" }.joined() + "</sst>"
        #expect(try refusal { try Archive.read(shared) }.contains("cellules"))
    }

    @Test func `is told its formulas and errors cell by cell`() throws {
        let rows = """
            <row r="1"><c r="A1" t="inlineStr"><is><t>Code</t></is></c></row>\
            <row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2" t="e"><v>#N/A</v></c><c r="C2" t="b"><v>1</v></c></row>
            """
        let row = try #require(try Archive.read(Archive.entries(rows)).rows.first)
        #expect(row.cell(0).problem?.fr == "cellule A2 avec formule : collez la valeur")
        #expect(row.cell(1).problem?.fr.contains("B2") == true)
        #expect(row.cell(2) == SheetTable.Cell("true"))
    }

    @Test func `of another hand is read: shared texts in pieces, days of 1904, hidden sheets, prefixes`() throws {
        let rows = """
            <x:row><x:c t="s"><x:v>0</x:v></x:c></x:row><x:row><x:c s="1"><x:v>45350</x:v></x:c><x:c s="0"><x:v>45350</x:v></x:c>\
            <x:c s="2"><x:v>45350.75</x:v></x:c></x:row>
            """
        var entries = Archive.entries(rows)
        entries["xl/worksheets/sheet1.xml"] =
            "<x:worksheet xmlns:x=\"x\"><x:sheetData>\(rows)</x:sheetData></x:worksheet>"
        entries["xl/sharedStrings.xml"] =
            "<sst><si><r><t>Co</t></r><rPh><t>kana</t></rPh><r><t xml:space=\"preserve\">de &#233;</t></r></si></sst>"
        entries["xl/styles.xml"] = """
            <styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/>\
            </cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>
            """
        let table = try Archive.read(entries)
        #expect(table.header.cells.map(\.text) == ["Code é"])
        #expect(table.rows.first?.cells.map(\.text) == ["2024-02-28", "45350", "2024-02-28"])
        entries["xl/workbook.xml"] = """
            <workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet state="hidden" name="H" sheetId="2" r:id="rId3"/>\
            <sheet name="Un" sheetId="1" r:id="rId1"/></sheets></workbook>
            """
        #expect(try Archive.read(entries).rows.first?.cells.first?.text == "2028-02-29")
    }
}
