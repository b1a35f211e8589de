import Fields
import Foundation
import TestSupport
import Testing

/// `ETag` and `If-None-Match` on reads.
@Suite(.database) struct `A read` {
    static let open = [
        "/v1/plan", "/v1/axes", "/v1/actions", "/v1/actions/A1.01", "/v1/reference/transitions", "/v1/openapi.json",
        "/docs", "/style.css", "/problems/action.not_found",
    ]

    @Test(arguments: open) func `is 304 for who has it already, and says the same about itself`(path: String)
        async throws
    {
        _ = try await Scene()
        try await withServer { client in
            let first = try await client.send("GET", path)
            #expect(first.status == 200)
            let etag = try #require(first.headers["etag"])
            #expect(etag.hasPrefix("\"") && etag.hasSuffix("\"") && etag.count > 3)
            for known in [etag, "W/\(etag)", "*", "\"x\", \(etag)", "\"x\",W/\(etag) , \"y\""] {
                let again = try await client.send("GET", path, headers: ["If-None-Match": known])
                #expect(again.status == 304, "\(known)")
                #expect(again.body.isEmpty)
                #expect(again.headers["etag"] == etag)
                #expect(again.headers["cache-control"] == first.headers["cache-control"])
                #expect(again.headers["vary"] == first.headers["vary"])
                #expect(again.headers["content-type"] == nil)
            }
            for other in ["\"x\"", etag.uppercased() + "x", String(etag.dropLast()), "", "W/"] {
                #expect(try await client.send("GET", path, headers: ["If-None-Match": other]).status == 200, "\(other)")
            }
            let head = try await client.send("HEAD", path, headers: ["If-None-Match": etag])
            #expect(head.status == 304)
        }
    }

    @Test func `of a list has another tag as soon as it shows something else`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for (number, path) in ["/v1/plan", "/v1/axes", "/v1/actions", "/v1/actions?limit=1"].enumerated() {
                let before = try await client.send("GET", path)
                #expect(try await client.send("GET", path).headers["etag"] == before.headers["etag"])
                try await scene.make.action(
                    "A1.\(10 + number)", in: scene.plan, lead: scene.leadID, status: .abandoned)
                let fresh = try await client.send("GET", path)
                #expect((fresh.headers["etag"] == before.headers["etag"]) == (fresh.body == before.body))
            }
        }
    }

    @Test func `of an action has a tag of its day: what is computed of the day is not old`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            let before = try #require(try await client.send("GET", Scene.path).headers["etag"])
            clock.advance(seconds: 86_400)
            let after = try await client.send("GET", Scene.path, headers: ["If-None-Match": before])
            #expect(after.status == 200)
            #expect(after.headers["etag"] != before)
            #expect(after.headers["etag"]?.hasPrefix(String(before.prefix(9))) == true)
            _ = scene
        }
    }

    @Test func `with a token has a tag that a change can name; without, one that it cannot`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let open = try #require(try await client.send("GET", Scene.path).headers["etag"])
            let own = try #require(try await client.send("GET", Scene.path, token: scene.lead).headers["etag"])
            func edit(_ version: String) async throws -> TestAnswer {
                try await client.send(
                    "PATCH", Scene.path, token: scene.lead, body: #"{"health":"secured"}"#,
                    headers: ["If-Match": version])
            }
            #expect(try await edit(open).status == 412)
            #expect(try await edit("*").status == 400)
            #expect(try await edit("3").status == 400)
            #expect(try await edit("\"x\"").status == 400)
            let done = try await edit("W/" + own)
            #expect(done.status == 200)
            #expect(done.headers["etag"] != own)
            // A content's tag names no version.
            let list = try #require(try await client.send("GET", "/v1/actions").headers["etag"])
            #expect(try await edit(list).status == 400)
        }
    }

    @Test func `with a token is told from one without it, also by the list's tag`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let open = try #require(try await client.send("GET", Scene.path).headers["etag"])
            let own = try await client.send("GET", Scene.path, token: scene.lead, headers: ["If-None-Match": open])
            #expect(own.status == 200)
            #expect(own.headers["vary"] == "Authorization, Accept")
        }
    }
}
