public import Contract
public import Fields
public import Postgres

/// A commune as reference lists give it.
public struct Commune: ReferenceRow {
    /// INSEE code; not a postal code.
    public var insee: PlaceCode
    /// Its name.
    public var name: String
    /// Its postal codes.
    public var postalCodes: [String]
    /// SIREN of the grouping it is part of.
    public var epciSiren: PlaceCode
    /// Name of that grouping.
    public var epciName: String
    /// Municipal population.
    public var population: Int
    /// Of its centre, WGS84 degrees.
    public var latitude: Double
    /// Of its centre, WGS84 degrees.
    public var longitude: Double

    /// What communes are looked for.
    public struct Filter: ReferenceFilter {
        /// Words of the name.
        public var q: SearchWords?
        /// Those of this grouping.
        public var epci: PlaceCode?
        /// Those with this postal code.
        public var postalCode: String?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// By grouping and by postal code.
        public var condition: SQL {
            var all: SQL = "true"
            if let epci { all = "\(all) AND epci_siren = \(epci)" }
            if let postalCode { all = "\(all) AND postal_codes @> ARRAY[\(postalCode)]" }
            return all
        }
    }

    /// The communes of the département.
    public static let list = ReferenceList(
        name: "communes", title: Text(fr: "communes et leur EPCI", en: "communes and their groupings"),
        headings: [
            ("insee", Text(fr: "INSEE", en: "INSEE")), ("name", Text(fr: "nom", en: "name")),
            ("postal_codes", Text(fr: "codes postaux", en: "postal codes")),
            ("epci_name", Text(fr: "EPCI", en: "grouping")), ("population", Text(fr: "habitants", en: "population")),
        ],
        id: "commune_list",
        summary: "The communes of Haute-Garonne with their grouping. Source: INSEE, La Poste, Banatic, 2024; "
            + "Licence Ouverte 2.0.",
        relation: """
            SELECT c.insee, c.name, c.postal_codes, c.epci_siren, e.name AS epci_name, c.population, c.latitude, c.longitude
              FROM commune c JOIN epci e ON e.siren = c.epci_siren
            """,
        key: ["insee"], searched: "name")
}

/// A commune that was renamed, merged or divided.
public struct CommuneChange: ReferenceRow {
    /// The day from which it is so.
    public var effectiveOn: Day
    /// INSEE's kind of change: 10 new name, 20 creation, 21 restored, 31 to 33 merger.
    public var kind: String
    /// INSEE code before.
    public var inseeBefore: PlaceCode
    /// COM a commune, COMA associated, COMD delegated.
    public var typeBefore: String
    /// Its name before.
    public var nameBefore: String
    /// INSEE code after.
    public var inseeAfter: PlaceCode
    /// COM a commune, COMA associated, COMD delegated.
    public var typeAfter: String
    /// Its name after.
    public var nameAfter: String
    /// The commune of today that the code before stands for.
    public var presentInsee: PlaceCode?

    /// What changes are looked for.
    public struct Filter: ReferenceFilter {
        /// Words of the names and codes.
        public var q: SearchWords?
        /// Those with this code before or after.
        public var insee: PlaceCode?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// By code.
        public var condition: SQL {
            guard let insee else { return "true" }
            return "\(insee) IN (insee_before, insee_after)"
        }
    }

    /// Changes since 1943.
    public static let list = ReferenceList(
        name: "commune_changes",
        title: Text(fr: "communes renommées, fusionnées, séparées", en: "communes renamed, merged, divided"),
        headings: [
            ("effective_on", Text(fr: "depuis le", en: "since")), ("insee_before", Text(fr: "avant", en: "before")),
            ("name_before", Text(fr: "nom", en: "name")), ("insee_after", Text(fr: "après", en: "after")),
            ("name_after", Text(fr: "nom", en: "name")),
            ("present_insee", Text(fr: "commune d'aujourd'hui", en: "commune of today")),
        ],
        id: "commune_change_list",
        summary:
            "Communes of Haute-Garonne that were renamed, merged or divided since 1943, with the commune of today that "
            + "each old code stands for. Source: INSEE, 2024; Licence Ouverte 2.0.",
        relation: "SELECT *, present_commune(insee_before) AS present_insee FROM commune_change",
        key: ["effective_on", "insee_before", "type_before", "insee_after", "type_after"],
        searched: "concat_ws(' ', insee_before, name_before, insee_after, name_after)")
}

/// The year of a list of priority districts.
public enum DistrictVintage: String, FieldEnum {
    case of2015 = "2015"
    case of2024 = "2024"
}

/// A priority district of the city policy (QPV).
public struct PriorityDistrict: ReferenceRow {
    /// Official code for 2015; a name of ours for 2024, whose codes were not found.
    public var id: String
    /// Official name.
    public var name: String
    /// Year of its list.
    public var vintage: DistrictVintage
    /// INSEE code of the commune it is in.
    public var communeInsee: PlaceCode
    /// That commune's name.
    public var communeName: String
    /// GeoJSON geometry, WGS84; of 2015 only.
    public var polygon: JSON?

    /// What districts are looked for.
    public struct Filter: ReferenceFilter {
        /// Words of the name and the commune's.
        public var q: SearchWords?
        /// Those of the list of this year.
        public var vintage: DistrictVintage?
        /// Those of this commune.
        public var commune: PlaceCode?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// By list and by commune.
        public var condition: SQL {
            var all: SQL = "true"
            if let vintage { all = "\(all) AND vintage = \(vintage)" }
            if let commune { all = "\(all) AND commune_insee = \(commune)" }
            return all
        }
    }

    /// Both lists.
    public static let list = ReferenceList(
        name: "districts", title: Text(fr: "quartiers prioritaires (QPV)", en: "priority districts (QPV)"),
        headings: [
            ("id", Text(fr: "code", en: "code")), ("name", Text(fr: "nom", en: "name")),
            ("vintage", Text(fr: "liste de", en: "list of")), ("commune_name", Text(fr: "commune", en: "commune")),
        ],
        id: "district_list",
        summary:
            "Priority districts of the city policy: those of 2015 with their polygons, those of 2024 by name only. "
            + "Source: ANCT; Licence Ouverte 2.0.",
        relation: """
            SELECT d.id, d.name, d.vintage::text, d.commune_insee, c.name AS commune_name, d.polygon
              FROM priority_district d JOIN commune c ON c.insee = d.commune_insee
            """,
        key: ["id"], searched: "concat_ws(' ', id, name, commune_name)")
}
