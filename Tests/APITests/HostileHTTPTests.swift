import Fields
import Foundation
import TestSupport
import Testing

/// Bytes that no well-meaning client sends. Each gets its problem or a bare 400: never 5xx, never a hang, and the server goes on.
@Suite(.database) struct `Hostile HTTP` {
    private func post(_ scene: Scene, _ body: [UInt8], _ path: String = Scene.notes) -> [UInt8] {
        Array(
            """
            POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\
            Content-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n
            """.utf8) + body
    }

    private func answer(_ client: TestClient, _ bytes: [UInt8]) async throws -> TestAnswer? {
        let connection = try RawConnection(client.port)
        defer { connection.close() }
        await connection.send(bytes)
        return try await connection.answer()
    }

    static let bodies: [(name: String, body: [UInt8], status: Int)] = [
        ("nothing", [], 400), ("NUL", [0], 400), ("a lone brace", Array("{".utf8), 400),
        ("deep arrays", Array(repeating: UInt8(ascii: "["), count: 100_000), 400),
        ("deep objects", Array(String(repeating: #"{"a":"#, count: 100_000).utf8), 400),
        (
            "deep in a field",
            Array(
                (#"{"kind":"# + String(repeating: "[", count: 5000) + String(repeating: "]", count: 5000) + "}").utf8),
            400
        ),
        ("the same key twice", Array(#"{"kind":"result","kind":"blocker","text":"x"}"#.utf8), 400),
        ("the same key twice, once escaped", Array(#"{"kind":"result","\u006bind":"blocker","text":"x"}"#.utf8), 400),
        ("bad UTF-8", Array(#"{"kind":"result","text":""#.utf8) + [0xFF, 0xFE] + Array(#""}"#.utf8), 400),
        ("overlong UTF-8", Array(#"{"kind":"result","text":""#.utf8) + [0xC0, 0xAF] + Array(#""}"#.utf8), 400),
        (
            "an encoded surrogate",
            Array(#"{"kind":"result","text":""#.utf8) + [0xED, 0xA0, 0x80] + Array(#""}"#.utf8), 400
        ),
        ("a lone surrogate", Array(#"{"kind":"result","text":"\ud800"}"#.utf8), 400),
        ("a lone low surrogate", Array(#"{"kind":"result","text":"\udc00"}"#.utf8), 400),
        ("surrogates the wrong way round", Array(#"{"kind":"result","text":"\udc00\ud800"}"#.utf8), 400),
        ("NUL in a text", Array(#"{"kind":"result","text":"a\u0000b"}"#.utf8), 400),
        ("a raw NUL in a text", Array("{\"kind\":\"result\",\"text\":\"a\u{0}b\"}".utf8), 400),
        ("a raw line end in a text", Array("{\"kind\":\"result\",\"text\":\"a\nb\"}".utf8), 400),
        ("a huge number", Array(#"{"kind":1e400,"text":"x"}"#.utf8), 400),
        ("a long number", Array((#"{"kind":"# + String(repeating: "9", count: 100_000) + #","text":"x"}"#).utf8), 400),
        ("NaN", Array(#"{"kind":NaN,"text":"x"}"#.utf8), 400),
        ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array(#"{"kind":"result","text":"x"}"#.utf8), 400),
        ("UTF-16", Array(#"{"kind":"result","text":"x"}"#.utf16).flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, 400),
        ("two documents", Array(#"{"kind":"result","text":"x"}{}"#.utf8), 400),
        ("a list", Array(#"[{"kind":"result","text":"x"}]"#.utf8), 400),
        ("2 MiB", Array(repeating: UInt8(ascii: " "), count: 2 << 20), 413),
        (
            "10,000 unknown fields",
            Array(("{" + (0..<10_000).map { "\"f\($0)\":1" }.joined(separator: ",") + "}").utf8), 400
        ),
        ("__proto__", Array(#"{"__proto__":{"kind":"result"},"text":"x"}"#.utf8), 400),
    ]

    @Test func `in a body is refused, and the next request is answered`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for (name, body, status) in Self.bodies {
                let answer = try await answer(client, post(scene, body))
                #expect(answer?.status == status, "\(name)")
                #expect(answer?.headers["content-type"] == "application/problem+json", "\(name)")
            }
            #expect(try await count("SELECT count(*) AS value FROM progress_note") == 0)
            #expect(try await answer(client, post(scene, Array(Scene.note("bien").utf8)))?.status == 201)
            #expect(!client.log.text.contains("error defect"))
        }
    }

    @Test func `in numbers of cents is refused`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for value in [
                "1e400", "1e3", "1.0", "0.5", "-1", "9223372036854775808", "\"1\"", "true", "[]", "-0.0", "1e-400",
            ] {
                let answer = try await client.send(
                    "PATCH", Scene.path + "/funding/cnsa/2023", token: scene.lead, body: #"{"spent_cents":\#(value)}"#,
                    headers: ["If-Match": "\"3\""])
                #expect(answer.status == (value == "-1" ? 422 : 400), "\(value)")
            }
        }
    }

    static let paths = [
        "/v1/actions/%00", "/v1/actions/A1.01%00", "/v1/actions/%2e%2e", "/v1/actions/..%2f..%2fetc%2fpasswd",
        "/v1/actions/%2e%2e/%2e%2e/healthz", "/v1/actions/../../healthz",
        "/v1/actions/A1.01/", "/v1/actions//notes", "/v1/actions/%FF", "/v1/actions/%", "/v1/actions/%zz",
        "/v1/actions/A1.01'%20OR%20'1'='1", "/v1/actions/" + String(repeating: "A", count: 60_000), "/v1/actions/é",
        "/v1/actions/A1.01;x=1", "/v1/actions/A1.01\\..", "/problems/%00", "/problems/..%2f..%2fdocs",
        "/v1/invitations/%00", "/v1/actions/%F0%9F%98%80", "/v1/actions/*", "/v1/actions/{code}", "/v1/actions/:code",
        "/v1/actions/**",
    ]

    @Test(arguments: paths) func `in a path finds nothing`(path: String) async throws {
        try await withServer { client in
            let answer = try await client.raw("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect([400, 404, 414].contains(answer?.status))
            #expect(!client.log.text.contains("error defect"))
            #expect(path.contains("{") || !client.log.text.contains(path))
            #expect(try await client.send("GET", "/healthz").status == 200)
        }
    }

    @Test func `in a query is refused`() async throws {
        try await withServer { client in
            let many = (0..<10_000).map { "a\($0)=1" }.joined(separator: "&")
            for query in [
                many, String(repeating: "&", count: 50_000) + "a", "q=%00", "q=%ED%A0%80", "%00=1", "=", "q", "q=%",
                "status=planned%00", "limit=1e1", "limit=%2B5", "cursor=" + String(repeating: "A", count: 50_000),
                "q=" + String(repeating: "a", count: 50_000), "due_before=0000-00-00", "due_before=99999-01-01",
                "limit=18446744073709551617", "lead=" + String(repeating: "x", count: 10_000),
            ] {
                let answer = try await client.raw("GET /v1/actions?\(query) HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(answer?.status == 400, "\(query.prefix(40))")
                #expect((answer?.body.count ?? 0) < 100_000, "\(query.prefix(40))")
            }
            #expect(!client.log.text.contains("error defect"))
        }
    }

    /// What is no HTTP at all, or HTTP that proxies and servers understand differently.
    static let requests = [
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nx",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
        "GET / HTTP/9.9\r\nHost: a\r\n\r\n", "GET /\r\n\r\n", "GET\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "gEt / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1 \r\n\r\nx\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n\r\n",
    ]

    @Test(arguments: requests) func `that is ambiguous or none is refused and its connection closed`(request: String)
        async throws
    {
        try await withServer { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            await connection.send(request)
            let answer = try await connection.answer()
            #expect(answer == nil || [400, 404, 405, 501, 505].contains(answer?.status), "\(answer?.status ?? 0)")
            #expect(!client.log.text.contains("error defect"))
            #expect(try await client.send("GET", "/healthz").status == 200)
        }
    }

    @Test func `of two lengths is never half understood: nothing smuggled is answered`() async throws {
        try await withServer { client in
            for framing in [
                "Content-Length: 6\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 6",
                "Transfer-Encoding: xchunked", "Transfer-Encoding: chunked, identity",
                "Content-Length: 0\r\nContent-Length: 44",
            ] {
                let connection = try RawConnection(client.port)
                defer { connection.close() }
                await connection.send(
                    "POST /healthz HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
                )
                _ = try await connection.answer()
                let closed = await connection.end(within: .seconds(3)) != nil
                #expect(closed || !client.log.text.contains("unmatched"), "\(framing)")
                #expect(!client.log.text.contains("unmatched"), "\(framing)")
            }
        }
    }

    @Test func `in a header's value goes into no answer and no log line of its own`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for value in [
                "a\n level=error", "a\r b", "x\r\n folded", "a\tb", "\"}{\"", String(repeating: "a", count: 65),
            ] {
                let answer = try await client.raw("GET /v1/plan HTTP/1.1\r\nHost: a\r\nX-Request-Id: \(value)\r\n\r\n")
                #expect([200, 400, 404].contains(answer?.status ?? 400), "\(value)")
                #expect(answer?.headers["x-request-id"] != value)
            }
            #expect(!client.log.text.contains("client_id"))
            for header in [
                "If-None-Match", "If-Match", "Accept", "Accept-Language", "X-Forwarded-For", "Idempotency-Key",
            ] {
                for value in [
                    "\"", ",,,", ";;;", "q=", "*/*;q=nan", "*/*;q=1e999", String(repeating: ",", count: 20_000), "W/",
                    "\u{FF}",
                ] {
                    let answer = try await client.raw(
                        "PATCH \(Scene.path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\nContent-Type: application/json\r\n\(header): \(value)\r\nContent-Length: 20\r\n\r\n{\"health\":\"secured\"}"
                    )
                    #expect((400..<500).contains(answer?.status ?? 400), "\(header) \(value.prefix(20))")
                }
            }
            #expect(!client.log.text.contains("error defect"))
        }
    }

    @Test func `with very many or very long headers is refused or answered, at once`() async throws {
        try await withServer { client in
            let many = (0..<5000).map { "X-\($0): a\r\n" }.joined()
            let long = "X-Long: " + String(repeating: "a", count: 1 << 20) + "\r\n"
            for headers in [many, long] {
                let connection = try RawConnection(client.port)
                defer { connection.close() }
                await connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\(headers)\r\n")
                let status = try? await connection.answer()?.status
                #expect([200, 400, 431, nil].contains(status))
            }
            #expect(try await client.send("GET", "/healthz").status == 200)
        }
    }

    @Test func `that breaks off within its chunks is no error of ours`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let head = """
                POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\
                Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"kin\r\n
                """
            let wrong = try RawConnection(client.port)
            await wrong.send(head + "zz\r\n")
            let answer = try await wrong.answer()
            #expect(answer == nil || answer?.status == 400)
            wrong.close()
            let gone = try RawConnection(client.port)
            await gone.send(head)
            gone.reset()
            #expect(try await client.send("GET", "/healthz").status == 200)
            #expect(
                try await eventually { client.log.text.components(separatedBy: "/notes").count >= 2 })
            #expect(!client.log.text.contains("error defect"))
        }
    }

    @Test func `of version 1.0 is answered with the length that tells its end`() async throws {
        try await withServer { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            await connection.send("GET /healthz HTTP/1.0\r\n\r\n")
            let answer = try await connection.answer()
            #expect(answer?.status == 200)
            #expect(answer?.json["status"] == "ok")
            #expect(answer?.headers["content-length"] == "15")
        }
    }

    @Test func `does not make pipelined requests change places`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            let body = Scene.note("une note")
            await connection.send(
                "GET /v1/actions HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
            )
            await connection.send(post(scene, Array(body.utf8)))
            await connection.send("GET /v1/me HTTP/1.1\r\nHost: a\r\n\r\n")
            var statuses: [Int?] = []
            for _ in 0..<5 { statuses.append(try await connection.answer()?.status) }
            #expect(statuses == [200, 200, 404, 201, 401])
        }
    }

    @Test(arguments: [
        "what is no HTTP\r\n\r\n", "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /v1/needs HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n",
        "GET / HTTP/9\r\n\r\n",
    ])
    func `after the last answer is answered by nothing, and the server goes on`(more: String) async throws {
        try await withServer { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            await connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try await connection.answer()?.status == 200)
            #expect(await connection.end() != nil)
            await connection.send(more)
            await connection.send(more)
            #expect(try await connection.answer()?.status == nil)
            #expect(try await client.send("GET", "/healthz").status == 200)
        }
    }

    @Test func `that waits for 100 Continue does not wait for ever`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            let body = Scene.note("une note")
            await connection.send(
                """
                POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\nExpect: 100-continue\r\n\
                Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n
                """)
            // A client may send its body without being told to (RFC 9110 §10.1.1).
            await connection.send(body)
            var answer = try await connection.answer()
            if answer?.status == 100 { answer = try await connection.answer() }
            #expect(answer?.status == 201)
        }
    }
}
