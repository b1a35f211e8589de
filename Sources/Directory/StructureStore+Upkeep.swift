import Accounts
import Contract
public import Fields
public import Postgres

/// What a newer file says against a field that is kept by hand.
public struct StructureDisagreement: Decodable, Sendable {
    /// The structure's FINESS number.
    public var finess: String
    /// The structure's name.
    public var usualName: String
    /// The field.
    public var field: StructureField
    /// What the sheet says.
    public var ours: JSON
    /// What the file says.
    public var theirs: JSON
    /// Since which file.
    public var since: Day
}

/// Whose value a disagreement is settled with.
public enum DisagreementSide: String, FieldEnum {
    /// The sheet's, as it is.
    case ours
    /// The file's.
    case theirs
}

extension StructureStore {
    /// Open structures that nobody verified or wrote in for so many days: those that nobody ever did first, then the longest ago.
    public func stale(
        days: Int, kind: KindName? = nil, limit: Int, on today: Day, as caller: Caller
    ) async throws -> [PublicStructure] {
        let isOfKind: SQL = kind.map { "AND s.kind = ANY (kinds_meant(\($0)))" } ?? .nothing
        let kept: SQL = """
            greatest(s.verified_on,
                     (SELECT max((value->>'on')::date) FROM jsonb_each(s.field_sources)))
            """
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(Self.columns(distance: "NULL::integer")) FROM public_structure s
                 WHERE s.status = 'open' AND coalesce(\(kept) < \(today)::date - \(days)::integer, true) \(isOfKind)
                 ORDER BY \(kept) NULLS FIRST, s.sort_name, s.finess LIMIT \(limit)
                """, as: PublicStructure.self
            ).all()
        }
    }

    /// Fields that a newer file contradicts, the longest first: the team sees all, an employer its own structures'.
    public func disagreements(
        of key: StructureKey? = nil, limit: Int, as caller: Caller
    ) async throws -> Rows<StructureDisagreement> {
        let one: SQL = key.map { "AND \(Self.condition($0))" } ?? .nothing
        let mine: SQL =
            caller.isTeam || caller.isSystem ? "true" : "s.organisation_id = \(caller.member?.organisationID)"
        return try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT s.finess, s.usual_name, d.key AS field, to_jsonb(s)->d.key AS ours, d.value->'value' AS theirs,
                       (d.value->>'on')::date AS since
                  FROM structure s CROSS JOIN LATERAL jsonb_each(s.disagreements) AS d
                 WHERE s.status = 'open' AND s.disagreements <> '{}' AND \(mine) \(one)
                 ORDER BY since, s.finess, d.key LIMIT \(limit)
                """, as: StructureDisagreement.self)
        }
    }

    /// Settles a disagreement with one side's value, as an edit of that field would: it is kept by hand from today, and what the
    /// file said is remembered.
    public func settle(
        _ key: StructureKey, _ field: StructureField, with side: DisagreementSide, as caller: Caller
    ) async throws -> Changed {
        if field == .status { return try await settleStatus(key, with: side, as: caller) }
        let open = try await disagreements(of: key, limit: StructureField.allCases.count, as: caller).all()
        guard let line = open.first(where: { $0.field == field }),
            let version = try await management(key, as: caller).first()?.version
        else { throw DirectoryRefusals.noDisagreement(field) }
        // Half a point is none: both degrees are settled together.
        let point: [StructureField] = [.latitude, .longitude]
        let fields = point.contains(field) ? point : [field]
        let members = fields.compactMap { name in
            (open.first { $0.field == name } ?? (name == field ? line : nil)).map {
                JSON.Member(name.rawValue, side == .ours ? $0.ours : $0.theirs)
            }
        }
        let changes: StructureChanges
        do { changes = try FieldReader.read(StructureChanges.self, from: JSONFields(members)) } catch let error
            as FieldErrors
        {
            // A file may say what nobody may write: a SIRET whose key is wrong.
            throw DirectoryRefusals.unwritable(error)
        }
        return try await edit(key, changes, precondition: Precondition(version: version), as: caller)
    }

    /// Whether it is closed, as a file says: theirs closes it on that day, ours keeps it open and is not asked again.
    private func settleStatus(
        _ key: StructureKey, with side: DisagreementSide, as caller: Caller
    ) async throws -> Changed {
        try await change(key, operation: "structure.settle", as: caller, answer: { $0 }) { transaction, current in
            let settled = try await transaction.execute(
                """
                UPDATE structure s
                   SET status = CASE WHEN \(side == .theirs) THEN 'closed' ELSE s.status END,
                       closed_on = CASE WHEN \(side == .theirs) THEN (s.disagreements->'status'->>'on')::date END,
                       field_sources = s.field_sources || jsonb_build_object(
                           \(Self.source(of: StructureField.status.rawValue, by: caller, on: transaction.today))),
                       disagreements = s.disagreements - 'status'
                 WHERE s.id = \(current.id) AND s.disagreements ? 'status'
                """)
            guard settled == 1 else { throw DirectoryRefusals.noDisagreement(.status) }
        }
    }
}
