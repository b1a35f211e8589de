import Accounts
public import Contract
public import Fields
public import Postgres

/// How the team and partners work together on actions: comments, and the same change to many.
extension ActionStore {
    // MARK: - Comments

    /// A page of an action's comments, the oldest first; for its lead, its partners and the team.
    public func comments(
        _ code: ActionCode, limit: PageLimit, cursor: Cursor?, as caller: Caller
    ) async throws -> Rows<ActionComment> {
        let after = try cursor?.key(of: "comments", Identifier<ActionComment>.self)
        return try await database.transaction(as: caller) { transaction in
            let current = try await current(code, locked: false, as: caller, transaction)
            guard caller.isTeam || caller.isSystem || current.isLead || current.isPartner else {
                throw PlanRefusals.notYours(code)
            }
            return try await transaction.rows(
                """
                SELECT \(columns: ActionComment.self)
                  FROM (\(Self.comments(of: current.id))) AS comment
                 WHERE \(after)::uuid IS NULL OR id > \(after)::uuid
                 ORDER BY id LIMIT \(limit.count + 1)
                """, as: ActionComment.self)
        }
    }

    /// Says something about an action to the other side; its lead, its partners and the team may. It is no news of the action: its
    /// version stays.
    public func addComment<T: Sendable>(
        _ code: ActionCode, _ new: NewComment, as caller: Caller, answer: (Rows<ActionComment>) throws -> T = { $0 }
    ) async throws -> T {
        do {
            return try await database.transaction(as: caller) { transaction in
                let current = try await current(code, locked: false, as: caller, transaction)
                try mayAdd(caller, current, code)
                guard let member = caller.member else { throw Problem.unauthenticated() }
                try await transaction.record("action.comment", on: "action", id: current.id.uuid)
                let id = transaction.newID(Identifier<ActionComment>.self)
                try await transaction.execute(
                    """
                    INSERT INTO action_comment (id, action_id, organisation_id, is_from_team, text, written_at, author_id)
                    VALUES (\(id), \(current.id), \(member.organisationID), \(caller.isTeam), \(new.text), \(transaction.now),
                            \(member.id))
                    """)
                return try answer(
                    try await transaction.rows(
                        "SELECT \(columns: ActionComment.self) FROM (\(Self.comments(of: current.id))) AS c WHERE id = \(id)",
                        as: ActionComment.self))
            }
        } catch { throw Refusal.mapping(error, PlanRefusals.byConstraint) }
    }

    private static func comments(of action: PublicAction.ID) -> SQL {
        """
        SELECT c.id, jsonb_build_object('code', o.code, 'name', o.name) AS organisation, c.is_from_team, c.text, c.written_at
          FROM action_comment c JOIN organisation o ON o.id = c.organisation_id WHERE c.action_id = \(action)
        """
    }

    // MARK: - The same change to many

    /// Thrown to roll back what was only tried.
    private struct Rehearsed: Error { let outcome: BulkOutcome }

    /// Changes fields of every action of a selection in one transaction, or says what would change. The team's to do on all, an
    /// organisation's on the actions it leads. Each action has its history; the whole has one audit row.
    public func edit<T: Sendable>(
        _ bulk: BulkChanges, as caller: Caller, answer: (BulkOutcome) throws -> T = { $0 }
    ) async throws -> T {
        guard caller.mayWrite else { throw Problem.forbidden() }
        guard bulk.selection != BulkChanges.Selection() else { throw PlanRefusals.emptySelection() }
        guard bulk.changes != ActionChanges() else { throw PlanRefusals.emptyChanges() }
        if !caller.isTeam, !caller.isSystem, !bulk.changes.teamOnly.isEmpty {
            throw PlanRefusals.teamOnly(bulk.changes.teamOnly)
        }
        do {
            return try await database.slow(as: caller) { transaction in
                let codes = try await selected(bulk.selection, as: caller, transaction)
                try await transaction.record("action.bulk", on: "action", details: ["selected": JSON(codes.count)])
                for code in codes {
                    let current = try await current(code, locked: true, as: caller, transaction)
                    try await apply(bulk.changes, to: current, transaction)
                }
                let lines = try await transaction.rows(
                    """
                    SELECT a.code, c.field, c.old_value AS "from", c.new_value AS "to"
                      FROM action_change c JOIN action a ON a.id = c.action_id
                     WHERE c.audit_id = current_setting('pa31.audit')::uuid AND c.part = 'action' ORDER BY a.code, c.id
                    """, as: BulkOutcome.Line.self
                ).all()
                let outcome = BulkOutcome(
                    selected: codes.count, changed: Set(lines.map(\.code)).count, applied: bulk.apply == true,
                    changes: lines)
                if !outcome.applied { throw Rehearsed(outcome: outcome) }
                return try answer(outcome)
            }
        } catch let rehearsed as Rehearsed {
            return try answer(rehearsed.outcome)
        } catch { throw Refusal.mapping(error, PlanRefusals.byConstraint) }
    }

    /// The codes of a selection, in their order: everybody locks them in the same one. Named codes must all be there.
    private func selected(
        _ selection: BulkChanges.Selection, as caller: Caller, _ transaction: Transaction
    ) async throws -> [ActionCode] {
        var filter = SteeringStore.Filter()
        (filter.axis, filter.status, filter.lead) = (selection.axis, selection.status, selection.lead)
        (filter.funder, filter.territory, filter.view) = (selection.funder, selection.territory, selection.view)
        let mayAll = caller.isTeam || caller.isSystem
        let organisation = caller.member?.organisationID
        let named: SQL = selection.codes.map { "v.code = ANY (\(list: $0)::text[])" } ?? "true"
        struct Found: Decodable { var code: ActionCode }
        let found = try await transaction.rows(
            """
            SELECT v.code FROM (\(Self.actions(on: transaction.today))) AS v
             WHERE (\(mayAll) OR v.lead_organisation_id = \(organisation)) AND \(named) AND \(filter.conditions)
             ORDER BY v.code
            """, as: Found.self
        ).all().map(\.code)
        if let missing = selection.codes?.first(where: { !found.contains($0) }) {
            // 404 for one that the caller may not know of, 403 for one it only reads, 422 for one outside the other conditions.
            let current = try await current(missing, locked: false, as: caller, transaction)
            _ = try actor(caller, current, missing)
            throw PlanRefusals.outsideSelection(missing)
        }
        return found
    }
}
