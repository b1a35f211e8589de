import ArgumentParser
import Directory
import Fields
import Postgres

extension StructureCommand {
    struct Contact: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Demande une adresse de recrutement : elle compte une fois prouvée par son lien.",
                    "Asks for a recruitment address: it counts once its link proves it."),
                discussion: said(
                    "Exemple :\n  pa31 structure contact 310784723 recrutement@exemple.example --as moi@exemple.example",
                    "Example:\n  pa31 structure contact 310784723 jobs@exemple.example --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String
        @Argument(help: ArgumentHelp(said("L'adresse.", "The address."))) var email: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await ContactStore(session.database).ask(
                    try read(structure, "STRUCTURE"), NewContact(email: try read(email, "EMAIL")), as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct ContactLinkCommand: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "contact-link",
                abstract: said(
                    "Fait le lien qui prouve une adresse de recrutement, à lui remettre.",
                    "Makes the link that proves a recruitment address, to deliver there."),
                discussion: said(
                    """
                    Si le courriel n'arrive pas. Montré une fois. Chaque appel fait un nouveau lien, bon quinze jours ; les précédents ne valent plus rien.
                    Remettez-le à cette adresse, et à personne d'autre : qui le suit prouve qu'il la lit.
                    Exemple :
                      pa31 structure contact-link 310784723 --as moi@exemple.example
                    """,
                    """
                    If the mail does not arrive. Shown once. Each call makes a new link, good for fifteen days; those before are good for nothing.
                    Deliver it to that address, and to nobody else: who follows it proves to read it.
                    Example:
                      pa31 structure contact-link 310784723 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let link = try await ContactStore(session.database).link(
                    try read(structure, "STRUCTURE"), as: session.caller)
                if common.json {
                    return Output.json([
                        "structure": .string(link.structure), "email": .string(link.email),
                        "path": .string(link.path), "expires_at": .string(link.expiresAt.fieldText),
                    ])
                }
                Output.line(
                    said(
                        "À remettre à \(link.email), avant le \(Day(link.expiresAt)), précédé de l'adresse du service :",
                        "To deliver to \(link.email), before \(Day(link.expiresAt)), with the service's address in front:"
                    ))
                Output.line(link.path)
            }
        }
    }

    struct Contacts: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les adresses de recrutement, sans les adresses : où elles en sont, ce qui reste à faire.",
                    "Recruitment addresses, without the addresses: where they stand, what is to be done."),
                discussion: said(
                    "Exemple :\n  pa31 structure contacts --as moi@exemple.example",
                    "Example:\n  pa31 structure contacts --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(
            help: ArgumentHelp(said("D'une structure : numéro FINESS (ET).", "Of one structure: FINESS number (ET).")))
        var structure: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await ContactStore(session.database).list(
                    try structure.map { try read($0, "STRUCTURE") }, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("structure", Text(fr: "FINESS", en: "FINESS")), ("usual_name", Text(fr: "nom", en: "name")),
                        ("organisation", Text(fr: "organisme", en: "organisation")),
                        ("state", Text(fr: "état", en: "state")), ("to_do", Text(fr: "à faire", en: "to do")),
                        ("link_until", Text(fr: "lien jusqu'au", en: "link until")),
                        ("proved_at", Text(fr: "prouvée le", en: "proved at")),
                    ])
            }
        }
    }

    struct ContactTold: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "contact-told",
                abstract: said(
                    "L'ancienne adresse de recrutement à prévenir d'un changement ; --apply : elle l'a été.",
                    "The former recruitment address to be told of a change; --apply: it was told."),
                discussion: said(
                    """
                    Une adresse ne se remplace pas à l'insu de qui la lit. Le service lui écrit ; l'équipe, pour les changements d'avant les courriels.
                    Exemple :
                      pa31 structure contact-told 310784723 --apply --as moi@exemple.example
                    """,
                    """
                    No address is replaced behind the back of who reads it. The service writes there; the team, for changes from before there was mail.
                    Example:
                      pa31 structure contact-told 310784723 --apply --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String
        @Flag(help: ArgumentHelp(said("Noter qu'elle est prévenue.", "Note that it was told."))) var apply = false

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let store = ContactStore(session.database)
                let key: StructureKey = try read(structure, "STRUCTURE")
                let address = try await store.formerAddress(key, as: session.caller)
                if apply { try await store.told(key, as: session.caller) }
                if common.json {
                    return Output.json(["email": .string(address), "told": .bool(apply)])
                }
                Output.line(
                    apply
                        ? said("Noté : \(address) est prévenue.", "Noted: \(address) was told.")
                        : said("À prévenir : \(address)", "To be told: \(address)"))
            }
        }
    }
}
