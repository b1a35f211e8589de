public import Contract
import Fields
import Postgres

/// The contract of the directory.
public struct StructureEndpoints: Sendable {
    let structures: StructureStore

    /// The endpoints over their store.
    public init(structures: StructureStore) { self.structures = structures }

    /// Every operation.
    public var all: [Endpoint] {
        [
            Endpoint(
                .get, "/v1/structures", id: "structure_list",
                "Open structures by name, or the nearest first; narrowed down by filters. Source: FINESS, Licence Ouverte 2.0.",
                access: .anyone, output: .page(PublicStructure.self), madeOf: [.directory, .recruitment, .reference],
                run: list,
                csv: export,
                geojson: map),
            Endpoint(
                .get, "/v1/structures/{id}", id: "structure_read",
                "One structure by its FINESS number (ET) or its id: open, closed, or merged into another (307). `explain` adds each "
                    + "field's source and age, and the sheet's quality.",
                access: .anyone,
                output: Endpoint.Output.one(PublicStructure.self)
                    .adding("other_structures", listOf: StructureReference.self)
                    .adding("sources", listOf: StructureFreshness.self).adding("quality", one: StructureQuality.self)
                    .adding("management", one: StructureManagement.self).redirecting,
                refusals: [DirectoryRefusals.structure], madeOf: [.directory, .reference], run: read),
            Endpoint(
                .patch, "/v1/structures/{id}", id: "structure_edit",
                "Change what a structure says of itself: its employer, once its claim is validated, and the team.",
                access: .writer, output: Self.managed,
                refusals: [DirectoryRefusals.structure, DirectoryRefusals.closed, DirectoryRefusals.invalid],
                needsVersion: true, example: ["phone": "0561000000", "opening_hours": "Mo-Fr 09:00-17:00"], run: edit),
            Endpoint(
                .post, "/v1/structures/{id}/verify", id: "structure_verify",
                "Say that all that a structure's sheet shows is right today: files do not overwrite it any more.",
                access: .writer, output: Self.managed,
                refusals: [DirectoryRefusals.structure, DirectoryRefusals.closed], run: verify),
        ]
    }

    /// A structure after a change.
    static let managed = Endpoint.Output.one(PublicStructure.self).adding("management", one: StructureKeeping.self)

    /// The path of one structure.
    struct StructurePath: Decodable, Sendable { var id: StructureKey }

    func list(_ call: Call<Nothing, StructureStore.Filter, Nothing>) async throws -> Answer {
        let filter = call.query
        return .page(
            try await structures.list(filter, on: call.today), limit: (filter.limit ?? .standard).count,
            list: filter.near == nil ? "structures" : "structures_near", key: filter.key, isPublic: true)
    }

    func export(_ call: Call<Nothing, StructureStore.Filter, Nothing>) async throws -> Answer {
        let (filter, day, caller) = (call.query, call.today, call.caller)
        return .csv("structures-\(day)", isPublic: true, header: PublicStructure.self) { write in
            try await structures.export(filter, on: day, as: caller, write)
        }
    }

    func map(_ call: Call<Nothing, StructureStore.Filter, Nothing>) async throws -> Answer {
        let (filter, day, caller) = (call.query, call.today, call.caller)
        return .geojson(isPublic: true, id: "finess") { write in
            try await structures.export(filter, on: day, as: caller, write)
        }
    }

    /// What a reading may ask for beside.
    struct Explain: Decodable, Sendable { var explain: Bool? }

    func read(_ call: Call<StructurePath, Explain, Nothing>) async throws -> Answer {
        let key = call.path.id
        async let others = structures.others(of: key)
        switch try await structures.find(key) {
        case .merged(let other):
            _ = try await others
            return .redirect(
                to: "/v1/structures/\(other)" + (call.query.explain == true ? "?explain=true" : ""), isPublic: true)
        case .here(let rows):
            // No version for the public: the tag is made of the bytes, because the others of who runs it are in them.
            var answer = Answer.row(rows, isPublic: true).adding("other_structures", try await others)
            if call.query.explain == true, let structure = try rows.first() {
                answer = answer.adding("sources", .array(structure.freshness(on: call.today).map(\.json)))
                    .adding("quality", structure.quality(on: call.today).json)
            }
            guard call.caller.member != nil else { return answer }
            let management = try await structures.management(key, as: call.caller)
            answer.isPublic = false
            if !management.isEmpty { answer = answer.managed(management) }
            // Ages grow by the day: the version says nothing of that.
            if call.query.explain == true { answer.etag = nil }
            return answer
        }
    }

    func edit(_ call: Call<StructurePath, Nothing, StructureChanges>) async throws -> Answer {
        try await structures.edit(
            call.path.id, call.body, precondition: call.precondition, as: call.caller, answer: Answer.changed)
    }

    func verify(_ call: Call<StructurePath, Nothing, Nothing>) async throws -> Answer {
        try await structures.verify(call.path.id, as: call.caller, answer: Answer.changed)
    }
}

extension Answer {
    /// A structure after a change, with the version to change it again.
    static func changed(_ changed: StructureStore.Changed) -> Answer {
        var answer = Answer.row(changed.structure).adding("management", object: changed.management)
        answer.etag = changed.management.text(0, "version").flatMap { Int($0) }.map { .full(version: $0) }
        return answer
    }

    /// A structure with what those who look after it see; its version is the tag.
    fileprivate func managed(_ management: Rows<StructureManagement>) -> Answer {
        var answer = adding("management", object: management)
        // A contact is proved without a change of the structure, and shows here.
        let hasContact = ["recruitment_contact", "pending_contact"].contains { management.text(0, $0) != nil }
        answer.etag = management.text(0, "version").flatMap { Int($0) }
            .map { [body = answer.body] in hasContact ? .full(version: $0, of: body) : .full(version: $0) }
        return answer
    }
}
