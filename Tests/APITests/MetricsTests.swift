import Fields
import Foundation
import TestSupport
import Testing

/// The second listener: figures for Prometheus, and what readiness is made of.
@Suite(.database) struct `The metrics listener` {
    private struct Sample: Hashable {
        var name: String
        var labels: [String: String]
        var value: Double
    }

    /// Reads Prometheus' text format strictly: every line is a comment of ours or a sample of a declared metric.
    private func parse(_ text: String) throws -> [Sample] {
        var types: [String: String] = [:]
        var samples: [Sample] = []
        #expect(text.hasSuffix("\n"))
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if line.hasPrefix("#") {
                let words = line.split(separator: " ", maxSplits: 3)
                try #require(words.count == 4, "\(line)")
                if words[1] == "TYPE" {
                    #expect(["counter", "gauge", "histogram"].contains(words[3]), "\(line)")
                    #expect(types.updateValue(String(words[3]), forKey: String(words[2])) == nil, "\(line) twice")
                } else {
                    #expect(words[1] == "HELP", "\(line)")
                }
                continue
            }
            let match = try #require(
                line.wholeMatch(of: /([a-z0-9_]+)(?:\{(.*)\})? ([0-9.e+-]+)/), "no sample: \(line)")
            var labels: [String: String] = [:]
            for pair in (match.2 ?? "").split(separator: ",") {
                let halves = try #require(pair.wholeMatch(of: /([a-z_]+)="([^"\\\n]*)"/), "no label: \(line)")
                #expect(labels.updateValue(String(halves.2), forKey: String(halves.1)) == nil, "\(line)")
            }
            let name = String(match.1)
            let family =
                ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) && types[name] == nil }
                .map { String(name.dropLast($0.count)) } ?? name
            #expect(types[family] != nil, "undeclared: \(line)")
            samples.append(Sample(name: name, labels: labels, value: try #require(Double(match.3), "\(line)")))
        }
        #expect(samples.map { "\($0.name) \($0.labels.sorted { $0.key < $1.key })" }.distinct.count == samples.count)
        return samples
    }

    private func metrics(_ client: TestClient) async throws -> [Sample] {
        let answer = try await client.send("GET", "/metrics", port: client.metricsPort)
        #expect(answer.status == 200)
        #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        return try parse(String(decoding: answer.body, as: UTF8.self))
    }

    @Test func `counts answers by route, method and status, and says how long they took`() async throws {
        let scene = try await Scene()
        try await withServer(configure: { $0.metricsPort = 0 }) { client async throws in
            for code in ["A1.01", "A1.01", "A9.99"] { _ = try await client.send("GET", "/v1/actions/\(code)") }
            _ = try await client.send("GET", "/somewhere/else")
            _ = try await client.send("GET", "/v1/me", token: scene.lead)
            let samples = try await metrics(client)
            func value(_ name: String, _ labels: [String: String]) -> Double? {
                samples.first { $0.name == name && $0.labels == labels }?.value
            }
            let route = ["method": "GET", "route": "/v1/actions/{code}"]
            #expect(value("pa31_http_requests_total", route.merging(["status": "200"]) { $1 }) == 2)
            #expect(value("pa31_http_requests_total", route.merging(["status": "404"]) { $1 }) == 1)
            #expect(
                value("pa31_http_requests_total", ["method": "GET", "route": "unmatched", "status": "404"]) == 1)
            #expect(value("pa31_http_request_seconds_count", route) == 3)
            #expect(value("pa31_http_request_seconds_bucket", route.merging(["le": "+Inf"]) { $1 }) == 3)
            let buckets = samples.filter {
                $0.name == "pa31_http_request_seconds_bucket" && $0.labels["route"] == route["route"]
            }
            #expect(buckets.map(\.value) == buckets.map(\.value).sorted())
            #expect(buckets.count == 14)
            #expect(value("pa31_http_requests_in_flight", [:]) == 0)
            #expect(value("pa31_defects_total", [:]) == 0)
            #expect(value("pa31_pool_size", ["lane": "transaction"]) == 8)
            #expect((value("pa31_pool_loans_total", ["lane": "transaction"]) ?? 0) >= 1)
            #expect((value("pa31_pool_loans_total", ["lane": "read"]) ?? 0) >= 3)
            #expect(value("pa31_pool_size", ["lane": "seal"]) == 1)
            #expect(samples.contains { $0.name == "pa31_queue_length" && $0.labels == ["queue": "audit_pending"] })
        }
    }

    @Test func `counts what limits refused, and defects`() async throws {
        let scene = try await Scene()
        try await withServer(configure: {
            $0.metricsPort = 0
            $0.rateLimits.perAddress = 1
        }) { client async throws in
            for _ in 1...3 { _ = try await client.send("GET", "/v1/axes") }
            try await TestDatabase.current.script("ALTER TABLE progress_note RENAME TO progress_note_away")
            _ = try await client.send("POST", Scene.notes, token: scene.lead, body: Scene.note("x"))
            try await TestDatabase.current.script("ALTER TABLE progress_note_away RENAME TO progress_note")
            let samples = try await metrics(client)
            #expect(samples.first { $0.name == "pa31_http_requests_limited_total" }?.value == 2)
            #expect(samples.first { $0.name == "pa31_http_requests_limited_total" }?.labels == ["policy": "address"])
            #expect(samples.first { $0.name == "pa31_defects_total" }?.value == 1)
            #expect(
                samples.first { $0.name == "pa31_database_errors_total" && $0.labels["class"] == "defect" }?.value == 1)
        }
    }

    @Test func `tells nothing of anybody, nor does the log: no value of a path, a body, a header or a row`()
        async throws
    {
        let scene = try await Scene()
        try await behindTheBack("UPDATE action SET title = 'MARQUEUR-TITRE'")
        try await withServer(configure: { $0.metricsPort = 0 }) { client async throws in
            let fake = "pa31_member_" + String(repeating: "Z", count: 49)
            _ = try await client.send("GET", "/v1/actions/MARQUEUR-CHEMIN")
            _ = try await client.send("GET", "/MARQUEUR-AILLEURS/x")
            _ = try await client.send("GET", "/v1/actions?q=MARQUEUR-MOT&MARQUEUR-NOM=1")
            _ = try await client.send("GET", "/v1/invitations/MARQUEUR-LIEN")
            _ = try await client.send("GET", "/v1/me", token: fake, headers: ["User-Agent": "MARQUEUR-AGENT"])
            _ = try await client.send("GET", "/v1/me", token: scene.lead, headers: ["X-Forwarded-For": "198.51.100.77"])
            _ = try await client.send(
                "POST", Scene.notes, token: scene.lead, body: Scene.note("MARQUEUR-NOTE"),
                headers: ["Idempotency-Key": "MARQUEUR-CLE"])
            _ = try await client.send("POST", Scene.notes, token: scene.lead, body: #"{"MARQUEUR-CHAMP":"MARQUEUR-V"}"#)
            _ = try await client.send(
                "POST", "/v1/invitations", token: scene.team,
                body: #"{"name":"MARQUEUR-PERSONNE","email":"marqueur@exemple.example","role":"editor"}"#)
            _ = try await client.send("MARQUEURMETHODE", "/v1/plan")
            let metrics = String(
                decoding: try await client.send("GET", "/metrics", port: client.metricsPort).body, as: UTF8.self)
            for text in [metrics, client.log.text] {
                for personal in [
                    "MARQUEUR", "marqueur", fake, scene.lead, "pa31_member", "@", "198.51.100.77", "Membre de test",
                    scene.leadMember.id.fieldText, "A1.01",
                ] {
                    #expect(!text.contains(personal), "\(personal)")
                }
            }
        }
    }

    @Test func `is not reached through the public listener, nor the other way round`() async throws {
        try await withServer(configure: { $0.metricsPort = 0 }) { client async throws in
            #expect(try await client.send("GET", "/metrics").status == 404)
            #expect(try await client.send("GET", "/readyz").json == ["status": "ok"])
            for path in ["/v1/plan", "/docs", "/healthz"] {
                #expect(try await client.send("GET", path, port: client.metricsPort).status == 404)
            }
            #expect(try await client.send("POST", "/metrics", body: "{}", port: client.metricsPort).status == 404)
        }
    }

    @Test func `says what is ready and what is not`() async throws {
        try await withServer(configure: { $0.metricsPort = 0 }) { client in
            func details() async throws -> TestAnswer {
                try await client.send("GET", "/readyz", port: client.metricsPort)
            }
            let good = try await details()
            #expect(good.status == 200)
            #expect(good.json == ["read": "ok", "write": "ok", "seal": "ok"])
            // A database that only reads: a standby, a full disk.
            try await TestDatabase.current.script(
                """
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid();
                """)
            let reading = try await eventually {
                let answer = try await details()
                return answer.status == 503
                    && answer.json == ["read": "ok", "write": "service.unavailable", "seal": "ok"]
            }
            try await TestDatabase.current.script(
                """
                SET TRANSACTION READ WRITE;
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$;
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid();
                """)
            #expect(reading)
            #expect(try await eventually { try await details().status == 200 })
        }
    }

    @Test func `answers also while the database is away`() async throws {
        try await withServer(configure: {
            $0.metricsPort = 0
            $0.database.url = "postgresql:///nowhere?host=/nonexistent"
        }) { client in
            let details = try await client.send("GET", "/readyz", port: client.metricsPort)
            #expect(details.status == 503)
            #expect(details.json["write"] == "service.unavailable")
            let samples = try await metrics(client)
            #expect(!samples.contains { $0.name == "pa31_queue_length" })
            #expect(samples.contains { $0.name == "pa31_pool_size" })
        }
    }
}
