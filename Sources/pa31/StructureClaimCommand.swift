import Accounts
import ArgumentParser
import Contract
import Directory
import Fields
import Postgres

extension StructureCommand {
    struct Claim: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Demande le rattachement d'une structure à son organisme employeur.",
                    "Claims a structure for one's own employer organisation."),
                discussion: said(
                    "Exemple :\n  pa31 structure claim 310784723 --message \"Nous la gérons.\" --as moi@exemple.example",
                    "Example:\n  pa31 structure claim 310784723 --message \"We run it.\" --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String
        @Option(help: ArgumentHelp(said("Ce qui appuie la demande.", "What speaks for it."))) var message: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await ClaimStore(session.database).create(
                    try read(structure, "STRUCTURE"), NewClaim(message: message), as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }

    struct Claims: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Les demandes de rattachement.", "Claims on structures."),
                discussion: said(
                    """
                    Les indices aident l'équipe à décider ; aucun ne prouve rien.
                    Exemple :
                      pa31 structure claims --status pending --as moi@exemple.example
                    """,
                    """
                    Hints help the team to decide; none of them proves anything.
                    Example:
                      pa31 structure claims --status pending --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("pending, validated, refused, withdrawn, ended")) var status: String?
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = ClaimStore.Filter()
                filter.status = try status.map { try read($0, "--status") }
                filter.limit = try limit.map { try read($0, "--limit") }
                let rows = try await ClaimStore(session.database).list(filter, as: session.caller)
                if common.json { return Output.rows(rows, json: true, columns: []) }
                let claims = try rows.all()
                Output.table(
                    headings: [
                        said("demande", "claim"), "FINESS", said("structure", "structure"),
                        said("organisme", "organisation"), said("état", "status"), said("rattachée à", "attached to"),
                        said("indices", "hints"),
                    ],
                    claims.prefix((filter.limit ?? .standard).count).map { claim in
                        [
                            claim.id.fieldText, claim.structure.finess, plain(claim.structure.usualName),
                            claim.organisation.code, claim.status.label(language), claim.attachedTo?.code ?? "",
                            Self.hints(claim.hints),
                        ]
                    })
            }
        }

        private static func hints(_ hints: ClaimHints?) -> String {
            guard let hints else { return "" }
            return [
                (hints.emailDomainMatches, said("domaine", "domain")), (hints.siretMatches, "SIRET"),
                (hints.sirenMatches, "SIREN"),
            ].filter(\.0).map(\.1).joined(separator: ", ")
        }
    }

    struct ClaimDecide: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "claim-decide",
                abstract: said(
                    "Décide d'une demande : validated, refused, ended (et withdrawn, pour qui l'a faite).",
                    "Decides on a claim: validated, refused, ended (and withdrawn, for who made it)."),
                discussion: said(
                    """
                    Exemple :
                      pa31 structure claim-decide 0190… refused --reason "Gérée par un autre organisme." --as moi@exemple.example
                    """,
                    """
                    Example:
                      pa31 structure claim-decide 0190… refused --reason "Run by another organisation." --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de la demande.", "The claim's id."))) var claim: String
        @Argument(help: ArgumentHelp("validated, refused, ended, withdrawn")) var to: String
        @Option(help: ArgumentHelp(said("Motif ; l'autre partie le lit.", "Why; the other side reads it.")))
        var reason: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = ClaimStore(session.database)
                let id: StructureClaim.ID = try read(claim, "CLAIM")
                let present = try await store.find(id, as: session.caller).first()
                let rows = try await store.move(
                    id, ClaimMove(to: try read(to, "TO"), reason: reason),
                    precondition: Precondition(version: present?.version ?? 0), as: session.caller)
                Output.record(rows, json: common.json)
            }
        }
    }
}
