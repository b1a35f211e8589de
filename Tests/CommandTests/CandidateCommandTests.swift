import Accounts
import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on candidates` {
    private static let prescriber = "sacha@mission-locale.example"

    @Test func `lists ids and no names, opens a file for a reason, and tells who did`() async throws {
        try await withCommand { command in
            try await command.team()
            for (code, name) in [("mission-locale", "Mission locale (fictive)"), ("cap-emploi", "Cap emploi (fictif)")]
            {
                try await command.succeed("organisation", "save", code, "--name", name, "--kind", "prescriber")
            }
            try await command.succeed(
                "member", "create", "--organisation", "mission-locale", "--name", "Sacha Exemple", "--email",
                Self.prescriber, "--role", "editor")
            let bare = try await command.run("organisation", "authorise", "cap-emploi", "validated")
            #expect(bare.status == 2 && bare.errors.contains("/proof"))
            let authorised = try await command.json(
                "organisation", "authorise", "cap-emploi", "validated", "--proof", "Convention 2024-12")
            #expect(authorised["authorisation"] == "validated")
            let self_ = try await command.run(
                "organisation", "authorise", "mission-locale", "not_required", "--as", Self.prescriber)
            #expect(self_.status == 2 && self_.errors.contains("[auth.forbidden]"))
            let organisations = try await command.json("organisation", "list").elements
            let id = try #require(organisations.first { $0["code"] == "mission-locale" }?["id"]?.string)
            let file = try await Make().candidate(of: try Organisation.ID(fieldText: id), lastName: "Secret").fieldText

            let listed = try await command.succeed("candidate", "list", "--as", Self.prescriber)
            #expect(listed.contains(file) && !listed.contains("Secret") && !listed.contains("Camille"))
            let json = try await command.run(["candidate", "list", "--json", "--as", Self.prescriber])
            #expect(json.output.contains(file) && !json.output.contains("Secret"))
            #expect(try await command.run("candidate", "list").status == 2)

            let without = try await command.run("candidate", "show", file)
            #expect(without.status == 2 && without.errors.contains("[candidate.reason_required]"))
            let shown = try await command.succeed("candidate", "show", file, "--reason", "Demande de la personne")
            #expect(shown.contains("Secret"))
            let programs = try await command.json("candidate", "show", file, "--reason", "Demande de la personne")
            #expect(programs["jobs"] == ["K1302"] && programs["last_name"] == nil && programs["email"] == nil)
            let reads = try await command.succeed("candidate", "reads", file, "--as", Self.prescriber)
            #expect(reads.contains("Demande de la personne") && !reads.contains("Secret"))

            let share = [
                "candidate", "share", file, "cap-emploi", "--purpose", "Accompagnement commun", "--days", "30", "--as",
                Self.prescriber,
            ]
            #expect(try await command.run(share).status == 0)
            let again = try await command.run(share)
            #expect(again.status == 2 && again.errors.contains("[candidate_share.conflict]"))
            let number = try await command.run(
                "candidate", "share", file, "cap-emploi", "--purpose", "1850331555123", "--days", "30", "--as",
                Self.prescriber)
            #expect(number.status == 2 && !number.errors.contains("1850331555123"))
        }
    }
}
