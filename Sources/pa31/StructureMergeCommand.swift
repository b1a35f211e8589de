import ArgumentParser
import Directory
import Fields
import Postgres

extension StructureCommand {
    /// What keeps the directory clean, and gives it out.
    static var merging: [any ParsableCommand.Type] {
        [Duplicates.self, Distinct.self, Merge.self, Unmerge.self, Coherence.self, Export.self]
    }

    struct Duplicates: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Montre les paires de structures qui n'en sont peut-être qu'une.",
                    "Shows pairs of structures that may be one."),
                discussion: said(
                    """
                    Raisons : same_siret (même SIRET), same_place (même gestionnaire, catégorie et point), near_name (même
                    catégorie, à moins de 200 m, noms proches). Les plus sûres d'abord. Suite : merge, ou distinct.
                    Exemple :
                      pa31 structure duplicates --limit 20 --as moi@exemple.example
                    """,
                    """
                    Reasons: same_siret, same_place (same legal entity, kind and point), near_name (same kind, within 200 m,
                    like names). The surest first. Then: merge, or distinct.
                    Example:
                      pa31 structure duplicates --limit 20 --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Option(help: ArgumentHelp(said("Combien, au plus.", "How many, at most."))) var limit = 200

        func validate() throws {
            guard (1...100_000).contains(limit) else {
                throw ValidationError(said("--limit : de 1 à 100000", "--limit: from 1 to 100000"))
            }
        }

        func run() async throws {
            try await Session.run(member, .team) { session in
                let rows = try await StructureStore(session.database).duplicates(limit: limit, as: session.caller)
                if common.json { return Output.rows(rows, json: true, columns: []) }
                Output.table(
                    headings: [
                        "FINESS", said("nom", "name"), "FINESS", said("nom", "name"), said("mètres", "metres"),
                        said("raisons", "reasons"),
                    ],
                    try rows.all().map { pair in
                        [
                            pair.finess, plain(pair.usualName), pair.otherFiness, plain(pair.otherUsualName),
                            pair.distanceM.map(String.init) ?? "",
                            pair.reasons.map(\.rawValue).joined(separator: ", "),
                        ]
                    })
            }
        }
    }

    struct Distinct: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Dit que deux structures qui se ressemblent sont bien deux.",
                    "Says that two structures that look alike are two."),
                discussion: said(
                    "Exemple :\n  pa31 structure distinct 310024112 310024369 --as moi@exemple.example",
                    "Example:\n  pa31 structure distinct 310024112 310024369 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Numéro FINESS (ET).", "FINESS number (ET)."))) var one: String
        @Argument(help: ArgumentHelp(said("L'autre.", "The other one."))) var other: String

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                try await StructureStore(session.database).distinguish(
                    try read(one, "ONE"), from: try read(other, "OTHER"), as: session.caller)
                if common.json { return Output.json(["distinct": [.string(one), .string(other)]]) }
                Output.line(
                    said(
                        "\(one) et \(other) sont deux structures : la paire n'est plus proposée.",
                        "\(one) and \(other) are two structures: the pair is not proposed any more."))
            }
        }
    }

    struct Merge: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Fusionne une structure dans une autre ; à blanc sans --apply.",
                    "Merges a structure into another; a rehearsal without --apply."),
                discussion: said(
                    """
                    L'adresse de FROM mène ensuite à INTO. À blanc, montre ce que FROM sait et qu'INTO n'a pas : --take le reprend, comme
                    écrit à la main. FROM peut être fermée, pas INTO. FROM rattachée à un employeur ne se fusionne que dans une du même.
                    Exemple :
                      pa31 structure merge 310031489 310033022 --reason "Même service, deux numéros" --take phone --apply --as moi@exemple.example
                    """,
                    """
                    FROM's address leads to INTO then. A rehearsal shows what FROM knows and INTO lacks: --take takes it, as written by
                    hand. FROM may be closed, INTO may not. FROM with an employer attached is merged only into one of the same.
                    Example:
                      pa31 structure merge 310031489 310033022 --reason "One service, two numbers" --take phone --apply --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Celle qui disparaît.", "The one that goes."))) var from: String
        @Argument(help: ArgumentHelp(said("Celle qui reste.", "The one that stays."))) var into: String
        @Option(help: ArgumentHelp(said("Pourquoi.", "Why."))) var reason: String
        @Option(
            help: ArgumentHelp(
                said(
                    "Champs à reprendre, avec des virgules : phone,email.", "Fields to take, with commas: phone,email.")
            ))
        var take: String?
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let fields: [StructureField] = try (take ?? "").split(separator: ",").map {
                    try read(String($0.drop { $0 == " " }), "--take")
                }
                let merge = try await StructureStore(session.database).merge(
                    try read(from, "FROM"), into: try read(into, "INTO"), reason: reason, take: Set(fields),
                    apply: apply,
                    as: session.caller)
                common.json ? Output.json(Self.document(merge)) : Self.tell(merge)
            }
        }

        private static func document(_ merge: StructureMerge) -> JSON {
            [
                "from": .string(merge.from), "into": .string(merge.into),
                "offered": .object(merge.offered.map { .init($0.field.rawValue, $0.value) }),
                "taken": .array(merge.taken.map { .string($0.rawValue) }), "applied": .bool(merge.isApplied),
            ]
        }

        private static func tell(_ merge: StructureMerge) {
            Output.line("\(merge.from) → \(merge.into)")
            for offer in merge.offered {
                let mark = merge.taken.contains(offer.field) ? said("repris", "taken") : said("offert", "offered")
                Output.line("  \(mark) : \(offer.field.rawValue) = \(plain(offer.value.string ?? offer.value.text))")
            }
            Output.line(
                merge.isApplied
                    ? said(
                        "Fait. pa31 structure unmerge \(merge.from) --apply la défait.",
                        "Done. pa31 structure unmerge \(merge.from) --apply undoes it.")
                    : said(
                        "À blanc : rien n'est changé. --apply l'applique.",
                        "A rehearsal: nothing is changed. --apply applies it."))
        }
    }

    struct Unmerge: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Défait la fusion d'une structure ; à blanc sans --apply.",
                    "Undoes the merge of a structure; a rehearsal without --apply."),
                discussion: said(
                    """
                    Elle redevient ce qu'elle était. L'autre rend les champs repris, sauf ceux écrits ou vérifiés depuis.
                    Exemple :
                      pa31 structure unmerge 310031489 --apply --as moi@exemple.example
                    """,
                    """
                    It is what it was again. The other one gives back what it took, but for what was written or verified since.
                    Example:
                      pa31 structure unmerge 310031489 --apply --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Celle qui fut fusionnée.", "The one that was merged."))) var structure:
            String
        @Flag(help: ArgumentHelp(said("Le faire vraiment.", "Really do it."))) var apply = false

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let done = try await StructureStore(session.database).unmerge(
                    try read(structure, "STRUCTURE"), apply: apply, as: session.caller)
                func names(_ fields: [StructureField]) -> [JSON] { fields.map { .string($0.rawValue) } }
                if common.json {
                    return Output.json([
                        "from": .string(done.from), "into": .string(done.into), "status": .string(done.status.rawValue),
                        "restored": .array(names(done.restored)), "kept": .array(names(done.kept)),
                        "applied": .bool(done.isApplied),
                    ])
                }
                Output.line("\(done.from) ↛ \(done.into) (\(done.status.rawValue))")
                for field in done.restored {
                    Output.line(said("  rendu : \(field.rawValue)", "  given back: \(field.rawValue)"))
                }
                for field in done.kept {
                    Output.line(
                        said(
                            "  gardé, changé depuis : \(field.rawValue)", "  kept, changed since: \(field.rawValue)"))
                }
                Output.line(
                    done.isApplied
                        ? said("Fait.", "Done.")
                        : said(
                            "À blanc : rien n'est changé. --apply l'applique.",
                            "A rehearsal: nothing is changed. --apply applies it."))
            }
        }
    }
}
