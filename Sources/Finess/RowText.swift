/// Makes a cell's bytes a text: its encoding, its spaces, what damaged it.
struct RowText {
    /// Longer texts are cut; counted in characters.
    static let limit = 300

    /// What was found in a text.
    struct Findings: OptionSet {
        let rawValue: UInt8
        static let controlCharacters = Findings(rawValue: 1)
        static let isTooLong = Findings(rawValue: 2)
        static let doubleEncoding = Findings(rawValue: 4)
        static let brokenEncoding = Findings(rawValue: 8)
    }

    /// What encodings were seen so far.
    private(set) var hasUTF8 = false
    private(set) var hasLatin1 = false
    private(set) var hasWindows1252 = false

    /// The encoding of everything read so far.
    var encoding: FinessEncoding {
        if hasLatin1 || hasWindows1252 { return hasUTF8 ? .mixed : hasWindows1252 ? .windows1252 : .latin1 }
        return .utf8
    }

    /// The text without spaces around it, or nil when nothing is left.
    mutating func read(_ bytes: [UInt8], _ cell: Range<Int>, _ findings: inout Findings) -> String? {
        var first = cell.lowerBound
        var end = cell.upperBound
        while first < end, bytes[first] == 0x20 { first += 1 }
        while first < end, bytes[end - 1] == 0x20 { end -= 1 }
        guard first < end else { return nil }
        var isPlain = end - first <= RowText.limit
        var position = first
        while isPlain, position < end {
            let byte = bytes[position]
            if byte < 0x20 || byte >= 0x7F || byte == 0x20 && bytes[position + 1] == 0x20 { isPlain = false }
            position += 1
        }
        if isPlain { return String(decoding: bytes[first..<end], as: UTF8.self) }
        let text = tidied(decoded(bytes[first..<end], &findings), &findings)
        return text.isEmpty ? nil : text
    }

    private mutating func decoded(_ bytes: ArraySlice<UInt8>, _ findings: inout Findings) -> String {
        guard bytes.contains(where: { $0 >= 0x80 }) else { return String(decoding: bytes, as: UTF8.self) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            if bytes.contains(where: { (0x80..<0xA0).contains($0) }) { hasWindows1252 = true } else { hasLatin1 = true }
            return Windows1252.decode(bytes)
        }
        hasUTF8 = true
        guard Windows1252.mayBeDoublyEncoded(bytes), Windows1252.looksDoublyEncoded(text) else { return text }
        findings.insert(.doubleEncoding)
        guard let repaired = Windows1252.repaired(text) else {
            findings.insert(.brokenEncoding)
            return text
        }
        return repaired
    }

    /// Any space is one space, control characters go.
    private func tidied(_ text: String, _ findings: inout Findings) -> String {
        if RowText.isTidy(text) { return text }
        var result = String.UnicodeScalarView()
        var isSpaceDue = false
        for scalar in text.unicodeScalars {
            if RowText.isSpace(scalar) {
                isSpaceDue = !result.isEmpty
            } else if RowText.isControl(scalar) {
                findings.insert(.controlCharacters)
            } else {
                if isSpaceDue { result.append(" ") }
                isSpaceDue = false
                result.append(scalar)
            }
        }
        let tidy = String(result)
        guard tidy.utf8.count > RowText.limit, tidy.count > RowText.limit else { return tidy }
        findings.insert(.isTooLong)
        return String(tidy.prefix(RowText.limit))
    }

    /// Whether a text can only be one without such characters: a look at its bytes, since most accents are no matter.
    private static func isTidy(_ text: String) -> Bool {
        guard text.utf8.count <= limit else { return false }
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0..<0x20, 0x7F, 0xC2, 0xE1...0xE3, 0xEF: return false
            case 0x20 where previous == 0x20: return false
            default: previous = byte
            }
        }
        return true
    }

    private static func isSpace(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20, 0x09...0x0D, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }

    /// Characters that show nothing, or turn the text around.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069, 0xFEFF, 0xFFFD: true
        default: false
        }
    }
}

/// The encoding of files from Windows; ISO 8859-1 is the same but for controls that nobody writes.
enum Windows1252 {
    /// 0x80 to 0x9F; the five bytes that mean nothing stay themselves.
    private static let specials: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    /// Every byte has a character.
    static func decode(_ bytes: some Sequence<UInt8>) -> String {
        var result = String.UnicodeScalarView()
        for byte in bytes {
            let code = (0x80..<0xA0).contains(byte) ? specials[Int(byte) - 0x80] : UInt32(byte)
            if let scalar = Unicode.Scalar(code) { result.append(scalar) }
        }
        return String(result)
    }

    /// A look at the bytes: â, Ã, Â, Å in UTF-8.
    static func mayBeDoublyEncoded(_ bytes: ArraySlice<UInt8>) -> Bool {
        var isLead = false
        for byte in bytes {
            if isLead, byte == 0x82 || byte == 0x83 || byte == 0x85 || byte == 0xA2 { return true }
            isLead = byte == 0xC3
        }
        return false
    }

    /// `Ã©`: UTF-8 that was read as Windows-1252 and written as UTF-8 again. No French word has such pairs.
    static func looksDoublyEncoded(_ text: String) -> Bool {
        var isLead = false
        for scalar in text.unicodeScalars {
            if isLead, scalar.value >= 0x80, byte(of: scalar).map({ (0x80..<0xC0).contains($0) }) == true {
                return true
            }
            isLead = [0xC2, 0xC3, 0xC5, 0xE2].contains(scalar.value)
        }
        return false
    }

    /// The text before it was encoded once too often, if it can be had.
    static func repaired(_ text: String) -> String? {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = byte(of: scalar) else { return nil }
            bytes.append(byte)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func byte(of scalar: Unicode.Scalar) -> UInt8? {
        if let special = specials.firstIndex(of: scalar.value) { return UInt8(0x80 + special) }
        return scalar.value < 0x80 || (0xA0...0xFF).contains(scalar.value) ? UInt8(scalar.value) : nil
    }
}
