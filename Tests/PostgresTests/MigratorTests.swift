import Foundation
import TestSupport
import Testing

@testable import Postgres

/// A copy of `sql/` and an empty database, both thrown away afterwards.
private func withMigrations(
    _ body: (URL, TestDatabase, Migrator) async throws -> Void
) async throws {
    let name = "pa31_test_migrator_\(UInt32.random(in: 0 ... .max))"
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name)
    try FileManager.default.copyItem(at: TestCluster.sql, to: folder)
    let database = try await TestCluster.createEmpty(name)
    let result: Result<Void, any Error>
    do {
        try await body(folder, database, Migrator(database.settings, directory: folder))
        result = .success(())
    } catch { result = .failure(error) }
    try await TestCluster.drop(name)
    try FileManager.default.removeItem(at: folder)
    try result.get()
}

extension URL {
    fileprivate func write(_ text: String, to name: String) throws {
        try text.write(to: appendingPathComponent(name), atomically: true, encoding: .utf8)
    }
}

@Suite struct `The migrator` {
    struct Name: Decodable, Sendable, Equatable { var name: String }

    private func tables(_ database: TestDatabase) async throws -> [String] {
        try await database.asSuperuser().read(
            "SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1", as: Name.self
        ).all().map(\.name)
    }

    @Test func `applies everything once, then has nothing to do`() async throws {
        try await withMigrations { _, _, migrator in
            let first = try await migrator.migrate()
            #expect(first.applied.first == "migrations/0001_kernel.sql")
            #expect(first.repeatablesMade)
            let second = try await migrator.migrate()
            #expect(second == Migrator.Outcome(applied: [], repeatablesMade: false))
            try await migrator.check()
        }
    }

    @Test func `lets one of two that start at once do the work`() async throws {
        try await withMigrations { _, _, migrator in
            async let one = migrator.migrate()
            async let two = migrator.migrate()
            let outcomes = try await [one, two]
            #expect(outcomes.map(\.applied.count).sorted().first == 0)
            #expect(outcomes.flatMap(\.applied).count == Set(outcomes.flatMap(\.applied)).count)
        }
    }

    @Test func `refuses an edited file by name`() async throws {
        try await withMigrations { folder, _, migrator in
            _ = try await migrator.migrate()
            let path = "migrations/0002_accounts.sql"
            let text = try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
            try folder.write(text + "-- edited\n", to: path)
            await #expect(throws: Migrator.Mismatch.edited(path)) { try await migrator.migrate() }
        }
    }

    @Test func `refuses a missing file by name`() async throws {
        try await withMigrations { folder, _, migrator in
            _ = try await migrator.migrate()
            try FileManager.default.removeItem(at: folder.appendingPathComponent("migrations/0002_accounts.sql"))
            await #expect(throws: Migrator.Mismatch.missing("migrations/0002_accounts.sql")) {
                try await migrator.migrate()
            }
        }
    }

    @Test func `refuses a file that comes before one that is applied`() async throws {
        try await withMigrations { folder, database, migrator in
            let last = try migrator.migrations().last!.name
            _ = try await migrator.migrate()
            try folder.write("CREATE TABLE late (id integer);", to: "migrations/0001_a_late.sql")
            // The number is taken too, which is said first; another free number is out of order.
            await #expect(
                throws: Migrator.Mismatch.duplicateNumber(
                    "migrations/0001_a_late.sql", "migrations/0001_kernel.sql")
            ) { try await migrator.migrate() }
            try FileManager.default.removeItem(at: folder.appendingPathComponent("migrations/0001_a_late.sql"))
            try folder.write("CREATE TABLE late (id integer);", to: "migrations/0000_late.sql")
            await #expect(throws: Migrator.Mismatch.outOfOrder("migrations/0000_late.sql", newest: last)) {
                try await migrator.migrate()
            }
            #expect(try await !tables(database).contains("late"))
        }
    }

    @Test func `refuses a name without four digits`() async throws {
        try await withMigrations { folder, _, migrator in
            try folder.write("SELECT 1;", to: "migrations/12_short.sql")
            await #expect(throws: Migrator.Mismatch.badName("migrations/12_short.sql")) { try await migrator.migrate() }
        }
    }

    @Test func `rolls a failing file back whole, and keeps those before it`() async throws {
        try await withMigrations { folder, database, migrator in
            _ = try await migrator.migrate()
            let before = try await tables(database)
            try folder.write("CREATE TABLE half (id integer); SELECT 1/0;", to: "migrations/9998_half.sql")
            await #expect { try await migrator.migrate() } throws: { error in
                guard case Migrator.Mismatch.failed("migrations/9998_half.sql", let cause) = error else { return false }
                return cause.sqlState == "22012"
            }
            #expect(try await tables(database) == before)
        }
    }

    @Test func `makes views again when one of their files changed`() async throws {
        try await withMigrations { folder, database, migrator in
            _ = try await migrator.migrate()
            try folder.write(
                "CREATE VIEW added AS SELECT 7 AS seven; GRANT SELECT ON added TO pa31_public;", to: "views/9_added.sql"
            )
            #expect(try await migrator.migrate() == Migrator.Outcome(applied: [], repeatablesMade: true))
            let seven = try await database.asServer().read("SELECT seven AS value FROM added", as: Value<Int>.self)
            #expect(try seven.first()?.value == 7)
            try FileManager.default.removeItem(at: folder.appendingPathComponent("views/9_added.sql"))
            #expect(try await migrator.migrate().repeatablesMade)
            await #expect(throws: DatabaseError.self) {
                _ = try await database.asServer().read("SELECT seven AS value FROM added", as: Value<Int>.self)
            }
        }
    }

    @Test func `loads reference rows once, again when their file changes, and keeps those that left it`() async throws {
        try await withMigrations { folder, database, migrator in
            let files = ["reference/rows/1_epci.csv", "reference/rows/2_commune.csv"]
            let loaded = try await migrator.migrate().rowsLoaded
            #expect(Array(loaded.prefix(2)) == files)
            // 10 comes after 9.
            #expect(loaded.firstIndex { $0.contains("/10_") } == 9)
            #expect(try await migrator.migrate().rowsLoaded == [])
            let file = folder.appendingPathComponent(files[1])
            var lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
            let agassac = try #require(lines.firstIndex { $0.hasPrefix("31001,") })
            lines[agassac] = lines[agassac].replacingOccurrences(of: "Agassac", with: "Agassac \"d'en haut\"")
                .replacingOccurrences(of: #"Agassac "d'en haut""#, with: #""Agassac ""d'en haut""""#)
            lines.removeAll { $0.hasPrefix("31002,") }
            try folder.write(lines.joined(separator: "\n") + "\n", to: files[1])
            #expect(try await migrator.migrate().rowsLoaded == [files[1]])
            let names = try await database.asSuperuser().read(
                "SELECT name FROM commune WHERE insee IN ('31001', '31002') ORDER BY insee", as: Name.self
            ).all().map(\.name)
            #expect(names == [#"Agassac "d'en haut""#, "Aignes"])
        }
    }

    @Test(arguments: [
        "31001,Agassac,200000000,{31230},43.3,0.8,119", "31001,Agassac", "x,Agassac,200072643,{31230},43,0,1",
    ])
    func `loads a file of reference rows whole or not at all, and names it`(line: String) async throws {
        try await withMigrations { folder, database, migrator in
            _ = try await migrator.migrate()
            let name = "reference/rows/2_commune.csv"
            let heading = "insee,name,epci_siren,postal_codes,latitude,longitude,population"
            try folder.write("\(heading)\n31003,Autre,200072643,{31230},43.3,0.8,1\n\(line)\n", to: name)
            await #expect { try await migrator.migrate() } throws: { error in
                guard case Migrator.Mismatch.failed(name, _) = error else { return false }
                return true
            }
            let names = try await database.asSuperuser().read(
                "SELECT name FROM commune WHERE insee = '31003'", as: Name.self
            ).all().map(\.name)
            #expect(names == ["Aigrefeuille"])
        }
    }

    @Test func `tells rows apart by a key of two columns`() async throws {
        try await withMigrations { folder, database, migrator in
            _ = try await migrator.migrate()
            try folder.write(
                "version,code,label,parent_code,is_autonomy\n3,J1501,Autrement,,true\n3,K1306,Nouveau,,true\n",
                to: "reference/rows/6_rome_job.csv")
            #expect(try await migrator.migrate().rowsLoaded == ["reference/rows/6_rome_job.csv"])
            let names = try await database.asSuperuser().read(
                """
                SELECT version || ' ' || label AS name FROM rome_job WHERE code IN ('J1501', 'K1306') ORDER BY code, version
                """, as: Name.self
            ).all().map(\.name)
            #expect(
                names == [
                    "3 Autrement", "4.60 Aide-soignant / Aide-soignante", "3 Nouveau",
                    "4.60 Accompagnant Educatif et Social (AES) / Accompagnante Educative et Sociale (AES)",
                ])
        }
    }

    @Test func `rehearses the loading of rows that refer to one another, then does it`() async throws {
        try await withMigrations { folder, database, migrator in
            _ = try await migrator.migrate()
            try folder.write("siren,name,kind\n200000000,Nouvelle,CC\n", to: "reference/rows/1_epci.csv")
            try folder.write(
                "insee,name,epci_siren,postal_codes,latitude,longitude,population\n31001,Agassac,200000000,{31230},43,1,119\n",
                to: "reference/rows/2_commune.csv")
            let count = { () async throws -> Int in
                try await database.asSuperuser().read(
                    "SELECT name FROM epci WHERE siren = '200000000'", as: Name.self
                ).count
            }
            let rehearsed = try await migrator.loadRows(apply: false)
            #expect(rehearsed.map(\.added).prefix(2) == [1, 0])
            #expect(rehearsed.map(\.changed).prefix(2) == [0, 1])
            #expect(rehearsed.dropFirst(2).allSatisfy { $0.added == 0 && $0.changed == 0 && $0.rows > 0 })
            #expect(try await count() == 0)
            await #expect(throws: Migrator.Mismatch.notMade("reference/rows/1_epci.csv")) { try await migrator.check() }
            let loaded = try await migrator.loadRows(apply: true)
            #expect(loaded == rehearsed)
            #expect(try await count() == 1)
            try await migrator.check()
        }
    }

    @Test func `loads no rows into a database that is behind the files`() async throws {
        try await withMigrations { folder, _, migrator in
            await #expect(throws: Migrator.Mismatch.self) { try await migrator.loadRows(apply: true) }
            _ = try await migrator.migrate()
            let newest = try migrator.migrations().last?.name
            try folder.write("CREATE TABLE next (id integer);", to: "migrations/9998_next.sql")
            await #expect(throws: Migrator.Mismatch.notUpToDate(applied: newest, newest: "migrations/9998_next.sql")) {
                try await migrator.loadRows(apply: true)
            }
        }
    }

    @Test func `lets nothing serve a database that is behind the files`() async throws {
        try await withMigrations { folder, _, migrator in
            _ = try await migrator.migrate()
            let newest = try migrator.migrations().last!.name
            try folder.write("CREATE TABLE next (id integer);", to: "migrations/9998_next.sql")
            await #expect(throws: Migrator.Mismatch.notUpToDate(applied: newest, newest: "migrations/9998_next.sql")) {
                try await migrator.check()
            }
        }
    }

    @Test(arguments: ["functions/actions.sql", "views/9_reports.sql", "reference/rows/1_epci.csv"])
    func `lets nothing serve a database whose functions, views or rows are not those of the files`(name: String)
        async throws
    {
        try await withMigrations { folder, _, migrator in
            _ = try await migrator.migrate()
            let file = folder.appendingPathComponent(name)
            let text = try String(contentsOf: file, encoding: .utf8)
            try folder.write(name.hasSuffix(".csv") ? text + "999999999,Essai,CC\n" : text + "-- changed\n", to: name)
            await #expect(throws: Migrator.Mismatch.notMade(name)) { try await migrator.check() }
            _ = try await migrator.migrate()
            try await migrator.check()
        }
    }
}
