public import Accounts
import Contract
import Messages
public import Fields
public import Postgres

/// Where a session's orientations go (`security.md` §3): its organiser gives the address, the team confirms it.
extension SessionStore {
    /// The organiser gives an address: it counts once the team confirms it, and until then the one before goes on.
    public func giveContact<T: Sendable>(
        _ id: PublicSession.ID, _ new: NewSessionContact, as caller: Caller,
        answer: (Rows<GivenSessionContact>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(id, locked: true, transaction)
                guard current.actor(caller) == .organiser else { throw RecruitmentRefusals.notYourSession() }
                let contact = transaction.newID(SessionContact.ID.self)
                try await transaction.record(
                    "session_contact.give", on: "session_contact", id: contact.uuid,
                    details: ["session": .string(id.fieldText)])
                guard current.state != .cancelled, current.state != .held else {
                    throw RecruitmentRefusals.over(current.state)
                }
                let same = try await transaction.rows(
                    """
                    SELECT count(*) AS value FROM session_contact c
                     WHERE c.session_id = \(id) AND c.state = 'confirmed' AND lower(c.email) = lower(\(new.email))
                    """, as: Value<Int>.self
                ).first()
                guard same?.value == 0 else { throw RecruitmentRefusals.contactConflict() }
                try await Self.endContacts(of: id, in: "pending", transaction)
                try await transaction.execute(
                    """
                    INSERT INTO session_contact (id, session_id, organisation_id, email, asked_at, asked_by)
                    VALUES (\(contact), \(id), \(current.organisationID), \(new.email), \(transaction.now), \(caller.member?.id))
                    """)
                return try answer(try await Self.given(contact, transaction))
            }
        } catch {
            throw Refusal.mapping(error, RecruitmentRefusals.byConstraint)
        }
    }

    /// The team confirms the address that waits; the one before ends.
    public func confirmContact<T: Sendable>(
        _ id: PublicSession.ID, as caller: Caller, answer: (Rows<GivenSessionContact>) throws -> T = { $0 }
    ) async throws -> T {
        try await database.transaction(as: caller) { transaction in
            _ = try await current(id, locked: true, transaction)
            guard caller.isTeamEditor else {
                throw Problem.forbidden(
                    fr: "L'équipe de la plateforme confirme l'adresse d'une session.",
                    en: "The platform's team confirms a session's address.")
            }
            let waiting = try await transaction.rows(
                "SELECT id AS value FROM session_contact WHERE session_id = \(id) AND state = 'pending'",
                as: Value<SessionContact.ID>.self
            ).first()
            try await transaction.record("session_contact.confirm", on: "session_contact", id: waiting?.value.uuid)
            guard let waiting else { throw RecruitmentRefusals.noSessionContact() }
            try await endConfirmed(of: id, transaction)
            try await transaction.execute(
                """
                UPDATE session_contact
                   SET state = 'confirmed', confirmed_at = \(transaction.now), confirmed_by = \(caller.member?.id)
                 WHERE id = \(waiting.value)
                """)
            return try answer(try await Self.given(waiting.value, transaction))
        }
    }

    private struct Former: Decodable {
        var organisationID: Organisation.ID
        var email: String
    }

    /// Ends the address that was confirmed, and tells its owner that another took its place.
    private func endConfirmed(of id: PublicSession.ID, _ transaction: Transaction) async throws {
        let former = try await transaction.rows(
            """
            UPDATE session_contact SET state = 'ended', ended_at = \(transaction.now)
             WHERE session_id = \(id) AND state = 'confirmed' RETURNING \(columns: Former.self)
            """, as: Former.self
        ).first()
        guard let former else { return }
        try await Outbox.post(
            Mail(
                kind: "session_contact.replaced", audience: .organisation, organisationID: former.organisationID,
                address: former.email, subject: "L'adresse de contact d'une session a changé",
                paragraphs: [
                    "Cette adresse ne reçoit plus les orientations vers une session de votre organisme : une autre, "
                        + "confirmée par l'équipe de la plateforme, a pris sa place.",
                    "Si ce changement vous surprend, prévenez l'équipe de la plateforme.",
                ],
                link: Mail.Link(label: "Voir la session", path: "/v1/sessions/\(id)"), aboutKind: "session",
                aboutID: id.uuid), transaction)
    }

    private static func endContacts(
        of id: PublicSession.ID, in state: String, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE session_contact SET state = 'ended', ended_at = \(transaction.now)
             WHERE session_id = \(id) AND state = \(state)
            """)
    }

    private static func given(
        _ id: SessionContact.ID, _ transaction: Transaction
    ) async throws -> Rows<GivenSessionContact> {
        try await transaction.rows(
            """
            SELECT c.id, c.session_id AS session, c.state, c.asked_at, c.confirmed_at FROM session_contact c WHERE c.id = \(id)
            """, as: GivenSessionContact.self)
    }

    /// What waits for a caller in recruitment: for the team, addresses of sessions to confirm; for an employer, needs whose
    /// period ends soon.
    public func waiting(for caller: Caller, on day: Day) async throws -> Rows<WaitingItem> {
        let statement: SQL =
            caller.isTeam
            ? """
            SELECT 'session_contact' AS kind, e.id::text AS code, e.title, (c.asked_at AT TIME ZONE 'Europe/Paris')::date AS day,
                   o.name AS detail
              FROM session_contact c JOIN session e ON e.id = c.session_id JOIN organisation o ON o.id = c.organisation_id
             WHERE c.state = 'pending' AND e.state NOT IN ('cancelled', 'held')
            """
            : """
            SELECT 'need_ending' AS kind, n.id::text AS code, n.title, n.expires_on AS day, s.usual_name AS detail
              FROM need n JOIN structure s ON s.id = n.structure_id
             WHERE n.organisation_id = \(caller.member?.organisationID) AND n.state IN ('open', 'paused')
               AND n.expires_on <= \(day)::date + (SELECT service_rule('need_warning_days'))
            """
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                "SELECT \(columns: WaitingItem.self) FROM (\(statement)) AS item ORDER BY day, code, kind LIMIT 200",
                as: WaitingItem.self)
        }
    }
}
