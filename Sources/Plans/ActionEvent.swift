public import Fields

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

        /// One field's change.
        public init(part: String, field: String, from: JSON?, to: JSON?) {
            self.part = part
            self.field = field
            self.from = from
            self.to = to
        }
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

    /// An operation.
    public init(
        id: Identifier<ActionEvent>, position: Int, at: Instant, operation: String, member: String?,
        organisation: String?,
        requestID: String, changes: [FieldChange]
    ) {
        self.id = id
        self.position = position
        self.at = at
        self.operation = operation
        self.member = member
        self.organisation = organisation
        self.requestID = requestID
        self.changes = changes
    }
}
