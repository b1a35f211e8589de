import Synchronization

/// One statement that somebody waits for. It is answered exactly once, whoever comes first: its result, a failure, or the
/// cancellation of who asked.
final class ReadRequest: Sendable {
    let text: String
    let values: BoundValues

    private enum State {
        case new
        case waiting(CheckedContinuation<ResultSet, any Error>)
        case answered
    }
    private let state = Mutex(State.new)

    init(_ statement: SQL) throws(DatabaseError) {
        text = statement.text
        values = try BoundValues(statement.values)
    }

    /// Takes who waits; false when they were cancelled before they could.
    func begin(_ continuation: CheckedContinuation<ResultSet, any Error>) -> Bool {
        let isNew = state.withLock { state in
            guard case .new = state else { return false }
            state = .waiting(continuation)
            return true
        }
        if !isNew { continuation.resume(throwing: CancellationError()) }
        return isNew
    }

    /// Answers, unless it was answered before.
    func answer(_ result: Result<ResultSet, any Error>) {
        let continuation: CheckedContinuation<ResultSet, any Error>? = state.withLock { state in
            defer { state = .answered }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
        continuation?.resume(with: result)
    }

    /// Whether nobody waits any more.
    var isAnswered: Bool {
        state.withLock { state in
            if case .answered = state { return true }
            return false
        }
    }
}

/// A request on its way: in the queue, or with a connection.
struct PendingRead: Sendable {
    let request: ReadRequest
    let since: ContinuousClock.Instant
    /// When who waits is told that it takes too long.
    var deadline: ContinuousClock.Instant
    /// Sent with no other: it was in a batch that another's error, or the end of its connection, cut short.
    var isAlone = false
    /// It was with a connection that ended: it is asked once more, and not for ever.
    var wasLost = false
    /// Its prepared statement did not fit the tables any more: it is prepared once more.
    var wasStale = false
}
