import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `A dump` {
    @Test func `restores: rows, search index, history and the audit's chain`() async throws {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let plan = try await make.plan()
        try await make.action("A1.01", in: plan, lead: lead, title: "Immersions à l'EHPAD", status: .inProgress)
        let sealer = AuditSealer(TestDatabase.current.asSealer(), key: nil, journal: nil, logger: .init(label: "test"))
        let sealed = try await sealer.seal()
        #expect(sealed > 0)

        let name = "pa31_test_restore_\(UInt32.random(in: 0 ... .max))"
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(name + ".sql")
        try await Program.postgres(
            "pg_dump", ["--dbname", TestDatabase.current.url, "--username", "postgres", "--file", file.path])
        let restored = try await TestCluster.createEmpty(name)
        let result: Result<Void, any Error>
        do {
            try await Program.postgres(
                "psql",
                [
                    "-Xq", "-v", "ON_ERROR_STOP=1", "--dbname", restored.url, "--username", "postgres", "--file",
                    file.path,
                ])
            try await check(restored, sealed: sealed)
            result = .success(())
        } catch { result = .failure(error) }
        try await TestCluster.drop(name)
        try FileManager.default.removeItem(at: file)
        try result.get()
    }

    private func check(_ restored: TestDatabase, sealed: Int) async throws {
        let server = restored.asServer()
        var filter = ActionStore.Filter()
        filter.q = try SearchWords(fieldText: "immersoins ehpad")
        let found = try await ActionStore(server).list(filter, on: Day(number: 19_000), as: .system(requestID: "test"))
            .all()
        #expect(found.map(\.code.text) == ["A1.01"])
        let outcome = try await AuditVerifier(restored.asOperator()).verify()
        #expect(outcome.sealed == sealed)
        #expect(outcome.findings == [])
        // The restored database is one that serve accepts.
        try await Migrator(restored.settings, directory: TestCluster.sql).check()
        await server.close()
    }
}
