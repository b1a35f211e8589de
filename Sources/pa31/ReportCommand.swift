import ArgumentParser
import Contract
import Fields
import Foundation
import Reports

struct ReportCommand: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "report", abstract: said("Les rapports aux financeurs.", "The reports to funders."),
            subcommands: [Preview.self, Submit.self, Export.self, Diff.self, Verify.self, Publish.self])
    }

    /// In which form, and where to.
    struct FileOptions: ParsableArguments {
        @Option(help: ArgumentHelp("csv, xlsx, json, html, pdf")) var format = ReportFormat.csv
        @Option(
            help: ArgumentHelp(
                said("Pour csv : la feuille ; la première sinon.", "For csv: the sheet; otherwise the first.")))
        var sheet: String?
        @Option(
            help: ArgumentHelp(
                said(
                    "Pour csv : french (BOM, ; , virgule) ou rfc4180.",
                    "For csv: french (BOM, ;, decimal comma) or rfc4180.")))
        var dialect = ReportDialect.french
        @Option(help: ArgumentHelp(said("Fichier à écrire ; sinon la sortie.", "File to write; else the output.")))
        var output: String?

        var form: ReportForm {
            switch format {
            case .csv: .csv(sheet: sheet, dialect: dialect == .rfc4180 ? .rfc4180 : .french)
            case .xlsx: .xlsx
            case .json: .json
            case .html, .pdf: .html(alone: true)
            }
        }

        func write(_ bytes: [UInt8]) throws {
            guard format == .pdf else { return try Output.bytes(bytes, to: output) }
            // It takes seconds, and tells nothing meanwhile.
            Progress.show(0, of: 1, label: "PDF")
            let paper = try WeasyPrint.pdf(bytes)
            Progress.show(1, of: 1, label: "PDF")
            try Output.bytes(paper, to: output)
        }
    }

    struct Preview: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Ce que serait un rapport, à la fin d'un jour passé ; rien n'est figé.",
                    "What a report would be, at the end of a past day; nothing is frozen."),
                discussion: said(
                    """
                    Exemple :
                      pa31 report preview --profile cnsa --quarter 2024-T1 --until 2024-T4 --format xlsx --output cnsa.xlsx
                    """,
                    """
                    Example:
                      pa31 report preview --profile cnsa --quarter 2024-Q1 --until 2024-Q4 --format xlsx --output cnsa.xlsx
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var file: FileOptions
        @Option(
            help: ArgumentHelp(
                said(
                    "Profil : sql/reference/report_profiles/NOM.yaml.",
                    "Profile: sql/reference/report_profiles/NAME.yaml.")))
        var profile: String
        @Option(help: ArgumentHelp(said("Premier trimestre : 2024-T1.", "First quarter: 2024-Q1."))) var quarter: String
        @Option(help: ArgumentHelp(said("Dernier trimestre ; le premier sinon.", "Last quarter; otherwise the first.")))
        var until: String?
        @Option(
            help: ArgumentHelp(
                said(
                    "Situation à la fin de ce jour passé ; hier sinon.",
                    "As at the end of this past day; otherwise yesterday.")))
        var asOf: String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                let first: ReportQuarter = try read(quarter, "--quarter")
                let preview = try await session.reports.preview(
                    try read(profile, "--profile"), from: first,
                    until: try until.map { try read($0, "--until") } ?? first,
                    asOf: try asOf.map { try read($0, "--as-of") }, as: session.caller
                ) { done, total in Progress.show(done, of: total, label: said("Rapport", "Report")) }
                try file.write(try preview.rendered(as: file.form).bytes)
            }
        }
    }

    struct Submit: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Soumet une campagne : fige son rapport suivant.", "Submits a campaign: freezes its next report."),
                discussion: said(
                    "Exemple :\n  pa31 report submit 0190… --as-of 2025-05-31 --as moi@exemple.example",
                    "Example:\n  pa31 report submit 0190… --as-of 2025-05-31 --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant de la campagne.", "The campaign's id."))) var campaign: String
        @Option(
            help: ArgumentHelp(
                said(
                    "Situation à la fin de ce jour passé ; hier sinon.",
                    "As at the end of this past day; otherwise yesterday.")))
        var asOf: String?

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let move = CampaignMove(to: .submitted, asOf: try asOf.map { try read($0, "--as-of") })
                try await session.move(try read(campaign, "CAMPAIGN"), move).print(json: common.json)
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Écrit un rapport figé dans un fichier.", "Writes a frozen report to a file."),
                discussion: said(
                    """
                    pdf demande WeasyPrint (paquet weasyprint).
                    Exemple :
                      pa31 report export 0190… --format xlsx --output cnsa.xlsx --as moi@exemple.example
                    """,
                    """
                    pdf needs WeasyPrint (package weasyprint).
                    Example:
                      pa31 report export 0190… --format xlsx --output cnsa.xlsx --as me@exemple.example
                    """))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @OptionGroup var file: FileOptions
        @Argument(help: ArgumentHelp(said("Identifiant du rapport.", "The report's id."))) var report: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let made = try await session.reports.rendered(
                    try read(report, "REPORT"), as: file.form, for: session.caller)
                try file.write(made.bytes)
            }
        }
    }

    struct Diff: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said("Ce qui a changé entre deux rapports.", "What moved between two reports."),
                discussion: said(
                    "Exemple :\n  pa31 report diff 0191… 0190… --as moi@exemple.example",
                    "Example:\n  pa31 report diff 0191… 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Le rapport le plus récent.", "The later report."))) var report: String
        @Argument(help: ArgumentHelp(said("Le plus ancien.", "The earlier one."))) var earlier: String

        func run() async throws {
            try await Session.run(member, .member) { session in
                let diff = try await session.reports.diff(
                    try read(report, "REPORT"), since: try read(earlier, "EARLIER"), as: session.caller)
                if common.json { return Output.json(diff.json) }
                Output.table(
                    headings: [
                        said("feuille", "sheet"), said("ligne", "line"), said("colonne", "column"),
                        said("avant", "before"),
                        said("après", "after"), said("écart", "difference"), said("note", "note"),
                    ],
                    diff.lines.map { line in
                        [
                            line.sheet, plain(line.key), line.column ?? "", plain(line.before ?? ""),
                            plain(line.after ?? ""), plain(line.differenceText ?? ""),
                            plain(line.notes.map(\.text).joined(separator: " — ")),
                        ]
                    })
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Refait les rapports figés et compare : empreintes, fichiers, chiffres de l'historique.",
                    "Makes frozen reports again and compares: hashes, files, figures from history."),
                discussion: said(
                    "Code de sortie 1 si un rapport a été altéré.\nExemple :\n  pa31 report verify --as moi@exemple.example",
                    "Exits with 1 if a report was altered.\nExample:\n  pa31 report verify --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Un seul rapport ; tous sinon.", "One report; otherwise all."))) var report:
            String?

        func run() async throws {
            try await Session.run(member, .team) { session in
                let label = said("Rapports", "Reports")
                let checks = try await ReportVerifier(session.database).run(
                    try report.map { try read($0, "REPORT") }, as: session.caller
                ) { done, total in Progress.show(done, of: total, label: label) }
                if common.json {
                    Output.json(.array(checks.map(Self.json)))
                } else {
                    for check in checks {
                        let verdict = check.problems.isEmpty ? said("intact", "intact") : said("ALTÉRÉ", "ALTERED")
                        Output.line("\(check.funder) n° \(check.number)  \(check.sha256)  \(verdict)")
                        for text in check.problems + check.remarks { Output.line("  \(text(language))") }
                    }
                    if checks.isEmpty { Output.line(said("Aucun rapport figé.", "No frozen report.")) }
                }
                guard checks.allSatisfy(\.problems.isEmpty) else { throw ExitCode(1) }
            }
        }

        private static func json(_ check: ReportCheck) -> JSON {
            [
                "id": .string(check.id.fieldText), "funder": .string(check.funder), "number": JSON(check.number),
                "sha256": .string(check.sha256), "intact": .bool(check.problems.isEmpty),
                "problems": .array(check.problems.map { .string($0(language)) }),
                "remarks": .array(check.remarks.map { .string($0(language)) }),
            ]
        }
    }

    struct Publish: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                abstract: said(
                    "Rend public le dernier rapport d'une campagne définitive ; sans retour.",
                    "Gives the last report of a final campaign to the public; it can't be taken back."),
                discussion: said(
                    "Exemple :\n  pa31 report publish 0190… --as moi@exemple.example",
                    "Example:\n  pa31 report publish 0190… --as me@exemple.example"))
        }
        @OptionGroup var common: CommonOptions
        @OptionGroup var member: MemberOptions
        @Argument(help: ArgumentHelp(said("Identifiant du rapport.", "The report's id."))) var report: String

        func run() async throws {
            try await Session.run(member, .teamEditor) { session in
                let done = try await session.reports.publish(try read(report, "REPORT"), as: session.caller)
                if common.json { return Output.json(done.json) }
                Output.line(said("Public : /v1/reports/\(done.id)", "Public: /v1/reports/\(done.id)"))
            }
        }
    }
}

enum ReportFormat: String, ExpressibleByArgument, CaseIterable { case csv, xlsx, json, html, pdf }
enum ReportDialect: String, ExpressibleByArgument, CaseIterable { case french, rfc4180 }

extension Session {
    var reports: ReportStore { ReportStore(database, profiles: profiles()) }
}

/// Turns a page into a PDF, where Debian's `weasyprint` is installed.
enum WeasyPrint {
    static let missing = Problem(
        "report.no_weasyprint", .invalid, fr: "WeasyPrint n'est pas installé : le PDF se fait avec lui.",
        en: "WeasyPrint is not installed: PDF is made with it.")
    static let failed = Problem(
        "report.weasyprint_failed", .invalid, fr: "WeasyPrint n'a pas pu faire le PDF.",
        en: "WeasyPrint could not make the PDF.")

    static func pdf(_ page: [UInt8]) throws -> [UInt8] {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        guard let program = folders.map({ "\($0)/weasyprint" }).first(where: FileManager.default.isExecutableFile)
        else {
            throw missing(
                fr: "WeasyPrint n'est pas installé (paquet weasyprint). Le format html s'imprime tel quel.",
                en: "WeasyPrint is not installed (package weasyprint). The html format prints as it is.")
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pa31-pdf-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        defer { try? FileManager.default.removeItem(at: folder) }
        let (html, pdf) = (folder.appendingPathComponent("report.html"), folder.appendingPathComponent("report.pdf"))
        try Data(page).write(to: html)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["--quiet", html.path, pdf.path]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let bytes = try? Data(contentsOf: pdf) else { throw failed() }
        return Array(bytes)
    }
}
