import Accounts
import Contract
import Crypto
import Fields
public import Foundation
public import Postgres

/// Where mails wait to be sent. What is posted in a transaction that rolls back was never posted.
public enum Outbox {
    /// How long reminders wait for others to the same address, in seconds: one pass of the clock writes them all.
    static let gatheringSeconds = 600

    /// Writes a mail into the transaction. Without an address it becomes a task: for the organisation that follows the person, with
    /// the text to print; for the team, without, when a recruiter can't be reached.
    public static func post(_ mail: Mail, _ transaction: Transaction) async throws {
        try check(mail)
        guard mail.address != nil || mail.memberID != nil else { return try await post(asTask: mail, transaction) }
        let firstTry = mail.isReminder ? transaction.now.adding(seconds: gatheringSeconds) : transaction.now
        let hash: SQL = mail.address.map { "\(bytes: addressHash($0))::bytea" } ?? "NULL"
        transaction.queue(
            """
            INSERT INTO outbox (id, kind, audience, organisation_id, address, member_id, address_hash, subject, body_text,
                                link_label, link_path, link_secret, attachment, about_kind, about_id, candidate_id,
                                is_reminder, next_try_at, created_at)
            VALUES (\(transaction.newID(Identifier<Mail>.self)), \(mail.kind), \(mail.audience), \(mail.organisationID),
                    \(mail.address), \(mail.address == nil ? mail.memberID : nil), \(hash), \(mail.subject),
                    \(mail.paragraphs.joined(separator: "\n\n")), \(mail.link?.label), \(mail.link?.path),
                    \(mail.link?.secret), \(mail.attachment), \(mail.aboutKind), \(mail.aboutID.map(Identifier<Never>.init)),
                    \(mail.candidateID.map(Identifier<Never>.init)), \(mail.isReminder), \(firstTry), \(transaction.now))
            """)
    }

    /// Writes a task into the transaction. One like it that is still open, about the same thing and without a text, is enough.
    public static func task(_ task: NewTask, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            INSERT INTO task (id, organisation_id, kind, title, about_kind, about_id, candidate_id, text, created_at)
            VALUES (\(transaction.newID(TaskLine.ID.self)), \(task.organisationID), \(task.kind), \(task.title),
                    \(task.aboutKind), \(task.aboutID.map(Identifier<Never>.init)),
                    \(task.candidateID.map(Identifier<Never>.init)), \(task.text), \(transaction.now))
            ON CONFLICT DO NOTHING
            """)
    }

    /// Takes back what waits about some things and was not tried yet, in a transaction of the system or of the team: reminders of
    /// what was answered meanwhile, a link that was replaced.
    public static func drop(
        aboutKind: String, _ ids: [UUID], onlyReminders: Bool = true, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            UPDATE outbox SET state = 'dropped', body_text = NULL, link_secret = NULL, attachment = NULL
             WHERE about_kind = \(aboutKind) AND about_id = ANY (\(list: ids.map(Identifier<Never>.init))::uuid[])
               AND state = 'waiting' AND attempts = 0 AND gathered_into IS NULL AND (is_reminder OR NOT \(onlyReminders))
            """)
    }

    /// What an address is known by where it must not be read: SHA-256 of it in lower case.
    static func addressHash(_ address: String) -> [UInt8] {
        Array(SHA256.hash(data: Array(address.lowercased().utf8)))
    }

    // MARK: - What can't be sent

    /// A mail's head is lines: whatever could begin another is refused, not repaired.
    private static func check(_ mail: Mail) throws(Refusal) {
        for line in [mail.subject, mail.link?.label].compactMap(\.self) {
            guard isLine(line), line.unicodeScalars.count <= 200 else { throw MessageRefusals.wrongSubject() }
        }
        if let address = mail.address {
            guard isLine(address), !address.hasPrefix("-"), !address.contains(where: \.isWhitespace),
                !address.contains(where: { "<>\"(),;:\\".contains($0) }), (try? EmailAddress(fieldText: address)) != nil
            else { throw MessageRefusals.wrongAddress() }
        }
        if let calendar = mail.attachment, !calendar.hasPrefix("BEGIN:VCALENDAR\r\n") {
            throw MessageRefusals.wrongAttachment()
        }
    }

    /// Whether a text is one line for everybody who may read it: no control, no separator of lines.
    static func isLine(_ text: String) -> Bool {
        !text.isEmpty
            && !text.unicodeScalars.contains { scalar in
                switch scalar.properties.generalCategory {
                case .control, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            }
    }

    // MARK: - Without an address

    private static func post(asTask mail: Mail, _ transaction: Transaction) async throws {
        guard let organisation = mail.organisationID, mail.audience != .recruiter, mail.audience != .team else {
            let new = NewTask(
                kind: "mail.no_address", organisationID: nil, title: "Personne à qui écrire : une adresse manque",
                aboutKind: mail.aboutKind, aboutID: mail.aboutID)
            return try await task(new, transaction)
        }
        let new = NewTask(
            kind: "mail.print", organisationID: organisation, title: "Texte à imprimer et à remettre, faute d'adresse",
            aboutKind: mail.aboutKind, aboutID: mail.aboutID, candidateID: mail.candidateID,
            text: MailText.printable(mail))
        try await task(new, transaction)
    }
}
