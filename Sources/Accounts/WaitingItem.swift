public import Fields

/// Something that waits for a member's organisation.
public struct WaitingItem: Decodable, Sendable {
    /// What waits: of actions, `late`, `not_started`, `milestone` (overdue, or due within 14 days), `stale`, `blocked`, `due_soon`,
    /// `challenged` (a doubt about a value is open) and `comment` (the other side spoke last).
    public var kind: String
    /// The code of what it is about.
    public var code: String
    /// Its title.
    public var title: String
    /// The day it began to wait, or is due.
    public var day: Day
    /// What exactly: a milestone's title, a comment's beginning.
    public var detail: String?
}
