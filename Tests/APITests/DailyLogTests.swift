import Fields
import Foundation
import TestSupport
import Testing

@testable import API

@Suite struct `The log of a server` {
    @Test func `is one file a day, of its own alone, and no line is lost when the day ends`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("logs-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        // 23:30 in Paris.
        let clock = TestClock(at: try Instant(fieldText: "2026-06-15T21:30:00Z"))
        let descriptor = dup(STDERR_FILENO)
        defer { close(descriptor) }
        let log = DailyLog(in: folder, name: "serve-8080", descriptor: descriptor, clock: clock.source)
        let writer = FileHandle(fileDescriptor: descriptor)
        try log.turn()
        try writer.write(contentsOf: Data("first\n".utf8))
        // Started again on the same day, it goes on in the same file.
        try log.turn()
        try writer.write(contentsOf: Data("second\n".utf8))
        clock.advance(seconds: 3600)
        try writer.write(contentsOf: Data("third\n".utf8))
        try log.turn()
        try writer.write(contentsOf: Data("fourth\n".utf8))
        func text(_ day: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent("serve-8080-\(day).log"), encoding: .utf8)
        }
        #expect(try text("2026-06-15") == "first\nsecond\nthird\n")
        #expect(try text("2026-06-16") == "fourth\n")
        let attributes = try FileManager.default.attributesOfItem(atPath: log.file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
}
