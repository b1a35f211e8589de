internal import Accounts
internal import Fields
internal import Reference
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
    case health, description, territory, audiences
    case isPublic = "is_public"
    case priority

    /// What a PATCH of an action may change, too.
    var isField: Bool {
        switch self {
        case .code, .version, .axis, .status, .progress: false
        default: true
        }
    }

    /// What only the team changes, and its sheet alone leaves unprotected.
    var isTeams: Bool { [.title, .plannedStart, .plannedEnd, .isPublic, .priority].contains(self) }

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
        case .territory: "Territoire"
        case .audiences: "Publics visés"
        case .isPublic: "Public"
        case .priority: "Priorité"
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
            case .territory, .audiences: (.text, 28)
            case .priority: (.choice(ActionPriority.allCases.map(\.label.fr)), 10)
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
        case .territory:
            return
                "31 pour tout le département, sinon SIREN d'EPCI et codes INSEE de communes, séparés par des virgules."
        case .audiences:
            return "Séparés par des virgules : \(Audience.allCases.map(\.label.fr).joined(separator: ", "))."
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

    static func priority(_ text: String) throws(PlanFileReason) -> ActionPriority {
        try choice(text, ActionPriority.allCases.map { ($0, [$0.label.fr, $0.rawValue]) })
    }

    /// Whom an action is for, in the order in which they are kept.
    static func audiences(_ text: String) throws(PlanFileReason) -> [Audience] {
        var found: Set<Audience> = []
        for part in parts(text) {
            found.insert(try choice(part, Audience.allCases.map { ($0, [$0.label.fr, $0.rawValue]) }))
        }
        return Audience.allCases.filter(found.contains)
    }

    /// Codes of places, in the order in which they are kept. Whether there are such places is the database's to say.
    static func territory(_ text: String) throws(PlanFileReason) -> [PlaceCode] {
        var found: Set<PlaceCode> = []
        for part in parts(text) {
            do throws(Expectation) { found.insert(try PlaceCode(fieldText: part)) } catch {
                throw PlanFileReason(fr: "attendu : \(error.expected.fr)", en: "expected: \(error.expected.en)")
            }
        }
        return found.sorted { $0.text < $1.text }
    }

    private static func parts(_ text: String) -> [String] {
        text.split(whereSeparator: { ",;\n".contains($0) }).map { ActionSheetReading.plain(String($0)) }.filter {
            !$0.isEmpty
        }
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
    var territory: [Place]
    var audiences: [Audience]
    var isPublic: Bool
    var priority: ActionPriority

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
        case .territory: .text(territory.map(\.code.text).joined(separator: ", "))
        case .audiences: .text(audiences.map(\.label.fr).joined(separator: ", "))
        case .priority: .text(priority.label.fr)
        case .isPublic: .text(isPublic ? ActionSheetWords.yes : ActionSheetWords.no)
        }
    }
}
