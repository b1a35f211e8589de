import ArgumentParser
import Fields
import Plans

extension PlanCommand {
    struct Versions: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Liste les imports qui ont changé le plan.", "Lists the imports that changed the plan."),
                discussion: said(
                    "Exemple :\n  pa31 plan versions --as moi@exemple.example",
                    "Example:\n  pa31 plan versions --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .team) { session in
                Output.rows(
                    try await PlanVersions(session.database).list(as: session.caller), json: common.json,
                    columns: [
                        ("at", Text(fr: "quand", en: "when")), ("plan", Text(fr: "plan", en: "plan")),
                        ("organisation", Text(fr: "organisme", en: "organisation")),
                        ("member_id", Text(fr: "membre", en: "member")),
                        ("items", Text(fr: "éléments", en: "items")),
                        ("retired", Text(fr: "retirées", en: "retired")),
                    ])
            }
        }
    }

    struct Diff: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit ce qui a changé dans la convention entre deux jours.",
                    "Says what changed in the agreement between two days."),
                discussion: said(
                    """
                    Compare le plan tel qu'il était à la fin de chaque jour : intitulés, descriptions, axes, organismes, dates et
                    montants prévus, actions entrées et sorties. Le reste (statuts, notes, dépenses) n'en est pas.
                    Exemples :
                      pa31 plan diff 2023-01-01 2024-01-01 --as moi@exemple.example
                      pa31 plan diff 2023-01-01 2024-01-01 --plan essai --json --as moi@exemple.example
                    """,
                    """
                    Compares the plan as it was at the end of each day: titles, descriptions, axes, organisations, planned dates
                    and money, actions that came and left. The rest (statuses, notes, spending) is not part of it.
                    Examples:
                      pa31 plan diff 2023-01-01 2024-01-01 --as me@exemple.example
                      pa31 plan diff 2023-01-01 2024-01-01 --plan trial --json --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Premier jour : AAAA-MM-JJ.", "First day: YYYY-MM-DD."))) var from: String
        @Argument(help: ArgumentHelp(said("Second jour.", "Second day."))) var to: String
        @Option(help: ArgumentHelp(said("Code d'un plan ; sinon le dernier.", "A plan's code; else the newest.")))
        var plan: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                let diff = try await PlanVersions(session.database).diff(
                    plan, from: try read(from, "from"), to: try read(to, "to"), as: session.caller)
                if common.json { return Output.json(diff.json) }
                for line in diff.lines(in: language) { Output.line(line) }
                if diff.isEmpty { Output.line(said("Rien n'a changé.", "Nothing changed.")) }
            }
        }
    }
}
