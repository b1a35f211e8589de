import API
import Contract
import Fields
import Foundation
import TestSupport
import Testing

/// `security.md` §3: every free text is looked through; the number is neither kept, nor told again, nor logged.
@Suite(.database) struct `A national insurance number in a body` {
    static let number = "2 69 05 2A 123 456 88"

    /// The places of a body that take any text, each with the value of the body's field that holds a number there.
    static func places(_ field: Shape.Field) -> [(pointer: String, value: JSON)] {
        guard !["phone", "siret", "finess"].contains(field.name) else { return [] }
        switch field.kind {
        case .string: return [("/\(field.name)", .string("Voir \(number)."))]
        case .array(.string): return [("/\(field.name)/0", .array([.string(number)]))]
        default: return []
        }
    }

    @Test func `is refused in every free text of every endpoint`() async throws {
        let matrix = try await EndpointMatrix()
        try await matrix.withServer { client in
            var asked = 0
            let before = try await TestDatabase.current.dumpUntouchedByServing()
            for endpoint in EndpointMatrix.endpoints where endpoint.upload == nil && endpoint.method != .get {
                for field in endpoint.bodyShape?.fields ?? [] {
                    for place in Self.places(field) {
                        var request = matrix.request(endpoint)
                        let example = (try? JSON.parse(Array((request.body ?? "{}").utf8)))?.members ?? []
                        request.body =
                            JSON.object(example.filter { $0.name != field.name } + [.init(field.name, place.value)])
                            .text
                        let token = matrix.tokens[`Every endpoint`.caller(of: endpoint)]
                        let answer = try await request.send(client, as: token)
                        answer.expect(422, of: request, "a number in \(field.name)")
                        #expect(answer.code == "text.national_insurance_number", "\(endpoint.id) \(field.name)")
                        #expect(answer.pointers == [place.pointer], "\(endpoint.id)")
                        #expect(!String(decoding: answer.body, as: UTF8.self).contains("123 456"), "\(endpoint.id)")
                        asked += 1
                    }
                }
            }
            #expect(asked > 20)
            #expect(try await TestDatabase.current.dumpUntouchedByServing() == before)
            #expect(!client.log.text.contains("123 456"))
        }
    }
}
