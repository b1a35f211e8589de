import Fields
import Finess
import Foundation
import Synchronization
import Testing

@Suite struct `A table of establishments` {
    private let first = number(1)
    private let second = number(2)
    private let third = number(3)

    @Test(arguments: [",", ";", "\t"])
    func `is read whatever its separator and line ends`(separator: String) async throws {
        let rows = [
            ["finess_et", "raison_sociale", "categetab"], [first, "\"LES \"\"LILAS\"\" \(separator) BAT A\"", "500"],
            [second, "  LE   PARC ", "460"],
        ].map { $0.joined(separator: separator) }
        for end in ["\n", "\r\n", "\r"] {
            for text in [rows.joined(separator: end), "\u{FEFF}" + rows.joined(separator: end + end) + end] {
                let outcome = try await read(text)
                #expect(outcome.establishments.map(\.finess) == [first, second])
                #expect(
                    outcome.establishments.first?.usualName
                        == "LES \"LILAS\" \(separator == "\t" ? "" : "\(separator) ")BAT A")
                #expect(outcome.establishments.last?.usualName == "LE PARC")
                #expect(outcome.summary.problems == [])
                #expect(outcome.summary.isComplete)
            }
        }
    }

    @Test(arguments: [
        "finess", "FINESS", "N° FINESS ET", "nofinesset", "numero_finess_et", "Num FINESS", "finess_et", "numFinessEge",
    ])
    func `names its columns as people do`(heading: String) async throws {
        let outcome = try await read(
            "nom,\(heading),téléphone,Code postal,Ville,Courriel\nA,\(first),0561234567,31000,TOULOUSE,a@b.fr\n")
        let row = try #require(outcome.establishments.first)
        #expect((row.finess, row.usualName, row.phone) == (first, "A", "0561234567"))
        #expect((row.postalCode, row.city, row.email) == ("31000", "TOULOUSE", "a@b.fr"))
        #expect(outcome.summary.problems == [])
    }

    @Test func `may use the fields' own names`() async throws {
        let names = Establishment.Field.allCases.map(\.rawValue)
        let values = [
            first, second, "MAISON", "772201489", "61", "LILAS", "LES LILAS", "500", "77220148900022", "1 RUE A",
            "BAT B", "31000", "TOULOUSE", "31555", "31", "43.6", "1.44", "0561234567", "a@b.fr", "https://b.fr",
            "1990-01-02", "1991-01-02", "1992-01-02", "true", "1993-01-02",
        ]
        let outcome = try await read(names.joined(separator: ";") + "\n" + values.joined(separator: ";"))
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.columns == Set(Establishment.Field.allCases))
        let row = try #require(outcome.establishments.first)
        #expect((row.legalEntityFiness, row.legalEntityName, row.legalEntitySiren) == (second, "MAISON", "772201489"))
        #expect((row.legalStatus, row.legalName, row.siret) == ("61", "LES LILAS", "77220148900022"))
        #expect((row.street, row.addressExtra, row.insee, row.website) == ("1 RUE A", "BAT B", "31555", "https://b.fr"))
        #expect(row.closedOn == Day(year: 1992, month: 1, day: 2))
        #expect(row.isClosed == true)
        #expect(row.updatedOn == Day(year: 1993, month: 1, day: 2))
        #expect((row.latitude, row.longitude) == (43.6, 1.44))
    }

    @Test func `names unknown and repeated columns once`() async throws {
        let outcome = try await read("finess;couleur;nom;name;humeur\n\(first);bleu;A;B;bonne\n\(second);vert;C;D;?\n")
        #expect(outcome.counts == [.unknownColumns: 1, .repeatedColumn: 1])
        #expect(outcome.group(.unknownColumns)?.examples.first?.reason.fr.contains("couleur, humeur") == true)
        #expect(outcome.group(.repeatedColumn)?.examples.first?.column == "name")
        #expect(outcome.establishments.map(\.usualName) == ["A", "C"])
    }

    @Test func `takes a code in a column named for its label, and a name in a column named for its code`() async throws
    {
        let outcome = try await read("finess;categorie;commune\n\(first);500;TOULOUSE CEDEX 9\n\(second);460;31555\n")
        #expect(outcome.establishments.map(\.category) == ["500", "460"])
        #expect(outcome.establishments.map(\.city) == ["TOULOUSE", nil])
        #expect(outcome.establishments.map(\.insee) == [nil, "31555"])
        #expect(outcome.summary.columns == [.finess, .category, .city, .insee])
    }

    @Test(
        arguments: [
            ("", .empty, "vide"), ("\u{FEFF} \r\n\n", .empty, "vide"), ("finess;nom\n", .headerOnly, "intitulés"),
            ("nom;ville\nA;B\n", .noFinessColumn, "finess_et, nofinesset"),
            ("<!DOCTYPE html><html>", .webPage, "page web"), ("PK\u{03}\u{04}xxxx", .compressed, "classeur"),
            ("[]", .notFiness, "pmej"), ("{}", .notFiness, "pmej"), ("{\"pmej\":[]}", .headerOnly, "aucun"),
            ("finess;etalab;111;2026-05-12\n", .headerOnly, "en-tête"),
        ] as [(String, FinessProblem.Kind, String)])
    func `that cannot be imported is refused with what it is`(
        text: String, kind: FinessProblem.Kind, words: String
    ) async throws {
        let problem = try await refusal(Array(text.utf8))
        #expect(problem?.kind == kind)
        #expect(problem?.severity == .fatal)
        #expect(problem?.reason.fr.contains(words) == true)
    }

    @Test func `in UTF-16 or compressed is refused with what to do`() async throws {
        for encoding in [String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf16] {
            let bytes = try #require("finess;nom\n310000013;A\n".data(using: encoding))
            let problem = try await refusal([UInt8](bytes))
            #expect(problem?.kind == .utf16)
            #expect(problem?.reason.fr.contains("CSV UTF-8") == true)
        }
        #expect(try await refusal([0x1F, 0x8B, 8, 0])?.kind == .compressed)
    }

    // MARK: - Wrong rows

    @Test func `keeps its good rows beside wrong ones, each told with its place`() async throws {
        let outcome = try await read(
            "nom;finess;ville\nA;\(first);X\nB;31000;X\nC;\(second)\nD;\(third);X;Y\nE;;X\nF;\(number(4));X;;\n")
        #expect(outcome.establishments.map(\.usualName) == ["A"])
        #expect(outcome.counts == [.finessForm: 2, .columnCount: 3])
        #expect(outcome.summary.counts.refused == 5)
        #expect(outcome.summary.counts.rows == 6)
        #expect(outcome.summary.refusedNumbers == [second, third, number(4)])
        // Two rows' numbers are unknown: they may be any establishment's.
        #expect(!outcome.summary.isComplete)
        let form = try #require(outcome.group(.finessForm))
        try #require(form.examples.map(\.line) == [3, 6])
        #expect((form.examples[0].column, form.examples[0].value) == ("finess", "31000"))
        let count = try #require(outcome.group(.columnCount))
        try #require(count.examples.count == 3)
        #expect(count.examples[0].reason.fr.contains("2 colonnes au lieu de 3"))
        #expect(count.examples[1].reason.fr.contains("séparateur dans un texte sans guillemets"))
    }

    @Test func `with wrong rows whose numbers are known is complete`() async throws {
        let outcome = try await read("finess;nom\n\(first);A\n\(second);B;C\n")
        #expect(outcome.summary.isComplete)
        #expect(outcome.summary.refusedNumbers == [second])
    }

    @Test func `that is cut is incomplete`() async throws {
        let outcome = try await read("finess;nom;ville\n\(first);A;X\n\(second);B")
        #expect(outcome.establishments.map(\.finess) == [first])
        #expect(outcome.counts == [.truncated: 1])
        #expect(outcome.group(.truncated)?.examples.first?.line == 3)
        #expect(outcome.summary.refusedNumbers == [second])
        #expect(!outcome.summary.isComplete)
    }

    @Test func `without a last line break is whole`() async throws {
        let outcome = try await read("finess;nom\n\(first);A\n\(second);B")
        #expect(outcome.establishments.count == 2)
        #expect(outcome.summary.problems == [])
        #expect(outcome.summary.isComplete)
    }

    @Test func `tells thousands of problems in a few words`() async throws {
        let rows = (0..<5_000).map { "\(number($0));x\($0)" }.joined(separator: "\n")
        let outcome = try await read("finess;date_maj\n\(rows)\n")
        #expect(outcome.establishments.count == 5_000)
        #expect(outcome.counts == [.dateForm: 5_000])
        #expect(outcome.group(.dateForm)?.examples.count == 5)
        #expect(outcome.summary.counts.warnings == 5_000)
    }

    @Test func `keeps the first of two rows for a number`() async throws {
        let outcome = try await read("finess;nom\n\(first);A\n\(second);B\n\(first);A\n\(first);C\n \(second);B\n")
        #expect(outcome.establishments.map(\.usualName) == ["A", "B"])
        #expect(outcome.counts == [.identicalDuplicate: 1, .duplicate: 2])
        #expect(outcome.summary.counts.duplicates == 3)
        #expect(outcome.group(.duplicate)?.examples.first?.line == 5)
        #expect(outcome.summary.isComplete)
    }

    // MARK: - Quotes

    @Test func `may have line breaks in quotes`() async throws {
        let outcome = try await read("finess;nom\n\(first);\"LES\nLILAS\r\n\r\nBLANCS\"\n\(second);B\n")
        #expect(outcome.establishments.map(\.usualName) == ["LES LILAS BLANCS", "B"])
        #expect(outcome.establishments.map(\.line) == [2, 6])
        #expect(outcome.summary.problems == [])
    }

    @Test func `loses no row to a quote that is never closed`() async throws {
        let outcome = try await read("finess;nom;ville\n\(first);\"LILAS;X\n\(second);B;X\n\(third);\"C;X")
        #expect(outcome.establishments.map(\.usualName) == ["LILAS", "B", "C"])
        #expect(outcome.counts == [.strayQuote: 2])
        #expect(outcome.summary.isComplete)
    }

    @Test func `loses one row to a quote that swallows lines`() async throws {
        let rubbish = String(repeating: "encore du texte\n", count: 20_000)
        let outcome = try await read("finess;nom;ville\n\(first);\"LILAS\n\(rubbish)\(second);B;X\n")
        #expect(outcome.establishments.map(\.finess) == [second])
        #expect(outcome.counts == [.unclosedQuote: 1])
        let example = try #require(outcome.group(.unclosedQuote)?.examples.first)
        #expect((example.line, example.finess) == (2, first))
        #expect(example.reason.fr.contains("20001"))
        #expect(outcome.summary.refusedNumbers == [first])
    }

    @Test func `keeps quotes that nobody doubled`() async throws {
        let outcome = try await read("finess;nom;ville\n\(first);\"LILAS\" BLANCS;X\n\(second);LES \"LILAS\";X\n")
        #expect(outcome.establishments.map(\.usualName) == ["\"LILAS\" BLANCS", "LES \"LILAS\""])
        #expect(outcome.counts == [.strayQuote: 1])
    }

    @Test func `may have a name with line breaks before the number`() async throws {
        let outcome = try await read("nom;finess\n\"LES\nLILAS\";\(first)\nB;\(second)\n")
        #expect(outcome.establishments.map(\.usualName) == ["LES LILAS", "B"])
        #expect(outcome.summary.problems == [])
    }

    @Test func `holds little of a quote over lines of separators`() async throws {
        let line = "\";" + String(repeating: ";", count: 30_000) + "\"\n"
        let outcome = try await read("finess;nom\n\(first);\"\n\(String(repeating: line, count: 50))\(second);B\n")
        #expect(outcome.establishments.map(\.finess) == [second])
        #expect(outcome.counts == [.unclosedQuote: 1])
    }

    // MARK: - Size

    @Test func `skips a line of megabytes`() async throws {
        var bytes = Array("finess;nom\n\(first);A\n\(second);".utf8)
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "x"), count: 8_000_000))
        bytes.append(contentsOf: Array("\n\(third);C\n".utf8))
        let outcome = try await read(bytes)
        #expect(outcome.establishments.map(\.finess) == [first, third])
        #expect(outcome.counts == [.lineTooLong: 1])
        #expect(outcome.group(.lineTooLong)?.examples.first?.line == 3)
        #expect(outcome.group(.lineTooLong)?.examples.first?.value?.count == 60)
        #expect(outcome.summary.refusedNumbers == [second])
        #expect(outcome.summary.isComplete)
    }

    @Test func `may come through a pipe, and be told to be a table`() async throws {
        let pipe = Pipe()
        try pipe.fileHandleForWriting.write(contentsOf: Data("finess;nofinesset;rs\n\(first);\(second);A\n".utf8))
        try pipe.fileHandleForWriting.close()
        var found: [FinessRecord] = []
        let reader = FinessReader(handle: pipe.fileHandleForReading, format: .csv)
        let summary = try await reader.read { found.append($0) }
        #expect(summary.format == .csv)
        #expect(summary.problems.map(\.kind) == [.repeatedColumn])
        guard case .establishment(let row) = try #require(found.first) else {
            Issue.record("not an establishment")
            return
        }
        #expect((row.finess, row.usualName) == (first, "A"))
    }

    @Test func `says how far it is read, and stops where its reader does`() async throws {
        struct Stop: Error {}
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("finess-\(UUID().uuidString)")
        let rows = (0..<20_000).map { "\(number($0));NOM \($0)" }.joined(separator: "\n")
        let text = "finess;nom\n\(rows)\n"
        try Data(text.utf8).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let steps = Steps()
        _ = try await FinessReader(url: url).read(progress: { steps.add($0, $1) }) { _ in }
        #expect(steps.all.count > 1)
        #expect(steps.all.last == text.utf8.count)
        #expect(steps.total == text.utf8.count)
        var seen = 0
        await #expect(throws: Stop.self) {
            _ = try await FinessReader(url: url).read { _ in
                seen += 1
                if seen == 3 { throw Stop() }
            }
        }
        #expect(seen == 3)
    }
}

/// What was told on the way.
private final class Steps: Sendable {
    private let lock = Mutex<(all: [Int], total: Int?)>(([], nil))
    func add(_ bytes: Int, _ total: Int?) {
        lock.withLock {
            $0.all.append(bytes)
            $0.total = total
        }
    }
    var all: [Int] { lock.withLock { $0.all } }
    var total: Int? { lock.withLock { $0.total } }
}
