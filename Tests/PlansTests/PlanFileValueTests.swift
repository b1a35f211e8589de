import Fields
import Plans
import Testing

/// How the cells of a plan are read: days, money, statuses, axes and organisations as people type them.
struct PlanFileValueTests {
    // MARK: - Days

    @Test(arguments: [
        "31/12/2023", " 31/12/2023 ", "31-12-2023", "31.12.2023", "2023-12-31", "31 décembre 2023", "31 DECEMBRE 2023",
        "31 déc. 2023", "31\u{00A0}décembre 2023",
    ])
    func `a day is read in the forms people use`(text: String) throws {
        #expect(try SampleSheet(["Fin prévue": text]).read().plannedEnd == sampleDay("2023-12-31"))
    }

    @Test(arguments: [
        ("1/2/2023", "2023-02-01"), ("1er février 2023", "2023-02-01"), ("1 fév 2023", "2023-02-01"),
        ("2023-2-1", "2023-02-01"), ("29/02/2024", "2024-02-29"), ("15 août 2023", "2023-08-15"),
        ("3 janv. 2023", "2023-01-03"), ("3 sept. 2023", "2023-09-03"), ("14 juil 2023", "2023-07-14"),
    ])
    func `the day comes before the month`(text: String, expected: String) throws {
        #expect(try SampleSheet(["Fin prévue": text]).read().plannedEnd == sampleDay(expected))
    }

    @Test(arguments: [
        ("31/02/2023", "ce jour n'existe pas"), ("29 février 2023", "ce jour n'existe pas"),
        ("12/31/2023", "le jour vient avant le mois"), ("31/12/23", "année sur deux chiffres"),
        ("31-12-23", "année sur deux chiffres"), ("31 décembre 23", "année sur deux chiffres"),
        ("45291", "numéro de jour d'Excel (2023-12-31 ?)"), ("01/01/0023", "année 23"), ("2023", "attendu : un jour"),
        ("décembre 2023", "attendu : un jour"), ("31/12", "attendu : un jour"), ("fin 2023", "attendu : un jour"),
        ("", "attendu : un jour"), ("2023-12-31 00:00", "attendu : un jour"), ("1/2/202", "attendu : un jour"),
        ("2eme mars 2023", "attendu : un jour"), ("2023/12/31", "attendu : un jour"),
    ])
    func `a day that could be misread is refused with its reason`(text: String, reason: String) throws {
        let wrong = try SampleSheet(["Fin prévue": text]).wrong()
        #expect(wrong.count == 1)
        #expect(wrong.first?.contains(reason) == true, "\(wrong)")
    }

    // MARK: - Money

    @Test(arguments: [
        ("12500", 1_250_000), ("12 500", 1_250_000), ("12 500,00 €", 1_250_000),
        ("12\u{00A0}500,00\u{00A0}€", 1_250_000),
        ("12\u{202F}500,5", 1_250_050), ("12 500.50", 1_250_050), ("12.500,00", 1_250_000), ("12,500.00", 1_250_000),
        ("1.355.147", 135_514_700), ("1 355 147,07 euros", 135_514_707), ("0,01", 1), ("€ 5", 500), ("5 EUR", 500),
        ("1250,5", 125_050), ("999 999 999,99", 99_999_999_999),
    ])
    func `an amount is read in the forms people use`(text: String, cents: Int) throws {
        #expect(try SampleSheet(["CNSA 2022": text]).read().funding.map(\.plannedCents) == [cents])
    }

    @Test(arguments: ["", "-", " – ", "—", "0", "0,00", "0 €", " -   € "])
    func `empty, a dash and zero are no line`(text: String) throws {
        #expect(try SampleSheet(["CNSA 2022": text, "CNSA 2024": text]).read().funding == [])
    }

    @Test(arguments: [
        ("12,500", "ambigu : 12500 € ou 12 € et des décimales ? Écrivez 12 500,00"), ("12.500", "ambigu"),
        ("-5", "négatif"), ("\u{2212}5", "négatif"), ("(5)", "négatif"), ("- 5,00 €", "négatif"),
        ("5,123", "ambigu"), ("5,1234", "plus de deux décimales"), ("0,500", "plus de deux décimales"),
        ("1250,500", "plus de deux décimales"), ("12 500,000", "plus de deux décimales"),
        ("12,", "attendu : un montant"),
        ("1 2500", "attendu : un montant"), ("12 50", "attendu : un montant"), ("1,2E+05", "attendu : un montant"),
        ("5 k€", "attendu : un montant"), ("1.35.147", "attendu : un montant"),
        ("12 500.000,00", "attendu : un montant"),
        ("cinq", "attendu : un montant"), ("١٢", "attendu : un montant"), ("1000000000", "montant trop grand"),
        ("5 $", "attendu : un montant"), ("1'000", "attendu : un montant"),
    ])
    func `an amount that could be misread is refused with its reason`(text: String, reason: String) throws {
        let wrong = try SampleSheet(["CNSA 2022": text]).wrong()
        #expect(wrong.count == 1)
        #expect(wrong.first?.contains(reason) == true, "\(wrong)")
    }

    // MARK: - Statuses

    @Test(arguments: [
        (
            ActionStatus.planned,
            ["", "prévue", "Prévu", "planifiée", "planifié", "à venir", "A venir", "planned", "prévu(e)"]
        ),
        (.inProgress, ["en cours", "En Cours", "in_progress", "in progress"]),
        (.paused, ["en pause", "suspendue", "suspendu", "paused"]), (.blocked, ["bloquée", "bloqué", "blocked"]),
        (
            .done,
            ["réalisée", "réalisé", "terminée", "terminé", "faite", "fait", "achevée", "achevé", "done", "Réalisé·e"]
        ),
        (.abandoned, ["abandonnée", "abandonné", "annulée", "Annulé", "abandoned"]),
    ])
    func `a status is read in either gender, or as its code`(status: ActionStatus, words: [String]) throws {
        for word in words {
            #expect(try SampleSheet(["Statut": word]).read().status == status, "\(word)")
        }
    }

    @Test(arguments: [("en retard", "le retard se calcule"), ("oui", "statut inconnu ; attendu : prévue, en cours")])
    func `a status that is none is refused with what is expected`(text: String, reason: String) throws {
        #expect(try SampleSheet(["Statut": text]).wrong().first?.contains(reason) == true)
    }

    // MARK: - Axes

    @Test(arguments: [
        "A1", "a1", "Axe 1", "AXE A1", "1", "Rendre les métiers attractifs", "rendre les metiers  attractifs.",
        "Axe 1 : Rendre les métiers attractifs", "A1 – Rendre les métiers attractifs",
    ])
    func `an axis is its code, its number or its title`(text: String) throws {
        #expect(try SampleSheet(["Axe": text]).read().axis == "A1")
    }

    @Test(arguments: ["A3", "Axe", "", "Rendre", "B1"])
    func `an unknown axis is refused with the plan's axes`(text: String) throws {
        #expect(try SampleSheet(["Axe": text]).wrong().first?.contains("axe inconnu ; axes du plan : A1, A2") == true)
    }

    @Test func `a number that two axes share must be a code`() throws {
        let header = try sampleHeader().0
        var axes = try sampleHeader().1
        axes.append(PlanFile.Axis(code: "B1", title: "Autre"))
        let text = SampleSheet(["Axe": "Axe 1"]).text
        let wrong = wrongCells { () throws(PlanFileProblems) in
            try PlanFile.read(
                csv: Array(text.utf8), file: "f", header: (header, axes), organisations: sampleOrganisations)
        }
        #expect(wrong.first?.contains("plusieurs axes portent ce nom") == true)
    }

    @Test func `names without letters are not the name of an empty cell`() throws {
        let header = try sampleHeader().0
        var axes = try sampleHeader().1
        axes[1].title = "…"
        let text = SampleSheet(["Axe": "", "Porteur": "?"]).text
        let organisations = sampleOrganisations + [PlanOrganisation(code: "points", name: "…", isFunder: true)]
        let wrong = wrongCells { () throws(PlanFileProblems) in
            try PlanFile.read(csv: Array(text.utf8), file: "f", header: (header, axes), organisations: organisations)
        }
        #expect(wrong.map { $0.contains("inconnu") } == [true, true], "\(wrong)")
    }

    // MARK: - Organisations

    @Test(arguments: [
        ("ecole", "ecole"), ("École du soin (fictif)", "ecole"), ("ECOLE DU SOIN", "ecole"),
        (" école  du-soin ", "ecole"),
        ("Aide, Soins / Accueil", "trio"), ("toulouse metropole emploi", "tme"), ("jumelle-1", "jumelle-1"),
        ("Conseil départemental de la Haute-Garonne", "cd31"),
    ])
    func `an organisation is its code or its name`(text: String, code: String) throws {
        #expect(try SampleSheet(["Porteur": text]).read().lead == code)
    }

    @Test(arguments: [
        ("Ecole du soins", "organisation inconnue : vouliez-vous dire « École du soin (fictif) » ?"),
        ("zzzzzz", "organisation inconnue"), ("La jumelle", "plusieurs organisations portent ce nom"),
        ("JUMELLE-1", "le code (homonyme, jumelle-1)"),
    ])
    func `an organisation that is not known for sure is refused`(text: String, reason: String) throws {
        let wrong = try SampleSheet(["Porteur": text]).wrong()
        #expect(wrong.count == 1)
        #expect(wrong.first?.contains(reason) == true, "\(wrong)")
    }

    @Test(arguments: [
        ("", []), ("-", []), ("ecole", ["ecole"]), ("ecole, cnsa", ["cnsa", "ecole"]),
        ("ecole;cnsa", ["cnsa", "ecole"]),
        ("ecole / cnsa", ["cnsa", "ecole"]), ("ecole|cnsa", ["cnsa", "ecole"]), ("ecole\ncnsa\r\n", ["cnsa", "ecole"]),
        ("Aide, Soins / Accueil (fictif)", ["trio"]),
        ("cnsa, Aide, Soins / Accueil, ecole", ["cnsa", "ecole", "trio"]),
        ("Aide, ecole", ["aide", "ecole"]), ("Aide,, cnsa,", ["aide", "cnsa"]),
        ("Aide / Aide, Soins / Accueil", ["aide", "trio"]),
    ])
    func `partners are separated, known names first`(text: String, codes: [String]) throws {
        #expect(try SampleSheet(["Partenaires": text]).read().partners == codes)
    }

    @Test func `each unknown partner is reported by itself`() throws {
        #expect(
            try SampleSheet(["Partenaires": "ecole, Aidee / zzzzzz"]).wrong() == [
                "plan.csv, ligne 2, colonne 6 (Partenaires) : « Aidee » : organisation inconnue : vouliez-vous dire « aide » ?",
                "plan.csv, ligne 2, colonne 6 (Partenaires) : « zzzzzz » : organisation inconnue",
            ])
    }
}
