import Accounts
import Directory
import Fields
import Foundation
import TestSupport
import Testing

/// Six structures around Saint-Gaudens and in Toulouse, on 15 June 2024.
struct StructureStage: Sendable {
    let clock: TimeSource
    let employer: String
    let stranger: String
    let team: String

    static let saintGaudens = "43.108,0.723"

    init() async throws {
        clock = .fixed(try Instant(fieldText: "2024-06-15T10:00:00Z"))
        let make = Make(clock: clock)
        let employerID = try await make.organisation("employeur", kind: .employer)
        employer = try await make.token(of: try await make.member(of: employerID, kind: .employer))
        stranger = try await make.token(
            of: try await make.member(of: try await make.organisation("autre", kind: .employer), kind: .employer))
        team = try await make.token(
            of: try await make.member(of: try await make.organisation("tme", kind: .platform), kind: .platform))
        func day(_ text: String) throws -> Day { try Day(fieldText: text) }
        // In Saint-Gaudens itself, at the very same point.
        try await make.structure(
            "310000018", "EHPAD ORÉLIA", insee: "31483", at: (43.108, 0.723), legalEntity: "310000901",
            of: employerID, recruitingUntil: try day("2024-06-15"), verifiedOn: try day("2024-06-01"))
        try await make.structure(
            "310000026", "Aide du Comminges", kind: "460", insee: "31483", at: (43.108, 0.723),
            legalEntity: "310000901")
        // Aspet: 15 km away.
        try await make.structure("310000034", "Résidence d'Aspet", insee: "31020", at: (43.016, 0.800))
        // Toulouse.
        try await make.structure(
            "310000042", "EHPAD Les Minimes", at: (43.62, 1.44), legalEntity: "310000902",
            recruitingUntil: try day("2024-06-14"))
        try await make.structure("310000059", "IME Toulouse", kind: "183", at: (43.60, 1.45))
        try await make.structure("310000067", "Zone sans point", kind: "460", insee: nil)
    }

    static func run(_ body: @Sendable @escaping (StructureStage, TestClient) async throws -> Void) async throws {
        let stage = try await StructureStage()
        try await withServer(clock: stage.clock) { try await body(stage, $0) }
    }
}

extension TestAnswer {
    /// The last two digits of the numbers of a page's structures.
    var structures: [String] {
        json["items"]?.elements.compactMap { $0["finess"]?.string.map { String($0.suffix(2)) } } ?? []
    }
}

@Suite(.database) struct `The directory` {
    @Test(arguments: [
        ("", ["26", "42", "18", "59", "34", "67"]),
        ("q=ehpad", ["42", "18", "34"]), ("q=orelia", ["18"]), ("q=OR%C3%89LIA", ["18"]), ("q=orelie", ["18"]),
        ("q=ehpad%20comminge", ["18"]), ("q=minimse", ["42"]), ("q=maison%20de%20retraite", ["42", "18", "34"]),
        ("q=gestionnaire%20310000901", ["26", "18"]), ("q=introuvable", []), ("q=%27%26%7C%3A*", []),
        ("kind=500", ["42", "18", "34"]), ("kind=ehpad", ["42", "18", "34"]), ("kind=SAD", ["26", "67"]),
        ("public=children_with_disability", ["59"]), ("commune=31483", ["26", "18"]), ("commune=31555", ["42", "59"]),
        ("epci=200072643", ["26", "18"]), ("recruiting=true", ["18"]),
        ("recruiting=false", ["26", "42", "59", "34", "67"]), ("verified_since=2024-06-01", ["18"]),
        ("verified_since=2024-06-02", []), ("operator=310000901", ["26", "18"]),
        ("near=43.108,0.723&radius_km=5", ["18", "26"]), ("near=43.108,0.723&radius_km=20", ["18", "26", "34"]),
        ("near=43.108,0.723&radius_km=20000", ["18", "26", "34", "59", "42"]),
        ("near=43.016,0.800", ["34", "18", "26", "59", "42"]), ("bbox=0.7,43.0,0.9,43.2", ["26", "18", "34"]),
        ("q=ehpad&near=43.108,0.723&radius_km=30&recruiting=true", ["18"]),
    ])
    func `is searched`(query: String, expected: [String]) async throws {
        try await StructureStage.run { _, client in
            let answer = try await client.send("GET", "/v1/structures?\(query)")
            #expect(answer.structures == expected, "\(query) \(answer.status)")
            // A file holds the same, whole and in the same order.
            let file = try await client.send(
                "GET", "/v1/structures?\(query)", headers: ["Accept": "application/geo+json"])
            let features = file.json["features"]?.elements ?? []
            #expect(features.compactMap { $0["id"]?.string.map { String($0.suffix(2)) } } == expected)
            let csv = try await client.send("GET", "/v1/structures?\(query)", headers: ["Accept": "text/csv"])
            #expect(String(decoding: csv.body, as: UTF8.self).split(separator: "\r\n").count == expected.count + 1)
        }
    }

    @Test(arguments: ["", "near=43.108,0.723", "q=ehpad", "near=43.108,0.723&radius_km=20"])
    func `is paged without a gap or a double`(query: String) async throws {
        try await StructureStage.run { _, client in
            let whole = try await client.send("GET", "/v1/structures?\(query)").structures
            var paged: [String] = []
            var cursor: String?
            repeat {
                let page = try await client.send(
                    "GET", "/v1/structures?\(query)&limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""))
                paged += page.structures
                cursor = page.json["next_cursor"]?.string
            } while cursor != nil && paged.count < 20
            #expect(paged == whole)
            #expect(paged.count > 1)
        }
    }

    @Test func `tells how far, and puts each structure on the map, also two at one point`() async throws {
        try await StructureStage.run { _, client in
            let near = try await client.send("GET", "/v1/structures?near=43.108,0.723&radius_km=20")
            let distances = near.json["items"]?.elements.compactMap { $0["distance_m"]?.integer } ?? []
            // 0.092° north at 111.195 km, 0.077° east at 81.2 km: 12.0 km.
            #expect(distances.prefix(2) == [0, 0])
            #expect((11_900...12_100).contains(distances.last ?? 0))
            let map = try await client.send(
                "GET", "/v1/structures?commune=31483", headers: ["Accept": "application/geo+json"])
            #expect(map.headers["content-type"] == "application/geo+json")
            let features = map.json["features"]?.elements ?? []
            #expect(Set(features.compactMap { $0["id"]?.string }).count == 2)
            #expect(features.allSatisfy { $0["geometry"]?["coordinates"]?.text == "[0.723,43.108]" })
            let none = try await client.send(
                "GET", "/v1/structures?q=zone", headers: ["Accept": "application/geo+json"])
            #expect(none.json["features"]?.elements.first?["geometry"] == .null)
            let empty = try await client.send(
                "GET", "/v1/structures?q=rien", headers: ["Accept": "application/geo+json"])
            #expect(empty.json["type"] == "FeatureCollection" && empty.json["features"] == .array([]))
        }
    }

    @Test(arguments: [
        ("radius_km=3", "radius_km"), ("near=43.1", "near"), ("near=91,0", "near"), ("near=nan,nan", "near"),
        ("near=1e1,2", "near"), ("near=43,1&radius_km=0", "radius_km"), ("near=43,1&radius_km=-1", "radius_km"),
        ("bbox=1,2,3", "bbox"), ("bbox=3,2,1,4", "bbox"), ("commune=toulouse", "commune"), ("public=dogs", "public"),
        ("operator=1", "operator"), ("verified_since=hier", "verified_since"),
        ("cursor=WyJzdHJ1Y3R1cmVzX25lYXIiLCIxIiwieCJd", "cursor"),
    ])
    func `refuses a search that makes no sense`(query: String, pointer: String) async throws {
        try await StructureStage.run { _, client in
            let answer = try await client.send("GET", "/v1/structures?\(query)")
            #expect(answer.status == 400)
            #expect(answer.json["errors"]?.elements.first?["pointer"]?.string == pointer)
        }
    }

    @Test func `finds a service by the places it serves, whatever its office`() async throws {
        try await StructureStage.run { stage, client in
            let path = "/v1/structures/310000067"
            let tag = try await client.send("GET", path, token: stage.team).headers["etag"] ?? ""
            let edit = try await client.send(
                "PATCH", path, token: stage.team, body: #"{"service_area":["31555","200072643","31555"]}"#,
                headers: ["If-Match": tag])
            #expect(edit.status == 200)
            #expect(edit.json["service_area"]?.elements.compactMap { $0["name"]?.string }.count == 2)
            let file = try await client.send("GET", "/v1/structures?q=zone", headers: ["Accept": "text/csv"])
            #expect(String(decoding: file.body, as: UTF8.self).contains(",200072643|31555,"))
            for query in ["commune=31555", "commune=31483", "epci=200072643", "epci=243100518"] {
                #expect(try await client.send("GET", "/v1/structures?\(query)").structures.contains("67"), "\(query)")
            }
            #expect(!(try await client.send("GET", "/v1/structures?commune=31020").structures.contains("67")))
        }
    }

    @Test func `shows one structure by its number or its id, with the others of who runs it`() async throws {
        try await StructureStage.run { _, client in
            let sheet = try await client.send("GET", "/v1/structures/310000018")
            #expect(sheet.json["usual_name"] == "EHPAD ORÉLIA")
            #expect(sheet.json["legal_entity"] == "310000901")
            #expect(sheet.json["commune"] == "Saint-Gaudens")
            #expect(sheet.json["source"] == "finess" && sheet.json["seen_on"] == "2024-01-01")
            #expect(sheet.json["other_structures"]?.elements.compactMap { $0["finess"]?.string } == ["310000026"])
            #expect(sheet.json["management"] == nil)
            let id = try #require(sheet.json["id"]?.string)
            #expect(try await client.send("GET", "/v1/structures/\(id)").body == sheet.body)
            #expect(try await client.send("GET", "/v1/structures/310000075").code == "structure.not_found")
            let same = try await client.send(
                "GET", "/v1/structures/310000018", headers: ["If-None-Match": sheet.headers["etag"] ?? ""])
            #expect(same.status == 304)
        }
    }

    @Test func `keeps a closed structure as a tombstone, and leads from a merged one to the other`() async throws {
        try await StructureStage.run { _, client in
            try await TestDatabase.current.tamper(
                """
                SELECT set_config('pa31.audit', gen_random_uuid()::text, true);
                ALTER TABLE structure DISABLE TRIGGER record_changes;
                UPDATE structure SET status = 'closed', closed_on = '2024-05-01' WHERE finess = '310000042';
                UPDATE structure SET status = 'merged', merged_into = (SELECT id FROM structure WHERE finess = '310000018')
                 WHERE finess = '310000026';
                ALTER TABLE structure ENABLE TRIGGER record_changes
                """)
            #expect(try await client.send("GET", "/v1/structures").structures == ["18", "59", "34", "67"])
            let closed = try await client.send("GET", "/v1/structures/310000042")
            #expect(closed.status == 200)
            #expect(closed.json["status"] == "closed" && closed.json["closed_on"] == "2024-05-01")
            let merged = try #require(
                try await client.raw("GET /v1/structures/310000026 HTTP/1.1\r\nHost: a\r\n\r\n"))
            #expect(merged.status == 307)
            #expect(merged.headers["location"] == "/v1/structures/310000018")
        }
    }

    @Test func `is given out whole in the schema of data·inclusion, to anybody`() async throws {
        try await StructureStage.run { _, client in
            let answer = try await client.send("GET", "/v1/exports/data-inclusion")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["cache-control"]?.contains("public") == true)
            let ids = answer.json["structures"]?.elements.compactMap { $0["id"]?.string?.suffix(2) } ?? []
            #expect(ids == ["18", "26", "34", "42", "59", "67"])
            #expect(answer.json["services"]?.elements.count == 6)
            // What only members see is not in it.
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("employeur"))
        }
    }
}

@Suite(.database) struct `A structure's sheet` {
    @Test func `is changed by its employer and the team, each field with who and when; by nobody else`() async throws {
        try await StructureStage.run { stage, client in
            let path = "/v1/structures/310000018"
            let own = try await client.send("GET", path, token: stage.employer)
            let tag = try #require(own.headers["etag"])
            #expect(own.json["management"]?["organisation"] == "employeur")
            let body = #"{"phone":"0561000000","publics":["elderly","carers"],"recruiting_until":"2024-08-01"}"#
            let changed = try await client.send(
                "PATCH", path, token: stage.employer, body: body, headers: ["If-Match": tag])
            #expect(changed.status == 200)
            #expect(changed.json["phone"] == "0561000000")
            #expect(changed.json["publics"]?.text == #"["carers","elderly"]"#)
            #expect(
                changed.json["field_sources"]?["phone"]?.text
                    == #"{"on":"2024-06-15","source":"organisation"}"#)
            #expect(changed.json["field_sources"]?["recruiting_until"] == nil)
            let again = try await client.send(
                "PATCH", path, token: stage.employer, body: body, headers: ["If-Match": tag])
            #expect(again.status == 412)
            #expect(again.json["changed_fields"]?.text == #"["phone","publics","recruiting_until"]"#)
            let merged = try await client.send(
                "PATCH", path, token: stage.team, body: #"{"email":"contact@exemple.example","base_version":1}"#)
            #expect(merged.json["field_sources"]?["email"]?["source"] == "team")
            let conflict = try await client.send(
                "PATCH", path, token: stage.team, body: #"{"phone":"0562000000","base_version":1}"#)
            #expect(conflict.status == 409)
            let stranger = try await client.send(
                "PATCH", path, token: stage.stranger, body: body, headers: ["If-Match": "\"3\""])
            #expect(stranger.status == 403)
            #expect(try await client.send("GET", path, token: stage.stranger).json["management"] == nil)
        }
    }

    @Test(arguments: [
        (#"{"siret":"123"}"#, 400, "/siret"), (#"{"siret":"21310555400018"}"#, 400, "/siret"),
        (#"{"postal_code":"3100"}"#, 422, "/postal_code"), (#"{"insee":"Toulouse"}"#, 422, "/insee"),
        (#"{"latitude":null}"#, 422, "/latitude"), (#"{"latitude":143.1,"longitude":1}"#, 422, "/latitude"),
        (#"{"phone":"appelez-nous"}"#, 422, "/phone"), (#"{"email":"x"}"#, 422, "/email"),
        (#"{"website":"javascript:alert(1)"}"#, 422, "/website"),
        (#"{"service_area":["31999"]}"#, 422, "/service_area"),
        (#"{"capacity":-1}"#, 422, "/capacity"), (#"{"usual_name":null}"#, 422, "/usual_name"),
        (#"{"usual_name":" "}"#, 422, "/usual_name"), (#"{"recruiting_until":"2024-08-15"}"#, 422, "/recruiting_until"),
        (#"{"kind":"460"}"#, 400, "/kind"), (#"{"capacity":9999999999}"#, 422, "/capacity"),
        (#"{"latitude":5e-324,"longitude":200}"#, 422, "/latitude"),
    ])
    func `refuses what can't be, and says where`(body: String, status: Int, pointer: String) async throws {
        try await StructureStage.run { stage, client in
            let answer = try await client.send(
                "PATCH", "/v1/structures/310000034", token: stage.team, body: body, headers: ["If-Match": "\"1\""])
            #expect(answer.status == status)
            #expect(answer.json["errors"]?.elements.first?["pointer"]?.string == pointer)
            #expect(
                try await client.send("GET", "/v1/structures/310000034", token: stage.team).headers["etag"] == "\"1\"")
        }
    }

    @Test func `is verified: every field that it has is then kept by hand`() async throws {
        try await StructureStage.run { stage, client in
            let path = "/v1/structures/310000018"
            let verified = try await client.send("POST", path + "/verify", token: stage.employer)
            #expect(verified.status == 200)
            #expect(verified.json["verified_on"] == "2024-06-15")
            let kept = verified.json["field_sources"]?.members.map(\.name).sorted()
            #expect(kept == ["insee", "latitude", "longitude", "publics", "usual_name"])
            #expect(try await client.send("POST", path + "/verify", token: stage.stranger).status == 403)
        }
    }

    @Test func `has its history, and raises the public's version for what the public sees`() async throws {
        try await StructureStage.run { stage, client in
            let path = "/v1/structures/310000018"
            let before = try await client.send("GET", path)
            _ = try await client.send(
                "PATCH", path, token: stage.employer, body: #"{"phone":"0561000000"}"#, headers: ["If-Match": "\"1\""])
            let after = try await client.send("GET", path)
            #expect(after.json["public_version"]?.integer == 2)
            #expect(after.headers["etag"] != before.headers["etag"])
            let fields = try await TestDatabase.current.asSuperuser().read(
                "SELECT string_agg(field, ' ' ORDER BY field) AS value FROM field_change WHERE table_name = 'structure'",
                as: TextValueRow.self
            ).first()?.value
            #expect(fields == "field_sources phone version")
        }
    }
}

/// One text.
struct TextValueRow: Decodable { var value: String }
