import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@testable import Reports

@Suite(.database) struct `A move of a campaign` {
    /// The whole matrix, generated from the table.
    @Test func `is what the table says, for every state, target and actor`() async throws {
        let stage = try await ReportStage()
        let (first, second) = (stage.funder.member!.id, stage.secondOfFunder.member!.id)
        for from in CampaignState.allCases {
            for to in CampaignState.allCases {
                for actor in CampaignActor.allCases {
                    let id = Campaign.ID(
                        try await stage.make.campaign(
                            of: stage.funderID, state: from.rawValue,
                            reviewer: [.reviewed, .final].contains(from) ? first : nil,
                            signatory: from == .final ? second : nil))
                    let row = campaignTransitions.rows.first {
                        $0.from.contains(from) && $0.to == to && $0.by.contains(actor)
                    }
                    let caller = actor == .team ? stage.team : stage.secondOfFunder
                    var move = CampaignMove(to: to)
                    let place = "\(actor): \(from) → \(to)"
                    if row?.needs.isEmpty == false {
                        let bare = try await refusal { _ = try await stage.move(id, move, as: caller) }
                        #expect(bare?.problem == .transitionIncomplete, "\(place)")
                    }
                    if row?.needs.contains(["comment"]) == true { move.comment = "Le total de 2023 ?" }
                    if row?.needs.contains(["reason"]) == true { move.reason = "Période mal choisie." }
                    if row?.needs.contains(["signatory"]) == true { move.signatory = second }
                    let found = try await refusal { _ = try await stage.move(id, move, as: caller) }
                    if row != nil {
                        #expect(found == nil, "\(place)")
                    } else if actor == .funder, [.draft, .cancelled].contains(from) {
                        #expect(found?.problem.code == "campaign.not_found", "\(place)")
                    } else {
                        #expect(found?.problem == .transitionForbidden, "\(place)")
                    }
                    try await TestDatabase.current.tamper(
                        "UPDATE campaign SET state = 'cancelled', due_on = NULL, signatory_id = NULL WHERE id = '\(id)'"
                    )
                }
            }
        }
    }

    @Test func `shows the funder nothing before the first submission, then the report; others never`() async throws {
        let stage = try await ReportStage()
        let draft = try await stage.draft()
        for caller in [stage.funder, stage.other, stage.lead] {
            #expect(try await stage.campaigns.list(.init(), as: caller).isEmpty)
            let found = try await refusal { _ = try await stage.campaigns.find(draft.id, as: caller) }
            #expect(found?.problem.code == "campaign.not_found")
        }
        let submitted = try await stage.move(draft.id, CampaignMove(to: .submitted), as: stage.team)
        let report = try #require(submitted.reports.first)
        #expect(submitted.state == .submitted && submitted.owedBy == .funder && report.number == 1)
        #expect(report.asOf == on("2024-05-31"))
        #expect(try await stage.campaigns.list(.init(), as: stage.funder).count == 1)
        let seen = try await stage.campaigns.find(draft.id, as: stage.funder)
        #expect(seen.gaps == nil)
        _ = try await stage.reports.find(report.id, as: stage.funder)
        for caller in [stage.other, stage.lead, .anonymous(requestID: "x")] {
            #expect(try await stage.campaigns.list(.init(), as: stage.other).isEmpty)
            let found = try await refusal { _ = try await stage.reports.find(report.id, as: caller) }
            #expect(found?.problem.code == "report.not_found")
        }
    }

    @Test func `freezes one report when two submit at once`() async throws {
        let stage = try await ReportStage()
        let draft = try await stage.draft()
        let outcomes = try await TestDatabase.current.collide(
            2, on: "SELECT FROM campaign WHERE id = \(draft.id) FOR UPDATE"
        ) { _ in
            try await refusal {
                _ = try await stage.campaigns.move(
                    draft.id, CampaignMove(to: .submitted), precondition: Precondition(version: 1), as: stage.team)
            }?.problem.code
        }
        #expect(outcomes.compactMap(\.self) == ["version.stale"])
        let campaign = try #require(try await stage.campaigns.find(draft.id, as: stage.team).campaign.first())
        #expect(campaign.reports.map(\.number) == [1])
    }

    @Test func `numbers each report, and asks for a signatory who is not the reviewer`() async throws {
        let stage = try await ReportStage()
        let id = try await stage.draft().id
        _ = try await stage.move(id, CampaignMove(to: .submitted), as: stage.team)
        _ = try await stage.move(id, CampaignMove(to: .fixRequested, comment: "Le total ?"), as: stage.funder)
        let again = try await stage.move(id, CampaignMove(to: .submitted), as: stage.team)
        #expect(again.reports.map(\.number) == [1, 2])
        let reviewed = try await stage.move(id, CampaignMove(to: .reviewed), as: stage.funder)
        #expect(reviewed.reviewerID == stage.funder.member?.id)
        func sign(_ signatory: Caller, by caller: Caller) async throws -> String? {
            try await refusal {
                _ = try await stage.move(id, CampaignMove(to: .final, signatory: signatory.member?.id), as: caller)
            }?.problem.code
        }
        #expect(try await sign(stage.funder, by: stage.funder) == "campaign.signatory")
        #expect(try await sign(stage.secondOfFunder, by: stage.funder) == "campaign.signatory")
        #expect(try await sign(stage.funder, by: stage.secondOfFunder) == "campaign.signatory")
        #expect(try await sign(stage.secondOfFunder, by: stage.secondOfFunder) == nil)
        let final = try #require(try await stage.campaigns.find(id, as: stage.funder).campaign.first())
        #expect(final.state == .final && final.dueOn == nil && final.signatoryID == stage.secondOfFunder.member?.id)
        // Behind the program too.
        await #expect(throws: (any Error).self) {
            try await TestDatabase.current.tamper("UPDATE campaign SET signatory_id = reviewer_id WHERE id = '\(id)'")
        }
    }

    @Test func `is owed by somebody by a day, until the end`() async throws {
        let stage = try await ReportStage()
        let draft = try await stage.draft()
        #expect(draft.owedBy == .team && draft.dueOn == draft.submitBy && !draft.isOverdue)
        #expect(draft.reviewBy == on("2024-07-30") && draft.signBy == on("2024-08-14"))
        stage.clock.advance(seconds: 86_400 * 60)
        let late = try #require(try await stage.campaigns.find(draft.id, as: stage.team).campaign.first())
        #expect(late.isOverdue)
        let submitted = try await stage.move(draft.id, CampaignMove(to: .submitted), as: stage.team)
        // Submitted late, the funder has its days all the same.
        #expect(submitted.dueOn == on("2024-08-30"))
    }
}

@Suite(.database) struct `A campaign` {
    @Test(arguments: [
        ("2023-01-02", "2023-12-31", "2024-06-30", "/starts_on"),
        ("2023-01-01", "2023-12-30", "2024-06-30", "/starts_on"),
        ("2023-02-01", "2023-03-31", "2024-06-30", "/starts_on"),
        ("2024-01-01", "2023-12-31", "2024-06-30", "/ends_on"),
        ("2023-01-01", "2023-12-31", "2023-12-31", "/submit_by"),
        ("2015-01-01", "2023-12-31", "2024-06-30", "/starts_on"),
        ("2023-01-01", "9999-12-31", "9999-12-31", "/submit_by"),
        ("2023-01-01", "2023-12-31", "9999-01-01", "/opens_on"),
    ])
    func `is refused when its days make no sense`(_ from: String, _ to: String, _ submit: String, _ field: String)
        async throws
    {
        let stage = try await ReportStage()
        let new = NewCampaign(
            profile: try ProfileCode(fieldText: "cnsa"), startsOn: try stage.day(from), endsOn: try stage.day(to),
            submitBy: try stage.day(submit))
        let found = try await refusal { _ = try await stage.campaigns.create(new, as: stage.team) }
        #expect(found?.problem.code == "campaign.invalid")
        #expect(found?.errors.map(\.pointer) == [field])
    }

    @Test func `is made by the team only, of a profile that there is, once for a period`() async throws {
        let stage = try await ReportStage()
        func new(_ profile: String) throws -> NewCampaign {
            NewCampaign(
                profile: try ProfileCode(fieldText: profile), startsOn: try stage.day("2023-01-01"),
                endsOn: try stage.day("2023-03-31"),
                submitBy: try stage.day("2024-06-30"))
        }
        for caller in [stage.funder, stage.lead, .anonymous(requestID: "x")] {
            let found = try await refusal { _ = try await stage.campaigns.create(try new("cnsa"), as: caller) }
            #expect(found?.problem == .forbidden)
        }
        let unknown = try await refusal { _ = try await stage.campaigns.create(try new("essai"), as: stage.team) }
        #expect(unknown?.detail.en.contains("Known profiles: ars, cd31, cnsa") == true)
        let made = try await stage.campaigns.create(try new("cnsa"), as: stage.team).campaign.first()
        #expect(made?.title == "Bilan d'exécution, CNSA, 2023-T1")
        let twice = try await refusal { _ = try await stage.campaigns.create(try new("cnsa"), as: stage.team) }
        #expect(twice?.problem.code == "campaign.exists")
        // ARS is no organisation here.
        let nobody = try await refusal { _ = try await stage.campaigns.create(try new("ars"), as: stage.team) }
        #expect(nobody?.problem.code == "campaign.invalid")
    }

    @Test func `is not submitted before its period is over, nor as of a day that is not past`() async throws {
        let stage = try await ReportStage()
        let running = try await stage.campaigns.create(
            NewCampaign(
                profile: try ProfileCode(fieldText: "cnsa"), startsOn: try stage.day("2024-04-01"),
                endsOn: try stage.day("2024-06-30"),
                submitBy: try stage.day("2024-09-30")), as: stage.team
        ).campaign.first()!
        let early = try await refusal {
            _ = try await stage.move(running.id, CampaignMove(to: .submitted), as: stage.team)
        }
        #expect(early?.problem.code == "campaign.period_not_over")
        let draft = try await stage.draft()
        for day in ["2024-06-01", "2099-01-01", "2023-12-30", "9999-12-31"] {
            let found = try await refusal {
                _ = try await stage.move(
                    draft.id, CampaignMove(to: .submitted, asOf: try stage.day(day)), as: stage.team)
            }
            #expect(found?.problem.code == "campaign.invalid", "\(day)")
            #expect(found?.errors.map(\.pointer) == ["/as_of"])
        }
        _ = try await stage.move(
            draft.id, CampaignMove(to: .submitted, asOf: try stage.day("2023-12-31")), as: stage.team)
    }

    @Test func `says what is missing and who must do it, and is submitted once each gap is closed or explained`()
        async throws
    {
        let stage = try await ReportStage()
        try await stage.make.action(
            "A1.01", in: stage.plan, lead: stage.leadID, status: .planned,
            funding: [(stage.funderID, 2023, 100_000), (stage.funderID, 2024, 5_000)])
        try await stage.make.action(
            "A1.02", in: stage.plan, lead: stage.leadID, status: .planned, funding: [(stage.otherID, 2023, 9_000)])
        let draft = try await stage.draft()
        let gaps = try #require(try await stage.campaigns.find(draft.id, as: stage.team).gaps).elements
        #expect(gaps.map { $0["gap"]?.string } == ["spending:A1.01:2023", "status:A1.01"])
        #expect(gaps.allSatisfy { $0["owed_by"]?.string == "porteur" })
        let refused = try await refusal {
            _ = try await stage.move(draft.id, CampaignMove(to: .submitted), as: stage.team)
        }
        #expect(refused?.problem.code == "campaign.incomplete")
        #expect(refused?.detail.fr.contains("A1.01 : aucun engagement ni dépense saisi pour 2023") == true)
        try await stage.spend("A1.01", year: 2023, committed: 90_000, spent: 80_000, at: "2024-05-02T09:00:00Z")
        let wrong = try await refusal {
            _ = try await stage.campaigns.explain(
                draft.id, NewExplanation(gap: "spending:A1.01:2023", text: "Rien."), as: stage.team)
        }
        #expect(wrong?.errors.map(\.pointer) == ["/gap"])
        for caller in [stage.funder, stage.lead] {
            let found = try await refusal {
                _ = try await stage.campaigns.explain(
                    draft.id, NewExplanation(gap: "status:A1.01", text: "Non."), as: caller)
            }
            #expect(found?.problem.code == "campaign.not_found")
        }
        _ = try await stage.campaigns.explain(
            draft.id, NewExplanation(gap: "status:A1.01", text: "Reportée d'un an."), as: stage.team)
        let submitted = try await stage.move(draft.id, CampaignMove(to: .submitted), as: stage.team)
        let report = try await stage.reports.find(submitted.reports[0].id, as: stage.funder)
        let gap = try #require(try report.content().gaps.first)
        #expect(gap["gap"]?.string == "status:A1.01" && gap["explanation"]?.string == "Reportée d'un an.")
    }

    @Test func `reminds who owes something, every week, and says what`() async throws {
        let stage = try await ReportStage()
        try await stage.make.action(
            "A1.01", in: stage.plan, lead: stage.leadID, status: .planned, funding: [(stage.funderID, 2023, 100_000)])
        let draft = try await stage.draft()
        func remind() async throws -> Int {
            try await stage.database.transaction(as: .system(requestID: "clock")) { transaction in
                try await campaignRules[0].run(transaction, 10)
            }
        }
        func tasks() async throws -> [String] {
            let database = TestDatabase.current.asSuperuser()
            let rows = try await database.read(
                "SELECT kind AS value FROM task WHERE about_id = \(draft.id) AND done_at IS NULL ORDER BY kind",
                as: Value<String>.self)
            await database.close()
            return try rows.all().map(\.value)
        }
        #expect(try await remind() == 0)
        stage.clock.advance(seconds: 86_400 * 10)
        #expect(try await remind() == 1)
        #expect(try await remind() == 0)
        #expect(try await tasks() == ["campaign.remind", "campaign.submit"])
        stage.clock.advance(seconds: 86_400 * 7)
        #expect(try await remind() == 1)
        _ = try await stage.move(draft.id, CampaignMove(to: .cancelled, reason: "Sans objet."), as: stage.team)
        stage.clock.advance(seconds: 86_400 * 7)
        #expect(try await remind() == 0)
    }
}
