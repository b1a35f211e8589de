import Fields
import Testing

@Suite struct `A national insurance number` {
    /// Invented numbers with right keys; Corsica's 2A and 2B; months of those whose month is not known.
    @Test(arguments: [
        "185033155512348", "1 85 03 31 555 123 48", "1.85.03.31.555.123.48", "1-85-03-31-555-123-48",
        "1850331555123", "1 85 03 31 555 123", "NIR: 1\u{A0}85\u{202F}03 31\n555-123 (48)", "n°1850331555123.",
        "26905 2A 123456 88", "26905 2b 123456 18", "269052A123456", "185993155512332", "1 85 25 31 555 123",
        "１８５０３３１５５５１２３", "1 85 03\u{200B} 31 555 123 48", "1–85–03–31–555–123",
        "avant 12 puis : 1 85 03 31 555 123 48 ; après 06", "1 85 03 31 555 123 49", "7 85 03 99 555 123 99",
    ])
    func `is found however it is written`(_ text: String) {
        #expect(NationalInsuranceNumber.isIn(text))
    }

    @Test(arguments: [
        "", "Douze personnes le 12/03/2024", "06 12 34 56 78, 05 61 00 00 00", "+33 6 12 34 56 78", "+336123456780698",
        "21310555400017", "SIRET 213 105 554 00017", "310784723", "1850031555123", "1851331555123", "1850300555123",
        "5850331555123", "185033155512349", "1850331555123480", "91850331555123", "1850331555123487654",
        "1 85 03 31 555 12", "FR76 3000 6000 0112 3456 7890 189", "1,85,03,31,555,123", "2023-2024-2025 2026",
        "1850331555ABC", "3A 12 34 56 78 90 12", "2024-01-15 2024-02-15",
    ])
    func `is not seen where there is none`(_ text: String) {
        #expect(!NationalInsuranceNumber.isIn(text))
    }

    @Test func `is looked for in a long text in no time`() {
        // Ten times the text, about ten times the time, however busy the machine is: a search that starts again at each digit would
        // take a hundred times.
        func seconds(_ count: Int) -> Double {
            let text = String(repeating: "1 8  5 0x", count: count)
            var isFound = true
            let duration = ContinuousClock().measure { isFound = NationalInsuranceNumber.isIn(text) }
            #expect(!isFound)
            return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
        }
        let ratio = (0..<3).map { _ in seconds(50_000) / seconds(5_000) }.min() ?? 0
        #expect(ratio < 40)
    }
}
