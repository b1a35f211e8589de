import API
import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Sheets

/// What every endpoint has in common, asked of each over real HTTP. The list of endpoints is the server's own: a new one is
/// asked the same from its first day, and fails here if it does not answer as its contract says.
struct EndpointMatrix: Sendable {
    /// Endpoints that are not asked some question, with the reason. The list may only shrink.
    static let exceptions: [String: String] = [
        "answer_link_renew": "answers the same to every text, on purpose: AnswerLinkTests",
        "candidate_link_renew": "answers the same to every text, on purpose: AnswerLinkTests",
    ]

    static let endpoints = Server.operations(Database(DatabaseSettings(url: ""))).endpoints
        .filter { exceptions[$0.id] == nil }
    static let document = Server.operations(Database(DatabaseSettings(url: ""))).document

    /// Tokens by who holds them: `lead` and `other` are editors of two partners, `team` one of the platform, `employer` one of an employer, `prescriber` one of a prescriber,
    /// `reader` reads
    /// for the lead, `reading` and `writing` are the lead's with one scope only, `fake` was never given.
    let tokens: [String: String]
    /// The lead's action, with money of the funder and year that the contract has as examples.
    static let code = ActionCode.placeholder.text
    /// Another one of the lead's that the public does not see.
    static let secret = "A1.77"
    /// What stands for an endpoint's `{id}` or `{token}`: a part that is there, and in the state that it needs.
    let parts: [String: String]

    init() async throws {
        let make = Make()
        let leadID = try await make.organisation("porteur")
        let platform = try await make.organisation("equipe", kind: .platform)
        let funder = try await make.organisation("cnsa", kind: .funder)
        let other = try await make.organisation("autre")
        let employer = try await make.organisation("employeur", kind: .employer)
        let prescriber = try await make.prescriber("prescripteur")
        func token(
            _ id: Organisation.ID, _ kind: Caller.OrganisationKind = .partner, _ role: Caller.Role = .editor,
            _ scopes: Set<Caller.Scope> = [.read, .write]
        ) async throws -> String {
            try await make.token(of: try await make.member(of: id, kind: kind, role: role, scopes: scopes))
        }
        tokens = [
            "lead": try await token(leadID), "other": try await token(other),
            "team": try await token(platform, .platform), "employer": try await token(employer, .employer),
            "prescriber": try await token(prescriber, .prescriber),
            "reader": try await token(leadID, .partner, .reader),
            "reading": try await token(leadID, .partner, .editor, [.read]),
            "writing": try await token(leadID, .partner, .editor, [.write]), "fake": TokenSecret.random().text,
        ]
        let plan = try await make.plan()
        let action = try await make.action(
            Self.code, in: plan, lead: leadID, status: .inProgress,
            funding: [(funder, 2023, 1000), (funder, 2024, 1000)])
        // What no other request of the matrix changes: the campaign's example says why nothing was spent on it.
        try await make.action(
            "A1.02", in: plan, lead: leadID, status: .inProgress, funding: [(funder, 2023, 1000)])
        parts = try await Self.parts(
            of: action, tokens["team"] ?? "", lead: tokens["lead"] ?? "", invitedBy: leadID
        )
        .merging(try await Self.writtenParts(of: action, by: leadID)) { $1 }
        .merging(try await Self.calendars(of: tokens["lead"] ?? "")) { $1 }
        .merging(try await Self.structures(of: leadID, tokens)) { $1 }
        .merging(try await Self.campaigns(of: tokens)) { $1 }
        .merging(try await Self.recruitment(employer: employer, organiser: leadID)) { $1 }
        .merging(try await Self.candidates(of: prescriber)) { $1 }
        .merging(try await Self.messages(of: leadID)) { $1 }
        .merging(try await Self.orientations(of: prescriber, to: employer)) { $1 }
        .merging(try await Self.privacy(of: prescriber, to: employer)) { $1 }
        try await make.action(
            Self.secret, in: plan, lead: leadID, status: .inProgress, isPublic: false,
            funding: [(try await make.organisation("secret", kind: .funder), 2023, 1000)])
    }
}

extension EndpointMatrix {
    /// A milestone, indicators with and without values, one of them doubted, a token to revoke, links to follow.
    private static func parts(
        of action: PublicAction.ID, _ token: String, lead: String, invitedBy organisation: Organisation.ID
    ) async throws -> [String: String] {
        let names = ["milestone", "measured", "unmeasured", "value", "doubted"]
        let ids = Dictionary(uniqueKeysWithValues: names.map { ($0, UUID().uuidString.lowercased()) })
        try await TestDatabase.current.tamper(
            """
            INSERT INTO milestone (id, action_id, title, due_on) VALUES ('\(ids["milestone"]!)', '\(action)', 'Jalon', '2023-06-30');
            INSERT INTO indicator (id, action_id, title, unit, target)
            VALUES ('\(ids["measured"]!)', '\(action)', 'Un', 'h', 10), ('\(ids["unmeasured"]!)', '\(action)', 'Deux', 'h', 10);
            INSERT INTO indicator_value (id, indicator_id, action_id, dated_on, value, source, added_at, challenge)
            VALUES ('\(ids["value"]!)', '\(ids["measured"]!)', '\(action)', '2023-05-31', 3, 'x', now(), NULL),
                   ('\(ids["doubted"]!)', '\(ids["measured"]!)', '\(action)', '2023-06-01', 4, 'x', now(), 'doute')
            """)
        let store = TokenStore(TestDatabase.current.asServer())
        let caller = Caller.member(try await store.member(of: token, requestID: "matrix"), requestID: "matrix")
        let own = try await store.create(
            for: caller.member!, label: "à reprendre", scopes: [.read], validDays: 1, as: caller)
        let leadMember = Caller.member(try await store.member(of: lead, requestID: "matrix"), requestID: "matrix")
        let sheet = try await SheetImportStore(TestDatabase.current.asServer()).review(
            try SheetTable(csv: Array("Code;Version\n\(code);1\n".utf8)), in: .french, as: leadMember)
        let invitations = InvitationStore(TestDatabase.current.asServer())
        let link = try await invitations.create(
            .init(name: "Camille", email: try EmailAddress(fieldText: "lien@exemple.example"), role: .editor),
            as: caller)
        return [
            "milestone_edit": ids["milestone"]!, "milestone_remove": ids["milestone"]!,
            "indicator_edit": ids["measured"]!, "indicator_value_add": ids["measured"]!,
            "indicator_remove": ids["unmeasured"]!, "indicator_value_challenge": ids["value"]!,
            "indicator_value_settle": ids["doubted"]!, "my_token_revoke": own.id.fieldText,
            "import_apply": sheet.id.fieldText,
            "invitation_read": String(link.path.split(separator: "/").last!),
            "invitation_accept": String(link.path.split(separator: "/").last!),
        ]
    }

    /// A request that an endpoint takes.
    func request(_ endpoint: Endpoint, code: String = EndpointMatrix.code) -> MatrixRequest {
        MatrixRequest(endpoint, code: code, part: parts[endpoint.id])
    }

    /// A server that counts no request against a limit.
    func withServer<T: Sendable>(_ body: @Sendable @escaping (TestClient) async throws -> T) async throws -> T {
        try await TestSupport.withServer(configure: { settings in
            settings.rateLimits.perToken = 1_000_000
            settings.rateLimits.perAddress = 1_000_000
            settings.rateLimits.badTokens = 1_000_000
        }) { try await body($0) }
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
    init(_ endpoint: Endpoint, code: String, part: String?) {
        self.endpoint = endpoint
        method = endpoint.method.rawValue
        path = endpoint.path
        // What stands for more than one place of a path has a slash between.
        var given = (part ?? "").split(separator: "/").map(String.init)
        for field in endpoint.pathShape.fields {
            var value = Self.example(field.kind)
            if field.name == "code", endpoint.path.hasPrefix("/v1/actions") {
                value = code
            } else if ["id", "other", "token", "year", "code", "agreement", "share"].contains(field.name),
                !given.isEmpty
            {
                value = given.removeFirst()
            }
            path = path.replacingOccurrences(of: "{\(field.name)}", with: value)
        }
        path += Self.query(
            endpoint.queryShape.fields.filter { !$0.isOptional }.map { ($0.name, Self.example($0.kind)) })
        let fields = endpoint.bodyShape.map { endpoint.example ?? Self.body($0.fields) }
        body = fields?.text
        headers = endpoint.needsVersion ? ["If-Match": "\"1\""] : [:]
        if endpoint.upload != nil {
            headers["Content-Type"] = "multipart/form-data; boundary=limite"
            let texts = (fields?.members ?? []).map {
                "--limite\r\nContent-Disposition: form-data; name=\"\($0.name)\"\r\n\r\n\($0.value.string ?? "")\r\n"
            }
            body =
                texts.joined()
                + "--limite\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\n\r\n"
                + (endpoint.upload?.takesText == true ? "Code;Version\r\n\(code);1" : "%PDF-1.4 x")
                + "\r\n--limite--\r\n"
        }
    }

    private static func query(_ parameters: [(String, String)]) -> String {
        parameters.isEmpty ? "" : "?" + parameters.map { "\($0)=\($1)" }.joined(separator: "&")
    }

    /// The same with one parameter more, or with another value of one.
    func asking(_ name: String, _ value: String) -> MatrixRequest {
        var request = self
        let required = endpoint.queryShape.fields.filter { !$0.isOptional && $0.name != name }
        request.path =
            String(path.prefix { $0 != "?" })
            + Self.query(required.map { ($0.name, Self.example($0.kind)) } + [(name, value)])
        return request
    }

    /// The same with one value of the path that can't be one, or, where any text can, that is nothing's.
    func impossible(_ field: Shape.Field) -> MatrixRequest {
        var request = self
        request.path = endpoint.path.split(separator: "/").map { part in
            part.replacingOccurrences(of: "{\(field.name)}", with: "%C2%A7%20x")
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
        #expect(headers["cache-control"] == "private, no-store", "\(place)")
        if request.endpoint.mediaTypes == [.html], documented, request.headers["Accept"] == nil {
            // Where people read pages, a refusal is a page too.
            #expect(headers["content-type"] == Representation.html.contentType, "\(place)")
            let page = String(decoding: body, as: UTF8.self)
            #expect(page.contains(headers["x-request-id"] ?? "?"), "\(place)")
            return
        }
        #expect(headers["content-type"] == "application/problem+json", "\(place)")
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
