/// The records of a file of lines. A quote that is never closed costs one record, not the rest of the file.
struct RecordSource {
    /// What became of a record's lines.
    enum State: Equatable {
        case whole
        /// Its quote is never closed: it was read again with quotes as plain characters, and so many lines behind it
        /// that look like no record were skipped.
        case unclosed(skipped: Int)
        /// It is over the limit: only its beginning was read.
        case tooLong
    }

    private var lines: LineSource
    /// Whether a line can only be the beginning of a record.
    var looksLikeRecord: (_ line: [UInt8]) -> Bool = { _ in false }
    /// The record's cells.
    private(set) var parser: RecordParser
    /// What became of its lines.
    private(set) var state = State.whole
    /// The line it starts on, from 1.
    private(set) var line = 0
    /// It is the last, and no line break follows it.
    private(set) var isUnfinished = false
    private var current = LineSource.Line()
    private var isHeld = false

    init(_ lines: LineSource, separator: UInt8) {
        self.lines = lines
        parser = RecordParser(separator: separator)
    }

    /// Reads the next record; false at the end. Blank lines are none.
    mutating func next() throws -> Bool {
        repeat {
            guard try take() else { return false }
        } while !current.isCut && current.bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 }
        line = current.number
        isUnfinished = current.isUnfinished
        state = current.isCut ? .tooLong : .whole
        parser.begin()
        parser.append(current.bytes)
        if parser.isOpen {
            if current.isCut { readPlainly(current.bytes) } else { try readOn() }
        }
        return true
    }

    private mutating func take() throws -> Bool {
        if isHeld {
            isHeld = false
            return true
        }
        return try lines.next(&current)
    }

    private mutating func readPlainly(_ first: [UInt8]) {
        parser.begin()
        parser.append(first, quoting: false)
    }

    /// Takes further lines until the quote is closed, or a line looks like the next record.
    private mutating func readOn() throws {
        let first = current.bytes
        var skipped = 0
        var size = first.count
        while try take() {
            if looksLikeRecord(current.bytes) {
                isHeld = true
                break
            }
            skipped += 1
            // Beyond the limit the quote is known not to be closed, and lines are only skipped.
            size += current.bytes.count + 1
            guard size <= LineSource.limit, parser.isOpen else {
                if parser.isOpen { readPlainly(first) }
                continue
            }
            parser.append(current.bytes)
            isUnfinished = current.isUnfinished
            if !parser.isOpen { return }
        }
        readPlainly(first)
        state = .unclosed(skipped: skipped)
    }
}
