import Contract
import Directory
import Fields
import TestSupport
import Testing

@Suite(.database) struct `The upkeep of the directory` {
    @Test func `lists sheets that nobody touched for long, those that nobody ever did first`() async throws {
        let stage = try await DirectoryStage(on: "2026-06-15")
        let make = Make(clock: stage.clock)
        func day(_ text: String) throws -> Day { try Day(fieldText: text) }
        try await make.structure("310000018", "Zoé, jamais")
        try await make.structure("310000026", "Vérifiée il y a longtemps", verifiedOn: try day("2025-06-14"))
        try await make.structure("310000034", "Vérifiée il y a un an", verifiedOn: try day("2025-06-15"))
        try await make.structure("310000042", "Aide à domicile", kind: "460")
        let store = StructureStore(stage.database)
        func stale(_ kind: String? = nil, limit: Int = 50) async throws -> [String] {
            let kind = try kind.map { try KindName(fieldText: $0) }
            return try await store.stale(
                days: 365, kind: kind, limit: limit, on: day("2026-06-15"), as: stage.team
            ).map { String($0.finess.suffix(2)) }
        }
        #expect(try await stale() == ["42", "18", "26"])
        #expect(try await stale("SAD") == ["42"])
        #expect(try await stale(limit: 2) == ["42", "18"])
        // Any change by hand counts, not only a verification.
        var changes = StructureChanges()
        changes.phone = .set("0561000000")
        _ = try await store.edit(.finess("310000018"), changes, precondition: .init(version: 1), as: stage.team)
        #expect(try await stale() == ["42", "26"])
    }

    /// A structure whose phone and point a newer file contradicts.
    private func disputed() async throws -> DirectoryStage {
        let stage = try await DirectoryStage()
        let file = try DirectoryStage.small([("310000018", "Résidence", "31555", "0561000001")])
        try await stage.run(file)
        var changes = StructureChanges()
        changes.phone = .set("0561000002")
        let store = StructureStore(stage.database)
        _ = try await store.edit(.finess("310000018"), changes, precondition: .init(version: 1), as: stage.team)
        try await stage.run(try DirectoryStage.small([("310000018", "Résidence", "31555", "0561000003")]))
        return stage
    }

    @Test(arguments: [(DisagreementSide.ours, "0561000002"), (.theirs, "0561000003")])
    func `settles a disagreement with one side's value`(side: DisagreementSide, phone: String) async throws {
        let stage = try await disputed()
        let store = StructureStore(stage.database)
        let open = try await store.disagreements(limit: 10, as: stage.team).all()
        #expect(open.map(\.field) == [.phone])
        #expect(open.first?.ours == "0561000002" && open.first?.theirs == "0561000003")
        _ = try await store.settle(.finess("310000018"), .phone, with: side, as: stage.team)
        #expect(try await stage.structure("310000018")?.phone == phone)
        let left = try await store.disagreements(limit: 10, as: stage.team)
        #expect(left.isEmpty)
        // The same file again starts no new quarrel.
        try await stage.run(try DirectoryStage.small([("310000018", "Résidence", "31555", "0561000003")]))
        let quiet = try await store.disagreements(limit: 10, as: stage.team)
        #expect(quiet.isEmpty)
        let none = try await refusal {
            _ = try await store.settle(.finess("310000018"), .phone, with: side, as: stage.team)
        }
        #expect(none?.problem.code == "structure.no_disagreement")
    }

    @Test func `shows disagreements to the structure's employer, to no other`() async throws {
        let stage = try await disputed()
        let make = Make(clock: stage.clock)
        let other = try await make.organisation("employeur", kind: .employer)
        let caller = Caller.member(try await make.member(of: other, kind: .employer), requestID: "x")
        let seen = try await StructureStore(stage.database).disagreements(limit: 10, as: caller)
        #expect(seen.isEmpty)
        let refused = try await refusal {
            _ = try await StructureStore(stage.database).settle(.finess("310000018"), .phone, with: .ours, as: caller)
        }
        #expect(refused?.problem.code == "structure.no_disagreement")
    }
}
