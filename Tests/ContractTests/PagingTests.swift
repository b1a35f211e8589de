import Fields
import Testing

@testable import Contract

@Suite struct `A cursor` {
    private let id = Identifier<Never>.placeholder

    private func refused(_ body: () throws -> Void) async throws -> Bool {
        let found = try await refusal(body)
        return found?.problem == .malformed && found?.errors.map(\.pointer) == ["cursor"]
    }

    @Test(arguments: [[], [""], ["A1.01"], ["a", "b", "c"], ["é\"\\\u{1}😀", "'; DROP TABLE x"], ["\u{FFFF}"]])
    func `comes back the same, in letters that need no escape in a URL`(key: [String]) throws {
        let cursor = Cursor(list: "actions", key: key)
        #expect(try Cursor(fieldText: cursor.text) == cursor)
        #expect(cursor.text.wholeMatch(of: /[A-Za-z0-9_-]+/) != nil)
    }

    @Test func `gives its key to its list, read as what the list is sorted by`() throws {
        let cursor = Cursor(list: "history", key: ["2024-05-31T10:20:30Z", id.fieldText])
        let (at, event) = try cursor.key(of: "history", Instant.self, Identifier<Never>.self)
        #expect(at.fieldText == "2024-05-31T10:20:30Z")
        #expect(event == id)
    }

    @Test func `is refused by another list, by another number of parts, and by parts of other types`() async throws {
        let cursor = Cursor(list: "history", key: ["2024-05-31T10:20:30Z", id.fieldText])
        #expect(try await refused { _ = try cursor.key(of: "actions", Instant.self, Identifier<Never>.self) })
        #expect(try await refused { _ = try cursor.key(of: "history", Instant.self) })
        #expect(
            try await refused { _ = try cursor.key(of: "history", Instant.self, Identifier<Never>.self, Day.self) })
        #expect(try await refused { _ = try cursor.key(of: "history", Day.self, Identifier<Never>.self) })
        #expect(try await refused { _ = try Cursor(list: "history", key: []).key(of: "history", Day.self) })
    }

    private static func encoded(_ text: String) -> String { Base64URL.encode(Array(text.utf8)) }

    @Test(arguments: [
        "", "!", "a", "abc=", "AA==", "W10 ", "..", "é", encoded("{}"), encoded("null"), encoded("[]"), encoded("[1]"),
        encoded("[\"list\",1]"), encoded("[\"list\",null]"), encoded("[\"list\",[\"a\"]]"),
        encoded("[\"list\",\"a\\u0000\"]"), encoded("[\"list\",\"a\"] x"), encoded("[\"list\""),
        // The last letter holds bits that no byte needs: another text for the same bytes.
        String(encoded("[\"list\",\"a\"]").dropLast()) + "R",
        encoded("[\"list\",\"\(String(repeating: "a", count: 1_500))\"]"),
    ])
    func `that no list gave is refused`(text: String) {
        #expect(throws: Expectation.self) { try Cursor(fieldText: text) }
    }

    @Test func `of every number of bytes comes back the same`() {
        for count in 0...20 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 250) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
        #expect(Base64URL.encode([0xFB, 0xFF, 0xFE]) == "-__-")
    }
}

@Suite struct `A page's limit` {
    @Test(arguments: [1, 2, 9, 10, 50, 99, 100, 199, 200])
    func `is a number from 1 to 200`(count: Int) throws {
        #expect(try PageLimit(fieldText: String(count)).count == count)
        #expect(try PageLimit(fieldText: String(count)).fieldText == String(count))
    }

    @Test(arguments: ["0", "201", "-1", "+5", "05", "", " 5", "5.0", "1e2", "٥", "many", "99999999999999999999"])
    func `is nothing else`(text: String) {
        #expect(throws: Expectation.self) { try PageLimit(fieldText: text) }
    }

    /// Who checks by the contract before asking must find what the server finds.
    @Test func `is described in the contract as it is read`() throws {
        guard case .pattern(let pattern, let example) = PageLimit.fieldKind else {
            Issue.record("the contract describes it by a pattern")
            return
        }
        let described = try Regex(pattern)
        for text in (0...1000).map(String.init) + ["00", "01", "007", "-1", "", "5x"] {
            let isRead = (try? PageLimit(fieldText: text)) != nil
            #expect((text.wholeMatch(of: described) != nil) == isRead, "\(text)")
        }
        #expect(try PageLimit(fieldText: example) == .standard)
    }
}
