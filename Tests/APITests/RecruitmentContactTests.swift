import Accounts
import Directory
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

/// A structure of the stage's employer, and a team that delivers links.
private struct ContactStage: Sendable {
    static let finess = "310000018"
    static let path = "/v1/structures/310000018"
    static let first = "zoe.quillevere@recrutement.example"
    static let second = "paul.brennec@recrutement.example"

    let stage: StructureStage
    let client: TestClient
    let contacts: ContactStore
    let team: Caller

    static func run(
        _ body: @Sendable @escaping (ContactStage, TestClient, TestClock) async throws -> Void
    ) async throws {
        let stage = try await StructureStage()
        let clock = TestClock(at: stage.clock.now())
        let database = TestDatabase.current.asOperator().at(clock.source)
        let member = try await TokenStore(database).member(of: stage.team, requestID: "cli")
        try await withServer(clock: clock.source) { client in
            try await body(
                ContactStage(
                    stage: stage, client: client, contacts: ContactStore(database),
                    team: .member(member, requestID: "cli")), client, clock)
        }
        await database.close()
    }

    func ask(_ email: String, as token: String? = nil) async throws -> TestAnswer {
        try await client.send(
            "POST", Self.path + "/contact", token: token ?? stage.employer, body: #"{"email":"\#(email)"}"#)
    }

    /// What `pa31 structure contact-link` prints.
    func link() async throws -> String { try await contacts.link(.finess(Self.finess), as: team).path }

    /// Asks for an address and proves it.
    func prove(_ email: String) async throws {
        #expect(try await ask(email).status == 201)
        #expect(try await client.send("POST", try await link()).status == 200)
    }

    func management(_ token: String) async throws -> JSON? {
        try await client.send("GET", Self.path, token: token).json["management"]
    }
}

@Suite(.database) struct `A recruitment contact` {
    @Test func `counts once its link is used, which reading does not do`() async throws {
        try await ContactStage.run { contact, client, _ in
            let asked = try await contact.ask(ContactStage.first)
            #expect(asked.status == 201 && asked.json["state"] == "pending")
            let text = String(decoding: asked.body, as: UTF8.self)
            #expect(!text.contains("pa31_contact_") && !text.contains(ContactStage.first))
            // Its link is on its way by mail; the team may still make another.
            let link = try await contact.link()
            #expect(!(try await contact.stage.waiting(client, contact.stage.team).contains("contact_link 310000018")))
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for accept in ["application/json", "text/html"] {
                for method in ["GET", "HEAD"] {
                    let answer = try await client.send(method, link, headers: ["Accept": accept])
                    #expect(answer.status == 200)
                    #expect(answer.headers["cache-control"] == "private, no-store")
                }
            }
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            let offer = try await client.send("GET", link)
            #expect(offer.json["email"] == "z…@recrutement.example")
            #expect(offer.json["structure"]?["finess"] == "310000018")
            #expect(try await contact.management(contact.stage.employer)?["recruitment_contact"] == .null)
            let seen = try await client.send("GET", ContactStage.path, token: contact.stage.employer)
            let used = try await client.send("POST", link, headers: ["Accept": "text/html"])
            #expect(used.status == 200)
            #expect(String(decoding: used.body, as: UTF8.self).contains("EHPAD ORÉLIA"))
            // The structure is the same version; what its employer sees is not.
            let news = try await client.send(
                "GET", ContactStage.path, token: contact.stage.employer,
                headers: ["If-None-Match": seen.headers["etag"] ?? ""])
            #expect(news.status == 200)
            let edited = try await client.send(
                "PATCH", ContactStage.path, token: contact.stage.employer, body: #"{"capacity":80}"#,
                headers: ["If-Match": seen.headers["etag"] ?? ""])
            #expect(edited.status == 200)
            let management = try await contact.management(contact.stage.employer)
            #expect(management?["recruitment_contact"]?["state"] == "proved")
            #expect(management?["recruitment_contact"]?["email"] == .string(ContactStage.first))
            #expect(management?["pending_contact"] == .null)
            #expect(try await contact.management(contact.stage.team)?["recruitment_contact"]?["email"] != nil)
            #expect(try await contact.ask(ContactStage.first.uppercased()).status == 409)
        }
    }

    @Test func `link that is used, expired, replaced, unknown or misspelt looks like any other`() async throws {
        try await ContactStage.run { contact, client, clock in
            #expect(try await contact.ask(ContactStage.first).status == 201)
            let replaced = try await contact.link()
            let used = try await contact.link()
            #expect(try await client.send("POST", used).status == 200)
            #expect(try await contact.ask(ContactStage.second).status == 201)
            let expired = try await contact.link()
            clock.advance(seconds: 15 * 86_400 - 1)
            #expect(try await client.send("GET", expired).status == 200)
            clock.advance(seconds: 1)
            #expect(try await contact.stage.waiting(client, contact.stage.team).contains("contact_link 310000018"))
            let links = [
                replaced, used, expired, used + "A", String(used.dropLast()), "/v1/contacts/x", "/v1/contacts/%00",
                "/v1/contacts/\(TokenSecret.random(.contact).text)", "/v1/contacts/\(contact.stage.team)",
            ]
            for method in ["GET", "POST"] {
                for accept in ["application/json", "text/html"] {
                    var seen: Set<String> = []
                    for link in links {
                        let answer = try await client.send(method, link, headers: ["Accept": accept])
                        #expect(answer.status == 404)
                        let id = try #require(answer.headers["x-request-id"])
                        seen.insert(String(decoding: answer.body, as: UTF8.self).replacing(id, with: "ID"))
                    }
                    #expect(seen.count == 1, "\(method) \(accept)")
                }
            }
            // A fresh link is good again.
            #expect(try await client.send("POST", try await contact.link()).status == 200)
        }
    }

    @Test func `goes on until its successor is proved, and its owner is told`() async throws {
        try await ContactStage.run { contact, client, _ in
            try await contact.prove(ContactStage.first)
            #expect(try await contact.ask(ContactStage.second).status == 201)
            let meanwhile = try await contact.management(contact.stage.employer)
            #expect(meanwhile?["recruitment_contact"]?["email"] == .string(ContactStage.first))
            #expect(meanwhile?["pending_contact"]?["email"] == .string(ContactStage.second))
            #expect(try await client.send("POST", try await contact.link()).status == 200)
            let after = try await contact.management(contact.stage.employer)
            #expect(after?["recruitment_contact"]?["email"] == .string(ContactStage.second))
            let key = StructureKey.finess(ContactStage.finess)
            let told = try await count(
                """
                SELECT count(*) AS value FROM outbox WHERE kind = 'contact.replaced' AND address = \(ContactStage.first)
                   AND link_secret IS NULL
                """)
            #expect(told == 1)
            let nobody = try await refusal { try await contact.contacts.told(key, as: contact.team) }
            #expect(nobody?.problem.code == "recruitment_contact.not_found")
            #expect(
                !(try await contact.stage.waiting(client, contact.stage.team).contains("contact_change 310000018")))
        }
    }

    @Test func `used by many at once is proved once`() async throws {
        try await ContactStage.run { contact, _, _ in
            #expect(try await contact.ask(ContactStage.first).status == 201)
            let link = try await contact.link()
            let secret = String(link.split(separator: "/").last ?? "")
            let database = TestDatabase.current.asServer(clock: contact.stage.clock)
            let codes = try await TestDatabase.current.collide(2, on: "LOCK TABLE structure IN EXCLUSIVE MODE") { _ in
                try await refusal {
                    _ = try await ContactStore(database).prove(secret, as: .anonymous(requestID: "race"))
                }?.problem.code ?? ""
            }
            await database.close()
            #expect(codes.sorted() == ["", "contact_link.not_found"])
        }
    }

    @Test func `ends with its claim, and so do its links`() async throws {
        try await ContactStage.run { contact, client, _ in
            try await contact.prove(ContactStage.first)
            #expect(try await contact.ask(ContactStage.second).status == 201)
            let link = try await contact.link()
            let claims = try await client.send("GET", "/v1/structure-claims", token: contact.stage.employer)
            let id = claims.json["items"]?.elements.first?["id"]?.string ?? ""
            let ended = try await client.send(
                "POST", "/v1/structure-claims/\(id)/transitions", token: contact.stage.employer,
                body: #"{"to":"ended","reason":"Cédée."}"#, headers: ["If-Match": "\"1\""])
            #expect(ended.status == 200)
            #expect(try await client.send("POST", link).status == 404)
            let living = try await count("SELECT count(*) AS value FROM recruitment_contact WHERE state <> 'ended'")
            #expect(living == 0)
            #expect(try await contact.ask(ContactStage.second).status == 403)
            let team = try await contact.ask(ContactStage.second, as: contact.stage.team)
            #expect(team.status == 409 && team.code == "recruitment_contact.conflict")
            #expect(try await contact.management(contact.stage.team)?["recruitment_contact"] == .null)
        }
    }

    @Test func `is its employer's and the team's, and in no log, history, audit or public answer`() async throws {
        try await ContactStage.run { contact, client, _ in
            #expect(try await contact.ask(ContactStage.first, as: contact.stage.stranger).status == 403)
            let wrong = try await contact.ask("nobody")
            #expect(wrong.status == 400)
            try await contact.prove(ContactStage.first)
            #expect(try await contact.ask(ContactStage.second, as: contact.stage.team).status == 201)
            _ = try await contact.link()
            // What is kept for a retry holds no address either.
            for (method, path, body) in [
                ("POST", "/verify", nil), ("POST", "/contact", #"{"email":"x@recrutement.example"}"#),
            ] as [(String, String, String?)] {
                let kept = try await client.send(
                    method, ContactStage.path + path, token: contact.stage.employer, body: body,
                    headers: ["Idempotency-Key": "once"])
                #expect([200, 201].contains(kept.status))
            }
            for token in [nil, contact.stage.stranger] {
                for path in [ContactStage.path, ContactStage.path + "?explain=true", "/v1/structures"] {
                    let answer = try await client.send("GET", path, token: token)
                    #expect(answer.status == 200)
                    let text = String(decoding: answer.body, as: UTF8.self)
                    #expect(!text.contains("recrutement.example") && !text.contains("management"))
                }
            }
            #expect(!client.log.text.contains("recrutement.example"))
            #expect(!client.log.text.contains("pa31_contact_"))
            // Mails wait there: no way for them to leave is set.
            let tables = try await TestDatabase.current.dump().components(separatedBy: "COPY public.")
            let holding = tables.filter { $0.contains("recrutement.example") }.map { $0.prefix { $0 != " " } }
            #expect(holding == ["outbox", "recruitment_contact"])
            let lines = try await contact.contacts.list(as: contact.team)
            #expect(lines.count == 2)
        }
    }

    /// `security.md` §1: as the server's role, with no caller every row is hidden; with organisation X, only X's show.
    @Test func `is hidden from the server's role but for who the transaction acts for`() async throws {
        try await ContactStage.run { contact, client, _ in
            try await contact.prove(ContactStage.first)
            let make = Make()
            let other = try await make.organisation("concurrent", kind: .employer)
            let member = try await make.member(of: other, kind: .employer)
            try await make.structure("310000109", "Ailleurs", of: other)
            let theirs = Caller.member(member, requestID: "x")
            let server = TestDatabase.current.asServer()
            _ = try await ContactStore(server).ask(
                .finess("310000109"), NewContact(email: try EmailAddress(fieldText: ContactStage.second)), as: theirs)
            func seen(_ caller: Caller) async throws -> [String] {
                try await server.transaction(as: caller) { transaction in
                    try await transaction.rows(
                        "SELECT email AS value FROM recruitment_contact ORDER BY id", as: Value<String>.self
                    ).all().map(\.value)
                }
            }
            #expect(try await seen(.anonymous(requestID: "x")) == [])
            // The clock writes to it, and changes nothing of it.
            #expect(try await seen(.system(requestID: "x")) == [ContactStage.first, ContactStage.second])
            #expect(try await seen(theirs) == [ContactStage.second])
            #expect(try await seen(contact.team) == [ContactStage.first, ContactStage.second])
            // Nor can it write for another.
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for statement: SQL in [
                "UPDATE recruitment_contact SET state = 'ended', ended_at = now() WHERE email = \(ContactStage.first)",
                "UPDATE recruitment_contact SET told_at = now()",
            ] {
                let touched = try await server.transaction(as: .anonymous(requestID: "x")) { transaction in
                    try await transaction.execute(statement)
                }
                #expect(touched == 0)
            }
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            await server.close()
        }
    }
}
