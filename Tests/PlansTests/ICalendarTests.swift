import Fields
import TestSupport
import Testing

@Suite struct `A calendar's file` {
    private func read(_ summaries: String..., name: String = "Agenda") throws -> ICalendarReader {
        let day = try Day(fieldText: "2024-02-29")
        let stamp = try Instant(fieldText: "2024-05-31T10:20:30.5Z")
        let events = summaries.enumerated().map {
            ICalendar.Event(uid: "event-\($0)@pa31", day: day, stamp: stamp, summary: $1)
        }
        return try ICalendarReader(Array(ICalendar(name: name, events: events).text.utf8))
    }

    @Test func `is read back by a strict reader, with its days and instants`() throws {
        let calendar = try read("Début prévu : A1.01 Tester un métier", name: "Plan, d'essai; vraiment")
        #expect(calendar.name == "Plan, d'essai; vraiment")
        let event = try #require(calendar.events.first)
        #expect(event.uid == "event-0@pa31")
        #expect(event.day.fieldText == "2024-02-29")
        #expect(event.stamp == "20240531T102030Z")
        #expect(event.summary == "Début prévu : A1.01 Tester un métier")
        #expect(try read().events == [])
    }

    static let texts = [
        "a;b,c\\d\ne", "\\n", "\\", ";", ",", "e\u{301};\u{301},\u{301}", "BEGIN:VEVENT\nEND:VEVENT",
        "\"deux\" : points",
        String(repeating: "é", count: 200), String(repeating: "🧑‍🤝‍🧑", count: 40), String(repeating: ",", count: 100),
        String(repeating: "a", count: 66), String(repeating: "a", count: 67), String(repeating: "a", count: 68),
        "fin en espace ", " début en espace", String(repeating: "a ", count: 80), "\ttab",
    ]

    @Test(arguments: texts) func `keeps every text, folded and escaped`(_ text: String) throws {
        #expect(try read(text).events.first?.summary == text)
    }

    @Test(arguments: [
        ("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\n\rb", "a\n\nb"), ("a\u{2028}b", "a\nb"),
        ("a\u{0}b\u{7F}c\u{1B}d", "abcd"),
    ]) func `writes any end of line as one, and no control`(_ text: String, _ expected: String) throws {
        #expect(try read(text).events.first?.summary == expected)
    }

    @Test func `folds at 75 octets exactly, byte for byte`() {
        let line = "SUMMARY:" + String(repeating: "a", count: 66) + "éb"
        let text = ICalendar(
            name: "x",
            events: [
                .init(
                    uid: "u", day: Day(number: 0), stamp: Instant(microseconds: 0),
                    summary: String(line.dropFirst("SUMMARY:".count)))
            ]
        ).text
        #expect(text.contains("SUMMARY:" + String(repeating: "a", count: 66) + "\r\n éb\r\n"))
        #expect(text.hasPrefix("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"))
        #expect(text.hasSuffix("END:VEVENT\r\nEND:VCALENDAR\r\n"))
    }
}
