import Fields
public import Foundation
public import Logging
public import Postgres
public import ServiceLifecycle

/// Chains committed audit rows, within two seconds of their commit, and exports the signed head (`security.md` §5).
///
/// Any number of servers may run one: an advisory lock lets one seal at a time.
public struct AuditSealer: Service {
    private let database: Database
    private let key: AuditKey?
    private let journal: URL?
    private let logger: Logger

    /// Arbitrary and never changed: where sealers meet.
    private static let lockNumber = 31_0078
    private static let batch = 500

    /// A sealer that works as the database's own role for it. Without a key heads are not signed, which `check` says.
    public init(_ database: Database, key: AuditKey?, journal: URL?, logger: Logger) {
        self.database = database
        self.key = key
        self.journal = journal
        self.logger = logger
    }

    /// Seals every second until the server stops, and once more then.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await attempt()
                try? await Task.sleep(for: .seconds(1))
            }
        }
        await attempt()
    }

    private func attempt() async {
        do { try await seal() } catch {
            // What is not sealed now is sealed at the next turn; `audit verify` names what stays unsealed.
            logger.warning("audit rows could not be sealed", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    struct Last: Decodable, Sendable {
        var position: Int
        var chainHash: String
    }
    struct Pending: Decodable, Sendable { var auditID: Identifier<Never> }

    /// Seals everything committed; returns how many rows.
    @discardableResult
    public func seal() async throws -> Int {
        var total = 0
        while true {
            let count = try await sealBatch()
            total += count
            if count < Self.batch { return total }
        }
    }

    /// One at a time, until the transaction ends.
    static func lock(_ transaction: Transaction) async throws {
        try await transaction.execute("SELECT pg_advisory_xact_lock(\(lockNumber)::bigint)")
    }

    private func sealBatch() async throws -> Int {
        let (count, head) = try await database.transaction(as: .system(requestID: "sealer")) { transaction in
            // The lock is a statement of its own: the next one's snapshot then sees what the last sealer committed.
            try await Self.lock(transaction)
            let last = try await transaction.rows(
                """
                SELECT position, encode(chain_hash, 'hex') AS chain_hash
                  FROM (SELECT position, chain_hash FROM audit_seal UNION ALL SELECT position, chain_hash FROM audit_checkpoint) AS l
                 ORDER BY position DESC LIMIT 1
                """, as: Last.self
            ).first()
            let pending = try await transaction.rows(
                "SELECT audit_id FROM audit_pending ORDER BY audit_id LIMIT \(Self.batch)", as: Pending.self
            ).all().map(\.auditID)
            guard !pending.isEmpty else { return (0, nil as (Int, [UInt8])?) }
            let rows = try await transaction.rows(
                """
                SELECT \(AuditRow.columns) FROM audit_log a WHERE a.id = ANY (\(list: pending)::uuid[]) ORDER BY a.id
                """, as: AuditRow.self)
            guard rows.count == pending.count else { throw DatabaseError.missingAuditRow }
            var position = last?.position ?? 0
            var chain = last.map { [UInt8](hexadecimal: $0.chainHash) } ?? AuditChain.start
            for (index, id) in pending.enumerated() {
                position += 1
                let rowHash = AuditChain.rowHash(rows, index)
                chain = AuditChain.link(after: chain, position: position, id: id.uuid, rowHash: rowHash)
                try await transaction.execute(
                    """
                    INSERT INTO audit_seal (position, audit_id, row_hash, chain_hash, sealed_at)
                    VALUES (\(position), \(id), \(bytes: rowHash)::bytea, \(bytes: chain)::bytea, \(transaction.now))
                    """)
            }
            try await transaction.execute("DELETE FROM audit_pending WHERE audit_id = ANY (\(list: pending)::uuid[])")
            return (pending.count, (position, chain))
        }
        if let head, let key { export(AuditHead(position: head.0, chainHash: head.1, key: key)) }
        return count
    }

    /// The head goes where the database's owner cannot rewrite it: the log, and a file if there is one.
    private func export(_ head: AuditHead) {
        logger.info("audit head", metadata: ["audit.head": "\(head.line)"])
        guard let journal else { return }
        do {
            if !FileManager.default.fileExists(atPath: journal.path) {
                try Data().write(to: journal, options: .withoutOverwriting)
            }
            let file = try FileHandle(forWritingTo: journal)
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: Data((head.line + "\n").utf8))
        } catch {
            logger.warning("the audit head could not be written to its journal")
        }
    }
}

extension DatabaseError {
    static let missingAuditRow = DatabaseError(
        kind: .defect, sqlState: "XX001", message: "an audit row waits to be sealed and is not there")
}
