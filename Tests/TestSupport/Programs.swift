import Foundation

/// What a program that was run left behind.
public struct ProgramOutcome: Sendable {
    /// Its exit code.
    public var status: Int32
    /// What it wrote to its output.
    public var output: String
    /// What it wrote to its error output.
    public var errors: String
}

/// Other programs, as tests run them: PostgreSQL's own, and ours as people start it.
public enum Program {
    /// Runs a program with nothing of this process' environment but the path, and waits for its end.
    public static func run(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], in folder: URL? = nil
    ) async throws -> ProgramOutcome {
        // Files, not pipes: whatever is written fits, and nobody has to read while it is.
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-\(UUID().uuidString)")
        let files = [base.appendingPathExtension("out"), base.appendingPathExtension("err")]
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.environment = environment.merging(
            ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]) { given, _ in given }
        if let folder { process.currentDirectoryURL = folder }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        let (ends, end) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = { process in
            end.yield(process.terminationStatus)
            end.finish()
        }
        try process.run()
        guard let status = await ends.first(where: { _ in true }) else { throw CancellationError() }
        return ProgramOutcome(
            status: status, output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
    }

    /// A program of the newest PostgreSQL that is installed; what it writes. Throws unless it ends well.
    @discardableResult
    public static func postgres(_ name: String, _ arguments: [String]) async throws -> String {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = folders.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }.last ?? ""
        let outcome = try await run(URL(fileURLWithPath: "/usr/lib/postgresql/\(newest)/bin/\(name)"), arguments)
        guard outcome.status == 0 else { throw Failed(program: name, errors: outcome.errors) }
        return outcome.output
    }

    /// A program did not end well.
    public struct Failed: Error {
        let program: String
        let errors: String
    }

    /// The program that was built with these tests: it stands beside them.
    public static let pa31: URL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("pa31")
}

extension TestDatabase {
    /// Every row of every table, as `pg_dump` writes them: equal texts are equal data.
    public func dump() async throws -> String {
        let text = try await Program.postgres(
            "pg_dump", ["--data-only", "--dbname", url, "--username", "postgres"])
        // Sequences move on in a transaction that is rolled back; backslash lines differ from run to run.
        return text.split(separator: "\n")
            .filter { !$0.hasPrefix("\\") && !$0.hasPrefix("--") && !$0.hasPrefix("SELECT pg_catalog.setval") }
            .joined(separator: "\n")
    }

    /// The dump's tables without what a running server changes by itself: the tokens' last use and the sealer's seals.
    public func dumpUntouchedByServing() async throws -> [String] {
        try await dump().components(separatedBy: "COPY public.").filter { table in
            !["api_token ", "audit_seal ", "audit_pending ", "purge_pass "].contains(where: table.hasPrefix)
        }
    }

    /// Changes rows behind the back of every trigger and foreign key, as only a superuser can.
    public func tamper(_ statements: String) async throws {
        try await script("SET session_replication_role = replica;\n" + statements)
    }
}
