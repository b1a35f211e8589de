public import Fields

/// A line of the register of personal data: what is kept, for what, how long (`domain.md` §7; `sql/reference/rows`). The purge, the
/// public page and the record of processing read it.
public struct RetentionLine: Decodable, Sendable, Hashable {
    /// Its name in the program.
    public var code: String
    /// Which data, in French.
    public var titleFr: String
    /// Whose.
    public var personsFr: String
    /// What for.
    public var purposeFr: String
    /// What allows it.
    public var lawfulBasis: [LawfulGround]
    /// Who gets them.
    public var recipientsFr: String
    /// How long; nil when as long as another line.
    public var keepAmount: Int?
    /// In which unit.
    public var keepUnit: RetentionUnit?
    /// The line as long as which they are kept, and with which they are cleared.
    public var keepWith: String?
    /// From when it is counted.
    public var eventFr: String
    /// How many days before it is told.
    public var noticeDays: Int?
    /// Whether operations see to it, outside of the tables that the purge clears.
    public var isOutside: Bool
    /// What else is to be known.
    public var noteFr: String?
    /// The columns that belong to it: `candidate.first_name`.
    public var columns: [String]
}

/// What allows personal data to be kept (article 6 of the GDPR).
public enum LawfulGround: String, FieldEnum {
    case publicTask = "public_task"
    case preContract = "pre_contract"
    case legitimateInterest = "legitimate_interest"
    case legalObligation = "legal_obligation"
    case consent

    /// In French, for people.
    var words: String {
        switch self {
        case .publicTask: "mission d'intérêt public"
        case .preContract: "mesures précontractuelles"
        case .legitimateInterest: "intérêt légitime"
        case .legalObligation: "obligation légale"
        case .consent: "consentement"
        }
    }
}

/// How a time of the register is counted.
public enum RetentionUnit: String, FieldEnum {
    case hours, days, months, years

    func words(_ amount: Int) -> String {
        switch self {
        case .hours: "\(amount) heure\(amount > 1 ? "s" : "")"
        case .days: "\(amount) jour\(amount > 1 ? "s" : "")"
        case .months: "\(amount) mois"
        case .years: "\(amount) an\(amount > 1 ? "s" : "")"
        }
    }
}

extension RetentionLine {
    /// How long, from when, in French: "24 mois à compter de : dernier contact actif".
    public func duration(in register: [RetentionLine]) -> String {
        if let keepAmount, let keepUnit {
            return "\(keepUnit.words(keepAmount)) à compter de : \(eventFr)"
        }
        let parent = register.first { $0.code == keepWith }
        return "comme « \(parent?.titleFr ?? keepWith ?? "") » : \(eventFr)"
    }

    /// What allows it, in French.
    var grounds: String { lawfulBasis.map(\.words).joined(separator: ", ") }
}

/// Who answers for the data, as the service's settings say.
public struct PrivacySettings: Sendable {
    /// The controllers, in the words that the public reads.
    public var controllers: String?
    /// How to reach them about personal data: an address, a telephone.
    public var contact: String?
    /// The file outside of the database in which erasures are kept too.
    public var ledger: ErasureFile?

    /// Nobody named yet.
    public init(controllers: String? = nil, contact: String? = nil, ledger: ErasureFile? = nil) {
        self.controllers = controllers
        self.contact = contact
        self.ledger = ledger
    }
}
