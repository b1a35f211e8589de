import Fields
public import Postgres

/// Forgets the beginning of the audit log once it is older than the register keeps (`security.md` §5): a checkpoint, itself an audit row
/// that is sealed, says where the chain goes on. The database refuses a checkpoint over what is to be kept. What the plan's past and the
/// directory's are made from (`keeps_history` in `sql/functions/privacy.sql`) stays, with its seals and a chain of its own.
public struct AuditPurger: Sendable {
    private let database: Database
    private static let batch = 5000

    /// A purger, as the sealer's role.
    public init(_ database: Database) { self.database = database }

    /// Forgets everything that is due, or says how much that would be; returns how many rows are behind the checkpoint that were not.
    @discardableResult
    public func forget(apply: Bool = true) async throws -> Int {
        var total = 0
        while true {
            let count = try await database.slow(as: .system(requestID: "audit-purge")) { transaction in
                try await forget(apply, transaction)
            }
            total += count
            if !apply || count < Self.batch { return total }
        }
    }

    private struct End: Decodable {
        var position: Int
        var chainHash: String
        var first: Int
        var keptHash: String?
    }

    private struct Kept: Decodable {
        var position: Int
        var auditID: Identifier<Never>
        var rowHash: String
    }

    /// Of an audit row `a`.
    private static let isKept: SQL = """
        (a.subject_kind = 'action_plan'
         OR EXISTS (SELECT FROM field_change f WHERE f.audit_id = a.id AND keeps_history(f.table_name)))
        """

    private func forget(_ apply: Bool, _ transaction: Transaction) async throws -> Int {
        // The sealer waits meanwhile: both look at where the chain is.
        try await AuditSealer.lock(transaction)
        let end = try await transaction.rows(
            """
            WITH begin AS (SELECT coalesce(max(position), 0) AS position FROM audit_checkpoint),
            old AS (SELECT s.position, s.chain_hash, a.at < forgotten_before('audit') AS is_over
                      FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
                     WHERE s.position > (SELECT position FROM begin)
                     ORDER BY s.position LIMIT \(apply ? Self.batch : Int.max))
            SELECT o.position, encode(o.chain_hash, 'hex') AS chain_hash, (SELECT position FROM begin) AS first,
                   (SELECT encode(c.kept_hash, 'hex') FROM audit_checkpoint c ORDER BY c.position DESC LIMIT 1) AS kept_hash
              FROM old o
             WHERE o.position < coalesce((SELECT min(n.position) FROM old n WHERE NOT n.is_over), o.position + 1)
             ORDER BY o.position DESC LIMIT 1
            """, as: End.self
        ).first()
        guard let end else { return 0 }
        let count = end.position - end.first
        guard apply else { return count }
        let part: SQL = "s.position > \(end.first) AND s.position <= \(end.position)"
        let kept = try await transaction.rows(
            """
            SELECT s.position, s.audit_id, encode(s.row_hash, 'hex') AS row_hash
              FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id WHERE \(part) AND \(Self.isKept) ORDER BY s.position
            """, as: Kept.self
        ).all()
        let before = end.keptHash.map { [UInt8](hexadecimal: $0) } ?? AuditChain.start
        let chain = kept.reduce(before) { chain, row in
            AuditChain.link(
                after: chain, position: row.position, id: row.auditID.uuid, rowHash: [UInt8](hexadecimal: row.rowHash))
        }
        try await transaction.record(
            "audit.checkpoint", on: "audit_log",
            details: [
                "position": JSON(end.position), "chain_hash": .string(end.chainHash),
                "kept_hash": .string(chain.hexadecimal),
            ])
        try await transaction.execute(
            """
            INSERT INTO audit_checkpoint (position, chain_hash, made_at, audit_id, kept_hash)
            VALUES (\(end.position), decode(\(end.chainHash), 'hex'), \(transaction.now), current_setting('pa31.audit')::uuid,
                    \(bytes: chain)::bytea)
            """)
        let rows: SQL = """
            SELECT a.id FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id WHERE \(part) AND NOT \(Self.isKept)
            """
        try await transaction.execute("DELETE FROM field_change WHERE audit_id IN (\(rows))")
        try await transaction.execute("DELETE FROM audit_log WHERE id IN (\(rows))")
        try await transaction.execute(
            "DELETE FROM audit_seal s WHERE \(part) AND NOT EXISTS (SELECT FROM audit_log a WHERE a.id = s.audit_id)")
        return count
    }
}
