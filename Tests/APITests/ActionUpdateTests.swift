import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// The main job over real HTTP: a partner updates its own action, everybody sees it, and each way it can go wrong gets
/// its documented problem and changes nothing.
@Suite(.database) struct `Updating an action over HTTP` {
    struct Stage {
        let make = Make()
        let plan: UUID
        let leadID: Organisation.ID
        let lead: String
        let other: String
        let team: String

        init() async throws {
            leadID = try await make.organisation("porteur")
            lead = try await make.token(of: try await make.member(of: leadID))
            other = try await make.token(of: try await make.member(of: try await make.organisation("autre")))
            let platform = try await make.organisation("equipe", kind: .platform)
            team = try await make.token(of: try await make.member(of: platform, kind: .platform))
            plan = try await make.plan()
            try await make.action("A1.01", in: plan, lead: leadID, status: .inProgress)
        }
    }

    private let path = "/v1/actions/A1.01"
    private let pause = #"{"to":"paused","reason":"effectif insuffisant"}"#

    @Test func `changes what everybody sees`() async throws {
        let stage = try await Stage()
        try await withServer { client in
            let before = try await client.send("GET", path, token: stage.lead)
            let etag = try #require(before.headers["etag"])
            let answer = try await client.send(
                "POST", path + "/transitions", token: stage.lead, body: pause, headers: ["If-Match": etag])
            #expect(answer.status == 200)
            #expect(answer.json["status"] == "paused")
            #expect(answer.json["status_reason"] == "effectif insuffisant")
            let seen = try await client.send("GET", path)
            #expect(seen.json["status"] == "paused")
            #expect(seen.json["status_reason"] == nil)
            let history = try await client.send("GET", path + "/history", token: stage.lead)
            #expect(history.json["items"]?.elements.last?["operation"] == "action.transition")
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let who: String
        let ifMatch: String?
        let body: String
        let status: Int
        let code: String
        var testDescription: String { name }
    }

    static let refusals = [
        Case(
            name: "no token", who: "nobody", ifMatch: "\"1\"", body: #"{"to":"paused","reason":"x"}"#, status: 401,
            code: "auth.required"),
        Case(
            name: "a made-up token", who: "fake", ifMatch: "\"1\"", body: #"{"to":"paused","reason":"x"}"#, status: 401,
            code: "auth.required"),
        Case(
            name: "another partner", who: "other", ifMatch: "\"1\"", body: #"{"to":"paused","reason":"x"}"#,
            status: 403, code: "auth.forbidden"),
        Case(
            name: "no If-Match", who: "lead", ifMatch: nil, body: #"{"to":"paused","reason":"x"}"#, status: 428,
            code: "version.required"),
        Case(
            name: "a stale If-Match", who: "lead", ifMatch: "\"7\"", body: #"{"to":"paused","reason":"x"}"#,
            status: 412, code: "version.stale"),
        Case(
            name: "a public ETag", who: "lead", ifMatch: "\"1.public.2024-01-01\"",
            body: #"{"to":"paused","reason":"x"}"#, status: 412, code: "version.stale"),
        Case(
            name: "a forbidden transition", who: "lead", ifMatch: "\"1\"", body: #"{"to":"planned"}"#, status: 409,
            code: "transition.forbidden"),
        Case(
            name: "a missing reason", who: "lead", ifMatch: "\"1\"", body: #"{"to":"paused"}"#, status: 422,
            code: "transition.incomplete"),
        Case(
            name: "an empty reason", who: "lead", ifMatch: "\"1\"", body: #"{"to":"paused","reason":" "}"#, status: 422,
            code: "action.invalid"),
        Case(
            name: "an unknown field", who: "lead", ifMatch: "\"1\"", body: #"{"to":"paused","raison":"x"}"#,
            status: 400, code: "request.malformed"),
        Case(
            name: "a wrong type", who: "lead", ifMatch: "\"1\"", body: #"{"to":3}"#, status: 400,
            code: "request.malformed"),
        Case(name: "no JSON", who: "lead", ifMatch: "\"1\"", body: #"{"to":"#, status: 400, code: "request.malformed"),
        Case(
            name: "NUL in a text", who: "lead", ifMatch: "\"1\"", body: #"{"to":"paused","reason":"a\u0000b"}"#,
            status: 400, code: "request.malformed"),
    ]

    @Test(arguments: refusals) func `is refused as documented, and changes nothing`(_ refused: Case) async throws {
        let stage = try await Stage()
        try await withServer { client in
            let token: String? =
                switch refused.who {
                case "lead": stage.lead
                case "other": stage.other
                case "fake": "pa31_member_" + String(repeating: "A", count: 49)
                default: nil
                }
            let answer = try await client.send(
                "POST", path + "/transitions", token: token, body: refused.body,
                headers: refused.ifMatch.map { ["If-Match": $0] } ?? [:])
            #expect(answer.status == refused.status)
            #expect(answer.code == refused.code)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(client.log.text.contains("\"problem.code\": \(refused.code)"))
            #expect(answer.json["instance"] == "/v1/actions/{code}/transitions")
            #expect(answer.json["request_id"]?.string == answer.headers["x-request-id"])
            let after = try await client.send("GET", path, token: stage.team)
            #expect(after.json["status"] == "in_progress")
            #expect(after.json["version"] == 1)
        }
    }

    @Test func `needs a token that is still good`() async throws {
        let stage = try await Stage()
        let long = Instant(microseconds: TimeSource.system.now().microseconds).adding(seconds: 31 * 86_400)
        try await withServer(clock: .fixed(long)) { client in
            let answer = try await client.send(
                "POST", path + "/transitions", token: stage.lead, body: pause, headers: ["If-Match": "\"1\""])
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"] == "Bearer realm=\"pa31\"")
        }
    }

    @Test func `by two at once at the same version lets one win`() async throws {
        let stage = try await Stage()
        try await withServer { client in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for token in [stage.lead, stage.team, stage.lead, stage.team] {
                    group.addTask {
                        try await client.send(
                            "POST", path + "/transitions", token: token, body: pause, headers: ["If-Match": "\"1\""]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.sorted() == [200, 412, 412, 412])
        }
    }

    @Test func `survives the database's restart: a clear answer at worst, then the next one works`() async throws {
        let stage = try await Stage()
        try await withServer { client in
            #expect(try await client.send("GET", path, token: stage.lead).status == 200)
            try await TestDatabase.current.script(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            let answer = try await client.send(
                "POST", path + "/transitions", token: stage.lead, body: pause, headers: ["If-Match": "\"1\""])
            #expect([200, 503].contains(answer.status))
            let after = try await client.send("GET", path, token: stage.lead)
            #expect(after.status == 200)
            #expect(after.json["status"]?.string == (answer.status == 200 ? "paused" : "in_progress"))
            #expect(try await client.send("GET", path).status == 200)
        }
    }

    @Test func `merges nothing silently: an edit of an old version is refused with what changed`() async throws {
        let stage = try await Stage()
        try await withServer { client in
            let first = try await client.send(
                "PATCH", path, token: stage.lead, body: #"{"health":"attainable","actual_start":"2023-02-01"}"#,
                headers: ["If-Match": "\"1\""])
            #expect(first.status == 200)
            let second = try await client.send(
                "PATCH", path, token: stage.team, body: #"{"title":"Autre titre"}"#, headers: ["If-Match": "\"1\""])
            #expect(second.status == 412)
            #expect(second.json["current"] == 2)
            #expect(second.json["changed_fields"] == ["actual_start", "health"])
        }
    }
}
