public import Contract
import Fields
public import Postgres

/// Where the places of the département are kept: reference rows (`sql/reference/rows`).
public struct PlaceStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// What communes are looked for.
    public struct Filter: Decodable, Sendable {
        /// Those of this grouping.
        public var epci: PlaceCode?
        /// Those with this postal code.
        public var postalCode: String?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// Every commune.
        public init() {}
    }

    /// Communes by INSEE code, so many at most.
    public func communes(_ filter: Filter, atMost count: Int) async throws -> Rows<Commune> {
        let after = try filter.cursor?.key(of: "communes", PlaceCode.self)
        return try await database.read(
            """
            SELECT \(columns: Commune.self)
              FROM (SELECT c.insee, c.name, to_jsonb(c.postal_codes) AS postal_codes, c.epci_siren, e.name AS epci_name,
                           c.population, c.latitude, c.longitude
                      FROM commune c JOIN epci e ON e.siren = c.epci_siren
                     WHERE \(Self.condition(filter, after))) AS c
             ORDER BY insee LIMIT \(count)
            """, as: Commune.self)
    }

    /// Every commune as a line of a file.
    func communeLines(_ filter: Filter) async throws -> Rows<CommuneLine> {
        try await database.read(
            """
            SELECT c.insee, c.name, array_to_string(c.postal_codes, ' ') AS postal_codes, c.epci_siren, e.name AS epci_name,
                   c.population, c.latitude, c.longitude
              FROM commune c JOIN epci e ON e.siren = c.epci_siren
             WHERE \(Self.condition(filter, nil)) ORDER BY c.insee
            """, as: CommuneLine.self)
    }

    private static func condition(_ filter: Filter, _ after: PlaceCode?) -> SQL {
        var all: SQL = "true"
        if let after { all = "\(all) AND c.insee > \(after)" }
        if let epci = filter.epci { all = "\(all) AND c.epci_siren = \(epci)" }
        if let code = filter.postalCode { all = "\(all) AND c.postal_codes @> ARRAY[\(code)]" }
        return all
    }
}

/// A commune as a line of a file: nothing nested.
struct CommuneLine: Decodable, Sendable {
    var insee: PlaceCode
    var name: String
    var postalCodes: String
    var epciSiren: PlaceCode
    var epciName: String
    var population: Int
    var latitude: Double
    var longitude: Double
}
