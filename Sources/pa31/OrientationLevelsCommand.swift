import ArgumentParser
import Contract
import Directory
import Fields
import Orientation
import Postgres

extension OrientationCommand {
    struct Levels: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Comment une structure, ou toutes ensemble, répondent : taux de réponse, délai médian, en cours, en retard.",
                    "How a structure, or all of them together, answer: response rate, median delay, open, overdue."),
                discussion: said(
                    "Un nombre inférieur à cinq n'est montré qu'à la structure elle-même.\nExemple :\n"
                        + "  pa31 orientation levels 310784723 --as moi@exemple.example",
                    "A number under five is shown to the structure itself only.\nExample:\n"
                        + "  pa31 orientation levels 310784723 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS ou id ; toutes sinon.", "FINESS number or id; else all.")))
        var structure: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = ServiceLevelStore(session.database)
                let rows =
                    if let structure {
                        try await store.level(of: try read(structure, "STRUCTURE"), as: session.caller)
                    } else {
                        try await store.levelOfAll(as: session.caller)
                    }
                Output.record(rows, json: common.json)
            }
        }
    }
}
