import Accounts
public import Contract
import Directory
public import Fields
public import Postgres
import Reference

/// How needs change: each operation is one transaction with its history and its audit row.
extension NeedStore {
    /// What a change gives back: the need, what its employer sees beside, and the moves that are possible now.
    public struct Changed: Sendable {
        /// The need.
        public var need: Rows<PublicNeed>
        /// What its own employer and the team see beside.
        public var management: Rows<NeedManagement>
        /// The moves that the caller may make now.
        public var moves: JSON
    }

    // MARK: - Writing

    /// Writes a draft for one of the caller's own structures.
    public func create<T: Sendable>(
        _ new: NewNeed, as caller: Caller, answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                guard let member = caller.member, member.organisationKind == .employer, caller.mayWrite else {
                    throw RecruitmentRefusals.notYourNeed()
                }
                let structure = try await structure(new.structure, transaction)
                if let structure, structure.organisationID != member.organisationID {
                    throw RecruitmentRefusals.notYourStructure(structure.finess)
                }
                let id = transaction.newID(PublicNeed.ID.self)
                try await transaction.record("need.create", on: "need", id: id.uuid)
                var rules = FieldRules()
                guard let structure else {
                    rules.refuse("structure", fr: "Aucune structure de ce numéro.", en: "No structure of this number.")
                    throw RecruitmentRefusals.wrong(RecruitmentRefusals.invalidNeed, rules.errors)
                }
                guard structure.status == .open else { throw RecruitmentRefusals.closed(structure.finess) }
                var values = NeedValues(new)
                values.check(&rules, on: transaction.today)
                try await resolve(&values, place: .given(new.insee), of: structure.id, &rules, transaction)
                try await transaction.execute(
                    """
                    INSERT INTO need (id, structure_id, organisation_id, positions_left, created_at, updated_at, \(NeedValues.columns))
                    VALUES (\(id), \(structure.id), \(member.organisationID), \(values.positions)::integer, \(transaction.now),
                            \(transaction.now), \(values.values))
                    """)
                return try answer(try await changed(id, transaction))
            }
        } catch {
            throw Refusal.mapping(error, RecruitmentRefusals.byConstraint)
        }
    }

    /// Changes fields of a need. A change that changes nothing leaves the version as it is.
    public func edit<T: Sendable>(
        _ id: PublicNeed.ID, _ changes: NeedChanges, precondition: Precondition, as caller: Caller,
        answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, operation: "need.edit", as: caller, by: [.recruiter], answer: answer) {
            transaction, current, _ in
            try await RowVersion.check(precondition, of: "need", id.uuid, version: current.version, transaction)
            var rules = FieldRules()
            rules.required(changes.cleared)
            let before = try await transaction.rows(
                """
                SELECT \(Self.selected) FROM need n WHERE n.id = \(id)
                """, as: NeedValues.self
            ).first()
            guard let before else { throw RecruitmentRefusals.need() }
            var values = before.applying(changes)
            values.check(&rules, before: before, on: transaction.today)
            // A number that no column can hold is refused below; it must not overflow here.
            let left = min(max(values.positions, 0), 10_000) - current.taken
            if values.positions != current.positions { Self.checkPositions(left, current, &rules) }
            let place: Place = changes.insee.isChange ? .given(changes.insee.applied(to: nil)) : .kept
            try await resolve(&values, place: place, of: current.structureID, &rules, transaction)
            try await transaction.execute(
                """
                UPDATE need SET (positions_left, \(NeedValues.columns)) = (\(left)::integer, \(values.values))
                 WHERE id = \(id) AND (positions_left, \(NeedValues.columns)) IS DISTINCT FROM (\(left)::integer, \(values.values))
                """)
        }
    }

    /// The columns of `NeedValues`; rows take lists as JSON.
    private static let selected: SQL = """
        n.title, n.description, n.job_version, n.job, to_jsonb(n.diplomas) AS diplomas, n.contract, n.hours_per_week, n.positions,
        n.opening, n.pay_min_cents, n.pay_max_cents, n.pay_period, n.starts_on, n.beginner_welcome, n.licence_required,
        n.vehicle_required, n.night, n.weekend, n.split_shifts, n.insee, n.latitude, n.longitude
        """

    /// As many as were taken, and one more: a need without a position left is filled, not edited into it.
    private static func checkPositions(_ left: Int, _ current: Current, _ rules: inout FieldRules) {
        if current.state == .filled {
            rules.refuse(
                "positions", fr: "Ce besoin est pourvu : rouvrez-le (transition open, avec positions).",
                en: "This need is filled: open it again (transition open, with positions).")
        } else if left < 1, current.taken > 0 {
            rules.refuse(
                "positions", fr: "\(current.taken) déjà pourvus : au moins \(current.taken + 1), ou fermez le besoin.",
                en: "\(current.taken) are taken already: at least \(current.taken + 1), or close the need.")
        }
    }

    /// Deletes a draft; what was open once stays.
    public func delete(_ id: PublicNeed.ID, precondition: Precondition, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            let current = try await current(id, locked: true, transaction)
            guard current.actor(caller) == .recruiter else { throw RecruitmentRefusals.notYourNeed() }
            try await transaction.record("need.delete", on: "need", id: id.uuid)
            try await RowVersion.check(precondition, of: "need", id.uuid, version: current.version, transaction)
            guard current.state == .draft else { throw RecruitmentRefusals.isNoDraft(current.state) }
            try await transaction.execute("DELETE FROM need WHERE id = \(id)")
        }
    }

    // MARK: - Moving

    /// Moves a need as its table allows. Opening gives it a new period.
    public func move<T: Sendable>(
        _ id: PublicNeed.ID, _ move: NeedMove, precondition: Precondition, as caller: Caller,
        answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        try await change(id, operation: "need.transition", as: caller, by: [.recruiter, .team], answer: answer) {
            transaction, current, actor in
            try await RowVersion.check(precondition, of: "need", id.uuid, version: current.version, transaction)
            var given: Set<String> = []
            if move.reason != nil { given.insert("reason") }
            if move.positions != nil { given.insert("positions") }
            var failing: [String: Refusal] = [:]
            if move.to == .open {
                failing["proved_contact"] = try await contactRefusal(current, transaction)
            }
            try needTransitions.check(
                from: current.state, to: move.to, by: actor, given: given, failing: failing, label: \.label)
            if move.to == .open { return try await open(current, positions: move.positions, transaction) }
            try await transaction.execute(
                "UPDATE need SET state = \(move.to), reason = \(move.reason), filled_at = NULL WHERE id = \(id)")
        }
    }

    private func contactRefusal(_ current: Current, _ transaction: Transaction) async throws -> Refusal? {
        let hasContact = try await transaction.rows(
            "SELECT structure_has_contact(\(current.structureID)) AS value", as: Value<Bool>.self
        ).first()?.value
        return hasContact == true ? nil : RecruitmentRefusals.withoutContact(current.finess)
    }

    private func open(_ current: Current, positions: Int?, _ transaction: Transaction) async throws {
        guard current.structureStatus == .open else { throw RecruitmentRefusals.closed(current.finess) }
        guard current.attachedID == current.organisationID else {
            throw RecruitmentRefusals.notYourStructure(current.finess)
        }
        var rules = FieldRules()
        rules.number("positions", positions, 1...max(1, 500 - current.taken))
        guard rules.errors.isEmpty else {
            throw RecruitmentRefusals.wrong(RecruitmentRefusals.invalidNeed, rules.errors)
        }
        let left = positions ?? current.positionsLeft
        try await transaction.execute(
            """
            UPDATE need
               SET state = 'open', opened_at = \(transaction.now), filled_at = NULL, reason = NULL,
                   positions = \(current.taken + left)::integer, positions_left = \(left)::integer,
                   expires_on = \(transaction.today)::date + service_rule('need_open_days')
             WHERE id = \(current.id)
            """)
    }

    // MARK: - One change

    /// One changed need: locked, rights checked, recorded, changed, read again.
    private func change<T: Sendable>(
        _ id: PublicNeed.ID, operation: String, as caller: Caller, by actors: [NeedActor],
        answer: (Changed) throws -> T, _ body: (Transaction, Current, NeedActor) async throws -> Void
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, locked: true, transaction)
                guard let actor = current.actor(caller), actors.contains(actor) else {
                    throw RecruitmentRefusals.notYourNeed()
                }
                try await transaction.record(operation, on: "need", id: id.uuid)
                try await body(transaction, current, actor)
                return try answer(try await changed(id, transaction))
            }
        } catch {
            throw Refusal.mapping(error, RecruitmentRefusals.byConstraint)
        }
    }

    private func changed(_ id: PublicNeed.ID, _ transaction: Transaction) async throws -> Changed {
        let current = try await current(id, locked: false, transaction)
        return Changed(
            need: try await Self.row(id, transaction), management: try await Self.management(id, transaction),
            moves: moves(current, by: transaction.caller))
    }

    // MARK: - What fields refer to

    private struct Structure: Decodable {
        var id: PublicStructure.ID
        var finess: String
        var status: StructureStatus
        var organisationID: Identifier<OrganisationTag>?
    }

    private func structure(_ key: StructureKey, _ transaction: Transaction) async throws -> Structure? {
        let one: SQL =
            switch key {
            case .finess(let number): "s.finess = \(number)"
            case .id(let id): "s.id = \(id)"
            }
        return try await transaction.rows(
            "SELECT \(columns: Structure.self, of: "s") FROM structure s WHERE \(one)", as: Structure.self
        ).first()
    }

    /// Where a need's place comes from.
    private enum Place {
        /// It stays as it is.
        case kept
        /// A commune, or the structure's own.
        case given(PlaceCode?)
    }

    private struct Known: Decodable {
        var jobVersion: RomeVersion?
        var hasContract: Bool
        var insee: String?
        var latitude: Double?
        var longitude: Double?
        /// Empty where there is none of that name.
        var diplomas: [String]
    }

    /// Finds what the fields refer to, and refuses what there is not, with everything else that is wrong.
    private func resolve(
        _ values: inout NeedValues, place: Place, of structure: PublicStructure.ID, _ rules: inout FieldRules,
        _ transaction: Transaction
    ) async throws {
        var commune: PlaceCode?
        if case .given(let code) = place { commune = code }
        let known = try await transaction.rows(
            """
            SELECT (SELECT j.version FROM rome_job j
                     WHERE j.code = \(values.job) AND (\(values.jobVersion)::text IS NULL OR j.version = \(values.jobVersion))
                     ORDER BY j.version = '4.60' DESC LIMIT 1) AS job_version,
                   EXISTS (SELECT FROM contract_type t WHERE t.code = \(values.contract)) AS has_contract,
                   place.insee, place.latitude, place.longitude,
                   (SELECT coalesce(jsonb_agg((SELECT coalesce(max(id), '') FROM unnest(diplomas_meant(name)) AS id
                                                WHERE NOT EXISTS (SELECT FROM diploma d WHERE d.id = name) OR id = name)
                                              ORDER BY position), '[]')
                      FROM unnest(\(list: values.diplomas)::text[]) WITH ORDINALITY AS given (name, position)) AS diplomas
              FROM (SELECT 1) AS one
              LEFT JOIN LATERAL (
                   SELECT s.insee, s.latitude, s.longitude FROM structure s
                    WHERE \(commune)::text IS NULL AND s.id = \(structure)
                   UNION ALL
                   SELECT c.insee, c.latitude, c.longitude FROM commune c WHERE c.insee = present_commune(\(commune))) AS place
                ON true
            """, as: Known.self
        ).first()
        guard let known else { return }
        if known.jobVersion == nil {
            rules.refuse("job", fr: "Aucun métier de ce code ROME.", en: "No job of this ROME code.")
        }
        if !known.hasContract {
            rules.refuse(
                "contract", fr: "Un code de /v1/reference/contracts.", en: "A code of /v1/reference/contracts.")
        }
        if commune != nil, known.insee == nil {
            rules.refuse(
                "insee", fr: "Aucune commune du département de ce code INSEE (ce n'est pas un code postal).",
                en: "No commune of the département has this INSEE code (it is no postal code).")
        }
        for (position, id) in known.diplomas.enumerated() where id.isEmpty {
            rules.refuse(
                "diplomas/\(position)", fr: "Un diplôme de /v1/reference/diplomas.",
                en: "A diploma of /v1/reference/diplomas.")
        }
        guard rules.errors.isEmpty else {
            throw RecruitmentRefusals.wrong(RecruitmentRefusals.invalidNeed, rules.errors)
        }
        values.jobVersion = known.jobVersion
        // As the database keeps them, so that the same ones in another order are no change.
        values.diplomas = Set(known.diplomas).sorted()
        if case .given = place {
            (values.insee, values.latitude, values.longitude) = (known.insee, known.latitude, known.longitude)
        }
    }
}
