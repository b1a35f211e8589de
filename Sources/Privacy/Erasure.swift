import Accounts
public import Fields
public import Orientation
public import Postgres

/// Erases persons: everything that the platform holds of them goes, counts of closed periods stay (`security.md` §5). As the system, in
/// the transaction of who decides it.
public enum Erasure {
    /// Why somebody is erased.
    public enum Cause: String, FieldEnum {
        /// The person asked.
        case request
        /// The register's time is over.
        case retention
    }

    /// Until when a person's steps are counted now.
    enum Until { case now, presentQuarter }

    /// Erases files. What is under way was ended before.
    public static func erase(
        _ ids: [Candidate.ID], cause: Cause, at instant: Instant, _ transaction: Transaction
    ) async throws {
        guard !ids.isEmpty else { return }
        let who: SQL = "ANY (\(list: ids)::uuid[])"
        try await count(ids, upTo: .now, transaction)
        try await keepRates(of: "o.candidate_id = \(who)", transaction)
        try await empty(who, transaction)
        let orientations = try await transaction.rows(
            "SELECT id AS value FROM orientation WHERE candidate_id = \(who)", as: Value<Orientation.ID>.self
        ).all().map(\.value)
        try await remove(orientations: orientations, transaction)
        for table in [
            "orientation_link", "candidate_agreement", "candidate_statistics", "candidate_share", "candidate_transfer",
        ] {
            try await transaction.execute("DELETE FROM \(unsafeTextNeverFromInput: table) WHERE candidate_id = \(who)")
        }
        try await transaction.execute("DELETE FROM retention_notice WHERE line = 'candidate' AND subject_id = \(who)")
        try await transaction.execute("DELETE FROM candidate WHERE id = \(who)")
        try await transaction.execute(
            """
            INSERT INTO erasure_ledger (subject_id, kind, cause, erased_at)
            SELECT id, 'candidate', \(cause), \(instant) FROM unnest(\(list: ids)::uuid[]) AS id
            ON CONFLICT ON CONSTRAINT erasure_ledger_key DO NOTHING
            """)
    }

    /// Counts what was not counted yet of some persons: from now on nothing else knows it.
    static func count(_ ids: [Candidate.ID], upTo until: Until, _ transaction: Transaction) async throws {
        let end: SQL =
            switch until {
            case .now: "'infinity'::timestamptz"
            case .presentQuarter:
                "date_trunc('quarter', current_instant() AT TIME ZONE 'Europe/Paris') AT TIME ZONE 'Europe/Paris'"
            }
        try await transaction.execute("SELECT count_person_steps(\(list: ids)::uuid[], \(end))")
    }

    /// Rates and delays of structures go on counting what was sent to them.
    static func keepRates(of which: SQL, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO past_orientation (structure_id, receiver_id, target_kind, state, sent_on, answered_on, closed_on)
            SELECT o.structure_id, o.receiver_id, o.target_kind, o.state, (o.sent_at AT TIME ZONE 'Europe/Paris')::date,
                   (o.answered_at AT TIME ZONE 'Europe/Paris')::date, (o.closed_at AT TIME ZONE 'Europe/Paris')::date
              FROM orientation o WHERE o.sent_at IS NOT NULL AND \(which)
            """)
    }

    /// Deletes orientations with their texts, events, links and checkpoints, and what mails and tasks say of them.
    static func remove(orientations ids: [Orientation.ID], _ transaction: Transaction) async throws {
        guard !ids.isEmpty else { return }
        let which: SQL = "ANY (\(list: ids)::uuid[])"
        try await transaction.execute("DELETE FROM task WHERE about_id = \(which)")
        try await forgetMails("about_id = \(which)", transaction)
        try await transaction.execute(
            """
            DELETE FROM idempotency_answer
             WHERE coalesce(reread_at, location) = ANY (SELECT '/v1/orientations/' || id FROM unnest(\(list: ids)::uuid[]) AS id)
            """)
        try await transaction.execute("DELETE FROM orientation WHERE id = \(which)")
    }

    /// Mails: those to who recruits still leave, without what comes with them, and no longer say about whom they are; nothing else is said
    /// any more, and what was sent is forgotten.
    private static func forgetMails(_ which: SQL, _ transaction: Transaction) async throws {
        // Reminders that go together with others' stay where they are: their words name nobody.
        let isTogether: SQL = """
            (gathered_into IS NOT NULL OR EXISTS (SELECT FROM outbox g WHERE g.gathered_into = outbox.id AND g.state = 'waiting'))
            """
        try await transaction.execute(
            """
            UPDATE outbox SET \(Purge.clearedMail), address_hash = NULL, opt_out_hash = NULL
             WHERE \(which) AND audience = 'candidate'
            """)
        try await transaction.execute(
            """
            UPDATE outbox SET \(Purge.clearedMail)
             WHERE \(which) AND (state <> 'waiting'
                                 OR audience NOT IN ('candidate', 'recruiter') AND NOT \(isTogether))
            """)
        try await transaction.execute(
            "UPDATE outbox SET attachment = NULL WHERE \(which)")
        // Others' that went with one of these go on their own again.
        try await transaction.execute(
            """
            UPDATE outbox SET gathered_into = NULL
             WHERE state = 'waiting' AND gathered_into IN (SELECT p.id FROM outbox p WHERE p.state = 'dropped' AND \(which))
            """)
        try await transaction.execute(
            "UPDATE outbox SET candidate_id = NULL, about_kind = NULL, about_id = NULL WHERE \(which)")
    }

    /// What names a person outside of the file and its orientations.
    private static func empty(_ who: SQL, _ transaction: Transaction) async throws {
        try await transaction.execute("DELETE FROM task WHERE candidate_id = \(who) OR about_id = \(who)")
        try await forgetMails("(candidate_id = \(who) OR about_id = \(who))", transaction)
        try await transaction.execute(
            """
            DELETE FROM mail_opt_out
             WHERE address_hash IN (SELECT sha256(convert_to(lower(c.email), 'UTF8')) FROM candidate c WHERE c.id = \(who))
            """)
        try await transaction.execute("DELETE FROM file_read WHERE candidate_id = \(who)")
        try await transaction.execute(
            """
            DELETE FROM idempotency_answer
             WHERE coalesce(reread_at, location) IN (SELECT '/v1/candidates/' || c.id || part FROM candidate c
                       CROSS JOIN unnest(ARRAY['', '/statistics', '/export', '/reads', '/shares', '/transfer', '/erasure']) AS part
                       WHERE c.id = \(who))
            """)
        // What was still asked about the file is over with it.
        try await transaction.execute(
            """
            UPDATE rights_request
               SET text = NULL, answer = NULL, state = CASE WHEN state = 'open' THEN 'done' ELSE state END,
                   decided_at = coalesce(decided_at, \(transaction.now)), version = version + 1
             WHERE candidate_id = \(who)
            """)
    }
}
