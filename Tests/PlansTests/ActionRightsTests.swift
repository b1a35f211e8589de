import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `Rights on an action` {
    /// What each caller gets, in the words of `security.md` §2: `ok`, or the code of the refusal.
    static let expected: [String: [String: String]] = [
        "lead": ["move": "ok", "edit": "ok", "note": "ok", "evidence": "ok", "spending": "ok", "history": "ok"],
        "team": ["move": "ok", "edit": "ok", "note": "ok", "evidence": "ok", "spending": "ok", "history": "ok"],
        "partner": [
            "move": "auth.forbidden", "edit": "auth.forbidden", "note": "ok", "evidence": "ok",
            "spending": "auth.forbidden", "history": "ok",
        ],
        "other": [
            "move": "auth.forbidden", "edit": "auth.forbidden", "note": "auth.forbidden", "evidence": "auth.forbidden",
            "spending": "auth.forbidden", "history": "auth.forbidden",
        ],
        "funder": [
            "move": "auth.forbidden", "edit": "auth.forbidden", "note": "auth.forbidden", "evidence": "auth.forbidden",
            "spending": "auth.forbidden", "history": "auth.forbidden",
        ],
    ]

    private func callers(_ stage: Stage) -> [String: Caller] {
        [
            "lead": stage.lead, "team": stage.team, "partner": stage.partner, "other": stage.other,
            "funder": stage.funder,
        ]
    }

    private func attempt(_ operation: String, _ action: ActionCode, _ caller: Caller, _ stage: Stage) async throws
        -> String
    {
        let precondition = Precondition(version: try await stage.version(action))
        let found = try await refusal {
            switch operation {
            case "move":
                _ = try await stage.store.move(
                    action, ActionMove(to: .inProgress), precondition: precondition, as: caller)
            case "edit":
                var changes = ActionChanges()
                changes.health = .set(.attainable)
                _ = try await stage.store.edit(action, changes, precondition: precondition, as: caller)
            case "note":
                _ = try await stage.store.addNote(action, NewNote(kind: .result, text: "note"), as: caller)
            case "evidence":
                _ = try await stage.store.addEvidence(
                    action, .init(label: "Bilan", url: "https://exemple.example/"), as: caller)
            case "spending":
                _ = try await stage.store.recordSpending(
                    action, funder: try OrganisationCode(fieldText: "financeur"), year: 2023,
                    SpendingChanges(spentCents: 5), precondition: precondition, as: caller)
            default:
                _ = try await stage.store.history(action, limit: .standard, cursor: nil, as: caller)
            }
        }
        return found?.problem.code ?? "ok"
    }

    @Test(arguments: expected.keys.sorted()) func `are those of the table`(_ who: String) async throws {
        let stage = try await Stage()
        let caller = try #require(callers(stage)[who])
        for (number, operation) in ["move", "edit", "note", "evidence", "spending", "history"].enumerated() {
            for isPublic in [true, false] {
                let text = "A1.\(isPublic ? 2 : 3)\(number)"
                try await stage.make.action(
                    text, in: stage.plan, lead: stage.leadID, isPublic: isPublic, partners: [stage.partnerID],
                    funding: [(stage.funderID, 2023, 1000)])
                var expected = Self.expected[who]?[operation]
                // A stranger may not know of an action that is not public; its funder may.
                if !isPublic, who == "other" { expected = "action.not_found" }
                #expect(
                    try await attempt(operation, try code(text), caller, stage) == expected, "\(operation) \(isPublic)")
            }
        }
    }

    @Test func `end with a role or a token that only reads`() async throws {
        let stage = try await Stage()
        try await stage.make.action("A1.01", in: stage.plan, lead: stage.leadID)
        let readers: [(role: Caller.Role, scopes: Set<Caller.Scope>)] = [
            (.reader, [.read, .write]), (.editor, [.read]),
        ]
        for (role, scopes) in readers {
            let member = try await stage.make.member(of: stage.leadID, role: role, scopes: scopes)
            let found = try await refusal {
                _ = try await stage.store.addNote(
                    try code("A1.01"), NewNote(kind: .result, text: "note"), as: .member(member, requestID: "r"))
            }
            #expect(found?.problem == .forbidden)
        }
    }

    @Test func `keep what is internal from everybody but lead, partners and team`() async throws {
        let stage = try await Stage()
        try await stage.make.action(
            "A1.01", in: stage.plan, lead: stage.leadID, partners: [stage.partnerID],
            funding: [(stage.funderID, 2023, 1000)])
        for (who, caller) in callers(stage) {
            switch try await stage.store.find(try code("A1.01"), as: caller, on: Day(number: 19_400)) {
            case .full: #expect(["lead", "team", "partner"].contains(who))
            case .publicView: #expect(["other", "funder"].contains(who))
            }
        }
        let anonymous = Caller.anonymous(requestID: "r")
        guard case .publicView = try await stage.store.find(try code("A1.01"), as: anonymous, on: Day(number: 19_400))
        else {
            Issue.record("the public sees an internal representation")
            return
        }
    }

    @Test func `let the lead change its fields and the team the agreement's`() async throws {
        let stage = try await Stage()
        let action = try code("A1.01")
        try await stage.make.action("A1.01", in: stage.plan, lead: stage.leadID)
        var changes = ActionChanges()
        changes.title = .set("Nouveau titre")
        changes.plannedEnd = .set(Day(year: 2024, month: 3, day: 31)!)
        let refused = try await refusal {
            _ = try await stage.store.edit(action, changes, precondition: Precondition(version: 1), as: stage.lead)
        }
        #expect(refused?.problem == .forbidden)
        #expect(refused?.errors.map(\.pointer) == ["/title", "/planned_end"])
        let rows = try await stage.store.edit(action, changes, precondition: Precondition(version: 1), as: stage.team)
        #expect(rows.text(0, "title") == "Nouveau titre")
        #expect(rows.text(0, "version") == "2")
        // The same again changes nothing, and leaves the version.
        let again = try await stage.store.edit(action, changes, precondition: Precondition(version: 2), as: stage.team)
        #expect(again.text(0, "version") == "2")
    }

    @Test func `do not let a rule be broken: each constraint answers by name`() async throws {
        let stage = try await Stage()
        let action = try code("A1.01")
        try await stage.make.action("A1.01", in: stage.plan, lead: stage.leadID)
        func edit(_ body: (inout ActionChanges) -> Void) async throws -> String? {
            var changes = ActionChanges()
            body(&changes)
            return try await refusal {
                _ = try await stage.store.edit(action, changes, precondition: Precondition(version: 1), as: stage.team)
            }?.errors.first?.pointer
        }
        #expect(try await edit { $0.title = .set("  ") } == "/title")
        #expect(try await edit { $0.title = .cleared } == "/title")
        #expect(try await edit { $0.description = .set(String(repeating: "x", count: 4001)) } == "/description")
        #expect(try await edit { $0.plannedEnd = .set(Day(year: 2020, month: 1, day: 1)!) } == "/planned_end")
        #expect(try await edit { $0.actualEnd = .set(Day(year: 2023, month: 1, day: 1)!) } == "/actual_end")
        #expect(try await stage.version(action) == 1)
    }
}
