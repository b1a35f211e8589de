import Fields

extension Intake {
    /// Whether a line's record can be read as a row of so many cells; if not, the row is refused with what is wrong.
    mutating func accepts(_ records: RecordSource, cells expected: Int, finessAt position: Int) -> Bool {
        let parser = records.parser
        if records.state == .whole, parser.cells.count == expected { return kept(records) }
        let row = Row(bytes: parser.bytes, line: records.line)
        finess = nil
        if position < parser.cells.count {
            var findings: RowText.Findings = []
            let text = texts.read(parser.bytes, parser.cells[position], &findings)?.uppercased()
            finess = text.flatMap { FinessNumber.isShaped($0.utf8) ? $0 : nil }
        }
        switch records.state {
        case .tooLong:
            lose(
                .lineTooLong, row, fr: "ligne de plus de \(LineSource.limit / 1024) Kio, sautée",
                en: "line over \(LineSource.limit / 1024) KiB, skipped")
            return false
        case .unclosed(let skipped) where skipped > 0 || parser.cells.count != expected:
            lose(
                .unclosedQuote, row,
                fr: "un guillemet ouvert n'est jamais fermé ; lignes perdues : \(skipped + 1)",
                en: "an open quote is never closed; lines lost: \(skipped + 1)")
            return false
        case .unclosed:
            warn(.strayQuote, row, nil, nil, fr: "guillemet jamais fermé : ôté", en: "quote never closed: removed")
            return true
        case .whole: break
        }
        // Further empty cells are no excuse: a separator within a text moves the last, often empty cell there.
        let fr = "\(parser.cells.count) colonnes au lieu de \(expected)"
        let en = "\(parser.cells.count) columns instead of \(expected)"
        if records.isUnfinished, parser.cells.count < expected {
            isComplete = false
            lose(.truncated, row, fr: "la dernière ligne est coupée : \(fr)", en: "the last line is cut: \(en)")
        } else if parser.cells.count > expected {
            lose(
                .columnCount, row, fr: "\(fr) : un séparateur dans un texte sans guillemets ?",
                en: "\(en): a separator in a text without quotes?")
        } else {
            lose(.columnCount, row, fr: fr, en: en)
        }
        return false
    }

    private mutating func kept(_ records: RecordSource) -> Bool {
        if records.parser.strayQuotes > 0 {
            finess = nil
            warn(
                .strayQuote, Row(line: records.line), nil, nil, fr: "guillemets non doublés : gardés tels quels",
                en: "quotes that are not doubled: kept as they stand")
        }
        return true
    }

    /// Refuses a row that could not be cut into its cells.
    private mutating func lose(_ kind: FinessProblem.Kind, _ row: Row, fr: String, en: String) {
        counts.rows += 1
        let value = Windows1252.printable(row.bytes.prefix(60))
        log.add(kind, .refused, at: place(row, nil, value), Text(fr: fr, en: en))
        refuse(finess)
    }
}

extension Windows1252 {
    /// A few bytes of a line that could not be read, as text.
    static func printable(_ bytes: some Collection<UInt8>) -> String {
        // A cut may have gone through a character of up to four bytes.
        let text =
            (0...3).lazy.compactMap { String(validating: bytes.dropLast($0), as: UTF8.self) }.first ?? decode(bytes)
        return String(text.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}
