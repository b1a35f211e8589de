import CLibPQ
import Foundation

/// Statements that go out together, and what begins and ends transactions.
extension Connection {
    // MARK: - Segments

    /// Sends what waits, with a statement if there is one.
    @discardableResult
    func sendAhead(with statement: SQL? = nil) throws(DatabaseError) -> ResultSet {
        let waiting = ahead.take()
        let statements = waiting + (statement.map { [$0] } ?? [])
        let bound: [BoundValues]
        do throws(DatabaseError) { bound = try Self.bound(statements) } catch {
            // Nothing was sent: what begins the transaction must still be.
            ahead.putBack(waiting)
            throw error
        }
        do throws(DatabaseError) {
            let result = try segment(statements, bound)
            ahead.noteBegun()
            return result
        } catch {
            // Anything but the connection's end is an answer.
            if error.kind == .connection { ahead.noteLost(error) } else { ahead.noteBegun() }
            throw error
        }
    }

    private static func bound(_ statements: [SQL]) throws(DatabaseError) -> [BoundValues] {
        var bound: [BoundValues] = []
        for statement in statements { bound.append(try BoundValues(statement.values)) }
        return bound
    }

    /// Runs statements with one Sync: they go out together, and their answers come back together. What the last one gave, or the first
    /// error, after which none ran.
    private func segment(_ statements: [SQL], _ bound: [BoundValues]) throws(DatabaseError) -> ResultSet {
        let handle = try live()
        let fresh = try names(for: statements)
        guard PQenterPipelineMode(handle) == 1 else { throw failure(handle) }
        // What each answer is to: the text that was prepared, or nothing.
        var steps: [(prepared: String?, text: String)] = []
        var isSent = true
        for (statement, values) in zip(statements, bound) {
            let text = statement.text
            guard let name = prepared.name(of: text) else { continue }
            if fresh.contains(text), !steps.contains(where: { $0.prepared == text }) {
                isSent = PQsendPrepare(handle, name, text, 0, nil) == 1 && isSent
                steps.append((text, text))
            }
            isSent =
                values.withPointers { PQsendQueryPrepared(handle, name, $0, $1, nil, nil, 0) } == 1 && isSent
            steps.append((nil, text))
        }
        isSent = PQpipelineSync(handle) == 1 && isSent
        guard isSent else {
            // Only a broken connection takes nothing.
            let message = String(cString: PQerrorMessage(handle))
            close()
            throw .lost(message)
        }
        return try answers(to: steps, handle)
    }

    /// Gives each statement a name; answers which are new to the server.
    private func names(for statements: [SQL]) throws(DatabaseError) -> Set<String> {
        var fresh: Set<String> = []
        for text in statements.map(\.text) where prepared.name(of: text) == nil {
            let evicted = prepared.add(text).evicted
            fresh.insert(text)
            guard let evicted else { continue }
            do throws(DatabaseError) { try plain("DEALLOCATE \(evicted)") } catch {
                for text in fresh { prepared.forget(text) }
                throw error
            }
        }
        return fresh
    }

    private func answers(
        to steps: [(prepared: String?, text: String)], _ handle: OpaquePointer
    ) throws(DatabaseError) -> ResultSet {
        let deadline = deadline
        try flush(handle, until: deadline)
        var last: ResultSet?
        var failed: DatabaseError?
        for step in steps {
            var isDone = true
            while let result = try next(handle, until: deadline) {
                switch PQresultStatus(result) {
                case PGRES_PIPELINE_ABORTED:
                    PQclear(result)
                    isDone = false
                case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                    let error = Self.error(result)
                    PQclear(result)
                    isDone = false
                    if error.kind == .stalePlan { prepared.forget(step.text) }
                    failed = failed ?? error
                    // A connection that broke gives the same error for ever.
                    if PQstatus(handle) != CONNECTION_OK { throw error.kind == .connection ? error : failure(handle) }
                default: last = ResultSet(result)
                }
            }
            if let text = step.prepared, !isDone { prepared.forget(text) }
        }
        if let sync = try next(handle, until: deadline) { PQclear(sync) }
        guard PQexitPipelineMode(handle) == 1 else { throw failure(handle) }
        if let failed { throw failed }
        guard let last else { throw failure(handle) }
        return last
    }

    private func next(
        _ handle: OpaquePointer, until deadline: ContinuousClock.Instant
    ) throws(DatabaseError) -> OpaquePointer? {
        while PQisBusy(handle) == 1 { try wait(handle, POLLIN, until: deadline) }
        return PQgetResult(handle)
    }

    // MARK: - Transactions

    /// Begins a transaction when its first statement is sent, in one segment with it.
    nonisolated func begin(_ isolation: Isolation, introduction: SQL, caller: String) {
        let isolation = isolation.rawValue
        ahead.begin(["BEGIN ISOLATION LEVEL \(unsafeTextNeverFromInput: isolation)", introduction], caller: caller)
    }

    /// Commits, in one segment with what still waits; returns the command that the server says it carried out.
    func commit() throws(DatabaseError) -> String {
        let isNothing = ahead.isOnlyBeginning
        let statements = ahead.take()
        var command = "COMMIT"
        if !isNothing {
            let all = statements + ["COMMIT"]
            command = try statements.isEmpty ? plain("COMMIT").command : segment(all, Self.bound(all)).command
        }
        ahead.isAtRest = isReusable
        return command
    }

    /// Ends a transaction without a trace.
    func rollback() throws(DatabaseError) {
        let isUnsent = ahead.isUnsent
        _ = ahead.take()
        if !isUnsent { try plain("ROLLBACK") }
        ahead.isAtRest = isReusable
    }

    /// Undoes what followed a savepoint, also what was not sent.
    func rollback(to savepoint: String) throws(DatabaseError) {
        _ = ahead.take()
        try plain("ROLLBACK TO SAVEPOINT \(savepoint)")
    }
}
