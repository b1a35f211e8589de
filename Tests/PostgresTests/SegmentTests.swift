import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `What a transaction queues` {
    private let leased = TestDatabase.current
    private let things = "CREATE TABLE lab.thing (n integer CHECK (n >= 0), at bigint GENERATED ALWAYS AS IDENTITY)"

    private func database() -> Database { leased.asServer { $0.transactionConnections = 1 } }

    private func insert(_ number: Int) -> SQL { "INSERT INTO lab.thing VALUES (\(number))" }

    private func kept() async throws -> String? {
        let database = leased.asSuperuser()
        let rows = try await database.read(
            "SELECT coalesce(string_agg(n::text, ' ' ORDER BY at), '') AS value FROM lab.thing", as: Value<String>.self)
        await database.close()
        return try rows.first()?.value
    }

    @Test func `runs in its order, before what follows and before the commit`() async throws {
        try await withLab(things) {
            let database = database()
            for _ in 0..<2 {
                let seen = try await database.transaction(as: tester) { transaction in
                    transaction.queue(insert(1))
                    transaction.queue(insert(2))
                    try await transaction.execute(insert(3))
                    transaction.queue(insert(4))
                    let seen = try await transaction.number("SELECT count(*) AS value FROM lab.thing")
                    transaction.queue(insert(5))
                    return seen
                }
                #expect(seen == 4)
                #expect(try await kept() == "1 2 3 4 5")
                try await leased.script("TRUNCATE lab.thing")
            }
            // Nothing but what was queued.
            try await database.transaction(as: tester) { $0.queue(insert(6)) }
            #expect(try await kept() == "6")
            await database.close()
        }
    }

    @Test func `and cannot do fails the transaction, at the next statement or at the commit`() async throws {
        try await withLab(things) {
            let database = database()
            for isLast in [true, false] {
                let error = try await databaseError {
                    try await database.transaction(as: tester) { transaction in
                        try await transaction.execute(insert(1))
                        transaction.queue(insert(-1))
                        if !isLast { try await transaction.execute(insert(2)) }
                    }
                }
                #expect(error?.constraint == "thing_n_check")
                #expect(try await kept() == "")
            }
            // The first of all, with the beginning.
            let error = try await databaseError {
                try await database.transaction(as: tester) { _ = try await $0.execute(insert(-1)) }
            }
            #expect(error?.constraint == "thing_n_check")
            try await database.transaction(as: tester) { _ = try await $0.execute(insert(7)) }
            #expect(try await kept() == "7")
            await database.close()
        }
    }

    @Test func `in a part that throws is undone with it, sent or not`() async throws {
        struct Own: Error {}
        try await withLab(things) {
            let database = database()
            try await database.transaction(as: tester) { transaction in
                transaction.queue(insert(1))
                let own = await failure {
                    try await transaction.apart {
                        try await transaction.asSystem {
                            transaction.queue(insert(2))
                            throw Own()
                        }
                    }
                }
                #expect(own is Own)
                let refused = await failure { try await transaction.apart { transaction.queue(insert(-1)) } }
                #expect((refused as? DatabaseError)?.constraint == "thing_n_check")
                transaction.queue(insert(3))
            }
            #expect(try await kept() == "1 3")
            await database.close()
        }
    }

    @Test func `is dropped with a body that throws, and nothing of it reaches the next`() async throws {
        struct Own: Error {}
        try await withLab(things) {
            let database = database()
            for isSent in [true, false] {
                let own = await failure {
                    try await database.transaction(as: tester) { transaction in
                        if isSent { try await transaction.execute(insert(1)) }
                        transaction.queue(insert(2))
                        throw Own()
                    }
                }
                #expect(own is Own)
                let next = try await database.transaction(as: tester) { try await $0.number("SELECT 7 AS value") }
                #expect(next == 7)
            }
            let kept = try await kept()
            #expect(kept == "")
            await database.close()
        }
    }

    @Test func `is still begun by a statement after one that could not be sent`() async throws {
        struct Own: Error {}
        try await withLab(things) {
            let database = database()
            let own = await failure {
                try await database.transaction(as: tester) { transaction in
                    let error = try await databaseError {
                        _ = try await transaction.execute("SELECT \("a\0b")::text")
                    }
                    #expect(error?.sqlState == "22021")
                    try await transaction.execute(insert(1))
                    throw Own()
                }
            }
            #expect(own is Own)
            let kept = try await kept()
            #expect(kept == "")
            await database.close()
        }
    }

    @Test func `acts for whom the transaction acts then`() async throws {
        let member: SQL = "SELECT current_setting('pa31.caller') AS value"
        let database = database()
        let seen = try await database.transaction(as: .anonymous(requestID: "test")) { transaction in
            func caller() async throws -> String? {
                try await transaction.rows(member, as: Value<String>.self).first()?.value
            }
            var seen = [try await caller()]
            try await transaction.asSystem {
                seen.append(try await caller())
                try await transaction.asSystem { seen.append(try await caller()) }
                seen.append(try await caller())
            }
            seen.append(try await caller())
            return seen
        }
        #expect(seen == ["", "system", "system", "system", ""])
        await database.close()
    }

    @Test func `with no statement at all costs the server nothing`() async throws {
        let database = database()
        let value = try await database.transaction(as: tester) { _ in 7 }
        #expect(value == 7)
        let pid = try await database.transaction(as: tester) { try await $0.number(backendPID) }
        #expect(try await database.transaction(as: tester) { try await $0.number(backendPID) } == pid)
        await database.close()
    }
}
