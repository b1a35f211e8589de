internal import Fields

extension PlanFileValues {
    /// A day: `31/12/2023`, `2023-12-31` or `31 décembre 2023`.
    static func day(_ text: String) throws(PlanFileReason) -> Day {
        let text = PlanFileWords.trimmed(text)
        if isDigits(text), text.utf8.count == 5, let serial = Int(text) {
            // Excel's day 25569 is 1 January 1970.
            let day = Day(number: serial - 25_569)
            throw PlanFileReason(
                fr: "numéro de jour d'Excel (\(day) ?) : mettez la colonne au format Date et enregistrez de nouveau",
                en: "Excel's number of a day (\(day)?): give the column the Date format and save again")
        }
        if let day = try numeric(text) { return day }
        if let day = try written(text) { return day }
        throw PlanFileReason(
            fr: "attendu : un jour JJ/MM/AAAA, AAAA-MM-JJ ou « 31 décembre 2023 »",
            en: "expected: a day DD/MM/YYYY, YYYY-MM-DD or \"31 décembre 2023\"")
    }

    /// `31/12/2023` (also with dots or hyphens) and `2023-12-31`; nil when the text has another form.
    private static func numeric(_ text: String) throws(PlanFileReason) -> Day? {
        for separator: Character in ["/", "-", "."] {
            let parts = text.split(separator: separator, omittingEmptySubsequences: false)
            guard parts.count == 3, parts.allSatisfy({ isDigits($0) && $0.utf8.count <= 4 }) else { continue }
            let numbers = parts.compactMap { Int($0) }
            if separator == "-", parts[0].utf8.count == 4 {
                return try existing(year: numbers[0], month: numbers[1], day: numbers[2])
            }
            guard parts[0].utf8.count <= 2, parts[1].utf8.count <= 2 else { return nil }
            if parts[2].utf8.count == 2 { throw shortYear() }
            guard parts[2].utf8.count == 4 else { return nil }
            return try existing(year: numbers[2], month: numbers[1], day: numbers[0])
        }
        return nil
    }

    /// `31 décembre 2023`, `1er janvier 2023`, `3 déc. 2023`; nil when the text has another form.
    private static func written(_ text: String) throws(PlanFileReason) -> Day? {
        let words = PlanFileWords.words(text)
        guard words.count == 3, let month = months[words[1]], isDigits(words[2]),
            let year = Int(words[2]), let day = Int(words[0] == "1er" ? "1" : words[0]), words[0].utf8.count <= 3
        else { return nil }
        if words[2].utf8.count == 2 { throw shortYear() }
        guard words[2].utf8.count == 4 else { return nil }
        return try existing(year: year, month: month, day: day)
    }

    private static func shortYear() -> PlanFileReason {
        PlanFileReason(
            fr: "année sur deux chiffres, donc ambiguë : écrivez-la sur quatre chiffres",
            en: "a year of two digits is ambiguous: write four digits")
    }

    private static func existing(year: Int, month: Int, day: Int) throws(PlanFileReason) -> Day {
        if let found = Day(year: year, month: month, day: day) {
            // 0023 would be a year; it is never what was meant.
            guard (1900...2999).contains(year) else {
                throw PlanFileReason(fr: "année \(year) : impossible pour un plan", en: "year \(year): no plan has it")
            }
            return found
        }
        if month > 12, Day(year: year, month: day, day: month) != nil {
            throw PlanFileReason(
                fr: "ce jour n'existe pas : le jour vient avant le mois",
                en: "this day does not exist: the day comes before the month")
        }
        throw PlanFileReason(fr: "ce jour n'existe pas", en: "this day does not exist")
    }

    private static let months: [String: Int] = {
        let names: [[String]] = [
            ["janvier", "janv", "jan"], ["fevrier", "fevr", "fev"], ["mars"], ["avril", "avr"], ["mai"], ["juin"],
            ["juillet", "juil"], ["aout"], ["septembre", "sept"], ["octobre", "oct"], ["novembre", "nov"],
            ["decembre", "dec"],
        ]
        var months: [String: Int] = [:]
        for (position, forms) in names.enumerated() {
            for form in forms { months[form] = position + 1 }
        }
        return months
    }()
}
