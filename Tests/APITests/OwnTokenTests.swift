import Accounts
import Fields
import Foundation
import Plans
import TestSupport
import Testing

/// `/v1/me` and one's own tokens.
@Suite(.database) struct `My account` {
    private func create(
        _ client: TestClient, _ token: String, _ scopes: String, days: String = "30", label: String = "tableur"
    ) async throws -> TestAnswer {
        try await client.send(
            "POST", "/v1/me/tokens", token: token,
            body: #"{"label":"\#(label)","scopes":\#(scopes),"valid_days":\#(days)}"#)
    }

    @Test func `is who I am, for whom, and with what`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let me = try await client.send("GET", "/v1/me", token: scene.lead)
            #expect(me.status == 200)
            #expect(me.json["id"]?.string == scene.leadMember.id.fieldText)
            #expect(me.json["name"] == "Membre de test")
            #expect(me.json["role"] == "editor")
            #expect(me.json["organisation"] == ["code": "porteur", "name": "Organisme porteur"])
            #expect(me.json["organisation_kind"] == "partner")
            #expect(me.json["token_label"] == "test")
            #expect(me.json["scopes"] == ["read", "write"])
            #expect(!String(decoding: me.body, as: UTF8.self).contains("@"))
            #expect(me.headers["cache-control"] == "private, no-store")
            #expect(me.headers["access-control-allow-origin"] == nil)
            #expect(try await client.send("GET", "/v1/me").status == 401)
        }
    }

    @Test func `lists my tokens only, the newest first, page by page, without their secrets`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            var ids: [String] = []
            for number in 1...5 {
                let made = try await create(client, scene.lead, "[\"read\"]", label: "jeton \(number)")
                #expect(made.status == 201)
                ids.append(try #require(made.json["id"]?.string))
            }
            var seen: [String] = []
            var path: String? = "/v1/me/tokens?limit=2"
            while let current = path {
                let page = try await client.send("GET", current, token: scene.lead)
                #expect(!String(decoding: page.body, as: UTF8.self).contains("pa31_"))
                seen += page.json["items"]?.elements.compactMap { $0["id"]?.string } ?? []
                path = page.json["next_cursor"]?.string.map { "/v1/me/tokens?limit=2&cursor=\($0)" }
            }
            #expect(Array(seen.prefix(5)) == ids.reversed())
            #expect(seen.count == 6)
            let others = try await client.send("GET", "/v1/me/tokens", token: scene.other)
            #expect(others.json["items"]?.elements.count == 1)
        }
    }

    @Test func `makes tokens that work, and no wider than the one that makes them`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let reading = try await create(client, scene.lead, "[\"read\"]")
            let token = try #require(reading.json["token"]?.string)
            #expect(reading.headers["cache-control"] == "private, no-store")
            #expect(try await client.send("GET", "/v1/me", token: token).json["scopes"] == ["read"])
            #expect(try await client.send("POST", Scene.notes, token: token, body: Scene.note("x")).status == 403)
            for wider in ["[\"write\"]", "[\"read\",\"write\"]"] {
                let answer = try await create(client, token, wider)
                #expect(answer.status == 403)
                #expect(answer.code == "auth.forbidden")
            }
            #expect(try await create(client, token, "[\"read\"]").status == 201)
            #expect(try await create(client, scene.lead, "[\"read\",\"write\",\"read\"]").status == 201)
        }
    }

    @Test func `makes tokens for 1 to 366 days, for something, with a label`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            #expect(try await create(client, scene.lead, "[\"read\"]", days: "1").status == 201)
            #expect(try await create(client, scene.lead, "[\"read\"]", days: "366").status == 201)
            for days in ["0", "367", "-1", "9223372036854775807"] {
                let answer = try await create(client, scene.lead, "[\"read\"]", days: days)
                #expect(answer.status == 422, "\(days)")
                #expect(answer.json["errors"]?.elements.map { $0["pointer"] } == ["/valid_days"], "\(days)")
            }
            #expect(try await create(client, scene.lead, "[]").status == 422)
            #expect(try await create(client, scene.lead, "[\"admin\"]").status == 400)
            #expect(try await create(client, scene.lead, "[\"read\"]", label: " ").status == 422)
            #expect(
                try await create(client, scene.lead, "[\"read\"]", label: .init(repeating: "x", count: 101)).status
                    == 422)
            #expect(try await create(client, scene.lead, "[\"read\"]", days: "1.5").status == 400)
        }
    }

    @Test func `takes a token back: it is good for nothing at once, and twice does no harm`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let made = try await create(client, scene.lead, "[\"read\"]")
            let (id, token) = (
                try #require(made.json["id"]?.string), try #require(made.json["token"]?.string)
            )
            #expect(try await client.send("GET", "/v1/me", token: token).status == 200)
            let audited = try await count("SELECT count(*) AS value FROM audit_log")
            for _ in 1...2 {
                let answer = try await client.send("DELETE", "/v1/me/tokens/\(id)", token: scene.lead)
                #expect(answer.status == 204)
                #expect(answer.body.isEmpty)
            }
            #expect(try await count("SELECT count(*) AS value FROM audit_log") == audited + 1)
            #expect(try await client.send("GET", "/v1/me", token: token).status == 401)
            let list = try await client.send("GET", "/v1/me/tokens", token: scene.lead)
            let revoked = list.json["items"]?.elements.first { $0["id"]?.string == id }
            #expect(revoked?["revoked_at"]?.string != nil)
        }
    }

    @Test func `takes no token of somebody else back, and tells nothing of it`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let id = try #require(
                try await client.send("GET", "/v1/me", token: scene.other).json["token_id"]?.string)
            var bodies: Set<String> = []
            for path in [id, "00000000-0000-7000-8000-000000000000"] {
                for token in [scene.lead, scene.team] {
                    let answer = try await client.send("DELETE", "/v1/me/tokens/\(path)", token: token)
                    #expect(answer.status == 404)
                    let request = try #require(answer.headers["x-request-id"])
                    bodies.insert(String(decoding: answer.body, as: UTF8.self).replacing(request, with: "ID"))
                }
            }
            #expect(bodies.count == 1)
            #expect(try await client.send("DELETE", "/v1/me/tokens/x", token: scene.lead).status == 404)
            #expect(try await client.send("GET", "/v1/me", token: scene.other).status == 200)
        }
    }

    @Test func `can be left: a token takes itself back`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let id = try #require(try await client.send("GET", "/v1/me", token: scene.lead).json["token_id"]?.string)
            #expect(try await client.send("DELETE", "/v1/me/tokens/\(id)", token: scene.lead).status == 204)
            #expect(try await client.send("DELETE", "/v1/me/tokens/\(id)", token: scene.lead).status == 401)
        }
    }

    @Test func `is opened by no other kind of secret`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let made = try await client.send(
                "POST", "/v1/invitations", token: scene.team,
                body: #"{"name":"Camille","email":"c@exemple.example","role":"manager","organisation":"porteur"}"#)
            let link = String(try #require(made.json["path"]?.string).split(separator: "/").last ?? "")
            #expect(try await client.send("GET", "/v1/me", token: link).status == 401)
            for authorization in [
                "Bearer", "Bearer ", "Basic \(scene.lead)", scene.lead, "Bearer \(scene.lead) x",
                "Bearer \(scene.lead.dropLast())",
            ] {
                let answer = try await client.send("GET", "/v1/me", headers: ["Authorization": authorization])
                #expect(answer.status == 401)
                #expect(answer.headers["www-authenticate"] == "Bearer realm=\"pa31\"")
            }
            #expect(
                try await client.send("GET", "/v1/me", headers: ["Authorization": "bEARER \(scene.lead)"]).status == 200
            )
        }
    }
}
