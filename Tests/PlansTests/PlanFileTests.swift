import Fields
import Foundation
import Plans
import Testing

/// What a plan is whichever file it comes from: round trips, invariants, and the demonstration's own file.
struct PlanFileTests {
    @Test func `a plan written as YAML and read again is equal`() throws {
        let plan = try samplePlan()
        let read = try PlanFile.read(yaml: Array(plan.yaml.utf8), file: "plan.yaml", organisations: sampleOrganisations)
        #expect(read == plan)
        // Bytes: Swift says that two texts are equal when they look alike.
        #expect(read.actions.map { Array($0.title.utf8) } == plan.actions.map { Array($0.title.utf8) })
        #expect(read.yaml == plan.yaml)
    }

    @Test func `a plan written as CSV and read again is equal`() throws {
        let plan = try samplePlan()
        let read = try PlanFile.read(
            csv: plan.csv, file: "plan.csv", header: (plan.header, plan.axes), organisations: sampleOrganisations)
        #expect(read == plan)
        #expect(
            read.actions.map { $0.description.map { Array($0.utf8) } }
                == plan.actions.map { $0.description.map { Array($0.utf8) } })
        #expect(read.csv == plan.csv)
    }

    @Test(arguments: ActionStatus.allCases)
    func `every status is written as people say it and read back`(status: ActionStatus) throws {
        var plan = try samplePlan()
        plan.actions[0].status = status
        #expect(String(decoding: plan.csv, as: UTF8.self).contains(";\(status.label.fr);"))
        let read = try PlanFile.read(
            csv: plan.csv, file: "plan.csv", header: (plan.header, plan.axes), organisations: sampleOrganisations)
        #expect(read.actions[0].status == status)
    }

    @Test func `a zero line is kept in YAML and has no form in a sheet`() throws {
        var plan = try samplePlan()
        plan.actions[0].funding = [PlanFile.Funding(funder: "cnsa", year: 2022, plannedCents: 0)]
        let read = try PlanFile.read(yaml: Array(plan.yaml.utf8), file: "plan.yaml", organisations: sampleOrganisations)
        #expect(read.actions[0].funding == plan.actions[0].funding)
        #expect(!String(decoding: plan.csv, as: UTF8.self).contains("CNSA"))
    }

    @Test func `the sheet begins with the headings people know, then a column for each funder and year`() throws {
        let header = String(decoding: try samplePlan().csv, as: UTF8.self).split(separator: "\r\n")[0]
        #expect(
            header == "\u{FEFF}Code;Intitulé;Description;Axe;Porteur;Partenaires;Début prévu;Fin prévue;Statut;"
                + "ARS-OCCITANIE 2022;ARS-OCCITANIE 2023;CD31 2022;FONDS-2030 2024")
    }

    @Test func `the line an action was read from says nothing of the plan`() throws {
        let plan = try samplePlan()
        var moved = plan
        moved.actions[0].line = 99
        #expect(moved == plan)
        moved.actions[0].title += "."
        #expect(moved != plan)
    }

    @Test func `actions, axes, partners and funding are sorted, whatever the order they came in`() throws {
        let plan = try samplePlan()
        #expect(plan.actions.map(\.code.text) == ["A1.01", "A1.01.1", "A2.01"])
        #expect(plan.actions[2].partners == ["tme", "trio"])
        #expect(
            plan.actions[2].funding.map { "\($0.funder) \($0.year)" }
                == ["ars-occitanie 2022", "ars-occitanie 2023", "fonds-2030 2024"])
        let reversed = PlanFile(header: plan.header, axes: plan.axes.reversed(), actions: plan.actions.reversed())
        #expect(reversed == plan)
    }

    @Test func `a file of too many actions is one wrong cell, whatever its rows hold`() throws {
        let rows = String(repeating: "x;x;x;x;x;x\n", count: PlanFile.maximumActions + 1)
        let sheet = try SampleSheet.wrong("Code;Titre;Axe;Porteur;Début;Fin\n" + rows)
        #expect(sheet == ["plan.csv, ligne 20002, colonne 1 : plus de 20000 actions : ce n'est pas un plan"])
        let header = try samplePlan().yaml.split(separator: "actions:\n  -")[0]
        let yaml = header + "actions:\n" + String(repeating: "  - x\n", count: PlanFile.maximumActions + 1)
        let wrong = wrongCells { () throws(PlanFileProblems) in
            try PlanFile.read(yaml: Array(yaml.utf8), file: "f", organisations: sampleOrganisations)
        }
        #expect(wrong.count == 1)
        #expect(wrong.first?.contains("plus de 20000 actions") == true)
    }

    // MARK: - Invariants

    @Test func `invariants that hold say nothing, and nothing declared holds`() throws {
        var plan = try samplePlan()
        plan.header.invariants = PlanFile.Invariants()
        #expect(plan.checkInvariants().isEmpty)
        plan.header.invariants = PlanFile.Invariants(
            actions: 2, axes: 2, budgetCents: 123_467_540, funderCents: ["cd31": 700, "cnsa": 0])
        #expect(plan.checkInvariants() == [])
    }

    @Test func `each broken invariant says what was expected and what was found`() throws {
        var plan = try samplePlan()
        plan.header.invariants = PlanFile.Invariants(
            actions: 3, axes: 1, budgetCents: 123_467_541, funderCents: ["cd31": 100, "ars-occitanie": 123_466_839])
        plan.header.startsOn = try sampleDay("2022-01-02")
        let broken = plan.checkInvariants()
        #expect(
            broken.map(\.fr) == [
                "actions (sous-actions non comptées) : 3 attendues, 2 trouvées",
                "axes : 1 attendus, 2 trouvés",
                "budget total : 1 234 675,41 € attendus, 1 234 675,40 € trouvés (écart -0,01 €)",
                "financement cd31 : 1,00 € attendus, 7,00 € trouvés (écart +6,00 €)",
                "A1.01 hors de la période du plan : 2022-01-02 – 2024-12-31 attendue, 2022-01-01 – 2022-01-01 trouvée",
                "A1.01.1 hors de la période du plan : 2022-01-02 – 2024-12-31 attendue, 2022-01-01 – 2022-03-01 trouvée",
            ])
        #expect(broken[0].en == "actions (sub-actions not counted): 3 expected, 2 found")
    }

    @Test func `an end after the plan's is outside of its period`() throws {
        var plan = try samplePlan()
        plan.header.invariants = PlanFile.Invariants()
        plan.header.endsOn = try sampleDay("2024-12-30")
        #expect(plan.checkInvariants().map(\.fr).map { $0.hasPrefix("A2.01 hors de la période") } == [true])
    }

    // MARK: - Wrong cells

    @Test func `a wrong cell says where it stands in both languages`() {
        let cell = WrongCell(
            file: "plan.csv", line: 12, column: 5, heading: "Fin prévue", value: "31/02/2023",
            reason: Text(fr: "ce jour n'existe pas", en: "this day does not exist"))
        #expect(
            cell.description(in: .french)
                == "plan.csv, ligne 12, colonne 5 (Fin prévue) : « 31/02/2023 » : ce jour n'existe pas")
        #expect(
            cell.description(in: .english)
                == "plan.csv, line 12, column 5 (Fin prévue): \"31/02/2023\": this day does not exist")
    }

    @Test func `a long value is cut and cannot steer a terminal`() {
        let cell = WrongCell(
            file: "f", line: 1, column: 1, heading: "", value: "\u{1B}[2J\n" + String(repeating: "x", count: 100),
            reason: Text(fr: "non", en: "no"))
        let expected = "f, ligne 1, colonne 1 : «  [2J " + String(repeating: "x", count: 75) + "… » : non"
        #expect(cell.description(in: .french) == expected)
    }

    @Test func `problems come in the order of the file`() throws {
        func cell(_ line: Int, _ column: Int) -> WrongCell {
            WrongCell(file: "f", line: line, column: column, heading: "", value: "", reason: Text(fr: "", en: ""))
        }
        let problems = PlanFileProblems(cells: [cell(2, 1), cell(1, 9), cell(1, 2)])
        #expect(problems.cells == [cell(1, 2), cell(1, 9), cell(2, 1)])
    }

    // MARK: - The demonstration

    private static let demo = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "deploy/demo")

    private static var hasDemo: Bool {
        FileManager.default.fileExists(atPath: demo.appending(path: "plan.yaml").path)
    }

    @Test(.enabled(if: hasDemo))
    func `the demonstration's plan is read, holds its invariants and survives both forms`() throws {
        func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: PlanFileTests.demo.appending(path: name)))
        }
        let organisations = try CSVTable.read(try bytes("organisations.csv")).rows.map {
            PlanOrganisation(code: $0.cells[0].text, name: $0.cells[1].text, isFunder: $0.cells[2].text == "financeur")
        }
        let file = try bytes("plan.yaml")
        let plan = try PlanFile.read(yaml: file, file: "plan.yaml", organisations: organisations)
        #expect(plan.header.fictional)
        #expect(plan.topLevelActions.count == 77)
        #expect(plan.actions.count > 77)
        #expect(plan.plannedCents == 135_514_700)
        #expect(plan.plannedCentsByFunder["cd31"] == 15_083_500)
        #expect(
            plan.header.invariants
                == PlanFile.Invariants(
                    actions: 77, axes: 2, budgetCents: 135_514_700, funderCents: ["cd31": 15_083_500]))
        #expect(plan.checkInvariants() == [])
        let again = try PlanFile.read(yaml: Array(plan.yaml.utf8), file: "again", organisations: organisations)
        #expect(again == plan)
        let header = try PlanFile.readHeader(yaml: file, file: "plan.yaml", organisations: organisations)
        #expect(header == (plan.header, plan.axes))
        let sheet = try PlanFile.read(csv: plan.csv, file: "plan.csv", header: header, organisations: organisations)
        #expect(sheet == plan)
    }
}
