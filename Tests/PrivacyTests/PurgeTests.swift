import Accounts
import Fields
import Foundation
import Messages
import Orientation
import Postgres
import TestSupport
import Testing

@testable import Privacy

@Suite(.database) struct `The purge` {
    @Test func `tells a person and the referent thirty days before a silent file goes, then erases it`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO candidate_statistics (candidate_id, disability, updated_at) VALUES (\(stage.candidate), true, \(transaction.now))
                    """)
            }
            let (begun, notice) = (stage.clock.now, try await stage.notice("candidate"))
            try await stage.pass("candidate", from: begun, days: -notice - 10)
            try await stage.purge()
            #expect(try await stage.rows("retention_notice", "line = 'candidate'") == 0)
            try await stage.pass("candidate", from: begun, days: -notice + 5)
            let told = try await stage.purge()
            #expect(told["candidate"]?.told == [stage.candidate.uuid] && told["candidate"]?.count == 0)
            #expect(try await stage.rows("outbox", "kind = 'privacy.candidate' AND audience = 'candidate'") == 1)
            #expect(try await stage.rows("task", "kind = 'privacy.candidate' AND done_at IS NULL") == 1)
            stage.advance(days: notice - 1)
            try await stage.purge()
            #expect(try await stage.rows("candidate") == 1, "the notice's days are days")
            stage.advance(days: 2)
            let gone = try await stage.purge()
            #expect(gone["candidate"]?.forgotten == [stage.candidate.uuid])
            for table in [
                "candidate", "candidate_agreement", "candidate_statistics", "person_step", "retention_notice",
            ] {
                #expect(
                    try await stage.rows(table, "true")
                        == (table == "retention_notice" ? try await stage.rows(table, "line = 'account'") : 0),
                    "\(table)")
            }
            #expect(try await stage.rows("erasure_ledger", "kind = 'candidate' AND cause = 'retention'") == 1)
            // What was counted of the person stays.
            #expect(
                try await stage.count("SELECT persons FROM person_count WHERE kind = 'received' AND dimension = 'all'")
                    == 1)
        }
    }

    @Test func `keeps a file that somebody was in touch about after the notice`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.pass("candidate", from: stage.clock.now, days: -20)
            try await stage.purge()
            let (contact, today) = (stage.clock.now, Day(stage.clock.now))
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    "UPDATE candidate SET last_contact_on = \(today) WHERE id = \(stage.candidate)")
            }
            stage.advance(days: 60)
            try await stage.purge()
            #expect(try await stage.rows("candidate") == 1)
            try await stage.pass("candidate", from: contact, days: -10)
            // Its time begins anew, and so does the notice.
            #expect(try await stage.purge()["candidate"]?.told == [stage.candidate.uuid])
            #expect(try await stage.rows("candidate") == 1)
        }
    }

    @Test func `forgets who was refused after six months, and keeps rates and counts`() async throws {
        try await PrivacyStage.run { stage in
            let id = try await stage.refused()
            let closed = stage.clock.now
            try await stage.pass("orientation", from: closed, days: -1)
            try await stage.purge()
            #expect(try await stage.rows("orientation") == 1)
            try await stage.pass("orientation", from: closed, days: 1)
            #expect(try await stage.purge()["orientation"]?.forgotten == [id.uuid])
            for table in ["orientation", "orientation_text", "orientation_event"] {
                #expect(try await stage.rows(table) == 0, "\(table)")
            }
            #expect(try await stage.rows("outbox", "about_id = \(id)") == 0)
            #expect(
                try await stage.rows(
                    "past_orientation", "structure_id = \(stage.structure) AND answered_on IS NOT NULL") == 1)
            #expect(try await stage.rows("candidate") == 1)
            #expect(
                try await stage.count("SELECT persons FROM person_count WHERE kind = 'oriented' AND dimension = 'all'")
                    == 1)
            // The rate of the structure counts it as before.
            let level = try await stage.database.transaction(as: stage.recruiter) { transaction in
                try await transaction.rows(
                    "SELECT sent AS value FROM service_level(\(stage.recruiter.member?.id), \(stage.structure))",
                    as: Value<Int>.self
                ).first()?.value
            }
            #expect(level == 1)
        }
    }

    @Test func `keeps a hire and its file for two years, whatever the last contact`() async throws {
        try await PrivacyStage.run { stage in
            stage.advance(days: 200)
            _ = try await stage.make.agreement(of: stage.candidate)
            try await stage.hired()
            let begun = stage.clock.now
            try await stage.pass("candidate_hired", from: begun, days: -20)
            try await stage.purge()
            #expect(try await stage.rows("orientation", "state = 'hired'") == 1)
            #expect(try await stage.rows("retention_notice", "line = 'candidate'") == 0)
            try await stage.pass("candidate_hired", from: begun, days: 2)
            #expect(try await stage.purge()["candidate_hired"]?.count == 1)
            #expect(try await stage.rows("checkpoint") == 0)
            #expect(try await stage.rows("candidate") == 1)
            stage.advance(days: try await stage.notice("candidate") + 1)
            try await stage.purge()
            #expect(try await stage.rows("candidate") == 0)
            #expect(
                try await stage.count(
                    "SELECT persons FROM person_count WHERE kind = 'hired' AND dimension = 'contract' AND value = 'cdi'"
                ) == 1)
        }
    }

    @Test func `closes the account of a member who left it unused: an id without a name`() async throws {
        try await PrivacyStage.run { stage in
            let id = try #require(stage.follower.member?.id)
            let notice = try await stage.notice("account")
            try await stage.pass("account", from: stage.clock.now, days: 10 - notice)
            let told = try await stage.purge()
            #expect(told["account"]?.told.contains(id.uuid) == true)
            // The team's member purged, which is a use.
            #expect(told["account"]?.told.contains(stage.team.member?.id.uuid ?? UUID()) == false)
            stage.advance(days: notice + 1)
            try await stage.purge()
            #expect(
                try await stage.rows(
                    "member",
                    "id = \(id) AND name = 'Compte effacé' AND email = id || '@efface.invalid' AND disabled_at IS NOT NULL"
                ) == 1)
            #expect(try await stage.rows("erasure_ledger", "kind = 'member' AND subject_id = \(id)") == 1)
        }
    }

    @Test func `goes on where it was killed, batch by batch, while others purge too`() async throws {
        try await PrivacyStage.run { stage in
            for number in 0..<24 {
                try await stage.make.candidate(of: stage.prescriber, email: "p\(number)@exemple.example", phone: nil)
            }
            try await stage.pass("candidate", from: stage.clock.now, days: -20)
            try await stage.purge()
            stage.advance(days: try await stage.notice("candidate") + 1)
            // Cut off in the middle of a batch, nothing of it has happened.
            struct Killed: Error {}
            await #expect(throws: Killed.self) { try await Self.cutOff(stage, with: Killed()) }
            #expect(try await stage.rows("candidate") == 25)
            #expect(try await stage.rows("erasure_ledger", "kind = 'candidate'") == 0)
            #expect(try await stage.rows("person_count") == 0)
            // One batch, then nothing more: the rest is there, whole.
            let purge = Purge(stage.database)
            let done = try await stage.database.transaction(as: .system(requestID: "test")) {
                try await purge.forgetCandidates($0, 10)
            }
            #expect(done.count == 10)
            #expect(try await stage.rows("candidate") == 15)
            #expect(try await stage.rows("erasure_ledger", "kind = 'candidate'") == 10)
            async let first = stage.purge(batch: 4)
            async let second = stage.purge(batch: 4)
            let both = try await (first["candidate"]?.count ?? 0) + (second["candidate"]?.count ?? 0)
            #expect(both == 15)
            #expect(try await stage.rows("candidate") == 0)
            #expect(
                try await stage.count("SELECT persons FROM person_count WHERE kind = 'received' AND dimension = 'all'")
                    == 25)
        }
    }

    private static func cutOff(_ stage: PrivacyStage, with error: any Error) async throws {
        let purge = Purge(stage.database)
        try await stage.database.transaction(as: .system(requestID: "test")) { transaction in
            let done = try await purge.forgetCandidates(transaction, 10)
            #expect(done.count == 10)
            throw error
        }
    }

    @Test func `closes texts that nobody printed, also two about the same thing`() async throws {
        try await PrivacyStage.run { stage in
            for text in ["Bonjour", "Bonjour encore"] {
                try await stage.make.insert { transaction in
                    try await Outbox.task(
                        NewTask(
                            kind: "mail.print", organisationID: stage.prescriber, title: "À imprimer",
                            aboutKind: "candidate", aboutID: stage.candidate.uuid, candidateID: stage.candidate.uuid,
                            text: text), transaction)
                }
            }
            try await stage.pass("task_text", from: stage.clock.now, days: 1)
            #expect(try await stage.purge()["task_text"]?.count == 2)
            #expect(try await stage.rows("task", "text IS NULL AND done_at IS NOT NULL AND done_by IS NULL") == 2)
        }
    }

    @Test func `waits when the clock leapt a year ahead, tells the team, and goes on once it has held`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.refused()
            try await stage.tick()
            stage.advance(days: 365)
            try await stage.tick()
            #expect(try await stage.rows("orientation") == 1)
            #expect(try await stage.rows("task", "kind = 'privacy.clock_leapt' AND organisation_id IS NULL") == 1)
            // Put right, it is as if nothing had been.
            stage.advance(days: -364)
            try await stage.tick()
            stage.advance(days: 1)
            try await stage.tick()
            #expect(try await stage.rows("purge_pass", "suspect_since IS NOT NULL") == 0)
            #expect(try await stage.rows("orientation") == 1)
            // A leap that was true: after some days it is believed.
            stage.advance(days: 365)
            for _ in 0..<4 {
                try await stage.tick()
                stage.advance(days: 1)
            }
            try await stage.tick()
            #expect(try await stage.rows("orientation") == 0)
        }
    }
}
