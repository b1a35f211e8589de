public import Fields
public import Foundation
import NIOCore

/// What file an endpoint takes: how large, and of which kinds.
public struct UploadRule: Sendable {
    /// The largest file, in bytes.
    public var maximumBytes: Int
    /// The kinds it may be, told by its first bytes, never by its name.
    public var kinds: [FileKind]
    /// Whether it may also be a text, which no first bytes tell: whoever reads it refuses what is none.
    public var takesText: Bool

    /// A rule.
    public init(maximumBytes: Int, kinds: [FileKind], takesText: Bool = false) {
        self.maximumBytes = maximumBytes
        self.kinds = kinds
        self.takesText = takesText
    }

    /// Whether a file of this kind is taken; nil is a file that its first bytes don't tell.
    public func takes(_ kind: FileKind?) -> Bool { kind.map(kinds.contains) ?? takesText }

    /// What may come, as media types.
    public var names: String {
        (kinds.map(\.rawValue) + (takesText ? [Representation.csv.rawValue] : [])).joined(separator: ", ")
    }
}

/// A file that came with a form: on disk, where nothing is served from, and deleted unless somebody keeps it.
public struct Upload: Sendable {
    /// Where it waits.
    public var location: URL
    /// Its size in bytes.
    public var size: Int
    /// SHA-256 of its bytes.
    public var sha256: [UInt8]
    /// What it is, by its first bytes; nil for a text.
    public var kind: FileKind?

    /// A received file.
    public init(location: URL, size: Int, sha256: [UInt8], kind: FileKind?) {
        self.location = location
        self.size = size
        self.sha256 = sha256
        self.kind = kind
    }
}

/// Kinds of files that evidence may be.
public enum FileKind: String, FieldEnum {
    case pdf = "application/pdf"
    case png = "image/png"
    case jpeg = "image/jpeg"
    /// Office documents and their like are archives.
    case zip = "application/zip"

    /// The ending of a file's name when it is given back.
    public var nameExtension: String {
        switch self {
        case .pdf: "pdf"
        case .png: "png"
        case .jpeg: "jpg"
        case .zip: "zip"
        }
    }

    /// The kind that these first bytes are of, or nil.
    public static func of(_ start: some Collection<UInt8>) -> FileKind? {
        let signatures: [(FileKind, [UInt8])] = [
            (.pdf, Array("%PDF-".utf8)), (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
            (.jpeg, [0xFF, 0xD8, 0xFF]), (.zip, [0x50, 0x4B, 0x03, 0x04]),
        ]
        return signatures.first { start.starts(with: $0.1) }?.0
    }
}

/// Where received files are kept: a directory of the server's own, outside of anything that is served.
public struct FileStore: Sendable {
    private let directory: URL?

    /// A store; nil keeps nothing, and refuses every file.
    public init(_ directory: URL?) { self.directory = directory }

    /// A place for a file that is being received. What a server left there when it died is of no use to anybody.
    public func incoming(_ name: String) throws -> URL {
        let folder = try root().appendingPathComponent("incoming")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder.appendingPathComponent(name)
    }

    /// Keeps a received file under an id; the caller takes it back with `remove` if its transaction fails. The received one
    /// stays where it waits, for a transaction that runs again.
    public func keep(_ upload: Upload, as id: String) throws {
        try FileManager.default.linkItem(at: upload.location, to: location(id))
    }

    /// Forgets a file; one that is not there is forgotten already.
    public func remove(_ id: String) {
        if let location = try? location(id) { try? FileManager.default.removeItem(at: location) }
    }

    /// The ids of what is kept; none where nothing is.
    public func kept() -> [String] {
        guard let directory else { return [] }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { UUID(uuidString: $0) != nil }.sorted()
    }

    /// A kept file's bytes, in chunks.
    public func stream(_ id: String) throws -> Answer.Stream {
        let file = try FileHandle(forReadingFrom: location(id))
        return { write in
            defer { try? file.close() }
            while let chunk = try file.read(upToCount: 64 << 10), !chunk.isEmpty {
                try await write(ByteBuffer(bytes: chunk))
            }
        }
    }

    private func location(_ id: String) throws -> URL { try root().appendingPathComponent(id) }

    private func root() throws -> URL {
        guard let directory else {
            throw Problem.unavailable(
                fr: "Ce serveur ne reçoit pas de fichiers : PA31_FILES_DIRECTORY n'est pas réglé.",
                en: "This server takes no files: PA31_FILES_DIRECTORY is not set.")
        }
        return directory
    }
}
