import Fields
import Finess
import Foundation
import Testing

/// What a file gave.
struct Outcome {
    var establishments: [Establishment] = []
    var positions: [Position] = []
    var summary: FinessSummary

    /// The group of a kind, if there was such a problem.
    func group(_ kind: FinessProblem.Kind) -> FinessProblemGroup? { summary.problems.first { $0.kind == kind } }

    /// How often each kind occurred.
    var counts: [FinessProblem.Kind: Int] {
        summary.problems.reduce(into: [:]) { $0[$1.kind, default: 0] += $1.count }
    }
}

/// Reads a file on disk.
func read(_ url: URL, _ selection: FinessSelection = .all, format: FinessFormat? = nil) async throws -> Outcome {
    var establishments: [Establishment] = []
    var positions: [Position] = []
    let summary = try await FinessReader(url: url, selection: selection, format: format).read { record in
        switch record {
        case .establishment(let establishment): establishments.append(establishment)
        case .position(let position): positions.append(position)
        }
    }
    return Outcome(establishments: establishments, positions: positions, summary: summary)
}

/// Reads bytes, by way of a file that is removed.
func read(_ bytes: [UInt8], _ selection: FinessSelection = .all) async throws -> Outcome {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("finess-\(UUID().uuidString)")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await read(url, selection)
}

/// Reads text.
func read(_ text: String, _ selection: FinessSelection = .all) async throws -> Outcome {
    try await read(Array(text.utf8), selection)
}

/// Why a file cannot be imported at all.
func refusal(_ bytes: [UInt8]) async throws -> FinessProblem? {
    do {
        _ = try await read(bytes)
        return nil
    } catch let problem as FinessProblem {
        return problem
    }
}

/// A real file.
func sample(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Samples/\(name)")
}

/// What ships with the product.
let hauteGaronne = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("sql/reference/finess/haute_garonne.csv")

/// Numbers with a right key; the tests need many.
func number(_ index: Int, departement: String = "31") -> String {
    let digits = departement + String(String(1_000_000 + index).suffix(6))
    for key in 0...9 where FinessNumber.keyIsRight(digits + String(key)) { return digits + String(key) }
    return digits + "0"
}

extension FinessNumber {
    static func keyIsRight(_ text: String) -> Bool { (try? FinessNumber(fieldText: text))?.hasValidKey == true }
}

/// A `structureet` line with the values given, the others as in a real one.
func structure(_ finess: String, _ values: [Int: String] = [:]) -> String {
    var cells = [
        "structureet", finess, "310780671", "LES TILLEULS", "EHPAD LES TILLEULS", "", "", "12", "R", "DES LILAS", "",
        "BP 4", "555", "31", "HAUTE GARONNE", "31000 TOULOUSE", "0561234567", "", "500", "EHPAD", "4401", "", "", "",
        "40", "", "", "", "1988-05-02", "2017-01-03", "2024-04-22", "",
    ]
    for (position, value) in values { cells[position] = value }
    return cells.joined(separator: ";")
}
