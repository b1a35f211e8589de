public import Accounts
public import Fields
public import Reference

/// A training, an immersion, a job test, a forum or a "Coach Autonomie", as anybody sees it while it is open (`domain.md` §4.2).
public struct PublicSession: Decodable, Sendable {
    /// Ids of sessions.
    public typealias ID = Identifier<PublicSession>

    /// Its id.
    public var id: ID
    /// In a few words.
    public var title: String
    /// In sentences.
    public var description: String?
    /// Who organises it.
    public var organisation: OrganisationReference
    /// What it is.
    public var kind: SessionKind
    /// The job it is about: its ROME code.
    public var job: RomeCode?
    /// The version of ROME that the code is of.
    public var jobVersion: RomeVersion?
    /// What the job is called.
    public var jobLabel: String?
    /// INSEE code of its commune.
    public var insee: String
    /// Its commune.
    public var commune: String
    /// Where exactly.
    public var place: String?
    /// Its first day.
    public var startsOn: Day
    /// Its last day.
    public var endsOn: Day
    /// For how many people it is.
    public var places: Int
    /// How many places are left.
    public var placesLeft: Int
    /// Where it stands; the public sees open ones.
    public var state: SessionState
    /// Raised by changes that the public sees.
    public var publicVersion: Int
}

/// What its organiser and the team see of a session beside.
public struct SessionManagement: Decodable, Sendable {
    /// Raised by every change; `If-Match` names it.
    public var version: Int
    /// Why it was cancelled.
    public var reason: String?
    /// Whether it has an address that the team confirmed: without one, nobody can be oriented to it.
    public var hasContact: Bool
    /// When it was written.
    public var createdAt: Instant
    /// Its last change.
    public var updatedAt: Instant
}

/// The addresses of a session, as its organiser and the team see them when they read it.
public struct SessionContact: Decodable, Sendable {
    /// Ids of sessions' addresses.
    public typealias ID = Identifier<SessionContact>

    /// Its id.
    public var id: ID
    /// Whether the team confirmed it.
    public var state: SessionContactState
    /// The address, whole.
    public var email: String
    /// The day it was given.
    public var askedOn: Day
    /// The day the team confirmed it.
    public var confirmedOn: Day?
}

/// An address that was just given, or confirmed: not the address itself, which is kept in its own table only.
public struct GivenSessionContact: Decodable, Sendable {
    /// Its id.
    public var id: SessionContact.ID
    /// The session.
    public var session: PublicSession.ID
    /// Where it stands.
    public var state: SessionContactState
    /// When it was given.
    public var askedAt: Instant
    /// When the team confirmed it.
    public var confirmedAt: Instant?
}

/// Where a session's address stands.
public enum SessionContactState: String, FieldEnum {
    /// The team has not confirmed it yet.
    case pending
    /// Orientations may go there.
    case confirmed
    /// Another took its place.
    case ended
}

/// The address that a session's orientations go to.
public struct NewSessionContact: Decodable, Sendable, Hashable {
    /// The address; it counts once the team confirms it.
    public var email: EmailAddress

    /// An address.
    public init(email: EmailAddress) { self.email = email }
}

/// What a session is.
public enum SessionKind: String, FieldEnum {
    case training
    /// Some days in a structure (PMSMP among others).
    case immersion
    case jobTest = "job_test"
    case forum
    /// "Coach Autonomie".
    case coach

    /// What an organisation of some kind may organise: an employer shows its own work.
    static func organised(by kind: Caller.OrganisationKind?) -> [SessionKind] {
        switch kind {
        case .partner, .trainingProvider, .platform: allCases
        case .employer: [.immersion, .jobTest]
        case .funder, .prescriber, nil: []
        }
    }
}

/// Where a session stands.
public enum SessionState: String, FieldEnum {
    /// Written, and shown to nobody yet.
    case draft
    case open
    /// Its last place was taken.
    case full
    case cancelled
    /// It took place.
    case held

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .draft: Text(fr: "brouillon", en: "draft")
        case .open: Text(fr: "ouverte", en: "open")
        case .full: Text(fr: "complète", en: "full")
        case .cancelled: Text(fr: "annulée", en: "cancelled")
        case .held: Text(fr: "tenue", en: "held")
        }
    }
}

/// What a session is written with.
public struct NewSession: Decodable, Sendable, Hashable {
    /// In a few words, 150 characters at most.
    public var title: String
    /// In sentences, 5000 characters at most.
    public var description: String?
    /// What it is.
    public var kind: SessionKind
    /// The job it is about: its ROME code.
    public var job: RomeCode?
    /// The version of ROME that the code is of; 4.60 if the code is in it.
    public var jobVersion: RomeVersion?
    /// INSEE code of its commune.
    public var insee: PlaceCode
    /// Where exactly, 300 characters at most.
    public var place: String?
    /// Its first day.
    public var startsOn: Day
    /// Its last day; the first one unless said otherwise.
    public var endsOn: Day?
    /// For how many people it is, 1 to 2000.
    public var places: Int

    /// A session.
    public init(title: String, kind: SessionKind, insee: PlaceCode, startsOn: Day, endsOn: Day? = nil, places: Int) {
        self.title = title
        self.kind = kind
        self.insee = insee
        self.startsOn = startsOn
        self.endsOn = endsOn
        self.places = places
    }
}

/// What a PATCH of a session may change.
public struct SessionChanges: Decodable, Sendable, Hashable {
    /// In a few words.
    public var title: Change<String> = .unchanged
    /// In sentences.
    public var description: Change<String> = .unchanged
    /// What it is.
    public var kind: Change<SessionKind> = .unchanged
    /// The job it is about.
    public var job: Change<RomeCode> = .unchanged
    /// The version of ROME that the code is of.
    public var jobVersion: Change<RomeVersion> = .unchanged
    /// INSEE code of its commune.
    public var insee: Change<PlaceCode> = .unchanged
    /// Where exactly.
    public var place: Change<String> = .unchanged
    /// Its first day.
    public var startsOn: Change<Day> = .unchanged
    /// Its last day.
    public var endsOn: Change<Day> = .unchanged
    /// For how many people it is.
    public var places: Change<Int> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}

    /// The fields given that can't be emptied.
    var cleared: [(name: String, isCleared: Bool)] {
        [
            ("title", title == .cleared), ("kind", kind == .cleared), ("insee", insee == .cleared),
            ("starts_on", startsOn == .cleared), ("ends_on", endsOn == .cleared), ("places", places == .cleared),
        ]
    }
}

/// A move of a session.
public struct SessionMove: Decodable, Sendable, Hashable {
    /// Where to.
    public var to: SessionState
    /// Why it is cancelled; those who were oriented to it are told that it is.
    public var reason: String?

    /// A move.
    public init(to: SessionState, reason: String? = nil) {
        self.to = to
        self.reason = reason
    }
}
