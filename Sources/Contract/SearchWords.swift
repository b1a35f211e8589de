public import Fields

/// The words of a search: up to eight, and 200 characters in all.
public struct SearchWords: FieldScalar {
    /// The words as typed.
    public var words: [String]

    /// Any short text.
    public static var fieldKind: Shape.Kind { .pattern(#"^[\s\S]{1,200}$"#, example: "immersion ehpad") }
    /// One word.
    public static var placeholder: SearchWords { SearchWords(words: ["immersion"]) }
    /// The words, joined.
    public var fieldText: String { words.joined(separator: " ") }

    private init(words: [String]) { self.words = words }

    /// Splits a text into words.
    public init(fieldText: String) throws(Expectation) {
        words = fieldText.split(whereSeparator: \.isWhitespace).map(String.init)
        guard (1...8).contains(words.count), fieldText.count <= 200 else {
            throw Expectation(fr: "1 à 8 mots, 200 caractères au plus", en: "1 to 8 words, at most 200 characters")
        }
    }
}
