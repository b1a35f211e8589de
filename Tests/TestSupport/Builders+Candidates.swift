import Accounts
import Fields
import Orientation
import Postgres

extension Make {
    /// A prescriber, one that may send unless said otherwise.
    public func prescriber(
        _ code: String, authorisation: PrescriberAuthorisation = .validated
    ) async throws -> Organisation.ID {
        let id = try await organisation(code, kind: .prescriber)
        _ = try await insert { transaction in
            try await transaction.execute(
                """
                UPDATE organisation
                   SET prescriber_authorisation = \(authorisation),
                       authorisation_proof = \(authorisation == .validated ? "Convention de test" : nil),
                       authorisation_on = \(authorisation == .notSet ? nil : transaction.today)
                 WHERE id = \(id)
                """)
        }
        return id
    }

    /// A person's file, with an agreement to be sent given today unless said otherwise.
    @discardableResult
    public func candidate(
        of organisation: Organisation.ID, referent: Member.ID? = nil, firstName: String = "Camille",
        lastName: String = "Exemple", email: String? = "camille@exemple.example", phone: String? = "+33199000001",
        birthYear: Int? = 1990, insee: String? = "31555", jobs: [String] = ["K1302"], agrees: Bool = true
    ) async throws -> Candidate.ID {
        try await insert { transaction in
            let id = transaction.newID(Candidate.ID.self)
            try await transaction.execute(
                """
                INSERT INTO candidate (id, organisation_id, referent_id, first_name, last_name, email, phone, insee, birth_year,
                                       situation, experience, jobs, lawful_basis, notice_version, notice_given_on, notice_channel,
                                       last_contact_on, created_at, updated_at)
                VALUES (\(id), \(organisation), \(referent), \(firstName), \(lastName), \(email), \(phone), \(insee),
                        \(birthYear)::integer, 'job_seeker', 'Deux ans en résidence', \(list: jobs)::text[], 'public_task',
                        '2024-01', \(transaction.today), 'in_person', \(transaction.today), \(transaction.now), \(transaction.now))
                """)
            if agrees { try await agree(id, .orientation, transaction) }
            return id
        }
    }

    /// An agreement given today.
    public func agreement(of candidate: Candidate.ID, _ kind: AgreementKind = .orientation) async throws
        -> CandidateAgreement.ID
    {
        try await insert { try await agree(candidate, kind, $0) }
    }

    @discardableResult
    private func agree(
        _ candidate: Candidate.ID, _ kind: AgreementKind, _ transaction: Transaction
    ) async throws -> CandidateAgreement.ID {
        let id = transaction.newID(CandidateAgreement.ID.self)
        try await transaction.execute(
            """
            INSERT INTO candidate_agreement (id, candidate_id, kind, text_version, given_on, channel, recorded_at)
            VALUES (\(id), \(candidate), \(kind), '2024-01', \(transaction.today), 'in_person', \(transaction.now))
            """)
        return id
    }

    /// A share of a file with another prescriber, from today for some days (negative: over since).
    @discardableResult
    public func share(
        _ candidate: Candidate.ID, with organisation: Organisation.ID, _ access: ShareAccess = .read, days: Int = 30,
        fields: [ShareFields] = ShareFields.allCases
    ) async throws -> CandidateShare.ID {
        try await insert { transaction in
            let id = transaction.newID(CandidateShare.ID.self)
            let today = transaction.today
            let first = days < 0 ? Day(number: today.number + 2 * days) : today
            try await transaction.execute(
                """
                INSERT INTO candidate_share (id, candidate_id, from_organisation_id, to_organisation_id, purpose, access, fields,
                                             starts_on, ends_on, created_at)
                SELECT \(id), c.id, c.organisation_id, \(organisation), 'Accompagnement commun', \(access),
                       \(list: fields)::text[], \(first), \(Day(number: today.number + days)), \(transaction.now)
                  FROM candidate c WHERE c.id = \(candidate)
                """)
            return id
        }
    }

    /// A transfer that waits for its answer.
    public func transfer(of candidate: Candidate.ID, to organisation: Organisation.ID) async throws
        -> CandidateTransfer.ID
    {
        try await insert { transaction in
            let id = transaction.newID(CandidateTransfer.ID.self)
            try await transaction.execute(
                """
                INSERT INTO candidate_transfer (id, candidate_id, from_organisation_id, to_organisation_id, reason, asked_at)
                SELECT \(id), c.id, c.organisation_id, \(organisation), 'Déménagement', \(transaction.now)
                  FROM candidate c WHERE c.id = \(candidate)
                """)
            return id
        }
    }
}
