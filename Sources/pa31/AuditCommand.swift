import Accounts
import ArgumentParser
import Contract
import Fields
import Logging
import Foundation
import Postgres

struct AuditCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "audit", abstract: said("Le journal d'audit.", "The audit log."),
            subcommands: [Verify.self, Seal.self, Key.self])
    }

    struct Verify: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Recalcule la chaîne et nomme ce qui ne tient pas.",
                    "Recomputes the chain and names what does not hold."),
                discussion: said(
                    "Les têtes signées (PA31_AUDIT_HEAD_FILE, ou --heads) disent jusqu'où la chaîne allait : sans elles, une fin coupée ne se voit pas.\nExemple :\n  pa31 audit verify --heads audit.head --as moi@exemple.example",
                    "Signed heads (PA31_AUDIT_HEAD_FILE, or --heads) say how far the chain went: without them a cut tail does not show.\nExample:\n  pa31 audit verify --heads audit.head --as me@exemple.example"
                ))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Fichier de têtes signées.", "File of signed heads."))) var heads: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                let outcome = try await AuditHeads.verify(session, heads: heads)
                if common.json {
                    Output.json([
                        "sealed": JSON(outcome.sealed), "pending": JSON(outcome.pending),
                        "findings": .array(outcome.findings.map { .string($0.text(language)) }),
                    ])
                } else {
                    for finding in outcome.findings { Output.line("! \(finding.text(language))") }
                    Output.line(
                        said(
                            "\(outcome.sealed) ligne(s) scellée(s), \(outcome.pending) en attente, \(outcome.findings.count) anomalie(s).",
                            "\(outcome.sealed) row(s) sealed, \(outcome.pending) waiting, \(outcome.findings.count) finding(s)."
                        ))
                }
                if !outcome.findings.isEmpty { throw ExitCode(1) }
            }
        }
    }

    struct Seal: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Scelle maintenant ce qui attend (serve le fait chaque seconde).",
                    "Seals what waits now (serve does so every second)."),
                discussion: said(
                    "Exemple :\n  pa31 audit seal --as moi@exemple.example",
                    "Example:\n  pa31 audit seal --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions

        func run() async throws {
            try await Session.run(member, .team) { session in
                let count = try await AuditHeads.seal(session.settings)
                Output.line(said("\(count) ligne(s) scellée(s).", "\(count) row(s) sealed."))
            }
        }
    }

    struct Key: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Crée la clé qui signe le journal, hors de la base.",
                    "Makes the key that signs the log, outside the database."),
                discussion: said(
                    "Exemple :\n  pa31 audit key --write /etc/pa31/audit.key",
                    "Example:\n  pa31 audit key --write /etc/pa31/audit.key"))
        }
        @OptionGroup var common: CommonOptions
        @Option(
            help: ArgumentHelp(
                said("Fichier à créer, lisible de son seul propriétaire.", "File to make, readable by its owner only."))
        ) var write: String

        func run() async throws {
            try await Session.guarded {
                // Open with the final rights: the key is never readable by others, not even for a moment.
                let descriptor = unsafe open(write, O_WRONLY | O_CREAT | O_EXCL, 0o600)
                guard descriptor >= 0 else {
                    throw InputFile.problem(
                        fr: "\(write) existe déjà ou ne peut pas être créé.",
                        en: "\(write) exists already or cannot be made.")
                }
                let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
                try file.write(contentsOf: Data((AuditKey.random().text + "\n").utf8))
            }
        }
    }
}

/// The audit log as the CLI reads and seals it.
enum AuditHeads {
    /// Verifies against the heads of a file, if there is one.
    static func verify(_ session: Session, heads path: String? = nil) async throws -> AuditVerifier.Outcome {
        var heads: [AuditHead] = []
        if let path = path ?? session.settings.auditJournal?.path {
            let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            heads = text.split(separator: "\n").compactMap { AuditHead(line: String($0)) }
        }
        return try await AuditVerifier(session.database).verify(heads: heads, key: try session.settings.auditKey())
    }

    /// Seals what waits, as the sealer's own role.
    static func seal(_ settings: Settings) async throws -> Int {
        let database = Database(try settings.database(), reading: .seal, writing: .seal)
        let sealer = AuditSealer(
            database, key: try settings.auditKey(), journal: settings.auditJournal,
            logger: Logger(label: "pa31", factory: { _ in SwiftLogNoOpLogHandler() }))
        do {
            let count = try await sealer.seal()
            await database.close()
            return count
        } catch {
            await database.close()
            throw error
        }
    }
}
