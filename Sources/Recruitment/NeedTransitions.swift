public import Contract
public import Fields

/// Who moves a need.
public enum NeedActor: String, FieldEnum {
    /// A member of the employer whose structure recruits.
    case recruiter
    /// A member of the platform's team.
    case team
    /// A hire, or a hire that fell through.
    case system
    /// The day it is.
    case clock
}

/// How a need moves (`domain.md` §4.2): the one source of checks, answers, reference, documentation and tests.
///
/// Opening gives it a new period. A filled need has no position left, so it opens again for so many more.
public let needTransitions = TransitionTable<NeedState, NeedActor>(
    "need",
    [
        .init([.draft], to: .open, by: [.recruiter], takes: [], when: ["proved_contact"]),
        .init([.open], to: .paused, by: [.recruiter], takes: []),
        .init([.open, .paused], to: .closed, by: [.recruiter, .team], needs: [["reason"]], takes: []),
        // Its structure closed, or is its employer's no more.
        .init([.open, .paused], to: .closed, by: [.clock], needs: [["reason"]], takes: []),
        .init([.open, .paused], to: .expired, by: [.clock], takes: []),
        .init([.open, .paused, .closed, .expired], to: .filled, by: [.system], takes: []),
        .init([.filled], to: .open, by: [.system], takes: []),
        .init([.filled], to: .expired, by: [.system], takes: []),
        .init(
            [.paused, .closed, .expired], to: .open, by: [.recruiter], takes: ["positions"], when: ["proved_contact"]),
        .init([.filled], to: .open, by: [.recruiter], needs: [["positions"]], takes: [], when: ["proved_contact"]),
    ])
