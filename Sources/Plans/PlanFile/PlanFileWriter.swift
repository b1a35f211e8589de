internal import Fields

extension PlanFile {
    /// The actions as a sheet for people (French dialect); with the same header, reading it gives an equal plan.
    ///
    /// A line of zero euros has no form in a sheet, where empty and zero both say "nothing": it is left out.
    public var csv: [UInt8] {
        let lines = actions.flatMap(\.funding).filter { $0.plannedCents != 0 }
        let money = Set(lines.map { FundingKey(funder: $0.funder, year: $0.year) }).sorted()
        var columns: [PlanFileColumn] = [
            .code, .title, .description, .axis, .lead, .partners, .plannedStart, .plannedEnd, .status,
        ]
        columns += money.map { .money(funder: $0.funder, year: $0.year) }
        var writer = CSVWriter(dialect: .french)
        writer.row(columns.map { .text($0.heading) })
        for action in actions {
            var cells: [CSVWriter.Cell] = [
                .text(action.code.text), .text(action.title), action.description.map { .text($0) } ?? .empty,
                .text(action.axis), .text(action.lead), .text(action.partners.joined(separator: ", ")),
                .day(action.plannedStart), .day(action.plannedEnd), .text(action.status.label.fr),
            ]
            var amounts: [FundingKey: Int] = [:]
            for line in action.funding {
                amounts[FundingKey(funder: line.funder, year: line.year), default: 0] += line.plannedCents
            }
            cells += money.map { key in amounts[key].flatMap { $0 == 0 ? nil : .cents($0) } ?? .empty }
            writer.row(cells)
        }
        return writer.bytes
    }

    /// The whole plan in the form of `deploy/demo/plan.yaml`; reading it gives an equal plan.
    public var yaml: String {
        var lines = headerLines
        lines.append("axes:")
        for axis in axes {
            lines.append("  - code: \(axis.code)")
            lines.append("    title: \(PlanFile.quoted(axis.title))")
        }
        lines.append(actions.isEmpty ? "actions: []" : "actions:")
        for action in actions { lines += PlanFile.lines(of: action) }
        return lines.joined(separator: "\n") + "\n"
    }

    private var headerLines: [String] {
        var lines = [
            "plan:",
            "  code: \(PlanFile.plain(header.code))",
            "  title: \(PlanFile.quoted(header.title))",
            "  fictional: \(header.fictional)",
            "  starts_on: \(header.startsOn)",
            "  ends_on: \(header.endsOn)",
        ]
        let invariants = header.invariants
        guard invariants != Invariants() else { return lines }
        lines.append("  invariants:")
        if let actions = invariants.actions { lines.append("    actions: \(actions)") }
        if let axes = invariants.axes { lines.append("    axes: \(axes)") }
        if let budget = invariants.budgetCents { lines.append("    budget: \"\(PlanFileValues.euros(budget))\"") }
        if !invariants.funderCents.isEmpty { lines.append("    funders:") }
        for (funder, cents) in invariants.funderCents.sorted(by: { $0.key < $1.key }) {
            lines.append("      \(PlanFile.plain(funder)): \"\(PlanFileValues.euros(cents))\"")
        }
        return lines
    }

    private static func lines(of action: Action) -> [String] {
        var lines = ["  - code: \(action.code)", "    title: \(quoted(action.title))"]
        if let description = action.description { lines.append("    description: \(quoted(description))") }
        lines.append("    axis: \(action.axis)")
        lines.append("    lead: \(plain(action.lead))")
        if !action.partners.isEmpty {
            lines.append("    partners: [\(action.partners.map(plain).joined(separator: ", "))]")
        }
        lines.append("    planned_start: \(action.plannedStart)")
        lines.append("    planned_end: \(action.plannedEnd)")
        lines.append("    status: \(action.status.rawValue)")
        if !action.funding.isEmpty { lines.append("    funding:") }
        for line in action.funding {
            let planned = PlanFileValues.euros(line.plannedCents)
            lines.append("      - {funder: \(plain(line.funder)), year: \(line.year), planned: \"\(planned)\"}")
        }
        return lines
    }

    /// A code without quotes where YAML reads it as it stands.
    private static func plain(_ code: String) -> String {
        PlanFileValues.isSlug(code) && code != "null" ? code : quoted(code)
    }

    /// A double-quoted scalar on one line; what YAML does not allow as it stands, or would fold, is escaped.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\" + String(scalar)
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}", "\u{FFFF}":
                let digits = String(scalar.value, radix: 16, uppercase: true)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// What one money column stands for.
private struct FundingKey: Hashable, Comparable {
    var funder: String
    var year: Int

    static func < (left: FundingKey, right: FundingKey) -> Bool {
        (left.funder, left.year) < (right.funder, right.year)
    }
}
