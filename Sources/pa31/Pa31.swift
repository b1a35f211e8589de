public import ArgumentParser
public import Fields
import Foundation

/// The program: one subcommand a file.
@main
struct Pa31: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "pa31",
            abstract: said("Administre la Plateforme Autonomie 31.", "Administers Plateforme Autonomie 31."),
            discussion: said(
                """
                Exemples :
                  pa31 migrate && pa31 serve
                  pa31 member create --first --organisation tme --organisation-name "Toulouse Métropole Emploi" \\
                       --name "Prénom Nom" --email prenom.nom@exemple.example
                  pa31 plan import plan.yaml --as prenom.nom@exemple.example            (à blanc)
                  pa31 plan import plan.yaml --apply --as prenom.nom@exemple.example
                  pa31 action list --late --json --as prenom.nom@exemple.example

                Complétion : pa31 --generate-completion-script bash | zsh | fish
                Codes de sortie : 0 fait · 1 défaut ou contrôle en échec · 2 refusé · 64 commande mal écrite · 75 réessayer
                """,
                """
                Examples:
                  pa31 migrate && pa31 serve
                  pa31 member create --first --organisation tme --organisation-name "Toulouse Métropole Emploi" \\
                       --name "First Last" --email first.last@exemple.example
                  pa31 plan import plan.yaml --as first.last@exemple.example            (a rehearsal)
                  pa31 plan import plan.yaml --apply --as first.last@exemple.example
                  pa31 action list --late --json --as first.last@exemple.example

                Completion: pa31 --generate-completion-script bash | zsh | fish
                Exit codes: 0 done · 1 defect or failed check · 2 refused · 64 wrong command line · 75 try again
                """),
            version: "0.1.0",
            subcommands: [
                Serve.self, Migrate.self, Check.self, PlanCommand.self, ActionCommand.self, SteeringCommand.self,
                SheetCommand.self, StructureCommand.self, NeedCommand.self, SessionCommand.self,
                OrganisationCommand.self, MemberCommand.self,
                TokenCommand.self, TaskCommand.self, MailCommand.self, ClockCommand.self,
                CalendarCommand.self, AuditCommand.self, CampaignCommand.self, ReportCommand.self, GrantCommand.self,
                ReferenceCommand.self,
                SettingsCommand.self,
                OpenAPICommand.self, DemoCommand.self,
                CandidateCommand.self, OrientationCommand.self, MatchCommand.self, PrivacyCommand.self,
            ])
    }
}

/// The language of this run: `--lang`, else `LC_ALL`, `LC_MESSAGES` or `LANG`, else French.
let language: Language = {
    let arguments = CommandLine.arguments
    for (position, argument) in arguments.enumerated() {
        if argument == "--lang", position + 1 < arguments.count {
            return Language(rawValue: arguments[position + 1]) ?? .french
        }
        if argument.hasPrefix("--lang=") { return Language(rawValue: String(argument.dropFirst(7))) ?? .french }
    }
    let environment = ProcessInfo.processInfo.environment
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
    return locale.hasPrefix("en") ? .english : .french
}()

/// A sentence in the language of this run.
func said(_ fr: String, _ en: String) -> String { Text(fr: fr, en: en)(language) }

/// `--lang fr|en`.
extension Language: ExpressibleByArgument {}
