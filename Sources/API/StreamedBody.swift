import AsyncAlgorithms
import Contract
import Hummingbird
import NIOCore

/// A long body, made as fast as the client takes it.
enum StreamedBody {
    /// Starts the body and waits for its first chunk, so that what fails at its start is still told by a problem. A client that
    /// goes away, or takes nothing for the connection's limit, cancels what makes it.
    static func make(
        _ stream: @escaping Answer.Stream, onBreak: @escaping @Sendable (any Error) -> Void
    ) async throws -> ResponseBody {
        let channel = AsyncThrowingChannel<ByteBuffer, any Error>()
        let producer = Producer {
            do {
                try await stream { chunk in
                    await channel.send(chunk)
                    try Task.checkCancellation()
                }
                channel.finish()
            } catch { channel.fail(error) }
        }
        var iterator = channel.makeAsyncIterator()
        let first: ByteBuffer?
        do { first = try await iterator.next() } catch {
            producer.cancel()
            throw error
        }
        return ResponseBody { writer in
            defer { producer.cancel() }
            do {
                if let first { try await writer.write(first) }
                if first != nil { for try await chunk in channel { try await writer.write(chunk) } }
                try await writer.finish(nil)
            } catch {
                onBreak(error)
                throw error
            }
        }
    }
}

/// What makes a body, for as long as anybody may take it: an answer that is dropped before its head could be sent ends it too,
/// and with it the loan of its connection.
private final class Producer: Sendable {
    private let task: Task<Void, Never>

    init(_ body: @escaping @Sendable () async -> Void) { task = Task { await body() } }

    func cancel() { task.cancel() }

    deinit { task.cancel() }
}
