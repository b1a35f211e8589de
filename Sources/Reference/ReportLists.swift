import Contract
import Fields
import Postgres

/// What a figure shown to funders and to the public means.
public struct ReportIndicator: ReferenceRow {
    /// Its name in files and in the program.
    public var code: String
    /// What it is about: plan, money, structures, needs, persons.
    public var subject: String
    /// What stands beside the figure.
    public var labelFr: String
    /// What it says.
    public var definitionFr: String
    /// What is counted or added up.
    public var numeratorFr: String
    /// What it is divided by; none when it is no ratio.
    public var denominatorFr: String?
    /// count, percent, euros, days.
    public var unit: String
    /// Where the data come from.
    public var sourceFr: String
    /// Raised when the definition changes.
    public var version: Int

    /// Words only.
    public typealias Filter = WordsFilter

    /// Every figure.
    public static let list = ReferenceList(
        name: "indicators", title: Text(fr: "indicateurs et leurs définitions", en: "figures and their definitions"),
        headings: [
            ("code", Text(fr: "code", en: "code")), ("label_fr", Text(fr: "libellé", en: "French label")),
            ("unit", Text(fr: "unité", en: "unit")), ("definition_fr", Text(fr: "définition", en: "definition")),
        ],
        id: "indicator_list",
        summary: "What each figure shown to funders and to the public means: definition, numerator, denominator, unit, "
            + "source, version. Compiled for this product, with its licence.",
        relation: "SELECT * FROM report_indicator", key: ["code"],
        searched: "concat_ws(' ', code, subject, label_fr, definition_fr)")
}
