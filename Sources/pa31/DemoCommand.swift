import API
import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Plans
import Postgres
import Yams

struct DemoCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "demo",
            abstract: said(
                "La démonstration : un plan fictif et son histoire.",
                "The demonstration: a fictional plan and its history."),
            subcommands: [Status.self, Load.self, Tokens.self])
    }

    struct Status: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Sort 0 pour une démonstration, 3 pour une base vide, 4 pour de vraies données.",
                    "Exits 0 for a demonstration, 3 for an empty database, 4 for real data."),
                discussion: said("Exemple :\n  pa31 demo status", "Example:\n  pa31 demo status"))
        }
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Session.runUnnamed { session in
                switch try await Demonstration(session.database).state() {
                case .demonstration: Output.line(said("démonstration", "demonstration"))
                case .empty:
                    Output.line(said("vide", "empty"))
                    throw ExitCode(3)
                case .real:
                    Output.line(said("vraies données", "real data"))
                    throw ExitCode(4)
                }
            }
        }
    }

    struct Load: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Charge la démonstration dans une base vide et la marque comme telle.",
                    "Loads the demonstration into an empty database and marks it as such."),
                discussion: said(
                    "Exemple :\n  pa31 demo load --directory deploy/demo",
                    "Example:\n  pa31 demo load --directory deploy/demo"))
        }
        @OptionGroup var common: CommonOptions
        @Option(
            help: ArgumentHelp(
                said(
                    "Dossier des fichiers ; sinon deploy/demo près de sql/.",
                    "Folder of the files; else deploy/demo beside sql/.")))
        var directory: String?

        func run() async throws {
            try await Session.runUnnamed { session in
                let folder =
                    try directory.map { URL(fileURLWithPath: $0) }
                    ?? session.settings.sqlDirectory().deletingLastPathComponent().appendingPathComponent("deploy/demo")
                let count = try await Demonstration(session.database).load(from: folder, session: session) {
                    done, total in
                    Progress.show(done, of: total, label: said("histoire", "history"))
                }
                let sealed = try await AuditHeads.seal(session.settings)
                Output.line(
                    said(
                        "Démonstration chargée : \(count) événements, \(sealed) lignes d'audit scellées. Tout y est fictif.",
                        "Demonstration loaded: \(count) events, \(sealed) audit rows sealed. Everything in it is fictional."
                    ))
            }
        }
    }

    struct Tokens: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Donne des jetons d'un jour, dans une démonstration seulement.",
                    "Gives one-day tokens, in a demonstration only."),
                discussion: said("Exemple :\n  pa31 demo tokens", "Example:\n  pa31 demo tokens"))
        }
        @OptionGroup var common: CommonOptions

        func run() async throws {
            try await Session.runUnnamed { session in
                guard try await Demonstration(session.database).state() == .demonstration else {
                    throw Problem.forbidden(
                        fr: "Cette base n'est pas une démonstration : pa31 token create.",
                        en: "This database is no demonstration: pa31 token create.")
                }
                var lines: [(name: String, member: String, token: String)] = []
                for (name, organisation) in [
                    ("PA31_TEAM_TOKEN", "tme"),
                    ("PA31_PARTNER_TOKEN", try await Demonstration(session.database).leadOfFirstAction()),
                ] {
                    let address = Demonstration.address(of: organisation)
                    let member = try await MemberStore(session.database).find(address, as: session.caller)
                    let created = try await TokenStore(session.database).create(
                        for: member.caller, label: "démonstration", scopes: [.read, .write], validDays: 1,
                        as: session.caller)
                    lines.append((name, address, created.token))
                }
                if common.json {
                    return Output.json(
                        .array(
                            lines.map {
                                ["name": .string($0.name), "member": .string($0.member), "token": .string($0.token)]
                            }))
                }
                for line in lines { Output.line("export \(line.name)=\(line.token)   # \(line.member)") }
            }
        }
    }
}

/// A bar on a terminal, nothing elsewhere.
enum Progress {
    /// The same for a file's bytes, told in pieces of any size.
    static func bytes(_ done: Int, of total: Int, label: String) {
        // Hundredths: a small file is one piece, a big one thousands.
        guard total > 0 else { return }
        show(100 * done / total, of: 100, label: label)
    }

    static func show(_ done: Int, of total: Int, label: String) {
        guard isatty(2) == 1, total > 0, done == total || done % max(1, total / 50) == 0 else { return }
        let width = 30
        let filled = width * done / total
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        FileHandle.standardError.write(Data("\r\(label) \(bar) \(done)/\(total)\(done == total ? "\n" : "")".utf8))
    }
}
