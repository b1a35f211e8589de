public import Fields
import Postgres

/// HTTP's methods that the contract uses.
public enum Method: String, Sendable, CaseIterable {
    case get = "GET"
    case post = "POST"
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
    public var query: [(name: String, value: String)]
    /// The body's bytes.
    public var body: [UInt8]
    /// Who calls.
    public var caller: Caller
    /// The `If-Match` header.
    public var ifMatch: String?
    /// When.
    public var now: Instant

    /// A request.
    public init(
        path: [String: String], query: [(name: String, value: String)], body: [UInt8], caller: Caller,
        ifMatch: String?, now: Instant
    ) {
        self.path = path
        self.query = query
        self.body = body
        self.caller = caller
        self.ifMatch = ifMatch
        self.now = now
    }
}

/// One operation of the API: its place, its contract and its code in one value, so that nothing is served undescribed.
public struct Endpoint: Sendable {
    /// HTTP's method.
    public let method: Method
    /// The route's template: `/v1/actions/{code}`.
    public let path: String
    /// The operation's name in the contract.
    public let id: String
    /// One sentence of documentation.
    public let summary: String
    /// Who may call it.
    public let access: Access
    /// Its path's values.
    public let pathShape: Shape
    /// Its parameters.
    public let queryShape: Shape
    /// Its body; nil when it takes none.
    public let bodyShape: Shape?
    /// What it answers.
    public let output: Output
    /// What it may refuse beside what every endpoint may.
    public let refusals: [Problem]
    /// Whether `If-Match` is required.
    public let needsVersion: Bool
    /// Its code.
    public let respond: @Sendable (Request) async throws -> Answer

    /// What an endpoint answers when all is well.
    public struct Output: Sendable {
        /// The status.
        public var status: Int
        /// What the body is.
        public var content: Content

        /// What the body is.
        public enum Content: Sendable {
            case json(Shape.Kind)
            case page(Shape.Kind)
            case either(Shape.Kind, Shape.Kind)
        }

        /// One object of a row type.
        public static func one(_ type: any (Decodable & Sendable).Type, status: Int = 200) -> Output {
            Output(status: status, content: .json(kind(type)))
        }
        /// One object of either row type, by what the caller may see.
        public static func either(
            _ first: any (Decodable & Sendable).Type, _ second: any (Decodable & Sendable).Type
        ) -> Output {
            Output(status: 200, content: .either(kind(first), kind(second)))
        }
        /// A page of a list.
        public static func page(_ type: any (Decodable & Sendable).Type) -> Output {
            Output(status: 200, content: .page(kind(type)))
        }
        /// Any JSON.
        public static let anyJSON = Output(status: 200, content: .json(.json))

        private static func kind(_ type: any (Decodable & Sendable).Type) -> Shape.Kind {
            .object(Shape.name(of: type), Shape.of(type).fields)
        }
    }

    /// Declares an operation.
    public init<Path: Decodable & Sendable, Query: Decodable & Sendable, Body: Decodable & Sendable>(
        _ method: Method, _ path: String, id: String, _ summary: String, access: Access, output: Output,
        refusals: [Problem] = [], needsVersion: Bool = false,
        run: @escaping @Sendable (Call<Path, Query, Body>) async throws -> Answer
    ) {
        self.method = method
        self.path = path
        self.id = id
        self.summary = summary
        self.access = access
        self.output = output
        self.refusals = refusals
        self.needsVersion = needsVersion
        let pathShape = Shape.of(Path.self)
        let queryShape = Shape.of(Query.self)
        let bodyShape = Body.self == Nothing.self ? nil : Shape.of(Body.self)
        self.pathShape = pathShape
        self.queryShape = queryShape
        self.bodyShape = bodyShape
        respond = { request in
            try access.check(request.caller)
            return try await run(
                Call(
                    path: try Reading.path(Path.self, request.path),
                    query: try Reading.query(Query.self, queryShape, request.query),
                    body: try Reading.body(Body.self, bodyShape, request.body),
                    caller: request.caller, precondition: Precondition(header: request.ifMatch), now: request.now))
        }
    }

    /// What any endpoint of this access may refuse, then its own.
    public var allRefusals: [Problem] {
        var all: [Problem] = [.malformed, .notAcceptable, .tooLarge, .unavailable, .timeout, .unauthenticated]
        if access != .anyone { all.append(.forbidden) }
        if !pathShape.fields.isEmpty { all.append(.notFound) }
        if bodyShape != nil { all += [.unsupportedMediaType, .invalid] }
        if method != .get { all.append(.outcomeUnknown) }
        if needsVersion { all += [.versionRequired, .stale] }
        return all + refusals.filter { !all.contains($0) }
    }
}

extension Access {
    /// 401 for nobody, 403 for somebody whose role or token does not do.
    public func check(_ caller: Caller) throws(Refusal) {
        switch self {
        case .anyone: return
        case .member, .writer:
            guard let member = caller.member else { throw Problem.unauthenticated() }
            guard self == .writer else {
                guard member.scopes.contains(.read) else { throw Problem.forbidden() }
                return
            }
            guard caller.mayWrite else {
                throw Problem.forbidden(
                    fr: "Votre rôle (\(member.role.rawValue)) ou votre jeton ne permet que de lire.",
                    en: "Your role (\(member.role.rawValue)) or your token only reads.")
            }
        }
    }
}

extension Problem {
    /// No token, or one that is not good.
    public static let unauthenticated = Problem(
        "auth.required", .unauthenticated,
        fr: "Un jeton valable est nécessaire.", en: "A valid token is needed.")
    /// Known, and not allowed.
    public static let forbidden = Problem(
        "auth.forbidden", .forbidden,
        fr: "Vous n'en avez pas le droit.", en: "You are not allowed to do this.")
    /// Not there, or nothing that the caller may know of.
    public static let notFound = Problem(
        "request.not_found", .notFound, fr: "Introuvable.", en: "Not found.")
    /// The route exists for other methods.
    public static let methodNotAllowed = Problem(
        "request.method_not_allowed", .methodNotAllowed,
        fr: "Cette adresse n'accepte pas cette méthode.", en: "This address does not take this method.")
    /// No representation that the client accepts.
    public static let notAcceptable = Problem(
        "request.not_acceptable", .notAcceptable,
        fr: "Aucune des formes demandées n'est servie ici.", en: "None of the requested forms is served here.")
    /// The body is over the limit.
    public static let tooLarge = Problem(
        "request.too_large", .tooLarge, fr: "La demande est trop longue.", en: "The request is too large.")
    /// The body is of a kind that is not read.
    public static let unsupportedMediaType = Problem(
        "request.unsupported_media_type", .unsupportedMediaType,
        fr: "Le corps doit être en application/json.", en: "The body must be application/json.")
    /// A change without `If-Match`.
    public static let versionRequired = Problem(
        "version.required", .preconditionRequired,
        fr: "Dites quelle version vous modifiez : en-tête If-Match, avec l'ETag de votre lecture.",
        en: "Say which version you change: the If-Match header, with the ETag you read.")
    /// A change of a version that is no longer the current one.
    public static let stale = Problem(
        "version.stale", .preconditionFailed,
        fr: "L'élément a changé depuis votre lecture : relisez-le, puis recommencez.",
        en: "It has changed since you read it: read it again, then retry.")
}
