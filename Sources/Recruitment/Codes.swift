public import Fields

/// The code of a job in ROME: a letter and four digits.
public struct RomeCode: FieldScalar, CustomStringConvertible {
    /// The code.
    public var text: String

    /// A pattern in the contract.
    public static var fieldKind: Shape.Kind { .pattern("^[A-Na-n][0-9]{4}$", example: placeholder.text) }
    /// Care assistant.
    public static var placeholder: RomeCode { RomeCode(text: "J1501") }
    /// The code.
    public var fieldText: String { text }
    /// The code.
    public var description: String { text }

    private init(text: String) { self.text = text }

    /// Reads a code by its form; whether there is such a job is the database's to say.
    public init(fieldText: String) throws(Expectation) {
        let code = Array(fieldText.uppercased().utf8)
        guard code.count == 5, (0x41...0x4E).contains(code[0]),
            code.dropFirst().allSatisfy({ (0x30...0x39).contains($0) })
        else {
            throw Expectation(fr: "un code ROME, par exemple J1501", en: "a ROME code, for example J1501")
        }
        text = String(decoding: code, as: UTF8.self)
    }
}

/// The code of a type of contract: `cdi`.
public struct ContractCode: FieldScalar, CustomStringConvertible {
    /// The code.
    public var text: String

    /// A pattern in the contract.
    public static var fieldKind: Shape.Kind { .pattern("^[a-z0-9_]{3,40}$", example: placeholder.text) }
    /// The permanent one.
    public static var placeholder: ContractCode { ContractCode(text: "cdi") }
    /// The code.
    public var fieldText: String { text }
    /// The code.
    public var description: String { text }

    private init(text: String) { self.text = text }

    /// Reads a code by its form; whether there is such a contract is the database's to say.
    public init(fieldText: String) throws(Expectation) {
        let isCode = fieldText.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F
        }
        guard isCode, (3...40).contains(fieldText.utf8.count) else {
            throw Expectation(
                fr: "un code de /v1/reference/contracts, par exemple cdi",
                en: "a code of /v1/reference/contracts, for example cdi")
        }
        text = fieldText
    }
}

/// A diploma by its id or by what people call it: DEAS.
public struct DiplomaName: FieldScalar {
    /// As written.
    public var text: String

    /// A short text.
    public static var fieldKind: Shape.Kind { .pattern(#"^[\s\S]{1,60}$"#, example: placeholder.text) }
    /// Care assistants'.
    public static var placeholder: DiplomaName { DiplomaName(text: "DEAS") }
    /// The text.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads 1 to 60 characters; whether there is such a diploma is the database's to say.
    public init(fieldText: String) throws(Expectation) {
        guard (1...60).contains(fieldText.count) else {
            throw Expectation(fr: "un diplôme, par exemple DEAS", en: "a diploma, for example DEAS")
        }
        text = fieldText
    }
}
