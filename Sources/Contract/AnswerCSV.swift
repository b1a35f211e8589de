import Fields
import NIOCore
public import Postgres

extension Answer {
    /// A list as a file that streams every match: RFC 4180, names as in JSON, texts safe from being run as formulas.
    public static func csv<Row: Decodable & Sendable>(
        _ name: String, isPublic: Bool, header type: Row.Type,
        _ rows: @escaping @Sendable (_ write: (Rows<Row>) async throws -> Void) async throws -> Void
    ) -> Answer {
        .file(Representation.csv.contentType, name: name + ".csv", isPublic: isPublic) { write in
            var head = CSVWriter(dialect: .rfc4180)
            head.row(Shape.of(Row.self).names.map(CSVWriter.Cell.text))
            // The heading goes out with the first lines: what fails before them can still be told by a problem.
            var pending = ByteBuffer(bytes: head.bytes)
            try await rows { batch in
                var lines = pending
                pending = ByteBuffer()
                batch.writeCSV(into: &lines)
                try await write(lines)
            }
            if pending.readableBytes > 0 { try await write(pending) }
        }
    }
}
