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
