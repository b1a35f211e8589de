import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Reports

@Suite struct `The canonical form` {
    @Test(arguments: [
        (#"{"b":1,"a":[true,null,"é\u0007\n\"\\"]}"#, #"{"a":[true,null,"é\u0007\n\"\\"],"b":1}"#),
        (#"{"é":1,"z":2,"😀":3,"ﬀ":4}"#, #"{"z":2,"é":1,"😀":3,"ﬀ":4}"#),
        (#"[1.50,-0,-0.0,-33.30,10,1.0]"#, #"[1.5,0,0,-33.3,10,1]"#), (#"{ }"#, "{}"),
    ])
    func `is the same whoever writes the document (RFC 8785)`(_ given: String, _ expected: String) throws {
        let json = try JSON.parse(Array(given.utf8))
        #expect(String(decoding: CanonicalJSON.bytes(json), as: UTF8.self) == expected)
    }

    @Test func `has percentages that round as PostgreSQL does, and none of nothing`() {
        let cases = [
            (-20_001, 50_001, "-40"), (1, 3, "33.3"), (5, 1000, "0.5"), (1, 8000, "0"), (-1, 8000, "0"),
            (25, 2000, "1.3"),
        ]
        for (part, whole, text) in cases { #expect(ReportBuilder.percent(part, of: whole) == .number(text)) }
        #expect(ReportBuilder.percent(5, of: 0) == nil)
    }
}

@Suite(.database) struct `A frozen report` {
    /// A campaign of two actions, one with texts that spreadsheets would run, submitted.
    private func frozen() async throws -> (ReportStage, Campaign) {
        let stage = try await ReportStage()
        try await stage.make.action(
            "A1.01", in: stage.plan, lead: stage.leadID, title: "=HYPERLINK(\"x\");é", status: .paused,
            funding: [(stage.funderID, 2023, 150_050)])
        try await stage.make.action(
            "A1.02", in: stage.plan, lead: stage.leadID, title: "🧑🏽‍🦽 +1\t@a", status: .paused,
            funding: [(stage.funderID, 2023, 30_000), (stage.funderID, 2024, 5_000)])
        try await stage.spend("A1.01", year: 2023, committed: 100_000, spent: 75_025, at: "2023-11-02T09:00:00Z")
        try await stage.spend("A1.02", year: 2023, committed: 100, spent: 50, at: "2023-11-02T09:00:00Z")
        let draft = try await stage.draft()
        return (stage, try await stage.move(draft.id, CampaignMove(to: .submitted), as: stage.team))
    }

    private func check(_ stage: ReportStage) async throws -> [ReportCheck] {
        try await ReportVerifier(stage.database).run(as: stage.team)
    }

    @Test func `has its hash in every file, and is found intact`() async throws {
        let (stage, campaign) = try await frozen()
        let report = try await stage.reports.find(campaign.reports[0].id, as: stage.funder)
        #expect(report.sha256 == campaign.reports[0].sha256)
        #expect(CanonicalJSON.hexadecimal(CanonicalJSON.sha256(Array(report.document.utf8))) == report.sha256)
        let forms: [ReportForm] = [
            .csv(sheet: "money", dialect: .french), .csv(sheet: "money", dialect: .rfc4180), .json, .html(alone: true),
            .html(alone: false),
        ]
        for form in forms {
            let text = String(
                decoding: try await stage.reports.rendered(report.id, as: form, for: stage.funder).bytes, as: UTF8.self)
            #expect(text.contains(report.sha256), "\(form)")
        }
        let book = try await stage.reports.rendered(report.id, as: .xlsx, for: stage.funder)
        #expect(book.bytes.starts(with: [0x50, 0x4B]) && book.name == "cnsa-2023-T1-2023-T4-n1.xlsx")
        // Made again a moment later it is the same bytes.
        #expect(try report.content().workbook(sha256: report.sha256) == book.bytes)
        let checks = try await check(stage)
        #expect(checks.count == 1 && checks.allSatisfy { $0.problems.isEmpty && $0.remarks.isEmpty })
    }

    @Test func `holds what later changes do not move`() async throws {
        let (stage, campaign) = try await frozen()
        try await stage.spend("A1.02", year: 2023, committed: 30_000, spent: 30_000, at: "2024-06-02T09:00:00Z")
        let version = try await stage.version("A1.01")
        _ = try await stage.at("2024-06-02T10:00:00Z") { store in
            var changes = ActionChanges()
            changes.title = .set("Autre")
            return try await store.edit(
                try ActionCode(fieldText: "A1.01"), changes, precondition: version, as: stage.team)
        }
        #expect(try await check(stage).allSatisfy { $0.problems.isEmpty })
        #expect(campaign.reports.count == 1)
    }

    @Test func `altered in the database is found, whatever was altered`() async throws {
        let (stage, campaign) = try await frozen()
        let id = campaign.reports[0].id
        // Another one, which nobody touches.
        stage.clock.advance(seconds: 60)
        let other = try await stage.draft(from: "2023-01-01", to: "2023-06-30")
        _ = try await stage.move(other.id, CampaignMove(to: .submitted), as: stage.team)
        let alterations = [
            "UPDATE report SET document = replace(document, '75025', '75026') WHERE id = '\(id)'",
            """
            UPDATE report SET document = replace(document, '75025', '75026'),
                   sha256 = sha256(convert_to(replace(document, '75025', '75026'), 'UTF8')) WHERE id = '\(id)'
            """,
            "UPDATE report SET document = document || ' ' WHERE id = '\(id)'",
            "UPDATE report SET document = replace(document, 'cnsa', 'cnsb') WHERE id = '\(id)'",
            "UPDATE report SET document = replace(document, '2023-', '9999-') WHERE id = '\(id)'",
            "UPDATE report SET document = '{}' WHERE id = '\(id)'",
            "UPDATE report_file SET content = content || '\\x20' WHERE report_id = '\(id)' AND format = 'json'",
            "UPDATE report_file SET content = '\\x20', sha256 = sha256('\\x20') WHERE report_id = '\(id)' AND format = 'csv' AND sheet = 'money'",
            "DELETE FROM report_file WHERE report_id = '\(id)' AND format = 'xlsx'",
            "UPDATE report_file SET sheet = 'autre' WHERE report_id = '\(id)' AND sheet = 'money'",
            // History itself: the figures are no longer what it gives.
            "UPDATE field_change SET new_value = '75026' WHERE table_name = 'funding_line' AND field = 'spent_cents' AND new_value = '75025'",
        ]
        for alteration in alterations {
            let kept =
                "CREATE TABLE kept_report AS SELECT * FROM report; CREATE TABLE kept_file AS SELECT * FROM report_file; CREATE TABLE kept_change AS SELECT * FROM field_change;"
            try await TestDatabase.current.script("SET session_replication_role = replica; \(kept) \(alteration)")
            let found = try await check(stage)
            #expect(found.first?.id == id && found.first?.problems.isEmpty == false, "\(alteration)")
            // History is everybody's; what is one report's is said of that one.
            if !alteration.contains("field_change") { #expect(found.last?.problems.isEmpty == true, "\(alteration)") }
            try await TestDatabase.current.script(
                """
                SET session_replication_role = replica;
                DELETE FROM report_file; DELETE FROM report; INSERT INTO report SELECT * FROM kept_report;
                INSERT INTO report_file SELECT * FROM kept_file;
                UPDATE field_change c SET new_value = k.new_value FROM kept_change k WHERE k.id = c.id AND k.new_value IS DISTINCT FROM c.new_value;
                DROP TABLE kept_report, kept_file, kept_change
                """)
            #expect(try await check(stage).first?.problems.isEmpty == true)
        }
    }

    @Test func `can't be changed by who serves`() async throws {
        let (stage, campaign) = try await frozen()
        let id = campaign.reports[0].id
        let statements: [SQL] = [
            "UPDATE report SET document = '{}' WHERE id = \(id)", "DELETE FROM report WHERE id = \(id)",
            "UPDATE report_file SET content = '' WHERE report_id = \(id)",
            "DELETE FROM report_file WHERE report_id = \(id)",
        ]
        for database in [stage.database, TestDatabase.current.asOperator(), TestDatabase.current.asSuperuser()] {
            for statement in statements {
                await #expect(throws: DatabaseError.self) {
                    try await database.transaction(as: .system(requestID: "x")) { transaction in
                        try await transaction.record("test.alter", on: "report")
                        try await transaction.execute(statement)
                    }
                }
            }
        }
    }

    @Test func `says what moved since the one before, by how much, with the notes that may say why`() async throws {
        let (stage, campaign) = try await frozen()
        stage.clock.advance(seconds: 86_400)
        try await stage.spend("A1.01", year: 2023, committed: 100_000, spent: 80_000, at: "2024-06-02T09:00:00Z")
        _ = try await stage.at("2024-06-02T09:30:00Z") { store in
            try await store.addNote(
                try ActionCode(fieldText: "A1.01"), NewNote(kind: .result, text: "Facture de décembre reçue."),
                as: stage.lead)
        }
        _ = try await stage.move(campaign.id, CampaignMove(to: .fixRequested, comment: "Le total ?"), as: stage.funder)
        stage.clock.advance(seconds: 86_400)
        let again = try await stage.move(campaign.id, CampaignMove(to: .submitted), as: stage.team)
        let (first, second) = (again.reports[0].id, again.reports[1].id)
        for caller in [stage.team, stage.funder] {
            let diff = try await stage.reports.diff(second, since: first, as: caller)
            let spent = try #require(diff.lines.first { $0.column == "Montant réalisé (€)" })
            #expect(spent.key == "A1.01 2023" && spent.before == "750,25\u{00A0}€" && spent.after == "800,00\u{00A0}€")
            #expect(spent.differenceText == "+49,75\u{00A0}€")
            #expect(spent.difference == 4_975 && spent.notes.map(\.text) == ["Facture de décembre reçue."])
            let figures = diff.lines.filter { $0.sheet == "Chiffres clés" }.map(\.key)
            #expect(Set(figures) == ["money_spent", "money_gap", "money_gap_percent", "money_spent_percent"])
        }
        let found = try await refusal { _ = try await stage.reports.diff(second, since: first, as: stage.other) }
        #expect(found?.problem.code == "report.not_found")
        #expect(try await stage.reports.diff(first, since: first, as: stage.team).lines.isEmpty)
    }

    @Test func `is everybody's once its campaign is final and the team gave it away`() async throws {
        let (stage, campaign) = try await frozen()
        let id = campaign.reports[0].id
        let early = try await refusal { _ = try await stage.reports.publish(id, as: stage.team) }
        #expect(early?.problem.code == "report.not_final")
        _ = try await stage.move(campaign.id, CampaignMove(to: .reviewed), as: stage.funder)
        _ = try await stage.move(
            campaign.id, CampaignMove(to: .final, signatory: stage.secondOfFunder.member?.id), as: stage.secondOfFunder)
        let mine = try await refusal { _ = try await stage.reports.publish(id, as: stage.funder) }
        #expect(mine?.problem == .forbidden)
        let published = try await stage.reports.publish(id, as: stage.team)
        #expect(published.publishedAt != nil)
        #expect(try await stage.reports.publish(id, as: stage.team) == published)
        _ = try await stage.reports.find(id, as: .anonymous(requestID: "x"))
    }
}
