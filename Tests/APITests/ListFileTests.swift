import Fields
import Foundation
import TestSupport
import Testing

/// A list as a file: `Accept: text/csv` streams every match, and its connection comes back whatever the client does.
@Suite(.database) struct `A list as CSV` {
    private let csv = ["Accept": "text/csv"]

    private func lines(_ answer: TestAnswer) -> [String] {
        String(decoding: answer.body, as: UTF8.self).components(separatedBy: "\r\n").filter { !$0.isEmpty }
    }

    /// Many actions, made in one statement.
    private func fill(_ scene: Scene, _ count: Int, descriptionLength: Int = 0) async throws {
        try await behindTheBack(
            """
            INSERT INTO action (id, plan_id, axis_id, code, title, description, lead_organisation_id, planned_start,
                                planned_end, status, created_at, updated_at)
            SELECT gen_random_uuid(), plan_id, axis_id, 'B' || (1 + n / 900) || '.' || (100 + n % 900), 'Action ' || n,
                   nullif(repeat('é', \(descriptionLength)), ''), lead_organisation_id, planned_start, planned_end,
                   CASE n % 2 WHEN 0 THEN 'planned' ELSE 'in_progress' END, now(), now()
              FROM action, generate_series(1, \(count)) AS n WHERE code = 'A1.01'
            """)
    }

    @Test func `holds its heading and every match, also beyond a batch`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            for number in [0, 499, 1300] {
                try await behindTheBack("DELETE FROM action WHERE code <> 'A1.01'")
                if number > 0 { try await fill(scene, number) }
                let answer = try await client.send("GET", "/v1/actions", headers: csv)
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == "text/csv; charset=utf-8; header=present")
                #expect(
                    answer.headers["content-disposition"]
                        == "attachment; filename=\"actions-\(TimeSource.system.today).csv\"")
                #expect(answer.headers["cache-control"] == "public, max-age=10")
                let lines = lines(answer)
                #expect(
                    lines.first
                        == "code,title,description,axis,parent,lead_code,lead_name,partner_names,planned_start,planned_end,actual_start,actual_end,status,is_late,progress_percent,planned_cents,territory_names,audience_codes"
                )
                #expect(lines.count == number + 2)
                #expect(lines.dropFirst().map { $0.prefix { $0 != "," } }.distinct.count == number + 1)
            }
        }
    }

    @Test func `is its heading alone when nothing matches`() async throws {
        _ = try await Scene()
        try await withServer { client in
            let answer = try await client.send("GET", "/v1/actions?status=abandoned", headers: csv)
            #expect(answer.status == 200)
            #expect(lines(answer).count == 1)
        }
    }

    @Test(arguments: [
        "status=in_progress", "axis=A1", "axis=A2", "lead=porteur", "lead=autre", "q=action", "funder=cnsa",
        "late=true", "due_before=2023-06-01",
    ])
    func `takes the same filters as the list`(query: String) async throws {
        let scene = try await Scene()
        try await fill(scene, 30)
        try await withServer { client in
            let list = try await client.send("GET", "/v1/actions?limit=200&\(query)")
            let file = try await client.send("GET", "/v1/actions?\(query)", headers: csv)
            let codes = list.json["items"]?.elements.compactMap { $0["code"]?.string }
            #expect(lines(file).dropFirst().map { String($0.prefix { $0 != "," }) } == codes)
        }
    }

    @Test func `holds no formula, no hidden action, and no inner column`() async throws {
        let scene = try await Scene()
        for (code, title) in [("A1.02", "=1+1"), ("A1.03", "@SUM(A1)"), ("A1.04", "＝cmd"), ("A1.05", "a\"b,c")] {
            try await scene.make.action(code, in: scene.plan, lead: scene.leadID, title: title)
        }
        try await scene.make.action("A1.06", in: scene.plan, lead: scene.leadID, title: "caché", isPublic: false)
        try await withServer { client in
            for token in [nil, scene.other, scene.team] {
                let text = String(
                    decoding: try await client.send("GET", "/v1/actions", token: token, headers: csv).body,
                    as: UTF8.self)
                #expect(text.contains("A1.02,'=1+1,"))
                #expect(text.contains("A1.03,'@SUM(A1),"))
                #expect(text.contains("A1.04,'＝cmd,"))
                #expect(text.contains("A1.05,\"a\"\"b,c\","))
                #expect(!text.contains("A1.06"))
            }
            let own = try await client.send("GET", "/v1/actions", token: scene.team, headers: csv)
            #expect(own.headers["cache-control"] == "private, no-store")
        }
    }

    @Test func `refuses pages by name`() async throws {
        try await withServer { client in
            for (query, names) in [
                ("limit=5", ["limit"]), ("limit=5&cursor=WyJsaXN0Iiwia2V5Il0", ["limit", "cursor"]),
            ] {
                let answer = try await client.send("GET", "/v1/actions?\(query)", headers: csv)
                #expect(answer.status == 400)
                #expect(answer.headers["content-type"] == "application/problem+json")
                #expect(answer.json["errors"]?.elements.compactMap { $0["pointer"]?.string } == names)
            }
        }
    }

    struct Wanted: Sendable, CustomTestStringConvertible {
        let accept: String
        let type: String?
        var testDescription: String { accept }
    }

    static let wanted = [
        Wanted(accept: "text/csv", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "TEXT/CSV", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "text/*", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "*/*", type: "application/json"), Wanted(accept: "application/*", type: "application/json"),
        Wanted(accept: "text/csv;q=0.5, application/json;q=0.4", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "text/csv;q=0.4, application/json;q=0.5", type: "application/json"),
        Wanted(accept: "text/csv, application/json", type: "application/json"),
        Wanted(accept: "text/csv;q=0, */*", type: "application/json"),
        Wanted(accept: "application/json;q=0, */*;q=0.1", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "text/html, text/csv;q=0.001", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "text/csv; charset=utf-8", type: "text/csv; charset=utf-8; header=present"),
        Wanted(accept: "text/html", type: nil), Wanted(accept: "text/csv;q=0", type: nil),
        Wanted(accept: "*/*;q=0", type: nil), Wanted(accept: "text", type: nil), Wanted(accept: "image/*", type: nil),
    ]

    @Test(arguments: wanted) func `is what Accept likes best, or 406`(_ wanted: Wanted) async throws {
        _ = try await Scene()
        try await withServer { client in
            let answer = try await client.send("GET", "/v1/actions", headers: ["Accept": wanted.accept])
            #expect(answer.status == (wanted.type == nil ? 406 : 200))
            #expect(answer.headers["content-type"] == wanted.type ?? "application/problem+json")
            #expect(answer.headers["vary"]?.contains("Accept") ?? (wanted.type == nil))
        }
    }

    @Test func `that fails at its start is a problem, not a broken file`() async throws {
        _ = try await Scene()
        try await withServer { client in
            try await TestDatabase.current.script("ALTER TABLE axis RENAME COLUMN title TO title_away")
            try await TestDatabase.current.script("ALTER TABLE axis RENAME COLUMN title_away TO title")
            try await TestDatabase.current.script("ALTER VIEW public_action RENAME TO public_action_away")
            let answer = try await client.send("GET", "/v1/actions", headers: csv)
            try await TestDatabase.current.script("ALTER VIEW public_action_away RENAME TO public_action")
            #expect(answer.status == 500)
            #expect(answer.headers["content-type"] == "application/problem+json")
            #expect(try await client.send("GET", "/v1/actions", headers: csv).status == 200)
        }
    }

    /// Connections of the slow lane that are lent.
    private func lent(_ client: TestClient) -> Int {
        client.server.database.statistics.first { $0.lane == "slow" }?.counts.lent ?? -1
    }

    @Test func `of a client that goes away in the middle gives its connection back`() async throws {
        let scene = try await Scene()
        try await fill(scene, 2000, descriptionLength: 2000)
        try await withServer { client in
            for _ in 1...3 {
                let connection = try RawConnection(client.port, receiveBuffer: 4096)
                await connection.send("GET /v1/actions HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n")
                #expect(await connection.begins())
                #expect(lent(client) == 1)
                connection.reset()
                #expect(try await eventually(within: .seconds(60)) { lent(client) == 0 })
            }
            #expect(try await client.send("GET", "/v1/actions?q=action").status == 200)
            #expect(!client.log.text.contains("error defect"))
        }
    }

    @Test func `of a client that goes away before it begins gives its connection back`() async throws {
        let scene = try await Scene()
        try await fill(scene, 1500)
        try await withServer { client in
            // While another holds the table, the file cannot begin.
            let lock = TestDatabase.current.asSuperuser()
            try await lock.transaction(as: .system(requestID: "lock")) { transaction in
                try await transaction.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
                for _ in 1...3 {
                    let connection = try RawConnection(client.port)
                    await connection.send("GET /v1/actions HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n")
                    let before = lent(client)
                    _ = try await eventually { lent(client) > before || lent(client) == 3 }
                    connection.reset()
                }
                #expect(lent(client) == 3)
            }
            #expect(try await eventually(within: .seconds(60)) { lent(client) == 0 })
            #expect(try await client.send("GET", "/v1/actions", headers: csv).status == 200)
            await lock.close()
        }
    }

    @Test func `of a client that takes nothing is cut, and gives its connection back`() async throws {
        let scene = try await Scene()
        try await fill(scene, 2000, descriptionLength: 2000)
        try await withServer(configure: { $0.connectionLimits.unread = .milliseconds(300) }) { client in
            let connection = try RawConnection(client.port, receiveBuffer: 1024)
            defer { connection.close() }
            await connection.send("GET /v1/actions HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\n\r\n")
            #expect(try await eventually { lent(client) == 1 || client.log.text.contains("/v1/actions") })
            // Filling the system's buffers takes a while where the machine is busy.
            #expect(try await eventually(within: .seconds(60)) { lent(client) == 0 })
            #expect(client.log.text.contains("answer broken off"))
        }
    }

    @Test func `is not begun for HEAD`() async throws {
        _ = try await Scene()
        try await withServer { client in
            let head = try await client.send("HEAD", "/v1/actions", headers: csv)
            #expect(head.status == 200)
            #expect(head.headers["content-type"] == "text/csv; charset=utf-8; header=present")
            #expect(head.body.isEmpty)
            #expect(lent(client) == 0)
        }
    }
}
