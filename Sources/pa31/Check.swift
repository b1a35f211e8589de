import API
import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Messages
import Plans
import Postgres
import Privacy

struct Check: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: said(
                "Vérifie réglages, schéma, plan, journal et lignes orphelines ; sort 1 si quelque chose ne va pas.",
                "Checks settings, schema, plan, audit log and orphan rows; exits 1 if something is wrong."),
            discussion: said("Exemple :\n  pa31 check --json", "Example:\n  pa31 check --json"))
    }

    @OptionGroup var common: CommonOptions

    /// One line of the report.
    private struct Line {
        let name: String
        let problems: [String]
        /// What is no fault, and is to be known.
        var notes: [String] = []
    }

    func run() async throws {
        try await Session.runUnnamed { session in
            var lines: [Line] = []
            lines.append(await line(said("réglages", "settings")) { try configurationProblems(session.settings) })
            for login in [DatabaseSettings.Login.app, .public, .operator, .seal] {
                lines.append(
                    await line(said("connexion \(login.rawValue)", "login \(login.rawValue)")) {
                        let database = Database(try session.settings.database(), reading: login, writing: login)
                        do {
                            _ = try await database.read("SELECT 1::bigint AS value", as: Value<Int>.self)
                            await database.close()
                        } catch {
                            await database.close()
                            throw error
                        }
                        return []
                    })
            }
            lines.append(
                await line(said("schéma", "schema")) {
                    try await Migrator(try session.settings.database(), directory: try session.settings.sqlDirectory())
                        .check()
                    return []
                })
            lines.append(
                await line(said("plan", "plan")) {
                    try await PlanImport(session.database).export(as: session.caller)?.checkInvariants().map {
                        $0(language)
                    } ?? []
                })
            lines.append(
                await line(said("journal d'audit", "audit log")) {
                    try await AuditHeads.verify(session).findings.map { $0.text(language) }
                })
            lines.append(
                await line(said("lignes orphelines", "orphan rows")) {
                    try await OrphanStore(session.database).find(as: session.caller).map { $0(language) }
                })
            lines.append(
                await line(said("courriels", "mail")) { try await mailProblems(session) })
            var files = await line(said("fichiers à durée", "files with a time")) { try await fileProblems(session) }
            files.notes = try await notes(session)
            lines.append(files)
            report(lines)
            if lines.contains(where: { !$0.problems.isEmpty }) { throw ExitCode(1) }
        }
    }

    private func line(_ name: String, _ check: () async throws -> [String]) async -> Line {
        do { return Line(name: name, problems: try await check()) } catch {
            let reason = Refusal(from: error)?.detail(language) ?? "\(error)"
            return Line(name: name, problems: [reason])
        }
    }

    private func mailProblems(_ session: Session) async throws -> [String] {
        let troubles = try await MailStore(session.database).troubles(as: session.caller)
        var problems: [String] = []
        if troubles.late > 0 {
            problems.append(
                said(
                    "\(troubles.late) courriel(s) attendent depuis plus d'un jour : pa31 mail list.",
                    "\(troubles.late) mail(s) have waited for over a day: pa31 mail list."))
        }
        if troubles.failed > 0 {
            problems.append(
                said(
                    "\(troubles.failed) courriel(s) n'ont pas pu être remis en sept jours : pa31 mail list --state failed.",
                    "\(troubles.failed) mail(s) could not be delivered in seven days: pa31 mail list --state failed."))
        }
        return problems
    }

    /// Files of the folders that the purge is told of, over their time for more than a day.
    private func fileProblems(_ session: Session) async throws -> [String] {
        let clock = session.database.clock
        let yesterday = clock.now().adding(seconds: -86_400)
        let purge = Purge(session.database.at(.fixed(yesterday)))
        var problems: [String] = []
        for folder in session.settings.keptFolders {
            // A mail that an erasure emptied goes when the server looks, every ten minutes.
            for file in try await purge.dueFiles(in: folder) where Self.isOlder(file, than: yesterday) {
                problems.append(
                    said(
                        "\(file.path) a passé sa durée (\(folder.kind.line)) et est encore là : pa31 privacy purge --apply.",
                        "\(file.path) is over its time (\(folder.kind.line)) and still there: pa31 privacy purge --apply."
                    ))
            }
        }
        return problems
    }

    private static func isOlder(_ file: URL, than instant: Instant) -> Bool {
        let written = try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
        return (written?.timeIntervalSince1970 ?? 0) * 1_000_000 < Double(instant.microseconds)
    }

    /// What the register gives a time and the purge can't reach, since no folder was named: operations see to it.
    private func notes(_ session: Session) async throws -> [String] {
        let register = try await RegisterStore(session.database).lines().all()
        return KeptFolder.Kind.allCases.filter { $0 != .mails }.compactMap { kind in
            let key = Settings.key(of: kind)
            guard session.settings[key] == nil, let line = register.first(where: { $0.code == kind.line }),
                let variable = Settings.entries.first(where: { $0.key == key })?.variable
            else { return nil }
            let kept = line.duration(in: register)
            return said(
                "« \(line.titleFr) » : \(variable) n'est pas donné, l'exploitation les efface elle-même (\(kept)).",
                "'\(line.code)': \(variable) is not set, operations delete them themselves (\(kept)).")
        }
    }

    private func configurationProblems(_ settings: Settings) throws -> [String] {
        _ = try settings.server()
        _ = try settings.logLevel()
        var problems: [String] = []
        if try settings.auditKey() == nil {
            problems.append(
                said(
                    "PA31_AUDIT_KEY_FILE manque : les têtes du journal ne sont pas signées.",
                    "PA31_AUDIT_KEY_FILE is missing: audit heads are not signed."))
        }
        if let journal = settings.auditJournal {
            let folder = journal.deletingLastPathComponent().path
            let isWritable =
                FileManager.default.fileExists(atPath: journal.path)
                ? FileManager.default.isWritableFile(atPath: journal.path)
                : FileManager.default.isWritableFile(atPath: folder)
            if !isWritable {
                problems.append(said("\(journal.path) ne peut pas être écrit.", "\(journal.path) cannot be written."))
            }
        }
        return problems
    }

    private func report(_ lines: [Line]) {
        if common.json {
            return Output.json(
                .array(
                    lines.map {
                        [
                            "check": .string($0.name), "ok": .bool($0.problems.isEmpty),
                            "problems": .array($0.problems.map(JSON.string)),
                            "notes": .array($0.notes.map(JSON.string)),
                        ]
                    }))
        }
        for line in lines {
            Output.line("\(line.problems.isEmpty ? "✓" : "✗") \(line.name)")
            for problem in line.problems + line.notes { Output.line("    \(problem)") }
        }
    }
}
