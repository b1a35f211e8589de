import Accounts
import ArgumentParser
import Fields
import Foundation
import Postgres
import Privacy

struct PrivacyCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "privacy",
            abstract: said(
                "Données personnelles : registre, purge, droits des personnes.",
                "Personal data: the register, the purge, people's rights."),
            subcommands: [
                Register.self, Record.self, PurgeCommand.self, Copy.self, Erase.self, Requests.self, Decide.self,
            ])
    }

    struct Register: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Le registre : ce qui est gardé, combien de temps.", "The register: what is kept, for how long."),
                discussion: said("Exemple :\n  pa31 privacy register", "Example:\n  pa31 privacy register"))
        }
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Session.runUnnamed { session in
                let rows = try await RegisterStore(session.database).lines()
                let lines = try rows.all()
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("code", Text(fr: "ligne", en: "line")), ("title_fr", Text(fr: "données", en: "data")),
                        ("kept", Text(fr: "gardées", en: "kept")),
                    ], value: { row, name in name == "kept" ? lines[row].duration(in: lines) : nil })
            }
        }
    }

    struct Record: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Le registre des traitements (article 30 du RGPD), en Markdown ou en JSON.",
                    "The record of processing (article 30 of the GDPR), as Markdown or JSON."),
                discussion: said(
                    "Exemple :\n  pa31 privacy record > registre.md", "Example:\n  pa31 privacy record > record.md"))
        }
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Session.runUnnamed { session in
                let record = ProcessingRecord(
                    try await RegisterStore(session.database).lines().all(), settings: session.settings.privacy,
                    on: session.database.clock.today)
                if common.json { return Output.json(record.json) }
                try Output.bytes(Array(record.markdown.utf8), to: nil)
            }
        }
    }

    struct PurgeCommand: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "purge",
                abstract: said(
                    "Dit ce qui est à effacer, et pourquoi ; --apply : l'efface.",
                    "Says what is to be forgotten, and why; --apply: forgets it."),
                discussion: said(
                    """
                    Le serveur le fait de lui-même (PA31_CLOCK). Ici à blanc : tout est fait, compté, puis annulé. Avec les fichiers de
                    PA31_MAIL_DIRECTORY, PA31_LOG_DIRECTORY et PA31_BACKUP_DIRECTORY.
                    --at : à blanc seulement, un jour à venir. Le journal d'audit est oublié par le sceau, par le serveur.
                    Exemples :
                      pa31 privacy purge --as moi@exemple.example
                      pa31 privacy purge --at 2029-01-15 --as moi@exemple.example
                    """,
                    """
                    The server does it by itself (PA31_CLOCK). Here it is a rehearsal: all is done, counted, then undone. With the files of
                    PA31_MAIL_DIRECTORY, PA31_LOG_DIRECTORY and PA31_BACKUP_DIRECTORY.
                    --at: a rehearsal only, for a day to come. The audit log is forgotten by the sealer, in the server.
                    Examples:
                      pa31 privacy purge --as me@exemple.example
                      pa31 privacy purge --at 2029-01-15 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(
            help: ArgumentHelp(said("Quel jour, à blanc ; maintenant sinon.", "Which day, as a rehearsal; else now.")))
        var at: String?
        @Flag(help: ArgumentHelp(said("Le faire.", "Do it."))) var apply = false

        func run() async throws {
            try await Session.run(member, .team) { session in
                guard session.caller.isTeamEditor || session.caller.isDPO else {
                    throw PrivacyRefusals.onlyOfficer()
                }
                var database = session.database
                if let day: Day = try at.map({ try read($0, "--at") }) {
                    guard !apply || day == database.clock.today else { throw PrivacyRefusals.rehearsalOnly() }
                    database = database.at(.fixed(Instant(microseconds: (day.number * 86_400 + 39_600) * 1_000_000)))
                }
                let outcomes = try await Purge(database).run(
                    apply: apply, folders: session.settings.keptFolders, as: session.caller)
                if apply { try await session.exportErasures() }
                if common.json { return Output.json(Self.json(outcomes, applied: apply)) }
                let due = outcomes.filter { $0.count + $0.told.count > 0 }
                Output.table(
                    headings: [
                        said("ligne", "line"), said("avertis", "told"), said("effacés", "forgotten"),
                        said("pourquoi", "why"),
                    ], due.map { [$0.line.code, String($0.told.count), String($0.count), $0.duration] })
                Output.summary(isEmpty: due.isEmpty, applied: apply)
            }
        }

        private static func json(_ outcomes: [Purge.Outcome], applied: Bool) -> JSON {
            func ids(_ list: [UUID]) -> JSON {
                .array(list.map { .string(Identifier<Never>($0).fieldText) })
            }
            return [
                "applied": .bool(applied),
                "lines": .array(
                    outcomes.map { outcome in
                        [
                            "line": .string(outcome.line.code), "title": .string(outcome.line.titleFr),
                            "why": .string(outcome.duration), "told": JSON(outcome.told.count),
                            "forgotten": JSON(outcome.count), "told_ids": ids(outcome.told),
                            "forgotten_ids": ids(outcome.forgotten),
                            "forgotten_files": .array(outcome.files.map(JSON.string)),
                        ]
                    }),
            ]
        }
    }
}
