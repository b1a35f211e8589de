internal import Fields

/// One action as a file says it, before anything is made of it. What is nil was missing, and was reported as such.
struct PlanFileRow {
    /// One amount: who pays, for when, how much, and where a rule about the year is reported.
    struct Money {
        var funder: PlanFileCell?
        var year: PlanFileCell?
        var planned: PlanFileCell?
        var place: PlanFileCell
    }

    var line: Int
    var code: PlanFileCell?
    var title: PlanFileCell?
    var description: PlanFileCell?
    var axis: PlanFileCell?
    var lead: PlanFileCell?
    var partners: [PlanFileCell] = []
    var plannedStart: PlanFileCell?
    var plannedEnd: PlanFileCell?
    var status: PlanFileCell?
    var funding: [Money] = []
}

/// Makes actions from rows, whichever file they come from, and reports every rule they break at its cell.
struct PlanFileChecker {
    /// Nil when the plan's own dates are wrong: then nothing can be outside of them.
    let period: ClosedRange<Day>?
    /// Nil when the plan's axes are wrong: then none can be unknown.
    let axisNames: [String: Set<String>]?
    var organisations: PlanFileOrganisations
    var log: PlanFileLog

    init(period: ClosedRange<Day>?, axes: [PlanFile.Axis]?, organisations: PlanFileOrganisations, log: PlanFileLog) {
        self.period = period
        axisNames = axes.map(PlanFileValues.axisNames)
        self.organisations = organisations
        self.log = log
    }

    /// The actions of rows without mistakes.
    mutating func actions(_ rows: [PlanFileRow]) -> [PlanFile.Action] {
        let codes = codes(rows)
        var actions: [PlanFile.Action] = []
        for (row, code) in zip(rows, codes) {
            if let action = action(row, code: code) { actions.append(action) }
        }
        return actions
    }

    /// The code of each row; duplicates and sub-actions without their parent are reported.
    private mutating func codes(_ rows: [PlanFileRow]) -> [ActionCode?] {
        var firstLines: [ActionCode: Int] = [:]
        var codes: [ActionCode?] = []
        for row in rows {
            let code = row.code.flatMap { log.note($0, PlanFileValues.actionCode) }
            codes.append(code)
            guard let code, let cell = row.code else { continue }
            if let first = firstLines[code] {
                log.add(cell, fr: "code déjà donné à la ligne \(first)", en: "code already given on line \(first)")
            } else {
                firstLines[code] = cell.line
            }
        }
        for (row, code) in zip(rows, codes) {
            guard let cell = row.code, let parent = code?.parent, firstLines[parent] == nil else { continue }
            log.add(
                cell, fr: "sous-action sans son action : \(parent) n'est pas dans le fichier",
                en: "sub-action without its action: \(parent) is not in the file")
        }
        return codes
    }

    private mutating func action(_ row: PlanFileRow, code: ActionCode?) -> PlanFile.Action? {
        let title = row.title.flatMap { log.note($0, PlanFileValues.title) }
        let description = row.description.flatMap { log.note($0, PlanFileValues.description) } ?? nil
        let axis = axis(row, code: code)
        let lead = organisation(row.lead)
        let partners = partners(row, lead: lead)
        let start = day(row.plannedStart)
        let end = day(row.plannedEnd)
        if let start, let end, let cell = row.plannedEnd, end < start {
            log.add(cell, fr: "la fin précède le début (\(start))", en: "the end comes before the start (\(start))")
        }
        let status = row.status.map { log.note($0, PlanFileValues.status) } ?? .planned
        let funding = funding(row, start: start, end: end)
        guard let code, let title, let axis, let lead, let start, let end, let status else { return nil }
        return PlanFile.Action(
            code: code, title: title, description: description, axis: axis, lead: lead, partners: partners,
            plannedStart: start, plannedEnd: end, status: status, funding: funding, line: row.line)
    }

    private mutating func axis(_ row: PlanFileRow, code: ActionCode?) -> String? {
        guard let cell = row.axis, let names = axisNames,
            let axis = log.note(cell, { (text) throws(PlanFileReason) in try PlanFileValues.axis(text, among: names) })
        else { return nil }
        if let code, let prefix = code.text.split(separator: ".").first, prefix != axis {
            log.add(
                cell, fr: "l'action \(code) doit être sur l'axe \(prefix)",
                en: "action \(code) must be on axis \(prefix)")
        }
        return axis
    }

    private mutating func organisation(_ cell: PlanFileCell?) -> String? {
        guard let cell else { return nil }
        do throws(PlanFileReason) {
            let name = PlanFileWords.trimmed(cell.value)
            if name.isEmpty {
                throw PlanFileReason(fr: "le nom de l'organisation manque", en: "the organisation's name is missing")
            }
            return try organisations.code(name)
        } catch {
            log.add(cell, error)
            return nil
        }
    }

    private mutating func partners(_ row: PlanFileRow, lead: String?) -> [String] {
        var codes: Set<String> = []
        for cell in row.partners {
            guard let code = organisation(cell) else { continue }
            if code == lead {
                log.add(
                    cell, fr: "le porteur ne compte pas parmi les partenaires", en: "the lead is not among the partners"
                )
            }
            if !codes.insert(code).inserted {
                log.add(cell, fr: "partenaire donné deux fois", en: "partner given twice")
            }
        }
        return Array(codes)
    }

    private mutating func day(_ cell: PlanFileCell?) -> Day? {
        guard let cell, let day = log.note(cell, PlanFileValues.day) else { return nil }
        if let period, !period.contains(day) {
            log.add(
                cell, fr: "hors de la période du plan (\(period.lowerBound) – \(period.upperBound))",
                en: "outside the plan's period (\(period.lowerBound) – \(period.upperBound))")
        }
        return day
    }

    private mutating func funding(_ row: PlanFileRow, start: Day?, end: Day?) -> [PlanFile.Funding] {
        var lines: [PlanFile.Funding] = []
        var seen: Set<String> = []
        for money in row.funding {
            let funder = funder(money.funder)
            let year = money.year.flatMap { log.note($0, PlanFileValues.year) }
            let cents = money.planned.flatMap { log.note($0, PlanFileValues.cents) }
            if let year, let start, let end, start <= end, !(start.parts.year...end.parts.year).contains(year) {
                let years = "\(start.parts.year) – \(end.parts.year)"
                log.add(
                    money.place, fr: "\(year) est hors des années de l'action (\(years))",
                    en: "\(year) is outside the action's years (\(years))")
            }
            guard let funder, let year else { continue }
            if !seen.insert("\(funder) \(year)").inserted {
                log.add(
                    money.place, fr: "financement \(funder) \(year) donné deux fois",
                    en: "funding \(funder) \(year) given twice")
            }
            if let cents { lines.append(PlanFile.Funding(funder: funder, year: year, plannedCents: cents)) }
        }
        return lines
    }

    private mutating func funder(_ cell: PlanFileCell?) -> String? {
        guard let cell else { return nil }
        do throws(PlanFileReason) {
            return try organisations.funder(PlanFileWords.trimmed(cell.value))
        } catch {
            log.add(cell, error)
            return nil
        }
    }
}
