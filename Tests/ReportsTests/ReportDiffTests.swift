import Fields
import Testing

@testable import Reports

@Suite struct `A difference between reports` {
    private func document(persons: [[JSON]], figures: [[JSON]] = []) -> ReportDocument {
        func sheet(_ code: String, _ subject: ReportSubject, _ columns: [(String, ReportCellKind)], _ rows: [[JSON]])
            -> ReportDocument.Sheet
        {
            .init(
                code: code, title: code, subject: subject,
                columns: columns.map {
                    .init(field: $0.0, heading: $0.0, kind: $0.1, indicator: nil, total: .none)
                }, rows: rows, totals: columns.map { _ in .null }, units: rows.map { _ in "count" })
        }
        return ReportDocument(
            head: [],
            sheets: [
                sheet(
                    "persons", .persons,
                    [
                        ("period", .text), ("step", .text), ("dimension", .text), ("value", .text),
                        ("value_label", .text),
                        ("persons", .count),
                    ], persons),
                sheet(
                    "figures", .figures,
                    [("code", .text), ("value", .figure), ("numerator", .figure), ("denominator", .figure)], figures),
            ], charts: [])
    }

    private func line(_ value: JSON, _ persons: JSON) -> [JSON] {
        ["2024-T1", "hired", "sex", value, .string("libellé \(value.text)"), persons]
    }

    private func lines(_ before: ReportDocument, _ after: ReportDocument) -> [ReportDiff.Line] {
        ReportComparison(before: before, after: after).lines.map(\.line)
    }

    @Test(arguments: [(10, 14, "s"), (14, 10, "s"), (10, 11, "s"), (10, 15, "+5"), (1500, 10, "−1\u{202F}490")])
    func `of 1 to 4 persons is s, and no number`(_ was: Int, _ now: Int, _ text: String) {
        let found = lines(
            document(persons: [line("f", JSON(was))], figures: [["persons_hired", JSON(was), JSON(was), .null]]),
            document(persons: [line("f", JSON(now))], figures: [["persons_hired", JSON(now), JSON(now), .null]]))
        #expect(found.map(\.differenceText) == [text, text, text])
        #expect(found.allSatisfy { ($0.difference == nil) == (text == "s") })
        let diff = ReportDiff(before: .placeholder, after: .placeholder, lines: found)
        #expect(diff.json["lines"]?.elements.first?["difference_text"] == .string(text))
        #expect(diff.page.contains("<td>\(text)</td>") && diff.page.contains("secret statistique") == (text == "s"))
    }

    @Test func `of answers and filled needs is too, of what counts nobody never`() {
        func figures(_ more: Int) -> [[JSON]] {
            [
                ["response_rate", JSON(50 + more), JSON(20 + more), JSON(40 + more)],
                ["needs_filled", JSON(10 + more), JSON(10 + more), .null],
                ["actions_done", JSON(10 + more), .null, .null],
                ["persons_trained_by_plan", JSON(10 + more), .null, .null],
            ]
        }
        let found = lines(document(persons: [], figures: figures(0)), document(persons: [], figures: figures(2)))
        #expect(
            found.map { "\($0.key) \($0.column ?? "") \($0.differenceText ?? "")" } == [
                "response_rate value +2", "response_rate numerator s", "response_rate denominator s",
                "needs_filled value s", "needs_filled numerator s", "actions_done value +2",
                "persons_trained_by_plan value +2",
            ])
    }

    @Test func `tells lines of persons apart by what they are of, in whatever order they come`() {
        let found = lines(
            document(persons: [line("f", JSON(10)), line("m", JSON(20))]),
            document(persons: [line("m", JSON(20)), line("f", JSON(30)), line("not_said", JSON(7))]))
        #expect(found.map(\.key) == ["2024-T1 hired sex f", "2024-T1 hired sex not_said"])
        #expect(found.map(\.differenceText) == ["+20", nil])
    }

    @Test func `from a figure to a withheld one has no number`() {
        let found = lines(document(persons: [line("f", JSON(10))]), document(persons: [line("f", "s")]))
        #expect(found.map(\.after) == ["s"] && found.map(\.difference) == [nil] && found.map(\.differenceText) == [nil])
    }
}

extension ReportReference {
    fileprivate static var placeholder: ReportReference {
        ReportReference(
            id: .init(.init()), number: 1, asOf: Day(number: 0), frozenAt: Instant(microseconds: 0), sha256: "",
            publishedAt: nil)
    }
}
