import Contract
import Fields
import HTTPTypes
import Hummingbird

/// What is known of a request before anything of it is trusted, and what its answer carries in any case.
struct Exchange: Sendable {
    /// The server's own id of the request.
    let id: String
    /// The client's, if it has the form that may be kept.
    let clientID: String?
    let language: Language
    let method: String
    /// The route's template; never the path, which may hold a secret.
    let route: String
    /// Which of the endpoint's representations is wanted; nil when none is.
    let mediaType: Representation?
    let now: Instant
    /// Whether it sends the form of a page behind a link.
    let isFormOfLink: Bool
    private let isOpen: Bool
    /// The last limit that the request was counted against.
    var rate: RateLimiter.Reading?
    /// Why it was refused, for the log.
    var problem: String?

    init(
        _ request: Hummingbird.Request, _ method: HTTPRequest.Method, route: String, _ endpoint: Endpoint?, now: Instant
    ) {
        id = IDSource.random.make(Identifier<Never>.self, at: now).fieldText
        clientID = request.headers[.requestID].flatMap(Self.kept)
        language = Negotiation.language(request.headers[.acceptLanguage])
        self.method = method.rawValue
        self.route = route
        mediaType = Negotiation.choose(among: endpoint?.mediaTypes ?? [.json], request.headers[values: .accept])
        self.now = now
        isFormOfLink = endpoint?.method == .post && endpoint?.path.hasSuffix("/{token}") == true
        isOpen = endpoint?.isOpen == true && request.headers[.authorization] == nil
    }

    /// `[A-Za-z0-9._-]{1,64}`, and no secret of ours that slipped into the wrong header: this one is logged.
    private static func kept(_ text: String) -> String? {
        let isClean = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2E, 0x5F, 0x2D].contains(byte)
        }
        return isClean && (1...64).contains(text.utf8.count) && !text.contains("pa31_") ? text : nil
    }

    /// Adds what every answer has.
    func finish(_ response: inout Response) {
        response.headers[.requestID] = id
        response.headers[.contentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "private, no-store" }
        if let rate {
            response.headers[.rateLimit] = rate.header
            response.headers[.rateLimitPolicy] = rate.policyHeader
        }
        if isOpen { CrossOrigin.open(&response) }
        if mediaType == .html { Page.protect(&response) }
    }
}

/// Other sites' scripts (CORS): any origin may read what anybody may read, never with credentials.
enum CrossOrigin {
    static func open(_ response: inout Response) {
        response.headers[.accessControlAllowOrigin] = "*"
        response.headers[.accessControlExposeHeaders] =
            "ETag, Link, Retry-After, RateLimit, RateLimit-Policy, X-Request-Id"
    }

    /// What may be done at a path; only reads without a token may come from other sites.
    static func preflight(allow: String, isOpen: Bool) -> Response {
        var response = Response(status: .noContent, headers: [.allow: allow])
        if isOpen {
            open(&response)
            response.headers[.accessControlAllowMethods] = "GET, HEAD"
            response.headers[.accessControlAllowHeaders] = "Accept, Accept-Language, If-None-Match, X-Request-Id"
            response.headers[.accessControlMaxAge] = "86400"
        }
        return response
    }
}

extension Endpoint {
    /// Whether anybody may read it, also from another site.
    var isOpen: Bool { method == .get && access == .anyone && !hasSecretPath }
    /// Whether a proxy or a watcher asks it all the time: not counted against a limit.
    var isProbe: Bool { path == "/healthz" || path == "/readyz" }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
    static let link = HTTPField.Name("Link")!
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let forwardedFor = HTTPField.Name("X-Forwarded-For")!
    static let rateLimit = HTTPField.Name("RateLimit")!
    static let rateLimitPolicy = HTTPField.Name("RateLimit-Policy")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
    static let robots = HTTPField.Name("X-Robots-Tag")!
}
