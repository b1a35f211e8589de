import Contract
import Fields
import Foundation

/// What a mail says around its paragraphs, in French: greeting, the link, who sends it and why, how to decline reminders. As text,
/// as HTML that any reader shows and reads aloud, and on paper.
struct MailText: Sendable {
    /// One mail's own part; several when reminders are gathered.
    struct Part: Sendable {
        var subject: String
        var paragraphs: [String]
        var link: (label: String, url: String)?
    }

    /// Why whom it is for gets it.
    var audience: Mail.Audience
    /// Its parts, one at least.
    var parts: [Part]
    /// Where reminders like it are declined.
    var optOut: String?

    /// The subject of the whole.
    var subject: String {
        parts.count == 1 ? parts[0].subject : "\(parts.count) rappels de la Plateforme Autonomie 31"
    }

    /// Before a path in a text that is kept: whoever shows it puts the service's address there.
    static let site = "pa31:"

    /// As text.
    var text: String {
        var blocks = ["Bonjour,"]
        for part in parts {
            if parts.count > 1 { blocks.append(part.subject.uppercased()) }
            blocks += part.paragraphs
            if let link = part.link { blocks.append("\(link.label) :\n\(link.url)") }
        }
        blocks.append("-- \n" + footer)
        if let optOut { blocks.append("\(Self.declining) :\n\(optOut)") }
        return blocks.joined(separator: "\n\n") + "\n"
    }

    /// As a page: no image, no script, nothing that is loaded.
    var html: String {
        var blocks = ["<p>Bonjour,</p>"]
        for part in parts {
            if parts.count > 1 { blocks.append("<h2>\(Page.escaped(part.subject))</h2>") }
            blocks += part.paragraphs.map { paragraph in
                "<p>\(Page.escaped(paragraph).replacingOccurrences(of: "\n", with: "<br>\n"))</p>"
            }
            if let link = part.link {
                let url = Page.escaped(link.url)
                blocks.append("<p><a href=\"\(url)\">\(Page.escaped(link.label))</a></p>\n<p>\(url)</p>")
            }
        }
        blocks.append("<hr>\n<p>\(Page.escaped(footer))</p>")
        if let optOut {
            blocks.append("<p><a href=\"\(Page.escaped(optOut))\">\(Page.escaped(Self.declining))</a></p>")
        }
        return """
            <!doctype html>
            <html lang="fr">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(Page.escaped(subject))</title>
            </head>
            <body style="font-family: sans-serif; font-size: 1rem; line-height: 1.5; max-width: 40rem">
            \(blocks.joined(separator: "\n"))
            </body>
            </html>

            """
    }

    /// On paper, for whoever hands it over.
    static func printable(_ mail: Mail) -> String {
        let link = mail.link.map { (label: $0.label, url: site + $0.path + ($0.secret ?? "")) }
        let text = MailText(
            audience: mail.audience,
            parts: [Part(subject: mail.subject, paragraphs: mail.paragraphs, link: link)])
        return mail.subject + "\n\n" + text.text
    }

    private static let declining = "Ne plus recevoir ce genre de rappel"

    private var footer: String {
        let why =
            switch audience {
            case .recruiter: "parce que cette adresse est celle d'un recrutement qui vous concerne"
            case .candidate: "parce qu'un organisme vous accompagne dans votre recherche d'emploi"
            case .prescriber: "parce que votre organisme accompagne des candidats"
            case .organisation: "parce que votre organisme prend part à la plateforme"
            case .team: "parce que vous êtes de l'équipe de la plateforme"
            }
        return
            "Message automatique de la Plateforme Autonomie 31 (métiers de l'autonomie en Haute-Garonne), envoyé \(why)."
    }
}
