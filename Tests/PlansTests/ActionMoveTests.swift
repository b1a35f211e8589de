import Accounts
import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// Two organisations, one plan, callers of each kind: what the tests of actions start from.
struct Stage: Sendable {
    let make: Make
    let plan: UUID
    let lead: Caller
    let other: Caller
    let partner: Caller
    let team: Caller
    let funder: Caller
    let leadID: Organisation.ID
    let partnerID: Organisation.ID
    let funderID: Organisation.ID
    let store: ActionStore

    init(clock: TimeSource = .system) async throws {
        let make = Make(clock: clock)
        self.make = make
        func caller(_ code: String, _ kind: Caller.OrganisationKind) async throws -> (Organisation.ID, Caller) {
            let id = try await make.organisation(code, kind: kind)
            return (id, .member(try await make.member(of: id, kind: kind), requestID: "test-\(code)"))
        }
        (leadID, lead) = try await caller("porteur", .partner)
        other = try await caller("autre", .partner).1
        (partnerID, partner) = try await caller("partenaire", .partner)
        team = try await caller("equipe", .platform).1
        (funderID, funder) = try await caller("financeur", .funder)
        plan = try await make.plan()
        store = ActionStore(TestDatabase.current.asServer(clock: clock))
    }

    func version(_ code: ActionCode) async throws -> Int {
        guard case .full(_, let version) = try await store.find(code, as: team, on: Day(number: 19_400)) else {
            return 0
        }
        return version
    }

    func status(_ code: ActionCode) async throws -> String? {
        guard case .full(let rows, _) = try await store.find(code, as: team, on: Day(number: 19_400)) else {
            return nil
        }
        return rows.text(0, "status")
    }
}

func code(_ text: String) throws -> ActionCode { try ActionCode(fieldText: text) }

@Suite(.database) struct `A move of an action` {
    struct Cell: Sendable, CustomTestStringConvertible {
        let from: ActionStatus
        let to: ActionStatus
        let actor: ActionActor
        var testDescription: String { "\(actor): \(from) → \(to)" }
    }

    static let cells = ActionStatus.allCases.flatMap { from in
        ActionStatus.allCases.flatMap { to in ActionActor.allCases.map { Cell(from: from, to: to, actor: $0) } }
    }

    /// The whole matrix, generated from the table: every cell either happens with what it needs and is refused
    /// without, or is refused with what is allowed.
    @Test func `is what the table says, for every state, target and actor`() async throws {
        let stage = try await Stage()
        for (number, cell) in Self.cells.enumerated() {
            let text = "A1.\(String(number + 100))"
            try await stage.make.action(text, in: stage.plan, lead: stage.leadID, status: cell.from)
            let action = try code(text)
            let caller = cell.actor == .lead ? stage.lead : stage.team
            let row = actionTransitions.rows.first {
                $0.from.contains(cell.from) && $0.to == cell.to && $0.by.contains(cell.actor)
            }
            let version = try await stage.version(action)
            func move(_ move: ActionMove) async throws -> Refusal? {
                try await refusal {
                    _ = try await stage.store.move(
                        action, move, precondition: Precondition(version: version), as: caller)
                }
            }
            let bare = try await move(ActionMove(to: cell.to))
            guard let row else {
                #expect(bare?.problem == .transitionForbidden, "\(cell)")
                let allowed = bare?.extras.first { $0.name == "allowed" }?.value.elements.compactMap {
                    $0["to"]?.string
                }
                #expect(allowed == actionTransitions.allowed(from: cell.from, by: cell.actor).map(\.to.rawValue))
                #expect(try await stage.status(action) == cell.from.rawValue)
                continue
            }
            if !row.needs.isEmpty {
                #expect(bare?.problem == .transitionIncomplete, "\(cell)")
                #expect(bare?.errors.map(\.pointer) == row.needs.map { "/\($0[0])" })
                #expect(try await stage.status(action) == cell.from.rawValue)
                let full = ActionMove(
                    to: cell.to, reason: "motif", blocker: "frein", unblocker: "CD31",
                    evidence: .init(label: "Bilan", url: "https://exemple.example/b.pdf"))
                #expect(try await move(full) == nil, "\(cell)")
            } else {
                #expect(bare == nil, "\(cell)")
            }
            #expect(try await stage.status(action) == cell.to.rawValue)
        }
    }

    @Test func `to done may rest on evidence given before, or on the team's reason`() async throws {
        let stage = try await Stage()
        for text in ["A1.01", "A1.02"] {
            try await stage.make.action(text, in: stage.plan, lead: stage.leadID, status: .inProgress)
        }
        _ = try await stage.store.addEvidence(
            try code("A1.01"), .init(label: "Bilan", url: "https://exemple.example/b.pdf"), as: stage.lead)
        _ = try await stage.store.move(
            try code("A1.01"), ActionMove(to: .done),
            precondition: Precondition(version: try await stage.version(try code("A1.01"))), as: stage.lead)
        _ = try await stage.store.move(
            try code("A1.02"), ActionMove(to: .done, reason: "constaté en comité"),
            precondition: Precondition(version: 1), as: stage.team)
        #expect(try await stage.status(try code("A1.01")) == "done")
        #expect(try await stage.status(try code("A1.02")) == "done")
    }

    @Test func `out of blocked forgets what blocked it, and history keeps it`() async throws {
        let stage = try await Stage()
        let action = try code("A1.01")
        try await stage.make.action("A1.01", in: stage.plan, lead: stage.leadID, status: .inProgress)
        _ = try await stage.store.move(
            action, ActionMove(to: .blocked, blocker: "convention non signée", unblocker: "CD31"),
            precondition: Precondition(version: 1), as: stage.lead)
        let rows = try await stage.store.move(
            action, ActionMove(to: .inProgress), precondition: Precondition(version: 2), as: stage.lead)
        #expect(rows.text(0, "blocker") == nil)
        let events = try await stage.store.history(action, limit: .largest, cursor: nil, as: stage.lead).all()
        #expect(events.map(\.operation) == ["test.make", "action.transition", "action.transition"])
        let blocked = events[1].changes.first { $0.field == "blocker" }
        #expect(blocked?.to == "convention non signée")
        #expect(events[2].changes.first { $0.field == "status" }?.from == "blocked")
        #expect(events[2].organisation == "Organisme porteur")
        #expect(events[2].requestID == "test-porteur")
    }

    @Test func `at the same version at once succeeds once, and tells the other what changed`() async throws {
        let stage = try await Stage()
        let action = try code("A1.01")
        try await stage.make.action("A1.01", in: stage.plan, lead: stage.leadID, status: .inProgress)
        let outcomes = try await withThrowingTaskGroup(of: Refusal?.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await refusal {
                        _ = try await stage.store.move(
                            action, ActionMove(to: .paused, reason: "motif \(number)"),
                            precondition: Precondition(version: 1), as: number % 2 == 0 ? stage.lead : stage.team)
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let refused = outcomes.compactMap { $0 }
        #expect(outcomes.count - refused.count == 1)
        #expect(refused.allSatisfy { $0.problem == .stale })
        let changed = refused.first?.extras.first { $0.name == "changed_fields" }?.value
        #expect(changed == ["status", "status_reason"])
        let events = try await stage.store.history(action, limit: .largest, cursor: nil, as: stage.team).all()
        #expect(events.filter { $0.operation == "action.transition" }.count == 1)
    }
}
