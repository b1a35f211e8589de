import API
import ArgumentParser
import Fields
import Messages
import Postgres

struct ClockCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "clock",
            abstract: said(
                "Ce qui arrive quand son heure est venue : échéances, rappels.",
                "What happens when its time has come: expiries, reminders."),
            subcommands: [Run.self])
    }

    struct Run: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit ce qui arriverait un jour donné ; --apply : le fait.",
                    "Says what would happen on a day; --apply: does it."),
                discussion: said(
                    """
                    Le serveur le fait de lui-même chaque minute (PA31_CLOCK). Ici à blanc : tout est fait, compté, puis annulé.
                    --apply un jour à venir : sur une démonstration seulement.
                    Exemples :
                      pa31 clock run --as moi@exemple.example
                      pa31 clock run --at 2027-01-15 --as moi@exemple.example
                    """,
                    """
                    The server does it by itself each minute (PA31_CLOCK). Here it is a rehearsal: all is done, counted, then undone.
                    --apply for a day to come: in a demonstration only.
                    Examples:
                      pa31 clock run --as me@exemple.example
                      pa31 clock run --at 2027-01-15 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Quel jour ; maintenant sinon.", "Which day; else now.")))
        var at: String?
        @Flag(help: ArgumentHelp(said("Le faire.", "Do it."))) var apply = false

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let clock = session.database.clock
                let day: Day? = try at.map { try read($0, "--at") }
                // Midday in Paris, near enough: what is due on a day is due by then.
                let instant = day.map {
                    $0 == clock.today ? clock.now() : Instant(microseconds: ($0.number * 86_400 + 39_600) * 1_000_000)
                }
                let counts = try await Clock.run(
                    Server.clockRules(session.database), in: session.database, at: instant ?? clock.now(),
                    apply: apply, as: session.caller)
                if common.json {
                    return Output.json([
                        "applied": .bool(apply),
                        "rules": .array(counts.map { ["rule": .string($0.name), "count": JSON($0.count)] }),
                    ])
                }
                Output.table(
                    headings: [said("règle", "rule"), said("nombre", "count")],
                    counts.map { [$0.name, String($0.count)] })
                Output.summary(isEmpty: counts.allSatisfy { $0.count == 0 }, applied: apply)
            }
        }
    }
}
