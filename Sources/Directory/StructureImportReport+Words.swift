public import Fields
import Finess

extension StructureImportReport {
    /// What was read and done, a line each, for people.
    public func lines(isApplied: Bool, _ language: Language) -> [String] {
        func said(_ fr: String, _ en: String) -> String { Text(fr: fr, en: en)(language) }
        var lines: [String] = []
        for file in files {
            let counts = file.summary.counts
            lines.append(
                said(
                    "\(file.name) : \(counts.rows) lignes, \(counts.selected) retenues, \(counts.refused) refusées, \(counts.duplicates) en double.",
                    "\(file.name): \(counts.rows) rows, \(counts.selected) kept, \(counts.refused) refused, \(counts.duplicates) twice."
                ))
            for group in file.summary.problems {
                let severity =
                    group.severity == .warning ? said("avertissement", "warning") : said("refusé", "refused")
                lines.append("  \(severity) (\(group.count)) : \(group.explanation(language))")
                for example in group.examples where example.line > 0 {
                    let place = [example.column, example.value.map { "« \($0) »" }].compactMap { $0 }.joined(
                        separator: " ")
                    lines.append(
                        said("    ligne \(example.line)", "    line \(example.line)")
                            + " \(place) : \(example.reason(language))")
                }
            }
        }
        lines += warnings(language, said)
        let changes = StructureChange.allCases.compactMap { change -> String? in
            guard let count = counts[change], count > 0 else { return nil }
            return "\(change.label(language)) \(count)"
        }
        lines.append(
            (changes + [said("inchangées \(unchanged)", "unchanged \(unchanged)")]).joined(separator: ", ") + ".")
        if isEmpty {
            lines.append(said("Rien à faire : l'annuaire est à jour.", "Nothing to do: the directory is up to date."))
        } else {
            lines.append(
                isApplied
                    ? said("Fait, en une transaction.", "Done, in one transaction.")
                    : said(
                        "À blanc : rien n'est changé. --apply l'applique.",
                        "A rehearsal: nothing is changed. --apply applies it."))
        }
        return lines
    }

    private func warnings(_ language: Language, _ said: (String, String) -> String) -> [String] {
        var lines: [String] = []
        if !isComplete {
            lines.append(
                said(
                    "Le fichier est incomplet ou a des lignes illisibles : rien n'est fermé pour absence.",
                    "The file is incomplete or has unreadable rows: nothing is closed for being absent."))
        }
        if closesMany {
            lines.append(
                said(
                    "Attention : \(missing) des \(openBefore) structures ouvertes manquent. --apply le refusera sans --close-many ou --partial.",
                    "Careful: \(missing) of \(openBefore) open structures are missing. --apply will refuse it without --close-many or --partial."
                ))
        }
        for row in unknownKinds.prefix(20) {
            lines.append(
                said(
                    "  \(place(row.file, row.line, said)) : catégorie \(row.kind ?? "—") inconnue, \(row.finess) n'est pas importée",
                    "  \(place(row.file, row.line, said)): unknown category \(row.kind ?? "—"), \(row.finess) is not imported"
                ))
        }
        for row in closedKinds {
            lines.append(
                said(
                    "  \(place(row.file, row.line, said)) : la catégorie \(row.value) n'existe plus, \(row.finess) est gardée",
                    "  \(place(row.file, row.line, said)): category \(row.value) is closed, \(row.finess) is kept"))
        }
        for row in vanishedCommunes {
            lines.append(
                said(
                    "  \(place(row.file, row.line, said)) : la commune \(row.value) n'existe pas dans le département, code gardé tel quel",
                    "  \(place(row.file, row.line, said)): there is no commune \(row.value) in the département, the code is kept as it is"
                ))
        }
        lines += cellWarnings(said)
        if unresolvedCommunes > 0 {
            lines.append(
                said(
                    "\(unresolvedCommunes) structures hors du département : leur code INSEE est gardé tel quel.",
                    "\(unresolvedCommunes) structures outside the département: their INSEE code is kept as it is."
                ))
        }
        for status in SiretCoherence.allCases {
            if let count = coherence[status] { lines.append("SIRET " + status.line(count, language)) }
        }
        if leftAlone > 0 {
            lines.append(
                said(
                    "\(leftAlone) lignes laissées : fermées et inconnues de l'annuaire, ou connues d'un fichier plus récent.",
                    "\(leftAlone) rows left alone: closed and not in the directory, or known from a newer file."))
        }
        return lines
    }

    /// Where a row stands; with its file's name where there are several.
    private func place(_ file: Int, _ line: Int, _ said: (String, String) -> String) -> String {
        let line = said("ligne \(line)", "line \(line)")
        return files.count > 1 && files.indices.contains(file) ? "\(files[file].name), \(line)" : line
    }

    private func cellWarnings(_ said: (String, String) -> String) -> [String] {
        var lines: [String] = []
        for wrong in wrongCells {
            lines.append(
                said(
                    "\(wrong.column) : \(wrong.count) cellules n'ont pas la forme attendue, leurs lignes sont gardées sans elles",
                    "\(wrong.column): \(wrong.count) cells have not the expected form, their rows are kept without them"
                ))
            for place in wrong.examples {
                lines.append("    \(self.place(place.file, place.line, said)) : « \(place.value) »")
            }
        }
        if twice > 0 {
            lines.append(
                said(
                    "\(twice) structures sont dans plusieurs des fichiers : la ligne du plus récent compte.",
                    "\(twice) structures are in several of the files: the newest one's row counts."))
        }
        if changedEntities > 0 {
            lines.append(
                said(
                    "\(changedEntities) gestionnaires changent de nom, de SIREN ou de statut.",
                    "\(changedEntities) legal entities change their name, SIREN or status."))
        }
        return lines
    }

    /// The same for programs, without what is changed one by one.
    public func json(isApplied: Bool, _ language: Language) -> JSON {
        [
            "applied": .bool(isApplied && !isEmpty), "is_complete": .bool(isComplete),
            "file_date": .string(fileDate.fieldText),
            "files": .array(files.map { file in Self.json(file, language) }),
            "counts": .object(
                StructureChange.allCases.map { .init($0.rawValue, JSON(counts[$0] ?? 0)) }
                    + [
                        .init("unchanged", JSON(unchanged)), .init("left_alone", JSON(leftAlone)),
                        .init("missing", JSON(missing)), .init("unresolved_communes", JSON(unresolvedCommunes)),
                        .init("changed_legal_entities", JSON(changedEntities)), .init("in_several_files", JSON(twice)),
                    ]),
            "siret_coherence": .object(
                // Of rows: that a SIRET is shared the directory tells (pa31 structure coherence).
                SiretCoherence.allCases.filter { $0 != .shared }.map { .init($0.rawValue, JSON(coherence[$0] ?? 0)) }),
            "unknown_kinds": .array(unknownKinds.map { Self.json($0.file, $0.line, $0.finess, $0.kind) }),
            "closed_kinds": .array(closedKinds.map { Self.json($0.file, $0.line, $0.finess, $0.value) }),
            "vanished_communes": .array(vanishedCommunes.map { Self.json($0.file, $0.line, $0.finess, $0.value) }),
            "wrong_cells": .array(
                wrongCells.map { wrong in
                    [
                        "column": .string(wrong.column), "count": JSON(wrong.count),
                        "examples": .array(wrong.examples.map { Self.json($0.file, $0.line, $0.finess, $0.value) }),
                    ]
                }),
        ]
    }

    private static func json(_ file: Int, _ line: Int, _ finess: String, _ value: String?) -> JSON {
        ["file": JSON(file), "line": JSON(line), "finess": .string(finess), "value": value.map(JSON.string) ?? .null]
    }

    private static func json(_ file: File, _ language: Language) -> JSON {
        let counts = file.summary.counts
        return [
            "name": .string(file.name), "format": .string(file.summary.format.rawValue),
            "encoding": .string(file.summary.encoding.rawValue), "rows": JSON(counts.rows),
            "selected": JSON(counts.selected), "refused": JSON(counts.refused), "duplicates": JSON(counts.duplicates),
            "problems": .array(
                file.summary.problems.map { group in
                    [
                        "kind": .string(group.kind.rawValue), "severity": .string(group.severity.rawValue),
                        "count": JSON(group.count), "explanation": .string(group.explanation(language)),
                        "examples": .array(
                            group.examples.map { example in
                                [
                                    "line": JSON(example.line), "column": example.column.map(JSON.string) ?? .null,
                                    "value": example.value.map(JSON.string) ?? .null,
                                    "reason": .string(example.reason(language)),
                                ]
                            }),
                    ]
                }),
        ]
    }
}
