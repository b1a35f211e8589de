/// The bytes of a JSON document as they come: values are taken or skipped whole, the document never is.
struct JSONSource {
    /// How the taking of a value ended.
    enum End {
        case whole
        /// The value is over the limit; it was skipped.
        case tooLarge
        /// The file ends within it.
        case cut
    }

    /// Larger values are skipped.
    let limit: Int
    /// The line the next byte stands on, from 1.
    private(set) var line = 1
    private var source: ByteSource
    private var position: Int

    init(_ source: ByteSource, from position: Int, limit: Int) {
        self.source = source
        self.position = position
        self.limit = limit
    }

    /// The next byte that is no space, without taking it; nil at the end.
    mutating func peek() throws -> UInt8? {
        while true {
            while position < source.piece.count {
                let byte = source.piece[position]
                guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
                if byte == 0x0A { line += 1 }
                position += 1
            }
            position = 0
            guard try source.advance() else { return nil }
        }
    }

    /// Takes the byte that `peek` showed.
    mutating func take() { position += 1 }

    /// Takes a value into a buffer, or skips it. What is balanced is one value; whether it is right, who reads it sees.
    mutating func value(into buffer: inout [UInt8], isKept: Bool) throws -> End {
        buffer.removeAll(keepingCapacity: true)
        guard try peek() != nil else { return .cut }
        var scan = Scan()
        var size = 0
        while true {
            let start = position
            let isDone = scan.run(source.piece, &position)
            line += scan.lines
            size += position - start
            if isKept, size <= limit { buffer.append(contentsOf: source.piece[start..<position]) }
            if isDone { return isKept && size > limit ? .tooLarge : .whole }
            position = 0
            guard try source.advance() else { return .cut }
        }
    }

    /// Finds a value's end across pieces.
    private struct Scan {
        private var depth = 0
        private var isInString = false
        private var isEscaped = false
        private var isStarted = false
        /// Lines that ended in the last piece.
        private(set) var lines = 0

        /// Moves behind the value, or behind the piece; true when the value is over.
        mutating func run(_ piece: [UInt8], _ position: inout Int) -> Bool {
            lines = 0
            while position < piece.count {
                let byte = piece[position]
                if isInString {
                    position += 1
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                        if depth == 0 { return true }
                    }
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    // The end of what the value stands in.
                    if depth == 0 { return true }
                    depth -= 1
                    if depth == 0 {
                        position += 1
                        return true
                    }
                case UInt8(ascii: ","), 0x20, 0x0D, 0x09:
                    if depth == 0, isStarted { return true }
                case 0x0A:
                    if depth == 0, isStarted { return true }
                    lines += 1
                default: break
                }
                isStarted = true
                position += 1
            }
            return false
        }
    }
}
