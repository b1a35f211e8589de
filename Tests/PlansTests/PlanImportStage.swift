import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// The organisations that `samplePlan` names, the team, and what imports as it.
struct ImportStage: Sendable {
    let team: Caller
    let lead: Caller
    let importer = PlanImport(TestDatabase.current.asOperator())
    let actions = ActionStore(TestDatabase.current.asServer())

    init() async throws {
        let make = Make()
        let named = ["tme", "ecole", "trio", "cnsa", "cd31", "ars-occitanie", "fonds-2030"]
        var ids: [String: Organisation.ID] = [:]
        for organisation in sampleOrganisations where named.contains(organisation.code) {
            let kind: Caller.OrganisationKind =
                organisation.code == "tme" ? .platform : organisation.isFunder ? .funder : .partner
            ids[organisation.code] = try await make.organisation(
                organisation.code, name: organisation.name, kind: kind)
        }
        func caller(_ code: String, _ kind: Caller.OrganisationKind) async throws -> Caller {
            .member(
                try await make.member(of: try #require(ids[code]), kind: kind, role: .manager),
                requestID: "test-\(code)")
        }
        team = try await caller("tme", .platform)
        lead = try await caller("ecole", .partner)
    }

    /// Imports for the team.
    @discardableResult
    func run(_ file: PlanFile, apply: Bool = true, retire: Bool = false) async throws -> PlanDiff {
        try await importer.run(file, apply: apply, retire: retire, as: team)
    }

    /// What is stored, as a file.
    func stored() async throws -> PlanFile { try #require(try await importer.export(as: team)) }

    /// The whole of one action.
    func action(_ code: String) async throws -> Action {
        guard case .full(let rows, _) = try await actions.find(sampleCode(code), as: team, on: Day(number: 19_400))
        else {
            throw CancellationError()
        }
        return try rows.row(0)
    }

    /// How many audit rows of this operation there are.
    func count(of operation: String) async throws -> Int {
        try await TestDatabase.current.asOperator().read(
            "SELECT count(*) AS value FROM audit_log WHERE operation = \(operation)", as: Value<Int>.self
        ).first()?.value ?? 0
    }

    /// What happens to an action of `ecole` (A2.01) after its import: moved, dated, noted, paid.
    func live() async throws {
        let code = try sampleCode("A2.01")
        func version() async throws -> Precondition { Precondition(version: try await action("A2.01").version) }
        _ = try await actions.move(code, ActionMove(to: .inProgress), precondition: try await version(), as: lead)
        var changes = ActionChanges()
        changes.actualStart = .set(try sampleDay("2022-03-01"))
        changes.health = .set(.supportNeeded)
        _ = try await actions.edit(code, changes, precondition: try await version(), as: lead)
        _ = try await actions.addNote(code, NewNote(kind: .result, text: "12 personnes"), as: lead)
        _ = try await actions.addEvidence(code, .init(label: "Bilan", url: "https://exemple.example/b"), as: lead)
        _ = try await actions.recordSpending(
            code, funder: try OrganisationCode(fieldText: "ars-occitanie"), year: 2022,
            SpendingChanges(committedCents: 9_000, spentCents: 8_050), precondition: try await version(), as: lead)
    }
}

extension PlanFile {
    /// The file with one action changed.
    func with(_ code: String, _ change: (inout PlanFile.Action) throws -> Void) throws -> PlanFile {
        var file = self
        let position = try #require(file.actions.firstIndex { $0.code.text == code })
        try change(&file.actions[position])
        return file
    }

    /// The file without some actions.
    func without(_ codes: String...) -> PlanFile {
        PlanFile(header: header, axes: axes, actions: actions.filter { !codes.contains($0.code.text) })
    }
}
