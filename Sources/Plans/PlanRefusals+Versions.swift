import Contract
import Fields

/// What can be refused about the plan's past.
extension PlanRefusals {
    static let days = Problem(
        "plan.days", .invalid, fr: "Ces deux jours ne se comparent pas.", en: "These two days can't be compared.")

    static func dayOrder() -> Refusal {
        days(fr: "Le premier jour vient après le second.", en: "The first day comes after the second.")
    }

    static func dayToCome(_ day: Day) -> Refusal {
        days(fr: "Le \(day) n'est pas encore venu.", en: "\(day) has not come yet.")
    }

    static func noPlan(on day: Day) -> Refusal {
        plan(fr: "Aucun plan n'était chargé à la fin du \(day).", en: "No plan was loaded at the end of \(day).")
    }
}
