public import Accounts
public import Fields

/// A person that a prescriber accompanies (`domain.md` §5, `security.md` §3): the file, as who may see it sees it.
///
/// What a share leaves out is null. Criteria for statistics are never among it.
public struct Candidate: Decodable, Sendable {
    /// Ids of candidates.
    public typealias ID = Identifier<Candidate>

    /// Its id.
    public var id: ID
    /// The prescriber whose file it is.
    public var organisation: OrganisationReference
    /// As what the caller sees it.
    public var access: CandidateAccess
    /// The member who is the person's referent.
    public var referent: MemberReference?
    /// First name.
    public var firstName: String
    /// Surname.
    public var lastName: String
    /// E-mail address.
    public var email: EmailAddress?
    /// Telephone.
    public var phone: PhoneNumber?
    /// INSEE code of the commune where the person lives.
    public var insee: String?
    /// That commune's name.
    public var commune: String?
    /// Year of birth.
    public var birthYear: Int?
    /// What the person does at present.
    public var situation: CandidateSituation?
    /// Diplomas (`diploma` ids).
    public var diplomas: [String]
    /// Years of experience in the sector.
    public var experienceYears: Double?
    /// What the person did, in words.
    public var experience: String?
    /// Whether with a driving licence; null: not said.
    public var licence: Bool?
    /// Whether with a vehicle; null: not said.
    public var vehicle: Bool?
    /// How far from home, in kilometres.
    public var mobilityKm: Int?
    /// First day; null: at once.
    public var availableFrom: Day?
    /// Whether work at night is accepted.
    public var night: Bool?
    /// Whether work at weekends is accepted.
    public var weekend: Bool?
    /// Whether days in several parts are accepted.
    public var splitShifts: Bool?
    /// Contracts accepted; none: any.
    public var contracts: [String]
    /// At least so many hours a week.
    public var hoursMin: Double?
    /// At most so many hours a week.
    public var hoursMax: Double?
    /// Jobs wanted: ROME codes.
    public var jobs: [String]
    /// On what ground the file is kept.
    public var lawfulBasis: LawfulBasis
    /// Version of the information notice that the person got.
    public var noticeVersion: String
    /// When.
    public var noticeGivenOn: Day
    /// How.
    public var noticeChannel: ContactChannel
    /// When the person objected: nothing is sent any more.
    public var objectedAt: Instant?
    /// Last active contact.
    public var lastContactOn: Day
    /// What the person agreed to, the newest first.
    public var agreements: [CandidateAgreement]
    /// When the file was opened.
    public var createdAt: Instant
    /// Its last change.
    public var updatedAt: Instant
    /// Raised by every change; `If-Match` names it.
    public var version: Int
}

/// A file as a list shows it: enough to find it, no way to reach the person.
public struct CandidateSummary: Decodable, Sendable {
    /// Its id.
    public var id: Candidate.ID
    /// The prescriber whose file it is.
    public var organisation: OrganisationReference
    /// As what the caller sees it.
    public var access: CandidateAccess
    /// The member who is the person's referent.
    public var referentID: Member.ID?
    /// First name.
    public var firstName: String
    /// Surname.
    public var lastName: String
    /// The commune where the person lives.
    public var commune: String?
    /// Jobs wanted: ROME codes.
    public var jobs: [String]
    /// First day; null: at once.
    public var availableFrom: Day?
    /// Whether the person agrees to be sent to recruiters at present, and does not object.
    public var maySend: Bool
    /// Last active contact.
    public var lastContactOn: Day
    /// When the file was opened.
    public var createdAt: Instant
}

/// A member as files name one.
public struct MemberReference: Decodable, Sendable, Hashable {
    /// Its id.
    public var id: Member.ID
    /// The person's name.
    public var name: String
}

/// As what somebody sees a file.
public enum CandidateAccess: String, FieldEnum {
    /// As a member of the organisation whose it is.
    case own
    /// By a share: to read.
    case read
    /// By a share: to read and to orient.
    case followUp = "follow_up"
    /// As a member of the team, for a reason.
    case team
}

/// What a person does at present.
public enum CandidateSituation: String, FieldEnum {
    case jobSeeker = "job_seeker"
    case careerChange = "career_change"
    case employee, student, other
}

/// On what ground a file is kept (`security.md` §3).
public enum LawfulBasis: String, FieldEnum {
    case publicTask = "public_task"
    case preContract = "pre_contract"
    case legitimateInterest = "legitimate_interest"
}

/// How somebody was told or agreed.
public enum ContactChannel: String, FieldEnum {
    case inPerson = "in_person"
    case phone, letter, email, form
}

/// What a person agrees to.
public enum AgreementKind: String, FieldEnum {
    /// To be sent to recruiters.
    case orientation
    /// To be kept in a recruiter's pool.
    case pool
    /// To have a recognised disability counted.
    case disability
}

/// That a person agreed to something.
public struct CandidateAgreement: Decodable, Sendable, Hashable {
    /// Ids of agreements.
    public typealias ID = Identifier<CandidateAgreement>

    /// Its id.
    public var id: ID
    /// To what.
    public var kind: AgreementKind
    /// Version of the text that was agreed to.
    public var textVersion: String
    /// When it was given.
    public var givenOn: Day
    /// How.
    public var channel: ContactChannel
    /// When it was taken back.
    public var withdrawnOn: Day?
}

/// Another file of the same organisation that may be the same person's.
public struct CandidateDuplicate: Decodable, Sendable, Hashable {
    /// Its id.
    public var id: Candidate.ID
    /// What they have in common.
    public var reason: Reason

    /// What two files have in common.
    public enum Reason: String, FieldEnum {
        case email, phone
        /// The year of birth, and nearly the name.
        case name
    }
}

/// Somebody opened a file.
public struct FileRead: Decodable, Sendable {
    /// Its id.
    public var id: Identifier<FileRead>
    /// When.
    public var at: Instant
    /// For which organisation; null for the person's own link.
    public var organisation: OrganisationReference?
    /// Which member.
    public var memberID: Member.ID?
    /// Why, where one must say: the team.
    public var reason: String?
    /// The operation that showed it.
    public var route: String
}
