import Accounts
import ArgumentParser
import Contract
import Fields
import Plans
import Postgres

/// What changes on an action.
struct ChangeOptions: ParsableArguments {
    @Option(help: ArgumentHelp("secured, attainable, support_needed, compromised, not_filled")) var setHealth: String?
    @Option(help: ArgumentHelp("low, normal, high")) var setPriority: String?
    @Option(help: ArgumentHelp(said("Intitulé.", "Title."))) var setTitle: String?
    @Option(help: ArgumentHelp(said("Description ; vide pour l'ôter.", "Description; empty to take it away.")))
    var setDescription: String?
    @Option(help: ArgumentHelp(said("Début prévu, AAAA-MM-JJ.", "Planned start, YYYY-MM-DD."))) var setPlannedStart:
        String?
    @Option(help: ArgumentHelp(said("Fin prévue, AAAA-MM-JJ.", "Planned end, YYYY-MM-DD."))) var setPlannedEnd: String?
    @Option(help: ArgumentHelp(said("Début réel ; vide pour l'ôter.", "Actual start; empty to take it away.")))
    var setActualStart: String?
    @Option(help: ArgumentHelp(said("Fin réelle ; vide pour l'ôter.", "Actual end; empty to take it away.")))
    var setActualEnd: String?
    @Option(help: ArgumentHelp(said("Visible du public : true ou false.", "Seen by the public: true or false.")))
    var setPublic: Bool?
    @Option(
        help: ArgumentHelp(
            said(
                "Lieux, séparés par des virgules : 31, SIREN d'EPCI, codes INSEE.",
                "Places, with commas: 31, SIREN of EPCI, INSEE codes.")))
    var setTerritory: String?
    @Option(
        help: ArgumentHelp(
            "job_seekers, career_changers, students, employees, employers, prescribers, carers, general_public"))
    var setAudiences: String?

    func read() throws -> ActionChanges {
        var changes = ActionChanges()
        changes.health = try ChangeOption.scalar(setHealth, "--set-health")
        changes.priority = try ChangeOption.scalar(setPriority, "--set-priority")
        changes.title = setTitle.map { .set($0) } ?? .unchanged
        changes.description = setDescription.map { $0.isEmpty ? .cleared : .set($0) } ?? .unchanged
        changes.plannedStart = try ChangeOption.scalar(setPlannedStart, "--set-planned-start")
        changes.plannedEnd = try ChangeOption.scalar(setPlannedEnd, "--set-planned-end")
        changes.actualStart = try ChangeOption.scalar(setActualStart, "--set-actual-start")
        changes.actualEnd = try ChangeOption.scalar(setActualEnd, "--set-actual-end")
        changes.isPublic = setPublic.map { .set($0) } ?? .unchanged
        changes.territory = try ChangeOption.list(setTerritory, "--set-territory")
        changes.audiences = try ChangeOption.list(setAudiences, "--set-audiences")
        return changes
    }
}

extension ActionCommand {
    struct Edit: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Change des champs d'une action.", "Changes fields of an action."),
                discussion: said(
                    "Exemple :\n  pa31 action edit A1.03 --set-health attainable --set-territory 31555,243100518 --as moi@exemple.example",
                    "Example:\n  pa31 action edit A1.03 --set-health attainable --set-territory 31555,243100518 --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var changes: ChangeOptions
        @Argument(help: ArgumentHelp("A1.03")) var code: String
        @Option(
            help: ArgumentHelp(
                said("Version lue ; sans elle, la présente.", "Version read; without it, the present one.")))
        var version: Int?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = ActionStore(session.database)
                let action: ActionCode = try read(code, "code")
                let precondition = try await ActionCommand.precondition(version, of: action, session)
                let rows = try await store.edit(
                    action, try changes.read(),
                    precondition: precondition,
                    as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct Bulk: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Change les mêmes champs de beaucoup d'actions ; à blanc sans --apply.",
                    "Changes the same fields of many actions; a rehearsal without --apply."),
                discussion: said(
                    """
                    Exemples :
                      pa31 action bulk --axis A2 --view at_risk --set-priority high --as moi@exemple.example
                      pa31 action bulk --codes A1.03,A1.04 --set-health support_needed --apply --as moi@exemple.example
                    """,
                    """
                    Examples:
                      pa31 action bulk --axis A2 --view at_risk --set-priority high --as me@exemple.example
                      pa31 action bulk --codes A1.03,A1.04 --set-health support_needed --apply --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var selection: SelectionOptions
        @OptionGroup var changes: ChangeOptions
        @Option(help: ArgumentHelp(said("Codes, séparés par des virgules.", "Codes, with commas."))) var codes: String?
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                var chosen = try selection.read()
                chosen.codes = try codes.map { try $0.split(separator: ",").map { try read(String($0), "--codes") } }
                let outcome = try await ActionStore(session.database).edit(
                    BulkChanges(selection: chosen, changes: try changes.read(), apply: apply), as: session.caller)
                if common.json { return Output.json(outcome.json) }
                Output.table(
                    headings: [
                        said("code", "code"), said("champ", "field"), said("avant", "before"), said("après", "after"),
                    ],
                    outcome.changes.map { [$0.code.text, $0.field, ($0.from ?? .null).shown, ($0.to ?? .null).shown] })
                Output.line(
                    said(
                        "\(outcome.changed) action(s) sur \(outcome.selected) choisie(s).",
                        "\(outcome.changed) action(s) of \(outcome.selected) chosen."))
                Output.summary(isEmpty: outcome.changed == 0, applied: apply)
            }
        }
    }

    struct Comment: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Écrit un commentaire à l'autre côté : l'équipe, ou le porteur ; sans texte, lit les échanges.",
                    "Writes a comment to the other side: the team, or the lead; without a text, reads what was said."),
                discussion: said(
                    """
                    Exemples :
                      pa31 action comment A1.03 --as moi@exemple.example
                      pa31 action comment A1.03 "Pouvez-vous joindre la convention ?" --as moi@exemple.example
                    """,
                    """
                    Examples:
                      pa31 action comment A1.03 --as me@exemple.example
                      pa31 action comment A1.03 "Could you attach the agreement?" --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp("A1.03")) var code: String
        @Argument(help: ArgumentHelp(said("Le texte.", "The text."))) var text: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = ActionStore(session.database)
                let action: ActionCode = try read(code, "code")
                if let text {
                    return Output.record(
                        try await store.addComment(action, NewComment(text: text), as: session.caller),
                        json: common.json)
                }
                let rows = try await store.comments(action, limit: .largest, cursor: nil, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("written_at", Text(fr: "quand", en: "when")), ("organisation", Text(fr: "qui", en: "who")),
                        ("text", Text(fr: "texte", en: "text")),
                    ]
                ) { row, column in ActionCommand.shown(rows.text(row, column), column) }
            }
        }
    }
}
