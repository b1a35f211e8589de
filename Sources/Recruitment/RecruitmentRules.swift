import Accounts
import Fields
public import Messages
import Postgres

/// What the clock does with needs (`domain.md` §4.2): those whose structure left are closed, those whose period is over expire,
/// and their recruiter is warned before.
public let recruitmentRules: [ClockRule] = [
    ClockRule("need.structure_left", run: NeedClock.closeLeft), ClockRule("need.expire", run: NeedClock.expire),
    ClockRule("need.warn", run: NeedClock.warn),
]

enum NeedClock {
    /// The reason of a need that closed because its structure did, or is its employer's no more.
    static let structureLeft = "structure_left"

    private static func record(_ operation: String, _ count: Int, _ transaction: Transaction) async throws {
        try await transaction.record(operation, on: "need", details: ["count": JSON(count)])
    }

    private static func take(_ due: SQL, _ batch: Int, _ transaction: Transaction) async throws -> [PublicNeed.ID] {
        try await transaction.rows(
            """
            SELECT n.id AS value FROM need n JOIN structure s ON s.id = n.structure_id
             WHERE n.state IN ('open', 'paused') AND \(due)
             ORDER BY n.expires_on, n.id LIMIT \(batch) FOR UPDATE OF n SKIP LOCKED
            """, as: Value<PublicNeed.ID>.self
        ).all().map(\.value)
    }

    static func closeLeft(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let ids = try await take(
            "(s.status <> 'open' OR s.organisation_id IS DISTINCT FROM n.organisation_id)", batch, transaction)
        guard !ids.isEmpty else { return 0 }
        try await record("need.structure_left", ids.count, transaction)
        return try await transaction.execute(
            "UPDATE need SET state = 'closed', reason = \(structureLeft) WHERE id = ANY (\(list: ids)::uuid[])")
    }

    static func expire(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let ids = try await take("n.expires_on < \(transaction.today)", batch, transaction)
        guard !ids.isEmpty else { return 0 }
        try await record("need.expire", ids.count, transaction)
        return try await transaction.execute(
            "UPDATE need SET state = 'expired' WHERE id = ANY (\(list: ids)::uuid[])")
    }

    private struct Ending: Decodable {
        var id: PublicNeed.ID
        var organisationID: Identifier<OrganisationTag>
        var expiresOn: Day
        var jobLabel: String
        var structure: String
        var email: String?
    }

    /// Once for each period: renewed, a need is warned of again. Without a proved address nobody is written to; what waits for the
    /// employer (`/v1/me`) shows it all the same.
    static func warn(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let ending = try await transaction.rows(
            """
            SELECT n.id, n.organisation_id, n.expires_on, j.label AS job_label, s.usual_name AS structure, c.email
              FROM need n JOIN structure s ON s.id = n.structure_id
              JOIN rome_job j ON j.version = n.job_version AND j.code = n.job
              LEFT JOIN recruitment_contact c ON c.structure_id = n.structure_id AND c.state = 'proved'
                   AND c.organisation_id = n.organisation_id
             WHERE n.state IN ('open', 'paused') AND n.expires_on >= \(transaction.today)
               AND n.expires_on <= \(transaction.today)::date + (SELECT service_rule('need_warning_days'))
               AND n.warned_for IS DISTINCT FROM n.expires_on
             ORDER BY n.expires_on, n.id LIMIT \(batch) FOR UPDATE OF n SKIP LOCKED
            """, as: Ending.self
        ).all()
        guard !ending.isEmpty else { return 0 }
        try await record("need.warn", ending.count, transaction)
        try await transaction.execute(
            "UPDATE need SET warned_for = expires_on WHERE id = ANY (\(list: ending.map(\.id))::uuid[])")
        for need in ending where need.email != nil {
            // The job and the place are public; the title is somebody's own words.
            try await Outbox.post(
                Mail(
                    kind: "need.ending", audience: .recruiter, organisationID: need.organisationID, address: need.email,
                    subject: "Votre offre se termine le \(need.expiresOn.french)",
                    paragraphs: [
                        "Votre offre « \(need.jobLabel) » pour \(need.structure) n'est plus montrée après le "
                            + "\(need.expiresOn.french).",
                        "Si vous recrutez encore, renouvelez-la : elle repart pour une nouvelle durée. "
                            + "Si le poste est pourvu, fermez-la : les personnes orientées seront prévenues.",
                    ],
                    link: Mail.Link(label: "Voir l'offre", path: "/v1/needs/\(need.id)"), aboutKind: "need",
                    aboutID: need.id.uuid, isReminder: true), transaction)
        }
        return ending.count
    }
}

extension Day {
    /// As people write it in French: 14/08/2026.
    fileprivate var french: String {
        let (year, month, day) = parts
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
        return "\(two(day))/\(two(month))/\(year)"
    }
}
