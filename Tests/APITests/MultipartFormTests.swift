import Contract
import Crypto
import Fields
import Foundation
import NIOCore
import Testing

@testable import API

/// The reader of `multipart/form-data`, whatever chunks its bytes come in.
@Suite struct `A form` {
    /// Chunks as they come in.
    struct Chunks: AsyncSequence {
        var chunks: [[UInt8]]
        struct Iterator: AsyncIteratorProtocol {
            var rest: ArraySlice<[UInt8]>
            mutating func next() async -> ByteBuffer? { rest.popFirst().map { ByteBuffer(bytes: $0) } }
        }
        func makeAsyncIterator() -> Iterator { Iterator(rest: chunks[...]) }

        static func of(_ bytes: [UInt8], _ sizes: [Int]) -> Chunks {
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let size = sizes[chunks.count % sizes.count]
                chunks.append(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            return Chunks(chunks: chunks)
        }
    }

    struct Outcome: Equatable {
        var fields: [String]
        var file: [UInt8]
        var sha256: [UInt8]
        var kind: FileKind?
    }

    static let pdf = Array("%PDF-1.7\n".utf8)
    static let rule = UploadRule(maximumBytes: 1000, kinds: [.pdf, .png])
    static let boundary = "limite-7"

    static func part(_ name: String, _ content: [UInt8], _ more: String = "") -> [UInt8] {
        Array("--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n".utf8) + content
            + Array("\r\n".utf8)
    }

    static func form(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } + Array("--\(boundary)--\r\n".utf8) }

    /// What comes of a form; a file that was begun is left behind only when the whole form is good.
    private func read(
        _ bytes: [UInt8], _ sizes: [Int] = [4096], type: String? = "multipart/form-data; boundary=limite-7"
    ) async throws -> Outcome {
        let location = FileManager.default.temporaryDirectory.appendingPathComponent("form-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: location) }
        do {
            var form = try MultipartForm(contentType: type, rule: Self.rule, location: location)
            guard case .form(let fields, let upload) = try await form.read(Chunks.of(bytes, sizes)) else {
                throw CancellationError()
            }
            return Outcome(
                fields: fields.map { "\($0.name)=\($0.value)" }, file: Array(try Data(contentsOf: upload.location)),
                sha256: upload.sha256, kind: upload.kind)
        } catch {
            #expect(!FileManager.default.fileExists(atPath: location.path))
            throw error
        }
    }

    private func refusal(
        _ bytes: [UInt8], _ sizes: [Int] = [4096], type: String? = "multipart/form-data; boundary=limite-7"
    ) async throws -> String? {
        do {
            _ = try await read(bytes, sizes, type: type)
            return nil
        } catch let refusal as Refusal { return refusal.problem.code }
    }

    static let sizes = [[1], [2], [3], [5], [7], [13], [31], [1, 30], [30, 1], [64], [4096]]

    @Test(arguments: sizes) func `is the same in whatever chunks it comes`(sizes: [Int]) async throws {
        // Everything that looks like a delimiter, and is none.
        let lookalikes =
            "\r\n--limite-\r\n--limite-6\r\n--limit\r\n-\r\n--\r\nlimite-7--limite-7\r\n\r\n-limite-7\r\r\n\n"
        let file = Self.pdf + Array(lookalikes.utf8) + Array(0...255) + Array("\r\n".utf8)
        let bytes = Self.form(
            Self.part("label", Array("Émargement 😀".utf8)), Self.part("file", file, "; filename=\"a.pdf\""),
            Self.part("note", []))
        let outcome = try await read(bytes, sizes)
        #expect(outcome.fields == ["label=Émargement 😀", "note="])
        #expect(outcome.file == file)
        #expect(outcome.sha256 == Array(SHA256.hash(data: file)))
        #expect(outcome.kind == .pdf)
    }

    @Test(arguments: sizes) func `is never read when it breaks off, wherever`(sizes: [Int]) async throws {
        let bytes = Self.form(Self.part("label", Array("x".utf8)), Self.part("file", Self.pdf))
        // The last delimiter ends the form; the line end after it may be missing.
        for length in 0..<(bytes.count - 2) {
            #expect(try await refusal(Array(bytes.prefix(length)), sizes) == "request.malformed", "\(length)")
        }
        #expect(try await refusal(Array(bytes.dropLast(2)), sizes) == nil)
    }

    @Test func `may be followed by anything, and preceded by nothing`() async throws {
        let bytes = Self.form(Self.part("file", Self.pdf))
        #expect(try await refusal(bytes + Array("whatever\r\n--limite-7\r\n".utf8), [3]) == nil)
        #expect(try await refusal(Array("preamble\r\n".utf8) + bytes, [3]) == "request.malformed")
        #expect(try await refusal([]) == "request.malformed")
    }

    @Test func `has one file, and each field once`() async throws {
        let file = Self.part("file", Self.pdf)
        let label = Self.part("label", Array("x".utf8))
        #expect(try await refusal(Self.form(label)) == "request.malformed")
        #expect(try await refusal(Self.form(file, file)) == "request.malformed")
        #expect(try await refusal(Self.form(file, label, label)) == "request.malformed")
        #expect(try await refusal(Self.form(file, label)) == nil)
        let many = (0..<20).map { Self.part("f\($0)", []) }.flatMap { $0 }
        #expect(try await refusal(Self.form(file, many)) == "request.malformed")
    }

    @Test func `has fields of text and of bounded length`() async throws {
        let file = Self.part("file", Self.pdf)
        for wrong: [UInt8] in [[0x61, 0x00], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xC0, 0x80]] {
            #expect(try await refusal(Self.form(file, Self.part("label", wrong)), [1]) == "request.malformed")
        }
        let most = [UInt8](repeating: 0x61, count: 64 << 10)
        #expect(try await refusal(Self.form(file, Self.part("label", most))) == nil)
        #expect(try await refusal(Self.form(file, Self.part("label", most + [0x61]))) == "request.too_large")
        #expect(
            try await refusal(Self.form(file, Self.part("a", most), Self.part("b", [0x61]))) == "request.too_large")
    }

    @Test func `has a file of bounded length`() async throws {
        let most = Self.pdf + [UInt8](repeating: 0x20, count: 1000 - Self.pdf.count)
        #expect(try await refusal(Self.form(Self.part("file", most)), [7]) == nil)
        #expect(try await refusal(Self.form(Self.part("file", most + [0x20])), [7]) == "request.too_large")
    }

    @Test func `has a file whose first bytes are of an accepted kind, whatever its name says`() async throws {
        func outcome(_ start: [UInt8], _ name: String) async throws -> String? {
            try await refusal(
                Self.form(Self.part("file", start, "; filename=\"\(name)\"\r\nContent-Type: application/pdf")), [1])
        }
        #expect(try await outcome(Self.pdf, "x.exe") == nil)
        #expect(try await outcome([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "x.pdf.html") == nil)
        for wrong: [UInt8] in [
            [], Array("%PDF".utf8), Array(" %PDF-1.7".utf8), Array("MZ\u{90}".utf8), Array("<html>".utf8),
            Array("<svg>".utf8), Array("#!/bin/sh".utf8), [0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF],
            [0x50, 0x4B, 0x03, 0x04],
        ] {
            #expect(try await outcome(wrong, "x.pdf") == "request.invalid", "\(wrong)")
        }
    }

    @Test func `has parts with names and short headers`() async throws {
        func form(_ headers: String) -> [UInt8] {
            Array("--limite-7\r\n\(headers)\r\n\r\n".utf8) + Self.pdf + Array("\r\n--limite-7--".utf8)
        }
        #expect(try await refusal(form("content-disposition: form-data; NAME=file")) == nil)
        #expect(try await refusal(form("X-A: b\r\nContent-Disposition:form-data;name=\"file\"")) == nil)
        #expect(try await refusal(form("Content-Disposition: form-data")) == "request.malformed")
        #expect(try await refusal(form("Content-Type: application/pdf")) == "request.malformed")
        #expect(try await refusal(form("")) == "request.malformed")
        #expect(try await refusal(form("Content-Disposition: form-data; filename=\"file\"")) == "request.malformed")
        let endless = Array("--limite-7\r\n".utf8) + [UInt8](repeating: 0x61, count: 100_000)
        #expect(try await refusal(endless, [1024]) == "request.malformed")
    }

    @Test func `is damaged when a delimiter goes on otherwise`() async throws {
        for wrong in ["--limite-7x", "--limite-7-\r", "--limite-7 \n"] {
            let bytes = Self.part("file", Self.pdf) + Array("\(wrong)\r\n".utf8)
            #expect(try await refusal(bytes, [1]) == "request.malformed", "\(wrong)")
        }
    }

    @Test func `names its boundary in its Content-Type`() async throws {
        let bytes = Self.form(Self.part("file", Self.pdf))
        for type in [
            "multipart/form-data; boundary=limite-7", "Multipart/Form-Data;boundary=\"limite-7\"",
            "multipart/form-data; charset=utf-8; BOUNDARY=limite-7",
        ] {
            #expect(try await refusal(bytes, type: type) == nil, "\(type)")
        }
        for type in [
            "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
            "multipart/form-data; boundary=" + String(repeating: "b", count: 71),
            "multipart/form-data; boundary=other",
        ] {
            #expect(try await refusal(bytes, type: type) == "request.malformed", "\(type)")
        }
        for type in [nil, "", "application/json", "multipart/mixed; boundary=limite-7", "text/plain"] {
            #expect(try await refusal(bytes, type: type) == "request.unsupported_media_type")
        }
    }
}
