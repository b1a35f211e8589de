import Accounts
import Contract
import Fields
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Postgres

/// Between HTTP and the endpoints: routes, tokens, bodies, conditional requests, problems. A feature gets all of it by
/// declaring an endpoint.
struct Kernel: Sendable {
    let endpoints: [Endpoint]
    let tokens: TokenStore
    let clock: TimeSource
    let logger: Logger

    /// The largest body read, in bytes.
    static let bodyLimit = 1 << 20

    /// A router that serves the endpoints, and answers every other method and path with a problem.
    func responder() throws -> KernelResponder {
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        for endpoint in endpoints {
            let method = HTTPRequest.Method(rawValue: endpoint.method.rawValue) ?? .get
            router.on(RouterPath(endpoint.path), method: method) { request, context in
                await respond(to: request, context, route: endpoint.path) { call in
                    try await run(endpoint, request, context, call)
                }
            }
        }
        let methods: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .options]
        for (path, served) in Dictionary(grouping: endpoints, by: \.path) {
            var allowed = served.map(\.method.rawValue)
            if allowed.contains("GET") { allowed.append("HEAD") }
            for method in methods where !allowed.contains(method.rawValue) {
                let allow = allowed.sorted().joined(separator: ", ")
                router.on(RouterPath(path), method: method) { request, context in
                    await respond(to: request, context, route: path) { _ in
                        throw MethodRefused(allow: allow)
                    }
                }
            }
        }
        return KernelResponder(kernel: self, router: router.buildResponder())
    }

    struct MethodRefused: Error { let allow: String }

    /// What is known of a request before anything of it is trusted.
    struct Incoming: Sendable {
        let id: String
        let clientID: String?
        let language: Language
        let route: String
    }

    /// Runs a handler and turns whatever comes of it into an answer, logged once.
    func respond(
        to request: Hummingbird.Request, _ context: BasicRequestContext, route: String,
        _ handler: (Incoming) async throws -> Response
    ) async -> Response {
        let start = ContinuousClock.now
        let incoming = Incoming(
            id: IDSource.random.make(Identifier<Never>.self, at: clock.now()).fieldText,
            clientID: request.headers[.requestID].flatMap(Self.requestID),
            language: Negotiation.language(request.headers[.acceptLanguage]), route: route)
        var response: Response
        do {
            response = try await handler(incoming)
        } catch {
            response = problem(error, incoming)
        }
        response.headers[.requestID] = incoming.id
        response.headers[.contentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "private, no-store" }
        var metadata: Logger.Metadata = [
            "http.method": "\(request.method.rawValue)", "http.route": "\(route)",
            "http.status": "\(response.status.code)",
            "duration_ms": "\((ContinuousClock.now - start).milliseconds)", "request.id": "\(incoming.id)",
        ]
        if let clientID = incoming.clientID { metadata["request.client_id"] = "\(clientID)" }
        logger.info("request", metadata: metadata)
        return response
    }

    private func run(
        _ endpoint: Endpoint, _ request: Hummingbird.Request, _ context: BasicRequestContext, _ incoming: Incoming
    ) async throws -> Response {
        let caller = try await caller(request.headers[.authorization], incoming)
        // Rights before anything of the input is looked at: 401, then 404 and 403, then the rest.
        try endpoint.access.check(caller)
        guard Negotiation.accepts(request.headers[values: .accept], "application/json") else {
            throw Problem.notAcceptable(
                fr: "Cette adresse répond en application/json.", en: "This address answers in application/json.")
        }
        if endpoint.bodyShape != nil { try Negotiation.checkJSON(request.headers[.contentType]) }
        let body = try await collect(request.body)
        let path = Dictionary(
            context.parameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
        let answer = try await endpoint.respond(
            Contract.Request(
                path: path, query: try Negotiation.query(request.uri.query), body: body, caller: caller,
                ifMatch: request.headers[.ifMatch], now: clock.now()))
        return self.response(answer, to: request, caller, endpoint)
    }

    private func response(
        _ answer: Answer, to request: Hummingbird.Request, _ caller: Caller, _ endpoint: Endpoint
    ) -> Response {
        var headers: HTTPFields = [.contentType: answer.mediaType]
        if let etag = answer.etag { headers[.eTag] = etag.header }
        if let location = answer.location { headers[.location] = location }
        if let cursor = answer.nextCursor {
            headers[.link] = "<\(Negotiation.next(request.uri.string, cursor: cursor))>; rel=\"next\""
        }
        headers[.vary] = "Authorization, Accept"
        if answer.isPublic, caller.member == nil { headers[.cacheControl] = "public, max-age=10" }
        if endpoint.method == .get, let etag = answer.etag, let known = request.headers[.ifNoneMatch],
            etag.matches(ifNoneMatch: known)
        {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        return Response(
            status: .init(code: answer.status), headers: headers, body: .init(byteBuffer: answer.body))
    }

    /// Who calls: nobody without a header; a header that is not a good token is 401 on every route.
    private func caller(_ authorization: String?, _ incoming: Incoming) async throws -> Caller {
        guard let authorization else { return .anonymous(requestID: incoming.id) }
        let parts = authorization.split(separator: " ", omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else {
            throw Problem.unauthenticated(
                fr: "L'en-tête Authorization doit être « Bearer » suivi d'un jeton.",
                en: "The Authorization header must be 'Bearer' followed by a token.")
        }
        return .member(try await tokens.member(of: String(parts[1]), requestID: incoming.id), requestID: incoming.id)
    }

    private func collect(_ body: RequestBody) async throws -> [UInt8] {
        do {
            return Array(try await body.collect(upTo: Self.bodyLimit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(
                fr: "Le corps dépasse \(Self.bodyLimit) octets.", en: "The body is over \(Self.bodyLimit) bytes.")
        }
    }

    /// An error as RFC 9457; what is not a refusal is a defect, told without detail and logged.
    func problem(_ error: any Error, _ incoming: Incoming) -> Response {
        var headers: HTTPFields = [
            .contentType: "application/problem+json", .contentLanguage: incoming.language.rawValue,
            .cacheControl: "private, no-store",
        ]
        let refusal: Refusal
        var status: Int?
        if let method = error as? MethodRefused {
            headers[.allow] = method.allow
            refusal = Problem.methodNotAllowed(
                fr: "Méthodes acceptées : \(method.allow).", en: "Methods accepted: \(method.allow).")
        } else if let known = Refusal(from: error) {
            refusal = known
        } else {
            refusal = Problem.defect()
            status = 500
            logger.error("defect", metadata: defectMetadata(error, incoming))
        }
        let code = status ?? refusal.problem.kind.status
        if code == 401 { headers[.wwwAuthenticate] = "Bearer realm=\"pa31\"" }
        if code == 503 || code == 429 { headers[.retryAfter] = "2" }
        let document = refusal.document(
            in: incoming.language, instance: incoming.route, requestID: incoming.id, status: status)
        return Response(
            status: .init(code: code), headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: document.bytes)))
    }

    /// The type of the error and the database's code; its message may quote what people wrote.
    private func defectMetadata(_ error: any Error, _ incoming: Incoming) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "request.id": "\(incoming.id)", "http.route": "\(incoming.route)", "error.type": "\(type(of: error))",
        ]
        if let error = error as? DatabaseError {
            metadata["db.sqlstate"] = "\(error.sqlState)"
            if let constraint = error.constraint { metadata["db.constraint"] = "\(constraint)" }
        }
        return metadata
    }

    /// A client's request id, if it has the form that may be kept.
    private static func requestID(_ text: String) -> String? {
        let isClean = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || [0x2E, 0x5F, 0x2D].contains(byte)
        }
        return isClean && (1...64).contains(text.utf8.count) ? text : nil
    }
}

/// The router, with a problem for every path that it does not know.
struct KernelResponder: HTTPResponder {
    let kernel: Kernel
    let router: RouterResponder<BasicRequestContext>

    func respond(to request: Hummingbird.Request, context: BasicRequestContext) async throws -> Response {
        let response: Response
        do { response = try await router.respond(to: request, context: context) } catch {
            return await kernel.respond(to: request, context, route: "unmatched") { _ in throw error }
        }
        // What no endpoint answered has no request id: the framework's own bare 404.
        guard response.headers[.requestID] == nil else { return response }
        return await kernel.respond(to: request, context, route: "unmatched") { _ in throw Problem.notFound() }
    }
}

extension Duration {
    fileprivate var milliseconds: Int {
        Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
    }
}

extension HTTPField.Name {
    static let requestID = HTTPField.Name("X-Request-Id")!
    static let contentTypeOptions = HTTPField.Name("X-Content-Type-Options")!
    static let link = HTTPField.Name("Link")!
}
