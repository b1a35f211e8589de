import Accounts
import ArgumentParser
import Fields
import Foundation

struct TokenCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "token", abstract: said("Les jetons de l'API.", "API tokens."),
            subcommands: [Create.self, List.self, Revoke.self])
    }

    struct Create: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Crée un jeton et le montre une seule fois.", "Creates a token and shows it once."),
                discussion: said(
                    "Exemple :\n  pa31 token create --member x@exemple.example --label \"tableur\" --days 90 --as moi@exemple.example",
                    "Example:\n  pa31 token create --member x@exemple.example --label \"sheet\" --days 90 --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: MemberOptions
        @Option(help: ArgumentHelp(said("Pour quel membre : adresse ou id.", "For which member: address or id.")))
        var member: String
        @Option(help: ArgumentHelp(said("À quoi il sert.", "What it is for."))) var label = "pa31"
        @Option(
            help: ArgumentHelp(
                said("Nombre de jours de validité, 366 au plus.", "How many days it is good for, at most 366.")))
        var days = 90
        @Flag(help: ArgumentHelp(said("Ne permettre que de lire.", "Allow reading only."))) var readOnly = false

        func run() async throws {
            try await Session.run(acting, .teamEditor) { session in
                let found = try await MemberStore(session.database).find(member, as: session.caller)
                let created = try await TokenStore(session.database).create(
                    for: found.caller, label: label, scopes: readOnly ? [.read] : [.read, .write], validDays: days,
                    as: session.caller)
                if common.json {
                    return Output.json(["id": .string(created.id.fieldText), "token": .string(created.token)])
                }
                Output.line(created.token)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Liste les jetons, jamais leurs secrets.", "Lists tokens, never their secrets."),
                discussion: said(
                    "Exemple :\n  pa31 token list --json --as moi@exemple.example",
                    "Example:\n  pa31 token list --json --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: MemberOptions

        func run() async throws {
            try await Session.run(acting, .team) { session in
                Output.rows(
                    try await TokenStore(session.database).list(as: session.caller), json: common.json,
                    columns: [
                        ("id", Text(fr: "id", en: "id")), ("member_id", Text(fr: "membre", en: "member")),
                        ("label", Text(fr: "usage", en: "label")), ("expires_at", Text(fr: "expire", en: "expires")),
                        ("revoked_at", Text(fr: "révoqué", en: "revoked")),
                        ("last_use_at", Text(fr: "dernier usage", en: "last use")),
                    ])
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Révoque un jeton ; effet en 5 s au plus.", "Revokes a token; effective within 5 s."),
                discussion: said(
                    "Exemple :\n  pa31 token revoke 0190… --as moi@exemple.example",
                    "Example:\n  pa31 token revoke 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var acting: MemberOptions
        @Argument(help: ArgumentHelp(said("Id du jeton.", "The token's id."))) var id: String

        func run() async throws {
            try await Session.run(acting, .teamEditor) { session in
                try await TokenStore(session.database).revoke(try read(id, "id"), as: session.caller)
                Output.line(said("Jeton révoqué.", "Token revoked."))
            }
        }
    }
}
