public import Fields

/// An action's history as people read it: each operation a heading, each part that changed a sentence.
public enum ActionStory {
    /// One operation, its heading first.
    public static func lines(_ event: ActionEvent, in language: Language) -> [String] {
        let who = [event.organisation, event.member].compactMap { $0 }.joined(separator: ", ")
        let system = Text(fr: "le système", en: "the system")(language)
        let operation = operations[event.operation]?(language) ?? event.operation
        let heading = "\(event.at.parisMinute)  \(who.isEmpty ? system : who) : \(operation)"
        // Parts in the order in which they were written.
        var parts: [(name: String, changes: [ActionEvent.FieldChange])] = []
        for change in event.changes {
            if parts.last?.name != change.part || isWhole(parts.last?.changes ?? [], before: change) {
                parts.append((change.part, []))
            }
            parts[parts.count - 1].changes.append(change)
        }
        return [heading] + parts.flatMap { sentences($0.name, $0.changes, language).map { "    " + $0 } }
    }

    /// Two parts of one name, such as two partners, follow each other: the second begins where a field comes again.
    private static func isWhole(_ changes: [ActionEvent.FieldChange], before next: ActionEvent.FieldChange) -> Bool {
        changes.contains { $0.field == next.field }
    }

    private static func sentences(
        _ part: String, _ changes: [ActionEvent.FieldChange], _ language: Language
    ) -> [String] {
        let table = String(part.prefix { $0 != " " })
        let title = part.dropFirst(table.count + 1)
        let subject = [Self.parts[table]?(language) ?? table, title.isEmpty ? nil : "« \(title) »"]
            .compactMap { $0 }.joined(separator: " ")
        // Who comments is in the heading.
        let told = changes.filter {
            !isSilent($0, title: String(title)) && !(table == "action_comment" && $0.field == "organisation")
        }
        let values = { (change: ActionEvent.FieldChange, value: JSON?) in shown(value, change.field, language) }
        if table != "action", changes.allSatisfy({ $0.from == nil }) {
            let what = told.map { "\(name($0.field, language)) \(values($0, $0.to))" }.joined(separator: ", ")
            return ["+ \(subject)\(what.isEmpty ? "" : " : ")\(what)"]
        }
        if table != "action", changes.allSatisfy({ $0.to == nil }) { return ["− \(subject)"] }
        let prefix = table == "action" ? "" : "\(subject), "
        return told.map { change in
            change.from == nil
                ? "\(prefix)\(name(change.field, language)) : \(values(change, change.to))"
                : "\(prefix)\(name(change.field, language)) : \(values(change, change.from)) → \(values(change, change.to))"
        }
    }

    /// What a reader knows already: what a new thing starts with, and the words that name the part.
    private static func isSilent(_ change: ActionEvent.FieldChange, title: String) -> Bool {
        guard change.from == nil else { return false }
        let usual: [JSON] = ["normal", "not_filled", .array([]), 0, .number("0.000")]
        return usual.contains(change.to ?? .null) || change.to?.string == title
            || ["funder", "year", "code", "is_from_team", "file_sha256", "file_bytes"].contains(change.field)
    }

    private static func name(_ field: String, _ language: Language) -> String { fields[field]?(language) ?? field }

    private static func shown(_ value: JSON?, _ field: String, _ language: Language) -> String {
        switch value ?? .null {
        case .null: return "—"
        case .string(let text):
            if field == "status", let status = ActionStatus(rawValue: text) { return status.label(language) }
            if field == "health", let health = ActionHealth(rawValue: text) { return health.label(language) }
            if field == "priority", let priority = ActionPriority(rawValue: text) { return priority.label(language) }
            if field == "audiences", let audience = Audience(rawValue: text) { return audience.label(language) }
            return words[text]?(language) ?? text
        case .bool(let value): return Text(fr: value ? "oui" : "non", en: value ? "yes" : "no")(language)
        case .array(let elements):
            return elements.isEmpty ? "—" : elements.map { shown($0, field, language) }.joined(separator: ", ")
        case .number(let digits):
            if field.hasSuffix("_cents"), let cents = Int(digits) { return Euros.text(cents) }
            guard digits.contains(".") else { return digits }
            let whole = String(digits.reversed().drop { $0 == "0" }.reversed())
            return whole.hasSuffix(".") ? String(whole.dropLast()) : whole
        case .object: return (value ?? .null).text
        }
    }

    private static let operations: [String: Text] = [
        "plan.import": Text(fr: "plan importé", en: "plan imported"),
        "action.edit": Text(fr: "action modifiée", en: "action changed"),
        "action.bulk": Text(fr: "actions modifiées ensemble", en: "actions changed together"),
        "action.import": Text(fr: "tableur renvoyé", en: "spreadsheet sent back"),
        "action.transition": Text(fr: "statut", en: "status"),
        "action.note": Text(fr: "note de suivi", en: "progress note"),
        "action.evidence": Text(fr: "preuve", en: "evidence"),
        "action.spending": Text(fr: "argent", en: "money"),
        "action.funding": Text(fr: "financement", en: "funding"),
        "action.milestone": Text(fr: "jalon", en: "milestone"),
        "action.indicator": Text(fr: "indicateur", en: "indicator"),
        "action.value": Text(fr: "valeur d'un indicateur", en: "value of an indicator"),
        "action.challenge": Text(fr: "valeur contestée", en: "value challenged"),
        "action.settlement": Text(fr: "contestation réglée", en: "challenge settled"),
        "action.comment": Text(fr: "commentaire", en: "comment"),
    ]

    private static let parts: [String: Text] = [
        "action_partner": Text(fr: "partenaire", en: "partner"),
        "funding_line": Text(fr: "financement", en: "funding"), "evidence": Text(fr: "preuve", en: "evidence"),
        "progress_note": Text(fr: "note", en: "note"), "milestone": Text(fr: "jalon", en: "milestone"),
        "indicator": Text(fr: "indicateur", en: "indicator"),
        "indicator_value": Text(fr: "valeur de", en: "value of"),
        "action_comment": Text(fr: "commentaire", en: "comment"),
    ]

    private static let fields: [String: Text] = [
        "title": Text(fr: "intitulé", en: "title"), "description": Text(fr: "description", en: "description"),
        "axis": Text(fr: "axe", en: "axis"), "lead": Text(fr: "porteur", en: "lead"),
        "organisation": Text(fr: "organisme", en: "organisation"),
        "planned_start": Text(fr: "début prévu", en: "planned start"),
        "planned_end": Text(fr: "fin prévue", en: "planned end"),
        "actual_start": Text(fr: "début réel", en: "actual start"),
        "actual_end": Text(fr: "fin réelle", en: "actual end"), "status": Text(fr: "statut", en: "status"),
        "status_reason": Text(fr: "motif", en: "reason"), "status_reason_code": Text(fr: "motif", en: "reason"),
        "blocker": Text(fr: "frein", en: "blocker"), "unblocker": Text(fr: "qui peut le lever", en: "who can lift it"),
        "health": Text(fr: "météo", en: "health"), "priority": Text(fr: "priorité", en: "priority"),
        "is_public": Text(fr: "publique", en: "public"), "territory": Text(fr: "territoire", en: "territory"),
        "audiences": Text(fr: "publics", en: "audiences"), "planned_cents": Text(fr: "prévu", en: "planned"),
        "committed_cents": Text(fr: "engagé", en: "committed"), "spent_cents": Text(fr: "réalisé", en: "spent"),
        "label": Text(fr: "nom", en: "label"), "url": Text(fr: "adresse", en: "address"),
        "file_kind": Text(fr: "fichier", en: "file"), "kind": Text(fr: "nature", en: "kind"),
        "text": Text(fr: "texte", en: "text"), "due_on": Text(fr: "échéance", en: "due"),
        "done_on": Text(fr: "atteint le", en: "reached on"), "weight": Text(fr: "poids", en: "weight"),
        "unit": Text(fr: "unité", en: "unit"), "baseline": Text(fr: "départ", en: "baseline"),
        "target": Text(fr: "cible", en: "target"), "dated_on": Text(fr: "au", en: "as of"),
        "value": Text(fr: "valeur", en: "value"), "source": Text(fr: "source", en: "source"),
        "challenge": Text(fr: "contestée", en: "challenged"), "settlement": Text(fr: "décision", en: "settlement"),
        "settlement_note": Text(fr: "explication", en: "explanation"),
    ]

    private static let words: [String: Text] = [
        "result": Text(fr: "résultat", en: "result"),
        "next_step": Text(fr: "prochaine étape", en: "next step"), "success": Text(fr: "réussite", en: "success"),
        "kept": Text(fr: "maintenue", en: "kept"), "withdrawn": Text(fr: "retirée", en: "withdrawn"),
        "left_the_plan": Text(fr: "a quitté le plan", en: "left the plan"),
        "31": Text(fr: "Haute-Garonne", en: "Haute-Garonne"),
    ]
}
