/// Cuts lines into cells: RFC 4180, and what is written in its place.
struct RecordParser {
    private static let quote = UInt8(ascii: "\"")

    let separator: UInt8
    /// The cells' bytes, without their quotes.
    private(set) var bytes: [UInt8] = []
    /// Where each cell stands in `bytes`.
    private(set) var cells: [Range<Int>] = []
    /// A quote is open: the record goes on on the next line.
    private(set) var isOpen = false
    /// Quotes that neither enclose a cell nor are doubled.
    private(set) var strayQuotes = 0
    private var openStart = 0

    init(separator: UInt8) { self.separator = separator }

    /// Forgets the record before.
    mutating func begin() {
        bytes.removeAll(keepingCapacity: true)
        cells.removeAll(keepingCapacity: true)
        isOpen = false
        strayQuotes = 0
    }

    /// Reads a line, the record's first or a further one; without `quoting`, quotes are plain characters.
    mutating func append(_ line: [UInt8], quoting: Bool = true) {
        var position = 0
        if isOpen {
            bytes.append(0x0A)
            position = readQuoted(line, from: 0, cellStart: nil)
            if isOpen || position >= line.count { return }
            position += 1
        }
        while true {
            if position < line.count, line[position] == RecordParser.quote {
                if quoting {
                    isOpen = true
                    openStart = bytes.count
                    position = readQuoted(line, from: position + 1, cellStart: position)
                    if isOpen { return }
                } else {
                    position = readPlain(line, from: position + 1)
                }
            } else {
                position = readPlain(line, from: position)
            }
            if position >= line.count { return }
            position += 1
        }
    }

    /// Reads up to the separator; returns where it stands.
    private mutating func readPlain(_ line: [UInt8], from start: Int) -> Int {
        var end = start
        while end < line.count, line[end] != separator { end += 1 }
        let first = bytes.count
        bytes.append(contentsOf: line[start..<end])
        cells.append(first..<bytes.count)
        return end
    }

    /// Reads up to the closing quote and the separator behind it, or to the line's end with the quote still open.
    private mutating func readQuoted(_ line: [UInt8], from start: Int, cellStart: Int?) -> Int {
        var position = start
        while position < line.count {
            let byte = line[position]
            position += 1
            if byte != RecordParser.quote {
                bytes.append(byte)
            } else if position < line.count, line[position] == RecordParser.quote {
                bytes.append(byte)
                position += 1
            } else {
                return close(line, behind: position, cellStart: cellStart)
            }
        }
        return position
    }

    private mutating func close(_ line: [UInt8], behind position: Int, cellStart: Int?) -> Int {
        isOpen = false
        var end = position
        while end < line.count, line[end] != separator { end += 1 }
        if line[position..<end].contains(where: { $0 != 0x20 }) {
            // `"LES LILAS" RÉSIDENCE`: the quotes are part of the text, nobody doubled them.
            strayQuotes += 1
            if let cellStart {
                bytes.removeSubrange(openStart...)
                bytes.append(contentsOf: line[cellStart..<end])
            } else {
                bytes.append(contentsOf: line[position..<end])
            }
        }
        cells.append(openStart..<bytes.count)
        return end
    }
}
