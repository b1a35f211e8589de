import API
import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Logging
import Orientation
import Postgres
import Privacy

extension Session {
    /// Erasures that a command made are written to the file at once.
    func exportErasures() async throws {
        guard let file = settings.privacy.ledger else { return }
        try await ErasureLedger(database, file: file, logger: Logger(label: "pa31")).export()
    }
}

extension PrivacyCommand {
    struct Copy: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Copie de tout ce qui est gardé d'une personne, à lui remettre.",
                    "A copy of everything that is held of a person, to be handed over."),
                discussion: said(
                    "L'organisme référent, ou le délégué (rôle dpo). Inscrit au dossier.\nExemple :\n  pa31 privacy copy 0189… --html --output copie.html --as dpo@exemple.example",
                    "The organisation whose file it is, or the officer (role dpo). Written to the file.\nExample:\n  pa31 privacy copy 0189… --html --output copy.html --as dpo@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Le dossier : son id.", "The file: its id."))) var id: String
        @Flag(help: ArgumentHelp(said("Une page lisible au lieu de JSON.", "A readable page instead of JSON.")))
        var html = false
        @Option(help: ArgumentHelp(said("Dans ce fichier.", "Into this file."))) var output: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let document = try await RightsStore(session.database).copy(of: try read(id, "ID"), as: session.caller)
                let text = html ? SubjectCopy.page(document) : document.prettyText
                try Output.bytes(Array(text.utf8), to: output)
            }
        }
    }

    struct Erase: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Inscrit une demande d'effacement ; il a lieu après 72 heures, sauf annulation.",
                    "Writes down a request to erase; it is carried out after 72 hours unless it is cancelled."),
                discussion: said(
                    "Exemple :\n  pa31 privacy erase 0189… --as dpo@exemple.example",
                    "Example:\n  pa31 privacy erase 0189… --as dpo@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Le dossier : son id.", "The file: its id."))) var id: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await RightsStore(session.database).askErasure(
                    of: try read(id, "ID"), as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct Requests: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les demandes des personnes, avec leur échéance.", "Requests of persons, with the day they are due."
                ),
                discussion: said(
                    "Celles de votre organisme ; toutes pour le délégué.\nExemple :\n  pa31 privacy requests --state open --as dpo@exemple.example",
                    "Your organisation's; all for the officer.\nExample:\n  pa31 privacy requests --state open --as dpo@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("open, done, refused ou cancelled.", "open, done, refused or cancelled.")))
        var state: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let wanted: RightsState? = try state.map { try read($0, "--state") }
                let rows = try await RightsStore(session.database).list(
                    wanted, limit: .largest, cursor: nil, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("id", Text(fr: "id", en: "id")), ("candidate_id", Text(fr: "dossier", en: "file")),
                        ("kind", Text(fr: "demande", en: "request")), ("state", Text(fr: "état", en: "state")),
                        ("due_on", Text(fr: "réponse avant le", en: "due on")),
                        ("execute_at", Text(fr: "effacement le", en: "erased at")),
                    ])
            }
        }
    }

    struct Decide: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Répond à une demande : done, refused (avec --answer), cancelled (un effacement).",
                    "Answers a request: done, refused (with --answer), cancelled (an erasure)."),
                discussion: said(
                    "Exemple :\n  pa31 privacy decide 0189… cancelled --as dpo@exemple.example",
                    "Example:\n  pa31 privacy decide 0189… cancelled --as dpo@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("La demande : son id.", "The request: its id."))) var id: String
        @Argument(help: ArgumentHelp(said("done, refused ou cancelled.", "done, refused or cancelled."))) var outcome:
            String
        @Option(help: ArgumentHelp(said("Ce que lit la personne.", "What the person reads."))) var answer: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let decision = RightsDecision(outcome: try read(outcome, "OUTCOME"), answer: answer)
                let rows = try await RightsStore(session.database).decide(
                    try read(id, "ID"), decision, as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }
}
