import Crypto
import Fields

/// One text form of a document, whoever writes it: RFC 8785. Members in the order of their names, no white space, the fewest
/// escapes, numbers as the shortest decimal. So its SHA-256 is the same on every machine.
enum CanonicalJSON {
    /// The canonical bytes.
    static func bytes(_ json: JSON) -> [UInt8] {
        var out: [UInt8] = []
        write(json, into: &out)
        return out
    }

    /// SHA-256 of bytes.
    static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    /// Bytes in hexadecimal, lower case.
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func write(_ json: JSON, into out: inout [UInt8]) {
        switch json {
        case .null, .bool: out.append(contentsOf: json.bytes)
        case .number(let text): out.append(contentsOf: number(text).utf8)
        case .string(let text): string(text, into: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                write(element, into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            // By UTF-16 code units, as RFC 8785 §3.2.3 has it.
            let sorted = members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
            for (position, member) in sorted.enumerated() {
                if position > 0 { out.append(UInt8(ascii: ",")) }
                string(member.name, into: &out)
                out.append(UInt8(ascii: ":"))
                write(member.value, into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// A decimal as PostgreSQL writes it, without zeros that say nothing. Reports hold whole numbers within 2^53 and decimals of at
    /// most three places, which every reader of JSON writes so.
    static func number(_ text: String) -> String {
        guard text.contains("."), !text.contains(where: { "eE".contains($0) }) else { return text == "-0" ? "0" : text }
        var short = text[...]
        while short.hasSuffix("0") { short.removeLast() }
        if short.hasSuffix(".") { short.removeLast() }
        return short == "-0" ? "0" : String(short)
    }

    private static func string(_ text: String, into out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(contentsOf: [UInt8(ascii: "\\"), byte])
            case 0x08: out.append(contentsOf: "\\b".utf8)
            case 0x09: out.append(contentsOf: "\\t".utf8)
            case 0x0A: out.append(contentsOf: "\\n".utf8)
            case 0x0C: out.append(contentsOf: "\\f".utf8)
            case 0x0D: out.append(contentsOf: "\\r".utf8)
            case 0..<0x20: out.append(contentsOf: "\\u00\(hexadecimal([byte]))".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}
