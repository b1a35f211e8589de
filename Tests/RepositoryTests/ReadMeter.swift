import Fields
import Postgres
import TestSupport

/// Counts the rows that a Store's calls read, by PostgreSQL's own counters.
enum ReadMeter {
    /// What was read of one table.
    struct Reads: Decodable, Sendable {
        var tableName: String
        var scans: Int
        var rows: Int
    }

    /// PostgreSQL looks for a generic plan from the sixth run on.
    static let runs = 12
    /// A page of fifty and its parts; a walk through the table would be tens of thousands.
    static let mostRows = 1_000

    /// One connection a lane, so that one statement in each finds its counters.
    static var settings: DatabaseSettings {
        var settings = TestDatabase.current.settings
        settings.readConnections = 1
        settings.transactionConnections = 1
        settings.slowConnections = 1
        return settings
    }

    /// What so many calls read of the tables that can grow, by call.
    static func reads(in databases: [Database], _ body: (Int) async throws -> Void) async throws -> [Reads] {
        // Connections that filled the database tell what they read up to ten seconds later, or when they end: they end now.
        try await TestDatabase.current.script(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
             WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid();
            SELECT pg_stat_reset()
            """)
        for run in 0..<runs { try await body(run) }
        // A connection's counters are written when this statement ends.
        let flush: SQL = "SELECT pg_stat_force_next_flush() IS NULL AS value"
        for database in databases {
            _ = try await database.read(flush, as: Value<Bool>.self)
            _ = try await database.slow(flush, as: Value<Bool>.self)
            _ = try await database.transaction(as: .anonymous(requestID: "flush")) { transaction in
                try await transaction.rows(flush, as: Value<Bool>.self)
            }
        }
        // What never grows, and what ships with the product, may be read whole.
        return try await TestDatabase.current.asSuperuser().read(
            """
            SELECT \(columns: Reads.self)
              FROM (SELECT relname::text AS table_name, seq_scan AS scans,
                           (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) / \(runs)::bigint AS rows
                      FROM pg_stat_user_tables
                     WHERE relname NOT LIKE 'schema\\_%'
                       AND relname NOT IN ('organisation', 'axis', 'action_plan', 'instance', 'audit_pending',
                                           'finess_category', 'commune', 'epci', 'commune_change', 'contract_type', 'diploma',
                                           'rome_job', 'service_rule', 'match_criterion', 'job_affinity',
                                           'diploma_synonym')) AS found
             ORDER BY table_name
            """, as: Reads.self
        ).all()
    }
}
