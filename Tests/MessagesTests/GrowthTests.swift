import Accounts
import Contract
import Fields
import Foundation
import Logging
import Postgres
import TestSupport
import Testing

@testable import Messages

/// What is asked every two seconds, or at every visit, reads what it shows and no more, however much was sent before.
@Suite(.database) struct `A full outbox` {
    private struct Reads: Decodable {
        var tableName: String
        var scans: Int
        var rows: Int
    }

    /// Tables that eight turns of a body walked through, or read far more of than they show.
    private func read(
        _ stage: Stage, _ body: @Sendable (Database) async throws -> Void
    ) async throws -> [String] {
        try await TestDatabase.current.script("SELECT pg_stat_reset()")
        var settings = TestDatabase.current.settings
        settings.transactionConnections = 1
        let database = Database(settings, clock: stage.clock.source)
        for _ in 0..<8 { try await body(database) }
        _ = try await database.transaction(as: Stage.system) { transaction in
            try await transaction.rows("SELECT pg_stat_force_next_flush() IS NULL AS value", as: Value<Bool>.self)
        }
        await database.close()
        let all = TestDatabase.current.asSuperuser()
        let reads = try await all.read(
            """
            SELECT relname::text AS table_name, seq_scan AS scans, (seq_tup_read + coalesce(idx_tup_fetch, 0)) / 8 AS rows
              FROM pg_stat_user_tables WHERE relname IN ('outbox', 'task') ORDER BY 1
            """, as: Reads.self
        ).all()
        await all.close()
        return reads.filter { $0.scans > 0 || $0.rows > 150 }.map { "\($0.tableName): \($0.scans) \($0.rows)" }
    }

    @Test func `is looked into by its indexes, and so are tasks`() async throws {
        try await Stage.run { stage in
            let own = try await stage.make.organisation("porteur")
            let member = Caller.member(try await stage.make.member(of: own), requestID: "x")
            let other = try await stage.make.organisation("autre")
            try await TestDatabase.current.script(
                """
                SELECT begin_operation(gen_random_uuid(), 'test.fill', 'task', NULL, NULL);
                SET session_replication_role = replica;
                INSERT INTO outbox (id, kind, audience, address, address_hash, subject, body_text, is_reminder, state, attempts,
                                    next_try_at, created_at, sent_at)
                SELECT gen_random_uuid(), 'test.answer', 'recruiter', 'a' || n || '@b.example', sha256(n::text::bytea), 'Objet',
                       CASE WHEN n % 2 = 0 THEN 'Texte' END, n % 4 < 2, CASE WHEN n % 2 = 0 THEN 'waiting' ELSE 'sent' END, 0,
                       timestamptz '2027-01-01', timestamptz '2026-11-01',
                       CASE WHEN n % 2 = 1 THEN timestamptz '2026-11-20' END
                  FROM generate_series(1, 30000) AS n;
                INSERT INTO task (id, organisation_id, kind, title, created_at, done_at)
                SELECT gen_random_uuid(), CASE WHEN n % 300 = 0 THEN '\(own)'::uuid ELSE '\(other)'::uuid END, 'test.task', 'Titre',
                       now(), CASE WHEN n % 7 = 0 THEN now() END
                  FROM generate_series(1, 30000) AS n
                """)
            try await stage.post(stage.mail(), stage.mail(isReminder: true))
            try await TestDatabase.current.script("VACUUM ANALYZE")
            let about = UUID()
            let mails = try await read(stage) { database in
                let settings = MailSettings(
                    way: .directory(stage.folder), sender: "x@pa31.example", publicURL: "https://pa31.example")
                let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
                _ = try await MailRoom(database, settings: settings, logger: quiet).claim()
                stage.clock.advance(seconds: Outbox.gatheringSeconds)
            }
            #expect(mails == [])
            let tasks = try await read(stage) { database in
                let store = TaskStore(database)
                let page = try await store.list(.open, limit: .standard, cursor: nil, as: member)
                #expect(page.count > 0)
                _ = try await store.waiting(for: member, on: Day(stage.clock.now))
            }
            #expect(tasks == [])
            let dropped = try await read(stage) { database in
                try await database.transaction(as: Stage.system) { transaction in
                    try await Outbox.drop(aboutKind: "thing", [about], transaction)
                }
            }
            #expect(dropped == [])
        }
    }
}
