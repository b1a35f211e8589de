import Accounts
public import Contract
public import Fields
import Foundation
public import Postgres

/// What ended for a person, so that what goes with it ends in the same transaction.
public enum CandidateStop: String, Sendable {
    /// The person objects: nothing is sent any more.
    case objected
    /// The agreement to be sent was taken back.
    case agreementWithdrawn
    /// The agreement to be in a pool was taken back.
    case poolWithdrawn
}

/// Ends what goes with an agreement or a file.
public typealias CandidateStopping =
    @Sendable (_ candidate: Candidate.ID, _ stop: CandidateStop, _ transaction: Transaction) async throws -> Void

/// A file that goes over to another prescriber.
public struct CandidateHandover: Sendable {
    /// Whose file.
    public var candidate: Candidate.ID
    /// Whose it was.
    public var from: Identifier<OrganisationTag>
    /// Whose it is now.
    public var to: Identifier<OrganisationTag>
    /// The new referent.
    public var referent: Identifier<Caller.Member>
}

/// Hands over what goes with a file.
public typealias CandidateHandingOver =
    @Sendable (_ handover: CandidateHandover, _ transaction: Transaction) async throws -> Void

/// How files change: each operation is one transaction with its history and its audit row.
extension CandidateStore {
    /// A file that was opened, and those that may be the same person's.
    public struct Created: Sendable {
        /// The file.
        public var candidate: Rows<Candidate>
        /// Files of the same organisation that may be the same person's.
        public var duplicates: [CandidateDuplicate]
    }

    /// Opens a file. What other organisations have is not looked at: the answer is the same whatever they have.
    public func create<T: Sendable>(
        _ new: NewCandidate, as caller: Caller, answer: (Created) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                guard let member = caller.member, member.organisationKind == .prescriber, caller.mayWrite else {
                    throw CandidateRefusals.onlyPrescribers()
                }
                let id = transaction.newID(Candidate.ID.self)
                try await transaction.record("candidate.create", on: "candidate", id: id.uuid)
                var rules = FieldRules()
                var values = CandidateValues(new, by: member, on: transaction.today)
                values.check(&rules, on: transaction.today)
                try await resolve(&values, of: member.organisationID, before: nil, rules, transaction)
                try await transaction.execute(
                    """
                    INSERT INTO candidate (id, organisation_id, created_at, updated_at, \(CandidateValues.columns))
                    VALUES (\(id), \(member.organisationID), \(transaction.now), \(transaction.now), \(values.values))
                    """)
                let duplicates = try await transaction.rows(
                    Self.duplicates(of: id, in: member.organisationID), as: CandidateDuplicate.self)
                return try answer(
                    Created(
                        candidate: try await transaction.rows(Self.one(id, for: member), as: Candidate.self),
                        duplicates: try duplicates.all()))
            }
        } catch {
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    /// Files of an organisation that may be the same person's as a new one; each index is asked by itself.
    private static func duplicates(of id: Candidate.ID, in organisation: Identifier<OrganisationTag>) -> SQL {
        """
        WITH new AS MATERIALIZED (
            SELECT c.id, c.email, c.phone, c.birth_year, c.search_text FROM candidate c WHERE c.id = \(id))
        SELECT DISTINCT ON (found.id) found.id, found.reason
          FROM (SELECT c.id, 'email' AS reason FROM new JOIN candidate c ON c.email = new.email
                 WHERE c.organisation_id = \(organisation)
                UNION ALL
                SELECT c.id, 'phone' FROM new JOIN candidate c ON c.phone = new.phone WHERE c.organisation_id = \(organisation)
                UNION ALL
                SELECT c.id, 'name' FROM new JOIN candidate c ON c.birth_year = new.birth_year
                 WHERE c.organisation_id = \(organisation) AND similarity(c.search_text, new.search_text) >= 0.5) AS found
         WHERE found.id <> \(id) ORDER BY found.id DESC, found.reason LIMIT 20
        """
    }

    /// Changes fields of a file: the organisation whose it is. A change that changes nothing leaves the version as it is.
    public func edit<T: Sendable>(
        _ id: Candidate.ID, _ changes: CandidateChanges, precondition: Precondition, as caller: Caller,
        answer: (Rows<Candidate>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, operation: "candidate.edit", as: caller, answer: answer) { transaction, current in
            try await check(precondition, current, transaction)
            var rules = FieldRules()
            rules.required(changes.cleared)
            let before = try await transaction.rows(
                "SELECT \(CandidateValues.selected) FROM candidate c WHERE c.id = \(id)", as: CandidateValues.self
            ).first()
            guard let before else { throw CandidateRefusals.candidate() }
            var values = before.applying(changes)
            values.check(&rules, before: before, on: transaction.today)
            try await resolve(&values, of: current.organisationID, before: before, rules, transaction)
            let isOther =
                (before.firstName, before.lastName, before.email, before.phone, before.birthYear)
                != (values.firstName, values.lastName, values.email, values.phone, values.birthYear)
            try await transaction.execute(
                """
                UPDATE candidate
                   SET (\(CandidateValues.columns)) = (\(values.values)), version = version + 1, updated_at = \(transaction.now),
                       compared_at = CASE WHEN \(isOther) THEN NULL ELSE compared_at END
                 WHERE id = \(id) AND (\(CandidateValues.columns)) IS DISTINCT FROM (\(values.values))
                """)
        }
    }

    // MARK: - Objection

    /// The person objects, or does so no more. An objection ends what is on its way at once.
    public func object<T: Sendable>(
        _ id: Candidate.ID, _ isObjecting: Bool, as caller: Caller, answer: (Rows<Candidate>) throws -> T = { $0 }
    ) async throws -> T {
        let operation = isObjecting ? "candidate.objection" : "candidate.objection_end"
        return try await change(id, operation: operation, as: caller, sharers: isObjecting, answer: answer) {
            transaction, current in
            if isObjecting { return try await object(current.id, transaction) }
            try await transaction.execute(
                """
                UPDATE candidate SET objected_at = NULL, version = version + 1, updated_at = \(transaction.now)
                 WHERE id = \(id) AND objected_at IS NOT NULL
                """)
        }
    }

    /// Writes down an objection and ends what is on its way; also for the person's own link.
    func object(_ id: Candidate.ID, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            UPDATE candidate SET objected_at = \(transaction.now), version = version + 1, updated_at = \(transaction.now)
             WHERE id = \(id) AND objected_at IS NULL
            """)
        for stop in stopping { try await stop(id, .objected, transaction) }
    }

    // MARK: - One change

    /// One changed file: rights checked, recorded, locked, changed, read again. `sharers`: also whoever follows it up by a share.
    func change<T: Sendable>(
        _ id: Candidate.ID, operation: String, as caller: Caller, sharers: Bool = false,
        answer: (Rows<Candidate>) throws -> T, _ body: (Transaction, Current) async throws -> Void
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, transaction)
                guard caller.mayWrite else { throw Problem.forbidden() }
                guard current.access == .own || (sharers && current.access == .followUp) else {
                    throw current.access == .read && sharers
                        ? CandidateRefusals.readOnly() : CandidateRefusals.notYours()
                }
                try await transaction.record(operation, on: "candidate", id: id.uuid)
                let before = try await locked(current, transaction)
                try await body(transaction, before)
                let hasChanged = try await locked(current, transaction).version != before.version
                return try answer(try await shown(id, route: operation, hasChanged: hasChanged, transaction))
            }
        } catch {
            try await database.alert(of: error, as: caller)
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    private func check(_ precondition: Precondition, _ current: Current, _ transaction: Transaction) async throws {
        switch try precondition.compare(with: current.version) {
        case .current: return
        case .stale(let given):
            throw CandidateRefusals.stale(
                given: given, current: current.version, changed: try await changes(since: given, current, transaction))
        case .merge(let base, let fields):
            let values = try await transaction.rows(
                "SELECT to_jsonb(c) AS value FROM candidate c WHERE c.id = \(current.id)", as: Value<JSON>.self
            ).first()?.value
            try Precondition.merge(
                fields, changed: Set(try await changes(since: base, current, transaction)), values: values ?? .null)
        }
    }

    /// Names of the fields that changed since a version; their values are in no history.
    private func changes(since version: Int, _ current: Current, _ transaction: Transaction) async throws -> [String] {
        try await transaction.rows(
            """
            SELECT DISTINCT field AS value FROM field_change
             WHERE row_id = \(current.id) AND table_name = 'candidate'
               AND audit_id IN (SELECT audit_id FROM field_change
                                 WHERE row_id = \(current.id) AND table_name = 'candidate' AND field = 'version'
                                   AND (new_value)::bigint > \(version)::bigint)
               AND field NOT IN ('version', 'compared_at') ORDER BY value
            """, as: Value<String>.self
        ).all().map(\.value)
    }

    // MARK: - What fields refer to

    private struct Known: Decodable {
        var insee: String?
        var hasReferent: Bool
        /// Empty where there is none.
        var diplomas: [String]
        var contracts: [Bool]
        var jobs: [Bool]
    }

    /// Finds what the fields refer to, and refuses what there is not, with everything else that is wrong.
    private func resolve(
        _ values: inout CandidateValues, of organisation: Identifier<OrganisationTag>, before: CandidateValues?,
        _ given: FieldRules, _ transaction: Transaction
    ) async throws {
        var rules = given
        // A referent who left stays named until another is; what a file's old words meant is not asked again.
        let hasNewReferent = before == nil || before?.referentID != values.referentID
        let known = try await transaction.rows(
            """
            SELECT coalesce(present_commune(\(values.insee)), CASE WHEN left(\(values.insee), 2) <> '31' THEN \(values.insee) END) AS insee,
                   EXISTS (SELECT FROM member m WHERE m.id = \(values.referentID) AND m.organisation_id = \(organisation)
                              AND m.disabled_at IS NULL) AS has_referent,
                   (SELECT coalesce(jsonb_agg((SELECT coalesce(max(id), '') FROM unnest(diplomas_meant(name)) AS id
                                                WHERE NOT EXISTS (SELECT FROM diploma d WHERE d.id = name) OR id = name)
                                              ORDER BY position), '[]')
                      FROM unnest(\(list: values.diplomas)::text[]) WITH ORDINALITY AS given (name, position)) AS diplomas,
                   (SELECT coalesce(jsonb_agg(EXISTS (SELECT FROM contract_type t WHERE t.code = name) ORDER BY position), '[]')
                      FROM unnest(\(list: values.contracts)::text[]) WITH ORDINALITY AS given (name, position)) AS contracts,
                   (SELECT coalesce(jsonb_agg(EXISTS (SELECT FROM rome_job j WHERE j.code = name) ORDER BY position), '[]')
                      FROM unnest(\(list: values.jobs)::text[]) WITH ORDINALITY AS given (name, position)) AS jobs
            """, as: Known.self
        ).first()
        guard let known else { return }
        if values.insee != nil, known.insee == nil {
            rules.refuse(
                "insee", fr: "Aucune commune de ce code INSEE (ce n'est pas un code postal).",
                en: "No commune has this INSEE code (it is no postal code).")
        }
        if hasNewReferent, !known.hasReferent {
            rules.refuse(
                "referent_id", fr: "Un membre actif de votre organisme.", en: "An active member of your organisation.")
        }
        for (position, id) in known.diplomas.enumerated() where id.isEmpty {
            rules.refuse(
                "diplomas/\(position)", fr: "Un diplôme de /v1/reference/diplomas.",
                en: "A diploma of /v1/reference/diplomas.")
        }
        for (position, isKnown) in known.contracts.enumerated() where !isKnown {
            rules.refuse(
                "contracts/\(position)", fr: "Un code de /v1/reference/contracts.",
                en: "A code of /v1/reference/contracts.")
        }
        for (position, isKnown) in known.jobs.enumerated() where !isKnown {
            rules.refuse("jobs/\(position)", fr: "Aucun métier de ce code ROME.", en: "No job of this ROME code.")
        }
        guard rules.errors.isEmpty else { throw CandidateRefusals.wrong(rules.errors) }
        values.insee = known.insee
        // The same ones in another order are no change.
        values.diplomas = Set(known.diplomas).sorted()
        values.contracts = Set(values.contracts).sorted()
        values.jobs = Set(values.jobs).sorted()
    }
}
