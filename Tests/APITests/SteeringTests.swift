import Accounts
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

/// A small plan whose figures were worked out by hand, on 15 June 2024.
struct SteeringStage: Sendable {
    let clock: TimeSource
    let lead: String
    let partner: String
    let team: String
    let stranger: String
    let funder: String

    init() async throws {
        clock = .fixed(try Instant(fieldText: "2024-06-15T10:00:00Z"))
        // Made on 1 June: recent news.
        let make = Make(clock: .fixed(try Instant(fieldText: "2024-06-01T10:00:00Z")))
        let long = Make(clock: .fixed(try Instant(fieldText: "2024-02-01T10:00:00Z")))
        let first = try await make.organisation("porteur", name: "Le porteur")
        let second = try await make.organisation("autre", name: "L'autre")
        let third = try await make.organisation("tiers")
        let cnsa = try await make.organisation("cnsa", name: "CNSA", kind: .funder)
        let cd31 = try await make.organisation("cd31", name: "CD31", kind: .funder)
        // Tokens of today: one made in the past would be over.
        let now = Make(clock: clock)
        lead = try await now.token(of: try await now.member(of: first))
        partner = try await now.token(of: try await now.member(of: second))
        stranger = try await now.token(of: try await now.member(of: third))
        funder = try await now.token(of: try await now.member(of: cnsa, kind: .funder))
        team = try await now.token(
            of: try await now.member(of: try await make.organisation("tme", kind: .platform), kind: .platform))
        let plan = try await make.plan()
        func day(_ text: String) throws -> Day { try Day(fieldText: text) }
        // Late: past its end. Under-spent: nothing of 2023's 1,000 €.
        try await make.action(
            "A1.01", in: plan, lead: first, status: .inProgress, start: try day("2023-01-01"),
            end: try day("2024-05-31"),
            partners: [second], funding: [(cnsa, 2023, 100_000)])
        // Stale since February, so at risk. Over-committed.
        try await long.action(
            "A1.02", in: plan, lead: first, status: .inProgress, start: try day("2024-01-01"),
            end: try day("2024-12-31"),
            funding: [(cnsa, 2024, 50_000), (cd31, 2024, 20_000)])
        // Blocked, so at risk; the public does not see it.
        try await make.action(
            "A1.03", in: plan, lead: second, status: .blocked, start: try day("2024-01-01"), end: try day("2024-12-31"),
            isPublic: false)
        // Planned and not yet begun; no news since February.
        try await long.action(
            "A2.01", in: plan, lead: second, status: .planned, start: try day("2024-09-01"), end: try day("2024-12-31"))
        // Due in 30 days, under 70 %: at risk.
        try await make.action(
            "A2.02", in: plan, lead: second, status: .inProgress, start: try day("2024-01-01"),
            end: try day("2024-07-15"))
        // Abandoned: counts nowhere.
        try await make.action(
            "A2.03", in: plan, lead: second, status: .abandoned, start: try day("2023-01-01"),
            end: try day("2023-12-31"),
            funding: [(cd31, 2023, 30_000)])
        try await TestDatabase.current.tamper(
            """
            UPDATE funding_line SET committed_cents = 60000, spent_cents = 10000
             WHERE year = 2024 AND planned_cents = 50000;
            UPDATE action SET territory = ARRAY['31555'] WHERE code = 'A1.01';
            UPDATE action SET territory = ARRAY['243100518'] WHERE code = 'A1.02';
            UPDATE action SET territory = ARRAY['31'] WHERE code = 'A2.01';
            UPDATE action SET territory = ARRAY['31395'] WHERE code = 'A2.03'
            """)
    }

    static func run(_ body: @Sendable @escaping (SteeringStage, TestClient) async throws -> Void) async throws {
        let stage = try await SteeringStage()
        try await withServer(clock: stage.clock) { try await body(stage, $0) }
    }
}

extension TestAnswer {
    /// The codes of a page's items.
    var codes: [String] { json["items"]?.elements.compactMap { $0["code"]?.string } ?? [] }
}

@Suite(.database) struct `Steering` {
    @Test(arguments: [
        ("late", ["A1.01"]), ("stale", ["A1.02"]), ("at_risk", ["A1.02", "A1.03", "A2.02"]), ("blocked", ["A1.03"]),
        ("due_soon", ["A2.02"]), ("without_news", ["A1.02", "A2.01"]),
        ("without_evidence", ["A1.01", "A1.02", "A2.02"]),
        ("under_spent", ["A1.01"]), ("over_committed", ["A1.02"]), ("challenged", []),
    ])
    func `finds what needs attention, for the team`(view: String, codes: [String]) async throws {
        try await SteeringStage.run { stage, client in
            let answer = try await client.send("GET", "/v1/steering/actions?view=\(view)", token: stage.team)
            #expect(answer.codes == codes)
            let file = try await client.send(
                "GET", "/v1/steering/actions?view=\(view)", token: stage.team, headers: ["Accept": "text/csv"])
            #expect(String(decoding: file.body, as: UTF8.self).split(separator: "\r\n").count == codes.count + 1)
        }
    }

    @Test func `shows an organisation the actions that it sees whole, and no other`() async throws {
        try await SteeringStage.run { stage, client in
            let path = "/v1/steering/actions"
            #expect(try await client.send("GET", path, token: stage.lead).codes == ["A1.01", "A1.02"])
            let partner = try await client.send("GET", path, token: stage.partner)
            #expect(partner.codes == ["A1.01", "A1.03", "A2.01", "A2.02", "A2.03"])
            #expect(try await client.send("GET", path, token: stage.stranger).codes == [])
            #expect(try await client.send("GET", path, token: stage.funder).codes == [])
            let blocked = try await client.send("GET", path + "?view=blocked", token: stage.partner).json["items"]
            #expect(blocked?.elements.first?["blocker"] == "frein")
            #expect(blocked?.elements.first?["unblocker"] == "quelqu'un")
        }
    }

    @Test func `narrows down, page by page`() async throws {
        try await SteeringStage.run { stage, client in
            func codes(_ query: String) async throws -> [String] {
                try await client.send("GET", "/v1/steering/actions?\(query)", token: stage.team).codes
            }
            #expect(try await codes("axis=A2") == ["A2.01", "A2.02", "A2.03"])
            #expect(try await codes("lead=porteur") == ["A1.01", "A1.02"])
            #expect(try await codes("funder=cd31") == ["A1.02", "A2.03"])
            #expect(try await codes("status=blocked&view=at_risk") == ["A1.03"])
            // Toulouse: its own, its metropolis', the whole département's.
            #expect(try await codes("territory=31555") == ["A1.01", "A1.02", "A2.01"])
            #expect(try await codes("territory=31395") == ["A2.01", "A2.03"])
            let first = try await client.send("GET", "/v1/steering/actions?limit=4", token: stage.team)
            let cursor = try #require(first.json["next_cursor"]?.string)
            #expect(try await codes("limit=4&cursor=\(cursor)") == ["A2.02", "A2.03"])
        }
    }

    @Test func `counts by axis, lead, funder and territory as by hand`() async throws {
        try await SteeringStage.run { stage, client in
            func counts(_ by: String, _ token: String) async throws -> [[String]] {
                let answer = try await client.send("GET", "/v1/steering/counts?by=\(by)", token: token)
                let columns = [
                    "key", "actions", "abandoned", "late", "stale", "at_risk", "planned_cents", "committed_cents",
                    "spent_cents",
                ]
                return answer.json["items"]?.elements.map { item in
                    columns.map { item[$0]?.string ?? item[$0]?.text ?? "" }
                } ?? []
            }
            #expect(
                try await counts("axis", stage.team) == [
                    ["A1", "3", "0", "1", "1", "2", "170000", "60000", "10000"],
                    ["A2", "3", "1", "0", "0", "1", "30000", "0", "0"],
                ])
            #expect(
                try await counts("lead", stage.lead) == [
                    ["porteur", "2", "0", "1", "1", "1", "170000", "60000", "10000"]
                ])
            #expect(
                try await counts("funder", stage.team) == [
                    ["cd31", "2", "1", "0", "1", "1", "50000", "0", "0"],
                    ["cnsa", "2", "0", "1", "1", "1", "150000", "60000", "10000"],
                ])
            let places = try await counts("territory", stage.team)
            #expect(places.count == 18)
            #expect(places.first { $0[0] == "243100518" }?[1] == "3")
            #expect(places.first { $0[0] == "200034023" }?[1] == "1")
        }
    }

    @Test func `tells which places no action names`() async throws {
        try await SteeringStage.run { stage, client in
            func page(_ query: String) async throws -> [JSON] {
                try await client.send("GET", "/v1/plan/coverage?\(query)", token: stage.partner).json["items"]?.elements
                    ?? []
            }
            let groupings = try await page("limit=200")
            #expect(groupings.count == 18)
            #expect(
                groupings.compactMap { $0["population"]?.integer }.reduce(0, +) == 1_473_668 || groupings.count == 18)
            // Toulouse Métropole: by name, and by one of its communes. Muret's only action is abandoned.
            #expect(groupings.first { $0["code"] == "243100518" }?["actions"] == 2)
            #expect(groupings.first { $0["code"] == "200068641" }?["actions"] == 0)
            #expect(groupings.allSatisfy { $0["departement_actions"] == 1 })
            #expect(try await page("without_action=true&limit=200").count == 17)
            let communes = try await page("kind=commune&epci=243100518&without_action=false&limit=200")
            // Every commune of the metropolis is covered by its action, Toulouse by two.
            #expect(communes.count == 37)
            #expect(communes.filter { $0["actions"] == 2 }.map { $0["code"] } == ["31555"])
        }
    }

    @Test func `of the territory counts an action that is not public only for who sees it whole`() async throws {
        try await SteeringStage.run { stage, client in
            try await TestDatabase.current.tamper("UPDATE action SET territory = ARRAY['31395'] WHERE code = 'A1.03'")
            func muret(_ token: String) async throws -> JSON? {
                let path = "/v1/plan/coverage?kind=commune&epci=200068641&limit=200"
                let page = try await client.send("GET", path, token: token)
                return page.json["items"]?.elements.first { $0["code"] == "31395" }?["actions"]
            }
            let team = try await muret(stage.team)
            #expect(team == 1)
            #expect(try await muret(stage.partner) == 1)
            #expect(try await muret(stage.stranger) == 0)
            #expect(try await muret(stage.lead) == 0)
        }
    }

    @Test func `filters of public lists that look inside need a token, and see what it sees whole`() async throws {
        try await SteeringStage.run { stage, client in
            for filter in [
                "health=not_filled", "stale=true", "at_risk=true", "blocked=true", "without_evidence=true",
                "under_spent=true",
            ] {
                let open = try await client.send("GET", "/v1/actions?\(filter)")
                #expect(open.status == 401, "\(filter)")
                let csv = try await client.send("GET", "/v1/actions?\(filter)", headers: ["Accept": "text/csv"])
                #expect(csv.status == 401, "\(filter)")
                #expect(try await client.send("GET", "/v1/actions?\(filter)", token: stage.stranger).codes == [])
            }
            let blocked = try await client.send("GET", "/v1/actions?blocked=true", token: stage.partner)
            #expect(blocked.codes == ["A1.03"])
            #expect(blocked.headers["cache-control"] == "private, no-store")
            #expect(blocked.json["items"]?.elements.first?["blocker"] == nil)
            #expect(try await client.send("GET", "/v1/actions?under_spent=true", token: stage.team).codes == ["A1.01"])
            #expect(try await client.send("GET", "/v1/actions?territory=31555").codes == ["A1.01", "A1.02", "A2.01"])
        }
    }
}

@Suite(.database) struct `Where an action takes place` {
    @Test func `is told by codes, shown with names, and public`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let before = try await client.send("GET", Scene.path)
            let changed = try await client.send(
                "PATCH", Scene.path, token: scene.lead,
                body: #"{"territory":["31555","243100518","31555"],"audiences":["employers","job_seekers"]}"#,
                headers: ["If-Match": "\"\(Scene.version)\""])
            #expect(changed.status == 200)
            let open = try await client.send("GET", Scene.path)
            #expect(open.headers["etag"] != before.headers["etag"])
            let places = open.json["territory"]?.elements ?? []
            #expect(places.map { $0["name"] } == ["Toulouse Métropole", "Toulouse"])
            #expect(places.map { $0["kind"] } == ["epci", "commune"])
            #expect(open.json["audiences"]?.elements == ["job_seekers", "employers"])
            #expect(open.json["priority"] == nil)
            // The same again changes nothing.
            let again = try await client.send(
                "PATCH", Scene.path, token: scene.lead, body: #"{"territory":["243100518","31555"]}"#,
                headers: ["If-Match": changed.headers["etag"] ?? ""])
            #expect(again.headers["etag"] == changed.headers["etag"])
            let history = try await client.send("GET", Scene.path + "/history", token: scene.lead)
            let fields = history.json["items"]?.elements.last?["changes"]?.elements.compactMap { $0["field"]?.string }
            #expect(fields == ["audiences", "territory"])
        }
    }

    @Test(arguments: [
        (#"{"territory":["31999"]}"#, 422, "/territory"), (#"{"territory":["75056"]}"#, 422, "/territory"),
        (#"{"territory":["toulouse"]}"#, 400, "/territory/0"), (#"{"territory":"31"}"#, 400, "/territory"),
        (#"{"audiences":["everybody"]}"#, 400, "/audiences/0"), (#"{"priority":"high"}"#, 403, "/priority"),
    ])
    func `is refused when there is no such place or word`(body: String, status: Int, pointer: String) async throws {
        let scene = try await Scene()
        try await withServer { client in
            let answer = try await client.send(
                "PATCH", Scene.path, token: scene.lead, body: body, headers: ["If-Match": "\"\(Scene.version)\""])
            #expect(answer.status == status)
            #expect(answer.pointers == [pointer])
        }
    }

    @Test func `the team says what to watch; nobody empties that`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let set = try await client.send(
                "PATCH", Scene.path, token: scene.team, body: #"{"priority":"high"}"#,
                headers: ["If-Match": "\"\(Scene.version)\""])
            #expect(set.json["priority"] == "high")
            let emptied = try await client.send(
                "PATCH", Scene.path, token: scene.team, body: #"{"priority":null}"#,
                headers: ["If-Match": set.headers["etag"] ?? ""])
            #expect(emptied.status == 422)
            #expect(emptied.pointers == ["/priority"])
        }
    }

    @Test func `communes are listed with their grouping`() async throws {
        try await withServer { client in
            let first = try await client.send("GET", "/v1/reference/communes?limit=200")
            #expect(first.json["items"]?.elements.count == 200)
            let found = try await client.send("GET", "/v1/reference/communes?postal_code=31500")
            #expect(found.json["items"]?.elements.compactMap { $0["name"]?.string } == ["Toulouse"])
            let csv = try await client.send("GET", "/v1/reference/communes", headers: ["Accept": "text/csv"])
            #expect(String(decoding: csv.body, as: UTF8.self).split(separator: "\r\n").count == 587)
        }
    }
}
