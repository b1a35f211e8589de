public import Accounts
public import Contract
public import Fields
public import Reference

/// The lead's opinion of an action; beside progress, never instead of it.
public enum ActionHealth: String, FieldEnum {
    case secured, attainable
    case supportNeeded = "support_needed"
    case compromised
    case notFilled = "not_filled"
}

extension ActionHealth {
    /// The word people use for it.
    public var label: Text {
        switch self {
        case .secured: Text(fr: "sécurisée", en: "secured")
        case .attainable: Text(fr: "atteignable", en: "attainable")
        case .supportNeeded: Text(fr: "besoin d'appui", en: "support needed")
        case .compromised: Text(fr: "compromise", en: "compromised")
        case .notFilled: Text(fr: "non renseignée", en: "not filled")
        }
    }
}

/// What the public sees of an action (`security.md` §2).
public struct PublicAction: Decodable, Sendable {
    /// Ids of actions.
    public typealias ID = Identifier<PublicAction>

    /// Planned money of one funder and year, in cents.
    public struct Funding: Decodable, Sendable, Hashable {
        /// The funder's code.
        public var funder: String
        /// The year.
        public var year: Int
        /// Planned, in cents.
        public var plannedCents: Int
    }

    /// Its id.
    public var id: ID
    /// Its stable code.
    public var code: ActionCode
    /// Its title.
    public var title: String
    /// What is done, for whom.
    public var description: String?
    /// Its axis' code.
    public var axis: String
    /// For a sub-action, the action it is part of.
    public var parent: ActionCode?
    /// Who carries it.
    public var lead: OrganisationReference
    /// Who takes part beside the lead.
    public var partners: [OrganisationReference]
    /// Where it takes place; none when nobody said.
    public var territory: [Place]
    /// For whom it is.
    public var audiences: [Audience]
    /// Its money, by funder and year.
    public var funding: [Funding]
    /// First day, as planned.
    public var plannedStart: Day
    /// Last day, as planned.
    public var plannedEnd: Day
    /// First day, as it was.
    public var actualStart: Day?
    /// Last day, as it was.
    public var actualEnd: Day?
    /// Where it stands.
    public var status: ActionStatus
    /// Neither done nor abandoned, and past its end, or past its start and still planned, or past a milestone.
    public var isLate: Bool
    /// 0 to 100.
    public var progressPercent: Int
    /// Total planned money, in cents.
    public var plannedCents: Int
    /// Raised by changes that the public sees.
    public var publicVersion: Int
}

/// A public action as one line of a file: nothing nested.
public struct ActionLine: Decodable, Sendable {
    /// Its stable code.
    public var code: ActionCode
    /// Its title.
    public var title: String
    /// What is done, for whom.
    public var description: String?
    /// Its axis' code.
    public var axis: String
    /// For a sub-action, the action it is part of.
    public var parent: ActionCode?
    /// The code of who carries it.
    public var leadCode: String
    /// The name of who carries it.
    public var leadName: String
    /// The names of who takes part beside the lead.
    public var partnerNames: String?
    /// First day, as planned.
    public var plannedStart: Day
    /// Last day, as planned.
    public var plannedEnd: Day
    /// First day, as it was.
    public var actualStart: Day?
    /// Last day, as it was.
    public var actualEnd: Day?
    /// Where it stands.
    public var status: ActionStatus
    /// Neither done nor abandoned, and past its end, or past its start and still planned, or past a milestone.
    public var isLate: Bool
    /// 0 to 100.
    public var progressPercent: Int
    /// Total planned money, in cents.
    public var plannedCents: Int
    /// The names of the places where it takes place.
    public var territoryNames: String?
    /// For whom it is.
    public var audienceCodes: String?
}

/// An action as its lead, its partners and the team see it.
public struct Action: Decodable, Sendable {
    /// Money of one funder and year, in cents.
    public struct Funding: Decodable, Sendable, Hashable {
        /// The funder's code.
        public var funder: String
        /// The year.
        public var year: Int
        /// Planned (prévu), in cents.
        public var plannedCents: Int
        /// Committed (engagé), in cents.
        public var committedCents: Int
        /// Spent (réalisé), in cents.
        public var spentCents: Int
    }

    /// A link or a file that proves what was done.
    public struct Evidence: Decodable, Sendable, Hashable {
        /// Its id.
        public var id: Identifier<Evidence>
        /// What it is.
        public var label: String
        /// Where it is, when it is a link.
        public var url: String?
        /// What it is, when it is a file.
        public var fileKind: FileKind?
        /// The file's size.
        public var fileBytes: Int?
        /// SHA-256 of the file, in hexadecimal.
        public var fileSha256: String?
        /// When it was added.
        public var addedAt: Instant
    }

    /// A dated note.
    public struct Note: Decodable, Sendable, Hashable {
        /// Its id.
        public var id: Identifier<Note>
        /// What kind of note.
        public var kind: NoteKind
        /// What it says.
        public var text: String
        /// When it was written.
        public var writtenAt: Instant
    }

    /// Its id.
    public var id: PublicAction.ID
    /// Its stable code.
    public var code: ActionCode
    /// Its title.
    public var title: String
    /// What is done, for whom.
    public var description: String?
    /// Its axis' code.
    public var axis: String
    /// For a sub-action, the action it is part of.
    public var parent: ActionCode?
    /// Who carries it.
    public var lead: OrganisationReference
    /// Who takes part beside the lead.
    public var partners: [OrganisationReference]
    /// Where it takes place; none when nobody said.
    public var territory: [Place]
    /// For whom it is.
    public var audiences: [Audience]
    /// Its money, by funder and year.
    public var funding: [Funding]
    /// First day, as planned.
    public var plannedStart: Day
    /// Last day, as planned.
    public var plannedEnd: Day
    /// First day, as it was.
    public var actualStart: Day?
    /// Last day, as it was.
    public var actualEnd: Day?
    /// Where it stands.
    public var status: ActionStatus
    /// Why it stands there, in the words of who moved it.
    public var statusReason: String?
    /// Why, when the system moved it: `left_the_plan`.
    public var statusReasonCode: String?
    /// What blocks it, while it is blocked.
    public var blocker: String?
    /// Who can unblock it.
    public var unblocker: String?
    /// The lead's opinion of it.
    public var health: ActionHealth
    /// How much the team wants it watched.
    public var priority: ActionPriority
    /// Neither done nor abandoned, and past its end, or past its start and still planned, or past a milestone.
    public var isLate: Bool
    /// In progress and without news for 60 days.
    public var isStale: Bool
    /// Not late, and blocked, stale, compromised, or ending within 30 days under 70 %.
    public var isAtRisk: Bool
    /// 0 to 100.
    public var progressPercent: Int
    /// Planned money, in cents.
    public var plannedCents: Int
    /// Committed money, in cents.
    public var committedCents: Int
    /// Spent money, in cents.
    public var spentCents: Int
    /// Money that runs ahead of what was committed or planned.
    public var warnings: [FundingWarning]
    /// Steps with their days, the earliest first.
    public var milestones: [Milestone]
    /// What it is measured by.
    public var indicators: [Indicator]
    /// Links and files that prove what was done.
    public var evidence: [Evidence]
    /// Dated notes, the oldest first.
    public var notes: [Note]
    /// Whether the public sees it.
    public var isPublic: Bool
    /// Its last news.
    public var updatedAt: Instant
    /// Raised by every change; `If-Match` names it.
    public var version: Int
}

/// What a note is about.
public enum NoteKind: String, FieldEnum {
    case result, blocker
    case nextStep = "next_step"
    case success
}
