import Fields
import Foundation
import TestSupport
import Testing

/// The plan of `Command.plan` today: A1.01 in progress since 2022 and past its end, A1.02 planned for 2023.
@Suite(.database) struct `The command line on steering` {
    @Test func `lists what is late, counts it, and writes it as CSV`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let late = try await command.json("steering", "list", "--view", "late")
            #expect(late.elements.map { $0["code"] } == ["A1.01", "A1.02"])
            let own = try await command.json("steering", "list", "--view", "late", "--as", "porteur@exemple.example")
            #expect(own.elements.map { $0["code"] } == ["A1.01"])
            let table = try await command.succeed("steering", "counts", "--by", "lead", "--lang", "fr")
            #expect(table.contains("en retard"))
            let counts = try await command.json("steering", "counts", "--by", "lead")
            #expect(counts.elements.map { $0["late"] } == [1, 1])
            try await command.succeed("steering", "list", "--csv", "--output", command.path("out.csv"))
            #expect(try command.text("out.csv").split(separator: "\r\n").count == 3)
            let wrong = try await command.run("steering", "list", "--view", "tard")
            #expect(wrong.status == 2)
            #expect(wrong.errors.contains("--view"))
            let future = try await command.run("steering", "list", "--as-of", "2999-01-01")
            #expect(future.status == 2)
            #expect(future.errors.contains("as_of"))
        }
    }

    @Test func `edits an action's places, and tells which places nothing covers`() async throws {
        try await withCommand { command in
            try await command.loaded()
            #expect(try await command.json("steering", "coverage", "--without-action").elements.count == 18)
            let edited = try await command.json(
                "action", "edit", "A1.01", "--set-territory", "31555, 31395", "--set-health", "attainable")
            #expect(edited["territory"]?.elements.map { $0["name"] } == ["Muret", "Toulouse"])
            #expect(try await command.json("steering", "coverage", "--without-action").elements.count == 16)
            let wrong = try await command.run("action", "edit", "A1.01", "--set-territory", "Toulouse")
            #expect(wrong.status == 2)
            let stale = try await command.run("action", "edit", "A1.01", "--set-health", "secured", "--version", "1")
            #expect(stale.status == 2)
            #expect(stale.errors.contains("A changé depuis"))
        }
    }

    @Test func `rehearses a change of many, then makes it`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let arguments = ["action", "bulk", "--axis", "A1", "--set-priority", "high"]
            let dry = try await command.run(arguments)
            #expect(dry.status == 0)
            #expect(dry.output.contains("À blanc"))
            #expect(try await command.json("action", "show", "A1.01")["priority"] == "normal")
            let done = try await command.run(arguments + ["--apply"])
            #expect(done.output.contains("2 action(s) sur 2"))
            #expect(try await command.json("action", "show", "A1.01")["priority"] == "high")
            let again = try await command.run(arguments + ["--apply"])
            #expect(again.output.contains("Rien à faire."))
            #expect(try await command.run("action", "bulk", "--set-priority", "high").status == 2)
        }
    }

    @Test func `lets the team and a lead talk, and tells each what waits`() async throws {
        try await withCommand { command in
            try await command.loaded()
            try await command.succeed("action", "comment", "A1.01", "La convention ?")
            let lead = ["--as", "porteur@exemple.example"]
            let waiting = try await command.run(["steering", "waiting"] + lead)
            #expect(waiting.output.contains("La convention ?"))
            #expect(waiting.output.contains("commentaire à lire"))
            #expect(try await command.run(["action", "comment", "A1.01", "La voici."] + lead).status == 0)
            let talk = try await command.json("action", "comment", "A1.01")
            #expect(talk.elements.map { $0["text"] } == ["La convention ?", "La voici."])
            #expect(try await command.json("steering", "waiting").elements.map { $0["kind"] } == ["comment"])
        }
    }
}
