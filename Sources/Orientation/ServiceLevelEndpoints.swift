public import Contract
import Directory
import Fields
import Postgres

/// The contract of service levels.
public struct ServiceLevelEndpoints: Sendable {
    let levels: ServiceLevelStore

    /// The endpoints over their store.
    public init(levels: ServiceLevelStore) { self.levels = levels }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/structures/{id}/service-level", id: "structure_service_level",
                "How a structure answers orientations: response rate, median delay, open and overdue. For itself exactly; for "
                    + "prescribers and the team nothing under five.",
                access: .member, output: .one(ServiceLevel.self), refusals: [DirectoryRefusals.structure],
                run: structure),
            Endpoint(
                .get, "/v1/service-level", id: "service_level",
                "How all structures and organisers together answer, counted once a day; nothing under five.",
                access: .member, output: .one(ServiceLevel.self), run: everybody),
        ]
    }

    /// The path of one structure.
    struct StructurePath: Decodable, Sendable { var id: StructureKey }

    func structure(_ call: Call<StructurePath, Nothing, Nothing>) async throws -> Answer {
        .row(try await levels.level(of: call.path.id, as: call.caller))
    }

    func everybody(_ call: Call<Nothing, Nothing, Nothing>) async throws -> Answer {
        .row(try await levels.levelOfAll(as: call.caller))
    }
}
