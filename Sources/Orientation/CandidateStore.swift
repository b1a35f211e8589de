import Accounts
public import Contract
public import Fields
public import Postgres
public import Recruitment

/// Where candidates' files are kept. Row-level security guards every row (`sql/migrations/0018_candidates.sql`); what is asked here
/// says the same again, so that indexes serve it.
public struct CandidateStore: Sendable {
    let database: Database
    /// What else ends when nothing may be sent for a person any more: orientations on their way.
    let stopping: [CandidateStopping]
    /// What else goes over to another prescriber with a file: orientations.
    let handingOver: [CandidateHandingOver]

    /// A store in a database.
    public init(
        _ database: Database, stopping: [CandidateStopping] = [], handingOver: [CandidateHandingOver] = []
    ) {
        self.database = database
        self.stopping = stopping
        self.handingOver = handingOver
    }

    /// What a list of files may be narrowed down by; all must hold.
    public struct Filter: Decodable, Sendable {
        /// A name, in one's own organisation's files; case, accents and a typo are forgiven.
        public var q: SearchWords?
        /// Who want this job.
        public var job: RomeCode?
        /// Whose referent is this member.
        public var referent: Identifier<Caller.Member>?
        /// Who were never sent to anybody.
        public var withoutOrientation: Bool?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every file that the caller may read.
        public init() {}
    }

    // MARK: - Lists

    /// A page of the files of one's own organisation and of those shared with it, the newest first.
    public func list(_ filter: Filter, as caller: Caller) async throws -> Rows<CandidateSummary> {
        let after = try filter.cursor?.key(of: "candidates", Candidate.ID.self)
        guard let member = caller.member, member.organisationKind == .prescriber else {
            throw CandidateRefusals.onlyPrescribers()
        }
        let limit = (filter.limit ?? .standard).count + 1
        let (own, shared) = Self.conditions(filter, after: after, member)
        let columns: SQL = """
            c.id, c.organisation_id, c.referent_id, c.first_name, c.last_name, c.insee, c.jobs, c.available_from, c.objected_at,
            c.last_contact_on, c.created_at
            """
        return try await database.transaction(as: caller) { transaction in
            // Each half goes down its own index and stops; joined to the table again, PostgreSQL would read it whole.
            try await transaction.rows(
                """
                WITH page AS (
                    (SELECT \(columns), 'own' AS access, true AS shows_situation, true AS shows_wishes
                       FROM candidate c WHERE c.organisation_id = \(member.organisationID)\(own)
                      ORDER BY c.id DESC LIMIT \(limit))
                    UNION ALL
                    (SELECT \(columns), s.access, 'situation' = ANY (s.fields), 'wishes' = ANY (s.fields)
                       FROM candidate_share s JOIN candidate c ON c.id = s.candidate_id
                      WHERE \(Self.isLive("s", to: member))\(shared)
                      ORDER BY c.id DESC LIMIT \(limit))
                    ORDER BY id DESC LIMIT \(limit))
                SELECT c.id, jsonb_build_object('code', o.code, 'name', o.name) AS organisation, c.access, c.referent_id,
                       c.first_name, c.last_name, CASE WHEN c.shows_situation THEN t.name END AS commune,
                       CASE WHEN c.shows_wishes THEN to_jsonb(c.jobs) ELSE '[]' END AS jobs,
                       CASE WHEN c.shows_wishes THEN c.available_from END AS available_from,
                       c.objected_at IS NULL AND EXISTS (\(Self.agreement("orientation"))) AS may_send,
                       c.last_contact_on, c.created_at
                  FROM page c JOIN organisation o ON o.id = c.organisation_id LEFT JOIN commune t ON t.insee = c.insee
                 ORDER BY c.id DESC
                """, as: CandidateSummary.self)
        }
    }

    /// The conditions on one's own files, and on those shared: a name is looked for among one's own, a job among what is shown.
    private static func conditions(
        _ filter: Filter, after: Candidate.ID?, _ member: Caller.Member
    ) -> (own: SQL, shared: SQL) {
        var both: SQL = ""
        if let after { both = " AND c.id < \(after)" }
        if filter.withoutOrientation == true {
            both = """
                \(both) AND NOT EXISTS (SELECT FROM orientation r WHERE r.candidate_id = c.id AND r.state <> 'draft')
                """
        }
        if let job = filter.job { both = "\(both) AND \(job) = ANY (c.jobs)" }
        var (own, shared) = (both, both)
        if filter.job != nil { shared = "\(shared) AND 'wishes' = ANY (s.fields)" }
        if let referent = filter.referent {
            own = "\(own) AND c.referent_id = \(referent)"
            shared = "\(shared) AND c.referent_id = \(referent)"
        }
        if let words = filter.q {
            own = "\(own) AND c.id = ANY (ARRAY(SELECT candidates_named(\(member.id), \(words), 200)))"
            shared = " AND false"
        }
        return (own, shared)
    }

    // MARK: - Parts of statements on a file `c`, its organisation `o` and the share `s` with the caller's organisation

    /// The organisation and the share.
    static func joins(_ member: Caller.Member) -> SQL {
        """
        JOIN organisation o ON o.id = c.organisation_id
        LEFT JOIN candidate_share s ON s.candidate_id = c.id AND \(isLive("s", to: member))
        """
    }

    /// Whether a share is with the member's organisation and counts today; only prescribers that may send are shared with.
    static func isLive(_ share: String, to member: Caller.Member) -> SQL {
        let s: SQL = "\(unsafeTextNeverFromInput: share)"
        return """
            \(s).to_organisation_id = \(member.organisationID) AND \(s).revoked_at IS NULL
            AND (SELECT caller_day()) BETWEEN \(s).starts_on AND \(s).ends_on AND (SELECT caller_may_prescribe())
            """
    }

    /// As what the member sees the file.
    static func access(by member: Caller.Member) -> SQL {
        """
        CASE WHEN c.organisation_id = \(member.organisationID) THEN 'own' WHEN s.id IS NOT NULL THEN s.access
             ELSE 'team' END
        """
    }

    /// Whether the member sees a group of fields.
    static func shows(_ group: String, to member: Caller.Member) -> SQL {
        "(c.organisation_id = \(member.organisationID) OR s.id IS NULL OR \(group) = ANY (s.fields))"
    }

    /// Whether the file is one that the member may know of.
    static func isKnown(to member: Caller.Member) -> SQL {
        """
        (c.organisation_id = \(member.organisationID) OR s.id IS NOT NULL
         OR (\(member.organisationKind == .platform) AND c.id = (SELECT caller_file())))
        """
    }

    /// An agreement that counts today.
    static func agreement(_ kind: String) -> SQL {
        """
        SELECT FROM candidate_agreement a
         WHERE a.candidate_id = c.id AND a.kind = \(kind) AND a.withdrawn_on IS NULL
           AND a.given_on > (SELECT caller_day()) - (SELECT service_rule('agreement_days'))
        """
    }

    /// A whole file.
    static func one(_ id: Candidate.ID, for member: Caller.Member) -> SQL {
        let (contact, situation) = (shows("contact", to: member), shows("situation", to: member))
        let (background, wishes) = (shows("background", to: member), shows("wishes", to: member))
        return """
            SELECT c.id, jsonb_build_object('code', o.code, 'name', o.name) AS organisation, \(access(by: member)) AS access,
                   CASE WHEN m.id IS NOT NULL THEN jsonb_build_object('id', m.id, 'name', m.name) END AS referent,
                   c.first_name, c.last_name, f.email, f.phone, g.insee, t.name AS commune, g.birth_year, g.situation,
                   coalesce(to_jsonb(h.diplomas), '[]') AS diplomas, h.experience_years, h.experience, w.licence, w.vehicle,
                   w.mobility_km, w.available_from, w.night, w.weekend, w.split_shifts,
                   coalesce(to_jsonb(w.contracts), '[]') AS contracts, w.hours_min, w.hours_max,
                   coalesce(to_jsonb(w.jobs), '[]') AS jobs, c.lawful_basis, c.notice_version, c.notice_given_on,
                   c.notice_channel, c.objected_at, c.last_contact_on,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'id', a.id, 'kind', a.kind, 'text_version', a.text_version, 'given_on', a.given_on,
                               'channel', a.channel, 'withdrawn_on', a.withdrawn_on) ORDER BY a.given_on DESC, a.id DESC), '[]')
                      FROM candidate_agreement a
                     WHERE a.candidate_id = c.id
                       AND (a.kind <> 'disability' OR c.organisation_id = \(member.organisationID))) AS agreements,
                   c.created_at, c.updated_at, c.version
              FROM candidate c \(joins(member))
              LEFT JOIN member m ON m.id = c.referent_id
              -- What a share leaves out is NULL.
              LEFT JOIN LATERAL (SELECT c.email, c.phone) AS f ON \(contact)
              LEFT JOIN LATERAL (SELECT c.insee, c.birth_year, c.situation) AS g ON \(situation)
              LEFT JOIN LATERAL (SELECT c.diplomas, c.experience_years, c.experience) AS h ON \(background)
              LEFT JOIN LATERAL (SELECT c.licence, c.vehicle, c.mobility_km, c.available_from, c.night, c.weekend, c.split_shifts,
                                        c.contracts, c.hours_min, c.hours_max, c.jobs) AS w ON \(wishes)
              LEFT JOIN commune t ON t.insee = g.insee
             WHERE c.id = \(id) AND \(isKnown(to: member))
            """
    }
}
