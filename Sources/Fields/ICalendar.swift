/// A calendar as agendas subscribe to it: RFC 5545, whole days only.
public struct ICalendar: Sendable {
    /// Something on a day.
    public struct Event: Sendable, Hashable {
        /// The same for the same thing at every reading; what an agenda recognises it by.
        public var uid: String
        /// The day.
        public var day: Day
        /// When it last changed.
        public var stamp: Instant
        /// What agendas show.
        public var summary: String

        /// An event.
        public init(uid: String, day: Day, stamp: Instant, summary: String) {
            self.uid = uid
            self.day = day
            self.stamp = stamp
            self.summary = summary
        }
    }

    /// What agendas call it.
    public var name: String
    /// What is in it.
    public var events: [Event]

    /// A calendar.
    public init(name: String, events: [Event]) {
        self.name = name
        self.events = events
    }

    /// The file: lines of at most 75 octets, each ended by CRLF.
    public var text: String {
        var lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Plateforme Autonomie 31//pa31//FR", "CALSCALE:GREGORIAN",
            "X-WR-CALNAME:\(Self.escaped(name))", "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        ]
        for event in events {
            lines += [
                "BEGIN:VEVENT", "UID:\(Self.escaped(event.uid))", "DTSTAMP:\(Self.basic(event.stamp))",
                "DTSTART;VALUE=DATE:\(Self.basic(event.day))", "SUMMARY:\(Self.escaped(event.summary))",
                // A day to remember, not one that is taken.
                "TRANSP:TRANSPARENT", "END:VEVENT",
            ]
        }
        lines.append("END:VCALENDAR")
        return lines.map { Self.folded($0) + "\r\n" }.joined()
    }

    /// One appointment to be put into an agenda, of one hour unless people agree otherwise.
    public static func appointment(uid: String, at start: Instant, stamp: Instant, summary: String, location: String?)
        -> String
    {
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Plateforme Autonomie 31//pa31//FR", "CALSCALE:GREGORIAN",
            "METHOD:PUBLISH", "BEGIN:VEVENT", "UID:\(escaped(uid))", "DTSTAMP:\(basic(stamp))",
            "DTSTART:\(basic(start))",
            "DTEND:\(basic(start.adding(seconds: 3600)))", "SUMMARY:\(escaped(summary))",
        ]
        let place = location.map { ["LOCATION:\(escaped($0))"] } ?? []
        return (lines + place + ["END:VEVENT", "END:VCALENDAR"]).map { folded($0) + "\r\n" }.joined()
    }

    /// `20240531`.
    private static func basic(_ day: Day) -> String { day.fieldText.filter { $0 != "-" } }

    /// `20240531T102030Z`.
    private static func basic(_ instant: Instant) -> String {
        String(instant.fieldText.filter { $0 != "-" && $0 != ":" }.prefix(15)) + "Z"
    }

    /// A text as a value (§3.3.11): marks that mean something escaped, a new line written out, other controls left out.
    static func escaped(_ text: String) -> String {
        // Scalars: for Swift, CR and LF are one character, and so is a mark with a combining accent.
        var out = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\", ";", ",": out.append(contentsOf: ["\\", scalar])
            case "\n" where previous == "\r": break
            case "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}": out.append(contentsOf: ["\\", "n"])
            case "\t": out.append(scalar)
            case "\u{0}"..<" ", "\u{7F}"..<"\u{A0}": break
            default: out.append(scalar)
            }
            previous = scalar
        }
        return String(out)
    }

    /// A line of more than 75 octets goes on in the next, which begins with a space (§3.1); never within a character.
    static func folded(_ line: String) -> String {
        var out = String.UnicodeScalarView()
        var octets = 0
        for scalar in line.unicodeScalars {
            let width = UTF8.width(scalar)
            if octets + width > 75 {
                out.append(contentsOf: ["\r", "\n", " "])
                octets = 1
            }
            out.append(scalar)
            octets += width
        }
        return String(out)
    }
}
