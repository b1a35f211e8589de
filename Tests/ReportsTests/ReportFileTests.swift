import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Reports

@Suite(.database) struct `A report's files` {
    private func preview(_ stage: ReportStage, _ profile: String = "cnsa", asOf: String? = nil) async throws
        -> ReportPreview
    {
        try await stage.reports.preview(
            try ProfileCode(fieldText: profile), from: try ReportQuarter(fieldText: "2023-T1"),
            until: try ReportQuarter(fieldText: "2024-Q4"),
            asOf: try asOf.map { try Day(fieldText: $0) }, as: stage.team)
    }

    private func stage() async throws -> ReportStage {
        let stage = try await ReportStage()
        try await stage.make.action(
            "A1.02", in: stage.plan, lead: stage.leadID, title: "=1+1;\"x\"", status: .paused,
            funding: [(stage.funderID, 2024, 150_050), (stage.funderID, 2023, 30_000), (stage.otherID, 2023, 99_900)])
        try await stage.make.action(
            "A1.01", in: stage.plan, lead: stage.leadID, title: "Simple", funding: [(stage.funderID, 2024, 0)])
        try await stage.make.action(
            "A2.01", in: stage.plan, lead: stage.leadID, title: "D'un autre", funding: [(stage.otherID, 2023, 1_000)])
        try await stage.spend("A1.02", year: 2023, committed: 25_000, spent: 20_000, at: "2024-03-01T09:00:00Z")
        return stage
    }

    @Test func `are what a French spreadsheet opens: mark, semicolons, decimal commas, no formula`() async throws {
        let file = try await preview(try await stage()).rendered(as: .csv(sheet: "money", dialect: .french))
        let text = String(decoding: file.bytes, as: UTF8.self)
        #expect(text.utf8.starts(with: [0xEF, 0xBB, 0xBF]))
        let lines = text.components(separatedBy: "\r\n")
        let table = try #require(lines.firstIndex { $0.hasPrefix("Code de l'action;") })
        #expect(lines[table - 1] == ";" && lines[0].hasSuffix("Rapport;\"Bilan d'exécution, CNSA, 2023-T1 à 2024-T4\""))
        #expect(
            lines[(table + 1)...] == [
                #"A1.01;Simple;A1;Organisme porteur;prévue;2023-01-01;2023-12-31;2024;"0,00";"0,00";"0,00";"0,00";"#,
                #"A1.02;"'=1+1;""x""";A1;Organisme porteur;en pause;2023-01-01;2023-12-31;2023;"300,00";"250,00";"200,00";"-100,00";"-33,3""#,
                #"A1.02;"'=1+1;""x""";A1;Organisme porteur;en pause;2023-01-01;2023-12-31;2024;"1500,50";"0,00";"0,00";"-1500,50";-100"#,
                "",
            ])
    }

    @Test func `for programs are the table alone, read back exactly`() async throws {
        let file = try await preview(try await stage()).rendered(as: .csv(sheet: "money", dialect: .rfc4180))
        let table = try CSVTable.read(file.bytes)
        #expect(table.header.cells.map(\.text).prefix(3) == ["action_code", "action_title", "axis_code"])
        #expect(table.header.cells.last?.text == "report_sha256")
        #expect(table.rows.map { $0.cells[1].text } == ["Simple", "=1+1;\"x\"", "=1+1;\"x\""])
        #expect(table.rows.map { $0.cells[8].text } == ["0.00", "300.00", "1500.50"])
        #expect(table.rows.allSatisfy { $0.cells.last?.text.count == 64 })
    }

    @Test func `exist of a plan with no action and of no plan, with every column`() async throws {
        let stage = try await ReportStage()
        try await TestDatabase.current.tamper("DELETE FROM axis; DELETE FROM action_plan")
        for profile in ["cnsa", "cd31"] {
            let preview = try await preview(stage, profile)
            for sheet in preview.document.sheets {
                let file = try preview.rendered(as: .csv(sheet: sheet.code, dialect: .rfc4180))
                let table = try CSVTable.read(file.bytes)
                #expect(table.header.cells.count == sheet.columns.count + 5)
                #expect(table.rows.isEmpty || ["figures", "structures", "persons"].contains(sheet.code))
            }
            #expect(try preview.rendered(as: .xlsx).bytes.isEmpty == false)
            let page = String(decoding: try preview.rendered(as: .html(alone: true)).bytes, as: UTF8.self)
            #expect(page.contains("Aucune ligne.") && page.contains("aucun plan"))
        }
    }

    @Test func `lead from each figure of CNSA's page to its definition`() async throws {
        let preview = try await preview(try await stage())
        let page = String(decoding: try preview.rendered(as: .html(alone: false)).bytes, as: UTF8.self)
        let links = page.matches(of: /href="#definition-([a-z0-9_]+)"/).map { String($0.1) }
        #expect(links.count > 30)
        for code in Set(links) { #expect(page.contains("<dt id=\"definition-\(code)\">"), "\(code)") }
        // What the server's pages may not have: style and script of their own.
        #expect(!page.contains("<style") && !page.contains("style=") && !page.contains("<script"))
        #expect(page.contains("<figure><svg") && page.contains("<caption>Prévu, engagé, réalisé par année</caption>"))
        #expect(!page.contains("=1+1;\"x\"") && page.contains("=1+1;&quot;x&quot;"))
    }

    @Test func `are refused for a day that is not past, an unknown sheet or profile, and for who is not of the team`()
        async throws
    {
        let stage = try await stage()
        for day in ["2024-06-01", "2099-01-01"] {
            let found = try await refusal { _ = try await self.preview(stage, asOf: day) }
            #expect(found?.errors.map(\.pointer) == ["as_of"])
        }
        let preview = try await self.preview(stage)
        let sheet = try await refusal { _ = try preview.rendered(as: .csv(sheet: "nothing", dialect: .french)) }
        #expect(sheet?.detail.en.contains("sheets: figures, money") == true)
        let profile = try await refusal { _ = try await self.preview(stage, "essai") }
        #expect(profile?.problem.code == "report.profile")
        for caller in [stage.funder, stage.lead] {
            let found = try await refusal {
                _ = try await stage.reports.preview(
                    try ProfileCode(fieldText: "cnsa"), from: try ReportQuarter(fieldText: "2023-T1"),
                    until: try ReportQuarter(fieldText: "2023-T4"),
                    asOf: nil, as: caller)
            }
            #expect(found?.problem == .forbidden)
        }
    }

    @Test func `of the demonstration's plan add up to the plan's own totals`() async throws {
        let database = TestDatabase.current.asOperator()
        let system = Caller.system(requestID: "test")
        let folder = TestCluster.root.appendingPathComponent("deploy/demo")
        func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
        _ = try await OrganisationStore(database).save(
            try OrganisationFile.read(try bytes("organisations.csv"), file: "o"), as: system, apply: true)
        let importer = PlanImport(database)
        let file = try PlanFile.read(
            yaml: try bytes("plan.yaml"), file: "p", organisations: try await importer.organisations(as: system))
        _ = try await importer.run(file, apply: true, retire: false, as: system)
        let later = TestDatabase.current.asOperator(
            clock: .fixed(TimeSource.system.now().adding(seconds: 2 * 86_400)))
        let reports = ReportStore(later, profiles: ReportProfiles(sql: TestCluster.sql))
        for (profile, funder) in [("cnsa", "cnsa"), ("ars", "ars-occitanie"), ("cd31", "cd31")] {
            let preview = try await reports.preview(
                try ProfileCode(fieldText: profile), from: try ReportQuarter(fieldText: "2022-T1"),
                until: try ReportQuarter(fieldText: "2024-T4"),
                asOf: nil, as: system)
            let money = try #require(preview.document.sheets.first { $0.subject == .money })
            let column = try #require(money.columns.firstIndex { $0.field == "planned_cents" })
            #expect(money.totals[column].integer == file.plannedCentsByFunder[funder], "\(funder)")
            for form: ReportForm in [.xlsx, .json, .html(alone: true), .csv(sheet: nil, dialect: .french)] {
                #expect(try preview.rendered(as: form).bytes.isEmpty == false)
            }
        }
    }
}

@Suite struct `A report's profile` {
    static func yaml(_ column: String = "action_code", subject: String = "money", more: String = "") -> String {
        "{code: essai, title: T, funder: cnsa, version: 1\(more), sheets: [{code: s, title: S, subject: \(subject), columns: [{heading: A, field: \(column)}]}]}"
    }

    private func refused(_ yaml: String) throws -> Refusal {
        try #require(#expect(throws: Refusal.self) { try ReportProfile(yaml: yaml, name: "essai") })
    }

    @Test func `with an unknown column or subject is refused: it is named, and those that there are`() throws {
        _ = try ReportProfile(yaml: Self.yaml(), name: "essai")
        let column = try refused(Self.yaml("emails"))
        #expect(column.problem.code == "report.profile" && column.detail.fr.contains("« emails »"))
        #expect(column.detail.en.contains("planned_cents"))
        let subject = try refused(Self.yaml(subject: "candidates"))
        #expect(subject.detail.fr.contains("« candidates »") && subject.detail.en.contains("money"))
    }

    @Test(arguments: [
        "", "[]", "{code: essai, title: T, funder: cnsa, version: 1}",
        "{code: essai, title: T, funder: cnsa, version: 1, sheets: []}",
        yaml().replacing("version: 1", with: "version: 0"), yaml().replacing("code: essai, ", with: ""),
        yaml().replacing("title: T, ", with: ""), yaml().replacing("funder: cnsa, ", with: ""),
        yaml().replacing("heading: A, ", with: ""), yaml().replacing(", field: action_code", with: ""),
        yaml().replacing("title: S", with: "title: Graphiques"), yaml().replacing("title: S", with: "title: 'a/b'"),
        yaml().replacing("code: s", with: "code: '../s'"), yaml(more: ", actions: some"), "{code: essai",
        yaml().replacing("}]}]}", with: "}, {heading: A, field: year}]}]}"),
    ])
    func `that lacks something is refused`(_ yaml: String) throws {
        #expect(try refused(yaml).problem.code == "report.profile")
    }

    @Test(arguments: ["nothing", "../../migrations/0001_kernel", "cnsa.yaml", ""])
    func `that is not among the files is refused, with those that are`(_ name: String) throws {
        let found = #expect(throws: Refusal.self) { try ReportProfiles(sql: TestCluster.sql).find(name) }
        #expect(found?.detail.en.contains("Known profiles: ars, cd31, cnsa") == true)
    }

    @Test func `ships for CNSA, ARS and the département`() throws {
        let profiles = ReportProfiles(sql: TestCluster.sql)
        #expect(profiles.names == ["ars", "cd31", "cnsa"])
        for name in profiles.names { #expect(try profiles.find(name).sheets.count >= 5) }
    }
}
