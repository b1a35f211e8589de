import CLibPQ
public import Fields
import Foundation
import Synchronization

/// A result of libpq, read-only from the moment it exists and freed with its last holder.
final class ResultSet: @unchecked Sendable {
    let handle: OpaquePointer
    let count: Int
    let columnCount: Int

    init(_ handle: OpaquePointer) {
        self.handle = handle
        count = Int(PQntuples(handle))
        columnCount = Int(PQnfields(handle))
    }

    deinit { PQclear(handle) }

    /// Rows changed by an INSERT, UPDATE, DELETE or COPY.
    var affected: Int { Int(String(cString: PQcmdTuples(handle))) ?? 0 }

    func text(_ row: Int, _ column: Int) -> String? {
        guard PQgetisnull(handle, Int32(row), Int32(column)) == 0 else { return nil }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(handle, Int32(row), Int32(column)),
            count: Int(PQgetlength(handle, Int32(row), Int32(column))))
        return String(decoding: bytes, as: UTF8.self)
    }

    func name(_ column: Int) -> String { String(cString: PQfname(handle, Int32(column))) }

    func isNamed(_ name: UnsafePointer<CChar>?, _ column: Int) -> Bool {
        guard let name, let own = PQfname(handle, Int32(column)) else { return false }
        return strcmp(own, name) == 0
    }
}

/// The rows of a statement, still as the server sent them: decoded only where a rule must look at them, otherwise
/// copied into the answer.
public struct Rows<Row: Decodable>: Sendable {
    let result: ResultSet
    let layout: RowLayout

    init(_ result: ResultSet) throws {
        self.result = result
        layout = RowLayout.of(Row.self)
        try layout.check(result)
    }

    /// How many there are.
    public var count: Int { result.count }
    /// Whether there is none.
    public var isEmpty: Bool { result.count == 0 }

    /// Every row, decoded.
    public func all() throws -> [Row] { try (0..<count).map(row) }

    /// The first row, decoded, or nil.
    public func first() throws -> Row? { isEmpty ? nil : try row(0) }

    /// One row, decoded; a NULL in a property that is not optional is a defect and throws.
    public func row(_ index: Int) throws -> Row {
        try FieldReader.read(Row.self, from: RowFields(result: result, layout: layout, row: index))
    }

    /// The text of one cell, or nil for NULL or an unknown name.
    public func text(_ index: Int, _ name: String) -> String? {
        layout.positions[name].flatMap { result.text(index, $0) }
    }

    /// One row's cells for a file, undecoded.
    public func cells(_ index: Int) -> [CSVWriter.Cell] {
        layout.fields.indices.map { column in
            guard let text = result.text(index, column) else { return .empty }
            switch layout.fields[column].kind {
            case .integer, .number: return .decimal(text)
            case .boolean: return .text(text == "t" ? "true" : "false")
            case .instant: return .text((try? Instant(fieldText: text))?.fieldText ?? text)
            case .array: return .text(RowLayout.joined(text, by: "|"))
            default: return .text(text)
            }
        }
    }

    /// The first rows only: what a page keeps when it asked for one more to know whether there is a next.
    public func prefix(_ length: Int) -> RowSlice<Row> { RowSlice(rows: self, length: min(length, count)) }
}

/// The first so many rows of a result.
public struct RowSlice<Row: Decodable>: Sendable {
    let rows: Rows<Row>
    let length: Int

    /// How many there are.
    public var count: Int { length }

    /// The text of one cell of the last row.
    public func lastText(_ name: String) -> String? { length == 0 ? nil : rows.text(length - 1, name) }
}

/// One row as named values.
struct RowFields: FieldSource {
    let result: ResultSet
    let layout: RowLayout
    let row: Int
    var requiresEveryField: Bool { true }

    func field(_ name: String) -> FieldValue {
        guard let position = layout.positions[name] else { return .absent }
        guard let text = result.text(row, position) else { return .null }
        return .text(text)
    }
}

/// A row type's columns: their names, what they hold, and how each is written as JSON.
struct RowLayout: Sendable {
    let fields: [Shape.Field]
    let names: [String]
    let positions: [String: Int]
    /// `{"id":`, `,"title":` … ready to copy.
    let prefixes: [[UInt8]]
    /// The names as libpq has them, to compare with.
    private let terminated: [ContiguousArray<CChar>]

    private static let cache = Mutex<[ObjectIdentifier: RowLayout]>([:])

    static func of(_ type: any Decodable.Type) -> RowLayout {
        cache.withLock { known in
            if let layout = known[ObjectIdentifier(type)] { return layout }
            let layout = RowLayout(Shape.of(type))
            known[ObjectIdentifier(type)] = layout
            return layout
        }
    }

    private init(_ shape: Shape) {
        fields = shape.fields
        names = shape.names
        positions = Dictionary(uniqueKeysWithValues: shape.names.enumerated().map { ($1, $0) })
        prefixes = shape.names.enumerated().map { Array((($0 == 0 ? "{\"" : ",\"") + $1 + "\":").utf8) }
        terminated = shape.names.map(\.utf8CString)
    }

    /// A column left out, added, misplaced or of another type is a defect, found at the first run of the statement.
    func check(_ result: ResultSet) throws {
        guard result.columnCount == names.count else {
            throw DatabaseError(
                kind: .defect, sqlState: "42P10",
                message: "the statement returns \(result.columnCount) columns and the row type has \(names.count)")
        }
        for (position, field) in fields.enumerated() {
            guard terminated[position].withUnsafeBufferPointer({ result.isNamed($0.baseAddress, position) }) else {
                throw DatabaseError(
                    kind: .defect, sqlState: "42P10",
                    message: "column \(position + 1) is \(result.name(position)) and the row type expects \(field.name)"
                )
            }
            let type = PQftype(result.handle, Int32(position))
            guard field.kind.accepts(type: type) else {
                throw DatabaseError(
                    kind: .defect, sqlState: "42804",
                    message: "column \(field.name) has type \(type), which does not fit its property")
            }
        }
    }
}

extension Shape.Kind {
    /// Whether a PostgreSQL type (its fixed object id, `pg_type.dat`) is what this kind is read from.
    func accepts(type: UInt32) -> Bool {
        switch self {
        case .string, .pattern, .cases:
            switch type {
            case 25, 1043, 1042, 19, 18, 705: true;
            default: false
            }
        case .integer:
            switch type {
            case 20, 21, 23: true;
            default: false
            }
        case .number:
            switch type {
            case 20, 21, 23, 700, 701, 1700: true;
            default: false
            }
        case .boolean: type == 16
        case .uuid: type == 2950
        case .instant: type == 1184
        case .day: type == 1082
        case .array, .object, .json: type == 114 || type == 3802
        }
    }
}

extension ResultSet {
    /// The command the server says it carried out: `COMMIT`, `ROLLBACK`, `INSERT 0 1` …
    var command: String { String(cString: PQcmdStatus(handle)) }
}
