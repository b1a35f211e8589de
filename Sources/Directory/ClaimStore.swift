import Accounts
public import Contract
public import Fields
public import Postgres

/// Where claims on structures' sheets are kept.
public struct ClaimStore: Sendable {
    let database: Database
    let structures: StructureStore

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        structures = StructureStore(database)
    }

    /// A claim as a move finds it, locked.
    struct Current: Decodable, Sendable {
        var id: StructureClaim.ID
        var structureID: PublicStructure.ID
        var organisationID: Identifier<OrganisationTag>
        var status: ClaimStatus
        var version: Int
    }

    // MARK: - Reading

    /// A page of claims, the oldest first; one row more than the limit when there is a next page. The team sees all, an employer
    /// its own.
    public func list(_ filter: Filter, as caller: Caller) async throws -> Rows<StructureClaim> {
        let after = try filter.cursor?.key(of: "structure_claims", StructureClaim.ID.self)
        var conditions: SQL = "\(Self.seen(by: caller)) AND (\(after)::uuid IS NULL OR c.id > \(after)::uuid)"
        if let status = filter.status { conditions = "\(conditions) AND c.status = \(status)" }
        if let key = filter.structure { conditions = "\(conditions) AND \(StructureStore.condition(key))" }
        let statement: SQL = """
            \(Self.claims(as: caller)) WHERE \(conditions)
             ORDER BY c.id LIMIT \((filter.limit ?? .standard).count + 1)
            """
        return try await database.transaction(as: caller) { try await $0.rows(statement, as: StructureClaim.self) }
    }

    /// One claim, or a refusal when there is none that the caller may know of.
    public func find(_ id: StructureClaim.ID, as caller: Caller) async throws -> Rows<StructureClaim> {
        try await database.transaction(as: caller) { try await row(id, as: caller, $0) }
    }

    private func row(
        _ id: StructureClaim.ID, as caller: Caller, _ transaction: Transaction
    ) async throws -> Rows<StructureClaim> {
        let rows = try await transaction.rows(
            "\(Self.claims(as: caller)) WHERE c.id = \(id) AND \(Self.seen(by: caller))", as: StructureClaim.self)
        guard !rows.isEmpty else { throw DirectoryRefusals.claim() }
        return rows
    }

    private static func seen(by caller: Caller) -> SQL {
        if caller.isTeam || caller.isSystem { return "true" }
        return "c.organisation_id = \(caller.member?.organisationID)"
    }

    /// Claims `c`; hints and to whom the structure is attached are the team's.
    private static func claims(as caller: Caller) -> SQL {
        """
        SELECT c.id, jsonb_build_object('finess', s.finess, 'usual_name', s.usual_name, 'kind', s.kind,
                   'kind_name', s.kind_name, 'commune', s.commune, 'status', s.status) AS structure,
               jsonb_build_object('code', o.code, 'name', o.name) AS organisation, c.status, c.message, c.asked_at,
               c.asked_by, c.decided_at, c.reason,
               CASE WHEN \(caller.isTeam) THEN (
                   SELECT jsonb_build_object('code', a.code, 'name', a.name)
                     FROM structure h JOIN organisation a ON a.id = h.organisation_id WHERE h.id = s.id) END AS attached_to,
               CASE WHEN \(caller.isTeam) THEN jsonb_build_object(
                   'email_domain_matches', claim_domain_matches(\(caller.member?.id), c.id),
                   'siret_matches', coalesce(o.siret = s.siret, false),
                   'siren_matches', coalesce(left(o.siret, 9) IN (left(s.siret, 9), l.siren), false)) END AS hints,
               c.version
          FROM structure_claim c JOIN organisation o ON o.id = c.organisation_id
          JOIN public_structure s ON s.id = c.structure_id LEFT JOIN legal_entity l ON l.id = s.legal_entity_id
        """
    }

    // MARK: - Asking

    /// An employer claims a structure. That another's claim is validated hinders nobody from asking: the team decides.
    public func create<T: Sendable>(
        _ key: StructureKey, _ new: NewClaim, as caller: Caller, answer: (Rows<StructureClaim>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let structure = try await structures.current(key, transaction)
                guard let member = caller.member, member.organisationKind == .employer, caller.mayWrite else {
                    throw DirectoryRefusals.onlyEmployers()
                }
                let id = transaction.newID(StructureClaim.ID.self)
                try await transaction.record("structure_claim.create", on: "structure_claim", id: id.uuid)
                guard structure.status == .open else { throw DirectoryRefusals.notOpen(structure.finess) }
                guard structure.organisationID != member.organisationID else {
                    throw DirectoryRefusals.alreadyAttached(structure.finess)
                }
                try await transaction.execute(
                    """
                    INSERT INTO structure_claim (id, structure_id, organisation_id, message, asked_at, asked_by)
                    VALUES (\(id), \(structure.id), \(member.organisationID), \(new.message), \(transaction.now), \(member.id))
                    """)
                return try answer(try await row(id, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, DirectoryRefusals.byConstraint)
        }
    }

    // MARK: - Moving

    /// Moves a claim as its table allows. Validated, the structure is the employer's to keep; ended, it is nobody's again, and
    /// its recruitment contact ends with its links.
    public func move<T: Sendable>(
        _ id: StructureClaim.ID, _ move: ClaimMove, precondition: Precondition, as caller: Caller,
        answer: (Rows<StructureClaim>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let (claim, structure) = try await locked(id, as: caller, transaction)
                guard caller.mayWrite else { throw Problem.forbidden() }
                try await transaction.record(
                    "structure_claim.transition", on: "structure_claim", id: id.uuid,
                    details: ["structure": .string(structure.id.fieldText), "to": .string(move.to.rawValue)])
                if case .stale(let given) = try precondition.compare(with: claim.version) {
                    throw DirectoryRefusals.staleClaim(given: given, current: claim.version)
                }
                try claimTransitions.check(
                    from: claim.status, to: move.to, by: caller.isTeam ? .team : .claimant,
                    given: move.reason == nil ? [] : ["reason"], label: \.label)
                try await transaction.execute(
                    """
                    UPDATE structure_claim
                       SET status = \(move.to), reason = \(move.reason), decided_at = \(transaction.now),
                           decided_by = \(caller.member?.id), version = version + 1
                     WHERE id = \(id)
                    """)
                try await attach(structure, to: move.to, of: claim, transaction)
                return try answer(try await row(id, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, DirectoryRefusals.byConstraint)
        }
    }

    /// The structure first, then the claim: the order in which every change of either locks them.
    private func locked(
        _ id: StructureClaim.ID, as caller: Caller, _ transaction: Transaction
    ) async throws -> (Current, StructureStore.Current) {
        let found = try await transaction.rows(
            "SELECT c.structure_id AS value FROM structure_claim c WHERE c.id = \(id) AND \(Self.seen(by: caller))",
            as: Value<PublicStructure.ID>.self
        ).first()
        guard let found else { throw DirectoryRefusals.claim() }
        let structure = try await structures.current(.id(found.value), transaction)
        let claim = try await transaction.rows(
            "SELECT \(columns: Current.self, of: "c") FROM structure_claim c WHERE c.id = \(id) FOR UPDATE",
            as: Current.self
        ).first()
        guard let claim else { throw DirectoryRefusals.claim() }
        return (claim, structure)
    }

    private func attach(
        _ structure: StructureStore.Current, to status: ClaimStatus, of claim: Current, _ transaction: Transaction
    ) async throws {
        switch status {
        case .validated:
            guard structure.status == .open else { throw DirectoryRefusals.notOpen(structure.finess) }
            try await transaction.execute(
                "UPDATE structure SET organisation_id = \(claim.organisationID) WHERE id = \(structure.id)")
        case .ended:
            try await ContactStore.end(of: structure.id, transaction)
            try await transaction.execute(
                """
                UPDATE structure SET organisation_id = NULL
                 WHERE id = \(structure.id) AND organisation_id = \(claim.organisationID)
                """)
        case .pending, .refused, .withdrawn: break
        }
    }
}
