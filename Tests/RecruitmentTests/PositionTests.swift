import Contract
import Fields
import Postgres
import TestSupport
import Testing

@testable import Recruitment

@Suite(.database) struct `The positions of a need` {
    @Test func `are taken one by one until it is filled, from every state that the table has`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            for state in NeedState.allCases {
                let id = try await stage.make.need(
                    of: stage.structureID, stage.employerID, state: state, positions: 3, left: 2)
                let before = try await stage.need(id)
                func take() async throws -> String {
                    try await refusal { try await stage.asSystem { try await NeedStore.take(id, $0) } }?.problem.code
                        ?? "taken"
                }
                let mayBeFilled = needTransitions.allowed(from: state, by: .system).contains { $0.to == .filled }
                let codes = [try await take(), try await take(), try await take()]
                switch state {
                case .draft:
                    #expect(codes.allSatisfy { $0 != "taken" })
                    #expect(try await stage.need(id) == before)
                case .filled: #expect(codes == ["need.filled", "need.filled", "need.filled"])
                default:
                    #expect(mayBeFilled)
                    #expect(codes == ["taken", "taken", "need.filled"], "\(state)")
                    #expect(try await stage.need(id) == "filled 0", "\(state)")
                }
            }
        }
    }

    @Test func `come back when a hire falls through`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let cases: [(state: NeedState, expiresOn: String, left: Int?, expected: String)] = [
                (.filled, "2026-06-15", nil, "open 1"), (.filled, "2026-06-14", nil, "expired 1"),
                (.paused, "2026-08-01", 1, "paused 2"), (.closed, "2026-08-01", 1, "closed 2"),
                // Never more than there are.
                (.open, "2026-08-01", nil, "open 2"),
            ]
            for (state, expiresOn, left, expected) in cases {
                let id = try await stage.make.need(
                    of: stage.structureID, stage.employerID, state: state, positions: 2, left: left,
                    expiresOn: try Day(fieldText: expiresOn))
                try await stage.asSystem { try await NeedStore.giveBack(id, $0) }
                #expect(try await stage.need(id) == expected)
            }
        }
    }

    @Test func `are not taken twice by two hires at once`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let id = try await stage.make.need(of: stage.structureID, stage.employerID, positions: 2, left: 1)
            let codes = try await TestDatabase.current.collide(2, on: "LOCK TABLE need IN EXCLUSIVE MODE") { _ in
                try await refusal { try await stage.asSystem { try await NeedStore.take(id, $0) } }?.problem.code ?? ""
            }
            #expect(codes.sorted() == ["", "need.filled"])
            #expect(try await stage.need(id) == "filled 0")
        }
    }

    @Test func `are changed by hand down to what was taken and one more, never into a filled need`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = NeedStore(stage.database)
            func edit(_ state: NeedState, to positions: Int) async throws -> String {
                let id = try await stage.make.need(
                    of: stage.structureID, stage.employerID, state: state, positions: 3, left: 1)
                var changes = NeedChanges()
                changes.positions = .set(positions)
                let found = try await refusal {
                    _ = try await store.edit(
                        id, changes, precondition: Precondition(version: 1), as: stage.caller("recruiter"))
                }
                if let found { return "\(found.problem.code) \(found.pointers)" }
                return try await stage.need(id)
            }
            #expect(try await edit(.open, to: 5) == "open 3")
            #expect(try await edit(.open, to: 3) == "open 1")
            #expect(try await edit(.open, to: 2) == "need.invalid [\"/positions\"]")
            #expect(try await edit(.filled, to: 9) == "need.invalid [\"/positions\"]")
            for wrong in [0, -1, 501, Int.max, Int.min] {
                #expect(try await edit(.open, to: wrong).hasPrefix("need.invalid"), "\(wrong)")
            }
        }
    }
}

@Suite(.database) struct `The places of a session` {
    @Test func `are taken until it is full, only while it is open, and come back`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            for state in SessionState.allCases {
                let id = try await stage.make.session(of: stage.partnerID, state: state, places: 2)
                func take() async throws -> String {
                    try await refusal { try await stage.asSystem { try await SessionStore.takePlace(id, $0) } }?.problem
                        .code
                        ?? "taken"
                }
                let codes = [try await take(), try await take(), try await take()]
                switch state {
                case .open:
                    #expect(codes == ["taken", "taken", "session.full"])
                    #expect(try await stage.session(id) == "full 0")
                    try await stage.asSystem { try await SessionStore.givePlaceBack(id, $0) }
                    #expect(try await stage.session(id) == "open 1")
                case .full: #expect(codes.distinct == ["session.full"])
                default: #expect(codes.distinct == ["session.not_open"], "\(state)")
                }
            }
        }
    }

    @Test func `are not taken twice by two acceptances at once`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let id = try await stage.make.session(of: stage.partnerID, places: 1)
            let codes = try await TestDatabase.current.collide(2, on: "LOCK TABLE session IN EXCLUSIVE MODE") { _ in
                try await refusal { try await stage.asSystem { try await SessionStore.takePlace(id, $0) } }?.problem
                    .code ?? ""
            }
            #expect(codes.sorted() == ["", "session.full"])
            #expect(try await stage.session(id) == "full 0")
        }
    }

    @Test func `make it full or open again when their number is changed`() async throws {
        try await RecruitmentStage.run { (stage) async throws in
            let store = SessionStore(stage.database)
            let id = try await stage.make.session(of: stage.partnerID, places: 2)
            try await stage.asSystem { try await SessionStore.takePlace(id, $0) }
            func edit(_ places: Int) async throws -> String {
                let version = try await store.find(id, as: stage.caller("partner")).management?.first()?.version
                var changes = SessionChanges()
                changes.places = .set(places)
                let found = try await refusal {
                    _ = try await store.edit(
                        id, changes, precondition: Precondition(version: version ?? 0), as: stage.caller("partner"))
                }
                if let found { return found.problem.code }
                return try await stage.session(id)
            }
            #expect(try await edit(1) == "full 0")
            #expect(try await edit(0) == "session.invalid")
            #expect(try await edit(3) == "open 2")
            for wrong in [2001, Int.max, Int.min] { #expect(try await edit(wrong) == "session.invalid") }
        }
    }
}

extension Sequence where Element: Hashable {
    var distinct: Set<Element> { Set(self) }
}
