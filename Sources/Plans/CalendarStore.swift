import Accounts
public import Contract
public import Fields
public import Postgres

/// Where calendars' secret addresses are kept, and what they show.
public struct CalendarStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// How long an address is good for unless said otherwise, in days; never longer.
    static let validDays = 366

    /// Makes an address for the caller. The whole plan's is for the team.
    public func create<T: Sendable>(
        _ new: NewCalendarFeed, as caller: Caller, answer: (CreatedCalendarFeed) throws -> T = { $0 }
    ) async throws -> T {
        guard let member = caller.member else { throw Problem.unauthenticated() }
        guard new.scope == .organisation || caller.isTeam else { throw CalendarRefusals.notTheTeams() }
        do {
            return try await database.transaction(as: caller) { transaction in
                let id = transaction.newID(CalendarFeed.ID.self)
                try await transaction.record("calendar.create", on: "calendar_feed", id: id.uuid)
                let secret = TokenSecret.random(.calendar)
                let days = new.validDays ?? Self.validDays
                // A number of days that no calendar has is refused by its name, not by an overflow.
                let expiresAt = transaction.now.adding(seconds: max(-1, min(days, 10_000)) * 86_400)
                try await transaction.execute(
                    """
                    INSERT INTO calendar_feed (id, member_id, scope, label, secret_hash, created_at, expires_at)
                    VALUES (\(id), \(member.id), \(new.scope), \(new.label), \(bytes: secret.hash)::bytea,
                            \(transaction.now), \(expiresAt))
                    """)
                return try answer(
                    CreatedCalendarFeed(id: id, path: "/v1/calendars/\(secret.text).ics", expiresAt: expiresAt))
            }
        } catch {
            throw Refusal.mapping(error, CalendarRefusals.byConstraint)
        }
    }

    /// A page of the caller's own, the newest first.
    public func listOwn(limit: PageLimit, cursor: Cursor?, as caller: Caller) async throws -> Rows<CalendarFeed> {
        let before = try cursor?.key(of: "calendars", CalendarFeed.ID.self)
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT \(columns: CalendarFeed.self) FROM calendar_feed
                 WHERE member_id = \(caller.member?.id) AND (\(before)::uuid IS NULL OR id < \(before)::uuid)
                 ORDER BY id DESC LIMIT \(limit.count + 1)
                """, as: CalendarFeed.self)
        }
    }

    /// Takes one of the caller's own back, at once. Doing it twice changes nothing.
    public func revokeOwn(_ id: CalendarFeed.ID, as caller: Caller) async throws {
        try await database.transaction(as: caller) { transaction in
            struct Found: Decodable { var isRevoked: Bool }
            let found = try await transaction.rows(
                """
                SELECT revoked_at IS NOT NULL AS is_revoked FROM calendar_feed
                 WHERE id = \(id) AND member_id = \(caller.member?.id) FOR UPDATE
                """, as: Found.self
            ).first()
            guard let found else { throw CalendarRefusals.calendar() }
            guard !found.isRevoked else { return }
            try await transaction.record("calendar.revoke", on: "calendar_feed", id: id.uuid)
            try await transaction.execute("UPDATE calendar_feed SET revoked_at = \(transaction.now) WHERE id = \(id)")
        }
    }

    /// Whose a secret is, as long as it opens anything: the member's rights are looked at each time.
    private struct Opened: Decodable, Sendable {
        var id: CalendarFeed.ID
        var scope: CalendarFeed.Scope
        var organisationID: Organisation.ID
        var organisation: String
        /// Whether its last use was noted over an hour ago.
        var isUseDue: Bool
    }

    /// What a secret address shows; unknown, expired and revoked ones look alike. Nothing is remembered: a revocation holds at
    /// once.
    public func read(_ text: String, as caller: Caller) async throws -> ICalendar {
        guard let secret = TokenSecret(text, .calendar) else { throw CalendarRefusals.calendar() }
        let (opened, actions) = try await database.transaction(as: caller) { transaction in
            let opened = try await transaction.rows(
                """
                SELECT f.id, f.scope, m.organisation_id, o.name AS organisation,
                       coalesce(f.last_use_at < \(transaction.now.adding(seconds: -3600)), true) AS is_use_due
                  FROM calendar_feed f JOIN member m ON m.id = f.member_id JOIN organisation o ON o.id = m.organisation_id
                 WHERE f.secret_hash = \(bytes: secret.hash)::bytea AND f.revoked_at IS NULL
                   AND f.expires_at > \(transaction.now) AND m.disabled_at IS NULL
                   AND (f.scope = 'organisation' OR o.kind = 'platform')
                """, as: Opened.self
            ).first()
            guard let opened else { throw CalendarRefusals.calendar() }
            return (opened, try await Self.actions(of: opened, transaction))
        }
        if opened.isUseDue { await noteUse(of: opened.id, as: caller) }
        let name = opened.scope == .plan ? "Plan d'actions" : "Actions de \(opened.organisation)"
        return ICalendar(name: name, events: actions.flatMap(\.events))
    }

    private static func actions(of feed: Opened, _ transaction: Transaction) async throws -> [CalendarAction] {
        let own: SQL = """
            a.id IN (SELECT id FROM action WHERE lead_organisation_id = \(feed.organisationID)
                      UNION ALL SELECT action_id FROM action_partner WHERE organisation_id = \(feed.organisationID))
            """
        return try await transaction.rows(
            """
            SELECT a.id, a.code, a.title, a.planned_start, a.planned_end, a.updated_at,
                   (SELECT coalesce(jsonb_agg(jsonb_build_object(
                               'id', m.id, 'title', m.title, 'due_on', m.due_on, 'is_done', m.done_on IS NOT NULL)
                               ORDER BY m.due_on, m.id), '[]')
                      FROM milestone m WHERE m.action_id = a.id) AS milestones
              FROM action a
             WHERE a.status <> 'abandoned' AND \(feed.scope == .plan ? "true" : own)
             ORDER BY a.code
            """, as: CalendarAction.self
        ).all()
    }

    /// Noted apart: calendars are read while the database only reads.
    private func noteUse(of id: CalendarFeed.ID, as caller: Caller) async {
        _ = try? await database.transaction(as: caller) { transaction in
            try await transaction.execute("UPDATE calendar_feed SET last_use_at = \(transaction.now) WHERE id = \(id)")
        }
    }
}
