import Contract
public import Fields
public import Finess

/// What an import does with a structure.
public enum StructureChange: String, FieldEnum {
    case new, changed
    /// Another commune, or more than 100 m away.
    case moved
    case closed, reopened
    /// In the file, and merged into another in the directory: left alone.
    case merged
    /// The file says something else than what somebody keeps by hand.
    case disagreement

    /// The word people use for it.
    public var label: Text {
        switch self {
        case .new: Text(fr: "nouvelles", en: "new")
        case .changed: Text(fr: "modifiées", en: "changed")
        case .moved: Text(fr: "déménagées", en: "moved")
        case .closed: Text(fr: "fermées", en: "closed")
        case .reopened: Text(fr: "rouvertes", en: "reopened")
        case .merged: Text(fr: "fusionnées (laissées telles quelles)", en: "merged (left alone)")
        case .disagreement: Text(fr: "en désaccord avec le fichier", en: "in disagreement with the file")
        }
    }
}

/// One structure that an import changes.
public struct StructureDiffEntry: Decodable, Sendable {
    /// What is done.
    public var change: StructureChange
    /// FINESS geographic number.
    public var finess: String
    /// Its name in the directory, or the file's for a new one.
    public var usualName: String
    /// Which of the files, from 0; nil when no file has it.
    public var file: Int?
    /// On which line.
    public var line: Int?
    /// Field by field: `{"phone": {"from": …, "to": …}}`.
    public var changes: JSON?
    /// `missing` or `closed_in_file` for a closing; the other's number for a merged one.
    public var reason: String?
}

/// What an import read and did.
public struct StructureImportReport: Sendable {
    /// One file.
    public struct File: Sendable {
        /// Its name.
        public var name: String
        /// What was read of it.
        public var summary: FinessSummary
    }

    /// A row whose category no reference list has.
    public struct UnknownKind: Decodable, Sendable {
        /// Which file, from 0.
        public var file: Int
        /// On which line.
        public var line: Int
        /// The structure.
        public var finess: String
        /// The category.
        public var kind: String?
    }

    /// A value of a row that is told about.
    public struct Place: Decodable, Sendable {
        /// Which file, from 0.
        public var file: Int
        /// On which line.
        public var line: Int
        /// The structure.
        public var finess: String
        /// The value.
        public var value: String
    }

    /// Cells of a column that the directory can't hold: their rows came in without them.
    public struct WrongCells: Sendable {
        /// The column.
        public var column: String
        /// How many.
        public var count: Int
        /// The first.
        public var examples: [Place]
    }

    /// The files, in their order.
    public internal(set) var files: [File] = []
    /// The day the newest was made: the date of the fields it tells.
    public internal(set) var fileDate = Day(number: 0)
    /// Categories taken.
    public internal(set) var categories: [String] = []
    /// Départements taken; nil for all.
    public internal(set) var departements: [String]?
    /// How many structures are changed, by what is done.
    public internal(set) var counts: [StructureChange: Int] = [:]
    /// Structures of the files, each once.
    public internal(set) var selected = 0
    /// Structures that are as the file says.
    public internal(set) var unchanged = 0
    /// Closed in the file and never in the directory, or known from a newer file.
    public internal(set) var leftAlone = 0
    /// Of the closed ones, those that the files lack.
    public internal(set) var missing = 0
    /// Open structures of what the files cover, before.
    public internal(set) var openBefore = 0
    /// SIRET and FINESS together: how many establishments are how.
    public internal(set) var coherence: [SiretCoherence: Int] = [:]
    /// Rows left out because no list has their category.
    public internal(set) var unknownKinds: [UnknownKind] = []
    /// Structures whose INSEE code is kept as it is: it is not the département's.
    public internal(set) var unresolvedCommunes = 0
    /// Rows of the département whose commune does not exist, the first 20.
    public internal(set) var vanishedCommunes: [Place] = []
    /// Rows whose category is closed, the first 20.
    public internal(set) var closedKinds: [Place] = []

    /// Cells left out.
    public internal(set) var wrongCells: [WrongCells] = []
    /// Legal entities that the files know otherwise.
    public internal(set) var changedEntities = 0
    /// Structures that several of the files have: the newest file's row counts.
    public internal(set) var twice = 0

    init() {}

    /// Nothing to do: the directory is as the files say.
    public var isEmpty: Bool { changedEntities == 0 && counts.allSatisfy { $0.key == .merged || $0.value == 0 } }

    /// Whether every row could be read: nothing is closed otherwise.
    public var isComplete: Bool { files.allSatisfy(\.summary.isComplete) }

    var source: StructureSource {
        files.contains { $0.summary.format == .csv } ? .file : .finess
    }

    mutating func add(_ summary: FinessSummary, _ counted: [SiretCoherence: Int], name: String) {
        files.append(File(name: name, summary: summary))
        // A file without the column says nothing of it.
        if summary.columns.contains(.siret) { coherence.merge(counted) { $0 + $1 } }
    }

    /// Counts and codes only: what the audit keeps.
    var details: JSON {
        [
            "rows": JSON(files.reduce(0) { $0 + $1.summary.counts.rows }), "file_date": .string(fileDate.fieldText),
            "departements": departements.map { .array($0.map(JSON.string)) } ?? .null,
        ]
    }

    // MARK: - Refusing

    /// At most a tenth of the structures, or five, are closed because a file lacks them: a wrong file must not close a directory.
    static let closingShare = 10
    static let closingFloor = 5

    func refused() -> Refusal {
        let lost = files.reduce(unknownKinds.count) { $0 + $1.summary.counts.refused }
        return DirectoryRefusals.file(
            fr: "--strict : \(lost) lignes ne peuvent pas être importées. Rien n'est importé.",
            en: "--strict: \(lost) rows can't be imported. Nothing is imported.")
    }

    func refuseUnless(_ options: StructureImport.Options) throws(Refusal) {
        if options.isStrict, files.contains(where: { $0.summary.counts.refused > 0 || !$0.summary.isComplete }) {
            throw refused()
        }
    }

    /// Whether so many structures are missing that the file may not be what it seems.
    public var closesMany: Bool {
        missing > Self.closingFloor && missing * Self.closingShare > openBefore
    }

    func refuseManyClosings(_ options: StructureImport.Options) throws(Refusal) {
        guard options.apply, closesMany, !options.closesMany else { return }
        throw DirectoryRefusals.file(
            fr:
                "Le fichier n'a pas \(missing) des \(openBefore) structures ouvertes de ce qu'il couvre : est-il complet ? "
                + "Si oui, --close-many les ferme ; sinon, --partial n'en ferme aucune. Rien n'est importé.",
            en: "The file lacks \(missing) of the \(openBefore) open structures of what it covers: is it complete? "
                + "If so, --close-many closes them; if not, --partial closes none. Nothing is imported.")
    }
}
