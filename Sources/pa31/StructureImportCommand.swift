import ArgumentParser
import Directory
import Fields
import Finess
import Foundation
import NIOCore
import Postgres

extension StructureCommand {
    struct Import: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Met l'annuaire à jour d'un fichier FINESS ou CSV ; à blanc sans --apply.",
                    "Brings the directory up to date from a FINESS or CSV file; a rehearsal without --apply."),
                discussion: said(
                    """
                    Lit l'extraction FINESS historique (avec ou sans géolocalisation), le nouveau jeu JSON, ou un CSV avec en-tête.
                    Garde les catégories du secteur, dans le département 31. Ce qui a disparu du fichier est fermé, jamais supprimé ;
                    ce que quelqu'un tient à la main n'est pas écrasé, mais signalé comme désaccord. Une cellule vide n'efface rien.
                    Exemples :
                      pa31 structure import etalab-cs1100507.csv --as moi@exemple.example            (à blanc)
                      pa31 structure import etalab-cs1100507.csv --apply --as moi@exemple.example
                      pa31 structure import finess.json --category 500,460 --departement all --json --as moi@exemple.example
                    """,
                    """
                    Reads the historical FINESS extract (with or without positions), the new JSON data set, or a CSV with a header.
                    Keeps the categories of the sector, in département 31. What disappeared from the file is closed, never deleted;
                    what somebody keeps by hand is not overwritten, but told as a disagreement. An empty cell empties nothing.
                    Examples:
                      pa31 structure import etalab-cs1100507.csv --as me@exemple.example            (a rehearsal)
                      pa31 structure import etalab-cs1100507.csv --apply --as me@exemple.example
                      pa31 structure import finess.json --category 500,460 --departement all --json --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Fichiers FINESS ou CSV.", "FINESS or CSV files."))) var files: [String]
        @Option(
            help: ArgumentHelp(
                said(
                    "Catégories FINESS, avec des virgules, ou all ; sinon celles du secteur.",
                    "FINESS categories, with commas, or all; else those of the sector.")))
        var category: String?
        @Option(
            help: ArgumentHelp(said("Départements, avec des virgules, ou all.", "Départements, with commas, or all.")))
        var departement = "31"
        @Option(
            help: ArgumentHelp(
                said(
                    "Jour du fichier, s'il ne le dit pas : AAAA-MM-JJ ; sinon aujourd'hui.",
                    "The file's day, where it doesn't tell: YYYY-MM-DD; else today.")))
        var dated: String?
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false
        @Flag(
            help: ArgumentHelp(
                said("Refuser le fichier si une ligne ne peut être lue.", "Refuse the file if a row can't be read.")))
        var strict = false
        @Flag(
            help: ArgumentHelp(
                said(
                    "Le fichier n'est qu'une partie : ne rien fermer pour absence.",
                    "The file is a part only: close nothing for being absent.")))
        var partial = false
        @Flag(
            help: ArgumentHelp(
                said(
                    "Fermer les structures absentes du fichier, même nombreuses.",
                    "Close structures that the file lacks, even many.")))
        var closeMany = false

        func run() async throws {
            var options = StructureImport.Options()
            options.departements = departement == "all" ? nil : Self.codes(departement)
            options.apply = apply
            options.isStrict = strict
            options.isPartial = partial
            options.closesMany = closeMany
            let (category, dated) = (category, dated)
            try await Session.run(member, .teamEditor) { session in
                options.fileDate = try dated.map { try read($0, "--dated") }
                let importer = StructureImport(session.database)
                if category == "all" {
                    options.categories = try await importer.allCategories(as: session.caller)
                } else {
                    options.categories = category.map(Self.codes)
                }
                let label = said("lecture", "reading")
                let printer = DiffPrinter(isJSON: common.json)
                let report = try await importer.run(
                    files.map { URL(fileURLWithPath: $0) }, options, as: session.caller,
                    progress: { Progress.bytes($0, of: $1 ?? 0, label: label) }, entries: { try printer.add($0) })
                if common.json {
                    try printer.close(report.json(isApplied: apply, language))
                } else {
                    printer.end()
                    for line in report.lines(isApplied: apply, language) { Output.line(line) }
                }
            }
        }

        private static func codes(_ text: String) -> Set<String> {
            Set(text.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty })
        }
    }
}

/// Prints what an import changes as it comes, not more of a kind than a person reads; all of it as JSON.
private final class DiffPrinter {
    private let isJSON: Bool
    private var hasBegun = false
    private var change: StructureChange?
    private var shown = 0
    private static let most = 50

    init(isJSON: Bool) { self.isJSON = isJSON }

    func add(_ rows: Rows<StructureDiffEntry>) throws {
        if isJSON {
            var buffer = ByteBuffer()
            rows.writeJSON(into: &buffer)
            try begin(Array(buffer.readableBytesView.dropFirst().dropLast()))
            return
        }
        for entry in try rows.all() {
            if entry.change != change {
                end()
                change = entry.change
                Output.line(entry.change.label(language).capitalizedFirst)
            }
            shown += 1
            if shown <= Self.most { Output.line(Self.text(entry)) }
        }
    }

    /// Entries go out as they come: a national file has a hundred thousand.
    private func begin(_ entries: [UInt8]) throws {
        try Output.bytes(Array((hasBegun ? "," : "{\"entries\":[").utf8) + entries, to: nil)
        hasBegun = true
    }

    /// The rest of the document, an object with members, after the entries.
    func close(_ rest: JSON) throws {
        if !hasBegun { try begin([]) }
        try Output.bytes(Array("],".utf8) + Array(rest.text.utf8.dropFirst()) + [0x0A], to: nil)
    }

    func end() {
        if shown > Self.most {
            Output.line(
                said(
                    "  … et \(shown - Self.most) autres (--json les donne)",
                    "  … and \(shown - Self.most) more (--json)"))
        }
        shown = 0
    }

    private static func text(_ entry: StructureDiffEntry) -> String {
        var text = "  \(entry.finess)  \(plain(entry.usualName))"
        switch entry.reason {
        case "missing": text += said("  (absente du fichier)", "  (not in the file)")
        case "closed_in_file": text += said("  (fermée dans le fichier)", "  (closed in the file)")
        case let other?: text += "  → \(other)"
        case nil: break
        }
        for change in entry.changes?.members ?? [] {
            let name = StructureField(rawValue: change.name)?.label(language) ?? said("désaccord", "disagreement")
            if change.name == "disagreements" {
                for field in change.value.members {
                    let label = StructureField(rawValue: field.name)?.label(language) ?? field.name
                    let theirs = value(field.value["value"])
                    text += said(
                        "\n      \(label) : le fichier dit \(theirs)", "\n      \(label): the file says \(theirs)")
                }
            } else {
                text += "\n      \(name) : \(value(change.value["from"])) → \(value(change.value["to"]))"
            }
        }
        return text
    }

    private static func value(_ value: JSON?) -> String {
        switch value {
        case nil, .null?: "—"
        case .string(let text)?: plain(text)
        case let other?: other.text
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
