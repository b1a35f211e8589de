public import Foundation

/// Where the time comes from: the machine's clock in service, any instant in a test or a rehearsal.
public struct TimeSource: Sendable {
    /// The present instant.
    public var now: @Sendable () -> Instant

    /// A clock of one's own.
    public init(now: @escaping @Sendable () -> Instant) { self.now = now }

    /// The machine's clock.
    public static let system = TimeSource {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int(time.tv_sec) * 1_000_000 + Int(time.tv_nsec) / 1000)
    }

    /// A clock that stands still.
    public static func fixed(_ instant: Instant) -> TimeSource { TimeSource { instant } }

    /// The day it is in Paris.
    public var today: Day { Day(now()) }
}

/// Where ids come from: UUIDv7 (RFC 9562 §5.7), so that later rows sort after earlier ones.
public struct IDSource: Sendable {
    /// The next id, for something made at this instant.
    public var next: @Sendable (Instant) -> UUID

    /// A source of one's own.
    public init(next: @escaping @Sendable (Instant) -> UUID) { self.next = next }

    /// Random ids.
    public static let random = IDSource { instant in
        var generator = SystemRandomNumberGenerator()
        return uuid7(instant, high: UInt16.random(in: 0 ... .max, using: &generator), low: generator.next())
    }

    /// A typed id.
    public func make<Entity>(_ type: Identifier<Entity>.Type = Identifier<Entity>.self, at instant: Instant)
        -> Identifier<Entity>
    {
        Identifier(next(instant))
    }

    private static func uuid7(_ instant: Instant, high: UInt16, low: UInt64) -> UUID {
        let milliseconds = UInt64(max(0, instant.microseconds / 1000))
        func byte(_ value: UInt64, _ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) }
        return UUID(
            uuid: (
                byte(milliseconds, 40), byte(milliseconds, 32), byte(milliseconds, 24), byte(milliseconds, 16),
                byte(milliseconds, 8), byte(milliseconds, 0),
                0x70 | UInt8(high >> 8 & 0x0F), UInt8(high & 0xFF),
                0x80 | byte(low, 56) & 0x3F, byte(low, 48), byte(low, 40), byte(low, 32),
                byte(low, 24), byte(low, 16), byte(low, 8), byte(low, 0)
            ))
    }
}
