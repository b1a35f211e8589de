public import Accounts
public import Fields
public import Orientation

/// What a person asked about their data, and by when it is answered (`security.md` §5).
public struct RightsRequest: Decodable, Sendable {
    /// Ids of requests.
    public typealias ID = Identifier<RightsRequest>

    /// Its id.
    public var id: ID
    /// Whose file.
    public var candidateID: Candidate.ID
    /// What is asked.
    public var kind: RightsKind
    /// Through whom.
    public var askedBy: RightsAsker
    /// Whose file it was then.
    public var organisation: OrganisationReference
    /// When.
    public var askedAt: Instant
    /// The last day to answer: a month.
    public var dueOn: Day
    /// When an erasure is carried out, unless it is cancelled before.
    public var executeAt: Instant?
    /// What is to be corrected, in the person's words.
    public var text: String?
    /// Where it stands.
    public var state: RightsState
    /// When it was answered, carried out or cancelled.
    public var decidedAt: Instant?
    /// What was answered.
    public var answer: String?
    /// Raised by every change.
    public var version: Int
}

/// What a person may ask for.
public enum RightsKind: String, FieldEnum {
    case copy, correction, objection, erasure
}

/// Through whom a person asks.
public enum RightsAsker: String, FieldEnum {
    case prescriber, candidate, dpo
}

/// Where a request stands.
public enum RightsState: String, FieldEnum {
    case open, done, refused, cancelled
}

/// What is decided about a request.
public struct RightsDecision: Decodable, Sendable, Hashable {
    /// `done`, `refused` (with why), or, of an erasure that was not carried out yet, `cancelled`.
    public var outcome: RightsState
    /// What the person reads; needed to refuse. 2000 characters at most.
    public var answer: String?

    /// A decision.
    public init(outcome: RightsState, answer: String? = nil) {
        self.outcome = outcome
        self.answer = answer
    }
}

/// A code from the person's mail.
public struct AccessCode: Decodable, Sendable, Hashable {
    /// The six digits.
    public var code: String
}

/// What a person asks with a code.
public struct PersonAsking: Decodable, Sendable, Hashable {
    /// The six digits.
    public var code: String
    /// What is to be corrected. 2000 characters at most.
    public var text: String
}

/// What a person asks about their whole file.
public struct PersonErasure: Decodable, Sendable, Hashable {
    /// The six digits.
    public var code: String
    /// `true` takes an erasure back that was not carried out yet.
    public var cancel: Bool?
}

/// What a person's link shows of their data.
public struct PersonData: Decodable, Sendable {
    /// Whether the file has an address that a code can be sent to.
    public var hasAddress: Bool
    /// Whether nothing is sent any more because the person objected.
    public var hasObjected: Bool
    /// What was asked, the newest first.
    public var requests: [PersonRequest]
}

/// A request, as the person sees it.
public struct PersonRequest: Decodable, Sendable {
    /// What is asked.
    public var kind: RightsKind
    /// When.
    public var askedAt: Instant
    /// The last day to answer.
    public var dueOn: Day
    /// When an erasure is carried out.
    public var executeAt: Instant?
    /// Where it stands. What was answered is in the copy, which asks for a code.
    public var state: RightsState
}
