import Fields
import Synchronization

/// How many requests a minute are let through, in this server process. Several servers count each for itself.
public struct RateLimits: Sendable, Hashable {
    /// Of one token.
    public var perToken = 1200
    /// Of one address (an IPv6 /64) without a token.
    public var perAddress = 600
    /// Bad tokens of one address.
    public var badTokens = 30

    /// The defaults.
    public init() {}
}

/// Counts requests by whom they come from: a bucket of a minute's requests that fills again evenly.
final class RateLimiter: Sendable {
    enum Policy: String, Sendable { case token, address, badTokens = "bad-tokens" }

    struct Key: Hashable, Sendable {
        let policy: Policy
        let bytes: [UInt8]
    }

    /// What a client is told of its bucket.
    struct Reading: Sendable, Hashable {
        let policy: Policy
        let limit: Int
        let remaining: Int
        /// Until one more request is let through.
        let waitSeconds: Int
        let isAllowed: Bool

        /// `RateLimit`, in the form of draft-ietf-httpapi-ratelimit-headers-10.
        var header: String { "\"\(policy.rawValue)\";r=\(remaining);t=\(waitSeconds)" }
        /// `RateLimit-Policy`.
        var policyHeader: String { "\"\(policy.rawValue)\";q=\(limit);w=\(RateLimiter.windowSeconds)" }
    }

    private struct Bucket {
        var tokens: Double
        var at: Instant
    }

    static let windowSeconds = 60
    /// More callers than these at once are forgotten, those with full buckets first.
    static let capacity = 50_000

    private let limits: RateLimits
    private let buckets = Mutex<[Key: Bucket]>([:])

    init(_ limits: RateLimits) { self.limits = limits }

    private func limit(_ policy: Policy) -> Int {
        switch policy {
        case .token: limits.perToken
        case .address: limits.perAddress
        case .badTokens: limits.badTokens
        }
    }

    /// Takes one request out of a bucket, or only looks (`taking` 0).
    func take(_ key: Key, now: Instant, taking: Double = 1) -> Reading {
        let limit = limit(key.policy)
        let perSecond = Double(limit) / Double(Self.windowSeconds)
        return buckets.withLock { buckets in
            if buckets.count >= Self.capacity, buckets[key] == nil { forget(&buckets, now) }
            var bucket = buckets[key] ?? Bucket(tokens: Double(limit), at: now)
            // A clock that jumps back refills nothing and takes nothing away.
            let elapsed = max(0, Double(now.microseconds - bucket.at.microseconds) / 1_000_000)
            bucket.tokens = min(Double(limit), bucket.tokens + elapsed * perSecond)
            bucket.at = now
            let isAllowed = bucket.tokens >= 1
            if isAllowed { bucket.tokens -= taking }
            buckets[key] = bucket
            let missing = max(0, 1 - bucket.tokens)
            return Reading(
                policy: key.policy, limit: limit, remaining: Int(bucket.tokens),
                waitSeconds: missing == 0 ? 0 : Int((missing / perSecond).rounded(.up)), isAllowed: isAllowed)
        }
    }

    private func forget(_ buckets: inout [Key: Bucket], _ now: Instant) {
        buckets = buckets.filter { key, bucket in
            let filled = Double(now.microseconds - bucket.at.microseconds) / 1_000_000 * Double(limit(key.policy)) / 60
            return bucket.tokens + filled < Double(limit(key.policy))
        }
        if buckets.count >= Self.capacity { buckets.removeAll() }
    }
}
