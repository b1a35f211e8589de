import CLibPQ
import Fields
public import NIOCore

/// Rows → JSON without decoding: cells are copied from the result into the buffer, escaped where they are texts.
///
/// `targets.md`: Foundation's encoder takes 60 times as long for a list of 20.
extension Rows {
    /// Appends one row as an object.
    public func writeJSON(row: Int, into buffer: inout ByteBuffer) {
        layout.write(result, row, into: &buffer)
    }

    /// Appends every row as an array.
    public func writeJSON(into buffer: inout ByteBuffer) { prefix(count).writeJSON(into: &buffer) }
}

extension RowSlice {
    /// Appends the rows as an array.
    public func writeJSON(into buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(ascii: "["))
        for row in 0..<length {
            if row > 0 { buffer.writeInteger(UInt8(ascii: ",")) }
            rows.layout.write(rows.result, row, into: &buffer)
        }
        buffer.writeInteger(UInt8(ascii: "]"))
    }
}

extension RowLayout {
    func write(_ result: ResultSet, _ row: Int, into buffer: inout ByteBuffer) {
        if fields.isEmpty {
            buffer.writeString("{}")
            return
        }
        // Six bytes for each byte of a text is the longest escape (\u0001); two quotes and the braces come on top.
        var capacity = 2
        for column in fields.indices {
            capacity += prefixes[column].count + 6 * Int(PQgetlength(result.handle, Int32(row), Int32(column))) + 8
        }
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: capacity) { destination in
            var writer = CellWriter(bytes: destination.baseAddress!.assumingMemoryBound(to: UInt8.self))
            for (column, field) in fields.enumerated() {
                prefixes[column].withUnsafeBufferPointer { writer.copy($0.baseAddress!, $0.count) }
                if PQgetisnull(result.handle, Int32(row), Int32(column)) == 1 {
                    writer.copy("null")
                    continue
                }
                let length = Int(PQgetlength(result.handle, Int32(row), Int32(column)))
                let cell = UnsafeRawPointer(PQgetvalue(result.handle, Int32(row), Int32(column))!)
                    .assumingMemoryBound(to: UInt8.self)
                switch field.kind {
                case .integer, .number, .array, .object, .json: writer.copy(cell, length)
                case .boolean: writer.copy(cell[0] == UInt8(ascii: "t") ? "true" : "false")
                case .instant: writer.instant(cell, length)
                case .string, .pattern, .cases, .uuid, .day: writer.string(cell, length)
                }
            }
            writer.put(UInt8(ascii: "}"))
            return writer.length
        }
    }
}

/// Writes cells into memory the caller has made large enough.
private struct CellWriter {
    let bytes: UnsafeMutablePointer<UInt8>
    var length = 0

    init(bytes: UnsafeMutablePointer<UInt8>) { self.bytes = bytes }

    @inline(__always)
    mutating func put(_ byte: UInt8) {
        bytes[length] = byte
        length += 1
    }

    @inline(__always)
    mutating func copy(_ source: UnsafePointer<UInt8>, _ count: Int) {
        (bytes + length).update(from: source, count: count)
        length += count
    }

    @inline(__always)
    mutating func copy(_ text: StaticString) { copy(text.utf8Start, text.utf8CodeUnitCount) }

    /// A text in quotes: runs without special characters are copied whole.
    mutating func string(_ cell: UnsafePointer<UInt8>, _ count: Int) {
        put(UInt8(ascii: "\""))
        var start = 0
        for position in 0..<count {
            let byte = cell[position]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            copy(cell + start, position - start)
            start = position + 1
            put(UInt8(ascii: "\\"))
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): put(byte)
            case 0x0A: put(UInt8(ascii: "n"))
            case 0x0D: put(UInt8(ascii: "r"))
            case 0x09: put(UInt8(ascii: "t"))
            default:
                copy("u00")
                put(byte >> 4 == 0 ? UInt8(ascii: "0") : UInt8(ascii: "1"))
                let low = byte & 15
                put(low < 10 ? 0x30 + low : 0x57 + low)
            }
        }
        copy(cell + start, count - start)
        put(UInt8(ascii: "\""))
    }

    /// `2024-05-31 10:20:30.123+00` → `"2024-05-31T10:20:30.123Z"`; sessions are in UTC.
    mutating func instant(_ cell: UnsafePointer<UInt8>, _ count: Int) {
        put(UInt8(ascii: "\""))
        let start = length
        let isUTC = count > 13 && cell[count - 3] == UInt8(ascii: "+")
        copy(cell, isUTC ? count - 3 : count)
        if count > 10 { bytes[start + 10] = UInt8(ascii: "T") }
        if isUTC { put(UInt8(ascii: "Z")) }
        put(UInt8(ascii: "\""))
    }
}
