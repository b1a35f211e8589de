import Directory
import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on structures` {
    private static let employer = "camille@deux-rives.example"
    private static let address = "recrutement@deux-rives.example"

    private func scene(_ command: Command) async throws {
        try await command.team()
        try await command.succeed(
            "organisation", "save", "deux-rives", "--name", "Services des Deux Rives", "--kind", "employer")
        try await command.succeed(
            "member", "create", "--organisation", "deux-rives", "--name", "Camille Exemple", "--email", Self.employer,
            "--role", "editor")
        let structure = try await Make().structure("310000018", "Service des Deux Rives", kind: "460")
        try await TestDatabase.current.tamper(
            "UPDATE structure SET website = 'https://www.deux-rives.example/' WHERE id = '\(structure)'")
    }

    private func claim(_ command: Command) async throws -> String {
        let claims = try await command.json("structure", "claims", "--status", "pending")
        return try #require(claims.elements.first?["id"]?.string)
    }

    @Test func `leads from a claim to a proved address`() async throws {
        try await withCommand { command in
            try await scene(command)
            try await command.succeed(
                "structure", "claim", "310000018", "--message", "Nous le gérons.", "--as", Self.employer)
            let told = try await command.succeed("structure", "claims", "--lang", "fr")
            #expect(told.contains("indices") && told.contains("domaine") && !told.contains("SIRET"))
            #expect(!told.contains(Self.employer))
            let id = try await claim(command)
            let self_ = try await command.run("structure", "claim-decide", id, "validated", "--as", Self.employer)
            #expect(self_.status == 2 && self_.errors.contains("[transition.forbidden]"))
            let bare = try await command.run("structure", "claim-decide", id, "refused")
            #expect(bare.status == 2 && bare.errors.contains("/reason"))
            let decided = try await command.json("structure", "claim-decide", id, "validated")
            #expect(decided["status"] == "validated")
            let asked = try await command.succeed(
                "structure", "contact", "310000018", Self.address, "--as", Self.employer)
            #expect(!asked.contains("pa31_contact_"))
            let hidden = try await command.run("structure", "contact-link", "310000018", "--as", Self.employer)
            #expect(hidden.status == 2 && !hidden.output.contains("pa31_contact_"))
            // Its link goes there by mail; the team makes another when it does not arrive.
            #expect(try await command.json("structure", "contacts").elements.first?["to_do"] == .null)
            let link = try await command.json("structure", "contact-link", "310000018")
            #expect(link["email"] == .string(Self.address))
            let path = try #require(link["path"]?.string)
            try await withServer { client in
                let proved = try await client.send("POST", path)
                #expect(proved.status == 200)
            }
            let list = try await command.succeed("structure", "contacts")
            #expect(list.contains("proved") && !list.contains(Self.address))
            let nobody = try await command.run("structure", "contact-told", "310000018")
            #expect(nobody.status == 2)
        }
    }

    @Test(arguments: [("fr", "Qualité : ", "Ajoutez le téléphone"), ("en", "Quality: ", "Add the switchboard's phone")])
    func `explains a sheet's quality and lists stale ones`(lang: String, heading: String, advice: String) async throws {
        try await withCommand { command in
            try await scene(command)
            let shown = try await command.succeed("structure", "show", "310000018", "--explain", "--lang", lang)
            #expect(shown.contains(heading) && shown.contains(advice))
            let document = try await command.json("structure", "show", "310000018", "--explain")
            #expect(document["quality"]?["maximum"] == 100)
            #expect(document["sources"]?.elements.isEmpty == false)
            let stale = try await command.json("structure", "stale")
            #expect(stale.elements.map { $0["finess"] } == ["310000018"])
            #expect(stale.elements.first?["kept_on"] == .null)
            try await command.succeed("structure", "verify", "310000018")
            #expect(try await command.json("structure", "stale").elements.isEmpty)
            let wrong = try await command.run("structure", "stale", "--days", "0")
            #expect(wrong.status == 64)
            #expect(try await command.json("structure", "disagreements").elements.isEmpty)
            let none = try await command.run("structure", "settle", "310000018", "phone", "ours")
            #expect(none.status == 2 && none.errors.contains("[structure.no_disagreement]"))
        }
    }
}
