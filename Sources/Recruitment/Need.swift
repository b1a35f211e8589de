public import Directory
public import Fields
public import Reference

/// What a structure recruits for, as anybody sees it while it is open (`domain.md` §4.2).
public struct PublicNeed: Decodable, Sendable {
    /// Ids of needs.
    public typealias ID = Identifier<PublicNeed>

    /// Its id.
    public var id: ID
    /// In a few words.
    public var title: String
    /// In sentences.
    public var description: String?
    /// Who recruits.
    public var structure: StructureReference
    /// The job: its ROME code.
    public var job: RomeCode
    /// The version of ROME that the code is of.
    public var jobVersion: RomeVersion
    /// What the job is called.
    public var jobLabel: String
    /// Diplomas of which one is required; none: no diploma is.
    public var diplomas: [NeedDiploma]
    /// Code of the type of contract.
    public var contract: ContractCode
    /// What that contract is called.
    public var contractLabel: String
    /// Whether a hire with it is a durable one.
    public var isDurable: Bool
    /// Hours a week.
    public var hoursPerWeek: Double?
    /// How many people are looked for in all.
    public var positions: Int
    /// How many still are.
    public var positionsLeft: Int
    /// For now, or a standing pool.
    public var opening: NeedOpening
    /// The least that is paid, gross, in cents for `pay_period`.
    public var payMinCents: Int?
    /// The most that is paid, gross, in cents for `pay_period`.
    public var payMaxCents: Int?
    /// What the pay is for.
    public var payPeriod: PayPeriod?
    /// When the work begins; none: as soon as possible.
    public var startsOn: Day?
    /// Whether no experience is needed.
    public var beginnerWelcome: Bool
    /// Whether a driving licence is needed.
    public var licenceRequired: Bool
    /// Whether a vehicle of one's own is needed.
    public var vehicleRequired: Bool
    /// Whether there is work at night.
    public var night: Bool
    /// Whether there is work at weekends.
    public var weekend: Bool
    /// Whether the day's work is in several parts.
    public var splitShifts: Bool
    /// INSEE code of the commune where the work is.
    public var insee: String?
    /// That commune, in the département.
    public var commune: String?
    /// WGS84 degrees: the structure's point, or the commune's centre.
    public var latitude: Double?
    /// WGS84 degrees: the structure's point, or the commune's centre.
    public var longitude: Double?
    /// Metres from the point that was searched near, as the crow flies.
    public var distanceM: Int?
    /// Where it stands; the public sees open ones.
    public var state: NeedState
    /// Since when it is open.
    public var openedAt: Instant?
    /// Its last day.
    public var expiresOn: Day?
    /// Raised by changes that the public sees.
    public var publicVersion: Int
}

/// What its own employer and the team see of a need beside.
public struct NeedManagement: Decodable, Sendable {
    /// Raised by every change; `If-Match` names it.
    public var version: Int
    /// The employer's code.
    public var organisation: String
    /// Whether its structure is open and still that employer's.
    public var isAttached: Bool
    /// Whether the structure has a proved recruitment contact: without one, a need can't be opened.
    public var hasContact: Bool
    /// Why it was closed.
    public var reason: String?
    /// When it was written.
    public var createdAt: Instant
    /// Its last change.
    public var updatedAt: Instant
    /// When its last position was taken.
    public var filledAt: Instant?
}

/// What prescribers see of a need's structure beside.
public struct NeedStructureDetails: Decodable, Sendable {
    /// Whether orientations can be sent: there is a proved recruitment contact.
    public var hasContact: Bool
    /// Of the orientations that it was sent, how many of 100 it answers in time; null where they are too few.
    public var responsePercent: Int?
    /// Half of its answers took no longer, in days.
    public var medianDays: Double?
    /// Switchboard.
    public var phone: String?
    /// Its site.
    public var website: String?
    /// Number and street.
    public var street: String?
    /// Postal code.
    public var postalCode: String?
    /// As on an envelope.
    public var city: String?
    /// When it is open.
    public var openingHours: String?
    /// The last day on which its sheet was said to be right.
    public var verifiedOn: Day?
}

/// A diploma that a need asks for.
public struct NeedDiploma: Decodable, Sendable, Hashable {
    /// Its name in the list of diplomas.
    public var id: String
    /// What people call it.
    public var acronym: String
    /// Its label.
    public var label: String
}

/// Where a need stands.
public enum NeedState: String, FieldEnum {
    /// Written, and shown to nobody yet.
    case draft
    case open
    /// Set aside by its recruiter.
    case paused
    /// Its last position was taken.
    case filled
    case closed
    /// Its period is over.
    case expired

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .draft: Text(fr: "brouillon", en: "draft")
        case .open: Text(fr: "ouvert", en: "open")
        case .paused: Text(fr: "suspendu", en: "paused")
        case .filled: Text(fr: "pourvu", en: "filled")
        case .closed: Text(fr: "fermé", en: "closed")
        case .expired: Text(fr: "expiré", en: "expired")
        }
    }
}

/// Whether a need is for now.
public enum NeedOpening: String, FieldEnum {
    /// For now.
    case immediate
    /// A standing one: whoever comes is kept in mind.
    case pool
}

/// What a pay is for.
public enum PayPeriod: String, FieldEnum {
    case hour, month, year
}

/// What a need is written with.
public struct NewNeed: Decodable, Sendable, Hashable {
    /// The structure that recruits, by FINESS number or id: one of one's own.
    public var structure: StructureKey
    /// In a few words, 150 characters at most.
    public var title: String
    /// In sentences, 5000 characters at most.
    public var description: String?
    /// The job: its ROME code.
    public var job: RomeCode
    /// The version of ROME that the code is of; 4.60 if the code is in it.
    public var jobVersion: RomeVersion?
    /// Diplomas of which one is required, by id or acronym (DEAS).
    public var diplomas: [DiplomaName]?
    /// Code of the type of contract.
    public var contract: ContractCode
    /// Hours a week, 1 to 48.
    public var hoursPerWeek: Double?
    /// How many people are looked for; one unless said otherwise.
    public var positions: Int?
    /// For now, unless it is a standing pool.
    public var opening: NeedOpening?
    /// The least that is paid, gross, in cents.
    public var payMinCents: Int?
    /// The most that is paid, gross, in cents.
    public var payMaxCents: Int?
    /// What the pay is for.
    public var payPeriod: PayPeriod?
    /// When the work begins.
    public var startsOn: Day?
    /// Whether no experience is needed.
    public var beginnerWelcome: Bool?
    /// Whether a driving licence is needed.
    public var licenceRequired: Bool?
    /// Whether a vehicle of one's own is needed.
    public var vehicleRequired: Bool?
    /// Whether there is work at night.
    public var night: Bool?
    /// Whether there is work at weekends.
    public var weekend: Bool?
    /// Whether the day's work is in several parts.
    public var splitShifts: Bool?
    /// INSEE code of the commune where the work is, if it is not the structure's own.
    public var insee: PlaceCode?

    /// A need.
    public init(structure: StructureKey, title: String, job: RomeCode, contract: ContractCode) {
        self.structure = structure
        self.title = title
        self.job = job
        self.contract = contract
    }
}

/// What a PATCH of a need may change; its structure stays.
public struct NeedChanges: Decodable, Sendable, Hashable {
    /// In a few words.
    public var title: Change<String> = .unchanged
    /// In sentences.
    public var description: Change<String> = .unchanged
    /// The job: its ROME code.
    public var job: Change<RomeCode> = .unchanged
    /// The version of ROME that the code is of.
    public var jobVersion: Change<RomeVersion> = .unchanged
    /// Diplomas of which one is required.
    public var diplomas: Change<[DiplomaName]> = .unchanged
    /// Code of the type of contract.
    public var contract: Change<ContractCode> = .unchanged
    /// Hours a week.
    public var hoursPerWeek: Change<Double> = .unchanged
    /// How many people are looked for in all.
    public var positions: Change<Int> = .unchanged
    /// For now, or a standing pool.
    public var opening: Change<NeedOpening> = .unchanged
    /// The least that is paid, gross, in cents.
    public var payMinCents: Change<Int> = .unchanged
    /// The most that is paid, gross, in cents.
    public var payMaxCents: Change<Int> = .unchanged
    /// What the pay is for.
    public var payPeriod: Change<PayPeriod> = .unchanged
    /// When the work begins.
    public var startsOn: Change<Day> = .unchanged
    /// Whether no experience is needed.
    public var beginnerWelcome: Change<Bool> = .unchanged
    /// Whether a driving licence is needed.
    public var licenceRequired: Change<Bool> = .unchanged
    /// Whether a vehicle of one's own is needed.
    public var vehicleRequired: Change<Bool> = .unchanged
    /// Whether there is work at night.
    public var night: Change<Bool> = .unchanged
    /// Whether there is work at weekends.
    public var weekend: Change<Bool> = .unchanged
    /// Whether the day's work is in several parts.
    public var splitShifts: Change<Bool> = .unchanged
    /// INSEE code of the commune where the work is; taken away, it is the structure's own again.
    public var insee: Change<PlaceCode> = .unchanged

    /// Changes nothing; set what is to change.
    public init() {}
}

/// A move of a need.
public struct NeedMove: Decodable, Sendable, Hashable {
    /// Where to.
    public var to: NeedState
    /// Why it is closed; those who were oriented to it are told that it is.
    public var reason: String?
    /// Opening again: how many people are looked for from now on.
    public var positions: Int?

    /// A move.
    public init(to: NeedState, reason: String? = nil, positions: Int? = nil) {
        self.to = to
        self.reason = reason
        self.positions = positions
    }
}
