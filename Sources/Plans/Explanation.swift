public import Fields

/// A computed figure with its rule and what it was computed from (`?explain=true`).
public struct Explanation: Decodable, Sendable, Hashable {
    /// The figure's name in the answer: `progress_percent`, `is_late` …
    public var figure: String
    /// Of what, where the answer holds several: an axis' code.
    public var subject: String?
    /// The figure.
    public var value: JSON
    /// Its rule, in French.
    public var ruleFr: String
    /// Its rule, in English.
    public var ruleEn: String
    /// What the rule looked at. Without the right to see an action whole, public inputs only.
    public var inputs: JSON

    init(_ figure: String, of subject: String? = nil, _ value: JSON, _ rule: Text, _ inputs: [(String, JSON)]) {
        self.figure = figure
        self.subject = subject
        self.value = value
        ruleFr = rule.fr
        ruleEn = rule.en
        self.inputs = .object(inputs.map { JSON.Member($0.0, $0.1) })
    }

    /// The explanation as the contract writes it.
    public var json: JSON {
        [
            "figure": .string(figure), "subject": JSON(subject), "value": value, "rule_fr": .string(ruleFr),
            "rule_en": .string(ruleEn), "inputs": inputs,
        ]
    }
}

/// The rules of `domain.md` §4.1 in words. The rules themselves are `sql/functions/actions.sql` and `sql/views/0_action_progress.sql`.
enum FigureRule {
    static let progress = Text(
        fr: "Réalisée : 100 %. Sinon Σ poids × part / Σ poids, sur les jalons (part 0 ou 1) et les indicateurs "
            + "((valeur − départ) / (cible − départ), bornée de 0 à 1) ; rien à peser : 0 %.",
        en: "Done: 100 %. Otherwise Σ weight × part / Σ weight, over milestones (part 0 or 1) and indicators "
            + "((value − baseline) / (target − baseline), clamped to 0 … 1); nothing to weigh: 0 %.")
    static let late = Text(
        fr: "Ni réalisée ni abandonnée, et : fin prévue avant ce jour, ou encore prévue après son début prévu, "
            + "ou un jalon échu.",
        en: "Neither done nor abandoned, and: planned end before this day, or still planned after its planned start, "
            + "or a milestone overdue.")
    static let stale = Text(
        fr: "En cours et sans nouvelle depuis 60 jours.", en: "In progress and without news for 60 days.")
    static let atRisk = Text(
        fr: "Pas en retard, et : bloquée, sans nouvelle, météo compromise, ou fin dans les 30 jours sous 70 %.",
        en: "Not late, and: blocked, stale, health compromised, or ending within 30 days under 70 %.")
    static let mean = Text(
        fr: "Moyenne de l'avancement des actions publiques de premier niveau non abandonnées ; aucune : 0 %.",
        en: "Mean of the progress of the public top-level actions that are not abandoned; none: 0 %.")
    static let lateCount = Text(
        fr: "Nombre d'actions publiques de premier niveau en retard ce jour.",
        en: "Number of public top-level actions that are late on this day.")
}

extension Action {
    /// How its computed figures came about, on a day.
    func explanations(on day: Day) -> [Explanation] {
        let parts =
            milestones.map { milestone -> JSON in
                [
                    "milestone": .string(milestone.title), "weight": JSON(milestone.weight),
                    "part": JSON(milestone.doneOn == nil ? 0 : 1),
                ]
            }
            + indicators.map { indicator -> JSON in
                [
                    "indicator": .string(indicator.title), "weight": JSON(indicator.weight),
                    "baseline": .number("\(indicator.baseline)"), "target": .number("\(indicator.target)"),
                    "value": indicator.value.map { .number("\($0)") } ?? .null,
                    "part_percent": JSON(indicator.progressPercent),
                ]
            }
        let overdue = milestones.filter { $0.doneOn == nil && $0.dueOn < day }
        let stands: [(String, JSON)] = [("day", .string(day.fieldText)), ("status", .string(status.rawValue))]
        return [
            Explanation(
                "progress_percent", JSON(progressPercent), FigureRule.progress,
                [("status", .string(status.rawValue)), ("parts", .array(parts))]),
            Explanation(
                "is_late", .bool(isLate), FigureRule.late,
                stands + [
                    ("planned_start", .string(plannedStart.fieldText)), ("planned_end", .string(plannedEnd.fieldText)),
                    (
                        "overdue_milestones",
                        .array(
                            overdue.map {
                                ["title": .string($0.title), "due_on": .string($0.dueOn.fieldText)]
                            })
                    ),
                ]),
            Explanation(
                "is_stale", .bool(isStale), FigureRule.stale,
                stands + [("last_news_on", .string(Day(updatedAt).fieldText))]),
            Explanation(
                "is_at_risk", .bool(isAtRisk), FigureRule.atRisk,
                stands + [
                    ("is_late", .bool(isLate)), ("is_stale", .bool(isStale)), ("health", .string(health.rawValue)),
                    ("planned_end", .string(plannedEnd.fieldText)), ("progress_percent", JSON(progressPercent)),
                ]),
        ]
    }
}

extension PublicAction {
    /// How its computed figures came about, on a day, as far as their inputs are public.
    func explanations(on day: Day) -> [Explanation] {
        [
            Explanation(
                "progress_percent", JSON(progressPercent), FigureRule.progress, [("status", .string(status.rawValue))]),
            Explanation(
                "is_late", .bool(isLate), FigureRule.late,
                [
                    ("day", .string(day.fieldText)), ("status", .string(status.rawValue)),
                    ("planned_start", .string(plannedStart.fieldText)), ("planned_end", .string(plannedEnd.fieldText)),
                ]),
        ]
    }
}

/// One public top-level action, as the figures of its axis and the plan take it in.
struct FigurePart: Decodable, Sendable {
    var code: ActionCode
    var axis: String
    var status: ActionStatus
    var progressPercent: Int
    var isLate: Bool

    var json: JSON {
        [
            "code": .string(code.text), "status": .string(status.rawValue), "progress_percent": JSON(progressPercent),
            "is_late": .bool(isLate),
        ]
    }
}

extension [FigurePart] {
    /// How the progress of an axis, or of the whole plan, came about.
    func mean(of subject: String?) -> Explanation {
        let counted = filter { $0.status != .abandoned }
        let sum = counted.reduce(0) { $0 + $1.progressPercent }
        let mean = counted.isEmpty ? 0 : (sum * 2 + counted.count) / (counted.count * 2)
        return Explanation(
            "progress_percent", of: subject, JSON(mean), FigureRule.mean,
            [("sum", JSON(sum)), ("count", JSON(counted.count)), ("actions", .array(map(\.json)))])
    }

    /// How the plan's count of late actions came about.
    func late(on day: Day) -> Explanation {
        let late = filter(\.isLate)
        return Explanation(
            "late", JSON(late.count), FigureRule.lateCount,
            [("day", .string(day.fieldText)), ("actions", .array(late.map { .string($0.code.text) }))])
    }
}
