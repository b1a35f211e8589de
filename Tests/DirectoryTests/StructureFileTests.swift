import Accounts
import Contract
import Fields
import Finess
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Directory

@Suite(.database) struct `What files say in an import` {
    @Test func `takes a row without the cells that the directory can't hold, and tells of them`() async throws {
        let stage = try await DirectoryStage()
        let file = try DirectoryStage.file([
            ["finess", "usual_name", "category", "insee", "website", "email", "phone", "city", "legal_status"],
            [
                "310000018", "Nom", "500", "31555", "www.ehpad.fr", "contact@ehpad", "05 61 00 00 00 / 06 00",
                String(repeating: "x", count: 130), "Association loi 1901",
            ],
        ])
        let (report, entries) = try await stage.run(file)
        #expect(entries == ["new 310000018"])
        let told = Set(report.wrongCells.map(\.column)).union(
            report.files.flatMap(\.summary.problems).flatMap(\.examples).compactMap(\.column))
        #expect(told.isSuperset(of: ["website", "phone", "city"]), "\(told)")
        #expect(try await stage.structure("310000018")?.website == nil)
        let strict = try await refusal { try await stage.run(file) { $0.isStrict = true } }
        #expect(strict?.problem.code == "structure.file_refused")
    }

    @Test func `counts the newest of several files, and reopens nothing that a newer file lacked`() async throws {
        let stage = try await DirectoryStage()
        func day(_ text: String) throws -> Day { try Day(fieldText: text) }
        func legacy(_ day: String, _ names: [(String, String)]) throws -> URL {
            let rows = names.map { number, name in
                "structureet;\(number);310000901;\(name);\(name);;;;;;;;555;31;HAUTE GARONNE;31000 TOULOUSE;;;500;E;4401;E;;;;;;;;;;"
            }
            return try DirectoryStage.file(Array((["finess;etalab;111;\(day)"] + rows).joined(separator: "\n").utf8))
        }
        let all = (0..<20).map { ("31000\(1000 + $0)", "Structure \($0)") }
        let old = try legacy("2026-01-12", all)
        let new = try legacy("2026-05-12", all.dropFirst().map { ($0.0, $0.1 + " BIS") })
        var options = StructureImport.Options()
        options.apply = true
        let both = try await StructureImport(stage.database).run([old, new], options, as: stage.team) { _ in }
        #expect(both.twice == 19)
        #expect(both.lines(isApplied: true, .english).contains { $0.contains("19 structures are in several") })
        #expect(try await stage.structure("310001001")?.usualName == "Structure 1 BIS")
        #expect(try await stage.structure("310001000")?.seenOn == day("2026-01-12"))
        try await stage.run(new)
        #expect(try await stage.structure("310001000")?.status == .closed)
        #expect(try await stage.run(try legacy("2026-03-12", all)).report.isEmpty)
        #expect(try await stage.structure("310001000")?.status == .closed)
        // A newer file with the same raises no version.
        let before = try await stage.count("version > 1")
        #expect(
            try await stage.run(try legacy("2026-06-12", all.dropFirst().map { ($0.0, $0.1 + " BIS") })).report.isEmpty)
        #expect(try await stage.count("version > 1") == before)
        #expect(try await stage.structure("310001001")?.seenOn == day("2026-06-12"))
    }

    @Test
    func `tells of who runs structures, by whose new name they are found; closes nothing that is of another kind now`()
        async throws
    {
        let stage = try await DirectoryStage()
        func file(_ operator: String, _ kind: String) throws -> URL {
            try DirectoryStage.file([
                ["finess", "usual_name", "category", "insee", "legal_entity_finess", "legal_entity_name"],
                ["310000018", "Nom", kind, "31555", "310000901", `operator`],
                ["310000026", "Autre", "500", "31555", "310000901", `operator`],
            ])
        }
        try await stage.run(try file("Association Tilleul", "500"))
        let renamed = try await stage.run(try file("Association Platane", "500"))
        #expect(renamed.report.changedEntities == 1 && !renamed.report.isEmpty)
        var filter = StructureStore.Filter()
        filter.q = try SearchWords(fieldText: "platane")
        #expect(try await StructureStore(stage.database).list(filter, on: stage.database.clock.today).count == 2)
        // Not of the sector any more, or a cell that nobody can read: it is in the file.
        #expect(try await stage.run(try file("Association Platane", "355")).report.isEmpty)
        #expect(try await stage.run(try file("Association Platane", "5OO")).report.isEmpty)
        #expect(try await stage.structure("310000018")?.status == .open)
    }

    @Test(arguments: [
        ("fermé", "", "2026-06-15"), ("fermé", "2024-02-03", "2024-02-03"), ("actif", "2024-02-03", nil),
        ("", "2024-02-03", "2024-02-03"), ("", "2027-01-01", nil),
    ])
    func `reads whether a structure is closed`(state: String, day: String, expected: String?) throws {
        var row = Establishment(finess: "310000018", line: 2)
        row.isClosed = state.isEmpty ? nil : state == "fermé"
        row.closedOn = day.isEmpty ? nil : try Day(fieldText: day)
        let today = try Day(fieldText: "2026-06-15")
        #expect(StructureImport.closing(row, on: today)?.fieldText == expected)
    }
}
