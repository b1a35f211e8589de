import Fields
import Foundation
import Testing

@testable import Contract

@Suite struct `A body with a national insurance number` {
    struct Part: Decodable, Sendable, Hashable {
        var label: String?
        var siret: SIRET?
    }
    struct Body: Decodable, Sendable {
        var title: String
        var phone: String?
        var tags: [String]?
        var part: Part?
        var change: Change<String> = .unchanged
    }

    static let number = "1 85 03 31 555 123 48"

    @Test(arguments: [
        (#"{"title":"N"}"#, ["/title"]), (#"{"title":"a","tags":["b","N"]}"#, ["/tags/1"]),
        (#"{"title":"a","part":{"label":"N"}}"#, ["/part/label"]),
        (#"{"title":"N","change":"N"}"#, ["/title", "/change"]),
    ])
    func `is refused, by the place and never by the number`(body: String, pointers: [String]) async throws {
        let found = try await refusal {
            try await Probe<Nothing, Nothing, Body>().send(
                body: body.replacingOccurrences(of: "\"N\"", with: "\"\(Self.number)\""))
        }
        #expect(found?.problem == .nationalNumber)
        #expect(found?.errors.map(\.pointer) == pointers)
        #expect(!"\(String(describing: found))".contains("555"))
    }

    @Test func `is not seen in a telephone or an establishment's number, and never told again as a name`() async throws
    {
        let call = try await Probe<Nothing, Nothing, Body>().send(
            body: #"{"title":"a","phone":"1850331555123","part":{"siret":"21310555400017"}}"#)
        #expect(call?.body.phone == "1850331555123")
        for body in [#"{"title":"a","1850331555123":1}"#, #"{"title":"a","part":{"1 85 03 31 555 123 48":1}}"#] {
            let found = try await refusal { try await Probe<Nothing, Nothing, Body>().send(body: body) }
            #expect(found?.problem == .malformed)
            #expect(!"\(String(describing: found))".contains("555"))
        }
    }
}
