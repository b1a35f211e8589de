import Accounts
import Contract
import Fields
public import Messages
import Postgres

/// What happens to orientations when its time has come (`domain.md` §4.3): nobody stays without an answer.
extension OrientationStore {
    /// The rules, in the order in which they are asked: what closes comes before what reminds.
    public var clockRules: [ClockRule] {
        [
            ClockRule("orientation.target_gone", run: refuseWhereTargetIsGone),
            ClockRule("orientation.expire", run: expire),
            ClockRule("orientation.remind_first") { try await remind(1, after: "reminder_first_days", $0, $1) },
            ClockRule("orientation.remind_last") { try await remind(2, after: "reminder_last_days", $0, $1) },
            ClockRule("orientation.training_ended", run: askAfterTrainings),
            ClockRule("checkpoint.ask", run: askForCheckpoints),
        ]
    }

    private func due(_ condition: SQL, _ transaction: Transaction, _ batch: Int) async throws -> [Current] {
        try await transaction.rows(
            """
            SELECT \(columns: Current.self, of: "o") FROM orientation o
             WHERE \(condition) ORDER BY o.id LIMIT \(batch) FOR UPDATE OF o SKIP LOCKED
            """, as: Current.self
        ).all()
    }

    /// The target closed, filled or was cancelled, or nobody looks after the structure any more: refused, with the closure notice. It
    /// counts as an answer only if the recruiter closed it.
    private func refuseWhereTargetIsGone(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        // From the few targets that are gone to their orientations, not the other way.
        let gone = try await due(
            """
            o.due_on IS NOT NULL AND o.state <> 'in_training' AND o.id IN (
                SELECT q.id FROM need n JOIN orientation q ON q.need_id = n.id AND q.due_on IS NOT NULL
                 WHERE n.state IN ('filled', 'closed')
                UNION ALL
                SELECT q.id FROM session x JOIN orientation q ON q.session_id = x.id AND q.due_on IS NOT NULL
                 WHERE x.state IN ('cancelled', 'held') AND (x.state = 'cancelled' OR q.state <> 'accepted')
                UNION ALL
                SELECT q.id FROM structure s JOIN orientation q ON q.structure_id = s.id AND q.due_on IS NOT NULL
                 WHERE s.status <> 'open' OR s.organisation_id IS DISTINCT FROM q.receiver_id)
            """, transaction, batch)
        guard !gone.isEmpty else { return 0 }
        try await transaction.record("orientation.target_gone", on: "orientation")
        for orientation in gone {
            struct Why: Decodable { var isStructure: Bool, isRecruiters: Bool }
            let why = try await transaction.rows(
                """
                SELECT coalesce(s.status <> 'open' OR s.organisation_id IS DISTINCT FROM o.receiver_id, false) AS is_structure,
                       coalesce(coalesce(n.state = 'closed', x.state IN ('cancelled', 'held'))
                           AND (SELECT l.organisation_id FROM audit_log l
                                 WHERE l.subject_id = coalesce(n.id, x.id) AND l.operation IN ('need.transition', 'session.transition')
                                 ORDER BY l.id DESC LIMIT 1) = o.receiver_id, false) AS is_recruiters
                  FROM orientation o LEFT JOIN need n ON n.id = o.need_id LEFT JOIN session x ON x.id = o.session_id
                  LEFT JOIN structure s ON s.id = o.structure_id WHERE o.id = \(orientation.id)
                """, as: Why.self
            ).first()
            var move = OrientationMove(to: .refused)
            move.reason = ReasonCode(text: why?.isStructure == true ? "structure_closed" : "no_position")
            try await apply(
                move, to: orientation, by: .system,
                isReceiversAnswer: why?.isRecruiters == true && why?.isStructure != true,
                transaction)
        }
        return gone.count
    }

    /// Its day is past: closed, and everybody is told. Where an answer is waited for, not before the last reminder went out.
    private func expire(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let late = try await due(
            """
            o.due_on < \(transaction.today)::date AND o.state <> 'in_training'
              AND (o.reminded = 2 OR o.state NOT IN ('sent', 'under_review'))
            """, transaction, batch)
        guard !late.isEmpty else { return 0 }
        try await transaction.record("orientation.expire", on: "orientation")
        for orientation in late {
            try await apply(OrientationMove(to: .expired), to: orientation, by: .clock, transaction)
        }
        return late.count
    }

    /// Reminds who received an orientation and did not answer. The last reminder is in the history that all parties read.
    private func remind(_ number: Int, after rule: String, _ transaction: Transaction, _ batch: Int) async throws -> Int
    {
        let waiting = try await due(
            """
            o.state IN ('sent', 'under_review') AND o.reminded = \(number - 1)
              AND o.due_on - \(Self.answerDays) + service_rule(\(rule)) <= \(transaction.today)::date
            """, transaction, batch)
        guard !waiting.isEmpty else { return 0 }
        try await transaction.record("orientation.remind", on: "orientation")
        for orientation in waiting {
            try await OrientationNotices.remind(orientation, isLast: number == 2, transaction)
            try await transaction.execute(
                "UPDATE orientation SET reminded = \(number)::integer WHERE id = \(orientation.id)")
            try await event(
                of: orientation.id, kind: "reminded", from: nil, to: nil, by: .clock, reason: "reminder_\(number)",
                transaction)
        }
        return waiting.count
    }

    /// A training is over: who follows the person says how it ended. Asked again after some weeks.
    private func askAfterTrainings(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let ended = try await due(
            """
            o.state = 'in_training' AND o.due_on < \(transaction.today)::date
              AND (o.told_on IS NULL OR o.told_on + service_rule('follow_up_days') <= \(transaction.today)::date)
            """, transaction, batch)
        guard !ended.isEmpty else { return 0 }
        try await transaction.record("orientation.ask", on: "orientation")
        for orientation in ended {
            try await OrientationNotices.ask(
                orientation, kind: "orientation.training_ended", title: "Une formation est terminée : dites comment",
                transaction)
            try await transaction.execute(
                "UPDATE orientation SET told_on = \(transaction.today) WHERE id = \(orientation.id)")
        }
        return ended.count
    }

    /// Is the person still there? Asked once at 1, 3, 6 and 12 months.
    private func askForCheckpoints(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        struct Due: Decodable { var id: Identifier<Checkpoint>, orientationID: Orientation.ID, months: Int }
        let due = try await transaction.rows(
            """
            SELECT k.id, k.orientation_id, k.months FROM checkpoint k
             WHERE k.outcome IS NULL AND k.asked_on IS NULL AND k.due_on <= \(transaction.today)::date
             ORDER BY k.due_on, k.id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Due.self
        ).all()
        guard !due.isEmpty else { return 0 }
        try await transaction.record("checkpoint.ask", on: "orientation")
        for checkpoint in due {
            let orientation = try await current(checkpoint.orientationID, locked: false, transaction)
            try await OrientationNotices.ask(
                orientation, kind: "checkpoint.after_\(Self.words[checkpoint.months] ?? "some")_months",
                title: "Point de suivi à \(checkpoint.months) mois : la personne est-elle toujours en poste ?",
                transaction)
            try await transaction.execute(
                "UPDATE checkpoint SET asked_on = \(transaction.today) WHERE id = \(checkpoint.id)")
        }
        return due.count
    }

    /// Kinds of tasks are letters only.
    private static let words = [1: "one", 3: "three", 6: "six", 12: "twelve"]
}
