public import Accounts
public import Fields
public import Postgres

extension StructureStore {
    /// What a structure's sheet is to be said right again after, in days.
    static let verifiedForDays = StructureFreshness.days

    /// What waits for a caller in the directory: for the team, claims to decide, links that expired and former addresses to tell;
    /// for an employer, sheets to verify and fields that a file contradicts.
    public func waiting(for caller: Caller, on day: Day) async throws -> Rows<WaitingItem> {
        let statement = caller.isTeam ? Self.waitingForTeam : Self.waitingForEmployer(caller, on: day)
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                "SELECT \(columns: WaitingItem.self) FROM (\(statement)) AS item ORDER BY day, code, kind LIMIT 200",
                as: WaitingItem.self)
        }
    }

    private static let waitingForTeam: SQL = """
        SELECT 'structure_claim' AS kind, s.finess AS code, s.usual_name AS title,
               (c.asked_at AT TIME ZONE 'Europe/Paris')::date AS day, o.name AS detail
          FROM structure_claim c JOIN structure s ON s.id = c.structure_id JOIN organisation o ON o.id = c.organisation_id
         WHERE c.status = 'pending'
        UNION ALL
        SELECT 'contact_link', s.finess, s.usual_name, (c.asked_at AT TIME ZONE 'Europe/Paris')::date, NULL
          FROM recruitment_contact c JOIN structure s ON s.id = c.structure_id
         WHERE s.status = 'open' AND c.state = 'pending' AND (c.secret_hash IS NULL OR c.expires_at <= current_instant())
        UNION ALL
        SELECT 'contact_change', s.finess, s.usual_name, (c.ended_at AT TIME ZONE 'Europe/Paris')::date, NULL
          FROM recruitment_contact c JOIN structure s ON s.id = c.structure_id
         WHERE c.replaced_by IS NOT NULL AND c.told_at IS NULL
        """

    private static func waitingForEmployer(_ caller: Caller, on day: Day) -> SQL {
        """
        SELECT 'unverified' AS kind, s.finess AS code, s.usual_name AS title,
               coalesce(s.verified_on + \(verifiedForDays)::integer, s.seen_on) AS day, NULL::text AS detail
          FROM structure s
         WHERE s.organisation_id = \(caller.member?.organisationID) AND s.status = 'open'
           AND (s.verified_on IS NULL OR s.verified_on < \(day)::date - \(verifiedForDays)::integer)
        UNION ALL
        SELECT 'disagreement', s.finess, s.usual_name, (d.value->>'on')::date, d.key
          FROM structure s CROSS JOIN LATERAL jsonb_each(s.disagreements) AS d
         WHERE s.organisation_id = \(caller.member?.organisationID) AND s.status = 'open'
        """
    }
}
