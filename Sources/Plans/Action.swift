public import Fields

/// An organisation as other things name it.
public struct OrganisationReference: Decodable, Sendable, Hashable {
    /// Its short stable name.
    public var code: String
    /// The name people know.
    public var name: String
}

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

    public var id: ID
    public var code: ActionCode
    public var title: String
    public var description: String?
    public var axis: String
    /// For a sub-action, the action it is part of.
    public var parent: ActionCode?
    public var lead: OrganisationReference
    public var partners: [OrganisationReference]
    public var funding: [Funding]
    public var plannedStart: Day
    public var plannedEnd: Day
    public var actualStart: Day?
    public var actualEnd: Day?
    public var status: ActionStatus
    /// Neither done nor abandoned, and past its end, or past its start and still planned.
    public var isLate: Bool
    /// 0 to 100.
    public var progressPercent: Int
    /// Total planned money, in cents.
    public var plannedCents: Int
    /// Raised by changes that the public sees.
    public var publicVersion: Int
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

    /// A link that proves what was done.
    public struct Evidence: Decodable, Sendable, Hashable {
        /// Its id.
        public var id: Identifier<Evidence>
        /// What it is.
        public var label: String
        /// Where it is.
        public var url: String
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

    public var id: PublicAction.ID
    public var code: ActionCode
    public var title: String
    public var description: String?
    public var axis: String
    /// For a sub-action, the action it is part of.
    public var parent: ActionCode?
    public var lead: OrganisationReference
    public var partners: [OrganisationReference]
    public var funding: [Funding]
    public var plannedStart: Day
    public var plannedEnd: Day
    public var actualStart: Day?
    public var actualEnd: Day?
    public var status: ActionStatus
    /// Why it stands there, in the words of who moved it.
    public var statusReason: String?
    /// Why, when the system moved it: `left_the_plan`.
    public var statusReasonCode: String?
    /// What blocks it, while it is blocked.
    public var blocker: String?
    /// Who can unblock it.
    public var unblocker: String?
    public var health: ActionHealth
    public var isLate: Bool
    /// In progress and without news for 60 days.
    public var isStale: Bool
    /// Not late, and blocked, stale, compromised, or ending within 30 days under 70 %.
    public var isAtRisk: Bool
    /// 0 to 100.
    public var progressPercent: Int
    public var plannedCents: Int
    public var committedCents: Int
    public var spentCents: Int
    public var evidence: [Evidence]
    public var notes: [Note]
    public var isPublic: Bool
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
    public var title: Change<String> = .unchanged
    public var description: Change<String> = .unchanged
    public var plannedStart: Change<Day> = .unchanged
    public var plannedEnd: Change<Day> = .unchanged
    public var actualStart: Change<Day> = .unchanged
    public var actualEnd: Change<Day> = .unchanged
    public var health: Change<ActionHealth> = .unchanged
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
            ("planned_end", plannedEnd == .cleared), ("health", health == .cleared), ("is_public", isPublic == .cleared),
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

    public var to: ActionStatus
    public var reason: String?
    /// What blocks it.
    public var blocker: String?
    /// Who can unblock it.
    public var unblocker: String?
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

    public var id: Identifier<ActionEvent>
    public var at: Instant
    /// What was done: `action.transition`, `plan.import` …
    public var operation: String
    /// Who did it; nil for the system.
    public var member: String?
    /// For which organisation.
    public var organisation: String?
    public var requestID: String
    public var changes: [FieldChange]
}
