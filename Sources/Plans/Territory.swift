public import Fields
public import Reference

/// How a place is covered by the plan.
public struct Coverage: Decodable, Sendable {
    /// Its code.
    public var code: PlaceCode
    /// A grouping or a commune.
    public var kind: PlaceKind
    /// Its name.
    public var name: String
    /// SIREN of the grouping a commune is part of.
    public var epciSiren: PlaceCode?
    /// Municipal population.
    public var population: Int
    /// Actions, not abandoned, that name it, what it is part of, or what is part of it, the whole département left out.
    public var actions: Int
    /// Those of them that are in progress.
    public var inProgress: Int
    /// Actions, not abandoned, of the whole département.
    public var departementActions: Int
}

/// For whom an action is.
public enum Audience: String, FieldEnum {
    case jobSeekers = "job_seekers"
    case careerChangers = "career_changers"
    case students, employees, employers, prescribers, carers
    case generalPublic = "general_public"

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .jobSeekers: Text(fr: "demandeurs d'emploi", en: "job seekers")
        case .careerChangers: Text(fr: "personnes en reconversion", en: "career changers")
        case .students: Text(fr: "élèves et étudiants", en: "students")
        case .employees: Text(fr: "salariés", en: "employees")
        case .employers: Text(fr: "employeurs", en: "employers")
        case .prescribers: Text(fr: "prescripteurs", en: "prescribers")
        case .carers: Text(fr: "aidants", en: "carers")
        case .generalPublic: Text(fr: "grand public", en: "general public")
        }
    }
}

/// How much the team wants an action watched.
public enum ActionPriority: String, FieldEnum {
    case low, normal, high

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .low: Text(fr: "basse", en: "low")
        case .normal: Text(fr: "normale", en: "normal")
        case .high: Text(fr: "haute", en: "high")
        }
    }
}
