import API
import Accounts
import Fields
import Foundation
import Hummingbird
import Logging
import ServiceLifecycle
import Synchronization

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An answer as a client sees it.
public struct TestAnswer: Sendable {
    /// HTTP's status.
    public var status: Int
    /// Headers, by lower-case name.
    public var headers: [String: String]
    /// The body.
    public var body: [UInt8]

    /// The body as JSON, null if it is none.
    public var json: JSON { (try? JSON.parse(body)) ?? .null }
    /// The problem's code, if it is a problem.
    public var code: String? { json["code"]?.string }
}

/// A client of a server that runs for one test, over real HTTP.
public struct TestClient: Sendable {
    /// Where the server listens.
    public let port: Int
    /// Where `/metrics` listens, if the settings want it.
    public let metricsPort: Int?
    /// Everything the server logged.
    public let log: TestLog
    /// The server itself: its database counts its connections.
    public let server: Server
    /// Where the server keeps files.
    public let files: URL
    let services: ServiceGroup

    /// What SIGTERM does: takes nothing new, lets end what runs.
    public func drain() async { await services.triggerGracefulShutdown() }

    /// Sends a request.
    public func send(
        _ method: String, _ path: String, token: String? = nil, body: String? = nil, headers: [String: String] = [:],
        port other: Int? = nil
    ) async throws -> TestAnswer {
        var request = URLRequest(url: URL(string: "http://127.0.0.1:\(other ?? port)\(path)")!)
        request.httpMethod = method
        request.cachePolicy = .reloadIgnoringLocalCacheData
        request.timeoutInterval = 30
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let body {
            request.httpBody = Data(body.utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await Self.session.data(for: request)
        let http = response as! HTTPURLResponse
        var received: [String: String] = [:]
        for (name, value) in http.allHeaderFields { received["\(name)".lowercased()] = "\(value)" }
        return TestAnswer(status: http.statusCode, headers: received, body: Array(data))
    }

    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 64
        return URLSession(configuration: configuration)
    }()
}

/// What a server logged, for tests that grep it.
public final class TestLog: Sendable {
    private let lines = Mutex<[String]>([])
    /// Every line: level, message and metadata.
    public var text: String { lines.withLock { $0.joined(separator: "\n") } }
    func append(_ line: String) { lines.withLock { $0.append(line) } }
}

struct TestLogHandler: LogHandler {
    let log: TestLog
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
        log.append("\(event.level) \(event.message) \(metadata) \(event.metadata ?? [:])")
    }
}

/// Runs a server over the leased database, composed as `serve` composes it, for the time of the body.
public func withServer<T: Sendable>(
    clock: TimeSource = .system, auditKey: AuditKey? = nil, configure: (inout ServerSettings) -> Void = { _ in },
    _ body: @Sendable @escaping (TestClient) async throws -> T
) async throws -> T {
    let log = TestLog()
    var logger = Logger(label: "test") { _ in TestLogHandler(log: log) }
    logger.logLevel = .info
    var settings = ServerSettings(
        host: "127.0.0.1", port: 0, database: TestDatabase.current.settings, auditKey: auditKey,
        sqlDirectory: TestCluster.sql)
    let files = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-files-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: files) }
    settings.filesDirectory = files
    configure(&settings)
    let server = Server(settings, clock: clock, logger: logger)
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let (metricsPorts, metricsPort) = AsyncStream.makeStream(of: Int.self)
    let application = try server.application {
        port.yield($0)
    } onMetrics: {
        metricsPort.yield($0)
    }
    let services = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: logger))
    let hasMetrics = settings.metricsPort != nil
    let kept = settings.filesDirectory ?? files
    let result: Result<T, any Error> = await withTaskGroup(of: Void.self) { group in
        group.addTask {
            do { try await services.run() } catch { log.append("server stopped: \(error)") }
            port.finish()
            metricsPort.finish()
        }
        let result: Result<T, any Error>
        do {
            guard let number = await ports.first(where: { _ in true }) else { throw ServerDidNotStart(log: log.text) }
            let other = hasMetrics ? await metricsPorts.first { _ in true } : nil
            result = .success(
                try await body(
                    TestClient(
                        port: number, metricsPort: other, log: log, server: server, files: kept, services: services)))
        } catch { result = .failure(error) }
        group.cancelAll()
        return result
    }
    await server.close()
    return try result.get()
}

struct ServerDidNotStart: Error { let log: String }
