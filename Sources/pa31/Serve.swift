import API
import ArgumentParser
import Fields
import Foundation
import Logging
import NIOCore
import Postgres
import Privacy
import ServiceLifecycle
import UnixSignals

struct Serve: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: said(
                "Sert l'API ; Ctrl-C ou SIGTERM l'arrêtent proprement.",
                "Serves the API; Ctrl-C or SIGTERM stop it gracefully."),
            discussion: said("Exemple :\n  PA31_PORT=8081 pa31 serve", "Example:\n  PA31_PORT=8081 pa31 serve"))
    }

    @OptionGroup var common: CommonOptions

    func run() async throws {
        try await Session.guarded {
            let settings = try Settings.read()
            let serverSettings = try settings.server()
            Self.raiseOpenFiles()
            // Without it the C library looks at the zone's file for each line of the log.
            unsafe setenv("TZ", ":/etc/localtime", 0)
            var logger = Logger(label: "pa31", factory: { _ in StreamLogHandler.standardError(label: "pa31") })
            logger.logLevel = try settings.logLevel()
            let server = Server(serverSettings, logger: logger)
            try await server.checkSchema()
            try await server.replayErasures()
            if serverSettings.privacy.ledger == nil {
                logger.warning("after a restore erased people would come back: set PA31_ERASURE_LEDGER")
            }
            if serverSettings.auditKey == nil {
                logger.warning("audit heads are not signed: set PA31_AUDIT_KEY_FILE")
            }
            if serverSettings.mail == nil {
                logger.warning("no mail is sent: set PA31_MAIL_COMMAND or PA31_MAIL_DIRECTORY")
            }
            let address = serverSettings.host
            let log = settings.logDirectory.map { DailyLog(in: $0, name: "serve-\(serverSettings.port)") }
            let application = try server.application { [logger] port in
                // What failed before stands where whoever started it looks.
                if let log, (try? log.turn()) == nil {
                    logger.warning("logs go to standard error: PA31_LOG_DIRECTORY can't be written")
                }
                logger.info("serving", metadata: ["http.url": "http://\(address):\(port)"])
            }
            var configuration = ServiceGroupConfiguration(
                services: [.init(service: application)] + (log.map { [.init(service: $0)] } ?? []), logger: logger)
            configuration.maximumGracefulShutdownDuration = Self.grace
            do { try await Self.run(ServiceGroup(configuration: configuration), draining: server) } catch let error
                as IOError where error.errnoCode == EADDRINUSE
            {
                throw Self.portTaken(
                    fr:
                        "Le port \(serverSettings.port) ou celui de /metrics (\(serverSettings.metricsPort ?? 0)) est pris : PA31_PORT, PA31_METRICS_PORT.",
                    en:
                        "Port \(serverSettings.port) or that of /metrics (\(serverSettings.metricsPort ?? 0)) is taken: PA31_PORT, PA31_METRICS_PORT."
                )
            }
            await server.close()
        }
    }

    /// Runs until a signal. Then the server goes on for a moment, telling each client to go elsewhere: closed at once, a
    /// connection would take a request along that was on its way.
    private static func run(_ group: ServiceGroup, draining server: Server) async throws {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        // The group alone decides when it is over.
        async let stopping: Void = stop(group, draining: server, at: signals)
        try await group.run()
        await stopping
    }

    private static func stop(_ group: ServiceGroup, draining server: Server, at signals: UnixSignalsSequence) async {
        for await _ in signals { break }
        server.drain()
        try? await Task.sleep(for: drainTime)
        await group.triggerGracefulShutdown()
    }

    /// How long it goes on after a signal, before it stops listening.
    private static let drainTime = Duration.seconds(1)
    /// What was accepted has this long to end after that; then it is cut.
    private static let grace = Duration.seconds(20)

    private static let portTaken = Problem(
        "serve.port_taken", .conflict, fr: "Le port est pris.", en: "The port is taken.")

    /// A connection is an open file: as many as the system lets us have.
    private static func raiseOpenFiles() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}

struct Migrate: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            abstract: said(
                "Met la base au schéma des fichiers sql/.", "Brings the database to the schema of the sql/ files."),
            discussion: said(
                "En avant seulement, une transaction par fichier. Plusieurs à la fois : l'un travaille, les autres attendent.\nExemple :\n  pa31 migrate --check",
                "Forward only, one transaction a file. Several at once: one works, the others wait.\nExample:\n  pa31 migrate --check"
            ))
    }

    @OptionGroup var common: CommonOptions
    @Flag(
        help: ArgumentHelp(
            said("Dire seulement si la base est à jour.", "Only say whether the database is up to date.")))
    var check = false

    func run() async throws {
        try await Session.guarded {
            let settings = try Settings.read()
            let migrator = Migrator(try settings.database(), directory: try settings.sqlDirectory())
            if check {
                try await migrator.check()
                return Output.line(said("La base est à jour.", "The database is up to date."))
            }
            let outcome = try await migrator.migrate()
            if common.json {
                return Output.json([
                    "applied": .array(outcome.applied.map(JSON.string)),
                    "repeatables_made": .bool(outcome.repeatablesMade),
                    "rows_loaded": .array(outcome.rowsLoaded.map(JSON.string)),
                ])
            }
            for name in outcome.applied { Output.line(said("appliqué : \(name)", "applied: \(name)")) }
            if outcome.repeatablesMade {
                Output.line(said("vues et fonctions refaites", "views and functions made again"))
            }
            for name in outcome.rowsLoaded { Output.line(said("lignes chargées : \(name)", "rows loaded: \(name)")) }
            if outcome.applied.isEmpty, outcome.rowsLoaded.isEmpty, !outcome.repeatablesMade {
                Output.line(said("Rien à faire.", "Nothing to do."))
            }
        }
    }
}

struct OpenAPICommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "openapi", abstract: said("Écrit le contrat OpenAPI 3.1.", "Writes the OpenAPI 3.1 contract."),
            discussion: said("Exemple :\n  pa31 openapi > openapi.json", "Example:\n  pa31 openapi > openapi.json"))
    }

    @OptionGroup var common: CommonOptions

    func run() async throws {
        // The contract needs no database: nothing is opened until something is asked of it.
        Output.json(Server.operations(Database(DatabaseSettings(url: ""))).document)
    }
}
