import ArgumentParser
import Contract
import Fields
import Postgres
import Reference

struct ReferenceCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "reference",
            abstract: said(
                "Les nomenclatures officielles livrées avec le produit : FINESS, communes, ROME…",
                "The official lists that ship with the product: FINESS, communes, ROME…"),
            subcommands: [Load.self, List.self])
    }

    struct Load: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Met les nomenclatures de la base à l'état des fichiers sql/reference/rows ; à blanc sans --apply.",
                    "Brings the database's lists to the files of sql/reference/rows; a rehearsal without --apply."),
                discussion: said(
                    """
                    Une ligne absente de son fichier reste : quelque chose peut s'y rapporter.
                    Exemples :
                      pa31 reference load
                      pa31 reference load --apply
                    """,
                    """
                    A row that is not in its file stays: something may refer to it.
                    Examples:
                      pa31 reference load
                      pa31 reference load --apply
                    """))
        }
        @OptionGroup var common: CommonOptions
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false

        func run() async throws {
            try await Session.guarded {
                let settings = try Settings.read()
                let loaded = try await Migrator(try settings.database(), directory: try settings.sqlDirectory())
                    .loadRows(apply: apply)
                if common.json {
                    return Output.json([
                        "applied": .bool(apply),
                        "lists": .array(
                            loaded.map {
                                [
                                    "table": .string($0.table), "file": .string($0.file), "rows": JSON($0.rows),
                                    "added": JSON($0.added), "changed": JSON($0.changed),
                                ]
                            }),
                    ])
                }
                Output.table(
                    headings: [
                        said("table", "table"), said("lignes", "rows"), said("nouvelles", "new"),
                        said("changées", "changed"),
                    ], loaded.map { [$0.table, "\($0.rows)", "\($0.added)", "\($0.changed)"] })
                Output.summary(isEmpty: loaded.allSatisfy { $0.added + $0.changed == 0 }, applied: apply)
            }
        }
    }

    struct List: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Liste une nomenclature ; sans nom, dit lesquelles il y a.",
                    "Lists one of them; without a name, says which there are."),
                discussion: said(
                    """
                    Exemples :
                      pa31 reference list
                      pa31 reference list kinds --where q="maison de retraite"
                      pa31 reference list rome --where version=4.60 --where autonomy=true --csv --output metiers.csv
                    """,
                    """
                    Examples:
                      pa31 reference list
                      pa31 reference list kinds --where q="maison de retraite"
                      pa31 reference list rome --where version=4.60 --where autonomy=true --csv --output jobs.csv
                    """))
        }
        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp(referenceLists.map { $0.list.name }.joined(separator: ", "))) var list: String?
        @Option(
            name: .customLong("where"),
            help: ArgumentHelp(
                said(
                    "Un filtre, ceux de /v1/reference/… ; peut être répété.",
                    "A filter, those of /v1/reference/…; may be repeated."), valueName: "name=value"))
        var filters: [String] = []
        @OptionGroup var file: CSVOptions

        func run() async throws {
            guard let list else { return try all() }
            try await Session.runUnnamed { session in
                guard let type = referenceLists.first(where: { $0.list.name == list }) else {
                    throw Problem.malformed(
                        fr: "« \(list) » n'est pas une nomenclature ; il y a : \(names).",
                        en: "“\(list)” is no reference list; there are: \(names).")
                }
                try await show(type, in: ReferenceStore(session.database))
            }
        }

        private var names: String { referenceLists.map { $0.list.name }.joined(separator: ", ") }

        private func all() throws {
            if common.json {
                return Output.json(
                    .array(
                        referenceLists.map {
                            ["name": .string($0.list.name), "title": .string($0.list.title(language))]
                        }))
            }
            Output.table(
                headings: [said("nom", "name"), said("contenu", "content")],
                referenceLists.map { [$0.list.name, $0.list.title(language)] })
        }

        private func show<Row: ReferenceRow>(_ type: Row.Type, in store: ReferenceStore) async throws {
            let filter = try readParameters(Row.Filter.self, try filters.map(Self.pair))
            let rows: Rows<Row> = try await store.rows(filter, atMost: filter.limit?.count)
            guard file.csv else {
                return Output.rows(rows, json: common.json, columns: Row.list.headings) { row, column in
                    Self.joined(rows.text(row, column))
                }
            }
            var writer = CSVWriter(dialect: .rfc4180)
            writer.row(Shape.of(Row.self).names.map(CSVWriter.Cell.text))
            for index in 0..<rows.count { writer.row(rows.cells(index)) }
            try Output.bytes(writer.bytes, to: file.output)
        }

        /// A list within a row as people read it; nil for what is none.
        private static func joined(_ cell: String?) -> String? {
            guard let cell, case .array(let elements) = try? JSON.parse(Array(cell.utf8)) else { return nil }
            return elements.compactMap(\.string).joined(separator: ", ")
        }

        private static func pair(_ text: String) throws -> (name: String, value: String) {
            guard let sign = text.firstIndex(of: "=") else {
                throw Problem.malformed(
                    fr: "--where : attendu : nom=valeur, et non « \(text) ».",
                    en: "--where: expected: name=value, and not “\(text)”.")
            }
            return (String(text[..<sign]), String(text[text.index(after: sign)...]))
        }
    }
}
