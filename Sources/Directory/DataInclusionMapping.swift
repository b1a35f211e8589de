import Fields
import Reference

/// One structure in data·inclusion's words. Pure.
struct DataInclusionMapping {
    /// The instant of the export.
    let now: Instant
    /// The address of this service, for links to each sheet; without it there are none.
    var site: String?

    /// What becomes of a row.
    enum Outcome {
        case kept(DataInclusionStructure, DataInclusionService?)
        case leftOut(DataInclusionLeftOut.Reason)
    }

    func map(_ row: InterchangeRow) -> Outcome {
        guard let name = Self.name(row) else { return .leftOut(.name) }
        guard let date = date(row) else { return .leftOut(.date) }
        let kind = DataInclusionKind.all[row.kind]
        let id = "\(DataInclusion.source)--\(row.finess)"
        let networks = Set(
            [kind?.network, row.legalStatus.flatMap { DataInclusionKind.networks[$0] }].compactMap { $0 })
        let structure = DataInclusionStructure(
            source: DataInclusion.source, id: id, nom: name, dateMaj: date, description: Self.description(row),
            lienSource: site.map { "\($0)/v1/structures/\(row.finess)" }, siret: row.siret,
            commune: row.commune ?? row.city, codePostal: row.postalCode, codeInsee: row.insee, adresse: row.street,
            complementAdresse: row.addressExtra, longitude: row.longitude, latitude: row.latitude,
            telephone: row.phone.map(Self.phone), courriel: row.email.flatMap(Self.email),
            siteWeb: row.website.flatMap(Self.website), horairesAccueil: row.openingHours,
            reseauxPorteurs: Self.list(networks.sorted()))
        return .kept(structure, kind.flatMap { service(row, $0, of: structure) })
    }

    private func service(
        _ row: InterchangeRow, _ kind: DataInclusionKind, of structure: DataInclusionStructure
    ) -> DataInclusionService? {
        guard let name = Self.fitting(row.kindLabel), let description = structure.description else { return nil }
        var ways: [String] = []
        if structure.telephone != nil { ways.append("telephoner") }
        if structure.courriel != nil { ways.append("envoyer-un-courriel") }
        let publics = Set(row.publics.compactMap(\.dataInclusion))
        return DataInclusionService(
            source: DataInclusion.source, structureID: structure.id, id: "\(structure.id)-service", nom: name,
            description: description, lienSource: structure.lienSource, dateMaj: structure.dateMaj, type: kind.type,
            thematiques: Self.list(kind.themes), publics: Self.list(publics.sorted()),
            publicsPrecisions: Self.publics(row), commune: structure.commune, codePostal: structure.codePostal,
            codeInsee: structure.codeInsee, adresse: structure.adresse, complementAdresse: structure.complementAdresse,
            longitude: structure.longitude, latitude: structure.latitude, telephone: structure.telephone,
            courriel: structure.courriel, modesAccueil: kind.isMobile ? nil : ["en-presentiel"],
            zoneEligibilite: Self.list(row.areas.elements.compactMap(\.string)),
            modesMobilisation: Self.list(ways), horairesAccueil: structure.horairesAccueil)
    }

    // MARK: - Values

    /// The schema says null for "not known", and refuses some empty lists.
    private static func list(_ values: [String]) -> [String]? { values.isEmpty ? nil : values }

    /// The name people know, else the whole name, whichever the schema takes.
    private static func name(_ row: InterchangeRow) -> String? {
        fitting(row.usualName) ?? row.legalName.flatMap(fitting)
    }

    /// A name without the full stop the schema warns of; nil when it is not 3 to 150 characters long.
    static func fitting(_ name: String) -> String? {
        var text = Substring(name)
        if !text.hasSuffix("etc.") { while text.hasSuffix(".") || text.hasSuffix(" ") { text.removeLast() } }
        return (3...150).contains(text.unicodeScalars.count) ? String(text) : nil
    }

    /// The last day that anything of it is dated by. Our days are those of Paris, the schema knows none of tomorrow, and for
    /// two hours a day Paris is ahead: what happened by now happened, in UTC, at most on UTC's day.
    private func date(_ row: InterchangeRow) -> Day? {
        let byHand = row.fieldSources.members.compactMap { $0.value["on"]?.string.flatMap { try? Day(fieldText: $0) } }
        let last = ([row.seenOn] + [row.verifiedOn].compactMap { $0 } + byHand).max() ?? row.seenOn
        guard let first = Day(year: 2000, month: 1, day: 1), last >= first, last <= Day(now) else { return nil }
        let universal = (try? Day(fieldText: String(now.fieldText.prefix(10)))) ?? Day(now)
        return min(last, universal)
    }

    /// Facts as sentences: the schema wants a description of every service. In French, as all of the interchange.
    private static func description(_ row: InterchangeRow) -> String {
        var sentences = [row.kindName == row.kindLabel ? row.kindLabel : "\(row.kindName) : \(row.kindLabel)"]
        if let people = publics(row) { sentences.append("Publics : \(people)") }
        if let capacity = row.capacity, capacity > 0 { sentences.append("Places : \(capacity)") }
        if let name = row.legalEntityName { sentences.append("Gestionnaire : \(name)") }
        sentences.append("Numéro FINESS : \(row.finess)")
        return sentences.map { $0.hasSuffix(".") ? $0 : $0 + "." }.joined(separator: " ")
    }

    private static func publics(_ row: InterchangeRow) -> String? {
        row.publics.isEmpty ? nil : row.publics.map { $0.label(.french) }.joined(separator: ", ")
    }

    /// E.164 for what is a French number, +33 5 61 00 00 00 → +33561000000; digits for anything else (3939, the overseas
    /// départements, whose code is another).
    static func phone(_ text: String) -> String {
        let digits = text.filter { $0.isASCII && $0.isNumber }
        if text.hasPrefix("+") { return "+" + (digits.hasPrefix("330") ? "33" + digits.dropFirst(3) : digits) }
        let overseas = ["0262", "0263", "0590", "0594", "0596", "069"]
        guard digits.utf8.count == 10, digits.hasPrefix("0"), !digits.hasPrefix("00"),
            !overseas.contains(where: digits.hasPrefix)
        else { return digits }
        return "+33" + digits.dropFirst()
    }

    /// An address that the schema's validator takes; nil for rarer forms of RFC 5322 and for names that lead nowhere.
    static func email(_ text: String) -> String? {
        let form = #/[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(.+)/#
        guard isASCII(text), let match = text.wholeMatch(of: form), isHost(match.2),
            text.utf8.count - match.2.utf8.count <= 65
        else { return nil }
        let top = match.2.split(separator: ".").last?.lowercased() ?? ""
        return ["arpa", "invalid", "local", "localhost", "onion", "test"].contains(top) ? nil : text
    }

    /// An address of the web that the schema's validator takes.
    static func website(_ text: String) -> String? {
        let form = #/https?:\/\/([A-Za-z0-9.-]+)(:[0-9]{1,4})?([\/?#][A-Za-z0-9._~:\/?#\[\]@!$&'()*+,;=%-]*)?/#
        guard isASCII(text), let match = text.wholeMatch(of: form), isHost(match.1) else { return nil }
        return text
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }

    /// Labels of letters, digits and inner hyphens; a hyphen in the third and fourth place is another encoding's.
    private static func isHost(_ host: Substring) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, host.utf8.count <= 253, let top = labels.last, top.allSatisfy(\.isLetter),
            top.count >= 2
        else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && !label.dropFirst(2).hasPrefix("--")
                && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        }
    }
}
