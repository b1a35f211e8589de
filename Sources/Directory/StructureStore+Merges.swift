import Accounts
import Contract
public import Fields
public import Postgres

extension StructureStore {
    /// Pairs of open structures that may be one, those with more reasons and the likest names first.
    public func duplicates(limit: Int, as caller: Caller) async throws -> Rows<StructureDuplicate> {
        guard caller.isTeam || caller.isSystem else { throw DirectoryRefusals.teamOnly() }
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: StructureDuplicate.self) FROM structure_duplicate
                 ORDER BY jsonb_array_length(reasons) DESC, similarity DESC, finess, other_finess LIMIT \(limit)
                """, as: StructureDuplicate.self)
        }
    }

    /// Remembers that two structures are two, however alike they look.
    public func distinguish(_ one: StructureKey, from other: StructureKey, as caller: Caller) async throws {
        try await team(caller) { transaction in
            let (one, other) = try await pair(one, other, transaction)
            try await transaction.record(
                "structure.distinct", on: "structure", id: one.id.uuid, details: ["other": .string(other.finess)])
            try await transaction.execute(
                """
                INSERT INTO structure_distinct (id, first_id, second_id, said_at, said_by)
                SELECT \(transaction.newID(Identifier<Never>.self)), least(a, b), greatest(a, b), \(transaction.now),
                       \(caller.member?.id)
                  FROM (SELECT \(one.id)::uuid AS a, \(other.id)::uuid AS b) AS pair
                """)
        }
    }

    // MARK: - Merge

    /// Makes one structure another: its address leads there from now on. Of what the other lacks it takes the fields that are
    /// named, as written by hand. Without `apply`, says what would be done.
    ///
    /// What is merged may be closed; what it is merged into is open. One with an employer attached is merged only into one of
    /// the same employer: nobody loses a structure by another's hand.
    public func merge(
        _ from: StructureKey, into: StructureKey, reason: String, take: Set<StructureField> = [], apply: Bool,
        as caller: Caller
    ) async throws -> StructureMerge {
        try await team(caller) { transaction in
            let (from, into) = try await pair(from, into, transaction)
            guard from.status != .merged else { throw DirectoryRefusals.mergedAlready(from.finess) }
            guard into.status == .open else { throw DirectoryRefusals.mergedIntoClosed(into.finess) }
            guard from.organisationID == nil || from.organisationID == into.organisationID else {
                throw DirectoryRefusals.mergedAttached(from.finess)
            }
            let offered = try await offers(of: from, to: into, transaction)
            // A point is two fields.
            let point: Set<StructureField> = [.latitude, .longitude]
            let wanted = take.isDisjoint(with: point) ? take : take.union(point)
            let names = Set(offered.map(\.field))
            guard wanted.isSubset(of: names) else {
                throw DirectoryRefusals.notOffered(wanted.subtracting(names), of: names)
            }
            let taken = StructureField.allCases.filter(wanted.contains)
            let merge = StructureMerge(
                from: from.finess, into: into.finess, offered: offered, taken: taken, isApplied: apply)
            guard apply else { return merge }
            try await transaction.record(
                "structure.merge", on: "structure", id: from.id.uuid, details: ["into": .string(into.finess)])
            let journal = try await self.take(taken, of: from, to: into, as: caller, transaction)
            try await transaction.execute(
                """
                INSERT INTO structure_merge (id, from_id, into_id, reason, from_status, from_closed_on, taken, merged_at, merged_by)
                VALUES (\(transaction.newID(Identifier<Never>.self)), \(from.id), \(into.id), \(reason), \(from.status),
                        \(from.closedOn), \(json: journal)::jsonb, \(transaction.now), \(caller.member?.id))
                """)
            try await transaction.execute(
                """
                UPDATE structure SET status = 'merged', closed_on = NULL, merged_into = \(into.id) WHERE id = \(from.id)
                """)
            return merge
        }
    }

    /// What the one that stays lacks and the other has, of what is not the register's to decide.
    private func offers(
        of from: MergeSide, to into: MergeSide, _ transaction: Transaction
    ) async throws -> [MergeOffer] {
        let fields = StructureField.allCases.filter(\.isEditable).map(\.rawValue)
        return try await transaction.rows(
            """
            SELECT each.key AS field, each.value
              FROM structure f, structure i, jsonb_each(to_jsonb(f)) AS each
             WHERE f.id = \(from.id) AND i.id = \(into.id) AND each.key = ANY (\(list: fields)::text[])
               AND each.value NOT IN ('null', '[]') AND coalesce(to_jsonb(i)->each.key, 'null') IN ('null', '[]')
             ORDER BY field
            """, as: MergeOffer.self
        ).all()
    }

    /// Writes the fields as by hand; gives back what the journal keeps of them.
    private func take(
        _ fields: [StructureField], of from: MergeSide, to into: MergeSide, as caller: Caller,
        _ transaction: Transaction
    ) async throws -> JSON {
        guard !fields.isEmpty else { return .object([]) }
        let columns = fields.map(\.rawValue)
        let before = try await transaction.rows(
            "SELECT field_sources AS value FROM structure WHERE id = \(into.id)", as: Value<JSON>.self
        ).first()?.value
        let set: [SQL] = columns.map { name in
            "\(unsafeTextNeverFromInput: name) = f.\(unsafeTextNeverFromInput: name)"
        }
        let sources = columns.map { Self.source(of: $0, by: caller, on: transaction.today) }.joined()
        try await transaction.execute(
            """
            UPDATE structure s
               SET \(set.joined()), field_sources = s.field_sources || jsonb_build_object(\(sources)),
                   disagreements = s.disagreements - \(list: columns)::text[]
              FROM structure f WHERE s.id = \(into.id) AND f.id = \(from.id)
            """)
        return try await transaction.rows(
            """
            SELECT jsonb_object_agg(name, jsonb_build_object(
                       'value', to_jsonb(s)->name, 'source', s.field_sources->name,
                       'before', coalesce(\(json: before ?? .object([]))::jsonb->name, 'null'))) AS value
              FROM structure s, unnest(\(list: columns)::text[]) AS name WHERE s.id = \(into.id)
            """, as: Value<JSON>.self
        ).first()?.value ?? .object([])
    }
}

/// A structure of a merge, locked.
struct MergeSide: Decodable, Sendable {
    var id: PublicStructure.ID
    var finess: String
    var status: StructureStatus
    var closedOn: Day?
    var organisationID: Identifier<OrganisationTag>?
}

extension StructureStore {
    /// A transaction of the team's: any other caller is refused.
    func team<T: Sendable>(_ caller: Caller, _ body: (Transaction) async throws -> T) async throws -> T {
        guard caller.isTeamEditor || caller.isSystem else { throw DirectoryRefusals.teamOnly() }
        do { return try await database.transaction(as: caller, body) } catch {
            throw Refusal.mapping(error, DirectoryRefusals.byConstraint)
        }
    }

    /// Two structures, locked in the order of their ids, so that A into B and B into A can't wait for one another.
    func pair(
        _ one: StructureKey, _ other: StructureKey, _ transaction: Transaction
    ) async throws -> (MergeSide, MergeSide) {
        let rows = try await transaction.rows(
            """
            SELECT \(columns: MergeSide.self, of: "s") FROM structure s
             WHERE \(Self.condition(one)) OR \(Self.condition(other)) ORDER BY s.id FOR UPDATE
            """, as: MergeSide.self
        ).all()
        func side(_ key: StructureKey) throws -> MergeSide {
            guard let row = rows.first(where: { key.names($0.finess, $0.id) }) else {
                throw DirectoryRefusals.unknown(key)
            }
            return row
        }
        let (first, second) = (try side(one), try side(other))
        guard first.id != second.id else { throw DirectoryRefusals.sameStructure(first.finess) }
        return (first, second)
    }
}

extension StructureKey {
    /// Whether it names the structure of this number and id.
    fileprivate func names(_ finess: String, _ id: PublicStructure.ID) -> Bool {
        switch self {
        case .finess(let number): number == finess
        case .id(let own): own == id
        }
    }
}
