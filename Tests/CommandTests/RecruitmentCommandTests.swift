import Directory
import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on needs and sessions` {
    private static let employer = "camille@deux-rives.example"

    private func scene(_ command: Command) async throws {
        try await command.team()
        try await command.succeed(
            "organisation", "save", "deux-rives", "--name", "Services des Deux Rives", "--kind", "employer")
        try await command.succeed(
            "member", "create", "--organisation", "deux-rives", "--name", "Camille Exemple", "--email", Self.employer,
            "--role", "editor")
    }

    @Test func `leads a need from a draft to its end`() async throws {
        try await withCommand { command in
            try await scene(command)
            let make = Make()
            let structure = try await make.structure("310000018", "Service des Deux Rives", kind: "460")
            try await command.succeed("structure", "claim", "310000018", "--as", Self.employer)
            let claims = try await command.json("structure", "claims", "--status", "pending")
            let claim = try #require(claims.elements.first?["id"]?.string)
            try await command.succeed("structure", "claim-decide", claim, "validated")
            let create = [
                "need", "create", "310000018", "Aide à domicile", "--rome", "K1304", "--contract", "cdi", "--hours",
                "35",
                "--beginner", "--diplomas", "tp advf,DEAES", "--as", Self.employer, "--json",
            ]
            let made = try JSON.parse(Array(try await command.run(create).output.utf8))
            let id = try #require(made["id"]?.string, "\(made)")
            #expect(made["diplomas"]?.elements.compactMap { $0["acronym"]?.string } == ["DEAES", "TP ADVF"])
            let early = try await command.run("need", "move", id, "open", "--as", Self.employer)
            #expect(early.status == 2 && early.errors.contains("[need.no_contact]"))
            try await contact(of: structure)
            try await command.succeed("need", "move", id, "open", "--as", Self.employer)
            let list = try await command.succeed("need", "list", "--q", "domicile", "--lang", "fr")
            #expect(list.contains(id) && list.contains("1/1") && list.contains("ouvert"))
            let team = try await command.run("need", "move", id, "paused")
            #expect(team.status == 2 && team.errors.contains("[transition.forbidden]"))
            let bare = try await command.run("need", "move", id, "closed")
            #expect(bare.status == 2 && bare.errors.contains("/reason"))
            try await command.succeed("need", "move", id, "closed", "--reason", "Pourvu.")
            let shown = try await command.json("need", "show", id)
            #expect(shown["state"] == "closed" && shown["management"]?["reason"] == "Pourvu.")
            #expect(try await command.json("need", "list").elements.isEmpty)
            #expect(try await command.json("need", "list", "--mine", "--state", "closed").elements.count == 1)
            let stranger = try await command.run("need", "show", id, "--as", "porteur@exemple.example")
            #expect(stranger.status == 2 && stranger.errors.contains("[need.not_found]"))
        }
    }

    private func contact(of structure: PublicStructure.ID) async throws {
        try await TestDatabase.current.tamper(
            """
            INSERT INTO recruitment_contact (id, structure_id, organisation_id, email, state, asked_at, expires_at, proved_at)
            SELECT gen_random_uuid(), id, organisation_id, 'x@exemple.example', 'proved', now(), now() + interval '1 day', now()
              FROM structure WHERE id = '\(structure)'
            """)
    }

    @Test func `leads a session to a confirmed address, and cancels it`() async throws {
        try await withCommand { command in
            try await scene(command)
            let soon = Day(number: TimeSource.system.today.number + 30).fieldText
            let create = [
                "session", "create", "Tester le métier", "--kind", "job_test", "--insee", "31555", "--starts-on", soon,
                "--places", "8", "--as", "porteur@exemple.example", "--json",
            ]
            let made = try JSON.parse(Array(try await command.run(create).output.utf8))
            let id = try #require(made["id"]?.string, "\(made)")
            try await command.succeed("session", "move", id, "open", "--as", "porteur@exemple.example")
            try await command.succeed(
                "session", "contact", id, "inscriptions@porteur.example", "--as", "porteur@exemple.example")
            let own = try await command.run("session", "confirm-contact", id, "--as", "porteur@exemple.example")
            #expect(own.status == 2)
            let confirmed = try await command.json("session", "confirm-contact", id)
            #expect(confirmed["state"] == "confirmed")
            let shown = try await command.succeed("session", "show", id, "--json")
            #expect(shown.contains("\"has_contact\": true") && !shown.contains("porteur.example\""))
            #expect(try await command.succeed("session", "list").contains(id))
            try await command.succeed(
                "session", "move", id, "cancelled", "--reason", "Malade.", "--as", "porteur@exemple.example")
            #expect(try await command.json("session", "list").elements.isEmpty)
        }
    }
}
