import Contract
import Fields

/// A chart as a small picture: SVG without script or style, readable aloud, dark enough in print.
struct ReportChart: Sendable {
    var title: String
    var unit: ReportCellKind
    var categories: [String]
    var series: [(name: String, values: [Int])]

    private static let colours = ["#00306b", "#c8702a", "#4c8c4a"]
    private static let width = 640

    /// What it shows, in a sentence for who does not see it.
    private var description: String {
        categories.enumerated().map { position, category in
            category + " : "
                + series.map { "\(series.count > 1 ? $0.name + " " : "")\(text($0.values[position]))" }
                .joined(separator: ", ")
        }.joined(separator: " ; ")
    }

    private func text(_ value: Int) -> String { unit == .cents ? FrenchNumber.euros(value) : FrenchNumber.whole(value) }

    /// Horizontal bars: long words stand beside them. `id` tells several in one page apart.
    func svg(id: String) -> String {
        let rows = categories.count * series.count
        let top = series.count > 1 ? 60 : 36
        let height = top + rows * 22 + categories.count * 10 + 6
        let largest = max(series.flatMap(\.values).max() ?? 0, 1)
        var body = ""
        var y = top
        for (position, category) in categories.enumerated() {
            let middle = y + series.count * 11 + 5
            body += "<text x=\"150\" y=\"\(middle)\" text-anchor=\"end\">\(Page.escaped(category))</text>\n"
            for (number, one) in series.enumerated() where one.values.indices.contains(position) {
                let value = one.values[position]
                // Negative money has no length; its number stands there.
                let length = Int((Double(max(value, 0)) / Double(largest) * 340).rounded())
                body +=
                    "<rect x=\"160\" y=\"\(y + 3)\" width=\"\(length)\" height=\"16\" fill=\"\(Self.colours[number % 3])\"/>"
                    + "<text x=\"\(166 + length)\" y=\"\(y + 16)\">\(Page.escaped(text(value)))</text>\n"
                y += 22
            }
            y += 10
        }
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" width="\(Self.width)" \
            height="\(height)" role="img" aria-labelledby="\(id)-title \(id)-description" font-family="sans-serif" \
            font-size="13" fill="#1b1b1b">
            <title id="\(id)-title">\(Page.escaped(title))</title>
            <desc id="\(id)-description">\(Page.escaped(description))</desc>
            <rect width="\(Self.width)" height="\(height)" fill="#ffffff"/>
            <text x="8" y="22" font-size="16" font-weight="bold">\(Page.escaped(title))</text>
            \(legend)\(body)</svg>
            """
    }

    private var legend: String {
        guard series.count > 1 else { return "" }
        return series.enumerated().map { number, one in
            let x = 160 + number * 130
            return
                "<rect x=\"\(x)\" y=\"36\" width=\"14\" height=\"14\" fill=\"\(Self.colours[number % 3])\"/>"
                + "<text x=\"\(x + 20)\" y=\"48\">\(Page.escaped(one.name))</text>\n"
        }.joined()
    }

    /// The same figures as a table.
    var table: String {
        let head = series.map { "<th scope=\"col\" class=\"number\">\(Page.escaped($0.name))</th>" }.joined()
        let rows = categories.enumerated().map { position, category in
            "<tr><th scope=\"row\">\(Page.escaped(category))</th>"
                + series.map { one in
                    let value = one.values.indices.contains(position) ? text(one.values[position]) : ""
                    return "<td class=\"number\">\(Page.escaped(value))</td>"
                }.joined() + "</tr>"
        }
        return """
            <table><caption>\(Page.escaped(title))</caption>
            <thead><tr><th scope="col"></th>\(head)</tr></thead>
            <tbody>
            \(rows.joined(separator: "\n"))
            </tbody></table>
            """
    }
}

/// Numbers as the French write them.
enum FrenchNumber {
    /// `1 355 147`, with narrow spaces that do not break.
    static func whole(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert("\u{202F}", at: position)
            position -= 3
        }
        return (number < 0 ? "−" : "") + String(digits)
    }

    /// `1 355 147,00 €`.
    static func euros(_ cents: Int) -> String {
        let rest = cents.magnitude % 100
        let sign = cents < 0 && cents > -100 ? "−" : ""
        return sign + whole(cents / 100) + "," + (rest < 10 ? "0" : "") + "\(rest)\u{00A0}€"
    }

    /// `-33.3` as `−33,3`.
    static func decimal(_ text: String) -> String {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard let head = parts.first, let number = Int(head) else { return text }
        let sign = number == 0 && text.hasPrefix("-") ? "−" : ""
        return sign + whole(number) + (parts.count > 1 ? "," + parts[1] : "")
    }
}
