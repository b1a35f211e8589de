import ArgumentParser
import Directory
import Fields
import Finess
import Postgres

extension StructureCommand {
    struct Coherence: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit quelles structures ouvertes ont un SIRET manquant ou douteux, et que faire.",
                    "Says which open structures lack a SIRET or have a doubtful one, and what to do."),
                discussion: said(
                    """
                    Statuts : \(SiretCoherence.ofStructures.map(\.rawValue).joined(separator: ", ")). Sans --status, tous sauf ok.
                    Exemple :
                      pa31 structure coherence --status shared --as moi@exemple.example
                    """,
                    """
                    Statuses: \(SiretCoherence.ofStructures.map(\.rawValue).joined(separator: ", ")). Without --status, all but ok.
                    Example:
                      pa31 structure coherence --status shared --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Un statut seulement.", "One status only."))) var status: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                let store = StructureStore(session.database)
                let rows = try await store.coherence(
                    of: try status.map { try read($0, "--status") }, as: session.caller)
                let counts = try await store.coherenceCounts(as: session.caller)
                if common.json {
                    let summary = counts.map { JSON.Member($0.status.rawValue, JSON($0.count)) }
                    let advice = SiretCoherence.ofStructures.map {
                        JSON.Member($0.rawValue, JSON($0.advice?(language)))
                    }
                    return Output.json([
                        "counts": .object(summary), "advice": .object(advice),
                        "structures": Output.document(rows.prefix(rows.count)),
                    ])
                }
                Output.rows(
                    rows, json: false,
                    columns: [
                        ("finess", Text(fr: "FINESS", en: "FINESS")), ("usual_name", Text(fr: "nom", en: "name")),
                        ("siret", Text(fr: "SIRET", en: "SIRET")), ("legal_entity", Text(fr: "EJ", en: "EJ")),
                        ("siren", Text(fr: "SIREN de l'EJ", en: "EJ's SIREN")),
                        ("status", Text(fr: "statut", en: "status")),
                    ])
                for count in counts { Output.line(count.status.line(count.count, language)) }
            }
        }
    }
}
