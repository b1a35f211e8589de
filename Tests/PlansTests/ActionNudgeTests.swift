import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// What leads should be reminded of: which facts, for whom, in which words.
@Suite(.database) struct `A reminder` {
    static let today = Day(year: 2023, month: 6, day: 15)!

    private func day(_ text: String) throws -> Day { try Day(fieldText: text) }

    private func clock(_ text: String) throws -> TimeSource { .fixed(try Instant(fieldText: text + "T10:00:00Z")) }

    private struct Stage {
        let lead: Caller
        let other: Caller
        let team: Caller
        let plan: UUID
        let organisation: Organisation.ID
        let stranger: Organisation.ID
        let funder: Organisation.ID
        let actions: ActionStore

        init(_ clock: TimeSource) async throws {
            let make = Make()
            organisation = try await make.organisation("porteur")
            stranger = try await make.organisation("autre")
            funder = try await make.organisation("cnsa", kind: .funder)
            let platform = try await make.organisation("tme", kind: .platform)
            lead = .member(try await make.member(of: organisation), requestID: "lead")
            other = .member(try await make.member(of: stranger), requestID: "other")
            team = .member(try await make.member(of: platform, kind: .platform), requestID: "team")
            plan = try await make.plan()
            actions = ActionStore(TestDatabase.current.asServer(clock: clock))
        }

        func found(on day: Day, for organisation: String? = nil, as caller: Caller) async throws -> [ActionNudge] {
            try await actions.nudges(
                on: day, for: try organisation.map { try OrganisationCode(fieldText: $0) }, as: caller
            ).all()
        }
    }

    /// An action of the lead's that was changed last on a day.
    private func make(
        _ code: String, _ stage: Stage, on day: String = "2023-06-01", status: ActionStatus = .inProgress,
        from start: String = "2023-01-01", to end: String = "2023-12-31", money: Int = 0, lead: Organisation.ID? = nil
    ) async throws {
        try await Make(clock: try clock(day)).action(
            code, in: stage.plan, lead: lead ?? stage.organisation, status: status, start: try self.day(start),
            end: try self.day(end), funding: money == 0 ? [] : [(stage.funder, 2023, money)])
    }

    @Test func `is for each fact of its day, and for no other`() async throws {
        let stage = try await Stage(try clock("2023-06-15"))
        try await make("A1.01", stage, to: "2023-06-14")
        try await make("A1.02", stage, status: .planned, from: "2023-06-14")
        try await make("A1.03", stage, on: "2023-05-16", status: .blocked)
        try await make("A1.04", stage, on: "2023-05-17", status: .blocked)
        try await make("A1.05", stage, on: "2023-04-15")
        try await make("A1.06", stage, on: "2023-04-16")
        try await make("A1.07", stage, to: "2023-07-15", money: 100)
        try await make("A1.08", stage, to: "2023-07-16", money: 100)
        try await make("A1.09", stage, status: .done, to: "2023-06-14")
        try await make("A1.10", stage, status: .abandoned, to: "2023-06-14")
        try await make("A1.11", stage)
        for (title, due) in [("Passé", "2023-06-14"), ("Proche", "2023-06-29"), ("Loin", "2023-06-30")] {
            _ = try await stage.actions.addMilestone(
                ActionCode(fieldText: "A1.11"), NewMilestone(title: title, dueOn: try day(due)), as: stage.lead)
        }
        let found = try await stage.found(on: Self.today, as: stage.team)
        #expect(
            found.map { "\($0.action) \($0.kind.rawValue) \($0.factOn) \($0.milestone ?? "")" } == [
                "A1.01 late_end 2023-06-14 ", "A1.02 late_start 2023-06-14 ", "A1.03 blocked 2023-05-16 ",
                "A1.05 stale 2023-04-15 ", "A1.07 no_evidence 2023-07-15 ", "A1.07 nothing_spent 2023-07-15 ",
                "A1.11 late_milestone 2023-06-14 Passé", "A1.11 milestone_due 2023-06-29 Proche",
            ])
        #expect(Set(found.map(\.organisation)) == ["porteur"])
        #expect(Set(found.map(\.key)).count == found.count)
    }

    @Test func `is over when its fact is: reached, spent, proved, unblocked`() async throws {
        let stage = try await Stage(try clock("2023-06-15"))
        try await make("A1.01", stage, on: "2023-05-01", status: .blocked, to: "2023-07-10", money: 100)
        let code = try ActionCode(fieldText: "A1.01")
        func version() async throws -> Precondition {
            guard case .full(_, let version) = try await stage.actions.find(code, as: stage.lead, on: Self.today) else {
                return Precondition(header: nil)
            }
            return Precondition(version: version)
        }
        let added = try await stage.actions.addMilestone(
            code, NewMilestone(title: "Bilan", dueOn: try day("2023-06-20")), as: stage.lead)
        let milestone = try #require(try added.row(0).milestones.first?.id)
        #expect(
            try await stage.found(on: Self.today, as: stage.lead).map(\.kind) == [
                .blocked, .milestoneDue, .noEvidence, .nothingSpent,
            ])
        var reached = MilestoneChanges()
        reached.doneOn = .set(Self.today)
        _ = try await stage.actions.editMilestone(
            code, milestone, reached, precondition: try await version(), as: stage.lead)
        _ = try await stage.actions.addEvidence(
            code, .init(label: "x", url: "https://exemple.example/"), as: stage.lead)
        _ = try await stage.actions.recordSpending(
            code, funder: try OrganisationCode(fieldText: "cnsa"), year: 2023, SpendingChanges(spentCents: 1),
            precondition: try await version(), as: stage.lead)
        _ = try await stage.actions.move(
            code, ActionMove(to: .inProgress), precondition: try await version(), as: stage.lead)
        #expect(try await stage.found(on: Self.today, as: stage.lead) == [])
        // Blocked again: a fact of its own, and a reminder of its own in thirty days.
        _ = try await stage.actions.move(
            code, ActionMove(to: .blocked, blocker: "a", unblocker: "b"), precondition: try await version(),
            as: stage.lead)
        #expect(try await stage.found(on: day("2023-07-09"), as: stage.lead) == [])
        let again = try await stage.found(on: day("2023-07-20"), as: stage.lead)
        #expect(again.map(\.key) == ["A1.01/blocked/2023-06-15", "A1.01/late_end/2023-07-10"])
    }

    @Test func `is the lead's own, and all of them the team's`() async throws {
        let stage = try await Stage(try clock("2023-06-15"))
        try await make("A1.01", stage, to: "2023-06-14")
        try await make("A1.02", stage, to: "2023-06-14", lead: stage.stranger)
        func actions(_ organisation: String?, _ caller: Caller) async throws -> [String] {
            try await stage.found(on: Self.today, for: organisation, as: caller).map(\.action.text)
        }
        #expect(try await actions(nil, stage.team) == ["A1.02", "A1.01"])
        #expect(try await actions("porteur", stage.team) == ["A1.01"])
        #expect(try await actions("cnsa", stage.team) == [])
        #expect(try await actions(nil, stage.lead) == ["A1.01"])
        #expect(try await actions("porteur", stage.lead) == ["A1.01"])
        #expect(try await actions(nil, stage.other) == ["A1.02"])
        for organisation in ["porteur", "cnsa", "inconnu"] {
            let refused = try await refusal { _ = try await actions(organisation, stage.other) }
            #expect(refused?.problem.kind == .forbidden, "\(organisation)")
        }
    }

    @Test func `says what it is about in whole sentences, in both languages`() throws {
        func nudge(_ kind: ActionNudge.Kind, _ fact: String, milestone: String? = nil) throws -> Text {
            let code = try ActionCode(fieldText: "A1.03")
            let id = milestone == nil ? nil : Identifier<Milestone>.placeholder
            return ActionNudge(
                organisation: "porteur", action: code, title: "Forum", kind: kind, factOn: try day(fact),
                milestoneID: id, milestone: milestone
            ).text(on: Self.today)
        }
        #expect(
            try nudge(.lateEnd, "2023-06-14")
                == Text(
                    fr:
                        "A1.03 « Forum » devait finir le 14/06/2023, il y a 1 jour : dites où elle en est, ou demandez à l'équipe une autre date.",
                    en:
                        "A1.03 “Forum” was to end on 2023-06-14, 1 day ago: say where it stands, or ask the team for another day."
                ))
        #expect(
            try nudge(.milestoneDue, "2023-06-29", milestone: "Bilan")
                == Text(
                    fr: "A1.03 « Forum » : le jalon « Bilan » est attendu le 29/06/2023, dans 14 jours.",
                    en: "A1.03 “Forum”: milestone “Bilan” is due on 2023-06-29, in 14 days."))
        #expect(try nudge(.milestoneDue, "2023-06-15", milestone: "Bilan").fr.hasSuffix("le 15/06/2023, aujourd'hui."))
        #expect(try nudge(.stale, "2023-04-15").fr.contains("depuis le 15/04/2023, 61 jours : une note suffit."))
        for kind in ActionNudge.Kind.allCases {
            let text = try nudge(kind, "2023-06-14", milestone: "Bilan")
            for sentence in [text.fr, text.en] {
                #expect(sentence.hasPrefix("A1.03 "))
                #expect(sentence.hasSuffix("."))
                #expect(!sentence.contains("  "))
            }
            #expect(text.fr != text.en)
        }
    }
}
