import Accounts
import Contract
public import Fields
import Postgres

extension StructureStore {
    /// A merge as its undoing finds it.
    private struct Merged: Decodable, Sendable {
        var id: Identifier<StructureMerge>
        var fromID: PublicStructure.ID
        var intoID: PublicStructure.ID
        var fromStatus: StructureStatus
        var fromClosedOn: Day?
        var taken: JSON
    }

    /// Undoes the merge of a structure: it is what it was before, open or closed, and the other one gives back the fields it
    /// took, but for those that somebody wrote or verified since. The other one may have been merged itself meanwhile: that merge
    /// stands. Without `apply`, says what would be done.
    public func unmerge(_ key: StructureKey, apply: Bool, as caller: Caller) async throws -> StructureUnmerge {
        try await team(caller) { transaction in
            let known = try await merge(of: key, transaction)
            let (from, into) = try await pair(.id(known.fromID), .id(known.intoID), transaction)
            // What two undo at once, the second finds undone now that it has the lock.
            let merged = try await merge(of: key, transaction)
            guard merged.id == known.id else { throw DirectoryRefusals.notMerged(from.finess) }
            let taken = merged.taken.members.compactMap { StructureField(rawValue: $0.name) }
            let restored = try await untouched(merged, transaction)
            let unmerge = StructureUnmerge(
                from: from.finess, into: into.finess, status: merged.fromStatus, restored: restored,
                kept: taken.filter { !restored.contains($0) }, isApplied: apply)
            guard apply else { return unmerge }
            try await transaction.record(
                "structure.unmerge", on: "structure", id: from.id.uuid, details: ["from": .string(into.finess)])
            try await transaction.execute(
                """
                UPDATE structure SET status = \(merged.fromStatus), closed_on = \(merged.fromClosedOn)::date, merged_into = NULL
                 WHERE id = \(from.id)
                """)
            try await giveBack(restored, merged, transaction)
            try await transaction.execute(
                """
                UPDATE structure_merge SET undone_at = \(transaction.now), undone_by = \(caller.member?.id)::uuid
                 WHERE id = \(merged.id)
                """)
            return unmerge
        }
    }

    private func merge(of key: StructureKey, _ transaction: Transaction) async throws -> Merged {
        let merged = try await transaction.rows(
            """
            SELECT \(columns: Merged.self, of: "m")
              FROM structure s JOIN structure_merge m ON m.from_id = s.id AND m.undone_at IS NULL
             WHERE \(Self.condition(key)) AND s.status = 'merged'
            """, as: Merged.self
        ).first()
        guard let merged else {
            // 404 for one that is not there.
            let current = try await current(key, transaction)
            throw DirectoryRefusals.notMerged(current.finess)
        }
        return merged
    }

    /// Of the fields that were taken, those that are as they were taken.
    private func untouched(_ merged: Merged, _ transaction: Transaction) async throws -> [StructureField] {
        let fields = try await transaction.rows(
            """
            SELECT taken.key AS value FROM structure s, jsonb_each(\(json: merged.taken)::jsonb) AS taken
             WHERE s.id = \(merged.intoID) AND to_jsonb(s)->taken.key = taken.value->'value'
               AND s.field_sources->taken.key = taken.value->'source'
             ORDER BY value
            """, as: Value<StructureField>.self
        ).all().map(\.value)
        // A point is two fields: half of one is none.
        let point: Set<StructureField> = [.latitude, .longitude]
        return point.isSubset(of: fields) ? fields : fields.filter { !point.contains($0) }
    }

    private func giveBack(_ fields: [StructureField], _ merged: Merged, _ transaction: Transaction) async throws {
        guard !fields.isEmpty else { return }
        let columns = fields.map(\.rawValue)
        let set: [SQL] = fields.map { field in
            let isList = field == .publics || field == .serviceArea
            return "\(unsafeTextNeverFromInput: field.rawValue) = \(isList ? "'{}'" : "NULL" as SQL)"
        }
        try await transaction.execute(
            """
            UPDATE structure s
               SET \(set.joined()),
                   field_sources = (s.field_sources - \(list: columns)::text[]) || (
                       SELECT coalesce(jsonb_object_agg(taken.key, taken.value->'before'), '{}')
                         FROM jsonb_each(\(json: merged.taken)::jsonb) AS taken
                        WHERE taken.key = ANY (\(list: columns)::text[]) AND taken.value->'before' <> 'null'),
                   disagreements = s.disagreements - \(list: columns)::text[]
             WHERE s.id = \(merged.intoID)
            """)
    }
}
