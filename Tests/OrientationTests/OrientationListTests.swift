import Accounts
import Contract
import Fields
import Messages
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Orientation

@Suite(.database) struct `A list of orientations` {
    @Test func `shows each party its own, the team all that was sent without a name, nobody a draft of others`()
        async throws
    {
        try await OrientationStage.run { stage in
            let sent = try await stage.sent()
            stage.clock.advance(seconds: 60)
            let draft = try stage.id(
                try await stage.store.create(
                    NewOrientation(candidateID: stage.candidate, sessionID: stage.session),
                    as: stage.caller("prescriber")))
            let expected: [(String, [Orientation.ID], String?)] = [
                ("prescriber", [draft, sent], "Camille"), ("recruiter", [sent], "Camille"), ("team", [sent], nil),
                ("partner", [], nil), ("organiser", [], nil), ("other", [], nil),
            ]
            for (name, ids, firstName) in expected {
                let lines = try await stage.store.list(.init(), as: stage.caller(name)).all()
                #expect(lines.map(\.id) == ids, "\(name)")
                #expect(lines.allSatisfy { $0.firstName == firstName }, "\(name)")
                #expect(lines.allSatisfy { ($0.candidateID != nil) == (name == "prescriber") }, "\(name)")
            }
        }
    }

    @Test func `is narrowed down by each filter, and goes on where a page ended`() async throws {
        try await OrientationStage.run { stage in
            let other = try await stage.make.candidate(of: stage.prescriber)
            let first = try await stage.sent()
            stage.clock.advance(seconds: 60)
            let second = try await stage.sent(other)
            try await stage.move(second, stage.whole(.underReview, from: .sent), by: "recruiter")
            let lists: [(String, [Orientation.ID], (inout OrientationStore.Filter) throws -> Void)] = [
                ("state", [second], { $0.state = .underReview }),
                ("candidate", [first], { $0.candidate = stage.candidate }),
                ("need", [second, first], { $0.need = stage.need }),
                ("structure", [second, first], { $0.structure = stage.structure }),
                ("session", [], { $0.session = stage.session }), ("overdue", [], { $0.overdue = true }),
                ("limit", [second, first], { $0.limit = try PageLimit(fieldText: "1") }),
                ("cursor", [first], { $0.cursor = Cursor(list: "orientations", key: [second.fieldText]) }),
            ]
            for name in ["prescriber", "recruiter", "team"] {
                for (filterName, ids, narrow) in lists {
                    var filter = OrientationStore.Filter()
                    try narrow(&filter)
                    let found = try await stage.store.list(filter, as: stage.caller(name)).all().map(\.id)
                    // Who has no part in a person's file can't ask by it.
                    let seen = filterName == "candidate" && name != "prescriber" ? [] : ids
                    #expect(found == seen, "\(name), \(filterName)")
                }
            }
            stage.clock.advance(seconds: 40 * 86_400)
            var overdue = OrientationStore.Filter()
            overdue.overdue = true
            #expect(try await stage.store.list(overdue, as: stage.caller("team")).all().count == 2)
        }
    }

    @Test func `of files leaves out whom somebody was already asked for`() async throws {
        try await OrientationStage.run { stage in
            let files = CandidateStore(stage.database)
            var filter = CandidateStore.Filter()
            filter.withoutOrientation = true
            let prescriber = stage.caller("prescriber")
            #expect(try await files.list(filter, as: prescriber).all().map(\.id) == [stage.candidate])
            let draft = NewOrientation(candidateID: stage.candidate, needID: stage.need)
            let id = try stage.id(try await stage.store.create(draft, as: prescriber))
            #expect(try await files.list(filter, as: prescriber).all().map(\.id) == [stage.candidate])
            try await stage.move(id, OrientationMove(to: .sent), by: "prescriber")
            #expect(try await files.list(filter, as: prescriber).isEmpty)
        }
    }

    @Test func `goes over with a file: what is under way is the new prescriber's, what is closed stays`() async throws {
        try await OrientationStage.run { stage in
            let closed = try await stage.sent()
            try await stage.move(closed, stage.whole(.refused, from: .sent), by: "recruiter")
            stage.clock.advance(seconds: 60)
            let open = try await stage.sent()
            let files = CandidateStore(
                stage.database, stopping: [stage.store.stopping], handingOver: [stage.store.handingOver])
            let asked = try await files.transfer(
                stage.candidate, NewTransfer(to: try OrganisationCode(fieldText: "partenaire"), reason: "Déménagement"),
                as: stage.caller("prescriber"))
            let transfer = try #require(try asked.first()).id
            let partner = stage.caller("partner")
            #expect(try await stage.store.list(.init(), as: partner).isEmpty)
            let accepted = TransferMove(to: .accepted)
            let moved = try await files.move(transfer, accepted, precondition: Precondition(version: 1), as: partner)
            #expect(try moved.first()?.state == .accepted)
            let of: (String) async throws -> [Orientation.ID] = { name in
                try await stage.store.list(.init(), as: stage.caller(name)).all().map(\.id)
            }
            // The referent sees all that concerns the person; the former prescriber what it closed.
            #expect(try await of("partner") == [open, closed])
            #expect(try await of("prescriber") == [closed])
            let events = try await stage.value(
                "SELECT string_agg(kind, ' ' ORDER BY position) FROM orientation_event WHERE orientation_id = \(open)",
                String.self)
            #expect(events?.hasSuffix("transferred") == true)
            // An answer now goes to who follows the person.
            try await stage.move(open, stage.whole(.underReview, from: .sent), by: "recruiter")
            try await stage.move(open, OrientationMove(to: .withdrawn), by: "partner")
            #expect(try await stage.state(open) == .withdrawn)
            #expect(try await stage.problem(reading: open, as: "prescriber") == OrientationRefusals.orientation)
        }
    }
}
