import Accounts
import Contract
import Fields
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres

/// Between HTTP and the endpoints: routes, tokens, limits, bodies, conditional requests, problems. A feature gets all of it by
/// declaring an endpoint.
struct Kernel: Sendable {
    let endpoints: [Endpoint]
    let tokens: TokenStore
    let files: FileStore
    let limiter: RateLimiter
    let proxies: [AddressRange]
    let metrics: ServerMetrics
    let cache: AnswerCache
    let draining: Draining
    let clock: TimeSource
    let logger: Logger

    /// The largest body that is not a file, in bytes.
    static let bodyLimit = 1 << 20
    /// So many requests are worked on at once; more are refused at once. Each may hold a body in memory.
    static let maximumInFlight = 256

    /// A router that serves the endpoints, and answers every other method and path with a problem.
    func responder() throws -> KernelResponder {
        let router = Router(context: KernelContext.self, options: .autoGenerateHeadEndpoints)
        for endpoint in endpoints {
            let method = HTTPRequest.Method(rawValue: endpoint.method.rawValue) ?? .get
            router.on(RouterPath(endpoint.path), method: method) { request, context in
                await respond(to: request, context, route: endpoint.path, endpoint) { exchange in
                    try await run(endpoint, request, context, &exchange)
                }
            }
        }
        return KernelResponder(kernel: self, router: router.buildResponder(), paths: paths())
    }

    /// What is served at each path, for every method that no endpoint has there.
    private func paths() -> RouterResponder<KernelContext> {
        let router = Router(context: KernelContext.self)
        for (path, served) in Dictionary(grouping: endpoints, by: \.path) {
            var allowed = served.map(\.method.rawValue) + ["OPTIONS"]
            if allowed.contains("GET") { allowed.append("HEAD") }
            let allow = allowed.sorted().joined(separator: ", ")
            let isOpen = served.contains(where: \.isOpen)
            router.get(RouterPath(path)) { request, context in
                await respond(to: request, context, route: path, nil) { _ in
                    guard context.method == .options else { throw MethodRefused(allow: allow) }
                    return CrossOrigin.preflight(allow: allow, isOpen: isOpen)
                }
            }
        }
        return router.buildResponder()
    }

    struct MethodRefused: Error { let allow: String }

    /// Runs a handler and turns whatever comes of it into an answer, counted and logged once.
    func respond(
        to request: Hummingbird.Request, _ context: KernelContext, route: String, _ endpoint: Endpoint?,
        _ handler: (inout Exchange) async throws -> Response
    ) async -> Response {
        let start = ContinuousClock.now
        var exchange = Exchange(request, context.method ?? request.method, route: route, endpoint, now: clock.now())
        var response: Response
        do {
            guard metrics.begin(atMost: Self.maximumInFlight) else { throw Problem.unavailable() }
            defer { metrics.end() }
            response = try await handler(&exchange)
        } catch {
            response = problem(error, &exchange)
        }
        exchange.finish(&response)
        if draining.hasBegun { response.headers[.connection] = "close" }
        let duration = (ContinuousClock.now - start).seconds
        metrics.record(
            method: exchange.method, route: route, status: response.status.code, seconds: duration)
        var metadata: Logger.Metadata = [
            "http.method": "\(exchange.method)", "http.route": "\(route)", "http.status": "\(response.status.code)",
            "duration_ms": "\(Int(duration * 1000))", "request.id": "\(exchange.id)",
        ]
        if let clientID = exchange.clientID { metadata["request.client_id"] = "\(clientID)" }
        if let problem = exchange.problem { metadata["problem.code"] = "\(problem)" }
        logger.info("request", metadata: metadata)
        return response
    }

    private func run(
        _ endpoint: Endpoint, _ request: Hummingbird.Request, _ context: KernelContext, _ exchange: inout Exchange
    ) async throws -> Response {
        let caller = try await caller(request, context, endpoint, &exchange)
        // Rights before anything of the input is looked at: 401, then 404 and 403, then the rest.
        try endpoint.access.check(caller)
        guard let mediaType = exchange.mediaType else {
            let served = endpoint.mediaTypes.map(\.rawValue).joined(separator: ", ")
            throw Problem.notAcceptable(
                fr: "Cette adresse répond en \(served).", en: "This address answers in \(served).")
        }
        let known = known(endpoint, request, caller, mediaType, exchange)
        if case .kept(let answer, let etag) = known {
            return try await response(answer, etag, to: request, caller, endpoint, exchange)
        }
        var call = Contract.Request(
            path: Dictionary(
                context.parameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first }),
            caller: caller, now: exchange.now)
        call.query = try Negotiation.query(request.uri.query)
        call.mediaType = mediaType
        call.language = exchange.language
        call.ifMatch = request.headers[.ifMatch]
        call.idempotencyKey = request.headers[.idempotencyKey]
        call.body = try await body(of: request, endpoint, exchange)
        defer { if case .form(_, let upload) = call.body { try? FileManager.default.removeItem(at: upload.location) } }
        var answer = try await endpoint.respond(call)
        if answer.isToBeReread { answer = answer.reread(try await reread(answer.rereadAt ?? "", call)) }
        let etag = answer.etag ?? contentTag(answer, endpoint)
        if case .toKeep(let key, let counts) = known { cache.keep(answer, etag, for: key, counts) }
        return try await response(answer, etag, to: request, caller, endpoint, exchange)
    }

    /// What memory says of a request.
    private enum Known {
        case kept(Answer, ETag?)
        /// Its answer may be kept.
        case toKeep(AnswerCache.Key, AnswerCache.Counts)
        case nothing
    }

    /// Looks for the answer in memory: only for who has no token, and of endpoints that say what their answers are made of.
    private func known(
        _ endpoint: Endpoint, _ request: Hummingbird.Request, _ caller: Caller, _ mediaType: Representation,
        _ exchange: Exchange
    ) -> Known {
        // A body is refused where none is expected, also when the answer is known.
        guard cache.isOn, let data = endpoint.madeOf, caller.member == nil, request.headers[.authorization] == nil,
            request.headers[.contentLength] == nil, request.headers[.transferEncoding] == nil
        else { return .nothing }
        let key = AnswerCache.Key(
            address: request.uri.string, mediaType: mediaType, language: exchange.language,
            hour: exchange.now.microseconds / 3_600_000_000)
        return switch cache.find(key, of: data) {
        case .answer(let answer, let etag): .kept(answer, etag)
        case .nothing(let counts): .toKeep(key, counts)
        case .blind: .nothing
        }
    }

    /// What a personal answer told, as the caller may read it now: 404 when it may no more.
    private func reread(_ address: String, _ call: Contract.Request) async throws -> Answer {
        for endpoint in endpoints where endpoint.method == .get {
            guard let values = endpoint.values(in: address) else { continue }
            var caller = call.caller
            caller.idempotency = nil
            var again = Contract.Request(path: values, caller: caller, now: call.now)
            again.language = call.language
            return try await endpoint.respond(again)
        }
        throw Problem.notFound()
    }

    private func response(
        _ answer: Answer, _ etag: ETag?, to request: Hummingbird.Request, _ caller: Caller, _ endpoint: Endpoint,
        _ exchange: Exchange
    ) async throws -> Response {
        var headers: HTTPFields = [.vary: "Authorization, Accept"]
        if answer.status != 204 { headers[.contentType] = answer.mediaType }
        if let etag { headers[.eTag] = etag.header }
        if let location = answer.location { headers[.location] = location }
        if let name = answer.fileName { headers[.contentDisposition] = "attachment; filename=\"\(name)\"" }
        if let cursor = answer.nextCursor {
            headers[.link] = "<\(Negotiation.next(request.uri.string, cursor: cursor))>; rel=\"next\""
        }
        if answer.isPublic, caller.member == nil { headers[.cacheControl] = "public, max-age=10" }
        if endpoint.method == .get, let etag, let known = request.headers[.ifNoneMatch],
            etag.matches(ifNoneMatch: known)
        {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        var body = ResponseBody(byteBuffer: answer.body)
        if let stream = answer.stream, request.method != .head {
            body = try await StreamedBody.make(stream) { [logger] error in
                // The status is out already: all that can be said is a body that breaks off.
                logger.warning(
                    "answer broken off",
                    metadata: ["request.id": "\(exchange.id)", "error.type": "\(type(of: error))"])
            }
        }
        return Response(status: .init(code: answer.status), headers: headers, body: body)
    }

    /// What has no version is told from another by its bytes.
    private func contentTag(_ answer: Answer, _ endpoint: Endpoint) -> ETag? {
        guard endpoint.method == .get, answer.status == 200, answer.stream == nil else { return nil }
        return .content(of: answer.body)
    }

    /// Who calls: nobody without a header; a header that is not a good token is 401 on every route. Each is counted against its
    /// limit: a token's, an address', an address' bad tokens.
    private func caller(
        _ request: Hummingbird.Request, _ context: KernelContext, _ endpoint: Endpoint, _ exchange: inout Exchange
    ) async throws -> Caller {
        let address = ClientAddress.of(
            context.peer, forwardedFor: request.headers[values: .forwardedFor], proxies: proxies)
        func key(_ policy: RateLimiter.Policy) -> RateLimiter.Key {
            .init(policy: policy, bytes: address?.counted ?? [])
        }
        guard let authorization = request.headers[.authorization] else {
            if !endpoint.isProbe { try take(key(.address), &exchange) }
            return .anonymous(requestID: exchange.id)
        }
        do {
            let parts = authorization.split(separator: " ", omittingEmptySubsequences: true)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else {
                throw Problem.unauthenticated(
                    fr: "L'en-tête Authorization doit être « Bearer » suivi d'un jeton.",
                    en: "The Authorization header must be 'Bearer' followed by a token.")
            }
            let token = String(parts[1])
            if !tokens.remembers(token) {
                let bad = limiter.take(key(.badTokens), now: exchange.now, taking: 0)
                if !bad.isAllowed { try refuse(bad, &exchange) }
            }
            let member = try await tokens.member(of: token, requestID: exchange.id)
            let id = member.tokenID.map { Array($0.fieldText.utf8) } ?? []
            try take(.init(policy: .token, bytes: id), &exchange)
            return .member(member, requestID: exchange.id)
        } catch let refusal as Refusal where refusal.problem == .unauthenticated {
            try take(key(.badTokens), &exchange)
            throw refusal
        }
    }

    private func take(_ key: RateLimiter.Key, _ exchange: inout Exchange) throws {
        let reading = limiter.take(key, now: exchange.now)
        exchange.rate = reading
        if !reading.isAllowed { try refuse(reading, &exchange) }
    }

    private func refuse(_ reading: RateLimiter.Reading, _ exchange: inout Exchange) throws {
        exchange.rate = reading
        metrics.limited(reading.policy.rawValue)
        throw Problem.tooMany(
            fr: "Plus de \(reading.limit) demandes par minute : réessayez dans \(reading.waitSeconds) s.",
            en: "Over \(reading.limit) requests a minute: try again in \(reading.waitSeconds) s.")
    }

    private func body(of request: Hummingbird.Request, _ endpoint: Endpoint, _ exchange: Exchange) async throws
        -> Contract.Request.Body
    {
        if let rule = endpoint.upload {
            var form = try MultipartForm(
                contentType: request.headers[.contentType], rule: rule, location: files.incoming(exchange.id))
            return try await form.read(ReceivedBody(body: request.body))
        }
        // Who holds a link answers by a page's form: its fields are the body's members.
        let isForm =
            endpoint.hasSecretPath && endpoint.bodyShape != nil && Negotiation.isForm(request.headers[.contentType])
        if endpoint.bodyShape != nil, !isForm { try Negotiation.checkJSON(request.headers[.contentType]) }
        do {
            let bytes = Array(
                try await ReceivedBody(body: request.body).collect(upTo: Self.bodyLimit).readableBytesView)
            return .bytes(isForm ? try Negotiation.document(ofForm: bytes) : bytes)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(
                fr: "Le corps dépasse \(Self.bodyLimit) octets.", en: "The body is over \(Self.bodyLimit) bytes.")
        }
    }

    /// An error as RFC 9457, or as a page where people read pages; what is not a refusal is a defect, told without detail and
    /// logged.
    func problem(_ error: any Error, _ exchange: inout Exchange) -> Response {
        var headers: HTTPFields = [
            .contentLanguage: exchange.language.rawValue, .cacheControl: "private, no-store",
        ]
        let refusal: Refusal
        if let method = error as? MethodRefused {
            headers[.allow] = method.allow
            refusal = Problem.methodNotAllowed(
                fr: "Méthodes acceptées : \(method.allow).", en: "Methods accepted: \(method.allow).")
        } else if let known = Refusal(from: error) {
            refusal = known
        } else {
            refusal = Problem.defect()
            metrics.defect()
            logger.error("defect", metadata: defectMetadata(error, exchange))
        }
        exchange.problem = refusal.problem.code
        let code = refusal.problem.kind.status
        if code == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"pa31\"" }
        if code == 429 { headers[.retryAfter] = String(max(1, exchange.rate?.waitSeconds ?? 1)) }
        if code == 503 { headers[.retryAfter] = "2" }
        let body: [UInt8]
        if exchange.mediaType == .html {
            headers[.contentType] = Representation.html.contentType
            body = Array(
                Page.problem(
                    refusal, exchange.language, requestID: exchange.id, leadsBack: exchange.isFormOfLink
                ).utf8)
        } else {
            headers[.contentType] = "application/problem+json"
            body =
                refusal.document(in: exchange.language, instance: exchange.route, requestID: exchange.id).bytes
        }
        return Response(status: .init(code: code), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }

    /// The type of the error and the database's code; its message may quote what people wrote.
    private func defectMetadata(_ error: any Error, _ exchange: Exchange) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request.id": "\(exchange.id)", "http.route": "\(exchange.route)", "error.type": "\(type(of: error))",
        ]
        if let error = error as? DatabaseError {
            metadata["db.sqlstate"] = "\(error.sqlState)"
            if let constraint = error.constraint { metadata["db.constraint"] = "\(constraint)" }
        }
        return metadata
    }
}

/// The router, with a problem for every method and path that it does not know.
struct KernelResponder: HTTPResponder {
    let kernel: Kernel
    let router: RouterResponder<KernelContext>
    /// Answers for the methods that a path has not; it looks at the path only.
    let paths: RouterResponder<KernelContext>

    func respond(to request: Hummingbird.Request, context: KernelContext) async throws -> Response {
        // The framework's router passes over empty segments; a proxy's rules for a path don't.
        guard !Self.hasEmptySegment(request.uri.path) else {
            return await kernel.respond(to: request, context, route: "unmatched", nil) { _ in throw Problem.notFound() }
        }
        if let response = try await answer(of: router, to: request, context) { return response }
        // The way to a path's own answer is found with one method, whichever the request has.
        var head = request.head
        head.method = .get
        var asked = context
        asked.method = request.method
        let byPath = Hummingbird.Request(head: head, body: request.body)
        if let response = try await answer(of: paths, to: byPath, asked) { return response }
        return await kernel.respond(to: request, context, route: "unmatched", nil) { _ in throw Problem.notFound() }
    }

    private static func hasEmptySegment(_ path: String) -> Bool {
        zip(path.utf8, path.utf8.dropFirst()).contains { $0 == UInt8(ascii: "/") && $1 == UInt8(ascii: "/") }
    }

    /// What a router answers; nil when it knows no route.
    private func answer(
        of router: RouterResponder<KernelContext>, to request: Hummingbird.Request, _ context: KernelContext
    ) async throws -> Response? {
        do {
            let response = try await router.respond(to: request, context: context)
            // What no endpoint answered has no request id: the framework's own bare 404.
            return response.headers[.requestID] == nil ? nil : response
        } catch let error as any HTTPResponseError where error.status == .notFound { return nil }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
