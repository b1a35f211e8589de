import Fields
import Postgres

extension TestDatabase {
    /// Runs so many bodies into a lock, and lets go once all of them wait for it or for one another: a race that happens
    /// every time, however few cores there are.
    public func collide<T: Sendable>(
        _ count: Int, on lock: SQL, _ body: @Sendable @escaping (Int) async throws -> T
    ) async throws -> [T] {
        let gate = asSuperuser()
        return try await withThrowingTaskGroup(of: T.self) { group in
            try await gate.transaction(as: .system(requestID: "gate")) { transaction in
                try await transaction.execute(lock)
                for number in 0..<count { group.addTask { try await body(number) } }
                let deadline = ContinuousClock.now.advanced(by: .seconds(4))
                while try await waiting(gate) < count {
                    guard ContinuousClock.now < deadline else { throw NobodyWaits() }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Returns once a transaction waits for a lock of another.
    public func untilSomebodyWaits() async throws {
        let gate = asSuperuser()
        let deadline = ContinuousClock.now.advanced(by: .seconds(4))
        while try await waiting(gate) == 0 {
            guard ContinuousClock.now < deadline else { throw NobodyWaits() }
        }
    }

    private func waiting(_ gate: Database) async throws -> Int {
        try await gate.read(
            """
            SELECT count(*) AS value FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'
            """, as: Value<Int>.self
        ).first()?.value ?? 0
    }

    private struct NobodyWaits: Error {}
}
