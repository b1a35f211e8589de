public import Contract
public import Fields

/// Who moves an action.
public enum ActionActor: String, FieldEnum {
    /// A member of the lead organisation.
    case lead
    /// A member of the platform's team.
    case team
}

/// How an action moves (`domain.md` §4.1): the one source of checks, answers, reference, documentation and tests.
public let actionTransitions = TransitionTable<ActionStatus, ActionActor>(
    "action",
    [
        .init([.planned], to: .inProgress, by: [.lead, .team]),
        .init([.planned, .inProgress, .blocked], to: .paused, by: [.lead, .team], needs: [["reason"]]),
        .init(
            [.planned, .inProgress, .paused], to: .blocked, by: [.lead, .team], needs: [["blocker"], ["unblocker"]]),
        .init([.paused, .blocked], to: .inProgress, by: [.lead, .team]),
        .init([.inProgress], to: .done, by: [.lead], needs: [["evidence"]]),
        .init([.inProgress], to: .done, by: [.team], needs: [["evidence", "reason"]]),
        .init([.planned, .inProgress, .paused, .blocked], to: .abandoned, by: [.lead, .team], needs: [["reason"]]),
        .init([.done, .abandoned], to: .inProgress, by: [.team], needs: [["reason"]]),
    ])
