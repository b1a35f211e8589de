import Accounts
import Directory
import Fields
import Foundation
import Postgres
import Plans
import TestSupport
import Testing

@testable import API

/// `/docs`: made from the contract, complete, readable, and its examples work.
@Suite(.database) struct `The documentation` {
    private func document() -> JSON { Server.operations(Database(DatabaseSettings(url: ""))).document }

    /// Elements in the order they open, if every one that opens closes where it may.
    private func elements(_ html: String) throws -> [String] {
        let empty: Set<String> = ["meta", "link", "br", "hr", "img", "input"]
        var open: [String] = []
        var all: [String] = []
        for match in html.matches(of: /<(\/?)([a-z0-9]+)((?: [a-z-]+(?:="[^"<>]*")?)*)>/) {
            let name = String(match.2)
            if match.1.isEmpty {
                all.append(name)
                if !empty.contains(name) { open.append(name) }
            } else {
                try #require(open.last == name, "</\(name)> closes <\(open.last ?? "nothing")>")
                open.removeLast()
            }
        }
        #expect(open == [])
        // Nothing that looks like a mark was left over.
        let rest = html.replacing(/<\/?[a-z0-9]+(?: [a-z-]+(?:="[^"<>]*")?)*>/, with: "").replacing(
            "<!doctype html>", with: "")
        #expect(!rest.contains("<") && !rest.contains(">"))
        #expect(rest.replacing(/&(?:amp|lt|gt|quot|#39);/, with: "").contains("&") == false)
        return all
    }

    @Test func `has every operation, object and refusal, and links that lead somewhere`() async throws {
        try await withServer { client in
            let answer = try await client.send("GET", "/docs")
            #expect(answer.status == 200)
            let html = String(decoding: answer.body, as: UTF8.self)
            let document = try await client.send("GET", "/v1/openapi.json").json
            for path in document["paths"]?.members ?? [] {
                for operation in path.value.members {
                    let id = operation.value["operationId"]?.string ?? "?"
                    #expect(html.contains("<h3 id=\"\(id)\"><code>\(operation.name.uppercased()) \(path.name)</code>"))
                    #expect(html.contains("href=\"#\(id)\""))
                }
            }
            let moves = document["x-workflows"]?.elements ?? []
            #expect(moves == Server.workflows)
            let listed = try await client.send("GET", "/v1/reference/transitions").json["items"]?.elements
            #expect(moves == listed)
            for move in moves {
                let from =
                    move["from"]?.elements.map { "<code>\($0.string ?? "?")</code>" }.joined(separator: ", ") ?? "?"
                #expect(html.contains("<td>\(from)</td>"), "\(from)")
            }
            for schema in document["components"]?["schemas"]?.members ?? [] {
                #expect(html.contains("id=\"schema-\(schema.name)\""), "\(schema.name)")
            }
            let codes = document.text.matches(of: /`([a-z_]+\.[a-z_]+)`/).map { String($0.1) }.distinct
            #expect(codes.count > 25)
            for code in codes {
                #expect(html.contains("<td><code>\(code)</code></td>"), "\(code)")
                #expect(try await client.send("GET", "/problems/\(code)").json["code"]?.string == code, "\(code)")
            }
            let ids = html.matches(of: /\sid="([^"]+)"/).map { String($0.1) }
            #expect(ids.distinct.count == ids.count)
            for link in html.matches(of: /href="#([^"]+)"/) {
                #expect(ids.contains(String(link.1)), "\(link.1)")
            }
            for address in html.matches(of: /(?:href|src)="([^#"][^"]*)"/) {
                #expect(address.1.hasPrefix("/"), "\(address.1) is elsewhere")
                #expect(try await client.send("GET", String(address.1)).status == 200, "\(address.1)")
            }
        }
    }

    @Test func `is well-formed, and can be read without eyes or a mouse`() async throws {
        try await withServer { client in
            let html = String(decoding: try await client.send("GET", "/docs").body, as: UTF8.self)
            let elements = try elements(html)
            #expect(elements.prefix(2) == ["html", "head"])
            #expect(elements.count { $0 == "h1" } == 1)
            #expect(elements.count { $0 == "main" } == 1)
            #expect(elements.count { $0 == "title" } == 1)
            #expect(html.contains("<html lang=\"en\">"))
            #expect(html.contains("<a class=\"skip\" href=\"#operations\">"))
            // What scrolls can be reached by the keyboard.
            #expect(elements.count { $0 == "pre" } == html.matches(of: /<pre tabindex="0">/).count)
            #expect(html.matches(of: /<th>/).isEmpty)
            #expect(elements.count { $0 == "script" } == 0)
        }
    }

    @Test func `of a refusal is a page of its own, in both languages`() async throws {
        try await withServer { client in
            let answer = try await client.send("GET", "/problems/version.stale")
            #expect(answer.json["status"] == 412)
            #expect(answer.json["title_fr"]?.string?.isEmpty == false)
            #expect(answer.json["title_en"]?.string?.isEmpty == false)
            #expect(try await client.send("GET", "/problems/none.such").status == 404)
            // Every problem's type leads there.
            let refused = try await client.send("GET", "/v1/me")
            let type = try #require(refused.json["type"]?.string)
            #expect(try await client.send("GET", type).json["code"] == "auth.required")
        }
    }

    /// An action A2.11 in progress with money of the CNSA, a structure with an employer and one that asks for it, and who may do
    /// everything: the demonstration in small.
    private func demonstration() async throws -> (team: String, employer: String) {
        let make = Make()
        let lead = try await make.organisation("porteur")
        let funder = try await make.organisation("cnsa", kind: .funder)
        let platform = try await make.organisation("equipe", kind: .platform)
        let plan = try await make.plan()
        try await make.action("A2.11", in: plan, lead: lead, status: .inProgress, funding: [(funder, 2023, 1_000_000)])
        try await make.structure(
            StructureKey.placeholder.fieldText, "Résidence du Parc",
            of: try await make.organisation("groupe", kind: .employer))
        let employer = try await make.organisation("employeur", kind: .employer)
        _ = try await make.prescriber("prescripteur")
        let recruiting = try await make.structure("31FIC0006", "EHPAD Les Tilleuls de l'Hers (fictif)", of: employer)
        try await make.contact(of: recruiting, employer)
        for _ in 0..<2 { try await make.need(of: recruiting, employer) }
        for _ in 0..<2 { try await make.session(of: platform) }
        return (
            team: try await make.token(of: try await make.member(of: platform, kind: .platform)),
            employer: try await make.token(of: try await make.member(of: employer, kind: .employer))
        )
    }

    /// Ids and links that only an answer can tell, put in the place of the document's examples.
    private func address(_ path: String, _ operation: JSON, _ client: TestClient, _ token: String) async throws
        -> String
    {
        switch operation["operationId"]?.string {
        case "invitation_read", "invitation_accept":
            let made = try await client.send(
                "POST", "/v1/invitations", token: token,
                body: #"{"name":"Camille","email":"x\#(Int.random(in: 0...999_999))@exemple.example","role":"editor"}"#)
            return try #require(made.json["path"]?.string)
        case "funding_remove":
            // The example's line was spent on by the one before.
            _ = try await client.send(
                "POST", "/v1/actions/A2.11/funding", token: token,
                body: #"{"funder":"cnsa","year":2024,"planned_cents":100}"#)
            return "/v1/actions/A2.11/funding/cnsa/2024"
        case "calendar_read":
            let made = try await client.send(
                "POST", "/v1/calendars", token: token, body: #"{"scope":"plan","label":"Agenda"}"#)
            return try #require(made.json["path"]?.string)
        case "import_apply":
            let sheet =
                "--limite\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nCode;Version\r\n--limite--\r\n"
            let made = try await client.send(
                "POST", "/v1/imports", token: token, body: sheet,
                headers: ["Content-Type": "multipart/form-data; boundary=limite"])
            return "/v1/imports/\(try #require(made.json["id"]?.string))/apply"
        case "contact_read", "contact_prove":
            // The address that the example asked for; its link is the command line's to make.
            let database = TestDatabase.current.asOperator()
            let member = try await TokenStore(database).member(of: token, requestID: "docs")
            let link = try await ContactStore(database).link(.placeholder, as: .member(member, requestID: "docs"))
            await database.close()
            return link.path
        case "task_read", "task_done", "reminder_link_read", "reminder_link_decline":
            // What no example makes: a task, and a reminder that was sent.
            let database = TestDatabase.current.asOperator()
            let member = try await TokenStore(database).member(of: token, requestID: "docs")
            await database.close()
            let parts = try await EndpointMatrix.messages(of: member.organisationID)
            let part = parts[operation["operationId"]?.string ?? ""] ?? ""
            return path.replacing("{id}", with: part).replacing("{token}", with: part)
        case "problem_read": return "/problems/version.stale"
        case "indicator_value_add":
            // The one that the examples added was taken away by the one before.
            let added = try await client.send(
                "POST", "/v1/actions/A2.11/indicators", token: token, body: #"{"title":"Un","unit":"h","target":10}"#)
            let id = try #require(added.json["indicators"]?.elements.first?["id"]?.string)
            return "/v1/actions/A2.11/indicators/\(id)/values"
        default:
            let address = DocumentationExample.address(path, operation)
            guard let found = address.firstMatch(of: /\$\(found (\S+) (\S+)\)/) else { return address }
            let answer = try await client.send("GET", String(found.1), token: token)
            let first = found.2 == "values" ? answer.json["indicators"]?.elements.first : answer.json
            let id = try #require(first?[String(found.2)]?.elements.first?["id"]?.string, "\(address)")
            return address.replacing(found.0, with: id)
        }
    }

    @Test func `has an example of each operation that does what it says`() async throws {
        let tokens = try await demonstration()
        let document = document()
        // The move comes last: a paused action takes no other example's place, but reads should see it in progress.
        // What is about people needs people: the matrix of endpoints has them, and asks these examples.
        let people = [
            "/v1/candidates", "/v1/transfers", "/v1/orientations", "/v1/answers", "/v1/my", "/v1/needs/{id}/matches",
            "/v1/structures/{id}/answer-time", "/v1/organisations/{code}/prescriber-authorisation",
            "/v1/rights-requests", "/v1/campaigns/{id}/explanations", "/v1/reports/{id}",
        ]
        let operations = (document["paths"]?.members ?? []).filter { path in
            !people.contains { path.name == $0 || path.name.hasPrefix($0 + "/") }
        }.flatMap { path in
            path.value.members.map { (path: path.name, method: $0.name.uppercased(), value: $0.value) }
        }
        try await withServer { client in
            var done = 0
            for (path, method, operation) in operations {
                let id = operation["operationId"]?.string ?? "?"
                // The documentation's token is the team's; an employer says itself what is its own.
                let isEmployers =
                    ["structure_claim", "structure_answer_time"].contains(id)
                    || (id.hasPrefix("need_") && !["need_read"].contains(id))
                let token = isEmployers ? tokens.employer : tokens.team
                let address = try await address(path, operation, client, token)
                #expect(!address.contains("{") && !address.contains("…"), "\(id): \(address)")
                var headers: [String: String] = [:]
                var body: String?
                let names = (operation["parameters"]?.elements ?? []).filter { $0["in"] == "header" }
                    .compactMap { $0["name"]?.string }
                if names.contains("If-Match") {
                    // A part's version is its action's.
                    let base = address.split(separator: "/").prefix(3).reduce("") { $0 + "/" + $1 }
                    headers["If-Match"] = try await client.send("HEAD", base, token: token).headers["etag"]
                }
                if names.contains("Idempotency-Key") { headers["Idempotency-Key"] = UUID().uuidString }
                if let content = operation["requestBody"]?["content"]?.members.first {
                    let example = try #require(content.value["example"], "\(id) has no example")
                    if content.name == "application/json" {
                        body = example.text
                    } else {
                        let parts = example.members.map {
                            "--limite\r\nContent-Disposition: form-data; name=\"\($0.name)\"\r\n\r\n\($0.value.string ?? "")\r\n"
                        }
                        let file = id == "import_create" ? "Code;Version\r\nA2.11;1" : "%PDF-1.7"
                        body =
                            parts.joined()
                            + "--limite\r\nContent-Disposition: form-data; name=\"file\"; filename=\"document.pdf\"\r\n\r\n\(file)\r\n--limite--\r\n"
                        headers["Content-Type"] = "multipart/form-data; boundary=limite"
                    }
                }
                let answer = try await client.send(method, address, token: token, body: body, headers: headers)
                let expected = (operation["responses"]?.members ?? []).first { $0.name.hasPrefix("2") }?.name
                #expect(
                    String(answer.status) == expected,
                    "\(id): \(String(decoding: answer.body.prefix(400), as: UTF8.self))")
                done += 1
            }
            #expect(done == operations.count)
            #expect(done > 20)
        }
    }

    @Test func `says its examples as commands that a shell understands`() async throws {
        let folder = FileManager.default.temporaryDirectory
        for path in document()["paths"]?.members ?? [] {
            for operation in path.value.members {
                let command = DocumentationExample.command(operation.name.uppercased(), path.name, operation.value)
                #expect(command.hasPrefix("curl"))
                let script = DocumentationExample.preamble + "\n" + command + "\n"
                let checked = try await Program.run(
                    URL(fileURLWithPath: "/bin/bash"), ["-n", "-c", script], in: folder)
                #expect(checked.status == 0, "\(command) \(checked.errors)")
            }
        }
    }
}
