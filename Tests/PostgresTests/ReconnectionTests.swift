import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `A connection that is lost` {
    private let leased = TestDatabase.current
    private let tables = """
        CREATE TABLE lab.thing (n integer);
        CREATE SEQUENCE lab.runs;
        """

    private func database() -> Database {
        leased.asServer {
            $0.readConnections = 1
            $0.transactionConnections = 1
        }
    }

    private func things() async throws -> Int { try await leased.count("SELECT count(*) AS value FROM lab.thing") }

    @Test func `while it idles is no one's business: a read is asked again`() async throws {
        let database = database()
        let pid = try #require(try await database.number(backendPID))
        try await leased.terminate(pid)
        let next = try #require(try await database.number(backendPID))
        #expect(next != pid)
        #expect(try await database.number(backendPID) == next)
        await database.close()
    }

    @Test func `while it idles is no one's business: a transaction begins on another, once`() async throws {
        try await withLab(tables) {
            let database = database()
            let runs = Journal<Int?>()
            func insert() async throws {
                try await database.transaction(as: tester) { transaction in
                    runs.note(try await transaction.number(backendPID))
                    try await transaction.execute("INSERT INTO lab.thing VALUES (1)")
                }
            }
            try await insert()
            try await leased.terminate(try #require(runs.events[0]))
            try await insert()
            #expect(runs.events.count == 2)
            #expect(runs.events[0] != runs.events[1])
            #expect(try await things() == 2)
            await database.close()
        }
    }

    @Test func `with all that idle beside it costs nobody anything: a server that restarted`() async throws {
        let database = leased.asServer { $0.readConnections = 3 }
        @Sendable func threeAtOnce() async throws -> Set<Int> {
            try await withThrowingTaskGroup(of: Int?.self) { group in
                for _ in 0..<3 {
                    // Long enough that the three overlap: each must have a connection of its own.
                    group.addTask { try await database.number("SELECT pg_backend_pid() AS value FROM pg_sleep(0.2)") }
                }
                return try await group.reduce(into: []) { if let pid = $1 { $0.insert(pid) } }
            }
        }
        let before = try await threeAtOnce()
        #expect(before.count == 3)
        for pid in before { try await leased.terminate(pid) }
        let after = try await threeAtOnce()
        #expect(after.count == 3)
        #expect(after.isDisjoint(with: before))
        await database.close()
    }

    @Test func `under a read is replayed once, and not for ever`() async throws {
        try await withLab(tables) {
            let database = database()
            let lethal: SQL = """
                SELECT CASE WHEN nextval('lab.runs') < 4 THEN pg_terminate_backend(pg_backend_pid())::integer ELSE 7 END AS value
                """
            let error = try await databaseError { _ = try await database.number(lethal) }
            #expect(error?.kind == .connection)
            #expect(error?.refusal == Problem.unavailable())
            #expect(try await leased.count("SELECT last_value AS value FROM lab.runs") == 2)
            // The third run dies too, and its replay, the fourth, lives.
            #expect(try await database.number(lethal) == 7)
            #expect(try await leased.count("SELECT last_value AS value FROM lab.runs") == 4)
            await database.close()
        }
    }

    @Test func `in the middle of a transaction keeps nothing, and nothing is run again`() async throws {
        try await withLab(tables) {
            let database = database()
            let runs = Journal<Int>()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    runs.note(1)
                    try await transaction.execute("INSERT INTO lab.thing VALUES (1)")
                    try await leased.terminate(try #require(try await transaction.number(backendPID)))
                    try await transaction.execute("INSERT INTO lab.thing VALUES (2)")
                }
            }
            #expect(error?.kind == .connection)
            #expect(error?.refusal == Problem.unavailable())
            #expect(runs.events.count == 1)
            #expect(try await things() == 0)
            #expect(try await database.transaction(as: tester) { try await $0.number("SELECT 7 AS value") } == 7)
            await database.close()
        }
    }

    @Test func `while a change commits is told as an outcome that nobody knows`() async throws {
        let trigger = """
            CREATE FUNCTION lab.die() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER dying AFTER INSERT ON lab.thing DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION lab.die();
            """
        try await withLab(tables + trigger) {
            let database = database()
            let runs = Journal<Int>()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.thing VALUES (1)")
                    runs.note(1)
                }
            }
            #expect(error?.kind == .outcomeUnknown)
            #expect(error?.refusal?.problem.code == "service.outcome_unknown")
            #expect(runs.events.count == 1)
            #expect(try await database.transaction(as: tester) { try await $0.number("SELECT 7 AS value") } == 7)
            await database.close()
        }
    }

    @Test func `says so when its server is not there`() async throws {
        var settings = leased.settings
        settings.url = "postgresql:///nothing?host=/nowhere"
        let database = Database(settings)
        let read = try await databaseError { _ = try await database.number("SELECT 1 AS value") }
        let write = try await databaseError { try await database.transaction(as: tester) { _ in } }
        for error in [read, write] {
            #expect(error?.kind == .connection)
            #expect(error?.refusal == Problem.unavailable())
        }
        #expect(database.statistics.map(\.counts).allSatisfy { $0.lent == 0 && $0.waiting == 0 })
    }
}
