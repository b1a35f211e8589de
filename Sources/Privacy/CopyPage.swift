import Contract
public import Fields

/// A copy of everything that is held of a person, as a page in French: the same document as in JSON, nothing left out.
enum CopyPage {
    static func html(_ document: JSON) -> String {
        let parts = titles.compactMap { name, title in
            document[name].map { "<h2>\(title)</h2>\n\(section($0))" }
        }
        let made = document["made_at"]?.string.flatMap { try? Instant(fieldText: $0).parisMinute } ?? ""
        return Page.html(
            .french, title: "Copie de mes données",
            """
            <h1>Copie de mes données</h1>
            <p>Tout ce que la Plateforme Autonomie 31 garde à votre sujet, le \(made). Les organismes sont nommés ; le nom d'autres personnes
            n'y figure pas.</p>
            \(parts.joined(separator: "\n"))
            """)
    }

    private static let titles: KeyValuePairs = [
        "file": "Votre dossier", "agreements": "Vos accords", "statistics": "Critères comptés seulement",
        "shares": "Partages",
        "transfers": "Transferts", "orientations": "Vos candidatures", "recipients": "Qui a reçu votre dossier",
        "reads": "Qui a ouvert votre dossier", "mails": "Messages qui vous ont été adressés",
        "requests": "Vos demandes",
        "kept": "Combien de temps c'est gardé",
    ]

    private static func section(_ value: JSON) -> String {
        switch value {
        case .array(let elements):
            elements.isEmpty ? "<p>Rien.</p>" : elements.map(table).joined(separator: "\n")
        case .object: table(value)
        default: "<p>Rien.</p>"
        }
    }

    private static func table(_ object: JSON) -> String {
        let rows = inOrder(object.members).map { member in
            "<tr><th scope=\"row\">\(Page.escaped(CopyWords.fields[member.name] ?? member.name))</th><td>\(shown(member.value, member.name))</td></tr>"
        }
        return "<table>\n\(rows.joined(separator: "\n"))\n</table>"
    }

    private static func inOrder(_ members: [JSON.Member]) -> [JSON.Member] {
        members.enumerated().sorted {
            (CopyWords.rank($0.element.name), $0.offset) < (CopyWords.rank($1.element.name), $1.offset)
        }.map(\.element)
    }

    private static func shown(_ value: JSON, _ field: String) -> String {
        switch value {
        case .null: ""
        case .bool(let isTrue): isTrue ? "oui" : "non"
        case .string(let text): Page.escaped(CopyWords.word(text, of: field) ?? instant(text) ?? text)
        case .array(let elements): elements.map { shown($0, field) }.joined(separator: "<br>")
        case .object(let members):
            inOrder(members).map { shown($0.value, $0.name) }.filter { !$0.isEmpty }.joined(separator: " · ")
        default: Page.escaped(CopyWords.word(value.text, of: field) ?? value.text)
        }
    }

    /// An instant as a clock in Paris shows it.
    private static func instant(_ text: String) -> String? {
        guard text.count > 18, text.dropFirst(10).hasPrefix("T"), text.hasPrefix("20") else { return nil }
        return (try? Instant(fieldText: text))?.parisMinute
    }
}

/// A copy of what is held of a person, for people.
public enum SubjectCopy {
    /// The document as a page in French.
    public static func page(_ document: JSON) -> String { CopyPage.html(document) }
}
