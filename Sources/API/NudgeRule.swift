import Accounts
import Fields
import Messages
import Plans
import Postgres

/// Reminds leads of their actions: a mail to each manager of the organisation, a task for the organisation when it has none. The
/// same fact is said once, whatever day it is said on and however many servers ask.
struct NudgeRule: Sendable {
    let actions: ActionStore

    /// The rule.
    var rule: ClockRule {
        ClockRule("action.nudges") { transaction, batch in
            let fresh = try await fresh(batch, transaction)
            guard !fresh.isEmpty else { return 0 }
            try await transaction.record(
                "action.nudge", on: "action", details: ["keys": .array(fresh.map { .string($0.key) })])
            for (organisation, nudges) in Dictionary(grouping: fresh, by: \.organisation).sorted(by: { $0.key < $1.key }
            ) {
                try await say(nudges, to: organisation, transaction)
            }
            return fresh.count
        }
    }

    private struct Claimed: Decodable { var key: String }

    /// Those that nobody said before; from now on they are said. Another server that asks at the same time waits here, then finds
    /// them said.
    private func fresh(_ batch: Int, _ transaction: Transaction) async throws -> [ActionNudge] {
        let all = try await actions.nudges(on: transaction.today, transaction)
        let said = Set(
            try await transaction.rows(
                "SELECT key FROM action_nudge_sent WHERE key = ANY (\(list: all.map(\.key))::text[])", as: Claimed.self
            ).all().map(\.key))
        let due = all.filter { !said.contains($0.key) }.prefix(batch)
        guard !due.isEmpty else { return [] }
        let claimed = Set(
            try await transaction.rows(
                """
                INSERT INTO action_nudge_sent (key, at)
                SELECT DISTINCT key, \(transaction.now)::timestamptz FROM unnest(\(list: due.map(\.key))::text[]) AS key ORDER BY key
                ON CONFLICT DO NOTHING RETURNING key
                """, as: Claimed.self
            ).all().map(\.key))
        return due.filter { claimed.contains($0.key) }
    }

    private struct Lead: Decodable {
        var id: Organisation.ID
        var managers: [Member.ID]
    }

    private func say(_ nudges: [ActionNudge], to organisation: String, _ transaction: Transaction) async throws {
        let lead = try await transaction.rows(
            """
            SELECT o.id, (SELECT coalesce(jsonb_agg(m.id ORDER BY m.id), '[]') FROM member m
                           WHERE m.organisation_id = o.id AND m.role = 'manager' AND m.disabled_at IS NULL) AS managers
              FROM organisation o WHERE o.code = \(organisation)
            """, as: Lead.self
        ).first()
        guard let lead else { return }
        let sentences = nudges.map { $0.text(on: transaction.today).fr }
        let subject = "Vos actions : \(nudges.count) point\(nudges.count > 1 ? "s" : "") à mettre à jour"
        for manager in lead.managers {
            try await Outbox.post(
                Mail(
                    kind: "action.nudge", audience: .organisation, organisationID: lead.id, memberID: manager,
                    subject: subject, paragraphs: sentences, aboutKind: "organisation", aboutID: lead.id.uuid,
                    isReminder: true), transaction)
        }
        guard lead.managers.isEmpty else { return }
        try await Outbox.task(
            NewTask(
                kind: "action.nudge", organisationID: lead.id, title: subject, aboutKind: "organisation",
                aboutID: lead.id.uuid, text: sentences.joined(separator: "\n\n")), transaction)
    }
}
