/// The languages people are answered in. French is the service's; English is for developers.
public enum Language: String, Sendable, CaseIterable {
    case french = "fr"
    case english = "en"
}

/// A sentence in both languages.
public struct Text: Sendable, Hashable {
    /// The French wording.
    public var fr: String
    /// The English wording.
    public var en: String

    /// A sentence in both languages.
    public init(fr: String, en: String) {
        self.fr = fr
        self.en = en
    }

    /// The wording in one language.
    public func callAsFunction(_ language: Language) -> String {
        language == .french ? fr : en
    }
}
