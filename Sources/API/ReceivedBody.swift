import Contract
import Fields
import Hummingbird
import NIOCore

/// A request's body as it comes in. One that breaks off, or is framed wrongly, is the client's doing and no defect of ours.
struct ReceivedBody: AsyncSequence {
    let body: RequestBody

    struct Iterator: AsyncIteratorProtocol {
        var base: RequestBody.AsyncIterator

        mutating func next(isolation actor: isolated (any Actor)?) async throws -> ByteBuffer? {
            do { return try await base.next(isolation: actor) } catch is CancellationError {
                throw CancellationError()
            } catch {
                throw Problem.malformed(
                    fr: "Le corps s'arrête avant sa fin, ou ses morceaux ne sont pas du HTTP.",
                    en: "The body ends before its end, or its chunks are no HTTP.")
            }
        }
    }

    func makeAsyncIterator() -> Iterator { Iterator(base: body.makeAsyncIterator()) }
}
