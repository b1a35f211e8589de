import Contract
public import Fields
import Postgres

/// What can be refused about orientations.
public enum OrientationRefusals {
    /// No such orientation, or none that the caller may know of.
    public static let orientation = Problem(
        "orientation.not_found", .notFound, fr: "Orientation introuvable.", en: "Orientation not found.")
    /// A rule of orientations is broken.
    public static let invalid = Problem(
        "orientation.invalid", .invalid, fr: "Une règle des orientations n'est pas respectée.",
        en: "A rule of orientations is not respected.")
    /// The target takes nobody now.
    public static let targetNotOpen = Problem(
        "orientation.target_not_open", .conflict,
        fr: "Cette cible ne reçoit pas d'orientation : elle n'est pas ouverte, ou ne l'est plus.",
        en: "This target receives no orientation: it is not open, or no longer.")
    /// Nobody proved an address for this target.
    public static let noContact = Problem(
        "orientation.no_contact", .conflict,
        fr: "Cette structure n'a pas d'adresse de recrutement prouvée : l'équipe est prévenue, réessayez plus tard.",
        en: "This structure has no proved recruitment address: the team is told, try again later.")
    /// The same person is on the way to the same target.
    public static let alreadySent = Problem(
        "orientation.already_sent", .conflict,
        fr: "Une orientation de cette personne vers cette cible est déjà en cours.",
        en: "An orientation of this person to this target is under way already.")
    /// The person objects.
    public static let objected = Problem(
        "orientation.objected", .conflict, fr: "La personne s'oppose : rien n'est envoyé pour elle.",
        en: "The person objects: nothing is sent for them.")
    /// It expired too long ago to be answered.
    public static let expired = Problem(
        "orientation.expired", .conflict,
        fr: "Cette orientation a expiré depuis trop longtemps : le prescripteur peut en envoyer une autre.",
        en: "This orientation expired too long ago: its prescriber may send another.")
    /// No such checkpoint.
    public static let checkpoint = Problem(
        "checkpoint.not_found", .notFound, fr: "Pas de point de suivi à cette échéance.",
        en: "No checkpoint after so many months.")
    /// There is no appointment.
    public static let noAppointment = Problem(
        "orientation.no_appointment", .notFound, fr: "Aucun entretien n'est fixé.", en: "There is no appointment.")
    /// Somebody else moved it since it was shown.
    public static let changed = Problem(
        "orientation.changed", .conflict,
        fr: "L'orientation a changé depuis que vous l'avez vue : regardez-la de nouveau.",
        en: "The orientation changed since you saw it: look at it again.")
    /// A link that is not good.
    public static let link = Problem(
        "link.not_good", .notFound,
        fr: "Ce lien n'est pas, ou n'est plus, valable. Demandez-en un autre : il est envoyé à l'adresse connue.",
        en: "This link is not good, or no longer. Ask for another: it is sent to the known address.")

    static func notYours() -> Refusal {
        Problem.forbidden(
            fr: "Seul un membre qui peut écrire, de l'organisme concerné, fait cela.",
            en: "Only a member who may write, of the organisation concerned, does this.")
    }

    static func wrong(_ errors: [FieldProblem]) -> Refusal {
        invalid(
            fr: "Champs à corriger : \(errors.map(\.pointer).joined(separator: ", ")).",
            en: "Fields to correct: \(errors.map(\.pointer).joined(separator: ", ")).", errors: errors)
    }

    static func stale(given: Int, current: Int) -> Refusal {
        Problem.stale(
            fr: "L'orientation a changé depuis votre lecture (version \(given)) : relisez-la.",
            en: "The orientation changed since you read it (version \(given)): read it again.",
            extras: [
                JSON.Member("current", .number(String(current))), JSON.Member("changed_fields", ["state"]),
            ])
    }

    /// Refusals by the name of the constraint that the data would break.
    static let byConstraint: [String: Refusal] = [
        "orientation_need_once": alreadySent(), "orientation_structure_once": alreadySent(),
        "orientation_session_once": alreadySent(),
        "orientation_reason": wrong([
            FieldProblem(
                "/reason", fr: "Un code de /v1/reference/refusal_reasons.",
                en: "A code of /v1/reference/refusal_reasons.")
        ]),
        "answer_time_days_range": wrong([
            FieldProblem("/days", fr: "De 15 à 45 jours.", en: "From 15 to 45 days.")
        ]),
        "orientation_hire_contract": wrong([
            FieldProblem(
                "/contract", fr: "Un code de /v1/reference/contracts.", en: "A code of /v1/reference/contracts.")
        ]),
        "orientation_training_session": wrong([
            FieldProblem("/session", fr: "Aucune session de cet identifiant.", en: "No session of this id.")
        ]),
        "orientation_training_order": wrong([
            FieldProblem(
                "/ends_on", fr: "Pas avant le début de la formation.", en: "Not before the training's first day.")
        ]),
    ]
}
