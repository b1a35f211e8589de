import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on reference lists` {
    @Test func `puts right what a hand changed, when it is told to`() async throws {
        try await withCommand { command in
            let database = TestDatabase.current
            try await database.script(
                "UPDATE finess_category SET label = 'faux' WHERE code = '500'; DELETE FROM diploma WHERE id = 'dei'")
            func changes(_ answer: JSON) -> [String] {
                (answer["lists"]?.elements ?? []).compactMap { list in
                    let (added, changed) = (list["added"]?.integer ?? 0, list["changed"]?.integer ?? 0)
                    return added + changed == 0 ? nil : "\(list["table"]?.string ?? "") +\(added) ~\(changed)"
                }
            }
            let dry = try await command.json("reference", "load")
            #expect(dry["applied"] == false)
            #expect(dry["lists"]?.elements.contains { $0["table"] == "service_rule" } == true)
            #expect(changes(dry) == ["finess_category +0 ~1", "diploma +1 ~0"])
            let told = try await command.succeed("reference", "load")
            #expect(told.contains("À blanc"))
            let applied = try await command.json("reference", "load", "--apply")
            #expect(changes(applied) == ["finess_category +0 ~1", "diploma +1 ~0"])
            let again = try await command.succeed("reference", "load", "--apply", "--lang", "en")
            #expect(again.contains("Nothing to do."))
            let found = try await command.json("reference", "list", "diplomas", "--where", "q=dei")
            #expect(found.elements.map { $0["id"] } == ["dei"])
        }
    }

    @Test func `lists them, filtered as over HTTP, as a table, JSON and CSV`() async throws {
        try await withCommand { command in
            let all = try await command.json("reference", "list")
            #expect(all.elements.count == 13)
            let kinds = try await command.succeed("reference", "list", "kinds", "--where", "q=EHPAD", "--lang", "fr")
            #expect(kinds.contains("nom court"))
            #expect(kinds.contains("500"))
            #expect(kinds.contains(" elderly"))
            #expect(!kinds.contains("501"))
            let jobs = try await command.json(
                "reference", "list", "rome", "--where", "version=4.60", "--where", "autonomy=true")
            #expect(jobs.elements.count == 75)
            try await command.succeed("reference", "list", "communes", "--csv", "--output", command.path("out.csv"))
            let lines = try command.text("out.csv").split(separator: "\r\n")
            #expect(lines.count == 587)
            #expect(lines.contains { $0.contains("31000|31100|31200") })
        }
    }

    @Test(arguments: [
        (["metiers"], "kinds"), (["kinds", "--where", "q"], "--where"), (["kinds", "--where", "nom=x"], "nom"),
        (["rome", "--where", "version=5"], "4.60"),
    ])
    func `refuses what is no list and no filter of it`(arguments: [String], names: String) async throws {
        try await withCommand { command in
            let outcome = try await command.run(["reference", "list"] + arguments)
            #expect(outcome.status == 2)
            #expect(outcome.errors.contains(names))
        }
    }
}
