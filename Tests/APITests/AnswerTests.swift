import API
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `An answer` {
    @Test func `to an unknown route is a problem too`() async throws {
        try await withServer { client in
            let answer = try await client.send("GET", "/nothing/here", headers: ["Accept-Language": "fr"])
            #expect(answer.status == 404)
            #expect(answer.code == "request.not_found")
            let english = try await client.send("GET", "/nothing/here", headers: ["Accept-Language": "en-GB, fr;q=0.2"])
            #expect(english.json["title"] == "Not found.")
            #expect(answer.json["title"] == "Introuvable.")
        }
    }

    @Test func `to another method says which are served`() async throws {
        try await withServer { client in
            let answer = try await client.send("DELETE", "/v1/actions/A1.01")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "GET, HEAD, OPTIONS, PATCH")
            #expect(answer.code == "request.method_not_allowed")
        }
    }

    @Test func `names unknown parameters, wrong values and made-up cursors`() async throws {
        try await withServer { client in
            for query in [
                "lmit=3", "limit=0", "limit=201", "status=late", "late=oui", "cursor=abc", "axis=A1&axis=A2", "q=",
                "q=%FF",
            ] {
                let answer = try await client.send("GET", "/v1/actions?\(query)")
                #expect(answer.status == 400, "\(query)")
                #expect(answer.code == "request.malformed", "\(query)")
            }
            let other = Cursor(list: "history", key: ["A1.01"]).text
            #expect(try await client.send("GET", "/v1/actions?cursor=\(other)").status == 400)
            let injected = Cursor(list: "actions", key: ["'; DROP TABLE action; --"]).text
            #expect(try await client.send("GET", "/v1/actions?cursor=\(injected)").status == 400)
        }
    }

    @Test func `is private with a token, short and shared without, and 304 when nothing changed`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let token = try await make.token(of: try await make.member(of: lead))
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: lead)
        try await withServer { client in
            let open = try await client.send("GET", "/v1/actions/A1.01")
            #expect(open.headers["cache-control"] == "public, max-age=10")
            let own = try await client.send("GET", "/v1/actions/A1.01", token: token)
            #expect(own.headers["cache-control"] == "private, no-store")
            #expect(open.headers["etag"] != own.headers["etag"])
            let etag = try #require(open.headers["etag"])
            let again = try await client.send("GET", "/v1/actions/A1.01", headers: ["If-None-Match": "W/" + etag])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            // A note is no news for the public: its version stays, the lead's does not.
            let note = try await client.send(
                "POST", "/v1/actions/A1.01/notes", token: token, body: #"{"kind":"result","text":"12 personnes"}"#)
            #expect(note.status == 201)
            #expect(try await client.send("GET", "/v1/actions/A1.01").headers["etag"] == etag)
            #expect(
                try await client.send("GET", "/v1/actions/A1.01", token: token).headers["etag"] != own.headers["etag"])
        }
    }

    @Test func `to anybody holds public columns only, whatever is asked`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let funder = try await make.organisation("cd31", kind: .funder)
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: lead, status: .blocked, funding: [(funder, 2023, 1000)])
        try await make.action("A1.02", in: plan, lead: lead, isPublic: false)
        let internalNames = [
            "status_reason", "blocker", "unblocker", "health", "committed_cents", "spent_cents", "notes", "evidence",
            "is_stale", "is_at_risk", "updated_at", "\"version\"",
        ]
        try await withServer { client in
            for path in ["/v1/actions", "/v1/actions/A1.01", "/v1/plan", "/v1/axes", "/v1/actions?q=frein"] {
                let text = String(decoding: try await client.send("GET", path).body, as: UTF8.self)
                #expect(internalNames.filter { text.contains($0) } == [], "\(path)")
                #expect(!text.contains("A1.02"), "\(path)")
            }
            #expect(try await client.send("GET", "/v1/actions/A1.02").status == 404)
            #expect(try await client.send("GET", "/v1/actions?q=frein").json["items"] == [])
        }
    }

    @Test func `of a list goes on by its cursor, without gap or duplicate`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let plan = try await make.plan()
        let codes = (10..<45).map { "A1.\($0)" }
        for code in codes { try await make.action(code, in: plan, lead: lead) }
        try await withServer { client in
            var seen: [String] = []
            var path: String? = "/v1/actions?limit=10"
            while let current = path {
                let page = try await client.send("GET", current)
                seen += page.json["items"]?.elements.compactMap { $0["code"]?.string } ?? []
                path = page.json["next_cursor"]?.string.map { "/v1/actions?limit=10&cursor=\($0)" }
                #expect((path == nil) == (page.headers["link"] == nil))
            }
            #expect(seen == codes)
        }
    }

    @Test func `never tells a defect's detail, and the log tells it once, without what people wrote`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let token = try await make.token(of: try await make.member(of: lead))
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: lead)
        try await TestDatabase.current.script("ALTER TABLE progress_note RENAME TO progress_note_away")
        let log = try await withServer { client in
            let answer = try await client.send(
                "POST", "/v1/actions/A1.01/notes", token: token, body: #"{"kind":"result","text":"MARQUEUR-SECRET"}"#,
                headers: ["X-Request-Id": "client-7"])
            #expect(answer.status == 500)
            #expect(answer.code == "service.defect")
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("progress_note"))
            return client.log.text
        }
        try await TestDatabase.current.script("ALTER TABLE progress_note_away RENAME TO progress_note")
        #expect(log.components(separatedBy: "error defect").count == 2)
        #expect(log.contains("42P01"))
        #expect(log.contains("client-7"))
        #expect(!log.contains("MARQUEUR-SECRET"))
        #expect(!log.contains("Membre de test"))
    }

    @Test func `says the server is not ready while its database is away`() async throws {
        try await withServer(configure: { $0.database.url = "postgresql:///nowhere?host=/nonexistent" }) { client in
            #expect(try await client.send("GET", "/healthz").status == 200)
            let answer = try await client.send("GET", "/readyz")
            #expect(answer.status == 503)
            #expect(answer.headers["retry-after"] == "2")
        }
    }

    @Test func `refuses bodies that are too large, of another type, or not wanted`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let token = try await make.token(of: try await make.member(of: lead))
        try await withServer { client in
            let path = "/v1/actions/A1.01/notes"
            let large = "{\"kind\":\"result\",\"text\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
            #expect(try await client.send("POST", path, token: token, body: large).status == 413)
            let form = try await client.send(
                "POST", path, token: token, body: "kind=result",
                headers: ["Content-Type": "application/x-www-form-urlencoded"])
            #expect(form.status == 415)
            #expect(try await client.send("GET", "/v1/plan", headers: ["Accept": "text/html"]).status == 406)
        }
    }

    @Test func `to an amount beyond all money is a refusal, also where the sum alone would be too large`() async throws
    {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let funder = try await make.organisation("cnsa", kind: .funder)
        let token = try await make.token(of: try await make.member(of: lead))
        try await make.action(
            "A1.01", in: try await make.plan(), lead: lead,
            funding: [(funder, 2022, 1000), (funder, 2023, 1000)])
        try await withServer { client in
            for (year, cents, status) in [
                (2022, "10000000000000", 200), (2023, "10000000000000", 200), (2023, "10000000000001", 422),
                (2023, "9223372036854775807", 422), (2023, "9223372036854775808", 400), (2023, "-1", 422),
            ] {
                let etag = try await client.send("HEAD", "/v1/actions/A1.01", token: token).headers["etag"] ?? ""
                let answer = try await client.send(
                    "PATCH", "/v1/actions/A1.01/funding/cnsa/\(year)", token: token,
                    body: "{\"spent_cents\":\(cents)}", headers: ["If-Match": etag])
                #expect(answer.status == status, "\(cents)")
            }
            let after = try await client.send("GET", "/v1/actions/A1.01", token: token)
            #expect(after.json["spent_cents"] == .number("20000000000000"))
        }
    }
}

@Suite struct `The routes` {
    @Test func `are each described once, and nothing else is`() throws {
        let (endpoints, document) = Server.operations(Database(DatabaseSettings(url: "")))
        let described = (document["paths"]?.members ?? []).flatMap { path in
            path.value.members.map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(described.sorted() == endpoints.map { "\($0.method.rawValue) \($0.path)" }.sorted())
        #expect(Set(endpoints.map(\.id)).count == endpoints.count)
    }
}
