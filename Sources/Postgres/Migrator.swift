import Crypto
import Fields
public import Foundation

/// Brings a database to the schema that the files in `sql/` describe (`sql/README.md`).
///
/// Migrations go forward only, one transaction each, and are never edited once applied; functions and views are made
/// again whenever one of their files changed. Several servers may start at once: one works, the others wait.
public struct Migrator: Sendable {
    private let settings: DatabaseSettings
    private let directory: URL

    /// What a run did.
    public struct Outcome: Sendable, Hashable {
        /// Names of the migrations applied, in order.
        public var applied: [String]
        /// Whether functions and views were made again.
        public var repeatablesMade: Bool
        /// Names of the files of reference rows that were loaded.
        public var rowsLoaded: [String] = []
    }

    /// Why the files and the database do not go together; each names the file.
    public enum Mismatch: Error, Sendable, Hashable, CustomStringConvertible {
        case badName(String)
        case duplicateNumber(String, String)
        case edited(String)
        case missing(String)
        case outOfOrder(String, newest: String)
        case failed(String, DatabaseError)
        case notUpToDate(applied: String?, newest: String?)
        case notMade(String)
        case noFiles(String)

        /// What is wrong and what to do.
        public var description: String {
            switch self {
            case .badName(let file):
                "\(file): a migration's name is four digits, an underscore and words: 0007_add_x.sql"
            case .duplicateNumber(let first, let second):
                "\(first) and \(second) have the same number: renumber the newer"
            case .edited(let file):
                "\(file) was changed after it was applied: restore it (git) and write the change as a new migration"
            case .missing(let file): "\(file) was applied to this database and is not among the files: restore it"
            case .outOfOrder(let file, let newest):
                "\(file) is not applied and comes before \(newest), which is: give it the next free number"
            case .failed(let file, let error): "\(file) failed and changed nothing: \(error)"
            case .notUpToDate(let applied, let newest):
                "the database is at \(applied ?? "nothing") and the files at \(newest ?? "nothing"): run `pa31 migrate`"
            case .notMade(let file): "the database was not made from \(file) as it is now: run `pa31 migrate`"
            case .noFiles(let path): "no migration found in \(path): set PA31_SQL_DIRECTORY"
            }
        }
    }

    struct File: Sendable, Hashable {
        let name: String
        let text: String
        let checksum: String
    }

    /// Two servers that start at once meet at this advisory lock; the number is arbitrary and never changes.
    private static let lock = 31_0077

    /// A migrator over a folder that holds `migrations/`, `functions/`, `views/` and `reference/rows/`.
    public init(_ settings: DatabaseSettings, directory: URL) {
        self.settings = settings
        self.directory = directory
    }

    /// Applies what is missing.
    public func migrate() async throws -> Outcome {
        let files = try migrations()
        let repeatables = try self.files("functions") + self.files("views")
        let references = try rowFiles()
        return try await working { connection in
            try await connection.simple(Self.bookkeeping)
            let applied = try await self.applied(connection)
            try Self.compare(files, applied)
            var outcome = Outcome(applied: [], repeatablesMade: false)
            for file in files.dropFirst(applied.count) {
                try await apply(file, connection)
                outcome.applied.append(file.name)
            }
            outcome.repeatablesMade = try await make(repeatables, connection)
            outcome.rowsLoaded = try await loadChanged(references, connection)
            return outcome
        }
    }

    /// Throws unless every migration is applied, and functions, views and reference rows are those of the files: `serve` starts
    /// on nothing else.
    public func check() async throws {
        let files = try migrations()
        try await withConnection { connection in
            let applied = (try? await self.applied(connection)) ?? []
            try Self.compare(files, applied)
            guard applied.count == files.count else {
                throw Mismatch.notUpToDate(applied: applied.last?.name, newest: files.last?.name)
            }
            let made = try await made("true", connection)
            let others = try self.files("functions") + self.files("views") + rowFiles()
            if let file = others.first(where: { made[$0.name] != $0.checksum }) { throw Mismatch.notMade(file.name) }
        }
    }

    private static let bookkeeping = """
        CREATE TABLE IF NOT EXISTS schema_migration (
            name text CONSTRAINT schema_migration_key PRIMARY KEY,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        );
        COMMENT ON TABLE schema_migration IS 'The files of sql/migrations that this database has been through.';
        COMMENT ON COLUMN schema_migration.name IS 'internal The file''s name.';
        COMMENT ON COLUMN schema_migration.checksum IS 'internal SHA-256 of the file as it was applied.';
        COMMENT ON COLUMN schema_migration.applied_at IS 'internal When it was applied.';
        CREATE TABLE IF NOT EXISTS schema_repeatable (
            name text CONSTRAINT schema_repeatable_key PRIMARY KEY,
            checksum text NOT NULL
        );
        COMMENT ON TABLE schema_repeatable IS 'The files of sql/functions and sql/views as they were last made.';
        COMMENT ON COLUMN schema_repeatable.name IS 'internal The file''s name within sql/.';
        COMMENT ON COLUMN schema_repeatable.checksum IS 'internal SHA-256 of the file as it was last run.';
        GRANT SELECT ON schema_migration TO pa31_app, pa31_public, pa31_operator;
        """

    // MARK: - Files

    /// The migrations, by number; a wrong name or a number used twice is refused.
    func migrations() throws -> [File] {
        let files = try self.files("migrations")
        guard !files.isEmpty else { throw Mismatch.noFiles(directory.path) }
        var byNumber: [Substring: String] = [:]
        for file in files {
            let base = file.name.split(separator: "/").last ?? ""
            let number = base.prefix(4)
            guard number.utf8.count == 4, number.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                base.dropFirst(4).hasPrefix("_")
            else { throw Mismatch.badName(file.name) }
            if let other = byNumber[number] { throw Mismatch.duplicateNumber(other, file.name) }
            byNumber[number] = file.name
        }
        return files
    }

    func files(_ folder: String, ending: String = ".sql") throws -> [File] {
        let url = directory.appendingPathComponent(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
        return try names.filter { $0.hasSuffix(ending) }.sorted().map { name in
            let data = try Data(contentsOf: url.appendingPathComponent(name))
            let checksum = SHA256.hash(data: data).map { String($0, radix: 16).leftPadded(2) }.joined()
            return File(name: "\(folder)/\(name)", text: String(decoding: data, as: UTF8.self), checksum: checksum)
        }
    }

    // MARK: - Steps

    struct Applied: Decodable, Sendable {
        var name: String
        var checksum: String
    }

    func applied(_ connection: Connection) async throws -> [Applied] {
        try Rows<Applied>(
            await connection.run("SELECT \(columns: Applied.self) FROM schema_migration ORDER BY name COLLATE \"C\"")
        ).all()
    }

    /// Applied ones must be the first files, unchanged.
    static func compare(_ files: [File], _ applied: [Applied]) throws {
        let names = Set(files.map(\.name))
        for migration in applied where !names.contains(migration.name) { throw Mismatch.missing(migration.name) }
        for (file, migration) in zip(files, applied) {
            guard file.name == migration.name else {
                throw Mismatch.outOfOrder(file.name, newest: applied.last?.name ?? "")
            }
            guard file.checksum == migration.checksum else { throw Mismatch.edited(file.name) }
        }
    }

    private func apply(_ file: File, _ connection: Connection) async throws {
        do throws(DatabaseError) {
            try await connection.simple("BEGIN")
            try await connection.simple(file.text)
            _ = try await connection.run(
                "INSERT INTO schema_migration (name, checksum) VALUES (\(file.name), \(file.checksum))")
            try await connection.simple("COMMIT")
        } catch {
            _ = try? await connection.simple("ROLLBACK")
            throw Mismatch.failed(file.name, error)
        }
    }

    /// Makes every function and view again, in one transaction, when one of their files is new, changed or gone.
    private func make(_ files: [File], _ connection: Connection) async throws -> Bool {
        let before = try await made("NOT name LIKE 'reference/%'", connection)
        let after = Dictionary(uniqueKeysWithValues: files.map { ($0.name, $0.checksum) })
        guard before != after else { return false }
        var current = "views"
        do throws(DatabaseError) {
            try await connection.simple("BEGIN")
            try await connection.simple(
                """
                -- Names are gathered first: a view that went with another has none any more.
                DO $$ DECLARE name text; BEGIN
                    FOREACH name IN ARRAY (
                        SELECT coalesce(array_agg(format('%I.%I', n.nspname, c.relname)), '{}')
                          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE c.relkind = 'v' AND n.nspname = 'public'
                           AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'))
                    LOOP EXECUTE 'DROP VIEW IF EXISTS ' || name || ' CASCADE'; END LOOP;
                END $$;
                DELETE FROM schema_repeatable WHERE NOT name LIKE 'reference/%'
                """)
            for file in files {
                current = file.name
                try await connection.simple(file.text)
                _ = try await connection.run(
                    "INSERT INTO schema_repeatable (name, checksum) VALUES (\(file.name), \(file.checksum))")
            }
            try await connection.simple("COMMIT")
        } catch {
            _ = try? await connection.simple("ROLLBACK")
            throw Mismatch.failed(current, error)
        }
        return true
    }

    /// The checksums of files that were run before, by name.
    func made(_ condition: SQL, _ connection: Connection) async throws -> [String: String] {
        let known = try Rows<Applied>(
            await connection.run("SELECT \(columns: Applied.self) FROM schema_repeatable WHERE \(condition)")
        ).all()
        return Dictionary(uniqueKeysWithValues: known.map { ($0.name, $0.checksum) })
    }

    /// Works as the owner of everything, alone: others wait.
    func working<T: Sendable>(_ body: (Connection) async throws -> T) async throws -> T {
        try await withConnection { connection in
            try await connection.simple("SELECT pg_advisory_lock(\(Self.lock))")
            try await connection.simple("SET ROLE pa31_owner")
            return try await body(connection)
        }
    }

    private func withConnection<T: Sendable>(_ body: (Connection) async throws -> T) async throws -> T {
        let connection = Connection(settings.connection(.migrate, lane: "migrate", timeout: .seconds(3600)))
        try await connection.open()
        do {
            let value = try await body(connection)
            await connection.close()
            return value
        } catch {
            await connection.close()
            throw error
        }
    }
}

extension String {
    fileprivate func leftPadded(_ width: Int) -> String {
        String(repeating: "0", count: max(0, width - count)) + self
    }
}
