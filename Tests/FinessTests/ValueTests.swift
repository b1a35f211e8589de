import Fields
import Finess
import Foundation
import Testing

@Suite struct `A value` {
    /// One row with one value beside its number.
    private func row(_ column: String, _ value: String) async throws -> (Establishment, [FinessProblem.Kind: Int]) {
        let outcome = try await read("finess;\(column)\n310000013;\(value)\n")
        return (try #require(outcome.establishments.first), outcome.counts)
    }

    @Test(
        arguments: [
            ("05 61 23 45 67", "0561234567", [:]), ("05.61.23.45.67", "0561234567", [:]),
            ("+33 5 61 23 45 67", "0561234567", [:]), ("+33(0)561234567", "0561234567", [:]),
            ("0033561234567", "0561234567", [:]), ("561234567", "0561234567", [.phoneZero: 1]),
            ("+32 2 123 45 67", "+32 2 123 45 67", [:]), ("3624", "3624", [:]),
            ("05 61 23 45 67 / 06 00 00 00 00", "05 61 23 45 67 / 06 00 00 00 00", [:]),
            ("056123456", "056123456", [:]),
        ] as [(String, String, [FinessProblem.Kind: Int])])
    func `is a phone number`(written: String, phone: String, problems: [FinessProblem.Kind: Int]) async throws {
        let (row, counts) = try await row("telephone", written)
        #expect(row.phone == phone)
        #expect(counts == problems)
    }

    @Test(
        arguments: [
            ("2024-02-29", "2024-02-29", [:]), ("2021-10-18 00:00:00", "2021-10-18", [:]),
            ("2026-03-09T15:49:37.6Z", "2026-03-09", [:]), ("29/02/2024", "2024-02-29", [.spreadsheetDate: 1]),
            ("1/2/2024", "2024-02-01", [.spreadsheetDate: 1]), ("2024-02-30", nil, [.dateForm: 1]),
            ("30/02/2024", nil, [.dateForm: 1]), ("01/02/24", nil, [.dateForm: 1]), ("44197", nil, [.dateForm: 1]),
            ("2024-02-29X", nil, [.dateForm: 1]), ("+024-02-29", nil, [.dateForm: 1]),
        ] as [(String, String?, [FinessProblem.Kind: Int])])
    func `is a day`(written: String, day: String?, problems: [FinessProblem.Kind: Int]) async throws {
        let (row, counts) = try await row("date_ouverture", written)
        #expect(row.openedOn?.fieldText == day)
        #expect(counts == problems)
    }

    @Test(
        arguments: [
            ("77220148900022", "77220148900022", .ok, [:]), ("772 201 489 00022", "77220148900022", .ok, [:]),
            ("35600000049837", "35600000049837", .ok, [:]), ("77220148900023", nil, .wrongKey, [.siretKey: 1]),
            ("772201489", nil, .sirenInsteadOfSiret, [.siretIsSiren: 1]),
            ("7,722E+13", nil, .spreadsheet, [.siretSpreadsheet: 1]),
            ("NON RENSEIGNE", nil, .unreadable, [.siretForm: 1]),
            ("", nil, .missing, [:]), ("123", nil, .unreadable, [.siretForm: 1]),
        ] as [(String, String?, SiretCoherence, [FinessProblem.Kind: Int])])
    func `is a SIRET`(
        written: String, siret: String?, coherence: SiretCoherence, problems: [FinessProblem.Kind: Int]
    ) async throws {
        let (row, counts) = try await row("siret", written)
        #expect(row.siret == siret)
        #expect(row.siretCoherence == coherence)
        #expect(counts == problems)
    }

    @Test func `is a SIRET of another legal entity`() async throws {
        let outcome = try await read("finess;siret;siren\n310000013;77220148900022;304368764\n")
        #expect(outcome.establishments.first?.siret == "77220148900022")
        #expect(outcome.establishments.first?.siretCoherence == .sirenDiffersFromLegalEntity)
        #expect(SiretCoherence(siret: "77220148900022", legalEntitySiren: "772201489") == .ok)
        #expect(SiretCoherence(siret: nil, legalEntitySiren: "772201489") == .missing)
        #expect(SiretCoherence(siret: "5650000100012", legalEntitySiren: nil) == .unreadable)
    }

    @Test(
        arguments: [
            ("1", "01", [.lostZeros: 1]), ("31", "31", [:]), ("031", "31", [:]), ("2a", "2A", [:]), ("9A", "971", [:]),
            ("976", "976", [:]), ("HAUTE GARONNE", nil, [:]), ("0", nil, [:]), ("123", nil, [:]),
        ] as [(String, String?, [FinessProblem.Kind: Int])])
    func `is a département`(written: String, code: String?, problems: [FinessProblem.Kind: Int]) async throws {
        let (row, counts) = try await row("departement", written)
        #expect(row.departement == code)
        #expect(counts == problems)
    }

    @Test(
        arguments: [
            ("31555", "31555", "31", [:]), ("2a004", "2A004", "2A", [:]), ("1053", "01053", "01", [.lostZeros: 1]),
            ("97411", "97411", "974", [:]), ("Toulouse", nil, nil, [.inseeForm: 1]),
        ] as [(String, String?, String?, [FinessProblem.Kind: Int])])
    func `is a commune`(
        written: String, insee: String?, departement: String?, problems: [FinessProblem.Kind: Int]
    ) async throws {
        let (row, counts) = try await row("code_insee", written)
        #expect(row.insee == insee)
        #expect(row.departement == departement)
        #expect(counts == problems)
    }

    @Test(
        arguments: [
            ("1440", "01440", "01", [.lostZeros: 1]), ("31000", "31000", "31", [:]), ("20200", "20200", "2B", [:]),
            ("97133", "97133", "971", [:]), ("BELGIQUE", nil, nil, [.postalCodeForm: 1]),
        ] as [(String, String?, String?, [FinessProblem.Kind: Int])])
    func `is a postal code`(
        written: String, code: String?, departement: String?, problems: [FinessProblem.Kind: Int]
    ) async throws {
        let (row, counts) = try await row("code_postal", written)
        #expect(row.postalCode == code)
        #expect(row.departement == departement)
        #expect(counts == problems)
    }

    @Test(
        arguments: [
            ("31000 TOULOUSE", "31000", "TOULOUSE"), ("31059 TOULOUSE CEDEX 9", "31059", "TOULOUSE"),
            ("31330 LARRA", "31330", "LARRA"), ("TOULOUSE cedex", nil, "TOULOUSE"), ("1440 VIRIAT", "01440", "VIRIAT"),
            ("31100 CÉDEXVILLE", "31100", "CÉDEXVILLE"),
        ] as [(String, String?, String?)])
    func `is a delivery line`(written: String, code: String?, city: String?) async throws {
        let (row, _) = try await row("ligneacheminement", written)
        #expect(row.postalCode == code)
        #expect(row.city == city)
    }

    @Test(
        arguments: [
            ("  LES   LILAS\u{A0} BLANCS ", "LES LILAS BLANCS", [:]), ("Les Lilas", "Les Lilas", [:]),
            ("LES\u{0}LILAS\u{7}", "LESLILAS", [.controlCharacters: 1]),
            ("LES \u{202E}LILAS\u{200B}", "LES LILAS", [.controlCharacters: 1]),
            ("RÃ©sidence des ChÃªnes", "Résidence des Chênes", [.doubleEncoding: 1]),
            ("Lâ€™Ã‰TOILE", "L’ÉTOILE", [.doubleEncoding: 1]), ("Ã©té", "Ã©té", [.doubleEncoding: 1]),
            ("BÂTIMENT Ã, ÂGE", "BÂTIMENT Ã, ÂGE", [:]), ("\u{7}", nil, [.controlCharacters: 1]),
        ] as [(String, String?, [FinessProblem.Kind: Int])])
    func `is a name`(written: String, name: String?, problems: [FinessProblem.Kind: Int]) async throws {
        let (row, counts) = try await row("nom", written)
        #expect(row.usualName == name)
        #expect(counts == problems)
    }

    @Test func `is cut when it is too long`() async throws {
        let (long, counts) = try await row("nom", String(repeating: "é", count: 301))
        #expect(long.usualName == String(repeating: "é", count: 300))
        #expect(counts == [.textTooLong: 1])
        let (fits, none) = try await row("nom", String(repeating: "é", count: 300))
        #expect(fits.usualName?.count == 300)
        #expect(none == [:])
    }

    @Test(
        arguments: [
            ("date_fermeture", "2020-01-01", true), ("date_fermeture", "", false), ("etat", "A", false),
            ("etat", "Fermé", true),
            ("etat", "?", nil), ("nom", "X", nil),
        ] as [(String, String, Bool?)])
    func `says whether it is closed`(column: String, written: String, isClosed: Bool?) async throws {
        #expect(try await row(column, written).0.isClosed == isClosed)
    }

    @Test func `is an e-mail address or not`() async throws {
        #expect(try await row("courriel", "a@b.fr").0.email == "a@b.fr")
        let (row, counts) = try await row("courriel", "néant")
        #expect(row.email == nil)
        #expect(counts == [.emailForm: 1])
    }
}

@Suite struct `A FINESS number` {
    @Test(
        arguments: [("310000013", true), ("310000014", false), ("2A0000014", nil), ("31000A013", nil)]
            as [(String, Bool?)])
    func `has a key or none that can be computed`(text: String, isRight: Bool?) throws {
        let number = try FinessNumber(fieldText: text)
        if text.hasPrefix("2A") {
            #expect(number.hasValidKey == (try FinessNumber(fieldText: "21" + text.dropFirst(2))).hasValidKey)
        } else {
            #expect(number.hasValidKey == isRight)
        }
    }

    @Test(arguments: ["31000001", "3100000130", "31000001é", "", "31000001-"])
    func `has nine characters`(text: String) {
        #expect(throws: Expectation.self) { try FinessNumber(fieldText: text) }
    }

    @Test func `is read with spaces and lower case`() throws {
        #expect(try FinessNumber(fieldText: "31 000 001 3").text == "310000013")
        #expect(try FinessNumber(fieldText: "2a0000014").text == "2A0000014")
        #expect(try FinessNumber(fieldText: FinessNumber.placeholder.fieldText).hasValidKey == true)
    }

    @Test func `with a wrong key is kept with a warning, with letters without one`() async throws {
        let outcome = try await read("finess;nom\n310000014;A\n31000A013;B\n2a0000014;C\n10000024;D\n10000025;E\n")
        #expect(outcome.establishments.map(\.finess).prefix(3) == ["310000014", "31000A013", "2A0000014"])
        #expect(outcome.establishments.last?.finess == "010000024")
        #expect(outcome.group(.finessKey)?.examples.first?.value == "310000014")
        #expect(outcome.group(.lostZeros)?.count == 1)
        #expect(outcome.group(.finessForm)?.examples.first?.value == "10000025")
    }
}
