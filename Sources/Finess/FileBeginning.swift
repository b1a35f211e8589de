/// What a file's first bytes say: its layout and separator, or why it is no file of establishments.
struct FileBeginning {
    /// Where the text begins, behind a byte order mark.
    let start: Int
    /// The layout.
    let format: FinessFormat
    /// What stands between two cells, in a file of lines.
    let separator: UInt8

    private static let separators: [UInt8] = [UInt8(ascii: ";"), UInt8(ascii: ","), 0x09]
    private static let lineTypes = ["finess", "structureet", "geolocalisation"]

    init(_ piece: [UInt8]) throws(FinessProblem) {
        if let problem = FileBeginning.problem(piece) { throw problem }
        start = piece.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
        let text = piece[start...].drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        guard let first = text.first else {
            throw FinessProblem.fatal(.empty, fr: "le fichier est vide", en: "the file is empty")
        }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            (format, separator) = (.json, 0)
            return
        }
        if first == UInt8(ascii: "<") {
            throw FinessProblem.fatal(
                .webPage,
                fr: "c'est une page web ou du XML, pas le fichier : téléchargez de nouveau le fichier lui-même",
                en: "this is a web page or XML, not the file: download the file itself again")
        }
        let line = text.prefix { $0 != 0x0A && $0 != 0x0D }
        separator = FileBeginning.separator(line)
        format = FileBeginning.isLegacy(line, separator) ? .legacy : .csv
    }

    /// The most frequent separator outside quotes.
    private static func separator(_ line: ArraySlice<UInt8>) -> UInt8 {
        var counts = [Int](repeating: 0, count: separators.count)
        var isQuoted = false
        for byte in line {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if !isQuoted, let position = separators.firstIndex(of: byte) { counts[position] += 1 }
        }
        var best = 0
        for position in counts.indices where counts[position] > counts[best] { best = position }
        return separators[best]
    }

    /// `structureet;…`, or one of its headings: `finess;etalab;111;2026-05-12`, `finess;nofinesset;…`.
    private static func isLegacy(_ line: ArraySlice<UInt8>, _ separator: UInt8) -> Bool {
        let cells = line.split(separator: separator, maxSplits: 2, omittingEmptySubsequences: false)
        let words = cells.prefix(2).map { String(decoding: $0, as: UTF8.self).lowercased() }
        guard words.count == 2 else { return false }
        return words[0] == "structureet" || words[0] == "geolocalisation"
            || words[0] == "finess" && (words[1] == "etalab" || words[1] == "nofinesset")
    }

    /// Files that are no text, with what to do about them.
    private static func problem(_ piece: [UInt8]) -> FinessProblem? {
        if piece.isEmpty { return .fatal(.empty, fr: "le fichier est vide", en: "the file is empty") }
        if piece.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
            return .fatal(
                .compressed,
                fr: "c'est un fichier ZIP ou un classeur (.xlsx, .ods) : décompressez-le, ou enregistrez en CSV UTF-8",
                en: "this is a ZIP file or a workbook (.xlsx, .ods): unpack it, or save it as CSV UTF-8")
        }
        if piece.starts(with: [0x1F, 0x8B]) {
            return .fatal(
                .compressed, fr: "le fichier est compressé (gzip) : décompressez-le",
                en: "the file is compressed (gzip): unpack it")
        }
        if piece.starts(with: [0xFF, 0xFE]) || piece.starts(with: [0xFE, 0xFF]) || piece.prefix(4).contains(0) {
            return .fatal(
                .utf16, fr: "le fichier est en UTF-16 : enregistrez-le en UTF-8 (dans un tableur : « CSV UTF-8 »)",
                en: "the file is UTF-16: save it as UTF-8 (in a spreadsheet: \"CSV UTF-8\")")
        }
        return nil
    }
}
