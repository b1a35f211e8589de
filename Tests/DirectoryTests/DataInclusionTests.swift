import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Directory

/// That the published package accepts every record is `deploy/faults/interchange.py`'s to show.
@Suite struct `A structure in the schema of data·inclusion` {
    private static func row(_ change: (inout InterchangeRow) -> Void = { _ in }) throws -> InterchangeRow {
        var row = InterchangeRow(
            finess: "310000018", usualName: "EHPAD Complet", kind: "500", kindName: "EHPAD", kindLabel: "Etablissement",
            publics: [.elderly, .carers], capacity: 80, siret: "21310555400017", legalEntityName: "CCAS",
            legalStatus: "17",
            areas: ["31", "243100518"], source: .finess, seenOn: try Day(fieldText: "2024-05-01"),
            fieldSources: ["phone": ["source": "team", "on": "2024-06-02"]])
        change(&row)
        return row
    }

    /// What becomes of a row at an instant: the structure, the service, or why neither.
    private static func map(
        _ row: InterchangeRow, at instant: String = "2024-06-15T10:00:00Z", site: String? = nil
    ) throws -> (
        structure: DataInclusionStructure?, service: DataInclusionService?, reason: DataInclusionLeftOut.Reason?
    ) {
        switch DataInclusionMapping(now: try Instant(fieldText: instant), site: site).map(row) {
        case .kept(let structure, let service): (structure, service, nil)
        case .leftOut(let reason): (nil, nil, reason)
        }
    }

    @Test func `says who publishes, what it is, and when anything of it was last written or seen`() throws {
        let (structure, service, _) = try Self.map(try Self.row(), site: "https://a.fr")
        #expect(structure?.id == "plateforme-autonomie-31--310000018")
        #expect(structure?.dateMaj.fieldText == "2024-06-02")
        #expect(structure?.lienSource == "https://a.fr/v1/structures/310000018")
        #expect(structure?.reseauxPorteurs == ["ccas-cias"])
        #expect(service?.structureID == structure?.id)
        #expect(service?.publics == ["seniors"] && service?.publicsPrecisions == "personnes âgées, aidants")
        #expect(service?.zoneEligibilite == ["31", "243100518"])
        #expect(service?.modesAccueil == ["en-presentiel"])
        #expect(service?.thematiques == ["famille--prise-en-charge-personne-dependante"])
        #expect(
            service?.description
                == "EHPAD : Etablissement. Publics : personnes âgées, aidants. Places : 80. Gestionnaire : CCAS. "
                + "Numéro FINESS : 310000018.")
    }

    @Test func `makes up nothing that is not known`() throws {
        let (structure, service, _) = try Self.map(
            try Self.row { row in
                row.publics = [.carers]
                row.areas = []
                row.kind = "460"
                row.legalStatus = nil
            })
        #expect(structure?.telephone == nil && structure?.lienSource == nil && structure?.reseauxPorteurs == nil)
        #expect(service?.publics == nil && service?.zoneEligibilite == nil && service?.modesMobilisation == nil)
        // It comes to people, for which the schema has no word.
        #expect(service?.modesAccueil == nil && service?.type == nil)
        // A hospital is no service of the sector.
        let hospital = try Self.map(try Self.row { $0.kind = "355" })
        #expect(hospital.structure != nil && hospital.service == nil)
    }

    @Test(arguments: [
        ("0561000000", "+33561000000"), ("05 61.00-00 00", "+33561000000"), ("+33 (0)5 61 00 00 00", "+33561000000"),
        ("+33561000000", "+33561000000"), ("3939", "3939"), ("0262000000", "0262000000"),
        ("+262262000000", "+262262000000"),
    ])
    func `has a phone number of one form`(written: String, expected: String) {
        #expect(DataInclusionMapping.phone(written) == expected)
    }

    @Test func `has no address that the schema would refuse`() {
        for good in ["contact@mairie-toulouse.fr", "a.b+c@x.example"] {
            #expect(DataInclusionMapping.email(good) == good)
        }
        let bad = ["a@b", "é@b.fr", "a..b@c.fr", ".a@b.fr", "a@b.test", "a@-b.fr", "a@b..fr", "a@b.1", "a@ab--c.fr"]
        for bad in bad + [String(repeating: "a", count: 65) + "@b.fr"] {
            #expect(DataInclusionMapping.email(bad) == nil, "\(bad)")
        }
        for good in ["https://www.toulouse.fr/a?b=c#d", "http://toulouse.fr:8080", "http://toulouse.fr"] {
            #expect(DataInclusionMapping.website(good) == good)
        }
        for bad in ["http://x.y..z/", "https://toulouse.fr:99999/", "https://a_b.fr/", "ftp://a.fr", "https://é.fr"] {
            #expect(DataInclusionMapping.website(bad) == nil, "\(bad)")
        }
    }

    @Test func `is left out without a name the schema takes, or a date`() throws {
        let long = String(repeating: "n", count: 151)
        #expect(try Self.map(try Self.row { $0.usualName = "XY" }).reason == .name)
        #expect(try Self.map(try Self.row { ($0.usualName, $0.legalName) = (long, long) }).reason == .name)
        #expect(
            try Self.map(try Self.row { ($0.usualName, $0.legalName) = (long, "Entier") }).structure?.nom == "Entier")
        #expect(try Self.map(try Self.row { $0.usualName = "Un point.." }).structure?.nom == "Un point")
        #expect(try Self.map(try Self.row { $0.usualName = "Soins etc." }).structure?.nom == "Soins etc.")
        #expect(try Self.map(try Self.row(), at: "2024-05-31T10:00:00Z").reason == .date)
        let ancient = try Day(fieldText: "1999-12-31")
        #expect(
            try Self.map(
                try Self.row {
                    $0.seenOn = ancient
                    $0.fieldSources = [:]
                }
            ).reason == .date)
    }

    @Test func `is not dated by tomorrow for who counts in UTC, while it is tomorrow in Paris`() throws {
        let (structure, _, _) = try Self.map(try Self.row(), at: "2024-06-01T22:30:00Z")
        #expect(structure?.dateMaj.fieldText == "2024-06-01")
    }

    @Test func `is written with every field of its contract, in its order`() throws {
        let (structure, service, _) = try Self.map(try Self.row())
        #expect(structure?.json.members.map(\.name) == Shape.of(DataInclusionStructure.self).names)
        #expect(service?.json.members.map(\.name) == Shape.of(DataInclusionService.self).names)
    }
}

@Suite(.database) struct `The export for data·inclusion` {
    @Test func `has words for each kind of the sector, and for no other`() async throws {
        let stage = try await DirectoryStage()
        let sector = try await stage.database.transaction(as: stage.team) { transaction in
            try await transaction.rows(
                "SELECT code AS value FROM finess_category WHERE is_sector AND closed_on IS NULL",
                as: Value<String>.self
            ).all().map(\.value)
        }
        #expect(Set(sector) == Set(DataInclusionKind.all.keys))
    }

    @Test func `holds the open structures, names what it can't hold, and is whole JSON in pieces`() async throws {
        let stage = try await DirectoryStage()
        let rows = (0..<1_100).map { ("31000\(1000 + $0)", $0 == 7 ? "X" : "Structure \($0)", "31555", "") }
        try await stage.run(try DirectoryStage.small(rows))
        try await stage.run(try DirectoryStage.small(Array(rows.dropLast())))
        var bytes: [UInt8] = []
        var pieces = 0
        let exported = try await StructureStore(stage.database).exportDataInclusion(as: stage.team) {
            bytes += $0
            pieces += 1
        }
        let document = try JSON.parse(bytes)
        #expect(pieces > 5)
        #expect(document.members.map(\.name) == Shape.of(DataInclusion.self).names)
        #expect(document["structures"]?.elements.count == 1_098 && exported.structures == 1_098)
        #expect(document["services"]?.elements.count == 1_098 && exported.services == 1_098)
        #expect(document["left_out"] == [["finess": "310001007", "reason": "name"]])
    }

    @Test func `is a document also when nothing is in the directory, for the server's role too`() async throws {
        var bytes: [UInt8] = []
        try await StructureStore(TestDatabase.current.asServer()).exportDataInclusion(as: .anonymous(requestID: "x")) {
            bytes += $0
        }
        #expect(
            try JSON.parse(bytes) == [
                "structures": [], "services": [], "left_out": [], "licence": .string(DataInclusion.licence),
            ])
    }
}
