public import Fields
public import Postgres

/// Finds rows that no constraint can hold together: history, queue and tokens without what they are about.
public struct OrphanStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    private struct Count: Decodable, Sendable {
        var unwritten: Int
        var unfollowed: Int
        var living: Int
    }

    /// What was found, in words; nothing when all is well.
    public func find(as caller: Caller) async throws -> [Text] {
        let count = try await database.slow(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT (SELECT count(*) FROM audit_pending p
                         WHERE NOT EXISTS (SELECT FROM audit_log l WHERE l.id = p.audit_id)) AS unwritten,
                       (SELECT count(*) FROM action a
                         WHERE NOT EXISTS (SELECT FROM field_change c WHERE c.row_id = a.id)) AS unfollowed,
                       (SELECT count(*) FROM api_token t JOIN member m ON m.id = t.member_id
                         WHERE m.disabled_at IS NOT NULL AND t.revoked_at IS NULL) AS living
                """, as: Count.self
            ).first()
        }
        guard let count else { return [] }
        return [
            (
                count.unwritten,
                Text(
                    fr: "attente(s) de scellement sans ligne d'audit",
                    en: "row(s) waiting to be sealed without an audit row")
            ),
            (count.unfollowed, Text(fr: "action(s) sans aucune histoire", en: "action(s) without any history")),
            (
                count.living,
                Text(fr: "jeton(s) vivant(s) de membres désactivés", en: "living token(s) of disabled members")
            ),
        ].filter { $0.0 > 0 }.map { Text(fr: "\($0.0) \($0.1.fr)", en: "\($0.0) \($0.1.en)") }
    }
}
