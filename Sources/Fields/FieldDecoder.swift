/// Named values: a database row, path and query parameters, a CSV line, settings, a JSON object.
public protocol FieldSource {
    /// The value of a `snake_case` name.
    func field(_ name: String) -> FieldValue
    /// Whether a field that is not there is a mistake even when the Swift property is optional: true for rows, where
    /// a forgotten column must not read as NULL.
    var requiresEveryField: Bool { get }
}

/// What stands under a name.
public enum FieldValue: Sendable, Hashable {
    case absent
    case null
    /// The text of a cell, a parameter or a setting.
    case text(String)
    /// A value with a JSON type of its own.
    case json(JSON)
}

/// A field that could not be read.
public struct FieldError: Error, Sendable, Hashable {
    /// JSON Pointer (`/evidence/url`), or `/name` for flat sources.
    public var pointer: String
    /// What was wrong.
    public var detail: Text
}

/// Every field that could not be read, in the order the type declares them.
public struct FieldErrors: Error, Sendable, Hashable {
    /// At least one.
    public var errors: [FieldError]
}

/// Reads a `Decodable` struct from named values, and reports all that is wrong at once.
public enum FieldReader {
    /// Reads the struct, or throws `FieldErrors`.
    public static func read<T: Decodable>(_ type: T.Type, from source: some FieldSource) throws -> T {
        let log = ErrorLog()
        let value = try T(from: FieldDecoder(node: .fields(source), pointer: "", log: log))
        if !log.errors.isEmpty { throw FieldErrors(errors: log.errors) }
        return value
    }
}

/// A JSON object as named values.
public struct JSONFields: FieldSource {
    let members: [String: JSON]

    /// The members of an object.
    public init(_ members: [JSON.Member]) {
        self.members = Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// The member's value.
    public func field(_ name: String) -> FieldValue {
        switch members[name] {
        case nil: .absent
        case .null?: .null
        case let value?: .json(value)
        }
    }

    /// Optional members may be left out.
    public var requiresEveryField: Bool { false }
}

/// Names and texts: parameters, settings, the cells of a line.
public struct TextFields: FieldSource {
    let values: [String: String]

    /// Texts by `snake_case` name.
    public init(_ values: [String: String]) { self.values = values }

    /// The text.
    public func field(_ name: String) -> FieldValue { values[name].map(FieldValue.text) ?? .absent }

    /// Optional ones may be left out.
    public var requiresEveryField: Bool { false }
}

final class ErrorLog {
    var errors: [FieldError] = []
}

/// Either a set of named values or one value.
enum Node {
    case fields(any FieldSource)
    case value(FieldValue)
}

struct FieldDecoder: Decoder {
    let node: Node
    let pointer: String
    let log: ErrorLog
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        switch node {
        case .fields(let source):
            return KeyedDecodingContainer(KeyedFields<Key>(source: source, pointer: pointer, log: log))
        case .value(let value):
            guard case .object(let members)? = value.asJSON else { throw mismatch(fr: "un objet", en: "an object") }
            return KeyedDecodingContainer(
                KeyedFields<Key>(source: JSONFields(members), pointer: pointer, log: log))
        }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .value(let value) = node, case .array(let elements)? = value.asJSON else {
            throw mismatch(fr: "une liste", en: "an array")
        }
        return UnkeyedFields(elements: elements, pointer: pointer, log: log)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        guard case .value(let value) = node else { throw mismatch(fr: "une valeur", en: "a value") }
        return SingleField(value: value, pointer: pointer, log: log)
    }

    func mismatch(fr: String, en: String) -> FieldError { .expected(pointer, Expectation(fr: fr, en: en)) }
}

extension FieldError {
    static func expected(_ pointer: String, _ expectation: Expectation) -> FieldError {
        FieldError(
            pointer: pointer,
            detail: Text(
                fr: "attendu : \(expectation.expected.fr)", en: "expected: \(expectation.expected.en)"))
    }
    static func missing(_ pointer: String) -> FieldError {
        FieldError(pointer: pointer, detail: Text(fr: "obligatoire", en: "required"))
    }
    static func null(_ pointer: String) -> FieldError {
        FieldError(pointer: pointer, detail: Text(fr: "ne peut pas être nul", en: "must not be null"))
    }
}

extension FieldValue {
    /// The value as JSON; a cell's text is read as JSON, because arrays and objects reach rows as `jsonb`.
    var asJSON: JSON? {
        switch self {
        case .json(let value): value
        case .text(let text): try? JSON.parse(text)
        case .absent, .null: nil
        }
    }

    /// The text of a scalar that is written as one.
    func text() throws(Expectation) -> String {
        let text: String
        switch self {
        case .text(let value): text = value
        case .json(.string(let value)): text = value
        default: throw Expectation(fr: "un texte", en: "a string")
        }
        if text.utf8.contains(0) { throw Expectation(fr: "un texte sans caractère nul", en: "a string without NUL") }
        return text
    }

    func bool() throws(Expectation) -> Bool {
        switch self {
        case .json(.bool(let value)): return value
        case .text("t"), .text("true"): return true
        case .text("f"), .text("false"): return false
        default: throw Expectation(fr: "true ou false", en: "true or false")
        }
    }

    func integer() throws(Expectation) -> Int {
        switch self {
        case .json(.number(let text)):
            if let value = Int(text) { return value }
        case .text(let text):
            if let value = Int(text), !text.hasPrefix("+") { return value }
        default: break
        }
        throw Expectation(fr: "un nombre entier", en: "a whole number")
    }

    func double() throws(Expectation) -> Double {
        switch self {
        case .json(.number(let text)), .text(let text):
            if let value = Double(text), value.isFinite { return value }
        default: break
        }
        throw Expectation(fr: "un nombre", en: "a number")
    }
}

/// A value that is written as one text, number or boolean; nil for every other type.
private func scalarValue(_ type: Any.Type, _ value: FieldValue) throws(Expectation) -> Any? {
    if let scalar = type as? any FieldScalar.Type { return try scalar.init(fieldText: value.text()) }
    if type == String.self { return try value.text() }
    if type == Int.self { return try value.integer() }
    if type == Bool.self { return try value.bool() }
    if type == Double.self { return try value.double() }
    return nil
}

/// Reads one value of any type, the one place where types meet texts.
private func decodeValue<T: Decodable>(_ type: T.Type, _ value: FieldValue, _ pointer: String, _ log: ErrorLog) throws
    -> T
{
    do throws(Expectation) {
        if let scalar = try scalarValue(type, value) as? T { return scalar }
    } catch {
        throw FieldError.expected(pointer, error)
    }
    if type is JSON.Type {
        guard let json = value.asJSON as? T else {
            throw FieldError.expected(pointer, Expectation(fr: "du JSON", en: "JSON"))
        }
        return json
    }
    return try T(from: FieldDecoder(node: .value(value), pointer: pointer, log: log))
}

private struct KeyedFields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let source: any FieldSource
    let pointer: String
    let log: ErrorLog
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool { source.field(snakeCased(key.stringValue)) != .absent }
    func decodeNil(forKey key: Key) throws -> Bool { source.field(snakeCased(key.stringValue)) == .null }

    /// Reads a required field; what is wrong is noted and a placeholder stands in, so that the next is read too.
    private func read<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T {
        let name = snakeCased(key.stringValue)
        let place = "\(pointer)/\(name)"
        do {
            switch source.field(name) {
            case .absent:
                if let unchanged = (type as? any AnyChange.Type)?.unchangedValue as? T { return unchanged }
                throw FieldError.missing(place)
            case .null:
                if type is any AnyChange.Type { return try decodeValue(type, .null, place, log) }
                throw FieldError.null(place)
            case let value: return try decodeValue(type, value, place, log)
            }
        } catch let error as FieldError {
            log.errors.append(error)
            return try Recorder.placeholder(type).0
        }
    }

    private func readIfPresent<T: Decodable>(_ type: T.Type, _ key: Key) throws -> T? {
        switch source.field(snakeCased(key.stringValue)) {
        case .absent where source.requiresEveryField:
            log.errors.append(.missing("\(pointer)/\(snakeCased(key.stringValue))"))
            return nil
        case .absent, .null: return nil
        default: return try read(type, key)
        }
    }

    func decode(_ type: String.Type, forKey key: Key) throws -> String { try read(type, key) }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try read(type, key) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try read(type, key) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try read(type, key) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try read(type, key) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try readIfPresent(type, key) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try readIfPresent(type, key) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try readIfPresent(type, key) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try readIfPresent(type, key) }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try readIfPresent(type, key) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws
        -> KeyedDecodingContainer<Nested>
    { throw Recorder.NotFlat() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Recorder.NotFlat() }
    func superDecoder() throws -> any Decoder { throw Recorder.NotFlat() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Recorder.NotFlat() }
}

private struct UnkeyedFields: UnkeyedDecodingContainer {
    let elements: [JSON]
    let pointer: String
    let log: ErrorLog
    var codingPath: [any CodingKey] { [] }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }
    var currentIndex = 0

    init(elements: [JSON], pointer: String, log: ErrorLog) {
        self.elements = elements
        self.pointer = pointer
        self.log = log
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let place = "\(pointer)/\(currentIndex)"
        guard !isAtEnd else { throw FieldError.missing(place) }
        let element = elements[currentIndex]
        currentIndex += 1
        do {
            return try decodeValue(type, element == .null ? .null : .json(element), place, log)
        } catch let error as FieldError {
            log.errors.append(error)
            return try Recorder.placeholder(type).0
        }
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws
        -> KeyedDecodingContainer<Nested>
    { throw Recorder.NotFlat() }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Recorder.NotFlat() }
    mutating func superDecoder() throws -> any Decoder { throw Recorder.NotFlat() }
}

private struct SingleField: SingleValueDecodingContainer {
    let value: FieldValue
    let pointer: String
    let log: ErrorLog
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { value == .null || value == .absent }
    func decode(_ type: String.Type) throws -> String { try decodeValue(type, value, pointer, log) }
    func decode(_ type: Bool.Type) throws -> Bool { try decodeValue(type, value, pointer, log) }
    func decode(_ type: Int.Type) throws -> Int { try decodeValue(type, value, pointer, log) }
    func decode(_ type: Double.Type) throws -> Double { try decodeValue(type, value, pointer, log) }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try decodeValue(type, value, pointer, log) }
}
