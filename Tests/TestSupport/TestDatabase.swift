import Fields
import Foundation
import Testing

@testable import Postgres

/// A database of one's own for the time of a test: real PostgreSQL, real commits, real races.
///
/// A template is built once a run by `sql/bootstrap.sql` and the migrations; a few clones of it are leased to tests and
/// emptied after use (a clone per case took 28 s for 200 cases, leasing 3.5 s).
public struct TestDatabase: Sendable {
    /// Host and name, for any login.
    public let url: String

    /// The database leased to the running test.
    @TaskLocal public static var leased: TestDatabase?

    /// The database of the running test; the test needs the `.database` trait.
    public static var current: TestDatabase {
        guard let leased else { preconditionFailure("this test uses a database: give its suite the .database trait") }
        return leased
    }

    /// What a server of this database is configured with.
    public var settings: DatabaseSettings {
        var settings = DatabaseSettings(url: url)
        settings.waitLimit = .seconds(10)
        return settings
    }

    /// The database as the server's role uses it.
    public func asServer(clock: TimeSource = .system) -> Database { Database(settings, clock: clock) }

    /// The database as the CLI's role uses it.
    public func asOperator(clock: TimeSource = .system) -> Database {
        Database(settings, reading: .operator, writing: .operator, clock: clock)
    }

    /// The database as the sealer uses it.
    public func asSealer(clock: TimeSource = .system) -> Database {
        Database(settings, reading: .seal, writing: .seal, clock: clock)
    }

    /// The database as a superuser: what an attacker with the server's disk could do.
    public func asSuperuser() -> Database {
        var settings = settings
        settings.users[.app] = ("postgres", nil)
        return Database(settings, reading: .app, writing: .app)
    }

    /// Runs statements as a superuser, outside any transaction.
    public func script(_ text: String) async throws { try await TestCluster.run(text, on: url) }
}

/// The PostgreSQL of the test run.
public actor TestCluster {
    /// The one of this run.
    public static let shared = TestCluster()

    private var template: Task<String, any Error>?
    private var idle: [TestDatabase] = []
    private var made = 0
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private static let clones = 4
    private static let run = String(UInt32.random(in: 0 ... .max), radix: 16)

    /// A superuser's address of the cluster, from the environment that `deploy/test` sets.
    public static var adminURL: String {
        ProcessInfo.processInfo.environment["PA31_TEST_DATABASE_URL"] ?? "postgresql:///postgres?user=postgres"
    }

    /// The address of one database of the cluster.
    public static func url(of name: String) -> String {
        let parts = adminURL.split(separator: "?", maxSplits: 1)
        let base = parts[0].split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let parameters = (parts.count > 1 ? parts[1] : "").split(separator: "&").filter { !$0.hasPrefix("user=") }
        return "\(base)/\(name)?\(parameters.joined(separator: "&"))"
    }

    /// The checkout's root.
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The checkout's `sql/`.
    public static let sql = root.appendingPathComponent("sql")

    /// Runs statements as a superuser on a database of the cluster.
    public static func run(_ text: String, on url: String) async throws {
        let connection = Connection(
            ConnectionSettings(
                parameters: ["dbname": url, "user": "postgres", "options": "-c client_min_messages=warning"],
                statementTimeout: .seconds(120), label: "test-admin"))
        try await connection.open()
        do { try await connection.simple(text) } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    /// An empty database, without roles' rights and without tables; drop it afterwards.
    public static func createEmpty(_ name: String) async throws -> TestDatabase {
        try await run("CREATE DATABASE \(name) TEMPLATE template0 ENCODING 'UTF8'", on: adminURL)
        let bootstrap = try String(contentsOf: sql.appendingPathComponent("bootstrap.sql"), encoding: .utf8)
        try await run(bootstrap, on: url(of: name))
        return TestDatabase(url: url(of: name))
    }

    /// Drops a database.
    public static func drop(_ name: String) async throws {
        try await run("DROP DATABASE IF EXISTS \(name) WITH (FORCE)", on: adminURL)
    }

    private func templateName() async throws -> String {
        if let template { return try await template.value }
        let task = Task {
            let name = "pa31_test_template_\(Self.run)"
            let database = try await Self.createEmpty(name)
            _ = try await Migrator(database.settings, directory: Self.sql).migrate()
            return name
        }
        template = task
        return try await task.value
    }

    func lease() async throws -> TestDatabase {
        let template = try await templateName()
        while true {
            if let database = idle.popLast() { return database }
            if made < Self.clones {
                made += 1
                let name = "pa31_test_\(Self.run)_\(made)"
                try await Self.run("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY file_copy", on: Self.adminURL)
                return TestDatabase(url: Self.url(of: name))
            }
            await withCheckedContinuation { waiters.append($0) }
        }
    }

    func giveBack(_ database: TestDatabase) async throws {
        try await Self.run(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid();
            DO $$ BEGIN
                EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('%I.%I', schemaname, tablename), ', ') || ' RESTART IDENTITY CASCADE'
                           FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'schema\\_%'
                            -- What ships with the product stays.
                            AND tablename NOT IN (SELECT regexp_replace(name, '^.*/[0-9_]*|[.]csv$', '', 'g')
                                                    FROM schema_repeatable WHERE name LIKE 'reference/%'));
            END $$
            """, on: database.url)
        idle.append(database)
        if !waiters.isEmpty { waiters.removeFirst().resume() }
    }
}

/// Leases a database to each test case.
public struct DatabaseTrait: TestTrait, SuiteTrait, TestScoping {
    /// Applies to every test of a suite.
    public var isRecursive: Bool { true }

    /// Leases, runs, gives back.
    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        guard testCase != nil else { return try await function() }
        let database = try await TestCluster.shared.lease()
        let result: Result<Void, any Error>
        do {
            try await TestDatabase.$leased.withValue(database) { try await function() }
            result = .success(())
        } catch { result = .failure(error) }
        try await TestCluster.shared.giveBack(database)
        try result.get()
    }
}

extension Trait where Self == DatabaseTrait {
    /// Gives each test case a migrated, empty database.
    public static var database: Self { Self() }
}
