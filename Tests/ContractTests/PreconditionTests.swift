import Fields
import Testing

@testable import Contract

@Suite struct `An entity tag` {
    private let day = Day(number: 19_782)

    @Test func `says its version, its day, and whether it is the public's`() {
        #expect(ETag.full(version: 7).header == "\"7\"")
        #expect(ETag.full(version: 7, day: day).header == "\"7.2024-02-29\"")
        #expect(ETag.publicView(version: 7).header == "\"7.public\"")
        #expect(ETag.publicView(version: 7, day: day).header == "\"7.public.2024-02-29\"")
    }

    @Test(arguments: [
        ("\"7.2024-02-29\"", true), ("W/\"7.2024-02-29\"", true), ("\"1\", \"7.2024-02-29\"", true),
        ("\"1\",W/\"7.2024-02-29\" ,\"2\"", true), ("*", true), (" * ", true), ("\"7\"", false),
        ("\"8.2024-02-29\"", false), ("\"7.2024-03-01\"", false), ("\"7.public.2024-02-29\"", false),
        ("7.2024-02-29", false), ("", false), (",", false), ("w/\"7.2024-02-29\"", false), ("\"*\"", false),
    ])
    func `is named by If-None-Match or not`(header: String, matches: Bool) {
        #expect(ETag.full(version: 7, day: day).matches(ifNoneMatch: header) == matches)
    }
}

@Suite struct `A precondition` {
    @Test(arguments: [
        ("\"7\"", 7), ("W/\"7\"", 7), ("\"7.2024-02-29\"", 7), (" \"7\" ", 7), ("\"0\"", 0),
        ("\"123456789\"", 123_456_789),
        (ETag.full(version: 12, day: Day(number: 0)).header, 12),
    ])
    func `is the version of the tag that was given`(header: String, version: Int) throws {
        #expect(try Precondition(header: header).compare(with: version) == .current)
        #expect(try Precondition(header: header).compare(with: version + 1) == .stale(version))
    }

    @Test(arguments: [nil, ""])
    func `that is absent is asked for`(header: String?) async throws {
        #expect(
            try await refusal { _ = try Precondition(header: header).compare(with: 7) }?.problem == .versionRequired)
    }

    @Test(arguments: ["\"7.public\"", "W/\"7.public\"", "\"7.public.2024-02-29\""])
    func `of the public's tag is stale, and says to read again with a token`(header: String) async throws {
        let found = try await refusal { _ = try Precondition(header: header).compare(with: 7) }
        #expect(found?.problem == .stale)
        #expect(found?.detail.en.contains("with your token") == true)
        #expect(found?.detail.fr.contains("avec votre jeton") == true)
    }

    @Test(arguments: [
        "*", "7", "\"", "\"\"", "\"a\"", "\"7", "7\"", "'7'", "\"7a\"", "\".7\"", "\"+7\"", "\"-7\"", "\"07\"",
        "\"7\", \"8\"", "\"7.2024-02-29\", \"8.2024-02-29\"", "w/\"7\"", "W/7", "\"99999999999999999999\"", "\"٧\"",
    ])
    func `that can't be read is refused as such`(header: String) async throws {
        let found = try await refusal { _ = try Precondition(header: header).compare(with: 7) }
        #expect(found?.problem == .malformed)
        #expect(found?.errors.map(\.pointer) == ["If-Match"])
    }

    @Test func `by base_version merges an older version, and no future one`() throws {
        let fields = [JSON.Member("title", "x")]
        let base = Precondition(header: nil, base: 7, fields: fields)
        #expect(try base.compare(with: 7) == .current)
        #expect(try base.compare(with: 9) == .merge(since: 7, fields: fields))
        #expect(try base.compare(with: 6) == .stale(7))
    }

    @Test func `by base_version and If-Match at once is refused`() async throws {
        let both = Precondition(header: "\"7\"", base: 7, fields: [])
        let found = try await refusal { _ = try both.compare(with: 7) }
        #expect(found?.problem == .malformed)
        #expect(found?.errors.map(\.pointer) == ["/base_version"])
    }

    @Test func `merges what nobody else changed, and tells both values of what somebody did`() async throws {
        let values: JSON = ["title": "theirs", "weight": .number("3.000"), "note": nil]
        let mine = [JSON.Member("title", "mine"), JSON.Member("weight", 3), JSON.Member("note", "new")]
        try Precondition.merge(mine, changed: ["weight", "other"], values: values)
        let found = try await refusal { try Precondition.merge(mine, changed: ["title", "weight"], values: values) }
        #expect(found?.problem == .conflictingChange)
        #expect(found?.errors.map(\.pointer) == ["/title"])
        #expect(
            found?.extras == [
                JSON.Member("conflicts", [["field": "title", "yours": "mine", "current": "theirs"]])
            ])
    }
}
