public import Accounts
public import Contract
public import Fields
public import Postgres

/// How actions change: each operation is one transaction with its history and its audit row.
extension ActionStore {
    /// Who the caller is to an action: 403 when neither its lead nor the team, or when only reading.
    func actor(_ caller: Caller, _ current: Current, _ code: ActionCode) throws(Refusal) -> ActionActor {
        guard caller.mayWrite else { throw Problem.forbidden() }
        if caller.isTeam || caller.isSystem { return .team }
        guard current.isLead else { throw PlanRefusals.notYours(code) }
        return .lead
    }

    /// Is the caller's version the current one? 412 with what changed since; with `base_version`, 409 if a field that it
    /// changes changed since too. `part` is the part of the action that is changed, as its history names it.
    func check(
        _ precondition: Precondition, _ current: Current, _ code: ActionCode, part: String? = nil, values: JSON? = nil,
        _ transaction: Transaction
    ) async throws {
        switch try precondition.compare(with: current.version) {
        case .current: return
        case .stale(let version):
            let changed = try await changes(since: version, current, transaction)
            throw PlanRefusals.stale(code, given: version, current: current.version, changed: changed)
        case .merge(let version, let fields):
            let prefix = part.map { $0 + "." } ?? ""
            let changed = Set(
                try await changes(since: version, current, transaction).filter { $0.hasPrefix(prefix) }
                    .map { String($0.dropFirst(prefix.count)) })
            var now = values
            if now == nil {
                now = try await transaction.rows(
                    "SELECT to_jsonb(action) AS value FROM action WHERE id = \(current.id)", as: Value<JSON>.self
                ).first()?.value
            }
            try Precondition.merge(fields, changed: changed, values: now ?? .null)
        }
    }

    /// A field's value before it changed.
    struct OldValue: Decodable, Sendable {
        var field: String
        var value: JSON?
    }

    /// What stood at a version in the fields that changed since; those of parts are left out.
    func before(
        _ id: PublicAction.ID, since version: Int, _ transaction: Transaction
    ) async throws -> [OldValue] {
        try await transaction.rows(
            """
            SELECT DISTINCT ON (field) field, old_value AS value FROM action_change
             WHERE action_id = \(id) AND part = 'action'
               AND audit_id IN (\(Self.operations(on: id, since: version)))
             ORDER BY field, id
            """, as: OldValue.self
        ).all()
    }

    /// The operations that changed an action since a version, which may be one that no integer of the database holds.
    static func operations(on action: PublicAction.ID, since version: Int) -> SQL {
        """
        SELECT audit_id FROM field_change
         WHERE row_id = \(action) AND field = 'version' AND (new_value)::bigint > \(version)::bigint
        """
    }

    /// What changed since a version: names of fields, those of a part after the part's name.
    private func changes(since version: Int, _ current: Current, _ transaction: Transaction) async throws -> [String] {
        struct Name: Decodable { var name: String }
        return try await transaction.rows(
            """
            SELECT DISTINCT CASE part WHEN 'action' THEN field ELSE part || '.' || field END AS name
              FROM action_change
             WHERE action_id = \(current.id)
               AND audit_id IN (\(Self.operations(on: current.id, since: version)))
             ORDER BY name
            """, as: Name.self
        ).all().map(\.name)
    }

    /// One changed action: locked, rights checked, recorded, changed, read again, made into the caller's answer. The answer is
    /// made within the transaction, because a retry under the same `Idempotency-Key` gets that very one.
    func change<T: Sendable>(
        _ code: ActionCode, operation: String, as caller: Caller, answer: (Rows<Action>) throws -> T,
        may: (Current) throws(Refusal) -> Void, _ body: (Transaction, Current) async throws -> Void
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                try await change(code, operation: operation, as: caller, in: transaction, may: may, body)
                return try answer(try await Self.row(code, on: transaction.today, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, PlanRefusals.byConstraint)
        }
    }

    /// The same within a transaction that changes other actions too.
    private func change(
        _ code: ActionCode, operation: String, details: JSON? = nil, as caller: Caller, in transaction: Transaction,
        may: (Current) throws(Refusal) -> Void, _ body: (Transaction, Current) async throws -> Void
    ) async throws {
        let current = try await current(code, locked: true, as: caller, transaction)
        try may(current)
        try await transaction.record(operation, on: "action", id: current.id.uuid, details: details)
        try await body(transaction, current)
    }

    /// Moves an action to another status, as the table allows.
    public func move<T: Sendable>(
        _ code: ActionCode, _ move: ActionMove, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.transition", as: caller, answer: answer,
            may: { (current) throws(Refusal) in _ = try actor(caller, current, code) }
        ) { transaction, current in
            try await check(precondition, current, code, transaction)
            var given: Set<String> = []
            if move.reason != nil { given.insert("reason") }
            if move.blocker != nil { given.insert("blocker") }
            if move.unblocker != nil { given.insert("unblocker") }
            if move.evidence != nil || current.hasEvidence { given.insert("evidence") }
            try actionTransitions.check(
                from: current.status, to: move.to, by: try actor(caller, current, code), given: given, label: \.label)
            if let evidence = move.evidence {
                try await insert(evidence, current.id, transaction)
            }
            let isBlocked = move.to == .blocked
            try await transaction.execute(
                """
                UPDATE action
                   SET status = \(move.to), status_reason = \(move.reason), status_reason_code = NULL,
                       blocker = \(isBlocked ? move.blocker : nil), unblocker = \(isBlocked ? move.unblocker : nil)
                 WHERE id = \(current.id)
                """)
        }
    }

    /// Changes fields of an action. A change that changes nothing leaves the version as it is.
    public func edit<T: Sendable>(
        _ code: ActionCode, _ changes: ActionChanges, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                try await edit(
                    code, changes, precondition: precondition, operation: "action.edit", as: caller, in: transaction)
                return try answer(try await Self.row(code, on: transaction.today, as: caller, transaction))
            }
        } catch {
            throw Refusal.mapping(error, PlanRefusals.byConstraint)
        }
    }

    /// The same within a transaction that changes other actions too: a row of a sheet.
    func edit(
        _ code: ActionCode, _ changes: ActionChanges, precondition: Precondition, operation: String,
        details: JSON? = nil, as caller: Caller, in transaction: Transaction
    ) async throws {
        try await change(
            code, operation: operation, details: details, as: caller, in: transaction,
            may: { (current) throws(Refusal) in
                let actor = try actor(caller, current, code)
                if actor == .lead, !changes.teamOnly.isEmpty { throw PlanRefusals.teamOnly(changes.teamOnly) }
            }
        ) { transaction, current in
            try await check(precondition, current, code, transaction)
            try await apply(changes, to: current, transaction)
        }
    }

    /// Changes fields of an action that is locked, checked and recorded.
    func apply(_ changes: ActionChanges, to current: Current, _ transaction: Transaction) async throws {
        if !changes.clearedButRequired.isEmpty { throw PlanRefusals.required(changes.clearedButRequired) }
        var new = current
        new.title = changes.title.applied(to: current.title) ?? current.title
        new.description = changes.description.applied(to: current.description)
        new.plannedStart = changes.plannedStart.applied(to: current.plannedStart) ?? current.plannedStart
        new.plannedEnd = changes.plannedEnd.applied(to: current.plannedEnd) ?? current.plannedEnd
        new.actualStart = changes.actualStart.applied(to: current.actualStart)
        new.actualEnd = changes.actualEnd.applied(to: current.actualEnd)
        new.health = changes.health.applied(to: current.health) ?? current.health
        new.isPublic = changes.isPublic.applied(to: current.isPublic) ?? current.isPublic
        new.territory = changes.territory.applied(to: current.territory) ?? []
        new.audiences = changes.audiences.applied(to: current.audiences) ?? []
        new.priority = changes.priority.applied(to: current.priority) ?? current.priority
        try await transaction.execute(
            """
            UPDATE action
               SET (title, description, planned_start, planned_end, actual_start, actual_end, health, is_public,
                    territory, audiences, priority) = (\(new.values))
             WHERE id = \(current.id)
               AND (title, description, planned_start, planned_end, actual_start, actual_end, health, is_public,
                    territory, audiences, priority) IS DISTINCT FROM (\(new.values))
            """)
    }

    /// Records what was committed and spent on a funding line, in cents.
    public func recordSpending<T: Sendable>(
        _ code: ActionCode, funder: OrganisationCode, year: Int, _ changes: SpendingChanges,
        precondition: Precondition, as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.spending", as: caller, answer: answer,
            may: { (current) throws(Refusal) in _ = try actor(caller, current, code) }
        ) { transaction, current in
            let line: SQL = """
                action_id = \(current.id) AND year = \(year)
                   AND funder_id = (SELECT id FROM organisation WHERE code = \(funder))
                """
            let row = try await transaction.rows(
                "SELECT to_jsonb(funding_line) AS value FROM funding_line WHERE \(line)", as: Value<JSON>.self
            ).first()?.value
            guard let row else { throw PlanRefusals.funding() }
            try await check(
                precondition, current, code, part: "funding_line \(funder) \(year)", values: row, transaction)
            try PlanRefusals.checkAmounts([
                ("committed_cents", changes.committedCents), ("spent_cents", changes.spentCents),
            ])
            try await transaction.execute(
                """
                UPDATE funding_line
                   SET committed_cents = coalesce(\(changes.committedCents)::bigint, committed_cents),
                       spent_cents = coalesce(\(changes.spentCents)::bigint, spent_cents)
                 WHERE \(line)
                """)
        }
    }

    /// Adds a note; the lead, its partners and the team may.
    public func addNote<T: Sendable>(
        _ code: ActionCode, _ note: NewNote, as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.note", as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayAdd(caller, current, code) }
        ) { transaction, current in
            try await transaction.execute(
                """
                INSERT INTO progress_note (id, action_id, kind, text, written_at, author_id)
                VALUES (\(transaction.newID(Identifier<Action.Note>.self)), \(current.id), \(note.kind), \(note.text),
                        \(transaction.now), \(caller.member?.id))
                """)
        }
    }

    /// Adds a link that proves what was done; the lead, its partners and the team may.
    public func addEvidence<T: Sendable>(
        _ code: ActionCode, _ evidence: ActionMove.NewEvidence, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.evidence", as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayAdd(caller, current, code) }
        ) { transaction, current in
            try await insert(evidence, current.id, transaction)
        }
    }

    /// Adds a file that proves what was done. It is in its place before the transaction ends, so a row without its file can't
    /// be; it is taken back when the transaction fails.
    public func addEvidenceFile<T: Sendable>(
        _ code: ActionCode, _ evidence: NewEvidenceFile, _ upload: Upload, in files: FileStore, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        var kept: String?
        do {
            return try await change(
                code, operation: "action.evidence", as: caller, answer: answer,
                may: { (current) throws(Refusal) in try mayAdd(caller, current, code) }
            ) { transaction, current in
                // Two transactions that collided run again.
                if let kept { files.remove(kept) }
                kept = try await insert(evidence, upload, current.id, in: files, transaction)
            }
        } catch {
            let mayBeCommitted = (error as? DatabaseError)?.kind == .outcomeUnknown
            if let kept, !mayBeCommitted { files.remove(kept) }
            throw error
        }
    }

    private func insert(
        _ evidence: NewEvidenceFile, _ upload: Upload, _ action: PublicAction.ID, in files: FileStore,
        _ transaction: Transaction
    ) async throws -> String {
        let id = transaction.newID(Identifier<Action.Evidence>.self)
        let sha256 = upload.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        try await transaction.execute(
            """
            INSERT INTO evidence (id, action_id, label, file_kind, file_bytes, file_sha256, added_at, author_id)
            VALUES (\(id), \(action), \(evidence.label), \(upload.kind), \(upload.size), \(sha256),
                    \(transaction.now), \(transaction.caller.member?.id))
            """)
        try files.keep(upload, as: id.fieldText)
        return id.fieldText
    }

    func mayAdd(_ caller: Caller, _ current: Current, _ code: ActionCode) throws(Refusal) {
        if caller.mayWrite, current.isPartner { return }
        _ = try actor(caller, current, code)
    }

    private func insert(
        _ evidence: ActionMove.NewEvidence, _ action: PublicAction.ID, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            INSERT INTO evidence (id, action_id, label, url, added_at, author_id)
            VALUES (\(transaction.newID(Identifier<Action.Evidence>.self)), \(action), \(evidence.label),
                    \(evidence.url), \(transaction.now), \(transaction.caller.member?.id))
            """)
    }
}
