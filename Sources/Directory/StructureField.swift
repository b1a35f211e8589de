public import Fields

/// A field of a structure that a file can fill or that somebody can keep by hand: what an import compares, what has a source and
/// a date of its own, what counts as known. Its raw value is the column, the JSON member and the word of a diff.
public enum StructureField: String, FieldEnum {
    case usualName = "usual_name"
    case legalName = "legal_name"
    case kind
    case legalEntity = "legal_entity"
    case siret, street
    case addressExtra = "address_extra"
    case postalCode = "postal_code"
    case city, insee, latitude, longitude, phone, email, website
    case openingHours = "opening_hours"
    case publics
    case sadType = "sad_type"
    case authorisingBody = "authorising_body"
    case capacity
    case serviceArea = "service_area"
    case openedOn = "opened_on"
    case authorisedOn = "authorised_on"
    /// Open or closed: a file closes only what nobody looks after.
    case status
    case closedOn = "closed_on"

    /// Whether FINESS files can tell it. An empty cell says nothing: it never empties a field.
    var isFromFile: Bool {
        switch self {
        case .openingHours, .publics, .sadType, .authorisingBody, .capacity, .serviceArea, .status, .closedOn: false
        default: true
        }
    }

    /// Whether it is words, which say the same in other case and without accents.
    var isWords: Bool {
        switch self {
        case .usualName, .legalName, .street, .addressExtra, .city: true
        default: false
        }
    }

    /// Whether the employer may write it: its own presentation, address and numbers; what the register decides it may not.
    public var isEditable: Bool {
        switch self {
        case .legalName, .kind, .legalEntity, .openedOn, .authorisedOn, .status, .closedOn: false
        default: true
        }
    }

    /// Those that a file can tell and that are plain columns of the table: all but the legal entity.
    static let fileColumns = allCases.filter { $0.isFromFile && $0 != .legalEntity }

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .usualName: Text(fr: "nom d'usage", en: "usual name")
        case .legalName: Text(fr: "raison sociale", en: "legal name")
        case .kind: Text(fr: "catégorie", en: "kind")
        case .legalEntity: Text(fr: "organisme gestionnaire", en: "legal entity")
        case .siret: Text(fr: "SIRET", en: "SIRET")
        case .street: Text(fr: "voie", en: "street")
        case .addressExtra: Text(fr: "complément d'adresse", en: "address extra")
        case .postalCode: Text(fr: "code postal", en: "postal code")
        case .city: Text(fr: "ville", en: "city")
        case .insee: Text(fr: "commune (INSEE)", en: "commune (INSEE)")
        case .latitude: Text(fr: "latitude", en: "latitude")
        case .longitude: Text(fr: "longitude", en: "longitude")
        case .phone: Text(fr: "téléphone", en: "phone")
        case .email: Text(fr: "adresse électronique", en: "e-mail")
        case .website: Text(fr: "site", en: "website")
        case .openingHours: Text(fr: "horaires", en: "opening hours")
        case .publics: Text(fr: "publics", en: "publics")
        case .sadType: Text(fr: "type de service à domicile", en: "home service type")
        case .authorisingBody: Text(fr: "autorité", en: "authorising body")
        case .capacity: Text(fr: "capacité", en: "capacity")
        case .serviceArea: Text(fr: "zone d'intervention", en: "service area")
        case .openedOn: Text(fr: "ouverture", en: "opening")
        case .authorisedOn: Text(fr: "autorisation", en: "authorisation")
        case .status: Text(fr: "état", en: "status")
        case .closedOn: Text(fr: "fermeture", en: "closing")
        }
    }
}
