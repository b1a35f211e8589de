import Accounts
import Contract
import Fields
import Foundation
import NIOCore
import Plans
import Postgres
import TestSupport
import Testing

/// `Idempotency-Key` (`api.md`): a client that retries gets its first answer, and its change is made once.
@Suite(.database) struct `A request repeated with its Idempotency-Key` {
    private func send(
        _ client: TestClient, _ token: String, _ key: String, _ text: String = "Douze personnes",
        to path: String = Scene.notes
    ) async throws -> TestAnswer {
        try await client.send(
            "POST", path, token: token, body: Scene.note(text), headers: ["Idempotency-Key": key])
    }

    private func notes() async throws -> Int { try await count("SELECT count(*) AS value FROM progress_note") }

    @Test func `gets the first answer again, whatever changed since, and changes nothing`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let first = try await send(client, scene.lead, "k-1")
            #expect(first.status == 201)
            _ = try await client.send("POST", Scene.notes, token: scene.team, body: Scene.note("une autre"))
            let again = try await send(client, scene.lead, "k-1")
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(again.headers["etag"] == first.headers["etag"])
            #expect(again.headers["content-type"] == first.headers["content-type"])
            #expect(again.headers["x-request-id"] != first.headers["x-request-id"])
            #expect(again.headers["cache-control"] == "private, no-store")
            #expect(try await notes() == 2)
            #expect(
                try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.note'") == 2)
        }
    }

    @Test func `gets Location again too, and never sees it with another's key`() async throws {
        let scene = try await Scene()
        var caller = Caller.member(scene.leadMember, requestID: "one")
        caller.idempotency = IdempotencyKey("k", operation: "test", requestHash: .init(repeating: 7, count: 32))
        let database = TestDatabase.current.asServer()
        let answers = try await { () async throws -> [Answer] in
            var answers: [Answer] = []
            for number in 1...2 {
                answers.append(
                    try await database.transaction(as: caller) { transaction in
                        try await transaction.record("test.make", on: "test")
                        return Answer(
                            status: 201, body: ByteBuffer(string: "{\"n\":\(number)}"), etag: .full(version: number),
                            location: "/v1/things/\(number)")
                    })
            }
            return answers
        }()
        #expect(answers.map { String(buffer: $0.body) } == ["{\"n\":1}", "{\"n\":1}"])
        #expect(answers.map(\.location) == ["/v1/things/1", "/v1/things/1"])
        #expect(answers.map(\.etag) == [.full(version: 1), .full(version: 1)])
        #expect(answers.map(\.status) == [201, 201])
        await database.close()
    }

    @Test func `many at once is done once, and all are answered alike`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let answers = try await atOnce(12) { _ in try await send(client, scene.lead, "k-race") }
            #expect(answers.map(\.status) == Array(repeating: 201, count: 12))
            #expect(answers.map(\.body).distinct.count == 1)
            #expect(answers.map { $0.headers["etag"] }.distinct.count == 1)
            #expect(try await notes() == 1)
        }
    }

    @Test func `by two at once, of whom the first is refused, is done by the second`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            // Both are the same request; whichever takes the key first fails, and leaves it.
            try await TestDatabase.current.script(
                """
                CREATE SEQUENCE test_first; GRANT USAGE ON SEQUENCE test_first TO pa31_app;
                CREATE FUNCTION test_fail_first() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF nextval('test_first') = 1 THEN RAISE EXCEPTION USING ERRCODE = 'P0001', MESSAGE = 'first'; END IF;
                    RETURN NEW; END $$;
                CREATE TRIGGER test_fail_first BEFORE INSERT ON progress_note FOR EACH ROW EXECUTE FUNCTION test_fail_first();
                """)
            let answers = try await atOnce(2) { _ in try await send(client, scene.lead, "k-two") }
            try await TestDatabase.current.script(
                "DROP TRIGGER test_fail_first ON progress_note; DROP FUNCTION test_fail_first; DROP SEQUENCE test_first"
            )
            #expect(answers.map(\.status).sorted() == [201, 500])
            #expect(try await notes() == 1)
        }
    }

    @Test func `but another body or path is refused, and changes nothing`() async throws {
        let scene = try await Scene()
        try await scene.make.action("A1.02", in: scene.plan, lead: scene.leadID)
        try await withServer { client async throws in
            #expect(try await send(client, scene.lead, "k-1").status == 201)
            let other = try await send(client, scene.lead, "k-1", "Treize personnes")
            #expect(other.status == 422)
            #expect(other.code == "idempotency.reused")
            let elsewhere = try await send(client, scene.lead, "k-1", to: "/v1/actions/A1.02/notes")
            #expect(elsewhere.code == "idempotency.reused")
            #expect(try await notes() == 1)
            // Another operation has keys of its own.
            let evidence = try await client.send(
                "POST", Scene.path + "/evidence", token: scene.lead,
                body: #"{"label":"Feuille","url":"https://exemple.example/a"}"#, headers: ["Idempotency-Key": "k-1"])
            #expect(evidence.status == 201)
        }
    }

    @Test func `by another member is another request`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let first = try await send(client, scene.lead, "k-1")
            let second = try await send(client, scene.team, "k-1", "Autre chose")
            #expect(second.status == 201)
            #expect(second.body != first.body)
            #expect(try await notes() == 2)
        }
    }

    @Test func `can be mended after a refusal: what is refused keeps no key`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            func move(_ body: String, _ version: String) async throws -> TestAnswer {
                try await client.send(
                    "POST", Scene.path + "/transitions", token: scene.lead, body: body,
                    headers: ["If-Match": version, "Idempotency-Key": "k-1"])
            }
            let pause = #"{"to":"paused","reason":"effectif insuffisant"}"#
            #expect(try await move(pause, "\"9\"").status == 412)
            #expect(try await move(#"{"to":"paused","reason":" "}"#, "\"3\"").status == 422)
            #expect(try await move(#"{"to":"planned"}"#, "\"3\"").status == 409)
            #expect(try await count("SELECT count(*) AS value FROM idempotency_answer") == 0)
            #expect(try await move(pause, "\"3\"").status == 200)
            // The repeated move is no stale one: it is the first again.
            #expect(try await move(pause, "\"3\"").status == 200)
        }
    }

    @Test func `by a member who is disabled since gets 401, not the old answer`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            #expect(try await send(client, scene.lead, "k-1").status == 201)
            try await behindTheBack(
                "UPDATE member SET disabled_at = now() WHERE id = '\(scene.leadMember.id.fieldText)'")
            // A revocation holds within five seconds (security.md §4).
            clock.advance(seconds: 5)
            #expect(try await send(client, scene.lead, "k-1").status == 401)
        }
    }

    @Test func `by who lost the right meanwhile gets 403 or 404, not the old answer`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            #expect(try await send(client, scene.lead, "k-1").status == 201)
            try await behindTheBack(
                "UPDATE action SET lead_organisation_id = '\(scene.otherID.fieldText)' WHERE code = 'A1.01'")
            let known = try await send(client, scene.lead, "k-1")
            #expect(known.status == 403)
            #expect(!String(decoding: known.body, as: UTF8.self).contains("Douze personnes"))
            try await behindTheBack("UPDATE action SET is_public = false; DELETE FROM funding_line")
            #expect(try await send(client, scene.lead, "k-1").status == 404)
        }
    }

    @Test func `is another request after 24 hours`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            let first = try await send(client, scene.lead, "k-1")
            clock.advance(seconds: 86_399)
            #expect(try await send(client, scene.lead, "k-1").body == first.body)
            #expect(try await send(client, scene.lead, "k-1", "autre").code == "idempotency.reused")
            clock.advance(seconds: 1)
            let next = try await send(client, scene.lead, "k-1", "autre")
            #expect(next.status == 201)
            #expect(try await send(client, scene.lead, "k-1", "autre").body == next.body)
            #expect(try await notes() == 2)
        }
    }

    @Test(arguments: ["/v1/me/tokens", "/v1/invitations"])
    func `never shows a secret twice: it is kept nowhere`(path: String) async throws {
        let scene = try await Scene()
        let body =
            path == "/v1/me/tokens"
            ? #"{"label":"tableur","scopes":["read"],"valid_days":30}"#
            : #"{"name":"Camille Exemple","email":"camille@exemple.example","role":"editor","organisation":"porteur"}"#
        try await withServer { client in
            func create() async throws -> TestAnswer {
                try await client.send(
                    "POST", path, token: scene.team, body: body, headers: ["Idempotency-Key": "k-1"])
            }
            let first = try await create()
            #expect(first.status == 201)
            let shown = try #require(first.json["token"]?.string ?? first.json["path"]?.string)
            let secret = String(shown.split(separator: "/").last ?? "")
            #expect(secret.hasPrefix("pa31_"))
            for _ in 1...2 {
                let again = try await create()
                #expect(again.status == 409)
                #expect(again.code == "idempotency.already_created")
                #expect(!String(decoding: again.body, as: UTF8.self).contains(secret))
            }
            #expect(
                try await count(
                    "SELECT count(*) AS value FROM idempotency_answer WHERE status = 201 AND body IS NULL") == 1)
            #expect(try await count("SELECT count(*) AS value FROM api_token") == (path == "/v1/me/tokens" ? 5 : 4))
            #expect(!(try await TestDatabase.current.dump()).contains(secret))
            #expect(!client.log.text.contains(secret))
        }
    }

    static let malformedKeys = ["", String(repeating: "k", count: 256), "a b", "a\tb", "clé", "\u{7F}", "\u{1}"]

    @Test(arguments: malformedKeys) func `must have the form of a key`(key: String) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let body = Scene.note("une note")
            let answer = try await client.raw(
                """
                POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\
                Content-Type: application/json\r\nIdempotency-Key: \(key)\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)
                """)
            #expect(answer?.status == 400)
            #expect(try await notes() == 0)
        }
    }

    @Test func `may have a key of 255 characters`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let key = String(repeating: "~", count: 254) + "!"
            let first = try await send(client, scene.lead, key)
            #expect(first.status == 201)
            #expect(try await send(client, scene.lead, key).body == first.body)
        }
    }

    @Test func `finds no change without its answer: both are one transaction`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            try await TestDatabase.current.script(
                "ALTER TABLE idempotency_answer ADD CONSTRAINT test_never CHECK (status IS NULL)")
            let failed = try await send(client, scene.lead, "k-1")
            try await TestDatabase.current.script("ALTER TABLE idempotency_answer DROP CONSTRAINT test_never")
            #expect(failed.status == 500)
            #expect(try await notes() == 0)
            #expect(try await count("SELECT count(*) AS value FROM idempotency_answer") == 0)
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.note'") == 0)
            #expect(try await send(client, scene.lead, "k-1").status == 201)
            #expect(try await notes() == 1)
        }
    }

    @Test func `means nothing where nothing is made: on reads and without a token`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for token in [nil, scene.lead] {
                let answer = try await client.send("GET", Scene.path, token: token, headers: ["Idempotency-Key": "k"])
                #expect(answer.status == 200)
            }
            #expect(try await count("SELECT count(*) AS value FROM idempotency_answer") == 0)
        }
    }
}
