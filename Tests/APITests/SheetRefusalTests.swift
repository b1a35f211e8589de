import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// What a sheet that is sent back can't do.
@Suite(.database) struct `A sheet sent back` {
    /// The problems of a preview's rows: column, value and reason of the first of each.
    private func problems(_ preview: JSON) -> [String] {
        (preview["rows"]?.elements ?? []).map { row in
            let problem = row["problems"]?.elements.first
            return
                "\(row["line"]?.text ?? "?") \(row["state"]?.string ?? "?") \(problem?["column"]?.string ?? "-") \(problem?["value"]?.string ?? "-")"
        }
    }

    @Test func `refuses its wrong rows one by one, and applies the others`() async throws {
        let scene = try await Scene()
        for code in ["A1.02", "A1.03", "A1.04", "A1.05"] {
            try await scene.make.action(code, in: scene.plan, lead: scene.leadID)
        }
        try await scene.make.action("A2.01", in: scene.plan, lead: scene.otherID)
        try await scene.make.action("A2.02", in: scene.plan, lead: scene.otherID, isPublic: false)
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            let preview = try await sheets.review(
                csv: "Code;Version;Intitulé;Statut;Début réel;Fin réelle;Météo",
                "A1.01;3;Action A1.01;en cours;30/02/2023;;non renseignée",
                "A1.02;1;Action A1.02;prévue;2023-02-01;2023-01-01;non renseignée",
                "A1.03;1;Mon titre;prévue;;;non renseignée", "A1.04;1;Action A1.04;en cours;;;non renseignée",
                "A1.05;1;Action A1.05;prévue;;;sécurisée", "A2.01;1;Action A2.01;prévue;;;sécurisée",
                "A2.02;1;Action A2.02;prévue;;;sécurisée", "Z9.99;1;;;;;", "texte;1;;;;;",
                "A1.06;;;;;;", ";1;;;;;sécurisée", token: scene.lead)
            #expect(
                problems(preview) == [
                    "2 refused Début réel 30/02/2023", "3 refused Fin réelle 2023-01-01",
                    "4 refused Intitulé Mon titre",
                    "5 refused Statut in_progress", "6 change - -", "7 refused Code A2.01", "8 refused Code A2.02",
                    "9 refused Code Z9.99", "10 refused Code texte", "11 refused Version ", "12 refused Code ",
                ])
            let reasons = (preview["rows"]?.elements ?? []).map {
                $0["problems"]?.elements.first?["reason"]?.string ?? ""
            }
            try #require(reasons.count == 11)
            #expect(reasons[0] == "ce jour n'existe pas")
            #expect(reasons[1] == "La fin réelle précède le début réel.")
            #expect(reasons[2] == "réservé à l'équipe")
            #expect(reasons[5].contains("portée par un autre organisme"))
            // Nobody learns of an action that is not public.
            #expect(reasons[6] == "aucune action A2.02")
            #expect(reasons[7] == "aucune action Z9.99")
            let applied = try await sheets.apply(preview, scene.lead)
            #expect(applied.json["counts"]?["applied"] == 1)
            #expect(applied.json["counts"]?["refused"] == 10)
            #expect(try await count("SELECT count(*) AS value FROM action WHERE health = 'secured'") == 1)
            #expect(try await count("SELECT count(*) AS value FROM action WHERE version > 1") == 2)
        }
    }

    @Test func `that names an action twice, or mixes rows up, is told so`() async throws {
        let scene = try await Scene()
        try await scene.make.action("A1.02", in: scene.plan, lead: scene.leadID)
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            let twice = try await sheets.review(
                csv: "Code;Version;Météo", "A1.01;3;sécurisée", "A1.02;1;sécurisée", "A1.01;3;compromise",
                token: scene.lead)
            #expect(problems(twice) == ["2 refused Code A1.01", "3 change - -", "4 refused Code A1.01"])
            #expect(
                twice["rows"]?.elements.first?["problems"]?.elements.first?["reason"]?.string?.contains("ligne 4")
                    == true)
            // Codes sorted without their rows: A1.02 was never at version 3.
            let mixed = try await sheets.review(
                csv: "Code;Version;Météo", "A1.02;3;sécurisée", token: scene.lead)
            #expect(problems(mixed) == ["2 refused Version 3"])
            // The same where versions don't tell.
            try await scene.make.action("A1.03", in: scene.plan, lead: scene.leadID)
            let moved = try await sheets.review(
                csv: "Code;Version;Intitulé", "A1.03;1;Action A1.02", "A1.02;1;Action A1.03", token: scene.team)
            #expect(problems(moved) == ["2 refused Code A1.03", "3 refused Code A1.02"])
            #expect(
                moved["rows"]?.elements.first?["problems"]?.elements.first?["reason"]?.string?.contains("A1.02") == true
            )
        }
    }

    @Test func `is refused as a whole when a column says nothing, or the version is missing`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            func refused(_ csv: String, headers: String = "") async throws -> JSON {
                let answer = try await sheets.send(Array(csv.utf8), scene.lead, headers: headers)
                #expect(answer.status == 422)
                #expect(answer.code == "sheet.refused")
                return answer.json
            }
            let unknown = try await refused("Code;Version;Meteo;Budget\nA1.01;3;sécurisée;12\n")
            #expect(unknown["errors"]?.elements.map { $0["pointer"] } == ["Budget"])
            #expect(unknown["detail"]?.string?.contains("« Budget » (colonne inconnue") == true)
            let missing = try await refused("Code;Météo\nA1.01;sécurisée\n", headers: "Accept-Language: en\r\n")
            #expect(missing["errors"]?.elements.map { $0["pointer"] } == ["Version"])
            #expect(missing["detail"]?.string?.contains("download the sheet again") == true)
            let twice = try await refused("Code;Version;Météo;meteo\nA1.01;3;sécurisée;compromise\n")
            #expect(twice["errors"]?.elements.map { $0["pointer"] } == ["meteo"])
            let nameless = try await refused("Code;Version;\nA1.01;3;x\n")
            #expect(nameless["errors"]?.elements.map { $0["pointer"] } == [""])
            _ = try await refused("")
            _ = try await refused("PK\u{3}\u{4}rien")
            let pdf = try await sheets.send(Array("%PDF-1.7".utf8), scene.lead)
            #expect(pdf.status == 422)
            #expect(pdf.json["detail"]?.string?.contains("application/zip, text/csv") == true)
            let large = try await sheets.send(Array(repeating: 0x41, count: 5 << 20 + 1), scene.lead)
            #expect(large.status == 413)
            #expect(try await count("SELECT count(*) AS value FROM sheet_import") == 0)
            #expect(
                try FileManager.default.contentsOfDirectory(
                    atPath: client.files.appendingPathComponent("incoming").path) == [])
        }
    }

    @Test func `is its sender's only, once only, and for seven days`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let colleague = try await scene.token(of: scene.leadID)
        try await withServer(clock: clock.source) { client async throws in
            let sheets = SheetScene(client: client)
            let preview = try await sheets.review(csv: "Code;Version;Météo", "A1.01;3;sécurisée", token: scene.lead)
            for token in [colleague, scene.other, scene.team] {
                let answer = try await sheets.apply(preview, token)
                #expect(answer.status == 404)
                #expect(answer.code == "import.not_found")
            }
            #expect(try await sheets.apply(preview, nil).status == 401)
            #expect(try await sheets.apply(preview, scene.lead).json["counts"]?["applied"] == 1)
            let again = try await sheets.apply(preview, scene.lead)
            #expect(again.status == 409)
            #expect(again.code == "import.applied")
            // What people wrote does not stay.
            #expect(try await count("SELECT count(*) AS value FROM sheet_import WHERE sheet <> '[]'") == 0)
            let late = try await sheets.review(csv: "Code;Version;Météo", "A1.01;4;compromise", token: scene.lead)
            clock.advance(seconds: 7 * 86_400 + 1)
            #expect(try await sheets.apply(late, scene.lead).status == 404)
            #expect(try await client.send("GET", Scene.path, token: scene.lead).json["health"] == "secured")
        }
    }

    @Test func `under an Idempotency-Key is answered alike when it is repeated`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            let csv = Array("Code;Version;Météo\nA1.01;3;sécurisée\n".utf8)
            let answers = try await atOnce(3) { _ in
                try await sheets.send(csv, scene.lead, headers: "Idempotency-Key: un\r\n")
            }
            #expect(answers.map(\.status) == [201, 201, 201])
            #expect(answers.map { $0.json["id"] }.distinct.count == 1)
            #expect(try await count("SELECT count(*) AS value FROM sheet_import") == 1)
            let applied = try await atOnce(3) { _ in
                try await sheets.apply(answers[0].json, scene.lead, headers: ["Idempotency-Key": "deux"])
            }
            #expect(applied.map(\.status) == [200, 200, 200])
            #expect(applied.map(\.body).distinct.count == 1)
            #expect(try await count("SELECT version AS value FROM action") == 4)
        }
    }

    @Test func `applied many times at once is applied once`() async throws {
        let scene = try await Scene()
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            let preview = try await sheets.review(csv: "Code;Version;Météo", "A1.01;3;sécurisée", token: scene.lead)
            let statuses = try await atOnce(4) { _ in try await sheets.apply(preview, scene.lead).status }
            #expect(statuses.sorted() == [200, 409, 409, 409])
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.import'") == 1)
        }
    }

    @Test func `by two at once is the first one's; the other has nothing left to do, or a conflict`() async throws {
        let scene = try await Scene()
        let colleague = try await scene.token(of: scene.leadID)
        for number in 2...9 { try await scene.make.action("A1.0\(number)", in: scene.plan, lead: scene.leadID) }
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            var first = try await sheets.download(.csv, scene.lead)
            for number in 2...9 { first["A1.0\(number)", "Météo"] = "sécurisée" }
            var second = first
            second["A1.09", "Météo"] = "compromise"
            second.rows.reverse()
            let previews = [
                try await sheets.review(first, scene.lead), try await sheets.review(second, colleague),
            ]
            let tokens = [scene.lead, colleague]
            let answers = try await atOnce(2) { try await sheets.apply(previews[$0], tokens[$0]) }
            #expect(answers.map(\.status) == [200, 200])
            #expect(answers.reduce(0) { $0 + ($1.json["counts"]?["applied"]?.integer ?? 0) } == 8)
            #expect(answers.reduce(0) { $0 + ($1.json["counts"]?["conflicts"]?.integer ?? 0) } == 1)
            #expect(try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.import'") == 8)
        }
    }

    @Test func `is refused to who only reads, and the lead changes nothing of the team's`() async throws {
        let scene = try await Scene()
        let reader = try await scene.token(of: scene.leadID, role: .reader)
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            let csv = "Code;Version;Public\nA1.01;3;non\n"
            #expect(try await sheets.send(Array(csv.utf8), reader).status == 403)
            #expect(try await sheets.send(Array(csv.utf8), nil).status == 401)
            #expect(problems(try await sheets.review(csv: csv, token: scene.lead)) == ["2 refused Public false"])
            #expect(problems(try await sheets.review(csv: csv, token: scene.partner)) == ["2 refused Code A1.01"])
            #expect(problems(try await sheets.review(csv: csv, token: scene.team)) == ["2 change - -"])
        }
    }

    @Test func `waits with a bounded number of others, and is forgotten after seven days`() async throws {
        let scene = try await Scene()
        let clock = TestClock()
        let database = TestDatabase.current.asServer().at(clock.source)
        try await withServer(clock: clock.source) { client async throws in
            let sheets = SheetScene(client: client)
            for _ in 0..<22 { _ = try await sheets.review(csv: "Code;Version", "A1.01;3", token: scene.lead) }
            _ = try await sheets.review(csv: "Code;Version", "A1.01;3", token: scene.team)
        }
        #expect(try await count("SELECT count(*) AS value FROM sheet_import") == 21)
        // Only its sender reaches it, whatever a statement forgets to say.
        struct Sheet: Decodable { var id: Identifier<SheetImport> }
        func seen(_ caller: Caller) async throws -> Int {
            try await database.transaction(as: caller) { transaction in
                try await transaction.rows("SELECT id FROM sheet_import", as: Sheet.self).count
            }
        }
        #expect(try await seen(.member(scene.leadMember, requestID: "a")) == 20)
        #expect(try await seen(.anonymous(requestID: "b")) == 0)
        let housekeeping = Housekeeping(database, logger: .init(label: "test"))
        #expect(try await housekeeping.forget() == 0)
        clock.advance(seconds: 7 * 86_400)
        #expect(try await housekeeping.forget() == 21)
        await database.close()
    }
}
