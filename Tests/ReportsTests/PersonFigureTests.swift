import Accounts
import Fields
import Foundation
import Messages
import Orientation
import Postgres
import TestSupport
import Testing

@testable import Reports

/// Persons in reports: by whole quarters, counted once, with what may not be told withheld. It is 1 June 2024.
@Suite(.database) struct `Persons in reports` {
    /// Twelve were received in February 2024, seven women and five men, six of 34 and six of 54 years, all of Toulouse; five of the women
    /// were proposed in March, two of them hired.
    private func twelve() async throws -> ReportStage {
        let stage = try await ReportStage()
        let prescriber = try await stage.make.prescriber("mission")
        let employer = try await stage.make.organisation("employeur", kind: .employer)
        let structure = try await stage.make.structure("310784723", "Résidence du Parc", of: employer)
        for number in 0..<12 {
            let candidate = try await stage.make.candidate(
                of: prescriber, lastName: "Personne \(number)", birthYear: number % 2 == 0 ? 1990 : 1970)
            let isHired = number >= 3 && number < 5
            let (state, instant) = (isHired ? "hired" : "refused", "'2024-03-12 10:00Z'")
            try await TestDatabase.current.tamper(
                """
                UPDATE candidate SET created_at = '2024-02-10 10:00Z' WHERE id = '\(candidate)';
                INSERT INTO candidate_statistics (candidate_id, sex, updated_at) VALUES ('\(candidate)', '\(number < 7 ? "f" : "m")', now());
                """)
            guard number < 5 else { continue }
            try await TestDatabase.current.tamper(
                """
                INSERT INTO orientation (id, candidate_id, organisation_id, referent_id, target_kind, structure_id, receiver_id, state, reason,
                    sent_at, answered_at, closed_at, visible_until, hired_at, hire_contract, hire_starts_on, hire_hours, created_at, updated_at)
                VALUES (gen_random_uuid(), '\(candidate)', '\(prescriber)', '\(prescriber)', 'structure', '\(structure)', '\(employer)',
                    '\(state)', \(isHired ? "NULL" : "'no_position'"), \(instant), timestamptz \(instant) + interval '4 days', \(instant),
                    '2024-04-12', \(isHired ? "\(instant), 'cdi', '2024-03-20', 28" : "NULL, NULL, NULL, NULL"), \(instant), \(instant))
                """)
        }
        return stage
    }

    /// Lets the clock count.
    private func count(_ stage: ReportStage, at instant: String = ReportStage.now) async throws {
        let database = TestDatabase.current.asServer(clock: .fixed(try Instant(fieldText: instant)))
        // As the purge's rule does, which waits when the clock has leapt.
        let persons = ClockRule("persons") { transaction, batch in
            try await CampaignClock.count("SELECT close_person_quarter(\(batch)::integer) AS value", transaction)
        }
        for rule in [persons] + campaignRules where rule.name != "campaign.remind" {
            while try await database.transaction(as: .system(requestID: "clock"), { try await rule.run($0, 5) }) > 0 {}
        }
        await database.close()
    }

    private struct Line: Decodable, Hashable {
        var step: String
        var dimension: String
        var value: String
        var persons: String
    }

    private func lines(
        _ stage: ReportStage, _ first: String, _ last: String, as caller: Caller? = nil, day: String = "2024-05-31"
    ) async throws -> [Line] {
        let (first, last, day) = (try stage.day(first), try stage.day(last), try stage.day(day))
        return try await stage.database.transaction(as: caller ?? stage.team) { transaction in
            try await transaction.rows(
                """
                SELECT step, dimension, value, persons #>> '{}' AS persons
                  FROM report_persons(\(day), \(first), \(last), \(transaction.now)) WHERE period NOT LIKE '%à%' OR \(first) < \(last)
                """, as: Line.self
            ).all()
        }
    }

    private func table(_ lines: [Line], _ step: String, _ dimension: String) -> [String: String] {
        Dictionary(
            lines.filter { $0.step == step && $0.dimension == dimension }.map { ($0.value, $0.persons) },
            uniquingKeysWith: { $0 + " " + $1 })
    }

    @Test func `are those of a case computed by hand, and withheld where they must be`() async throws {
        let stage = try await twelve()
        _ = try await stage.draft(from: "2024-01-01", to: "2024-03-31")
        let uncounted = try await lines(stage, "2024-01-01", "2024-03-31")
        #expect(table(uncounted, "received", "all") == ["": "s"])
        try await count(stage)
        let found = try await lines(stage, "2024-01-01", "2024-03-31")
        #expect(table(found, "received", "all") == ["": "12"])
        #expect(table(found, "oriented", "all") == ["": "5"])
        #expect(table(found, "hired", "all") == ["": "s"])
        // Nobody "not said" is withheld, so the next smallest is too: five together.
        #expect(table(found, "received", "sex") == ["f": "7", "m": "s", "not_said": "s", "withheld": "5"])
        #expect(
            table(found, "received", "age")
                == ["under_26": "s", "unknown": "s", "26_49": "s", "50_and_over": "6", "withheld": "6"])
        // 12 of 12 are job seekers: a hundred per cent, and so nothing.
        #expect(Set(table(found, "received", "situation").values) == ["s"])
        #expect(Set(table(found, "oriented", "sex").values) == ["s"])
        // All of one commune: a hundred per cent too, and so of no commune.
        #expect(table(found, "received", "epci") == ["other": "12"] && table(found, "received", "commune").isEmpty)
        #expect(Set(table(found, "received", "age_esf").values) == ["s"])
        // Before the first file there was nobody, of either sex.
        let empty = try await lines(stage, "2023-01-01", "2023-03-31")
        #expect(empty.count > 200 && empty.allSatisfy { $0.persons == "0" })
        // The quarter under way is told by nothing.
        let open = try await lines(stage, "2024-04-01", "2024-06-30")
        #expect(!open.isEmpty && open.allSatisfy { $0.persons == "s" })
    }

    @Test func `stay what they were when somebody is erased or changed, also in a frozen report`() async throws {
        let stage = try await twelve()
        try await count(stage)
        let campaign = try await stage.draft(from: "2024-01-01", to: "2024-03-31")
        let submitted = try await stage.move(campaign.id, CampaignMove(to: .submitted), as: stage.team)
        let before = try await lines(stage, "2024-01-01", "2024-03-31")
        try await TestDatabase.current.tamper(
            """
            UPDATE candidate_statistics SET sex = 'm'; UPDATE candidate SET birth_year = 1950, insee = NULL;
            DELETE FROM orientation; DELETE FROM candidate_statistics; DELETE FROM candidate_agreement;
            DELETE FROM candidate WHERE last_name <> 'Personne 1';
            """)
        try await count(stage, at: "2024-07-15T09:00:00Z")
        let after = try await lines(stage, "2024-01-01", "2024-03-31")
        #expect(after == before)
        let checks = try await ReportVerifier(stage.database).run(nil, as: stage.team)
        let problems = checks.flatMap(\.problems)
        #expect(checks.count == 1 && problems.isEmpty, "\(checks)")
        let report = try #require(submitted.reports.first)
        let rendered = try await stage.reports.rendered(
            report.id, as: .csv(sheet: "persons", dialect: .rfc4180), for: stage.funder)
        let text = String(decoding: rendered.bytes, as: UTF8.self)
        #expect(text.contains("2024-T1,Personnes reçues,Sexe,femmes,7,"))
        #expect(text.contains("2024-T1,Personnes reçues,Sexe,hommes,s,"))
        #expect(text.contains("2024-T1,Personnes reçues,Sexe,\"lignes masquées, ensemble\",5,"))
    }

    @Test func `are not told twice over periods that overlap: the difference would tell what each withholds`()
        async throws
    {
        let stage = try await twelve()
        try await count(stage, at: "2025-02-15T09:00:00Z")
        func register(_ first: String, _ last: String) async throws {
            let (first, last) = (try stage.day(first), try stage.day(last))
            _ = try await stage.database.transaction(as: stage.team) {
                try await $0.execute("SELECT register_person_period(\(first), \(last))")
            }
        }
        func sexes(_ first: String, _ last: String) async throws -> [String: String] {
            table(try await lines(stage, first, last, day: "2025-01-31"), "received", "sex")
        }
        // What nobody registered has its totals only.
        let unregistered = try await sexes("2024-01-01", "2024-03-31")
        #expect(Set(unregistered.values) == ["s"])
        try await register("2024-01-01", "2024-03-31")
        try await register("2024-01-01", "2024-06-30")
        try await register("2024-04-01", "2024-12-31")
        try await register("2024-01-01", "2024-12-31")
        stage.clock.advance(seconds: 260 * 86_400)
        let half = try await sexes("2024-01-01", "2024-06-30")
        #expect(Set(half.values) == ["s"])
        let quarter = try await sexes("2024-01-01", "2024-03-31")
        #expect(quarter == ["f": "7", "m": "s", "not_said": "s", "withheld": "5"])
        // The other quarters have nobody, so their table is withheld, and the year's with it.
        let year = try await sexes("2024-01-01", "2024-12-31")
        #expect(Set(year.values) == ["s"])
        await #expect(throws: (any Error).self) {
            try await TestDatabase.current.tamper("UPDATE person_period SET is_own = true")
        }
    }

    @Test func `of a period that overlaps others are told where these tell them together, and only there`() async throws
    {
        let stage = try await ReportStage()
        // 2022: 30, 20, 3, 4; 2023: 2, 4, 30, 30: each year's two small ones are told together, seven and six.
        let quarters = [
            "2022-01-01", "2022-04-01", "2022-07-01", "2022-10-01", "2023-01-01", "2023-04-01", "2023-07-01",
            "2023-10-01",
        ]
        for (quarter, persons) in zip(quarters, [30, 20, 3, 4, 2, 4, 30, 30]) {
            try await TestDatabase.current.tamper(
                """
                INSERT INTO person_quarter (quarter, counted_at) VALUES ('\(quarter)', '2024-01-02');
                INSERT INTO person_count VALUES ('\(quarter)', 'received', 'all', '', \(persons));
                """)
        }
        for (first, last) in [("2022-01-01", "2022-12-31"), ("2022-07-01", "2023-06-30"), ("2023-01-01", "2023-12-31")]
        {
            let (first, last) = (try stage.day(first), try stage.day(last))
            _ = try await stage.database.transaction(as: stage.team) {
                try await $0.execute("SELECT register_person_period(\(first), \(last))")
            }
        }
        func total(_ first: String, _ last: String) async throws -> String? {
            try await lines(stage, first, last).last { $0.step == "received" && $0.dimension == "all" }?.persons
        }
        #expect(try await total("2022-01-01", "2022-12-31") == "57")
        #expect(try await total("2022-07-01", "2023-06-30") == "13")
        // One small quarter of a year and one of the other: their sum would be new.
        #expect(try await total("2022-10-01", "2023-03-31") == "s")
        #expect(try await total("2022-07-01", "2022-12-31") == "7")
        #expect(try await total("2022-04-01", "2022-09-30") == "s")
        // Before the second year was registered, nobody told of it.
        let then = try await rowsKnown(at: "2024-05-31T09:00:00Z", stage)
        #expect(then == ["s"])
    }

    /// The total over 2022-T3 to 2023-T2 as it was known at an instant.
    private func rowsKnown(at instant: String, _ stage: ReportStage) async throws -> [String] {
        let instant = try Instant(fieldText: instant)
        return try await stage.database.transaction(as: stage.team) { transaction in
            try await transaction.rows(
                """
                SELECT persons #>> '{}' AS value FROM report_persons('2024-05-30', '2022-07-01', '2023-06-30', \(instant))
                 WHERE step = 'received' AND dimension = 'all' AND period LIKE '%à%'
                """, as: Value<String>.self
            ).all().map(\.value)
        }
    }

    @Test func `are the team's to read, and never as they are stored`() async throws {
        let stage = try await twelve()
        try await count(stage)
        for caller in [stage.funder, stage.lead, .anonymous(requestID: "x")] {
            let seen = try await lines(stage, "2024-01-01", "2024-03-31", as: caller)
            #expect(seen.isEmpty)
        }
        for caller in [stage.team, stage.funder, .anonymous(requestID: "x")] {
            let seen = try await stage.database.transaction(as: caller) { transaction in
                try await transaction.rows(
                    """
                    SELECT (SELECT count(*) FROM person_count) + (SELECT count(*) FROM person_step)
                         + (SELECT count(*) FROM quarter_figure) AS value
                    """, as: Value<Int>.self
                ).first()?.value
            }
            #expect(seen == 0)
        }
    }

    @Test func `are not reported before their quarter is counted`() async throws {
        let stage = try await twelve()
        let campaign = try await stage.draft(from: "2024-01-01", to: "2024-03-31")
        let early = try await refusal {
            _ = try await stage.move(campaign.id, CampaignMove(to: .submitted), as: stage.team)
        }
        #expect(early?.problem.code == "campaign.period_not_over")
        try await count(stage)
        let submitted = try await stage.move(campaign.id, CampaignMove(to: .submitted), as: stage.team)
        #expect(submitted.state == .submitted)
    }

    @Test func `are among the public figures from five on, with the answers of closed quarters`() async throws {
        let stage = try await twelve()
        try await count(stage)
        let all = try await StatsStore(stage.database).read()
        let quarters = all["quarters"]?.elements ?? []
        let quarter = try #require(quarters.first)
        #expect(
            quarter["quarter"] == .string("2024-T1") && quarter["received"] == JSON(12)
                && quarter["oriented"] == JSON(5))
        // Five of five were answered: a hundred per cent is not told.
        #expect(quarter["hired"] == .null && quarter["response_percent"] == .null)
    }
}
