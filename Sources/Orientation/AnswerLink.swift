public import Accounts
public import Fields

/// What who holds a recruiter's link may answer (`security.md` §4).
public struct LinkAnswer: Decodable, Sendable, Hashable {
    /// Where to: under_review, appointment, accepted, refused.
    public var to: OrientationState
    /// The version that was shown: another answer meanwhile is told, not overwritten. Pages always send it.
    public var version: String?
    /// The one-time key of the page's form: sent twice, it is answered twice and made once.
    public var key: LinkForm.Key?
    /// Why it is refused: a code of `/v1/reference/refusal_reasons`.
    public var reason: ReasonCode?
    /// Of a refusal: what the person reads.
    public var toCandidate: String?
    /// Of a refusal: what the prescriber reads.
    public var toPrescriber: String?
    /// When they meet.
    public var appointmentAt: Instant?
    /// The same as a clock in Paris shows it, as pages send it: `2026-12-01T10:30`.
    public var appointmentLocal: String?
    /// Where they meet.
    public var place: String?
}

/// What a candidate may do by the link of their own.
public struct CandidateChoice: Decodable, Sendable, Hashable {
    /// Which orientation.
    public var orientation: Orientation.ID
    /// `withdrawn`.
    public var to: OrientationState
    /// The version that was shown. Pages always send it.
    public var version: String?
    /// The one-time key of the page's form.
    public var key: LinkForm.Key?
}

/// A form on a page behind a link.
public enum LinkForm {
    /// What tells a form that is sent twice from two forms: made for each page that is shown, kept only once it was used.
    public typealias Key = Identifier<LinkForm>
}

/// An orientation as who holds a recruiter's link sees it. Once its answer is given it only says which, without identity.
public struct LinkedOrientation: Decodable, Sendable {
    /// What it is for.
    public var target: OrientationTarget
    /// Who proposes and follows the person.
    public var organisation: OrganisationReference
    /// The person, as far as who recruits may see; nil once the answer is given, and when that time is over.
    public var candidate: OrientationPerson?
    /// Where it stands; nil once there is nothing left to answer by this link.
    public var state: OrientationState?
    /// What was answered, once there is nothing left to answer.
    public var answer: LinkOutcome?
    /// When it was sent.
    public var sentAt: Instant?
    /// By when an answer is due.
    public var dueOn: Day?
    /// When they meet.
    public var appointmentAt: Instant?
    /// Where they meet.
    public var place: String?
    /// What was written about it, the oldest first.
    public var messages: [OrientationText]
    /// The version that an answer names.
    public var version: Int
}

/// How a link came to its end.
public enum LinkOutcome: String, FieldEnum {
    /// It was accepted.
    case accepted
    /// It was refused.
    case refused
    /// The person is no longer available, or the place is gone: never why or where.
    case closed
}

/// One of a person's orientations, as the person sees it.
public struct CandidateOrientation: Decodable, Sendable {
    /// Its id.
    public var id: Orientation.ID
    /// What it is for.
    public var target: OrientationTarget
    /// Who proposed it.
    public var organisation: OrganisationReference
    /// Where it stands.
    public var state: OrientationState
    /// When it was sent.
    public var sentAt: Instant?
    /// By when a next step is due.
    public var dueOn: Day?
    /// When they meet, while that is to come.
    public var appointmentAt: Instant?
    /// What was written for the person.
    public var texts: [OrientationText]
    /// What the reason of a refusal is called for the person.
    public var reasonText: String?
    /// Whether the person may withdraw it.
    public var mayWithdraw: Bool
    /// Its version.
    public var version: Int
}
