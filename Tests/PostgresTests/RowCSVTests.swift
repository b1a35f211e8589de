import Fields
import NIOCore
import TestSupport
import Testing

@testable import Postgres

/// The writer of lines against the one that makes texts of cells first.
@Suite(.database) struct `Rows written as CSV` {
    struct Line: Decodable {
        var title: String?
        var count: Int?
        var share: Double?
        var isGood: Bool?
        var at: Instant?
        var day: Day?
        var words: [String]?
        var things: [Thing]?
        var document: JSON?
    }
    struct Thing: Decodable { var code: String }
    struct Lone: Decodable { var title: String? }

    static let texts =
        [
            "", " ", "a b", " a", "a ", "a,b", "a;b", "a\tb", "a\nb", "a\r\nb", "\"", "say \"no\"", "=1+1", "+33 5",
            "-1", "@x", "'=1",
            "''=1", "'", "''", "'a", "\t=", "\r", "\n", "\u{FF1D}1", "\u{FF0B}1", "\u{FF0D}1", "\u{FF20}1", "\u{FEFF}a",
            "\u{FEFF}", "é",
            "=\u{301}", "👩‍👩‍👧‍👦", "=a,b", "= ", "\u{FF1E}1", "ﾀ", "a'=", "=\"x\"",
        ]
        + (0..<200).map { place in
            var generator = Seeded(state: UInt64(place + 1))
            return String(
                (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                    "a é\"';,=+-@\t\r\n'\u{FF1D}".randomElement(using: &generator)!
                })
        }

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private func expectSame<Row>(_ rows: Rows<Row>) {
        var writer = CSVWriter(dialect: .rfc4180)
        for row in 0..<rows.count { writer.row(rows.cells(row)) }
        var buffer = ByteBuffer()
        rows.writeCSV(into: &buffer)
        #expect(String(buffer: buffer) == String(decoding: writer.bytes, as: UTF8.self))
        #expect(Array(buffer.readableBytesView) == writer.bytes)
    }

    @Test func `are the same bytes, whatever stands in their cells`() async throws {
        let database = TestDatabase.current.asServer()
        for text in Self.texts {
            expectSame(
                try await database.read(
                    """
                    SELECT \(text)::text AS title, -7::bigint AS count, 0.5::float8 AS share, true AS is_good,
                           '2024-05-31 10:20:30.120+00'::timestamptz AS at, '2024-05-31'::date AS day,
                           to_jsonb(ARRAY[\(text), 'b']) AS words, '[{"code": "31"}, {"code": "=2"}]'::jsonb AS things,
                           jsonb_build_object('a', \(text)::text) AS document
                    UNION ALL SELECT NULL, NULL, NULL, false, NULL, NULL, '[]', '[]', NULL
                    """, as: Line.self))
            expectSame(try await database.read("SELECT \(text)::text AS title UNION ALL SELECT NULL", as: Lone.self))
        }
        await database.close()
    }
}
