public import Contract
import Fields
import Postgres

/// The contract of the reference lists: official nomenclatures that everybody may read and reuse.
public struct ReferenceEndpoints: Sendable {
    let places: PlaceStore

    /// The endpoints over their store.
    public init(places: PlaceStore) { self.places = places }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/reference/communes", id: "commune_list",
                "The communes of Haute-Garonne with their grouping. Source: INSEE, La Poste, Banatic; Licence Ouverte 2.0.",
                access: .anyone, output: .page(Commune.self), run: communes, csv: exportCommunes)
        ]
    }

    func communes(_ call: Call<Nothing, PlaceStore.Filter, Nothing>) async throws -> Answer {
        let limit = (call.query.limit ?? .standard).count
        return .page(
            try await places.communes(call.query, atMost: limit + 1), limit: limit, list: "communes", key: ["insee"],
            isPublic: true)
    }

    func exportCommunes(_ call: Call<Nothing, PlaceStore.Filter, Nothing>) async throws -> Answer {
        let filter = call.query
        return .csv("communes-31", isPublic: true, header: CommuneLine.self) { write in
            try await write(try await places.communeLines(filter))
        }
    }
}
