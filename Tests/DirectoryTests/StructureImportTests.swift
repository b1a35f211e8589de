import Accounts
import Contract
import Fields
import Finess
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Directory

@Suite(.database) struct `An import of the real file` {
    @Test func `keeps the sector's structures, as many of each kind as its source says, and does nothing twice`()
        async throws
    {
        let stage = try await DirectoryStage()
        let rehearsal = try await stage.run(DirectoryStage.realFile, apply: false)
        #expect(rehearsal.report.counts == [.new: 682])
        #expect(try await stage.count("true") == 0)
        let first = try await stage.run(DirectoryStage.realFile)
        #expect(first.report.counts == [.new: 682])
        #expect(first.entries.count == 682)
        #expect(first.report.files.first?.summary.counts.rows == 1933)
        for (kind, number) in [("460", 216), ("500", 132), ("354", 36)] {
            #expect(try await stage.count("kind = \(kind)") == number)
        }
        // SOURCE.md: 60 belong to a legal entity seated in another département.
        #expect(
            try await stage.count(
                "legal_entity_id IN (SELECT id FROM legal_entity WHERE NOT finess LIKE '31%')") == 60)
        #expect(try await stage.count("latitude IS NULL OR insee IS NULL OR departement <> '31'") == 0)
        let second = try await stage.run(DirectoryStage.realFile)
        #expect(second.report.isEmpty && second.report.unchanged == 682 && second.entries == [])
        #expect(try await stage.count("version > 1") == 0)
        let all = try await stage.run(DirectoryStage.realFile) {
            $0.categories = ["500"]
            $0.departements = nil
        }
        #expect(all.report.isEmpty && all.report.unchanged == 132)
    }

    @Test func `with ten edits gives exactly those ten`() async throws {
        let stage = try await DirectoryStage()
        try await stage.run(DirectoryStage.realFile)
        var rows = try DirectoryStage.realRows()
        let homes = rows.indices.filter { rows[$0][7] == "500" }
        let numbers = homes.map { rows[$0][0] }
        rows[homes[0]][2] = "EHPAD RENOMMÉ"
        rows[homes[1]][1] = "310780671"
        rows[homes[2]][4] = "31483"
        rows[homes[3]][10] = "43.2"
        rows[homes[4]][7] = "501"
        rows[homes[5]][3] = "UN NOM LONG ; AVEC \"GUILLEMETS\""
        rows[homes[6]][2] = ""
        let added = ["310000018", "310000026", "310000034"].map { number in
            [number, "310780671", "EHPAD NEUF \(number)", "", "31555", "31", "", "500", "", "", "43.6", "1.44", ""]
        }
        rows = rows.indices.filter { $0 != homes[7] }.map { rows[$0] } + added
        let (report, entries) = try await stage.run(try DirectoryStage.file(rows))
        #expect(report.counts.values.reduce(0, +) == 10)
        #expect(
            Set(entries) == [
                "changed \(numbers[0]) usual_name", "changed \(numbers[1]) legal_entity", "moved \(numbers[2]) insee",
                "moved \(numbers[3]) latitude", "changed \(numbers[4]) kind", "changed \(numbers[5]) legal_name",
                "closed \(numbers[7])", "new 310000018", "new 310000026", "new 310000034",
            ])
        #expect(try await stage.structure(numbers[7])?.status == .closed)
        #expect(try await stage.structure(numbers[7])?.closedOn?.fieldText == "2026-06-15")
        #expect(try await stage.structure("310000018")?.publics == [.elderly])
        // And back again.
        let back = try await stage.run(DirectoryStage.realFile)
        #expect(back.entries.contains("reopened \(numbers[7])"))
        #expect(back.report.counts[.closed] == 3)
        #expect(try await stage.structure(numbers[7])?.status == .open)
    }
}

@Suite(.database) struct `An import` {
    @Test func `overwrites nothing that somebody keeps by hand, and tells of it once`() async throws {
        let stage = try await DirectoryStage()
        try await stage.run(try DirectoryStage.small([("310000018", "Ancien", "31555", "0561000001")]))
        let store = StructureStore(stage.database)
        var changes = StructureChanges()
        changes.phone = .set("0561000002")
        _ = try await store.edit(
            .finess("310000018"), changes, precondition: Precondition(version: 1), as: stage.team)
        // What the file said when the field was written is no news.
        let same = try await stage.run(try DirectoryStage.small([("310000018", "Ancien", "31555", "0561000001")]))
        #expect(same.report.isEmpty)
        let other = try DirectoryStage.small([("310000018", "Nouveau", "31555", "0561000003")])
        let first = try await stage.run(other)
        #expect(first.entries == ["changed 310000018 disagreements usual_name"])
        #expect(try await stage.structure("310000018")?.phone == "0561000002")
        #expect(try await stage.structure("310000018")?.usualName == "Nouveau")
        let kept = try await store.management(.finess("310000018"), as: stage.team).first()
        #expect(kept?.disagreements.text == #"{"phone":{"on":"2026-06-15","value":"0561000003"}}"#)
        #expect(try await stage.run(other).report.isEmpty)
        // Settled: ours stays, and the same file says nothing any more.
        _ = try await store.edit(
            .finess("310000018"), changes, precondition: Precondition(version: kept?.version ?? 0), as: stage.team)
        #expect(try await store.management(.finess("310000018"), as: stage.team).first()?.disagreements == .object([]))
        #expect(try await stage.run(other).report.isEmpty)
        // In capitals it says the same.
        changes.usualName = .set("Établissement Nouveau")
        changes.phone = .unchanged
        let version = try await store.management(.finess("310000018"), as: stage.team).first()?.version ?? 0
        _ = try await store.edit(
            .finess("310000018"), changes, precondition: Precondition(version: version), as: stage.team)
        let capitals = try DirectoryStage.small([("310000018", "ETABLISSEMENT NOUVEAU", "31555", "0561000003")])
        #expect(try await stage.run(capitals).report.isEmpty)
        // Only a disagreement: not a change of what anybody sees.
        let third = try await stage.run(
            try DirectoryStage.small([("310000018", "ETABLISSEMENT NOUVEAU", "31555", "0561000004")]))
        #expect(third.entries == ["disagreement 310000018 disagreements"])
    }

    @Test func `empties no field for an empty cell or a column that the file lacks`() async throws {
        let stage = try await DirectoryStage()
        try await stage.run(try DirectoryStage.small([("310000018", "Nom", "31555", "0561000001")]))
        #expect(
            try await stage.run(try DirectoryStage.small([("310000018", "", "", "")])) { $0.departements = nil }
                .report.isEmpty)
        let short = try DirectoryStage.file([["finess", "category", "insee"], ["310000018", "500", "31555"]])
        #expect(try await stage.run(short).report.isEmpty)
        #expect(try await stage.structure("310000018")?.phone == "0561000001")
    }

    @Test func `closes what disappeared, unless the file is a part, is cut, or lacks too many`() async throws {
        let stage = try await DirectoryStage()
        let rows = (0..<20).map { ("31000\(1000 + $0)", "Structure \($0)", "31555", "") }
        try await stage.run(try DirectoryStage.small(rows))
        let without = try DirectoryStage.small(Array(rows.dropFirst()))
        #expect(try await stage.run(without, { $0.isPartial = true }).report.isEmpty)
        let cut = try DirectoryStage.file(
            Array(
                "finess,usual_name,category,insee,phone\n310001001,Structure 1,500,31555,\n31000100,x,500,31555\n".utf8)
        )
        #expect(try await stage.run(cut).report.counts[.closed] == nil)
        let half = try DirectoryStage.small(Array(rows.prefix(10)))
        let refused = try await refusal { try await stage.run(half) }
        #expect(refused?.problem.code == "structure.file_refused")
        #expect(try await stage.count("status = 'open'") == 20)
        #expect(try await stage.run(half, apply: false).report.closesMany)
        #expect(try await stage.run(without).entries == ["closed 310001000"])
        #expect(try await stage.run(half, { $0.closesMany = true }).report.counts == [.closed: 10, .reopened: 1])
        // Of another département the file says nothing.
        let elsewhere = try DirectoryStage.small([("330000001", "Ailleurs", "33063", "")])
        #expect(try await stage.run(elsewhere, { $0.departements = nil }).report.counts == [.new: 1])
    }

    @Test func `closes nothing that somebody looks after: it tells of it, once, until the file has it again`()
        async throws
    {
        let stage = try await DirectoryStage()
        let rows = (0..<20).map { ("31000\(1000 + $0)", "Structure \($0)", "31555", "") }
        let all = try DirectoryStage.small(rows)
        try await stage.run(all)
        _ = try await StructureStore(stage.database).verify(.finess("310001000"), as: stage.team)
        let without = try DirectoryStage.small(Array(rows.dropFirst()))
        #expect(try await stage.run(without).entries == ["disagreement 310001000 disagreements"])
        #expect(try await stage.run(without).report.isEmpty)
        #expect(try await stage.structure("310001000")?.status == .open)
        let management = { try await StructureStore(stage.database).management(.finess("310001000"), as: stage.team) }
        #expect(try await management().first()?.disagreements["status"]?["value"] == "closed")
        #expect(try await stage.run(all).entries == ["disagreement 310001000 disagreements"])
        #expect(try await management().first()?.disagreements == .object([]))
        let closed = try DirectoryStage.file([
            ["finess", "usual_name", "category", "insee", "closed_on"],
            ["310001000", "Structure 0", "500", "31555", "2026-01-01"],
            ["310001001", "Structure 1", "500", "31555", "2026-01-01"],
        ])
        let told = try await stage.run(closed) { $0.isPartial = true }
        #expect(told.entries == ["closed 310001001", "disagreement 310001000 disagreements"])
        #expect(try await stage.structure("310001001")?.closedOn?.fieldText == "2026-01-01")
    }

    @Test func `lets what it says closed be settled, either way`() async throws {
        let stage = try await DirectoryStage()
        let store = StructureStore(stage.database)
        let rows = (0..<20).map { ("31000\(1000 + $0)", "Structure \($0)", "31555", "0561000001") }
        try await stage.run(try DirectoryStage.small(rows))
        for number in ["310001000", "310001001"] { _ = try await store.verify(.finess(number), as: stage.team) }
        // A phone and the whole structure at once.
        let others = rows.dropFirst(2)
        let file = try DirectoryStage.small([("310001000", "Structure 0", "31555", "0561000009")] + others)
        try await stage.run(file)
        let without = try DirectoryStage.small(Array(others))
        #expect(try await stage.run(without).report.counts == [.disagreement: 1])
        _ = try await store.settle(.finess("310001000"), .phone, with: .theirs, as: stage.team)
        _ = try await store.settle(.finess("310001000"), .status, with: .ours, as: stage.team)
        #expect(try await stage.run(without).report.isEmpty)
        #expect(try await stage.structure("310001000")?.status == .open)
        let closed = try await store.settle(.finess("310001001"), .status, with: .theirs, as: stage.team)
        #expect(try closed.structure.first()?.status == .closed)
        #expect(try await stage.run(without).report.isEmpty)
        let nothing = try await refusal {
            _ = try await store.settle(.finess("310001000"), .status, with: .theirs, as: stage.team)
        }
        #expect(nothing != nil)
    }

    @Test func `leaves alone what is known from a newer file, and what was merged`() async throws {
        let stage = try await DirectoryStage()
        let file = try DirectoryStage.small([("310000018", "Un", "31555", ""), ("310000026", "Deux", "31555", "")])
        try await stage.run(file)
        let older = try DirectoryStage.small([("310000018", "Vieux nom", "31555", "")])
        let old = try await stage.run(older) { $0.fileDate = Day(year: 2020, month: 1, day: 1) }
        #expect(old.report.isEmpty && old.report.leftAlone == 1)
        try await TestDatabase.current.tamper(
            """
            SELECT begin_operation(gen_random_uuid(), 'test.merge', 'structure', NULL, NULL);
            UPDATE structure SET status = 'merged', merged_into = (SELECT id FROM structure WHERE finess = '310000018')
             WHERE finess = '310000026'
            """)
        let again = try await stage.run(file)
        #expect(again.report.isEmpty && again.entries == ["merged 310000026"])
        #expect(try await stage.count("status = 'merged'") == 1)
    }

    @Test func `tells rows apart that can't come in, with --strict refuses them all`() async throws {
        let stage = try await DirectoryStage()
        let file = try DirectoryStage.file([
            ["finess", "usual_name", "category", "insee"], ["310000018", "Bon", "500", "31555"],
            ["31000", "Court", "500", "31555"], ["310000026", "Inconnue", "998", "31555"],
            ["310000034", "Lez", "500", "31298"], ["310000042", "Nulle part", "500", "31999"],
            ["310000059", "De 1999", "001", "31555"],
        ])
        let all: (inout StructureImport.Options) -> Void = { $0.categories = ["500", "998", "001"] }
        let strict = try await refusal {
            try await stage.run(file) {
                all(&$0); $0.isStrict = true
            }
        }
        #expect(strict?.problem.code == "structure.file_refused")
        #expect(try await stage.count("true") == 0)
        let (report, _) = try await stage.run(file, all)
        #expect(report.counts == [.new: 4])
        #expect(report.unknownKinds.map(\.finess) == ["310000026"])
        #expect(report.files[0].summary.counts.refused == 1)
        // Merged into Saint-Béat-Lez in 2019.
        #expect(try await stage.structure("310000034")?.insee == "31471")
        #expect(report.vanishedCommunes.map(\.value) == ["31999"])
        #expect(report.closedKinds.map(\.value) == ["001 (1999-09-15)"])
        for language in [Language.french, .english] {
            #expect(report.lines(isApplied: true, language).contains { $0.contains("31999") })
        }
    }

    @Test func `is the team's, and leaves nothing behind when it is interrupted`() async throws {
        let stage = try await DirectoryStage()
        let organisation = try await Make(clock: stage.clock).organisation("employeur", kind: .employer)
        let member = try await Make(clock: stage.clock).member(of: organisation, kind: .employer)
        let denied = try await refusal {
            _ = try await StructureImport(stage.database).run(
                [DirectoryStage.realFile], .init(), as: .member(member, requestID: "x")
            ) { _ in }
        }
        #expect(denied?.problem == .forbidden)
        struct Interrupted: Error {}
        var options = StructureImport.Options()
        options.apply = true
        await #expect(throws: Interrupted.self) {
            _ = try await StructureImport(stage.database).run([DirectoryStage.realFile], options, as: stage.team) { _ in
                throw Interrupted()
            }
        }
        #expect(try await stage.count("true") == 0)
        for text in ["", "finess,usual_name\n", "nom,ville\nx,y\n", "<html></html>"] {
            let file = try DirectoryStage.file(Array(text.utf8))
            let unreadable = try await refusal { try await stage.run(file) }
            #expect(unreadable?.problem.code == "structure.file_refused", "\(text)")
        }
        let gone = URL(fileURLWithPath: "/nowhere/finess.csv")
        let missing = try await refusal { try await stage.run(gone) }
        #expect(missing?.problem.code == "structure.file_refused")
    }

    @Test func `runs again on what somebody changed meanwhile`() async throws {
        let stage = try await DirectoryStage()
        try await stage.run(try DirectoryStage.small([("310000018", "Nom", "31555", "0561000001")]))
        let file = try DirectoryStage.small([("310000018", "Nom", "31555", "0561000003")])
        let writer = TestDatabase.current.asSuperuser().at(stage.clock)
        let started = AsyncStream<Void>.makeStream()
        // Holds the row, lets the import run into it, then commits what it wrote.
        try await withThrowingTaskGroup(of: Void.self) { group in
            let team = stage.team
            let importer = StructureImport(stage.database)
            group.addTask {
                for await _ in started.stream { break }
                var options = StructureImport.Options()
                options.apply = true
                _ = try await importer.run([file], options, as: team) { _ in }
            }
            try await writer.transaction(as: .system(requestID: "x")) { transaction in
                try await transaction.record("structure.edit", on: "structure")
                try await transaction.execute(
                    """
                    UPDATE structure SET phone = '0561000002',
                        field_sources = '{"phone": {"source": "organisation", "on": "2026-06-15", "file": "0561000001"}}'
                    """)
                started.continuation.yield()
                started.continuation.finish()
                try await TestDatabase.current.untilSomebodyWaits()
            }
            try await group.waitForAll()
        }
        #expect(try await stage.structure("310000018")?.phone == "0561000002")
        let management = try await StructureStore(stage.database).management(.finess("310000018"), as: stage.team)
        #expect(try management.first()?.disagreements["phone"]?["value"] == "0561000003")
    }

    @Test func `is in the audit, with each changed field's history`() async throws {
        let stage = try await DirectoryStage()
        try await stage.run(try DirectoryStage.small([("310000018", "Nom", "31555", "0561000001")]))
        try await stage.run(try DirectoryStage.small([("310000018", "Autre", "31555", "0561000001")]))
        struct Change: Decodable {
            var operation: String
            var field: String
        }
        let changes = try await stage.database.transaction(as: stage.team) { transaction in
            try await transaction.rows(
                """
                SELECT a.operation, c.field FROM field_change c JOIN audit_log a ON a.id = c.audit_id
                 WHERE c.table_name = 'structure' ORDER BY c.field
                """, as: Change.self
            ).all()
        }
        #expect(changes.map(\.field) == ["usual_name", "version"])
        #expect(changes.allSatisfy { $0.operation == "structure.import" })
    }
}
