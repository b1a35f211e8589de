import Accounts
import Contract
import Directory
import Fields
import Postgres
import TestSupport
import Testing

@testable import Orientation

/// Response rates as `domain.md` §4.3 says them, on 15 June 2026: what was sent from 16 May 2025 to 16 May 2026 counts.
@Suite(.database) struct `Service levels` {
    /// An orientation of a structure that was sent some days ago, and answered some days after.
    private func sent(
        _ stage: OrientationStage, daysAgo: Int, answeredAfter: Int? = nil, state: String = "refused", dueIn: Int = 10,
        to structure: PublicStructure.ID? = nil, receiver: Organisation.ID? = nil
    ) async throws {
        let candidate = try await stage.make.candidate(of: stage.prescriber)
        let isOpen = ["sent", "under_review", "pool", "accepted"].contains(state)
        let (sent, answered) = ("'2026-06-15 10:00Z'::timestamptz - interval '\(daysAgo) days'", answeredAfter)
        let answer = answered.map { "\(sent) + interval '\($0) days'" } ?? "NULL"
        try await TestDatabase.current.tamper(
            """
            INSERT INTO orientation (id, candidate_id, organisation_id, referent_id, target_kind, structure_id, receiver_id, state,
                                     former_state, reason, due_on, sent_at, answered_at, closed_at, visible_until, created_at, updated_at)
            VALUES (gen_random_uuid(), '\(candidate)', '\(stage.prescriber)', '\(stage.prescriber)', 'structure',
                    '\(structure ?? stage.structure)', '\(receiver ?? stage.employer)', '\(state)',
                    \(state == "obsolete" ? "'sent'" : "NULL"), \(state == "refused" ? "'no_position'" : "NULL"),
                    \(isOpen ? "date '2026-06-15' + \(dueIn)" : "NULL"), \(sent), \(answer),
                    \(isOpen ? "NULL" : "now()"), \(isOpen ? "NULL" : "current_date"), now(), now())
            """)
    }

    private func level(_ stage: OrientationStage, as name: String) async throws -> ServiceLevel {
        let rows = try await ServiceLevelStore(stage.database).level(
            of: .id(stage.structure), as: stage.caller(name))
        return try #require(try rows.first())
    }

    @Test func `count what was sent long enough ago, less withdrawn and obsolete`() async throws {
        try await OrientationStage.run { stage in
            // Six of ten in time; one late; the last day and the first day of the window count.
            for (ago, after) in [(30, 0), (40, 3), (60, 3), (100, 10), (200, 30), (395, 5)] {
                try await sent(stage, daysAgo: ago, answeredAfter: after)
            }
            try await sent(stage, daysAgo: 90, answeredAfter: 31)
            for _ in 0..<3 { try await sent(stage, daysAgo: 70, state: "expired") }
            // Too young, too old, taken back, made obsolete, another receiver's.
            try await sent(stage, daysAgo: 29, answeredAfter: 1)
            try await sent(stage, daysAgo: 396, answeredAfter: 1)
            try await sent(stage, daysAgo: 50, answeredAfter: 1, state: "withdrawn")
            try await sent(stage, daysAgo: 50, answeredAfter: 1, state: "obsolete")
            try await sent(stage, daysAgo: 50, answeredAfter: 1, receiver: stage.provider)
            for due in [-1, 0, 5] { try await sent(stage, daysAgo: 5, state: "sent", dueIn: due) }

            let own = try await level(stage, as: "recruiter")
            #expect(own.isExact && own.day == stage.today)
            #expect([own.sent, own.answered, own.responsePercent, own.open, own.overdue] == [10, 6, 60, 3, 1])
            // 0 3 3 5 10 30 31
            #expect(own.medianDays == 5)
            #expect([own.withinDays, own.months, own.hiddenUnder] == [30, 12, 5])
            for name in ["prescriber", "team"] {
                let seen = try await level(stage, as: name)
                #expect(!seen.isExact)
                #expect(
                    [seen.sent, seen.answered, seen.responsePercent, seen.open, seen.overdue] == [
                        10, nil, 60, nil, nil,
                    ])
                #expect(seen.medianDays == 5)
            }
            for name in ["other", "organiser"] {
                let problem = try await refusal { _ = try await level(stage, as: name) }?.problem
                #expect(problem == .forbidden)
            }
        }
    }

    @Test func `hide from others what is under five, at five no more`() async throws {
        try await OrientationStage.run { stage in
            for _ in 0..<4 {
                try await sent(stage, daysAgo: 40, answeredAfter: 2)
                try await sent(stage, daysAgo: 3, state: "sent", dueIn: -1)
            }
            var seen = try await level(stage, as: "prescriber")
            #expect([seen.sent, seen.responsePercent, seen.open, seen.overdue] == [nil, nil, nil, nil])
            #expect(seen.medianDays == nil)
            var own = try await level(stage, as: "recruiter")
            #expect([own.sent, own.answered, own.responsePercent, own.open, own.overdue] == [4, 4, nil, 4, 4])
            try await sent(stage, daysAgo: 40)
            try await sent(stage, daysAgo: 3, state: "sent", dueIn: 1)
            seen = try await level(stage, as: "prescriber")
            #expect([seen.sent, seen.responsePercent, seen.open, seen.overdue] == [5, 80, 5, nil])
            // Of four delays there is no median yet.
            #expect(seen.medianDays == nil)
            own = try await level(stage, as: "recruiter")
            #expect([own.sent, own.answered, own.responsePercent, own.open, own.overdue] == [5, 4, 80, 5, 4])
            // Nobody looks after it any more: nobody's figures, and the next employer inherits none.
            for employer in [nil, stage.provider] {
                let id = employer.map { "'\($0)'" } ?? "NULL"
                try await TestDatabase.current.tamper(
                    "UPDATE structure SET organisation_id = \(id) WHERE id = '\(stage.structure)'")
                let none = try await level(stage, as: "prescriber")
                #expect([none.sent, none.responsePercent, none.open, none.overdue] == [nil, nil, nil, nil])
            }
        }
    }

    @Test func `of all add up, are counted once a day and by nobody's name`() async throws {
        try await OrientationStage.run { stage in
            let other = try await stage.make.structure("310784731", "Résidence du Lac", of: stage.provider)
            for number in 0..<8 {
                try await sent(stage, daysAgo: 35 + number, answeredAfter: number < 6 ? 4 : nil)
                try await sent(
                    stage, daysAgo: 35 + number, answeredAfter: number < 2 ? 8 : nil, state: "refused", to: other,
                    receiver: stage.provider)
                try await sent(stage, daysAgo: 2, state: "under_review")
            }
            let store = ServiceLevelStore(stage.database)
            let mine = try await level(stage, as: "recruiter")
            let theirs = try #require(
                try await store.level(of: .id(other), as: stage.caller("organiser")).first())
            let live = try #require(try await store.levelOfAll(as: stage.caller("other")).first())
            #expect(live.sent == (mine.sent ?? 0) + (theirs.sent ?? 0))
            #expect(live.answered == (mine.answered ?? 0) + (theirs.answered ?? 0))
            #expect([live.sent, live.answered, live.responsePercent, live.open, live.overdue] == [16, 8, 50, 8, nil])
            #expect(live.medianDays == 4)
            let rule = ServiceLevelStore.counting
            func counted() async throws -> Int {
                try await stage.database.transaction(as: .system(requestID: "clock")) { try await rule.run($0, 100) }
            }
            #expect(try await counted() == 1)
            #expect(try await counted() == 0)
            try await sent(stage, daysAgo: 60)
            #expect(try await store.levelOfAll(as: stage.caller("prescriber")).first() == live)
            stage.clock.advance(seconds: 86_400)
            let tomorrow = try #require(try await store.levelOfAll(as: stage.caller("prescriber")).first())
            #expect(tomorrow.sent == 17 && tomorrow.day == stage.today)
            #expect(try await counted() == 1)
            // Nobody known is told nothing.
            let nobody = try await stage.database.transaction(as: .anonymous(requestID: "r")) { transaction in
                try await transaction.rows(
                    """
                    SELECT (SELECT count(*) FROM service_level_of_all('system')) + (SELECT count(*) FROM service_level_of_all(NULL))
                         + (SELECT count(*) FROM service_level(NULL, \(stage.structure))) AS value
                    """, as: Value<Int>.self
                ).first()?.value
            }
            #expect(nobody == 0)
        }
    }
}
