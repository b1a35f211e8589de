public import Postgres

/// Where the register is read: rows that ship with the product (`sql/reference/rows/16_data_retention.csv`).
public struct RegisterStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// Every line, by its code.
    public func lines() async throws -> Rows<RetentionLine> {
        try await database.read(Self.statement, as: RetentionLine.self)
    }

    static let statement: SQL = """
        SELECT r.code, r.title_fr, r.persons_fr, r.purpose_fr, to_jsonb(r.lawful_basis) AS lawful_basis, r.recipients_fr,
               r.keep_amount, r.keep_unit, r.keep_with, r.event_fr, r.notice_days, r.is_outside, r.note_fr,
               (SELECT coalesce(jsonb_agg(c.table_name || '.' || c.column_name ORDER BY c.table_name, c.column_name), '[]')
                  FROM retention_column c WHERE c.line = r.code) AS columns
          FROM data_retention r ORDER BY r.code
        """
}
