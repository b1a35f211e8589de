import CLibPQ
import Fields
import Foundation
import Synchronization

/// Who gives a pipeline's connection its work and is told what becomes of it. All of it is called on the connection's own thread.
protocol PipelineOwner: AnyObject, Sendable {
    /// It is open.
    func opened(_ connection: PipelineConnection)
    /// Its batch is done, but for what must be sent again.
    func finished(_ connection: PipelineConnection, again: [PendingRead])
    /// It ended, or could not be opened; nothing that it had under way was answered.
    func lost(_ connection: PipelineConnection, unanswered: [PendingRead], error: DatabaseError)
    /// A moment has passed.
    func tick(_ now: ContinuousClock.Instant)
}

/// One libpq connection in pipeline mode: a batch of statements goes out with one Sync, and the answers come back in order.
///
/// Whoever has a batch sends it, on whatever thread: it never blocks. A thread of the connection's own waits for the answers.
final class PipelineConnection: Sendable {
    private enum Step {
        case prepare(Int, text: String)
        case deallocate(String)
        case execute(Int)
        case sync
    }

    /// What came of the step that is being answered.
    private enum Outcome {
        case nothing
        case result(ResultSet)
        case failed(DatabaseError)
        case aborted
    }

    private struct State: @unchecked Sendable {
        var handle: OpaquePointer?
        var isOpening = true
        var isClosing = false
        var needsFlush = false
        var prepared = PreparedStatements()
        /// Names that the server is still to forget.
        var stale: [String] = []
        /// What is under way; nil once it is answered.
        var batch: [PendingRead?] = []
        var again: [PendingRead] = []
        var steps: [Step] = []
        var step = 0
        var outcome = Outcome.nothing
        /// When the connection is given up, should no answer come.
        var deadline: ContinuousClock.Instant?
    }

    private let settings: ConnectionSettings
    private let state = Mutex(State())
    private weak let owner: (any PipelineOwner)?

    /// How often the thread looks at its clock while nothing comes, in milliseconds.
    private static let tick: Int32 = 200
    /// How long an attempt to connect may take.
    private static let openLimit: Duration = .seconds(5)

    init(_ settings: ConnectionSettings, owner: any PipelineOwner) {
        self.settings = settings
        self.owner = owner
    }

    /// Starts its thread, which opens it and goes on until it ends.
    func start() {
        let thread = Thread { [self] in run() }
        thread.name = settings.label
        thread.stackSize = 512 * 1024
        thread.start()
    }

    /// Ends it, once its batch is done.
    func close() {
        state.withLock { state in
            state.isClosing = true
            if state.steps.isEmpty, !state.isOpening { Self.end(&state) }
        }
    }

    // MARK: - Sending

    /// Sends a batch; false, when the connection has ended and nothing of it was sent.
    func send(_ batch: [PendingRead]) -> Bool {
        state.withLock { state in
            guard let handle = state.handle, PQstatus(handle) == CONNECTION_OK else { return false }
            let now = ContinuousClock.now
            state.deadline = now + settings.statementTimeout * batch.count + .seconds(5)
            state.batch = batch.map { pending in
                var pending = pending
                // The server cuts a statement by itself; others of the batch, that wait for it, are told by us.
                pending.deadline = now + settings.statementTimeout + .seconds(1)
                return pending
            }
            for name in state.stale { Self.deallocate(name, handle, &state) }
            state.stale = []
            var isSent = true
            for (place, pending) in batch.enumerated() {
                let name = Self.name(of: pending.request.text, place, handle, &state)
                let sent = pending.request.values.withPointers {
                    PQsendQueryPrepared(handle, name, $0, $1, nil, nil, 0)
                }
                isSent = isSent && sent == 1
                state.steps.append(.execute(place))
            }
            isSent = PQpipelineSync(handle) == 1 && isSent
            state.steps.append(.sync)
            // What the server does not take at once, the thread sends when it wakes next.
            state.needsFlush = PQflush(handle) != 0
            // Only a broken connection takes nothing: the thread sees it, or gives it up at its next look at the clock.
            if !isSent { state.deadline = now }
            return true
        }
    }

    private static func deallocate(_ name: String, _ handle: OpaquePointer, _ state: inout State) {
        _ = PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 0)
        state.steps.append(.deallocate(name))
    }

    private static func name(of text: String, _ place: Int, _ handle: OpaquePointer, _ state: inout State) -> String {
        if let known = state.prepared.name(of: text) { return known }
        let (fresh, evicted) = state.prepared.add(text)
        if let evicted { deallocate(evicted, handle, &state) }
        _ = PQsendPrepare(handle, fresh, text, 0, nil)
        state.steps.append(.prepare(place, text: text))
        return fresh
    }

    // MARK: - The thread

    private func run() {
        do throws(DatabaseError) { try open() } catch {
            owner?.lost(self, unanswered: [], error: error)
            return
        }
        owner?.opened(self)
        while true {
            let (socket, events) = state.withLock { state -> (Int32?, Int32) in
                (state.handle.map(PQsocket), state.needsFlush ? POLLIN | POLLOUT : POLLIN)
            }
            guard let socket, let owner else { break }
            let isReady = Self.wait(socket, events)
            let now = ContinuousClock.now
            if !isReady { owner.tick(now) }
            if !work(isReady, now, owner) { break }
        }
        state.withLock { Self.end(&$0) }
    }

    /// Whether the socket is ready, before the next tick.
    private static func wait(_ socket: Int32, _ events: Int32) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(events), revents: 0)
        return poll(&descriptor, 1, tick) > 0
    }

    private func open() throws(DatabaseError) {
        let handle = try connect()
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        PQsetnonblocking(handle, 1)
        guard PQenterPipelineMode(handle) == 1 else {
            PQfinish(handle)
            throw .lost("no pipeline mode")
        }
        let isWanted = state.withLock { state in
            state.isOpening = false
            if !state.isClosing { state.handle = handle }
            return !state.isClosing
        }
        if !isWanted {
            PQfinish(handle)
            throw .lost("closed while it was opened")
        }
    }

    /// Connects without blocking, so that who waits for it is not forgotten meanwhile.
    private func connect() throws(DatabaseError) -> OpaquePointer {
        let started = settings.withPointers { PQconnectStartParams($0, $1, 1) }
        guard let handle = started else { throw .lost("out of memory") }
        let limit = ContinuousClock.now + Self.openLimit
        var status = PQstatus(handle) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK, status != PGRES_POLLING_FAILED, ContinuousClock.now < limit {
            if Self.wait(PQsocket(handle), status == PGRES_POLLING_READING ? POLLIN : POLLOUT) {
                status = PQconnectPoll(handle)
            } else {
                owner?.tick(.now)
            }
        }
        guard status == PGRES_POLLING_OK else {
            let message = String(cString: PQerrorMessage(handle)).trimmingCharacters(in: .whitespacesAndNewlines)
            PQfinish(handle)
            throw DatabaseError(kind: .connection, sqlState: "08001", message: message)
        }
        return handle
    }

    /// Reads what has come, answers it, and tells the owner. False when the connection has ended.
    private func work(_ isReady: Bool, _ now: ContinuousClock.Instant, _ owner: any PipelineOwner) -> Bool {
        var answers: [(ReadRequest, Result<ResultSet, any Error>)] = []
        var lost: DatabaseError?
        let (isDone, again, unanswered) = state.withLock { state -> (Bool, [PendingRead], [PendingRead]) in
            guard let handle = state.handle else { return (false, [], []) }
            if state.needsFlush { state.needsFlush = PQflush(handle) != 0 }
            if isReady, PQconsumeInput(handle) == 0 { lost = Self.failure(handle) }
            lost = Self.read(handle, &state, &answers) ?? lost
            if lost == nil, PQstatus(handle) != CONNECTION_OK { lost = Self.failure(handle) }
            if lost == nil, let deadline = state.deadline, now > deadline {
                lost = .lost("the server did not answer in time")
            }
            if lost != nil {
                let unanswered = state.batch.compactMap(\.self) + state.again
                Self.end(&state)
                return (false, [], unanswered)
            }
            if !isReady { Self.expire(now, &state, &answers) }
            guard state.deadline != nil, state.steps.isEmpty else { return (false, [], []) }
            state.deadline = nil
            defer { state.again = [] }
            return (true, state.again, [])
        }
        if let lost {
            owner.lost(self, unanswered: unanswered, error: lost)
        } else if isDone {
            // The next batch goes out before who got an answer goes on: the server works meanwhile.
            owner.finished(self, again: again)
        }
        for (request, result) in answers { request.answer(result) }
        if isDone {
            state.withLock { state in if state.isClosing, state.steps.isEmpty { Self.end(&state) } }
        }
        return lost == nil
    }

    /// Takes the results that are there; answers the failure that ended the connection, if one did.
    private static func read(
        _ handle: OpaquePointer, _ state: inout State, _ answers: inout [(ReadRequest, Result<ResultSet, any Error>)]
    ) -> DatabaseError? {
        while state.step < state.steps.count, PQisBusy(handle) == 0 {
            guard let result = PQgetResult(handle) else {
                // The end of a step's results.
                if let lost = finish(&state, &answers) { return lost }
                continue
            }
            switch PQresultStatus(result) {
            case PGRES_PIPELINE_SYNC:
                PQclear(result)
                state.steps = []
                state.step = 0
                state.batch = []
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
                state.outcome = .aborted
            case PGRES_FATAL_ERROR, PGRES_BAD_RESPONSE, PGRES_NONFATAL_ERROR:
                state.outcome = .failed(Connection.error(result))
                PQclear(result)
                // A connection that broke gives the same error for ever.
                if PQstatus(handle) != CONNECTION_OK { return finish(&state, &answers) ?? failure(handle) }
            default:
                state.outcome = .result(ResultSet(result))
            }
        }
        return nil
    }

    /// Settles the step whose results are all there.
    private static func finish(
        _ state: inout State, _ answers: inout [(ReadRequest, Result<ResultSet, any Error>)]
    ) -> DatabaseError? {
        let outcome = state.outcome
        state.outcome = .nothing
        if case .failed(let error) = outcome, error.kind == .connection { return error }
        defer { state.step += 1 }
        switch state.steps[state.step] {
        case .sync: break
        // It did not run: the next batch does it.
        case .deallocate(let name): if case .aborted = outcome { state.stale.append(name) }
        case .prepare(let place, let text):
            switch outcome {
            case .failed(let error):
                state.prepared.forget(text)
                if let pending = state.batch[place] { answers.append((pending.request, .failure(error))) }
                state.batch[place] = nil
            case .aborted: state.prepared.forget(text)
            case .result, .nothing: break
            }
        case .execute(let place):
            guard var pending = state.batch[place] else { break }
            state.batch[place] = nil
            switch outcome {
            case .result(let result): answers.append((pending.request, .success(result)))
            case .failed(let error) where error.kind == .stalePlan && !pending.wasStale:
                if let name = state.prepared.name(of: pending.request.text) { state.stale.append(name) }
                state.prepared.forget(pending.request.text)
                pending.wasStale = true
                pending.isAlone = true
                state.again.append(pending)
            case .failed(let error): answers.append((pending.request, .failure(error)))
            case .aborted, .nothing:
                pending.isAlone = true
                state.again.append(pending)
            }
        }
        return nil
    }

    /// Tells those of a batch that waited too long; what the server still does for them comes to nothing.
    private static func expire(
        _ now: ContinuousClock.Instant, _ state: inout State,
        _ answers: inout [(ReadRequest, Result<ResultSet, any Error>)]
    ) {
        let error = DatabaseError(kind: .cancelled, sqlState: "57014", message: "not answered in time")
        for pending in state.batch.compactMap(\.self) where now > pending.deadline {
            answers.append((pending.request, .failure(error)))
        }
    }

    private static func end(_ state: inout State) {
        if let handle = state.handle { PQfinish(handle) }
        state.handle = nil
        state.steps = []
        state.batch = []
        state.again = []
        state.deadline = nil
    }

    private static func failure(_ handle: OpaquePointer) -> DatabaseError {
        .lost(String(cString: PQerrorMessage(handle)).trimmingCharacters(in: .whitespacesAndNewlines))
    }
}
