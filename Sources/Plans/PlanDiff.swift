public import Fields

/// What a plan's file would change in the plan that is stored; what applying it does change.
public struct PlanDiff: Sendable, Hashable {
    /// One field.
    public struct FieldChange: Sendable, Hashable {
        /// The field, as the file names it.
        public var field: String
        /// Before; nil when there was nothing.
        public var old: String?
        /// After; nil when there is nothing any more.
        public var new: String?
    }

    /// The plan, an axis or an action.
    public struct Item: Sendable, Hashable {
        /// `plan`, `axis A1`, `action A1.03`.
        public var subject: String
        /// Whether it is new.
        public var isNew: Bool
        /// What changes.
        public var fields: [FieldChange]
    }

    /// What is new or changes, in the order of the file.
    public var items: [Item] = []
    /// Codes that are stored and not in the file any more.
    public var absent: [ActionCode] = []
    /// Those of them that leave the plan with this import (`--retire`).
    public var retired: [ActionCode] = []

    /// Whether there is nothing to do.
    public var isEmpty: Bool { items.isEmpty && retired.isEmpty }

    /// The difference as lines to read.
    public func lines(in language: Language) -> [String] {
        var lines: [String] = []
        for item in items {
            let word = item.isNew ? Text(fr: "nouveau", en: "new") : Text(fr: "modifié", en: "changed")
            lines.append("\(item.isNew ? "+" : "~") \(item.subject) (\(word(language)))")
            for change in item.fields {
                let shown = item.isNew ? change.new ?? "" : "\(change.old ?? "—") → \(change.new ?? "—")"
                lines.append("    \(change.field): \(shown)")
            }
        }
        for code in absent {
            let text =
                retired.contains(code)
                ? Text(fr: "quitte le plan", en: "leaves the plan")
                : Text(
                    fr: "absente du fichier : rien ne change (--retire pour l'abandonner)",
                    en: "absent from the file: nothing changes (--retire to abandon it)")
            lines.append("- action \(code) (\(text(language)))")
        }
        return lines
    }

    /// The difference for programs.
    public var json: JSON {
        [
            "items": .array(
                items.map { item in
                    [
                        "subject": .string(item.subject), "is_new": .bool(item.isNew),
                        "fields": .array(
                            item.fields.map {
                                ["field": .string($0.field), "old": JSON($0.old), "new": JSON($0.new)]
                            }),
                    ]
                }),
            "absent": .array(absent.map { .string($0.text) }), "retired": .array(retired.map { .string($0.text) }),
        ]
    }
}

extension PlanDiff {
    /// Compares what is stored with what the file says, in what the file owns. Funding of zero is no funding: a line
    /// whose money was dropped from the file stays for what was spent on it.
    init(stored: PlanFile?, file: PlanFile, retiring: Bool) {
        add("plan", Self.fields(of: stored?.header), Self.fields(of: file.header), isNew: stored == nil)
        let axes = Dictionary(uniqueKeysWithValues: (stored?.axes ?? []).map { ($0.code, $0) })
        for axis in file.axes {
            add(
                "axis \(axis.code)", [("title", axes[axis.code]?.title)], [("title", axis.title)],
                isNew: axes[axis.code] == nil)
        }
        let known = Dictionary(uniqueKeysWithValues: (stored?.actions ?? []).map { ($0.code, $0) })
        for action in file.actions {
            let old = known[action.code]
            var after = Self.fields(of: action)
            // A status counts at creation only: afterwards it is the lead's.
            if old == nil { after.append(("status", action.status.rawValue)) }
            add("action \(action.code)", Self.fields(of: old), after, isNew: old == nil)
        }
        let present = Set(file.actions.map(\.code))
        absent = (stored?.actions ?? []).map(\.code).filter { !present.contains($0) }.sorted()
        retired = retiring ? absent : []
    }

    private mutating func add(
        _ subject: String, _ old: [(String, String?)], _ new: [(String, String?)], isNew: Bool
    ) {
        let before = Dictionary(uniqueKeysWithValues: old)
        let after = Dictionary(uniqueKeysWithValues: new)
        let order = new.map(\.0) + old.map(\.0).filter { after[$0] == nil }
        let changes = order.compactMap { field -> FieldChange? in
            let (old, new) = (before[field] ?? nil, after[field] ?? nil)
            return old == new ? nil : FieldChange(field: field, old: old, new: new)
        }
        if !changes.isEmpty { items.append(Item(subject: subject, isNew: isNew, fields: changes)) }
    }

    private static func fields(of header: PlanFile.Header?) -> [(String, String?)] {
        guard let header else { return [] }
        let invariants = header.invariants
        return [
            ("title", header.title), ("fictional", String(header.fictional)), ("starts_on", header.startsOn.fieldText),
            ("ends_on", header.endsOn.fieldText), ("invariants.actions", invariants.actions.map(String.init)),
            ("invariants.axes", invariants.axes.map(String.init)),
            ("invariants.budget", invariants.budgetCents.map(Euros.text)),
        ]
            + invariants.funderCents.sorted { $0.key < $1.key }.map {
                ("invariants.funders.\($0.key)", Euros.text($0.value))
            }
    }

    private static func fields(of action: PlanFile.Action?) -> [(String, String?)] {
        guard let action else { return [] }
        return [
            ("title", action.title), ("description", action.description), ("axis", action.axis), ("lead", action.lead),
            ("partners", action.partners.isEmpty ? nil : action.partners.joined(separator: ", ")),
            ("planned_start", action.plannedStart.fieldText), ("planned_end", action.plannedEnd.fieldText),
        ]
            + action.funding.filter { $0.plannedCents > 0 }
            .map { ("funding.\($0.funder).\($0.year)", Euros.text($0.plannedCents)) }
    }
}

/// Cents as people read euros: `12 500,00 €`.
public enum Euros {
    /// Reads an amount as people write it; nil when it cannot be told what it is.
    public static func cents(_ text: String) -> Int? { try? PlanFileValues.cents(text) }

    /// French form with a space between thousands and the sign.
    public static func text(_ cents: Int) -> String {
        let digits = Array(String(abs(cents) / 100))
        let grouped = digits.enumerated().reduce(into: "") { text, digit in
            if digit.offset > 0, (digits.count - digit.offset) % 3 == 0 { text += " " }
            text.append(digit.element)
        }
        let rest = abs(cents) % 100
        return "\(cents < 0 ? "-" : "")\(grouped),\(rest < 10 ? "0" : "")\(rest) €"
    }
}
