import Fields
import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `A row that is read` {
    struct Pair: Decodable {
        var id: Int
        var title: String?
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let statement: SQL
        let state: String
        let says: String
        var testDescription: String { name }
    }

    @Test(arguments: [
        Case(
            name: "a forgotten optional column", statement: "SELECT 1 AS id", state: "42P10",
            says: "returns 1 columns and the row type has 2"),
        Case(
            name: "a column too many", statement: "SELECT 1 AS id, 'a' AS title, 2 AS more", state: "42P10",
            says: "returns 3 columns"),
        Case(
            name: "columns that changed places", statement: "SELECT 'a' AS title, 1 AS id", state: "42P10",
            says: "expects id"),
        Case(
            name: "a misspelt optional column", statement: "SELECT 1 AS id, 'a' AS titel", state: "42P10",
            says: "column 2 is titel and the row type expects title"),
        Case(
            name: "a wrong type", statement: "SELECT 1.5 AS id, 'a' AS title", state: "42804", says: "column id"),
        Case(
            name: "a wrong type of an optional", statement: "SELECT 1 AS id, 2 AS title", state: "42804",
            says: "column title"),
        Case(
            name: "a wrong type without a row", statement: "SELECT 1 AS id, 2 AS title WHERE false", state: "42804",
            says: "column title"),
    ])
    func `is refused as a defect`(_ wrong: Case) async throws {
        let database = TestDatabase.current.asServer()
        let error = try await databaseError { _ = try await database.read(wrong.statement, as: Pair.self) }
        #expect(error?.kind == .defect)
        #expect(error?.sqlState == wrong.state)
        #expect(error?.message.contains(wrong.says) == true, "\(error?.message ?? "no error")")
        #expect(error?.refusal == nil)
        await database.close()
    }

    @Test func `is refused with NULL in a property that is not optional`() async throws {
        let database = TestDatabase.current.asServer()
        let rows = try await database.read(
            "SELECT 1 AS id, NULL AS title UNION ALL SELECT NULL, 'a'", as: Pair.self)
        #expect(try rows.row(0).title == nil)
        let error = #expect(throws: FieldErrors.self) { try rows.all() }
        #expect(error?.errors.map(\.pointer) == ["/id"])
        #expect(rows.count == 2)
        await database.close()
    }
}

/// The writer of rows against two others: PostgreSQL's `row_to_json` and Foundation's reader.
@Suite(.database) struct `A row written as JSON` {
    enum Colour: String, FieldEnum { case red, blue }
    struct Part: Codable, Equatable {
        var label: String
        var cents: Int?
    }

    struct Everything: Decodable {
        var id: Identifier<Never>
        var title: String
        var note: String?
        var small: Int
        var large: Int
        var ratio: Double
        var amount: Double
        var isPublic: Bool
        var isLate: Bool?
        var startsOn: Day
        var endsOn: Day?
        var colour: Colour
        var labels: [String]
        var parts: [Part]
        var main: Part?
        var anything: JSON
    }

    static let statement: SQL = """
        SELECT '01890a5d-ac96-774b-bcce-b302099a8057'::uuid AS id, t.title, t.note, 7::smallint AS small,
               '-9223372036854775808'::bigint AS large, 0.1::double precision AS ratio, -12.50::numeric AS amount,
               true AS is_public, CASE WHEN t.note IS NULL THEN NULL ELSE false END AS is_late,
               '2024-02-29'::date AS starts_on, CASE WHEN t.note IS NULL THEN NULL ELSE '0001-01-01'::date END AS ends_on,
               'blue' AS colour, jsonb_build_array(t.title, '') AS labels,
               jsonb_build_array(jsonb_build_object('label', t.title, 'cents', 3)) AS parts,
               CASE WHEN t.note IS NULL THEN NULL ELSE jsonb_build_object('label', '\\"') END AS main,
               '{"b": [1, null, {"c": "\\u0001é"}], "a": 1e2}'::jsonb AS anything
          FROM unnest(\(list: texts)::text[], \(list: texts)::text[]) AS t (title, note)
        UNION ALL SELECT NULL, 'x', NULL, 7, 0, -1e-300, 0, false, NULL, '9999-12-31', NULL, 'red', '[]', '[]', NULL, 'null'
        """

    static let texts =
        `A bound value`.hostile + (1...31).map { "a\(Unicode.Scalar($0).map(String.init) ?? "")b" }
        + [String(repeating: "\u{1}", count: 5000), String(repeating: "\"é", count: 5000)]

    private func json<Row: Decodable>(_ rows: Rows<Row>) -> String {
        var buffer = ByteBuffer()
        rows.writeJSON(into: &buffer)
        return String(buffer: buffer)
    }

    @Test func `is what PostgreSQL says, for every kind of value`() async throws {
        let database = TestDatabase.current.asServer()
        let rows = try await database.read(Self.statement, as: Everything.self)
        #expect(rows.count == Self.texts.count + 1)
        let theirs = try await database.read(
            "SELECT row_to_json(t)::text AS value FROM (\(Self.statement)) AS t", as: Value<String>.self
        ).all().map { try JSON.parse($0.value) }
        let ours = try JSON.parse(json(rows))
        for (our, their) in zip(ours.elements, theirs) {
            #expect(our == their)
            #expect(our.members.map(\.name) == Shape.of(Everything.self).names)
        }
        #expect(ours.elements.count == theirs.count)
        await database.close()
    }

    @Test func `is what Foundation reads back`() async throws {
        struct Read: Codable, Equatable {
            var title: String
            var note: String?
            var large: Int
            var ratio: Double
            var is_public: Bool
            var is_late: Bool?
            var labels: [String]
            var parts: [Part]
        }
        let database = TestDatabase.current.asServer()
        let rows = try await database.read(Self.statement, as: Everything.self)
        let read = try JSONDecoder().decode([Read].self, from: Data(json(rows).utf8))
        for (number, text) in Self.texts.enumerated() {
            #expect(Array(read[number].title.utf8) == Array(text.utf8))
            #expect(read[number].note == text)
            #expect(read[number].labels == [text, ""])
            #expect(read[number].parts == [Part(label: text, cents: 3)])
        }
        #expect(read[0].large == .min)
        #expect(read[0].ratio == 0.1)
        #expect(read[0].is_public)
        #expect(read.last?.note == nil)
        #expect(read.last?.is_late == nil)
        #expect(read.last?.is_public == false)
        await database.close()
    }

    struct Moment: Decodable { var at: Instant? }

    @Test(arguments: [
        ("2024-05-31 10:20:30+00", "2024-05-31T10:20:30Z"),
        ("2024-05-31 10:20:30.123456+00", "2024-05-31T10:20:30.123456Z"),
        ("2024-05-31 10:20:30.000001+00", "2024-05-31T10:20:30.000001Z"),
        ("2024-05-31 10:20:30.1+00", "2024-05-31T10:20:30.1Z"),
        ("2024-03-31 03:00:00+02", "2024-03-31T01:00:00Z"),
        ("1969-12-31 23:59:59.999999+00", "1969-12-31T23:59:59.999999Z"),
        ("0001-01-01 00:00:00+00", "0001-01-01T00:00:00Z"),
        ("9999-12-31 23:59:59.999999+00", "9999-12-31T23:59:59.999999Z"),
    ])
    func `has instants in RFC 3339, which decode to the microsecond`(stored: String, written: String) async throws {
        let database = TestDatabase.current.asServer()
        let rows = try await database.read("SELECT \(stored)::timestamptz AS at", as: Moment.self)
        #expect(json(rows) == "[{\"at\":\"\(written)\"}]")
        let instant = try #require(try rows.row(0).at)
        let again = try await database.read("SELECT \(instant)::timestamptz AS at", as: Moment.self)
        #expect(json(again) == json(rows))
        await database.close()
    }

    @Test func `is one of an array, a prefix of it, or nothing`() async throws {
        let database = TestDatabase.current.asServer()
        let rows = try await database.read(
            "SELECT n AS value FROM generate_series(1, \(3)::integer) n", as: Value<Int>.self)
        #expect(json(rows) == #"[{"value":1},{"value":2},{"value":3}]"#)
        var buffer = ByteBuffer()
        rows.prefix(2).writeJSON(into: &buffer)
        rows.writeJSON(row: 2, into: &buffer)
        #expect(String(buffer: buffer) == #"[{"value":1},{"value":2}]{"value":3}"#)
        #expect(rows.prefix(2).lastText("value") == "2")
        #expect(rows.prefix(9).count == 3)
        let none = try await database.read("SELECT 1 AS value WHERE false", as: Value<Int>.self)
        #expect(json(none) == "[]")
        #expect(none.prefix(1).lastText("value") == nil)
        await database.close()
    }
}
