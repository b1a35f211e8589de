public import Fields
public import Reference

/// A home-care or medico-social structure as anybody may see it (`domain.md` §5): an establishment (ET) of FINESS.
public struct PublicStructure: Decodable, Sendable {
    /// Ids of structures.
    public typealias ID = Identifier<PublicStructure>

    /// Its id.
    public var id: ID
    /// FINESS geographic number (ET), its identity; never that of the legal entity.
    public var finess: String
    /// The name people know.
    public var usualName: String
    /// Its whole name.
    public var legalName: String?
    /// Code of its FINESS category.
    public var kind: String
    /// The category's short name: EHPAD.
    public var kindName: String
    /// The category's official name.
    public var kindLabel: String
    /// For whom it is.
    public var publics: [StructurePublic]
    /// For a home autonomy service: with or without care.
    public var sadType: SADType?
    /// Who authorises it.
    public var authorisingBody: AuthorisingBody?
    /// Places.
    public var capacity: Int?
    /// Whether it is open.
    public var status: StructureStatus
    /// When it closed, or since when no file knows it.
    public var closedOn: Day?
    /// FINESS number of the structure it was merged into.
    public var mergedInto: String?
    /// SIRET, 14 digits.
    public var siret: String?
    /// FINESS number (EJ) of who runs it.
    public var legalEntity: String?
    /// Name of who runs it.
    public var legalEntityName: String?
    /// Number and street.
    public var street: String?
    /// Building, hamlet, post box.
    public var addressExtra: String?
    /// Postal code; no INSEE code.
    public var postalCode: String?
    /// As on an envelope.
    public var city: String?
    /// INSEE code of its commune.
    public var insee: String?
    /// Its commune, in the département.
    public var commune: String?
    /// SIREN of the grouping its commune is part of.
    public var epciSiren: String?
    /// Name of that grouping.
    public var epci: String?
    /// WGS84 degrees.
    public var latitude: Double?
    /// WGS84 degrees.
    public var longitude: Double?
    /// Metres from the point that was searched near, as the crow flies.
    public var distanceM: Int?
    /// Switchboard.
    public var phone: String?
    /// Its own address, of nobody in particular.
    public var email: String?
    /// Its site.
    public var website: String?
    /// When it is open, in the syntax of OpenStreetMap.
    public var openingHours: String?
    /// Where it works.
    public var serviceArea: [Place]
    /// It says that it recruits, until this day.
    public var recruitingUntil: Day?
    /// Since when it is open.
    public var openedOn: Day?
    /// Since when it is authorised.
    public var authorisedOn: Day?
    /// The last day on which its employer, or the team, said that all of it is right.
    public var verifiedOn: Day?
    /// Where its fields come from, but for those of `field_sources`.
    public var source: StructureSource
    /// The day of the newest file that had it: the date of its fields, but for those of `field_sources`.
    public var seenOn: Day
    /// Fields that somebody wrote or verified by hand, each with who and the day: `{"phone": {"source": "organisation", "on": …}}`.
    public var fieldSources: JSON
    /// Its name without case and accents: what lists are sorted by.
    public var sortName: String
    /// Raised by changes that the public sees.
    public var publicVersion: Int
}

/// What those who look after a structure see beside: the team and the employer whose claim is validated.
public struct StructureManagement: Decodable, Sendable {
    /// Raised by every change.
    public var version: Int
    /// The employer's code, once its claim is validated.
    public var organisation: String?
    /// What a newer file says against a field kept by hand: `{"phone": {"value": …, "on": …}}`.
    public var disagreements: JSON
    /// The address that it recruits with, proved by its link.
    public var recruitmentContact: RecruitmentContact?
    /// The address that waits for its link to be used; until then the proved one goes on.
    public var pendingContact: RecruitmentContact?
}

/// A structure as others name it.
public struct StructureReference: Decodable, Sendable {
    /// FINESS geographic number.
    public var finess: String
    /// The name people know.
    public var usualName: String
    /// Code of its FINESS category.
    public var kind: String
    /// The category's short name.
    public var kindName: String
    /// Its commune.
    public var commune: String?
    /// Whether it is open.
    public var status: StructureStatus
}

/// Whether a structure is there.
public enum StructureStatus: String, FieldEnum {
    case open
    /// A tombstone: it is kept, and never deleted.
    case closed
    /// It is another one now.
    case merged
}

/// What a home autonomy service does (*service autonomie à domicile*).
public enum SADType: String, FieldEnum {
    case aid
    case aidAndCare = "aid_and_care"
}

/// Who authorises a structure.
public enum AuthorisingBody: String, FieldEnum {
    /// The conseil départemental.
    case departement
    /// The agence régionale de santé.
    case ars
    case both
}

/// Where a structure's row comes from.
public enum StructureSource: String, FieldEnum {
    /// The FINESS register's own files.
    case finess
    /// Another file, with a header.
    case file
}

/// How a path names a structure: its FINESS number (ET) or its id.
public enum StructureKey: FieldScalar {
    case finess(String)
    case id(PublicStructure.ID)

    /// Either form.
    public static var fieldKind: Shape.Kind {
        .pattern(
            "^([0-9A-Za-z]{9}|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$", example: placeholder.fieldText)
    }
    /// An establishment of Haute-Garonne.
    public static var placeholder: StructureKey { .finess("310784723") }
    /// The number or the id.
    public var fieldText: String {
        switch self {
        case .finess(let number): number
        case .id(let id): id.fieldText
        }
    }

    /// Reads nine letters or digits, or a UUID.
    public init(fieldText: String) throws(Expectation) {
        if fieldText.utf8.count == 9, fieldText.allSatisfy({ $0.isASCII && ($0.isNumber || $0.isLetter) }) {
            self = .finess(fieldText.uppercased())
        } else if let id = try? PublicStructure.ID(fieldText: fieldText) {
            self = .id(id)
        } else {
            throw Expectation(
                fr: "un numéro FINESS géographique (9 caractères) ou un identifiant",
                en: "a FINESS geographic number (9 characters) or an id")
        }
    }
}
