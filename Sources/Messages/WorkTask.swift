public import Fields

/// A task in a list: without its text.
public struct TaskLine: Decodable, Sendable {
    /// Ids of tasks.
    public typealias ID = Identifier<TaskLine>

    /// Its id.
    public var id: ID
    /// What is to be done: `mail.print`, `mail.failed` …
    public var kind: String
    /// The same in a few words, in French.
    public var title: String
    /// What kind of thing it is about.
    public var aboutKind: String?
    /// Which one.
    public var aboutID: Identifier<Never>?
    /// Since when.
    public var createdAt: Instant
    /// When it was done.
    public var doneAt: Instant?
    /// Whether there is a text to print.
    public var hasText: Bool
}

/// A task, whole.
public struct TaskDetail: Decodable, Sendable {
    /// Its id.
    public var id: TaskLine.ID
    /// What is to be done: `mail.print`, `mail.failed` …
    public var kind: String
    /// The same in a few words, in French.
    public var title: String
    /// What kind of thing it is about.
    public var aboutKind: String?
    /// Which one.
    public var aboutID: Identifier<Never>?
    /// Since when.
    public var createdAt: Instant
    /// When it was done; then the text is gone.
    public var doneAt: Instant?
    /// What to print and hand over.
    public var text: String?
}

/// Which tasks are wanted.
public enum TaskState: String, FieldEnum {
    /// Still to be done.
    case open
    /// Done.
    case done
}
