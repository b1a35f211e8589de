public import Contract
import Fields
import Postgres

/// The contract of claims on structures' sheets.
public struct ClaimEndpoints: Sendable {
    let claims: ClaimStore

    /// The endpoints over their store.
    public init(claims: ClaimStore) { self.claims = claims }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/structures/{id}/claim", id: "structure_claim",
                "An employer says that a structure's sheet is its own. The team decides; until then nothing changes.",
                access: .writer, output: .one(StructureClaim.self, status: 201),
                refusals: [
                    DirectoryRefusals.structure, DirectoryRefusals.closed, DirectoryRefusals.invalid,
                    DirectoryRefusals.claimed,
                ],
                example: ["message": "Nous gérons cette résidence depuis 2019."], run: create),
            Endpoint(
                .get, "/v1/structure-claims", id: "structure_claim_list",
                "Claims on structures, the oldest first: all for the team, with hints that are no proof; an employer's own.",
                access: .member, output: .page(StructureClaim.self), run: list),
            Endpoint(
                .get, "/v1/structure-claims/{id}", id: "structure_claim_read", "One claim, with its version.",
                access: .member, output: .one(StructureClaim.self), refusals: [DirectoryRefusals.claim],
                idIn: ("/v1/structure-claims?status=pending", "items"), run: read),
            Endpoint(
                .post, "/v1/structure-claims/{id}/transitions", id: "structure_claim_transition",
                "Decide on a claim, withdraw it, or end it, as its table of transitions allows.",
                access: .writer, output: .one(StructureClaim.self),
                refusals: [
                    DirectoryRefusals.claim, DirectoryRefusals.claimed, DirectoryRefusals.closed,
                    .transitionForbidden, .transitionIncomplete,
                ],
                needsVersion: true,
                example: ["to": "refused", "reason": "Cette structure est gérée par un autre organisme."],
                idIn: ("/v1/structure-claims?status=pending", "items"), run: move),
        ]
    }

    /// The path of one claim.
    struct ClaimPath: Decodable, Sendable { var id: StructureClaim.ID }

    func create(_ call: Call<StructureEndpoints.StructurePath, Nothing, NewClaim>) async throws -> Answer {
        try await claims.create(call.path.id, call.body, as: call.caller) { rows in
            var answer = Answer.claim(rows, status: 201)
            answer.location = rows.text(0, "id").map { "/v1/structure-claims/\($0)" }
            return answer
        }
    }

    func list(_ call: Call<Nothing, ClaimStore.Filter, Nothing>) async throws -> Answer {
        let rows = try await claims.list(call.query, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "structure_claims", key: ["id"])
    }

    func read(_ call: Call<ClaimPath, Nothing, Nothing>) async throws -> Answer {
        .claim(try await claims.find(call.path.id, as: call.caller))
    }

    func move(_ call: Call<ClaimPath, Nothing, ClaimMove>) async throws -> Answer {
        try await claims.move(
            call.path.id, call.body, precondition: call.precondition, as: call.caller, answer: { .claim($0) })
    }
}

extension Answer {
    /// A claim with the version to move it.
    fileprivate static func claim(_ rows: Rows<StructureClaim>, status: Int = 200) -> Answer {
        Answer.row(rows, status: status, etag: rows.text(0, "version").flatMap { Int($0) }.map { .full(version: $0) })
    }
}
