public import Contract
public import Fields
public import Postgres

/// A version of the list of jobs.
public enum RomeVersion: String, FieldEnum {
    case v3 = "3"
    case v460 = "4.60"
}

/// A job: a code of ROME in one of its versions.
public struct RomeJob: ReferenceRow {
    /// The list's version: a code means something in a version only.
    public var version: RomeVersion
    /// Its code.
    public var code: String
    /// Official label.
    public var label: String
    /// The code in the older list that it comes from.
    public var parentCode: String?
    /// Whether it may be one of the sector: a wide first selection.
    public var isAutonomy: Bool

    /// What jobs are looked for.
    public struct Filter: ReferenceFilter {
        /// Words of the code and the label.
        public var q: SearchWords?
        /// Those of this version.
        public var version: RomeVersion?
        /// The sector's jobs, or the others.
        public var autonomy: Bool?
        /// Items a page, 50 unless asked.
        public var limit: PageLimit?
        /// Where the page begins.
        public var cursor: Cursor?

        /// By version and by sector.
        public var condition: SQL {
            var all: SQL = "true"
            if let version { all = "\(all) AND version = \(version)" }
            if let autonomy { all = "\(all) AND is_autonomy = \(autonomy)" }
            return all
        }
    }

    /// Both versions.
    public static let list = ReferenceList(
        name: "rome", title: Text(fr: "métiers (ROME)", en: "jobs (ROME)"),
        headings: [
            ("version", Text(fr: "version", en: "version")), ("code", Text(fr: "code", en: "code")),
            ("label", Text(fr: "libellé", en: "label")),
            ("is_autonomy", Text(fr: "du secteur", en: "of the sector")),
        ],
        id: "rome_list",
        summary: "Jobs: the codes of ROME 4.60 and of the older list, version 3. Source: France Travail, ROME; "
            + "Licence Ouverte 2.0; which are the sector's is ours.",
        relation: "SELECT * FROM rome_job", key: ["version", "code"], searched: "concat_ws(' ', code, label)")
}

/// A diploma of the sector, in one of its registrations.
public struct Diploma: ReferenceRow {
    /// A name of ours.
    public var id: String
    /// What people call it; several registrations share it.
    public var acronym: String
    /// Its label.
    public var label: String
    /// Level of the national framework, 1 to 8.
    public var level: Int
    /// Number of this registration in the national directory.
    public var rncp: String?
    /// Since when this registration holds, if known.
    public var validFrom: Day?
    /// Until when, if known.
    public var validUntil: Day?
    /// How sure its number is.
    public var reliability: Reliability
    /// Where it was found.
    public var source: String?

    /// How sure a number is.
    public enum Reliability: String, FieldEnum {
        case verified
        case singleSource = "single_source"
        case numberNotFound = "number_not_found"
    }

    /// Words only.
    public typealias Filter = WordsFilter

    /// Diplomas of the sector.
    public static let list = ReferenceList(
        name: "diplomas", title: Text(fr: "diplômes du secteur", en: "diplomas of the sector"),
        headings: [
            ("acronym", Text(fr: "sigle", en: "acronym")), ("label", Text(fr: "libellé", en: "label")),
            ("level", Text(fr: "niveau", en: "level")), ("rncp", Text(fr: "RNCP", en: "RNCP")),
            ("reliability", Text(fr: "fiabilité", en: "reliability")),
        ],
        id: "diploma_list",
        summary:
            "Diplomas of the sector with their registrations, whose numbers change at each renewal. Compiled for "
            + "this product, with its licence, each with its own source and how sure its number is.",
        relation: "SELECT * FROM diploma", key: ["id"], searched: "concat_ws(' ', acronym, label, rncp)")
}

/// A collective agreement.
public struct CollectiveAgreement: ReferenceRow {
    /// Its number, four digits.
    public var idcc: String
    /// Its label; the source has none for a few.
    public var label: String?
    /// Where Légifrance has its text.
    public var url: String?

    /// Words only.
    public typealias Filter = WordsFilter

    /// Collective agreements.
    public static let list = ReferenceList(
        name: "agreements", title: Text(fr: "conventions collectives", en: "collective agreements"),
        headings: [
            ("idcc", Text(fr: "IDCC", en: "IDCC")), ("label", Text(fr: "libellé", en: "label")),
            ("url", Text(fr: "adresse", en: "address")),
        ],
        id: "agreement_list",
        summary: "Collective agreements by their number. Source: Légifrance; Licence Ouverte 2.0.",
        relation: "SELECT * FROM collective_agreement", key: ["idcc"], searched: "concat_ws(' ', idcc, label)")
}
