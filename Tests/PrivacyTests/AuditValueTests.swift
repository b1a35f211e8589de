import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Privacy

/// What `security.md` §5 wants of the audit log, by a stronger way than a key for each person: no personal value ever enters it.
@Suite(.database) struct `The audit log and personal values` {
    private struct Column: Decodable, Sendable {
        var tableName: String
        var columnName: String
        var type: String
        var isGenerated: Bool

        var name: String { "\(tableName).\(columnName)" }

        /// A text that stands nowhere else.
        func marker(_ number: Int) -> String { "zq\(number)\(tableName)\(columnName)".filter { $0 != "_" } }

        /// The same as a value of its type; numbers and days that stand nowhere else.
        func value(_ number: Int) -> String {
            switch type {
            case "text": "'\(marker(number))'"
            case "text[]": "ARRAY['\(marker(number))']"
            case "bytea": "convert_to('\(marker(number))', 'UTF8')"
            case "jsonb": "to_jsonb('\(marker(number))'::text)"
            case "date": "DATE '2093-04-1\(number)'"
            case "boolean": number == 1 ? "true" : "false"
            case "smallint", "integer": "3131\(number)"
            default: type.hasPrefix("numeric") ? "\(number).3" : "NULL"
            }
        }
    }

    private struct Undone: Error {}

    @Test func `never meet, whichever column is written, changed or deleted, nor do their hashes`() async throws {
        let database = TestDatabase.current.asSuperuser()
        let columns = try await database.read(
            """
            SELECT r.table_name, r.column_name, format_type(a.atttypid, a.atttypmod) AS type, a.attgenerated <> '' AS is_generated
              FROM retention_column r
              JOIN pg_attribute a ON a.attrelid = r.table_name::regclass AND a.attname = r.column_name
             ORDER BY 1, 2
            """, as: Column.self
        ).all()
        #expect(columns.filter { !$0.isGenerated && $0.value(1) == "NULL" }.map(\.name) == [], "a type to add here")
        do {
            try await database.transaction(as: .system(requestID: "test")) { transaction in
                try await transaction.record("test.plant", on: "test")
                for (table, own) in Dictionary(grouping: columns, by: \.tableName) {
                    try await Self.plant(table, own.filter { !$0.isGenerated }, transaction)
                }
                try await Self.look(for: columns, transaction)
                // Constraints and triggers were taken away: nothing of it may stay.
                throw Undone()
            }
        } catch is Undone {}
        await database.close()
    }

    /// Writes, changes and deletes a row, with nothing in the way but the trigger that keeps history.
    private static func plant(_ table: String, _ columns: [Column], _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            DO $$
            DECLARE
                one record;
            BEGIN
                FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = '\(unsafeTextNeverFromInput: table)'::regclass
                              AND contype IN ('c', 'f') LOOP
                    EXECUTE format('ALTER TABLE \(unsafeTextNeverFromInput: table) DROP CONSTRAINT %I', one.conname);
                END LOOP;
                FOR one IN SELECT conname FROM pg_constraint WHERE conrelid = '\(unsafeTextNeverFromInput: table)'::regclass
                              AND contype IN ('p', 'u') LOOP
                    EXECUTE format('ALTER TABLE \(unsafeTextNeverFromInput: table) DROP CONSTRAINT %I CASCADE', one.conname);
                END LOOP;
                FOR one IN SELECT attname FROM pg_attribute WHERE attrelid = '\(unsafeTextNeverFromInput: table)'::regclass
                              AND attnum > 0 AND attnotnull AND attidentity = '' AND NOT attisdropped LOOP
                    EXECUTE format('ALTER TABLE \(unsafeTextNeverFromInput: table) ALTER %I DROP NOT NULL', one.attname);
                END LOOP;
                ALTER TABLE \(unsafeTextNeverFromInput: table) DISABLE TRIGGER USER;
                IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = '\(unsafeTextNeverFromInput: table)'::regclass
                              AND tgname = 'record_changes') THEN
                    ALTER TABLE \(unsafeTextNeverFromInput: table) ENABLE TRIGGER record_changes;
                END IF;
            END $$
            """)
        let ids = try await transaction.rows(
            """
            SELECT attname AS value FROM pg_attribute
             WHERE attrelid = \(table)::regclass AND attnum > 0 AND atttypid = 'uuid'::regtype AND attgenerated = ''
            """, as: Value<String>.self
        ).all().map(\.value)
        let names = (ids + columns.map(\.columnName)).joined(separator: ", ")
        let first = ids.map { _ in "gen_random_uuid()" } + columns.map { $0.value(1) }
        let second = columns.map { "\($0.columnName) = \($0.value(2))" }
        for statement in [
            "INSERT INTO \(table) (\(names)) VALUES (\(first.joined(separator: ", ")))",
            "UPDATE \(table) SET \(second.joined(separator: ", "))", "DELETE FROM \(table)",
        ] {
            #expect(try await transaction.execute("\(unsafeTextNeverFromInput: statement)") == 1, "\(statement)")
        }
    }

    private static func look(for columns: [Column], _ transaction: Transaction) async throws {
        struct Change: Decodable, Sendable { var name: String, isMasked: Bool }
        let changes = try await transaction.rows(
            """
            SELECT table_name || '.' || field AS name, old_value IS NULL AND new_value IS NULL AS is_masked FROM field_change
            """, as: Change.self
        ).all()
        let personal = Set(columns.map(\.name))
        #expect(changes.filter { personal.contains($0.name) && !$0.isMasked }.map(\.name) == [])
        // That they changed is told, thrice: the look above looked at something.
        for name in [
            "candidate.first_name", "candidate_statistics.disability", "orientation_text.text", "member.email",
        ] {
            #expect(changes.filter { $0.name == name }.count >= 2, "\(name)")
        }
        let markers = columns.flatMap { [$0.marker(1), $0.marker(2)] } + ["2093-04-1"]
        let left = try await transaction.rows(
            """
            WITH audit AS (
                SELECT coalesce(string_agg(line, ' '), '') AS text FROM (
                    SELECT to_jsonb(a)::text AS line FROM audit_log a UNION ALL SELECT to_jsonb(f)::text FROM field_change f
                    UNION ALL SELECT to_jsonb(s)::text FROM audit_seal s UNION ALL SELECT to_jsonb(p)::text FROM audit_pending p) AS l)
            SELECT m || ' as ' || form.name AS value FROM audit, unnest(\(list: markers)::text[]) AS m,
                   LATERAL (VALUES ('itself', m), ('sha256', encode(sha256(convert_to(m, 'UTF8')), 'hex')),
                                   ('sha512', encode(sha512(convert_to(m, 'UTF8')), 'hex')), ('md5', md5(m)),
                                   ('base64', encode(convert_to(m, 'UTF8'), 'base64')),
                                   ('bytes', encode(convert_to(m, 'UTF8'), 'hex'))) AS form (name, text)
             WHERE position(lower(form.text) IN lower(audit.text)) > 0
            """, as: Value<String>.self
        ).all().map(\.value)
        #expect(left == [])
    }
}
