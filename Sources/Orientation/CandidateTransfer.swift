public import Accounts
public import Contract
public import Fields

/// A file on its way to another prescriber. Who receives it sees why, and whose it is once it has accepted.
public struct CandidateTransfer: Decodable, Sendable {
    /// Ids of transfers.
    public typealias ID = Identifier<CandidateTransfer>

    /// Its id.
    public var id: ID
    /// Which file; null for the receiver until it has accepted.
    public var candidateID: Candidate.ID?
    /// Whose file it was.
    public var from: OrganisationReference
    /// Whose it is to be.
    public var to: OrganisationReference
    /// Why.
    public var reason: String
    /// Where it stands.
    public var state: TransferState
    /// When it was asked.
    public var askedAt: Instant
    /// When it was answered or withdrawn.
    public var decidedAt: Instant?
    /// What was said to that.
    public var answer: String?
    /// Raised by every change; `If-Match` names it.
    public var version: Int
}

/// Where a transfer stands.
public enum TransferState: String, FieldEnum {
    /// The receiver has not answered yet.
    case asked
    /// The file is the receiver's.
    case accepted
    case refused
    /// Whoever asked took it back.
    case withdrawn

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .asked: Text(fr: "demandé", en: "asked")
        case .accepted: Text(fr: "accepté", en: "accepted")
        case .refused: Text(fr: "refusé", en: "refused")
        case .withdrawn: Text(fr: "retiré", en: "withdrawn")
        }
    }
}

/// Who moves a transfer.
public enum TransferActor: String, FieldEnum {
    /// The prescriber whose file it is.
    case sender
    /// The prescriber whose it is to be.
    case receiver
}

/// How a transfer moves: the one source of checks, answers, reference, documentation and tests.
public let transferTransitions = TransitionTable<TransferState, TransferActor>(
    "candidate_transfer",
    [
        .init([.asked], to: .accepted, by: [.receiver], takes: ["referent_id", "reason"]),
        .init([.asked], to: .refused, by: [.receiver], needs: [["reason"]], takes: []),
        .init([.asked], to: .withdrawn, by: [.sender], takes: ["reason"]),
    ])

/// A transfer to be asked for.
public struct NewTransfer: Decodable, Sendable, Hashable {
    /// To which prescriber.
    public var to: OrganisationCode
    /// Why, without a name; 300 characters at most.
    public var reason: String

    /// A transfer.
    public init(to: OrganisationCode, reason: String) {
        self.to = to
        self.reason = reason
    }
}

/// A move of a transfer.
public struct TransferMove: Decodable, Sendable, Hashable {
    /// Where to.
    public var to: TransferState
    /// What the other side reads.
    public var reason: String?
    /// On acceptance: the new referent, a member of the receiver; oneself unless said otherwise.
    public var referentID: Member.ID?

    /// A move.
    public init(to: TransferState, reason: String? = nil, referentID: Member.ID? = nil) {
        self.to = to
        self.reason = reason
        self.referentID = referentID
    }

    /// The names of the fields given.
    var given: Set<String> {
        Set([("reason", reason != nil), ("referent_id", referentID != nil)].filter(\.1).map(\.0))
    }
}
