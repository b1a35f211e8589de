public import Fields
public import Postgres

/// What `pa31 audit verify` finds wrong with the log.
public enum AuditFinding: Sendable, Hashable {
    /// The row, or one of its changes, is not what was sealed.
    case altered(position: Int, id: String)
    /// The row was sealed and is gone.
    case missing(position: Int, id: String)
    /// Two rows stand in each other's place.
    case reordered(positions: [Int])
    /// The link does not follow from the one before: the seals themselves were changed.
    case brokenLink(position: Int)
    /// Seals are missing between two others.
    case gap(from: Int, to: Int)
    /// The given head is further than the chain: what came last was cut off.
    case cutTail(last: Int, head: Int)
    /// The given head is not the link at its position: the chain was made anew.
    case otherChain(position: Int)
    /// The given head was not signed with this key.
    case badSignature(position: Int)
    /// Committed and in no seal, and not waiting for one.
    case unsealed(id: String)
    /// What is before it is gone, and no audit row says so.
    case untoldCheckpoint(position: Int)

    /// What it means, in words.
    public var text: Text {
        switch self {
        case .altered(let position, let id):
            Text(
                fr: "position \(position) : la ligne \(id) ou ses modifications ont été altérées",
                en: "position \(position): row \(id) or its changes were altered")
        case .missing(let position, let id):
            Text(
                fr: "position \(position) : la ligne \(id) a disparu", en: "position \(position): row \(id) is missing")
        case .reordered(let positions):
            Text(
                fr: "positions \(positions.listed) : des lignes ont été interverties",
                en: "positions \(positions.listed): rows were exchanged")
        case .brokenLink(let position):
            Text(
                fr: "position \(position) : le maillon ne suit pas le précédent (sceaux modifiés)",
                en: "position \(position): the link does not follow the one before (seals changed)")
        case .gap(let from, let to):
            Text(fr: "positions \(from) à \(to) : sceaux disparus", en: "positions \(from) to \(to): seals are missing")
        case .cutTail(let last, let head):
            Text(
                fr: "fin coupée : la chaîne s'arrête à \(last), la tête connue est à \(head)",
                en: "cut tail: the chain ends at \(last), the known head is at \(head)")
        case .otherChain(let position):
            Text(
                fr: "position \(position) : la chaîne n'est pas celle de la tête connue (refaite)",
                en: "position \(position): the chain is not the known head's (made anew)")
        case .badSignature(let position):
            Text(
                fr: "tête \(position) : signature fausse pour cette clé",
                en: "head \(position): its signature is wrong for this key")
        case .unsealed(let id):
            Text(fr: "ligne \(id) : jamais scellée", en: "row \(id): never sealed")
        case .untoldCheckpoint(let position):
            Text(
                fr:
                    "position \(position) : point de contrôle que le journal ne dit pas, ou qui ne compte pas ce qui est gardé avant lui",
                en:
                    "position \(position): a checkpoint that the log does not tell of, or that does not count what is kept before it"
            )
        }
    }
}

extension [Int] {
    fileprivate var listed: String { map(String.init).joined(separator: ", ") }
}

/// Recomputes the whole chain and says what does not hold.
public struct AuditVerifier: Sendable {
    private let database: Database
    private static let batch = 1000

    /// A verifier as a role that reads audit log, changes and seals.
    public init(_ database: Database) { self.database = database }

    /// What a verification looked at and found.
    public struct Outcome: Sendable {
        /// Rows sealed.
        public var sealed: Int
        /// Rows that wait for the sealer.
        public var pending: Int
        /// What is wrong, in the order of the chain.
        public var findings: [AuditFinding]
    }

    private struct Seal: Decodable, Sendable {
        var position: Int
        var auditID: Identifier<Never>
        var rowHash: String
        var chainHash: String
        var isThere: Bool
    }
    private struct ID: Decodable, Sendable { var id: Identifier<Never> }

    /// Verifies everything, and the given heads if there are any.
    public func verify(heads: [AuditHead] = [], key: AuditKey? = nil) async throws -> Outcome {
        try await database.slow(as: .system(requestID: "verify"), isolation: .repeatableRead) { transaction in
            var walk = try await begin(transaction)
            let byPosition = Dictionary(grouping: heads, by: \.position)
            while true {
                let seals = try await seals(after: walk.position, transaction)
                if seals.isEmpty { break }
                let rows = try await rows(after: walk.position, upTo: seals.last?.position ?? 0, transaction)
                var next = 0
                for seal in seals {
                    let hash: [UInt8]? = seal.isThere ? AuditChain.rowHash(rows, next) : nil
                    if seal.isThere { next += 1 }
                    walk.step(
                        position: seal.position, id: seal.auditID, sealedHash: [UInt8](hexadecimal: seal.rowHash),
                        sealedChain: [UInt8](hexadecimal: seal.chainHash), hash: hash)
                    for head in byPosition[seal.position] ?? [] where head.chainHash != seal.chainHash {
                        walk.findings.append(.otherChain(position: head.position))
                    }
                }
            }
            // A head that is the checkpoint's own has no seal any more.
            for head in heads {
                if let key, !key.signed(head) { walk.findings.append(.badSignature(position: head.position)) }
            }
            if let furthest = heads.map(\.position).max(), furthest > walk.position {
                walk.findings.append(.cutTail(last: walk.position, head: furthest))
            }
            let unsealed = try await transaction.rows(
                """
                SELECT a.id FROM audit_log a
                 WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.audit_id = a.id)
                   AND NOT EXISTS (SELECT FROM audit_pending p WHERE p.audit_id = a.id) ORDER BY a.id LIMIT 1000
                """, as: ID.self
            ).all()
            let pending = try await transaction.rows(
                "SELECT count(*) AS value FROM audit_pending", as: Value<Int>.self
            ).first()?.value
            let findings = walk.explained + unsealed.map { .unsealed(id: $0.id.fieldText) }
            return Outcome(sealed: walk.position, pending: pending ?? 0, findings: findings)
        }
    }

    /// Where the chain begins: at its start, or behind what is forgotten. The checkpoint is to be told by an audit row that is sealed.
    private func begin(_ transaction: Transaction) async throws -> Walk {
        let last = try await transaction.rows(
            """
            SELECT c.position, encode(c.chain_hash, 'hex') AS chain_hash,
                   EXISTS (SELECT FROM audit_log a
                            WHERE a.id = c.audit_id AND a.operation = 'audit.checkpoint'
                              AND a.details->>'position' = c.position::text
                              AND a.details->>'chain_hash' = encode(c.chain_hash, 'hex')
                              AND a.details->>'kept_hash' = encode(c.kept_hash, 'hex')) AS is_told,
                   encode(c.kept_hash, 'hex') AS kept_hash
              FROM audit_checkpoint c ORDER BY c.position DESC LIMIT 1
            """, as: Checkpoint.self
        ).first()
        guard let last else { return Walk() }
        var walk = Walk(position: last.position, chain: [UInt8](hexadecimal: last.chainHash))
        let isKept = try await verifyKept(before: last, &walk, transaction)
        if !last.isTold || !isKept { walk.findings.append(.untoldCheckpoint(position: last.position)) }
        return walk
    }

    /// What is kept before a checkpoint: each row is what was sealed, and all of them are those that the checkpoint counted.
    private func verifyKept(
        before last: Checkpoint, _ walk: inout Walk, _ transaction: Transaction
    ) async throws -> Bool {
        var (position, chain) = (0, AuditChain.start)
        while true {
            let seals = try await seals(after: position, upTo: last.position, transaction)
            guard let end = seals.last?.position else { return chain.hexadecimal == last.keptHash }
            let rows = try await rows(after: position, upTo: end, transaction)
            var next = 0
            for seal in seals {
                let sealedHash = [UInt8](hexadecimal: seal.rowHash)
                walk.compare(
                    position: seal.position, id: seal.auditID, sealedHash: sealedHash,
                    hash: seal.isThere ? AuditChain.rowHash(rows, next) : nil)
                if seal.isThere { next += 1 }
                chain = AuditChain.link(
                    after: chain, position: seal.position, id: seal.auditID.uuid, rowHash: sealedHash)
            }
            position = end
        }
    }

    private struct Checkpoint: Decodable, Sendable {
        var position: Int
        var chainHash: String
        var isTold: Bool
        var keptHash: String
    }

    private func rows(after position: Int, upTo last: Int, _ transaction: Transaction) async throws -> Rows<AuditRow> {
        try await transaction.rows(
            """
            SELECT \(AuditRow.columns) FROM audit_seal s JOIN audit_log a ON a.id = s.audit_id
             WHERE s.position > \(position) AND s.position <= \(last) ORDER BY s.position
            """, as: AuditRow.self)
    }

    private func seals(after position: Int, upTo last: Int = .max, _ transaction: Transaction) async throws -> [Seal] {
        try await transaction.rows(
            """
            SELECT s.position, s.audit_id, encode(s.row_hash, 'hex') AS row_hash,
                   encode(s.chain_hash, 'hex') AS chain_hash,
                   EXISTS (SELECT FROM audit_log a WHERE a.id = s.audit_id) AS is_there
              FROM audit_seal s WHERE s.position > \(position) AND s.position <= \(last) ORDER BY s.position LIMIT \(Self.batch)
            """, as: Seal.self
        ).all()
    }
}

/// The pure part: one link after the other.
struct Walk {
    var position = 0
    var chain = AuditChain.start
    var findings: [AuditFinding] = []
    /// Rows that are not what was sealed: their position, what was sealed, what stands there.
    var strange: [(position: Int, id: String, sealed: [UInt8], found: [UInt8])] = []

    mutating func step(
        position next: Int, id: Identifier<Never>, sealedHash: [UInt8], sealedChain: [UInt8], hash: [UInt8]?
    ) {
        if next > position + 1 {
            findings.append(.gap(from: position + 1, to: next - 1))
        } else if AuditChain.link(after: chain, position: next, id: id.uuid, rowHash: sealedHash) != sealedChain {
            findings.append(.brokenLink(position: next))
        }
        compare(position: next, id: id, sealedHash: sealedHash, hash: hash)
        position = next
        chain = sealedChain
    }

    mutating func compare(position next: Int, id: Identifier<Never>, sealedHash: [UInt8], hash: [UInt8]?) {
        if let hash {
            if hash != sealedHash { strange.append((next, id.fieldText, sealedHash, hash)) }
        } else {
            findings.append(.missing(position: next, id: id.fieldText))
        }
    }

    /// Rows whose content is what was sealed for another strange row were exchanged; the rest were altered.
    var explained: [AuditFinding] {
        let sealed = Set(strange.map(\.sealed))
        let exchanged = strange.filter { sealed.contains($0.found) }
        let altered = strange.filter { !sealed.contains($0.found) }
        return findings
            + (exchanged.isEmpty ? [] : [.reordered(positions: exchanged.map(\.position))])
            + altered.map { .altered(position: $0.position, id: $0.id) }
    }
}
