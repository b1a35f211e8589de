import Fields

/// One row's cells by what they hold; a column that the file lacks has an empty range.
struct Row {
    var bytes: [UInt8] = []
    var cells = [Range<Int>](repeating: 0..<0, count: Column.count)
    var line = 0

    subscript(column: Column) -> Range<Int> {
        get { cells[column.rawValue] }
        set { cells[column.rawValue] = newValue }
    }

    /// Tells rows apart that differ in a byte (FNV-1a).
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for cell in cells {
            for byte in bytes[cell] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            hash = (hash ^ 0x1F) &* 0x100_0000_01B3
        }
        return hash
    }
}

/// Takes rows in, whatever the layout they come from: checks, cleans, selects and counts.
struct Intake {
    let selection: FinessSelection
    /// What the file calls each column, for messages.
    var names = [String?](repeating: nil, count: Column.count)
    var log = ProblemLog()
    var texts = RowText()
    var counts = FinessSummary.Counts()
    var refusedNumbers: Set<String> = []
    /// Numbers of rows that are not wanted: they are in the file all the same.
    var unselectedNumbers: Set<String> = []
    /// Every row's number is known, and the file was read to its end.
    var isComplete = true
    /// Fields that a `commune` column turned out to fill: it may hold a code or a name.
    var communeFills: Set<Establishment.Field> = []
    /// The number of the row at hand.
    var finess: String?
    /// Every number of the file, packed, with the row's fingerprint; its lowest bit says whether it was selected.
    private var seen: [UInt64: UInt64] = [:]

    init(selection: FinessSelection) { self.selection = selection }

    // MARK: - Rows

    /// More rows are no register: France has some 100,000 establishments, and every number is kept in memory.
    static let rowLimit = 1_000_000

    func checkSize() throws(FinessProblem) {
        guard counts.rows <= Intake.rowLimit else {
            throw FinessProblem.fatal(
                .tooManyRows, fr: "plus de \(Intake.rowLimit) lignes : ce n'est pas un fichier FINESS",
                en: "over \(Intake.rowLimit) rows: this is no FINESS file")
        }
    }

    /// The establishment of a row, or nil when the row is refused, repeated or not wanted.
    mutating func take(_ row: Row) -> Establishment? {
        counts.rows += 1
        finess = nil
        guard let finess = finessNumber(row) else {
            refuse(nil)
            return nil
        }
        self.finess = finess
        let key = Intake.packed(finess)
        let fingerprint = row.fingerprint | 1
        if let earlier = seen[key] {
            repeated(row, isIdentical: earlier | 1 == fingerprint)
            return nil
        }
        var establishment = Establishment(finess: finess, line: row.line)
        place(row, &establishment)
        establishment.category = category(row)
        guard isSelected(establishment) else {
            seen[key] = fingerprint & ~1
            counts.outOfSelection += 1
            unselectedNumbers.insert(finess)
            return nil
        }
        seen[key] = fingerprint
        counts.selected += 1
        names(row, &establishment)
        address(row, &establishment)
        contact(row, &establishment)
        siret(row, &establishment)
        days(row, &establishment)
        point(row, &establishment)
        return establishment
    }

    private func isSelected(_ establishment: Establishment) -> Bool {
        func isIn(_ value: String?, _ wanted: Set<String>?) -> Bool {
            guard let wanted else { return true }
            return value.map(wanted.contains) ?? false
        }
        return isIn(establishment.category, selection.categories)
            && isIn(establishment.departement, selection.departements)
    }

    /// Counts a row that is lost. A number that cannot be read may be any establishment's.
    mutating func refuse(_ finess: String?) {
        counts.refused += 1
        if let finess { refusedNumbers.insert(finess) } else { isComplete = false }
    }

    private mutating func repeated(_ row: Row, isIdentical: Bool) {
        counts.duplicates += 1
        if isIdentical {
            warn(
                .identicalDuplicate, row, .finess, finess, fr: "ligne répétée à l'identique",
                en: "row repeated identically")
        } else {
            log.add(
                .duplicate, .refused, at: place(row, .finess, finess),
                Text(
                    fr: "ce numéro est déjà donné plus haut, avec d'autres valeurs : la première ligne est gardée",
                    en: "this number is given further up with other values: the first row is kept"))
        }
    }

    /// Whether an establishment was read: nil when it is not in the file, false when it is not wanted.
    func isSelected(finess: String) -> Bool? { seen[Intake.packed(finess)].map { $0 & 1 == 1 } }

    /// Nine digits and letters are a number in base 36.
    private static func packed(_ finess: String) -> UInt64 {
        finess.utf8.reduce(0) { $0 * 36 + UInt64($1 < 0x3A ? $1 - 0x30 : $1 - 0x37) }
    }

    // MARK: - Problems

    func place(_ row: Row, _ column: Column?, _ value: String?) -> ProblemLog.Place {
        ProblemLog.Place(
            line: row.line, column: column.flatMap { names[$0.rawValue] }, value: value, finess: finess)
    }

    mutating func warn(
        _ kind: FinessProblem.Kind, _ row: Row, _ column: Column?, _ value: String?, detail: String? = nil,
        fr: @autoclosure () -> String, en: @autoclosure () -> String
    ) {
        log.add(kind, .warning, detail: detail, at: place(row, column, value), Text(fr: fr(), en: en()))
    }

    // MARK: - Cells

    /// A cell's text, nil when it is empty; what was wrong with it is told.
    mutating func text(_ column: Column, _ row: Row) -> String? {
        let cell = row[column]
        guard !cell.isEmpty else { return nil }
        var findings: RowText.Findings = []
        let text = texts.read(row.bytes, cell, &findings)
        if !findings.isEmpty { tell(findings, row, column, text) }
        return text
    }

    private mutating func tell(_ findings: RowText.Findings, _ row: Row, _ column: Column, _ text: String?) {
        if findings.contains(.controlCharacters) {
            warn(
                .controlCharacters, row, column, text, fr: "caractères de contrôle ôtés",
                en: "control characters removed")
        }
        if findings.contains(.isTooLong) {
            warn(
                .textTooLong, row, column, text, fr: "plus de \(RowText.limit) caractères : coupé",
                en: "over \(RowText.limit) characters: cut")
        }
        if findings.contains(.brokenEncoding) {
            warn(
                .doubleEncoding, row, column, text, fr: "accents encodés deux fois, qui ne peuvent être rétablis",
                en: "accents encoded twice, which cannot be put right")
        } else if findings.contains(.doubleEncoding) {
            warn(
                .doubleEncoding, row, column, text, fr: "accents encodés deux fois (Ã© pour é) : rétablis",
                en: "accents encoded twice (Ã© for é): put right")
        }
    }

    /// The row's number; nil when it has none.
    private mutating func finessNumber(_ row: Row) -> String? {
        let text = text(.finess, row)
        guard let text, let number = finessNumber(text, row, .finess) else {
            log.add(
                .finessForm, .refused, at: place(row, .finess, text),
                text == nil
                    ? Text(fr: "pas de numéro FINESS", en: "no FINESS number")
                    : Text(
                        fr: "un numéro FINESS a 9 caractères, chiffres ou lettres",
                        en: "a FINESS number has 9 characters, digits or letters"))
            return nil
        }
        if FinessNumber.hasValidKey(number.utf8) == false {
            finess = number
            warn(
                .finessKey, row, .finess, number, fr: "la clé est fausse : vérifiez le numéro ; la ligne est gardée",
                en: "the key is wrong: check the number; the row is kept")
        }
        return number
    }

    /// A FINESS number of a cell, its leading zero put back if a spreadsheet took it.
    mutating func finessNumber(_ text: String, _ row: Row, _ column: Column) -> String? {
        if FinessNumber.isShaped(text.utf8) { return text }
        let number = text.uppercased().filter { !$0.isWhitespace }
        if FinessNumber.isShaped(number.utf8) { return number }
        guard number.utf8.count == 8, CellForms.isDigits(number), hasLuhnKey(number.utf8) else { return nil }
        warn(.lostZeros, row, column, text, fr: "lu « 0\(number) »", en: "read as '0\(number)'")
        return "0" + number
    }

    private mutating func category(_ row: Row) -> String? {
        guard let text = text(.category, row) else { return nil }
        guard text.utf8.count < 3, CellForms.isDigits(text) else { return text }
        let code = String(repeating: "0", count: 3 - text.utf8.count) + text
        warn(.lostZeros, row, .category, text, fr: "lu « \(code) »", en: "read as '\(code)'")
        return code
    }
}
