import Accounts
import Contract
import Fields
import Foundation
import Plans
import TestSupport
import Testing

/// Calendars, the plan's past, reminders, milestones and indicators, at a terminal.
@Suite(.database) struct `The command line beside the plan` {
    static let partner = "porteur@exemple.example"

    @Test func `makes a calendar that the server serves, lists it without its address, revokes it`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let path = try await command.succeed("calendar", "create", "--label", "Agenda", "--as", Self.partner)
                .trimmingCharacters(in: .newlines)
            try await withServer { client in
                let calendar = try ICalendarReader(try await client.send("GET", path).body)
                #expect(calendar.events.map(\.summary).contains("Début prévu : A1.01 Première action"))
            }
            let refused = try await command.run("calendar", "create", "--scope", "plan", "--as", Self.partner)
            #expect(refused.status == 2)
            #expect(refused.errors.contains("[auth.forbidden]"))
            let made = try await command.json("calendar", "create", "--scope", "plan", "--days", "30")
            #expect(made["path"]?.string?.hasSuffix(".ics") == true)
            let list = try await command.succeed("calendar", "list", "--as", Self.partner)
            #expect(list.contains("Agenda"))
            #expect(!list.contains("pa31_cal_"))
            let id = try #require(try await command.json("calendar", "list").elements.first?["id"]?.string)
            #expect(try await command.run("calendar", "revoke", id, "--as", Self.partner).status == 2)
            #expect(try await command.succeed("calendar", "revoke", id) == "Calendrier révoqué.\n")
            #expect(try await command.json("calendar", "list").elements.first?["revoked_at"]?.string != nil)
        }
    }

    @Test func `tells the plan's versions, and what changed between two days`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let changed = Command.plan.replacingOccurrences(of: "Seconde action", with: "Deuxième action")
            try await command.succeed("plan", "import", try command.file("plan.yaml", changed), "--apply")
            let today = TimeSource.system.today
            let (before, now) = (Day(number: today.number - 1).fieldText, today.fieldText)
            let versions = try await command.json("plan", "versions").elements
            #expect(versions.map { $0["items"] } == [4, 1])
            #expect(versions.map { $0["organisation"] } == ["tme", "tme"])
            #expect(try await command.succeed("plan", "versions").contains("éléments"))
            let diff = try await command.succeed("plan", "diff", before, now)
            #expect(diff.contains("+ action A1.02 (nouveau)\n    title: Deuxième action\n"))
            #expect(try await command.succeed("plan", "diff", now, now) == "Rien n'a changé.\n")
            let json = try await command.json("plan", "diff", before, now, "--plan", "essai")
            #expect(json["items"]?.elements.count == 4)
            #expect(try await command.run("plan", "diff", now, before).errors.contains("[plan.days]"))
            #expect(try await command.run("plan", "diff", "2021-02-30", now).status == 2)
            #expect(try await command.run("plan", "versions", "--as", Self.partner).status == 2)
        }
    }

    @Test func `says what to remind of, to the team all of it`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let all = try await command.succeed("action", "nudges", "--day", "2023-01-20")
            #expect(all.contains("porteur\n  A1.01 « Première action » devait finir le 16/12/2022, il y a 35 jours"))
            #expect(all.contains("\n\ntme\n  A1.02 « Seconde action » devait commencer le 10/01/2023"))
            let own = try await command.succeed(
                "action", "nudges", "--day", "2023-01-20", "--lang", "en", "--as", Self.partner)
            #expect(own.contains("A1.01 “Première action” was to end on 2022-12-16, 35 days ago"))
            #expect(!own.contains("A1.02"))
            let json = try await command.json("action", "nudges", "--organisation", "porteur", "--day", "2023-01-20")
            #expect(json.elements.map { $0["key"] } == ["A1.01/late_end/2022-12-16"])
            #expect(try await command.succeed("action", "nudges", "--day", "2022-01-05") == "Rien à rappeler.\n")
            let refused = try await command.run("action", "nudges", "--organisation", "tme", "--as", Self.partner)
            #expect(refused.errors.contains("[auth.forbidden]"))
        }
    }

    @Test func `keeps milestones and indicators`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let (milestone, indicator) = (["action", "milestone"], ["action", "indicator"])
            func lead(_ arguments: [String]) async throws -> JSON {
                let outcome = try await command.run(arguments + ["--json", "--as", Self.partner])
                try #require(outcome.status == 0, "\(arguments): \(outcome.errors)")
                return try JSON.parse(Array(outcome.output.utf8))
            }
            func id(_ action: JSON, _ list: String) throws -> String {
                try #require(action[list]?.elements.last?["id"]?.string)
            }
            let added = try await lead(milestone + ["add", "A1.01", "Bilan", "2022-06-30", "--weight", "2"])
            let step = try id(added, "milestones")
            let late = try await command.run(milestone + ["add", "A1.01", "Trop tard", "2025-01-01"])
            #expect(late.status == 2)
            #expect(late.errors.contains("2024-12-31"))
            let done = try await lead(milestone + ["done", "A1.01", step, "--on", "2022-06-12"])
            #expect(done["milestones"]?.elements.last?["done_on"] == "2022-06-12")
            #expect(done["progress_percent"] == 100)
            let measured = try await lead(
                indicator + ["add", "A1.01", "Tuteurs", "personnes", "60", "--baseline", "10"])
            let counted = try id(measured, "indicators")
            let valued = try await lead(
                indicator + ["value", "A1.01", counted, "35", "Émargement", "--on", "2022-05-31"])
            // (2 × 1 + 1 × 25/50) / 3
            #expect(valued["progress_percent"] == 83)
            let value = try #require(
                valued["indicators"]?.elements.last?["values"]?.elements.last?["id"]?.string)
            _ = try await lead(indicator + ["challenge", "A1.01", value, "La feuille manque."])
            let settle = indicator + ["settle", "A1.01", value, "withdrawn", "Doublon."]
            #expect(try await command.run(settle + ["--as", Self.partner]).status == 2)
            #expect(try await command.run(settle).status == 0)
            let removed = try await lead(milestone + ["remove", "A1.01", step])
            #expect(removed["milestones"] == [])
            #expect(removed["progress_percent"] == 0)
        }
    }
}
