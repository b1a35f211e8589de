import Synchronization

/// What a lane counts of its use, since the start.
public struct LaneStatistics: Sendable {
    /// Connections in use.
    public var lent = 0
    /// Callers waiting for one.
    public var waiting = 0
    /// The most there may be.
    public var size = 0
    /// Times a connection was lent; in the read lane, statements sent.
    public var loans = 0
    /// Batches that the read lane's statements went out in.
    public var batches = 0
    /// Callers refused after the wait limit, or because too many waited already.
    public var refusals = 0
    /// Connections opened.
    public var opened = 0
    /// How long callers waited: one count for each of `waitBounds`, and one for longer.
    public var waits = [Int](repeating: 0, count: waitBounds.count + 1)
    /// Sum of the waits, in seconds.
    public var waitSeconds = 0.0
    /// Errors by class.
    public var errors: [DatabaseError.Kind: Int] = [:]

    /// Upper bounds of the waits counted, in seconds.
    public static let waitBounds = [0.001, 0.01, 0.1, 0.5, 1, 3]
}

extension DatabaseError.Kind {
    /// A word for it.
    public var word: String { "\(self)" }
}

/// Counts, for one pool.
final class PoolCounter: Sendable {
    private let counts = Mutex(LaneStatistics())

    var statistics: LaneStatistics { counts.withLock { $0 } }

    func lent(after wait: Duration) {
        let seconds = Double(wait.components.seconds) + Double(wait.components.attoseconds) / 1e18
        counts.withLock {
            $0.loans += 1
            $0.waitSeconds += seconds
            $0.waits[LaneStatistics.waitBounds.firstIndex { seconds <= $0 } ?? LaneStatistics.waitBounds.count] += 1
        }
    }

    func refused() { counts.withLock { $0.refusals += 1 } }
    func opened() { counts.withLock { $0.opened += 1 } }
    func failed(_ kind: DatabaseError.Kind) { counts.withLock { $0.errors[kind, default: 0] += 1 } }
}
