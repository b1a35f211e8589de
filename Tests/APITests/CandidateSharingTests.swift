import Accounts
import Contract
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport
import Testing

/// Files that two prescribers see, and those that go over from one to another (`security.md` §3).
@Suite(.database) struct `A shared file` {
    private static func share(_ to: String = "cap-emploi", access: String = "read", more: String = #","days":30"#)
        -> String
    {
        #"{"to":"\#(to)","purpose":"Accompagnement commun","access":"\#(access)"\#(more)}"#
    }

    @Test func `is read by the other, as much as is shared, until it is taken back`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let shares = scene.path + "/shares"
            let made = try await client.send(
                "POST", shares, token: scene.own,
                body: Self.share(more: #","days":30,"fields":["wishes","situation"]"#),
                headers: ["Idempotency-Key": "partage"])
            #expect(made.status == 201, "\(made.json)")
            let path = try #require(made.headers["location"])
            let again = try await client.send(
                "POST", shares, token: scene.own,
                body: Self.share(more: #","days":30,"fields":["wishes","situation"]"#),
                headers: ["Idempotency-Key": "partage"])
            #expect(again.status == 201 && again.json == made.json)
            let twice = try await client.send("POST", shares, token: scene.own, body: Self.share())
            #expect(twice.code == "candidate_share.conflict")
            let read = try await client.send("GET", scene.path, token: scene.other)
            #expect(read.status == 200)
            #expect(read.json["access"] == "read")
            #expect(read.json["last_name"] == "Exemple" && read.json["jobs"] == ["K1302"])
            #expect(read.json["email"] == .null && read.json["phone"] == .null && read.json["experience"] == .null)
            let list = try await client.send("GET", "/v1/candidates", token: scene.other)
            #expect(list.json["items"]?.elements.map { $0["access"]?.string } == ["read"])
            #expect(try await client.send("GET", path, token: scene.other).status == 200)
            for (method, address, body) in [
                ("PATCH", scene.path, #"{"weekend":true,"base_version":1}"#), ("POST", scene.path + "/objection", nil),
                ("GET", scene.path + "/reads", nil), ("POST", shares, Self.share()), ("DELETE", path, nil),
                ("POST", scene.path + "/transfer", #"{"to":"cap-emploi","reason":"x"}"#),
            ] {
                let answer = try await client.send(method, address, token: scene.other, body: body)
                #expect(answer.status == 403, "\(method) \(address)")
            }
            #expect(try await client.send("DELETE", path, token: scene.own).status == 204)
            #expect(try await client.send("DELETE", path, token: scene.own).status == 204)
            #expect(try await client.send("GET", scene.path, token: scene.other).status == 404)
            #expect(try await client.send("GET", "/v1/candidates", token: scene.other).json["items"] == [])
            #expect(
                try await client.send("GET", shares, token: scene.own).json["items"]?.elements.first?["is_live"]
                    == false)
            // The other's reading is told to the organisation whose file it is.
            let reads = try await client.send("GET", scene.path + "/reads", token: scene.own)
            #expect(reads.json["items"]?.elements.first?["organisation"]?["code"] == "cap-emploi")
        }
    }

    @Test func `is followed up by who may, and no more once the share is over`() async throws {
        let clock = TestClock()
        let scene = try await CandidateScene()
        try await scene.make.share(scene.candidate, with: scene.otherID, .followUp, days: 3)
        try await withServer(clock: clock.source) { client in
            let agreement =
                #"{"kind":"orientation","text_version":"2024-02","given_on":"2024-02-15","channel":"phone"}"#
            let agreed = try await client.send(
                "POST", scene.path + "/agreements", token: scene.other, body: agreement)
            #expect(agreed.status == 201, "\(agreed.json)")
            let edit = try await client.send(
                "PATCH", scene.path, token: scene.other, body: #"{"weekend":true,"base_version":2}"#)
            #expect(edit.status == 403)
            clock.advance(seconds: 5 * 86_400)
            #expect(try await client.send("GET", scene.path, token: scene.other).status == 404)
            let late = try await client.send("POST", scene.path + "/agreements", token: scene.other, body: agreement)
            #expect(late.status == 404)
            // What is over makes room for another.
            #expect(
                try await client.send("POST", scene.path + "/shares", token: scene.own, body: Self.share()).status
                    == 201)
        }
    }

    @Test func `is for prescribers that may send, for six months at most, and ends with their authorisation`()
        async throws
    {
        let scene = try await CandidateScene()
        try await withServer { client in
            let shares = scene.path + "/shares"
            for (body, status) in [
                (Self.share("nouveau"), 409), (Self.share("employeur"), 422), (Self.share("personne"), 422),
                (Self.share("mission-locale"), 422), (Self.share(more: #","days":184"#), 422),
                (Self.share(more: #","ends_on":"9999-12-31""#), 422), (Self.share(more: ""), 422),
                (Self.share(more: #","days":1,"starts_on":"2020-01-01""#), 422), (Self.share(more: #","days":0"#), 422),
            ] {
                let answer = try await client.send("POST", shares, token: scene.own, body: body)
                #expect(answer.status == status, "\(body)")
            }
            #expect(try await client.send("POST", shares, token: scene.own, body: Self.share()).status == 201)
            #expect(try await client.send("GET", scene.path, token: scene.other).status == 200)
            let place = "/v1/organisations/cap-emploi/prescriber-authorisation"
            for (token, status) in [(scene.own, 403), (scene.employer, 403), (scene.team, 200)] {
                let answer = try await client.send(
                    "POST", place, token: token, body: #"{"authorisation":"refused"}"#)
                #expect(answer.status == status)
            }
            #expect(try await client.send("GET", scene.path, token: scene.other).status == 404)
            let bare = try await client.send("POST", place, token: scene.team, body: #"{"authorisation":"validated"}"#)
            #expect(bare.pointers == ["/proof"])
            let employer = try await client.send(
                "POST", "/v1/organisations/employeur/prescriber-authorisation", token: scene.team,
                body: #"{"authorisation":"not_required"}"#)
            #expect(employer.status == 422)
            let list = try await client.send("GET", "/v1/prescribers", token: scene.own)
            let authorisations = list.json["items"]?.elements.map { $0["authorisation"]?.string }
            #expect(authorisations == ["refused", "validated", "not_set"])
            #expect(!String(decoding: list.body, as: UTF8.self).contains("Convention"))
        }
    }

    @Test func `goes over when the other accepts, with its agreements, and is the first one's no more`() async throws {
        let scene = try await CandidateScene()
        let third = try await scene.make.prescriber("plie")
        try await scene.make.share(scene.candidate, with: scene.otherID)
        try await scene.make.share(scene.candidate, with: third)
        try await withServer { client in
            _ = try await client.send(
                "PUT", scene.path + "/statistics", token: scene.own, body: #"{"rsa":true}"#,
                headers: ["If-Match": "\"0\""])
            let body = #"{"to":"cap-emploi","reason":"Déménagement"}"#
            let asked = try await client.send("POST", scene.path + "/transfer", token: scene.own, body: body)
            #expect(asked.status == 201, "\(asked.json)")
            let path = try #require(asked.headers["location"])
            let second = try await client.send("POST", scene.path + "/transfer", token: scene.own, body: body)
            #expect(second.code == "candidate_transfer.conflict")
            let seen = try await client.send("GET", path, token: scene.other)
            #expect(seen.json["reason"] == "Déménagement" && seen.json["candidate_id"] == .null)
            #expect(try await client.send("GET", path, token: scene.employer).status == 404)
            let list = try await client.send("GET", "/v1/transfers?state=asked", token: scene.other)
            #expect(list.json["items"]?.elements.count == 1)
            func move(_ token: String, _ body: String) async throws -> TestAnswer {
                try await client.send("POST", path, token: token, body: body, headers: ["If-Match": "\"1\""])
            }
            #expect(try await move(scene.own, #"{"to":"accepted"}"#).code == "transition.forbidden")
            #expect(try await move(scene.other, #"{"to":"refused"}"#).code == "transition.incomplete")
            #expect(try await move(scene.employer, #"{"to":"refused","reason":"x"}"#).status == 404)
            #expect(
                try await move(scene.other, #"{"to":"accepted","referent_id":"\#(scene.member.id)"}"#).status == 422)
            let accepted = try await move(scene.other, #"{"to":"accepted"}"#)
            #expect(accepted.status == 200, "\(accepted.json)")
            #expect(accepted.json["candidate_id"]?.string == scene.candidate.fieldText)
            #expect(try await client.send("GET", scene.path, token: scene.own).status == 404)
            let now = try await client.send("GET", scene.path, token: scene.other)
            #expect(now.json["access"] == "own")
            #expect(now.json["referent"]?["id"]?.string == scene.otherMember.id.fieldText)
            #expect(now.json["agreements"]?.elements.count == 1)
            #expect(try await client.send("GET", scene.path + "/statistics", token: scene.other).json["rsa"] == true)
            let shares = try await client.send("GET", scene.path + "/shares", token: scene.other)
            let live = shares.json["items"]?.elements.filter { $0["is_live"] == true }
            #expect(live?.map { $0["to"]?["code"]?.string } == ["plie"])
            #expect(live?.first?["from"]?["code"] == "cap-emploi")
        }
    }

    @Test func `of two organisations that follow one person is asked for later, by the file of each alone`()
        async throws
    {
        let scene = try await CandidateScene()
        let clock = TestClock()
        let later = Make(clock: clock.source)
        clock.advance(seconds: 60)
        let twin = try await later.candidate(
            of: scene.otherID, email: "CAMILLE@exemple.example".lowercased(), phone: nil)
        try await later.candidate(of: scene.otherID, email: nil, phone: nil, birthYear: 1991)
        let database = TestDatabase.current.asServer(clock: clock.source)
        func compare() async throws -> Int {
            try await database.transaction(as: .system(requestID: "clock")) {
                try await CandidateStore.comparing.run($0, 10)
            }
        }
        #expect(try await compare() == 0)
        clock.advance(seconds: 86_400 + 120)
        #expect(try await compare() == 3)
        #expect(try await compare() == 0)
        #expect(
            try await count(
                """
                SELECT count(*) AS value FROM task
                 WHERE organisation_id = \(scene.ownID) AND candidate_id = \(scene.candidate) AND kind = 'candidate.share_asked'
                """) == 1)
        #expect(try await count("SELECT count(*) AS value FROM task") == 1)
        #expect(try await count("SELECT count(*) AS value FROM task WHERE candidate_id = \(twin)") == 0)
        await database.close()
    }
}
