import Accounts
public import Contract
public import Fields
import Messages
public import Postgres

/// Files that go over to another prescriber: one asks, the other accepts.
extension CandidateStore {
    /// Asks another prescriber, one that may send, to take a file over.
    public func transfer<T: Sendable>(
        _ id: Candidate.ID, _ new: NewTransfer, as caller: Caller,
        answer: (Rows<CandidateTransfer>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, transaction)
                guard current.access == .own, caller.mayWrite else { throw CandidateRefusals.notYours() }
                let transfer = transaction.newID(CandidateTransfer.ID.self)
                try await transaction.record("candidate_transfer.create", on: "candidate", id: id.uuid)
                _ = try await locked(current, transaction)
                let receiver = try await prescriber(new.to, transaction)
                guard receiver != current.organisationID else { throw CandidateRefusals.ownOrganisation() }
                try await transaction.execute(
                    """
                    INSERT INTO candidate_transfer (id, candidate_id, from_organisation_id, to_organisation_id, reason, asked_at, asked_by)
                    VALUES (\(transfer), \(id), \(current.organisationID), \(receiver), \(new.reason), \(transaction.now),
                            \(caller.member?.id))
                    """)
                try await Outbox.task(
                    NewTask(
                        kind: "candidate.transfer_asked", organisationID: receiver,
                        title: "Un prescripteur propose de vous transférer un dossier : acceptez ou refusez",
                        aboutKind: "candidate_transfer", aboutID: transfer.uuid), transaction)
                return try answer(try await row(transfer, transaction))
            }
        } catch {
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    /// What a list of transfers may be narrowed down by.
    public struct TransferFilter: Decodable, Sendable {
        /// Where they stand.
        public var state: TransferState?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every transfer from and to one's own organisation.
        public init() {}
    }

    /// Transfers from and to one's own organisation, the newest first.
    public func transfers(_ filter: TransferFilter, as caller: Caller) async throws -> Rows<CandidateTransfer> {
        let before = try filter.cursor?.key(of: "candidate_transfers", CandidateTransfer.ID.self)
        guard let member = caller.member, member.organisationKind == .prescriber else {
            throw CandidateRefusals.onlyPrescribers()
        }
        let limit = (filter.limit ?? .standard).count + 1
        var more: SQL = ""
        if let before { more = " AND t.id < \(before)" }
        if let state = filter.state { more = "\(more) AND t.state = \(state)" }
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                \(Self.transfers(for: member))
                 WHERE t.id IN ((SELECT t.id FROM candidate_transfer t WHERE t.from_organisation_id = \(member.organisationID)\(more)
                                  ORDER BY t.id DESC LIMIT \(limit))
                                UNION ALL
                                (SELECT t.id FROM candidate_transfer t WHERE t.to_organisation_id = \(member.organisationID)\(more)
                                  ORDER BY t.id DESC LIMIT \(limit)))
                 ORDER BY t.id DESC LIMIT \(limit)
                """, as: CandidateTransfer.self)
        }
    }

    /// One transfer, for either side.
    public func transfer(_ id: CandidateTransfer.ID, as caller: Caller) async throws -> Rows<CandidateTransfer> {
        try await database.transaction(as: caller) { try await row(id, $0) }
    }

    private func row(_ id: CandidateTransfer.ID, _ transaction: Transaction) async throws -> Rows<CandidateTransfer> {
        guard let member = transaction.caller.member else { throw Problem.unauthenticated() }
        let rows = try await transaction.rows(
            """
            \(Self.transfers(for: member))
             WHERE t.id = \(id)
               AND (t.from_organisation_id = \(member.organisationID) OR t.to_organisation_id = \(member.organisationID))
            """, as: CandidateTransfer.self)
        guard !rows.isEmpty else { throw CandidateRefusals.transfer() }
        return rows
    }

    private static func transfers(for member: Caller.Member) -> SQL {
        """
        SELECT t.id, CASE WHEN t.from_organisation_id = \(member.organisationID) OR t.state = 'accepted' THEN t.candidate_id END AS candidate_id,
               jsonb_build_object('code', f.code, 'name', f.name) AS "from",
               jsonb_build_object('code', r.code, 'name', r.name) AS "to", t.reason, t.state, t.asked_at, t.decided_at, t.answer,
               t.version
          FROM candidate_transfer t JOIN organisation f ON f.id = t.from_organisation_id
          JOIN organisation r ON r.id = t.to_organisation_id
        """
    }

    // MARK: - Answering

    private struct CurrentTransfer: Decodable {
        var candidateID: Candidate.ID
        var fromOrganisationID: Identifier<OrganisationTag>
        var toOrganisationID: Identifier<OrganisationTag>
        var state: TransferState
        var version: Int
    }

    /// Moves a transfer as its table allows. Accepted, the file is the receiver's with all that belongs to it.
    public func move<T: Sendable>(
        _ id: CandidateTransfer.ID, _ move: TransferMove, precondition: Precondition, as caller: Caller,
        answer: (Rows<CandidateTransfer>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await transaction.rows(
                    "SELECT \(columns: CurrentTransfer.self) FROM candidate_transfer WHERE id = \(id) FOR UPDATE",
                    as: CurrentTransfer.self
                ).first()
                guard let member = caller.member, let current else { throw CandidateRefusals.transfer() }
                let isSender = current.fromOrganisationID == member.organisationID
                guard isSender || current.toOrganisationID == member.organisationID else {
                    throw CandidateRefusals.transfer()
                }
                guard caller.mayWrite else { throw Problem.forbidden() }
                try await transaction.record(
                    "candidate_transfer.transition", on: "candidate", id: current.candidateID.uuid,
                    details: ["to": .string(move.to.rawValue)])
                if case .stale(let given) = try precondition.compare(with: current.version) {
                    throw CandidateRefusals.stale(given: given, current: current.version, changed: ["state"])
                }
                try transferTransitions.check(
                    from: current.state, to: move.to, by: isSender ? .sender : .receiver, given: move.given,
                    label: \.label)
                if move.to == .accepted { try await takeOver(id, current, referent: move.referentID, transaction) }
                try await transaction.execute(
                    """
                    UPDATE candidate_transfer
                       SET state = \(move.to), answer = \(move.reason), decided_at = \(transaction.now),
                           decided_by = \(member.id), version = version + 1
                     WHERE id = \(id)
                    """)
                if !isSender {
                    try await Outbox.task(
                        NewTask(
                            kind: "candidate.transfer_answered", organisationID: current.fromOrganisationID,
                            title: "Votre demande de transfert d'un dossier a une réponse",
                            aboutKind: "candidate_transfer", aboutID: id.uuid), transaction)
                }
                return try answer(try await row(id, transaction))
            }
        } catch {
            throw Refusal.mapping(error, CandidateRefusals.byConstraint)
        }
    }

    private func takeOver(
        _ id: CandidateTransfer.ID, _ transfer: CurrentTransfer, referent: Member.ID?, _ transaction: Transaction
    ) async throws {
        guard let member = transaction.caller.member else { throw Problem.unauthenticated() }
        struct Allowed: Decodable { var mayPrescribe: Bool, isMember: Bool }
        let allowed = try await transaction.rows(
            """
            SELECT caller_may_prescribe() AS may_prescribe,
                   EXISTS (SELECT FROM member m WHERE m.id = \(referent ?? member.id)
                              AND m.organisation_id = \(member.organisationID) AND m.disabled_at IS NULL) AS is_member
            """, as: Allowed.self
        ).first()
        guard allowed?.mayPrescribe == true else { throw CandidateRefusals.notAuthorised() }
        guard allowed?.isMember == true else {
            throw CandidateRefusals.wrong([
                FieldProblem(
                    "/referent_id", fr: "Un membre actif de votre organisme.",
                    en: "An active member of your organisation.")
            ])
        }
        // Its own file needs no share; those of others go on, and are the new referent's to end.
        try await transaction.execute(
            """
            UPDATE candidate_share SET revoked_at = \(transaction.now)
             WHERE candidate_id = \(transfer.candidateID) AND to_organisation_id = \(member.organisationID) AND revoked_at IS NULL
            """)
        try await transaction.execute("SELECT set_config('pa31.transfer', \(id.fieldText), true)")
        let taken = try await transaction.execute(
            """
            UPDATE candidate
               SET organisation_id = \(member.organisationID), referent_id = \(referent ?? member.id), compared_at = NULL,
                   version = version + 1, updated_at = \(transaction.now)
             WHERE id = \(transfer.candidateID) AND organisation_id = \(transfer.fromOrganisationID)
            """)
        guard taken == 1 else { throw CandidateRefusals.transfer() }
        let handover = CandidateHandover(
            candidate: transfer.candidateID, from: transfer.fromOrganisationID, to: member.organisationID,
            referent: referent ?? member.id)
        for handOver in handingOver { try await handOver(handover, transaction) }
    }
}
