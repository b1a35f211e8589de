import Fields
import Foundation
import Testing

@testable import API

/// Addresses and buckets, without a server.
@Suite struct `An address` {
    @Test func `is read from its text, and an IPv4 one in IPv6 is the same`() throws {
        #expect(IPAddress("192.0.2.1")?.bytes == [192, 0, 2, 1])
        #expect(IPAddress("::ffff:192.0.2.1") == IPAddress("192.0.2.1"))
        #expect(IPAddress("::1")?.bytes == .init(repeating: 0, count: 15) + [1])
        #expect(IPAddress("[2001:db8::1]") == IPAddress("2001:0DB8:0:0:0:0:0:1"))
        for text in [
            "", "x", "192.0.2", "192.0.2.256", "192.0.2.1:80", "[::1", "::g", "192.0.2.1/24", " ::1", "1.2.3.4 ",
        ] {
            #expect(IPAddress(text) == nil, "\(text)")
        }
    }

    @Test func `is counted whole as IPv4, by its /64 as IPv6`() {
        #expect(IPAddress("192.0.2.1")?.counted == [192, 0, 2, 1])
        #expect(IPAddress("2001:db8:1:2:3:4:5:6")?.counted == IPAddress("2001:db8:1:2::")?.counted)
        #expect(IPAddress("2001:db8:1:2::")?.counted != IPAddress("2001:db8:1:3::")?.counted)
        #expect(IPAddress("::ffff:192.0.2.1")?.counted != IPAddress("::ffff:192.0.2.2")?.counted)
    }

    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("192.0.2.128/25", "192.0.2.128", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1", "192.0.2.2", false), ("0.0.0.0/0", "203.0.113.9", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "192.0.2.1", false), ("::1", "::1", true), ("fd00::/8", "fdff::1", true),
        ("fd00::/8", "fe00::1", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true), ("2001:db8::/33", "2001:db8:8000::1", false),
        ("10.1.2.3/31", "10.1.2.2", true), ("10.1.2.3/32", "10.1.2.2", false),
    ]) func `is in a range or not`(range: String, address: String, isInside: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8/8", "::/129", "x/8", "10.0.0.0/x",
    ])
    func `is in no range that is none`(text: String) { #expect(AddressRange(text) == nil) }

    struct Chain: Sendable, CustomTestStringConvertible {
        let peer: String?
        let headers: [String]
        let client: String?
        var testDescription: String { "\(headers) from \(peer ?? "nowhere")" }
    }

    /// Proxies: 10.0.0.0/8 and ::1.
    static let chains = [
        Chain(peer: "203.0.113.1", headers: [], client: "203.0.113.1"),
        // Not a proxy of ours: it may write anything.
        Chain(peer: "203.0.113.1", headers: ["198.51.100.1"], client: "203.0.113.1"),
        Chain(peer: "10.0.0.1", headers: [], client: "10.0.0.1"),
        Chain(peer: "10.0.0.1", headers: ["198.51.100.1"], client: "198.51.100.1"),
        Chain(peer: "10.0.0.1", headers: ["192.0.2.9, 198.51.100.1"], client: "198.51.100.1"),
        Chain(peer: "10.0.0.1", headers: ["192.0.2.9", "198.51.100.1"], client: "198.51.100.1"),
        Chain(peer: "10.0.0.1", headers: ["192.0.2.9,198.51.100.1 , 10.2.3.4"], client: "198.51.100.1"),
        Chain(peer: "10.0.0.1", headers: ["10.0.0.2, 10.0.0.3"], client: "10.0.0.2"),
        Chain(peer: "::1", headers: ["2001:db8::7"], client: "2001:db8::7"),
        Chain(peer: "::1", headers: ["[2001:db8::7]"], client: "2001:db8::7"),
        Chain(peer: "::ffff:10.0.0.1", headers: ["198.51.100.1"], client: "198.51.100.1"),
        // What cannot be read ends the chain at who passed it on.
        Chain(peer: "10.0.0.1", headers: ["198.51.100.1, unknown"], client: "10.0.0.1"),
        Chain(peer: "10.0.0.1", headers: ["198.51.100.1, , 10.0.0.2"], client: "10.0.0.2"),
        Chain(peer: "10.0.0.1", headers: ["198.51.100.1:4711"], client: "10.0.0.1"),
        Chain(peer: "10.0.0.1", headers: [""], client: "10.0.0.1"),
        Chain(peer: "10.0.0.1", headers: [",,,"], client: "10.0.0.1"),
        Chain(peer: nil, headers: ["198.51.100.1"], client: nil),
    ]

    @Test(arguments: chains) func `is the nearest that is no proxy of ours`(chain: Chain) {
        let proxies = ["10.0.0.0/8", "::1"].compactMap { AddressRange($0) }
        let found = ClientAddress.of(chain.peer.flatMap(IPAddress.init), forwardedFor: chain.headers, proxies: proxies)
        #expect(found == chain.client.flatMap(IPAddress.init))
    }
}

@Suite struct `A rate limit` {
    private let start = Instant(microseconds: 1_700_000_000_000_000)

    private func limiter(_ limit: Int) -> RateLimiter {
        var limits = RateLimits()
        limits.perAddress = limit
        limits.badTokens = 1
        return RateLimiter(limits)
    }

    private func key(_ byte: UInt8, _ policy: RateLimiter.Policy = .address) -> RateLimiter.Key {
        .init(policy: policy, bytes: [byte])
    }

    @Test func `lets a minute's requests through, then one at a time as it fills`() {
        let limiter = limiter(60)
        for number in 0..<60 {
            let reading = limiter.take(key(1), now: start)
            #expect(reading.isAllowed)
            #expect(reading.remaining == 59 - number)
        }
        let refused = limiter.take(key(1), now: start)
        #expect(!refused.isAllowed)
        #expect(refused.waitSeconds == 1)
        #expect(refused.header == "\"address\";r=0;t=1")
        #expect(refused.policyHeader == "\"address\";q=60;w=60")
        #expect(!limiter.take(key(1), now: Instant(microseconds: start.microseconds + 999_000)).isAllowed)
        #expect(limiter.take(key(1), now: start.adding(seconds: 1)).isAllowed)
        #expect(!limiter.take(key(1), now: start.adding(seconds: 1)).isAllowed)
        // Never more than a minute's, however long nobody came.
        let later = start.adding(seconds: 86_400)
        #expect((0..<100).count { _ in limiter.take(key(1), now: later).isAllowed } == 60)
    }

    @Test func `says how long to wait until it is true`() {
        let limiter = limiter(7)
        for _ in 0..<7 { _ = limiter.take(key(1), now: start) }
        let wait = limiter.take(key(1), now: start).waitSeconds
        #expect(wait == 9)
        #expect(!limiter.take(key(1), now: start.adding(seconds: wait - 1)).isAllowed)
        #expect(limiter.take(key(1), now: start.adding(seconds: wait)).isAllowed)
    }

    @Test func `counts each caller and each policy for itself`() {
        let limiter = limiter(1)
        #expect(limiter.take(key(1), now: start).isAllowed)
        #expect(limiter.take(key(2), now: start).isAllowed)
        #expect(limiter.take(key(1, .badTokens), now: start).isAllowed)
        #expect(!limiter.take(key(1), now: start).isAllowed)
        #expect(!limiter.take(key(1, .badTokens), now: start).isAllowed)
        #expect(limiter.take(key(1, .token), now: start).isAllowed)
    }

    @Test func `may be looked at without taking`() {
        let limiter = limiter(1)
        for _ in 0..<5 { #expect(limiter.take(key(1), now: start, taking: 0).isAllowed) }
        #expect(limiter.take(key(1), now: start).isAllowed)
        #expect(!limiter.take(key(1), now: start, taking: 0).isAllowed)
    }

    @Test func `gives nothing for a clock that jumps back, and takes nothing away`() {
        let limiter = limiter(2)
        _ = limiter.take(key(1), now: start)
        #expect(limiter.take(key(1), now: start.adding(seconds: -3600)).remaining == 0)
        #expect(!limiter.take(key(1), now: start.adding(seconds: -3600)).isAllowed)
        #expect(limiter.take(key(1), now: start.adding(seconds: -3570)).isAllowed)
    }

    @Test func `remembers a bounded number of callers, the exhausted ones longest`() {
        let limiter = limiter(1)
        func caller(_ number: Int) -> RateLimiter.Key {
            .init(policy: .address, bytes: withUnsafeBytes(of: number) { Array($0) })
        }
        // These are full again by then, and are what is forgotten.
        for number in 0..<(RateLimiter.capacity - 1) { _ = limiter.take(caller(number), now: start) }
        let later = start.adding(seconds: 61)
        let exhausted = caller(-1)
        _ = limiter.take(exhausted, now: later)
        for number in 0..<100 { _ = limiter.take(caller(RateLimiter.capacity + number), now: later) }
        #expect(!limiter.take(exhausted, now: later).isAllowed)
    }
}
