public import Contract
public import Fields

/// Who moves a session.
public enum SessionActor: String, FieldEnum {
    /// A member of the organisation that organises it.
    case organiser
    /// An acceptance, or a place that returns.
    case system
}

/// How a session moves (`domain.md` §4.2).
public let sessionTransitions = TransitionTable<SessionState, SessionActor>(
    "session",
    [
        .init([.draft], to: .open, by: [.organiser], takes: []),
        .init([.draft], to: .cancelled, by: [.organiser], takes: ["reason"]),
        .init([.open], to: .full, by: [.system], takes: []),
        .init([.full], to: .open, by: [.system], takes: []),
        .init([.open, .full], to: .cancelled, by: [.organiser], needs: [["reason"]], takes: []),
        .init([.open, .full], to: .held, by: [.organiser], takes: []),
    ])
