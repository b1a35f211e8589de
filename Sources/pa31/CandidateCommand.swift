import Accounts
import ArgumentParser
import Contract
import Fields
import Orientation
import Postgres

/// Files of candidates: ids in lists and in JSON, a person's name only in the file that is opened.
struct CandidateCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "candidate", abstract: said("Les dossiers de candidats.", "Candidates' files."),
            subcommands: [List.self, Show.self, Reads.self, Share.self])
    }

    /// What stays out of lists and of what programs read.
    private static let names: Set = ["first_name", "last_name", "email", "phone", "referent"]

    private static func withoutNames(_ document: JSON) -> JSON {
        .object(document.members.filter { !names.contains($0.name) })
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les dossiers de son organisme et ceux partagés avec lui : identifiants, sans noms.",
                    "Files of one's organisation and those shared with it: ids, no names."),
                discussion: said(
                    "Exemple :\n  pa31 candidate list --job K1302 --as moi@exemple.example",
                    "Example:\n  pa31 candidate list --job K1302 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Métier recherché, code ROME.", "Job wanted, ROME code."))) var job: String?
        @Flag(help: ArgumentHelp(said("Seulement qui n'a jamais été orienté.", "Only who was never sent to anybody.")))
        var withoutOrientation = false
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = CandidateStore.Filter()
                filter.job = try job.map { try read($0, "--job") }
                filter.withoutOrientation = withoutOrientation ? true : nil
                filter.limit = try limit.map { try read($0, "--limit") }
                let rows = try await CandidateStore(session.database).list(filter, as: session.caller)
                let page = rows.prefix((filter.limit ?? .standard).count)
                if common.json {
                    return Output.json(
                        .array(Output.document(page).elements.map(CandidateCommand.withoutNames)))
                }
                Output.table(
                    headings: [
                        said("dossier", "file"), said("organisme", "organisation"), said("accès", "access"),
                        said("métiers", "jobs"), said("disponible", "available"),
                        said("dernier contact", "last contact"),
                        said("envoi possible", "may be sent"),
                    ],
                    try rows.all().prefix((filter.limit ?? .standard).count).map { file in
                        [
                            file.id.fieldText, file.organisation.code, file.access.rawValue,
                            file.jobs.joined(separator: " "), file.availableFrom?.fieldText ?? "",
                            file.lastContactOn.fieldText, file.maySend ? said("oui", "yes") : said("non", "no"),
                        ]
                    })
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Ouvre un dossier ; l'équipe dit pourquoi. Chaque ouverture est inscrite et le référent la voit.",
                    "Opens one file; the team says why. Each opening is written down, and its referent sees it."),
                discussion: said(
                    "Exemple :\n  pa31 candidate show 0190… --reason \"Demande d'accès de la personne\" --as moi@exemple.example",
                    "Example:\n  pa31 candidate show 0190… --reason \"The person asked for access\" --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du dossier.", "The file's id."))) var candidate: String
        @Option(help: ArgumentHelp(said("Pourquoi ; le référent le lit.", "Why; its referent reads it.")))
        var reason: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                if let reason, NationalInsuranceNumber.isIn(reason) { throw Problem.nationalNumber(at: ["--reason"]) }
                let rows = try await CandidateStore(session.database).find(
                    try read(candidate, "CANDIDATE"), reason: reason, as: session.caller)
                guard common.json else { return Output.record(rows, json: false) }
                Output.json(CandidateCommand.withoutNames(Output.document(rows.prefix(1)).elements.first ?? .null))
            }
        }
    }

    struct Reads: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Qui a ouvert un dossier de son organisme.", "Who opened a file of one's organisation."),
                discussion: said(
                    "Exemple :\n  pa31 candidate reads 0190… --as moi@exemple.example",
                    "Example:\n  pa31 candidate reads 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du dossier.", "The file's id."))) var candidate: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await CandidateStore(session.database).reads(
                    try read(candidate, "CANDIDATE"), limit: .largest, cursor: nil, as: session.caller)
                if common.json { return Output.rows(rows, json: true, columns: []) }
                Output.table(
                    headings: [
                        said("quand", "when"), said("organisme", "organisation"), said("membre", "member"),
                        said("par", "by"), said("motif", "reason"),
                    ],
                    try rows.all().map { read in
                        [
                            read.at.fieldText, read.organisation?.code ?? "", read.memberID?.fieldText ?? "",
                            read.route,
                            plain(read.reason ?? ""),
                        ]
                    })
            }
        }
    }

    struct Share: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Partage un dossier avec un autre prescripteur habilité, pour un temps.",
                    "Shares a file with another authorised prescriber, for a time."),
                discussion: said(
                    "Exemple :\n  pa31 candidate share 0190… mission-locale --purpose \"Accompagnement commun\" --days 90 --as moi@exemple.example",
                    "Example:\n  pa31 candidate share 0190… mission-locale --purpose \"Followed together\" --days 90 --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du dossier.", "The file's id."))) var candidate: String
        @Argument(help: ArgumentHelp(said("Code du prescripteur.", "The prescriber's code."))) var to: String
        @Option(help: ArgumentHelp(said("Pour quoi.", "What for."))) var purpose: String
        @Option(help: ArgumentHelp("read, follow_up")) var access = "read"
        @Option(help: ArgumentHelp(said("Pour combien de jours.", "For how many days."))) var days: Int

        func run() async throws {
            try await Session.run(member, .member) { session in
                if NationalInsuranceNumber.isIn(purpose) { throw Problem.nationalNumber(at: ["--purpose"]) }
                let rows = try await CandidateStore(session.database).share(
                    try read(candidate, "CANDIDATE"),
                    NewShare(
                        to: try read(to, "TO"), purpose: purpose, access: try read(access, "--access"), days: days),
                    as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }
}
