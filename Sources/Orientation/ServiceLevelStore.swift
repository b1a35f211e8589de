import Contract
public import Directory
public import Fields
public import Messages
public import Postgres

/// How structures answer. Counted by functions of `pa31_stats` (`sql/migrations/0020_matching.sql`), which return no row of anybody.
public struct ServiceLevelStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// A structure's: exact for its own organisation, nothing under five for prescribers and the team; for nobody else.
    public func level(of key: StructureKey, as caller: Caller) async throws -> Rows<ServiceLevel> {
        guard let member = caller.member else { throw Problem.unauthenticated() }
        return try await database.transaction(as: caller) { transaction in
            struct Found: Decodable { var id: PublicStructure.ID, organisationID: Identifier<OrganisationTag>? }
            let condition: SQL =
                switch key {
                case .finess(let number): "s.finess = \(number)"
                case .id(let id): "s.id = \(id)"
                }
            let found = try await transaction.rows(
                "SELECT s.id, s.organisation_id FROM structure s WHERE \(condition)", as: Found.self
            ).first()
            guard let found else { throw DirectoryRefusals.structure() }
            guard
                [.prescriber, .platform].contains(member.organisationKind)
                    || found.organisationID == member.organisationID
            else {
                throw Problem.forbidden(
                    fr: "Le taux de réponse d'une structure est pour elle, les prescripteurs et l'équipe.",
                    en: "How a structure answers is for itself, prescribers and the team.")
            }
            // One that nobody looks after receives nothing.
            return try await transaction.rows(
                """
                SELECT coalesce(l.day, caller_day()) AS day, coalesce(l.is_exact, false) AS is_exact, l.sent, l.answered,
                       l.response_percent, l.median_days, l.open, l.overdue, \(Self.rules)
                  FROM (SELECT) AS one LEFT JOIN service_level(\(member.id), \(found.id)) AS l ON true
                """, as: ServiceLevel.self)
        }
    }

    /// All structures' and organisers' together: as it was counted today, or counted now where no clock did.
    public func levelOfAll(as caller: Caller) async throws -> Rows<ServiceLevel> {
        guard let member = caller.member else { throw Problem.unauthenticated() }
        return try await database.slow(as: caller) { transaction in
            let counted = try await transaction.rows(
                """
                SELECT l.day, false AS is_exact, l.sent, l.answered, l.response_percent, l.median_days, l.open, l.overdue,
                       \(Self.rules)
                  FROM service_level_day l WHERE l.day = caller_day()
                """, as: ServiceLevel.self)
            guard counted.isEmpty else { return counted }
            return try await transaction.rows(
                """
                SELECT l.day, false AS is_exact, l.sent, l.answered, l.response_percent, l.median_days, l.open, l.overdue,
                       \(Self.rules)
                  FROM service_level_of_all(\(member.id)::text) AS l
                """, as: ServiceLevel.self)
        }
    }

    private static let rules: SQL = """
        service_rule('level_days') AS within_days, service_rule('level_months') AS months,
        service_rule('level_least') AS hidden_under
        """

    /// Counts all once a day: a million orientations are not for each reader.
    public static let counting = ClockRule("service_level.count") { transaction, _ in
        let isCounted = try await transaction.rows(
            "SELECT EXISTS (SELECT FROM service_level_day WHERE day = caller_day()) AS value", as: Value<Bool>.self
        ).first()?.value
        guard isCounted == false else { return 0 }
        return try await transaction.execute(
            """
            INSERT INTO service_level_day (day, sent, answered, response_percent, median_days, open, overdue, computed_at)
            SELECT l.day, l.sent, l.answered, l.response_percent, l.median_days, l.open, l.overdue, \(transaction.now)
              FROM service_level_of_all('system') AS l
            ON CONFLICT DO NOTHING
            """)
    }
}
