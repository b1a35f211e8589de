import Contract
import Fields

/// The public page about personal data, in French: written from the register, so that it can't say otherwise.
enum PrivacyPage {
    static func html(_ lines: [RetentionLine], _ settings: PrivacySettings) -> String {
        let title = "Données personnelles"
        let unnamed = "Le service ne l'a pas encore indiqué ; votre conseiller transmet votre demande."
        let rights = PrivacyNotice.rights.map { "<li><strong>\($0.title)</strong> : \($0.text).</li>" }
        let parts = [
            "<h1>\(title)</h1>",
            """
            <p>La Plateforme Autonomie 31 aide des prescripteurs à proposer des personnes à des structures de l'aide à l'autonomie.
            Cette page dit ce qui est gardé, pourquoi, combien de temps et qui le voit. Le programme qui efface lit les mêmes lignes
            que cette page.</p>
            """,
            "<h2>Qui en répond</h2>\n<p>\(Page.escaped(settings.controllers ?? unnamed))</p>",
            "<h2>À qui s'adresser</h2>\n<p>\(Page.escaped(settings.contact ?? unnamed))</p>",
            """
            <h2>Vos droits</h2>
            <p>Demandez à votre conseiller, ou par le lien personnel que vous avez reçu : un code à 6 chiffres est alors envoyé à
            l'adresse de votre dossier. La réponse vient dans le mois.</p>
            <ul>
            \(rights.joined(separator: "\n"))
            </ul>
            <p>\(PrivacyNotice.complaint)</p>
            """,
            """
            <h2>Ce qui n'est jamais demandé ni gardé</h2>
            <p>Numéro de sécurité sociale, santé, casier judiciaire, nationalité, famille, religion, syndicat, photo, coordonnées
            bancaires. Un texte qui contient un numéro de sécurité sociale est refusé.</p>
            """,
            "<h2>Ce qui est gardé, et combien de temps</h2>",
            lines.map { section($0, lines) }.joined(separator: "\n"),
        ]
        return Page.html(.french, title: title, parts.joined(separator: "\n"))
    }

    private static func section(_ line: RetentionLine, _ lines: [RetentionLine]) -> String {
        var facts: [(String, String)] = [
            ("Personnes", line.personsFr), ("Pour quoi", line.purposeFr), ("Base légale", line.grounds),
            ("Qui le voit", line.recipientsFr), ("Combien de temps", line.duration(in: lines)),
        ]
        if let days = line.noticeDays { facts.append(("Annonce", "\(days) jours avant l'effacement")) }
        if let note = line.noteFr { facts.append(("À savoir", note)) }
        let rows = facts.map { "<tr><th scope=\"row\">\($0.0)</th><td>\(Page.escaped($0.1))</td></tr>" }
        return """
            <h3 id="\(line.code)">\(Page.escaped(line.titleFr))</h3>
            <table>
            \(rows.joined(separator: "\n"))
            </table>
            """
    }
}
