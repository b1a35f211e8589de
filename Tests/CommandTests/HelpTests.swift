import Fields
import Foundation
import TestSupport
import Testing

/// What needs no database: help, completion, the contract, exit codes.
@Suite struct `The command line by itself` {
    /// Every leaf command, found by walking `--help-hidden`'s machine form.
    private func leaves(_ command: Command) async throws -> [[String]] {
        let outcome = try await command.run("--experimental-dump-help")
        try #require(outcome.status == 0)
        func walk(_ node: JSON, _ path: [String]) -> [[String]] {
            let children = (node["subcommands"]?.elements ?? []).filter { $0["commandName"] != "help" }
            return children.isEmpty
                ? [path] : children.flatMap { walk($0, path + [$0["commandName"]?.string ?? ""]) }
        }
        return walk(try JSON.parse(Array(outcome.output.utf8))["command"] ?? .null, [])
    }

    @Test func `helps with every command: what it does and an example, in both languages`() async throws {
        try await withCommand { command in
            let leaves = try await leaves(command)
            #expect(leaves.count > 25)
            for leaf in leaves {
                let name = "pa31 " + leaf.joined(separator: " ")
                let french = try await command.run(leaf + ["--help"], environment: ["LANG": "fr_FR.UTF-8"])
                let english = try await command.run(leaf + ["--help"], environment: ["LANG": "en_GB.UTF-8"])
                for (help, word) in [(french, "Exemple"), (english, "Example")] {
                    #expect(help.status == 0, "\(name)")
                    let example = try #require(help.output.range(of: word), "\(name) has no example")
                    // serve's begins with a setting.
                    #expect(help.output[example.upperBound...].contains(name), "\(name) is not in its own example")
                    #expect(help.output.contains("--lang") && help.output.contains("--json"), "\(name)")
                }
                #expect(french.output != english.output, "\(name)")
            }
        }
    }

    @Test(arguments: [("bash", "complete -o filenames -F"), ("zsh", "#compdef pa31"), ("fish", "complete -c")])
    func `completes in the shell`(_ shell: String, _ mark: String) async throws {
        try await withCommand { command in
            let script = try await command.run("--generate-completion-script", shell)
            #expect(script.status == 0)
            #expect(script.output.contains(mark))
            for word in ["retire", "read-only", "history"] { #expect(script.output.contains(word), "\(word)") }
        }
    }

    @Test func `writes the contract that is committed`() async throws {
        try await withCommand { command in
            let outcome = try await command.run("openapi", environment: ["PA31_DATABASE_URL": ""])
            let committed = try String(
                contentsOf: TestCluster.root.appendingPathComponent("openapi.json"), encoding: .utf8)
            #expect(outcome.status == 0)
            #expect(outcome.output == committed)
        }
    }

    @Test(arguments: [
        ["nonsense"], ["plan", "nonsense"], ["plan", "import"], ["plan", "export", "--format", "doc"],
        ["action", "list", "--nonsense"], ["token", "create", "--member", "x", "--days", "many"],
        ["settings", "--lang", "de"],
    ])
    func `exits 64 for a command line that is wrong`(_ arguments: [String]) async throws {
        try await withCommand { command in
            let outcome = try await command.run(arguments)
            #expect(outcome.status == 64)
            #expect(outcome.output == "")
            #expect(outcome.errors.contains("pa31"))
        }
    }

    static let away = "postgresql:///nowhere?host=/nonexistent"

    @Test(arguments: [
        ["member", "list"], ["plan", "show"], ["demo", "status"], ["action", "show", "A1.01", "--json"],
    ])
    func `exits 75 while the database is away`(_ arguments: [String]) async throws {
        try await withCommand { command in
            let outcome = try await command.run(arguments, environment: ["PA31_DATABASE_URL": Self.away])
            #expect(outcome.status == 75)
            #expect(outcome.errors.contains("service.unavailable"))
        }
    }

    @Test func `exits 2 when a setting is missing or wrong, and names it`() async throws {
        try await withCommand { command in
            let cases = [
                (["member", "list"], ["PA31_DATABASE_URL": ""], "PA31_DATABASE_URL"),
                (["member", "list"], ["PA31_DATABASE_URL": "mysql://x"], "PA31_DATABASE_URL"),
                (["serve"], ["PA31_DATABASE_URL": Self.away, "PA31_PORT": "x"], "PA31_PORT"),
                (["serve"], ["PA31_DATABASE_URL": Self.away, "PA31_LOG_LEVEL": "loud"], "PA31_LOG_LEVEL"),
                (
                    ["serve"], ["PA31_DATABASE_URL": Self.away, "PA31_AUDIT_KEY_FILE": "/nonexistent"],
                    "PA31_AUDIT_KEY_FILE"
                ),
            ]
            for (arguments, environment, name) in cases {
                let outcome = try await command.run(arguments, environment: environment)
                #expect(outcome.status == 2, "\(arguments) \(environment): \(outcome.errors)")
                #expect(outcome.errors.contains(name), "\(arguments) \(environment): \(outcome.errors)")
            }
        }
    }

    @Test func `speaks French unless the locale or --lang says English`() async throws {
        try await withCommand { command in
            let cases: [([String], [String: String], String)] = [
                ([], [:], "valeur"), ([], ["LANG": "de_DE.UTF-8"], "valeur"), ([], ["LANG": "en_GB.UTF-8"], "value"),
                ([], ["LC_ALL": "fr_FR.UTF-8", "LANG": "en_GB.UTF-8"], "valeur"),
                (["--lang", "fr"], ["LANG": "en_GB.UTF-8"], "valeur"), (["--lang=en"], [:], "value"),
            ]
            for (arguments, environment, word) in cases {
                let outcome = try await command.run(["settings"] + arguments, environment: environment)
                #expect(
                    outcome.output.split(separator: "\n").first?.contains("\(word) ") == true,
                    "\(arguments) \(environment)")
            }
        }
    }
}
