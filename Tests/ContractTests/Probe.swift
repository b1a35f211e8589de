import Fields
import Synchronization

@testable import Contract

/// The refusal a body throws, or nil.
func refusal(_ body: () async throws -> Void) async throws -> Refusal? {
    do {
        try await body()
        return nil
    } catch let refusal as Refusal { return refusal }
}

/// A member of an organisation.
func member(
    _ role: Caller.Role = .editor, scopes: Set<Caller.Scope> = [.read, .write],
    kind: Caller.OrganisationKind = .partner
) -> Caller {
    .member(
        Caller.Member(
            id: .placeholder, organisationID: .placeholder, organisationKind: kind, role: role, scopes: scopes),
        requestID: "request-1")
}

/// One endpoint whose function keeps the call it got.
struct Probe<Path: Decodable & Sendable, Query: Decodable & Sendable, Body: Decodable & Sendable>: Sendable {
    private final class Box: Sendable {
        let call = Mutex<Call<Path, Query, Body>?>(nil)
    }

    private let endpoint: Endpoint
    private let box: Box

    init(_ method: Contract.Method = .post, access: Access = .anyone) {
        let box = Box()
        self.box = box
        endpoint = Endpoint(
            method, "/v1/things", id: "thing", "A thing.", access: access, output: .anyJSON,
            run: { (call: Call<Path, Query, Body>) in
                box.call.withLock { $0 = call }
                return .json(["done": true])
            })
    }

    /// The call as the function got it, or the refusal.
    @discardableResult
    func send(
        path: [String: String] = [:], query: [(name: String, value: String)] = [], body: String = "",
        caller: Caller = .anonymous(requestID: "request-1"), ifMatch: String? = nil
    ) async throws -> Call<Path, Query, Body>? {
        var request = Request(path: path, caller: caller, now: Instant(microseconds: 7))
        request.query = query
        request.body = .bytes(Array(body.utf8))
        request.ifMatch = ifMatch
        _ = try await endpoint.respond(request)
        return box.call.withLock { $0 }
    }
}
