import Accounts
import Contract
public import Fields
public import Postgres
public import Recruitment

/// Compares people with needs, for prescribers that may send (`security.md` §3). Scores are made by `match_pair`
/// (`sql/functions/matching.sql`), ranked by score, then by id: the same inputs, the same order.
public struct MatchStore: Sendable {
    let database: Database
    let candidates: CandidateStore

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        candidates = CandidateStore(database)
    }

    /// What is asked of matches.
    public struct Filter: Decodable, Sendable {
        /// How many, 20 unless asked, at most 50.
        public var limit: MatchLimit?
        /// Also those that a hard criterion excludes.
        public var includeExcluded: Bool?

        /// The usual twenty.
        public init(limit: MatchLimit? = nil, includeExcluded: Bool? = nil) {
            self.limit = limit
            self.includeExcluded = includeExcluded
        }
    }

    /// Comparisons, the best first; `note` says why nothing could be compared.
    public struct Found: Sendable {
        /// Whom or what, with score and criteria.
        public var items: [Item]
        /// Why there is nothing, in French.
        public var note: String?

        /// One comparison.
        public struct Item: Sendable {
            /// The need, or the file.
            public var subject: JSON
            /// Whether an orientation is under way.
            public var isSent: Bool
            /// The sum of the points.
            public var score: Int
            /// Criterion by criterion.
            public var points: [MatchPoints]
        }
    }

    // MARK: - Needs for a person

    /// Open needs that suit a person whose file the caller may read.
    public func needs(for id: Candidate.ID, _ filter: Filter, as caller: Caller) async throws -> Found {
        try await database.slow(as: caller) { transaction in
            let current = try await candidates.current(id, transaction)
            let member = try await prescriber(transaction)
            guard current.objectedAt == nil else { throw OrientationRefusals.objected() }
            var found = try await found(Self.needs(for: id, filter, on: transaction.today, member), filter, transaction)
            if found.items.isEmpty { found.note = try await whyNone(id, member, transaction) }
            return found
        }
    }

    private func whyNone(_ id: Candidate.ID, _ member: Caller.Member, _ transaction: Transaction) async throws
        -> String?
    {
        struct Wishes: Decodable { var areShown: Bool, areSome: Bool }
        let wishes = try await transaction.rows(
            """
            SELECT \(CandidateStore.shows("wishes", to: member)) AS are_shown, c.jobs <> '{}' AS are_some
              FROM candidate c \(CandidateStore.joins(member)) WHERE c.id = \(id)
            """, as: Wishes.self
        ).first()
        guard let wishes else { return nil }
        if !wishes.areShown { return "Le partage de ce dossier ne montre pas les souhaits : rien n'est à comparer." }
        return wishes.areSome
            ? nil : "Le dossier n'indique aucun métier recherché : indiquez-en au moins un (jobs) pour voir des offres."
    }

    // MARK: - People for a need

    /// People whom an open need suits: of the caller's own files and of those shared with its organisation.
    public func candidates(for id: PublicNeed.ID, _ filter: Filter, as caller: Caller) async throws -> Found {
        try await database.slow(as: caller) { transaction in
            let isOpen = try await isOpen(id, transaction)
            let member = try await prescriber(transaction)
            guard isOpen else { throw OrientationRefusals.targetNotOpen() }
            return try await found(
                Self.candidates(for: id, filter, on: transaction.today, member), filter, transaction)
        }
    }

    /// Whether a need takes people now; 404 for one that the caller may not know of.
    private func isOpen(_ id: PublicNeed.ID, _ transaction: Transaction) async throws -> Bool {
        struct Found: Decodable { var isOpen: Bool, isDraft: Bool, organisationID: Identifier<OrganisationTag> }
        let found = try await transaction.rows(
            """
            SELECT n.state = 'open' AND n.expires_on >= \(transaction.today)::date AND s.status = 'open'
                       AND coalesce(s.organisation_id = n.organisation_id, false) AS is_open,
                   n.state = 'draft' AS is_draft, n.organisation_id
              FROM need n JOIN structure s ON s.id = n.structure_id WHERE n.id = \(id)
            """, as: Found.self
        ).first()
        let member = transaction.caller.member
        guard let found,
            found.isOpen || found.organisationID == member?.organisationID || member?.organisationKind == .platform
                || (member?.organisationKind == .prescriber && !found.isDraft)
        else { throw RecruitmentRefusals.need() }
        return found.isOpen
    }

    // MARK: - Both

    /// The caller as a member of a prescriber that may send; matches are for nobody else.
    private func prescriber(_ transaction: Transaction) async throws -> Caller.Member {
        let may = try await transaction.rows("SELECT caller_may_prescribe() AS value", as: Value<Bool>.self).first()
        guard let member = transaction.caller.member, may?.value == true else {
            throw Problem.forbidden(
                fr: "Les rapprochements sont pour les prescripteurs habilités.",
                en: "Matches are for authorised prescribers.")
        }
        return member
    }

    private func found(_ statement: SQL, _ filter: Filter, _ transaction: Transaction) async throws -> Found {
        let criteria = try await transaction.rows(
            // In the order in which people read them: the heaviest first.
            "SELECT \(columns: MatchCriterion.self) FROM match_criterion ORDER BY maximum DESC, code",
            as: MatchCriterion.self
        ).all()
        let pairs = try await transaction.rows(statement, as: MatchedPair.self).all()
        return Found(
            items: pairs.prefix((filter.limit ?? .standard).count).map { pair in
                Found.Item(
                    subject: pair.subject, isSent: pair.isSent, score: pair.score,
                    points: pair.points(by: criteria, on: transaction.today))
            })
    }
}
