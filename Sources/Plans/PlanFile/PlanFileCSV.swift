internal import Fields

extension PlanFile {
    /// Reads the actions of a plan from CSV, or throws everything that is wrong with the file.
    public static func read(
        csv bytes: [UInt8], file: String, header: (Header, [Axis]), organisations: [PlanOrganisation]
    ) throws(PlanFileProblems) -> PlanFile {
        let table: CSVTable
        do throws(CSVProblem) {
            table = try CSVTable.read(bytes)
        } catch {
            throw PlanFileProblems(cells: [
                WrongCell(
                    file: file, line: error.line, column: error.column, heading: "", value: "", reason: error.reason)
            ])
        }
        var reader = PlanFileCSVReader(table: table, file: file, organisations: organisations)
        let rows = reader.rows()
        let (plan, axes) = header
        var checker = PlanFileChecker(
            period: plan.startsOn <= plan.endsOn ? plan.startsOn...plan.endsOn : nil, axes: axes,
            organisations: reader.organisations, log: reader.log)
        let actions = checker.actions(rows)
        guard checker.log.cells.isEmpty else { throw PlanFileProblems(cells: checker.log.cells) }
        return PlanFile(header: plan, axes: axes, actions: actions)
    }
}

/// Finds which column is what, then the cells of each action.
private struct PlanFileCSVReader {
    let table: CSVTable
    var organisations: PlanFileOrganisations
    var log: PlanFileLog
    private var columns: [PlanFileColumn: Int] = [:]
    private var unnamed: Set<Int> = []
    private var moneyColumns: [(funder: String, year: Int, position: Int)] = []

    init(table: CSVTable, file: String, organisations: [PlanOrganisation]) {
        self.table = table
        self.organisations = PlanFileOrganisations(organisations)
        log = PlanFileLog(file: file)
    }

    mutating func rows() -> [PlanFileRow] {
        readHeadings()
        // Spreadsheets leave rows of separators under the last one.
        let filled = table.rows.filter { !$0.cells.allSatisfy { PlanFileWords.trimmed($0.text).isEmpty } }
        guard filled.count <= PlanFile.maximumActions else {
            log.add(
                PlanFileCell(value: "", line: filled[PlanFile.maximumActions].line, column: 1, heading: ""),
                PlanFileReason.tooManyActions)
            return []
        }
        return filled.map { row($0) }
    }

    private mutating func readHeadings() {
        for (position, cell) in table.header.cells.enumerated() {
            let heading = PlanFileWords.trimmed(cell.text)
            guard !heading.isEmpty else {
                unnamed.insert(position)
                continue
            }
            do throws(PlanFileReason) {
                let column = try PlanFileColumn.named(heading, organisations: &organisations)
                if let first = columns[column] {
                    throw PlanFileReason(
                        fr: "même colonne que la colonne \(first + 1)", en: "the same column as column \(first + 1)")
                }
                columns[column] = position
                if case .money(let funder, let year) = column { moneyColumns.append((funder, year, position)) }
            } catch {
                log.add(PlanFileCell(value: heading, line: cell.line, column: cell.column, heading: ""), error)
            }
        }
        for column in PlanFileColumn.required where columns[column] == nil {
            log.add(
                PlanFileCell(value: "", line: table.header.line, column: 1, heading: column.heading),
                fr: "cette colonne manque", en: "this column is missing")
        }
    }

    private mutating func row(_ source: CSVTable.Row) -> PlanFileRow {
        var row = PlanFileRow(line: source.line)
        row.code = cell(source, .code)
        let expected = table.header.cells.count
        guard source.cells.count == expected else {
            // The cells may be shifted: what each of them holds is anybody's guess, so only their number is reported.
            let column = min(source.cells.count, expected) + 1
            let extra = source.cells.count > expected ? source.cells[expected].text : ""
            log.add(
                PlanFileCell(value: extra, line: source.line, column: column, heading: ""),
                fr: "\(source.cells.count) cellules pour \(expected) colonnes",
                en: "\(source.cells.count) cells for \(expected) columns")
            return row
        }
        for position in unnamed.sorted() where !PlanFileWords.trimmed(source.cells[position].text).isEmpty {
            log.add(
                cell(source, at: position), fr: "cette colonne n'a pas de titre", en: "this column has no heading")
        }
        row.title = cell(source, .title)
        row.description = cell(source, .description)
        row.axis = cell(source, .axis)
        row.lead = cell(source, .lead)
        row.plannedStart = cell(source, .plannedStart)
        row.plannedEnd = cell(source, .plannedEnd)
        row.status = cell(source, .status)
        if let cell = cell(source, .partners), !PlanFileValues.isNothing(cell.value) {
            row.partners = organisations.pieces(cell.value).map { cell.part($0) }
        }
        row.funding = funding(source)
        return row
    }

    /// Empty, a dash and zero are no line: in a grid of years people fill every cell.
    private func funding(_ source: CSVTable.Row) -> [PlanFileRow.Money] {
        moneyColumns.compactMap { column in
            let cell = cell(source, at: column.position)
            if PlanFileValues.isNothing(cell.value) || (try? PlanFileValues.cents(cell.value)) == 0 { return nil }
            return PlanFileRow.Money(
                funder: cell.part(column.funder), year: cell.part(String(column.year)), planned: cell, place: cell)
        }
    }

    private func cell(_ row: CSVTable.Row, _ column: PlanFileColumn) -> PlanFileCell? {
        guard let position = columns[column], row.cells.indices.contains(position) else { return nil }
        return cell(row, at: position)
    }

    private func cell(_ row: CSVTable.Row, at position: Int) -> PlanFileCell {
        let cell = row.cells[position]
        return PlanFileCell(
            value: cell.text, line: cell.line, column: cell.column,
            heading: PlanFileWords.trimmed(table.header.cells[position].text))
    }
}
