import Accounts
import Directory
import Fields
import Foundation
import TestSupport
import Testing

extension StructureStage {
    /// Claims a structure; the answer.
    func claim(_ finess: String, _ client: TestClient, as token: String, _ body: String = "{}") async throws
        -> TestAnswer
    {
        try await client.send("POST", "/v1/structures/\(finess)/claim", token: token, body: body)
    }

    /// Moves a claim at its first version; the answer.
    func move(
        _ claim: TestAnswer, _ client: TestClient, as token: String, to status: String, reason: String? = nil,
        version: Int = 1
    ) async throws -> TestAnswer {
        let id = claim.json["id"]?.string ?? ""
        let why = reason.map { #","reason":"\#($0)""# } ?? ""
        return try await client.send(
            "POST", "/v1/structure-claims/\(id)/transitions", token: token, body: #"{"to":"\#(status)"\#(why)}"#,
            headers: ["If-Match": "\"\(version)\""])
    }

    /// What waits for somebody: `kind code`.
    func waiting(_ client: TestClient, _ token: String) async throws -> [String] {
        let me = try await client.send("GET", "/v1/me", token: token)
        return (me.json["waiting"]?.elements ?? []).map { "\($0["kind"]?.string ?? "") \($0["code"]?.string ?? "")" }
    }
}

@Suite(.database) struct `A claim on a structure` {
    static let finess = "310000042"

    @Test func `of two employers: the team validates one, and refuses the other with a reason`() async throws {
        try await StructureStage.run { stage, client in
            let first = try await stage.claim(
                Self.finess, client, as: stage.employer, #"{"message":"Nous la gérons."}"#)
            #expect(first.status == 201)
            #expect(first.headers["location"] == "/v1/structure-claims/\(first.json["id"]?.string ?? "")")
            #expect(first.json["status"] == "pending" && first.json["hints"] == .null)
            let second = try await stage.claim(Self.finess, client, as: stage.stranger)
            #expect(second.status == 201)
            #expect(try await stage.waiting(client, stage.team).filter { $0.hasSuffix(Self.finess) }.count == 2)
            // Asking changes nothing yet.
            let path = "/v1/structures/\(Self.finess)"
            #expect(try await client.send("GET", path, token: stage.employer).json["management"] == nil)
            #expect(try await stage.move(second, client, as: stage.team, to: "validated").status == 200)
            let refused = try await stage.move(first, client, as: stage.team, to: "refused")
            #expect(refused.status == 422 && refused.json["errors"]?.elements.first?["pointer"] == "/reason")
            let taken = try await stage.move(first, client, as: stage.team, to: "validated")
            #expect(taken.status == 409 && taken.code == "structure_claim.conflict")
            let reason = "Gérée par un autre organisme."
            let done = try await stage.move(first, client, as: stage.team, to: "refused", reason: reason)
            #expect(done.status == 200 && done.json["version"]?.integer == 2)
            let own = try await client.send(
                "GET", "/v1/structure-claims?structure=\(Self.finess)", token: stage.employer)
            #expect(own.json["items"]?.elements.map { $0["reason"] } == [.string(reason)])
            let management = try await client.send("GET", path, token: stage.stranger).json["management"]
            #expect(management?["organisation"] == "autre")
            let edited = try await client.send("POST", path + "/verify", token: stage.stranger)
            #expect(edited.status == 200)
            #expect(try await client.send("POST", path + "/verify", token: stage.employer).status == 403)
            #expect(try await stage.waiting(client, stage.team).filter { $0.hasSuffix(Self.finess) } == [])
        }
    }

    @Test func `is validated once, also when two of the team do it at the same time`() async throws {
        try await StructureStage.run { stage, client in
            let claims = [
                try await stage.claim(Self.finess, client, as: stage.employer),
                try await stage.claim(Self.finess, client, as: stage.stranger),
            ]
            let statuses = try await TestDatabase.current.collide(2, on: "LOCK TABLE structure IN EXCLUSIVE MODE") {
                try await stage.move(claims[$0], client, as: stage.team, to: "validated").status
            }
            #expect(statuses.sorted() == [200, 409])
            let attached = try await count("SELECT count(*) AS value FROM structure_claim WHERE status = 'validated'")
            #expect(attached == 2)  // the stage's own, and this one
        }
    }

    @Test func `is asked by an employer's writers only, once, and for what is open`() async throws {
        try await StructureStage.run { stage, client in
            let make = Make(clock: stage.clock)
            let partner = try await make.token(of: try await make.member(of: try await make.organisation("partenaire")))
            for token in [partner, stage.team] {
                let answer = try await stage.claim(Self.finess, client, as: token)
                #expect(answer.status == 403)
            }
            #expect(try await stage.claim("310000075", client, as: stage.employer).status == 404)
            #expect(try await stage.claim(Self.finess, client, as: stage.employer).status == 201)
            let again = try await stage.claim(Self.finess, client, as: stage.employer)
            #expect(again.status == 409 && again.code == "structure_claim.conflict")
            let mine = try await stage.claim("310000018", client, as: stage.employer)
            #expect(mine.status == 409)
            let long = try await stage.claim(
                "310000059", client, as: stage.employer, #"{"message":"\#(String(repeating: "x", count: 1001))"}"#)
            #expect(long.status == 422 && long.json["errors"]?.elements.first?["pointer"] == "/message")
            try await TestDatabase.current.tamper(
                """
                SELECT set_config('pa31.audit', gen_random_uuid()::text, true);
                ALTER TABLE structure DISABLE TRIGGER record_changes;
                UPDATE structure SET status = 'closed', closed_on = '2024-05-01' WHERE finess = '310000034';
                ALTER TABLE structure ENABLE TRIGGER record_changes
                """)
            #expect(try await stage.claim("310000034", client, as: stage.employer).code == "structure.closed")
        }
    }

    @Test func `shows the team hints that prove nothing, and nobody else`() async throws {
        try await StructureStage.run { stage, client in
            try await TestDatabase.current.tamper(
                """
                UPDATE organisation SET siret = '21310555400017' WHERE code = 'employeur';
                UPDATE structure SET siret = '21310555400017', website = 'https://www.ehpad.exemple.example/accueil'
                 WHERE finess = '310000042';
                UPDATE legal_entity SET siren = '213105554' WHERE finess = '310000902';
                UPDATE structure SET email = 'contact@autre.example' WHERE finess = '310000059'
                """)
            for finess in ["310000042", "310000059"] {
                #expect(try await stage.claim(finess, client, as: stage.employer).status == 201)
            }
            let list = try await client.send("GET", "/v1/structure-claims?status=pending", token: stage.team)
            #expect(
                list.json["items"]?.elements.map { $0["hints"]?.text ?? "" }.sorted() == [
                    #"{"siren_matches":false,"siret_matches":false,"email_domain_matches":false}"#,
                    #"{"siren_matches":true,"siret_matches":true,"email_domain_matches":true}"#,
                ])
            let own = try await client.send("GET", "/v1/structure-claims?status=pending", token: stage.employer)
            #expect(
                own.json["items"]?.elements.allSatisfy { $0["hints"] == .null && $0["attached_to"] == .null } == true)
            let others = try await client.send("GET", "/v1/structure-claims", token: stage.stranger)
            #expect(others.json["items"] == [])
            let id =
                list.json["items"]?.elements.first { $0["structure"]?["finess"] == "310000042" }?["id"]?.string ?? ""
            #expect(try await client.send("GET", "/v1/structure-claims/\(id)", token: stage.stranger).status == 404)
            // Everybody's domain says nothing.
            try await TestDatabase.current.tamper(
                "UPDATE structure SET website = NULL, email = 'ehpad@orange.fr' WHERE finess = '310000042'; "
                    + "UPDATE member SET email = 'x@orange.fr' WHERE id = (SELECT asked_by FROM structure_claim WHERE id = '\(id)')"
            )
            let common = try await client.send("GET", "/v1/structure-claims/\(id)", token: stage.team)
            #expect(common.json["hints"]?["email_domain_matches"] == false)
        }
    }

    @Test func `moves only as its table says, by whom it says`() async throws {
        try await StructureStage.run { stage, client in
            let claim = try await stage.claim(Self.finess, client, as: stage.employer)
            let self_ = try await stage.move(claim, client, as: stage.employer, to: "validated")
            #expect(self_.status == 409 && self_.code == "transition.forbidden")
            #expect(self_.json["allowed"]?.text == #"[{"to":"withdrawn","needs":[]}]"#)
            #expect(try await stage.move(claim, client, as: stage.stranger, to: "withdrawn").status == 404)
            #expect(try await stage.move(claim, client, as: stage.team, to: "withdrawn").status == 409)
            #expect(try await stage.move(claim, client, as: stage.employer, to: "withdrawn").status == 200)
            #expect(try await stage.move(claim, client, as: stage.team, to: "validated").status == 412)
            let late = try await stage.move(claim, client, as: stage.team, to: "validated", version: 2)
            #expect(late.code == "transition.forbidden")
            // Withdrawn, it may be asked again; validated, its employer or the team ends it.
            let next = try await stage.claim(Self.finess, client, as: stage.employer)
            #expect(try await stage.move(next, client, as: stage.team, to: "validated").status == 200)
            let ended = try await stage.move(
                next, client, as: stage.employer, to: "ended", reason: "Vendue.", version: 2)
            #expect(ended.json["status"] == "ended")
            let path = "/v1/structures/\(Self.finess)"
            #expect(try await client.send("GET", path, token: stage.employer).json["management"] == nil)
            // History has who, when, from, to; not what people wrote.
            let told = try await TestDatabase.current.dump()
            #expect(told.components(separatedBy: "Vendue.").count == 2)
        }
    }

    @Test func `a page of claims leads to the next`() async throws {
        try await StructureStage.run { stage, client in
            for finess in ["310000026", "310000034", "310000042"] {
                #expect(try await stage.claim(finess, client, as: stage.stranger).status == 201)
            }
            let first = try await client.send("GET", "/v1/structure-claims?status=pending&limit=2", token: stage.team)
            let cursor = try #require(first.json["next_cursor"]?.string)
            let second = try await client.send(
                "GET", "/v1/structure-claims?status=pending&limit=2&cursor=\(cursor)", token: stage.team)
            let all = [first, second].flatMap { $0.json["items"]?.elements ?? [] }
            #expect(
                all.compactMap { $0["structure"]?["finess"]?.string }.sorted() == [
                    "310000026", "310000034", "310000042",
                ])
        }
    }
}
