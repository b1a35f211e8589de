internal import CXLSXWriter
public import Fields
public import Foundation

/// A column of a sheet that people fill in.
public struct SheetColumn: Sendable, Hashable {
    /// What its cells hold.
    public enum Kind: Sendable, Hashable {
        case text
        /// A text of several lines.
        case longText
        case wholeNumber
        case day
        /// An amount in euros, with cents.
        case euros
        /// One of these words, from a list that drops down.
        case choice([String])
    }

    /// Above the column.
    public var heading: String
    /// What its cells hold.
    public var kind: Kind
    /// Whether its cells are protected.
    public var isLocked: Bool
    /// In characters.
    public var width: Double
    /// What people are told in its cells; up to 255 characters.
    public var note: String?

    /// A column.
    public init(_ heading: String, _ kind: Kind, isLocked: Bool, width: Double, note: String? = nil) {
        self.heading = heading
        self.kind = kind
        self.isLocked = isLocked
        self.width = width
        self.note = note
    }
}

/// Writes a workbook of one protected sheet, row by row: headings that stay in sight, filters, locked columns, lists to choose from.
/// Texts are neutralised as in CSV, and never written as formulas.
public final class SheetWriter {
    private let columns: [SheetColumn]
    let folder: URL
    private let file: URL
    private var workbook: UnsafeMutablePointer<lxw_workbook>?
    private var sheet: UnsafeMutablePointer<lxw_worksheet>?
    private var formats: [UnsafeMutablePointer<lxw_format>?] = []
    private var line: UInt32 = 1

    /// The first line of a sheet named `title`, in a private folder that goes with the writer.
    public init(title: String, columns: [SheetColumn]) throws {
        self.columns = columns
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-sheet-\(UUID().uuidString)")
        file = folder.appendingPathComponent("sheet.xlsx")
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch { throw Problem.unavailable() }
        folder.path.withCString { path in
            // Rows go to a file as they are written: a sheet of any length takes the same memory.
            var options = lxw_workbook_options(
                constant_memory: 1, tmpdir: UnsafeMutablePointer(mutating: path), use_zip64: 0)
            workbook = workbook_new_opt(file.path, &options)
            sheet = workbook.flatMap { workbook_add_worksheet($0, title) }
        }
        guard workbook != nil, sheet != nil else { throw Problem.unavailable() }
        makeFormats()
        try makeHeadings()
    }

    deinit {
        if let workbook { lxw_workbook_free(workbook) }
        try? FileManager.default.removeItem(at: folder)
    }

    private func makeFormats() {
        for column in columns {
            let format = workbook_add_format(workbook)
            format_set_align(format, UInt8(LXW_ALIGN_VERTICAL_TOP.rawValue))
            if column.isLocked {
                format_set_bg_color(format, 0xEDEDED)
            } else {
                format_set_unlocked(format)
            }
            switch column.kind {
            // What is typed stays what it is: no `1/2` that becomes a day, no `=` that becomes a formula.
            case .text, .choice: format_set_num_format(format, "@")
            case .longText:
                format_set_num_format(format, "@")
                format_set_text_wrap(format)
            case .wholeNumber: format_set_num_format(format, "0")
            case .day: format_set_num_format(format, "dd/mm/yyyy")
            case .euros: format_set_num_format(format, "#,##0.00")
            }
            formats.append(format)
        }
    }

    private func makeHeadings() throws {
        let heading = workbook_add_format(workbook)
        format_set_bold(heading)
        format_set_text_wrap(heading)
        format_set_bg_color(heading, 0xD6E4F0)
        for (position, column) in columns.enumerated() {
            let place = UInt16(position)
            try check(worksheet_set_column(sheet, place, place, column.width, formats[position]))
            try check(worksheet_write_string(sheet, 0, place, column.heading, heading))
        }
        worksheet_freeze_panes(sheet, 1, 1)
    }

    /// Adds a row.
    public func row(_ cells: [CSVWriter.Cell]) throws {
        for (position, cell) in cells.enumerated() where position < columns.count {
            try write(cell, UInt16(position), formats[position])
        }
        line += 1
    }

    private func write(_ cell: CSVWriter.Cell, _ column: UInt16, _ format: UnsafeMutablePointer<lxw_format>?) throws {
        switch cell {
        case .text(let text):
            let safe = SheetEscapes.written(CSVFormula.neutralised(text))
            try check(worksheet_write_string(sheet, line, column, safe, format))
        case .number(let number): try check(worksheet_write_number(sheet, line, column, Double(number), format))
        case .cents(let cents): try check(worksheet_write_number(sheet, line, column, Double(cents) / 100, format))
        case .decimal(let text): try check(worksheet_write_number(sheet, line, column, Double(text) ?? 0, format))
        case .day(let day):
            let parts = day.parts
            // Spreadsheets know no day before 1900.
            guard (1900...9999).contains(parts.year) else { return try write(.text(day.fieldText), column, format) }
            var date = lxw_datetime(
                year: Int32(parts.year), month: Int32(parts.month), day: Int32(parts.day), hour: 0, min: 0, sec: 0)
            try check(worksheet_write_datetime(sheet, line, column, &date, format))
        case .empty: try check(worksheet_write_blank(sheet, line, column, format))
        }
    }

    /// Ends the sheet; its file has no name any more, and is gone once it is closed.
    public func finish() throws -> FileHandle {
        let last = max(line, 2) - 1
        try check(worksheet_autofilter(sheet, 0, 0, last, UInt16(max(columns.count, 1) - 1)))
        for (position, column) in columns.enumerated() { try explain(column, UInt16(position), last) }
        var allowed = lxw_protection()
        allowed.format_columns = 1
        allowed.format_rows = 1
        allowed.sort = 1
        allowed.autofilter = 1
        worksheet_protect(sheet, nil, &allowed)
        let result = workbook_close(workbook)
        // It is freed, whatever came of it.
        workbook = nil
        try check(result)
        let handle = try FileHandle(forReadingFrom: file)
        try FileManager.default.removeItem(at: folder)
        return handle
    }

    /// A column's list to choose from, and what people are told in its cells.
    private func explain(_ column: SheetColumn, _ position: UInt16, _ last: UInt32) throws {
        var rule = lxw_data_validation()
        rule.ignore_blank = UInt8(LXW_VALIDATION_ON.rawValue)
        rule.show_input = UInt8(LXW_VALIDATION_ON.rawValue)
        rule.show_error = UInt8(LXW_VALIDATION_ON.rawValue)
        rule.dropdown = UInt8(LXW_VALIDATION_ON.rawValue)
        rule.validate = UInt8(LXW_VALIDATION_TYPE_ANY.rawValue)
        var words: [UnsafeMutablePointer<CChar>?] = []
        if case .choice(let choices) = column.kind, !column.isLocked {
            rule.validate = UInt8(LXW_VALIDATION_TYPE_LIST.rawValue)
            words = choices.map { strdup($0) } + [nil]
        }
        let title = strdup(String(column.heading.prefix(32)))
        let note = column.note.flatMap { strdup(String($0.prefix(255))) }
        defer {
            for word in words + [title, note] { free(word) }
        }
        guard note != nil || !words.isEmpty else { return }
        if note != nil {
            rule.input_title = title
            rule.input_message = note
        }
        try words.withUnsafeMutableBufferPointer { list in
            if !list.isEmpty { rule.value_list = list.baseAddress }
            try check(worksheet_data_validation_range(sheet, 1, position, last, position, &rule))
        }
    }

    /// What can fail is the disk: texts are of known length.
    private func check(_ result: lxw_error) throws {
        guard result == LXW_NO_ERROR else { throw Problem.unavailable() }
    }
}
