public import Accounts
public import Contract
public import Fields
public import Postgres
import Messages

/// Where campaigns are kept.
public struct CampaignStore: Sendable {
    let database: Database
    let profiles: ReportProfiles

    /// A store in a database, with the layouts that there are.
    public init(_ database: Database, profiles: ReportProfiles) {
        self.database = database
        self.profiles = profiles
    }

    /// A campaign as a move finds it, locked.
    struct Current: Decodable, Sendable {
        var id: Campaign.ID
        var funderID: Identifier<OrganisationTag>
        var funderCode: String
        var profile: String
        var title: String
        var startsOn: Day
        var endsOn: Day
        var reviewBy: Day
        var signBy: Day
        var state: CampaignState
        var reviewerID: Member.ID?
        var reportCount: Int
        var version: Int

        /// How a caller acts on it; nil when they may only read.
        func actor(_ caller: Caller) -> CampaignActor? {
            guard let member = caller.member, caller.mayWrite else { return nil }
            return caller.isTeam ? .team : member.organisationID == funderID ? .funder : nil
        }
    }

    /// A campaign with what those who may see beside.
    public struct Found: Sendable {
        /// The campaign.
        public var campaign: Rows<Campaign>
        /// What it lacks, for the team while it can still be completed.
        public var gaps: JSON?
        /// How it went.
        public var events: Rows<CampaignEvent>
        /// The moves that the caller may make now.
        public var moves: JSON
    }

    // MARK: - Reading

    /// What a list may be narrowed down by.
    public struct Filter: Decodable, Sendable {
        /// Where they stand.
        public var state: CampaignState?
        /// Whose, by code.
        public var funder: OrganisationCode?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every campaign that the caller may see.
        public init() {}
    }

    /// A page, the oldest first; one row more than the limit when there is a next page. The team sees all; a funder its own, from the
    /// first submission on; nobody else any.
    public func list(_ filter: Filter, as caller: Caller) async throws -> Rows<Campaign> {
        let after = try filter.cursor?.key(of: "campaigns", Campaign.ID.self)
        var conditions: SQL = "\(Self.seen(by: caller)) AND (\(after)::uuid IS NULL OR c.id > \(after)::uuid)"
        if let state = filter.state { conditions = "\(conditions) AND c.state = \(state)" }
        if let funder = filter.funder { conditions = "\(conditions) AND o.code = \(funder)" }
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                \(Self.campaigns(on: transaction.today)) WHERE \(conditions)
                 ORDER BY c.id LIMIT \((filter.limit ?? .standard).count + 1)
                """, as: Campaign.self)
        }
    }

    /// One campaign, or a refusal when there is none that the caller may know of.
    public func find(_ id: Campaign.ID, as caller: Caller) async throws -> Found {
        try await database.slow(as: caller) { try await found(id, as: caller, $0) }
    }

    func found(_ id: Campaign.ID, as caller: Caller, _ transaction: Transaction) async throws -> Found {
        let rows = try await transaction.rows(
            "\(Self.campaigns(on: transaction.today)) WHERE c.id = \(id) AND \(Self.seen(by: caller))",
            as: Campaign.self)
        guard !rows.isEmpty else { throw ReportRefusals.campaign() }
        let current = try await current(id, as: caller, locked: false, transaction)
        var gaps: JSON?
        if caller.isTeam || caller.isSystem, [.draft, .fixRequested].contains(current.state) {
            let all = try await self.gaps(of: current, asOf: lastDay(transaction), transaction)
            gaps = .array(all.map(\.json))
        }
        let events = try await transaction.rows(
            """
            SELECT m.from_state, m.to_state, m.at, m.member_id, o.code AS organisation, m.text, m.report_id
              FROM campaign_move m LEFT JOIN organisation o ON o.id = m.organisation_id
             WHERE m.campaign_id = \(id) ORDER BY m.id
            """, as: CampaignEvent.self)
        let moves = current.actor(caller).map { campaignTransitions.moves(from: current.state, by: $0) } ?? .array([])
        return Found(campaign: rows, gaps: gaps, events: events, moves: moves)
    }

    /// Funders see nothing before the first submission.
    static func seen(by caller: Caller) -> SQL {
        if caller.isTeam || caller.isSystem { return "true" }
        return """
            (c.funder_id = \(caller.member?.organisationID)
             AND EXISTS (SELECT FROM report r WHERE r.campaign_id = c.id))
            """
    }

    private static func campaigns(on today: Day) -> SQL {
        """
        SELECT c.id, jsonb_build_object('code', o.code, 'name', o.name) AS funder, c.profile, c.title, c.starts_on, c.ends_on,
               c.opens_on, c.submit_by, c.review_by, c.sign_by, c.state,
               CASE WHEN c.state IN ('draft', 'fix_requested') THEN 'team' WHEN c.due_on IS NOT NULL THEN 'funder' END AS owed_by,
               c.due_on, coalesce(c.due_on < \(today), false) AS is_overdue, c.moved_at, c.reviewer_id, c.signatory_id, c.created_at,
               (SELECT coalesce(jsonb_agg(jsonb_build_object(
                           'id', r.id, 'number', r.number, 'as_of', r.as_of, 'frozen_at', instant_text(r.frozen_at),
                           'sha256', encode(r.sha256, 'hex'), 'published_at', instant_text(r.published_at)) ORDER BY r.number), '[]')
                  FROM report r WHERE r.campaign_id = c.id) AS reports,
               c.version
          FROM campaign c JOIN organisation o ON o.id = c.funder_id
        """
    }

    func current(
        _ id: Campaign.ID, as caller: Caller, locked: Bool, _ transaction: Transaction
    ) async throws -> Current {
        let lock: SQL = locked ? "FOR UPDATE OF c" : .nothing
        let found = try await transaction.rows(
            """
            SELECT c.id, c.funder_id, o.code AS funder_code, c.profile, c.title, c.starts_on, c.ends_on, c.review_by, c.sign_by,
                   c.state, c.reviewer_id, (SELECT count(*)::integer FROM report r WHERE r.campaign_id = c.id) AS report_count, c.version
              FROM campaign c JOIN organisation o ON o.id = c.funder_id
             WHERE c.id = \(id) AND \(Self.seen(by: caller)) \(lock)
            """, as: Current.self
        ).first()
        guard let found else { throw ReportRefusals.campaign() }
        return found
    }

    /// What it lacks at the end of a day, each with its explanation if there is one.
    func gaps(of campaign: Current, asOf day: Day, _ transaction: Transaction) async throws -> [CampaignGap] {
        try await transaction.rows(
            """
            SELECT g.gap, g.kind, g.action_code, g.action_title, g.part, g.owed_by, g.owed_by_name, e.text AS explanation
              FROM report_gaps(\(day), \(campaign.startsOn), \(campaign.endsOn), \(campaign.funderCode)) AS g
              LEFT JOIN campaign_explanation e ON e.campaign_id = \(campaign.id) AND e.gap = g.gap
             ORDER BY g.action_code COLLATE "C", g.gap COLLATE "C"
            """, as: CampaignGap.self
        ).all()
    }

    /// The last day that is over.
    func lastDay(_ transaction: Transaction) -> Day { transaction.today.adding(days: -1) }

    // MARK: - Making

    /// Makes a campaign: the team, in draft. Its funder is its profile's.
    public func create<T: Sendable>(
        _ new: NewCampaign, as caller: Caller, answer: (Found) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.slow(as: caller) { transaction in
                guard caller.isTeamEditor || caller.isSystem else { throw ReportRefusals.onlyTeam() }
                let id = transaction.newID(Campaign.ID.self)
                try await transaction.record("campaign.create", on: "campaign", id: id.uuid)
                let profile = try profiles.find(new.profile.text)
                let funder = try await transaction.rows(
                    "SELECT id AS value FROM organisation WHERE code = \(profile.funder) AND kind = 'funder'",
                    as: Value<Identifier<OrganisationTag>>.self
                ).first()
                guard let funder else {
                    throw ReportRefusals.wrong(
                        "profile", fr: "Le financeur « \(profile.funder) » de ce profil n'existe pas.",
                        en: "The funder '\(profile.funder)' of this profile does not exist.")
                }
                let opensOn = new.opensOn ?? new.endsOn.adding(days: -14)
                let reviewBy = try await later(new.reviewBy, than: new.submitBy, by: "report_review_days", transaction)
                let signBy = try await later(new.signBy, than: reviewBy, by: "report_sign_days", transaction)
                let title = new.title ?? "\(profile.title), \(Self.period(new.startsOn, new.endsOn))"
                try await transaction.execute(
                    """
                    INSERT INTO campaign (id, funder_id, profile, title, starts_on, ends_on, opens_on, submit_by, review_by, sign_by,
                                          due_on, moved_at, created_at, created_by)
                    VALUES (\(id), \(funder.value), \(profile.code), \(title), \(new.startsOn), \(new.endsOn), \(opensOn),
                            \(new.submitBy), \(reviewBy), \(signBy), \(new.submitBy), \(transaction.now), \(transaction.now),
                            \(caller.member?.id))
                    """)
                try await transaction.execute("SELECT register_person_period(\(new.startsOn), \(new.endsOn))")
                return try answer(try await found(id, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, ReportRefusals.byConstraint)
        }
    }

    /// `2024-T1 à 2024-T4`.
    static func period(_ first: Day, _ last: Day) -> String {
        first.quarter == last.quarter ? first.quarter : "\(first.quarter) à \(last.quarter)"
    }

    private func later(
        _ given: Day?, than day: Day, by rule: String, _ transaction: Transaction
    ) async throws -> Day {
        if let given { return given }
        return day.adding(days: try await transaction.serviceRule(rule))
    }

    /// Says why something that is missing stays so; again, another text takes its place.
    public func explain<T: Sendable>(
        _ id: Campaign.ID, _ new: NewExplanation, as caller: Caller, answer: (Found) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.slow(as: caller) { transaction in
                let current = try await current(id, as: caller, locked: true, transaction)
                guard current.actor(caller) == .team else { throw ReportRefusals.onlyTeam() }
                try await transaction.record("campaign.explain", on: "campaign", id: id.uuid)
                guard [.draft, .fixRequested].contains(current.state) else {
                    throw ReportRefusals.wrong(
                        "gap", fr: "Rien ne s'explique une fois le rapport \(current.state.label.fr).",
                        en: "Nothing is explained once the report is \(current.state.label.en).")
                }
                // What was entered today is in no report of yesterday, and may be explained for either.
                let known =
                    try await gaps(of: current, asOf: lastDay(transaction), transaction)
                    + gaps(of: current, asOf: transaction.today, transaction)
                guard known.contains(where: { $0.gap == new.gap }) else {
                    throw ReportRefusals.wrong(
                        "gap", fr: "Rien de ce nom ne manque : voir « gaps » de la campagne.",
                        en: "Nothing of this name is missing: see the campaign's 'gaps'.")
                }
                try await transaction.execute(
                    """
                    INSERT INTO campaign_explanation (id, campaign_id, gap, text, written_at, author_id)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(new.gap), \(new.text), \(transaction.now),
                            \(caller.member?.id))
                    ON CONFLICT ON CONSTRAINT campaign_explanation_once
                    DO UPDATE SET text = excluded.text, written_at = excluded.written_at, author_id = excluded.author_id
                    """)
                return try answer(try await found(id, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, ReportRefusals.byConstraint)
        }
    }
}

extension CampaignGap {
    /// As an answer has it, with the sentence.
    var json: JSON {
        [
            "gap": .string(gap), "kind": .string(kind.rawValue), "action_code": .string(actionCode),
            "action_title": .string(actionTitle), "text": .string(french), "owed_by": JSON(owedBy),
            "owed_by_name": JSON(owedByName), "explanation": JSON(explanation),
        ]
    }
}
