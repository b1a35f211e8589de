import Accounts
import Fields
import Foundation
import Postgres
import Recruitment
import TestSupport
import Testing

@Suite(.database) struct `A session` {
    static let body =
        #"{"title":"Tester le métier","kind":"job_test","insee":"31555","starts_on":"2026-07-01","places":8}"#

    @Test func `is written, opened, shown, and gone once it is cancelled`() async throws {
        try await NeedStage.run { stage, client in
            let partner = stage.token("partner")
            let made = try await client.send("POST", "/v1/sessions", token: partner, body: Self.body)
            #expect(made.status == 201, "\(made.json)")
            let path = try #require(made.headers["location"])
            #expect(made.json["ends_on"] == "2026-07-01" && made.json["commune"] == "Toulouse")
            for name in ["", "employer", "prescriber"] {
                #expect(try await client.send("GET", path, token: stage.token(name)).status == 404, "\(name)")
            }
            #expect(try await client.move(path, #"{"to":"open"}"#, as: partner).status == 200)
            let shown = try await client.send("GET", path)
            #expect(shown.json["organisation"]?["code"] == "partenaire")
            let secret = ["management", "contacts", "moves", "reason", "version", "created_at"]
            #expect(secret.filter { shown.json[$0] != nil } == [])
            #expect(try await client.send("GET", "/v1/sessions").titles == ["Tester le métier"])
            #expect(try await client.move(path, #"{"to":"cancelled"}"#, as: partner).code == "transition.incomplete")
            let cancelled = try await client.move(path, #"{"to":"cancelled","reason":"Malade."}"#, as: partner)
            #expect(cancelled.json["management"]?["reason"] == "Malade.")
            #expect(try await client.send("GET", path).status == 404)
            #expect(try await client.send("GET", path, token: stage.token("prescriber")).json["state"] == "cancelled")
            let changed = try await client.send(
                "PATCH", path, token: partner, body: #"{"places":9}"#, headers: ["If-Match": "\"3\""])
            #expect(changed.status == 409 && changed.code == "session.not_open")
            for name in ["", "stranger", "prescriber"] {
                let history = try await client.send("GET", path + "/history", token: stage.token(name))
                #expect(history.status == (name.isEmpty ? 401 : name == "stranger" ? 404 : 403), "\(name)")
            }
            #expect(try await client.send("GET", path + "/history", token: partner).json["items"]?.elements.count == 3)
        }
    }

    static let wrong: [(body: String, pointers: [String])] = [
        (#""title":"""#, ["/title"]), (#""places":0"#, ["/places"]), (#""places":2001"#, ["/places"]),
        (#""starts_on":"9999-12-31""#, ["/starts_on"]), (#""ends_on":"9999-12-31""#, ["/ends_on"]),
        (#""starts_on":"2026-07-02","ends_on":"2026-07-01""#, ["/ends_on"]), (#""insee":"31000""#, ["/insee"]),
        (#""job":"A9999""#, ["/job"]), (#""job_version":"3""#, ["/job_version"]),
        (#""place":" ","description":"","title":" ""#, ["/title", "/description", "/place"]),
    ]

    @Test(arguments: wrong) func `names every wrong field`(fields: String, pointers: [String]) async throws {
        try await NeedStage.run { stage, client in
            let names = fields.matches(of: /"([a-z_]+)":/).map { String($0.1) }
            let good = [
                ("title", "\"A\""), ("kind", "\"forum\""), ("insee", "\"31555\""), ("starts_on", "\"2026-07-01\""),
                ("places", "8"),
            ].filter { !names.contains($0.0) }.map { "\"\($0.0)\":\($0.1)" }
            let token = stage.token("partner")
            let made = try await client.send(
                "POST", "/v1/sessions", token: token, body: "{\((good + [fields]).joined(separator: ","))}")
            // A first day of the year 9999 is after its last one too, which is the same slip.
            #expect(made.status == 422 && Set(made.pointers).isSuperset(of: pointers), "\(made.json)")
            let id = try await stage.make.session(of: stage.partnerID, startsOn: Day(fieldText: "2026-07-01"))
            let changed = try await client.send(
                "PATCH", "/v1/sessions/\(id)", token: token, body: "{\(fields)}", headers: ["If-Match": "\"1\""])
            #expect(changed.status == 422 && Set(changed.pointers).isSuperset(of: pointers), "\(changed.json)")
        }
    }

    @Test func `is listed by its first day, searched and paged`() async throws {
        try await NeedStage.run { stage, client in
            for (title, kind, day, state) in [
                ("Forum", .forum, "2026-09-01", .open), ("Formation", .training, "2026-07-01", .open),
                ("Immersion", .immersion, "2026-08-01", .open), ("Passée", .forum, "2026-06-14", .open),
                ("Complète", .forum, "2026-07-02", .full), ("Brouillon", .forum, "2026-07-02", .draft),
            ] as [(String, SessionKind, String, SessionState)] {
                try await stage.make.session(
                    title, of: stage.partnerID, state: state, kind: kind, startsOn: try Day(fieldText: day))
            }
            for (query, expected) in [
                ("", ["Formation", "Immersion", "Forum"]), ("kind=forum", ["Forum"]), ("q=immersoin", ["Immersion"]),
                ("commune=31555&starts_from=2026-07-02", ["Immersion", "Forum"]),
                ("starts_until=2026-07-31", ["Formation"]), ("organiser=partenaire&rome=J1501", []),
                ("organiser=inconnu", []),
            ] {
                #expect(try await client.send("GET", "/v1/sessions?\(query)").titles == expected, "\(query)")
                let csv = try await client.send("GET", "/v1/sessions?\(query)", headers: ["Accept": "text/csv"])
                #expect(csv.text.split(separator: "\r\n").count == expected.count + 1, "\(query)")
            }
            let first = try await client.send("GET", "/v1/sessions?limit=2")
            let cursor = first.json["next_cursor"]?.string ?? ""
            #expect(first.titles == ["Formation", "Immersion"])
            #expect(try await client.send("GET", "/v1/sessions?cursor=\(cursor)").titles == ["Forum"])
            let own = try await client.send("GET", "/v1/sessions?mine=true", token: stage.token("partner"))
            #expect(own.titles.count == 6)
            #expect(try await client.send("GET", "/v1/sessions?mine=true", token: stage.token("stranger")).titles == [])
        }
    }

    @Test func `has an address that its organiser gives and the team confirms, seen by nobody else`() async throws {
        try await NeedStage.run { stage, client in
            let id = try await stage.make.session(of: stage.partnerID)
            let path = "/v1/sessions/\(id)"
            func give(_ email: String, as name: String) async throws -> TestAnswer {
                try await client.send(
                    "POST", path + "/contact", token: stage.token(name), body: #"{"email":"\#(email)"}"#,
                    headers: ["Idempotency-Key": UUID().uuidString])
            }
            func confirm(as name: String) async throws -> TestAnswer {
                try await client.send("POST", path + "/contact/confirm", token: stage.token(name))
            }
            for name in ["stranger", "prescriber", "team"] {
                #expect(try await give("zoe@organisme.example", as: name).status == 403, "\(name)")
            }
            #expect(try await give("personne", as: "partner").status == 400)
            let given = try await give("zoe@organisme.example", as: "partner")
            #expect(given.status == 201 && given.json["state"] == "pending" && !given.text.contains("zoe"))
            let waiting = try await client.send("GET", "/v1/me", token: stage.token("team"))
            #expect(waiting.text.contains("session_contact") && !waiting.text.contains("zoe"))
            #expect(
                try await client.send("GET", path, token: stage.token("partner")).json["management"]?["has_contact"]
                    == false)
            for name in ["partner", "stranger", "prescriber"] {
                #expect(try await confirm(as: name).status == 403, "\(name)")
            }
            #expect(try await confirm(as: "team").json["state"] == "confirmed")
            #expect(try await confirm(as: "team").code == "session_contact.not_found")
            #expect(try await give("ZOE@organisme.example", as: "partner").code == "session_contact.conflict")
            // Another one waits beside it, and takes its place once it is confirmed.
            #expect(try await give("paul@organisme.example", as: "partner").status == 201)
            let both = try await client.send("GET", path, token: stage.token("partner"))
            #expect(both.json["contacts"]?.elements.compactMap { $0["state"]?.string } == ["confirmed", "pending"])
            #expect(try await confirm(as: "team").status == 200)
            let after = try await client.send("GET", path, token: stage.token("team"))
            #expect(after.json["contacts"]?.elements.compactMap { $0["email"]?.string } == ["paul@organisme.example"])
            for name in ["", "stranger", "prescriber"] {
                let answer = try await client.send("GET", path, token: stage.token(name))
                #expect(answer.status == 200 && !answer.text.contains("organisme.example"), "\(name)")
            }
            #expect(!client.log.text.contains("organisme.example"))
            let holding = try await TestDatabase.current.dump().components(separatedBy: "COPY public.")
                .filter { $0.contains("organisme.example") }.map { String($0.prefix { $0 != " " }) }
            // The mail that tells its owner waits to be sent.
            #expect(holding == ["outbox", "session_contact"])
            try await hidden(stage)
        }
    }

    /// `security.md` §1: as the server's role, each sees its own, the team and the system all, anybody else none.
    private func hidden(_ stage: NeedStage) async throws {
        let server = TestDatabase.current.asServer(clock: stage.clock.source)
        func seen(_ name: String?) async throws -> Int {
            var caller = Caller.anonymous(requestID: "x")
            if let name {
                let member = try await TokenStore(server).member(of: stage.token(name) ?? "", requestID: "x")
                caller = .member(member, requestID: "x")
            }
            return try await server.transaction(as: caller) { transaction in
                try await transaction.rows(
                    "SELECT count(*) AS value FROM session_contact", as: Value<Int>.self
                ).first()?.value ?? -1
            }
        }
        #expect(try await seen(nil) == 0)
        #expect(try await seen("stranger") == 0)
        #expect(try await seen("prescriber") == 0)
        #expect(try await seen("partner") == 2)
        #expect(try await seen("team") == 2)
        await server.close()
    }
}
