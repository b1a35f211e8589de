import Accounts
import Contract
import Fields
import Foundation
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Orientation

/// Every state × actor × target of the table, on the database itself.
@Suite(.database) struct `The moves of an orientation` {
    private struct Undone: Error {}

    @Test(arguments: OrientationState.allCases)
    func `are the table's, for each who may and nobody else, whatever the target`(from: OrientationState) async throws {
        try await OrientationStage.run { stage in
            for kind in TargetKind.allCases {
                let id = try await Self.put(from, kind, stage)
                for actor in OrientationActor.allCases {
                    for to in OrientationState.allCases {
                        let isInTable = orientationTransitions.allowed(from: from, by: actor).contains { $0.to == to }
                        let found = try await Self.attempt(id, stage.whole(to, from: from), actor, stage)
                        #expect(
                            found?.problem == (isInTable ? nil : .transitionForbidden),
                            "\(kind): \(from) → \(to) by \(actor): \(String(describing: found))")
                    }
                }
            }
        }
    }

    /// The refusal of a move that is taken back at once; nil when it went through.
    private static func attempt(
        _ id: Orientation.ID, _ move: OrientationMove, _ actor: OrientationActor, _ stage: OrientationStage
    ) async throws -> Refusal? {
        let isOfSession =
            try await stage.count("SELECT count(*) FROM orientation WHERE id = \(id) AND session_id IS NOT NULL") == 1
        let caller: Caller =
            switch actor {
            case .prescriber: stage.caller("prescriber")
            case .recruiter: stage.caller(isOfSession ? "organiser" : "recruiter")
            case .recruiterLink, .candidate: .anonymous(requestID: "test")
            case .clock, .system: .system(requestID: "test")
            }
        do {
            try await stage.database.transaction(as: caller) { transaction in
                if actor == .recruiterLink {
                    try await transaction.execute("SELECT set_config('pa31.link', \(id.fieldText), true)")
                }
                if actor == .candidate {
                    try await transaction.execute("SELECT set_config('pa31.link', \(stage.candidate.fieldText), true)")
                }
                try await transaction.record("test.move", on: "orientation")
                let found = try await transaction.asSystem {
                    try await transaction.rows(
                        "SELECT \(columns: OrientationStore.Current.self, of: "o") FROM orientation o WHERE o.id = \(id)",
                        as: OrientationStore.Current.self
                    ).first()
                }
                let current = try #require(found)
                try await stage.store.apply(move, to: current, by: actor, transaction)
                let state = try await transaction.asSystem {
                    try await transaction.rows(
                        "SELECT state AS value FROM orientation WHERE id = \(id)", as: Value<OrientationState>.self
                    )
                    .first()?.value
                }
                #expect(state == move.to)
                throw Undone()
            }
            return nil
        } catch is Undone { return nil } catch {
            guard let refusal = Refusal.mapping(error, OrientationRefusals.byConstraint) as? Refusal else {
                throw error
            }
            return refusal
        }
    }

    /// An orientation in a state, with all that the state can't be without.
    private static func put(_ state: OrientationState, _ kind: TargetKind, _ stage: OrientationStage) async throws
        -> Orientation.ID
    {
        let candidate = stage.candidate
        if try await stage.count("SELECT count(*) FROM candidate_agreement WHERE kind = 'pool'") == 0 {
            _ = try await stage.make.agreement(of: candidate, .pool)
        }
        let isOfSession = kind == .session
        let id = Orientation.ID(UUID())
        let wasSent = state != .draft
        let (training, hired) = ([.inTraining, .completed, .obsolete].contains(state), state == .hired)
        let hasPrior = [.priorAction, .obsolete].contains(state)
        let hasPlace = isOfSession && [.accepted, .inTraining, .hired, .completed].contains(state)
        try await stage.make.insert { transaction in
            try await transaction.execute(
                """
                INSERT INTO orientation (id, candidate_id, organisation_id, prescriber_id, target_kind, need_id, structure_id, session_id,
                    receiver_id, state, former_state, due_on, sent_at, opened_at, closed_at, visible_until, reason, appointment_at,
                    prior_action, prior_starts_on, prior_ends_on, training_starts_on, training_ends_on, training_result, hired_at,
                    hire_contract, hire_starts_on, hire_hours, has_place, created_at, updated_at)
                VALUES (\(id), \(candidate), \(stage.prescriber), \(stage.caller("prescriber").member?.id), \(kind),
                    \(kind == .need ? stage.need : nil), \(isOfSession ? nil : stage.structure), \(isOfSession ? stage.session : nil),
                    \(wasSent ? (isOfSession ? stage.provider : stage.employer) : nil), \(state),
                    \(state == .obsolete ? OrientationState.sent : nil), \(state.isOpen ? stage.day(10) : nil),
                    \(wasSent ? stage.clock.now : nil), \(wasSent ? stage.clock.now : nil),
                    \(state.isFinal ? stage.clock.now : nil), \(state.isFinal ? stage.day(30) : nil),
                    \(state == .refused ? "no_position" : nil), \(state == .appointment || state == .obsolete ? stage.clock.now : nil),
                    \(hasPrior ? PriorAction.poec : nil), \(hasPrior ? stage.day(1) : nil),
                    \(hasPrior ? stage.day(3) : nil), \(training ? stage.day(-30) : nil), \(training ? stage.day(10) : nil),
                    \(state == .completed ? TrainingResult.finished : nil), \(hired ? stage.clock.now : nil),
                    \(hired ? "cdi" : nil), \(hired ? stage.day(2) : nil), \(hired ? 30 : nil)::numeric(4,1), \(hasPlace),
                    \(stage.clock.now), \(stage.clock.now))
                """)
        }
        return id
    }

    @Test func `refuse what a line lacks or does not take, by name, and days and hours that can't be`() async throws {
        try await OrientationStage.run { stage in
            let id = try await stage.sent()
            func problem(_ change: (inout OrientationMove) -> Void, _ to: OrientationState) async throws -> Refusal? {
                var move = stage.whole(to, from: .sent)
                change(&move)
                return try await refusal { try await stage.move(id, move, by: "recruiter") }
            }
            let cases: [(String, OrientationState, [String], (inout OrientationMove) -> Void)] = [
                ("transition.incomplete", .refused, ["/reason"], { $0.reason = nil }),
                ("orientation.invalid", .refused, ["/reason"], { $0.reason = ReasonCode(text: "no_such_reason") }),
                ("orientation.invalid", .refused, ["/to_prescriber"], { $0.reason = ReasonCode(text: "other") }),
                ("transition.incomplete", .appointment, ["/place"], { $0.place = nil }),
                (
                    "orientation.invalid", .appointment, ["/appointment_at"],
                    { $0.appointmentAt = stage.clock.now.adding(seconds: -60) }
                ),
                ("orientation.invalid", .appointment, ["/place"], { $0.place = " " }),
                ("transition.unexpected_field", .accepted, ["/note"], { $0.note = "x" }),
                ("orientation.invalid", .priorAction, ["/ends_on"], { $0.endsOn = Day(year: 9999, month: 1, day: 1) }),
                ("orientation.invalid", .priorAction, ["/ends_on"], { $0.endsOn = stage.day(1) }),
            ]
            for (code, to, pointers, change) in cases {
                let found = try await problem(change, to)
                #expect(found?.problem.code == code, "\(to) \(pointers)")
                #expect(found?.errors.map(\.pointer) == pointers, "\(to)")
                #expect(try await stage.state(id) == .sent)
            }
        }
    }
}
