public import Contract
import Fields
import Postgres

/// The contract of campaigns: what funders get, and when.
public struct CampaignEndpoints: Sendable {
    let campaigns: CampaignStore

    /// The endpoints over their store.
    public init(campaigns: CampaignStore) { self.campaigns = campaigns }

    private static let whole = Endpoint.Output.one(Campaign.self).adding("gaps", listOf: Gap.self)
        .adding("events", listOf: CampaignEvent.self).adding("moves", listOf: CampaignNextMove.self)

    private static func whole(status: Int) -> Endpoint.Output {
        var output = whole
        output.status = status
        return output
    }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/campaigns", id: "campaign_list",
                "Campaigns, the oldest first: all for the team; for a funder its own, from the first submission on.",
                access: .member, output: .page(Campaign.self), run: list),
            Endpoint(
                .post, "/v1/campaigns", id: "campaign_create",
                "Begin a campaign: a funder's profile, a period of whole quarters, deadlines. The team.",
                access: .writer, output: Self.whole(status: 201),
                refusals: [ReportRefusals.profile, ReportRefusals.invalid, ReportRefusals.exists],
                example: [
                    "profile": "cnsa", "starts_on": "2024-01-01", "ends_on": "2024-12-31", "submit_by": "2025-06-30",
                ], run: create),
            Endpoint(
                .get, "/v1/campaigns/{id}", id: "campaign_read",
                "One campaign: its reports, how it went, and for the team what it lacks, with who must do it.",
                access: .member, output: Self.whole, refusals: [ReportRefusals.campaign],
                idIn: ("/v1/campaigns", "items"), run: read),
            Endpoint(
                .post, "/v1/campaigns/{id}/explanations", id: "campaign_explain",
                "Say why something that a report lacks stays missing: the funder reads it in the report. The team.",
                access: .writer, output: Self.whole, refusals: [ReportRefusals.campaign, ReportRefusals.invalid],
                example: ["gap": "spending:A1.02:2023", "text": "Les factures arrivent en mars."],
                idIn: ("/v1/campaigns?state=draft", "items"), run: explain),
            Endpoint(
                .post, "/v1/campaigns/{id}/transitions", id: "campaign_move",
                "Submit, ask for a fix, review, sign or cancel, as the table of transitions allows. A submission freezes a "
                    + "numbered report.",
                access: .writer, output: Self.whole,
                refusals: [
                    ReportRefusals.campaign, ReportRefusals.invalid, ReportRefusals.incomplete, ReportRefusals.tooEarly,
                    ReportRefusals.signatory, ReportRefusals.profile, .transitionForbidden, .transitionIncomplete,
                    .transitionUnexpected,
                ],
                needsVersion: true, example: ["to": "cancelled", "reason": "Période mal choisie."],
                idIn: ("/v1/campaigns?state=draft", "items"), run: move),
        ]
    }

    /// The path of one campaign.
    struct CampaignPath: Decodable, Sendable { var id: Campaign.ID }

    /// A move that the caller may make now.
    struct CampaignNextMove: Decodable, Sendable {
        /// The state it leads to.
        var to: CampaignState
        /// What must come with it: of each group, one.
        var needs: [[String]]
    }

    /// Something that a report lacks.
    struct Gap: Decodable, Sendable {
        /// Its name: kind, action, part. An explanation names it.
        var gap: String
        /// What sort of thing.
        var kind: CampaignGap.Kind
        /// The action's code.
        var actionCode: String
        /// The action's title.
        var actionTitle: String
        /// What is to be done, in French.
        var text: String
        /// Who must do it, by code; nobody named is the team.
        var owedBy: String?
        /// Their name.
        var owedByName: String?
        /// Why it is missing all the same.
        var explanation: String?
    }

    func list(_ call: Call<Nothing, CampaignStore.Filter, Nothing>) async throws -> Answer {
        let rows = try await campaigns.list(call.query, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "campaigns", key: ["id"])
    }

    func create(_ call: Call<Nothing, Nothing, NewCampaign>) async throws -> Answer {
        try await campaigns.create(call.body, as: call.caller) { found in
            var answer = Answer.campaign(found, status: 201)
            answer.location = found.campaign.text(0, "id").map { "/v1/campaigns/\($0)" }
            return answer
        }
    }

    func read(_ call: Call<CampaignPath, Nothing, Nothing>) async throws -> Answer {
        .campaign(try await campaigns.find(call.path.id, as: call.caller))
    }

    func explain(_ call: Call<CampaignPath, Nothing, NewExplanation>) async throws -> Answer {
        try await campaigns.explain(call.path.id, call.body, as: call.caller) { .campaign($0) }
    }

    func move(_ call: Call<CampaignPath, Nothing, CampaignMove>) async throws -> Answer {
        try await campaigns.move(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .campaign($0)
        }
    }
}

extension Answer {
    /// A campaign with the version to move it. What it lacks changes without it.
    fileprivate static func campaign(_ found: CampaignStore.Found, status: Int = 200) -> Answer {
        var answer = Answer.row(found.campaign, status: status)
        if let gaps = found.gaps { answer = answer.adding("gaps", gaps) }
        answer = answer.adding("events", found.events).adding("moves", found.moves)
        answer.etag = found.campaign.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in .full(version: $0, of: body) }
        return answer
    }
}
