public import Contract
import Fields
import Postgres

/// The contract of the reference lists: official nomenclatures that everybody may read and reuse.
public struct ReferenceEndpoints: Sendable {
    let store: ReferenceStore

    /// The endpoints over their store.
    public init(_ store: ReferenceStore) { self.store = store }

    /// Every operation: one a list.
    public var all: [Endpoint] { referenceLists.map(endpoint) }

    private func endpoint(_ type: any ReferenceRow.Type) -> Endpoint { endpoint(of: type) }

    private func endpoint<Row: ReferenceRow>(of type: Row.Type) -> Endpoint {
        let (store, list) = (store, Row.list)
        return Endpoint(
            .get, "/v1/reference/\(list.name)", id: list.id, list.summary, access: .anyone, output: .page(Row.self),
            madeOf: [.reference],
            run: { (call: Call<Nothing, Row.Filter, Nothing>) in
                let limit = (call.query.limit ?? .standard).count
                let rows: Rows<Row> = try await store.rows(call.query, atMost: limit + 1)
                return .page(rows, limit: limit, list: list.name, key: list.key, isPublic: true)
            },
            csv: { (call: Call<Nothing, Row.Filter, Nothing>) in
                let filter = call.query.whole
                return .csv(list.name, isPublic: true, header: Row.self) { write in
                    try await write(try await store.rows(filter, atMost: nil))
                }
            })
    }
}
