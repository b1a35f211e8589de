import Contract
import Fields

extension DirectoryRefusals {
    static let claim = Problem(
        "structure_claim.not_found", .notFound, fr: "Demande de rattachement introuvable.", en: "Claim not found.")
    static let claimed = Problem(
        "structure_claim.conflict", .conflict, fr: "Une demande ou un rattachement existe déjà.",
        en: "There is a claim already.")
    static let contact = Problem(
        "recruitment_contact.not_found", .notFound, fr: "Aucune adresse de recrutement n'est à prouver ici.",
        en: "There is no recruitment address to prove here.")
    static let contactConflict = Problem(
        "recruitment_contact.conflict", .conflict, fr: "L'adresse de recrutement ne peut pas être demandée.",
        en: "The recruitment address can't be asked for.")
    static let link = Problem(
        "contact_link.not_found", .notFound,
        fr: "Ce lien n'est pas valable : il a déjà servi, a expiré, ou n'existe pas. Demandez-en un autre à l'équipe.",
        en: "This link is not good: it was used, has expired, or does not exist. Ask the team for another.")

    static func onlyEmployers() -> Refusal {
        Problem.forbidden(
            fr: "Seul un organisme employeur demande le rattachement d'une structure, par un membre qui peut écrire.",
            en: "Only an employer claims a structure, by a member who may write.")
    }

    static func alreadyAttached(_ finess: String) -> Refusal {
        claimed(
            fr: "La structure \(finess) est déjà rattachée à votre organisme.",
            en: "Structure \(finess) is attached to your organisation already.")
    }

    static func staleClaim(given: Int, current: Int) -> Refusal {
        Problem.stale(
            fr: "La demande est à la version \(current), vous décidez de la \(given). Relisez-la, puis recommencez.",
            en: "The claim is at version \(current), you decide on version \(given). Read it again, then retry.",
            extras: [.init("current", JSON(current)), .init("changed_fields", ["status"])])
    }

    static func noClaim(_ finess: String) -> Refusal {
        contactConflict(
            fr: "La structure \(finess) n'est rattachée à aucun employeur : validez d'abord une demande.",
            en: "Structure \(finess) is attached to no employer: validate a claim first.")
    }

    static func alreadyProved() -> Refusal {
        contactConflict(
            fr: "Cette adresse est déjà prouvée pour cette structure.",
            en: "This address is proved for this structure already.")
    }

    static func noContact(_ finess: String) -> Refusal {
        contact(
            fr: "La structure \(finess) n'a pas d'adresse de recrutement en attente de preuve.",
            en: "Structure \(finess) has no recruitment address that waits for its proof.")
    }

    static func nobodyToTell(_ finess: String) -> Refusal {
        contact(
            fr: "Aucune ancienne adresse de la structure \(finess) n'est à prévenir.",
            en: "No former address of structure \(finess) is to be told.")
    }

    /// The refusal of each constraint of claims and contacts that a caller can break.
    static let byClaimConstraint: [String: Refusal] = [
        "structure_claim_message_text": wrongText("message"),
        "structure_claim_reason_text": wrongText("reason"),
        "structure_claim_one_pending": claimed(
            fr: "Votre organisme a déjà une demande en attente pour cette structure.",
            en: "Your organisation has a pending claim on this structure already."),
        "structure_claim_one_validated": claimed(
            fr: "La structure est déjà rattachée à un organisme : mettez d'abord fin à ce rattachement.",
            en: "The structure is attached to an organisation already: end that claim first."),
        "recruitment_contact_email_form": invalid(
            fr: "Une adresse comme recrutement@exemple.fr, 254 caractères au plus.",
            en: "An address such as jobs@example.org, at most 254 characters.",
            errors: [FieldProblem("/email", fr: "une adresse e-mail", en: "an e-mail address")]),
    ]

    private static func wrongText(_ name: String) -> Refusal {
        invalid(
            fr: "Un texte de 1 à 1000 caractères.", en: "A text of 1 to 1000 characters.",
            errors: [FieldProblem("/\(name)", fr: "1 à 1000 caractères", en: "1 to 1000 characters")])
    }
}
