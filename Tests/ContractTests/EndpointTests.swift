import Fields
import Testing

@testable import Contract

@Suite struct `An endpoint's input` {
    enum Colour: String, FieldEnum { case red, blue }
    struct Path: Decodable, Sendable { var day: Day }
    struct Query: Decodable, Sendable {
        var limit: PageLimit?
        var colour: Colour?
        var year: Int?
        var plannedStart: Day?
    }
    struct Evidence: Decodable, Sendable, Hashable {
        var label: String
        var url: String?
    }
    struct Body: Decodable, Sendable {
        var title: String
        var year: Int?
        var evidence: Evidence?
        var lines: [Evidence]?
    }
    struct Patch: Decodable, Sendable {
        var title: Change<String>
        var startsOn: Change<Day>
        var evidence: Change<Evidence>
    }

    private func refused(query: [(name: String, value: String)]) async throws -> Refusal? {
        try await refusal { try await Probe<Nothing, Query, Nothing>(.get).send(query: query) }
    }

    private func refused(body: String) async throws -> Refusal? {
        try await refusal { try await Probe<Nothing, Nothing, Body>().send(body: body) }
    }

    /// `pointer detail` of each wrong field, in English.
    private func errors(_ refusal: Refusal?) -> [String] {
        refusal?.errors.map { "\($0.pointer) \($0.detail.en)" } ?? []
    }

    @Test func `reaches its function with who calls, when, and of which version`() async throws {
        let call = try await Probe<Path, Query, Body>().send(
            path: ["day": "2024-02-29"], query: [("colour", "blue"), ("planned_start", "2024-01-01")],
            body: #"{"title":"é","lines":[{"label":"a"}]}"#, caller: member(), ifMatch: "\"7\"")
        #expect(call?.path.day.fieldText == "2024-02-29")
        #expect(call?.query.colour == .blue)
        #expect(call?.query.limit == nil)
        #expect(call?.query.plannedStart?.fieldText == "2024-01-01")
        #expect(call?.body.title == "é")
        #expect(call?.body.lines == [Evidence(label: "a", url: nil)])
        #expect(call?.caller == member())
        #expect(call?.precondition == Precondition(version: 7))
        #expect(call?.now == Instant(microseconds: 7))
    }

    @Test(arguments: ["", "2024-02-30", "x"])
    func `in the path that can't be one identifies nothing`(text: String) async throws {
        let found = try await refusal { try await Probe<Path, Nothing, Nothing>(.get).send(path: ["day": text]) }
        #expect(found?.problem == .notFound)
        #expect(found?.errors == [])
    }

    @Test func `in the query is refused all at once, by name, with the names that are known`() async throws {
        let found = try await refused(query: [
            ("limit", "0"), ("coulour", "red"), ("year", "2024"), ("year", "2025"), ("planned_start", "31/12/2024"),
            ("Limit", "5"),
        ])
        #expect(found?.problem == .malformed)
        let known = "unknown name; known: colour, limit, planned_start, year"
        #expect(
            errors(found) == [
                "coulour \(known)", "year given twice", "Limit \(known)", "limit expected: a number from 1 to 200",
                "planned_start expected: an existing day, YYYY-MM-DD",
            ])
        for error in found?.errors ?? [] {
            #expect(found?.detail.fr.contains("\(error.pointer) (\(error.detail.fr))") == true)
            #expect(found?.detail.en.contains("\(error.pointer) (\(error.detail.en))") == true)
        }
    }

    @Test func `in the query of an endpoint that takes none is refused`() async throws {
        let found = try await refusal { try await Probe<Nothing, Nothing, Nothing>(.get).send(query: [("a", "")]) }
        #expect(errors(found) == ["a unknown name; known: none"])
        #expect(found?.errors.first?.detail.fr == "nom inconnu ; connus : aucun")
    }

    @Test func `of an unknown name is told without the whole of it`() async throws {
        let name = String(repeating: "n", count: 5000)
        let found = [try await refused(query: [(name, "")]), try await refused(body: "{\"title\":\"\",\"\(name)\":1}")]
        for refusal in found {
            #expect(refusal?.errors.count == 1)
            #expect(refusal?.detail.en.count ?? 5000 < 400)
        }
    }

    @Test func `in the body is refused all at once, with pointers, also deep inside`() async throws {
        let found = try await refused(
            body: #"""
                {"titel":"a","year":"2024","evidence":{"label":"a","uri":"b"},
                 "lines":[{"label":"a"},{"label":null,"a/b~c":1},3]}
                """#)
        #expect(found?.problem == .malformed)
        #expect(
            errors(found) == [
                "/titel unknown name; known: evidence, lines, title, year",
                "/evidence/uri unknown name; known: label, url",
                "/lines/1/a~1b~0c unknown name; known: label, url", "/title required",
                "/year expected: a whole number", "/lines/1/label must not be null", "/lines/2 expected: an object",
            ])
    }

    @Test func `with accents on what a pointer escapes is pointed at all the same`() async throws {
        let found = try await refused(body: "{\"title\":\"a\",\"x/\u{301}y~\u{301}\":1}")
        #expect(found?.errors.map { Array($0.pointer.utf8) } == [Array("/x~1\u{301}y~0\u{301}".utf8)])
    }

    @Test(arguments: [
        ("", "not readable JSON"), ("{", "not readable JSON: a quoted name was expected, at byte 1"),
        ("{\"title\":\"a\",\"title\":\"b\"}", "'title' is written twice"), ("[]", "must be a JSON object"),
        ("null", "must be a JSON object"), ("\"a\"", "must be a JSON object"), ("{} {}", "text follows"),
        ("{\"title\":\"a\\u0000\"}", "not readable JSON"),
    ])
    func `that is no JSON object is refused`(body: String, reason: String) async throws {
        let found = try await refused(body: body)
        #expect(found?.problem == .malformed)
        #expect(found?.detail.en.contains(reason) == true, "\(found?.detail.en ?? "accepted")")
        #expect(found?.errors == [])
    }

    @Test(arguments: ["{}", " ", "null", "x"])
    func `where no body is expected is refused`(body: String) async throws {
        let found = try await refusal { try await Probe<Nothing, Nothing, Nothing>(.get).send(body: body) }
        #expect(found?.problem == .malformed)
        #expect(found?.detail.en == "No body is expected here.")
    }

    @Test func `null stands for an optional, and for nothing else`() async throws {
        let call = try await Probe<Nothing, Nothing, Body>().send(body: #"{"title":"a","year":null,"evidence":null}"#)
        #expect(call?.body.title == "a")
        #expect(call?.body.evidence == nil)
        #expect(errors(try await refused(body: #"{"title":null}"#)) == ["/title must not be null"])
    }

    @Test func `of a change tells absent from null from a value`() async throws {
        let probe = Probe<Nothing, Nothing, Patch>(.patch)
        let call = try await probe.send(body: #"{"title":null,"evidence":{"label":"a"}}"#)
        #expect(call?.body.title == .cleared)
        #expect(call?.body.startsOn == .unchanged)
        #expect(call?.body.evidence == .set(Evidence(label: "a", url: nil)))
        #expect(try await probe.send(body: "{}")?.body.title == .unchanged)
        let found = try await refusal {
            try await probe.send(body: #"{"starts_on":"2023-02-29","evidence":{"label":"a","b":1},"titles":1}"#)
        }
        #expect(found?.errors.map(\.pointer) == ["/evidence/b", "/titles", "/starts_on"])
    }

    @Test func `that is wrong is not looked at before it is known who sends it`() async throws {
        let probe = Probe<Nothing, Query, Body>(access: .writer)
        let nobody = try await refusal { try await probe.send(query: [("a", "b")], body: "{") }
        #expect(nobody?.problem == .unauthenticated)
        let reader = try await refusal { try await probe.send(body: "{", caller: member(.reader)) }
        #expect(reader?.problem == .forbidden)
        let editor = try await refusal { try await probe.send(body: "{", caller: member()) }
        #expect(editor?.problem == .malformed)
    }
}

@Suite struct `The access of an endpoint` {
    static let cases: [(Access, Caller, Problem?)] = [
        (.anyone, .anonymous(requestID: "r"), nil), (.anyone, member(.reader, scopes: []), nil),
        (.member, .anonymous(requestID: "r"), .unauthenticated), (.member, .system(requestID: "r"), .unauthenticated),
        (.member, member(.reader, scopes: [.read]), nil), (.member, member(.manager, scopes: [.write]), .forbidden),
        (.writer, .anonymous(requestID: "r"), .unauthenticated), (.writer, member(.manager), nil),
        (.writer, member(), nil), (.writer, member(scopes: [.write]), nil),
        (.writer, member(scopes: [.read]), .forbidden),
        (.writer, member(.reader), .forbidden), (.writer, member(.dpo), .forbidden),
    ]

    @Test(arguments: cases)
    func `is refused to nobody as unknown, and to who may not as forbidden`(
        access: Access, caller: Caller, problem: Problem?
    ) async throws {
        #expect(try await refusal { try access.check(caller) }?.problem == problem)
    }
}
