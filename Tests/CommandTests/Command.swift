import Accounts
import Fields
import Foundation
import TestSupport
import Testing

/// The program on the leased database, as somebody at a terminal runs it.
struct Command: Sendable {
    /// `--as` of everything that names somebody.
    static let manager = "equipe@exemple.example"
    /// A folder of its own for files.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-command-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    func end() { try? FileManager.default.removeItem(at: folder) }

    /// Writes a file into the folder; its path.
    func file(_ name: String, _ text: String) throws -> String {
        let url = folder.appendingPathComponent(name)
        try text.write(to: url, atomically: true, encoding: .utf8)
        return url.path
    }

    /// A path in the folder, of a file that is not made here.
    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// The text of a file in the folder.
    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// Runs `pa31` with these arguments.
    func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> ProgramOutcome {
        try await run(arguments, environment: environment)
    }

    /// Runs `pa31` with these arguments; `PA31_MEMBER` is the team's manager unless the environment says otherwise.
    func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> ProgramOutcome {
        var given = [
            "PA31_SQL_DIRECTORY": TestCluster.sql.path, "PA31_MEMBER": Self.manager, "HOME": folder.path,
        ]
        if let leased = TestDatabase.leased { given["PA31_DATABASE_URL"] = leased.url }
        return try await Program.run(
            Program.pa31, arguments, environment: given.merging(environment) { $1 }, in: folder)
    }

    /// Runs a step that must succeed; what it wrote.
    @discardableResult
    func succeed(_ arguments: String..., environment: [String: String] = [:]) async throws -> String {
        let outcome = try await run(arguments, environment: environment)
        try #require(outcome.status == 0, "pa31 \(arguments.joined(separator: " ")): \(outcome.errors)")
        return outcome.output
    }

    /// What a step that must succeed answers with `--json`.
    func json(_ arguments: String...) async throws -> JSON {
        let outcome = try await run(arguments + ["--json"])
        try #require(outcome.status == 0, "pa31 \(arguments.joined(separator: " ")): \(outcome.errors)")
        return try JSON.parse(Array(outcome.output.utf8))
    }

    /// The team with its manager, a partner with an editor, a funder.
    func team() async throws {
        try await succeed(
            "member", "create", "--first", "--organisation", "tme", "--organisation-name", "L'équipe", "--name",
            "Prénom Nom", "--email", Self.manager)
        try await succeed("organisation", "save", "porteur", "--name", "Porteur", "--kind", "partner")
        try await succeed("organisation", "save", "cnsa", "--name", "CNSA", "--kind", "funder")
        try await succeed(
            "member", "create", "--organisation", "porteur", "--name", "Une Personne", "--email",
            "porteur@exemple.example", "--role", "editor")
    }

    /// A plan of two actions.
    static let plan = """
        plan:
          code: essai
          title: "Plan d'essai"
          fictional: true
          starts_on: 2022-01-01
          ends_on: 2024-12-31
          invariants:
            actions: 2
            budget: "1 500,00"
        axes:
          - code: A1
            title: "Premier axe"
        actions:
          - code: A1.01
            title: "Première action"
            axis: A1
            lead: porteur
            planned_start: 2022-01-10
            planned_end: 2022-12-16
            status: in_progress
            funding:
              - {funder: cnsa, year: 2022, planned: "1 500,00"}
          - code: A1.02
            title: "Seconde action"
            axis: A1
            lead: tme
            planned_start: 2023-01-10
            planned_end: 2023-12-16

        """

    /// The team, and the plan loaded.
    func loaded() async throws {
        try await team()
        try await succeed("plan", "import", try file("plan.yaml", Self.plan), "--apply")
    }
}

/// Runs a body with a command whose folder is removed afterwards.
func withCommand<T>(_ body: (Command) async throws -> T) async throws -> T {
    let command = try Command()
    defer { command.end() }
    return try await body(command)
}
