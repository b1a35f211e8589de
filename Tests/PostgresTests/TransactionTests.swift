import Fields
import TestSupport
import Testing

@testable import Postgres

@Suite(.database) struct `A transaction` {
    private let leased = TestDatabase.current
    private let accounts = "CREATE TABLE lab.account (id integer PRIMARY KEY, cents integer CHECK (cents >= 0)); "

    private func rows() async throws -> Int {
        try await leased.count("SELECT count(*) AS value FROM lab.account")
    }

    @Test func `knows its caller, its request and its instant, and only while it lasts`() async throws {
        struct Known: Decodable, Equatable {
            var caller: String
            var request: String
            var now: String
        }
        let told: SQL = """
            SELECT coalesce(current_setting('pa31.caller', true), '') AS caller,
                   coalesce(current_setting('pa31.request', true), '') AS request,
                   coalesce(current_setting('pa31.now', true), '') AS now
            """
        let instant = try Instant(fieldText: "2024-05-31T10:20:30.5Z")
        let database = leased.asServer { $0.slowConnections = 1 }.at(.fixed(instant))
        let inside = try await database.slow(as: .system(requestID: "request-1")) { transaction in
            #expect(transaction.now == instant)
            #expect(transaction.today == Day(instant))
            return try await transaction.rows(told, as: Known.self).row(0)
        }
        #expect(inside == Known(caller: "system", request: "request-1", now: instant.fieldText))
        #expect(try await database.slow(told, as: Known.self).row(0) == Known(caller: "", request: "", now: ""))
        await database.close()
    }

    @Test func `undoes a part of it that throws, and goes on with the rest`() async throws {
        struct Own: Error {}
        try await withLab(accounts) {
            let database = leased.asServer()
            try await database.transaction(as: tester) { transaction in
                try await transaction.execute("INSERT INTO lab.account VALUES (1, 5)")
                let value = try await transaction.apart {
                    try await transaction.execute("INSERT INTO lab.account VALUES (2, 5)")
                }
                #expect(value == 1)
                // What the program throws, and what the database refuses.
                let own = await failure {
                    try await transaction.apart {
                        _ = try await transaction.execute("INSERT INTO lab.account VALUES (3, 5)")
                        throw Own()
                    }
                }
                #expect(own is Own)
                for cents in [-1, -2] {
                    let refused = await failure {
                        try await transaction.apart {
                            _ = try await transaction.execute("INSERT INTO lab.account VALUES (4, 5), (5, \(cents))")
                        }
                    }
                    #expect((refused as? DatabaseError)?.constraint == "account_cents_check")
                }
                try await transaction.execute("INSERT INTO lab.account VALUES (6, 5)")
            }
            let kept = try await leased.count("SELECT sum(id)::integer AS value FROM lab.account")
            #expect(kept == 9)
            await database.close()
        }
    }

    @Test func `keeps nothing when its body throws`() async throws {
        struct Own: Error {}
        try await withLab(accounts) {
            let database = leased.asServer()
            let error = await failure {
                try await database.transaction(as: tester) { transaction in
                    #expect(try await transaction.execute("INSERT INTO lab.account VALUES (1, 5), (2, 5)") == 2)
                    throw Own()
                }
            }
            #expect(error is Own)
            let kept = try await rows()
            #expect(kept == 0)
            await database.close()
        }
    }

    @Test func `keeps nothing and says so when its body swallows an error`() async throws {
        try await withLab(accounts) {
            let database = leased.asServer()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.account VALUES (1, 5)")
                    _ = try? await transaction.execute("INSERT INTO lab.account VALUES (2, -5)")
                }
            }
            #expect(error?.sqlState == "25P02")
            #expect(error?.kind == .defect)
            #expect(try await rows() == 0)
            await database.close()
        }
    }

    @Test func `keeps nothing when its task was cancelled meanwhile`() async throws {
        try await withLab(accounts) {
            let database = leased.asServer()
            let task = Task {
                try await database.transaction(as: tester) { transaction in
                    try await transaction.execute("INSERT INTO lab.account VALUES (1, 5)")
                    withUnsafeCurrentTask { $0?.cancel() }
                }
            }
            #expect(await failure { try await task.value } is CancellationError)
            let kept = try await rows()
            #expect(kept == 0)
            await database.close()
        }
    }

    /// Each sees that the other account is still full, and empties its own: one after the other, one of them would not.
    @Test func `that is serialisable runs again when it would skew what another writes`() async throws {
        try await withLab(accounts + "INSERT INTO lab.account VALUES (1, 5), (2, 5)") {
            let database = leased.asServer()
            let bothHaveRead = Meeting(of: 2)
            let runs = Journal<Int>()
            @Sendable func empty(_ own: Int) async throws -> Bool {
                try await database.transaction(as: tester, isolation: .serializable) { transaction in
                    runs.note(own)
                    let total = try await transaction.number("SELECT sum(cents) AS value FROM lab.account")
                    await bothHaveRead.arrive()
                    guard let total, total >= 10 else { return false }
                    try await transaction.execute("UPDATE lab.account SET cents = 0 WHERE id = \(own)")
                    return true
                }
            }
            async let first = empty(1)
            async let second = empty(2)
            let emptied = try await [first, second]
            #expect(emptied.filter { $0 }.count == 1)
            #expect(runs.events.count >= 3)
            #expect(try await leased.count("SELECT sum(cents) AS value FROM lab.account") == 5)
            await database.close()
        }
    }

    @Test func `that locks rows in another's opposite order runs again, and both commit`() async throws {
        try await withLab(accounts + "INSERT INTO lab.account VALUES (1, 5), (2, 5)") {
            let database = leased.asServer()
            let bothHoldOne = Meeting(of: 2)
            let runs = Journal<Int>()
            @Sendable func add(to accounts: [Int]) async throws {
                try await database.transaction(as: tester) { transaction in
                    runs.note(accounts[0])
                    try await transaction.execute("UPDATE lab.account SET cents = cents + 1 WHERE id = \(accounts[0])")
                    await bothHoldOne.arrive()
                    try await transaction.execute("UPDATE lab.account SET cents = cents + 1 WHERE id = \(accounts[1])")
                }
            }
            async let first: Void = add(to: [1, 2])
            async let second: Void = add(to: [2, 1])
            _ = try await (first, second)
            #expect(runs.events.count == 3)
            #expect(try await leased.count("SELECT sum(cents) AS value FROM lab.account") == 14)
            await database.close()
        }
    }

    @Test(arguments: ["40001", "40P01"])
    func `that collides for ever is given up after so many attempts`(state: String) async throws {
        try await withLab(
            accounts + """
                CREATE FUNCTION lab.collide(state text) RETURNS integer LANGUAGE plpgsql AS
                'BEGIN RAISE EXCEPTION ''collision'' USING ERRCODE = state; END'
                """
        ) {
            let database = leased.asServer()
            let runs = Journal<Int>()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    runs.note(1)
                    try await transaction.execute("INSERT INTO lab.account VALUES (1, 5)")
                    try await transaction.execute("SELECT lab.collide(\(state))")
                }
            }
            #expect(error?.sqlState == state)
            #expect(error?.refusal == Problem.unavailable())
            #expect(runs.events.count == 6)
            #expect(try await rows() == 0)
            await database.close()
        }
    }

    @Test func `that a constraint refuses is not run again`() async throws {
        try await withLab(accounts) {
            let database = leased.asServer()
            let runs = Journal<Int>()
            let error = try await databaseError {
                try await database.transaction(as: tester) { transaction in
                    runs.note(1)
                    try await transaction.execute("INSERT INTO lab.account VALUES (1, \(-5))")
                }
            }
            #expect(error?.kind == .constraint)
            #expect(error?.constraint == "account_cents_check")
            #expect(runs.events.count == 1)
            await database.close()
        }
    }
}
