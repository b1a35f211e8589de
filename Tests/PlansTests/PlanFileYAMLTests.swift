import Fields
import Plans
import Testing

/// What a plan's YAML may say, and where each mistake is reported.
struct PlanFileYAMLTests {
    private static let lines = [
        "plan:",
        "  code: plan-1",
        "  title: \"Le plan\"",
        "  fictional: true",
        "  starts_on: 2022-01-01",
        "  ends_on: 2024-12-31",
        "  invariants: {actions: 1, axes: 1, budget: \"12 500,00\", funders: {cd31: \"0,50\"}}",
        "axes:",
        "  - {code: A1, title: \"Axe un\"}",
        "actions:",
        "  - code: A1.01",
        "    title: \"Tester\"",
        "    axis: A1",
        "    lead: tme",
        "    partners: [ecole]",
        "    planned_start: 2022-01-10",
        "    planned_end: 2023-12-16",
        "    status: in_progress",
        "    funding: [{funder: cnsa, year: 2022, planned: \"12 500,00\"}]",
    ]

    /// The sample with some lines replaced, by number from 1; nil takes one out.
    private func yaml(_ changes: [Int: String?] = [:]) -> String {
        PlanFileYAMLTests.lines.enumerated().compactMap { position, line in
            changes[position + 1].map { $0 } ?? line
        }.joined(separator: "\n") + "\n"
    }

    private func read(_ text: String) throws(PlanFileProblems) -> PlanFile {
        try PlanFile.read(yaml: Array(text.utf8), file: "f", organisations: sampleOrganisations)
    }

    private func wrong(_ text: String) -> [String] {
        wrongCells { () throws(PlanFileProblems) in try read(text) }
    }

    @Test func `every key is read from its source text`() throws {
        let plan = try read(yaml())
        #expect(
            plan.header
                == PlanFile.Header(
                    code: "plan-1", title: "Le plan", fictional: true, startsOn: try sampleDay("2022-01-01"),
                    endsOn: try sampleDay("2024-12-31"),
                    invariants: PlanFile.Invariants(
                        actions: 1, axes: 1, budgetCents: 1_250_000, funderCents: ["cd31": 50])))
        #expect(plan.axes == [PlanFile.Axis(code: "A1", title: "Axe un")])
        #expect(
            plan.actions == [
                PlanFile.Action(
                    code: try sampleCode("A1.01"), title: "Tester", axis: "A1", lead: "tme", partners: ["ecole"],
                    plannedStart: try sampleDay("2022-01-10"), plannedEnd: try sampleDay("2023-12-16"),
                    status: .inProgress,
                    funding: [PlanFile.Funding(funder: "cnsa", year: 2022, plannedCents: 1_250_000)])
            ])
        #expect(plan.actions[0].line == 11)
    }

    @Test(arguments: [
        ("012", "012"), ("yes", "yes"), ("0x1F", "0x1F"), ("1e3", "1e3"), ("2022-01-10", "2022-01-10"), ("=", "="),
    ])
    func `a plain scalar is a text and nothing else`(written: String, read: String) throws {
        #expect(try self.read(yaml([12: "    title: \(written)"])).actions[0].title == read)
    }

    @Test func `description, partners, status, funding, fictional and invariants may be left out or empty`() throws {
        let absent = try read(yaml([4: nil, 7: nil, 15: nil, 18: nil, 19: nil]))
        let empty = try read(
            yaml([4: nil, 7: nil, 15: "    partners:", 18: "    status: ~", 19: "    funding: []\n    description:"]))
        #expect(absent == empty)
        #expect(absent.header.fictional == false)
        #expect(absent.header.invariants == PlanFile.Invariants())
        #expect(absent.actions[0].status == .planned)
        #expect(absent.actions[0].description == nil)
    }

    @Test func `a plan without actions can be read`() throws {
        #expect(
            try read(yaml([10: "actions: []"]).split(separator: "\n").prefix(10).joined(separator: "\n")).actions == [])
    }

    @Test func `a national insurance number is refused where it stands, and not told again`() throws {
        let number = "2 69 05 2A 123 456 88"
        for (line, text) in [
            (3, "  title: \"Le plan de \(number)\""), (9, "  - {code: A1, title: \"Axe \(number)\"}"),
            (12, "    title: \"Pour \(number)\""), (14, "    lead: \"\(number)\""),
            (18, "    status: \"\(number)\""),
        ] {
            let problems = wrong(yaml([line: text]))
            #expect(problems.contains { $0.hasPrefix("f, ligne \(line),") }, "\(line): \(problems)")
            #expect(!problems.contains { $0.contains("123 456") }, "\(line)")
        }
        #expect(wrong(yaml([12: "    title: \"Pour \(number)\""])).first?.contains("jamais enregistré") == true)
    }

    @Test func `a block of text keeps its line breaks`() throws {
        let plan = try read(yaml([12: "    title: Tester\n    description: |\n      * un\n      * deux & trois"]))
        #expect(plan.actions[0].description == "* un\n* deux & trois")
    }

    private static let mistakes: [([Int: String?], [String])] = [
        ([2: "  code: Plan 1"], ["ligne 2, colonne 9 (plan.code) : « Plan 1 » : attendu : des lettres minuscules"]),
        ([3: "  title: ''"], ["ligne 3, colonne 10 (plan.title) : le titre manque"]),
        (
            [4: "  fictional: peut-être"],
            ["ligne 4, colonne 14 (plan.fictional) : « peut-être » : attendu : true ou false"]
        ),
        ([5: nil], ["ligne 2, colonne 3 (plan.starts_on) : cette clé manque"]),
        ([5: "  starts_on:"], ["ligne 5, colonne 13 (plan.starts_on) : la valeur manque"]),
        (
            [6: "  ends_on: 2021-12-31"],
            ["ligne 6, colonne 12 (plan.ends_on) : « 2021-12-31 » : la fin précède le début (2022-01-01)"]
        ),
        (
            [7: "  invariants: {actions: x}"],
            ["ligne 7, colonne 25 (plan.invariants.actions) : « x » : attendu : un nombre"]
        ),
        (
            [7: "  invariants: {axes: -1}"],
            ["ligne 7, colonne 22 (plan.invariants.axes) : « -1 » : attendu : un nombre"]
        ),
        ([7: "  invariants: {budget: \"12,500\"}"], ["ligne 7, colonne 24"]),
        (
            [7: "  invariants: {funders: {tme: 1}}"],
            ["ligne 7, colonne 26 (plan.invariants.funders) : « tme » : tme n'est pas un financeur"]
        ),
        (
            [7: "  invariants: {funders: [cd31]}"],
            ["ligne 7, colonne 25 (plan.invariants.funders) : attendu : des paires"]
        ),
        ([9: "  - {code: A1}"], ["ligne 9, colonne 5 (axes.title) : cette clé manque"]),
        (
            [9: "  - {code: AB, title: x}"],
            ["ligne 9, colonne 12 (axes.code) : « AB » : attendu : un code d'axe"]
        ),
        (
            [9: "  - {code: A1, title: x}\n  - {code: A1, title: y}"],
            ["ligne 10, colonne 12 (axes.code) : « A1 » : axe donné deux fois"]
        ),
        ([8: "axes: []", 9: nil], ["ligne 8, colonne 7 (axes) : un plan a au moins un axe"]),
        ([8: "axes: A1", 9: nil], ["ligne 8, colonne 7 (axes) : « A1 » : attendu : une liste"]),
        ([12: nil], ["ligne 11, colonne 5 (actions.title) : cette clé manque"]),
        (
            [12: "    titel: x"],
            [
                "ligne 11, colonne 5 (actions.title) : cette clé manque",
                "ligne 12, colonne 5 (actions) : « titel » : clé inconnue : vouliez-vous dire « title » ?",
            ]
        ),
        ([12: "    title: [x]"], ["ligne 12, colonne 12 (actions.title) : attendu : un texte"]),
        (
            [12: "    title: \"a\\tb\""],
            ["ligne 12, colonne 12 (actions.title) : « a b » : un titre tient sur une ligne"]
        ),
        ([13: "    axis: A9"], ["ligne 13, colonne 11 (actions.axis) : « A9 » : axe inconnu ; axes du plan : A1"]),
        (
            [14: "    lead: tm"],
            ["ligne 14, colonne 11 (actions.lead) : « tm » : organisation inconnue : vouliez-vous dire « tme » ?"]
        ),
        ([15: "    partners: ecole"], ["ligne 15, colonne 15 (actions.partners) : « ecole » : attendu : une liste"]),
        (
            [15: "    partners: [ecole, tme, ecole, \"\", ~]"],
            [
                "ligne 15, colonne 23 (actions.partners) : « tme » : le porteur ne compte pas parmi les partenaires",
                "ligne 15, colonne 28 (actions.partners) : « ecole » : partenaire donné deux fois",
                "ligne 15, colonne 35 (actions.partners) : le nom de l'organisation manque",
                "ligne 15, colonne 39 (actions.partners) : « ~ » : la valeur manque",
            ]
        ),
        ([18: "    status: late"], ["ligne 18, colonne 13 (actions.status) : « late » : le retard se calcule"]),
        ([19: "    funding: {funder: cnsa}"], ["ligne 19, colonne 14 (actions.funding) : attendu : une liste"]),
        ([19: "    funding: [cnsa]"], ["ligne 19, colonne 15 (actions.funding) : « cnsa » : attendu : des clés"]),
        (
            [19: "    funding: [{funder: tme, year: 22, planned: \"\"}]"],
            [
                "ligne 19, colonne 24 (actions.funding.funder) : « tme » : tme n'est pas un financeur",
                "ligne 19, colonne 35 (actions.funding.year) : « 22 » : attendu : une année à quatre chiffres",
                "ligne 19, colonne 48 (actions.funding.planned) : attendu : un montant",
            ]
        ),
        (
            [19: "    funding: [{funder: cnsa, year: 2024, planned: 1}]"],
            [
                "ligne 19, colonne 36 (actions.funding.year) : « 2024 » : 2024 est hors des années de l'action (2022 – 2023)"
            ]
        ),
        (
            [19: "    funding: [{funder: cnsa, year: 2022, planned: 1}, {funder: CNSA, year: 2022, planned: 2}]"],
            ["ligne 19, colonne 76 (actions.funding.year) : « 2022 » : financement cnsa 2022 donné deux fois"]
        ),
        ([19: "    {}: 1"], ["ligne 11, colonne 5 (actions) : une clé doit être un texte"]),
        (
            [1: "plan: rien\nplan2:"],
            [
                "ligne 1, colonne 7 (plan) : « rien » : attendu : des clés",
                "ligne 2, colonne 1 : « plan2 » : clé inconnue",
            ]
        ),
    ]

    @Test(arguments: mistakes)
    func `each mistake is reported at its place`(changes: [Int: String?], expected: [String]) throws {
        let found = wrong(yaml(changes))
        #expect(found.count == expected.count, "\(found)")
        for (found, expected) in zip(found, expected) { #expect(found.contains(expected)) }
    }

    @Test func `every mistake of a file is reported, in its order`() {
        let found = wrong(
            yaml([
                2: "  code: ÉTÉ", 9: nil, 14: "  # no lead", 16: "    planned_start: 2022-02-30", 18: "    status: x",
            ]))
        #expect(
            found.map { $0.split(separator: ")")[0] } == [
                "f, ligne 2, colonne 9 (plan.code", "f, ligne 8, colonne 6 (axes",
                "f, ligne 10, colonne 5 (actions.lead",
                "f, ligne 15, colonne 20 (actions.planned_start",
                "f, ligne 17, colonne 13 (actions.status",
            ], "\(found)")
    }

    @Test(arguments: [
        ("plan: {code: a", 2, 1, "YAML"), ("plan:\n\t- x", 2, 1, "YAML"), ("a: 1\n---\nb: 2", 2, 1, "YAML"),
        ("plan: \"\u{1}\"", 1, 8, "illisible"), ("plan: 1\nplan: 2", 1, 1, "deux fois"), ("", 1, 1, "vide"),
        ("- 1", 1, 1, "des clés"), ("plan: !!binary aGk=", 1, 7, "étiquettes"), ("plan: !x {a: 1}", 1, 7, "étiquettes"),
        ("plan: &a 1", 1, 7, "ancres"), ("é: &a1 [x]\nb:\n  - *a1", 3, 5, "ancres"), ("? *x\n: &x 1", 1, 3, "ancres"),
        ("plan: *nowhere", 1, 7, "YAML"), ("a\u{0}b", 1, 1, "UTF-16"),
        ("plan: [[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]", 1, 23, "imbriqués"),
    ])
    func `what is not a plain YAML document is refused at its place`(
        text: String, line: Int, column: Int, reason: String
    ) throws {
        let first = try #require(wrong(text).first { $0.contains(reason) }, "\(wrong(text))")
        #expect(first.hasPrefix("f, ligne \(line), colonne \(column)"), "\(first)")
    }

    @Test(.timeLimit(.minutes(1)))
    func `a bomb of aliases and a tower of brackets are refused at once`() {
        var bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
        for level in 1...12 {
            let alias = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ",")
            bomb += "a\(level): &a\(level) [\(alias)]\n"
        }
        bomb += "? *a12\n: 1\n"
        #expect(wrong(bomb).count == 1)
        for opening in ["[", "{", "- ", "? ", "{a: "] {
            #expect(!wrong(String(repeating: opening, count: 100_000)).isEmpty)
        }
    }

    @Test func `a sign that begins no alias is plain text`() throws {
        let plan = try read(yaml([12: "    title: \"R&D *gras* et A&B &c *d\""]))
        #expect(plan.actions[0].title == "R&D *gras* et A&B &c *d")
    }

    @Test func `a file in Latin-1 is refused with what to do`() throws {
        let bytes = Array("plan:\n  title: \"".utf8) + [0xE9, 0x22]
        let found = wrongCells { () throws(PlanFileProblems) in
            try PlanFile.read(yaml: bytes, file: "f", organisations: [])
        }
        #expect(found.count == 1)
        #expect(found.first?.contains("ligne 2, colonne 1 : le fichier semble être en Windows-1252") == true)
    }

    @Test func `a byte order mark and CRLF change nothing`() throws {
        #expect(try read("\u{FEFF}" + yaml().split(separator: "\n").joined(separator: "\r\n")) == read(yaml()))
    }

    @Test func `a file over 4 MB is refused`() {
        let found = wrong("# " + String(repeating: "x", count: 4_000_000))
        #expect(found.count == 1)
        #expect(found.first?.contains("trop gros") == true)
    }

    // MARK: - The header alone

    @Test(arguments: ["", "actions:\n  - nonsense\n"])
    func `the header is read without looking at the actions`(actions: String) throws {
        let text = PlanFileYAMLTests.lines.prefix(9).joined(separator: "\n") + "\n" + actions
        let (header, axes) = try PlanFile.readHeader(
            yaml: Array(text.utf8), file: "f", organisations: sampleOrganisations)
        let plan = try read(yaml())
        #expect(header == plan.header)
        #expect(axes == plan.axes)
    }

    @Test func `a header's mistakes are reported as the plan's are`() throws {
        let text = PlanFileYAMLTests.lines.prefix(7).joined(separator: "\n").replacing("plan-1", with: "É")
        let found = #expect(throws: PlanFileProblems.self) {
            try PlanFile.readHeader(yaml: Array(text.utf8), file: "f", organisations: sampleOrganisations)
        }
        #expect(found?.cells.map(\.heading) == ["axes", "plan.code"])
    }
}
