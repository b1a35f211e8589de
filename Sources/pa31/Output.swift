import Fields
import Foundation
import NIOCore
import Postgres

/// Answers for people and for programs.
enum Output {
    /// A line.
    static func line(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    /// A JSON document, indented.
    static func json(_ document: JSON) { FileHandle.standardOutput.write(Data(document.prettyText.utf8)) }

    /// Bytes as they are: a file.
    static func bytes(_ bytes: [UInt8], to path: String?) throws {
        if let path {
            try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } else {
            FileHandle.standardOutput.write(Data(bytes))
        }
    }

    /// Rows as JSON, or as a table of the named columns under French and English headings.
    static func rows<Row: Decodable>(
        _ rows: Rows<Row>, json: Bool, columns: [(name: String, heading: Text)],
        value: (Int, String) -> String? = { _, _ in nil }
    ) {
        if json {
            var buffer = ByteBuffer()
            rows.writeJSON(into: &buffer)
            let document = (try? JSON.parse(Array(buffer.readableBytesView))) ?? .null
            return Output.json(document)
        }
        table(
            headings: columns.map { $0.heading(language) },
            (0..<rows.count).map { row in columns.map { value(row, $0.name) ?? rows.text(row, $0.name) ?? "" } })
    }

    /// A table for people, each column as wide as its widest cell, long cells cut.
    static func table(headings: [String], _ lines: [[String]]) {
        let cut = lines.map { $0.map { $0.count > 60 ? String($0.prefix(59)) + "…" : $0 } }
        let widths = headings.indices.map { column in
            ([headings] + cut).map { $0[column].count }.max() ?? 0
        }
        func padded(_ cells: [String]) -> String {
            let text = zip(cells, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }
                .joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed())
        }
        line(padded(headings))
        line(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
        for cells in cut { line(padded(cells)) }
    }
}

extension Output {
    /// The rows as a JSON array.
    static func document<Row: Decodable>(_ rows: RowSlice<Row>) -> JSON {
        var buffer = ByteBuffer()
        rows.writeJSON(into: &buffer)
        return (try? JSON.parse(Array(buffer.readableBytesView))) ?? .null
    }

    /// The first row: as JSON, or a line a field.
    static func record<Row: Decodable>(_ rows: Rows<Row>, json: Bool) {
        let record = document(rows.prefix(1)).elements.first ?? .null
        if json { return Output.json(record) }
        let width = record.members.map(\.name.count).max() ?? 0
        for member in record.members where member.value != .null && member.value != .array([]) {
            let padding = String(repeating: " ", count: width - member.name.count)
            line("\(member.name)\(padding)  \(shown(member.value))")
        }
    }

    /// A value for people: an organisation as its name and code, a list joined, anything else as its text.
    private static func shown(_ value: JSON) -> String {
        switch value {
        case .string(let text): text
        case .array(let elements): elements.map(shown).joined(separator: ", ")
        case .object(let members):
            if let code = value["code"]?.string, let name = value["name"]?.string {
                "\(name) (\(code))"
            } else {
                members.map { "\($0.name)=\(shown($0.value))" }.joined(separator: " ")
            }
        default: value.text
        }
    }
}

/// On one line, and short: a terminal must not be steered by a file.
func plain(_ text: String) -> String {
    let scalars = text.unicodeScalars.prefix(80).map { scalar in
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: Character(" ")
        default: Character(scalar)
        }
    }
    return String(scalars) + (text.unicodeScalars.count > 80 ? "…" : "")
}
