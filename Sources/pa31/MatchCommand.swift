import ArgumentParser
import Contract
import Fields
import Orientation
import Postgres
import Recruitment

/// Matches: ids, never a person's name.
struct MatchCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "match",
            abstract: said(
                "Les rapprochements expliqués entre dossiers et besoins : un score ordonne, une personne décide.",
                "Matches between files and needs, explained: a score orders, a person decides."),
            subcommands: [Needs.self, Candidates.self])
    }

    struct Options: ParsableArguments {
        @Option(help: ArgumentHelp(said("Combien, 50 au plus.", "How many, at most 50."))) var limit: String?
        @Flag(help: ArgumentHelp(said("Aussi ce qu'un critère exclut.", "Also what a criterion excludes.")))
        var includeExcluded = false
        @Flag(help: ArgumentHelp(said("Critère par critère.", "Criterion by criterion."))) var explain = false

        func filter() throws -> MatchStore.Filter {
            MatchStore.Filter(
                limit: try limit.map { try read($0, "--limit") }, includeExcluded: includeExcluded ? true : nil)
        }
    }

    /// Matches as a table of ids, or as JSON without names.
    private static func tell(_ found: MatchStore.Found, of name: String, _ options: Options, json: Bool) {
        if json {
            let items = found.document(of: name)["items"]?.elements ?? []
            return Output.json(.array(items.map { .object($0.members.map(withoutName)) }))
        }
        Output.table(
            headings: [
                said("score", "score"), name == "need" ? said("besoin", "need") : said("dossier", "file"),
                name == "need" ? said("offre", "offer") : said("accès", "access"), said("exclu par", "excluded by"),
            ],
            found.items.map { item in
                [
                    "\(item.score)/\(item.maximum)", item.subject["id"]?.string ?? "",
                    plain(item.subject["title"]?.string ?? item.subject["access"]?.string ?? ""),
                    item.excludedBy.joined(separator: " "),
                ]
            })
        if options.explain {
            for item in found.items {
                Output.line("\n\(item.subject["id"]?.string ?? "")")
                for points in item.points {
                    Output.line("  \(points.points)/\(points.maximum) \(points.label) : \(plain(points.sentenceFr))")
                }
            }
        }
        if let note = found.note { Output.line(note) }
    }

    private static func withoutName(_ member: JSON.Member) -> JSON.Member {
        member.name == "candidate"
            ? .init(member.name, .object(member.value.members.filter { $0.name != "first_name" })) : member
    }

    struct Needs: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les besoins ouverts qui conviennent à une personne, le meilleur d'abord.",
                    "Open needs that suit a person, the best first."),
                discussion: said(
                    "Exemple :\n  pa31 match needs 0190… --explain --as moi@exemple.example",
                    "Example:\n  pa31 match needs 0190… --explain --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var options: Options
        @Argument(help: ArgumentHelp(said("Identifiant du dossier.", "The file's id."))) var candidate: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let found = try await MatchStore(session.database).needs(
                    for: try read(candidate, "CANDIDATE"), try options.filter(), as: session.caller)
                MatchCommand.tell(found, of: "need", options, json: common.json)
            }
        }
    }

    struct Candidates: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les dossiers de son organisme, et ceux partagés avec lui, auxquels un besoin convient.",
                    "Files of one's organisation, and those shared with it, that a need suits."),
                discussion: said(
                    "Exemple :\n  pa31 match candidates 0190… --as moi@exemple.example",
                    "Example:\n  pa31 match candidates 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var options: Options
        @Argument(help: ArgumentHelp(said("Identifiant du besoin.", "The need's id."))) var need: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let found = try await MatchStore(session.database).candidates(
                    for: try read(need, "NEED"), try options.filter(), as: session.caller)
                MatchCommand.tell(found, of: "candidate", options, json: common.json)
            }
        }
    }
}
