import Accounts
public import Contract
public import Fields
public import Postgres

/// What is only ever counted of a person: it filters nobody, ranks nobody, and reaches nobody but the organisation whose file it is.
public struct CandidateStatistics: Decodable, Sendable, Hashable {
    /// Female, male, or not said.
    public var sex: CandidateSex?
    /// Without work for over a year.
    public var longTermUnemployed: Bool?
    /// With the RSA.
    public var rsa: Bool?
    /// Living in a priority district.
    public var qpv: Bool?
    /// By which list of districts: 2015, 2024.
    public var qpvVintage: Int?
    /// Highest level of diploma, national framework, 1 to 8.
    public var diplomaLevel: Int?
    /// Whether a disability is recognised: only with an agreement of its own.
    public var disability: Bool?
    /// Raised by every change, 0 before the first; `If-Match` names it.
    public var version: Int
}

/// The same, to be written as a whole: what is left out is emptied.
public struct NewStatistics: Decodable, Sendable, Hashable {
    /// Female, male, or not said.
    public var sex: CandidateSex?
    /// Without work for over a year.
    public var longTermUnemployed: Bool?
    /// With the RSA.
    public var rsa: Bool?
    /// Living in a priority district.
    public var qpv: Bool?
    /// By which list of districts: 2015, 2024.
    public var qpvVintage: Int?
    /// Highest level of diploma, national framework, 1 to 8.
    public var diplomaLevel: Int?
    /// Whether a disability is recognised: only with an agreement of its own.
    public var disability: Bool?

    /// Nothing said.
    public init() {}
}

/// As the person says it.
public enum CandidateSex: String, FieldEnum {
    case female = "f"
    case male = "m"
    case notSaid = "not_said"
}

extension CandidateStore {
    /// A person's criteria: for the organisation whose file it is, and nobody else. Reading them is written down.
    public func statistics(_ id: Candidate.ID, as caller: Caller) async throws -> Rows<CandidateStatistics> {
        do {
            return try await database.transaction(as: caller) { transaction in
                _ = try await own(id, transaction)
                guard let member = caller.member,
                    try await transaction.opened(id, by: member, route: "candidate_statistics.read")
                else { throw CandidateRefusals.tooManyReads() }
                return try await statistics(id, transaction)
            }
        } catch {
            try await database.alert(of: error, as: caller)
            throw error
        }
    }

    /// Writes a person's criteria, all of them.
    public func write<T: Sendable>(
        _ new: NewStatistics, of id: Candidate.ID, precondition: Precondition, as caller: Caller,
        answer: (Rows<CandidateStatistics>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await own(id, transaction)
                guard caller.mayWrite else { throw Problem.forbidden() }
                try await transaction.record("candidate_statistics.write", on: "candidate", id: id.uuid)
                _ = try await locked(current, transaction)
                let version = try await transaction.rows(
                    "SELECT version AS value FROM candidate_statistics WHERE candidate_id = \(id)", as: Value<Int>.self
                ).first()?.value
                if case .stale(let given) = try precondition.compare(with: version ?? 0) {
                    throw CandidateRefusals.stale(given: given, current: version ?? 0, changed: ["statistics"])
                }
                try await check(new, of: id, transaction)
                try await transaction.execute(
                    """
                    INSERT INTO candidate_statistics (candidate_id, sex, long_term_unemployed, rsa, qpv, qpv_vintage, diploma_level,
                                                      disability, updated_at)
                    VALUES (\(id), \(new.sex), \(new.longTermUnemployed)::boolean, \(new.rsa)::boolean, \(new.qpv)::boolean,
                            \(new.qpvVintage)::integer, \(new.diplomaLevel)::integer, \(new.disability)::boolean, \(transaction.now))
                    ON CONFLICT ON CONSTRAINT candidate_statistics_key DO UPDATE
                       SET sex = excluded.sex, long_term_unemployed = excluded.long_term_unemployed, rsa = excluded.rsa,
                           qpv = excluded.qpv, qpv_vintage = excluded.qpv_vintage, diploma_level = excluded.diploma_level,
                           disability = excluded.disability, updated_at = excluded.updated_at,
                           version = candidate_statistics.version + 1
                    """)
                // It shows what was just written, all of it: nothing is learnt.
                if let member = caller.member {
                    try await transaction.wrote(to: id, by: member, route: "candidate_statistics.write")
                }
                return try answer(try await statistics(id, transaction))
            }
        } catch {
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    /// A file of the caller's own organisation; of a shared one even the existence of criteria is nobody's business.
    private func own(_ id: Candidate.ID, _ transaction: Transaction) async throws -> Current {
        let current = try await current(id, transaction)
        guard current.access == .own else { throw CandidateRefusals.notYours() }
        return current
    }

    private func check(_ new: NewStatistics, of id: Candidate.ID, _ transaction: Transaction) async throws {
        var rules = FieldRules()
        rules.number("diploma_level", new.diplomaLevel, 1...8)
        if let vintage = new.qpvVintage, ![2015, 2024].contains(vintage) {
            rules.refuse("qpv_vintage", fr: "2015 ou 2024.", en: "2015 or 2024.")
        }
        guard rules.errors.isEmpty else { throw CandidateRefusals.wrong(rules.errors) }
        guard new.disability != nil else { return }
        let agrees = try await transaction.rows(
            """
            SELECT EXISTS (SELECT FROM candidate_agreement
                            WHERE candidate_id = \(id) AND kind = 'disability' AND withdrawn_on IS NULL) AS value
            """, as: Value<Bool>.self
        ).first()?.value
        guard agrees == true else { throw CandidateRefusals.noDisabilityAgreement() }
    }

    private func statistics(
        _ id: Candidate.ID, _ transaction: Transaction
    ) async throws -> Rows<CandidateStatistics> {
        try await transaction.rows(
            """
            SELECT s.sex, s.long_term_unemployed, s.rsa, s.qpv, s.qpv_vintage, s.diploma_level, s.disability,
                   coalesce(s.version, 0) AS version
              FROM (SELECT \(id)::uuid AS id) AS c LEFT JOIN candidate_statistics s ON s.candidate_id = c.id
            """, as: CandidateStatistics.self)
    }
}
