import Accounts
public import Contract
public import Fields
public import Postgres

/// How an action's milestones and indicators change. They are parts of the action: its version is theirs, its history tells
/// them, its lead and the team change them.
extension ActionStore {
    /// One of the tables of parts, and which of its rows.
    private enum Part {
        case milestone(Identifier<Milestone>)
        case indicator(Identifier<Indicator>)

        /// The part as its action's history names it, and its present values.
        struct Present: Decodable {
            var name: String
            var row: JSON
        }

        func present(in action: PublicAction.ID, _ transaction: Transaction) async throws -> Present {
            let statement: SQL =
                switch self {
                case .milestone(let id):
                    """
                    SELECT 'milestone ' || title AS name, to_jsonb(milestone) AS row FROM milestone
                     WHERE id = \(id) AND action_id = \(action)
                    """
                case .indicator(let id):
                    """
                    SELECT 'indicator ' || title AS name, to_jsonb(indicator) AS row FROM indicator
                     WHERE id = \(id) AND action_id = \(action)
                    """
                }
            guard let present = try await transaction.rows(statement, as: Present.self).first() else {
                if case .milestone = self { throw PlanRefusals.milestone() }
                throw PlanRefusals.indicator()
            }
            return present
        }
    }

    private func part<T: Sendable>(
        _ code: ActionCode, operation: String, _ part: Part? = nil, precondition: Precondition? = nil,
        as caller: Caller, answer: (Rows<Action>) throws -> T,
        _ body: (Transaction, PublicAction.ID) async throws -> Void
    ) async throws -> T {
        try await change(
            code, operation: operation, as: caller, answer: answer,
            may: { (current) throws(Refusal) in _ = try actor(caller, current, code) }
        ) { transaction, current in
            let present = try await part?.present(in: current.id, transaction)
            if let precondition {
                try await check(precondition, current, code, part: present?.name, values: present?.row, transaction)
            }
            try await body(transaction, current.id)
        }
    }

    // MARK: - Milestones

    /// Adds a milestone.
    public func addMilestone<T: Sendable>(
        _ code: ActionCode, _ new: NewMilestone, as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await part(code, operation: "action.milestone", as: caller, answer: answer) { transaction, action in
            try await checkDue(new.dueOn, in: action, transaction)
            try await transaction.execute(
                """
                INSERT INTO milestone (id, action_id, title, due_on, weight)
                VALUES (\(transaction.newID(Identifier<Milestone>.self)), \(action), \(new.title), \(new.dueOn),
                        \(try checkedWeight(new.weight)))
                """)
        }
    }

    /// Changes a milestone, or says on which day it was reached.
    public func editMilestone<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Milestone>, _ changes: MilestoneChanges, precondition: Precondition,
        as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await part(
            code, operation: "action.milestone", .milestone(id), precondition: precondition, as: caller, answer: answer
        ) { transaction, action in
            try PlanRefusals.checkRequired([
                ("title", changes.title == .cleared), ("due_on", changes.dueOn == .cleared),
                ("weight", changes.weight == .cleared),
            ])
            if let done = changes.doneOn.applied(to: nil), done > transaction.today {
                throw PlanRefusals.future("done_on")
            }
            try await checkDue(changes.dueOn.applied(to: nil), in: action, transaction)
            let weight = try changes.weight.applied(to: nil).map { try checkedWeight($0) }
            try await transaction.execute(
                """
                UPDATE milestone
                   SET title = coalesce(\(changes.title.applied(to: nil)), title),
                       due_on = coalesce(\(changes.dueOn.applied(to: nil))::date, due_on),
                       done_on = CASE WHEN \(changes.doneOn.isChange) THEN \(changes.doneOn.applied(to: nil))::date
                                      ELSE done_on END,
                       weight = coalesce(\(weight)::integer, weight)
                 WHERE id = \(id) AND action_id = \(action)
                """)
        }
    }

    /// Takes a milestone away; the history keeps it.
    public func removeMilestone<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Milestone>, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await part(
            code, operation: "action.milestone", .milestone(id), precondition: precondition, as: caller, answer: answer
        ) { transaction, action in
            try await transaction.execute(
                "DELETE FROM milestone WHERE id = \(id) AND action_id = \(action)")
        }
    }

    // MARK: - Indicators

    /// Adds an indicator.
    public func addIndicator<T: Sendable>(
        _ code: ActionCode, _ new: NewIndicator, as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await part(code, operation: "action.indicator", as: caller, answer: answer) { transaction, action in
            try await transaction.execute(
                """
                INSERT INTO indicator (id, action_id, title, unit, baseline, target, weight)
                VALUES (\(transaction.newID(Identifier<Indicator>.self)), \(action), \(new.title), \(new.unit),
                        \(try Amount("baseline", new.baseline ?? 0))::numeric, \(try Amount("target", new.target))::numeric,
                        \(try checkedWeight(new.weight)))
                """)
        }
    }

    /// Changes an indicator. Its values stay.
    public func editIndicator<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Indicator>, _ changes: IndicatorChanges, precondition: Precondition,
        as caller: Caller, answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await part(
            code, operation: "action.indicator", .indicator(id), precondition: precondition, as: caller, answer: answer
        ) { transaction, action in
            try PlanRefusals.checkRequired([
                ("title", changes.title == .cleared), ("unit", changes.unit == .cleared),
                ("baseline", changes.baseline == .cleared), ("target", changes.target == .cleared),
                ("weight", changes.weight == .cleared),
            ])
            let baseline = try changes.baseline.applied(to: nil).map { try Amount("baseline", $0) }
            let target = try changes.target.applied(to: nil).map { try Amount("target", $0) }
            let weight = try changes.weight.applied(to: nil).map { try checkedWeight($0) }
            try await transaction.execute(
                """
                UPDATE indicator
                   SET title = coalesce(\(changes.title.applied(to: nil)), title),
                       unit = coalesce(\(changes.unit.applied(to: nil)), unit),
                       baseline = coalesce(\(baseline)::numeric, baseline), target = coalesce(\(target)::numeric, target),
                       weight = coalesce(\(weight)::integer, weight)
                 WHERE id = \(id) AND action_id = \(action)
                """)
        }
    }

    /// Takes an indicator away that has no value yet; one with values is kept (give it the weight 0).
    public func removeIndicator<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Indicator>, precondition: Precondition, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await part(
            code, operation: "action.indicator", .indicator(id), precondition: precondition, as: caller, answer: answer
        ) { transaction, action in
            try await transaction.execute(
                "DELETE FROM indicator WHERE id = \(id) AND action_id = \(action)")
        }
    }

    /// Adds a dated value; the lead, its partners and the team may.
    public func addValue<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Indicator>, _ new: NewIndicatorValue, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.value", as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayAdd(caller, current, code) }
        ) { transaction, current in
            guard new.datedOn <= transaction.today else { throw PlanRefusals.future("dated_on") }
            let touched = try await transaction.execute(
                """
                INSERT INTO indicator_value (id, indicator_id, action_id, dated_on, value, source, added_at, author_id)
                SELECT \(transaction.newID(Identifier<Indicator.Value>.self)), i.id, i.action_id, \(new.datedOn)::date,
                       \(try Amount("value", new.value))::numeric, \(new.source), \(transaction.now)::timestamptz,
                       \(caller.member?.id)::uuid
                  FROM indicator i WHERE i.id = \(id) AND i.action_id = \(current.id)
                """)
            guard touched == 1 else { throw PlanRefusals.indicator() }
        }
    }

    /// Says why a value is doubted; the lead, its partners and the team may. A settled doubt is not opened again: give a
    /// better value instead.
    public func challenge<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Indicator.Value>, _ new: NewChallenge, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.challenge", as: caller, answer: answer,
            may: { (current) throws(Refusal) in try mayAdd(caller, current, code) }
        ) { transaction, current in
            let touched = try await transaction.execute(
                """
                UPDATE indicator_value SET challenge = \(new.motive)
                 WHERE id = \(id) AND action_id = \(current.id) AND challenge IS NULL
                """)
            if touched == 0 { throw try await refusedChallenge(id, current.id, transaction) }
        }
    }

    /// Settles a doubt: the team's to do.
    public func settle<T: Sendable>(
        _ code: ActionCode, _ id: Identifier<Indicator.Value>, _ new: NewSettlement, as caller: Caller,
        answer: (Rows<Action>) throws -> T = { $0 }
    ) async throws -> T {
        try await change(
            code, operation: "action.settlement", as: caller, answer: answer,
            may: { (current) throws(Refusal) in
                guard try actor(caller, current, code) == .team else { throw PlanRefusals.teamOnly(["settlement"]) }
            }
        ) { transaction, current in
            let touched = try await transaction.execute(
                """
                UPDATE indicator_value SET settlement = \(new.settlement), settlement_note = \(new.note)
                 WHERE id = \(id) AND action_id = \(current.id) AND challenge IS NOT NULL AND settlement IS NULL
                """)
            if touched == 0 { throw try await refusedChallenge(id, current.id, transaction) }
        }
    }

    /// 404 for a value that is not there, 409 for one whose doubt stands otherwise.
    private func refusedChallenge(
        _ id: Identifier<Indicator.Value>, _ action: PublicAction.ID, _ transaction: Transaction
    ) async throws -> Refusal {
        let found = try await transaction.rows(
            """
            SELECT CASE WHEN challenge IS NULL THEN 'none' WHEN settlement IS NULL THEN 'open' ELSE 'settled' END AS value
              FROM indicator_value WHERE id = \(id) AND action_id = \(action)
            """, as: Value<String>.self
        ).first()
        guard let found else { return PlanRefusals.value() }
        return PlanRefusals.challengeState(found.value)
    }

    private func checkedWeight(_ given: Int?) throws -> Int {
        let weight = given ?? 1
        guard (0...100).contains(weight) else { throw PlanRefusals.weight() }
        return weight
    }
}

/// An amount of an indicator: three decimals, within what the column holds.
struct Amount: TextValue {
    let fieldText: String

    init(_ field: String, _ number: Double) throws(Refusal) {
        guard number.isFinite, abs(number) < 1_000_000_000_000 else { throw PlanRefusals.amount(field) }
        fieldText = "\(number)"
    }
}
