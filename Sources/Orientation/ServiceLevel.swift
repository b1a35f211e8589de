public import Fields

/// How a structure, or all of them together, answer orientations (`domain.md` §4.3): of those sent at least `within_days` ago, in the
/// `months` before, less withdrawn and obsolete ones. An answer is given by the structure; opening a link is none.
///
/// A structure's own organisation sees it exactly. For others what counts fewer than `hidden_under` is null.
public struct ServiceLevel: Decodable, Sendable, Hashable {
    /// The day it is true of.
    public var day: Day
    /// Whether nothing is hidden, as for the structure's own organisation.
    public var isExact: Bool
    /// How many were sent.
    public var sent: Int?
    /// How many of them were answered within `within_days`; of one structure, for its own organisation only.
    public var answered: Int?
    /// The response rate, of 100.
    public var responsePercent: Int?
    /// Half of the answers took no longer, in days.
    public var medianDays: Double?
    /// How many are under way today, whenever sent.
    public var open: Int?
    /// Those of them whose day is past.
    public var overdue: Int?
    /// The days in which an answer counts.
    public var withinDays: Int
    /// The length of the window.
    public var months: Int
    /// Below this, a rate or a number is not shown.
    public var hiddenUnder: Int
}
