import Accounts
import Contract
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport
import Testing

/// What persons agree to and object to, and what is only ever counted of them (`security.md` §3).
@Suite(.database) struct `What a candidate agrees to` {
    private static func agreement(_ kind: AgreementKind) -> String {
        #"{"kind":"\#(kind.rawValue)","text_version":"2024-01","given_on":"2024-01-15","channel":"letter"}"#
    }

    @Test func `is written down and taken back, with every other of its kind`() async throws {
        let scene = try await CandidateScene()
        let second = try await scene.make.agreement(of: scene.candidate)
        try await withServer { client in
            let agreed = try await client.send(
                "POST", scene.path + "/agreements", token: scene.own, body: Self.agreement(.pool))
            #expect(agreed.status == 201, "\(agreed.json)")
            #expect(agreed.json["version"] == 2)
            #expect(
                Set(agreed.json["agreements"]?.elements.map { $0["kind"]?.string ?? "" } ?? []) == [
                    "orientation", "pool",
                ])
            let listed = try await client.send("GET", "/v1/candidates", token: scene.own)
            #expect(listed.json["items"]?.elements.first?["may_send"] == true)
            let path = scene.path + "/agreements/\(second)/withdrawal"
            let withdrawn = try await client.send("POST", path, token: scene.own)
            #expect(withdrawn.status == 200, "\(withdrawn.json)")
            let open = withdrawn.json["agreements"]?.elements.filter { $0["withdrawn_on"] == .null }
            #expect(open?.map { $0["kind"] } == ["pool"])
            // Twice does no harm, and changes nothing.
            #expect(try await client.send("POST", path, token: scene.own).json["version"] == withdrawn.json["version"])
            let after = try await client.send("GET", "/v1/candidates", token: scene.own)
            #expect(after.json["items"]?.elements.first?["may_send"] == false)
            for body in [#"{"kind":"orientation","text_version":"","given_on":"2999-01-01","channel":"form"}"#] {
                let answer = try await client.send("POST", scene.path + "/agreements", token: scene.own, body: body)
                #expect(answer.status == 422)
                #expect(answer.pointers == ["/text_version", "/given_on"])
            }
        }
    }

    @Test func `counts for a year only`() async throws {
        let scene = try await CandidateScene()
        try await TestDatabase.current.tamper("UPDATE candidate_agreement SET given_on = given_on - 365")
        try await withServer { client in
            let list = try await client.send("GET", "/v1/candidates", token: scene.own)
            #expect(list.json["items"]?.elements.first?["may_send"] == false)
        }
    }

    @Test func `ends with an objection, which may be taken back`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let objected = try await client.send("POST", scene.path + "/objection", token: scene.own)
            #expect(objected.status == 200)
            #expect(objected.json["objected_at"] != .null)
            let again = try await client.send("POST", scene.path + "/objection", token: scene.own)
            #expect(again.json["objected_at"] == objected.json["objected_at"])
            let list = try await client.send("GET", "/v1/candidates", token: scene.own)
            #expect(list.json["items"]?.elements.first?["may_send"] == false)
            #expect(try await client.send("POST", scene.path + "/objection", token: scene.reader).status == 403)
            let ended = try await client.send("DELETE", scene.path + "/objection", token: scene.own)
            #expect(ended.json["objected_at"] == .null)
        }
    }

    @Test func `is asked for a disability, which goes with it`() async throws {
        let scene = try await CandidateScene()
        let path = scene.path + "/statistics"
        try await withServer { client in
            let empty = try await client.send("GET", path, token: scene.own)
            #expect(empty.status == 200)
            #expect(empty.json["sex"] == .null && empty.json["version"] == 0)
            func put(_ body: String, _ tag: String) async throws -> TestAnswer {
                try await client.send("PUT", path, token: scene.own, body: body, headers: ["If-Match": tag])
            }
            let full = #"{"sex":"f","rsa":true,"qpv":true,"qpv_vintage":2024,"diploma_level":3,"disability":true}"#
            #expect(try await put(full, "\"0\"").code == "candidate.no_agreement")
            _ = try await client.send(
                "POST", scene.path + "/agreements", token: scene.own, body: Self.agreement(.disability))
            let written = try await put(full, "\"0\"")
            #expect(written.status == 200, "\(written.json)")
            #expect(written.json["disability"] == true && written.json["version"] == 1)
            #expect(try await put(full, "\"0\"").status == 412)
            #expect(try await put(#"{"qpv":true}"#, "\"1\"").pointers == ["/qpv_vintage"])
            #expect(try await put(#"{"diploma_level":9,"qpv_vintage":2020}"#, "\"1\"").status == 422)
            let file = try await client.send("GET", scene.path, token: scene.own)
            let id = try #require(
                file.json["agreements"]?.elements.first { $0["kind"] == "disability" }?["id"]?.string)
            _ = try await client.send("POST", scene.path + "/agreements/\(id)/withdrawal", token: scene.own)
            let after = try await client.send("GET", path, token: scene.own)
            #expect(after.json["disability"] == .null && after.json["sex"] == "f")
            // History says that they changed, never to what.
            #expect(
                try await count(
                    """
                    SELECT count(*) AS value FROM field_change
                     WHERE table_name = 'candidate_statistics' AND field NOT IN ('version', 'candidate_id')
                       AND coalesce(old_value, new_value) IS NOT NULL
                    """) == 0)
        }
    }

    @Test func `and what is counted of it stand in no file, list, share or log`() async throws {
        let scene = try await CandidateScene()
        _ = try await scene.make.agreement(of: scene.candidate, .disability)
        try await scene.make.share(scene.candidate, with: scene.otherID, .followUp)
        try await withServer { client in
            _ = try await client.send(
                "PUT", scene.path + "/statistics", token: scene.own,
                body: #"{"sex":"m","long_term_unemployed":true,"rsa":true,"diploma_level":4,"disability":true}"#,
                headers: ["If-Match": "\"0\""])
            for token in [scene.own, scene.other] {
                for path in [scene.path, "/v1/candidates", scene.path + "/shares"] {
                    let text = String(decoding: try await client.send("GET", path, token: token).body, as: UTF8.self)
                    for word in ["\"sex\"", "rsa", "unemployed", "qpv", "diploma_level"] {
                        #expect(!text.contains(word), "\(path) \(word)")
                    }
                    // That there is an agreement about a disability says it.
                    #expect(token == scene.own || !text.contains("disability"), "\(path)")
                }
            }
            #expect(try await client.send("GET", scene.path + "/statistics", token: scene.other).status == 403)
            let put = try await client.send(
                "PUT", scene.path + "/statistics", token: scene.other, body: "{}", headers: ["If-Match": "\"1\""])
            #expect(put.status == 403)
            let agreed = try await client.send(
                "POST", scene.path + "/agreements", token: scene.other, body: Self.agreement(.disability))
            #expect(agreed.status == 403)
            let team = try await client.send("GET", scene.path + "?reason=x", token: scene.team)
            #expect(!String(decoding: team.body, as: UTF8.self).contains("disability"))
        }
    }
}
