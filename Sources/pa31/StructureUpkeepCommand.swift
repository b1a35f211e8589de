import ArgumentParser
import Contract
import Directory
import Fields
import Postgres

/// A sheet with where its fields come from and what would make it better.
enum StructureExplanation {
    static func show(_ sheet: PublicStructure, _ rows: Rows<PublicStructure>, on day: Day, json: Bool) {
        let (sources, quality) = (sheet.freshness(on: day), sheet.quality(on: day))
        if json {
            let record = Output.document(rows.prefix(1)).elements.first?.members ?? []
            return Output.json(
                .object(
                    record + [
                        .init("sources", .array(sources.map(\.json))), .init("quality", quality.json),
                    ]))
        }
        Output.record(rows, json: false)
        Output.line("")
        Output.table(
            headings: [
                said("champ", "field"), said("source", "source"), said("du", "of"), said("jours", "days"),
                said("à jour", "fresh"),
            ],
            sources.map {
                [
                    $0.field.label(language), $0.source, $0.on.fieldText, String($0.days),
                    $0.isFresh ? said("oui", "yes") : said("non", "no"),
                ]
            })
        Output.line("")
        Output.line(
            said("Qualité : \(quality.score) sur \(quality.maximum)", "Quality: \(quality.score) of \(quality.maximum)")
        )
        for criterion in quality.criteria {
            let advice = criterion.advice(language).map { " → " + $0 } ?? ""
            Output.line("  \(criterion.points)/\(criterion.maximum)  \(criterion.label(language))\(advice)")
        }
    }
}

extension StructureCommand {
    struct Stale: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les fiches que personne n'a vérifiées ni modifiées depuis longtemps.",
                    "Sheets that nobody verified or changed for long."),
                discussion: said(
                    """
                    Celles que personne n'a jamais touchées d'abord, puis les plus anciennes, avec leur qualité sur 100.
                    Exemple :
                      pa31 structure stale --days 365 --kind EHPAD --as moi@exemple.example
                    """,
                    """
                    Those that nobody ever touched first, then the oldest, with their quality of 100.
                    Example:
                      pa31 structure stale --days 365 --kind EHPAD --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Depuis tant de jours, de 1 à 36 500.", "For so many days, from 1 to 36,500.")))
        var days = 365
        @Option(help: ArgumentHelp("EHPAD, SAD, 460 …")) var kind: String?
        @Option(help: ArgumentHelp(said("Combien, 10 000 au plus.", "How many, at most 10,000."))) var limit = 50

        func validate() throws {
            guard (1...36_500).contains(days), (1...10_000).contains(limit) else {
                throw ValidationError(
                    said("--days va de 1 à 36500, --limit de 1 à 10000.", "--days is 1 to 36500, --limit 1 to 10000."))
            }
        }

        func run() async throws {
            try await Session.run(member, .member) { session in
                let today = session.database.clock.today
                let sheets = try await StructureStore(session.database).stale(
                    days: days, kind: try kind.map { try read($0, "--kind") }, limit: limit, on: today,
                    as: session.caller)
                if common.json { return Output.json(.array(sheets.map { Self.json($0, on: today) })) }
                Output.table(
                    headings: [
                        "FINESS", said("catégorie", "kind"), said("nom", "name"), said("commune", "commune"),
                        said("vue au fichier", "seen in file"), said("touchée le", "touched on"),
                        said("qualité", "quality"),
                    ],
                    sheets.map {
                        [
                            $0.finess, $0.kindName, plain($0.usualName), $0.commune ?? "", $0.seenOn.fieldText,
                            $0.keptOn?.fieldText ?? said("jamais", "never"), String($0.quality(on: today).score),
                        ]
                    })
            }
        }

        private static func json(_ sheet: PublicStructure, on today: Day) -> JSON {
            [
                "finess": .string(sheet.finess), "usual_name": .string(sheet.usualName), "kind": .string(sheet.kind),
                "commune": JSON(sheet.commune), "seen_on": .string(sheet.seenOn.fieldText),
                "verified_on": JSON(sheet.verifiedOn?.fieldText), "kept_on": JSON(sheet.keptOn?.fieldText),
                "quality": JSON(sheet.quality(on: today).score),
            ]
        }
    }

    struct Disagreements: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Les champs gardés à la main qu'un fichier plus récent contredit.",
                    "Fields kept by hand that a newer file contradicts."),
                discussion: said(
                    "Exemple :\n  pa31 structure disagreements --as moi@exemple.example",
                    "Example:\n  pa31 structure disagreements --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(
            help: ArgumentHelp(said("D'une structure : numéro FINESS (ET).", "Of one structure: FINESS number (ET).")))
        var structure: String?

        func run() async throws {
            try await Session.run(member, .member) { session in
                let rows = try await StructureStore(session.database).disagreements(
                    of: try structure.map { try read($0, "STRUCTURE") }, limit: 1000, as: session.caller)
                Output.rows(
                    rows, json: common.json,
                    columns: [
                        ("finess", Text(fr: "FINESS", en: "FINESS")), ("usual_name", Text(fr: "nom", en: "name")),
                        ("field", Text(fr: "champ", en: "field")), ("ours", Text(fr: "notre fiche", en: "ours")),
                        ("theirs", Text(fr: "le fichier", en: "theirs")), ("since", Text(fr: "depuis", en: "since")),
                    ],
                    value: { row, name in
                        guard ["ours", "theirs"].contains(name), let text = rows.text(row, name) else { return nil }
                        let value = try? JSON.parse(Array(text.utf8))
                        return plain(value?.string ?? text)
                    })
            }
        }
    }

    struct Settle: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Règle un désaccord : notre valeur (ours) ou celle du fichier (theirs).",
                    "Settles a disagreement: our value (ours) or the file's (theirs)."),
                discussion: said(
                    """
                    Le champ est alors gardé à la main. Une latitude se règle avec sa longitude.
                    Exemple :
                      pa31 structure settle 310784723 phone theirs --as moi@exemple.example
                    """,
                    """
                    The field is then kept by hand. A latitude is settled with its longitude.
                    Example:
                      pa31 structure settle 310784723 phone theirs --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var structure: String
        @Argument(help: ArgumentHelp(said("Le champ : phone, street …", "The field: phone, street …"))) var field:
            String
        @Argument(help: ArgumentHelp("ours, theirs")) var side: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let changed = try await StructureStore(session.database).settle(
                    try read(structure, "STRUCTURE"), try read(field, "FIELD"), with: try read(side, "SIDE"),
                    as: session.caller)
                Output.record(changed.structure, json: common.json)
            }
        }
    }
}
