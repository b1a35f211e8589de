import Fields
import Synchronization
import TestSupport
import Testing

@testable import Postgres

/// Who asks, where it does not matter who.
let tester = Caller.system(requestID: "test")

/// Tables of a test's own, in the schema `lab` that every role may use; dropped afterwards, because the database is
/// leased to the next test.
func withLab(_ definitions: String, _ body: () async throws -> Void) async throws {
    let leased = TestDatabase.current
    try await leased.script(
        """
        CREATE SCHEMA lab;
        GRANT ALL ON SCHEMA lab TO PUBLIC;
        \(definitions);
        GRANT ALL ON ALL TABLES IN SCHEMA lab TO PUBLIC;
        GRANT ALL ON ALL SEQUENCES IN SCHEMA lab TO PUBLIC;
        """)
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    // What a failed test left open would hold its locks.
    try await leased.script(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid();
        DROP SCHEMA lab CASCADE
        """)
    try result.get()
}

extension TestDatabase {
    /// The database with settings of the test's own.
    func asServer(_ configure: (inout DatabaseSettings) -> Void) -> Database {
        var settings = settings
        configure(&settings)
        return Database(settings)
    }

    /// A pool of connections that `pg_stat_activity` knows as `pa31-lab`.
    func pool(size: Int, waitLimit: Duration = .seconds(20), timeout: Duration = .seconds(20)) -> Pool {
        Pool(
            size: size, waitLimit: waitLimit, settings: settings.connection(.app, lane: "lab", timeout: timeout))
    }

    /// One number, as a superuser sees it.
    func count(_ statement: SQL) async throws -> Int {
        let database = asSuperuser()
        let value = try await database.read(statement, as: Value<Int>.self).first()?.value
        await database.close()
        return try #require(value)
    }

    /// How many sessions of an application there are in this database.
    func sessions(of application: String, where condition: SQL = "true") async throws -> Int {
        try await count(
            """
            SELECT count(*) AS value FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = \(application) AND \(condition)
               AND pid <> pg_backend_pid()
            """)
    }

    /// Ends a session as an administrator would, and returns once it is gone.
    func terminate(_ pid: Int) async throws {
        try await script("SELECT pg_terminate_backend(\(pid))")
        try await eventually("session \(pid) ends") {
            try await count("SELECT count(*) AS value FROM pg_stat_activity WHERE pid = \(pid)::integer") == 0
        }
    }
}

extension Database {
    /// The one number a read returns.
    func number(_ statement: SQL) async throws -> Int? { try await read(statement, as: Value<Int>.self).first()?.value }
}

extension Transaction {
    /// The one number a statement returns.
    func number(_ statement: SQL) async throws -> Int? { try await rows(statement, as: Value<Int>.self).first()?.value }
}

extension Connection {
    /// The server's process of this connection.
    var pid: Int {
        get throws { try Rows<Value<Int>>(simple("SELECT pg_backend_pid() AS value")).row(0).value }
    }
}

let backendPID: SQL = "SELECT pg_backend_pid() AS value"

/// The failure of the database that a body throws, or nil.
func databaseError(_ body: () async throws -> Void) async throws -> DatabaseError? {
    do {
        try await body()
        return nil
    } catch let error as DatabaseError { return error }
}

/// Whatever a body throws, or nil.
func failure(_ body: () async throws -> Void) async -> (any Error)? {
    do {
        try await body()
        return nil
    } catch { return error }
}

// MARK: - Waiting for events

struct TookTooLong: Error { let what: String }

/// Looks until something holds; what can't be waited for (another session's state) is polled, with a deadline.
func eventually(_ what: String, _ holds: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(30)
    while try await !holds() {
        guard ContinuousClock.now < deadline else { throw TookTooLong(what: what) }
        try await Task.sleep(for: .milliseconds(5))
    }
}

/// Where as many tasks as it is made for wait for one another; afterwards it lets everybody pass. A meeting of one is a
/// gate that somebody else opens. Who is cancelled stops waiting, so that a test that fails also ends.
final class Meeting: Sendable {
    private struct State {
        var missing: Int
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var numbers = 0
    }
    private let state: Mutex<State>

    init(of count: Int) { state = Mutex(State(missing: count)) }

    /// Comes, and waits for the others.
    func arrive() async {
        arrived()
        await pass()
    }

    /// Comes without waiting.
    func arrived() {
        let waiting = state.withLock { state -> [Int: CheckedContinuation<Void, Never>] in
            state.missing -= 1
            guard state.missing <= 0 else { return [:] }
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values { continuation.resume() }
    }

    /// Waits without being waited for.
    func pass() async {
        let number = state.withLock { state in
            state.numbers += 1
            return state.numbers
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    if state.missing > 0, !Task.isCancelled {
                        state.waiting[number] = continuation
                        return false
                    }
                    return true
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
        }
    }
}

/// What happened, in order; for several tasks.
final class Journal<Event: Sendable>: Sendable {
    private let list = Mutex<[Event]>([])
    func note(_ event: Event) { list.withLock { $0.append(event) } }
    var events: [Event] { list.withLock { $0 } }
}
