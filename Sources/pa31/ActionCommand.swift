import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Plans
import Postgres

struct ActionCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "action", abstract: said("Les actions du plan.", "Actions of the plan."),
            subcommands: [
                List.self, Show.self, Edit.self, Move.self, Note.self, Comment.self, Bulk.self, History.self,
                MilestoneCommand.self, IndicatorCommand.self, Nudges.self,
            ])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Liste les actions publiques, filtrées.", "Lists public actions, filtered."),
                discussion: said(
                    "Exemples :\n  pa31 action list --late --axis A1 --as moi@exemple.example\n  pa31 action list --search \"immersion ehpad\" --json --as moi@exemple.example",
                    "Examples:\n  pa31 action list --late --axis A1 --as me@exemple.example\n  pa31 action list --search \"immersion ehpad\" --json --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Code d'un axe.", "An axis' code."))) var axis: String?
        @Option(help: ArgumentHelp("planned, in_progress, paused, blocked, done, abandoned")) var status: String?
        @Option(help: ArgumentHelp(said("Code de l'organisme porteur.", "Code of the lead organisation."))) var lead:
            String?
        @Option(help: ArgumentHelp(said("Code d'un financeur.", "A funder's code."))) var funder: String?
        @Option(help: ArgumentHelp(said("Fin prévue avant ce jour.", "Planned to end before this day."))) var dueBefore:
            String?
        @Option(help: ArgumentHelp(said("Mots cherchés.", "Words to look for."))) var search: String?
        @Flag(help: ArgumentHelp(said("Seulement celles en retard.", "Only those that are late."))) var late = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = ActionStore.Filter()
                filter.axis = axis
                filter.status = try status.map { try read($0, "--status") }
                filter.lead = try lead.map { try read($0, "--lead") }
                filter.funder = try funder.map { try read($0, "--funder") }
                filter.dueBefore = try dueBefore.map { try read($0, "--due-before") }
                filter.q = try search.map { try read($0, "--search") }
                if late { filter.late = true }
                let store = ActionStore(session.database)
                let rows = try await store.listAll(
                    filter, on: session.database.clock.today, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("code", Text(fr: "code", en: "code")), ("title", Text(fr: "intitulé", en: "title")),
                        ("lead", Text(fr: "porteur", en: "lead")), ("status", Text(fr: "statut", en: "status")),
                        ("planned_end", Text(fr: "fin prévue", en: "planned end")),
                        ("is_late", Text(fr: "retard", en: "late")),
                    ]
                ) { row, column in shown(rows.text(row, column), column) }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Montre une action.", "Shows an action."),
                discussion: said(
                    "Exemple :\n  pa31 action show A1.03 --as moi@exemple.example",
                    "Example:\n  pa31 action show A1.03 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp("A1.03")) var code: String
        @Option(help: ArgumentHelp(said("Au soir d'un jour passé.", "At the end of a past day."))) var asOf: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let found = try await ActionStore(session.database).find(
                    try read(code, "code"), as: session.caller, on: session.database.clock.today,
                    asOf: try asOf.map { try read($0, "--as-of") })
                switch found {
                case .full(let rows, _): Output.record(rows, json: common.json)
                case .publicView(let rows, _): Output.record(rows, json: common.json)
                }
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Change le statut d'une action, comme la table le permet.", "Moves an action, as the table allows."),
                discussion: said(
                    """
                    Exemples :
                      pa31 action move A1.03 in_progress --as moi@exemple.example
                      pa31 action move A1.03 blocked --blocker "convention non signée" --unblocker "CD31" --as moi@exemple.example
                      pa31 action move A1.03 done --evidence-label Bilan --evidence-url https://exemple.example/b.pdf --as moi@exemple.example
                    """,
                    """
                    Examples:
                      pa31 action move A1.03 in_progress --as me@exemple.example
                      pa31 action move A1.03 blocked --blocker "agreement not signed" --unblocker "CD31" --as me@exemple.example
                      pa31 action move A1.03 done --evidence-label Report --evidence-url https://exemple.example/b.pdf --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp("A1.03")) var code: String
        @Argument(help: ArgumentHelp("in_progress, paused, blocked, done, abandoned")) var status: String
        @Option(help: ArgumentHelp(said("Motif.", "Reason."))) var reason: String?
        @Option(help: ArgumentHelp(said("Ce qui bloque.", "What blocks."))) var blocker: String?
        @Option(help: ArgumentHelp(said("Qui peut débloquer.", "Who can unblock."))) var unblocker: String?
        @Option(help: ArgumentHelp(said("Nom de la preuve.", "The evidence's label."))) var evidenceLabel: String?
        @Option(help: ArgumentHelp(said("Adresse de la preuve.", "The evidence's address."))) var evidenceUrl: String?
        @Option(
            help: ArgumentHelp(
                said("Version lue ; sans elle, la présente.", "Version read; without it, the present one.")))
        var version: Int?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = ActionStore(session.database)
                let action: ActionCode = try read(code, "code")
                var version = version
                if version == nil,
                    case .full(_, let current) = try await store.find(
                        action, as: session.caller, on: session.database.clock.today)
                {
                    version = current
                }
                let evidence = evidenceUrl.map { ActionMove.NewEvidence(label: evidenceLabel ?? $0, url: $0) }
                let move = ActionMove(
                    to: try read(status, "status"), reason: reason, blocker: blocker, unblocker: unblocker,
                    evidence: evidence)
                let rows = try await store.move(
                    action, move, precondition: version.map { Precondition(version: $0) } ?? Precondition(header: nil),
                    as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct Note: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Ajoute une note de suivi.", "Adds a progress note."),
                discussion: said(
                    "Exemple :\n  pa31 action note A1.03 result \"12 personnes reçues\" --as moi@exemple.example",
                    "Example:\n  pa31 action note A1.03 result \"12 people received\" --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp("A1.03")) var code: String
        @Argument(help: ArgumentHelp("result, blocker, next_step, success")) var kind: String
        @Argument(help: ArgumentHelp(said("Le texte.", "The text."))) var text: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await ActionStore(session.database).addNote(
                    try read(code, "code"), NewNote(kind: try read(kind, "kind"), text: text), as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct History: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Raconte tout ce qui a changé sur une action.", "Tells everything that changed on an action."),
                discussion: said(
                    "Exemple :\n  pa31 action history A1.03 --as moi@exemple.example",
                    "Example:\n  pa31 action history A1.03 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp("A1.03")) var code: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = ActionStore(session.database)
                let action: ActionCode = try read(code, "code")
                var cursor: Cursor?
                var documents: [JSON] = []
                repeat {
                    let limit = PageLimit.largest
                    let rows = try await store.history(action, limit: limit, cursor: cursor, as: session.caller)
                    if common.json {
                        documents += Output.document(rows.prefix(limit.count)).elements
                    } else {
                        for event in try rows.all().prefix(limit.count) {
                            for line in ActionStory.lines(event, in: language) { Output.line(line) }
                        }
                    }
                    cursor =
                        rows.count > limit.count
                        ? Cursor(list: "history", key: ["position"].map { rows.text(limit.count - 1, $0) ?? "" }) : nil
                } while cursor != nil
                if common.json { Output.json(.array(documents)) }
            }
        }
    }

    /// How a cell of a list is written for people.
    static func shown(_ text: String?, _ column: String) -> String? {
        switch column {
        case "lead", "organisation": text.flatMap { try? JSON.parse($0) }?["code"]?.string
        case "status": text.flatMap { ActionStatus(rawValue: $0) }?.label(language)
        case "is_late": text == "t" ? said("oui", "yes") : ""
        default: nil
        }
    }
}

extension JSON {
    /// A value for people.
    var shown: String {
        switch self {
        case .null: "—"
        case .string(let text): text
        default: text
        }
    }
}
