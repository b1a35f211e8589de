import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// Calendars by a secret address, over real HTTP.
@Suite(.database) struct `A calendar` {
    private func create(
        _ client: TestClient, _ token: String, scope: String = "organisation", label: String = "Agenda",
        days: String? = nil, headers: [String: String] = [:]
    ) async throws -> TestAnswer {
        let more = days.map { #","valid_days":\#($0)"# } ?? ""
        return try await client.send(
            "POST", "/v1/calendars", token: token, body: #"{"scope":"\#(scope)","label":"\#(label)"\#(more)}"#,
            headers: headers)
    }

    private func address(_ answer: TestAnswer) throws -> String { try #require(answer.json["path"]?.string) }

    /// The scene's action with milestones, one more where the lead takes part, one that is a stranger's, one abandoned.
    private func fill(_ scene: Scene) async throws {
        try await scene.make.action(
            "A1.02", in: scene.plan, lead: scene.otherID, title: "Forum ; métiers, places\\", partners: [scene.leadID])
        try await scene.make.action("A1.03", in: scene.plan, lead: scene.otherID, isPublic: false)
        try await scene.make.action("A1.04", in: scene.plan, lead: scene.leadID, status: .abandoned)
    }

    @Test func `of an organisation has its actions' days and milestones, and no others'`() async throws {
        let scene = try await Scene()
        try await fill(scene)
        try await withServer { client in
            let added = try await client.send(
                "POST", Scene.path + "/milestones", token: scene.lead,
                body: #"{"title":"Convention signée","due_on":"2023-06-30"}"#)
            let milestone = try #require(added.json["milestones"]?.elements.first?["id"]?.string)
            let action = try #require(added.json["id"]?.string)
            let answer = try await client.send("GET", try address(try await create(client, scene.lead)))
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "text/calendar; charset=utf-8")
            #expect(answer.headers["cache-control"] == "private, no-store")
            #expect(answer.headers["access-control-allow-origin"] == nil)
            let calendar = try ICalendarReader(answer.body)
            #expect(calendar.name == "Actions de Organisme porteur")
            #expect(
                calendar.events.map { "\($0.day) \($0.summary)" } == [
                    "2023-01-01 Début prévu : A1.01 Action A1.01", "2023-12-31 Fin prévue : A1.01 Action A1.01",
                    "2023-06-30 Jalon : Convention signée (A1.01)",
                    "2023-01-01 Début prévu : A1.02 Forum ; métiers, places\\",
                    "2023-12-31 Fin prévue : A1.02 Forum ; métiers, places\\",
                ])
            #expect(
                calendar.events.prefix(3).map(\.uid) == [
                    "\(action)-start@pa31", "\(action)-end@pa31", "\(milestone)@pa31",
                ])
        }
    }

    @Test func `of the plan is the team's, and has every action that is not abandoned`() async throws {
        let scene = try await Scene()
        try await fill(scene)
        try await withServer { client in
            let refused = try await create(client, scene.lead, scope: "plan")
            #expect(refused.status == 403)
            #expect(refused.code == "auth.forbidden")
            let path = try address(try await create(client, scene.team, scope: "plan"))
            let calendar = try ICalendarReader(try await client.send("GET", path).body)
            #expect(calendar.events.count == 6)
            #expect(calendar.events.contains { $0.summary.contains("A1.03") })
            // A member who leaves the team takes no plan along.
            try await TestDatabase.current.tamper("UPDATE organisation SET kind = 'partner' WHERE code = 'equipe'")
            #expect(try await client.send("GET", path).status == 404)
        }
    }

    @Test func `is the same until something changes, and is told so`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let path = try address(try await create(client, scene.lead))
            let first = try await client.send("GET", path)
            let etag = try #require(first.headers["etag"])
            let again = try await client.send("GET", path, headers: ["If-None-Match": etag])
            #expect(again.status == 304)
            #expect(again.body.isEmpty)
            _ = try await client.send(
                "POST", Scene.path + "/milestones", token: scene.lead,
                body: #"{"title":"Convention","due_on":"2023-06-30"}"#)
            let after = try await client.send("GET", path, headers: ["If-None-Match": etag])
            #expect(after.status == 200)
            #expect(try ICalendarReader(after.body).events.count == 3)
        }
    }

    @Test func `revoked, expired, of who is gone, mistyped or unknown, looks alike`() async throws {
        let scene = try await Scene()
        let gone = try await scene.make.member(of: scene.otherID)
        let goneToken = try await scene.make.token(of: gone)
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            let revoked = try await create(client, scene.lead)
            let id = try #require(revoked.json["id"]?.string)
            #expect(try await client.send("GET", try address(revoked)).status == 200)
            for _ in 1...2 {
                #expect(try await client.send("DELETE", "/v1/calendars/\(id)", token: scene.lead).status == 204)
            }
            let expired = try address(try await create(client, scene.lead, days: "1"))
            let disabled = try address(try await create(client, goneToken))
            #expect(try await client.send("GET", disabled).status == 200)
            try await TestDatabase.current.tamper("UPDATE member SET disabled_at = now() WHERE id = '\(gone.id)'")
            clock.advance(seconds: 86_400)
            let unknown = "/v1/calendars/\(TokenSecret.random(.calendar).text).ics"
            let other = "/v1/calendars/\(TokenSecret.random(.member).text).ics"
            let paths = [
                try address(revoked), expired, disabled, unknown, other, "/v1/calendars/x.ics", "/v1/calendars/.ics",
            ]
            var bodies: Set<String> = []
            for path in paths {
                let answer = try await client.send("GET", path)
                #expect(answer.status == 404, "\(path)")
                let request = answer.headers["x-request-id"] ?? "?"
                bodies.insert(String(decoding: answer.body, as: UTF8.self).replacing(request, with: "ID"))
            }
            #expect(bodies.count == 1)
            #expect(bodies.first?.contains("calendar.not_found") == true)
        }
    }

    @Test func `taken back by many at once is taken back once`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let made = try await create(client, scene.lead)
            let id = try #require(made.json["id"]?.string)
            let statuses = try await atOnce(6) { _ in
                try await client.send("DELETE", "/v1/calendars/\(id)", token: scene.lead).status
            }
            #expect(statuses.distinct == [204])
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'calendar.revoke'") == 1)
            #expect(try await client.send("GET", try address(made)).status == 404)
        }
    }

    @Test func `is told by its template in logs, and its secret is nowhere in the database`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let path = try address(try await create(client, scene.lead))
            let secret = path.split(separator: "/").last?.dropLast(4) ?? ""
            #expect(secret.hasPrefix("pa31_cal_"))
            #expect(secret.utf8.count == "pa31_cal_".utf8.count + 43 + 6)
            #expect(try await client.send("GET", path).status == 200)
            let refused = try await client.send("GET", path + "?nonsense=1")
            #expect(refused.status == 400)
            #expect(refused.json["instance"] == "/v1/calendars/{token}.ics")
            // It opens nothing else.
            #expect(try await client.send("GET", "/v1/me", token: String(secret)).status == 401)
            #expect(!client.log.text.contains(secret))
            #expect(client.log.text.contains("/v1/calendars/{token}.ics"))
            #expect(try await !TestDatabase.current.dump().contains(secret))
        }
    }

    @Test func `is listed to its owner only, without its address, and noted when it is used`() async throws {
        let scene = try await Scene()
        let colleague = try await scene.token(of: scene.leadID, role: .reader)
        try await withServer { client in
            var ids: [String] = []
            for number in 1...3 {
                let made = try await create(client, scene.lead, label: "agenda \(number)")
                ids.append(try #require(made.json["id"]?.string))
                if number == 1 { _ = try await client.send("GET", try address(made)) }
            }
            let first = try await client.send("GET", "/v1/calendars?limit=2", token: scene.lead)
            let cursor = try #require(first.json["next_cursor"]?.string)
            let second = try await client.send("GET", "/v1/calendars?limit=2&cursor=\(cursor)", token: scene.lead)
            let items = [first, second].flatMap { $0.json["items"]?.elements ?? [] }
            #expect(items.map { $0["id"]?.string } == ids.reversed())
            #expect(items.map { $0["label"] } == ["agenda 3", "agenda 2", "agenda 1"])
            #expect(items.map { $0["last_use_at"] == .null } == [true, true, false])
            #expect(!String(decoding: first.body + second.body, as: UTF8.self).contains("pa31_"))
            // A reader makes one too; nobody takes another's back.
            #expect(try await create(client, colleague).status == 201)
            #expect(try await client.send("GET", "/v1/calendars", token: scene.other).json["items"] == [])
            for token in [colleague, scene.team] {
                let answer = try await client.send("DELETE", "/v1/calendars/\(ids[0])", token: token)
                #expect(answer.status == 404)
            }
            #expect(try await client.send("GET", "/v1/calendars").status == 401)
        }
    }

    @Test func `is made once under a key, and its address is not told again`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let key = ["Idempotency-Key": "k"]
            #expect(try await create(client, scene.lead, headers: key).status == 201)
            let again = try await create(client, scene.lead, headers: key)
            #expect(again.code == "idempotency.already_created")
            #expect(!String(decoding: again.body, as: UTF8.self).contains("pa31_cal_"))
            #expect(try await count("SELECT count(*) AS value FROM calendar_feed") == 1)
        }
    }

    @Test func `is refused without a label, or for longer than twelve months`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for days in ["0", "367", "-1", "9223372036854775807", "-9223372036854775808"] {
                let answer = try await create(client, scene.lead, days: days)
                #expect(answer.status == 422, "\(days)")
                #expect(answer.json["errors"]?.elements.map { $0["pointer"] } == ["/valid_days"], "\(days)")
            }
            for label in ["", " ", String(repeating: "x", count: 101)] {
                let answer = try await create(client, scene.lead, label: label)
                #expect(answer.status == 422)
                #expect(answer.json["errors"]?.elements.map { $0["pointer"] } == ["/label"])
            }
            #expect(try await create(client, scene.lead, scope: "everything").status == 400)
            #expect(try await create(client, scene.lead, days: "366").status == 201)
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'calendar.create'") == 1)
        }
    }
}
