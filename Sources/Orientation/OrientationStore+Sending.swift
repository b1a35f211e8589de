import Accounts
import Contract
import Directory
public import Fields
import Foundation
import Messages
public import Postgres
import Recruitment

/// Writing and sending orientations.
extension OrientationStore {
    /// What an operation gives back: the orientation, and the moves that the caller may make now.
    public struct Changed: Sendable {
        /// The orientation.
        public var row: Rows<Orientation>
        /// The moves that the caller may make now.
        public var moves: JSON
    }

    private struct Target: Decodable {
        var structureID: PublicStructure.ID?
        var receiverID: Identifier<OrganisationTag>?
        var isOpen: Bool
        var hasContact: Bool
    }

    /// Writes an orientation, and sends it if asked to.
    public func create<T: Sendable>(
        _ new: NewOrientation, as caller: Caller, answer: (Changed) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                guard let member = caller.member, member.organisationKind == .prescriber, caller.mayWrite else {
                    throw OrientationRefusals.notYours()
                }
                let file = try await candidates.current(new.candidateID, transaction)
                guard file.access == .own || file.access == .followUp else { throw CandidateRefusals.readOnly() }
                let id = transaction.newID(Orientation.ID.self)
                try await transaction.record("orientation.create", on: "orientation", id: id.uuid)
                let (kind, structure) = try await target(of: new, transaction)
                try await transaction.execute(
                    """
                    INSERT INTO orientation (id, candidate_id, organisation_id, prescriber_id, target_kind, need_id, structure_id,
                                             session_id, created_at, updated_at)
                    VALUES (\(id), \(new.candidateID), \(member.organisationID), \(member.id), \(kind), \(new.needID),
                            \(structure), \(new.sessionID), \(transaction.now), \(transaction.now))
                    """)
                try await event(of: id, kind: "created", from: nil, to: .draft, by: .prescriber, transaction)
                var move = OrientationMove(to: .sent)
                move.message = new.message
                try move.check(on: transaction.today, now: transaction.now)
                if new.send == true {
                    try await apply(
                        move, to: try await current(id, locked: true, transaction), by: .prescriber, transaction)
                } else if new.message != nil {
                    try await write(move.texts, of: id, transaction)
                }
                return try answer(try await shown(try await current(id, locked: false, transaction), transaction))
            }
        } catch {
            try await tellTeam(error, about: new.needID.map { ("need", $0.uuid) })
            throw Refusal.mapping(error, OrientationRefusals.byConstraint)
        }
    }

    /// What a new orientation is for, by its kind, with the structure that it goes to. What one may not know of is no target.
    private func target(
        of new: NewOrientation, _ transaction: Transaction
    ) async throws -> (TargetKind, PublicStructure.ID?) {
        let given = [new.needID != nil, new.structure != nil, new.sessionID != nil].filter(\.self).count
        guard given == 1 else {
            throw OrientationRefusals.wrong([
                FieldProblem(
                    "/need_id", fr: "Une cible, et une seule : need_id, structure ou session_id.",
                    en: "One target, and one only: need_id, structure or session_id.")
            ])
        }
        struct Found: Decodable { var structureID: PublicStructure.ID? }
        let (kind, name, statement): (TargetKind, String, SQL) =
            if let need = new.needID {
                (.need, "need_id", "SELECT structure_id FROM need WHERE id = \(need) AND state <> 'draft'")
            } else if let session = new.sessionID {
                (
                    .session, "session_id",
                    "SELECT NULL::uuid AS structure_id FROM session WHERE id = \(session) AND state <> 'draft'"
                )
            } else if case .finess(let number)? = new.structure {
                (
                    .structure, "structure",
                    "SELECT id AS structure_id FROM structure WHERE finess = \(number) AND status = 'open'"
                )
            } else if case .id(let id)? = new.structure {
                (
                    .structure, "structure",
                    "SELECT id AS structure_id FROM structure WHERE id = \(id) AND status = 'open'"
                )
            } else {
                (.structure, "structure", "SELECT NULL::uuid AS structure_id WHERE false")
            }
        guard let found = try await transaction.rows(statement, as: Found.self).first() else {
            throw OrientationRefusals.wrong([
                FieldProblem("/\(name)", fr: "Aucune cible de cet identifiant.", en: "No target of this id.")
            ])
        }
        return (kind, found.structureID)
    }

    /// Everything that sending asks for, looked at again in the transaction that sends; the first that fails is the refusal.
    func notSendable(_ current: Current, _ transaction: Transaction) async throws -> Refusal? {
        let known = try? await candidates.current(current.candidateID, transaction)
        // Withdrawn shares don't send, nor does who only reads.
        guard let known, known.access == .own || known.access == .followUp else { return CandidateRefusals.readOnly() }
        // From here on nobody objects or takes an agreement back meanwhile.
        let file = try await candidates.locked(known, transaction)
        guard file.objectedAt == nil else { return OrientationRefusals.objected() }
        struct May: Decodable { var mayPrescribe: Bool, hasAgreed: Bool }
        let may = try await transaction.rows(
            """
            SELECT caller_may_prescribe() AS may_prescribe, EXISTS (\(CandidateStore.agreement("orientation"))) AS has_agreed
              FROM candidate c WHERE c.id = \(current.candidateID)
            """, as: May.self
        ).first()
        guard may?.mayPrescribe == true else { return CandidateRefusals.notAuthorised() }
        guard may?.hasAgreed == true else { return CandidateRefusals.noAgreement() }
        let target = try await sendingTarget(current, transaction)
        guard let target, target.isOpen else { return OrientationRefusals.targetNotOpen() }
        return target.hasContact && target.receiverID != nil ? nil : OrientationRefusals.noContact()
    }

    /// Where an orientation goes now: to the employer that looks after the structure, or the session's organiser.
    func receiver(of current: Current, _ transaction: Transaction) async throws -> Identifier<OrganisationTag>? {
        try await sendingTarget(current, transaction)?.receiverID
    }

    private func sendingTarget(_ current: Current, _ transaction: Transaction) async throws -> Target? {
        // The address itself is not the prescriber's to read.
        try await transaction.asSystem {
            try await transaction.rows(
                current.targetKind == .session
                    ? """
                    SELECT NULL::uuid AS structure_id, x.organisation_id AS receiver_id, x.state = 'open' AS is_open,
                           EXISTS (SELECT FROM session_contact k WHERE k.session_id = x.id AND k.state = 'confirmed') AS has_contact
                      FROM session x WHERE x.id = \(current.sessionID) FOR SHARE
                    """
                    : """
                    SELECT s.id AS structure_id, s.organisation_id AS receiver_id,
                           coalesce(s.status = 'open' AND (o.need_id IS NULL
                               OR (n.state = 'open' AND n.organisation_id = s.organisation_id)), false) AS is_open,
                           EXISTS (SELECT FROM recruitment_contact k WHERE k.structure_id = s.id AND k.state = 'proved'
                                      AND k.organisation_id = s.organisation_id) AS has_contact
                      FROM orientation o JOIN structure s ON s.id = o.structure_id LEFT JOIN need n ON n.id = o.need_id
                     WHERE o.id = \(current.id)
                    """, as: Target.self
            ).first()
        }
    }

    /// A structure that nobody can write to is the team's to look after; the refusal took everything else back.
    func tellTeam(_ error: any Error, about: (kind: String, id: UUID)?) async throws {
        guard let refusal = error as? Refusal, refusal.problem == OrientationRefusals.noContact else { return }
        try await database.transaction(as: .system(requestID: "orientation")) { transaction in
            try await transaction.record("task.create", on: "task")
            try await Outbox.task(
                NewTask(
                    kind: "orientation.no_contact", organisationID: nil,
                    title: "Une structure n'a pas d'adresse de recrutement prouvée : une orientation n'a pas pu partir",
                    aboutKind: about?.kind, aboutID: about?.id), transaction)
        }
    }

    // MARK: - Texts and events

    func write(
        _ texts: [(kind: String, text: String)], of id: Orientation.ID, _ transaction: Transaction
    ) async throws {
        for (kind, text) in texts {
            try await transaction.execute(
                """
                INSERT INTO orientation_text (id, orientation_id, kind, text, organisation_id, written_by, at)
                VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(kind), \(text),
                        \(transaction.caller.member?.organisationID), \(transaction.caller.member?.id), \(transaction.now))
                """)
        }
    }

    func event(
        of id: Orientation.ID, kind: String, from: OrientationState?, to: OrientationState?, by actor: OrientationActor,
        reason: String? = nil, _ transaction: Transaction
    ) async throws {
        // What follows for others from somebody's change is the system's: whose change it was is not theirs to know.
        let isMembers = actor == .prescriber || actor == .recruiter
        let member = isMembers ? transaction.caller.member : nil
        transaction.queue(
            """
            INSERT INTO orientation_event (id, orientation_id, at, kind, from_state, to_state, actor, organisation_id, member_id, reason)
            VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(transaction.now), \(kind), \(from), \(to), \(actor),
                    \(member?.organisationID), \(member?.id), \(reason))
            """)
    }
}
