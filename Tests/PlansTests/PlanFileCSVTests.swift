import Fields
import Plans
import Testing

/// What people may type in a plan's sheet, and where each mistake is reported.
struct PlanFileCSVTests {
    // MARK: - Headings

    private static let headings: [(String, String)] = [
        ("Code", "CODE"), ("Code", "N°"), ("Code", "n ° "), ("Code", "Numéro"), ("Code", "Référence"),
        ("Code", "REFERENCES"), ("Code", "Réf."), ("Code", "Code de l'action"), ("Code", "N° d’action"),
        ("Intitulé", "intitule"), ("Intitulé", "Titres"), ("Intitulé", "Action"), ("Intitulé", "Actions"),
        ("Intitulé", "Titre de l'action"), ("Intitulé", "  Intitulé   de l’action : "), ("Intitulé", "title"),
        ("Axe", "AXES"), ("Axe", "axis"), ("Axe", "Axe :"),
        ("Porteur", "Pilote"), ("Porteur", "Structure porteuse"), ("Porteur", "Structures porteuses"),
        ("Porteur", "Porteur de l'action"), ("Porteur", "lead"), ("Porteur", "lead_organisation"),
        ("Début prévu", "Début"), ("Début prévu", "Date de début"), ("Début prévu", "DEBUT PREVU(E)"),
        ("Début prévu", "Date de début prévue"), ("Début prévu", "planned_start"),
        ("Début prévu", "Début_prévisionnel"),
        ("Fin prévue", "Fin"), ("Fin prévue", "Date de fin"), ("Fin prévue", "planned_end"),
        ("Fin prévue", "Fin (prévue)"),
    ]

    @Test(arguments: headings)
    func `a heading is known however people type it`(usual: String, typed: String) throws {
        let text = SampleSheet().text.replacing("\"\(usual)\"", with: "\"\(typed)\"")
        #expect(text.contains(typed))
        #expect(try SampleSheet.wrong(text) == [])
    }

    @Test(arguments: [
        ("Description", "Descriptif", "x"), ("Description", "description", "x"), ("Partenaires", "Partenaire", "ecole"),
        ("Partenaires", "Structures partenaires", "ecole"), ("Partenaires", "PARTNERS", "ecole"),
        ("Statut", "État", "en cours"), ("Statut", "ETATS", "en cours"), ("Statut", "status", "en cours"),
    ])
    func `a heading that may be left out is known too`(usual: String, typed: String, value: String) throws {
        let expected = try SampleSheet([usual: value]).read()
        #expect(try SampleSheet([usual: nil, typed: value]).read() == expected)
        #expect(try SampleSheet([usual: nil]).read() != expected)
    }

    @Test(arguments: [
        ("CNSA 2022", "cnsa", 2022), ("cnsa  2023", "cnsa", 2023), ("2022 CNSA", "cnsa", 2022),
        ("Montant prévu CD31 2023 (€)", "cd31", 2023), ("Montants prévus — CD31 — 2023 en euros", "cd31", 2023),
        ("Financement Conseil départemental de la Haute-Garonne 2022", "cd31", 2022), ("€ CNSA 2022", "cnsa", 2022),
        ("Financement du conseil departemental de Haute Garonne (2022)", "cd31", 2022),
        ("ARS-OCCITANIE 2022", "ars-occitanie", 2022), ("Prévu ARS Occitanie 2022 (en €)", "ars-occitanie", 2022),
        ("FONDS-2030 2022", "fonds-2030", 2022), ("2022 Fonds 2030", "fonds-2030", 2022),
    ])
    func `a money column is a funder and a year, in any order`(heading: String, funder: String, year: Int) throws {
        #expect(
            try SampleSheet([heading: "12,50"]).read().funding == [
                PlanFile.Funding(funder: funder, year: year, plannedCents: 1250)
            ])
    }

    @Test(arguments: [
        ("Remarque", "« Remarque » : colonne inconnue"), ("Porteurr", "vouliez-vous dire « Porteur » ?"),
        ("CNSA", "il manque l'année : écrivez par exemple « CNSA 2023 »"), ("CNSA 22", "colonne inconnue"),
        ("CNSA2022", "colonne inconnue"),
        ("TME 2022", "tme n'est pas un financeur"), ("CNSE 2022", "vouliez-vous dire « cnsa » ?"),
        ("CNSA 2022-2023", "colonne inconnue"), ("2022", "colonne inconnue"), ("Réalisé CNSA 2022", "colonne inconnue"),
        ("Jumelle 2022", "plusieurs organisations portent ce nom : donnez le code (jumelle-1, jumelle-2)"),
        ("Date de fin réelle", "colonne inconnue"), ("Titre", "même colonne que la colonne 2"),
    ])
    func `a heading that is not understood is a wrong cell of line 1`(heading: String, reason: String) throws {
        let wrong = try SampleSheet([heading: ""]).wrong()
        #expect(wrong.count == 1)
        #expect(wrong.first?.hasPrefix("plan.csv, ligne 1, colonne 10") == true)
        #expect(wrong.first?.contains(reason) == true, "\(wrong)")
    }

    @Test func `the same money under two headings is a wrong cell of line 1`() throws {
        let wrong = try SampleSheet(["CNSA 2022": "", "Montant prévu CNSA 2022 (€)": ""]).wrong()
        #expect(
            wrong == [
                "plan.csv, ligne 1, colonne 11 : « Montant prévu CNSA 2022 (€) » : même colonne que la colonne 10"
            ])
    }

    @Test(arguments: ["Code", "Intitulé", "Axe", "Porteur", "Début prévu", "Fin prévue"])
    func `a required column that is missing is named`(heading: String) throws {
        let wrong = try SampleSheet([heading: nil]).wrong()
        #expect(wrong == ["plan.csv, ligne 1, colonne 1 (\(heading)) : cette colonne manque"])
    }

    @Test func `a column without a heading may only be empty`() throws {
        #expect(try SampleSheet(["": ""]).wrong() == [])
        #expect(
            try SampleSheet(["": "x"]).wrong() == [
                "plan.csv, ligne 2, colonne 10 : « x » : cette colonne n'a pas de titre"
            ])
    }

    // MARK: - Rows

    @Test func `a row with another number of cells is reported once, and is still a parent`() throws {
        let header = "Code;Titre;Axe;Porteur;Début;Fin\n"
        let child = "A1.01.1;x;A1;tme;2022-01-01;2022-01-02\n"
        #expect(
            try SampleSheet.wrong(header + "A1.01;x;A9;nobody;soon\n" + child) == [
                "plan.csv, ligne 2, colonne 6 : 5 cellules pour 6 colonnes"
            ])
        #expect(
            try SampleSheet.wrong(header + "A1.01;x;y;A1;tme;2022-01-01;2022-01-02\n" + child) == [
                "plan.csv, ligne 2, colonne 7 : « 2022-01-02 » : 7 cellules pour 6 colonnes"
            ])
    }

    @Test func `rows of separators under the last action are skipped`() throws {
        #expect(try SampleSheet.wrong(SampleSheet().text + ";;;;;;;;\n ;;\n") == [])
    }

    @Test func `a file that is no table is one wrong cell`() throws {
        #expect(
            try SampleSheet.wrong("a;b\n1;\"2\n") == [
                "plan.csv, ligne 2, colonne 2 : le guillemet ouvert ici n'est jamais fermé"
            ])
    }

    @Test func `every mistake is reported, in the order of the file`() throws {
        let wrong = try SampleSheet([
            "Code": "A1.1", "Intitulé": "", "Axe": "A7", "Porteur": "x", "Fin prévue": "31/02/2023", "Statut": "?",
            "CNSA 2022": "abc", "Inconnue": "",
        ]).wrong()
        #expect(
            wrong.map { $0.split(separator: " : ")[0] } == [
                "plan.csv, ligne 1, colonne 11", "plan.csv, ligne 2, colonne 1 (Code)",
                "plan.csv, ligne 2, colonne 2 (Intitulé)", "plan.csv, ligne 2, colonne 4 (Axe)",
                "plan.csv, ligne 2, colonne 5 (Porteur)", "plan.csv, ligne 2, colonne 8 (Fin prévue)",
                "plan.csv, ligne 2, colonne 9 (Statut)", "plan.csv, ligne 2, colonne 10 (CNSA 2022)",
            ])
    }

    @Test func `a wrong cell after a quoted line break has its own line`() throws {
        let wrong = try SampleSheet(["Description": "un\ndeux", "Statut": "tard"]).wrong()
        #expect(wrong.first?.hasPrefix("plan.csv, ligne 3, colonne 9 (Statut) : « tard » : statut inconnu") == true)
    }

    // MARK: - Rules across cells

    private static let rules: [([(String, String)], [String])] = [
        ([("Axe", "A2")], ["colonne 4 (Axe) : « A2 » : l'action A1.01 doit être sur l'axe A1"]),
        ([("Code", "A1.01.1")], ["colonne 1 (Code) : « A1.01.1 » : sous-action sans son action : A1.01 n'est pas"]),
        (
            [("Fin prévue", "09/01/2022")],
            ["colonne 8 (Fin prévue) : « 09/01/2022 » : la fin précède le début (2022-01-10)"]
        ),
        ([("Début prévu", "31/12/2021")], ["colonne 7 (Début prévu) : « 31/12/2021 » : hors de la période du plan"]),
        ([("Fin prévue", "01/01/2025")], ["colonne 8 (Fin prévue) : « 01/01/2025 » : hors de la période du plan"]),
        ([("Partenaires", "ecole, TME")], ["colonne 6 (Partenaires) : « TME » : le porteur ne compte pas"]),
        (
            [("Partenaires", "ecole, École du Soin")],
            ["colonne 6 (Partenaires) : « École du Soin » : partenaire donné deux fois"]
        ),
        ([("CNSA 2024", "5")], ["colonne 10 (CNSA 2024) : « 5 » : 2024 est hors des années de l'action (2022 – 2023)"]),
        ([("Intitulé", " ")], ["colonne 2 (Intitulé) : « " + "  » : le titre manque"]),
        ([("Intitulé", "a\nb")], ["colonne 2 (Intitulé) : « a b » : un titre tient sur une ligne"]),
        ([("Intitulé", String(repeating: "é", count: 301))], ["301 caractères, 300 au plus"]),
        ([("Description", String(repeating: "é", count: 4001))], ["4001 caractères, 4000 au plus"]),
        ([("Description", "a\u{7}b")], ["colonne 3 (Description) : « a b » : caractère de commande"]),
        ([("Porteur", "")], ["colonne 5 (Porteur) : le nom de l'organisation manque"]),
    ]

    @Test(arguments: rules)
    func `a broken rule is reported at its cell`(changes: [(String, String)], expected: [String]) throws {
        var sheet = SampleSheet()
        for (heading, value) in changes {
            if let position = sheet.cells.firstIndex(where: { $0.heading == heading }) {
                sheet.cells[position].value = value
            } else {
                sheet.cells.append((heading, value))
            }
        }
        let wrong = try sheet.wrong()
        #expect(wrong.count == expected.count, "\(wrong)")
        for (found, expected) in zip(wrong, expected) { #expect(found.contains(expected)) }
    }

    @Test func `the longest title, description and the plan's own days are allowed`() throws {
        let action = try SampleSheet([
            "Intitulé": String(repeating: "é", count: 300), "Description": String(repeating: "é", count: 4000),
            "Début prévu": "01/01/2022", "Fin prévue": "31/12/2024", "CNSA 2022": "1", "CNSA 2024": "1",
        ]).read()
        #expect(action.title.count == 300)
        #expect(action.funding.count == 2)
    }

    @Test func `a code given twice is reported the second time, with the first line`() throws {
        let sheet = SampleSheet().text
        let again = sheet.split(separator: "\n")[1]
        #expect(
            try SampleSheet.wrong(sheet + again + "\n") == [
                "plan.csv, ligne 3, colonne 1 (Code) : « A1.01 » : code déjà donné à la ligne 2"
            ])
    }

    @Test func `a sub-action may come before its action`() throws {
        let sheet = SampleSheet().text.split(separator: "\n")
        let child = sheet[1].replacing("A1.01", with: "A1.01.1")
        #expect(try SampleSheet.wrong("\(sheet[0])\n\(child)\n\(sheet[1])\n") == [])
    }

    @Test func `a parent whose other cells are wrong is there all the same`() throws {
        let sheet = SampleSheet().text.split(separator: "\n")
        let child = sheet[1].replacing("A1.01", with: "A1.01.1")
        let wrong = try SampleSheet.wrong("\(sheet[0])\n\(child)\n\(sheet[1].replacing("tme", with: "zzzz"))\n")
        #expect(wrong == ["plan.csv, ligne 3, colonne 5 (Porteur) : « zzzz » : organisation inconnue"])
    }
}
