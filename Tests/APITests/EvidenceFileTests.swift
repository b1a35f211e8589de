import Crypto
import Fields
import Foundation
import TestSupport
import Testing

/// Files of evidence over real HTTP: received in a form, kept under a random name, given back to whom it concerns.
@Suite(.database) struct `A file of evidence` {
    private let path = Scene.path + "/evidence/files"
    static let pdf = Array("%PDF-1.7\n".utf8) + Array(0...255) + Array("\r\n--limi\r\n--\r\n".utf8)

    static func part(_ name: String, _ content: [UInt8], _ more: String = "") -> [UInt8] {
        Array("--limite\r\nContent-Disposition: form-data; name=\"\(name)\"\(more)\r\n\r\n".utf8) + content
            + Array("\r\n".utf8)
    }

    static func form(_ parts: [UInt8]...) -> [UInt8] { parts.flatMap { $0 } + Array("--limite--\r\n".utf8) }

    static let good = form(
        part("label", Array("Feuille d'émargement".utf8)),
        part("file", pdf, "; filename=\"../../etc/passwd.exe.html\"\r\nContent-Type: text/html"))

    /// Sends a form, its body in chunks of a size.
    private func post(
        _ client: TestClient, _ token: String?, _ body: [UInt8], type: String = "multipart/form-data; boundary=limite",
        chunk: Int? = nil, headers: String = "", path: String? = nil
    ) async throws -> TestAnswer {
        let connection = try RawConnection(client.port)
        defer { connection.close() }
        let authorization = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        let framing = chunk == nil ? "Content-Length: \(body.count)" : "Transfer-Encoding: chunked"
        await connection.send(
            "POST \(path ?? self.path) HTTP/1.1\r\nHost: a\r\n\(authorization)\(headers)Content-Type: \(type)\r\n\(framing)\r\n\r\n"
        )
        if let chunk {
            var rest = body[...]
            while !rest.isEmpty {
                let piece = rest.prefix(chunk)
                let framed = Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
                guard await connection.send(framed) else { break }
                rest = rest.dropFirst(chunk)
            }
            await connection.send("0\r\n\r\n")
        } else {
            await connection.send(body)
        }
        return try #require(try await connection.answer(within: .seconds(60)))
    }

    /// The files kept, and those still being received.
    private func files(_ client: TestClient) throws -> (kept: [String], incoming: [String]) {
        func names(_ folder: URL) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0 != "incoming" }
        }
        return (names(client.files), names(client.files.appendingPathComponent("incoming")))
    }

    @Test func `comes back as it was, as an attachment that nothing opens or keeps`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let answer = try await post(client, scene.lead, Self.good)
            #expect(answer.status == 201)
            let evidence = try #require(answer.json["evidence"]?.elements.last)
            #expect(evidence["label"] == "Feuille d'émargement")
            #expect(evidence["file_kind"] == "application/pdf")
            #expect(evidence["file_bytes"] == JSON(Self.pdf.count))
            #expect(
                evidence["file_sha256"]?.string
                    == SHA256.hash(data: Self.pdf).map { String(format: "%02x", $0) }.joined())
            let id = try #require(evidence["id"]?.string)
            #expect(try files(client).kept == [id])
            #expect(try files(client).incoming == [])
            for token in [scene.lead, scene.partner, scene.team] {
                let file = try await client.send("GET", Scene.path + "/evidence/\(id)/file", token: token)
                #expect(file.status == 200)
                #expect(file.body == Self.pdf)
                #expect(file.headers["content-type"] == "application/pdf")
                #expect(file.headers["content-disposition"] == "attachment; filename=\"A1.01-\(id).pdf\"")
                #expect(file.headers["x-content-type-options"] == "nosniff")
                #expect(file.headers["cache-control"] == "private, no-store")
                #expect(file.headers["access-control-allow-origin"] == nil)
            }
            let head = try await client.send("HEAD", Scene.path + "/evidence/\(id)/file", token: scene.lead)
            #expect(head.status == 200)
            #expect(head.body.isEmpty)
        }
    }

    @Test func `is not for strangers, nor another action's`() async throws {
        let scene = try await Scene()
        try await scene.make.action("A1.02", in: scene.plan, lead: scene.leadID, isPublic: false)
        try await withServer { client async throws in
            let answer = try await post(client, scene.lead, Self.good)
            let id = try #require(answer.json["evidence"]?.elements.last?["id"]?.string)
            func status(_ code: String, _ id: String, _ token: String?) async throws -> Int {
                try await client.send("GET", "/v1/actions/\(code)/evidence/\(id)/file", token: token).status
            }
            #expect(try await status("A1.01", id, nil) == 401)
            #expect(try await status("A1.01", id, scene.other) == 403)
            #expect(try await status("A1.02", id, scene.other) == 404)
            #expect(try await status("A1.02", id, scene.lead) == 404)
            #expect(try await status("A1.01", "00000000-0000-7000-8000-000000000000", scene.lead) == 404)
            #expect(try await status("A1.01", "incoming", scene.lead) == 404)
            #expect(try await status("A1.01", "..%2F..%2Fetc%2Fpasswd", scene.lead) == 404)
            // A link is no file.
            let link = try await client.send(
                "POST", Scene.path + "/evidence", token: scene.lead,
                body: #"{"label":"Lien","url":"https://exemple.example/a"}"#)
            let linkID = try #require(link.json["evidence"]?.elements.last?["id"]?.string)
            #expect(try await status("A1.01", linkID, scene.lead) == 404)
        }
    }

    @Test func `is added by whom the action concerns only, and is not even received from others`() async throws {
        let scene = try await Scene()
        let reader = try await scene.token(of: scene.leadID, role: .reader)
        try await withServer { client async throws in
            #expect(try await post(client, scene.partner, Self.good).status == 201)
            #expect(try await post(client, scene.other, Self.good).status == 403)
            #expect(try await post(client, reader, Self.good).status == 403)
            #expect(try await post(client, nil, Self.good).status == 401)
            #expect(try files(client).kept.count == 1)
            #expect(try files(client).incoming == [])
        }
    }

    @Test(arguments: [1, 7, 100, 100_000]) func `may come in chunks of any size`(chunk: Int) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let answer = try await post(client, scene.lead, Self.good, chunk: chunk)
            #expect(answer.status == 201)
            #expect(answer.json["evidence"]?.elements.last?["file_bytes"] == JSON(Self.pdf.count))
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let body: [UInt8]
        var type = "multipart/form-data; boundary=limite"
        let status: Int
        var testDescription: String { name }
    }

    static let label = part("label", Array("Feuille".utf8))
    static let file = part("file", pdf)
    static let refusals = [
        Refused(name: "broken off", body: Array(good.dropLast(20)), status: 400),
        Refused(name: "no file", body: form(label), status: 400),
        Refused(name: "two files", body: form(label, file, file), status: 400),
        Refused(name: "no label", body: form(file), status: 400),
        Refused(name: "an unknown field", body: form(label, file, part("titre", Array("x".utf8))), status: 400),
        Refused(name: "NUL in a field", body: form(part("label", [0x61, 0]), file), status: 400),
        Refused(name: "no UTF-8 in a field", body: form(part("label", [0xFF]), file), status: 400),
        Refused(name: "an empty label", body: form(part("label", []), file), status: 422),
        Refused(
            name: "a label too long", body: form(part("label", .init(repeating: 0x61, count: 201)), file), status: 422),
        Refused(name: "a program", body: form(label, part("file", Array("MZ\u{0}\u{0}".utf8))), status: 422),
        Refused(name: "a page", body: form(label, part("file", Array("<html></html>".utf8))), status: 422),
        Refused(name: "an empty file", body: form(label, part("file", [])), status: 422),
        Refused(name: "no boundary", body: good, type: "multipart/form-data", status: 400),
        Refused(
            name: "a boundary too long", body: good,
            type: "multipart/form-data; boundary=" + String(repeating: "b", count: 71), status: 400),
        Refused(name: "JSON", body: Array(#"{"label":"Feuille"}"#.utf8), type: "application/json", status: 415),
        Refused(name: "nothing", body: [], status: 400),
    ]

    @Test(arguments: refusals) func `is refused whole, and leaves nothing`(_ refused: Refused) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let answer = try await post(client, scene.lead, refused.body, type: refused.type)
            #expect(answer.status == refused.status)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(try files(client).kept == [])
            #expect(try files(client).incoming == [])
            #expect(try await count("SELECT count(*) AS value FROM evidence") == 0)
        }
    }

    @Test func `is as long as 10 MiB, and not a byte longer`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let most = Array("%PDF-1.7\n".utf8) + [UInt8](repeating: 0x20, count: (10 << 20) - 9)
            let answer = try await post(client, scene.lead, Self.form(Self.label, Self.part("file", most)))
            #expect(answer.status == 201)
            let over = try await post(client, scene.lead, Self.form(Self.label, Self.part("file", most + [0x20])))
            #expect(over.status == 413)
            #expect(try files(client).kept.count == 1)
            #expect(try files(client).incoming == [])
        }
    }

    @Test func `of 50 MB is refused long before its end, also in chunks, and leaves nothing`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let huge = Array("%PDF-1.7\n".utf8) + [UInt8](repeating: 0x20, count: 50_000_000)
            let body = Self.form(Self.label, Self.part("file", huge))
            for chunk in [nil, 1 << 20] {
                let answer = try await post(client, scene.lead, body, chunk: chunk)
                #expect(answer.status == 413)
                #expect(answer.code == "request.too_large")
            }
            #expect(try files(client).kept == [])
            #expect(try files(client).incoming == [])
            #expect(try await count("SELECT count(*) AS value FROM evidence") == 0)
        }
    }

    @Test func `of a client that goes away while it sends is forgotten`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let connection = try RawConnection(client.port)
            await connection.send(
                """
                POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\
                Content-Type: multipart/form-data; boundary=limite\r\nContent-Length: 100000\r\n\r\n
                """)
            await connection.send(Array(Self.good.dropLast(12)))
            #expect(try await eventually { try files(client).incoming.count == 1 })
            connection.reset()
            #expect(try await eventually { try files(client).incoming.isEmpty })
            #expect(try files(client).kept == [])
            #expect(!client.log.text.contains("error defect"))
        }
    }

    @Test func `whose row cannot be written is not kept`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            // The last statement of the transaction fails, when the file is in its place already.
            try await TestDatabase.current.script(
                "ALTER TABLE idempotency_answer ADD CONSTRAINT test_never CHECK (status IS NULL)")
            let answer = try await post(client, scene.lead, Self.good, headers: "Idempotency-Key: k\r\n")
            try await TestDatabase.current.script("ALTER TABLE idempotency_answer DROP CONSTRAINT test_never")
            #expect(answer.status == 500)
            #expect(try await count("SELECT count(*) AS value FROM evidence") == 0)
            #expect(try files(client).kept == [])
            #expect(try files(client).incoming == [])
        }
    }

    @Test func `sent twice with a key is kept once, and the key is the file's`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            func send(_ body: [UInt8]) async throws -> TestAnswer {
                try await post(client, scene.lead, body, headers: "Idempotency-Key: k\r\n")
            }
            let first = try await send(Self.good)
            #expect(first.status == 201)
            #expect(try await send(Self.good).body == first.body)
            let other = Self.form(
                Self.part("label", Array("Feuille d'émargement".utf8)), Self.part("file", Self.pdf + [0x20]))
            #expect(try await send(other).code == "idempotency.reused")
            #expect(try files(client).kept.count == 1)
            #expect(try files(client).incoming == [])
        }
    }

    @Test func `is not taken by a server without a place for it`() async throws {
        let scene = try await Scene()
        try await withServer(configure: { $0.filesDirectory = nil }) { client in
            let answer = try await post(client, scene.lead, Self.good)
            #expect(answer.status == 503)
            #expect(try await client.send("GET", Scene.path, token: scene.lead).status == 200)
        }
    }
}
