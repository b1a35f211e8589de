import Accounts
import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on personal data` {
    private static let prescriber = "sacha@mission-locale.example"
    private static let officer = "dpo@exemple.example"

    /// A prescriber and its member, the officer, a file; its id.
    private func stage(_ command: Command) async throws -> String {
        try await command.team()
        try await command.succeed(
            "organisation", "save", "mission-locale", "--name", "Mission locale (fictive)", "--kind", "prescriber")
        for (organisation, email, role) in [
            ("mission-locale", Self.prescriber, "editor"), ("tme", Self.officer, "dpo"),
        ] {
            try await command.succeed(
                "member", "create", "--organisation", organisation, "--name", "Sacha Exemple", "--email", email,
                "--role", role)
        }
        let organisations = try await command.json("organisation", "list").elements
        let id = try #require(organisations.first { $0["code"] == "mission-locale" }?["id"]?.string)
        return try await Make().candidate(of: try Organisation.ID(fieldText: id), lastName: "Secret").fieldText
    }

    @Test func `says the register and the record of processing, with who answers for it`() async throws {
        try await withCommand { command in
            let lines = try await command.json("privacy", "register")
            #expect(lines.elements.contains { $0["code"] == "candidate" })
            let record = try await command.succeed(
                "privacy", "record", environment: ["PA31_CONTROLLER": "Un organisme fictif"])
            #expect(record.contains("Un organisme fictif") && record.contains("- Base légale :"))
            for line in lines.elements {
                #expect(record.contains("## \(line["title_fr"]?.string ?? "?")"))
            }
            let programs = try await command.json("privacy", "record")
            #expect(programs["processing"]?.elements.count == lines.elements.count)
        }
    }

    @Test func `copies, asks to erase, cancels; for the referent and the officer, nobody else`() async throws {
        try await withCommand { command in
            let file = try await stage(command)
            let stranger = try await command.run("privacy", "copy", file)
            #expect(stranger.status == 2 && !stranger.errors.contains("Secret"), "the team is not the officer")
            try await command.succeed(
                "privacy", "copy", file, "--html", "--output", command.path("copie.html"), "--as", Self.officer)
            #expect(try command.text("copie.html").contains("Secret"))
            let copy = try await command.succeed("privacy", "copy", file, "--as", Self.prescriber)
            #expect(copy.contains("\"last_name\""))
            let asked = try await command.json("privacy", "erase", file, "--as", Self.prescriber)
            let request = try #require(asked["id"]?.string)
            let twice = try await command.run("privacy", "erase", file, "--as", Self.officer)
            #expect(twice.status == 2 && twice.errors.contains("[rights_request.already_asked]"))
            let open = try await command.succeed("privacy", "requests", "--state", "open", "--as", Self.officer)
            #expect(open.contains(request) && !open.contains("Secret"))
            let wrong = try await command.run("privacy", "decide", request, "done", "--as", Self.officer)
            #expect(wrong.status == 2 && wrong.errors.contains("[rights_request.invalid]"))
            let cancelled = try await command.json("privacy", "decide", request, "cancelled", "--as", Self.officer)
            #expect(cancelled["state"] == "cancelled")
        }
    }

    @Test func `purges as a rehearsal, for a day to come, and never ahead of time`() async throws {
        try await withCommand { command in
            let file = try await stage(command)
            let now = try await command.json("privacy", "purge")
            #expect(now["applied"] == false)
            #expect(now["lines"]?.elements.allSatisfy { $0["forgotten"] == 0 } == true)
            // The purge has no clock of its own: the day is said. Files of 2024 are silent by then, and told first.
            let later = try await command.json("privacy", "purge", "--at", "2040-01-15", "--as", Self.officer)
            let line = later["lines"]?.elements.first { $0["line"] == "candidate" }
            #expect(line?["told_ids"]?.elements == [.string(file)])
            let ahead = try await command.run("privacy", "purge", "--at", "2040-01-15", "--apply")
            #expect(ahead.status == 2 && ahead.errors.contains("[privacy.rehearsal_only]"))
            let partner = try await command.run("privacy", "purge", "--as", Self.prescriber)
            #expect(partner.status == 2)
            try await command.succeed("privacy", "purge", "--apply", "--as", Self.officer)
            #expect(try await command.run("privacy", "copy", file, "--as", Self.officer).status == 0)
        }
    }
}
