import Fields

/// The forms in which files write numbers, days and phone numbers.
enum CellForms {
    /// A value, and whether something was done to it that the user should know of.
    struct Reading<Value> {
        var value: Value
        var isRepaired = false
    }

    static func isDigits(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// `2024-05-31`, with or without a time behind it, and `31/05/2024`, which spreadsheets make of it.
    static func day(_ text: String) -> Reading<Day>? {
        let bytes = Array(text.utf8.prefix(11))
        func number(_ range: Range<Int>) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            return bytes[range].reduce(0) { sum, byte -> Int? in
                guard let sum, (0x30...0x39).contains(byte) else { return nil }
                return sum * 10 + Int(byte) - 0x30
            }
        }
        guard bytes.count >= 8 else { return nil }
        let isTimed = bytes.count == 11 && (bytes[10] == 0x20 || bytes[10] == UInt8(ascii: "T"))
        if bytes[4] == 0x2D {
            guard bytes.count == 10 || isTimed, bytes[7] == 0x2D, let year = number(0..<4),
                let month = number(5..<7), let day = number(8..<10), let day = Day(year: year, month: month, day: day)
            else { return nil }
            return Reading(value: day)
        }
        let parts = text.split(separator: " ").first?.split(separator: "/", omittingEmptySubsequences: false) ?? []
        guard parts.count == 3, parts[2].utf8.count == 4, parts.allSatisfy(isDigits), parts[0].utf8.count <= 2,
            parts[1].utf8.count <= 2, let year = Int(parts[2]), let month = Int(parts[1]), let day = Int(parts[0]),
            let day = Day(year: year, month: month, day: day)
        else { return nil }
        return Reading(value: day, isRepaired: true)
    }

    /// `0561234567` of every way to write a French number; other numbers stay as they are.
    static func phone(_ text: String) -> Reading<String> {
        if text.utf8.count == 10, text.utf8.first == 0x30, isDigits(text) { return Reading(value: text) }
        var digits: [UInt8] = []
        var isInternational = false
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39: digits.append(byte)
            case UInt8(ascii: "+") where digits.isEmpty: isInternational = true
            case 0x20, 0x28, 0x29, 0x2D, 0x2E: break
            default: return Reading(value: text)
            }
        }
        if digits.starts(with: [0x30, 0x30]), digits.count > 10 {
            isInternational = true
            digits.removeFirst(2)
        }
        let hadPrefix = isInternational && digits.starts(with: [0x33, 0x33])
        if hadPrefix {
            digits.removeFirst(2)
            // `+33 (0)5 61 …`
            if digits.count == 10, digits.first == 0x30 { digits.removeFirst() }
        } else if isInternational {
            return Reading(value: text)
        }
        let plain = String(decoding: digits, as: UTF8.self)
        if digits.count == 10, digits.first == 0x30, !hadPrefix { return Reading(value: plain) }
        guard digits.count == 9, digits.first != 0x30 else { return Reading(value: text) }
        return Reading(value: "0" + plain, isRepaired: !hadPrefix)
    }

    /// A number with a point or a comma.
    static func number(_ text: String) -> Double? {
        let isShaped = text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x2B, 0x2C, 0x2D, 0x2E: true
            default: false
            }
        }
        guard isShaped else { return nil }
        let number = text.utf8.contains(0x2C) ? Double(String(text.map { $0 == "," ? "." : $0 })) : Double(text)
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// The town without its postal code and its CEDEX.
    static func city(_ text: String) -> String? {
        if text.utf8.first.map({ $0 > 0x39 }) == true, !text.utf8.contains(where: { $0 | 0x20 == UInt8(ascii: "x") }) {
            return text
        }
        var words = text.split(separator: " ")
        if let first = words.first, first.utf8.count == 5, isDigits(first) { words.removeFirst() }
        if let cedex = words.firstIndex(where: { $0.uppercased() == "CEDEX" }) { words.removeSubrange(cedex...) }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// Kinds of ways, which the register shortens.
    private static let ways = [
        "ALL": "ALLEE", "AV": "AVENUE", "BD": "BOULEVARD", "CAR": "CARREFOUR", "CHE": "CHEMIN", "CHS": "CHAUSSEE",
        "COR": "CORNICHE", "CRS": "COURS", "DOM": "DOMAINE", "ESP": "ESPLANADE", "FG": "FAUBOURG",
        "GR": "GRANDE RUE", "HAM": "HAMEAU", "IMP": "IMPASSE", "LOT": "LOTISSEMENT", "MTE": "MONTEE",
        "PAS": "PASSAGE", "PL": "PLACE", "PROM": "PROMENADE", "QUA": "QUARTIER", "QU": "QUAI", "R": "RUE",
        "RES": "RESIDENCE", "RLE": "RUELLE", "RPT": "ROND POINT", "RTE": "ROUTE", "SEN": "SENTIER", "SQ": "SQUARE",
        "TRA": "TRAVERSE", "VLA": "VILLA",
    ]

    private static func isFirstWord(_ word: String, of text: String) -> Bool {
        let length = word.utf8.count
        return text.utf8.count > length && zip(word.utf8, text.utf8).allSatisfy { $0 & 0xDF == $1 & 0xDF }
            && text.utf8.dropFirst(length).first == 0x20
    }

    /// The text without spaces in it.
    static func unspaced(_ text: String) -> String {
        isDigits(text) ? text : text.filter { !$0.isWhitespace }
    }

    /// `900 ROUTE DE PARIS`; a kind that the name repeats is written once.
    static func street(number: String?, repeated: String?, kind: String?, name: String?) -> String? {
        let kind = kind.map { ways[$0] ?? ways[$0.uppercased()] ?? $0 }
        var words = [number, repeated].compactMap(\.self)
        if let kind, name.map({ isFirstWord(kind, of: $0) }) != true { words.append(kind) }
        if let name { words.append(name) }
        return words.isEmpty ? nil : words.joined(separator: " ")
    }
}
