public import Accounts
public import Contract
public import Fields
public import Postgres

/// Where tasks are kept, under row-level security: each organisation reaches its own, the team its own.
public struct TaskStore: Sendable {
    let database: Database
    /// The service's address, in front of the links of texts to print.
    let publicURL: String?

    /// A store in a database.
    public init(_ database: Database, publicURL: String? = nil) {
        self.database = database
        self.publicURL = publicURL
    }

    /// A page of the caller's organisation's, the oldest first; one row more than the limit when there is a next page.
    public func list(
        _ state: TaskState, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<TaskLine> {
        let after = try cursor?.key(of: "tasks", TaskLine.ID.self)
        let condition: SQL = state == .open ? "done_at IS NULL" : "done_at IS NOT NULL"
        return try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT id, kind, title, about_kind, about_id, created_at, done_at, text IS NOT NULL AS has_text
                  FROM task
                 WHERE \(condition) AND \(Self.own(caller)) AND (\(after)::uuid IS NULL OR id > \(after)::uuid)
                 ORDER BY id LIMIT \(limit.count + 1)
                """, as: TaskLine.self)
        }
    }

    /// One of the caller's organisation's, with what to print.
    public func find(_ id: TaskLine.ID, as caller: Caller) async throws -> Rows<TaskDetail> {
        try await database.transaction(as: caller) { transaction in try await one(id, caller, transaction) }
    }

    /// Notes that it was done, and forgets its text. Twice does no harm.
    public func done<T: Sendable>(
        _ id: TaskLine.ID, as caller: Caller, answer: (Rows<TaskDetail>) throws -> T = { $0 }
    ) async throws -> T {
        try await database.transaction(as: caller) { transaction in
            let found = try await transaction.rows(
                "SELECT done_at IS NOT NULL AS is_done FROM task WHERE id = \(id) AND \(Self.own(caller)) FOR UPDATE",
                as: Found.self
            ).first()
            guard let found else { throw MessageRefusals.task() }
            guard caller.mayWrite else { throw Problem.forbidden() }
            if !found.isDone {
                try await transaction.record("task.done", on: "task", id: id.uuid)
                try await transaction.execute(
                    """
                    UPDATE task SET done_at = \(transaction.now), done_by = \(caller.member?.id), text = NULL WHERE id = \(id)
                    """)
            }
            return try answer(try await one(id, caller, transaction))
        }
    }

    private struct Found: Decodable { var isDone: Bool }

    /// What waits for the caller's organisation.
    public func waiting(for caller: Caller, on day: Day) async throws -> Rows<WaitingItem> {
        try await database.transaction(as: caller) { transaction in
            try await transaction.rows(
                """
                SELECT 'task' AS kind, id::text AS code, title, (created_at AT TIME ZONE 'Europe/Paris')::date AS day,
                       NULL::text AS detail
                  FROM task WHERE done_at IS NULL AND \(Self.own(caller)) ORDER BY id LIMIT 100
                """, as: WaitingItem.self)
        }
    }

    private func one(_ id: TaskLine.ID, _ caller: Caller, _ transaction: Transaction) async throws -> Rows<TaskDetail> {
        let rows = try await transaction.rows(
            """
            SELECT id, kind, title, about_kind, about_id, created_at, done_at,
                   replace(text, \(MailText.site + "/"), \((publicURL ?? "") + "/")) AS text
              FROM task WHERE id = \(id) AND \(Self.own(caller))
            """, as: TaskDetail.self)
        guard !rows.isEmpty else { throw MessageRefusals.task() }
        return rows
    }

    /// The policies say the same; a condition that the index knows keeps a list from reading everybody's.
    private static func own(_ caller: Caller) -> SQL {
        caller.isTeam
            ? "(organisation_id IS NULL OR organisation_id = \(caller.member?.organisationID))"
            : "organisation_id = \(caller.member?.organisationID)"
    }
}
