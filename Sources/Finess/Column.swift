import Foundation

/// What a cell of a file may hold. Several make one field of `Establishment`: number, kind and name of a way.
enum Column: Int, CaseIterable {
    case finess, legalEntityFiness, legalEntityName, legalEntitySiren, legalStatus, usualName, legalName, category
    case siret, wayNumber, wayRepeat, wayKind, wayName, street, addressExtra, hamlet, delivery, postalCode
    case city, commune, insee, departement, latitude, longitude, point, x, y, projection, phone, email, website
    case openedOn, authorisedOn, closedOn, state, updatedOn

    static let count = allCases.count

    /// The fields of an establishment that the column fills, alone or with others.
    var fields: [Establishment.Field] {
        switch self {
        case .finess: [.finess]
        case .legalEntityFiness: [.legalEntityFiness]
        case .legalEntityName: [.legalEntityName]
        case .legalEntitySiren: [.legalEntitySiren]
        case .legalStatus: [.legalStatus]
        case .usualName: [.usualName]
        case .legalName: [.legalName]
        case .category: [.category]
        case .siret: [.siret]
        case .wayName, .street: [.street]
        case .addressExtra, .hamlet: [.addressExtra]
        case .delivery: [.postalCode, .city, .departement]
        case .postalCode: [.postalCode, .departement]
        case .city: [.city]
        case .insee: [.insee, .departement]
        case .departement: [.departement]
        case .latitude: [.latitude]
        case .longitude: [.longitude]
        case .point, .x: [.latitude, .longitude]
        case .phone: [.phone]
        case .email: [.email]
        case .website: [.website]
        case .openedOn: [.openedOn]
        case .authorisedOn: [.authorisedOn]
        case .closedOn: [.closedOn, .isClosed]
        case .state: [.isClosed]
        case .updatedOn: [.updatedOn]
        case .wayNumber, .wayRepeat, .wayKind, .commune, .y, .projection: []
        }
    }

    /// The 32 fields of a `structureet` line, in their order; nil for what is not kept.
    static let legacy: [Column?] = [
        nil, .finess, .legalEntityFiness, .usualName, .legalName, nil, .addressExtra, .wayNumber, .wayKind,
        .wayName, .wayRepeat, .hamlet, .commune, .departement, nil, .delivery, .phone, nil, .category, nil, nil, nil,
        .siret, nil, nil, nil, nil, nil, .openedOn, .authorisedOn, .updatedOn, nil,
    ]

    /// The official names of those fields.
    static let legacyNames = [
        "finess", "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie",
        "voie", "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "ligneacheminement", "telephone",
        "telecopie", "categetab", "libcategetab", "categagretab", "libcategagretab", "siret", "codeape", "codemft",
        "libmft", "codesph", "libsph", "dateouv", "dateautor", "datemaj", "numuai",
    ]

    /// The headings that are understood, the one to recommend first. Compared by `folded`.
    var headings: [String] {
        switch self {
        case .finess:
            [
                "finess", "finess_et", "nofinesset", "numero_finess_et", "num_finess_et", "numfinesset", "nofiness",
                "no_finess_et", "numero_finess", "num_finess", "finess_geographique", "numfinessege", "finess_geo",
            ]
        case .legalEntityFiness:
            [
                "legal_entity_finess", "finess_ej", "nofinessej", "numero_finess_ej", "num_finess_ej",
                "finess_juridique", "numfinesspm",
            ]
        case .legalEntityName:
            ["legal_entity_name", "rsej", "raison_sociale_ej", "nom_ej", "entite_juridique", "gestionnaire", "rs_ej"]
        case .legalEntitySiren: ["legal_entity_siren", "siren", "siren_ej", "sirenej"]
        case .legalStatus: ["legal_status", "statut_juridique", "statutjuridique", "codestatut"]
        case .usualName: ["usual_name", "raison_sociale", "rs", "nom_usuel", "nom", "name", "nom_court", "nomegecourt"]
        case .legalName:
            ["legal_name", "rslongue", "raison_sociale_longue", "rs_longue", "nom_long", "nomegelong", "denomination"]
        case .category: ["category", "categetab", "categorie_code", "code_categorie", "category_code"]
        case .siret: ["siret", "numero_siret", "num_siret"]
        case .wayNumber: ["street_number", "numvoie", "numero_voie", "num_voie"]
        case .wayRepeat: ["compvoie", "complement_voie"]
        case .wayKind: ["typvoie", "type_voie", "street_type"]
        case .wayName: ["voie", "libelle_voie", "nom_voie"]
        case .street: ["street", "adresse", "rue", "address", "lignequatre", "adresse_voie"]
        case .addressExtra:
            ["address_extra", "compldistrib", "complement_adresse", "complement_distribution", "complement"]
        case .hamlet: ["lieuditbp", "lieu_dit", "lieu_dit_bp", "bp"]
        case .delivery: ["ligneacheminement", "ligne_acheminement"]
        case .postalCode: ["postal_code", "code_postal", "cp", "codepostal", "zip"]
        case .city: ["city", "ville", "localite", "libelle_commune", "nom_commune", "libelle_routage", "town"]
        case .commune: ["commune"]
        case .insee: ["insee", "code_insee", "insee_code", "code_commune", "cog", "com_code", "cogcommune"]
        case .departement: ["departement", "code_departement", "dep", "department", "dept"]
        case .latitude: ["latitude", "lat", "directionlatitude"]
        case .longitude: ["longitude", "lon", "lng", "long", "directionlongitude"]
        case .point: ["coord", "coordonnees", "geo_point_2d", "geopoint", "geolocalisation", "point"]
        case .x: ["coordxet", "coordx", "coord_x", "x", "coordonneex", "lambert_x"]
        case .y: ["coordyet", "coordy", "coord_y", "y", "coordonneey", "lambert_y"]
        case .projection: ["sourcecoordet", "sourcegeocod", "projection", "source_coord", "crs"]
        case .phone: ["phone", "telephone", "tel", "phone_number"]
        case .email: ["email", "courriel", "mail", "e_mail", "adresse_email"]
        case .website: ["website", "site_web", "site", "url", "site_internet", "web"]
        case .openedOn: ["opened_on", "dateouv", "date_ouverture", "date_ouv", "dateouverture", "dateouvert"]
        case .authorisedOn: ["authorised_on", "dateautor", "date_autorisation", "date_autor", "authorized_on"]
        case .closedOn: ["closed_on", "date_fermeture", "datefermeture", "date_ferm"]
        case .state: ["is_closed", "etat", "etatobjet", "state", "status"]
        case .updatedOn: ["updated_on", "datemaj", "date_maj", "maj", "date_mise_a_jour", "datederniermaj"]
        }
    }

    /// Headings that are known, and known not to be needed: no warning names them.
    static let unneeded: Set<String> = [
        "lib_departement", "libdepartement", "categorie", "libcategetab", "type_etablissement", "categagretab",
        "libcategagretab", "telecopie", "fax", "codeape", "codemft", "libmft", "codesph", "libsph", "numuai", "line",
        "complrs", "region", "libregion",
        "liblongcategetab", "categretab", "libcategretab", "libcodeape", "mft", "liblongmft", "sph", "numen",
        "dategeocod",
    ].reduce(into: []) { $0.insert(folded($1)) }

    /// Columns by folded heading.
    static let byHeading: [String: Column] = Column.allCases.reduce(into: [:]) { table, column in
        for heading in column.headings { table[folded(heading)] = column }
    }

    /// A heading without what people write differently: `N° FINESS (ET)` and `no_finess_et` are one.
    static func folded(_ heading: String) -> String {
        var result = ""
        for scalar in heading.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
            switch scalar {
            case "a"..."z", "0"..."9": result.unicodeScalars.append(scalar)
            case "°", "º": result.append("o")
            default: break
            }
        }
        return result
    }
}
