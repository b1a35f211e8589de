import Contract
import Fields
import Foundation
import Plans
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `The past` {
    static func at(_ text: String) throws -> TimeSource { .fixed(try Instant(fieldText: text)) }

    /// One action in 2023: made on 2 January, begun on 1 March, half of it reached on 1 May, secret from 1 to 10 June, done on
    /// 1 July. It is now 1 September.
    static func withPast(_ body: @Sendable @escaping (TestClient, String, String) async throws -> Void) async throws {
        let make = Make(clock: try Self.at("2023-01-02T09:00:00Z"))
        let organisation = try await make.organisation("porteur")
        let platform = try await make.organisation("tme", kind: .platform)
        let funder = try await make.organisation("cnsa", kind: .funder)
        let lead = try await make.member(of: organisation)
        let team = try await make.member(of: platform, kind: .platform)
        try await make.action(
            "A1.01", in: try await make.plan(), lead: organisation, title: "Premier intitulé",
            funding: [(funder, 2023, 100_000)])
        func change(_ instant: String, _ body: (ActionStore, ActionCode, Precondition) async throws -> Void)
            async throws
        {
            let database = TestDatabase.current.asServer().at(try Self.at(instant))
            let store = ActionStore(database)
            let code = try ActionCode(fieldText: "A1.01")
            let by = Caller.member(team, requestID: "past")
            guard case .full(_, let version) = try await store.find(code, as: by, on: database.clock.today) else {
                throw Problemless()
            }
            try await body(store, code, Precondition(version: version))
            await database.close()
        }
        let leader = Caller.member(lead, requestID: "past")
        let platformer = Caller.member(team, requestID: "past")
        try await change("2023-03-01T09:00:00Z") { store, code, version in
            _ = try await store.move(code, ActionMove(to: .inProgress), precondition: version, as: leader)
            _ = try await store.addMilestone(
                code, NewMilestone(title: "Moitié", dueOn: try Day(fieldText: "2023-04-15")), as: leader)
            _ = try await store.addMilestone(
                code, NewMilestone(title: "Fin", dueOn: try Day(fieldText: "2023-08-01")), as: leader)
        }
        try await change("2023-05-01T09:00:00Z") { store, code, version in
            let now = try await store.find(code, as: leader, on: try Day(fieldText: "2023-05-01"))
            guard case .full(let rows, _) = now, let first = try rows.first()?.milestones.first else {
                throw Problemless()
            }
            var reached = MilestoneChanges()
            reached.doneOn = .set(try Day(fieldText: "2023-05-01"))
            _ = try await store.editMilestone(code, first.id, reached, precondition: version, as: leader)
        }
        try await change("2023-06-01T21:59:59Z") { store, code, version in
            // Still 1 June in Paris.
            var changes = ActionChanges()
            changes.title = .set("Second intitulé")
            changes.isPublic = .set(false)
            _ = try await store.edit(code, changes, precondition: version, as: platformer)
        }
        try await change("2023-06-10T09:00:00Z") { store, code, version in
            var changes = ActionChanges()
            changes.isPublic = .set(true)
            _ = try await store.edit(code, changes, precondition: version, as: platformer)
        }
        try await change("2023-07-01T09:00:00Z") { store, code, version in
            let evidence = ActionMove.NewEvidence(label: "Bilan", url: "https://exemple.example/b.pdf")
            _ = try await store.move(
                code, ActionMove(to: .done, evidence: evidence), precondition: version, as: leader)
        }
        let now = Make(clock: try Self.at("2023-09-01T09:00:00Z"))
        let tokens = (try await now.token(of: lead), try await now.token(of: team))
        try await withServer(clock: try Self.at("2023-09-01T09:00:00Z")) { try await body($0, tokens.0, tokens.1) }
    }

    struct Problemless: Error {}

    static let days: [(day: String, status: String?, percent: Int, late: Bool, title: String)] = [
        ("2023-01-01", nil, 0, false, ""), ("2023-01-02", "planned", 0, true, "Premier intitulé"),
        ("2023-03-01", "in_progress", 0, false, "Premier intitulé"),
        ("2023-04-16", "in_progress", 0, true, "Premier intitulé"),
        ("2023-05-01", "in_progress", 50, false, "Premier intitulé"),
        ("2023-05-31", "in_progress", 50, false, "Premier intitulé"),
        ("2023-06-01", "in_progress", 50, false, "Second intitulé"),
        ("2023-06-30", "in_progress", 50, false, "Second intitulé"),
        ("2023-07-01", "done", 100, false, "Second intitulé"),
    ]

    @Test func `is what it was at the end of each day in Paris`() async throws {
        try await Self.withPast { client, lead, _ in
            for expected in Self.days {
                let answer = try await client.send("GET", "/v1/actions/A1.01?as_of=\(expected.day)", token: lead)
                guard let status = expected.status else {
                    #expect(answer.status == 404)
                    continue
                }
                #expect(answer.json["status"]?.string == status, "\(expected.day)")
                #expect(answer.json["progress_percent"]?.integer == expected.percent, "\(expected.day)")
                #expect(answer.json["is_late"] == .bool(expected.late), "\(expected.day)")
                #expect(answer.json["title"]?.string == expected.title, "\(expected.day)")
            }
        }
    }

    @Test func `of the public's plan follows, without what was secret then`() async throws {
        try await Self.withPast { client, _, _ in
            func plan(_ day: String) async throws -> JSON { try await client.send("GET", "/v1/plan?as_of=\(day)").json }
            #expect(try await plan("2023-01-01")["actions"] == 0)
            #expect(try await plan("2023-04-16")["late"] == 1)
            #expect(try await plan("2023-05-31")["progress_percent"] == 50)
            #expect(try await plan("2023-06-05")["actions"] == 0)
            #expect(try await plan("2023-07-01")["progress_percent"] == 100)
            let axes = try await client.send("GET", "/v1/axes?as_of=2023-05-31").json["items"]?.elements ?? []
            #expect(axes.map { $0["progress_percent"] } == [50, 0])
            #expect(try await client.send("GET", "/v1/actions?as_of=2023-05-31&late=false").codes == ["A1.01"])
            #expect(try await client.send("GET", "/v1/actions?as_of=2023-06-05").codes == [])
            #expect(try await client.send("GET", "/v1/actions/A1.01?as_of=2023-06-05").status == 404)
        }
    }

    @Test func `is not altered by what happens later, and today as of itself is today`() async throws {
        try await Self.withPast { client, lead, team in
            let path = "/v1/actions/A1.01?as_of=2023-05-31"
            let before = try await client.send("GET", path, token: lead).body
            let etag = try await client.send("GET", "/v1/actions/A1.01", token: team).headers["etag"] ?? ""
            let changed = try await client.send(
                "PATCH", "/v1/actions/A1.01", token: team, body: #"{"title":"Troisième","planned_end":"2023-04-01"}"#,
                headers: ["If-Match": etag])
            #expect(changed.status == 200)
            #expect(try await client.send("GET", path, token: lead).body == before)
        }
    }

    @Test func `made again from history is the present, whole and equal`() async throws {
        try await Self.withPast { client, lead, _ in
            let database = TestDatabase.current.asSuperuser()
            // Everything but what history does not keep: the version the public sees, and the search's text.
            let differences = try await database.read(
                """
                SELECT count(*) AS value FROM (
                    SELECT to_jsonb(v) - 'public_version' - 'search_text' FROM action_view v
                    EXCEPT
                    SELECT to_jsonb(p) - 'public_version' - 'search_text' FROM action_as_of('2023-08-31') p) AS d
                """, as: Value<Int>.self
            ).first()?.value
            #expect(differences == 0)
            #expect(
                try await database.read("SELECT count(*) AS value FROM action_as_of('2023-08-31')", as: Value<Int>.self)
                    .first()?.value == 1)
            await database.close()
            let present = try await client.send("GET", "/v1/actions/A1.01", token: lead)
            let past = try await client.send("GET", "/v1/actions/A1.01?as_of=2023-08-31", token: lead)
            // A move is made now.
            #expect(present.json.members.filter { $0.name != "moves" } == past.json.members)
            #expect(past.headers["etag"] != present.headers["etag"])
        }
    }

    @Test(arguments: ["2023-09-01", "2024-01-01"]) func `takes past days only`(day: String) async throws {
        try await Self.withPast { client, lead, _ in
            for path in ["/v1/plan", "/v1/axes", "/v1/actions", "/v1/actions/A1.01"] {
                let answer = try await client.send("GET", "\(path)?as_of=\(day)")
                #expect(answer.status == 400, "\(path)")
                #expect(answer.pointers == ["as_of"], "\(path)")
            }
            for path in ["/v1/steering/actions", "/v1/steering/counts"] {
                #expect(try await client.send("GET", "\(path)?as_of=\(day)", token: lead).status == 400, "\(path)")
            }
            #expect(try await client.send("GET", "/v1/actions?q=x&as_of=2023-05-01").pointers == ["q"])
        }
    }

    @Test func `and the present are explained, the public's by public inputs only`() async throws {
        try await Self.withPast { client, lead, _ in
            let whole =
                try await client.send(
                    "GET", "/v1/actions/A1.01?explain=true&as_of=2023-04-16", token: lead
                ).json["explanation"]?.elements ?? []
            #expect(
                whole.map { $0["figure"]?.string } == ["progress_percent", "is_late", "is_stale", "is_at_risk"])
            #expect(whole[0]["inputs"]?["parts"]?.elements.map { $0["milestone"] } == ["Moitié", "Fin"])
            #expect(whole[0]["inputs"]?["parts"]?.elements.map { $0["weight"] } == [1, 1])
            #expect(whole[1]["value"] == true)
            #expect(whole[1]["inputs"]?["overdue_milestones"]?.elements.first?["due_on"] == "2023-04-15")
            let open = try await client.send("GET", "/v1/actions/A1.01?explain=true&as_of=2023-04-16")
            let text = String(decoding: open.body, as: UTF8.self)
            #expect(open.json["explanation"]?.elements.count == 2)
            for inside in ["milestone\"", "overdue", "health", "last_news", "Moitié"] {
                #expect(!text.contains("\"\(inside)"), "\(inside)")
            }
            #expect(!text.contains("Moitié"))
            let plan = try await client.send("GET", "/v1/plan?explain=true").json
            let mean = plan["explanation"]?.elements.first
            #expect(mean?["value"] == plan["progress_percent"])
            #expect(mean?["inputs"]?["actions"]?.elements.map { $0["code"] } == ["A1.01"])
            let axes = try await client.send("GET", "/v1/axes?explain=true").json
            #expect(axes["explanation"]?.elements.map { $0["subject"] } == ["A1", "A2"])
            #expect(try await client.send("GET", "/v1/plan").json["explanation"] == nil)
        }
    }
}
