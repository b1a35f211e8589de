import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Plans

struct OrganisationCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "organisation", abstract: said("Les organismes.", "Organisations."),
            subcommands: [List.self, Save.self, Import.self, Authorise.self])
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Liste les organismes.", "Lists organisations."),
                discussion: said(
                    "Exemple :\n  pa31 organisation list --as moi@exemple.example",
                    "Example:\n  pa31 organisation list --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .team) { session in
                let rows = try await OrganisationStore(session.database).list(as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("code", Text(fr: "code", en: "code")), ("name", Text(fr: "nom", en: "name")),
                        ("kind", Text(fr: "type", en: "kind")), ("siret", Text(fr: "SIRET", en: "SIRET")),
                    ])
            }
        }
    }

    struct Save: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Crée un organisme ou le modifie.", "Creates or changes an organisation."),
                discussion: said(
                    "Exemple :\n  pa31 organisation save cd31 --name \"Conseil départemental\" --kind funder --as moi@exemple.example",
                    "Example:\n  pa31 organisation save cd31 --name \"Conseil départemental\" --kind funder --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Code court et stable, comme cd31.", "Short stable code, such as cd31.")))
        var code: String
        @Option(help: ArgumentHelp(said("Nom.", "Name."))) var name: String
        @Option(help: ArgumentHelp("platform, partner, funder, employer, prescriber, training_provider")) var kind:
            String
        @Option(help: ArgumentHelp(said("SIRET, 14 chiffres.", "SIRET, 14 digits."))) var siret: String?

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let new = OrganisationStore.New(
                    code: try read(code, "code"), name: name, kind: try read(kind, "--kind"),
                    siret: try siret.map { try read($0, "--siret") })
                let outcome = try await OrganisationStore(session.database).save([new], as: session.caller, apply: true)
                Output.line(
                    outcome.unchanged.isEmpty
                        ? said("Enregistré.", "Saved.") : said("Rien à changer.", "Nothing to change."))
            }
        }
    }

    struct Import: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "import",
                abstract: said(
                    "Lit des organismes d'un CSV (code;nom;type;siret) ; à blanc sans --apply.",
                    "Reads organisations from a CSV (code;nom;type;siret); a rehearsal without --apply."),
                discussion: said(
                    "Exemple :\n  pa31 organisation import deploy/demo/organisations.csv --apply --as moi@exemple.example",
                    "Example:\n  pa31 organisation import deploy/demo/organisations.csv --apply --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Le fichier.", "The file."))) var file: String
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let organisations = try OrganisationFile.read(try InputFile.bytes(file), file: file)
                let outcome = try await OrganisationStore(session.database).save(
                    organisations, as: session.caller, apply: apply)
                if common.json {
                    return Output.json([
                        "created": .array(outcome.created.map(JSON.string)),
                        "changed": .array(outcome.changed.map(JSON.string)),
                        "unchanged": .array(outcome.unchanged.map(JSON.string)), "applied": .bool(apply),
                    ])
                }
                for code in outcome.created { Output.line("+ \(code)") }
                for code in outcome.changed { Output.line("~ \(code)") }
                Output.summary(isEmpty: outcome.created.isEmpty && outcome.changed.isEmpty, applied: apply)
            }
        }
    }
}

/// Reads a file that a person named.
enum InputFile {
    static let problem = Problem("file.unreadable", .malformed, fr: "Fichier illisible.", en: "Unreadable file.")

    /// Its bytes, 5 MiB at most (`api.md` *Limits*).
    static func bytes(_ path: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw problem(
                fr: "Le fichier \(path) est introuvable ou illisible.", en: "The file \(path) is missing or unreadable."
            )
        }
        guard data.count <= 5 << 20 else {
            throw problem(fr: "Le fichier \(path) dépasse 5 Mio.", en: "The file \(path) is over 5 MiB.")
        }
        return Array(data)
    }
}

/// Reads an argument as a value of ours, or refuses it by name.
func read<T: FieldScalar>(_ text: String, _ name: String) throws -> T {
    do throws(Expectation) { return try T(fieldText: text) } catch {
        throw Problem.malformed(
            fr: "\(name) : attendu : \(error.expected.fr).", en: "\(name): expected: \(error.expected.en).")
    }
}

extension Output {
    /// How a rehearsal or a change ended.
    static func summary(isEmpty: Bool, applied: Bool) {
        if isEmpty { return line(said("Rien à faire.", "Nothing to do.")) }
        line(
            applied
                ? said("Fait, en une transaction.", "Done, in one transaction.")
                : said(
                    "À blanc : rien n'est changé. Ajoutez --apply pour le faire.",
                    "A rehearsal: nothing changed. Add --apply to do it."))
    }
}
