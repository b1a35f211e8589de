public import Accounts
public import Contract
public import Fields
import Postgres
public import Reference

extension ActionStore {
    /// What a list may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// An axis' code.
        public var axis: String?
        /// Where it stands.
        public var status: ActionStatus?
        /// Whether it is late.
        public var late: Bool?
        /// The lead organisation's code.
        public var lead: OrganisationCode?
        /// A funder's code.
        public var funder: OrganisationCode?
        /// A place: actions there, in what it is part of, or in a part of it.
        public var territory: PlaceCode?
        /// Planned to end before this day.
        public var dueBefore: Day?
        /// Words; case, accents and a typo are forgiven.
        public var q: SearchWords?
        /// The lead's opinion. With a token: among the actions that it sees whole, as with those that follow.
        public var health: ActionHealth?
        /// In progress and without news for 60 days. With a token.
        public var stale: Bool?
        /// Not late, and blocked, stale, compromised, or ending within 30 days under 70 %. With a token.
        public var atRisk: Bool?
        /// Whether something blocks it. With a token.
        public var blocked: Bool?
        /// In progress or done, and nothing proves it. With a token.
        public var withoutEvidence: Bool?
        /// Less than 80 % of what was planned for the years that ended is spent. With a token.
        public var underSpent: Bool?
        /// As at the end of this past day.
        public var asOf: Day?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every action.
        public init() {}

        /// Whether it looks at what the public does not see.
        var isInternal: Bool {
            health != nil || [stale, atRisk, blocked, withoutEvidence, underSpent].contains { $0 != nil }
        }

        /// Refuses what can't be asked together.
        func check(today: Day) throws(Refusal) {
            try PlanRefusals.checkPast(asOf, today: today)
            if asOf != nil, q != nil { throw PlanRefusals.noSearchInThePast() }
        }

        /// What a list `a` of actions is narrowed down by.
        ///
        /// Only what was asked for stands in the statement: with `$1 IS NULL OR …` the plan that PostgreSQL keeps for a
        /// prepared statement can use no index, and reads the whole table for a page.
        func conditions(on day: Day) throws(Refusal) -> SQL {
            var all: SQL = "true"
            if let after = try cursor?.key(of: "actions", ActionCode.self) { all = "\(all) AND a.code > \(after)" }
            if let axis { all = "\(all) AND a.axis = \(axis)" }
            if let status { all = "\(all) AND a.status = \(status)" }
            if let late { all = "\(all) AND a.is_late = \(late)" }
            if let lead { all = "\(all) AND a.lead->>'code' = \(lead)" }
            if let funder {
                all = "\(all) AND a.funding @> jsonb_build_array(jsonb_build_object('funder', \(funder)::text))"
            }
            if let territory { all = "\(all) AND a.place_codes && places_touching(\(territory))" }
            if let dueBefore { all = "\(all) AND a.planned_end < \(dueBefore)" }
            if let health { all = "\(all) AND a.health = \(health)" }
            if let stale { all = "\(all) AND a.is_stale = \(stale)" }
            if let atRisk { all = "\(all) AND a.is_at_risk = \(atRisk)" }
            if let blocked { all = "\(all) AND (a.status = 'blocked') = \(blocked)" }
            if let withoutEvidence { all = "\(all) AND a.is_without_evidence = \(withoutEvidence)" }
            if let underSpent { all = "\(all) AND a.is_under_spent = \(underSpent)" }
            // Each word stands in the text, or something near it does.
            for word in q?.words ?? [] {
                all = """
                    \(all) AND (a.search_text LIKE folded(\("%" + word.likeEscaped + "%"))
                                OR (folded(\(word)) <% a.search_text AND has_word_near(a.search_text, folded(\(word)))))
                    """
            }
            return all
        }
    }
}

extension String {
    /// The text as a LIKE pattern that matches only itself.
    fileprivate var likeEscaped: String {
        reduce(into: "") { $0 += "\\%_".contains($1) ? "\\\($1)" : String($1) }
    }
}
