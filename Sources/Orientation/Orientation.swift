public import Accounts
public import Fields
public import Recruitment

/// A person proposed for a need, to a structure or for a session, as one of its parties sees it.
public struct Orientation: Decodable, Sendable {
    /// Ids of orientations.
    public typealias ID = Identifier<Orientation>

    /// Its id.
    public var id: ID
    /// What it is for.
    public var target: OrientationTarget
    /// The person, as far as the reader may see; nil once that time is over, and for the team.
    public var candidate: OrientationPerson?
    /// Who proposes and follows the person.
    public var organisation: OrganisationReference
    /// Who received it.
    public var receiver: OrganisationReference?
    /// As what the reader sees it.
    public var role: OrientationRole
    /// Where it stands.
    public var state: OrientationState
    /// The last day of who owes the next step.
    public var dueOn: Day?
    /// When it was sent.
    public var sentAt: Instant?
    /// The structure's first answer.
    public var answeredAt: Instant?
    /// When it came to its end.
    public var closedAt: Instant?
    /// How many reminders went out.
    public var reminded: Int
    /// Why it was refused: a code of `/v1/reference/refusal_reasons`.
    public var reason: String?
    /// When they meet.
    public var appointmentAt: Instant?
    /// What comes before a hire.
    public var priorAction: PriorAction?
    /// Its first day.
    public var priorStartsOn: Day?
    /// Its last day.
    public var priorEndsOn: Day?
    /// The session in which the person is trained.
    public var trainingSessionID: PublicSession.ID?
    /// The training's first day.
    public var trainingStartsOn: Day?
    /// The training's last day.
    public var trainingEndsOn: Day?
    /// How it ended.
    public var trainingResult: TrainingResult?
    /// When the hire was recorded.
    public var hiredAt: Instant?
    /// Type of contract.
    public var hireContract: ContractCode?
    /// First day of work.
    public var hireStartsOn: Day?
    /// Hours a week.
    public var hireHours: Double?
    /// What was written, the oldest first: what the reader may read of it.
    public var texts: [OrientationText]
    /// What happened, the oldest first.
    public var events: [OrientationEvent]
    /// After a hire, for who follows the person: what became of it.
    public var checkpoints: [Checkpoint]
    /// When it was written.
    public var createdAt: Instant
    /// Its last change.
    public var updatedAt: Instant
    /// Raised by every change; `If-Match` names it.
    public var version: Int
}

/// As what somebody sees an orientation.
public enum OrientationRole: String, FieldEnum {
    /// Its prescriber, or the person's referent.
    case prescriber
    /// Who received it.
    case recruiter
    /// The platform's team: state and dates only.
    case team
    /// The person.
    case candidate
}

/// What an orientation is for.
public struct OrientationTarget: Decodable, Sendable {
    /// A need, a structure, a session.
    public var kind: TargetKind
    /// Its id.
    public var id: Identifier<OrientationTarget>
    /// A need's or session's title; a structure's name.
    public var title: String
    /// Name of the structure, or of the session's organiser.
    public var host: String
    /// Commune.
    public var commune: String?
}

/// The person as who received an orientation sees it: more once it is taken up, nothing when the time is over.
public struct OrientationPerson: Decodable, Sendable {
    /// The file, for who may open it.
    public var id: Candidate.ID?
    /// First name.
    public var firstName: String
    /// Surname; from `under_review` on.
    public var lastName: String?
    /// Address; from `under_review` on.
    public var email: String?
    /// Telephone; from `under_review` on.
    public var phone: String?
    /// Diplomas (ids of `/v1/reference/diplomas`).
    public var diplomas: [String]
    /// Years of experience in the sector.
    public var experienceYears: Double?
    /// What the person did, in words; from `under_review` on.
    public var experience: String?
    /// Whether with a driving licence.
    public var licence: Bool?
    /// Whether with a vehicle.
    public var vehicle: Bool?
    /// How far from home, in kilometres.
    public var mobilityKm: Int?
    /// Kilometres between home and work, as the crow flies, between communes.
    public var distanceKm: Int?
    /// First day; nil: at once.
    public var availableFrom: Day?
    /// Whether work at night is accepted.
    public var night: Bool
    /// Whether work at weekends is accepted.
    public var weekend: Bool
    /// Whether days in several parts are accepted.
    public var splitShifts: Bool
}

/// Something that was written about an orientation.
public struct OrientationText: Decodable, Sendable {
    /// message, to_candidate, to_prescriber, place, programme, note.
    public var kind: String
    /// What was written.
    public var text: String
    /// For which organisation; nil by a link.
    public var organisation: String?
    /// When.
    public var at: Instant
}

/// Something that happened to an orientation.
public struct OrientationEvent: Decodable, Sendable {
    /// When.
    public var at: Instant
    /// created, moved, reminded, message, transferred, checkpoint.
    public var kind: String
    /// From where it moved.
    public var from: OrientationState?
    /// Where to.
    public var to: OrientationState?
    /// Who did it.
    public var actor: OrientationActor
    /// For which organisation.
    public var organisation: String?
    /// The reason's code; the number of a reminder.
    public var reason: String?
}

/// What became of a hired person after some months.
public struct Checkpoint: Decodable, Sendable {
    /// 1, 3, 6 or 12.
    public var months: Int
    /// The day to ask.
    public var dueOn: Day
    /// What became of it.
    public var outcome: CheckpointOutcome?
    /// When that was recorded.
    public var recordedAt: Instant?
}

/// A line of a list of orientations: no way to reach anybody in it.
public struct OrientationLine: Decodable, Sendable {
    /// Its id.
    public var id: Orientation.ID
    /// What it is for.
    public var target: OrientationTarget
    /// The file, for who follows the person.
    public var candidateID: Candidate.ID?
    /// The person's first name, for its parties.
    public var firstName: String?
    /// Who proposes the person.
    public var organisation: OrganisationReference
    /// As what the reader sees it.
    public var role: OrientationRole
    /// Where it stands.
    public var state: OrientationState
    /// The last day of who owes the next step.
    public var dueOn: Day?
    /// Whether that day is past.
    public var isOverdue: Bool
    /// When it was sent.
    public var sentAt: Instant?
    /// When it came to its end.
    public var closedAt: Instant?
    /// Its version.
    public var version: Int
}
