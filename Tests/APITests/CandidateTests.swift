import Accounts
import Contract
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport
import Testing

/// `security.md` §3: who sees what of a person, and who is told of it.
@Suite(.database) struct `A candidate's file` {
    @Test func `is opened by a prescriber, read, changed, and listed without a way to reach the person`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let made = try await client.send("POST", "/v1/candidates", token: scene.own, body: CandidateScene.new)
            #expect(made.status == 201, "\(made.json)")
            let path = try #require(made.headers["location"])
            #expect(made.json["possible_duplicates"] == [])
            #expect(made.headers["cache-control"] == "private, no-store")
            let read = try await client.send("GET", path, token: scene.own)
            #expect(read.json["email"] == "dominique@exemple.example")
            #expect(read.json["phone"] == "+33199000002")
            #expect(read.json["commune"] == "Toulouse")
            #expect(read.json["access"] == "own")
            #expect(read.json["jobs"] == ["J1501", "K1302"])
            #expect(read.json["referent"]?["id"]?.string == scene.member.id.fieldText)
            #expect(read.headers["etag"] == made.headers["etag"])
            let changed = try await client.send(
                "PATCH", path, token: scene.own, body: #"{"mobility_km":40,"email":null,"base_version":1}"#)
            #expect(changed.status == 200, "\(changed.json)")
            #expect(changed.json["mobility_km"] == 40)
            #expect(changed.json["email"] == .null)
            #expect(changed.json["version"] == 2)
            let stale = try await client.send(
                "PATCH", path, token: scene.own, body: #"{"mobility_km":50}"#,
                headers: ["If-Match": made.headers["etag"] ?? ""])
            #expect(stale.status == 412)
            #expect(stale.json["changed_fields"] == ["email", "mobility_km"])
            let merged = try await client.send(
                "PATCH", path, token: scene.own, body: #"{"weekend":true,"base_version":1}"#)
            #expect(merged.status == 200)
            let list = try await client.send("GET", "/v1/candidates?job=J1501", token: scene.own)
            #expect(list.json["items"]?.elements.map { $0["id"] } == [made.json["id"]])
            let all = try await client.send("GET", "/v1/candidates", token: scene.own)
            #expect(all.json["items"]?.elements.count == 2)
            let text = String(decoding: all.body, as: UTF8.self)
            for reach in ["email", "phone", "exemple.example", "+33199", "experience"] {
                #expect(!text.contains(reach))
            }
        }
    }

    @Test func `is found by a name among one's own, a typo and accents forgiven`() async throws {
        let scene = try await CandidateScene()
        try await scene.make.candidate(of: scene.ownID, firstName: "Zoé", lastName: "Péréire-Lévy")
        let others = try await scene.make.candidate(of: scene.otherID, firstName: "Zoé", lastName: "Péréire")
        try await scene.make.share(others, with: scene.ownID)
        try await withServer { client in
            for words in ["pereire", "zoe%20pereire", "Pereyre", "L%C3%A9vy"] {
                let found = try await client.send("GET", "/v1/candidates?q=\(words)", token: scene.own)
                #expect(found.json["items"]?.elements.map { $0["last_name"] } == ["Péréire-Lévy"], "\(words)")
            }
            #expect(try await client.send("GET", "/v1/candidates?q=martin", token: scene.own).json["items"] == [])
            let me = scene.member.id.fieldText
            let mine = try await client.send("GET", "/v1/candidates?referent=\(me)", token: scene.own)
            #expect(mine.json["items"]?.elements.map { $0["id"]?.string } == [scene.candidate.fieldText])
            #expect(
                try await client.send("GET", "/v1/candidates?limit=2", token: scene.own).json["next_cursor"] != .null)
        }
    }

    @Test func `is kept by prescribers only, and refuses what can't be`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            for token in [scene.employer, scene.team, scene.reader] {
                let answer = try await client.send("POST", "/v1/candidates", token: token, body: CandidateScene.new)
                #expect(answer.status == 403)
            }
            #expect(try await client.send("GET", "/v1/candidates", token: scene.employer).status == 403)
            #expect(try await client.send("GET", "/v1/candidates", token: scene.team).status == 403)
            let wrong = """
                {"first_name":" ","last_name":"\(String(repeating: "x", count: 101))","birth_year":2023,"mobility_km":99999999999,\
                "insee":"31999","diplomas":["nulle-part"],"jobs":["A9999"],"contracts":["abc"],"hours_min":40,"hours_max":20,\
                "available_from":"9999-01-01","lawful_basis":"public_task","notice_version":"1","notice_given_on":"2999-01-01",\
                "notice_channel":"in_person","referent_id":"\(scene.otherMember.id)"}
                """
            let refused = try await client.send("POST", "/v1/candidates", token: scene.own, body: wrong)
            #expect(refused.status == 422)
            #expect(
                Set(refused.pointers) == [
                    "/first_name", "/last_name", "/birth_year", "/mobility_km", "/insee", "/diplomas/0", "/jobs/0",
                    "/contracts/0", "/hours_max", "/available_from", "/notice_given_on", "/referent_id",
                ])
            for body in [#"{"phone":"12"}"#, #"{"email":"a"}"#, #"{"sex":"f"}"#, #"{"nationality":"x"}"#] {
                let answer = try await client.send(
                    "PATCH", scene.path, token: scene.own, body: body, headers: try await scene.tag(client))
                #expect(answer.status == 400)
            }
            let emptied = try await client.send(
                "PATCH", scene.path, token: scene.own, body: #"{"last_name":null}"#,
                headers: try await scene.tag(client))
            #expect(emptied.status == 422)
        }
    }

    /// Every operation of the contract on one file, as it stands there.
    static let routes: [(method: String, path: String, body: String?)] = [
        ("GET", "", nil), ("PATCH", "", #"{"mobility_km":1}"#), ("GET", "/reads", nil),
        ("POST", "/agreements", #"{"kind":"pool","text_version":"1","given_on":"2024-01-15","channel":"form"}"#),
        ("POST", "/agreements/\(CandidateAgreement.ID.placeholder)/withdrawal", nil), ("POST", "/objection", nil),
        ("DELETE", "/objection", nil), ("GET", "/statistics", nil), ("PUT", "/statistics", #"{"rsa":true}"#),
        ("GET", "/shares", nil), ("POST", "/shares", #"{"to":"cap-emploi","purpose":"x","access":"read","days":1}"#),
        ("GET", "/shares/\(CandidateShare.ID.placeholder)", nil),
        ("DELETE", "/shares/\(CandidateShare.ID.placeholder)", nil),
        ("POST", "/transfer", #"{"to":"cap-emploi","reason":"x"}"#), ("POST", "/export", nil),
        ("POST", "/erasure", nil),
    ]

    @Test func `is not there for anybody else, by every route, as if it did not exist`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for route in Self.routes {
                for token in [scene.other, scene.employer, scene.unauthorised] {
                    let headers = ["If-Match": "\"1\""]
                    let answer = try await client.send(
                        route.method, scene.path + route.path, token: token, body: route.body, headers: headers)
                    let nothing = try await client.send(
                        route.method, "/v1/candidates/\(Candidate.ID.placeholder)\(route.path)", token: token,
                        body: route.body, headers: headers)
                    #expect(answer.status == 404, "\(route.method) \(route.path)")
                    #expect(answer.code == nothing.code && answer.json["detail"] == nothing.json["detail"])
                }
            }
            // All endpoints of one file are asked above.
            let declared = EndpointMatrix.endpoints.filter { $0.path.hasPrefix("/v1/candidates/{id}") }
            #expect(
                declared.filter { $0.id.hasPrefix("candidate") && !$0.id.contains("match") }.count == Self.routes.count)
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
        }
    }

    @Test func `tells who opened it, the team with its reason, before anything leaves`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let bare = try await client.send("GET", scene.path, token: scene.team)
            #expect(bare.status == 422)
            #expect(bare.code == "candidate.reason_required")
            let number = try await client.send("GET", scene.path + "?reason=1850331555123%2048", token: scene.team)
            #expect(number.status == 422)
            let opened = try await client.send(
                "GET", scene.path + "?reason=Demande%20de%20la%20personne", token: scene.team)
            #expect(opened.status == 200)
            #expect(opened.json["access"] == "team")
            let unknown = try await client.send(
                "GET", "/v1/candidates/\(Candidate.ID.placeholder)?reason=x", token: scene.team)
            #expect(unknown.status == 404)
            for (method, path) in [
                ("GET", "/statistics"), ("GET", "/reads"), ("POST", "/objection"), ("GET", "/shares"),
            ] {
                let answer = try await client.send(method, scene.path + path, token: scene.team)
                #expect(answer.status == 404, "\(path)")
            }
            _ = try await client.send("GET", scene.path, token: scene.reader)
            let reads = try await client.send("GET", scene.path + "/reads", token: scene.own)
            let items = reads.json["items"]?.elements ?? []
            #expect(items.map { $0["organisation"]?["code"]?.string } == ["mission-locale", "equipe"])
            #expect(items.last?["reason"] == "Demande de la personne")
            #expect(items.map { $0["route"]?.string } == ["candidate.read", "candidate.read"])
            #expect(!client.log.text.contains("Exemple") && !client.log.text.contains("Demande"))
        }
    }

    @Test func `is refused to who opens too many in a day, and the team is told without names`() async throws {
        let scene = try await CandidateScene()
        try await Self.readsPerDay(2)
        var files = [scene.candidate]
        for _ in 0..<3 { files.append(try await scene.make.candidate(of: scene.ownID)) }
        let all = files
        try await withServer { client in
            var statuses: [Int] = []
            for file in all {
                statuses.append(try await client.send("GET", "/v1/candidates/\(file)", token: scene.own).status)
            }
            #expect(statuses == [200, 200, 429, 429])
            // What was opened today stays open, and another member's day is another's.
            #expect(try await client.send("GET", scene.path, token: scene.own).status == 200)
            #expect(try await client.send("GET", "/v1/candidates/\(all[3])", token: scene.reader).status == 200)
            // A change that changes nothing is a reading by another name.
            let idle = try await client.send(
                "PATCH", "/v1/candidates/\(all[2])", token: scene.own,
                body: #"{"first_name":"Camille","base_version":1}"#)
            #expect(idle.code == "candidate.too_many_reads")
            let copied = try await client.send("POST", "/v1/candidates/\(all[2])/export", token: scene.own)
            #expect(copied.code == "candidate.too_many_reads")
            // Each refusal is in the audit, whichever way was tried; the team's task is one.
            #expect(
                try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'file_read.alert'") == 4)
            #expect(try await count(Self.manyReads) == 1)
            let opened = try await atOnce(6) { number in
                try await client.send("GET", "/v1/candidates/\(all[number % 4])", token: scene.other).status
            }
            #expect(opened.allSatisfy { $0 == 404 })
            try await Self.readsPerDay(100)
        }
    }

    /// The rules stay when a database is emptied for the next test.
    private static func readsPerDay(_ number: Int) async throws {
        try await TestDatabase.current.tamper(
            "UPDATE service_rule SET value = \(number) WHERE code = 'reads_per_day'")
    }

    private static let manyReads: SQL = """
        SELECT count(*) AS value FROM task
         WHERE organisation_id IS NULL AND kind = 'candidate.many_reads' AND candidate_id IS NULL AND text IS NULL
        """

    /// An objection used to be refused here with 429. A right has no quota (articles 16, 17 and 21 of the GDPR): it is exercised whatever
    /// the member opened before, is a reading that is written down, and the team is told.
    @Test func `lets every right be exercised past the day's readings`() async throws {
        let scene = try await CandidateScene()
        let agreement = try await scene.make.agreement(of: scene.candidate)
        let (corrected, objecting) = (
            try await scene.make.candidate(of: scene.ownID), try await scene.make.candidate(of: scene.ownID)
        )
        let erased = try await scene.make.candidate(of: scene.ownID)
        try await Self.readsPerDay(0)
        try await withServer { client in
            #expect(try await client.send("GET", scene.path, token: scene.own).status == 429)
            let calls: [(String, Candidate.ID, String, String?, Int)] = [
                ("POST", objecting, "/objection", nil, 200),
                ("PATCH", corrected, "", #"{"first_name":"Camilles","base_version":1}"#, 200),
                ("POST", scene.candidate, "/agreements/\(agreement)/withdrawal", nil, 200),
                ("PUT", corrected, "/statistics", #"{"sex":"f"}"#, 200),
                ("POST", erased, "/erasure", nil, 201),
            ]
            for (method, id, path, body, status) in calls {
                let answer = try await client.send(
                    method, "/v1/candidates/\(id)\(path)", token: scene.own, body: body,
                    headers: method == "PUT" ? ["If-Match": "\"0\""] : [:])
                #expect(answer.status == status, "\(method) \(path): \(answer.text)")
            }
            try await Self.readsPerDay(100)
            #expect(
                try await count("SELECT count(*) AS value FROM candidate WHERE objected_at IS NOT NULL") == 1)
            #expect(
                try await count("SELECT count(DISTINCT candidate_id) AS value FROM file_read") == 3,
                "each that showed a file is a reading")
            #expect(try await count(Self.manyReads) == 1)
        }
    }

    @Test func `names similar ones of one's own organisation, and answers the same whatever others have`() async throws
    {
        let scene = try await CandidateScene()
        let body = """
            {"first_name":"Camile","last_name":"Exemple","birth_year":1990,"email":"CAMILLE@exemple.example",\
            "lawful_basis":"public_task","notice_version":"1","notice_given_on":"2024-01-15","notice_channel":"form"}
            """
        try await withServer { client in
            let own = try await client.send("POST", "/v1/candidates", token: scene.own, body: body)
            #expect(
                own.json["possible_duplicates"]?.elements.map { $0["id"]?.string } == [scene.candidate.fieldText])
            let fresh = body.replacingOccurrences(of: "Exemple", with: "Personne")
                .replacingOccurrences(of: "CAMILLE", with: "autre")
            let known = try await client.send("POST", "/v1/candidates", token: scene.other, body: body)
            let unknown = try await client.send("POST", "/v1/candidates", token: scene.unauthorised, body: fresh)
            #expect(known.status == 201 && unknown.status == 201)
            #expect(known.json["possible_duplicates"] == [] && unknown.json["possible_duplicates"] == [])
            #expect(known.json.members.map(\.name) == unknown.json.members.map(\.name))
        }
    }

    @Test func `repeated with its key is made once, and shown again only to who may still see it`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let key = ["Idempotency-Key": "dossier-1"]
            func post() async throws -> TestAnswer {
                try await client.send(
                    "POST", "/v1/candidates", token: scene.own, body: CandidateScene.new, headers: key)
            }
            let first = try await post()
            let path = try #require(first.headers["location"])
            let again = try await post()
            #expect(again.status == 201)
            #expect(again.json["id"] == first.json["id"] && again.headers["location"] == path)
            #expect(again.headers["etag"] == first.headers["etag"])
            #expect(try await count("SELECT count(*) AS value FROM candidate WHERE last_name = 'Fictif'") == 1)
            #expect(
                try await count(
                    "SELECT count(*) AS value FROM idempotency_answer WHERE body IS NULL AND reread_at = \(path)") == 1)
            // It shows what the file is now, and that was a reading.
            _ = try await client.send(
                "PATCH", path, token: scene.own, body: #"{"first_name":"Claude","base_version":1}"#)
            #expect(try await post().json["first_name"] == "Claude")
            #expect(
                try await count(
                    "SELECT count(*) AS value FROM file_read WHERE route = 'candidate.read'") == 2)
            let id = first.json["id"]?.string ?? ""
            try await TestDatabase.current.tamper(
                "UPDATE candidate SET organisation_id = '\(scene.otherID)' WHERE id = '\(id)'")
            let gone = try await post()
            #expect(gone.status == 404)
            #expect(gone.headers["location"] == nil)
        }
    }
}
