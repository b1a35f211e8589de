internal import Fields

/// Finds the organisation that a cell names, by its code or its name.
struct PlanFileOrganisations {
    private let codes: Set<String>
    private let byKey: [String: Set<String>]
    private let byHeading: [[String]: Set<String>]
    private let funders: Set<String>
    private let candidates: [(key: String, name: String)]
    /// The most pieces that separators cut a known name into.
    private let longestName: Int
    private var suggestions: [String: String?] = [:]

    /// What separates partners in one cell.
    static let separators: Set<Character> = [",", ";", "/", "|", "\n", "\r\n", "\r"]
    /// Words of a money column's heading that add nothing to the funder and the year.
    static let moneyWords: Set<String> = [
        "montant", "prevu", "prevue", "previsionnel", "previsionnelle", "financement", "subvention", "budget", "euro",
        "eur", "en", "amount", "planned", "funding",
    ]
    /// Suggestions are for people; a file with more distinct mistakes than this is not one typed by hand.
    private static let maximumSuggestions = 200

    init(_ organisations: [PlanOrganisation]) {
        codes = Set(organisations.map(\.code))
        funders = Set(organisations.filter(\.isFunder).map(\.code))
        var byKey: [String: Set<String>] = [:]
        var byHeading: [[String]: Set<String>] = [:]
        for organisation in organisations {
            // A name without letters would be the name of an empty cell.
            for name in [organisation.code, organisation.name] where !PlanFileWords.words(name).isEmpty {
                byKey[PlanFileWords.folded(name), default: []].insert(organisation.code)
                let heading = PlanFileWords.heading(name, without: PlanFileOrganisations.moneyWords)
                byHeading[heading, default: []].insert(organisation.code)
            }
        }
        self.byKey = byKey
        self.byHeading = byHeading
        candidates = organisations.flatMap {
            [
                (PlanFileWords.folded($0.code), $0.code), (PlanFileWords.folded($0.name), $0.name),
            ]
        }
        longestName =
            organisations.map { $0.name.split { PlanFileOrganisations.separators.contains($0) }.count }.max() ?? 1
    }

    func isFunder(_ code: String) -> Bool { funders.contains(code) }

    /// The code of the organisation that a text names.
    mutating func code(_ text: String) throws(PlanFileReason) -> String {
        if codes.contains(text) { return text }
        let found = byKey[PlanFileWords.folded(text)] ?? []
        if found.count == 1, let code = found.first { return code }
        if found.count > 1 { throw ambiguous(found) }
        throw unknown(text)
    }

    /// The code of the funder that a text names.
    mutating func funder(_ text: String) throws(PlanFileReason) -> String {
        let code = try code(text)
        guard isFunder(code) else {
            throw PlanFileReason(fr: "\(code) n'est pas un financeur", en: "\(code) is not a funder")
        }
        return code
    }

    /// The pieces of a cell that names several organisations: known names first, since a name may hold a separator.
    func pieces(_ text: String) -> [String] {
        var ranges: [Range<String.Index>] = []
        for part in text.split(whereSeparator: { PlanFileOrganisations.separators.contains($0) })
        where !PlanFileWords.trimmed(String(part)).isEmpty {
            ranges.append(part.startIndex..<part.endIndex)
        }
        var pieces: [String] = []
        var position = 0
        while position < ranges.count {
            let farthest = min(ranges.count, position + longestName)
            let end =
                (position + 1..<farthest + 1).last { end in
                    let joined = String(text[ranges[position].lowerBound..<ranges[end - 1].upperBound])
                    return end > position + 1 && byKey[PlanFileWords.folded(joined)] != nil
                } ?? position + 1
            pieces.append(PlanFileWords.trimmed(String(text[ranges[position].lowerBound..<ranges[end - 1].upperBound])))
            position = end
        }
        return pieces
    }

    /// The organisation that a money column's heading names once its year is taken out.
    mutating func headed(_ text: String) throws(PlanFileReason) -> String? {
        let lowercased = PlanFileWords.trimmed(text).lowercased()
        if let code = codes.first(where: { $0.lowercased() == lowercased }) { return code }
        let found = byHeading[PlanFileWords.heading(text, without: PlanFileOrganisations.moneyWords)] ?? []
        if found.count > 1 { throw ambiguous(found) }
        return found.first
    }

    /// What to say of a name that is not known, with the nearest one.
    mutating func unknown(_ text: String) -> PlanFileReason {
        let suggestion: String?
        if let known = suggestions[text] {
            suggestion = known
        } else {
            suggestion =
                suggestions.count < PlanFileOrganisations.maximumSuggestions
                ? PlanFileWords.nearest(text, in: candidates) : nil
            suggestions[text] = suggestion
        }
        return PlanFileReason(
            fr: "organisation inconnue" + (suggestion.map { " : vouliez-vous dire « \($0) » ?" } ?? ""),
            en: "unknown organisation" + (suggestion.map { ": did you mean \"\($0)\"?" } ?? ""))
    }

    private func ambiguous(_ found: Set<String>) -> PlanFileReason {
        let list = found.sorted().joined(separator: ", ")
        return PlanFileReason(
            fr: "plusieurs organisations portent ce nom : donnez le code (\(list))",
            en: "several organisations bear this name: give the code (\(list))")
    }
}
