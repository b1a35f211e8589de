import ArgumentParser
import Contract
import Fields
import Plans
import Postgres

/// Options of the commands on a part of an action.
struct PartOptions: ParsableArguments {
    @OptionGroup var common: CommonOptions
    @OptionGroup var member: MemberOptions
    @Argument(help: ArgumentHelp("A1.03")) var code: String

    /// Runs a change of a part and shows the action afterwards.
    func run(_ body: (ActionStore, ActionCode, Session) async throws -> Rows<Action>) async throws {
        try await Session.run(member, .member) { session in
            let rows = try await body(ActionStore(session.database), try read(code, "code"), session)
            Output.record(rows, json: common.json)
        }
    }
}

struct MilestoneCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "milestone", abstract: said("Les jalons d'une action.", "An action's milestones."),
            subcommands: [Add.self, Done.self, Remove.self])
    }

    struct Add: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Ajoute un jalon.", "Adds a milestone."),
                discussion: said(
                    "Exemple :\n  pa31 action milestone add A1.03 \"Convention signée\" 2024-06-30 --weight 2 --as moi@exemple.example",
                    "Example:\n  pa31 action milestone add A1.03 \"Agreement signed\" 2024-06-30 --weight 2 --as me@exemple.example"
                ))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Ce qui est atteint.", "What is reached."))) var title: String
        @Argument(help: ArgumentHelp(said("Pour quel jour.", "By which day."))) var due: String
        @Option(help: ArgumentHelp(said("Son poids, 0 à 100 ; 1 sinon.", "Its weight, 0 to 100; else 1.")))
        var weight: Int?

        func run() async throws {
            try await part.run { store, code, session in
                try await store.addMilestone(
                    code, NewMilestone(title: title, dueOn: try read(due, "due"), weight: weight), as: session.caller)
            }
        }
    }

    struct Done: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Dit qu'un jalon est atteint.", "Says that a milestone is reached."),
                discussion: said(
                    "Exemple :\n  pa31 action milestone done A1.03 0190… --on 2024-06-12 --as moi@exemple.example",
                    "Example:\n  pa31 action milestone done A1.03 0190… --on 2024-06-12 --as me@exemple.example"))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Id du jalon.", "The milestone's id."))) var id: String
        @Option(help: ArgumentHelp(said("Quel jour ; aujourd'hui sinon.", "On which day; else today."))) var on: String?

        func run() async throws {
            try await part.run { store, code, session in
                var changes = MilestoneChanges()
                changes.doneOn = .set(try on.map { try read($0, "--on") } ?? session.database.clock.today)
                return try await store.editMilestone(
                    code, try read(id, "id"), changes,
                    precondition: try await ActionCommand.precondition(nil, of: code, session),
                    as: session.caller)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Retire un jalon ; l'histoire le garde.", "Takes a milestone away; the history keeps it."),
                discussion: said(
                    "Exemple :\n  pa31 action milestone remove A1.03 0190… --as moi@exemple.example",
                    "Example:\n  pa31 action milestone remove A1.03 0190… --as me@exemple.example"))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Id du jalon.", "The milestone's id."))) var id: String

        func run() async throws {
            try await part.run { store, code, session in
                try await store.removeMilestone(
                    code, try read(id, "id"),
                    precondition: try await ActionCommand.precondition(nil, of: code, session), as: session.caller)
            }
        }
    }
}

struct IndicatorCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "indicator", abstract: said("Les indicateurs d'une action.", "An action's indicators."),
            subcommands: [Add.self, Value.self, Challenge.self, Settle.self])
    }

    struct Add: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Ajoute un indicateur.", "Adds an indicator."),
                discussion: said(
                    "Exemple :\n  pa31 action indicator add A1.03 \"Tuteurs formés\" personnes 60 --baseline 10 --as moi@exemple.example",
                    "Example:\n  pa31 action indicator add A1.03 \"Tutors trained\" persons 60 --baseline 10 --as me@exemple.example"
                ))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Ce qui est compté.", "What is counted."))) var title: String
        @Argument(help: ArgumentHelp(said("En quoi.", "In what."))) var unit: String
        @Argument(help: ArgumentHelp(said("La valeur cible.", "The target."))) var target: Double
        @Option(help: ArgumentHelp(said("La valeur de départ, 0 sinon.", "The baseline, else 0."))) var baseline:
            Double?
        @Option(help: ArgumentHelp(said("Son poids, 0 à 100 ; 1 sinon.", "Its weight, 0 to 100; else 1.")))
        var weight: Int?

        func run() async throws {
            try await part.run { store, code, session in
                try await store.addIndicator(
                    code, NewIndicator(title: title, unit: unit, baseline: baseline, target: target, weight: weight),
                    as: session.caller)
            }
        }
    }

    struct Value: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Donne une valeur datée à un indicateur.", "Gives an indicator a dated value."),
                discussion: said(
                    "Exemple :\n  pa31 action indicator value A1.03 0190… 42 \"Feuilles d'émargement\" --on 2024-05-31 --as moi@exemple.example",
                    "Example:\n  pa31 action indicator value A1.03 0190… 42 \"Attendance sheets\" --on 2024-05-31 --as me@exemple.example"
                ))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Id de l'indicateur.", "The indicator's id."))) var id: String
        @Argument(help: ArgumentHelp(said("La valeur.", "The value."))) var value: Double
        @Argument(help: ArgumentHelp(said("D'où elle vient.", "Where it comes from."))) var source: String
        @Option(help: ArgumentHelp(said("Vraie quel jour ; aujourd'hui sinon.", "True on which day; else today.")))
        var on: String?

        func run() async throws {
            try await part.run { store, code, session in
                let day = try on.map { try read($0, "--on") } ?? session.database.clock.today
                return try await store.addValue(
                    code, try read(id, "id"), NewIndicatorValue(datedOn: day, value: value, source: source),
                    as: session.caller)
            }
        }
    }

    struct Challenge: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Conteste une valeur, avec un motif.", "Challenges a value, with a motive."),
                discussion: said(
                    "Exemple :\n  pa31 action indicator challenge A1.03 0190… \"La feuille de mai manque.\" --as moi@exemple.example",
                    "Example:\n  pa31 action indicator challenge A1.03 0190… \"May's sheet is missing.\" --as me@exemple.example"
                ))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Id de la valeur.", "The value's id."))) var id: String
        @Argument(help: ArgumentHelp(said("Pourquoi.", "Why."))) var motive: String

        func run() async throws {
            try await part.run { store, code, session in
                try await store.challenge(code, try read(id, "id"), NewChallenge(motive: motive), as: session.caller)
            }
        }
    }

    struct Settle: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Règle une contestation : la valeur reste ou n'est plus comptée. Pour l'équipe.",
                    "Settles a challenge: the value stands, or no longer counts. The team's to do."),
                discussion: said(
                    "Exemple :\n  pa31 action indicator settle A1.03 0190… kept \"Feuille retrouvée.\" --as moi@exemple.example",
                    "Example:\n  pa31 action indicator settle A1.03 0190… kept \"Sheet found.\" --as me@exemple.example"
                ))
        }
        @OptionGroup var part: PartOptions
        @Argument(help: ArgumentHelp(said("Id de la valeur.", "The value's id."))) var id: String
        @Argument(help: ArgumentHelp("kept, withdrawn")) var settlement: String
        @Argument(help: ArgumentHelp(said("Pourquoi.", "Why."))) var note: String

        func run() async throws {
            try await part.run { store, code, session in
                try await store.settle(
                    code, try read(id, "id"),
                    NewSettlement(settlement: try read(settlement, "settlement"), note: note), as: session.caller)
            }
        }
    }
}
