import Contract
import Fields

/// What can be refused about plans and actions.
public enum PlanRefusals {
    static let action = Problem(
        "action.not_found", .notFound, fr: "Action introuvable.", en: "Action not found.")
    static let plan = Problem(
        "plan.not_found", .notFound, fr: "Aucun plan n'est chargé.", en: "No plan is loaded.")
    static let invalid = Problem(
        "action.invalid", .invalid, fr: "Une règle du plan d'actions n'est pas respectée.",
        en: "A rule of the action plan is not respected.")
    static let funding = Problem(
        "funding.not_found", .notFound, fr: "Aucune ligne de financement pour ce financeur et cette année.",
        en: "No funding line for this funder and year.")
    static let evidence = Problem(
        "evidence.not_found", .notFound, fr: "Aucun fichier de ce numéro.", en: "There is no file of this number.")
    static let milestone = Problem(
        "milestone.not_found", .notFound, fr: "Cette action n'a pas ce jalon.", en: "This action has no such milestone."
    )
    static let indicator = Problem(
        "indicator.not_found", .notFound, fr: "Cette action n'a pas cet indicateur.",
        en: "This action has no such indicator.")
    static let value = Problem(
        "indicator_value.not_found", .notFound, fr: "Cette action n'a pas cette valeur d'indicateur.",
        en: "This action has no such indicator value.")
    static let challenge = Problem(
        "indicator_value.challenge", .conflict, fr: "La contestation de cette valeur n'en est pas là.",
        en: "This value's challenge is not at that point.")
    static let file = Problem(
        "plan.file_refused", .invalid, fr: "Le fichier du plan est refusé.", en: "The plan's file is refused.")

    static let sheetImport = Problem(
        "import.not_found", .notFound, fr: "Aucun import de ce numéro, ou il a plus de sept jours.",
        en: "There is no import of this number, or it is over seven days old.")
    static let applied = Problem(
        "import.applied", .conflict, fr: "Cet import est déjà appliqué.", en: "This import is applied already.")

    static func alreadyApplied(at instant: Instant) -> Refusal {
        applied(
            fr: "Cet import est déjà appliqué, le \(Day(instant)) : l'historique des actions dit ce qu'il a changé.",
            en: "This import is applied already, on \(Day(instant)): the actions' history says what it changed.")
    }

    static func unknown(_ code: ActionCode) -> Refusal {
        action(fr: "Aucune action \(code).", en: "There is no action \(code).")
    }

    static func notYours(_ code: ActionCode) -> Refusal {
        Problem.forbidden(
            fr: "L'action \(code) est portée par un autre organisme : seuls son porteur et l'équipe la modifient.",
            en: "Action \(code) is another organisation's: only its lead and the team change it.")
    }

    static func teamOnly(_ fields: [String]) -> Refusal {
        Problem.forbidden(
            fr: "Seule l'équipe modifie : \(fields.joined(separator: ", ")). Demandez-le-lui.",
            en: "Only the team changes: \(fields.joined(separator: ", ")). Ask it to.",
            errors: fields.map { FieldProblem("/\($0)", fr: "réservé à l'équipe", en: "the team's only") })
    }

    static func required(_ fields: [String]) -> Refusal {
        invalid(
            fr: "Ne peut pas être vidé : \(fields.joined(separator: ", ")).",
            en: "Cannot be emptied: \(fields.joined(separator: ", ")).",
            errors: fields.map { FieldProblem("/\($0)", fr: "ne peut pas être vidé", en: "cannot be emptied") })
    }

    static func stale(_ code: ActionCode, given: Int, current: Int, changed: [String]) -> Refusal {
        Problem.stale(
            fr: "L'action \(code) est à la version \(current), vous modifiez la \(given). "
                + "A changé depuis : \(changed.joined(separator: ", ")). Relisez-la, puis recommencez.",
            en: "Action \(code) is at version \(current), you change version \(given). "
                + "Changed since: \(changed.joined(separator: ", ")). Read it again, then retry.",
            extras: [
                .init("current", JSON(current)), .init("changed_fields", .array(changed.map(JSON.string))),
            ])
    }

    /// Refuses a PATCH that empties what can't be empty.
    static func checkRequired(_ cleared: [(name: String, isCleared: Bool)]) throws(Refusal) {
        let names = cleared.filter(\.isCleared).map(\.name)
        if !names.isEmpty { throw required(names) }
    }

    static func future(_ name: String) -> Refusal {
        field(name, fr: "Ce jour n'est pas encore venu.", en: "This day has not come yet.")
    }

    /// Refuses a day that is not past, or not yet over.
    static func checkPast(_ day: Day?, today: Day) throws(Refusal) {
        guard let day, day >= today else { return }
        throw Problem.malformed(
            fr: "as_of demande un jour passé : avant le \(today).", en: "as_of takes a past day: before \(today).",
            errors: [FieldProblem("as_of", fr: "jour passé attendu", en: "a past day is expected")])
    }

    static func emptySelection() -> Refusal {
        field(
            "selection", fr: "Dites quelles actions : au moins un critère.",
            en: "Say which actions: one criterion at least.")
    }

    static func emptyChanges() -> Refusal {
        field("changes", fr: "Dites ce qui change : au moins un champ.", en: "Say what changes: one field at least.")
    }

    static func outsideSelection(_ code: ActionCode) -> Refusal {
        field(
            "selection", fr: "L'action \(code) ne remplit pas les autres critères.",
            en: "Action \(code) does not meet the other criteria.")
    }

    static func noSearchInThePast() -> Refusal {
        Problem.malformed(
            fr: "La recherche q ne porte que sur aujourd'hui : sans as_of.",
            en: "The search q looks at today only: leave out as_of.",
            errors: [FieldProblem("q", fr: "pas avec as_of", en: "not with as_of")])
    }

    static func weight() -> Refusal {
        field("weight", fr: "Un poids va de 0 à 100.", en: "A weight goes from 0 to 100.")
    }

    static func amount(_ name: String) -> Refusal {
        field(name, fr: "Un nombre inférieur à mille milliards.", en: "A number below a million million.")
    }

    static func challengeState(_ state: String) -> Refusal {
        switch state {
        case "none": challenge(fr: "Cette valeur n'est pas contestée.", en: "Nobody challenges this value.")
        case "open": challenge(fr: "Cette valeur est déjà contestée.", en: "This value is challenged already.")
        default:
            challenge(
                fr: "La contestation est réglée : donnez une meilleure valeur.",
                en: "The challenge is settled: give a better value.")
        }
    }

    static func field(_ name: String, fr: String, en: String) -> Refusal {
        invalid(fr: fr, en: en, errors: [FieldProblem("/\(name)", fr: fr, en: en)])
    }

    /// A constraint's name → what its breaking means.
    static let byConstraint: [String: Refusal] = [
        "action_title_text": field(
            "title", fr: "Un titre a 1 à 300 caractères.", en: "A title has 1 to 300 characters."),
        "action_description_text": field(
            "description", fr: "Une description a 1 à 4 000 caractères.", en: "A description has 1 to 4,000 characters."
        ),
        "action_planned_order": field(
            "planned_end", fr: "La fin prévue précède le début prévu.",
            en: "The planned end is before the planned start."),
        "action_actual_order": field(
            "actual_end", fr: "La fin réelle précède le début réel.", en: "The actual end is before the actual start."),
        "action_actual_end_has_start": field(
            "actual_end", fr: "Une fin réelle demande un début réel.", en: "An actual end needs an actual start."),
        "action_territory_known": field(
            "territory", fr: "Un des lieux n'existe pas : 31, un EPCI ou une commune de Haute-Garonne.",
            en: "One of the places does not exist: 31, an EPCI or a commune of Haute-Garonne."),
        "action_comment_text_text": field(
            "text", fr: "Un commentaire a 1 à 2 000 caractères.", en: "A comment has 1 to 2,000 characters."),
        "action_status_reason_text": field(
            "reason", fr: "Un motif a 1 à 2 000 caractères.", en: "A reason has 1 to 2,000 characters."),
        "action_stopped_with_reason": field(
            "reason", fr: "Il faut un motif.", en: "A reason is needed."),
        "action_blocker_text": field(
            "blocker", fr: "Un frein a 1 à 2 000 caractères, et qui peut le lever 1 à 300.",
            en: "A blocker has 1 to 2,000 characters, and who can lift it 1 to 300."),
        "action_blocked_by_something": field(
            "blocker", fr: "Une action bloquée dit ce qui la bloque et qui peut la débloquer.",
            en: "A blocked action says what blocks it and who can unblock it."),
        "evidence_label_text": field(
            "label", fr: "Le nom d'une preuve a 1 à 200 caractères.", en: "An evidence's label has 1 to 200 characters."
        ),
        "evidence_url_form": field(
            "url", fr: "Une preuve est une adresse http ou https sans espace.",
            en: "Evidence is an http or https address without spaces."),
        "evidence_link_or_file": field(
            "url", fr: "Un fichier n'a pas d'adresse.", en: "A file has no address."),
        "progress_note_text_text": field(
            "text", fr: "Une note a 1 à 4 000 caractères.", en: "A note has 1 to 4,000 characters."),
        "milestone_title_text": field(
            "title", fr: "Un jalon a un titre de 1 à 200 caractères.",
            en: "A milestone has a title of 1 to 200 characters."),
        "milestone_due_year_range": field(
            "due_on", fr: "L'échéance est entre 2000 et 2100.", en: "The due day is between 2000 and 2100."),
        "indicator_title_text": field(
            "title", fr: "Un indicateur a un titre de 1 à 200 caractères.",
            en: "An indicator has a title of 1 to 200 characters."),
        "indicator_title_once": field(
            "title", fr: "Cette action a déjà un indicateur de ce titre.",
            en: "This action has an indicator of this title already."),
        "indicator_unit_text": field(
            "unit", fr: "Une unité a 1 à 60 caractères.", en: "A unit has 1 to 60 characters."),
        "indicator_target_above_baseline": field(
            "target", fr: "La cible est au-dessus de la valeur de départ.", en: "The target is above the baseline."),
        "indicator_value_indicator": invalid(
            fr: "Cet indicateur a des valeurs : donnez-lui le poids 0 plutôt que de le retirer.",
            en: "This indicator has values: give it the weight 0 instead of taking it away."),
        "indicator_value_source_text": field(
            "source", fr: "Une source a 1 à 300 caractères.", en: "A source has 1 to 300 characters."),
        "indicator_value_challenge_text": field(
            "motive", fr: "Un motif a 1 à 1 000 caractères.", en: "A motive has 1 to 1,000 characters."),
        "indicator_value_settlement_note_text": field(
            "note", fr: "Une explication a 1 à 1 000 caractères.", en: "An explanation has 1 to 1,000 characters."),
        "funding_line_once": fundingExists(),
        "funding_line_amount_range": field(
            "spent_cents", fr: "Un montant ne dépasse pas cent milliards d'euros.",
            en: "An amount is at most a hundred thousand million euros."),
        "funding_line_not_negative": field(
            "spent_cents", fr: "Un montant n'est jamais négatif.", en: "An amount is never negative."),
    ]
}
