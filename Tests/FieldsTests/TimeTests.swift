import Fields
import Foundation
import Testing

struct DayTests {
    @Test(arguments: [
        ("1970-01-01", 0), ("1969-12-31", -1), ("2000-02-29", 11_016), ("2024-02-29", 19_782), ("2024-12-31", 20_088),
        ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
    ])
    func `a day has its number, and is written as it is read`(text: String, number: Int) throws {
        let day = try Day(fieldText: text)
        #expect(day.number == number)
        #expect(day.fieldText == text)
        #expect(Day(number: number) == day)
    }

    @Test(arguments: [
        "2023-02-29", "1900-02-29", "2100-02-29", "2024-02-30", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00",
        "2024-01-32", "0000-01-01", "24-01-01", "2024-1-1", "2024/01/01", "31/12/2024", "2024-01-01 ", " 2024-01-01",
        "2024-01-01T00:00:00Z", "20240101", "+024-01-01", "-024-01-01", "٢٠٢٤-01-01", "", "infinity",
    ])
    func `a day that does not exist, or is written otherwise, is refused`(text: String) {
        #expect(throws: Expectation.self) { try Day(fieldText: text) }
    }

    /// Each day of four centuries once, against Foundation's calendar.
    @Test func `days follow one another as in the Gregorian calendar`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "UTC")!
        let first = try Day(fieldText: "1900-01-01").number
        let last = try Day(fieldText: "2300-12-31").number
        #expect(last - first == 146_461)
        var before = Day(number: first - 1)
        for number in first...last {
            let day = Day(number: number)
            let (year, month, dayOfMonth) = day.parts
            if number % 50 == 0 {
                let date = Date(timeIntervalSince1970: Double(number) * 86_400)
                let parts = calendar.dateComponents([.year, .month, .day], from: date)
                #expect([year, month, dayOfMonth] == [parts.year, parts.month, parts.day])
            }
            guard Day(year: year, month: month, day: dayOfMonth) == day, before < day else {
                Issue.record("\(day)")
                return
            }
            before = day
        }
    }

    @Test(arguments: [
        // Winter: one hour ahead of UTC.
        ("2023-12-31T22:59:59.999999Z", "2023-12-31"), ("2023-12-31T23:00:00Z", "2024-01-01"),
        // Summer: two.
        ("2024-06-30T21:59:59Z", "2024-06-30"), ("2024-06-30T22:00:00Z", "2024-07-01"),
        // The night in which clocks go forward, and the one in which they go back.
        ("2024-03-30T22:59:59Z", "2024-03-30"), ("2024-03-30T23:00:00Z", "2024-03-31"),
        ("2024-03-31T21:59:59Z", "2024-03-31"), ("2024-03-31T22:00:00Z", "2024-04-01"),
        ("2024-10-26T21:59:59Z", "2024-10-26"), ("2024-10-26T22:00:00Z", "2024-10-27"),
        ("2024-10-27T22:59:59Z", "2024-10-27"), ("2024-10-27T23:00:00Z", "2024-10-28"),
        ("1969-12-31T22:59:59.999999Z", "1969-12-31"), ("1969-12-31T23:00:00Z", "1970-01-01"),
    ])
    func `the day of an instant is Paris's`(instant: String, day: String) throws {
        #expect(Day(try Instant(fieldText: instant)).fieldText == day)
        #expect(TimeSource.fixed(try Instant(fieldText: instant)).today.fieldText == day)
    }
}

struct InstantTests {
    @Test(arguments: [
        ("2024-05-31T10:20:30Z", "2024-05-31T10:20:30Z"), ("2024-05-31t10:20:30z", "2024-05-31T10:20:30Z"),
        ("2024-05-31T10:20:30.1Z", "2024-05-31T10:20:30.100000Z"),
        ("2024-05-31T10:20:30.123456Z", "2024-05-31T10:20:30.123456Z"),
        ("2024-05-31T10:20:30.1234567Z", "2024-05-31T10:20:30.123456Z"),
        ("2024-05-31T10:20:30+02:00", "2024-05-31T08:20:30Z"), ("2024-01-01T00:30:00+01:00", "2023-12-31T23:30:00Z"),
        ("2024-05-31T23:20:30-05:30", "2024-06-01T04:50:30Z"),
        ("2024-05-31 10:20:30.5+00", "2024-05-31T10:20:30.500000Z"),
        ("2024-05-31 10:20:30+02", "2024-05-31T08:20:30Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
        ("2514-05-30T01:53:03.999999Z", "2514-05-30T01:53:03.999999Z"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
    ])
    func `an instant is read with any offset and written in UTC`(text: String, written: String) throws {
        let instant = try Instant(fieldText: text)
        #expect(instant.fieldText == written)
        #expect(try Instant(fieldText: written) == instant)
    }

    @Test(arguments: [
        "2024-05-31", "2024-05-31T10:20:30", "2024-05-31T10:20Z", "2024-05-31T24:00:00Z", "2024-05-31T10:60:00Z",
        "2024-05-31T10:20:60Z", "2024-02-30T10:20:30Z", "2024-05-31T10:20:30.Z", "2024-05-31T10:20:30,5Z",
        "2024-05-31T10:20:30+2:00", "2024-05-31T10:20:30+24:00", "2024-05-31T10:20:30+02:60", "2024-05-31T10:20:30Zx",
        "2024-05-31T+1:20:30Z", "2024-05-31T10:-0:30Z", "2024-05-31T10:20:+5Z", "2024-05-31T10:20:30++1:00",
        "2024-05-31T10:20:30+02:-0", "2024-05-31T10:20:30 +02:00", "", "infinity", "1717150830",
    ])
    func `an instant that does not exist, or is written otherwise, is refused`(text: String) {
        #expect(throws: Expectation.self) { try Instant(fieldText: text) }
    }

    @Test func `instants order and move by seconds, across the start of 1970`() {
        let before = Instant(microseconds: -1)
        #expect(before.adding(seconds: 1) == Instant(microseconds: 999_999))
        #expect(before < Instant(microseconds: 0))
        #expect(before.fieldText == "1969-12-31T23:59:59.999999Z")
    }

    @Test func `the machine's clock is Foundation's`() {
        let before = Date().timeIntervalSince1970
        let now = Double(TimeSource.system.now().microseconds) / 1_000_000
        let after = Date().timeIntervalSince1970
        #expect(now >= before - 0.001)
        #expect(now <= after + 0.001)
    }
}

struct IDSourceTests {
    @Test func `ids are UUIDv7 of their instant, in its order, and all differ`() throws {
        let instant = try Instant(fieldText: "2024-05-31T10:20:30.123Z")
        let ids = (0..<1000).map {
            IDSource.random.make(Identifier<Never>.self, at: instant.adding(seconds: $0)).fieldText
        }
        #expect(Set(ids).count == 1000)
        #expect(ids == ids.sorted())
        for id in ids {
            #expect(id.dropFirst(14).first == "7")
            #expect("89ab".contains(id.dropFirst(19).first ?? "x"))
        }
        let milliseconds = Int(ids[0].replacing("-", with: "").prefix(12), radix: 16)
        #expect(milliseconds == instant.microseconds / 1000)
        let sameInstant = (0..<1000).map { _ in IDSource.random.make(Identifier<Never>.self, at: instant).fieldText }
        #expect(Set(sameInstant).count == 1000)
    }
}
