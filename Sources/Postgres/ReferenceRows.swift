/// The rows that ship with the product (`sql/reference/rows`), and the tables that hold them.
extension Migrator {
    /// What a file of reference rows is to its table.
    public struct LoadedRows: Sendable, Hashable {
        /// The table.
        public var table: String
        /// The file's name within `sql/`.
        public var file: String
        /// Rows that the file holds.
        public var rows: Int
        /// Those that the table did not have.
        public var added: Int
        /// Those that the table had otherwise.
        public var changed: Int
    }

    /// Makes the tables of reference rows hold what their files say, in one transaction; a rehearsal unless `apply`.
    /// Every file is compared, also those that were loaded before: rows that a hand changed are put right.
    public func loadRows(apply: Bool) async throws -> [LoadedRows] {
        let files = try rowFiles()
        let migrations = try self.migrations()
        return try await working { connection in
            let applied = (try? await self.applied(connection)) ?? []
            try Self.compare(migrations, applied)
            guard applied.count == migrations.count else {
                throw Mismatch.notUpToDate(applied: applied.last?.name, newest: migrations.last?.name)
            }
            return try await load(files, connection, apply: apply)
        }
    }

    /// The files of reference rows, in the order they are loaded: that of their numbers, 10 after 9.
    func rowFiles() throws -> [File] {
        let number = { (file: File) in
            Int((file.name.split(separator: "/").last ?? "").prefix { $0.isASCII && $0.isNumber }) ?? 0
        }
        return try files("reference/rows", ending: ".csv").sorted { (number($0), $0.name) < (number($1), $1.name) }
    }

    /// Loads the files that are new or changed since they were loaded last.
    func loadChanged(_ files: [File], _ connection: Connection) async throws -> [String] {
        let before = try await made("name LIKE 'reference/%'", connection)
        let changed = files.filter { before[$0.name] != $0.checksum }
        return try await load(changed, connection, apply: true).map(\.file)
    }

    /// One transaction: a file may refer to rows of those before it. A row that left its file stays: something may refer to it.
    private func load(_ files: [File], _ connection: Connection, apply: Bool) async throws -> [LoadedRows] {
        guard !files.isEmpty else { return [] }
        let targets = try files.map(Self.target)
        var loaded: [LoadedRows] = []
        var current = ""
        do throws(DatabaseError) {
            try await connection.simple("BEGIN")
            for target in targets {
                current = target.file.name
                loaded.append(try await load(target, connection))
            }
            try await connection.simple(apply ? "COMMIT" : "ROLLBACK")
            if apply { try await connection.simple("ANALYZE \(loaded.map(\.table).joined(separator: ", "))") }
        } catch {
            _ = try? await connection.simple("ROLLBACK")
            throw Mismatch.failed(current, error)
        }
        return loaded
    }

    private func load(_ target: Target, _ connection: Connection) async throws(DatabaseError) -> LoadedRows {
        let (table, list) = (target.table, target.columns.joined(separator: ", "))
        let changes = target.columns.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        let (before, after) = (target.columns.map { "held.\($0)" }, target.columns.map { "excluded.\($0)" })
        // The file's columns only: one that the table works out itself has no place to be copied to.
        try await connection.simple(
            "CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT \(list) FROM \(table) WITH NO DATA")
        try await connection.startCopy(
            "COPY incoming (\(unsafeTextNeverFromInput: list)) FROM STDIN (FORMAT csv, HEADER true)")
        try await connection.copyIn(Array(target.file.text.utf8))
        _ = try await connection.endCopyIn(failing: nil)
        // The primary key is the constraint `table_key`, as everywhere (`sql/README.md`). A row made here has no xmax.
        let count = try await connection.run(
            """
            WITH made AS (
                INSERT INTO \(unsafeTextNeverFromInput: table) AS held (\(unsafeTextNeverFromInput: list))
                SELECT \(unsafeTextNeverFromInput: list) FROM incoming
                ON CONFLICT ON CONSTRAINT \(unsafeTextNeverFromInput: table)_key
                DO UPDATE SET \(unsafeTextNeverFromInput: changes)
                 WHERE (\(unsafeTextNeverFromInput: before.joined(separator: ", ")))
                       IS DISTINCT FROM (\(unsafeTextNeverFromInput: after.joined(separator: ", ")))
                RETURNING xmax = 0 AS is_new)
            SELECT (SELECT count(*) FROM incoming) AS rows, count(*) FILTER (WHERE is_new) AS added,
                   count(*) FILTER (WHERE NOT is_new) AS changed FROM made
            """)
        try await connection.simple("DROP TABLE incoming")
        _ = try await connection.run(
            """
            INSERT INTO schema_repeatable (name, checksum) VALUES (\(target.file.name), \(target.file.checksum))
            ON CONFLICT ON CONSTRAINT schema_repeatable_key DO UPDATE SET checksum = excluded.checksum
            """)
        let number = { (column: Int) in count.text(0, column).flatMap { Int($0) } ?? 0 }
        return LoadedRows(
            table: table, file: target.file.name, rows: number(0), added: number(1), changed: number(2))
    }

    private struct Target: Sendable {
        var file: File
        var table: String
        var columns: [String]
    }

    /// The table that a file's name says, `rows/2_commune.csv`, and the columns of its heading.
    private static func target(of file: File) throws(Mismatch) -> Target {
        let name = file.name.split(separator: "/").last?.dropLast(4).drop { $0.isNumber || $0 == "_" } ?? ""
        let columns = file.text.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
        let isName = { (text: Substring) in
            text.utf8.enumerated().allSatisfy { position, byte in
                (0x61...0x7A).contains(byte) || byte == 0x5F || (position > 0 && (0x30...0x39).contains(byte))
            } && !text.isEmpty
        }
        guard isName(name), columns.count > 1, columns.allSatisfy({ isName($0[...]) }) else {
            throw Mismatch.badName(file.name)
        }
        return Target(file: file, table: String(name), columns: columns)
    }
}
