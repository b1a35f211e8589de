public import Contract
public import Fields
public import Postgres

/// Whom a place is for.
public enum StructurePublic: String, FieldEnum {
    case elderly
    case adultsWithDisability = "adults_with_disability"
    case childrenWithDisability = "children_with_disability"
    case carers

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .elderly: Text(fr: "personnes âgées", en: "elderly people")
        case .adultsWithDisability: Text(fr: "adultes en situation de handicap", en: "adults with a disability")
        case .childrenWithDisability: Text(fr: "enfants en situation de handicap", en: "children with a disability")
        case .carers: Text(fr: "aidants", en: "carers")
        }
    }
}

/// What kind of place a structure is: a category of FINESS.
public struct StructureKind: ReferenceRow {
    /// Its code.
    public var code: String
    /// Official label.
    public var label: String
    /// Official short label.
    public var shortLabel: String
    /// The word people use for it; every kind of the sector has one.
    public var shortName: String?
    /// Further words it is looked for by.
    public var synonyms: [String]
    /// Whom such a place is for unless it says otherwise.
    public var publics: [StructurePublic]
    /// Whether it is of the sector: elderly, disability, home care.
    public var isSector: Bool
    /// SOC social, SAN health, ENS teaching, ADM administration.
    public var domain: String
    /// Since when it is used.
    public var openedOn: Day
    /// Since when it is not given any more.
    public var closedOn: Day?
    /// Aggregate of the third level, the finest.
    public var aggregate3Code: String
    /// Its label.
    public var aggregate3Label: String
    /// Aggregate of the second level.
    public var aggregate2Code: String
    /// Its label.
    public var aggregate2Label: String
    /// Aggregate of the first level.
    public var aggregate1Code: String
    /// Its label.
    public var aggregate1Label: String

    /// What kinds are looked for.
    public struct Filter: ReferenceFilter {
        /// Words of the code, the labels, the short name and the synonyms.
        public var q: SearchWords?
        /// Whether kinds outside the sector are listed too.
        public var all: Bool?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// The sector's only, unless asked.
        public var condition: SQL { all == true ? "true" : "is_sector" }
    }

    /// The categories of FINESS.
    public static let list = ReferenceList(
        name: "kinds", title: Text(fr: "catégories d'établissements (FINESS)", en: "kinds of structures (FINESS)"),
        headings: [
            ("code", Text(fr: "code", en: "code")), ("short_name", Text(fr: "nom court", en: "short name")),
            ("label", Text(fr: "libellé", en: "label")), ("publics", Text(fr: "publics", en: "publics")),
            ("closed_on", Text(fr: "fermée le", en: "closed on")),
        ],
        id: "kind_list",
        summary:
            "Kinds of structures: the categories of FINESS, with the words people use for them; the sector's only unless "
            + "asked. Source: FINESS, 26 May 2025; Licence Ouverte 2.0; short names, synonyms and publics are ours.",
        relation: "SELECT * FROM finess_category", key: ["code"],
        searched: "concat_ws(' ', code, label, short_label, short_name, array_to_string(synonyms, ' '))")
}

/// The legal status of who manages a structure, as FINESS has it.
public struct LegalStatus: ReferenceRow {
    /// Its code.
    public var code: String
    /// Official label.
    public var label: String
    /// Official short label.
    public var shortLabel: String
    /// Since when it is used.
    public var openedOn: Day
    /// Since when it is not given any more.
    public var closedOn: Day?
    /// Aggregate of the third level, the finest.
    public var aggregate3Code: String
    /// Its label.
    public var aggregate3Label: String
    /// Aggregate of the second level.
    public var aggregate2Code: String
    /// Its label.
    public var aggregate2Label: String
    /// Aggregate of the first level.
    public var aggregate1Code: String
    /// Its label.
    public var aggregate1Label: String

    /// Words only.
    public typealias Filter = WordsFilter

    /// The legal statuses of FINESS.
    public static let list = ReferenceList(
        name: "legal_statuses", title: Text(fr: "statuts juridiques (FINESS)", en: "legal statuses (FINESS)"),
        headings: [
            ("code", Text(fr: "code", en: "code")), ("label", Text(fr: "libellé", en: "label")),
            ("aggregate1_label", Text(fr: "ensemble", en: "group")),
            ("closed_on", Text(fr: "fermé le", en: "closed on")),
        ],
        id: "legal_status_list",
        summary: "Legal statuses of those who manage structures. Source: FINESS, 26 May 2025; Licence Ouverte 2.0.",
        relation: "SELECT * FROM finess_legal_status", key: ["code"],
        searched: "concat_ws(' ', code, label, short_label)")
}
