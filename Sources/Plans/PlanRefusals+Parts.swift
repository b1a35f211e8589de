import Accounts
import Contract
import Fields

/// What can be refused about an action's notes, evidence and money.
extension PlanRefusals {
    static let note = Problem(
        "note.not_found", .notFound, fr: "Cette action n'a pas cette note.", en: "This action has no such note.")
    static let evidenceNeeded = Problem(
        "evidence.needed", .conflict, fr: "Une action réalisée garde au moins une preuve.",
        en: "A done action keeps at least one piece of evidence.")
    static let fundingExists = Problem(
        "funding.exists", .conflict, fr: "Cette action a déjà une ligne de ce financeur pour cette année.",
        en: "This action has a line of this funder for this year already.")
    static let fundingUsed = Problem(
        "funding.used", .conflict, fr: "Cette ligne de financement a servi.", en: "This funding line was used.")

    static func notWritten() -> Refusal {
        Problem.forbidden(
            fr: "Un autre organisme l'a écrit : lui et l'équipe le modifient.",
            en: "Another organisation wrote it: it and the team change it.")
    }

    static func notYourNudges() -> Refusal {
        Problem.forbidden(
            fr: "Vous ne voyez que les rappels de votre organisme.",
            en: "You see your own organisation's reminders only.")
    }

    static func lastEvidence(_ code: ActionCode) -> Refusal {
        evidenceNeeded(
            fr: "C'est la dernière preuve de l'action \(code), qui est réalisée : ajoutez-en une autre d'abord.",
            en: "This is the last evidence of action \(code), which is done: add another first.")
    }

    static func usedFunding() -> Refusal {
        fundingUsed(
            fr: "De l'argent est engagé ou réalisé sur cette ligne : elle reste. Remettez d'abord ces montants à zéro.",
            en: "Money is committed or spent on this line: it stays. Set those amounts to zero first.")
    }

    static func funder(_ code: OrganisationCode) -> Refusal {
        field("funder", fr: "Aucun financeur n'a le code \(code).", en: "No funder has the code \(code).")
    }

    static func year(outside years: ClosedRange<Int>) -> Refusal {
        field(
            "year", fr: "Le plan va de \(years.lowerBound) à \(years.upperBound).",
            en: "The plan runs from \(years.lowerBound) to \(years.upperBound).")
    }

    static func afterPlan(_ name: String, end: Day) -> Refusal {
        field(
            name, fr: "Ce jour est après la fin du plan, le \(end).", en: "This day is after the plan's end, \(end).")
    }

    /// Refuses amounts that no column holds, each by its name.
    static func checkAmounts(_ amounts: [(name: String, cents: Int?)]) throws(Refusal) {
        let limit = 10_000_000_000_000
        let wrong = amounts.filter { !(0...limit).contains($0.cents ?? 0) }
        guard !wrong.isEmpty else { return }
        let text = Text(
            fr: "Un montant va de 0 à cent milliards d'euros.",
            en: "An amount goes from 0 to a hundred thousand million euros.")
        throw invalid(
            fr: text.fr, en: text.en, errors: wrong.map { FieldProblem("/\($0.name)", fr: text.fr, en: text.en) })
    }
}
