import Contract
import Directory
import Fields
import TestSupport
import Testing

@Suite(.database) struct `Each move of a claim` {
    @Test func `is the table's: every state, every actor, every target`() async throws {
        let stage = try await DirectoryStage()
        let make = Make(clock: stage.clock)
        let employer = try await make.organisation("employeur", kind: .employer)
        let claimant = Caller.member(try await make.member(of: employer, kind: .employer), requestID: "x")
        let claim = try await make.claim(on: try await make.structure("310000018", "Résidence"), by: employer)
        let store = ClaimStore(stage.database)
        for from in ClaimStatus.allCases {
            for actor in ClaimActor.allCases {
                for target in ClaimStatus.allCases {
                    for reason in [nil, "Motif."] {
                        try await TestDatabase.current.tamper(
                            """
                            UPDATE structure_claim
                               SET status = '\(from.rawValue)', reason = 'Avant.', version = 1,
                                   decided_at = \(from == .pending ? "NULL" : "now()");
                            UPDATE structure
                               SET organisation_id = \(from == .validated ? "'\(employer)'" : "NULL")
                            """)
                        let row = claimTransitions.rows.first {
                            $0.from.contains(from) && $0.to == target && $0.by.contains(actor)
                        }
                        let refused = try await refusal {
                            let moved = try await store.move(
                                claim, ClaimMove(to: target, reason: reason), precondition: Precondition(version: 1),
                                as: actor == .team ? stage.team : claimant)
                            #expect(moved.text(0, "status") == target.rawValue)
                        }
                        let expected =
                            row == nil
                            ? "transition.forbidden" : row?.needs == [] || reason != nil ? nil : "transition.incomplete"
                        #expect(refused?.problem.code == expected, "\(actor): \(from) → \(target)")
                        // The structure is the employer's while its claim is validated.
                        let isAttached = try await stage.count("organisation_id IS NOT NULL") == 1
                        let status = refused == nil ? target : from
                        #expect(isAttached == (status == .validated))
                    }
                }
            }
        }
    }
}
