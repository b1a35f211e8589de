import ArgumentParser
import Fields
import Foundation
import Plans
import Sheets

struct SheetCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "sheet",
            abstract: said(
                "Le tableau des actions, à remplir dans un tableur et à renvoyer.",
                "The sheet of actions, to fill in with a spreadsheet and send back."),
            subcommands: [Export.self, Import.self])
    }

    struct Export: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Écrit le tableau des actions que porte l'organisme du membre, ou de toutes pour l'équipe.",
                    "Writes the sheet of the actions that the member's organisation leads, or of all for the team."),
                discussion: said(
                    "Exemples :\n  pa31 sheet export --output actions.xlsx --as moi@exemple.example\n  pa31 sheet export --format csv --axis A1 --output actions.csv --as moi@exemple.example",
                    "Examples:\n  pa31 sheet export --output actions.xlsx --as me@exemple.example\n  pa31 sheet export --format csv --axis A1 --output actions.csv --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("xlsx, csv")) var format = SheetFormat.xlsx
        @Option(help: ArgumentHelp(said("Code d'un axe.", "An axis' code."))) var axis: String?
        @Option(help: ArgumentHelp(said("Code de l'organisme porteur.", "Code of the lead organisation."))) var lead:
            String?
        @Option(help: ArgumentHelp(said("Fichier à écrire ; sinon la sortie.", "File to write; else the output.")))
        var output: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let filter = ActionSheetStore.Filter(axis: axis, lead: try lead.map { try read($0, "--lead") })
                let store = ActionSheetStore(session.database)
                switch format {
                case .csv: try Output.bytes(try await store.csv(filter, as: session.caller), to: output)
                case .xlsx:
                    let file = try await store.workbook(filter, as: session.caller)
                    try Output.bytes([UInt8](try file.readToEnd() ?? Data()), to: output)
                }
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit ce que changerait un tableau rempli ; avec --apply, l'applique.",
                    "Says what a filled-in sheet would change; with --apply, applies it."),
                discussion: said(
                    """
                    Exemples :
                      pa31 sheet import actions.xlsx --as moi@exemple.example            (à blanc)
                      pa31 sheet import actions.xlsx --apply --as moi@exemple.example

                    Chaque ligne est appliquée entière ou pas du tout. Celles dont un champ a changé entre-temps sont en conflit :
                    elles sont dites, et laissées de côté.
                    """,
                    """
                    Examples:
                      pa31 sheet import actions.xlsx --as me@exemple.example            (a rehearsal)
                      pa31 sheet import actions.xlsx --apply --as me@exemple.example

                    Each row is applied whole or not at all. Those with a field that changed meanwhile are in conflict: they are
                    told, and left out.
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp("actions.xlsx, actions.csv")) var file: String
        @Flag(help: ArgumentHelp(said("Appliquer.", "Apply."))) var apply = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                guard FileManager.default.isReadableFile(atPath: file) else {
                    throw SheetRefusals.refused(
                        fr: "\(file) ne peut pas être lu", en: "\(file) cannot be read")
                }
                let table = try await SheetReader.read(URL(fileURLWithPath: file))
                let store = SheetImportStore(session.database)
                var document = try await store.review(table, in: language, as: session.caller)
                if apply { document = try await store.apply(document.id, in: language, as: session.caller) }
                if common.json { return Output.json(document.json) }
                for row in document.rows where row.state != .unchanged { Self.tell(row) }
                Self.tell(document.counts, isApplied: apply)
            }
        }

        private static func tell(_ row: SheetImport.Row) {
            let state =
                switch row.state {
                case .unchanged: said("sans changement", "unchanged")
                case .change: said("à changer", "to change")
                case .conflict: said("conflit", "conflict")
                case .refused: said("refusée", "refused")
                case .applied: said("changée", "changed")
                }
            Output.line(said("ligne \(row.line)", "line \(row.line)") + "  \(plain(row.code))  \(state)")
            for change in row.changes {
                Output.line("    \(change.field): \(shown(change.from)) → \(shown(change.to))")
            }
            for conflict in row.conflicts {
                let (yours, current) = (shown(conflict.yours), shown(conflict.current))
                Output.line(
                    "    \(conflict.field): "
                        + said(
                            "vous avez mis \(yours), quelqu'un d'autre \(current)",
                            "you put \(yours), somebody else \(current)"))
            }
            for problem in row.problems {
                let value =
                    problem.value.isEmpty ? "" : said(" « \(plain(problem.value)) »", " \"\(plain(problem.value))\"")
                Output.line("    \(plain(problem.column))\(value): \(problem.reason)")
            }
        }

        private static func tell(_ counts: SheetImport.Counts, isApplied: Bool) {
            let done = isApplied ? counts.applied : counts.changes
            Output.line(
                said(
                    "\(counts.rows) lignes : \(done) \(isApplied ? "changées" : "à changer"), \(counts.conflicts) en conflit, \(counts.refused) refusées, \(counts.unchanged) sans changement.",
                    "\(counts.rows) rows: \(done) \(isApplied ? "changed" : "to change"), \(counts.conflicts) in conflict, \(counts.refused) refused, \(counts.unchanged) unchanged."
                ))
            Output.line(
                isApplied
                    ? said("Fait, en une transaction.", "Done, in one transaction.")
                    : said(
                        "À blanc : rien n'est changé. --apply l'applique.",
                        "A rehearsal: nothing is changed. --apply applies it."))
        }

        private static func shown(_ value: JSON?) -> String {
            switch value {
            case nil, .null?: "—"
            case .string(let text)?: plain(text)
            case let value?: value.text
            }
        }
    }
}

enum SheetFormat: String, ExpressibleByArgument, CaseIterable { case xlsx, csv }
