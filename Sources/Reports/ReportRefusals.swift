import Contract
import Fields

/// What can be refused about reports and campaigns.
enum ReportRefusals {
    static let profile = Problem(
        "report.profile", .invalid, fr: "Profil de rapport refusé.", en: "Report profile refused.")
    static let campaign = Problem(
        "campaign.not_found", .notFound, fr: "Campagne introuvable.", en: "Campaign not found.")
    static let report = Problem("report.not_found", .notFound, fr: "Rapport introuvable.", en: "Report not found.")
    static let invalid = Problem(
        "campaign.invalid", .invalid, fr: "Une règle des campagnes n'est pas respectée.",
        en: "A rule of campaigns is not respected.")
    static let incomplete = Problem(
        "campaign.incomplete", .conflict, fr: "Il manque des éléments, et rien ne l'explique.",
        en: "Something is missing, and nothing explains it.")
    static let tooEarly = Problem(
        "campaign.period_not_over", .conflict, fr: "La période du rapport n'est pas terminée.",
        en: "The report's period is not over.")
    static let signatory = Problem(
        "campaign.signatory", .conflict, fr: "Ce signataire ne convient pas.", en: "This signatory does not do.")
    static let exists = Problem(
        "campaign.exists", .conflict, fr: "Une campagne existe déjà pour ce profil et cette période.",
        en: "There is a campaign for this profile and period already.")
    static let sheet = Problem("report.sheet", .invalid, fr: "Feuille inconnue.", en: "Unknown sheet.")
    static let unpublishable = Problem(
        "report.not_final", .conflict, fr: "Seul le dernier rapport d'une campagne définitive se publie.",
        en: "Only the last report of a final campaign is published.")

    static let unlike = Problem(
        "report.other_funder", .invalid, fr: "Ces deux rapports ne sont pas du même financeur.",
        en: "These two reports are not the same funder's.")
    static let damagedReport = Problem(
        "report.damaged", .conflict, fr: "Ce rapport figé a été altéré dans la base.",
        en: "This frozen report was altered in the database.")

    static func damaged(_ number: Int) -> Refusal {
        damagedReport(
            fr: "Le rapport figé n° \(number) a été altéré dans la base : pa31 report verify dit en quoi.",
            en: "Frozen report number \(number) was altered in the database: pa31 report verify says how.")
    }

    static func onlyTeam() -> Refusal {
        Problem.forbidden(
            fr: "Seule l'équipe de la plateforme prépare et soumet les rapports.",
            en: "Only the platform's team prepares and submits reports.")
    }

    static func wrong(_ name: String, fr: String, en: String) -> Refusal {
        invalid(fr: fr, en: en, errors: [FieldProblem("/\(name)", fr: fr, en: en)])
    }

    static func stale(given: Int, current: Int) -> Refusal {
        Problem.stale(
            fr: "La campagne est à la version \(current), vous agissez sur la \(given). Relisez-la, puis recommencez.",
            en: "The campaign is at version \(current), you act on version \(given). Read it again, then retry.",
            extras: [.init("current", JSON(current)), .init("changed_fields", ["state"])])
    }

    static func notOver(_ endsOn: Day) -> Refusal {
        tooEarly(
            fr: "La période va jusqu'au \(endsOn) : un rapport se soumet une fois ce jour passé.",
            en: "The period goes until \(endsOn): a report is submitted once that day is past.")
    }

    static func notCounted() -> Refusal {
        tooEarly(
            fr:
                "Les personnes du dernier trimestre ne sont pas encore comptées : l'horloge le fait dans l'heure (pa31 clock run).",
            en:
                "The persons of the last quarter are not counted yet: the clock does so within the hour (pa31 clock run)."
        )
    }

    static func asOf(_ endsOn: Day, today: Day) -> Refusal {
        wrong(
            "as_of", fr: "Un jour passé, du \(endsOn) à la veille du \(today).",
            en: "A past day, from \(endsOn) to the day before \(today).")
    }

    static func missing(_ gaps: [CampaignGap]) -> Refusal {
        let told = gaps.prefix(20)
        let rest = gaps.count - told.count
        return incomplete(
            fr: "Complétez ou expliquez : " + told.map(\.french).joined(separator: " ; ")
                + (rest > 0 ? " ; et \(rest) autres." : "."),
            en: "Complete or explain: " + told.map(\.gap).joined(separator: "; ")
                + (rest > 0 ? "; and \(rest) more." : "."),
            extras: [
                .init(
                    "gaps",
                    .array(
                        told.map { ["gap": .string($0.gap), "owed_by": JSON($0.owedBy), "text": .string($0.french)] })),
                .init("missing", JSON(gaps.count)),
            ])
    }

    static func signsReviewed() -> Refusal {
        signatory(
            fr: "Qui a relu ne signe pas : il faut un autre membre de l'organisme financeur.",
            en: "Who reviewed does not sign: another member of the funder does.")
    }

    static func signsForAnother() -> Refusal {
        signatory(
            fr: "On signe pour soi : signatory est le numéro du membre qui fait ce passage.",
            en: "One signs for oneself: signatory is the id of the member who makes this move.")
    }

    /// The refusal of each constraint that a caller can break.
    static let byConstraint: [String: Refusal] = [
        "campaign_once": exists(),
        "campaign_title_text": wrong(
            "title", fr: "Un titre de 1 à 200 caractères.", en: "A title of 1 to 200 characters."),
        "campaign_whole_quarters": wrong(
            "starts_on",
            fr: "Une période de trimestres entiers : du premier jour d'un trimestre au dernier d'un trimestre.",
            en: "A period of whole quarters: from the first day of a quarter to the last day of one."),
        "campaign_period_order": wrong(
            "ends_on", fr: "Une fin après le début.", en: "An end after the beginning."),
        "campaign_period_range": wrong(
            "starts_on", fr: "Une période d'au plus cinq ans, entre 2020 et 2099.",
            en: "A period of at most five years, between 2020 and 2099."),
        "campaign_deadline_range": wrong(
            "opens_on", fr: "Des jours entre 2020 et 2099.", en: "Days between 2020 and 2099."),
        "campaign_deadline_order": wrong(
            "submit_by", fr: "Dans cet ordre : opens_on, submit_by (après la fin de la période), review_by, sign_by.",
            en: "In this order: opens_on, submit_by (after the period's end), review_by, sign_by."),
        "campaign_move_text_text": wrong(
            "comment", fr: "Un texte de 1 à 2000 caractères.", en: "A text of 1 to 2000 characters."),
        "campaign_explanation_text_text": wrong(
            "text", fr: "Un texte de 1 à 2000 caractères.", en: "A text of 1 to 2000 characters."),
    ]
}
