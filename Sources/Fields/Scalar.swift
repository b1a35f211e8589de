public import struct Foundation.UUID

/// A value with one text form, the same in the database, JSON, query strings, CSV and settings.
public protocol TextValue: Sendable {
    /// The text PostgreSQL and people read.
    var fieldText: String { get }
}

extension String: TextValue {
    /// Itself.
    public var fieldText: String { self }
}
extension Int: TextValue {
    /// Decimal digits.
    public var fieldText: String { String(self) }
}
extension Double: TextValue {
    /// The shortest decimal that reads back as the same number.
    public var fieldText: String { description }
}
extension Bool: TextValue {
    /// `true` or `false`.
    public var fieldText: String { self ? "true" : "false" }
}

/// A text value that can be read back: ids, codes, days, instants, closed lists.
public protocol FieldScalar: TextValue, Decodable, Hashable {
    /// What the contract says of it.
    static var fieldKind: Shape.Kind { get }
    /// Some valid value: what a type's shape is found with.
    static var placeholder: Self { get }
    /// Reads the text, or says what was expected.
    init(fieldText: String) throws(Expectation)
}

/// What a text should have been.
public struct Expectation: Error, Sendable, Hashable {
    /// In both languages, to follow "expected:".
    public var expected: Text

    /// What a text should have been.
    public init(fr: String, en: String) { expected = Text(fr: fr, en: en) }
}

extension FieldScalar {
    /// Reads the one text.
    public init(from decoder: any Decoder) throws {
        self = try Self(fieldText: decoder.singleValueContainer().decode(String.self))
    }
}

/// A closed list of text values.
public protocol FieldEnum: FieldScalar, CaseIterable, RawRepresentable where RawValue == String {}

extension FieldEnum {
    /// Every value.
    public static var fieldKind: Shape.Kind { .cases(allCases.map(\.rawValue)) }
    /// The first value.
    public static var placeholder: Self { allCases.first! }
    /// The raw value.
    public var fieldText: String { rawValue }
    /// One of the raw values.
    public init(fieldText: String) throws(Expectation) {
        guard let value = Self(rawValue: fieldText) else {
            let all = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw Expectation(fr: "une de ces valeurs : \(all)", en: "one of: \(all)")
        }
        self = value
    }
    /// Reads the one text. Stated here because raw values bring a decoder of their own.
    public init(from decoder: any Decoder) throws {
        self = try Self(fieldText: decoder.singleValueContainer().decode(String.self))
    }
}

/// A UUID that says what it identifies, so that an action's id cannot stand where an organisation's must.
public struct Identifier<Entity>: FieldScalar, CustomStringConvertible {
    /// The value.
    public var uuid: UUID

    /// An id of this value.
    public init(_ uuid: UUID) { self.uuid = uuid }

    /// A UUID in the contract.
    public static var fieldKind: Shape.Kind { .uuid }
    /// The nil UUID.
    public static var placeholder: Identifier {
        Identifier(UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
    }
    /// Lower-case hexadecimal, as PostgreSQL writes it.
    public var fieldText: String { uuid.uuidString.lowercased() }
    /// The same as the text form.
    public var description: String { fieldText }
    /// Reads the 36-character form.
    public init(fieldText: String) throws(Expectation) {
        guard fieldText.utf8.count == 36, let uuid = UUID(uuidString: fieldText) else {
            throw Expectation(
                fr: "un UUID, par exemple 01890a5d-ac96-774b-bcce-b302099a8057",
                en: "a UUID, for example 01890a5d-ac96-774b-bcce-b302099a8057")
        }
        self.uuid = uuid
    }
}

extension Identifier: Sendable {}
extension Identifier: Equatable {}
extension Identifier: Hashable {}
