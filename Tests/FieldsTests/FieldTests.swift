import Foundation
import Testing

@testable import Fields

/// Named values → structs, and the shapes that come from them.
struct FieldTests {
    enum Colour: String, FieldEnum { case red, darkBlue = "dark_blue" }
    struct Part: Codable, Hashable {
        var label: String
        var cents: Int?
    }
    struct Everything: Decodable, Equatable {
        var id: Identifier<Never>
        var title: String
        var count: Int
        var ratio: Double
        var isPublic: Bool
        var plannedStart: Day
        var at: Instant
        var colour: Colour
        var labels: [String]
        var parts: [Part]
        var main: Part?
        var anything: JSON?
        var note: String?
        var limit: Int?
    }

    static let json = #"""
        {"id":"01890a5d-ac96-774b-bcce-b302099a8057","title":"é","count":-3,"ratio":1.5,"is_public":true,
         "planned_start":"2024-02-29","at":"2024-05-31T10:20:30Z","colour":"dark_blue","labels":["a","b"],
         "parts":[{"label":"x","cents":5},{"label":"y"}],"main":{"label":"z","cents":null},"anything":[1,{"a":null}]}
        """#

    private func read<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
        try FieldReader.read(type, from: JSONFields(try JSON.parse(text).members))
    }

    /// The wrong fields, pointer and English detail.
    private func problems<T: Decodable>(_ type: T.Type, _ source: some FieldSource) throws -> [String] {
        do {
            _ = try FieldReader.read(type, from: source)
            return []
        } catch let errors as FieldErrors { return errors.errors.map { "\($0.pointer) \($0.detail.en)" } }
    }

    private func problems<T: Decodable>(_ type: T.Type, _ text: String) throws -> [String] {
        try problems(type, JSONFields(try JSON.parse(text).members))
    }

    // MARK: - Reading

    @Test func `every kind of value is read from JSON`() throws {
        let value = try read(Everything.self, Self.json)
        #expect(value.title == "é")
        #expect(value.count == -3)
        #expect(value.ratio == 1.5)
        #expect(value.isPublic)
        #expect(value.plannedStart.fieldText == "2024-02-29")
        #expect(value.colour == .darkBlue)
        #expect(value.parts == [Part(label: "x", cents: 5), Part(label: "y", cents: nil)])
        #expect(value.main == Part(label: "z", cents: nil))
        #expect(value.anything == [1, ["a": nil]])
        #expect(value.note == nil)
    }

    @Test func `the same value is read from texts`() throws {
        var texts: [String: String] = [:]
        for member in try JSON.parse(Self.json).members {
            texts[member.name] = member.value.string ?? member.value.text
        }
        #expect(try FieldReader.read(Everything.self, from: TextFields(texts)) == read(Everything.self, Self.json))
        texts["is_public"] = "t"
        #expect(try FieldReader.read(Everything.self, from: TextFields(texts)).isPublic)
    }

    @Test func `all that is wrong is said at once, with pointers`() throws {
        let wrong = #"""
            {"title":null,"count":1.5,"ratio":"x","is_public":"yes","planned_start":"2023-02-29","at":3,"colour":"pink",
             "labels":["a",null,3],"parts":[{"label":"x","cents":"5"},{"cents":1},7],"main":[],"limit":true}
            """#
        #expect(
            try problems(Everything.self, wrong) == [
                "/id required", "/title must not be null", "/count expected: a whole number",
                "/ratio expected: a number",
                "/is_public expected: true or false", "/planned_start expected: an existing day, YYYY-MM-DD",
                "/at expected: a string", "/colour expected: one of: red, dark_blue", "/labels/1 expected: a string",
                "/labels/2 expected: a string", "/parts/0/cents expected: a whole number", "/parts/1/label required",
                "/parts/2 expected: an object", "/main expected: an object", "/limit expected: a whole number",
            ])
    }

    struct Number: Decodable {
        var n: Int?
        var d: Double?
    }

    @Test(arguments: ["1.0", "1e2", "9223372036854775808", "\"1\"", "true", "[1]"])
    func `what is not a whole number in JSON is refused as one`(text: String) throws {
        #expect(try problems(Number.self, "{\"n\":\(text)}") == ["/n expected: a whole number"])
    }

    @Test(arguments: ["", "+5", " 5", "5 ", "1.0", "0x10", "٣", "1_000", "9223372036854775808"])
    func `what is not a whole number in a text is refused as one`(text: String) throws {
        #expect(try problems(Number.self, TextFields(["n": text])) == ["/n expected: a whole number"])
    }

    @Test func `whole numbers reach from the least to the largest`() throws {
        #expect(try read(Number.self, "{\"n\":-9223372036854775808}").n == .min)
        #expect(try FieldReader.read(Number.self, from: TextFields(["n": "9223372036854775807"])).n == .max)
        #expect(try FieldReader.read(Number.self, from: TextFields(["n": "-0"])).n == 0)
    }

    @Test(arguments: ["1e400", "-1e400", "\"1\""])
    func `what is not a finite number in JSON is refused as one`(text: String) throws {
        #expect(try problems(Number.self, "{\"d\":\(text)}") == ["/d expected: a number"])
    }

    @Test(arguments: ["inf", "nan", "-Infinity", "1e400", "", " 1", "1,5"])
    func `what is not a finite number in a text is refused as one`(text: String) throws {
        #expect(try problems(Number.self, TextFields(["d": text])) == ["/d expected: a number"])
    }

    @Test func `NUL in a text is refused`() throws {
        #expect(try problems(Part.self, TextFields(["label": "a\u{0}b"])) == ["/label expected: a string without NUL"])
    }

    @Test func `a source that must be whole refuses what is left out, also of an optional`() throws {
        struct Whole: FieldSource {
            let fields: TextFields
            let requiresEveryField = true
            func field(_ name: String) -> FieldValue { fields.field(name) }
        }
        #expect(try problems(Part.self, Whole(fields: TextFields(["label": "a"]))) == ["/cents required"])
        #expect(try problems(Part.self, TextFields(["label": "a"])) == [])
    }

    @Test(arguments: [
        "01890A5D-AC96-774B-BCCE-B302099A8057", "01890a5d-ac96-774b-bcce-b302099a8057",
    ])
    func `an identifier is read in either case and written in lower case`(text: String) throws {
        #expect(try Identifier<Never>(fieldText: text).fieldText == text.lowercased())
    }

    @Test(arguments: [
        "", "01890a5dac96774bbcceb302099a8057", "{01890a5d-ac96-774b-bcce-b302099a8057}",
        "01890a5d-ac96-774b-bcce-b302099a805g",
    ])
    func `an identifier that is none is refused`(text: String) {
        #expect(throws: Expectation.self) { try Identifier<Never>(fieldText: text) }
    }

    // MARK: - Changes

    struct Patch: Decodable {
        var title: Change<String>
        var main: Change<Part> = .unchanged
        var day: Change<Day>
    }

    @Test func `a change tells absent from null from a value`() throws {
        let patch = try read(Patch.self, #"{"title":null,"main":{"label":"x"}}"#)
        #expect(patch.title == .cleared)
        #expect(patch.main == .set(Part(label: "x", cents: nil)))
        #expect(patch.day == .unchanged)
        #expect(
            try problems(Patch.self, #"{"title":3,"day":"x","main":{}}"#).map { $0.split(separator: " ")[0] } == [
                "/title", "/main/label", "/day",
            ])
    }

    @Test func `a change is applied to what was before`() {
        #expect(Change<Int>.unchanged.applied(to: 3) == 3)
        #expect(Change<Int>.cleared.applied(to: 3) == nil)
        #expect(Change.set(4).applied(to: 3) == 4)
        #expect(Change.set(4).applied(to: nil) == 4)
        #expect(!Change<Int>.unchanged.isChange)
        #expect(Change<Int>.cleared.isChange)
        #expect(Change.set(4).isChange)
    }

    // MARK: - Shapes

    @Test func `a shape has every property, in order, with what it holds`() {
        let part: Shape.Kind = .object(
            "FieldTestsPart",
            [
                .init(name: "label", kind: .string, isOptional: false, isChange: false),
                .init(name: "cents", kind: .integer, isOptional: true, isChange: false),
            ])
        let fields = Shape.of(Everything.self).fields
        #expect(
            fields.map(\.name) == [
                "id", "title", "count", "ratio", "is_public", "planned_start", "at", "colour", "labels", "parts",
                "main",
                "anything", "note", "limit",
            ])
        #expect(
            fields.map(\.kind) == [
                .uuid, .string, .integer, .number, .boolean, .day, .instant, .cases(["red", "dark_blue"]),
                .array(.string), .array(part), part, .json, .string, .integer,
            ])
        #expect(fields.filter(\.isOptional).map(\.name) == ["main", "anything", "note", "limit"])
        #expect(fields.filter(\.isChange).isEmpty)
    }

    @Test func `a change's shape is its value's, and may be absent`() {
        let fields = Shape.of(Patch.self).fields
        #expect(fields.map(\.kind)[0] == .string)
        #expect(fields.map(\.kind)[2] == .day)
        #expect(fields.allSatisfy { $0.isChange && $0.isOptional })
        #expect(fields.count == 3)
    }

    // MARK: - Names

    @Test(arguments: [
        ("id", "id"), ("plannedStart", "planned_start"), ("requestID", "request_id"), ("idSource", "id_source"),
        ("urlOfPage", "url_of_page"), ("aURLPath", "a_url_path"), ("isLate", "is_late"),
        ("expectedFunderCents", "expected_funder_cents"),
        ("X", "x"), ("", ""), ("year2024", "year2024"), ("étéChaud", "été_chaud"),
    ])
    func `a Swift name has one in snake case`(name: String, snake: String) {
        #expect(snakeCased(name) == snake)
    }

    @Test func `a type's name in the contract leaves out its module and what groups endpoints`() {
        #expect(Shape.name(of: Part.self) == "FieldTestsPart")
        #expect(Shape.name(of: FieldTests.self) == "FieldTests")
    }

    // MARK: - Callers

    @Test func `who may write is a manager or an editor with a token that writes, or the platform`() {
        for role in Caller.Role.allCases {
            for scopes in [[.read], [.write], [.read, .write], []] as [Set<Caller.Scope>] {
                let member = Caller.Member(
                    id: .placeholder, organisationID: .placeholder, organisationKind: .platform, role: role,
                    scopes: scopes)
                let caller = Caller.member(member, requestID: "r")
                let expected = [.manager, .editor].contains(role) && scopes.contains(.write)
                #expect(caller.mayWrite == expected)
                #expect(caller.isTeamEditor == expected)
            }
        }
        #expect(Caller.system(requestID: "r").mayWrite)
        #expect(!Caller.anonymous(requestID: "r").mayWrite)
    }
}
