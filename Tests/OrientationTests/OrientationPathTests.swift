import Contract
import Fields
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Orientation

@Suite(.database) struct `An orientation` {
    @Test func `is sent, taken up, met, accepted and hired, and the person is followed`() async throws {
        try await OrientationStage.run { stage in
            let id = try await stage.sent()
            #expect(try await stage.state(id) == .sent)
            // At first who recruits sees what is needed to decide, and no more.
            var seen = try await stage.store.find(id, as: stage.caller("recruiter")).row.first()
            #expect(seen?.candidate?.firstName == "Camille")
            #expect(seen?.candidate?.lastName == nil && seen?.candidate?.email == nil && seen?.candidate?.id == nil)
            #expect(seen?.texts.map(\.text) == ["Une personne motivée."])
            try await stage.move(id, stage.whole(.underReview, from: .sent), by: "recruiter")
            seen = try await stage.store.find(id, as: stage.caller("recruiter")).row.first()
            #expect(seen?.candidate?.lastName == "Exemple" && seen?.candidate?.email == "camille@exemple.example")
            #expect(try await stage.count("SELECT count(*) FROM file_read WHERE route = 'orientation.read'") == 1)
            try await stage.move(id, stage.whole(.appointment, from: .underReview), by: "recruiter")
            #expect(
                try await stage.store.appointment(id, as: stage.caller("prescriber")).contains(
                    "DTSTART:20260618T100000Z"))
            try await stage.move(id, stage.whole(.accepted, from: .appointment), by: "recruiter")
            let hired = try await stage.move(id, stage.whole(.hired, from: .accepted), by: "prescriber")
            #expect(hired.checkpoints.map(\.months) == [1, 3, 6, 12])
            #expect(hired.checkpoints.first?.dueOn == Day(year: 2026, month: 7, day: 20))
            #expect(try await stage.count("SELECT positions_left FROM need WHERE id = \(stage.need)") == 3)
            #expect(hired.events.compactMap(\.to) == [.draft, .sent, .underReview, .appointment, .accepted, .hired])
            // Half a year later.
            stage.clock.advance(seconds: 190 * 86_400)
            try await stage.tick()
            #expect(try await stage.count("SELECT count(*) FROM task WHERE kind LIKE 'checkpoint.%'") == 3)
            _ = try await stage.store.record(
                id, NewCheckpoint(months: 6, outcome: .stillThere), as: stage.caller("prescriber"))
            #expect(
                try await stage.value("SELECT outcome FROM checkpoint WHERE months = 6", String.self) == "still_there")
            let early = try await refusal {
                _ = try await stage.store.record(
                    id, NewCheckpoint(months: 12, outcome: .stillThere), as: stage.caller("prescriber"))
            }
            #expect(early?.errors.map(\.pointer) == ["/months"])
        }
    }

    @Test func `takes the last position once, though two recruiters hire at the same time`() async throws {
        try await OrientationStage.run { stage in
            let need = try await stage.make.need(of: stage.structure, stage.employer, positions: 1)
            let other = try await stage.make.candidate(of: stage.prescriber, firstName: "Dominique", email: nil)
            let ids = [try await stage.sent(to: need), try await stage.sent(other, to: need)]
            for id in ids { try await stage.move(id, stage.whole(.accepted, from: .sent), by: "recruiter") }
            let problems = try await TestDatabase.current.collide(2, on: "LOCK TABLE need IN ACCESS EXCLUSIVE MODE") {
                position in
                try await refusal {
                    try await stage.move(ids[position], stage.whole(.hired, from: .accepted), by: "recruiter")
                }
            }
            #expect(problems.compactMap { $0?.problem.code } == ["need.filled"])
            #expect(try await stage.count("SELECT count(*) FROM orientation WHERE state = 'hired'") == 1)
            #expect(try await stage.count("SELECT positions_left FROM need WHERE id = \(need)") == 0)
            // Whoever was left over hears of it.
            try await stage.tick()
            #expect(
                try await stage.count(
                    "SELECT count(*) FROM orientation WHERE state = 'refused' AND reason = 'no_position'") == 1)
            #expect(
                try await stage.count(
                    "SELECT count(*) FROM orientation WHERE state = 'refused' AND answered_at IS NOT NULL") == 1)
        }
    }

    @Test func `makes the person's others obsolete on a hire, and gives them back when it falls through`() async throws
    {
        try await OrientationStage.run { stage in
            let first = try await stage.sent()
            let second = try await stage.store.create(
                NewOrientation(candidateID: stage.candidate, sessionID: stage.session, send: true),
                as: stage.caller("prescriber"))
            let other = try stage.id(second)
            try await stage.move(other, stage.whole(.accepted, from: .sent), by: "organiser")
            try await stage.move(first, stage.whole(.accepted, from: .sent), by: "recruiter")
            try await stage.move(first, stage.whole(.hired, from: .accepted), by: "recruiter")
            #expect(try await stage.state(other) == .obsolete)
            #expect(try await stage.count("SELECT places_left FROM session WHERE id = \(stage.session)") == 8)
            // The organiser learns nothing of where and why.
            let seen = try await stage.store.find(other, as: stage.caller("organiser")).row.first()
            #expect(seen?.events.last?.actor == .system && seen?.events.last?.organisation == nil)
            stage.clock.advance(seconds: 40 * 86_400)
            try await stage.move(first, stage.whole(.accepted, from: .hired), by: "prescriber")
            #expect(try await stage.state(other) == .accepted)
            #expect(try await stage.count("SELECT places_left FROM session WHERE id = \(stage.session)") == 7)
            #expect(try await stage.count("SELECT positions_left FROM need WHERE id = \(stage.need)") == 4)
            #expect(try await stage.count("SELECT count(*) FROM checkpoint") == 0)
            #expect(
                try await stage.value("SELECT due_on FROM orientation WHERE id = \(other)", Day.self) == stage.day(30))
        }
    }

    @Test func `is not sent without everything that sending asks for`() async throws {
        try await OrientationStage.run { stage in
            func sending(_ change: String, back: String) async throws -> String? {
                try await TestDatabase.current.tamper(change)
                let found = try await refusal { _ = try await stage.sent() }
                try await TestDatabase.current.tamper(back)
                #expect(try await stage.count("SELECT count(*) FROM orientation") == 0)
                return found?.problem.code
            }
            #expect(
                try await sending(
                    "UPDATE candidate SET objected_at = now()", back: "UPDATE candidate SET objected_at = NULL")
                    == "orientation.objected")
            #expect(
                try await sending(
                    "UPDATE candidate_agreement SET withdrawn_on = given_on",
                    back: "UPDATE candidate_agreement SET withdrawn_on = NULL") == "candidate.no_agreement")
            #expect(
                try await sending(
                    "UPDATE candidate_agreement SET given_on = given_on - 400",
                    back: "UPDATE candidate_agreement SET given_on = given_on + 400") == "candidate.no_agreement")
            #expect(
                try await sending(
                    "UPDATE organisation SET prescriber_authorisation = 'refused' WHERE code = 'prescripteur'",
                    back: "UPDATE organisation SET prescriber_authorisation = 'validated' WHERE code = 'prescripteur'")
                    == "prescriber.not_authorised")
            #expect(
                try await sending("UPDATE need SET state = 'paused'", back: "UPDATE need SET state = 'open'")
                    == "orientation.target_not_open")
            #expect(
                try await sending(
                    "UPDATE recruitment_contact SET state = 'ended', ended_at = now()",
                    back: "UPDATE recruitment_contact SET state = 'proved', ended_at = NULL")
                    == "orientation.no_contact")
            // The team hears of the last, though nothing was sent; and of no person.
            #expect(
                try await stage.count(
                    "SELECT count(*) FROM task WHERE kind = 'orientation.no_contact' AND organisation_id IS NULL AND candidate_id IS NULL"
                ) == 1)
            let id = try await stage.sent()
            #expect(try await refusal { _ = try await stage.sent() }?.problem == OrientationRefusals.alreadySent)
            #expect(try await stage.state(id) == .sent)
        }
    }

    @Test func `is sent by a partner while a share says so, and not a moment longer`() async throws {
        try await OrientationStage.run { stage in
            let new = NewOrientation(candidateID: stage.candidate, needID: stage.need)
            let partner = stage.caller("partner")
            let before = try await stage.problem(creating: new, as: partner)
            #expect(before == CandidateRefusals.candidate)
            try await stage.make.share(stage.candidate, with: stage.partner, .followUp)
            let created = try await stage.store.create(new, as: partner)
            let id = try stage.id(created)
            try await TestDatabase.current.tamper("UPDATE candidate_share SET revoked_at = now()")
            let found = try await refusal { try await stage.move(id, OrientationMove(to: .sent), by: "partner") }
            #expect(found != nil && found?.problem != .transitionForbidden)
            #expect(try await stage.state(id) == .draft)
            // The referent sees what the partner prepared for its person, and may take it back.
            try await stage.move(id, OrientationMove(to: .withdrawn), by: "prescriber")
        }
    }

    @Test func `is nobody else's to know of, and nothing of it is inherited with a structure`() async throws {
        try await OrientationStage.run { stage in
            let id = try await stage.sent()
            for name in ["partner", "other", "organiser"] {
                #expect(try await stage.problem(reading: id, as: name) == OrientationRefusals.orientation, "\(name)")
                #expect(try await stage.store.list(.init(), as: stage.caller(name)).isEmpty, "\(name)")
                let rows = try await stage.database.transaction(as: stage.caller(name)) { transaction in
                    try await transaction.rows(
                        "SELECT (SELECT count(*) FROM orientation) + (SELECT count(*) FROM orientation_text) + (SELECT count(*) FROM orientation_event) + (SELECT count(*) FROM candidate) AS value",
                        as: Value<Int>.self
                    ).first()?.value
                }
                #expect(rows == 0, "\(name)")
            }
            // The team oversees states and dates; of the person, nothing.
            let team = try await stage.store.find(id, as: stage.caller("team")).row.first()
            #expect(team?.candidate == nil && team?.texts.isEmpty == true && team?.state == .sent)
            // Another employer takes the structure over.
            try await TestDatabase.current.tamper(
                """
                UPDATE structure SET organisation_id = (SELECT id FROM organisation WHERE code = 'autre');
                UPDATE recruitment_contact SET organisation_id = (SELECT id FROM organisation WHERE code = 'autre')
                """)
            #expect(try await stage.problem(reading: id, as: "other") == OrientationRefusals.orientation)
            try await stage.tick()
            #expect(try await stage.value("SELECT reason FROM orientation", String.self) == "structure_closed")
        }
    }

    @Test func `shows no identity once its time is over`() async throws {
        try await OrientationStage.run { stage in
            let id = try await stage.sent()
            try await stage.move(id, stage.whole(.underReview, from: .sent), by: "recruiter")
            try await stage.move(id, stage.whole(.refused, from: .underReview), by: "recruiter")
            #expect(
                try await stage.store.find(id, as: stage.caller("recruiter")).row.first()?.candidate?.lastName
                    == "Exemple")
            stage.clock.advance(seconds: 31 * 86_400)
            let seen = try await stage.store.find(id, as: stage.caller("recruiter")).row.first()
            #expect(seen?.candidate == nil && seen?.texts.isEmpty == true)
            #expect(try await stage.store.list(.init(), as: stage.caller("recruiter")).first()?.firstName == nil)
        }
    }

    @Test func `ends when the person objects or takes the agreement back`() async throws {
        try await OrientationStage.run { stage in
            let candidates = CandidateStore(stage.database, stopping: [stage.store.stopping])
            let id = try await stage.sent()
            _ = try await candidates.object(stage.candidate, true, as: stage.caller("prescriber"))
            #expect(try await stage.state(id) == .withdrawn)
            #expect(
                try await stage.count(
                    "SELECT count(*) FROM outbox WHERE kind = 'orientation.closed' AND audience = 'recruiter'") == 1)
        }
    }

    @Test func `says nothing in its mails that only the page may show`() async throws {
        try await OrientationStage.run { stage in
            let id = try await stage.sent()
            try await stage.move(id, stage.whole(.appointment, from: .sent), by: "recruiter")
            try await stage.move(id, stage.whole(.refused, from: .appointment), by: "recruiter")
            let texts =
                try await stage.value(
                    "SELECT string_agg(subject || coalesce(body_text, ''), ' ') FROM outbox", String.self) ?? ""
            #expect(texts.contains("Résidence du Parc"))
            for secret in ["Camille", "Exemple", "camille@", "schedule", "horaires", "motivée"] {
                #expect(!texts.contains(secret), "\(secret)")
            }
            #expect(
                try await stage.count(
                    "SELECT count(*) FROM outbox WHERE link_secret IS NOT NULL AND audience = 'prescriber'") == 0)
        }
    }
}
