import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Plans
import Postgres

struct PlanCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "plan", abstract: said("Le plan d'actions.", "The action plan."),
            subcommands: [Import.self, Export.self, Show.self, Status.self, Versions.self, Diff.self])
    }

    struct Import: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "import",
                abstract: said(
                    "Lit le plan d'un fichier YAML ou CSV ; à blanc sans --apply.",
                    "Reads the plan from a YAML or CSV file; a rehearsal without --apply."),
                discussion: said(
                    """
                    Le fichier décide du code, de l'intitulé, de la description, de l'axe, des organismes, des dates et montants
                    prévus ; du statut à la création seulement. Toute cellule fausse est signalée, et rien n'est importé.
                    Exemples :
                      pa31 plan import plan.yaml --as moi@exemple.example
                      pa31 plan import actions.csv --plan plan.yaml --apply --as moi@exemple.example
                      pa31 plan import plan.yaml --apply --retire --as moi@exemple.example
                    """,
                    """
                    The file decides code, title, description, axis, organisations, planned dates and money; the status at
                    creation only. Every wrong cell is reported, and nothing is imported then.
                    Examples:
                      pa31 plan import plan.yaml --as me@exemple.example
                      pa31 plan import actions.csv --plan plan.yaml --apply --as me@exemple.example
                      pa31 plan import plan.yaml --apply --retire --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Fichier .yaml ou .csv.", "A .yaml or .csv file."))) var file: String
        @Option(
            help: ArgumentHelp(
                said(
                    "Pour un CSV : le YAML qui dit le plan et les axes.", "For a CSV: the YAML that says plan and axes."
                )))
        var plan: String?
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false
        @Flag(
            help: ArgumentHelp(
                said("Abandonner les actions absentes du fichier.", "Abandon actions that the file lacks.")))
        var retire = false

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let importer = PlanImport(session.database)
                let organisations = try await importer.organisations(as: session.caller)
                let read = try PlanInput.read(file, plan: plan, organisations: organisations)
                let broken = read.checkInvariants()
                guard broken.isEmpty else {
                    throw PlanInput.invariants(
                        fr: "Le fichier ne tient pas ce qu'il déclare : \(broken.map(\.fr).joined(separator: " ; ")).",
                        en: "The file does not hold what it declares: \(broken.map(\.en).joined(separator: "; ")).")
                }
                let diff = try await importer.run(read, apply: apply, retire: retire, as: session.caller)
                if common.json {
                    return Output.json(.object(diff.json.members + [.init("applied", .bool(apply && !diff.isEmpty))]))
                }
                for line in diff.lines(in: language) { Output.line(line) }
                Output.summary(isEmpty: diff.isEmpty, applied: apply)
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Écrit le plan dans un fichier que l'import relit sans rien changer.",
                    "Writes the plan as a file that import reads back without a change."),
                discussion: said(
                    "Exemple :\n  pa31 plan export --format csv --output actions.csv --as moi@exemple.example",
                    "Example:\n  pa31 plan export --format csv --output actions.csv --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("yaml, csv")) var format = PlanFormat.yaml
        @Option(help: ArgumentHelp(said("Fichier à écrire ; sinon la sortie.", "File to write; else the output.")))
        var output: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                guard let file = try await PlanImport(session.database).export(as: session.caller) else {
                    throw PlanInput.noPlan()
                }
                try Output.bytes(format == .yaml ? Array(file.yaml.utf8) : file.csv, to: output)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Montre le plan et ses axes.", "Shows the plan and its axes."),
                discussion: said(
                    "Exemple :\n  pa31 plan show --as moi@exemple.example",
                    "Example:\n  pa31 plan show --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Au soir d'un jour passé.", "At the end of a past day."))) var asOf: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = PlanStore(session.database)
                let past: Day? = try asOf.map { try read($0, "--as-of") }
                let summary = try await store.summary(on: session.database.clock.today, asOf: past)
                let axes = try await store.axes(on: session.database.clock.today, asOf: past)
                if common.json {
                    let plan = Output.document(summary.prefix(1)).elements.first ?? .null
                    return Output.json(
                        .object(plan.members + [.init("axes", Output.document(axes.prefix(axes.count)))]))
                }
                Output.record(summary, json: false)
                Output.line("")
                Output.rows(
                    axes, json: false,
                    columns: [
                        ("code", Text(fr: "axe", en: "axis")), ("title", Text(fr: "intitulé", en: "title")),
                        ("actions", Text(fr: "actions", en: "actions")),
                        ("progress_percent", Text(fr: "avancement %", en: "progress %")),
                    ])
            }
        }
    }

    struct Status: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Compte les actions par statut et vérifie ce que le plan déclare.",
                    "Counts actions by status and checks what the plan declares."),
                discussion: said(
                    "Exemple :\n  pa31 plan status --as moi@exemple.example",
                    "Example:\n  pa31 plan status --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .team) { session in
                guard let file = try await PlanImport(session.database).export(as: session.caller) else {
                    throw PlanInput.noPlan()
                }
                let top = file.topLevelActions
                let counts = ActionStatus.allCases.map { status in (status, top.count { $0.status == status }) }
                let broken = file.checkInvariants()
                if common.json {
                    return Output.json([
                        "actions": JSON(top.count), "planned_cents": JSON(file.plannedCents),
                        "by_status": .object(counts.map { .init($0.0.rawValue, JSON($0.1)) }),
                        "broken_invariants": .array(broken.map { .string($0(language)) }),
                    ])
                }
                Output.table(
                    headings: [said("statut", "status"), said("actions", "actions")],
                    counts.map { [$0.0.label(language), String($0.1)] } + [[said("total", "total"), String(top.count)]])
                Output.line(
                    said(
                        "Montant prévu : \(Euros.text(file.plannedCents))", "Planned: \(Euros.text(file.plannedCents))")
                )
                for text in broken { Output.line("! \(text(language))") }
                if broken.isEmpty {
                    Output.line(said("Le plan tient ce qu'il déclare.", "The plan holds what it declares."))
                }
                if !broken.isEmpty { throw ExitCode(1) }
            }
        }
    }
}

enum PlanFormat: String, ExpressibleByArgument, CaseIterable { case yaml, csv }

/// Reads the plan's file by its name's ending.
enum PlanInput {
    static let invariants = Problem(
        "plan.invariants", .invalid, fr: "Le plan ne tient pas ce qu'il déclare.",
        en: "The plan does not hold what it declares.")
    static let noPlan = Problem("plan.not_found", .notFound, fr: "Aucun plan n'est chargé.", en: "No plan is loaded.")

    static func read(_ path: String, plan: String?, organisations: [PlanOrganisation]) throws -> PlanFile {
        let bytes = try InputFile.bytes(path)
        if path.lowercased().hasSuffix(".yaml") || path.lowercased().hasSuffix(".yml") {
            return try PlanFile.read(yaml: bytes, file: path, organisations: organisations)
        }
        guard path.lowercased().hasSuffix(".csv") else {
            throw InputFile.problem(
                fr: "\(path) : le plan se lit d'un .yaml ou d'un .csv.",
                en: "\(path): a plan is read from a .yaml or a .csv.")
        }
        guard let plan else {
            throw InputFile.problem(
                fr: "Un CSV n'a que les actions : donnez le plan et les axes par --plan plan.yaml.",
                en: "A CSV has the actions only: give plan and axes by --plan plan.yaml.")
        }
        let header = try PlanFile.readHeader(yaml: try InputFile.bytes(plan), file: plan, organisations: organisations)
        return try PlanFile.read(csv: bytes, file: path, header: header, organisations: organisations)
    }
}
