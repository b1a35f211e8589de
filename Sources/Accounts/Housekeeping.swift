import Fields
public import Logging
public import Postgres
public import ServiceLifecycle

/// Forgets what the server kept for a time: answers under an `Idempotency-Key` for a day, sheets that wait to be applied for
/// seven; and does other features' chores. Any number of servers may run one.
public struct Housekeeping: Service {
    private let database: Database
    private let logger: Logger
    private let chores: [Chore]
    private static let batch = 1000
    private static let interval = Duration.seconds(600)

    /// What another feature wants forgotten now and then; how many things it forgot.
    public typealias Chore = @Sendable () async throws -> Int

    /// A housekeeper as the server's role.
    public init(_ database: Database, logger: Logger, chores: [Chore] = []) {
        self.database = database
        self.logger = logger
        self.chores = chores
    }

    /// Works every ten minutes until the server stops.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                for chore in [forget] + chores {
                    do { _ = try await chore() } catch {
                        logger.warning(
                            "what is over its time could not be forgotten",
                            metadata: ["error.type": "\(type(of: error))"])
                    }
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Deletes what is over its time, a batch at a time; returns how many rows.
    public func forget() async throws -> Int {
        // No row is locked to be deleted later: the policies let the system delete rows, but lock none.
        let answers = try await forget { now in
            let day = now.adding(seconds: -Transaction.idempotencySeconds)
            return """
                DELETE FROM idempotency_answer
                 WHERE made_at <= \(day) AND ctid = ANY (ARRAY(
                       SELECT ctid FROM idempotency_answer WHERE made_at <= \(day) LIMIT \(Self.batch)))
                """
        }
        let sheets = try await forget { now in
            """
            DELETE FROM sheet_import
             WHERE expires_at <= \(now) AND ctid = ANY (ARRAY(
                   SELECT ctid FROM sheet_import WHERE expires_at <= \(now) LIMIT \(Self.batch)))
            """
        }
        return answers + sheets
    }

    private func forget(_ statement: (Instant) -> SQL) async throws -> Int {
        var total = 0
        while true {
            let count = try await database.transaction(as: .system(requestID: "housekeeping")) { transaction in
                try await transaction.execute(statement(transaction.now))
            }
            total += count
            if count < Self.batch { return total }
        }
    }
}
