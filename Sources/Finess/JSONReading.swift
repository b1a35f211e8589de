import Fields

/// The data set of 2026: legal entities (`pmej`), one at a time, each with its establishments (`ege`).
struct JSONReading: Reading {
    /// A legal entity of more bytes is skipped; the largest known takes three megabytes.
    static let entityLimit = 8 * 1024 * 1024

    private enum Place {
        case beginning, root, entities, end
    }

    private var source: JSONSource
    private var intake: Intake
    private var place = Place.beginning
    private var buffer: [UInt8] = []
    private var pending: [Establishment] = []
    private var hasEntities = false
    private var fileDate: Day?

    init(_ source: ByteSource, _ beginning: FileBeginning, selection: FinessSelection) {
        self.source = JSONSource(source, from: beginning.start, limit: JSONReading.entityLimit)
        intake = Intake(selection: selection)
        for (name, column) in EntityWalker.columns { intake.names[column.rawValue] = name }
    }

    mutating func next() throws -> FinessRecord? {
        while pending.isEmpty, place != .end {
            try intake.checkSize()
            try step()
        }
        return pending.popLast().map(FinessRecord.establishment)
    }

    private mutating func step() throws {
        guard let byte = try source.peek() else { return cut() }
        switch (place, byte) {
        case (.beginning, UInt8(ascii: "{")):
            source.take()
            place = .root
        case (.beginning, _):
            throw FinessProblem.fatal(
                .notFiness, fr: "ce JSON n'est pas le jeu de données FINESS (un objet avec « pmej »)",
                en: "this JSON is not the FINESS data set (an object with 'pmej')")
        case (.root, UInt8(ascii: "}")): place = .end
        case (.entities, UInt8(ascii: "]")):
            source.take()
            place = .root
        case (.root, UInt8(ascii: ",")), (.entities, UInt8(ascii: ",")): source.take()
        case (.root, UInt8(ascii: "\"")): try member()
        case (.entities, UInt8(ascii: "{")): try entity()
        default: faulty(fr: "caractère inattendu", en: "unexpected character")
        }
    }

    /// A member of the document: the legal entities, the date, or something to skip.
    private mutating func member() throws {
        guard try source.value(into: &buffer, isKept: true) == .whole, let colon = try source.peek() else {
            return cut()
        }
        let name = String(decoding: buffer.dropFirst().dropLast(), as: UTF8.self)
        guard colon == UInt8(ascii: ":") else { return faulty(fr: "« : » attendu", en: "':' expected") }
        source.take()
        guard let byte = try source.peek() else { return cut() }
        if name == "pmej", byte == UInt8(ascii: "[") {
            source.take()
            place = .entities
            hasEntities = true
            return
        }
        let isDate = name == "generatedAt"
        guard try source.value(into: &buffer, isKept: isDate) != .cut else { return cut() }
        if isDate { fileDate = CellForms.day(String(decoding: buffer.dropFirst().prefix(10), as: UTF8.self))?.value }
    }

    private mutating func entity() throws {
        let line = source.line
        switch try source.value(into: &buffer, isKept: true) {
        case .cut: cut()
        case .tooLarge:
            let limit = JSONReading.entityLimit / 1024 / 1024
            lose(
                .elementTooLarge, line: line, fr: "entité juridique de plus de \(limit) Mio, sautée",
                en: "legal entity over \(limit) MiB, skipped")
        case .whole:
            var walker = EntityWalker(buffer, line: line)
            do {
                try walker.walk()
                for row in walker.rows {
                    if let establishment = intake.take(row) { pending.append(establishment) }
                }
                pending.reverse()
            } catch .tooMany {
                lose(
                    .elementTooLarge, line: line,
                    fr: "entité juridique de plus de \(EntityWalker.limit) établissements, sautée",
                    en: "legal entity of over \(EntityWalker.limit) establishments, skipped")
            } catch {
                lose(
                    .jsonSyntax, line: line, fr: "entité juridique dont le JSON est fautif, sautée",
                    en: "legal entity whose JSON is faulty, skipped")
            }
        }
    }

    private mutating func lose(_ kind: FinessProblem.Kind, line: Int, fr: String, en: String) {
        intake.log.add(kind, .refused, at: ProblemLog.Place(line: line), Text(fr: fr, en: en))
        intake.counts.rows += 1
        intake.refuse(nil)
    }

    private mutating func cut() {
        place = .end
        intake.isComplete = false
        intake.log.add(
            .truncated, .refused, at: ProblemLog.Place(line: source.line),
            Text(
                fr: "le fichier s'arrête avant la fin du document ; ce qui précède est gardé",
                en: "the file ends before the document does; what came before is kept"))
    }

    private mutating func faulty(fr: String, en: String) {
        place = .end
        intake.isComplete = false
        intake.log.add(
            .jsonSyntax, .refused, at: ProblemLog.Place(line: source.line),
            Text(
                fr: "\(fr) : la lecture s'arrête là ; ce qui précède est gardé",
                en: "\(en): reading stops here; what came before is kept"))
    }

    mutating func summary() throws -> FinessSummary {
        if !hasEntities, intake.isComplete {
            throw FinessProblem.fatal(
                .notFiness, fr: "ce JSON n'a pas de liste « pmej » : ce n'est pas le jeu de données FINESS",
                en: "this JSON has no list 'pmej': it is not the FINESS data set")
        }
        if intake.isComplete, intake.counts.rows == 0 {
            throw FinessProblem.fatal(
                .headerOnly, fr: "le fichier ne contient aucun établissement", en: "the file holds no establishment")
        }
        let fields = EntityWalker.columns.values.flatMap(\.fields)
        return intake.summary(.json, fileDate: fileDate, columns: Set(fields))
    }
}
