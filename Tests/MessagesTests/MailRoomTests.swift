import Accounts
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Messages

@Suite(.database) struct `A mail` {
    @Test func `leaves once, whole, as text, as HTML and with its link; then its text and link are gone`() async throws
    {
        try await Stage.run { stage in
            let link = Mail.Link(label: "Voir la réponse", path: "/v1/links/", secret: "pa31_contact_abc")
            var mail = stage.mail(
                subject: "Réponse à « l'orientation » — île d'Ève 🏡, et la suite est longue", link: link)
            mail.attachment = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
            try await stage.post(mail)
            #expect(try await stage.files.sendDue() == 1)
            #expect(try await stage.files.sendDue() == 0)
            let sent = try stage.sent()
            #expect(sent.count == 1)
            let one = try #require(sent.first)
            #expect(one.header("Subject") == mail.subject)
            #expect(one.header("To") == "<\(Stage.address)>")
            #expect(one.header("From") == "Plateforme Autonomie 31 <nepasrepondre@pa31.example>")
            #expect(one.header("Date") == "Wed, 25 Nov 2026 11:00:00 +0000")
            let id = try await stage.value("SELECT id::text AS value FROM outbox")
            #expect(one.header("Message-ID") == "<\(id ?? "")@pa31.example>")
            #expect(one.parts.count == 3)
            for part in one.parts.prefix(2) {
                #expect(part.contains("https://pa31.example/v1/links/pa31_contact_abc"))
                #expect(part.contains("Voir la réponse") && part.contains("Plateforme Autonomie 31"))
            }
            #expect(one.parts[0].contains("à l'Île-Saint-Éloi") && one.parts[1].contains("<html lang=\"fr\">"))
            #expect(one.parts[2] == mail.attachment)
            #expect(one.raw.utf8.allSatisfy { $0 < 0x80 })
            #expect(one.raw.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 78 })
            let left = try await stage.value(
                """
                SELECT state || coalesce(body_text, '') || coalesce(link_secret, '') || coalesce(attachment, '') AS value FROM outbox
                """)
            #expect(left == "sent")
        }
    }

    @Test func `of a transaction that was rolled back was never written`() async throws {
        try await Stage.run { stage in
            struct Undone: Error {}
            await #expect(throws: Undone.self) {
                try await stage.database.transaction(as: Stage.system) { transaction in
                    try await Outbox.post(stage.mail(), transaction)
                    throw Undone()
                }
            }
            let count = try await stage.files.sendDue()
            #expect(count == 0)
            #expect(try stage.sent().isEmpty)
        }
    }

    @Test(arguments: [
        "Objet\r\nBcc: x@y.example", "Objet\nsuite", "Objet\u{2028}suite", "Objet\u{85}suite", "", "Objet\u{0}",
        String(repeating: "x", count: 201),
    ]) func `with such a subject is refused`(subject: String) async throws {
        try await Stage.run { stage in
            let refused = try await refusal { try await stage.post(stage.mail(subject: subject)) }
            #expect(refused?.problem.code == "mail.invalid")
            let label = Mail.Link(label: subject, path: "/v1/x")
            #expect(try await refusal { try await stage.post(stage.mail(link: label)) }?.problem.code == "mail.invalid")
            #expect(try await stage.states() == "")
        }
    }

    @Test(arguments: [
        "a@b.example\r\nBcc: c@d.example", "a@b.example\n", "-oQ/tmp@b.example", "a b@c.example", "<a@b.example>",
        "a@b.example,c@d.example", "nobody", "a@b.example\u{2029}",
    ]) func `to such an address is refused, by the database too`(address: String) async throws {
        try await Stage.run { stage in
            let refused = try await refusal { try await stage.post(stage.mail(to: address)) }
            #expect(refused?.problem.code == "mail.invalid")
            #expect(try await stage.states() == "")
            guard address.contains(where: { $0.isNewline || $0 == "-" || $0 == " " }) else { return }
            await #expect(throws: DatabaseError.self) {
                try await stage.database.transaction(as: Stage.system) { transaction in
                    try await transaction.execute(
                        """
                        INSERT INTO outbox (id, kind, audience, address, subject, body_text, next_try_at, created_at)
                        VALUES (gen_random_uuid(), 'a.b', 'team', \(address), 'x', 'x', \(transaction.now), \(transaction.now))
                        """)
                }
            }
        }
    }

    @Test func `waits longer after each failure, then is given up with a task that tells neither address nor link`()
        async throws
    {
        try await Stage.run { stage in
            let about = UUID()
            try await stage.post(
                stage.mail(link: Mail.Link(label: "Lien", path: "/v1/x/", secret: "geheim"), about: about))
            let room = try stage.script("cat > /dev/null; exit 75")
            var tries = 0
            for wait in MailRoom.waits {
                #expect(try await room.sendDue() == 0)
                tries += 1
                #expect(try await stage.states() == "waiting \(tries)")
                #expect(try await stage.value("SELECT error_class AS value FROM outbox") == "exit_75")
                stage.clock.advance(seconds: wait - 1)
                #expect(try await room.sendDue() == 0)
                #expect(try await stage.states() == "waiting \(tries)")
                stage.clock.advance(seconds: 1)
            }
            #expect(try await room.sendDue() == 0)
            #expect(try await stage.states() == "failed 8")
            let rest = try await stage.value(
                "SELECT coalesce(body_text, '') || coalesce(link_secret, '') AS value FROM outbox")
            #expect(rest == "")
            let task = try await stage.value(
                "SELECT kind || ' ' || about_id || ' ' || (text IS NULL) || ' ' || (organisation_id IS NULL) AS value FROM task"
            )
            #expect(task == "mail.failed \(about.uuidString.lowercased()) true true")
            let dump = try await TestDatabase.current.dump().components(separatedBy: "COPY public.")
            #expect(dump.filter { $0.contains("geheim") }.isEmpty)
            #expect(dump.filter { $0.contains(Stage.address) }.map { $0.prefix { $0 != " " } } == ["outbox"])
        }
    }

    @Test func `whose command hangs is tried again, and what hangs is killed with all it started`() async throws {
        try await Stage.run { stage in
            try await stage.post(stage.mail())
            let room = try stage.script(
                "sleep 300 & echo $! >> \(stage.folder.path)/pids; echo $$ >> \(stage.folder.path)/pids; wait",
                timeout: .milliseconds(700))
            #expect(try await room.sendDue() == 0)
            #expect(try await stage.value("SELECT error_class AS value FROM outbox") == "timed_out")
            let pids = stage.lines("pids").compactMap(Int32.init)
            #expect(pids.count == 2)
            // Gone, or dead and not yet buried by whoever inherited it.
            for pid in pids {
                let status = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? "0 (x) Z"
                #expect(status.split(separator: ")").last?.split(separator: " ").first == "Z", "\(pid) lives")
            }
            stage.clock.advance(seconds: 60)
            #expect(try await stage.files.sendDue() == 1)
            #expect(try await stage.states() == "sent 2")
        }
    }

    @Test func `reaches a command on its input, the recipient last, without a shell and without our settings`()
        async throws
    {
        try await Stage.run { stage in
            let address = "o'neil+$HOME`id`@recrutement.example"
            #expect(setenv("PA31_APP_DATABASE_PASSWORD", "geheim", 1) == 0)
            try await stage.post(stage.mail(to: address))
            let room = try stage.script(
                "cat > \(stage.folder.path)/a.eml; printf '%s\\n' \"$@\" > \(stage.folder.path)/arguments; env > \(stage.folder.path)/environment"
            )
            #expect(try await room.sendDue() == 1)
            unsetenv("PA31_APP_DATABASE_PASSWORD")
            #expect(stage.lines("arguments") == ["--", address])
            #expect(stage.lines("environment").filter { $0.contains("PA31_") || $0.contains("geheim") } == [])
            let sent = try #require(try stage.sent().first)
            #expect(!sent.raw.contains("\r") && sent.header("To") == "<\(address)>")
            #expect(sent.parts.count == 2)
        }
    }

    @Test func `of which a kill leaves the end unknown goes again under the same Message-ID`() async throws {
        try await Stage.run { stage in
            try await stage.post(stage.mail())
            // Taken, and then nothing more: as if the server was killed.
            guard case .parcel(let first) = try await stage.files.claim() else {
                Issue.record("nothing was due")
                return
            }
            #expect(try await stage.files.sendDue() == 0)
            stage.clock.advance(seconds: MailRoom.waits[0])
            #expect(try await stage.files.sendDue() == 1)
            #expect(try stage.sent().map { $0.header("Message-ID") } == ["<\(first.message.id)>"])
            // Killed during the last try, too, it does not go on for ever.
            try await stage.post(stage.mail())
            for wait in MailRoom.waits + [0] {
                guard case .parcel = try await stage.files.claim() else {
                    Issue.record("nothing was due")
                    return
                }
                stage.clock.advance(seconds: wait)
            }
            stage.clock.advance(seconds: 86_400)
            #expect(try await stage.files.sendDue() == 0)
            #expect(try await stage.states() == "failed 8, sent 2")
        }
    }

    @Test func `of many is sent once by two mail rooms`() async throws {
        try await Stage.run { stage in
            try await stage.database.transaction(as: Stage.system) { transaction in
                for number in 0..<40 {
                    try await Outbox.post(stage.mail(to: "a\(number)@recrutement.example"), transaction)
                }
            }
            let room = try stage.script("grep -i '^Message-ID' >> \(stage.folder.path)/ids")
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<3 { group.addTask { try await room.sendDue() } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.reduce(0, +) == 40)
            let ids = stage.lines("ids")
            #expect(ids.count == 40 && Set(ids).count == 40)
        }
    }

    @Test func `for a member goes to the present address, and to nobody once the member left`() async throws {
        try await Stage.run { stage in
            let organisation = try await stage.make.organisation("porteur")
            let (stays, leaves) = (
                try await stage.make.member(of: organisation), try await stage.make.member(of: organisation)
            )
            for member in [stays, leaves] {
                let mail = Mail(
                    kind: "test.answer", audience: .organisation, memberID: member.id, subject: "Objet",
                    paragraphs: ["Texte."])
                try await stage.post(mail, as: .member(stays, requestID: "x"))
            }
            try await TestDatabase.current.tamper(
                "UPDATE member SET disabled_at = now() WHERE id = '\(leaves.id)'; UPDATE member SET email = 'neuf@exemple.example' WHERE id = '\(stays.id)'"
            )
            #expect(try await stage.files.sendDue() == 1)
            #expect(try stage.sent().map { $0.header("To") } == ["<neuf@exemple.example>"])
            #expect(try await stage.states() == "failed 0, sent 1")
            // Nobody else learns that address: not even the member's own transaction.
            try await stage.post(
                Mail(
                    kind: "test.answer", audience: .organisation, memberID: stays.id, subject: "Objet",
                    paragraphs: ["Texte."]))
            let waiting = [try await stage.value("SELECT id::text AS value FROM outbox WHERE state = 'waiting'") ?? ""]
            for caller in [Caller.member(stays, requestID: "x"), .anonymous(requestID: "x")] {
                let seen = try await stage.database.transaction(as: caller) { transaction in
                    try await transaction.rows(
                        "SELECT mail_address_of_member('system', id) IS NULL AS value FROM unnest(\(list: waiting)::uuid[]) AS id",
                        as: Value<Bool>.self
                    ).all().map(\.value)
                }
                #expect(seen == [true])
            }
        }
    }

    @Test func `is read by nobody but the system; the team's command line sees where it stands, not whom it is for`()
        async throws
    {
        try await Stage.run { stage in
            let team = Caller.member(
                try await stage.make.member(
                    of: try await stage.make.organisation("equipe", kind: .platform), kind: .platform),
                requestID: "x")
            let partner = Caller.member(
                try await stage.make.member(of: try await stage.make.organisation("porteur")), requestID: "x")
            try await stage.post(stage.mail(), as: partner)
            // Nobody known, without a good link, has nothing said.
            await #expect(throws: DatabaseError.self) {
                try await stage.post(stage.mail(), as: .anonymous(requestID: "x"))
            }
            for caller in [team, partner, .anonymous(requestID: "x")] {
                let seen = try await stage.database.transaction(as: caller) { transaction in
                    try await transaction.rows("SELECT count(*) AS value FROM outbox", as: Value<Int>.self).first()?
                        .value
                }
                #expect(seen == 0)
            }
            let commands = TestDatabase.current.asOperator(clock: stage.clock.source)
            #expect(try await MailStore(commands).list("waiting", as: team).count == 1)
            for column: SQL in ["address", "subject", "body_text", "link_secret", "address_hash"] {
                await #expect(throws: DatabaseError.self) {
                    _ = try await commands.transaction(as: team) { transaction in
                        try await transaction.rows(
                            "SELECT \(column)::text AS value FROM outbox", as: Value<String>.self)
                    }
                }
            }
            let hidden = try await refusal { _ = try await MailStore(commands).list("waiting", as: partner) }
            #expect(hidden?.problem.code == "auth.forbidden")
            await commands.close()
        }
    }

    @Test func `is tried again at once when the team says so, unless somebody may have it in hand`() async throws {
        try await Stage.run { stage in
            let team = Caller.member(
                try await stage.make.member(
                    of: try await stage.make.organisation("equipe", kind: .platform), kind: .platform),
                requestID: "x")
            let commands = MailStore(TestDatabase.current.asOperator(clock: stage.clock.source))
            try await stage.post(stage.mail())
            let room = try stage.script("exit 1")
            for _ in 0..<3 {
                _ = try await room.sendDue()
                stage.clock.advance(seconds: 300)
            }
            #expect(try await stage.states() == "waiting 3")
            #expect(try await commands.retry(nil, as: team) == 1)
            #expect(try await stage.files.sendDue() == 1)
            let id = try Identifier<Mail>(
                fieldText: try await stage.value("SELECT id::text AS value FROM outbox") ?? "")
            #expect(try await refusal { _ = try await commands.retry(id, as: team) }?.problem.code == "mail.ended")
            try await stage.post(stage.mail())
            _ = try await stage.files.claim()
            #expect(try await commands.retry(nil, as: team) == 0)
        }
    }
}
