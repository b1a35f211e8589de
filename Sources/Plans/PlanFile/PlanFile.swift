public import Fields

/// An action plan as a file says it: what is imported, checked and exported. Organisations are named by their codes.
public struct PlanFile: Sendable, Hashable {
    /// What the plan is, and when it runs.
    public struct Header: Sendable, Hashable {
        /// The plan's code: lower-case letters, digits and hyphens.
        public var code: String
        /// The plan's title.
        public var title: String
        /// Whether the plan is invented for a demonstration.
        public var fictional: Bool
        /// The first day.
        public var startsOn: Day
        /// The last day.
        public var endsOn: Day
        /// What must hold of the plan.
        public var invariants: Invariants

        /// A header.
        public init(
            code: String, title: String, fictional: Bool, startsOn: Day, endsOn: Day,
            invariants: Invariants = Invariants()
        ) {
            self.code = code
            self.title = title
            self.fictional = fictional
            self.startsOn = startsOn
            self.endsOn = endsOn
            self.invariants = invariants
        }
    }

    /// What must hold of a plan, as far as it is declared.
    public struct Invariants: Sendable, Hashable {
        /// How many top-level actions; sub-actions are not counted.
        public var actions: Int?
        /// How many axes.
        public var axes: Int?
        /// The total of planned money, in cents.
        public var budgetCents: Int?
        /// The total of planned money by funder's code, in cents.
        public var funderCents: [String: Int]

        /// What must hold; nothing unless said.
        public init(
            actions: Int? = nil, axes: Int? = nil, budgetCents: Int? = nil, funderCents: [String: Int] = [:]
        ) {
            self.actions = actions
            self.axes = axes
            self.budgetCents = budgetCents
            self.funderCents = funderCents
        }
    }

    /// One axis.
    public struct Axis: Sendable, Hashable {
        /// A letter and one or two digits: what the codes of its actions begin with.
        public var code: String
        /// The axis' title.
        public var title: String

        /// An axis.
        public init(code: String, title: String) {
            self.code = code
            self.title = title
        }
    }

    /// One action, or sub-action.
    public struct Action: Sendable, Hashable {
        /// The stable code.
        public var code: ActionCode
        /// 1 to 300 characters.
        public var title: String
        /// At most 4,000 characters.
        public var description: String?
        /// The axis' code.
        public var axis: String
        /// The code of the organisation that carries the action.
        public var lead: String
        /// The codes of the organisations that take part, sorted, without the lead.
        public var partners: [String]
        /// The first planned day.
        public var plannedStart: Day
        /// The last planned day.
        public var plannedEnd: Day
        /// Where the action stands.
        public var status: ActionStatus
        /// The planned money, sorted by funder, then year.
        public var funding: [Funding]
        /// The line of the file the action was read from, 0 for none. Not part of equality.
        public var line: Int

        /// An action; partners and funding are sorted here, and an empty description is none.
        public init(
            code: ActionCode, title: String, description: String? = nil, axis: String, lead: String,
            partners: [String] = [], plannedStart: Day, plannedEnd: Day, status: ActionStatus = .planned,
            funding: [Funding] = [], line: Int = 0
        ) {
            self.code = code
            self.title = title
            self.description = description == "" ? nil : description
            self.axis = axis
            self.lead = lead
            self.partners = partners.sorted()
            self.plannedStart = plannedStart
            self.plannedEnd = plannedEnd
            self.status = status
            self.funding = funding.sorted { ($0.funder, $0.year) < ($1.funder, $1.year) }
            self.line = line
        }

        /// Whether two actions say the same, wherever they stand in their files.
        public static func == (left: Action, right: Action) -> Bool {
            left.code == right.code && left.title == right.title && left.description == right.description
                && left.axis == right.axis && left.lead == right.lead && left.partners == right.partners
                && left.plannedStart == right.plannedStart && left.plannedEnd == right.plannedEnd
                && left.status == right.status && left.funding == right.funding
        }

        /// Hashes the code, which is enough to tell actions apart.
        public func hash(into hasher: inout Hasher) { hasher.combine(code) }
    }

    /// Planned money of one funder for one year.
    public struct Funding: Sendable, Hashable {
        /// The funder's code.
        public var funder: String
        /// The year of the expense.
        public var year: Int
        /// The amount in cents; never negative.
        public var plannedCents: Int

        /// Planned money.
        public init(funder: String, year: Int, plannedCents: Int) {
            self.funder = funder
            self.year = year
            self.plannedCents = plannedCents
        }
    }

    /// Bigger files are refused before their cells are read: no plan is so big, and each wrong cell costs time.
    public static let maximumActions = 20_000

    /// What the plan is.
    public var header: Header
    /// The axes, sorted by code.
    public var axes: [Axis]
    /// The actions and sub-actions, sorted by code.
    public var actions: [Action]

    /// A plan; axes and actions are sorted here.
    public init(header: Header, axes: [Axis], actions: [Action]) {
        self.header = header
        self.axes = axes.sorted { $0.code < $1.code }
        self.actions = actions.sorted { $0.code < $1.code }
    }
}

/// An organisation that cells may name.
public struct PlanOrganisation: Sendable, Hashable {
    /// Its code: lower-case letters, digits and hyphens.
    public var code: String
    /// Its name, as people write it.
    public var name: String
    /// Whether it may stand in a money column.
    public var isFunder: Bool

    /// An organisation.
    public init(code: String, name: String, isFunder: Bool) {
        self.code = code
        self.name = name
        self.isFunder = isFunder
    }
}
