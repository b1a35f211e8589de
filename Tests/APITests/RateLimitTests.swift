import API
import Fields
import Foundation
import TestSupport
import Testing

/// Rate limits over real HTTP, with small limits and a clock that the test moves.
@Suite(.database) struct `A server's rate limit` {
    private func limits(token: Int = 1000, address: Int = 1000, bad: Int = 1000) -> RateLimits {
        var limits = RateLimits()
        (limits.perToken, limits.perAddress, limits.badTokens) = (token, address, bad)
        return limits
    }

    private let fake = "pa31_member_" + String(repeating: "A", count: 49)

    @Test func `counts a token wherever it comes from, and tells each answer how it stands`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let limits = limits(token: 3)
        try await withServer(clock: clock.source, configure: { $0.rateLimits = limits }) { client async throws in
            for remaining in [2, 1, 0] {
                let answer = try await client.send("GET", "/v1/me", token: scene.lead)
                #expect(answer.status == 200)
                #expect(answer.headers["ratelimit"] == "\"token\";r=\(remaining);t=\(remaining == 0 ? 20 : 0)")
                #expect(answer.headers["ratelimit-policy"] == "\"token\";q=3;w=60")
            }
            let refused = try await client.send("GET", "/v1/me", token: scene.lead)
            #expect(refused.status == 429)
            #expect(refused.code == "request.too_many")
            #expect(refused.headers["retry-after"] == "20")
            #expect(refused.headers["ratelimit"] == "\"token\";r=0;t=20")
            #expect(refused.headers["cache-control"] == "private, no-store")
            // Another token, and who has none, are not concerned.
            #expect(try await client.send("GET", "/v1/me", token: scene.team).status == 200)
            #expect(try await client.send("GET", Scene.path).status == 200)
            clock.advance(seconds: 19)
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 429)
            clock.advance(seconds: 1)
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 200)
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 429)
        }
    }

    @Test func `counts an address without a token, but no probe`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let limits = limits(address: 2)
        try await withServer(clock: clock.source, configure: { $0.rateLimits = limits }) { client async throws in
            #expect(try await client.send("GET", Scene.path).headers["ratelimit"] == "\"address\";r=1;t=0")
            #expect(try await client.send("POST", Scene.notes, body: "{}").status == 401)
            let refused = try await client.send("GET", Scene.path)
            #expect(refused.status == 429)
            #expect(refused.headers["retry-after"] == "30")
            // Also other sites' scripts can read why.
            #expect(refused.headers["access-control-allow-origin"] == "*")
            #expect(try await client.send("GET", "/v1/invitations/x").status == 429)
            for path in ["/healthz", "/readyz", "/healthz", "/readyz"] {
                let probe = try await client.send("GET", path)
                #expect(probe.status == 200)
                #expect(probe.headers["ratelimit"] == nil)
            }
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 200)
            clock.advance(seconds: 30)
            #expect(try await client.send("GET", Scene.path).status == 200)
        }
    }

    @Test func `counts an address' bad tokens, and lets a token pass that it knows`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let limits = limits(bad: 2)
        try await withServer(clock: clock.source, configure: { $0.rateLimits = limits }) { client async throws in
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 200)
            #expect(try await client.send("GET", "/v1/me", token: fake).status == 401)
            #expect(try await client.send("GET", "/healthz", token: fake).status == 401)
            for token in [fake, "x", "pa31_member_y"] {
                let refused = try await client.send("GET", "/v1/me", token: token)
                #expect(refused.status == 429)
                #expect(refused.headers["ratelimit"]?.hasPrefix("\"bad-tokens\";r=0") == true)
                #expect(refused.headers["retry-after"] == "30")
            }
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 200)
            #expect(try await client.send("GET", Scene.path).status == 200)
            // One that it does not know yet waits: it might be guessed.
            #expect(try await client.send("GET", "/v1/me", token: scene.team).status == 429)
            clock.advance(seconds: 30)
            #expect(try await client.send("GET", "/v1/me", token: scene.team).status == 200)
            #expect(try await client.send("GET", "/v1/me", token: fake).status == 401)
            #expect(try await client.send("GET", "/v1/me", token: fake).status == 429)
        }
    }

    @Test func `believes X-Forwarded-For from its proxies only`() async throws {
        _ = try await Scene()
        let limits = limits(address: 1)
        @Sendable func status(_ client: TestClient, _ forwarded: String) async throws -> Int {
            try await client.send("GET", Scene.path, headers: ["X-Forwarded-For": forwarded]).status
        }
        let clock = TestClock()
        try await withServer(clock: clock.source, configure: { $0.rateLimits = limits }) { client async throws in
            #expect(try await status(client, "198.51.100.1") == 200)
            #expect(try await status(client, "198.51.100.2") == 429)
        }
        let proxy = try #require(AddressRange("127.0.0.0/8"))
        try await withServer(
            clock: clock.source,
            configure: {
                $0.rateLimits = limits
                $0.proxies = [proxy]
            }
        ) { client async throws in
            #expect(try await status(client, "198.51.100.1") == 200)
            #expect(try await status(client, "198.51.100.2") == 200)
            #expect(try await status(client, "203.0.113.7, 198.51.100.2") == 429)
            #expect(try await status(client, "198.51.100.2, 127.0.0.9") == 429)
            #expect(try await status(client, "2001:db8:0:1::1") == 200)
            #expect(try await status(client, "2001:db8:0:1:ffff::2") == 429)
            #expect(try await status(client, "2001:db8:0:2::1") == 200)
            // Garbage is whoever passed it on.
            #expect(try await status(client, "nonsense") == 200)
            #expect(try await status(client, "other nonsense") == 429)
        }
    }

    @Test func `of many at once lets through exactly as many as it says`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let limits = limits(token: 10)
        try await withServer(clock: clock.source, configure: { $0.rateLimits = limits }) { client async throws in
            let statuses = try await atOnce(25) { _ in
                try await client.send("GET", "/v1/me", token: scene.lead).status
            }
            #expect(statuses.count { $0 == 200 } == 10)
            #expect(statuses.count { $0 == 429 } == 15)
        }
    }

    @Test func `keeps no answer under an Idempotency-Key`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let limits = limits(token: 1)
        try await withServer(clock: clock.source, configure: { $0.rateLimits = limits }) { client async throws in
            #expect(try await client.send("GET", "/v1/me", token: scene.lead).status == 200)
            func note() async throws -> Int {
                try await client.send(
                    "POST", Scene.notes, token: scene.lead, body: Scene.note("x"), headers: ["Idempotency-Key": "k"]
                ).status
            }
            #expect(try await note() == 429)
            clock.advance(seconds: 60)
            #expect(try await note() == 201)
        }
    }
}
