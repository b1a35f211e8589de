public import Accounts
public import Fields

/// What the team and the partners watch.
public enum SteeringView: String, FieldEnum {
    /// Past its end, past its start and still planned, or past a milestone.
    case late
    /// In progress and without news for 60 days.
    case stale
    /// Not late, and blocked, stale, compromised, or ending within 30 days under 70 %.
    case atRisk = "at_risk"
    /// Something blocks it.
    case blocked
    /// Planned to end within 30 days.
    case dueSoon = "due_soon"
    /// Neither done nor abandoned, and without news for 60 days, whether it started or not.
    case withoutNews = "without_news"
    /// In progress or done, and nothing proves it.
    case withoutEvidence = "without_evidence"
    /// Less than 80 % of what was planned for the years that ended is spent.
    case underSpent = "under_spent"
    /// More is committed or spent than planned, on some line.
    case overCommitted = "over_committed"
    /// Somebody doubts a value of an indicator, and the doubt is not settled.
    case challenged

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .late: Text(fr: "en retard", en: "late")
        case .stale: Text(fr: "sans suivi", en: "stale")
        case .atRisk: Text(fr: "à risque", en: "at risk")
        case .blocked: Text(fr: "bloquées", en: "blocked")
        case .dueSoon: Text(fr: "à échéance", en: "due soon")
        case .withoutNews: Text(fr: "sans nouvelle", en: "without news")
        case .withoutEvidence: Text(fr: "sans preuve", en: "without evidence")
        case .underSpent: Text(fr: "sous-consommées", en: "under-spent")
        case .overCommitted: Text(fr: "sur-engagées", en: "over-committed")
        case .challenged: Text(fr: "contestées", en: "challenged")
        }
    }
}

/// What steering counts by.
public enum SteeringGroup: String, FieldEnum {
    case axis, lead, funder
    /// By grouping of communes: an action counts wherever it takes place.
    case territory
}

/// An action as those who steer look at it: flat, so that it is a line of a file too.
public struct SteeringLine: Decodable, Sendable {
    /// Its stable code.
    public var code: ActionCode
    /// Its title.
    public var title: String
    /// Its axis' code.
    public var axis: String
    /// The code of who carries it.
    public var leadCode: OrganisationCode
    /// The name of who carries it.
    public var leadName: String
    /// Where it stands.
    public var status: ActionStatus
    /// The lead's opinion of it.
    public var health: ActionHealth
    /// How much the team wants it watched.
    public var priority: ActionPriority
    /// 0 to 100.
    public var progressPercent: Int
    /// Last day, as planned.
    public var plannedEnd: Day
    /// The earliest milestone that is not reached.
    public var nextMilestoneOn: Day?
    /// The day of its last news.
    public var lastNewsOn: Day
    /// Late.
    public var isLate: Bool
    /// In progress and without news for 60 days.
    public var isStale: Bool
    /// At risk.
    public var isAtRisk: Bool
    /// Due within 30 days.
    public var isDueSoon: Bool
    /// Without news for 60 days, whatever its status.
    public var isWithoutNews: Bool
    /// In progress or done, and nothing proves it.
    public var isWithoutEvidence: Bool
    /// Less than 80 % of what was planned for the years that ended is spent.
    public var isUnderSpent: Bool
    /// More is committed or spent than planned, on some line.
    public var isOverCommitted: Bool
    /// A doubt about a value is open.
    public var isChallenged: Bool
    /// What blocks it.
    public var blocker: String?
    /// Who can unblock it.
    public var unblocker: String?
    /// Planned money, in cents.
    public var plannedCents: Int
    /// Committed money, in cents.
    public var committedCents: Int
    /// Spent money, in cents.
    public var spentCents: Int
    /// The names of the places where it takes place.
    public var territoryNames: String?
}

/// How many actions of a group need what.
public struct SteeringCount: Decodable, Sendable {
    /// The axis' code, the organisation's, the place's; nothing for actions that have none.
    public var key: String
    /// Its name.
    public var label: String
    /// Top-level actions.
    public var actions: Int
    /// Abandoned ones among them.
    public var abandoned: Int
    /// Done ones among them.
    public var done: Int
    /// Late ones.
    public var late: Int
    /// Stale ones.
    public var stale: Int
    /// Ones at risk.
    public var atRisk: Int
    /// Blocked ones.
    public var blocked: Int
    /// Ones due within 30 days.
    public var dueSoon: Int
    /// Ones without news for 60 days.
    public var withoutNews: Int
    /// Ones without evidence.
    public var withoutEvidence: Int
    /// Under-spent ones.
    public var underSpent: Int
    /// Over-committed ones.
    public var overCommitted: Int
    /// Mean progress of those that are not abandoned, 0 to 100.
    public var progressPercent: Int
    /// Planned money, in cents; by funder, that funder's.
    public var plannedCents: Int
    /// Committed money, in cents.
    public var committedCents: Int
    /// Spent money, in cents.
    public var spentCents: Int
}
