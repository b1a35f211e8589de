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
            #expect(
                try await stage.rows(
                    "audit_log",
                    """
                    at < forgotten_before('audit') AND NOT EXISTS (SELECT FROM field_change f
                        WHERE f.audit_id = audit_log.id AND keeps_history(f.table_name))
                    """) == 0)
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

    @Test func `leaves the history of the plan and the directory, and finds what was done to it`() async throws {
        try await PrivacyStage.run { stage in
            let (sealing, sealer) = self.sealer(stage.clock)
            let history: SQL = "SELECT count(*) FROM field_change WHERE table_name = 'structure'"
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    "UPDATE structure SET usual_name = 'Résidence du Lac' WHERE id = \(stage.structure)")
            }
            let before = try await stage.count(history)
            #expect(before > 0)
            try await sealer.seal()
            for _ in 0..<2 {
                try await stage.pass("audit", from: stage.clock.now, days: 1)
                #expect(try await AuditPurger(sealing).forget() > 0)
                try await sealer.seal()
            }
            #expect(try await stage.count(history) == before)
            #expect(try await stage.rows("field_change", "table_name = 'organisation'") == 0)
            let verifier = AuditVerifier(stage.database)
            #expect(try await verifier.verify().findings == [])
            let field = "table_name = 'structure' AND field = 'usual_name'"
            try await TestDatabase.current.tamper("UPDATE field_change SET new_value = '\"Autre\"' WHERE \(field)")
            #expect(
                try await verifier.verify().findings.contains {
                    if case .altered = $0 { true } else { false }
                })
            // Row and seal taken away together: the checkpoint counted them.
            try await TestDatabase.current.tamper(
                """
                DELETE FROM audit_log WHERE id IN (SELECT audit_id FROM field_change WHERE \(field));
                DELETE FROM audit_seal s WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.id = s.audit_id);
                DELETE FROM field_change f WHERE NOT EXISTS (SELECT FROM audit_log a WHERE a.id = f.audit_id)
                """)
            #expect(
                try await verifier.verify().findings.contains {
                    if case .untoldCheckpoint = $0 { true } else { false }
                })
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
                INSERT INTO audit_checkpoint (position, chain_hash, made_at, audit_id, kept_hash)
                SELECT position, chain_hash, current_instant(), gen_random_uuid(), sha256('') FROM audit_seal WHERE position = 1
                """
            #expect(try await refused(young))
            try await stage.pass("audit", from: stage.clock.now, days: 100)
            let wrong: SQL = """
                INSERT INTO audit_checkpoint (position, chain_hash, made_at, audit_id, kept_hash)
                VALUES (1, sha256('x'), current_instant(), gen_random_uuid(), sha256(''))
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
