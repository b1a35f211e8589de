import Accounts
import Fields
import Foundation
import Messages
import Orientation
import Postgres

/// What is forgotten of candidates without their asking.
extension Purge {
    /// A draft that nobody touched for a month is nobody's intention any more.
    func forgetDrafts(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let ids = try await transaction.rows(
            """
            SELECT o.id AS value FROM orientation o
             WHERE o.state = 'draft' AND o.updated_at < (SELECT forgotten_before('draft'))
             ORDER BY o.updated_at, o.id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Value<Orientation.ID>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return .nothing }
        try await Self.record("draft", transaction)
        try await Erasure.remove(orientations: ids, transaction)
        return .forgotten(ids.map(\.uuid))
    }

    /// Orientations that came to their end without a hire: rates and counts stay, the person does not.
    func forgetOrientations(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        try await forget("orientation", "o.state <> 'hired'", transaction, batch)
    }

    /// Hires.
    func forgetHires(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        try await forget("candidate_hired", "o.state = 'hired'", transaction, batch)
    }

    private func forget(
        _ line: String, _ which: SQL, _ transaction: Transaction, _ batch: Int
    ) async throws -> Batch {
        struct Closed: Decodable { var id: Orientation.ID, candidateID: Candidate.ID }
        let closed = try await transaction.rows(
            """
            SELECT o.id, o.candidate_id FROM orientation o
             WHERE o.closed_at < (SELECT forgotten_before(\(line))) AND \(which)
             ORDER BY o.closed_at, o.id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Closed.self
        ).all()
        guard !closed.isEmpty else { return .nothing }
        try await Self.record(line, transaction)
        // What is over for so long lies in closed quarters: the present one is counted when it is over.
        try await Erasure.count(closed.map(\.candidateID), upTo: .presentQuarter, transaction)
        try await Erasure.keepRates(of: "o.id = ANY (\(list: closed.map(\.id))::uuid[])", transaction)
        try await Erasure.remove(orientations: closed.map(\.id), transaction)
        return .forgotten(closed.map(\.id.uuid))
    }

    /// Agreements to be in a pool that are over their time count no more.
    func endPools(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let ids = try await transaction.rows(
            """
            SELECT a.id AS value FROM candidate_agreement a
             WHERE a.kind = 'pool' AND a.withdrawn_on IS NULL AND a.given_on < (SELECT forgotten_before_day('pool'))
             ORDER BY a.id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return .nothing }
        try await Self.record("pool", transaction)
        try await transaction.execute(
            "UPDATE candidate_agreement SET withdrawn_on = \(transaction.today) WHERE id = ANY (\(list: ids)::uuid[])")
        return .forgotten(ids.map(\.uuid))
    }

    // MARK: - Files

    /// Nothing is under way, and no hire is kept any more.
    private static let isIdle: SQL = """
        NOT EXISTS (SELECT FROM orientation o WHERE o.candidate_id = c.id AND (o.due_on IS NOT NULL OR o.state = 'hired'))
        """

    /// Files without contact for long: told first, to the person and to who follows it; then erased.
    func forgetCandidates(_ transaction: Transaction, _ batch: Int) async throws -> Batch {
        let told = try await tell(ofCandidates: transaction, batch)
        let ids = try await transaction.rows(
            """
            SELECT c.id AS value FROM retention_notice r JOIN candidate c ON c.id = r.subject_id
             WHERE r.line = 'candidate' AND r.due_on <= \(transaction.today)::date AND r.told_on > c.last_contact_on
               AND r.due_on > \(transaction.today)::date - 90
               AND c.last_contact_on < (SELECT forgotten_before_day('candidate')) AND \(Self.isIdle)
             ORDER BY c.id LIMIT \(batch) FOR UPDATE OF c SKIP LOCKED
            """, as: Value<Candidate.ID>.self
        ).all().map(\.value)
        guard !ids.isEmpty else { return Batch(told: told) }
        try await Self.record("candidate", transaction)
        try await Erasure.erase(ids, cause: .retention, at: transaction.now, transaction)
        var done = Batch.forgotten(ids.map(\.uuid))
        done.told = told
        return done
    }

    private struct Silent: Decodable {
        var id: Candidate.ID
        var organisationID: Organisation.ID
        var email: String?
    }

    private func tell(ofCandidates transaction: Transaction, _ batch: Int) async throws -> [UUID] {
        let notice = try await noticeDays("candidate", transaction)
        let silent = try await transaction.rows(
            """
            SELECT c.id, c.organisation_id, c.email FROM candidate c
             WHERE c.last_contact_on < (SELECT forgotten_before_day('candidate')) + \(notice)::integer AND \(Self.isIdle)
               AND NOT EXISTS (SELECT FROM retention_notice r
                                WHERE r.line = 'candidate' AND r.subject_id = c.id AND r.told_on > c.last_contact_on
                                  AND r.due_on > \(transaction.today)::date - 90)
             ORDER BY c.last_contact_on, c.id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Silent.self
        ).all()
        guard !silent.isEmpty else { return [] }
        try await Self.record("candidate", transaction)
        for person in silent {
            try await note("candidate", Identifier(person.id.uuid), notice, transaction)
            try await Outbox.post(
                Mail(
                    kind: "privacy.candidate", audience: .candidate, organisationID: person.organisationID,
                    address: person.email, subject: "Votre dossier sera bientôt effacé",
                    paragraphs: [
                        "Vous n'avez plus eu de contact depuis longtemps avec le conseiller qui vous a accompagné·e. Dans \(notice) jours, "
                            + "votre dossier sera effacé de la Plateforme Autonomie 31.",
                        "Si vous voulez qu'il soit gardé, dites-le à votre conseiller. Sinon, vous n'avez rien à faire.",
                    ], aboutKind: "candidate", aboutID: person.id.uuid, candidateID: person.id.uuid), transaction)
            try await Outbox.task(
                NewTask(
                    kind: "privacy.candidate", organisationID: person.organisationID,
                    title: "Un dossier sans contact sera effacé dans \(notice) jours : notez un contact pour le garder",
                    aboutKind: "candidate", aboutID: person.id.uuid, candidateID: person.id.uuid), transaction)
        }
        return silent.map(\.id.uuid)
    }

    // MARK: - Notices

    func noticeDays(_ line: String, _ transaction: Transaction) async throws -> Int {
        try await transaction.rows(
            "SELECT coalesce(notice_days, 30) AS value FROM data_retention WHERE code = \(line)", as: Value<Int>.self
        ).first()?.value ?? 30
    }

    func note(_ line: String, _ id: Identifier<Never>, _ days: Int, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO retention_notice (subject_id, line, told_on, due_on)
            VALUES (\(id), \(line), \(transaction.today), \(transaction.today)::date + \(days)::integer)
            ON CONFLICT ON CONSTRAINT retention_notice_key DO UPDATE SET told_on = excluded.told_on, due_on = excluded.due_on
            """)
    }
}
