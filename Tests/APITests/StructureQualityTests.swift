import Directory
import Fields
import TestSupport
import Testing

@Suite(.database) struct `A structure's quality` {
    @Test(arguments: ["310000018", "310000026"])
    func `is explained: points that add up, and what to do in both languages`(finess: String) async throws {
        try await StructureStage.run { stage, client in
            let answer = try await client.send("GET", "/v1/structures/\(finess)?explain=true")
            #expect(answer.status == 200)
            let quality = try #require(answer.json["quality"])
            let criteria = quality["criteria"]?.elements ?? []
            func sum(_ name: String) -> Int { criteria.reduce(0) { $0 + ($1[name]?.integer ?? 0) } }
            #expect(quality["maximum"]?.integer == 100 && sum("maximum") == 100)
            #expect(quality["score"]?.integer == sum("points"))
            for criterion in criteria {
                let isReached = criterion["reached"] == true
                #expect(isReached == (criterion["points"] == criterion["maximum"]))
                #expect((criterion["advice_fr"]?.string == nil) == isReached)
                #expect((criterion["advice_en"]?.string == nil) == isReached)
                #expect(criterion["label_fr"]?.string != nil && criterion["label_en"]?.string != nil)
            }
            let codes = criteria.compactMap { $0["code"]?.string }
            // Home care has an area instead of places.
            #expect(codes.contains("service_area") == (finess == "310000026"))
            #expect(codes.contains("capacity") == (finess == "310000018"))
            let plain = try await client.send("GET", "/v1/structures/\(finess)")
            #expect(plain.json["quality"] == nil && plain.json["sources"] == nil)
        }
    }

    @Test func `rises by what its advice says`() async throws {
        try await StructureStage.run { stage, client in
            let path = "/v1/structures/310000018"
            func score(_ token: String? = nil) async throws -> Int {
                try await client.send("GET", path + "?explain=true", token: token).json["quality"]?["score"]?.integer
                    ?? -1
            }
            // A point, the commune's code, publics, verified a fortnight ago.
            #expect(try await score() == 8 + 3 + 6 + 16)
            let edits: [(body: String, points: Int)] = [
                (#"{"phone":"0561000000"}"#, 14), (#"{"email":"contact@exemple.example"}"#, 12),
                (#"{"website":"https://exemple.example/"}"#, 6), (#"{"street":"1 rue du Lac"}"#, 3),
                (#"{"postal_code":"31800","city":"Saint-Gaudens"}"#, 6), (#"{"siret":"21310555400017"}"#, 8),
                (#"{"opening_hours":"Mo-Fr 09:00-17:00"}"#, 8), (#"{"capacity":80}"#, 10),
            ]
            var expected = try await score()
            for (version, edit) in edits.enumerated() {
                let answer = try await client.send(
                    "PATCH", path, token: stage.employer, body: edit.body, headers: ["If-Match": "\"\(version + 1)\""])
                #expect(answer.status == 200)
                expected += edit.points
                #expect(try await score(stage.employer) == expected, "\(edit.body)")
            }
            #expect(expected == 100)
        }
    }

    @Test func `has each known field's source and age`() async throws {
        try await StructureStage.run { stage, client in
            let path = "/v1/structures/310000018"
            _ = try await client.send(
                "PATCH", path, token: stage.employer, body: #"{"phone":"0561000000"}"#, headers: ["If-Match": "\"1\""])
            let sources = try await client.send("GET", path + "?explain=true").json["sources"]?.elements ?? []
            func line(_ field: String) -> String? { sources.first { $0["field"]?.string == field }?.text }
            #expect(
                line("phone")
                    == #"{"field":"phone","source":"organisation","on":"2024-06-15","days":0,"is_fresh":true}"#)
            #expect(
                line("usual_name")
                    == #"{"field":"usual_name","source":"finess","on":"2024-01-01","days":166,"is_fresh":true}"#)
            #expect(line("email") == nil)
            let wrong = try await client.send("GET", path + "?explain=peut-etre")
            #expect(wrong.status == 400)
        }
    }
}
