public import Fields
public import Foundation
public import ServiceLifecycle

/// Logs in a folder, one file a day: what is written to a descriptor (standard error) goes to the day's file. So each file ends, and the
/// purge can delete it when its time is over.
public struct DailyLog: Service {
    private let folder: URL
    private let name: String
    private let descriptor: Int32
    private let clock: TimeSource
    private static let interval = Duration.seconds(1)

    /// Logs of a server, `name-2026-11-28.log`; nothing is changed before `turn` or `run`.
    public init(in folder: URL, name: String, descriptor: Int32 = STDERR_FILENO, clock: TimeSource = .system) {
        (self.folder, self.name, self.descriptor, self.clock) = (folder, name, descriptor, clock)
    }

    /// The file of today.
    public var file: URL { folder.appendingPathComponent("\(name)-\(clock.today.fieldText).log") }

    /// Lets the descriptor lead to today's file, which is made if it is not there. At once for whoever writes: no line is lost or cut.
    public func turn() throws {
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        let opened = unsafe open(file.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0, dup2(opened, descriptor) >= 0 else { throw CocoaError(.fileWriteUnknown) }
        close(opened)
    }

    /// Turns the page at midnight in Paris, until the server stops. A folder that can't be written keeps yesterday's file.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var day = clock.today
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                guard clock.today != day, (try? turn()) != nil else { continue }
                day = clock.today
            }
        }
    }
}
