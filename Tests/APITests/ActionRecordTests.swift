import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// Notes, evidence and funding lines: put right and taken away, by whom, and what the history keeps.
@Suite(.database) struct `What was written about an action` {
    /// Sends with the action's present version.
    private func change(
        _ client: TestClient, _ method: String, _ path: String, _ token: String, _ body: String? = nil
    ) async throws -> TestAnswer {
        let etag = try await client.send("GET", Scene.path, token: token).headers["etag"] ?? "\"0\""
        return try await client.send(
            method, Scene.path + path, token: token, body: body, headers: ["If-Match": etag])
    }

    private func last(_ answer: TestAnswer, _ list: String) throws -> String {
        try #require(answer.json[list]?.elements.last?["id"]?.string, "\(answer.json)")
    }

    private func pointers(_ answer: TestAnswer) -> [String] {
        answer.json["errors"]?.elements.compactMap { $0["pointer"]?.string } ?? []
    }

    private static func link(_ name: String) -> String {
        #"{"label":"\#(name)","url":"https://exemple.example/\#(name)"}"#
    }

    @Test func `is put right and taken away, and the history keeps what stood there`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let note = try last(
                try await client.send("POST", Scene.notes, token: scene.lead, body: Scene.note("Dix reçues.")), "notes")
            let edited = try await change(client, "PATCH", "/notes/\(note)", scene.lead, #"{"text":"Douze reçues."}"#)
            #expect(edited.status == 200)
            #expect(edited.json["notes"]?.elements.last?["text"] == "Douze reçues.")
            #expect(edited.json["notes"]?.elements.last?["kind"] == "result")
            let removed = try await change(client, "DELETE", "/notes/\(note)", scene.lead)
            #expect(removed.status == 200)
            #expect(removed.json["notes"] == [])
            let evidence = try last(
                try await client.send("POST", Scene.path + "/evidence", token: scene.lead, body: Self.link("a")),
                "evidence")
            let moved = try await change(
                client, "PATCH", "/evidence/\(evidence)", scene.lead, #"{"url":"https://exemple.example/b"}"#)
            #expect(moved.json["evidence"]?.elements.last?["url"] == "https://exemple.example/b")
            #expect(moved.json["evidence"]?.elements.last?["label"] == "a")
            #expect(try await change(client, "DELETE", "/evidence/\(evidence)", scene.lead).json["evidence"] == [])
            let events = try await client.send("GET", Scene.path + "/history", token: scene.lead).json["items"]
            let texts = (events?.elements ?? []).flatMap { $0["changes"]?.elements ?? [] }
                .filter { ["text", "url"].contains($0["field"]?.string ?? "") }
                .map { [$0["from"] ?? .null, $0["to"] ?? .null] }
            #expect(
                texts == [
                    [.null, "Dix reçues."], ["Dix reçues.", "Douze reçues."], ["Douze reçues.", .null],
                    [.null, "https://exemple.example/a"],
                    ["https://exemple.example/a", "https://exemple.example/b"], ["https://exemple.example/b", .null],
                ])
        }
    }

    @Test func `is its author's organisation's and the team's, not another partner's`() async throws {
        let scene = try await Scene()
        let colleague = try await scene.token(of: scene.partnerID)
        try await withServer { client in
            let path = Scene.path + "/evidence"
            let note = try last(
                try await client.send("POST", Scene.notes, token: scene.partner, body: Scene.note("x")), "notes")
            let evidence = try last(
                try await client.send("POST", path, token: scene.partner, body: Self.link("a")), "evidence")
            let parts = [("/notes/\(note)", #"{"text":"y"}"#), ("/evidence/\(evidence)", #"{"label":"y"}"#)]
            for (part, body) in parts {
                for token in [scene.lead, scene.other] {
                    #expect(try await change(client, "PATCH", part, token, body).status == 403)
                    #expect(try await change(client, "DELETE", part, token).status == 403)
                }
                for token in [scene.partner, colleague, scene.team] {
                    #expect(try await change(client, "PATCH", part, token, body).status == 200)
                }
            }
            // What is not this action's is not there.
            try await scene.make.action("A1.02", in: scene.plan, lead: scene.leadID)
            let elsewhere = try await client.send(
                "DELETE", "/v1/actions/A1.02/notes/\(note)", token: scene.team, headers: ["If-Match": "\"1\""])
            #expect(elsewhere.status == 404)
            #expect(elsewhere.code == "note.not_found")
            #expect(try await change(client, "DELETE", parts[0].0, colleague).status == 200)
            #expect(try await change(client, "DELETE", parts[0].0, colleague).status == 404)
        }
    }

    @Test func `cannot be emptied or made wrong`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let note = try last(
                try await client.send("POST", Scene.notes, token: scene.lead, body: Scene.note("x")), "notes")
            let evidence = try last(
                try await client.send("POST", Scene.path + "/evidence", token: scene.lead, body: Self.link("a")),
                "evidence")
            let cases = [
                ("/notes/\(note)", #"{"text":null}"#, 422, "/text"), ("/notes/\(note)", #"{"text":" "}"#, 422, "/text"),
                ("/notes/\(note)", #"{"kind":null}"#, 422, "/kind"),
                ("/notes/\(note)", #"{"kind":"rumour"}"#, 400, "/kind"),
                ("/evidence/\(evidence)", #"{"label":null}"#, 422, "/label"),
                ("/evidence/\(evidence)", #"{"label":""}"#, 422, "/label"),
                ("/evidence/\(evidence)", #"{"url":null}"#, 422, "/url"),
                ("/evidence/\(evidence)", #"{"url":"javascript:alert(1)"}"#, 422, "/url"),
            ]
            for (path, body, status, pointer) in cases {
                let answer = try await change(client, "PATCH", path, scene.lead, body)
                #expect(answer.status == status, "\(path) \(body)")
                #expect(pointers(answer) == [pointer], "\(path) \(body)")
            }
        }
    }

    @Test func `given what it has, is no news: the version stays`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            func post(_ path: String, _ body: String, _ list: String) async throws -> String {
                try last(try await client.send("POST", Scene.path + path, token: scene.lead, body: body), list)
            }
            let note = try await post("/notes", Scene.note("x"), "notes")
            let evidence = try await post("/evidence", Self.link("a"), "evidence")
            let milestone = try await post("/milestones", #"{"title":"Bilan","due_on":"2023-12-01"}"#, "milestones")
            let indicator = try await post(
                "/indicators", #"{"title":"Tuteurs","unit":"p","target":60}"#, "indicators")
            let before = try await client.send("GET", Scene.path, token: scene.lead).json["version"]
            let same = [
                ("/notes/\(note)", #"{"kind":"result","text":"x"}"#), ("/evidence/\(evidence)", #"{"label":"a"}"#),
                ("/milestones/\(milestone)", #"{"title":"Bilan","due_on":"2023-12-01","done_on":null,"weight":1}"#),
                ("/indicators/\(indicator)", #"{"title":"Tuteurs","target":60.0,"baseline":0}"#),
                ("/funding/cnsa/2023", #"{"committed_cents":0}"#), ("/milestones/\(milestone)", "{}"),
            ]
            for (path, body) in same {
                let answer = try await change(client, "PATCH", path, scene.lead, body)
                #expect(answer.status == 200, "\(path)")
                #expect(answer.json["version"] == before, "\(path)")
            }
            let other = try await change(client, "PATCH", "/milestones/\(milestone)", scene.lead, #"{"weight":2}"#)
            #expect(other.json["version"]?.integer == (before?.integer ?? 0) + 1)
        }
    }

    @Test func `merges with changes of other parts and other fields, and conflicts on the same`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let first = try last(
                try await client.send("POST", Scene.notes, token: scene.lead, body: Scene.note("un")), "notes")
            let added = try await client.send("POST", Scene.notes, token: scene.lead, body: Scene.note("deux"))
            let second = try last(added, "notes")
            let version = added.json["version"]?.integer ?? 0
            func edit(_ note: String, _ fields: String) async throws -> TestAnswer {
                try await client.send(
                    "PATCH", Scene.notes + "/\(note)", token: scene.team,
                    body: #"{"base_version":\#(version),\#(fields)}"#)
            }
            #expect(try await edit(first, #""text":"premier""#).status == 200)
            #expect(try await edit(second, #""text":"second""#).status == 200)
            #expect(try await edit(second, #""kind":"success""#).status == 200)
            let conflict = try await edit(second, #""text":"deuxième""#)
            #expect(conflict.status == 409)
            #expect(conflict.code == "version.conflict")
            #expect(conflict.json["conflicts"]?.elements.first?["current"] == "second")
        }
    }
}

extension `What was written about an action` {
    /// A file by a name with two endings.
    private static let form =
        "--l\r\nContent-Disposition: form-data; name=\"label\"\r\n\r\nBilan\r\n"
        + "--l\r\nContent-Disposition: form-data; name=\"file\"; filename=\"bilan.pdf.exe\"\r\n\r\n%PDF-1.7 x\r\n--l--\r\n"

    @Test func `stays with a done action as its last evidence, for the team too`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let path = Scene.path + "/evidence"
            let first = try last(
                try await client.send("POST", path, token: scene.lead, body: Self.link("a")), "evidence")
            #expect(try await change(client, "POST", "/transitions", scene.lead, #"{"to":"done"}"#).status == 200)
            for token in [scene.lead, scene.team] {
                let kept = try await change(client, "DELETE", "/evidence/\(first)", token)
                #expect(kept.status == 409)
                #expect(kept.code == "evidence.needed")
            }
            let second = try last(
                try await client.send("POST", path, token: scene.lead, body: Self.link("b")), "evidence")
            #expect(try await change(client, "DELETE", "/evidence/\(first)", scene.lead).status == 200)
            #expect(try await change(client, "DELETE", "/evidence/\(second)", scene.lead).status == 409)
        }
    }

    @Test func `goes with its bytes when it is a file, and has no address then`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let sent = try await client.send(
                "POST", Scene.path + "/evidence/files", token: scene.lead, body: Self.form,
                headers: ["Content-Type": "multipart/form-data; boundary=l"])
            let id = try last(sent, "evidence")
            let file = client.files.appendingPathComponent(id).path
            // A double extension changes nothing: the bytes say what it is, and its name is the server's.
            let read = try await client.send("GET", Scene.path + "/evidence/\(id)/file", token: scene.lead)
            #expect(read.headers["content-disposition"] == "attachment; filename=\"A1.01-\(id).pdf\"")
            let addressed = try await change(
                client, "PATCH", "/evidence/\(id)", scene.lead, #"{"url":"https://exemple.example/x"}"#)
            #expect(addressed.status == 422)
            #expect(pointers(addressed) == ["/url"])
            #expect(try await change(client, "PATCH", "/evidence/\(id)", scene.lead, #"{"label":"B"}"#).status == 200)
            #expect(FileManager.default.fileExists(atPath: file))
            // Refused, it stays whole.
            let stale = try await client.send(
                "DELETE", Scene.path + "/evidence/\(id)", token: scene.lead, headers: ["If-Match": "\"1\""])
            #expect(stale.status == 412)
            #expect(FileManager.default.fileExists(atPath: file))
            #expect(try await change(client, "DELETE", "/evidence/\(id)", scene.lead).status == 200)
            #expect(!FileManager.default.fileExists(atPath: file))
            let gone = try await client.send("GET", Scene.path + "/evidence/\(id)/file", token: scene.lead)
            #expect(gone.status == 404)
        }
    }

    @Test func `whose file outlived it, because a server died, is forgotten; what the history doesn't know is left`()
        async throws
    {
        let scene = try await Scene()
        try await withServer { client in
            func send() async throws -> String {
                try last(
                    try await client.send(
                        "POST", Scene.path + "/evidence/files", token: scene.lead, body: Self.form,
                        headers: ["Content-Type": "multipart/form-data; boundary=l"]), "evidence")
            }
            func path(_ id: String) -> String { client.files.appendingPathComponent(id).path }
            let (removed, living, unknown) = (try await send(), try await send(), UUID().uuidString.lowercased())
            #expect(try await change(client, "DELETE", "/evidence/\(removed)", scene.lead).status == 200)
            for id in [removed, unknown, "note.txt"] {
                #expect(FileManager.default.createFile(atPath: path(id), contents: Data("x".utf8)))
            }
            let store = ActionStore(TestDatabase.current.asServer())
            #expect(try await store.forgetFiles(in: FileStore(client.files)) == 1)
            #expect(!FileManager.default.fileExists(atPath: path(removed)))
            for id in [living, unknown, "note.txt"] { #expect(FileManager.default.fileExists(atPath: path(id))) }
            #expect(try await store.forgetFiles(in: FileStore(client.files)) == 0)
            #expect(try await store.forgetFiles(in: FileStore(nil)) == 0)
        }
    }

    @Test func `stands as it was in the past, also once it is taken away`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        try await withServer(clock: clock.source) { client in
            let days = (0...1).map { Day(number: clock.source.today.number + $0) }
            let id = try last(
                try await client.send("POST", Scene.notes, token: scene.lead, body: Scene.note("x")), "notes")
            clock.advance(seconds: 86_400)
            #expect(try await change(client, "DELETE", "/notes/\(id)", scene.lead).status == 200)
            clock.advance(seconds: 86_400)
            var counts: [Int?] = []
            for day in days {
                let past = try await client.send("GET", Scene.path + "?as_of=\(day)", token: scene.lead)
                counts.append(past.json["notes"]?.elements.count)
            }
            #expect(counts == [1, 0])
        }
    }

    @Test func `a funding line is the team's to add and to take away, and counts at once`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let line = #"{"funder":"cnsa","year":2024,"planned_cents":250000,"committed_cents":100}"#
            for token in [scene.lead, scene.partner, scene.other] {
                let refused = try await client.send("POST", Scene.path + "/funding", token: token, body: line)
                #expect(refused.status == 403)
            }
            let before = try await client.send("GET", Scene.path)
            let added = try await client.send("POST", Scene.path + "/funding", token: scene.team, body: line)
            #expect(added.status == 201)
            #expect(added.json["planned_cents"] == 1_250_000)
            let after = try await client.send("GET", Scene.path)
            #expect(after.json["planned_cents"] == 1_250_000)
            #expect(after.headers["etag"] != before.headers["etag"])
            let used = try await change(client, "DELETE", "/funding/cnsa/2024", scene.team)
            #expect(used.status == 409)
            #expect(used.code == "funding.used")
            _ = try await change(client, "PATCH", "/funding/cnsa/2024", scene.lead, #"{"committed_cents":0}"#)
            #expect(try await change(client, "DELETE", "/funding/cnsa/2024", scene.lead).status == 403)
            let removed = try await change(client, "DELETE", "/funding/cnsa/2024", scene.team)
            #expect(removed.status == 200)
            #expect(removed.json["planned_cents"] == 1_000_000)
            #expect(try await change(client, "DELETE", "/funding/cnsa/2024", scene.team).code == "funding.not_found")
        }
    }

    @Test func `a funding line is refused twice, below nothing, beside the plan's years, of who is no funder`()
        async throws
    {
        let scene = try await Scene()
        try await withServer { client in
            let cases: [(String, Int, String)] = [
                (#"{"funder":"cnsa","year":2023,"planned_cents":1}"#, 409, "funding.exists"),
                (#"{"funder":"cnsa","year":2024,"planned_cents":-1}"#, 422, "/planned_cents"),
                (#"{"funder":"cnsa","year":2024,"planned_cents":1,"spent_cents":-1}"#, 422, "/spent_cents"),
                (#"{"funder":"cnsa","year":2024,"planned_cents":10000000000001}"#, 422, "/planned_cents"),
                (#"{"funder":"cnsa","year":2024,"planned_cents":1.5}"#, 400, "/planned_cents"),
                (#"{"funder":"cnsa","year":2025,"planned_cents":1}"#, 422, "/year"),
                (#"{"funder":"cnsa","year":2021,"planned_cents":1}"#, 422, "/year"),
                (#"{"funder":"porteur","year":2024,"planned_cents":1}"#, 422, "/funder"),
                (#"{"funder":"inconnu","year":2024,"planned_cents":1}"#, 422, "/funder"),
            ]
            for (body, status, what) in cases {
                let answer = try await client.send("POST", Scene.path + "/funding", token: scene.team, body: body)
                #expect(answer.status == status, "\(body)")
                #expect(status == 409 ? answer.code == what : pointers(answer) == [what], "\(body)")
            }
            let negative = try await change(
                client, "PATCH", "/funding/cnsa/2023", scene.lead, #"{"committed_cents":-1}"#)
            #expect(negative.status == 422)
            #expect(pointers(negative) == ["/committed_cents"])
        }
    }

    @Test func `a funding line added by many at once is there once`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let line = #"{"funder":"cnsa","year":2024,"planned_cents":5}"#
            let statuses = try await atOnce(6) { _ in
                try await client.send("POST", Scene.path + "/funding", token: scene.team, body: line).status
            }
            #expect(statuses.sorted() == [201, 409, 409, 409, 409, 409])
            #expect(try await client.send("GET", Scene.path).json["planned_cents"] == 1_000_005)
        }
    }

    @Test func `money that runs ahead is kept, and said`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let quiet = try await client.send("GET", Scene.path, token: scene.lead)
            #expect(quiet.json["warnings"] == [])
            let ahead = try await change(
                client, "PATCH", "/funding/cnsa/2023", scene.lead,
                #"{"committed_cents":1000500,"spent_cents":1000700}"#)
            #expect(ahead.status == 200)
            #expect(ahead.json["spent_cents"] == 1_000_700)
            #expect(
                ahead.json["warnings"] == [
                    ["code": "committed_above_planned", "year": 2023, "funder": "cnsa", "excess_cents": 500],
                    ["code": "spent_above_committed", "year": 2023, "funder": "cnsa", "excess_cents": 200],
                ], "\(ahead.json["warnings"] ?? .null)")
            #expect(try await client.send("GET", Scene.path).json["warnings"] == nil)
            let even = try await change(
                client, "PATCH", "/funding/cnsa/2023", scene.lead,
                #"{"committed_cents":1000000,"spent_cents":1000000}"#)
            #expect(even.json["warnings"] == [])
        }
    }

    @Test func `a milestone is not due after the plan's end, which is named`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let late = #"{"title":"Bilan","due_on":"2025-01-01"}"#
            let refused = try await client.send(
                "POST", Scene.path + "/milestones", token: scene.lead, body: late, headers: ["Accept-Language": "fr"])
            #expect(refused.status == 422)
            #expect(pointers(refused) == ["/due_on"])
            #expect(refused.json["detail"]?.string?.contains("2024-12-31") == true)
            let kept = try await client.send(
                "POST", Scene.path + "/milestones", token: scene.lead, body: #"{"title":"Bilan","due_on":"2024-12-31"}"#
            )
            #expect(kept.status == 201)
            let id = try last(kept, "milestones")
            let moved = try await change(client, "PATCH", "/milestones/\(id)", scene.lead, #"{"due_on":"2025-01-01"}"#)
            #expect(moved.status == 422)
            #expect(try await change(client, "PATCH", "/milestones/\(id)", scene.lead, #"{"title":"B"}"#).status == 200)
        }
    }

    @Test func `weights of zero everywhere are a progress of 0, not a division`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            func post(_ path: String, _ body: String) async throws -> TestAnswer {
                try await client.send("POST", Scene.path + path, token: scene.lead, body: body)
            }
            _ = try await post("/milestones", #"{"title":"Bilan","due_on":"2023-12-01","weight":0}"#)
            let added = try await post("/indicators", #"{"title":"Tuteurs","unit":"p","target":60,"weight":0}"#)
            let indicator = try last(added, "indicators")
            let valued = try await post(
                "/indicators/\(indicator)/values", #"{"dated_on":"2023-05-31","value":60,"source":"x"}"#)
            #expect(valued.status == 201)
            #expect(valued.json["progress_percent"] == 0)
            #expect(try await client.send("GET", "/v1/plan").json["progress_percent"] == 0)
        }
    }
}
