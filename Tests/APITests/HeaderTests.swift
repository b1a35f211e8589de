@testable import API
import Fields
import Foundation
import TestSupport
import Testing

/// What every answer says to browsers and caches.
@Suite(.database) struct `Headers` {
    private let origin = ["Origin": "https://ailleurs.example"]

    @Test func `let other sites read what anybody may read, never with a token`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for path in [
                "/v1/plan", "/v1/actions", Scene.path, "/v1/openapi.json", "/v1/actions/A9.99", "/v1/actions?x=1",
            ] {
                let open = try await client.send("GET", path, headers: origin)
                #expect(open.headers["access-control-allow-origin"] == "*", "\(path)")
                #expect(open.headers["access-control-expose-headers"]?.contains("ETag") == true)
                #expect(open.headers["access-control-allow-credentials"] == nil)
                for token in [scene.lead, "bad"] {
                    let own = try await client.send("GET", path, token: token, headers: origin)
                    #expect(own.headers.keys.filter { $0.hasPrefix("access-control") } == [], "\(path)")
                }
            }
            for (method, path) in [
                ("GET", "/v1/me"), ("GET", Scene.path + "/history"), ("PATCH", Scene.path), ("POST", Scene.notes),
                ("GET", "/v1/invitations/x"), ("POST", "/v1/invitations/x"), ("GET", "/nothing"),
            ] {
                let answer = try await client.send(method, path, body: method == "GET" ? nil : "{}", headers: origin)
                #expect(answer.headers.keys.filter { $0.hasPrefix("access-control") } == [], "\(method) \(path)")
            }
        }
    }

    @Test func `answer a preflight for reads without a token only`() async throws {
        try await withServer { client in
            func preflight(_ path: String) async throws -> TestAnswer {
                try await client.send(
                    "OPTIONS", path,
                    headers: origin.merging([
                        "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization",
                    ]) { $1 })
            }
            let open = try await preflight("/v1/actions/A1.01")
            #expect(open.status == 204)
            #expect(open.headers["allow"] == "GET, HEAD, OPTIONS, PATCH")
            #expect(open.headers["access-control-allow-origin"] == "*")
            #expect(open.headers["access-control-allow-methods"] == "GET, HEAD")
            #expect(
                open.headers["access-control-allow-headers"] == "Accept, Accept-Language, If-None-Match, X-Request-Id")
            #expect(open.headers["access-control-max-age"] == "86400")
            #expect(open.body.isEmpty)
            for path in ["/v1/me", "/v1/actions/A1.01/notes", "/v1/invitations/x"] {
                let closed = try await preflight(path)
                #expect(closed.status == 204)
                #expect(closed.headers["allow"]?.contains("OPTIONS") == true)
                #expect(closed.headers.keys.filter { $0.hasPrefix("access-control") } == [], "\(path)")
            }
            #expect(try await preflight("/nothing").status == 404)
        }
    }

    @Test func `say of every answer who may keep it, and whose it is`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let note = Scene.note("x")
            let answers: [(String, TestAnswer)] = [
                ("public, max-age=10", try await client.send("GET", "/v1/plan")),
                ("public, max-age=10", try await client.send("GET", "/v1/axes")),
                ("public, max-age=10", try await client.send("GET", "/v1/actions")),
                ("public, max-age=10", try await client.send("GET", Scene.path)),
                ("public, max-age=10", try await client.send("GET", "/v1/openapi.json")),
                ("public, max-age=10", try await client.send("GET", "/docs")),
                ("public, max-age=10", try await client.send("GET", "/style.css")),
                ("public, max-age=10", try await client.send("HEAD", "/v1/plan")),
                ("private, no-store", try await client.send("GET", "/healthz")),
                ("private, no-store", try await client.send("GET", "/v1/plan", token: scene.other)),
                ("private, no-store", try await client.send("GET", Scene.path, token: scene.other)),
                ("private, no-store", try await client.send("GET", "/v1/me", token: scene.other)),
                ("private, no-store", try await client.send("POST", Scene.notes, token: scene.lead, body: note)),
                ("private, no-store", try await client.send("POST", Scene.notes, body: note)),
                ("private, no-store", try await client.send("GET", "/v1/actions/A9.99")),
                ("private, no-store", try await client.send("GET", "/v1/plan", headers: ["Accept": "image/png"])),
                ("private, no-store", try await client.send("GET", "/nothing")),
                ("private, no-store", try await client.send("DELETE", "/v1/plan")),
                ("private, no-store", try await client.send("OPTIONS", "/v1/plan")),
            ]
            for (number, (cacheControl, answer)) in answers.enumerated() {
                #expect(answer.headers["cache-control"] == cacheControl, "\(number)")
                #expect(answer.headers["x-content-type-options"] == "nosniff", "\(number)")
                #expect(answer.headers["x-request-id"]?.count == 36, "\(number)")
                #expect(answer.headers["server"] == nil, "\(number)")
            }
            #expect(answers.map { $0.1.headers["x-request-id"] }.distinct.count == answers.count)
        }
    }

    @Test func `give the server's own id of the request, and keep the client's beside it`() async throws {
        try await withServer { client in
            for (given, isKept) in [
                ("client-7", true), (String(repeating: "a", count: 64), true), ("A.b_c-9", true),
                (String(repeating: "a", count: 65), false), ("a b", false), ("é", false), ("a\"b", false),
                ("a;b", false), ("pa31_member_RL204I1zRp4dvnJWUmJJPfmTXySVodkXDj5YxvwcQwh3kE", false),
            ] {
                let answer = try await client.send("GET", "/healthz", headers: ["X-Request-Id": given])
                let id = try #require(answer.headers["x-request-id"])
                #expect(id != given)
                let line = client.log.text.split(separator: "\n").first { $0.contains(id) }
                #expect(line?.contains("request.client_id") == isKept, "\(given)")
            }
        }
    }

    @Test(arguments: ["/docs", "/v1/invitations/x"]) func `of a page let a browser do nothing but show it`(path: String)
        async throws
    {
        try await withServer { client in
            let page = try await client.send("GET", path, headers: ["Accept": "text/html", "Accept-Language": "fr"])
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(
                page.headers["content-security-policy"]
                    == "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
            )
            #expect(page.headers["referrer-policy"] == "no-referrer")
            #expect(page.headers["x-robots-tag"] == "noindex")
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(!text.contains("<script"))
            #expect(!text.contains(" style="))
            #expect(!text.contains(" onclick"))
            #expect(text.contains("<link rel=\"stylesheet\" href=\"/style.css\">"))
            #expect(try await client.send("GET", "/style.css").headers["content-type"] == "text/css; charset=utf-8")
        }
    }

    @Test func `of a link's refusal are a page's for people and a problem's for programs`() async throws {
        try await withServer { client in
            for method in ["GET", "POST"] {
                let page = try await client.send(
                    method, "/v1/invitations/secret-7", headers: ["Accept": "text/html", "Accept-Language": "fr"])
                #expect(page.status == 404)
                #expect(page.headers["content-language"] == "fr")
                let text = String(decoding: page.body, as: UTF8.self)
                #expect(text.contains("<html lang=\"fr\">"))
                #expect(text.contains("<h1>Cette invitation n&#39;est pas valable"))
                #expect(text.contains(try #require(page.headers["x-request-id"])))
                #expect(!text.contains("secret-7"))
                let problem = try await client.send(method, "/v1/invitations/secret-7")
                #expect(problem.status == 404)
                #expect(problem.json["instance"] == "/v1/invitations/{token}")
                #expect(problem.code == "invitation.not_found")
            }
            let unwanted = try await client.send(
                "POST", "/v1/invitations/secret-7", body: "{}", headers: ["Accept": "text/html"])
            #expect(unwanted.status == 400)
            #expect(unwanted.headers["content-type"] == "text/html; charset=utf-8")
            #expect(!client.log.text.contains("secret-7"))
        }
    }
}

@Suite struct `The date of answers` {
    @Test(arguments: [
        (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
        (951_868_800, "Wed, 01 Mar 2000 00:00:00 GMT"), (1_798_761_599, "Thu, 31 Dec 2026 23:59:59 GMT"),
        (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
    ])
    func `is that of RFC 9110`(second: Int, text: String) { #expect(DateHeader.text(second) == text) }
}
