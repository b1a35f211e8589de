import Fields

/// A table whose heading says what its columns hold.
struct CSVReading: Reading {
    private var records: RecordSource
    private var intake: Intake
    private var columns: [Column?] = []
    private var finessAt = 0

    init(_ source: ByteSource, _ beginning: FileBeginning, selection: FinessSelection) throws {
        intake = Intake(selection: selection)
        records = RecordSource(LineSource(source, from: beginning.start), separator: beginning.separator)
        try readHeading()
        let (width, position, separator) = (columns.count, finessAt, beginning.separator)
        records.looksLikeRecord = { line in
            let cells = line.split(separator: separator, omittingEmptySubsequences: false)
            guard cells.count >= width, position < cells.count else { return false }
            // A number may stand behind the end of a name with line breaks; such a line closes the name's quote.
            if position > 0, line.count(where: { $0 == 0x22 }) % 2 == 1 { return false }
            let number = cells[position].filter { $0 != 0x22 && $0 != 0x20 }.map { $0 >= 0x61 ? $0 - 0x20 : $0 }
            return FinessNumber.isShaped(number)
        }
    }

    private mutating func readHeading() throws {
        guard try records.next() else {
            throw FinessProblem.fatal(.empty, fr: "le fichier est vide", en: "the file is empty")
        }
        let headings = records.parser.cells.map { Windows1252.printable(records.parser.bytes[$0]) }
        var unknown: [String] = []
        for heading in headings {
            let folded = Column.folded(heading)
            var column = Column.byHeading[folded]
            if let known = column, columns.contains(known) {
                intake.log.add(
                    .repeatedColumn, .warning, at: ProblemLog.Place(line: records.line, column: heading),
                    Text(fr: "une colonne avant elle dit la même chose", en: "a column before it says the same"))
                column = nil
            } else if column == nil, !folded.isEmpty, !Column.unneeded.contains(folded) {
                unknown.append(shortened(heading))
            }
            if let column { intake.names[column.rawValue] = shortened(heading) }
            columns.append(column)
        }
        // `categorie` is the label beside a code, or else the code itself.
        if !columns.contains(.category), let position = headings.firstIndex(where: { Column.folded($0) == "categorie" })
        {
            columns[position] = .category
            intake.names[Column.category.rawValue] = headings[position]
        }
        guard let position = columns.firstIndex(of: .finess) else { throw noFinessColumn(headings) }
        finessAt = position
        if !unknown.isEmpty {
            let names = unknown.prefix(20).joined(separator: ", ") + (unknown.count > 20 ? ", …" : "")
            intake.log.add(
                .unknownColumns, .warning, at: ProblemLog.Place(line: records.line),
                Text(fr: "colonnes inconnues, ignorées : \(names)", en: "unknown columns, ignored: \(names)"))
        }
    }

    private func noFinessColumn(_ headings: [String]) -> FinessProblem {
        let accepted = Column.finess.headings.joined(separator: ", ")
        return .fatal(
            .noFinessColumn, line: records.line, value: headings.joined(separator: " | "),
            fr: "aucune colonne ne porte le numéro FINESS de l'établissement ; intitulés acceptés : \(accepted)",
            en: "no column holds the establishment's FINESS number; accepted headings: \(accepted)")
    }

    mutating func next() throws -> FinessRecord? {
        while try records.next() {
            try intake.checkSize()
            guard intake.accepts(records, cells: columns.count, finessAt: finessAt) else { continue }
            var row = Row(bytes: records.parser.bytes, line: records.line)
            for (position, column) in columns.enumerated() {
                if let column { row[column] = records.parser.cells[position] }
            }
            if let establishment = intake.take(row) { return .establishment(establishment) }
        }
        return nil
    }

    mutating func summary() throws -> FinessSummary {
        guard intake.counts.rows > 0 else {
            throw FinessProblem.fatal(
                .headerOnly, fr: "le fichier n'a que ses intitulés, aucun établissement",
                en: "the file has only its heading, no establishment")
        }
        return intake.summary(.csv, fileDate: nil, columns: Set(columns.compactMap(\.self).flatMap(\.fields)))
    }
}
