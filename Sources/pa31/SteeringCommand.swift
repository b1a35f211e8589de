import Accounts
import ArgumentParser
import Contract
import Fields
import Plans
import Postgres

struct SteeringCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "steering",
            abstract: said(
                "Ce qui demande attention dans le plan, et ce qui m'attend.",
                "What needs attention in the plan, and what waits for me."),
            subcommands: [List.self, Counts.self, CoverageList.self, Waiting.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Liste les actions à surveiller, parmi celles que l'on voit en entier.",
                    "Lists actions to watch, among those one sees whole."),
                discussion: said(
                    """
                    Exemples :
                      pa31 steering list --view late --as moi@exemple.example
                      pa31 steering list --view blocked --axis A2 --csv --output bloquees.csv --as moi@exemple.example
                      pa31 steering list --view stale --as-of 2024-06-30 --as moi@exemple.example
                    """,
                    """
                    Examples:
                      pa31 steering list --view late --as me@exemple.example
                      pa31 steering list --view blocked --axis A2 --csv --output blocked.csv --as me@exemple.example
                      pa31 steering list --view stale --as-of 2024-06-30 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var selection: SelectionOptions
        @OptionGroup var file: CSVOptions
        @Option(help: ArgumentHelp(said("Au soir d'un jour passé.", "At the end of a past day."))) var asOf: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = SteeringStore.Filter()
                let chosen = try selection.read()
                (filter.view, filter.axis, filter.status) = (chosen.view, chosen.axis, chosen.status)
                (filter.lead, filter.funder, filter.territory) = (chosen.lead, chosen.funder, chosen.territory)
                filter.asOf = try asOf.map { try pa31.read($0, "--as-of") }
                let store = SteeringStore(session.database)
                let day = session.database.clock.today
                if file.csv {
                    var writer = CSVWriter(dialect: .rfc4180)
                    writer.row(Shape.of(SteeringLine.self).names.map(CSVWriter.Cell.text))
                    try await store.export(filter, on: day, as: session.caller) { batch in
                        for index in 0..<batch.count { writer.row(batch.cells(index)) }
                    }
                    return try Output.bytes(writer.bytes, to: file.output)
                }
                filter.limit = .largest
                let rows = try await store.list(filter, on: day, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("code", Text(fr: "code", en: "code")), ("title", Text(fr: "intitulé", en: "title")),
                        ("lead_code", Text(fr: "porteur", en: "lead")), ("status", Text(fr: "statut", en: "status")),
                        ("progress_percent", Text(fr: "avancement %", en: "progress %")),
                        ("planned_end", Text(fr: "fin prévue", en: "planned end")),
                        ("last_news_on", Text(fr: "dernière nouvelle", en: "last news")),
                        ("blocker", Text(fr: "frein", en: "blocker")),
                        ("unblocker", Text(fr: "qui peut le lever", en: "who can lift it")),
                    ]
                ) { row, column in ActionCommand.shown(rows.text(row, column), column) }
            }
        }
    }

    struct Counts: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Compte les actions à surveiller, par axe, porteur, financeur ou territoire.",
                    "Counts actions to watch, by axis, lead, funder or territory."),
                discussion: said(
                    "Exemple :\n  pa31 steering counts --by lead --as moi@exemple.example",
                    "Example:\n  pa31 steering counts --by lead --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("axis, lead, funder, territory")) var by = "axis"
        @Option(help: ArgumentHelp(said("Au soir d'un jour passé.", "At the end of a past day."))) var asOf: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await SteeringStore(session.database).counts(
                    by: try read(by, "--by"), on: session.database.clock.today,
                    asOf: try asOf.map { try read($0, "--as-of") }, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("key", Text(fr: "code", en: "code")), ("label", Text(fr: "nom", en: "name")),
                        ("actions", Text(fr: "actions", en: "actions")), ("done", Text(fr: "réalisées", en: "done")),
                        ("late", SteeringView.late.label), ("stale", SteeringView.stale.label),
                        ("at_risk", SteeringView.atRisk.label), ("blocked", SteeringView.blocked.label),
                        ("due_soon", SteeringView.dueSoon.label),
                        ("without_evidence", SteeringView.withoutEvidence.label),
                        ("under_spent", SteeringView.underSpent.label),
                        ("progress_percent", Text(fr: "avancement %", en: "progress %")),
                    ])
            }
        }
    }

    struct CoverageList: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "coverage",
                abstract: said(
                    "Dit quels EPCI et communes les actions couvrent, et lesquels non.",
                    "Tells which EPCI and communes actions cover, and which not."),
                discussion: said(
                    "Exemple :\n  pa31 steering coverage --kind commune --without-action --as moi@exemple.example",
                    "Example:\n  pa31 steering coverage --kind commune --without-action --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("epci, commune")) var kind = "epci"
        @Flag(
            help: ArgumentHelp(
                said("Seulement les lieux qu'aucune action ne nomme.", "Only places that no action names.")))
        var withoutAction = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = SteeringStore.CoverageFilter()
                filter.kind = try read(kind, "--kind")
                if withoutAction { filter.withoutAction = true }
                let rows = try await SteeringStore(session.database).wholeCoverage(filter, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("code", Text(fr: "code", en: "code")), ("name", Text(fr: "nom", en: "name")),
                        ("population", Text(fr: "population", en: "population")),
                        ("actions", Text(fr: "actions", en: "actions")),
                        ("in_progress", Text(fr: "en cours", en: "in progress")),
                        ("departement_actions", Text(fr: "du département", en: "of the département")),
                    ])
            }
        }
    }

    struct Waiting: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Ce qui attend mon organisme.", "What waits for my organisation."),
                discussion: said(
                    "Exemple :\n  pa31 steering waiting --as moi@exemple.example",
                    "Example:\n  pa31 steering waiting --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await SteeringStore(session.database).waiting(
                    for: session.caller, on: session.database.clock.today)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("day", Text(fr: "jour", en: "day")), ("code", Text(fr: "code", en: "code")),
                        ("kind", Text(fr: "quoi", en: "what")), ("title", Text(fr: "intitulé", en: "title")),
                        ("detail", Text(fr: "précision", en: "detail")),
                    ]
                ) { row, column in
                    column == "kind" ? rows.text(row, column).flatMap { Self.words[$0] }?(language) : nil
                }
            }
        }

        private static let words: [String: Text] = [
            "late": Text(fr: "en retard", en: "late"), "not_started": Text(fr: "à démarrer", en: "to start"),
            "milestone": Text(fr: "jalon", en: "milestone"), "stale": Text(fr: "sans suivi", en: "stale"),
            "blocked": Text(fr: "bloquée", en: "blocked"), "due_soon": Text(fr: "à échéance", en: "due soon"),
            "challenged": Text(fr: "valeur contestée", en: "challenged value"),
            "comment": Text(fr: "commentaire à lire", en: "comment to read"),
        ]
    }
}

/// Where a file goes instead of a table.
struct CSVOptions: ParsableArguments {
    @Flag(help: ArgumentHelp(said("Écrire un CSV.", "Write a CSV."))) var csv = false
    @Option(help: ArgumentHelp(said("Fichier du CSV ; sinon la sortie.", "The CSV's file; else the output.")))
    var output: String?
}

/// Which actions.
struct SelectionOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "late, stale, at_risk, blocked, due_soon, without_news, without_evidence, under_spent, over_committed, challenged"
        ))
    var view: String?
    @Option(help: ArgumentHelp(said("Code d'un axe.", "An axis' code."))) var axis: String?
    @Option(help: ArgumentHelp("planned, in_progress, paused, blocked, done, abandoned")) var status: String?
    @Option(help: ArgumentHelp(said("Code de l'organisme porteur.", "Code of the lead organisation."))) var lead:
        String?
    @Option(help: ArgumentHelp(said("Code d'un financeur.", "A funder's code."))) var funder: String?
    @Option(
        help: ArgumentHelp(
            said(
                "Un lieu : 31, SIREN d'un EPCI, code INSEE d'une commune.",
                "A place: 31, SIREN of an EPCI, INSEE code of a commune.")))
    var territory: String?

    func read() throws -> BulkChanges.Selection {
        var selection = BulkChanges.Selection()
        selection.view = try view.map { try pa31.read($0, "--view") }
        selection.axis = axis
        selection.status = try status.map { try pa31.read($0, "--status") }
        selection.lead = try lead.map { try pa31.read($0, "--lead") }
        selection.funder = try funder.map { try pa31.read($0, "--funder") }
        selection.territory = try territory.map { try pa31.read($0, "--territory") }
        return selection
    }
}
