import Contract
import Fields
import Foundation

/// The page on which a person asks about their data, in French.
enum PersonPage {
    static let codeSent =
        "Si votre dossier a une adresse électronique, un code vient d'y partir. Il arrive en quelques minutes et sert une fois."

    static func html(_ data: PersonData, _ token: String, said: String? = nil, mistake: Refusal? = nil) -> String {
        let title = "Mes données"
        // Only what is in no danger of meaning something stands in the address.
        let safe = CharacterSet(charactersIn: "_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        let address = "/v1/my/\(token.addingPercentEncoding(withAllowedCharacters: safe) ?? "")"
        var parts = ["<h1>\(title)</h1>"]
        if let mistake {
            parts.insert(
                "<div role=\"alert\" class=\"alert\"><h2>Rien n'est enregistré</h2><p>\(Page.escaped(mistake.detail.fr))</p></div>",
                at: 0)
        }
        if let said { parts.append("<p role=\"status\"><strong>\(Page.escaped(said))</strong></p>") }
        parts.append(
            "<p><a href=\"\(address)\">Mes candidatures</a> · <a href=\"/v1/privacy\">Comment vos données sont protégées</a></p>"
        )
        parts.append(requests(data.requests))
        parts.append(
            data.hasAddress
                ? """
                <h2>1. Recevoir un code</h2>
                <p>Ce lien a pu être transmis : pour la suite, un code à 6 chiffres est envoyé à l'adresse de votre dossier.</p>
                <form method="post" action="\(address)/code"><p><button type="submit">M'envoyer un code</button></p></form>
                <h2>2. Avec ce code</h2>
                """
                : "<h2>Votre dossier n'a pas d'adresse électronique</h2>\n<p>Adressez-vous à votre conseiller : il fait tout cela avec vous.</p>"
        )
        if data.hasAddress { parts += forms(data, address) }
        return Page.html(.french, title: mistake == nil ? title : "Erreur, \(title)", parts.joined(separator: "\n"))
    }

    private static func forms(_ data: PersonData, _ address: String) -> [String] {
        let isErasing = data.requests.contains { $0.kind == .erasure && $0.state == .open }
        var forms = [
            form(
                "copy", address, "Voir tout ce qui est gardé sur moi",
                "Une page s'affiche, à enregistrer ou à imprimer.", "Voir ma copie"),
            form(
                "correction", address, "Faire corriger", "Votre conseiller répond dans le mois.",
                "Demander la correction",
                """
                <div class="field"><label for="text">Ce qui est faux, et ce qui est juste</label>
                <textarea id="text" name="text" maxlength="2000" rows="3" required></textarea></div>
                """),
        ]
        if !data.hasObjected {
            forms.append(
                form(
                    "objection", address, "Ne plus rien envoyer", "Vos candidatures en cours sont retirées aussitôt.",
                    "Ne plus rien envoyer"))
        }
        forms.append(
            isErasing
                ? form(
                    "erasure", address, "Garder mon dossier", "L'effacement demandé est annulé.",
                    "Annuler l'effacement",
                    "<input type=\"hidden\" name=\"cancel\" value=\"true\">")
                : form(
                    "erasure", address, "Effacer mon dossier",
                    "Il est effacé après 72 heures ; d'ici là vous pouvez annuler. Les structures qui l'ont reçu en sont informées. Les nombres "
                        + "des périodes passées restent, sans rien de vous.", "Demander l'effacement"))
        return forms
    }

    private static func form(
        _ name: String, _ address: String, _ title: String, _ explanation: String, _ button: String,
        _ fields: String = ""
    ) -> String {
        """
        <form method="post" action="\(address)/\(name)" aria-labelledby="to_\(name)"><h3 id="to_\(name)">\(title)</h3>
        <p>\(explanation)</p>
        \(fields)
        <div class="field"><label for="code_\(name)">Code à 6 chiffres</label>
        <input id="code_\(name)" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required></div>
        <p><button type="submit">\(button)</button></p></form>
        """
    }

    private static func requests(_ requests: [PersonRequest]) -> String {
        guard !requests.isEmpty else { return "" }
        let lines = requests.map { request in
            var facts = [
                "<strong>\(words(request.kind))</strong>, le \(request.askedAt.parisMinute) : \(words(request.state))"
            ]
            if request.state == .open {
                facts.append(
                    request.executeAt.map { "aura lieu le \($0.parisMinute)" }
                        ?? "réponse au plus tard le \(request.dueOn)")
            }
            return "<li>\(facts.joined(separator: ", "))</li>"
        }
        return """
            <h2>Vos demandes</h2>
            <ul>
            \(lines.joined(separator: "\n"))
            </ul>
            <p>Les réponses écrites se lisent dans votre copie.</p>
            """
    }

    private static func words(_ kind: RightsKind) -> String {
        switch kind {
        case .copy: "Copie"
        case .correction: "Correction"
        case .objection: "Opposition"
        case .erasure: "Effacement"
        }
    }

    private static func words(_ state: RightsState) -> String {
        switch state {
        case .open: "en cours"
        case .done: "fait"
        case .refused: "refusé"
        case .cancelled: "annulé"
        }
    }

    static func json(_ data: PersonData) -> JSON {
        [
            "has_address": .bool(data.hasAddress), "has_objected": .bool(data.hasObjected),
            "requests": .array(
                data.requests.map { request in
                    [
                        "kind": .string(request.kind.rawValue), "asked_at": .string(request.askedAt.fieldText),
                        "due_on": .string(request.dueOn.fieldText), "execute_at": JSON(request.executeAt?.fieldText),
                        "state": .string(request.state.rawValue),
                    ]
                }),
        ]
    }
}
