import Contract
import Fields

/// What can be refused about duplicates and merges.
extension DirectoryRefusals {
    static let unmergeable = Problem(
        "structure.not_mergeable", .conflict, fr: "Ces structures ne peuvent pas être fusionnées.",
        en: "These structures can't be merged.")

    static func teamOnly() -> Refusal {
        Problem.forbidden(
            fr: "Les doublons et la cohérence des numéros sont l'affaire de l'équipe de la plateforme.",
            en: "Duplicates and the coherence of numbers are the platform's team's business.")
    }

    static func sameStructure(_ finess: String) -> Refusal {
        unmergeable(
            fr: "\(finess) est une seule structure : donnez deux numéros.",
            en: "\(finess) is one structure: give two numbers.")
    }

    static func mergedAlready(_ finess: String) -> Refusal {
        unmergeable(
            fr: "La structure \(finess) est déjà fusionnée : pa31 structure unmerge \(finess) d'abord.",
            en: "Structure \(finess) is merged already: pa31 structure unmerge \(finess) first.")
    }

    static func mergedIntoClosed(_ finess: String) -> Refusal {
        unmergeable(
            fr: "La structure \(finess) est fermée ou fusionnée : une adresse ne mène qu'à une structure ouverte.",
            en: "Structure \(finess) is closed or merged: an address leads to an open one only.")
    }

    static func mergedAttached(_ finess: String) -> Refusal {
        unmergeable(
            fr:
                "La structure \(finess) est rattachée à un employeur : fusionnez dans l'autre sens, ou retirez d'abord le "
                + "rattachement.",
            en:
                "Structure \(finess) is attached to an employer: merge the other way round, or take the attachment away first."
        )
    }

    static func notMerged(_ finess: String) -> Refusal {
        unmergeable(
            fr: "La structure \(finess) n'est pas fusionnée.", en: "Structure \(finess) is not merged.")
    }

    static func notOffered(_ fields: Set<StructureField>, of offered: Set<StructureField>) -> Refusal {
        func names(_ fields: Set<StructureField>) -> String {
            fields.isEmpty ? "—" : fields.map(\.rawValue).sorted().joined(separator: ", ")
        }
        return invalid(
            fr: "Rien à reprendre pour : \(names(fields)). Ce qui manque à l'une et que l'autre a : \(names(offered)).",
            en: "Nothing to take for: \(names(fields)). What the one lacks and the other has: \(names(offered)).")
    }

    /// The refusal of each of their constraints that a caller can break.
    static let byMergeConstraint: [String: Refusal] = [
        "structure_merge_reason_text": invalid(
            fr: "Une raison a 1 à 1000 caractères.", en: "A reason has 1 to 1000 characters."),
        "structure_merge_once": unmergeable(
            fr: "La structure est déjà fusionnée.", en: "The structure is merged already."),
        "structure_merged_into_open": unmergeable(
            fr: "On ne fusionne que dans une structure ouverte.", en: "Only into an open structure is merged."),
        "structure_distinct_once": unmergeable(
            fr: "C'est déjà dit : ce sont deux structures.", en: "That was said already: they are two structures."),
    ]
}
