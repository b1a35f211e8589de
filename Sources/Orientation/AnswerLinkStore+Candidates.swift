import Accounts
import Contract
public import Fields
public import Postgres

/// What is behind a person's own link.
extension AnswerLinkStore {
    /// Where a person's candidatures stand.
    public func mine(_ text: String, as caller: Caller) async throws -> Rows<CandidateOrientation> {
        try await database.transaction(as: caller.asNobody) { transaction in
            try await mine(try await linked(text, .my, transaction), transaction)
        }
    }

    /// Whose link it is; from then on the transaction, which is nobody's, reaches that person's data and nothing else. Refused as not
    /// found when it is not good.
    public func person(_ text: String, _ transaction: Transaction) async throws -> Candidate.ID {
        guard let candidate = try await linked(text, .my, transaction).candidateID else {
            throw OrientationRefusals.link()
        }
        return candidate
    }

    private func mine(_ linked: Linked, _ transaction: Transaction) async throws -> Rows<CandidateOrientation> {
        guard let candidate = linked.candidateID else { throw OrientationRefusals.link() }
        return try await transaction.rows(
            """
            SELECT o.id, \(OrientationStore.target) AS target, jsonb_build_object('code', p.code, 'name', p.name) AS organisation,
                   o.state, o.sent_at, o.due_on,
                   CASE WHEN o.due_on IS NOT NULL AND o.appointment_at > \(transaction.now)::timestamptz THEN o.appointment_at END
                       AS appointment_at,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', w.kind, 'text', w.text, 'at', w.at) ORDER BY w.id), '[]')
                      FROM orientation_text w
                     WHERE w.orientation_id = o.id AND w.kind IN ('to_candidate', 'place', 'programme')) AS texts,
                   (SELECT f.candidate_text_fr FROM refusal_reason f WHERE f.code = o.reason) AS reason_text,
                   o.due_on IS NOT NULL AS may_withdraw, o.version
              FROM orientation o \(OrientationStore.joins)
             WHERE o.candidate_id = \(candidate) AND o.sent_at IS NOT NULL
             ORDER BY o.due_on IS NULL, o.id DESC LIMIT 100
            """, as: CandidateOrientation.self)
    }

    /// Withdraws one of a person's candidatures, by the person.
    public func withdraw(
        _ text: String, _ choice: CandidateChoice, isForm: Bool = false, as caller: Caller
    ) async throws -> Rows<CandidateOrientation> {
        do {
            return try await database.transaction(as: caller.asNobody) { transaction in
                _ = try await linked(text, .my, transaction)
                let current = try await locked(choice.orientation, transaction)
                // Again, now that nobody else moves it.
                let linked = try await linked(text, .my, transaction)
                guard current.candidateID == linked.candidateID else { throw OrientationRefusals.link() }
                if linked.took(choice.key) { return try await mine(linked, transaction) }
                try await transaction.record("orientation.withdraw", on: "orientation", id: current.id.uuid)
                try Self.check(choice.version, choice.key, isForm: isForm, current)
                try await orientations.apply(OrientationMove(to: choice.to), to: current, by: .candidate, transaction)
                try await keep(choice.key, of: linked, transaction)
                return try await mine(linked, transaction)
            }
        } catch {
            throw Refusal.mapping(error, OrientationRefusals.byConstraint)
        }
    }
}
