import Contract
import Fields
import Testing

@Suite struct `A transition table` {
    enum State: String, FieldEnum { case draft, open, shut }
    enum Actor: String, FieldEnum { case owner, team }

    private let table = TransitionTable<State, Actor>(
        "thing",
        [
            .init([.draft], to: .open, by: [.owner, .team]),
            .init([.open, .draft], to: .shut, by: [.team], needs: [["reason"], ["evidence", "note"]]),
            .init([.shut], to: .open, by: [.team], needs: [["reason"]]),
        ])

    private func check(_ from: State, _ to: State, by actor: Actor, given: Set<String> = []) async throws -> Refusal? {
        try await refusal {
            try table.check(from: from, to: to, by: actor, given: given) {
                Text(fr: "état \($0.rawValue)", en: $0.rawValue)
            }
        }
    }

    @Test func `lets pass what it has, with what it needs`() async throws {
        #expect(try await check(.draft, .open, by: .owner) == nil)
        #expect(try await check(.open, .shut, by: .team, given: ["reason", "evidence"]) == nil)
        #expect(try await check(.open, .shut, by: .team, given: ["reason", "note"]) == nil)
        #expect(try await check(.open, .shut, by: .team, given: ["reason", "note", "evidence", "more"]) == nil)
    }

    @Test func `refuses what it has for nobody, and says what is allowed`() async throws {
        let found = try await check(.draft, .draft, by: .team)
        #expect(found?.problem == .transitionForbidden)
        #expect(found?.problem.code == "transition.forbidden")
        let allowed: JSON = [
            ["to": "open", "needs": []], ["to": "shut", "needs": [["reason"], ["evidence", "note"]]],
        ]
        #expect(found?.extras == [.init("allowed", allowed)])
        #expect(
            found?.detail.fr == "De « état draft », on ne passe pas à « état draft ». "
                + "Possible maintenant : open (état open), shut (état shut).")
        #expect(found?.detail.en == "From 'draft' one does not move to 'draft'. Allowed now: open, shut.")
    }

    @Test func `refuses what others may, and says that it is others who may`() async throws {
        let found = try await check(.open, .shut, by: .owner, given: ["reason", "note"])
        #expect(found?.problem == .transitionForbidden)
        #expect(found?.extras == [.init("allowed", [])])
        #expect(found?.detail.en == "From 'open' one does not move to 'shut' in your role. Allowed now: nothing.")
        #expect(found?.detail.fr.contains("à votre titre. Possible maintenant : rien.") == true)
    }

    static let incomplete: [(Set<String>, [String])] = [
        ([], ["/reason", "/evidence"]), (["reason"], ["/evidence"]), (["note"], ["/reason"]),
        (["other"], ["/reason", "/evidence"]),
    ]

    @Test(arguments: incomplete)
    func `refuses what lacks something, with an error for each group`(
        given: Set<String>, pointers: [String]
    ) async throws {
        let found = try await check(.open, .shut, by: .team, given: given)
        #expect(found?.problem == .transitionIncomplete)
        #expect(found?.errors.map(\.pointer) == pointers)
        #expect(found?.errors.first?.detail.fr == "obligatoire pour passer à « état shut »")
        #expect(found?.errors.first?.detail.en == "required to move to 'shut'")
        #expect(found?.detail.en.contains("evidence or note") == pointers.contains("/evidence"))
    }

    @Test func `says what an actor may do from a state`() {
        #expect(table.allowed(from: .draft, by: .team).map(\.to) == [.open, .shut])
        #expect(table.allowed(from: .draft, by: .owner).map(\.to) == [.open])
        #expect(table.allowed(from: .shut, by: .owner).map(\.to) == [])
    }

    @Test func `is shown whole, line by line`() {
        #expect(table.json.elements.count == 3)
        #expect(
            table.json.elements[1] == [
                "subject": "thing", "from": ["open", "draft"], "to": "shut", "by": ["team"],
                "needs": [["reason"], ["evidence", "note"]], "when": [],
            ])
    }

    @Test func `refuses what a line does not take, and what its conditions refuse before that`() async throws {
        let table = TransitionTable<State, Actor>(
            "thing", [.init([.draft], to: .open, by: [.owner], needs: [["day"]], takes: ["note"], when: ["ready"])])
        func check(_ given: Set<String>, failing: [String: Refusal] = [:]) async throws -> Refusal? {
            try await refusal {
                try table.check(from: .draft, to: .open, by: .owner, given: given, failing: failing) {
                    Text(fr: $0.rawValue, en: $0.rawValue)
                }
            }
        }
        #expect(try await check(["day"]) == nil)
        #expect(try await check(["day", "note"]) == nil)
        let found = try await check(["day", "reason", "evidence"])
        #expect(found?.problem == .transitionUnexpected)
        #expect(found?.errors.map(\.pointer) == ["/evidence", "/reason"])
        let other = Problem("thing.not_ready", .conflict, fr: "Pas prête.", en: "Not ready.")
        #expect(try await check([], failing: ["ready": other()])?.problem == other)
        #expect(try await check(["day"], failing: ["elsewhere": other()]) == nil)
    }
}
