import CLibPQ
import Fields
public import NIOCore

/// Rows → lines of a file for programs (RFC 4180), byte for byte as `CSVWriter` writes the rows' `cells`. Cells are copied from the
/// result where no text has to be made of them: a list of 100,000 is as fast as PostgreSQL's own COPY.
extension Rows {
    /// Appends every row as a line.
    public func writeCSV(into buffer: inout ByteBuffer) {
        for row in 0..<count { layout.writeCSV(result, row, into: &buffer) }
    }
}

extension RowLayout {
    func writeCSV(_ result: ResultSet, _ row: Int, into buffer: inout ByteBuffer) {
        // Each byte may be a quote, which is doubled; two quotes, an apostrophe and a separator come on top. An instant's text may be
        // longer than its cell.
        var capacity = 2
        for column in fields.indices {
            capacity += 2 * max(40, Int(PQgetlength(result.handle, Int32(row), Int32(column)))) + 4
        }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { destination in
            var line = LineWriter(bytes: destination.baseAddress!.assumingMemoryBound(to: UInt8.self))
            for (column, field) in fields.enumerated() {
                if column > 0 { line.put(UInt8(ascii: ",")) }
                if PQgetisnull(result.handle, Int32(row), Int32(column)) == 1 {
                    // A lone empty cell would make a blank line, which readers skip.
                    if fields.count == 1 {
                        line.quoted(UnsafeBufferPointer(start: nil, count: 0), isNeutralised: false)
                    }
                    continue
                }
                let cell = UnsafeBufferPointer(
                    start: UnsafeRawPointer(PQgetvalue(result.handle, Int32(row), Int32(column))!)
                        .assumingMemoryBound(to: UInt8.self),
                    count: Int(PQgetlength(result.handle, Int32(row), Int32(column))))
                switch field.kind {
                case .integer, .number: line.copy(cell)
                case .boolean: line.copy(cell.first == UInt8(ascii: "t") ? "true" : "false")
                case .array where cell.count == 2 && fields.count > 1: break
                case .instant, .array: line.text(of: Self.text(of: cell, field.kind), isLone: fields.count == 1)
                case .string, .pattern, .cases, .uuid, .day, .object, .json: line.text(cell, isLone: fields.count == 1)
                }
            }
            line.put(0x0D)
            line.put(0x0A)
            return line.length
        }
    }

    /// What stands in the file for a cell that is not copied.
    private static func text(of cell: UnsafeBufferPointer<UInt8>, _ kind: Shape.Kind) -> String {
        let text = String(decoding: cell, as: UTF8.self)
        if case .array = kind { return joined(text, by: "|") }
        return (try? Instant(fieldText: text))?.fieldText ?? text
    }

    /// The elements of a list of texts as one text, of things with codes their codes; a list of anything else as it is.
    static func joined(_ text: String, by separator: String) -> String {
        guard case .array(let elements) = try? JSON.parse(Array(text.utf8)) else { return text }
        let texts = elements.compactMap { $0.string ?? $0["code"]?.string }
        return texts.count == elements.count ? texts.joined(separator: separator) : text
    }
}

/// Writes a line's cells into memory the caller has made large enough.
private struct LineWriter {
    let bytes: UnsafeMutablePointer<UInt8>
    var length = 0

    init(bytes: UnsafeMutablePointer<UInt8>) { self.bytes = bytes }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        bytes[length] = byte
        length += 1
    }

    mutating func copy(_ cell: UnsafeBufferPointer<UInt8>) {
        guard let start = cell.baseAddress else { return }
        (bytes + length).update(from: start, count: cell.count)
        length += cell.count
    }

    mutating func copy(_ text: StaticString) {
        (bytes + length).update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        length += text.utf8CodeUnitCount
    }

    mutating func text(of text: String, isLone: Bool) {
        var text = text
        text.withUTF8 { self.text($0, isLone: isLone) }
    }

    /// A text: an apostrophe before a formula, quotes around what a reader might cut.
    mutating func text(_ cell: UnsafeBufferPointer<UInt8>, isLone: Bool) {
        let isNeutralised = Self.startsLikeAFormula(cell)
        if Self.isAtRisk(cell, isNeutralised: isNeutralised) || isLone && cell.isEmpty {
            return quoted(cell, isNeutralised: isNeutralised)
        }
        if isNeutralised { put(UInt8(ascii: "'")) }
        copy(cell)
    }

    mutating func quoted(_ cell: UnsafeBufferPointer<UInt8>, isNeutralised: Bool) {
        let quote = UInt8(ascii: "\"")
        put(quote)
        if isNeutralised { put(UInt8(ascii: "'")) }
        for byte in cell {
            if byte == quote { put(quote) }
            put(byte)
        }
        put(quote)
    }

    /// As `CSVWriter` judges: whichever separator a reader guesses.
    private static func isAtRisk(_ cell: UnsafeBufferPointer<UInt8>, isNeutralised: Bool) -> Bool {
        guard let first = cell.first, let last = cell.last else { return false }
        if last == 0x20 || first == 0x20 && !isNeutralised { return true }
        if first == 0xEF, cell.count >= 3, cell[1] == 0xBB, cell[2] == 0xBF { return true }
        for byte in cell where byte <= 0x3B {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: ";"), UInt8(ascii: ","), 0x09, 0x0A, 0x0D: return true
            default: continue
            }
        }
        return false
    }

    /// As `CSVFormula` judges, on bytes: signs of Latin and of full width.
    private static func startsLikeAFormula(_ cell: UnsafeBufferPointer<UInt8>) -> Bool {
        var place = 0
        while place < cell.count, cell[place] == UInt8(ascii: "'") { place += 1 }
        guard place < cell.count else { return false }
        switch cell[place] {
        case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0A, 0x0D: return true
        case 0xEF where place + 2 < cell.count && cell[place + 1] == 0xBC:
            return [0x9D, 0x8B, 0x8D, 0xA0].contains(cell[place + 2])
        default: return false
        }
    }
}
