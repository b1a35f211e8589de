import Accounts
import Fields
import Logging
import Postgres
import TestSupport
import Testing

@testable import Privacy

@Suite(.database) struct `The audit log, past its years` {
    private func sealer(_ clock: TestClock, key: AuditKey? = nil) -> (Database, AuditSealer) {
        let database = TestDatabase.current.asSealer(clock: clock.source)
        return (database, AuditSealer(database, key: key, journal: nil, logger: Logger(label: "test")))
    }

    @Test func `goes behind a checkpoint, and the chain still verifies`() async throws {
        try await PrivacyStage.run { stage in
            let (sealing, sealer) = self.sealer(stage.clock)
            try await sealer.seal()
            let before = try await stage.rows("audit_seal")
            try await stage.pass("audit", from: stage.clock.now, days: -1)
            _ = try await stage.make.organisation("plus-tard")
            try await sealer.seal()
            let purger = AuditPurger(sealing)
            #expect(try await purger.forget() == 0, "its time is its time")
            stage.advance(days: 3)
            #expect(try await purger.forget(apply: false) == before)
            #expect(try await purger.forget() == before)
            try await sealer.seal()
            #expect(try await stage.rows("audit_log", "at < forgotten_before('audit')") == 0)
            #expect(try await stage.rows("field_change", "audit_id NOT IN (SELECT id FROM audit_log)") == 0)
            let outcome = try await AuditVerifier(stage.database).verify()
            #expect(outcome.findings == [])
            #expect(outcome.sealed == before + 2)
            // What is sealed after a checkpoint goes on from it.
            try await stage.pass("audit", from: stage.clock.now, days: 100)
            #expect(try await purger.forget() == 2)
            try await sealer.seal()
            #expect(try await AuditVerifier(stage.database).verify().findings == [])
            await sealing.close()
        }
    }

    @Test func `is refused to whoever would forget too much, or make a checkpoint up`() async throws {
        try await PrivacyStage.run { stage in
            let (sealing, sealer) = self.sealer(stage.clock)
            try await sealer.seal()
            func refused(_ statement: SQL) async throws -> Bool {
                do {
                    try await sealing.transaction(as: .system(requestID: "test")) {
                        _ = try await $0.execute(statement)
                    }
                    return false
                } catch is DatabaseError { return true }
            }
            #expect(try await refused("DELETE FROM audit_log"))
            #expect(try await refused("DELETE FROM field_change"))
            #expect(try await refused("DELETE FROM audit_seal"))
            let young: SQL = """
                INSERT INTO audit_checkpoint (position, chain_hash, made_at, audit_id)
                SELECT position, chain_hash, current_instant(), gen_random_uuid() FROM audit_seal WHERE position = 1
                """
            #expect(try await refused(young))
            try await stage.pass("audit", from: stage.clock.now, days: 100)
            let wrong: SQL = """
                INSERT INTO audit_checkpoint (position, chain_hash, made_at, audit_id)
                VALUES (1, sha256('x'), current_instant(), gen_random_uuid())
                """
            #expect(try await refused(wrong))
            // A checkpoint that no audit row tells of is found.
            #expect(try await !refused(young))
            #expect(
                try await !refused(
                    "DELETE FROM field_change WHERE audit_id IN (SELECT audit_id FROM audit_seal WHERE position = 1)"))
            #expect(try await AuditVerifier(stage.database).verify().findings.contains(.untoldCheckpoint(position: 1)))
            await sealing.close()
        }
    }
}
