internal import CXLSXWriter
import Fields
import Foundation

/// Writes a workbook with libxlsxwriter, sheet by sheet, in a private folder that goes with the writer.
final class WorkbookWriter {
    private let content: Workbook
    private let folder: URL
    private let file: URL
    private var workbook: UnsafeMutablePointer<lxw_workbook>?
    private var formats: [String: UnsafeMutablePointer<lxw_format>?] = [:]

    init(_ content: Workbook) throws {
        self.content = content
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-book-\(UUID().uuidString)")
        file = folder.appendingPathComponent("book.xlsx")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Problem.unavailable() }
        folder.path.withCString { path in
            var options = lxw_workbook_options(
                constant_memory: 1, tmpdir: UnsafeMutablePointer(mutating: path), use_zip64: 0)
            workbook = workbook_new_opt(file.path, &options)
        }
        guard workbook != nil else { throw Problem.unavailable() }
    }

    deinit {
        if let workbook { lxw_workbook_free(workbook) }
        try? FileManager.default.removeItem(at: folder)
    }

    func write() throws -> [UInt8] {
        describe()
        try writeCover()
        for table in content.tables { try write(table) }
        if !content.charts.isEmpty { try writeCharts() }
        let result = workbook_close(workbook)
        // It is freed, whatever came of it.
        workbook = nil
        try check(result)
        return Array(try Data(contentsOf: file))
    }

    /// Title and creation date: the clock of the machine that writes it says nothing.
    private func describe() {
        let (title, author) = (strdup(content.title), strdup("Plateforme Autonomie 31"))
        defer {
            free(title)
            free(author)
        }
        var properties = lxw_doc_properties()
        properties.title = title
        properties.author = author
        properties.created = time_t(content.created.microseconds / 1_000_000)
        workbook_set_properties(workbook, &properties)
    }

    // MARK: - Sheets

    private func sheet(_ name: String, landscape: Bool) throws -> UnsafeMutablePointer<lxw_worksheet>? {
        guard let sheet = workbook_add_worksheet(workbook, name) else { throw Problem.unavailable() }
        if landscape { worksheet_set_landscape(sheet) }
        worksheet_set_paper(sheet, 9)
        worksheet_fit_to_pages(sheet, 1, 0)
        // `&` begins a code of a footer.
        let footer = String(content.footer.prefix(200)).replacingOccurrences(of: "&", with: "&&")
        try check(worksheet_set_footer(sheet, "&L&8\(footer)&R&8&P / &N"))
        return sheet
    }

    private func writeCover() throws {
        let sheet = try sheet("Rapport", landscape: false)
        try check(worksheet_set_column(sheet, 0, 0, 26, nil))
        try check(worksheet_set_column(sheet, 1, 1, 90, nil))
        try write(
            .text(content.title), sheet, 0, 0,
            format("title") {
                format_set_font_size($0, 16); format_set_bold($0)
            })
        for (position, line) in content.cover.enumerated() {
            let row = UInt32(position + 2)
            try write(.text(line.label), sheet, row, 0, bold)
            try write(.text(line.value), sheet, row, 1, wrapped)
        }
    }

    private func write(_ table: Workbook.Table) throws {
        let sheet = try sheet(table.name, landscape: true)
        try check(worksheet_repeat_rows(sheet, 0, 0))
        for (position, column) in table.columns.enumerated() {
            let place = UInt16(position)
            try check(worksheet_set_column(sheet, place, place, column.width, nil))
            try write(.text(column.heading), sheet, 0, place, heading)
        }
        for (position, row) in table.rows.enumerated() {
            for (place, (cell, column)) in zip(row, table.columns).enumerated() {
                try write(cell, sheet, UInt32(position + 1), UInt16(place), format(of: cell, column.kind))
            }
        }
        // Rows leave memory as they are written: what speaks of one comes before the next.
        try check(
            worksheet_autofilter(sheet, 0, 0, UInt32(table.rows.count), UInt16(max(table.columns.count, 1) - 1)))
        try writeTotals(table, sheet)
        worksheet_freeze_panes(sheet, 1, table.columns.count > 2 ? 2 : 1)
    }

    /// Formulas that carry our values: whoever opens the file sees them, whoever recalculates finds them again.
    private func writeTotals(_ table: Workbook.Table, _ sheet: UnsafeMutablePointer<lxw_worksheet>?) throws {
        guard table.columns.contains(where: { $0.total != .none }) else { return }
        let row = UInt32(table.rows.count + 1)
        let last = table.rows.count + 1
        func sum(_ column: Int) -> String { "SUM(\(Self.letters(column))2:\(Self.letters(column))\(last))" }
        for (place, column) in table.columns.enumerated() {
            let style = format("total \(column.kind)") {
                self.style($0, column.kind)
                format_set_bold($0)
                format_set_top($0, UInt8(LXW_BORDER_THIN.rawValue))
            }
            let formula: String
            let cell: CSVWriter.Cell
            switch column.total {
            case .none:
                try write(place == 0 ? .text("Total") : .empty, sheet, row, UInt16(place), style)
                continue
            case .sum(let value): (formula, cell) = (sum(place), value)
            case .ratio(let part, let whole, let value):
                cell = value
                formula = "IF(\(sum(whole))=0,\"\",ROUND(\(sum(part))/\(sum(whole))*100,1))"
            }
            guard !table.rows.isEmpty, let number = Self.number(cell) else {
                try write(cell, sheet, row, UInt16(place), style)
                continue
            }
            let rounded = column.kind == .euros ? "ROUND(\(formula),2)" : formula
            try check(worksheet_write_formula_num(sheet, row, UInt16(place), "=" + rounded, style, number))
        }
    }

    private func writeCharts() throws {
        let name = "Graphiques"
        let sheet = try sheet(name, landscape: true)
        try check(worksheet_set_column(sheet, 0, 5, 16, nil))
        var row: UInt32 = 0
        for chart in content.charts {
            let first = row + 2
            let last = first + UInt32(max(chart.categories.count, 1)) - 1
            try write(.text(chart.title), sheet, row, 0, bold)
            try insert(chart, sheet, name, rows: (row + 1, first, last))
            for (position, series) in chart.series.enumerated() {
                try write(.text(series.name), sheet, row + 1, UInt16(position + 1), heading)
            }
            for (line, category) in chart.categories.enumerated() {
                let place = first + UInt32(line)
                try write(.text(category), sheet, place, 0, nil)
                for (position, series) in chart.series.enumerated() where series.values.indices.contains(line) {
                    let cell = series.values[line]
                    try write(cell, sheet, place, UInt16(position + 1), format(of: cell, chart.unit))
                }
            }
            row = max(last + 3, row + 18)
        }
    }

    private func insert(
        _ chart: Workbook.Chart, _ sheet: UnsafeMutablePointer<lxw_worksheet>?, _ name: String,
        rows: (heading: UInt32, first: UInt32, last: UInt32)
    ) throws {
        let kind = chart.kind == .columns ? LXW_CHART_COLUMN : LXW_CHART_BAR
        guard let drawn = workbook_add_chart(workbook, UInt8(kind.rawValue)) else { throw Problem.unavailable() }
        chart_title_set_name(drawn, chart.title)
        func range(_ column: Int, _ first: UInt32, _ last: UInt32) -> String {
            "='\(name)'!$\(Self.letters(column))$\(first + 1):$\(Self.letters(column))$\(last + 1)"
        }
        // Dark enough on white, and apart from one another without colour sight.
        let colours: [UInt32] = [0x00306B, 0xC8702A, 0x4C8C4A]
        for position in chart.series.indices {
            let series = chart_add_series(
                drawn, range(0, rows.first, rows.last), range(position + 1, rows.first, rows.last))
            chart_series_set_name(series, "='\(name)'!$\(Self.letters(position + 1))$\(rows.heading + 1)")
            var fill = lxw_chart_fill()
            fill.color = colours[position % colours.count]
            chart_series_set_fill(series, &fill)
        }
        if chart.series.count == 1 { chart_legend_set_position(drawn, UInt8(LXW_CHART_LEGEND_NONE.rawValue)) }
        try check(worksheet_insert_chart(sheet, rows.heading - 1, UInt16(chart.series.count + 2), drawn))
    }

    // MARK: - Cells

    private func write(
        _ cell: CSVWriter.Cell, _ sheet: UnsafeMutablePointer<lxw_worksheet>?, _ row: UInt32, _ column: UInt16,
        _ format: UnsafeMutablePointer<lxw_format>?
    ) throws {
        switch cell {
        case .text(let text):
            try check(worksheet_write_string(sheet, row, column, Self.fitting(text), format))
        case .day(let day):
            let parts = day.parts
            // Spreadsheets know no day before 1900.
            guard (1900...9999).contains(parts.year) else {
                return try write(.text(day.fieldText), sheet, row, column, format)
            }
            var date = lxw_datetime(
                year: Int32(parts.year), month: Int32(parts.month), day: Int32(parts.day), hour: 0, min: 0, sec: 0)
            try check(worksheet_write_datetime(sheet, row, column, &date, format))
        case .empty: try check(worksheet_write_blank(sheet, row, column, format))
        case .number, .cents, .decimal:
            try check(worksheet_write_number(sheet, row, column, Self.number(cell) ?? 0, format))
        }
    }

    /// A text that nothing runs, in a cell that can hold it: 32 767 UTF-16 units at most.
    private static func fitting(_ text: String) -> String {
        let safe = SheetEscapes.written(CSVFormula.neutralised(text))
        guard safe.utf16.count > 32_767 else { return safe }
        var short = ""
        var length = 0
        for character in safe {
            length += character.utf16.count
            if length > 32_760 { break }
            short.append(character)
        }
        return short + " […]"
    }

    private static func number(_ cell: CSVWriter.Cell) -> Double? {
        switch cell {
        case .number(let number): Double(number)
        case .cents(let cents): Double(cents) / 100
        case .decimal(let text): Double(text)
        case .text, .day, .empty: nil
        }
    }

    /// `A` … `Z`, `AA` …
    private static func letters(_ column: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(65 + column % 26)))
        return column < 26 ? letter : letters(column / 26 - 1) + letter
    }

    // MARK: - Formats

    private func format(
        _ name: String, _ make: (UnsafeMutablePointer<lxw_format>?) -> Void
    ) -> UnsafeMutablePointer<lxw_format>? {
        if let known = formats[name] { return known }
        let format = workbook_add_format(workbook)
        format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
        make(format)
        formats[name] = format
        return format
    }

    private var bold: UnsafeMutablePointer<lxw_format>? { format("bold") { format_set_bold($0) } }
    private var wrapped: UnsafeMutablePointer<lxw_format>? { format("wrapped") { format_set_text_wrap($0) } }
    private var heading: UnsafeMutablePointer<lxw_format>? {
        format("heading") {
            format_set_bold($0)
            format_set_text_wrap($0)
            format_set_bg_color($0, 0xD6E4F0)
        }
    }

    /// A figure of another unit than its column's keeps its own form.
    private func format(of cell: CSVWriter.Cell, _ kind: Workbook.Column.Kind) -> UnsafeMutablePointer<lxw_format>? {
        let shown: Workbook.Column.Kind = if case .cents = cell { .euros } else { kind }
        return format("cell \(shown)") { style($0, shown) }
    }

    private func style(_ format: UnsafeMutablePointer<lxw_format>?, _ kind: Workbook.Column.Kind) {
        switch kind {
        case .text:
            format_set_num_format(format, "@")
            format_set_text_wrap(format)
        case .number: format_set_num_format(format, "#,##0")
        case .year: format_set_num_format(format, "0")
        case .decimal: format_set_num_format(format, "General")
        case .euros: format_set_num_format(format, "#,##0.00\\ \"€\"")
        case .percent: format_set_num_format(format, "0.0\\ \"%\"")
        case .day: format_set_num_format(format, "dd/mm/yyyy")
        }
    }

    /// What can fail is the disk: texts are of known length.
    private func check(_ result: lxw_error) throws {
        guard result == LXW_NO_ERROR else { throw Problem.unavailable() }
    }
}
