import Accounts
import Fields
import Foundation
import Logging
import Postgres
import TestSupport

@testable import Messages

/// An outbox, a clock that the test moves, and ways for mails to leave.
struct Stage: Sendable {
    static let address = "zoe.quillevere@recrutement.example"

    let make: Make
    let clock: TestClock
    let database: Database
    let folder: URL

    static func run(_ body: @Sendable (Stage) async throws -> Void) async throws {
        // A Wednesday, at noon in Paris.
        let clock = TestClock(at: try Instant(fieldText: "2026-11-25T11:00:00Z"))
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-mail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let stage = Stage(
            make: Make(clock: clock.source), clock: clock,
            database: TestDatabase.current.asServer(clock: clock.source), folder: folder)
        do { try await body(stage) } catch {
            await stage.database.close()
            throw error
        }
        await stage.database.close()
    }

    static let system = Caller.system(requestID: "test")

    func mail(
        _ kind: String = "test.answer", to address: String? = Stage.address, subject: String = "Réponse reçue",
        isReminder: Bool = false, link: Mail.Link? = nil, about: UUID? = nil
    ) -> Mail {
        Mail(
            kind: kind, audience: .recruiter, address: address, subject: subject,
            paragraphs: ["Une réponse est arrivée, à l'Île-Saint-Éloi.", "Elle est au bout du lien."], link: link,
            aboutKind: about == nil ? nil : "thing", aboutID: about, isReminder: isReminder)
    }

    func post(_ mails: Mail..., as caller: Caller = Stage.system) async throws {
        try await database.transaction(as: caller) { transaction in
            for mail in mails { try await Outbox.post(mail, transaction) }
        }
    }

    /// A mail room over a folder of files.
    var files: MailRoom { room(.directory(folder)) }

    /// A mail room over a shell script, which gets the mail on its input and the recipient as its arguments.
    func script(_ text: String, timeout: Duration = .seconds(20)) throws -> MailRoom {
        let path = folder.appendingPathComponent("send.sh")
        try "#!/bin/sh\n\(text)\n".write(to: path, atomically: true, encoding: .utf8)
        return room(.command(["/bin/sh", path.path]), timeout: timeout)
    }

    func room(_ way: MailSettings.Way, timeout: Duration = .seconds(20)) -> MailRoom {
        var settings = MailSettings(
            way: way, sender: "nepasrepondre@pa31.example", publicURL: "https://pa31.example")
        settings.timeout = timeout
        return MailRoom(database, settings: settings, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// The mails that left into the folder, by name.
    func sent() throws -> [SentMail] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".eml") }
        return try names.sorted().map { name in
            SentMail(String(decoding: try Data(contentsOf: folder.appendingPathComponent(name)), as: UTF8.self))
        }
    }

    /// The lines of a file that a script wrote.
    func lines(_ name: String) -> [String] {
        let text = (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    /// One value as a superuser sees it.
    func value(_ statement: SQL) async throws -> String? {
        let all = TestDatabase.current.asSuperuser()
        let rows = try await all.read(statement, as: Value<String>.self)
        await all.close()
        return try rows.first()?.value
    }

    /// `state attempts` of every mail, sorted: mails of one instant have no order.
    func states() async throws -> String {
        try await value(
            """
            SELECT coalesce(string_agg(state || ' ' || attempts, ', ' ORDER BY state || ' ' || attempts), '') AS value FROM outbox
            """) ?? ""
    }
}

/// A mail as a reader takes it apart.
struct SentMail {
    let raw: String
    let head: String
    /// The decoded parts, in their order.
    let parts: [String]

    init(_ raw: String) {
        self.raw = raw
        let ends = raw.contains("\r\n") ? "\r\n" : "\n"
        let halves = raw.components(separatedBy: ends + ends)
        head = halves[0].replacingOccurrences(of: ends + " ", with: " ")
        parts = halves.compactMap { block in
            let lines = block.components(separatedBy: ends).filter { !$0.isEmpty && !$0.hasPrefix("--") }
            guard !lines.isEmpty, !lines.contains(where: { $0.contains(":") }) else { return nil }
            return Data(base64Encoded: lines.joined()).map { String(decoding: $0, as: UTF8.self) }
        }
    }

    /// A heading's value, encoded words decoded.
    func header(_ name: String) -> String? {
        let lines = head.components(separatedBy: raw.contains("\r\n") ? "\r\n" : "\n")
        guard let line = lines.first(where: { $0.hasPrefix("\(name): ") }) else { return nil }
        return line.dropFirst(name.count + 2).split(separator: " ").map { word -> String in
            guard word.hasPrefix("=?utf-8?B?"), word.hasSuffix("?=") else { return " " + word }
            return Data(base64Encoded: String(word.dropFirst(10).dropLast(2))).map {
                String(decoding: $0, as: UTF8.self)
            } ?? "?"
        }.joined().trimmingCharacters(in: .whitespaces)
    }
}
