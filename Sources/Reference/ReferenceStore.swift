import Contract
import Fields
public import Postgres

/// Where the reference lists are kept: rows that ship with the product (`sql/reference/rows`).
public struct ReferenceStore: Sendable {
    let database: Database

    /// A store in a database.
    public init(_ database: Database) { self.database = database }

    /// A list's rows in its order, from the filter's cursor on; so many at most, or all that follow.
    public func rows<Row: ReferenceRow>(_ filter: Row.Filter, atMost count: Int?) async throws -> Rows<Row> {
        let list = Row.list
        var condition = condition(filter, of: list)
        if let cursor = filter.cursor {
            let after = try cursor.texts(of: list.name, count: list.key.count)
            let values = after.dropFirst().reduce("\(after[0])" as SQL) { "\($0), \($1)" }
            condition = "\(condition) AND (\(Self.key(list))) > (\(values))"
        }
        return try await database.read(
            """
            SELECT \(Self.columns(Row.self)) FROM (\(list.relation)) AS list
             WHERE \(condition) ORDER BY \(Self.key(list)) LIMIT \(count)
            """, as: Row.self)
    }

    private func condition(_ filter: some ReferenceFilter, of list: ReferenceList) -> SQL {
        guard let words = filter.q else { return filter.condition }
        return "\(filter.condition) AND has_words(\(list.searched), \(words))"
    }

    /// As texts, because a cursor holds texts.
    private static func key(_ list: ReferenceList) -> SQL {
        "\(unsafeTextNeverFromInput: list.key.map { "\($0)::text" }.joined(separator: ", "))"
    }

    /// The row type's columns; rows take lists as JSON.
    private static func columns(_ type: any ReferenceRow.Type) -> SQL {
        let columns = Shape.of(type).fields.map { field in
            if case .array = field.kind { "to_jsonb(\(field.name)) AS \(field.name)" } else { field.name }
        }
        return "\(unsafeTextNeverFromInput: columns.joined(separator: ", "))"
    }
}
