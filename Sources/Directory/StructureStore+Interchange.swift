public import Fields
import Postgres

extension StructureStore {
    /// What an export held.
    public struct Exported: Sendable {
        /// Structures given out.
        public var structures = 0
        /// Services given out.
        public var services = 0
        /// Open structures that the schema can't hold.
        public var leftOut: [DataInclusionLeftOut] = []
    }

    /// The open structures as one document of data·inclusion, handed over piece by piece. Structures and services are two lists
    /// of one snapshot: the directory is read twice rather than held.
    @discardableResult
    public func exportDataInclusion(
        site: String? = nil, as caller: Caller, _ write: ([UInt8]) async throws -> Void
    ) async throws -> Exported {
        try await database.slow(as: caller, isolation: .repeatableRead) { transaction in
            let mapping = DataInclusionMapping(now: transaction.now, site: site)
            var exported = Exported()
            var list = PartialList(start: "{\"structures\":[")
            try await Self.each(in: transaction) { rows in
                for row in rows {
                    switch mapping.map(row) {
                    case .kept(let structure, _): list.add(structure.json)
                    case .leftOut(let reason): exported.leftOut.append(.init(finess: row.finess, reason: reason))
                    }
                }
                try await write(list.take())
            }
            exported.structures = list.count
            list.next("],\"services\":[")
            try await Self.each(in: transaction) { rows in
                for row in rows {
                    if case .kept(_, let service?) = mapping.map(row) { list.add(service.json) }
                }
                try await write(list.take())
            }
            exported.services = list.count
            list.next("],\"left_out\":[")
            for one in exported.leftOut { list.add(one.json) }
            list.next("],\"licence\":\(JSON.string(DataInclusion.licence).text)}")
            try await write(list.take())
            return exported
        }
    }

    private static func each(in transaction: Transaction, _ body: ([InterchangeRow]) async throws -> Void) async throws
    {
        let statement: SQL = """
            SELECT \(columns: InterchangeRow.self)
              FROM (SELECT s.*, to_jsonb(i.service_area) AS areas, l.legal_status
                      FROM public_structure s JOIN structure_index i ON i.id = s.id
                      LEFT JOIN public_legal_entity l ON l.id = s.legal_entity_id) AS s
             WHERE s.status = 'open' ORDER BY s.finess
            """
        try await transaction.batches(of: statement, as: InterchangeRow.self) { try await body(try $0.all()) }
    }
}

/// A list of JSON that is written piece by piece.
private struct PartialList {
    private var bytes: [UInt8]
    private(set) var count = 0

    init(start: String) { bytes = Array(start.utf8) }

    mutating func add(_ record: JSON) {
        if count > 0 { bytes.append(UInt8(ascii: ",")) }
        bytes += record.bytes
        count += 1
    }

    /// What stands between one list and the next.
    mutating func next(_ text: String) {
        bytes += text.utf8
        count = 0
    }

    mutating func take() -> [UInt8] {
        defer { bytes = [] }
        return bytes
    }
}
