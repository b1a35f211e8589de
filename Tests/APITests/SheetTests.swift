import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// The sheet of actions, out and back (issue 4): filled in by partners in their spreadsheets, merged as edits are.
@Suite(.database) struct `A sheet of actions` {
    typealias Format = SheetScene.Format

    /// 77 actions of the scene's lead: A1.01 and 76 more.
    private func plan(_ scene: Scene) async throws -> [String] {
        var codes = ["A1.01"]
        for number in 2...77 {
            let code = "A1.\(number < 10 ? "0" : "")\(number)"
            try await scene.make.action(code, in: scene.plan, lead: scene.leadID)
            codes.append(code)
        }
        return codes
    }

    @Test(arguments: Format.allCases)
    func `of 77 actions with 40 edits, 3 of them on fields changed meanwhile, gives 37 changes and 3 conflicts`(
        _ format: Format
    ) async throws {
        let scene = try await Scene()
        let codes = try await plan(scene)
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            var sheet = try await sheets.download(format, scene.lead)
            #expect(sheet.rows.map { $0[0] } == codes)
            for (index, code) in codes.prefix(40).enumerated() {
                if index < 20 {
                    sheet[code, "Météo"] = "Atteignable"
                } else {
                    sheet[code, "Description"] = "Texte \(index)"
                }
            }
            // Meanwhile: three of the same fields to something else, one to the same, and fields that the sheet leaves alone.
            for (code, body) in [
                (codes[0], #"{"health":"compromised"}"#), (codes[1], #"{"health":"secured"}"#),
                (codes[20], #"{"description":"Un autre texte."}"#), (codes[2], #"{"actual_start":"2023-02-01"}"#),
                (codes[3], #"{"title":"Titre corrigé"}"#), (codes[76], #"{"health":"secured"}"#),
            ] {
                let version = code == "A1.01" ? Scene.version : 1
                let answer = try await client.send(
                    "PATCH", "/v1/actions/\(code)", token: scene.team, body: body,
                    headers: ["If-Match": "\"\(version)\""])
                #expect(answer.status == 200)
            }
            sheet.rows.shuffle()
            let before = try await count("SELECT count(*) AS value FROM audit_log")
            let preview = try await sheets.review(sheet, scene.lead)
            let expected: JSON = [
                "rows": 77, "unchanged": 37, "changes": 37, "conflicts": 3, "refused": 0, "applied": 0,
            ]
            #expect(preview["counts"] == expected)
            #expect(try await count("SELECT count(*) AS value FROM audit_log") == before)
            let answer = try await sheets.apply(preview, scene.lead)
            #expect(answer.status == 200)
            let counts: JSON = [
                "rows": 77, "unchanged": 37, "changes": 0, "conflicts": 3, "refused": 0, "applied": 37,
            ]
            #expect(answer.json["counts"] == counts)
            let rows = answer.json["rows"]?.elements ?? []
            // The rows come back as the sheet has them.
            #expect(rows.map { $0["code"]?.string } == sheet.rows.map { $0[0] })
            let conflicts = rows.filter { $0["state"] == "conflict" }.sorted { "\($0["code"]!)" < "\($1["code"]!)" }
            #expect(
                conflicts.map { $0["conflicts"] } == [
                    [["field": "health", "yours": "attainable", "current": "compromised"]],
                    [["field": "health", "yours": "attainable", "current": "secured"]],
                    [["field": "description", "yours": "Texte 20", "current": "Un autre texte."]],
                ])
            #expect(try await count("SELECT count(*) AS value FROM action WHERE health = 'attainable'") == 18)
            #expect(try await count("SELECT count(*) AS value FROM action WHERE description LIKE 'Texte %'") == 19)
            #expect(
                try await count("SELECT count(*) AS value FROM audit_log WHERE operation = 'action.import'") == 37)
            let history = try await client.send("GET", "/v1/actions/\(codes[5])/history", token: scene.lead)
            #expect(history.json["items"]?.elements.last?["operation"] == "action.import")
            let change = history.json["items"]?.elements.last?["changes"]?.elements.first
            #expect(change?["field"] == "health")
            #expect(change?["to"] == "attainable")
            // What others changed stands, beside what the sheet changed.
            let merged = try await client.send("GET", "/v1/actions/\(codes[3])", token: scene.lead)
            #expect(merged.json["title"] == "Titre corrigé")
            #expect(merged.json["health"] == "attainable")
        }
    }

    @Test(arguments: Format.allCases) func `sent back as it came changes nothing`(_ format: Format) async throws {
        let scene = try await Scene()
        try await behindTheBack(
            """
            UPDATE action SET title = '=1+1', description = E' +33 5 \\r\\n''=x\\n_x0041_ 😀 ', actual_start = '2023-01-02',
                              actual_end = '2023-12-01', health = 'support_needed'
            """)
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            for token in [scene.lead, scene.team] {
                let sheet = try await sheets.download(format, token)
                #expect(sheet["A1.01", "Intitulé"] == "=1+1")
                #expect(sheet["A1.01", "Météo"] == "besoin d'appui")
                #expect(sheet["A1.01", "Statut"] == "en cours")
                let preview = try await sheets.review(sheet, token)
                #expect(preview["counts"]?["unchanged"] == 1, "\(preview["rows"] ?? .null)")
                #expect(try await sheets.apply(preview, token).json["counts"]?["unchanged"] == 1)
            }
            // A file that goes as a formula elsewhere stays a text here: an edit that begins with its sign is an edit.
            var sheet = try await sheets.download(format, scene.lead)
            sheet["A1.01", "Description"] = "=2+2"
            let applied = try await sheets.apply(try await sheets.review(sheet, scene.lead), scene.lead)
            #expect(applied.json["counts"]?["applied"] == 1)
            let action = try await client.send("GET", Scene.path, token: scene.lead)
            #expect(action.json["description"] == "=2+2")
        }
    }

    @Test(arguments: Format.allCases) func `has what its reader leads, or all for the team`(_ format: Format)
        async throws
    {
        let scene = try await Scene()
        try await scene.make.action("A2.01", in: scene.plan, lead: scene.otherID)
        let reader = try await scene.token(of: scene.leadID, role: .reader, scopes: [.read])
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            func codes(_ token: String, _ query: String = "") async throws -> [String] {
                try await sheets.download(format, token, query: query).rows.map { $0[0] }
            }
            #expect(try await codes(scene.lead) == ["A1.01"])
            #expect(try await codes(scene.other) == ["A2.01"])
            #expect(try await codes(scene.partner) == [])
            #expect(try await codes(reader) == ["A1.01"])
            #expect(try await codes(scene.team) == ["A1.01", "A2.01"])
            #expect(try await codes(scene.team, "?axis=A2") == ["A2.01"])
            #expect(try await codes(scene.team, "?lead=porteur") == ["A1.01"])
            #expect(try await codes(scene.lead, "?lead=autre") == [])
            #expect(try await sheets.download(format, scene.team).headings.suffix(2) == ["Public", "Priorité"])
            #expect(
                try await sheets.download(format, scene.lead).headings == [
                    "Code", "Version", "Intitulé", "Axe", "Statut", "Avancement (%)", "Début prévu", "Fin prévue",
                    "Début réel", "Fin réelle", "Météo", "Description", "Territoire", "Publics visés", "Priorité",
                ])
        }
    }

    @Test func `tells nobody the title of an action that it may not know of`() async throws {
        let scene = try await Scene()
        try await scene.make.action("A2.07", in: scene.plan, lead: scene.otherID, title: "Secret", isPublic: false)
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            func reason(_ token: String) async throws -> String {
                let preview = try await sheets.review(
                    csv: "Code;Version;Intitulé", "A1.01;3;Secret", "A2.07;1;x", token: token)
                return preview["rows"]?.elements.first?["problems"]?.elements.first?["reason"]?.string ?? ""
            }
            let team = try await reason(scene.team)
            #expect(team.contains("A2.07"))
            let lead = try await reason(scene.lead)
            #expect(!lead.isEmpty && !lead.contains("A2.07"), "\(lead)")
        }
    }

    @Test(arguments: Format.allCases) func `says where an action takes place and for whom, by codes and words`(
        _ format: Format
    ) async throws {
        let scene = try await Scene()
        try await behindTheBack(
            "UPDATE action SET territory = ARRAY['243100518', '31555'], audiences = ARRAY['students']")
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            var sheet = try await sheets.download(format, scene.lead)
            #expect(sheet["A1.01", "Territoire"] == "243100518, 31555")
            #expect(sheet["A1.01", "Publics visés"] == "élèves et étudiants")
            sheet["A1.01", "Territoire"] = "31395 ; 31555"
            sheet["A1.01", "Publics visés"] = "Salariés, eleves et etudiants"
            let preview = try await sheets.review(sheet, scene.lead)
            #expect(preview["counts"]?["changes"] == 1, "\(preview)")
            #expect(try await sheets.apply(preview, scene.lead).json["counts"]?["applied"] == 1)
            let action = try await client.send("GET", Scene.path)
            #expect(action.json["territory"]?.elements.map { $0["name"] } == ["Muret", "Toulouse"])
            #expect(action.json["audiences"]?.elements == ["students", "employees"])
            // Emptied, a place that is none, a word that is none.
            let wrong = try await sheets.review(
                csv: "Code;Version;Territoire;Publics visés", "A1.01;4;31999;tous", token: scene.lead)
            #expect(wrong["counts"]?["refused"] == 1)
            #expect(wrong["rows"]?.elements.first?["problems"]?.elements.map { $0["column"] } == ["Publics visés"])
            let unknown = try await sheets.review(csv: "Code;Version;Territoire", "A1.01;4;31999", token: scene.lead)
            #expect(unknown["rows"]?.elements.first?["problems"]?.elements.map { $0["column"] } == ["Territoire"])
            let emptied = try await sheets.review(csv: "Code;Version;Territoire", "A1.01;4;", token: scene.lead)
            #expect(try await sheets.apply(emptied, scene.lead).json["counts"]?["applied"] == 1)
            #expect(try await client.send("GET", Scene.path).json["territory"] == [])
        }
    }

    @Test
    func `is one table whatever its columns' order and names: a missing one changes nothing, an empty cell clears`()
        async throws
    {
        let scene = try await Scene()
        try await behindTheBack("UPDATE action SET description = 'Un texte.', actual_start = '2023-01-02'")
        try await withServer { client async throws in
            let sheets = SheetScene(client: client)
            let preview = try await sheets.review(
                csv: "MÉTÉO,version,date de debut reel,CODE,description", "compromise,3,05/01/2023,A1.01,",
                token: scene.lead)
            #expect(
                preview["rows"]?.elements.first?["changes"] == [
                    ["field": "health", "from": "not_filled", "to": "compromised"],
                    ["field": "actual_start", "from": "2023-01-02", "to": "2023-01-05"],
                    ["field": "description", "from": "Un texte.", "to": nil],
                ])
            #expect(try await sheets.apply(preview, scene.lead).json["counts"]?["applied"] == 1)
            let action = try await client.send("GET", Scene.path, token: scene.lead)
            #expect(action.json["description"] == .null)
            #expect(action.json["version"] == 4)
            #expect(action.json["title"] == "Action A1.01")
            // What can't be emptied is refused, and told where.
            let emptied = try await sheets.review(csv: "Code;Version;Météo", "A1.01;4;", token: scene.lead)
            #expect(emptied["counts"]?["refused"] == 1)
            #expect(emptied["rows"]?.elements.first?["problems"]?.elements.first?["column"] == "Météo")
        }
    }
}
