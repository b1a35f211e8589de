import Accounts
import Contract
import Fields
import Foundation

/// The page behind a person's own link, in French: where things stand, and a way to withdraw.
enum CandidateLinkPage {
    static func mine(
        _ orientations: [CandidateOrientation], token: String, isWithdrawn: Bool = false, mistake: Refusal? = nil
    ) -> String {
        let title = "Mes candidatures"
        var parts = ["<h1>\(title)</h1>"]
        if let mistake { parts.insert(AnswerPage.alert(mistake, fields: false), at: 0) }
        if isWithdrawn {
            parts.append("<p role=\"status\"><strong>C'est fait : la candidature est retirée.</strong></p>")
        }
        let key = LinkForm.Key(UUID())
        parts += orientations.map { one($0, key) }
        let address = token.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        parts.append(
            "<p><a href=\"/v1/my/\(address)/data\">Mes données : copie, correction, opposition, effacement</a></p>")
        parts.append(
            "<p class=\"note\">Regarder cette page ne change rien. Ce lien vous est personnel : ne le transmettez pas.</p>"
        )
        return Page.html(.french, title: mistake == nil ? title : "Erreur, \(title)", parts.joined(separator: "\n"))
    }

    private static func one(_ orientation: CandidateOrientation, _ key: LinkForm.Key) -> String {
        let host = AnswerPage.host(orientation.target)
        let name = Page.escaped(orientation.target.title)
        var parts = ["<h2>\(name)\(host.isEmpty ? "" : ", \(host)")</h2>"]
        var facts = ["<strong>\(words(orientation.state))</strong>"]
        if let due = orientation.dueOn, [.sent, .underReview].contains(orientation.state) {
            facts.append("Une réponse est attendue au plus tard le \(AnswerPage.day(due)).")
        }
        if let reason = orientation.reasonText { facts.append(Page.escaped(reason)) }
        parts.append("<p>\(facts.joined(separator: " "))</p>")
        if let at = orientation.appointmentAt {
            let place = orientation.texts.last { $0.kind == "place" }.map { ", \(Page.escaped($0.text))" } ?? ""
            parts.append("<p>Entretien : <strong>\(AnswerPage.minute(at))</strong>\(place).</p>")
        }
        for text in orientation.texts where text.kind == "programme" {
            parts.append("<p>Formation : \(Page.escaped(text.text))</p>")
        }
        for text in orientation.texts where text.kind == "to_candidate" {
            parts.append(
                "<p>Message de la structure :</p>\n<blockquote>\(AnswerPage.paragraphs(text.text))</blockquote>")
        }
        let sent = orientation.sentAt.map { ", envoyée le \(AnswerPage.day(Day($0)))" } ?? ""
        parts.append("<p class=\"note\">Proposée par \(Page.escaped(orientation.organisation.name))\(sent).</p>")
        if orientation.mayWithdraw {
            parts.append(
                """
                <details><summary>Retirer cette candidature</summary>
                <form method="post"><p>La structure et votre conseiller en seront informés. On ne peut pas revenir dessus par ce lien.</p>
                <input type="hidden" name="orientation" value="\(orientation.id)"><input type="hidden" name="to" value="withdrawn">
                <input type="hidden" name="version" value="\(orientation.version)"><input type="hidden" name="key" value="\(key)">
                <p><button type="submit">Retirer ma candidature : \(name)</button></p></form></details>
                """)
        }
        return "<section>\n\(parts.joined(separator: "\n"))\n</section>"
    }

    /// Where it stands, in words for the person.
    private static func words(_ state: OrientationState) -> String {
        switch state {
        case .draft, .sent: "Transmise, en attente de réponse."
        case .underReview: "À l'étude."
        case .appointment: "Un entretien est fixé."
        case .priorAction: "Une étape avant l'embauche est prévue."
        case .pool: "Gardée pour un prochain besoin."
        case .accepted: "Acceptée, la suite se prépare."
        case .inTraining: "Vous êtes en formation."
        case .hired: "Vous êtes embauché·e."
        case .refused: "Close : candidature non retenue."
        case .withdrawn: "Close : candidature retirée."
        case .expired: "Close : la structure n'a pas répondu dans les temps. D'autres candidatures restent possibles."
        case .obsolete: "Close : vous avez trouvé ailleurs."
        case .completed: "Formation terminée."
        }
    }
}
