import Fields
import Foundation
import Plans
import Testing

/// The organisations that the files of these tests may name.
let sampleOrganisations = [
    PlanOrganisation(code: "tme", name: "Toulouse Métropole Emploi", isFunder: false),
    PlanOrganisation(code: "ecole", name: "École du soin (fictif)", isFunder: false),
    PlanOrganisation(code: "trio", name: "Aide, Soins / Accueil (fictif)", isFunder: false),
    PlanOrganisation(code: "aide", name: "Aide", isFunder: false),
    PlanOrganisation(code: "jumelle-1", name: "La Jumelle", isFunder: false),
    PlanOrganisation(code: "jumelle-2", name: "la jumelle", isFunder: false),
    PlanOrganisation(code: "homonyme", name: "Jumelle 1", isFunder: false),
    PlanOrganisation(code: "cnsa", name: "CNSA", isFunder: true),
    PlanOrganisation(code: "cd31", name: "Conseil départemental de la Haute-Garonne", isFunder: true),
    PlanOrganisation(code: "ars-occitanie", name: "ARS Occitanie", isFunder: true),
    PlanOrganisation(code: "fonds-2030", name: "Fonds 2030", isFunder: true),
]

func sampleDay(_ text: String) throws -> Day { try Day(fieldText: text) }

func sampleCode(_ text: String) throws -> ActionCode { try ActionCode(fieldText: text) }

/// What is wrong with a file, in French, one line a cell; empty when it can be read.
func wrongCells(_ read: () throws(PlanFileProblems) -> PlanFile) -> [String] {
    do throws(PlanFileProblems) {
        _ = try read()
        return []
    } catch {
        return error.cells.map { $0.description(in: .french) }
    }
}

/// A header that runs over 2022-2024, with two axes.
func sampleHeader() throws -> (PlanFile.Header, [PlanFile.Axis]) {
    (
        PlanFile.Header(
            code: "plan", title: "Le plan", fictional: true, startsOn: try sampleDay("2022-01-01"),
            endsOn: try sampleDay("2024-12-31")),
        [
            PlanFile.Axis(code: "A1", title: "Rendre les métiers attractifs"),
            PlanFile.Axis(code: "A2", title: "Sécuriser les parcours"),
        ]
    )
}

/// A sheet of one action whose cells can be changed, left out or added by heading.
struct SampleSheet {
    var cells: [(heading: String, value: String)] = [
        ("Code", "A1.01"), ("Intitulé", "Tester un métier"), ("Description", ""), ("Axe", "A1"), ("Porteur", "tme"),
        ("Partenaires", ""), ("Début prévu", "10/01/2022"), ("Fin prévue", "16/12/2023"), ("Statut", ""),
    ]

    /// A sheet with some cells of its own; `nil` takes the column out.
    init(_ changes: KeyValuePairs<String, String?> = [:]) {
        for (heading, value) in changes {
            let position = cells.firstIndex { $0.heading == heading }
            switch (position, value) {
            case (let position?, let value?): cells[position].value = value
            case (let position?, nil): cells.remove(at: position)
            case (nil, let value?): cells.append((heading, value))
            case (nil, nil): break
            }
        }
    }

    private static func line(_ cells: [String]) -> String {
        cells.map { "\"" + $0.replacingOccurrences(of: "\"", with: "\"\"") + "\"" }.joined(separator: ";") + "\n"
    }

    var text: String { SampleSheet.line(cells.map(\.heading)) + SampleSheet.line(cells.map(\.value)) }

    func read() throws -> PlanFile.Action {
        let header = try sampleHeader()
        let plan = try PlanFile.read(
            csv: Array(text.utf8), file: "plan.csv", header: header, organisations: sampleOrganisations)
        return try #require(plan.actions.first)
    }

    /// What is wrong with the sheet.
    func wrong() throws -> [String] { try SampleSheet.wrong(text) }

    /// What is wrong with a sheet written out.
    static func wrong(_ text: String) throws -> [String] {
        let header = try sampleHeader()
        return wrongCells { () throws(PlanFileProblems) in
            try PlanFile.read(
                csv: Array(text.utf8), file: "plan.csv", header: header, organisations: sampleOrganisations)
        }
    }
}

/// A plan that uses everything a file can say, with texts that are hard to write.
func samplePlan() throws -> PlanFile {
    let (header, axes) = try sampleHeader()
    var full = header
    full.title = "« Plan » \"2022\" : l'été # fin"
    full.invariants = PlanFile.Invariants(
        actions: 2, axes: 2, budgetCents: 135_514_700, funderCents: ["cd31": 15_083_500, "cnsa": 5])
    let actions = [
        PlanFile.Action(
            code: try sampleCode("A2.01"), title: "=SOMME(A1) ; \"test\", fin",
            description: "Deux\nlignes\r\n\tet \\n « fin » \u{2028} 🎈",
            axis: "A2", lead: "ecole", partners: ["tme", "trio"], plannedStart: try sampleDay("2022-02-01"),
            plannedEnd: try sampleDay("2024-12-31"), status: .blocked,
            funding: [
                PlanFile.Funding(funder: "fonds-2030", year: 2024, plannedCents: 1),
                PlanFile.Funding(funder: "ars-occitanie", year: 2023, plannedCents: 123_456_789),
                PlanFile.Funding(funder: "ars-occitanie", year: 2022, plannedCents: 10_050),
            ]),
        PlanFile.Action(
            code: try sampleCode("A1.01"), title: "'=x", description: "- un\n- deux", axis: "A1", lead: "tme",
            plannedStart: try sampleDay("2022-01-01"), plannedEnd: try sampleDay("2022-01-01")),
        PlanFile.Action(
            code: try sampleCode("A1.01.1"), title: "null", axis: "A1", lead: "tme",
            plannedStart: try sampleDay("2022-01-01"),
            plannedEnd: try sampleDay("2022-03-01"), status: .inProgress,
            funding: [PlanFile.Funding(funder: "cd31", year: 2022, plannedCents: 700)]),
    ]
    return PlanFile(header: full, axes: axes, actions: actions)
}
