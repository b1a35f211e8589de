public import Accounts
public import Contract
public import Fields

/// An employer says that a structure's sheet is its own; the team decides.
public struct StructureClaim: Decodable, Sendable {
    /// Ids of claims.
    public typealias ID = Identifier<StructureClaim>

    /// Its id.
    public var id: ID
    /// The structure.
    public var structure: StructureReference
    /// Which employer claims it.
    public var organisation: OrganisationReference
    /// Where it stands.
    public var status: ClaimStatus
    /// What the employer says for itself.
    public var message: String?
    /// When it was asked.
    public var askedAt: Instant
    /// By which member.
    public var askedBy: Member.ID?
    /// Since when it is in its present status.
    public var decidedAt: Instant?
    /// Why it was refused or ended.
    public var reason: String?
    /// For the team: the employer whose claim on this structure is validated at present.
    public var attachedTo: OrganisationReference?
    /// For the team: what speaks for it. Hints, never proofs.
    public var hints: ClaimHints?
    /// Raised by every change; `If-Match` names it.
    public var version: Int
}

/// What speaks for a claim. None of it proves anything: addresses can be made, numbers can be copied.
public struct ClaimHints: Decodable, Sendable {
    /// Hint: the claimant's address is of the domain of the structure's e-mail or website; never one that anybody can have.
    public var emailDomainMatches: Bool
    /// Hint: the organisation's SIRET is the structure's.
    public var siretMatches: Bool
    /// Hint: the organisation's SIREN is the structure's, or that of who runs it.
    public var sirenMatches: Bool
}

/// What an employer asks with.
public struct NewClaim: Decodable, Sendable, Hashable {
    /// What it says for itself, 1000 characters at most.
    public var message: String?

    /// A claim.
    public init(message: String? = nil) { self.message = message }
}

/// A move of a claim.
public struct ClaimMove: Decodable, Sendable, Hashable {
    /// Where to.
    public var to: ClaimStatus
    /// Why; the other side reads it.
    public var reason: String?

    /// A move.
    public init(to: ClaimStatus, reason: String? = nil) {
        self.to = to
        self.reason = reason
    }
}

extension ClaimStore {
    /// What a list of claims may be narrowed down by.
    public struct Filter: Decodable, Sendable {
        /// Where they stand.
        public var status: ClaimStatus?
        /// On this structure.
        public var structure: StructureKey?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every claim that the caller may see.
        public init() {}
    }
}
