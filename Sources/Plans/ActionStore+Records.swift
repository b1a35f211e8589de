public import Accounts
public import Contract
public import Fields
public import Postgres

/// How notes, evidence and funding lines of an action are put right and taken away. The history keeps what stood there.
extension ActionStore {
    /// A note or evidence as it stands, and whether somebody of the caller's organisation wrote it.
    private struct Written: Decodable {
        var row: JSON
        var isOwn: Bool
    }

    /// A change of something that was written: for who wrote it in their organisation, and the team.
    private func change<Part, T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Part>, operation: String, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T, unknown: Problem,
        find: (_ action: PublicAction.ID, _ organisation: Organisation.ID?) -> SQL,
        _ body: (Transaction, Current) async throws -> Void
    ) async throws -> T {
        try await change(
            code, operation: operation, as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayAdd(caller, current, code) }
        ) { transaction, current in
            let written = try await transaction.rows(
                find(current.id, caller.member?.organisationID), as: Written.self
            ).first()
            guard let written else { throw unknown() }
            guard caller.isTeam || caller.isSystem || written.isOwn else { throw PlanRefusals.notWritten() }
            try await check(precondition, current, code, id, now: written.row, transaction)
            try await body(transaction, current)
        }
    }

    /// As `check` of an action; with `base_version`, what counts is whether this very part changed since.
    private func check<Part>(
        _ precondition: Precondition, _ current: Current, _ code: ActionCode, _ id: Identifier<Part>, now: JSON,
        _ transaction: Transaction
    ) async throws {
        guard case .merge(let version, let fields) = try precondition.compare(with: current.version) else {
            return try await check(precondition, current, code, transaction)
        }
        let changed = try await transaction.rows(
            """
            SELECT DISTINCT field AS value FROM field_change
             WHERE row_id = \(id)
               AND audit_id IN (\(Self.operations(on: current.id, since: version)))
            """, as: Value<String>.self
        ).all().map(\.value)
        try Precondition.merge(fields, changed: Set(changed), values: now)
    }

    // MARK: - Notes

    private static func note(_ id: Identifier<Action.Note>, _ action: PublicAction.ID, by author: Organisation.ID?)
        -> SQL
    {
        """
        SELECT to_jsonb(n) AS row, coalesce(m.organisation_id = \(author), false) AS is_own
          FROM progress_note n LEFT JOIN member m ON m.id = n.author_id
         WHERE n.id = \(id) AND n.action_id = \(action)
        """
    }

    /// Puts a note right.
    public func editNote<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Action.Note>, _ changes: NoteChanges, precondition: Precondition,
        as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, id, operation: "action.note", precondition: precondition, as: caller, answer: answer,
            unknown: PlanRefusals.note, find: { Self.note(id, $0, by: $1) }
        ) { transaction, current in
            try PlanRefusals.checkRequired([("kind", changes.kind == .cleared), ("text", changes.text == .cleared)])
            let (kind, text) = (changes.kind.applied(to: nil), changes.text.applied(to: nil))
            try await transaction.execute(
                """
                UPDATE progress_note SET kind = coalesce(\(kind), kind), text = coalesce(\(text), text)
                 WHERE id = \(id) AND action_id = \(current.id)
                   AND (kind, text) IS DISTINCT FROM (coalesce(\(kind), kind), coalesce(\(text), text))
                """)
        }
    }

    /// Takes a note away.
    public func removeNote<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Action.Note>, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, id, operation: "action.note", precondition: precondition, as: caller, answer: answer,
            unknown: PlanRefusals.note, find: { Self.note(id, $0, by: $1) }
        ) { transaction, current in
            try await transaction.execute("DELETE FROM progress_note WHERE id = \(id) AND action_id = \(current.id)")
        }
    }

    // MARK: - Evidence

    private static func evidence(
        _ id: Identifier<Action.Evidence>, _ action: PublicAction.ID, by author: Organisation.ID?
    ) -> SQL {
        """
        SELECT to_jsonb(e) AS row, coalesce(m.organisation_id = \(author), false) AS is_own
          FROM evidence e LEFT JOIN member m ON m.id = e.author_id
         WHERE e.id = \(id) AND e.action_id = \(action)
        """
    }

    /// Puts evidence right: its label, a link's address.
    public func editEvidence<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Action.Evidence>, _ changes: EvidenceChanges, precondition: Precondition,
        as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, id, operation: "action.evidence", precondition: precondition, as: caller, answer: answer,
            unknown: PlanRefusals.evidence, find: { Self.evidence(id, $0, by: $1) }
        ) { transaction, current in
            try PlanRefusals.checkRequired([("label", changes.label == .cleared), ("url", changes.url == .cleared)])
            let (label, url) = (changes.label.applied(to: nil), changes.url.applied(to: nil))
            try await transaction.execute(
                """
                UPDATE evidence SET label = coalesce(\(label), label), url = coalesce(\(url), url)
                 WHERE id = \(id) AND action_id = \(current.id)
                   AND (label, url) IS DISTINCT FROM (coalesce(\(label), label), coalesce(\(url), url))
                """)
        }
    }

    /// Takes evidence away, but never the last of a `done` action. A file goes once the row's going is certain.
    public func removeEvidence<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Action.Evidence>, precondition: Precondition, in files: FileStore,
        as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        let answer = try await change(
            code, id, operation: "action.evidence", precondition: precondition, as: caller, answer: answer,
            unknown: PlanRefusals.evidence, find: { Self.evidence(id, $0, by: $1) }
        ) { transaction, current in
            // The action's row is locked: nobody takes the other one away meanwhile.
            let others = try await transaction.rows(
                "SELECT EXISTS (SELECT FROM evidence WHERE action_id = \(current.id) AND id <> \(id)) AS value",
                as: Value<Bool>.self
            ).first()
            if current.status == .done, others?.value != true { throw PlanRefusals.lastEvidence(code) }
            try await transaction.execute("DELETE FROM evidence WHERE id = \(id) AND action_id = \(current.id)")
        }
        files.remove(id.fieldText)
        return answer
    }

    /// Forgets the files of evidence that was taken away, where a server died before it could; returns how many. Only what the
    /// history tells to be taken away goes: a server on another's database deletes nothing.
    public func forgetFiles(in files: FileStore) async throws -> Int {
        var ids = files.kept().compactMap { try? Identifier<Action.Evidence>(fieldText: $0) }
        var count = 0
        while !ids.isEmpty {
            let batch = Array(ids.prefix(500))
            ids.removeFirst(batch.count)
            let gone = try await database.transaction(as: .system(requestID: "housekeeping")) { transaction in
                try await transaction.rows(
                    """
                    SELECT DISTINCT row_id AS value FROM field_change
                     WHERE row_id = ANY (\(list: batch)::uuid[]) AND table_name = 'evidence' AND field = 'label'
                       AND new_value IS NULL
                    """, as: Value<Identifier<Action.Evidence>>.self
                ).all()
            }
            for id in gone { files.remove(id.value.fieldText) }
            count += gone.count
        }
        return count
    }

    // MARK: - Funding

    /// What the plan's period says of a year or a day.
    private struct Period: Decodable {
        var startsOn: Day
        var endsOn: Day
    }

    private func period(of action: PublicAction.ID, _ transaction: Transaction) async throws -> Period? {
        try await transaction.rows(
            """
            SELECT p.starts_on, p.ends_on FROM action_plan p JOIN action a ON a.plan_id = p.id WHERE a.id = \(action)
            """, as: Period.self
        ).first()
    }

    /// Refuses a milestone due after the end of its action's plan.
    func checkDue(_ day: Day?, in action: PublicAction.ID, _ transaction: Transaction) async throws {
        guard let day, let end = try await period(of: action, transaction)?.endsOn, day > end else { return }
        throw PlanRefusals.afterPlan("due_on", end: end)
    }

    /// The team only: the agreement's money is not the lead's to change.
    private func mayFund(_ caller: Caller, _ current: Current, _ code: ActionCode) throws(Refusal) {
        guard try actor(caller, current, code) == .team else { throw PlanRefusals.teamOnly(["funding"]) }
    }

    /// Adds a funding line; the team's to do.
    public func addFunding<T: Sendable>(
        _ code: ActionCode, _ new: NewFunding, as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.funding", as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayFund(caller, current, code) }
        ) { transaction, current in
            try PlanRefusals.checkAmounts([
                ("planned_cents", new.plannedCents), ("committed_cents", new.committedCents),
                ("spent_cents", new.spentCents),
            ])
            if let period = try await period(of: current.id, transaction) {
                let years = period.startsOn.parts.year...period.endsOn.parts.year
                guard years.contains(new.year) else { throw PlanRefusals.year(outside: years) }
            }
            let added = try await transaction.execute(
                """
                INSERT INTO funding_line (id, action_id, funder_id, year, planned_cents, committed_cents, spent_cents)
                SELECT \(transaction.newID(Identifier<Never>.self))::uuid, \(current.id)::uuid, o.id, \(new.year)::integer,
                       \(new.plannedCents)::bigint, \(new.committedCents ?? 0)::bigint, \(new.spentCents ?? 0)::bigint
                  FROM organisation o WHERE o.code = \(new.funder) AND o.kind = 'funder'
                """)
            guard added == 1 else { throw PlanRefusals.funder(new.funder) }
        }
    }

    private struct Line: Decodable {
        var id: Identifier<Line>
        var isUsed: Bool
    }

    /// Takes a funding line away on which nothing was committed nor spent; the team's to do.
    public func removeFunding<T: Sendable>(
        _ code: ActionCode, funder: OrganisationCode, year: Int, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.funding", as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayFund(caller, current, code) }
        ) { transaction, current in
            let line = try await transaction.rows(
                """
                SELECT f.id, f.committed_cents > 0 OR f.spent_cents > 0 AS is_used
                  FROM funding_line f JOIN organisation o ON o.id = f.funder_id
                 WHERE f.action_id = \(current.id) AND f.year = \(year) AND o.code = \(funder)
                """, as: Line.self
            ).first()
            guard let line else { throw PlanRefusals.funding() }
            try await check(precondition, current, code, transaction)
            guard !line.isUsed else { throw PlanRefusals.usedFunding() }
            try await transaction.execute("DELETE FROM funding_line WHERE id = \(line.id)")
        }
    }
}
