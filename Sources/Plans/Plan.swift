public import Fields

/// The plan at a glance, as the public sees it.
public struct PlanSummary: Decodable, Sendable {
    /// Its stable code.
    public var code: String
    /// Its title.
    public var title: String
    /// Whether it was made up for a demonstration.
    public var isFictional: Bool
    /// First day.
    public var startsOn: Day
    /// Last day.
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
        /// Where it stands.
        public var status: ActionStatus
        /// How many.
        public var count: Int
    }
}

/// An axis at a glance, as the public sees it.
public struct AxisSummary: Decodable, Sendable {
    /// Its stable code.
    public var code: String
    /// Its title.
    public var title: String
    /// Public top-level actions.
    public var actions: Int
    /// Planned money of public actions, in cents.
    public var plannedCents: Int
    /// Mean of the top-level actions that are not abandoned, 0 to 100.
    public var progressPercent: Int
}

/// A year of a plan's money.
public struct PlanYear: FieldScalar {
    /// The year.
    public var number: Int

    /// Four digits of this century.
    public static var fieldKind: Shape.Kind { .pattern("^20[0-9]{2}$", example: "2023") }
    /// 2023.
    public static var placeholder: PlanYear { PlanYear(number: 2023) }
    /// Four digits.
    public var fieldText: String { String(number) }

    private init(number: Int) { self.number = number }

    /// Reads a year from 2000 to 2099.
    public init(fieldText: String) throws(Expectation) {
        guard fieldText.utf8.count == 4, let number = Int(fieldText), (2000...2099).contains(number) else {
            throw Expectation(fr: "une année de 2000 à 2099", en: "a year from 2000 to 2099")
        }
        self.number = number
    }
}
