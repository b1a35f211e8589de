import Contract
public import Fields

/// Organisations from a CSV with the headings code, nom (or name), type (or kind) and, if wanted, siret.
public enum OrganisationFile {
    /// The words that people use for the kinds.
    private static let kinds: [String: Caller.OrganisationKind] = [
        "plateforme": .platform, "partenaire": .partner, "financeur": .funder, "employeur": .employer,
        "prescripteur": .prescriber, "organisme de formation": .trainingProvider,
    ]

    private static let headings = [
        "code": "code", "nom": "name", "name": "name", "type": "kind", "kind": "kind", "siret": "siret",
    ]

    /// Reads the file, or refuses it with everything that is wrong: line, column, value and reason.
    public static func read(_ bytes: [UInt8], file: String) throws(Refusal) -> [OrganisationStore.New] {
        var problems: [FieldProblem] = []
        let table: CSVTable
        do throws(CSVProblem) { table = try CSVTable.read(bytes) } catch {
            throw refused([
                FieldProblem("\(file):\(error.line):\(error.column)", fr: error.reason.fr, en: error.reason.en)
            ])
        }
        let names = table.header.cells.map { headings[$0.text.lowercased().filter { $0 != " " }] }
        for (cell, name) in zip(table.header.cells, names) where name == nil {
            problems.append(
                problem(
                    file, cell, "colonne inconnue (code, nom, type, siret)", "unknown column (code, name, kind, siret)")
            )
        }
        for needed in ["code", "name", "kind"] where !names.contains(needed) {
            problems.append(
                FieldProblem("\(file):1:1", fr: "il manque la colonne \(needed)", en: "the column \(needed) is missing")
            )
        }
        guard problems.isEmpty else { throw refused(problems) }
        var organisations: [OrganisationStore.New] = []
        for row in table.rows {
            func cell(_ name: String) -> CSVTable.Cell {
                let position = names.firstIndex(of: name) ?? -1
                return row.cells.indices.contains(position)
                    ? row.cells[position] : CSVTable.Cell(text: "", line: row.line, column: max(1, position + 1))
            }
            let before = problems.count
            let code: OrganisationCode? = value(cell("code"), file, &problems)
            let kindCell = cell("kind")
            let kind = kinds[kindCell.text.lowercased()] ?? Caller.OrganisationKind(rawValue: kindCell.text)
            if kind == nil {
                let known = kinds.keys.sorted().joined(separator: ", ")
                problems.append(
                    problem(file, kindCell, "type inconnu ; connus : \(known)", "unknown kind; known: \(known)"))
            }
            let siret: SIRET? = cell("siret").text.isEmpty ? nil : value(cell("siret"), file, &problems)
            if cell("name").text.isEmpty {
                problems.append(problem(file, cell("name"), "il faut un nom", "a name is needed"))
            }
            if NationalInsuranceNumber.isIn(cell("name").text) {
                let refused = NationalInsuranceNumber.refused
                problems.append(problem(file, cell("name"), refused.fr, refused.en))
            }
            if let code, organisations.contains(where: { $0.code == code }) {
                problems.append(problem(file, cell("code"), "code donné deux fois", "code given twice"))
            }
            if problems.count == before, let code, let kind {
                organisations.append(.init(code: code, name: cell("name").text, kind: kind, siret: siret))
            }
        }
        guard problems.isEmpty else { throw refused(problems) }
        return organisations
    }

    private static func value<T: FieldScalar>(
        _ cell: CSVTable.Cell, _ file: String, _ problems: inout [FieldProblem]
    ) -> T? {
        do throws(Expectation) { return try T(fieldText: cell.text) } catch {
            problems.append(problem(file, cell, "attendu : \(error.expected.fr)", "expected: \(error.expected.en)"))
            return nil
        }
    }

    private static func problem(_ file: String, _ cell: CSVTable.Cell, _ fr: String, _ en: String) -> FieldProblem {
        let isShown = !cell.text.isEmpty && !NationalInsuranceNumber.isIn(cell.text)
        let shown = isShown ? "« \(cell.text.prefix(60)) » " : ""
        return FieldProblem("\(file):\(cell.line):\(cell.column)", fr: "\(shown)\(fr)", en: "\(shown)\(en)")
    }

    private static func refused(_ problems: [FieldProblem]) -> Refusal {
        AccountRefusals.invalid(
            fr: "Le fichier a \(problems.count) cellule(s) fausse(s) ; rien n'est importé.",
            en: "The file has \(problems.count) wrong cell(s); nothing is imported.", errors: problems)
    }
}
