public import Accounts
import Contract
public import Fields
public import Postgres

extension ActionStore {
    /// What leads should be reminded of on a day (`sql/functions/nudges.sql`), by organisation: the team may ask for all or
    /// one, everybody else for their own.
    public func nudges(
        on day: Day, for organisation: OrganisationCode? = nil, as caller: Caller
    ) async throws -> Rows<ActionNudge> {
        let mayAll = caller.isTeam || caller.isSystem
        return try await database.transaction(as: caller) { transaction in
            let rows = try await Self.nudges(
                on: day,
                where: """
                    (\(organisation)::text IS NULL OR o.code = \(organisation))
                    AND (\(mayAll) OR o.id = \(caller.member?.organisationID))
                    """, transaction)
            guard rows.isEmpty, let organisation, !mayAll else { return rows }
            let own = try await transaction.rows(
                "SELECT id = \(caller.member?.organisationID) AS value FROM organisation WHERE code = \(organisation)",
                as: Value<Bool?>.self
            ).first()
            guard own?.value == true else { throw PlanRefusals.notYourNudges() }
            return rows
        }
    }

    /// What every lead should be reminded of on a day, for whoever sends it.
    public func nudges(on day: Day, _ transaction: Transaction) async throws -> [ActionNudge] {
        try await Self.nudges(on: day, where: "true", transaction).all()
    }

    private static func nudges(
        on day: Day, where condition: SQL, _ transaction: Transaction
    ) async throws -> Rows<ActionNudge> {
        try await transaction.rows(
            """
            SELECT o.code AS organisation, a.code AS action, a.title, n.kind, n.fact_on, n.milestone_id, n.milestone
              FROM action_nudges(\(day)) AS n
              JOIN action a ON a.id = n.action_id JOIN organisation o ON o.id = a.lead_organisation_id
             WHERE \(condition)
             ORDER BY o.code, a.code, n.fact_on, n.kind, n.milestone_id
            """, as: ActionNudge.self)
    }
}
