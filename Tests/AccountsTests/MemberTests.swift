import Accounts
import Contract
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@Suite(.database) struct `A member` {
    private let system = Caller.system(requestID: "test")

    private func new(
        _ email: String, of organisation: String = "tme", name: String = "Prénom Nom", role: Caller.Role = .manager
    ) throws -> MemberStore.New {
        MemberStore.New(
            organisation: try OrganisationCode(fieldText: organisation), name: name,
            email: try EmailAddress(fieldText: email), role: role)
    }

    private func store() -> MemberStore { MemberStore(TestDatabase.current.asOperator()) }

    private func first(_ new: MemberStore.New) async throws -> Refusal? {
        try await refusal {
            _ = try await store().createFirst(new, organisationName: "Équipe \(new.organisation)", as: system)
        }
    }

    private func create(_ new: MemberStore.New) async throws -> Refusal? {
        try await refusal { _ = try await store().create(new, as: system) }
    }

    private func members() async throws -> [Member] { try await store().list(as: system).all() }

    private func organisations() async throws -> [Organisation] {
        try await OrganisationStore(TestDatabase.current.asOperator()).list(as: system).all()
    }

    @Test func `is the team's first once, and the team is made with it`() async throws {
        #expect(try await first(new("un@exemple.example")) == nil)
        #expect(try await organisations().map(\.kind) == [.platform])
        #expect(try await organisations().map(\.name) == ["Équipe tme"])
        for again in [try new("deux@exemple.example"), try new("deux@exemple.example", of: "autre")] {
            #expect(try await first(again)?.problem.code == "account.taken")
        }
        #expect(try await members().map(\.role) == [.manager])
        #expect(try await organisations().count == 1)
    }

    @Test func `that is refused as the first leaves nothing behind, and the next try works`() async throws {
        #expect(try await first(new("un@exemple.example", name: " "))?.errors.map(\.pointer) == ["/name"])
        #expect(try await organisations().map(\.code.text) == [])
        #expect(try await first(new("un@exemple.example", of: "equipe")) == nil)
        #expect(try await organisations().map(\.code.text) == ["equipe"])
    }

    @Test func `cannot be the first of an organisation that is not the team`() async throws {
        _ = try await Make().organisation("porteur")
        #expect(try await first(new("un@exemple.example", of: "porteur"))?.problem.code == "account.taken")
        #expect(try await members().isEmpty)
    }

    @Test(arguments: [(["tme", "tme"], false), (["tme", "autre"], false), (["tme", "tme"], true)])
    func `made first by two at once is one`(_ codes: [String], _ teamIsThere: Bool) async throws {
        if teamIsThere { _ = try await Make().organisation("tme", kind: .platform) }
        let outcomes = try await TestDatabase.current.collide(2, on: "LOCK TABLE member IN SHARE MODE") { number in
            try await first(new("membre\(number)@exemple.example", of: codes[number]))
        }
        #expect(outcomes.compactMap { $0?.problem.code } == ["account.taken"])
        #expect(try await members().count == 1)
        #expect(try await organisations().count == 1)
    }

    @Test func `is dpo in the team only`() async throws {
        #expect(try await first(new("un@exemple.example")) == nil)
        _ = try await Make().organisation("porteur")
        let refused = try await create(new("dpo@exemple.example", of: "porteur", role: .dpo))
        #expect(refused?.problem.code == "account.invalid")
        #expect(try await create(new("dpo@exemple.example", role: .dpo)) == nil)
        #expect(try await members().map(\.role) == [.manager, .dpo])
    }

    @Test func `has an address of its own, whatever its case`() async throws {
        _ = try await Make().organisation("tme", kind: .platform)
        #expect(try await create(new("prenom.nom@exemple.example")) == nil)
        #expect(try await create(new("Prenom.Nom@Exemple.Example"))?.problem.code == "account.taken")
        let found = try await store().find("PRENOM.NOM@exemple.example", as: system)
        #expect(try await members().map(\.id) == [found.id])
        #expect(try await store().find(found.id.fieldText, as: system).id == found.id)
    }

    @Test func `belongs to an organisation that exists`() async throws {
        #expect(try await create(new("un@exemple.example", of: "rien"))?.problem.code == "organisation.not_found")
    }

    @Test func `whose rights ended is found no more; ending them again changes nothing`() async throws {
        #expect(try await first(new("un@exemple.example")) == nil)
        let member = try await store().find("un@exemple.example", as: system)
        try await store().disable(member.id, as: system)
        let ended = try await members().first?.disabledAt
        #expect(ended != nil)
        for name in ["un@exemple.example", member.id.fieldText] {
            let refused = try await refusal { _ = try await store().find(name, as: system) }
            #expect(refused?.problem.code == "member.not_found")
        }
        try await store().disable(member.id, as: system)
        #expect(try await members().first?.disabledAt == ended)
        let unknown = try await refusal { try await store().disable(.placeholder, as: system) }
        #expect(unknown?.problem.code == "member.not_found")
    }

    @Test func `has a name and an address that never enter history`() async throws {
        #expect(try await first(new("marqueur@exemple.example", name: "Marqueur Secret")) == nil)
        let values = try await TestDatabase.current.asOperator().read(
            "SELECT coalesce(string_agg(c::text || a::text, ' '), '') AS value FROM field_change c JOIN audit_log a ON a.id = c.audit_id",
            as: Value<String>.self
        ).first()?.value
        let history = try #require(values).lowercased()
        #expect(history.contains("email"))
        #expect(!history.contains("marqueur"))
    }

    @Test(arguments: [
        "", "x", "x@", "@x.fr", "x@y", "x@y.", "x@.fr", "a b@y.fr", "x@y@z.fr",
        String(repeating: "x", count: 250) + "@y.fr",
    ])
    func `has no address that is none`(_ text: String) {
        #expect(throws: Expectation.self) { try EmailAddress(fieldText: text) }
    }
}
