import Contract
import Fields
public import Foundation
import Postgres
import Yams

/// A funder's layout, read from a data file: which columns, in which order, under which headings.
public struct ReportProfile: Sendable, Hashable {
    /// One column.
    public struct Column: Sendable, Hashable {
        /// What stands above it.
        public var heading: String
        /// A column of the view.
        public var field: String
    }

    /// Its name: `cnsa`.
    public var code: String
    /// What the file is.
    public var title: String
    /// Whose money, by organisation code.
    public var funder: String
    /// The columns, in order; at least one.
    public var columns: [Column]

    /// The profile of a name, from `sql/reference/report_profiles/NAME.yaml`.
    public static func load(_ name: String, from sql: URL) throws -> ReportProfile {
        let folder = sql.appendingPathComponent("reference/report_profiles")
        let known = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
        guard known.contains(name) else {
            throw ReportRefusals.profile(
                fr: "Aucun profil « \(name) ». Profils connus : \(known.joined(separator: ", ")).",
                en: "There is no profile '\(name)'. Known profiles: \(known.joined(separator: ", ")).")
        }
        let text = try String(contentsOf: folder.appendingPathComponent("\(name).yaml"), encoding: .utf8)
        return try ReportProfile(yaml: text, name: name)
    }

    /// Reads a profile; what is missing or unknown is named.
    public init(yaml text: String, name: String) throws {
        let wrong = { (fr: String, en: String) in
            ReportRefusals.profile(fr: "Profil « \(name) » : \(fr)", en: "Profile '\(name)': \(en)")
        }
        guard let node = try? Yams.compose(yaml: text), let code = node["code"]?.string,
            let title = node["title"]?.string,
            let funder = node["funder"]?.string, let list = node["columns"]?.sequence, !list.isEmpty
        else { throw wrong("il faut code, title, funder et columns.", "code, title, funder and columns are needed.") }
        let known = Set(Shape.of(FundingReportLine.self).names)
        self.code = code
        self.title = title
        self.funder = funder
        columns = try list.map { column in
            guard let heading = column["heading"]?.string, let field = column["field"]?.string else {
                throw wrong("une colonne a un heading et un field.", "a column has a heading and a field.")
            }
            guard known.contains(field) else {
                let names = known.sorted().joined(separator: ", ")
                throw wrong(
                    "colonne inconnue « \(field) » ; connues : \(names).", "unknown column '\(field)'; known: \(names)."
                )
            }
            return Column(heading: heading, field: field)
        }
    }
}

/// What can be refused about reports.
enum ReportRefusals {
    static let profile = Problem(
        "report.profile", .invalid, fr: "Profil de rapport refusé.", en: "Report profile refused.")
}
