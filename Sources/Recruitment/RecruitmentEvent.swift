import Contract
public import Fields
import Foundation
import Postgres

/// One operation in the history of a need or a session: for which organisation, when, and what changed.
public struct RecruitmentEvent: Decodable, Sendable {
    /// One field; a text that may name somebody shows no values.
    public struct FieldChange: Decodable, Sendable {
        /// The field.
        public var field: String
        /// Before.
        public var from: JSON?
        /// After.
        public var to: JSON?
    }

    /// Its id.
    public var id: Identifier<RecruitmentEvent>
    /// Its place in the order of writing, whatever the clock said.
    public var position: Int
    /// When.
    public var at: Instant
    /// What was done: `need.transition`.
    public var operation: String
    /// For which organisation; nil for the system.
    public var organisation: String?
    /// Every field that changed.
    public var changes: [FieldChange]

    /// A page of the history of a row.
    static func rows(
        of id: UUID, limit: PageLimit, cursor: Cursor?, _ transaction: Transaction
    ) async throws -> Rows<RecruitmentEvent> {
        let row = Identifier<Never>(id)
        let after = try cursor?.key(of: "recruitment_history", SortNumber.self)
        return try await transaction.rows(
            """
            SELECT l.id, e.position, l.at, l.operation, o.name AS organisation, e.changes
              FROM (SELECT c.audit_id, min(c.id) AS position,
                           jsonb_agg(jsonb_build_object('field', c.field, 'from', c.old_value, 'to', c.new_value) ORDER BY c.id)
                               AS changes
                      FROM field_change c
                     WHERE c.row_id = \(row) AND c.field NOT IN ('version', 'created_at', 'organisation_id', 'structure_id')
                     GROUP BY c.audit_id) AS e
              JOIN audit_log l ON l.id = e.audit_id
              LEFT JOIN organisation o ON o.id = l.organisation_id
             WHERE (\(after)::bigint IS NULL OR e.position > \(after)::bigint)
             ORDER BY e.position LIMIT \(limit.count + 1)
            """, as: RecruitmentEvent.self)
    }
}

/// Versions of rows whose history `record_changes` keeps.
enum RowVersion {
    /// Is the caller's version the current one? 412 with what changed since; with `base_version`, 409 if a field that it changes
    /// changed since too.
    static func check(
        _ precondition: Precondition, of table: SQL, _ id: UUID, version: Int, _ transaction: Transaction
    ) async throws {
        let row = Identifier<Never>(id)
        switch try precondition.compare(with: version) {
        case .current: return
        case .stale(let given):
            throw RecruitmentRefusals.stale(
                given: given, current: version, changed: try await changes(of: row, since: given, transaction))
        case .merge(let base, let fields):
            let values = try await transaction.rows(
                "SELECT to_jsonb(t) AS value FROM \(table) t WHERE t.id = \(row)", as: Value<JSON>.self
            ).first()?.value
            try Precondition.merge(
                fields, changed: Set(try await changes(of: row, since: base, transaction)), values: values ?? .null)
        }
    }

    /// Names of the fields that changed since a version, which may be one that no integer of the database holds.
    private static func changes(
        of row: Identifier<Never>, since version: Int, _ transaction: Transaction
    ) async throws -> [String] {
        try await transaction.rows(
            """
            SELECT DISTINCT field AS value FROM field_change
             WHERE row_id = \(row)
               AND audit_id IN (SELECT audit_id FROM field_change
                                 WHERE row_id = \(row) AND field = 'version' AND (new_value)::bigint > \(version)::bigint)
               AND field <> 'version' ORDER BY value
            """, as: Value<String>.self
        ).all().map(\.value)
    }
}
