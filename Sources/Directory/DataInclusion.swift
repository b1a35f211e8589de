public import Fields
import Reference

/// The directory in the schema of data·inclusion, version 1: the format in which the actors of inclusion exchange structures
/// and services (`data-inclusion-schema` 1.0.10, Licence Ouverte 2.0). `deploy/faults/interchange.py` runs the published
/// package on it.
///
/// Names of fields are the schema's own. Nothing is made up: what the directory does not know is null, a value that the schema
/// would refuse is null too, and a structure without what the schema requires is left out and named.
public struct DataInclusion: Decodable, Sendable {
    /// Every open structure that the schema can hold.
    public var structures: [DataInclusionStructure]
    /// What those structures offer: one service each, by the FINESS category.
    public var services: [DataInclusionService]
    /// Open structures that the schema can't hold, each with the reason.
    public var leftOut: [DataInclusionLeftOut]
    /// Where the data come from, and under which licence.
    public var licence: String

    /// Who publishes: the first part of every id.
    public static let source = "plateforme-autonomie-31"
    static let licence = "FINESS, Licence Ouverte 2.0"
}

/// A structure, as the schema has it.
public struct DataInclusionStructure: Decodable, Sendable {
    /// Who publishes.
    public var source: String
    /// Who publishes, and the FINESS number (ET).
    public var id: String
    /// Its name, 3 to 150 characters.
    public var nom: String
    /// The last day on which something of it changed or was seen again, in UTC.
    public var dateMaj: Day
    /// What is known of it, in sentences.
    public var description: String?
    /// Where it is on this service.
    public var lienSource: String?
    /// SIRET, 14 digits.
    public var siret: String?
    /// Its commune.
    public var commune: String?
    /// Postal code.
    public var codePostal: String?
    /// INSEE code of its commune.
    public var codeInsee: String?
    /// Number and street.
    public var adresse: String?
    /// Building, hamlet, post box.
    public var complementAdresse: String?
    /// WGS84 degrees.
    public var longitude: Double?
    /// WGS84 degrees.
    public var latitude: Double?
    /// One number, E.164 where it is known to be French.
    public var telephone: String?
    /// Its own address, of nobody in particular.
    public var courriel: String?
    /// Its site.
    public var siteWeb: String?
    /// When it is open, in the syntax of OpenStreetMap.
    public var horairesAccueil: String?
    /// Networks of the schema that it is part of.
    public var reseauxPorteurs: [String]?
}

/// A service, as the schema has it.
public struct DataInclusionService: Decodable, Sendable {
    /// Who publishes.
    public var source: String
    /// The structure that offers it.
    public var structureID: String
    /// Its id.
    public var id: String
    /// The official name of the FINESS category.
    public var nom: String
    /// What is known of it, in sentences.
    public var description: String
    /// Where it is on this service.
    public var lienSource: String?
    /// As its structure's.
    public var dateMaj: Day
    /// What kind of service, where the schema has a word for it.
    public var type: String?
    /// What it is about, where the schema has a word for it.
    public var thematiques: [String]?
    /// For whom, where the schema has a word for it.
    public var publics: [String]?
    /// For whom, in our words.
    public var publicsPrecisions: String?
    /// Its commune.
    public var commune: String?
    /// Postal code.
    public var codePostal: String?
    /// INSEE code of its commune.
    public var codeInsee: String?
    /// Number and street.
    public var adresse: String?
    /// Building, hamlet, post box.
    public var complementAdresse: String?
    /// WGS84 degrees.
    public var longitude: Double?
    /// WGS84 degrees.
    public var latitude: Double?
    /// One number, E.164 where it is known to be French.
    public var telephone: String?
    /// Its own address, of nobody in particular.
    public var courriel: String?
    /// `en-presentiel` where people come to the address; null where the service comes to them, for which the schema has no word.
    public var modesAccueil: [String]?
    /// Where it works: code of the département, SIREN of groupings, INSEE codes of communes.
    public var zoneEligibilite: [String]?
    /// How to ask for it, as far as phone and e-mail are known.
    public var modesMobilisation: [String]?
    /// When it is open, in the syntax of OpenStreetMap.
    public var horairesAccueil: String?
}

/// An open structure that the schema can't hold.
public struct DataInclusionLeftOut: Decodable, Sendable, Hashable {
    /// FINESS geographic number (ET).
    public var finess: String
    /// Why.
    public var reason: Reason

    /// What the schema requires and the directory lacks.
    public enum Reason: String, FieldEnum {
        /// No name of 3 to 150 characters.
        case name
        /// Dated before 2000, or in the future.
        case date

        /// What people read.
        public var label: Text {
            switch self {
            case .name: Text(fr: "aucun nom de 3 à 150 caractères", en: "no name of 3 to 150 characters")
            case .date: Text(fr: "datée d'avant 2000 ou du futur", en: "dated before 2000 or in the future")
            }
        }
    }
}

/// What an export reads of a structure.
struct InterchangeRow: Decodable, Sendable {
    var finess: String
    var usualName: String
    var legalName: String?
    var kind: String
    var kindName: String
    var kindLabel: String
    var publics: [StructurePublic]
    var capacity: Int?
    var siret: String?
    var legalEntityName: String?
    var legalStatus: String?
    var street: String?
    var addressExtra: String?
    var postalCode: String?
    var city: String?
    var insee: String?
    var commune: String?
    var latitude: Double?
    var longitude: Double?
    var phone: String?
    var email: String?
    var website: String?
    var openingHours: String?
    /// Codes of places.
    var areas: JSON
    var source: StructureSource
    var seenOn: Day
    var verifiedOn: Day?
    var fieldSources: JSON
}

// MARK: - JSON

extension DataInclusionStructure {
    /// Its record.
    var json: JSON {
        [
            "source": .string(source), "id": .string(id), "nom": .string(nom), "date_maj": .string(dateMaj.fieldText),
            "description": JSON(description), "lien_source": JSON(lienSource), "siret": JSON(siret),
            "commune": JSON(commune), "code_postal": JSON(codePostal), "code_insee": JSON(codeInsee),
            "adresse": JSON(adresse), "complement_adresse": JSON(complementAdresse),
            "longitude": JSON(degrees: longitude),
            "latitude": JSON(degrees: latitude), "telephone": JSON(telephone), "courriel": JSON(courriel),
            "site_web": JSON(siteWeb), "horaires_accueil": JSON(horairesAccueil),
            "reseaux_porteurs": JSON(list: reseauxPorteurs),
        ]
    }
}

extension DataInclusionService {
    /// Its record.
    var json: JSON {
        [
            "source": .string(source), "structure_id": .string(structureID), "id": .string(id), "nom": .string(nom),
            "description": .string(description), "lien_source": JSON(lienSource),
            "date_maj": .string(dateMaj.fieldText),
            "type": JSON(type), "thematiques": JSON(list: thematiques), "publics": JSON(list: publics),
            "publics_precisions": JSON(publicsPrecisions), "commune": JSON(commune), "code_postal": JSON(codePostal),
            "code_insee": JSON(codeInsee), "adresse": JSON(adresse), "complement_adresse": JSON(complementAdresse),
            "longitude": JSON(degrees: longitude), "latitude": JSON(degrees: latitude), "telephone": JSON(telephone),
            "courriel": JSON(courriel), "modes_accueil": JSON(list: modesAccueil),
            "zone_eligibilite": JSON(list: zoneEligibilite), "modes_mobilisation": JSON(list: modesMobilisation),
            "horaires_accueil": JSON(horairesAccueil),
        ]
    }
}

extension DataInclusionLeftOut {
    /// Its record.
    var json: JSON { ["finess": .string(finess), "reason": .string(reason.rawValue)] }
}

extension JSON {
    fileprivate init(list: [String]?) { self = list.map { .array($0.map(JSON.string)) } ?? .null }
    fileprivate init(degrees: Double?) { self = degrees.map { .number("\($0)") } ?? .null }
}
