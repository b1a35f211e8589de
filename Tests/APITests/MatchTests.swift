import Accounts
import Fields
import Foundation
import Recruitment
import TestSupport
import Testing

/// Matches and service levels as prescribers ask for them over HTTP.
@Suite(.database) struct `Matches over HTTP` {
    @Test func `explain themselves in both directions, and show no way to reach anybody`() async throws {
        let scene = try await CandidateScene()
        let employer = try await scene.make.organisation("recruteur", kind: .employer)
        let structure = try await scene.make.structure(
            "310784723", "Résidence du Parc", at: (43.6, 1.44), of: employer)
        let need = try await scene.make.need("Aide à domicile", of: structure, employer, job: "K1302")
        try await TestDatabase.current.tamper("UPDATE need SET diplomas = '{deaes-36004}' WHERE id = '\(need)'")
        try await withServer { client in
            let none = try await client.send("GET", scene.path + "/matches", token: scene.own)
            #expect(none.status == 200)
            #expect(none.json["items"]?.elements.isEmpty == true)
            let path = scene.path + "/matches?include_excluded=true&limit=5"
            let needs = try await client.send("GET", path, token: scene.own)
            let match = try #require(needs.json["items"]?.elements.first)
            #expect(match["need"]?["title"]?.string == "Aide à domicile")
            #expect(match["need"]?["structure"]?["finess"]?.string == "310784723")
            #expect(match["excluded_by"]?.elements.compactMap(\.string) == ["diploma"])
            #expect(match["maximum"]?.integer == 100)
            let criteria = match["criteria"]?.elements ?? []
            #expect(
                criteria.compactMap { $0["code"]?.string } == [
                    "job", "distance", "diploma", "licence_vehicle", "schedule", "availability", "contract",
                    "experience",
                ])
            #expect(criteria.compactMap { $0["points"]?.integer }.reduce(0, +) == match["score"]?.integer)
            #expect(criteria[2]["sentence_fr"]?.string == "DEAES exigé : le dossier ne l'indique pas")
            let people = try await client.send(
                "GET", "/v1/needs/\(need)/matches?include_excluded=true", token: scene.own)
            let person = try #require(people.json["items"]?.elements.first)
            #expect(person["candidate"]?["id"]?.string == scene.candidate.fieldText)
            #expect(person["candidate"]?["first_name"]?.string == "Camille")
            #expect(person["criteria"] == match["criteria"])
            #expect(people.headers["cache-control"] == "private, no-store")
            for secret in ["Exemple", "camille@", "+3319900", "Deux ans", "1990"] {
                #expect(!people.text.contains(secret), "\(secret)")
            }
            // A list is no reading of a file.
            let reads = try await client.send("GET", scene.path + "/reads", token: scene.own)
            #expect(reads.json["items"]?.elements.isEmpty == true)
            for wrong in ["limit=51", "limit=0", "cursor=x", "include_excluded=oui"] {
                let answer = try await client.send("GET", scene.path + "/matches?" + wrong, token: scene.own)
                #expect(answer.status == 400, "\(wrong)")
            }
        }
    }

    @Test func `are for authorised prescribers, over what they may know of`() async throws {
        let scene = try await CandidateScene()
        let employer = try await scene.make.organisation("recruteur", kind: .employer)
        let structure = try await scene.make.structure(
            "310784723", "Résidence du Parc", at: (43.6, 1.44), of: employer)
        let need = try await scene.make.need(of: structure, employer, job: "K1302")
        let draft = try await scene.make.need(of: structure, employer, state: .draft)
        let recruiter = try await scene.make.token(of: try await scene.make.member(of: employer, kind: .employer))
        try await withServer { client in
            func status(_ path: String, _ token: String?) async throws -> Int {
                try await client.send("GET", path, token: token).status
            }
            for stranger in [scene.other, scene.unauthorised, scene.employer, scene.team] {
                #expect(try await status(scene.path + "/matches", stranger) == 404)
            }
            #expect(try await status(scene.path + "/matches", scene.reader) == 200)
            for (who, expected) in [
                (scene.own, 200), (scene.other, 200), (scene.unauthorised, 403), (scene.employer, 403),
                (recruiter, 403),
                (scene.team, 403),
            ] { #expect(try await status("/v1/needs/\(need)/matches", who) == expected) }
            #expect(try await status("/v1/needs/\(draft)/matches", scene.own) == 404)
            #expect(try await client.send("GET", "/v1/needs/\(need)/matches", token: scene.other).json["items"] == [])
            // How the structure answers, before anybody is sent there.
            let level = "/v1/structures/310784723/service-level"
            for (who, expected) in [
                (scene.own, 200), (recruiter, 200), (scene.team, 200), (scene.employer, 403), (nil, 401),
            ] { #expect(try await status(level, who) == expected) }
            #expect(try await status("/v1/structures/310999999/service-level", scene.own) == 404)
            #expect(try await client.send("GET", level, token: recruiter).json["is_exact"] == true)
            #expect(try await client.send("GET", level, token: scene.own).json["sent"] == .null)
            #expect(try await status("/v1/service-level", scene.employer) == 200)
            let details = try await client.send("GET", "/v1/needs/\(need)", token: scene.own).json["structure_details"]
            #expect(details?["response_percent"] == .null)
        }
    }
}
