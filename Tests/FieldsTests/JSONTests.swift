import Fields
import Foundation
import Testing

struct JSONTests {
    /// What stops a document from being read, or nil.
    private func problem(_ bytes: [UInt8]) -> JSON.SyntaxError? {
        do throws(JSON.SyntaxError) {
            _ = try JSON.parse(bytes)
            return nil
        } catch { return error }
    }

    private func problem(_ text: String) -> JSON.SyntaxError? { problem(Array(text.utf8)) }

    private func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    // MARK: - What is read

    static let documents: [(String, JSON)] = [
        ("null", nil), (" \t\r\n true \n", true), ("false", false), ("\"\"", ""), ("[]", []), ("{}", [:]),
        ("[ 1 , [ ] , { } ]", [1, [], [:]]), (#"{"b":1,"a":{"b":null}}"#, ["b": 1, "a": ["b": nil]]),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), (#""\u00e9\u00E9é""#, "ééé"), (#""\ud83d\ude00😀""#, "😀😀"),
        (#""\uFFFF\u2028""#, "\u{FFFF}\u{2028}"), ("\"\u{7F}\"", "\u{7F}"), (#""\u0001""#, "\u{1}"),
    ]

    @Test(arguments: documents)
    func `a document is read as RFC 8259 says`(text: String, value: JSON) throws {
        #expect(try JSON.parse(text) == value)
    }

    @Test(arguments: ["0", "-0", "0.5", "-12.50", "1e400", "1E+2", "1e-2", "123456789012345678901234567890", "0e1"])
    func `a number keeps its text`(text: String) throws {
        #expect(try JSON.parse(text) == .number(text))
        #expect(try JSON.parse(text).text == text)
    }

    @Test func `an object keeps its order, and texts that only look alike`() throws {
        let document = try JSON.parse(#"{"z":1,"a":"e\u0301","m":"é"}"#)
        #expect(document.members.map(\.name) == ["z", "a", "m"])
        #expect(document["a"]?.string.map { Array($0.utf8) } == [0x65, 0xCC, 0x81])
        #expect(document["m"]?.string.map { Array($0.utf8) } == [0xC3, 0xA9])
    }

    // MARK: - What is refused

    @Test(arguments: [
        ("", 0, "ends too early"), ("  ", 2, "ends too early"), ("[1", 2, "',' or ']'"), ("{\"a\":", 5, "too early"),
        ("{\"a\"", 4, "':'"), ("{\"a\":1", 6, "',' or '}'"), ("\"abc", 4, "not closed"), ("\"a\\", 2, "unfinished"),
        ("[1,]", 3, "a JSON value was expected"), ("{\"a\":1,}", 7, "a quoted name"), ("{a:1}", 1, "a quoted name"),
        ("{'a':1}", 1, "a quoted name"), ("{1:1}", 1, "a quoted name"), ("[1 2]", 3, "',' or ']'"),
        ("1 2", 2, "text follows"), ("{} x", 3, "text follows"), ("[]]", 2, "text follows"),
        ("/* a */ 1", 0, "a JSON value"), ("nul", 0, "unknown word"), ("True", 0, "a JSON value"),
        ("truex", 4, "text follows"), ("NaN", 0, "a JSON value"), ("Infinity", 0, "a JSON value"),
        ("undefined", 0, "a JSON value"), ("\u{FEFF}1", 0, "a JSON value"), ("\u{A0}1", 0, "a JSON value"),
    ])
    func `a document that is none is refused at its byte`(text: String, offset: Int, reason: String) throws {
        let found = try #require(problem(text))
        #expect(found.offset == offset)
        #expect(found.detail.en.contains(reason), "\(found.detail.en)")
    }

    @Test(arguments: [
        "01", "-01", "00", "+1", ".5", "1.", "-", "-.5", "1.e5", "1e", "1e+", "0x10", "1_000", "--1", "1e5.5",
    ])
    func `a number that RFC 8259 does not know is refused`(text: String) {
        #expect(problem(text) != nil)
        #expect(problem("[\(text)]") != nil)
    }

    @Test(arguments: [
        (#"{"a":1,"a":1}"#, "'a' is written twice"), (#"{"a":1,"b":{"c":1,"\u0063":2}}"#, "'c' is written twice"),
        (#"{"é":1,"e\u0301":2}"#, "written twice"),
    ])
    func `equal names are refused, however they are written`(text: String, reason: String) {
        #expect(problem(text)?.detail.en.contains(reason) == true)
    }

    @Test func `equal names in different objects are none`() {
        #expect(problem(#"[{"a":1},{"a":{"a":2}}]"#) == nil)
    }

    @Test func `a document is 32 levels deep and not one more`() {
        #expect(JSON.maximumDepth == 32)
        #expect(problem(nested(32)) == nil)
        #expect(problem(nested(33))?.offset == 32)
        #expect(problem(nested(33))?.detail.en.contains("32 levels") == true)
        #expect(problem(String(repeating: "{\"a\":", count: 100_000)) != nil)
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\ud83d""#, #""\ude00\ud83d""#,
        #""\ud83d\u0041""#,
        #""\ud83d\u""#,
    ])
    func `half a character is refused`(text: String) {
        #expect(problem(text) != nil)
    }

    @Test(arguments: [
        [0x22, 0xFF, 0x22] as [UInt8], [0x22, 0xC3, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
        [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xE9, 0x22],
    ])
    func `bytes that are not UTF-8 are refused where they begin`(bytes: [UInt8]) {
        #expect(problem(bytes)?.offset == 1)
        #expect(problem(bytes)?.detail.en == "the text is not UTF-8")
    }

    @Test(arguments: [
        "\"a\nb\"", "\"\t\"", "\"\u{0}\"", "\"\u{1F}\"", #""\x41""#, #""\u12""#, #""\u12g4""#, #""\u+123""#,
        #""\U0041""#,
    ])
    func `control characters and escapes that are none are refused`(text: String) {
        #expect(problem(text) != nil)
    }

    @Test(arguments: [#""\u0000""#, #"{"a\u0000":1}"#, #"{"a":["x\u0000y"]}"#, "\u{0}", "1\u{0}"])
    func `NUL is refused, because no text of PostgreSQL's may hold it`(text: String) {
        #expect(problem(text) != nil)
    }

    // MARK: - Writing

    static let values: [JSON] = [
        nil, true, -7, "", [], [:], ["a": [1, [nil, false]], "é\"": ["\\": "\u{1}\u{1F}\u{7F}\n\r\t/"]],
        .number("1e400"), .string(String((1...0x2FF).compactMap(Unicode.Scalar.init).map(Character.init))),
        "👩‍👩‍👧‍👦\u{10FFFF}\u{2028}",
    ]

    @Test(arguments: values)
    func `what is written is read back the same, in both forms`(value: JSON) throws {
        #expect(try JSON.parse(value.bytes) == value)
        #expect(try JSON.parse(value.prettyText) == value)
        #expect(!value.text.contains("\n"))
    }

    @Test func `what is written is what Foundation reads`() throws {
        let document: JSON = ["a": [1, "\u{1}\"\\é\u{2028}😀", nil, true], "b": ["c": .number("-1.5e3")]]
        let read = try JSONSerialization.jsonObject(with: Data(document.bytes)) as? NSDictionary
        let expected: NSDictionary = [
            "a": [1, "\u{1}\"\\é\u{2028}😀", NSNull(), true] as [Any], "b": ["c": -1500],
        ]
        #expect(read == expected)
    }

    @Test func `the form for people is indented, and ends its last line`() {
        let document: JSON = ["a": [1, [:]], "b": [], "c": ["d": "x"]]
        #expect(
            document.prettyText == """
                {
                  "a": [
                    1,
                    {}
                  ],
                  "b": [],
                  "c": {
                    "d": "x"
                  }
                }

                """)
    }
}
