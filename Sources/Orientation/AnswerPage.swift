import Accounts
import Contract
import Fields
import Foundation
import Postgres

/// The pages behind links, in French: no script, fit for a phone, each field with its label, its hint and what is wrong with it.
enum AnswerPage {
    /// An answer that was not taken, with what was typed.
    struct Mistake {
        var refusal: Refusal
        var given: LinkAnswer
    }

    /// What a recruiter's link shows, and the answers that are possible.
    static func offer(_ offer: AnswerLinkStore.Offer, answered: OrientationState? = nil, mistake: Mistake? = nil) throws
        -> String
    {
        guard let orientation = try offer.row.first() else { throw OrientationRefusals.link() }
        let target = "<strong>\(Page.escaped(orientation.target.title))</strong>, \(host(orientation.target))"
        guard let state = orientation.state else { return closed(orientation, target, isNew: answered != nil) }
        var parts = ["<h1>\(answered == nil ? "Une candidature vous est orientée" : "C'est enregistré")</h1>"]
        if let mistake { parts.insert(alert(mistake.refusal, fields: true), at: 0) }
        if answered == .underReview {
            parts.append(
                "<p role=\"status\">Vous étudiez cette candidature : le nom et les coordonnées sont affichés ci-dessous.</p>"
            )
        } else if answered == .appointment {
            parts.append(
                "<p role=\"status\">L'entretien est proposé. La personne et son conseiller en sont informés ; le rendez-vous vous est aussi "
                    + "envoyé, pour votre agenda.</p>")
        }
        parts.append("<p>Pour \(target). Proposée par \(Page.escaped(orientation.organisation.name)).</p>")
        parts.append("<p>Où elle en est : <strong>\(state.label.fr)</strong>\(due(orientation, state)).</p>")
        if let at = orientation.appointmentAt {
            let place = orientation.place.map { ", \(Page.escaped($0))" } ?? ""
            parts.append("<p>Entretien : <strong>\(minute(at))</strong>\(place).</p>")
        }
        if let person = orientation.candidate { parts.append(self.person(person)) }
        for message in orientation.messages { parts.append(quote(message)) }
        if offer.states.isEmpty {
            parts.append("<p>Il n'y a pas de réponse à donner par ce lien pour le moment.</p>")
        } else {
            parts.append("<h2>Votre réponse</h2>")
            let hidden = """
                <input type="hidden" name="version" value="\(orientation.version)">\
                <input type="hidden" name="key" value="\(LinkForm.Key(UUID()))">
                """
            parts += offer.states.map { AnswerForm($0, hidden, mistake).html(offer.reasons) }
        }
        parts.append(
            "<p class=\"note\">Regarder cette page ne change rien. Ce lien vous est personnel : ne le transmettez pas.</p>"
        )
        let title =
            mistake != nil
            ? "Erreur, réponse à corriger" : answered != nil ? "C'est enregistré" : "Une candidature vous est orientée"
        return Page.html(.french, title: title, parts.joined(separator: "\n"))
    }

    /// What was answered, without identity.
    private static func closed(_ orientation: LinkedOrientation, _ target: String, isNew: Bool) -> String {
        let organisation = Page.escaped(orientation.organisation.name)
        let (title, text): (String, String) =
            switch orientation.answer {
            case .accepted:
                (
                    "Candidature acceptée",
                    "Vous avez accepté cette candidature. \(organisation) vous contacte pour préparer la suite."
                )
            case .refused:
                (
                    "Candidature refusée",
                    "Vous avez refusé cette candidature. La personne et \(organisation) en sont informées."
                )
            case .closed, nil:
                (
                    "Cette orientation est close",
                    "La personne n'est plus disponible, ou la place n'existe plus. Il n'y a rien à faire."
                )
            }
        return Page.html(
            .french, title: title,
            """
            <h1>\(title)</h1>
            <p\(isNew ? " role=\"status\"" : "")>\(text)</p>
            <p>Elle vous avait été orientée pour \(target).</p>
            <p class="note">Ce lien a servi : il ne montre plus qui est la personne.</p>
            """)
    }

    private static func due(_ orientation: LinkedOrientation, _ state: OrientationState) -> String {
        if state == .expired { return " ; le délai est passé, mais une réponse reste possible" }
        guard let day = orientation.dueOn, [.sent, .underReview].contains(state) else { return "" }
        return ", réponse attendue au plus tard le \(self.day(day))"
    }

    private static func person(_ person: OrientationPerson) -> String {
        var lines: [(String, String)] = [
            ("Prénom", person.firstName), ("Nom", person.lastName ?? ""), ("Courriel", person.email ?? ""),
            ("Téléphone", person.phone ?? ""), ("Diplômes", person.diplomas.joined(separator: ", ")),
        ]
        if let years = person.experienceYears {
            lines.append(
                (
                    "Expérience",
                    "\(years.formatted(.number.locale(Locale(identifier: "fr")))) \(years < 2 ? "an" : "ans")"
                ))
        }
        lines.append(("Parcours", person.experience ?? ""))
        if let licence = person.licence { lines.append(("Permis", licence ? "oui" : "non")) }
        if let vehicle = person.vehicle { lines.append(("Véhicule", vehicle ? "oui" : "non")) }
        let mobility = person.mobilityKm.map { "accepte \($0) km" }
        if let distance = person.distanceKm {
            lines.append(("Distance", "\(distance) km" + (mobility.map { ", \($0)" } ?? "")))
        } else {
            lines.append(("Distance", mobility ?? ""))
        }
        let accepted = [(person.night, "nuit"), (person.weekend, "week-end"), (person.splitShifts, "horaires coupés")]
        lines.append(("Accepte", accepted.filter(\.0).map(\.1).joined(separator: ", ")))
        lines.append(("Disponible", person.availableFrom.map { "à partir du \(day($0))" } ?? "tout de suite"))
        let rows = lines.filter { !$0.1.isEmpty }
            .map { "<tr><th scope=\"row\">\($0.0)</th><td>\(Page.escaped($0.1))</td></tr>" }
        return "<table class=\"person\"><caption>La personne</caption>\n\(rows.joined(separator: "\n"))\n</table>"
    }

    private static func quote(_ message: OrientationText) -> String {
        let who = message.organisation.map { "\(Page.escaped($0)), " } ?? ""
        return
            "<figure><figcaption>\(who)le \(day(Day(message.at))) :</figcaption>\n<blockquote>\(paragraphs(message.text))</blockquote></figure>"
    }

    // MARK: - Both

    /// What was asked for is on its way, if there is something to send.
    static func renewed() -> String {
        Page.html(
            .french, title: "Lien demandé",
            """
            <h1>C'est demandé</h1>
            <p role="status">S'il reste quelque chose à voir ou à répondre, un nouveau lien part à l'adresse connue. Il arrive en
            quelques minutes ; demander plusieurs fois n'en envoie pas plusieurs.</p>
            """)
    }

    /// A link that is not good, whyever, and the way to a fresh one.
    static func notGood(_ token: String, back: String) -> String {
        let refusal = OrientationRefusals.link()
        // It comes as it was sent, encoded; nothing that could mean something in a page stands in the address.
        let safe = CharacterSet(charactersIn: "%_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        let address = token.addingPercentEncoding(withAllowedCharacters: safe) ?? ""
        return Page.html(
            .french, title: refusal.problem.title.fr,
            """
            <h1>Ce lien n'est pas, ou n'est plus, valable</h1>
            <p>Il a peut-être servi, ou son délai est passé. Un nouveau lien peut être envoyé à l'adresse connue.</p>
            <form method="post" action="\(back)\(address)/renewal">
            <p><button type="submit">Demander un nouveau lien</button></p></form>
            """)
    }

    /// What stands above a page whose form was not taken.
    static func alert(_ refusal: Refusal, fields: Bool) -> String {
        let errors = refusal.errors.map { error in
            let field = AnswerForm.field(of: error)
            let text = Page.escaped([field?.label, error.detail.fr].compactMap(\.self).joined(separator: " : "))
            return fields && field != nil ? "<li><a href=\"#\(field?.id ?? "")\">\(text)</a></li>" : "<li>\(text)</li>"
        }
        let text =
            errors.isEmpty ? "<p>\(Page.escaped(refusal.detail.fr))</p>" : "<ul>\(errors.joined(separator: "\n"))</ul>"
        return "<div role=\"alert\" class=\"alert\">\n<h2>Rien n'est enregistré</h2>\n\(text)\n</div>"
    }

    static func host(_ target: OrientationTarget) -> String {
        Page.escaped(
            [target.title == target.host ? nil : target.host, target.commune].compactMap(\.self).joined(separator: ", ")
        )
    }

    static func paragraphs(_ text: String) -> String {
        text.split(separator: "\n").map { "<p>\(Page.escaped(String($0)))</p>" }.joined(separator: "\n")
    }

    static func day(_ day: Day) -> String { day.fieldText.split(separator: "-").reversed().joined(separator: "/") }

    static func minute(_ instant: Instant) -> String {
        let halves = instant.parisMinute.split(separator: " ")
        return "le \(day(Day(instant))) à \(halves.last ?? "")"
    }
}
