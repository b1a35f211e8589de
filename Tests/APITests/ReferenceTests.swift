import Fields
import TestSupport
import Testing

@Suite(.database) struct `The reference lists over HTTP` {
    private func texts(_ answer: TestAnswer, _ name: String) -> [String] {
        (answer.json["items"]?.elements ?? []).compactMap { $0[name]?.string }
    }

    @Test(arguments: [
        ("kinds", 55), ("kinds?all=true", 312), ("legal_statuses", 69), ("rome", 2116), ("rome?version=4.60", 1584),
        ("rome?version=3", 532), ("rome?version=4.60&autonomy=true", 75), ("diplomas", 20), ("agreements", 786),
        ("districts", 38), ("districts?vintage=2024", 19), ("commune_changes", 57), ("communes", 586),
    ])
    func `have pages without gap or duplicate, and the same lines as CSV`(list: String, rows: Int) async throws {
        try await withServer { client in
            let sign = list.contains("?") ? "&" : "?"
            var (seen, cursor) = ([String](), String?.none)
            repeat {
                let page = try await client.send(
                    "GET", "/v1/reference/\(list)\(sign)limit=200\(cursor.map { "&cursor=\($0)" } ?? "")")
                #expect(page.status == 200)
                seen += page.json["items"]?.elements.map(\.text) ?? []
                cursor = page.json["next_cursor"]?.string
            } while cursor != nil
            #expect(seen.count == rows)
            #expect(Set(seen).count == rows)
            let csv = try await client.send("GET", "/v1/reference/\(list)", headers: ["Accept": "text/csv"])
            #expect(String(decoding: csv.body, as: UTF8.self).split(separator: "\r\n").count == rows + 1)
        }
    }

    @Test(arguments: [
        ("kinds?q=ehpad", "code", ["500"]), ("kinds?q=SAAD", "code", ["460"]),
        ("kinds?q=spasad", "code", ["209"]), ("kinds?q=ditep", "code", ["186"]),
        ("kinds?q=i.m.e.", "code", ["183"]), ("kinds?q=foyer%20LOGEMENT", "code", ["002", "202"]),
        ("kinds?q=maison%20medicalisee", "code", ["500"]), ("kinds?q=462&all=true", "code", ["462"]),
        ("legal_statuses?q=departement", "code", ["02", "11", "19"]), ("rome?q=k1306", "code", ["K1306"]),
        ("diplomas?q=deas", "rncp", ["RNCP35830", "RNCP40692"]), ("agreements?q=2941", "idcc", ["2941"]),
        ("districts?commune=31149&vintage=2024", "name", ["Grand Val d'Aran - En Jacca", "Le Seycheron"]),
        ("districts?q=coeur%20saint-gaudens&vintage=2024", "name", ["Cœur et quartier de Saint-Gaudens"]),
        ("commune_changes?insee=31298", "present_insee", ["31471", "31471"]),
        ("communes?q=saint%20beat", "name", ["Saint-Béat-Lez"]), ("communes?postal_code=31500", "name", ["Toulouse"]),
    ])
    func `are searched by words, codes and places, whatever the case and accents`(
        query: String, name: String, found: [String]
    ) async throws {
        try await withServer { client in
            let answer = try await client.send("GET", "/v1/reference/\(query)")
            #expect(answer.status == 200)
            #expect(texts(answer, name) == found)
        }
    }

    @Test func `hold lists and shapes as such`() async throws {
        try await withServer { client in
            let home = try await client.send("GET", "/v1/reference/kinds?q=460")
            let kind = try #require(home.json["items"]?.elements.first)
            #expect(kind["publics"] == ["elderly", "adults_with_disability"])
            #expect(kind["is_sector"] == true)
            #expect(kind["closed_on"] == .null)
            let districts = try await client.send("GET", "/v1/reference/districts?vintage=2015&limit=1")
            let ring = districts.json["items"]?.elements.first?["polygon"]?["coordinates"]?.elements.first
            #expect((ring?.elements.count ?? 0) > 3)
            let csv = try await client.send("GET", "/v1/reference/kinds?q=460", headers: ["Accept": "text/csv"])
            #expect(String(decoding: csv.body, as: UTF8.self).contains("elderly|adults_with_disability"))
        }
    }

    @Test(arguments: ["kinds?cursor=", "rome?cursor="])
    func `refuse another list's cursor`(address: String) async throws {
        try await withServer { client in
            let page = try await client.send("GET", "/v1/reference/agreements?limit=1")
            let cursor = try #require(page.json["next_cursor"]?.string)
            let answer = try await client.send("GET", "/v1/reference/\(address)\(cursor)")
            #expect(answer.status == 400)
        }
    }

    @Test func `say where they come from and under which licence`() async throws {
        try await withServer { client in
            let contract = try await client.send("GET", "/v1/openapi.json")
            let paths = (contract.json["paths"]?.members ?? []).filter { $0.name.hasPrefix("/v1/reference/") }
            let described = paths.filter {
                let summary = $0.value["get"]?["summary"]?.string ?? ""
                return ["Licence Ouverte 2.0", "Compiled for this product, with its licence"].contains {
                    summary.contains($0)
                }
            }
            #expect(described.count == 13)
        }
    }
}
