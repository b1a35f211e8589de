import ArgumentParser
import Contract
import Fields
import Plans
import Postgres

struct CalendarCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "calendar",
            abstract: said("Les calendriers auxquels un agenda s'abonne.", "Calendars that an agenda subscribes to."),
            subcommands: [Create.self, List.self, Revoke.self])
    }

    struct Create: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Crée un calendrier et montre son adresse secrète une seule fois.",
                    "Creates a calendar and shows its secret address once."),
                discussion: said(
                    """
                    L'adresse s'ajoute à celle du service, par exemple https://pa31.example/v1/calendars/….ics.
                    Exemples :
                      pa31 calendar create --label "Agenda de l'équipe" --as moi@exemple.example
                      pa31 calendar create --scope plan --label "Tout le plan" --days 90 --as moi@exemple.example
                    """,
                    """
                    The address goes after the service's, for example https://pa31.example/v1/calendars/….ics.
                    Examples:
                      pa31 calendar create --label "The team's agenda" --as me@exemple.example
                      pa31 calendar create --scope plan --label "The whole plan" --days 90 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("À quoi il sert.", "What it is for."))) var label = "pa31"
        @Option(
            help: ArgumentHelp(
                said("organisation, ou plan (pour l'équipe).", "organisation, or plan (for the team).")))
        var scope = "organisation"
        @Option(
            help: ArgumentHelp(
                said("Nombre de jours de validité, 366 au plus.", "How many days it is good for, at most 366.")))
        var days = 366

        func run() async throws {
            try await Session.run(member, .member) { session in
                let created = try await CalendarStore(session.database).create(
                    NewCalendarFeed(scope: try read(scope, "--scope"), label: label, validDays: days),
                    as: session.caller)
                if common.json {
                    return Output.json([
                        "id": .string(created.id.fieldText), "path": .string(created.path),
                        "expires_at": .string(created.expiresAt.fieldText),
                    ])
                }
                Output.line(created.path)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Liste mes calendriers, jamais leurs adresses.", "Lists my calendars, never their addresses."),
                discussion: said(
                    "Exemple :\n  pa31 calendar list --as moi@exemple.example",
                    "Example:\n  pa31 calendar list --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .member) { session in
                Output.rows(
                    try await CalendarStore(session.database).listOwn(
                        limit: .largest, cursor: nil, as: session.caller),
                    json: common.json,
                    columns: [
                        ("id", Text(fr: "id", en: "id")), ("label", Text(fr: "usage", en: "label")),
                        ("scope", Text(fr: "portée", en: "scope")), ("expires_at", Text(fr: "expire", en: "expires")),
                        ("revoked_at", Text(fr: "révoqué", en: "revoked")),
                        ("last_use_at", Text(fr: "dernier usage", en: "last use")),
                    ])
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Révoque un de mes calendriers, aussitôt.", "Revokes one of my calendars, at once."),
                discussion: said(
                    "Exemple :\n  pa31 calendar revoke 0190… --as moi@exemple.example",
                    "Example:\n  pa31 calendar revoke 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Id du calendrier.", "The calendar's id."))) var id: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                try await CalendarStore(session.database).revokeOwn(try read(id, "id"), as: session.caller)
                Output.line(said("Calendrier révoqué.", "Calendar revoked."))
            }
        }
    }
}
