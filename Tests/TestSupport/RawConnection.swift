import Dispatch
import Foundation
import Synchronization

/// A connection that sends bytes exactly as it is told, also wrong ones, and one at a time. Every wait has an end.
public final class RawConnection: Sendable {
    private let descriptor: Int32
    private let isOpen = Mutex(true)
    private let received = Mutex<[UInt8]>([])
    /// Waiting blocks a thread: one of our own, never one that the server's tasks run on.
    private let queue = DispatchQueue(label: "raw-connection")

    /// Something that was to come did not, or was no HTTP.
    public struct Failed: Error {
        /// What.
        public let what: String
    }

    /// Connects to a port of this machine. A small `receiveBuffer` makes it a client that soon takes nothing more.
    public init(_ port: Int, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard result == 0 else { throw Failed(what: "connecting: errno \(errno)") }
    }

    deinit { close() }

    private func blocking<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: body()) } }
    }

    /// Sends bytes; false when the server has closed the connection, or takes nothing for ten seconds.
    @discardableResult
    public func send(_ bytes: [UInt8]) async -> Bool {
        await blocking { [self] in
            var rest = bytes[...]
            while !rest.isEmpty {
                var poller = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&poller, 1, 10_000) == 1 else { return false }
                let count = rest.withUnsafeBytes {
                    Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
                }
                if count < 0, errno != EAGAIN { return false }
                rest = rest.dropFirst(max(0, count))
            }
            return true
        }
    }

    /// Sends a text.
    @discardableResult
    public func send(_ text: String) async -> Bool { await send(Array(text.utf8)) }

    /// Takes what comes next; empty at the connection's end, nil when nothing came in time.
    private func take(by deadline: ContinuousClock.Instant) async -> [UInt8]? {
        await blocking { [descriptor] in
            let wait = max(0, Int32((deadline - .now) / .milliseconds(1)))
            var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&poller, 1, wait) == 1 else { return nil }
            var buffer = [UInt8](repeating: 0, count: 64 << 10)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return Array(buffer.prefix(max(0, count)))
        }
    }

    /// Waits until something has come; false when nothing does.
    public func begins(within limit: Duration = .seconds(10)) async -> Bool {
        guard let bytes = await take(by: .now + limit), !bytes.isEmpty else { return false }
        received.withLock { $0 += bytes }
        return true
    }

    /// Waits for the connection's end; the seconds it took, or nil when it did not come.
    public func end(within limit: Duration = .seconds(10)) async -> Double? {
        let start = ContinuousClock.now
        while let bytes = await take(by: start + limit) {
            if bytes.isEmpty { return (ContinuousClock.now - start) / .seconds(1) }
            received.withLock { $0 += bytes }
        }
        return nil
    }

    /// The next whole answer; nil when the connection ends first. It throws when nothing comes in time.
    public func answer(within limit: Duration = .seconds(15), toHead: Bool = false) async throws -> TestAnswer? {
        let deadline = ContinuousClock.now + limit
        while true {
            let bytes = received.withLock { $0 }
            if let (answer, length) = try Self.parse(bytes, toHead: toHead, isEnd: false) {
                received.withLock { $0.removeFirst(length) }
                return answer
            }
            guard let more = await take(by: deadline) else { throw Failed(what: "no answer in time") }
            if more.isEmpty {
                guard !bytes.isEmpty else { return nil }
                let last = try Self.parse(bytes, toHead: toHead, isEnd: true)
                received.withLock { $0 = [] }
                return last?.0
            }
            received.withLock { $0 += more }
        }
    }

    private static func parse(_ bytes: [UInt8], toHead: Bool, isEnd: Bool) throws -> (TestAnswer, Int)? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Failed(what: "no status line: \(lines[0])")
        }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            headers[halves[0].lowercased()] = halves.last?.trimmingCharacters(in: .whitespaces)
        }
        var body: [UInt8] = []
        var position = end.upperBound
        if toHead || status < 200 || status == 204 || status == 304 {
        } else if headers["transfer-encoding"]?.lowercased() == "chunked" {
            while true {
                guard let line = bytes[position...].firstRange(of: Array("\r\n".utf8)) else { return nil }
                let size = String(decoding: bytes[position..<line.lowerBound], as: UTF8.self)
                guard let count = Int(size, radix: 16) else { throw Failed(what: "no chunk size: \(size)") }
                guard bytes.count >= line.upperBound + count + 2 else { return nil }
                body += bytes[line.upperBound..<line.upperBound + count]
                position = line.upperBound + count + 2
                if count == 0 { break }
            }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            guard bytes.count >= position + length else { return nil }
            body = Array(bytes[position..<position + length])
            position += length
        } else {
            guard isEnd else { return nil }
            body = Array(bytes[position...])
            position = bytes.count
        }
        return (TestAnswer(status: status, headers: headers, body: body), position)
    }

    /// Closes without a word of farewell: the server's next write fails.
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// Closes.
    public func close() {
        let wasOpen = isOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if wasOpen { Foundation.close(descriptor) }
    }
}

extension TestClient {
    /// Sends bytes as they are on a connection of their own, and takes the answer; nil when the server just closes.
    public func raw(_ text: String, within limit: Duration = .seconds(15)) async throws -> TestAnswer? {
        let connection = try RawConnection(port)
        defer { connection.close() }
        await connection.send(text)
        return try await connection.answer(within: limit)
    }
}

/// Waits until something holds: asks again and again, and gives up after a while.
public func eventually(
    within limit: Duration = .seconds(10), _ condition: () async throws -> Bool
) async throws -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return try await condition()
}
