import CLibPQ
import Fields

/// Hears what other sessions tell with NOTIFY, and knows until when it has heard everything.
///
/// It asks its connection again and again, so that one that died unseen is found within a moment: what was committed before an
/// answered question is heard with its answer.
public final class ChangeListener: Sendable {
    /// What it tells, always in order.
    public enum Event: Sendable {
        /// Whatever was told before may have been missed: it listens from now on.
        case began
        /// The texts of notifications.
        case told([String])
        /// Everything that was committed before this instant was told.
        case complete(until: ContinuousClock.Instant)
    }

    private let settings: ConnectionSettings
    private let channel: String

    /// How often it asks.
    static let interval: Duration = .milliseconds(200)
    /// How long it waits after its connection was lost.
    static let pause: Duration = .milliseconds(500)

    /// A listener on one channel, a name of the program's own.
    public init(_ settings: DatabaseSettings, login: DatabaseSettings.Login = .public, channel: String) {
        // An answer that is late is as good as none.
        self.settings = settings.connection(login, lane: "listen", timeout: .seconds(2))
        self.channel = channel
    }

    /// Listens until its task is cancelled. While the database is away it says nothing, and tries again.
    public func run(_ tell: @Sendable (Event) -> Void) async {
        while !Task.isCancelled {
            let connection = Connection(settings)
            do {
                try await connection.open()
                try await connection.simple("LISTEN \(channel)")
                tell(.began)
                while !Task.isCancelled {
                    let asked = ContinuousClock.now
                    try await connection.simple("SELECT 1")
                    let texts = try await connection.notifications()
                    if !texts.isEmpty { tell(.told(texts)) }
                    tell(.complete(until: asked))
                    try await Task.sleep(for: Self.interval)
                }
            } catch {
                try? await Task.sleep(for: Self.pause)
            }
            await connection.close()
        }
    }
}

extension Connection {
    /// The texts of the notifications that have come.
    func notifications() throws(DatabaseError) -> [String] {
        let handle = try live()
        var texts: [String] = []
        while let notification = PQnotifies(handle) {
            texts.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return texts
    }
}
