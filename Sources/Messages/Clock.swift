import Accounts
import Contract
public import Fields
public import Logging
public import Postgres
public import ServiceLifecycle

/// Something that happens when its time has come: an expiry, a reminder.
public struct ClockRule: Sendable {
    /// Its name in logs and in `pa31 clock run`.
    public var name: String
    /// Does so many at most of what is due at `transaction.now`, as the system, and says how many; asked again until there is none. It
    /// locks what it takes (`FOR UPDATE SKIP LOCKED`) and changes it so that it is not due again: several servers ask at once.
    public var run: @Sendable (_ transaction: Transaction, _ batch: Int) async throws -> Int

    /// A rule.
    public init(_ name: String, run: @escaping @Sendable (Transaction, Int) async throws -> Int) {
        self.name = name
        self.run = run
    }
}

/// Lets happen what is due. Any number of servers may run one.
public struct Clock: Service {
    private let database: Database
    private let rules: [ClockRule]
    private let logger: Logger
    private static let interval = Duration.seconds(60)
    /// What a rule does in one transaction.
    static let batch = 100
    /// A rule that always finds something is a defect, not an endless loop.
    private static let mostBatches = 1000

    /// A clock over the features' rules, as the server's role.
    public init(_ database: Database, rules: [ClockRule], logger: Logger) {
        self.database = database
        self.rules = rules
        self.logger = logger
    }

    /// Looks every minute until the server stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await tick()
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Does what is due now, by rule; one that fails does not hold the others up. Returns how many things each did.
    @discardableResult
    public func tick() async -> [(name: String, count: Int)] {
        var counts: [(String, Int)] = []
        for rule in rules where !Task.isCancelled {
            var total = 0
            do {
                for _ in 0..<Self.mostBatches {
                    let count = try await database.transaction(as: .system(requestID: "clock")) { transaction in
                        try await rule.run(transaction, Self.batch)
                    }
                    total += count
                    if count == 0 { break }
                }
            } catch {
                logger.warning(
                    "a rule of the clock failed; it is asked again in a minute",
                    metadata: ["clock.rule": "\(rule.name)", "error.type": "\(type(of: error))"])
            }
            if total > 0 {
                logger.info(
                    "the clock did what was due",
                    metadata: ["clock.rule": "\(rule.name)", "clock.count": "\(total)"])
            }
            counts.append((rule.name, total))
        }
        return counts
    }

    /// Does what is due, all in one transaction, for the command line; undone again unless `apply`. Ahead of its time only as a
    /// rehearsal, or in a demonstration.
    public static func run(
        _ rules: [ClockRule], in database: Database, at instant: Instant, apply: Bool, as caller: Caller
    ) async throws -> [(name: String, count: Int)] {
        let now = database.clock.now()
        let due = database.at(.fixed(instant))
        do {
            return try await due.slow(as: .system(requestID: caller.requestID)) { transaction in
                if apply, instant > now { try await demandDemonstration(Day(instant), transaction) }
                let by = caller.member.map { JSON.string($0.id.fieldText) } ?? .null
                try await transaction.record(
                    "clock.run", on: "clock", details: ["at": .string(instant.fieldText), "by": by])
                var counts: [(String, Int)] = []
                for rule in rules {
                    var total = 0
                    for _ in 0..<mostBatches {
                        let count = try await rule.run(transaction, batch)
                        total += count
                        if count == 0 { break }
                    }
                    counts.append((rule.name, total))
                }
                guard apply else { throw Rehearsed(counts: counts) }
                return counts
            }
        } catch let rehearsed as Rehearsed { return rehearsed.counts }
    }

    private struct Rehearsed: Error { let counts: [(name: String, count: Int)] }

    private static func demandDemonstration(_ day: Day, _ transaction: Transaction) async throws {
        let found = try await transaction.rows(
            "SELECT EXISTS (SELECT FROM instance WHERE is_demonstration) AS value", as: Value<Bool>.self
        ).first()
        guard found?.value == true else { throw MessageRefusals.ahead(day) }
    }
}
