import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `An import of the plan` {
    @Test func `that is rehearsed changes nothing, and says readably what it would`() async throws {
        let stage = try await ImportStage()
        let before = try await TestDatabase.current.dump()
        let diff = try await stage.run(samplePlan(), apply: false)
        #expect(try await TestDatabase.current.dump() == before)
        let lines = diff.lines(in: .french)
        for line in [
            "+ plan (nouveau)", "    fictional: true", "    starts_on: 2022-01-01",
            "    invariants.budget: 1 355 147,00 €",
            "    invariants.funders.cd31: 150 835,00 €", "+ axis A1 (nouveau)", "+ action A1.01.1 (nouveau)",
            "    partners: tme, trio", "    funding.ars-occitanie.2023: 1 234 567,89 €", "    status: blocked",
        ] { #expect(lines.contains(line), "\(line)") }
        #expect(try await stage.importer.export(as: stage.team) == nil)
    }

    @Test func `that is applied is the file, in one operation for each action's history`() async throws {
        let stage = try await ImportStage()
        let file = try samplePlan()
        let rehearsed = try await stage.run(file, apply: false)
        #expect(try await stage.run(file) == rehearsed)
        #expect(try await stage.stored() == file)
        #expect(try await stage.count(of: "plan.import") == 1)
        let events = try await stage.actions.history(
            sampleCode("A2.01"), limit: .largest, cursor: nil, as: stage.lead
        ).all()
        #expect(events.map(\.operation) == ["plan.import"])
        #expect(events.first?.organisation == "Toulouse Métropole Emploi")
        #expect(events.first?.changes.contains { $0.field == "title" } == true)
    }

    @Test func `has nothing to do the second time, and leaves no trace then`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        let before = try await TestDatabase.current.dump()
        #expect(try await stage.run(samplePlan()).isEmpty)
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `of what was exported is a no-op: as YAML, and as CSV beside it`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        try await stage.live()
        let stored = try await stage.stored()
        let organisations = try await stage.importer.organisations(as: stage.team)
        let yaml = Array(stored.yaml.utf8)
        let fromYAML = try PlanFile.read(yaml: yaml, file: "plan.yaml", organisations: organisations)
        #expect(fromYAML == stored)
        let header = try PlanFile.readHeader(yaml: yaml, file: "plan.yaml", organisations: organisations)
        let fromCSV = try PlanFile.read(
            csv: stored.csv, file: "plan.csv", header: header, organisations: organisations)
        #expect(fromCSV == stored)
        let before = try await TestDatabase.current.dump()
        #expect(try await stage.run(fromYAML, retire: true).isEmpty)
        #expect(try await stage.run(fromCSV, retire: true).isEmpty)
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `does not touch what is the lead's: status, actual dates, health, notes, evidence, spending`()
        async throws
    {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        try await stage.live()
        let before = try await stage.action("A2.01")
        // The old file again says another status: it counted at creation only.
        #expect(try await stage.run(samplePlan()).isEmpty)
        let diff = try await stage.run(
            samplePlan().with("A2.01") {
                $0.title = "Nouveau titre"
                $0.description = nil
                $0.lead = "trio"
                $0.partners = ["ecole"]
                $0.plannedStart = try sampleDay("2022-02-02")
                $0.plannedEnd = try sampleDay("2024-12-30")
                $0.status = .done
                $0.funding = [
                    PlanFile.Funding(funder: "ars-occitanie", year: 2022, plannedCents: 20_000),
                    PlanFile.Funding(funder: "cnsa", year: 2024, plannedCents: 500),
                ]
            })
        #expect(diff.items.map(\.subject) == ["action A2.01"])
        #expect(!(diff.items.first?.fields.map(\.field).contains("status") ?? true))
        #expect(diff.lines(in: .english).contains("    lead: ecole → trio"))
        #expect(diff.lines(in: .english).contains("    funding.ars-occitanie.2023: 1 234 567,89 € → —"))
        let after = try await stage.action("A2.01")
        #expect(after.status == .inProgress)
        #expect(after.actualStart == before.actualStart)
        #expect(after.health == .supportNeeded)
        #expect(after.notes == before.notes)
        #expect(after.notes.map(\.text) == ["12 personnes"])
        #expect(after.evidence == before.evidence)
        #expect(after.spentCents == 8_050)
        #expect(after.committedCents == 9_000)
        #expect(after.title == "Nouveau titre")
        #expect(after.description == nil)
        #expect(after.lead.code == "trio")
        #expect(after.partners.map(\.code) == ["ecole"])
        #expect(after.plannedStart.fieldText == "2022-02-02")
        #expect(after.plannedEnd.fieldText == "2024-12-30")
        #expect(
            after.funding.map { "\($0.funder) \($0.year) \($0.plannedCents) \($0.spentCents)" } == [
                "ars-occitanie 2022 20000 8050", "cnsa 2024 500 0",
            ])
        #expect(after.version > before.version)
    }

    @Test func `that drops money keeps the line on which some was spent, with nothing planned`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        try await stage.live()
        let file = try samplePlan().with("A2.01") { $0.funding = [] }
        try await stage.run(file)
        let lines = try await stage.action("A2.01").funding
        #expect(
            lines.map { "\($0.funder) \($0.year) \($0.plannedCents) \($0.spentCents)" } == ["ars-occitanie 2022 0 8050"]
        )
        #expect(try await stage.run(file).isEmpty)
        #expect(try await stage.stored() == file.with("A2.01") { $0.status = .inProgress })
    }

    @Test func `only reports a code that is absent`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        let before = try await TestDatabase.current.dump()
        let diff = try await stage.run(samplePlan().without("A2.01"))
        #expect(diff.absent.map(\.text) == ["A2.01"])
        #expect(diff.retired == [])
        #expect(diff.lines(in: .french).last?.hasPrefix("- action A2.01 (absente du fichier") == true)
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `with retire abandons what is absent: a done one stays done, nothing is deleted`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        let code = try sampleCode("A1.01.1")
        _ = try await stage.actions.move(
            code, ActionMove(to: .done, reason: "constaté"),
            precondition: Precondition(version: try await stage.action("A1.01.1").version), as: stage.team)
        let shorter = try samplePlan().without("A2.01", "A1.01.1")
        let rehearsed = try await stage.run(shorter, apply: false, retire: true)
        #expect(rehearsed.retired.map(\.text) == ["A1.01.1", "A2.01"])
        #expect(try await stage.action("A2.01").status == .blocked)
        #expect(try await stage.run(shorter, retire: true) == rehearsed)
        let blocked = try await stage.action("A2.01")
        #expect(blocked.status == .abandoned)
        #expect(blocked.statusReasonCode == "left_the_plan")
        #expect(blocked.blocker == nil)
        #expect(blocked.funding.count == 3)
        let done = try await stage.action("A1.01.1")
        #expect(done.status == .done)
        #expect(done.statusReasonCode == "left_the_plan")
        let events = try await stage.actions.history(
            sampleCode("A2.01"), limit: .largest, cursor: nil, as: stage.lead
        ).all()
        #expect(events.map(\.operation) == ["plan.import", "plan.import"])
        // What left is no part of the plan any more, and is not reported again.
        #expect(try await stage.stored().actions.map(\.code.text) == ["A1.01"])
        #expect(try await stage.run(shorter, retire: true).isEmpty)
    }

    @Test func `never uses again a code that left`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        try await stage.run(samplePlan().without("A2.01"), retire: true)
        let before = try await TestDatabase.current.dump()
        let refused = try await refusal { try await stage.run(samplePlan()) }
        #expect(refused?.problem.code == "plan.file_refused")
        #expect(refused?.detail.fr.contains("A2.01") == true)
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `never takes a code from another plan, and leaves nothing of itself then`() async throws {
        let stage = try await ImportStage()
        try await stage.run(samplePlan())
        let before = try await TestDatabase.current.dump()
        var other = try samplePlan()
        other.header.code = "autre"
        let refused = try await refusal { try await stage.run(other) }
        #expect(refused?.problem.code == "plan.file_refused")
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `meets another one at once: both end, and the plan is one of the two files, whole`() async throws {
        let stage = try await ImportStage()
        var first = try samplePlan()
        var second = first
        for position in first.actions.indices {
            first.actions[position].title = "Titre premier"
            second.actions[position].title = "Titre second"
            second.actions[position].funding = []
        }
        for round in [false, true] {
            let diffs = try await withThrowingTaskGroup(of: PlanDiff.self) { group in
                for file in [first, second] { group.addTask { try await stage.run(file) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // The later one compared with what the earlier one made: of the first two, one makes and one changes.
            #expect(diffs.filter { $0.items.contains(where: \.isNew) }.count == (round ? 0 : 1))
            let stored = try await stage.stored()
            #expect([first, second].contains(stored))
        }
    }

    @Test func `of the demonstration's files is the plan that the public description tells`() async throws {
        let database = TestDatabase.current.asOperator()
        let system = Caller.system(requestID: "test")
        let folder = TestCluster.root.appendingPathComponent("deploy/demo")
        func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: folder.appendingPathComponent(name)))
        }
        let organisations = try OrganisationFile.read(try bytes("organisations.csv"), file: "organisations.csv")
        #expect(organisations.filter { $0.kind == .funder }.map(\.code.text) == ["cnsa", "ars-occitanie", "cd31"])
        #expect(organisations.filter { $0.kind != .funder }.count == 30)
        _ = try await OrganisationStore(database).save(organisations, as: system, apply: true)
        let importer = PlanImport(database)
        let file = try PlanFile.read(
            yaml: try bytes("plan.yaml"), file: "plan.yaml",
            organisations: try await importer.organisations(as: system))
        _ = try await importer.run(file, apply: true, retire: false, as: system)
        let stored = try #require(try await importer.export(as: system))
        #expect(stored == file)
        #expect(stored.topLevelActions.count == 77)
        #expect(stored.axes.count == 2)
        #expect(stored.plannedCents == 135_514_700)
        #expect(stored.plannedCentsByFunder["cd31"] == 15_083_500)
        #expect(Set(stored.plannedCentsByFunder.keys) == ["cnsa", "ars-occitanie", "cd31"])
        #expect(stored.header.fictional)
        #expect(stored.checkInvariants() == [])
        let summary = try #require(
            try await PlanStore(TestDatabase.current.asServer()).summary(on: Day(number: 19_400)).first())
        #expect(summary.actions == 77)
        #expect(summary.isFictional)
        #expect(summary.plannedCents == 135_514_700)
    }
}
