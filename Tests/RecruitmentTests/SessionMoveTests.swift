import Contract
import Fields
import Postgres
import TestSupport
import Testing

@testable import Recruitment

@Suite(.database) struct `The moves of a session` {
    @Test(arguments: SessionState.allCases)
    func `are the table's, for its organiser and nobody else`(from: SessionState) async throws {
        try await RecruitmentStage.run { stage in
            let store = SessionStore(stage.database)
            for (name, actor) in [
                ("partner", SessionActor.organiser), ("team", nil), ("recruiter", nil), ("prescriber", nil),
            ] as [(String, SessionActor?)] {
                for to in SessionState.allCases {
                    let id = try await stage.make.session(of: stage.partnerID, state: from)
                    let found = try await refusal {
                        _ = try await store.move(
                            id, SessionMove(to: to, reason: to == .cancelled ? "Formatrice indisponible." : nil),
                            precondition: Precondition(version: 1), as: stage.caller(name))
                    }
                    let isKnown =
                        from == .open || ["partner", "team"].contains(name)
                        || (name == "prescriber" && from != .draft)
                    let isInTable = actor.map { actor in
                        sessionTransitions.allowed(from: from, by: actor).contains { $0.to == to }
                    }
                    let expected: Problem? =
                        !isKnown
                        ? RecruitmentRefusals.session
                        : isInTable == nil ? .forbidden : isInTable == true ? nil : .transitionForbidden
                    #expect(found?.problem == expected, "\(from) → \(to) by \(name)")
                    let now = try await stage.session(id)
                    #expect(now.hasPrefix(expected == nil ? to.rawValue : from.rawValue), "\(from) → \(to) by \(name)")
                }
            }
        }
    }

    @Test func `are for who organises: partners and the team all kinds, employers their own work`() async throws {
        try await RecruitmentStage.run { stage in
            let store = SessionStore(stage.database)
            for (name, kinds) in [
                ("partner", SessionKind.allCases), ("team", SessionKind.allCases),
                ("recruiter", [.immersion, .jobTest]),
                ("prescriber", []), ("funder", []),
            ] as [(String, [SessionKind])] {
                for kind in SessionKind.allCases {
                    let found = try await refusal {
                        _ = try await store.create(
                            NewSession(
                                title: "Découverte", kind: kind, insee: try .init(fieldText: "31555"),
                                startsOn: Day(fieldText: "2026-07-01"), places: 8), as: stage.caller(name))
                    }
                    #expect(found?.problem == (kinds.contains(kind) ? nil : .forbidden), "\(kind) by \(name)")
                }
            }
        }
    }
}
