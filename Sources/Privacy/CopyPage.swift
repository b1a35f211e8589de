import Contract
public import Fields

/// A copy of everything that is held of a person, as a page in French: the same document as in JSON, nothing left out.
enum CopyPage {
    static func html(_ document: JSON) -> String {
        let parts = document.members.compactMap { member -> String? in
            guard let title = titles[member.name] else { return nil }
            return "<h2>\(title)</h2>\n\(section(member.value))"
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

    private static let titles = [
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
        let rows = object.members.map { member in
            "<tr><th scope=\"row\">\(Page.escaped(words[member.name] ?? member.name))</th><td>\(shown(member.value))</td></tr>"
        }
        return "<table>\n\(rows.joined(separator: "\n"))\n</table>"
    }

    private static func shown(_ value: JSON) -> String {
        switch value {
        case .null: ""
        case .bool(let isTrue): isTrue ? "oui" : "non"
        case .string(let text): Page.escaped(instant(text) ?? text)
        case .array(let elements): elements.map(shown).joined(separator: "<br>")
        case .object(let members): members.map { shown($0.value) }.filter { !$0.isEmpty }.joined(separator: " · ")
        default: Page.escaped(value.text)
        }
    }

    /// An instant as a clock in Paris shows it.
    private static func instant(_ text: String) -> String? {
        guard text.count > 18, text.dropFirst(10).hasPrefix("T"), text.hasPrefix("20") else { return nil }
        return (try? Instant(fieldText: text))?.parisMinute
    }

    private static let words = [
        "first_name": "Prénom", "last_name": "Nom", "email": "Adresse électronique", "phone": "Téléphone",
        "insee": "Code de la commune",
        "commune": "Commune", "birth_year": "Année de naissance", "situation": "Situation", "diplomas": "Diplômes",
        "experience_years": "Années d'expérience", "experience": "Expérience", "licence": "Permis",
        "vehicle": "Véhicule",
        "mobility_km": "Mobilité (km)", "available_from": "Disponible à partir du", "night": "Nuit",
        "weekend": "Week-end",
        "split_shifts": "Horaires coupés", "contracts": "Contrats", "hours_min": "Heures au moins",
        "hours_max": "Heures au plus",
        "jobs": "Métiers (ROME)", "organisation": "Organisme", "lawful_basis": "Base légale",
        "notice_version": "Version de l'information",
        "notice_given_on": "Information donnée le", "notice_channel": "Comment", "objected_at": "Opposition le",
        "last_contact_on": "Dernier contact", "created_at": "Créé le", "updated_at": "Modifié le", "kind": "Quoi",
        "text_version": "Version du texte",
        "given_on": "Donné le", "channel": "Comment", "withdrawn_on": "Retiré le", "sex": "Sexe",
        "long_term_unemployed": "Sans emploi depuis plus d'un an",
        "rsa": "RSA", "qpv": "Quartier prioritaire", "qpv_vintage": "Liste des quartiers",
        "diploma_level": "Niveau de diplôme",
        "disability": "Handicap reconnu", "purpose": "Pour quoi", "access": "Accès", "fields": "Ce qui est montré",
        "starts_on": "Depuis le",
        "ends_on": "Jusqu'au", "revoked_at": "Repris le", "from": "De", "to": "À", "reason": "Motif", "state": "État",
        "asked_at": "Demandé le",
        "decided_at": "Décidé le", "answer": "Réponse", "target": "Pour", "host": "Structure",
        "proposed_by": "Proposée par",
        "received_by": "Reçue par", "sent_at": "Envoyé le", "shown_in_full_at": "Nom et coordonnées montrés le",
        "answered_at": "Répondu le",
        "closed_at": "Clos le", "appointment_at": "Entretien le", "prior_action": "Étape avant l'embauche",
        "prior_starts_on": "Du",
        "prior_ends_on": "Au", "training_starts_on": "Formation du", "training_ends_on": "Formation au",
        "training_result": "Résultat",
        "hired_at": "Embauche enregistrée le", "hire_contract": "Contrat", "hire_starts_on": "Premier jour",
        "hire_hours": "Heures par semaine",
        "texts": "Textes", "checkpoints": "Suivi", "how": "Comment", "at": "Quand", "route": "Opération",
        "asked_by": "Par",
        "due_on": "Réponse avant le", "execute_at": "A lieu le", "text": "Texte", "data": "Données", "for": "Pour quoi",
        "amount": "Durée",
        "unit": "Unité",
    ]
}

/// A copy of what is held of a person, for people.
public enum SubjectCopy {
    /// The document as a page in French.
    public static func page(_ document: JSON) -> String { CopyPage.html(document) }
}
