public import Fields

extension PlanFile {
    /// The top-level actions: sub-actions are parts of them and are not counted.
    public var topLevelActions: [Action] { actions.filter { $0.code.parent == nil } }

    /// The total of planned money, in cents, sub-actions included.
    public var plannedCents: Int { actions.reduce(0) { $0 + $1.funding.reduce(0) { $0 + $1.plannedCents } } }

    /// The total of planned money by funder's code, in cents.
    public var plannedCentsByFunder: [String: Int] {
        var totals: [String: Int] = [:]
        for line in actions.flatMap(\.funding) { totals[line.funder, default: 0] += line.plannedCents }
        return totals
    }

    /// What does not hold of the plan, each with what was expected and what was found; empty when all holds.
    public func checkInvariants() -> [Text] {
        let declared = header.invariants
        var broken: [Text] = []
        if let expected = declared.actions, expected != topLevelActions.count {
            broken.append(
                Text(
                    fr:
                        "actions (sous-actions non comptées) : \(expected) attendues, \(topLevelActions.count) trouvées",
                    en: "actions (sub-actions not counted): \(expected) expected, \(topLevelActions.count) found"))
        }
        if let expected = declared.axes, expected != axes.count {
            broken.append(
                Text(
                    fr: "axes : \(expected) attendus, \(axes.count) trouvés",
                    en: "axes: \(expected) expected, \(axes.count) found"))
        }
        if let expected = declared.budgetCents, expected != plannedCents {
            broken.append(PlanFile.broken(money: Text(fr: "budget total", en: "total budget"), expected, plannedCents))
        }
        let found = plannedCentsByFunder
        for (funder, expected) in declared.funderCents.sorted(by: { $0.key < $1.key })
        where expected != found[funder] ?? 0 {
            let name = Text(fr: "financement \(funder)", en: "funding by \(funder)")
            broken.append(PlanFile.broken(money: name, expected, found[funder] ?? 0))
        }
        for action in actions where action.plannedStart < header.startsOn || action.plannedEnd > header.endsOn {
            let expected = "\(header.startsOn) – \(header.endsOn)"
            let found = "\(action.plannedStart) – \(action.plannedEnd)"
            broken.append(
                Text(
                    fr: "\(action.code) hors de la période du plan : \(expected) attendue, \(found) trouvée",
                    en: "\(action.code) outside the plan's period: \(expected) expected, \(found) found"))
        }
        return broken
    }

    private static func broken(money name: Text, _ expected: Int, _ found: Int) -> Text {
        // Narrow no-break spaces, so that an amount is never cut at the end of a line.
        func euros(_ cents: Int) -> String { PlanFileValues.euros(cents, groupedBy: "\u{202F}") + "\u{00A0}€" }
        let gap = (found > expected ? "+" : "") + euros(found - expected)
        return Text(
            fr: "\(name.fr) : \(euros(expected)) attendus, \(euros(found)) trouvés (écart \(gap))",
            en: "\(name.en): \(euros(expected)) expected, \(euros(found)) found (gap \(gap))")
    }
}
