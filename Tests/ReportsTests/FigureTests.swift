import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Reports

@Suite(.database) struct `Figures of the past` {
    private func rows(_ statement: SQL) async throws -> [JSON] {
        let database = TestDatabase.current.asOperator()
        let rows = try await database.slow(as: .system(requestID: "test")) { transaction in
            try await transaction.rows(statement, as: Value<JSON>.self)
        }
        await database.close()
        return try rows.all().map(\.value)
    }

    private func figures(_ day: String, _ funder: String = "cnsa") async throws -> [String: String] {
        let found = try await rows(
            """
            SELECT to_jsonb(f) AS value FROM report_figures(\(try Day(fieldText: day)), DATE '2023-01-01', DATE '2023-12-31', \(funder), \(funder)) AS f
            """)
        return Dictionary(
            uniqueKeysWithValues: found.map { ($0["code"]?.string ?? "", ($0["value"] ?? .null).text) })
    }

    /// Three actions of CNSA's: one done with 300 € of 500 € spent, one in progress at a quarter, late, one abandoned.
    private func plan() async throws -> ReportStage {
        let stage = try await ReportStage()
        try await stage.make.action(
            "A1.01", in: stage.plan, lead: stage.leadID, status: .done, funding: [(stage.funderID, 2023, 50_000)])
        try await stage.make.action(
            "A1.02", in: stage.plan, lead: stage.leadID, title: "=1+1", status: .inProgress,
            funding: [(stage.funderID, 2023, 0), (stage.funderID, 2024, 70_000), (stage.otherID, 2023, 99_900)])
        try await stage.make.action(
            "A2.01", in: stage.plan, lead: stage.leadID, status: .abandoned, funding: [(stage.funderID, 2023, 1)])
        try await stage.make.action(
            "A2.02", in: stage.plan, lead: stage.leadID, funding: [(stage.otherID, 2023, 1_000)])
        _ = try await stage.at("2023-02-01T09:00:00Z") { store in
            let code = try ActionCode(fieldText: "A1.02")
            _ = try await store.addMilestone(
                code, NewMilestone(title: "Moitié", dueOn: try stage.day("2023-06-30")), as: stage.lead)
            let indicators = try await store.addIndicator(
                code, NewIndicator(title: "Conseillers formés", unit: "personnes", target: 20, weight: 1),
                as: stage.lead)
            let id = try #require(try indicators.first()?.indicators.first?.id)
            return try await store.addValue(
                code, id, NewIndicatorValue(datedOn: try stage.day("2023-01-31"), value: 10, source: "Émargements"),
                as: stage.lead)
        }
        try await stage.spend("A1.01", year: 2023, committed: 40_000, spent: 30_000, at: "2023-10-02T09:00:00Z")
        return stage
    }

    @Test func `of the plan and of money are those of a case computed by hand`() async throws {
        _ = try await plan()
        let all = try await figures("2023-12-31")
        let expected: [String: String] = [
            "actions": "3", "actions_done": "1", "actions_in_progress": "1", "actions_abandoned": "1",
            "actions_planned": "0", "actions_late": "1",
            // (100 + 25) / 2: one of two weights, half of it reached.
            "plan_progress": "62.5",
            "milestones_done": "0", "indicators_reached": "0", "prescribers_trained": "10", "ambassadors": "0",
            "money_planned": "50001", "money_committed": "40000", "money_spent": "30000", "money_gap": "-20001",
            "money_gap_percent": "-40", "money_spent_percent": "60", "money_committed_percent": "80",
            "structures_open": "0", "structures_verified": "null", "needs_posted": "0",
        ]
        for (code, value) in expected { #expect(all[code] == value, "\(code)") }
        // Every figure that counts nobody is defined, and every definition of one has a figure.
        let defined = try await rows(
            "SELECT to_jsonb(code) AS value FROM report_indicator WHERE subject <> 'persons' ORDER BY code COLLATE \"C\""
        )
        #expect(defined.compactMap(\.string) == all.keys.sorted())
    }

    @Test func `are not altered by what is entered later`() async throws {
        let stage = try await plan()
        let statements: [SQL] = [
            "SELECT to_jsonb(t) AS value FROM report_money(DATE '2023-12-31', NULL, NULL, NULL) AS t",
            "SELECT to_jsonb(t) AS value FROM report_actions(DATE '2023-12-31', NULL) AS t",
            "SELECT to_jsonb(t) AS value FROM report_indicators(DATE '2023-12-31', NULL) AS t",
            "SELECT to_jsonb(t) AS value FROM report_milestones(DATE '2023-12-31', NULL) AS t",
        ]
        var before: [[JSON]] = []
        for statement in statements { before.append(try await rows(statement)) }
        let figuresBefore = try await figures("2023-12-31")
        #expect(before.allSatisfy { !$0.isEmpty })
        try await stage.spend("A1.01", year: 2023, committed: 49_000, spent: 49_000, at: "2024-01-01T09:00:00Z")
        let version = try await stage.version("A1.02")
        _ = try await stage.at("2024-01-01T10:00:00Z") { store in
            var changes = ActionChanges()
            changes.title = .set("Un autre intitulé")
            return try await store.edit(
                try ActionCode(fieldText: "A1.02"), changes, precondition: version, as: stage.team)
        }
        try await TestDatabase.current.script(
            """
            SELECT set_config('pa31.now', '2024-02-01T09:00:00Z', false), set_config('pa31.caller', 'system', false);
            SELECT begin_operation(gen_random_uuid(), 'test.rename', 'organisation', NULL, NULL);
            UPDATE organisation SET name = code || ' renommé'; UPDATE axis SET title = 'Renommé';
            """)
        for (statement, rows) in zip(statements, before) { #expect(try await self.rows(statement) == rows) }
        #expect(try await figures("2023-12-31") == figuresBefore)
        let now = try await figures("2024-05-31")
        #expect(now["money_spent"] == "49000")
    }

    @Test func `of structures and needs are made again from what was changed since`() async throws {
        let stage = try await ReportStage(madeAt: "2023-01-02T09:00:00Z")
        let employer = try await stage.make.organisation("employeur", kind: .employer)
        let structure = try await stage.make.structure("310000018", "Résidence du Lac", of: employer)
        _ = try await stage.make.structure("310000026", "Résidence du Pont")
        let need = try await stage.make.need(of: structure, employer, positions: 3)
        let day = "2023-06-30"
        func structures(_ day: String) async throws -> [String] {
            try await rows("SELECT to_jsonb(t) AS value FROM report_structures(\(try Day(fieldText: day))) AS t").map(
                \.text)
        }
        func needs(_ day: String) async throws -> [String?] {
            try await rows(
                """
                SELECT to_jsonb(t) AS value FROM report_needs(\(try Day(fieldText: day)), DATE '2023-01-01', DATE '2023-12-31') AS t
                """
            ).flatMap { row in
                ["posted_count", "posted_positions", "open_count", "open_positions"].map {
                    row[$0]?.text
                }
            }
        }
        let (then, needsThen) = (try await structures(day), try await needs(day))
        #expect(then.count == 1 && then[0].contains(#""open_count":2"#) && then[0].contains(#""recruiting_count":1"#))
        #expect(needsThen == ["1", "3", "1", "3"])
        #expect(try await structures("2023-01-01").isEmpty)
        #expect(try await needs("2023-01-01").isEmpty)
        try await TestDatabase.current.script(
            """
            SELECT set_config('pa31.now', '2023-09-01T09:00:00Z', false), set_config('pa31.caller', 'system', false);
            SELECT begin_operation(gen_random_uuid(), 'test.later', 'structure', NULL, NULL);
            UPDATE structure SET status = 'closed', closed_on = '2023-09-01' WHERE finess = '310000026';
            UPDATE structure SET verified_on = '2023-09-01', organisation_id = NULL WHERE finess = '310000018';
            UPDATE need SET positions_left = 0, state = 'filled', filled_at = '2023-09-01T09:00:00Z' WHERE id = '\(need)';
            """)
        #expect(try await structures(day) == then)
        #expect(try await needs(day) == needsThen)
        let later = try await structures("2023-09-01")
        #expect(later[0].contains(#""open_count":1"#) && later[0].contains(#""verified_count":1"#))
        #expect(try await needs("2023-09-01") == ["1", "3", "0", "0"])
    }

    @Test func `have the columns that profiles may choose from, each with its definition`() async throws {
        let columns: [ReportSubject: String] = [
            .money: "report_money", .actions: "report_actions", .indicators: "report_indicators",
            .milestones: "report_milestones", .structures: "report_structures", .needs: "report_needs",
            .sessions: "report_sessions", .persons: "report_persons",
        ]
        let known = Set(try await rows("SELECT to_jsonb(code) AS value FROM report_indicator").compactMap(\.string))
        for subject in ReportSubject.allCases {
            if let function = columns[subject] {
                let names = try await rows(
                    """
                    SELECT to_jsonb(n.name) AS value FROM pg_proc p, unnest(p.proargnames, p.proargmodes) AS n (name, mode)
                     WHERE p.proname = \(function) AND n.mode = 't'
                    """
                ).compactMap(\.string)
                #expect(Set(subject.fields.map(\.name)).isSubset(of: names), "\(subject)")
            }
            #expect(subject.fields.compactMap(\.indicator).allSatisfy(known.contains), "\(subject)")
        }
    }
}
