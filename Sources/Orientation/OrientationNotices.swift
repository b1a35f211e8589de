import Accounts
import Contract
import Fields
import Messages
import Postgres

/// What is said to whom when an orientation moves: in the move's own transaction, as the system, which alone reads the addresses. No
/// surname, diploma or reason in any of it (`security.md` §4).
enum OrientationNotices {
    /// Whom an orientation concerns, and how they are reached.
    struct Parties: Decodable {
        var organisationID: Organisation.ID
        var prescriberID: Member.ID?
        var receiverID: Organisation.ID?
        var candidateEmail: String?
        var contactEmail: String?
        var host: String
        var wasSent: Bool
        var appointmentAt: Instant?
        var place: String?
    }

    static func parties(of id: Orientation.ID, _ transaction: Transaction) async throws -> Parties? {
        try await transaction.rows(
            """
            SELECT o.organisation_id, o.prescriber_id, o.receiver_id, c.email AS candidate_email,
                   coalesce((SELECT k.email FROM recruitment_contact k
                              WHERE k.structure_id = o.structure_id AND k.state = 'proved' AND k.organisation_id = o.receiver_id),
                            (SELECT k.email FROM session_contact k WHERE k.session_id = o.session_id AND k.state = 'confirmed'))
                       AS contact_email,
                   coalesce(s.usual_name, h.name) AS host, o.sent_at IS NOT NULL AS was_sent, o.appointment_at,
                   (SELECT w.text FROM orientation_text w WHERE w.orientation_id = o.id AND w.kind = 'place'
                     ORDER BY w.id DESC LIMIT 1) AS place
              FROM orientation o JOIN candidate c ON c.id = o.candidate_id LEFT JOIN structure s ON s.id = o.structure_id
              LEFT JOIN session x ON x.id = o.session_id LEFT JOIN organisation h ON h.id = x.organisation_id
             WHERE o.id = \(id)
            """, as: Parties.self
        ).first()
    }

    /// Who hears of a move.
    private enum Party { case candidate, prescriber, recruiter }

    /// Tells who has to hear of a move.
    static func tell(
        _ orientation: OrientationStore.Current, _ move: OrientationMove, by actor: OrientationActor,
        _ transaction: Transaction
    ) async throws {
        let told = audience(orientation.state, move.to, actor)
        guard !told.isEmpty, let parties = try await parties(of: orientation.id, transaction), parties.wasSent else {
            return
        }
        for party in told {
            let words = words(for: party, orientation.state, move.to, parties)
            try await post(words, to: party, orientation, parties, at: move.to, transaction)
        }
    }

    private static func audience(
        _ from: OrientationState, _ to: OrientationState, _ actor: OrientationActor
    ) -> [Party] {
        let other: Party = actor.isReceiver ? .prescriber : .recruiter
        switch to {
        case .sent: return from == .obsolete ? [.recruiter] : [.recruiter, .candidate]
        case .appointment: return from == .obsolete ? [.recruiter] : [.candidate, .prescriber, .recruiter]
        case .priorAction, .pool, .accepted, .hired:
            return from == .obsolete ? [.recruiter] : [.candidate, other]
        case .inTraining, .completed: return [.recruiter]
        case .refused: return actor.isReceiver ? [.candidate, .prescriber] : [.candidate, .prescriber, .recruiter]
        case .withdrawn: return actor == .candidate ? [.recruiter, .prescriber, .candidate] : [.recruiter, .candidate]
        case .expired: return [.candidate, .prescriber, .recruiter]
        case .obsolete: return [.recruiter]
        case .draft, .underReview: return from == .obsolete ? [.recruiter] : []
        }
    }

    private struct Words {
        var kind: String
        var subject: String
        var paragraphs: [String]
    }

    private static func words(
        for party: Party, _ from: OrientationState, _ to: OrientationState, _ parties: Parties
    ) -> Words {
        let host = parties.host
        func words(_ kind: String, _ subject: String, _ paragraphs: String...) -> Words {
            Words(kind: "orientation.\(kind)", subject: subject, paragraphs: paragraphs)
        }
        if from == .obsolete, !to.isFinal {
            return words(
                "restored", "Une personne est de nouveau disponible",
                "Une personne qui n'était plus disponible l'est de nouveau. Son orientation a repris là où elle en était."
            )
        }
        switch (to, party) {
        case (.sent, .recruiter):
            return words(
                "sent", "Une candidature vous est orientée",
                "Un prescripteur vous propose une personne pour \(host).",
                "Vous pouvez répondre par le lien ci-dessous : prendre connaissance, proposer un entretien, accepter ou refuser. "
                    + "Chaque personne attend une réponse.")
        case (.sent, _):
            return words(
                "sent_candidate", "Votre candidature est partie",
                "Votre candidature a été transmise à \(host). Vous saurez ce qu'il en est, dans tous les cas.",
                "Le lien ci-dessous montre où en sont vos candidatures, et permet d'en retirer une.")
        case (.appointment, _):
            return words(
                "appointment", "Un entretien est fixé",
                "Un entretien est fixé avec \(host)\(parties.appointmentAt.map { ", le \($0.parisMinute)" } ?? ""). "
                    + "Le rendez-vous est joint à ce message.")
        case (.priorAction, _):
            return words(
                "prior_action", "Une étape avant l'embauche", "Une étape avant l'embauche est prévue avec \(host).")
        case (.pool, _):
            return words(
                "pool", "Une candidature gardée pour plus tard",
                "\(host) garde cette candidature pour un prochain besoin.")
        case (.accepted, _) where from == .hired || from == .inTraining:
            return words(
                "fell_through", "Une embauche n'a pas abouti",
                "Ce qui était prévu avec \(host) n'a pas abouti. La suite est à convenir.")
        case (.accepted, _):
            return words(
                "accepted", "Une candidature est acceptée", "\(host) accepte la candidature. La suite se prépare.")
        case (.hired, _):
            return words("hired", "Une embauche", "Une embauche est enregistrée avec \(host).")
        case (.inTraining, _), (.completed, _):
            return words(
                "training", "Une formation", "La personne orientée vers \(host) suit ou termine une formation.")
        case (.refused, .recruiter), (.obsolete, _), (.withdrawn, .recruiter):
            return words(
                "closed", "Une orientation est close",
                "Une orientation vers \(host) est close : la personne n'est plus disponible, ou la place n'existe plus. "
                    + "Il n'y a rien à faire.")
        case (.refused, _):
            return words(
                "closed", "Une réponse à une candidature",
                "\(host) a répondu, ou ne recrute plus : cette candidature est close. D'autres restent possibles.")
        case (.expired, .recruiter):
            return words(
                "closed", "Une orientation a expiré",
                "Une orientation vers \(host) n'a pas eu de suite dans les temps : elle est close. Une réponse reste possible "
                    + "pendant 90 jours, par le lien ci-dessous.")
        case (.expired, _):
            return words(
                "closed", "Une candidature sans suite",
                "\(host) n'a pas donné suite dans les temps : cette candidature est close. D'autres restent possibles.")
        default:
            return words(
                "closed", "Une candidature est retirée", "La candidature auprès de \(host) est retirée, comme demandé.")
        }
    }

    // MARK: - Posting

    private static func post(
        _ words: Words, to party: Party, _ orientation: OrientationStore.Current, _ parties: Parties,
        at state: OrientationState, _ transaction: Transaction
    ) async throws {
        var mail = Mail(
            kind: words.kind, audience: .recruiter, subject: words.subject, paragraphs: words.paragraphs,
            aboutKind: "orientation", aboutID: orientation.id.uuid)
        if state == .appointment, let at = parties.appointmentAt {
            mail.attachment = ICalendar.appointment(
                uid: "\(orientation.id.fieldText)@pa31", at: at, stamp: transaction.now,
                summary: "Entretien : \(parties.host)",
                location: parties.place)
        }
        switch party {
        case .recruiter:
            mail.organisationID = parties.receiverID
            mail.address = parties.contactEmail
            if !state.isFinal || state == .expired {
                mail.link = try await OrientationLinks.forRecruiter(of: orientation.id, transaction)
            }
        case .candidate:
            mail.audience = .candidate
            mail.organisationID = parties.organisationID
            mail.address = parties.candidateEmail
            mail.candidateID = orientation.candidateID.uuid
            mail.link = try await OrientationLinks.forCandidate(orientation.candidateID, transaction)
        case .prescriber:
            mail.audience = .prescriber
            mail.organisationID = parties.organisationID
            mail.memberID = parties.prescriberID
            mail.candidateID = orientation.candidateID.uuid
            mail.paragraphs.append("Orientation \(orientation.id.fieldText)")
        }
        try await Outbox.post(mail, transaction)
    }

    /// A fresh link for who received an orientation that may still be answered.
    static func renew(_ id: Orientation.ID, _ transaction: Transaction) async throws {
        let orientation = try await transaction.rows(
            """
            SELECT \(columns: OrientationStore.Current.self, of: "o") FROM orientation o
             WHERE o.id = \(id) AND (o.due_on IS NOT NULL OR (o.state = 'expired'
                   AND o.closed_at > \(transaction.now)::timestamptz - make_interval(days => service_rule('expired_accept_days'))))
            """, as: OrientationStore.Current.self
        ).first()
        guard let orientation, let parties = try await parties(of: id, transaction), parties.contactEmail != nil else {
            return
        }
        let words = Words(
            kind: "orientation.link", subject: "Votre nouveau lien",
            paragraphs: ["Voici le lien demandé, pour \(parties.host)."])
        try await post(words, to: .recruiter, orientation, parties, at: orientation.state, transaction)
    }

    /// A fresh link for a person with an address, if there is something to see.
    static func renew(_ candidate: Candidate.ID, _ transaction: Transaction) async throws {
        struct Found: Decodable { var email: String, organisationID: Organisation.ID }
        let found = try await transaction.rows(
            """
            SELECT c.email, c.organisation_id FROM candidate c
             WHERE c.id = \(candidate) AND c.email IS NOT NULL
               AND EXISTS (SELECT FROM orientation p
                            WHERE p.candidate_id = c.id AND p.sent_at IS NOT NULL
                              AND (p.due_on IS NOT NULL OR p.state = 'hired' OR p.closed_at
                                   > \(transaction.now)::timestamptz - make_interval(days => service_rule('candidate_link_days'))))
            """, as: Found.self
        ).first()
        guard let found else { return }
        var mail = Mail(
            kind: "orientation.link", audience: .candidate, organisationID: found.organisationID, address: found.email,
            subject: "Votre nouveau lien", paragraphs: ["Voici le lien demandé."], aboutKind: "candidate",
            aboutID: candidate.uuid, candidateID: candidate.uuid)
        mail.link = try await OrientationLinks.forCandidate(candidate, transaction)
        try await Outbox.post(mail, transaction)
    }

    /// Tells the other side that there is a message to read.
    static func tellOfMessage(
        _ orientation: OrientationStore.Current, from actor: OrientationActor, _ transaction: Transaction
    ) async throws {
        guard let parties = try await parties(of: orientation.id, transaction) else { return }
        let words = Words(
            kind: "orientation.message", subject: "Un message sur une orientation",
            paragraphs: ["Un message vous attend, sur une orientation vers \(parties.host)."])
        try await post(
            words, to: actor.isReceiver ? .prescriber : .recruiter, orientation, parties, at: orientation.state,
            transaction)
    }

    /// Reminds who received an orientation that somebody waits.
    static func remind(
        _ orientation: OrientationStore.Current, isLast: Bool, _ transaction: Transaction
    ) async throws {
        guard let parties = try await parties(of: orientation.id, transaction) else { return }
        var mail = Mail(
            kind: "orientation.reminder", audience: .recruiter, organisationID: parties.receiverID,
            address: parties.contactEmail,
            subject: isLast
                ? "Dernier rappel : une personne attend votre réponse" : "Une personne attend votre réponse",
            paragraphs: [
                "Une personne vous a été orientée pour \(parties.host) et attend une réponse.",
                isLast
                    ? "Sans réponse dans les temps, l'orientation se clôt et chacun en est informé."
                    : "Le lien ci-dessous permet de répondre en une minute.",
            ], aboutKind: "orientation", aboutID: orientation.id.uuid, isReminder: true)
        mail.link = try await OrientationLinks.forRecruiter(of: orientation.id, transaction)
        try await Outbox.post(mail, transaction)
    }

    /// Asks who follows a person about something that is due.
    static func ask(
        _ orientation: OrientationStore.Current, kind: String, title: String, _ transaction: Transaction
    ) async throws {
        try await Outbox.task(
            NewTask(
                kind: kind, organisationID: orientation.organisationID, title: title, aboutKind: "orientation",
                aboutID: orientation.id.uuid, candidateID: orientation.candidateID.uuid), transaction)
    }
}

/// Links of orientations: made by the system for whom it writes to, kept as hashes.
enum OrientationLinks {
    /// A fresh link for who received an orientation.
    static func forRecruiter(of id: Orientation.ID, _ transaction: Transaction) async throws -> Mail.Link {
        let secret = TokenSecret.random(.answer)
        try await insert(
            orientation: id, candidate: nil, secret, lasting: "service_rule('link_days') * interval '1 day'",
            transaction)
        return Mail.Link(label: "Répondre", path: "/v1/answers/", secret: secret.text)
    }

    /// A fresh link for a person: it ends some days after the last of what it shows (`orientation_of_link`).
    static func forCandidate(_ id: Candidate.ID, _ transaction: Transaction) async throws -> Mail.Link {
        let secret = TokenSecret.random(.my)
        try await insert(orientation: nil, candidate: id, secret, lasting: "interval '13 months'", transaction)
        return Mail.Link(label: "Voir où en sont mes candidatures", path: "/v1/my/", secret: secret.text)
    }

    private static func insert(
        orientation: Orientation.ID?, candidate: Candidate.ID?, _ secret: TokenSecret, lasting: SQL,
        _ transaction: Transaction
    ) async throws {
        transaction.queue(
            """
            INSERT INTO orientation_link (id, orientation_id, candidate_id, secret_hash, made_at, expires_at)
            VALUES (\(transaction.newID(Identifier<Never>.self)), \(orientation), \(candidate), \(bytes: secret.hash)::bytea,
                    \(transaction.now), \(transaction.now)::timestamptz + \(lasting))
            """)
    }
}
