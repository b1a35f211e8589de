import Accounts
import Contract
import Fields
import Finess
import Foundation
import Postgres
import Reference
import TestSupport
import Testing

@testable import Directory

/// Structures that may be one, a team that says so.
private struct MergeStage {
    let stage: DirectoryStage
    let make: Make
    var store: StructureStore { StructureStore(stage.database) }

    static let (a, b, c) = ("310000018", "310000026", "310000034")

    init() async throws {
        stage = try await DirectoryStage()
        make = Make(clock: stage.clock)
        for (number, name) in [(Self.a, "Service A"), (Self.b, "Service B"), (Self.c, "Service C")] {
            try await make.structure(number, name, kind: "460")
        }
    }

    @discardableResult
    func merge(
        _ from: String, _ into: String, take: Set<StructureField> = [], apply: Bool = true, as caller: Caller? = nil
    ) async throws -> StructureMerge {
        try await store.merge(
            .finess(from), into: .finess(into), reason: "Même service", take: take, apply: apply,
            as: caller ?? stage.team)
    }

    @discardableResult
    func unmerge(_ from: String, apply: Bool = true) async throws -> StructureUnmerge {
        try await store.unmerge(.finess(from), apply: apply, as: stage.team)
    }

    /// Where each structure's address leads.
    func addresses() async throws -> [String] {
        var all: [String] = []
        for number in [Self.a, Self.b, Self.c] {
            switch try await store.find(.finess(number)) {
            case .here(let rows): all.append(try rows.first()?.finess ?? "")
            case .merged(let other): all.append(other)
            }
        }
        return all
    }

    func edit(_ number: String, _ change: (inout StructureChanges) -> Void) async throws {
        var changes = StructureChanges()
        change(&changes)
        let version = try await store.management(.finess(number), as: stage.team).first()?.version ?? 0
        _ = try await store.edit(
            .finess(number), changes, precondition: Precondition(version: version), as: stage.team)
    }

    func code(_ body: () async throws -> Void) async throws -> String? { try await refusal(body)?.problem.code }
}

@Suite(.database) struct `A merge` {
    @Test func `rehearses, then leads to the other, is in history and audit, and is undone`() async throws {
        let stage = try await MergeStage()
        let before = try await TestDatabase.current.dump()
        #expect(try await !stage.merge(MergeStage.a, MergeStage.b, apply: false).isApplied)
        #expect(try await TestDatabase.current.dump() == before)
        try await stage.merge(MergeStage.a, MergeStage.b)
        #expect(try await stage.addresses() == [MergeStage.b, MergeStage.b, MergeStage.c])
        let merged = try await TestDatabase.current.dump()
        #expect(try await !stage.unmerge(MergeStage.a, apply: false).isApplied)
        #expect(try await TestDatabase.current.dump() == merged)
        #expect(try await stage.unmerge(MergeStage.a).status == .open)
        #expect(try await stage.addresses() == [MergeStage.a, MergeStage.b, MergeStage.c])
        let history = try await stage.stage.database.transaction(as: stage.stage.team) { transaction in
            try await transaction.rows(
                """
                SELECT a.operation || ' ' || c.table_name || ' ' || c.field AS value
                  FROM field_change c JOIN audit_log a ON a.id = c.audit_id
                 WHERE c.field IN ('status', 'merged_into', 'reason', 'undone_at') ORDER BY value
                """, as: Value<String>.self
            ).all().map(\.value)
        }
        #expect(
            history == [
                "structure.merge structure merged_into", "structure.merge structure status",
                "structure.merge structure_merge reason", "structure.unmerge structure merged_into",
                "structure.unmerge structure status", "structure.unmerge structure_merge undone_at",
            ])
        // And again: an undone merge is no obstacle.
        try await stage.merge(MergeStage.a, MergeStage.b)
        #expect(try await stage.addresses()[0] == MergeStage.b)
    }

    @Test func `offers what the one lacks, takes what is named, and gives it back unless it changed since`()
        async throws
    {
        let stage = try await MergeStage()
        try await stage.edit(MergeStage.a) { changes in
            changes.phone = .set("0561000001")
            changes.email = .set("a@exemple.example")
            changes.latitude = .set(43.6)
            changes.longitude = .set(1.44)
            changes.capacity = .set(12)
        }
        try await stage.edit(MergeStage.b) { $0.capacity = .set(40) }
        let offered = try await stage.merge(MergeStage.a, MergeStage.b, apply: false).offered.map(\.field)
        #expect(offered == [.email, .latitude, .longitude, .phone])
        let refused = try await refusal {
            try await stage.merge(MergeStage.a, MergeStage.b, take: [.capacity, .phone])
        }
        #expect(refused?.problem.code == "structure.invalid")
        #expect(refused?.detail(.english).contains("capacity") == true)
        // A point comes whole.
        let merge = try await stage.merge(MergeStage.a, MergeStage.b, take: [.phone, .email, .latitude])
        #expect(merge.taken == [.latitude, .longitude, .phone, .email])
        let taken = try #require(try await stage.stage.structure(MergeStage.b))
        #expect(taken.phone == "0561000001" && taken.latitude == 43.6 && taken.capacity == 40)
        #expect(taken.fieldSources["phone"]?["source"] == "team")
        try await stage.edit(MergeStage.b) { $0.email = .set("b@exemple.example") }
        let undone = try await stage.unmerge(MergeStage.a)
        #expect(undone.restored == [.latitude, .longitude, .phone] && undone.kept == [.email])
        let after = try #require(try await stage.stage.structure(MergeStage.b))
        #expect(after.phone == nil && after.latitude == nil && after.email == "b@exemple.example")
        #expect(after.fieldSources.members.map(\.name).sorted() == ["capacity", "email"])
        #expect(try await stage.stage.structure(MergeStage.a)?.phone == "0561000001")
    }

    @Test(arguments: [[0, 1], [1, 0]])
    func `chains lead to the last at once, and are undone in either order`(order: [Int]) async throws {
        let stage = try await MergeStage()
        try await stage.merge(MergeStage.a, MergeStage.b)
        try await stage.merge(MergeStage.b, MergeStage.c)
        #expect(try await stage.addresses() == [MergeStage.c, MergeStage.c, MergeStage.c])
        let halfway = [[MergeStage.a, MergeStage.c, MergeStage.c], [MergeStage.b, MergeStage.b, MergeStage.c]]
        try await stage.unmerge([MergeStage.a, MergeStage.b][order[0]])
        #expect(try await stage.addresses() == halfway[order[0]])
        try await stage.unmerge([MergeStage.a, MergeStage.b][order[1]])
        #expect(try await stage.addresses() == [MergeStage.a, MergeStage.b, MergeStage.c])
    }

    @Test func `refuses what makes no sense, and who is not of the team`() async throws {
        let stage = try await MergeStage()
        let (a, b, c) = (MergeStage.a, MergeStage.b, MergeStage.c)
        #expect(try await stage.code { try await stage.merge(a, a) } == "structure.not_mergeable")
        #expect(try await stage.code { try await stage.merge(a, "310009999") } == "structure.not_found")
        #expect(try await stage.code { try await stage.unmerge(a) } == "structure.not_mergeable")
        #expect(try await stage.code { try await stage.unmerge("310009999") } == "structure.not_found")
        #expect(
            try await stage.code {
                _ = try await stage.store.merge(
                    .finess(a), into: .finess(b), reason: " ", apply: true, as: stage.stage.team)
            } == "structure.invalid")
        let employer = try await stage.make.organisation("employeur", kind: .employer)
        let member = Caller.member(try await stage.make.member(of: employer, kind: .employer), requestID: "x")
        #expect(try await stage.code { try await stage.merge(a, b, as: member) } == "auth.forbidden")
        #expect(
            try await stage.code { _ = try await stage.store.duplicates(limit: 1, as: member) } == "auth.forbidden")
        try await stage.merge(a, b)
        #expect(try await stage.code { try await stage.merge(a, c) } == "structure.not_mergeable")
        #expect(try await stage.code { try await stage.merge(c, a) } == "structure.not_mergeable")
        #expect(try await stage.code { try await stage.merge(b, a) } == "structure.not_mergeable")
        // The data obey whoever writes: a ring can't be made by hand either.
        await #expect(throws: (any Error).self) {
            try await TestDatabase.current.asSuperuser().transaction(as: .system(requestID: "x")) { transaction in
                try await transaction.record("test.ring", on: "structure")
                try await transaction.execute(
                    """
                    UPDATE structure SET status = 'merged', merged_into = (SELECT id FROM structure WHERE finess = \(a))
                     WHERE finess = \(b)
                    """)
            }
        }
    }

    @Test func `takes a closed one, which is closed again when it is undone, and leads to no closed one`() async throws
    {
        let stage = try await MergeStage()
        let (a, b) = (MergeStage.a, MergeStage.b)
        let file = try DirectoryStage.file([
            ["finess", "usual_name", "category", "insee"], [b, "Service B", "460", "31555"],
            [MergeStage.c, "Service C", "460", "31555"],
        ])
        try await stage.stage.run(file)
        #expect(try await stage.code { try await stage.merge(b, a) } == "structure.not_mergeable")
        try await stage.merge(a, b)
        #expect(try await stage.addresses()[0] == b)
        // A file says nothing of it meanwhile.
        #expect(try await stage.stage.run(file).report.isEmpty)
        try await stage.unmerge(a)
        let closed = try #require(try await stage.stage.structure(a))
        #expect(closed.status == .closed && closed.closedOn?.fieldText == "2026-06-15")
    }

    @Test func `takes no structure away from its employer`() async throws {
        let stage = try await MergeStage()
        let employer = try await stage.make.organisation("employeur", kind: .employer)
        try await stage.make.structure("310000042", "Rattachée", kind: "460", of: employer)
        try await stage.make.structure("310000059", "Aussi", kind: "460", of: employer)
        #expect(try await stage.code { try await stage.merge("310000042", MergeStage.a) } == "structure.not_mergeable")
        try await stage.merge("310000042", "310000059")
        try await stage.merge(MergeStage.a, "310000059")
    }

    @Test func `of one structure happens once, however many come at once`() async throws {
        let stage = try await MergeStage()
        let lock: SQL = "SELECT FROM structure WHERE finess = '310000018' FOR UPDATE"
        let outcomes = try await TestDatabase.current.collide(2, on: lock) { number in
            try await stage.code {
                try await stage.merge(MergeStage.a, number == 0 ? MergeStage.b : MergeStage.c)
            } ?? "done"
        }
        #expect(outcomes.sorted() == ["done", "structure.not_mergeable"])
    }

    @Test func `of two into one another makes no ring`() async throws {
        let stage = try await MergeStage()
        let (a, b) = (MergeStage.a, MergeStage.b)
        let outcomes = try await TestDatabase.current.collide(2, on: "LOCK TABLE structure IN SHARE MODE") { number in
            try await stage.code { try await stage.merge(number == 0 ? a : b, number == 0 ? b : a) } ?? "done"
        }
        #expect(outcomes.sorted() == ["done", "structure.not_mergeable"])
        let undone = try await TestDatabase.current.collide(2, on: "LOCK TABLE structure IN SHARE MODE") { _ in
            try await stage.code {
                try await stage.unmerge(try await stage.addresses()[0] == a ? b : a)
            } ?? "done"
        }
        #expect(undone.sorted() == ["done", "structure.not_mergeable"])
    }
}

@Suite(.database) struct `Duplicates` {
    private func pairs(_ stage: DirectoryStage) async throws -> [String] {
        try await StructureStore(stage.database).duplicates(limit: 1_000, as: stage.team).all().map { pair in
            "\(pair.finess.suffix(2)) \(pair.otherFiness.suffix(2)) \(pair.reasons.map(\.rawValue).joined(separator: " "))"
        }
    }

    @Test func `are found by SIRET, by place and by name, each pair once and for its reasons`() async throws {
        let stage = try await DirectoryStage()
        let make = Make(clock: stage.clock)
        let siret = "21310555400017"
        try await make.structure(
            "310000018", "Aide du Comminges", kind: "460", at: (43.1, 0.7), legalEntity: "310000901")
        // The same point and who runs it; the kind differs in the third.
        try await make.structure(
            "310000026", "Résidence Orélia", kind: "460", at: (43.1, 0.7), legalEntity: "310000901")
        try await make.structure(
            "310000034", "Aide du Comminges", kind: "500", at: (43.1, 0.7), legalEntity: "310000901")
        // 111 m and 333 m north.
        try await make.structure("310000042", "AIDE DU COMMINGES (SAD)", kind: "460", at: (43.101, 0.7))
        try await make.structure("310000059", "Aide du Comminges", kind: "460", at: (43.104, 0.7))
        // Far away, and without a point.
        try await make.structure("310000067", "IME Toulouse", kind: "183", at: (43.6, 1.4), siret: siret)
        try await make.structure("310000075", "Autre chose", kind: "183", siret: siret)
        #expect(try await pairs(stage) == ["18 42 near_name", "67 75 same_siret", "18 26 same_place"])
        let store = StructureStore(stage.database)
        try await store.distinguish(.finess("310000042"), from: .finess("310000018"), as: stage.team)
        _ = try await store.merge(
            .finess("310000067"), into: .finess("310000075"), reason: "Une seule", apply: true, as: stage.team)
        #expect(try await pairs(stage) == ["18 26 same_place"])
        let again = try await refusal {
            try await store.distinguish(.finess("310000018"), from: .finess("310000042"), as: stage.team)
        }
        #expect(again?.problem.code == "structure.not_mergeable")
    }

    @Test func `are not all that share a SIRET where it is a habit`() async throws {
        let stage = try await DirectoryStage()
        let make = Make(clock: stage.clock)
        for number in 10..<21 {
            try await make.structure("3100000\(number)", "Nom \(number)", siret: "21310555400017")
        }
        #expect(try await pairs(stage) == [])
        let counts = try await StructureStore(stage.database).coherenceCounts(as: stage.team)
        #expect(counts.map { "\($0.status.rawValue) \($0.count)" } == ["shared 11"])
    }

    @Test func `of the real file are few, and real`() async throws {
        let stage = try await DirectoryStage()
        try await stage.run(DirectoryStage.realFile)
        let rows = try await StructureStore(stage.database).duplicates(limit: 1_000, as: stage.team).all()
        #expect(rows.count == 31)
        #expect(
            rows.contains { $0.finess == "310031489" && $0.otherFiness == "310033022" && $0.reasons == [.nearName] })
        #expect(rows.allSatisfy { $0.finess < $0.otherFiness })
    }
}

@Suite(.database) struct `SIRET and FINESS` {
    @Test func `are told apart by what only the directory knows`() async throws {
        let stage = try await DirectoryStage()
        let make = Make(clock: stage.clock)
        try await make.structure("310000018", "Sans", legalEntity: "310000901")
        try await make.structure("310000026", "Bonne", legalEntity: "310000901", siret: "21310555400017")
        try await make.structure("310000034", "Autre", legalEntity: "310000901", siret: "35600000000048")
        try await make.structure("310000042", "Autre aussi", siret: "35600000000048")
        try await make.structure("310000059", "Fermée", siret: "21310555400017")
        try await TestDatabase.current.tamper("UPDATE legal_entity SET siren = '213105554'")
        try await TestDatabase.current.tamper(
            "UPDATE structure SET status = 'closed', closed_on = '2024-01-01' WHERE finess = '310000059'")
        let store = StructureStore(stage.database)
        let rows = try await store.coherence(of: nil, as: stage.team).all()
        #expect(
            rows.map { "\($0.finess.suffix(2)) \($0.status.rawValue)" } == [
                "18 missing", "34 shared", "42 shared", "34 siren_differs_from_legal_entity",
            ])
        #expect(try await store.coherence(of: .ok, as: stage.team).all().map(\.finess) == ["310000026"])
        let counts = try await store.coherenceCounts(as: stage.team)
        #expect(counts.map(\.count) == [1, 1, 2, 1])
    }
}
