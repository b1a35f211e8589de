import Accounts
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `A recruiter's link` {
    @Test func `changes nothing when it is only looked at, and shows no surname before it is taken up`() async throws {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            let link = try await stage.link("recruiter")
            #expect(link.hasPrefix("/v1/answers/pa31_answer_"))
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for accept in ["application/json", "text/html"] {
                for method in ["GET", "HEAD", "GET"] {
                    let answer = try await stage.client.send(method, link, headers: ["Accept": accept])
                    #expect(answer.status == 200)
                    #expect(answer.headers["cache-control"] == "private, no-store")
                    #expect(answer.headers["access-control-allow-origin"] == nil)
                    let text = answer.text
                    #expect(
                        !text.contains(AnswerLinkStage.surname) && !text.contains("camille@") && !text.contains("+3319")
                    )
                }
            }
            let page = try await stage.page(link)
            #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(page.headers["referrer-policy"] == "no-referrer")
            #expect(page.text.contains("Camille") && page.text.contains("Motivée.") && !page.text.contains("<script"))
            let json = try await stage.client.send("GET", link).json
            #expect(json["candidate"]?["first_name"] == "Camille" && json["state"] == "sent" && json["answer"] == .null)
            #expect(
                json["moves"]?.elements.compactMap { $0["to"]?.string } == [
                    "under_review", "appointment", "accepted", "refused",
                ])
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            #expect(try await stage.state(orientation) == "sent")
            #expect(!stage.client.log.text.contains("pa31_answer_"))
        }
    }

    @Test func `is kept by a review and an appointment, and spent by an acceptance, after which it shows nobody`()
        async throws
    {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            let link = try await stage.link("recruiter")
            let review = try await stage.submit(link, "to=under_review")
            #expect(
                review.status == 200 && review.text.contains(AnswerLinkStage.surname)
                    && review.text.contains("+33199000001"))
            #expect(try await stage.state(orientation) == "under_review")
            #expect(try await count("SELECT count(*) AS value FROM file_read WHERE route = 'answer_link.read'") > 0)
            let when = try await stage.submit(
                link, "to=appointment&appointment_local=2026-06-22T14%3A30&place=12+rue+des+Lilas%2C+%C3%A9tage+2")
            #expect(when.status == 200 && when.text.contains("22/06/2026 à 14:30") && when.text.contains("étage 2"))
            #expect(try await stage.client.send("GET", link).json["appointment_at"] == "2026-06-22T12:30:00Z")
            let files = try await count("SELECT count(*) AS value FROM outbox WHERE attachment LIKE 'BEGIN:VCALENDAR%'")
            #expect(files == 3)
            let hidden = AnswerLinkStage.hidden(try await stage.page(link).text)
            let accepted = try await stage.submit(link, "to=accepted", hidden: hidden)
            #expect(accepted.status == 200 && accepted.text.contains("Vous avez accepté"))
            #expect(try await stage.state(orientation) == "accepted")
            // Two clicks, or the page loaded anew: the same answer, made once.
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            let again = try await stage.submit(link, "to=accepted", hidden: hidden)
            #expect(again.status == 200 && again.text == accepted.text)
            for accept in ["application/json", "text/html"] {
                let spent = try await stage.client.send("GET", link, headers: ["Accept": accept])
                #expect(spent.status == 200)
                for word in ["Camille", AnswerLinkStage.surname, "Motivée", "Lilas", "camille@"] {
                    #expect(!spent.text.contains(word), "\(word)")
                }
            }
            let json = try await stage.client.send("GET", link).json
            #expect(json["answer"] == "accepted" && json["state"] == .null && json["moves"] == [])
            let other = try await stage.client.send("POST", link, body: #"{"to":"refused","reason":"other"}"#)
            #expect(other.status == 404 && other.code == "link.not_good")
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
        }
    }

    @Test func `refuses with two texts, each for its reader`() async throws {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            let (link, my) = (try await stage.link("recruiter"), try await stage.link("candidate"))
            let refused = try await stage.submit(
                link,
                "to=refused&reason=schedule_incompatible&to_candidate=Pour+vous.%0D%0AMerci&to_prescriber=Pour+lui")
            #expect(refused.status == 200 && refused.text.contains("Vous avez refusé"))
            let mine = try await stage.page(my)
            #expect(
                mine.text.contains("Pour vous.") && mine.text.contains("horaires du poste")
                    && !mine.text.contains("Pour lui"))
            #expect(!mine.text.contains("Retirer"))
            let seen = try await stage.client.send("GET", orientation, token: stage.prescriber)
            #expect(seen.text.contains("Pour lui") && seen.json["reason"] == "schedule_incompatible")
            #expect(try await stage.client.send("GET", link).json["answer"] == "refused")
        }
    }

    @Test func `comes back with what was typed when an answer is wrong, and tells of another meanwhile`() async throws {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            let link = try await stage.link("recruiter")
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            let past = try await stage.submit(
                link, "to=appointment&appointment_local=2026-06-01T09%3A00&place=%22Ici%22+%26+l%C3%A0")
            #expect(past.status == 422 && past.text.contains("role=\"alert\"") && past.text.contains("aria-invalid"))
            #expect(past.text.contains("value=\"&quot;Ici&quot; &amp; là\"") && past.text.contains("<title>Erreur"))
            let wrong = try await stage.submit(link, "to=appointment&appointment_local=demain&place=Ici")
            #expect(wrong.status == 422 && wrong.text.contains("value=\"demain\""))
            let missing = try await stage.submit(link, "to=refused")
            #expect(missing.status == 422 && missing.text.contains("href=\"#reason\""))
            let other = try await stage.submit(link, "to=refused&reason=other&to_candidate=Bonne+suite")
            #expect(
                other.status == 422 && other.text.contains("Bonne suite")
                    && other.text.contains("value=\"other\" selected"))
            #expect(try await stage.submit(link, "to=hired").status == 409)
            #expect(try await stage.submit(link, "to=under_review&reason=other").status == 422)
            // A form without the hidden fields of a page is none of ours.
            for hidden in ["", "&version=2", "&key=018cc251-f400-7000-8000-000000000000", "&version=x"] {
                #expect(try await stage.submit(link, "to=under_review", hidden: hidden).status == 409, "\(hidden)")
            }
            // What the kernel refuses leads back too.
            let number = try await stage.submit(link, "to=refused&reason=other&to_prescriber=2+69+05+2A+123+456+88")
            #expect(
                number.status == 422 && number.text.contains("<a href=\"\">Revenir") && !number.text.contains("123 456")
            )
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            let hidden = AnswerLinkStage.hidden(try await stage.page(link).text)
            #expect(try await stage.move(orientation, #"{"to":"under_review"}"#, as: stage.employer).status == 200)
            let crossed = try await stage.submit(link, "to=accepted", hidden: hidden)
            #expect(crossed.status == 409 && crossed.text.contains("a changé depuis") && crossed.text.contains("<form"))
            #expect(try await stage.state(orientation) == "under_review")
        }
    }

    @Test func `that is expired, unknown, misspelt or of another kind looks like any other, and leads to a fresh one`()
        async throws
    {
        try await AnswerLinkStage.run { stage in
            try await stage.send()
            let (link, my) = (try await stage.link("recruiter"), try await stage.link("candidate"))
            stage.clock.advance(seconds: 15 * 86_400 - 1)
            #expect(try await stage.client.send("GET", link).status == 200)
            stage.clock.advance(seconds: 1)
            let links = [
                link, link + "A", String(link.dropLast()), "/v1/answers/zz9zz", "/v1/answers/%00",
                "/v1/answers/%22%3E%3Cb%3E",
                "/v1/answers/\(TokenSecret.random(.answer).text)", my.replacing("/v1/my/", with: "/v1/answers/"),
                "/v1/answers/\(stage.prescriber)",
            ]
            for method in ["GET", "POST"] {
                for accept in ["application/json", "text/html"] {
                    var seen: Set<String> = []
                    for link in links {
                        let answer = try await stage.client.send(
                            method, link, body: method == "POST" ? #"{"to":"accepted","version":"2"}"# : nil,
                            headers: ["Accept": accept, "Accept-Language": "fr"])
                        #expect(answer.status == 404, "\(method) \(link)")
                        let secret = String(link.split(separator: "/").last ?? "")
                        let id = try #require(answer.headers["x-request-id"])
                        #expect(!answer.text.contains("<b>"))
                        seen.insert(answer.text.replacing(id, with: "ID").replacing(secret, with: "SECRET"))
                    }
                    #expect(seen.count == 1, "\(method) \(accept)")
                }
            }
            let text = try await stage.page(link).text
            #expect(text.contains("action=\"\(link)/renewal\""))
        }
    }

    @Test func `is asked anew without telling anything, and the fresh one goes to the proved address only, once`()
        async throws
    {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            let (link, my) = (try await stage.link("recruiter"), try await stage.link("candidate"))
            stage.clock.advance(seconds: 20 * 86_400)
            let mails: SQL = "SELECT count(*) AS value FROM outbox WHERE kind = 'orientation.link'"
            for path in [
                link, link, "/v1/answers/x", "/v1/answers/\(TokenSecret.random(.answer).text)",
                my.replacing("/v1/my/", with: "/v1/answers/"), my, my, "/v1/my/x",
            ] {
                for accept in ["application/json", "text/html"] {
                    let answer = try await stage.client.send("POST", path + "/renewal", headers: ["Accept": accept])
                    #expect(answer.status == 202, "\(path)")
                }
            }
            #expect(try await count(mails) == 2)
            #expect(
                try await count(
                    "SELECT count(*) AS value FROM outbox WHERE kind = 'orientation.link' AND address = 'recrutement@employeur.example'"
                )
                    == 1)
            let fresh = try await stage.link("recruiter")
            #expect(fresh != link)
            #expect(try await stage.page(fresh).status == 200)
            #expect(try await stage.page(link).status == 404)
            // Withdrawn by the prescriber: nothing is left to answer, and why is nobody's to know.
            #expect(try await stage.move(orientation, #"{"to":"withdrawn"}"#, as: stage.prescriber).status == 200)
            let closed = try await stage.client.send("GET", fresh)
            #expect(
                closed.json["answer"] == "closed" && !closed.text.contains("withdrawn")
                    && !closed.text.contains("Camille"))
            stage.clock.advance(seconds: 601)
            #expect(try await stage.client.send("POST", fresh + "/renewal").status == 202)
            #expect(try await count(mails) == 2)
        }
    }

    @Test func `of what expired still takes a late answer, for ninety days`() async throws {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            stage.clock.advance(seconds: 40 * 86_400)
            let database = TestDatabase.current.asServer(clock: stage.clock.source)
            let rules = OrientationStore(database).clockRules.filter {
                $0.name.hasPrefix("orientation.remind") || $0.name == "orientation.expire"
            }
            // The reminders go out first, however late the clock is.
            for _ in 0..<3 {
                stage.clock.advance(seconds: 60)
                for rule in rules {
                    _ = try await database.transaction(as: .system(requestID: "clock")) { try await rule.run($0, 100) }
                }
            }
            #expect(try await stage.state(orientation) == "expired")
            let link = try await stage.link("recruiter")
            #expect(
                try await stage.client.send("GET", link).json["moves"]?.elements.compactMap { $0["to"]?.string }
                    == ["accepted", "refused"])
            #expect(try await stage.page(link).text.contains("une réponse reste possible"))
            #expect(try await stage.submit(link, "to=accepted").status == 200)
            #expect(try await stage.state(orientation) == "accepted")
            await database.close()
        }
    }

    static let ends: [(String, String)] = [
        ("another address", "UPDATE recruitment_contact SET state = 'ended', ended_at = now()"),
        ("another employer", "UPDATE structure SET organisation_id = (SELECT id FROM organisation WHERE code = 'tme')"),
        ("a closed structure", "UPDATE structure SET status = 'closed', closed_on = '2026-06-15'"),
        ("a later proof", "UPDATE recruitment_contact SET proved_at = proved_at + interval '1 hour'"),
    ]

    @Test(arguments: ends) func `ends with what it was sent on`(what: String, statement: String) async throws {
        try await AnswerLinkStage.run { stage in
            try await stage.send()
            let link = try await stage.link("recruiter")
            #expect(try await stage.client.send("GET", link).status == 200)
            try await TestDatabase.current.tamper(statement)
            #expect(try await stage.client.send("GET", link).status == 404, "\(what)")
            #expect(try await stage.client.send("POST", link, body: #"{"to":"accepted"}"#).status == 404, "\(what)")
        }
    }

    @Test func `answered twice at once is answered once`() async throws {
        try await AnswerLinkStage.run { stage in
            let orientation = try await stage.send()
            let link = try await stage.link("recruiter")
            let bodies = [
                #"{"to":"accepted","version":"2"}"#, #"{"to":"refused","reason":"lacking_skills","version":"2"}"#,
            ]
            let statuses = try await TestDatabase.current.collide(2, on: "LOCK TABLE orientation IN EXCLUSIVE MODE") {
                try await stage.client.send("POST", link, body: bodies[$0]).status
            }
            #expect(statuses.sorted() == [200, 404])
            let moves = try await count(
                "SELECT count(*) AS value FROM orientation_event WHERE to_state IN ('accepted', 'refused')")
            #expect(moves == 1)
            let state = try await stage.state(orientation)
            #expect(["accepted", "refused"].contains(state))
        }
    }

    @Test func `reaches its orientation alone, and a token beside it changes nothing`() async throws {
        try await AnswerLinkStage.run { stage in
            try await stage.send()
            let link = try await stage.link("recruiter")
            let other = try await stage.make.candidate(of: stage.prescriberID, lastName: "Ailleurs", email: nil)
            let second = try await stage.send(other)
            let plain = try await stage.client.send("GET", link)
            for token in [stage.team, stage.prescriber, stage.employer] {
                let answer = try await stage.client.send("GET", link, token: token)
                #expect(answer.text == plain.text)
            }
            let secret = try #require(TokenSecret(String(link.split(separator: "/").last ?? ""), .answer))
            let server = TestDatabase.current.asServer(clock: stage.clock.source)
            let seen = try await server.transaction(as: .anonymous(requestID: "x")) { transaction in
                try await transaction.execute(
                    "SELECT set_config('pa31.link', orientation_id::text, true) FROM orientation_of_link(\(bytes: secret.hash)::bytea)"
                )
                return try await transaction.rows(
                    """
                    SELECT (SELECT count(*) FROM orientation) + 10 * (SELECT count(*) FROM candidate)
                         + 100 * (SELECT count(*) FROM orientation_link) + 1000 * (SELECT count(*) FROM outbox) AS value
                    """, as: Value<Int>.self
                ).first()?.value
            }
            #expect(seen == 11)
            #expect(try await stage.client.send("GET", second, token: stage.prescriber).status == 200)
            await server.close()
        }
    }

    @Test func `to a session takes a place, and says when none is left`() async throws {
        try await AnswerLinkStage.run { stage in
            let organiser = try await stage.make.organisation("organisme")
            let session = try await stage.make.session(of: organiser, places: 1)
            try await stage.make.contact(of: session, organiser)
            let target = #""session_id":"\#(session)""#
            try await stage.send(nil, target)
            let first = try await stage.link("recruiter")
            try await stage.send(try await stage.make.candidate(of: stage.prescriberID, email: nil), target)
            let second = try await stage.link("recruiter")
            #expect(try await stage.submit(first, "to=accepted").status == 200)
            let full = try await stage.submit(second, "to=accepted")
            #expect(full.status == 409 && full.text.contains("complète") && full.text.contains("Refuser"))
            #expect(try await stage.submit(second, "to=refused&reason=no_position").status == 200)
            let left = try await count("SELECT places_left::bigint AS value FROM session")
            #expect(left == 0)
        }
    }
}

@Suite(.database) struct `A candidate's link` {
    @Test func `shows all that is on its way and withdraws, once`() async throws {
        try await AnswerLinkStage.run { stage in
            let first = try await stage.send()
            let need = try await stage.make.need(of: stage.structureID, stage.employerID)
            let second = try await stage.send(nil, #""need_id":"\#(need)""#)
            let (link, answer) = (try await stage.link("candidate"), try await stage.link("recruiter"))
            #expect(link.hasPrefix("/v1/my/pa31_my_"))
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for accept in ["application/json", "text/html"] {
                let answer = try await stage.client.send("GET", link, headers: ["Accept": accept])
                #expect(answer.status == 200 && answer.headers["cache-control"] == "private, no-store")
                // What was written for the recruiter is not the person's to read here.
                #expect(answer.text.contains("EHPAD Les Minimes") && !answer.text.contains("Motivée"))
            }
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            let page = try await stage.page(link).text
            #expect(page.contains("en attente de réponse") && page.contains("<details>") && !page.contains("<script"))
            // The newest is first, and so is its form.
            let hidden = AnswerLinkStage.hidden(page)
            let withdrawn = try await stage.submit(link, "to=withdrawn", hidden: hidden)
            #expect(withdrawn.status == 200 && withdrawn.text.contains("est retirée"))
            let done = try await TestDatabase.current.dumpUntouchedByServing()
            #expect(try await stage.submit(link, "to=withdrawn", hidden: hidden).status == 200)
            let other = hidden.replacing(/&key=[^&]*/, with: "&key=018cc251-f400-7000-8000-000000000000")
            #expect(try await stage.submit(link, "to=withdrawn", hidden: other).status == 409)
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == done)
            #expect(try await stage.state(second) == "withdrawn")
            #expect(try await stage.state(first) == "sent")
            let states = try await stage.client.send("GET", link).json["items"]?.elements.compactMap {
                $0["state"]?.string
            }
            #expect(states == ["sent", "withdrawn"])
            #expect(try await stage.client.send("GET", answer).json["answer"] == "closed")
            for move in ["accepted", "hired", "sent", "refused"] {
                let id = first.split(separator: "/").last ?? ""
                let refused = try await stage.client.send(
                    "POST", link, body: #"{"orientation":"\#(id)","to":"\#(move)"}"#)
                #expect(refused.status == 409 && refused.code == "transition.forbidden")
            }
            #expect(!stage.client.log.text.contains("pa31_my_"))
        }
    }

    @Test func `reaches nobody else's, and ends thirty days after the last was closed`() async throws {
        try await AnswerLinkStage.run { stage in
            let own = try await stage.send()
            let link = try await stage.link("candidate")
            let theirs = try await stage.send(try await stage.make.candidate(of: stage.prescriberID, lastName: "Autre"))
            let id = theirs.split(separator: "/").last ?? ""
            for body in [#"{"orientation":"\#(id)","to":"withdrawn"}"#] {
                let answer = try await stage.client.send("POST", link, body: body)
                #expect(answer.status == 404 && answer.code == "link.not_good")
            }
            #expect(try await stage.state(theirs) == "sent")
            #expect(try await stage.move(own, #"{"to":"withdrawn"}"#, as: stage.prescriber).status == 200)
            stage.clock.advance(seconds: 30 * 86_400 - 1)
            #expect(try await stage.page(link).status == 200)
            stage.clock.advance(seconds: 1)
            let gone = try await stage.page(link)
            #expect(gone.status == 404 && gone.text.contains("action=\"\(link)/renewal\""))
            #expect(try await stage.client.send("POST", link + "/renewal").status == 202)
            #expect(try await count("SELECT count(*) AS value FROM outbox WHERE kind = 'orientation.link'") == 0)
        }
    }
}
