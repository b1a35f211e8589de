import Accounts
public import Contract
import Fields
import NIOCore
import Postgres
import Recruitment

/// The contract of the links that are sent to recruiters and candidates: JSON for programs, pages for people.
public struct AnswerLinkEndpoints: Sendable {
    let links: AnswerLinkStore

    /// The endpoints over their store.
    public init(links: AnswerLinkStore) { self.links = links }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/answers/{token}", id: "answer_link_read",
                "What a recruiter's link asks: the person, and the answers that are possible. Reading changes nothing.",
                access: .anyone, output: Self.offered, refusals: [OrientationRefusals.link], run: read, html: readPage),
            Endpoint(
                .post, "/v1/answers/{token}", id: "answer_link_answer",
                "Answer an orientation by its link: take it up, propose an appointment, accept or refuse.",
                access: .anyone,
                output: Self.offered,
                refusals: [
                    OrientationRefusals.link, OrientationRefusals.changed, OrientationRefusals.invalid,
                    OrientationRefusals.expired, RecruitmentRefusals.full, RecruitmentRefusals.sessionNotOpen,
                    .transitionForbidden, .transitionIncomplete, .transitionUnexpected,
                ], example: ["to": "under_review"], run: answer, html: answerPage),
            Endpoint(
                .post, "/v1/answers/{token}/renewal", id: "answer_link_renew",
                "Ask for a fresh link: it is sent to the proved address, if there is something to answer. Always 202.",
                access: .anyone, output: .one(Asked.self, status: 202), run: renew, html: renewPage),
            Endpoint(
                .get, "/v1/my/{token}", id: "candidate_link_read",
                "Where a person's candidatures stand. Reading changes nothing.", access: .anyone,
                output: .one(Mine.self), refusals: [OrientationRefusals.link], run: mine, html: minePage),
            Endpoint(
                .post, "/v1/my/{token}", id: "candidate_link_withdraw", "Withdraw one of one's candidatures.",
                access: .anyone, output: .one(Mine.self),
                refusals: [
                    OrientationRefusals.link, OrientationRefusals.changed, .transitionForbidden, .transitionIncomplete,
                    .transitionUnexpected,
                ], example: ["orientation": "018cc251-f400-7000-8000-000000000000", "to": "withdrawn"], run: withdraw,
                html: withdrawPage),
            Endpoint(
                .post, "/v1/my/{token}/renewal", id: "candidate_link_renew",
                "Ask for a fresh link: it is sent to the address of the file. Always 202.", access: .anyone,
                output: .one(Asked.self, status: 202), run: renewMine, html: renewMinePage),
        ]
    }

    private static let offered = Endpoint.Output.one(LinkedOrientation.self)
        .adding("moves", listOf: OrientationEndpoints.OrientationNextMove.self)

    /// The path of a link. Any text: what can't be a secret looks like one that was used, has expired, or is unknown.
    struct LinkPath: Decodable, Sendable { var token: String }

    /// What was asked for is on its way, if there is something to send.
    struct Asked: Decodable, Sendable {
        /// Always true: who asks learns nothing.
        var isAsked: Bool
    }

    /// A person's candidatures.
    struct Mine: Decodable, Sendable {
        /// The newest first.
        var items: [CandidateOrientation]
    }

    private static let asked = Answer.json(["is_asked": true], status: 202)

    // MARK: - Recruiters

    func read(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .offer(try await links.offer(call.path.token, as: call.caller))
    }

    func readPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await page(call.path.token, back: "/v1/answers/") {
            .html(try AnswerPage.offer(try await links.offer(call.path.token, as: call.caller)))
        }
    }

    func answer(_ call: Call<LinkPath, Nothing, LinkAnswer>) async throws -> Answer {
        .offer(try await links.answer(call.path.token, call.body, as: call.caller))
    }

    func answerPage(_ call: Call<LinkPath, Nothing, LinkAnswer>) async throws -> Answer {
        try await page(call.path.token, back: "/v1/answers/") {
            do {
                let offer = try await links.answer(call.path.token, call.body, isForm: true, as: call.caller)
                return .html(try AnswerPage.offer(offer, answered: call.body.to))
            } catch let refusal as Refusal where refusal.problem != OrientationRefusals.link {
                // The page again, as it stands now, with what was typed.
                let offer = try await links.offer(call.path.token, as: call.caller)
                return .html(
                    try AnswerPage.offer(offer, mistake: .init(refusal: refusal, given: call.body)),
                    status: refusal.problem.kind.status)
            }
        }
    }

    func renew(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await links.renew(call.path.token, .answer, as: call.caller)
        return Self.asked
    }

    func renewPage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        _ = try await renew(call)
        return .html(AnswerPage.renewed(), status: 202)
    }

    // MARK: - Candidates

    func mine(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        .mine(try await links.mine(call.path.token, as: call.caller))
    }

    func minePage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await page(call.path.token, back: "/v1/my/") {
            .html(
                CandidateLinkPage.mine(
                    try await links.mine(call.path.token, as: call.caller).all(), token: call.path.token))
        }
    }

    func withdraw(_ call: Call<LinkPath, Nothing, CandidateChoice>) async throws -> Answer {
        .mine(try await links.withdraw(call.path.token, call.body, as: call.caller))
    }

    func withdrawPage(_ call: Call<LinkPath, Nothing, CandidateChoice>) async throws -> Answer {
        try await page(call.path.token, back: "/v1/my/") {
            do {
                let mine = try await links.withdraw(call.path.token, call.body, isForm: true, as: call.caller)
                return .html(CandidateLinkPage.mine(try mine.all(), token: call.path.token, isWithdrawn: true))
            } catch let refusal as Refusal where refusal.problem != OrientationRefusals.link {
                let mine = try await links.mine(call.path.token, as: call.caller)
                return .html(
                    CandidateLinkPage.mine(try mine.all(), token: call.path.token, mistake: refusal),
                    status: refusal.problem.kind.status)
            }
        }
    }

    func renewMine(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        try await links.renew(call.path.token, .my, as: call.caller)
        return Self.asked
    }

    func renewMinePage(_ call: Call<LinkPath, Nothing, Nothing>) async throws -> Answer {
        _ = try await renewMine(call)
        return .html(AnswerPage.renewed(), status: 202)
    }

    /// A page, or the one that says that the link is not good and leads on to a fresh one.
    private func page(
        _ token: String, back: String, _ make: () async throws -> Answer
    ) async throws -> Answer {
        do { return try await make() } catch let refusal as Refusal where refusal.problem == OrientationRefusals.link {
            return .html(AnswerPage.notGood(token, back: back), status: refusal.problem.kind.status)
        }
    }
}

extension Answer {
    fileprivate static func offer(_ offer: AnswerLinkStore.Offer) -> Answer {
        Answer.row(offer.row).adding("moves", offer.moves)
    }

    fileprivate static func mine(_ rows: Rows<CandidateOrientation>) -> Answer {
        var body = ByteBuffer(string: "{\"items\":")
        rows.prefix(rows.count).writeJSON(into: &body)
        body.writeString("}")
        return Answer(body: body)
    }
}
