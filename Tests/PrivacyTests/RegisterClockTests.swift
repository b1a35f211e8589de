import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Privacy

extension PrivacyStage {
    /// Makes a folder for a body, with files written now, by the stage's clock.
    func withFolder(
        _ kind: KeptFolder.Kind, _ names: [String], _ body: (KeptFolder) async throws -> Void
    ) async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(kind)-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: url) }
        let folder = KeptFolder(kind, url)
        for name in names { write(name, in: folder) }
        try await body(folder)
    }

    func write(_ name: String, in folder: KeptFolder) {
        let now = Date(timeIntervalSince1970: Double(clock.now.microseconds) / 1_000_000)
        _ = FileManager.default.createFile(
            atPath: folder.url.appendingPathComponent(name).path, contents: Data("To: personne@exemple.example".utf8),
            attributes: [.modificationDate: now])
    }

    func names(in folder: KeptFolder) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    }
}

extension KeptFolder.Kind {
    /// Names of files that it owns, and of files beside them that it never touches.
    var samples: (own: [String], others: [String]) {
        switch self {
        case .mails: (["a.eml", "b.eml"], ["readme.txt"])
        case .logs: (["serve-8080-2026-06-15.log", "serve.log.1.gz"], ["env", "logbook.txt"])
        case .backups:
            (["pa31-2026-06-15.dump", "pa31.dump.gpg", "pa31.sql.gz"], ["audit.key", "audit.head", "erasures"])
        }
    }
}

@Suite(.database) struct `Files with a time` {
    @Test(arguments: KeptFolder.Kind.allCases)
    func `are kept for it, then deleted, and nothing beside them`(_ kind: KeptFolder.Kind) async throws {
        try await PrivacyStage.run { stage in
            let (own, others) = kind.samples
            try await stage.withFolder(kind, own + others) { folder in
                let begun = stage.clock.now
                let link = folder.url.appendingPathComponent("link-\(own[0])")
                try FileManager.default.createSymbolicLink(
                    at: link, withDestinationURL: folder.url.appendingPathComponent(others[0]))
                let rest = (others + [link.lastPathComponent]).sorted()
                try await stage.pass(kind.line, from: begun, days: -1)
                stage.write("young-\(own[0])", in: folder)
                #expect(try await stage.purge(folders: [folder])[kind.line]?.files == [])
                try await stage.pass(kind.line, from: begun, days: 1)
                let dry = try await stage.purge(apply: false, folders: [folder])
                #expect(dry[kind.line]?.files == own.sorted() && dry[kind.line]?.count == own.count)
                #expect(try stage.names(in: folder).count == own.count + rest.count + 1, "a rehearsal deletes nothing")
                #expect(try await stage.purge(folders: [folder])[kind.line]?.files == own.sorted())
                #expect(try stage.names(in: folder) == (rest + ["young-\(own[0])"]).sorted())
                // A folder that is not there holds nothing.
                let nowhere = KeptFolder(kind, folder.url.appendingPathComponent("nowhere"))
                #expect(try await stage.purge(folders: [nowhere])[kind.line]?.files == [])
            }
        }
    }

    @Test(arguments: KeptFolder.Kind.allCases)
    func `are deleted by the server as well, but not when its clock leapt`(_ kind: KeptFolder.Kind) async throws {
        try await PrivacyStage.run { stage in
            let own = kind.samples.own
            try await stage.withFolder(kind, own) { folder async throws -> Void in
                let purge = Purge(stage.database)
                #expect(try await purge.forgetFiles(in: [folder]) == 0)
                stage.advance(days: 365)
                #expect(try await purge.forgetFiles(in: [folder]) == 0, "a year in a moment")
                // Put right.
                stage.advance(days: -364)
                #expect(try await purge.forgetFiles(in: [folder]) == 0)
                // A leap that was true is believed after some days.
                stage.advance(days: 365)
                for _ in 0..<3 {
                    #expect(try await purge.forgetFiles(in: [folder]) == 0)
                    stage.advance(days: 1)
                }
                #expect(try await purge.forgetFiles(in: [folder]) == own.count)
            }
        }
    }

    @Test func `are a person's mails too: gone with an erasure, the last one two days later`() async throws {
        try await PrivacyStage.run { stage in
            _ = try await stage.sent()
            let mails = try await TestDatabase.current.asSuperuser().read(
                "SELECT id::text AS value FROM outbox WHERE audience = 'candidate' ORDER BY id", as: Value<String>.self
            ).all().map { "\($0.value).eml" }
            #expect(!mails.isEmpty)
            try await stage.withFolder(.mails, mails) { folder in
                let purge = Purge(stage.database)
                #expect(try await purge.forgetFiles(in: [folder]) == 0)
                _ = try await stage.ask()
                stage.clock.advance(seconds: 73 * 3600)
                try await stage.tick(stage.rights.clockRules)
                let last = try await TestDatabase.current.asSuperuser().read(
                    "SELECT id::text AS value FROM outbox WHERE kind = 'privacy.erased'", as: Value<String>.self
                ).first()?.value
                let farewell = "\(try #require(last)).eml"
                stage.write(farewell, in: folder)
                let half = ".\(UUID().uuidString.lowercased()).eml.part"
                stage.write(half, in: folder)
                let begun = stage.clock.now
                #expect(try await purge.forgetFiles(in: [folder]) == mails.count)
                #expect(try stage.names(in: folder) == [farewell, half].sorted(), "it waits to be sent")
                try await stage.make.insert { transaction in
                    _ = try await transaction.execute(
                        """
                        UPDATE outbox SET state = 'sent', sent_at = current_instant(), body_text = NULL WHERE kind = 'privacy.erased'
                        """)
                }
                try await stage.tick(stage.rights.clockRules)
                #expect(try await stage.rows("outbox", "address IS NOT NULL AND audience = 'candidate'") == 0)
                // Whatever sends the folder's mails has had its time.
                stage.clock.advance(seconds: 47 * 3600)
                #expect(try await purge.forgetFiles(in: [folder]) == 0)
                try await stage.pass("farewell", from: begun, days: 0)
                stage.clock.advance(seconds: 60)
                #expect(try await purge.forgetFiles(in: [folder]) == 2)
                #expect(try stage.names(in: folder) == [])
            }
        }
    }
}

@Suite(.database) struct `What goes with another` {
    @Test func `goes with it: texts with their orientation`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.refused()
            let closed = stage.clock.now
            try await stage.pass("orientation_text", from: closed, days: -1)
            try await stage.purge()
            #expect(try await stage.rows("orientation_text") > 0)
            try await stage.pass("orientation_text", from: closed, days: 1)
            try await stage.purge()
            #expect(try await stage.rows("orientation_text") == 0)
        }
    }

    @Test func `goes with it: checkpoints with their hire`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.hired()
            let begun = stage.clock.now
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    "UPDATE checkpoint SET outcome = 'still_there', recorded_at = current_instant() WHERE months = 1")
            }
            try await stage.pass("checkpoint", from: begun, days: -1)
            try await stage.purge()
            #expect(try await stage.rows("checkpoint", "outcome = 'still_there'") == 1)
            try await stage.pass("checkpoint", from: begun, days: 1)
            try await stage.purge()
            #expect(try await stage.rows("checkpoint") == 0)
        }
    }

    @Test func `goes with it: a recognised disability with the file`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO candidate_statistics (candidate_id, disability, updated_at)
                    VALUES (\(stage.candidate), true, \(transaction.now))
                    """)
            }
            let begun = stage.clock.now
            try await stage.pass("disability", from: begun, days: -10)
            try await stage.purge()
            try await stage.pass("disability", from: begun, days: -1)
            try await stage.purge()
            #expect(try await stage.rows("candidate_statistics", "disability") == 1)
            // Told ten days before its end, it has its thirty days.
            try await stage.pass("disability", from: begun, days: try await stage.notice("candidate") - 10 + 1)
            try await stage.purge()
            #expect(try await stage.rows("candidate_statistics") == 0)
        }
    }

    @Test func `goes with it: an author's name with the account, while the note stays the plan's`() async throws {
        try await PrivacyStage.run { stage in
            let author = try #require(stage.follower.member?.id)
            let action = try await stage.make.action(
                "A1.01", in: try await stage.make.plan(), lead: stage.prescriber)
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO progress_note (id, action_id, kind, text, written_at, author_id)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(action), 'result', 'Dix visites faites', \(transaction.now), \(author))
                    """)
            }
            func signed(_ name: SQL) async throws -> Int {
                try await stage.count(
                    """
                    SELECT count(*) FROM progress_note n JOIN member m ON m.id = n.author_id
                     WHERE n.text = 'Dix visites faites' AND m.name \(name)
                    """)
            }
            let (begun, notice) = (stage.clock.now, try await stage.notice("account"))
            try await stage.pass("plan_text", from: begun, days: 10 - notice)
            try await stage.purge()
            try await stage.pass("plan_text", from: begun, days: -1)
            try await stage.purge()
            #expect(try await signed("<> 'Compte effacé'") == 1)
            try await stage.pass("plan_text", from: begun, days: 11)
            try await stage.purge()
            #expect(try await signed("= 'Compte effacé'") == 1, "the note is there, and nobody's")
        }
    }
}

@Suite(.database) struct `A request that nobody answered` {
    private func ask(_ stage: PrivacyStage) async throws {
        try await stage.make.insert { transaction in
            _ = try await transaction.execute(
                """
                INSERT INTO rights_request (id, candidate_id, kind, asked_by, organisation_id, asked_at, due_on, text)
                VALUES (\(transaction.newID(RightsRequest.ID.self)), \(stage.candidate), 'correction', 'candidate', \(stage.prescriber),
                        \(transaction.now), \(transaction.today), 'Mon prénom est faux')
                """)
        }
    }

    @Test func `has the same time as any other`() async throws {
        try await PrivacyStage.run { stage in
            try await ask(stage)
            let begun = stage.clock.now
            // The person stays in touch meanwhile.
            try await stage.make.insert { transaction in
                _ = try await transaction.execute("UPDATE candidate SET last_contact_on = DATE '2032-01-01'")
            }
            try await stage.pass("rights", from: begun, days: -1)
            try await stage.purge()
            #expect(try await stage.rows("rights_request") == 1)
            try await stage.pass("rights", from: begun, days: 1)
            try await stage.purge()
            #expect(try await stage.rows("rights_request") == 0)
        }
    }

    @Test func `is closed with the file that it was about, and says nothing any more`() async throws {
        try await PrivacyStage.run { stage in
            try await ask(stage)
            let erasure = try await stage.ask()
            stage.clock.advance(seconds: 73 * 3600)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("rights_request", "state = 'open'") == 0)
            #expect(
                try await stage.rows("rights_request", "state = 'done' AND text IS NULL AND decided_at IS NOT NULL")
                    == 2)
            #expect(try await stage.rights.find(erasure.id, as: stage.follower).first()?.state == .done)
        }
    }
}

@Suite(.database) struct `A campaign and its reports` {
    @Test func `stay as they were frozen for ten years, then go whole`() async throws {
        try await PrivacyStage.run { stage in
            let funder = try await stage.make.organisation("financeur", kind: .funder)
            let campaign = Identifier<Never>(try await stage.make.campaign(of: funder, state: "submitted"))
            try await stage.make.insert { transaction in
                try await transaction.execute(
                    """
                    INSERT INTO report_file (id, report_id, format, sheet, content, sha256)
                    SELECT \(transaction.newID(Identifier<Never>.self)), r.id, 'json', '', '\\x7b7d', sha256('\\x7b7d') FROM report r
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO campaign_move (id, campaign_id, from_state, to_state, at, text, report_id)
                    SELECT \(transaction.newID(Identifier<Never>.self)), \(campaign), 'draft', 'submitted', \(transaction.now), 'Voilà', r.id
                      FROM report r
                    """)
                try await transaction.execute(
                    """
                    INSERT INTO campaign_explanation (id, campaign_id, gap, text, written_at)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(campaign), 'note:A1.01', 'Pas encore', \(transaction.now))
                    """)
            }
            let tables = ["campaign", "campaign_move", "campaign_explanation", "report", "report_file"]
            func left() async throws -> [Int] {
                var counts: [Int] = []
                for table in tables { counts.append(try await stage.rows(table)) }
                return counts
            }
            let begun = stage.clock.now
            try await stage.pass("report", from: begun, days: -1)
            #expect(try await stage.purge()["report"]?.count == 0)
            #expect(try await left() == [1, 1, 1, 1, 1])
            // Until then nobody deletes any of it, not even the system; nor does anybody but the system afterwards.
            for _ in 0..<2 {
                for table in tables {
                    for caller in [stage.team, .system(requestID: "test")] {
                        let isOver = try await stage.due("report", from: begun) < stage.clock.now
                        guard caller.member != nil || (!isOver && !table.hasPrefix("campaign_e") && table != "campaign")
                        else { continue }
                        await #expect(throws: DatabaseError.self, "\(table)") {
                            try await stage.database.transaction(as: caller) { transaction in
                                _ = try await transaction.execute("DELETE FROM \(unsafeTextNeverFromInput: table)")
                            }
                        }
                    }
                }
                try await stage.pass("report", from: begun, days: 1)
            }
            #expect(try await stage.purge(apply: false)["report"]?.forgotten == [campaign.uuid])
            #expect(try await left() == [1, 1, 1, 1, 1])
            #expect(try await stage.purge()["report"]?.forgotten == [campaign.uuid])
            #expect(try await left() == [0, 0, 0, 0, 0])
            #expect(
                try await stage.rows(
                    "field_change", "table_name = 'campaign_move' AND field = 'text' AND old_value IS NOT NULL") == 0)
        }
    }

    @Test func `begin their time anew with each freezing`() async throws {
        try await PrivacyStage.run { stage in
            let funder = try await stage.make.organisation("financeur", kind: .funder)
            let campaign = Identifier<Never>(try await stage.make.campaign(of: funder, state: "submitted"))
            let begun = stage.clock.now
            try await stage.pass("report", from: begun, days: -100)
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO report (id, campaign_id, number, as_of, frozen_at, document, sha256)
                    VALUES (\(transaction.newID(Identifier<Never>.self)), \(campaign), 2, DATE '2022-12-31', \(transaction.now), '{}', sha256('{}'))
                    """)
            }
            let again = stage.clock.now
            try await stage.pass("report", from: begun, days: 1)
            try await stage.purge()
            #expect(try await stage.rows("report") == 2)
            try await stage.pass("report", from: again, days: 1)
            try await stage.purge()
            #expect(try await stage.rows("report") == 0)
        }
    }
}
