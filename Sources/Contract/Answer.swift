public import Fields
public import NIOCore
public import Postgres

/// What an endpoint answers, in no protocol's words.
public struct Answer: Sendable {
    /// HTTP's status.
    public var status: Int
    /// The body.
    public var body: ByteBuffer
    /// The body's media type.
    public var mediaType: String
    /// The version and representation, for conditional requests.
    public var etag: ETag?
    /// Where what was created is.
    public var location: String?
    /// The next page's query, for `Link: rel="next"`.
    public var nextCursor: String?
    /// Whether anybody may keep the answer for a short while; everything else is private and not stored.
    public var isPublic: Bool

    /// An answer of any kind.
    public init(
        status: Int = 200, body: ByteBuffer, mediaType: String = "application/json", etag: ETag? = nil,
        location: String? = nil, isPublic: Bool = false
    ) {
        self.status = status
        self.body = body
        self.mediaType = mediaType
        self.etag = etag
        self.location = location
        self.isPublic = isPublic
    }

    /// A small document made by hand.
    public static func json(_ document: JSON, status: Int = 200, isPublic: Bool = false) -> Answer {
        Answer(status: status, body: ByteBuffer(bytes: document.bytes), isPublic: isPublic)
    }

    /// The first row of a result, which must exist: a missing thing is a refusal, made before.
    public static func row<Row: Decodable>(
        _ rows: Rows<Row>, status: Int = 200, etag: ETag? = nil, location: String? = nil, isPublic: Bool = false
    ) -> Answer {
        var body = ByteBuffer()
        rows.writeJSON(row: 0, into: &body)
        return Answer(status: status, body: body, etag: etag, location: location, isPublic: isPublic)
    }

    /// A page of a list: as many rows as asked for, and where the next begins.
    ///
    /// `rows` holds one more than `limit` when there is a next page; `key` names the columns the list is sorted by.
    public static func page<Row: Decodable>(
        _ rows: Rows<Row>, limit: Int, list: String, key: [String], isPublic: Bool = false
    ) -> Answer {
        let slice = rows.prefix(limit)
        var body = ByteBuffer()
        body.writeString("{\"items\":")
        slice.writeJSON(into: &body)
        let cursor =
            rows.count > limit
            ? Cursor(list: list, key: key.map { slice.lastText($0) ?? "" }).text : nil
        body.writeString(",\"next_cursor\":\(JSON(cursor).text)}")
        var answer = Answer(body: body, isPublic: isPublic)
        answer.nextCursor = cursor
        return answer
    }
}

/// Where a page begins: after the row with this sort key, in this list. Opaque to clients.
public struct Cursor: FieldScalar {
    /// Which list it belongs to: a cursor of another list is refused.
    public var list: String
    /// The sort key's texts.
    public var key: [String]

    /// A cursor.
    public init(list: String, key: [String]) {
        self.list = list
        self.key = key
    }

    /// base64url.
    public static var fieldKind: Shape.Kind { .pattern("^[A-Za-z0-9_-]{1,400}$", example: placeholder.text) }
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
        guard fieldText.utf8.count <= 400, let bytes = Base64URL.decode(fieldText),
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
            throw Problem.malformed(
                fr: "Ce curseur n'a pas été rendu par cette liste.", en: "This list did not give this cursor.",
                errors: [FieldProblem("cursor", fr: "pas de cette liste", en: "not this list's")])
        }
    }

    private struct CursorMismatch: Error {}
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

extension Refusal {
    /// The refusal of a constraint that a feature names, or the error itself.
    public static func mapping(_ error: any Error, _ refusals: [String: Refusal]) -> any Error {
        guard let error = error as? DatabaseError, let name = error.constraint, let refusal = refusals[name] else {
            return error
        }
        return refusal
    }
}
