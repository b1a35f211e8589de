public import Fields

/// Where an orientation stands (`domain.md` §4.3).
public enum OrientationState: String, FieldEnum {
    /// Being written; nobody but its prescriber sees it.
    case draft
    case sent
    case underReview = "under_review"
    case appointment
    /// Something comes before a hire: an immersion, a training of a few days.
    case priorAction = "prior_action"
    /// Kept for a later need, by the person's consent.
    case pool
    case accepted
    case inTraining = "in_training"
    case hired
    case refused
    case withdrawn
    /// Nobody answered in time, or nothing followed.
    case expired
    /// The person was hired elsewhere.
    case obsolete
    /// The training came to its end.
    case completed

    /// Whether somebody owes a next step.
    public var isOpen: Bool { !isFinal && self != .draft }

    /// Whether it is at its end.
    public var isFinal: Bool {
        switch self {
        case .refused, .withdrawn, .expired, .obsolete, .hired, .completed: true
        case .draft, .sent, .underReview, .appointment, .priorAction, .pool, .accepted, .inTraining: false
        }
    }

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .draft: Text(fr: "brouillon", en: "draft")
        case .sent: Text(fr: "envoyée", en: "sent")
        case .underReview: Text(fr: "à l'étude", en: "under review")
        case .appointment: Text(fr: "entretien fixé", en: "appointment")
        case .priorAction: Text(fr: "action préalable", en: "prior action")
        case .pool: Text(fr: "vivier", en: "pool")
        case .accepted: Text(fr: "acceptée", en: "accepted")
        case .inTraining: Text(fr: "en formation", en: "in training")
        case .hired: Text(fr: "embauche", en: "hired")
        case .refused: Text(fr: "refusée", en: "refused")
        case .withdrawn: Text(fr: "retirée", en: "withdrawn")
        case .expired: Text(fr: "expirée", en: "expired")
        case .obsolete: Text(fr: "sans objet", en: "obsolete")
        case .completed: Text(fr: "formation terminée", en: "completed")
        }
    }
}

/// Who moves an orientation.
public enum OrientationActor: String, FieldEnum {
    /// A member of the organisation that proposes the person, or whose file it is.
    case prescriber
    /// A member of the organisation that received it: the employer, or a session's organiser.
    case recruiter
    /// Who holds the link that was sent to the recruitment address.
    case recruiterLink = "recruiter_link"
    /// The person, by the link of their own.
    case candidate
    /// The day it is.
    case clock
    /// What happens elsewhere: a hire, a target that closed.
    case system

    /// The words people use for who acts.
    public var label: Text {
        switch self {
        case .prescriber: Text(fr: "prescripteur", en: "prescriber")
        case .recruiter: Text(fr: "recruteur", en: "recruiter")
        case .recruiterLink: Text(fr: "recruteur, par son lien", en: "recruiter, by link")
        case .candidate: Text(fr: "la personne", en: "the person")
        case .clock: Text(fr: "échéance", en: "clock")
        case .system: Text(fr: "service", en: "service")
        }
    }

    /// Whether it speaks for who received the orientation: only such an answer counts.
    public var isReceiver: Bool { self == .recruiter || self == .recruiterLink }
}

/// What an orientation is sent for.
public enum TargetKind: String, FieldEnum {
    case need
    /// A spontaneous one.
    case structure
    case session
}

/// What comes before a hire.
public enum PriorAction: String, FieldEnum {
    /// Période de mise en situation en milieu professionnel.
    case pmsmp
    /// Préparation opérationnelle à l'emploi collective.
    case poec
    /// Préparation opérationnelle à l'emploi individuelle.
    case poei
    /// Validation des acquis de l'expérience.
    case vae
    case immersion
    case jobTest = "job_test"
}

/// How a training ended.
public enum TrainingResult: String, FieldEnum {
    /// With its diploma or title.
    case certified
    /// To its end, without one.
    case finished
    /// With a part of the diploma.
    case partly
    /// Before its end.
    case dropped
}

/// What became of a hired person.
public enum CheckpointOutcome: String, FieldEnum {
    case stillThere = "still_there"
    case elsewhere
    case inTraining = "in_training"
    case notEmployed = "not_employed"
    case unknown

    /// The words people use for it.
    public var label: Text {
        switch self {
        case .stillThere: Text(fr: "toujours en poste", en: "still there")
        case .elsewhere: Text(fr: "en emploi ailleurs", en: "employed elsewhere")
        case .inTraining: Text(fr: "en formation", en: "in training")
        case .notEmployed: Text(fr: "sans emploi", en: "not employed")
        case .unknown: Text(fr: "sans nouvelles", en: "unknown")
        }
    }
}
