import Contract
public import Fields
public import Postgres

/// Where the structures of the directory are kept.
public struct StructureStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    // MARK: - Lists

    /// A page of open structures by name, or by distance when near a point; one row more than the limit when there is a next
    /// page.
    public func list(_ filter: Filter, on today: Day) async throws -> Rows<PublicStructure> {
        let statement = try Self.statement(filter, on: today, atMost: (filter.limit ?? .standard).count + 1)
        return filter.isLong
            ? try await database.slow(statement, as: PublicStructure.self)
            : try await database.read(statement, as: PublicStructure.self)
    }

    /// Every open structure that the filter lets through, in the same order, handed over in batches.
    public func export(
        _ filter: Filter, on today: Day, as caller: Caller, _ body: (Rows<PublicStructure>) async throws -> Void
    ) async throws {
        let statement = try Self.statement(filter, on: today, atMost: nil)
        try await database.slow(as: caller) { try await $0.batches(of: statement, as: PublicStructure.self, body) }
    }

    private static func statement(_ filter: Filter, on today: Day, atMost count: Int?) throws -> SQL {
        let order: SQL = filter.near == nil ? "s.sort_name, s.finess" : "distance_m, s.finess"
        return """
            SELECT \(Self.columns(distance: "page.distance_m"))
              FROM (\(filter.source(
                "\(try filter.conditions(on: today)) AND \(try filter.after())", order: order, atMost: count))) AS page
              JOIN public_structure s ON s.id = page.id
             ORDER BY \(order)
            """
    }

    /// The columns of a public structure, in the record's order, of a view `s`.
    static func columns(distance: SQL) -> SQL {
        let names = Shape.of(PublicStructure.self).names
        let position = names.firstIndex(of: "distance_m") ?? names.count
        func list(_ names: ArraySlice<String>) -> String { names.map { "s." + $0 }.joined(separator: ", ") }
        // Names of the program's own type, none from a request.
        return """
            \(unsafeTextNeverFromInput: list(names[..<position])), \(distance) AS distance_m,
            \(unsafeTextNeverFromInput: list(names[(position + 1)...]))
            """
    }

    // MARK: - One

    /// A structure as its path finds it.
    public enum Found: Sendable {
        /// It is there, open or closed.
        case here(Rows<PublicStructure>)
        /// It is another one now: that one's FINESS number.
        case merged(into: String)
    }

    /// One structure, or a refusal when there is none.
    public func find(_ key: StructureKey) async throws -> Found {
        let rows = try await database.read(Self.one(key), as: PublicStructure.self)
        guard !rows.isEmpty else { throw DirectoryRefusals.unknown(key) }
        if let other = rows.text(0, "merged_into") { return .merged(into: other) }
        return .here(rows)
    }

    /// The other structures of who runs one, open ones by name, at most 50.
    public func others(of key: StructureKey) async throws -> Rows<StructureReference> {
        try await database.read(
            """
            SELECT \(columns: StructureReference.self, of: "o")
              FROM public_structure o
             WHERE o.legal_entity_id = (SELECT s.legal_entity_id FROM structure_index s WHERE \(Self.condition(key)))
               AND o.id <> (SELECT s.id FROM structure_index s WHERE \(Self.condition(key)))
               AND o.status = 'open'
             ORDER BY o.sort_name, o.finess LIMIT 50
            """, as: StructureReference.self)
    }

    static func one(_ key: StructureKey) -> SQL {
        "SELECT \(columns(distance: "NULL::integer")) FROM public_structure s WHERE \(condition(key))"
    }

    static func condition(_ key: StructureKey) -> SQL {
        switch key {
        case .finess(let number): "s.finess = \(number)"
        case .id(let id): "s.id = \(id)"
        }
    }
}
