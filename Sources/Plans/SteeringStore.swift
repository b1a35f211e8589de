public import Accounts
public import Contract
public import Fields
public import Postgres
public import Reference

/// Questions that those who steer ask of the whole plan. Each caller sees the actions that it may see whole: the team all,
/// an organisation those it leads or takes part in.
public struct SteeringStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// What is looked for; all must hold.
    public struct Filter: Decodable, Sendable {
        /// What the actions need.
        public var view: SteeringView?
        /// An axis' code.
        public var axis: String?
        /// Where they stand.
        public var status: ActionStatus?
        /// The lead's opinion.
        public var health: ActionHealth?
        /// How much the team wants them watched.
        public var priority: ActionPriority?
        /// The lead organisation's code.
        public var lead: OrganisationCode?
        /// A funder's code.
        public var funder: OrganisationCode?
        /// A place: actions there, in what it is part of, or in a part of it.
        public var territory: PlaceCode?
        /// As at the end of this past day.
        public var asOf: Day?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every action.
        public init() {}

        /// What a list `v` of whole actions is narrowed down by.
        var conditions: SQL {
            var all: SQL = "true"
            if let view { all = "\(all) AND \(view.condition)" }
            if let axis { all = "\(all) AND v.axis = \(axis)" }
            if let status { all = "\(all) AND v.status = \(status)" }
            if let health { all = "\(all) AND v.health = \(health)" }
            if let priority { all = "\(all) AND v.priority = \(priority)" }
            if let lead { all = "\(all) AND v.lead->>'code' = \(lead)" }
            if let funder {
                all = "\(all) AND v.funding @> jsonb_build_array(jsonb_build_object('funder', \(funder)::text))"
            }
            if let territory { all = "\(all) AND v.place_codes && places_touching(\(territory))" }
            return all
        }
    }

    // MARK: - Lists

    /// A page of actions by code; one row more than the limit when there is a next page.
    public func list(_ filter: Filter, on today: Day, as caller: Caller) async throws -> Rows<SteeringLine> {
        let statement = try statement(filter, on: today, as: caller, atMost: (filter.limit ?? .standard).count + 1)
        return try await database.slow(as: caller) { try await $0.rows(statement, as: SteeringLine.self) }
    }

    /// Every action that the filter lets through, by code, handed over in batches.
    public func export(
        _ filter: Filter, on today: Day, as caller: Caller, _ body: (Rows<SteeringLine>) async throws -> Void
    ) async throws {
        let statement = try statement(filter, on: today, as: caller, atMost: nil)
        try await database.slow(as: caller) { try await $0.batches(of: statement, as: SteeringLine.self, body) }
    }

    private func statement(
        _ filter: Filter, on today: Day, as caller: Caller, atMost count: Int?
    ) throws -> SQL {
        try PlanRefusals.checkPast(filter.asOf, today: today)
        let after = try filter.cursor?.key(of: "steering", ActionCode.self)
        return """
            SELECT \(columns: SteeringLine.self)
              FROM (SELECT v.*, v.lead->>'code' AS lead_code, v.lead->>'name' AS lead_name,
                           (v.updated_at AT TIME ZONE 'Europe/Paris')::date AS last_news_on,
                           (SELECT string_agg(p->>'name', ', ' ORDER BY p->>'code')
                              FROM jsonb_array_elements(v.territory) AS p) AS territory_names
                      FROM (\(ActionStore.actions(on: filter.asOf ?? today, asOf: filter.asOf))) AS v
                     WHERE \(ActionStore.seen(by: caller)) AND \(filter.conditions)) AS line
             WHERE \(after)::text IS NULL OR code > \(after)
             ORDER BY code
             LIMIT \(count)
            """
    }

    // MARK: - Counts

    /// How many top-level actions of each axis, lead, funder or grouping of communes need what.
    public func counts(
        by group: SteeringGroup, on today: Day, asOf past: Day? = nil, as caller: Caller
    ) async throws -> Rows<SteeringCount> {
        try PlanRefusals.checkPast(past, today: today)
        let day = past ?? today
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                WITH line AS MATERIALIZED (
                    SELECT v.code, v.axis, v.lead, v.funding, v.place_codes, v.status, v.progress_percent, v.is_late, v.is_stale,
                           v.is_at_risk, v.is_due_soon, v.is_without_news, v.is_without_evidence, v.is_under_spent,
                           v.is_over_committed, v.planned_cents, v.committed_cents, v.spent_cents
                      FROM (\(ActionStore.actions(on: day, asOf: past))) AS v
                     WHERE v.parent IS NULL AND \(ActionStore.seen(by: caller)))
                SELECT \(columns: SteeringCount.self)
                  FROM (SELECT coalesce(g.key, '') AS key, coalesce(g.label, '—') AS label, count(*) AS actions,
                               count(*) FILTER (WHERE status = 'abandoned') AS abandoned,
                               count(*) FILTER (WHERE status = 'done') AS done,
                               count(*) FILTER (WHERE is_late) AS late, count(*) FILTER (WHERE is_stale) AS stale,
                               count(*) FILTER (WHERE is_at_risk) AS at_risk,
                               count(*) FILTER (WHERE status = 'blocked') AS blocked,
                               count(*) FILTER (WHERE is_due_soon) AS due_soon,
                               count(*) FILTER (WHERE is_without_news) AS without_news,
                               count(*) FILTER (WHERE is_without_evidence) AS without_evidence,
                               count(*) FILTER (WHERE is_under_spent) AS under_spent,
                               count(*) FILTER (WHERE is_over_committed) AS over_committed,
                               coalesce(round(avg(progress_percent) FILTER (WHERE status <> 'abandoned')), 0)::integer
                                   AS progress_percent,
                               coalesce(sum(g.planned_cents), 0)::bigint AS planned_cents,
                               coalesce(sum(g.committed_cents), 0)::bigint AS committed_cents,
                               coalesce(sum(g.spent_cents), 0)::bigint AS spent_cents
                          FROM line CROSS JOIN LATERAL (\(group.groups)) AS g
                         GROUP BY 1, 2) AS counted
                 ORDER BY key
                """, as: SteeringCount.self)
        }
    }

    // MARK: - Coverage

    /// How the territory is looked at.
    public struct CoverageFilter: Decodable, Sendable {
        /// What places.
        public enum Kind: String, FieldEnum { case epci, commune }

        /// Groupings unless asked.
        public var kind: Kind?
        /// Only places that no action names, the whole département's left out.
        public var withoutAction: Bool?
        /// Communes of this grouping.
        public var epci: PlaceCode?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// All groupings.
        public init() {}
    }

    /// How the places of the département are covered by actions that are not abandoned, by code: public ones,
    /// and those that the caller sees whole.
    public func coverage(_ filter: CoverageFilter, as caller: Caller) async throws -> Rows<Coverage> {
        try await coverage(filter, atMost: (filter.limit ?? .standard).count + 1, as: caller)
    }

    /// The same, every place.
    public func wholeCoverage(_ filter: CoverageFilter, as caller: Caller) async throws -> Rows<Coverage> {
        try await coverage(filter, atMost: nil, as: caller)
    }

    private func coverage(_ filter: CoverageFilter, atMost count: Int?, as caller: Caller) async throws -> Rows<
        Coverage
    > {
        let after = try filter.cursor?.key(of: "coverage", PlaceCode.self)
        let kind = filter.kind ?? .epci
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                WITH named AS MATERIALIZED (
                    SELECT v.id, v.status, v.territory FROM action v
                     WHERE v.status <> 'abandoned' AND v.parent_id IS NULL AND v.plan_id = \(PlanStore.current)
                       AND (v.is_public OR \(ActionStore.seen(by: caller)))),
                place AS (
                    SELECT insee AS code, 'commune' AS kind, name, epci_siren, population, ARRAY[insee, epci_siren] AS touching
                      FROM commune
                    UNION ALL
                    SELECT e.siren, 'epci', e.name, NULL, sum(c.population)::integer, ARRAY[e.siren] || array_agg(c.insee)
                      FROM epci e JOIN commune c ON c.epci_siren = e.siren GROUP BY e.siren, e.name)
                SELECT \(columns: Coverage.self)
                  FROM (SELECT p.code, p.kind, p.name, p.epci_siren, p.population,
                               (SELECT count(*) FROM named a WHERE a.territory && p.touching) AS actions,
                               (SELECT count(*) FROM named a WHERE a.territory && p.touching AND a.status = 'in_progress')
                                   AS in_progress,
                               (SELECT count(*) FROM named a WHERE '31' = ANY (a.territory)) AS departement_actions
                          FROM place p
                         WHERE p.kind = \(kind) AND (\(filter.epci)::text IS NULL OR p.epci_siren = \(filter.epci))
                           AND (\(after)::text IS NULL OR p.code > \(after))) AS covered
                 WHERE \(filter.withoutAction)::boolean IS NULL OR (actions = 0) = \(filter.withoutAction)::boolean
                 ORDER BY code
                 LIMIT \(count)
                """, as: Coverage.self)
        }
    }

    // MARK: - What waits

    /// What waits for a caller on the actions it leads (for the team: what only the team can settle), the most urgent first.
    public func waiting(for caller: Caller, on day: Day) async throws -> Rows<WaitingItem> {
        let mine: SQL =
            caller.isTeam ? "true" : "v.lead_organisation_id = \(caller.member?.organisationID)"
        let statement = caller.isTeam ? Self.waitingForTeam : Self.waitingForLead(on: day)
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                WITH v AS MATERIALIZED (SELECT * FROM (\(ActionStore.actions(on: day))) AS v WHERE \(mine))
                SELECT \(columns: WaitingItem.self) FROM (\(statement)) AS item ORDER BY day, code, kind LIMIT 200
                """, as: WaitingItem.self)
        }
    }

    private static let waitingForTeam: SQL = """
        SELECT 'challenged' AS kind, v.code, v.title, (i.value->>'dated_on')::date AS day, i.value->>'challenge' AS detail
          FROM v, jsonb_path_query(v.indicators, '$[*].values[*] ? (@.challenge != null && @.settlement == null)') AS i (value)
        UNION ALL
        SELECT 'comment', v.code, v.title, (c.written_at AT TIME ZONE 'Europe/Paris')::date, left(c.text, 120)
          FROM v CROSS JOIN LATERAL (SELECT * FROM action_comment c WHERE c.action_id = v.id ORDER BY c.id DESC LIMIT 1) AS c
         WHERE NOT c.is_from_team
        """

    private static func waitingForLead(on day: Day) -> SQL {
        """
        SELECT 'late' AS kind, code, title, planned_end AS day, NULL::text AS detail FROM v WHERE is_late AND planned_end < \(day)
        UNION ALL
        SELECT 'not_started', code, title, planned_start, NULL FROM v WHERE status = 'planned' AND planned_start < \(day)
        UNION ALL
        SELECT 'milestone', v.code, v.title, (m.value->>'due_on')::date, m.value->>'title'
          FROM v, jsonb_array_elements(v.milestones) AS m
         WHERE v.status NOT IN ('done', 'abandoned') AND m.value->'done_on' = 'null' AND (m.value->>'due_on')::date <= \(day)::date + 14
        UNION ALL
        SELECT 'stale', code, title, (updated_at AT TIME ZONE 'Europe/Paris')::date, NULL FROM v WHERE is_stale
        UNION ALL
        SELECT 'blocked', code, title, (updated_at AT TIME ZONE 'Europe/Paris')::date, blocker FROM v WHERE status = 'blocked'
        UNION ALL
        SELECT 'due_soon', code, title, planned_end, NULL FROM v WHERE is_due_soon
        UNION ALL
        SELECT 'challenged', v.code, v.title, (i.value->>'dated_on')::date, i.value->>'challenge'
          FROM v, jsonb_path_query(v.indicators, '$[*].values[*] ? (@.challenge != null && @.settlement == null)') AS i (value)
        UNION ALL
        SELECT 'comment', v.code, v.title, (c.written_at AT TIME ZONE 'Europe/Paris')::date, left(c.text, 120)
          FROM v CROSS JOIN LATERAL (SELECT * FROM action_comment c WHERE c.action_id = v.id ORDER BY c.id DESC LIMIT 1) AS c
         WHERE c.is_from_team
        """
    }
}

extension SteeringView {
    /// What an action `v` in this view is.
    var condition: SQL {
        switch self {
        case .late: "v.is_late"
        case .stale: "v.is_stale"
        case .atRisk: "v.is_at_risk"
        case .blocked: "v.status = 'blocked'"
        case .dueSoon: "v.is_due_soon"
        case .withoutNews: "v.is_without_news"
        case .withoutEvidence: "v.is_without_evidence"
        case .underSpent: "v.is_under_spent"
        case .overCommitted: "v.is_over_committed"
        case .challenged: "v.is_challenged"
        }
    }
}

extension SteeringGroup {
    /// What a line counts for: one row a group, with the money that counts there.
    fileprivate var groups: SQL {
        let money: SQL = "line.planned_cents, line.committed_cents, line.spent_cents"
        switch self {
        case .axis:
            return """
                SELECT x.code AS key, x.title AS label, \(money) FROM axis x
                 WHERE x.code = line.axis AND x.plan_id = \(PlanStore.current)
                """
        case .lead: return "SELECT line.lead->>'code' AS key, line.lead->>'name' AS label, \(money)"
        case .funder:
            return """
                SELECT o.code AS key, o.name AS label, sum((f->>'planned_cents')::bigint) AS planned_cents,
                       sum((f->>'committed_cents')::bigint) AS committed_cents, sum((f->>'spent_cents')::bigint) AS spent_cents
                  FROM jsonb_array_elements(line.funding) AS f JOIN organisation o ON o.code = f->>'funder'
                 GROUP BY o.code, o.name
                """
        case .territory:
            return """
                SELECT e.siren AS key, e.name AS label, \(money) FROM epci e
                 WHERE line.place_codes && places_touching(e.siren)
                """
        }
    }
}
