import Contract
import Fields
import Postgres

/// Why an orientation comes to nothing.
public struct RefusalReason: ReferenceRow {
    /// Its code.
    public var code: String
    /// What recruiters and prescribers read.
    public var labelFr: String
    /// The same in English.
    public var labelEn: String
    /// A neutral sentence for the candidate.
    public var candidateTextFr: String

    /// Words only.
    public typealias Filter = WordsFilter

    /// Every reason.
    public static let list = ReferenceList(
        name: "reasons", title: Text(fr: "motifs de refus", en: "refusal reasons"),
        headings: [
            ("code", Text(fr: "code", en: "code")), ("label_fr", Text(fr: "libellé", en: "French label")),
            ("candidate_text_fr", Text(fr: "phrase pour la personne", en: "sentence for the candidate")),
        ],
        id: "refusal_reason_list",
        summary:
            "Why an orientation comes to nothing, each with a neutral sentence for the candidate. Compiled for this "
            + "product, with its licence.",
        relation: "SELECT * FROM refusal_reason", key: ["code"],
        searched: "concat_ws(' ', code, label_fr, label_en)")
}

/// A type of contract.
public struct ContractType: ReferenceRow {
    /// Its code.
    public var code: String
    /// What people call it.
    public var labelFr: String
    /// The same in English.
    public var labelEn: String
    /// Whether a hire with it is a durable one: six months or more.
    public var isDurable: Bool

    /// Words only.
    public typealias Filter = WordsFilter

    /// Every type.
    public static let list = ReferenceList(
        name: "contracts", title: Text(fr: "types de contrat", en: "types of contracts"),
        headings: [
            ("code", Text(fr: "code", en: "code")), ("label_fr", Text(fr: "libellé", en: "French label")),
            ("is_durable", Text(fr: "durable", en: "durable")),
        ],
        id: "contract_type_list",
        summary:
            "Types of contracts, with those that make a durable hire. Compiled for this product, with its licence.",
        relation: "SELECT * FROM contract_type", key: ["code"], searched: "concat_ws(' ', code, label_fr, label_en)")
}
