import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `Milestones and indicators of an action` {
    /// An action in progress in 2023, its lead, a partner, the team and a stranger, on 15 June 2023.
    struct Stage: Sendable {
        static let path = "/v1/actions/A1.01"
        let lead: String
        let partner: String
        let team: String
        let stranger: String
        let clock: TimeSource

        init() async throws {
            clock = .fixed(try Instant(fieldText: "2023-06-15T10:00:00Z"))
            let make = Make(clock: clock)
            let organisation = try await make.organisation("porteur")
            let other = try await make.organisation("partenaire")
            lead = try await make.token(of: try await make.member(of: organisation))
            partner = try await make.token(of: try await make.member(of: other))
            team = try await make.token(
                of: try await make.member(of: try await make.organisation("tme", kind: .platform), kind: .platform))
            stranger = try await make.token(of: try await make.member(of: try await make.organisation("autre")))
            try await make.action(
                "A1.01", in: try await make.plan(), lead: organisation, status: .inProgress, partners: [other])
        }
    }

    /// A client that acts for somebody on the one action, with the version it last saw.
    struct Actor: Sendable {
        let client: TestClient
        let token: String

        func post(_ path: String, _ body: String) async throws -> TestAnswer {
            try await client.send("POST", Stage.path + path, token: token, body: body)
        }
        func change(_ method: String, _ path: String, _ body: String? = nil) async throws -> TestAnswer {
            let etag = try await client.send("GET", Stage.path, token: token).headers["etag"] ?? ""
            return try await client.send(
                method, Stage.path + path, token: token, body: body, headers: ["If-Match": etag])
        }
    }

    static func withStage(_ body: @Sendable @escaping (Stage, TestClient, Actor) async throws -> Void) async throws {
        let stage = try await Stage()
        try await withServer(clock: stage.clock) { client in
            try await body(stage, client, Actor(client: client, token: stage.lead))
        }
    }

    static func id(_ answer: TestAnswer, _ list: String, _ title: String) throws -> String {
        try #require(answer.json[list]?.elements.first { $0["title"]?.string == title }?["id"]?.string)
    }

    @Test func `make its progress, as computed by hand`() async throws {
        try await Self.withStage { _, client, lead in
            // Nothing to weigh is 0 %.
            #expect(try await client.send("GET", Stage.path).json["progress_percent"] == 0)
            let first = try await lead.post("/milestones", #"{"title":"Lancement","due_on":"2023-03-01","weight":2}"#)
            #expect(first.status == 201)
            _ = try await lead.post("/milestones", #"{"title":"Bilan","due_on":"2023-12-01"}"#)
            let milestone = try Self.id(first, "milestones", "Lancement")
            _ = try await lead.change("PATCH", "/milestones/\(milestone)", #"{"done_on":"2023-02-20"}"#)
            // (2 × 1 + 1 × 0) / 3 = 66.7 %
            #expect(try await client.send("GET", Stage.path).json["progress_percent"] == 67)
            let indicator = try await lead.post(
                "/indicators", #"{"title":"Tuteurs","unit":"personnes","baseline":10,"target":60,"weight":5}"#)
            let id = try Self.id(indicator, "indicators", "Tuteurs")
            _ = try await lead.post(
                "/indicators/\(id)/values", #"{"dated_on":"2023-05-31","value":25,"source":"Émargement"}"#)
            // (2 × 1 + 1 × 0 + 5 × 15/50) / 8 = 43.75 %
            #expect(try await client.send("GET", Stage.path).json["progress_percent"] == 44)
            // An earlier value given later does not count; a later one does, clamped to the target.
            _ = try await lead.post(
                "/indicators/\(id)/values", #"{"dated_on":"2023-01-31","value":11,"source":"Émargement"}"#)
            #expect(try await client.send("GET", Stage.path).json["progress_percent"] == 44)
            let over = try await lead.post(
                "/indicators/\(id)/values", #"{"dated_on":"2023-06-15","value":75.5,"source":"Émargement"}"#)
            // (2 + 0 + 5) / 8 = 87.5 %
            #expect(over.json["progress_percent"] == 88)
            #expect(over.json["indicators"]?.elements.first?["value"] == .number("75.5"))
            #expect(over.json["indicators"]?.elements.first?["progress_percent"] == 100)
        }
    }

    @Test func `a milestone overdue makes it late, for the public too, until it is reached`() async throws {
        try await Self.withStage { _, client, lead in
            let before = try await client.send("GET", Stage.path)
            #expect(before.json["is_late"] == false)
            let added = try await lead.post("/milestones", #"{"title":"Convention","due_on":"2023-06-14"}"#)
            let late = try await client.send("GET", Stage.path)
            #expect(late.json["is_late"] == true)
            #expect(late.headers["etag"] != before.headers["etag"])
            #expect(try await client.send("GET", "/v1/actions?late=true").json["items"]?.elements.count == 1)
            #expect(try await client.send("GET", "/v1/plan").json["late"] == 1)
            let id = try Self.id(added, "milestones", "Convention")
            _ = try await lead.change("PATCH", "/milestones/\(id)", #"{"done_on":"2023-06-15"}"#)
            #expect(try await client.send("GET", Stage.path).json["is_late"] == false)
        }
    }

    @Test func `a doubt about a value is settled by the team; withdrawn, it no longer counts`() async throws {
        try await Self.withStage { stage, client, lead in
            let added = try await lead.post("/indicators", #"{"title":"Heures","unit":"heures","target":100}"#)
            let indicator = try Self.id(added, "indicators", "Heures")
            for (day, value) in [("2023-04-01", 40), ("2023-05-01", 90)] {
                _ = try await lead.post(
                    "/indicators/\(indicator)/values", #"{"dated_on":"\#(day)","value":\#(value),"source":"Relevé"}"#)
            }
            let read = try await client.send("GET", Stage.path, token: stage.team)
            #expect(read.json["progress_percent"] == 90)
            let values = read.json["indicators"]?.elements.first?["values"]?.elements ?? []
            let value = try #require(values.last?["id"]?.string)
            let partner = Actor(client: client, token: stage.partner)
            let team = Actor(client: client, token: stage.team)
            // Not before it is challenged.
            let early = try await team.post("/values/\(value)/settlement", #"{"settlement":"kept","note":"x"}"#)
            #expect(early.status == 409)
            #expect(early.code == "indicator_value.challenge")
            #expect(
                try await partner.post("/values/\(value)/challenge", #"{"motive":"Compté deux fois."}"#).status == 200)
            #expect(try await partner.post("/values/\(value)/challenge", #"{"motive":"Encore."}"#).status == 409)
            // A challenged value counts until the team has looked.
            #expect(try await client.send("GET", Stage.path).json["progress_percent"] == 90)
            #expect(
                try await lead.post("/values/\(value)/settlement", #"{"settlement":"kept","note":"Non."}"#).status
                    == 403)
            let settled = try await team.post(
                "/values/\(value)/settlement", #"{"settlement":"withdrawn","note":"Doublon confirmé."}"#)
            #expect(settled.status == 200)
            #expect(settled.json["progress_percent"] == 40)
            #expect(try await partner.post("/values/\(value)/challenge", #"{"motive":"Encore."}"#).status == 409)
        }
    }

    static let refused: [(path: String, body: String, status: Int, pointer: String)] = [
        ("/milestones", #"{"title":" ","due_on":"2023-06-14"}"#, 422, "/title"),
        ("/milestones", #"{"title":"x","due_on":"2023-02-30"}"#, 400, "/due_on"),
        ("/milestones", #"{"title":"x","due_on":"1999-02-01"}"#, 422, "/due_on"),
        ("/milestones", #"{"title":"x","due_on":"2023-06-14","weight":-1}"#, 422, "/weight"),
        ("/milestones", #"{"title":"x","due_on":"2023-06-14","weight":101}"#, 422, "/weight"),
        ("/indicators", #"{"title":"x","unit":"h","baseline":10,"target":5}"#, 422, "/target"),
        ("/indicators", #"{"title":"x","unit":"h","target":0}"#, 422, "/target"),
        ("/indicators", #"{"title":"x","unit":"","target":5}"#, 422, "/unit"),
        ("/indicators", #"{"title":"x","unit":"h","target":1e300}"#, 422, "/target"),
        ("/indicators", #"{"title":"Tuteurs","unit":"h","target":5}"#, 422, "/title"),
        ("/indicators/ID/values", #"{"dated_on":"2023-06-16","value":1,"source":"x"}"#, 422, "/dated_on"),
        ("/indicators/ID/values", #"{"dated_on":"2023-06-15","value":1,"source":""}"#, 422, "/source"),
        ("/indicators/ID/values", #"{"dated_on":"2023-06-15","value":"1","source":"x"}"#, 400, "/value"),
    ]

    @Test(arguments: refused) func `refuse what can't be, by its field, and keep everything as it was`(
        _ wrong: (path: String, body: String, status: Int, pointer: String)
    ) async throws {
        try await Self.withStage { _, client, lead in
            let added = try await lead.post("/indicators", #"{"title":"Tuteurs","unit":"personnes","target":60}"#)
            let id = try Self.id(added, "indicators", "Tuteurs")
            let answer = try await lead.post(wrong.path.replacingOccurrences(of: "ID", with: id), wrong.body)
            #expect(answer.status == wrong.status)
            #expect(answer.json["errors"]?.elements.first?["pointer"]?.string == wrong.pointer)
            let after = try await client.send("GET", Stage.path, token: lead.token)
            #expect(after.json["version"] == added.json["version"])
        }
    }

    @Test func `can't be emptied, reached tomorrow, taken from another action, or taken away with values`() async throws
    {
        try await Self.withStage { stage, client, lead in
            let milestone = try Self.id(
                try await lead.post("/milestones", #"{"title":"Bilan","due_on":"2023-12-01"}"#), "milestones", "Bilan")
            let indicator = try Self.id(
                try await lead.post("/indicators", #"{"title":"Tuteurs","unit":"p","target":60}"#), "indicators",
                "Tuteurs")
            #expect(try await lead.change("PATCH", "/milestones/\(milestone)", #"{"title":null}"#).status == 422)
            #expect(
                try await lead.change("PATCH", "/milestones/\(milestone)", #"{"done_on":"2023-06-16"}"#).status == 422)
            #expect(try await lead.change("PATCH", "/milestones/\(indicator)", #"{"title":"x"}"#).status == 404)
            #expect(try await lead.change("PATCH", "/indicators/\(indicator)", #"{"target":0}"#).status == 422)
            #expect(try await lead.change("DELETE", "/indicators/\(milestone)").status == 404)
            _ = try await lead.post(
                "/indicators/\(indicator)/values", #"{"dated_on":"2023-06-01","value":3,"source":"x"}"#)
            let kept = try await lead.change("DELETE", "/indicators/\(indicator)")
            #expect(kept.status == 422)
            #expect(kept.code == "action.invalid")
            let gone = try await lead.change("DELETE", "/milestones/\(milestone)")
            #expect(gone.status == 200)
            #expect(gone.json["milestones"] == [])
            // Without a version, or with an old one.
            let path = Stage.path + "/indicators/\(indicator)"
            let body = #"{"weight":3}"#
            #expect(try await client.send("PATCH", path, token: stage.lead, body: body).status == 428)
            #expect(
                try await client.send("PATCH", path, token: stage.lead, body: body, headers: ["If-Match": "\"1\""])
                    .status
                    == 412)
        }
    }

    @Test func `are changed by the lead and the team, valued by partners, unknown to others and the public`()
        async throws
    {
        try await Self.withStage { stage, client, lead in
            let added = try await lead.post("/indicators", #"{"title":"Tuteurs","unit":"p","target":60}"#)
            let id = try Self.id(added, "indicators", "Tuteurs")
            let value = #"{"dated_on":"2023-06-01","value":30,"source":"Relevé"}"#
            let milestone = #"{"title":"Bilan","due_on":"2023-12-01"}"#
            for (token, onMilestones, onValues) in [
                (stage.team, 201, 201), (stage.partner, 403, 201), (stage.stranger, 403, 403),
            ] {
                let actor = Actor(client: client, token: token)
                #expect(try await actor.post("/milestones", milestone).status == onMilestones)
                #expect(try await actor.post("/indicators/\(id)/values", value).status == onValues)
            }
            let open = String(decoding: try await client.send("GET", Stage.path).body, as: UTF8.self)
            for secret in ["milestones", "indicators", "Bilan", "Tuteurs", "next_milestone_on"] {
                #expect(!open.contains(secret))
            }
            #expect(open.contains("\"progress_percent\":25"))
        }
    }

    @Test func `edits of different fields merge, of the same field don't`() async throws {
        try await Self.withStage { stage, client, lead in
            let added = try await lead.post("/indicators", #"{"title":"Tuteurs","unit":"p","target":60}"#)
            let id = try Self.id(added, "indicators", "Tuteurs")
            let version = added.json["version"]?.integer ?? 0
            func edit(_ token: String, _ fields: String) async throws -> TestAnswer {
                try await client.send(
                    "PATCH", Stage.path + "/indicators/\(id)", token: token,
                    body: #"{"base_version":\#(version),\#(fields)}"#)
            }
            #expect(try await edit(stage.lead, #""target":80"#).status == 200)
            #expect(try await edit(stage.team, #""weight":3"#).status == 200)
            // The same number in another dress is no conflict.
            #expect(try await edit(stage.team, #""target":80.0"#).status == 200)
            let conflict = try await edit(stage.team, #""target":90"#)
            #expect(conflict.status == 409)
            #expect(conflict.json["conflicts"]?.elements.first?["yours"] == 90)
            let after = try await client.send("GET", Stage.path, token: stage.lead)
            #expect(after.json["indicators"]?.elements.first?["target"] == 80)
            #expect(after.json["indicators"]?.elements.first?["weight"] == 3)
        }
    }

    @Test func `are told in the history, by name`() async throws {
        try await Self.withStage { _, client, lead in
            let added = try await lead.post("/milestones", #"{"title":"Bilan","due_on":"2023-12-01"}"#)
            let id = try Self.id(added, "milestones", "Bilan")
            _ = try await lead.change("PATCH", "/milestones/\(id)", #"{"done_on":"2023-06-10"}"#)
            let history = try await client.send("GET", Stage.path + "/history", token: lead.token)
            // Both happened at this stage's one instant: the reached one is found by its field.
            let reached = (history.json["items"]?.elements ?? []).filter { event in
                event["changes"]?.elements.contains { $0["field"] == "done_on" } == true
            }
            #expect(reached.map { $0["operation"] } == ["action.milestone"])
            let change = try #require(reached.first?["changes"]?.elements.first)
            #expect(change["part"] == "milestone Bilan")
            #expect(change["from"] == .null)
            #expect(change["to"] == "2023-06-10")
        }
    }
}
