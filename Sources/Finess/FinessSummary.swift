public import Fields

/// The layouts that are read; which one a file has is seen from its first bytes.
public enum FinessFormat: String, Sendable, Hashable, CaseIterable {
    /// The historical extract: `structureet;…` lines, then `geolocalisation;…` lines.
    case legacy
    /// The data set of 2026: legal entities (`pmej`) that hold their establishments (`ege`).
    case json
    /// A table with a heading.
    case csv
}

/// The encodings that are read. Each text is looked at by itself, so a file may mix two.
public enum FinessEncoding: String, Sendable, Hashable, CaseIterable {
    case utf8 = "utf-8"
    case latin1 = "iso-8859-1"
    case windows1252 = "windows-1252"
    /// Some texts UTF-8, others Windows-1252: files that were put together.
    case mixed
}

/// Which establishments are wanted; nil for all.
public struct FinessSelection: Sendable, Hashable {
    /// Category codes.
    public var categories: Set<String>?
    /// Départements as INSEE numbers them.
    public var departements: Set<String>?

    /// Those of these categories and these départements.
    public init(categories: Set<String>? = nil, departements: Set<String>? = nil) {
        self.categories = categories
        self.departements = departements
    }

    /// Every establishment.
    public static let all = FinessSelection()
}

/// What a file was, once it is read to its end.
public struct FinessSummary: Sendable, Hashable {
    /// How many rows had which fate.
    public struct Counts: Sendable, Hashable {
        /// Establishments' rows: selected + outOfSelection + refused + duplicates.
        public var rows = 0
        /// Establishments handed over.
        public var selected = 0
        /// Good rows of other categories or départements.
        public var outOfSelection = 0
        /// Rows lost for what is wrong with them.
        public var refused = 0
        /// Further rows for a number that was read already, different ones or the same.
        public var duplicates = 0
        /// `geolocalisation` lines.
        public var positions = 0
        /// Warnings; a row may have several.
        public var warnings = 0
    }

    /// The layout.
    public var format: FinessFormat
    /// The encoding.
    public var encoding: FinessEncoding
    /// The day the register was extracted, when the file says so.
    public var fileDate: Day?
    /// What the file can fill: a field that is not in here is unknown, not empty.
    public var columns: Set<Establishment.Field>
    /// How many rows had which fate.
    public var counts: Counts
    /// Whether the file was read to its end and every row's number is known. When false, an establishment that
    /// was not seen may nonetheless be in the file: nothing may be closed for its absence.
    public var isComplete: Bool
    /// The numbers of refused rows, where they could be read: these establishments are in the file.
    public var refusedNumbers: Set<String>
    /// Numbers of rows that are out of the selection: they are in the file all the same.
    public var unselectedNumbers: Set<String>
    /// What is wrong, by kind.
    public var problems: [FinessProblemGroup]
}
