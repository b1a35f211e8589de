import Fields
import Foundation
import Plans
import TestSupport
import Testing

/// `base_version` (`api.md`): edits of different fields merge, edits of the same field are shown to each other.
@Suite(.database) struct `An edit with base_version` {
    private let path = Scene.path

    private func edit(
        _ client: TestClient, _ token: String, _ body: String, headers: [String: String] = [:], at path: String? = nil
    ) async throws -> TestAnswer {
        try await client.send("PATCH", path ?? self.path, token: token, body: body, headers: headers)
    }

    @Test func `merges with others' edits of other fields`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let first = try await edit(client, scene.lead, #"{"base_version":3,"health":"attainable"}"#)
            #expect(first.status == 200)
            let second = try await edit(
                client, scene.team, #"{"title":"Autre titre","base_version":3,"planned_end":"2023-11-30"}"#)
            #expect(second.status == 200)
            #expect(second.json["version"] == 5)
            #expect(second.headers["etag"]?.hasPrefix("\"5.") == true)
            let after = try await client.send("GET", path, token: scene.team)
            #expect(after.json["health"] == "attainable")
            #expect(after.json["title"] == "Autre titre")
            #expect(after.json["planned_end"] == "2023-11-30")
        }
    }

    @Test func `of the same field to the same value is no conflict, and changes nothing`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            for token in [scene.lead, scene.team] {
                let answer = try await edit(
                    client, token, #"{"base_version":3,"health":"attainable","actual_start":"2023-02-01"}"#)
                #expect(answer.status == 200)
                #expect(answer.json["version"] == 4)
            }
        }
    }

    @Test func `of the same field to another value is refused with both values, whole`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            _ = try await edit(client, scene.lead, #"{"base_version":3,"health":"attainable"}"#)
            let answer = try await edit(
                client, scene.team, #"{"base_version":3,"health":"compromised","title":"Autre titre"}"#)
            #expect(answer.status == 409)
            #expect(answer.code == "version.conflict")
            #expect(
                answer.json["conflicts"] == [["field": "health", "yours": "compromised", "current": "attainable"]])
            #expect(answer.json["errors"]?.elements.map { $0["pointer"] } == ["/health"])
            let after = try await client.send("GET", path, token: scene.team)
            #expect(after.json["title"] == "Action A1.01")
            #expect(after.json["health"] == "attainable")
            // What was emptied meanwhile is shown as empty.
            _ = try await edit(client, scene.lead, #"{"base_version":4,"description":"Un texte."}"#)
            _ = try await edit(client, scene.lead, #"{"base_version":5,"description":null}"#)
            let emptied = try await edit(client, scene.team, #"{"base_version":4,"description":"Un autre."}"#)
            #expect(
                emptied.json["conflicts"] == [["field": "description", "yours": "Un autre.", "current": nil]])
        }
    }

    @Test func `of the current version is an edit like any other`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            #expect(try await edit(client, scene.lead, #"{"base_version":3,"health":"attainable"}"#).status == 200)
            #expect(try await edit(client, scene.lead, #"{"base_version":4,"health":"secured"}"#).status == 200)
            #expect(try await edit(client, scene.lead, #"{"base_version":5}"#).json["version"] == 5)
        }
    }

    @Test func `names one version, and one that was`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let both = try await edit(
                client, scene.lead, #"{"base_version":3,"health":"secured"}"#, headers: ["If-Match": "\"3\""])
            #expect(both.status == 400)
            #expect(both.json["errors"]?.elements.map { $0["pointer"] } == ["/base_version"])
            let future = try await edit(client, scene.lead, #"{"base_version":4,"health":"secured"}"#)
            #expect(future.status == 412)
            #expect(future.json["current"] == 3)
            for value in ["0", "-1", "\"1\"", "1.5", "null", "[1]", "99999999999999999999"] {
                let answer = try await edit(client, scene.lead, #"{"base_version":\#(value),"health":"secured"}"#)
                #expect(answer.status == 400, "\(value)")
                #expect(answer.json["errors"]?.elements.map { $0["pointer"] } == ["/base_version"], "\(value)")
            }
            let twice = try await edit(client, scene.lead, #"{"base_version":3,"base_version":3,"health":"secured"}"#)
            #expect(twice.status == 400)
            let move = try await client.send(
                "POST", path + "/transitions", token: scene.lead,
                body: #"{"to":"paused","reason":"x","base_version":3}"#)
            #expect(move.status == 400)
            #expect(try await client.send("GET", path, token: scene.lead).json["version"] == 3)
        }
    }

    @Test(arguments: [2_147_483_648, Int.max])
    func `or If-Match of a version that no integer of the database holds is old`(
        version: Int
    ) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let merged = try await edit(client, scene.lead, #"{"base_version":\#(version),"health":"attainable"}"#)
            let matched = try await edit(
                client, scene.lead, #"{"health":"attainable"}"#, headers: ["If-Match": "\"\(version)\""])
            for answer in [merged, matched] {
                #expect(answer.status == 412)
                #expect(answer.json["current"] == 3)
            }
        }
    }

    @Test func `gives nobody a right: the lead still changes no title, a stranger nothing`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            _ = try await edit(client, scene.team, #"{"base_version":3,"title":"Autre titre"}"#)
            #expect(try await edit(client, scene.lead, #"{"base_version":3,"title":"Le mien"}"#).status == 403)
            #expect(try await edit(client, scene.other, #"{"base_version":3,"health":"secured"}"#).status == 403)
        }
    }

    @Test func `of spending merges within its line, and lines are independent`() async throws {
        let scene = try await Scene()
        try await behindTheBack(
            """
            INSERT INTO funding_line (id, action_id, funder_id, year, planned_cents)
            SELECT gen_random_uuid(), action_id, funder_id, 2024, 5 FROM funding_line
            """)
        let line = path + "/funding/cnsa/2023"
        try await withServer { client in
            #expect(
                try await edit(client, scene.lead, #"{"base_version":3,"spent_cents":100}"#, at: line).status == 200)
            // The other amount of the line, and the same amount of another year.
            let merged = try await edit(client, scene.team, #"{"base_version":3,"committed_cents":200}"#, at: line)
            #expect(merged.status == 200)
            let other = try await edit(
                client, scene.team, #"{"base_version":3,"spent_cents":300}"#, at: path + "/funding/cnsa/2024")
            #expect(other.status == 200)
            #expect(
                other.json["funding"]?.elements.map { [$0["spent_cents"], $0["committed_cents"]] }
                    == [[100, 200], [300, 0]])
            // The same amount of the same line, to another value.
            let refused = try await edit(client, scene.team, #"{"base_version":3,"spent_cents":101}"#, at: line)
            #expect(refused.status == 409)
            #expect(refused.json["conflicts"] == [["field": "spent_cents", "yours": 101, "current": 100]])
            // An edit of the action itself does not come in its way.
            #expect(try await edit(client, scene.lead, #"{"base_version":3,"health":"secured"}"#).status == 200)
        }
    }

    @Test func `of two fields at once by many ends with all of them`() async throws {
        let scene = try await Scene()
        let bodies = [
            #"{"base_version":3,"health":"attainable"}"#, #"{"base_version":3,"actual_start":"2023-02-01"}"#,
            #"{"base_version":3,"description":"Un texte."}"#, #"{"base_version":3,"title":"Autre titre"}"#,
            #"{"base_version":3,"planned_end":"2023-10-31"}"#, #"{"base_version":3,"is_public":false}"#,
        ]
        try await withServer { client in
            let statuses = try await atOnce(bodies.count) { try await edit(client, scene.team, bodies[$0]).status }
            #expect(statuses == Array(repeating: 200, count: bodies.count))
            let after = try await client.send("GET", path, token: scene.team)
            #expect(after.json["version"] == 9)
            #expect(after.json["health"] == "attainable")
            #expect(after.json["actual_start"] == "2023-02-01")
            #expect(after.json["description"] == "Un texte.")
            #expect(after.json["title"] == "Autre titre")
            #expect(after.json["planned_end"] == "2023-10-31")
            #expect(after.json["is_public"] == false)
        }
    }

    @Test func `of one field at once lets one win and shows it to the others`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let answers = try await atOnce(4) {
                try await edit(client, scene.team, #"{"base_version":3,"title":"Titre \#($0)"}"#)
            }
            #expect(answers.map(\.status).sorted() == [200, 409, 409, 409])
            let winner = answers.first { $0.status == 200 }?.json["title"]
            let shown = answers.filter { $0.status == 409 }.map { $0.json["conflicts"]?.elements.first?["current"] }
            #expect(shown == Array(repeating: winner, count: 3))
        }
    }
}
