import Synchronization

/// What goes out with a connection's next statement, in one segment: what begins a transaction, and what nobody waits for the result
/// of. Kept beside the connection, so that adding to it costs no change of threads.
final class StatementsAhead: Sendable {
    private struct State {
        var statements: [SQL] = []
        /// How many of them begin the transaction.
        var beginning = 0
        /// Whether the server has begun it.
        var hasBegun = false
        /// What ended the connection before it had.
        var lost: DatabaseError?
        /// For whom the transaction acts: the last of them now.
        var callers: [String] = []
        /// Outside a transaction, and alive when it was last seen.
        var isAtRest = false
    }
    private let state = Mutex(State())

    /// A transaction begins with these, when something is sent.
    func begin(_ statements: [SQL], caller: String) {
        state.withLock { $0 = State(statements: statements, beginning: statements.count, callers: [caller]) }
    }

    /// Adds a statement.
    func add(_ statement: SQL) { state.withLock { $0.statements.append(statement) } }

    /// Takes all there are.
    func take() -> [SQL] {
        state.withLock { state in
            defer { state.statements = [] }
            return state.statements
        }
    }

    /// Puts back what was taken and not sent.
    func putBack(_ statements: [SQL]) { state.withLock { $0.statements = statements } }

    /// Whether there are none.
    var isEmpty: Bool { state.withLock(\.statements.isEmpty) }

    /// Whether nothing of the transaction is known to the server, and nothing but its beginning would be.
    var isOnlyBeginning: Bool { state.withLock { !$0.hasBegun && $0.statements.count == $0.beginning } }

    /// Whether nothing of the transaction reached the server.
    var isUnsent: Bool { state.withLock { !$0.hasBegun && !$0.statements.isEmpty } }

    /// What ended the connection before the server had begun the transaction.
    var lost: DatabaseError? { state.withLock(\.lost) }

    /// The server has answered.
    func noteBegun() { state.withLock { $0.hasBegun = true } }

    /// The connection ended; nothing is lost with it but what was never committed.
    func noteLost(_ error: DatabaseError) { state.withLock { if !$0.hasBegun { $0.lost = error } } }

    /// Whether the connection is fit for the next user, as far as that was seen last.
    var isAtRest: Bool {
        get { state.withLock(\.isAtRest) }
        set { state.withLock { $0.isAtRest = newValue } }
    }

    /// Acts for somebody else.
    func push(caller: String) { state.withLock { $0.callers.append(caller) } }

    /// Acts for whom it acted before; answers for whom.
    func popCaller() -> String {
        state.withLock { state in
            state.callers.removeLast()
            return state.callers.last ?? ""
        }
    }
}
