/// Takes the establishments out of one legal entity (`pmej`).
struct EntityWalker {
    /// Members that hold a value, and what it is. Names are unequal across the levels, but for those walked apart.
    static let columns: [String: Column] = [
        "numFinessEge": .finess, "siret": .siret, "nomEgeCourt": .usualName, "nomEgeLong": .legalName,
        "dateOuverture": .openedOn, "datePremiereAutorisation": .authorisedOn, "dateFermeture": .closedOn,
        "categorieentiteGeographiqueExercice": .category, "etatObjet": .state, "dateDerniereMaj": .updatedOn,
        "numFinessPm": .legalEntityFiness, "denominationLonguePmSmsse": .legalEntityName,
        "siren": .legalEntitySiren, "statutJuridique": .legalStatus,
        "numeroVoie": .wayNumber, "typeVoie": .wayKind, "libelleVoie": .wayName, "complementVoie": .wayRepeat,
        "complementPointGeographique": .addressExtra, "lieuDit": .hamlet, "cogCommune": .insee,
        "ligneAcheminement": .delivery, "ligneQuatre": .street, "codePostal": .postalCode, "coordonneeX": .x,
        "coordonneeY": .y, "directionLatitude": .latitude, "directionLongitude": .longitude,
        "telephone": .phone, "courriel": .email,
    ]

    /// A legal entity of more establishments is skipped; the largest have some hundreds.
    static let limit = 10_000

    /// The address of the place itself, among those for mail and for the seat (nomenclature R377).
    private static let placeUse = Array("03".utf8)

    private var cursor: JSONCursor
    private let line: Int
    private var entity = Row()
    private var shortName: Range<Int> = 0..<0
    /// One for each establishment, once walked.
    private(set) var rows: [Row] = []

    init(_ bytes: [UInt8], line: Int) {
        cursor = JSONCursor(bytes)
        self.line = line
    }

    mutating func walk() throws(JSONCursor.Fault) {
        guard try cursor.enter("{") else { return }
        while let name = try cursor.nextName() {
            switch name {
            case "informationsGeneralesPMEJ": try entityFacts()
            case "ege":
                guard try cursor.enter("[") else { continue }
                while try cursor.nextElement() { try establishment() }
            default: try cursor.skip()
            }
        }
        if entity[.legalEntityName].isEmpty { entity[.legalEntityName] = shortName }
        for position in rows.indices { addEntity(to: position) }
    }

    private mutating func entityFacts() throws(JSONCursor.Fault) {
        guard try cursor.enter("{") else { return }
        while let name = try cursor.nextName() {
            switch name {
            case "numFinessPm", "denominationLonguePmSmsse", "siren", "statutJuridique":
                guard let column = EntityWalker.columns[name] else { continue }
                entity[column] = try cursor.text(into: &entity.bytes)
            case "denominationPm": shortName = try cursor.text(into: &entity.bytes)
            default: try cursor.skip()
            }
        }
    }

    /// The legal entity's facts may follow its establishments in the document.
    private mutating func addEntity(to position: Int) {
        for column in [Column.legalEntityFiness, .legalEntityName, .legalEntitySiren, .legalStatus] {
            let first = rows[position].bytes.count
            rows[position].bytes.append(contentsOf: entity.bytes[entity[column]])
            rows[position][column] = first..<rows[position].bytes.count
        }
    }

    private mutating func establishment() throws(JSONCursor.Fault) {
        guard try cursor.enter("{") else { return }
        var row = Row(line: line)
        while let name = try cursor.nextName() {
            switch name {
            case "informationsGeneralesEGE": try values(into: &row)
            case "adresse": try addresses(into: &row)
            case "contact": try contacts(into: &row)
            case "categorieentiteGeographiqueExercice", "etatObjet", "dateDerniereMaj": try value(name, into: &row)
            default: try cursor.skip()
            }
        }
        guard rows.count < EntityWalker.limit else { throw .tooMany }
        rows.append(row)
    }

    /// Copies a known member's value, unless it has one already.
    private mutating func value(_ name: String, into row: inout Row) throws(JSONCursor.Fault) {
        guard let column = EntityWalker.columns[name], row[column].isEmpty else { return try cursor.skip() }
        row[column] = try cursor.text(into: &row.bytes)
    }

    private mutating func values(into row: inout Row) throws(JSONCursor.Fault) {
        guard try cursor.enter("{") else { return }
        while let name = try cursor.nextName() { try value(name, into: &row) }
    }

    /// The place's own address, else the first.
    private mutating func addresses(into row: inout Row) throws(JSONCursor.Fault) {
        guard try cursor.enter("[") else { return }
        let before = row
        var hasAny = false
        while try cursor.nextElement() {
            var candidate = before
            let isOfPlace = try address(into: &candidate)
            if !hasAny || isOfPlace { row = candidate }
            hasAny = true
            if isOfPlace {
                while try cursor.nextElement() { try cursor.skip() }
                return
            }
        }
    }

    /// Copies an address; true when it is that of the place itself.
    private mutating func address(into row: inout Row) throws(JSONCursor.Fault) -> Bool {
        guard try cursor.enter("{") else { return false }
        var use: [UInt8] = []
        while let name = try cursor.nextName() {
            switch name {
            case "usageAdresse": _ = try cursor.text(into: &use)
            case "coordonneesGeographique": try values(into: &row)
            default: try value(name, into: &row)
            }
        }
        return use == EntityWalker.placeUse
    }

    private mutating func contacts(into row: inout Row) throws(JSONCursor.Fault) {
        guard try cursor.enter("[") else { return }
        while try cursor.nextElement() {
            guard try cursor.enter("{") else { continue }
            while let name = try cursor.nextName() {
                if name == "telecom" { try values(into: &row) } else { try cursor.skip() }
            }
        }
    }
}
