import Accounts
import Contract
import Fields
import Foundation
public import Logging
import Orientation
public import Postgres
public import ServiceLifecycle

/// Who was erased, kept in the database and in a file outside of it, so that a restored dump brings nobody back.
public struct ErasureLedger: Service {
    private let database: Database
    private let file: ErasureFile
    private let logger: Logger
    private let orientations: OrientationStore
    private static let interval = Duration.seconds(5)
    private static let batch = 200

    /// A ledger over a database and a file.
    public init(_ database: Database, file: ErasureFile, logger: Logger) {
        self.database = database
        self.file = file
        self.logger = logger
        orientations = OrientationStore(database)
    }

    /// Writes every few seconds what was erased to the file, until the server stops, and once more then.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await attempt()
                try? await Task.sleep(for: Self.interval)
            }
        }
        await attempt()
    }

    private func attempt() async {
        do { _ = try await export() } catch {
            logger.warning(
                "erasures could not be written to their file", metadata: ["error.type": "\(type(of: error))"])
        }
    }

    private struct Row: Decodable {
        var subjectID: Identifier<Never>
        var kind: String
        var cause: String
        var erasedAt: Instant

        var entry: ErasureFile.Entry { .init(kind: kind, id: subjectID, at: erasedAt, cause: cause) }
    }

    /// Writes to the file what is not there yet. Killed in between, it writes a line twice: that does no harm.
    @discardableResult
    public func export() async throws -> Int {
        try await database.transaction(as: .system(requestID: "erasure-ledger")) { transaction in
            let rows = try await transaction.rows(
                """
                SELECT subject_id, kind, cause, erased_at FROM erasure_ledger WHERE exported_at IS NULL
                 ORDER BY erased_at, subject_id LIMIT 1000 FOR UPDATE SKIP LOCKED
                """, as: Row.self
            ).all()
            guard !rows.isEmpty else { return 0 }
            try file.append(rows.map(\.entry))
            try await transaction.execute(
                """
                UPDATE erasure_ledger SET exported_at = \(transaction.now)
                 WHERE subject_id = ANY (\(list: rows.map(\.subjectID))::uuid[])
                """)
            return rows.count
        }
    }

    // MARK: - After a restore

    static let missing = Problem(
        "privacy.ledger_missing", .conflict, fr: "Le registre des effacements manque.",
        en: "The erasure ledger is missing.")

    /// Erases again who was erased and is there: a dump from before was restored. Before anything is served; returns how many.
    @discardableResult
    public func replay() async throws -> Int {
        let system = Caller.system(requestID: "erasure-replay")
        let known = try await database.transaction(as: system) { transaction in
            try await transaction.rows(
                "SELECT subject_id, kind, cause, erased_at FROM erasure_ledger WHERE exported_at IS NOT NULL",
                as: Row.self
            )
            .all()
        }
        guard file.exists || known.isEmpty else {
            throw Self.missing(
                fr:
                    "PA31_ERASURE_LEDGER : \(file.url.path) n'est pas là, alors que des effacements y étaient écrits. Remettez-le (avec les "
                    + "sauvegardes) ; s'il est perdu, créez-le vide : seuls les effacements que la base connaît seront rejoués.",
                en:
                    "PA31_ERASURE_LEDGER: \(file.url.path) is not there, though erasures were written to it. Bring it back (with the "
                    + "backups); if it is lost, make it empty: only erasures that the database knows are replayed.")
        }
        try await tidy(known.map(\.entry))
        var count = 0
        var rest = try file.entries()
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.batch))
            rest.removeFirst(part.count)
            count += try await database.slow(as: system) { try await replay(part, $0) }
        }
        if count > 0 { logger.notice("erasures replayed after a restore", metadata: ["privacy.count": "\(count)"]) }
        return count
    }

    /// The file holds what the database says was written to it, each once, and nothing older than the register keeps.
    private func tidy(_ known: [ErasureFile.Entry]) async throws {
        let oldest = try await database.transaction(as: .system(requestID: "erasure-replay")) { transaction in
            try await transaction.rows("SELECT forgotten_before('rights') AS value", as: Value<Instant>.self).first()?
                .value
        }
        let held = try file.entries()
        var seen: Set<Identifier<Never>> = []
        let wanted = (held + known).filter { entry in
            (oldest.map { $0 <= entry.at } ?? true) && seen.insert(entry.id).inserted
        }
        if wanted != held || !file.exists { try file.replace(with: wanted) }
    }

    private func replay(_ entries: [ErasureFile.Entry], _ transaction: Transaction) async throws -> Int {
        let ids = { (kind: String) in entries.filter { $0.kind == kind }.map(\.id) }
        let candidates = try await transaction.rows(
            "SELECT id AS value FROM candidate WHERE id = ANY (\(list: ids("candidate"))::uuid[]) ORDER BY id FOR UPDATE",
            as: Value<Candidate.ID>.self
        ).all().map(\.value)
        let members = try await transaction.rows(
            "SELECT id AS value FROM member WHERE id = ANY (\(list: ids("member"))::uuid[]) AND forgotten_at IS NULL",
            as: Value<Identifier<Never>>.self
        ).all().map(\.value)
        if !candidates.isEmpty || !members.isEmpty {
            try await transaction.record("rights.replay", on: "erasure_ledger")
        }
        for candidate in candidates {
            // Places and positions are given back; nobody is told again of what they know.
            try await orientations.stopping(candidate, .objected, transaction)
        }
        try await transaction.execute(
            """
            UPDATE outbox SET \(Purge.clearedMail)
             WHERE candidate_id = ANY (\(list: candidates)::uuid[]) AND state = 'waiting' AND gathered_into IS NULL
            """)
        try await Erasure.erase(candidates, cause: .request, at: transaction.now, transaction)
        if !members.isEmpty {
            try await Purge.forget(members: members, cause: "retention", at: transaction.now, transaction)
        }
        for entry in entries {
            try await transaction.execute(
                """
                INSERT INTO erasure_ledger AS held (subject_id, kind, cause, erased_at, exported_at)
                VALUES (\(entry.id), \(entry.kind), \(entry.cause), \(entry.at), \(transaction.now))
                ON CONFLICT ON CONSTRAINT erasure_ledger_key DO UPDATE SET exported_at = coalesce(held.exported_at, excluded.exported_at)
                """)
        }
        return candidates.count + members.count
    }
}
