import Accounts
import Fields
public import Messages
import Postgres

/// What the clock does with campaigns: it reminds whoever owes something, and says who that is. Every so many days, from some weeks
/// before the due day until it is done.
public let campaignRules: [ClockRule] = [
    ClockRule("campaign.remind", run: CampaignClock.remind),
    ClockRule("report.count_answers") { transaction, _ in
        try await CampaignClock.count("SELECT count_quarter_figures() AS value", transaction)
    },
]

enum CampaignClock {
    private struct Due: Decodable {
        var id: Campaign.ID
        var title: String
        var funderID: Organisation.ID
        var funderCode: String
        var startsOn: Day
        var endsOn: Day
        var state: CampaignState
        var dueOn: Day
    }

    private struct Lead: Decodable {
        var id: Organisation.ID
        var managers: [Member.ID]
    }

    static func count(_ statement: SQL, _ transaction: Transaction) async throws -> Int {
        try await transaction.rows(statement, as: Value<Int>.self).first()?.value ?? 0
    }

    static func remind(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let today = transaction.today
        let due = try await transaction.rows(
            """
            SELECT c.id, c.title, c.funder_id, o.code AS funder_code, c.starts_on, c.ends_on, c.state, c.due_on
              FROM campaign c JOIN organisation o ON o.id = c.funder_id
             WHERE c.due_on <= \(today)::date + (SELECT service_rule('report_notice_days')) AND c.opens_on <= \(today)
               AND (c.reminded_on IS NULL OR c.reminded_on <= \(today)::date - (SELECT service_rule('report_reminder_days')))
             ORDER BY c.due_on, c.id LIMIT \(batch) FOR UPDATE OF c SKIP LOCKED
            """, as: Due.self
        ).all()
        guard !due.isEmpty else { return 0 }
        try await transaction.record("campaign.remind", on: "campaign", details: ["count": JSON(due.count)])
        try await transaction.execute(
            "UPDATE campaign SET reminded_on = \(today) WHERE id = ANY (\(list: due.map(\.id))::uuid[])")
        for campaign in due {
            switch campaign.state.owedBy {
            case .team: try await remindTeam(campaign, transaction)
            case .funder: try await write(to: campaign.funderID, campaign, funderText(campaign), transaction)
            case nil: break
            }
        }
        return due.count
    }

    private static func funderText(_ campaign: Due) -> [String] {
        let step = campaign.state == .submitted ? "à relire" : "à signer"
        return ["Le rapport « \(campaign.title) » est \(step) avant le \(campaign.dueOn.french)."]
    }

    /// The team is told; so is each organisation that must complete something first.
    private static func remindTeam(_ campaign: Due, _ transaction: Transaction) async throws {
        let gaps = try await transaction.rows(
            """
            SELECT g.gap, g.kind, g.action_code, g.action_title, g.part, g.owed_by, g.owed_by_name, e.text AS explanation
              FROM report_gaps(\(transaction.today.adding(days: -1)), \(campaign.startsOn), \(campaign.endsOn), \(campaign.funderCode)) AS g
              LEFT JOIN campaign_explanation e ON e.campaign_id = \(campaign.id) AND e.gap = g.gap
             ORDER BY g.action_code COLLATE "C", g.gap COLLATE "C"
            """, as: CampaignGap.self
        ).all().filter { $0.explanation == nil }
        let missing = gaps.isEmpty ? "rien ne manque" : "\(gaps.count) éléments manquent"
        try await Outbox.task(
            NewTask(
                kind: "campaign.submit", organisationID: nil,
                title: "Rapport à soumettre avant le \(campaign.dueOn.french) : \(missing)", aboutKind: "campaign",
                aboutID: campaign.id.uuid), transaction)
        for (code, owed) in Dictionary(grouping: gaps.filter { $0.owedBy != nil }, by: { $0.owedBy ?? "" }).sorted(by: {
            $0.key < $1.key
        }) {
            let found = try await transaction.rows(
                "SELECT id AS value FROM organisation WHERE code = \(code)", as: Value<Organisation.ID>.self
            ).first()
            guard let found else { continue }
            let sentences =
                ["Pour le rapport « \(campaign.title) », il reste à compléter avant le \(campaign.dueOn.french) :"]
                + owed.map { "– " + $0.french }
            try await write(to: found.value, campaign, sentences, transaction)
        }
    }

    /// A mail to each manager; a task where there is none.
    private static func write(
        to organisation: Organisation.ID, _ campaign: Due, _ paragraphs: [String], _ transaction: Transaction
    ) async throws {
        let managers = try await transaction.rows(
            "SELECT id AS value FROM member WHERE organisation_id = \(organisation) AND role = 'manager' AND disabled_at IS NULL ORDER BY id",
            as: Value<Member.ID>.self
        ).all().map(\.value)
        let subject = "Rapport aux financeurs : avant le \(campaign.dueOn.french)"
        for manager in managers {
            try await Outbox.post(
                Mail(
                    kind: "campaign.remind", audience: .organisation, organisationID: organisation, memberID: manager,
                    subject: subject, paragraphs: paragraphs, aboutKind: "campaign", aboutID: campaign.id.uuid,
                    isReminder: true), transaction)
        }
        guard managers.isEmpty else { return }
        try await Outbox.task(
            NewTask(
                kind: "campaign.remind", organisationID: organisation, title: subject, aboutKind: "campaign",
                aboutID: campaign.id.uuid), transaction)
    }
}
