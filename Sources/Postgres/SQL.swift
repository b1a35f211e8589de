public import Fields

/// A statement with its values kept apart from its text: an interpolation can only bind.
public struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// What stands between the values; one more than there are values.
    var pieces: [String]
    /// The values' texts; nil is NULL.
    var values: [String?]

    /// A statement without values.
    public init(stringLiteral value: String) {
        pieces = [value]
        values = []
    }

    /// A statement with values.
    public init(stringInterpolation: StringInterpolation) {
        pieces = stringInterpolation.pieces
        values = stringInterpolation.values
    }

    /// No text at all: a filter that was not asked for.
    public static let nothing: SQL = ""

    /// The text sent to the server, values as `$1`, `$2` …
    var text: String {
        var text = pieces[0]
        for position in values.indices {
            text += "$"
            text += String(position + 1)
            text += pieces[position + 1]
        }
        return text
    }

    /// Collects the pieces and the values of a literal.
    public struct StringInterpolation: StringInterpolationProtocol {
        var pieces: [String] = [""]
        var values: [String?] = []

        /// Starts an empty statement.
        public init(literalCapacity: Int, interpolationCount: Int) {
            pieces.reserveCapacity(interpolationCount + 1)
            values.reserveCapacity(interpolationCount)
        }

        /// Appends the author's own text.
        public mutating func appendLiteral(_ literal: String) { pieces[pieces.count - 1] += literal }

        private mutating func bind(_ value: String?) {
            values.append(value)
            pieces.append("")
        }

        /// Binds a value; nil is NULL.
        public mutating func appendInterpolation(_ value: (some TextValue)?) { bind(value?.fieldText) }

        /// Binds a list as PostgreSQL's array text; the author writes the cast (`\(list: codes)::text[]`).
        public mutating func appendInterpolation(list values: [some TextValue]) {
            let quoted = values.map { value in
                // Scalars: a quote with a combining accent is another character for Swift, and a quote for PostgreSQL.
                var element = "\"".unicodeScalars
                for scalar in value.fieldText.unicodeScalars {
                    if scalar == "\"" || scalar == "\\" { element.append("\\") }
                    element.append(scalar)
                }
                element.append("\"")
                return String(element)
            }
            bind("{" + quoted.joined(separator: ",") + "}")
        }

        /// How many rows at most, after `LIMIT`; nil is all. It stands in the text: bound, PostgreSQL would plan each run anew,
        /// because it takes a tenth of all rows for what it can't know, and finds its plan for that too dear to keep.
        public mutating func appendInterpolation(limit count: Int?) { appendLiteral(count.map(String.init) ?? "ALL") }

        /// Binds bytes; the author writes the cast to `bytea`.
        public mutating func appendInterpolation(bytes: [UInt8]) {
            let digits = Array("0123456789abcdef".utf8)
            bind(
                "\\x" + String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self))
        }

        /// Binds a JSON document.
        public mutating func appendInterpolation(json: JSON) { bind(json.text) }

        /// The column list of a row type, so that a query and its type cannot drift apart.
        public mutating func appendInterpolation(columns type: any Decodable.Type, of alias: String? = nil) {
            let prefix = alias.map { $0 + "." } ?? ""
            appendLiteral(RowLayout.of(type).names.map { prefix + $0 }.joined(separator: ", "))
        }

        /// Inserts another statement's text and values.
        public mutating func appendInterpolation(_ fragment: SQL) {
            pieces[pieces.count - 1] += fragment.pieces[0]
            for (value, piece) in zip(fragment.values, fragment.pieces.dropFirst()) {
                values.append(value)
                pieces.append(piece)
            }
        }

        /// Inserts text that is not a value and was not written here. Only for names the program made itself.
        public mutating func appendInterpolation(unsafeTextNeverFromInput text: String) { appendLiteral(text) }
    }
}

extension Sequence<SQL> {
    /// The statements with commas between them.
    public func joined() -> SQL {
        var all: SQL?
        for part in self { all = all.map { "\($0), \(part)" } ?? part }
        return all ?? .nothing
    }
}
