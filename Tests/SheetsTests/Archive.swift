import CZip
import Fields
import Foundation
import Testing

@testable import Sheets

/// Workbooks made by hand, as no spreadsheet would.
enum Archive {
    static let types = """
        <?xml version="1.0" encoding="UTF-8" standalone="yes"?>
        <Types xmlns="t"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" \
        ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>
        """
    static let workbook = """
        <workbook xmlns:r="r"><sheets><sheet name="Un" sheetId="1" r:id="rId1"/></sheets></workbook>
        """
    static let relations = """
        <Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>\
        <Relationship Id="rId2" Type="http://x/sharedStrings" Target="sharedStrings.xml"/>\
        <Relationship Id="rId3" Type="http://x/styles" Target="/xl/styles.xml"/></Relationships>
        """

    /// The entries of a workbook whose sheet has these rows.
    static func entries(_ rows: String) -> [String: String] {
        [
            "[Content_Types].xml": types, "xl/workbook.xml": workbook, "xl/_rels/workbook.xml.rels": relations,
            "xl/worksheets/sheet1.xml": "<worksheet><sheetData>\(rows)</sheetData></worksheet>",
        ]
    }

    /// Reads a workbook of these entries.
    static func read(_ entries: [String: String], password: String? = nil) throws -> SheetTable {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString).xlsx")
        defer { try? FileManager.default.removeItem(at: file) }
        try make(entries.mapValues { Array($0.utf8) }, at: file, password: password)
        return try SheetReader.table(of: file)
    }

    /// Makes an archive.
    static func make(_ entries: [String: [UInt8]], at file: URL, password: String? = nil) throws {
        var code: Int32 = 0
        let archive = try #require(zip_open(file.path, ZIP_CREATE | ZIP_TRUNCATE, &code))
        var held: [UnsafeMutableRawPointer] = []
        defer { for pointer in held { pointer.deallocate() } }
        for (name, bytes) in entries.sorted(by: { $0.key < $1.key }) {
            let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 1)
            memory.copyMemory(from: bytes, byteCount: bytes.count)
            held.append(memory)
            let source = try #require(zip_source_buffer(archive, memory, zip_uint64_t(bytes.count), 0))
            let index = zip_file_add(archive, name, source, 0)
            try #require(index >= 0)
            if let password {
                try #require(
                    zip_file_set_encryption(archive, zip_uint64_t(index), UInt16(ZIP_EM_AES_256), password) == 0)
            }
        }
        try #require(zip_close(archive) == 0)
    }

    /// An entry's text.
    static func entry(_ name: String, of file: URL) throws -> String {
        let entry = try #require(try ZipArchive(file).entry(name))
        var bytes: [UInt8] = []
        while let chunk = try entry.chunk() { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }
}
