import Fields

/// What a sheet is about: a function of `sql/views/9_reports.sql`, and the columns that a profile may choose from it.
enum ReportSubject: String, FieldEnum {
    case money, actions, indicators, milestones, structures, needs, sessions, persons, figures

    /// One column that there is.
    struct Field: Sendable, Hashable {
        /// Its name in the function and in profiles.
        var name: String
        /// What its cells hold.
        var kind: ReportCellKind
        /// The figure of the catalogue that it is, if it is one: where its definition stands.
        var indicator: String?
        /// How its last line is made.
        var total: ReportTotal

        init(_ name: String, _ kind: ReportCellKind, _ indicator: String? = nil, _ total: ReportTotal = .none) {
            self.name = name
            self.kind = kind
            self.indicator = indicator
            self.total = total
        }
    }

    /// Every column, in the function's order.
    var fields: [Field] {
        switch self {
        case .money: Self.moneyFields
        case .actions: Self.actionFields
        case .indicators:
            [
                Field("action_code", .text), Field("action_title", .text), Field("lead_name", .text),
                Field("indicator_title", .text), Field("unit", .text), Field("baseline", .decimal),
                Field("target", .decimal), Field("value", .decimal), Field("valued_on", .day),
                Field("reached_percent", .percent, "indicators_reached"),
            ]
        case .milestones:
            [
                Field("action_code", .text), Field("action_title", .text), Field("lead_name", .text),
                Field("milestone_title", .text), Field("due_on", .day), Field("done_on", .day),
                Field("overdue_label", .text),
            ]
        case .structures:
            [
                Field("kind", .text), Field("kind_name", .text), Field("open_count", .count, "structures_open", .sum),
                Field("attached_count", .count, "structures_attached", .sum),
                Field("verified_count", .count, "structures_verified", .sum),
                Field("recruiting_count", .count, "structures_recruiting", .sum),
            ]
        case .needs:
            [
                Field("job", .text), Field("job_label", .text), Field("posted_count", .count, "needs_posted", .sum),
                Field("posted_positions", .count, "positions_posted", .sum),
                Field("open_count", .count, "needs_open", .sum),
                Field("open_positions", .count, "positions_open", .sum),
            ]
        case .sessions:
            [
                Field("kind", .text), Field("kind_label", .text), Field("held_count", .count, "sessions_held", .sum),
                Field("held_places", .count, "session_places", .sum), Field("cancelled_count", .count, nil, .sum),
            ]
        case .persons:
            // A number, or "s" where it is withheld: nothing adds them up.
            [
                Field("period", .text), Field("step", .text), Field("step_label", .text), Field("dimension", .text),
                Field("dimension_label", .text), Field("value", .text), Field("value_label", .text),
                Field("persons", .count),
            ]
        case .figures:
            [
                Field("code", .text), Field("label", .text), Field("value", .figure), Field("unit_label", .text),
                Field("numerator", .figure), Field("denominator", .figure), Field("definition", .text),
                Field("source", .text), Field("definition_version", .count),
            ]
        }
    }

    private static let moneyFields: [Field] = [
        Field("action_code", .text), Field("action_title", .text), Field("axis_code", .text),
        Field("axis_title", .text),
        Field("lead_name", .text), Field("status_label", .text), Field("planned_start", .day),
        Field("planned_end", .day), Field("actual_start", .day), Field("actual_end", .day), Field("funder_code", .text),
        Field("funder_name", .text), Field("year", .year), Field("planned_cents", .cents, "money_planned", .sum),
        Field("committed_cents", .cents, "money_committed", .sum), Field("spent_cents", .cents, "money_spent", .sum),
        Field("gap_cents", .cents, "money_gap", .sum),
        Field("gap_percent", .percent, "money_gap_percent", .ratio("gap_cents", "planned_cents")),
        Field("committed_percent", .percent, "money_committed_percent", .ratio("committed_cents", "planned_cents")),
        Field("spent_percent", .percent, "money_spent_percent", .ratio("spent_cents", "planned_cents")),
    ]

    private static let actionFields: [Field] = [
        Field("action_code", .text), Field("action_title", .text), Field("axis_code", .text),
        Field("axis_title", .text),
        Field("lead_name", .text), Field("partner_names", .text), Field("status_label", .text),
        Field("planned_start", .day), Field("planned_end", .day), Field("actual_start", .day),
        Field("actual_end", .day), Field("progress_percent", .percent, "plan_progress"),
        Field("late_label", .text, "actions_late"), Field("milestones", .count, nil, .sum),
        Field("milestones_done", .count, "milestones_done", .sum), Field("indicators", .count, nil, .sum),
        Field("indicators_reached", .count, "indicators_reached", .sum), Field("evidence", .count, nil, .sum),
        Field("planned_cents", .cents, "money_planned", .sum),
        Field("committed_cents", .cents, "money_committed", .sum), Field("spent_cents", .cents, "money_spent", .sum),
    ]
}

/// What cells hold.
enum ReportCellKind: String, FieldEnum {
    case text
    /// How many.
    case count
    case year
    /// Money in cents; files show euros.
    case cents
    /// Per cent, one decimal.
    case percent
    case decimal
    case day
    /// Of a figure: its unit, in the same row, says how it reads; euros are in cents.
    case figure
}

/// How a column's last line is made.
enum ReportTotal: Sendable, Hashable {
    case none
    case sum
    /// Per cent of one column's sum to another's, one decimal.
    case ratio(String, String)
}
