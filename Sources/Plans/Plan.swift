public import Fields

/// The plan at a glance, as the public sees it.
public struct PlanSummary: Decodable, Sendable {
    public var code: String
    public var title: String
    /// Whether it was made up for a demonstration.
    public var isFictional: Bool
    public var startsOn: Day
    public var endsOn: Day
    /// Public top-level actions.
    public var actions: Int
    /// Public top-level actions by status.
    public var byStatus: [StatusCount]
    /// Public top-level actions that are late.
    public var late: Int
    /// Planned money of public actions, in cents.
    public var plannedCents: Int
    /// Mean of the top-level actions that are not abandoned, 0 to 100.
    public var progressPercent: Int

    /// How many actions stand somewhere.
    public struct StatusCount: Decodable, Sendable, Hashable {
        public var status: ActionStatus
        public var count: Int
    }
}

/// An axis at a glance, as the public sees it.
public struct AxisSummary: Decodable, Sendable {
    public var code: String
    public var title: String
    /// Public top-level actions.
    public var actions: Int
    /// Planned money of public actions, in cents.
    public var plannedCents: Int
    /// Mean of the top-level actions that are not abandoned, 0 to 100.
    public var progressPercent: Int
}
