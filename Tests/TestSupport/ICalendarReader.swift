import Fields

/// Reads a calendar as strictly as RFC 5545 is written: what a lenient agenda would forgive is an error here.
public struct ICalendarReader {
    /// One event: its properties by name with their parameters, texts as people read them.
    public struct Event: Sendable, Hashable {
        /// What it is recognised by.
        public var uid = ""
        /// Its day.
        public var day = Day(number: 0)
        /// When it last changed.
        public var stamp = ""
        /// What is shown.
        public var summary = ""
    }

    /// What is wrong, and in which line.
    public struct Wrong: Error, Hashable {
        let reason: String
        let line: String
    }

    /// What agendas call it.
    public private(set) var name = ""
    /// Its events.
    public private(set) var events: [Event] = []

    /// Reads a whole file.
    public init(_ bytes: [UInt8]) throws {
        let lines = try Self.unfolded(bytes).map(Self.property)
        guard lines.first?.name == "BEGIN", lines.first?.value == "VCALENDAR", lines.last?.name == "END",
            lines.last?.value == "VCALENDAR"
        else { throw Wrong(reason: "not one calendar", line: lines.first?.value ?? "") }
        var calendar: [String: Int] = [:]
        var open: [Property]?
        for line in lines.dropFirst().dropLast() {
            switch (line.name, line.value, open == nil) {
            case ("BEGIN", "VEVENT", true): open = []
            case ("END", "VEVENT", false):
                events.append(try Self.event(open ?? []))
                open = nil
            case ("BEGIN", _, _), ("END", _, _): throw Wrong(reason: "nested wrongly", line: line.value)
            case (_, _, false): open?.append(line)
            case (_, _, true):
                calendar[line.name, default: 0] += 1
                if line.name == "X-WR-CALNAME" { name = try Self.text(line.value) }
                if line.name == "VERSION", line.value != "2.0" { throw Wrong(reason: "version", line: line.value) }
            }
        }
        guard open == nil, calendar["VERSION"] == 1, calendar["PRODID"] == 1 else {
            throw Wrong(reason: "VERSION and PRODID stand once", line: "")
        }
        guard Set(events.map(\.uid)).count == events.count else { throw Wrong(reason: "a UID twice", line: "") }
    }

    private struct Property {
        var name: String
        var parameters: [String]
        var value: String
    }

    /// Physical lines: CRLF ends each, 75 octets at most, whole characters; a line that begins with a space goes on.
    private static func unfolded(_ bytes: [UInt8]) throws -> [String] {
        var lines: [String] = []
        var current: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x0D else {
                guard byte != 0x0A else {
                    throw Wrong(reason: "a bare LF", line: String(decoding: current, as: UTF8.self))
                }
                current.append(byte)
                position += 1
                continue
            }
            guard position + 1 < bytes.count, bytes[position + 1] == 0x0A else {
                throw Wrong(reason: "a bare CR", line: String(decoding: current, as: UTF8.self))
            }
            guard let line = String(validating: current, as: UTF8.self) else {
                throw Wrong(reason: "cut within a character", line: String(decoding: current, as: UTF8.self))
            }
            guard current.count <= 75 else { throw Wrong(reason: "\(current.count) octets", line: line) }
            if current.first == 0x20 {
                guard let last = lines.popLast() else { throw Wrong(reason: "goes on from nothing", line: line) }
                // Scalars: a space with what joins it is one character for Swift.
                lines.append(last + String(String.UnicodeScalarView(line.unicodeScalars.dropFirst())))
            } else {
                guard !current.isEmpty else { throw Wrong(reason: "an empty line", line: "") }
                lines.append(line)
            }
            current = []
            position += 2
        }
        guard current.isEmpty else { throw Wrong(reason: "no CRLF at the end", line: "") }
        return lines
    }

    private static func property(_ line: String) throws -> Property {
        let halves = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = (halves.first ?? "").split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        let isName = parts[0].allSatisfy { ("A"..."Z").contains($0) || $0 == "-" } && !parts[0].isEmpty
        guard halves.count == 2, isName, parts.dropFirst().allSatisfy({ $0.contains("=") }) else {
            throw Wrong(reason: "no property", line: line)
        }
        guard !halves[1].unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\t" || $0.value == 0x7F }) else {
            throw Wrong(reason: "a control", line: line)
        }
        return Property(name: parts[0], parameters: Array(parts.dropFirst()), value: String(halves[1]))
    }

    private static func event(_ properties: [Property]) throws -> Event {
        let byName = Dictionary(grouping: properties, by: \.name)
        func one(_ name: String, _ parameters: [String] = []) throws -> String {
            guard let found = byName[name], found.count == 1, found[0].parameters == parameters else {
                throw Wrong(reason: "\(name) stands once, with \(parameters)", line: "")
            }
            return found[0].value
        }
        let known: Set = ["UID", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP"]
        guard Set(byName.keys).isSubset(of: known) else { throw Wrong(reason: "unknown: \(byName.keys)", line: "") }
        let date = try one("DTSTART", ["VALUE=DATE"])
        guard date.wholeMatch(of: /[0-9]{8}/) != nil,
            let day = Day(
                year: Int(date.prefix(4)) ?? 0, month: Int(date.dropFirst(4).prefix(2)) ?? 0,
                day: Int(date.suffix(2)) ?? 0)
        else { throw Wrong(reason: "no day", line: date) }
        let stamp = try one("DTSTAMP")
        guard stamp.wholeMatch(of: /[0-9]{8}T[0-9]{6}Z/) != nil else { throw Wrong(reason: "no instant", line: stamp) }
        return Event(uid: try text(one("UID")), day: day, stamp: stamp, summary: try text(one("SUMMARY")))
    }

    /// A TEXT value: `\\`, `\;`, `\,`, `\n` and nothing else escaped, no bare mark that must be.
    private static func text(_ value: String) throws -> String {
        var out = String.UnicodeScalarView()
        var isEscape = false
        for scalar in value.unicodeScalars {
            switch (isEscape, scalar) {
            case (true, "\\"), (true, ";"), (true, ","): out.append(scalar)
            case (true, "n"), (true, "N"): out.append("\n")
            case (true, _): throw Wrong(reason: "an unknown escape", line: value)
            case (false, "\\"):
                isEscape = true
                continue
            case (false, ";"), (false, ","): throw Wrong(reason: "a bare mark", line: value)
            case (false, _): out.append(scalar)
            }
            isEscape = false
        }
        guard !isEscape else { throw Wrong(reason: "an open escape", line: value) }
        return String(out)
    }
}
