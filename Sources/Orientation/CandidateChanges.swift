public import Accounts
public import Fields
public import Recruitment
public import Reference

/// A file to be opened. Never a national number, health, family, nationality, religion, union, bank details.
public struct NewCandidate: Decodable, Sendable, Hashable {
    /// First name.
    public var firstName: String
    /// Surname.
    public var lastName: String
    /// E-mail address.
    public var email: EmailAddress?
    /// Telephone.
    public var phone: PhoneNumber?
    /// INSEE code of the commune where the person lives.
    public var insee: PlaceCode?
    /// Year of birth; no more is asked.
    public var birthYear: Int?
    /// What the person does at present.
    public var situation: CandidateSituation?
    /// Diplomas, by id or acronym.
    public var diplomas: [DiplomaName]?
    /// Years of experience in the sector.
    public var experienceYears: Double?
    /// What the person did, in words.
    public var experience: String?
    /// Whether with a driving licence.
    public var licence: Bool?
    /// Whether with a vehicle.
    public var vehicle: Bool?
    /// How far from home, in kilometres.
    public var mobilityKm: Int?
    /// First day; none: at once.
    public var availableFrom: Day?
    /// Whether work at night is accepted.
    public var night: Bool?
    /// Whether work at weekends is accepted.
    public var weekend: Bool?
    /// Whether days in several parts are accepted.
    public var splitShifts: Bool?
    /// Contracts accepted; none: any.
    public var contracts: [ContractCode]?
    /// At least so many hours a week.
    public var hoursMin: Double?
    /// At most so many hours a week.
    public var hoursMax: Double?
    /// Jobs wanted.
    public var jobs: [RomeCode]?
    /// On what ground the file is kept.
    public var lawfulBasis: LawfulBasis
    /// Version of the information notice that the person got.
    public var noticeVersion: String
    /// When.
    public var noticeGivenOn: Day
    /// How.
    public var noticeChannel: ContactChannel
    /// The referent: a member of one's own organisation; oneself unless said otherwise.
    public var referentID: Member.ID?

    /// A file with what it can't be without.
    public init(
        firstName: String, lastName: String, lawfulBasis: LawfulBasis, noticeVersion: String, noticeGivenOn: Day,
        noticeChannel: ContactChannel
    ) {
        self.firstName = firstName
        self.lastName = lastName
        self.lawfulBasis = lawfulBasis
        self.noticeVersion = noticeVersion
        self.noticeGivenOn = noticeGivenOn
        self.noticeChannel = noticeChannel
    }
}

/// What a PATCH of a file may change.
public struct CandidateChanges: Decodable, Sendable, Hashable {
    /// First name.
    public var firstName: Change<String> = .unchanged
    /// Surname.
    public var lastName: Change<String> = .unchanged
    /// E-mail address.
    public var email: Change<EmailAddress> = .unchanged
    /// Telephone.
    public var phone: Change<PhoneNumber> = .unchanged
    /// INSEE code of the commune where the person lives.
    public var insee: Change<PlaceCode> = .unchanged
    /// Year of birth.
    public var birthYear: Change<Int> = .unchanged
    /// What the person does at present.
    public var situation: Change<CandidateSituation> = .unchanged
    /// Diplomas, by id or acronym.
    public var diplomas: Change<[DiplomaName]> = .unchanged
    /// Years of experience in the sector.
    public var experienceYears: Change<Double> = .unchanged
    /// What the person did, in words.
    public var experience: Change<String> = .unchanged
    /// Whether with a driving licence.
    public var licence: Change<Bool> = .unchanged
    /// Whether with a vehicle.
    public var vehicle: Change<Bool> = .unchanged
    /// How far from home, in kilometres.
    public var mobilityKm: Change<Int> = .unchanged
    /// First day; emptied: at once.
    public var availableFrom: Change<Day> = .unchanged
    /// Whether work at night is accepted.
    public var night: Change<Bool> = .unchanged
    /// Whether work at weekends is accepted.
    public var weekend: Change<Bool> = .unchanged
    /// Whether days in several parts are accepted.
    public var splitShifts: Change<Bool> = .unchanged
    /// Contracts accepted; none: any.
    public var contracts: Change<[ContractCode]> = .unchanged
    /// At least so many hours a week.
    public var hoursMin: Change<Double> = .unchanged
    /// At most so many hours a week.
    public var hoursMax: Change<Double> = .unchanged
    /// Jobs wanted.
    public var jobs: Change<[RomeCode]> = .unchanged
    /// On what ground the file is kept.
    public var lawfulBasis: Change<LawfulBasis> = .unchanged
    /// Version of the information notice that the person got.
    public var noticeVersion: Change<String> = .unchanged
    /// When.
    public var noticeGivenOn: Change<Day> = .unchanged
    /// How.
    public var noticeChannel: Change<ContactChannel> = .unchanged
    /// The referent: a member of one's own organisation.
    public var referentID: Change<Member.ID> = .unchanged
    /// Last active contact with the person.
    public var lastContactOn: Change<Day> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}

    /// The fields given that can't be emptied.
    var cleared: [(name: String, isCleared: Bool)] {
        [
            ("first_name", firstName == .cleared), ("last_name", lastName == .cleared),
            ("night", night == .cleared), ("weekend", weekend == .cleared), ("split_shifts", splitShifts == .cleared),
            ("lawful_basis", lawfulBasis == .cleared), ("notice_version", noticeVersion == .cleared),
            ("notice_given_on", noticeGivenOn == .cleared), ("notice_channel", noticeChannel == .cleared),
            ("referent_id", referentID == .cleared), ("last_contact_on", lastContactOn == .cleared),
        ]
    }
}

/// That a person agreed to something, to be written down.
public struct NewAgreement: Decodable, Sendable, Hashable {
    /// To what.
    public var kind: AgreementKind
    /// Version of the text that was agreed to.
    public var textVersion: String
    /// When it was given.
    public var givenOn: Day
    /// How.
    public var channel: ContactChannel

    /// An agreement.
    public init(kind: AgreementKind, textVersion: String, givenOn: Day, channel: ContactChannel) {
        self.kind = kind
        self.textVersion = textVersion
        self.givenOn = givenOn
        self.channel = channel
    }
}
