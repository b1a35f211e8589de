public import Contract
import Fields
import NIOCore

/// The contract of the directory in the formats of others.
public struct InterchangeEndpoints: Sendable {
    let structures: StructureStore

    /// The endpoints over their store.
    public init(structures: StructureStore) { self.structures = structures }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/exports/data-inclusion", id: "export_data_inclusion",
                "The open structures and their services in the schema of data·inclusion (data-inclusion-schema 1.0.10), whole; "
                    + "what the schema can't hold is in left_out. Source: FINESS, Licence Ouverte 2.0.",
                access: .anyone, output: .one(DataInclusion.self), run: dataInclusion)
        ]
    }

    func dataInclusion(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        let caller = call.caller
        var answer = Answer.file("application/json", name: "", isPublic: true) { write in
            try await structures.exportDataInclusion(as: caller) { try await write(ByteBuffer(bytes: $0)) }
        }
        // Harvested by programs, not saved.
        answer.fileName = nil
        return answer
    }
}
