import ArgumentParser
import Contract
import Directory
import Fields
import Postgres
import Recruitment
import Reference

struct NeedCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "need",
            abstract: said("Les besoins de recrutement des structures.", "What structures recruit for."),
            subcommands: [List.self, Show.self, Create.self, Move.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les besoins ouverts ; avec --mine, les siens dans tous les états (l'équipe : tous).",
                    "Open needs; with --mine, one's own in every state (the team: all)."),
                discussion: said(
                    "Exemple :\n  pa31 need list --rome J1501 --near 43.6,1.44 --radius-km 20 --as moi@exemple.example",
                    "Example:\n  pa31 need list --rome J1501 --near 43.6,1.44 --radius-km 20 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Mots.", "Words."))) var q: String?
        @Option(help: ArgumentHelp(said("Métier, code ROME.", "Job, ROME code."))) var rome: String?
        @Option(help: ArgumentHelp(said("Type de contrat.", "Type of contract."))) var contract: String?
        @Option(help: ArgumentHelp(said("Commune, code INSEE.", "Commune, INSEE code."))) var commune: String?
        @Option(help: ArgumentHelp("latitude,longitude")) var near: String?
        @Option(help: ArgumentHelp(said("Rayon, 30 sinon.", "Radius, else 30."))) var radiusKm: String?
        @Option(help: ArgumentHelp(said("Diplôme (DEAS).", "Diploma (DEAS)."))) var diploma: String?
        @Option(help: ArgumentHelp(said("Structure, numéro FINESS.", "Structure, FINESS number."))) var structure:
            String?
        @Flag(help: ArgumentHelp(said("Débutants acceptés.", "No experience needed."))) var beginner = false
        @Flag(help: ArgumentHelp(said("Les siens.", "One's own."))) var mine = false
        @Option(help: ArgumentHelp("draft, open, paused, filled, closed, expired")) var state: String?
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = NeedStore.Filter()
                filter.q = try q.map { try read($0, "--q") }
                filter.rome = try rome.map { try read($0, "--rome") }
                filter.contract = try contract.map { try read($0, "--contract") }
                filter.commune = try commune.map { try read($0, "--commune") }
                filter.near = try near.map { try read($0, "--near") }
                filter.radiusKm = try radiusKm.map { try read($0, "--radius-km") }
                filter.diploma = try diploma.map { try read($0, "--diploma") }
                filter.structure = try structure.map { try read($0, "--structure") }
                filter.beginner = beginner ? true : nil
                filter.mine = mine
                filter.state = try state.map { try read($0, "--state") }
                filter.limit = try limit.map { try read($0, "--limit") }
                let rows = try await NeedStore(session.database).list(
                    filter, on: session.database.clock.today, as: session.caller)
                if common.json { return Output.rows(rows, json: true, columns: []) }
                Output.table(
                    headings: [
                        said("besoin", "need"), said("intitulé", "title"), "ROME", said("contrat", "contract"),
                        said("structure", "structure"), said("commune", "commune"), said("postes", "positions"),
                        said("état", "state"), said("jusqu'au", "until"),
                    ],
                    try rows.all().prefix((filter.limit ?? .standard).count).map { need in
                        [
                            need.id.fieldText, plain(need.title), need.job.text, need.contractLabel,
                            plain(need.structure.usualName), need.commune ?? "",
                            "\(need.positionsLeft)/\(need.positions)", need.state.label(language),
                            need.expiresOn?.fieldText ?? "",
                        ]
                    })
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Montre un besoin.", "Shows a need."),
                discussion: said(
                    "Exemple :\n  pa31 need show 0190… --as moi@exemple.example",
                    "Example:\n  pa31 need show 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du besoin.", "The need's id."))) var need: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let found = try await NeedStore(session.database).find(
                    try read(need, "NEED"), on: session.database.clock.today, as: session.caller)
                if common.json { return Output.json(Self.document(found)) }
                Output.record(found.need, json: false)
                if let management = found.management { Output.record(management, json: false) }
                if let structure = found.structure { Output.record(structure, json: false) }
            }
        }

        /// As over HTTP: what one sees beside is members of the same object.
        private static func document(_ found: NeedStore.Found) -> JSON {
            var members = Output.document(found.need.prefix(1)).elements.first?.members ?? []
            if let rows = found.management {
                members.append(.init("management", Output.document(rows.prefix(1)).elements.first ?? .null))
            }
            if let rows = found.structure {
                members.append(.init("structure_details", Output.document(rows.prefix(1)).elements.first ?? .null))
            }
            if let moves = found.moves { members.append(.init("moves", moves)) }
            return .object(members)
        }
    }

    struct Create: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Écrit un besoin d'une de ses structures, en brouillon.",
                    "Writes a need of one of one's own structures, as a draft."),
                discussion: said(
                    """
                    Exemple :
                      pa31 need create 31FIC0006 "Aide-soignant de nuit" --rome J1501 --contract cdi --diplomas DEAS --night --as moi@exemple.example
                    """,
                    """
                    Example:
                      pa31 need create 31FIC0006 "Night care assistant" --rome J1501 --contract cdi --diplomas DEAS --night --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Structure, numéro FINESS.", "Structure, FINESS number."))) var structure:
            String
        @Argument(help: ArgumentHelp(said("Intitulé.", "Title."))) var title: String
        @Option(help: ArgumentHelp(said("Métier, code ROME.", "Job, ROME code."))) var rome: String
        @Option(help: ArgumentHelp(said("Type de contrat.", "Type of contract."))) var contract: String
        @Option(help: ArgumentHelp(said("Texte.", "Text."))) var description: String?
        @Option(help: ArgumentHelp(said("Diplômes acceptés, avec des virgules.", "Diplomas accepted, with commas.")))
        var diplomas: String?
        @Option(help: ArgumentHelp(said("Heures par semaine.", "Hours a week."))) var hours: Double?
        @Option(help: ArgumentHelp(said("Postes.", "Positions."))) var positions: Int?
        @Option(help: ArgumentHelp(said("Début, AAAA-MM-JJ.", "Start, YYYY-MM-DD."))) var startsOn: String?
        @Option(
            help: ArgumentHelp(
                said("Commune si ce n'est pas celle de la structure.", "Commune if not the structure's.")))
        var insee: String?
        @Flag(help: ArgumentHelp(said("Vivier permanent.", "A standing pool."))) var pool = false
        @Flag(help: ArgumentHelp(said("Débutants acceptés.", "No experience needed."))) var beginner = false
        @Flag(help: ArgumentHelp(said("Permis exigé.", "A driving licence is needed."))) var licence = false
        @Flag(help: ArgumentHelp(said("Véhicule exigé.", "A vehicle is needed."))) var vehicle = false
        @Flag(help: ArgumentHelp(said("Travail de nuit.", "Work at night."))) var night = false
        @Flag(help: ArgumentHelp(said("Travail le week-end.", "Work at weekends."))) var weekend = false
        @Flag(help: ArgumentHelp(said("Horaires coupés.", "Split shifts."))) var splitShifts = false

        private func new() throws -> NewNeed {
            var new = NewNeed(
                structure: try read(structure, "STRUCTURE"), title: title, job: try read(rome, "--rome"),
                contract: try read(contract, "--contract"))
            new.description = description
            new.diplomas = try diplomas.map { try $0.split(separator: ",").map { try read(String($0), "--diplomas") } }
            new.hoursPerWeek = hours
            new.positions = positions
            new.opening = pool ? .pool : .immediate
            new.startsOn = try startsOn.map { try read($0, "--starts-on") }
            new.insee = try insee.map { try read($0, "--insee") }
            new.beginnerWelcome = beginner
            new.licenceRequired = licence
            new.vehicleRequired = vehicle
            new.night = night
            new.weekend = weekend
            new.splitShifts = splitShifts
            return new
        }

        func run() async throws {
            let new = try new()
            try await Session.run(member, .member) { session in
                let changed = try await NeedStore(session.database).create(new, as: session.caller)
                Output.record(changed.need, json: common.json)
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Ouvre, suspend, ferme ou renouvelle un besoin.", "Opens, pauses, closes or renews a need."),
                discussion: said(
                    "Exemple :\n  pa31 need move 0190… closed --reason \"Pourvu en interne.\" --as moi@exemple.example",
                    "Example:\n  pa31 need move 0190… closed --reason \"Filled from inside.\" --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du besoin.", "The need's id."))) var need: String
        @Argument(help: ArgumentHelp("open, paused, closed")) var to: String
        @Option(help: ArgumentHelp(said("Motif.", "Why."))) var reason: String?
        @Option(help: ArgumentHelp(said("Postes à pourvoir désormais.", "Positions to fill from now on.")))
        var positions: Int?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = NeedStore(session.database)
                let id: PublicNeed.ID = try read(need, "NEED")
                let present = try await store.find(id, on: session.database.clock.today, as: session.caller)
                let changed = try await store.move(
                    id, NeedMove(to: try read(to, "TO"), reason: reason, positions: positions),
                    precondition: Precondition(version: try present.management?.first()?.version ?? 0),
                    as: session.caller)
                Output.record(changed.need, json: common.json)
            }
        }
    }
}
