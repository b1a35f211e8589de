public import Accounts
public import Contract
public import Fields
public import Foundation
public import Hummingbird
public import Logging
import Plans
public import Postgres
import Reports

/// Everything the server needs to know, read once in `main`.
public struct ServerSettings: Sendable {
    /// Where to listen.
    public var host: String
    /// On which port; 0 takes a free one.
    public var port: Int
    /// The database and its logins.
    public var database: DatabaseSettings
    /// The sealer's key; without it heads are not signed.
    public var auditKey: AuditKey?
    /// The file that signed heads are appended to.
    public var auditJournal: URL?
    /// The folder with `migrations/`.
    public var sqlDirectory: URL

    /// Settings.
    public init(
        host: String, port: Int, database: DatabaseSettings, auditKey: AuditKey? = nil, auditJournal: URL? = nil,
        sqlDirectory: URL
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.auditKey = auditKey
        self.auditJournal = auditJournal
        self.sqlDirectory = sqlDirectory
    }
}

/// The server, composed in one place that `serve` and the tests share.
public struct Server: Sendable {
    /// The database as the server uses it.
    public let database: Database
    /// Every operation that is served.
    public let endpoints: [Endpoint]
    /// What the public contract says, as a document.
    public let document: JSON
    private let settings: ServerSettings
    private let sealer: AuditSealer
    private let sealing: Database
    private let logger: Logger
    private let tokens: TokenStore

    /// Composes the server; nothing is opened yet.
    public init(_ settings: ServerSettings, clock: TimeSource = .system, logger: Logger) {
        self.settings = settings
        self.logger = logger
        database = Database(settings.database, clock: clock)
        var small = settings.database
        small.transactionConnections = 1
        sealing = Database(small, reading: .seal, writing: .seal, clock: clock)
        sealer = AuditSealer(sealing, key: settings.auditKey, journal: settings.auditJournal, logger: logger)
        tokens = TokenStore(database)
        (endpoints, document) = Self.operations(database)
    }

    /// Every operation over a database, and the document that describes them all.
    public static func operations(_ database: Database) -> (endpoints: [Endpoint], document: JSON) {
        let features = ActionEndpoints(actions: ActionStore(database), plans: PlanStore(database)).all
        let described = features + ServiceEndpoints(database: database, document: nil).all
        let document = OpenAPI.document(described)
        return (features + ServiceEndpoints(database: database, document: document).all, document)
    }

    /// Throws unless the database is what the files say: `serve` starts on nothing else.
    public func checkSchema() async throws {
        try await Migrator(settings.database, directory: settings.sqlDirectory).check()
    }

    /// The HTTP application; `onRunning` is told the port it listens on.
    public func application(
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        let kernel = Kernel(endpoints: endpoints, tokens: tokens, clock: database.clock, logger: logger)
        var application = Application(
            responder: try kernel.responder(),
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: nil, reuseAddress: true),
            services: [sealer],
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
        application.logger = logger
        return application
    }

    /// Closes the connections once nothing is served any more.
    public func close() async {
        await database.close()
        await sealing.close()
    }
}
