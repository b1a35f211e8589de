import Fields
public import Foundation

/// The file outside of the database that erasures are written to as well: ids and instants, a line each. After a restore it says who
/// must not come back.
public struct ErasureFile: Sendable {
    /// Where it is.
    public let url: URL

    /// The file at an address.
    public init(_ url: URL) { self.url = url }

    /// One erasure: `candidate 0189… 2026-11-28T10:00:00Z request`.
    struct Entry: Sendable, Hashable {
        var kind: String
        var id: Identifier<Never>
        var at: Instant
        var cause: String

        var line: String { "\(kind) \(id.fieldText) \(at.fieldText) \(cause)" }

        init(kind: String, id: Identifier<Never>, at: Instant, cause: String) {
            (self.kind, self.id, self.at, self.cause) = (kind, id, at, cause)
        }

        init?(line: Substring) {
            let words = line.split(separator: " ").map { String($0) }
            guard words.count == 4, ["candidate", "member"].contains(words[0]),
                ["request", "retention"].contains(words[3]),
                let id = try? Identifier<Never>(fieldText: words[1]), let at = try? Instant(fieldText: words[2])
            else { return nil }
            self.init(kind: words[0], id: id, at: at, cause: words[3])
        }
    }

    var exists: Bool { FileManager.default.fileExists(atPath: url.path) }

    /// What it holds; a line that was cut short by a crash is skipped: its erasure is written again.
    func entries() throws -> [Entry] {
        guard exists else { return [] }
        return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").compactMap { Entry(line: $0) }
    }

    /// Appends entries; they are on the disk when it returns.
    func append(_ entries: [Entry]) throws {
        guard !entries.isEmpty else { return }
        if !exists {
            guard
                FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600])
            else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        let file = try FileHandle(forWritingTo: url)
        defer { try? file.close() }
        try file.seekToEnd()
        // Begins anew after a line that was cut short.
        try file.write(contentsOf: Data(("\n" + entries.map(\.line).joined(separator: "\n") + "\n").utf8))
        try file.synchronize()
    }

    /// Makes it hold these, whole or not at all.
    func replace(with entries: [Entry]) throws {
        try Data((entries.map(\.line).joined(separator: "\n") + "\n").utf8).write(to: url, options: .atomic)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
    }
}
