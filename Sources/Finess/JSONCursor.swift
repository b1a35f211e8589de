/// Walks one value that was taken whole, and copies out only what is asked for.
struct JSONCursor {
    /// Why a value cannot be used.
    enum Fault: Error {
        /// It is not JSON.
        case syntax
        /// It holds more than anyone's legal entity.
        case tooMany
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func peek() throws(Fault) -> UInt8 {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        throw Fault.syntax
    }

    /// Steps into an object or array; false, the value skipped, when it is something else.
    mutating func enter(_ bracket: Unicode.Scalar) throws(Fault) -> Bool {
        guard try peek() == UInt8(ascii: bracket) else {
            try skip()
            return false
        }
        position += 1
        return true
    }

    /// The object's next name, or nil behind its end.
    mutating func nextName() throws(Fault) -> String? {
        guard try nextItem(closing: UInt8(ascii: "}")) else { return nil }
        guard bytes[position] == UInt8(ascii: "\"") else { throw Fault.syntax }
        let start = position + 1
        try skipString()
        let name = String(decoding: bytes[start..<position - 1], as: UTF8.self)
        guard try peek() == UInt8(ascii: ":") else { throw Fault.syntax }
        position += 1
        return name
    }

    /// Whether the array has a further element; steps behind the end when it has none.
    mutating func nextElement() throws(Fault) -> Bool { try nextItem(closing: UInt8(ascii: "]")) }

    private mutating func nextItem(closing: UInt8) throws(Fault) -> Bool {
        var byte = try peek()
        if byte == UInt8(ascii: ",") {
            position += 1
            byte = try peek()
        }
        guard byte == closing else { return true }
        position += 1
        return false
    }

    private mutating func skipString() throws(Fault) {
        position += 1
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position += 2
            case UInt8(ascii: "\""):
                position += 1
                return
            default: position += 1
            }
        }
        throw Fault.syntax
    }

    /// Steps over a value.
    mutating func skip() throws(Fault) {
        _ = try peek()
        var depth = 0
        repeat {
            switch try peek() {
            case UInt8(ascii: "\""): try skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                position += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard depth > 0 else { throw Fault.syntax }
                position += 1
            default: skipWord()
            }
        } while depth > 0
        if depth < 0 { throw Fault.syntax }
    }

    /// A number, `true`, `null`.
    private mutating func skipWord() {
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "}"), UInt8(ascii: "]"), 0x20, 0x0A, 0x0D, 0x09:
                return
            default: position += 1
            }
        }
    }

    /// Appends the text of a string, or a number as written; returns where it stands. Nothing for anything else.
    mutating func text(into out: inout [UInt8]) throws(Fault) -> Range<Int> {
        let first = out.count
        let byte = try peek()
        if byte != UInt8(ascii: "\"") {
            let start = position
            try skip()
            if byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte) {
                out.append(contentsOf: bytes[start..<position])
            }
            return first..<out.count
        }
        let start = position + 1
        try skipString()
        let content = bytes[start..<position - 1]
        if content.contains(UInt8(ascii: "\\")) {
            try JSONCursor.unescape(content, into: &out)
        } else {
            out.append(contentsOf: content)
        }
        return first..<out.count
    }

    private static func unescape(_ text: ArraySlice<UInt8>, into out: inout [UInt8]) throws(Fault) {
        var position = text.startIndex
        while position < text.endIndex {
            let byte = text[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < text.endIndex else {
                out.append(byte)
                continue
            }
            let letter = text[position]
            position += 1
            switch letter {
            case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                out.append(0x20)
            case UInt8(ascii: "u"):
                out.append(contentsOf: String(Character(try scalar(text, &position))).utf8)
            default: out.append(letter)
            }
        }
    }

    /// The character of `\u00E9`, or of two halves.
    private static func scalar(_ text: ArraySlice<UInt8>, _ position: inout Int) throws(Fault) -> Unicode.Scalar {
        var code = try unit(text, &position)
        if (0xD800..<0xDC00).contains(code) {
            guard text[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { throw Fault.syntax }
            position += 2
            let low = try unit(text, &position)
            guard (0xDC00..<0xE000).contains(low) else { throw Fault.syntax }
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw Fault.syntax }
        return scalar
    }

    private static func unit(_ text: ArraySlice<UInt8>, _ position: inout Int) throws(Fault) -> UInt32 {
        guard position + 4 <= text.endIndex,
            let code = UInt32(String(decoding: text[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw Fault.syntax }
        position += 4
        return code
    }
}
