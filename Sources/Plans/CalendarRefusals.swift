import Contract
import Fields

/// What can be refused about calendars.
enum CalendarRefusals {
    static let calendar = Problem(
        "calendar.not_found", .notFound,
        fr: "Ce calendrier n'existe pas, a expiré ou a été révoqué : créez-en un autre.",
        en: "This calendar does not exist, has expired or was revoked: make another.")
    static let invalid = Problem("calendar.invalid", .invalid, fr: "Calendrier refusé.", en: "Calendar refused.")

    static func notTheTeams() -> Refusal {
        Problem.forbidden(
            fr: "Le calendrier du plan entier est celui de l'équipe : demandez celui de votre organisme.",
            en: "The whole plan's calendar is the team's: ask for your organisation's.")
    }

    /// A constraint's name → what its breaking means.
    static let byConstraint: [String: Refusal] = [
        "calendar_feed_label_text": invalid(
            fr: "Le nom d'un calendrier a 1 à 100 caractères.", en: "A calendar's label has 1 to 100 characters.",
            errors: [FieldProblem("/label", fr: "1 à 100 caractères", en: "1 to 100 characters")]),
        "calendar_feed_at_most_a_year": invalid(
            fr: "Un calendrier vaut de 1 jour à 12 mois.", en: "A calendar is good for 1 day to 12 months.",
            errors: [FieldProblem("/valid_days", fr: "de 1 à 366", en: "1 to 366")]),
    ]
}
