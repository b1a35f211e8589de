import Foundation

/// A calendar day. Which day an instant falls on is always asked of Europe/Paris (`domain.md` §4).
public struct Day: FieldScalar, Comparable, CustomStringConvertible {
    /// Days since 1 January 1970.
    public var number: Int

    /// The day so many days after 1 January 1970.
    public init(number: Int) { self.number = number }

    /// A day of the Gregorian calendar, or nil when there is none such.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Day.length(ofMonth: month, year: year)
        else { return nil }
        // Days from civil, H. Hinnant, https://howardhinnant.github.io/date_algorithms.html
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        number = era * 146_097 + dayOfEra - 719_468
    }

    /// The day it is in Paris at an instant.
    public init(_ instant: Instant) {
        let seconds = floored(instant.microseconds, by: 1_000_000).quotient
        number = floored(seconds + Day.offsetOfParis(atSeconds: seconds), by: 86_400).quotient
    }

    /// How many seconds clocks in Paris are ahead of UTC, so many seconds after 1970.
    static func offsetOfParis(atSeconds seconds: Int) -> Int {
        paris.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    }

    private static let paris = TimeZone(identifier: "Europe/Paris") ?? TimeZone(secondsFromGMT: 3600)!

    private static func length(ofMonth month: Int, year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Year, month and day of the month.
    public var parts: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// Instants order as their numbers.
    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }

    /// A day in the contract.
    public static var fieldKind: Shape.Kind { .day }
    /// 1 January 1970.
    public static var placeholder: Day { Day(number: 0) }
    /// `2024-05-31`.
    public var fieldText: String {
        let (year, month, day) = parts
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
    /// The same as the text form.
    public var description: String { fieldText }

    /// Reads `2024-05-31`.
    public init(fieldText: String) throws(Expectation) {
        let digits = Array(fieldText.utf8)
        let isShaped =
            digits.count == 10
            && digits.enumerated().allSatisfy { $0 == 4 || $0 == 7 ? $1 == 0x2D : (0x30...0x39).contains($1) }
        func number(_ range: Range<Int>) -> Int { digits[range].reduce(0) { $0 * 10 + Int($1) - 0x30 } }
        guard isShaped, let day = Day(year: number(0..<4), month: number(5..<7), day: number(8..<10)) else {
            throw Expectation(fr: "un jour AAAA-MM-JJ qui existe", en: "an existing day, YYYY-MM-DD")
        }
        self = day
    }
}

/// A point in time, to the microsecond, as PostgreSQL keeps it.
public struct Instant: FieldScalar, Comparable, CustomStringConvertible {
    /// Microseconds since 1 January 1970, 00:00 UTC.
    public var microseconds: Int

    /// The instant so many microseconds after 1 January 1970, 00:00 UTC.
    public init(microseconds: Int) { self.microseconds = microseconds }

    /// This instant moved by so many seconds.
    public func adding(seconds: Int) -> Instant { Instant(microseconds: microseconds + seconds * 1_000_000) }

    /// Earlier is less.
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    /// An instant in the contract.
    public static var fieldKind: Shape.Kind { .instant }
    /// The start of 1970.
    public static var placeholder: Instant { Instant(microseconds: 0) }
    /// RFC 3339 in UTC: `2024-05-31T10:20:30.123456Z`, without a fraction when there is none.
    public var fieldText: String {
        let (seconds, fraction) = floored(microseconds, by: 1_000_000)
        let (day, second) = floored(seconds, by: 86_400)
        let clock = "\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2))"
        return "\(Day(number: day).fieldText)T\(clock)\(fraction == 0 ? "" : "." + padded(fraction, 6))Z"
    }
    /// The same as the text form.
    public var description: String { fieldText }

    /// What a clock in Paris shows, to the minute: `2024-05-31 12:20`.
    public var parisMinute: String {
        let seconds = floored(microseconds, by: 1_000_000).quotient
        let (_, second) = floored(seconds + Day.offsetOfParis(atSeconds: seconds), by: 86_400)
        return "\(Day(self).fieldText) \(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
    }

    /// Reads RFC 3339 with any offset, and PostgreSQL's own `2024-05-31 10:20:30.123+00`.
    public init(fieldText: String) throws(Expectation) {
        guard let microseconds = Instant.parse(Array(fieldText.utf8)) else {
            throw Expectation(
                fr: "un instant RFC 3339, par exemple 2024-05-31T10:20:30Z",
                en: "an RFC 3339 instant, for example 2024-05-31T10:20:30Z")
        }
        self.microseconds = microseconds
    }

    private static func parse(_ text: [UInt8]) -> Int? {
        guard text.count >= 20, let day = try? Day(fieldText: String(decoding: text[0..<10], as: UTF8.self)),
            [0x54, 0x74, 0x20].contains(text[10]), text[13] == 0x3A, text[16] == 0x3A
        else { return nil }
        guard let hour = twoDigits(text, at: 11), let minute = twoDigits(text, at: 14),
            let second = twoDigits(text, at: 17), hour < 24, minute < 60, second < 60
        else { return nil }
        var position = 19
        var fraction = 0
        if text[position] == 0x2E {
            var scale = 100_000
            position += 1
            let start = position
            while position < text.count, (0x30...0x39).contains(text[position]) {
                fraction += (Int(text[position]) - 0x30) * scale
                scale /= 10
                position += 1
            }
            guard position > start else { return nil }
        }
        guard let offset = offset(Array(text[position...])) else { return nil }
        return ((day.number * 86_400 + hour * 3600 + minute * 60 + second - offset) * 1_000_000) + fraction
    }

    /// The number that two digits make: Swift's own reading would take `+1` and `-0`.
    private static func twoDigits(_ text: [UInt8], at start: Int) -> Int? {
        guard start + 2 <= text.count, text[start..<start + 2].allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int(text[start] - 0x30) * 10 + Int(text[start + 1] - 0x30)
    }

    /// The seconds of `Z`, `+02`, `+02:00`.
    private static func offset(_ text: [UInt8]) -> Int? {
        if text == [0x5A] || text == [0x7A] { return 0 }
        guard text.count == 3 || (text.count == 6 && text[3] == 0x3A), text[0] == 0x2B || text[0] == 0x2D,
            let hours = twoDigits(text, at: 1), let minutes = text.count == 3 ? 0 : twoDigits(text, at: 4),
            hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (text[0] == 0x2D ? -1 : 1)
    }
}

/// Division that rounds down, also before 1970. In whole numbers: a Double is too coarse for microseconds after 2514.
private func floored(_ number: Int, by divisor: Int) -> (quotient: Int, remainder: Int) {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
