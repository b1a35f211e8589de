import ArgumentParser
import Fields
import Messages
import Postgres

struct MailCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "mail",
            abstract: said("Les courriels, sans adresse ni texte.", "Mails, without address or text."),
            subcommands: [List.self, Retry.self])
    }

    /// What a mail can be.
    enum State: String, FieldEnum { case waiting, sent, failed, dropped }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les courriels qui attendent ; ceux qui sont partis, perdus ou abandonnés avec --state.",
                    "Mails that wait; with --state those that were sent, failed or were dropped."),
                discussion: said(
                    "Exemples :\n  pa31 mail list --as moi@exemple.example\n  pa31 mail list --state failed --as moi@exemple.example",
                    "Examples:\n  pa31 mail list --as me@exemple.example\n  pa31 mail list --state failed --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("waiting, sent, failed, dropped.", "waiting, sent, failed, dropped.")))
        var state = "waiting"

        func run() async throws {
            try await Session.run(member, .team) { session in
                let state: State = try read(state, "--state")
                let rows = try await MailStore(session.database).list(state.rawValue, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("id", Text(fr: "id", en: "id")), ("kind", Text(fr: "genre", en: "kind")),
                        ("audience", Text(fr: "pour", en: "for")), ("about_kind", Text(fr: "au sujet de", en: "about")),
                        ("about_id", Text(fr: "id du sujet", en: "id")), ("attempts", Text(fr: "essais", en: "tries")),
                        ("next_try_at", Text(fr: "prochain essai", en: "next try")),
                        ("sent_at", Text(fr: "parti le", en: "sent at")),
                        ("error_class", Text(fr: "erreur", en: "error")),
                    ])
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Fait essayer tout de suite ce qui attend son prochain essai : un courriel, ou tous.",
                    "Lets what waits for its next try be tried at once: one mail, or all."),
                discussion: said(
                    """
                    Après une panne de la commande d'envoi. Un courriel perdu (failed) ne se reprend pas : son texte et son lien sont effacés.
                    Exemple :
                      pa31 mail retry --as moi@exemple.example
                    """,
                    """
                    After an outage of the mail command. A failed mail can't be retried: its text and link are cleared.
                    Example:
                      pa31 mail retry --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Quel courriel ; tous sinon.", "Which mail; else all."))) var id: String?

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let id: Identifier<Mail>? = try id.map { try read($0, "ID") }
                let count = try await MailStore(session.database).retry(id, as: session.caller)
                if common.json { return Output.json(["count": JSON(count)]) }
                Output.line(said("\(count) courriel(s) à essayer maintenant.", "\(count) mail(s) to be tried now."))
            }
        }
    }
}
