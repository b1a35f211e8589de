/// The physical lines of a file. A line over the limit is never held: its beginning is kept, the rest skipped.
struct LineSource {
    /// Longer lines are skipped.
    static let limit = 64 * 1024

    /// One line, without its line break.
    struct Line {
        var bytes: [UInt8] = []
        /// From 1.
        var number = 0
        /// It is over the limit: `bytes` is its beginning.
        var isCut = false
        /// Nothing follows it, not even a line break.
        var isUnfinished = false
    }

    private var source: ByteSource
    private var position = 0
    private var number = 0
    private var lineEnd: UInt8 = 0x0A
    private var isAtEnd = false

    /// The lines from a position of the piece that was read first.
    init(_ source: ByteSource, from position: Int) {
        self.source = source
        self.position = position
        // One kind of line end for the whole file: a lone carriage return in a name must not cut a row.
        if !source.piece.contains(0x0A), source.piece.contains(0x0D) { lineEnd = 0x0D }
    }

    /// Reads the next line; false at the end.
    mutating func next(_ line: inout Line) throws -> Bool {
        line.bytes.removeAll(keepingCapacity: true)
        line.isCut = false
        line.isUnfinished = false
        number += 1
        line.number = number
        while true {
            if position >= source.piece.count {
                position = 0
                if !isAtEnd { isAtEnd = try !source.advance() }
                if isAtEnd {
                    line.isUnfinished = true
                    return !line.bytes.isEmpty
                }
            }
            let end = source.piece[position...].firstIndex(of: lineEnd)
            let stop = end ?? source.piece.count
            let room = LineSource.limit - line.bytes.count
            if stop - position > room { line.isCut = true }
            line.bytes.append(contentsOf: source.piece[position..<min(stop, position + max(0, room))])
            position = stop + 1
            if end != nil {
                if line.bytes.last == 0x0D, !line.isCut { line.bytes.removeLast() }
                return true
            }
        }
    }
}
