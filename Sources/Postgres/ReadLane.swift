import Fields
import Synchronization

/// The read lane: everybody's single statements on a few connections, in batches.
///
/// A lone request is sent at once, by its caller. While every connection has a batch under way, the others queue, and go out together
/// with one Sync when one is done: the busier it is, the larger the batches, and the less each request costs PostgreSQL
/// (`targets.md`). What one statement's error or a connection's end does to the others of its batch is undone: they are sent
/// again, each alone.
final class ReadLane: Sendable {
    private enum Place {
        case closed
        case opening(PipelineConnection)
        case idle(PipelineConnection)
        case busy(PipelineConnection, generation: Int)

        var isClosed: Bool { if case .closed = self { true } else { false } }
        var isOpening: Bool { if case .opening = self { true } else { false } }
        var connection: PipelineConnection? {
            switch self {
            case .closed: nil
            case .opening(let connection), .idle(let connection), .busy(let connection, _): connection
            }
        }
    }

    private struct State {
        var places: [Place]
        /// Oldest first.
        var queue: [PendingRead] = []
        /// Raised when a connection ends under a batch: those that were opened before are as old, and likely as dead.
        var generation = 0
        var batches = 0
        var isClosed = false
    }

    /// What is to be done once the lock is given back.
    private struct Orders {
        var send: (PipelineConnection, [PendingRead])?
        var start: [PipelineConnection] = []
        var close: [PipelineConnection] = []
    }

    /// The most statements in a batch.
    static let largestBatch = 64
    /// For each connection so many may wait; more are refused at once, because they would wait in vain.
    static let waitersPerConnection = 128

    private let size: Int
    private let waitLimit: Duration
    private let settings: ConnectionSettings
    private let state: Mutex<State>
    private let counter = PoolCounter()

    init(size: Int, waitLimit: Duration, settings: ConnectionSettings) {
        self.size = size
        self.waitLimit = waitLimit
        self.settings = settings
        state = Mutex(State(places: Array(repeating: .closed, count: size)))
    }

    /// Everything counted since the start.
    var statistics: LaneStatistics {
        var statistics = counter.statistics
        state.withLock { state in
            statistics.lent = state.places.count { if case .busy = $0 { true } else { false } }
            statistics.waiting = state.queue.count { !$0.request.isAnswered }
            statistics.batches = state.batches
        }
        statistics.size = size
        return statistics
    }

    /// Runs one statement.
    func run(_ statement: SQL) async throws -> ResultSet {
        let request = try ReadRequest(statement)
        do {
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    guard request.begin(continuation) else { return }
                    let now = ContinuousClock.now
                    submit(PendingRead(request: request, since: now, deadline: now + waitLimit))
                }
            } onCancel: {
                // What was sent already is not stopped: others share the connection.
                request.answer(.failure(CancellationError()))
            }
        } catch let error as DatabaseError {
            counter.failed(error.kind)
            throw error
        }
    }

    /// Closes what idles at once, and the rest when nothing waits for it.
    func close() {
        let idle = state.withLock { state in
            state.isClosed = true
            var idle: [PipelineConnection] = []
            for (index, place) in state.places.enumerated() {
                guard case .idle(let connection) = place else { continue }
                idle.append(connection)
                state.places[index] = .closed
            }
            return idle
        }
        for connection in idle { connection.close() }
    }

    deinit {
        // Whoever waits holds the lane: nothing is under way any more.
        for connection in state.withLock({ $0.places.compactMap(\.connection) }) { connection.close() }
    }

    // MARK: - The queue

    private func submit(_ pending: PendingRead) {
        let orders: Orders? = state.withLock { state in
            var orders = Orders()
            let idle = state.places.firstIndex { if case .idle = $0 { true } else { false } }
            if let idle, let connection = state.places[idle].connection {
                state.places[idle] = .busy(connection, generation: state.generation)
                state.batches += 1
                orders.send = (connection, [pending])
                return orders
            }
            guard state.queue.count < size * Self.waitersPerConnection else { return nil }
            state.queue.append(pending)
            openForQueue(&state, &orders)
            return orders
        }
        guard let orders else {
            counter.refused()
            return pending.request.answer(.failure(Problem.unavailable()))
        }
        carryOut(orders)
    }

    /// Opens connections while more wait than are being opened already.
    private func openForQueue(_ state: inout State, _ orders: inout Orders) {
        var opening = state.places.count(where: \.isOpening)
        for (index, place) in state.places.enumerated() where place.isClosed && opening < state.queue.count {
            let connection = PipelineConnection(settings, owner: self)
            state.places[index] = .opening(connection)
            orders.start.append(connection)
            opening += 1
        }
    }

    /// What a connection that is free does next: a batch, wait, or end.
    private func next(_ connection: PipelineConnection, _ index: Int, _ state: inout State, _ orders: inout Orders) {
        state.queue.removeAll { $0.request.isAnswered }
        if state.queue.isEmpty {
            if state.isClosed {
                state.places[index] = .closed
                orders.close.append(connection)
            } else {
                state.places[index] = .idle(connection)
            }
            return
        }
        // Those that are about to be free take their part.
        let sharers = 1 + state.places.count(where: \.isOpening)
        let most = min(Self.largestBatch, (state.queue.count + sharers - 1) / sharers)
        let together = state.queue.prefix(most).prefix { !$0.isAlone }.count
        let batch = Array(state.queue.prefix(max(1, together)))
        state.queue.removeFirst(batch.count)
        state.places[index] = .busy(connection, generation: state.generation)
        state.batches += 1
        orders.send = (connection, batch)
    }

    private func carryOut(_ orders: Orders) {
        for connection in orders.start { connection.start() }
        for connection in orders.close { connection.close() }
        guard let (connection, batch) = orders.send else { return }
        let now = ContinuousClock.now
        for pending in batch { counter.lent(after: now - pending.since) }
        // It ended while it idled, and nobody has noticed before us: another takes its place.
        if !connection.send(batch) { lost(connection, unsent: batch) }
    }

    // MARK: - What becomes of connections

    /// Puts what must be sent again in front, those that were lost once already aside.
    private func requeue(_ again: [PendingRead], _ state: inout State) {
        state.queue.insert(contentsOf: again.filter { !$0.request.isAnswered }, at: 0)
    }

    private func index(of connection: PipelineConnection, _ state: State) -> Int? {
        state.places.firstIndex { $0.connection === connection }
    }

    /// A connection that ended before anything of a batch was sent.
    private func lost(_ connection: PipelineConnection, unsent: [PendingRead]) {
        let orders = state.withLock { state in
            var orders = Orders()
            if let index = index(of: connection, state) { state.places[index] = .closed }
            orders.close.append(connection)
            requeue(unsent, &state)
            openForQueue(&state, &orders)
            return orders
        }
        carryOut(orders)
    }
}

extension ReadLane: PipelineOwner {
    func opened(_ connection: PipelineConnection) {
        counter.opened()
        free(connection, again: [])
    }

    func finished(_ connection: PipelineConnection, again: [PendingRead]) { free(connection, again: again) }

    private func free(_ connection: PipelineConnection, again: [PendingRead]) {
        let now = ContinuousClock.now
        let (orders, overdue) = state.withLock { state in
            var orders = Orders()
            requeue(again, &state)
            let overdue = removeOverdue(now, &state)
            guard let index = index(of: connection, state) else { return (orders, overdue) }
            if case .busy(_, let generation) = state.places[index], generation < state.generation {
                state.places[index] = .closed
                orders.close.append(connection)
                openForQueue(&state, &orders)
            } else {
                next(connection, index, &state, &orders)
            }
            return (orders, overdue)
        }
        carryOut(orders)
        refuse(overdue)
    }

    func lost(_ connection: PipelineConnection, unanswered: [PendingRead], error: DatabaseError) {
        counter.failed(error.kind)
        let (orders, failed) = state.withLock { state in
            var orders = Orders()
            let wasOpening = index(of: connection, state).map { state.places[$0].isOpening } ?? false
            if let index = index(of: connection, state) { state.places[index] = .closed }
            var failed = unanswered.filter(\.wasLost)
            if !unanswered.isEmpty {
                state.generation += 1
                for (index, place) in state.places.enumerated() {
                    guard case .idle(let idle) = place else { continue }
                    orders.close.append(idle)
                    state.places[index] = .closed
                }
                // A read changes nothing: what was lost with an old connection is asked again on a new one, once.
                requeue(
                    unanswered.filter { !$0.wasLost }.map { pending in
                        var pending = pending
                        pending.wasLost = true
                        pending.isAlone = true
                        return pending
                    }, &state)
            }
            if wasOpening, state.places.allSatisfy(\.isClosed) {
                // Nobody is there: who waits is told, and the next who asks tries again.
                failed += state.queue
                state.queue = []
            } else if !wasOpening {
                openForQueue(&state, &orders)
            }
            return (orders, failed)
        }
        carryOut(orders)
        for pending in failed { pending.request.answer(.failure(error)) }
    }

    func tick(_ now: ContinuousClock.Instant) {
        refuse(state.withLock { removeOverdue(now, &$0) })
    }

    private func removeOverdue(_ now: ContinuousClock.Instant, _ state: inout State) -> [PendingRead] {
        guard state.queue.contains(where: { $0.deadline < now }) else { return [] }
        let overdue = state.queue.filter { $0.deadline < now }
        state.queue.removeAll { $0.deadline < now }
        return overdue
    }

    private func refuse(_ overdue: [PendingRead]) {
        for pending in overdue {
            counter.refused()
            pending.request.answer(.failure(Problem.unavailable()))
        }
    }
}
