public import Accounts
public import Contract
public import Fields

/// The lead's opinion of an action; beside progress, never instead of it.
public enum ActionHealth: String, FieldEnum {
    case secured, attainable
    case supportNeeded = "support_needed"
    case compromised
    case notFilled = "not_filled"
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

/// What a PATCH of an action may change. The plan's file owns code, axis, organisations and planned money.
public struct ActionChanges: Decodable, Sendable, Hashable {
    /// Its title.
    public var title: Change<String> = .unchanged
    /// What is done, for whom.
    public var description: Change<String> = .unchanged
    /// First day, as planned.
    public var plannedStart: Change<Day> = .unchanged
    /// Last day, as planned.
    public var plannedEnd: Change<Day> = .unchanged
    /// First day, as it was.
    public var actualStart: Change<Day> = .unchanged
    /// Last day, as it was.
    public var actualEnd: Change<Day> = .unchanged
    /// The lead's opinion of it.
    public var health: Change<ActionHealth> = .unchanged
    /// Whether the public sees it.
    public var isPublic: Change<Bool> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}

    /// The fields given that only the team may change: they are the agreement's, not the lead's.
    var teamOnly: [String] {
        [
            ("title", title.isChange), ("planned_start", plannedStart.isChange), ("planned_end", plannedEnd.isChange),
            ("is_public", isPublic.isChange),
        ].filter(\.1).map(\.0)
    }

    /// The fields given that cannot be emptied.
    var clearedButRequired: [String] {
        [
            ("title", title == .cleared), ("planned_start", plannedStart == .cleared),
            ("planned_end", plannedEnd == .cleared), ("health", health == .cleared),
            ("is_public", isPublic == .cleared),
        ].filter(\.1).map(\.0)
    }
}

/// A move to another status, with what it needs (`ActionTransitions.swift`).
public struct ActionMove: Decodable, Sendable, Hashable {
    /// A link that proves the action was done.
    public struct NewEvidence: Decodable, Sendable, Hashable {
        /// What it is.
        public var label: String
        /// Where it is: http or https.
        public var url: String

        /// A link.
        public init(label: String, url: String) {
            self.label = label
            self.url = url
        }
    }

    /// The status to move to.
    public var to: ActionStatus
    /// Why.
    public var reason: String?
    /// What blocks it.
    public var blocker: String?
    /// Who can unblock it.
    public var unblocker: String?
    /// Links that prove what was done.
    public var evidence: NewEvidence?

    /// A move.
    public init(
        to: ActionStatus, reason: String? = nil, blocker: String? = nil, unblocker: String? = nil,
        evidence: NewEvidence? = nil
    ) {
        self.to = to
        self.reason = reason
        self.blocker = blocker
        self.unblocker = unblocker
        self.evidence = evidence
    }
}

/// What comes with a file that proves what was done.
public struct NewEvidenceFile: Decodable, Sendable, Hashable {
    /// What it is.
    public var label: String
}

/// One operation in an action's history: who, for whom, when, and every field's old and new value.
public struct ActionEvent: Decodable, Sendable {
    /// One field.
    public struct FieldChange: Decodable, Sendable {
        /// The part of the action: `action`, `funding_line`, `evidence` …
        public var part: String
        /// The field.
        public var field: String
        /// Before.
        public var from: JSON?
        /// After.
        public var to: JSON?
    }

    /// Its id.
    public var id: Identifier<ActionEvent>
    /// Its place in the order of writing, whatever the clock said.
    public var position: Int
    /// When.
    public var at: Instant
    /// What was done: `action.transition`, `plan.import` …
    public var operation: String
    /// Who did it; nil for the system.
    public var member: String?
    /// For which organisation.
    public var organisation: String?
    /// In which request.
    public var requestID: String
    /// Every field that changed.
    public var changes: [FieldChange]
}

/// What a note is made of.
public struct NewNote: Decodable, Sendable, Hashable {
    /// What it is about.
    public var kind: NoteKind
    /// What it says.
    public var text: String

    /// A note.
    public init(kind: NoteKind, text: String) {
        self.kind = kind
        self.text = text
    }
}

/// What was committed and spent on a funding line, in cents; what is not given stays.
public struct SpendingChanges: Decodable, Sendable, Hashable {
    /// Committed money, in cents.
    public var committedCents: Int?
    /// Spent money, in cents.
    public var spentCents: Int?

    /// New amounts.
    public init(committedCents: Int? = nil, spentCents: Int? = nil) {
        self.committedCents = committedCents
        self.spentCents = spentCents
    }
}

/// The words of a search: up to eight, and 200 characters in all.
public struct SearchWords: FieldScalar {
    /// The words as typed.
    public var words: [String]

    /// Any short text.
    public static var fieldKind: Shape.Kind { .pattern(#"^[\s\S]{1,200}$"#, example: "immersion ehpad") }
    /// One word.
    public static var placeholder: SearchWords { SearchWords(words: ["immersion"]) }
    /// The words, joined.
    public var fieldText: String { words.joined(separator: " ") }

    private init(words: [String]) { self.words = words }

    /// Splits a text into words.
    public init(fieldText: String) throws(Expectation) {
        words = fieldText.split(whereSeparator: \.isWhitespace).map(String.init)
        guard (1...8).contains(words.count), fieldText.count <= 200 else {
            throw Expectation(fr: "1 à 8 mots, 200 caractères au plus", en: "1 to 8 words, at most 200 characters")
        }
    }
}
