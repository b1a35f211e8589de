import Fields
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// Reads that were asked for while a connection waits behind a lock: the next batch, in the order of asking.
private struct Batch {
    let leased = TestDatabase.current
    let database: Database
    /// Waits until the lock is given back; a batch of its own, because it comes first.
    private let blocker: SQL = "SELECT 31 AS value FROM pg_advisory_xact_lock_shared(31)"

    init(connections: Int = 1, _ configure: (inout DatabaseSettings) -> Void = { _ in }) {
        database = leased.asServer {
            $0.readConnections = connections
            $0.statementTimeout = .seconds(20)
            $0.waitLimit = .seconds(20)
            configure(&$0)
        }
    }

    var statistics: LaneStatistics { database.statistics[0].counts }

    /// Runs the reads at once, while the lane's connections are kept busy; `meanwhile` runs when all of them wait.
    func run(_ statements: [SQL], meanwhile: ([Task<Int?, any Error>]) async throws -> Void = { _ in }) async throws
        -> [Result<Int?, any Error>]
    {
        let holder = leased.pool(size: 1)
        let connections = statistics.size
        let tasks = try await holder.withConnection { connection in
            try await connection.simple("SELECT pg_advisory_lock(31)")
            var blocked: [Task<Int?, any Error>] = []
            for count in 1...connections {
                blocked.append(Task { try await database.number(blocker) })
                try await eventually("\(count) wait for the lock") {
                    try await leased.sessions(of: "pa31-read", where: "wait_event = 'advisory'") == count
                }
            }
            var tasks: [Task<Int?, any Error>] = []
            for statement in statements {
                tasks.append(Task { try await database.number(statement) })
                try await eventually("\(tasks.count) queue") { statistics.waiting == tasks.count }
            }
            try await meanwhile(tasks)
            try await connection.simple("SELECT pg_advisory_unlock(31)")
            for task in blocked { _ = await task.result }
            return tasks
        }
        var results: [Result<Int?, any Error>] = []
        for task in tasks { results.append(await task.result) }
        await holder.close()
        return results
    }
}

extension Result where Success == Int? {
    fileprivate var number: Int? { (try? get()) ?? nil }
    fileprivate var error: DatabaseError? {
        guard case .failure(let error) = self else { return nil }
        return error as? DatabaseError
    }
}

private func number(_ value: Int) -> SQL { "SELECT \(value)::integer AS value" }

/// Tells those who go on and on that it is over.
private final class End: Sendable {
    private let isOver = Mutex(false)
    var hasCome: Bool { isOver.withLock { $0 } }
    func come() { isOver.withLock { $0 = true } }
}

/// Whether a read is answered rightly. Two connections in a row may be ended under one and the same read: that is told, not hidden.
private func isRight(_ database: Database, _ value: Int) async throws -> Bool {
    do { return try await database.number(number(value)) == value } catch let error as DatabaseError {
        return error.kind == .connection
    }
}

@Suite(.database) struct `Reads that come together` {
    private let leased = TestDatabase.current

    @Test func `go out as one batch, and each gets its own answer`() async throws {
        let batch = Batch()
        let results = try await batch.run((0..<40).map(number))
        #expect(results.map(\.number) == Array(0..<40))
        // The one that holds the rest up, and the rest.
        #expect(batch.statistics.batches == 2)
        #expect(batch.statistics.loans == 41)
        await batch.database.close()
    }

    @Test func `go out at most so many at once`() async throws {
        let batch = Batch()
        let count = ReadLane.largestBatch + 10
        let results = try await batch.run((0..<count).map(number))
        #expect(results.map(\.number) == Array(0..<count))
        #expect(batch.statistics.batches == 3)
        await batch.database.close()
    }

    @Test func `each get their answer, whatever its size`() async throws {
        let database = leased.asServer { $0.readConnections = 2 }
        struct Long: Decodable { var text: String }
        try await withThrowingTaskGroup { group in
            for length in 0..<100 {
                group.addTask {
                    let size = length * length * 200
                    let rows = try await database.read("SELECT repeat('é', \(size)::integer) AS text", as: Long.self)
                    #expect(try rows.row(0).text.count == size)
                }
            }
            try await group.waitForAll()
        }
        await database.close()
    }

    @Test func `prepare each statement once, and give up the oldest`() async throws {
        let batch = Batch()
        let count = PreparedStatements.capacity + 40
        for part in stride(from: 0, to: count, by: 50) {
            let wanted = Array(part..<min(part + 50, count))
            let statements = wanted.map { place -> SQL in
                "SELECT \(place)::integer AS value /* \(unsafeTextNeverFromInput: "\(place)") */"
            }
            #expect(try await batch.run(statements + statements).map(\.number) == wanted + wanted)
        }
        let known = try await batch.database.number("SELECT count(*) AS value FROM pg_prepared_statements")
        #expect(known == PreparedStatements.capacity)
        await batch.database.close()
    }

    @Test func `one of which fails: it alone does`() async throws {
        let batch = Batch()
        let pid = try await batch.database.number(backendPID)
        var statements = (0..<20).map(number)
        statements[7] = "SELECT 1 / \(0)::integer AS value"
        // Not even prepared.
        statements[12] = "SELECT nothing AS value FROM nowhere"
        let results = try await batch.run(statements)
        for (place, result) in results.enumerated() {
            switch place {
            case 7: #expect(result.error?.sqlState == "22012")
            case 12: #expect(result.error?.sqlState == "42P01")
            default: #expect(result.number == place)
            }
        }
        #expect(try await batch.database.number(backendPID) == pid)
        #expect(try await batch.run(statements).map(\.number).compactMap(\.self).count == 18)
        await batch.database.close()
    }

    @Test func `one of which takes too long: the others do not pay for it`() async throws {
        let batch = Batch { $0.statementTimeout = .seconds(2) }
        var statements = (0..<10).map(number)
        statements[3] = "SELECT 3 AS value FROM pg_sleep(50)"
        let results = try await batch.run(statements)
        for (place, result) in results.enumerated() {
            if place == 3 {
                #expect(result.error?.refusal == Problem.timeout())
            } else {
                #expect(result.number == place)
            }
        }
        await batch.database.close()
    }

    @Test func `are prepared anew after a migration changed their columns`() async throws {
        try await withLab("CREATE TABLE lab.thing (n integer); INSERT INTO lab.thing VALUES (7)") {
            let batch = Batch()
            let thing: SQL = "SELECT n AS value FROM lab.thing"
            #expect(try await batch.run([number(1), thing, number(2), thing]).map(\.number) == [1, 7, 2, 7])
            try await leased.script("ALTER TABLE lab.thing ALTER COLUMN n TYPE bigint")
            #expect(try await batch.run([number(1), thing, number(2), thing]).map(\.number) == [1, 7, 2, 7])
            #expect(try await batch.run([thing]).map(\.number) == [7])
            await batch.database.close()
        }
    }
}

@Suite(.database) struct `A batch whose connection ends` {
    private let leased = TestDatabase.current

    private func readers() async throws -> [Int] {
        let database = leased.asSuperuser()
        let rows = try await database.read(
            """
            SELECT pid AS value FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'pa31-read' AND usename = 'pa31_public'
            """, as: Value<Int>.self)
        await database.close()
        return try rows.all().map(\.value)
    }

    @Test func `is asked again, what was not answered, each once`() async throws {
        try await withLab("CREATE SEQUENCE lab.runs") {
            // Holds its batch up in the middle: what came before it has run.
            let gate: SQL = "SELECT 5 AS value FROM pg_advisory_xact_lock_shared(32)"
            let run: SQL = "SELECT nextval('lab.runs') * 0 + 1 AS value"
            let batch = Batch()
            let holder = leased.pool(size: 1)
            let results = try await holder.withConnection { connection in
                try await connection.simple("SELECT pg_advisory_lock(32)")
                async let results = batch.run([run, run, gate, run])
                try await eventually("the batch waits in its middle") {
                    try await leased.sessions(
                        of: "pa31-read", where: "wait_event = 'advisory' AND query LIKE '%(32)%'") == 1
                }
                for pid in try await readers() { try await leased.terminate(pid) }
                try await connection.simple("SELECT pg_advisory_unlock(32)")
                return try await results
            }
            #expect(results.map(\.number) == [1, 1, 5, 1])
            // What ran before the end is answered with it, and not asked again; a sequence is not rolled back.
            let runs = try await leased.count("SELECT last_value AS value FROM lab.runs")
            #expect(runs == 3)
            #expect(batch.statistics.waiting == 0)
            await holder.close()
            await batch.database.close()
        }
    }

    @Test func `by one of its own statements: that one fails, the others do not`() async throws {
        let batch = Batch()
        var statements = (0..<12).map(number)
        statements[4] = "SELECT pg_terminate_backend(pg_backend_pid())::integer AS value"
        let results = try await batch.run(statements)
        for (place, result) in results.enumerated() {
            if place == 4 {
                #expect(result.error?.kind == .connection)
                #expect(result.error?.refusal == Problem.unavailable())
            } else {
                #expect(result.number == place)
            }
        }
        await batch.database.close()
    }

    @Test func `again and again under load loses and mixes up no answer`() async throws {
        let database = leased.asServer { $0.readConnections = 2 }
        let end = End()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for reader in 0..<24 {
                group.addTask {
                    var count = 0
                    while !end.hasCome {
                        let value = reader * 1_000_000 + count
                        let isAnswered = try await isRight(database, value)
                        #expect(isAnswered)
                        count += 1
                    }
                    return count
                }
            }
            for _ in 0..<15 {
                for pid in try await readers() { try await leased.script("SELECT pg_terminate_backend(\(pid))") }
                try await Task.sleep(for: .milliseconds(30))
            }
            end.come()
            return try await group.reduce(0, +)
        }
        #expect(answered > 100)
        #expect(try await database.number(number(7)) == 7)
        let statistics = database.statistics[0].counts
        #expect(statistics.waiting == 0)
        #expect(statistics.lent == 0)
        #expect(try await leased.sessions(of: "pa31-read", where: "usename = 'pa31_public'") <= 2)
        await database.close()
    }

    /// Of this test's database alone: others run beside it.
    private func limitConnections(_ count: Int) async throws {
        try await leased.script(
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I CONNECTION LIMIT \(count)', current_database()); END $$
            """)
    }

    @Test func `because all of the database is away: who asks is told, and served when it is back`() async throws {
        let database = leased.asServer { $0.readConnections = 2 }
        #expect(try await database.number(number(1)) == 1)
        try await limitConnections(0)
        for pid in try await readers() { try await leased.terminate(pid) }
        let error = try await databaseError { _ = try await database.number(number(2)) }
        #expect(error?.refusal == Problem.unavailable())
        try await limitConnections(-1)
        #expect(try await database.number(number(3)) == 3)
        await database.close()
    }
}

@Suite(.database) struct `Who waits for a read` {
    @Test func `and is cancelled goes at once, and the others are served`() async throws {
        let batch = Batch()
        let results = try await batch.run((0..<10).map(number)) { tasks in
            for place in [0, 4, 9] { tasks[place].cancel() }
            for place in [0, 4, 9] {
                // Long before the connection is free.
                await #expect(throws: CancellationError.self) { try await tasks[place].value }
            }
            #expect(batch.statistics.waiting == 7)
        }
        for place in [1, 2, 3, 5, 6, 7, 8] { #expect(results[place].number == place) }
        #expect(batch.statistics.loans == 8)
        await batch.database.close()
    }

    @Test func `and is cancelled while it runs goes at once, and the connection goes on`() async throws {
        let batch = Batch()
        let pid = try await batch.database.number(backendPID)
        let task = Task { try await batch.database.number("SELECT 1 AS value FROM pg_sleep(0.7)") }
        try await eventually("it runs") { batch.statistics.lent == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await batch.database.number(backendPID) == pid)
        await batch.database.close()
    }

    @Test func `and was cancelled before asks nothing`() async throws {
        let batch = Batch()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await batch.database.number(number(1))
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(batch.statistics.loans == 0)
    }

    @Test func `too long is refused, and one too many at once`() async throws {
        let batch = Batch { $0.waitLimit = .milliseconds(400) }
        let results = try await batch.run([number(1), number(2)]) { tasks in
            for task in tasks { await #expect(throws: Problem.unavailable()) { try await task.value } }
        }
        #expect(results.count == 2)
        #expect(batch.statistics.refusals == 2)
        #expect(try await batch.database.number(number(3)) == 3)
        await batch.database.close()

        let crowded = Batch()
        _ = try await crowded.run((0..<ReadLane.waitersPerConnection).map(number)) { _ in
            await #expect(throws: Problem.unavailable()) { try await crowded.database.number(number(0)) }
        }
        #expect(crowded.statistics.refusals == 1)
        await crowded.database.close()
    }

    @Test func `of a lane that is closed is served, and leaves no connection behind`() async throws {
        let leased = TestDatabase.current
        let batch = Batch()
        let results = try await batch.run((0..<5).map(number)) { _ in await batch.database.close() }
        #expect(results.map(\.number) == Array(0..<5))
        try await eventually("its sessions end") {
            try await leased.sessions(of: "pa31-read", where: "usename = 'pa31_public'") == 0
        }
    }
}
