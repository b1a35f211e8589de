import ArgumentParser
import Contract
import Directory
import Fields
import Foundation
import Postgres

extension StructureCommand {
    struct Export: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Donne l'annuaire ouvert dans un format d'échange.",
                    "Gives out the open directory in a format of interchange."),
                discussion: said(
                    """
                    data-inclusion : structures et services au schéma data·inclusion 1.0.10, comme GET /v1/exports/data-inclusion.
                    Une structure que le schéma ne peut pas contenir n'y est pas, et est nommée (left_out).
                    Exemple :
                      pa31 structure export --format data-inclusion --output structures.json --as moi@exemple.example
                    """,
                    """
                    data-inclusion: structures and services in the schema of data·inclusion 1.0.10, as GET /v1/exports/data-inclusion.
                    A structure that the schema can't hold is left out, and named (left_out).
                    Example:
                      pa31 structure export --format data-inclusion --output structures.json --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp("data-inclusion")) var format = Format.dataInclusion
        @Option(
            help: ArgumentHelp(said("Fichier ; sinon la sortie standard.", "File; else the standard output.")))
        var output: String?
        @Option(
            help: ArgumentHelp(
                said(
                    "Adresse de ce service, pour les liens vers chaque fiche : https://…",
                    "Address of this service, for links to each sheet: https://…")))
        var site: String?

        enum Format: String, ExpressibleByArgument, CaseIterable {
            case dataInclusion = "data-inclusion"
        }

        func run() async throws {
            let site = try site.map(Self.checked)
            try await Session.run(member, .member) { session in
                let store = StructureStore(session.database)
                guard let output else {
                    try await store.exportDataInclusion(site: site, as: session.caller) {
                        try Output.bytes($0, to: nil)
                    }
                    return
                }
                // Beside its place until it is whole: a half export must not be taken for one.
                let file = URL(fileURLWithPath: output)
                let part = file.appendingPathExtension("part")
                guard FileManager.default.createFile(atPath: part.path, contents: nil),
                    let handle = try? FileHandle(forWritingTo: part)
                else { throw Self.unwritable(output) }
                defer { try? FileManager.default.removeItem(at: part) }
                let exported = try await store.exportDataInclusion(site: site, as: session.caller) {
                    try handle.write(contentsOf: $0)
                }
                try handle.close()
                try? FileManager.default.removeItem(at: file)
                do { try FileManager.default.moveItem(at: part, to: file) } catch { throw Self.unwritable(output) }
                report(exported)
            }
        }

        private func report(_ exported: StructureStore.Exported) {
            if common.json {
                let leftOut = exported.leftOut.map { one -> JSON in
                    ["finess": .string(one.finess), "reason": .string(one.reason.rawValue)]
                }
                return Output.json([
                    "structures": JSON(exported.structures), "services": JSON(exported.services),
                    "left_out": .array(leftOut),
                ])
            }
            Output.line(
                said(
                    "\(exported.structures) structures, \(exported.services) services, \(exported.leftOut.count) laissées de côté.",
                    "\(exported.structures) structures, \(exported.services) services, \(exported.leftOut.count) left out."
                ))
            for one in exported.leftOut { Output.line("  \(one.finess)  \(one.reason.label(language))") }
        }

        private static func checked(_ site: String) throws -> String {
            guard let url = URL(string: site), ["http", "https"].contains(url.scheme), url.host != nil else {
                throw ValidationError(said("--site : https://…", "--site: https://…"))
            }
            return site.hasSuffix("/") ? String(site.dropLast()) : site
        }

        private static func unwritable(_ path: String) -> Refusal {
            Problem(
                "command.unwritable", .invalid, fr: "Le fichier ne peut pas être écrit.",
                en: "The file can't be written.")(
                    fr: "\(path) ne peut pas être écrit.", en: "\(path) can't be written.")
        }
    }
}
