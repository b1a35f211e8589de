import Accounts
import Contract
public import Fields
public import Postgres

/// What persons agree to, and take back.
extension CandidateStore {
    /// Writes down an agreement: the organisation whose file it is; who follows it up by a share too, but for what is only counted.
    public func agree<T: Sendable>(
        _ id: Candidate.ID, _ new: NewAgreement, as caller: Caller, answer: (Rows<Candidate>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            id, operation: "candidate_agreement.create", as: caller, sharers: new.kind != .disability, answer: answer
        ) { transaction, _ in
            var rules = FieldRules()
            rules.text("text_version", new.textVersion, longest: 40)
            rules.pastDay("given_on", new.givenOn, on: transaction.today)
            guard rules.errors.isEmpty else { throw CandidateRefusals.wrong(rules.errors) }
            try await transaction.execute(
                """
                INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at, recorded_by)
                VALUES (\(transaction.newID(CandidateAgreement.ID.self)), \(id), \(new.kind), \(new.textVersion), \(new.givenOn),
                        \(new.channel), \(transaction.now), \(caller.member?.id))
                """)
            try await touch(id, contactOn: new.givenOn, transaction)
        }
    }

    /// Takes back an agreement and every other of its kind: from then on the person does not agree.
    public func withdraw<T: Sendable>(
        _ id: Candidate.ID, _ agreement: CandidateAgreement.ID, as caller: Caller,
        answer: (Rows<Candidate>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, operation: "candidate_agreement.withdraw", as: caller, sharers: true, answer: answer) {
            transaction, _ in
            // Row-level security shows who follows it up by a share none that is only counted.
            let kind = try await transaction.rows(
                "SELECT kind AS value FROM candidate_agreement WHERE id = \(agreement) AND candidate_id = \(id)",
                as: Value<AgreementKind>.self
            ).first()
            guard let kind else { throw CandidateRefusals.agreement() }
            try await withdraw(id, kind.value, transaction)
        }
    }

    /// Takes back all that was agreed to of a kind, with what it allowed; also for the person's own link.
    func withdraw(_ id: Candidate.ID, _ kind: AgreementKind, _ transaction: Transaction) async throws {
        let ended = try await transaction.execute(
            """
            UPDATE candidate_agreement SET withdrawn_on = \(transaction.today)
             WHERE candidate_id = \(id) AND kind = \(kind) AND withdrawn_on IS NULL
            """)
        guard ended > 0 else { return }
        try await touch(id, contactOn: transaction.today, transaction)
        switch kind {
        case .orientation: for stop in stopping { try await stop(id, .agreementWithdrawn, transaction) }
        case .pool: for stop in stopping { try await stop(id, .poolWithdrawn, transaction) }
        case .disability:
            try await transaction.execute(
                """
                UPDATE candidate_statistics SET disability = NULL, version = version + 1, updated_at = \(transaction.now)
                 WHERE candidate_id = \(id) AND disability IS NOT NULL
                """)
        }
    }

    /// Raises a file's version for what is shown with it; the last contact moves forward only.
    private func touch(_ id: Candidate.ID, contactOn day: Day, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            UPDATE candidate SET version = version + 1, updated_at = \(transaction.now),
                   last_contact_on = greatest(last_contact_on, \(day)::date)
             WHERE id = \(id)
            """)
    }
}
