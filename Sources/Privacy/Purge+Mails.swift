import Fields
public import Foundation
import Postgres

extension Purge {
    /// Deletes the mails of a folder (`PA31_MAIL_DIRECTORY`) that are older than the register keeps them, and those that an erasure or the
    /// purge has forgotten; how many.
    public func forgetMails(in folder: URL) async throws -> Int {
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: [.contentModificationDateKey]
        ).filter { $0.pathExtension == "eml" }
        guard !files.isEmpty else { return 0 }
        let ids = files.compactMap { try? Identifier<Never>(fieldText: Self.name(of: $0)) }
        let limits = try await limits(of: ids)
        guard let oldest = limits.oldest else { return 0 }
        let last = Date(timeIntervalSince1970: Double(oldest.microseconds) / 1_000_000)
        var count = 0
        for file in files {
            let written = try? file.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
            let isOver = written.map { $0 < last } ?? false
            guard isOver || limits.forgotten.contains(Self.name(of: file)) else { continue }
            // Whoever sends them, or another server, may have taken it meanwhile.
            do { try FileManager.default.removeItem(at: file) } catch CocoaError.fileNoSuchFile { continue }
            count += 1
        }
        return count
    }

    private static func name(of file: URL) -> String { file.deletingPathExtension().lastPathComponent }

    private struct Limits: Sendable {
        var oldest: Instant?
        var forgotten: Set<String>
    }

    private func limits(of ids: [Identifier<Never>]) async throws -> Limits {
        try await database.transaction(as: .system(requestID: "housekeeping")) { transaction in
            let oldest = try await transaction.rows(
                "SELECT forgotten_before('mail_body') AS value", as: Value<Instant>.self
            ).first()
            let forgotten = try await transaction.rows(
                "SELECT id AS value FROM outbox WHERE id = ANY (\(list: ids)::uuid[]) AND cleared_at IS NOT NULL",
                as: Value<Identifier<Never>>.self
            ).all()
            return Limits(oldest: oldest?.value, forgotten: Set(forgotten.map(\.value.fieldText)))
        }
    }
}
