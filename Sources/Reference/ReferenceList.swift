public import Contract
public import Fields
public import Postgres

/// A reference list: where its rows stand, how they are sorted and searched. Its endpoint, its file and its table on the command
/// line come from it.
public struct ReferenceList: Sendable {
    /// The end of its address, `/v1/reference/kinds`, and its name on the command line.
    public let name: String
    /// What it holds, for people.
    public let title: Text
    /// The columns that people read, with their headings.
    public let headings: [(name: String, heading: Text)]
    /// The operation's name in the contract.
    let id: String
    /// What it holds, in the contract, with its source and licence: who reuses it must name them.
    let summary: String
    /// A query for all of it; lists within a row are arrays.
    let relation: SQL
    /// The columns it is sorted by.
    let key: [String]
    /// What `q` looks in: an expression over the relation's columns.
    let searched: SQL
}

/// A row of a reference list.
public protocol ReferenceRow: Decodable, Sendable {
    /// What can be asked of the list.
    associatedtype Filter: ReferenceFilter
    /// The list it is of.
    static var list: ReferenceList { get }
}

/// What can be asked of any list.
public protocol ReferenceFilter: Decodable, Sendable {
    /// Words, each of which begins a word of the row, whatever its case and accents.
    var q: SearchWords? { get }
    /// Items a page, 50 unless asked.
    var limit: PageLimit? { get }
    /// Where the page begins.
    var cursor: Cursor? { get set }
    /// What is asked beside words, over the columns of the list's relation; `true` when nothing is.
    var condition: SQL { get }
}

extension ReferenceFilter {
    /// The same from the list's beginning: a file is whole.
    var whole: Self {
        var filter = self
        filter.cursor = nil
        return filter
    }
}

/// What is asked of a list that is searched by words only.
public struct WordsFilter: ReferenceFilter {
    /// Words of the row.
    public var q: SearchWords?
    /// Items a page, 50 unless asked.
    public var limit: PageLimit?
    /// Where the page begins.
    public var cursor: Cursor?

    /// Everything.
    public var condition: SQL { "true" }
}

/// Every reference list.
public let referenceLists: [any ReferenceRow.Type] = [
    StructureKind.self, LegalStatus.self, Commune.self, CommuneChange.self, PriorityDistrict.self, RomeJob.self,
    Diploma.self, CollectiveAgreement.self, RefusalReason.self, ContractType.self, MatchWeight.self, JobAffinity.self,
    ReportIndicator.self,
]
