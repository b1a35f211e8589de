import Accounts
import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on mail, tasks and the clock` {
    private static let partner = ["PA31_MEMBER": "porteur@exemple.example"]

    @Test func `shows what would happen, does it once, and leads from the task to its end`() async throws {
        try await withCommand { command in
            try await command.team()
            try await command.succeed("plan", "import", try command.file("plan.yaml", Command.plan), "--apply")
            func nudges(_ arguments: String...) async throws -> Int {
                let outcome = try await command.run(["clock", "run", "--json"] + arguments)
                try #require(outcome.status == 0, "\(outcome.errors)")
                let rules = try JSON.parse(Array(outcome.output.utf8))["rules"]?.elements ?? []
                return rules.first { $0["rule"] == "action.nudges" }?["count"]?.integer ?? -1
            }
            let before = try await TestDatabase.current.dump()
            let due = try await nudges()
            #expect(due > 0)
            #expect(try await TestDatabase.current.dump() == before)
            let ahead = try await command.run("clock", "run", "--apply", "--at", "2099-01-01")
            #expect(ahead.status == 2 && ahead.errors.contains("[clock.ahead]"))
            let partner = try await command.run(["clock", "run"], environment: Self.partner)
            #expect(partner.status == 2 && partner.errors.contains("[auth.forbidden]"))
            #expect(try await nudges("--apply") == due)
            #expect(try await nudges("--apply") == 0)
            // One of the leads has a manager to write to, the other has none.
            let mails = try await command.json("mail", "list").elements
            #expect(mails.map { $0["kind"] } == ["action.nudge"])
            let tasks = try await command.run(["task", "list", "--json"], environment: Self.partner)
            let id = try #require(try JSON.parse(Array(tasks.output.utf8)).elements.first?["id"]?.string)
            let shown = try await command.succeed("task", "show", id, environment: Self.partner)
            #expect(shown.contains("A1.01"))
            let hidden = try await command.run("task", "show", id)
            #expect(hidden.status == 2 && hidden.errors.contains("[task.not_found]"))
            try await command.succeed("task", "done", id, environment: Self.partner)
            let rest = try await command.run(["task", "list", "--json"], environment: Self.partner)
            #expect(rest.output == "[]\n")
        }
    }

    @Test func `sees mails without address or text, for the team only, and what the settings lack`() async throws {
        try await withCommand { command in
            try await command.team()
            try await TestDatabase.current.tamper(
                """
                INSERT INTO outbox (id, kind, audience, address, subject, body_text, next_try_at, created_at, attempts, claimed_at)
                VALUES (gen_random_uuid(), 'test.answer', 'recruiter', 'zoe@recrutement.example', 'Objet', 'Texte',
                        now() + interval '3 hours', now() - interval '2 days', 4, now() - interval '1 hour')
                """)
            for list in [try await command.succeed("mail", "list"), try await command.json("mail", "list").text] {
                #expect(list.contains("test.answer") && !list.contains("recrutement") && !list.contains("Texte"))
            }
            let check = try await command.run("check")
            #expect(check.status == 1 && check.output.contains("pa31 mail list"))
            #expect(try await command.json("mail", "retry")["count"] == 1)
            for arguments in [["mail", "list"], ["mail", "retry"]] {
                let refused = try await command.run(arguments, environment: Self.partner)
                #expect(refused.status == 2 && refused.errors.contains("[auth.forbidden]"))
            }
            let complete = [
                "PA31_MAIL_COMMAND": "/bin/true", "PA31_PUBLIC_URL": "https://pa31.example",
                "PA31_MAIL_FROM": "x@pa31.example",
            ]
            for (name, value) in [
                ("PA31_PUBLIC_URL", ""), ("PA31_PUBLIC_URL", "https://pa31.example/"),
                ("PA31_PUBLIC_URL", "pa31.example"),
                ("PA31_MAIL_FROM", ""), ("PA31_MAIL_FROM", "Service <x@pa31.example>"),
                ("PA31_MAIL_DIRECTORY", "/tmp/x"),
                ("PA31_CLOCK", "maybe"),
            ] {
                let wrong = try await command.run(["serve"], environment: complete.merging([name: value]) { $1 })
                #expect(wrong.status == 2 && wrong.errors.contains("[settings.invalid]"), "\(name)=\(value)")
            }
        }
    }
}
