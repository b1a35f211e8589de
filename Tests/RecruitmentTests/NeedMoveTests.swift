import Contract
import Directory
import Fields
import Postgres
import TestSupport
import Testing

@testable import Recruitment

@Suite(.database) struct `The moves of a need` {
    /// Who each caller is to the need; nil for somebody who changes nothing of it.
    static let actors: [(caller: String, actor: NeedActor?)] = [
        ("recruiter", .recruiter), ("team", .team), ("reader", nil), ("other", nil), ("prescriber", nil),
        ("partner", nil), ("funder", nil),
    ]

    /// What must come with a move, of all that there is.
    private static func move(to state: NeedState, from: NeedState) -> NeedMove {
        switch state {
        case .closed: NeedMove(to: state, reason: "Poste pourvu en interne.")
        case .open where from == .filled: NeedMove(to: state, positions: 2)
        default: NeedMove(to: state)
        }
    }

    @Test(arguments: NeedState.allCases)
    func `are the table's, for each who may and nobody else`(from: NeedState) async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = NeedStore(stage.database)
            for (name, actor) in Self.actors {
                for to in NeedState.allCases {
                    let id = try await stage.make.need(of: stage.structureID, stage.employerID, state: from)
                    let place = "\(from) → \(to) by \(name)"
                    let found = try await refusal {
                        _ = try await store.move(
                            id, Self.move(to: to, from: from), precondition: Precondition(version: 1),
                            as: stage.caller(name))
                    }
                    let isKnown =
                        from == .open || ["recruiter", "reader", "team"].contains(name)
                        || (name == "prescriber" && from != .draft)
                    let isInTable = actor.map { actor in
                        needTransitions.allowed(from: from, by: actor).contains { $0.to == to }
                    }
                    let expected: Problem? =
                        !isKnown
                        ? RecruitmentRefusals.need
                        : isInTable == nil ? .forbidden : isInTable == true ? nil : .transitionForbidden
                    #expect(found?.problem == expected, "\(place)")
                    let now = try await stage.need(id)
                    #expect(now.hasPrefix(expected == nil ? to.rawValue : from.rawValue), "\(place): \(now)")
                }
            }
        }
    }

    @Test func `refuse what a move lacks or does not take, by name`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = NeedStore(stage.database)
            let cases: [(NeedState, NeedMove, String, [String])] = [
                (.open, NeedMove(to: .closed), "transition.incomplete", ["/reason"]),
                (.open, NeedMove(to: .closed, reason: " "), "need.invalid", ["/reason"]),
                (.open, NeedMove(to: .paused, reason: "x"), "transition.unexpected_field", ["/reason"]),
                (.draft, NeedMove(to: .open, positions: 2), "transition.unexpected_field", ["/positions"]),
                (.filled, NeedMove(to: .open), "transition.incomplete", ["/positions"]),
                (.filled, NeedMove(to: .open, positions: 0), "need.invalid", ["/positions"]),
                (.filled, NeedMove(to: .open, positions: Int.max), "need.invalid", ["/positions"]),
                (.expired, NeedMove(to: .open, positions: -1), "need.invalid", ["/positions"]),
            ]
            for (from, move, code, pointers) in cases {
                let id = try await stage.make.need(of: stage.structureID, stage.employerID, state: from)
                let found = try await refusal {
                    _ = try await store.move(
                        id, move, precondition: Precondition(version: 1), as: stage.caller("recruiter"))
                }
                #expect(found?.problem.code == code, "\(from) \(move)")
                #expect(found?.pointers == pointers, "\(from) \(move)")
            }
        }
    }

    @Test func `open it for its period, again from each renewal`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = NeedStore(stage.database)
            let id = try await stage.make.need(
                of: stage.structureID, stage.employerID, state: .expired, expiresOn: try Day(fieldText: "2026-05-01"))
            let opened = try await store.move(
                id, NeedMove(to: .open), precondition: Precondition(version: 1), as: stage.caller("recruiter"))
            let need = try #require(try opened.need.first())
            #expect(need.expiresOn?.fieldText == "2026-08-14")
            #expect(need.openedAt == stage.clock.now)
            #expect(try opened.management.first()?.reason == nil)
            // A filled need opens for so many more; those who were hired stay counted.
            let filled = try await stage.make.need(
                of: stage.structureID, stage.employerID, state: .filled, positions: 3)
            let again = try await store.move(
                filled, NeedMove(to: .open, positions: 2), precondition: Precondition(version: 1),
                as: stage.caller("recruiter"))
            #expect(try again.need.first()?.positions == 5)
            #expect(try again.need.first()?.positionsLeft == 2)
        }
    }

    @Test func `ask for a proved contact of one's own open structure`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = NeedStore(stage.database)
            let bare = try await stage.make.structure("310000018", "Résidence du Lac", of: stage.employerID)
            func open(_ structure: PublicStructure.ID, _ state: NeedState = .draft) async throws -> String? {
                let id = try await stage.make.need(of: structure, stage.employerID, state: state)
                return try await refusal {
                    _ = try await store.move(
                        id, NeedMove(to: .open), precondition: Precondition(version: 1),
                        as: stage.caller("recruiter"))
                }?.problem.code
            }
            #expect(try await open(bare) == "need.no_contact")
            #expect(try await open(bare, .paused) == "need.no_contact")
            // An address of who had the structure before is none of ours.
            try await TestDatabase.current.tamper("UPDATE recruitment_contact SET organisation_id = '\(stage.otherID)'")
            #expect(try await open(stage.structureID) == "need.no_contact")
            try await TestDatabase.current.tamper(
                "UPDATE recruitment_contact SET organisation_id = '\(stage.employerID)'")
            #expect(try await open(stage.structureID) == nil)
            try await TestDatabase.current.tamper(
                "UPDATE structure SET status = 'closed', closed_on = '2026-06-01' WHERE finess = '\(RecruitmentStage.finess)'"
            )
            #expect(try await open(stage.structureID) == "need.structure_closed")
        }
    }

    @Test func `meet their version: the second of two at once is refused`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = NeedStore(stage.database)
            let id = try await stage.make.need(of: stage.structureID, stage.employerID)
            let codes = try await TestDatabase.current.collide(2, on: "LOCK TABLE need IN EXCLUSIVE MODE") { number in
                try await refusal {
                    _ = try await store.move(
                        id, number == 0 ? NeedMove(to: .paused) : NeedMove(to: .closed, reason: "x"),
                        precondition: Precondition(version: 1), as: stage.caller("recruiter"))
                }?.problem.code ?? ""
            }
            #expect(codes.sorted() == ["", "version.stale"])
        }
    }
}
