import Accounts
import Contract
public import Fields
public import Finess
public import Foundation
public import Postgres

/// Brings the directory to what files of establishments say, or says what that would change.
///
/// It all happens in one transaction, in temporary tables until the end: an import that is interrupted has changed nothing.
/// A change that somebody makes meanwhile makes it start again.
public struct StructureImport: Sendable {
    let database: Database

    /// An import into a database.
    public init(_ database: Database) { self.database = database }

    /// What is taken from the files, and what is done with it.
    public struct Options: Sendable {
        /// FINESS categories by code; nil for those of the sector (`domain.md` §5).
        public var categories: Set<String>?
        /// Codes of départements; nil for all.
        public var departements: Set<String>? = ["31"]
        /// The day the files were made, where they don't tell.
        public var fileDate: Day?
        /// Whether to do it, or to say only what would be done.
        public var apply = false
        /// Whether a single row that can't be read refuses the files.
        public var isStrict = false
        /// Whether the files are a part only: nothing is closed for being absent.
        public var isPartial = false
        /// Whether to close structures that the files lack although they are many.
        public var closesMany = false

        /// The sector in the département, as a rehearsal.
        public init() {}
    }

    /// Thrown to undo what a rehearsal did.
    private struct Rehearsed: Error {}

    /// Reads the files and changes the directory; `entries` is handed what differs, in batches, by kind of change and number.
    public func run(
        _ files: [URL], _ options: Options, as caller: Caller, progress: @escaping FinessProgress = { _, _ in },
        entries: (Rows<StructureDiffEntry>) async throws -> Void
    ) async throws -> StructureImportReport {
        guard caller.isTeamEditor || caller.isSystem else { throw Problem.forbidden() }
        var report: StructureImportReport?
        do {
            // What others change meanwhile is a collision, and the whole is run again on what there is then.
            return try await database.slow(as: caller, isolation: .repeatableRead) { transaction in
                var made = try await load(files, options, transaction, progress: progress)
                try made.refuseUnless(options)
                try await change(&made, options, transaction)
                try await transaction.batches(
                    of: "SELECT \(columns: StructureDiffEntry.self) FROM diff ORDER BY change, finess",
                    as: StructureDiffEntry.self, entries)
                report = made
                if !options.apply { throw Rehearsed() }
                return made
            }
        } catch let problem as FinessProblem {
            throw DirectoryRefusals.unreadable(problem)
        } catch is Rehearsed {
            guard let report else { throw Rehearsed() }
            return report
        } catch {
            throw Refusal.mapping(error, DirectoryRefusals.byConstraint)
        }
    }

    // MARK: - Reading

    private func load(
        _ files: [URL], _ options: Options, _ transaction: Transaction,
        progress: @escaping FinessProgress
    ) async throws -> StructureImportReport {
        var report = StructureImportReport()
        var categories = options.categories
        if categories == nil {
            categories = Set(
                try await transaction.rows(
                    "SELECT code AS value FROM finess_category WHERE is_sector", as: Value<String>.self
                ).all().map(\.value))
        }
        let selection = FinessSelection(categories: categories, departements: options.departements)
        report.categories = categories?.sorted() ?? []
        report.departements = options.departements?.sorted()
        try await transaction.execute(ImportStatements.createLoaded)
        for (position, file) in files.enumerated() {
            guard FileManager.default.isReadableFile(atPath: file.path) else {
                throw DirectoryRefusals.unreadable(file.lastPathComponent)
            }
            let reader = FinessReader(url: file, selection: selection)
            let (summary, coherence) = try await transaction.copyIn(ImportStatements.copy) { writer in
                var coherence: [SiretCoherence: Int] = [:]
                let summary = try await reader.read(progress: progress) { record in
                    if case .establishment(let establishment) = record {
                        coherence[establishment.siretCoherence, default: 0] += 1
                    }
                    try await writer.row(Self.cells(record, file: position, on: options.fileDate ?? transaction.today))
                }
                return (summary, coherence)
            }
            report.add(summary, coherence, name: file.lastPathComponent)
        }
        report.fileDate = report.files.compactMap(\.summary.fileDate).max() ?? options.fileDate ?? transaction.today
        return report
    }

    /// One record as a row of `loaded`: `ImportStatements.loadedColumns`.
    private static func cells(_ record: FinessRecord, file: Int, on day: Day) -> [String?] {
        switch record {
        case .position(let position):
            // What a position does not tell stands empty.
            return ImportStatements.loadedColumns.map { column in
                switch column {
                case "file": String(file)
                case "line": String(position.line)
                case "is_position": "t"
                case "finess": position.finess
                case "latitude": position.latitude?.description
                case "longitude": position.longitude?.description
                default: nil
                }
            }
        case .establishment(let row):
            return [
                String(file), String(row.line), "f", row.finess, row.legalEntityFiness, row.legalEntityName,
                row.legalEntitySiren, row.legalStatus, row.usualName, row.legalName, row.category, row.siret,
                row.street, row.addressExtra, row.postalCode, row.city, row.insee, row.latitude?.description,
                row.longitude?.description, row.phone, row.email, row.website, row.openedOn?.fieldText,
                row.authorisedOn?.fieldText, Self.closing(row, on: day)?.fieldText,
            ]
        }
    }

    /// Since when it is closed: what a file says of its state decides, then its day; a day to come closes nothing yet.
    static func closing(_ row: Establishment, on day: Day) -> Day? {
        switch row.isClosed {
        case true?: row.closedOn ?? row.updatedOn ?? day
        case false?: nil
        case nil: row.closedOn.flatMap { $0 <= day ? $0 : nil }
        }
    }

    // MARK: - Changing

    private func change(
        _ report: inout StructureImportReport, _ options: Options, _ transaction: Transaction
    ) async throws {
        let (source, day) = (report.source, report.fileDate)
        let days = report.files.map { $0.summary.fileDate ?? options.fileDate ?? transaction.today }
        try await transaction.execute(ImportStatements.createIncoming(days))
        report.unknownKinds = try await transaction.rows(
            ImportStatements.removeUnknownKinds, as: StructureImportReport.UnknownKind.self
        ).all()
        try await dropWrongCells(&report, transaction)
        if options.isStrict, !report.unknownKinds.isEmpty || !report.wrongCells.isEmpty { throw report.refused() }
        try await transaction.execute("ANALYZE incoming")
        try await transaction.record("structure.import", on: "structure", details: report.details)
        try await saveLegalEntities(&report, transaction)
        try await transaction.execute(ImportStatements.createTarget)
        try await transaction.execute("ANALYZE target")
        try await transaction.execute(ImportStatements.createDiff)
        for statement in [ImportStatements.findNew, ImportStatements.findMerged, ImportStatements.findChanged] {
            try await transaction.execute(statement)
        }
        if report.isComplete, !options.isPartial {
            try await transaction.execute(ImportStatements.findMissing(Self.scope(report), fileDate: day))
        }
        try await transaction.execute("ANALYZE diff")
        try await count(&report, transaction)
        try report.refuseManyClosings(options)
        try await transaction.execute(ImportStatements.insertNew(source: source))
        try await transaction.execute(ImportStatements.updateChanged(source: source))
        try await transaction.execute(ImportStatements.closeMissing)
        // A rehearsal need not touch every row.
        if options.apply { try await transaction.execute(ImportStatements.markSeen) }
        try await look(&report, transaction)
    }

    /// Takes away what the directory can't hold, and tells of it: one bad cell must not keep a file out.
    private func dropWrongCells(_ report: inout StructureImportReport, _ transaction: Transaction) async throws {
        for form in ImportStatements.forms {
            let cells = try await transaction.rows(
                ImportStatements.wrong(form.column, form.isWrong), as: StructureImportReport.Place.self)
            guard !cells.isEmpty else { continue }
            report.wrongCells.append(
                .init(column: form.column, count: cells.count, examples: try (0..<min(5, cells.count)).map(cells.row)))
            try await transaction.execute(ImportStatements.drop(form.column, form.isWrong))
        }
    }

    private func saveLegalEntities(_ report: inout StructureImportReport, _ transaction: Transaction) async throws {
        for statement in [
            ImportStatements.createEntities, ImportStatements.insertEntities, ImportStatements.findChangedEntities,
        ] {
            try await transaction.execute(statement)
        }
        report.changedEntities = try await transaction.execute(ImportStatements.updateEntities)
        if report.changedEntities > 0 { try await transaction.execute(ImportStatements.refreshWords) }
    }

    /// What is told beside what is changed.
    private func look(_ report: inout StructureImportReport, _ transaction: Transaction) async throws {
        let day = report.fileDate
        report.twice =
            try await transaction.rows(
                """
                SELECT count(*) AS value FROM (SELECT FROM loaded WHERE NOT is_position GROUP BY finess
                                               HAVING count(DISTINCT file) > 1) AS twice
                """, as: Value<Int>.self
            ).first()?.value ?? 0
        report.unresolvedCommunes =
            try await transaction.rows(
                """
                SELECT count(*) AS value FROM incoming i
                 WHERE i.insee NOT LIKE '31%'
                """, as: Value<Int>.self
            ).first()?.value ?? 0
        report.vanishedCommunes = try await transaction.rows(
            """
            SELECT file, line, finess, insee AS value FROM incoming i
             WHERE i.insee LIKE '31%' AND NOT EXISTS (SELECT FROM commune c WHERE c.insee = i.insee)
             ORDER BY file, line LIMIT 20
            """, as: StructureImportReport.Place.self
        ).all()
        report.closedKinds = try await transaction.rows(
            """
            SELECT i.file, i.line, i.finess, i.kind || ' (' || k.closed_on || ')' AS value
              FROM incoming i JOIN finess_category k ON k.code = i.kind
             WHERE k.closed_on <= \(day) AND i.closed_on IS NULL ORDER BY i.file, i.line LIMIT 20
            """, as: StructureImportReport.Place.self
        ).all()
    }

    /// The structures that files of this selection would have, if they were still there: of the categories asked for, in the
    /// départements that the files have something of.
    private static func scope(_ report: StructureImportReport) -> SQL {
        var all: SQL = """
            s.kind = ANY (\(list: report.categories)::text[])
            AND s.departement IN (SELECT left(insee, CASE WHEN insee ~ '^9[78]' THEN 3 ELSE 2 END) FROM incoming)
            """
        if let departements = report.departements {
            all = "\(all) AND s.departement = ANY (\(list: departements)::text[])"
        }
        // In the file all the same: they can't be read, or are of another kind or place now.
        let lost = report.files.flatMap { $0.summary.refusedNumbers.union($0.summary.unselectedNumbers) }
        if !lost.isEmpty { all = "\(all) AND s.finess <> ALL (\(list: lost)::text[])" }
        return all
    }

    private func count(_ report: inout StructureImportReport, _ transaction: Transaction) async throws {
        struct Count: Decodable {
            var change: StructureChange
            var number: Int
        }
        for count in try await transaction.rows(
            "SELECT change, count(*) AS number FROM diff GROUP BY change", as: Count.self
        ).all() {
            report.counts[count.change] = count.number
        }
        report.unchanged =
            try await transaction.rows(
                """
                SELECT count(*) AS value FROM target t
                 WHERE NOT EXISTS (SELECT FROM diff d WHERE d.id = t.id)
                """, as: Value<Int>.self
            ).first()?.value ?? 0
        let selected =
            try await transaction.rows("SELECT count(*) AS value FROM incoming", as: Value<Int>.self)
            .first()?.value ?? 0
        report.selected = selected
        // In the file, closed there, and never in the directory; or known from a newer file.
        let known = (report.counts[.new] ?? 0) + (report.counts[.merged] ?? 0)
        let targets =
            try await transaction.rows("SELECT count(*) AS value FROM target", as: Value<Int>.self).first()?.value ?? 0
        report.leftAlone = selected - known - targets
        report.missing =
            try await transaction.rows(
                "SELECT count(*) AS value FROM diff WHERE reason = 'missing' AND change = 'closed'", as: Value<Int>.self
            ).first()?.value ?? 0
        report.openBefore =
            try await transaction.rows(
                "SELECT count(*) AS value FROM structure s WHERE s.status = 'open' AND \(Self.scope(report))",
                as: Value<Int>.self
            ).first()?.value ?? 0
    }
}

extension StructureImport {
    /// Codes of every category there is.
    public func allCategories(as caller: Caller) async throws -> Set<String> {
        try await database.slow(as: caller) { transaction in
            Set(
                try await transaction.rows("SELECT code AS value FROM finess_category", as: Value<String>.self).all()
                    .map(\.value))
        }
    }
}
