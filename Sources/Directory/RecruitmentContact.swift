public import Accounts
public import Fields

/// The address that a structure recruits with, as its own employer and the team see it.
public struct RecruitmentContact: Decodable, Sendable {
    /// Ids of recruitment contacts.
    public typealias ID = Identifier<RecruitmentContact>

    /// Whether it was proved by its link.
    public var state: ContactState
    /// The address, whole.
    public var email: String
    /// The day it was asked for.
    public var askedOn: Day
    /// Until which day its link is good, while it is pending.
    public var expiresOn: Day?
    /// The day its link was used.
    public var provedOn: Day?
}

/// Where a recruitment contact stands.
public enum ContactState: String, FieldEnum {
    /// Its link was not used yet.
    case pending
    /// Its link was used: orientations may go there.
    case proved
    /// It was replaced, or its claim ended.
    case ended
}

/// The address that an employer wants to recruit with.
public struct NewContact: Decodable, Sendable, Hashable {
    /// The address; a link is delivered there, and it counts once that is used.
    public var email: EmailAddress

    /// A contact.
    public init(email: EmailAddress) { self.email = email }
}

/// A contact that was just asked for. Neither its link nor its address: the link goes there by mail, the address is in the
/// structure's `management`.
public struct AskedContact: Decodable, Sendable {
    /// Its id.
    public var id: RecruitmentContact.ID
    /// The structure's FINESS number.
    public var structure: String
    /// Pending.
    public var state: ContactState
    /// When it was asked for.
    public var askedAt: Instant
    /// Until when its link is good; a fresh link is good for fifteen days again.
    public var expiresAt: Instant
}

/// A contact in a list: no address.
public struct ContactLine: Decodable, Sendable {
    /// Its id.
    public var id: RecruitmentContact.ID
    /// The structure's FINESS number.
    public var structure: String
    /// The structure's name.
    public var usualName: String
    /// The employer's code.
    public var organisation: String
    /// Where it stands.
    public var state: ContactState
    /// What the team has to do: `deliver_link`, `tell_former_address`.
    public var toDo: String?
    /// When it was asked for.
    public var askedAt: Instant
    /// Until when its link is good, if it has one.
    public var linkUntil: Instant?
    /// When its link was used.
    public var provedAt: Instant?
    /// When it was replaced, or its claim ended.
    public var endedAt: Instant?
}

/// A link to deliver, shown once.
public struct ContactLink: Decodable, Sendable {
    /// The structure's FINESS number.
    public var structure: String
    /// To whom it is to be delivered, and to nobody else.
    public var email: String
    /// The link's path.
    public var path: String
    /// Until when it is good.
    public var expiresAt: Instant
}

/// What a link offers before it is used.
public struct ContactOffer: Decodable, Sendable {
    /// The structure.
    public var structure: StructureReference
    /// Which employer asks.
    public var organisation: OrganisationReference
    /// The address, all but its first letter and its domain hidden.
    public var email: String
    /// Until when the link is good.
    public var expiresAt: Instant
}

/// What using a link did.
public struct ContactProof: Decodable, Sendable {
    /// The structure.
    public var structure: StructureReference
    /// Proved.
    public var state: ContactState
    /// Today.
    public var provedOn: Day
}
