public import Contract
import Fields
import Foundation
import NIOCore
import Orientation
import Postgres

/// The contract of people's rights about their data: for who follows them, for the officer, and by a person's own link.
public struct RightsEndpoints: Sendable {
    let rights: RightsStore

    /// The endpoints over their store.
    public init(rights: RightsStore) { self.rights = rights }

    /// Every operation.
    public var all: [Endpoint] { ofFiles + ofRequests + ofPersons }

    private static let found = ("/v1/candidates", "items")

    private var ofFiles: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/candidates/{id}/export", id: "candidate_export",
                "A copy of everything that is held of a person, to be handed over: who received or read the file and when is in it, other "
                    + "people's names are not. That it was taken is written down.",
                access: .member, output: .anyJSON,
                refusals: [CandidateRefusals.candidate, CandidateRefusals.tooManyReads],
                idIn: Self.found, run: copy, html: copyPage),
            Endpoint(
                .post, "/v1/candidates/{id}/erasure", id: "candidate_erase",
                "Write down that a person asks to be erased. It is carried out after 72 hours unless it is cancelled; who received the data "
                    + "is told then.",
                access: .member, output: .one(RightsRequest.self, status: 201),
                refusals: [CandidateRefusals.candidate, PrivacyRefusals.alreadyAsked], idIn: Self.found, run: erase),
        ]
    }

    private var ofRequests: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/rights-requests", id: "rights_request_list",
                "Requests of persons about their data, the newest first: those of one's own organisation's files, all for the officer.",
                access: .member, output: .page(RightsRequest.self), run: list),
            Endpoint(
                .get, "/v1/rights-requests/{id}", id: "rights_request_read", "One request.", access: .member,
                output: .one(RightsRequest.self), refusals: [PrivacyRefusals.request],
                idIn: ("/v1/rights-requests", "items"),
                run: read),
            Endpoint(
                .post, "/v1/rights-requests/{id}/decision", id: "rights_request_decide",
                "Answer a request: done, or refused with why; or cancel an erasure that was not carried out yet. The person is told.",
                access: .member, output: .one(RightsRequest.self),
                refusals: [PrivacyRefusals.request, PrivacyRefusals.ended, PrivacyRefusals.invalid],
                example: ["outcome": "cancelled"], idIn: ("/v1/rights-requests", "items"), run: decide),
        ]
    }

    private var ofPersons: [Endpoint] {
        let refusals = [OrientationRefusals.link, PrivacyRefusals.wrongCode, PrivacyRefusals.invalid]
        return [
            Endpoint(
                .get, "/v1/my/{token}/data", id: "my_data_read",
                "What a person asked about their data, by the link of their own. For people: a page in French.",
                access: .anyone,
                output: .one(PersonData.self), refusals: [OrientationRefusals.link], run: person, html: personPage),
            Endpoint(
                .post, "/v1/my/{token}/code", id: "my_code",
                "Have a code of six digits sent to the address of the file. It is good for ten minutes and five tries; who asks learns nothing.",
                access: .anyone, output: .one(Asked.self, status: 202), refusals: [OrientationRefusals.link], run: code,
                html: codePage),
            Endpoint(
                .post, "/v1/my/{token}/copy", id: "my_copy", "With a code: a copy of everything that is held.",
                access: .anyone,
                output: .anyJSON, refusals: refusals, example: ["code": "123456"], run: myCopy, html: myCopyPage),
            Endpoint(
                .post, "/v1/my/{token}/correction", id: "my_correction",
                "With a code: ask for a correction, answered within a month.",
                access: .anyone, output: .one(PersonData.self), refusals: refusals,
                example: ["code": "123456", "text": "Mon prénom s'écrit Camille."], run: correct, html: correctPage),
            Endpoint(
                .post, "/v1/my/{token}/objection", id: "my_objection",
                "With a code: object. Nothing is sent any more, and what is on its way ends.", access: .anyone,
                output: .one(PersonData.self), refusals: refusals, example: ["code": "123456"], run: object,
                html: objectPage),
            Endpoint(
                .post, "/v1/my/{token}/erasure", id: "my_erasure",
                "With a code: ask to be erased, carried out after 72 hours; or, with `cancel`, take that back.",
                access: .anyone,
                output: .one(PersonData.self),
                refusals: refusals + [PrivacyRefusals.alreadyAsked, PrivacyRefusals.ended], example: ["code": "123456"],
                run: myErasure, html: erasePage),
        ]
    }

    /// The path of one file.
    struct FilePath: Decodable, Sendable { var id: Candidate.ID }
    /// The path of one request.
    struct RequestPath: Decodable, Sendable { var id: RightsRequest.ID }
    /// The path of a link. Any text: what can't be a secret looks like one that was used, has expired, or is unknown.
    struct LinkPath: Decodable, Sendable { var token: String }

    /// What a list of requests is narrowed down by.
    struct Filter: Decodable, Sendable {
        /// Where they stand.
        var state: RightsState?
        /// Items a page, 50 unless asked.
        var limit: PageLimit?
        /// Where the page begins.
        var cursor: Cursor?
    }

    /// A code is on its way, if the file has an address.
    struct Asked: Decodable, Sendable {
        /// Always true: who asks learns nothing.
        var isAsked: Bool
    }

    // MARK: - Files

    func copy(_ call: Call<FilePath, Nothing, Nothing>) async throws -> Answer {
        // Not kept for a retry: it is everything.
        try await rights.copy(of: call.path.id, as: call.caller) { document in
            var answer = Answer.json(document)
            answer.isSecret = true
            return answer
        }
    }

    func copyPage(_ call: Call<FilePath, Nothing, Nothing>) async throws -> Answer {
        try await rights.copy(of: call.path.id, as: call.caller) { document in
            var answer = Answer.html(CopyPage.html(document))
            answer.isSecret = true
            return answer
        }
    }

    func erase(_ call: Call<FilePath, Nothing, Nothing>) async throws -> Answer {
        try await rights.askErasure(of: call.path.id, as: call.caller) { rows in
            var answer = Answer.row(rows, status: 201)
            answer.location = rows.text(0, "id").map { "/v1/rights-requests/\($0)" }
            answer.isPersonal = true
            return answer
        }
    }

    // MARK: - Requests

    func list(_ call: Call<Nothing, Filter, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await rights.list(call.query.state, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "rights_requests", key: ["id"])
    }

    func read(_ call: Call<RequestPath, Nothing, Nothing>) async throws -> Answer {
        .row(try await rights.find(call.path.id, as: call.caller))
    }

    func decide(_ call: Call<RequestPath, Nothing, RightsDecision>) async throws -> Answer {
        try await rights.decide(call.path.id, call.body, as: call.caller) { rows in
            var answer = Answer.row(rows)
            answer.isPersonal = true
            answer.rereadAt = rows.text(0, "id").map { "/v1/rights-requests/\($0)" }
            return answer
        }
    }

    // MARK: - Persons

    private func data(_ token: String, _ call: some Called) async throws -> Answer {
        .json(PersonPage.json(try await rights.person(token, as: call.caller)))
    }

    func person(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await data(call.path.token, call)
    }

    func code(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await rights.askCode(call.path.token, as: call.caller)
        return .json(["is_asked": true], status: 202)
    }

    func myCopy(_ call: Call<LinkPath, Nothing, AccessCode>) async throws -> Answer {
        .json(try await rights.copy(call.path.token, call.body, as: call.caller))
    }

    func correct(_ call: Call<LinkPath, Nothing, PersonAsking>) async throws -> Answer {
        try await rights.correct(call.path.token, call.body, as: call.caller)
        return try await data(call.path.token, call)
    }

    func object(_ call: Call<LinkPath, Nothing, AccessCode>) async throws -> Answer {
        try await rights.object(call.path.token, call.body, as: call.caller)
        return try await data(call.path.token, call)
    }

    func myErasure(_ call: Call<LinkPath, Nothing, PersonErasure>) async throws -> Answer {
        try await rights.erase(call.path.token, call.body, as: call.caller)
        return try await data(call.path.token, call)
    }

    // MARK: - Pages

    func personPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .html(PersonPage.html(try await rights.person(call.path.token, as: call.caller), call.path.token))
    }

    func codePage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await rights.askCode(call.path.token, as: call.caller)
        let data = try await rights.person(call.path.token, as: call.caller)
        return .html(PersonPage.html(data, call.path.token, said: PersonPage.codeSent), status: 202)
    }

    func myCopyPage(_ call: Call<LinkPath, Nothing, AccessCode>) async throws -> Answer {
        try await page(call.path.token, call) {
            .html(CopyPage.html(try await rights.copy(call.path.token, call.body, as: call.caller)))
        }
    }

    func correctPage(_ call: Call<LinkPath, Nothing, PersonAsking>) async throws -> Answer {
        try await page(call.path.token, call) {
            try await rights.correct(call.path.token, call.body, as: call.caller)
            return try await done(call.path.token, "C'est demandé : votre conseiller répond dans le mois.", call)
        }
    }

    func objectPage(_ call: Call<LinkPath, Nothing, AccessCode>) async throws -> Answer {
        try await page(call.path.token, call) {
            try await rights.object(call.path.token, call.body, as: call.caller)
            return try await done(call.path.token, "C'est fait : plus rien ne sera envoyé.", call)
        }
    }

    func erasePage(_ call: Call<LinkPath, Nothing, PersonErasure>) async throws -> Answer {
        try await page(call.path.token, call) {
            try await rights.erase(call.path.token, call.body, as: call.caller)
            let isCancelled = call.body.cancel == true
            return try await done(
                call.path.token,
                isCancelled
                    ? "C'est annulé : votre dossier est gardé."
                    : "C'est demandé : votre dossier sera effacé dans 72 heures.", call)
        }
    }

    private func done(_ token: String, _ said: String, _ call: some Called) async throws -> Answer {
        .html(PersonPage.html(try await rights.person(token, as: call.caller), token, said: said))
    }

    /// A page, or the same one again with what was refused.
    private func page(_ token: String, _ call: some Called, _ make: () async throws -> Answer) async throws -> Answer {
        do { return try await make() } catch let refusal as Refusal where refusal.problem != OrientationRefusals.link {
            let data = try await rights.person(token, as: call.caller)
            return .html(PersonPage.html(data, token, mistake: refusal), status: refusal.problem.kind.status)
        }
    }
}

/// A call, whatever its types.
protocol Called: Sendable {
    var caller: Caller { get }
}
extension Call: Called {}
