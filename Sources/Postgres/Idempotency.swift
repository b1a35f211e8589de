public import Fields
import Synchronization

/// A value that can be given again to whoever repeats the request that made it: an answer.
public protocol Replayable: Sendable {
    /// What is kept of it.
    var remembered: Remembered { get }
    /// Makes it again from what was kept.
    init(_ remembered: Remembered) throws
}

/// What is kept of an answer, for as long as its `Idempotency-Key` counts.
public struct Remembered: Decodable, Sendable, Hashable {
    /// HTTP's status.
    public var status: Int
    /// The body's media type.
    public var mediaType: String?
    /// Where what was made is.
    public var location: String?
    /// Its version.
    public var etag: String?
    /// The body; nil when it held a secret, which is shown once, or what is read again.
    public var body: String?
    /// Where what it told about a person is read again, with the rights of then; nil when the body is kept.
    public var rereadAt: String?

    /// What is kept of an answer.
    public init(
        status: Int, mediaType: String?, location: String?, etag: String?, body: String?, rereadAt: String? = nil
    ) {
        self.rereadAt = rereadAt
        self.status = status
        self.mediaType = mediaType
        self.location = location
        self.etag = etag
        self.body = body
    }
}

/// One attempt to make a change under an `Idempotency-Key`.
final class IdempotencyClaim: Sendable {
    let key: IdempotencyKey
    private let made = Mutex(false)

    init(_ key: IdempotencyKey) { self.key = key }

    /// Whether the key was taken by this transaction.
    var isMade: Bool { made.withLock { $0 } }
    func make() { made.withLock { $0 = true } }
}

/// Thrown through a transaction's body when its change was made before: the first answer takes its value's place.
struct Replay: Error { let first: Remembered }

extension Transaction {
    /// For how long a key counts (`api.md`): 24 hours.
    public static let idempotencySeconds = 86_400

    private struct Kept: Decodable, Sendable {
        var isSame: Bool
        var status: Int
        var mediaType: String?
        var location: String?
        var etag: String?
        var body: String?
        var rereadAt: String?
    }

    /// Takes the caller's `Idempotency-Key`, if there is one, before the first change of the transaction: rights have been
    /// checked, nothing has been changed. Called by `record`, which no change can do without.
    ///
    /// A second request with the key waits here until the first has ended, then ends with the first one's answer.
    public func claim() async throws {
        guard let claim, !claim.isMade, let member = caller.member else { return }
        let key = claim.key
        let taken = try await execute(
            """
            INSERT INTO idempotency_answer AS kept (member_id, operation, key, request_hash, made_at)
            VALUES (\(member.id), \(key.operation), \(key.key), \(bytes: key.requestHash)::bytea, \(now))
            ON CONFLICT ON CONSTRAINT idempotency_answer_key DO UPDATE
               SET request_hash = excluded.request_hash, made_at = excluded.made_at, status = NULL, media_type = NULL,
                   location = NULL, etag = NULL, body = NULL, reread_at = NULL
             WHERE kept.made_at <= \(now.adding(seconds: -Self.idempotencySeconds))
            """)
        if taken == 1 { return claim.make() }
        let kept = try await rows(
            """
            SELECT request_hash = \(bytes: key.requestHash)::bytea AS is_same, status, media_type, location, etag, body,
                   reread_at
              FROM idempotency_answer
             WHERE member_id = \(member.id) AND operation = \(key.operation) AND key = \(key.key)
            """, as: Kept.self
        ).first()
        guard let kept else { throw DatabaseError(kind: .mustRetry, sqlState: "40001", message: "the key is gone") }
        guard kept.isSame else { throw Problem.idempotencyKeyReused() }
        throw Replay(
            first: Remembered(
                status: kept.status, mediaType: kept.mediaType, location: kept.location, etag: kept.etag,
                body: kept.body, rereadAt: kept.rereadAt))
    }

    /// Keeps the answer under the key that this transaction took.
    func remember(_ value: some Sendable) async throws {
        guard let claim, claim.isMade, let member = caller.member else { return }
        guard let answer = (value as? any Replayable)?.remembered else {
            throw DatabaseError(
                kind: .defect, sqlState: "0A000", message: "a change under an Idempotency-Key must return its answer")
        }
        try await execute(
            """
            UPDATE idempotency_answer
               SET status = \(answer.status), media_type = \(answer.mediaType), location = \(answer.location),
                   etag = \(answer.etag), body = \(answer.body), reread_at = \(answer.rereadAt)
             WHERE member_id = \(member.id) AND operation = \(claim.key.operation) AND key = \(claim.key.key)
            """)
    }
}

extension Problem {
    /// The key was used for another request.
    public static let idempotencyKeyReused = Problem(
        "idempotency.reused", .invalid,
        fr: "Cette clé Idempotency-Key a servi à une autre demande : prenez-en une nouvelle.",
        en: "This Idempotency-Key was used for another request: take a new one.")
    /// The first answer held a secret, which is shown once.
    public static let alreadyCreated = Problem(
        "idempotency.already_created", .conflict,
        fr: "Déjà créé par votre première demande ; le secret qu'elle a montré ne se montre qu'une fois.",
        en: "Already created by your first request; the secret it showed is shown once only.")
}
