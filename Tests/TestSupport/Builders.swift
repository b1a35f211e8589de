import Accounts
import Fields
import Foundation
import Plans
import Postgres

/// Makes rows with defaults, so that a new column touches one builder.
public struct Make: Sendable {
    let database: Database
    let clock: TimeSource

    /// Builders in the leased database.
    public init(clock: TimeSource = .system) {
        database = TestDatabase.current.asSuperuser().at(clock)
        self.clock = clock
    }

    /// Writes rows behind every policy, in a transaction of the system that is recorded.
    @discardableResult
    public func insert<T: Sendable>(_ body: (Transaction) async throws -> T) async throws -> T {
        try await database.transaction(as: .system(requestID: "builder")) { transaction in
            try await transaction.record("test.make", on: "test")
            return try await body(transaction)
        }
    }

    /// An organisation.
    public func organisation(
        _ code: String, name: String? = nil, kind: Caller.OrganisationKind = .partner
    ) async throws -> Organisation.ID {
        try await insert { transaction in
            let id = transaction.newID(Organisation.ID.self)
            try await transaction.execute(
                "INSERT INTO organisation (id, code, name, kind) VALUES (\(id), \(code), \(name ?? "Organisme \(code)"), \(kind))"
            )
            return id
        }
    }

    /// A member of an organisation, as a caller with every scope.
    public func member(
        of organisation: Organisation.ID, kind: Caller.OrganisationKind = .partner, role: Caller.Role = .editor,
        scopes: Set<Caller.Scope> = [.read, .write]
    ) async throws -> Caller.Member {
        try await insert { transaction in
            let id = transaction.newID(Member.ID.self)
            try await transaction.execute(
                """
                INSERT INTO member (id, organisation_id, name, email, role)
                VALUES (\(id), \(organisation), 'Membre de test', \("\(id.fieldText)@exemple.example"), \(role))
                """)
            return Caller.Member(
                id: id, organisationID: organisation, organisationKind: kind, role: role, scopes: scopes)
        }
    }

    /// A token of a member.
    public func token(of member: Caller.Member, validDays: Int = 30) async throws -> String {
        try await TokenStore(database).create(
            for: member, label: "test", scopes: member.scopes, validDays: validDays,
            as: .system(requestID: "builder")
        ).token
    }

    /// A plan over 2022-2024 with the axes A1 and A2.
    public func plan(
        startsOn: Day = Day(year: 2022, month: 1, day: 1)!, endsOn: Day = Day(year: 2024, month: 12, day: 31)!
    ) async throws -> UUID {
        try await insert { transaction in
            let id = transaction.newID(Identifier<Never>.self)
            try await transaction.execute(
                """
                INSERT INTO action_plan (id, code, title, is_fictional, starts_on, ends_on)
                VALUES (\(id), \("plan-\(id.fieldText.suffix(8))"), 'Plan de test', true, \(startsOn), \(endsOn))
                """)
            for axis in ["A1", "A2"] {
                try await transaction.execute(
                    """
                    INSERT INTO axis (id, plan_id, code, title)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(axis), \("Axe \(axis)"))
                    """)
            }
            return id.uuid
        }
    }

    /// An action of a plan, planned for 2023.
    @discardableResult
    public func action(
        _ code: String, in plan: UUID, lead: Organisation.ID, title: String? = nil, status: ActionStatus = .planned,
        start: Day = Day(year: 2023, month: 1, day: 1)!, end: Day = Day(year: 2023, month: 12, day: 31)!,
        isPublic: Bool = true, partners: [Organisation.ID] = [],
        funding: [(funder: Organisation.ID, year: Int, cents: Int)] = []
    ) async throws -> PublicAction.ID {
        try await insert { transaction in
            let id = transaction.newID(PublicAction.ID.self)
            let stopped = [ActionStatus.paused, .abandoned].contains(status)
            let blocked = status == .blocked
            try await transaction.execute(
                """
                INSERT INTO action (id, plan_id, axis_id, parent_id, code, title, lead_organisation_id, planned_start,
                                    planned_end, status, status_reason, blocker, unblocker, is_public, created_at, updated_at)
                VALUES (\(id), \(Identifier<Never>(plan)),
                        (SELECT id FROM axis WHERE plan_id = \(Identifier<Never>(plan)) AND code = \(String(code.prefix(2)))),
                        (SELECT id FROM action WHERE code = \(code.split(separator: ".").count == 3 ? String(code.prefix { $0 != "." }) + "." + code.split(separator: ".")[1] : nil)),
                        \(code), \(title ?? "Action \(code)"), \(lead), \(start), \(end), \(status),
                        \(stopped ? "motif de test" : nil), \(blocked ? "frein" : nil), \(blocked ? "quelqu'un" : nil),
                        \(isPublic), \(transaction.now), \(transaction.now))
                """)
            for partner in partners {
                try await transaction.execute(
                    """
                    INSERT INTO action_partner (id, action_id, organisation_id)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(partner))
                    """)
            }
            for line in funding {
                try await transaction.execute(
                    """
                    INSERT INTO funding_line (id, action_id, funder_id, year, planned_cents)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(id), \(line.funder), \(line.year), \(line.cents))
                    """)
            }
            return id
        }
    }
}
