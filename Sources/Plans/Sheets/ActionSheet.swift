internal import Accounts
internal import Fields
internal import Postgres
internal import Sheets

/// What a column of the sheet of actions holds. Its raw value is the field's name in the contract.
enum ActionSheetColumn: String, CaseIterable {
    case code, version, title, axis, status
    case progress = "progress_percent"
    case plannedStart = "planned_start"
    case plannedEnd = "planned_end"
    case actualStart = "actual_start"
    case actualEnd = "actual_end"
    case health, description
    case isPublic = "is_public"

    /// What a PATCH of an action may change, too.
    var isField: Bool {
        switch self {
        case .code, .version, .axis, .status, .progress: false
        default: true
        }
    }

    /// What only the team changes, and its sheet alone leaves unprotected.
    var isTeams: Bool { [.title, .plannedStart, .plannedEnd, .isPublic].contains(self) }

    /// The heading that the writer gives it. The reader knows it among others.
    var heading: String {
        switch self {
        case .code: "Code"
        case .version: "Version"
        case .title: "Intitulé"
        case .axis: "Axe"
        case .status: "Statut"
        case .progress: "Avancement (%)"
        case .plannedStart: "Début prévu"
        case .plannedEnd: "Fin prévue"
        case .actualStart: "Début réel"
        case .actualEnd: "Fin réelle"
        case .health: "Météo"
        case .description: "Description"
        case .isPublic: "Public"
        }
    }

    /// What people may write above it, beside its heading and its name in the contract.
    private var others: [String] {
        switch self {
        case .code: ["N°", "Référence"]
        case .title: ["Titre"]
        case .status: ["État"]
        case .progress: ["Avancement", "progress"]
        case .plannedStart: ["Début prévue"]
        case .plannedEnd: ["Fin prévu"]
        case .actualStart: ["Début réelle"]
        case .actualEnd: ["Fin réel"]
        case .isPublic: ["Publique"]
        default: []
        }
    }

    /// Case, accents, punctuation, articles and « date de » do not matter.
    private static func key(_ heading: String) -> [String] { PlanFileWords.heading(heading, without: ["date"]) }

    private static let byHeading: [[String]: ActionSheetColumn] = {
        var columns: [[String]: ActionSheetColumn] = [:]
        for column in allCases {
            for name in [column.heading, column.rawValue] + column.others { columns[key(name)] = column }
        }
        return columns
    }()

    /// The column that a heading names; nil when none does.
    static func named(_ heading: String) -> ActionSheetColumn? { byHeading[key(heading)] }

    /// How the workbook shows it to who may change its field, or may not.
    func column(isLocked: Bool) -> SheetColumn {
        let (kind, width): (SheetColumn.Kind, Double) =
            switch self {
            case .code: (.text, 9)
            case .version: (.wholeNumber, 8)
            case .title: (.text, 48)
            case .axis: (.text, 7)
            case .status: (.text, 12)
            case .progress: (.wholeNumber, 12)
            case .plannedStart, .plannedEnd, .actualStart, .actualEnd: (.day, 12)
            case .health: (.choice(ActionHealth.allCases.map(\.label.fr)), 16)
            case .description: (.longText, 60)
            case .isPublic: (.choice([ActionSheetWords.yes, ActionSheetWords.no]), 8)
            }
        return SheetColumn(heading, kind, isLocked: isLocked, width: width, note: note(isLocked: isLocked))
    }

    private func note(isLocked: Bool) -> String {
        switch self {
        case .code: return "Identifie l'action, où que soit sa ligne. Ne le changez pas."
        case .version: return "La version que vous avez lue : elle dit ce qui a changé entre-temps. Ne la changez pas."
        case .status: return "Se change sur la plateforme, qui demande un motif ou une preuve."
        case .progress: return "Calculé d'après les jalons et les indicateurs."
        case .axis: return "Fixé par le plan."
        default: break
        }
        if isLocked { return "Seule l'équipe de la plateforme le change." }
        switch self {
        case .plannedStart, .plannedEnd: return "JJ/MM/AAAA."
        case .actualStart, .actualEnd: return "JJ/MM/AAAA ; vide tant que ce n'est pas le cas."
        case .health: return "Votre avis sur l'action ; choisissez dans la liste."
        case .description: return "Ce qui est fait, pour qui ; 4 000 caractères au plus."
        case .isPublic: return "oui : tout le monde voit l'action."
        default: return "300 caractères au plus."
        }
    }
}

/// The words of cells that hold one of a few values.
enum ActionSheetWords {
    static let yes = "oui"
    static let no = "non"

    static func health(_ text: String) throws(PlanFileReason) -> ActionHealth {
        try choice(text, ActionHealth.allCases.map { ($0, [$0.label.fr, $0.rawValue]) })
    }

    static func status(_ text: String) throws(PlanFileReason) -> ActionStatus {
        try choice(text, ActionStatus.allCases.map { ($0, [$0.label.fr, $0.rawValue]) })
    }

    static func boolean(_ text: String) throws(PlanFileReason) -> Bool {
        try choice(text, [(true, [yes, "vrai", "true", "1"]), (false, [no, "faux", "false", "0"])])
    }

    private static func choice<T>(_ text: String, _ values: [(value: T, words: [String])]) throws(PlanFileReason) -> T {
        let wanted = PlanFileWords.words(text)
        if let found = values.first(where: { $0.words.contains { PlanFileWords.words($0) == wanted } }) {
            return found.value
        }
        let all = values.compactMap(\.words.first).joined(separator: ", ")
        throw PlanFileReason(fr: "attendu : \(all)", en: "expected: \(all)")
    }
}

extension ActionHealth {
    /// The word people use for it.
    var label: Text {
        switch self {
        case .secured: Text(fr: "sécurisée", en: "secured")
        case .attainable: Text(fr: "atteignable", en: "attainable")
        case .supportNeeded: Text(fr: "besoin d'appui", en: "support needed")
        case .compromised: Text(fr: "compromise", en: "compromised")
        case .notFilled: Text(fr: "non renseignée", en: "not filled")
        }
    }
}

/// An action as a row of the sheet.
struct ActionSheetLine: Decodable, Sendable {
    var code: ActionCode
    var version: Int
    var title: String
    var axis: String
    var status: ActionStatus
    var progressPercent: Int
    var plannedStart: Day
    var plannedEnd: Day
    var actualStart: Day?
    var actualEnd: Day?
    var health: ActionHealth
    var description: String?
    var isPublic: Bool

    /// What stands in a column.
    func cell(_ column: ActionSheetColumn) -> CSVWriter.Cell {
        switch column {
        case .code: .text(code.text)
        case .version: .number(version)
        case .title: .text(title)
        case .axis: .text(axis)
        case .status: .text(status.label.fr)
        case .progress: .number(progressPercent)
        case .plannedStart: .day(plannedStart)
        case .plannedEnd: .day(plannedEnd)
        case .actualStart: actualStart.map(CSVWriter.Cell.day) ?? .empty
        case .actualEnd: actualEnd.map(CSVWriter.Cell.day) ?? .empty
        case .health: .text(health.label.fr)
        case .description: description.map(CSVWriter.Cell.text) ?? .empty
        case .isPublic: .text(isPublic ? ActionSheetWords.yes : ActionSheetWords.no)
        }
    }
}
