import API
import Accounts
import ArgumentParser
import Contract
import Fields
import Foundation
import Plans
import Postgres

/// Options that every command takes.
struct CommonOptions: ParsableArguments {
    @Option(help: ArgumentHelp(said("Langue des réponses : fr ou en.", "Language of the answers: fr or en.")))
    var lang: Language?

    @Flag(help: ArgumentHelp(said("Répondre en JSON, pour les programmes.", "Answer in JSON, for programs.")))
    var json = false
}

/// Options of the commands that act for somebody.
struct MemberOptions: ParsableArguments {
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp(
            said(
                "Membre au nom de qui l'on agit : adresse e-mail ou id (sinon PA31_MEMBER). Inscrit au journal.",
                "Member one acts for: e-mail address or id (or PA31_MEMBER). Written to the audit log."),
            valueName: "member"))
    var member: String?
}

/// The database as this run uses it, and for whom.
struct Session {
    let settings: Settings
    let database: Database
    let caller: Caller

    /// Who may run a command.
    enum Needs {
        /// A member of the team whose role changes things.
        case teamEditor
        /// A member of the team.
        case team
        /// Any member: the Store says what they may do.
        case member
    }

    /// Opens a session for a named member, runs the body, closes, and turns refusals into messages and exit codes.
    static func run(_ options: MemberOptions, _ needs: Needs, _ body: (Session) async throws -> Void) async throws {
        try await guarded {
            let settings = try Settings.read()
            guard let name = options.member ?? settings.member else {
                throw Problem.unauthenticated(
                    fr: "Dites au nom de qui : --as ADRESSE, ou PA31_MEMBER=ADRESSE.",
                    en: "Say for whom: --as ADDRESS, or PA31_MEMBER=ADDRESS.")
            }
            try await open(settings) { session in
                let member = try await MemberStore(session.database).find(name, as: session.caller)
                let caller = Caller.member(member.caller, requestID: session.caller.requestID)
                let isAllowed =
                    switch needs {
                    case .teamEditor: caller.isTeamEditor
                    case .team: caller.isTeam
                    case .member: true
                    }
                guard isAllowed else {
                    throw Problem.forbidden(
                        fr: "Cette commande est réservée à l'équipe de la plateforme.",
                        en: "This command is for the platform's team.")
                }
                try await body(Session(settings: settings, database: session.database, caller: caller))
            }
        }
    }

    /// Opens a session for the few commands that need no named member (`security.md` §2).
    static func runUnnamed(_ body: (Session) async throws -> Void) async throws {
        try await guarded { try await open(Settings.read(), body) }
    }

    private static func open(_ settings: Settings, _ body: (Session) async throws -> Void) async throws {
        var connections = try settings.database()
        // Somebody waits before a terminal, and can stop it: a national file takes longer than any request may.
        connections.slowStatementTimeout = .seconds(1800)
        let database = Database(connections, reading: .operator, writing: .operator)
        let request = "cli-" + IDSource.random.make(Identifier<Never>.self, at: database.clock.now()).fieldText
        do {
            try await body(Session(settings: settings, database: database, caller: .system(requestID: request)))
            await database.close()
        } catch {
            await database.close()
            throw error
        }
    }

    /// Prints what was refused or failed, as JSON when `--json` asks for it, and exits as the help says.
    static func guarded(_ body: () async throws -> Void) async throws {
        let isJSON = CommandLine.arguments.contains("--json")
        do { try await body() } catch let error as ExitCode { throw error } catch let error as PlanFileProblems {
            if isJSON { return try refuse(["wrong_cells": .array(error.cells.map(json))]) }
            for cell in error.cells { complain(cell.description(in: language)) }
            let count = error.cells.count
            complain(
                said(
                    "\(count) cellule(s) fausse(s) ; rien n'est importé.",
                    "\(count) wrong cell(s); nothing is imported."))
            throw ExitCode(2)
        } catch let error as Migrator.Mismatch {
            complain("pa31: \(error.description)")
            throw ExitCode(2)
        } catch {
            guard let refusal = Refusal(from: error) else {
                complain("pa31: \(error)")
                throw ExitCode(1)
            }
            if isJSON {
                complain(refusal.document(in: language, instance: "pa31", requestID: "").prettyText)
            } else {
                complain("pa31: \(refusal.detail(language)) [\(refusal.problem.code)]")
                for problem in refusal.errors { complain("  \(problem.pointer): \(problem.detail(language))") }
                if let cause = error as? DatabaseError, cause.kind == .connection { complain("  \(cause.message)") }
            }
            throw ExitCode(refusal.problem.kind == .unavailable ? 75 : 2)
        }
    }

    private static func refuse(_ document: JSON) throws {
        complain(document.prettyText)
        throw ExitCode(2)
    }

    private static func json(_ cell: WrongCell) -> JSON {
        [
            "file": .string(cell.file), "line": JSON(cell.line), "column": JSON(cell.column),
            "heading": .string(cell.heading), "value": .string(cell.value), "reason": .string(cell.reason(language)),
        ]
    }

    private static func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }
}
