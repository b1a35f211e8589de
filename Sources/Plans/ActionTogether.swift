public import Accounts
public import Fields
public import Reference

/// What the team and an action's organisations say to one another about it.
public struct ActionComment: Decodable, Sendable {
    /// Its id.
    public var id: Identifier<ActionComment>
    /// For which organisation its author spoke.
    public var organisation: OrganisationReference
    /// Whether the team spoke.
    public var isFromTeam: Bool
    /// What was said.
    public var text: String
    /// When.
    public var writtenAt: Instant
}

/// A comment to be written.
public struct NewComment: Decodable, Sendable, Hashable {
    /// What is said, 1 to 2,000 characters.
    public var text: String

    /// A comment.
    public init(text: String) { self.text = text }
}

/// The same changes to every action of a filter.
public struct BulkChanges: Decodable, Sendable {
    /// Which actions; at least one member.
    public struct Selection: Decodable, Sendable, Hashable {
        /// These codes.
        public var codes: [ActionCode]?
        /// Of this axis.
        public var axis: String?
        /// Standing there.
        public var status: ActionStatus?
        /// Carried by this organisation.
        public var lead: OrganisationCode?
        /// Funded by this funder.
        public var funder: OrganisationCode?
        /// There, in what it is part of, or in a part of it.
        public var territory: PlaceCode?
        /// In this view of steering.
        public var view: SteeringView?

        /// No condition yet.
        public init() {}
    }

    /// Which actions.
    public var selection: Selection
    /// What changes.
    public var changes: ActionChanges
    /// Whether it is done; without, it is only said what would change.
    public var apply: Bool?

    /// A rehearsal unless `apply`.
    public init(selection: Selection, changes: ActionChanges, apply: Bool = false) {
        self.selection = selection
        self.changes = changes
        self.apply = apply
    }
}

/// What a bulk change does.
public struct BulkOutcome: Decodable, Sendable {
    /// One field of one action.
    public struct Line: Decodable, Sendable {
        /// The action.
        public var code: ActionCode
        /// The field.
        public var field: String
        /// Before.
        public var from: JSON?
        /// After.
        public var to: JSON?
    }

    /// How many actions the selection holds.
    public var selected: Int
    /// How many of them change.
    public var changed: Int
    /// Whether it was done.
    public var applied: Bool
    /// Every field that changes.
    public var changes: [Line]

    /// The outcome as the contract writes it.
    public var json: JSON {
        [
            "selected": JSON(selected), "changed": JSON(changed), "applied": .bool(applied),
            "changes": .array(
                changes.map {
                    [
                        "code": .string($0.code.text), "field": .string($0.field), "from": $0.from ?? .null,
                        "to": $0.to ?? .null,
                    ]
                }),
        ]
    }
}
