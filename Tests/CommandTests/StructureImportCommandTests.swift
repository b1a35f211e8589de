import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on an import of structures` {
    private static let realFile = TestCluster.root.appendingPathComponent("sql/reference/finess/haute_garonne.csv").path

    @Test func `is one JSON document, whatever it changes`() async throws {
        try await withCommand { command in
            try await command.team()
            let first = try await command.json("structure", "import", Self.realFile, "--apply")
            #expect(first["applied"] == true)
            #expect(first["counts"]?["new"] == 682)
            #expect(first["entries"]?.elements.count == 682)
            #expect(first["entries"]?.elements.first?["change"] == "new")
            #expect(first["files"]?.elements.first?["rows"] == 1933)
            let second = try await command.json("structure", "import", Self.realFile)
            #expect(second["applied"] == false && second["entries"] == .array([]))
            #expect(second["counts"]?["unchanged"] == 682)
        }
    }

    @Test func `tells people what it did, and refuses what it can't read`() async throws {
        try await withCommand { command in
            try await command.team()
            let text = try await command.succeed("structure", "import", Self.realFile)
            #expect(text.contains("nouvelles 682") && text.contains("À blanc") && text.contains("… et 632 autres"))
            let missing = try await command.run("structure", "import", "/nowhere/finess.csv", "--json")
            #expect(missing.status == 2 && missing.output.isEmpty)
            #expect(missing.errors.contains("structure.file_refused"))
        }
    }
}
