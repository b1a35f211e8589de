public import Fields

/// A page's parameters, of a list without filters.
public struct Paging: Decodable, Sendable {
    /// How many items.
    public var limit: PageLimit?
    /// Where it begins.
    public var cursor: Cursor?
}

/// Where a page begins: after the row with this sort key, in this list. Opaque to clients.
public struct Cursor: FieldScalar {
    /// Which list it belongs to: a cursor of another list is refused.
    public var list: String
    /// The sort key's texts.
    public var key: [String]

    /// Bytes: a name of 300 characters, in any script, is the longest sort key.
    static let longest = 2000

    /// A cursor.
    public init(list: String, key: [String]) {
        self.list = list
        self.key = key
    }

    /// base64url.
    public static var fieldKind: Shape.Kind { .pattern("^[A-Za-z0-9_-]{1,\(longest)}$", example: placeholder.text) }
    /// A cursor of no list.
    public static var placeholder: Cursor { Cursor(list: "list", key: ["key"]) }
    /// The opaque text.
    public var fieldText: String { text }

    /// The opaque text.
    public var text: String {
        Base64URL.encode(JSON.array(([list] + key).map(JSON.string)).bytes)
    }

    /// Reads the opaque text.
    public init(fieldText: String) throws(Expectation) {
        guard fieldText.utf8.count <= Self.longest, let bytes = Base64URL.decode(fieldText),
            let document = try? JSON.parse(bytes),
            case .array(let elements) = document, let list = elements.first?.string
        else { throw Expectation(fr: "un curseur rendu par cette liste", en: "a cursor that this list gave") }
        let key = elements.dropFirst().compactMap(\.string)
        guard key.count == elements.count - 1, !key.contains(where: { $0.utf8.contains(0) }) else {
            throw Expectation(fr: "un curseur rendu par cette liste", en: "a cursor that this list gave")
        }
        self.init(list: list, key: key)
    }

    /// The sort key, if the cursor is this list's and its parts are what the list is sorted by.
    public func key<each Part: FieldScalar>(
        of list: String, _ types: repeat (each Part).Type
    ) throws(Refusal) -> (repeat each Part) {
        let texts = key
        var position = 0
        func next<T: FieldScalar>(_ type: T.Type) throws -> T {
            guard self.list == list, position < texts.count else { throw CursorMismatch() }
            position += 1
            return try T(fieldText: texts[position - 1])
        }
        do {
            let parts = (repeat try next((each Part).self))
            guard position == texts.count else { throw CursorMismatch() }
            return parts
        } catch {
            throw Self.notThisLists
        }
    }

    /// The sort key's texts, if the cursor is this list's and has so many.
    public func texts(of list: String, count: Int) throws(Refusal) -> [String] {
        guard self.list == list, key.count == count else { throw Self.notThisLists }
        return key
    }

    private static var notThisLists: Refusal {
        Problem.malformed(
            fr: "Ce curseur n'a pas été rendu par cette liste.", en: "This list did not give this cursor.",
            errors: [FieldProblem("cursor", fr: "pas de cette liste", en: "not this list's")])
    }

    private struct CursorMismatch: Error {}
}

/// A sort key that is any text.
public struct SortText: FieldScalar {
    /// The text.
    public var text: String
    /// Any text.
    public static var fieldKind: Shape.Kind { .string }
    /// Some text.
    public static var placeholder: SortText { SortText(fieldText: "a") }
    /// The text.
    public var fieldText: String { text }
    /// Takes any text.
    public init(fieldText: String) { text = fieldText }
}

/// A sort key that is a whole number.
public struct SortNumber: FieldScalar {
    /// The number, as a database's integer.
    public var number: Int32
    /// A whole number.
    public static var fieldKind: Shape.Kind { .integer }
    /// None.
    public static var placeholder: SortNumber { SortNumber(number: 0) }
    /// Decimal digits.
    public var fieldText: String { String(number) }
    private init(number: Int32) { self.number = number }
    /// Reads decimal digits.
    public init(fieldText: String) throws(Expectation) {
        guard let number = Int32(fieldText) else { throw Expectation(fr: "un nombre", en: "a number") }
        self.number = number
    }
}

/// RFC 4648 §5, without padding.
enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        var bits = 0
        var held = 0
        for byte in bytes {
            held = held << 8 | Int(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                out.append(alphabet[held >> bits & 63])
            }
            held &= (1 << bits) - 1
        }
        if bits > 0 { out.append(alphabet[held << (6 - bits) & 63]) }
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ text: String) -> [UInt8]? {
        var out: [UInt8] = []
        var bits = 0
        var held = 0
        for byte in text.utf8 {
            guard let value = alphabet.firstIndex(of: byte) else { return nil }
            held = held << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                out.append(UInt8(held >> bits))
                held &= (1 << bits) - 1
            }
        }
        return held == 0 ? out : nil
    }
}

/// How many items a page holds: 1 to 200, 50 when not asked.
public struct PageLimit: FieldScalar {
    /// The number.
    public var count: Int

    /// 50.
    public static let standard = PageLimit(count: 50)
    /// 200.
    public static let largest = PageLimit(count: 200)
    /// 1 to 200 in the contract.
    public static var fieldKind: Shape.Kind { .pattern("^([1-9][0-9]?|1[0-9][0-9]|200)$", example: "50") }
    /// 50.
    public static var placeholder: PageLimit { .standard }
    /// Digits.
    public var fieldText: String { String(count) }

    private init(count: Int) { self.count = count }

    /// Reads 1 to 200.
    public init(fieldText: String) throws(Expectation) {
        guard let count = Int(fieldText), (1...200).contains(count), String(count) == fieldText else {
            throw Expectation(fr: "un nombre de 1 à 200", en: "a number from 1 to 200")
        }
        self.count = count
    }
}
