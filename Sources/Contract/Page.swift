public import Fields

/// The few pages that the server makes itself: no script, nothing from another host, readable by everybody (RGAA, WCAG AA).
public enum Page {
    /// A whole page.
    public static func html(_ language: Language, title: String, _ content: String) -> String {
        """
        <!doctype html>
        <html lang="\(language.rawValue)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="robots" content="noindex">
        <title>\(escaped(title)) · Plateforme Autonomie 31</title>
        <link rel="stylesheet" href="/style.css">
        </head>
        <body>
        <main>
        \(content)
        </main>
        </body>
        </html>

        """
    }

    /// A refusal, for somebody who reads pages.
    public static func problem(_ refusal: Refusal, _ language: Language, requestID: String) -> String {
        let request = Text(fr: "Numéro de la demande", en: "Request number")(language)
        return html(
            language, title: refusal.problem.title(language),
            """
            <h1>\(escaped(refusal.problem.title(language)))</h1>
            <p>\(escaped(refusal.detail(language)))</p>
            <p class="note">\(request) : <code>\(requestID)</code></p>
            """)
    }

    /// A text that can stand anywhere in a page, also in an attribute.
    public static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.append(character)
            }
        }
    }

    /// How pages look: the reader's own font size, contrasts of at least 7 to 1, lines of readable length, also in the dark.
    public static let style = """
        :root { color-scheme: light dark; --ink: #1b1b1b; --paper: #ffffff; --accent: #00306b; --line: #767676;
                --shade: #f2f4f7; }
        @media (prefers-color-scheme: dark) {
            :root { --ink: #f2f2f2; --paper: #161616; --accent: #9ecbff; --line: #8f8f8f; --shade: #242424; }
        }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        main { max-width: 48rem; margin: 0 auto; padding: 1rem; }
        a { color: var(--accent); }
        a:focus-visible, button:focus-visible, summary:focus-visible, pre:focus-visible {
            outline: 3px solid var(--accent); outline-offset: 2px; }
        h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
        h3 { margin-top: 2rem; overflow-wrap: anywhere; }
        pre { overflow-x: auto; padding: 0.75rem; background: var(--shade); border: 1px solid var(--line); }
        code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; } th, td { border: 1px solid var(--line); padding: 0.25rem 0.5rem;
            text-align: left; vertical-align: top; }
        .scroll { overflow-x: auto; }
        td code { overflow-wrap: break-word; }
        button { font: inherit; padding: 0.75rem 1.25rem; min-height: 2.75rem; background: var(--accent);
            color: var(--paper); border: 0; border-radius: 0.25rem; cursor: pointer; }
        .note { color: inherit; font-size: 0.9rem; }
        .skip { position: absolute; left: -100rem; } .skip:focus { position: static; }

        """
}
