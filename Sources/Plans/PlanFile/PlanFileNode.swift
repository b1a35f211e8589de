internal import Fields
internal import Yams

/// A YAML document as the plan's reader needs it: texts as they were written, each with its place.
indirect enum PlanFileNode {
    /// A scalar; null when it was left empty, or written `~` or `null`, without quotes.
    case text(PlanFileCell, isNull: Bool)
    case list([PlanFileNode], PlanFileCell)
    case map([(key: PlanFileCell, value: PlanFileNode)], PlanFileCell)

    /// Where the value starts, its heading the path of its key.
    var place: PlanFileCell {
        switch self {
        case .text(let cell, _), .list(_, let cell), .map(_, let cell): cell
        }
    }

    /// Bigger documents are refused: a plan of 77 actions takes 40 kB.
    static let maximumBytes = 4_000_000
    /// Deeper documents are refused: a plan nests five levels.
    private static let maximumDepth = 16

    /// Reads one document; anchors, aliases, tags and keys that are no text are refused.
    static func parse(_ bytes: [UInt8], log: inout PlanFileLog) -> PlanFileNode? {
        let start = PlanFileCell(value: "", line: 1, column: 1, heading: "")
        guard bytes.count <= maximumBytes else {
            log.add(
                start, fr: "fichier trop gros : \(maximumBytes / 1_000_000) Mo au plus",
                en: "file too big: at most \(maximumBytes / 1_000_000) MB")
            return nil
        }
        if let problem = CSVProblem.inEncoding(of: bytes) {
            var cell = start
            cell.line = problem.line
            log.add(cell, fr: problem.reason.fr, en: problem.reason.en)
            return nil
        }
        let text = String(decoding: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...], as: UTF8.self)
        // Before composing: keys are hashed then, and a bomb of aliases would never come to an end.
        if let alias = alias(in: text) {
            log.add(alias, noAnchors)
            return nil
        }
        do {
            let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
            guard let root = try parser.singleRoot() else {
                log.add(start, fr: "le fichier est vide", en: "the file is empty")
                return nil
            }
            // Nodes hold their anchors weakly; the parser is what keeps them.
            return withExtendedLifetime(parser) { convert(root, path: "", depth: 0, log: &log) }
        } catch {
            report(error, in: text, log: &log)
            return nil
        }
    }

    private static let noAnchors = PlanFileReason(
        fr: "les ancres et les alias de YAML (&…, *…) ne sont pas admis : répétez la valeur",
        en: "YAML's anchors and aliases (&…, *…) are not allowed: repeat the value")

    /// The first `*name` whose `&name` also stands in the text. Quotes are not looked at: no sentence holds both.
    private static func alias(in text: String) -> PlanFileCell? {
        func isName(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
        }
        let bytes = Array(text.utf8)
        func names(after sign: UInt8) -> [(name: ArraySlice<UInt8>, offset: Int)] {
            bytes.indices.compactMap { offset in
                guard bytes[offset] == sign, offset == 0 || !isLetter(bytes[offset - 1]) else { return nil }
                let name = bytes[(offset + 1)...].prefix(while: isName)
                return name.isEmpty ? nil : (name, offset)
            }
        }
        func isLetter(_ byte: UInt8) -> Bool { isName(byte) && byte != UInt8(ascii: "-") }
        let anchors = Set(names(after: UInt8(ascii: "&")).map(\.name))
        guard let alias = names(after: UInt8(ascii: "*")).first(where: { anchors.contains($0.name) }) else {
            return nil
        }
        let before = String(decoding: bytes[..<alias.offset], as: UTF8.self)
        let line = before.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        return PlanFileCell(
            value: "*" + String(decoding: alias.name, as: UTF8.self), line: line.count,
            column: (line.last?.unicodeScalars.count ?? 0) + 1, heading: "")
    }

    private static func convert(_ node: Node, path: String, depth: Int, log: inout PlanFileLog) -> PlanFileNode? {
        var place = PlanFileCell(value: "", line: node.mark?.line ?? 1, column: node.mark?.column ?? 1, heading: path)
        guard depth <= maximumDepth else {
            log.add(place, fr: "trop de niveaux imbriqués", en: "nested too deeply")
            return nil
        }
        guard node.anchor == nil, !isAlias(node) else {
            log.add(place, noAnchors)
            return nil
        }
        switch node {
        case .scalar(let scalar):
            place.value = scalar.string
            guard isUntagged(scalar.tag, as: "str", at: place, log: &log) else { return nil }
            let nulls = ["", "~", "null", "Null", "NULL"]
            return .text(place, isNull: scalar.style == .plain && nulls.contains(scalar.string))
        case .sequence(let sequence):
            guard isUntagged(sequence.tag, as: "seq", at: place, log: &log) else { return nil }
            return .list(sequence.compactMap { convert($0, path: path, depth: depth + 1, log: &log) }, place)
        case .mapping(let mapping):
            guard isUntagged(mapping.tag, as: "map", at: place, log: &log) else { return nil }
            var members: [(key: PlanFileCell, value: PlanFileNode)] = []
            for (key, value) in mapping {
                guard case .text(let cell, _)? = convert(key, path: path, depth: depth + 1, log: &log) else {
                    log.add(place, fr: "une clé doit être un texte", en: "a key must be a text")
                    continue
                }
                let inner = path.isEmpty ? cell.value : "\(path).\(cell.value)"
                guard let value = convert(value, path: inner, depth: depth + 1, log: &log) else { continue }
                members.append((cell, value))
            }
            return .map(members, place)
        case .alias: return nil
        }
    }

    private static func isAlias(_ node: Node) -> Bool {
        if case .alias = node { true } else { false }
    }

    /// `!!binary` and the like change what a value means; nothing in a plan needs them.
    private static func isUntagged(
        _ tag: Tag, as kind: String, at place: PlanFileCell, log: inout PlanFileLog
    ) -> Bool {
        guard ["", "!", "tag:yaml.org,2002:\(kind)"].contains(tag.description) else {
            log.add(
                place, fr: "les étiquettes de YAML (!…) ne sont pas admises", en: "YAML's tags (!…) are not allowed")
            return false
        }
        return true
    }

    private static func report(_ error: any Error, in text: String, log: inout PlanFileLog) {
        var place = PlanFileCell(value: "", line: 1, column: 1, heading: "")
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            place.line = mark.line
            place.column = mark.column
            log.add(place, fr: "ce n'est pas du YAML : \(problem)", en: "this is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            place.line = context.mark.line
            place.column = context.mark.column
            place.value = keys.joined(separator: ", ")
            log.add(place, fr: "clé donnée deux fois au même endroit", en: "key given twice in the same place")
        case .reader(let problem, let offset, _, _):
            let before = text.prefix(offset ?? 0).split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            place.line = before.count
            place.column = (before.last?.unicodeScalars.count ?? 0) + 1
            log.add(place, fr: "caractère illisible : \(problem)", en: "unreadable character: \(problem)")
        default:
            log.add(place, fr: "ce n'est pas du YAML", en: "this is not YAML")
        }
    }
}
