import Synchronization

/// Whether the server is about to stop: it still answers, and tells whoever sends requests to it to go elsewhere.
final class Draining: Sendable {
    private let begun = Mutex(false)

    var hasBegun: Bool { begun.withLock { $0 } }
    func begin() { begun.withLock { $0 = true } }
}
