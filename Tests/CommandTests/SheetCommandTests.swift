import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on a sheet` {
    private let lead = ["PA31_MEMBER": "porteur@exemple.example"]

    @Test func `writes a sheet, says what it would change, and applies it`() async throws {
        try await withCommand { command async throws in
            try await command.loaded()
            let csv = try await command.succeed("sheet", "export", "--format", "csv", environment: lead)
            #expect(csv.hasPrefix("\u{FEFF}Code;Version;Intitulé;"))
            #expect(csv.components(separatedBy: "\r\n").count == 3)
            let file = try command.file(
                "actions.csv", csv.replacingOccurrences(of: "non renseignée", with: "compromise"))
            let rehearsal = try await command.succeed("sheet", "import", file, environment: lead)
            #expect(rehearsal.contains("ligne 2  A1.01  à changer\n    health: not_filled → compromised\n"))
            #expect(rehearsal.contains("1 lignes : 1 à changer, 0 en conflit, 0 refusées, 0 sans changement.\nÀ blanc"))
            let applied = try await command.succeed("sheet", "import", file, "--apply", environment: lead)
            #expect(applied.contains("A1.01  changée"))
            #expect(applied.hasSuffix("Fait, en une transaction.\n"))
            let again = try await command.run(
                ["sheet", "import", file, "--apply", "--lang", "en"], environment: lead)
            #expect(again.output.contains("1 rows: 0 changed, 0 in conflict, 0 refused, 1 unchanged."))
            // Somebody else changed it meanwhile.
            let other = try command.file("b.csv", csv.replacingOccurrences(of: "non renseignée", with: "sécurisée"))
            let conflict = try await command.run(["sheet", "import", other, "--json", "--apply"], environment: lead)
            #expect(conflict.status == 0)
            let document = try JSON.parse(Array(conflict.output.utf8))
            #expect(document["counts"]?["conflicts"] == 1)
            #expect(try await command.json("action", "show", "A1.01")["health"] == "compromised")
        }
    }

    @Test func `reads and writes workbooks, all actions for the team`() async throws {
        try await withCommand { command async throws in
            try await command.loaded()
            try await command.succeed("sheet", "export", "--output", command.path("a.xlsx"))
            let json = try await command.json("sheet", "import", command.path("a.xlsx"))
            #expect(json["counts"]?["unchanged"] == 2)
            #expect(json["applied_at"] == .null)
        }
    }

    @Test func `refuses what the API refuses, in the language of the run`() async throws {
        try await withCommand { command async throws in
            try await command.loaded()
            let unknown = try command.file("x.csv", "Code;Version;Budget\nA1.01;1;3\n")
            let french = try await command.run("sheet", "import", unknown)
            #expect(french.status == 2)
            #expect(french.errors.contains("colonne inconnue") && french.errors.contains("[sheet.refused]"))
            let english = try await command.run("sheet", "import", unknown, "--lang", "en")
            #expect(english.errors.contains("unknown column"))
            #expect(try await command.run("sheet", "import", command.path("nothing.xlsx")).status == 2)
            let row = try command.file("y.csv", "Code;Version;Intitulé\nA1.02;1;\u{1B}[2JMien\n")
            let refused = try await command.succeed("sheet", "import", row, environment: lead)
            #expect(refused.contains("ligne 2  A1.02  refusée"))
            #expect(!refused.contains("\u{1B}"))
        }
    }
}
