public import Fields

/// One establishment as a file gives it, its values in one form whatever the layout.
///
/// nil means that the file does not say: it has no such column, or the cell is empty or could not be understood.
/// `FinessSummary.columns` tells the first case from the others.
public struct Establishment: Sendable, Hashable {
    /// The establishment's number (ET): nine characters.
    public var finess: String
    /// The number of the legal entity it belongs to (EJ).
    public var legalEntityFiness: String?
    /// The legal entity's name.
    public var legalEntityName: String?
    /// The legal entity's SIREN: nine digits.
    public var legalEntitySiren: String?
    /// The legal entity's status, a code of the nomenclature: `61`.
    public var legalStatus: String?
    /// The short name, in the file's own casing.
    public var usualName: String?
    /// The long name, in the file's own casing.
    public var legalName: String?
    /// The FINESS category, a code: `500`.
    public var category: String?
    /// The SIRET, if its key is right; `siretCoherence` says why there is none.
    public var siret: String?
    /// What the SIRET cell is worth.
    public var siretCoherence: SiretCoherence
    /// Number, kind and name of the way: `900 ROUTE DE PARIS`.
    public var street: String?
    /// What comes with the street: building, hamlet, post box.
    public var addressExtra: String?
    /// The postal code, of a CEDEX if the file has that.
    public var postalCode: String?
    /// The delivery town, without its CEDEX.
    public var city: String?
    /// The commune's INSEE code, five characters.
    public var insee: String?
    /// The département as INSEE numbers it: `31`, `2A`, `971`.
    public var departement: String?
    /// Degrees north, WGS84; latitude and longitude come together or not at all.
    public var latitude: Double?
    /// Degrees east, WGS84.
    public var longitude: Double?
    /// The phone number, `0561234567` when it is French.
    public var phone: String?
    /// The e-mail address.
    public var email: String?
    /// The web site.
    public var website: String?
    /// When it opened.
    public var openedOn: Day?
    /// When it was authorised.
    public var authorisedOn: Day?
    /// When it closed.
    public var closedOn: Day?
    /// Whether it is closed: some files say so without a date.
    public var isClosed: Bool?
    /// When the register changed its entry.
    public var updatedOn: Day?
    /// The line the row starts on, from 1; in a JSON file, the line its legal entity starts on.
    public var line: Int

    /// The fields that a file may fill, named as the database and CSV headings name them.
    public enum Field: String, Sendable, Hashable, CaseIterable {
        case finess
        case legalEntityFiness = "legal_entity_finess"
        case legalEntityName = "legal_entity_name"
        case legalEntitySiren = "legal_entity_siren"
        case legalStatus = "legal_status"
        case usualName = "usual_name"
        case legalName = "legal_name"
        case category, siret, street
        case addressExtra = "address_extra"
        case postalCode = "postal_code"
        case city, insee, departement, latitude, longitude, phone, email, website
        case openedOn = "opened_on"
        case authorisedOn = "authorised_on"
        case closedOn = "closed_on"
        case isClosed = "is_closed"
        case updatedOn = "updated_on"
    }

    /// An establishment of which nothing but its number is known.
    public init(finess: String, line: Int) {
        self.finess = finess
        self.line = line
        siretCoherence = .missing
    }
}

/// A point that a file gives apart from its establishment: `geolocalisation` lines follow all `structureet` lines.
public struct Position: Sendable, Hashable {
    /// The establishment's number (ET).
    public var finess: String
    /// Degrees north, WGS84; nil when the coordinates could not be used.
    public var latitude: Double?
    /// Degrees east, WGS84.
    public var longitude: Double?
    /// The projection the file names, when it is one that is not converted.
    public var unknownProjection: String?
    /// The line, from 1.
    public var line: Int
}

/// What a file holds, one at a time.
public enum FinessRecord: Sendable, Hashable {
    case establishment(Establishment)
    case position(Position)
}
