import Accounts
import ArgumentParser
import Fields
import Foundation

struct MemberCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "member", abstract: said("Les membres des organismes.", "Members of organisations."),
            subcommands: [Create.self, List.self, Disable.self])
    }

    struct Create: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Crée un membre ; --first crée le premier de l'équipe.",
                    "Creates a member; --first makes the team's first."),
                discussion: said(
                    """
                    Exemples :
                      pa31 member create --first --organisation tme --organisation-name "Toulouse Métropole Emploi" --name "Prénom Nom" --email pn@exemple.example
                      pa31 member create --organisation ccas-x --name "Prénom Nom" --email x@exemple.example --role editor --as pn@exemple.example
                    """,
                    """
                    Examples:
                      pa31 member create --first --organisation tme --organisation-name "Toulouse Métropole Emploi" --name "First Last" --email fl@exemple.example
                      pa31 member create --organisation ccas-x --name "First Last" --email x@exemple.example --role editor --as fl@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Flag(
            help: ArgumentHelp(
                said("Le premier membre de l'équipe, sans --as.", "The team's first member, without --as.")))
        var first = false
        @Option(help: ArgumentHelp(said("Code de l'organisme.", "The organisation's code."))) var organisation: String
        @Option(
            help: ArgumentHelp(
                said("Avec --first : nom de l'organisme à créer.", "With --first: name of the organisation to make.")))
        var organisationName: String?
        @Option(help: ArgumentHelp(said("Nom de la personne.", "The person's name."))) var name: String
        @Option(help: ArgumentHelp(said("Adresse professionnelle.", "Professional address."))) var email: String
        @Option(help: ArgumentHelp("manager, editor, reader, dpo")) var role = "manager"

        func run() async throws {
            let create = { (session: Session) in
                let new = MemberStore.New(
                    organisation: try read(organisation, "--organisation"), name: name,
                    email: try read(email, "--email"),
                    role: try read(role, "--role"))
                let store = MemberStore(session.database)
                let id =
                    first
                    ? try await store.createFirst(
                        new, organisationName: organisationName ?? organisation, as: session.caller)
                    : try await store.create(new, as: session.caller)
                if common.json { return Output.json(["id": .string(id.fieldText)]) }
                Output.line(id.fieldText)
            }
            if first {
                try await Session.runUnnamed(create)
            } else {
                try await Session.run(member, .teamEditor, create)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Liste les membres par leur id, sans nom.", "Lists members by id, without names."),
                discussion: said(
                    "Exemple :\n  pa31 member list --as moi@exemple.example",
                    "Example:\n  pa31 member list --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .team) { session in
                Output.rows(
                    try await MemberStore(session.database).list(as: session.caller), json: common.json,
                    columns: [
                        ("id", Text(fr: "id", en: "id")), ("organisation", Text(fr: "organisme", en: "organisation")),
                        ("role", Text(fr: "rôle", en: "role")), ("disabled_at", Text(fr: "désactivé", en: "disabled")),
                    ])
            }
        }
    }

    struct Disable: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Met fin aux droits et aux jetons d'un membre.", "Ends a member's rights and tokens."),
                discussion: said(
                    "Exemple :\n  pa31 member disable 0190… --as moi@exemple.example",
                    "Example:\n  pa31 member disable 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Id du membre.", "The member's id."))) var id: String

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                try await MemberStore(session.database).disable(try read(id, "id"), as: session.caller)
                Output.line(said("Droits et jetons terminés.", "Rights and tokens ended."))
            }
        }
    }
}
