public import Fields

/// Where an action stands (`domain.md` §4.1).
public enum ActionStatus: String, FieldEnum {
    case planned
    case inProgress = "in_progress"
    case paused
    case blocked
    case done
    case abandoned

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .planned: Text(fr: "prévue", en: "planned")
        case .inProgress: Text(fr: "en cours", en: "in progress")
        case .paused: Text(fr: "en pause", en: "paused")
        case .blocked: Text(fr: "bloquée", en: "blocked")
        case .done: Text(fr: "réalisée", en: "done")
        case .abandoned: Text(fr: "abandonnée", en: "abandoned")
        }
    }
}
