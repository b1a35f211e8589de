import Contract
import Fields
import Postgres

/// What is served beside the features: liveness, readiness, the contract itself.
struct ServiceEndpoints: Sendable {
    let database: Database
    let document: JSON?

    var all: [Endpoint] {
        [
            Endpoint(
                .get, "/healthz", id: "health_read", "Whether the server runs.", access: .anyone,
                output: .one(Health.self)
            ) { (_: Call<Nothing, Nothing, Nothing>) in .json(["status": "ok"]) },
            Endpoint(
                .get, "/readyz", id: "readiness_read", "Whether the server can answer: it asks the database.",
                access: .anyone, output: .one(Health.self)
            ) { (_: Call<Nothing, Nothing, Nothing>) in
                _ = try await database.read("SELECT 1::bigint AS value", as: Value<Int>.self)
                return .json(["status": "ok"])
            },
            Endpoint(
                .get, "/v1/openapi.json", id: "contract_read", "This contract, as OpenAPI 3.1.", access: .anyone,
                output: .anyJSON
            ) { (_: Call<Nothing, Nothing, Nothing>) in .json(document ?? nil, isPublic: true) },
        ]
    }

    /// How the server is.
    struct Health: Decodable, Sendable { var status: String }
}
