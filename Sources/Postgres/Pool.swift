import Fields
import Synchronization

/// A bounded set of connections, lent in the order they are asked for.
final class Pool: Sendable {
    private struct Waiter {
        let id: Int
        let continuation: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var idle: [Connection] = []
        /// Places taken: connections lent out.
        var lent = 0
        /// Oldest first.
        var waiters: [Waiter] = []
        var nextWaiter = 0
        /// Callers on their way into the queue or in it, who have not given up.
        var pending: Set<Int> = []
        var isClosed = false
    }

    let size: Int
    let waitLimit: Duration
    private let settings: ConnectionSettings
    private let state = Mutex(State())
    private let counter = PoolCounter()

    /// For each place so many may wait; more are refused at once, because they would wait in vain.
    static let waitersPerPlace = 64

    init(size: Int, waitLimit: Duration, settings: ConnectionSettings) {
        self.size = size
        self.waitLimit = waitLimit
        self.settings = settings
    }

    /// Places in use, callers waiting.
    var load: (lent: Int, waiting: Int) { state.withLock { ($0.lent, $0.waiters.count) } }

    /// Everything counted since the start.
    var statistics: LaneStatistics {
        var statistics = counter.statistics
        (statistics.lent, statistics.waiting) = load
        statistics.size = size
        return statistics
    }

    /// Counts an error that was dealt with and not passed on: a collision that is tried again.
    func count(_ error: DatabaseError) { counter.failed(error.kind) }

    /// Lends a connection for the time of the body, opening one if none is idle or a `fresh` one is asked for; refuses
    /// with `unavailable` after the wait limit.
    func withConnection<T: Sendable>(fresh: Bool = false, _ body: (Connection) async throws -> T) async throws -> T {
        let start = ContinuousClock.now
        do { try await takePlace() } catch {
            counter.refused()
            throw error
        }
        counter.lent(after: ContinuousClock.now - start)
        let connection: Connection
        if fresh { await closeIdle() }
        if !fresh, let idle = state.withLock({ $0.idle.popLast() }) {
            connection = idle
        } else {
            connection = try await open()
        }
        do {
            let value = try await body(connection)
            await takeBack(connection)
            return value
        } catch {
            if let error = error as? DatabaseError { count(error) }
            await takeBack(connection)
            throw error
        }
    }

    private func open() async throws -> Connection {
        let connection = Connection(settings)
        do {
            try await connection.open()
            counter.opened()
            return connection
        } catch {
            count(error)
            freePlace()
            throw error
        }
    }

    /// Takes a connection back; one that is not fit for the next user is closed.
    private func takeBack(_ connection: Connection) async {
        var isReusable = connection.isKnownReusable
        if !isReusable { isReusable = await connection.isReusable }
        if isReusable {
            let isClosed = state.withLock { state in
                if !state.isClosed { state.idle.append(connection) }
                return state.isClosed
            }
            if isClosed { await connection.close() }
        } else {
            await connection.close()
        }
        freePlace()
    }

    /// Closes what is idle, and the rest as it comes back.
    func close() async {
        state.withLock { $0.isClosed = true }
        await closeIdle()
    }

    /// Whoever asks for a fresh connection found a dead one: those that idle are as old, and likely as dead.
    private func closeIdle() async {
        let idle = state.withLock { state in
            defer { state.idle = [] }
            return state.idle
        }
        for connection in idle { await connection.close() }
    }

    private func takePlace() async throws {
        let id: Int? = try state.withLock {
            if $0.lent < size, $0.waiters.isEmpty {
                $0.lent += 1
                return nil
            }
            guard $0.pending.count < size * Self.waitersPerPlace else { throw Problem.unavailable() }
            $0.nextWaiter += 1
            $0.pending.insert($0.nextWaiter)
            return $0.nextWaiter
        }
        guard let id else { return }
        let timeout = Task { [self] in
            do { try await Task.sleep(for: waitLimit) } catch { return }
            giveUp(id)
        }
        let gotPlace = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                // Nil: wait. Otherwise the answer is known already.
                let answer: Bool? = state.withLock {
                    guard $0.pending.contains(id) else { return false }
                    if $0.lent < size {
                        $0.lent += 1
                        return true
                    }
                    $0.waiters.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            giveUp(id)
        }
        timeout.cancel()
        state.withLock { _ = $0.pending.remove(id) }
        if Task.isCancelled, gotPlace {
            freePlace()
            throw CancellationError()
        }
        guard gotPlace else {
            if Task.isCancelled { throw CancellationError() }
            throw Problem.unavailable()
        }
    }

    private func giveUp(_ id: Int) {
        let waiter: Waiter? = state.withLock {
            if let position = $0.waiters.firstIndex(where: { $0.id == id }) { return $0.waiters.remove(at: position) }
            $0.pending.remove(id)
            return nil
        }
        waiter?.continuation.resume(returning: false)
    }

    /// Gives the place to whoever waits longest.
    private func freePlace() {
        let waiter: Waiter? = state.withLock {
            if !$0.waiters.isEmpty { return $0.waiters.removeFirst() }
            $0.lent -= 1
            return nil
        }
        waiter?.continuation.resume(returning: true)
    }
}
