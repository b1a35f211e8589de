import Accounts
import Contract
import Fields
import Foundation
import Messages
import Orientation
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Privacy

extension PrivacyStage {
    var rights: RightsStore { RightsStore(database) }

    /// The secret of the person's newest link; there must be one waiting in the outbox.
    func link() async throws -> String {
        try await TestDatabase.current.asSuperuser().read(
            "SELECT link_secret AS value FROM outbox WHERE audience = 'candidate' AND link_secret IS NOT NULL ORDER BY id DESC LIMIT 1",
            as: Value<String>.self
        ).first()?.value ?? ""
    }

    /// The newest code that was sent to the person.
    func code() async throws -> String {
        try await TestDatabase.current.asSuperuser().read(
            """
            SELECT substring(body_text FROM 'Votre code : ([0-9]{6})') AS value FROM outbox
             WHERE kind = 'privacy.code' AND body_text IS NOT NULL ORDER BY id DESC LIMIT 1
            """, as: Value<String>.self
        ).first()?.value ?? ""
    }

    func officer() async throws -> Caller {
        let platform = try #require(team.member?.organisationID)
        return .member(try await make.member(of: platform, kind: .platform, role: .dpo), requestID: "stage")
    }

    func ask(_ caller: Caller? = nil) async throws -> RightsRequest {
        try #require(try await rights.askErasure(of: candidate, as: caller ?? follower).first())
    }
}

@Suite(.database) struct `An erasure` {
    @Test func `is carried out after seventy-two hours, and tells who received the data`() async throws {
        try await PrivacyStage.run { stage in
            let partner = try await stage.make.prescriber("partenaire")
            try await stage.make.share(stage.candidate, with: partner)
            try await stage.refused()
            let open = try await stage.sent()
            let request = try await stage.ask()
            #expect(request.state == .open && request.dueOn == Day(year: 2026, month: 7, day: 15))
            #expect(try await stage.rows("outbox", "kind = 'privacy.erasure_asked'") == 1)
            stage.clock.advance(seconds: 71 * 3600)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("candidate") == 1)
            stage.clock.advance(seconds: 2 * 3600)
            #expect(try await stage.tick(stage.rights.clockRules)["privacy.erasures"] == 1)
            for table in [
                "candidate", "candidate_agreement", "candidate_share", "orientation", "orientation_text",
                "orientation_event", "orientation_link",
                "file_read", "person_step", "access_code",
            ] { #expect(try await stage.rows(table) == 0, "\(table)") }
            #expect(try await stage.rights.find(request.id, as: stage.follower).first()?.state == .done)
            #expect(
                try await stage.rows("erasure_ledger", "subject_id = \(stage.candidate) AND cause = 'request'") == 1)
            // The employer and the other prescriber erase theirs; what was on its way is withdrawn, and said.
            #expect(
                try await stage.rows("task", "kind = 'privacy.erase_copies' AND organisation_id = \(stage.employer)")
                    == 2)
            #expect(try await stage.rows("task", "kind = 'privacy.erase_copies' AND organisation_id = \(partner)") == 1)
            #expect(
                try await stage.rows(
                    "outbox", "audience = 'recruiter' AND state = 'waiting' AND candidate_id IS NOT NULL") == 0)
            #expect(try await stage.rows("outbox", "kind = 'privacy.erase_copies' AND state = 'waiting'") == 2)
            // One last message, of which nothing stays once it is sent.
            #expect(try await stage.rows("outbox", "audience = 'candidate' AND address IS NOT NULL") == 1)
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    """
                    UPDATE outbox SET state = 'sent', sent_at = current_instant(), body_text = NULL, link_secret = NULL
                     WHERE kind = 'privacy.erased'
                    """)
            }
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("outbox", "audience = 'candidate' AND address IS NOT NULL") == 0)
            #expect(try await stage.rows("outbox", "about_id = \(open)") == 0)
        }
    }

    @Test func `is asked for once: who asks a second time, or at the same time, is told`() async throws {
        try await PrivacyStage.run { stage in
            @Sendable func problem() async throws -> Problem? {
                try await refusal { _ = try await stage.rights.askErasure(of: stage.candidate, as: stage.follower) }?
                    .problem
            }
            let both = try await TestDatabase.current.collide(2, on: "LOCK TABLE rights_request IN SHARE MODE") { _ in
                try await problem()
            }
            #expect(both.filter { $0 == nil }.count == 1)
            #expect(both.contains { $0?.code == "rights_request.already_asked" })
            #expect(try await stage.rows("rights_request") == 1)
        }
    }

    @Test func `is cancelled at the last minute, or carried out: never both`() async throws {
        try await PrivacyStage.run { stage in
            let request = try await stage.ask()
            stage.clock.advance(seconds: 72 * 3600 + 1)
            async let cancelled = refusal {
                _ = try await stage.rights.decide(request.id, RightsDecision(outcome: .cancelled), as: stage.follower)
            }
            async let carried = stage.tick(stage.rights.clockRules)
            let (refused, counts) = try await (cancelled, carried)
            let erased = counts["privacy.erasures"] == 1
            let isThere = try await stage.rows("candidate") == 1
            #expect((refused == nil) == isThere)
            #expect(erased != isThere)
            if let refused { #expect(refused.problem.code == "rights_request.ended") }
            try await stage.tick(stage.rights.clockRules)
            #expect(try await (stage.rows("candidate") == 1) == isThere)
        }
    }

    /// Both wait for the same thing, so that they do meet: the erasure has begun, and whoever cancels comes too late.
    @Test func `that has begun can't be cancelled any more, and is carried out once by two clocks`() async throws {
        try await PrivacyStage.run { stage in
            let request = try await stage.ask()
            stage.clock.advance(seconds: 72 * 3600 + 1)
            let candidate = stage.candidate
            let outcomes = try await TestDatabase.current.collide(
                2, on: "SELECT FROM candidate WHERE id = \(candidate) FOR UPDATE"
            ) { number -> String? in
                if number == 0 {
                    async let other = stage.tick(stage.rights.clockRules)
                    let counts = try await [stage.tick(stage.rights.clockRules), other]
                    return "carried out \(counts.compactMap { $0["privacy.erasures"] }.reduce(0, +))"
                }
                try await TestDatabase.current.untilSomebodyWaits()
                return try await refusal {
                    _ = try await stage.rights.decide(
                        request.id, RightsDecision(outcome: .cancelled), as: stage.follower)
                }?.problem.code
            }
            #expect(Set(outcomes) == ["carried out 1", "rights_request.ended"])
            #expect(try await stage.rows("candidate") == 0)
            #expect(try await stage.rows("outbox", "kind = 'privacy.erasure_cancelled'") == 0)
            #expect(try await stage.rows("outbox", "kind = 'privacy.erased'") == 1)
        }
    }

    /// Whoever answers and the clock both wait for the orientation: either may have it first.
    @Test(arguments: [OrientationState.underReview, .appointment, .refused, .hired])
    func `meets an answer that is being given: the answer is first or comes too late`(
        _ state: OrientationState
    ) async throws {
        try await PrivacyStage.run { stage in
            let id = try await stage.sent()
            var answer = OrientationMove(to: state)
            switch state {
            case .appointment:
                (answer.appointmentAt, answer.place) = (stage.clock.now.adding(seconds: 9 * 86_400), "À l'accueil")
            case .refused:
                answer.reason = try ReasonCode(fieldText: "schedule_incompatible")
                answer.toCandidate = "Nous avons retenu une autre personne."
            case .hired:
                try await stage.move(id, OrientationMove(to: .underReview), by: stage.recruiter)
                try await stage.move(id, OrientationMove(to: .accepted), by: stage.recruiter)
                answer.contract = try ContractCode(fieldText: "cdi")
                (answer.startsOn, answer.hoursPerWeek) = (Day(stage.clock.now), 28)
            default: break
            }
            _ = try await stage.ask()
            stage.clock.advance(seconds: 73 * 3600)
            let given = answer
            let outcomes = try await TestDatabase.current.collide(
                2, on: "SELECT FROM orientation WHERE id = \(id) FOR UPDATE"
            ) { number -> String? in
                guard number == 0 else {
                    let counts = try await stage.tick(stage.rights.clockRules)
                    return "carried out \(counts["privacy.erasures"] ?? 0)"
                }
                return try await refusal { try await stage.move(id, given, by: stage.recruiter) }?.problem.code
            }
            #expect(outcomes.contains("carried out 1"))
            // It was first, and went with the rest; or there was nothing left to answer.
            #expect(outcomes.allSatisfy { $0 == nil || $0 == "carried out 1" || $0 == "orientation.not_found" })
            for table in ["candidate", "orientation", "orientation_text", "orientation_event", "checkpoint"] {
                #expect(try await stage.rows(table) == 0, "\(table)")
            }
            // No mail about it is left that would tell the person, or of the person.
            #expect(
                try await stage.rows(
                    "outbox", "audience = 'candidate' AND kind <> 'privacy.erased' AND state = 'waiting'") == 0)
            #expect(
                try await stage.count("SELECT positions_left FROM need WHERE id = \(stage.need)")
                    == (outcomes.contains(nil) && state == .hired ? 4 : 5))
        }
    }

    @Test func `of a person in two organisations erases one file; a transferred one takes its request along`()
        async throws
    {
        try await PrivacyStage.run { stage in
            let other = try await stage.make.prescriber("autre")
            let second = try await stage.make.candidate(of: other)
            let request = try await stage.ask()
            // Transferred meanwhile: the new organisation sees the request, the old one does not.
            let receiver = Caller.member(try await stage.make.member(of: other, kind: .prescriber), requestID: "stage")
            let candidates = CandidateStore(
                TestDatabase.current.asServer(clock: stage.clock.source),
                stopping: [OrientationStore(stage.database).stopping],
                handingOver: [OrientationStore(stage.database).handingOver, RightsStore.handingOver])
            let transfer = try await stage.make.transfer(of: stage.candidate, to: other)
            _ = try await candidates.move(
                transfer, TransferMove(to: .accepted), precondition: Precondition(version: 1), as: receiver)
            #expect(try await stage.rights.find(request.id, as: receiver).first()?.organisation.code == "autre")
            #expect(
                try await refusal { _ = try await stage.rights.find(request.id, as: stage.follower) }?.problem.kind
                    == .notFound)
            stage.clock.advance(seconds: 73 * 3600)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("candidate", "id = \(second)") == 1)
            #expect(try await stage.rows("candidate") == 1)
        }
    }

    @Test func `is for the organisation whose file it is and for the officer`() async throws {
        try await PrivacyStage.run { stage in
            let partner = try await stage.make.prescriber("partenaire")
            try await stage.make.share(stage.candidate, with: partner, .followUp)
            let sharer = Caller.member(try await stage.make.member(of: partner, kind: .prescriber), requestID: "stage")
            let reader = Caller.member(
                try await stage.make.member(of: stage.prescriber, kind: .prescriber, role: .reader), requestID: "stage")
            func kind(_ caller: Caller) async throws -> Problem? {
                try await refusal { _ = try await stage.rights.askErasure(of: stage.candidate, as: caller) }?.problem
            }
            try await stage.sent()
            #expect(try await kind(sharer)?.kind == .forbidden)
            #expect(try await kind(reader)?.kind == .forbidden)
            #expect(try await kind(stage.recruiter)?.kind == .notFound)
            #expect(try await kind(stage.team)?.kind == .notFound)
            let officer = try await stage.officer()
            let request = try await stage.ask(officer)
            #expect(request.askedBy == .dpo)
            // A token that only reads decides nothing, the officer's neither.
            var reading = try #require(officer.member)
            reading.scopes = [.read]
            let decided = try await refusal {
                _ = try await stage.rights.decide(
                    request.id, RightsDecision(outcome: .cancelled), as: .member(reading, requestID: "stage"))
            }
            #expect(decided?.problem.kind == .forbidden)
            // Who opened the file, for the officer and the referent; that the officer looked is written down.
            let candidates = CandidateStore(stage.database)
            _ = try await candidates.find(stage.candidate, reason: nil, as: stage.follower)
            for caller in [officer, stage.follower] {
                #expect(
                    try await candidates.reads(stage.candidate, limit: .standard, cursor: nil, as: caller).count == 1)
            }
            #expect(try await stage.rows("audit_log", "operation = 'file_read.list'") == 1)
            #expect(
                try await refusal {
                    _ = try await candidates.reads(stage.candidate, limit: .standard, cursor: nil, as: stage.team)
                }?.problem.kind == .notFound)
            #expect(try await stage.rights.list(nil, limit: .standard, cursor: nil, as: officer).count == 1)
            #expect(
                try await stage.rows("task", "kind = 'privacy.request' AND organisation_id = \(stage.prescriber)") == 1)
        }
    }

    @Test func `changes no figure of a closed quarter, and is counted in the open one`() async throws {
        try await PrivacyStage.run(on: "2026-03-10") { stage in
            let other = try await stage.make.candidate(
                of: stage.prescriber, firstName: "Autre", email: "autre@exemple.example", phone: nil)
            try await stage.make.insert { transaction in
                _ = try await transaction.execute(
                    """
                    INSERT INTO candidate_statistics (candidate_id, sex, disability, updated_at) VALUES (\(stage.candidate), 'f', true, \(transaction.now))
                    """)
            }
            try await stage.hired()
            _ = try await stage.refused(other)
            func figures(_ quarter: String) async throws -> [String] {
                try await TestDatabase.current.asSuperuser().read(
                    """
                    SELECT concat_ws('/', kind, dimension, value, persons) AS value FROM person_count WHERE quarter = \(quarter)::date ORDER BY 1
                    """, as: Value<String>.self
                ).all().map(\.value)
            }
            stage.advance(days: 25)
            #expect(try await stage.tick()["privacy.persons"] != 0)
            let first = try await figures("2026-01-01")
            for line in [
                "received/all/2", "oriented/all/2", "hired/contract/cdi/1", "hired/sex/f/1",
                "received/disability/true/1", "hired/job/J1501/1",
            ] {
                #expect(
                    first.contains(line) || first.contains(line.replacingOccurrences(of: "/all/", with: "/all//")),
                    "\(line)")
            }
            // In the open quarter the second one is oriented again, which is not counted twice in a year; then both go.
            _ = try await stage.ask()
            stage.clock.advance(seconds: 73 * 3600)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await figures("2026-01-01") == first)
            #expect(try await figures("2026-04-01") == [])
            let late = try await stage.make.candidate(
                of: stage.prescriber, firstName: "Tard", email: "tard@exemple.example", phone: nil)
            try await stage.make.insert { try await Erasure.erase([late], cause: .request, at: $0.now, $0) }
            #expect(try await figures("2026-04-01").contains("received/all//1"))
            stage.advance(days: 100)
            // A leap is looked at by hand.
            try await stage.make.insert { transaction in
                while try await Purge.closeQuarter(transaction, 100) > 0 {}
            }
            #expect(try await figures("2026-01-01") == first)
            #expect(try await figures("2026-04-01").contains("received/all//1"))
            #expect(try await stage.rows("person_quarter", "counted_at IS NOT NULL") == 2)
        }
    }
}
