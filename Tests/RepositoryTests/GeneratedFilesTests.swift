import API
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

/// `sql/schema.sql`, `sql/columns.toml` and `openapi.json` are generated. To write them anew:
/// `PA31_WRITE_GENERATED=1 deploy/test --filter GeneratedFiles`.
@Suite(.database) struct `GeneratedFiles` {
    @Test func `sql/schema.sql equals what the migrations make`() async throws {
        try GeneratedFile.compare("sql/schema.sql", with: try await SchemaDump.text(of: TestDatabase.current.url))
    }

    @Test func `sql/columns.toml equals the comments of the columns`() async throws {
        let columns = try await Catalogue().columns()
        var text = "# Generated: a column's class is the first word of its COMMENT. See GeneratedFilesTests.swift.\n"
        for (table, columns) in Dictionary(grouping: columns, by: \.tableName).sorted(by: { $0.key < $1.key }) {
            text += "\n[\(table)]\n"
            for column in columns {
                let words = (column.comment ?? "").split(separator: " ", maxSplits: 1)
                let meaning = JSON.string(words.count > 1 ? String(words[1]) : "").text
                text += "\(column.columnName) = { class = \"\(words.first ?? "")\", meaning = \(meaning) }\n"
            }
        }
        try GeneratedFile.compare("sql/columns.toml", with: text)
    }

    @Test func `openapi.json equals the code`() throws {
        let document = Server.operations(Database(DatabaseSettings(url: ""))).document
        try GeneratedFile.compare("openapi.json", with: document.prettyText)
    }
}

enum GeneratedFile {
    static func compare(_ path: String, with text: String) throws {
        let url = TestCluster.root.appendingPathComponent(path)
        if ProcessInfo.processInfo.environment["PA31_WRITE_GENERATED"] == "1" {
            try text.write(to: url, atomically: true, encoding: .utf8)
        }
        let committed = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let pairs = zip(
            committed.split(separator: "\n", omittingEmptySubsequences: false),
            text.split(separator: "\n", omittingEmptySubsequences: false))
        let difference = pairs.first { $0 != $1 }.map { "committed: \($0)\nmade now:  \($1)" }
        #expect(
            committed == text,
            "\(path) is not what the code makes: PA31_WRITE_GENERATED=1 deploy/test --filter GeneratedFiles\n\(difference ?? "")"
        )
    }
}

/// pg_dump's schema, without what differs from machine to machine.
enum SchemaDump {
    static func text(of url: String) async throws -> String {
        let dump = try await Program.postgres(
            "pg_dump", ["--schema-only", "--no-owner", "--dbname", url, "--username", "postgres"])
        let lines = dump.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            !line.hasPrefix("--") && !line.hasPrefix("\\") && !line.hasPrefix("SET ")
                && !line.hasPrefix("SELECT pg_catalog")
        }
        var text = "-- Generated from the migrations, functions and views. See GeneratedFilesTests.swift.\n"
        for line in lines where !(line.isEmpty && text.hasSuffix("\n\n")) { text += line + "\n" }
        return text
    }
}

/// The database's own description of itself.
struct Catalogue {
    struct Column: Decodable, Sendable {
        var tableName: String
        var columnName: String
        var comment: String?
    }

    struct Name: Decodable, Sendable, Hashable { var name: String }

    let database = TestDatabase.current.asSuperuser()

    func columns() async throws -> [Column] {
        try await database.read(
            """
            SELECT \(columns: Column.self)
              FROM (SELECT c.relname::text AS table_name, a.attname::text AS column_name,
                           col_description(c.oid, a.attnum) AS comment, a.attnum
                      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                     WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
                       AND a.attnum > 0 AND NOT a.attisdropped) AS found
             ORDER BY table_name, attnum
            """, as: Column.self
        ).all()
    }

    func names(_ statement: SQL) async throws -> [String] {
        try await database.read(statement, as: Name.self).all().map(\.name)
    }
}
