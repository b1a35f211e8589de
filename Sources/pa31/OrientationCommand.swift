import Accounts
import ArgumentParser
import Contract
import Fields
import Orientation
import Postgres

/// Orientations: ids, never names.
struct OrientationCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "orientation", abstract: said("Les orientations de candidats.", "Orientations of candidates."),
            subcommands: [List.self, Overdue.self, Levels.self, Show.self, Send.self, Move.self, Checkpoint.self])
    }

    /// One page of orientations, as a table or as JSON without names.
    private static func page(_ filter: OrientationStore.Filter, _ session: Session, json: Bool) async throws {
        let count = (filter.limit ?? .standard).count
        let rows = try await OrientationStore(session.database).list(filter, as: session.caller)
        if json {
            return Output.json(
                .array(
                    Output.document(rows.prefix(count)).elements.map { line in
                        .object(line.members.filter { $0.name != "first_name" })
                    }))
        }
        Output.table(
            headings: [
                said("orientation", "orientation"), said("cible", "target"), said("état", "state"),
                said("échéance", "due"), said("envoyée", "sent"), said("dossier", "file"),
            ],
            try rows.all().prefix(count).map { line in
                [
                    line.id.fieldText, "\(line.target.title), \(line.target.host)",
                    said(line.state.label.fr, line.state.rawValue),
                    (line.dueOn?.fieldText ?? "") + (line.isOverdue ? " !" : ""),
                    line.sentAt.map { Day($0).fieldText } ?? "", line.candidateID?.fieldText ?? "",
                ]
            })
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Ce que son organisme a envoyé, suit ou a reçu ; pour l'équipe, états et dates de tout.",
                    "What one's organisation sent, follows or received; for the team, states and dates of all."),
                discussion: said(
                    "Exemple :\n  pa31 orientation list --state sent --as moi@exemple.example",
                    "Example:\n  pa31 orientation list --state sent --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("État : sent, under_review…", "State: sent, under_review…"))) var state: String?
        @Option(help: ArgumentHelp(said("Identifiant d'un dossier.", "A file's id."))) var candidate: String?
        @Option(help: ArgumentHelp(said("Identifiant d'un besoin.", "A need's id."))) var need: String?
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = OrientationStore.Filter()
                filter.state = try state.map { try read($0, "--state") }
                filter.candidate = try candidate.map { try read($0, "--candidate") }
                filter.need = try need.map { try read($0, "--need") }
                filter.limit = try limit.map { try read($0, "--limit") }
                try await OrientationCommand.page(filter, session, json: common.json)
            }
        }
    }

    struct Overdue: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les orientations dont l'échéance est passée.", "Orientations whose day is past."),
                discussion: said(
                    "Exemple :\n  pa31 orientation overdue --as moi@exemple.example",
                    "Example:\n  pa31 orientation overdue --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = OrientationStore.Filter()
                filter.overdue = true
                filter.limit = try limit.map { try read($0, "--limit") }
                try await OrientationCommand.page(filter, session, json: common.json)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Une orientation, avec les passages possibles ; sans les noms en JSON.",
                    "One orientation, with the moves that are possible; without names in JSON."),
                discussion: said(
                    "Exemple :\n  pa31 orientation show 0190… --as moi@exemple.example",
                    "Example:\n  pa31 orientation show 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de l'orientation.", "The orientation's id."))) var orientation:
            String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let found = try await OrientationStore(session.database).find(
                    try read(orientation, "ORIENTATION"), as: session.caller)
                try OrientationCommand.tell(found, json: common.json)
            }
        }
    }

    /// An orientation after a command: what people read has its state, what programs read has no name.
    private static func tell(_ changed: OrientationStore.Changed, json: Bool) throws {
        if json {
            let document = Output.document(changed.row.prefix(1)).elements.first ?? .null
            return Output.json(.object(document.members.filter { $0.name != "candidate" && $0.name != "texts" }))
        }
        guard let orientation = try changed.row.first() else { return }
        Output.line("\(orientation.id) \(said(orientation.state.label.fr, orientation.state.rawValue))")
        if let due = orientation.dueOn { Output.line(said("  échéance : \(due)", "  due: \(due)")) }
        for event in orientation.events {
            let what = event.to.map { said($0.label.fr, $0.label.en) } ?? word(event.kind)
            let who = said(event.actor.label.fr, event.actor.label.en)
            Output.line("  \(event.at.parisMinute)  \(what)  \(who)  \(event.organisation ?? "")")
        }
        for checkpoint in orientation.checkpoints {
            Output.line(
                said("  suivi à ", "  after ") + "\(checkpoint.months) " + said("mois", "months")
                    + " (\(checkpoint.dueOn)) : \(checkpoint.outcome.map { said($0.label.fr, $0.label.en) } ?? "…")")
        }
        let moves = changed.moves.elements.compactMap { $0["to"]?.string }
        if !moves.isEmpty { Output.line(said("  possible : ", "  possible: ") + moves.joined(separator: ", ")) }
    }

    /// What a step that is no move was.
    private static func word(_ kind: String) -> String {
        switch kind {
        case "created": said("créée", "created")
        case "reminded": said("relance", "reminded")
        case "message": said("message", "message")
        case "transferred": said("changement de prescripteur", "handed over")
        case "checkpoint": said("suivi noté", "checkpoint recorded")
        default: kind
        }
    }

    struct Send: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Oriente une personne vers un besoin, une structure ou une session.",
                    "Proposes a person for a need, to a structure or for a session."),
                discussion: said(
                    "Exemple :\n  pa31 orientation send DOSSIER --need BESOIN --message \"Libre de suite.\" --as moi@exemple.example",
                    "Example:\n  pa31 orientation send FILE --need NEED --message \"Free at once.\" --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du dossier.", "The file's id."))) var candidate: String
        @Option(help: ArgumentHelp(said("Identifiant du besoin.", "The need's id."))) var need: String?
        @Option(help: ArgumentHelp(said("Numéro FINESS de la structure.", "The structure's FINESS number.")))
        var structure: String?
        @Option(help: ArgumentHelp(said("Identifiant de la session.", "The session's id."))) var session: String?
        @Option(help: ArgumentHelp(said("Ce que le recruteur lit d'abord.", "What who recruits reads first.")))
        var message: String?
        @Flag(help: ArgumentHelp(said("Écrire un brouillon sans l'envoyer.", "Write a draft, don't send it.")))
        var draft = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                let new = NewOrientation(
                    candidateID: try read(candidate, "CANDIDATE"), needID: try need.map { try read($0, "--need") },
                    structure: try structure.map { try read($0, "--structure") },
                    sessionID: try self.session.map { try read($0, "--session") }, message: message, send: !draft)
                if let message, NationalInsuranceNumber.isIn(message) {
                    throw Problem.nationalNumber(at: ["--message"])
                }
                try OrientationCommand.tell(
                    try await OrientationStore(session.database).create(new, as: session.caller), json: common.json)
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Fait avancer une orientation : l'état visé, puis ce que ce passage demande.",
                    "Moves an orientation: where to, then what that move needs."),
                discussion: said(
                    """
                    Exemples :
                      pa31 orientation move 0190… appointment appointment_at=2026-12-01T09:00:00+01:00 place="À la résidence"
                      pa31 orientation move 0190… refused reason=schedule_incompatible
                      pa31 orientation move 0190… hired contract=cdi starts_on=2026-12-15 hours_per_week=28
                    """,
                    """
                    Examples:
                      pa31 orientation move 0190… appointment appointment_at=2026-12-01T09:00:00+01:00 place="At the home"
                      pa31 orientation move 0190… refused reason=schedule_incompatible
                      pa31 orientation move 0190… hired contract=cdi starts_on=2026-12-15 hours_per_week=28
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de l'orientation.", "The orientation's id."))) var orientation:
            String
        @Argument(help: ArgumentHelp(said("L'état visé.", "Where to."))) var to: String
        @Argument(help: ArgumentHelp(said("Champs : nom=valeur.", "Fields: name=value."))) var fields: [String] = []

        func run() async throws {
            try await Session.run(member, .member) { session in
                var values = ["to": to]
                for field in fields {
                    let halves = field.split(separator: "=", maxSplits: 1).map(String.init)
                    guard halves.count == 2 else {
                        throw Problem.malformed(
                            fr: "« \(field) » : on attend nom=valeur.", en: "'\(field)': name=value is expected.")
                    }
                    values[halves[0]] = halves[1]
                }
                let move = try OrientationMove(named: values)
                let store = OrientationStore(session.database)
                let id: Orientation.ID = try read(orientation, "ORIENTATION")
                let version = try await store.find(id, as: session.caller).row.first()?.version ?? 0
                try OrientationCommand.tell(
                    try await store.move(id, move, precondition: Precondition(version: version), as: session.caller),
                    json: common.json)
            }
        }
    }

    struct Checkpoint: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Note ce qu'est devenue une personne embauchée, à 1, 3, 6 ou 12 mois.",
                    "Records what became of a hired person, after 1, 3, 6 or 12 months."),
                discussion: said(
                    "Exemple :\n  pa31 orientation checkpoint 0190… 6 still_there --as moi@exemple.example",
                    "Example:\n  pa31 orientation checkpoint 0190… 6 still_there --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de l'orientation.", "The orientation's id."))) var orientation:
            String
        @Argument(help: ArgumentHelp(said("1, 3, 6 ou 12.", "1, 3, 6 or 12."))) var months: Int
        @Argument(help: ArgumentHelp("still_there, elsewhere, in_training, not_employed, unknown.")) var outcome: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                try OrientationCommand.tell(
                    try await OrientationStore(session.database).record(
                        try read(orientation, "ORIENTATION"),
                        NewCheckpoint(months: months, outcome: try read(outcome, "OUTCOME")), as: session.caller),
                    json: common.json)
            }
        }
    }
}
