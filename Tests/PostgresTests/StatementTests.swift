import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite struct `A statement's text` {
    @Test func `holds placeholders where its values stand`() {
        let filter: SQL = "status = \("done") AND code LIKE \("A%")"
        let statement: SQL = "SELECT 1 WHERE id = \(7) AND \(filter) AND \(SQL.nothing)note = \("'; DROP TABLE x")"
        #expect(statement.text == "SELECT 1 WHERE id = $1 AND status = $2 AND code LIKE $3 AND note = $4")
        #expect(statement.values == ["7", "done", "A%", "'; DROP TABLE x"])
    }

    @Test func `takes a type's columns in their order, with the table's alias`() {
        struct Row: Decodable {
            var id: Int
            var plannedStart: Day?
        }
        let statement: SQL = "SELECT \(columns: Row.self), \(columns: Row.self, of: "a") FROM t a"
        #expect(statement.text == "SELECT id, planned_start, a.id, a.planned_start FROM t a")
        #expect(statement.values.isEmpty)
    }
}

@Suite(.database) struct `A prepared statement` {
    private let leased = TestDatabase.current

    /// A body on one open connection.
    private func withConnection(_ body: (Connection) async throws -> Void) async throws {
        let pool = leased.pool(size: 1)
        try await pool.withConnection(body)
        await pool.close()
    }

    /// Its text does not hold what it looks for, so it does not find itself.
    private func prepared(_ pattern: String, _ connection: Connection) async throws -> [String] {
        let result = try await connection.run(
            "SELECT name AS value FROM pg_prepared_statements WHERE statement LIKE \(pattern) ORDER BY 1")
        return try Rows<Value<String>>(result).all().map(\.value)
    }

    @Test func `is prepared once and used again with other values`() async throws {
        try await withConnection { connection in
            for number in 1...5 {
                let rows = try Rows<Value<Int>>(
                    await connection.run("SELECT \(number)::integer AS value /* probe */"))
                #expect(try rows.row(0).value == number)
            }
            #expect(try await prepared("%/* probe */", connection).count == 1)
        }
    }

    @Test func `is given up when there are too many, the least recently used first`() async throws {
        try await withConnection { connection in
            func run(_ number: Int) async throws {
                _ = try await connection.run("SELECT \(unsafeTextNeverFromInput: "\(number)") AS value /* probe */")
            }
            try await run(0)
            let name = try await prepared("SELECT 0 AS value /* probe */", connection)
            for number in 1...(PreparedStatements.capacity + 50) {
                try await run(number)
                try await run(0)
            }
            #expect(try await prepared("%", connection).count == PreparedStatements.capacity)
            #expect(try await prepared("SELECT 0 AS value /* probe */", connection) == name)
            #expect(try await prepared("SELECT 1 AS value /* probe */", connection) == [])
            try await run(1)
            #expect(try await prepared("SELECT 1 AS value /* probe */", connection).count == 1)
        }
    }

    @Test func `is forgotten when the server refuses to prepare it`() async throws {
        try await withConnection { connection in
            for _ in 0..<2 {
                let error = try await databaseError { _ = try await connection.run("SELECT nothing FROM nowhere") }
                #expect(error?.sqlState == "42P01")
            }
            #expect(try await prepared("%nowhere%", connection) == [])
        }
    }

    @Test func `is prepared anew for a read after a migration changed its columns`() async throws {
        try await withLab("CREATE TABLE lab.thing (n integer); INSERT INTO lab.thing VALUES (7)") {
            let database = leased.asServer { $0.readConnections = 1 }
            let pid = try await database.number(backendPID)
            #expect(try await database.number("SELECT n AS value FROM lab.thing") == 7)
            try await leased.script("ALTER TABLE lab.thing ALTER COLUMN n TYPE bigint")
            #expect(try await database.number("SELECT n AS value FROM lab.thing") == 7)
            #expect(try await database.number(backendPID) == pid)
            await database.close()
        }
    }

    @Test func `is prepared anew for a transaction, which runs again from its start`() async throws {
        try await withLab(
            "CREATE TABLE lab.thing (n integer); INSERT INTO lab.thing VALUES (7); CREATE TABLE lab.done (n integer)"
        ) {
            let database = leased.asServer { $0.transactionConnections = 1 }
            let runs = Journal<Int>()
            func copy() async throws {
                try await database.transaction(as: tester) { transaction in
                    runs.note(1)
                    try await transaction.execute("INSERT INTO lab.done VALUES (1)")
                    #expect(try await transaction.number("SELECT n AS value FROM lab.thing") == 7)
                }
            }
            try await copy()
            try await leased.script("ALTER TABLE lab.thing ALTER COLUMN n TYPE bigint")
            try await copy()
            #expect(runs.events.count == 3)
            #expect(try await leased.count("SELECT count(*) AS value FROM lab.done") == 2)
            await database.close()
        }
    }
}

@Suite(.database) struct `A bound value` {
    private let leased = TestDatabase.current

    static let hostile = [
        "", " ", "it's", "''", "\"", "\\", "\\\\", "\\'", "$1", "$$", "%s", "'; DROP TABLE lab.thing; --", "NULL",
        "null",
        "{}", "{a,b}", ",", "a,b", "\n\r\t", "\u{1}\u{1F}\u{7F}", "é", "e\u{301}", "\"\u{301}", "\\\u{301}", "👩‍👩‍👧‍👦",
        "\u{2028}", "\u{FEFF}", "\u{10FFFF}", "\",\"b", "\\x41", "E'\\n'",
    ]

    @Test func `of any text comes back the same, and is never run`() async throws {
        try await withLab("CREATE TABLE lab.thing (n integer)") {
            let database = leased.asServer()
            for text in Self.hostile + [String(repeating: "é'\"\\", count: 250_000)] {
                let value = try await database.read("SELECT \(text)::text AS value", as: Value<String>.self).row(0)
                    .value
                // Bytes: Swift says that two texts are equal when they look alike.
                #expect(value.utf8.elementsEqual(text.utf8))
            }
            #expect(try await leased.count("SELECT count(*) AS value FROM lab.thing") == 0)
            await database.close()
        }
    }

    @Test func `of a list of any texts comes back the same, each alone and all together`() async throws {
        let database = leased.asServer()
        for list in Self.hostile.map({ [$0] }) + [Self.hostile, []] {
            let rows = try await database.read(
                "SELECT to_jsonb(\(list: list)::text[]) AS value", as: Value<[String]>.self)
            #expect(try rows.row(0).value.map { Array($0.utf8) } == list.map { Array($0.utf8) })
        }
        #expect(try await database.number("SELECT cardinality(\(list: [3, -4])::integer[]) AS value") == 2)
        await database.close()
    }

    @Test func `of bytes comes back the same`() async throws {
        let database = leased.asServer()
        let bytes = Array(UInt8.min...UInt8.max)
        let rows = try await database.read(
            "SELECT encode(\(bytes: bytes)::bytea, 'hex') AS value", as: Value<String>.self)
        let expected = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        #expect(try rows.row(0).value == expected)
        #expect(try await database.number("SELECT octet_length(\(bytes: [])::bytea) AS value") == 0)
        await database.close()
    }

    struct Pair: Decodable, Equatable {
        var id: Int
        var title: String?
    }

    @Test func `that is nil is NULL`() async throws {
        let database = leased.asServer()
        let title: String? = nil
        let rows = try await database.read(
            "SELECT \(7)::integer AS id, \(title)::text AS title UNION ALL SELECT 8, \("NULL")", as: Pair.self)
        #expect(try rows.all() == [Pair(id: 7, title: nil), Pair(id: 8, title: "NULL")])
        #expect(rows.text(0, "title") == nil)
        #expect(rows.text(1, "title") == "NULL")
        await database.close()
    }

    @Test func `of JSON comes back the same`() async throws {
        let database = leased.asServer()
        let document: JSON = ["a": [1, "\"'\\\u{1}é", nil, true], "b": ["c": []]]
        let rows = try await database.read("SELECT \(json: document)::jsonb AS value", as: Value<JSON>.self)
        #expect(try rows.row(0).value == document)
        await database.close()
    }

    @Test func `with NUL is an error before anything is sent`() async throws {
        try await withLab("CREATE TABLE lab.thing (n text)") {
            let database = leased.asServer()
            try await database.transaction(as: tester) { transaction in
                for statement in [
                    "INSERT INTO lab.thing VALUES (\("a\u{0}b"))" as SQL,
                    "INSERT INTO lab.thing SELECT unnest(\(list: ["a", "\u{0}"])::text[])",
                ] {
                    let error = try await databaseError { try await transaction.execute(statement) }
                    #expect(error?.sqlState == "22021")
                    #expect(error?.kind == .defect)
                }
                // The server would have aborted the transaction.
                try await transaction.execute("INSERT INTO lab.thing VALUES (\("ab"))")
            }
            #expect(try await leased.count("SELECT count(*) AS value FROM lab.thing") == 1)
            await database.close()
        }
    }
}
