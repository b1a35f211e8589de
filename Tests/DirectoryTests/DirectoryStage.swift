import Accounts
import Directory
import Fields
import Foundation
import Postgres
import TestSupport

/// A directory, a team that imports, and files to import.
struct DirectoryStage {
    let database: Database
    let team: Caller
    let clock: TimeSource

    /// As on a day; the database of the command line.
    init(on day: String = "2026-06-15") async throws {
        clock = .fixed(try Instant(fieldText: "\(day)T10:00:00Z"))
        database = TestDatabase.current.asOperator().at(clock)
        let make = Make(clock: clock)
        let organisation = try await make.organisation("tme", kind: .platform)
        team = .member(try await make.member(of: organisation, kind: .platform), requestID: "import")
    }

    static let realFile = TestCluster.root.appendingPathComponent("sql/reference/finess/haute_garonne.csv")

    /// The real file's rows, header first, as cells.
    static func realRows() throws -> [[String]] {
        let table = try CSVTable.read([UInt8](try Data(contentsOf: realFile)))
        return [table.header.cells.map(\.text)] + table.rows.map { $0.cells.map(\.text) }
    }

    /// A file of these rows.
    static func file(_ rows: [[String]]) throws -> URL {
        var writer = CSVWriter(dialect: .rfc4180)
        for row in rows { writer.row(row.map { $0.isEmpty ? .empty : .text($0) }) }
        return try file(writer.bytes)
    }

    static func file(_ bytes: [UInt8]) throws -> URL {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("structures-\(UUID().uuidString).csv")
        try Data(bytes).write(to: url)
        return url
    }

    /// A small file: number, name, INSEE code, phone.
    static func small(_ rows: [(String, String, String, String)]) throws -> URL {
        try file(
            [["finess", "usual_name", "category", "insee", "phone"]] + rows.map { [$0.0, $0.1, "500", $0.2, $0.3] })
    }

    /// What an import did: its report, and each entry as `change finess field…`.
    @discardableResult
    func run(
        _ file: URL, apply: Bool = true, _ change: (inout StructureImport.Options) -> Void = { _ in }
    ) async throws -> (report: StructureImportReport, entries: [String]) {
        var options = StructureImport.Options()
        options.apply = apply
        change(&options)
        let entries = Entries()
        let report = try await StructureImport(database).run([file], options, as: team) { rows in
            for entry in try rows.all() {
                let fields = (entry.changes?.members ?? []).map(\.name).sorted()
                await entries.add(([entry.change.rawValue, entry.finess] + fields).joined(separator: " "))
            }
        }
        return (report, await entries.all)
    }

    /// One structure as everybody sees it.
    func structure(_ finess: String) async throws -> PublicStructure? {
        guard case .here(let rows) = try await StructureStore(database).find(.finess(finess)) else { return nil }
        return try rows.first()
    }

    func count(_ condition: SQL) async throws -> Int {
        try await database.transaction(as: team) { transaction in
            try await transaction.rows(
                "SELECT count(*) AS value FROM structure WHERE \(condition)", as: Value<Int>.self
            )
            .first()?.value ?? -1
        }
    }
}

private actor Entries {
    var all: [String] = []
    func add(_ entry: String) { all.append(entry) }
}
