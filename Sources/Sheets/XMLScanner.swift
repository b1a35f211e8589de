internal import Fields

/// What an XML document is made of, in its order.
enum XMLEvent: Equatable {
    /// An element opens; names are without their prefix.
    case start(String, [String: String])
    case end(String)
    case text(String)
}

/// Walks XML as it is inflated, holding one mark or one text at a time. Written for workbooks: no DTD, so no entity but the five
/// of XML itself, UTF-8 only, everything bounded. Foundation's parser would need the whole document in memory.
struct XMLScanner {
    /// One mark or one text, in bytes.
    static let longest = 1 << 18
    static let deepest = 64

    private let entry: String
    private let next: () throws -> [UInt8]?
    private var buffer: [UInt8] = []
    private var position = 0
    private var open: [String] = []
    private var isClosing: String?
    private var hasRoot = false

    /// Reads from chunks; `entry` is the document's name, for refusals.
    init(entry: String, next: @escaping () throws -> [UInt8]?) {
        self.entry = entry
        self.next = next
    }

    /// The next event; nil at the end of the document.
    mutating func event() throws -> XMLEvent? {
        if let name = isClosing {
            isClosing = nil
            open.removeLast()
            return .end(name)
        }
        while true {
            guard let first = try peek() else {
                guard open.isEmpty, hasRoot else { throw damaged() }
                return nil
            }
            if first == UInt8(ascii: "<") {
                position += 1
                if let event = try mark() { return event }
            } else {
                let text = try self.text()
                // Between elements of the outermost level there are only spaces, and a byte order mark.
                if !open.isEmpty { return .text(try Self.decoded(text, damaged())) }
                guard text.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }) else {
                    throw damaged()
                }
            }
        }
    }

    private func damaged() -> Refusal { SheetRefusals.damaged(entry) }

    private mutating func peek() throws -> UInt8? {
        while position == buffer.count {
            guard let chunk = try next() else { return nil }
            buffer = chunk
            position = 0
        }
        return buffer[position]
    }

    private mutating func byte() throws -> UInt8 {
        guard let byte = try peek() else { throw damaged() }
        position += 1
        return byte
    }

    private mutating func text() throws -> [UInt8] {
        var text: [UInt8] = []
        while let byte = try peek(), byte != UInt8(ascii: "<") {
            let end = buffer[position...].firstIndex(of: UInt8(ascii: "<")) ?? buffer.count
            text += buffer[position..<end]
            position = end
            guard text.count <= Self.longest else { throw damaged() }
        }
        return text
    }

    /// What follows a `<`; nil for what says nothing.
    private mutating func mark() throws -> XMLEvent? {
        switch try peek() {
        case UInt8(ascii: "!"): return try declaration()
        case UInt8(ascii: "?"):
            let instruction = String(decoding: try until("?>"), as: UTF8.self).lowercased()
            if instruction.hasPrefix("?xml"), instruction.contains("encoding"), !instruction.contains("utf-8") {
                throw damaged()
            }
            return nil
        case UInt8(ascii: "/"):
            position += 1
            let name = try Self.localName(try until(">").filter { !Self.isSpace($0) }[...], damaged())
            guard open.popLast() == name else { throw damaged() }
            return .end(name)
        default: return try element()
        }
    }

    private mutating func declaration() throws -> XMLEvent? {
        var start: [UInt8] = []
        while start.count < 3 { start.append(try byte()) }
        if start == Array("!--".utf8) {
            _ = try until("-->")
            return nil
        }
        while start.count < 8, Array("![CDATA[".utf8).starts(with: start) { start.append(try byte()) }
        guard start == Array("![CDATA[".utf8) else {
            throw SheetRefusals.refused(
                fr: "\(entry) contient une DTD ou une entité, ce qu'aucun tableur n'écrit",
                en: "\(entry) holds a DTD or an entity, which no spreadsheet writes")
        }
        let text = try until("]]>")
        guard !open.isEmpty, let valid = String(validating: text, as: UTF8.self) else { throw damaged() }
        return .text(valid)
    }

    /// Everything up to a mark's end, without the end.
    private mutating func until(_ end: String) throws -> [UInt8] {
        let end = Array(end.utf8)
        var bytes: [UInt8] = []
        repeat {
            bytes.append(try byte())
            guard bytes.count <= Self.longest else { throw damaged() }
        } while !(bytes.last == end.last && bytes.suffix(end.count).elementsEqual(end))
        return bytes.dropLast(end.count)
    }

    private mutating func element() throws -> XMLEvent {
        var bytes: [UInt8] = []
        var quote: UInt8?
        while true {
            let byte = try byte()
            if let open = quote {
                if byte == open { quote = nil }
            } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
                quote = byte
            } else if byte == UInt8(ascii: ">") {
                break
            }
            guard byte != UInt8(ascii: "<"), bytes.count < Self.longest else { throw damaged() }
            bytes.append(byte)
        }
        var rest = bytes[...]
        let isEmpty = rest.last == UInt8(ascii: "/")
        if isEmpty { rest.removeLast() }
        let name = rest.prefix { !Self.isSpace($0) }
        rest = rest.dropFirst(name.count)
        let local = try Self.localName(name, damaged())
        guard open.count < Self.deepest, !open.isEmpty || !hasRoot else { throw damaged() }
        hasRoot = true
        open.append(local)
        if isEmpty { isClosing = local }
        return .start(local, try attributes(rest))
    }

    private func attributes(_ bytes: ArraySlice<UInt8>) throws -> [String: String] {
        var found: [String: String] = [:]
        var rest = bytes.drop(while: Self.isSpace)
        while !rest.isEmpty {
            let name = rest.prefix { $0 != UInt8(ascii: "=") && !Self.isSpace($0) }
            rest = rest.dropFirst(name.count).drop(while: Self.isSpace)
            guard rest.popFirst() == UInt8(ascii: "=") else { throw damaged() }
            rest = rest.drop(while: Self.isSpace)
            guard let quote = rest.popFirst(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
                let end = rest.firstIndex(of: quote)
            else { throw damaged() }
            let value = try Self.decoded(Array(rest[..<end]), damaged())
            // `r:id` and `id` never stand together in what is read here; a declaration of a namespace says nothing.
            found[try Self.localName(name, damaged())] = value
            rest = rest[(end + 1)...].drop(while: Self.isSpace)
        }
        return found
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }

    private static func localName(_ bytes: ArraySlice<UInt8>, _ refusal: @autoclosure () -> Refusal) throws -> String {
        let local = bytes.lastIndex(of: UInt8(ascii: ":")).map { bytes[($0 + 1)...] } ?? bytes
        guard !local.isEmpty, let name = String(validating: local, as: UTF8.self) else { throw refusal() }
        return name
    }

    /// A text with XML's five entities and numbers of characters replaced, line ends as XML reads them.
    private static func decoded(_ bytes: [UInt8], _ refusal: @autoclosure () -> Refusal) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else { throw refusal() }
        guard bytes.contains(UInt8(ascii: "&")) || bytes.contains(0x0D) else { return text }
        var out = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\r":
                if rest.first != "\n" { out.append("\n") }
            case "&":
                guard let end = rest.prefix(12).firstIndex(of: ";"),
                    let character = character(of: String(rest[..<end]))
                else { throw refusal() }
                out.append(character)
                rest = rest[rest.index(after: end)...]
            default: out.append(scalar)
            }
        }
        return String(out)
    }

    private static func character(of entity: String) -> Unicode.Scalar? {
        switch entity {
        case "amp": "&"
        case "lt": "<"
        case "gt": ">"
        case "quot": "\""
        case "apos": "'"
        default:
            if entity.hasPrefix("#x") {
                UInt32(entity.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init)
            } else if entity.hasPrefix("#") {
                UInt32(entity.dropFirst()).flatMap(Unicode.Scalar.init)
            } else {
                nil
            }
        }
    }
}
