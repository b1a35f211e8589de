public import Fields
public import Foundation
public import Postgres

extension Transaction {
    /// Starts an operation: its audit row, which every change that follows in this transaction belongs to. Without it
    /// the database refuses the change. Rights are checked before it, everything else after: if the request was made before
    /// under the same `Idempotency-Key`, the transaction ends here with the first answer.
    ///
    /// `details` are ids, codes and counts; never a text or a name.
    public func record(_ operation: String, on kind: String, id: UUID? = nil, details: JSON? = nil) async throws {
        try await claim()
        let subject = id.map { Identifier<Never>($0) }
        let detailsText = details?.text
        queue(
            """
            SELECT begin_operation(\(newID(Identifier<Never>.self)), \(operation), \(kind), \(subject), \(detailsText)::jsonb)
            """)
    }
}

/// One audit row with its changes, in the form that is hashed.
struct AuditRow: Decodable, Sendable {
    var at: Instant
    var caller: String?
    var organisationID: Identifier<OrganisationTag>?
    var requestID: String
    var operation: String
    var subjectKind: String
    var subjectID: Identifier<Never>?
    var details: JSON?
    var changes: JSON

    /// The columns, from `audit_log a`.
    static let columns: SQL = """
        a.at, a.caller, a.organisation_id, a.request_id, a.operation, a.subject_kind, a.subject_id, a.details,
        (SELECT coalesce(jsonb_agg(jsonb_build_array(c.table_name, c.row_id, c.parent_id, c.field, c.old_value,
                                                     c.new_value) ORDER BY c.id), '[]')
           FROM field_change c WHERE c.audit_id = a.id) AS changes
        """
}
