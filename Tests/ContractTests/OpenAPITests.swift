import Fields
import Testing

@testable import Contract

/// An API of two addresses and three operations. Its types' names are in the contract, so they are plain ones.
private enum SampleEndpoints {
    struct Path: Decodable, Sendable { var day: Day }
    struct Query: Decodable, Sendable {
        var limit: PageLimit?
        var year: Int
    }
    struct Changed: Decodable, Sendable { var title: Change<String> }

    static func nothing<P, Q, B>(_ call: Call<P, Q, B>) async throws -> Answer { .json([:]) }

    static let all = [
        Endpoint(
            .get, "/v1/things/{day}", id: "thing_list", "Things.", access: .anyone, output: .page(Thing.self),
            run: { (call: Call<Path, Query, Nothing>) in try await nothing(call) }),
        Endpoint(
            .post, "/v1/things/{day}", id: "thing_create", "A new one.", access: .writer,
            output: .one(Thing.self, status: 201),
            refusals: [Problem("thing.full", .conflict, fr: "Plein.", en: "Full.")],
            run: { (call: Call<Path, Nothing, Thing.Created>) in try await nothing(call) }),
        Endpoint(
            .patch, "/v1/things", id: "thing_change", "Change.", access: .writer,
            output: .either(Thing.self, Thing.Part.self), needsVersion: true,
            run: { (call: Call<Nothing, Nothing, Changed>) in try await nothing(call) }),
    ]
}

struct Thing: Decodable, Sendable {
    struct Part: Codable, Sendable, Hashable {
        var label: String
        var cents: Int?
    }
    struct Owner: Codable, Sendable, Hashable { var name: String }
    struct Created: Decodable, Sendable {
        var title: String
        var year: Int?
        var owner: Owner?
    }
    var id: Identifier<Never>
    var note: String?
    var parts: [Part]
}

@Suite struct `The contract's document` {
    private let document = OpenAPI.document(SampleEndpoints.all)
    private let things = "/v1/things/{day}"
    private let thing: JSON = ["$ref": "#/components/schemas/Thing"]
    private let textOrNull: JSON = ["anyOf": [["type": "string"], ["type": "null"]]]

    private func operation(_ path: String, _ method: String) -> JSON? { document["paths"]?[path]?[method] }
    private func schema(_ name: String) -> JSON? { document["components"]?["schemas"]?[name] }
    private func body(_ operation: JSON?) -> JSON? {
        operation?["requestBody"]?["content"]?["application/json"]?["schema"]
    }
    private func answer(_ operation: JSON?, _ status: String) -> JSON? {
        operation?["responses"]?[status]?["content"]?["application/json"]?["schema"]
    }

    @Test func `is OpenAPI 3.1 with each path once and each of its methods`() {
        #expect(document["openapi"] == "3.1.0")
        #expect(document["paths"]?.members.map(\.name) == [things, "/v1/things"])
        #expect(document["paths"]?[things]?.members.map(\.name) == ["get", "post"])
        #expect(operation("/v1/things", "patch")?["operationId"] == "thing_change")
    }

    @Test func `says who may call: anybody with or without a token, or who has one`() {
        #expect(operation(things, "get")?["security"] == [[:], ["token": []]])
        #expect(operation(things, "post")?["security"] == [["token": []]])
    }

    @Test func `has each parameter with its place, and whether it is required`() {
        let parameters = operation(things, "get")?["parameters"]?.elements ?? []
        #expect(parameters.map { $0["name"] } == ["day", "limit", "year"])
        #expect(parameters.map { $0["in"] } == ["path", "query", "query"])
        #expect(parameters.map { $0["required"] } == [true, false, true])
        #expect(parameters.first?["schema"] == ["type": "string", "format": "date"])
        let version = operation("/v1/things", "patch")?["parameters"]?.elements.first
        #expect(version?["name"] == "If-Match")
        // A PATCH may carry base_version instead.
        #expect(version?["required"] == false)
        let changed = body(operation("/v1/things", "patch"))
        #expect(changed?["properties"]?["base_version"] == ["anyOf": [["type": "integer"], ["type": "null"]]])
        #expect(operation("/v1/things", "post") == nil)
    }

    @Test func `closes bodies, and requires in them what is not optional`() {
        let created = body(operation(things, "post"))
        #expect(created?["additionalProperties"] == false)
        #expect(created?["required"] == ["title"])
        #expect(created?["properties"]?["year"] == ["anyOf": [["type": "integer"], ["type": "null"]]])
        #expect(operation(things, "post")?["requestBody"]?["required"] == true)
        #expect(schema("ThingOwner")?["additionalProperties"] == false)
        let changed = body(operation("/v1/things", "patch"))
        #expect(changed?["required"] == nil)
        #expect(changed?["properties"]?["title"] == textOrNull)
        #expect(operation(things, "get")?["requestBody"] == nil)
    }

    @Test func `requires in answers everything, null or not, and lets them grow`() {
        #expect(schema("Thing")?["required"] == ["id", "note", "parts"])
        #expect(schema("Thing")?["additionalProperties"] == nil)
        #expect(schema("Thing")?["properties"]?["note"] == textOrNull)
        #expect(schema("ThingPart")?["required"] == ["label", "cents"])
        #expect(schema("Problem")?["required"]?.elements.contains("request_id") == true)
    }

    @Test func `has each answer under its status`() {
        let page = answer(operation(things, "get"), "200")
        #expect(page?["properties"]?["items"]?["items"] == thing)
        #expect(page?["required"] == ["items", "next_cursor"])
        #expect(answer(operation(things, "post"), "201") == thing)
        #expect(
            answer(operation("/v1/things", "patch"), "200")
                == ["anyOf": [thing, ["$ref": "#/components/schemas/ThingPart"]]])
        #expect(operation(things, "get")?["responses"]?["304"] != nil)
        #expect(operation(things, "post")?["responses"]?["304"] == nil)
    }

    @Test func `lists what each endpoint may refuse, under its status`() {
        func codes(_ path: String, _ method: String, _ status: String) -> String? {
            operation(path, method)?["responses"]?[status]?["description"]?.string
        }
        #expect(codes(things, "get", "400")?.contains("`request.malformed`") == true)
        #expect(codes(things, "get", "404")?.contains("`request.not_found`") == true)
        #expect(codes(things, "get", "403") == nil)
        #expect(codes(things, "get", "422") == nil)
        #expect(codes(things, "get", "503")?.contains("outcome_unknown") == false)
        #expect(codes(things, "post", "409") == "`thing.full`: Full.")
        #expect(codes(things, "post", "422")?.contains("`request.invalid`") == true)
        #expect(codes(things, "post", "503")?.contains("`service.outcome_unknown`") == true)
        #expect(codes(things, "post", "428") == nil)
        #expect(codes("/v1/things", "patch", "428")?.contains("`version.required`") == true)
        #expect(codes("/v1/things", "patch", "412")?.contains("`version.stale`") == true)
        #expect(codes("/v1/things", "patch", "404") == nil)
    }
}
