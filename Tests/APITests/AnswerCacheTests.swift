import Accounts
import Contract
import Fields
import NIOCore
import Postgres
import TestSupport
import Testing

@testable import API

/// An answer of so many bytes.
private func answer(_ text: String) -> Answer { Answer(body: ByteBuffer(string: text), isPublic: true) }

@Suite struct `Answers kept in memory` {
    private let cache = AnswerCache(capacity: 1 << 20)
    private let now = ContinuousClock.now

    private func key(_ address: String, _ mediaType: Representation = .json) -> AnswerCache.Key {
        .init(address: address, mediaType: mediaType, language: .french, hour: 1)
    }

    private func text(_ address: String, of data: [PublicData] = [.plan], after: Duration = .zero) -> String? {
        guard case .answer(let answer, _) = cache.find(key(address), of: data, now: now + after) else { return nil }
        return String(buffer: answer.body)
    }

    private func read(_ address: String, _ text: String, of data: [PublicData] = [.plan], meanwhile: () -> Void = {}) {
        guard case .nothing(let counts) = cache.find(key(address), of: data, now: now) else { return }
        meanwhile()
        cache.keep(answer(text), nil, for: key(address), counts)
    }

    private func listen() {
        cache.hear(.began)
        cache.hear(.complete(until: now))
    }

    @Test func `are found again, each under its own address`() {
        listen()
        read("/a", "1")
        read("/b", "2")
        #expect(text("/a") == "1")
        #expect(text("/b") == "2")
        #expect(text("/c") == nil)
        guard case .nothing = cache.find(key("/a", .csv), of: [.plan], now: now) else {
            Issue.record("another representation is another answer")
            return
        }
    }

    @Test func `are good until what they are made of changes`() {
        listen()
        read("/a", "1")
        read("/b", "2", of: [.directory, .reference])
        cache.hear(.told(["plan"]))
        #expect(text("/a") == nil)
        #expect(text("/b", of: [.directory, .reference]) == "2")
        cache.hear(.told(["reference", "plan"]))
        #expect(text("/b", of: [.directory, .reference]) == nil)
    }

    @Test func `are spoilt by a change that came while they were made`() {
        listen()
        read("/a", "old") { cache.hear(.told(["plan"])) }
        #expect(text("/a") == nil)
        read("/a", "new")
        #expect(text("/a") == "new")
    }

    @Test func `are spoilt by a word that only a newer program knows`() {
        listen()
        read("/a", "1")
        cache.hear(.told(["something"]))
        #expect(text("/a") == nil)
    }

    @Test func `are good only while it is known that nothing was missed`() {
        read("/a", "1")
        #expect(text("/a") == nil)
        listen()
        read("/a", "1")
        #expect(text("/a", after: .milliseconds(499)) == "1")
        #expect(text("/a", after: .milliseconds(501)) == nil)
        cache.hear(.complete(until: now + .milliseconds(400)))
        #expect(text("/a", after: .milliseconds(501)) == "1")
        cache.hear(.began)
        cache.hear(.complete(until: now))
        #expect(text("/a") == nil)
    }

    @Test func `take no more memory than they may, and those in use stay`() {
        listen()
        let body = String(repeating: "x", count: 10_000)
        read("/popular", "popular")
        for number in 0..<1_000 {
            read("/\(number)", body)
            #expect(text("/popular") == "popular")
            #expect(cache.statistics.bytes <= 1 << 20)
        }
        #expect(cache.statistics.answers > 50)
        #expect(text("/0") == nil)
        #expect(text("/999") == body)
        read("/huge", String(repeating: "x", count: 300_000))
        #expect(text("/huge") == nil)
    }

    @Test func `are public, whole and good: nothing else is kept`() {
        listen()
        var secret = answer("1")
        secret.isPublic = false
        var refused = answer("1")
        refused.status = 404
        for (place, answer) in [secret, refused].enumerated() {
            guard case .nothing(let counts) = cache.find(key("/\(place)"), of: [.plan], now: now) else { continue }
            cache.keep(answer, nil, for: key("/\(place)"), counts)
            #expect(text("/\(place)") == nil)
        }
    }
}

@Suite(.database) struct `Two servers that keep public answers` {
    /// Two servers over one database, each with a memory.
    private func withTwo(_ body: @Sendable @escaping (_ one: TestClient, _ other: TestClient) async throws -> Void)
        async throws
    {
        @Sendable func configure(_ settings: inout ServerSettings) {
            settings.cacheBytes = 1 << 20
            settings.metricsPort = 0
            // Readers that go on and on.
            settings.rateLimits.perAddress = 1_000_000
        }
        try await withServer(configure: configure) { one in
            try await withServer(configure: configure) { other in try await body(one, other) }
        }
    }

    private struct TooLate: Error { let what: String }

    /// Reads until it is so, for at most this long.
    private func within(_ limit: Duration, _ what: String, _ holds: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while try await !holds() {
            guard ContinuousClock.now < end else { throw TooLate(what: what) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func hits(_ client: TestClient) async throws -> Int {
        let text = String(
            decoding: try await client.send("GET", "/metrics", port: client.metricsPort).body, as: UTF8.self)
        let line = text.split(separator: "\n").first { $0.hasPrefix("pa31_cache_requests_total{outcome=\"hit\"}") }
        return try #require(line?.split(separator: " ").last.flatMap { Int($0) })
    }

    /// Reads until the answer comes from memory.
    private func warm(_ client: TestClient, _ path: String) async throws -> TestAnswer {
        var answer = try await client.send("GET", path)
        try await within(.seconds(20), "\(path) is kept") {
            let before = try await hits(client)
            answer = try await client.send("GET", path)
            return try await hits(client) > before
        }
        return answer
    }

    @Test func `show a change of the one on the other within a second, a member's at once`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let token = try await make.token(of: try await make.member(of: lead))
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: lead, status: .planned)
        try await withTwo { one, other in
            for path in ["/v1/actions/A1.01", "/v1/actions", "/v1/plan"] { _ = try await warm(other, path) }
            let before = try await warm(other, "/v1/actions/A1.01")
            let own = try await one.send("GET", "/v1/actions/A1.01", token: token)
            let moved = try await one.send(
                "POST", "/v1/actions/A1.01/transitions", token: token, body: #"{"to": "in_progress"}"#,
                headers: ["If-Match": try #require(own.headers["etag"])])
            #expect(moved.status == 200)
            // Who has a token is never answered from memory.
            #expect(try await other.send("GET", "/v1/actions/A1.01", token: token).json["status"] == "in_progress")
            try await within(.seconds(1), "the other server shows it") {
                try await other.send("GET", "/v1/actions/A1.01").json["status"] == "in_progress"
            }
            #expect(
                try await other.send("GET", "/v1/actions").json["items"]?.elements.first?["status"] == "in_progress")
            let after = try await warm(other, "/v1/actions/A1.01")
            #expect(after.headers["etag"] != before.headers["etag"])
            let same = try await other.send(
                "GET", "/v1/actions/A1.01", headers: ["If-None-Match": try #require(after.headers["etag"])])
            #expect(same.status == 304)
            #expect(same.body.isEmpty)
            let changed = try await other.send(
                "GET", "/v1/actions/A1.01", headers: ["If-None-Match": try #require(before.headers["etag"])])
            #expect(changed.status == 200)
        }
    }

    @Test func `show persons of a quarter once it is counted`() async throws {
        let make = Make()
        let prescriber = try await make.prescriber("mission")
        for number in 0..<6 { try await make.candidate(of: prescriber, lastName: "Personne \(number)") }
        try await TestDatabase.current.tamper("UPDATE candidate SET created_at = created_at - interval '100 days'")
        try await withTwo { one, other in
            let before = try await warm(other, "/v1/stats")
            #expect(before.json["quarters"] == .array([]))
            _ = try await warm(other, "/v1/stats/orientations.svg")
            let database = TestDatabase.current.asServer()
            for _ in 0..<2 {
                _ = try await database.transaction(as: .system(requestID: "clock")) {
                    try await $0.execute("SELECT close_person_quarter(100)")
                }
            }
            await database.close()
            try await within(.seconds(1), "the other server shows it") {
                try await other.send("GET", "/v1/stats").json["quarters"]?.elements.first?["received"]?.integer == 6
            }
            #expect(try await one.send("GET", "/v1/stats").headers["etag"] != before.headers["etag"])
        }
    }

    @Test func `answer the same from memory as from the database`() async throws {
        _ = try await StructureStage()
        let make = Make()
        let stranger = try await make.token(of: try await make.member(of: try await make.organisation("passant")))
        try await withTwo { one, _ in
            for path in [
                "/v1/structures?kind=EHPAD&limit=2", "/v1/structures/310000018",
                "/v1/structures/310000018?explain=true",
                "/v1/reference/diplomas?limit=3",
            ] {
                let fresh = try await one.send("GET", path, token: stranger)
                let first = try await one.send("GET", path)
                let kept = try await warm(one, path)
                #expect(kept.status == 200)
                #expect(kept.body == first.body)
                if !path.contains("/310000018") { #expect(kept.body == fresh.body) }
                for name in ["etag", "link", "cache-control", "content-type", "vary", "access-control-allow-origin"] {
                    #expect(kept.headers[name] == first.headers[name], "\(path) \(name)")
                }
                #expect(kept.headers["x-request-id"] != first.headers["x-request-id"])
                #expect(kept.headers["ratelimit"] != nil)
            }
            // What is refused is refused with memory too.
            #expect(try await one.send("GET", "/v1/structures?kind=EHPAD&limit=2&limit=2").status == 400)
            #expect(try await one.send("GET", "/v1/structures/310000018", token: "wrong").status == 401)
        }
    }

    @Test func `miss no change while the one that tells of them is cut off`() async throws {
        let make = Make()
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: try await make.organisation("porteur"))
        try await withTwo { one, other in
            for round in 1...5 {
                _ = try await warm(one, "/v1/actions/A1.01")
                _ = try await warm(other, "/v1/actions/A1.01")
                try await TestDatabase.current.script(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND application_name = 'pa31-listen'
                    """)
                try await TestDatabase.current.tamper("UPDATE action SET title = 'Titre \(round)'")
                for client in [one, other] {
                    try await within(.seconds(1), "the title is the new one") {
                        try await client.send("GET", "/v1/actions/A1.01").json["title"] == .string("Titre \(round)")
                    }
                }
            }
        }
    }

    @Test func `are never more than a second behind under changes and readers`() async throws {
        let make = Make()
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: try await make.organisation("porteur"))
        try await withTwo { one, other in
            _ = try await warm(one, "/v1/actions/A1.01")
            let committed = Committed()
            try await withThrowingTaskGroup { group in
                group.addTask {
                    for number in 1...40 {
                        try await TestDatabase.current.script(
                            """
                            BEGIN;
                            SELECT set_config('pa31.caller', 'system', true), begin_operation(gen_random_uuid(), 'test.edit', 'action', NULL, NULL);
                            UPDATE action SET title = '\(number)';
                            COMMIT
                            """)
                        await committed.note(number)
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    await committed.end()
                }
                for client in [one, other, one, other] {
                    group.addTask {
                        while await !committed.isOver {
                            let least = await committed.aSecondAgo()
                            let title = try await client.send("GET", "/v1/actions/A1.01").json["title"]?.string ?? ""
                            #expect((Int(title) ?? 0) >= least)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}

/// What was committed when.
private actor Committed {
    private var times: [(number: Int, at: ContinuousClock.Instant)] = []
    private(set) var isOver = false

    func note(_ number: Int) { times.append((number, .now)) }
    func end() { isOver = true }
    /// The newest that was committed a second ago.
    func aSecondAgo() -> Int { times.last { $0.at < .now - .seconds(1) }?.number ?? 0 }
}
