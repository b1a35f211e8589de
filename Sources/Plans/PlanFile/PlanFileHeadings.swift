internal import Fields

/// What a column of a plan's CSV holds.
enum PlanFileColumn: Hashable {
    case code, title, description, axis, lead, partners, plannedStart, plannedEnd, status
    case money(funder: String, year: Int)

    /// The heading that the writer gives it. The reader knows it among others.
    var heading: String {
        switch self {
        case .code: "Code"
        case .title: "Intitulé"
        case .description: "Description"
        case .axis: "Axe"
        case .lead: "Porteur"
        case .partners: "Partenaires"
        case .plannedStart: "Début prévu"
        case .plannedEnd: "Fin prévue"
        case .status: "Statut"
        case .money(let funder, let year): "\(funder.uppercased()) \(year)"
        }
    }

    /// The columns that every plan has.
    static let required: [PlanFileColumn] = [.code, .title, .axis, .lead, .plannedStart, .plannedEnd]

    /// What people write above each column; case, accents, punctuation, articles and plurals do not matter.
    private static let headings: [(PlanFileColumn, [String])] = [
        (.code, ["Code", "N°", "Nº", "No", "Num", "Numéro", "Référence", "Réf"]),
        (.title, ["Intitulé", "Titre", "Libellé", "Nom", "Action", "title"]),
        (.description, ["Description", "Descriptif"]),
        (.axis, ["Axe", "axis"]),
        (
            .lead,
            [
                "Porteur", "Pilote", "Structure porteuse", "Structure pilote", "Organisation porteuse", "lead",
                "lead organisation",
            ]
        ),
        (
            .partners,
            [
                "Partenaires", "Structures partenaires", "Organisations partenaires", "partners",
                "partner organisations",
            ]
        ),
        (.plannedStart, ["Début", "start"]),
        (.plannedEnd, ["Fin", "end"]),
        (.status, ["Statut", "État", "status"]),
    ]

    /// Words that people add to a heading: « Date de début prévue », « Titre de l'action », `planned_start`.
    private static let fillers: Set<String> = [
        "date", "prevu", "prevue", "previsionnel", "previsionnelle", "planned", "action",
    ]

    private static let byHeading: [[String]: PlanFileColumn] = {
        var columns: [[String]: PlanFileColumn] = [:]
        for (column, names) in headings {
            for name in names { columns[PlanFileWords.heading(name, without: fillers)] = column }
        }
        return columns
    }()

    /// What a heading says its column holds.
    static func named(
        _ heading: String, organisations: inout PlanFileOrganisations
    ) throws(PlanFileReason) -> PlanFileColumn {
        if let column = byHeading[PlanFileWords.heading(heading, without: fillers)] { return column }
        let dated = years(heading)
        var found: [PlanFileColumn] = []
        for (year, rest) in dated {
            guard let code = try organisations.headed(rest) else { continue }
            guard organisations.isFunder(code) else {
                throw PlanFileReason(fr: "\(code) n'est pas un financeur", en: "\(code) is not a funder")
            }
            found.append(.money(funder: code, year: year))
        }
        if found.count == 1, let column = found.first { return column }
        if let dated = dated.first {
            let rest = PlanFileWords.trimmed(dated.rest)
            let reason = organisations.unknown(rest)
            throw PlanFileReason(
                fr: "colonne inconnue ; montant d'un financeur ? \(reason.text.fr)",
                en: "unknown column; a funder's money? \(reason.text.en)")
        }
        if let code = try organisations.headed(heading), organisations.isFunder(code) {
            throw PlanFileReason(
                fr: "il manque l'année : écrivez par exemple « \(code.uppercased()) 2023 »",
                en: "the year is missing: write for example \"\(code.uppercased()) 2023\"")
        }
        throw unknown(heading)
    }

    private static func unknown(_ heading: String) -> PlanFileReason {
        let names = headings.flatMap { $0.1 }.map { (PlanFileWords.folded($0), $0) }
        let nearest = PlanFileWords.nearest(heading, in: names)
        return PlanFileReason(
            fr: "colonne inconnue" + (nearest.map { " : vouliez-vous dire « \($0) » ?" } ?? ""),
            en: "unknown column" + (nearest.map { ": did you mean \"\($0)\"?" } ?? ""))
    }

    /// Each year that stands alone in a heading, and the heading without it. A funder's own name may hold one too.
    private static func years(_ heading: String) -> [(year: Int, rest: String)] {
        let characters = Array(heading)
        func isWord(_ position: Int) -> Bool {
            characters.indices.contains(position) && (characters[position].isLetter || characters[position].isNumber)
        }
        return characters.indices.compactMap { start in
            let end = start + 4
            guard end <= characters.count, !isWord(start - 1), !isWord(end),
                let year = try? PlanFileValues.year(String(characters[start..<end]))
            else { return nil }
            return (year, String(characters[..<start] + characters[end...]))
        }
    }
}
