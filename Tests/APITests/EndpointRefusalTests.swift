import API
import Contract
import Directory
import Fields
import Foundation
import Plans
import TestSupport
import Testing

/// `architecture.md` rule 12: every endpoint has a refusal test and a who-may-not test.
@Suite(.database) struct `Every endpoint` {
    @Test func `is asked: the list of exceptions has nothing that is gone`() {
        #expect(EndpointMatrix.endpoints.count > 10)
        let all = Set(EndpointMatrix.endpoints.map(\.id)).union(EndpointMatrix.exceptions.keys)
        #expect(all.count == EndpointMatrix.endpoints.count + EndpointMatrix.exceptions.count)
    }

    @Test func `is described by schemas of which each name stands for one thing`() {
        #expect(OpenAPI.ambiguousNames(EndpointMatrix.endpoints) == [])
    }

    @Test func `answers a well-made request of who may call it`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            for endpoint in EndpointMatrix.endpoints where endpoint.id != "action_evidence_read" {
                var request = matrix.request(endpoint)
                let token = matrix.tokens[Self.caller(of: endpoint)]
                if endpoint.needsVersion {
                    let part = matrix.parts[endpoint.id] ?? ""
                    let path =
                        endpoint.method == .put
                        ? request.path
                        : !endpoint.path.hasPrefix("/v1/actions")
                            ? endpoint.path.split(separator: "/").prefix(2).reduce("") { $0 + "/" + $1 } + "/\(part)"
                            : "/v1/actions/\(EndpointMatrix.code)"
                    request.headers["If-Match"] = try await client.send("GET", path, token: token).headers["etag"]
                }
                let answer = try await request.send(client, as: token)
                #expect(answer.status == endpoint.output.status, "\(endpoint.id): \(answer.json)")
                let expected = answer.status == 204 ? nil : endpoint.mediaTypes.first?.contentType
                #expect(answer.headers["content-type"] == expected, "\(endpoint.id)")
            }
            // A file of evidence can be read once one was sent, above.
            let path = "/v1/actions/\(EndpointMatrix.code)"
            let action = try await client.send("GET", path, token: matrix.tokens["lead"])
            let file = try #require(
                action.json["evidence"]?.elements.last { $0["file_kind"]?.string != nil }?["id"]?.string)
            let read = try await client.send("GET", path + "/evidence/\(file)/file", token: matrix.tokens["lead"])
            #expect(read.status == 200)
            #expect(read.headers["content-type"] == "application/pdf")
        }
    }

    /// What the team does and a lead's editor does not: each refuses the lead in a test of its own.
    static let teamsOnly: Set = [
        "invitation_create", "indicator_value_settle", "my_token_revoke", "funding_add", "funding_remove",
        "structure_claim_transition", "session_contact_confirm", "prescriber_authorise",
        "campaign_create", "campaign_read", "campaign_explain", "campaign_move", "report_preview", "report_read",
        "report_diff", "report_publish",
    ]
    /// What an employer does and nobody else: refuses the others in a test of its own.
    static let employersOnly: Set = [
        "structure_claim", "need_create", "need_edit", "need_delete", "need_move", "need_history",
    ]

    /// What prescribers do and nobody else, by its path: `CandidateTests` refuse the others.
    static let prescribersOnly = [
        "/v1/candidates", "/v1/transfers", "/v1/orientations", "/v1/needs/{id}/matches", "/v1/rights-requests",
    ]

    /// Who may call an endpoint.
    static func caller(of endpoint: Endpoint) -> String {
        if ["orientation_transition", "structure_answer_time"].contains(endpoint.id) { return "employer" }
        if prescribersOnly.contains(where: endpoint.path.hasPrefix) { return "prescriber" }
        return teamsOnly.contains(endpoint.id) ? "team" : employersOnly.contains(endpoint.id) ? "employer" : "lead"
    }

    @Test func `refuses who may not call it: no token, a made-up one, one that does not do`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            for endpoint in EndpointMatrix.endpoints {
                let request = matrix.request(endpoint)
                try await request.send(client, as: matrix.tokens["fake"]).expect(401, of: request, "a made-up token")
                var basic = request
                basic.headers["Authorization"] = "Basic eDp5"
                try await basic.send(client, as: nil).expect(401, of: request, "no bearer token")
                guard endpoint.access != .anyone else { continue }
                let answer = try await request.send(client, as: nil)
                answer.expect(401, of: request, "no token")
                #expect(answer.headers["www-authenticate"]?.hasPrefix("Bearer") == true, "\(endpoint.id)")
                let others = endpoint.access == .writer ? ["reader", "reading"] : ["writing"]
                for who in others {
                    try await request.send(client, as: matrix.tokens[who]).expect(403, of: request, "the \(who) token")
                }
            }
        }
    }

    /// An action's endpoints that need a member, each asked for an action that is somebody else's.
    static let ofActions = EndpointMatrix.endpoints.filter {
        $0.access != .anyone && $0.path.hasPrefix("/v1/actions/{code}")
    }

    @Test func `of an action refuses another partner, and hides what it may not know of`() async throws {
        let matrix = try await EndpointMatrix()
        #expect(Self.ofActions.count >= 6)
        try await matrix.withServer { client in
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for endpoint in Self.ofActions {
                let open = matrix.request(endpoint)
                try await open.send(client, as: matrix.tokens["other"]).expect(403, of: open, "another partner")
                let hidden = matrix.request(endpoint, code: EndpointMatrix.secret)
                try await hidden.send(client, as: matrix.tokens["other"]).expect(404, of: hidden, "another's secret")
                let unknown = matrix.request(endpoint, code: "Z9.99")
                let answer = try await unknown.send(client, as: matrix.tokens["other"])
                answer.expect(404, of: unknown, "an unknown action")
                let own = try await matrix.request(endpoint, code: EndpointMatrix.secret).send(
                    client, as: matrix.tokens["reader"])
                // The lead's reader knows of it: the 404 above was for the stranger.
                #expect(own.code != "action.not_found", "\(endpoint.id)")
            }
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
        }
    }

    @Test func `that changes a version refuses to without it, and at an old one`() async throws {
        let matrix = try await EndpointMatrix()
        let versioned = EndpointMatrix.endpoints.filter(\.needsVersion)
        #expect(versioned.count >= 3)
        try await matrix.withServer { client in
            for endpoint in versioned {
                var request = matrix.request(endpoint)
                let token = matrix.tokens[Self.caller(of: endpoint)]
                for (header, status) in [(nil, 428), ("\"7\"", 412), ("\"1.public\"", 412), ("seven", 400)] {
                    request.headers["If-Match"] = header
                    try await request.send(client, as: token)
                        .expect(status, of: request, "If-Match: \(header ?? "none")")
                }
            }
        }
    }

    @Test func `refuses a parameter that it does not have, by name`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            for endpoint in EndpointMatrix.endpoints {
                let request = matrix.request(endpoint).asking("nonsense", "1")
                let answer = try await request.send(client, as: matrix.tokens["team"])
                answer.expect(400, of: request, "an unknown parameter")
                if endpoint.mediaTypes != [.html] { #expect(answer.pointers == ["nonsense"], "\(endpoint.id)") }
            }
        }
    }

    @Test func `refuses each parameter's impossible value, by name`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            for endpoint in EndpointMatrix.endpoints {
                for field in endpoint.queryShape.fields where field.kind != .string {
                    // Over every length, and no number, day, code or word of a list.
                    let request = matrix.request(endpoint)
                        .asking(field.name, String(repeating: "%C2%A7", count: 401))
                    let answer = try await request.send(client, as: matrix.tokens["team"])
                    answer.expect(400, of: request, "an impossible \(field.name)")
                    #expect(answer.pointers == [field.name], "\(endpoint.id)")
                }
            }
        }
    }

    @Test func `finds nothing at a path that cannot be one`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            for endpoint in EndpointMatrix.endpoints {
                for field in endpoint.pathShape.fields {
                    let request = matrix.request(endpoint).impossible(field)
                    try await request.send(client, as: matrix.tokens["team"])
                        .expect(404, of: request, "an impossible \(field.name)")
                }
            }
        }
    }

    @Test func `refuses to answer in a form that it does not have`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            // What a stored file is, is known when it is found.
            for endpoint in EndpointMatrix.endpoints where !endpoint.mediaTypes.contains(.file) {
                var request = matrix.request(endpoint)
                request.headers["Accept"] = "image/png"
                try await request.send(client, as: matrix.tokens["team"]).expect(406, of: request, "image/png")
            }
        }
    }

    @Test func `says which methods its path has`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            for (path, endpoints) in Dictionary(grouping: EndpointMatrix.endpoints, by: \.path) {
                let endpoint = try #require(endpoints.first)
                var allowed = Set(endpoints.map(\.method.rawValue))
                if allowed.contains("GET") { allowed.insert("HEAD") }
                allowed.insert("OPTIONS")
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]
                where !allowed.contains(method) {
                    var request = matrix.request(endpoint)
                    request.method = method
                    request.body = nil
                    let answer = try await request.send(client, as: matrix.tokens["team"])
                    answer.expect(405, of: request, method, documented: false)
                    #expect(answer.code == "request.method_not_allowed", "\(method) \(path)")
                    let names = answer.headers["allow"]?.components(separatedBy: ", ") ?? []
                    #expect(names == allowed.sorted(), "\(method) \(path)")
                }
            }
        }
    }

    static let wrongBodies: [(body: String, pointer: String?)] = [
        (#"{"nonsense":1}"#, "/nonsense"), (#"{"non/sense~":1}"#, "/non~1sense~0"), ("{", nil), ("", nil), ("[]", nil),
        ("null", nil), (#"{"a":1,"a":2}"#, nil), ("{}x", nil), (#"{"a":"\ud800"}"#, nil),
    ]

    @Test func `with a body refuses what is not that body, and says where`() async throws {
        let matrix = try await EndpointMatrix()
        let takers = EndpointMatrix.endpoints.filter { $0.bodyShape != nil && $0.upload == nil }
        #expect(takers.count >= 5)
        try await matrix.withServer { client in
            for endpoint in takers {
                var request = matrix.request(endpoint)
                for (body, pointer) in Self.wrongBodies {
                    request.body = body
                    let answer = try await request.send(client, as: matrix.tokens["lead"])
                    answer.expect(400, of: request, "the body \(body)")
                    if let pointer { #expect(answer.pointers.contains(pointer), "\(endpoint.id): \(answer.pointers)") }
                }
                for field in endpoint.bodyShape?.fields ?? [] {
                    // No field is an array of arrays.
                    request.body = "{\"\(field.name)\":[[]]}"
                    let answer = try await request.send(client, as: matrix.tokens["lead"])
                    answer.expect(400, of: request, "a wrong \(field.name)")
                    #expect(answer.pointers.contains { $0.hasPrefix("/\(field.name)") }, "\(endpoint.id) \(field.name)")
                }
                request.body = "{\"text\":\"" + String(repeating: "x", count: 1 << 20) + "\"}"
                try await request.send(client, as: matrix.tokens["lead"]).expect(413, of: request, "over 1 MiB")
                request = matrix.request(endpoint)
                for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
                    // Who holds a link answers by a page's form.
                    if endpoint.hasSecretPath, type.contains("form") { continue }
                    request.headers["Content-Type"] = type
                    try await request.send(client, as: matrix.tokens["lead"]).expect(415, of: request, type)
                }
            }
        }
    }
}
