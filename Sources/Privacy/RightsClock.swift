import Accounts
import Fields
import Foundation
public import Messages
import Orientation
import Postgres

/// Carries out erasures whose delay is over, and says so to whom it concerns.
extension RightsStore {
    /// The rules of the clock. A clock that leapt carries nothing out.
    public var clockRules: [ClockRule] {
        let purge = Purge(database)
        return [
            ClockRule("privacy.erasures") { transaction, batch in
                try await purge.paced("erasures", pause: 0, transaction) {
                    try await carryOut(transaction, min(batch, 20))
                }
            },
            ClockRule("privacy.farewells", run: Self.forgetFarewells),
        ]
    }

    private struct Due: Decodable {
        var id: RightsRequest.ID
        var candidateID: Candidate.ID
    }

    /// Erases who asked for it and did not take it back in time.
    func carryOut(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        let due = try await transaction.rows(
            """
            SELECT id, candidate_id FROM rights_request
             WHERE kind = 'erasure' AND state = 'open' AND execute_at <= \(transaction.now)
             ORDER BY execute_at, id LIMIT \(batch) FOR UPDATE SKIP LOCKED
            """, as: Due.self
        ).all()
        for request in due {
            try await transaction.record("rights.erase", on: "candidate", id: request.candidateID.uuid)
            try await erase(request.candidateID, transaction)
            // Of a file that was gone already, nothing closed it.
            try await transaction.execute(
                """
                UPDATE rights_request SET state = 'done', decided_at = \(transaction.now), version = version + 1
                 WHERE id = \(request.id) AND state = 'open'
                """)
        }
        return due.count
    }

    private struct Person: Decodable { var email: String?, organisationID: Organisation.ID }

    private func erase(_ id: Candidate.ID, _ transaction: Transaction) async throws {
        // Whoever answers an orientation of theirs just now is waited for by what follows; nothing new begins.
        let person = try await transaction.rows(
            "SELECT email, organisation_id FROM candidate WHERE id = \(id) FOR UPDATE", as: Person.self
        ).first()
        guard let person else { return }
        for stop in stopping { try await stop(id, .objected, transaction) }
        try await tellRecipients(of: id, transaction)
        try await Erasure.erase([id], cause: .request, at: transaction.now, transaction)
        guard let email = person.email else { return }
        // About nobody any more; it goes as soon as it was sent.
        try await Outbox.post(
            Mail(
                kind: Self.farewell, audience: .candidate, organisationID: person.organisationID, address: email,
                subject: "Votre dossier est effacé",
                paragraphs: [
                    "Votre dossier a été effacé de la Plateforme Autonomie 31, comme vous l'aviez demandé. Les structures qui l'avaient reçu "
                        + "en ont été informées.",
                    "Un autre organisme qui vous accompagne tient son propre dossier : adressez-vous à lui pour celui-là. C'est le dernier "
                        + "message que vous recevez de nous.",
                ]), transaction)
    }

    private static let farewell = "privacy.erased"

    private struct Recipient: Decodable {
        var organisationID: Organisation.ID
        var on: Day
        var target: String?
        var email: String?
    }

    /// Who received the person's data erases its own copies (article 19 of the GDPR): told by day and target, which it knows the person by.
    private func tellRecipients(of id: Candidate.ID, _ transaction: Transaction) async throws {
        let recipients = try await transaction.rows(
            """
            SELECT o.receiver_id AS organisation_id, (o.sent_at AT TIME ZONE 'Europe/Paris')::date AS on,
                   coalesce(n.title, x.title, s.usual_name) AS target,
                   coalesce((SELECT k.email FROM recruitment_contact k
                              WHERE k.structure_id = o.structure_id AND k.state = 'proved' AND k.organisation_id = o.receiver_id),
                            (SELECT k.email FROM session_contact k WHERE k.session_id = o.session_id AND k.state = 'confirmed')) AS email
              FROM orientation o LEFT JOIN need n ON n.id = o.need_id LEFT JOIN structure s ON s.id = o.structure_id
              LEFT JOIN session x ON x.id = o.session_id
             WHERE o.candidate_id = \(id) AND o.sent_at IS NOT NULL
            UNION ALL
            SELECT h.to_organisation_id, h.starts_on, NULL, NULL FROM candidate_share h WHERE h.candidate_id = \(id)
            """, as: Recipient.self
        ).all()
        for recipient in recipients {
            let target = recipient.target.flatMap { Self.isPlain($0) ? " pour « \($0.prefix(60)) »" : nil } ?? ""
            let what =
                recipient.target == nil ? "d'un dossier partagé avec vous depuis le" : "d'une candidature reçue le"
            try await Outbox.task(
                NewTask(
                    kind: "privacy.erase_copies", organisationID: recipient.organisationID,
                    title: "Effacez ce que vous avez gardé \(what) \(Self.written(recipient.on))\(target)"), transaction
            )
            guard let email = recipient.email else { continue }
            try await Outbox.post(
                Mail(
                    kind: "privacy.erase_copies", audience: .recruiter, organisationID: recipient.organisationID,
                    address: email,
                    subject: "Une personne a demandé l'effacement de ses données",
                    paragraphs: [
                        "La personne dont vous aviez reçu la candidature le \(Self.written(recipient.on)) a demandé l'effacement de ses données. La "
                            + "plateforme les a effacées.",
                        "Effacez à votre tour ce que vous en avez gardé : notes, copies, messages.",
                    ]), transaction)
        }
    }

    /// 15/06/2026.
    private static func written(_ day: Day) -> String {
        day.fieldText.split(separator: "-").reversed().joined(separator: "/")
    }

    /// What may stand in a task's title: no address, no link.
    private static func isPlain(_ text: String) -> Bool {
        !text.contains("@") && !text.contains("://") && !text.contains("pa31_")
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    /// The last message of an erased person holds the address until it is sent, and no longer.
    @Sendable private static func forgetFarewells(_ transaction: Transaction, _ batch: Int) async throws -> Int {
        try await transaction.execute(
            """
            DELETE FROM outbox WHERE id = ANY (ARRAY(
                SELECT id FROM outbox WHERE kind = 'privacy.erased' AND state <> 'waiting' ORDER BY id LIMIT \(batch)))
            """)
    }
}
