import Accounts
import Fields
import Foundation
import Logging
import TestSupport
import Testing

@testable import Postgres

/// Whose rows of `idempotency_answer` the server's role reaches: the caller's, and nobody else's (`security.md`).
@Suite(.database) struct `A kept answer` {
    private func keep(_ member: Member.ID, _ key: String, madeAt: Instant = TimeSource.system.now()) async throws {
        let database = TestDatabase.current.asSuperuser()
        _ = try await database.transaction(as: .system(requestID: "test")) { transaction in
            try await transaction.execute(
                """
                INSERT INTO idempotency_answer (member_id, operation, key, request_hash, made_at, status, body)
                VALUES (\(member), 'test', \(key), decode(repeat('07', 32), 'hex'), \(madeAt), 201, 'ce qui fut répondu')
                """)
        }
        await database.close()
    }

    private struct Key: Decodable { var key: String }

    private func keys(_ database: Database, _ caller: Caller) async throws -> [String] {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows("SELECT key FROM idempotency_answer ORDER BY key", as: Key.self).all().map(\.key)
        }
    }

    @Test func `is its member's only, also on a connection that served another just before`() async throws {
        let scene = try await Scene()
        let other = try await scene.make.member(of: scene.otherID)
        try await keep(scene.leadMember.id, "lead-1")
        try await keep(scene.leadMember.id, "lead-2")
        try await keep(other.id, "other-1")
        var settings = TestDatabase.current.settings
        settings.transactionConnections = 1
        let database = Database(settings)
        let (lead, stranger) = (
            Caller.member(scene.leadMember, requestID: "a"), Caller.member(other, requestID: "b")
        )
        #expect(try await keys(database, lead) == ["lead-1", "lead-2"])
        #expect(try await keys(database, stranger) == ["other-1"])
        #expect(try await keys(database, .anonymous(requestID: "c")) == [])
        #expect(try await keys(database, lead) == ["lead-1", "lead-2"])
        #expect(database.statistics.first { $0.lane == "transaction" }?.counts.opened == 1)
        await database.close()
    }

    @Test func `cannot be changed, deleted or written for another`() async throws {
        let scene = try await Scene()
        let other = try await scene.make.member(of: scene.otherID)
        try await keep(other.id, "other-1")
        let database = TestDatabase.current.asServer()
        let callers = [
            Caller.member(scene.leadMember, requestID: "a"), .anonymous(requestID: "b"), .system(requestID: "c"),
        ]
        for caller in callers {
            let touched = try await database.transaction(as: caller) { transaction in
                try await transaction.execute("UPDATE idempotency_answer SET body = 'autre'")
            }
            #expect(touched == 0)
            await #expect(throws: DatabaseError.self) {
                try await database.transaction(as: caller) { transaction in
                    try await transaction.execute(
                        """
                        INSERT INTO idempotency_answer (member_id, operation, key, request_hash, made_at)
                        VALUES (\(other.id), 'test', 'forged', decode(repeat('07', 32), 'hex'), \(transaction.now))
                        """)
                }
            }
        }
        let deleted = try await database.transaction(as: callers[0]) { transaction in
            try await transaction.execute("DELETE FROM idempotency_answer")
        }
        #expect(deleted == 0)
        await #expect(throws: DatabaseError.self) {
            try await database.read("SELECT key FROM idempotency_answer", as: Key.self)
        }
        await database.close()
    }

    @Test func `stands in a table whose row-level security also binds its owner, for reads and writes`() async throws {
        struct Policy: Decodable, Hashable { var name: String }
        let database = TestDatabase.current.asSuperuser()
        // Tables with what people wrote about people, by security.md: a new one is added here.
        for table in ["idempotency_answer"] {
            let unprotected = try await database.read(
                """
                SELECT relname::text AS name FROM pg_class
                 WHERE relname = \(table) AND NOT (relrowsecurity AND relforcerowsecurity)
                """, as: Policy.self
            ).all()
            #expect(unprotected == [])
            let open = try await database.read(
                """
                SELECT polname::text AS name FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
                 WHERE c.relname = \(table)
                   AND (polcmd <> 'a' AND (polqual IS NULL OR pg_get_expr(polqual, polrelid) = 'true')
                        OR polcmd IN ('*', 'a', 'w')
                           AND (polwithcheck IS NULL OR pg_get_expr(polwithcheck, polrelid) = 'true')
                        OR 0 = ANY (polroles))
                """, as: Policy.self
            ).all()
            #expect(open == [])
            #expect(
                try await count(
                    "SELECT count(*) AS value FROM pg_policy WHERE polrelid = \(table)::text::regclass") > 0)
        }
        await database.close()
    }

    @Test func `is forgotten after a day, and not before`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        for number in 0..<3 {
            try await keep(scene.leadMember.id, "old-\(number)", madeAt: clock.now.adding(seconds: -86_400 - number))
        }
        try await keep(scene.leadMember.id, "young", madeAt: clock.now.adding(seconds: -86_399))
        let database = TestDatabase.current.asServer(clock: clock.source)
        let housekeeping = Housekeeping(database, logger: Logger(label: "test"))
        #expect(try await housekeeping.forget() == 3)
        #expect(try await keys(database, .member(scene.leadMember, requestID: "a")) == ["young"])
        clock.advance(seconds: 1)
        #expect(try await housekeeping.forget() == 1)
        await database.close()
    }

    @Test func `is forgotten with thousands of others, also by two housekeepers at once`() async throws {
        let scene = try await Scene()
        try await TestDatabase.current.script(
            """
            INSERT INTO idempotency_answer (member_id, operation, key, request_hash, made_at)
            SELECT '\(scene.leadMember.id.fieldText)', 'test', 'key-' || n, decode(repeat('07', 32), 'hex'),
                   now() - interval '25 hours' FROM generate_series(1, 2500) AS n
            """)
        let database = TestDatabase.current.asServer()
        let counts = try await atOnce(2) { _ in
            try await Housekeeping(database, logger: Logger(label: "test")).forget()
        }
        #expect(counts.reduce(0, +) == 2500)
        #expect(try await count("SELECT count(*) AS value FROM idempotency_answer") == 0)
        await database.close()
    }
}
