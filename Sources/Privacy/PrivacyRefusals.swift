import Contract
public import Fields

/// What can be refused about personal data.
public enum PrivacyRefusals {
    /// The officer, or the team's editors.
    public static func onlyOfficer() -> Refusal {
        Problem.forbidden(
            fr: "Réservé au délégué à la protection des données (rôle dpo) et aux éditeurs de l'équipe.",
            en: "For the data-protection officer (role dpo) and the team's editors only.")
    }

    static let rehearsal = Problem(
        "privacy.rehearsal_only", .invalid, fr: "Un autre jour n'est possible qu'à blanc.",
        en: "Another day is for a rehearsal only.")

    /// Another day is only looked at.
    public static func rehearsalOnly() -> Refusal {
        rehearsal(
            fr: "--at avec --apply : rien n'est effacé avant son heure. Sans --apply, c'est à blanc.",
            en: "--at with --apply: nothing is forgotten ahead of its time. Without --apply it is a rehearsal.")
    }
}

extension PrivacyRefusals {
    static let request = Problem(
        "rights_request.not_found", .notFound, fr: "Demande introuvable.", en: "Request not found.")
    static let ended = Problem(
        "rights_request.ended", .conflict, fr: "Cette demande a déjà reçu sa suite.",
        en: "This request has had its answer already.")
    static let alreadyAsked = Problem(
        "rights_request.already_asked", .conflict, fr: "Un effacement est déjà demandé pour ce dossier.",
        en: "An erasure of this file was asked for already.")
    static let invalid = Problem(
        "rights_request.invalid", .invalid, fr: "Une règle des demandes n'est pas respectée.",
        en: "A rule of requests is not respected.")
    static let wrongCode = Problem(
        "access_code.not_good", .forbidden,
        fr: "Ce code n'est pas bon, ou ne l'est plus. Demandez-en un autre : il est envoyé à l'adresse du dossier.",
        en: "This code is not good, or no longer. Ask for another: it is sent to the file's address.")

    static func notYours() -> Refusal {
        Problem.forbidden(
            fr:
                "Réservé à l'organisme référent de la personne, par un membre qui peut écrire, et au délégué à la protection des données.",
            en: "For the organisation whose file it is, by a member who may write, and the data-protection officer.")
    }

    static func wrong(_ field: String, fr: String, en: String) -> Refusal {
        invalid(fr: fr, en: en, errors: [FieldProblem("/\(field)", fr: fr, en: en)])
    }

    static var byConstraint: [String: Refusal] {
        ["rights_request_one_erasure": alreadyAsked()]
    }
}
