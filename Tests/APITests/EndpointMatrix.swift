import API
import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// What every endpoint has in common, asked of each over real HTTP. The list of endpoints is the server's own: a new one is
/// asked the same from its first day, and fails here if it does not answer as its contract says.
struct EndpointMatrix: Sendable {
    /// Endpoints that are not asked some question, with the reason. The list may only shrink.
    static let exceptions: [String: String] = [:]

    static let endpoints = Server.operations(Database(DatabaseSettings(url: ""))).endpoints
        .filter { exceptions[$0.id] == nil }
    static let document = Server.operations(Database(DatabaseSettings(url: ""))).document

    /// Tokens by who holds them: `lead` and `other` are editors of two partners, `team` one of the platform, `reader` reads
    /// for the lead, `reading` and `writing` are the lead's with one scope only, `fake` was never given.
    let tokens: [String: String]
    /// The lead's action, with money of the funder and year that the contract has as examples.
    static let code = ActionCode.placeholder.text
    /// Another one of the lead's that the public does not see.
    static let secret = "A1.77"

    init() async throws {
        let make = Make()
        let leadID = try await make.organisation("porteur")
        let platform = try await make.organisation("equipe", kind: .platform)
        let funder = try await make.organisation(OrganisationCode.placeholder.text, kind: .funder)
        let other = try await make.organisation("autre")
        func token(
            _ id: Organisation.ID, _ kind: Caller.OrganisationKind = .partner, _ role: Caller.Role = .editor,
            _ scopes: Set<Caller.Scope> = [.read, .write]
        ) async throws -> String {
            try await make.token(of: try await make.member(of: id, kind: kind, role: role, scopes: scopes))
        }
        tokens = [
            "lead": try await token(leadID), "other": try await token(other),
            "team": try await token(platform, .platform),
            "reader": try await token(leadID, .partner, .reader),
            "reading": try await token(leadID, .partner, .editor, [.read]),
            "writing": try await token(leadID, .partner, .editor, [.write]), "fake": TokenSecret.random().text,
        ]
        let plan = try await make.plan()
        try await make.action(Self.code, in: plan, lead: leadID, status: .inProgress, funding: [(funder, 2023, 1000)])
        try await make.action(
            Self.secret, in: plan, lead: leadID, status: .inProgress, isPublic: false,
            funding: [(try await make.organisation("secret", kind: .funder), 2023, 1000)])
    }
}

/// One request of the matrix: an endpoint's, well made unless said otherwise.
struct MatrixRequest: Sendable {
    var method: String
    var path: String
    var body: String?
    var headers: [String: String]
    let endpoint: Endpoint

    /// A request that an endpoint takes: examples in its path and its body, the current version of the lead's action.
    init(_ endpoint: Endpoint, code: String = EndpointMatrix.code) {
        self.endpoint = endpoint
        method = endpoint.method.rawValue
        path = endpoint.path
        for field in endpoint.pathShape.fields {
            path = path.replacingOccurrences(
                of: "{\(field.name)}", with: field.name == "code" ? code : Self.example(field.kind))
        }
        body = endpoint.bodyShape.map { Self.body($0.fields).text }
        headers = endpoint.needsVersion ? ["If-Match": "\"1\""] : [:]
    }

    /// The same with one value of the path that can't be one; nil when any text can.
    func impossible(_ field: Shape.Field) -> MatrixRequest? {
        switch field.kind {
        case .string, .json, .array, .object: return nil
        default: break
        }
        var request = self
        request.path = endpoint.path.split(separator: "/").map { part in
            part == "{\(field.name)}" ? "%C2%A7%20x" : String(part)
        }.reduce("") { $0 + "/" + $1 }
        for other in endpoint.pathShape.fields {
            request.path = request.path.replacingOccurrences(of: "{\(other.name)}", with: Self.example(other.kind))
        }
        return request
    }

    func send(_ client: TestClient, as token: String?) async throws -> TestAnswer {
        try await client.send(method, path, token: token, body: body, headers: headers)
    }

    private static func example(_ kind: Shape.Kind) -> String {
        switch kind {
        case .pattern(_, let example): example
        case .integer, .number: "2023"
        case .uuid: Identifier<Never>.placeholder.fieldText
        case .day: "2023-05-31"
        case .instant: "2023-05-31T10:20:30Z"
        case .cases(let all): all.first ?? ""
        case .boolean: "true"
        case .string, .json, .array, .object: "texte"
        }
    }

    /// An object with every field that must be there.
    private static func body(_ fields: [Shape.Field]) -> JSON {
        .object(fields.filter { !$0.isOptional && !$0.isChange }.map { .init($0.name, value($0)) })
    }

    private static func value(_ field: Shape.Field) -> JSON {
        switch field.kind {
        case .integer, .number: 1
        case .boolean: true
        case .array: []
        case .object(_, let fields): body(fields)
        case .json: [:]
        case .string where field.name == "url": "https://exemple.example/"
        default: .string(example(field.kind))
        }
    }
}

extension TestAnswer {
    /// Records an issue unless this is the refusal of an endpoint with this status, as its contract has it.
    func expect(_ status: Int, of request: MatrixRequest, _ question: String, documented: Bool = true) {
        let place = "\(request.endpoint.id), \(question): \(request.method) \(request.path)"
        #expect(self.status == status, "\(place)")
        #expect(headers["content-type"] == "application/problem+json", "\(place)")
        #expect(headers["cache-control"] == "private, no-store", "\(place)")
        #expect(json["status"]?.integer == status, "\(place)")
        #expect(json["request_id"]?.string == headers["x-request-id"], "\(place)")
        guard documented else { return }
        let method = request.endpoint.method.rawValue.lowercased()
        let responses = EndpointMatrix.document["paths"]?[request.endpoint.path]?[method]?["responses"]
        let description = responses?[String(status)]?["description"]?.string
        #expect(description?.contains("`\(code ?? "?")`") == true, "\(place): \(code ?? "?") is not in the contract")
    }

    /// The names of the wrong fields.
    var pointers: [String] { json["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? [] }
}
