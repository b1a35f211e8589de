extension JSON {
    /// What stops a document from being read: where, and why.
    public struct SyntaxError: Error, Sendable, Hashable {
        /// The byte at which reading stopped, from 0.
        public var offset: Int
        /// Why.
        public var detail: Text
    }

    /// Deeper documents are refused: no input of the contract nests more than a few levels.
    public static let maximumDepth = 32

    /// Reads one document; anything RFC 8259 leaves doubtful (equal keys, lone surrogates, NUL) is refused.
    public static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> JSON {
        var parser = Parser(bytes: bytes)
        if let bad = parser.invalidUTF8() {
            throw SyntaxError(offset: bad, detail: Text(fr: "le texte n'est pas en UTF-8", en: "the text is not UTF-8"))
        }
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else {
            throw parser.error(fr: "du texte suit la fin du document", en: "text follows the document's end")
        }
        return value
    }

    /// Reads one document from text.
    public static func parse(_ text: String) throws(SyntaxError) -> JSON {
        try parse(Array(text.utf8))
    }
}

private struct Parser {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    func error(fr: String, en: String) -> JSON.SyntaxError {
        JSON.SyntaxError(offset: position, detail: Text(fr: fr, en: en))
    }

    /// The offset of the first byte that is not UTF-8, or nil.
    func invalidUTF8() -> Int? {
        var decoder = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }

    mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    mutating func value(depth: Int) throws(JSON.SyntaxError) -> JSON {
        guard depth < JSON.maximumDepth else {
            throw error(
                fr: "le document a plus de \(JSON.maximumDepth) niveaux",
                en: "the document is over \(JSON.maximumDepth) levels deep")
        }
        guard position < bytes.count else {
            throw error(fr: "le document s'arrête trop tôt", en: "the document ends too early")
        }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSON) throws(JSON.SyntaxError) -> JSON {
        guard bytes[position...].starts(with: text.utf8) else {
            throw error(fr: "mot inconnu", en: "unknown word")
        }
        position += text.utf8.count
        return value
    }

    private mutating func number() throws(JSON.SyntaxError) -> JSON {
        let start = position
        func isDigit(_ at: Int) -> Bool { at < bytes.count && (0x30...0x39).contains(bytes[at]) }
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        guard isDigit(position) else {
            position = start
            throw error(fr: "une valeur JSON était attendue", en: "a JSON value was expected")
        }
        if bytes[position] == UInt8(ascii: "0"), isDigit(position + 1) {
            throw error(fr: "un nombre ne commence pas par 0", en: "a number does not begin with 0")
        }
        while isDigit(position) { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "."), isDigit(position + 1) {
            position += 1
            while isDigit(position) { position += 1 }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            var exponent = position + 1
            if exponent < bytes.count, bytes[exponent] == UInt8(ascii: "+") || bytes[exponent] == UInt8(ascii: "-") {
                exponent += 1
            }
            guard isDigit(exponent) else { throw error(fr: "exposant sans chiffre", en: "exponent without digits") }
            position = exponent
            while isDigit(position) { position += 1 }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func array(depth: Int) throws(JSON.SyntaxError) -> JSON {
        position += 1
        var elements: [JSON] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            skipSpace()
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw error(fr: "« , » ou « ] » attendu", en: "',' or ']' expected") }
        }
    }

    private mutating func object(depth: Int) throws(JSON.SyntaxError) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        var names: Set<String> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw error(fr: "un nom entre guillemets était attendu", en: "a quoted name was expected")
            }
            let name = try string()
            guard names.insert(name).inserted else {
                throw error(fr: "le nom « \(name) » est écrit deux fois", en: "the name '\(name)' is written twice")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw error(fr: "« : » attendu", en: "':' expected") }
            skipSpace()
            members.append(JSON.Member(name, try value(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw error(fr: "« , » ou « } » attendu", en: "',' or '}' expected") }
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func string() throws(JSON.SyntaxError) -> String {
        position += 1
        var out: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20:
                throw error(fr: "caractère de contrôle dans un texte", en: "control character in a string")
            default:
                out.append(byte)
                position += 1
            }
        }
        throw error(fr: "un texte n'est pas refermé", en: "a string is not closed")
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSON.SyntaxError) {
        guard position + 1 < bytes.count else { throw error(fr: "échappement inachevé", en: "unfinished escape") }
        let letter = bytes[position + 1]
        let plain: [UInt8: UInt8] = [
            UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "b"): 0x08,
            UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
        ]
        if let byte = plain[letter] {
            out.append(byte)
            position += 2
            return
        }
        guard letter == UInt8(ascii: "u") else { throw error(fr: "échappement inconnu", en: "unknown escape") }
        var code = try codeUnit(at: position + 2)
        guard code != 0 else { throw error(fr: "caractère nul dans un texte", en: "NUL character in a string") }
        position += 6
        if (0xD800..<0xDC00).contains(code) {
            guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                bytes[position + 1] == UInt8(ascii: "u")
            else { throw error(fr: "demi-caractère isolé (surrogate)", en: "lone surrogate") }
            let low = try codeUnit(at: position + 2)
            guard (0xDC00..<0xE000).contains(low) else {
                throw error(fr: "demi-caractère isolé (surrogate)", en: "lone surrogate")
            }
            position += 6
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else {
            throw error(fr: "demi-caractère isolé (surrogate)", en: "lone surrogate")
        }
        out.append(contentsOf: String(Character(scalar)).utf8)
    }

    private func codeUnit(at start: Int) throws(JSON.SyntaxError) -> UInt32 {
        guard start + 4 <= bytes.count,
            let code = UInt32(String(decoding: bytes[start..<start + 4], as: UTF8.self), radix: 16),
            bytes[start] != UInt8(ascii: "+"), bytes[start] != UInt8(ascii: "-")
        else { throw error(fr: "« \\u » veut quatre chiffres hexadécimaux", en: "'\\u' wants four hexadecimal digits") }
        return code
    }
}
