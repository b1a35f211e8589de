import Fields
import TestSupport
import Testing

@testable import Postgres

/// A statement that lasts as long as it is let.
private let endless: SQL = "SELECT 1 AS value FROM pg_sleep(50)"

@Suite(.database) struct `A statement that takes too long` {
    private let leased = TestDatabase.current

    private func database(_ limit: Duration = .milliseconds(150)) -> Database {
        leased.asServer {
            $0.statementTimeout = limit
            $0.slowStatementTimeout = limit
            $0.readConnections = 1
            $0.transactionConnections = 1
            $0.slowConnections = 1
        }
    }

    @Test func `is cut by the server and refused, in every lane`() async throws {
        let database = database()
        let lanes: [(String, () async throws -> Void)] = [
            ("read", { _ = try await database.number(endless) }),
            ("transaction", { try await database.transaction(as: tester) { _ = try await $0.number(endless) } }),
            ("slow", { _ = try await database.slow(endless, as: Value<Int>.self) }),
            ("slow transaction", { try await database.slow(as: tester) { _ = try await $0.number(endless) } }),
        ]
        for (name, run) in lanes {
            let error = try await databaseError(run)
            #expect(error?.sqlState == "57014", "\(name)")
            #expect(error?.refusal == Problem.timeout(), "\(name)")
        }
        for lane in ["pa31-read", "pa31-transaction", "pa31-slow"] {
            #expect(try await leased.sessions(of: lane, where: "state = 'active'") == 0)
            #expect(try await leased.sessions(of: lane) == 1)
        }
        await database.close()
    }

    @Test func `leaves its connection fit for the next`() async throws {
        let database = database()
        let pid = try await database.number(backendPID)
        #expect(try await databaseError { _ = try await database.number(endless) }?.kind == .cancelled)
        #expect(try await database.number(backendPID) == pid)
        await database.close()
    }

    @Test func `rolls its transaction back`() async throws {
        try await withLab("CREATE TABLE lab.thing (n integer)") {
            let database = database()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.thing VALUES (1)")
                    _ = try await transaction.number(endless)
                }
            }
            #expect(error?.kind == .cancelled)
            #expect(try await leased.count("SELECT count(*) AS value FROM lab.thing") == 0)
            await database.close()
        }
    }
}

@Suite(.database) struct `A task that is cancelled` {
    private let leased = TestDatabase.current

    private func sleeping() async throws -> Int {
        try await leased.sessions(of: "pa31-slow", where: "state = 'active' AND query LIKE '%pg_sleep(50)'")
    }

    /// Runs something endless, cancels it once the server works on it, and waits until the server does not.
    private func cancel(_ run: @escaping @Sendable (Database) async throws -> Void) async throws {
        let database = leased.asServer { $0.slowConnections = 1 }
        let pid = try await database.slow(backendPID, as: Value<Int>.self).row(0).value
        let task = Task { try await run(database) }
        try await eventually("the server works") { try await sleeping() == 1 }
        task.cancel()
        try await eventually("the server stops") { try await sleeping() == 0 }
        let error = try await databaseError { try await task.value }
        #expect(error?.kind == .cancelled)
        // The request to cancel may come late: nobody else gets that connection.
        #expect(try await database.slow(backendPID, as: Value<Int>.self).row(0).value != pid)
        #expect(database.statistics.map(\.counts).allSatisfy { $0.lent == 0 })
        await database.close()
    }

    @Test func `ends its statement on the server, in the slow lane`() async throws {
        try await cancel { _ = try await $0.slow(endless, as: Value<Int>.self) }
    }

    @Test func `ends its transaction on the server, in the slow lane`() async throws {
        try await withLab("CREATE TABLE lab.thing (n integer)") {
            try await cancel { database in
                try await database.slow(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.thing VALUES (1)")
                    _ = try await transaction.number(endless)
                }
            }
            #expect(try await leased.count("SELECT count(*) AS value FROM lab.thing") == 0)
        }
    }

    /// The server is asked to stop while it has nothing to do: the next statement must not begin all the same.
    @Test func `between two statements begins no other`() async throws {
        try await withLab("CREATE SEQUENCE lab.runs") {
            let database = leased.asServer { $0.slowConnections = 1 }
            let task = Task {
                try await database.slow(as: tester) { transaction in
                    try await transaction.execute("SELECT 1")
                    withUnsafeCurrentTask { $0?.cancel() }
                    try await transaction.execute("SELECT nextval('lab.runs')")
                }
            }
            #expect(try await databaseError { try await task.value }?.refusal == Problem.timeout())
            let begun = try await leased.count("SELECT is_called::integer AS value FROM lab.runs")
            #expect(begun == 0)
            await database.close()
        }
    }
}

@Suite(.database) struct `Slow statements` {
    /// As many as there are connections wait for a lock, more than there are processors. Were one of them to hold a
    /// thread of Swift's, nothing here would go on until the server cuts them, and the order would be another.
    @Test func `never keep other tasks from going on`() async throws {
        let leased = TestDatabase.current
        let count = 16
        let database = leased.asServer {
            $0.slowConnections = count
            $0.slowStatementTimeout = .seconds(20)
        }
        let journal = Journal<String>()
        let holder = leased.pool(size: 1)
        try await withThrowingTaskGroup { group in
            try await holder.withConnection { connection in
                try await connection.simple("SELECT pg_advisory_lock(31)")
                for _ in 0..<count {
                    group.addTask {
                        _ = try await database.slow(
                            "SELECT 1 AS value FROM pg_advisory_xact_lock_shared(31)", as: Value<Int>.self)
                        journal.note("slow")
                    }
                }
                try await eventually("all of them wait") {
                    try await leased.sessions(of: "pa31-slow", where: "wait_event = 'advisory'") == count
                }
                await withTaskGroup { others in
                    for _ in 0..<500 { others.addTask { await Task.yield() } }
                }
                #expect(try await database.number("SELECT 7 AS value") == 7)
                journal.note("others")
                try await connection.simple("SELECT pg_advisory_unlock(31)")
            }
            try await group.waitForAll()
        }
        #expect(journal.events == ["others"] + Array(repeating: "slow", count: count))
        await holder.close()
        await database.close()
    }
}
