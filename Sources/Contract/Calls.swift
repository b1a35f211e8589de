public import Fields
import Postgres

/// HTTP's methods that the contract uses.
public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
    case put = "PUT"
    case patch = "PATCH"
    case delete = "DELETE"
}

/// Who may call an endpoint at all; what they may do with the thing itself is the Store's to say.
public enum Access: Sendable, Hashable {
    /// Anybody; a token may add to the answer.
    case anyone
    /// A known member whose token reads.
    case member
    /// A known member whose role and token change things.
    case writer
}

/// Nothing expected: no path values, no query, no body.
public struct Nothing: Decodable, Sendable {}

/// One call of an endpoint, its input read and checked.
public struct Call<Path: Decodable & Sendable, Query: Decodable & Sendable, Body: Decodable & Sendable>: Sendable {
    /// The values in the path.
    public var path: Path
    /// The query's parameters.
    public var query: Query
    /// The body.
    public var body: Body
    /// Who calls.
    public var caller: Caller
    /// The version that the caller says it changes.
    public var precondition: Precondition
    /// The file that came with a form.
    public var upload: Upload?
    /// The language that sentences in the answer are in.
    public var language: Language
    /// When.
    public var now: Instant

    /// The day it is in Paris.
    public var today: Day { Day(now) }
}

/// What reaches an endpoint, in no protocol's words.
public struct Request: Sendable {
    /// Values of the path's placeholders.
    public var path: [String: String]
    /// The query's parameters in their order.
    public var query: [(name: String, value: String)] = []
    /// The body's bytes; of a form with a file, its other fields.
    public var body: Body = .bytes([])
    /// Who calls.
    public var caller: Caller
    /// Which of the endpoint's representations is wanted.
    public var mediaType: Representation = .json
    /// The language of the answer's sentences.
    public var language = Language.french
    /// The `If-Match` header.
    public var ifMatch: String?
    /// The `Idempotency-Key` header.
    public var idempotencyKey: String?
    /// When.
    public var now: Instant

    /// What a request carries.
    public enum Body: Sendable {
        /// A document, or nothing.
        case bytes([UInt8])
        /// A form's text fields, and its file.
        case form([(name: String, value: String)], Upload)
    }

    /// A request without query, body and conditions.
    public init(path: [String: String] = [:], caller: Caller, now: Instant) {
        self.path = path
        self.caller = caller
        self.now = now
    }
}

/// The representations that endpoints have.
public enum Representation: String, Sendable, CaseIterable {
    case json = "application/json"
    case csv = "text/csv"
    /// Things on a map (RFC 7946).
    case geojson = "application/geo+json"
    /// What search engines read: a thing in the words of schema.org.
    case jsonld = "application/ld+json"
    /// A feed of what is new (RFC 4287).
    case atom = "application/atom+xml"
    case html = "text/html"
    case css = "text/css"
    case calendar = "text/calendar"
    /// A small picture, without script or style of its own.
    case svg = "image/svg+xml"
    /// A workbook of a spreadsheet.
    case xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    /// A file as it was received.
    case file = "application/octet-stream"

    /// The `Content-Type` of an answer.
    public var contentType: String {
        switch self {
        case .json, .geojson, .jsonld, .file, .xlsx: rawValue
        case .csv: "text/csv; charset=utf-8; header=present"
        case .html, .css, .calendar, .atom, .svg: rawValue + "; charset=utf-8"
        }
    }
}
