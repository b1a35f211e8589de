import Accounts
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Messages
@testable import Privacy

@Suite(.database) struct `The register` {
    private func names(_ statement: SQL) async throws -> [String] {
        try await TestDatabase.current.asSuperuser().read(statement, as: Value<String>.self).all().map(\.value)
    }

    private static let personal: SQL = """
        SELECT c.relname::text || '.' || a.attname AS value FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
         WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
           AND col_description(c.oid, a.attnum) LIKE 'personal %'
        """

    @Test func `gives each personal column exactly one line, and no line another's column`() async throws {
        let held: SQL = "SELECT table_name || '.' || column_name AS value FROM retention_column"
        let orphans = try await names("\(Self.personal) EXCEPT \(held)")
        let strangers = try await names("\(held) EXCEPT \(Self.personal)")
        #expect(orphans == [], "each personal column belongs to a line of 17_retention_column.csv")
        #expect(strangers == [], "no personal column any more: take it out of 17_retention_column.csv")
    }

    @Test func `has no column whose values the history keeps`() async throws {
        let kept: SQL = """
            SELECT c.relname::text || '.' || a.attname AS value FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
              JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'record_changes'
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
             WHERE col_description(c.oid, a.attnum) LIKE 'personal %' AND a.attname <> 'search_text'
               AND a.attname::text <> ALL (string_to_array(encode(t.tgargs, 'escape'), '\\000'))
            """
        #expect(try await names(kept) == [], "masked: an argument of record_changes")
    }

    @Test func `says of each table with a history whether it outlives the audit log`() async throws {
        let histories: SQL = """
            SELECT c.relname::text AS value FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
              JOIN pg_proc p ON p.oid = t.tgfoid AND p.proname = 'record_changes'
             WHERE NOT keeps_history(c.relname::text) ORDER BY 1
            """
        // A new table stands here, or in `keeps_history`: only what the plan's or the directory's past is made from.
        #expect(
            try await names(histories) == [
                "answer_time", "api_token", "calendar_feed", "campaign", "campaign_explanation", "campaign_move",
                "candidate", "candidate_agreement", "candidate_share", "candidate_statistics", "candidate_transfer",
                "checkpoint", "grant_agreement", "invitation", "member", "need", "organisation", "orientation",
                "orientation_text", "recruitment_contact", "report", "report_file", "rights_request", "session",
                "session_contact", "structure_claim", "task",
            ])
    }

    @Test func `is carried out: each line has a rule, goes with another that has one, or is of files in a folder`()
        async throws
    {
        let server = TestDatabase.current.asServer()
        let lines = try await RegisterStore(server).lines().all()
        let rules = Set(Purge(server).rules.map(\.line)).union(["audit"])
        let folders = Set(KeptFolder.Kind.allCases.map(\.line))
        #expect(rules.union(folders).subtracting(lines.map(\.code)) == [])
        #expect(lines.filter { $0.keepWith == nil && !rules.union(folders).contains($0.code) }.map(\.code) == [])
        // What goes with another goes with one that has a rule.
        #expect(lines.filter { $0.keepWith.map { !rules.contains($0) } ?? false }.map(\.code) == [])
        // Only files are outside of the tables, and all of them.
        #expect(Set(lines.filter(\.isOutside).map(\.code)) == folders.subtracting(rules))
        #expect(lines.filter { $0.isOutside && !$0.columns.isEmpty }.map(\.code) == [])
        await server.close()
    }

    @Test func `agrees with the numbers that stand elsewhere`() async throws {
        let server = TestDatabase.current.asServer()
        let lines = try await RegisterStore(server).lines().all()
        let kept = { (code: String) in lines.first { $0.code == code }.flatMap { $0.keepAmount } ?? -1 }
        #expect(kept("idempotency") * 3600 == Transaction.idempotencySeconds)
        let pool = try await server.transaction(as: .system(requestID: "test")) {
            try await $0.serviceRule("pool_months")
        }
        #expect(kept("pool") == pool)
        // Who was erased must not come back from the oldest backup.
        #expect(kept("rights") * 365 > kept("backup") + 30)
        #expect(kept("mail_body") < kept("mail_log") * 30)
        // The last message to an erased person is tried as long as any other.
        #expect(kept("farewell") * 3600 > MailRoom.waits.reduce(0, +))
        await server.close()
    }

    @Test func `is what the page and the record say, line by line`() async throws {
        let server = TestDatabase.current.asServer()
        let lines = try await RegisterStore(server).lines().all()
        let settings = PrivacySettings(controllers: "Un organisme & un autre", contact: "dpo@exemple.example")
        let page = PrivacyPage.html(lines, settings)
        let record = ProcessingRecord(lines, settings: settings, on: Day(number: 20_000))
        #expect(page.contains("Un organisme &amp; un autre") && record.markdown.contains("dpo@exemple.example"))
        for line in lines {
            #expect(
                page.contains(line.duration(in: lines).replacingOccurrences(of: "'", with: "&#39;")), "\(line.code)")
            #expect(record.markdown.contains(line.duration(in: lines)), "\(line.code)")
        }
        #expect(record.json["processing"]?.elements.count == lines.count)
        await server.close()
    }
}
