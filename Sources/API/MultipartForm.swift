import Contract
import Crypto
import Fields
import Foundation
import NIOCore

/// Reads `multipart/form-data` (RFC 7578) as it comes in: its file goes to disk chunk by chunk, never whole into memory.
struct MultipartForm {
    private enum State { case delimiter, headers, field(String), file, done }

    /// All text fields together, in bytes.
    static let fieldLimit = 64 << 10
    private static let headerLimit = 4 << 10
    private static let maximumParts = 20
    private static let lineEnd = Array("\r\n".utf8)

    private let rule: UploadRule
    private let location: URL
    /// What ends a part: `CRLF -- boundary`.
    private let delimiter: [UInt8]
    private var state = State.delimiter
    /// Bytes not yet given to a part. It starts with the line end that the first delimiter has no need of.
    private var pending = MultipartForm.lineEnd
    private var fields: [(name: String, value: String)] = []
    private var fieldBytes: [UInt8] = []
    private var fieldTotal = 0
    private var parts = 0
    private var sink: FileSink?

    /// A form whose file is written to `location`; refused when the `Content-Type` is not this, with its boundary.
    init(contentType: String?, rule: UploadRule, location: URL) throws {
        let parts = (contentType ?? "").split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.first?.lowercased() == "multipart/form-data" else {
            throw Problem.unsupportedMediaType(
                fr: "Le corps doit être en multipart/form-data.", en: "The body must be multipart/form-data.")
        }
        let given = parts.dropFirst().first { $0.lowercased().hasPrefix("boundary=") }?.dropFirst(9) ?? ""
        let boundary = given.hasPrefix("\"") ? given.dropFirst().prefix { $0 != "\"" } : given
        guard (1...70).contains(boundary.utf8.count) else {
            throw Problem.malformed(
                fr: "Content-Type : la frontière (boundary) du formulaire manque.",
                en: "Content-Type: the form's boundary is missing.")
        }
        delimiter = Array("\r\n--\(boundary)".utf8)
        self.rule = rule
        self.location = location
    }

    /// Reads the whole form.
    mutating func read<Body: AsyncSequence>(_ body: Body) async throws -> Contract.Request.Body
    where Body.Element == ByteBuffer {
        do {
            for try await chunk in body { try take(chunk.readableBytesView) }
            guard case .done = state else {
                throw Self.unreadable(fr: "le formulaire s'arrête avant sa fin", en: "the form ends before its end")
            }
            guard let sink else {
                throw Self.unreadable(
                    fr: "la partie « \(Endpoint.fileField) » manque", en: "the part '\(Endpoint.fileField)' is missing")
            }
            return .form(fields, try sink.finish(rule))
        } catch {
            sink?.discard()
            throw error
        }
    }

    private static func unreadable(fr: String, en: String) -> Refusal {
        Problem.malformed(
            fr: "Le formulaire multipart ne peut pas être lu : \(fr).", en: "The multipart form is not readable: \(en)."
        )
    }

    private mutating func take(_ bytes: some Sequence<UInt8>) throws {
        pending.append(contentsOf: bytes)
        while try step() {}
    }

    /// One step; false when more bytes are needed.
    private mutating func step() throws -> Bool {
        switch state {
        case .done:
            // What follows the end is of no interest (RFC 2046), and not kept.
            pending.removeAll()
            return false
        case .delimiter:
            guard pending.count >= delimiter.count + 2 else { return false }
            guard pending.starts(with: delimiter) else {
                throw Self.unreadable(
                    fr: "il ne commence pas par sa frontière", en: "it does not begin with its boundary")
            }
            let after = pending[delimiter.count..<delimiter.count + 2]
            pending.removeFirst(delimiter.count + 2)
            if after.elementsEqual(Array("--".utf8)) {
                state = .done
            } else if after.elementsEqual(Self.lineEnd) {
                parts += 1
                guard parts <= Self.maximumParts else {
                    throw Self.unreadable(fr: "trop de parties", en: "too many parts")
                }
                state = .headers
            } else {
                throw Self.unreadable(fr: "frontière abîmée", en: "damaged boundary")
            }
            return true
        case .headers:
            guard let end = pending.firstRange(of: Array("\r\n\r\n".utf8)) else {
                guard pending.count <= Self.headerLimit else {
                    throw Self.unreadable(fr: "en-têtes trop longs", en: "headers too long")
                }
                return false
            }
            try begin(String(decoding: pending[..<end.lowerBound], as: UTF8.self))
            pending.removeFirst(end.upperBound)
            // An empty part ends at once: its line end is its delimiter's.
            return true
        case .field, .file:
            let end = pending.firstRange(of: delimiter)
            // Without a delimiter all but what may be its beginning belongs to the part.
            let count = end?.lowerBound ?? max(0, pending.count - delimiter.count + 1)
            try give(pending[..<count])
            pending.removeFirst(count)
            guard end != nil else { return false }
            try endPart()
            return true
        }
    }

    private mutating func begin(_ headers: String) throws {
        let disposition = headers.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-disposition:") }
        guard let disposition, let name = Self.parameter("name", of: String(disposition)) else {
            throw Self.unreadable(fr: "une partie sans nom", en: "a part without a name")
        }
        if name == Endpoint.fileField {
            guard sink == nil else { throw Self.unreadable(fr: "plusieurs fichiers", en: "several files") }
            sink = try FileSink(location, maximumBytes: rule.maximumBytes)
            state = .file
        } else {
            fieldBytes = []
            state = .field(name)
        }
    }

    private static func parameter(_ name: String, of header: String) -> String? {
        header.split(separator: ";").dropFirst().map { $0.trimmingCharacters(in: .whitespaces) }
            .first { $0.lowercased().hasPrefix(name + "=") }
            .map { String($0.dropFirst(name.count + 1)).trimmingCharacters(in: CharacterSet(charactersIn: "\"")) }
    }

    private mutating func give(_ bytes: ArraySlice<UInt8>) throws {
        if case .file = state { return try sink?.write(bytes) ?? () }
        fieldTotal += bytes.count
        guard fieldTotal <= Self.fieldLimit else {
            throw Problem.tooLarge(
                fr: "Les champs du formulaire dépassent \(Self.fieldLimit) octets.",
                en: "The form's fields are over \(Self.fieldLimit) bytes.")
        }
        fieldBytes += bytes
    }

    private mutating func endPart() throws {
        if case .field(let name) = state {
            guard let value = String(validating: fieldBytes, as: UTF8.self), !fieldBytes.contains(0) else {
                throw Self.unreadable(fr: "un champ n'est pas du texte UTF-8", en: "a field is not UTF-8 text")
            }
            guard !fields.contains(where: { $0.name == name }) else {
                throw Self.unreadable(fr: "un champ donné deux fois", en: "a field given twice")
            }
            fields.append((name, value))
        }
        state = .delimiter
    }
}

/// A file being received: written, counted and hashed as it comes. Writes go to the page cache and are short.
private final class FileSink {
    private let location: URL
    private let handle: FileHandle
    private let maximumBytes: Int
    private var size = 0
    private var hash = SHA256()
    private var start: [UInt8] = []

    init(_ location: URL, maximumBytes: Int) throws {
        guard
            FileManager.default.createFile(atPath: location.path, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw Problem.unavailable() }
        self.location = location
        handle = try FileHandle(forWritingTo: location)
        self.maximumBytes = maximumBytes
    }

    func write(_ bytes: ArraySlice<UInt8>) throws {
        size += bytes.count
        guard size <= maximumBytes else {
            throw Problem.tooLarge(
                fr: "Le fichier dépasse \(maximumBytes) octets.", en: "The file is over \(maximumBytes) bytes.")
        }
        if start.count < 16 { start += bytes.prefix(16 - start.count) }
        hash.update(data: bytes)
        do { try handle.write(contentsOf: bytes) } catch {
            // No space, most likely: the client may come again later.
            throw Problem.unavailable()
        }
    }

    func finish(_ rule: UploadRule) throws -> Upload {
        // It must be on disk before the row that names it is committed.
        try handle.synchronize()
        try handle.close()
        let kind = FileKind.of(start)
        guard rule.takes(kind) else {
            let names = rule.names
            throw Problem.invalid(
                fr: "Ce fichier n'est pas d'un type accepté (\(names)), d'après ses premiers octets.",
                en: "This file is not of an accepted kind (\(names)), by its first bytes.",
                errors: [
                    FieldProblem("/\(Endpoint.fileField)", fr: "type refusé", en: "kind refused")
                ])
        }
        return Upload(location: location, size: size, sha256: Array(hash.finalize()), kind: kind)
    }

    func discard() {
        try? handle.close()
        try? FileManager.default.removeItem(at: location)
    }
}
