import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on the directory's upkeep` {
    private func loaded(_ command: Command) async throws {
        try await command.team()
        let file = try command.file(
            "structures.csv",
            """
            finess,usual_name,category,insee,latitude,longitude,phone,siret
            310000018,SAD du Comminges,460,31483,43.108,0.723,0561000001,
            310000026,SAD DU COMMINGES (siège),460,31483,43.108,0.723,,21310555400017
            310000034,X,500,31555,,,,
            """)
        try await command.succeed("structure", "import", file, "--apply")
    }

    @Test func `finds a pair, rehearses its merge, makes it, undoes it, or remembers that they are two`() async throws {
        try await withCommand { command in
            try await loaded(command)
            let pairs = try await command.json("structure", "duplicates")
            #expect(pairs.elements.map { $0["reasons"] } == [["near_name"]])
            #expect(pairs.elements.first?["finess"] == "310000018")
            #expect(try await command.succeed("structure", "duplicates").contains("310000026"))
            let merge = ["structure", "merge", "310000018", "310000026", "--reason", "Un service", "--take", "phone"]
            let dry = try await command.run(merge)
            #expect(dry.output.contains("repris : phone = 0561000001") && dry.output.contains("À blanc"))
            let done = try await command.run(merge + ["--apply", "--json"])
            #expect(try JSON.parse(Array(done.output.utf8))["taken"] == ["phone"])
            #expect(try await command.json("structure", "show", "310000018")["finess"] == "310000026")
            #expect(try await command.run(merge + ["--apply"]).status == 2)
            let undone = try await command.json("structure", "unmerge", "310000018", "--apply")
            #expect(undone["restored"] == ["phone"] && undone["kept"] == [])
            try await command.succeed("structure", "distinct", "310000018", "310000026")
            #expect(try await command.json("structure", "duplicates") == [])
            let wrong = try await command.run(
                "structure", "merge", "310000018", "310000026", "--reason", "x", "--take", "y")
            #expect(wrong.status == 2 && wrong.errors.contains("--take"))
            let denied = try await command.run(merge + ["--as", "porteur@exemple.example"])
            #expect(denied.status == 2)
        }
    }

    @Test func `tells how each SIRET stands, and what to do`() async throws {
        try await withCommand { command in
            try await loaded(command)
            let all = try await command.json("structure", "coherence")
            #expect(all["counts"] == ["missing": 2, "ok": 1])
            #expect(all["structures"]?.elements.map { $0["finess"] } == ["310000018", "310000034"])
            let ok = try await command.succeed("structure", "coherence", "--status", "ok", "--lang", "en")
            #expect(ok.contains("310000026") && !ok.contains("310000034") && ok.contains("ask the employer"))
            #expect(try await command.run("structure", "coherence", "--status", "bad").status == 2)
        }
    }

    @Test func `gives the directory out, to a file or to a pipe`() async throws {
        try await withCommand { command in
            try await loaded(command)
            let piped = try JSON.parse(Array(try await command.succeed("structure", "export").utf8))
            #expect(piped["structures"]?.elements.count == 2)
            let told = try await command.succeed(
                "structure", "export", "--format", "data-inclusion", "--output", command.path("out.json"), "--site",
                "https://autonomie.exemple.example/")
            #expect(told.contains("2 structures, 2 services, 1 laissées de côté.") && told.contains("310000034"))
            let written = try JSON.parse(Array(try command.text("out.json").utf8))
            #expect(
                written["structures"]?.elements.first?["lien_source"]
                    == "https://autonomie.exemple.example/v1/structures/310000018")
            #expect(!FileManager.default.fileExists(atPath: command.path("out.json.part")))
            #expect(try await command.run("structure", "export", "--output", "/nowhere/out.json").status == 2)
            #expect(try await command.run("structure", "export", "--site", "autonomie").status == 64)
        }
    }
}
