import CLibPQ
import Fields
import Foundation
import Synchronization

/// What a connection is opened with.
struct ConnectionSettings: Sendable {
    /// libpq's keywords and values.
    var parameters: [String: String]
    /// What the server cuts a statement at; the client waits a little longer, then gives the connection up.
    var statementTimeout: Duration
    /// A name for the thread and `pg_stat_activity`.
    var label: String

    /// Lends keywords and values as libpq wants them.
    func withPointers<T>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> T
    ) -> T {
        let names = parameters.keys.sorted()
        let keywords = names.map { strdup($0) } + [nil]
        let values = names.map { strdup(parameters[$0] ?? "") } + [nil]
        defer { (keywords + values).forEach { free($0) } }
        return body(keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) })
    }
}

/// One libpq connection, on a thread of its own. Nothing else in the program touches its handle, but for `cancel`.
actor Connection {
    private nonisolated let thread: ConnectionThread
    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let settings: ConnectionSettings
    private nonisolated(unsafe) var handle: OpaquePointer?
    private nonisolated let canceller = Canceller()
    /// What goes out with the next statement.
    nonisolated let ahead = StatementsAhead()
    var prepared = PreparedStatements()

    init(_ settings: ConnectionSettings) {
        self.settings = settings
        thread = ConnectionThread(name: settings.label)
    }

    deinit {
        if let handle { PQfinish(handle) }
        thread.stop()
    }

    /// Connects, or throws a `.connection` failure.
    func open() throws(DatabaseError) {
        guard let handle = settings.withPointers({ PQconnectdbParams($0, $1, 1) }) else { throw .lost("out of memory") }
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = String(cString: PQerrorMessage(handle)).trimmingCharacters(in: .whitespacesAndNewlines)
            PQfinish(handle)
            throw DatabaseError(kind: .connection, sqlState: "08001", message: message)
        }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        PQsetnonblocking(handle, 1)
        self.handle = handle
        canceller.arm(PQgetCancel(handle))
    }

    /// Ends the session; the next use fails.
    func close() {
        canceller.disarm()
        if let handle { PQfinish(handle) }
        handle = nil
    }

    /// Whether the session is alive and outside a transaction: fit for the next user.
    var isReusable: Bool {
        guard let handle, !canceller.wasUsed else { return false }
        return PQstatus(handle) == CONNECTION_OK && PQtransactionStatus(handle) == PQTRANS_IDLE && ahead.isEmpty
    }

    /// Whether it was, when its transaction ended: known without a change of threads.
    nonisolated var isKnownReusable: Bool { ahead.isAtRest && !canceller.wasUsed }

    /// Asks the server to stop what this connection runs. Safe from any thread, at any time; a connection that was
    /// asked is closed afterwards, because the request may arrive late and hit the next statement.
    nonisolated func cancel() { canceller.cancel() }

    /// Runs one prepared statement, after those that wait for it, and returns its result.
    func run(_ statement: SQL) throws(DatabaseError) -> ResultSet {
        if !ahead.isEmpty { return try sendAhead(with: statement) }
        let handle = try live()
        let text = statement.text
        let name: String
        if let known = prepared.name(of: text) {
            name = known
        } else {
            let (fresh, evicted) = prepared.add(text)
            do throws(DatabaseError) {
                if let evicted { try plain("DEALLOCATE \(evicted)") }
                guard PQsendPrepare(handle, fresh, text, 0, nil) == 1 else { throw failure(handle) }
                _ = try result(handle)
            } catch {
                prepared.forget(text)
                throw error
            }
            name = fresh
        }
        do throws(DatabaseError) {
            let sent = try BoundValues(statement.values).withPointers { count, values in
                PQsendQueryPrepared(handle, name, count, values, nil, nil, 0)
            }
            guard sent == 1 else { throw failure(handle) }
            return ResultSet(try result(handle))
        } catch {
            if error.kind == .stalePlan {
                prepared.forget(text)
                if PQtransactionStatus(handle) == PQTRANS_IDLE { try plain("DEALLOCATE \(name)") }
            }
            throw error
        }
    }

    /// Runs statements of the program's own, without values, several at once if need be.
    @discardableResult
    func simple(_ text: String) throws(DatabaseError) -> ResultSet {
        if !ahead.isEmpty { try sendAhead() }
        return try plain(text)
    }

    /// The same, past what waits.
    @discardableResult
    func plain(_ text: String) throws(DatabaseError) -> ResultSet {
        let handle = try live()
        guard PQsendQuery(handle, text) == 1 else { throw failure(handle) }
        return ResultSet(try result(handle))
    }

    // MARK: - COPY

    /// Starts a COPY; its text has no values, because COPY takes none.
    func startCopy(_ statement: SQL) throws(DatabaseError) {
        guard statement.values.isEmpty else {
            throw DatabaseError(kind: .defect, sqlState: "0A000", message: "COPY takes no bound values")
        }
        if !ahead.isEmpty { try sendAhead() }
        let handle = try live()
        guard PQsendQuery(handle, statement.text) == 1 else { throw failure(handle) }
        try flush(handle, until: deadline)
        let deadline = deadline
        while PQisBusy(handle) == 1 { try wait(handle, POLLIN, until: deadline) }
        guard let first = PQgetResult(handle) else { throw .lost("the server gave no answer to COPY") }
        defer { PQclear(first) }
        let status = PQresultStatus(first)
        guard status == PGRES_COPY_OUT || status == PGRES_COPY_IN else {
            let error = Self.error(first)
            try drain(handle)
            throw error
        }
    }

    /// The next bytes of a COPY … TO STDOUT, at least `size` of them unless it ends; nil at the end.
    func copyOut(atLeast size: Int) throws(DatabaseError) -> [UInt8]? {
        let handle = try live()
        var bytes: [UInt8] = []
        let deadline = deadline
        while bytes.count < size {
            var row: UnsafeMutablePointer<CChar>?
            let length = PQgetCopyData(handle, &row, 1)
            if length > 0, let row {
                bytes.append(contentsOf: UnsafeRawBufferPointer(start: row, count: Int(length)))
                PQfreemem(row)
            } else if length == 0 {
                try wait(handle, POLLIN, until: deadline)
            } else {
                PQclear(try result(handle))
                return bytes.isEmpty ? nil : bytes
            }
        }
        return bytes
    }

    /// Sends bytes of a COPY … FROM STDIN; returns when libpq's buffer has room, so the source is held back.
    func copyIn(_ bytes: [UInt8]) throws(DatabaseError) {
        let handle = try live()
        let deadline = deadline
        while true {
            let taken = bytes.withUnsafeBytes { buffer in
                PQputCopyData(handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
            }
            if taken == 1 { return try flush(handle, until: deadline) }
            if taken < 0 { throw failure(handle) }
            try wait(handle, POLLOUT, until: deadline)
        }
    }

    /// Ends a COPY … FROM STDIN: `failing` makes the server throw it all away. Returns the number of rows.
    func endCopyIn(failing message: String?) throws(DatabaseError) -> Int {
        let handle = try live()
        let deadline = deadline
        while true {
            let ended = PQputCopyEnd(handle, message)
            if ended == 1 { break }
            if ended < 0 { throw failure(handle) }
            try wait(handle, POLLOUT, until: deadline)
        }
        return ResultSet(try result(handle)).affected
    }

    // MARK: - Waiting

    /// When a statement that starts now is given up, should the server not cut it itself.
    var deadline: ContinuousClock.Instant { .now + settings.statementTimeout + .seconds(5) }

    func live() throws(DatabaseError) -> OpaquePointer {
        ahead.isAtRest = false
        guard let handle else { throw .lost("the connection is closed") }
        // A request to cancel that came between two statements stopped neither: the next must not begin.
        if canceller.wasUsed {
            throw DatabaseError(kind: .cancelled, sqlState: "57014", message: "cancelled before it was sent")
        }
        return handle
    }

    /// Waits for the statement's end; of several results the last one counts, unless one is an error.
    private func result(_ handle: OpaquePointer) throws(DatabaseError) -> OpaquePointer {
        let deadline = deadline
        try flush(handle, until: deadline)
        var last: OpaquePointer?
        var error: DatabaseError?
        while true {
            while PQisBusy(handle) == 1 {
                do throws(DatabaseError) { try wait(handle, POLLIN, until: deadline) } catch let lost {
                    if let last { PQclear(last) }
                    throw error ?? lost
                }
            }
            guard let next = PQgetResult(handle) else { break }
            if PQresultStatus(next) == PGRES_FATAL_ERROR {
                error = error ?? Self.error(next)
                PQclear(next)
            } else {
                if let last { PQclear(last) }
                last = next
            }
            // A connection that broke gives the same error for ever.
            if PQstatus(handle) != CONNECTION_OK { break }
        }
        if let error {
            if let last { PQclear(last) }
            throw error
        }
        guard let last else { throw failure(handle) }
        return last
    }

    private func drain(_ handle: OpaquePointer) throws(DatabaseError) {
        let deadline = deadline
        while true {
            while PQisBusy(handle) == 1 { try wait(handle, POLLIN, until: deadline) }
            guard let result = PQgetResult(handle) else { return }
            PQclear(result)
        }
    }

    func flush(_ handle: OpaquePointer, until deadline: ContinuousClock.Instant) throws(DatabaseError) {
        while true {
            let left = PQflush(handle)
            if left == 0 { return }
            if left < 0 { throw failure(handle) }
            try wait(handle, POLLIN | POLLOUT, until: deadline)
        }
    }

    /// Blocks this connection's own thread until its socket is ready.
    func wait(_ handle: OpaquePointer, _ events: Int32, until deadline: ContinuousClock.Instant)
        throws(DatabaseError)
    {
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
        let left = ContinuousClock.now.duration(to: deadline).components
        let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
        let ready = poll(&descriptor, 1, Int32(max(0, min(milliseconds, 3_600_000))))
        if ready == 0 || (milliseconds <= 0 && ready <= 0) {
            close()
            throw .lost("the server did not answer in time")
        }
        if ready > 0, PQconsumeInput(handle) == 0 { throw failure(handle) }
    }

    func failure(_ handle: OpaquePointer) -> DatabaseError {
        let message = String(cString: PQerrorMessage(handle)).trimmingCharacters(in: .whitespacesAndNewlines)
        return PQstatus(handle) == CONNECTION_OK
            ? DatabaseError(kind: .defect, sqlState: "XX000", message: message) : .lost(message)
    }

    static func error(_ result: OpaquePointer) -> DatabaseError {
        // PG_DIAG_SQLSTATE and its like are character constants that Swift does not import.
        func field(_ code: Character) -> String? {
            PQresultErrorField(result, Int32(code.asciiValue ?? 0)).map { String(cString: $0) }
        }
        guard let state = field("C") else {
            return .lost(String(cString: PQresultErrorMessage(result)).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        return DatabaseError(sqlState: state, message: field("M") ?? "", constraint: field("n"))
    }
}

/// Names of prepared statements, the least recently used given up beyond a bound.
struct PreparedStatements {
    static let capacity = 256
    private var names: [String: (name: String, use: Int)] = [:]
    private var made = 0
    private var uses = 0

    mutating func name(of text: String) -> String? {
        guard let place = names.index(forKey: text) else { return nil }
        uses += 1
        names.values[place].use = uses
        return names.values[place].name
    }

    /// A new name for a statement, and the name of one to deallocate if there are too many.
    mutating func add(_ text: String) -> (name: String, evicted: String?) {
        var evicted: String?
        if names.count >= Self.capacity, let oldest = names.min(by: { $0.value.use < $1.value.use }) {
            evicted = oldest.value.name
            names[oldest.key] = nil
        }
        made += 1
        uses += 1
        names[text] = ("s\(made)", uses)
        return ("s\(made)", evicted)
    }

    mutating func forget(_ text: String) { names[text] = nil }
}

/// The one part of a connection that other threads may use: libpq's cancel object, guarded.
final class Canceller: Sendable {
    private struct State: @unchecked Sendable {
        var cancel: OpaquePointer?
        var wasUsed = false
    }
    private let state = Mutex(State())
    /// PQcancel connects to the server and waits: never on a cooperative thread.
    private static let queue = DispatchQueue(label: "pa31.cancel", attributes: .concurrent)

    var wasUsed: Bool { state.withLock { $0.wasUsed } }

    func arm(_ cancel: OpaquePointer?) {
        state.withLock {
            if let old = $0.cancel { PQfreeCancel(old) }
            $0 = State(cancel: cancel)
        }
    }

    func disarm() { arm(nil) }

    func cancel() {
        state.withLock { $0.wasUsed = true }
        Self.queue.async {
            self.state.withLock {
                guard let cancel = $0.cancel else { return }
                var message = [CChar](repeating: 0, count: 256)
                PQcancel(cancel, &message, Int32(message.count))
            }
        }
    }

    deinit { disarm() }
}
