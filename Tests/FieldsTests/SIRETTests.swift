import Fields
import Testing

@Suite struct `A SIRET` {
    /// The town hall of Toulouse, La Poste's head office (right by Luhn) and one of its post offices (by its own rule).
    @Test(arguments: [
        ("21310555400017", "21310555400017"), ("213 105 554 00017", "21310555400017"),
        ("213\u{A0}105\u{202F}554 00017", "21310555400017"), ("35600000000048", "35600000000048"),
        ("35600000049837", "35600000049837"),
    ])
    func `is 14 digits with the right key, spaces forgiven`(_ text: String, _ digits: String) throws {
        #expect(try SIRET(fieldText: text).digits == digits)
    }

    @Test(arguments: [
        ("21310555400018", "vérifiez les chiffres"), ("21310555400091", "vérifiez les chiffres"),
        ("35600000049838", "vérifiez les chiffres"), ("213105554", "SIREN"), ("213 105 554", "SIREN"),
        ("2131055540001", "14 chiffres"), ("213105554000170", "14 chiffres"), ("", "14 chiffres"),
        ("FR213105554000", "14 chiffres"), ("２1310555400019", "14 chiffres"),
    ])
    func `is refused with what is wrong`(_ text: String, _ reason: String) {
        let error = #expect(throws: Expectation.self) { try SIRET(fieldText: text) }
        #expect(error?.expected.fr.contains(reason) == true)
    }

    @Test func `has an example in the contract that it reads itself`() throws {
        #expect(try SIRET(fieldText: SIRET.placeholder.fieldText) == SIRET.placeholder)
        guard case .pattern(_, let example) = SIRET.fieldKind else {
            Issue.record("a SIRET has a pattern and an example")
            return
        }
        #expect(try SIRET(fieldText: example).digits == example)
    }

    @Test func `names every single mistyped digit`() throws {
        let digits = Array("21310555400017")
        for position in digits.indices {
            for digit in "0123456789" where digit != digits[position] {
                var mistyped = digits
                mistyped[position] = digit
                #expect(throws: Expectation.self) { try SIRET(fieldText: String(mistyped)) }
            }
        }
    }
}
