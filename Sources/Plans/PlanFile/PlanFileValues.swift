internal import Fields

/// Reads the values of cells as people type them, and says of what could mean two things that it could.
enum PlanFileValues {
    // MARK: - Texts

    /// A title: one line of 1 to 300 characters.
    static func title(_ text: String) throws(PlanFileReason) -> String {
        let title = PlanFileWords.trimmed(text)
        guard !title.isEmpty else { throw PlanFileReason(fr: "le titre manque", en: "the title is missing") }
        try length(title, atMost: 300)
        guard !title.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw PlanFileReason(
                fr: "un titre tient sur une ligne, sans caractère de commande",
                en: "a title is one line, without control characters")
        }
        return title
    }

    /// A description of at most 4,000 characters, or nil when there is none; line breaks and tabs are kept.
    static func description(_ text: String) throws(PlanFileReason) -> String? {
        let description = PlanFileWords.trimmed(text)
        try length(description, atMost: 4000)
        let allowed: Set<Unicode.Scalar> = ["\n", "\r", "\t"]
        let isReadable = description.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control || allowed.contains($0)
        }
        guard isReadable else {
            throw PlanFileReason(
                fr: "caractère de commande dans le texte : supprimez-le", en: "control character in the text: remove it"
            )
        }
        return description.isEmpty ? nil : description
    }

    /// Counts Unicode scalars, as the database does.
    private static func length(_ text: String, atMost limit: Int) throws(PlanFileReason) {
        let count = text.unicodeScalars.count
        guard count <= limit else {
            throw PlanFileReason(
                fr: "\(count) caractères, \(limit) au plus", en: "\(count) characters, at most \(limit)")
        }
    }

    /// A plan's code.
    static func slug(_ text: String) throws(PlanFileReason) -> String {
        guard isSlug(text), text.utf8.count <= 63 else {
            throw PlanFileReason(
                fr: "attendu : des lettres minuscules sans accent, des chiffres et des tirets, 63 au plus",
                en: "expected: lower-case letters without accents, digits and hyphens, at most 63")
        }
        return text
    }

    /// Whether a text is made of lower-case letters, digits and hyphens, the first a letter or a digit.
    static func isSlug(_ text: String) -> Bool {
        text.utf8.first != UInt8(ascii: "-") && !text.isEmpty
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
            }
    }

    /// An axis' code: a letter and one or two digits, what the codes of its actions begin with.
    static func axisCode(_ text: String) throws(PlanFileReason) -> String {
        guard (try? ActionCode(fieldText: text + ".01")) != nil, !text.contains(".") else {
            throw PlanFileReason(fr: "attendu : un code d'axe comme A1", en: "expected: an axis code such as A1")
        }
        return text
    }

    /// An action's code.
    static func actionCode(_ text: String) throws(PlanFileReason) -> ActionCode {
        do throws(Expectation) {
            return try ActionCode(fieldText: PlanFileWords.trimmed(text))
        } catch {
            throw PlanFileReason(error)
        }
    }

    // MARK: - Numbers

    /// How many of something.
    static func count(_ text: String) throws(PlanFileReason) -> Int {
        guard isDigits(text), let count = Int(text), count <= 100_000 else {
            throw PlanFileReason(fr: "attendu : un nombre entier", en: "expected: a whole number")
        }
        return count
    }

    /// A year of four digits.
    static func year(_ text: String) throws(PlanFileReason) -> Int {
        guard isDigits(text), text.utf8.count == 4, let year = Int(text), (1900...2999).contains(year) else {
            throw PlanFileReason(fr: "attendu : une année à quatre chiffres", en: "expected: a year of four digits")
        }
        return year
    }

    /// `true` or `false`, and the French words.
    static func boolean(_ text: String) throws(PlanFileReason) -> Bool {
        switch PlanFileWords.folded(text) {
        case "true", "oui", "vrai": return true
        case "false", "non", "faux": return false
        default: throw PlanFileReason(fr: "attendu : true ou false", en: "expected: true or false")
        }
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    // MARK: - Status and axis

    /// A status by its code or by the words people use, in either gender; empty is planned.
    static func status(_ text: String) throws(PlanFileReason) -> ActionStatus {
        if PlanFileWords.trimmed(text).isEmpty { return .planned }
        let folded = PlanFileWords.folded(text)
        if let status = labels[folded] { return status }
        if folded == "en retard" || folded == "late" {
            throw PlanFileReason(
                fr: "le retard se calcule à partir des dates : donnez le statut (prévue, en cours…)",
                en: "lateness is computed from the dates: give the status (planned, in progress…)")
        }
        let known = ActionStatus.allCases
        throw PlanFileReason(
            fr: "statut inconnu ; attendu : " + known.map(\.label.fr).joined(separator: ", "),
            en: "unknown status; expected: " + known.map(\.label.en).joined(separator: ", "))
    }

    private static let labels: [String: ActionStatus] = {
        var labels: [String: ActionStatus] = [
            "en cours": .inProgress, "a venir": .planned, "en pause": .paused, "in progress": .inProgress,
        ]
        let words: [(ActionStatus, [String])] = [
            (.planned, ["prevu", "planifie"]), (.paused, ["suspendu"]), (.blocked, ["bloque"]),
            (.done, ["realise", "termine", "fait", "acheve"]), (.abandoned, ["abandonne", "annule"]),
        ]
        for (status, masculines) in words {
            for masculine in masculines {
                labels[masculine] = status
                labels[masculine + "e"] = status
            }
        }
        for status in ActionStatus.allCases { labels[PlanFileWords.folded(status.rawValue)] = status }
        return labels
    }()

    /// How people may call each axis, folded: its code, its title, « Axe 1 », or « Axe 1 : » and its title.
    static func axisNames(_ axes: [PlanFile.Axis]) -> [String: Set<String>] {
        var names: [String: Set<String>] = [:]
        for axis in axes {
            let code = PlanFileWords.folded(axis.code)
            let title = PlanFileWords.folded(axis.title)
            // « Axe 1 » is the axis whose code ends in 1, whatever its letter.
            let number = Int(axis.code.dropFirst()).map(String.init) ?? code
            let short = [code, number, "axe \(code)", "axe \(number)", "axis \(code)", "axis \(number)"]
            // A title without letters would be the name of an empty cell.
            for name in short + (title.isEmpty ? [] : short.map { "\($0) \(title)" } + [title]) {
                names[name, default: []].insert(axis.code)
            }
        }
        return names
    }

    /// The code of the axis that a text names.
    static func axis(_ text: String, among names: [String: Set<String>]) throws(PlanFileReason) -> String {
        let found = names[PlanFileWords.folded(text)] ?? []
        if found.count == 1, let code = found.first { return code }
        let codes = Set(names.values.joined()).sorted().joined(separator: ", ")
        throw found.isEmpty
            ? PlanFileReason(fr: "axe inconnu ; axes du plan : \(codes)", en: "unknown axis; the plan's axes: \(codes)")
            : PlanFileReason(
                fr: "plusieurs axes portent ce nom : donnez le code (\(codes))",
                en: "several axes bear this name: give the code (\(codes))")
    }
}
