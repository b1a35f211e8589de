public import Accounts
public import Contract
public import Fields
import Messages
public import Postgres

/// A file that another prescriber may read or follow up.
public struct CandidateShare: Decodable, Sendable {
    /// Ids of shares.
    public typealias ID = Identifier<CandidateShare>

    /// Its id.
    public var id: ID
    /// Which file.
    public var candidateID: Candidate.ID
    /// Whose file it is.
    public var from: OrganisationReference
    /// With whom it is shared.
    public var to: OrganisationReference
    /// What for.
    public var purpose: String
    /// To read, or to follow up: to orient too.
    public var access: ShareAccess
    /// What is shown beside the name.
    public var fields: [ShareFields]
    /// First day.
    public var startsOn: Day
    /// Last day.
    public var endsOn: Day
    /// When it was taken back.
    public var revokedAt: Instant?
    /// Whether it counts today.
    public var isLive: Bool
}

/// What a share allows.
public enum ShareAccess: String, FieldEnum {
    case read
    case followUp = "follow_up"
}

/// What a share shows beside the name. Criteria for statistics are in none.
public enum ShareFields: String, FieldEnum {
    /// E-mail and telephone.
    case contact
    /// Commune, year of birth, situation.
    case situation
    /// Diplomas and experience.
    case background
    /// Jobs, contracts, hours, availability, mobility.
    case wishes
}

/// A share to be given.
public struct NewShare: Decodable, Sendable, Hashable {
    /// With which prescriber.
    public var to: OrganisationCode
    /// What for, 300 characters at most.
    public var purpose: String
    /// To read, or to follow up.
    public var access: ShareAccess
    /// What is shown beside the name; everything unless said otherwise.
    public var fields: [ShareFields]?
    /// First day; today unless said otherwise.
    public var startsOn: Day?
    /// Last day; or `days`.
    public var endsOn: Day?
    /// For how many days; or `ends_on`.
    public var days: Int?

    /// A share.
    public init(
        to: OrganisationCode, purpose: String, access: ShareAccess, fields: [ShareFields]? = nil, startsOn: Day? = nil,
        endsOn: Day? = nil, days: Int? = nil
    ) {
        self.to = to
        self.purpose = purpose
        self.access = access
        self.fields = fields
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.days = days
    }
}

extension CandidateStore {
    /// Shares a file with another prescriber, who must be one that may send.
    public func share<T: Sendable>(
        _ id: Candidate.ID, _ new: NewShare, as caller: Caller, answer: (Rows<CandidateShare>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, transaction)
                guard current.access == .own, caller.mayWrite else { throw CandidateRefusals.notYours() }
                let share = transaction.newID(CandidateShare.ID.self)
                try await transaction.record("candidate_share.create", on: "candidate", id: id.uuid)
                _ = try await locked(current, transaction)
                let receiver = try await prescriber(new.to, transaction)
                guard receiver != current.organisationID else { throw CandidateRefusals.ownOrganisation() }
                let period = try await period(of: new, transaction)
                // One that is over makes room; one that counts does not.
                try await transaction.execute(
                    """
                    UPDATE candidate_share SET revoked_at = \(transaction.now)
                     WHERE candidate_id = \(id) AND to_organisation_id = \(receiver) AND revoked_at IS NULL
                       AND ends_on < \(transaction.today)
                    """)
                let isShared = try await transaction.rows(
                    """
                    SELECT EXISTS (SELECT FROM candidate_share WHERE candidate_id = \(id) AND to_organisation_id = \(receiver)
                                      AND revoked_at IS NULL) AS value
                    """, as: Value<Bool>.self
                ).first()?.value
                guard isShared == false else { throw CandidateRefusals.alreadyShared(new.to.text) }
                try await transaction.execute(
                    """
                    INSERT INTO candidate_share (id, candidate_id, from_organisation_id, to_organisation_id, purpose, access, fields,
                                                 starts_on, ends_on, created_at, created_by)
                    VALUES (\(share), \(id), \(current.organisationID), \(receiver), \(new.purpose), \(new.access),
                            \(list: Set(new.fields ?? ShareFields.allCases).map(\.rawValue).sorted())::text[],
                            \(period.first), \(period.last), \(transaction.now), \(caller.member?.id))
                    """)
                return try answer(
                    try await transaction.rows(
                        "\(Self.shares) WHERE s.id = \(share)", as: CandidateShare.self))
            }
        } catch {
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    /// Its first and last day, if they are good: from today on, and not for longer than is allowed.
    private func period(of new: NewShare, _ transaction: Transaction) async throws -> (first: Day, last: Day) {
        var rules = FieldRules()
        rules.text("purpose", new.purpose, longest: 300)
        let (today, longest) = (transaction.today, try await transaction.serviceRule("share_days_max"))
        let first = new.startsOn ?? today
        if first < today || first.number > today.number + longest {
            rules.refuse(
                "starts_on", fr: "Aujourd'hui, ou \(longest) jours plus tard au plus.",
                en: "Today, or at most \(longest) days later.")
        }
        rules.number("days", new.days, 1...max(1, longest))
        if (new.endsOn == nil) == (new.days == nil) {
            rules.refuse("ends_on", fr: "Donnez ends_on ou days.", en: "Give ends_on or days.")
        }
        if let last = new.endsOn, last < first || last.number > first.number + longest {
            rules.refuse(
                "ends_on", fr: "Au plus \(longest) jours après le premier.",
                en: "At most \(longest) days after the first.")
        }
        guard rules.errors.isEmpty else { throw CandidateRefusals.wrong(rules.errors) }
        return (first, new.endsOn ?? Day(number: first.number + (new.days ?? 0)))
    }

    /// The id of a prescriber that may send, by its code.
    func prescriber(_ code: OrganisationCode, _ transaction: Transaction) async throws -> Identifier<OrganisationTag> {
        struct Found: Decodable { var id: Identifier<OrganisationTag>, isAuthorised: Bool }
        let found = try await transaction.rows(
            """
            SELECT id, prescriber_authorisation IN ('validated', 'not_required') AS is_authorised
              FROM organisation WHERE code = \(code) AND kind = 'prescriber'
            """, as: Found.self
        ).first()
        guard let found else { throw CandidateRefusals.unknownPrescriber("to") }
        guard found.isAuthorised else { throw CandidateRefusals.notAuthorised(code.text) }
        return found.id
    }

    /// The shares of a file, the newest first: all for the organisation whose it is, its own for another.
    public func shares(
        of id: Candidate.ID, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<CandidateShare> {
        let before = try cursor?.key(of: "candidate_shares", CandidateShare.ID.self)
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(id, transaction)
            guard current.access != .team else { throw CandidateRefusals.notYours() }
            return try await transaction.rows(
                """
                \(Self.shares)
                 WHERE s.candidate_id = \(id) AND (\(current.access == .own) OR s.to_organisation_id = \(caller.member?.organisationID))
                   AND (\(before)::uuid IS NULL OR s.id < \(before)::uuid)
                 ORDER BY s.id DESC LIMIT \(limit.count + 1)
                """, as: CandidateShare.self)
        }
    }

    /// One share, for either side.
    public func share(
        _ share: CandidateShare.ID, of id: Candidate.ID, as caller: Caller
    ) async throws -> Rows<CandidateShare> {
        try await database.transaction(as: caller) { transaction in
            let current = try await current(id, transaction)
            let rows = try await transaction.rows(
                """
                \(Self.shares) WHERE s.id = \(share) AND s.candidate_id = \(id)
                   AND (\(current.access == .own) OR s.to_organisation_id = \(caller.member?.organisationID))
                """, as: CandidateShare.self)
            guard !rows.isEmpty else { throw CandidateRefusals.share() }
            return rows
        }
    }

    /// Takes a share back: from then on the other sees nothing. Twice does no harm.
    public func revoke(_ share: CandidateShare.ID, of id: Candidate.ID, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            let current = try await current(id, transaction)
            guard current.access == .own, caller.mayWrite else { throw CandidateRefusals.notYours() }
            try await transaction.record("candidate_share.revoke", on: "candidate", id: id.uuid)
            let found = try await transaction.execute(
                """
                UPDATE candidate_share SET revoked_at = coalesce(revoked_at, \(transaction.now))
                 WHERE id = \(share) AND candidate_id = \(id)
                """)
            guard found == 1 else { throw CandidateRefusals.share() }
        }
    }

    private static let shares: SQL = """
        SELECT s.id, s.candidate_id, jsonb_build_object('code', f.code, 'name', f.name) AS "from",
               jsonb_build_object('code', t.code, 'name', t.name) AS "to", s.purpose, s.access, to_jsonb(s.fields) AS fields,
               s.starts_on, s.ends_on, s.revoked_at,
               s.revoked_at IS NULL AND (SELECT caller_day()) BETWEEN s.starts_on AND s.ends_on
               AND t.prescriber_authorisation IN ('validated', 'not_required') AS is_live
          FROM candidate_share s JOIN organisation f ON f.id = s.from_organisation_id
          JOIN organisation t ON t.id = s.to_organisation_id
        """
}
