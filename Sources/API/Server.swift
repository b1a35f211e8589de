public import Accounts
public import Contract
import Directory
public import Fields
public import Foundation
public import Hummingbird
public import Logging
import HummingbirdCore
public import Messages
import Orientation
import Plans
public import Privacy
import Reference
public import Postgres
import Recruitment
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
    /// Folders whose files the register gives a time.
    public var keptFolders: [KeptFolder] = []
    /// Where received files are kept; nil takes none.
    public var filesDirectory: URL?
    /// The loopback port of `/metrics`; nil serves none, 0 takes a free one.
    public var metricsPort: Int?
    /// How many bytes of public answers are kept in memory; 0 keeps none.
    public var cacheBytes = 0
    /// Proxies whose `X-Forwarded-For` is believed.
    public var proxies: [AddressRange] = []
    /// How many requests a minute are let through.
    public var rateLimits = RateLimits()
    /// How long a connection may take its time.
    public var connectionLimits = ConnectionLimits()
    /// How mails leave; nil lets them wait in the outbox.
    public var mail: MailSettings?
    /// The service's address as people reach it: `https://pa31.example`.
    public var publicURL: String?
    /// Who answers for personal data, and where erasures are kept too.
    public var privacy = PrivacySettings()
    /// Whether this server lets happen what is due: expiries, reminders.
    public var runsClock = false

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
    private let metrics = ServerMetrics()
    private let cache: AnswerCache
    private let draining: Draining

    /// Connections at once; more wait in the system's queue until one ends.
    static let maximumConnections = 4000

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
        cache = AnswerCache(capacity: settings.cacheBytes)
        let draining = Draining()
        self.draining = draining
        (endpoints, document) = Self.operations(
            database, tokens: tokens, files: FileStore(settings.filesDirectory), draining: draining,
            publicURL: settings.publicURL, sql: settings.sqlDirectory, privacy: settings.privacy)
    }

    /// Every operation over a database, and the document that describes them all.
    public static func operations(_ database: Database) -> (endpoints: [Endpoint], document: JSON) {
        operations(database, tokens: TokenStore(database), files: FileStore(nil), draining: Draining())
    }

    private static func operations(
        _ database: Database, tokens: TokenStore, files: FileStore, draining: Draining, publicURL: String? = nil,
        sql: URL? = nil, privacy: PrivacySettings = PrivacySettings()
    ) -> (endpoints: [Endpoint], document: JSON) {
        let (steering, structures) = (SteeringStore(database), StructureStore(database))
        let sessions = SessionStore(database)
        let tasks = TaskStore(database, publicURL: publicURL)
        let orientations = OrientationStore(database)
        let candidates = CandidateStore(
            database, stopping: [orientations.stopping],
            handingOver: [orientations.handingOver, RightsStore.handingOver])
        let features =
            ActionEndpoints(actions: ActionStore(database), plans: PlanStore(database), files: files).all
            + StructureEndpoints(structures: structures).all
            + InterchangeEndpoints(structures: structures).all
            + ClaimEndpoints(claims: ClaimStore(database)).all
            + ContactEndpoints(contacts: ContactStore(database)).all
            + NeedEndpoints(needs: NeedStore(database)).all
            + SessionEndpoints(sessions: sessions).all
            + ActionPartEndpoints(actions: ActionStore(database)).all
            + SteeringEndpoints(steering: steering).all
            + ReferenceEndpoints(ReferenceStore(database)).all
            + ActionRecordEndpoints(actions: ActionStore(database), files: files).all
            + CalendarEndpoints(calendars: CalendarStore(database)).all
            + TaskEndpoints(tasks: tasks, reminders: ReminderStore(database)).all
            + CampaignEndpoints(campaigns: CampaignStore(database, profiles: ReportProfiles(sql: sql))).all
            + StatsEndpoints(stats: StatsStore(database)).all
            + GrantEndpoints(grants: GrantStore(database)).all
            + ReportEndpoints(reports: ReportStore(database, profiles: ReportProfiles(sql: sql)), sql: sql).all
            + SheetEndpoints(sheets: ActionSheetStore(database), imports: SheetImportStore(database)).all
            + CandidateEndpoints(candidates: candidates).all
            + OrientationEndpoints(orientations: orientations).all
            + MatchEndpoints(matches: MatchStore(database)).all
            + ServiceLevelEndpoints(levels: ServiceLevelStore(database)).all
            + AnswerLinkEndpoints(links: AnswerLinkStore(database)).all
            + RegisterEndpoints(RegisterStore(database), settings: privacy).all
            + RightsEndpoints(rights: RightsStore(database)).all
            + PrescriberEndpoints(organisations: OrganisationStore(database)).all
            + AccountEndpoints(
                members: MemberStore(database), tokens: tokens, invitations: InvitationStore(database),
                waiting: [steering.waiting, structures.waiting, sessions.waiting, tasks.waiting]
            ).all
        let service = ServiceEndpoints(
            database: database, document: nil, problems: [], draining: draining, workflows: Self.workflows)
        let document = JSON.object(
            OpenAPI.document(features + service.all).members + [
                .init(DocumentationPage.workflows, .array(Self.workflows))
            ])
        var problems: [Problem] = [.methodNotAllowed, .defect]
        for problem in (features + service.all).flatMap(\.allRefusals) where !problems.contains(problem) {
            problems.append(problem)
        }
        problems.sort { $0.code < $1.code }
        let complete = ServiceEndpoints(
            database: database, document: document, problems: problems, draining: draining, workflows: Self.workflows)
        return (features + complete.all, document)
    }

    /// The lines of every workflow's table.
    static let workflows =
        actionTransitions.json.elements + claimTransitions.json.elements + needTransitions.json.elements
        + sessionTransitions.json.elements + transferTransitions.json.elements + orientationTransitions.json.elements
        + campaignTransitions.json.elements

    /// What happens when its time has come: every feature's rules, for the server's clock and `pa31 clock run`.
    public static func clockRules(_ database: Database) -> [ClockRule] {
        [
            NudgeRule(actions: ActionStore(database)).rule,
            CandidateStore.comparing,
        ] + recruitmentRules + OrientationStore(database).clockRules + [ServiceLevelStore.counting] + campaignRules
            + RightsStore(database).clockRules + Purge(database).clockRules
    }

    /// Throws unless the database is what the files say: `serve` starts on nothing else.
    public func checkSchema() async throws {
        try await Migrator(settings.database, directory: settings.sqlDirectory).check()
    }

    /// Erases again whoever a restored dump brought back, before anything is served.
    public func replayErasures() async throws {
        try await ledger?.replay()
    }

    private var ledger: ErasureLedger? {
        settings.privacy.ledger.map { ErasureLedger(database, file: $0, logger: logger) }
    }

    /// The HTTP application; `onRunning` is told the port it listens on, `onMetrics` that of `/metrics`.
    public func application(
        onRunning: @escaping @Sendable (Int) async -> Void = { _ in },
        onMetrics: @escaping @Sendable (Int) async -> Void = { _ in }
    ) throws -> some ApplicationProtocol {
        let kernel = Kernel(
            endpoints: endpoints, tokens: tokens, files: FileStore(settings.filesDirectory),
            limiter: RateLimiter(settings.rateLimits), proxies: settings.proxies, metrics: metrics,
            cache: cache, draining: draining, clock: database.clock, logger: logger)
        let limits = settings.connectionLimits
        let responder = try kernel.responder()
        var application = Application(
            responder: responder,
            server: .init { _ in RequestChannel(responder: responder, limits: limits) },
            configuration: .init(
                address: .hostname(settings.host, port: settings.port), serverName: nil, reuseAddress: true,
                availableConnectionsDelegate: MaximumAvailableConnections(Self.maximumConnections)),
            services: [sealer, housekeeping],
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
        if cache.isOn { application.addServices(CacheFreshness(settings.database, cache: cache)) }
        if let mail = settings.mail { application.addServices(MailRoom(database, settings: mail, logger: logger)) }
        if settings.runsClock {
            application.addServices(Clock(database, rules: Self.clockRules(database), logger: logger))
        }
        if let ledger { application.addServices(ledger) }
        if let port = settings.metricsPort { application.addServices(metricsListener(port, onMetrics)) }
        return application
    }

    private var housekeeping: Housekeeping {
        let (actions, files) = (ActionStore(database), FileStore(settings.filesDirectory))
        let (purge, audit) = (Purge(database), AuditPurger(sealing))
        let folders = settings.keptFolders
        return Housekeeping(
            database, logger: logger,
            chores: [
                { try await actions.forgetFiles(in: files) }, { try await purge.forgetAudit(with: audit) },
                { try await purge.forgetFiles(in: folders) },
            ])
    }

    private func metricsListener(
        _ port: Int, _ onRunning: @escaping @Sendable (Int) async -> Void
    ) -> some ApplicationProtocol {
        let listener = MetricsListener(metrics: metrics, cache: cache, database: database, sealing: sealing)
        let limits = settings.connectionLimits
        return Application(
            responder: listener.responder(),
            server: .http1(configuration: .init(additionalChannelHandlers: [ConnectionGuard(limits)])),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil, reuseAddress: true),
            onServerRunning: { channel in await onRunning(channel.localAddress?.port ?? 0) },
            logger: logger)
    }

    /// Goes on serving, and says that it is about to stop: `/readyz` is 503, and each answer asks to close its connection.
    public func drain() { draining.begin() }

    /// Closes the connections once nothing is served any more.
    public func close() async {
        await database.close()
        await sealing.close()
    }
}
