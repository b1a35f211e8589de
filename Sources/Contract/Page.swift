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

    /// A refusal, for somebody who reads pages; with a way back for who sent a page's form.
    public static func problem(
        _ refusal: Refusal, _ language: Language, requestID: String, leadsBack: Bool = false
    ) -> String {
        let request = Text(fr: "Numéro de la demande", en: "Request number")(language)
        // The page that the form stands on has the address that it was sent to.
        let back =
            leadsBack
            ? "<p><a href=\"\">\(Text(fr: "Revenir à la page", en: "Back to the page")(language))</a></p>\n" : ""
        return html(
            language, title: refusal.problem.title(language),
            """
            <h1>\(escaped(refusal.problem.title(language)))</h1>
            <p>\(escaped(refusal.detail(language)))</p>
            \(back)<p class="note">\(request) : <code>\(requestID)</code></p>
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
                --shade: #f2f4f7; --wrong: #8f0000; }
        @media (prefers-color-scheme: dark) {
            :root { --ink: #f2f2f2; --paper: #161616; --accent: #9ecbff; --line: #8f8f8f; --shade: #242424; --wrong: #ffb3b3; }
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
        label { font-weight: bold; } .field { margin: 1rem 0; } .field .note, .field .error { margin: 0; }
        input, select, textarea { font: inherit; box-sizing: border-box; width: 100%; min-height: 2.75rem; padding: 0.5rem;
            color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 0.25rem; }
        input:focus-visible, select:focus-visible, textarea:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        [aria-invalid] { border: 2px solid var(--wrong); } .error { color: var(--wrong); font-weight: bold; }
        .alert { border: 2px solid var(--wrong); padding: 0 1rem; } .alert h2 { margin-top: 1rem; border: 0; }
        form, details, figure { margin: 1.5rem 0; } summary { padding: 0.75rem 0; cursor: pointer; }
        caption { font-weight: bold; text-align: left; padding: 0.5rem 0; } th[scope=row] { width: 30%; }
        .scroll th[scope=row] { width: auto; } .person td { overflow-wrap: anywhere; }
        blockquote { margin: 0.5rem 0; padding: 0.25rem 1rem; border-left: 4px solid var(--line); }
        .note { color: inherit; font-size: 0.9rem; }
        .number { text-align: right; white-space: nowrap; } caption { text-align: left; font-weight: bold; padding: 0.5rem 0; }
        figure { margin: 1.5rem 0; } svg { max-width: 100%; height: auto; } tfoot { font-weight: bold; }
        dt { margin-top: 0.75rem; font-weight: bold; break-after: avoid; }
        @page { size: A4 landscape; margin: 10mm 10mm 15mm; @bottom-right { content: counter(page) " / " counter(pages); } }
        @media print {
            :root { --ink: #000000; --paper: #ffffff; --accent: #000000; --line: #767676; }
            body { font-size: 8pt; } main { max-width: none; padding: 0; } a { text-decoration: none; }
            thead { display: table-header-group; } tfoot { display: table-row-group; } tr, figure, dd { break-inside: avoid; }
            h2 { break-after: avoid; } .scroll { overflow: visible; font-size: 7pt; }
            /* Whole words, and nothing beyond the paper's edge. */
            th, td { border: 0.5pt solid #767676; padding: 1pt 2pt; line-height: 1.25; overflow-wrap: break-word; }
            th.number { white-space: normal; } thead th { hyphens: auto; } h2 { margin-top: 1.5rem; }
        }
        .skip { position: absolute; left: -100rem; } .skip:focus { position: static; }

        """
}
