import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `Reports over HTTP` {
    private struct Stage {
        let scene: Scene
        let funder: String
        let second: String
        let secondID: String
        let reader: String
        let stranger: String

        init() async throws {
            scene = try await Scene()
            let funderID = try await Self.organisation("cnsa")
            let other = try await scene.make.organisation("cd31", kind: .funder)
            funder = try await scene.token(of: funderID, kind: .funder)
            let member = try await scene.make.member(of: funderID, kind: .funder)
            second = try await scene.make.token(of: member)
            secondID = member.id.fieldText
            reader = try await scene.token(of: funderID, kind: .funder, role: .reader)
            stranger = try await scene.token(of: other, kind: .funder)
        }

        private static func organisation(_ code: String) async throws -> Organisation.ID {
            let database = TestDatabase.current.asSuperuser()
            let found = try await database.read(
                "SELECT id AS value FROM organisation WHERE code = \(code)", as: Value<Organisation.ID>.self
            ).first()
            await database.close()
            return try #require(found).value
        }

        static let body =
            #"{"profile":"cnsa","starts_on":"2023-01-01","ends_on":"2023-12-31","submit_by":"2024-06-30"}"#

        func move(
            _ client: TestClient, _ path: String, _ body: String, as token: String
        ) async throws -> TestAnswer {
            let read = try await client.send("GET", path, token: scene.team)
            return try await client.send(
                "POST", path + "/transitions", token: token, body: body,
                headers: ["If-Match": read.headers["etag"] ?? ""])
        }
    }

    @Test func `go from the team to the funder and, signed and published, to everybody`() async throws {
        let stage = try await Stage()
        try await withServer { client in
            for token in [stage.funder, stage.scene.lead] {
                #expect(try await client.send("POST", "/v1/campaigns", token: token, body: Stage.body).status == 403)
            }
            let made = try await client.send("POST", "/v1/campaigns", token: stage.scene.team, body: Stage.body)
            #expect(made.status == 201)
            let path = try #require(made.headers["location"])
            #expect(try await client.send("GET", path, token: stage.funder).status == 404)
            #expect(try await stage.move(client, path, #"{"to":"submitted"}"#, as: stage.reader).status == 403)
            let submitted = try await stage.move(client, path, #"{"to":"submitted"}"#, as: stage.scene.team)
            #expect(submitted.status == 200, "\(submitted.json.text)")
            let report = try #require(submitted.json["reports"]?.elements.first)
            let address = "/v1/reports/\(report["id"]?.string ?? "")"
            let seen = try await client.send("GET", path, token: stage.funder)
            #expect(seen.status == 200 && seen.json["gaps"] == nil)
            #expect(seen.json["moves"]?.elements.compactMap { $0["to"]?.string } == ["fix_requested", "reviewed"])
            for token in [stage.stranger, stage.scene.lead, nil] {
                #expect(try await client.send("GET", address, token: token).status == 404)
            }
            let kinds = [
                "application/json", "text/csv", "text/html",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ]
            for kind in kinds {
                let file = try await client.send("GET", address, token: stage.reader, headers: ["Accept": kind])
                #expect(file.status == 200 && file.headers["content-type"]?.hasPrefix(kind) == true, "\(kind)")
                #expect(file.headers["cache-control"] == "private, no-store")
            }
            let json = try await client.send("GET", address, token: stage.funder)
            #expect(json.json["sha256"] == report["sha256"])
            let money = try await client.send(
                "GET", address + "?sheet=money&dialect=rfc4180", token: stage.funder, headers: ["Accept": "text/csv"])
            #expect(String(decoding: money.body, as: UTF8.self).hasPrefix("action_code,"))
            #expect(try await stage.move(client, path, #"{"to":"reviewed"}"#, as: stage.reader).status == 403)
            #expect(try await stage.move(client, path, #"{"to":"reviewed"}"#, as: stage.stranger).status == 404)
            #expect(try await stage.move(client, path, #"{"to":"reviewed"}"#, as: stage.funder).status == 200)
            let sign = #"{"to":"final","signatory":"\#(stage.secondID)"}"#
            #expect(try await stage.move(client, path, sign, as: stage.funder).code == "campaign.signatory")
            #expect(try await stage.move(client, path, sign, as: stage.second).status == 200)
            let publication = address + "/publication"
            #expect(try await client.send("POST", publication, token: stage.funder).status == 403)
            #expect(try await client.send("GET", address).status == 404)
            #expect(try await client.send("POST", publication, token: stage.scene.team).status == 200)
            let open = try await client.send("GET", address)
            #expect(open.status == 200 && open.headers["cache-control"]?.hasPrefix("public") == true)
            let known = try await client.send("GET", address, headers: ["If-None-Match": open.headers["etag"] ?? ""])
            #expect(known.status == 304)
        }
    }

    @Test func `can be previewed by the team, of a past day only`() async throws {
        let stage = try await Stage()
        try await withServer { client in
            let path = "/v1/reports/preview?profile=cnsa&quarter=2023-Q1&until=2023-T4"
            let preview = try await client.send("GET", path, token: stage.scene.team)
            #expect(preview.status == 200 && preview.json["report"]?["number"] == .null)
            #expect(try await client.send("GET", path, token: stage.funder).status == 403)
            for (query, field) in [
                ("&as_of=2099-01-01", "as_of"), ("&as_of=9999-12-31", "as_of"), ("&until=2022-Q1", "until"),
            ] {
                let address = query.hasPrefix("&until") ? "/v1/reports/preview?profile=cnsa&quarter=2023-Q1" : path
                let refused = try await client.send("GET", address + query, token: stage.scene.team)
                #expect(refused.status == 400 && refused.json["errors"]?.elements.first?["pointer"]?.string == field)
            }
            let unknown = try await client.send(
                "GET", "/v1/reports/preview?profile=essai&quarter=2023-Q1", token: stage.scene.team)
            #expect(unknown.status == 422 && unknown.code == "report.profile")
        }
    }

    @Test func `have public figures and small pictures of them, of public things only`() async throws {
        let stage = try await Stage()
        try await stage.scene.make.action(
            "A1.77", in: stage.scene.plan, lead: stage.scene.leadID, status: .inProgress, isPublic: false)
        try await withServer { client in
            let stats = try await client.send("GET", "/v1/stats")
            #expect(stats.status == 200 && stats.json["actions"]?["total"]?.integer == 1)
            #expect(stats.headers["cache-control"]?.hasPrefix("public") == true)
            let again = try await client.send(
                "GET", "/v1/stats", headers: ["If-None-Match": stats.headers["etag"] ?? ""])
            #expect(again.status == 304)
            for figure in ["actions", "structures", "needs"] {
                let picture = try await client.send("GET", "/v1/stats/\(figure).svg")
                #expect(picture.status == 200 && picture.headers["content-type"]?.hasPrefix("image/svg+xml") == true)
                let text = String(decoding: picture.body, as: UTF8.self)
                #expect(text.contains("<title") && !text.contains("<script") && !text.contains("style="))
            }
            #expect(try await client.send("GET", "/v1/stats/candidates.svg").status == 404)
            let grants = try await client.send("GET", "/v1/grants", headers: ["Accept": "text/csv"])
            #expect(
                String(decoding: grants.body, as: UTF8.self).hasPrefix("nomAttribuant,idAttribuant,dateConvention,"))
        }
    }
}
