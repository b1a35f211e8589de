import Accounts
import Contract
import Fields
import Foundation
import Messages
import Orientation
import Postgres
import Privacy
import TestSupport
import Testing

@testable import API

@Suite(.database) struct `Personal data over HTTP` {
    @Test func `the register and the page are for everybody, and say the same`() async throws {
        try await withServer(configure: {
            $0.privacy = PrivacySettings(controllers: "Un organisme <fictif>", contact: "dpo@exemple.example")
        }) { client in
            let list = try await client.send("GET", "/v1/data-retention")
            #expect(list.status == 200)
            let lines = list.json["items"]?.elements ?? []
            let file = try await client.send("GET", "/v1/data-retention", headers: ["Accept": "text/csv"])
            #expect(
                file.text.hasPrefix("code,title_fr,") && file.text.split(separator: "\r\n").count == lines.count + 1)
            let notice = try await client.send("GET", "/v1/privacy")
            #expect(
                notice.json["lines"]?.elements.count == lines.count
                    && notice.json["contact"]?.string == "dpo@exemple.example")
            let page = try await client.send("GET", "/v1/privacy", headers: ["Accept": "text/html"])
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(page.text.contains("Un organisme &lt;fictif&gt;") && page.text.contains("Vos droits"))
            for line in lines {
                #expect(page.text.contains("id=\"\(line["code"]?.string ?? "?")\""), "\(line["code"]?.string ?? "")")
            }
            #expect(page.headers["cache-control"]?.contains("private") == false)
        }
    }

    @Test func `a person's page works without script: code, copy, correction, erasure and back`() async throws {
        try await AnswerLinkStage.run { stage in
            try await stage.send()
            let link = try await stage.link("candidate")
            let mine = try await stage.page(link)
            #expect(
                mine.text.contains("\(link)/data".replacingOccurrences(of: "_", with: "%5F"))
                    || mine.text.contains("\(link)/data"))
            #expect(try await stage.page("\(link)/data").text.contains("M'envoyer un code"))
            let asked = try await stage.submit("\(link)/code", "", hidden: "")
            #expect(asked.status == 202 && asked.text.contains("role=\"status\""))
            func code() async throws -> String {
                let database = TestDatabase.current.asSuperuser()
                let found = try await database.read(
                    """
                    SELECT substring(body_text FROM '[0-9]{6}') AS value FROM outbox WHERE kind = 'privacy.code' ORDER BY id DESC LIMIT 1
                    """, as: Value<String>.self
                ).first()?.value
                await database.close()
                return found ?? ""
            }
            let wrong = try await stage.submit("\(link)/copy", "code=12", hidden: "")
            #expect(wrong.status == 403 && wrong.text.contains("role=\"alert\""))
            let copy = try await stage.submit("\(link)/copy", "code=\(try await code())", hidden: "")
            #expect(copy.status == 200 && copy.text.contains(AnswerLinkStage.surname))
            #expect(copy.headers["cache-control"]?.contains("no-store") == true)
            stage.clock.advance(seconds: 61)
            _ = try await stage.submit("\(link)/code", "", hidden: "")
            let erased = try await stage.submit("\(link)/erasure", "code=\(try await code())", hidden: "")
            #expect(erased.status == 200 && erased.text.contains("Annuler l'effacement"))
            // The prescriber sees it, and may cancel it for the person.
            let requests = try await stage.client.send("GET", "/v1/rights-requests?state=open", token: stage.prescriber)
            let id = requests.json["items"]?.elements.first?["id"]?.string ?? ""
            let cancelled = try await stage.client.send(
                "POST", "/v1/rights-requests/\(id)/decision", token: stage.prescriber, body: #"{"outcome":"cancelled"}"#
            )
            #expect(cancelled.json["state"]?.string == "cancelled")
            // Other organisations, the team and nobody know nothing of it.
            for token in [stage.employer, stage.team] {
                #expect(try await stage.client.send("GET", "/v1/rights-requests/\(id)", token: token).status == 404)
            }
            #expect(!stage.client.log.text.contains(link.suffix(20)))
        }
    }

    @Test func `an export is not kept for a retry, and is a reading`() async throws {
        let scene = try await CandidateScene()
        try await withServer { client in
            let key = ["Idempotency-Key": "once"]
            let first = try await client.send("POST", "\(scene.path)/export", token: scene.own, headers: key)
            #expect(first.status == 200 && first.json["file"]?["last_name"]?.string == "Exemple")
            let again = try await client.send("POST", "\(scene.path)/export", token: scene.own, headers: key)
            #expect(again.status == 409 && !again.text.contains("Exemple"))
            let reads = try await client.send("GET", "\(scene.path)/reads", token: scene.own)
            #expect(reads.json["items"]?.elements.contains { $0["route"]?.string == "candidate.export" } == true)
            for token in [scene.other, scene.employer, scene.team] {
                #expect(try await client.send("POST", "\(scene.path)/export", token: token).status == 404)
            }
            #expect(try await client.send("POST", "\(scene.path)/export", token: scene.reader).status == 403)
        }
    }
}
