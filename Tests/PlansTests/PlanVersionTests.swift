import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// The plan as it was at the end of a day, from its history.
@Suite(.database) struct `The plan's past` {
    /// Imports as the team at an instant.
    private func run(
        _ file: PlanFile, at instant: String, retire: Bool = false, _ stage: ImportStage
    ) async throws {
        let clock = TimeSource.fixed(try Instant(fieldText: instant))
        let importer = PlanImport(TestDatabase.current.asOperator(clock: clock))
        _ = try await importer.run(file, apply: true, retire: retire, as: stage.team)
    }

    private func diff(_ from: String, _ to: String, _ stage: ImportStage) async throws -> [String] {
        let versions = PlanVersions(TestDatabase.current.asOperator())
        let diff = try await versions.diff(from: sampleDay(from), to: sampleDay(to), as: stage.team)
        return diff.lines(in: .french)
    }

    /// A plan imported in January 2022; put right by the team in February; imported again in March with a change of each kind;
    /// lived in meanwhile by its lead.
    private func history(_ stage: ImportStage) async throws {
        try await run(try samplePlan(), at: "2022-01-10T09:00:00Z", stage)
        let february = TestDatabase.current.asServer(clock: .fixed(try Instant(fieldText: "2022-02-15T09:00:00Z")))
        let actions = ActionStore(february)
        var changes = ActionChanges()
        changes.title = .set("Choisir un métier")
        changes.health = .set(.attainable)
        _ = try await actions.edit(
            sampleCode("A1.01"), changes, precondition: Precondition(version: 1), as: stage.team)
        _ = try await actions.addNote(sampleCode("A2.01"), NewNote(kind: .result, text: "x"), as: stage.lead)
        await february.close()
        var file = try samplePlan().without("A1.01.1").with("A2.01") { action in
            action.lead = "trio"
            action.partners = ["ecole", "tme"]
            action.plannedEnd = try sampleDay("2024-06-30")
            action.description = nil
            action.funding = [
                PlanFile.Funding(funder: "ars-occitanie", year: 2022, plannedCents: 20_000),
                PlanFile.Funding(funder: "cd31", year: 2022, plannedCents: 500),
            ]
        }
        file = try file.with("A1.01") { $0.title = "Choisir un métier" }
        file.actions.append(
            PlanFile.Action(
                code: try sampleCode("A1.02"), title: "Forum", axis: "A1", lead: "tme",
                plannedStart: try sampleDay("2022-05-01"), plannedEnd: try sampleDay("2022-06-01"), status: .inProgress)
        )
        // Half past eleven in the evening of 1 March in Paris.
        try await run(file, at: "2022-03-01T22:30:00Z", retire: true, stage)
    }

    @Test func `differs between two days in what was changed between them, and in nothing else`() async throws {
        let stage = try await ImportStage()
        try await history(stage)
        #expect(
            try await diff("2022-01-31", "2022-02-28", stage) == [
                "~ action A1.01 (modifié)", "    title: '=x → Choisir un métier",
            ])
        let march = [
            "+ action A1.02 (nouveau)", "    title: Forum", "    axis: A1", "    lead: tme",
            "    planned_start: 2022-05-01", "    planned_end: 2022-06-01", "~ action A2.01 (modifié)",
            "    description: Deux\nlignes\r\n\tet \\n « fin » \u{2028} 🎈 → —", "    lead: ecole → trio",
            "    partners: tme, trio → ecole, tme", "    planned_end: 2024-12-31 → 2024-06-30",
            "    funding.ars-occitanie.2022: 100,50 € → 200,00 €", "    funding.cd31.2022: — → 5,00 €",
            "    funding.ars-occitanie.2023: 1 234 567,89 € → —", "    funding.fonds-2030.2024: 0,01 € → —",
            "- action A1.01.1 (quitte le plan)",
        ]
        // The import of the evening belongs to its day in Paris.
        #expect(try await diff("2022-02-28", "2022-03-01", stage) == march)
        #expect(try await diff("2022-03-01", "2022-12-31", stage) == [])
        #expect(try await diff("2022-02-15", "2022-03-01", stage) == march)
    }

    @Test func `begins with everything new, and is today what is stored`() async throws {
        let stage = try await ImportStage()
        try await history(stage)
        let lines = try await diff("2022-01-09", "2022-01-10", stage)
        #expect(lines.contains("+ plan (nouveau)"))
        #expect(lines.contains("+ action A2.01 (nouveau)"))
        #expect(lines.contains("    invariants.funders.cd31: 150 835,00 €"))
        #expect(!lines.contains { $0.contains("status") })
        let versions = PlanVersions(TestDatabase.current.asOperator())
        #expect(try await versions.file(on: sampleDay("2022-01-10"), as: stage.team) == samplePlan())
        #expect(try await versions.file(on: TimeSource.system.today, as: stage.team) == stage.stored())
        #expect(try await versions.file(on: sampleDay("2022-01-09"), as: stage.team) == nil)
    }

    @Test func `has a version for each import that changed something`() async throws {
        let stage = try await ImportStage()
        try await history(stage)
        // Nothing new: no version.
        let stored = try await stage.stored()
        try await run(stored, at: "2022-04-01T09:00:00Z", stage)
        let versions = try await PlanVersions(TestDatabase.current.asOperator()).list(as: stage.team).all()
        #expect(versions.map(\.at.fieldText) == ["2022-01-10T09:00:00Z", "2022-03-01T22:30:00Z"])
        #expect(versions.map(\.items) == [6, 2])
        #expect(versions.map(\.retired) == [0, 1])
        #expect(versions.map(\.plan) == ["plan", "plan"])
        #expect(versions.map(\.organisation) == ["tme", "tme"])
        #expect(versions.map(\.memberID) == [stage.team.member?.id, stage.team.member?.id])
    }

    @Test func `is refused for days in the wrong order, to come, or before the plan`() async throws {
        let stage = try await ImportStage()
        let versions = PlanVersions(TestDatabase.current.asOperator())
        func code(_ from: String, _ to: String) async throws -> String? {
            try await refusal {
                _ = try await versions.diff(from: sampleDay(from), to: sampleDay(to), as: stage.team)
            }?.problem.code
        }
        #expect(try await code("2022-01-01", "2022-01-02") == "plan.not_found")
        try await history(stage)
        #expect(try await code("2022-03-02", "2022-03-01") == "plan.days")
        #expect(try await code("2022-03-02", "2999-03-01") == "plan.days")
        #expect(try await code("2021-01-01", "2021-12-31") == "plan.not_found")
    }
}
