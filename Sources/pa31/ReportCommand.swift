import ArgumentParser
import Fields
import Foundation
import Reports

struct ReportCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "report", abstract: said("Les fichiers des financeurs.", "The funders' files."),
            subcommands: [Export.self])
    }

    struct Export: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Écrit le fichier d'un financeur.", "Writes a funder's file."),
                discussion: said(
                    "Exemple :\n  pa31 report export --profile cnsa --format csv --output cnsa.csv --as moi@exemple.example",
                    "Example:\n  pa31 report export --profile cnsa --format csv --output cnsa.csv --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(
            help: ArgumentHelp(
                said(
                    "Profil : sql/reference/report_profiles/NOM.yaml.",
                    "Profile: sql/reference/report_profiles/NAME.yaml.")))
        var profile: String
        @Option(help: ArgumentHelp("csv")) var format = ReportFormat.csv
        @Option(
            help: ArgumentHelp(
                said("french (BOM, ; , virgule) ou rfc4180.", "french (BOM, ;, decimal comma) or rfc4180.")))
        var dialect = ReportDialect.french
        @Option(help: ArgumentHelp(said("Fichier à écrire ; sinon la sortie.", "File to write; else the output.")))
        var output: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                let profile = try ReportProfile.load(profile, from: try session.settings.sqlDirectory())
                let rows = try await ReportStore(session.database).funding(of: profile.funder, as: session.caller)
                try Output.bytes(
                    profile.csv(rows, dialect: dialect == .french ? .french : .rfc4180), to: output)
            }
        }
    }
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable { case csv }
enum ReportDialect: String, ExpressibleByArgument, CaseIterable { case french, rfc4180 }
