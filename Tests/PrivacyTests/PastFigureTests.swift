import Accounts
import Fields
import Foundation
import Messages
import Orientation
import Postgres
import Recruitment
import Reports
import TestSupport
import Testing

@testable import Privacy

/// Figures of a closed quarter, whenever somebody of it is erased. The quarter is the second of 2026.
@Suite(.database) struct `Figures of a quarter` {
    /// When people are erased.
    enum Window: String, CaseIterable { case within = "2026-06-20", soonAfter = "2026-07-12", later = "2026-09-02" }

    private struct Undone: Error { var figures: [String] }

    /// Everything that is told of the quarter, and everything that it is told from.
    private func read(_ transaction: Transaction) async throws -> [String] {
        try await transaction.rows(
            """
            SELECT concat_ws(' ', 'count', kind, dimension, value, persons) AS value FROM person_count WHERE quarter = '2026-04-01'
            UNION ALL
            SELECT concat_ws(' ', 'figure', code, numerator, denominator) FROM quarter_figure WHERE quarter = '2026-04-01'
            UNION ALL SELECT concat_ws(' ', 'public', f) FROM public_stats, jsonb_array_elements(figures->'quarters') AS f
                       WHERE f->>'quarter' = '2026-T2'
            UNION ALL
            SELECT concat_ws(' ', 'report', period, step, dimension, value, persons)
              FROM report_persons('2026-08-14', '2026-04-01', '2026-06-30', current_instant())
            UNION ALL
            SELECT concat_ws(' ', 'report', code, value, numerator, denominator)
              FROM report_person_figures('2026-08-14', '2026-04-01', '2026-06-30', current_instant())
            ORDER BY 1
            """, as: Value<String>.self
        ).all().map(\.value)
    }

    /// What the figures will be if nothing else happens: counted ahead of time, and undone.
    private func foreseen() async throws -> [String] {
        let later = TestDatabase.current.asServer(clock: .fixed(try Instant(fieldText: "2026-08-15T10:00:00Z")))
        do {
            try await later.transaction(as: .system(requestID: "test")) { transaction in
                while try await Purge.closeQuarter(transaction, 100) > 0 {}
                for rule in campaignRules where rule.name == "report.count_answers" {
                    while try await rule.run(transaction, 1) > 0 {}
                }
                throw Undone(figures: try await read(transaction))
            }
        } catch let undone as Undone {
            await later.close()
            return undone.figures
        }
        return []
    }

    /// Lets the clock work from day to day until one.
    private func wait(_ stage: PrivacyStage, until day: String) async throws {
        let wanted = try Instant(fieldText: "\(day)T10:00:00Z")
        let rules =
            stage.rights.clockRules + Purge(stage.database).clockRules.filter { $0.name == "privacy.persons" }
            + campaignRules.filter { $0.name == "report.count_answers" }
        while stage.clock.now < wanted {
            stage.advance(days: 1)
            try await stage.tick(rules)
        }
    }

    /// Twelve persons of May: six refused, two invited, one hired, three without an answer.
    private func twelve(_ stage: PrivacyStage) async throws -> [Candidate.ID] {
        _ = try await stage.database.transaction(as: .system(requestID: "test")) {
            try await $0.execute("SELECT register_person_period('2026-04-01', '2026-06-30')")
        }
        var persons = [stage.candidate]
        for number in 1..<12 {
            persons.append(
                try await stage.make.candidate(
                    of: stage.prescriber, lastName: "Personne \(number)", email: "p\(number)@exemple.example",
                    birthYear: number % 2 == 0 ? 1990 : 1970))
        }
        for (number, person) in persons.enumerated() {
            try await TestDatabase.current.tamper(
                """
                INSERT INTO candidate_statistics (candidate_id, sex, updated_at)
                VALUES ('\(person)', '\(number < 7 ? "f" : "m")', '2026-05-04 10:00Z') ON CONFLICT DO NOTHING
                """)
        }
        var sent: [Orientation.ID] = []
        for person in persons { sent.append(try await stage.sent(person)) }
        stage.advance(days: 3)
        for number in 0..<6 {
            var refusal = OrientationMove(to: .refused)
            refusal.reason = try ReasonCode(fieldText: "schedule_incompatible")
            try await stage.move(sent[number], refusal, by: stage.recruiter)
        }
        for number in 6..<8 {
            var invitation = OrientationMove(to: .appointment)
            (invitation.appointmentAt, invitation.place) = (stage.clock.now.adding(seconds: 5 * 86_400), "À l'accueil")
            try await stage.move(sent[number], invitation, by: stage.recruiter)
        }
        try await stage.move(sent[8], OrientationMove(to: .accepted), by: stage.recruiter)
        var hire = OrientationMove(to: .hired)
        hire.contract = try ContractCode(fieldText: "cdi")
        (hire.startsOn, hire.hoursPerWeek) = (Day(stage.clock.now), 28)
        try await stage.move(sent[8], hire, by: stage.recruiter)
        return persons
    }

    @Test(arguments: Window.allCases)
    func `stay what they are, whenever somebody of it is erased`(_ window: Window) async throws {
        try await PrivacyStage.run(on: "2026-05-04") { stage in
            let persons = try await twelve(stage)
            let before = try await foreseen()
            #expect(before.contains("count oriented all 12") || before.contains("count oriented all  12"))
            #expect(before.contains("figure response_rate 9 12") && before.contains("figure response_days 27 9"))
            #expect(before.contains("report 2026-T2 received sex f 7"))
            try await wait(stage, until: window.rawValue)
            // Within the quarter a withdrawal counts as one; afterwards nothing does: refused, invited, hired, waiting.
            for number in window == .within ? [0, 8] : [0, 6, 8, 9] {
                _ = try await stage.rights.askErasure(of: persons[number], as: stage.follower)
            }
            stage.advance(days: 3)
            stage.clock.advance(seconds: 3600)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("candidate") == (window == .within ? 10 : 8))
            try await wait(stage, until: "2026-09-20")
            let after = try await stage.database.transaction(as: .system(requestID: "test")) { try await read($0) }
            #expect(Set(before).symmetricDifference(after).sorted() == [])
        }
    }

    @Test func `begin with who was erased before the first closing: nobody is told of as nobody`() async throws {
        try await PrivacyStage.run(on: "2026-05-04") { stage in
            _ = try await stage.refused()
            _ = try await stage.ask()
            stage.advance(days: 4)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("candidate") == 0)
            try await wait(stage, until: "2026-07-02")
            try await stage.make.candidate(of: stage.prescriber, lastName: "Suivante")
            try await wait(stage, until: "2026-11-05")
            let told = try await stage.database.transaction(as: .system(requestID: "test")) { transaction in
                try await transaction.rows(
                    """
                    SELECT period || ' ' || (persons #>> '{}') AS value
                      FROM report_persons('2026-11-04', '2026-04-01', '2026-09-30', current_instant())
                     WHERE step = 'received' AND dimension = 'all'
                    """, as: Value<String>.self
                ).all().map(\.value)
            }
            #expect(told == ["2026-T2 s", "2026-T3 s", "2026-T2 à 2026-T3 s"])
            // Answers too: the quarter of the one orientation that there was.
            #expect(
                try await stage.count(
                    "SELECT denominator FROM quarter_figure WHERE quarter = '2026-04-01' AND code = 'response_rate'")
                    == 1)
        }
    }
}
