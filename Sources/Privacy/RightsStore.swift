import Accounts
public import Contract
public import Fields
import Foundation
import Messages
public import Orientation
public import Postgres

/// What persons ask about their data, and what follows from it.
public struct RightsStore: Sendable {
    let database: Database
    let links: AnswerLinkStore
    /// Ends what is on its way when a person objects or is erased.
    let stopping: [CandidateStopping]

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        links = AnswerLinkStore(database)
        stopping = [OrientationStore(database).stopping]
    }

    /// Open requests go over with a file.
    public static let handingOver: CandidateHandingOver = { handover, transaction in
        try await transaction.asSystem {
            _ = try await transaction.execute(
                """
                UPDATE rights_request SET organisation_id = \(handover.to), version = version + 1
                 WHERE candidate_id = \(handover.candidate) AND state = 'open'
                """)
        }
    }

    // MARK: - Who asks

    struct Asker {
        var kind: RightsAsker
        var organisation: Organisation.ID
    }

    /// As what a member may ask for a file: its own organisation's writers, and the officer, who may know of every file by its id.
    func asker(of id: Candidate.ID, _ transaction: Transaction) async throws -> Asker {
        guard let member = transaction.caller.member else { throw CandidateRefusals.candidate() }
        struct Found: Decodable { var organisationID: Organisation.ID, isKnown: Bool }
        let statement: SQL = """
            SELECT c.organisation_id, c.organisation_id = \(member.organisationID) OR c.id = ANY (caller_shares('read')) AS is_known
              FROM candidate c WHERE c.id = \(id)
            """
        if transaction.caller.isDPO {
            let found = try await transaction.asSystem { try await transaction.rows(statement, as: Found.self).first() }
            guard let found else { throw CandidateRefusals.candidate() }
            guard member.scopes.contains(.write) else { throw PrivacyRefusals.notYours() }
            return Asker(kind: .dpo, organisation: found.organisationID)
        }
        let found = try await transaction.rows(statement, as: Found.self).first()
        guard let found, found.isKnown else { throw CandidateRefusals.candidate() }
        guard found.organisationID == member.organisationID, transaction.caller.mayWrite else {
            throw PrivacyRefusals.notYours()
        }
        return Asker(kind: .prescriber, organisation: found.organisationID)
    }

    // MARK: - Erasure

    /// Writes down that a person asks to be erased; it is carried out after some days unless it is cancelled.
    public func askErasure<T: Sendable>(
        of id: Candidate.ID, as caller: Caller, answer: (Rows<RightsRequest>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let asker = try await asker(of: id, transaction)
                try await transaction.record("rights.erasure", on: "candidate", id: id.uuid)
                let request = try await transaction.asSystem {
                    try await write(.erasure, of: id, asker.kind, asker.organisation, nil, transaction)
                }
                return try answer(try await one(request, transaction))
            }
        } catch { throw Refusal.mapping(error, PrivacyRefusals.byConstraint) }
    }

    /// Writes a request, as the system, and says so to whom it concerns.
    func write(
        _ kind: RightsKind, of id: Candidate.ID, _ asker: RightsAsker, _ organisation: Organisation.ID, _ text: String?,
        state: RightsState = .open, _ transaction: Transaction
    ) async throws -> RightsRequest.ID {
        let request = transaction.newID(RightsRequest.ID.self)
        let isErasure = kind == .erasure
        try await transaction.execute(
            """
            INSERT INTO rights_request (id, candidate_id, kind, asked_by, organisation_id, member_id, asked_at, due_on, execute_at, text,
                                        state, decided_at, decided_by)
            VALUES (\(request), \(id), \(kind), \(asker), \(organisation), \(transaction.caller.member?.id), \(transaction.now),
                    (\(transaction.today)::date + make_interval(months => service_rule('rights_months')))::date,
                    CASE WHEN \(isErasure) THEN \(transaction.now)::timestamptz
                              + make_interval(hours => service_rule('erasure_delay_hours')) END,
                    \(text), \(state), \(state == .open ? nil : transaction.now),
                    \(state == .open ? nil : transaction.caller.member?.id))
            """)
        guard state == .open else { return request }
        try await tell(of: request, kind, id, organisation, asker, transaction)
        return request
    }

    private func tell(
        of request: RightsRequest.ID, _ kind: RightsKind, _ id: Candidate.ID, _ organisation: Organisation.ID,
        _ asker: RightsAsker,
        _ transaction: Transaction
    ) async throws {
        if kind == .erasure {
            struct Found: Decodable { var email: String?, executeAt: Instant }
            let found = try await transaction.rows(
                """
                SELECT c.email, r.execute_at FROM rights_request r JOIN candidate c ON c.id = r.candidate_id WHERE r.id = \(request)
                """, as: Found.self
            ).first()
            if let found {
                try await Outbox.post(
                    Mail(
                        kind: "privacy.erasure_asked", audience: .candidate, organisationID: organisation,
                        address: found.email,
                        subject: "Votre demande d'effacement",
                        paragraphs: [
                            "L'effacement de votre dossier a été demandé. Il aura lieu le \(found.executeAt.parisMinute).",
                            "D'ici là, vous pouvez l'annuler : par votre conseiller, ou par votre lien personnel.",
                        ], aboutKind: "rights_request", aboutID: request.uuid, candidateID: id.uuid), transaction)
            }
        }
        guard asker != .prescriber else { return }
        let title =
            switch kind {
            case .erasure:
                "Une personne demande l'effacement de son dossier : il a lieu après le délai, sauf annulation"
            case .correction: "Une personne demande une correction de son dossier : à traiter dans le mois"
            case .objection: "Une personne s'oppose : plus rien ne lui est proposé"
            case .copy: "Une personne a pris copie de son dossier"
            }
        try await Outbox.task(
            NewTask(
                kind: "privacy.request", organisationID: organisation, title: title, aboutKind: "rights_request",
                aboutID: request.uuid, candidateID: id.uuid), transaction)
    }

    // MARK: - Copy

    /// Everything that is held of a person; that it was taken is written down.
    public func copy<T: Sendable>(
        of id: Candidate.ID, as caller: Caller, answer: (JSON) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let asker = try await asker(of: id, transaction)
                guard let member = caller.member else { throw CandidateRefusals.candidate() }
                try await transaction.record("rights.copy", on: "candidate", id: id.uuid)
                guard try await transaction.opened(id, by: member, route: "candidate.export") else {
                    throw CandidateRefusals.tooManyReads()
                }
                return try answer(
                    try await transaction.asSystem {
                        _ = try await write(
                            .copy, of: id, asker.kind, asker.organisation, nil, state: .done, transaction)
                        return try await content(of: id, transaction)
                    })
            }
        } catch {
            try await database.alert(of: error, as: caller)
            throw error
        }
    }

    /// Everything that is held of a person, as the system.
    func content(of id: Candidate.ID, _ transaction: Transaction) async throws -> JSON {
        let found = try await transaction.rows("SELECT subject_copy(\(id)) AS value", as: Value<JSON>.self).first()
        guard let document = found?.value else { throw CandidateRefusals.candidate() }
        return JSON.object([.init("made_at", .string(transaction.now.fieldText))] + document.members)
    }

    // MARK: - Requests

    static let selected: SQL = """
        SELECT r.id, r.candidate_id, r.kind, r.asked_by, jsonb_build_object('code', o.code, 'name', o.name) AS organisation, r.asked_at,
               r.due_on, r.execute_at, r.text, r.state, r.decided_at, r.answer, r.version
          FROM rights_request r JOIN organisation o ON o.id = r.organisation_id
        """

    func one(_ id: RightsRequest.ID, _ transaction: Transaction) async throws -> Rows<RightsRequest> {
        try await transaction.rows("\(Self.selected) WHERE r.id = \(id)", as: RightsRequest.self)
    }

    /// A page of the requests of one's own organisation's files (of all for the officer), the newest first.
    public func list(
        _ state: RightsState?, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<RightsRequest> {
        let before = try cursor?.key(of: "rights_requests", RightsRequest.ID.self)
        return try await database.transaction(as: caller) { transaction in
            guard let member = caller.member, caller.isDPO || member.organisationKind == .prescriber else {
                throw PrivacyRefusals.notYours()
            }
            let whose: SQL = caller.isDPO ? "true" : "r.organisation_id = \(member.organisationID)"
            return try await transaction.rows(
                """
                \(Self.selected) WHERE \(whose) AND (\(state)::text IS NULL OR r.state = \(state))
                   AND (\(before)::uuid IS NULL OR r.id < \(before)::uuid)
                 ORDER BY r.id DESC LIMIT \(limit.count + 1)
                """, as: RightsRequest.self)
        }
    }

    /// One request.
    public func find(_ id: RightsRequest.ID, as caller: Caller) async throws -> Rows<RightsRequest> {
        try await database.transaction(as: caller) { transaction in
            let rows = try await one(id, transaction)
            guard !rows.isEmpty else { throw PrivacyRefusals.request() }
            return rows
        }
    }

    struct Open: Decodable {
        var candidateID: Candidate.ID
        var kind: RightsKind
        var state: RightsState
        var organisationID: Organisation.ID
    }

    /// Answers a request, or cancels an erasure that was not carried out yet.
    public func decide<T: Sendable>(
        _ id: RightsRequest.ID, _ decision: RightsDecision, as caller: Caller,
        answer: (Rows<RightsRequest>) throws -> T = { $0 }
    ) async throws -> T {
        try await database.transaction(as: caller) { transaction in
            guard !(try await one(id, transaction)).isEmpty else { throw PrivacyRefusals.request() }
            guard caller.mayWrite || caller.isDPO, caller.member?.scopes.contains(.write) == true else {
                throw PrivacyRefusals.notYours()
            }
            try await transaction.record(
                "rights.decide", on: "rights_request", id: id.uuid,
                details: ["outcome": .string(decision.outcome.rawValue)])
            let current = try await transaction.rows(
                "SELECT candidate_id, kind, state, organisation_id FROM rights_request WHERE id = \(id) FOR UPDATE",
                as: Open.self
            ).first()
            guard let current else { throw PrivacyRefusals.request() }
            guard current.state == .open else { throw PrivacyRefusals.ended() }
            try Self.check(decision, current.kind)
            try await transaction.asSystem { try await close(id, current, decision, transaction) }
            return try answer(try await one(id, transaction))
        }
    }

    private static func check(_ decision: RightsDecision, _ kind: RightsKind) throws(Refusal) {
        let isPossible =
            switch decision.outcome {
            case .cancelled: kind == .erasure
            case .done: kind != .erasure
            case .refused: true
            case .open: false
            }
        guard isPossible else {
            throw PrivacyRefusals.wrong(
                "outcome", fr: "Un effacement s'annule ou se refuse ; le reste se traite (done) ou se refuse.",
                en: "An erasure is cancelled or refused; anything else is done or refused.")
        }
        let length = decision.answer?.unicodeScalars.count ?? 0
        guard length <= 2000,
            decision.outcome != .refused || decision.answer?.contains(where: { !$0.isWhitespace }) == true
        else {
            throw PrivacyRefusals.wrong(
                "answer", fr: "Un refus se motive, en 2000 caractères au plus.",
                en: "A refusal says why, in 2000 characters at most.")
        }
    }

    /// Ends a request, as the system, and tells the person.
    func close(
        _ id: RightsRequest.ID, _ current: Open, _ decision: RightsDecision, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE rights_request
               SET state = \(decision.outcome), decided_at = \(transaction.now), decided_by = \(transaction.caller.member?.id),
                   answer = \(decision.answer), version = version + 1
             WHERE id = \(id)
            """)
        try await Outbox.drop(aboutKind: "rights_request", [id.uuid], onlyReminders: false, transaction)
        let email = try await transaction.rows(
            "SELECT coalesce(email, '') AS value FROM candidate WHERE id = \(current.candidateID)",
            as: Value<String>.self
        ).first()?.value
        guard let email else { return }
        let isCancelled = decision.outcome == .cancelled
        try await Outbox.post(
            Mail(
                kind: isCancelled ? "privacy.erasure_cancelled" : "privacy.answered", audience: .candidate,
                organisationID: current.organisationID, address: email.isEmpty ? nil : email,
                subject: isCancelled ? "Votre dossier est gardé" : "Votre demande a reçu une réponse",
                paragraphs: [
                    isCancelled
                        ? "L'effacement de votre dossier a été annulé. Si vous ne l'avez pas voulu, dites-le à votre conseiller."
                        : "Votre demande au sujet de vos données a reçu une réponse. Elle se lit dans votre copie, par votre lien personnel, "
                            + "ou auprès de votre conseiller."
                ], aboutKind: "rights_request", aboutID: id.uuid, candidateID: current.candidateID.uuid), transaction)
    }
}
