import Fields
import Finess
import Foundation
import Testing

@Suite struct `The data set of 2026` {
    private let first = number(1)
    private let second = number(2)
    private let third = number(3)

    private func establishment(_ finess: String, _ more: String = "") -> String {
        """
        {"informationsGeneralesEGE":{"egeId":"1","numFinessEge":"\(finess)","nomEgeCourt":"LILAS"},
        "categorieentiteGeographiqueExercice":"500","etatObjet":"A"\(more)}
        """
    }

    private func entity(_ establishments: String...) -> String {
        """
        {"ege":[\(establishments.joined(separator: ","))],
        "informationsGeneralesPMEJ":{"numFinessPm":"310780671","denominationPm":"MAISON","siren":"772201489"},"etatObjet":"A"}
        """
    }

    private func document(_ entities: String...) -> String {
        "{\"schemaVersion\":\"v1\",\"gcc\":[{\"pmej\":[{}]}],\n\"pmej\":[\(entities.joined(separator: ",\n"))],\"gco\":[]}"
    }

    @Test func `may have its members in any order`() async throws {
        let outcome = try await read(
            document(entity(establishment(first), establishment(second)), entity(establishment(third))))
        #expect(outcome.establishments.map(\.finess) == [first, second, third])
        #expect(outcome.establishments.allSatisfy { $0.legalEntityFiness == "310780671" })
        #expect(outcome.establishments.allSatisfy { $0.legalEntityName == "MAISON" })
        #expect(outcome.establishments.map(\.line) == [2, 2, 6])
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.isComplete)
    }

    @Test func `gives the address of the place and the first phone number`() async throws {
        let more = """
            ,"adresse":[{"usageAdresse":"01","cogCommune":"31042","codePostal":"31110"},
            {"libelleVoie":"DES LILAS","typeVoie":"R","numeroVoie":"3","usageAdresse":"03","cogCommune":"31555",
            "codePostal":"31000","ligneAcheminement":"TOULOUSE CEDEX 4"}],
            "contact":[{"telecom":{"courriel":"a@b.fr"}},{"telecom":{"telephone":"0561234567"}},
            {"telecom":{"telephone":"0600000000","courriel":"c@d.fr"}}]
            """
        let outcome = try await read(document(entity(establishment(first, more))))
        let row = try #require(outcome.establishments.first)
        #expect((row.insee, row.postalCode, row.city, row.street) == ("31555", "31000", "TOULOUSE", "3 RUE DES LILAS"))
        #expect((row.phone, row.email) == ("0561234567", "a@b.fr"))
    }

    @Test func `gives the only address whatever its use`() async throws {
        let more = ",\"adresse\":[{\"usageAdresse\":\"02\",\"cogCommune\":\"31042\",\"codePostal\":\"31110\"}]"
        let outcome = try await read(document(entity(establishment(first, more))))
        #expect(outcome.establishments.first?.insee == "31042")
    }

    @Test(arguments: [
        ("R\\u00c9SIDENCE", "RÉSIDENCE"), ("\\ud83c\\udf33 ARBRE", "🌳 ARBRE"), ("A\\\"B\\\\C\\/D", "A\"B\\C/D"),
        ("A\\n\\tB", "A B"), ("{\\\"a\\\":[", "{\"a\":["), ("A\\u0000B", "AB"),
    ])
    func `may have escapes in its texts`(written: String, name: String) async throws {
        let text = document(entity(establishment(first), establishment(second)))
            .replacingOccurrences(of: "LILAS", with: written)
        let outcome = try await read(text)
        #expect(outcome.establishments.map(\.usualName) == [name, name])
    }

    @Test func `is the same on one line and indented`() async throws {
        let text = document(entity(establishment(first), establishment(second)))
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let pretty = try JSONSerialization.data(withJSONObject: object, options: [.prettyPrinted])
        let flat = try JSONSerialization.data(withJSONObject: object, options: [])
        for data in [pretty, flat] {
            let outcome = try await read([UInt8](data))
            #expect(outcome.establishments.map(\.finess) == [first, second])
            #expect(outcome.summary.problems == [])
        }
    }

    @Test func `that is cut keeps what came before, wherever the cut is`() async throws {
        let text = document(entity(establishment(first)), entity(establishment(second)))
        let bytes = Array(text.utf8)
        var counts: Set<Int> = []
        for cut in stride(from: 1, to: bytes.count - 1, by: 3) {
            let outcome = try await read(Array(bytes.prefix(cut)))
            #expect(!outcome.summary.isComplete, "cut at \(cut)")
            #expect(outcome.counts == [.truncated: 1], "cut at \(cut)")
            counts.insert(outcome.establishments.count)
        }
        #expect(counts == [0, 1, 2])
    }

    @Test func `loses a faulty legal entity only`() async throws {
        let outcome = try await read(
            document(entity(establishment(first)), "{\"ege\":[{\"etatObjet\" \"A\"}]}", entity(establishment(second))))
        #expect(outcome.establishments.map(\.finess) == [first, second])
        #expect(outcome.counts == [.jsonSyntax: 1])
        #expect(!outcome.summary.isComplete)
        #expect(outcome.group(.jsonSyntax)?.examples.first?.line == 5)
    }

    @Test func `stops where its brackets no longer match`() async throws {
        let outcome = try await read(
            "{\"pmej\":[\(entity(establishment(first))), 12, \(entity(establishment(second)))]}")
        #expect(outcome.establishments.map(\.finess) == [first])
        #expect(outcome.counts == [.jsonSyntax: 1])
        #expect(!outcome.summary.isComplete)
    }

    @Test func `skips a legal entity of many megabytes`() async throws {
        let padding = ",\"engagement\":[\"\(String(repeating: "x", count: 9 * 1024 * 1024))\"]"
        let outcome = try await read(document(entity(establishment(first, padding)), entity(establishment(second))))
        #expect(outcome.establishments.map(\.finess) == [second])
        #expect(outcome.counts == [.elementTooLarge: 1])
        #expect(!outcome.summary.isComplete)
    }

    @Test func `skips a legal entity of thousands of establishments`() async throws {
        let many = Array(repeating: "{}", count: 10_001)
        let outcome = try await read(
            document("{\"ege\":[\(many.joined(separator: ","))]}", entity(establishment(second))))
        #expect(outcome.establishments.map(\.finess) == [second])
        #expect(outcome.counts == [.elementTooLarge: 1])
    }

    @Test func `reports establishments without a number or twice`() async throws {
        let outcome = try await read(
            document(entity(establishment(first), "{\"etatObjet\":\"A\"}", establishment(first))))
        #expect(outcome.establishments.map(\.finess) == [first])
        #expect(outcome.counts == [.finessForm: 1, .identicalDuplicate: 1])
        #expect(!outcome.summary.isComplete)
    }

    @Test func `says who is closed, also without a date`() async throws {
        let closed = establishment(first).replacingOccurrences(of: "\"A\"", with: "\"I\"")
        let outcome = try await read(document(entity(closed, establishment(second))))
        #expect(outcome.establishments.map(\.isClosed) == [true, false])
        #expect(outcome.establishments.map(\.closedOn) == [nil, nil])
    }
}
