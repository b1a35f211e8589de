public import Fields

/// Something that an action's lead should be reminded of on a day. Nothing is sent from here: who sends (`API/NudgeRule.swift`) keeps
/// the keys of what was said.
public struct ActionNudge: Decodable, Sendable, Hashable {
    /// What is to be said.
    public enum Kind: String, FieldEnum {
        /// Past its planned end.
        case lateEnd = "late_end"
        /// Past its planned start, and not begun.
        case lateStart = "late_start"
        /// Past a milestone that was not reached.
        case lateMilestone = "late_milestone"
        /// A milestone is due within 14 days.
        case milestoneDue = "milestone_due"
        /// Blocked for 30 days.
        case blocked
        /// In progress and without news for 60 days.
        case stale
        /// Ends within 30 days, has money, and nothing of it was spent.
        case nothingSpent = "nothing_spent"
        /// Ends within 30 days, and nothing proves what was done.
        case noEvidence = "no_evidence"
    }

    /// Whom to remind: the lead's code.
    public var organisation: String
    /// The action.
    public var action: ActionCode
    /// The action's title.
    public var title: String
    /// What is to be said.
    public var kind: Kind
    /// The day of the fact: the end missed, the milestone due, the day it was blocked, the last news.
    public var factOn: Day
    /// The milestone, when it is about one.
    public var milestoneID: Identifier<Milestone>?
    /// Its title.
    public var milestone: String?

    /// A reminder.
    public init(
        organisation: String, action: ActionCode, title: String, kind: Kind, factOn: Day,
        milestoneID: Identifier<Milestone>? = nil, milestone: String? = nil
    ) {
        self.organisation = organisation
        self.action = action
        self.title = title
        self.kind = kind
        self.factOn = factOn
        self.milestoneID = milestoneID
        self.milestone = milestone
    }

    /// The same for the same fact on whatever day it is asked; another when the fact is another.
    public var key: String {
        ([action.text, kind.rawValue, factOn.fieldText] + (milestoneID.map { [$0.fieldText] } ?? []))
            .joined(separator: "/")
    }

    /// What to say on a day: whole sentences that need no subject line.
    public func text(on day: Day) -> Text {
        let (fact, days) = (Self.shown(factOn), day.number - factOn.number)
        let (since, until) = (Self.days(days), Self.days(-days))
        let name = Text(fr: "\(action) « \(title) »", en: "\(action) “\(title)”")
        let step = Text(fr: "« \(milestone ?? "") »", en: "“\(milestone ?? "")”")
        let said: Text =
            switch kind {
            case .lateEnd:
                Text(
                    fr:
                        "devait finir le \(fact), il y a \(since.fr) : dites où elle en est, ou demandez à l'équipe une autre date.",
                    en:
                        "was to end on \(factOn), \(since.en) ago: say where it stands, or ask the team for another day."
                )
            case .lateStart:
                Text(
                    fr:
                        "devait commencer le \(fact), il y a \(since.fr) : passez-la en cours, ou dites ce qui la retient.",
                    en: "was to start on \(factOn), \(since.en) ago: start it, or say what holds it back.")
            case .lateMilestone:
                Text(
                    fr: "le jalon \(step.fr) était attendu le \(fact), il y a \(since.fr) : dites s'il est atteint.",
                    en: "milestone \(step.en) was due on \(factOn), \(since.en) ago: say whether it is reached.")
            case .milestoneDue:
                Text(
                    fr:
                        "le jalon \(step.fr) est attendu le \(fact), \(days == 0 ? "aujourd'hui" : "dans \(until.fr)").",
                    en: "milestone \(step.en) is due on \(factOn), \(days == 0 ? "today" : "in \(until.en)").")
            case .blocked:
                Text(
                    fr:
                        "est bloquée depuis le \(fact), \(since.fr) : dites ce qui a changé, ou demandez l'aide de l'équipe.",
                    en: "has been blocked since \(factOn), \(since.en): say what changed, or ask the team for help.")
            case .stale:
                Text(
                    fr: "n'a pas donné de nouvelles depuis le \(fact), \(since.fr) : une note suffit.",
                    en: "has had no news since \(factOn), \(since.en): a note will do.")
            case .nothingSpent:
                Text(
                    fr: "finit le \(fact) et rien n'y est saisi comme réalisé : saisissez ce qui a été dépensé.",
                    en: "ends on \(factOn) and nothing is recorded as spent: record what was.")
            case .noEvidence:
                Text(
                    fr: "finit le \(fact) et n'a pas de preuve : ajoutez un lien ou un fichier.",
                    en: "ends on \(factOn) and has no evidence: add a link or a file.")
            }
        let mark = milestone == nil ? Text(fr: " ", en: " ") : Text(fr: " : ", en: ": ")
        return Text(fr: name.fr + mark.fr + said.fr, en: name.en + mark.en + said.en)
    }

    private static func days(_ count: Int) -> Text {
        Text(fr: "\(count) jour\(count > 1 ? "s" : "")", en: "\(count) day\(count == 1 ? "" : "s")")
    }

    /// `31/12/2023`, as French readers write it.
    private static func shown(_ day: Day) -> String {
        day.fieldText.split(separator: "-").reversed().joined(separator: "/")
    }
}
