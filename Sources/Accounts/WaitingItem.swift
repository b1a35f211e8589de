public import Fields
import Postgres

/// Something that waits for a member's organisation.
public struct WaitingItem: Decodable, Sendable {
    /// What waits: of actions, `late`, `not_started`, `milestone` (overdue, or due within 14 days), `stale`, `blocked`, `due_soon`,
    /// `challenged` (a doubt about a value is open) and `comment` (the other side spoke last); of structures, for the team
    /// `structure_claim` (to decide), `contact_link` (it has expired) and `contact_change` (the former address is to be told), for
    /// their employer `unverified` (for a year) and `disagreement` (a file contradicts a field); of recruitment, for the team
    /// `session_contact` (to confirm), for an employer `need_ending` (its period ends soon);
    /// of whatever no mail can do, `task`.
    public var kind: String
    /// The code of what it is about; of a structure its FINESS number, of a need, a session or a task its id.
    public var code: String
    /// Its title.
    public var title: String
    /// The day it began to wait, or is due.
    public var day: Day
    /// What exactly: a milestone's title, a comment's beginning.
    public var detail: String?

    /// As answers tell it.
    var json: JSON {
        [
            "kind": .string(kind), "code": .string(code), "title": .string(title), "day": .string(day.fieldText),
            "detail": JSON(detail),
        ]
    }

    /// What waits according to every source, the most urgent first.
    static func gather(
        _ sources: [@Sendable (Caller, Day) async throws -> Rows<WaitingItem>], for caller: Caller, on day: Day
    ) async throws -> [WaitingItem] {
        var all: [WaitingItem] = []
        for source in sources { all += try await source(caller, day).all() }
        return all.sorted { ($0.day, $0.code, $0.kind) < ($1.day, $1.code, $1.kind) }
    }
}
