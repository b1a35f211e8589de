import Accounts
import Contract
import Fields
import Foundation
import Orientation
import Postgres
import TestSupport
import Testing

@testable import Privacy

@Suite(.database) struct `A person's own link` {
    @Test func `opens nothing without the code that only the address of the file gets`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.sent()
            let link = try await stage.link()
            func copy(_ code: String) async throws -> String? {
                try await refusal {
                    _ = try await stage.rights.copy(link, AccessCode(code: code), as: .anonymous(requestID: "t"))
                }?.problem.code
            }
            #expect(try await copy("123456") == "access_code.not_good", "no code was asked for")
            try await stage.rights.askCode(link, as: .anonymous(requestID: "t"))
            try await stage.rights.askCode(link, as: .anonymous(requestID: "t"))
            #expect(try await stage.rows("access_code") == 1, "one a minute")
            let code = try await stage.code()
            let wrong = code == "000000" ? "000001" : "000000"
            for _ in 0..<5 { #expect(try await copy(wrong) == "access_code.not_good") }
            #expect(try await copy(code) == "access_code.not_good", "five tries, then none")
            stage.clock.advance(seconds: 61)
            try await stage.rights.askCode(link, as: .anonymous(requestID: "t"))
            let fresh = try await stage.code()
            stage.clock.advance(seconds: 601)
            #expect(try await copy(fresh) == "access_code.not_good", "ten minutes")
            try await stage.rights.askCode(link, as: .anonymous(requestID: "t"))
            let good = try await stage.code()
            #expect(try await copy(good) == nil)
            #expect(try await copy(good) == "access_code.not_good", "once")
            for _ in 0..<6 {
                stage.clock.advance(seconds: 61)
                try await stage.rights.askCode(link, as: .anonymous(requestID: "t"))
            }
            #expect(try await stage.rows("access_code") == 5, "five a day")
            #expect(try await copy("12345") == "access_code.not_good")
            #expect(
                try await refusal {
                    _ = try await stage.rights.copy("pa31_my_x", AccessCode(code: good), as: .anonymous(requestID: "t"))
                }?
                .problem.code == "link.not_good")
        }
    }

    @Test func `copies everything, who received or read it, and nobody else's name`() async throws {
        try await PrivacyStage.run { stage in
            try await stage.refused()
            try await stage.sent()
            let member = try #require(stage.follower.member)
            _ = try await CandidateStore(stage.database).find(stage.candidate, reason: nil, as: stage.follower)
            let link = try await stage.link()
            try await stage.rights.askCode(link, as: .anonymous(requestID: "t"))
            let document = try await stage.rights.copy(
                link, AccessCode(code: try await stage.code()), as: .anonymous(requestID: "t"))
            #expect(document["file"]?["last_name"]?.string == "Exemple")
            #expect(document["orientations"]?.elements.count == 2)
            #expect(document["recipients"]?.elements.first?["organisation"]?.string == "Organisme employeur")
            #expect(document["reads"]?.elements.contains { $0["route"]?.string == "candidate.read" } == true)
            #expect(document["mails"]?.elements.isEmpty == false)
            #expect(document["requests"]?.elements.first?["kind"]?.string == "copy")
            #expect(!document.text.contains("Membre de test") && !document.text.contains(member.id.fieldText))
            let page = SubjectCopy.page(document)
            for text in [
                "Exemple", "Résidence du Parc", "Organisme employeur", "Nous avons retenu une autre personne.",
            ] {
                #expect(page.contains(text), "\(text)")
            }
            // In the order in which people read.
            let order = [
                "Votre dossier", "Prénom", "Nom<", "Adresse électronique", "Qui a reçu", "Qui a ouvert", "Vos demandes",
            ]
            let places = order.compactMap { page.range(of: $0)?.lowerBound }
            #expect(places.count == order.count && places == places.sorted())
            // For people: no code of the program stands for a word.
            for code in ["K1302 ", "mission d&#39;intérêt public", "dossier ouvert", "de vive voix"] {
                #expect(page.contains(code), "\(code)")
            }
            let cells = page.matches(of: /(?:<td>|<br>| · )([a-z]+(?:[_.][a-z]+)+)(?=<| · )/).map { String($0.1) }
            #expect(cells == [])
        }
    }

    @Test func `objects, corrects, asks to be erased and takes that back`() async throws {
        try await PrivacyStage.run { stage in
            let id = try await stage.sent()
            let link = try await stage.link()
            let nobody = Caller.anonymous(requestID: "t")
            func code() async throws -> String {
                stage.clock.advance(seconds: 61)
                try await stage.rights.askCode(link, as: nobody)
                return try await stage.code()
            }
            try await stage.rights.correct(
                link, PersonAsking(code: try await code(), text: "Mon prénom s'écrit Camilles"), as: nobody)
            let correction = try #require(
                try await stage.rights.list(.open, limit: .standard, cursor: nil, as: stage.follower).first())
            #expect(correction.kind == .correction && correction.text == "Mon prénom s'écrit Camilles")
            #expect(
                try await refusal {
                    _ = try await stage.rights.decide(
                        correction.id, RightsDecision(outcome: .refused), as: stage.follower)
                }?.problem.code == "rights_request.invalid")
            _ = try await stage.rights.decide(
                correction.id, RightsDecision(outcome: .done, answer: "C'est corrigé."), as: stage.follower)
            let copy = try await stage.rights.copy(link, AccessCode(code: try await code()), as: nobody)
            #expect(copy["requests"]?.elements.contains { $0["answer"]?.string == "C'est corrigé." } == true)
            let erasing = try await code()
            try await stage.rights.erase(link, PersonErasure(code: erasing), as: nobody)
            try await stage.rights.erase(link, PersonErasure(code: try await code(), cancel: true), as: nobody)
            stage.clock.advance(seconds: 80 * 3600)
            try await stage.tick(stage.rights.clockRules)
            #expect(try await stage.rows("candidate") == 1)
            try await stage.rights.object(link, AccessCode(code: try await code()), as: nobody)
            #expect(try await stage.rows("orientation", "id = \(id) AND state = 'withdrawn'") == 1)
            #expect(try await stage.rights.person(link, as: nobody).hasObjected)
        }
    }
}

@Suite(.database) struct `A restored dump` {
    @Test func `brings nobody back: the ledger is replayed before anything is served`() async throws {
        try await PrivacyStage.run { stage in
            let url = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)")
            defer { try? FileManager.default.removeItem(at: url) }
            let file = ErasureFile(url)
            let ledger = ErasureLedger(stage.database, file: file, logger: .init(label: "test"))
            #expect(try await ledger.replay() == 0)
            let other = try await stage.make.candidate(of: stage.prescriber, email: "autre@exemple.example", phone: nil)
            try await stage.make.insert { try await Erasure.erase([other], cause: .retention, at: $0.now, $0) }
            #expect(try await ledger.export() == 1)
            #expect(try await ledger.export() == 0)
            // What was erased after the dump: only the file knows.
            try file.append([
                .init(kind: "candidate", id: Identifier(stage.candidate.uuid), at: stage.clock.now, cause: "request"),
                .init(
                    kind: "member", id: Identifier(try #require(stage.follower.member).id.uuid), at: stage.clock.now,
                    cause: "retention"),
            ])
            try await stage.sent()
            #expect(try await ledger.replay() == 2)
            #expect(try await stage.rows("candidate") == 0)
            #expect(try await stage.rows("outbox", "audience = 'candidate' AND address IS NOT NULL") == 0)
            #expect(try await stage.rows("member", "forgotten_at IS NOT NULL") == 1)
            #expect(try await stage.rows("erasure_ledger") == 3)
            #expect(try await ledger.replay() == 0)
            #expect(try file.entries().count == 3)
            // A line that was cut short is no reason to stop; a file that is gone is.
            try Data("candidate 0189".utf8).write(to: url)
            #expect(try await ledger.replay() == 0)
            #expect(try file.entries().count == 3)
            try FileManager.default.removeItem(at: url)
            #expect(try await refusal { _ = try await ledger.replay() }?.problem.code == "privacy.ledger_missing")
        }
    }
}
