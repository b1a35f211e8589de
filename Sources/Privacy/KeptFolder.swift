public import Foundation

/// A folder whose files the register gives a time: mails, logs, backups. The purge deletes those that are over it.
public struct KeptFolder: Sendable {
    /// What such a folder holds.
    public enum Kind: String, CaseIterable, Sendable {
        /// `PA31_MAIL_DIRECTORY`.
        case mails
        /// `PA31_LOG_DIRECTORY`.
        case logs
        /// `PA31_BACKUP_DIRECTORY`.
        case backups

        /// The line of the register that says for how long.
        public var line: String {
            switch self {
            case .mails: "mail_body"
            case .logs: "server_log"
            case .backups: "backup"
            }
        }

        /// Whether a file is one of those: by its name, for keys and ledgers may lie beside it.
        func owns(_ name: String) -> Bool {
            switch self {
            case .mails: name.hasSuffix(".eml") || (name.hasPrefix(".") && name.hasSuffix(".eml.part"))
            case .logs: name.hasSuffix(".log") || name.contains(".log.")
            case .backups: [".dump", ".sql"].contains { name.hasSuffix($0) || name.contains("\($0).") }
            }
        }
    }

    /// What it holds.
    public let kind: Kind
    /// Where it is.
    public let url: URL

    /// A folder; one that is not there holds nothing.
    public init(_ kind: Kind, _ url: URL) {
        self.kind = kind
        self.url = url
    }

    /// One of its files.
    struct File: Sendable {
        var url: URL
        var writtenAt: Date

        var name: String { url.lastPathComponent }
    }

    /// Its files of that kind, by name; links and folders are none.
    func files() throws -> [File] {
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        let keys: Set<URLResourceKey> = [.contentModificationDateKey, .isRegularFileKey]
        return try FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: Array(keys))
            .filter { kind.owns($0.lastPathComponent) }
            .compactMap { url in
                guard let values = try? url.resourceValues(forKeys: keys), values.isRegularFile == true,
                    let writtenAt = values.contentModificationDate
                else { return nil }
                return File(url: url, writtenAt: writtenAt)
            }
            .sorted { $0.name < $1.name }
    }
}
