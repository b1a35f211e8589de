import Contract
import Fields

/// What can be refused about mails and tasks.
enum MessageRefusals {
    static let task = Problem("task.not_found", .notFound, fr: "Tâche introuvable.", en: "Task not found.")
    static let mail = Problem("mail.not_found", .notFound, fr: "Message introuvable.", en: "Mail not found.")
    static let ended = Problem(
        "mail.ended", .conflict, fr: "Ce message n'attend plus.", en: "This mail does not wait any more.")
    static let invalid = Problem(
        "mail.invalid", .invalid, fr: "Ce message ne peut pas être envoyé.", en: "This mail can't be sent.")
    static let reminderLink = Problem(
        "reminder_link.not_found", .notFound,
        fr: "Ce lien n'est pas valable : suivez celui du dernier rappel reçu.",
        en: "This link is not good: follow that of the last reminder you got.")
    static let clock = Problem(
        "clock.ahead", .conflict, fr: "Le service ne vit pas en avance sur son temps.",
        en: "The service does not live ahead of its time.")

    static func wrongSubject() -> Refusal {
        invalid(
            fr:
                "L'objet et le libellé du lien tiennent sur une ligne, sans caractère invisible, en 200 caractères au plus.",
            en: "The subject and the link's label are one line, without controls, of at most 200 characters.")
    }

    static func wrongAddress() -> Refusal {
        invalid(
            fr: "L'adresse contient un caractère qui ne peut pas s'y trouver.",
            en: "The address holds a character that can't be in one.")
    }

    static func wrongAttachment() -> Refusal {
        invalid(fr: "La pièce jointe n'est pas un fichier iCalendar.", en: "The attachment is no iCalendar file.")
    }

    static func endedMail(_ state: String) -> Refusal {
        ended(
            fr:
                "Ce message n'attend plus (\(state)) : son texte et son lien sont effacés. Faites-en un autre là d'où il vient.",
            en: "This mail waits no more (\(state)): its text and link are cleared. Make another where it came from.")
    }

    static func ahead(_ day: Day) -> Refusal {
        clock(
            fr:
                "Le \(day) n'est pas encore venu : sans --apply, pour voir ; avec --apply, sur une démonstration seulement.",
            en: "\(day) has not come yet: without --apply, to see; with --apply, on a demonstration only.")
    }
}
