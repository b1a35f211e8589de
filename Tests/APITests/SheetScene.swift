import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Sheets

/// What tests of sheets need: a sheet downloaded, edited as in a spreadsheet, sent back.
struct SheetScene {
    enum Format: String, CaseIterable {
        case xlsx, csv

        var mediaType: String {
            self == .csv ? "text/csv" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        }
    }

    let client: TestClient

    /// The sheet, as its owner's spreadsheet shows it.
    func download(_ format: Format, _ token: String?, query: String = "") async throws -> EditedSheet {
        let answer = try await client.send(
            "GET", "/v1/sheets/actions" + query, token: token, headers: ["Accept": format.mediaType])
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"]?.hasPrefix(format.mediaType) == true)
        #expect(answer.headers["content-disposition"]?.hasSuffix(".\(format.rawValue)\"") == true)
        #expect(answer.headers["cache-control"] == "private, no-store")
        return EditedSheet(try await Self.table(answer.body), format)
    }

    static func table(_ bytes: [UInt8]) async throws -> SheetTable {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(bytes).write(to: file)
        return try await SheetReader.read(file)
    }

    /// Sends a file back.
    func send(_ bytes: [UInt8], _ token: String?, headers: String = "") async throws -> TestAnswer {
        let body =
            Array("--limite\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.xlsm\"\r\n\r\n".utf8) + bytes
            + Array("\r\n--limite--\r\n".utf8)
        let connection = try RawConnection(client.port)
        defer { connection.close() }
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        await connection.send(
            """
            POST /v1/imports HTTP/1.1\r\nHost: a\r\n\(authorization)\(headers)Content-Type: multipart/form-data; \
            boundary=limite\r\nContent-Length: \(body.count)\r\n\r\n
            """)
        await connection.send(body)
        return try #require(try await connection.answer(within: .seconds(60)))
    }

    /// Sends a sheet back: what it would change.
    func review(_ sheet: EditedSheet, _ token: String) async throws -> JSON {
        let answer = try await send(try sheet.bytes(), token)
        #expect(answer.status == 201, "\(answer.json)")
        return answer.json
    }

    /// Sends lines of CSV back.
    func review(csv lines: String..., token: String) async throws -> JSON {
        let answer = try await send(Array(lines.joined(separator: "\r\n").utf8), token)
        #expect(answer.status == 201, "\(answer.json)")
        return answer.json
    }

    func apply(_ preview: JSON, _ token: String?, headers: [String: String] = [:]) async throws -> TestAnswer {
        let id = preview["id"]?.string ?? "?"
        return try await client.send("POST", "/v1/imports/\(id)/apply", token: token, headers: headers)
    }
}

/// A sheet whose cells people change.
struct EditedSheet {
    var headings: [String]
    var rows: [[String]]
    let format: SheetScene.Format

    init(_ table: SheetTable, _ format: SheetScene.Format) {
        headings = table.header.cells.map(\.text)
        rows = table.rows.map { row in table.header.cells.indices.map { row.cell($0).text } }
        self.format = format
    }

    /// The cell of an action under a heading.
    subscript(code: String, heading: String) -> String {
        get {
            guard let row = rows.firstIndex(where: { $0[0] == code }), let column = headings.firstIndex(of: heading)
            else { return "?" }
            return rows[row][column]
        }
        set {
            guard let row = rows.firstIndex(where: { $0[0] == code }), let column = headings.firstIndex(of: heading)
            else {
                Issue.record("no \(heading) of \(code)")
                return
            }
            rows[row][column] = newValue
        }
    }

    /// The file that the spreadsheet saves.
    func bytes() throws -> [UInt8] {
        if format == .csv {
            var writer = CSVWriter(dialect: .french)
            for row in [headings] + rows { writer.row(row.map { .text($0) }) }
            return writer.bytes
        }
        let isDay = headings.map { $0.hasPrefix("Début") || $0.hasPrefix("Fin") }
        let writer = try SheetWriter(
            title: "Feuille",
            columns: headings.indices.map {
                SheetColumn(headings[$0], isDay[$0] ? .day : .text, isLocked: false, width: 10)
            })
        for row in rows {
            try writer.row(
                row.indices.map { column in
                    if row[column].isEmpty { return .empty }
                    if isDay[column], let day = try? Day(fieldText: row[column]) { return .day(day) }
                    return .text(row[column])
                })
        }
        return [UInt8](try writer.finish().readToEnd() ?? Data())
    }
}
