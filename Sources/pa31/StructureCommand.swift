import ArgumentParser
import Directory
import Fields
import Foundation
import Postgres
import Reference

struct StructureCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "structure",
            abstract: said("L'annuaire des structures.", "The directory of structures."),
            subcommands: [
                Import.self, List.self, Show.self, Edit.self, Verify.self, Claim.self, Claims.self, ClaimDecide.self,
                Contact.self, ContactLinkCommand.self, Contacts.self, ContactTold.self, Stale.self, Disagreements.self,
                Settle.self,
            ] + Self.merging)
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Cherche des structures ouvertes.", "Looks for open structures."),
                discussion: said(
                    """
                    Exemples :
                      pa31 structure list --q "ehpad comminge" --near 43.108,0.723 --radius-km 30 --as moi@exemple.example
                      pa31 structure list --kind SAD --commune 31555 --json --as moi@exemple.example
                    """,
                    """
                    Examples:
                      pa31 structure list --q "ehpad comminge" --near 43.108,0.723 --radius-km 30 --as me@exemple.example
                      pa31 structure list --kind SAD --commune 31555 --json --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Mots cherchés.", "Words to look for."))) var q: String?
        @Option(help: ArgumentHelp("EHPAD, SAD, 460 …")) var kind: String?
        @Option(help: ArgumentHelp("elderly, adults_with_disability, children_with_disability, carers"))
        var `public`: String?
        @Option(help: ArgumentHelp(said("Code INSEE de la commune.", "INSEE code of the commune."))) var commune:
            String?
        @Option(help: ArgumentHelp(said("SIREN de l'EPCI.", "SIREN of the EPCI."))) var epci: String?
        @Option(help: ArgumentHelp("latitude,longitude")) var near: String?
        @Option(help: ArgumentHelp(said("Au plus tant de kilomètres.", "At most so many kilometres."))) var radiusKm:
            String?
        @Option(help: ArgumentHelp(said("Numéro FINESS du gestionnaire (EJ).", "FINESS number of who runs it (EJ).")))
        var `operator`: String?
        @Option(help: ArgumentHelp(said("Ouest,sud,est,nord, en degrés.", "West,south,east,north, in degrees.")))
        var bbox: String?
        @Option(help: ArgumentHelp(said("Vérifiées depuis le, AAAA-MM-JJ.", "Verified since, YYYY-MM-DD.")))
        var verifiedSince: String?
        @Flag(help: ArgumentHelp(said("Qui disent recruter.", "That say they recruit."))) var recruiting = false
        @Option(help: ArgumentHelp(said("Combien, 200 au plus.", "How many, at most 200."))) var limit: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                var filter = StructureStore.Filter()
                filter.q = try q.map { try read($0, "--q") }
                filter.kind = try kind.map { try read($0, "--kind") }
                filter.public = try self.public.map { try read($0, "--public") }
                filter.commune = try commune.map { try read($0, "--commune") }
                filter.epci = try epci.map { try read($0, "--epci") }
                filter.near = try near.map { try read($0, "--near") }
                filter.radiusKm = try radiusKm.map { try read($0, "--radius-km") }
                filter.operator = try self.operator.map { try read($0, "--operator") }
                filter.bbox = try bbox.map { try read($0, "--bbox") }
                filter.verifiedSince = try verifiedSince.map { try read($0, "--verified-since") }
                filter.recruiting = recruiting ? true : nil
                filter.limit = try limit.map { try read($0, "--limit") }
                let rows = try await StructureStore(session.database).list(filter, on: session.database.clock.today)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("finess", Text(fr: "FINESS", en: "FINESS")), ("kind_name", Text(fr: "catégorie", en: "kind")),
                        ("usual_name", Text(fr: "nom", en: "name")), ("commune", Text(fr: "commune", en: "commune")),
                        ("distance_m", Text(fr: "mètres", en: "metres")),
                        ("verified_on", Text(fr: "vérifiée le", en: "verified on")),
                    ])
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Montre une structure.", "Shows a structure."),
                discussion: said(
                    "Exemple :\n  pa31 structure show 310784723 --as moi@exemple.example",
                    "Example:\n  pa31 structure show 310784723 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET) ou identifiant.", "FINESS number (ET) or id.")))
        var structure: String
        @Flag(
            help: ArgumentHelp(
                said(
                    "Source et âge de chaque champ, qualité de la fiche.",
                    "Each field's source and age, the sheet's quality.")))
        var explain = false

        func run() async throws {
            try await Session.run(member, .member) { session in
                let store = StructureStore(session.database)
                var key: StructureKey = try read(structure, "STRUCTURE")
                if case .merged(let other) = try await store.find(key) {
                    if !common.json { Output.line(said("Fusionnée avec \(other).", "Merged into \(other).")) }
                    key = .finess(other)
                }
                guard case .here(let rows) = try await store.find(key) else { return }
                guard explain, let sheet = try rows.first() else { return Output.record(rows, json: common.json) }
                StructureExplanation.show(sheet, rows, on: session.database.clock.today, json: common.json)
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit que tout ce que montre la fiche est juste aujourd'hui.",
                    "Says that all that the sheet shows is right today."),
                discussion: said(
                    "Exemple :\n  pa31 structure verify 310784723 --as moi@exemple.example",
                    "Example:\n  pa31 structure verify 310784723 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let changed = try await StructureStore(session.database).verify(
                    try read(structure, "STRUCTURE"), as: session.caller)
                Output.record(changed.structure, json: common.json)
            }
        }
    }
}
