public import Fields

/// The database, as features see it: a Store says which lane by the call it makes, and nothing else knows.
public final class Database: Sendable {
    private let reads: ReadLane
    private let transactions: Pool
    private let slows: Pool
    /// The clock that changes and their history are dated by.
    public let clock: TimeSource
    /// Where the ids of new rows come from.
    public let ids: IDSource

    /// Opens nothing yet. `reading` and `writing` are the logins of the read lane and of the two others.
    public init(
        _ settings: DatabaseSettings, reading: DatabaseSettings.Login = .public,
        writing: DatabaseSettings.Login = .app, clock: TimeSource = .system, ids: IDSource = .random
    ) {
        func pool(_ lane: String, _ login: DatabaseSettings.Login, _ size: Int, _ timeout: Duration) -> Pool {
            Pool(
                size: size, waitLimit: settings.waitLimit,
                settings: settings.connection(login, lane: lane, timeout: timeout))
        }
        reads = ReadLane(
            size: settings.readConnections, waitLimit: settings.waitLimit,
            settings: settings.connection(reading, lane: DatabaseSettings.readLane, timeout: settings.statementTimeout))
        transactions = pool("transaction", writing, settings.transactionConnections, settings.statementTimeout)
        slows = pool("slow", writing, settings.slowConnections, settings.slowStatementTimeout)
        self.clock = clock
        self.ids = ids
    }

    private init(_ other: Database, clock: TimeSource) {
        reads = other.reads
        transactions = other.transactions
        slows = other.slows
        self.clock = clock
        ids = other.ids
    }

    /// The same database and connections, dated by another clock: a rehearsal, a demonstration's past.
    public func at(_ clock: TimeSource) -> Database { Database(self, clock: clock) }

    /// What each lane counted since the start.
    public var statistics: [(lane: String, counts: LaneStatistics)] {
        [("read", reads.statistics), ("transaction", transactions.statistics), ("slow", slows.statistics)]
    }

    /// Closes every connection; those in use as they come back.
    public func close() async {
        reads.close()
        await transactions.close()
        await slows.close()
    }

    // MARK: - The calls

    /// One statement on public relations, in a batch with others when there are. Asked again, once, if its connection turns out to
    /// be dead.
    public func read<Row: Decodable>(_ statement: SQL, as type: Row.Type) async throws -> Rows<Row> {
        try Rows(await reads.run(statement))
    }

    /// One long statement on public relations: search, aggregates. Cancelled on the server when the task is.
    public func slow<Row: Decodable>(_ statement: SQL, as type: Row.Type) async throws -> Rows<Row> {
        try await lone(statement, type, in: slows)
    }

    /// A transaction in which policies and history know the caller.
    ///
    /// The body runs again from its start when the server says that two transactions collided: it must do nothing but
    /// work on the database. What it throws rolls everything back.
    public func transaction<T: Sendable>(
        as caller: Caller, isolation: Isolation = .readCommitted, _ body: (Transaction) async throws -> T
    ) async throws -> T {
        try await transaction(caller, isolation, in: transactions, cancelling: false, body)
    }

    /// A transaction of the slow lane: exports, bulk loads. Cancelled on the server when the task is.
    public func slow<T: Sendable>(
        as caller: Caller, isolation: Isolation = .readCommitted, _ body: (Transaction) async throws -> T
    ) async throws -> T {
        try await transaction(caller, isolation, in: slows, cancelling: true, body)
    }

    // MARK: - How

    private func lone<Row: Decodable>(_ statement: SQL, _ type: Row.Type, in pool: Pool) async throws -> Rows<Row> {
        do {
            return try await pool.withConnection { connection in
                do {
                    return try await attempt(statement, on: connection)
                } catch let error as DatabaseError where error.kind == .stalePlan {
                    return try await attempt(statement, on: connection)
                }
            }
        } catch let error as DatabaseError where error.kind == .connection {
            // A read changes nothing: what was lost with an old connection is asked again on a new one, once.
            return try await pool.withConnection(fresh: true) { connection in
                try await attempt(statement, on: connection)
            }
        }
    }

    private func attempt<Row: Decodable>(_ statement: SQL, on connection: Connection) async throws -> Rows<Row> {
        try await withTaskCancellationHandler {
            try Rows(try await connection.run(statement))
        } onCancel: {
            connection.cancel()
        }
    }

    /// Collisions are tried again so often, each time after a longer pause.
    static let attempts = 6

    private func transaction<T: Sendable>(
        _ caller: Caller, _ isolation: Isolation, in pool: Pool, cancelling: Bool,
        _ body: (Transaction) async throws -> T
    ) async throws -> T {
        do {
            return try await pool.withConnection { connection in
                try await attempts(body, caller, isolation, on: connection, of: pool, cancelling: cancelling)
            }
        } catch is NotBegun {
            // The server restarted since the connection was last used. Nothing was answered and no COMMIT was sent, so that the
            // body may run again from its start.
            do {
                return try await pool.withConnection(fresh: true) { connection in
                    try await attempts(body, caller, isolation, on: connection, of: pool, cancelling: cancelling)
                }
            } catch let error as NotBegun { throw error.cause }
        }
    }

    /// The connection ended before the server had begun the transaction.
    private struct NotBegun: Error { let cause: DatabaseError }

    private func attempts<T: Sendable>(
        _ body: (Transaction) async throws -> T, _ caller: Caller, _ isolation: Isolation,
        on connection: Connection, of pool: Pool, cancelling: Bool
    ) async throws -> T {
        var attempt = 1
        while true {
            do {
                return try await withTaskCancellationHandler {
                    try await run(body, as: caller, isolation, on: connection)
                } onCancel: {
                    if cancelling { connection.cancel() }
                }
            } catch let error as DatabaseError
                where (error.kind == .mustRetry || error.kind == .stalePlan) && attempt < Self.attempts
            {
                pool.count(error)
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...(8 << attempt))))
                attempt += 1
            }
        }
    }

    private func run<T: Sendable>(
        _ body: (Transaction) async throws -> T, as caller: Caller, _ isolation: Isolation, on connection: Connection
    ) async throws -> T {
        let transaction = Transaction(connection: connection, caller: caller, now: clock.now(), ids: ids)
        connection.begin(isolation, introduction: transaction.introduction, caller: transaction.callerName)
        do {
            let value = try await body(transaction)
            try await transaction.remember(value)
            try Task.checkCancellation()
            do {
                // A COMMIT of a transaction that a swallowed error aborted answers ROLLBACK, without an error.
                let answer = try await connection.commit()
                guard answer == "COMMIT" else {
                    throw DatabaseError(
                        kind: .defect, sqlState: "25P02", message: "the transaction was aborted and its error ignored")
                }
            } catch let error as DatabaseError where error.kind == .connection {
                throw DatabaseError(kind: .outcomeUnknown, sqlState: error.sqlState, message: error.message)
            }
            return value
        } catch {
            // A connection that can't roll back is not reusable, which the pool sees.
            try? await connection.rollback()
            if let lost = connection.ahead.lost { throw NotBegun(cause: lost) }
            if let replay = error as? Replay, let type = T.self as? any Replayable.Type,
                let value = try type.init(replay.first) as? T
            {
                return value
            }
            throw error
        }
    }
}

/// How much of other transactions one sees.
public enum Isolation: String, Sendable {
    case readCommitted = "READ COMMITTED"
    case repeatableRead = "REPEATABLE READ"
    case serializable = "SERIALIZABLE"
}

/// The statements of one transaction. Valid only within the closure it was given to.
public struct Transaction: Sendable {
    let connection: Connection
    /// For whom it runs.
    public let caller: Caller
    /// When it runs: one instant for the change, its history and its audit row.
    public let now: Instant
    private let ids: IDSource
    let claim: IdempotencyClaim?

    init(connection: Connection, caller: Caller, now: Instant, ids: IDSource) {
        self.connection = connection
        self.caller = caller
        self.now = now
        self.ids = ids
        claim = caller.idempotency.map(IdempotencyClaim.init)
    }

    /// The day it is in Paris.
    public var today: Day { Day(now) }

    /// An id for a new row.
    public func newID<Entity>(_ type: Identifier<Entity>.Type = Identifier<Entity>.self) -> Identifier<Entity> {
        ids.make(at: now)
    }

    /// What policies know the caller by.
    var callerName: String { caller.isSystem ? "system" : caller.member?.id.fieldText ?? "" }

    /// Tells policies, triggers and defaults who acts, when and in which request.
    var introduction: SQL {
        """
        SELECT set_config('pa31.caller', \(callerName), true),
               set_config('pa31.organisation', \(caller.member?.organisationID.fieldText ?? ""), true),
               set_config('pa31.request', \(caller.requestID), true),
               set_config('pa31.now', \(now), true)
        """
    }

    /// Does for somebody else what follows from the caller's own change, with the platform's rights: a hire that makes others'
    /// proposals obsolete, a notice whose address the caller may not know. The audit still says who acted. May be nested.
    public func asSystem<T>(_ body: () async throws -> T) async throws -> T {
        func act(for name: String) { queue("SELECT set_config('pa31.caller', \(name), true)") }
        connection.ahead.push(caller: "system")
        act(for: "system")
        // After an error of the server's nothing more runs in this transaction; after another's, the caller's rights are back.
        defer { act(for: connection.ahead.popCaller()) }
        return try await body()
    }

    /// Runs a statement for its effect with the next one, in one trip to the server: for what nobody waits for. If it fails, the next
    /// one does, or the commit.
    public func queue(_ statement: SQL) { connection.ahead.add(statement) }

    /// The rows of a statement.
    public func rows<Row: Decodable>(_ statement: SQL, as type: Row.Type) async throws -> Rows<Row> {
        try Rows(try await connection.run(statement))
    }

    /// Runs a statement for its effect; returns the number of rows it touched.
    @discardableResult
    public func execute(_ statement: SQL) async throws -> Int {
        try await connection.run(statement).affected
    }

    /// Runs a body whose changes are undone, alone, when it throws; the transaction goes on.
    public func apart<T>(_ body: () async throws -> T) async throws -> T {
        try await connection.simple("SAVEPOINT apart")
        do {
            let value = try await body()
            try await connection.simple("RELEASE SAVEPOINT apart")
            return value
        } catch {
            try await connection.rollback(to: "apart")
            try await connection.simple("RELEASE SAVEPOINT apart")
            throw error
        }
    }

    /// The rows of a long result, a batch at a time, read from the server only as fast as the body takes them.
    public func batches<Row: Decodable>(
        of statement: SQL, as type: Row.Type, size: Int = 500, _ body: (Rows<Row>) async throws -> Void
    ) async throws {
        try await execute("DECLARE batches NO SCROLL CURSOR FOR \(statement)")
        while true {
            // Not prepared: its columns are those of whatever cursor has the name.
            let rows = try Rows<Row>(await connection.simple("FETCH FORWARD \(size) FROM batches"))
            if !rows.isEmpty { try await body(rows) }
            if rows.count < size { break }
        }
        try await connection.simple("CLOSE batches")
    }

    /// A COPY … TO STDOUT, its bytes pulled as fast as they are consumed. The statement takes no values.
    public func copyOut(_ statement: SQL, chunk: Int = 64 * 1024) -> CopyOut {
        CopyOut(connection: connection, statement: statement, chunk: chunk)
    }

    /// A COPY … FROM STDIN from a source that is read only as fast as the server takes it. Returns the rows copied;
    /// a source that throws ends the COPY, and the transaction rolls back.
    @discardableResult
    public func copyIn<Source: AsyncSequence>(_ statement: SQL, from source: Source) async throws -> Int
    where Source.Element == [UInt8] {
        try await connection.startCopy(statement)
        do {
            for try await bytes in source { try await connection.copyIn(bytes) }
        } catch {
            _ = try? await connection.endCopyIn(failing: "the source failed")
            throw error
        }
        return try await connection.endCopyIn(failing: nil)
    }
}

/// The bytes of a COPY … TO STDOUT. Left before its end, its connection is closed rather than drained.
public struct CopyOut: AsyncSequence, Sendable {
    let connection: Connection
    let statement: SQL
    let chunk: Int

    /// Pulls one chunk at a time.
    public struct Iterator: AsyncIteratorProtocol {
        let copy: CopyOut
        var isStarted = false
        var isEnded = false

        /// The next bytes, or nil at the end.
        public mutating func next() async throws -> [UInt8]? {
            if isEnded { return nil }
            if !isStarted {
                try await copy.connection.startCopy(copy.statement)
                isStarted = true
            }
            let bytes = try await copy.connection.copyOut(atLeast: copy.chunk)
            // Only the last chunk is shorter; asking libpq again after it is an error.
            isEnded = (bytes?.count ?? 0) < copy.chunk
            return bytes
        }
    }

    /// Starts the COPY at the first pull.
    public func makeAsyncIterator() -> Iterator { Iterator(copy: self) }
}

/// One value of a statement that returns one column named `value`.
public struct Value<Wrapped: Decodable & Sendable>: Decodable, Sendable {
    /// The value.
    public var value: Wrapped
}
