import Synchronization

/// What a `Decodable` struct holds, found by decoding it from placeholders: select lists, row → JSON, the
/// contract's schemas and the strict reading of bodies all come from it.
public struct Shape: Sendable, Hashable {
    /// One property.
    public struct Field: Sendable, Hashable {
        /// The property's name in `snake_case`: the column, the JSON member, the parameter.
        public var name: String
        /// What it holds.
        public var kind: Kind
        /// Whether it may be null or absent.
        public var isOptional: Bool
        /// Whether absent and null differ: a `Change` of a PATCH.
        public var isChange: Bool

        /// One property.
        public init(name: String, kind: Kind, isOptional: Bool, isChange: Bool) {
            self.name = name
            self.kind = kind
            self.isOptional = isOptional
            self.isChange = isChange
        }
    }

    /// What a value is.
    public indirect enum Kind: Sendable, Hashable {
        case string, integer, number, boolean, uuid, instant, day
        /// A text that matches a pattern (ECMA 262, anchored) and has an example.
        case pattern(String, example: String)
        /// A text of a closed list.
        case cases([String])
        case array(Kind)
        /// A nested struct: its type's name and fields.
        case object(String, [Field])
        /// Any JSON.
        case json
    }

    /// The properties, in the order they are declared.
    public var fields: [Field]

    private static let known = Mutex<[ObjectIdentifier: Shape]>([:])

    /// The shape of a struct, found once.
    public static func of(_ type: any Decodable.Type) -> Shape {
        if let shape = known.withLock({ $0[ObjectIdentifier(type)] }) { return shape }
        let recorder = Recorder()
        _ = try? type.init(from: recorder)
        let shape = Shape(fields: recorder.log.fields)
        known.withLock { $0[ObjectIdentifier(type)] = shape }
        return shape
    }

    /// A type's name in the contract: `Action.Funding` is `ActionFunding`; what only groups endpoints is left out.
    public static func name(of type: Any.Type) -> String {
        String(reflecting: type).split(separator: ".").dropFirst()
            .filter { !$0.hasPrefix("(") && !$0.hasSuffix("Endpoints") }.joined()
    }

    /// The names of the properties.
    public var names: [String] { fields.map(\.name) }
}

/// A field of a PATCH: left alone, emptied, or set.
public enum Change<Value: Decodable & Sendable & Hashable>: Decodable, Sendable, Hashable {
    case unchanged
    case cleared
    case set(Value)

    /// Reads what stands there; an absent member is `unchanged`, which the keyed container says.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        self = container.decodeNil() ? .cleared : .set(try container.decode(Value.self))
    }

    /// The value after the change, given the one before.
    public func applied(to before: Value?) -> Value? {
        switch self {
        case .unchanged: before
        case .cleared: nil
        case .set(let value): value
        }
    }

    /// Whether something is to change.
    public var isChange: Bool { self != .unchanged }
}

/// What a `Change` looks like to the decoder, whatever its value.
protocol AnyChange {
    static var unchangedValue: Self { get }
    static func recordedKind() throws -> Shape.Kind
}

extension Change: AnyChange {
    static var unchangedValue: Change { .unchanged }
    static func recordedKind() throws -> Shape.Kind { try Recorder.placeholder(Value.self).1 }
}

extension JSON: Decodable {
    /// Any JSON, from our own decoders only.
    public init(from decoder: any Decoder) throws {
        self = try decoder.singleValueContainer().decode(JSON.self)
    }
}

/// A decoder that answers with placeholders and notes what it was asked for.
struct Recorder: Decoder {
    final class Log {
        var fields: [Shape.Field] = []
        var element: Shape.Kind?
        var scalar: Shape.Kind?
    }

    let log = Log()
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(Keyed<Key>(log: log))
    }
    func unkeyedContainer() throws -> any UnkeyedDecodingContainer { Unkeyed(log: log) }
    func singleValueContainer() throws -> any SingleValueDecodingContainer { Single(log: log) }

    /// Some value of a type, and what the type is.
    static func placeholder<T: Decodable>(_ type: T.Type) throws -> (T, Shape.Kind) {
        if let scalar = type as? any FieldScalar.Type, let value = scalar.placeholder as? T {
            return (value, scalar.fieldKind)
        }
        if let change = type as? any AnyChange.Type, let value = change.unchangedValue as? T {
            return (value, try change.recordedKind())
        }
        if let value = JSON.null as? T { return (value, .json) }
        let nested = Recorder()
        let value = try T(from: nested)
        if let scalar = nested.log.scalar { return (value, scalar) }
        if let element = nested.log.element { return (value, .array(element)) }
        return (value, .object(Shape.name(of: T.self), nested.log.fields))
    }

    struct NotFlat: Error {}

    struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let log: Log
        var codingPath: [any CodingKey] { [] }
        var allKeys: [Key] { [] }
        func contains(_ key: Key) -> Bool { true }
        func decodeNil(forKey key: Key) throws -> Bool { false }
        private func note<T>(_ key: Key, _ kind: Shape.Kind, _ value: T, optional: Bool = false) -> T {
            let isChange = T.self is any AnyChange.Type
            log.fields.append(
                .init(
                    name: snakeCased(key.stringValue), kind: kind, isOptional: optional || isChange,
                    isChange: isChange))
            return value
        }
        func decode(_ type: String.Type, forKey key: Key) throws -> String { note(key, .string, "") }
        func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { note(key, .boolean, false) }
        func decode(_ type: Double.Type, forKey key: Key) throws -> Double { note(key, .number, 0) }
        func decode(_ type: Int.Type, forKey key: Key) throws -> Int { note(key, .integer, 0) }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
            let (value, kind) = try Recorder.placeholder(type)
            return note(key, kind, value)
        }
        func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
            note(key, .string, nil, optional: true)
        }
        func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
            note(key, .boolean, nil, optional: true)
        }
        func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
            note(key, .number, nil, optional: true)
        }
        func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
            note(key, .integer, nil, optional: true)
        }
        func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? {
            let (_, kind) = try Recorder.placeholder(type)
            return note(key, kind, nil, optional: true)
        }
        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
            -> KeyedDecodingContainer<Nested>
        { throw NotFlat() }
        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw NotFlat() }
        func superDecoder() throws -> any Decoder { throw NotFlat() }
        func superDecoder(forKey key: Key) throws -> any Decoder { throw NotFlat() }
    }

    struct Unkeyed: UnkeyedDecodingContainer {
        let log: Log
        var codingPath: [any CodingKey] { [] }
        var count: Int? { 1 }
        var isAtEnd: Bool { currentIndex > 0 }
        var currentIndex = 0
        init(log: Log) { self.log = log }
        mutating func decodeNil() throws -> Bool { false }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let (value, kind) = try Recorder.placeholder(type)
            log.element = kind
            currentIndex += 1
            return value
        }
        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
            -> KeyedDecodingContainer<Nested>
        { throw NotFlat() }
        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw NotFlat() }
        mutating func superDecoder() throws -> any Decoder { throw NotFlat() }
    }

    struct Single: SingleValueDecodingContainer {
        let log: Log
        var codingPath: [any CodingKey] { [] }
        func decodeNil() -> Bool { false }
        private func note<T>(_ kind: Shape.Kind, _ value: T) -> T {
            log.scalar = kind
            return value
        }
        func decode(_ type: String.Type) throws -> String { note(.string, "") }
        func decode(_ type: Bool.Type) throws -> Bool { note(.boolean, false) }
        func decode(_ type: Double.Type) throws -> Double { note(.number, 0) }
        func decode(_ type: Int.Type) throws -> Int { note(.integer, 0) }
        func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let (value, kind) = try Recorder.placeholder(type)
            return note(kind, value)
        }
    }
}
