import API
import Accounts
import Directory
import Fields
import Foundation
import Logging
import Messages
import Plans
import Postgres
import TestSupport
import Testing

/// The mails of a folder, decoded as far as a test looks for words in them.
private func mails(in folder: URL) throws -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return try names.filter { $0.hasSuffix(".eml") }.sorted().map { name in
        let raw = String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self)
        return raw.components(separatedBy: "\r\n\r\n").map { block in
            let lines = block.components(separatedBy: "\r\n").filter { !$0.isEmpty && !$0.hasPrefix("--") }
            return Data(base64Encoded: lines.joined()).map { String(decoding: $0, as: UTF8.self) } ?? block
        }.joined(separator: "\n")
    }
}

/// Waits until a folder holds so many mails, a few seconds at most.
private func wait(for count: Int, in folder: URL) async throws -> [String] {
    for _ in 0..<100 where try mails(in: folder).count < count { try await Task.sleep(for: .milliseconds(100)) }
    return try mails(in: folder)
}

@Suite(.database) struct `A server that sends mail` {
    private static let contact = "/v1/structures/310000018/contact"

    private func withMail(
        clock: TimeSource = .system, _ body: @Sendable @escaping (TestClient, URL) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-mail-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try await withServer(
            clock: clock,
            configure: { settings in
                settings.publicURL = "https://pa31.example"
                settings.mail = MailSettings(
                    way: .directory(folder), sender: "nepasrepondre@pa31.example", publicURL: "https://pa31.example")
            }
        ) { client in try await body(client, folder) }
    }

    @Test func `proves a recruitment address by the link it mails there, and tells the address before it`() async throws
    {
        let stage = try await StructureStage()
        try await withMail(clock: stage.clock) { client, folder in
            let (first, second) = ("zoe.quillevere@recrutement.example", "paul.brennec@recrutement.example")
            func ask(_ email: String) async throws {
                let asked = try await client.send(
                    "POST", Self.contact, token: stage.employer, body: #"{"email":"\#(email)"}"#)
                #expect(asked.status == 201)
                #expect(!String(decoding: asked.body, as: UTF8.self).contains("pa31_contact_"))
            }
            func follow(_ mail: String) async throws -> TestAnswer {
                let match = try #require(mail.firstMatch(of: /https:\/\/pa31\.example(\/v1\/contacts\/[A-Za-z0-9_]+)/))
                return try await client.send("POST", String(match.1))
            }
            try await ask(first)
            // Nothing is left for the team to deliver.
            #expect(!(try await stage.waiting(client, stage.team).contains { $0.hasPrefix("contact_") }))
            let proof = try await wait(for: 1, in: folder)
            #expect(
                proof.count == 1 && proof[0].contains("To: <\(first)>") && proof[0].contains("Confirmer cette adresse"))
            #expect(try await follow(proof[0]).status == 200)
            #expect(try await follow(proof[0]).status == 404)
            try await ask(second)
            let asked = try await wait(for: 2, in: folder)
            let link = try #require(asked.first { $0.contains("To: <\(second)>") })
            #expect(try await follow(link).status == 200)
            let told = try await wait(for: 3, in: folder).first {
                $0.contains("To: <\(first)>") && $0.contains("la remplace")
            }
            #expect(told != nil && told?.contains(second) == false && told?.contains("pa31_contact_") == false)
            #expect(!(try await stage.waiting(client, stage.team).contains { $0.hasPrefix("contact_") }))
            for _ in 0..<50 where try await count("SELECT count(*) AS value FROM outbox WHERE state <> 'sent'") > 0 {
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await count("SELECT count(*) AS value FROM outbox WHERE state = 'sent'") == 3)
            #expect(!client.log.text.contains("recrutement.example") && !client.log.text.contains("pa31_contact_"))
            #expect(!(try await TestDatabase.current.dump().contains("pa31_contact_")))
        }
    }

    @Test func `sends nothing of a request that was refused, and no link that was replaced by the team's`() async throws
    {
        let stage = try await StructureStage()
        let database = TestDatabase.current.asOperator(clock: stage.clock)
        let team = Caller.member(
            try await TokenStore(database).member(of: stage.team, requestID: "cli"), requestID: "cli")
        try await withServer(clock: stage.clock) { client in
            let wrong = try await client.send(
                "POST", Self.contact, token: stage.stranger, body: #"{"email":"a@b.example"}"#)
            #expect(wrong.status == 403)
            let long = String(repeating: "a", count: 250) + "@b.example"
            #expect(
                try await client.send("POST", Self.contact, token: stage.employer, body: #"{"email":"\#(long)"}"#)
                    .status >= 400)
            let dashed = try await client.send(
                "POST", Self.contact, token: stage.employer, body: #"{"email":"-oQ@b.example"}"#)
            #expect(dashed.status == 422 && dashed.code == "mail.invalid")
            #expect(try await count("SELECT count(*) AS value FROM outbox") == 0)
            let asked = try await client.send(
                "POST", Self.contact, token: stage.employer, body: #"{"email":"a@b.example"}"#)
            #expect(asked.status == 201)
            _ = try await ContactStore(database).link(.finess("310000018"), as: team)
            #expect(
                try await count("SELECT count(*) AS value FROM outbox WHERE state = 'dropped' AND link_secret IS NULL")
                    == 1)
        }
        await database.close()
    }

    @Test func `stops without leaving a mail in hand unwritten`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let database = TestDatabase.current.asServer()
        try await database.transaction(as: .system(requestID: "test")) { transaction in
            try await Outbox.post(
                Mail(
                    kind: "test.answer", audience: .team, address: "a@b.example", subject: "Objet",
                    paragraphs: ["Texte."]),
                transaction)
        }
        await database.close()
        let script = folder.appendingPathComponent("slow.sh")
        try "echo begun > \(folder.path)/begun; sleep 1; echo done >> \(folder.path)/done\n".write(
            to: script, atomically: true, encoding: .utf8)
        try await withServer(configure: { settings in
            settings.mail = MailSettings(
                way: .command(["/bin/sh", script.path]), sender: "x@pa31.example", publicURL: "https://pa31.example")
        }) { client in
            let begun = folder.appendingPathComponent("begun").path
            for _ in 0..<100 where !FileManager.default.fileExists(atPath: begun) {
                try await Task.sleep(for: .milliseconds(50))
            }
            await client.drain()
        }
        #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("done").path))
        #expect(try await count("SELECT count(*) AS value FROM outbox WHERE state = 'sent'") == 1)
    }
}

@Suite(.database) struct `A task of an organisation` {
    @Test func `is read and done by its members only, printed as a page, and waits in what waits for them`()
        async throws
    {
        let scene = try await Scene()
        let parts = try await EndpointMatrix.messages(of: scene.leadID)
        let id = parts["task_done"] ?? ""
        try await withServer { client in
            let mine = try await client.send("GET", "/v1/tasks", token: scene.lead)
            #expect(mine.json["items"]?.elements.count == 2)
            #expect(!String(decoding: mine.body, as: UTF8.self).contains("À faire."))
            let waiting = try await client.send("GET", "/v1/me", token: scene.lead).json["waiting"]?.elements ?? []
            #expect(waiting.contains { $0["kind"] == "task" && $0["code"]?.string == id })
            let page = try await client.send(
                "GET", "/v1/tasks/\(id)", token: scene.lead, headers: ["Accept": "text/html"])
            #expect(String(decoding: page.body, as: UTF8.self).contains("<p>À "))
            for token in [scene.other, scene.team, scene.partner] {
                #expect(try await client.send("GET", "/v1/tasks", token: token).json["items"]?.elements == [])
                #expect(try await client.send("GET", "/v1/tasks/\(id)", token: token).code == "task.not_found")
                #expect(try await client.send("POST", "/v1/tasks/\(id)/done", token: token).code == "task.not_found")
            }
            let reader = try await scene.token(of: scene.leadID, role: .reader)
            #expect(try await client.send("POST", "/v1/tasks/\(id)/done", token: reader).status == 403)
            for _ in 0..<2 {
                let done = try await client.send("POST", "/v1/tasks/\(id)/done", token: scene.lead)
                #expect(done.status == 200 && done.json["text"] == .null && done.json["done_at"] != .null)
            }
            let rest = try await client.send("GET", "/v1/tasks?state=done", token: scene.lead)
            let ids = (rest.json["items"]?.elements ?? []).map { $0["id"]?.string ?? "" }
            #expect(ids == [id])
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'task.done'") == 1)
        }
    }

    @Test func `of the same kind about the same thing is asked for once, and again when it was done`() async throws {
        let scene = try await Scene()
        let database = TestDatabase.current.asServer()
        let about = UUID()
        func ask() async throws {
            try await database.transaction(as: .system(requestID: "test")) { transaction in
                try await transaction.record("test.make", on: "test")
                try await Outbox.task(
                    NewTask(
                        kind: "mail.failed", organisationID: nil, title: "À vérifier", aboutKind: "thing",
                        aboutID: about),
                    transaction)
            }
        }
        for _ in 0..<3 { try await ask() }
        #expect(try await count("SELECT count(*) AS value FROM task") == 1)
        try await withServer { client in
            let open = try await client.send("GET", "/v1/tasks", token: scene.team)
            let id = open.json["items"]?.elements.first?["id"]?.string ?? ""
            #expect(try await client.send("POST", "/v1/tasks/\(id)/done", token: scene.team).status == 200)
        }
        try await ask()
        #expect(try await count("SELECT count(*) AS value FROM task") == 2)
        await database.close()
    }
}

@Suite(.database) struct `Leads of actions` {
    @Test func `are reminded of each fact once, by mail to their managers, by a task where there is none`() async throws
    {
        let clock = TestClock(at: try Instant(fieldText: "2023-06-15T10:00:00Z"))
        let make = Make(clock: clock.source)
        let (managed, unmanaged) = (
            try await make.organisation("avec"), try await make.organisation("sans")
        )
        _ = try await make.member(of: managed, role: .manager)
        _ = try await make.member(of: unmanaged, role: .editor)
        let plan = try await make.plan()
        for (code, lead) in [("A1.01", managed), ("A1.02", managed), ("A1.03", unmanaged)] {
            try await make.action(
                code, in: plan, lead: lead, status: .inProgress, end: try Day(fieldText: "2023-06-01"))
        }
        let database = TestDatabase.current.asServer(clock: clock.source)
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let rules = Server.clockRules(database).filter { $0.name == "action.nudges" }
        let counts = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    await Clock(database, rules: rules, logger: quiet).tick().map(
                        \.count
                    ).reduce(0, +)
                }
            }
            return await group.reduce(0, +)
        }
        #expect(counts == 3)
        #expect(
            try await count("SELECT count(*) AS value FROM outbox WHERE is_reminder AND member_id IS NOT NULL") == 1)
        #expect(
            try await count(
                "SELECT count(*) AS value FROM task WHERE organisation_id IS NOT NULL AND text LIKE '%A1.03%'") == 1)
        // Another day says nothing new of the same facts; a new fact is said.
        for jump in [86_400, -5 * 86_400, 9 * 86_400] {
            clock.advance(seconds: jump)
            #expect(await Clock(database, rules: rules, logger: quiet).tick().map(\.count) == rules.map { _ in 0 })
        }
        try await make.action(
            "A1.04", in: plan, lead: managed, status: .planned, start: try Day(fieldText: "2023-06-01"))
        #expect(await Clock(database, rules: rules, logger: quiet).tick().map(\.count).reduce(0, +) == 1)
        await database.close()
    }
}
