import ArgumentParser
import Contract
import Fields
import Postgres
import Reports

struct CampaignCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "campaign",
            abstract: said("Les campagnes de bilan des financeurs.", "The funders' reporting campaigns."),
            subcommands: [List.self, Show.self, Create.self, Explain.self, Move.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Les campagnes.", "The campaigns."),
                discussion: said(
                    "Exemple :\n  pa31 campaign list --as moi@exemple.example",
                    "Example:\n  pa31 campaign list --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("draft, submitted, fix_requested, reviewed, final, cancelled")) var state: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = CampaignStore.Filter()
                filter.state = try state.map { try read($0, "--state") }
                filter.limit = .largest
                let rows = try await session.campaigns.list(filter, as: session.caller)
                if common.json { return Output.rows(rows, json: true, columns: []) }
                Output.table(
                    headings: [
                        said("campagne", "campaign"), said("titre", "title"), said("état", "state"),
                        said("à faire par", "owed by"), said("avant le", "due"), said("rapports", "reports"),
                    ],
                    try rows.all().map { campaign in
                        [
                            campaign.id.fieldText, plain(campaign.title), campaign.state.label(language),
                            campaign.owedBy?.rawValue ?? "",
                            (campaign.dueOn?.fieldText ?? "")
                                + (campaign.isOverdue ? said(" (en retard)", " (overdue)") : ""),
                            String(campaign.reports.count),
                        ]
                    })
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Une campagne : ses rapports, et ce qui manque, avec qui doit le faire.",
                    "One campaign: its reports, and what is missing, with who must do it."),
                discussion: said(
                    "Exemple :\n  pa31 campaign show 0190… --as moi@exemple.example",
                    "Example:\n  pa31 campaign show 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant.", "Its id."))) var campaign: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let found = try await session.campaigns.find(try read(campaign, "CAMPAIGN"), as: session.caller)
                found.print(json: common.json)
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Ouvre une campagne.", "Begins a campaign."),
                discussion: said(
                    """
                    La période va du premier jour d'un trimestre au dernier jour d'un trimestre.
                    Exemple :
                      pa31 campaign create --profile cnsa --from 2024-01-01 --to 2024-12-31 --submit-by 2025-06-30
                    """,
                    """
                    The period goes from the first day of a quarter to the last day of one.
                    Example:
                      pa31 campaign create --profile cnsa --from 2024-01-01 --to 2024-12-31 --submit-by 2025-06-30
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Profil : cnsa, ars, cd31.", "Profile: cnsa, ars, cd31."))) var profile: String
        @Option(help: ArgumentHelp(said("Premier jour.", "First day."))) var from: String
        @Option(help: ArgumentHelp(said("Dernier jour.", "Last day."))) var to: String
        @Option(help: ArgumentHelp(said("À soumettre avant le.", "To be submitted by."))) var submitBy: String
        @Option(help: ArgumentHelp(said("À relire avant le.", "To be reviewed by."))) var reviewBy: String?
        @Option(help: ArgumentHelp(said("À signer avant le.", "To be signed by."))) var signBy: String?
        @Option(help: ArgumentHelp(said("Rappels à partir du.", "Reminders from."))) var opensOn: String?
        @Option(help: ArgumentHelp(said("Titre.", "Title."))) var title: String?

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let new = NewCampaign(
                    profile: try read(profile, "--profile"), title: title, startsOn: try read(from, "--from"),
                    endsOn: try read(to, "--to"),
                    opensOn: try opensOn.map { try read($0, "--opens-on") },
                    submitBy: try read(submitBy, "--submit-by"),
                    reviewBy: try reviewBy.map { try read($0, "--review-by") },
                    signBy: try signBy.map { try read($0, "--sign-by") })
                try await session.campaigns.create(new, as: session.caller).print(json: common.json)
            }
        }
    }

    struct Explain: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Explique ce qui manque à un rapport.", "Explains what a report lacks."),
                discussion: said(
                    "Exemple :\n  pa31 campaign explain 0190… evidence:A1.01 \"Le bilan signé arrive en mars.\"",
                    "Example:\n  pa31 campaign explain 0190… evidence:A1.01 \"The signed summary comes in March.\""))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant.", "Its id."))) var campaign: String
        @Argument(
            help: ArgumentHelp(
                said("Ce qui manque, comme campaign show le nomme.", "What is missing, as campaign show names it.")))
        var gap: String
        @Argument(help: ArgumentHelp(said("Pourquoi ; le financeur le lit.", "Why; the funder reads it."))) var text:
            String

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                try await session.campaigns.explain(
                    try read(campaign, "CAMPAIGN"), NewExplanation(gap: gap, text: text), as: session.caller
                ).print(json: common.json)
            }
        }
    }

    struct Move: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Fait avancer une campagne : submitted, fix_requested, reviewed, final, cancelled.",
                    "Moves a campaign: submitted, fix_requested, reviewed, final, cancelled."),
                discussion: said(
                    """
                    Soumettre fige un rapport numéroté. Exemples :
                      pa31 campaign move 0190… fix_requested --comment "Le total 2023 ?" --as moi@cnsa.example
                      pa31 campaign move 0190… final --sign --as signataire@cnsa.example
                    """,
                    """
                    Submitting freezes a numbered report. Examples:
                      pa31 campaign move 0190… fix_requested --comment "The total of 2023?" --as me@cnsa.example
                      pa31 campaign move 0190… final --sign --as signatory@cnsa.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant.", "Its id."))) var campaign: String
        @Argument(help: ArgumentHelp("submitted, fix_requested, reviewed, final, cancelled")) var to: String
        @Option(help: ArgumentHelp(said("Situation à la fin de ce jour passé.", "As at the end of this past day.")))
        var asOf: String?
        @Option(help: ArgumentHelp(said("Commentaire du financeur.", "The funder's comment."))) var comment: String?
        @Option(help: ArgumentHelp(said("Motif de l'annulation.", "Why it is cancelled."))) var reason: String?
        @Flag(help: ArgumentHelp(said("Signer, soi-même : pour final.", "Sign, oneself: for final."))) var sign = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                let move = CampaignMove(
                    to: try read(to, "TO"), asOf: try asOf.map { try read($0, "--as-of") }, comment: comment,
                    reason: reason, signatory: sign ? session.caller.member?.id : nil)
                try await session.move(try read(campaign, "CAMPAIGN"), move).print(json: common.json)
            }
        }
    }
}

extension Session {
    /// The layouts that there are.
    func profiles() -> ReportProfiles { ReportProfiles(sql: try? settings.sqlDirectory()) }

    var campaigns: CampaignStore { CampaignStore(database, profiles: profiles()) }

    /// Moves a campaign from the version that it is at.
    func move(_ id: Campaign.ID, _ move: CampaignMove) async throws -> CampaignStore.Found {
        let present = try await campaigns.find(id, as: caller).campaign.first()
        return try await campaigns.move(
            id, move, precondition: Precondition(version: present?.version ?? 0), as: caller,
            step: { done, total in Progress.show(done, of: total, label: said("Rapport", "Report")) })
    }
}

extension CampaignStore.Found {
    /// As a record, then what is missing; one document for programs.
    func print(json: Bool) {
        var document = Output.document(campaign.prefix(1)).elements.first ?? .null
        if json {
            if let gaps { document = .object(document.members + [.init("gaps", gaps)]) }
            return Output.json(document)
        }
        Output.record(campaign, json: false)
        guard let gaps, !gaps.elements.isEmpty else { return }
        Output.line("")
        Output.table(
            headings: [
                said("ce qui manque", "what is missing"), said("à faire", "to do"), said("par", "by"),
                said("explication", "explanation"),
            ],
            gaps.elements.map { gap in
                [
                    gap["gap"]?.string ?? "", plain(gap["text"]?.string ?? ""),
                    gap["owed_by"]?.string ?? said("équipe", "team"),
                    plain(gap["explanation"]?.string ?? ""),
                ]
            })
    }
}
