import ArgumentParser
import Fields
import Plans
import Postgres

extension ActionCommand {
    struct Nudges: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit ce qu'il faut rappeler aux porteurs un jour donné ; le serveur l'envoie, une fois.",
                    "Says what leads should be reminded of on a day; the server sends it, once."),
                discussion: said(
                    """
                    Retards, jalons à 14 jours, blocages de 30 jours, silences de 60 jours, fins proches sans dépense ni preuve.
                    L'équipe voit tout, les autres leur organisme.
                    Exemples :
                      pa31 action nudges --as moi@exemple.example
                      pa31 action nudges --organisation cfa-autonomie --json --as moi@exemple.example
                    """,
                    """
                    What is late, milestones within 14 days, blocked for 30 days, silent for 60 days, ends without spending or
                    evidence. The team sees all, others their organisation's.
                    Examples:
                      pa31 action nudges --as me@exemple.example
                      pa31 action nudges --organisation cfa-autonomie --json --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Code d'un organisme porteur.", "A lead organisation's code.")))
        var organisation: String?
        @Option(help: ArgumentHelp(said("Pour quel jour ; aujourd'hui sinon.", "For which day; else today.")))
        var day: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let day = try day.map { try read($0, "--day") } ?? session.database.clock.today
                let nudges = try await ActionStore(session.database).nudges(
                    on: day, for: try organisation.map { try read($0, "--organisation") }, as: session.caller
                ).all()
                if common.json {
                    return Output.json(.array(nudges.map { Self.json($0, on: day) }))
                }
                var last: String?
                for nudge in nudges {
                    if nudge.organisation != last { Output.line((last == nil ? "" : "\n") + nudge.organisation) }
                    last = nudge.organisation
                    Output.line("  \(nudge.text(on: day)(language))")
                }
                if nudges.isEmpty { Output.line(said("Rien à rappeler.", "Nothing to remind of.")) }
            }
        }

        private static func json(_ nudge: ActionNudge, on day: Day) -> JSON {
            let text = nudge.text(on: day)
            return [
                "key": .string(nudge.key), "kind": .string(nudge.kind.rawValue),
                "organisation": .string(nudge.organisation), "action": .string(nudge.action.text),
                "fact_on": .string(nudge.factOn.fieldText), "text_fr": .string(text.fr), "text_en": .string(text.en),
            ]
        }
    }
}
