import Contract
import Fields
import Foundation
import Postgres
import TestSupport
import Testing

@testable import Accounts

@Suite(.database) struct `Organisations` {
    private let system = Caller.system(requestID: "test")

    private func new(
        _ code: String, _ name: String, _ kind: Caller.OrganisationKind = .partner, siret: String? = nil
    ) throws -> OrganisationStore.New {
        OrganisationStore.New(
            code: try OrganisationCode(fieldText: code), name: name, kind: kind,
            siret: try siret.map { try SIRET(fieldText: $0) })
    }

    private func store() -> OrganisationStore { OrganisationStore(TestDatabase.current.asOperator()) }

    private func save(_ list: [OrganisationStore.New], apply: Bool = true) async throws -> OrganisationStore.Outcome {
        try await store().save(list, as: system, apply: apply)
    }

    @Test func `are made, changed and left alone by code`() async throws {
        let made = try await save([new("cd31", "Département", .funder), new("b", "B")])
        #expect(made == .init(created: ["cd31", "b"]))
        let again = try await save([
            new("cd31", "Conseil départemental", .funder, siret: "21310555400017"), new("b", "B"), new("c", "C"),
        ])
        #expect(again == .init(created: ["c"], changed: ["cd31"], unchanged: ["b"]))
        let rows = try await store().list(as: system).all()
        #expect(rows.map(\.code.text) == ["b", "c", "cd31"])
        #expect(rows.map(\.version) == [1, 1, 2])
        #expect(rows.map(\.siret?.digits) == [nil, nil, "21310555400017"])
        // A list without SIRET takes none away.
        #expect(try await save([new("cd31", "Conseil départemental", .funder)]) == .init(unchanged: ["cd31"]))
    }

    @Test func `saved as they are leave no trace`() async throws {
        _ = try await save([new("b", "B")])
        let before = try await TestDatabase.current.dump()
        _ = try await save([new("b", "B")])
        #expect(try await TestDatabase.current.dump() == before)
    }

    @Test func `rehearsed change nothing, and meet every rule`() async throws {
        _ = try await save([new("b", "B")])
        let before = try await TestDatabase.current.dump()
        let outcome = try await save([new("b", "B2"), new("c", "C")], apply: false)
        #expect(outcome == .init(created: ["c"], changed: ["b"]))
        #expect(try await TestDatabase.current.dump() == before)
        let refused = try await refusal { _ = try await save([new("c", "b")], apply: false) }
        #expect(refused?.problem.code == "account.taken")
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let list: [(code: String, name: String, siret: String?)]
        let code: String
        let detail: String
        var testDescription: String { name }
    }

    static let refusals = [
        Case(
            name: "a name in another case and without accents", list: [("b", "EMPLOI SOLIDAIRE", nil)],
            code: "account.taken", detail: "An organisation has this name already."),
        Case(
            name: "a SIRET twice", list: [("b", "B", "21310555400017")], code: "account.taken",
            detail: "An organisation has this SIRET already."),
        Case(
            name: "a code twice in one list", list: [("b", "B", nil), ("b", "B bis", nil)], code: "account.taken",
            detail: "An organisation has this code already."),
        Case(
            name: "an empty name", list: [("b", " ", nil)], code: "account.invalid",
            detail: "An organisation's name has 1 to 200 characters."),
        Case(
            name: "a long name", list: [("c", "C", nil), ("b", String(repeating: "x", count: 201), nil)],
            code: "account.invalid", detail: "An organisation's name has 1 to 200 characters."),
    ]

    @Test(arguments: refusals) func `are refused as documented, all of them`(_ refused: Case) async throws {
        _ = try await save([new("a", "Emploi Solidaïre", siret: "21310555400017")])
        let before = try await TestDatabase.current.dump()
        let list = try refused.list.map { try new($0.code, $0.name, siret: $0.siret) }
        let found = try await refusal { _ = try await save(list) }
        #expect(found?.problem.code == refused.code)
        #expect(found?.detail.en == refused.detail)
        #expect(try await TestDatabase.current.dump() == before)
    }
}

@Suite struct `A file of organisations` {
    private func read(_ text: String) throws -> [OrganisationStore.New] {
        try OrganisationFile.read(Array(text.utf8), file: "org.csv")
    }

    @Test func `is read with French words, in any order of columns`() throws {
        let list = try read(
            "\u{FEFF}Nom;Code;SIRET;Type\nConseil;cd31;213 105 554 00017;Financeur\nCFA;cfa;;organisme de formation\n")
        #expect(list.map(\.code.text) == ["cd31", "cfa"])
        #expect(list.map(\.name) == ["Conseil", "CFA"])
        #expect(list.map(\.kind) == [.funder, .trainingProvider])
        #expect(list.map(\.siret?.digits) == ["21310555400017", nil])
    }

    @Test func `is refused with a national insurance number in a name or elsewhere, which is not told again`() throws {
        for row in ["a;Association 2 69 05 2A 123 456 88;employeur", "a;A;2 69 05 2A 123 456 88"] {
            let found = #expect(throws: Refusal.self) { try read("code;nom;type\n\(row)\n") }
            #expect(found?.errors.count == 1)
            #expect(found?.errors.contains { $0.detail.fr.contains("123 456") } == false)
        }
    }

    @Test func `is read with the contract's words too`() throws {
        let list = try read("code,name,kind\na,A,training_provider\nb,B,platform\n")
        #expect(list.map(\.kind) == [.trainingProvider, .platform])
    }

    @Test func `is refused with every wrong cell: line, column, value and reason`() throws {
        let found = #expect(throws: Refusal.self) {
            try read(
                """
                code;nom;type;siret
                CD31;Conseil;financeur;
                b;;amis;
                c;C;partenaire;213105554
                d;D;partenaire;
                d;D bis;partenaire;
                """)
        }
        #expect(found?.problem.code == "account.invalid")
        #expect(
            found?.errors.map(\.pointer) == [
                "org.csv:2:1", "org.csv:3:3", "org.csv:3:2", "org.csv:4:4", "org.csv:6:1",
            ])
        let details = found?.errors.map(\.detail.fr) ?? []
        #expect(details.first?.contains("« CD31 »") == true)
        #expect(details.dropFirst(3).first?.contains("SIREN") == true)
        #expect(details.last?.contains("deux fois") == true)
    }

    @Test(arguments: [
        ("code;nom\na;A\n", "org.csv:1:1", "kind"),
        ("code;nom;type;couleur\na;A;partenaire;x\n", "org.csv:1:4", "couleur"),
        ("", "org.csv:1:1", ""),
    ])
    func `needs its columns and no other`(_ text: String, _ place: String, _ word: String) {
        let found = #expect(throws: Refusal.self) { try read(text) }
        #expect(found?.errors.map(\.pointer) == [place])
        #expect(found?.errors.first?.detail.fr.contains(word) == true || word.isEmpty)
    }
}
