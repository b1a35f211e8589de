import Fields
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// Chunks made as they are asked for, and how many were.
private struct Source: AsyncSequence, Sendable {
    struct Broken: Error {}
    let pulled = Journal<Int>()
    let count: Int
    let breaksAt: Int?
    let chunk: @Sendable (Int) -> [UInt8]

    init(_ count: Int, breaksAt: Int? = nil, chunk: @escaping @Sendable (Int) -> [UInt8]) {
        self.count = count
        self.breaksAt = breaksAt
        self.chunk = chunk
    }

    struct AsyncIterator: AsyncIteratorProtocol {
        let source: Source
        var position = 0
        mutating func next() async throws -> [UInt8]? {
            if position == source.breaksAt { throw Broken() }
            guard position < source.count else { return nil }
            source.pulled.note(position)
            defer { position += 1 }
            return source.chunk(position)
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(source: self) }
}

@Suite(.database) struct `A COPY` {
    private let leased = TestDatabase.current
    private let tables = """
        CREATE TABLE lab.source (id integer, label text);
        CREATE TABLE lab.target (id integer PRIMARY KEY, label text);
        """

    private func fill(_ count: Int) -> String {
        """
        INSERT INTO lab.source SELECT n, CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN E'a\\tb\\nc\\\\' ELSE 'é' || n END
          FROM generate_series(1, \(count)) n;
        """
    }

    private func targetRows() async throws -> Int {
        try await leased.count("SELECT count(*) AS value FROM lab.target")
    }

    private func slowPID(_ database: Database) async throws -> Int {
        try await database.slow(backendPID, as: Value<Int>.self).row(0).value
    }

    @Test func `out of one table and into another keeps 200,000 rows the same`() async throws {
        try await withLab(tables + fill(200_000)) {
            let database = leased.asServer()
            let copied = try await database.slow(as: tester) { reading in
                try await database.slow(as: tester) { writing in
                    try await writing.copyIn(
                        "COPY lab.target FROM STDIN", from: reading.copyOut("COPY lab.source TO STDOUT"))
                }
            }
            #expect(copied == 200_000)
            let different = try await leased.count(
                """
                SELECT count(*) AS value FROM lab.source s FULL JOIN lab.target t ON s.id = t.id
                 WHERE s.id IS NULL OR t.id IS NULL OR s.label IS DISTINCT FROM t.label
                """)
            #expect(different == 0)
            #expect(try await targetRows() == 200_000)
            await database.close()
        }
    }

    @Test(arguments: [1, 9, 10, 1000])
    func `out gives every byte whatever the chunk, then ends, and the transaction goes on`(chunk: Int) async throws {
        let database = leased.asServer()
        try await database.slow(as: tester) { transaction in
            var bytes: [UInt8] = []
            for try await part in transaction.copyOut("COPY (SELECT generate_series(1, 5)) TO STDOUT", chunk: chunk) {
                bytes += part
            }
            #expect(String(decoding: bytes, as: UTF8.self) == "1\n2\n3\n4\n5\n")
            for try await _ in transaction.copyOut("COPY (SELECT 1 WHERE false) TO STDOUT", chunk: chunk) {
                Issue.record("nothing has no chunk")
            }
            #expect(try await transaction.number("SELECT 7 AS value") == 7)
        }
        await database.close()
    }

    @Test func `out keeps the server waiting for who reads, and closes the connection of who stops early`() async throws
    {
        struct Enough: Error {}
        try await withLab(tables + fill(200_000)) {
            let database = leased.asServer { $0.slowConnections = 1 }
            let pid = try await slowPID(database)
            let error = await failure {
                try await database.slow(as: tester) { transaction in
                    for try await _ in transaction.copyOut("COPY lab.source TO STDOUT", chunk: 1) {
                        try await eventually("the server waits for its reader") {
                            try await leased.sessions(of: "pa31-slow", where: "wait_event = 'ClientWrite'") == 1
                        }
                        throw Enough()
                    }
                }
            }
            #expect(error is Enough)
            #expect(try await slowPID(database) != pid)
            try await eventually("its session ends") { try await leased.sessions(of: "pa31-slow") == 1 }
            await database.close()
        }
    }

    @Test func `out that is left without an error keeps nothing of its transaction`() async throws {
        try await withLab(tables + fill(200_000)) {
            let database = leased.asServer { $0.slowConnections = 1 }
            let error = try await databaseError {
                try await database.slow(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.target VALUES (1, 'a')")
                    for try await _ in transaction.copyOut("COPY lab.source TO STDOUT", chunk: 1) { break }
                }
            }
            #expect(error != nil)
            #expect(try await targetRows() == 0)
            #expect(try await slowPID(database) > 0)
            await database.close()
        }
    }

    @Test func `out that fails on the way tells the server's reason`() async throws {
        let database = leased.asServer { $0.slowConnections = 1 }
        let error = try await databaseError {
            try await database.slow(as: tester) { transaction in
                let copy = transaction.copyOut("COPY (SELECT 1 / (5000 - n) FROM generate_series(1, 9999) n) TO STDOUT")
                for try await _ in copy {}
            }
        }
        #expect(error?.sqlState == "22012")
        #expect(try await slowPID(database) > 0)
        await database.close()
    }

    /// The server waits for a lock at the first row. A source that were read regardless would soon be read whole.
    @Test func `in reads its source no faster than the server takes it`() async throws {
        let trigger = """
            CREATE FUNCTION lab.wait() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_advisory_xact_lock_shared(31); RETURN NEW; END';
            CREATE TRIGGER waiting BEFORE INSERT ON lab.target FOR EACH ROW WHEN (NEW.id = 0) EXECUTE FUNCTION lab.wait();
            """
        try await withLab(tables + trigger) {
            let database = leased.asServer()
            let holder = leased.pool(size: 1)
            // 512 chunks of 64 KiB, a row each.
            let source = Source(512) { Array("\($0)\t".utf8) + Array(repeating: 0x61, count: 65_536) + [0x0A] }
            try await holder.withConnection { connection in
                try await connection.simple("SELECT pg_advisory_lock(31)")
                async let copied = database.slow(as: tester) {
                    try await $0.copyIn("COPY lab.target FROM STDIN", from: source)
                }
                try await eventually("the server waits") {
                    try await leased.sessions(of: "pa31-slow", where: "wait_event = 'advisory'") == 1
                }
                var before = -1
                try await eventually("the source is held back") {
                    defer { before = source.pulled.events.count }
                    return source.pulled.events.count == before
                }
                #expect(source.pulled.events.count < 128)
                try await connection.simple("SELECT pg_advisory_unlock(31)")
                #expect(try await copied == 512)
            }
            #expect(source.pulled.events.count == 512)
            #expect(try await targetRows() == 512)
            await holder.close()
            await database.close()
        }
    }

    @Test func `in keeps nothing when its source throws, and its connection is as good as before`() async throws {
        try await withLab(tables) {
            let database = leased.asServer { $0.slowConnections = 1 }
            let pid = try await slowPID(database)
            let source = Source(100, breaksAt: 50) { Array("\($0)\ta\n".utf8) }
            let error = await failure {
                try await database.slow(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.target VALUES (1000, 'before')")
                    _ = try await transaction.copyIn("COPY lab.target FROM STDIN", from: source)
                }
            }
            #expect(error is Source.Broken)
            #expect(source.pulled.events.count == 50)
            #expect(try await targetRows() == 0)
            #expect(try await slowPID(database) == pid)
            await database.close()
        }
    }

    @Test(arguments: [("x\ta\n", "22P02", nil), ("1\ta\n1\tb\n", "23505", "target_pkey")])
    func `in with a wrong row tells the server's reason, not what came after`(
        start: String, state: String, constraint: String?
    ) async throws {
        try await withLab(tables) {
            let database = leased.asServer { $0.slowConnections = 1 }
            let pid = try await slowPID(database)
            let source = Source(500) {
                $0 == 0 ? Array(start.utf8) : Array("\($0 * 10)\t\(String(repeating: "a", count: 20_000))\n".utf8)
            }
            let error = try await databaseError {
                try await database.slow(as: tester) { transaction in
                    _ = try await transaction.copyIn("COPY lab.target FROM STDIN", from: source)
                }
            }
            #expect(error?.sqlState == state)
            #expect(error?.constraint == constraint)
            #expect(try await targetRows() == 0)
            #expect(try await slowPID(database) == pid)
            await database.close()
        }
    }

    @Test func `takes no bound values, and refuses them before anything is sent`() async throws {
        try await withLab(tables) {
            let database = leased.asServer { $0.slowConnections = 1 }
            try await database.slow(as: tester) { transaction in
                let out = try await databaseError {
                    for try await _ in transaction.copyOut("COPY (SELECT \(1)) TO STDOUT") {}
                }
                let into = try await databaseError {
                    try await transaction.copyIn(
                        "COPY lab.target FROM STDIN WHERE id = \(1)", from: Source(1) { _ in [] })
                }
                for error in [out, into] {
                    #expect(error?.kind == .defect)
                    #expect(error?.message == "COPY takes no bound values")
                }
                try await transaction.execute("INSERT INTO lab.target VALUES (1, 'a')")
            }
            #expect(try await targetRows() == 1)
            await database.close()
        }
    }
}
