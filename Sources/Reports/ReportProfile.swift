import Contract
public import Fields
public import Foundation
import Postgres
import Yams

/// A funder's layout, read from a data file: which sheets, which columns, in which order, under which headings.
public struct ReportProfile: Sendable, Hashable {
    /// One column.
    public struct Column: Sendable, Hashable {
        /// What stands above it.
        public var heading: String
        /// A column of the sheet's subject.
        public var field: String
    }

    /// One sheet.
    public struct Sheet: Sendable, Hashable {
        /// Its name in addresses and file names.
        public var code: String
        /// Its name in a workbook; at most 31 characters.
        public var title: String
        let subject: ReportSubject
        /// The columns, in order; at least one.
        public var columns: [Column]
    }

    /// Its name: `cnsa`.
    public var code: String
    /// What the report is.
    public var title: String
    /// Whose it is, by organisation code.
    public var funder: String
    /// Raised when a column comes, goes or changes: the version of the columns' contract.
    public var version: Int
    /// Whether only actions that the funder funds are shown.
    public var onlyFunded: Bool
    /// The sheets, in order; at least one.
    public var sheets: [Sheet]

    /// Reads a profile; what is missing or unknown is named.
    public init(yaml text: String, name: String) throws {
        let wrong = { (fr: String, en: String) in
            ReportRefusals.profile(fr: "Profil « \(name) » : \(fr)", en: "Profile '\(name)': \(en)")
        }
        guard let node = try? Yams.compose(yaml: text), let code = node["code"]?.string,
            let title = node["title"]?.string, let funder = node["funder"]?.string, let version = node["version"]?.int,
            version > 0, let list = node["sheets"]?.sequence, !list.isEmpty
        else {
            throw wrong(
                "il faut code, title, funder, version et sheets.", "code, title, funder, version and sheets are needed."
            )
        }
        let actions = node["actions"]?.string ?? "funded"
        guard ["funded", "all"].contains(actions) else {
            throw wrong("actions vaut funded ou all.", "actions is funded or all.")
        }
        self.code = code
        self.title = title
        self.funder = funder
        self.version = version
        onlyFunded = actions == "funded"
        sheets = try list.map { try Self.sheet($0, wrong) }
        let own = ["rapport", "définitions", "éléments manquants", "graphiques"]
        if let taken = sheets.first(where: { own.contains($0.title.lowercased()) }) {
            throw wrong(
                "« \(taken.title) » est une feuille du logiciel.", "'\(taken.title)' is a sheet of the program's own.")
        }
        guard Set(sheets.map(\.code)).count == sheets.count,
            Set(sheets.map { $0.title.lowercased() }).count == sheets.count
        else { throw wrong("deux feuilles ont le même code ou le même titre.", "two sheets share a code or a title.") }
    }

    private static func sheet(
        _ node: Node, _ wrong: (_ fr: String, _ en: String) -> Refusal
    ) throws -> Sheet {
        guard let code = node["code"]?.string, let title = node["title"]?.string, let name = node["subject"]?.string,
            let list = node["columns"]?.sequence, !list.isEmpty
        else {
            throw wrong(
                "une feuille a code, title, subject et columns.", "a sheet has code, title, subject and columns.")
        }
        guard code.wholeMatch(of: /[a-z][a-z0-9_]{0,30}/) != nil else {
            throw wrong("« \(code) » n'est pas un code de feuille.", "'\(code)' is no sheet's code.")
        }
        guard (1...31).contains(title.utf16.count), !title.contains(where: { "[]:*?/\\'".contains($0) }) else {
            throw wrong(
                "le titre « \(title) » ne peut pas nommer une feuille : 31 caractères, sans []:*?/\\'.",
                "the title '\(title)' can't name a sheet: 31 characters, none of []:*?/\\'.")
        }
        guard let subject = ReportSubject(rawValue: name) else {
            let known = ReportSubject.allCases.map(\.rawValue).joined(separator: ", ")
            throw wrong("sujet inconnu « \(name) » ; connus : \(known).", "unknown subject '\(name)'; known: \(known).")
        }
        let known = Set(subject.fields.map(\.name))
        let columns = try list.map { column in
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
        guard Set(columns.map(\.heading)).count == columns.count, Set(columns.map(\.field)).count == columns.count
        else {
            throw wrong("« \(title) » répète une colonne.", "'\(title)' repeats a column.")
        }
        return Sheet(code: code, title: title, subject: subject, columns: columns)
    }
}

/// Where profiles are: `reference/report_profiles/NAME.yaml` of the folder of SQL.
public struct ReportProfiles: Sendable {
    private let folder: URL?

    /// The profiles of a folder of SQL; none without one.
    public init(sql: URL?) { folder = sql?.appendingPathComponent("reference/report_profiles") }

    /// Their names.
    public var names: [String] {
        guard let folder else { return [] }
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
            .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// The profile of a name, or a refusal that names those that there are.
    public func find(_ name: String) throws -> ReportProfile {
        guard names.contains(name), let folder else {
            let known = names.joined(separator: ", ")
            throw ReportRefusals.profile(
                fr: "Aucun profil « \(name.prefix(60)) ». Profils connus : \(known).",
                en: "There is no profile '\(name.prefix(60))'. Known profiles: \(known).",
                errors: [FieldProblem("/profile", fr: "connus : \(known)", en: "known: \(known)")])
        }
        let text = try String(contentsOf: folder.appendingPathComponent("\(name).yaml"), encoding: .utf8)
        let profile = try ReportProfile(yaml: text, name: name)
        guard profile.code == name else {
            throw ReportRefusals.profile(
                fr: "Le fichier \(name).yaml porte le code « \(profile.code) ».",
                en: "The file \(name).yaml has the code '\(profile.code)'.")
        }
        return profile
    }
}

/// The name of a layout.
public struct ProfileCode: FieldScalar {
    /// The name as people write it.
    public var text: String

    /// Lower-case words joined by hyphens.
    public static var fieldKind: Shape.Kind { .pattern("^[a-z0-9]+(-[a-z0-9]+)*$", example: "cnsa") }
    /// `cnsa`.
    public static var placeholder: ProfileCode { ProfileCode(text: "cnsa") }
    /// The name itself.
    public var fieldText: String { text }

    private init(text: String) { self.text = text }

    /// Reads a name of at most 60 characters.
    public init(fieldText: String) throws(Expectation) {
        guard fieldText.utf8.count <= 60, fieldText.wholeMatch(of: /[a-z0-9]+(-[a-z0-9]+)*/) != nil else {
            throw Expectation(fr: "le nom d'un profil, comme cnsa", en: "a profile's name such as cnsa")
        }
        text = fieldText
    }
}
