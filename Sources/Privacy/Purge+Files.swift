import Accounts
import Contract
import Fields
public import Foundation
import Postgres

/// What is forgotten outside of the tables: files of folders that the purge is told of.
extension Purge {
    /// Deletes what is over its time in some folders, at the pace of the clock: one that leapt ahead deletes no backup. How many.
    @discardableResult
    public func forgetFiles(in folders: [KeptFolder]) async throws -> Int {
        var count = 0
        for folder in folders {
            let files = try await database.transaction(as: .system(requestID: "housekeeping")) { transaction in
                var isTrusted = false
                _ = try await paced("files.\(folder.kind.rawValue)", pause: 0, transaction) {
                    isTrusted = true
                    return 0
                }
                return try await due(in: folder, isTrusted: isTrusted, transaction)
            }
            count += try Self.delete(files)
        }
        return count
    }

    /// Files that are over their time by the database's clock.
    public func dueFiles(in folder: KeptFolder) async throws -> [URL] {
        try await database.transaction(as: .system(requestID: "purge")) { transaction in
            try await due(in: folder, isTrusted: true, transaction)
        }
    }

    private static let stays = Problem(
        "privacy.file_stays", .conflict, fr: "Un fichier dont la durée est passée n'a pas pu être effacé.",
        en: "A file that is over its time could not be deleted.")

    /// Deletes files; how many. One that can't be deleted keeps none of the others.
    static func delete(_ files: [URL]) throws -> Int {
        var count = 0
        var stuck: [String] = []
        for file in files {
            do {
                try FileManager.default.removeItem(at: file)
                count += 1
            } catch CocoaError.fileNoSuchFile {
                // Whoever sends them, or another server, took it meanwhile.
            } catch { stuck.append(file.path) }
        }
        guard stuck.isEmpty else {
            let names = stuck.joined(separator: ", ")
            throw stays(
                fr: "Le programme n'a pas le droit d'effacer : \(names).",
                en: "The program has no right to delete: \(names).")
        }
        return count
    }

    // MARK: - Which

    private func due(
        in folder: KeptFolder, isTrusted: Bool, _ transaction: Transaction
    ) async throws -> [URL] {
        let files = try folder.files()
        guard !files.isEmpty else { return [] }
        let oldest = isTrusted ? try await limit(folder.kind.line, transaction) : .distantPast
        guard folder.kind == .mails else { return files.filter { $0.writtenAt < oldest }.map(\.url) }
        let farewell = isTrusted ? try await limit("farewell", transaction) : .distantPast
        let known = try await known(files.compactMap(Self.mail), transaction)
        return files.filter { file in
            if file.writtenAt < oldest { return true }
            // Not named as a mail of ours.
            guard let id = Self.mail(file) else { return false }
            // Emptied by an erasure or the purge: nothing waits for it.
            if let isCleared = known[id] { return isCleared }
            // Nothing knows of it any more: the last message to an erased person, or one that was cut short.
            return file.writtenAt < farewell
        }.map(\.url)
    }

    private static func mail(_ file: KeptFolder.File) -> Identifier<Never>? {
        let name = file.name.hasPrefix(".") ? file.name.dropFirst() : file.name[...]
        return try? Identifier<Never>(fieldText: String(name.prefix { $0 != "." }))
    }

    private func limit(_ line: String, _ transaction: Transaction) async throws -> Date {
        let found = try await transaction.rows(
            "SELECT forgotten_before(\(line)) AS value", as: Value<Instant>.self
        ).first()
        guard let found else { return .distantPast }
        return Date(timeIntervalSince1970: Double(found.value.microseconds) / 1_000_000)
    }

    private struct Known: Decodable {
        var id: Identifier<Never>
        var isCleared: Bool
    }

    /// Mails that the outbox knows, and whether they were emptied. The last message to an erased person is known while it waits only.
    private func known(_ ids: [Identifier<Never>], _ transaction: Transaction) async throws -> [Identifier<Never>: Bool]
    {
        let rows = try await transaction.rows(
            """
            SELECT id, cleared_at IS NOT NULL AS is_cleared FROM outbox
             WHERE id = ANY (\(list: ids)::uuid[]) AND (kind <> 'privacy.erased' OR state = 'waiting')
            """, as: Known.self
        ).all()
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0.isCleared) })
    }
}
