internal import Foundation

/// Compares what people type: headings, names and labels, whatever the case, accents, spaces and punctuation.
enum PlanFileWords {
    /// The text without the spaces around it, no-break ones included.
    static func trimmed(_ text: String) -> String {
        text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Lower-case words without accents nor punctuation.
    static func words(_ text: String) -> [String] {
        var plain = text.lowercased()
        // « Prévu(e) », « prévu·e·s »: inclusive endings are not words.
        for ending in ["(e)", "(s)", "(es)", "(e)s", "·e", "·s", "\u{2022}e"] {
            plain = plain.replacingOccurrences(of: ending, with: "")
        }
        plain = plain.folding(options: [.diacriticInsensitive, .widthInsensitive], locale: nil)
            .replacingOccurrences(of: "œ", with: "oe").replacingOccurrences(of: "æ", with: "ae")
        return plain.unicodeScalars
            .split { !$0.properties.isAlphabetic && $0.properties.numericType == nil }
            .map { String(String.UnicodeScalarView($0)) }
    }

    /// A name's words in one text. « (fictif) » says something about the name and is no part of it.
    static func folded(_ text: String) -> String {
        var words = words(text)
        if words.count > 1, let last = words.last, last == "fictif" || last == "fictive" { words.removeLast() }
        return words.joined(separator: " ")
    }

    private static let articles: Set<String> = ["de", "d", "du", "des", "la", "le", "les", "l", "the", "of"]

    /// A heading's words: no articles, no plurals, none of the words that add nothing to it.
    static func heading(_ text: String, without fillers: Set<String> = []) -> [String] {
        let all = words(text).filter { !articles.contains($0) }.map(singular)
        let useful = all.filter { !fillers.contains($0) }
        return useful.isEmpty ? all : useful
    }

    private static func singular(_ word: String) -> String {
        word.count > 3 && word.last == "s" ? String(word.dropLast()) : word
    }

    /// How many letters must change, go or come to make one text the other (Levenshtein).
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars)
        let right = Array(right.unicodeScalars)
        var previous = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            current.reserveCapacity(right.count + 1)
            for (column, other) in right.enumerated() {
                let changed = previous[column] + (letter == other ? 0 : 1)
                current.append(min(changed, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[right.count]
    }

    /// The candidate that looks most like a text, or nil when none does.
    static func nearest(_ text: String, in candidates: [(key: String, name: String)]) -> String? {
        // The work grows with the square of the length, and nobody mistypes a hundred letters.
        guard text.unicodeScalars.count <= 120 else { return nil }
        let wanted = folded(text)
        var best: (distance: Int, name: String)?
        for candidate in candidates {
            let found = distance(wanted, candidate.key)
            guard found * 5 <= max(wanted.count, candidate.key.count) * 2 else { continue }
            if found < best?.distance ?? .max { best = (found, candidate.name) }
        }
        return best?.name
    }
}
