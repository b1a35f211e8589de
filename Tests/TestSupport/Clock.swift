import Fields
import Synchronization

/// A clock that stands still until the test moves it.
public final class TestClock: Sendable {
    private let instant: Mutex<Instant>

    /// Stands at the present instant.
    public init() { instant = Mutex(TimeSource.system.now()) }

    /// Stands at an instant.
    public init(at start: Instant) { instant = Mutex(start) }

    /// What the program is given.
    public var source: TimeSource { TimeSource { self.now } }

    /// When it stands.
    public var now: Instant { instant.withLock { $0 } }

    /// Moves it on.
    public func advance(seconds: Int) { instant.withLock { $0 = $0.adding(seconds: seconds) } }
}
