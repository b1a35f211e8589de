import ArgumentParser
import Contract
import Fields
import Postgres
import Recruitment
import Reference

struct SessionCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "session",
            abstract: said(
                "Les sessions : formations, immersions, tests de métier, forums, Coach Autonomie.",
                "Sessions: training, immersions, job tests, forums, Coach Autonomie."),
            subcommands: [List.self, Show.self, Create.self, Move.self, GiveContact.self, ConfirmContact.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les sessions ouvertes ; avec --mine, les siennes dans tous les états (l'équipe : toutes).",
                    "Open sessions; with --mine, one's own in every state (the team: all)."),
                discussion: said(
                    "Exemple :\n  pa31 session list --kind immersion --as moi@exemple.example",
                    "Example:\n  pa31 session list --kind immersion --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Mots.", "Words."))) var q: String?
        @Option(help: ArgumentHelp("training, immersion, job_test, forum, coach")) var kind: String?
        @Option(help: ArgumentHelp(said("Commune, code INSEE.", "Commune, INSEE code."))) var commune: String?
        @Option(help: ArgumentHelp(said("Code de l'organisateur.", "Code of who organises."))) var organiser: String?
        @Flag(help: ArgumentHelp(said("Les siennes.", "One's own."))) var mine = false
        @Option(help: ArgumentHelp("draft, open, full, cancelled, held")) var state: String?
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = SessionStore.Filter()
                filter.q = try q.map { try read($0, "--q") }
                filter.kind = try kind.map { try read($0, "--kind") }
                filter.commune = try commune.map { try read($0, "--commune") }
                filter.organiser = try organiser.map { try read($0, "--organiser") }
                filter.mine = mine
                filter.state = try state.map { try read($0, "--state") }
                filter.limit = try limit.map { try read($0, "--limit") }
                let rows = try await SessionStore(session.database).list(
                    filter, on: session.database.clock.today, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("id", Text(fr: "session", en: "session")), ("title", Text(fr: "intitulé", en: "title")),
                        ("kind", Text(fr: "genre", en: "kind")), ("commune", Text(fr: "commune", en: "commune")),
                        ("starts_on", Text(fr: "du", en: "from")), ("ends_on", Text(fr: "au", en: "to")),
                        ("places_left", Text(fr: "places", en: "places left")),
                        ("state", Text(fr: "état", en: "state")),
                    ])
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Montre une session.", "Shows a session."),
                discussion: said(
                    "Exemple :\n  pa31 session show 0190… --as moi@exemple.example",
                    "Example:\n  pa31 session show 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de la session.", "The session's id."))) var session: String

        func run() async throws {
            try await Session.run(member, .member) { opened in
                let found = try await SessionStore(opened.database).find(
                    try read(session, "SESSION"), as: opened.caller)
                guard common.json else {
                    Output.record(found.session, json: false)
                    if let management = found.management { Output.record(management, json: false) }
                    return
                }
                // Addresses are for who reads them over HTTP; here, whether there is one.
                var members = Output.document(found.session.prefix(1)).elements.first?.members ?? []
                if let rows = found.management {
                    members.append(.init("management", Output.document(rows.prefix(1)).elements.first ?? .null))
                }
                if let moves = found.moves { members.append(.init("moves", moves)) }
                Output.json(.object(members))
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Écrit une session, en brouillon.", "Writes a session, as a draft."),
                discussion: said(
                    """
                    Exemple :
                      pa31 session create "Tester le métier" --kind job_test --insee 31555 --starts-on 2027-03-01 --places 8 --as moi@exemple.example
                    """,
                    """
                    Example:
                      pa31 session create "Try the job" --kind job_test --insee 31555 --starts-on 2027-03-01 --places 8 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Intitulé.", "Title."))) var title: String
        @Option(help: ArgumentHelp("training, immersion, job_test, forum, coach")) var kind: String
        @Option(help: ArgumentHelp(said("Commune, code INSEE.", "Commune, INSEE code."))) var insee: String
        @Option(help: ArgumentHelp(said("Premier jour, AAAA-MM-JJ.", "First day, YYYY-MM-DD."))) var startsOn: String
        @Option(help: ArgumentHelp(said("Dernier jour ; le premier sinon.", "Last day; else the first."))) var endsOn:
            String?
        @Option(help: ArgumentHelp(said("Places.", "Places."))) var places: Int
        @Option(help: ArgumentHelp(said("Métier, code ROME.", "Job, ROME code."))) var rome: String?
        @Option(help: ArgumentHelp(said("Texte.", "Text."))) var description: String?
        @Option(help: ArgumentHelp(said("Lieu exact.", "Where exactly."))) var place: String?

        func run() async throws {
            var new = NewSession(
                title: title, kind: try read(kind, "--kind"), insee: try read(insee, "--insee"),
                startsOn: try read(startsOn, "--starts-on"), endsOn: try endsOn.map { try read($0, "--ends-on") },
                places: places)
            new.job = try rome.map { try read($0, "--rome") }
            new.description = description
            new.place = place
            try await Session.run(member, .member) { [new] session in
                let changed = try await SessionStore(session.database).create(new, as: session.caller)
                Output.record(changed.session, json: common.json)
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Ouvre, annule une session, ou dit qu'elle s'est tenue.",
                    "Opens or cancels a session, or says that it was held."),
                discussion: said(
                    "Exemple :\n  pa31 session move 0190… cancelled --reason \"Formatrice absente.\" --as moi@exemple.example",
                    "Example:\n  pa31 session move 0190… cancelled --reason \"Trainer away.\" --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de la session.", "The session's id."))) var session: String
        @Argument(help: ArgumentHelp("open, cancelled, held")) var to: String
        @Option(help: ArgumentHelp(said("Motif.", "Why."))) var reason: String?

        func run() async throws {
            try await Session.run(member, .member) { opened in
                let store = SessionStore(opened.database)
                let id: PublicSession.ID = try read(session, "SESSION")
                let present = try await store.find(id, as: opened.caller)
                let changed = try await store.move(
                    id, SessionMove(to: try read(to, "TO"), reason: reason),
                    precondition: Precondition(version: try present.management?.first()?.version ?? 0),
                    as: opened.caller)
                Output.record(changed.session, json: common.json)
            }
        }
    }

    struct GiveContact: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "contact",
                abstract: said(
                    "Donne l'adresse où vont les orientations vers une session ; l'équipe la confirme.",
                    "Gives the address that a session's orientations go to; the team confirms it."),
                discussion: said(
                    "Exemple :\n  pa31 session contact 0190… inscriptions@exemple.example --as moi@exemple.example",
                    "Example:\n  pa31 session contact 0190… enrolment@exemple.example --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de la session.", "The session's id."))) var session: String
        @Argument(help: ArgumentHelp(said("Adresse.", "Address."))) var email: String

        func run() async throws {
            try await Session.run(member, .member) { opened in
                let rows = try await SessionStore(opened.database).giveContact(
                    try read(session, "SESSION"), NewSessionContact(email: try read(email, "EMAIL")), as: opened.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct ConfirmContact: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "confirm-contact",
                abstract: said(
                    "Confirme l'adresse que l'organisateur d'une session a donnée (équipe).",
                    "Confirms the address that a session's organiser gave (team)."),
                discussion: said(
                    "Exemple :\n  pa31 session confirm-contact 0190… --as moi@exemple.example",
                    "Example:\n  pa31 session confirm-contact 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de la session.", "The session's id."))) var session: String

        func run() async throws {
            try await Session.run(member, .teamEditor) { opened in
                let rows = try await SessionStore(opened.database).confirmContact(
                    try read(session, "SESSION"), as: opened.caller)
                Output.record(rows, json: common.json)
            }
        }
    }
}
