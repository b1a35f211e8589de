import Contract
import Fields

/// What can be refused about organisations, members and tokens.
enum AccountRefusals {
    static let memberProblem = Problem(
        "member.not_found", .notFound, fr: "Membre inconnu, ou dont les droits ont pris fin.",
        en: "Unknown member, or one whose rights have ended.")
    static let organisationProblem = Problem(
        "organisation.not_found", .notFound, fr: "Organisme inconnu.", en: "Unknown organisation.")
    static let tokenProblem = Problem("token.not_found", .notFound, fr: "Jeton inconnu.", en: "Unknown token.")
    static let invalid = Problem(
        "account.invalid", .invalid, fr: "Compte refusé.", en: "Account refused.")
    static let taken = Problem(
        "account.taken", .conflict, fr: "Ce nom est déjà pris.", en: "This name is already taken.")

    static let invitation = Problem(
        "invitation.not_found", .notFound,
        fr: "Cette invitation n'est pas valable : elle a déjà servi, a expiré, ou n'existe pas. Demandez-en une autre.",
        en: "This invitation is not good: it was used, has expired, or does not exist. Ask for another.")

    static func unknownMember() -> Refusal { memberProblem() }

    static func unknownOrganisation(_ code: String) -> Refusal {
        organisationProblem(
            fr: "Aucun organisme n'a le code « \(code) » (voir : pa31 organisation list).",
            en: "No organisation has the code '\(code)' (see: pa31 organisation list).")
    }

    static func notPrescriber(_ code: String) -> Refusal {
        invalid(
            fr: "L'organisme \(code) n'est pas un prescripteur : il n'a pas d'habilitation.",
            en: "The organisation \(code) is no prescriber: it has no authorisation.")
    }

    static func withoutProof() -> Refusal {
        invalid(
            fr: "Une habilitation se valide sur une preuve.", en: "An authorisation is validated on a proof.",
            errors: [FieldProblem("/proof", fr: "obligatoire pour valider", en: "required to validate")])
    }

    static func notFirst() -> Refusal {
        taken(
            fr: "--first ne sert qu'une fois, pour le premier membre de l'équipe : utilisez --as.",
            en: "--first is for the team's first member only: use --as.")
    }

    static func dpoOutsideTeam() -> Refusal {
        invalid(fr: "Le rôle dpo n'existe que dans l'équipe.", en: "The role dpo exists in the team only.")
    }

    static func wider() -> Refusal {
        Problem.forbidden(
            fr: "Un jeton ne peut pas en créer un qui permet davantage.", en: "A token cannot make a wider one.")
    }

    /// A constraint's name → what its breaking means.
    static let byConstraint: [String: Refusal] = [
        "organisation_code_once": taken(
            fr: "Un organisme porte déjà ce code.", en: "An organisation has this code already."),
        "organisation_name_once": taken(
            fr: "Un organisme porte déjà ce nom.", en: "An organisation has this name already."),
        "organisation_siret_once": taken(
            fr: "Un organisme porte déjà ce SIRET.", en: "An organisation has this SIRET already."),
        "organisation_name_text": invalid(
            fr: "Le nom d'un organisme a 1 à 200 caractères.", en: "An organisation's name has 1 to 200 characters.",
            errors: [FieldProblem("/name", fr: "1 à 200 caractères", en: "1 to 200 characters")]),
        "organisation_authorisation_proof_text": invalid(
            fr: "Une preuve a 1 à 500 caractères.", en: "A proof has 1 to 500 characters.",
            errors: [FieldProblem("/proof", fr: "1 à 500 caractères", en: "1 to 500 characters")]),
        "organisation_authorisation_of_prescriber": invalid(
            fr: "Ce prescripteur a une habilitation : retirez-la (not_set) avant de changer son type.",
            en: "This prescriber has an authorisation: take it away (not_set) before its kind changes.",
            errors: [FieldProblem("/kind", fr: "a une habilitation", en: "has an authorisation")]),
        "member_email_once": taken(
            fr: "Un membre a déjà cette adresse.", en: "A member has this address already."),
        "member_name_text": invalid(
            fr: "Le nom d'un membre a 1 à 120 caractères.", en: "A member's name has 1 to 120 characters.",
            errors: [FieldProblem("/name", fr: "1 à 120 caractères", en: "1 to 120 characters")]),
        "api_token_label_text": invalid(
            fr: "Le nom d'un jeton a 1 à 100 caractères.", en: "A token's label has 1 to 100 characters.",
            errors: [FieldProblem("/label", fr: "1 à 100 caractères", en: "1 to 100 characters")]),
        "api_token_scopes_known": invalid(
            fr: "Un jeton sert au moins à quelque chose : read, write.", en: "A token is for something: read, write.",
            errors: [FieldProblem("/scopes", fr: "read, write, ou les deux", en: "read, write, or both")]),
        "api_token_at_most_a_year": invalid(
            fr: "Un jeton vaut de 1 jour à 12 mois.", en: "A token is good for 1 day to 12 months.",
            errors: [FieldProblem("/valid_days", fr: "de 1 à 366", en: "1 to 366")]),
    ]
}
