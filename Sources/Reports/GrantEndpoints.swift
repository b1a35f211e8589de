public import Contract
import Fields
import NIOCore
import Postgres

/// The contract of grants.
public struct GrantEndpoints: Sendable {
    let grants: GrantStore

    /// The endpoints over their store.
    public init(grants: GrantStore) { self.grants = grants }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/grants", id: "grant_list",
                "Grants to the platform and its partners, the oldest agreement first. As CSV, the public table scdl/subventions "
                    + "2.1.1 (arrêté du 17 novembre 2017).",
                access: .anyone, output: .page(Grant.self), run: list, csv: csv)
        ]
    }

    func list(_ call: Call<Nothing, Paging, Nothing>) async throws -> Answer {
        let limit = (call.query.limit ?? .standard).count
        let rows = try await grants.list(after: call.query.cursor, atMost: limit + 1)
        return .page(rows, limit: limit, list: "grants", key: ["signed_on", "id"], isPublic: true)
    }

    func csv(_ call: Call<Nothing, Paging, Nothing>) async throws -> Answer {
        var answer = Answer(
            body: ByteBuffer(bytes: try await grants.table()), mediaType: Representation.csv.contentType, isPublic: true
        )
        answer.fileName = "subventions.csv"
        return answer
    }
}
