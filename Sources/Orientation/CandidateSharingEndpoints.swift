import Contract
import Fields
import Postgres

/// Shares and transfers of files.
extension CandidateEndpoints {
    private static let found = ("/v1/candidates", "items")

    var sharing: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/candidates/{id}/shares", id: "candidate_share_list",
                "With whom a file is shared, the newest first: all for the organisation whose it is, its own for another.",
                access: .member, output: .page(CandidateShare.self), refusals: [CandidateRefusals.candidate],
                idIn: Self.found, run: shares),
            Endpoint(
                .post, "/v1/candidates/{id}/shares", id: "candidate_share_create",
                "Share a file with another prescriber, for a purpose and a time: to read it, or to follow it up. Criteria for "
                    + "statistics are never shared.",
                access: .writer, output: .one(CandidateShare.self, status: 201),
                refusals: [
                    CandidateRefusals.candidate, CandidateRefusals.invalid, CandidateRefusals.shareConflict,
                    CandidateRefusals.notAuthorised,
                ],
                example: [
                    "to": "mission-locale", "purpose": "Accompagnement commun vers les métiers de l'autonomie",
                    "access": "follow_up", "days": 90,
                ], idIn: Self.found, run: share),
            Endpoint(
                .get, "/v1/candidates/{id}/shares/{share}", id: "candidate_share_read", "One share of a file.",
                access: .member, output: .one(CandidateShare.self),
                refusals: [CandidateRefusals.candidate, CandidateRefusals.share], idIn: Self.found, run: readShare),
            Endpoint(
                .delete, "/v1/candidates/{id}/shares/{share}", id: "candidate_share_revoke",
                "Take a share back: from then on the other sees nothing. Twice does no harm.", access: .writer,
                output: .nothing, refusals: [CandidateRefusals.candidate, CandidateRefusals.share], idIn: Self.found,
                run: revoke),
        ]
    }

    var transfers: [Endpoint] {
        [
            Endpoint(
                .post, "/v1/candidates/{id}/transfer", id: "candidate_transfer_create",
                "Ask another prescriber to take a file over. Until it accepts, nothing changes.", access: .writer,
                output: .one(CandidateTransfer.self, status: 201),
                refusals: [
                    CandidateRefusals.candidate, CandidateRefusals.invalid, CandidateRefusals.transferConflict,
                    CandidateRefusals.notAuthorised,
                ],
                example: ["to": "mission-locale", "reason": "La personne a déménagé dans votre secteur."],
                idIn: Self.found, run: transfer),
            Endpoint(
                .get, "/v1/transfers", id: "candidate_transfer_list",
                "Transfers of files from and to one's own organisation, the newest first.", access: .member,
                output: .page(CandidateTransfer.self), run: transferList),
            Endpoint(
                .get, "/v1/transfers/{id}", id: "candidate_transfer_read", "One transfer, for either side.",
                access: .member, output: .one(CandidateTransfer.self), refusals: [CandidateRefusals.transfer],
                idIn: ("/v1/transfers", "items"), run: readTransfer),
            Endpoint(
                .post, "/v1/transfers/{id}", id: "candidate_transfer_move",
                "Accept, refuse or withdraw a transfer, as its table of transitions allows. Accepted, the file is the receiver's.",
                access: .writer, output: .one(CandidateTransfer.self),
                refusals: [
                    CandidateRefusals.transfer, CandidateRefusals.invalid, CandidateRefusals.notAuthorised,
                    .transitionForbidden, .transitionIncomplete, .transitionUnexpected,
                ],
                needsVersion: true, example: ["to": "refused", "reason": "La personne habite hors de notre secteur."],
                idIn: ("/v1/transfers", "items"), run: moveTransfer),
        ]
    }

    /// The path of one share.
    struct SharePath: Decodable, Sendable {
        var id: Candidate.ID
        var share: CandidateShare.ID
    }

    /// The path of one transfer.
    struct TransferPath: Decodable, Sendable { var id: CandidateTransfer.ID }

    func shares(_ call: Call<CandidatePath, Paging, Nothing>) async throws -> Answer {
        let limit = call.query.limit ?? .standard
        let rows = try await candidates.shares(
            of: call.path.id, limit: limit, cursor: call.query.cursor, as: call.caller)
        return .page(rows, limit: limit.count, list: "candidate_shares", key: ["id"])
    }

    func share(_ call: Call<CandidatePath, Nothing, NewShare>) async throws -> Answer {
        try await candidates.share(call.path.id, call.body, as: call.caller) { rows in
            var answer = Answer.row(rows, status: 201)
            answer.isPersonal = true
            answer.location = rows.text(0, "id").map { "/v1/candidates/\(call.path.id)/shares/\($0)" }
            return answer
        }
    }

    func readShare(_ call: Call<SharePath, Nothing, Nothing>) async throws -> Answer {
        .row(try await candidates.share(call.path.share, of: call.path.id, as: call.caller))
    }

    func revoke(_ call: Call<SharePath, Nothing, Nothing>) async throws -> Answer {
        try await candidates.revoke(call.path.share, of: call.path.id, as: call.caller)
        return .nothing
    }

    func transfer(_ call: Call<CandidatePath, Nothing, NewTransfer>) async throws -> Answer {
        try await candidates.transfer(call.path.id, call.body, as: call.caller) { rows in
            var answer = Answer.transfer(rows, status: 201)
            answer.location = answer.rereadAt
            return answer
        }
    }

    func transferList(_ call: Call<Nothing, CandidateStore.TransferFilter, Nothing>) async throws -> Answer {
        let rows = try await candidates.transfers(call.query, as: call.caller)
        return .page(rows, limit: (call.query.limit ?? .standard).count, list: "candidate_transfers", key: ["id"])
    }

    func readTransfer(_ call: Call<TransferPath, Nothing, Nothing>) async throws -> Answer {
        .transfer(try await candidates.transfer(call.path.id, as: call.caller))
    }

    func moveTransfer(_ call: Call<TransferPath, Nothing, TransferMove>) async throws -> Answer {
        try await candidates.move(call.path.id, call.body, precondition: call.precondition, as: call.caller) {
            .transfer($0)
        }
    }
}

extension Answer {
    fileprivate static func transfer(_ rows: Rows<CandidateTransfer>, status: Int = 200) -> Answer {
        var answer = Answer.row(rows, status: status)
        answer.etag = rows.text(0, "version").flatMap { Int($0) }.map { .full(version: $0) }
        answer.isPersonal = true
        answer.rereadAt = rows.text(0, "id").map { "/v1/transfers/\($0)" }
        return answer
    }
}
