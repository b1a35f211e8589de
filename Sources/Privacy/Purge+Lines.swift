import Accounts
import Fields
import Foundation
import Messages
import Postgres

/// Lines whose rows simply go, or lose their texts, when their time is over.
extension Purge {
    var simpleRules: [Rule] {
        [
            deleting(
                "contact", from: "recruitment_contact",
                "coalesce(ended_at, CASE WHEN state = 'pending' THEN expires_at END) < (SELECT forgotten_before('contact'))"
                    + " AND NOT EXISTS (SELECT FROM recruitment_contact p WHERE p.replaced_by = recruitment_contact.id)"
            ),
            deleting(
                "contact", from: "session_contact",
                "(coalesce(ended_at, CASE WHEN state = 'pending' THEN asked_at END) < (SELECT forgotten_before('contact'))"
                    + " OR EXISTS (SELECT FROM session x WHERE x.id = session_contact.session_id"
                    + " AND x.ends_on < (SELECT forgotten_before_day('contact'))))"),
            deleting(
                "rights", from: "rights_request",
                "(state <> 'open' OR kind <> 'erasure') AND asked_at < (SELECT forgotten_before('rights'))"),
            deleting(
                "rights", from: "erasure_ledger", key: "subject_id", "erased_at < (SELECT forgotten_before('rights'))"),
            // The clock deletes it as soon as it was sent; one that could not be sent goes here.
            deleting(
                "farewell", from: "outbox", isRecorded: false,
                "kind = 'privacy.erased' AND created_at < (SELECT forgotten_before('farewell'))"),
            Rule("mail_body", run: emptyMails),
            deleting(
                "mail_log", from: "outbox", isRecorded: false,
                "state <> 'waiting' AND created_at < (SELECT forgotten_before('mail_log'))"
                    + " AND NOT EXISTS (SELECT FROM outbox g WHERE g.gathered_into = outbox.id)"),
            sweeping("mail_opt_out", from: "mail_opt_out", "at < (SELECT forgotten_before('mail_opt_out'))"),
            Rule("task_text", run: emptyTasks),
            Rule("token", run: forgetTokens),
            deleting("token", from: "invitation", "least(expires_at, used_at) < (SELECT forgotten_before('token'))"),
            deleting(
                "token", from: "calendar_feed", "least(expires_at, revoked_at) < (SELECT forgotten_before('token'))"),
            deleting(
                "token", from: "orientation_link", isRecorded: false, "expires_at < (SELECT forgotten_before('token'))"),
            deleting(
                "token", from: "access_code", isRecorded: false, "expires_at < (SELECT forgotten_before('token'))"),
            sweeping("idempotency", from: "idempotency_answer", "made_at < (SELECT forgotten_before('idempotency'))"),
            deleting(
                "staging", from: "sheet_import", isRecorded: false, "made_at < (SELECT forgotten_before('staging'))"),
            deleting("reads", from: "file_read", isRecorded: false, "at < (SELECT forgotten_before('reads'))"),
            Rule("report", run: forgetReports),
        ]
    }

    /// Campaigns that nothing was frozen or decided in for years, with all that they froze and all that was said.
    private func forgetReports(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let ids = try await transaction.rows(
            """
            SELECT c.id AS value FROM campaign c
             WHERE c.moved_at < (SELECT forgotten_before('report'))
               AND NOT EXISTS (SELECT FROM report r WHERE r.campaign_id = c.id AND r.frozen_at >= (SELECT forgotten_before('report')))
             ORDER BY c.moved_at, c.id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return .nothing }
        try await Self.record("report", transaction)
        let theirs: SQL = "campaign_id = ANY (\(list: ids)::uuid[])"
        try await transaction.execute("DELETE FROM campaign_move WHERE \(theirs)")
        try await transaction.execute("DELETE FROM campaign_explanation WHERE \(theirs)")
        try await transaction.execute(
            "DELETE FROM report_file WHERE report_id IN (SELECT id FROM report WHERE \(theirs))")
        try await transaction.execute("DELETE FROM report WHERE \(theirs)")
        try await transaction.execute("DELETE FROM campaign WHERE id = ANY (\(list: ids)::uuid[])")
        return .forgotten(ids.map(\.uuid))
    }

    /// Rows that go. Two who purge at once delete the same ones once: the second waits, then finds them gone.
    private func deleting(
        _ line: String, from table: String, key: String = "id", isRecorded: Bool = true, _ condition: String
    ) -> Rule {
        let (from, key): (SQL, SQL) = ("\(unsafeTextNeverFromInput: table)", "\(unsafeTextNeverFromInput: key)")
        let due: SQL = "\(unsafeTextNeverFromInput: condition)"
        return Rule(line, of: table) { transaction, batch in
            let ids = try await transaction.rows(
                "SELECT \(key) AS value FROM \(from) WHERE \(due) ORDER BY \(key) LIMIT \(batch)",
                as: Value<Identifier<Never>>.self
            ).all().map(\.value)
            guard !ids.isEmpty else { return .nothing }
            if isRecorded { try await Self.record(line, transaction) }
            try await transaction.execute("DELETE FROM \(from) WHERE \(key) = ANY (\(list: ids)::uuid[])")
            return .forgotten(ids.map(\.uuid))
        }
    }

    /// Rows without an id of their own that go.
    private func sweeping(_ line: String, from table: String, _ condition: String) -> Rule {
        let from: SQL = "\(unsafeTextNeverFromInput: table)"
        let due: SQL = "\(unsafeTextNeverFromInput: condition)"
        return Rule(line, of: table) { transaction, batch in
            Batch(
                count: try await transaction.execute(
                    """
                    DELETE FROM \(from) WHERE \(due) AND ctid = ANY (ARRAY(SELECT ctid FROM \(from) WHERE \(due) LIMIT \(batch)))
                    """))
        }
    }

    static func record(_ line: String, _ transaction: Transaction) async throws {
        try await transaction.record("privacy.forget", on: "data_retention", details: ["line": .string(line)])
    }

    /// Whom a mail went to and what its subject was; one that waits for so long will not be sent any more.
    private func emptyMails(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let ids = try await transaction.rows(
            """
            SELECT id AS value FROM outbox
             WHERE cleared_at IS NULL AND created_at < (SELECT forgotten_before('mail_body'))
             ORDER BY created_at, id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return .nothing }
        try await transaction.execute("UPDATE outbox SET \(Self.clearedMail) WHERE id = ANY (\(list: ids)::uuid[])")
        return .forgotten(ids.map(\.uuid))
    }

    /// A mail without its words, its link and its address; what is known of its address is a hash.
    static let clearedMail: SQL = """
        cleared_at = current_instant(), state = CASE WHEN state = 'waiting' THEN 'dropped' ELSE state END, address = NULL,
        subject = NULL, body_text = NULL, link_secret = NULL, attachment = NULL, opt_out_secret = NULL
        """

    private func emptyTasks(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let ids = try await transaction.rows(
            """
            SELECT id AS value FROM task
             WHERE text IS NOT NULL AND created_at < (SELECT forgotten_before('task_text'))
             ORDER BY created_at, id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return .nothing }
        try await Self.record("task_text", transaction)
        // Without its text there is nothing to print any more.
        try await transaction.execute(
            """
            UPDATE task SET text = NULL, done_at = coalesce(done_at, \(transaction.now)) WHERE id = ANY (\(list: ids)::uuid[])
            """)
        return .forgotten(ids.map(\.uuid))
    }

    /// Tokens that ended; when they were used last is kept with their member, whose account counts from it.
    private func forgetTokens(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let ids = try await transaction.rows(
            """
            SELECT id AS value FROM api_token WHERE least(expires_at, revoked_at) < (SELECT forgotten_before('token'))
             ORDER BY id LIMIT \(batch)
            """, as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return .nothing }
        try await Self.record("token", transaction)
        try await transaction.execute(
            """
            UPDATE member m SET last_use_on = used.day
              FROM (SELECT t.member_id, (max(greatest(t.created_at, t.last_use_at)) AT TIME ZONE 'Europe/Paris')::date AS day
                      FROM api_token t WHERE t.id = ANY (\(list: ids)::uuid[]) GROUP BY t.member_id) AS used
             WHERE m.id = used.member_id AND (m.last_use_on IS NULL OR m.last_use_on < used.day)
            """)
        try await transaction.execute("DELETE FROM api_token WHERE id = ANY (\(list: ids)::uuid[])")
        return .forgotten(ids.map(\.uuid))
    }

    // MARK: - Members

    /// Members who have not used the service for long: told first, then an id without a name.
    func forgetMembers(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let told = try await tell(ofMembers: transaction, batch)
        let ids = try await transaction.rows(
            """
            SELECT m.id AS value FROM retention_notice r JOIN member m ON m.id = r.subject_id
             WHERE r.line = 'account' AND r.due_on <= \(transaction.today)::date AND m.forgotten_at IS NULL
               AND member_last_use(m.id) < (SELECT forgotten_before_day('account'))
             ORDER BY m.id LIMIT \(batch) FOR UPDATE OF r SKIP LOCKED
            """, as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return Batch(told: told) }
        try await Self.record("account", transaction)
        try await Self.forget(members: ids, cause: "retention", at: transaction.now, transaction)
        var batch = Batch.forgotten(ids.map(\.uuid))
        batch.told = told
        return batch
    }

    /// Empties accounts: nobody can use them, nobody knows whose they were.
    static func forget(
        members ids: [Identifier<Never>], cause: String, at instant: Instant, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE api_token SET revoked_at = \(transaction.now)
             WHERE member_id = ANY (\(list: ids)::uuid[]) AND revoked_at IS NULL AND expires_at > \(transaction.now)
            """)
        try await transaction.execute(
            """
            UPDATE member SET name = 'Compte effacé', email = id::text || '@efface.invalid', forgotten_at = \(transaction.now),
                   disabled_at = coalesce(disabled_at, \(transaction.now)::timestamptz)
             WHERE id = ANY (\(list: ids)::uuid[])
            """)
        try await transaction.execute(
            "DELETE FROM retention_notice WHERE line = 'account' AND subject_id = ANY (\(list: ids)::uuid[])")
        try await transaction.execute(
            """
            INSERT INTO erasure_ledger (subject_id, kind, cause, erased_at)
            SELECT id, 'member', \(cause), \(instant) FROM unnest(\(list: ids)::uuid[]) AS id
            ON CONFLICT ON CONSTRAINT erasure_ledger_key DO NOTHING
            """)
    }

    private struct Idle: Decodable {
        var id: Identifier<Caller.Member>
        var isDisabled: Bool
    }

    private func tell(ofMembers transaction: Transaction, _ batch: Int) async throws -> [UUID] {
        let notice = try await noticeDays("account", transaction)
        let idle = try await transaction.rows(
            """
            SELECT m.id, m.disabled_at IS NOT NULL AS is_disabled FROM member m
             WHERE m.forgotten_at IS NULL
               AND NOT EXISTS (SELECT FROM retention_notice r
                                WHERE r.line = 'account' AND r.subject_id = m.id AND r.told_on >= member_last_use(m.id)
                                  AND r.due_on > \(transaction.today)::date - \(notice)::integer)
               AND member_last_use(m.id) < (SELECT forgotten_before_day('account')) + \(notice)::integer
             ORDER BY m.id LIMIT \(batch)
            """, as: Idle.self
        ).all()
        guard !idle.isEmpty else { return [] }
        try await Self.record("account", transaction)
        for member in idle {
            try await note("account", Identifier(member.id.uuid), notice, transaction)
            guard !member.isDisabled else { continue }
            try await Outbox.post(
                Mail(
                    kind: "privacy.account", audience: .organisation, memberID: member.id,
                    subject: "Votre compte sera bientôt fermé",
                    paragraphs: [
                        "Vous n'avez pas utilisé la Plateforme Autonomie 31 depuis longtemps. Dans \(notice) jours, votre compte sera fermé, "
                            + "et votre nom et votre adresse seront effacés.",
                        "Pour le garder, il suffit de vous en servir une fois d'ici là.",
                    ]), transaction)
        }
        return idle.map(\.id.uuid)
    }
}
