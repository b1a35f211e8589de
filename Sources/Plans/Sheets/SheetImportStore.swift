internal import Accounts
internal import Contract
public import Fields
public import Postgres
public import Sheets

/// Where sheets wait that were sent back, and how they are applied: each row like a PATCH with the row's version as its
/// `base_version`, in the same Store function, under the same rules.
public struct SheetImportStore: Sendable {
    let database: Database
    let actions: ActionStore

    /// So long a sheet waits (`domain.md`): 7 days.
    static let waitingSeconds = 7 * 86_400
    /// So many sheets of one member wait; the oldest are forgotten.
    static let mostWaiting = 20

    /// A store in a database.
    public init(_ database: Database) {
        self.database = database
        actions = ActionStore(database)
    }

    // MARK: - The two steps

    /// Says what a sheet would change, row by row, and lets it wait to be applied. Nothing of the plan is changed.
    public func review<T: Sendable>(
        _ table: SheetTable, in language: Language, as caller: Caller, answer: (SheetImport) throws -> T = { $0 }
    ) async throws -> T {
        guard caller.mayWrite else { throw Problem.forbidden() }
        let rows = try ActionSheetReading.rows(of: table)
        return try await database.slow(as: caller) { transaction in
            try await transaction.claim()
            let id = transaction.newID(Identifier<SheetImport>.self)
            let expiry = transaction.now.adding(seconds: Self.waitingSeconds)
            let outcomes = try await outcomes(of: rows, id, applying: false, language, as: caller, transaction)
            try await keep(rows, id, until: expiry, transaction)
            return try answer(SheetImport(id: id, expiresAt: expiry, rows: outcomes))
        }
    }

    /// Applies a sheet that waits, once, in one transaction: each row is compared with what stands there now; rows in conflict
    /// and refused ones are left out and told, the others are changed, each with its own audit row `action.import`.
    public func apply<T: Sendable>(
        _ id: Identifier<SheetImport>, in language: Language, as caller: Caller,
        answer: (SheetImport) throws -> T = { $0 }
    ) async throws -> T {
        guard caller.mayWrite else { throw Problem.forbidden() }
        return try await database.slow(as: caller) { transaction in
            // The second of two at once waits here, then finds it applied.
            let waiting = try await transaction.rows(
                """
                SELECT expires_at, applied_at, sheet FROM sheet_import
                 WHERE id = \(id) AND expires_at > \(transaction.now) FOR UPDATE
                """, as: Waiting.self
            ).first()
            guard let waiting else { throw PlanRefusals.sheetImport() }
            try await transaction.claim()
            if let day = waiting.appliedAt { throw PlanRefusals.alreadyApplied(at: day) }
            let outcomes = try await outcomes(
                of: waiting.sheet, id, applying: true, language, as: caller, transaction)
            // What people wrote is in the plan now, or nowhere.
            try await transaction.execute(
                "UPDATE sheet_import SET applied_at = \(transaction.now), sheet = '[]' WHERE id = \(id)")
            return try answer(
                SheetImport(id: id, expiresAt: waiting.expiresAt, appliedAt: transaction.now, rows: outcomes))
        }
    }

    private struct Waiting: Decodable, Sendable {
        var expiresAt: Instant
        var appliedAt: Instant?
        var sheet: [SheetRow]
    }

    private func keep(
        _ rows: [SheetRow], _ id: Identifier<SheetImport>, until expiry: Instant, _ transaction: Transaction
    ) async throws {
        guard let member = transaction.caller.member?.id else { throw Problem.forbidden() }
        try await transaction.execute(
            """
            DELETE FROM sheet_import
             WHERE member_id = \(member) AND id NOT IN (
                   SELECT id FROM sheet_import WHERE member_id = \(member) ORDER BY id DESC LIMIT \(Self.mostWaiting - 1))
            """)
        try await transaction.execute(
            """
            INSERT INTO sheet_import (id, member_id, made_at, expires_at, sheet)
            VALUES (\(id), \(member), \(transaction.now), \(expiry), \(json: .array(rows.map(\.json)))::jsonb)
            """)
    }

    // MARK: - Row by row

    /// An action that a row may be about.
    private struct Held: Decodable, Sendable {
        var id: PublicAction.ID
        var code: String
        var version: Int
        var fields: JSON
        var isLead: Bool
        var isKnown: Bool
    }

    private func held(_ codes: [String], as caller: Caller, _ transaction: Transaction) async throws -> [String: Held] {
        let organisation = caller.member?.organisationID
        let all = try await transaction.rows(
            """
            SELECT a.id, a.code, a.version,
                   jsonb_build_object(
                       'title', a.title, 'description', a.description, 'planned_start', a.planned_start,
                       'planned_end', a.planned_end, 'actual_start', a.actual_start, 'actual_end', a.actual_end,
                       'health', a.health, 'is_public', a.is_public, 'territory', a.territory, 'audiences',
                       a.audiences, 'priority', a.priority, 'axis', x.code, 'status', a.status) AS fields,
                   coalesce(a.lead_organisation_id = \(organisation), false) AS is_lead,
                   a.is_public OR EXISTS (SELECT FROM action_partner p
                                           WHERE p.action_id = a.id AND p.organisation_id = \(organisation))
                               OR EXISTS (SELECT FROM funding_line f
                                           WHERE f.action_id = a.id AND f.funder_id = \(organisation)) AS is_known
              FROM action a JOIN axis x ON x.id = a.axis_id
             WHERE a.code = ANY (\(list: codes)::text[])
            """, as: Held.self
        ).all()
        return Dictionary(all.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Lets nobody else change the rows' actions until the end, so that what is told is what was done. In the order of codes:
    /// two sheets never wait for each other.
    private func lock(_ codes: [String], as caller: Caller, _ transaction: Transaction) async throws {
        try await transaction.execute(
            """
            SELECT FROM action
             WHERE code = ANY (\(list: codes)::text[])
               AND (\(caller.isTeam) OR lead_organisation_id = \(caller.member?.organisationID))
             ORDER BY code FOR UPDATE
            """)
    }

    private func outcomes(
        of rows: [SheetRow], _ id: Identifier<SheetImport>, applying: Bool, _ language: Language, as caller: Caller,
        _ transaction: Transaction
    ) async throws -> [SheetImport.Row] {
        if applying { try await lock(rows.map(\.code), as: caller, transaction) }
        let held = try await held(rows.map(\.code), as: caller, transaction)
        // A title that the caller may not know of is not told by a refusal either.
        let known = held.values.filter { caller.isTeam || $0.isLead || $0.isKnown }
        let titles = Dictionary(
            known.map { ($0.fields["title"]?.string ?? "", $0.code) }, uniquingKeysWith: { first, _ in first })
        var outcomes = rows.map {
            SheetImport.Row(line: $0.line, code: $0.code, state: .unchanged, changes: [], conflicts: [], problems: [])
        }
        // By code: a preview takes its locks in the same order as who applies.
        for index in rows.indices.sorted(by: { rows[$0].code < rows[$1].code }) {
            let row = rows[index]
            do {
                guard row.problems.isEmpty else { throw Unusable(problems: row.problems) }
                let action = try action(of: row, held, as: caller)
                try checkMixedUp(row, action, titles)
                try await outcome(
                    of: row, action, id, applying: applying, &outcomes[index],
                    as: caller, transaction)
            } catch let unusable as Unusable {
                outcomes[index].state = .refused
                outcomes[index].problems = unusable.problems.map {
                    .init(column: $0.column, value: $0.value, reason: language == .french ? $0.fr : $0.en)
                }
            }
        }
        return outcomes
    }

    private struct Unusable: Error { var problems: [SheetProblem] }

    /// The action that a row is about, if it is the caller's to change.
    private func action(of row: SheetRow, _ held: [String: Held], as caller: Caller) throws -> Held {
        func unusable(_ detail: Text) -> Unusable {
            Unusable(problems: [SheetProblem(ActionSheetColumn.code.heading, row.code, detail)])
        }
        let code = try? ActionCode(fieldText: row.code)
        guard let code, let action = held[row.code], caller.isTeam || action.isLead || action.isKnown else {
            throw unusable(
                Text(
                    fr: row.code.isEmpty ? "le code manque" : "aucune action \(row.code)",
                    en: row.code.isEmpty ? "the code is missing" : "there is no action \(row.code)"))
        }
        guard caller.isTeam || action.isLead else { throw unusable(PlanRefusals.notYours(code).detail) }
        return action
    }

    /// Codes that were sorted without their rows: versions alone don't tell, where they are equal.
    private func checkMixedUp(_ row: SheetRow, _ action: Held, _ titles: [String: String]) throws {
        guard let title = row.cells["title"]?.string, let other = titles[title], other != action.code,
            !ActionSheetReading.isSame(.string(title), action.fields["title"] ?? .null)
        else { return }
        let reason = Text(
            fr: "cette ligne a l'intitulé de \(other) : les codes ont été déplacés sans leurs lignes",
            en: "this row has the title of \(other): codes were moved without their rows")
        throw Unusable(problems: [SheetProblem(ActionSheetColumn.code.heading, row.code, reason)])
    }

    /// What comes of one row. Its edits are the cells that differ from the value at the row's version; they are made as a PATCH
    /// with that `base_version`, apart from the other rows.
    private func outcome(
        of row: SheetRow, _ action: Held, _ id: Identifier<SheetImport>, applying: Bool,
        _ outcome: inout SheetImport.Row, as caller: Caller, _ transaction: Transaction
    ) async throws {
        let version = try usable(row, action)
        let now = JSONFields(action.fields.members)
        var base = Dictionary(
            action.fields.members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        if version < action.version {
            for old in try await actions.before(action.id, since: version, transaction) {
                base[old.field] = old.value ?? .null
            }
        }
        for fixed in row.fixed.members where !ActionSheetReading.isSame(fixed.value, base[fixed.name] ?? .null) {
            // Somebody else's change that the row has too is no change of the row's.
            if ActionSheetReading.isSame(fixed.value, now.value(fixed.name)) { continue }
            throw Unusable(problems: [Self.fixed(fixed)])
        }
        let edits = row.cells.members.filter { !ActionSheetReading.isSame($0.value, base[$0.name] ?? .null) }
        outcome.changes = edits.filter { !ActionSheetReading.isSame($0.value, now.value($0.name)) }
            .map { .init(field: $0.name, from: now.value($0.name), to: $0.value) }
        guard !outcome.changes.isEmpty else { return }
        do {
            try await transaction.apart {
                try await edit(action, edits, version, row, id, as: caller, transaction)
                if !applying { throw Rehearsed() }
            }
            outcome.state = .applied
        } catch is Rehearsed {
            outcome.state = .change
        } catch {
            guard let refusal = Refusal.mapping(error, PlanRefusals.byConstraint) as? Refusal else { throw error }
            let conflicts = refusal.extras.first { $0.name == "conflicts" }?.value.elements ?? []
            guard refusal.problem == .conflictingChange else {
                throw Unusable(problems: Self.problems(of: refusal, row))
            }
            outcome.state = .conflict
            outcome.conflicts = conflicts.map {
                .init(field: $0["field"]?.string ?? "", yours: $0["yours"], current: $0["current"])
            }
            outcome.changes.removeAll { change in outcome.conflicts.contains { $0.field == change.field } }
        }
    }

    /// Undoes what a preview tried.
    private struct Rehearsed: Error {}

    private func edit(
        _ action: Held, _ edits: [JSON.Member], _ version: Int, _ row: SheetRow, _ id: Identifier<SheetImport>,
        as caller: Caller, _ transaction: Transaction
    ) async throws {
        let changes: ActionChanges
        do { changes = try FieldReader.read(ActionChanges.self, from: JSONFields(edits)) } catch let wrong
            as FieldErrors
        {
            throw Unusable(
                problems: wrong.errors.map { SheetProblem(Self.heading($0.pointer), "", $0.detail) })
        }
        try await actions.edit(
            try ActionCode(fieldText: action.code), changes, precondition: Precondition(base: version, fields: edits),
            operation: "action.import",
            details: ["import": .string(id.fieldText), "line": JSON(row.line)], as: caller, in: transaction)
    }

    /// The version that a row was read at, if the action was ever at it.
    private func usable(_ row: SheetRow, _ action: Held) throws -> Int {
        func unusable(_ fr: String, _ en: String) -> Unusable {
            let value = row.version.map(String.init) ?? ""
            return Unusable(problems: [SheetProblem(ActionSheetColumn.version.heading, value, Text(fr: fr, en: en))])
        }
        guard let version = row.version else {
            throw unusable("la version manque", "the version is missing")
        }
        guard version <= action.version else {
            throw unusable(
                "l'action \(action.code) n'en est qu'à la version \(action.version) : cette ligne est celle d'une autre action",
                "action \(action.code) is only at version \(action.version): this row is another action's")
        }
        return version
    }

    private static func fixed(_ cell: JSON.Member) -> SheetProblem {
        let column = ActionSheetColumn(rawValue: cell.name)
        let reason =
            column == .status
            ? Text(
                fr: "le statut se change sur la plateforme, qui demande un motif ou une preuve",
                en: "the status is changed on the platform, which asks for a reason or evidence")
            : Text(fr: "fixé par le plan", en: "fixed by the plan")
        return SheetProblem(column?.heading ?? cell.name, cell.value.string ?? "", reason)
    }

    private static func heading(_ pointer: String) -> String {
        let name = String(pointer.drop { $0 == "/" })
        return ActionSheetColumn(rawValue: name)?.heading ?? name
    }

    /// A PATCH's refusal, cell by cell.
    private static func problems(of refusal: Refusal, _ row: SheetRow) -> [SheetProblem] {
        guard !refusal.errors.isEmpty else {
            return [SheetProblem(ActionSheetColumn.code.heading, row.code, refusal.detail)]
        }
        return refusal.errors.map { error in
            let value = row.cells[String(error.pointer.drop { $0 == "/" })] ?? .null
            return SheetProblem(
                heading(error.pointer), value.string ?? (value == .null ? "" : value.text), error.detail)
        }
    }
}

extension JSONFields {
    fileprivate func value(_ name: String) -> JSON {
        if case .json(let value) = field(name) { value } else { .null }
    }
}
