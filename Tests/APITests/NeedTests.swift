import Accounts
import Fields
import Foundation
import Recruitment
import TestSupport
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite(.database) struct `A need` {
    @Test func `is written, opened, shown to everybody in every form, closed and gone`() async throws {
        try await NeedStage.run { stage, client in
            let employer = stage.token("employer")
            let made = try await client.send("POST", "/v1/needs", token: employer, body: NeedStage.body)
            #expect(made.status == 201, "\(made.json)")
            let path = try #require(made.headers["location"])
            #expect(made.json["state"] == "draft" && made.json["management"]?["has_contact"] == true)
            // The newest registration of what people call DEAS; the structure's place; what the job is called.
            #expect(made.json["diplomas"]?.elements.compactMap { $0["id"]?.string } == ["deas-40692"])
            #expect(made.json["commune"] == "Toulouse" && made.json["latitude"]?.text == "43.62")
            #expect(made.json["job_version"] == "4.60" && made.json["positions_left"]?.integer == 1)
            // Nobody else knows of a draft.
            for name in ["", "stranger", "prescriber", "partner"] {
                #expect(try await client.send("GET", path, token: stage.token(name)).status == 404, "\(name)")
            }
            #expect(try await client.send("GET", "/v1/needs").titles == [])
            let opened = try await client.move(path, #"{"to":"open"}"#, as: employer)
            #expect(opened.status == 200, "\(opened.json)")
            #expect(opened.json["expires_on"] == "2026-08-14")
            #expect(
                opened.json["moves"]?.elements.compactMap { $0["to"]?.string } == ["paused", "closed"])
            #expect(try await client.send("GET", "/v1/needs").titles == ["Aide-soignant de nuit"])
            let posting = try await client.send("GET", path, headers: ["Accept": "application/ld+json"])
            #expect(posting.status == 200 && posting.headers["content-type"] == "application/ld+json")
            #expect(posting.json["@context"] == "https://schema.org" && posting.json["@type"] == "JobPosting")
            #expect(posting.json["datePosted"] == "2026-06-15" && posting.json["validThrough"] == "2026-08-14")
            #expect(posting.json["hiringOrganization"]?["name"] == "EHPAD Les Minimes")
            #expect(posting.json["jobLocation"]?["address"]?["addressLocality"] == "Toulouse")
            let closed = try await client.move(path, #"{"to":"closed","reason":"Pourvu en interne."}"#, as: employer)
            #expect(closed.status == 200 && closed.json["management"]?["reason"] == "Pourvu en interne.")
            for accept in ["application/json", "application/ld+json"] {
                let gone = try await client.send("GET", path, headers: ["Accept": accept])
                #expect(gone.status == 404 && gone.code == "need.not_found", "\(accept)")
            }
            // Not as a posting either for who sees it.
            let own = try await client.send("GET", path, token: employer, headers: ["Accept": "application/ld+json"])
            #expect(own.status == 404)
            #expect(try await client.send("GET", path, token: stage.token("prescriber")).status == 200)
            let history = try await client.send("GET", path + "/history", token: employer)
            #expect(
                history.json["items"]?.elements.compactMap { $0["operation"]?.string }
                    == ["need.create", "need.transition", "need.transition"])
            #expect(!history.text.contains("interne"))
        }
    }

    @Test func `shows the public its public columns only, a prescriber its structure, its employer all of it`()
        async throws
    {
        try await NeedStage.run { stage, client in
            let id = try await stage.make.need(of: stage.structureID, stage.employerID)
            let path = "/v1/needs/\(id)"
            let open = try await client.send("GET", path)
            let secret = [
                "management", "structure_details", "moves", "reason", "organisation", "version", "created_at",
                "updated_at", "filled_at", "search_words", "warned_for",
            ]
            #expect(secret.filter { open.json[$0] != nil } == [])
            #expect(!open.text.contains("employeur"))
            #expect(open.headers["cache-control"] == "public, max-age=10")
            let stranger = try await client.send("GET", path, token: stage.token("stranger"))
            #expect(secret.filter { stranger.json[$0] != nil } == [])
            #expect(stranger.headers["cache-control"] == "private, no-store")
            let prescriber = try await client.send("GET", path, token: stage.token("prescriber"))
            #expect(prescriber.json["structure_details"]?["has_contact"] == true)
            #expect(prescriber.json["management"] == nil)
            for name in ["employer", "reader", "team"] {
                let own = try await client.send("GET", path, token: stage.token(name))
                #expect(own.json["management"]?["organisation"] == "employeur", "\(name)")
                let moves = own.json["moves"]?.elements.compactMap { $0["to"]?.string }
                #expect(moves == (name == "employer" ? ["paused", "closed"] : name == "team" ? ["closed"] : []))
            }
            // The public's list and its tag do not tell of a change that only members see.
            let before = try await client.send("GET", "/v1/needs").headers["etag"]
            try await TestDatabase.current.tamper("UPDATE need SET warned_for = '2026-08-14', version = version + 1")
            #expect(try await client.send("GET", "/v1/needs").headers["etag"] == before)
            #expect(try await client.send("GET", path).headers["etag"] == open.headers["etag"])
        }
    }

    static let wrong: [(body: String, pointers: [String])] = [
        (#""title":" ""#, ["/title"]), (#""title":"\#(String(repeating: "x", count: 151))""#, ["/title"]),
        (#""description":"""#, ["/description"]), (#""job":"A9999""#, ["/job"]),
        (#""job":"K1306","job_version":"3""#, ["/job"]), (#""contract":"inconnu""#, ["/contract"]),
        (#""diplomas":["DEAS","Astrologue"]"#, ["/diplomas/1"]), (#""hours_per_week":0"#, ["/hours_per_week"]),
        (#""hours_per_week":48.5"#, ["/hours_per_week"]), (#""positions":0"#, ["/positions"]),
        (#""positions":99999999999"#, ["/positions"]), (#""pay_min_cents":200000"#, ["/pay_period"]),
        (#""pay_period":"month""#, ["/pay_period"]),
        (#""pay_min_cents":300,"pay_max_cents":200,"pay_period":"hour""#, ["/pay_max_cents"]),
        (#""pay_min_cents":-1,"pay_period":"hour""#, ["/pay_min_cents"]),
        (#""starts_on":"9999-12-31""#, ["/starts_on"]), (#""starts_on":"2020-01-01""#, ["/starts_on"]),
        (#""insee":"31000""#, ["/insee"]), (#""insee":"31""#, ["/insee"]),
        (
            #""title":"","starts_on":"9999-01-01","contract":"inconnu","positions":501"#,
            ["/title", "/positions", "/starts_on", "/contract"]
        ),
    ]

    @Test(arguments: wrong)
    func `names every wrong field, when it is written and when it is changed`(
        fields: String, pointers: [String]
    ) async throws {
        try await NeedStage.run { stage, client in
            func answer(_ method: String, _ path: String, _ body: String) async throws -> TestAnswer {
                try await client.send(
                    method, path, token: stage.token("employer"), body: body, headers: ["If-Match": "\"1\""])
            }
            // The wrong field takes the place of the good one.
            let names = fields.matches(of: /"([a-z_]+)":/).map { String($0.1) }
            let good = [
                ("structure", "\"310000042\""), ("title", "\"A\""), ("job", "\"J1501\""), ("contract", "\"cdi\""),
            ]
            .filter { !names.contains($0.0) }.map { "\"\($0.0)\":\($0.1)" }
            let made = try await answer("POST", "/v1/needs", "{\((good + [fields]).joined(separator: ","))}")
            #expect(made.status == 422 && made.code == "need.invalid", "\(made.json)")
            #expect(made.pointers == pointers)
            let id = try await stage.make.need(of: stage.structureID, stage.employerID, state: .draft)
            let changed = try await answer("PATCH", "/v1/needs/\(id)", "{\(fields)}")
            #expect(changed.status == 422, "\(changed.json)")
            #expect(changed.pointers == pointers)
        }
    }

    @Test func `is its employer's only: one's own structures, and nobody else changes it`() async throws {
        try await NeedStage.run { stage, client in
            func create(_ structure: String, as name: String) async throws -> String? {
                let body = NeedStage.body.replacingOccurrences(of: NeedStage.finess, with: structure)
                let answer = try await client.send("POST", "/v1/needs", token: stage.token(name), body: body)
                return answer.status == 201 ? nil : "\(answer.status) \(answer.pointers)"
            }
            #expect(try await create(NeedStage.other, as: "employer") == nil)
            #expect(try await create("310000059", as: "employer") == "403 []")
            #expect(try await create("310000067", as: "employer") == "422 [\"/structure\"]")
            for name in ["stranger", "prescriber", "partner", "team", "reader"] {
                #expect(try await create(NeedStage.finess, as: name) == "403 []", "\(name)")
            }
            for state in [NeedState.draft, .open, .paused] {
                let id = try await stage.make.need(of: stage.structureID, stage.employerID, state: state)
                for name in ["stranger", "prescriber", "partner", "team", "reader"] {
                    for (method, end, body) in [
                        ("PATCH", "", #"{"title":"Autre"}"#), ("DELETE", "", nil),
                        ("POST", "/transitions", #"{"to":"paused"}"#),
                    ] as [(String, String, String?)] {
                        let answer = try await client.send(
                            method, "/v1/needs/\(id)\(end)", token: stage.token(name), body: body,
                            headers: ["If-Match": "\"1\""])
                        let knows =
                            state == .open || ["team", "reader"].contains(name)
                            || (name == "prescriber" && state != .draft)
                        // The team closes a need, and does nothing else with it.
                        let expected = !knows ? 404 : name == "team" && !end.isEmpty ? 409 : 403
                        #expect(answer.status == expected, "\(method) \(state) by \(name)")
                    }
                    let history = try await client.send("GET", "/v1/needs/\(id)/history", token: stage.token(name))
                    let sees = ["team", "reader"].contains(name)
                    #expect(sees ? history.status == 200 : [403, 404].contains(history.status), "\(state) by \(name)")
                }
            }
        }
    }

    @Test func `merges changes of different fields, and refuses to lose one`() async throws {
        try await NeedStage.run { stage, client in
            let path = "/v1/needs/\(try await stage.make.need(of: stage.structureID, stage.employerID))"
            func patch(_ body: String) async throws -> TestAnswer {
                try await client.send("PATCH", path, token: stage.token("employer"), body: body)
            }
            #expect(try await patch(#"{"title":"Sans version"}"#).status == 428)
            #expect(try await patch(#"{"base_version":1,"night":true}"#).status == 200)
            let merged = try await patch(#"{"base_version":1,"title":"De nuit"}"#)
            #expect(merged.status == 200 && merged.json["night"] == true && merged.json["title"] == "De nuit")
            let conflict = try await patch(#"{"base_version":1,"night":false}"#)
            #expect(conflict.status == 409 && conflict.code == "version.conflict")
            // What changes nothing is no new version.
            let same = try await patch(#"{"base_version":3,"title":"De nuit","diplomas":[]}"#)
            #expect(same.json["management"]?["version"]?.integer == 3)
            let cleared = try await patch(#"{"base_version":3,"title":null,"night":null,"job":null}"#)
            #expect(cleared.status == 422 && cleared.pointers == ["/title", "/job", "/night"])
            // Another place, and back to the structure's own.
            let moved = try await patch(#"{"base_version":3,"insee":"31483"}"#)
            #expect(moved.json["commune"] == "Saint-Gaudens" && moved.json["latitude"]?.text != "43.62")
            let back = try await patch(#"{"base_version":4,"insee":null}"#)
            #expect(back.json["commune"] == "Toulouse" && back.json["latitude"]?.text == "43.62")
        }
    }

    @Test func `is deleted while it is a draft, and kept once it was open`() async throws {
        try await NeedStage.run { stage, client in
            for state in NeedState.allCases {
                let path =
                    "/v1/needs/\(try await stage.make.need(of: stage.structureID, stage.employerID, state: state))"
                let answer = try await client.send(
                    "DELETE", path, token: stage.token("employer"), headers: ["If-Match": "\"1\""])
                #expect(answer.status == (state == .draft ? 204 : 409), "\(state)")
                let again = try await client.send("GET", path, token: stage.token("employer"))
                #expect(again.status == (state == .draft ? 404 : 200), "\(state)")
            }
            // Nor by a hand at psql.
            let database = TestDatabase.current.asServer()
            await #expect(throws: (any Error).self) {
                try await database.transaction(as: .system(requestID: "x")) { transaction in
                    try await transaction.record("need.delete", on: "need")
                    try await transaction.execute("DELETE FROM need")
                }
            }
            await database.close()
        }
    }
}
