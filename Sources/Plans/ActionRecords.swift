public import Accounts
public import Fields

/// What a PATCH of a note may change.
public struct NoteChanges: Decodable, Sendable, Hashable {
    /// What it is about.
    public var kind: Change<NoteKind> = .unchanged
    /// What it says.
    public var text: Change<String> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}
}

/// What a PATCH of evidence may change: a file's bytes never do.
public struct EvidenceChanges: Decodable, Sendable, Hashable {
    /// What it is.
    public var label: Change<String> = .unchanged
    /// Where it is, when it is a link.
    public var url: Change<String> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}
}

/// Money of a funder for a year that an action did not have yet, in cents.
public struct NewFunding: Decodable, Sendable, Hashable {
    /// The funder's code.
    public var funder: OrganisationCode
    /// The year, one of the plan's.
    public var year: Int
    /// Planned (prévu), in cents.
    public var plannedCents: Int
    /// Committed (engagé), in cents; none unless given.
    public var committedCents: Int?
    /// Spent (réalisé), in cents; none unless given.
    public var spentCents: Int?

    /// A funding line.
    public init(
        funder: OrganisationCode, year: Int, plannedCents: Int, committedCents: Int? = nil, spentCents: Int? = nil
    ) {
        self.funder = funder
        self.year = year
        self.plannedCents = plannedCents
        self.committedCents = committedCents
        self.spentCents = spentCents
    }
}

/// Money of an action that runs ahead: kept as it was given, and said.
public struct FundingWarning: Decodable, Sendable, Hashable {
    /// What is over what.
    public enum Code: String, FieldEnum {
        /// More was committed than planned.
        case committedAbovePlanned = "committed_above_planned"
        /// More was spent than committed.
        case spentAboveCommitted = "spent_above_committed"
    }

    /// What is over what.
    public var code: Code
    /// The funder's code.
    public var funder: String
    /// The year.
    public var year: Int
    /// By how much, in cents.
    public var excessCents: Int
}
