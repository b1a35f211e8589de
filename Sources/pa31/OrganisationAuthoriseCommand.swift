import Accounts
import ArgumentParser
import Contract
import Fields

extension OrganisationCommand {
    struct Authorise: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit si un prescripteur peut orienter : validated (avec une preuve), refused, not_required, not_set.",
                    "Says whether a prescriber may send candidates: validated (on a proof), refused, not_required, not_set."
                ),
                discussion: said(
                    "Exemple :\n  pa31 organisation authorise cap-emploi validated --proof \"Convention 2024-12\" --as moi@exemple.example",
                    "Example:\n  pa31 organisation authorise cap-emploi validated --proof \"Agreement 2024-12\" --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Code de l'organisme.", "The organisation's code."))) var code: String
        @Argument(help: ArgumentHelp("validated, refused, not_required, not_set")) var authorisation: String
        @Option(help: ArgumentHelp(said("Ce qui le montre.", "What shows it."))) var proof: String?

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let rows = try await OrganisationStore(session.database).authorise(
                    try read(code, "CODE"),
                    NewAuthorisation(authorisation: try read(authorisation, "AUTHORISATION"), proof: proof),
                    as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }
}
