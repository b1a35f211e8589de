public import Accounts
public import Fields
public import Foundation
public import Messages
import Orientation
public import Postgres

/// Forgets what is over its time, by the register (`domain.md` §7): one rule for each line that tables hold.
///
/// Each batch is a transaction of its own, as the system, over rows that nobody else holds: a purge that is killed half way has done
/// what it had committed, and goes on with the rest.
public struct Purge: Sendable {
    let database: Database
    let orientations: OrientationStore

    /// A purge of a database.
    public init(_ database: Database) {
        self.database = database
        orientations = OrientationStore(database)
    }

    /// What one batch did.
    public struct Batch: Sendable {
        /// Who was told that something will be forgotten.
        public var told: [UUID] = []
        /// What was forgotten, where it has ids.
        public var forgotten: [UUID] = []
        /// How many things were forgotten.
        public var count = 0

        /// Nothing.
        static let nothing = Batch()

        /// These were forgotten.
        static func forgotten(_ ids: [UUID]) -> Batch { Batch(forgotten: ids, count: ids.count) }
    }

    /// One line's rule.
    public struct Rule: Sendable {
        /// The line of the register.
        public let line: String
        /// Its own name: a line may have several.
        public let name: String
        /// Forgets (or tells of) so many at most of what is due.
        public let run: @Sendable (_ transaction: Transaction, _ batch: Int) async throws -> Batch

        init(
            _ line: String, of table: String? = nil, run: @escaping @Sendable (Transaction, Int) async throws -> Batch
        ) {
            self.line = line
            name = table.map { "\(line).\($0)" } ?? line
            self.run = run
        }
    }

    /// Every line's rule, in the order in which they are asked: what hangs on something goes before it. `audit` is the sealer's
    /// (`AuditPurger`): nobody else may.
    public var rules: [Rule] {
        [
            Rule("draft", run: forgetDrafts), Rule("orientation", run: forgetOrientations),
            Rule("candidate_hired", run: forgetHires), Rule("pool", run: endPools),
            Rule("candidate", run: forgetCandidates),
        ] + simpleRules + [Rule("account", run: forgetMembers)]
    }

    /// The rules of the clock: those of the register, and the counting of closed quarters.
    public var clockRules: [ClockRule] {
        let counting = ClockRule("privacy.persons") { transaction, batch in
            try await paced("persons", pause: 3600, transaction) {
                try await Self.closeQuarter(transaction, batch)
            }
        }
        return [counting]
            + rules.map { rule in
                ClockRule("privacy.\(rule.name)") { transaction, batch in
                    try await paced(rule.name, pause: 3600, transaction) {
                        let done = try await rule.run(transaction, batch)
                        return done.count + done.told.count
                    }
                }
            }
    }

    /// Counts some persons of a closed quarter.
    static func closeQuarter(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        try await transaction.rows(
            "SELECT close_person_quarter(\(batch)::integer) AS value", as: Value<Int>.self
        ).first()?.value ?? 0
    }

    // MARK: - By the clock

    /// The clock has no id: one task about it is enough.
    private static let clockID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1))

    private struct Pass: Decodable {
        var seenAt: Instant
        var emptiedAt: Instant?
        var suspectSince: Instant?
    }

    /// Runs a rule unless it was run to its end a short while ago, another server runs it, or the clock is suspect: one that leapt
    /// ahead would forget a year's data at once. It is believed once it has held for some days.
    func paced(
        _ line: String, pause: Int, _ transaction: Transaction, _ body: () async throws -> Int
    ) async throws -> Int {
        let now = transaction.now
        try await transaction.execute(
            """
            INSERT INTO purge_pass (line, seen_at) VALUES (\(line), \(now)) ON CONFLICT ON CONSTRAINT purge_pass_key DO NOTHING
            """)
        let pass = try await transaction.rows(
            "SELECT seen_at, emptied_at, suspect_since FROM purge_pass WHERE line = \(line) FOR UPDATE SKIP LOCKED",
            as: Pass.self
        ).first()
        guard let pass else { return 0 }
        if let emptied = pass.emptiedAt, pass.suspectSince == nil, emptied <= now, now < emptied.adding(seconds: pause)
        {
            return 0
        }
        let suspect = try await suspicion(pass, transaction)
        var count = 0
        if suspect == nil { count = try await body() }
        try await transaction.execute(
            """
            UPDATE purge_pass SET seen_at = \(now), suspect_since = \(suspect),
                   emptied_at = CASE WHEN \(count == 0 && suspect == nil) THEN \(now)::timestamptz END
             WHERE line = \(line)
            """)
        return count
    }

    /// Since when the clock is suspect; nil when it is to be believed.
    private func suspicion(_ pass: Pass, _ transaction: Transaction) async throws -> Instant? {
        let (now, day) = (transaction.now, 86_400)
        let leapt = now > pass.seenAt.adding(seconds: try await transaction.serviceRule("purge_leap_days") * day)
        if let since = pass.suspectSince, !leapt {
            // Back where it was: nothing happened.
            if now < since { return nil }
            let hold = try await transaction.serviceRule("purge_hold_days")
            return now < since.adding(seconds: hold * day) ? since : nil
        }
        guard leapt else { return nil }
        try await Self.record("clock", transaction)
        try await Outbox.task(
            NewTask(
                kind: "privacy.clock_leapt", organisationID: nil,
                title: "L'horloge a fait un saut : la purge attend quelques jours, vérifiez l'heure du serveur",
                aboutKind: "clock", aboutID: Self.clockID), transaction)
        return now
    }

    /// Forgets the beginning of the audit log: the sealer's work, at the pace of all the others.
    public func forgetAudit(with purger: AuditPurger) async throws -> Int {
        try await database.transaction(as: .system(requestID: "housekeeping")) { transaction in
            // A checkpoint a day is enough.
            try await paced("audit", pause: 86_400, transaction) { try await purger.forget() }
        }
    }

    // MARK: - By a named person

    /// What a purge did with a line, or would do.
    public struct Outcome: Sendable {
        /// The line.
        public var line: RetentionLine
        /// How long, from when, in French.
        public var duration: String
        /// Who was told.
        public var told: [UUID]
        /// What was forgotten, where it has ids.
        public var forgotten: [UUID]
        /// Names of files that were deleted.
        public var files: [String]
        /// How many things were forgotten, files among them.
        public var count: Int
    }

    private struct Rehearsed: Error {}

    /// Runs every rule to its end, for the command line: batch by batch when it applies, else in one transaction that is undone; then
    /// looks into folders. The pace of the clock doesn't matter: somebody looks.
    public func run(
        apply: Bool, batch: Int = 200, folders: [KeptFolder] = [], as caller: Caller
    ) async throws -> [Outcome] {
        let system = Caller.system(requestID: caller.requestID)
        let register = try await database.transaction(as: system) { transaction in
            try await transaction.rows(RegisterStore.statement, as: RetentionLine.self).all()
        }
        var totals: [String: Batch] = [:]
        if apply {
            try await note(caller)
            for rule in rules {
                while true {
                    let done = try await database.slow(as: system) { try await rule.run($0, batch) }
                    totals[rule.line, default: .nothing].add(done)
                    if done.count + done.told.count == 0 { break }
                }
            }
        } else {
            do {
                try await database.slow(as: system) { transaction in
                    totals = [:]
                    for rule in rules {
                        while true {
                            let done = try await rule.run(transaction, batch)
                            totals[rule.line, default: .nothing].add(done)
                            if done.count + done.told.count == 0 { break }
                        }
                    }
                    throw Rehearsed()
                }
            } catch is Rehearsed {}
        }
        var files: [String: [String]] = [:]
        for folder in folders {
            let due = try await dueFiles(in: folder)
            files[folder.kind.line, default: []] += due.map(\.lastPathComponent)
            if apply { _ = try Self.delete(due) }
        }
        return register.compactMap { line in
            let gone = files[line.code]
            guard totals[line.code] != nil || gone != nil else { return nil }
            let total = totals[line.code] ?? .nothing
            return Outcome(
                line: line, duration: line.duration(in: register), told: total.told, forgotten: total.forgotten,
                files: gone ?? [], count: total.count + (gone?.count ?? 0))
        }
    }

    /// Who let it happen.
    private func note(_ caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            try await transaction.record("privacy.purge", on: "data_retention")
        }
    }
}

extension Purge.Batch {
    mutating func add(_ other: Purge.Batch) {
        told += other.told
        forgotten += other.forgotten
        count += other.count
    }
}
