import Fields

/// The historical extract: `structureet` lines, then `geolocalisation` lines, after a heading with its date.
struct LegacyReading: Reading {
    private var records: RecordSource
    private var intake: Intake
    private var columns = Column.legacy
    /// How many cells `structureet` lines have: 32, or 31 where the last, empty one was dropped.
    private var width: Int?
    private var namedWidth: Int?
    private var positionWidth: Int?
    private var fileDate: Day?

    init(_ source: ByteSource, _ beginning: FileBeginning, selection: FinessSelection) {
        intake = Intake(selection: selection)
        records = RecordSource(LineSource(source, from: beginning.start), separator: beginning.separator)
        let beginnings = ["structureet", "geolocalisation"].map { Array($0.utf8) + [beginning.separator] }
        records.looksLikeRecord = { line in beginnings.contains { line.starts(with: $0) } }
        for (column, name) in zip(Column.legacy, Column.legacyNames) {
            if let column { intake.names[column.rawValue] = name }
        }
        intake.names[Column.x.rawValue] = "coordxet"
        intake.names[Column.projection.rawValue] = "sourcecoordet"
    }

    mutating func next() throws -> FinessRecord? {
        while try records.next() {
            try intake.checkSize()
            switch lineType {
            case .structureet:
                if let establishment = establishment() { return .establishment(establishment) }
            case .geolocalisation:
                if let position = position() { return .position(position) }
            case .finess: heading()
            case nil:
                if records.state == .whole { otherLine() } else { _ = intake.accepts(records, cells: 32, finessAt: 1) }
            }
        }
        return nil
    }

    private enum LineType: String, CaseIterable {
        case structureet, geolocalisation, finess
    }

    private var lineType: LineType? {
        guard let cell = records.parser.cells.first, cell.count <= 15 else { return nil }
        let word = String(decoding: records.parser.bytes[cell], as: UTF8.self)
        return LineType(rawValue: word) ?? LineType(rawValue: word.lowercased())
    }

    private func cell(_ position: Int) -> String {
        Windows1252.printable(records.parser.bytes[records.parser.cells[position]])
    }

    /// `finess;etalab;111;2026-05-12`, or the columns' names, which spreadsheets' owners add and reorder.
    private mutating func heading() {
        let cells = records.parser.cells.indices.map(cell)
        if let day = cells.lazy.compactMap({ CellForms.day($0)?.value }).first { fileDate = day }
        guard cells.count > 10 else { return }
        namedWidth = cells.count
        columns = cells.map { name in
            Column.legacyNames.dropFirst().firstIndex(of: name.lowercased()).flatMap { Column.legacy[$0] }
        }
    }

    private mutating func establishment() -> Establishment? {
        let count = records.parser.cells.count
        let full = namedWidth ?? Column.legacy.count
        let expected = width ?? (count == full - 1 && !records.isUnfinished ? count : full)
        guard intake.accepts(records, cells: expected, finessAt: columns.firstIndex(of: .finess) ?? 1) else {
            return nil
        }
        width = expected
        var row = Row(bytes: records.parser.bytes, line: records.line)
        for (column, cell) in zip(columns, records.parser.cells) {
            if let column { row[column] = cell }
        }
        return intake.take(row)
    }

    /// `geolocalisation;number;X;Y;source;date`, where the source is one cell with commas or several cells.
    private mutating func position() -> Position? {
        let cells = records.parser.cells
        intake.counts.positions += 1
        var row = Row(bytes: records.parser.bytes, line: records.line)
        if cells.count < 4 || records.isUnfinished && cells.count < positionWidth ?? 0 {
            lost(row)
            return nil
        }
        positionWidth = cells.count
        (row[.finess], row[.x], row[.y]) = (cells[1], cells[2], cells[3])
        // The projection is the last word but for the date.
        row[.projection] = cells.dropFirst(4).last { !$0.isEmpty && !isDay(row.bytes[$0]) } ?? 0..<0
        intake.finess = nil
        guard let text = intake.text(.finess, row), let finess = intake.finessNumber(text, row, .finess) else {
            intake.log.add(
                .finessForm, .refused, at: intake.place(row, .finess, cell(1)),
                Text(fr: "coordonnées sans numéro FINESS", en: "coordinates without a FINESS number"))
            return nil
        }
        intake.finess = finess
        let isSelected = intake.isSelected(finess: finess)
        if isSelected == false || row[.x].isEmpty && row[.y].isEmpty { return nil }
        if isSelected == nil {
            intake.warn(
                .positionAlone, row, .finess, finess, fr: "pas d'établissement de ce numéro dans le fichier",
                en: "no establishment of this number in the file")
        }
        var position = Position(finess: finess, line: row.line)
        if let point = intake.point(row, departement: nil) {
            (position.latitude, position.longitude) = point
            return position
        }
        guard let source = intake.text(.projection, row), !Lambert93.isMeant(by: source) else { return nil }
        position.unknownProjection = Intake.projectionName(source)
        return position
    }

    private func isDay(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.count <= 19 && CellForms.day(String(decoding: bytes, as: UTF8.self)) != nil
    }

    private mutating func lost(_ row: Row) {
        if records.isUnfinished { intake.isComplete = false }
        intake.log.add(
            records.isUnfinished ? .truncated : .columnCount, .refused,
            at: intake.place(row, nil, Windows1252.printable(row.bytes.prefix(60))),
            Text(fr: "coordonnées coupées", en: "coordinates cut short"))
    }

    private mutating func otherLine() {
        intake.counts.rows += 1
        intake.finess = nil
        let row = Row(bytes: records.parser.bytes, line: records.line)
        let isCut = records.isUnfinished
        intake.log.add(
            isCut ? .truncated : .lineType, .refused,
            at: intake.place(row, nil, Windows1252.printable(row.bytes.prefix(60))),
            isCut
                ? Text(fr: "la dernière ligne est coupée", en: "the last line is cut")
                : Text(
                    fr: "une ligne commence par « structureet » ou « geolocalisation »",
                    en: "a line begins with 'structureet' or 'geolocalisation'"))
        intake.refuse(nil)
    }

    mutating func summary() throws -> FinessSummary {
        guard intake.counts.rows + intake.counts.positions > 0 else {
            throw FinessProblem.fatal(
                .headerOnly, fr: "le fichier n'a que son en-tête, aucun établissement",
                en: "the file has only its heading, no establishment")
        }
        var fields = Set(columns.compactMap(\.self).flatMap(\.fields) + [.street, .insee])
        if intake.counts.positions > 0 { fields.formUnion([.latitude, .longitude]) }
        return intake.summary(.legacy, fileDate: fileDate, columns: fields)
    }
}
