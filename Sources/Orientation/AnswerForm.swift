import Contract
import Fields

/// One of the answers that a recruiter's page offers, as a form: with what was typed and what is wrong with it, when it comes back.
struct AnswerForm {
    let state: OrientationState
    private let hidden: String
    private let mistake: AnswerPage.Mistake?

    init(_ state: OrientationState, _ hidden: String, _ mistake: AnswerPage.Mistake?) {
        self.state = state
        self.hidden = hidden
        self.mistake = mistake?.given.to == state ? mistake : nil
    }

    /// A field of the forms: its id in the page and its label, by the names under which refusals know it.
    struct Field {
        var id: String
        var label: String
        var names: Set<String>
    }

    private static let when = Field(
        id: "when", label: "Jour et heure", names: ["/appointment_at", "/appointment_local"])
    private static let place = Field(id: "place", label: "Lieu", names: ["/place"])
    private static let reason = Field(id: "reason", label: "Motif", names: ["/reason"])
    private static let toCandidate = Field(
        id: "to_candidate", label: "Message pour la personne (facultatif)", names: ["/to_candidate"])
    private static let toPrescriber = Field(
        id: "to_prescriber", label: "Message pour le prescripteur (obligatoire si le motif est «\u{A0}autre\u{A0}»)",
        names: ["/to_prescriber"])

    /// The field that a refusal speaks of.
    static func field(of error: FieldProblem) -> Field? {
        [when, place, reason, toCandidate, toPrescriber].first { $0.names.contains(error.pointer) }
    }

    func html(_ reasons: [AnswerLinkStore.Reason]) -> String {
        switch state {
        case .underReview:
            form(
                "Étudier la candidature",
                "Vous étudiez la candidature : le nom et les coordonnées s'affichent. Ce n'est pas encore une réponse.",
                "Étudier la candidature")
        case .appointment:
            form(
                "Proposer un entretien", "La personne et son conseiller reçoivent le rendez-vous.",
                "Proposer cet entretien",
                [
                    labelled(Self.when, hint: "Heure de Paris, par exemple 2026-12-01T10:30.") {
                        "<input type=\"datetime-local\" name=\"appointment_local\" value=\"\(typed(\.appointmentLocal))\" required\($0)>"
                    },
                    labelled(Self.place) {
                        "<input name=\"place\" maxlength=\"300\" autocomplete=\"street-address\" value=\"\(typed(\.place))\" required\($0)>"
                    },
                ])
        case .accepted:
            form(
                "Accepter",
                "La suite se prépare avec le prescripteur. Après cette réponse, ce lien ne montre plus qui est la personne.",
                "Accepter la candidature")
        case .refused:
            form(
                "Refuser",
                "La personne apprend que la candidature n'est pas retenue, par une phrase neutre et votre message.",
                "Refuser la candidature",
                [
                    labelled(Self.reason) { attributes in
                        let chosen = mistake?.given.reason?.text
                        let options = reasons.map { reason in
                            "<option value=\"\(reason.code)\"\(reason.code == chosen ? " selected" : "")>\(Page.escaped(reason.labelFr))</option>"
                        }
                        return """
                            <select name="reason" required\(attributes)><option value="">Choisir…</option>
                            \(options.joined(separator: "\n"))</select>
                            """
                    },
                    area(Self.toCandidate, \.toCandidate), area(Self.toPrescriber, \.toPrescriber),
                ])
        default: ""
        }
    }

    private func form(_ title: String, _ explanation: String, _ button: String, _ fields: [String] = []) -> String {
        """
        <form method="post" aria-labelledby="to_\(state.rawValue)"><h3 id="to_\(state.rawValue)">\(title)</h3>
        <p>\(explanation)</p>
        \(fields.joined(separator: "\n"))
        \(hidden)<input type="hidden" name="to" value="\(state.rawValue)">
        <p><button type="submit">\(button)</button></p></form>
        """
    }

    private func area(_ field: Field, _ value: KeyPath<LinkAnswer, String?>) -> String {
        labelled(field) {
            "<textarea name=\"\(field.id)\" maxlength=\"2000\" rows=\"3\"\($0)>\(typed(value))</textarea>"
        }
    }

    private func typed(_ value: KeyPath<LinkAnswer, String?>) -> String {
        Page.escaped(mistake?.given[keyPath: value] ?? "")
    }

    /// A control with its label, its hint and what is wrong with it, tied together for who does not see the page.
    private func labelled(_ field: Field, hint: String? = nil, _ control: (_ attributes: String) -> String) -> String {
        let wrong = mistake?.refusal.errors.first { field.names.contains($0.pointer) }
        let described = [hint.map { _ in "\(field.id)_hint" }, wrong.map { _ in "\(field.id)_error" }].compactMap(
            \.self)
        var attributes = " id=\"\(field.id)\""
        if !described.isEmpty { attributes += " aria-describedby=\"\(described.joined(separator: " "))\"" }
        if wrong != nil { attributes += " aria-invalid=\"true\"" }
        let lines = [
            "<div class=\"field\"><label for=\"\(field.id)\">\(field.label)</label>",
            hint.map { "<p class=\"note\" id=\"\(field.id)_hint\">\($0)</p>" },
            wrong.map { "<p class=\"error\" id=\"\(field.id)_error\">\(Page.escaped($0.detail.fr))</p>" },
            control(attributes), "</div>",
        ]
        return lines.compactMap(\.self).joined(separator: "\n")
    }
}
