import Contract
public import Fields
public import Postgres

/// What anybody may know of the platform at a glance.
public struct PublicStats: Decodable, Sendable {
    /// The plan; none where none is loaded.
    public struct Plan: Decodable, Sendable {
        /// Its code.
        public var code: String
        /// Its title.
        public var title: String
        /// Whether it is made up, for a demonstration.
        public var isFictional: Bool
        /// Its first day.
        public var startsOn: Day
        /// Its last day.
        public var endsOn: Day
    }

    /// Public actions, without their parts.
    public struct Actions: Decodable, Sendable {
        /// How many.
        public var total: Int
        /// The mean of their progress, in per cent, of those that are not abandoned.
        public var progressPercent: Int
        /// What is planned for them, in cents.
        public var plannedCents: Int
        /// How many in each status.
        public var byStatus: [Status]
    }

    /// Actions of a status.
    public struct Status: Decodable, Sendable {
        /// The status.
        public var status: String
        /// The French word for it.
        public var label: String
        /// How many.
        public var count: Int
    }

    /// Open structures of the sector.
    public struct Structures: Decodable, Sendable {
        /// How many.
        public var total: Int
        /// How many have an open need.
        public var recruiting: Int
        /// How many of each kind, the most first.
        public var byKind: [Kind]
    }

    /// Structures of a kind.
    public struct Kind: Decodable, Sendable {
        /// The category of FINESS.
        public var kind: String
        /// The word people use for it.
        public var label: String
        /// How many.
        public var count: Int
    }

    /// Open needs.
    public struct Needs: Decodable, Sendable {
        /// How many.
        public var open: Int
        /// For how many people.
        public var positions: Int
        /// By job, the most people first.
        public var byJob: [Job]
    }

    /// Open needs for a job.
    public struct Job: Decodable, Sendable {
        /// Its ROME code.
        public var job: String
        /// Its name.
        public var label: String
        /// How many needs.
        public var count: Int
        /// For how many people.
        public var positions: Int
    }

    /// Open sessions.
    public struct Sessions: Decodable, Sendable {
        /// How many.
        public var open: Int
        /// How many places are left in them.
        public var places: Int
    }

    /// Persons of a closed quarter: what fewer than five did is not told.
    public struct Quarter: Decodable, Sendable {
        /// `2024-T4`.
        public var quarter: String
        /// Persons received: each once a year, in the first quarter of it.
        public var received: Int?
        /// Persons oriented.
        public var oriented: Int?
        /// Persons hired.
        public var hired: Int?
        /// Of 100 orientations sent in it, how many were answered within 30 days.
        public var responsePercent: Int?
    }

    /// The plan.
    public var plan: Plan?
    /// Its public actions.
    public var actions: Actions
    /// The directory.
    public var structures: Structures
    /// What people are looked for.
    public var needs: Needs
    /// What is organised.
    public var sessions: Sessions
    /// Persons of each closed quarter, the first first.
    public var quarters: [Quarter]
}

/// A picture of some of it.
public enum StatsFigure: String, FieldEnum {
    /// Actions by status.
    case actions
    /// Structures by kind.
    case structures
    /// Open positions by job.
    case needs
    /// Persons oriented, by closed quarter.
    case orientations
}

/// Where public figures come from.
public struct StatsStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// Everything, as JSON.
    func read() async throws -> JSON {
        let rows = try await database.read("SELECT figures AS value FROM public_stats", as: Value<JSON>.self)
        return try rows.first()?.value ?? .null
    }

    /// A picture: the eight most, the others together.
    func chart(_ figure: StatsFigure) async throws -> ReportChart {
        let all = try await read()
        let (title, list, count): (String, [JSON], String) =
            switch figure {
            case .actions: ("Actions du plan, par statut", all["actions"]?["by_status"]?.elements ?? [], "count")
            case .structures:
                ("Structures du secteur, par catégorie", all["structures"]?["by_kind"]?.elements ?? [], "count")
            case .orientations:
                (
                    "Personnes orientées, par trimestre clos",
                    // Where it is withheld there is no bar.
                    (all["quarters"]?.elements ?? []).filter { $0["oriented"]?.integer != nil }.suffix(8).map { row in
                        ["label": row["quarter"] ?? .null, "count": row["oriented"] ?? .null]
                    }, "count"
                )
            case .needs: ("Postes à pourvoir, par métier", all["needs"]?["by_job"]?.elements ?? [], "positions")
            }
        var shown = list.prefix(8).map { ($0["label"]?.string ?? "", $0[count]?.integer ?? 0) }
        let rest = list.dropFirst(8).reduce(0) { $0 + ($1[count]?.integer ?? 0) }
        if rest > 0 { shown.append(("autres", rest)) }
        return ReportChart(
            title: title, unit: .count, categories: shown.map { Self.short($0.0) },
            series: [("Nombre", shown.map(\.1))])
    }

    /// A label that fits beside a bar.
    private static func short(_ label: String) -> String { label.count > 22 ? label.prefix(21) + "…" : label }
}
