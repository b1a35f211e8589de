import Accounts
import Contract
public import Fields
public import Postgres

/// A mail in a list: neither whom it goes to nor what it says.
public struct MailLine: Decodable, Sendable {
    /// Its id.
    public var id: Identifier<Mail>
    /// What it says.
    public var kind: String
    /// Whom it is for.
    public var audience: Mail.Audience
    /// What kind of thing it is about.
    public var aboutKind: String?
    /// Which one.
    public var aboutID: Identifier<Never>?
    /// Whether it only reminds.
    public var isReminder: Bool
    /// waiting, sent, failed, dropped.
    public var state: String
    /// How often it was tried.
    public var attempts: Int
    /// When it was written.
    public var createdAt: Instant
    /// Not before, while it waits.
    public var nextTryAt: Instant?
    /// When it was handed over.
    public var sentAt: Instant?
    /// What went wrong last: `exit_75`, `timed_out` …
    public var errorClass: String?
}

/// The outbox as the team sees it, on the command line.
public struct MailStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// The newest mails of a state, at most a thousand.
    public func list(_ state: String, as caller: Caller) async throws -> Rows<MailLine> {
        guard caller.isTeam else { throw Problem.forbidden() }
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT id, kind, audience, about_kind, about_id, is_reminder, state, attempts, created_at,
                       CASE WHEN state = 'waiting' THEN next_try_at END AS next_try_at, sent_at, error_class
                  FROM outbox WHERE state = \(state) ORDER BY created_at DESC, id DESC LIMIT 1000
                """, as: MailLine.self)
        }
    }

    /// Lets what waits for its next try be tried at once: one mail, or all. Returns how many.
    public func retry(_ id: Identifier<Mail>?, as caller: Caller) async throws -> Int {
        guard caller.isTeamEditor else { throw Problem.forbidden() }
        return try await database.transaction(as: caller) { transaction in
            try await transaction.record("mail.retry", on: "outbox", id: id?.uuid)
            if let id {
                let state = try await transaction.rows(
                    "SELECT state AS value FROM outbox WHERE id = \(id)", as: Value<String>.self
                ).first()?.value
                guard let state else { throw MessageRefusals.mail() }
                guard state == "waiting" else { throw MessageRefusals.endedMail(state) }
            }
            // What was taken just now may be in somebody's hand: it would leave twice.
            return try await transaction.execute(
                """
                UPDATE outbox SET next_try_at = \(transaction.now)
                 WHERE state = 'waiting' AND attempts > 0 AND next_try_at > \(transaction.now)
                   AND (\(id)::uuid IS NULL OR id = \(id)::uuid)
                   AND claimed_at < \(transaction.now.adding(seconds: -MailRoom.waits[0]))
                """)
        }
    }

    /// How many mails wait for longer than a day, and how many could not be delivered within a week.
    public func troubles(as caller: Caller) async throws -> (late: Int, failed: Int) {
        struct Counts: Decodable {
            var late: Int
            var failed: Int
        }
        let counts = try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT count(*) FILTER (WHERE state = 'waiting' AND NOT is_reminder
                                          AND created_at < \(transaction.now.adding(seconds: -86_400))) AS late,
                       count(*) FILTER (WHERE state = 'failed' AND created_at > \(transaction.now.adding(seconds: -7 * 86_400)))
                           AS failed
                  FROM outbox
                """, as: Counts.self
            ).first()
        }
        return (counts?.late ?? 0, counts?.failed ?? 0)
    }
}
