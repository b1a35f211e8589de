import Fields
import Finess
import Foundation
import Testing

@Suite struct `Real files` {
    @Test func `of Haute-Garonne give every establishment`() async throws {
        let outcome = try await read(hauteGaronne)
        #expect(outcome.establishments.count == 1_933)
        let categories = Dictionary(grouping: outcome.establishments) { $0.category ?? "" }.mapValues(\.count)
        #expect(categories["460"] == 216)
        #expect(categories["500"] == 132)
        #expect(categories["354"] == 36)
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.isComplete)
        #expect(outcome.summary.format == .csv)
        #expect(
            outcome.summary.columns == [
                .finess, .legalEntityFiness, .usualName, .legalName, .insee, .departement, .category, .latitude,
                .longitude, .legalEntityName,
            ])
        #expect(outcome.establishments.allSatisfy { $0.latitude != nil && $0.departement == "31" })
        let first = try #require(outcome.establishments.first)
        var expected = Establishment(finess: "310000013", line: 2)
        expected.legalEntityFiness = "310180013"
        expected.usualName = "CTRE CONVAL GERONTO HOPITAUX DE LUCHON"
        expected.legalName = "LES HOPITAUX DE LUCHON CENTRE CONVALESCENCE ET GERONTOLOGIE"
        expected.category = "355"
        expected.insee = "31042"
        expected.departement = "31"
        expected.latitude = 42.79115282689532
        expected.longitude = 0.597284446381403
        #expect(first == expected)
    }

    @Test func `give only what is selected`() async throws {
        let outcome = try await read(hauteGaronne, FinessSelection(categories: ["460", "500"], departements: ["31"]))
        #expect(outcome.establishments.count == 348)
        #expect(outcome.summary.counts.selected == 348)
        #expect(outcome.summary.counts.outOfSelection == 1_933 - 348)
        #expect(outcome.summary.isComplete)
        let nothing = try await read(hauteGaronne, FinessSelection(departements: ["09"]))
        #expect(nothing.establishments == [])
        #expect(nothing.counts == [.nothingSelected: 1])
    }

    @Test func `of the historical layout give addresses, communes overseas and the file's day`() async throws {
        let outcome = try await read(sample("legacy_layout_sample.csv"))
        try #require(outcome.establishments.count == 14)
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.format == .legacy)
        #expect(outcome.summary.fileDate == Day(year: 2026, month: 5, day: 12))
        #expect(!outcome.summary.columns.contains(.latitude))
        var first = Establishment(finess: "010000024", line: 2)
        first.legalEntityFiness = "010780054"
        first.usualName = "CH DE FLEYRIAT"
        first.legalName = "CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT"
        (first.street, first.postalCode, first.city) = ("900 ROUTE DE PARIS", "01440", "VIRIAT")
        (first.insee, first.departement, first.phone) = ("01451", "01", "0474454647")
        (first.category, first.siret, first.siretCoherence) = ("355", "26010004500012", .ok)
        first.openedOn = Day(year: 1979, month: 2, day: 13)
        first.authorisedOn = first.openedOn
        first.updatedOn = Day(year: 2020, month: 2, day: 4)
        #expect(outcome.establishments.first == first)
        let places = outcome.establishments.map { "\($0.departement ?? "-") \($0.insee ?? "-")" }
        #expect(
            places == [
                "01 01451", "971 97123", "971 97127", "971 97127", "972 97207", "973 97302", "974 97411", "974 97410",
                "974 97408", "976 97606", "976 97610", "986 98613", "973 97302", "972 97209",
            ])
        let home = outcome.establishments[9]
        #expect(home.usualName == "LIEU DE VIE \"MAVOUNA MEMA 1\"")
        #expect(outcome.establishments[8].street == "1 C RUE RAYMOND BARRE")
        #expect(outcome.establishments[7].street == "40 CHEMIN SAFER MORANGE")
        #expect(outcome.establishments[5].city == "CAYENNE")
    }

    @Test func `damaged by a spreadsheet are explained once and imported`() async throws {
        let outcome = try await read(sample("spreadsheet_damaged_sample.csv"))
        #expect(outcome.establishments.map(\.finess) == ["010000024", "010000032"])
        #expect(
            outcome.counts == [
                .siretSpreadsheet: 2, .lostZeros: 2, .phoneZero: 2, .spreadsheetDate: 6, .positionAlone: 3,
            ])
        #expect(outcome.summary.counts.warnings == 15)
        let siret = try #require(outcome.group(.siretSpreadsheet))
        #expect(siret.explanation.fr.contains("passée par un tableur"))
        #expect(siret.severity == .warning)
        let example = try #require(siret.examples.first)
        #expect((example.line, example.column, example.value) == (2, "siret", "2,601E+13"))
        #expect(example.finess == "010000024")
        let first = try #require(outcome.establishments.first)
        #expect((first.departement, first.insee, first.phone) == ("01", "01053", "0474454647"))
        #expect(first.siret == nil)
        #expect(first.siretCoherence == .spreadsheet)
        #expect(first.openedOn == Day(year: 1979, month: 2, day: 13))
        #expect((first.postalCode, first.city) == ("01012", "BOURG EN BRESSE"))
        #expect(outcome.positions.map(\.finess) == ["010002301", "010002335", "010002350"])
        let point = try #require(outcome.positions.first)
        // Belley: the files of 2016 and today's address base agree to a few metres.
        #expect(abs((point.latitude ?? 0) - 45.961162) < 0.00001)
        #expect(abs((point.longitude ?? 0) - 5.357285) < 0.00001)
    }

    @Test func `of the new layout give establishments with their legal entity`() async throws {
        let outcome = try await read(sample("new_layout_sample.json"))
        #expect(outcome.summary.format == .json)
        #expect(outcome.summary.fileDate == Day(year: 2026, month: 3, day: 9))
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.isComplete)
        var clinic = Establishment(finess: "010780195", line: 114)
        clinic.line = outcome.establishments.first?.line ?? 0
        clinic.legalEntityFiness = "010000156"
        clinic.legalEntityName = "CLINIQUE CONVERT"
        clinic.legalEntitySiren = "772201489"
        clinic.legalStatus = "73"
        (clinic.usualName, clinic.legalName) = ("CLINIQUE CONVERT", "CLINIQUE DOCTEUR CONVERT")
        (clinic.category, clinic.siret, clinic.siretCoherence) = ("365", "77220148900022", .ok)
        (clinic.street, clinic.addressExtra) = ("62 AVENUE DE JASSERON", "BP 132")
        (clinic.postalCode, clinic.city) = ("01000", "BOURG EN BRESSE")
        (clinic.insee, clinic.departement, clinic.phone) = ("01053", "01", "0428631234")
        (clinic.latitude, clinic.longitude) = (46.211257, 5.254203)
        clinic.openedOn = Day(year: 1956, month: 11, day: 16)
        clinic.authorisedOn = clinic.openedOn
        clinic.isClosed = false
        clinic.updatedOn = Day(year: 2021, month: 10, day: 18)
        #expect(outcome.establishments.first == clinic)
        let closed = try #require(outcome.establishments.last)
        #expect(closed.finess == "010787190")
        #expect(closed.isClosed == true)
        #expect(closed.closedOn == Day(year: 1993, month: 1, day: 1))
        #expect(closed.usualName == "SMUR POLYCLINIQUE AMBERIEU")
        #expect(closed.siretCoherence == .missing)
    }

    @Test func `of the new layout agree with their own metres once these are put in order`() async throws {
        var text = try String(contentsOf: sample("new_layout_sample.json"), encoding: .utf8)
        text = text.replacingOccurrences(of: "\"directionLatitude\"", with: "\"other\"")
        let outcome = try await read(text)
        let clinic = try #require(outcome.establishments.first)
        // The published pair has six decimals: a tenth of a metre.
        #expect(abs((clinic.latitude ?? 0) - 46.211257) < 0.000_002)
        #expect(abs((clinic.longitude ?? 0) - 5.254203) < 0.000_002)
        #expect(outcome.counts == [.coordinatesSwapped: 1])
    }
}
