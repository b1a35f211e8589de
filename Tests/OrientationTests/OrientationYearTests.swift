import Contract
import Fields
import Foundation
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Orientation

@Suite(.database) struct `A year of the clock` {
    /// What people do with one of them, by its number: nothing for most.
    private static func act(_ number: Int, _ id: Orientation.ID, on day: Int, _ stage: OrientationStage) async throws {
        let start = number % 200
        switch (number % 10, day - start) {
        case (0, 3): try await stage.move(id, stage.whole(.refused, from: .sent), by: "recruiter")
        case (1, 4): try await stage.move(id, stage.whole(.underReview, from: .sent), by: "recruiter")
        case (2, 5): try await stage.move(id, stage.whole(.accepted, from: .sent), by: "recruiter")
        case (3, 6): try await stage.move(id, stage.whole(.appointment, from: .sent), by: "recruiter")
        case (4, 7): try await stage.move(id, stage.whole(.withdrawn, from: .sent), by: "prescriber")
        default: break
        }
    }

    @Test func `leaves nobody without an answer or a closure notice, and the figures add up`() async throws {
        try await OrientationStage.run(on: "2025-01-06") { stage in
            let count = 1000
            var ids: [Orientation.ID] = []
            // 1,000 people, sent over 200 days; their needs stay open, so that nothing else closes them.
            for number in 0..<count { ids.append(try await Self.put(number, stage)) }
            for day in 0..<365 {
                for (number, id) in ids.enumerated() where (1...7).contains(day - number % 200) && number % 10 < 5 {
                    try await Self.act(number, id, on: day, stage)
                }
                try await stage.tick()
                stage.clock.advance(seconds: 86_400)
            }
            let open = try await stage.count("SELECT count(*) FROM orientation WHERE due_on IS NOT NULL")
            #expect(open == 0)
            let unanswered = try await stage.count(
                """
                SELECT count(*) FROM orientation o
                 WHERE answered_at IS NULL AND NOT EXISTS (
                       SELECT FROM outbox m WHERE m.about_id = o.id AND m.kind = 'orientation.closed' AND m.audience = 'candidate')
                """)
            #expect(unanswered == 0)
            func ended(_ state: OrientationState) async throws -> Int {
                try await stage.count("SELECT count(*) FROM orientation WHERE state = \(state)")
            }
            // Refused 100, withdrawn 100; accepted, met, taken up and never answered ones expire.
            let (refused, withdrawn, expired) = (
                try await ended(.refused), try await ended(.withdrawn), try await ended(.expired)
            )
            #expect((refused, withdrawn, expired) == (100, 100, 800))
            // Each that nobody answered was reminded twice before it expired, and each party of each end was told once.
            let reminders = try await stage.count("SELECT count(*) FROM orientation_event WHERE kind = 'reminded'")
            #expect(reminders == 2 * 600)
            let notices = try await stage.count(
                "SELECT count(*) FROM outbox WHERE kind = 'orientation.closed' AND audience = 'recruiter'")
            #expect(notices == expired + withdrawn)
            let states = try await stage.count(
                "SELECT count(*) FROM (SELECT DISTINCT orientation_id, to_state FROM orientation_event WHERE kind = 'moved') AS s"
            )
            let moves = try await stage.count("SELECT count(*) FROM orientation_event WHERE kind = 'moved'")
            #expect(states == moves)
        }
    }

    /// A sent orientation of a person of its own, dated on its day.
    private static func put(_ number: Int, _ stage: OrientationStage) async throws -> Orientation.ID {
        let id = Orientation.ID(UUID())
        let sent = stage.clock.now.adding(seconds: (number % 200) * 86_400 - 60)
        try await stage.make.insert { transaction in
            try await transaction.execute(
                """
                WITH person AS (
                    INSERT INTO candidate (id, organisation_id, first_name, last_name, email, lawful_basis, notice_version,
                                           notice_given_on, notice_channel, last_contact_on, created_at, updated_at)
                    VALUES (gen_random_uuid(), \(stage.prescriber), 'Alix', 'Exemple', \("p\(number)@exemple.example"), 'public_task',
                            '1', \(stage.today), 'in_person', \(stage.today), \(sent), \(sent)) RETURNING id)
                INSERT INTO orientation (id, candidate_id, organisation_id, prescriber_id, referent_id, target_kind, need_id,
                                         structure_id, receiver_id, state, due_on, sent_at, created_at, updated_at)
                SELECT \(id), person.id, \(stage.prescriber), \(stage.caller("prescriber").member?.id), \(stage.prescriber), 'need',
                       \(stage.need), \(stage.structure), \(stage.employer), 'sent',
                       (\(sent)::timestamptz AT TIME ZONE 'Europe/Paris')::date + 30, \(sent), \(sent), \(sent) FROM person
                """)
        }
        return id
    }
}
