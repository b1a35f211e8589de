public import Contract
public import Fields
public import Postgres

/// An organisation that accompanies people, and whether it may send them (`domain.md` §5).
public struct Prescriber: Decodable, Sendable {
    /// Its short stable name.
    public var code: OrganisationCode
    /// The name people know.
    public var name: String
    /// Whether it may send candidates, and be shared with.
    public var authorisation: PrescriberAuthorisation
    /// Since which day.
    public var since: Day?
    /// For the team: what shows it.
    public var proof: String?
    /// For the team: which of its members said so.
    public var decidedBy: Member.ID?
}

/// Whether a prescriber may send candidates.
public enum PrescriberAuthorisation: String, FieldEnum {
    /// Nobody said yet.
    case notSet = "not_set"
    case validated
    case refused
    /// It needs none: by law, or by its nature.
    case notRequired = "not_required"
}

/// What the team decides of a prescriber.
public struct NewAuthorisation: Decodable, Sendable, Hashable {
    /// Whether it may send candidates.
    public var authorisation: PrescriberAuthorisation
    /// What shows it: an agreement's reference, an address. Required to validate; 500 characters at most.
    public var proof: String?

    /// A decision.
    public init(authorisation: PrescriberAuthorisation, proof: String? = nil) {
        self.authorisation = authorisation
        self.proof = proof
    }
}

extension OrganisationStore {
    /// Prescribers by code; who decided and why is for the team.
    public func prescribers(limit: PageLimit, cursor: Cursor?, as caller: Caller) async throws -> Rows<Prescriber> {
        let after = try cursor?.key(of: "prescribers", OrganisationCode.self)
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                \(Self.prescribers(as: caller)) AND (\(after)::text IS NULL OR code > \(after)) ORDER BY code LIMIT \(limit.count + 1)
                """, as: Prescriber.self)
        }
    }

    /// Says whether a prescriber may send candidates: the team. Refused, it is shared with no more, at once.
    public func authorise<T: Sendable>(
        _ code: OrganisationCode, _ new: NewAuthorisation, as caller: Caller,
        answer: (Rows<Prescriber>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let found = try await transaction.rows(
                    "SELECT \(columns: Organisation.self) FROM organisation WHERE code = \(code)", as: Organisation.self
                ).first()
                guard let found else { throw AccountRefusals.unknownOrganisation(code.text) }
                guard caller.isTeamEditor else {
                    throw Problem.forbidden(
                        fr: "Seule l'équipe de la plateforme habilite un prescripteur.",
                        en: "Only the platform's team authorises a prescriber.")
                }
                try await transaction.record("organisation.authorise", on: "organisation", id: found.id.uuid)
                guard found.kind == .prescriber else { throw AccountRefusals.notPrescriber(code.text) }
                guard new.authorisation != .validated || new.proof != nil else { throw AccountRefusals.withoutProof() }
                try await transaction.execute(
                    """
                    UPDATE organisation
                       SET prescriber_authorisation = \(new.authorisation), authorisation_proof = \(new.proof),
                           authorisation_on = CASE WHEN \(new.authorisation == .notSet) THEN NULL ELSE \(transaction.today)::date END,
                           authorisation_by = \(caller.member?.id), version = version + 1
                     WHERE id = \(found.id)
                    """)
                return try answer(
                    try await transaction.rows(
                        "\(Self.prescribers(as: caller)) AND id = \(found.id)", as: Prescriber.self))
            }
        } catch {
            throw Refusal.mapping(error, AccountRefusals.byConstraint)
        }
    }

    private static func prescribers(as caller: Caller) -> SQL {
        """
        SELECT code, name, prescriber_authorisation AS authorisation, authorisation_on AS since,
               CASE WHEN \(caller.isTeam) THEN authorisation_proof END AS proof,
               CASE WHEN \(caller.isTeam) THEN authorisation_by END AS decided_by
          FROM organisation WHERE kind = 'prescriber'
        """
    }
}

/// The contract of prescribers.
public struct PrescriberEndpoints: Sendable {
    let organisations: OrganisationStore

    /// The endpoints over their store.
    public init(organisations: OrganisationStore) { self.organisations = organisations }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/prescribers", id: "prescriber_list",
                "Prescribers by code, and whether each may send candidates; why, for the team.", access: .member,
                output: .page(Prescriber.self), run: list),
            Endpoint(
                .post, "/v1/organisations/{code}/prescriber-authorisation", id: "prescriber_authorise",
                "Say whether a prescriber may send candidates: the team, with a proof.", access: .writer,
                output: .one(Prescriber.self),
                refusals: [AccountRefusals.organisationProblem, AccountRefusals.invalid],
                example: ["authorisation": "validated", "proof": "Convention 2024-12"], run: authorise),
        ]
    }

    /// The path of one organisation.
    struct OrganisationPath: Decodable, Sendable { var code: OrganisationCode }

    func list(_ call: Call<Nothing, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await organisations.prescribers(limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "prescribers", key: ["code"])
    }

    func authorise(_ call: Call<OrganisationPath, Nothing, NewAuthorisation>) async throws -> Answer {
        try await organisations.authorise(call.path.code, call.body, as: call.caller) { .row($0) }
    }
}
