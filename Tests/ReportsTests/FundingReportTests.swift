import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Reports

@Suite(.database) struct `The funder's file` {
    private let system = Caller.system(requestID: "test")

    private func profile() throws -> ReportProfile { try ReportProfile.load("cnsa", from: TestCluster.sql) }

    private func rows() async throws -> Rows<FundingReportLine> {
        try await ReportStore(TestDatabase.current.asOperator()).funding(of: "cnsa", as: system)
    }

    /// A plan of three actions with the money of two funders, and some of it spent.
    private func stage() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur", name: "+33 Services")
        let cnsa = try await make.organisation("cnsa", name: "CNSA", kind: .funder)
        let other = try await make.organisation("cd31", name: "Département", kind: .funder)
        let plan = try await make.plan()
        try await make.action(
            "A1.02", in: plan, lead: lead, title: "=1+1;\"x\"", status: .inProgress,
            funding: [(cnsa, 2023, 150_050), (cnsa, 2022, 30_000), (other, 2022, 99_900)])
        try await make.action("A1.01", in: plan, lead: lead, title: "Simple", funding: [(cnsa, 2024, 0)])
        try await make.action("A2.01", in: plan, lead: lead, title: "D'un autre", funding: [(other, 2022, 1_000)])
        let platform = try await make.organisation("equipe", kind: .platform)
        let team = Caller.member(try await make.member(of: platform, kind: .platform), requestID: "test")
        let actions = ActionStore(TestDatabase.current.asServer())
        let code = try ActionCode(fieldText: "A1.02")
        guard case .full(_, let version) = try await actions.find(code, as: team, on: Day(number: 19_400)) else {
            return
        }
        _ = try await actions.recordSpending(
            code, funder: OrganisationCode(fieldText: "cnsa"), year: 2022,
            SpendingChanges(committedCents: 25_000, spentCents: 20_000), precondition: Precondition(version: version),
            as: team)
    }

    @Test func `is what a French spreadsheet opens: mark, semicolons, decimal commas, no formula`() async throws {
        try await stage()
        let text = String(decoding: try profile().csv(try await rows()), as: UTF8.self)
        let lines = text.components(separatedBy: "\r\n")
        #expect(text.utf8.starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(
            lines.first?.dropFirst()
                == "Code de l'action;Intitulé;Axe;Porteur;Statut;Début prévu;Fin prévue;Année;Montant prévu (€);Montant engagé (€);Montant réalisé (€);Écart réalisé − prévu (€);Écart (%)"
        )
        #expect(
            lines.dropFirst() == [
                #"A1.01;Simple;A1;'+33 Services;prévue;2023-01-01;2023-12-31;2024;"0,00";"0,00";"0,00";"0,00";"#,
                #"A1.02;"'=1+1;""x""";A1;'+33 Services;en cours;2023-01-01;2023-12-31;2022;"300,00";"250,00";"200,00";"-100,00";"-33,3""#,
                #"A1.02;"'=1+1;""x""";A1;'+33 Services;en cours;2023-01-01;2023-12-31;2023;"1500,50";"0,00";"0,00";"-1500,50";"-100,0""#,
                "",
            ])
    }

    @Test func `reads back what was written, formulas' signs too`() async throws {
        try await stage()
        for dialect in CSVWriter.Dialect.allCases {
            let table = try CSVTable.read(try profile().csv(try await rows(), dialect: dialect))
            #expect(table.header.cells.map(\.text) == (try profile().columns.map(\.heading)))
            #expect(table.rows.map { $0.cells[1].text } == ["Simple", "=1+1;\"x\"", "=1+1;\"x\""])
            #expect(
                table.rows.map { $0.cells[8].text.replacingOccurrences(of: ",", with: ".") } == [
                    "0.00", "300.00", "1500.50",
                ])
        }
    }

    @Test func `of the demonstration's plan adds up to the plan's own totals`() async throws {
        let database = TestDatabase.current.asOperator()
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
        for (funder, cents) in file.plannedCentsByFunder {
            let lines = try await ReportStore(database).funding(of: funder, as: system).all()
            #expect(lines.reduce(0) { $0 + $1.plannedCents } == cents, "\(funder)")
            #expect(lines.map { "\($0.actionCode) \($0.year)" } == lines.map { "\($0.actionCode) \($0.year)" }.sorted())
        }
        let table = try CSVTable.read(try profile().csv(try await rows()))
        let column = try #require(table.header.cells.firstIndex { $0.text == "Montant prévu (€)" })
        let total = table.rows.compactMap { Euros.cents($0.cells[column].text) }.reduce(0, +)
        #expect(total == file.plannedCentsByFunder["cnsa"])
    }
}

@Suite struct `A report's profile` {
    private func refused(_ yaml: String) throws -> Refusal {
        try #require(#expect(throws: Refusal.self) { try ReportProfile(yaml: yaml, name: "essai") })
    }

    @Test func `with an unknown column is refused: the column is named, and those that there are`() throws {
        let found = try refused(
            "{code: essai, title: T, funder: cnsa, columns: [{heading: A, field: action_code}, {heading: B, field: emails}]}"
        )
        #expect(found.problem.code == "report.profile")
        #expect(found.detail.fr.contains("« emails »"))
        #expect(found.detail.en.contains("planned_cents"))
    }

    @Test(arguments: [
        "", "[]", "{code: essai, title: T, funder: cnsa}", "{code: essai, title: T, funder: cnsa, columns: []}",
        "{title: T, funder: cnsa, columns: [{heading: A, field: year}]}",
        "{code: essai, funder: cnsa, columns: [{heading: A, field: year}]}",
        "{code: essai, title: T, columns: [{heading: A, field: year}]}",
        "{code: essai, title: T, funder: cnsa, columns: [{field: year}]}",
        "{code: essai, title: T, funder: cnsa, columns: [{heading: A}]}", "{code: essai",
    ])
    func `that lacks something is refused`(_ yaml: String) throws {
        #expect(try refused(yaml).problem.code == "report.profile")
    }

    @Test(arguments: ["nothing", "../../migrations/0001_kernel", "cnsa.yaml", ""])
    func `that is not among the files is refused, with those that are`(_ name: String) throws {
        let found = #expect(throws: Refusal.self) { try ReportProfile.load(name, from: TestCluster.sql) }
        #expect(found?.detail.en.contains("Known profiles: cnsa") == true)
    }

    @Test func `chooses its columns from what a line has`() throws {
        let folder = TestCluster.sql.appendingPathComponent("reference/report_profiles")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!names.isEmpty)
        for name in names {
            let profile = try ReportProfile.load(String(name.dropLast(5)), from: TestCluster.sql)
            #expect(profile.code + ".yaml" == name)
            #expect(Set(profile.columns.map(\.heading)).count == profile.columns.count, "\(name)")
        }
    }
}
