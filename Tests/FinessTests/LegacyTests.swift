import Fields
import Finess
import Foundation
import Testing

@Suite struct `The historical extract` {
    private let head = "finess;etalab;111;2026-05-12\n"
    private let first = number(1)
    private let second = number(2)
    private let third = number(3)

    @Test func `gives points after its establishments, in both of their layouts`() async throws {
        let outcome = try await read(
            """
            \(head)\(structure(first))
            \(structure(second))
            geolocalisation;\(first);573000.5;6280000.25;1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2020-01-01
            geolocalisation;\(second);573000.5;6280000.25;1;ATLASANTE;100;IGN;BD_ADRESSE;V2.1;LAMBERT_93;2016-02-29

            """)
        #expect(outcome.establishments.map(\.finess) == [first, second])
        try #require(outcome.positions.map(\.finess) == [first, second])
        #expect(outcome.positions.map(\.line) == [4, 5])
        #expect(outcome.positions[0].latitude == outcome.positions[1].latitude)
        #expect(abs((outcome.positions[0].latitude ?? 0) - 43.6) < 0.1)
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.counts.positions == 2)
        #expect(outcome.summary.columns.contains(.latitude))
    }

    @Test func `names projections that are not converted, each once`() async throws {
        let sources = [
            "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,UTM_N20", "1,ATLASANTE,90,IGN,BD_ADRESSE,V2.2,UTM_N20",
            "2,ATLASANTE,100,BDADRESSE,EPSG:4471 RGM04/UTM zone 38S (Mayotte)",
        ]
        let lines = sources.enumerated().map { index, source in
            "geolocalisation;\(number(index));657242.9;1795384.4;\(source);2020-01-01"
        }
        let rows = sources.indices.map { structure(number($0)) }
        let outcome = try await read(head + (rows + lines).joined(separator: "\n") + "\n")
        let groups = outcome.summary.problems.filter { $0.kind == .otherProjection }
        #expect(groups.map(\.detail) == ["UTM_N20", "EPSG:4471 RGM04/UTM zone 38S (Mayotte)"])
        #expect(groups.map(\.count) == [2, 1])
        #expect(groups.first?.explanation.fr.contains("UTM_N20") == true)
        #expect(outcome.positions.map(\.latitude) == [nil, nil, nil])
        #expect(outcome.positions.first?.unknownProjection == "UTM_N20")
        #expect(outcome.establishments.count == 3)
    }

    @Test func `puts swapped coordinates in order and leaves out impossible ones`() async throws {
        let source = "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2020-01-01"
        let outcome = try await read(
            """
            \(head)\(structure(first))
            \(structure(second))
            \(structure(third))
            geolocalisation;\(first);6280000.25;573000.5;\(source)
            geolocalisation;\(second);0;0;\(source)
            geolocalisation;\(third);;;;

            """)
        #expect(outcome.positions.map(\.finess) == [first])
        #expect(abs((outcome.positions.first?.longitude ?? 0) - 1.43) < 0.1)
        #expect(outcome.counts == [.coordinatesSwapped: 1, .outsideFrance: 1])
    }

    @Test func `gives no points of establishments that are not wanted`() async throws {
        let point = "573000;6280000;1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93;2020-01-01"
        let outcome = try await read(
            """
            \(head)\(structure(first))
            \(structure(second, [18: "460"]))
            geolocalisation;\(first);\(point)
            geolocalisation;\(second);\(point)
            geolocalisation;\(third);\(point)

            """, FinessSelection(categories: ["460"]))
        #expect(outcome.establishments.map(\.finess) == [second])
        #expect(outcome.positions.map(\.finess) == [second, third])
        #expect(outcome.counts == [.positionAlone: 1])
    }

    @Test func `that is cut is incomplete, wherever the cut is`() async throws {
        let text = head + structure(first) + "\n" + structure(second) + "\n"
        let lines = head + structure(first) + "\n"
        // Behind the first line's end nothing tells a cut from the end.
        for cut in stride(from: text.utf8.count - 3, to: lines.utf8.count, by: -7) {
            let outcome = try await read(Array(text.utf8.prefix(cut)))
            #expect(outcome.establishments.map(\.finess) == [first])
            #expect(!outcome.summary.isComplete)
            #expect(outcome.counts == [.truncated: 1])
        }
        let point =
            "geolocalisation;\(first);573000;6280000;1;ATLASANTE;100;IGN;BD_ADRESSE;V2.1;LAMBERT_93;2016-02-29\n"
        let cutPoint = try await read(lines + point + point.prefix(50))
        #expect(cutPoint.positions.count == 1)
        #expect(!cutPoint.summary.isComplete)
    }

    @Test func `refuses lines of the wrong width or of another kind`() async throws {
        let outcome = try await read(
            """
            \(head)\(structure(first))
            \(structure(second));x
            \(structure(third).dropLast(12))
            autre;chose
            \(structure(number(4), [3: "LILAS ; ROSES"]))
            \(structure(number(5)))

            """)
        #expect(outcome.establishments.map(\.finess) == [first, number(5)])
        #expect(outcome.counts == [.columnCount: 3, .lineType: 1])
        #expect(outcome.summary.refusedNumbers == [second, third, number(4)])
        #expect(!outcome.summary.isComplete)
        #expect(outcome.group(.columnCount)?.examples.map(\.line) == [3, 4, 6])
    }

    @Test func `may lack its empty last column, its heading, or have the columns' names for one`() async throws {
        let short = String(structure(first).dropLast())
        let bare = try await read(short + "\n" + String(structure(second).dropLast()) + "\n")
        #expect(bare.establishments.count == 2)
        #expect(bare.summary.problems == [])
        #expect(bare.summary.fileDate == nil)
        let names = "finess;nofinesset;nofinessej;rs;siret;categetab;datemaj;telephone;ma note;voie;siret2;fin"
        let own = try await read("\(names)\nstructureet;\(first);\(second);LILAS;;500;2024-01-02;;à voir;RUE A;;\n")
        let row = try #require(own.establishments.first)
        #expect((row.usualName, row.category, row.street) == ("LILAS", "500", "RUE A"))
        #expect(own.summary.problems == [])
        let commas = try await read((head + structure(first) + "\n").replacingOccurrences(of: ";", with: ","))
        #expect(commas.establishments.first?.usualName == "LES TILLEULS")
    }

    @Test(arguments: [String.Encoding.utf8, .isoLatin1, .windowsCP1252])
    func `is read in the encoding it is in`(encoding: String.Encoding) async throws {
        let name = encoding == .windowsCP1252 ? "L’ŒUVRE D'ÉTÉ" : "RÉSIDENCE ÂGÉE N°2"
        let text = head + structure(first, [3: name]) + "\n"
        let outcome = try await read([UInt8](try #require(text.data(using: encoding))))
        #expect(outcome.establishments.first?.usualName == name)
        let expected: [String.Encoding: FinessEncoding] = [
            .utf8: .utf8, .isoLatin1: .latin1, .windowsCP1252: .windows1252,
        ]
        #expect(outcome.summary.encoding == expected[encoding])
        #expect(outcome.summary.problems == [])
    }

    @Test func `may mix two encodings`() async throws {
        var bytes = Array((head + structure(first, [3: "RÉSIDENCE"]) + "\n").utf8)
        let other = try #require((structure(second, [3: "ÉTÉ"]) + "\n").data(using: .isoLatin1))
        bytes.append(contentsOf: other)
        let outcome = try await read(bytes)
        #expect(outcome.establishments.map(\.usualName) == ["RÉSIDENCE", "ÉTÉ"])
        #expect(outcome.summary.encoding == .mixed)
        #expect(outcome.counts == [.mixedEncoding: 1])
    }

    @Test func `is not the table for a line that looks like a record in a quote`() async throws {
        let outcome = try await read(
            head + structure(first, [3: "\"LILAS"]) + "\n" + structure(second) + "\n")
        #expect(outcome.establishments.map(\.usualName) == ["LILAS", "LES TILLEULS"])
        #expect(outcome.counts == [.strayQuote: 1])
    }
}
