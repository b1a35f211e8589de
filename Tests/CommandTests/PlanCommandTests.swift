import Accounts
import Fields
import Foundation
import TestSupport
import Testing

@Suite(.database) struct `The command line on a plan` {
    @Test func `rehearses an import, applies it, and has nothing to do the second time`() async throws {
        try await withCommand { command in
            try await command.team()
            let file = try command.file("plan.yaml", Command.plan)
            let rehearsal = try await command.succeed("plan", "import", file)
            #expect(rehearsal.contains("+ action A1.01 (nouveau)"))
            #expect(rehearsal.contains("funding.cnsa.2022: 1 500,00 €"))
            #expect(rehearsal.contains("À blanc"))
            #expect(try await command.run("plan", "status").errors.contains("[plan.not_found]"))
            #expect(try await command.succeed("plan", "import", file, "--apply").contains("Fait, en une transaction."))
            #expect(try await command.succeed("plan", "import", file, "--apply") == "Rien à faire.\n")
            let json = try await command.json("plan", "import", file, "--apply")
            #expect(json["items"] == [])
            #expect(json["applied"] == false)
            let status = try await command.json("plan", "status")
            #expect(status["actions"] == 2)
            #expect(status["planned_cents"] == 150_000)
            #expect(try await command.json("plan", "show")["axes"]?.elements.count == 1)
        }
    }

    @Test func `exports what it imports without a change, as YAML and as CSV`() async throws {
        try await withCommand { command in
            try await command.loaded()
            try await command.succeed("plan", "export", "--output", command.path("out.yaml"))
            #expect(
                try await command.succeed("plan", "import", command.path("out.yaml"), "--apply") == "Rien à faire.\n")
            try await command.succeed("plan", "export", "--format", "csv", "--output", command.path("out.csv"))
            #expect(
                try await command.succeed(
                    "plan", "import", command.path("out.csv"), "--plan", command.path("out.yaml"), "--apply")
                    == "Rien à faire.\n")
            #expect(try await command.succeed("plan", "export") == command.text("out.yaml"))
            let alone = try await command.run("plan", "import", command.path("out.csv"))
            #expect(alone.status == 2)
            #expect(alone.errors.contains("--plan"))
        }
    }

    @Test func `names every wrong cell with line, column, value and reason, and imports nothing`() async throws {
        try await withCommand { command in
            try await command.team()
            let wrong = Command.plan
                .replacingOccurrences(of: "planned_start: 2023-01-10", with: "planned_start: 2023-02-30")
                .replacingOccurrences(of: "lead: porteur", with: "lead: inconnu")
            let file = try command.file("plan.yaml", wrong)
            let french = try await command.run("plan", "import", file, "--apply")
            #expect(french.status == 2)
            let lines = french.errors.split(separator: "\n").map(String.init)
            #expect(lines.count == 3, "\(french.errors)")
            #expect(lines[0].hasPrefix("\(file), ligne 17, colonne 11 (actions.lead) : « inconnu » : "))
            #expect(lines[1].hasPrefix("\(file), ligne 27, colonne 20 (actions.planned_start) : « 2023-02-30 » : "))
            #expect(lines[2] == "2 cellule(s) fausse(s) ; rien n'est importé.")
            let english = try await command.run("plan", "import", file, "--json", "--lang", "en")
            #expect(english.status == 2)
            let cells = try JSON.parse(Array(english.errors.utf8))["wrong_cells"]?.elements ?? []
            #expect(cells.map { $0["line"] } == [17, 27])
            #expect(cells.map { $0["value"] } == ["inconnu", "2023-02-30"])
            #expect(try await command.run("plan", "show").errors.contains("[plan.not_found]"))
        }
    }

    @Test func `refuses a file that does not hold what it declares`() async throws {
        try await withCommand { command in
            try await command.team()
            let file = try command.file(
                "plan.yaml", Command.plan.replacingOccurrences(of: "actions: 2", with: "actions: 77"))
            let refused = try await command.run("plan", "import", file, "--apply")
            #expect(refused.status == 2)
            #expect(refused.errors.contains("[plan.invariants]"))
            #expect(refused.errors.contains("77 attendues, 2 trouvées"))
        }
    }

    @Test func `reports what left the plan, and abandons it with --retire only`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let start = try #require(Command.plan.range(of: "  - code: A1.02"))
            let shorter = String(Command.plan[..<start.lowerBound])
                .replacingOccurrences(of: "actions: 2", with: "actions: 1")
            let file = try command.file("shorter.yaml", shorter)
            let reported = try await command.succeed("plan", "import", file, "--apply", "--lang", "en")
            #expect(reported.contains("- action A1.02 (absent from the file"))
            #expect(try await command.json("action", "show", "A1.02")["status"] == "planned")
            #expect(try await command.json("plan", "import", file, "--apply", "--retire")["retired"] == ["A1.02"])
            let retired = try await command.json("action", "show", "A1.02")
            #expect(retired["status"] == "abandoned")
            #expect(retired["status_reason_code"] == "left_the_plan")
        }
    }

    @Test func `lists, shows, moves, notes and tells the history of an action`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let list = try await command.succeed("action", "list", "--status", "in_progress")
            #expect(list.contains("A1.01") && list.contains("en cours") && !list.contains("A1.02"))
            #expect(try await command.json("action", "list", "--search", "seconde").elements.count == 1)
            let partner = "porteur@exemple.example"
            try await command.succeed(
                "action", "move", "A1.01", "blocked", "--blocker", "convention", "--unblocker", "CD31", "--as", partner)
            #expect(
                try await command.succeed("action", "note", "A1.01", "result", "12 personnes", "--as", partner)
                    .contains("12 personnes"))
            let moved = try await command.json("action", "show", "A1.01", "--as", partner)
            #expect(moved["status"] == "blocked")
            #expect(moved["blocker"] == "convention")
            let history = try await command.json("action", "history", "A1.01", "--as", partner).elements
            #expect(
                history.compactMap { $0["operation"]?.string } == ["plan.import", "action.transition", "action.note"])
            #expect(history.last?["member"] == "Une Personne")
            let told = try await command.succeed("action", "history", "A1.01", "--lang", "en", "--as", partner)
            #expect(told.contains("blocker : convention"))
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let arguments: [String]
        let code: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let refusals = [
        Case(arguments: ["action", "show", "A9.99"], code: "action.not_found"),
        Case(arguments: ["action", "show", "nonsense"], code: "request.malformed"),
        Case(arguments: ["action", "list", "--status", "late"], code: "request.malformed"),
        Case(arguments: ["action", "list", "--due-before", "2023-02-30"], code: "request.malformed"),
        Case(arguments: ["action", "move", "A1.01", "planned"], code: "transition.forbidden"),
        Case(arguments: ["action", "move", "A1.01", "paused"], code: "transition.incomplete"),
        Case(
            arguments: ["action", "move", "A1.01", "paused", "--reason", "x", "--version", "7"], code: "version.stale"),
        Case(arguments: ["action", "note", "A1.01", "result", " "], code: "action.invalid"),
        Case(arguments: ["plan", "import", "missing.yaml"], code: "file.unreadable"),
        Case(arguments: ["plan", "import", "plan.doc"], code: "file.unreadable"),
        Case(
            arguments: ["report", "preview", "--profile", "nothing", "--quarter", "2022-T1"], code: "report.profile"),
        Case(arguments: ["token", "revoke", "nonsense"], code: "request.malformed"),
        Case(
            arguments: ["action", "move", "A1.02", "in_progress", "--as", "porteur@exemple.example"],
            code: "auth.forbidden"),
    ]

    @Test func `tells a refusal by its code, in French, in English and as JSON, and exits 2`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let before = try await TestDatabase.current.dump()
            for refused in Self.refusals {
                let french = try await command.run(refused.arguments)
                #expect(french.status == 2, "\(refused)")
                #expect(french.output == "", "\(refused)")
                #expect(french.errors.contains("[\(refused.code)]"), "\(refused): \(french.errors)")
                let english = try await command.run(
                    refused.arguments + ["--json"], environment: ["LANG": "en_GB.UTF-8"])
                #expect(english.status == 2, "\(refused)")
                let document = try JSON.parse(Array(english.errors.utf8))
                #expect(document["code"]?.string == refused.code, "\(refused)")
                let detail = try #require(document["detail"]?.string)
                #expect(!french.errors.contains(detail), "\(refused): the same in both languages")
            }
            #expect(try await TestDatabase.current.dump() == before)
        }
    }

    @Test func `exports the funder's file`() async throws {
        try await withCommand { command in
            try await command.loaded()
            let french = try await command.succeed(
                "report", "preview", "--profile", "cnsa", "--quarter", "2022-T1", "--until", "2022-T4", "--sheet",
                "money")
            // As of yesterday: this plan was not there yet.
            #expect(french.hasPrefix("\u{FEFF}Rapport;"))
            #expect(french.contains("Empreinte SHA-256;"))
            #expect(french.contains("\nCode de l'action;Intitulé;Axe;Porteur;Statut;"))
            try await command.succeed(
                "report", "preview", "--profile", "cnsa", "--quarter", "2022-T1", "--until", "2022-T4", "--sheet",
                "money",
                "--dialect", "rfc4180", "--output", command.path("cnsa.csv"))
            #expect(try command.text("cnsa.csv").hasPrefix("action_code,action_title,axis_code,"))
        }
    }

    @Test func `loads the demonstration into an empty database only, and gives tokens in it`() async throws {
        try await withCommand { command in
            #expect(try await command.run("demo", "status").status == 3)
            #expect(try await command.run("demo", "tokens").errors.contains("[auth.forbidden]"))
            let loaded = try await command.succeed(
                "demo", "load", "--directory", TestCluster.root.appendingPathComponent("deploy/demo").path)
            #expect(loaded.contains("fictif"))
            #expect(try await command.run("demo", "status").status == 0)
            let again = try await command.run("demo", "load")
            #expect(again.status == 2)
            #expect(again.errors.contains("[demo.refused]"))
            let tokens = try await command.json("demo", "tokens").elements.compactMap { $0["token"]?.string }
            #expect(tokens.count == 2)
            #expect(tokens.allSatisfy { TokenSecret($0) != nil })
            let status = try await command.run(
                ["plan", "status", "--json"], environment: ["PA31_MEMBER": "demo@tme.example"])
            let document = try JSON.parse(Array(status.output.utf8))
            #expect(document["actions"] == 77)
            #expect(document["planned_cents"] == 135_514_700)
            #expect(document["broken_invariants"] == [])
        }
    }

    @Test func `takes a database with organisations for a real one`() async throws {
        try await withCommand { command in
            try await command.team()
            #expect(try await command.run("demo", "status").status == 4)
            #expect(try await command.run("demo", "load").errors.contains("[demo.refused]"))
            #expect(try await command.run("demo", "tokens").status == 2)
        }
    }
}
