import API
import Fields
import Foundation
import TestSupport
import Testing

/// How long a connection may take its time, with limits shortened for the test; and what a server does that is told to end.
@Suite(.database) struct `A connection` {
    private func limited(
        head: Double = 30, idle: Double = 30, body: Double = 30, unread: Double = 30
    ) -> ConnectionLimits {
        var limits = ConnectionLimits()
        limits.head = .milliseconds(Int64(head * 1000))
        limits.idle = .milliseconds(Int64(idle * 1000))
        limits.body = .milliseconds(Int64(body * 1000))
        limits.unread = .milliseconds(Int64(unread * 1000))
        return limits
    }

    /// Sends a byte now and then until the server closes; the seconds it took, or nil when it never did.
    private func dribble(_ connection: RawConnection, _ text: String) async -> Double? {
        let start = ContinuousClock.now
        while (ContinuousClock.now - start) < .seconds(10) {
            await connection.send(text)
            if await connection.end(within: .milliseconds(50)) != nil {
                return (ContinuousClock.now - start) / .seconds(1)
            }
        }
        return nil
    }

    @Test func `that says nothing is cut`() async throws {
        let limits = limited(head: 0.4)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            let seconds = try #require(await connection.end())
            #expect(seconds >= 0.3)
        }
    }

    @Test func `whose head dribbles in is cut, while others are served`() async throws {
        let limits = limited(head: 0.5)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let slow = try RawConnection(client.port)
            defer { slow.close() }
            await slow.send("GET /healthz HTTP/1.1\r\n")
            async let cut = dribble(slow, "X: a\r\n")
            for _ in 1...10 { #expect(try await client.send("GET", "/healthz").status == 200) }
            let seconds = try #require(await cut)
            #expect(seconds >= 0.3)
        }
    }

    @Test func `whose body dribbles in is cut, and nothing of it is kept`() async throws {
        let scene = try await Scene()
        let limits = limited(body: 0.5)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            for framing in ["Content-Length: 1000", "Transfer-Encoding: chunked"] {
                let slow = try RawConnection(client.port)
                defer { slow.close() }
                await slow.send(
                    """
                    POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\
                    Content-Type: application/json\r\n\(framing)\r\n\r\n
                    """)
                let byte = framing.hasPrefix("Content") ? " " : "1\r\n \r\n"
                // A body of unknown length may be as long as the largest: 16 seconds more.
                guard framing.hasPrefix("Content") else { continue }
                #expect(await dribble(slow, byte) != nil)
            }
            #expect(try await client.send("GET", Scene.path, token: scene.lead).status == 200)
            #expect(try await count("SELECT count(*) AS value FROM progress_note") == 0)
            #expect(!client.log.text.contains("error defect"))
        }
    }

    @Test func `that is used no more is cut, one that is used goes on`() async throws {
        let limits = limited(head: 0.6, idle: 0.6)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            // Longer in all than any limit.
            for _ in 1...6 {
                await connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try await connection.answer()?.status == 200)
                #expect(await connection.end(within: .milliseconds(200)) == nil)
            }
            #expect(await connection.end() != nil)
        }
    }

    @Test func `whose next head dribbles in is cut too`() async throws {
        let limits = limited(idle: 0.5)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            await connection.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.answer()?.status == 200)
            await connection.send("GET /healthz HTTP/1.1\r\n")
            #expect(await dribble(connection, "X: a\r\n") != nil)
        }
    }

    @Test func `that was refused before its body ended is cut when it is used no more`() async throws {
        let limits = limited(idle: 0.5)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            await connection.send("POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
            #expect(try await connection.answer()?.status == 401)
            await connection.send("0123456789")
            #expect(await connection.end() != nil)
        }
    }

    @Test func `that does not end its body after a refusal is cut`() async throws {
        let limits = limited(body: 0.5)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            await connection.send("POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n")
            #expect(try await connection.answer()?.status == 401)
            #expect(await connection.end() != nil)
        }
    }

    @Test func `whose request takes long is not cut while it is worked on`() async throws {
        let scene = try await Scene()
        let limits = limited(head: 0.3, idle: 0.3, body: 0.3, unread: 0.3)
        try await withServer(configure: { $0.connectionLimits = limits }) { client in
            let connection = try RawConnection(client.port)
            defer { connection.close() }
            let lock = TestDatabase.current.asSuperuser()
            try await lock.transaction(as: .system(requestID: "lock")) { transaction in
                try await transaction.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
                await connection.send(
                    "GET \(Scene.path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\r\n")
                #expect(await connection.end(within: .milliseconds(900)) == nil)
            }
            #expect(try await connection.answer()?.status == 200)
            await lock.close()
        }
    }

    @Test func `of a server that drains ends after its answer, and no new one begins`() async throws {
        let scene = try await Scene()
        try await withServer { client in
            let lock = TestDatabase.current.asSuperuser()
            let (running, idle) = (try RawConnection(client.port), try RawConnection(client.port))
            defer {
                running.close()
                idle.close()
            }
            await idle.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await idle.answer()?.status == 200)
            let drained = try await lock.transaction(as: .system(requestID: "lock")) { transaction in
                try await transaction.execute("LOCK TABLE action IN ACCESS EXCLUSIVE MODE")
                let note = Scene.note("presque trop tard")
                await running.send(
                    """
                    POST \(Scene.notes) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(scene.lead)\r\n\
                    Content-Type: application/json\r\nContent-Length: \(note.utf8.count)\r\n\r\n\(note)
                    """)
                #expect(
                    try await eventually {
                        try await count(
                            "SELECT count(*) AS value FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                        )
                            == 1
                    })
                let drained = Task { await client.drain() }
                // It takes nobody new while the old request runs.
                #expect(try await eventually { (try? RawConnection(client.port)) == nil })
                #expect(await idle.end() != nil)
                return drained
            }
            #expect(try await running.answer()?.status == 201)
            #expect(await running.end() != nil)
            await drained.value
            #expect(try await count("SELECT count(*) AS value FROM progress_note") == 1)
            await lock.close()
        }
    }
}
