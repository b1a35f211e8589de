import ArgumentParser
import Contract
import Fields
import Messages
import Postgres

struct TaskCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "task",
            abstract: said(
                "Ce que votre organisme doit faire là où aucun courriel ne peut.",
                "What your organisation has to do where no mail can."),
            subcommands: [List.self, Show.self, Done.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les tâches à faire ; --done : celles qui sont faites.", "Open tasks; --done: those done."),
                discussion: said(
                    "Exemple :\n  pa31 task list --as moi@exemple.example",
                    "Example:\n  pa31 task list --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Flag(help: ArgumentHelp(said("Celles qui sont faites.", "Those that are done."))) var done = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await TaskStore(session.database).list(
                    done ? .done : .open, limit: .largest, cursor: nil, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("id", Text(fr: "id", en: "id")), ("title", Text(fr: "à faire", en: "to do")),
                        ("about_kind", Text(fr: "au sujet de", en: "about")),
                        ("about_id", Text(fr: "id du sujet", en: "id")),
                        ("created_at", Text(fr: "depuis", en: "since")),
                        ("done_at", Text(fr: "faite le", en: "done at")),
                    ])
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Une tâche, avec le texte à imprimer.", "A task, with the text to print."),
                discussion: said(
                    "Exemple :\n  pa31 task show 01890a5d-ac96-774b-bcce-b302099a8057 --as moi@exemple.example",
                    "Example:\n  pa31 task show 01890a5d-ac96-774b-bcce-b302099a8057 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("La tâche.", "The task."))) var id: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = TaskStore(session.database, publicURL: try session.settings.publicURL())
                let rows = try await store.find(try read(id, "ID"), as: session.caller)
                guard !common.json, let task = try rows.first() else { return Output.record(rows, json: common.json) }
                Output.line(task.title)
                if let text = task.text { Output.line("\n" + text) }
            }
        }
    }

    struct Done: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit qu'une tâche est faite ; son texte est oublié.",
                    "Says that a task is done; its text is forgotten."),
                discussion: said(
                    "Exemple :\n  pa31 task done 01890a5d-ac96-774b-bcce-b302099a8057 --as moi@exemple.example",
                    "Example:\n  pa31 task done 01890a5d-ac96-774b-bcce-b302099a8057 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("La tâche.", "The task."))) var id: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await TaskStore(session.database).done(try read(id, "ID"), as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }
}
