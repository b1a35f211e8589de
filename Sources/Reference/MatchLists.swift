import Contract
import Fields
import Postgres

/// A criterion by which people and needs are compared, and how much it weighs.
public struct MatchWeight: ReferenceRow {
    /// Its code.
    public var code: String
    /// What people call it.
    public var labelFr: String
    /// Points of who fits in full; a score is the sum over all.
    public var maximum: Int
    /// Whether failing it excludes.
    public var isHard: Bool
    /// Share of the maximum, of 100, where the file does not say.
    public var unsaidPercent: Int?
    /// Share of the maximum, of 100, at the edge of what is accepted.
    public var leastPercent: Int?
    /// How it is judged, in French.
    public var meaningFr: String

    /// Words only.
    public typealias Filter = WordsFilter

    /// Every criterion.
    public static let list = ReferenceList(
        name: "match_criteria", title: Text(fr: "critères de rapprochement", en: "criteria of matches"),
        headings: [
            ("code", Text(fr: "code", en: "code")), ("label_fr", Text(fr: "critère", en: "criterion")),
            ("maximum", Text(fr: "points", en: "points")), ("is_hard", Text(fr: "exclut", en: "excludes")),
            ("meaning_fr", Text(fr: "comment", en: "how")),
        ],
        id: "match_criterion_list",
        summary:
            "By what people and needs are compared, and how much each criterion weighs. What is only counted of people is none. "
            + "Compiled for this product, with its licence.",
        relation: "SELECT * FROM match_criterion", key: ["code"], searched: "concat_ws(' ', code, label_fr, meaning_fr)"
    )
}

/// Two jobs that are near one another.
public struct JobAffinity: ReferenceRow {
    /// The job wanted: its ROME code.
    public var jobFrom: String
    /// The job offered.
    public var jobTo: String
    /// How near, of 100.
    public var percent: Int
    /// Why, in French.
    public var reasonFr: String

    /// Words only.
    public typealias Filter = WordsFilter

    /// Every pair.
    public static let list = ReferenceList(
        name: "job_affinities", title: Text(fr: "métiers proches", en: "jobs near one another"),
        headings: [
            ("job_from", Text(fr: "métier recherché", en: "job wanted")),
            ("job_to", Text(fr: "métier offert", en: "job offered")),
            ("percent", Text(fr: "sur 100", en: "of 100")), ("reason_fr", Text(fr: "pourquoi", en: "why")),
        ],
        id: "job_affinity_list",
        summary:
            "Which jobs may suit who wants another; the same job always does. Compiled for this product, with its licence; "
            + "regulated professions lead to none but by their diploma.",
        relation: "SELECT * FROM job_affinity", key: ["job_from", "job_to"],
        searched: "concat_ws(' ', job_from, job_to, reason_fr)")
}
