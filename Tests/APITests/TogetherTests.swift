import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `Working together` {
    @Test func `the team asks, the partner answers, and each sees that the other spoke last`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let path = Scene.path + "/comments"
            func waiting(_ token: String) async throws -> [String] {
                let items = try await client.send("GET", "/v1/me", token: token).json["waiting"]?.elements ?? []
                return items.filter { $0["kind"] == "comment" }.compactMap { $0["detail"]?.string }
            }
            let before = try await client.send("GET", Scene.path, token: scene.lead).headers["etag"]
            let asked = try await client.send("POST", path, token: scene.team, body: #"{"text":"La convention ?"}"#)
            #expect(asked.status == 201)
            #expect(asked.json["is_from_team"] == true)
            #expect(try await waiting(scene.lead) == ["La convention ?"])
            #expect(try await waiting(scene.team) == [])
            let answered = try await client.send("POST", path, token: scene.lead, body: #"{"text":"La voici."}"#)
            #expect(answered.json["organisation"]?["code"] == "porteur")
            #expect(try await waiting(scene.lead) == [])
            #expect(try await waiting(scene.team) == ["La voici."])
            // A partner takes part; a comment is no news of the action.
            #expect(try await client.send("POST", path, token: scene.partner, body: #"{"text":"Vu."}"#).status == 201)
            let page = try await client.send("GET", path + "?limit=2", token: scene.partner)
            #expect(page.json["items"]?.elements.compactMap { $0["text"]?.string } == ["La convention ?", "La voici."])
            let cursor = try #require(page.json["next_cursor"]?.string)
            let rest = try await client.send("GET", path + "?limit=2&cursor=\(cursor)", token: scene.partner)
            #expect(rest.json["items"]?.elements.compactMap { $0["text"]?.string } == ["Vu."])
            #expect(try await client.send("GET", Scene.path, token: scene.lead).headers["etag"] == before)
        }
    }

    @Test(arguments: ["", "   ", String(repeating: "x", count: 2001)])
    func `a comment says something, and not too much`(text: String) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let answer = try await client.send(
                "POST", Scene.path + "/comments", token: scene.lead, body: #"{"text":"\#(text)"}"#)
            #expect(answer.status == 422)
            #expect(answer.pointers == ["/text"])
            #expect(try await count("SELECT count(*) AS value FROM action_comment") == 0)
        }
    }

    @Test func `the same change to many is rehearsed, then done, with each one's history`() async throws {
        try await SteeringStage.run { stage, client in
            let path = "/v1/actions/changes"
            func body(_ apply: Bool) -> String {
                #"{"selection":{"axis":"A1","view":"at_risk"},"changes":{"health":"support_needed","priority":"high"},"apply":\#(apply)}"#
            }
            let dry = try await client.send("POST", path, token: stage.team, body: body(false))
            #expect(dry.json["selected"] == 2)
            #expect(dry.json["changed"] == 2)
            #expect(dry.json["applied"] == false)
            #expect(try await count("SELECT count(*) AS value FROM action WHERE priority = 'high'") == 0)
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.bulk'") == 0)
            let done = try await client.send("POST", path, token: stage.team, body: body(true))
            #expect(done.json["applied"] == true)
            #expect(done.json["changes"] == dry.json["changes"])
            #expect(
                done.json["changes"]?.elements.map { "\($0["code"]?.string ?? "") \($0["field"]?.string ?? "")" } == [
                    "A1.02 health", "A1.02 priority", "A1.03 health", "A1.03 priority",
                ])
            let history = try await client.send("GET", "/v1/actions/A1.03/history", token: stage.partner)
            #expect(history.json["items"]?.elements.last?["operation"] == "action.bulk")
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.bulk'") == 1)
        }
    }

    @Test func `the same change to many is made once under a key, which a rehearsal does not use up`() async throws {
        try await SteeringStage.run { stage, client in
            func send(_ apply: Bool, _ key: String) async throws -> TestAnswer {
                try await client.send(
                    "POST", "/v1/actions/changes", token: stage.team,
                    body: #"{"selection":{"codes":["A1.01"]},"changes":{"priority":"high"},"apply":\#(apply)}"#,
                    headers: ["Idempotency-Key": key])
            }
            #expect(try await send(false, "k").status == 200)
            let done = try await send(true, "k")
            #expect(done.status == 200)
            #expect(done.json["changed"] == 1)
            #expect(try await send(true, "k").body == done.body)
            #expect(try await send(true, "l").json["changed"] == 0)
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.bulk'") == 2)
        }
    }

    @Test func `an organisation's bulk change takes its own actions only, and nothing is half done`() async throws {
        try await SteeringStage.run { stage, client in
            let path = "/v1/actions/changes"
            func send(_ selection: String, _ changes: String, _ token: String) async throws -> TestAnswer {
                try await client.send(
                    "POST", path, token: token,
                    body: #"{"selection":\#(selection),"changes":\#(changes),"apply":true}"#)
            }
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            let health = #"{"health":"secured"}"#
            // Another's that is public: 403; another's that is not, and one that is not there: 404; the agreement's field: 403.
            #expect(try await send(#"{"codes":["A1.01","A2.01"]}"#, health, stage.lead).status == 403)
            #expect(try await send(#"{"codes":["A1.03"]}"#, health, stage.lead).status == 404)
            #expect(try await send(#"{"codes":["Z9.99"]}"#, health, stage.team).status == 404)
            #expect(try await send(#"{"codes":["A1.01"]}"#, #"{"title":"x"}"#, stage.lead).status == 403)
            let outside = try await send(#"{"codes":["A1.01"],"axis":"A2"}"#, health, stage.lead)
            #expect(outside.status == 422)
            #expect(outside.pointers == ["/selection"])
            // The second of two breaks a rule: the first is not changed either.
            let rule = try await send(#"{"lead":"autre"}"#, #"{"planned_start":"2024-07-20"}"#, stage.team)
            #expect(rule.status == 422)
            #expect(try await send("{}", health, stage.team).pointers == ["/selection"])
            #expect(try await send(#"{"axis":"A1"}"#, "{}", stage.team).pointers == ["/changes"])
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            let own = try await send(#"{"axis":"A1"}"#, health, stage.lead)
            #expect(own.json["selected"] == 2)
            let none = try await send(#"{"axis":"A1"}"#, health, stage.stranger)
            #expect(none.json["selected"] == 0)
        }
    }

    @Test func `what waits for a lead is what it must do, the most urgent first`() async throws {
        try await SteeringStage.run { stage, client in
            func kinds(_ token: String) async throws -> [String] {
                let answer = try await client.send("GET", "/v1/me", token: token)
                let items = answer.json["waiting"]?.elements ?? []
                return items.map { "\($0["kind"]?.string ?? "") \($0["code"]?.string ?? "")" }
            }
            let lead = try await kinds(stage.lead)
            #expect(lead == ["stale A1.02", "late A1.01"])
            #expect(try await kinds(stage.partner) == ["blocked A1.03", "due_soon A2.02"])
            #expect(try await kinds(stage.stranger) == [])
            #expect(try await kinds(stage.team) == [])
        }
    }

    @Test func `an action tells its lead and the team what each may do with it now, and a reader nothing`() async throws
    {
        let scene = try await Scene()
        try await withServer { client in
            func moves(_ token: String) async throws -> [String] {
                let items = try await client.send("GET", Scene.path, token: token).json["moves"]?.elements ?? []
                return items.map { "\($0["to"]?.string ?? "") \($0["needs"]?.text ?? "")" }
            }
            let lead = try await moves(scene.lead)
            #expect(
                lead == [
                    #"paused [["reason"]]"#, #"blocked [["blocker"],["unblocker"]]"#, #"done [["evidence"]]"#,
                    #"abandoned [["reason"]]"#,
                ])
            #expect(try await moves(scene.team).contains(#"done [["evidence","reason"]]"#))
            #expect(try await moves(scene.partner) == [])
            #expect(try await client.send("GET", Scene.path).json["moves"] == nil)
            let read = try await client.send("GET", Scene.path, token: scene.lead)
            #expect(read.headers["etag"]?.hasPrefix("\"\(Scene.version).") == true)
        }
    }
}
