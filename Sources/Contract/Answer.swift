public import Fields
public import NIOCore
public import Postgres

/// What an endpoint answers, in no protocol's words.
public struct Answer: Sendable {
    /// HTTP's status.
    public var status: Int
    /// The body, unless it is streamed.
    public var body: ByteBuffer
    /// Writes a body too long to be held: it hands over chunks, each when the one before was taken.
    public var stream: Stream?
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
    /// Whether the body shows a secret: it is never kept for a retry.
    public var isSecret = false
    /// Whether the body tells about a person: it is not kept for a retry, which reads it again where `rereadAt` says, with the
    /// rights that the caller has then.
    public var isPersonal = false
    /// Where a personal answer is read again; `location` unless said otherwise.
    public var rereadAt: String?
    /// Whether only status and headers are left of it: the body is to be read again.
    public private(set) var isToBeReread = false
    /// The name under which a browser saves it, when it is a file.
    public var fileName: String?

    /// Hands over a body, chunk by chunk.
    public typealias Stream = @Sendable (_ write: (ByteBuffer) async throws -> Void) async throws -> Void

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

    /// Done, with nothing to say.
    public static let nothing = Answer(status: 204, body: ByteBuffer())

    /// What was asked for is at another address.
    public static func redirect(to location: String, isPublic: Bool = false) -> Answer {
        var answer = Answer.json(["location": .string(location)], status: 307, isPublic: isPublic)
        answer.location = location
        return answer
    }

    /// A page for people.
    public static func html(_ page: String, status: Int = 200, isPublic: Bool = false) -> Answer {
        Answer(
            status: status, body: ByteBuffer(string: page), mediaType: Representation.html.contentType,
            isPublic: isPublic)
    }

    /// A file, streamed.
    public static func file(_ mediaType: String, name: String, isPublic: Bool = false, _ stream: @escaping Stream)
        -> Answer
    {
        var answer = Answer(body: ByteBuffer(), mediaType: mediaType, isPublic: isPublic)
        answer.stream = stream
        answer.fileName = name
        return answer
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

    /// The same object with one more member.
    public func adding(_ name: String, _ value: JSON) -> Answer {
        adding(name) { $0.writeBytes(value.bytes) }
    }

    /// The same object with one more member: every row of a result.
    public func adding<Row: Decodable>(_ name: String, _ rows: Rows<Row>) -> Answer {
        adding(name) { rows.prefix(rows.count).writeJSON(into: &$0) }
    }

    /// The same object with one more member: the first row of a result.
    public func adding<Row: Decodable>(_ name: String, object rows: Rows<Row>) -> Answer {
        adding(name) { rows.writeJSON(row: 0, into: &$0) }
    }

    private func adding(_ name: String, _ write: (inout ByteBuffer) -> Void) -> Answer {
        var answer = self
        // The body is an object: its last byte closes it.
        answer.body = body.getSlice(at: body.readerIndex, length: body.readableBytes - 1) ?? body
        answer.body.writeString(",\(JSON.string(name).text):")
        write(&answer.body)
        answer.body.writeString("}")
        return answer
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

extension Answer {
    /// The first answer's status and headers with what its resource is now.
    public func reread(_ now: Answer) -> Answer {
        var answer = now
        answer.status = status
        answer.location = location
        return answer
    }
}

extension Answer: Replayable {
    /// Status, headers and body; no body when it shows a secret or tells about a person.
    public var remembered: Remembered {
        Remembered(
            status: status, mediaType: mediaType, location: location, etag: isPersonal ? nil : etag?.header,
            body: isSecret || isPersonal ? nil : String(buffer: body),
            rereadAt: isPersonal && !isSecret ? rereadAt ?? location : nil)
    }

    /// The first answer again, of a personal one what is not personal; refused when it showed a secret.
    public init(_ remembered: Remembered) throws {
        if let place = remembered.rereadAt {
            self.init(
                status: remembered.status, body: ByteBuffer(), mediaType: remembered.mediaType ?? "",
                location: remembered.location)
            (isPersonal, rereadAt, isToBeReread) = (true, place, true)
            return
        }
        guard let body = remembered.body else {
            throw Problem.alreadyCreated(
                fr: Problem.alreadyCreated.title.fr, en: Problem.alreadyCreated.title.en,
                extras: remembered.location.map { [.init("location", .string($0))] } ?? [])
        }
        self.init(
            status: remembered.status, body: ByteBuffer(string: body), mediaType: remembered.mediaType ?? "",
            etag: remembered.etag.map(ETag.init(header:)), location: remembered.location)
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
