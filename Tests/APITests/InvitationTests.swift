import Accounts
import Fields
import Foundation
import Plans
import TestSupport
import Testing

/// Invitations: one-use links that give a member its first token.
@Suite(.database) struct `An invitation` {
    private static let email = "zoe.quillevere@exemple.example"
    private static let name = "Zoé Quillevéré"

    private static func body(
        role: String = "editor", organisation: String? = nil, email: String = email, name: String = name
    ) -> String {
        let more = organisation.map { #","organisation":"\#($0)""# } ?? ""
        return #"{"name":"\#(name)","email":"\#(email)","role":"\#(role)"\#(more)}"#
    }

    private func invite(_ client: TestClient, _ token: String, _ body: String = body()) async throws -> TestAnswer {
        try await client.send("POST", "/v1/invitations", token: token, body: body)
    }

    /// A link, made by the team for the organisation `porteur`.
    private func link(_ client: TestClient, _ scene: Scene, role: String = "editor") async throws -> String {
        let answer = try await invite(client, scene.team, Self.body(role: role, organisation: "porteur"))
        #expect(answer.status == 201)
        return try #require(answer.json["path"]?.string)
    }

    @Test func `gives a token that works, once`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let link = try await link(client, scene)
            let offer = try await client.send("GET", link)
            #expect(offer.status == 200)
            #expect(offer.json["organisation"] == ["code": "porteur", "name": "Organisme porteur"])
            #expect(offer.json["role"] == "editor")
            let accepted = try await client.send("POST", link)
            #expect(accepted.status == 201)
            let token = try #require(accepted.json["token"]?.string)
            let me = try await client.send("GET", "/v1/me", token: token)
            #expect(me.status == 200)
            #expect(me.json["role"] == "editor")
            #expect(me.json["scopes"] == ["read", "write"])
            #expect(me.json["organisation"]?["code"] == "porteur")
            let note = try await client.send("POST", Scene.notes, token: token, body: Scene.note("bonjour"))
            #expect(note.status == 201)
            #expect(try await client.send("POST", link).status == 404)
            #expect(try await client.send("GET", link).status == 404)
        }
    }

    /// Every row but the sealer's, who works beside.
    private func rows() async throws -> [String] {
        try await TestDatabase.current.dump().components(separatedBy: "COPY public.")
            .filter { !$0.hasPrefix("audit_seal ") && !$0.hasPrefix("audit_pending ") }
    }

    @Test func `is changed by no reading, however often`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let link = try await link(client, scene)
            let before = try await rows()
            var bodies: Set<[UInt8]> = []
            for method in ["GET", "HEAD", "OPTIONS", "GET"] {
                let answer = try await client.send(method, link)
                #expect([200, 204].contains(answer.status))
                if method == "GET" { bodies.insert(answer.body) }
            }
            let page = try await client.send("GET", link, headers: ["Accept": "text/html"])
            #expect(page.status == 200)
            #expect(bodies.count == 1)
            #expect(try await rows() == before)
            #expect(try await client.send("POST", link).status == 201)
        }
    }

    @Test func `accepted by many at once gives one token`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let link = try await link(client, scene)
            let statuses = try await atOnce(6) { _ in try await client.send("POST", link).status }
            #expect(statuses.sorted() == [201, 404, 404, 404, 404, 404])
            #expect(try await count("SELECT count(*) AS value FROM api_token WHERE label = 'invitation'") == 1)
        }
    }

    @Test func `that is used, expired, unknown, misspelt or of a disabled member looks like any other`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            let used = try await link(client, scene)
            #expect(try await client.send("POST", used).status == 201)
            func other(_ email: String) async throws -> String {
                let answer = try await invite(client, scene.team, Self.body(organisation: "porteur", email: email))
                return try #require(answer.json["path"]?.string)
            }
            let expired = try await other("b@exemple.example")
            clock.advance(seconds: 15 * 86_400)
            let disabled = try await other("c@exemple.example")
            try await behindTheBack("UPDATE member SET disabled_at = now() WHERE email = 'c@exemple.example'")
            let member = "/v1/invitations/" + scene.lead
            let links = [
                used, expired, disabled, member, String(used.dropLast()), used + "A", "/v1/invitations/x",
                "/v1/invitations/%00", "/v1/invitations/%C3%A9", "/v1/invitations/..%2F..%2Fme",
            ]
            for method in ["GET", "POST"] {
                for accept in ["application/json", "text/html"] {
                    var seen: Set<String> = []
                    for link in links {
                        let answer = try await client.send(method, link, headers: ["Accept": accept])
                        #expect(answer.status == 404)
                        let id = try #require(answer.headers["x-request-id"])
                        var headers = answer.headers
                        for name in ["x-request-id", "date", "ratelimit"] { headers[name] = nil }
                        let body = String(decoding: answer.body, as: UTF8.self).replacing(id, with: "ID")
                        seen.insert(headers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined() + body)
                    }
                    #expect(seen.count == 1, "\(method) \(accept) \(seen)")
                }
            }
        }
    }

    @Test func `is good for fifteen days`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            let link = try await link(client, scene)
            clock.advance(seconds: 15 * 86_400 - 1)
            #expect(try await client.send("GET", link).status == 200)
            clock.advance(seconds: 1)
            #expect(try await client.send("POST", link).status == 404)
        }
    }

    struct Right: Sendable, CustomTestStringConvertible {
        let who: Caller.Role
        var kind = Caller.OrganisationKind.partner
        var role = "editor"
        var organisation: String?
        let status: Int
        var testDescription: String { "\(kind) \(who) invites a \(role) for \(organisation ?? "its own")" }
    }

    static let rights = [
        Right(who: .manager, status: 201), Right(who: .manager, organisation: "porteur", status: 201),
        Right(who: .manager, role: "manager", status: 201), Right(who: .manager, organisation: "autre", status: 403),
        Right(who: .manager, organisation: "equipe", status: 403),
        Right(who: .manager, organisation: "inconnue", status: 404), Right(who: .editor, status: 403),
        Right(who: .editor, organisation: "autre", status: 403),
        Right(who: .editor, organisation: "inconnue", status: 403),
        Right(who: .reader, status: 403), Right(who: .manager, role: "dpo", status: 422),
        Right(who: .editor, kind: .platform, organisation: "autre", status: 201),
        Right(who: .editor, kind: .platform, status: 201),
        Right(who: .manager, kind: .platform, organisation: "inconnue", status: 404),
        Right(who: .manager, kind: .platform, role: "dpo", organisation: "autre", status: 422),
        Right(who: .manager, kind: .platform, role: "dpo", status: 201),
        Right(who: .reader, kind: .platform, organisation: "autre", status: 403),
        Right(who: .dpo, kind: .platform, organisation: "autre", status: 403),
    ]

    @Test(arguments: rights) func `is made by managers for their own organisation, and by the team`(_ right: Right)
        async throws
    {
        let scene = try await Scene()
        let token = try await scene.token(
            of: right.kind == .platform ? scene.teamID : scene.leadID, kind: right.kind, role: right.who)
        let members = try await count("SELECT count(*) AS value FROM member")
        try await withServer { client in
            let answer = try await invite(client, token, Self.body(role: right.role, organisation: right.organisation))
            #expect(answer.status == right.status)
            let made = try await count("SELECT count(*) AS value FROM member") - members
            #expect(made == (right.status == 201 ? 1 : 0))
            let own = right.kind == .platform ? "equipe" : "porteur"
            if right.status == 201 {
                #expect(
                    try await count(
                        """
                        SELECT count(*) AS value FROM member m JOIN organisation o ON o.id = m.organisation_id
                         WHERE m.email = \(Self.email) AND o.code = \(right.organisation ?? own) AND m.role = \(right.role)
                        """) == 1)
            }
        }
    }

    @Test func `of a reader gives a token that only reads`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let link = try await link(client, scene, role: "reader")
            let token = try #require(try await client.send("POST", link).json["token"]?.string)
            #expect(try await client.send("GET", "/v1/me", token: token).json["scopes"] == ["read"])
            #expect(
                try await client.send("POST", Scene.notes, token: token, body: Scene.note("x")).status == 403)
        }
    }

    @Test func `of an address that a member has already is refused, and keeps nothing`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            _ = try await link(client, scene)
            let before = try await count("SELECT count(*) AS value FROM audit_log")
            let again = try await invite(
                client, scene.team, Self.body(organisation: "autre", email: Self.email.uppercased()))
            #expect(again.status == 409)
            #expect(again.code == "account.taken")
            #expect(try await count("SELECT count(*) AS value FROM audit_log") == before)
        }
    }

    @Test(arguments: [
        body(email: "camille"), body(email: "a@b"), body(email: "a b@c.d"), body(role: "admin"),
        body(email: "a\\r\\nBcc: x@exemple.example"), #"{"name":"x","role":"editor"}"#,
    ]) func `needs an address and a role`(body: String) async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            #expect(try await invite(client, scene.team, body).status == 400)
        }
    }

    @Test(arguments: ["", " ", String(repeating: "é", count: 121)]) func `needs a name`(name: String) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let answer = try await invite(client, scene.team, Self.body(name: name))
            #expect(answer.status == 422)
            #expect(answer.json["errors"]?.elements.map { $0["pointer"] } == ["/name"])
        }
    }

    @Test func `tells the person's address and name nowhere: no log, history, audit or answer`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let created = try await invite(client, scene.team, Self.body(organisation: "porteur"))
            let link = try #require(created.json["path"]?.string)
            let offer = try await client.send("GET", link)
            let accepted = try await client.send("POST", link)
            let token = try #require(accepted.json["token"]?.string)
            let again = try await invite(client, scene.team, Self.body(organisation: "porteur"))
            let texts = [created, offer, accepted, again].map { String(decoding: $0.body, as: UTF8.self) }
            let dump = try await TestDatabase.current.dump()
            let outsideMember = dump.components(separatedBy: "COPY public.").filter { !$0.hasPrefix("member ") }
            for text in texts + outsideMember + [client.log.text] {
                for personal in [Self.email, "quillev", Self.name] {
                    #expect(!text.localizedCaseInsensitiveContains(personal))
                }
            }
            // Nor the link's and the token's secrets.
            let secret = String(link.split(separator: "/").last ?? "")
            for hidden in [secret, token] {
                #expect(!dump.contains(hidden))
                #expect(!client.log.text.contains(hidden))
                #expect(!String(decoding: again.body, as: UTF8.self).contains(hidden))
            }
            #expect(offer.headers["cache-control"] == "private, no-store")
            #expect(offer.headers["access-control-allow-origin"] == nil)
        }
    }

    @Test func `is a page for people, that a browser keeps, frames and indexes nowhere`() async throws {
        let scene = try await Scene()
        try await behindTheBack(
            "UPDATE organisation SET name = '<script>alert(1)</script> & Cie' WHERE code = 'porteur'")
        try await withServer { client in
            let link = try await link(client, scene)
            let browser = [
                "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "Accept-Language": "fr",
            ]
            let page = try await client.send("GET", link, headers: browser)
            let text = String(decoding: page.body, as: UTF8.self)
            #expect(page.headers["content-type"] == "text/html; charset=utf-8")
            #expect(text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; Cie"))
            #expect(!text.contains("<script"))
            #expect(text.contains("<form method=\"post\">"))
            let accepted = try await client.send(
                "POST", link, headers: browser.merging(["Content-Type": "application/x-www-form-urlencoded"]) { $1 })
            #expect(accepted.status == 201)
            #expect(String(decoding: accepted.body, as: UTF8.self).contains("pa31_member_"))
            let spent = try await client.send("GET", link, headers: browser)
            #expect(spent.status == 404)
            #expect(String(decoding: spent.body, as: UTF8.self).contains("<h1>Cette invitation n&#39;est pas valable"))
            for answer in [page, accepted, spent] {
                #expect(
                    answer.headers["content-security-policy"]
                        == "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
                )
                #expect(answer.headers["referrer-policy"] == "no-referrer")
                #expect(answer.headers["x-robots-tag"] == "noindex")
                #expect(answer.headers["x-content-type-options"] == "nosniff")
                #expect(answer.headers["cache-control"] == "private, no-store")
            }
        }
    }
}
