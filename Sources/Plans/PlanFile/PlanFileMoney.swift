internal import Fields

extension PlanFileValues {
    /// An amount of euros in cents: `12 500,00 €`, `12500`, `12 500.50`, `12.500,00`.
    static func cents(_ text: String) throws(PlanFileReason) -> Int {
        let bare = amount(text)
        if bare.hasPrefix("-") || bare.hasPrefix("\u{2212}") || (bare.hasPrefix("(") && bare.hasSuffix(")")) {
            throw PlanFileReason(fr: "un montant prévu n'est pas négatif", en: "planned money is not negative")
        }
        let allowed = bare.unicodeScalars.allSatisfy { ("0"..."9").contains($0) || $0 == "," || $0 == "." || $0 == " " }
        guard allowed, bare.first?.isNumber == true, bare.last?.isNumber == true else { throw expectedMoney() }
        let (whole, decimals) = try split(bare)
        guard decimals.count <= 2 else {
            throw PlanFileReason(fr: "plus de deux décimales", en: "more than two decimals")
        }
        let digits = whole.filter(\.isNumber)
        // A billion is no action's money, and sums of less cannot overflow.
        guard digits.utf8.count <= 9, let euros = Int(digits), let cents = Int((decimals + "00").prefix(2)) else {
            throw PlanFileReason(fr: "montant trop grand", en: "too large an amount")
        }
        return euros * 100 + cents
    }

    /// Whether a cell holds nothing: no text, or the dash that accountants put for nothing.
    static func isNothing(_ text: String) -> Bool { ["", "-", "\u{2013}", "\u{2014}"].contains(amount(text)) }

    /// The amount with plain spaces and without its currency.
    private static func amount(_ text: String) -> String {
        var amount = String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.isWhitespace ? " " : $0 }))
        amount = PlanFileWords.trimmed(amount)
        for currency in ["€", "euros", "euro", "eur"] where amount.lowercased().hasSuffix(currency) {
            amount.removeLast(currency.count)
            break
        }
        if amount.hasPrefix("€") { amount.removeFirst() }
        return PlanFileWords.trimmed(amount)
    }

    /// The whole euros and the decimals, once it is sure which separator is which.
    private static func split(_ text: String) throws(PlanFileReason) -> (whole: String, decimals: String) {
        let commas = text.count { $0 == "," }
        let points = text.count { $0 == "." }
        guard commas + points > 0 else { return (try grouped(text, by: " "), "") }
        let last = text.lastIndex { $0 == "," || $0 == "." } ?? text.startIndex
        let whole = String(text[..<last])
        let decimals = String(text[text.index(after: last)...])
        guard isDigits(decimals) else { throw expectedMoney() }
        if commas > 0, points > 0 {
            // `12.500,00` and `12,500.00`: the last one is the decimal's.
            return (try grouped(whole, by: text[last] == "," ? "." : ","), decimals)
        }
        if commas + points > 1 { return (try grouped(text, by: text[last]), "") }
        if decimals.count == 3, isDigits(whole), whole.utf8.count <= 3, whole.first != "0" {
            throw PlanFileReason(
                fr: "ambigu : \(whole)\(decimals) € ou \(whole) € et des décimales ? Écrivez \(whole) \(decimals),00",
                en: "ambiguous: \(whole)\(decimals) € or \(whole) € and decimals? Write \(whole) \(decimals),00")
        }
        return (try grouped(whole, by: " "), decimals)
    }

    /// The text, once it is sure that what groups its digits groups them by three.
    private static func grouped(_ text: String, by separator: Character) throws(PlanFileReason) -> String {
        let groups = text.split(separator: separator, omittingEmptySubsequences: false)
        guard groups.allSatisfy({ isDigits($0) }),
            groups.count == 1
                || ((1...3).contains(groups[0].utf8.count) && groups.dropFirst().allSatisfy { $0.utf8.count == 3 })
        else { throw expectedMoney() }
        return text
    }

    private static func expectedMoney() -> PlanFileReason {
        PlanFileReason(
            fr: "attendu : un montant en euros comme 12 500,00", en: "expected: an amount in euros such as 12 500,00")
    }

    /// An amount as the plan's file writes it: `12 500,00`.
    static func euros(_ cents: Int, groupedBy separator: String = " ") -> String {
        let digits = Array(String(cents.magnitude / 100))
        var grouped = ""
        for (position, digit) in digits.enumerated() {
            if position > 0, (digits.count - position).isMultiple(of: 3) { grouped += separator }
            grouped.append(digit)
        }
        let rest = cents.magnitude % 100
        return "\(cents < 0 ? "-" : "")\(grouped),\(rest < 10 ? "0" : "")\(rest)"
    }
}
