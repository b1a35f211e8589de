public import Fields
public import Reference

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
    /// Where it takes place; the order does not count.
    public var territory: Change<[PlaceCode]> = .unchanged
    /// For whom it is.
    public var audiences: Change<[Audience]> = .unchanged
    /// How much the team wants it watched.
    public var priority: Change<ActionPriority> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}

    /// The fields given that only the team may change: they are the agreement's, not the lead's.
    var teamOnly: [String] {
        [
            ("title", title.isChange), ("planned_start", plannedStart.isChange), ("planned_end", plannedEnd.isChange),
            ("is_public", isPublic.isChange), ("priority", priority.isChange),
        ].filter(\.1).map(\.0)
    }

    /// The fields given that cannot be emptied.
    var clearedButRequired: [String] {
        [
            ("title", title == .cleared), ("planned_start", plannedStart == .cleared),
            ("planned_end", plannedEnd == .cleared), ("health", health == .cleared),
            ("is_public", isPublic == .cleared), ("priority", priority == .cleared),
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
