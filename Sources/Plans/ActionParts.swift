public import Fields

/// A step of an action, with its day.
public struct Milestone: Decodable, Sendable, Hashable {
    /// Its id.
    public var id: Identifier<Milestone>
    /// What is reached.
    public var title: String
    /// By which day.
    public var dueOn: Day
    /// On which day it was reached.
    public var doneOn: Day?
    /// How much it counts in the action's progress.
    public var weight: Int
}

/// What an action is measured by, and where it stands.
public struct Indicator: Decodable, Sendable, Hashable {
    /// A dated value.
    public struct Value: Decodable, Sendable, Hashable {
        /// Its id.
        public var id: Identifier<Value>
        /// The day it was true.
        public var datedOn: Day
        /// The value, in the indicator's unit.
        public var value: Double
        /// Where it comes from.
        public var source: String
        /// Why somebody doubts it.
        public var challenge: String?
        /// How the doubt was settled.
        public var settlement: Settlement?
        /// Why so.
        public var settlementNote: String?
        /// When it was given.
        public var addedAt: Instant
    }

    /// How a doubt about a value was settled.
    public enum Settlement: String, FieldEnum {
        /// The value stands.
        case kept
        /// The value is no longer counted.
        case withdrawn
    }

    /// Its id.
    public var id: Identifier<Indicator>
    /// What is counted.
    public var title: String
    /// In what: persons, structures, hours.
    public var unit: String
    /// The value before the action.
    public var baseline: Double
    /// The value aimed at.
    public var target: Double
    /// How much it counts in the action's progress.
    public var weight: Int
    /// The latest value that was not withdrawn.
    public var value: Double?
    /// The day of that value.
    public var datedOn: Day?
    /// How far that value is from the baseline to the target, 0 to 100.
    public var progressPercent: Int
    /// Every value, the oldest first.
    public var values: [Value]
}

/// What a milestone is made of.
public struct NewMilestone: Decodable, Sendable, Hashable {
    /// What is reached.
    public var title: String
    /// By which day.
    public var dueOn: Day
    /// How much it counts; 1 unless given.
    public var weight: Int?

    /// A milestone.
    public init(title: String, dueOn: Day, weight: Int? = nil) {
        self.title = title
        self.dueOn = dueOn
        self.weight = weight
    }
}

/// What a PATCH of a milestone may change.
public struct MilestoneChanges: Decodable, Sendable, Hashable {
    /// What is reached.
    public var title: Change<String> = .unchanged
    /// By which day.
    public var dueOn: Change<Day> = .unchanged
    /// On which day it was reached; null for not yet.
    public var doneOn: Change<Day> = .unchanged
    /// How much it counts.
    public var weight: Change<Int> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}
}

/// What an indicator is made of.
public struct NewIndicator: Decodable, Sendable, Hashable {
    /// What is counted.
    public var title: String
    /// In what: persons, structures, hours.
    public var unit: String
    /// The value before the action; 0 unless given.
    public var baseline: Double?
    /// The value aimed at, above the baseline.
    public var target: Double
    /// How much it counts; 1 unless given.
    public var weight: Int?

    /// An indicator.
    public init(title: String, unit: String, baseline: Double? = nil, target: Double, weight: Int? = nil) {
        self.title = title
        self.unit = unit
        self.baseline = baseline
        self.target = target
        self.weight = weight
    }
}

/// What a PATCH of an indicator may change.
public struct IndicatorChanges: Decodable, Sendable, Hashable {
    /// What is counted.
    public var title: Change<String> = .unchanged
    /// In what.
    public var unit: Change<String> = .unchanged
    /// The value before the action.
    public var baseline: Change<Double> = .unchanged
    /// The value aimed at.
    public var target: Change<Double> = .unchanged
    /// How much it counts.
    public var weight: Change<Int> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}
}

/// A dated value of an indicator.
public struct NewIndicatorValue: Decodable, Sendable, Hashable {
    /// The day it was true; not in the future.
    public var datedOn: Day
    /// The value.
    public var value: Double
    /// Where it comes from.
    public var source: String

    /// A value.
    public init(datedOn: Day, value: Double, source: String) {
        self.datedOn = datedOn
        self.value = value
        self.source = source
    }
}

/// A doubt about a value.
public struct NewChallenge: Decodable, Sendable, Hashable {
    /// Why.
    public var motive: String

    /// A doubt.
    public init(motive: String) { self.motive = motive }
}

/// How the team settles a doubt.
public struct NewSettlement: Decodable, Sendable, Hashable {
    /// How.
    public var settlement: Indicator.Settlement
    /// Why so.
    public var note: String

    /// A settlement.
    public init(settlement: Indicator.Settlement, note: String) {
        self.settlement = settlement
        self.note = note
    }
}

/// A place in an action's history.
struct HistoryPosition: FieldScalar {
    let number: Int64

    static var fieldKind: Shape.Kind { .integer }
    static var placeholder: HistoryPosition { HistoryPosition(number: 0) }
    var fieldText: String { String(number) }

    private init(number: Int64) { self.number = number }

    init(fieldText: String) throws(Expectation) {
        guard let number = Int64(fieldText), number >= 0, String(number) == fieldText else {
            throw Expectation(fr: "une position", en: "a position")
        }
        self.number = number
    }
}
