public import Contract
public import Fields

/// Where a campaign stands, and with it its last report.
public enum CampaignState: String, FieldEnum {
    /// The team prepares it; the funder sees nothing.
    case draft
    /// A report is frozen; the funder reads it.
    case submitted
    /// The funder wants something put right.
    case fixRequested = "fix_requested"
    /// The funder found it right.
    case reviewed
    /// The funder signed.
    case final
    /// It will not be submitted.
    case cancelled

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .draft: Text(fr: "en préparation", en: "draft")
        case .submitted: Text(fr: "soumis", en: "submitted")
        case .fixRequested: Text(fr: "correction demandée", en: "fix requested")
        case .reviewed: Text(fr: "relu", en: "reviewed")
        case .final: Text(fr: "définitif", en: "final")
        case .cancelled: Text(fr: "annulé", en: "cancelled")
        }
    }

    /// Who owes the next step; nobody once it is over.
    public var owedBy: CampaignActor? {
        switch self {
        case .draft, .fixRequested: .team
        case .submitted, .reviewed: .funder
        case .final, .cancelled: nil
        }
    }
}

/// Who moves a campaign.
public enum CampaignActor: String, FieldEnum {
    /// A member of the platform's team.
    case team
    /// A member of the funder whose report it is.
    case funder
}

/// How a report goes to its funder (`domain.md` §4.4): the one source of checks, answers, reference, documentation and tests.
public let campaignTransitions = TransitionTable<CampaignState, CampaignActor>(
    "campaign",
    [
        .init(
            [.draft], to: .submitted, by: [.team], takes: ["as_of"],
            when: ["period_over", "persons_counted", "nothing_missing"]),
        .init([.submitted], to: .fixRequested, by: [.funder], needs: [["comment"]], takes: []),
        .init(
            [.fixRequested], to: .submitted, by: [.team], takes: ["as_of"],
            when: ["period_over", "persons_counted", "nothing_missing"]),
        .init([.submitted], to: .reviewed, by: [.funder], takes: ["comment"]),
        .init([.reviewed], to: .fixRequested, by: [.funder], needs: [["comment"]], takes: []),
        .init(
            [.reviewed], to: .final, by: [.funder], needs: [["signatory"]], takes: ["comment"],
            when: ["signed_by_another", "signed_for_oneself"]),
        .init([.draft], to: .cancelled, by: [.team], needs: [["reason"]], takes: []),
    ])
