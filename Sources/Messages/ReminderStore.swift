import Accounts
import Contract
public import Fields
public import Postgres

/// What the link of a reminder declines.
public struct DeclinableReminders: Decodable, Sendable {
    /// The kinds of reminder.
    public var kinds: [String]
    /// Whether all of them are declined already.
    public var isDeclined: Bool
}

/// Which reminders the owners of addresses declined.
public struct ReminderStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// What a link declines. It changes nothing.
    public func offer(_ text: String, as caller: Caller) async throws -> Rows<DeclinableReminders> {
        try await database.transaction(as: caller) { transaction in
            try await Self.shown(try await Self.linked(text, transaction), transaction)
        }
    }

    /// Declines it; twice does no harm.
    public func decline(_ text: String, as caller: Caller) async throws -> Rows<DeclinableReminders> {
        try await database.transaction(as: caller) { transaction in
            let linked = try await Self.linked(text, transaction)
            let before = try await Self.shown(linked, transaction)
            guard try before.first()?.isDeclined != true else { return before }
            // Neither who nor from where: that such a link was used is all there is to know.
            try await transaction.record(
                "reminder.decline", on: "mail_opt_out", details: ["kinds": .array(linked.map { .string($0.kind) })])
            for item in linked {
                try await transaction.execute(
                    """
                    INSERT INTO mail_opt_out (address_hash, kind, at)
                    VALUES (decode(\(item.address), 'hex'), \(item.kind), \(transaction.now)) ON CONFLICT DO NOTHING
                    """)
            }
            return try await Self.shown(linked, transaction)
        }
    }

    private struct Linked: Decodable {
        var address: String
        var kind: String
    }

    /// What a link is about: a function of the closed list looks for it, then this transaction may reach that address' choices.
    private static func linked(_ text: String, _ transaction: Transaction) async throws -> [Linked] {
        guard let secret = TokenSecret(text, .reminder) else { throw MessageRefusals.reminderLink() }
        let found = try await transaction.rows(
            """
            SELECT encode(address_hash, 'hex') AS address, kind
              FROM reminders_of_link(\(bytes: secret.hash)::bytea) ORDER BY kind
            """, as: Linked.self
        ).all()
        guard let first = found.first else { throw MessageRefusals.reminderLink() }
        try await transaction.execute("SELECT set_config('pa31.link', \(first.address), true)")
        return found
    }

    private static func shown(
        _ linked: [Linked], _ transaction: Transaction
    ) async throws -> Rows<DeclinableReminders> {
        let kinds = linked.map(\.kind)
        return try await transaction.rows(
            """
            SELECT to_jsonb(\(list: kinds)::text[]) AS kinds,
                   (SELECT count(*) FROM mail_opt_out WHERE kind = ANY (\(list: kinds)::text[])) = \(kinds.count) AS is_declined
            """, as: DeclinableReminders.self)
    }
}
