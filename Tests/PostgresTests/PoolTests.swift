import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `A pool` {
    private let leased = TestDatabase.current

    @Test func `lends all its places at once, and never more`() async throws {
        let pool = leased.pool(size: 3)
        let meeting = Meeting(of: 3)
        let lent = Journal<Int>()
        try await withThrowingTaskGroup { group in
            for _ in 0..<30 {
                group.addTask {
                    try await pool.withConnection { connection in
                        lent.note(pool.load.lent)
                        await meeting.arrive()
                        _ = try await connection.simple("SELECT 1")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(lent.events.count == 30)
        #expect(lent.events.max() == 3)
        #expect(pool.load == (lent: 0, waiting: 0))
        #expect(try await leased.sessions(of: "pa31-lab") <= 3)
        await pool.close()
    }

    @Test func `serves in the order of asking`() async throws {
        let pool = leased.pool(size: 1)
        let holder = Meeting(of: 1)
        let served = Journal<Int>()
        try await withThrowingTaskGroup { group in
            group.addTask { try await pool.withConnection { _ in await holder.pass() } }
            try await eventually("the place is taken") { pool.load.lent == 1 }
            for number in 0..<10 {
                group.addTask { try await pool.withConnection { _ in served.note(number) } }
                try await eventually("\(number) waits") { pool.load.waiting == number + 1 }
            }
            holder.arrived()
            try await group.waitForAll()
        }
        #expect(served.events == Array(0..<10))
        await pool.close()
    }

    @Test func `refuses who waited too long, and loses no place by it`() async throws {
        let pool = leased.pool(size: 1, waitLimit: .milliseconds(50))
        try await pool.withConnection { _ in
            for _ in 0..<3 {
                await #expect(throws: Problem.unavailable()) { try await pool.withConnection { _ in } }
            }
            #expect(pool.load == (lent: 1, waiting: 0))
        }
        #expect(pool.load == (lent: 0, waiting: 0))
        #expect(try await pool.withConnection { _ in 7 } == 7)
        await pool.close()
    }

    @Test func `forgets a waiter that is cancelled, and serves the next`() async throws {
        let pool = leased.pool(size: 1)
        let holder = Meeting(of: 1)
        let served = Journal<String>()
        func waiter(_ name: String) async throws -> Task<Void, any Error> {
            let before = pool.load.waiting
            let task = Task { try await pool.withConnection { _ in served.note(name) } }
            try await eventually("\(name) waits") { pool.load.waiting == before + 1 }
            return task
        }
        let first = Task { try await pool.withConnection { _ in await holder.pass() } }
        try await eventually("the place is taken") { pool.load.lent == 1 }
        let cancelled = try await waiter("cancelled")
        let next = try await waiter("next")
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        #expect(pool.load == (lent: 1, waiting: 1))
        holder.arrived()
        try await first.value
        try await next.value
        #expect(served.events == ["next"])
        #expect(pool.load == (lent: 0, waiting: 0))
        await pool.close()
    }

    @Test func `has its place and its connection back from who throws`() async throws {
        struct Own: Error {}
        let pool = leased.pool(size: 1)
        let pid = try await pool.withConnection { try await $0.pid }
        for _ in 0..<3 {
            await #expect(throws: Own.self) { try await pool.withConnection { _ in throw Own() } }
        }
        #expect(pool.load.lent == 0)
        #expect(try await pool.withConnection { try await $0.pid } == pid)
        await pool.close()
    }

    @Test func `never lends again what was left in a transaction`() async throws {
        let pool = leased.pool(size: 1)
        let pid = try await pool.withConnection { connection in
            try await connection.simple("BEGIN")
            return try await connection.pid
        }
        #expect(try await pool.withConnection { try await $0.pid } != pid)
        try await eventually("the first session ends") { try await leased.sessions(of: "pa31-lab") == 1 }
        await pool.close()
    }

    @Test func `never lends again what was asked to cancel`() async throws {
        let pool = leased.pool(size: 1)
        let pid = try await pool.withConnection { connection in
            let pid = try await connection.pid
            connection.cancel()
            return pid
        }
        #expect(try await pool.withConnection { try await $0.pid } != pid)
        await pool.close()
    }

    @Test func `that is asked for a fresh connection gives up those that idle, which are as old`() async throws {
        let pool = leased.pool(size: 2)
        let both = Meeting(of: 2)
        async let one = pool.withConnection { connection in
            await both.arrive()
            return try await connection.pid
        }
        async let two = pool.withConnection { connection in
            await both.arrive()
            return try await connection.pid
        }
        let old = try await [one, two]
        let fresh = try await pool.withConnection(fresh: true) { try await $0.pid }
        #expect(!old.contains(fresh))
        try await eventually("the old ones end") { try await leased.sessions(of: "pa31-lab") == 1 }
        #expect(try await pool.withConnection { try await $0.pid } == fresh)
        await pool.close()
    }

    @Test func `has its place back when no connection can be made`() async throws {
        var settings = leased.settings
        settings.users[.app] = ("nobody_of_this_name", nil)
        let pool = Pool(
            size: 1, waitLimit: .milliseconds(50),
            settings: settings.connection(.app, lane: "lab", timeout: .seconds(5)))
        for _ in 0..<3 {
            let error = try await databaseError { try await pool.withConnection { _ in } }
            #expect(error?.kind == .connection)
            #expect(error?.refusal == Problem.unavailable())
        }
        #expect(pool.load == (lent: 0, waiting: 0))
    }

    @Test func `that is closed ends what idles at once, and what is lent when it comes back`() async throws {
        let pool = leased.pool(size: 2)
        let both = Meeting(of: 2)
        let holder = Meeting(of: 1)
        let lent = Task {
            try await pool.withConnection { connection in
                await both.arrive()
                await holder.pass()
                return try await connection.pid
            }
        }
        try await pool.withConnection { _ in await both.arrive() }
        #expect(try await leased.sessions(of: "pa31-lab") == 2)
        await pool.close()
        try await eventually("the idle one ends") { try await leased.sessions(of: "pa31-lab") == 1 }
        holder.arrived()
        #expect(try await lent.value > 0)
        try await eventually("the lent one ends") { try await leased.sessions(of: "pa31-lab") == 0 }
    }
}
