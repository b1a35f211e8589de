import Accounts
import Contract
import Fields
import Foundation
import Postgres
import Recruitment
import TestSupport
import Testing

@testable import Orientation

@Suite(.database) struct `Matches` {
    /// By hand, with the weights of `13_match_criterion.csv`: job 30, distance 20, diploma 15, licence and vehicle 10, schedule 10,
    /// contract, availability and experience 5 each.
    @Test func `give the points that anybody can count`() async throws {
        try await MatchStage.run { stage in
            let here = try await stage.need(
                "ici", "night = true, weekend = true, hours_per_week = 24, starts_on = NULL, beginner_welcome = false")
            let far = try await stage.need(
                "loin", job: "K1304", km: 11,
                """
                diplomas = '{tp-advf-37715}', licence_required = true, contract = 'interim', starts_on = '2026-07-01',
                beginner_welcome = true
                """)
            let unsaid = try await stage.need("voiture", "vehicle_required = true, beginner_welcome = true")
            let found = try await stage.needs()
            #expect(found.names == ["ici", "voiture", "loin"])
            #expect(found.note == nil)
            let first = found.items[0]
            // Two of three asked for are accepted: 10 × 2 / 3. Ten days late: half of 5. One year of two: half of 5, rounded.
            #expect(
                first.byCode == [
                    "job": 30, "diploma": 15, "distance": 20, "licence_vehicle": 10, "schedule": 6, "contract": 5,
                    "availability": 2, "experience": 3,
                ])
            #expect(first.score == 91)
            #expect(first.maximum == 100)
            #expect(first.sentence("distance") == "0 km, dans les 20 km acceptés")
            #expect(
                first.sentence("schedule")
                    == "Accepté : week-end, 24 h par semaine ; Pas accepté d'après le dossier : nuit")
            #expect(first.sentence("availability") == "Disponible le 25/06/2026 ; poste à pourvoir de suite")
            #expect(first.sentence("experience") == "1 an d'expérience, pour 2 attendus")
            // 70 % of 30; 20 × (1 − 0.6 × 11 / 20) = 13.4; the contract is not one of those wanted.
            let second = found.items[2]
            #expect(
                second.byCode == [
                    "job": 21, "diploma": 15, "distance": 13, "licence_vehicle": 10, "schedule": 10, "contract": 0,
                    "availability": 5, "experience": 5,
                ])
            #expect(second.score == 79)
            #expect(
                second.sentence("job").hasPrefix("Employé familial / Employée familiale, proche du métier recherché ("))
            #expect(second.sentence("diploma") == "TP ADVF exigé : la personne l'a")
            #expect(second.sentence("licence_vehicle") == "Permis exigé : la personne l'a")
            #expect(second.sentence("distance") == "11 km, dans les 20 km acceptés")
            #expect(second.sentence("contract") == "intérim : hors des contrats souhaités")
            // Not said: 30 % of 10.
            #expect(found.items[1].byCode["licence_vehicle"] == 3)
            #expect(found.items[1].score == 90)
            #expect(found.items.allSatisfy { item in item.score == item.points.map(\.points).reduce(0, +) })
            // The same pair from the other side.
            for (need, item) in [(here, first), (far, second), (unsaid, found.items[1])] {
                let other = try await stage.candidates(for: need)
                #expect(other.names == [stage.candidate.fieldText])
                #expect(other.items[0].points == item.points)
                #expect(other.items[0].score == item.score)
            }
        }
    }

    @Test func `exclude by each hard criterion, and say so when asked`() async throws {
        try await MatchStage.run { stage in
            let excluded: [(name: String, code: String, id: PublicNeed.ID)] = [
                ("diplôme", "diploma", try await stage.need("diplôme", "diplomas = '{deas-35830}'")),
                ("trop loin", "distance", try await stage.need("trop loin", km: 21)),
                ("permis", "licence_vehicle", try await stage.need("permis", "licence_required = true")),
            ]
            _ = try await stage.need("autre métier", job: "J1403")
            _ = try await stage.need("convient", km: 20)
            try await MatchStage.set("candidate", stage.candidate.fieldText, "licence = false")
            #expect(try await stage.needs().names == ["convient"])
            let all = try await stage.needs(.init(limit: .largest, includeExcluded: true))
            #expect(Set(all.names) == ["convient", "diplôme", "trop loin", "permis"])
            for (name, code, id) in excluded {
                let item = try #require(all.items.first { $0.subject["title"]?.string == name })
                #expect(item.excludedBy == [code])
                #expect(item.byCode[code] == 0)
                #expect(try await stage.candidates(for: id).items.isEmpty)
                let other = try await stage.candidates(for: id, .init(includeExcluded: true)).items
                #expect(other.map(\.excludedBy) == [[code]])
            }
            #expect(
                all.items.first { $0.excludedBy == ["distance"] }?.sentence("distance")
                    == "21 km, au-delà des 20 km acceptés")
        }
    }

    @Test func `suppose what a file does not say, exclude nobody for it, and say so`() async throws {
        try await MatchStage.run { stage in
            for (name, km) in [("près", 10.0), ("loin", 40)] { _ = try await stage.need(name, km: km) }
            try await MatchStage.set(
                "candidate", stage.candidate.fieldText, "mobility_km = NULL, experience_years = NULL")
            let found = try await stage.needs()
            #expect(found.names == ["près", "loin"])
            // 20 × (1 − 0.6 × 10 / 30) = 16.
            #expect(found.items.map { $0.byCode["distance"] } == [16, 0])
            #expect(found.items[0].sentence("distance").hasSuffix("30 km sont supposés"))
            #expect(found.items[0].byCode["experience"] == 2)
            try await MatchStage.set("candidate", stage.candidate.fieldText, "insee = NULL")
            #expect(try await stage.needs().items.map { $0.byCode["distance"] } == [10, 10])
            try await MatchStage.set("candidate", stage.candidate.fieldText, "jobs = '{}'")
            let none = try await stage.needs()
            #expect(none.items.isEmpty && none.note?.contains("aucun métier recherché") == true)
        }
    }

    @Test func `take each registration of a diploma for the same, and every name of it`() async throws {
        try await MatchStage.run { stage in
            let need = try await stage.need("nouveau DEAS", job: "J1501", "diplomas = '{deas-40692}'")
            try await MatchStage.set(
                "candidate", stage.candidate.fieldText, "diplomas = '{deas-35830}', jobs = '{J1501}'")
            #expect(try await stage.needs().items.map { $0.byCode["diploma"] } == [15])
            #expect(try await stage.candidates(for: need).items.map { $0.byCode["diploma"] } == [15])
            let names = ["ADVF", "advf", "Titre pro ADVF", "TP ADVF", "AES", "deavs", "Aide-Soignant", "inconnu"]
            let meant = try await TestDatabase.current.asSuperuser().read(
                "SELECT array_to_string(diplomas_meant(n), ' ') AS value FROM unnest(\(list: names)::text[]) WITH ORDINALITY AS n (n, o) ORDER BY o",
                as: Value<String>.self
            ).all().map(\.value)
            #expect(
                meant == Array(repeating: "tp-advf-37715", count: 4) + [
                    "deaes-36004", "deaes-36004", "deas-35830 deas-40692", "",
                ])
        }
    }

    @Test func `come in the same order each time, ties by id`() async throws {
        try await MatchStage.run { stage in
            for number in 0..<60 { _ = try await stage.need("besoin \(number)", km: Double(number % 3)) }
            let found = try await stage.needs()
            #expect(found.items.count == 50)
            let order = found.items.map { "\(1000 - $0.score) \($0.subject["id"]?.string ?? "")" }
            #expect(order == order.sorted())
            try await TestDatabase.current.script("ANALYZE")
            for plan in ["force_generic_plan", "force_custom_plan"] {
                try await TestDatabase.current.script(
                    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET plan_cache_mode = \(plan)', current_database()); END $$"
                )
                let other = TestDatabase.current.asServer(clock: stage.clock.source)
                let again = try await MatchStore(other).needs(
                    for: stage.candidate, .init(limit: .largest), as: .member(stage.one, requestID: "r"))
                #expect(again.items.map { $0.subject } == found.items.map { $0.subject })
                await other.close()
            }
            let few = try await stage.needs(.init(limit: try MatchLimit(fieldText: "3")))
            #expect(few.names == Array(found.names.prefix(3)))
        }
    }

    @Test func `show open needs of open structures only, and say what is under way`() async throws {
        try await MatchStage.run { stage in
            let need = try await stage.need("ouvert")
            for state in [NeedState.draft, .paused, .closed, .filled] {
                try await stage.make.need("fermé", of: stage.structure, stage.employer, state: state, job: "K1302")
            }
            try await MatchStage.set("need", try await stage.need("passé").fieldText, "expires_on = '2026-06-14'")
            #expect(try await stage.needs().names == ["ouvert"])
            #expect(try await stage.needs().items.map(\.isSent) == [false])
            try await stage.make.contact(of: stage.structure, stage.employer)
            let orientations = OrientationStore(stage.database)
            _ = try await orientations.create(
                NewOrientation(candidateID: stage.candidate, needID: need, send: true),
                as: .member(stage.one, requestID: "r"))
            #expect(try await stage.needs().items.map(\.isSent) == [true])
            #expect(try await stage.candidates(for: need).items.map(\.isSent) == [true])
            try await MatchStage.set("structure", stage.structure.fieldText, "organisation_id = NULL")
            #expect(try await stage.needs().items.isEmpty)
            #expect(
                try await refusal { _ = try await stage.candidates(for: need) }?.problem
                    == OrientationRefusals.targetNotOpen)
        }
    }
}
