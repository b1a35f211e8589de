public import Accounts
import Contract
public import Fields

/// What a funder gets of a period: prepared, submitted as often as it takes, reviewed, signed.
public struct Campaign: Decodable, Sendable {
    /// Ids of campaigns.
    public typealias ID = Identifier<Campaign>

    /// Its id.
    public var id: ID
    /// Whose report it is.
    public var funder: OrganisationReference
    /// The layout of its files.
    public var profile: String
    /// What people call it.
    public var title: String
    /// First day of its period: of a quarter.
    public var startsOn: Day
    /// Last day of its period: of a quarter.
    public var endsOn: Day
    /// From when those who must complete something are asked to.
    public var opensOn: Day
    /// By when the team submits.
    public var submitBy: Day
    /// By when the funder reviews.
    public var reviewBy: Day
    /// By when the funder signs.
    public var signBy: Day
    /// Where it stands.
    public var state: CampaignState
    /// Who owes the next step; nobody once it is over.
    public var owedBy: CampaignActor?
    /// By when.
    public var dueOn: Day?
    /// Whether that day is past.
    public var isOverdue: Bool
    /// Since when it is in its state.
    public var movedAt: Instant
    /// The funder's member who reviewed the last report.
    public var reviewerID: Member.ID?
    /// The funder's member who signed it.
    public var signatoryID: Member.ID?
    /// When it was made.
    public var createdAt: Instant
    /// Its frozen reports, the first first.
    public var reports: [ReportReference]
    /// Raised by every change; `If-Match` names it.
    public var version: Int
}

/// A frozen report as its campaign names it.
public struct ReportReference: Decodable, Sendable, Hashable {
    /// Its id.
    public var id: Identifier<Report>
    /// 1, 2, 3 … within the campaign.
    public var number: Int
    /// The day whose end its figures are of.
    public var asOf: Day
    /// When it was frozen.
    public var frozenAt: Instant
    /// SHA-256 of its canonical form, in hexadecimal.
    public var sha256: String
    /// When the team gave it to the public.
    public var publishedAt: Instant?
}

/// What a new campaign is made from. Its funder is its profile's.
public struct NewCampaign: Decodable, Sendable, Hashable {
    /// The layout: cnsa, ars, cd31.
    public var profile: ProfileCode
    /// What people call it; made from the profile and the period unless given.
    public var title: String?
    /// First day of its period: of a quarter.
    public var startsOn: Day
    /// Last day of its period: of a quarter.
    public var endsOn: Day
    /// From when those who must complete something are asked to; two weeks before the period's end unless given.
    public var opensOn: Day?
    /// By when the team submits; after the period's end.
    public var submitBy: Day
    /// By when the funder reviews.
    public var reviewBy: Day?
    /// By when the funder signs.
    public var signBy: Day?

    /// A campaign.
    public init(
        profile: ProfileCode, title: String? = nil, startsOn: Day, endsOn: Day, opensOn: Day? = nil, submitBy: Day,
        reviewBy: Day? = nil, signBy: Day? = nil
    ) {
        self.profile = profile
        self.title = title
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.opensOn = opensOn
        self.submitBy = submitBy
        self.reviewBy = reviewBy
        self.signBy = signBy
    }
}

/// A move of a campaign.
public struct CampaignMove: Decodable, Sendable, Hashable {
    /// Where to.
    public var to: CampaignState
    /// The day whose end the figures are of: past, and not before the period's end; yesterday unless given. For a submission.
    public var asOf: Day?
    /// What the funder says.
    public var comment: String?
    /// Why it is cancelled.
    public var reason: String?
    /// The member of the funder who signs: whoever makes this move, and not the reviewer.
    public var signatory: Member.ID?

    /// A move.
    public init(
        to: CampaignState, asOf: Day? = nil, comment: String? = nil, reason: String? = nil, signatory: Member.ID? = nil
    ) {
        self.to = to
        self.asOf = asOf
        self.comment = comment
        self.reason = reason
        self.signatory = signatory
    }

    /// The names of the fields that came with it.
    var given: Set<String> {
        Set(
            [
                ("as_of", asOf != nil), ("comment", comment != nil), ("reason", reason != nil),
                ("signatory", signatory != nil),
            ].filter(\.1).map(\.0))
    }
}

/// A move that was made.
public struct CampaignEvent: Decodable, Sendable {
    /// The state before.
    public var fromState: CampaignState
    /// The state after.
    public var toState: CampaignState
    /// When.
    public var at: Instant
    /// Who.
    public var memberID: Member.ID?
    /// For whom.
    public var organisation: String?
    /// The comment or the reason.
    public var text: String?
    /// The report that it froze.
    public var reportID: Identifier<Report>?
}

/// Something that a report lacks.
public struct CampaignGap: Decodable, Sendable, Hashable {
    /// What sort of thing.
    public enum Kind: String, FieldEnum {
        case spending, status, news, evidence, milestone, indicator, challenge
    }

    /// Its name: kind, action, part. An explanation names it.
    public var gap: String
    /// What sort of thing.
    public var kind: Kind
    /// The action's code.
    public var actionCode: String
    /// The action's title.
    public var actionTitle: String
    /// Which year, milestone or indicator.
    public var part: String?
    /// Who must do it, by code; nobody named is the team.
    public var owedBy: String?
    /// Their name.
    public var owedByName: String?
    /// Why it is missing all the same.
    public var explanation: String?

    /// What is to be done, in French, for documents.
    public var french: String {
        let part = part.map { "« \($0) »" } ?? ""
        return switch kind {
        case .spending: "\(actionCode) : aucun engagement ni dépense saisi pour \(self.part ?? "")"
        case .status: "\(actionCode) : le statut ne suit pas les dates prévues"
        case .news: "\(actionCode) : aucune nouvelle depuis 60 jours"
        case .evidence: "\(actionCode) : réalisée sans preuve"
        case .milestone: "\(actionCode) : jalon échu \(part)"
        case .indicator: "\(actionCode) : aucune valeur dans la période pour l'indicateur \(part)"
        case .challenge: "\(actionCode) : une valeur de l'indicateur \(part) est contestée, sans suite"
        }
    }
}

/// Why something is missing.
public struct NewExplanation: Decodable, Sendable, Hashable {
    /// What is missing, as the campaign's `gaps` name it.
    public var gap: String
    /// Why; the funder reads it in the report. 2000 characters at most.
    public var text: String

    /// An explanation.
    public init(gap: String, text: String) {
        self.gap = gap
        self.text = text
    }
}

extension Day {
    /// `2024-T4`, as people write quarters in French.
    var quarter: String { "\(parts.year)-T\((parts.month - 1) / 3 + 1)" }

    /// Whether it is the first day of a quarter.
    var isQuarterStart: Bool { parts.day == 1 && (parts.month - 1) % 3 == 0 }

    /// This day moved by so many.
    func adding(days: Int) -> Day { Day(number: number + days) }

    /// As people write it in French: 14/08/2026.
    var french: String {
        let (year, month, day) = parts
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(two(day))/\(two(month))/\(year)"
    }
}
