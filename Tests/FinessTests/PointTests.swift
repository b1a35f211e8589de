import Finess
import Testing

@testable import Finess

@Suite struct `A point` {
    /// Values of pyproj for points of these files, as another reader of them publishes,
    /// and the pairs of the new layout's official sample.
    @Test(arguments: [
        (870_262.2, 6_571_540.8, 46.22229, 5.20918), (941_342.52, 6_589_480.53, 46.362063, 6.139885),
        (873_766.07, 6_570_414.61, 46.211257, 5.254203), (882_408.3, 6_543_019.6, 45.962401654, 5.355651288),
    ])
    func `in Lambert 93 is converted to within a metre`(x: Double, y: Double, latitude: Double, longitude: Double) {
        let point = Lambert93.degrees(x: x, y: y)
        #expect(abs(point.latitude - latitude) < 0.000_009)
        #expect(abs(point.longitude - longitude) < 0.000_012)
    }

    @Test func `at the projection's origin is 46.5 north, 3 east`() {
        let point = Lambert93.degrees(x: 700_000, y: 6_600_000)
        #expect(abs(point.latitude - 46.5) < 1e-9)
        #expect(abs(point.longitude - 3) < 1e-9)
    }

    @Test(arguments: [
        "1,ATLASANTE,100,IGN,BD_ADRESSE,V2.2,LAMBERT_93", "LAMBERT_93", "2,ATLASANTE,90,BAN,EPSG:2154 RGF93/Lambert-93",
        "RGF93 / Lambert-93",
    ])
    func `is in Lambert 93 by any of its names`(source: String) {
        #expect(Lambert93.isMeant(by: source))
    }

    @Test(arguments: ["UTM_N20", "EPSG:4471 RGM04/UTM zone 38S (Mayotte)", "WGS84/UTM zone 21N", "RGR92_UTM40S", ""])
    func `is not in Lambert 93 by another name`(source: String) {
        #expect(!Lambert93.isMeant(by: source))
    }

    @Test(
        arguments: [
            ("43.6", "1.44", "31", [:]), ("43,6", "1,44", "31", [:]), ("1.44", "43.6", "31", [.coordinatesSwapped: 1]),
            ("-20.9", "55.4", "974", [:]), ("55.4", "-20.9", "974", [.coordinatesSwapped: 1]),
        ] as [(String, String, String, [FinessProblem.Kind: Int])])
    func `in degrees is kept, in order`(
        latitude: String, longitude: String, departement: String, problems: [FinessProblem.Kind: Int]
    ) async throws {
        let outcome = try await read(
            "finess;departement;latitude;longitude\n310000013;\(departement);\(latitude);\(longitude)\n")
        #expect(outcome.establishments.first?.latitude == (departement == "31" ? 43.6 : -20.9))
        #expect(outcome.establishments.first?.longitude == (departement == "31" ? 1.44 : 55.4))
        #expect(outcome.counts == problems)
    }

    @Test(
        arguments: [
            ("0", "0", "31", .outsideFrance), ("43.6", "-20", "31", .outsideFrance),
            ("-20.9", "55.4", "31", .outsideFrance),
            ("43.6", "1.44", "974", .outsideFrance), ("nord", "1.44", "31", .coordinatesForm),
            ("nan", "inf", "31", .coordinatesForm), ("1e400", "1.44", "31", .coordinatesForm),
        ] as [(String, String, String, FinessProblem.Kind)])
    func `that cannot be there is left out, its row kept`(
        latitude: String, longitude: String, departement: String, problem: FinessProblem.Kind
    ) async throws {
        let outcome = try await read(
            "finess;departement;latitude;longitude\n310000013;\(departement);\(latitude);\(longitude)\n")
        #expect(outcome.establishments.count == 1)
        #expect(outcome.establishments.first?.latitude == nil)
        #expect(outcome.establishments.first?.longitude == nil)
        #expect(outcome.counts == [problem: 1])
        #expect(outcome.group(problem)?.examples.first?.column == "latitude")
    }

    @Test func `may come as metres or in one column of a table`() async throws {
        let metres = try await read(
            "finess;coordxet;coordyet;sourcecoordet\n310000013;870262.2;6571540.8;1,ATLASANTE,100,LAMBERT_93\n")
        #expect(abs((metres.establishments.first?.latitude ?? 0) - 46.22229) < 0.00001)
        #expect(metres.summary.problems == [])
        let both = try await read("finess;coord\n310000013;43.6, 1.44\n310000310;43.6\n")
        #expect(both.establishments.map(\.latitude) == [43.6, nil])
        #expect(both.counts == [.coordinatesForm: 1])
    }
}
