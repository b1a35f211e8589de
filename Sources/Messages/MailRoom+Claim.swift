import Accounts
import Contract
import Fields
import Foundation
import Postgres

extension MailRoom {
    /// A mail in hand.
    struct Parcel: Sendable {
        var id: Identifier<Mail>
        var kind: String
        /// Which try it is, from 1.
        var attempt: Int
        var message: MimeMessage
    }

    /// What a look into the outbox gave.
    enum Claimed: Sendable {
        case nothing
        /// Something was put aside; look again.
        case again
        case parcel(Parcel)
    }

    private struct Due: Decodable {
        var id: Identifier<Mail>
        var kind: String
        var audience: Mail.Audience
        var address: String?
        var memberID: Member.ID?
        var isReminder: Bool
        var attempts: Int
        var messageID: String?
        var optOutSecret: String?
    }

    private struct Content: Decodable {
        var subject: String
        var bodyText: String
        var linkLabel: String?
        var linkPath: String?
        var linkSecret: String?
        var attachment: String?
    }

    /// Takes the next mail that is due, which is committed before anything is sent: until its next try nobody else takes it.
    func claim() async throws -> Claimed {
        try await database.transaction(as: .system(requestID: "mail-room")) { transaction in
            let due = try await transaction.rows(
                """
                SELECT \(columns: Due.self) FROM outbox
                 WHERE state = 'waiting' AND gathered_into IS NULL AND next_try_at <= \(transaction.now)
                   AND (NOT is_reminder OR attempts > 0)
                 ORDER BY next_try_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
                """, as: Due.self
            ).first()
            if let due { return try await take(due, transaction) }
            return try await claimReminders(transaction)
        }
    }

    private func take(_ due: Due, _ transaction: Transaction) async throws -> Claimed {
        guard let address = try await Self.address(of: due, transaction) else {
            try await Self.fail(due.id, "no_address", transaction)
            return .again
        }
        // Killed while it was sent for the last time.
        guard due.attempts < Self.mostTries else {
            try await Self.fail(due.id, "interrupted", transaction)
            return .again
        }
        let attempt = due.attempts + 1
        let domain = settings.sender.split(separator: "@").last.map(String.init) ?? "localhost"
        let messageID = due.messageID ?? "\(due.id)@\(domain)"
        let secret =
            due.isReminder
            ? due.optOutSecret.flatMap { TokenSecret($0, .reminder) } ?? TokenSecret.random(.reminder) : nil
        let hash: SQL = secret.map { "\(bytes: $0.hash)::bytea" } ?? "NULL"
        try await transaction.execute(
            """
            UPDATE outbox
               SET attempts = \(attempt), claimed_at = \(transaction.now), message_id = \(messageID),
                   next_try_at = \(transaction.now.adding(seconds: Self.waits[min(attempt, Self.waits.count) - 1])),
                   address_hash = \(bytes: Outbox.addressHash(address))::bytea,
                   opt_out_secret = \(secret?.text), opt_out_hash = \(hash)
             WHERE id = \(due.id)
            """)
        let contents = try await transaction.rows(
            """
            SELECT \(columns: Content.self) FROM outbox
             WHERE id = \(due.id) OR (gathered_into = \(due.id) AND state = 'waiting') ORDER BY id
            """, as: Content.self
        ).all()
        let text = MailText(
            audience: due.audience, parts: contents.map(part),
            optOut: secret.map { "\(settings.publicURL)/v1/reminder-links/\($0.text)" })
        return .parcel(
            Parcel(
                id: due.id, kind: due.kind, attempt: attempt,
                message: MimeMessage(
                    id: messageID, sender: settings.sender, recipient: address, at: transaction.now, text: text,
                    calendar: contents.first?.attachment)))
    }

    private func part(_ content: Content) -> MailText.Part {
        var link: (label: String, url: String)?
        if let label = content.linkLabel, let path = content.linkPath {
            link = (label, settings.publicURL + path + (content.linkSecret ?? ""))
        }
        return MailText.Part(
            subject: content.subject, paragraphs: content.bodyText.components(separatedBy: "\n\n"), link: link)
    }

    /// Where a mail goes now; nil for a member who left.
    private static func address(of due: Due, _ transaction: Transaction) async throws -> String? {
        if let address = due.address { return address }
        return try await transaction.rows(
            "SELECT mail_address_of_member('system', \(due.id)) AS address", as: Address.self
        ).first()?.address
    }

    private struct Address: Decodable { var address: String? }

    // MARK: - Reminders

    /// How many reminders one mail holds at most.
    private static let mostGathered = 50
    /// Where mail rooms meet that would write to the same address; the number is arbitrary and never changes.
    private static let lock = 31_0079

    /// Takes the reminders to the address that waited longest, all in one mail; or puts them off when it had its share.
    private func claimReminders(_ transaction: Transaction) async throws -> Claimed {
        let first = try await transaction.rows(
            """
            SELECT \(columns: Due.self) FROM outbox
             WHERE state = 'waiting' AND gathered_into IS NULL AND next_try_at <= \(transaction.now)
               AND is_reminder AND attempts = 0
             ORDER BY next_try_at, id LIMIT 1
            """, as: Due.self
        ).first()
        guard let first else { return .nothing }
        guard let address = try await Self.address(of: first, transaction) else {
            try await Self.fail(first.id, "no_address", transaction)
            return .again
        }
        let hash = Outbox.addressHash(address)
        // A statement of its own: the next one's snapshot then sees what the other took.
        try await transaction.execute(
            """
            SELECT pg_advisory_xact_lock(\(Self.lock)::integer, hashtext(encode(\(bytes: hash)::bytea, 'hex')))
            """)
        let mine: SQL = """
            state = 'waiting' AND is_reminder AND attempts = 0 AND gathered_into IS NULL
            AND (address_hash = \(bytes: hash)::bytea OR member_id = \(first.memberID))
            """
        try await transaction.execute("UPDATE outbox SET address_hash = \(bytes: hash)::bytea WHERE \(mine)")
        try await transaction.execute(
            """
            UPDATE outbox SET state = 'dropped', \(Self.emptied)
             WHERE \(mine) AND kind IN (SELECT kind FROM mail_opt_out WHERE address_hash = \(bytes: hash)::bytea)
            """)
        if let later = try await Self.mayNotBefore(hash, transaction) {
            try await transaction.execute("UPDATE outbox SET next_try_at = \(later) WHERE \(mine)")
            return .again
        }
        let all = try await transaction.rows(
            "SELECT \(columns: Due.self) FROM outbox WHERE \(mine) ORDER BY id LIMIT \(Self.mostGathered) FOR UPDATE",
            as: Due.self
        ).all()
        guard let leader = all.first else { return .again }
        try await transaction.execute(
            """
            UPDATE outbox SET gathered_into = \(leader.id)
             WHERE id = ANY (\(list: all.dropFirst().map(\.id))::uuid[])
            """)
        return try await take(leader, transaction)
    }

    private struct Share: Decodable {
        var isInHand: Bool
        var hadToday: Bool
        var morning: Instant
        var freeAt: Instant?
    }

    /// When the next reminder to an address may leave, if not now: one mail a day, so many in seven days. Mails of a day that has
    /// not come yet, which a clock that was wrong left behind, hold nothing up for longer than theirs.
    private static func mayNotBefore(_ hash: [UInt8], _ transaction: Transaction) async throws -> Instant? {
        let share = try await transaction.rows(
            """
            WITH sent AS (
                SELECT sent_at FROM outbox
                 WHERE address_hash = \(bytes: hash)::bytea AND is_reminder AND state = 'sent' AND gathered_into IS NULL
                   AND sent_at > \(transaction.now)::timestamptz - interval '7 days'
                   AND sent_at < \(transaction.now)::timestamptz + interval '1 day')
            SELECT EXISTS (SELECT FROM outbox WHERE address_hash = \(bytes: hash)::bytea AND is_reminder
                              AND state = 'waiting' AND attempts > 0) AS is_in_hand,
                   EXISTS (SELECT FROM sent WHERE (sent_at AT TIME ZONE 'Europe/Paris')::date = \(transaction.today)::date)
                       AS had_today,
                   ((\(transaction.today)::date + 1) + time '07:00') AT TIME ZONE 'Europe/Paris' AS morning,
                   (SELECT sent_at + interval '7 days' FROM sent ORDER BY sent_at DESC
                    OFFSET greatest(service_rule('mail_reminders_per_week'), 1) - 1 LIMIT 1) AS free_at
            """, as: Share.self
        ).first()
        guard let share else { return nil }
        if let freeAt = share.freeAt { return max(freeAt, share.morning) }
        if share.hadToday { return share.morning }
        return share.isInHand ? transaction.now.adding(seconds: Outbox.gatheringSeconds) : nil
    }
}
